//! Claims to phases, and one value a field: what differs is shown, never chosen.

use crate::cues::{self, Cues, Unit};
use crate::doc::Doc;
use crate::rules::{Claim, Key};
use std::ops::Range;

/// What a phase is told to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    /// Not said, or the run from scratch.
    Main,
    /// A later stretch of the run; the number tells several apart.
    Further(u8),
    FineTuning,
    /// Preference tuning, which is fine-tuning after fine-tuning.
    Preference,
    Reinforcement(u8),
    Synthetic,
}

impl Stage {
    fn kind(self) -> Option<&'static str> {
        match self {
            Stage::Main | Stage::Further(_) => None,
            Stage::FineTuning | Stage::Preference => Some("fine-tuning"),
            Stage::Reinforcement(_) => Some("reinforcement-learning"),
            Stage::Synthetic => Some("synthetic-data"),
        }
    }
}

const STAGES: Cues = cues::STAGE_PRETRAINING
    | cues::STAGE_EXTENSION
    | cues::STAGE_FINETUNING
    | cues::STAGE_PREFERENCE
    | cues::STAGE_REINFORCEMENT
    | cues::STAGE_SYNTHETIC;

fn stage_of(cue: Cues) -> Option<Stage> {
    // "continued pre-training" begins with another word than "pre-training" and comes first.
    if cue & cues::STAGE_EXTENSION != 0 {
        Some(Stage::Further(0))
    } else if cue & cues::STAGE_REINFORCEMENT != 0 {
        Some(Stage::Reinforcement(0))
    } else if cue & cues::STAGE_SYNTHETIC != 0 {
        Some(Stage::Synthetic)
    } else if cue & cues::STAGE_PREFERENCE != 0 {
        Some(Stage::Preference)
    } else if cue & cues::STAGE_FINETUNING != 0 {
        Some(Stage::FineTuning)
    } else if cue & cues::STAGE_PRETRAINING != 0 {
        Some(Stage::Main)
    } else {
        None
    }
}

/// A claim with its phase.
pub(crate) struct Settled {
    pub phase: u8,
    pub claim: Claim,
    pub alternatives: Vec<String>,
}

/// Fields that describe the model and stay with the first phase.
fn describes_model(field: &str) -> bool {
    matches!(field, "params" | "active" | "depth" | "width")
}

/// Fields that make a stage a phase of its own.
fn makes_phase(field: &str) -> bool {
    matches!(
        field,
        "data" | "steps" | "epochs" | "chips" | "time" | "chip_hours" | "flop" | "batch"
    )
}

/// Phases, conflicts and alternatives; sorted by place, without overlaps.
pub(crate) fn settle(doc: &Doc, claims: Vec<Claim>) -> Vec<Settled> {
    let mut claims = claims;
    claims.sort_by_key(|c| (c.span.start, c.span.end));
    drop_sums(&mut claims);
    let stages = assign(doc, &claims);
    let mut stages = stages;
    only_stage(doc, &claims, &mut stages);
    let mut order: Vec<(Stage, Option<Range<usize>>)> = Vec::new();
    for (claim, (stage, cue)) in claims.iter().zip(&stages) {
        if claim.rival
            || describes_model(claim.field)
            || !makes_phase(claim.field)
            || order.iter().any(|(known, _)| known == stage)
        {
            continue;
        }
        order.push((*stage, cue.clone()));
    }
    if order.is_empty() {
        order.push((Stage::Main, None));
    }
    order.truncate(9);
    let phase_of = |claim: &Claim, stage: Stage| -> Option<u8> {
        if describes_model(claim.field) {
            return Some(1);
        }
        let index = order.iter().position(|(known, _)| *known == stage);
        match index {
            Some(index) => u8::try_from(index + 1).ok(),
            // What is said of no phase of its own belongs to the first.
            None => Some(1),
        }
    };
    let mut placed: Vec<(u8, Claim)> = claims
        .into_iter()
        .zip(&stages)
        .filter_map(|(claim, (stage, _))| Some((phase_of(&claim, *stage)?, claim)))
        .collect();
    for (index, (stage, cue)) in order.iter().enumerate() {
        if let (Some(kind), Some(cue), Ok(phase)) = (stage.kind(), cue, u8::try_from(index + 1)) {
            placed.push((
                phase,
                Claim {
                    field: "kind",
                    strength: 3,
                    value: kind.to_string(),
                    key: Key::Word(kind),
                    span: cue.clone(),
                    unit: Unit::None,
                    sibling: false,
                    rival: false,
                },
            ));
        }
    }
    choose(doc, placed)
}

