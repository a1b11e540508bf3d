//! A passage of a paper, a model card or a news item: what is recognised is marked in its own text, kept, dropped or moved, and
//! then fills the form.

use compute_core::catalog::Catalog;
use compute_core::field::{Field, Slot, Takes};
use compute_core::form::{Form, MAX_TEXT};
use compute_core::quantity;
use leptos::prelude::*;

use super::desk::{Desk, fillable, refusal, slot_of};
use crate::html::{Node, Tag, button, div, p, span, tag};
use crate::outside::Pause;

/// The passage is read when nobody typed for this long.
const READ_MS: u32 = 400;
/// Most characters that the reader looks at.
const MAX_PASSAGE: usize = 200_000;

thread_local! {
    static READ: Pause = const { Pause::new() };
}

/// A recognised quantity.
#[derive(Clone, Debug, PartialEq)]
pub struct Mark {
    /// As it stands in the passage.
    text: String,
    /// Where, in UTF-16 units.
    from: usize,
    to: usize,
    /// What the field would hold.
    value: String,
    /// Which field.
    slot: Slot,
    /// Others that claim the field with equal right: none is chosen for the reader.
    rivals: Vec<String>,
    /// Whether it fills its field.
    keep: bool,
}

/// The passage and what was recognised.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Stand {
    text: String,
    marks: Vec<Mark>,
    /// Whether the marks are of this text.
    read: bool,
}

/// The passage was typed or pasted.
pub fn typed(desk: Desk, text: String) {
    desk.said.set(String::new());
    desk.passage.update(|stand| {
        stand.text = text;
        stand.marks.clear();
        stand.read = false;
    });
    READ.with(|pause| pause.wait(READ_MS, move || read(desk)));
}

/// Reads the passage, once there is one and the tables.
pub fn read(desk: Desk) {
    let Some(catalog) = untrack(|| desk.tables()) else {
        return;
    };
    let (text, read) = desk
        .passage
        .with_untracked(|stand| (stand.text.clone(), stand.read));
    // Read already: what was dropped or moved since stays so.
    if read || text.trim().is_empty() {
        return;
    }
    let marks = compute_passage::read_passage(&text, catalog)
        .into_iter()
        .filter_map(|found| {
            Some(Mark {
                slot: Slot::new(Field::from_key(found.field)?, found.phase.saturating_sub(1)),
                text: found.text,
                from: found.from,
                to: found.to,
                value: found.value,
                keep: found.alternatives.is_empty(),
                rivals: found.alternatives,
            })
        })
        .collect();
    desk.passage.update(|stand| {
        stand.marks = marks;
        stand.read = true;
    });
}

/// Keeps a mark or drops it. Of two for one field the one chosen last stands.
pub fn keep(desk: Desk, at: usize, on: bool) {
    desk.passage.update(|stand| {
        let slot = stand.marks.get(at).map(|mark| mark.slot);
        for (other, mark) in stand.marks.iter_mut().enumerate() {
            if other == at {
                mark.keep = on;
            } else if on && Some(mark.slot) == slot {
                mark.keep = false;
            }
        }
    });
}

/// Moves a mark to another field, and keeps it.
pub fn reassign(desk: Desk, at: usize, key: &str) {
    let Some(slot) = slot_of(key) else { return };
    desk.passage.update(|stand| {
        if let Some(mark) = stand.marks.get_mut(at) {
            mark.slot = slot;
            mark.rivals.clear();
        }
    });
    keep(desk, at, true);
}

/// Fills the form with what is kept: over what is typed, or from an empty form.
pub fn fill(desk: Desk, anew: bool) {
    let kept: Vec<(Slot, String)> = desk.passage.with_untracked(|stand| {
        let kept = stand.marks.iter().filter(|mark| mark.keep);
        kept.map(|mark| (mark.slot, mark.value.clone())).collect()
    });
    let anew = anew || untrack(|| desk.nothing_typed());
    let mut form = if anew {
        Form::empty()
    } else {
        untrack(|| desk.form())
    };
    let mut cut = Vec::new();
    for (slot, value) in &kept {
        if form.set(*slot, value) {
            cut.push(slot.field.spec().label);
        }
    }
    desk.fill(&form);
    let mut said = [
        "Filled ",
        &quantity::integer(kept.len() as i64),
        if kept.len() == 1 {
            " field."
        } else {
            " fields."
        },
    ]
    .concat();
    if !cut.is_empty() {
        said += " Cut at 200 characters: ";
        said += &cut.join(", ");
        said += ". Shorten them in the form.";
    }
    desk.said.set(said);
}

fn label(slot: Slot, phases: u8) -> String {
    let label = slot.field.spec().label;
    if phases > 1 {
        [
            label,
            ", phase ",
            &quantity::integer(i64::from(slot.phase) + 1),
        ]
        .concat()
    } else {
        label.to_string()
    }
}

/// Why a field does not take a value; `None` where it does.
fn refused(slot: Slot, value: &str, catalog: &Catalog) -> Option<String> {
    if value.chars().count() > MAX_TEXT {
        return Some("Longer than 200 characters: it will be cut.".to_string());
    }
    let told = |wrong: quantity::Misreading| [&wrong.message, " ", &wrong.remedy].concat();
    match slot.field.spec().takes {
        Takes::Quantity { kind, .. } => quantity::read(kind, value, catalog).err().map(told),
        Takes::Accelerator => quantity::read_accelerator(value, catalog).err().map(told),
        Takes::Choice(words) => (!words.contains(&value)).then(|| {
            [
                "“",
                value,
                "” is none of this field’s words: ",
                &words.join(", "),
                ".",
            ]
            .concat()
        }),
        Takes::Choices(_) | Takes::Text => None,
    }
}

