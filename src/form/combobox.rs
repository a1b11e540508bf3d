//! The two fields with a list under them: start from an example, and the accelerator.
//!
//! The pattern is the combobox with list autocomplete of WAI-ARIA 1.2: the focus stays in the
//! input, `aria-activedescendant` names the option.

use compute_core::apart::apart;
use compute_core::catalog::{Accelerator, Format, normalize};
use compute_core::field::Slot;
use compute_core::quantity::{Names, rate};

use super::View;
use super::field::text_input;
use crate::html::{Node, Tag, button, div, p, span, tag};
use crate::number::rich;
use crate::state::List;

/// Options drawn at most; typing narrows them.
const MOST: usize = 50;

/// The year's typical accelerator, offered where the chip is not known (method, 3.3).
const TYPICAL: &str = "typical ";

/// An option of a list: what choosing it writes.
pub struct Choice {
    /// A preset's id, or the text for the accelerator's field.
    pub text: String,
    shown: Tag,
}

/// The choices of an open list, as filtered, and how many there are in all.
pub fn choices(view: &View, list: &List) -> (Vec<Choice>, usize) {
    match list.slot {
        Some(slot) => accelerators(view, slot, list),
        None => presets(view, list),
    }
}

/// What option a key moves to.
pub fn moved(active: Option<usize>, count: usize, key: &str) -> Option<usize> {
    let last = count.checked_sub(1)?;
    Some(match (key, active) {
        ("ArrowDown", None) | ("Home", _) => 0,
        ("ArrowDown", Some(at)) if at < last => at + 1,
        ("ArrowDown", Some(_)) => 0,
        ("ArrowUp", Some(at)) if at > 0 => at - 1,
        _ => last,
    })
}

fn combobox(input: Tag, list: Option<&List>, id: &'static str) -> Tag {
    let open = list.is_some();
    input
        .set("role", "combobox")
        .set("aria-autocomplete", "list")
        .state("aria-expanded", open)
        .set_some("aria-controls", open.then(|| [id, "-list"].concat()))
        .set_some(
            "aria-activedescendant",
            list.and_then(|list| list.active)
                .map(|at| option_id(id, at)),
        )
}

fn option_id(id: &str, at: usize) -> String {
    [id, "-option-", &at.to_string()].concat()
}

/// The list under the input, with what stands at its foot.
fn listbox(
    id: &'static str,
    label: &'static str,
    list: &List,
    choices: Vec<Choice>,
    foot: Tag,
) -> Tag {
    let mut options = div("")
        .set("role", "listbox")
        .set("id", [id, "-list"].concat())
        .set("aria-label", label);
    for (at, choice) in choices.into_iter().enumerate() {
        options = options.with(
            choice
                .shown
                .class("option")
                .set("role", "option")
                .set("id", option_id(id, at))
                .set("data-do", "choose")
                .set("data-at", at.to_string())
                .state("aria-selected", list.active == Some(at)),
        );
    }
    div("list").with(options).with(foot)
}

/// The list of examples.
pub fn examples(view: &View) -> Tag {
    let list = view.list_of(None);
    let chosen = view.stand.example.and_then(|id| {
        view.tables
            .catalog
            .presets
            .iter()
            .find(|preset| preset.id == id)
    });
    let text = match (list, chosen) {
        (Some(list), _) if list.filters => list.typed.clone(),
        (_, Some(preset)) => [preset.name, ", ", preset.year].concat(),
        _ => String::new(),
    };
    let input = combobox(text_input("example", &text), list, "example")
        .set("id", "example")
        .set("name", "example");
    let field = div("field").with(
        div("label").with(
            tag("label")
                .set("for", "example")
                .with(span("long").with("From an "))
                .with(span("").with("example")),
        ),
    );
    let class = if list.is_some() { "pick open" } else { "pick" };
    let list = list.map(|list| {
        apart(|| {
            let (choices, all) = presets(view, list);
            let foot = p("out").with(count_text(choices.len(), all, view.tables.whole));
            listbox("example", "Examples", list, choices, foot)
        })
    });
    field.with(div(class).with(input).with(list))
}

fn count_text(found: usize, all: usize, whole: bool) -> String {
    let mut text = if found == all {
        found.to_string()
    } else {
        [&found.to_string(), " of ", &all.to_string(), " match"].concat()
    };
    if !whole {
        text.push_str(", the others are on their way");
    }
    text
}

fn presets(view: &View, list: &List) -> (Vec<Choice>, usize) {
    let presets = &view.tables.catalog.presets;
    let key = if list.filters {
        normalize(&list.typed)
    } else {
        String::new()
    };
    let found = presets
        .iter()
        .filter(|preset| {
            key.is_empty()
                || normalize(preset.name).contains(&key)
                || preset.year == list.typed.trim()
        })
        .map(|preset| Choice {
            text: preset.id.to_string(),
            shown: div("")
                .with(span("").with(marked(preset.name, &list.typed, list.filters)))
                .with(span("peak").with(preset.year))
                .with(span("sub").with(preset.group)),
        })
        .collect();
    (found, presets.len())
}

/// The accelerator's input.
pub fn accelerator_input(view: &View, slot: Slot) -> Tag {
    let key = slot.key();
    combobox(
        text_input(&key, view.form.get(slot)),
        view.list_of(Some(slot)),
        "hw",
    )
}

