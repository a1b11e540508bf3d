//! Which field a number fills: one rule a field, over the cues around the number. What no rule claims fills nothing.

use crate::cues::{self, Cues, Unit};
use crate::doc::Doc;
use crate::mention::{Mention, Per};
use crate::token::Kind;
use std::ops::Range;

/// What a value is compared by.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Key {
    /// A number and the high end of its range.
    Number(f64, f64),
    /// A row of the catalog.
    Chip(usize),
    /// A word.
    Word(&'static str),
}

/// A field that a piece of the passage fills.
#[derive(Clone, Debug)]
pub(crate) struct Claim {
    /// Link key.
    pub field: &'static str,
    /// The stronger claim on a field wins; equal ones that differ are shown as alternatives.
    pub strength: u8,
    /// As the field takes it.
    pub value: String,
    pub key: Key,
    /// Its tokens.
    pub span: Range<usize>,
    /// What it counts, for the rules that weigh claims against each other.
    pub unit: Unit,
    /// Of another size of the passage's model.
    pub sibling: bool,
    /// Claimed by no rule, and explained by none: it fills nothing, and keeps another number from being chosen.
    pub rival: bool,
}

/// The passage as a whole, as far as the rules need it.
pub(crate) struct Gate {
    /// Training is spoken of.
    training: bool,
    /// A language model, or a transformer.
    transformer: bool,
    /// A convolutional or recurrent net.
    convolution: bool,
}

impl Gate {
    pub(crate) fn new(doc: &Doc, mentions: &[Mention]) -> Gate {
        let hours = mentions
            .iter()
            .any(|m| matches!(m.unit, Unit::ChipTime(_)) && !m.barred);
        let tokens = mentions
            .iter()
            .any(|m| m.unit == Unit::Tokens && m.value >= 1e10 && !m.barred);
        Gate {
            training: hours
                || tokens
                || (doc.all & (cues::TRAIN | cues::LEARNING | cues::UTILIZATION) != 0
                    && !offer(doc)),
            transformer: doc.all & cues::TRANSFORMER != 0,
            convolution: doc.all & cues::CONVOLUTION != 0,
        }
    }
}

/// A price list speaks of what could be trained: "$31.5 per hour", and nothing that was.
fn offer(doc: &Doc) -> bool {
    let priced = (0..doc.tokens.len()).any(|k| {
        doc.is(k, "$")
            && (2..7).any(|n| {
                matches!(doc.text(k + n), "per" | "/")
                    && matches!(
                        doc.text(k + n + 1),
                        "hour" | "h" | "million" | "gb" | "month" | "gpu"
                    )
            })
    });
    priced
        && !doc.all_words(&[
            "trained",
            "pretrained",
            "finetuned",
            "took",
            "consumed",
            "cost",
            "used",
            "saw",
            "tokens",
            "needed",
            "ran",
        ])
}

impl Gate {
    /// Training is spoken of anywhere in the passage.
    pub(crate) fn is_training(&self) -> bool {
        self.training
    }
}

/// The words around a mention.
struct Around<'a> {
    doc: &'a Doc<'a>,
    mention: &'a Mention,
    sentence: Range<usize>,
    clause: Range<usize>,
    segment: Range<usize>,
    /// The label in front of a colon or bar, as in a model card.
    label: Cues,
    label_range: Option<Range<usize>>,
}

impl Around<'_> {
    /// Cues of the last `n` words before the number, in its sentence.
    fn before(&self, n: usize) -> Cues {
        let start = self.mention.at.start;
        self.doc
            .cues_in(start.saturating_sub(n).max(self.sentence.start)..start)
    }

    /// Cues of the next `n` words behind the noun, in its sentence.
    fn after(&self, n: usize) -> Cues {
        let end = self.mention.end;
        self.doc
            .cues_in(end..(end + n).min(self.segment.end).max(end))
    }

    /// Cues of the words before the number, in its clause.
    fn clause_before(&self) -> Cues {
        self.doc.cues_in(self.clause.start..self.mention.at.start)
    }

    fn clause(&self) -> Cues {
        self.doc.cues_in(self.clause.clone())
    }

    fn segment(&self) -> Cues {
        self.doc.cues_in(self.segment.clone())
    }

    fn sentence(&self) -> Cues {
        self.doc.cues_in(self.sentence.clone())
    }

    /// Cues of the words between number and noun.
    fn inside(&self) -> Cues {
        self.doc.cues_in(self.mention.at.end..self.mention.end)
    }

    fn word_before(&self, n: usize) -> &str {
        self.mention
            .at
            .start
            .checked_sub(n)
            .map_or("", |k| self.doc.text(k))
    }

    fn word_after(&self, n: usize) -> &str {
        self.doc.text(self.mention.end + n)
    }

    /// How far before the number the cue stands, in words without another number between; `None` where there is none.
    fn distance_before(&self, cue: Cues, most: usize) -> Option<usize> {
        let start = self.mention.at.start;
        for back in 1..=most {
            let k = start.checked_sub(back)?;
            if k < self.sentence.start {
                return None;
            }
            if self.doc.cues.get(k).copied().unwrap_or(0) & cue != 0 {
                return Some(back);
            }
            if self.doc.kind(k) == Some(Kind::Number) {
                return None;
            }
        }
        None
    }

    /// The number is an entry of a list: "350k iterations, 128 H100 GPUs, 13 days."
    fn entry(&self) -> bool {
        let before = self.word_before(1);
        let edge = |text: &str| matches!(text, "," | ";" | ":" | "." | "" | "–" | "—" | "(" | ")");
        (edge(before)
            || before == "≈" && edge(self.word_before(2))
            || self.mention.at.start == self.sentence.start)
            && edge(self.word_after(0))
    }

    /// The model is used here, not trained.
    fn in_use(&self) -> bool {
        let clause = self.clause();
        if clause & cues::USE != 0 && clause & (cues::TRAIN | cues::RUN) == 0
            || self.doc.tells_speed(self.mention.at.start)
        {
            return true;
        }
        let sentence = self.sentence();
        if sentence & cues::USE == 0 {
            return false;
        }
        if sentence & cues::TRAIN == 0 {
            return true;
        }
        // "trained on 64 A100s, and runs on one": the nearer verb decides.
        let start = self.mention.at.start;
        let mut last = 0;
        for k in self.sentence.start..start {
            let cue = self.doc.cues.get(k).copied().unwrap_or(0);
            if cue & (cues::USE | cues::TRAIN) != 0 {
                last = cue;
            }
        }
        if last == 0 {
            clause & cues::USE != 0
        } else {
            last & cues::USE != 0 && last & cues::TRAIN == 0
        }
    }
}

/// The label that the number is the value of: `params (M): 174,600`, `| Layers | 32 |`.
fn label(doc: &Doc, mention: &Mention) -> Option<Range<usize>> {
    if let Some(header) = doc.header(mention.at.start) {
        return Some(header);
    }
    let sentence = doc.sentence(mention.at.start);
    let mut k = mention.at.start;
    loop {
        if k <= sentence.start {
            return None;
        }
        k -= 1;
        let skip = matches!(
            doc.text(k),
            "≈" | "~" | "about" | "approximately" | "approx" | "." | "around" | "ca" | "(" | "*"
        ) || doc.chip(k).is_some()
            || matches!(doc.text(k), "nvidia" | "google");
        if skip && mention.at.start - k < 8 {
            continue;
        }
        break;
    }
    if !matches!(doc.text(k), ":" | "=" | "|") {
        return noun_before(doc, mention);
    }
    let mut start = k;
    while start > sentence.start && k - start < 10 {
        let text = doc.text(start - 1);
        if matches!(text, ";" | "|" | "." | "," | "•" | ":" | "*" | "#")
            || doc.kind(start - 1) == Some(Kind::Number) && doc.is(k, "=")
            || (text == "-"
                && doc.tokens.get(start - 1).is_some_and(|t| t.space)
                && doc.tokens.get(start).is_some_and(|t| t.space))
        {
            break;
        }
        start -= 1;
    }
    (k > start).then_some(start..k)
}

/// `training tokens 8.1 trillion;`: an entry whose noun stands in front, without a sign between.
fn noun_before(doc: &Doc, mention: &Mention) -> Option<Range<usize>> {
    let clause = doc.clause(mention.at.start);
    let start = mention.at.start;
    let last = start.checked_sub(1)?;
    let noun = matches!(
        doc.text(last),
        "parameters"
            | "params"
            | "tokens"
            | "accelerators"
            | "gpus"
            | "chips"
            | "layers"
            | "epochs"
            | "steps"
            | "iterations"
            | "size"
    );
    let short = clause.start < start
        && start - clause.start <= 5
        && (clause.start..start).all(|k| {
            doc.kind(k) == Some(Kind::Word)
                && doc.cues.get(k).copied().unwrap_or(0) & (cues::RUN | cues::OURS) == 0
        });
    let first = (clause.start..start).find(|k| !matches!(doc.text(*k), "the" | "a"))?;
    (mention.unit == Unit::None && noun && short).then_some(first..start)
}

