//! Text as typed to a reading, by kind.

use super::accelerator;
use super::decimal::from_digits;
use super::echo;
use super::fault::{Fault, explain};
use super::fold::fold;
use super::note::notes;
use super::number::Value;
use super::token::{ENDS, Parser, Remark, Step, begins, digit};
use super::unit::Measure;
use super::write::MONTHS;
use super::{Misreading, Names, QuantityKind, Reading};
use crate::apart::apart;
use std::borrow::Cow;

/// What was read, before it is told.
#[derive(Clone, Copy)]
pub(crate) struct Outcome {
    pub low: Value,
    pub high: Value,
    /// The middle that was typed, in the unit, of `3e23 within 2x`; else 0.
    pub middle: f64,
    pub remarks: u16,
    pub chip: Option<usize>,
    pub chip_name: (usize, usize),
}

impl Outcome {
    pub fn is_range(&self) -> bool {
        self.low.base() < self.high.base()
    }
}

/// A fault, its place in the folded text, and what it turns on.
pub(crate) type Wrong = (Fault, (usize, usize), u8);

/// Reads a number of a kind: a value or a range in base units, with its echo and notes.
/// `Err` holds what to tell the person; an empty text has code `empty`, and the default applies.
/// At most 200 characters and 32 brackets are looked at. The typing rules stand in `tests/typing_vectors.csv`.
pub fn read(kind: QuantityKind, text: &str, names: &dyn Names) -> Result<Reading, Misreading> {
    let folded = fold(text);
    let outcome = match &folded {
        Some(folded) => interpret(kind, folded, names),
        None => Err((Fault::TooLong, (0, 0), 0)),
    };
    let folded = folded.as_deref().unwrap_or("");
    match outcome {
        Ok(outcome) => Ok(reading(kind, &outcome, folded)),
        Err(wrong) => Err(apart(|| explain(kind, wrong, text, folded, names))),
    }
}

/// Whether a text says zero, which a few fields take: `0`, `0.0`, `0 %`.
pub fn is_zero(text: &str) -> bool {
    let text = text.trim().trim_end_matches(['%', ' ']);
    super::parse_f64(text) == Some(0.0)
}

/// A text in lower case, the same bytes long; itself where it is so.
fn lower_case(text: &str) -> Cow<'_, [u8]> {
    let bytes = text.trim_end().as_bytes();
    if bytes.iter().any(u8::is_ascii_uppercase) {
        Cow::Owned(bytes.to_ascii_lowercase())
    } else {
        Cow::Borrowed(bytes)
    }
}

/// Reads a folded text.
pub(crate) fn interpret(
    kind: QuantityKind,
    folded: &str,
    names: &dyn Names,
) -> Result<Outcome, Wrong> {
    let text = lower_case(folded);
    let mut text = &*text;
    let mut parser = Parser::new(kind, folded, text, names);
    // $3.1 \times 10^{23}$ is a formula; a single $ is money.
    if let [b'$', .., b'$'] = text {
        text = text.split_last().map_or(text, |(_, formula)| formula);
        parser.text = text;
        parser.at = 1;
    }
    match whole(&mut parser).and_then(|()| settle(&mut parser)) {
        Ok(()) => Ok(Outcome {
            low: parser.low,
            high: parser.value,
            middle: parser.middle,
            remarks: parser.remarks,
            chip: parser.chip,
            chip_name: parser.chip_name,
        }),
        Err(fault) => Err((fault, parser.fault_at, parser.fault_turns_on)),
    }
}

/// Words of a bound in front of a number, lower ones and upper ones.
const LOWER: &str = ">|=>|at least|at minimum|upwards of|upward of|more than|greater than|larger than|longer than|higher than|no less than|no fewer than|not less than|in excess of|over|above|minimum|exceeding|exceeds|beyond|min|well over|just over";
const UPPER: &str = "<|at most|at maximum|up to|less than|lower than|fewer than|smaller than|shorter than|no more than|not more than|as much as|as many as|under|below|maximum|max|just under";

