//! The words behind a number: a unit, what it is of, a chip's name.

use super::QuantityKind;
use super::fault::Fault;
use super::token::{
    ENDS, MOST_WORDS, Parser, Remark, Step, begins, digit, letter, letter_or_digit,
};
use super::unit::{self, Measure, Unit, Words, takes};
use super::write::PETAFLOP_DAY;
use crate::apart::apart;

/// Words that end a unit.
static STOPS: Words = Words::new(
    " to and within or middle through until till plus give about approx approximately roughly at minimum maximum max x ",
);

/// Words before what a number is of: "300B tokens of text", "30 % of peak".
static PREPOSITIONS: Words = Words::new(" of in for on per / ");

/// Words beside a rate that leave it one.
static FORMATS: Words =
    Words::new(" dense peak bf16 fp16 fp32 tf32 fp64 fp8 fp4 int8 int4 bfloat16 float16 ");

/// Words in front of a unit of time that leave it one.
static ELAPSED: Words = Words::new(
    " calendar wall clock wallclock training full total consecutive whole elapsed real ",
);

/// Words for a chip of any make.
static CHIPS: Words = Words::new(
    " cpu cpus gpu gpus tpu tpus chip chips accelerator accelerators device devices card cards core cores ",
);

/// Makers and brands in front of a chip's name, and families whose number stands apart.
static MAKERS: Words = Words::new(" nvidia amd google intel cloud instinct tesla geforce radeon ");
static FAMILIES: Words = Words::new(" rtx gtx titan gaudi trainium mi ascend quadro ");

/// Words that make operations of multiply-accumulates.
static MULTIPLY: Words = Words::new(" mac multiply multadd fma ");

/// What the words behind a number mean.
#[derive(Clone, Copy)]
struct Meaning {
    unit: Unit,
    /// The place of the word that is the unit.
    last: usize,
    /// A chip is named: its row, and where its name stands.
    named: bool,
    row: Option<usize>,
    name: (usize, usize),
}