/// Every claim of the passage, in order.
pub(crate) fn claims(doc: &Doc, mentions: &[Mention], gate: &Gate) -> Vec<Claim> {
    let mut found = Vec::new();
    for mention in mentions {
        let label_range = label(doc, mention);
        let around = Around {
            doc,
            mention,
            sentence: doc.sentence(mention.at.start),
            clause: doc.clause(mention.at.start),
            segment: doc.segment(mention.at.start),
            label: label_range.clone().map_or(0, |range| doc.cues_in(range)),
            label_range,
        };
        if let Some(claim) = claim(&around, gate, mentions).or_else(|| rival(&around)) {
            found.push(claim);
        }
    }
    parallel(doc, mentions, &mut found);
    found
}

/// A number that could be meant, with no word around that says otherwise.
fn rival(around: &Around) -> Option<Claim> {
    let mention = around.mention;
    let (field, least, unit) = match mention.unit {
        Unit::Parameters => ("params", 1e5, ""),
        Unit::Tokens => ("data", 1e9, ""),
        Unit::Chips => ("chips", 1.0, ""),
        Unit::Time(seconds) if mention.noun.len() > 1 => ("time", 7200.0 / seconds, "time"),
        Unit::ChipTime(_) => ("chip_hours", 10.0, "chip"),
        Unit::Steps => ("steps", 1000.0, ""),
        _ => return None,
    };
    let explained = cues::USE
        | cues::SITE
        | cues::HYPOTHETICAL
        | cues::OTHERS
        | cues::COMPARE
        | cues::TOTAL
        | cues::MICRO
        | cues::SCHEDULE
        | cues::PIECE
        | cues::OTHER_STEPS
        | cues::VOCABULARY
        | cues::WINDOW
        | cues::NOT_DATA
        | cues::PART_OF
        | cues::MEDIA
        | cues::NOT_TIME
        | cues::SPARE
        | cues::MONITOR
        | cues::LAW
        | cues::ONE_PASS
        | cues::SHARED
        | cues::BATCH
        | cues::SEQUENCE
        | cues::FLEET
        | cues::EACH;
    let near = around.before(8) | around.after(5) | around.inside();
    if mention.barred
        || mention.over
        || mention.ramp
        || mention.per != Per::None
        || mention.value < least
        || near & explained != 0
        || around.in_use()
        || foreign(around)
        || around.doc.in_sum_row(mention.at.start)
    {
        return None;
    }
    let value = match unit {
        "time" => format!("{} {}", mention.text, mention.noun),
        "chip" => format!("{} GPU hours", mention.text),
        _ => mention.text.clone(),
    };
    let mut claim = made(around, field, 0, value);
    claim.rival = true;
    if let Unit::Time(seconds) | Unit::ChipTime(seconds) = mention.unit {
        claim.key = Key::Number(
            mention.value * seconds,
            mention.high.unwrap_or(mention.value) * seconds,
        );
    }
    Some(claim)
}

/// `9 hours for chess, 12 hours for shogi`: what is said of one is said of all, so that none is chosen.
fn parallel(doc: &Doc, mentions: &[Mention], found: &mut Vec<Claim>) {
    for pair in mentions.windows(2) {
        let [first, second] = pair else { continue };
        if first.unit != second.unit
            || second.barred
            || second.over
            || second.ramp
            || !(doc.is(first.end, "for") && doc.is(second.end, "for"))
        {
            continue;
        }
        let gap = first.end..second.at.start;
        let close = gap.len() <= 7 && doc.sentence(first.at.start) == doc.sentence(second.at.start);
        if !close
            || doc.is_foreign(second.at.start)
            || found.iter().any(|c| c.span.start == second.at.start)
        {
            continue;
        }
        let Some(claim) = found
            .iter()
            .find(|c| c.span.start == first.at.start)
            .cloned()
        else {
            continue;
        };
        let (Key::Number(value, _), true) = (&claim.key, first.value > 0.0) else {
            continue;
        };
        let factor = value / first.value;
        let high = second.high.unwrap_or(second.value);
        found.push(Claim {
            value: claim.value.replacen(&first.text, &second.text, 1),
            key: Key::Number(second.value * factor, high * factor),
            span: second.at.start..second.end,
            ..claim
        });
    }
}

/// Whether somebody else's number: another model's, a rival's, the writer's own machine.
fn foreign(around: &Around) -> bool {
    let doc = around.doc;
    let mention = around.mention;
    if doc.is_foreign(mention.at.start) {
        return true;
    }
    // "44.0% for ViT-e", "half of what Gopher had"
    let end = mention.end;
    for k in end..(end + 4).min(around.clause.end) {
        // "300B tokens of RefinedWeb" names the data, "44.0% for ViT-e" the model.
        let data = matches!(
            mention.unit,
            Unit::Tokens | Unit::Items | Unit::Words | Unit::Epochs
        );
        if (matches!(doc.text(k), "for" | "by" | "in") || !data && doc.is(k, "of"))
            && let Some(name) = doc.name(k + 1)
            && !doc.is_subject(name)
            && !matches!(doc.text(name.at.end), "format" | "style" | "fashion")
        {
            return !siblings(doc, around.sentence.clone());
        }
        if doc.kind(k) == Some(Kind::Number) {
            break;
        }
    }
    false
}

/// "2M tokens for the 16.1B model, 1M for the 6.1B": of several models, the others without their noun.
fn shared_out(around: &Around) -> bool {
    let doc = around.doc;
    let mention = around.mention;
    let end = mention.end;
    mention.unit != Unit::Parameters
        && doc.is(end, "for")
        && (end + 1..(end + 10).min(around.sentence.end)).any(|k| {
            let bare = doc.kind(k) == Some(Kind::Number)
                && (doc.is(k + 1, "for") || (doc.glued(k + 1) && doc.is(k + 2, "for")));
            bare && matches!(doc.text(k.wrapping_sub(1)), "," | "and")
        })
}

/// "a batch of 128 over 128 cores": behind a number or its noun "over" is a preposition.
fn spread_over(around: &Around) -> bool {
    let doc = around.doc;
    let Some(k) = around.mention.at.start.checked_sub(2) else {
        return false;
    };
    // "pre-trained over 400 billion tokens"; "trained on over 400 billion tokens" is a bound.
    if around.mention.unit == Unit::Steps {
        return true;
    }
    if matches!(around.mention.unit, Unit::Tokens | Unit::Items) {
        return cues::NOUNS.iter().any(|(noun, unit)| {
            *noun == doc.text(k) && matches!(unit, Unit::Time(_) | Unit::Steps | Unit::Epochs)
        }) || matches!(
            doc.text(k),
            "trained"
                | "pretrained"
                | "training"
                | "pretraining"
                | "finetuned"
                | "epochs"
                | "epoch"
                | "ran"
                | "run"
                | "runs"
                | "goes"
                | "went"
        );
    }
    matches!(
        around.mention.unit,
        Unit::Chips | Unit::Cores | Unit::Machines
    ) && (doc.kind(k) == Some(Kind::Number)
        || matches!(doc.text(k), "spread" | "distributed" | "parallel"))
}

/// Two names behind "for", of which neither is compared: two models of the passage itself.
fn siblings(doc: &Doc, sentence: Range<usize>) -> bool {
    let names = sentence
        .clone()
        .filter(|k| doc.is(*k, "for") && doc.name(k + 1).is_some_and(|name| name.at.start == k + 1))
        .count();
    names >= 2
        && !sentence
            .clone()
            .any(|k| doc.cues.get(k).copied().unwrap_or(0) & cues::OURS != 0)
}

