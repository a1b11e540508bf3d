//! Two dates and the days between.

use super::decimal::from_digits;
use super::fault::Fault;
use super::number::Value;
use super::token::{Parser, Remark, digit};
use super::unit::{Measure, unit};
use super::write::MONTHS;

/// A date; year 0 where none was typed.
struct Date {
    year: i32,
    month: i32,
    day: i32,
}

impl Parser<'_> {
    /// Whether a number stands here with a unit of time behind it, so that no date does.
    pub fn plain_time(&mut self) -> bool {
        let start = self.at;
        self.take(digit);
        self.spaces();
        let plain = unit(self.word()).is_some();
        self.at = start;
        plain
    }

    /// `2022-03-11 to 2022-07-06` in days; whether a date stands here.
    pub fn calendar(&mut self) -> Result<bool, Fault> {
        let start = self.at;
        self.any("from|between");
        let Some(mut first) = self.date() else {
            self.at = start;
            return Ok(false);
        };
        let joined = self.any("-|..|/|to|until|till|through|and").is_some();
        self.spaces();
        if self.at_end() {
            return Err(Fault::DateAlone);
        }
        let Some(mut second) = self.date().filter(|_| joined) else {
            return Err(Fault::NotANumber);
        };
        if first.year == 0 {
            first.year = second.year;
        }
        if second.year == 0 {
            second.year = first.year;
        }
        if first.year == 0 {
            return Err(Fault::NotANumber);
        }
        let (Some(from), Some(to)) = (first.number(), second.number()) else {
            return Err(Fault::NoSuchDate);
        };
        if to < from {
            return Err(Fault::DatesReversed);
        }
        self.note(Remark::Calendar);
        self.glosses(true)?;
        self.value = Value::of(f64::from(to - from));
        self.value.measure = Some(Measure::Time);
        self.value.factor = 86_400.0;
        Ok(true)
    }

    /// `2022-03-11`, `11 March 2022`, `March 11th, 2022`; in words the year may be missing.
    fn date(&mut self) -> Option<Date> {
        let start = self.at;
        let found = self.date_here();
        if found.is_none() {
            self.at = start;
        }
        found
    }

    fn date_here(&mut self) -> Option<Date> {
        self.spaces();
        let (first, length) = self.whole();
        if length == 4 {
            let mark = ["-", "/", "."].into_iter().find(|mark| self.eat(mark))?;
            let (month, a) = self.whole();
            let again = self.eat(mark);
            let (day, b) = self.whole();
            let right = again && (1..=2).contains(&a) && (1..=2).contains(&b);
            return right.then_some(Date {
                year: first,
                month,
                day,
            });
        }
        if length > 2 {
            return None;
        }
        if length > 0 {
            self.any("st|nd|rd|th");
            self.eat(".");
            self.eat("of");
        }
        self.spaces();
        let word = self.word();
        let month = if word == b"sept" {
            8
        } else {
            let starts = |name: &str| {
                let start = name.as_bytes().get(..word.len());
                start.is_some_and(|start| start.eq_ignore_ascii_case(word))
            };
            MONTHS
                .iter()
                .position(|name| word.len() >= 3 && starts(name))?
        };
        self.at += word.len();
        self.eat(".");
        let mut day = first;
        if length == 0 {
            self.spaces();
            let (found, length) = self.whole();
            if !(1..=2).contains(&length) {
                return None;
            }
            day = found;
            self.any("st|nd|rd|th");
        }
        let behind = self.at;
        self.eat(",");
        self.spaces();
        let (mut year, length) = self.whole();
        if length != 4 {
            year = 0;
            self.at = behind;
        }
        Some(Date {
            year,
            month: month as i32 + 1,
            day,
        })
    }

    /// A run of digits: its number and its length.
    fn whole(&mut self) -> (i32, usize) {
        let digits = self.take(digit);
        (from_digits(digits, 0) as i32, digits.len())
    }
}

impl Date {
    /// Days since a fixed day, with March as the first month so that the leap day ends the year;
    /// `None` for a day that the calendar does not have.
    fn number(&self) -> Option<i32> {
        let Date { year, month, day } = *self;
        let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
        let length = match month {
            2 => 28 + i32::from(leap),
            4 | 6 | 9 | 11 => 30,
            1..=12 => 31,
            _ => 0,
        };
        let (year, month) = if month > 2 {
            (year, month - 3)
        } else {
            (year - 1, month + 9)
        };
        // A typed year is 1 to 9999, so plain division rounds down.
        let number = 365 * year + year / 4 - year / 100 + year / 400 + (153 * month + 2) / 5 + day;
        (1..=length).contains(&day).then_some(number)
    }
}
