//! One field: label, hint, input, echo or message. The same code draws every field of the form.

use compute_core::apart::apart;
use compute_core::field::{Field, FieldSpec, Slot, Takes};
use compute_core::problem::{Fix, Problem, Severity};
use compute_core::request::default_echo;

use super::View;
use crate::html::{Child, Node, Tag, Value, button, div, p, span, spoken, tag};
use crate::number::rich;

/// What a field looks like beyond its row in `FIELDS`.
#[derive(Default)]
pub struct Look {
    /// `wide` (two columns), `full`, or empty.
    pub width: &'static str,
    /// A text button at the right of the label.
    pub beside: Option<Tag>,
    /// Something under the input instead of the echo.
    pub under: Option<Tag>,
}

/// Label for a sentence: lower case, save where it starts with an abbreviation.
pub fn lower(label: &str) -> String {
    let mut chars = label.chars();
    match (chars.next(), label.starts_with("FLOP")) {
        (Some(first), false) => first.to_ascii_lowercase().to_string() + chars.as_str(),
        _ => label.to_string(),
    }
}

/// `a`, `a and b`, `a, b and c`.
pub fn list(words: &[String]) -> String {
    match words {
        [] => String::new(),
        [one] => one.clone(),
        [all @ .., last] => [&all.join(", "), " and ", last].concat(),
    }
}

/// The "i" that opens a field's explanation in place.
pub fn info(view: &View, slot: Slot) -> Tag {
    let spec = slot.field.spec();
    let open = view.stand.explained == Some(slot);
    button("info", "explain", slot.key())
        .state("aria-expanded", open)
        .set("aria-label", ["About ", &lower(spec.label)].concat())
        .with(tag("span").set("aria-hidden", "true").with("i"))
}

/// The explanation, where it is open: behind its field, shown under the row.
pub fn explanation(view: &View, slot: Slot) -> Option<Tag> {
    (view.stand.explained == Some(slot)).then(|| apart(|| explained(view, slot)))
}

fn explained(view: &View, slot: Slot) -> Tag {
    let spec = slot.field.spec();
    // They come with the tables.
    let explanations = &view.tables.catalog.explanations;
    let (text, source) = explanations
        .get(slot.field as usize)
        .copied()
        .unwrap_or(("The explanation is on its way.", ""));
    let mut explain =
        div("explain").with(p("").with(tag("b").with(spec.label).with(". ")).with(text));
    if !source.is_empty() {
        explain = explain.with(p("source").with("Source: ").with(source));
    }
    explain
}

/// A field with its explanation, to be put in a grid.
pub fn field(view: &View, slot: Slot, look: Look) -> Vec<Node> {
    let spec = slot.field.spec();
    let key = slot.key();
    let error = view.error_at(slot);
    let id = |part: &str| [&key, part].concat();
    let own = if key == "steps" {
        // The list of steps has that id (the fixed names of the page).
        id("-field")
    } else {
        key.clone()
    };
    let label = div("label")
        .with(tag("label").set("for", own.clone()).with(spec.label))
        .with(info(view, slot))
        .with(look.beside);
    let mut described = String::new();
    let mut field = tag("div")
        .set("class", class(look.width, error.is_some()))
        .with(label);
    if !spec.hint.is_empty() {
        described.push_str(&id("-hint"));
        field = field.with(p("hint").set("id", id("-hint")).with(spec.hint));
    }
    described.push(' ');
    described.push_str(&id("-echo"));
    let described = described.trim().to_string();
    let input = match spec.takes {
        Takes::Choice(words) => choice(view, slot, spec, words),
        Takes::Accelerator => super::combobox::accelerator_input(view, slot),
        _ => text_input(&key, view.form.get(slot)),
    }
    .set("id", own)
    .set("name", key.clone())
    .set("aria-describedby", described)
    .set_some("aria-invalid", error.map(|_| "true"));
    let is_list = matches!(spec.takes, Takes::Choice(_) | Takes::Accelerator);
    field = if is_list {
        let list = match spec.takes {
            Takes::Accelerator => super::combobox::accelerator_list(view, slot),
            _ => None,
        };
        let class = if list.is_some() { "pick open" } else { "pick" };
        field.with(div(class).with(input).with(list))
    } else {
        field.with(input)
    };
    field = match look.under {
        Some(under) if error.is_none() => field.with(under.set("id", id("-echo"))),
        _ => field.with(echo(view, slot, error, &id("-echo"))),
    };
    let mut out = vec![Node::from(field)];
    out.extend(explanation(view, slot).map(Node::from));
    out
}

