//! Both methods at once: ratio, implied utilization, verdict, and what may be wrong.
//!
//! The bands come from 19 runs with both sets of inputs (sd of ln 0.40; 12 within 1.5 times,
//! 18 within 2, the worst 2.6); the ceiling from the largest printed hardware utilization, 72 %.

use crate::calibration;
use crate::catalog::{Catalog, Format, normalize};
use crate::field::{Field, Slot};
use crate::form::Form;
use crate::problem::Fix;
use crate::quantity::{percent, plain};
use crate::request::{Basis, ChipTime, Hardware, Inputs, Request};
use crate::uncertain::{Uncertain, Z};

/// How the two methods stand to each other. Ids are permanent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Within 1.5 times, or inside each other's range.
    Agree,
    /// Up to 3 times.
    Differ,
    /// Beyond.
    Disagree,
    /// Implied utilization under 5 % or over the measured ceiling.
    Implausible,
    /// Implied utilization over 100 %.
    Impossible,
}

impl Verdict {
    /// The word in the module and in `data-verdict`.
    pub fn id(self) -> &'static str {
        match self {
            Verdict::Agree => "agree",
            Verdict::Differ => "differ",
            Verdict::Disagree => "disagree",
            Verdict::Implausible => "implausible",
            Verdict::Impossible => "impossible",
        }
    }
}

/// Below it no whole run is known.
pub const LEAST_UTILIZATION: f64 = 0.05;
/// Above it no run is known (largest printed: 72 %).
pub const MOST_UTILIZATION: f64 = 0.75;

/// A likely cause of an impossible or implausible pair, tried: what it would give.
#[derive(Clone, Debug, PartialEq)]
pub struct Cause {
    /// What may be wrong, and what the implied utilization would be.
    pub text: String,
    /// The field to look at.
    pub slot: Slot,
    /// A text that would mend it, where one is known.
    pub fix: Option<Fix>,
}

/// The comparison.
#[derive(Clone, Debug, PartialEq)]
pub struct Agreement {
    /// Counting over accelerator time.
    pub ratio: Uncertain,
    /// Utilization at which both agree, fraction.
    pub implied_utilization: Uncertain,
    /// Verdict.
    pub verdict: Verdict,
    /// The first words of the sentence, to be set in bold.
    pub lead: &'static str,
    /// The rest of it.
    pub rest: String,
    /// Likely causes, best first; empty unless impossible or implausible.
    pub causes: Vec<Cause>,
    /// Measured runs on the same chip, in one sentence; may be empty.
    pub measured: String,
}

impl Agreement {
    /// The whole sentence.
    pub fn sentence(&self) -> String {
        [self.lead, &self.rest].concat()
    }
}