/// The tool.
pub fn view(desk: Desk, catalog: &'static Catalog) -> Vec<Node> {
    let nothing_typed = desk.nothing_typed();
    desk.passage.with(|stand| {
        let mut out: Vec<Node> = vec![
            div("tool-text")
                .with(
                    tag("label")
                        .set("for", "tool-passage")
                        .with("A paragraph of a paper, a model card or a news item"),
                )
                .with(
                    tag("textarea")
                        .set("id", "tool-passage")
                        .set("name", "tool-passage")
                        .set("rows", "5")
                        .set("spellcheck", "false")
                        .set("aria-describedby", "tool-passage-note")
                        .value(&stand.text),
                )
                .into(),
            p("note")
                .set("id", "tool-passage-note")
                .with("Read on your machine by fixed rules; nothing is sent, and nothing is guessed that is not written.")
                .into(),
        ];
        let length = stand.text.chars().count();
        if length > MAX_PASSAGE {
            out.push(
                refusal(
                    [
                        "The passage has ",
                        &quantity::integer(length as i64),
                        " characters; the first 200\u{202f}000 are read. Paste only the paragraph about the training.",
                    ]
                    .concat(),
                )
                .into(),
            );
        }
        if stand.read && stand.marks.is_empty() {
            out.push(
                refusal("No quantity of a training run was recognised here. Paste sentences in English that tell parameters, tokens, chips, time or FLOP, or type the numbers into the form.")
                    .into(),
            );
        }
        if !stand.marks.is_empty() {
            out.extend(marks(stand, catalog, nothing_typed));
        }
        out
    })
}

fn marks(stand: &Stand, catalog: &'static Catalog, nothing_typed: bool) -> Vec<Node> {
    let phases = stand
        .marks
        .iter()
        .map(|mark| mark.slot.phase + 1)
        .max()
        .unwrap_or(1);
    let mut list = tag("ul").class("tool-marks");
    for (at, mark) in stand.marks.iter().enumerate() {
        list = list.with(row(at, mark, phases, catalog));
    }
    let kept = stand.marks.iter().filter(|mark| mark.keep).count();
    let mut buttons = div("tool-row").with(
        button("button first", "tool-fill", "")
            .flag("disabled", kept == 0)
            .with("Fill the form"),
    );
    if !nothing_typed {
        buttons = buttons.with(
            button("button", "tool-anew", "")
                .flag("disabled", kept == 0)
                .with("Empty the form first"),
        );
    }
    vec![
        tag("h3").with("Recognised").into(),
        shown(stand, phases).into(),
        list.into(),
        buttons.into(),
    ]
}

/// The passage with its marks, as texts: nothing in it becomes markup.
fn shown(stand: &Stand, phases: u8) -> Tag {
    let units: Vec<u16> = stand.text.encode_utf16().collect();
    let piece = |from: usize, to: usize| {
        String::from_utf16_lossy(units.get(from..to.min(units.len())).unwrap_or(&[]))
    };
    let mut out = div("tool-passage")
        .set("tabindex", "0")
        .set("role", "group")
        .set("aria-label", "The passage with what was recognised");
    let mut last = 0;
    for mark in &stand.marks {
        if mark.from < last || mark.to <= mark.from {
            continue;
        }
        out = out.with(piece(last, mark.from)).with(
            tag("mark")
                .class(if mark.keep { "" } else { "off" })
                .with(piece(mark.from, mark.to))
                .with(" ")
                .with(span("to").with(label(mark.slot, phases))),
        );
        last = mark.to;
    }
    out.with(piece(last, units.len()))
}

fn row(at: usize, mark: &Mark, phases: u8, catalog: &'static Catalog) -> Tag {
    let number = at.to_string();
    let (keep, field) = (
        ["tool-keep-", &number].concat(),
        ["tool-field-", &number].concat(),
    );
    let mut choice = tag("select")
        .set("name", field.clone())
        .set("id", field)
        .set("aria-label", ["Field for ", &mark.text].concat());
    let own = mark.slot.field;
    if !fillable().any(|field| field == own) {
        choice = choice.with(option(mark.slot, phases));
    }
    for phase in 0..phases {
        for field in fillable() {
            choice = choice.with(option(Slot::new(field, phase), phases));
        }
    }
    let mut out = tag("li")
        .with(
            tag("label")
                .class("tool-check")
                .with(
                    tag("input")
                        .set("type", "checkbox")
                        .set("name", keep)
                        .checked(mark.keep),
                )
                .with(
                    span("")
                        .with(tag("b").with(mark.value.clone()))
                        .with(span("sub").with(["“", &mark.text, "”"].concat())),
                ),
        )
        .with(choice.value(&mark.slot.key()));
    if !mark.rivals.is_empty() {
        out = out.with(
            p("sub")
                .with("Also told for this field: ")
                .with(mark.rivals.join("; "))
                .with(". Check the one that counts."),
        );
    }
    if let Some(refused) = refused(mark.slot, &mark.value, catalog).filter(|_| mark.keep) {
        out = out.with(refusal(refused));
    }
    out
}

fn option(slot: Slot, phases: u8) -> Tag {
    tag("option")
        .set("value", slot.key())
        .with(label(slot, phases))
}
