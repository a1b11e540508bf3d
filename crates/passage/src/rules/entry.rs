//! Entries of cards and tables: the label names the field, and the scale where it has one.

use super::hardware::timed;
use super::{Around, Claim, Gate, Key, made};
use crate::cues::{self, Unit};
use crate::doc::Doc;
use crate::mention::Mention;
use crate::token::Kind;
use std::ops::Range;

/// The label that the number is the value of: `params (M): 174,600`, `| Layers | 32 |`.
pub(super) fn label(doc: &Doc, mention: &Mention) -> Option<Range<usize>> {
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
    // "One epoch is all you need:" is a sentence.
    let verb = (start..k).any(|t| {
        matches!(
            doc.text(t),
            "is" | "are" | "was" | "were" | "you" | "we" | "need" | "needs" | "says" | "said"
        )
    });
    (k > start && !verb).then_some(start..k)
}

/// `training tokens 8.1 trillion;`: an entry whose noun stands in front, without a sign between.
pub(super) fn noun_before(doc: &Doc, mention: &Mention) -> Option<Range<usize>> {
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

pub(super) fn is_label(around: &Around, words: &[&str]) -> bool {
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
pub(super) fn by_label(around: &Around, gate: &Gate) -> Option<Claim> {
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
    let per_sequence = (range.start..range.end)
        .any(|k| doc.is(k, "tokens") && doc.is(k + 1, "per") && doc.is(k + 2, "sequence"));
    if per_sequence && mention.unit == Unit::None {
        return Some(made(around, "seq", 2, mention.text.clone()));
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
        // "tokens 200B": an entry without a sign.
        let strength = if range.end == mention.at.start { 2 } else { 3 };
        let mut claim = made(around, field, strength, format!("{}{word}", mention.text));
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
        let mut claim = scaled("batch");
        // "train_batch_size: 8, total_train_batch_size: 256"
        let whole = is_label(around, &["total", "global", "effective"]);
        claim.strength = if whole { 3 } else { 2 };
        return Some(claim);
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
    let lone = doc.is(range.end.wrapping_sub(1), "time")
        && (range.len() == 1 || doc.is(range.end.wrapping_sub(2), ")"));
    if is_label(around, &["time", "duration", "wallclock"])
        && (lone
            || is_label(
                around,
                &["train*", "duration", "wallclock", "wall", "total"],
            ))
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
