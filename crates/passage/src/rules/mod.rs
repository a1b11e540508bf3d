//! Which field a number fills: one rule a field, over the cues around the number. What no rule claims fills nothing.

mod entry;
mod hardware;
mod model;
mod work;

use crate::cues::{self, Cues, Unit};
use crate::doc::Doc;
use crate::mention::{Mention, Per};
use crate::token::Kind;
use entry::{by_label, label};
use hardware::{chip_hours, chips, time, utilization};
use model::{depth, parameters, sequence_length, size, width};
use std::ops::Range;
use work::{batch, data, epochs, flop, steps};

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
            .any(|m| matches!(m.unit, Unit::Tokens | Unit::Words) && m.value >= 1e10 && !m.barred);
        Gate {
            training: hours
                || tokens
                || card(doc)
                || busy(doc, mentions)
                || (doc.all
                    & (cues::TRAIN
                        | cues::LEARNING
                        | cues::UTILIZATION
                        | cues::STAGE_PRETRAINING
                        | cues::STAGE_FINETUNING)
                    != 0
                    && !offer(doc)
                    && !advice(doc)),
            transformer: doc.all & cues::TRANSFORMER != 0,
            convolution: doc.all & cues::CONVOLUTION != 0,
        }
    }
}

/// "Hardware: one TPU v3-8, three days. Data: 15M pairs": headings of a training.
fn card(doc: &Doc) -> bool {
    let heading = |words: &[&str]| {
        (0..doc.tokens.len()).any(|k| words.contains(&doc.text(k)) && doc.is(k + 1, ":"))
    };
    heading(&["hardware", "gpus", "accelerators", "devices", "chips"])
        && heading(&[
            "data",
            "dataset",
            "steps",
            "tokens",
            "epochs",
            "pretraining",
        ])
}

