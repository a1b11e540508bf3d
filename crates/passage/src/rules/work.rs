//! What the training passed over: data, batches, steps, epochs, FLOP as printed.

use super::{Around, Claim, Gate, Key, made};
use crate::cues::{self, Cues, Unit};
use crate::mention::Per;
use crate::token::Kind;

/// Examples or tokens in one pass.
pub(super) fn data(around: &Around, gate: &Gate) -> Option<Claim> {
    let mention = around.mention;
    let doc = around.doc;
    if !gate.training
        || mention.ramp && !grown_to(around)
        || mention.per != Per::None && !per_task(around)
        || around.segment() & cues::LAW != 0 && around.sentence() & cues::TRAIN == 0
    {
        return None;
    }
    // "trained on 2.8 billion sequences", of proteins.
    if mention.unit == Unit::Sequences && mention.value < 1e6 {
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
        || around.within_clause(2) & cues::SCHEDULE != 0
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
    if around.after(2) & cues::HYPOTHETICAL != 0
        || doc.kind(mention.end) == Some(Kind::Word)
            && (mention.end + 1..(mention.end + 3).min(around.clause.end)).any(|k| doc.is(k, "per"))
    {
        return None;
    }
    // "upcycled from Skywork-13B after 3.2T tokens": what the other one had seen.
    if around.word_before(1) == "after"
        && (around.clause.start..mention.at.start).any(|k| doc.is(k, "from"))
    {
        return None;
    }
    // "its cost for 1T tokens"
    if matches!(around.word_before(1), "for" | "of")
        && matches!(around.word_before(2), "cost" | "costs" | "price" | "bill")
    {
        return None;
    }
    // "40% MFU on 1M-token inputs"
    if mention.noun == "token"
        && matches!(
            around.word_after(0),
            "inputs"
                | "input"
                | "context"
                | "contexts"
                | "prompts"
                | "documents"
                | "window"
                | "limit"
        )
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
                && (training_set
                    || around.clause_before() & cues::STAGE_FINETUNING != 0
                    || around.before(4) & (cues::TRAIN | cues::DATASET) != 0) =>
        {
            made(around, "data", 2, value)
        }
        Unit::Words if mention.value >= 1e6 && (cue || mention.value >= 1e9 || around.entry()) => {
            made(around, "data", 2, value)
        }
        Unit::Items | Unit::Sequences
            if mention.value >= 100.0
                && (training_set
                    || item_cue(around, cue)
                    || around.entry() && doc.all & cues::LEARNING != 0) =>
        {
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

/// "the data grew from 7 trillion to 18 trillion tokens": the end of a growth of the data is what there is now.
fn grown_to(around: &Around) -> bool {
    around.word_before(1) == "to"
        && around.mention.value >= 1e10
        && around.before(12) & cues::DATASET != 0
        && around.clause() & (cues::BATCH | cues::SCHEDULE) == 0
        && (3..9).any(|n| {
            matches!(
                around.word_before(n),
                "grew" | "grown" | "expanded" | "increased" | "scaled" | "extended" | "enlarged"
            )
        })
}

/// "200 million frames per game": one training each.
pub(super) fn per_task(around: &Around) -> bool {
    around.mention.unit == Unit::Items
        && around.word_after(0) == "per"
        && matches!(
            around.word_after(1),
            "game" | "task" | "environment" | "agent" | "seed"
        )
}

/// Items are a data set's only beside a word that says so.
pub(super) fn item_cue(around: &Around, cue: bool) -> bool {
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
    cue && (passes || large) || frames || large && mention.value >= 1e8
}

/// Examples or tokens per step.
pub(super) fn batch(around: &Around, gate: &Gate) -> Option<Claim> {
    let mention = around.mention;
    let doc = around.doc;
    // "1,024 in the first 7,200 steps": a schedule.
    if !mention.ramp && matches!(around.word_after(0), "until" | "till")
        || !mention.ramp
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
    // "2,280 then 3,960 sequences"
    if doc.is(mention.at.end, "then") && doc.kind(mention.at.end + 1) == Some(Kind::Number)
        || around.word_before(1) == "then"
            && doc.kind(mention.at.start.wrapping_sub(2)) == Some(Kind::Number)
    {
        return None;
    }
    let start = mention.at.start;
    let near = doc.cues_in(start.saturating_sub(8).max(around.clause.start)..start)
        | around.within_clause(4);
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
    // "a batch of 1,024 sequences (8.4M tokens)"
    let same = mention.unit == Unit::Tokens
        && around.word_before(1) == "("
        && matches!(
            around.word_before(2),
            "sequences" | "examples" | "samples" | "documents"
        )
        && around.before(9) & cues::BATCH != 0;
    // "each step processes 1,024 sequences"
    let each_step = mention.unit != Unit::None
        && (2..=4).any(|n| {
            matches!(around.word_before(n), "step" | "update" | "iteration")
                && matches!(
                    around.word_before(n + 1),
                    "each" | "every" | "a" | "one" | "per"
                )
        })
        && (1..=3).any(|n| {
            matches!(
                around.word_before(n),
                "processes"
                    | "processed"
                    | "sees"
                    | "saw"
                    | "takes"
                    | "took"
                    | "consumes"
                    | "consumed"
                    | "covers"
                    | "has"
                    | "holds"
                    | "uses"
                    | "of"
                    | "on"
                    | "reads"
            )
        });
    // "524,288 tokens make a batch"
    let makes = matches!(
        around.word_after(0),
        "make" | "makes" | "form" | "forms" | "fill"
    ) && doc.cues_in(mention.end + 1..mention.end + 4) & cues::BATCH != 0;
    // "88k steps @ 1.05M tok"
    let at = matches!(around.word_before(1), "@" | "×")
        && matches!(
            around.word_before(2),
            "steps" | "updates" | "iters" | "iterations"
        );
    if !(near_batch || per_batch || second || same || each_step || at || makes) {
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
pub(super) fn batch_before(around: &Around) -> (bool, Cues) {
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
                | "hold"
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
pub(super) fn length_behind(around: &Around) -> Option<(f64, String)> {
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
pub(super) fn steps(around: &Around, gate: &Gate) -> Option<Claim> {
    let mention = around.mention;
    let doc = around.doc;
    if !gate.training
        || mention.ramp
        || mention.value < 10.0
        || matches!(around.word_after(0), "each" | "apiece")
        || around.word_before(1) == "per"
        || around.word_before(1) == "of"
            && matches!(
                around.word_before(2),
                "sequences" | "episodes" | "trajectories" | "rollouts"
            )
        || matches!(around.word_after(0), "done" | "left" | "remaining" | "so")
    {
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
        "for" | "of" | "in" | "took" | "all" | "over" | "another" | "further"
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
pub(super) fn epochs(around: &Around, gate: &Gate) -> Option<Claim> {
    let mention = around.mention;
    if !gate.training || mention.ramp || mention.value >= 100_000.0 {
        return None;
    }
    let before = around.before(3);
    if (before | around.inside() | around.within_clause(2)) & cues::SCHEDULE != 0
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
    // "2 epochs for text, 4 for code", "3 epochs over the code part": of parts, not of the whole.
    let doc = around.doc;
    let part = (mention.end..(mention.end + 6).min(around.clause.end))
        .any(|k| matches!(doc.text(k), "part" | "parts" | "portion" | "subset"));
    if part {
        return None;
    }
    if doc.is(mention.end, "for")
        && (mention.end + 1..mention.end + 7)
            .any(|k| doc.kind(k) == Some(Kind::Number) && doc.is(k + 1, "for"))
    {
        return None;
    }
    // "CommonCrawl 67% (3.3 TB, 1.10 epochs)": of one part of the mix.
    let share = around
        .sentence
        .clone()
        .filter(|k| around.doc.is(*k, "%"))
        .count();
    if share >= 2 {
        return None;
    }
    // "236B tokens, or roughly three epochs": the same said twice, and the tokens are those of all passes.
    let same = (1..=4)
        .take_while(|n| {
            matches!(
                around.word_before(*n),
                "," | "("
                    | "or"
                    | "="
                    | "≈"
                    | "~"
                    | "roughly"
                    | "about"
                    | "approximately"
                    | "i.e"
                    | "nearly"
                    | "almost"
                    | "just"
                    | "over"
                    | "under"
            )
        })
        .last()
        .is_some_and(|n| {
            matches!(around.word_before(n + 1), "tokens" | "toks" | "tok")
                && (n == 1 && around.word_before(1) != "," || n > 1)
        });
    if same {
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

/// FLOP of the whole training, as printed; of one forward pass only where it is called so.
pub(super) fn flop(around: &Around) -> Option<Claim> {
    let mention = around.mention;
    let doc = around.doc;
    if mention.per != Per::None && mention.per != Per::Other || mention.over || mention.ramp {
        return None;
    }
    // "One PF-day equals 8.64 × 10^19 FLOP"
    if matches!(around.word_before(1), "equals" | "equal") {
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
    if around.clause() & cues::LAW != 0 || around.clause() & cues::HYPOTHETICAL != 0 {
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
    if mention.noun == "operations" && value < 1e20 && around.sentence() & cues::TRAIN == 0 {
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