/// Drops a total whose parts are printed too: the parts are the phases.
fn drop_sums(claims: &mut Vec<Claim>) {
    for field in ["chip_hours", "data", "time", "flop"] {
        let values: Vec<f64> = claims
            .iter()
            .filter(|c| c.field == field)
            .map(number)
            .collect();
        if values.len() < 3 {
            continue;
        }
        let sum: f64 = values.iter().sum();
        claims.retain(|c| c.field != field || !near(number(c), sum - number(c), 0.01));
    }
}

/// A passage that begins with fine-tuning and tells of no run from scratch is about that alone.
fn only_stage(doc: &Doc, claims: &[Claim], stages: &mut [(Stage, Option<Range<usize>>)]) {
    let from_scratch = doc
        .cues
        .iter()
        .enumerate()
        .any(|(k, cue)| cue & cues::STAGE_PRETRAINING != 0 && !doc.is_foreign(k));
    if from_scratch {
        return;
    }
    let first = claims
        .iter()
        .zip(stages.iter())
        .find(|(claim, _)| makes_phase(claim.field))
        .map(|(_, stage)| stage.clone());
    // Data is made for a training that follows.
    let alone = |stage: Stage| stage.kind().is_some() && stage != Stage::Synthetic;
    let Some(first) = first.filter(|(stage, _)| alone(*stage)) else {
        return;
    };
    for stage in stages.iter_mut().filter(|(stage, _)| *stage == Stage::Main) {
        *stage = first.clone();
    }
}

/// The stage of every claim, with the tokens that name it.
fn assign(doc: &Doc, claims: &[Claim]) -> Vec<(Stage, Option<Range<usize>>)> {
    let mut out: Vec<(Stage, Option<Range<usize>>)> = Vec::with_capacity(claims.len());
    // The stage that the sentence before told numbers of.
    let mut carried: (Stage, Option<Range<usize>>) = (Stage::Main, None);
    let mut carried_from = 0..0;
    for (index, claim) in claims.iter().enumerate() {
        let at = claim.span.start;
        let sentence = doc.sentence(at);
        if sentence != carried_from {
            // What the last sentence ended with holds on only if numbers were told of it.
            let last = index.checked_sub(1).and_then(|k| out.get(k)).cloned();
            let adjacent = index
                .checked_sub(1)
                .and_then(|k| claims.get(k))
                .is_some_and(|before| doc.sentence(before.span.start).end == sentence.start);
            let goes_on = matches!(
                doc.text(sentence.start),
                "it" | "this" | "that" | "these" | "they" | "both" | "here"
            );
            carried = match last {
                Some(last)
                    if adjacent
                        && goes_on
                        && last.0 != Stage::Main
                        && !describes_model(claim.field) =>
                {
                    last
                }
                _ => (Stage::Main, None),
            };
            if matches!(carried.0, Stage::Further(_)) {
                carried = (Stage::Main, None);
            }
            carried_from = sentence.clone();
        }
        let mut stage = behind(doc, claim, &sentence)
            .or_else(|| before(doc, at, &sentence))
            .unwrap_or_else(|| carried.clone());
        // "and afterwards on 3072 chips for another 336 hours"
        if stage.0 == Stage::Main
            && matches!(
                claim.field,
                "chips" | "time" | "hw" | "chip_hours" | "data" | "steps" | "seq" | "epochs"
            )
        {
            let further = further(doc, claims, index, &sentence);
            if further > 0 {
                stage = (Stage::Further(further), None);
            }
        }
        // Two costs of the same stage in a list of costs are two phases.
        if matches!(stage.0, Stage::Reinforcement(_))
            && matches!(claim.field, "chip_hours" | "time")
        {
            let same = out
                .iter()
                .zip(claims)
                .filter(|((known, cue), c)| {
                    matches!(known, Stage::Reinforcement(_))
                        && c.field == claim.field
                        && cue.as_ref() != stage.1.as_ref()
                })
                .count();
            stage.0 = Stage::Reinforcement(u8::try_from(same).unwrap_or(u8::MAX));
        }
        out.push(stage);
    }
    out
}

