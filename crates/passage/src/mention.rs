//! Numbers with what they count: `2.81T SentencePiece tokens`, `64 nodes`, `38–43%`.

use crate::cues::{self, Unit};
use crate::doc::Doc;
use crate::token::Kind;
use std::ops::Range;

/// What a number stands in proportion to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Per {
    /// Nothing.
    None,
    /// Seconds, minutes, days.
    Time,
    /// A batch or step.
    Batch,
    /// A GPU, node or core.
    Chip,
    /// Anything else.
    Other,
}

/// A number of the passage with its surroundings.
#[derive(Clone, Debug)]
pub(crate) struct Mention {
    /// Its tokens, scale included.
    pub at: Range<usize>,
    /// Behind its noun, or behind the number.
    pub end: usize,
    /// What it counts.
    pub unit: Unit,
    /// The noun as printed, `hours`.
    pub noun: String,
    /// The number, scale multiplied in; of a range its low end.
    pub value: f64,
    /// High end of a range.
    pub high: Option<f64>,
    /// As the number reader takes it, without the noun.
    pub text: String,
    /// A letter or word of scale was printed.
    pub scaled: bool,
    /// Money, a comparison ("6x faster"), a bound.
    pub barred: bool,
    /// "over", which is a bound of counts and a preposition of durations.
    pub over: bool,
    /// `from 3M to 6M`.
    pub ramp: bool,
    /// A product or the result of one.
    pub product: bool,
    pub per: Per,
    /// Index of the chip within its noun.
    pub chip: Option<usize>,
}

/// Numbers of a passage that are looked at.
pub(crate) const MAX_MENTIONS: usize = 3000;

struct Item {
    end: usize,
    value: f64,
    text: String,
    scale: f64,
    scale_text: String,
}

