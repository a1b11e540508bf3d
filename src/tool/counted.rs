//! What is counted: the phases of each rule's total, with switches that travel in the link.

use compute_core::catalog::{Catalog, Count};
use compute_core::estimate::estimate;
use compute_core::field::{Field, Slot};
use compute_core::phase::PhaseKind;
use compute_core::quantity;
use compute_core::regulation::{self, MOVABLE, PhaseTotal, Totals};
use compute_core::request;
use compute_core::sum::Total;
use leptos::prelude::*;

use super::desk::{Desk, refusal};
use crate::html::{Node, Tag, div, p, span, tag};
use crate::number::rich;
use crate::outside;

/// What a rule's count is called here.
fn title(count: Count) -> &'static str {
    match count {
        Count::All => "Everything typed",
        Count::EuUpdate => "EU, parameter updates",
        Count::EuCumulative => "EU, cumulative",
        Count::UsState => "US states",
        Count::FineTuning => "Fine-tuning alone",
    }
}

/// The tool.
pub fn view(desk: Desk, catalog: &'static Catalog) -> Vec<Node> {
    let form = desk.form();
    let read = request::read(&form, catalog);
    let found = estimate(&form, &read, catalog);
    let Some(totals) = &found.totals else {
        return vec![
            refusal("There is no number to count yet: fill one of the two methods in the form.")
                .into(),
        ];
    };
    let today = outside::today();
    let mut out: Vec<Node> = vec![
        p("note")
            .with("Each rule counts some phases of training and leaves others out. Untick a phase, or tick one, where you read the rule otherwise: the totals, the comparisons and the link follow.")
            .into(),
    ];
    if totals.all_equal {
        out.push(
            p("tool-found")
                .with("Every phase counts in all of these totals, so they are one number: ")
                .with(tag("b").with(rich(&figure(&totals.all))))
                .with(".")
                .into(),
        );
    } else {
        out.push(
            div("tool-count")
                .with(head(Count::All, &totals.all, false))
                .with(p("sub").with("Every phase with a number, as it was typed; repealed and proposed rules, and Korea’s, are compared with this."))
                .into(),
        );
    }
    for (count, word) in MOVABLE {
        out.push(group(totals, count, word, catalog, &today).into());
    }
    out.extend(public(&read));
    if totals.phases.len() < read.phases.len() {
        out.push(
            p("note")
                .with("A phase without a number, or by accelerator time in a kind that is counted in another phase, is in no total and does not stand here.")
                .into(),
        );
    }
    out.push(p("note").with(regulation::NOT_ADVICE).into());
    out
}

/// A total with its range: `1.1 × 10²⁵ FLOP, 90 % range …`.
fn figure(total: &Total) -> String {
    let value = quantity::flop(total.value, 2);
    if total.is_exact() {
        return value;
    }
    let range = quantity::range(total.low, total.high, 2);
    [
        &value,
        ", 90\u{202f}% range ",
        &quantity::with_unit(&range, "FLOP"),
    ]
    .concat()
}

fn head(count: Count, total: &Total, one: bool) -> Tag {
    let head = div("tool-total").with(tag("h3").with(title(count)));
    if one {
        return head;
    }
    head.with(
        p("")
            .set("data-count", word(count))
            .with(rich(&if total.value > 0.0 {
                figure(total)
            } else {
                "No phase counts".to_string()
            })),
    )
}

fn word(count: Count) -> &'static str {
    MOVABLE
        .iter()
        .find(|(other, _)| *other == count)
        .map_or("all", |(_, word)| word)
}

