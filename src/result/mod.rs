//! The result: number, how sure it is, what it lies near, and what can be done with it.

pub mod after;
mod near;
pub mod share;
mod thresholds;

use compute_core::agreement::{Agreement, Verdict};
use compute_core::apart::apart;
use compute_core::estimate::{Headline, MethodResult, PETAFLOP_DAY, headline_reason};
use compute_core::field::{Field, Slot};
use compute_core::quantity::{exact, plain, range, scientific, words};
use compute_core::request::Inputs;
use compute_core::step::Method;
use compute_core::sum::Total;
use leptos::prelude::*;

use crate::form::field::{capital, fix_button, list, lower};
use crate::html::{Node, Tag, button, div, p, tag};
use crate::number::{aloud, big, rich};
use crate::state::{Found, State};
use crate::strip::{Mark, Strip, strip};

/// Width of the strip where the window does not say another, CSS pixels.
pub const STRIP_WIDTH: f64 = 384.0;

/// What surrounds the page that the result needs to know.
#[derive(Clone, Copy)]
pub struct Surroundings {
    /// Width of the strip in CSS pixels.
    pub width: RwSignal<f64>,
    /// The rug that index.html was drawn with.
    pub rug: StoredValue<String>,
}

/// `FLOP` behind a figure, bound to it.
pub fn flop_text(value: f64, digits: u8) -> String {
    [&scientific(value, digits), "\u{a0}FLOP"].concat()
}

/// A total's 90 % range, where it has one.
pub fn range_text(total: &Total) -> Option<String> {
    (total.low < total.high).then(|| apart(|| range(total.low, total.high, 2)))
}

/// The result's children, following the state.
pub fn result(state: State, around: Surroundings) -> Vec<Node> {
    let found = state.found.get();
    let (estimate, stale) = found.shown();
    let mut panel = tag("section")
        .set(
            "class",
            if stale.is_some() {
                "result stale"
            } else {
                "result"
            },
        )
        .set("aria-label", "Result")
        .set("id", "why");
    panel = panel.with(wrong(&found, stale));
    panel = panel.with(of(state));
    let flop = estimate.flop();
    panel = panel.with(headline(flop, stale.is_some()));
    panel = match flop {
        Some(total) => panel.with(in_words(total)).with(methods(&found)),
        None => panel.with(apart(|| nothing(&found))),
    };
    panel = panel.with(estimate.agreement.as_ref().map(verdict));
    panel = panel.with(p("caption").with("FLOP, logarithmic; one line for each known model"));
    panel = panel
        .with(drawn(state, &found, around))
        .with(near::near(estimate));
    vec![
        panel
            .with(share::buttons(state))
            .with(share::panel(state, &found))
            .into(),
    ]
}

/// Messages at the result, each a link to its field.
fn wrong(found: &Found, stale: Option<Slot>) -> Option<Tag> {
    found.error()?;
    Some(apart(|| faults(found, stale)))
}

fn faults(found: &Found, stale: Option<Slot>) -> Tag {
    let mut note = div("stale-note");
    let errors = || {
        let problems = found.estimate.problems.iter();
        problems.filter(|problem| problem.severity == compute_core::problem::Severity::Error)
    };
    if stale.is_some() {
        let mut labels: Vec<String> = Vec::new();
        for slot in errors().filter_map(|problem| problem.slot) {
            let label = lower(slot.field.spec().label);
            if !labels.contains(&label) {
                labels.push(label);
            }
        }
        let changed = ["From before the change to ", &list(&labels)].concat();
        note = note.with(p("").with(tag("b").with(changed)));
    }
    for problem in errors() {
        let text = [&problem.sentence(), " ", &problem.remedy].concat();
        note = note.with(match problem.slot {
            Some(slot) => button("text", "focus", slot.key()).with(text),
            None => p("").with(text),
        });
    }
    note
}

fn of(state: State) -> Tag {
    let name = state
        .form
        .with(|form| form.head(Field::Name).trim().to_string());
    let first = state.stand.with(|stand| {
        stand
            .first_visit
            .as_ref()
            .map(|first| (first.name, first.typed_over))
    });
    let line = p("of");
    match first {
        Some((example, true)) => line
            .with("Training compute, partly ")
            .with(tag("b").with(example))
            .with("’s inputs"),
        Some((example, false)) => line
            .with("An example: training compute of ")
            .with(tag("b").with(example)),
        None if name.is_empty() => line.with("Training compute"),
        None => line.with("Training compute of ").with(tag("b").with(name)),
    }
}