/// The same behind a number.
const LOWER_BEHIND: &str = "or more|or greater|or longer|or higher|or above|and up|and above|and more|plus|minimum|at least";
const UPPER_BEHIND: &str = "or less|or fewer|or below|maximum|max|at most";

/// What can stand in front of a number, besides bounds.
const STARTS: &str = "about|approximately|around|roughly|between|from|circa";

/// A bound here.
fn bound(p: &mut Parser, lower: &str, upper: &str) -> Option<Fault> {
    let from = p.at;
    let fault = if p.any(lower).is_some() {
        Fault::LowerBound
    } else if p.any(upper).is_some() {
        Fault::UpperBound
    } else {
        return None;
    };
    p.eat("=");
    p.spaces();
    Some(p.fault(fault, from, p.at))
}

/// The whole text: bounds, dates, a range, or one number.
fn whole(p: &mut Parser) -> Step {
    p.spaces();
    if p.at_end() {
        return Err(Fault::Empty);
    }
    let mut words = !digit(p.peek());
    if words {
        if apart(|| slice(p)) {
            return Ok(());
        }
        p.approximately();
        if let Some(fault) = apart(|| bound(p, LOWER, UPPER)) {
            return Err(p.incomplete_or(fault));
        }
        words = !digit(p.peek());
    }
    if p.kind == QuantityKind::Time && !p.plain_time() && apart(|| p.calendar())? {
        p.low = p.value;
        return end(p);
    }
    let mut from = false;
    if words {
        from = apart(|| opening(p))?;
    }
    p.sum()?;
    p.low = p.value;
    if p.at_end() && !p.and_ends {
        return Ok(());
    }
    apart(|| second(p, from))
}

/// Words in front of a number, as those of a range; whether it is one "from" here.
fn opening(p: &mut Parser) -> Result<bool, Fault> {
    if p.kind == QuantityKind::Fraction && p.any("mfu|hfu").is_some() {
        p.any(":|=|of");
    }
    p.and_ends = p.eat("between");
    let from = p.eat("from");
    p.spaces();
    let rest = p.text.get(p.at..).unwrap_or(&[]);
    let month = |name: &str| {
        let start = name.as_bytes().get(..rest.len());
        start.is_some_and(|start| start.eq_ignore_ascii_case(rest))
    };
    if begins(LOWER, rest)
        || begins(UPPER, rest)
        || begins(STARTS, rest)
        || p.kind == QuantityKind::Time && rest.len() > 1 && MONTHS.iter().any(|name| month(name))
    {
        return Err(Fault::Incomplete);
    }
    Ok(from)
}

/// TPU v3-512 in the field for chips; whether it stood there.
fn slice(p: &mut Parser) -> bool {
    if p.kind == QuantityKind::Count
        && let Some((chips, row, to)) = accelerator::slice_chips(p.text)
    {
        p.note(Remark::Chip);
        p.chip = p.names.find(row);
        p.chip_name = (0, to);
        p.value = Value::of(chips);
        p.low = p.value;
        return true;
    }
    false
}

/// What stands behind the first number: the other end of a range, or nothing that counts.
fn second(p: &mut Parser, from: bool) -> Step {
    p.approximate_behind();
    if interval(p)? {
        return end(p);
    }
    let separators = if p.and_ends {
        "and"
    } else if from {
        "to|and|-|..|until|till|through"
    } else {
        "-|to|..|~|through|until|till"
    };
    if p.any(separators).is_none() {
        if p.and_ends {
            return Err(p.incomplete_or(Fault::NotANumber));
        }
        return end(p);
    }
    // 0.3...0.5 and 5 -- 6.
    let mark = p.byte(p.at - 1);
    while matches!(mark, b'.' | b'-') && p.peek() == mark {
        p.at += 1;
    }
    p.sum()?;
    p.approximate_behind();
    share(p)?;
    end(p)
}

