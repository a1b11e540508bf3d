//! The words behind a number: a unit, what it is of, a chip's name.

use super::QuantityKind;
use super::fault::Fault;
use super::number::Value;
use super::token::{Parser, Remark, digit, letter, letter_or_digit};
use super::unit::{self, Measure, Unit, Words, takes};
use super::write::PETAFLOP_DAY;

/// Most words of a unit, a chip's name included.
const MOST_WORDS: usize = 8;

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

/// Where the words behind a number stand.
struct Phrase {
    words: [(u16, u16); MOST_WORDS],
    count: usize,
}

impl Phrase {
    fn place(&self, at: usize) -> (usize, usize) {
        let (from, to) = self.words.get(at).copied().unwrap_or((0, 0));
        (from.into(), to.into())
    }

    /// A word; empty beyond the last.
    fn word<'a>(&self, p: &Parser<'a>, at: usize) -> &'a [u8] {
        let (from, to) = self.place(at);
        p.slice(from, to)
    }
}

/// What a phrase means.
struct Meaning {
    unit: Unit,
    /// Words in front of the ones that are the unit's.
    chip: Option<Chip>,
    /// The word that is the unit, and how many words there are to it.
    last: usize,
}

/// A chip's name: its row, and its words.
#[derive(Clone, Copy)]
struct Chip {
    row: Option<usize>,
    from: usize,
    to: usize,
}

