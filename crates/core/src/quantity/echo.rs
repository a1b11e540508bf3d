//! A reading in words and units, rounded to what was typed.

use super::QuantityKind;
use super::decimal::Digits;
use super::expression::Value;
use super::read::Outcome;
use super::unit::Measure;
use super::write::{
    NARROW, PETAFLOP_DAY, SPANS, Style, duration, duration_in, push, push_percent, push_rate,
    rate_prefix, style, words,
};

/// Rounded to six significant digits, as results of arithmetic are shown.
pub(crate) fn round6(number: f64) -> f64 {
    Digits::of(number).rounded(6).value()
}

/// The digits that are shown: all of a number as typed or a whole one, six of a computed one.
fn shown(value: &Value) -> Digits {
    let number = value.number;
    let digits = Digits::of(number);
    if value.literal.is_some() || number.fract() == 0.0 && number.abs() < 1e15 {
        digits
    } else {
        digits.rounded(6)
    }
}

/// Long figures in groups, others in words.
fn typed_style(digits: &Digits) -> Style {
    match style(digits) {
        Style::Words(_) if digits.as_slice().len() > 6 && digits.exponent < 15 => Style::Plain,
        style => style,
    }
}

/// The unit a value is echoed in, with the space before it: after a raised power a no-break one.
fn push_unit(out: &mut String, kind: QuantityKind, value: &Value, style: Style, text: &str) {
    let space = if style == Style::Power { "\u{a0}" } else { " " };
    let (start, name, counted) = match (kind, value.unit) {
        (QuantityKind::Flop, Some(unit)) if unit.measure == Measure::Connections => {
            ("", "multiply-add", true)
        }
        (QuantityKind::Flop, Some(unit)) if unit.factor != 1.0 => ("", "petaFLOP/s-day", true),
        (QuantityKind::Flop, _) => ("", "FLOP", false),
        (_, None) => return,
        // The prefix of a GMAC has gone into the number.
        (QuantityKind::Count, Some(unit)) if unit.power != 0 => ("", "multiply-add", true),
        (QuantityKind::Count, _) => {
            let (from, to) = value.phrase;
            ("", text.get(from..to).unwrap_or(""), false)
        }
        (_, Some(unit)) => {
            let span = SPANS
                .iter()
                .find(|(seconds, _)| *seconds == unit.factor)
                .map_or("second", |(_, name)| *name);
            let chips = kind == QuantityKind::ChipTime && unit.factor != 3600.0;
            (if chips { "chip-" } else { "" }, span, true)
        }
    };
    *out += space;
    *out += start;
    *out += name;
    if counted && value.number != 1.0 {
        out.push('s');
    }
}

/// The echo of what was read from a folded text.
pub(crate) fn echo(kind: QuantityKind, outcome: &Outcome, text: &str) -> String {
    if !outcome.is_range() {
        return single(kind, &outcome.low, text);
    }
    let mut outcome = *outcome;
    if shown(&outcome.low).value() == shown(&outcome.high).value() {
        // Ends that differ beyond six digits are shown in full, as typed ones are.
        outcome.low.literal = Some((0, 0, 0));
        outcome.high.literal = Some((0, 0, 0));
    }
    let mut out = range(kind, &outcome, text);
    // From the ends as they are shown, so that the text read back has the same middle.
    let (low, mut middle) = common(&outcome.low, &outcome.high);
    let number_of = |value: &Value| shown(value).value().sqrt();
    let exactly = number_of(&low) * number_of(&middle);
    // Two digits, three where the ends are close.
    let digits = if outcome.high.base() < 1.25 * outcome.low.base() {
        3
    } else {
        2
    };
    middle.number = Digits::of(exactly).rounded(digits).value();
    middle.literal = None;
    out += ", middle ";
    number(kind, &middle, text, &mut out);
    out
}

/// One number and its unit.
fn number(kind: QuantityKind, value: &Value, text: &str, out: &mut String) -> f64 {
    match kind {
        QuantityKind::Fraction => {
            let digits = fraction_digits(value);
            push_percent(out, digits);
            *out += NARROW;
            out.push('%');
            digits.value()
        }
        QuantityKind::FlopPerSecond => {
            let digits = shown(value);
            let (prefix, shift) = rate_prefix(&digits);
            let power = push_rate(out, digits, shift);
            *out += if power { "\u{a0}" } else { NARROW };
            *out += prefix;
            *out += rate_unit(value);
            digits.value()
        }
        _ => {
            let digits = shown(value);
            let style = typed_style(&digits);
            push(out, &digits, style, 1);
            push_unit(out, kind, value, style, text);
            digits.value()
        }
    }
}

fn rate_unit(value: &Value) -> &'static str {
    // TOPS keep the measure of operations.
    let operations = value.unit.is_some_and(|unit| unit.measure == Measure::Flop);
    if operations { "OPS" } else { "FLOP/s" }
}