fn claim(around: &Around, gate: &Gate, mentions: &[Mention]) -> Option<Claim> {
    let mention = around.mention;
    if mention.barred
        || mention.value <= 0.0
        || foreign(around)
        || around.doc.in_sum_row(mention.at.start)
    {
        return None;
    }
    if around.doc.is_hypothetical(mention.at.start) || shared_out(around) {
        return None;
    }
    if mention.over && !matches!(mention.unit, Unit::Time(_)) && !spread_over(around) {
        return None;
    }
    // "--batch_size=12": a command line.
    let start = mention.at.start;
    if (2..8).any(|back| {
        start.checked_sub(back).is_some_and(|k| {
            around.doc.is(k, "-")
                && around.doc.is(k + 1, "-")
                && around.doc.glued(k + 1)
                && around.doc.glued(k + 2)
        })
    }) {
        return None;
    }
    // "compared to 3,640 petaflop/s-days", "the previous 7 trillion tokens"
    let comparison = (1..=4).take_while(|n| {
        start
            .checked_sub(*n)
            .is_some_and(|k| around.doc.kind(k) != Some(Kind::Number))
    });
    if comparison.into_iter().any(|n| {
        matches!(
            around.word_before(n),
            "compared" | "than" | "versus" | "vs" | "against" | "unlike" | "instead"
        )
    }) || (1..=2).any(|n| {
        matches!(
            around.word_before(n),
            "previous" | "earlier" | "original" | "usual"
        )
    }) {
        return None;
    }
    let power = mention.unit == Unit::None
        && mention.value >= 1e17
        && mention.text.contains(['e', '^'])
        && around
            .sentence
            .clone()
            .any(|k| around.doc.text(k).ends_with("flops") || around.doc.is(k, "flop"));
    if power {
        // "7.1e20 FLOPs, and with more steps 3.1e21"
        return flop(around);
    }
    let labelled = by_label(around, gate);
    if labelled.is_some() {
        return labelled;
    }
    match mention.unit {
        Unit::Parameters => parameters(around),
        Unit::None => size(around, gate),
        Unit::Tokens | Unit::Words | Unit::Items | Unit::Sequences => batch(around, gate)
            .or_else(|| sequence_length(around, gate))
            .or_else(|| data(around, gate)),
        Unit::Steps | Unit::Batches => steps(around, gate),
        Unit::Epochs => epochs(around, gate),
        Unit::Chips | Unit::Cores | Unit::Machines => chips(around, gate, mentions),
        Unit::Time(_) => time(around, gate),
        Unit::ChipTime(seconds) => chip_hours(around, seconds),
        Unit::Percent => utilization(around),
        Unit::Flop => flop(around),
        Unit::Layers => depth(around, gate),
        Unit::Heads => width(around, mentions),
        Unit::Rate | Unit::Bytes | Unit::Other => None,
    }
    .or_else(|| match mention.unit {
        Unit::None => batch(around, gate).or_else(|| sequence_length(around, gate)),
        _ => None,
    })
}

fn made(around: &Around, field: &'static str, strength: u8, value: String) -> Claim {
    let mention = around.mention;
    Claim {
        field,
        strength,
        value,
        key: Key::Number(mention.value, mention.high.unwrap_or(mention.value)),
        span: mention.at.start..mention.end.max(mention.at.end),
        unit: mention.unit,
        sibling: around.doc.is_sibling(mention.at.start),
        rival: false,
    }
}

/// Marks the number alone, where an accelerator's name stands within its noun phrase.
fn number_only(around: &Around, mut claim: Claim) -> Claim {
    claim.span = around.mention.at.clone();
    claim
}

fn is_label(around: &Around, words: &[&str]) -> bool {
    around.label_range.clone().is_some_and(|range| {
        range.clone().any(|k| {
            words.iter().any(|word| {
                word.strip_suffix('*')
                    .map_or(around.doc.is(k, word), |stem| {
                        around.doc.text(k).starts_with(stem)
                    })
            })
        })
    })
}

/// `training tokens (billions): 300`, `Batch size: 512`: the label names the field, and the scale where it has one.
fn by_label(around: &Around, gate: &Gate) -> Option<Claim> {
    let range = around.label_range.clone()?;
    let mention = around.mention;
    let doc = around.doc;
    // A value ends its entry; what goes on is a sentence ("Training time: 18 days with 592 cards for …").
    let end = mention.end.max(mention.at.end);
    let entry = end >= around.sentence.end
        || matches!(
            doc.text(end),
            ";" | "," | "." | "|" | "(" | ")" | "/" | "-" | "–" | "#"
        )
        || doc.tokens.get(end).is_some_and(|t| t.line);
    if !entry {
        return None;
    }
    if is_label(
        around,
        &[
            "context",
            "vocab*",
            "price",
            "cost*",
            "memory",
            "vram",
            "carbon",
            "warmup*",
            "rate",
            "mult",
            "per",
            "decay",
            "rank",
            "micro*",
            "inference",
            "dropout",
            "version",
            "license",
            "optimizer",
            "disk",
            "file",
            "download",
        ],
    ) && !is_label(around, &["batch", "params", "parameter*"])
        || around.label & cues::MICRO != 0
    {
        return None;
    }
    // A bracket of the label gives the scale: (M), (billions), (PF-days).
    let bracket = range.clone().rev().find(|k| doc.is(*k, "(")).map(|open| {
        (open + 1..range.end)
            .map(|k| doc.text(k))
            .filter(|t| *t != ")")
            .collect::<Vec<_>>()
            .join(" ")
    });
    let bracket = bracket.as_deref().unwrap_or("");
    let scale = match bracket {
        "m" | "millions" | "million" => (" million", 1e6),
        "b" | "bn" | "billions" | "billion" => (" billion", 1e9),
        "t" | "tn" | "trillions" | "trillion" => (" trillion", 1e12),
        "k" | "thousands" | "thousand" => (" thousand", 1e3),
        _ => ("", 1.0),
    };
    let scaled = |field: &'static str| {
        let (word, factor) = if mention.scaled { ("", 1.0) } else { scale };
        let mut claim = made(around, field, 3, format!("{}{word}", mention.text));
        claim.key = Key::Number(
            mention.value * factor,
            mention.high.unwrap_or(mention.value) * factor,
        );
        claim
    };
    let plain = mention.unit == Unit::None;
    if is_label(around, &["flop", "flops", "compute"]) && plain {
        if bracket.starts_with("pf") || bracket.starts_with("petaflop") {
            let mut claim = made(around, "flop", 3, format!("{} PF-days", mention.text));
            claim.key = Key::Number(mention.value * 8.64e19, mention.value * 8.64e19);
            return Some(claim);
        }
        if mention.value >= 1e15 {
            return Some(made(around, "flop", 3, format!("{} FLOP", mention.text)));
        }
        return None;
    }
    let total_and_active = is_label(around, &["total"]) && around.label & cues::ACTIVE != 0;
    if total_and_active && (plain || mention.unit == Unit::Parameters) {
        let first = doc.text(mention.at.start.wrapping_sub(1)) == ":";
        return Some(scaled(if first { "params" } else { "active" }));
    }
    if around.label & cues::ACTIVE != 0
        && is_label(around, &["param*", "activ*"])
        && (plain || mention.unit == Unit::Parameters)
    {
        return Some(scaled("active"));
    }
    let sized = scale.1 > 1.0 || mention.scaled || mention.value >= 1e5;
    if is_label(around, &["param*", "params", "size"])
        && !is_label(
            around,
            &[
                "batch",
                "embedding*",
                "vocab*",
                "context",
                "dataset",
                "hidden",
                "ffn",
            ],
        )
        && (plain || mention.unit == Unit::Parameters)
        && sized
    {
        return Some(scaled("params"));
    }
    if around.label & cues::BATCH != 0
        && matches!(
            mention.unit,
            Unit::None | Unit::Tokens | Unit::Sequences | Unit::Items
        )
    {
        return Some(scaled("batch"));
    }
    if is_label(around, &["token", "tokens"]) && plain && sized {
        return Some(scaled("data"));
    }
    if plain && is_label(around, &["epoch", "epochs"]) {
        return Some(scaled("epochs"));
    }
    if plain
        && is_label(around, &["steps", "iterations", "updates"])
        && around.label & (cues::SCHEDULE | cues::PIECE) == 0
    {
        return Some(scaled("steps"));
    }
    if is_label(around, &["seq", "sequence", "seqlen"])
        && matches!(mention.unit, Unit::None | Unit::Tokens)
    {
        return Some(scaled("seq"));
    }
    if plain && is_label(around, &["layers"]) && gate.transformer {
        return Some(scaled("depth"));
    }
    if plain
        && is_label(around, &["hardware", "accelerator", "gpu", "chip"])
        && is_label(around, &["quantity", "number", "count", "amount"])
    {
        return Some(scaled("chips"));
    }
    if mention.unit == Unit::Percent
        && around.label & (cues::UTILIZATION | cues::HARDWARE_UTILIZATION) != 0
        && around.label & cues::MONITOR == 0
    {
        let field = if around.label & cues::HARDWARE_UTILIZATION != 0 {
            "hfu"
        } else {
            "util"
        };
        let mut claim = made(around, field, 3, format!("{}%", mention.text));
        claim.key = Key::Number(
            mention.value / 100.0,
            mention.high.unwrap_or(mention.value) / 100.0,
        );
        return Some(claim);
    }
    if plain
        && is_label(
            around,
            &["gpus", "chips", "accelerators", "tpus", "devices"],
        )
        && !is_label(around, &["hours", "days"])
    {
        return Some(scaled("chips"));
    }
    if plain
        && is_label(around, &["hours"])
        && is_label(
            around,
            &["gpu", "gpus", "tpu", "chip", "accelerator", "device"],
        )
    {
        let mut claim = scaled("chip_hours");
        claim.value.push_str(" GPU hours");
        let Key::Number(low, high) = claim.key else {
            return None;
        };
        claim.key = Key::Number(low * 3600.0, high * 3600.0);
        return Some(claim);
    }
    if is_label(around, &["time", "duration", "wallclock"])
        && is_label(
            around,
            &["train*", "duration", "wallclock", "wall", "total"],
        )
    {
        if let Unit::Time(seconds) = mention.unit {
            return Some(timed(around, 3, seconds));
        }
        if plain && matches!(bracket, "hours" | "h" | "days" | "d" | "weeks") {
            let seconds = match bracket {
                "hours" | "h" => 3600.0,
                "weeks" => 604_800.0,
                _ => 86_400.0,
            };
            let mut claim = scaled("time");
            claim.value = format!("{} {bracket}", mention.text);
            claim.key = Key::Number(mention.value * seconds, mention.value * seconds);
            return Some(claim);
        }
    }
    None
}