/// A stage named right behind the number: `5K GPU hours for fine-tuning`.
fn behind(
    doc: &Doc,
    claim: &Claim,
    sentence: &Range<usize>,
) -> Option<(Stage, Option<Range<usize>>)> {
    let end = claim.span.end;
    let mut preposition = false;
    for k in end..(end + 6).min(sentence.end) {
        if matches!(
            doc.text(k),
            "," | ";" | "." | ":" | "and" | "(" | ")" | "before" | "then" | "after"
        ) || doc.kind(k) == Some(crate::token::Kind::Number)
        {
            return None;
        }
        preposition |= matches!(doc.text(k), "for" | "of" | "on" | "in" | "during" | "to");
        if let Some(stage) = stage_of(doc.cues.get(k).copied().unwrap_or(0)) {
            return preposition.then(|| (stage, Some(cue_range(doc, k))));
        }
    }
    None
}

/// The last stage named before the number, in its sentence.
fn before(doc: &Doc, at: usize, sentence: &Range<usize>) -> Option<(Stage, Option<Range<usize>>)> {
    // "SFT on 600k examples, DPO on 70k; 8x H100, 24 hours": behind the semicolon both are meant.
    let own = doc.segment(at).start.max(sentence.start);
    let mut stages: Vec<Stage> = (sentence.start..own)
        .filter_map(|k| stage_of(doc.cues.get(k).copied().unwrap_or(0)))
        .collect();
    stages.dedup();
    if stages.len() >= 2 && doc.cues_in(own..at) & STAGES == 0 {
        return None;
    }
    for k in (sentence.start..at).rev() {
        let cue = doc.cues.get(k).copied().unwrap_or(0);
        if cue & STAGES == 0 {
            continue;
        }
        // The second word of "continued pre-training" is not its own stage.
        let two = k
            .checked_sub(1)
            .map_or(0, |k| doc.cues.get(k).copied().unwrap_or(0));
        if two & cues::STAGE_EXTENSION != 0 && cue & cues::STAGE_PRETRAINING != 0 {
            continue;
        }
        // "pre-training and fine-tuning used 3,750 chips": both.
        let both = k >= 2
            && matches!(doc.text(k - 1), "and" | "/" | "or" | "&")
            && doc.cues.get(k - 2).copied().unwrap_or(0) & STAGES != 0;
        if both {
            return None;
        }
        // "before a mid-training stage of 843B tokens": named for the number itself.
        let own =
            at - k <= 4 && (k..at).any(|n| matches!(doc.text(n), "of" | "on" | "with" | "over"));
        let unsaid = doc.cues_in(k.saturating_sub(3).max(sentence.start)..k) & cues::NOT_STAGE != 0;
        if unsaid && !own {
            continue;
        }
        return stage_of(cue).map(|stage| (stage, Some(cue_range(doc, k))));
    }
    None
}

fn cue_range(doc: &Doc, k: usize) -> Range<usize> {
    let long = matches!(
        doc.text(k),
        "reinforcement"
            | "instruction"
            | "supervised"
            | "synthetic"
            | "preference"
            | "context"
            | "rejection"
            | "data"
    ) && doc.sentence(k).contains(&(k + 1));
    k..k + 1 + usize::from(long)
}