fn class(width: &'static str, bad: bool) -> &'static str {
    match (width, bad) {
        ("wide", false) => "field wide",
        ("wide", true) => "field wide bad",
        ("full", false) => "field full",
        ("full", true) => "field full bad",
        (_, false) => "field",
        (_, true) => "field bad",
    }
}

/// An input for text as papers print it.
pub fn text_input(key: &str, text: &str) -> Tag {
    // What was typed outlives the page's own way of reading it: no maxlength, no pattern, no type=number.
    let capitals = if key == "name" { "words" } else { "off" };
    tag("input")
        .set("type", "text")
        .set("inputmode", "text")
        .set("autocomplete", "off")
        .set("autocapitalize", capitals)
        .set("spellcheck", "false")
        .value(text)
}

/// A list of the field's words; a word that is none of them, from a link, is shown as it stands.
fn choice(view: &View, slot: Slot, spec: &FieldSpec, words: &'static [&'static str]) -> Tag {
    let text = view.form.get(slot).trim();
    let usual = view.usual_choice(slot);
    let mut list = tag("select");
    if spec.field == Field::Format {
        list = list.with(option("", usual));
    }
    if !text.is_empty() && !words.contains(&text) {
        list = apart(|| list.with(option(text.to_string(), text.to_string())));
    }
    for word in words {
        list = list.with(option(*word, word_label(spec.field, word)));
    }
    let chosen = match spec.field {
        Field::Format => text,
        _ if text.is_empty() => words.first().copied().unwrap_or(""),
        _ => text,
    };
    list.value(chosen)
}

fn option(value: impl Value, label: impl Child) -> Tag {
    tag("option").set("value", value).with(label)
}

fn word_label(field: Field, word: &'static str) -> String {
    match field {
        Field::Kind | Field::Mask => apart(|| match (field, word) {
            (Field::Mask, "causal") => "Causal: half the pairs",
            (Field::Mask, _) => "Full: every pair",
            _ => compute_core::phase::PhaseKind::from_id(word).map_or(word, |kind| kind.label()),
        })
        .to_string(),
        _ => word.to_string(),
    }
}

/// The line under the input: what was read, or what is wrong with it.
fn echo(view: &View, slot: Slot, error: Option<&Problem>, id: &str) -> Vec<Node> {
    let mut line = p("echo").set("id", id.to_string());
    if let Some(problem) = error {
        return apart(|| message(line, problem));
    }
    if let Some((_, echo)) = view.found.request.echoes.iter().find(|(of, _)| *of == slot) {
        line = line.with("= ").with(rich(echo));
    } else if view.form.get(slot).trim().is_empty()
        && let Some(text) = default_echo(view.form, slot, view.found.request.domain)
    {
        line = line.with(text);
    }
    if let Some((of, text, from)) = &view.stand.origin
        && *of == slot
        && view.form.get(slot) == text
    {
        line = apart(|| line.with([", from ", from].concat()));
    }
    if view.from_example(slot) {
        line = line.with(span("mark").with(", from the example"));
    }
    if view.typing != Some(slot) {
        let notes =
            view.found.estimate.problems.iter().filter(|problem| {
                problem.slot == Some(slot) && problem.severity != Severity::Error
            });
        for note in notes {
            line = apart(|| remark(line, note));
        }
    }
    vec![line.into()]
}

/// What is wrong, and the buttons that would mend it.
fn message(mut line: Tag, problem: &Problem) -> Vec<Node> {
    line = line.with(spoken("Error: ")).with(capital(&problem.message));
    let fixes = &problem.fixes;
    if fixes.is_empty() {
        return vec![line.with(" ").with(problem.remedy.clone()).into()];
    }
    if problem.remedy.starts_with("Write ") {
        line = line.with(" Write");
    }
    let mut buttons = div("fixes");
    for fix in fixes {
        buttons = buttons.with(fix_button("button slim", fix, fix.label.clone()));
    }
    vec![line.into(), buttons.into()]
}

/// A note or a warning, behind what was read.
fn remark(mut line: Tag, note: &Problem) -> Tag {
    line = line.with(". ").with(rich(&capital(trimmed(&note.message))));
    for fix in &note.fixes {
        line = line
            .with(" ")
            .with(fix_button("text", fix, [&fix.label, "?"].concat()));
    }
    if note.fixes.is_empty() && !note.remedy.is_empty() {
        line = line.with(". ").with(trimmed(&note.remedy).to_string());
    }
    line
}

/// A field that is typed and not shown, because a more direct one is used: what it holds, and why it is not.
pub fn unused(view: &View, slot: Slot) -> Tag {
    let problems = &view.found.estimate.problems;
    let why = problems.iter().find(|problem| problem.slot == Some(slot));
    let why = why.map_or("not used here", |problem| trimmed(&problem.message));
    p("note unused")
        .with(tag("b").with(slot.field.spec().label))
        .with([" “", view.form.get(slot).trim(), "”: ", why, ". "].concat())
        .with(button("text", "write", [&slot.key(), "\n"].concat()).with("Empty it"))
}

fn trimmed(sentence: &str) -> &str {
    sentence.trim_end_matches('.')
}

/// The first letter in upper case: messages are made to stand behind a field's name.
pub fn capital(sentence: &str) -> String {
    let mut chars = sentence.chars();
    match chars.next() {
        // A name like v3-8 keeps its letter.
        Some(_) if chars.as_str().starts_with(|c: char| c.is_ascii_digit()) => sentence.to_string(),
        Some(first) => first.to_ascii_uppercase().to_string() + chars.as_str(),
        None => String::new(),
    }
}

/// A button that writes what would mend a field.
pub fn fix_button(class: &'static str, fix: &Fix, label: String) -> Tag {
    let mut edits = String::new();
    for (slot, text) in &fix.edits {
        for part in [&slot.key(), text.as_str()] {
            if !edits.is_empty() {
                edits.push('\n');
            }
            edits.push_str(part);
        }
    }
    button(class, "write", edits).with(label)
}
