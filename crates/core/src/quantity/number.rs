//! Digits, groups, exponents, powers, number words, clocks.

use super::QuantityKind;
use super::decimal::from_digits;
use super::fault::Fault;
use super::token::{Parser, Remark, Step, begins, digit, letter};
use super::unit::Measure;
use crate::apart::apart;

/// One number with its unit.
#[derive(Clone, Copy)]
pub(crate) struct Value {
    /// In the unit, scale applied.
    pub number: f64,
    /// Base units of the unit; 1 where none was typed.
    pub factor: f64,
    /// What the unit measures.
    pub measure: Option<Measure>,
    /// Where the digits of a plain number stand (else an empty place) and the power of ten of their
    /// last one: scales are applied to these, so that 1.1B is the nearest number to 1100000000.
    pub digits: (u16, u16),
    pub exponent: i32,
    /// The power of ten of a scale letter or word, 0 where none was typed.
    pub scale: i8,
    /// The same of the unit's prefix.
    pub prefix: i8,
    /// `1e23` or `× 10²³` was typed.
    pub power: bool,
    /// Where the unit stands.
    pub phrase: (u16, u16),
}

impl Value {
    pub fn of(number: f64) -> Value {
        Value {
            number,
            factor: 1.0,
            measure: None,
            digits: (0, 0),
            exponent: 0,
            scale: 0,
            prefix: 0,
            power: false,
            phrase: (0, 0),
        }
    }

    /// In base units.
    pub fn base(&self) -> f64 {
        self.number * self.factor
    }

    /// Whether it is one number as typed, not a result of arithmetic.
    pub fn typed(&self) -> bool {
        self.digits.1 > 0
    }

    /// The same with another number, a result.
    pub fn computed(mut self, number: f64) -> Value {
        self.number = number;
        self.digits = (0, 0);
        self
    }

    /// Another number takes the place, a result.
    pub fn set(&mut self, number: f64) -> Step {
        self.number = number;
        self.digits = (0, 0);
        self.finite()
    }

    pub fn finite(&self) -> Step {
        if self.number.is_finite() {
            Ok(())
        } else {
            Err(Fault::TooLarge)
        }
    }

    /// Times a power of ten, through the digits in the text where they are known.
    pub fn shift(&mut self, text: &[u8], power: i32) -> Step {
        if self.typed() {
            self.exponent += power;
            let (from, to) = self.digits;
            let digits = text.get(from.into()..to.into()).unwrap_or(&[]);
            self.number = from_digits(digits, self.exponent);
        } else {
            self.number *= power_of_ten(power);
        }
        self.finite()
    }
}

/// Number words: the place is the number less one.
const NUMBER_WORDS: &str = "one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen|twenty";

/// 10 to a power, nearest.
pub(crate) fn power_of_ten(power: i32) -> f64 {
    from_digits(b"1", power)
}

