//! Numbers, scales, units, and the sums and products they stand in.

use super::calendar;
use super::decimal::{from_digits, parse_exponent};
use super::fault::Fault;
use super::unit::{self, Measure, Unit, Words};
use super::write::PETAFLOP_DAY;
use super::{Names, QuantityKind};

/// Deepest nesting of brackets and signs.
const DEEPEST: u8 = 32;
/// Most words of a unit, a chip's name included.
const MOST_WORDS: usize = 8;

/// Number words; the place is the number less one.
const NUMBER_WORDS: [&str; 20] = [
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
    "twenty",
];

/// Words that end a unit.
static STOPS: Words = Words::new(
    " to and within or middle through until till plus give about approx approximately roughly at minimum maximum max x ",
);

/// What came up on the way and is told with the number.
#[derive(Clone, Copy, Default)]
pub(crate) struct Seen {
    pub comma: bool,
    pub approximate: bool,
    pub calendar: bool,
    pub tops: bool,
    pub machines: bool,
    /// A chip's name: its row, if the tables have it, and where it stands.
    pub chip: Option<(Option<usize>, usize, usize)>,
}

/// One number with its unit.
#[derive(Clone, Copy)]
pub(crate) struct Value {
    /// In the unit, scale applied.
    pub number: f64,
    /// Where the digits of a plain number stand, and the power of ten of their last one:
    /// scales are applied to these, so that 1.1B is the nearest number to 1100000000.
    pub literal: Option<(usize, usize, i32)>,
    /// A scale letter or word was typed: its power of ten.
    pub scale: i32,
    /// `1e23` or `× 10²³` was typed.
    pub power: bool,
    pub unit: Option<Unit>,
    /// Where the unit stands.
    pub phrase: (usize, usize),
    /// `8x7B`: the name of a mixture rather than a product.
    pub mixture: bool,
    /// `3.1 × 1023`: the power may have lost its raise on the way.
    pub fallen: bool,
}

impl Value {
    pub fn of(number: f64) -> Value {
        Value {
            number,
            literal: None,
            scale: 0,
            power: false,
            unit: None,
            phrase: (0, 0),
            mixture: false,
            fallen: false,
        }
    }

    /// In base units.
    pub fn base(&self) -> f64 {
        self.number * self.unit.map_or(1.0, |unit| unit.factor)
    }

    /// The same, as a result of arithmetic: no longer a number as typed.
    fn computed(self, number: f64) -> Value {
        Value {
            number,
            literal: None,
            mixture: false,
            fallen: false,
            ..self
        }
    }
}

pub(crate) struct Parser<'a> {
    pub kind: QuantityKind,
    /// In lower case.
    pub text: &'a str,
    /// As typed; every byte at the place of its lower case.
    pub shown: &'a str,
    pub at: usize,
    pub names: &'a dyn Names,
    pub seen: Seen,
    /// `and` belongs to `between`.
    pub and_ends: bool,
    depth: u8,
    /// Seconds of the unit of time in front, for `2 h 30 m`.
    before: f64,
}

