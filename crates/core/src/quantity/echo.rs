//! A reading in words and units, rounded to what was typed.

use super::QuantityKind;
use super::decimal::Digits;
use super::number::Value;
use super::read::Outcome;
use super::unit::Measure;
use super::write::{
    NARROW, SPANS, Style, WIDE, duration, duration_in, push, rate_prefix, style, symbol_style,
    words,
};
use crate::apart::apart;

/// Rounded to six significant digits, as results of arithmetic are shown.
pub(crate) fn round6(number: f64) -> f64 {
    Digits::of(number).rounded(6).value()
}

/// The digits that are shown: all of a number as typed or a whole one, six of a computed one.
fn shown(value: &Value) -> Digits {
    let number = value.number;
    let digits = Digits::of(number);
    if value.typed() || number.fract() == 0.0 && number.abs() < 1e15 {
        digits
    } else {
        digits.rounded(6)
    }
}

/// Long figures in groups, others in words.
fn typed_style(digits: &Digits) -> Style {
    match style(digits) {
        Style::Words(_) if digits.len > 6 && digits.exponent < 15 => Style::Plain,
        style => style,
    }
}

/// The unit a value is echoed in, with the space before it: after a raised power a no-break one,
/// before a symbol a narrow one.
fn push_unit(
    out: &mut String,
    kind: QuantityKind,
    value: &Value,
    style: Style,
    prefix: &str,
    text: &str,
) {
    let measure = value.measure;
    let macs = measure == Some(Measure::Connections);
    let span = SPANS
        .iter()
        .find(|(seconds, _)| *seconds == value.factor)
        .map_or("", |(_, name)| *name);
    let (from, to) = value.phrase;
    let (name, counted) = match kind {
        _ if macs && (kind == QuantityKind::Flop || value.prefix != 0) => ("multiply-add", true),
        QuantityKind::Count => (text.get(from.into()..to.into()).unwrap_or(""), false),
        QuantityKind::Flop if value.factor != 1.0 => ("petaFLOP/s-day", true),
        QuantityKind::Flop => ("FLOP", false),
        QuantityKind::Fraction => ("%", false),
        // TOPS keep the measure of operations.
        QuantityKind::FlopPerSecond if measure == Some(Measure::Flop) => ("OPS", false),
        QuantityKind::FlopPerSecond => ("FLOP/s", false),
        _ => (span, true),
    };
    if name.is_empty() {
        return;
    }
    let symbol = matches!(kind, QuantityKind::Fraction | QuantityKind::FlopPerSecond);
    *out += match style {
        Style::Power => WIDE,
        _ if symbol => NARROW,
        _ => " ",
    };
    *out += prefix;
    if kind == QuantityKind::ChipTime && value.factor != 3600.0 {
        *out += "chip-";
    }
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
    apart(|| ranged(kind, outcome, text))
}

/// The echo of a range, with its middle.
fn ranged(kind: QuantityKind, outcome: &Outcome, text: &str) -> String {
    let mut outcome = *outcome;
    if shown(&outcome.low).value() == shown(&outcome.high).value() {
        // Ends that differ beyond six digits are shown in full, as typed ones are.
        outcome.low.digits = (0, 1);
        outcome.high.digits = (0, 1);
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
    out += ", middle ";
    number(kind, &middle, text, &mut out);
    out
}

/// The digits of a value as they are printed: of a share those of its percentage, by a shift of the point.
fn printed(kind: QuantityKind, value: &Value) -> Digits {
    let mut digits = shown(value);
    if kind == QuantityKind::Fraction && value.factor == 1.0 {
        digits.exponent += 2;
    }
    digits
}

/// The prefix of a rate and its power of ten; none for the other kinds.
fn prefix_of(kind: QuantityKind, digits: &Digits) -> (&'static str, i32) {
    if kind == QuantityKind::FlopPerSecond {
        rate_prefix(digits)
    } else {
        ("", 0)
    }
}

fn style_of(kind: QuantityKind, digits: &Digits) -> Style {
    match kind {
        QuantityKind::Fraction | QuantityKind::FlopPerSecond => symbol_style(digits),
        _ => typed_style(digits),
    }
}

/// One number and its unit; the number in it.
fn number(kind: QuantityKind, value: &Value, text: &str, out: &mut String) -> f64 {
    let mut digits = printed(kind, value);
    let (prefix, shift) = prefix_of(kind, &digits);
    digits.exponent -= shift;
    let style = style_of(kind, &digits);
    push(out, &digits, style, 1);
    push_unit(out, kind, value, style, prefix, text);
    shown(value).value()
}

fn single(kind: QuantityKind, value: &Value, text: &str) -> String {
    let mut out = String::with_capacity(48);
    let base = number(kind, value, text, &mut out) * value.factor;
    let other = value.factor != 1.0;
    let gloss = match kind {
        QuantityKind::Count if other && value.measure == Some(Measure::Words) => {
            words(base, 3) + " tokens"
        }
        QuantityKind::Count if other => words(base, 15) + " chips",
        QuantityKind::Flop if other => words(base, 3) + " FLOP",
        QuantityKind::Time => time_gloss(base, value.factor),
        QuantityKind::ChipTime if value.factor != 3600.0 => duration_in(base, 3600.0, 3),
        _ => return out,
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
    if factor == 86_400.0 {
        let hours = seconds < factor;
        return duration_in(seconds, if hours { 3600.0 } else { 1.0 }, 3);
    }
    if factor > 86_400.0 || seconds >= 172_800.0 {
        // A year shows its 365.25 days.
        let digits = if factor > 3e7 { 5 } else { 3 };
        return duration_in(seconds, 86_400.0, digits);
    }
    if factor < 3600.0 && seconds >= 120.0 * factor {
        return duration(seconds, 3);
    }
    String::new()
}

/// A range, both ends in one unit, without its middle.
pub(crate) fn range(kind: QuantityKind, outcome: &Outcome, text: &str) -> String {
    let (low, high) = common(&outcome.low, &outcome.high);
    let mut out = String::with_capacity(48);
    let (mut a, mut b) = (printed(kind, &low), printed(kind, &high));
    let (prefix, shift) = prefix_of(kind, &b);
    a.exponent -= shift;
    b.exponent -= shift;
    let (mut x, mut y) = (style_of(kind, &a), style_of(kind, &b));
    let mut dash = x == y && x != Style::Power;
    if let (Style::Words(third), true) = (x, dash) {
        // 100–200 billion
        a.exponent -= 3 * third;
        x = Style::Plain;
    } else if x != y && prefix.is_empty() && (x == Style::Plain || y == Style::Plain) {
        // 500 to 2 million would be 500 million to 2 million.
        let plain = b.exponent < 15 && a.exponent > -5;
        x = if plain { Style::Plain } else { Style::Power };
        y = x;
    } else if x == Style::Power && !prefix.is_empty() {
        // Too far apart for one prefix.
        number(kind, &low, text, &mut out);
        out += " to ";
        number(kind, &high, text, &mut out);
        return out;
    }
    dash &= x != Style::Power;
    push(&mut out, &a, x, 1);
    out += if dash { "–" } else { " to " };
    push(&mut out, &b, y, 1);
    push_unit(&mut out, kind, &high, y, prefix, text);
    out
}

/// Both values in the smaller of their units.
fn common(low: &Value, high: &Value) -> (Value, Value) {
    let convert = |value: &Value, to: &Value| {
        if value.factor == to.factor {
            *value
        } else {
            to.computed(value.number * (value.factor / to.factor))
        }
    };
    if low.factor < high.factor {
        (*low, convert(high, low))
    } else {
        (convert(low, high), *high)
    }
}