/// Parameters, printed with the word.
fn parameters(around: &Around) -> Option<Claim> {
    let doc = around.doc;
    let mention = around.mention;
    if around.inside() & (cues::VOCABULARY | cues::MICRO) != 0 {
        return None;
    }
    let other = |word: &str| {
        matches!(
            word,
            "trainable"
                | "embedding"
                | "embeddings"
                | "lora"
                | "adapter"
                | "adapters"
                | "additional"
                | "extra"
                | "new"
                | "vision"
                | "encoder"
                | "nonembedding"
                | "frozen"
                | "shared"
                | "updated"
                | "tunable"
                | "visual"
        )
    };
    if (mention.at.end..mention.end + 2).any(|k| other(doc.text(k)))
        || (1..3).any(|n| other(around.word_before(n)))
    {
        return None;
    }
    if around.clause() & cues::LAW != 0 && around.sentence() & cues::TRAIN == 0
        || mention.ramp
        || mention.value < 1000.0
    {
        return None;
    }
    if around.sentence() & cues::HYPOTHETICAL != 0 && around.before(5) & cues::HYPOTHETICAL != 0 {
        return None;
    }
    let value = mention.text.clone();
    if mention.per == Per::Other && !matches!(around.word_after(1), "token") {
        return None;
    }
    if active(around) {
        return Some(made(around, "active", 3, value));
    }
    Some(made(around, "params", 3, value))
}

/// Whether parameters are those active for a token.
fn active(around: &Around) -> bool {
    let doc = around.doc;
    let mention = around.mention;
    if around.inside() & cues::ACTIVE != 0 {
        return true;
    }
    if around.inside() & cues::TOTAL != 0
        || doc.is(mention.end, "total")
        || doc.is(mention.end, "in") && doc.is(mention.end + 1, "total")
    {
        return false;
    }
    // "of which 37B are activated": behind, with no other number between.
    for k in mention.end..(mention.end + 6).min(around.clause.end.max(mention.end + 1)) {
        if doc.kind(k) == Some(Kind::Number)
            || matches!(doc.text(k), "," | ";" | "." | "and" | ")" | "(" | "/")
        {
            break;
        }
        if doc.cues.get(k).copied().unwrap_or(0) & cues::ACTIVE != 0 {
            return true;
        }
    }
    // "activates 12.9B", "a token meets only 12.9B"
    let start = mention.at.start;
    for back in 1..=7 {
        let Some(k) = start.checked_sub(back) else {
            break;
        };
        if k < around.clause.start || doc.kind(k) == Some(Kind::Number) {
            break;
        }
        let text = doc.text(k);
        if matches!(text, "/" | ")") || (text == "and" && back <= 2) {
            break;
        }
        if doc.cues.get(k).copied().unwrap_or(0) & cues::ACTIVE != 0 {
            return true;
        }
    }
    false
}

/// A size without the word: `OPT-175B`, `Gopher (280B)`, `the 137B model`, `1T total / 32B active`.
fn size(around: &Around, gate: &Gate) -> Option<Claim> {
    let doc = around.doc;
    let mention = around.mention;
    let scale = doc.tokens.get(mention.at.end.saturating_sub(1))?;
    if !mention.scaled
        || mention.high.is_some()
        || mention.product
        || mention.ramp
        || mention.value < 1e6
    {
        return None;
    }
    if matches!(scale.text.as_str(), "k" | "thousand" | "t")
        && !matches!(doc.text(mention.end), "total" | "active")
    {
        return None;
    }
    let after = doc.text(mention.end);
    let total = after == "total" || (doc.is(mention.end, "in") && doc.is(mention.end + 1, "total"));
    let expert = doc.all & (cues::ACTIVE) != 0;
    if expert && active(around) {
        return Some(made(around, "active", 2, mention.text.clone()));
    }
    if total && expert {
        return Some(made(around, "params", 2, mention.text.clone()));
    }
    if after == "-" && doc.is(mention.end + 1, "parameter") {
        return Some(made(around, "params", 3, mention.text.clone()));
    }
    if !gate.training || around.in_use() && doc.all & cues::TRAIN == 0 {
        return None;
    }
    // Letters only: "175 billion" alone counts anything.
    if scale.text.len() > 2 {
        return None;
    }
    let before = around.word_before(1);
    // "the 137B model", "our 175B SFT model"
    let model = doc.cues_in(mention.end..mention.end + 1) & cues::MODEL != 0
        || (doc.kind(mention.end) == Some(Kind::Word)
            && doc.cues_in(mention.end + 1..mention.end + 2) & cues::MODEL != 0
            && !cues::STOPS.contains(&after));
    let component = matches!(
        after,
        "vision"
            | "image"
            | "text"
            | "audio"
            | "speech"
            | "visual"
            | "teacher"
            | "frozen"
            | "dense"
            | "transformer"
            | "decoder"
            | "encoder"
    ) && doc.kind(mention.end) == Some(Kind::Word);
    if model
        && !component
        && matches!(
            before,
            "(" | "first"
                | "the"
                | "a"
                | "our"
                | "its"
                | "this"
                | "only"
                | "an"
                | "full"
                | "large"
                | "final"
                | "flagship"
                | "big"
                | "largest"
        )
    {
        return Some(made(around, "params", 2, mention.text.clone()));
    }
    let named = doc
        .name(mention.at.start)
        .is_some_and(|name| name.at.contains(&mention.at.start) && doc.is_subject(name));
    if named {
        return Some(made(around, "params", 1, mention.text.clone()));
    }
    // "the 82B HyperCLOVA"
    if doc
        .name(mention.end)
        .is_some_and(|name| name.at.start == mention.end && doc.is_subject(name))
    {
        return Some(made(around, "params", 1, mention.text.clone()));
    }
    let bracket = before == "("
        && doc.is(mention.end, ")")
        && mention.at.start >= 2
        && doc
            .name(mention.at.start - 2)
            .is_some_and(|name| doc.is_subject(name));
    if bracket {
        return Some(made(around, "params", 1, mention.text.clone()));
    }
    // "Model: 32B dense"
    let card = before == ":"
        && around.label_range.is_some()
        && is_label(around, &["model", "size", "architecture"]);
    if card && scale.text == "b" {
        return Some(made(around, "params", 1, mention.text.clone()));
    }
    if before == "the"
        && matches!(
            after,
            "at" | ","
                | "with"
                | "on"
                | "was"
                | "took"
                | "used"
                | "run"
                | "in"
                | "for"
                | "needed"
                | "ran"
        )
    {
        return Some(made(around, "params", 1, mention.text.clone()));
    }
    None
}

