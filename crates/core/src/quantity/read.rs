//! Text as typed to a reading, by kind.

use super::accelerator;
use super::decimal::from_digits;
use super::echo;
use super::expression::{Parser, Seen, Value, letter};
use super::fault::{Fault, explain, quoted};
use super::fold::fold;
use super::unit::{Measure, Unit};
use super::{Misreading, Names, Note, QuantityKind, Reading};
use std::borrow::Cow;

/// What was read, before it is told.
#[derive(Clone, Copy)]
pub(crate) struct Outcome {
    pub low: Value,
    pub high: Value,
    /// The middle that was typed, of `3e23 within 2x`.
    pub middle: Option<f64>,
    pub reversed: bool,
    pub percent: bool,
}

impl Outcome {
    pub fn is_range(&self) -> bool {
        self.low.base() < self.high.base()
    }
}

/// Reads a number of a kind: a value or a range in base units, with its echo and notes.
/// `Err` holds what to tell the person; an empty text has code `empty`, and the default applies.
/// At most 200 characters and 32 brackets are looked at. The typing rules stand in `tests/typing_vectors.csv`.
pub fn read(kind: QuantityKind, text: &str, names: &dyn Names) -> Result<Reading, Misreading> {
    let folded = match fold(text) {
        Ok(folded) => folded,
        Err(fault) => return Err(explain(kind, fault, text, "", names)),
    };
    match interpret(kind, &folded, names) {
        Ok((outcome, seen)) => Ok(reading(kind, &outcome, &seen, &folded)),
        Err(fault) => Err(explain(kind, fault, text, &folded, names)),
    }
}

/// Whether a text says zero, which a few fields take: `0`, `0.0`, `0 %`.
pub fn is_zero(text: &str) -> bool {
    let Ok(folded) = fold(text) else {
        return false;
    };
    let text = folded.trim().trim_end_matches(['%', ' ']);
    super::parse_f64(text) == Some(0.0)
}

/// A text in lower case, the same bytes long; itself where it is so.
fn lower_case(text: &str) -> Cow<'_, str> {
    if text.bytes().any(|byte| byte.is_ascii_uppercase()) {
        Cow::Owned(text.to_ascii_lowercase())
    } else {
        Cow::Borrowed(text)
    }
}

/// Reads a folded text.
pub(crate) fn interpret(
    kind: QuantityKind,
    folded: &str,
    names: &dyn Names,
) -> Result<(Outcome, Seen), Fault> {
    let lower = lower_case(folded);
    // $3.1 \times 10^{23}$ is a formula; a single $ is money.
    let text = lower.trim_end();
    let text = match text.strip_suffix('$').filter(|_| text.starts_with('$')) {
        Some(formula) => formula,
        None => text,
    };
    let mut parser = Parser::new(kind, folded, text, names);
    parser.at = usize::from(text.len() < lower.trim_end().len());
    let named = kind == QuantityKind::Count && text.starts_with(['t', 'v', 'g', 'c']);
    let slice = if named {
        accelerator::slice_chips(text)
    } else {
        None
    };
    let mut outcome = match slice {
        // TPU v3-512 in the field for chips.
        Some((chips, row, generation)) => {
            parser.seen.chip = Some((names.find(row), 0, generation));
            one(Value::of(chips))
        }
        None => whole(&mut parser)?,
    };
    settle(kind, &mut outcome)?;
    let (low, high) = (outcome.low.base(), outcome.high.base());
    if !(low.is_finite() && high.is_finite()) {
        return Err(Fault::TooLarge);
    }
    if low <= 0.0 || high <= 0.0 {
        return Err(Fault::NotPositive);
    }
    if low > high {
        std::mem::swap(&mut outcome.low, &mut outcome.high);
        outcome.reversed = true;
    }
    if kind == QuantityKind::Fraction && outcome.high.base() > 1.0 {
        return Err(Fault::OverOne);
    }
    Ok((outcome, parser.seen))
}

/// Words of a bound in front of a number; upper ones behind the semicolon.
const BOUNDS: &str = "at least|at minimum|upwards of|upward of|more than|greater than|larger than|longer than|higher than|no less than|no fewer than|not less than|in excess of|over|above|minimum|exceeding|exceeds|beyond|min|well over|just over|;at most|at maximum|up to|less than|lower than|fewer than|smaller than|shorter than|no more than|not more than|as much as|as many as|under|below|maximum|max|just under";