impl Parser<'_> {
    /// The words of a unit behind a number, a chip's name included.
    pub fn unit(&mut self, value: &mut Value) -> Result<(), Fault> {
        let start = self.at;
        let phrase = self.phrase();
        if phrase.count == 0 {
            return Ok(());
        }
        let last = phrase.word(self, phrase.count - 1);
        value.measure = Some(Measure::Time);
        if self.kind == QuantityKind::Time && phrase.count == 1 && last == b"m" {
            value.factor = match self.before {
                3600.0 => 60.0,
                31_557_600.0 => 2_629_800.0,
                _ => return Err(self.fault(Fault::AmbiguousUnit, start, self.at)),
            };
            return Ok(());
        }
        let Some(Meaning { unit, chip, last }) = self.meaning(&phrase) else {
            let typing =
                self.at_end() && unit::scale(last).is_none() && unit::begins(last, self.kind);
            return Err(if typing {
                Fault::Incomplete
            } else {
                Fault::NotANumber
            });
        };
        let word = phrase.word(self, last);
        let single = word.strip_suffix(b"s").unwrap_or(word);
        let plural = single.len() < word.len();
        let other = match (self.kind, unit.measure) {
            (QuantityKind::FlopPerSecond, Measure::Flop) => !plural || unit.factor != 1.0,
            (QuantityKind::Flop, Measure::Connections) => unit.factor == 1.0,
            (kind, measure) => !takes(kind, measure),
        };
        if other {
            self.fault_turns_on = unit.measure as u8;
            return Err(self.fault(Fault::WrongUnit, start, self.at));
        }
        value.measure = Some(unit.measure);
        value.factor = unit.factor;
        value.prefix = unit.power;
        value.phrase = (phrase.place(0).0 as u16, phrase.place(last).1 as u16);
        self.shift(value, unit.power.into())?;
        match (self.kind, unit.measure) {
            (QuantityKind::Count, Measure::Connections) => value.factor = 1.0,
            (QuantityKind::Count, Measure::Words) => self.note(Remark::Words),
            (QuantityKind::Flop, Measure::Connections) => self.note(Remark::Macs),
            // A rate over any span of time is told in days.
            (QuantityKind::Flop, _) if unit.factor != 1.0 && unit.factor != PETAFLOP_DAY => {
                *value = value.computed(value.number * (unit.factor / PETAFLOP_DAY));
                value.factor = PETAFLOP_DAY;
            }
            (QuantityKind::FlopPerSecond, _)
                if single.ends_with(b"op") && !single.ends_with(b"flop") =>
            {
                value.measure = Some(Measure::Flop);
                self.note(Remark::Tops);
            }
            (QuantityKind::FlopPerSecond, _) => value.measure = Some(Measure::FlopPerSecond),
            _ => {}
        }
        if let Some(chip) = chip {
            self.chip = chip.row;
            self.chip_name = (phrase.place(chip.from).0, phrase.place(chip.to - 1).1);
            self.note(Remark::Chip);
            if unit.factor == 8.0 {
                self.note(Remark::Machines);
            }
        }
        Ok(())
    }

    /// Moves over words, with `/` and `%` as words of their own and hyphens between.
    fn phrase(&mut self) -> Phrase {
        let start = self.at;
        let mut end = start;
        let mut phrase = Phrase {
            words: [(0, 0); MOST_WORDS],
            count: 0,
        };
        let mut figures = false;
        while phrase.count < MOST_WORDS {
            let spaced = self.spaces();
            let mut from = self.at;
            let byte = self.peek();
            let next = self.byte(from + 1);
            let inside = phrase.count > 0;
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
                if self
                    .meaning(&phrase)
                    .is_some_and(|known| known.chip.is_none())
                {
                    break;
                }
                self.take(letter_or_digit);
                figures = true;
            } else {
                break;
            }
            if let Some(place) = phrase.words.get_mut(phrase.count) {
                *place = (from as u16, self.at as u16);
            }
            phrase.count += 1;
            end = self.at;
        }
        self.at = end;
        phrase
    }

    fn meaning(&self, phrase: &Phrase) -> Option<Meaning> {
        let word = |at: usize| phrase.word(self, at);
        let time = |at: usize| unit::unit(word(at)).filter(|unit| unit.measure == Measure::Time);
        let mut count = phrase.count;
        for at in 1..count {
            if !PREPOSITIONS.has(word(at)) {
                continue;
            }
            if matches!(word(at), b"per" | b"/")
                && let Some(second) = time(at + 1)
            {
                // FLOP/s, FLOP/s-day, and what else is counted by time.
                let flop = unit::rate_power(word(at - 1)).filter(|_| second.factor == 1.0);
                let unit = match (flop, time(at + 2)) {
                    (Some(power), Some(span)) => over_time(span, power),
                    (Some(power), None) => Unit::new(Measure::FlopPerSecond, 1.0, power),
                    (None, _) => Unit::new(Measure::Other, 1.0, 0),
                };
                return Some(Meaning {
                    unit,
                    chip: None,
                    last: at - 1,
                });
            }
            count = at;
            break;
        }
        while count > 1 && FORMATS.has(word(count - 1)) {
            count -= 1;
        }
        let last = count.saturating_sub(1);
        let mut found = Meaning {
            unit: Unit::new(Measure::Fraction, 0.01, 0),
            chip: None,
            last,
        };
        if matches!(word(0), b"%" | b"percent" | b"pct") || word(0) == b"per" && word(1) == b"cent"
        {
            return Some(found);
        }
        // Two words that stand as one in the table, like multiply-adds; hyphens go.
        let mut lead = last.saturating_sub(1);
        let pair = if last > 0 {
            unit::unit(&[word(lead), word(last)].concat())
        } else {
            None
        };
        if pair.is_none() {
            lead = last;
        }
        let Some(unit) = pair.or_else(|| unit::unit(word(last))) else {
            return self.unnamed(phrase, found);
        };
        found.unit = unit;
        if lead == 0 {
            return Some(found);
        }
        let all = |test: &dyn Fn(&[u8]) -> bool| (0..lead).all(|at| test(word(at)));
        let plain = all(&|word| FORMATS.has(word) || !word.iter().copied().any(digit));
        let mut named = lead;
        while named > 0 && CHIPS.has(word(named - 1)) {
            named -= 1;
        }
        match unit.measure {
            Measure::Time if pair.is_none() => {
                let seconds = word(1) == b"s" || word(1) == b"sec" || lead == 1;
                if let Some(power) = unit::rate_power(word(0)).filter(|_| seconds) {
                    found.unit = over_time(unit, power);
                    return Some(found);
                }
                found.chip = self
                    .chip(phrase, 0, lead)
                    .or_else(|| self.chip(phrase, 0, named));
                if named < lead || found.chip.is_some() {
                    found.unit.measure = Measure::ChipTime;
                } else if !all(&|word| ELAPSED.has(word)) {
                    found.unit.measure = Measure::Other;
                }
            }
            Measure::Chips => {
                found.chip = self
                    .chip(phrase, 0, count)
                    .or_else(|| self.chip(phrase, 0, named));
            }
            Measure::Flop if all(&|word| !MULTIPLY.has(word)) => {}
            Measure::Flop => found.unit = Unit::new(Measure::Connections, 2.0, unit.power),
            _ => {}
        }
        (plain || found.chip.is_some()).then_some(found)
    }

    /// A phrase without a word of the table: `GPUh`, `TF`, `H100s`, `DGX A100`.
    fn unnamed(&self, phrase: &Phrase, mut found: Meaning) -> Option<Meaning> {
        let word = phrase.word(self, found.last);
        if self.kind == QuantityKind::FlopPerSecond {
            let power = unit::rate_power(word)?;
            found.unit = Unit::new(Measure::FlopPerSecond, 1.0, power);
            return Some(found);
        }
        let hours = word
            .split_at_checked(3)
            .filter(|(chip, _)| *chip == b"gpu" || *chip == b"tpu")
            .and_then(|(_, span)| unit::unit(span))
            .filter(|unit| unit.measure == Measure::Time);
        if let Some(unit) = hours {
            found.unit = Unit::new(Measure::ChipTime, unit.factor, 0);
            found.chip = self.chip(phrase, 0, found.last);
            return (found.last == 0 || found.chip.is_some()).then_some(found);
        }
        if !self.names_chips() {
            return None;
        }
        let first = phrase.word(self, 0);
        let machine = (first == b"dgx" || first == b"hgx") && found.last > 0;
        let factor = if machine { 8.0 } else { 1.0 };
        found.unit = Unit::new(Measure::Chips, factor, 0);
        found.chip = self.chip(phrase, usize::from(machine), found.last + 1);
        found.chip.is_some().then_some(found)
    }

    /// A chip of the tables, or a name of the shape of one that does not end in a word for chips.
    fn chip(&self, phrase: &Phrase, from: usize, to: usize) -> Option<Chip> {
        if to <= from {
            return None;
        }
        let place = (phrase.place(from).0, phrase.place(to - 1).1);
        let row = self.names.find(self.shown.get(place.0..place.1)?);
        let shape =
            || chip_shape(self.slice(place.0, place.1)) && !CHIPS.has(phrase.word(self, to - 1));
        (row.is_some() || shape()).then_some(Chip { row, from, to })
    }
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