/// Examples or tokens in one pass.
fn data(around: &Around, gate: &Gate) -> Option<Claim> {
    let mention = around.mention;
    let doc = around.doc;
    if !gate.training
        || mention.ramp
        || mention.per != Per::None
        || around.segment() & cues::LAW != 0 && around.sentence() & cues::TRAIN == 0
    {
        return None;
    }
    if mention.unit == Unit::Sequences {
        return None;
    }
    let inside = around.inside();
    let mine = around.before(6) | around.after(5) | inside;
    let training_set = inside & cues::TRAIN != 0
        || around.before(5) & cues::TRAIN != 0 && around.distance_before(cues::TRAIN, 5).is_some()
        || (matches!(around.word_before(1), "on")
            || (matches!(around.word_before(2), "on")
                && matches!(
                    around.word_before(1),
                    "the" | "about" | "some" | "≈" | "these" | "its" | "our" | "only"
                )))
            && around.sentence() & cues::TRAIN != 0
        || (doc.is(mention.end, "of")
            && (1..4).any(|k| doc.text(mention.end + k).starts_with("train")))
        || (doc.is(mention.end, "in")
            && (1..4).any(|k| doc.text(mention.end + k).starts_with("train")));
    let near = around.before(4) | around.after(3) | inside;
    let hypothetical = around.before(5) & cues::HYPOTHETICAL != 0;
    if hypothetical
        || around.after(2) & cues::SCHEDULE != 0
        || (near & cues::NOT_DATA != 0 && !training_set)
        || (mine & cues::VOCABULARY != 0 && mention.value < 1e9)
        || around.in_use()
    {
        return None;
    }
    // "of which 1.2T are code", "the first 500B tokens", "every 1M tokens"
    let last =
        doc.cues_in(mention.at.start.saturating_sub(3).max(around.clause.start)..mention.at.start);
    if last & (cues::SCHEDULE | cues::PIECE) != 0
        || matches!(
            around.word_before(1),
            "additional"
                | "extra"
                | "of which"
                | "per"
                | "another"
                | "first"
                | "further"
                | "than"
                | "million"
        ) && mention.unit != Unit::Tokens
    {
        return None;
    }
    // "0.4 trillion tokens planned per month"
    if around.after(2) & cues::HYPOTHETICAL != 0 || (1..=2).any(|n| doc.is(mention.end + n, "per"))
    {
        return None;
    }
    let part = around
        .distance_before(cues::NOT_DATA | cues::PART_OF, 5)
        .is_some_and(|back| {
            // "52 billion of them activated, and 7T tokens": another clause.
            let start = mention.at.start;
            !(start - back..start).any(|k| doc.is(k, ","))
        });
    if part && !training_set {
        return None;
    }
    let words = mention.unit == Unit::Words;
    let value = if words {
        format!("{} words", mention.text)
    } else {
        mention.text.clone()
    };
    let cue = around.before(14) & cues::DATASET != 0
        || around.after(6) & (cues::DATASET & !cues::BATCH) != 0
        || inside & cues::DATASET != 0;
    let mut claim = match mention.unit {
        Unit::Tokens if mention.value >= 1e9 => made(around, "data", 2, value),
        Unit::Tokens
            if mention.value >= 1e8
                && around.sentence() & cues::TRAIN != 0
                && mine & cues::BATCH == 0 =>
        {
            made(around, "data", 2, value)
        }
        Unit::Tokens
            if mention.value >= 1e6
                && (training_set || around.before(4) & (cues::TRAIN | cues::DATASET) != 0) =>
        {
            made(around, "data", 2, value)
        }
        Unit::Words if mention.value >= 1e6 && cue => made(around, "data", 2, value),
        Unit::Items if mention.value >= 100.0 && (training_set || item_cue(around, cue)) => {
            made(around, "data", 2, value)
        }
        _ => return None,
    };
    if words {
        let Key::Number(low, high) = claim.key else {
            return None;
        };
        claim.key = Key::Number(low * 4.0 / 3.0, high * 4.0 / 3.0);
    }
    Some(claim)
}

/// Items are a data set's only beside a word that says so.
fn item_cue(around: &Around, cue: bool) -> bool {
    let doc = around.doc;
    let mention = around.mention;
    let start = mention.at.start;
    let passes = (1..7).any(|back| {
        start.checked_sub(back).is_some_and(|k| {
            matches!(
                doc.text(k),
                "dataset"
                    | "corpus"
                    | "epochs"
                    | "passes"
                    | "set"
                    | "saw"
                    | "collected"
                    | "learned"
                    | "data"
                    | "pairs"
                    | "gets"
                    | "sees"
                    | "seen"
            )
        })
    });
    let large = mention.value >= 1e6 && around.sentence() & (cues::TRAIN | cues::LEARNING) != 0;
    let frames = matches!(mention.noun.as_str(), "frames" | "images" | "pairs")
        && mention.value >= 1e6
        && around.sentence() & (cues::TRAIN | cues::LEARNING | cues::BATCH) != 0;
    cue && (passes || large) || frames
}

/// Examples or tokens per step.
fn batch(around: &Around, gate: &Gate) -> Option<Claim> {
    let mention = around.mention;
    let doc = around.doc;
    // "1,024 in the first 7,200 steps": a schedule.
    if !mention.ramp
        && matches!(around.word_after(0), "in" | "for" | "over" | "during")
        && (matches!(around.word_after(1), "first") || matches!(around.word_after(2), "first"))
    {
        return None;
    }
    if !gate.training
        || mention.value < 2.0
        || mention.per == Per::Chip
        || mention.per == Per::Time
        || mention.unit == Unit::Batches
    {
        return None;
    }
    let start = mention.at.start;
    let near =
        doc.cues_in(start.saturating_sub(8).max(around.clause.start)..start) | around.after(4);
    if near & cues::MICRO != 0 || around.in_use() {
        return None;
    }
    let (near_batch, between) = batch_before(around);
    let per_batch = mention.per == Per::Batch
        || (doc.is(mention.end, "in")
            && doc.is(mention.end + 1, "each")
            && around.before(6) & cues::BATCH != 0)
        || (doc.is(mention.end, "-")
            && doc.cues_in(mention.end..mention.end + 3) & cues::BATCH != 0)
        || doc.cues_in(mention.end.saturating_sub(1)..mention.end) & cues::BATCH != 0;
    // "mini-batches of size 2048 in board games and of size 1024 in Atari"
    let second = around.word_before(1) == "size"
        && around.word_before(2) == "of"
        && doc.cues_in(around.sentence.start..mention.at.start) & cues::BATCH != 0;
    if !(near_batch || per_batch || second) {
        return None;
    }
    if between & (cues::SCHEDULE | cues::PIECE) != 0
        && around.distance_before(cues::BATCH, 4).is_none()
    {
        return None;
    }
    let mut value = mention.text.clone();
    let mut key = mention.value;
    let high = mention.high.unwrap_or(mention.value);
    let mut strength = 2;
    // "256 sequences of 512 tokens", "65K images of 256 tokens", "2¹¹ sequences of length 512"
    if let Some((length, text)) = length_behind(around) {
        value = format!("{value} * {text}");
        key *= length;
        strength = 2;
    }
    if mention.unit == Unit::Tokens {
        strength = 3;
    }
    let mut claim = made(around, "batch", strength, value);
    claim.key = Key::Number(key, if mention.high.is_some() { high } else { key });
    Some(claim)
}

/// Whether "batch" stands before the number as what it measures, and the cues between.
fn batch_before(around: &Around) -> (bool, Cues) {
    let doc = around.doc;
    let start = around.mention.at.start;
    let mut between = 0;
    for back in 1..=9 {
        let Some(k) = start.checked_sub(back) else {
            break;
        };
        if k < around.sentence.start {
            break;
        }
        let cue = doc.cues.get(k).copied().unwrap_or(0);
        if cue & cues::BATCH != 0 {
            return (true, between);
        }
        let text = doc.text(k);
        let ramp = matches!(text, "from" | "to")
            || doc.kind(k) == Some(Kind::Number)
                && (doc.is(k.wrapping_sub(1), "from")
                    || doc.is(k + 1, "to")
                    || doc.is(k + 2, "to"));
        let passes = matches!(
            text,
            "size"
                | "sizes"
                | "of"
                | "is"
                | "was"
                | "were"
                | "are"
                | "="
                | ":"
                | "to"
                | "from"
                | "holds"
                | "held"
                | "holding"
                | "about"
                | "around"
                | "roughly"
                | "approximately"
                | "≈"
                | "~"
                | "("
                | "increased"
                | "grew"
                | "grows"
                | "contains"
                | "contained"
                | "containing"
                | "with"
                | "the"
                | "a"
                | "global"
                | "set"
                | "at"
                | "had"
                | "has"
                | "have"
                | "comprised"
                | "comprises"
                | "ramped"
                | "raised"
                | "up"
                | "total"
                | "amounted"
                | "being"
                | "some"
                | "starting"
                | "gradually"
                | "counted"
                | "fixed"
                | "b"
                | "m"
                | "k"
                | "million"
                | "tokens"
                | "token"
                | "then"
        ) || ramp;
        if !passes {
            break;
        }
        between |= cue;
    }
    (false, between)
}

/// `of 512 tokens`, `of length 512`, `with 4096 tokens each` behind sequences or images.
fn length_behind(around: &Around) -> Option<(f64, String)> {
    let doc = around.doc;
    let mention = around.mention;
    if !matches!(mention.unit, Unit::Sequences | Unit::Items) {
        return None;
    }
    let mut k = mention.end;
    if !matches!(doc.text(k), "of" | "with" | "×" | ",") {
        return None;
    }
    k += 1;
    let length = matches!(doc.text(k), "length");
    if length {
        k += 1;
    }
    let token = doc.tokens.get(k).filter(|t| t.kind == Kind::Number)?;
    let (value, text, end) = if doc.is(k + 1, "k") && doc.glued(k + 1) {
        (token.value * 1000.0, format!("{}K", token.text), k + 2)
    } else {
        (token.value, token.text.clone(), k + 1)
    };
    let tokens = matches!(doc.text(end), "tokens" | "token")
        || (doc.is(end, "-") && doc.is(end + 1, "token"));
    (length || tokens).then_some((value, text))
}