impl<'a> Parser<'a> {
    pub fn new(
        kind: QuantityKind,
        shown: &'a str,
        text: &'a str,
        names: &'a dyn Names,
    ) -> Parser<'a> {
        Parser {
            kind,
            text,
            shown,
            at: 0,
            names,
            seen: Seen::default(),
            and_ends: false,
            depth: 0,
            before: 0.0,
        }
    }

    pub fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or("")
    }

    pub fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    pub fn slice(&self, from: usize, to: usize) -> &'a str {
        self.text.get(from..to).unwrap_or("")
    }

    /// Skips spaces; whether there were any.
    pub fn spaces(&mut self) -> bool {
        let from = self.at;
        while self.eat(" ") {}
        self.at > from
    }

    pub fn eat(&mut self, mark: &str) -> bool {
        let found = self.rest().starts_with(mark);
        if found {
            self.at += mark.len();
        }
        found
    }

    /// The run of letters here.
    pub fn word(&self) -> &'a str {
        let rest = self.rest();
        let end = rest.find(|c| !letter(c)).unwrap_or(rest.len());
        rest.get(..end).unwrap_or("")
    }

    /// Words with spaces or a hyphen between, each whole.
    pub fn eat_words(&mut self, phrase: &str) -> bool {
        let from = self.at;
        for word in phrase.split(' ') {
            self.spaces();
            if self.word() != word {
                self.at = from;
                return false;
            }
            self.at += word.len();
        }
        true
    }

    pub fn at_end(&self) -> bool {
        self.at >= self.text.len()
    }

    /// A digit, a point before one, a bracket or a number word comes next.
    pub fn number_ahead(&self) -> bool {
        let mut chars = self.rest().chars();
        match chars.next() {
            Some('.') => chars.next().is_some_and(|c| c.is_ascii_digit()),
            Some(c) if letter(c) => NUMBER_WORDS.contains(&self.word()),
            Some(c) => c.is_ascii_digit() || c == '(',
            None => false,
        }
    }

    pub fn incomplete_or(&self, fault: Fault) -> Fault {
        if self.at_end() {
            Fault::Incomplete
        } else {
            fault
        }
    }

    /// Terms with `+` between; of times also side by side (`11 d 4 h`).
    pub fn sum(&mut self) -> Result<Value, Fault> {
        let mut total = self.product()?;
        loop {
            let from = self.at;
            let spaced = self.spaces();
            let rest = self.rest();
            if rest.starts_with('+') && !rest.starts_with("+/-") && !rest.starts_with("+-") {
                let plus = self.at;
                self.at += 1;
                self.spaces();
                if self.at_end() && spaced {
                    return Err(Fault::Incomplete);
                }
                if !self.number_ahead() {
                    return Err(Fault::Bound {
                        upper: false,
                        from: plus,
                        to: plus + 1,
                    });
                }
                total = add(total, self.product()?)?;
                continue;
            }
            if let (QuantityKind::Time, Some(unit)) = (self.kind, total.unit) {
                let comma = self.eat(",");
                let and = !self.and_ends && self.eat_words("and");
                self.spaces();
                if self.number_ahead() {
                    self.before = unit.factor;
                    let next = self.product()?;
                    if next.unit.is_none() {
                        return Err(self.incomplete_or(Fault::NotANumber));
                    }
                    total = add(total, next)?;
                    continue;
                }
                if self.at_end() && (comma || and) {
                    return Err(Fault::Incomplete);
                }
            }
            self.at = from;
            return Ok(total);
        }
    }

    /// Factors with a sign of multiplication or division between.
    fn product(&mut self) -> Result<Value, Fault> {
        let mut total = self.factor(false)?;
        let mut factors = 1;
        loop {
            let from = self.at;
            let spaced = self.spaces();
            let Some(sign) = self.peek() else {
                return Ok(total);
            };
            let times =
                matches!(sign, '*' | '×' | '·') || sign == 'x' && matches!(self.word(), "x");
            let behind = self.rest().get(sign.len_utf8()..).unwrap_or("");
            if !times && sign != '/' || times && behind.trim_start().starts_with('/') {
                self.at = from;
                return Ok(total);
            }
            self.at += sign.len_utf8();
            if sign == '*' && !spaced {
                // 175B*: a mark of a footnote.
                let here = self.at;
                self.spaces();
                if !self.number_ahead() {
                    self.seen.approximate = true;
                    self.at = here;
                    continue;
                }
            }
            self.spaces();
            if self.at_end() {
                return Err(Fault::Incomplete);
            }
            let named = matches!(self.kind, QuantityKind::Count | QuantityKind::ChipTime);
            if times && named && !self.number_ahead() && self.peek().is_some_and(letter) {
                // 8x H100, and 3M GPU·hours
                let before = total.unit.take();
                self.unit(&mut total)?;
                if total.unit.is_none() || before.is_some_and(|unit| !counts(&unit)) {
                    return Err(Fault::NotANumber);
                }
                continue;
            }
            let next = self.factor(sign == '/')?;
            factors += 1;
            total = if sign == '/' {
                divide(total, next)?
            } else {
                let name = factors == 2
                    && matches!(sign, 'x' | '×')
                    && total.literal.is_some()
                    && total.scale == 0
                    && !total.power
                    && total.unit.is_none()
                    && total.number.fract() == 0.0
                    && (2.0..=512.0).contains(&total.number)
                    && next.literal.is_some()
                    && next.scale == 9
                    && next
                        .unit
                        .is_none_or(|unit| unit.measure == Measure::Parameters);
                let fallen = factors == 2
                    && total.literal.is_some()
                    && (1.0..10.0).contains(&total.number)
                    && next.literal.is_some()
                    && next.scale == 0
                    && (1010.0..1040.0).contains(&next.number);
                let mut result = multiply(total, next)?;
                result.mixture = name;
                result.fallen = fallen;
                result
            };
        }
    }

    /// One number, signed or in brackets, with scale and unit.
    fn factor(&mut self, divisor: bool) -> Result<Value, Fault> {
        self.spaces();
        self.approximately();
        let mut value = match self.peek() {
            None => return Err(Fault::Incomplete),
            Some(sign @ ('-' | '+' | '(')) => {
                if self.depth >= DEEPEST {
                    return Err(Fault::TooDeep);
                }
                self.depth += 1;
                self.at += 1;
                let inner = if sign == '(' {
                    let inner = self.sum()?;
                    self.spaces();
                    if !self.eat(")") {
                        return Err(self.incomplete_or(Fault::NotANumber));
                    }
                    inner.computed(inner.number)
                } else {
                    let inner = self.factor(divisor)?;
                    if sign == '-' {
                        return Err(Fault::NotPositive);
                    }
                    inner
                };
                self.depth -= 1;
                inner
            }
            Some(c) if letter(c) => self.number_word()?,
            Some(_) => self.number(divisor)?,
        };
        if value.unit.is_none() {
            self.scale(&mut value)?;
            self.unit(&mut value)?;
        }
        self.glosses(value.unit.is_some() || value.scale > 0 || value.power)?;
        Ok(value)
    }

    /// Words and signs for "about": the number stands, with a note.
    pub fn approximately(&mut self) {
        while self
            .peek()
            .is_some_and(|c| c == ' ' || c == '~' || letter(c))
        {
            let from = self.at;
            self.spaces();
            let word = self.word();
            let about = self.eat("~")
                || [
                    "about",
                    "approximately",
                    "approx",
                    "around",
                    "roughly",
                    "circa",
                    "ca",
                    "c",
                    "some",
                    "nearly",
                    "almost",
                    "estimated",
                    "est",
                ]
                .contains(&word)
                    && {
                        self.at += word.len();
                        self.eat(".");
                        true
                    };
            if !about {
                self.at = from;
                return;
            }
            self.seen.approximate = true;
        }
    }

    /// A number without scale or unit, of `within 2x`.
    pub fn plain_number(&mut self) -> Result<Value, Fault> {
        match self.peek() {
            None => Err(Fault::Incomplete),
            Some(c) if letter(c) => self.number_word(),
            Some(_) => self.number(true),
        }
    }

    /// A number with its scale, in front of a chip's name: `16k H100s`.
    pub fn leading(&mut self) -> Result<f64, Fault> {
        self.spaces();
        let mut value = self.plain_number()?;
        self.scale(&mut value)?;
        Ok(value.number)
    }

    fn number_word(&mut self) -> Result<Value, Fault> {
        let word = self.word();
        let place = NUMBER_WORDS.iter().position(|name| *name == word);
        let Some(place) = place else {
            let ends = self.at + word.len() >= self.text.len();
            let starts = NUMBER_WORDS.iter().any(|name| name.starts_with(word));
            return Err(if ends && starts {
                Fault::Incomplete
            } else {
                Fault::NotANumber
            });
        };
        self.at += word.len();
        let mut number = place as f64 + 1.0;
        if number == 20.0 && self.eat("-") {
            // twenty-one
            let ones = NUMBER_WORDS.iter().take(9);
            let word = self.word();
            match ones.zip(1u8..).find(|(name, _)| **name == word) {
                Some((_, ones)) => {
                    self.at += word.len();
                    number += f64::from(ones);
                }
                None => self.at -= 1,
            }
        }
        Ok(Value::of(number))
    }

    /// Digits in groups, with a point or comma, an exponent, a power.
    fn number(&mut self, divisor: bool) -> Result<Value, Fault> {
        let from = self.at;
        let decimal = self.numeral()?;
        let to = self.at;
        let numeral = self.slice(from, to);
        let fraction = match decimal {
            Some(at) => to - at - 1,
            None => 0,
        };
        let mut exponent = -(fraction as i32);
        let mut value = Value::of(0.0);
        if let Some(power) = self.exponent(divisor)? {
            exponent = exponent.saturating_add(power);
            value.power = true;
        } else if self.caret() {
            let power = self.raised()?;
            value.power = true;
            if numeral == "10" {
                // The 1 of 10 carries the whole power.
                value.literal = Some((from, from + 1, power));
                value.number = from_digits("1", power);
            } else {
                value.number = raise(from_digits(numeral, exponent), power);
            }
            return finite(value);
        } else if self.kind == QuantityKind::Time
            && decimal.is_none()
            && let Some(clock) = self.clock(from_digits(numeral, 0))?
        {
            return Ok(clock);
        }
        value.literal = Some((from, to, exponent));
        value.number = from_digits(numeral, exponent);
        finite(value)
    }

    /// Reads over digits and group separators; where the decimal point stands.
    fn numeral(&mut self) -> Result<Option<usize>, Fault> {
        let bytes = self.text.as_bytes();
        let byte = |at: usize| bytes.get(at).copied().unwrap_or(0);
        let digits = |from: usize| {
            let mut to = from;
            while byte(to).is_ascii_digit() {
                to += 1;
            }
            to - from
        };
        let from = self.at;
        let mut at = from + digits(from);
        let mut run = at - from;
        let (mut points, mut commas, mut others) = (0, 0, 0);
        let mut last = 0;
        loop {
            let next = digits(at + 1);
            match byte(at) {
                _ if next == 0 => break,
                b'.' => points += 1,
                b',' => commas += 1,
                b'_' | b'\'' => others += 1,
                // A space is inside a number only where the groups are right.
                b' ' if next == 3 && (1..=3).contains(&run) => others += 1,
                _ => break,
            }
            last = at;
            run = next;
            at += 1 + next;
        }
        if at == from {
            return Err(Fault::NotANumber);
        }
        self.at = at;
        let separators = points + commas + others;
        let decimal = match (byte(last), points, commas) {
            _ if separators == 0 => None,
            (b'.', 1, _) => Some(last),
            // 1.234,5 and 1.234.567,89: the comma can be no group.
            (b',', 1, 1) if run != 3 => Some(last),
            (b',', 2.., 1) => Some(last),
            (b',', 0, 1) if run != 3 || byte(from) == b'0' || others > 0 => Some(last),
            (_, 0, _) | (_, 2.., 0) => None,
            _ => return Err(Fault::Grouping),
        };
        let whole = self.slice(from, decimal.unwrap_or(at));
        if separators > usize::from(decimal.is_some()) {
            let mut mark = None;
            let mut first = true;
            for part in whole.split(|c: char| !c.is_ascii_digit()) {
                let right = if first {
                    (1..=3).contains(&part.len()) && !part.starts_with('0')
                } else {
                    part.len() == 3
                };
                if !right {
                    return Err(Fault::Grouping);
                }
                first = false;
            }
            for c in whole.chars().filter(|c| !c.is_ascii_digit()) {
                if mark.is_some_and(|mark| mark != c) {
                    return Err(Fault::Grouping);
                }
                mark = Some(c);
            }
        }
        self.seen.comma |= decimal.is_some_and(|at| byte(at) == b',');
        Ok(decimal)
    }

    /// `e23` and `× 10^23` behind digits.
    fn exponent(&mut self, divisor: bool) -> Result<Option<i32>, Fault> {
        let from = self.at;
        self.spaces();
        if self.eat("e") {
            let digits = self.rest().trim_start_matches(['+', '-']);
            let sign = self.rest().len() - digits.len();
            if sign <= 1 && digits.starts_with(|c: char| c.is_ascii_digit()) {
                return self.signed().map(Some);
            }
            if digits.is_empty() && sign <= 1 {
                return Err(Fault::Incomplete);
            }
            self.at = from;
            return Ok(None);
        }
        // Behind a division 10^23 is a factor of its own: 3/2*10^3 is 1500.
        if !divisor && ["*", "×", "·", "x"].iter().any(|sign| self.eat(sign)) {
            self.spaces();
            if self.eat("10") {
                self.spaces();
                if self.eat("^") || self.eat("**") {
                    return self.raised().map(Some);
                }
            }
        }
        self.at = from;
        Ok(None)
    }

    /// `^` or `**`, the signs of a power.
    fn caret(&mut self) -> bool {
        let from = self.at;
        self.spaces();
        let found = self.eat("^")
            || self.eat("**") && {
                self.spaces();
                self.number_ahead()
            };
        if !found {
            self.at = from;
        }
        found
    }

    /// The exponent behind `^`, in brackets or not.
    fn raised(&mut self) -> Result<i32, Fault> {
        self.spaces();
        let close = if self.eat("{") {
            "}"
        } else if self.eat("(") {
            ")"
        } else {
            ""
        };
        let power = self.signed()?;
        if !self.eat(close) {
            return Err(self.incomplete_or(Fault::NotANumber));
        }
        Ok(power)
    }

    fn signed(&mut self) -> Result<i32, Fault> {
        let rest = self.rest();
        let sign = usize::from(rest.starts_with(['+', '-']));
        let digits = rest
            .bytes()
            .skip(sign)
            .take_while(u8::is_ascii_digit)
            .count();
        self.at += sign + digits;
        match rest.get(..sign + digits).and_then(parse_exponent) {
            Some(power) => Ok(power),
            None => Err(self.incomplete_or(Fault::NotANumber)),
        }
    }

    /// `36:00:00`, and `2-03:04:05` with days in front.
    fn clock(&mut self, first: f64) -> Result<Option<Value>, Fault> {
        let from = self.at;
        let mut parts = [first, 0.0, 0.0, 0.0];
        let mut count = 1;
        let days = self.eat("-");
        for place in parts.iter_mut().skip(1) {
            // Slurm writes the days before a hyphen; there the first part has no colon.
            if !(days && count == 1 || self.eat(":")) {
                break;
            }
            let start = self.at;
            while self.peek().is_some_and(|c| c.is_ascii_digit()) {
                self.at += 1;
            }
            let digits = self.slice(start, self.at);
            if digits.len() != 2 {
                if !days {
                    return Err(self.incomplete_or(Fault::NotANumber));
                }
                self.at = from;
                return Ok(None);
            }
            *place = from_digits(digits, 0);
            count += 1;
        }
        let [a, b, c, d] = parts;
        let (hours, minutes, seconds) = match (days, count) {
            (true, 4) => (a * 24.0 + b, c, d),
            (false, 3) => (a, b, c),
            (false, 2) => return Err(Fault::AmbiguousClock),
            _ => {
                self.at = from;
                return Ok(None);
            }
        };
        if minutes > 59.0 || seconds > 59.0 {
            return Err(Fault::NotANumber);
        }
        let total = hours * 3600.0 + minutes * 60.0 + seconds;
        // In the largest unit that keeps it whole.
        let factor = [3600.0, 60.0]
            .into_iter()
            .find(|factor| total % factor == 0.0)
            .unwrap_or(1.0);
        let mut value = Value::of(total / factor);
        value.unit = Some(Unit {
            measure: Measure::Time,
            factor,
            power: 0,
        });
        Ok(Some(value))
    }

    /// A scale letter or word behind a number.
    fn scale(&mut self, value: &mut Value) -> Result<(), Fault> {
        let from = self.at;
        self.spaces();
        let word = self.word();
        let digit_behind = self
            .rest()
            .get(word.len()..)
            .is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
        let Some(power) = unit::scale(word).filter(|_| !digit_behind) else {
            if let Some(power) = unit::long_scale(word) {
                return Err(Fault::LongScale { power, at: from });
            }
            // 300Btokens
            if unit::unit(word).is_none()
                && let Some((letter, name)) = word.split_at_checked(1)
                && name.len() > 3
                && unit::unit(name).is_some()
                && let Some(power) = unit::scale(letter)
            {
                self.at += 1;
                value.scale = power;
                return self.shift(value, power);
            }
            self.at = from;
            return Ok(());
        };
        self.at += word.len();
        if self.kind == QuantityKind::Time && word == "m" {
            // 5 m hours are millions; 5 m alone is left to the units.
            let here = self.at;
            self.spaces();
            if !unit::unit(self.word()).is_some_and(|unit| unit.measure == Measure::Time) {
                self.at = from;
                return Ok(());
            }
            self.at = here;
        }
        value.scale = power;
        self.shift(value, power)
    }

    /// Times a power of ten, through the digits where they are known.
    pub fn shift(&self, value: &mut Value, power: i32) -> Result<(), Fault> {
        match &mut value.literal {
            Some((from, to, exponent)) => {
                *exponent = exponent.saturating_add(power);
                value.number = from_digits(self.slice(*from, *to), *exponent);
            }
            None => value.number *= raise(10.0, power),
        }
        finite(*value).map(|_| ())
    }

    /// The words of a unit behind a number, a chip's name included.
    fn unit(&mut self, value: &mut Value) -> Result<(), Fault> {
        let start = self.at;
        let mut words = [(0usize, 0usize); MOST_WORDS];
        let mut count = 0;
        let mut figures = false;
        let mut end = self.at;
        let named = matches!(self.kind, QuantityKind::Count | QuantityKind::ChipTime);
        while count < MOST_WORDS {
            let spaced = self.spaces();
            let mut from = self.at;
            let Some(c) = self.peek() else { break };
            let next = self.rest().chars().nth(1).unwrap_or(' ');
            let inside = count > 0 && !spaced;
            if c == '%' {
                self.at += 1;
            } else if letter(c) {
                let word = self.word();
                if STOPS.has(word) {
                    break;
                }
                self.at += word.len();
                if self.kind != QuantityKind::Time && self.alphanumerics() {
                    figures = true;
                    // 8xH100
                    from += usize::from(c == 'x' && from == start && letter(next));
                }
            } else if c == '/' && count > 0 && letter(next) {
                self.at += 1;
            } else if c == '-' && inside && letter(next) {
                self.at += 1;
                continue;
            } else if c == '-' && inside && figures && next.is_ascii_digit() {
                self.at += 1;
                self.alphanumerics();
            } else if c.is_ascii_digit() && spaced && count > 0 && named {
                let known = words.get(..count).unwrap_or(&[]);
                if self.meaning(known).is_some_and(|m| m.chip.is_none()) {
                    break;
                }
                self.alphanumerics();
                figures = true;
            } else {
                break;
            }
            if let Some(place) = words.get_mut(count) {
                *place = (from, self.at);
            }
            count += 1;
            end = self.at;
        }
        self.at = end;
        let Some(words) = words.get(..count).filter(|words| !words.is_empty()) else {
            return Ok(());
        };
        let word = |at: usize| {
            words
                .get(at)
                .map_or("", |(from, to)| self.slice(*from, *to))
        };
        let last = word(count - 1);
        if self.kind == QuantityKind::Time && count == 1 && last == "m" {
            let factor = match self.before {
                3600.0 => 60.0,
                31_557_600.0 => 2_629_800.0,
                _ => return Err(Fault::AmbiguousUnit { at: start }),
            };
            value.unit = Some(Unit {
                measure: Measure::Time,
                factor,
                power: 0,
            });
            return Ok(());
        }
        let Some(meaning) = self.meaning(words) else {
            let kind = self.kind;
            let typing = self.at_end()
                && unit::scale(last).is_none()
                && unit::begins(last, &|measure| takes(kind, measure));
            return Err(if typing {
                Fault::Incomplete
            } else {
                Fault::NotANumber
            });
        };
        let mut unit = meaning.unit;
        let plural = meaning.last.ends_with('s');
        let other = match (self.kind, unit.measure) {
            (QuantityKind::FlopPerSecond, Measure::Flop) => !plural || unit.factor != 1.0,
            (QuantityKind::Flop, Measure::Connections) => unit.factor == 1.0,
            (kind, measure) => !takes(kind, measure),
        };
        if other {
            return Err(Fault::WrongUnit {
                measure: unit.measure,
                at: start,
            });
        }
        if self.kind == QuantityKind::FlopPerSecond {
            let word = meaning.last.trim_end_matches('s');
            if word.ends_with("op") && !word.ends_with("flop") {
                self.seen.tops = true;
            } else {
                unit.measure = Measure::FlopPerSecond;
            }
        }
        if self.kind == QuantityKind::Count && unit.measure == Measure::Connections {
            unit.factor = 1.0;
        }
        if let Some((index, from, to)) = meaning.chip {
            self.seen.chip = Some((index, from, to));
            self.seen.machines |= unit.factor == 8.0;
        }
        self.shift(value, unit.power)?;
        if unit.measure == Measure::Flop && unit.factor != 1.0 && unit.factor != PETAFLOP_DAY {
            // Other spans of a rate are told in days.
            *value = value.computed(value.number * (unit.factor / PETAFLOP_DAY));
            unit.factor = PETAFLOP_DAY;
        }
        value.unit = Some(unit);
        value.phrase = (words.first().map_or(0, |(from, _)| *from), meaning.end);
        Ok(())
    }

    /// Moves over ASCII letters and digits; whether there were any.
    fn alphanumerics(&mut self) -> bool {
        let from = self.at;
        while self.peek().is_some_and(|c| c.is_ascii_alphanumeric()) {
            self.at += 1;
        }
        self.at > from
    }

    /// What words mean as a unit.
    fn meaning(&self, words: &[(usize, usize)]) -> Option<Meaning<'a>> {
        let word = |at: usize| {
            words
                .get(at)
                .map_or("", |(from, to)| self.slice(*from, *to))
        };
        let mut count = words.len();
        let simple = |measure, factor, power| Unit {
            measure,
            factor,
            power,
        };
        let mut found = None;
        let mut rated = 0;
        // What stands behind a preposition says of what: "300B tokens of text", "30 % of peak".
        for at in 1..count {
            let behind = word(at + 1);
            if !PREPOSITIONS.has(word(at)) {
                continue;
            }
            let span = |word| unit::unit(word).filter(|u| u.measure == Measure::Time);
            let Some(time) = span(behind).filter(|_| matches!(word(at), "per" | "/")) else {
                count = at;
                break;
            };
            rated = at - 1;
            let flop = unit::rate_power(word(rated)).filter(|_| time.factor == 1.0);
            found = Some(match (flop, span(word(at + 2))) {
                // Counted in petaFLOP/s times the span.
                (Some(power), Some(span)) => simple(Measure::Flop, span.factor * 1e15, power - 15),
                (Some(power), None) => simple(Measure::FlopPerSecond, 1.0, power),
                (None, _) => simple(Measure::Other, 1.0, 0),
            });
            break;
        }
        while count > 1 && FORMATS.has(word(count - 1)) {
            count -= 1;
        }
        let last = match found {
            Some(_) => word(rated),
            None => word(count.saturating_sub(1)),
        };
        let end = words.get(count.saturating_sub(1)).map_or(0, |(_, to)| *to);
        let meaning = |unit, chip| {
            Some(Meaning {
                unit,
                chip,
                last,
                end,
            })
        };
        if let Some(unit) = found {
            return meaning(unit, None);
        }
        if matches!(word(0), "%" | "percent" | "pct") || word(0) == "per" && word(1) == "cent" {
            return meaning(simple(Measure::Fraction, 0.01, 0), None);
        }
        let pair = if count > 1 {
            unit::unit(&[word(count - 2), last].concat())
        } else {
            None
        };
        let mut lead = count.saturating_sub(if pair.is_some() { 2 } else { 1 });
        let hours = ["gpu", "tpu", "chip"]
            .iter()
            .find_map(|chip| unit::unit(last.strip_prefix(chip)?))
            .filter(|found| found.measure == Measure::Time && unit::unit(last).is_none());
        if let Some(unit) = hours {
            let chip = self.chip(words, 0, lead);
            let unit = simple(Measure::ChipTime, unit.factor, 0);
            return meaning(unit, chip).filter(|_| lead == 0 || chip.is_some());
        }
        let Some(mut unit) = pair.or_else(|| unit::unit(last)) else {
            // No unit at all: a chip's name, "16k H100s", "96 DGX A100".
            if self.kind == QuantityKind::FlopPerSecond {
                // 312 TF
                let power = unit::rate_power(last)?;
                return meaning(simple(Measure::FlopPerSecond, 1.0, power), None);
            }
            if !matches!(self.kind, QuantityKind::Count | QuantityKind::ChipTime) {
                return None;
            }
            let machine = usize::from(matches!(word(0), "dgx" | "hgx") && count > 1);
            let chip = self.chip(words, machine, count)?;
            let factor = if machine == 1 { 8.0 } else { 1.0 };
            return meaning(simple(Measure::Chips, factor, 0), Some(chip));
        };
        if lead == 0 {
            return meaning(unit, None);
        }
        let plain = (0..lead).all(|at| {
            let word = word(at);
            FORMATS.has(word) || word.bytes().all(|byte| !byte.is_ascii_digit())
        });
        if unit.measure == Measure::Time && pair.is_none() {
            let seconds = (1..lead).all(|at| matches!(word(at), "s" | "sec" | "second"));
            if let Some(power) = unit::rate_power(word(0)).filter(|_| seconds) {
                return meaning(simple(Measure::Flop, unit.factor * 1e15, power - 15), None);
            }
            let chips = lead;
            while lead > 0 && CHIP_WORDS.has(word(lead - 1)) {
                lead -= 1;
            }
            if lead == 0 {
                unit.measure = Measure::ChipTime;
                return meaning(unit, None);
            }
            let chip = self
                .chip(words, 0, chips)
                .filter(|chip| chip.0.is_some())
                .or_else(|| self.chip(words, 0, lead));
            if chip.is_some() || lead < chips {
                unit.measure = Measure::ChipTime;
            } else if !(0..lead).all(|at| ELAPSED.has(word(at))) {
                unit.measure = Measure::Other;
            }
            return meaning(unit, chip).filter(|_| plain || chip.is_some());
        }
        if unit.measure == Measure::Chips {
            let chips = count;
            while lead > 0 && CHIP_WORDS.has(word(lead - 1)) {
                lead -= 1;
            }
            let chip = if lead == 0 {
                None
            } else {
                self.chip(words, 0, chips)
                    .filter(|chip| chip.0.is_some())
                    .or_else(|| self.chip(words, 0, lead))
            };
            return meaning(unit, chip).filter(|_| plain || chip.is_some());
        }
        if unit.measure == Measure::Flop
            && (0..lead).any(|at| matches!(word(at), "mac" | "multiply" | "multadd" | "fma"))
        {
            unit = simple(Measure::Connections, 2.0, unit.power);
        }
        meaning(unit, None).filter(|_| plain)
    }

    /// A chip of the tables, or a name of the shape of one.
    fn chip(
        &self,
        words: &[(usize, usize)],
        from: usize,
        to: usize,
    ) -> Option<(Option<usize>, usize, usize)> {
        let (from, _) = *words.get(from)?;
        let (_, to) = *words.get(to.checked_sub(1)?)?;
        let name = self.shown.get(from..to)?;
        let found = self.names.find(name).or_else(|| {
            let single = name.strip_suffix(['s', 'S'])?;
            self.names.find(single)
        });
        (found.is_some() || chip_shape(self.slice(from, to))).then_some((found, from, to))
    }

    /// A bracket behind a unit is a gloss; `[12]` and `^1` there are marks of footnotes.
    fn glosses(&mut self, unit: bool) -> Result<(), Fault> {
        loop {
            let from = self.at;
            self.spaces();
            let close = if unit && self.eat("(") {
                ')'
            } else if self.eat("[") {
                ']'
            } else if unit && self.eat("^") {
                self.signed()?;
                continue;
            } else {
                self.at = from;
                return Ok(());
            };
            match self.rest().find(close) {
                Some(end) => self.at += end + 1,
                None => return Err(Fault::Incomplete),
            }
        }
    }

    /// `2022-03-11 to 2022-07-06` in days, if two dates stand here.
    pub fn calendar(&mut self) -> Result<Option<Value>, Fault> {
        let Some(days) = calendar::days(self)? else {
            return Ok(None);
        };
        self.glosses(true)?;
        self.seen.calendar = true;
        let mut value = Value::of(days);
        value.unit = Some(Unit {
            measure: Measure::Time,
            factor: 86_400.0,
            power: 0,
        });
        Ok(Some(value))
    }
}

