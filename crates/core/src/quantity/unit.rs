//! The units, in one table, and what a row of words means.

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
        let mut at = 1;
        while at < bytes.len() {
            if bytes[at - 1] == b' ' {
                starts |= Words::bit(bytes[at]);
            }
            at += 1;
        }
        Words { list, starts }
    }

    const fn bit(first: u8) -> u32 {
        1 << (first & 31)
    }

    /// Whether the list holds a word.
    pub fn has(&self, word: &str) -> bool {
        let word = word.as_bytes();
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
    fn begins(&self, part: &str) -> bool {
        self.list
            .split(' ')
            .any(|name| name.len() > part.len() && name.starts_with(part))
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

/// SI prefixes of units: the letter, the syllable, the power of ten.
const PREFIXES: [(&str, &str, i32); 8] = [
    ("k", "kilo", 3),
    ("m", "mega", 6),
    ("g", "giga", 9),
    ("t", "tera", 12),
    ("p", "peta", 15),
    ("e", "exa", 18),
    ("z", "zetta", 21),
    ("y", "yotta", 24),
];

/// Scale words behind a number, by power of ten. E, P and what lies above stand only in front of a unit.
static SCALES: [(i32, Words); 9] = [
    (3, Words::new(" k thousand thousands ")),
    (6, Words::new(" m mn mln million millions ")),
    (9, Words::new(" b bn bln g billion billions ")),
    (12, Words::new(" t tn trn trillion trillions ")),
    (15, Words::new(" quadrillion quadrillions ")),
    (18, Words::new(" quintillion quintillions ")),
    (21, Words::new(" sextillion sextillions ")),
    (24, Words::new(" septillion septillions ")),
    (27, Words::new(" octillion octillions ")),
];

/// Beginnings of words of the long scale and of other ways to group, with what they mean:
/// refused, since a reader of English takes the like-sounding word for another number.
const LONG_SCALE: [(&str, i32); 23] = [
    ("milliard", 9),
    ("miljard", 9),
    ("miljoen", 6),
    ("miliard", 9),
    ("millard", 9),
    ("mrd", 9),
    ("mld", 9),
    ("billiard", 15),
    ("biljard", 15),
    ("billion", 12),
    ("billón", 12),
    ("biljoen", 12),
    ("bilion", 12),
    ("billones", 12),
    ("trilliard", 21),
    ("trillion", 18),
    ("trillón", 18),
    ("trillones", 18),
    ("crore", 7),
    ("lakh", 5),
    ("миллиард", 9),
    ("亿", 8),
    ("万", 4),
];

/// The power of ten of a scale word.
pub(crate) fn scale(word: &str) -> Option<i32> {
    SCALES
        .iter()
        .find(|(_, names)| names.has(word))
        .map(|(power, _)| *power)
}

/// The power of ten of a scale word that is refused.
pub(crate) fn long_scale(text: &str) -> Option<i32> {
    LONG_SCALE
        .iter()
        .find(|(start, _)| text.starts_with(start))
        .map(|(_, power)| *power)
}

/// A unit that was found: the row's measure and factor, and the prefix's power of ten.
#[derive(Clone, Copy, PartialEq)]
pub(crate) struct Unit {
    pub measure: Measure,
    pub factor: f64,
    pub power: i32,
}

/// The unit of one word, or of two written together.
pub(crate) fn unit(word: &str) -> Option<Unit> {
    let found = |name: &str, power: i32| {
        UNITS
            .iter()
            .find(|row| (power == 0 || row.prefixes) && row.names.has(name))
            .map(|row| Unit {
                measure: row.measure,
                factor: row.factor,
                power,
            })
    };
    found(word, 0).or_else(|| {
        PREFIXES.iter().find_map(|(letter, syllable, power)| {
            let name = word.strip_prefix(letter)?;
            let long = word
                .strip_prefix(syllable)
                .and_then(|name| found(name, *power));
            long.or_else(|| found(name, *power))
        })
    })
}

/// The power of ten of `petaflop`, `pflops`, `pfs`, `pf`: what a span of time behind makes operations of.
pub(crate) fn rate_power(word: &str) -> Option<i32> {
    if let Some(found) = unit(word) {
        return (found.measure == Measure::Flop).then_some(found.power);
    }
    PREFIXES.iter().find_map(|(letter, _, power)| {
        let name = word.strip_prefix(letter)?;
        matches!(name, "f" | "fs").then_some(*power)
    })
}

/// Whether letters typed so far can become a unit or a scale word that a kind takes.
pub(crate) fn begins(word: &str, takes: &dyn Fn(Measure) -> bool) -> bool {
    SCALES.iter().any(|(_, names)| names.begins(word))
        || UNITS.iter().filter(|row| takes(row.measure)).any(|row| {
            row.names.begins(word)
                || row.prefixes
                    && PREFIXES.iter().any(|(letter, syllable, _)| {
                        syllable.starts_with(word)
                            || word
                                .strip_prefix(syllable)
                                .or_else(|| word.strip_prefix(letter))
                                .is_some_and(|part| row.names.begins(part))
                    })
        })
}