/// Number of steps.
fn steps(around: &Around, gate: &Gate) -> Option<Claim> {
    let mention = around.mention;
    let doc = around.doc;
    if !gate.training || mention.ramp || mention.value < 10.0 {
        return None;
    }
    let inside = around.inside();
    if (inside | around.before(2)) & cues::OTHER_STEPS != 0 {
        return None;
    }
    let before = around.before(5);
    let ended = around.clause() & cues::RUN != 0 || around.after(8) & cues::RUN != 0;
    // "after 300k steps the rate was divided": where the schedule is told, no length.
    let schedule = (before | around.after(2) | inside) & cues::SCHEDULE != 0
        || (around.before(2) | inside) & cues::PIECE != 0;
    let after = matches!(
        around.word_before(1),
        "after" | "at" | "until" | "every" | "each"
    ) || matches!(around.word_before(2), "after" | "every" | "first" | "last");
    if around.in_use() && around.sentence() & cues::TRAIN == 0 {
        return None;
    }
    if schedule && inside & cues::TRAIN == 0 {
        return None;
    }
    if after && !ended {
        return None;
    }
    let cue = matches!(
        around.word_before(1),
        "for" | "of" | "in" | "took" | "all" | "over"
    ) || matches!(
        around.word_before(2),
        "for" | "of" | "total" | "took" | "in"
    ) || inside & cues::TRAIN != 0
        || around.before(8) & (cues::TRAIN | cues::RUN) != 0
        || after
        || mention.unit == Unit::Batches && around.before(4) & cues::DATASET != 0
        || doc.is(mention.end, "(")
        || doc.is(mention.end, "of")
        || around.entry()
        || mention.value >= 5000.0
        || around.before(4) & cues::BATCH != 0;
    cue.then(|| made(around, "steps", 2, mention.text.clone()))
}

/// Passes over the data.
fn epochs(around: &Around, gate: &Gate) -> Option<Claim> {
    let mention = around.mention;
    if !gate.training && around.doc.all & cues::LEARNING == 0
        || mention.ramp
        || mention.value >= 100_000.0
    {
        return None;
    }
    let before = around.before(3);
    if (before | around.inside() | around.after(2)) & cues::SCHEDULE != 0
        || around.before(2) & cues::PIECE != 0
        || mention.per != Per::None
    {
        return None;
    }
    let behind = matches!(around.word_before(1), "after")
        && matches!(around.word_after(0), "on" | "of" | "over" | "through");
    if matches!(
        around.word_after(0),
        "more" | "earlier" | "later" | "longer"
    ) || !behind && matches!(around.word_before(1), "after" | "every" | "per" | "at")
        || mention.noun == "passes" && matches!(around.word_after(0), "per")
    {
        return None;
    }
    if matches!(mention.noun.as_str(), "passes")
        && around.sentence() & (cues::TRAIN | cues::DATASET) == 0
    {
        return None;
    }
    if around.word_before(1) == "-"
        && mention.at.start > around.sentence.start
        && around.doc.glued(mention.at.start)
    {
        return None;
    }
    // "2 epochs for text, 4 for code": of parts, not of the whole.
    let doc = around.doc;
    if doc.is(mention.end, "for")
        && (mention.end + 1..mention.end + 7)
            .any(|k| doc.kind(k) == Some(Kind::Number) && doc.is(k + 1, "for"))
    {
        return None;
    }
    // "through all four epochs" speaks of some that were named before.
    let strength = if matches!(around.word_before(1), "all" | "the" | "these") {
        1
    } else {
        2
    };
    Some(made(around, "epochs", strength, mention.text.clone()))
}

/// Whether accelerators are spoken of that do not train this model.
fn not_training(around: &Around, gate: &Gate) -> bool {
    let sentence = around.sentence();
    let trained = around.clause() & (cues::TRAIN | cues::RUN) != 0;
    !gate.training
        || around.in_use()
        || sentence & cues::SITE != 0 && !(trained && around.clause() & cues::SITE == 0)
        || around.clause_before() & cues::HYPOTHETICAL != 0
}

/// Number of accelerators.
fn chips(around: &Around, gate: &Gate, mentions: &[Mention]) -> Option<Claim> {
    let mention = around.mention;
    let doc = around.doc;
    if mention.ramp
        || mention.per != Per::None && mention.unit != Unit::Machines
        || not_training(around, gate)
        || mention.scaled && mention.value >= 1e7
    {
        return None;
    }
    if (around.before(3) | around.inside() | around.after(2)) & cues::SPARE != 0
        || doc.cues_in(mention.at.start..mention.end) & cues::SPARE != 0
    {
        return None;
    }
    // "the firm has about 50,000 GPUs in total"
    if around.sentence() & (cues::TRAIN | cues::UTILIZATION) == 0
        && around.before(4) & cues::FLEET != 0
    {
        return None;
    }
    // "5,000 TPUs played the games"
    if (0..4).any(|n| {
        around.word_after(n).starts_with("play") || around.word_after(n).starts_with("generat")
    }) {
        return None;
    }
    // "for the 8-GPU node", "8 GPUs per node", "nodes with 8 GPUs each": inside one machine.
    let in_machine = mention.per == Per::Chip
        || doc.cues_in(mention.end..(mention.end + 2)) & cues::EACH != 0
        || (1..6).any(|n| {
            matches!(
                around.word_before(n),
                "nodes"
                    | "node"
                    | "machines"
                    | "servers"
                    | "hosts"
                    | "instances"
                    | "boxes"
                    | "systems"
            )
        }) && mentions.iter().any(|other| {
            other.unit == Unit::Machines
                && other.at.end <= mention.at.start
                && mention.at.start - other.at.end < 9
        });
    if mention.unit == Unit::Machines {
        return machines(around, mentions);
    }
    // "A node of the cluster has 8 GPUs"
    let of_a_node = around.sentence.clone().any(|k| {
        k < mention.at.start
            && matches!(doc.text(k), "a" | "each" | "every" | "one" | "per")
            && matches!(doc.text(k + 1), "node" | "machine" | "server" | "host")
    });
    let each = doc.cues_in(mention.end..(mention.end + 1)) & cues::EACH != 0;
    if (in_machine || of_a_node) && (mention.value <= 72.0 || each) {
        return None;
    }
    let strength = 2;
    if mention.unit == Unit::Cores {
        // Cores of a chip that has two; elsewhere cores are processors' and no chips.
        let tpu = mention.chip.is_some()
            || (mention.at.end..mention.end).any(|k| doc.text(k).starts_with("tpu"))
            || around
                .sentence
                .clone()
                .any(|k| doc.text(k).starts_with("tpu"));
        if !tpu {
            return None;
        }
        let half = match mention.high {
            Some(high) => format!("{} to {}", mention.value / 2.0, high / 2.0),
            None => format!("{} / 2", mention.text),
        };
        let mut claim = number_only(around, made(around, "chips", strength, half));
        claim.key = Key::Number(
            mention.value / 2.0,
            mention.high.unwrap_or(mention.value) / 2.0,
        );
        return Some(claim);
    }
    let trained =
        around.clause() & (cues::TRAIN | cues::RUN) != 0 || around.sentence() & cues::TRAIN != 0;
    if !trained && mention.chip.is_none() && around.sentence() & cues::LEARNING == 0 {
        // "on 256 GPUs" of a sentence that says nothing of training.
        if !doc.is(mention.at.start.wrapping_sub(1), "on") {
            return None;
        }
    }
    Some(number_only(
        around,
        made(around, "chips", strength, mention.text.clone()),
    ))
}

/// `64 nodes of 8 GPUs each` is `64 * 8`; `96 DGX A100` is `96 * 8`. Machines of unknown size are none.
fn machines(around: &Around, mentions: &[Mention]) -> Option<Claim> {
    let mention = around.mention;
    let doc = around.doc;
    let dgx = mention
        .chip
        .and_then(|index| doc.chips.get(index))
        .is_some_and(|chip| chip.machine);
    let inside = mentions.iter().find(|other| {
        matches!(other.unit, Unit::Chips)
            && other.at.start >= mention.at.end
            && other.at.start - mention.at.end < 8
            && other.value <= 72.0
            && doc.sentence(other.at.start) == around.sentence
    });
    let text = match (inside, dgx) {
        (Some(other), _) => {
            let each = other.per == Per::Chip
                || doc.cues_in(other.end..other.end + 2) & cues::EACH != 0
                || (1..8).any(|n| {
                    other.at.start.checked_sub(n).is_some_and(|k| {
                        k >= mention.at.end
                            && (matches!(doc.text(k), "with" | "of" | "each" | "(" | "×"))
                    })
                });
            if !each {
                return None;
            }
            (other.value, other.value.to_string())
        }
        (None, true) => (8.0, "8".to_string()),
        (None, false) => return None,
    };
    let mut claim = number_only(
        around,
        made(
            around,
            "chips",
            2,
            format!("{} * {}", mention.value, text.1),
        ),
    );
    claim.key = Key::Number(mention.value * text.0, mention.value * text.0);
    Some(claim)
}