/// Words beside a rate that leave it one.
static FORMATS: Words =
    Words::new(" dense peak bf16 fp16 fp32 tf32 fp64 fp8 fp4 int8 int4 bfloat16 float16 ");

/// Words before what a number is of.
static PREPOSITIONS: Words = Words::new(" of in for on per / ");

/// Makers and brands in front of a chip's name, and families whose number stands apart.
static MAKERS: Words = Words::new(" nvidia amd google intel cloud instinct tesla geforce radeon ");
static FAMILIES: Words = Words::new(" rtx gtx titan gaudi trainium mi ascend quadro ");

/// Words in front of a unit of time that leave it one.
static ELAPSED: Words = Words::new(
    " calendar wall clock wallclock training full total consecutive whole elapsed real ",
);

/// Words for a chip of any make.
static CHIP_WORDS: Words = Words::new(
    " cpu cpus gpu gpus tpu tpus chip chips accelerator accelerators device devices card cards core cores ",
);

struct Meaning<'a> {
    unit: Unit,
    chip: Option<(Option<usize>, usize, usize)>,
    /// The word that is the unit.
    last: &'a str,
    /// Where the unit ends, without what it is of.
    end: usize,
}

/// Whether a kind takes a measure.
pub(crate) fn takes(kind: QuantityKind, measure: Measure) -> bool {
    use Measure as M;
    match kind {
        QuantityKind::Count => matches!(
            measure,
            M::Parameters
                | M::Tokens
                | M::Words
                | M::Examples
                | M::Steps
                | M::Epochs
                | M::Connections
                | M::Chips
                | M::Layers
        ),
        QuantityKind::Flop => matches!(measure, M::Flop | M::Connections),
        QuantityKind::FlopPerSecond => matches!(measure, M::FlopPerSecond | M::Flop),
        QuantityKind::Time => measure == M::Time,
        QuantityKind::Fraction => measure == M::Fraction,
        // Chips alone are refused in the end, but "2048 GPUs x 54 days" has them on the way.
        QuantityKind::ChipTime => matches!(measure, M::Time | M::ChipTime | M::Chips),
    }
}