/// The same behind a number.
const BOUNDS_BEHIND: &str = "or more|or greater|or longer|or higher|or above|and up|and above|and more|plus|minimum|at least|;or less|or fewer|or below|maximum|max|at most";

/// A bound by one of a list of phrases here.
fn bound(p: &mut Parser, phrases: &str) -> Option<Fault> {
    let from = p.at;
    let mut upper = false;
    for phrase in phrases.split('|') {
        upper |= phrase.starts_with(';');
        if p.eat_words(phrase.trim_start_matches(';')) {
            return Some(Fault::Bound {
                upper,
                from,
                to: p.at,
            });
        }
    }
    None
}

/// The whole text: bounds, dates, a range, or one number.
fn whole(p: &mut Parser) -> Result<Outcome, Fault> {
    p.spaces();
    if p.at_end() {
        return Err(Fault::Empty);
    }
    p.approximately();
    p.spaces();
    let sign = p.at;
    if p.eat(">") || p.eat("<") {
        let upper = p.slice(sign, p.at) == "<";
        let _ = p.eat("=");
        p.spaces();
        return Err(if p.at_end() {
            Fault::Incomplete
        } else {
            Fault::Bound {
                upper,
                from: sign,
                to: p.at,
            }
        });
    }
    let words = p.peek().is_some_and(letter);
    let found = if words { bound(p, BOUNDS) } else { None };
    if let Some(fault) = found {
        return Err(if p.at_end() { Fault::Incomplete } else { fault });
    }
    if p.kind == QuantityKind::Time
        && let Some(days) = p.calendar()?
    {
        return end(p, one(days));
    }
    if words && p.kind == QuantityKind::Fraction && (p.eat_words("mfu") || p.eat_words("hfu")) {
        p.spaces();
        let _ = p.eat(":") || p.eat("=") || p.eat_words("of");
    }
    p.and_ends = words && p.eat_words("between");
    let from = words && !p.and_ends && p.eat_words("from");
    if p.at_end() {
        return Err(Fault::Incomplete);
    }
    let first = match p.sum() {
        Err(Fault::NotANumber) if p.at == sign => return Err(beginning(p)),
        other => other?,
    };
    if p.at_end() && !p.and_ends {
        return Ok(one(first));
    }
    p.approximate_behind();
    p.spaces();
    if let Some(outcome) = interval(p, first)? {
        return end(p, outcome);
    }
    if !separator(p, from) {
        if p.and_ends {
            return Err(p.incomplete_or(Fault::NotANumber));
        }
        return end(p, one(first));
    }
    p.spaces();
    let second = p.sum()?;
    p.approximate_behind();
    let mut outcome = Outcome {
        low: first,
        high: second,
        ..one(first)
    };
    share(p, &mut outcome)?;
    end(p, outcome)
}

fn one(value: Value) -> Outcome {
    Outcome {
        low: value,
        high: value,
        middle: None,
        reversed: false,
        percent: false,
    }
}

/// Letters that can still become a word in front of a number: `ab`, `at le`, `tw`.
fn beginning(p: &Parser) -> Fault {
    let rest = p.rest();
    let starts = |phrase: &str| !phrase.is_empty() && phrase.starts_with(rest);
    let known = BOUNDS.split(['|', ';']).any(starts)
        || [
            "about",
            "approximately",
            "around",
            "roughly",
            "between",
            "from",
            "circa",
        ]
        .iter()
        .any(|word| starts(word))
        || p.kind == QuantityKind::Time
            && rest.len() <= 9
            && super::write::MONTHS.iter().any(|month| {
                month
                    .get(..rest.len())
                    .is_some_and(|start| start.eq_ignore_ascii_case(rest))
            });
    if known {
        Fault::Incomplete
    } else {
        Fault::NotANumber
    }
}

impl Parser<'_> {
    /// `175B or so`, `50 days approx.`
    fn approximate_behind(&mut self) {
        for words in [
            "or so",
            "approximately",
            "approx",
            "roughly",
            "give or take",
        ] {
            let from = self.at;
            if self.eat_words(words) {
                if words == "give or take" && !self.rest().trim().is_empty() {
                    self.at = from;
                    return;
                }
                self.eat(".");
                self.seen.approximate = true;
            }
        }
    }
}