impl<'a> Parser<'a> {
    /// A word behind the number; empty beyond the last.
    fn behind(&self, place: usize) -> &'a [u8] {
        let (from, to) = self.words.get(place).copied().unwrap_or((0, 0));
        self.slice(from.into(), to.into())
    }

    /// The words of a unit behind a number, a chip's name included.
    pub fn unit(&mut self) -> Step {
        if self.at_end() {
            return Ok(());
        }
        let start = self.at;
        let count = self.phrase();
        if count == 0 {
            return Ok(());
        }
        let last = self.behind(count - 1);
        if self.kind == QuantityKind::Time && count == 1 && last == b"m" {
            self.value.measure = Some(Measure::Time);
            self.value.factor = match self.before {
                3600.0 => 60.0,
                31_557_600.0 => 2_629_800.0,
                _ => return Err(self.fault(Fault::AmbiguousUnit, start, self.at)),
            };
            return Ok(());
        }
        let Some(meaning) = self.meaning(count) else {
            return Err(apart(|| {
                let starts = unit::begins(last, self.kind) || begins(ENDS, last);
                let typing = self.at_end() && unit::scale(last).is_none() && starts;
                if typing {
                    Fault::Incomplete
                } else {
                    Fault::NotANumber
                }
            }));
        };
        let Unit {
            measure,
            factor,
            power,
        } = meaning.unit;
        let word = self.behind(meaning.last);
        let single = word.strip_suffix(b"s").unwrap_or(word);
        let rate = self.kind == QuantityKind::FlopPerSecond;
        let other = match measure {
            Measure::Flop if rate => single.len() == word.len() || factor != 1.0,
            Measure::Connections if self.kind == QuantityKind::Flop => factor == 1.0,
            _ => !takes(self.kind, measure),
        };
        if other {
            self.fault_turns_on = measure as u8;
            return Err(self.fault(Fault::WrongUnit, start, self.at));
        }
        self.shift(power.into())?;
        let (_, end) = self.words.get(meaning.last).copied().unwrap_or((0, 0));
        let value = &mut self.value;
        value.measure = Some(measure);
        value.factor = factor;
        value.prefix = power;
        value.phrase = (self.words.first().map_or(0, |(from, _)| *from), end);
        let mut remark = None;
        match (self.kind, measure) {
            (QuantityKind::Count, Measure::Connections) => value.factor = 1.0,
            (QuantityKind::Count, Measure::Words) => remark = Some(Remark::Words),
            (QuantityKind::Flop, Measure::Connections) => remark = Some(Remark::Macs),
            (QuantityKind::Flop, _) if factor != 1.0 && factor != PETAFLOP_DAY => {
                // A rate over any span of time is told in days.
                value.set(value.base() / PETAFLOP_DAY)?;
                value.factor = PETAFLOP_DAY;
            }
            _ if rate && single.ends_with(b"op") && !single.ends_with(b"flop") => {
                value.measure = Some(Measure::Flop);
                remark = Some(Remark::Tops);
            }
            _ if rate => value.measure = Some(Measure::FlopPerSecond),
            _ => {}
        }
        if meaning.named {
            self.chip = meaning.row;
            self.chip_name = meaning.name;
            self.note(Remark::Chip);
            if factor == 8.0 {
                remark = Some(Remark::Machines);
            }
        }
        if let Some(remark) = remark {
            self.note(remark);
        }
        Ok(())
    }

    /// Moves over words, with `/` and `%` as words of their own and hyphens between.
    fn phrase(&mut self) -> usize {
        let start = self.at;
        let mut end = start;
        let mut count = 0;
        let mut figures = false;
        while count < MOST_WORDS {
            let spaced = self.spaces();
            let mut from = self.at;
            let byte = self.peek();
            let next = self.byte(from + 1);
            let inside = count > 0;
            if byte == b'%' || byte == b'/' && inside && letter(next) {
                self.at += 1;
            } else if letter(byte) {
                if STOPS.has(self.take(letter)) {
                    break;
                }
                if self.kind != QuantityKind::Time && !self.take(letter_or_digit).is_empty() {
                    figures = true;
                    // 8xH100
                    from += usize::from(byte == b'x' && from == start && letter(next));
                }
            } else if byte == b'-' && inside && !spaced && letter(next) {
                self.at += 1;
                continue;
            } else if byte == b'-' && figures && !spaced && digit(next) {
                self.at += 1;
                self.take(letter_or_digit);
            } else if digit(byte) && spaced && inside && self.names_chips() {
                // RTX 4090, A100 80GB; but not "300B tokens 5".
                if self.meaning(count).is_some_and(|known| !known.named) {
                    break;
                }
                self.take(letter_or_digit);
                figures = true;
            } else {
                break;
            }
            if let Some(place) = self.words.get_mut(count) {
                *place = (from as u16, self.at as u16);
            }
            count += 1;
            end = self.at;
        }
        self.at = end;
        count
    }

    /// What so many words mean.
    fn meaning(&self, count: usize) -> Option<Meaning> {
        let mut found = Meaning {
            unit: Unit::new(Measure::Fraction, 0.01, 0),
            last: 0,
            named: false,
            row: None,
            name: (0, 0),
        };
        if count > 1 {
            return apart(|| self.meaning_of_several(found, count));
        }
        let word = self.behind(0);
        if percent(word) {
            return Some(found);
        }
        let Some(unit) = unit::unit(word) else {
            return apart(|| self.unnamed(found));
        };
        found.unit = unit;
        Some(found)
    }

    fn meaning_of_several(&self, mut found: Meaning, mut count: usize) -> Option<Meaning> {
        let time = |place: usize| {
            unit::unit(self.behind(place)).filter(|unit| unit.measure == Measure::Time)
        };
        for at in 1..count {
            let word = self.behind(at);
            if !PREPOSITIONS.has(word) {
                continue;
            }
            if (word == b"per" || word == b"/")
                && let Some(second) = time(at + 1)
            {
                // FLOP/s, FLOP/s-day, and what else is counted by time.
                found.last = at - 1;
                let flop = unit::rate_power(self.behind(at - 1)).filter(|_| second.factor == 1.0);
                found.unit = match (flop, time(at + 2)) {
                    (Some(power), Some(span)) => over_time(span, power),
                    (Some(power), None) => Unit::new(Measure::FlopPerSecond, 1.0, power),
                    (None, _) => Unit::new(Measure::Other, 1.0, 0),
                };
                return Some(found);
            }
            count = at;
            break;
        }
        while count > 1 && FORMATS.has(self.behind(count - 1)) {
            count -= 1;
        }
        let first = self.behind(0);
        let last = count.saturating_sub(1);
        found.last = last;
        if percent(first) || first == b"per" && self.behind(1) == b"cent" {
            return Some(found);
        }
        // Two words that stand as one in the table, like multiply-adds; hyphens go.
        let word = self.behind(last);
        let mut lead = last.saturating_sub(1);
        let pair = if last > 0 {
            unit::unit(&[self.behind(lead), word].concat())
        } else {
            None
        };
        let Some(unit) = pair.or_else(|| unit::unit(word)) else {
            return self.unnamed(found);
        };
        if pair.is_none() {
            lead = last;
        }
        found.unit = unit;
        if lead == 0 {
            return Some(found);
        }
        let mut plain = true;
        let mut elapsed = true;
        for at in 0..lead {
            let word = self.behind(at);
            plain &= FORMATS.has(word) || !word.iter().copied().any(digit);
            elapsed &= ELAPSED.has(word);
            if unit.measure == Measure::Flop && MULTIPLY.has(word) {
                found.unit = Unit::new(Measure::Connections, 2.0, unit.power);
            }
        }
        let mut makes = lead;
        while makes > 0 && CHIPS.has(self.behind(makes - 1)) {
            makes -= 1;
        }
        if unit.measure == Measure::Time && pair.is_none() {
            let seconds = matches!(self.behind(1), b"s" | b"sec") || lead == 1;
            if let Some(power) = unit::rate_power(first).filter(|_| seconds) {
                found.unit = over_time(unit, power);
                return Some(found);
            }
            if self.chip(&mut found, 0, lead) || self.chip(&mut found, 0, makes) || makes < lead {
                found.unit.measure = Measure::ChipTime;
            } else if !elapsed {
                found.unit.measure = Measure::Other;
            }
        } else if unit.measure == Measure::Chips && !self.chip(&mut found, 0, count) {
            self.chip(&mut found, 0, makes);
        }
        (plain || found.named).then_some(found)
    }

    /// Words without one of the table: `GPUh`, `TF`, `H100s`, `DGX A100`.
    fn unnamed(&self, mut found: Meaning) -> Option<Meaning> {
        let last = found.last;
        let word = self.behind(last);
        if self.kind == QuantityKind::FlopPerSecond {
            found.unit = Unit::new(Measure::FlopPerSecond, 1.0, unit::rate_power(word)?);
            return Some(found);
        }
        if let [b'g' | b't', b'p', b'u', span @ ..] = word
            && let Some(unit) = unit::unit(span)
            && unit.measure == Measure::Time
        {
            found.unit = Unit::new(Measure::ChipTime, unit.factor, 0);
            return (self.chip(&mut found, 0, last) || last == 0).then_some(found);
        }
        let machine = matches!(self.behind(0), b"dgx" | b"hgx") && last > 0;
        let factor = if machine { 8.0 } else { 1.0 };
        found.unit = Unit::new(Measure::Chips, factor, 0);
        let named = self.names_chips() && self.chip(&mut found, usize::from(machine), last + 1);
        named.then_some(found)
    }

    /// Whether words name a chip: one of the tables, or one by its shape that does not end in a word for chips.
    fn chip(&self, found: &mut Meaning, from: usize, to: usize) -> bool {
        let (Some((from, _)), Some((_, end))) =
            (self.words.get(from), self.words.get(to.wrapping_sub(1)))
        else {
            return false;
        };
        let name = (usize::from(*from), usize::from(*end));
        let row = self
            .shown
            .get(name.0..name.1)
            .and_then(|name| self.names.find(name));
        let named = row.is_some()
            || chip_shape(self.slice(name.0, name.1)) && !CHIPS.has(self.behind(to - 1));
        if named {
            found.named = true;
            found.row = row;
            found.name = name;
        }
        named
    }
}

