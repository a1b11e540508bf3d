//! What describes the model: parameters, active parameters, layers, widths, sequence length.

use super::entry::is_label;
use super::{Around, Claim, Gate, Key, made};
use crate::cues::{self, Unit};
use crate::mention::{Mention, Per};
use crate::token::Kind;

/// Parameters, printed with the word.
pub(super) fn parameters(around: &Around) -> Option<Claim> {
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
                | "image"
                | "text"
                | "audio"
                | "speech"
                | "language"
        )
    };
    // "LoRA, which trains 160M parameters", "1,000 parameters each": a part.
    let component = (1..6).any(|n| {
        matches!(
            around.word_before(n),
            "discriminator"
                | "generator"
                | "vocoder"
                | "autoencoder"
                | "upsampler"
                | "predictor"
                | "projector"
                | "connector"
                | "verifier"
        )
    });
    let part = component
        || mention.noun != "parameter"
            && matches!(
                around.word_before(1),
                "trains" | "train" | "training" | "tunes" | "tuning" | "updates" | "updating"
            )
        || matches!(around.word_after(0), "each" | "apiece");
    // "1.15 million parameters is what the average net of the time had"
    let average = (mention.end..around.clause.end.min(mention.end + 8))
        .any(|k| matches!(doc.text(k), "average" | "typical" | "usual"));
    if part || average {
        return None;
    }
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
pub(super) fn active(around: &Around) -> bool {
    let doc = around.doc;
    let mention = around.mention;
    if around.inside() & cues::ACTIVE != 0 {
        return true;
    }
    // "37 of its 671 billion parameters are active"
    let of = |k: usize| doc.is(k, "of") && matches!(doc.text(k + 1), "its" | "the" | "their");
    if mention.at.start >= 3
        && of(mention.at.start - 2)
        && doc.kind(mention.at.start - 3) == Some(Kind::Number)
    {
        return false;
    }
    if of(mention.end) && doc.kind(mention.end + 2) == Some(Kind::Number) {
        return doc.cues_in(mention.end..(mention.end + 9).min(around.clause.end)) & cues::ACTIVE
            != 0;
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
pub(super) fn size(around: &Around, gate: &Gate) -> Option<Claim> {
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
    let total = after == "total"
        || (doc.is(mention.end, "in") && matches!(doc.text(mention.end + 1), "total" | "all"));
    let expert = doc.all & (cues::ACTIVE) != 0;
    // "the greenest 7B per token" speaks of no mixture.
    let mixture = !doc.is(mention.end, "per") || doc.mixture;
    if expert && mixture && active(around) {
        return Some(made(around, "active", 2, mention.text.clone()));
    }
    if total && (expert || scale.text == "b" && after == "in") {
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
    // "70B dense, 8T tokens": an entry of its own.
    let edge = |k: usize| {
        matches!(doc.text(k), "," | ";" | "." | "") || doc.tokens.get(k).is_none_or(|t| t.line)
    };
    // "SeamlessM4T-Large v2 is 2.3B;"
    if matches!(before, "is" | "has") && edge(mention.end) && scale.text == "b" {
        return Some(made(around, "params", 2, mention.text.clone()));
    }
    let dense = matches!(before, "dense" | "model")
        && matches!(around.word_before(2), ";" | "," | "." | ":" | "")
        && edge(mention.end);
    if dense && scale.text == "b" {
        return Some(made(around, "params", 1, mention.text.clone()));
    }
    if doc.tokens.get(mention.at.start).is_some_and(|t| t.line)
        && scale.text == "b"
        && matches!(after, "dense" | "moe" | "decoder" | "transformer")
        && edge(mention.end + 1)
    {
        return Some(made(around, "params", 1, mention.text.clone()));
    }
    // "pruned from a 6.4B model": another's.
    // "joins it with a 32B UL2 model"
    let part = matches!(around.word_before(2), "with" | "and" | "onto")
        && doc
            .name(mention.end)
            .is_some_and(|name| name.at.start == mention.end && !doc.is_subject(name));
    let origin = part || (1..4).any(|n| around.word_before(n) == "from") && before != "from";
    if origin {
        return None;
    }
    // "the 137B model", "our 175B SFT model"
    // "the 20B AlexaTM seq2seq model"
    let word = |k: usize| doc.kind(k) == Some(Kind::Word) && !cues::STOPS.contains(&doc.text(k));
    // "a 14B decoder-only transformer" is whole.
    let only = doc.is(mention.end + 1, "-") && doc.is(mention.end + 2, "only");
    let model = only
        || (0..3).any(|n| {
            doc.cues_in(mention.end + n..mention.end + n + 1) & cues::MODEL != 0
                && (mention.end..mention.end + n).all(word)
        });
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
    let component = component && !only || doc.is(mention.end + 1, "backbone");
    // "our 34B dense decoder" is the whole, "a 7B dense parent" another.
    let component = component && !(model && after == "dense");
    let article = if before == "dense" {
        around.word_before(2)
    } else {
        before
    };
    // "Aya is a 13B mT5-XXL"
    let copula = before == "a"
        && around.word_before(2) == "is"
        && doc
            .name(mention.end)
            .is_some_and(|name| name.at.start == mention.end);
    if copula && scale.text == "b" {
        return Some(made(around, "params", 2, mention.text.clone()));
    }
    if model
        && !component
        && matches!(
            article,
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
                | "open"
                | "whole"
                | "reported"
                | "resulting"
                | "new"
                | "small"
                | "smaller"
                | "single"
                | "proprietary"
        )
    {
        return Some(made(around, "params", 2, mention.text.clone()));
    }
    let named = doc
        .name(mention.at.start)
        .is_some_and(|name| name.at.contains(&mention.at.start) && doc.is_subject(name));
    // "LLaMA-13B outperforms GPT-3": which of the sizes is told of is not said.
    if named && around.clause() & cues::CONTEST != 0 {
        return None;
    }
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
    // "USM (2B Conformer)"
    let alone = doc.is(mention.end, ")")
        || doc.kind(mention.end) == Some(Kind::Word)
            && doc.tokens.get(mention.end).is_some_and(|t| t.capital)
            && doc.is(mention.end + 1, ")");
    let bracket = before == "("
        && alone
        && mention.at.start >= 2
        && doc
            .name(mention.at.start - 2)
            .is_some_and(|name| doc.is_subject(name));
    if bracket {
        return Some(made(around, "params", 1, mention.text.clone()));
    }
    // "Model: 32B dense"
    // "Model: LLM-jp 13B"
    let model_entry = (2..6).any(|n| {
        around.word_before(n) == ":"
            && (matches!(around.word_before(n + 1), "model" | "models")
                || around.word_before(n + 1) == "type" && around.word_before(n + 2) == "model")
            && mention.at.start >= around.sentence.start + n
    }) && matches!(after, "," | "." | ";" | "" | "(");
    let card = model_entry
        || before == ":"
            && around.label_range.is_some()
            && is_label(around, &["model", "size", "architecture"]);
    if card && matches!(scale.text.as_str(), "b" | "m") {
        return Some(made(around, "params", 1, mention.text.clone()));
    }
    if before == "the"
        && matches!(
            after,
            "at" | ","
                | ":"
                | "."
                | ")"
                | "with"
                | "came"
                | "ended"
                | "reached"
                | "saw"
                | "went"
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

/// Attention layers; layers of convolutional and recurrent nets are none.
pub(super) fn depth(around: &Around, gate: &Gate) -> Option<Claim> {
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
    // "16 encoder and 64 decoder layers": the sum is not printed.
    let halves = stack
        && ["encoder", "decoder"]
            .iter()
            .all(|half| around.sentence.clone().any(|k| doc.is(k, half)));
    if halves {
        return None;
    }
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
    let evidence = attention || heads || doc.attention;
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
pub(super) fn width(around: &Around, mentions: &[Mention]) -> Option<Claim> {
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
pub(super) fn sequence_length(around: &Around, gate: &Gate) -> Option<Claim> {
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
                | "len"
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
    // "900k steps at length 128"
    let at_length = around.word_before(1) == "length"
        && matches!(around.word_before(2), "at" | "of" | "with" | ",")
        && around.segment() & cues::SEQUENCE == 0
        && around
            .segment
            .clone()
            .any(|k| matches!(doc.text(k), "steps" | "updates" | "tokens" | "iterations"));
    let strong = sequence || behind || of_items || at_length;
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
