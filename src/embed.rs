//! The embed: the same parts in another frame, for a page of somebody else.

use compute_core::field::{Field, Slot};
use compute_core::link::{self, Address};
use compute_core::quantity::scientific;
use leptos::prelude::*;

use crate::form::field::text_input;
use crate::html::{Node, Tag, div, p, span, tag};
use crate::number::rich;
use crate::outside;
use crate::result::{Surroundings, drawn, headline, range_text};
use crate::state::{Found, State};

/// The embed's children, following the state.
pub fn embed(state: State, around: Surroundings) -> Vec<Node> {
    let found = state.found.get();
    let (estimate, stale) = found.shown();
    let name = state
        .form
        .with(|form| form.head(Field::Name).trim().to_string());
    let name = if name.is_empty() {
        "This model".to_string()
    } else {
        name
    };
    let mut frame = div(if stale.is_some() {
        "embed stale"
    } else {
        "embed"
    })
    .with(
        div("line")
            .with(tag("h1").with(name))
            .with(span("").with("Training compute")),
    )
    .with(headline(estimate.flop(), stale.is_some()));
    frame = frame
        .with(verdict(&found))
        .with(inputs(state))
        .with(fields(state))
        .with(drawn(state, &found, around));
    vec![
        frame
            .with(
                div("line")
                    .with(
                        tag("a")
                            .set("href", full_page(state))
                            .set("target", "_blank")
                            .set("rel", "noopener")
                            .with("Open the calculator"),
                    )
                    .with(span("").with("FLOP, logarithmic")),
            )
            .into(),
    ]
}

/// Verdict, or range, or what is missing, in one or two lines.
fn verdict(found: &Found) -> Tag {
    let (estimate, _) = found.shown();
    let line = p("");
    let range = |line: Tag| match estimate.flop().and_then(range_text) {
        Some(range) => line.with("90 % range ").with(rich(&range)),
        None => line,
    };
    let note = div("verdict").set("id", "agreement");
    if let Some(problem) = found.error() {
        let text = [&problem.sentence(), " ", &problem.remedy].concat();
        return note.with(line.with(text));
    }
    match (&estimate.agreement, &estimate.hardware) {
        (Some(agreement), Some(hardware)) => {
            let mut line = line
                .with(
                    tag("b")
                        .class("lead")
                        .with(agreement.lead.trim_end_matches('.')),
                )
                .with(". By accelerator time ")
                .with(rich(&scientific(hardware.total.value, 2)));
            if let Some(range) = range_text(&hardware.total) {
                line = line.with(", 90 % range ").with(rich(&range));
            }
            note.set("data-verdict", agreement.verdict.id()).with(line)
        }
        (None, Some(_)) if estimate.counting.is_none() => {
            note.with(range(line.with("By accelerator time. ")))
        }
        _ if estimate.counting.is_some() => {
            note.with(range(line.with("Counted from the operations. ")))
        }
        _ => note.with(line.with("Nothing was typed yet.")),
    }
}

/// What was typed, in one line.
fn inputs(state: State) -> Tag {
    let texts = state.form.with(|form| {
        form.written()
            .into_iter()
            .filter(|(slot, _)| slot.field.spec().per_phase)
            .map(|(slot, text)| match slot.field {
                Field::Parameters => [text, " parameters"].concat(),
                Field::Chips => [text, " chips"].concat(),
                _ => text.to_string(),
            })
            .take(8)
            .collect::<Vec<_>>()
    });
    p("inputs").with(texts.join(" · "))
}

/// A small form of the fields that are filled, up to four, where there is room.
fn fields(state: State) -> Tag {
    const MAIN: [Field; 10] = [
        Field::Parameters,
        Field::Connections,
        Field::Forward,
        Field::Flop,
        Field::Data,
        Field::Accelerator,
        Field::ChipHours,
        Field::Chips,
        Field::Time,
        Field::Utilization,
    ];
    let found = state.found.get();
    let form = state.form.read();
    let opened = state.address.with_value(|address| address.form.clone());
    let mut grid = div("grid");
    // What the link filled keeps its field, though it be emptied.
    let filled: Vec<Field> = MAIN
        .into_iter()
        .filter(|field| !opened.get(Slot::new(*field, 0)).is_empty())
        .take(4)
        .collect();
    let shown = if filled.is_empty() {
        vec![Field::Parameters, Field::Data]
    } else {
        filled
    };
    for field in shown {
        let slot = Slot::new(field, 0);
        let key = slot.key();
        let bad = found
            .estimate
            .problem_at(slot)
            .is_some_and(|problem| problem.severity == compute_core::problem::Severity::Error);
        grid.push(
            div(if bad { "field bad" } else { "field" })
                .with(
                    div("label").with(
                        tag("label")
                            .set("for", key.clone())
                            .with(field.spec().label),
                    ),
                )
                .with(
                    text_input(&key, form.get(slot))
                        .set("id", key.clone())
                        .set("name", key)
                        .set("aria-describedby", "agreement")
                        .set_some("aria-invalid", bad.then_some("true")),
                ),
        );
    }
    grid
}

fn full_page(state: State) -> String {
    let form = state.form.get();
    let query = state.address.with_value(|address| {
        link::encode(&Address {
            form,
            tables: address.tables.clone(),
            ..Address::default()
        })
    });
    [&outside::base(), "?", &query].concat()
}