/// Compares the two totals over the kinds that have both. `capacity` is what the chips could do at most.
pub fn compare(
    counting: &Uncertain,
    hardware: &Uncertain,
    capacity: &Uncertain,
    form: &Form,
    request: &Request,
    catalog: &Catalog,
) -> Agreement {
    let ratio = counting.over(hardware);
    let implied = counting.over(capacity);
    let verdict = verdict(&ratio, implied.value);
    let usual = request.domain.usual_utilization();
    let apart = if ratio.value < 1.0 {
        1.0 / ratio.value
    } else {
        ratio.value
    };
    let times = plain(apart, 2);
    let share = percent(implied.value, 2);
    let (lead, rest) = match verdict {
        Verdict::Agree => {
            let ratio = plain(ratio.value, 2);
            let mut rest = if apart < 1.005 {
                " The count equals the accelerator time".to_string()
            } else if apart < 1.05 {
                " The count is within 5\u{202f}% of the accelerator time".to_string()
            } else if counting.value < hardware.value {
                [" The count is ", &ratio, " of the accelerator time"].concat()
            } else {
                [" The count is ", &ratio, " times the accelerator time"].concat()
            };
            if !hardware.is_exact() && counting.value >= hardware.low() && counting.value <= hardware.high() {
                rest.push_str(" and inside its 90 % range");
            }
            rest.push_str(&[". It implies ", &share, " utilization."].concat());
            ("The methods agree.", rest)
        }
        Verdict::Differ => (
            "The methods differ",
            [
                " by ",
                &times,
                " times, which is common. For both to hold, the chips ran at ",
                &share,
                " of their peak, ",
                beside_usual(implied.value, usual),
                " the usual ",
                &percent(usual, 2),
                ".",
            ]
            .concat(),
        ),
        Verdict::Disagree => (
            "The methods disagree",
            [
                " by ",
                &times,
                " times; whole runs with good inputs lie within 3. For both to hold, the chips ran at ",
                &share,
                " of their peak. Check units, passes over the data, and whether the time is of this run alone.",
            ]
            .concat(),
        ),
        Verdict::Implausible if implied.value < LEAST_UTILIZATION => (
            "Implausible together.",
            [
                " The count needs only ",
                &share,
                " of the chips’ peak; whole runs are not known under 5\u{202f}%. A count, a unit or a time is probably off.",
            ]
            .concat(),
        ),
        Verdict::Implausible => (
            "Implausible together.",
            [
                " The count needs ",
                &share,
                " of the chips’ peak; the most that was ever printed is 72\u{202f}%. One input is probably off.",
            ]
            .concat(),
        ),
        Verdict::Impossible => (
            "Impossible together.",
            [
                " The count needs ",
                &share,
                " of the chips’ peak, and no chip does more than 100\u{202f}%. One input is not what it seems.",
            ]
            .concat(),
        ),
    };
    let causes = match verdict {
        Verdict::Impossible | Verdict::Implausible => causes(implied.value, form, request, catalog),
        _ => Vec::new(),
    };
    let measured = match verdict {
        Verdict::Impossible | Verdict::Agree => String::new(),
        _ => measured(request, catalog),
    };
    Agreement {
        ratio,
        implied_utilization: implied,
        verdict,
        lead,
        rest,
        causes,
        measured,
    }
}

fn beside_usual(implied: f64, usual: f64) -> &'static str {
    if implied < usual { "below" } else { "above" }
}

/// The verdict of a ratio and an implied utilization.
pub fn verdict(ratio: &Uncertain, implied: f64) -> Verdict {
    let apart = ratio.value.ln().abs();
    let sigma = ratio.sigma();
    let within_ranges = sigma > 0.0 && apart / sigma <= Z;
    if implied > 1.0 {
        Verdict::Impossible
    } else if !(LEAST_UTILIZATION..=MOST_UTILIZATION).contains(&implied) {
        Verdict::Implausible
    } else if apart <= 1.5_f64.ln() || within_ranges {
        Verdict::Agree
    } else if apart <= 3.0_f64.ln() {
        Verdict::Differ
    } else {
        Verdict::Disagree
    }
}

fn plausible(implied: f64) -> bool {
    (LEAST_UTILIZATION..=MOST_UTILIZATION).contains(&implied)
}

