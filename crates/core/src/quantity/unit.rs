//! The units and scale words, in tables.

use super::QuantityKind;
use super::decimal::from_digits;

/// What a unit measures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Measure {
    /// Parameters, weights.
    Parameters,
    /// Tokens.
    Tokens,
    /// Words of text, 4/3 tokens each.
    Words,
    /// Examples: samples, images, sequences, frames.
    Examples,
    /// Optimizer steps, updates.
    Steps,
    /// Passes over the data.
    Epochs,
    /// Multiply-accumulates, connections.
    Connections,
    /// Chips, GPUs, cards.
    Chips,
    /// Layers.
    Layers,
    /// Floating-point operations.
    Flop,
    /// Operations per second.
    FlopPerSecond,
    /// Time.
    Time,
    /// Percent, or a share called by its name (MFU).
    Fraction,
    /// Chips times time.
    ChipTime,
    /// Bytes, watts, hertz, money, machines, anything per second: known, and taken by no field.
    Other,
}

/// Words between spaces, with their first letters: most words are not in most lists, and that says so at once.
pub(crate) struct Words {
    list: &'static str,
    starts: u32,
}

impl Words {
    pub const fn new(list: &'static str) -> Words {
        let bytes = list.as_bytes();
        let mut starts = 0;
        let mut rest = bytes;
        while let [space, behind @ ..] = rest {
            if let (b' ', [first, ..]) = (*space, behind) {
                starts |= Words::bit(*first);
            }
            rest = behind;
        }
        Words { list, starts }
    }

    const fn bit(first: u8) -> u32 {
        1 << (first & 31)
    }

    /// Whether the list holds a word.
    pub fn has(&self, word: &[u8]) -> bool {
        let Some(first) = word.first() else {
            return false;
        };
        if self.starts & Words::bit(*first) == 0 {
            return false;
        }
        let mut rest = self.list.as_bytes();
        while let Some((space, behind)) = rest.split_first() {
            if *space == b' ' && behind.starts_with(word) && behind.get(word.len()) == Some(&b' ') {
                return true;
            }
            rest = behind;
        }
        false
    }

    /// Whether a longer word of the list starts with a part.
    fn begins(&self, part: &[u8]) -> bool {
        self.list
            .split(' ')
            .any(|name| name.len() > part.len() && name.as_bytes().starts_with(part))
    }
}

/// A row of the table: one unit.
pub(crate) struct Row {
    pub measure: Measure,
    /// Base units of the kind that takes it.
    pub factor: f64,
    /// Takes k, M, G … or kilo, mega, giga … in front.
    pub prefixes: bool,
    /// In lower case; two words that belong together stand as one.
    pub names: Words,
}

const fn row(measure: Measure, factor: f64, names: &'static str) -> Row {
    Row {
        measure,
        factor,
        prefixes: false,
        names: Words::new(names),
    }
}

const fn prefixed(measure: Measure, factor: f64, names: &'static str) -> Row {
    Row {
        prefixes: true,
        ..row(measure, factor, names)
    }
}

/// Every unit. Factors: seconds of time (a year is 365.25 days, a month its twelfth),
/// 4/3 tokens a word, 0.01 a percent, 2 FLOP a multiply-accumulate (method, conventions).
pub(crate) static UNITS: [Row; 22] = [
    row(
        Measure::Parameters,
        1.0,
        " parameters parameter params param weights weight total active activated trainable ",
    ),
    row(Measure::Tokens, 1.0, " tokens token toks tok positions "),
    row(Measure::Words, 4.0 / 3.0, " words word "),
    row(
        Measure::Examples,
        1.0,
        " examples example samples sample images image sequences sequence frames frame pairs pair sentences documents clips ",
    ),
    row(
        Measure::Steps,
        1.0,
        " steps step updates update iterations iteration minibatches batches ",
    ),
    row(
        Measure::Epochs,
        1.0,
        " epochs epoch passes pass cycles cycle ",
    ),
    row(
        Measure::Chips,
        1.0,
        " chips chip gpus gpu tpus tpu accelerators accelerator devices device cards card cores core ",
    ),
    row(Measure::Layers, 1.0, " layers layer blocks heads "),
    row(Measure::Connections, 1.0, " connections connection "),
    prefixed(
        Measure::Connections,
        2.0,
        " macs mac multiplyadds multiplyadd multadds multadd madds multiplyaccumulates fmas ",
    ),
    prefixed(
        Measure::Flop,
        1.0,
        " flop flops operations operation ops op ",
    ),
    row(Measure::Time, 1.0, " seconds second secs sec s "),
    row(Measure::Time, 60.0, " minutes minute mins min "),
    row(Measure::Time, 3600.0, " hours hour hrs hr h "),
    row(Measure::Time, 86_400.0, " days day d "),
    row(Measure::Time, 604_800.0, " weeks week wks wk w "),
    row(Measure::Time, 2_629_800.0, " months month mos mo "),
    row(Measure::Time, 31_557_600.0, " years year yrs yr y "),
    row(Measure::Fraction, 0.01, " % percent pct "),
    row(Measure::Fraction, 1.0, " mfu hfu utilization utilisation "),
    prefixed(
        Measure::Other,
        1.0,
        " bytes byte b bits bit ib w wh watts watt hz joules ",
    ),
    row(
        Measure::Other,
        1.0,
        " usd eur gbp dollars dollar euros euro nodes node machines machine servers server pods pod racks ",
    ),
];

