//! Under the form: thresholds, what makes the number uncertain, and every step of it.

use compute_core::apart::apart;
use compute_core::estimate::{Estimate, MethodResult};
use compute_core::field::Slot;
use compute_core::quantity::{date, percent};
use compute_core::step::{Expr, Method, Step};
use compute_core::words;
use leptos::prelude::*;

use super::thresholds::thresholds;
use crate::form::field::lower;
use crate::html::{Node, Tag, button, div, p, span, tag, tool};
use crate::number::rich;
use crate::outside;
use crate::state::{Found, State};

/// The sections' children, following the state.
pub fn after(state: State) -> Vec<Node> {
    // They come with the rest of the program, or at the first pause.
    if state.pauses.get() == 0 {
        Vec::new()
    } else {
        apart(|| sections(state))
    }
}

fn sections(state: State) -> Vec<Node> {
    let found = state.found.get_untracked();
    let (estimate, stale) = found.shown();
    let mut out: Vec<Node> = Vec::new();
    if estimate.headline.is_some() {
        out.push(typed(state).into());
        let dim = stale.is_some();
        out.extend(
            thresholds(state, &found).map(|section| section.set("class", dimmed(dim)).into()),
        );
        out.extend(drivers(state, &found).map(|section| section.set("class", dimmed(dim)).into()));
        out.extend(steps(estimate).map(|section| section.set("class", dimmed(dim)).into()));
        out.push(foot(state).into());
    }
    out
}

fn dimmed(stale: bool) -> &'static str {
    if stale { "section stale" } else { "section" }
}

/// What was typed, as a list: printed in place of the form.
fn typed(state: State) -> Tag {
    let mut list = tag("dl").class("inputs-list");
    state.form.with_untracked(|form| {
        for (slot, text) in form.written() {
            let label = if form.phases() > 1 && slot.field.spec().per_phase {
                [
                    slot.field.spec().label,
                    ", phase ",
                    &(slot.phase + 1).to_string(),
                ]
                .concat()
            } else {
                slot.field.spec().label.to_string()
            };
            list.push(
                tag("div")
                    .with(tag("dt").with(label))
                    .with(tag("dd").with(text.to_string())),
            );
        }
    });
    tag("section")
        .class("print-only")
        .with(tag("h2").with("Typed"))
        .with(list)
}

/// The whole link, the date and that of the tables, for a printed page.
fn foot(state: State) -> Tag {
    thread_local!(static TODAY: String = outside::today());
    let today = TODAY.with(String::clone);
    let tables = state.tables.get().catalog.date;
    div("print-only link-line")
        .with(p("").with(super::share::link_now(state)))
        .with(p("").with([&date(&today), ", tables of ", &date(tables)].concat()))
}

/// Share of each range in the spread of each method.
fn drivers(state: State, found: &Found) -> Option<Tag> {
    let (counting, hardware) = (found.counting().0, found.hardware().0);
    let unknowns = &found.request.unknowns;
    let mut rows = tag("dl").class("drivers");
    let mut any = false;
    for (result, class, mark) in [(counting, "m1", "disc"), (hardware, "m2", "square")] {
        let Some(result) = result else { continue };
        for (unknown, share) in &result.total.drivers {
            let Some(slot) = unknowns.get(usize::from(*unknown)) else {
                continue;
            };
            any = true;
            rows.push(driver(state, *slot, *share, class, mark));
        }
    }
    let section = tag("section").with(
        div("section-head")
            .with(tag("h2").with("What makes it uncertain"))
            .with(tool("text", "picture", "Pictures")),
    );
    let single = |result: Option<&MethodResult>| {
        result.is_some_and(|result| result.total.drivers.is_empty())
    };
    if !any {
        return Some(
            section.with(
                p("note")
                    .with("Every input is a single number, so no range is shown.")
                    .with(span("screen").with(
                        " Type a range, like 30% to 45% or 15T to 16T, to see what it does.",
                    )),
            ),
        );
    }
    let mut note = "Share of the spread of each figure.".to_string();
    if single(counting) {
        note.push_str(" The count rests on single numbers: type a range, like 15T to 16T, to see what it would do.");
    }
    if single(hardware) {
        note.push_str(" The accelerator time rests on single numbers: type a range, like 30% to 45%, to see what it would do.");
    }
    Some(section.with(rows).with(p("note").with(note)))
}