/// Which piece of one run the number belongs to: 0 the first, 1 what comes "afterwards", 2 what comes after that.
fn further(doc: &Doc, claims: &[Claim], index: usize, sentence: &Range<usize>) -> u8 {
    let Some(claim) = claims.get(index) else {
        return 0;
    };
    let told = |fields: &[&str]| {
        claims
            .iter()
            .filter(|c| {
                fields.contains(&c.field)
                    && c.strength >= 2
                    && doc.sentence(c.span.start) == *sentence
            })
            .count()
            >= 2
    };
    let twice = told(&["chips"]) || told(&["time"]);
    // "in two stages: 2 million steps …, then 64,000 steps", "100k steps, then another 2,000"
    let front = doc.cues_in(sentence.start..claim.span.start);
    let worked = front & cues::PIECES != 0 && told(&["data"])
        || front & (cues::PIECES | cues::NEXT) != 0 && told(&["steps"]);
    let fits = |field: &str| {
        (twice
            && matches!(
                field,
                "chips" | "time" | "hw" | "chip_hours" | "data" | "steps" | "seq" | "epochs"
            ))
            || (worked && matches!(field, "data" | "steps" | "seq" | "epochs" | "time"))
    };
    if !fits(claim.field) {
        return 0;
    }
    // A word like "then" begins the next piece where it repeats a field: "then on 3072 chips for another 336 hours" is one.
    let mut piece: u8 = 0;
    let mut seen: Vec<&str> = Vec::new();
    let mut end = sentence.start;
    for told in claims
        .iter()
        .filter(|c| doc.sentence(c.span.start) == *sentence && fits(c.field))
    {
        // "another 336 hours", not "by another at 80,000".
        let next = (end..told.span.start).any(|k| {
            doc.cues.get(k).copied().unwrap_or(0) & cues::NEXT != 0
                && !(doc.is(k, "another")
                    && matches!(doc.text(k + 1), "at" | "of" | "by" | "model" | "one"))
        });
        // "in two stages with 4.065 trillion and 57.575 billion tokens"
        let twins = claims
            .iter()
            .filter(|c| c.field == told.field && doc.sentence(c.span.start) == *sentence)
            .count()
            == 2;
        let staged = twins
            && front & cues::PIECES != 0
            && told.span.start - end.min(told.span.start) <= 1
            && doc.is(told.span.start.wrapping_sub(1), "and");
        if (next || staged) && seen.contains(&told.field) {
            piece = piece.saturating_add(1).min(8);
            seen.clear();
        }
        seen.push(told.field);
        end = told.span.end;
        if told.span == claim.span {
            break;
        }
    }
    piece
}

fn same(a: &Key, b: &Key) -> bool {
    match (a, b) {
        (Key::Number(a, a_high), Key::Number(b, b_high)) => {
            near(*a, *b, 0.015) && near(*a_high, *b_high, 0.015)
        }
        (a, b) => a == b,
    }
}

fn near(a: f64, b: f64, tolerance: f64) -> bool {
    b != 0.0 && (a / b - 1.0).abs() <= tolerance
}

fn number(claim: &Claim) -> f64 {
    match claim.key {
        Key::Number(value, _) => value,
        _ => 0.0,
    }
}

/// One value a field and phase, or all that claim it with equal right.
fn choose(doc: &Doc, placed: Vec<(u8, Claim)>) -> Vec<Settled> {
    let mut out: Vec<Settled> = Vec::new();
    let mut groups: Vec<(u8, &'static str)> = placed
        .iter()
        .map(|(phase, claim)| (*phase, claim.field))
        .collect();
    groups.sort_unstable();
    groups.dedup();
    for (phase, field) in groups {
        let all: Vec<&Claim> = placed
            .iter()
            .filter(|(p, c)| *p == phase && c.field == field)
            .map(|(_, c)| c)
            .collect();
        let chosen = weigh(doc, field, phase, &all, &placed);
        let values: Vec<String> = chosen.iter().map(|c| c.value.clone()).collect();
        for (index, claim) in chosen.iter().enumerate() {
            let alternatives = values
                .iter()
                .enumerate()
                .filter(|(k, _)| *k != index)
                .map(|(_, v)| v.clone())
                .take(8)
                .collect();
            out.push(Settled {
                phase,
                claim: (*claim).clone(),
                alternatives,
            });
        }
    }
    out.sort_by_key(|s| (s.claim.span.start, s.claim.span.end, s.phase));
    let mut end = 0;
    out.retain(|settled| {
        let free = settled.claim.span.start >= end;
        if free {
            end = settled.claim.span.end;
        }
        free
    });
    out
}

/// The strongest of the claims, equal values once.
fn strongest<'c>(field: &str, claims: &[&'c Claim]) -> Vec<&'c Claim> {
    let most = claims.iter().map(|c| c.strength).max().unwrap_or(0);
    // A size in the model's name and one in "the 70B model" have equal right.
    let least = if field == "params" && most == 2 {
        1
    } else {
        most
    };
    let mut kept: Vec<&Claim> = Vec::new();
    for claim in claims.iter().filter(|c| c.strength >= least) {
        if !kept.iter().any(|known| same(&known.key, &claim.key)) {
            kept.push(claim);
        }
    }
    kept
}