fn timed(around: &Around, strength: u8, seconds: f64) -> Claim {
    let mention = around.mention;
    let mut claim = made(
        around,
        "time",
        strength,
        format!("{} {}", mention.text, mention.noun),
    );
    claim.key = Key::Number(
        mention.value * seconds,
        mention.high.unwrap_or(mention.value) * seconds,
    );
    claim
}

/// Wall-clock time of the training.
fn time(around: &Around, gate: &Gate) -> Option<Claim> {
    let Unit::Time(seconds) = around.mention.unit else {
        return None;
    };
    let mention = around.mention;
    let doc = around.doc;
    if not_training(around, gate)
        || mention.per != Per::None && mention.per != Per::Other
        || mention.ramp
    {
        return None;
    }
    let total = mention.value * seconds;
    // Less than ten minutes is a step's or an answer's time; more than five years a career.
    if !(600.0..1.6e8).contains(&total) || (mention.noun == "d" && mention.value < 4.0) {
        return None;
    }
    if mention.noun.starts_with("year") && mention.value >= 2.0 {
        return None;
    }
    let bound = mention.over
        && matches!(
            around.word_before(2),
            "for" | "took" | "lasted" | "takes" | "after" | "take"
        );
    if bound {
        return None;
    }
    let near = around.before(5) | around.after(4) | around.inside();
    if near & cues::NOT_TIME != 0 && around.label == 0 {
        return None;
    }
    // "10 minutes of transcribed speech": a length of recordings.
    if matches!(around.word_before(1), "on")
        || around.word_after(0) == "of" && around.after(5) & cues::MEDIA != 0
    {
        return None;
    }
    let after = matches!(
        around.word_after(0),
        "of" | "into" | "apart" | "from" | "earlier" | "old"
    );
    let real = matches!(
        around.word_after(1),
        "real" | "wall" | "wallclock" | "compute" | "computing" | "continuous"
    );
    if after
        && !(matches!(around.word_after(0), "of")
            && (real || around.after(4) & (cues::TRAIN | cues::RUN) != 0))
    {
        return None;
    }
    if matches!(
        around.word_before(1),
        "after" | "every" | "first" | "last" | "past" | "within" | "each" | "since"
    ) || matches!(
        around.word_before(2),
        "after" | "every" | "first" | "last" | "within" | "past"
    ) && around.word_before(2) != "after"
    {
        // "after 21 days of training" is the length where a run ends there.
        let over = (2..5).any(|n| {
            matches!(
                around.word_before(n),
                "over"
                    | "complete"
                    | "completed"
                    | "finished"
                    | "done"
                    | "ended"
                    | "stopped"
                    | "finishes"
            )
        });
        if !(around.word_before(1) == "after" && (around.after(4) & cues::TRAIN != 0 || over)) {
            return None;
        }
    }
    // "a 10-day forecast": a name unless a run is meant.
    let hyphen = doc.is(mention.at.end, "-") && doc.glued(mention.at.end);
    if hyphen
        && !matches!(
            around.word_after(0),
            "run" | "training" | "pretraining" | "period" | "finetuning"
        )
    {
        return None;
    }
    let clause = around.clause();
    let chips_in = |range: Range<usize>| {
        range.clone().any(|k| {
            doc.chip(k).is_some()
                || matches!(
                    doc.text(k),
                    "gpus" | "tpus" | "chips" | "accelerators" | "cards" | "gpu" | "cores"
                )
        })
    };
    let sentence = around.sentence();
    let with_chips = chips_in(around.sentence.clone());
    let preposition = matches!(around.word_before(1), "for" | "in" | "about" | "over");
    let trained = clause & (cues::TRAIN | cues::RUN) != 0
        || chips_in(around.clause.clone())
        || (sentence & cues::TRAIN != 0 && (with_chips || preposition))
        || (with_chips && (sentence & cues::LEARNING != 0 || around.entry()));
    trained.then(|| timed(around, 2, seconds))
}

/// Accelerator-hours.
fn chip_hours(around: &Around, seconds: f64) -> Option<Claim> {
    let mention = around.mention;
    if mention.ramp
        || mention.value < 2.0
        || mention.per != Per::None
        || around.clause_before() & cues::HYPOTHETICAL != 0
    {
        return None;
    }
    let clause = around.clause();
    if clause & cues::USE != 0 && clause & cues::TRAIN == 0 {
        return None;
    }
    if around.clause_before() & cues::SHARED != 0 || around.after(6) & cues::SHARED != 0 {
        return None;
    }
    let doc = around.doc;
    // "a step takes 3,000 GPU hours"
    if (1..=5).any(|n| {
        matches!(around.word_before(n), "step" | "iteration" | "update")
            && matches!(
                around.word_before(n + 1),
                "a" | "each" | "every" | "one" | "per"
            )
    }) {
        return None;
    }
    // "a cumulative 7.7M GPU hours" of a passage about several sizes is the sum of their runs.
    if (around.before(6) | around.after(3)) & cues::TOTAL != 0 && doc.sizes() >= 2 {
        return None;
    }
    let cores = (mention.at.end..mention.end).any(|k| matches!(doc.text(k), "core" | "cores"));
    let unit = if mention.noun.starts_with('h') {
        "hours"
    } else if mention.noun.starts_with('d') {
        "days"
    } else if mention.noun.starts_with('w') {
        "weeks"
    } else if mention.noun.starts_with("month") {
        "months"
    } else {
        "years"
    };
    let value = if cores {
        format!("{} / 2 chip-{unit}", mention.text)
    } else if unit == "hours" {
        format!("{} GPU hours", mention.text)
    } else {
        format!("{} GPU-{unit}", mention.text)
    };
    let mut claim = made(around, "chip_hours", 3, value);
    claim.key = Key::Number(
        mention.value * seconds,
        mention.high.unwrap_or(mention.value) * seconds,
    );
    Some(if mention.chip.is_some() {
        number_only(around, claim)
    } else {
        claim
    })
}

/// Model or hardware FLOP utilization; other percentages fill nothing.
fn utilization(around: &Around) -> Option<Claim> {
    let mention = around.mention;
    let doc = around.doc;
    if mention.over || mention.ramp || mention.value >= 95.0 || mention.value < 0.5 {
        return None;
    }
    let both = cues::UTILIZATION | cues::HARDWARE_UTILIZATION;
    let cue_at = |k: usize| doc.cues.get(k).copied().unwrap_or(0);
    // The name in front, with no other percentage between it and the number.
    let mut name = None;
    for k in (around.sentence.start..mention.at.start).rev().take(14) {
        if doc.is(k, "%") {
            break;
        }
        if cue_at(k) & both != 0 {
            // "hardware FLOPs utilization": its second word alone would be the model's.
            let front = k.checked_sub(1).map_or(0, cue_at);
            name = Some(if front & cues::HARDWARE_UTILIZATION != 0 {
                front
            } else {
                cue_at(k)
            });
            break;
        }
    }
    // What is named in front is only overruled by a name right behind: "43.3% HFU and 32.5% MFU".
    let reach = if name.is_some() { 2 } else { 7 };
    for k in mention.end..(mention.end + reach).min(around.sentence.end) {
        let bracket = doc.is(k, "(") && (name.is_some() || cue_at(k + 1) & both == 0);
        if matches!(doc.text(k), ";" | "," | ")") || bracket || doc.kind(k) == Some(Kind::Number) {
            break;
        }
        if cue_at(k) & both != 0 {
            name = Some(cue_at(k));
            break;
        }
    }
    let cue = name?;
    if around.before(4) & cues::MONITOR != 0 || around.after(3) & cues::MONITOR != 0 {
        return None;
    }
    // A change of the share, not the share.
    if matches!(around.word_before(1), "by")
        || matches!(
            around.word_after(0),
            "higher"
                | "lower"
                | "more"
                | "better"
                | "improvement"
                | "gain"
                | "increase"
                | "relative"
        )
        || around.after(2) & cues::COMPARE != 0
            && matches!(around.word_after(0), "relative" | "than")
    {
        return None;
    }
    let field = if cue & cues::HARDWARE_UTILIZATION != 0 {
        "hfu"
    } else {
        "util"
    };
    let mut claim = made(around, field, 2, format!("{}%", mention.text));
    claim.key = Key::Number(
        mention.value / 100.0,
        mention.high.unwrap_or(mention.value) / 100.0,
    );
    Some(claim)
}