/// What stands between the ends of a range.
fn separator(p: &mut Parser, from: bool) -> bool {
    if p.and_ends {
        return p.eat_words("and");
    }
    if p.eat("..") {
        while p.eat(".") {}
        return true;
    }
    if p.eat("-") {
        while p.eat("-") {}
        return true;
    }
    p.eat("~")
        || ["to", "through", "until", "till"]
            .iter()
            .any(|word| p.eat_words(word))
        || from && p.eat_words("and")
}

/// `within 2x`, `×/÷ 2`, `± 10%`: the range round a number.
fn interval(p: &mut Parser, first: Value) -> Result<Option<Outcome>, Fault> {
    let start = p.at;
    let by_sign = ["*", "×", "·", "x"].iter().any(|sign| p.eat(sign)) && {
        p.spaces();
        p.eat("/")
    };
    let within = if by_sign {
        p.eat("/");
        true
    } else {
        p.at = start;
        let within = p.eat_words("to within") || p.eat_words("within");
        if within {
            let _ =
                p.eat_words("a factor of") || p.eat_words("factor of") || p.eat_words("a factor");
        }
        within
    };
    let plus_minus = !within
        && (p.eat("±")
            || p.eat("+/-")
            || p.eat("+-")
            || p.eat_words("plus or minus")
            || p.eat_words("give or take"));
    if !within && !plus_minus {
        return Ok(None);
    }
    p.spaces();
    if within {
        let from = p.at;
        let factor = p.plain_number()?;
        let times = ["x", "×", "*", "-fold", "fold"]
            .iter()
            .any(|sign| p.eat(sign))
            || p.eat_words("times")
            || p.eat_words("fold");
        p.spaces();
        if times || p.at_end() || p.rest().starts_with(',') {
            if factor.number < 1.0 {
                return Err(Fault::NotANumber);
            }
            let scaled = |number: f64| Value {
                number,
                literal: None,
                ..first
            };
            return Ok(Some(Outcome {
                low: scaled(first.number / factor.number),
                high: scaled(first.number * factor.number),
                middle: Some(first.number),
                ..one(first)
            }));
        }
        if by_sign {
            return Err(Fault::NotANumber);
        }
        // "within 10%" is an interval.
        p.at = from;
    }
    if p.kind != QuantityKind::Fraction {
        let from = p.at;
        let share = p.plain_number()?;
        p.spaces();
        if p.eat("%") || p.eat_words("percent") || p.eat_words("per cent") {
            return around(first, first.number * (share.number / 100.0)).map(Some);
        }
        p.at = from;
    }
    let mut half = p.sum()?;
    if first.number <= 0.0 || half.number <= 0.0 {
        return Err(Fault::NotPositive);
    }
    if first.scale != 0 && half.scale == 0 && !half.power && half.unit.is_none() {
        // 175B ± 5
        p.shift(&mut half, first.scale)?;
        half.scale = first.scale;
    }
    let mut ends = Outcome {
        high: half,
        ..one(first)
    };
    share(p, &mut ends)?;
    let factor = ends.low.unit.map_or(1.0, |unit| unit.factor);
    around(ends.low, ends.high.base() / factor).map(Some)
}

/// A number less and plus a width in its own unit.
fn around(middle: Value, width: f64) -> Result<Outcome, Fault> {
    if width >= middle.number || width <= 0.0 {
        return Err(Fault::NotPositive);
    }
    let moved = |number: f64| Value {
        number,
        literal: None,
        ..middle
    };
    Ok(Outcome {
        high: moved(middle.number + width),
        ..one(moved(middle.number - width))
    })
}

/// What the second number has and the first has not, serves the first: unit, scale, power.
fn share(p: &Parser, outcome: &mut Outcome) -> Result<(), Fault> {
    let Outcome { low, high, .. } = outcome;
    if low.unit.is_none() && low.scale == 0 && !low.power {
        if high.scale != 0 {
            p.shift(low, high.scale)?;
            low.scale = high.scale;
        } else if let (true, Some((from, to, exponent)), true) =
            (high.power, high.literal, low.literal.is_some())
        {
            // 1–5e25 and 1.6–5.9 × 10²³ share the power; 100–2e2 does not, since 100 is over 2.
            let mantissa = p.slice(from, to);
            let digits = |text: &str| text.bytes().filter(u8::is_ascii_digit).count() as i32;
            let fraction = mantissa
                .rsplit_once(['.', ','])
                .map_or(0, |(_, fraction)| digits(fraction));
            let mut alone = *high;
            alone.literal = Some((from, to, -fraction));
            p.shift(&mut alone, 0)?;
            if low.number < alone.number {
                p.shift(low, exponent + fraction)?;
                low.power = true;
            }
        }
    }
    match (low.unit, high.unit) {
        (None, Some(unit)) => {
            if low.scale == 0 && !low.power {
                p.shift(low, unit.power)?;
            }
            low.unit = Some(unit);
            low.phrase = high.phrase;
        }
        (Some(unit), None) => {
            if high.scale == 0 && !high.power {
                p.shift(high, unit.power)?;
            }
            high.unit = Some(unit);
            high.phrase = low.phrase;
        }
        _ => {}
    }
    Ok(())
}

