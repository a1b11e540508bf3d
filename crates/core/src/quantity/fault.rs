//! What can be wrong with a text, and how a person is told.

use super::echo;
use super::expression::Value;
use super::fold::{MOST_CHARACTERS, fold};
use super::read::{Outcome, interpret};
use super::unit::Measure;
use super::write::integer;
use super::{Misreading, Names, QuantityKind};

/// Why a text could not be read. Places are bytes of the folded text.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Fault {
    Empty,
    NotANumber,
    Incomplete,
    TooLong,
    TooLarge,
    TooDeep,
    NotPositive,
    Grouping,
    /// A bound; without the part from `from` to `to` the number stands there.
    Bound {
        upper: bool,
        from: usize,
        to: usize,
    },
    /// A word that is 10 to a power elsewhere, behind the number that ends at `at`.
    LongScale {
        power: i32,
        at: usize,
    },
    /// A unit of another kind, behind the number that ends at `at`.
    WrongUnit {
        measure: Measure,
        at: usize,
    },
    UnitNeeded,
    /// `5 m`: the number ends at `at`.
    AmbiguousUnit {
        at: usize,
    },
    AmbiguousClock,
    AmbiguousPercent,
    OverOne,
    DateAlone,
    DatesReversed,
    NoSuchDate,
}

/// A text in quotes, shortened where it is long.
pub(crate) fn quoted(text: &str) -> String {
    let text = text.trim();
    match text.char_indices().nth(40) {
        Some((end, _)) => ["“", text.get(..end).unwrap_or(""), "…”"].concat(),
        None => ["“", text, "”"].concat(),
    }
}

/// What to type, by kind.
fn example(kind: QuantityKind) -> &'static str {
    match kind {
        QuantityKind::Count => "Write a number like 175B or 1.5 million.",
        QuantityKind::Flop => "Write a number like 3.1e23 or 350 GFLOP.",
        QuantityKind::FlopPerSecond => "Write a rate like 312 TFLOP/s.",
        QuantityKind::Time => "Write a time like 54 days or 11 d 4 h.",
        QuantityKind::Fraction => "Write a share like 35% or 0.35.",
        QuantityKind::ChipTime => "Write chip-hours like 3.3M GPU hours.",
    }
}

/// The sentence that names the texts to type.
fn write_one_of(fixes: &[String]) -> String {
    let mut out = String::from("Write ");
    for (at, fix) in fixes.iter().enumerate() {
        if at > 0 {
            out += " or ";
        }
        out += fix;
    }
    out.push('.');
    out
}

