//! Sums and products of numbers with scales and units.

use super::QuantityKind;
use super::fault::Fault;
use super::number::{Value, power_of_ten};
use super::token::{DEEPEST, Parser, Remark, Step, digit, letter};
use super::unit::{self, Measure};
use crate::apart::apart;

/// Words for "about" in front of a number, and behind one.
const ABOUT: &str =
    "~|about|approximately|approx|around|roughly|circa|ca|c|some|nearly|almost|estimated|est";
const OR_SO: &str = "or so|approximately|approx|roughly";

impl Parser<'_> {
    /// Terms with `+` between; of times also side by side (`11 d 4 h`).
    pub fn sum(&mut self) -> Step {
        self.product()?;
        if self.at_end() {
            return Ok(());
        }
        apart(|| self.terms())
    }

    /// The terms behind the first.
    fn terms(&mut self) -> Step {
        loop {
            let from = self.at;
            let total = self.value;
            let spaced = self.spaces();
            let plus = self.at;
            if self.peek() == b'+' && !matches!(self.byte(plus + 1), b'-' | b'/') {
                self.at += 1;
                self.spaces();
                if self.at_end() && spaced {
                    return Err(Fault::Incomplete);
                }
                if !self.number_ahead() {
                    return Err(self.fault(Fault::LowerBound, plus, plus + 1));
                }
                self.product()?;
                self.add(total)?;
                continue;
            }
            if self.kind == QuantityKind::Time && total.measure.is_some() {
                let comma = self.eat(",");
                let and = !self.and_ends && self.eat("and");
                self.spaces();
                if self.number_ahead() {
                    self.before = total.factor;
                    self.product()?;
                    if self.value.measure.is_none() {
                        return Err(self.incomplete_or(Fault::NotANumber));
                    }
                    self.add(total)?;
                    continue;
                }
                if self.at_end() && (comma || and) {
                    return Err(Fault::Incomplete);
                }
            }
            self.at = from;
            return Ok(());
        }
    }

    /// Factors with a sign of multiplication or division between.
    fn product(&mut self) -> Step {
        self.factor(false)?;
        if self.at_end() {
            return Ok(());
        }
        apart(|| self.factors())
    }

    /// The factors behind the first.
    fn factors(&mut self) -> Step {
        let mut first = true;
        loop {
            let from = self.at;
            let left = self.value;
            let spaced = self.spaces();
            let sign = self.peek();
            if sign == 0 {
                self.at = from;
                return Ok(());
            }
            self.at += 1;
            let times = sign == b'*' || sign == b'x' && !letter(self.peek());
            let behind = self.at;
            self.spaces();
            if !times && sign != b'/' || times && self.peek() == b'/' {
                self.at = from;
                return Ok(());
            }
            let ahead = self.number_ahead();
            let apart = spaced || self.at == behind && letter(self.peek());
            if sign == b'*' && !apart && !ahead {
                // 175B*: a mark of a footnote.
                self.note(Remark::Approximate);
                self.at = behind;
                continue;
            }
            if times && !ahead && self.names_chips() && letter(self.peek()) {
                // 8x H100, and 3M GPU·hours
                self.value.measure = None;
                self.unit()?;
                if self.value.measure.is_none() || !left.measure.is_none_or(counts) {
                    return Err(Fault::NotANumber);
                }
                continue;
            }
            self.factor(!times)?;
            let next = self.value;
            if times {
                self.multiply(left)?;
            } else {
                self.divide(left)?;
            }
            self.remarks &= !(1 << Remark::Mixture as u16 | 1 << Remark::Fallen as u16);
            let bare = left.typed() && left.scale == 0 && !left.power && left.measure.is_none();
            if first && bare && times && next.typed() {
                let parameters = matches!(next.measure, None | Some(Measure::Parameters));
                let experts = (2.0..=512.0).contains(&left.number);
                if sign == b'x' && next.scale == 9 && parameters && experts {
                    self.note(Remark::Mixture);
                }
                // 3.1 × 1023 has lost the raise of 10²³ on its way.
                let power = (1010.0..1040.0).contains(&next.number) && next.scale == 0;
                if (1.0..10.0).contains(&left.number) && power {
                    self.note(Remark::Fallen);
                }
            }
            first = false;
        }
    }

    /// Whether a chip may be named behind a number.
    pub fn names_chips(&self) -> bool {
        matches!(self.kind, QuantityKind::Count | QuantityKind::ChipTime)
    }

    /// One number, signed or in brackets, with scale and unit.
    fn factor(&mut self, divisor: bool) -> Step {
        self.approximately();
        self.spaces();
        let sign = self.peek();
        if matches!(sign, b'-' | b'+' | b'(') {
            apart(|| self.within(sign, divisor))?;
        } else if self.at_end() {
            return Err(Fault::Incomplete);
        } else {
            self.number(divisor)?;
        }
        if self.value.measure.is_none() {
            self.scale()?;
            self.unit()?;
        }
        if self.at_end() {
            return Ok(());
        }
        let value = &self.value;
        let unit = value.measure.is_some() || value.scale > 0 || value.power;
        apart(|| self.glosses(unit))
    }

    /// What is signed or stands in brackets.
    fn within(&mut self, sign: u8, divisor: bool) -> Step {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(Fault::TooDeep);
        }
        self.at += 1;
        if sign == b'(' {
            self.sum()?;
            if !self.eat(")") {
                return Err(self.incomplete_or(Fault::NotANumber));
            }
            self.value.digits = (0, 0);
        } else {
            self.factor(divisor)?;
        }
        if sign == b'-' {
            return Err(Fault::NotPositive);
        }
        self.depth -= 1;
        Ok(())
    }

    /// Words and signs for "about": the number stands, with a note.
    pub fn approximately(&mut self) {
        while !digit(self.peek()) && self.any(ABOUT).is_some() {
            self.eat(".");
            self.note(Remark::Approximate);
        }
    }

    /// `175B or so`, `50 days approx.`
    pub fn approximate_behind(&mut self) {
        self.spaces();
        if letter(self.peek()) && self.any(OR_SO).is_some() {
            self.eat(".");
            self.note(Remark::Approximate);
        }
    }

    /// A scale letter or word behind a number.
    pub fn scale(&mut self) -> Step {
        if self.at_end() {
            return Ok(());
        }
        let from = self.at;
        self.spaces();
        let mut word = self.word();
        let behind = self.byte(self.at + word.len());
        let mut power = unit::scale(word);
        if power.is_none() && !word.is_empty() {
            if let Some(power) = unit::long_scale(word) {
                self.fault_turns_on = power;
                return Err(self.fault(Fault::LongScale, from, self.at));
            }
            // 300Btokens
            if let Some((letter, name)) = word.split_at_checked(1)
                && name.len() > 3
                && unit::unit(word).is_none()
                && unit::unit(name).is_some()
            {
                word = letter;
                power = unit::scale(letter);
            }
        }
        self.at += word.len();
        let here = self.at;
        self.spaces();
        // 5 m hours are millions; 5 m alone is left to the units.
        let minutes = self.kind == QuantityKind::Time
            && word == b"m"
            && !unit::unit(self.word()).is_some_and(|unit| unit.measure == Measure::Time);
        let Some(power) = power.filter(|_| !minutes && !digit(behind)) else {
            self.at = from;
            return Ok(());
        };
        self.at = here;
        self.value.scale = power;
        self.shift(power.into())
    }

    /// A bracket behind a unit is a gloss; `[12]` and `^1` there are marks of footnotes.
    pub fn glosses(&mut self, unit: bool) -> Step {
        while !self.at_end() {
            // Behind a bare number only words: 0.4 (assumed).
            let from = self.at;
            let words =
                self.spaces() && letter(self.byte(self.at + 1)) && letter(self.byte(self.at + 2));
            self.at = from;
            let close = if (unit || words) && self.eat("(") {
                b')'
            } else if self.eat("[") {
                b']'
            } else if unit && letter(self.byte(self.at.wrapping_sub(1))) && self.eat("^") {
                self.signed()?;
                continue;
            } else {
                return Ok(());
            };
            while self.peek() != close {
                if self.at_end() {
                    return Err(Fault::Incomplete);
                }
                self.at += 1;
            }
            self.at += 1;
        }
        Ok(())
    }
}