/// What may stand behind it all: the middle of an echo, bounds, a full stop.
fn end(p: &mut Parser, outcome: Outcome) -> Result<Outcome, Fault> {
    if p.at_end() {
        return Ok(outcome);
    }
    p.approximate_behind();
    let from = p.at;
    if p.eat(",") && p.eat_words("middle") {
        p.at = p.text.len();
    } else {
        p.at = from;
    }
    if let Some(fault) = bound(p, BOUNDS_BEHIND) {
        return Err(fault);
    }
    p.spaces();
    let trailing = p.eat(".") || p.eat(";");
    p.spaces();
    match p.peek() {
        None => Ok(outcome),
        Some(',' | 'x' | '×' | '*') if !trailing && p.rest().len() <= 2 => Err(Fault::Incomplete),
        Some('w' | 't' | 'o' | 'm')
            if ["within", "to", "or so", "or more", "middle"]
                .iter()
                .any(|word| word.starts_with(p.rest().trim())) =>
        {
            Err(Fault::Incomplete)
        }
        _ => Err(Fault::NotANumber),
    }
}

/// What a bare number means, by kind.
fn settle(kind: QuantityKind, outcome: &mut Outcome) -> Result<(), Fault> {
    let bare = |value: &Value| value.unit.is_none();
    let give = |value: &mut Value, measure, factor| {
        if value.unit.is_none_or(|unit| unit.factor == 1.0) {
            value.unit = Some(Unit {
                measure,
                factor,
                power: 0,
            });
        }
    };
    let (low, high) = (&mut outcome.low, &mut outcome.high);
    let largest = low.number.max(high.number);
    match kind {
        QuantityKind::Count | QuantityKind::Flop => {}
        _ if low.number <= 0.0 || high.number <= 0.0 => return Err(Fault::NotPositive),
        QuantityKind::FlopPerSecond => {
            if bare(low) && low.number < 1e9 || bare(high) && high.number < 1e9 {
                return Err(Fault::UnitNeeded);
            }
        }
        QuantityKind::Time => {
            if bare(low) || bare(high) {
                return Err(Fault::UnitNeeded);
            }
        }
        QuantityKind::ChipTime => {
            for value in [low, high] {
                match value.unit {
                    None => give(value, Measure::Time, 3600.0),
                    Some(unit) if unit.measure == Measure::Chips => {
                        return Err(Fault::WrongUnit {
                            measure: unit.measure,
                            at: value.phrase.0,
                        });
                    }
                    Some(_) => {}
                }
            }
        }
        QuantityKind::Fraction => {
            let by_share = |value: &Value| value.unit.is_none_or(|unit| unit.factor == 1.0);
            if !(by_share(low) && by_share(high)) || largest <= 1.0 {
                return Ok(());
            }
            let smallest = low.number.min(high.number);
            if largest < 2.0 || smallest < 1.0 {
                return Err(Fault::AmbiguousPercent);
            }
            if largest > 100.0 {
                return Err(Fault::OverOne);
            }
            give(low, Measure::Fraction, 0.01);
            give(high, Measure::Fraction, 0.01);
            outcome.percent = true;
        }
    }
    Ok(())
}

