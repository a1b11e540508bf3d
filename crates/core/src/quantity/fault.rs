//! What can be wrong with a text, and how a person is told.

use super::echo;
use super::fold::fold;
use super::read::{Outcome, Wrong, interpret};
use super::unit::Measure;
use super::write::{MONTHS, integer};
use super::{Misreading, Names, QuantityKind};

/// Why a text could not be read.
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
    /// A bound; without the part from the fault's first place to its second the number stands there.
    LowerBound,
    UpperBound,
    /// A word that is 10 to a power elsewhere, behind the number that ends at the first place.
    LongScale,
    /// A unit of another kind, behind the number that ends at the first place.
    WrongUnit,
    UnitNeeded,
    /// `5 m`: the number ends at the first place.
    AmbiguousUnit,
    AmbiguousClock,
    AmbiguousPercent,
    OverOne,
    DateAlone,
    DatesReversed,
    NoSuchDate,
}

/// Of each [`Fault`], in its order: the code; the sentence (behind a quote where it starts with a
/// space); texts to type instead, `#` for the number in front of the fault's place, `@` for the
/// whole text; whether typing on can make it right.
const FAULTS: [(&str, &str, &str, bool); 20] = [
    ("empty", "Nothing is typed here.", "", true),
    ("not-a-number", " is not a number.", "", false),
    ("incomplete", " stops before its end.", "", true),
    (
        "too-long",
        "The text has more than 200 characters.",
        "",
        false,
    ),
    (
        "too-large",
        " is beyond the largest number that can be computed.",
        "",
        false,
    ),
    (
        "too-deep",
        "The brackets are nested more than 32 deep.",
        "",
        false,
    ),
    ("not-positive", " is not above zero.", "", false),
    (
        "grouping",
        " has groups of digits that are not three long.",
        "",
        false,
    ),
    ("bound", " is a bound, not a value.", "", false),
    ("bound", " is a bound, not a value.", "", false),
    (
        "long-scale",
        " has a number word that means different numbers in different languages.",
        "# x 10^",
        false,
    ),
    ("wrong-unit", " is a count.", "", false),
    ("unit-needed", " has no unit.", "@ days|@ hours", true),
    (
        "ambiguous-unit",
        " can be minutes or months.",
        "# min|# months",
        false,
    ),
    (
        "ambiguous-unit",
        " can be hours and minutes or minutes and seconds.",
        "@:00|0:@",
        true,
    ),
    (
        "ambiguous-percent",
        " can be a share or a percentage.",
        "@%",
        true,
    ),
    ("over-one", " is more than the whole.", "", false),
    ("incomplete", " is one date, not a time.", "", true),
    ("dates-reversed", " ends before it begins.", "", false),
    (
        "no-such-date",
        " names a day that no calendar has.",
        "",
        false,
    ),
];

/// What to write where a count is no number; a field that counts something else gives its own example.
pub const WRITE_A_COUNT: &str = "Write a number like 175B or 1.5 million.";

/// By kind: an example, and what makes a number of another unit one of this kind.
const KINDS: [(&str, &str); 6] = [
    (WRITE_A_COUNT, "#"),
    ("Write a number like 3.1e23 or 350 GFLOP.", "# FLOP"),
    ("Write a rate like 312 TFLOP/s.", "# TFLOP/s"),
    ("Write a time like 54 days or 11 d 4 h.", "# hours"),
    ("Write a share like 35% or 0.35.", "#%"),
    ("Write chip-hours like 3.3M GPU hours.", "# GPU hours"),
];

const TWO_DATES: &str = "Write two dates, like 2022-03-11 to 2022-07-06.";

/// A text in quotes, shortened where it is long.
pub(crate) fn quoted(text: &str) -> String {
    let text = text.trim();
    match text.char_indices().nth(40) {
        Some((end, _)) => ["“", text.get(..end).unwrap_or("").trim_end(), "…”"].concat(),
        None => ["“", text, "”"].concat(),
    }
}