/// The number itself. Its full precision stands in `data-flop`, for tools.
pub fn headline(total: Option<&Total>, stale: bool) -> Tag {
    let state = match total {
        None => "empty",
        Some(_) if stale => "stale",
        Some(_) => "ok",
    };
    tag("output")
        .class("big")
        .set("id", "result")
        // Said once, at a pause, by the page's own status line.
        .set("aria-live", "off")
        .set(
            "data-flop",
            total.map(|total| exact(total.value)).unwrap_or_default(),
        )
        .set("data-state", state)
        .with(
            total
                .map(|total| big(&scientific(total.value, 2)))
                .unwrap_or_default(),
        )
}

fn in_words(total: &Total) -> Tag {
    let mut lines = div("words");
    if let Some(range) = range_text(total) {
        lines = apart(|| lines.with(p("").with("90 % range ").with(rich(&range))));
    }
    lines
        .with(p("").with([&words(total.value, 2), " operations"].concat()))
        .with(p("").with(rich(
            &[&plain(total.value / PETAFLOP_DAY, 2), " petaFLOP/s-days"].concat(),
        )))
}

/// Nothing to show yet: what to do, at the height that the number will take.
fn nothing(found: &Found) -> Tag {
    let waiting = found.error().is_some();
    div("empty").with(p("").with(if waiting {
        "The number comes with the field that is marked."
    } else {
        "Type what the paper says, or start from an example. Parameters and training data give one number; an accelerator, its count and the time give another."
    }))
}

/// Both methods, the headline's first.
fn methods(found: &Found) -> Tag {
    let (estimate, _) = found.shown();
    let hardware_first = estimate.headline == Some(Headline::Hardware);
    let counting = row(found, Method::Counting, !hardware_first);
    let hardware = row(found, Method::Hardware, hardware_first);
    let table = tag("table").class("methods").with(
        tag("caption")
            .class("vh")
            .with("Both methods, FLOP and 90 % range"),
    );
    let body = tag("tbody");
    let body = if hardware_first {
        body.with(hardware).with(counting)
    } else {
        body.with(counting).with(hardware)
    };
    table.with(body)
}

fn row(found: &Found, method: Method, chosen: bool) -> Tag {
    let hardware = method == Method::Hardware;
    let (mark, label, id) = if hardware {
        ("square", "By accelerator time", "hardware-result")
    } else {
        ("disc", "Counted", "counting-result")
    };
    let (result, stale): (Option<&MethodResult>, bool) = if hardware {
        found.hardware()
    } else {
        found.counting()
    };
    let class = match (chosen, stale) {
        (true, false) => "chosen",
        (true, true) => "chosen stale",
        (false, true) => "stale",
        (false, false) => "",
    };
    let row = tag("tr").class(class).with(
        tag("th")
            .set("scope", "row")
            .with(tag("i").class(mark))
            .with(label),
    );
    match result {
        Some(result) => {
            let total = &result.total;
            let range = match range_text(total) {
                _ if stale => apart(|| vec!["before the change".into()]),
                Some(range) => apart(|| rich(&range)),
                None => vec!["no range typed".into()],
            };
            row.with(
                tag("td")
                    .set("id", id)
                    .set("data-flop", exact(total.value))
                    .with(rich(&scientific(total.value, 2))),
            )
            .with(tag("td").with(range))
        }
        None => apart(|| {
            row.with(
                tag("td")
                    .set("id", id)
                    .set("data-flop", "")
                    .set("colspan", "2")
                    .set("class", "missing")
                    .with(missing(found, hardware)),
            )
        }),
    }
}

/// What a method without a number still needs.
fn missing(found: &Found, hardware: bool) -> String {
    let mut out: Option<String> = None;
    for phase in &found.request.phases {
        let (needs, faulty) = if hardware {
            parts(&phase.hardware)
        } else {
            parts(&phase.counting)
        };
        if let Some(slot) = faulty.first() {
            return ["waits for ", &lower(slot.field.spec().label)].concat();
        }
        if !needs.is_empty() {
            let labels: Vec<String> = needs
                .iter()
                .map(|field| lower(field.spec().label))
                .collect();
            out = Some(["needs ", &labels.join(" and ")].concat());
        }
    }
    out.unwrap_or_else(|| {
        if hardware {
            "needs chip and time"
        } else {
            "needs parameters and data"
        }
        .to_string()
    })
}

fn parts<T>(inputs: &Inputs<T>) -> (&[Field], &[Slot]) {
    match inputs {
        Inputs::Needs(fields) => (fields, &[]),
        Inputs::Faulty(slots) => (&[], slots),
        _ => (&[], &[]),
    }
}