/// `within 2x`, `×/÷ 2`, `± 10%`: the range round the number in front; whether there is one.
fn interval(p: &mut Parser) -> Result<bool, Fault> {
    p.spaces();
    if !matches!(p.peek(), b'x' | b'*' | b'+' | b'w' | b't' | b'p' | b'g') {
        return Ok(false);
    }
    let by_sign = p.any("x /|* /").is_some();
    if by_sign {
        p.eat("/");
    }
    let within = by_sign || p.any("to within|within").is_some();
    if !within && p.any("+-|+/-|plus or minus|give or take").is_none() {
        return Ok(false);
    }
    if within {
        p.any("a factor of|factor of|a factor");
    }
    p.spaces();
    if p.at_end() {
        return Err(Fault::Incomplete);
    }
    let from = p.at;
    p.number(true)?;
    let number = p.value.number;
    let mut width = p.low.number * (number / 100.0);
    if within && (p.any("x|*|times|fold|-fold").is_some() || p.at_end() || p.peek() == b',') {
        if number < 1.0 {
            return Err(Fault::NotANumber);
        }
        p.middle = p.low.number;
        p.value = p.low;
        p.low.set(p.middle / number)?;
        p.value.set(p.middle * number)?;
        return Ok(true);
    }
    if by_sign {
        return Err(Fault::NotANumber);
    }
    // "± 10%", and "within 10%" too.
    if p.kind == QuantityKind::Fraction || p.any("%|percent|per cent").is_none() {
        p.at = from;
        p.sum()?;
        let scale = p.low.scale;
        let half = &mut p.value;
        if half.scale == 0 && !half.power && half.measure.is_none() && scale != 0 {
            // 175B ± 5
            half.scale = scale;
            p.shift(scale.into())?;
        }
        share(p)?;
        width = p.value.base() / p.low.factor;
    }
    let middle = p.low.number;
    if width >= middle || width <= 0.0 {
        return Err(Fault::NotPositive);
    }
    p.value = p.low;
    p.low.set(middle - width)?;
    p.value.set(middle + width)?;
    Ok(true)
}

/// What the second number has and the first has not, serves the first: unit, scale, power.
fn share(p: &mut Parser) -> Step {
    let (text, low, high) = (p.text, &mut p.low, &mut p.value);
    if low.measure.is_none() && low.scale == 0 && !low.power {
        if high.scale != 0 {
            low.scale = high.scale;
            low.shift(text, high.scale.into())?;
        } else if high.power && high.typed() && low.typed() {
            // 1–5e25 and 1.6–5.9 × 10²³ share the power; 100–2e2 does not, since 100 is over 2.
            let (from, to) = high.digits;
            let mantissa = text.get(from.into()..to.into()).unwrap_or(&[]);
            let point = |byte: &u8| matches!(byte, b'.' | b',');
            let fraction = match mantissa.iter().rposition(point) {
                Some(at) => mantissa.len() - at - 1,
                None => 0,
            } as i32;
            if low.number < from_digits(mantissa, -fraction) {
                low.power = true;
                low.shift(text, high.exponent + fraction)?;
            }
        }
    }
    let (from, to) = if high.measure.is_none() {
        (*low, high)
    } else if low.measure.is_none() {
        (*high, low)
    } else {
        return Ok(());
    };
    to.measure = from.measure;
    to.factor = from.factor;
    to.prefix = from.prefix;
    to.phrase = from.phrase;
    if to.scale == 0 && !to.power {
        to.shift(text, from.prefix.into())?;
    }
    Ok(())
}