/// Explains a fault of a folded text (`typed` is the text itself). Every fix was read before it is offered.
pub(crate) fn explain(
    kind: QuantityKind,
    fault: Fault,
    typed: &str,
    folded: &str,
    names: &dyn Names,
) -> Misreading {
    let text = folded.trim();
    let quote = quoted(typed);
    let before = |at: usize| folded.get(..at).unwrap_or("").trim();
    let with = |number: &str, unit: &str| [number, unit].concat();
    let mut unfinished = false;
    let mut fixes: Vec<String> = Vec::new();
    let mut remedy = String::new();
    let (code, message) = match fault {
        Fault::Empty => {
            unfinished = true;
            ("empty", "Nothing is typed here.".to_string())
        }
        Fault::NotANumber => {
            if let Some((left, right)) = text.split_once('=') {
                // =2+3 and 8x8=64
                fixes.push(left.trim().to_string());
                fixes.push(right.trim().to_string());
            }
            if kind == QuantityKind::Time && has_month(text) {
                remedy += "Write two whole dates, like 11 March 2022 to 6 July 2022.";
            }
            let money = text.contains(['$', '€', '£', '¥']);
            let what = if money {
                " is an amount of money."
            } else {
                " is not a number."
            };
            ("not-a-number", quote + what)
        }
        Fault::Incomplete => {
            unfinished = true;
            ("incomplete", quote + " stops before its end.")
        }
        Fault::DateAlone => {
            unfinished = true;
            remedy += "Write two dates, like 2022-03-11 to 2022-07-06.";
            ("incomplete", quote + " is one date, not a time.")
        }
        Fault::TooLong => {
            let most = integer(MOST_CHARACTERS as i64);
            let message = ["The text has more than ", &most, " characters."].concat();
            ("too-long", message)
        }
        Fault::TooDeep => (
            "too-deep",
            "The brackets are nested more than 32 deep.".to_string(),
        ),
        Fault::TooLarge => (
            "too-large",
            quote + " is beyond the largest number that can be computed.",
        ),
        Fault::NotPositive => {
            let positive = text.trim_start_matches('-');
            if positive.len() < text.len() {
                fixes.push(positive.trim().to_string());
            }
            ("not-positive", quote + " is not above zero.")
        }
        Fault::Grouping => {
            let plain: String = text
                .chars()
                .filter(|c| !matches!(c, ',' | '\'' | '_'))
                .collect();
            fixes.push(plain);
            (
                "grouping",
                quote + " has groups of digits that are not three long.",
            )
        }
        Fault::Bound { upper, from, to } => {
            let rest = [before(from), folded.get(to..).unwrap_or("")].join(" ");
            let rest = rest.trim();
            let value = interpret(kind, rest, names).ok();
            if let Some(range) = value.and_then(|(outcome, _)| double(kind, &outcome, upper)) {
                fixes.push(echo::range(kind, &range, rest));
            }
            if let Some(range) = fixes.first() {
                remedy = ["Write a range, like ", range, "."].concat();
            } else {
                remedy += "Write a range, like 2000 to 4000.";
            }
            unfinished = folded.trim_end().ends_with('+');
            ("bound", quote + " is a bound, not a value.")
        }
        Fault::LongScale { power, at } => {
            let number = before(at);
            fixes.push(match power {
                6 => with(number, " million"),
                9 => with(number, " billion"),
                12 => with(number, " trillion"),
                _ => [number, " x 10^", &integer(i64::from(power))].concat(),
            });
            let message = " has a number word that means different numbers in different languages.";
            ("long-scale", quote + message)
        }
        Fault::WrongUnit { measure, at } => {
            let number = before(at);
            // Still on the way to 175B within 2x, 3M GPU hours, 1 PFLOP/s-day.
            let last = text.rsplit(' ').next().unwrap_or("");
            unfinished = last.len() == 1
                || kind == QuantityKind::FlopPerSecond && measure == Measure::Flop
                || kind == QuantityKind::ChipTime && measure == Measure::Chips
                || kind == QuantityKind::Flop && measure == Measure::FlopPerSecond;
            let machines = ["node", "machine", "server"];
            let lower = folded.to_ascii_lowercase();
            match kind {
                QuantityKind::Count if machines.iter().any(|name| lower.contains(name)) => {
                    fixes.push(with(number, " x 8"));
                }
                _ if measure == Measure::Other => {}
                QuantityKind::Count => fixes.push(number.to_string()),
                QuantityKind::Flop => fixes.push(flop_of(folded, number)),
                QuantityKind::FlopPerSecond => fixes.push(with(number, " TFLOP/s")),
                QuantityKind::Time => fixes.push(with(number, " hours")),
                QuantityKind::Fraction => fixes.push(with(number, "%")),
                QuantityKind::ChipTime => fixes.push(with(number, " GPU hours")),
            }
            let what = match measure {
                Measure::Time => " is a time.",
                Measure::ChipTime => " is chips times time.",
                Measure::FlopPerSecond => " is a rate.",
                Measure::Flop => " is a number of operations.",
                Measure::Fraction => " is a share.",
                Measure::Other => " has a unit of something else.",
                _ => " is a count.",
            };
            ("wrong-unit", quote + what)
        }
        Fault::UnitNeeded => {
            unfinished = true;
            if kind == QuantityKind::Time {
                fixes.push(with(text, " days"));
                fixes.push(with(text, " hours"));
            } else {
                let size = interpret(QuantityKind::Count, text, names)
                    .map_or(1.0, |(outcome, _)| outcome.high.base());
                let unit = match size {
                    ..1.0 => " PFLOP/s",
                    ..1e5 => " TFLOP/s",
                    _ => " FLOP/s",
                };
                fixes.push(with(text, unit));
            }
            ("unit-needed", quote + " has no unit.")
        }
        Fault::AmbiguousUnit { at } => {
            let number = before(at);
            fixes.push(with(number, " min"));
            fixes.push(with(number, " months"));
            ("ambiguous-unit", quote + " can be minutes or months.")
        }
        Fault::AmbiguousClock => {
            unfinished = true;
            fixes.push(with(text, ":00"));
            fixes.push(with("0:", text));
            (
                "ambiguous-unit",
                quote + " can be hours and minutes or minutes and seconds.",
            )
        }
        Fault::AmbiguousPercent => {
            unfinished = true;
            fixes.push(with(text, "%"));
            let value = interpret(QuantityKind::Count, text, names).ok();
            if let Some((outcome, _)) = value.filter(|(outcome, _)| !outcome.is_range()) {
                fixes.push(super::exact(echo::round6(outcome.low.number / 100.0)));
            }
            (
                "ambiguous-percent",
                quote + " can be a share or a percentage.",
            )
        }
        Fault::OverOne => {
            remedy += "Write a share of it, like 35%.";
            ("over-one", quote + " is more than the whole.")
        }
        Fault::DatesReversed => {
            if let Some((first, second)) = text.split_once(" to ").or(text.split_once(" - ")) {
                fixes.push([second.trim(), " to ", first.trim()].concat());
            }
            ("dates-reversed", quote + " ends before it begins.")
        }
        Fault::NoSuchDate => {
            remedy += "Write two dates of the calendar, like 2022-03-11 to 2022-07-06.";
            ("no-such-date", quote + " names a day that no calendar has.")
        }
    };
    fixes.retain(|fix| fold(fix).is_ok_and(|fix| interpret(kind, &fix, names).is_ok()));
    if remedy.is_empty() {
        remedy = if fixes.is_empty() {
            example(kind).to_string()
        } else {
            write_one_of(&fixes)
        };
    }
    Misreading {
        code,
        message,
        remedy,
        fixes,
        unfinished,
    }
}

/// A rate without what makes it one; else the number alone.
fn flop_of(folded: &str, number: &str) -> String {
    match folded.split_once('/') {
        Some((flop, _)) if flop.len() > number.len() => flop.trim().to_string(),
        _ => [number, " FLOP"].concat(),
    }
}

fn has_month(text: &str) -> bool {
    super::write::MONTHS.iter().any(|month| {
        text.split(|c: char| !c.is_ascii_alphabetic())
            .any(|word| word.eq_ignore_ascii_case(month))
    })
}

/// The range from a bound to twice or half of it; a share stays within the whole.
fn double(kind: QuantityKind, outcome: &Outcome, upper: bool) -> Option<Outcome> {
    if outcome.is_range() {
        return None;
    }
    let value = outcome.low;
    let scaled = |factor: f64| Value {
        number: echo::round6(value.number * factor),
        literal: None,
        ..value
    };
    let mut range = *outcome;
    if upper {
        range.low = scaled(0.5);
    } else {
        range.high = scaled(2.0);
        if kind == QuantityKind::Fraction && range.high.base() > 1.0 {
            range.high = scaled(1.0 / value.base());
        }
    }
    range.is_range().then_some(range)
}