/// The accelerator's list, where it is open.
pub fn accelerator_list(view: &View, slot: Slot) -> Option<Tag> {
    let list = view.list_of(Some(slot))?;
    Some(apart(|| opened(view, slot, list)))
}

fn opened(view: &View, slot: Slot, list: &List) -> Tag {
    let (choices, found) = accelerators(view, slot, list);
    let all = view.tables.catalog.accelerators.len();
    let mut text = count_text(found, all, view.tables.whole);
    if found > choices.len() {
        text.push_str("; type to narrow");
    }
    text.push_str(". Dense peaks");
    let foot = div("out")
        .with(span("").with(text))
        .with(button("text", "enter-peak", slot.phase.to_string()).with("Not here: enter a peak"));
    listbox("hw", "Accelerators", list, choices, foot)
}

fn accelerators(view: &View, slot: Slot, list: &List) -> (Vec<Choice>, usize) {
    let catalog = view.tables.catalog;
    let text = if list.filters {
        view.form.get(slot)
    } else {
        ""
    };
    let words: Vec<String> = text
        .split_ascii_whitespace()
        .map(normalize)
        .filter(|word| !word.is_empty())
        .collect();
    let hit = |name: &str| {
        let name = normalize(name);
        words.iter().all(|word| name.contains(word.as_str()))
    };
    let whole_key = normalize(text);
    // Passes, best first: a sort would bring its own code. Where nothing is typed, chips with many measured runs are.
    let rank = |row: &Accelerator| {
        if words.is_empty() {
            let runs = catalog.runs.iter().filter(|run| run.accelerator == row.id);
            Some(match (runs.count(), row.default_format) {
                (3.., _) => 0,
                (1.., _) => 1,
                (0, Some(_)) => 2,
                (0, None) => 3,
            })
        } else if normalize(row.short).starts_with(&whole_key) {
            Some(0)
        } else if hit(row.name) {
            Some(1)
        } else {
            row.aliases.iter().any(|alias| hit(alias)).then_some(2)
        }
    };
    let mut ranked: Vec<Option<u8>> = catalog.accelerators.iter().map(rank).collect();
    // The row that the field would take, or has, stands first, before its variants.
    let taken = catalog.find(view.form.get(slot)).and_then(|index| {
        *ranked.get_mut(index)? = None;
        catalog.accelerators.get(index)
    });
    let mut found = usize::from(taken.is_some());
    let mut out: Vec<Choice> = Vec::new();
    out.extend(taken.map(|row| accelerator(row, text, list.filters)));
    for wanted in 0..=3 {
        for (row, rank) in catalog.accelerators.iter().zip(&ranked) {
            if *rank == Some(wanted) {
                found += 1;
                if out.len() < MOST {
                    out.push(accelerator(row, text, list.filters));
                }
            }
        }
    }
    // The way out where nobody knows the chip stands in the same list, by its name.
    if "typical".starts_with(whole_key.as_str()) || whole_key.starts_with("typical") {
        for row in catalog.typical.iter().rev() {
            let year = row.year.to_string();
            if whole_key.starts_with("typical20") && !whole_key.ends_with(&year) {
                continue;
            }
            found += 1;
            if !words.is_empty() {
                out.push(Choice {
                    text: [TYPICAL, &year].concat(),
                    shown: div("")
                        .with(span("").with(["Typical accelerator of ", &year].concat()))
                        .with(span("peak").with(rich(&rate(row.best, 3))))
                        .with(span("sub").with(["mostly ", row.most_used].concat())),
                });
            }
        }
    }
    (out, found)
}

fn accelerator(row: &Accelerator, typed: &str, filters: bool) -> Choice {
    let peak = row
        .default_format
        .and_then(|format| Some((format, row.peak(format)?)))
        .or_else(|| {
            Format::ALL
                .into_iter()
                .find_map(|format| Some((format, row.peak(format)?)))
        });
    let mut shown = div("").with(span("").with(marked(row.name, typed, filters)));
    shown = match peak {
        Some((format, peak)) => {
            let text = [&rate(peak, 3), " ", format.id()].concat();
            shown.with(span("peak").with(rich(&text)))
        }
        None => shown.with(span("peak").with("no peak known")),
    };
    let also = row
        .aliases
        .iter()
        .take(3)
        .copied()
        .collect::<Vec<_>>()
        .join(", ");
    let more = if also.is_empty() {
        row.unit.to_string()
    } else {
        ["Also ", &also].concat()
    };
    let year = row.date.get(..4).unwrap_or("");
    Choice {
        text: row.short.to_string(),
        shown: shown
            .with(span("sub").with(more))
            .with(span("aside").with(year)),
    }
}

/// A name with the part that was typed marked.
fn marked(name: &'static str, typed: &str, filters: bool) -> Vec<Node> {
    let typed = typed.trim();
    let found = (filters && !typed.is_empty())
        .then(|| name.to_ascii_lowercase().find(&typed.to_ascii_lowercase()))
        .flatten();
    let cut = found.and_then(|at| {
        Some((
            name.get(..at)?,
            name.get(at..at + typed.len())?,
            name.get(at + typed.len()..)?,
        ))
    });
    match cut {
        Some((before, hit, after)) => {
            vec![before.into(), tag("mark").with(hit).into(), after.into()]
        }
        None => vec![name.into()],
    }
}