impl Parser<'_> {
    /// A digit, a point before one, a bracket or a number word comes next.
    pub fn number_ahead(&mut self) -> bool {
        match self.peek() {
            b'.' => digit(self.byte(self.at + 1)),
            b'(' => true,
            byte if letter(byte) => {
                let from = self.at;
                let found = self.any(NUMBER_WORDS).is_some();
                self.at = from;
                found
            }
            byte => digit(byte),
        }
    }

    /// A number without scale and unit. Behind a division `x 10^23` is a factor of its own.
    pub fn number(&mut self, divisor: bool) -> Step {
        self.value = Value::of(0.0);
        if letter(self.peek()) {
            return apart(|| self.number_word());
        }
        let from = self.at;
        let fraction = self.numeral()?;
        let digits = self.slice(from, self.at);
        self.value.digits = (from as u16, self.at as u16);
        self.value.exponent = -(fraction as i32);
        if self.at_end() {
            return self.shift(0);
        }
        let here = self.at;
        self.spaces();
        let more = matches!(self.peek(), b'e' | b'*' | b'x' | b'^' | b':' | b'-');
        self.at = here;
        if !more {
            return self.shift(0);
        }
        apart(|| self.powers(divisor, digits, fraction))
    }

    /// Digits with an exponent, a power or a clock behind them.
    fn powers(&mut self, divisor: bool, digits: &[u8], fraction: usize) -> Step {
        if let Some(power) = self.exponent(divisor)? {
            self.value.exponent += power;
            self.value.power = true;
        } else if self.eat("^") || self.eat("**") {
            self.value.power = true;
            let power = self.raised()?;
            if digits != b"10" {
                let base = from_digits(digits, self.value.exponent);
                return self.value.set(raised(base, power));
            }
            // The 1 of 10 carries the whole power.
            self.value.digits.1 = self.value.digits.0 + 1;
            self.value.exponent = power;
        } else if self.kind == QuantityKind::Time
            && fraction == 0
            && self.clock(from_digits(digits, 0))?
        {
            return Ok(());
        }
        self.shift(0)
    }

    pub fn shift(&mut self, power: i32) -> Step {
        self.value.shift(self.text, power)
    }

    fn number_word(&mut self) -> Step {
        let Some(place) = self.any(NUMBER_WORDS) else {
            let word = self.word();
            let ends = self.at + word.len() >= self.text.len();
            return Err(if ends && begins(NUMBER_WORDS, word) {
                Fault::Incomplete
            } else {
                Fault::NotANumber
            });
        };
        let mut number = place + 1;
        let dash = self.at;
        if number == 20 && self.peek() == b'-' {
            // twenty-one
            self.at += 1;
            match self.any(NUMBER_WORDS) {
                Some(ones) if ones < 9 => number += ones + 1,
                _ => self.at = dash,
            }
        }
        self.value.number = number as f64;
        Ok(())
    }

    /// Moves over digits and group separators; how many digits stand behind the decimal point.
    fn numeral(&mut self) -> Result<usize, Fault> {
        let from = self.at;
        let mut run = self.take(digit).len();
        let (mut points, mut commas, mut others) = (0, 0, 0);
        let (mut mark, mut last) = (0, 0);
        // All but the last separator stand before a group: a first one of up to three digits
        // and no zero in front, then three each, always the same separator.
        let mut grouped = true;
        if run > 0 && !matches!(self.peek(), b'.' | b',' | b'_' | b'\'' | b' ') {
            return Ok(0);
        }
        loop {
            let separator = self.peek();
            let here = self.at;
            self.at += 1;
            let next = self.take(digit).len();
            let count = match separator {
                b'.' => &mut points,
                b',' => &mut commas,
                b'_' | b'\'' => &mut others,
                // A space is inside a number only where the groups are right.
                b' ' if next == 3 && (1..=3).contains(&run) => &mut others,
                _ => {
                    self.at = here;
                    break;
                }
            };
            if next == 0 {
                self.at = here;
                break;
            }
            *count += 1;
            if mark == 0 {
                mark = separator;
                grouped = (1..=3).contains(&run) && self.byte(from) != b'0';
            } else {
                grouped &= run == 3 && last == mark;
            }
            last = separator;
            run = next;
        }
        if self.at == from {
            return Err(Fault::NotANumber);
        }
        let decimal = match last {
            b'.' => points == 1,
            b',' => {
                let group = run == 3 && self.byte(from) != b'0' && others == 0 && points < 2;
                commas == 1 && !group
            }
            _ => false,
        };
        let groups = points + commas + others - i32::from(decimal);
        let right = grouped && (decimal || run == 3 && last == mark);
        if groups > 0 && !right {
            return Err(Fault::Grouping);
        }
        if !decimal {
            return Ok(0);
        }
        if last == b',' {
            self.note(Remark::Comma);
        }
        Ok(run)
    }

    /// `e23` and `× 10^23` behind digits.
    fn exponent(&mut self, divisor: bool) -> Result<Option<i32>, Fault> {
        let from = self.at;
        self.spaces();
        if self.peek() == b'e' {
            self.at += 1;
            let sign = usize::from(matches!(self.peek(), b'+' | b'-'));
            let next = self.byte(self.at + sign);
            if digit(next) || next == 0 {
                return self.signed().map(Some);
            }
        } else if !divisor
            && self.any("*|x").is_some()
            && self.eat("10")
            && (self.eat("^") || self.eat("**"))
        {
            return self.raised().map(Some);
        }
        self.at = from;
        Ok(None)
    }

    /// The exponent behind `^`, in brackets or not.
    fn raised(&mut self) -> Result<i32, Fault> {
        self.spaces();
        let open = self.any("{|(");
        let power = self.signed()?;
        if open.is_some() && self.any("}|)").is_none() {
            return Err(self.incomplete_or(Fault::NotANumber));
        }
        Ok(power)
    }

    /// A signed whole number, held within a million.
    pub fn signed(&mut self) -> Result<i32, Fault> {
        let sign = self.peek();
        if matches!(sign, b'+' | b'-') {
            self.at += 1;
        }
        let digits = self.take(digit);
        if digits.is_empty() {
            return Err(self.incomplete_or(Fault::NotANumber));
        }
        let power = from_digits(digits, 0).min(1e6) as i32;
        Ok(if sign == b'-' { -power } else { power })
    }

    /// `36:00:00`, and `2-03:04:05` of Slurm with days in front; whether one stood here.
    fn clock(&mut self, first: f64) -> Result<bool, Fault> {
        let from = self.at;
        let days = self.peek() == b'-';
        let mut seconds = first;
        let mut parts = 0;
        while self.peek() == if days && parts == 0 { b'-' } else { b':' } {
            self.at += 1;
            let two = self.take(digit);
            let part = from_digits(two, 0);
            let limit = if days && parts == 0 { 24.0 } else { 60.0 };
            if two.len() != 2 || part >= limit {
                if !days {
                    return Err(self.incomplete_or(Fault::NotANumber));
                }
                break;
            }
            seconds = seconds * limit + part;
            parts += 1;
        }
        if parts < 2 + i32::from(days) {
            self.at = from;
            return if days || parts == 0 {
                Ok(false)
            } else {
                Err(Fault::AmbiguousClock)
            };
        }
        if parts > 2 + i32::from(days) {
            return Err(Fault::NotANumber);
        }
        let value = &mut self.value;
        value.set(seconds)?;
        value.measure = Some(Measure::Time);
        // In the largest unit that keeps it whole.
        for factor in [60.0, 3600.0] {
            if (seconds / factor).fract() == 0.0 {
                value.number = seconds / factor;
                value.factor = factor;
            }
        }
        Ok(true)
    }
}

/// A whole power, by squares: exact wherever the result is.
fn raised(base: f64, power: i32) -> f64 {
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