/// FLOP of the whole training, as printed; of one forward pass only where it is called so.
fn flop(around: &Around) -> Option<Claim> {
    let mention = around.mention;
    let doc = around.doc;
    if mention.per != Per::None && mention.per != Per::Other || mention.over || mention.ramp {
        return None;
    }
    let segment = around.segment();
    // "One PF-day is …" defines a unit.
    if doc.kind(mention.at.start) == Some(Kind::Word) {
        return None;
    }
    // A bare power of ten beside a law is its limit.
    if !mention.text.contains('×') && mention.text.starts_with("10^") && doc.all & cues::LAW != 0 {
        return None;
    }
    if around.clause() & cues::LAW != 0 || around.clause_before() & cues::HYPOTHETICAL != 0 {
        return None;
    }
    let prefix = ["flops", "flop"]
        .iter()
        .find_map(|ending| mention.noun.strip_suffix(ending))
        .unwrap_or("");
    let factor = match prefix {
        "k" | "kilo" => 1e3,
        "m" | "mega" => 1e6,
        "g" | "giga" => 1e9,
        "t" | "tera" => 1e12,
        "p" | "peta" => 1e15,
        "e" | "exa" => 1e18,
        "z" | "zetta" => 1e21,
        "y" | "yotta" => 1e24,
        _ => 1.0,
    };
    let days = mention.noun == "PF-days";
    let value = mention.value * if days { 8.64e19 } else { factor };
    if value < 1e15 {
        return None;
    }
    if around.before(8) & cues::SHARED != 0 {
        return None;
    }
    if (around.before(4) | around.after(3)) & cues::ONE_PASS != 0 && segment & cues::TRAIN == 0 {
        return None;
    }
    // "operations" count many things.
    if mention.noun == "operations" && around.sentence() & cues::TRAIN == 0 {
        return None;
    }
    let unit = if days {
        "PF-days".to_string()
    } else if prefix.is_empty() {
        "FLOP".to_string()
    } else {
        format!(
            "{}FLOP",
            if prefix.len() == 1 {
                prefix.to_uppercase()
            } else {
                prefix.to_string()
            }
        )
    };
    let mut claim = made(
        around,
        "flop",
        if days { 2 } else { 3 },
        format!("{} {unit}", mention.text),
    );
    let high = mention
        .high
        .map_or(value, |high| high / mention.value * value);
    claim.key = Key::Number(value, high);
    Some(claim)
}

/// Attention layers; layers of convolutional and recurrent nets are none.
fn depth(around: &Around, gate: &Gate) -> Option<Claim> {
    let mention = around.mention;
    let doc = around.doc;
    // "seven Mamba layers" in each block: a stack is given in digits.
    if doc.kind(mention.at.start) != Some(Kind::Number) {
        return None;
    }
    if !gate.transformer
        || mention.value > 1000.0
        || mention.value < 2.0
        || mention.scaled
        || mention.high.is_some()
        || mention.ramp
        || mention.over
        || mention.per != Per::None
    {
        return None;
    }
    let inside: Vec<&str> = (mention.at.end..mention.end).map(|k| doc.text(k)).collect();
    let stack = inside.iter().any(|w| matches!(*w, "decoder" | "encoder"));
    let attention = inside
        .iter()
        .any(|w| matches!(*w, "transformer" | "selfattention" | "attention"))
        || stack && around.sentence() & cues::CONVOLUTION == 0;
    if mention.noun.starts_with("block") && !attention {
        return None;
    }
    if inside.iter().any(|w| {
        matches!(
            *w,
            "moe"
                | "convolutional"
                | "conv"
                | "dense"
                | "linear"
                | "fully"
                | "sparse"
                | "lstm"
                | "hidden"
                | "connected"
                | "recurrent"
                | "residual"
                | "cross"
                | "mlp"
                | "first"
                | "last"
                | "top"
                | "expert"
                | "weight"
        )
    }) {
        return None;
    }
    let conv = gate.convolution
        && !attention
        && around.sentence() & cues::TRANSFORMER & !cues::CONVOLUTION == 0;
    let words_conv = around.sentence() & cues::CONVOLUTION != 0 && !attention;
    let heads = around
        .sentence
        .clone()
        .any(|k| matches!(doc.text(k), "heads" | "head"));
    // "16-layer net (138 million parameters)": a name of a net that nothing shows to have attention.
    let name_like = doc.is(mention.at.end, "-") && doc.glued(mention.at.end);
    let evidence = attention
        || heads
        || doc.all_words(&[
            "token",
            "tokens",
            "transformer",
            "language",
            "llm",
            "moe",
            "attention",
            "selfattention",
            "bert",
            "gpt",
            "vit",
            "toks",
            "gpt2",
        ]);
    if conv
        || words_conv
        || !evidence
        || (name_like
            && !attention
            && !heads
            && !doc.all_words(&["transformer", "language", "tokens"]))
    {
        return None;
    }
    if matches!(
        around.word_before(1),
        "first"
            | "last"
            | "top"
            | "every"
            | "each"
            | "bottom"
            | "final"
            | "initial"
            | "upper"
            | "lower"
    ) || around.in_use()
    {
        return None;
    }
    let span_strength = if attention { 3 } else { 2 };
    Some(made(around, "depth", span_strength, mention.text.clone()))
}

/// Total head width: heads times head size, where both are printed.
fn width(around: &Around, mentions: &[Mention]) -> Option<Claim> {
    let mention = around.mention;
    let doc = around.doc;
    if mention.value > 1000.0 || mention.scaled || mention.high.is_some() {
        return None;
    }
    let inside = (mention.at.end..mention.end).any(|k| {
        matches!(
            doc.text(k),
            "kv" | "key" | "value" | "query" | "output" | "classification"
        )
    });
    if inside {
        return None;
    }
    // "of dimension 128", "of size 64", "(128 dimensions each)"
    let size = mentions.iter().find(|other| {
        other.at.start >= mention.end
            && other.at.start - mention.end <= 6
            && !(mention.end..other.at.start).any(|k| doc.is(k, ","))
            && doc.sentence(other.at.start) == around.sentence
            && (mention.end..other.at.start).any(|k| {
                matches!(doc.text(k), "dimension" | "size" | "dim" | "width")
                    || (doc.is(k, "of") && matches!(doc.text(other.at.end), "dimensions"))
            })
    })?;
    if size.scaled || !(8.0..=1024.0).contains(&size.value) {
        return None;
    }
    let mut claim = made(
        around,
        "width",
        2,
        format!("{} * {}", mention.text, size.text),
    );
    claim.key = Key::Number(mention.value * size.value, mention.value * size.value);
    claim.span = mention.at.start..size.at.end;
    Some(claim)
}

/// Sequence length in training. A context window is what the model can read, not what it was trained at.
fn sequence_length(around: &Around, gate: &Gate) -> Option<Claim> {
    let mention = around.mention;
    let doc = around.doc;
    if !gate.training
        || !matches!(mention.unit, Unit::None | Unit::Tokens)
        || mention.value < 16.0
        || mention.value > 2e6
        || mention.ramp
        || mention.per == Per::Time
        || mention.high.is_some()
    {
        return None;
    }
    if around.in_use() {
        return None;
    }
    let start = mention.at.start;
    let clause_or_near = start.saturating_sub(6).max(around.sentence.start);
    let mut sequence = false;
    let mut window = false;
    for k in (clause_or_near..start).rev() {
        if doc.kind(k) == Some(Kind::Number) && k + 2 < start {
            break;
        }
        let text = doc.text(k);
        let ok = matches!(
            text,
            "length"
                | "lengths"
                | "of"
                | "is"
                | "was"
                | "="
                | ":"
                | "to"
                | "at"
                | "had"
                | "have"
                | "with"
                | "up"
                | "a"
                | "the"
                | "sequence"
                | "sequences"
                | "context"
                | "window"
                | "size"
                | "has"
                | "≈"
                | "("
                | "set"
                | "fixed"
                | "maximum"
                | "max"
                | "being"
                | "about"
                | "seq"
                | "tokens"
                | "each"
                | "cut"
                | "packed"
                | "into"
                | "hold"
                | "held"
                | "were"
                | "are"
        );
        if doc.cues.get(k).copied().unwrap_or(0) & cues::SEQUENCE != 0 {
            sequence = true;
            break;
        }
        if matches!(text, "window" | "context") {
            window = true;
            break;
        }
        if !ok {
            break;
        }
    }
    // "2048-token sequences", "sequences of 2048 tokens"; "256 sequences of 512 tokens" too.
    let behind = doc.cues_in(mention.end.saturating_sub(1)..mention.end + 1) & cues::SEQUENCE != 0
        && mention.unit == Unit::Tokens;
    let of_items = matches!(around.word_before(1), "of")
        && mention.unit == Unit::Tokens
        && matches!(
            around.word_before(2),
            "images" | "examples" | "samples" | "segments" | "chunks" | "sequences"
        );
    let strong = sequence || behind || of_items;
    if !strong {
        if !window {
            return None;
        }
        // "reads a window of 2,048 tokens" among layers and heads describes the trained model.
        let described = around
            .sentence
            .clone()
            .any(|k| matches!(doc.text(k), "layers" | "layer"))
            && around
                .sentence
                .clone()
                .any(|k| matches!(doc.text(k), "heads" | "head"));
        let trained = around.before(14) & cues::TRAIN != 0;
        if !(trained || described) || mention.value > 8192.0 {
            return None;
        }
    }
    let strength = if strong { 2 } else { 1 };
    Some(made(around, "seq", strength, mention.text.clone()))
}