/// Whether a name looks like a chip's: `h100`, `tpu v4`, `rtx 4090`, `nvidia a100 80gb`.
pub(crate) fn chip_shape(name: &str) -> bool {
    if name.len() > 32 || !name.bytes().any(|byte| byte.is_ascii_digit()) {
        return false;
    }
    let mut words = name.split([' ', '-']).skip_while(|word| MAKERS.has(word));
    let first = words.next().unwrap_or("");
    if first.starts_with("tpu") || FAMILIES.has(first) {
        return true;
    }
    let letters = first.bytes().take_while(u8::is_ascii_lowercase).count();
    let behind = first.get(letters..).unwrap_or("");
    let digits = behind.bytes().take_while(u8::is_ascii_digit).count();
    let tail = behind.get(digits..).unwrap_or("");
    (1..=5).contains(&letters)
        && (2..=4).contains(&digits)
        && tail.len() <= 3
        && tail.bytes().all(|byte| byte.is_ascii_lowercase())
}

/// A letter of a word; signs beyond ASCII are none.
pub(crate) fn letter(c: char) -> bool {
    c.is_ascii_alphabetic()
        || c as u32 >= 0xaa && !matches!(c, '×' | '·' | '±' | '€' | '£' | '¥' | '∞' | '“' | '”')
}