fn driver(state: State, slot: Slot, share: f64, class: &'static str, mark: &'static str) -> Tag {
    let text = state
        .form
        .with_untracked(|form| form.get(slot).trim().to_string());
    let mut label = [slot.field.spec().label, ", ", &text].concat();
    if slot.phase > 0 {
        label.push_str(&[", phase ", &(slot.phase + 1).to_string()].concat());
    }
    // Tenths of a per cent are enough for a bar of 300 px.
    let length = ((share * 1000.0).round().clamp(0.0, 1000.0) as u32).to_string();
    tag("div")
        .with(tag("dt").with(tag("i").class(mark)).with(label))
        .with(
            tag("dd").set("aria-hidden", "true").with(
                tag("svg")
                    .set("viewBox", "0 0 1000 8")
                    .set("preserveAspectRatio", "none")
                    .with(
                        tag("rect")
                            .class(class)
                            .set("width", length)
                            .set("height", "8"),
                    ),
            ),
        )
        .with(tag("dd").with(percent(share, 2)))
}

/// Every step of the estimate, one numbered list over both methods.
fn steps(estimate: &Estimate) -> Option<Tag> {
    let mut list = tag("ol").class("steps").set("id", "steps");
    let mut number = 0;
    let groups = [
        (
            "disc",
            "Count the operations",
            estimate
                .counting
                .as_ref()
                .map(|result| result.steps.as_slice()),
        ),
        (
            "square",
            "Accelerator time",
            estimate
                .hardware
                .as_ref()
                .map(|result| result.steps.as_slice()),
        ),
        ("", "Comparison", Some(estimate.comparison_steps.as_slice())),
    ];
    for (mark, title, steps) in groups {
        let Some(steps) = steps.filter(|steps| !steps.is_empty()) else {
            continue;
        };
        let mut head = tag("li").class("group");
        if !mark.is_empty() {
            head = head.with(tag("i").class(mark));
        }
        list.push(head.with(title));
        let mut phase = None;
        for step in steps {
            if step.phase != phase {
                phase = step.phase;
                if let Some(phase) = phase.filter(|_| estimate.phases.len() > 1) {
                    list.push(
                        tag("li")
                            .class("group")
                            .with(["Phase ", &(phase + 1).to_string()].concat()),
                    );
                }
            }
            number += 1;
            list.push(line(step, number));
        }
    }
    (number > 0).then(|| {
        tag("section")
            .with(
                div("section-head")
                    .with(tag("h2").with("How this was computed"))
                    .with(button("text", "copy-steps", "").with("Copy the steps")),
            )
            .with(list)
    })
}

fn line(step: &Step, number: u32) -> Tag {
    let end = step.id == "total" || step.id == "headline";
    let class = match (end, step.method) {
        (true, Method::Counting) => "end m1",
        (true, Method::Hardware) => "end m2",
        _ => "",
    };
    let formula = step.expr.formula();
    let substituted = step.expr.substituted();
    let mut how = p("how");
    if formula != substituted {
        how = how.with(rich(&formula)).with(" = ");
    }
    // One field behind the step: its numbers lead there.
    let mut slots = Vec::new();
    step.expr.slots(&mut slots);
    slots.dedup();
    how = match slots.as_slice() {
        [slot] => how.with(
            button("factor", "focus", slot.key())
                .set(
                    "title",
                    ["Go to ", &lower(slot.field.spec().label)].concat(),
                )
                .with(rich(&substituted)),
        ),
        _ => how.with(rich(&substituted)),
    };
    let mut line = tag("li")
        .class(class)
        .set("data-step", step.id)
        .with(
            span("no")
                .set("aria-hidden", "true")
                .with(number.to_string()),
        )
        .with(span("title").with(words::title(step)))
        .with(span("value").with(rich(&step.result(3))))
        .with(how);
    let why = words::why(step);
    if !why.is_empty() {
        line = line.with(p("why").with(rich(&why)));
    }
    line
}

/// The steps as plain text, a line each.
pub fn steps_text(found: &Found) -> String {
    let (estimate, _) = found.shown();
    let mut out = String::new();
    let all = estimate
        .counting
        .iter()
        .chain(&estimate.hardware)
        .flat_map(|result| &result.steps)
        .chain(&estimate.comparison_steps);
    for step in all {
        let is_plain = matches!(step.expr, Expr::Given(..) | Expr::Earlier(..));
        out.push_str(&words::title(step));
        out.push_str(": ");
        out.push_str(&step.expr.formula());
        out.push_str(" = ");
        if !is_plain {
            out.push_str(&step.expr.substituted());
            out.push_str(" = ");
        }
        out.push_str(&step.result(3));
        out.push('\n');
    }
    out
}
