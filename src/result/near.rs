//! What the number lies near.

use compute_core::apart::apart;
use compute_core::catalog::Model;
use compute_core::estimate::Estimate;
use compute_core::quantity::{percent, plain, scientific};

use super::{flop_text, marks};
use crate::html::{Tag, div, p};
use crate::number::{aloud, rich};
use crate::state::Found;

/// `160 times GPT-2 (1.9 × 10²¹)`, `67 % of GPT-4 (2.1 × 10²⁵)`.
fn beside(flop: f64, model: &Model) -> String {
    let times = flop / model.flop;
    let relation = if (0.95..1.05).contains(&times) {
        "About as much as ".to_string()
    } else if times >= 1.0 {
        [&plain(times, 2), " times "].concat()
    } else if times >= 0.001 {
        [&percent(times, 2), " of "].concat()
    } else {
        [&scientific(times, 2), " of "].concat()
    };
    [&relation, model.name, " (", &scientific(model.flop, 2), ")"].concat()
}

fn sentences(estimate: &Estimate) -> Vec<String> {
    let Some(total) = estimate.flop() else {
        return Vec::new();
    };
    [&estimate.nearest.below, &estimate.nearest.above]
        .into_iter()
        .flatten()
        .map(|model| beside(total.value, model))
        .collect()
}

/// The nearest known models, below and above.
pub fn near(estimate: &Estimate) -> Tag {
    let mut out = div("near");
    for sentence in sentences(estimate) {
        out = out.with(p("").with(rich(&sentence)));
    }
    out
}

/// The strip in words.
pub fn in_words(found: &Found) -> String {
    let (estimate, _) = found.shown();
    let mut text = "Training compute on a logarithmic axis in FLOP.".to_string();
    for mark in marks(found) {
        text.push_str(if mark.is_hardware {
            " By accelerator time "
        } else {
            " Counted "
        });
        text.push_str(&aloud(&flop_text(mark.value, 2)));
        if mark.low < mark.high {
            apart(|| {
                let [low, high] = [mark.low, mark.high].map(|end| aloud(&scientific(end, 2)));
                text.push_str(&[", from ", &low, " to ", &high].concat());
            });
        }
        text.push('.');
    }
    for sentence in sentences(estimate) {
        text.push(' ');
        text.push_str(&aloud(&sentence));
        text.push('.');
    }
    text
}