/// A count of something, which a product can drop: 2 GPUs × 3 days are 6 days.
fn counts(measure: Measure) -> bool {
    unit::takes(QuantityKind::Count, measure)
}

fn droppable(measure: Measure) -> bool {
    counts(measure) || measure == Measure::Fraction
}

impl Parser<'_> {
    /// What was read last, and a number in front of it.
    fn add(&mut self, a: Value) -> Step {
        let b = self.value;
        if let (Some(x), Some(y)) = (a.measure, b.measure)
            && x != y
            && !(counts(x) && counts(y))
        {
            return Err(Fault::NotANumber);
        }
        let mut ratio = (1.0, 1.0);
        // Without a unit, in that of the other; else in the smaller, where days and hours stay whole.
        if b.measure.is_none() || a.measure.is_some() && a.factor <= b.factor {
            self.value = a;
            if b.measure.is_some() {
                ratio.1 = b.factor / a.factor;
            }
        } else if a.measure.is_some() {
            ratio.0 = a.factor / b.factor;
        }
        self.value.set(a.number * ratio.0 + b.number * ratio.1)
    }

    fn multiply(&mut self, a: Value) -> Step {
        let b = self.value;
        let dropped = match (a.measure, b.measure) {
            (None, Some(_)) => a,
            (_, None) => b,
            (_, Some(y)) if droppable(y) => b,
            (Some(x), _) if droppable(x) => a,
            _ => return Err(Fault::NotANumber),
        };
        if b.measure.is_none() || a.measure.is_some() && b.measure.is_some_and(droppable) {
            self.value = a;
        }
        let value = &mut self.value;
        value.set(value.number * dropped.base())?;
        value.scale = a.scale.max(b.scale);
        if value.measure == Some(Measure::Fraction) && dropped.measure.is_some() {
            // 50 % of 80 % is a number, as 50 % of a count is a count.
            *value = Value::of(value.base());
        }
        Ok(())
    }

    fn divide(&mut self, a: Value) -> Step {
        let b = self.value;
        let mut divisor = b.number;
        match (a.measure, b.measure) {
            // A unit stands at the end of a term: 3/4 days are three quarters of a day.
            (None, Some(_)) => divisor /= power_of_ten(2 * i32::from(b.prefix)),
            (Some(_), Some(y)) if !droppable(y) => return Err(Fault::NotANumber),
            _ => {
                divisor = b.base();
                self.value = a;
            }
        }
        if divisor == 0.0 {
            return Err(Fault::NotANumber);
        }
        if a.scale == 0 && !a.power && b.scale > 0 && a.number < divisor {
            // 1/2 million is half a million: of the other reading nothing would be left.
            self.value.scale = b.scale;
            divisor /= power_of_ten(2 * i32::from(b.scale));
        }
        self.value.set(a.number / divisor)
    }
}
