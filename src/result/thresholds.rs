//! Figures of law and guidelines, and how the number stands to them: one column a method.

use compute_core::catalog::Threshold;
use compute_core::quantity::{self, percent, plain, scientific};
use compute_core::regulation::{self, Comparison, Verdict};
use compute_core::step::Method;
use leptos::prelude::*;

use crate::form::field::capital;
use crate::html::{Tag, button, div, p, span, tag, tool};
use crate::number::rich;
use crate::outside;
use crate::state::{Found, State};

/// The table; `None` while no figure has come.
pub fn thresholds(state: State, found: &Found) -> Option<Tag> {
    let catalog = state.tables.get().catalog;
    let all = state.stand.with(|stand| stand.all_thresholds);
    let (shown, _) = found.shown_found();
    let methods = [
        (
            "disc",
            "Counted",
            shown.estimate.totals_by(Method::Counting, &shown.request),
        ),
        (
            "square",
            "Accelerator time",
            shown.estimate.totals_by(Method::Hardware, &shown.request),
        ),
    ];
    let rows: Vec<&Threshold> = catalog
        .thresholds
        .iter()
        .filter(|row| (row.shown || all) && row.flop > 0.0)
        .collect();
    if rows.is_empty() {
        return None;
    }
    let head = |label: &'static str| tag("th").set("scope", "col").with(label);
    let mut heads = tag("tr")
        .with(head("Compared with"))
        .with(head("FLOP").set("class", "num"));
    for (mark, label, totals) in &methods {
        if totals.is_some() {
            heads.push(
                tag("th")
                    .set("scope", "col")
                    .with(tag("i").class(mark))
                    .with(*label),
            );
        }
    }
    let today = outside::today();
    let mut body = tag("tbody");
    let mut ranges = false;
    for row in rows {
        let relation = if row.inclusive { "≥ " } else { "> " };
        let figure = power(row.flop);
        let mut name = tag("th")
            .set("scope", "row")
            .with(tag("b").with(row.name))
            .with(span("sub").with(capital(&regulation::status_line(row, &today))));
        if all {
            name = name.with(span("sub").with(row.conditions));
        }
        let mut line = tag("tr")
            .with(name)
            .with(tag("td").class("num").with(relation).with(rich(&figure)));
        for (_, label, totals) in &methods {
            if let Some(totals) = totals {
                let compared = regulation::compare(row, totals);
                ranges |= compared
                    .as_ref()
                    .is_some_and(|compared| compared.probability.is_some());
                line.push(cell(label, compared));
            }
        }
        body.push(line);
    }
    let mut note = String::new();
    if ranges {
        note.push_str("Percentages: probability that the figure is exceeded, on these inputs. ");
    }
    note.push_str(&["As of ", &quantity::date(catalog.date), ". Arithmetic on what you typed, not legal advice; each rule has conditions besides compute."].concat());
    Some(
        tag("section")
            .with(tag("h2").with("Thresholds"))
            .with(
                tag("table")
                    .class("plain stack")
                    .with(tag("thead").with(heads))
                    .with(body),
            )
            .with(p("note").with(note))
            .with(
                div("tools")
                    .with(
                        button("text", "thresholds", "")
                            .state("aria-expanded", all)
                            .with(if all {
                                "Only those in use"
                            } else {
                                "Conditions and repealed rules"
                            }),
                    )
                    .with(tool("text", "counted", "What is counted"))
                    .with(tool("text", "modifier", "A modified model")),
            ),
    )
}

/// `10²⁵` for a bare power of ten, else with its figure.
fn power(flop: f64) -> String {
    let text = scientific(flop, 2);
    match text.strip_prefix("1.0\u{202f}×\u{202f}") {
        Some(power) => power.to_string(),
        None => text,
    }
}

fn cell(label: &'static str, compared: Option<Comparison>) -> Tag {
    let cell = tag("td").set("data-label", label);
    let Some(compared) = compared else {
        return cell.with(span("sub").with("no such phase"));
    };
    let word = match compared.verdict {
        Verdict::Above => "Exceeds",
        Verdict::Straddles => "Straddles",
        Verdict::Below => "Below",
    };
    let how = match compared.probability {
        Some(p) if p > 0.995 => "more than 99\u{202f}%".to_string(),
        Some(p) if p < 0.005 => "less than 1\u{202f}%".to_string(),
        Some(p) => percent((p * 100.0).round() / 100.0, 2),
        None if compared.times >= 1.0 => [&plain(compared.times, 2), " times"].concat(),
        None if compared.times >= 0.001 => [&plain(compared.times, 2), " of it"].concat(),
        None => [&scientific(compared.times, 2), " of it"].concat(),
    };
    cell.with(tag("b").with(word))
        .with(" ")
        .with(span("sub").with(rich(&how)))
}