/// The digits of a fraction: of `46.2%` those of 0.462, without the error of a division.
fn fraction_digits(value: &Value) -> Digits {
    let mut digits = shown(value);
    if value.unit.is_some_and(|unit| unit.factor != 1.0) {
        digits.exponent -= 2;
    }
    digits
}

fn single(kind: QuantityKind, value: &Value, text: &str) -> String {
    let mut out = String::with_capacity(48);
    let shown = number(kind, value, text, &mut out);
    let factor = value.unit.map_or(1.0, |unit| unit.factor);
    let gloss = match (kind, value.unit.map(|unit| unit.measure)) {
        (QuantityKind::Count, Some(Measure::Words)) => words(shown * factor, 3) + " tokens",
        (QuantityKind::Count, Some(Measure::Chips)) if factor != 1.0 => {
            words(shown * factor, 15) + " chips"
        }
        (QuantityKind::Flop, Some(measure)) if factor != 1.0 => {
            let factor = if measure == Measure::Connections {
                factor
            } else {
                PETAFLOP_DAY
            };
            words(shown * factor, 3) + " FLOP"
        }
        (QuantityKind::Time, _) => time_gloss(shown * factor, factor),
        (QuantityKind::ChipTime, _) if factor != 3600.0 => duration_in(shown * factor, 3600.0, 3),
        _ => String::new(),
    };
    if !gloss.is_empty() {
        out += " (";
        out += &gloss;
        out.push(')');
    }
    out
}

/// The same time in another unit, where that says more.
fn time_gloss(seconds: f64, factor: f64) -> String {
    if factor >= 604_800.0 {
        // A year shows its 365.25 days.
        let digits = if factor > 3e7 { 5 } else { 3 };
        duration_in(seconds, 86_400.0, digits)
    } else if factor == 86_400.0 {
        let hours = seconds < factor;
        duration_in(seconds, if hours { 3600.0 } else { 1.0 }, 3)
    } else if factor <= 3600.0 && seconds >= 172_800.0 {
        duration_in(seconds, 86_400.0, 3)
    } else if factor < 3600.0 && seconds >= 120.0 * factor {
        duration(seconds, 3)
    } else {
        String::new()
    }
}

/// A range, both ends in one unit, without its middle.
pub(crate) fn range(kind: QuantityKind, outcome: &Outcome, text: &str) -> String {
    let (low, high) = common(&outcome.low, &outcome.high);
    let mut out = String::with_capacity(48);
    match kind {
        QuantityKind::Fraction => {
            push_percent(&mut out, fraction_digits(&low));
            out.push('–');
            number(kind, &high, text, &mut out);
        }
        QuantityKind::FlopPerSecond => {
            let mut digits = shown(&low);
            let (_, shift) = rate_prefix(&shown(&high));
            if digits.exponent < shift - 4 {
                // Too far apart for one prefix.
                number(kind, &low, text, &mut out);
                out += " to ";
            } else {
                digits.exponent -= shift;
                push(&mut out, &digits, style(&digits), 1);
                out.push('–');
            }
            number(kind, &high, text, &mut out);
        }
        _ => {
            let (a, b) = (shown(&low), shown(&high));
            let (x, y) = (typed_style(&a), typed_style(&b));
            let dash = match (x, y) {
                (Style::Plain, Style::Plain) => {
                    push(&mut out, &a, x, 1);
                    true
                }
                (Style::Words(p), Style::Words(q)) if p == q => {
                    let mut mantissa = a;
                    mantissa.exponent -= 3 * p;
                    push(&mut out, &mantissa, Style::Plain, 1);
                    true
                }
                (Style::Words(_), Style::Words(_)) | (Style::Power, Style::Power) => {
                    push(&mut out, &a, x, 1);
                    false
                }
                // 500 to 2 million would be 500 million to 2 million.
                _ => {
                    let style = if b.exponent < 15 && a.exponent > -5 {
                        Style::Plain
                    } else {
                        Style::Power
                    };
                    push(&mut out, &a, style, 1);
                    out += " to ";
                    push(&mut out, &b, style, 1);
                    push_unit(&mut out, kind, &high, style, text);
                    return out;
                }
            };
            out += if dash { "–" } else { " to " };
            push(&mut out, &b, y, 1);
            push_unit(&mut out, kind, &high, y, text);
        }
    }
    out
}

/// Both values in the smaller of their units.
fn common(low: &Value, high: &Value) -> (Value, Value) {
    let convert = |value: &Value, to: &Value| {
        let (Some(from), Some(unit)) = (value.unit, to.unit) else {
            return *value;
        };
        if from.factor == unit.factor {
            return *value;
        }
        Value {
            number: value.number * (from.factor / unit.factor),
            literal: None,
            ..*to
        }
    };
    match (low.unit, high.unit) {
        (Some(a), Some(b)) if a.factor < b.factor => (*low, convert(high, low)),
        (Some(_), Some(_)) => (convert(low, high), *high),
        _ => (*low, *high),
    }
}