/// The sentence on how both methods stand to each other, with causes to look at where they cannot both hold.
pub fn verdict(agreement: &Agreement) -> Tag {
    let mut note = div("verdict")
        .set("id", "agreement")
        .set("data-verdict", agreement.verdict.id())
        .with(
            p("")
                .with(tag("b").class("lead").with(agreement.lead))
                .with(rich(&agreement.rest)),
        );
    // A difference of 1.5 to 3 times is common and needs no more words.
    if !agreement.measured.is_empty() && agreement.verdict != Verdict::Differ {
        note = note.with(p("").with(rich(&agreement.measured)));
    }
    if agreement.causes.is_empty() {
        return note;
    }
    apart(|| with_causes(note, agreement))
}

fn with_causes(note: Tag, agreement: &Agreement) -> Tag {
    let mut causes = tag("ol").class("causes");
    for cause in &agreement.causes {
        let go = ["Go to ", &lower(cause.slot.field.spec().label)].concat();
        let mut item = tag("li")
            .with(p("").with(rich(&cause.text)))
            .with(button("button slim", "focus", cause.slot.key()).with(go));
        if let Some(fix) = &cause.fix {
            item = item
                .with(" ")
                .with(fix_button("text", fix, fix.label.clone()));
        }
        causes = causes.with(item);
    }
    note.with(p("").with("Likely causes, and what each would give:"))
        .with(causes)
}

/// The marks of both methods, as they are shown.
pub fn marks(found: &Found) -> Vec<Mark> {
    let mark = |(result, is_stale): (Option<&MethodResult>, bool), is_hardware| {
        let total = &result?.total;
        (total.value > 0.0).then_some(Mark {
            value: total.value,
            low: total.low,
            high: total.high,
            is_hardware,
            is_stale,
        })
    };
    [mark(found.counting(), false), mark(found.hardware(), true)]
        .into_iter()
        .flatten()
        .collect()
}

/// The strip of what is shown.
pub fn drawn(state: State, found: &Found, around: Surroundings) -> Tag {
    let tables = state.tables.get();
    let (estimate, _) = found.shown();
    around.rug.with_value(|rug| {
        strip(&Strip {
            marks: marks(found),
            catalog: tables.catalog,
            nearest: &estimate.nearest,
            words: near::in_words(found),
            width: around.width.get(),
            rug: (!tables.whole && !rug.is_empty()).then_some(rug.as_str()),
        })
    })
}

/// The bar at the lower edge of a narrow screen: number and verdict, and the way to the result.
pub fn dock(state: State) -> Vec<Node> {
    let found = state.found.get();
    let (estimate, stale) = found.shown();
    let example = state
        .stand
        .with(|stand| stand.first_visit.as_ref().map(|first| first.typed_over));
    let mut sum = p("sum");
    sum = match estimate.flop() {
        Some(total) => sum.with(tag("b").with(rich(&flop_text(total.value, 2)))),
        None => sum.with("No number yet"),
    };
    let verdict = if stale.is_some() || found.error().is_some() {
        Some("needs a fix")
    } else {
        match (example, &estimate.agreement) {
            (Some(false), _) => Some("an example"),
            (Some(true), _) => Some("part example"),
            (None, Some(agreement)) => Some(short_verdict(agreement)),
            (None, None) => None,
        }
    };
    if let Some(verdict) = verdict {
        sum = sum.with([" · ", verdict].concat());
    }
    vec![
        sum.into(),
        tag("a").set("href", "#why").with("See why").into(),
    ]
}

fn short_verdict(agreement: &Agreement) -> &'static str {
    match agreement.verdict.id() {
        "agree" => "both agree",
        "differ" => "they differ",
        "disagree" => "they disagree",
        "implausible" => "implausible",
        _ => "impossible",
    }
}

/// The whole result in one sentence, for the status line that is said at a pause.
pub fn said(state: State) -> String {
    let found = state.found.get_untracked();
    let (estimate, stale) = found.shown();
    if let Some(problem) = found.error() {
        return aloud(&[&capital(&problem.sentence()), " ", &problem.remedy].concat());
    }
    let Some(total) = estimate.flop() else {
        return String::new();
    };
    let mut text = aloud(&flop_text(total.value, 2));
    if stale.is_some() {
        text.push_str(", from before the change");
    }
    if let Some(agreement) = &estimate.agreement {
        text.push_str(". ");
        text.push_str(&aloud(&agreement.sentence()));
    }
    text
}

/// Why the headline comes from its method.
pub fn reason(found: &Found) -> Option<String> {
    let (estimate, _) = found.shown();
    Some(headline_reason(estimate.headline?, found.request.domain))
}