/// Explains what is wrong with a folded text (`typed` is the text itself). Every fix was read before it is offered.
pub(crate) fn explain(
    kind: QuantityKind,
    (fault, (from, to), turns_on): Wrong,
    typed: &str,
    folded: &str,
    names: &dyn Names,
) -> Misreading {
    let text = folded.trim();
    let number = folded.get(..from).unwrap_or("").trim();
    let (example, right) = KINDS.get(kind as usize).copied().unwrap_or(("", ""));
    let (code, mut message, templates, mut unfinished) = FAULTS
        .get(fault as usize)
        .copied()
        .unwrap_or(("", "", "", false));
    let mut templates = templates.to_string();
    let mut remedy = String::new();
    match fault {
        Fault::NotANumber => {
            if let Some((left, right)) = text.split_once('=') {
                // =2+3 and 8x8=64
                templates = [left, "|", right].concat();
            }
            if text.contains(['$', '€', '£', '¥']) {
                message = " is an amount of money.";
            }
            let lower = text.to_ascii_lowercase();
            let month = |name: &str| lower.contains(&name.to_ascii_lowercase());
            if kind == QuantityKind::Time && MONTHS.iter().any(|name| month(name)) {
                remedy += TWO_DATES;
            }
        }
        Fault::NotPositive => templates += text.trim_start_matches('-'),
        Fault::Grouping => {
            templates.extend(text.chars().filter(|c| !matches!(c, ',' | '\'' | '_')));
        }
        Fault::LowerBound | Fault::UpperBound => {
            let rest = [number, folded.get(to..).unwrap_or("")].join(" ");
            let rest = rest.trim();
            if let Ok(outcome) = interpret(kind, rest, names)
                && let Some(range) = double(kind, outcome, fault == Fault::UpperBound)
            {
                let range = echo::range(kind, &range, rest);
                remedy = ["Write a range, like ", &range, "."].concat();
                templates = range;
            } else {
                remedy += "Write a range, like 2000 to 4000.";
            }
            unfinished = text.ends_with('+');
        }
        Fault::LongScale => {
            if turns_on == 9 {
                templates = "# billion".to_string();
            } else {
                templates += &integer(turns_on.into());
            }
        }
        Fault::WrongUnit => {
            let is = |measure: Measure| turns_on == measure as u8;
            // Still on the way to 175B within 2x, 3M GPU hours, 1 PFLOP/s-day.
            unfinished = text.len() == number.len() + 2
                || kind == QuantityKind::ChipTime && is(Measure::Chips)
                || kind == QuantityKind::FlopPerSecond && is(Measure::Flop)
                || kind == QuantityKind::Flop && is(Measure::FlopPerSecond);
            let lower = text.to_ascii_lowercase();
            let machines = ["node", "machine", "server"];
            if kind == QuantityKind::Time && is(Measure::ChipTime) {
                // The same figure in hours would be off by the number of chips.
                remedy += "Enter it as chip-hours, or divide it by the number of chips.";
            } else if !is(Measure::Other) {
                templates += right;
            } else if kind == QuantityKind::Count
                && machines.iter().any(|name| lower.contains(name))
            {
                templates += "# x 8";
            }
            if kind == QuantityKind::FlopPerSecond && is(Measure::Flop) {
                templates = "@/s".to_string();
            }
            if let Some((flop, _)) = text.split_once('/')
                && kind == QuantityKind::Flop
                && is(Measure::FlopPerSecond)
            {
                templates = flop.to_string();
            }
            for (measure, what) in [
                (Measure::Time, " is a time."),
                (Measure::ChipTime, " is chips times time."),
                (Measure::FlopPerSecond, " is a rate."),
                (Measure::Flop, " is a number of operations."),
                (Measure::Fraction, " is a share."),
                (Measure::Other, " has a unit of something else."),
            ] {
                if is(measure) {
                    message = what;
                }
            }
        }
        Fault::UnitNeeded if kind == QuantityKind::FlopPerSecond => {
            let size = interpret(QuantityKind::Count, text, names)
                .map_or(1.0, |outcome| outcome.high.number);
            templates = if size < 1.0 {
                "@ PFLOP/s"
            } else if size < 1e5 {
                "@ TFLOP/s"
            } else {
                "@ FLOP/s"
            }
            .to_string();
        }
        Fault::AmbiguousPercent => {
            if let Ok(outcome) = interpret(QuantityKind::Count, text, names)
                && !outcome.is_range()
            {
                templates.push('|');
                templates += &super::exact(echo::round6(outcome.low.number / 100.0));
            }
        }
        Fault::OverOne => remedy += "Write a share of it, like 35%.",
        Fault::DatesReversed => {
            if let Some((first, second)) = text.split_once(" to ").or(text.split_once(" - ")) {
                templates = [second, " to ", first].concat();
            }
        }
        Fault::DateAlone | Fault::NoSuchDate => remedy += TWO_DATES,
        _ => {}
    }
    let mut fixes: Vec<String> = Vec::new();
    for template in templates.split('|') {
        let mut fix = String::new();
        for c in template.trim().chars() {
            match c {
                '#' => fix += number,
                '@' => fix += text,
                _ => fix.push(c),
            }
        }
        if fold(&fix).is_some_and(|fix| interpret(kind, &fix, names).is_ok()) {
            fixes.push(fix);
        }
    }
    if remedy.is_empty() {
        remedy = if fixes.is_empty() {
            example.to_string()
        } else {
            ["Write ", &fixes.join(" or "), "."].concat()
        };
    }
    Misreading {
        code,
        message: if message.starts_with(' ') {
            quoted(typed) + message
        } else {
            message.to_string()
        },
        remedy,
        fixes,
        unfinished,
    }
}

/// The range from a bound to twice or half of it; a share stays within the whole.
fn double(kind: QuantityKind, mut range: Outcome, upper: bool) -> Option<Outcome> {
    if range.is_range() {
        return None;
    }
    let value = range.low;
    let scaled = |factor: f64| value.computed(echo::round6(value.number * factor));
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