fn reading(kind: QuantityKind, outcome: &Outcome, seen: &Seen, folded: &str) -> Reading {
    // 33.3% is the number nearest to 0.333, which 33.3 x 0.01 is not.
    let base = |value: &Value| match (value.unit, value.literal) {
        (Some(unit), Some((from, to, exponent)))
            if unit.measure == Measure::Fraction && unit.factor != 1.0 =>
        {
            from_digits(folded.get(from..to).unwrap_or(""), exponent - 2)
        }
        _ => value.base(),
    };
    let (low, high) = (base(&outcome.low), base(&outcome.high));
    let ranged = outcome.is_range();
    let value = match outcome.middle {
        Some(middle) if ranged => middle * outcome.low.unit.map_or(1.0, |unit| unit.factor),
        _ if ranged && (1e-300..1e300).contains(&(low * high)) => (low * high).sqrt(),
        _ if ranged => low.sqrt() * high.sqrt(),
        _ => low,
    };
    let accelerator = seen.chip.and_then(|(index, from, to)| {
        let name = folded.get(from..to)?;
        Some((index?, name.to_string()))
    });
    Reading {
        value,
        low: if ranged { low } else { value },
        high: if ranged { high } else { value },
        echo: echo::echo(kind, outcome, folded),
        notes: notes(kind, outcome, seen, folded),
        accelerator,
        measure: outcome.high.unit.map(|unit| unit.measure),
    }
}

/// The remarks on a reading.
fn notes(kind: QuantityKind, outcome: &Outcome, seen: &Seen, folded: &str) -> Vec<Note> {
    let mut notes = Vec::new();
    let mut note = |code, message: String, fixes: Vec<String>| {
        notes.push(Note {
            code,
            message,
            fixes,
        });
    };
    let text = folded.trim();
    let plain = |message: &str| message.to_string();
    if seen.comma {
        note(
            "decimal-comma",
            plain("The comma was read as a decimal point."),
            Vec::new(),
        );
    }
    if seen.approximate {
        note(
            "approximate",
            plain("Read as the number itself. A range, like 30% to 45%, carries how sure it is."),
            Vec::new(),
        );
    }
    if outcome.reversed {
        note(
            "range-reversed",
            plain("The ends of the range were turned round."),
            Vec::new(),
        );
    }
    if outcome.percent {
        note(
            "percent-assumed",
            plain("Read as a percentage."),
            Vec::new(),
        );
    }
    if outcome.low.mixture && !outcome.is_range() {
        let fixes = if text.replace(' ', "").eq_ignore_ascii_case("8x7b") {
            // Mixtral 8x7B: in total, and active for a token (its paper, arXiv 2401.04088).
            vec!["46.7B".to_string(), "12.9B".to_string()]
        } else {
            Vec::new()
        };
        let message = [
            quoted(text).as_str(),
            " names a mixture of experts, whose experts share layers. The product stands until its parameters are typed.",
        ]
        .concat();
        note("mixture-name", message, fixes);
    }
    if outcome.low.fallen && kind == QuantityKind::Flop && !outcome.is_range() {
        let power = text
            .rfind("10")
            .and_then(|at| text.get(at + 2..at + 4))
            .unwrap_or("");
        let mantissa = text
            .split(['x', 'X', '×', '*', '·', ' '])
            .next()
            .unwrap_or("");
        note(
            "lost-power",
            plain("Read as a product. Copied text loses the raised figures of a power of ten."),
            vec![[mantissa, "e", power].concat()],
        );
    }
    let measured = |measure| outcome.high.unit.filter(|unit| unit.measure == measure);
    if kind == QuantityKind::Count && measured(Measure::Words).is_some() {
        let (from, _) = outcome.high.phrase;
        let number = folded.get(..from).unwrap_or("").trim();
        note(
            "words-to-tokens",
            plain("A word was counted as 4/3 tokens."),
            vec![[number, " tokens"].concat()],
        );
    }
    if kind == QuantityKind::Flop && measured(Measure::Connections).is_some() {
        note(
            "mac-to-flop",
            plain("A multiply-accumulate was counted as 2 FLOP."),
            Vec::new(),
        );
    }
    if seen.tops {
        note(
            "tops",
            plain(
                "TOPS count integer operations; the peak in the format of the products can differ.",
            ),
            Vec::new(),
        );
    }
    if seen.calendar {
        note(
            "calendar",
            plain("The calendar days between the two dates."),
            Vec::new(),
        );
    }
    if let Some((_, from, to)) = seen.chip {
        let name = folded.get(from..to).unwrap_or("");
        note(
            "names-accelerator",
            [quoted(name).as_str(), " names the accelerator."].concat(),
            Vec::new(),
        );
    }
    if seen.machines {
        note(
            "names-machines",
            plain("A machine of this name holds eight chips."),
            Vec::new(),
        );
    }
    notes
}