/// A count: its total, the rules that use it, a switch for each phase.
fn group(
    totals: &Totals,
    count: Count,
    word: &'static str,
    catalog: &'static Catalog,
    today: &str,
) -> Tag {
    let mut out = tag("fieldset").class("tool-count").with(
        tag("legend")
            .class("vh")
            .with([title(count), ": phases that count"].concat()),
    );
    if let Some(total) = totals.of(count) {
        out.push(head(count, total, totals.all_equal));
    }
    for row in catalog
        .thresholds
        .iter()
        .filter(|row| row.count == count && row.flop > 0.0)
    {
        out.push(
            p("sub").with(rich(
                &[
                    row.name,
                    if row.inclusive { ", ≥ " } else { ", > " },
                    &regulation::figure(row.flop),
                    ": ",
                    &regulation::status_line(row, today),
                ]
                .concat(),
            )),
        );
    }
    for phase in &totals.phases {
        out.push(switch(phase, count, word, totals.phases.len() > 1));
    }
    out.with(p("sub").with(regulation::counted_sentence(totals, count)))
}

fn switch(phase: &PhaseTotal, count: Count, word: &'static str, several: bool) -> Tag {
    let standing = phase.standing(count);
    let usual = regulation::standing(phase.kind, phase.public, count);
    let number = quantity::integer(phase.index as i64 + 1);
    let mut name = phase.kind.label().to_string();
    if several {
        name = ["Phase ", &number, ", ", &name].concat();
    }
    let mut why = String::new();
    if standing.moved {
        why.push_str(standing.why);
        why.push_str(" By default: ");
        why.push_str(usual.why);
    } else {
        why.push_str(usual.why);
    }
    if usual.reading {
        why.push_str(" This is our reading.");
    }
    tag("label")
        .class("tool-check")
        .with(
            tag("input")
                .set("type", "checkbox")
                .set("name", ["tool-count-", word, "-", &number].concat())
                .checked(standing.counted),
        )
        .with(
            span("")
                .with(tag("b").with(name))
                .with(" ")
                .with(rich(&quantity::flop(phase.flop.value, 2)))
                .with(span("sub").with(why)),
        )
}

/// Of each phase of generated data: whether anybody can have it.
fn public(read: &request::Request) -> Vec<Node> {
    let mut out: Vec<Node> = Vec::new();
    for (index, phase) in read.phases.iter().enumerate() {
        if phase.kind != PhaseKind::SyntheticData {
            continue;
        }
        if out.is_empty() {
            out.push(tag("h3").with("Generated data").into());
        }
        let number = quantity::integer(index as i64 + 1);
        out.push(
            tag("label")
                .class("tool-check")
                .with(
                    tag("input")
                        .set("type", "checkbox")
                        .set("name", ["tool-public-", &number].concat())
                        .checked(phase.public),
                )
                .with(
                    span("")
                        .with(
                            tag("b").with(
                                [
                                    "Phase ",
                                    &number,
                                    ": the generated data is publicly accessible",
                                ]
                                .concat(),
                            ),
                        )
                        .with(span("sub").with(
                            "Then the EU’s counts leave its generation out (guidelines, 122).",
                        )),
                )
                .into(),
        );
    }
    out
}

/// A switch was turned: its name says the total and the phase.
pub fn checked(desk: Desk, name: &str, on: bool) {
    let Some((word, phase)) = name
        .rsplit_once('-')
        .and_then(|(word, number)| Some((word, number.parse::<u8>().ok()?.checked_sub(1)?)))
    else {
        return;
    };
    let form = untrack(|| desk.form());
    if usize::from(phase) >= form.phases() {
        return;
    }
    if word == "public" {
        desk.write(&[(Slot::new(Field::Public, phase), if on { "1" } else { "0" })]);
        return;
    }
    let Some((count, word)) = MOVABLE
        .into_iter()
        .find(|(_, known)| word.strip_prefix("count-") == Some(known))
    else {
        return;
    };
    let kind = PhaseKind::from_id(form.get(Slot::new(Field::Kind, phase)).trim())
        .unwrap_or(PhaseKind::PreTraining);
    let public = form.get(Slot::new(Field::Public, phase)).trim() == "1";
    let usual = regulation::standing(kind, public, count).counted;
    let (inside, outside) = (Slot::new(Field::In, phase), Slot::new(Field::Out, phase));
    let (moved_in, moved_out) =
        regulation::moves(form.get(inside), form.get(outside), word, usual, on);
    desk.write(&[(inside, &moved_in), (outside, &moved_out)]);
}