/// What may stand behind it all: the middle of an echo, bounds, a full stop.
fn end(p: &mut Parser) -> Step {
    if p.at_end() {
        return Ok(());
    }
    p.approximate_behind();
    if p.eat(", middle") {
        return Ok(());
    }
    if let Some(fault) = bound(p, LOWER_BEHIND, UPPER_BEHIND) {
        return Err(fault);
    }
    let stop = p.any(".|;").is_some();
    p.spaces();
    let rest = p.text.get(p.at..).unwrap_or(&[]);
    if rest.is_empty() {
        return Ok(());
    }
    let typing = !stop && matches!(rest, b"," | b"x" | b"*") || begins(ENDS, rest);
    Err(if typing {
        Fault::Incomplete
    } else {
        Fault::NotANumber
    })
}

/// What a bare number means, by kind; then the bounds of every number.
fn settle(p: &mut Parser) -> Step {
    let (low, high) = (&mut p.low, &mut p.value);
    let smallest = low.number.min(high.number);
    let largest = low.number.max(high.number);
    if smallest <= 0.0 {
        return Err(Fault::NotPositive);
    }
    let bare = low.measure.is_none() || high.measure.is_none();
    match p.kind {
        QuantityKind::FlopPerSecond if bare && smallest < 1e9 => return Err(Fault::UnitNeeded),
        QuantityKind::Time if bare => return Err(Fault::UnitNeeded),
        QuantityKind::ChipTime => {
            for value in [low, high] {
                if value.measure.is_none() {
                    value.measure = Some(Measure::Time);
                    value.factor = 3600.0;
                }
                if value.measure == Some(Measure::Chips) {
                    p.fault_at.0 = value.phrase.0.into();
                    p.fault_turns_on = Measure::Chips as u8;
                    return Err(Fault::WrongUnit);
                }
            }
        }
        // MFU behind a number leaves it as it is without.
        QuantityKind::Fraction if low.factor == 1.0 && high.factor == 1.0 && largest > 1.0 => {
            if largest < 2.0 || smallest < 1.0 {
                return Err(Fault::AmbiguousPercent);
            }
            low.factor = 0.01;
            high.factor = 0.01;
            p.note(Remark::Percent);
        }
        _ => {}
    }
    let (low, high) = (p.low.base(), p.value.base());
    if !(low.is_finite() && high.is_finite()) {
        return Err(Fault::TooLarge);
    }
    if low <= 0.0 || high <= 0.0 {
        return Err(Fault::NotPositive);
    }
    if low > high {
        std::mem::swap(&mut p.low, &mut p.value);
        p.note(Remark::Reversed);
    }
    if p.kind == QuantityKind::Fraction && p.value.base() > 1.0 {
        return Err(Fault::OverOne);
    }
    Ok(())
}

fn reading(kind: QuantityKind, outcome: &Outcome, folded: &str) -> Reading {
    let base = |value: &Value| {
        let (from, to) = value.digits;
        if kind == QuantityKind::Fraction && value.factor != 1.0 && value.typed() {
            // 33.3% is the number nearest to 0.333, which 33.3 x 0.01 is not.
            let digits = folded.as_bytes().get(from.into()..to.into());
            return from_digits(digits.unwrap_or(&[]), value.exponent - 2);
        }
        value.base()
    };
    let (low, mut high) = (base(&outcome.low), base(&outcome.high));
    let product = low * high;
    let middle = if !outcome.is_range() {
        high = low;
        low
    } else if outcome.middle > 0.0 {
        outcome.middle * outcome.low.factor
    } else if (1e-300..1e300).contains(&product) {
        product.sqrt()
    } else {
        low.sqrt() * high.sqrt()
    };
    let (from, to) = outcome.chip_name;
    let name = folded.get(from..to).unwrap_or("");
    Reading {
        value: middle.max(low).min(high),
        low,
        high,
        echo: echo::echo(kind, outcome, folded),
        notes: if outcome.remarks == 0 {
            Vec::new()
        } else {
            apart(|| notes(kind, outcome, folded))
        },
        accelerator: outcome.chip.map(|row| (row, name.to_string())),
        measure: outcome.high.measure,
    }
}