/// A count of something, which a product can drop: 2 GPUs × 3 days are 6 days.
fn counts(unit: &Unit) -> bool {
    takes(QuantityKind::Count, unit.measure)
}

fn finite(value: Value) -> Result<Value, Fault> {
    if value.number.is_finite() {
        Ok(value)
    } else {
        Err(Fault::TooLarge)
    }
}

/// A whole power, by squares: exact wherever the result is.
fn raise(base: f64, power: i32) -> f64 {
    if base == 10.0 {
        return from_digits("1", power);
    }
    let mut left = power.unsigned_abs();
    let (mut square, mut result) = (base, 1.0);
    while left > 0 {
        if left & 1 == 1 {
            result *= square;
        }
        square *= square;
        left >>= 1;
    }
    if power < 0 { 1.0 / result } else { result }
}

fn add(a: Value, b: Value) -> Result<Value, Fault> {
    let (kept, number) = match (a.unit, b.unit) {
        (Some(x), Some(y)) if x.factor != y.factor && x.measure == y.measure => {
            // In the smaller unit, where days and hours stay whole.
            if x.factor > y.factor {
                (b, a.number * (x.factor / y.factor) + b.number)
            } else {
                (a, a.number + b.number * (y.factor / x.factor))
            }
        }
        (Some(x), Some(y)) if x.measure != y.measure && !(counts(&x) && counts(&y)) => {
            return Err(Fault::NotANumber);
        }
        (None, Some(_)) => (b, a.number + b.number),
        _ => (a, a.number + b.number),
    };
    finite(kept.computed(number))
}