fn percent(word: &[u8]) -> bool {
    matches!(word, b"%" | b"percent" | b"pct")
}

/// A rate over a span of time, counted in petaFLOP/s times the span.
fn over_time(span: Unit, power: i8) -> Unit {
    Unit::new(Measure::Flop, span.factor * 1e15, power - 15)
}

/// Whether a name looks like a chip's: `h100`, `tpu v4`, `rtx 4090`, `nvidia a100 80gb`.
fn chip_shape(name: &[u8]) -> bool {
    if name.len() > 32 || !name.iter().copied().any(digit) {
        return false;
    }
    let mut words = name
        .split(|byte| matches!(byte, b' ' | b'-'))
        .skip_while(|word| MAKERS.has(word));
    let first = words.next().unwrap_or(&[]);
    if first.starts_with(b"tpu") || FAMILIES.has(first) {
        return true;
    }
    let of = |kind: fn(u8) -> bool, from: usize| {
        let rest = first.iter().skip(from);
        rest.take_while(|byte| kind(**byte)).count()
    };
    let letters = of(letter, 0);
    let digits = of(digit, letters);
    let tail = of(letter, letters + digits);
    (1..=5).contains(&letters)
        && (2..=4).contains(&digits)
        && tail <= 3
        && letters + digits + tail == first.len()
}