/// Likely causes, each tried: what would the implied utilization be? Plausible ones first.
fn causes(implied: f64, form: &Form, request: &Request, catalog: &Catalog) -> Vec<Cause> {
    // Too much of the peak, else too little.
    let over = implied > MOST_UTILIZATION;
    let mut found: Vec<(f64, Cause)> = Vec::new();
    let would = |value: f64| -> String {
        let what = if value > 1.0 {
            ", still impossible."
        } else if plausible(value) {
            ", plausible."
        } else {
            ", still implausible."
        };
        [&percent(value, 2), what].concat()
    };
    // Only what was compared can be the cause: kinds that have both methods.
    let compared = |kind| {
        let has = |by: fn(&crate::request::Phase) -> bool| {
            request
                .phases
                .iter()
                .any(|phase| phase.kind == kind && by(phase))
        };
        has(|phase| phase.counting.complete().is_some())
            && has(|phase| phase.hardware.complete().is_some())
    };
    for (index, phase) in request
        .phases
        .iter()
        .enumerate()
        .filter(|(_, phase)| compared(phase.kind))
    {
        let at = |field| Slot::new(field, index as u8);
        if over
            && let Inputs::Complete(counting) = &phase.counting
            && let Basis::Parameters(total, None) = &counting.basis
        {
            let total_value = total.value.value;
            let name = normalize(&request.name);
            let named = catalog.models.iter().find(|model| {
                let same_name = !name.is_empty() && normalize(model.name).starts_with(&name);
                let same_size = model
                    .parameters
                    .is_some_and(|size| (size / total_value - 1.0).abs() < 0.01);
                model.active.is_some() && same_size && (same_name || name.is_empty())
            });
            // Another of the same size is named only where it would explain the pair.
            let named = named.or_else(|| {
                catalog.models.iter().find(|model| {
                    let same_size = model
                        .parameters
                        .is_some_and(|size| (size / total_value - 1.0).abs() < 0.005);
                    let explains = |active: f64| plausible(implied * active / total_value);
                    same_size && model.active.is_some_and(explains)
                })
            });
            match named.and_then(|model| Some((model, model.active?))) {
                Some((model, active)) => {
                    let after = implied * active / total_value;
                    let text = crate::quantity::words(active, 4);
                    found.push((
                        after,
                        Cause {
                            text: [
                                "A mixture of experts, with total parameters typed. Our table has ",
                                &text,
                                " active for ",
                                model.name,
                                ": ",
                                &would(after),
                            ]
                            .concat(),
                            slot: at(Field::Active),
                            fix: Some(Fix {
                                label: [&text, " active"].concat(),
                                edits: vec![(at(Field::Active), text)],
                            }),
                        },
                    ));
                }
                None => found.push((
                    // Not tried: it goes behind what was tried and is plausible.
                    f64::INFINITY,
                    Cause {
                        text: "A mixture of experts, with total parameters typed: only the active ones work on a token."
                            .to_string(),
                        slot: at(Field::Active),
                        fix: None,
                    },
                )),
            }
        }
        if let Inputs::Complete(hardware) = &phase.hardware {
            let aim = request.domain.usual_utilization();
            match &hardware.chip_time {
                ChipTime::ChipsAndTime(chips, _) => {
                    let eight = if over { implied / 8.0 } else { implied * 8.0 };
                    let (text, count) = if over {
                        (
                            "Machines typed as chips: a machine mostly holds eight. With 8 times as many chips: ",
                            8.0,
                        )
                    } else {
                        (
                            "Chips counted twice over, or cores typed as chips. With an eighth of the chips: ",
                            0.125,
                        )
                    };
                    let fixed = (chips.value.value * count).round();
                    found.push((
                        eight,
                        Cause {
                            text: [text, &would(eight)].concat(),
                            slot: at(Field::Chips),
                            fix: (chips.value.is_exact() && (1.0..1e15).contains(&fixed)).then(
                                || Fix {
                                    label: [
                                        &*plain(fixed, 6),
                                        if fixed == 1.0 { " chip" } else { " chips" },
                                    ]
                                    .concat(),
                                    edits: vec![(at(Field::Chips), (fixed as u64).to_string())],
                                },
                            ),
                        },
                    ));
                    let factor = implied / aim;
                    found.push((aim, time_cause(factor, at(Field::Time), "The time")));
                }
                ChipTime::ChipHours(_) => {
                    let factor = implied / aim;
                    found.push((aim, time_cause(factor, at(Field::ChipHours), "Chip-hours")));
                }
            }
            if let Some(row) = hardware
                .accelerator
                .and_then(|index| catalog.accelerators.get(index))
                && form.get(at(Field::Peak)).trim().is_empty()
            {
                let other = Format::ALL.into_iter().filter_map(|format| {
                    let peak = row.peak(format)?;
                    let after = implied * hardware.peak.value.value / peak;
                    let usable = !matches!(format, Format::Int8 | Format::Int4 | Format::Fp64);
                    (usable && Some(format) != hardware.format && (after < implied) == (over))
                        .then_some((format, after))
                });
                if let Some((format, after)) = other.min_by(|a, b| {
                    let far = |x: f64| (x / 0.3).ln().abs();
                    far(a.1).total_cmp(&far(b.1))
                }) {
                    let faster = if over {
                        "A faster format"
                    } else {
                        "A slower format"
                    };
                    found.push((
                        after,
                        Cause {
                            text: [faster, ". With the ", format.id(), " peak: ", &would(after)]
                                .concat(),
                            slot: at(Field::Format),
                            fix: Some(Fix {
                                label: ["Use ", format.id()].concat(),
                                edits: vec![(at(Field::Format), format.id().to_string())],
                            }),
                        },
                    ));
                }
            }
        }
        if let Inputs::Complete(counting) = &phase.counting
            && counting.passes.is_some()
        {
            let typed = |field| !form.get(at(field)).trim().is_empty();
            let slot = [Field::Epochs, Field::Data, Field::Steps]
                .into_iter()
                .map(at)
                .find(|slot| typed(slot.field))
                .unwrap_or(at(Field::Data));
            let text = if over {
                "Data counted more often than it was seen: epochs on top of tokens that hold them already."
            } else {
                "Data seen more often than was counted: epochs, or tokens for words or examples."
            };
            found.push((
                f64::INFINITY,
                Cause {
                    text: text.to_string(),
                    slot,
                    fix: None,
                },
            ));
        }
    }
    // Plausible first, then untried, then those that would not help.
    let (mut first, mut untried, mut last) = (Vec::new(), Vec::new(), Vec::new());
    let of_one_phase = found
        .windows(2)
        .all(|pair| matches!(pair, [(_, a), (_, b)] if a.slot.phase == b.slot.phase));
    for (after, mut cause) in found {
        if !of_one_phase {
            let number = (cause.slot.phase + 1).to_string();
            cause.text = ["Phase ", &number, ": ", &cause.text].concat();
        }
        if plausible(after) {
            first.push(cause);
        } else if after.is_infinite() {
            untried.push(cause);
        } else {
            last.push(cause);
        }
    }
    first.append(&mut untried);
    first.append(&mut last);
    first.truncate(4);
    first
}