fn multiply(a: Value, b: Value) -> Result<Value, Fault> {
    let drop = |value: Value| match value.unit {
        Some(unit) => value.number * unit.factor,
        None => value.number,
    };
    let droppable = |unit: &Unit| counts(unit) || unit.measure == Measure::Fraction;
    let result = match (a.unit, b.unit) {
        (_, None) => a.computed(a.number * b.number),
        (None, Some(_)) => b.computed(a.number * b.number),
        (Some(x), Some(y)) if x.measure == Measure::Fraction && y.measure == Measure::Fraction => {
            Value::of(drop(a) * drop(b))
        }
        (Some(_), Some(y)) if droppable(&y) => a.computed(a.number * drop(b)),
        (Some(x), Some(_)) if droppable(&x) => b.computed(drop(a) * b.number),
        _ => return Err(Fault::NotANumber),
    };
    finite(Value {
        scale: a.scale.max(b.scale),
        ..result
    })
}

fn divide(a: Value, b: Value) -> Result<Value, Fault> {
    let (kept, divisor, shift) = match (a.unit, b.unit) {
        (_, None) => (a, b.number, 0),
        // A unit stands at the end of a term: 3/4 days are three quarters of a day.
        (None, Some(unit)) => (b, b.number, 2 * unit.power),
        (Some(_), Some(unit)) if counts(&unit) || unit.measure == Measure::Fraction => {
            (a, b.base(), 0)
        }
        _ => return Err(Fault::NotANumber),
    };
    if divisor == 0.0 {
        return Err(Fault::NotANumber);
    }
    finite(kept.computed(a.number / divisor * raise(10.0, shift)))
}