/// SI prefixes of units, a power of a thousand each: the first letter stands for the whole too.
const PREFIXES: &str = "kilo|mega|giga|tera|peta|exa|zetta|yotta";

/// Scale words behind a number, by powers of a thousand. E, P and what lies above stand only in front of a unit.
static SCALES: [Words; 9] = [
    Words::new(" k thousand thousands "),
    Words::new(" m mn mln million millions "),
    Words::new(" b bn bln g billion billions "),
    Words::new(" t tn trn trillion trillions "),
    Words::new(" quadrillion quadrillions "),
    Words::new(" quintillion quintillions "),
    Words::new(" sextillion sextillions "),
    Words::new(" septillion septillions "),
    Words::new(" octillion octillions "),
];

/// Beginnings of words of the long scale and of other ways to group, with their powers of ten:
/// refused, since a reader of English takes the like-sounding word for another number.
const LONG_SCALE: &str = "milliard|miljard|miliard|millard|mrd|mld|миллиард;9|miljoen|milione|millón;6|billion|billón|billones|biljoen|bilion;12|billiard|biljard;15|trillion|trillón|trillones;18|trilliard;21|crore;7|lakh;5|亿;8|万;4";

/// The power of ten of a scale word.
pub(crate) fn scale(word: &[u8]) -> Option<i8> {
    let place = SCALES.iter().position(|names| names.has(word))?;
    Some(3 * place as i8 + 3)
}

/// The power of ten of a scale word that is refused.
pub(crate) fn long_scale(word: &[u8]) -> Option<u8> {
    let mut found = false;
    for start in LONG_SCALE.split('|') {
        let (start, power) = start.split_once(';').unwrap_or((start, ""));
        found |= word.starts_with(start.as_bytes());
        if found && !power.is_empty() {
            return Some(from_digits(power.as_bytes(), 0) as u8);
        }
    }
    None
}

/// A unit that was found: the row's measure and factor, and the prefix's power of ten.
#[derive(Clone, Copy)]
pub(crate) struct Unit {
    pub measure: Measure,
    pub factor: f64,
    pub power: i8,
}

impl Unit {
    pub const fn new(measure: Measure, factor: f64, power: i8) -> Unit {
        Unit {
            measure,
            factor,
            power,
        }
    }
}

fn row_of(name: &[u8], power: i8) -> Option<Unit> {
    UNITS
        .iter()
        .find(|row| (power == 0 || row.prefixes) && row.names.has(name))
        .map(|row| Unit::new(row.measure, row.factor, power))
}

/// The prefixes a word can start with: the power of ten and the rest, behind the syllable and behind the letter.
fn behind_prefix(word: &[u8]) -> Option<(i8, &[u8], &[u8])> {
    let (first, behind) = word.split_first()?;
    let mut power = 0;
    for syllable in PREFIXES.split('|') {
        power += 3;
        let syllable = syllable.as_bytes();
        if syllable.first() == Some(first) {
            return Some((power, word.strip_prefix(syllable).unwrap_or(&[]), behind));
        }
    }
    None
}

/// The unit of one word, or of two written together.
pub(crate) fn unit(word: &[u8]) -> Option<Unit> {
    row_of(word, 0).or_else(|| {
        let (power, long, short) = behind_prefix(word)?;
        row_of(long, power).or_else(|| row_of(short, power))
    })
}

/// The power of ten of `petaflop`, `pflops`, `pfs`, `pf`: what a span of time behind makes operations of.
pub(crate) fn rate_power(word: &[u8]) -> Option<i8> {
    if let Some(found) = unit(word) {
        return (found.measure == Measure::Flop).then_some(found.power);
    }
    let (power, _, short) = behind_prefix(word)?;
    (short == b"f" || short == b"fs").then_some(power)
}

/// Whether a kind takes a measure.
pub(crate) fn takes(kind: QuantityKind, measure: Measure) -> bool {
    use Measure as M;
    match kind {
        QuantityKind::Count => (measure as u8) <= M::Layers as u8,
        QuantityKind::Flop => matches!(measure, M::Flop | M::Connections),
        QuantityKind::FlopPerSecond => matches!(measure, M::FlopPerSecond | M::Flop),
        QuantityKind::Time => measure == M::Time,
        QuantityKind::Fraction => measure == M::Fraction,
        // Chips alone are refused in the end, but "2048 GPUs x 54 days" has them on the way.
        QuantityKind::ChipTime => matches!(measure, M::Time | M::ChipTime | M::Chips),
    }
}

/// Whether letters typed so far can become a unit or a scale word that a kind takes.
pub(crate) fn begins(word: &[u8], kind: QuantityKind) -> bool {
    let prefix = behind_prefix(word);
    SCALES.iter().any(|names| names.begins(word))
        || UNITS
            .iter()
            .filter(|row| takes(kind, row.measure))
            .any(|row| {
                row.names.begins(word)
                    || row.prefixes
                        && prefix.is_some_and(|(_, long, short)| {
                            !long.is_empty() && row.names.begins(long) || row.names.begins(short)
                        })
            })
        || kind != QuantityKind::Count
            && PREFIXES
                .split('|')
                .any(|syllable| syllable.as_bytes().starts_with(word))
}