fn time_cause(factor: f64, slot: Slot, start: &str) -> Cause {
    let text = if factor > 1.0 {
        [
            start,
            " in another unit, or of a part of the run. ",
            &plain(factor, 2),
            " times as much would be usual.",
        ]
        .concat()
    } else {
        [
            start,
            " in another unit, or of more than this run. ",
            &plain(1.0 / factor, 2),
            " times less would be usual.",
        ]
        .concat()
    };
    Cause {
        text,
        slot,
        fix: None,
    }
}

/// Measured runs on the same chip: the span of their utilization, and the two nearest in size.
fn measured(request: &Request, catalog: &Catalog) -> String {
    // Of several kinds of chip the one that could do most.
    let most = |hardware: &Hardware| {
        let time = match &hardware.chip_time {
            ChipTime::ChipsAndTime(chips, time) => chips.value.value * time.value.value,
            ChipTime::ChipHours(time) => time.value.value,
        };
        time * hardware.peak.value.value
    };
    let hardware = request
        .phases
        .iter()
        .filter_map(|phase| phase.hardware.complete())
        .filter(|hardware| hardware.accelerator.is_some())
        .max_by(|a, b| most(a).total_cmp(&most(b)));
    let Some((chip, format)) = hardware.and_then(|found| found.accelerator.zip(found.format))
    else {
        return String::new();
    };
    // The least and the most of them.
    type Share<'a> = (f64, &'a str);
    let mut span: Option<(Share, Share)> = None;
    for run in calibration::matching(catalog, chip, format) {
        let this = (run.mfu.unwrap_or(0.0), run.run);
        span = Some(match span {
            None => (this, this),
            Some((least, most)) => (
                if this.0 < least.0 { this } else { least },
                if this.0 > most.0 { this } else { most },
            ),
        });
    }
    match span {
        Some((least, most)) if least.1 != most.1 => [
            "Measured on this chip: ",
            &percent(least.0, 2),
            " (",
            least.1,
            ") to ",
            &percent(most.0, 2),
            " (",
            most.1,
            ").",
        ]
        .concat(),
        Some((one, _)) => [
            "Measured on this chip: ",
            &percent(one.0, 2),
            " (",
            one.1,
            ").",
        ]
        .concat(),
        _ => String::new(),
    }
}