/// The claims that remain of a field: equal values once, the strongest, and by what the numbers say of each other.
fn weigh<'c>(
    doc: &Doc,
    field: &str,
    phase: u8,
    all: &[&'c Claim],
    placed: &[(u8, Claim)],
) -> Vec<&'c Claim> {
    // What only another size of the model has is not this one's.
    if all.iter().all(|c| c.sibling || c.rival) {
        return Vec::new();
    }
    // A size that is only mentioned ("the 7B variant cost less") is no second candidate.
    let told = placed.iter().any(|(_, c)| c.sibling && c.field != "params");
    let all: Vec<&Claim> = all.iter().copied().filter(|c| told || !c.sibling).collect();
    let rivals: Vec<&Claim> = all.iter().copied().filter(|c| c.rival).collect();
    let all: Vec<&Claim> = all.into_iter().filter(|c| !c.rival).collect();
    if all.is_empty() {
        return Vec::new();
    }
    let (siblings, own): (Vec<&Claim>, Vec<&Claim>) = all.iter().partition(|c| c.sibling);
    let mut kept = strongest(field, &own);
    // What is told of another size is no weaker for the way it is printed.
    for claim in strongest(field, &siblings) {
        if !kept.iter().any(|known| same(&known.key, &claim.key)) {
            kept.push(claim);
        }
    }
    let printed = all.iter().any(|c| c.strength == 3);
    // "a 1T-parameter model on 3,072 chips, and a 175B model on 1,024": two sizes, however they are printed.
    let sizes: Vec<&Claim> = all
        .iter()
        .copied()
        .filter(|c| {
            field == "params"
                && c.strength == 2
                && printed
                && !kept.iter().any(|known| near(number(c), number(known), 0.2))
        })
        .collect();
    for rival in rivals.into_iter().chain(sizes) {
        let close = kept
            .iter()
            .any(|c| field == "hw" || (0.02..=50.0).contains(&(number(rival) / number(c))));
        // "replit-code-3b: 2.7B parameters": the size in its name is rounded.
        let rounded = field == "params"
            && kept
                .iter()
                .any(|known| near(number(known), number(rival), 0.2));
        if close && !rounded && !kept.iter().any(|known| same(&known.key, &rival.key)) {
            kept.push(rival);
        }
    }
    if kept.len() < 2 {
        return kept;
    }
    // Words and tokens of one corpus: the tokens.
    if field == "data"
        && kept.iter().any(|c| c.unit == Unit::Tokens)
        && kept.iter().any(|c| c.unit == Unit::Words)
    {
        kept.retain(|c| c.unit != Unit::Words);
    }
    // Passes over the data times the data is what was seen: the data is one pass.
    if field == "data" {
        let epochs: Vec<f64> = placed
            .iter()
            .filter(|(p, c)| *p == phase && c.field == "epochs")
            .map(|(_, c)| number(c))
            .collect();
        let values: Vec<f64> = kept.iter().map(|c| number(c)).collect();
        kept.retain(|c| {
            !epochs.iter().any(|e| {
                values
                    .iter()
                    .any(|v| *e > 1.0 && near(v * e, number(c), 0.06))
            })
        });
    }
    // Steps times the batch is what was seen: the data is the other one.
    if field == "data" && kept.len() > 1 {
        let of = |field: &str| {
            placed
                .iter()
                .filter(|(p, c)| *p == phase && c.field == field)
                .map(|(_, c)| number(c))
                .next()
        };
        if let (Some(steps), Some(batch)) = (of("steps"), of("batch")) {
            let seen = steps * batch;
            let product: Vec<usize> = kept
                .iter()
                .filter(|c| near(seen, number(c), 0.06))
                .map(|c| doc.sentence(c.span.start).start)
                .collect();
            let less = kept.iter().any(|c| {
                number(c) < 0.9 * seen && product.contains(&doc.sentence(c.span.start).start)
            });
            kept.retain(|c| !(less && near(seen, number(c), 0.06)));
        }
    }
    // A total of the others.
    if kept.len() >= 3 && matches!(field, "chip_hours" | "data" | "time" | "params") {
        let sum: f64 = kept.iter().map(|c| number(c)).sum();
        kept.retain(|c| !near(number(c), sum - number(c), 0.01));
    }
    // The batch in tokens is what the batch in sequences holds.
    if field == "batch" && kept.iter().any(|c| c.unit == Unit::Tokens) {
        kept.retain(|c| c.unit == Unit::Tokens);
    }
    kept
}