/// "Sixty-four H100s were busy with it for three months": a run, in a passage that does not say "train".
fn busy(doc: &Doc, mentions: &[Mention]) -> bool {
    let long = |m: &Mention| matches!(m.unit, Unit::Time(s) if m.value * s >= 86_400.0);
    mentions.iter().filter(|m| long(m)).any(|m| {
        let sentence = doc.sentence(m.at.start);
        let cues = doc.cues_in(sentence.clone());
        let runs = cues & cues::RUN != 0 || sentence.clone().any(|k| doc.is(k, "running"));
        runs && cues & (cues::USE | cues::SITE | cues::HYPOTHETICAL) == 0
            && mentions
                .iter()
                .any(|other| other.unit == Unit::Chips && sentence.contains(&other.at.start))
    })
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

/// What the reader would need: "If you want to fine-tune a 70B model, plan for 8 GPUs".
fn advice(doc: &Doc) -> bool {
    let condition = (0..doc.tokens.len()).any(|k| {
        matches!(doc.text(k), "if" | "when" | "should" | "before") && doc.is(k + 1, "you")
    });
    condition
        && !doc.all_words(&[
            "we",
            "our",
            "trained",
            "pretrained",
            "finetuned",
            "took",
            "ran",
            "used",
            "saw",
            "consumed",
            "lasted",
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

    /// Cues of the next `n` words behind the noun, in its clause.
    fn within_clause(&self, n: usize) -> Cues {
        let end = self.mention.end;
        self.doc
            .cues_in(end..(end + n).min(self.clause.end).max(end))
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
            && (edge(self.word_after(0))
                || matches!(self.word_after(0), "altogether" | "total" | "overall"))
    }

    /// The model is used here, not trained.
    fn in_use(&self) -> bool {
        self.doc.in_use(self.mention.at.start)
    }
}

/// "it was not trained on 10T tokens", "didn't need 16,000 GPUs": the number is denied.
fn denied(around: &Around) -> bool {
    let doc = around.doc;
    let start = around.mention.at.start;
    let front = (around.clause.start..start).rev().take(8);
    for k in front {
        let text = doc.text(k);
        if matches!(text, "but" | "until" | "only" | "just" | "rather" | ";") {
            return false;
        }
        if matches!(text, "not" | "never" | "nor" | "neither")
            || text == "t" && doc.is(k.wrapping_sub(1), "'")
        {
            return true;
        }
    }
    false
}

/// "4.3E+22 for 30B" of a passage that began with 66B.
fn for_another_size(around: &Around, mentions: &[Mention]) -> bool {
    let doc = around.doc;
    let end = around.mention.end;
    let behind = (end..(end + 3).min(around.clause.end)).find(|k| doc.is(*k, "for"));
    // "The 151M took 2 days" of a passage that began with 6.4B.
    let head = around.clause.start;
    let subject = doc.is(head, "the")
        && doc.size_at(head + 1).is_some_and(|to| {
            matches!(
                doc.text(to),
                "took" | "needed" | "used" | "saw" | "had" | "needs" | "takes" | "ran"
            )
        });
    let at = match behind {
        Some(k) if doc.is(k + 1, "the") => k + 2,
        Some(k) => k + 1,
        None if subject => head + 1,
        None => return false,
    };
    let Some(size) = mentions.iter().find(|m| m.at.start == at) else {
        return false;
    };
    let is_size = |m: &Mention| {
        m.scaled
            && m.value >= 1e8
            && (m.unit == Unit::Parameters
                || m.unit == Unit::None && matches!(doc.text(m.at.end.wrapping_sub(1)), "b" | "m"))
    };
    let told = |same: bool| {
        mentions
            .iter()
            .take_while(|m| m.at.start < around.mention.at.start)
            .any(|m| {
                // A size in passing begins nothing.
                let told = same
                    || m.unit == Unit::Parameters
                    || doc.name(m.at.start).is_some()
                    || doc.cues_in(m.at.end..m.at.end + 1) & cues::MODEL != 0;
                is_size(m)
                    && told
                    && m.at.start != at
                    && ((m.value / size.value - 1.0).abs() <= 0.02) == same
            })
    };
    is_size(size) && told(false) && !told(true)
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
        if denied(&around) || set_aside(&around) || for_another_size(&around, mentions) {
            continue;
        }
        if let Some(mut claim) = claim(&around, gate, mentions).or_else(|| rival(&around)) {
            // "batch 16M? no, 4M tokens"
            let doubt = doc.is(mention.end, "?") && !doc.is(mention.end + 1, "?");
            claim.rival |= doubt || doc.is_question(mention.at.start);
            found.push(claim);
        }
    }
    // Of several models none is chosen.
    if doc.lists_models() {
        for claim in &mut found {
            claim.rival = true;
        }
    }
    parallel(doc, mentions, &mut found);
    listed_sizes(doc, mentions, &mut found);
    found
}

/// A size without a noun, beside parameters in the same sentence.
fn bare_size(around: &Around) -> bool {
    let doc = around.doc;
    let at = around.mention.at.clone();
    // "JFT-3B" is a data set.
    let named = doc.is(at.start.wrapping_sub(1), "-") && doc.glued(at.start);
    doc.is(at.end.wrapping_sub(1), "b")
        && !named
        && !doc.is(at.end, "of")
        && doc.name(at.start).is_none()
        && around
            .sentence
            .clone()
            .any(|k| matches!(doc.text(k), "parameters" | "parameter" | "params"))
        && !matches!(
            doc.text(at.end),
            "/" | "-" | "–" | "without" | "excluding" | "dense"
        )
}

/// A number that could be meant, with no word around that says otherwise.
fn rival(around: &Around) -> Option<Claim> {
    let mention = around.mention;
    let (field, least, unit) = match mention.unit {
        Unit::Parameters => ("params", 1e5, ""),
        // "12B parameters; further layers bring it to 15.4B"
        Unit::None if bare_size(around) => ("params", 1e8, ""),
        // "574 hours to 280B tokens, and 1,366 hours for the full 600B"
        Unit::None
            if mention.scaled
                && matches!(around.word_before(1), "full" | "entire" | "whole")
                && (1..3).any(|n| matches!(around.word_before(n + 1), "the" | "for"))
                && around.sentence.clone().any(|k| around.doc.is(k, "tokens")) =>
        {
            ("data", 1e9, "")
        }
        Unit::Tokens => ("data", 1e9, ""),
        Unit::Chips => ("chips", 1.0, ""),
        Unit::Time(seconds) if mention.noun.len() > 1 => ("time", 7200.0 / seconds, "time"),
        Unit::ChipTime(_) => ("chip_hours", 10.0, "chip"),
        Unit::Steps => ("steps", 1000.0, ""),
        _ => return None,
    };
    let explained = cues::ABANDONED
        | cues::DERIVED
        | cues::TRIAL
        | cues::SCALING_STUDY
        | cues::USE
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
    // "10 billion vision parameters and 7 billion language parameters": parts.
    let part = mention.unit == Unit::Parameters
        && (mention.at.end..mention.end).any(|k| {
            matches!(
                around.doc.text(k),
                "vision"
                    | "language"
                    | "visual"
                    | "image"
                    | "text"
                    | "audio"
                    | "speech"
                    | "encoder"
                    | "trainable"
                    | "embedding"
            )
        });
    if mention.barred
        || part
        || mention.over
        || mention.ramp
        || mention.per != Per::None
        || around.word_before(1) == "per"
        || mention.value < least
        || (near | around.label) & explained & !(if field == "data" { cues::TOTAL } else { 0 }) != 0
        || around.clause_before() & cues::HYPOTHETICAL != 0
        || field == "chips"
            && (1..4).any(|n| {
                matches!(
                    around.word_before(n),
                    "nodes" | "machines" | "servers" | "hosts"
                )
            })
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
            || !matches!(
                doc.text(first.end),
                "for" | "with" | "on" | "saw" | "took" | "at"
            )
            || doc.text(first.end) != doc.text(second.end)
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

/// `Foo 27B with 14T tokens, 12B with 12T tokens`: sizes of a list that names the model once.
fn listed_sizes(doc: &Doc, mentions: &[Mention], found: &mut Vec<Claim>) {
    let bare = |m: &&Mention| {
        m.unit == Unit::None
            && m.scaled
            && m.value >= 1e8
            && doc.is(m.at.end.wrapping_sub(1), "b")
            && matches!(
                doc.text(m.at.end),
                "with" | "on" | "saw" | "took" | "in" | "for" | "at"
            )
    };
    // "Reka Flash (21B) and Edge (7B)"
    let bracketed = |m: &Mention| {
        m.unit == Unit::None
            && m.scaled
            && doc.is(m.at.end.wrapping_sub(1), "b")
            && doc.is(m.at.start.wrapping_sub(1), "(")
            && doc.is(m.at.end, ")")
    };
    for pair in mentions.windows(2) {
        let [first, second] = pair else { continue };
        let joined = bracketed(first)
            && bracketed(second)
            && matches!(doc.text(first.at.end + 1), "and" | "," | "or")
            && second.at.start - first.at.end <= 5
            && !found.iter().any(|c| c.span.start == second.at.start);
        if joined {
            claim_alike(first, second, found);
        }
    }
    for second in mentions.iter().filter(bare) {
        let start = second.at.start;
        if !matches!(doc.text(start.wrapping_sub(1)), "," | "and" | ";")
            || doc.is_foreign(start)
            || found.iter().any(|c| c.span.start == start)
        {
            continue;
        }
        let first = mentions.iter().rfind(|m| {
            m.at.end < start
                && doc.sentence(m.at.start) == doc.sentence(start)
                && bare(m)
                && doc.text(m.at.end) == doc.text(second.at.end)
        });
        if let Some(first) = first {
            claim_alike(first, second, found);
        }
    }
}

/// Claims for the second size what was claimed for the first.
fn claim_alike(first: &Mention, second: &Mention, found: &mut Vec<Claim>) {
    let claim = found
        .iter()
        .find(|c| c.span.start == first.at.start && c.field == "params");
    if let Some(claim) = claim.cloned() {
        found.push(Claim {
            value: second.text.clone(),
            key: Key::Number(second.value, second.value),
            span: second.at.clone(),
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
        // "51,968 GPU hours on the big model"
        if matches!(doc.text(k), "for" | "by" | "on")
            && doc.is(k + 1, "the")
            && matches!(
                doc.text(k + 2),
                "big" | "bigger" | "larger" | "largest" | "other" | "smaller" | "smallest"
            )
            && doc.cues_in(k + 3..k + 4) & cues::MODEL != 0
        {
            return true;
        }
        // "75k GPU-hours on ablations"
        if matches!(doc.text(k), "for" | "by" | "in" | "on")
            && doc.cues_in(k + 1..(k + 3).min(around.clause.end)) & cues::OTHERS != 0
        {
            return true;
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

/// "a 7B model needs 140B tokens": of any model of that size.
fn of_any_model(around: &Around) -> bool {
    let doc = around.doc;
    around.segment.clone().any(|k| {
        matches!(doc.text(k), "needs" | "requires" | "wants")
            && matches!(
                doc.text(k.wrapping_sub(1)),
                "model" | "network" | "lm" | "llm"
            )
            && (2..6).any(|n| matches!(doc.text(k.wrapping_sub(n)), "a" | "an" | "any"))
    })
}

/// What is told of another time or of no run: it is no figure of the model, and no rival of one.
fn set_aside(around: &Around) -> bool {
    let mention = around.mention;
    // "The 12B took 72,300 hours on 256 GPUs, the 6.9B 33,500 on 128": of two sizes, the second without its nouns.
    let elided = around.sentence.clone().any(|k| {
        around.doc.is(k, "the")
            && around.doc.size_at(k + 1).is_some_and(|to| {
                around.doc.is(to.wrapping_sub(1), "b")
                    && around.doc.kind(to) == Some(Kind::Number)
                    && around.doc.is(k.wrapping_sub(1), ",")
            })
    });
    let elided = elided
        && matches!(
            mention.unit,
            Unit::Chips | Unit::ChipTime(_) | Unit::Time(_) | Unit::Tokens | Unit::None
        );
    // "(down from 43% on 8K GPUs)"
    let first = around.clause.clone().find(|k| !around.doc.is(*k, "("));
    let changed = first.is_some_and(|k| {
        matches!(around.doc.text(k), "down" | "up") && around.doc.is(k + 1, "from")
            // "512 H200 (was 768 A100)"
            || matches!(around.doc.text(k), "was" | "were" | "formerly" | "previously")
                && around.doc.is(k.wrapping_sub(1), "(")
    });
    // "A 22-billion-parameter version is to follow next year"
    let end = mention.end;
    let to_come = matches!(mention.unit, Unit::Parameters | Unit::None)
        && (end..(end + 6).min(around.clause.end)).any(|k| {
            matches!(around.doc.text(k), "is" | "are")
                && matches!(around.doc.text(k + 1), "to" | "planned" | "next" | "coming")
                || around.doc.is(k, "will")
        });
    elided
        || changed
        || to_come
        || around.doc.is_hypothetical(mention.at.start)
        || shared_out(around)
        || derived(around)
}

/// "the optimum sits near 10.7B parameters", "440 A100s were abandoned after 12 hours",
/// "the 47B variant was pruned from it with 63B tokens": no figure of the model.
fn derived(around: &Around) -> bool {
    let sentence = around.sentence();
    around.segment() & cues::SCALING_STUDY != 0
        || of_any_model(around)
        || around.doc.is_trial(around.mention.at.start)
        || around.clause() & cues::ABANDONED != 0
        || around.doc.is_sibling(around.mention.at.start) && sentence & cues::DERIVED != 0
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
                | "optimized"
                | "optimised"
                | "distilled"
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
            .is_some_and(|k| around.doc.kind(k) != Some(Kind::Number) && !around.doc.is(k, "and"))
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
    // "we began with 2,000 chips": not what the run had.
    if around.word_before(1) == "with"
        && matches!(
            around.word_before(2),
            "began" | "begin" | "started" | "starting" | "beginning"
        )
    {
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
        // "1.8 million hours of computing time on H200 chips"
        Unit::Time(seconds)
            if mention.value * seconds >= 3.6e8
                && around.word_after(0) == "of"
                && matches!(
                    around.word_after(1),
                    "computing" | "compute" | "processor" | "gpu" | "chip" | "accelerator"
                ) =>
        {
            chip_hours(around, seconds)
        }
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