const NUMBER_WORDS: &[&str] = &[
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

fn scale_of(word: &str) -> Option<f64> {
    Some(match word {
        "k" | "thousand" => 1e3,
        "m" | "mn" | "mln" | "million" | "mm" => 1e6,
        "b" | "bn" | "bln" | "billion" | "g" => 1e9,
        "t" | "tn" | "trn" | "trillion" => 1e12,
        "quadrillion" => 1e15,
        "quintillion" => 1e18,
        "sextillion" => 1e21,
        "septillion" => 1e24,
        _ => return None,
    })
}

/// Every number of the passage, in order.
pub(crate) fn mentions(doc: &Doc) -> Vec<Mention> {
    let mut found: Vec<Mention> = Vec::new();
    let mut i = 0;
    while i < doc.tokens.len() && found.len() < MAX_MENTIONS {
        // A card's own number ("3090") and a slice's are no counts.
        let own = doc.chip(i).is_some_and(|chip| chip.at.contains(&i))
            || i.checked_sub(2)
                .and_then(|k| doc.chip(k))
                .is_some_and(|chip| chip.slice.is_some_and(|(number, _)| number == i));
        // "AS-4124GO-NART": a machine's name.
        let named = doc.is(i.wrapping_sub(1), "-")
            && doc.glued(i)
            && doc.glued(i.wrapping_sub(1))
            && doc.kind(i.wrapping_sub(2)) == Some(Kind::Word)
            && doc.glued(i + 1)
            && doc.tokens.get(i + 1).is_some_and(|t| {
                t.kind == Kind::Word
                    && t.capital
                    && t.text.len() >= 2
                    && noun(&t.text).is_none()
                    && scale_of(&t.text).is_none()
            });
        let mention = if own || named { None } else { mention(doc, i) };
        match mention {
            Some(mention) => {
                i = mention.at.end.max(i + 1);
                found.push(mention);
            }
            None => i += 1,
        }
    }
    share_nouns(doc, &mut found);
    repeat_chips(doc, &mut found);
    join_times(doc, &mut found);
    found
}

/// `17 days and 6 hours`, `1 h 40 min`: one time.
fn join_times(doc: &Doc, found: &mut Vec<Mention>) {
    let mut k = 1;
    while k < found.len() {
        let Some([first, second]) = found.get_mut(k - 1..=k) else {
            break;
        };
        let between = first.end..second.at.start;
        let joined = between.is_empty() || between.len() == 1 && doc.is(between.start, "and");
        match (first.unit, second.unit) {
            (Unit::Time(long), Unit::Time(short))
                if joined
                    && second.value * short < long
                    && first.high.is_none()
                    && second.high.is_none()
                    && !second.barred =>
            {
                first.text = format!("{} {}, {}", first.text, first.noun, second.text);
                first.value = first.value * (long / short) + second.value;
                first.noun.clone_from(&second.noun);
                first.unit = second.unit;
                first.per = second.per;
                first.at.end = second.at.end;
                first.end = second.end;
                found.remove(k);
            }
            _ => k += 1,
        }
    }
}

/// `3,072 MI250X, and a 175B model on 1,024 of them`, `5 days on 224 GPUs, after 36 hours on 256`: the noun is left out.
fn repeat_chips(doc: &Doc, found: &mut [Mention]) {
    let mut last: Option<(usize, Option<usize>, String)> = None;
    for mention in found.iter_mut() {
        let end = mention.at.end;
        let sentence = doc.sentence(mention.at.start);
        if matches!(mention.unit, Unit::Chips | Unit::Machines) {
            last = Some((sentence.start, mention.chip, mention.noun.clone()));
            continue;
        }
        // "256 nodes with 4 MI250X each, or 1024 in all"
        let in_all = doc.is(end, "in") && matches!(doc.text(end + 1), "all" | "total");
        let of_them =
            in_all || doc.is(end, "of") && matches!(doc.text(end + 1), "them" | "these" | "those");
        let on = mention
            .at
            .start
            .checked_sub(1)
            .is_some_and(|k| doc.is(k, "on"))
            && (end >= sentence.end || matches!(doc.text(end), "." | "," | ";" | ")" | "and"));
        let plain = mention.unit == Unit::None
            && !mention.scaled
            && mention.high.is_none()
            && mention.value >= 2.0
            && mention.value.fract() == 0.0
            && !doc.is(end, "%");
        if let Some((from, chip, noun)) = &last
            && (*from == sentence.start
                || of_them
                    && !in_all
                    && mention
                        .at
                        .start
                        .checked_sub(1)
                        .is_some_and(|k| doc.is(k, "on")))
            && plain
            && (of_them || on)
        {
            mention.unit = Unit::Chips;
            mention.chip = *chip;
            mention.noun.clone_from(noun);
        }
    }
}

/// `7B, 13B and 70B parameters`, `8, 16 and 32 GPUs`: the noun serves all.
fn share_nouns(doc: &Doc, found: &mut [Mention]) {
    let mut shared = false;
    for k in (1..found.len()).rev() {
        let Some([first, second]) = found.get_mut(k - 1..=k) else {
            continue;
        };
        let between = first.at.end..second.at.start;
        // The far end of a span of sizes is no value either.
        second.ramp |= first.ramp && doc.is(between.start, "to") && between.len() == 1;
        // "0.44M to 6.6M parameters": nor that of a span too wide for one.
        second.barred |= first.barred
            && first.scaled
            && between.len() == 1
            && matches!(doc.text(between.start), "to" | "–");
        // "increased from 3M to 6M tokens per batch"
        if first.ramp
            && doc.is(between.start, "to")
            && between.len() == 1
            && first.unit == Unit::None
        {
            first.unit = second.unit;
            first.per = second.per;
            first.noun.clone_from(&second.noun);
            continue;
        }
        // "1,500 of the machine's 11,912 MI250X": as many as were taken of those that there are.
        let of_all = doc.is(between.start, "of")
            && between.len() <= 4
            && between.clone().skip(1).all(|t| {
                matches!(doc.text(t), "the" | "its" | "their" | "our" | "all")
                    || doc.tokens.get(t).is_some_and(|t| t.possessive)
            });
        // "37 of its 671 billion parameters"
        if of_all && first.unit == Unit::None && second.unit == Unit::Parameters && second.scaled {
            let word = doc.text(second.at.end.wrapping_sub(1));
            if let Some(scale) = scale_of(word).filter(|_| !first.scaled && word.len() > 2) {
                first.value *= scale;
                first.text = format!("{} {word}", first.text);
                first.scaled = true;
            }
            first.unit = Unit::Parameters;
            first.noun.clone_from(&second.noun);
            continue;
        }
        if of_all && first.unit == Unit::None && second.unit == Unit::Chips {
            first.unit = second.unit;
            first.noun.clone_from(&second.noun);
            first.chip = second.chip;
            second.barred = true;
            continue;
        }
        // "peaked at 2.5K H100 and 2.5K A100": the bound is both's.
        second.barred |= first.barred
            && first.unit == Unit::Chips
            && second.unit == Unit::Chips
            && doc.is(first.end, "and")
            && first.end + 1 == second.at.start;
        // "by one at 50,000 and by another at 80,000 H100s"
        let told = between.len() <= 5
            && between.clone().any(|t| matches!(doc.text(t), "and" | "or"))
            && between.clone().all(|t| {
                matches!(
                    doc.text(t),
                    "and"
                        | "or"
                        | "by"
                        | "another"
                        | "at"
                        | "about"
                        | "others"
                        | "even"
                        | "maybe"
                        | "perhaps"
                )
            });
        let list = told
            || !between.is_empty()
                && between.len() <= 2
                && between
                    .clone()
                    .all(|t| matches!(doc.text(t), "," | "and" | "or" | "/" | "&"));
        // "32,768, 512 GPUs" are two entries; "8, 16 and 32 GPUs" a list.
        let comma = doc.is(between.start, ",") && between.len() == 1;
        // "a batch of 4 and 8 GPU workers"
        let lead = first.at.start;
        let batch = doc.cues_in(lead.saturating_sub(4).max(doc.sentence(lead).start)..lead)
            & cues::BATCH
            != 0;
        let list = list && (!comma || shared) && !batch;
        shared = list && (!comma || shared);
        if list
            && first.unit == Unit::None
            && matches!(
                second.unit,
                Unit::Parameters
                    | Unit::Tokens
                    | Unit::Chips
                    | Unit::Layers
                    | Unit::Epochs
                    | Unit::Time(_)
            )
        {
            // "5 and 4.5 trillion tokens": the word of scale serves both.
            let word = doc.text(second.at.end.wrapping_sub(1));
            if !first.scaled
                && second.scaled
                && first.value < 1000.0
                && let Some(scale) = scale_of(word)
                && word.len() > 2
            {
                first.value *= scale;
                first.text = format!("{} {word}", first.text);
                first.scaled = true;
            }
            first.unit = second.unit;
            first.noun.clone_from(&second.noun);
            first.chip = second.chip;
        }
    }
}

fn item(doc: &Doc, i: usize) -> Option<Item> {
    let token = doc.tokens.get(i)?;
    let (value, text) = match token.kind {
        Kind::Number => (token.value, token.text.clone()),
        Kind::Word => {
            if token.text == "single" {
                return Some(Item {
                    end: i + 1,
                    value: 1.0,
                    text: "1".to_string(),
                    scale: 1.0,
                    scale_text: String::new(),
                });
            }
            if let Some((value, end)) = tens(doc, i) {
                return Some(scaled_item(
                    doc,
                    i,
                    end,
                    f64::from(value),
                    value.to_string(),
                ));
            }
            let index = NUMBER_WORDS.iter().position(|word| *word == token.text)?;
            ((index + 1) as f64, token.text.clone())
        }
        Kind::Sign => return None,
    };
    Some(scaled_item(doc, i, i + 1, value, text))
}

/// `thirty-two`, `sixty`: its value and where it ends.
fn tens(doc: &Doc, i: usize) -> Option<(u32, usize)> {
    const TENS: &[&str] = &[
        "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety",
    ];
    let ten = u32::try_from(TENS.iter().position(|word| doc.is(i, word))?).ok()? * 10 + 20;
    let one = NUMBER_WORDS
        .iter()
        .take(9)
        .position(|word| doc.is(i + 2, word))
        .filter(|_| doc.is(i + 1, "-") && doc.glued(i + 1) && doc.glued(i + 2));
    match one {
        Some(index) => Some((ten + u32::try_from(index).ok()? + 1, i + 3)),
        None => Some((ten, i + 1)),
    }
}

/// A number that ends at `end`, with the letter or word of scale behind it.
fn scaled_item(doc: &Doc, i: usize, mut end: usize, value: f64, text: String) -> Item {
    let digits = doc.kind(i) == Some(Kind::Number);
    let mut scale = 1.0;
    let mut scale_text = String::new();
    let hyphen = doc.is(end, "-") && doc.glued(end) && doc.glued(end + 1);
    let at = if hyphen { end + 1 } else { end };
    if let Some(next) = doc.tokens.get(at)
        && next.kind == Kind::Word
        && let Some(factor) = scale_of(&next.text)
    {
        let letter = next.text.len() == 1;
        let spaced = next.space;
        // "175 B" with a capital letter, "175B" with any; "a 13-billion-parameter model".
        let fits = if letter {
            (!spaced && !hyphen) || (next.capital && !hyphen && digits && next.text != "g")
        } else {
            true
        };
        let glued_name = doc.is(at + 1, "-") && doc.glued(at + 1) && hyphen && letter;
        if fits && !glued_name {
            scale = factor;
            scale_text = if letter {
                next.text.to_uppercase()
            } else {
                format!(" {}", next.text)
            };
            end = at + 1;
        }
    }
    // "e" and "d" of "54d" are units, read later.
    Item {
        end,
        value: value * scale,
        text,
        scale,
        scale_text,
    }
}

fn mention(doc: &Doc, i: usize) -> Option<Mention> {
    let first = item(doc, i)?;
    let word_number = doc.kind(i) == Some(Kind::Word);
    let mut made = Mention {
        at: i..first.end,
        end: first.end,
        unit: Unit::None,
        noun: String::new(),
        value: first.value,
        high: None,
        text: format!("{}{}", first.text, first.scale_text),
        scaled: first.scale > 1.0,
        barred: false,
        over: false,
        ramp: false,
        product: false,
        per: Per::None,
        chip: None,
    };
    // "two and a half weeks"
    let at = made.at.end;
    if doc.is(at, "and") && doc.is(at + 1, "a") && doc.is(at + 2, "half") && !made.scaled {
        made.value += 0.5;
        made.text = made.value.to_string();
        made.at.end = at + 3;
        made.end = at + 3;
    }
    range(doc, i, &first, &mut made);
    if made.high.is_none() && !made.ramp {
        product(doc, &first, &mut made);
    }
    front(doc, &mut made);
    unit(doc, &mut made);
    // A number word counts something or is none.
    if word_number && made.unit == Unit::None || doc.is(i, "single") && made.unit != Unit::Chips {
        return None;
    }
    Some(made)
}

/// `38–43%`, `32% to 36%`, `between two and three`, `from 3M to 6M`.
fn range(doc: &Doc, i: usize, first: &Item, made: &mut Mention) {
    // "Granite-3.0-8B" is a name.
    if doc.name(i).is_some_and(|name| name.at.contains(&first.end)) {
        return;
    }
    let percent = doc.is(first.end, "%");
    let at = first.end + usize::from(percent);
    let before = doc.text(i.wrapping_sub(1));
    let dash = matches!(doc.text(at), "–" | "-") && (doc.glued(at) == doc.glued(at + 1));
    let to = doc.is(at, "to") || (doc.is(at, "and") && before == "between");
    if !(dash || to) {
        return;
    }
    let Some(second) = item(doc, at + 1) else {
        return;
    };
    // "between 2 and 4 × 10^24": the power is the first one's too.
    if let Some((mantissa, power)) = second.text.split_once(" × 10^")
        && let Some(mantissa) = compute_core::quantity::parse_f64(mantissa)
        && first.scale == 1.0
        && first.value > 0.0
        && first.value < mantissa
        && !first.text.contains('^')
    {
        made.value = second.value / mantissa * first.value;
        made.high = Some(second.value);
        made.at.end = second.end;
        made.end = second.end;
        made.text = format!("{} × 10^{power} to {}", first.text, second.text);
        return;
    }
    let shared = if first.scale == 1.0 {
        second.scale
    } else {
        1.0
    };
    let low = if first.value * shared < second.value || first.value < 1000.0 {
        first.value * shared
    } else {
        first.value
    };
    if !(low < second.value && low > 0.0) {
        return;
    }
    if before == "from" || doc.is(at, "to") && second.value / low > 30.0 {
        made.ramp = true;
        return;
    }
    // "2020-2021" is a span of years, "7-70B" two sizes.
    let years = [first.value, second.value]
        .iter()
        .all(|v| (1900.0..2100.0).contains(v))
        && first.scale == 1.0;
    if second.value / low > 9.0 || years {
        made.barred = true;
        return;
    }
    made.value = low;
    made.high = Some(second.value);
    made.at.end = second.end;
    made.end = second.end;
    let sign = if percent {
        "% to "
    } else if dash {
        "–"
    } else {
        " to "
    };
    let scale = if first.scale == 1.0 && low == first.value {
        ""
    } else {
        first.scale_text.as_str()
    };
    made.text = format!(
        "{}{scale}{sign}{}{}",
        first.text, second.text, second.scale_text
    );
    made.scaled |= second.scale > 1.0;
}

/// `32 x 8 x 2 x 4 = 2048`, `8x`.
fn product(doc: &Doc, first: &Item, made: &mut Mention) {
    let mut at = first.end;
    let mut text = made.text.clone();
    let mut value = made.value;
    let mut factors = 1;
    while matches!(doc.text(at), "×" | "*" | "·") && factors < 8 {
        // "8x3090": the second number is a card; "4 × 80GB A100": its memory.
        if doc.chip(at + 1).is_some()
            || matches!(doc.text(at + 2), "gb" | "gib") && doc.chip(at + 3).is_some()
        {
            break;
        }
        let Some(next) = item(doc, at + 1) else { break };
        if doc.kind(at + 1) == Some(Kind::Word) {
            break;
        }
        value *= next.value;
        text = format!("{text} * {}{}", next.text, next.scale_text);
        // "8x7B" is a name of a mixture.
        made.barred |=
            factors == 1 && next.scale == 1e9 && first.scale == 1.0 && first.value < 1000.0;
        made.scaled |= next.scale > 1.0;
        at = next.end;
        factors += 1;
    }
    if factors == 1 {
        // "6x faster"; "8x H100" counts.
        let times = doc.is(at, "×");
        if times {
            let counted = doc.chip(at + 1).is_some()
                || matches!(doc.text(at + 2), "gb" | "gib") && doc.chip(at + 3).is_some()
                || matches!(
                    doc.text(at + 1),
                    "nvidia" | "gpu" | "gpus" | "tpu" | "dgx" | "hgx" | "amd"
                );
            if counted {
                made.at.end = at + 1;
                made.end = at + 1;
            } else {
                made.barred = true;
            }
        }
        return;
    }
    made.product = true;
    made.value = value;
    made.text = text;
    made.at.end = at;
    made.end = at;
    if doc.is(at, "=")
        && let Some(result) = item(doc, at + 1)
    {
        made.value = result.value;
        made.text = format!("{}{}", result.text, result.scale_text);
        made.at.end = result.end;
        made.end = result.end;
    }
}

/// Money, bounds and approximations in front of a number.
fn front(doc: &Doc, made: &mut Mention) {
    let start = made.at.start;
    // "two thousand and forty-eight", "one point four trillion", "one, two, four and eight GPUs": the end of a longer
    // number in words, or of a list of them.
    let before = doc.text(start.wrapping_sub(1));
    let word = |k: usize| NUMBER_WORDS.contains(&doc.text(k)) || doc.is(k, "thousand");
    if doc.kind(start) == Some(Kind::Word)
        && (doc.glued(start) && before == "-"
            || before == "point"
            || matches!(before, "and" | ",") && start >= 2 && word(start - 2))
    {
        made.barred = true;
        return;
    }
    let sentence = doc.sentence(start);
    let mut k = start;
    for _ in 0..6 {
        if k <= sentence.start {
            break;
        }
        k -= 1;
        let text = doc.text(k);
        let cue = doc.cues.get(k).copied().unwrap_or(0);
        if matches!(text, "$" | "€" | "£" | "¥" | "usd" | "eur" | "rmb") && k + 1 == start {
            made.barred = true;
            return;
        }
        if matches!(text, ">" | "<" | "≥" | "≤") {
            made.barred = true;
            return;
        }
        // A bound of several words ends in its last word: look at phrases that begin up to two words further left.
        let bound = (0..3)
            .any(|back| k >= sentence.start + back && phrase_reaches(doc, k - back, back, start));
        if bound {
            if doc.is(k, "over") {
                made.over = true;
            } else {
                made.barred = true;
            }
            return;
        }
        let skipped = cue & cues::APPROXIMATE != 0
            && !matches!(text, "of" | "to" | "was" | "is" | "the" | "its");
        if !(skipped || matches!(text, "≈" | "~" | "'")) {
            return;
        }
    }
}

/// Whether a phrase of a bound that begins at `from` takes the token `back` words behind it, and no number with it.
fn phrase_reaches(doc: &Doc, from: usize, back: usize, number: usize) -> bool {
    let cue = doc.cues.get(from).copied().unwrap_or(0);
    if cue & cues::BOUND == 0 || from + back >= number {
        return false;
    }
    cues::TABLE
        .iter()
        .filter(|(bit, _)| *bit == cues::BOUND)
        .flat_map(|(_, words)| words.iter())
        .any(|phrase| {
            let words: Vec<&str> = phrase.split('_').collect();
            words.len() == back + 1
                && words
                    .iter()
                    .enumerate()
                    .all(|(k, word)| match word.strip_suffix('*') {
                        Some(stem) => doc.text(from + k).starts_with(stem),
                        None => doc.text(from + k) == *word,
                    })
        })
}

fn noun(word: &str) -> Option<Unit> {
    if let Some((_, unit)) = cues::NOUNS.iter().find(|(noun, _)| *noun == word) {
        return Some(*unit);
    }
    // TFLOPS, petaflop, zettaFLOP, TOPS, MFLOPs, GMACs.
    let stem = ["flops", "flop"]
        .iter()
        .find_map(|ending| word.strip_suffix(ending));
    stem.filter(|stem| {
        matches!(
            *stem,
            "k" | "m"
                | "g"
                | "t"
                | "p"
                | "e"
                | "z"
                | "y"
                | "mega"
                | "giga"
                | "tera"
                | "peta"
                | "exa"
                | "zetta"
                | "yotta"
        )
    })
    .map(|_| Unit::Flop)
}

/// Reads the noun phrase behind the number.
fn unit(doc: &Doc, made: &mut Mention) {
    let start = made.end;
    let mut k = start;
    let mut words = 0;
    // "A100x64", "H100 × 512"
    if doc.is(start.wrapping_sub(2), "×")
        && made.at.start + 1 == start
        && !made.scaled
        && let Some(chip) = start.checked_sub(3).and_then(|c| doc.chip(c))
        && doc.chip(start).is_none()
    {
        made.chip = doc.chips.iter().position(|c| c.at == chip.at);
        made.unit = Unit::Chips;
        return;
    }
    if doc.is(k, "%") {
        made.unit = Unit::Percent;
        made.noun = "%".to_string();
        made.end = k + 1;
        return;
    }
    if doc.is(k, "per") && matches!(doc.text(k + 1), "cent") {
        made.unit = Unit::Percent;
        made.noun = "%".to_string();
        made.end = k + 2;
        return;
    }
    if doc.is(k, "+") && doc.glued(k) {
        made.barred = true;
        k += 1;
    }
    // "PF-days", "pfs-days", "petaflop/s-days"
    if let Some(end) = petaflop_days(doc, k) {
        made.unit = Unit::Flop;
        made.noun = "PF-days".to_string();
        made.end = end;
        return;
    }
    // "5.1 × 10^25 integer or floating-point operations"
    if doc.is(k, "integer") && doc.is(k + 1, "or") {
        k += 2;
    }
    let mut prepositions = 0;
    while words < 6 && k < start + 14 {
        let Some(token) = doc.tokens.get(k) else {
            break;
        };
        if token.line && token.capital && doc.sentence(k).start == k {
            break;
        }
        if let Some(chip) = doc.chip(k) {
            let index = doc.chips.iter().position(|c| c.at == chip.at);
            made.chip = index;
            made.unit = if chip.machine {
                Unit::Machines
            } else {
                Unit::Chips
            };
            made.end = chip.at.end;
            k = chip.at.end;
            let plural = doc.original(k - 1).ends_with('s');
            // "A100 80GB GPUs", "A100 64GB nodes", "H100-hours"
            if doc.kind(k) == Some(Kind::Number) && noun(doc.text(k + 1)) == Some(Unit::Bytes) {
                k += 2;
            }
            if doc.is(k, "-") {
                k += 1;
            }
            while let Some(next) = noun(doc.text(k)) {
                match next {
                    Unit::Time(seconds) if !plural => {
                        made.unit = Unit::ChipTime(seconds);
                        made.noun = doc.text(k).to_string();
                        made.end = k + 1;
                        break;
                    }
                    Unit::Chips | Unit::Machines | Unit::Cores => {
                        // "the 4 x A100 nodes": what one of them has.
                        if doc.is(start.wrapping_sub(1), "×")
                            && matches!(doc.text(k), "nodes" | "machines" | "servers")
                        {
                            made.unit = Unit::Other;
                        }
                        // "32 TPU v4 instances" are chips.
                        else if next != Unit::Chips
                            && !(next == Unit::Machines
                                && (doc.text(chip.at.start).starts_with("tpu")
                                    || doc.is(start.wrapping_sub(1), "×")))
                        {
                            made.unit = next;
                        }
                        made.end = k + 1;
                        k += 1;
                        if doc.is(k, "-") {
                            k += 1;
                        }
                    }
                    _ => break,
                }
            }
            // "two TPU v5p pods", "4 GB300 racks": machines of a size that is not said.
            let machines = |k: usize| {
                matches!(
                    doc.text(k),
                    "pods"
                        | "pod"
                        | "slices"
                        | "slice"
                        | "racks"
                        | "rack"
                        | "islands"
                        | "boards"
                        | "board"
                )
            };
            if machines(k) || machines(k.wrapping_sub(1)) {
                made.unit = Unit::Other;
            }
            break;
        }
        match token.kind {
            Kind::Sign => {
                if matches!(token.text.as_str(), "-" | "·" | "'" | "\"")
                    || (token.text == "/" && words > 0 && doc.glued(k))
                {
                    k += 1;
                    continue;
                }
                break;
            }
            Kind::Number => {
                // "2 SA-1B epochs"
                if doc.glued(k) && doc.is(k.wrapping_sub(1), "-") && k > start {
                    k += if doc.glued(k + 1) && doc.kind(k + 1) == Some(Kind::Word) {
                        2
                    } else {
                        1
                    };
                    continue;
                }
                // "10 million 200x200 images"
                if doc.is(k + 1, "×") && doc.kind(k + 2) == Some(Kind::Number) && words == 0 {
                    k += 3;
                    continue;
                }
                // "1024 16 GB V100 GPUs"
                if noun(doc.text(k + 1)) == Some(Unit::Bytes) && words == 0 {
                    k += 2;
                    continue;
                }
                break;
            }
            Kind::Word => {}
        }
        let text = token.text.as_str();
        // "48 of its H800 chips", "64 of the same GPUs"
        if text == "of" && prepositions == 0 && words == 0 && chips_follow(doc, k + 1) {
            prepositions += 1;
            k += 1;
            if matches!(doc.text(k), "the" | "its" | "their" | "our" | "these") {
                k += 1;
            }
            if doc.tokens.get(k).is_some_and(|t| t.possessive) {
                k += 1;
            }
            // "1,500 of the machine's 11,912 MI250X": the noun is the other number's first.
            if doc.kind(k) == Some(Kind::Number) {
                break;
            }
            continue;
        }
        if let Some(found) = noun(text) {
            if found == Unit::Bytes
                && words == 0
                && doc.chip(k + 1).is_some()
                && made.value < 1000.0
            {
                // "80GB A100": a memory size, not a count.
                made.unit = Unit::Bytes;
                made.end = k + 1;
                return;
            }
            made.unit = found;
            made.noun = text.to_string();
            made.end = k + 1;
            compound(doc, k, made);
            break;
        }
        let glued = doc.glued(k) && doc.is(k.wrapping_sub(1), "-");
        if cues::STOPS.contains(&text)
            || (words > 0
                && !glued
                && text.ends_with("ing")
                && !matches!(text, "training" | "pretraining" | "finetuning"))
        {
            break;
        }
        words += 1;
        k += 1;
    }
    made.per = per(doc, made.end);
    if made.unit == Unit::Flop && rate(doc, made) {
        made.unit = Unit::Rate;
    }
    // "2,048+ GPUs", "100 or more"
    let after = made.end;
    if (doc.is(made.at.end, "+") && doc.glued(made.at.end))
        || (doc.is(after, "or") && matches!(doc.text(after + 1), "more" | "fewer" | "less" | "so"))
            && !doc.is(after + 1, "so")
        || doc.is(after, "at") && matches!(doc.text(after + 1), "most" | "least" | "peak")
        || matches!(doc.text(after), "max" | "maximum" | "tops")
            && doc.tokens.get(after).is_some_and(|t| !t.line)
    {
        made.barred = true;
    }
    if matches!(doc.text(after), "dollars" | "euros" | "usd") {
        made.barred = true;
    }
}

fn chips_follow(doc: &Doc, from: usize) -> bool {
    (from..from + 5).any(|k| doc.chip(k).is_some() || noun(doc.text(k)) == Some(Unit::Chips))
        && !(from..from + 4).any(|k| matches!(doc.text(k), "same" | "those" | "them"))
}

/// Nouns that change what the noun before counts: `GPU hours`, `token vocabulary`, `parameter server`.
fn compound(doc: &Doc, at: usize, made: &mut Mention) {
    let mut k = at + 1;
    if doc.is(k, "-") && doc.glued(k) {
        k += 1;
    }
    let next = doc.text(k);
    match made.unit {
        Unit::Chips | Unit::Cores => {
            if doc.is(k, "core") {
                // "TPU core-days"
                made.unit = Unit::Cores;
                made.end = k + 1;
                k += if doc.is(k + 1, "-") { 2 } else { 1 };
            }
            if let Some(Unit::Time(seconds)) = noun(doc.text(k)) {
                // Cores are half a chip where the chip has two.
                let share = if made.unit == Unit::Cores { 0.5 } else { 1.0 };
                made.unit = Unit::ChipTime(seconds * share);
                made.noun = doc.text(k).to_string();
                made.end = k + 1;
            } else if matches!(next, "type" | "memory" | "kernels") {
                made.unit = Unit::Other;
            } else if matches!(next, "cores") {
                made.unit = Unit::Cores;
                made.end = k + 1;
            } else if matches!(next, "nodes" | "servers" | "machines") {
                made.unit = Unit::Machines;
                made.end = k + 1;
            }
        }
        Unit::Machines => {
            if let Some(Unit::Time(_)) = noun(next) {
                made.unit = Unit::Other;
            }
        }
        Unit::Tokens | Unit::Words => {
            if matches!(
                next,
                "vocabulary"
                    | "vocab"
                    | "limit"
                    | "ids"
                    | "types"
                    | "embeddings"
                    | "positions"
                    | "dictionary"
            ) {
                made.unit = Unit::Other;
            } else if matches!(
                next,
                "context"
                    | "window"
                    | "contexts"
                    | "windows"
                    | "sequences"
                    | "sequence"
                    | "batch"
                    | "batches"
                    | "segments"
            ) {
                made.end = k + 1;
            }
        }
        Unit::Items => {
            // "image-text pairs"
            if doc.is(at + 1, "-") && noun(doc.text(at + 3)) == Some(Unit::Items) {
                made.noun = doc.text(at + 3).to_string();
                made.end = at + 4;
            } else if noun(next) == Some(Unit::Tokens) {
                // "1,024 image tokens"
                made.unit = Unit::Tokens;
                made.noun = next.to_string();
                made.end = k + 1;
            } else if noun(next) == Some(Unit::Items) {
                made.noun = next.to_string();
                made.end = k + 1;
            } else if matches!(
                next,
                "resolution" | "size" | "width" | "encoder" | "generation"
            ) {
                made.unit = Unit::Other;
            }
        }
        Unit::Layers => {
            if matches!(next, "norm" | "normalization") {
                made.unit = Unit::Other;
            }
        }
        Unit::Steps => {
            if matches!(next, "size") {
                made.unit = Unit::Other;
            }
        }
        _ => {}
    }
}

/// `PF-days`, `pfs-days`, `petaflop/s-days`, `petaflop/s days` at `k`: where it ends.
fn petaflop_days(doc: &Doc, k: usize) -> Option<usize> {
    let lead = doc.text(k);
    if !matches!(
        lead,
        "pf" | "pfs" | "pflop" | "pflops" | "petaflop" | "petaflops" | "pfd"
    ) {
        return None;
    }
    if lead == "pfd" {
        return Some(k + 1);
    }
    let mut at = k + 1;
    for _ in 0..4 {
        match doc.text(at) {
            "/" | "-" | "s" | "sec" => at += 1,
            "days" | "day" => return Some(at + 1),
            _ => return None,
        }
    }
    None
}

/// Whether FLOP behind a number are a rate: `TFLOP/s`, `TFLOPS` of a size that only a rate has.
fn rate(doc: &Doc, made: &Mention) -> bool {
    let end = made.end;
    // "22 exaFLOPS": written as a rate.
    let written = doc.original(end.wrapping_sub(1)).ends_with("FLOPS") && made.noun.len() > 5;
    let slash = written
        || doc.is(end, "/") && matches!(doc.text(end + 1), "s" | "sec" | "second" | "gpu" | "chip");
    let words = doc.is(end, "per")
        && matches!(
            doc.text(end + 1),
            "second" | "s" | "sec" | "gpu" | "chip" | "accelerator"
        );
    let prefixed = matches!(
        made.noun.as_str(),
        "tflops"
            | "pflops"
            | "teraflops"
            | "petaflops"
            | "exaflops"
            | "eflops"
            | "gflops"
            | "tflop"
            | "pflop"
    );
    slash || words || made.per == Per::Time || (prefixed && made.noun.starts_with(['t', 'p']))
}

/// What stands behind: `per batch`, `/s`, `a second`, `each`.
fn per(doc: &Doc, end: usize) -> Per {
    let word = match doc.text(end) {
        "per" | "/" | "a" | "an" | "each" | "every" => doc.text(end + 1),
        _ => return Per::None,
    };
    match word {
        "s" | "sec" | "second" | "minute" | "min" | "hour" | "day" | "month" | "h" | "year"
        | "week" => Per::Time,
        // "9.5 hours per 100k steps"
        _ if doc.is(end, "per") && doc.kind(end + 1) == Some(Kind::Number) => Per::Time,
        "batch" | "step" | "minibatch" | "update" | "iteration" | "gradient" | "optimizer"
        | "optimization" => Per::Batch,
        "gpu" | "device" | "chip" | "core" | "node" | "worker" | "replica" | "machine" | "tpu"
        | "accelerator" | "host" | "server" => Per::Chip,
        _ if matches!(doc.text(end), "a" | "an" | "each" | "every") => Per::None,
        _ => Per::Other,
    }
}
