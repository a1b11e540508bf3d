//! What the training ran on: accelerators, time, accelerator-hours, utilization.

use super::{Around, Claim, Gate, Key, made, number_only};
use crate::cues::{self, Unit};
use crate::doc::Doc;
use crate::mention::{Mention, Per};
use crate::token::Kind;
use std::ops::Range;

/// Whether accelerators are spoken of that do not train this model.
pub(super) fn not_training(around: &Around, gate: &Gate) -> bool {
    let segment = around.segment();
    // "training occupied 3,000 GPUs in a Norwegian data centre": the site is where it ran.
    let before = around.clause_before();
    let verb = around.before(3) & (cues::TRAIN | cues::RUN) != 0;
    let trained = if before & cues::TRAIN != 0 {
        before & cues::SITE == 0 || verb
    } else {
        around.clause() & (cues::TRAIN | cues::RUN) != 0 && around.clause() & cues::SITE == 0
    };
    // "every evaluation took another 3 hours on 8"
    let evaluation = around.segment() & cues::TRAIN == 0
        && around
            .segment
            .clone()
            .any(|k| around.doc.text(k).starts_with("evaluat"));
    !gate.training
        || evaluation
        || around.in_use()
        || segment & cues::SITE != 0 && !trained
        || around.clause() & cues::HYPOTHETICAL != 0
}

/// Number of accelerators.
pub(super) fn chips(around: &Around, gate: &Gate, mentions: &[Mention]) -> Option<Claim> {
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
    let in_machine = !in_all(doc, mention)
        && (mention.per == Per::Chip
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
            }));
    if mention.unit == Unit::Machines {
        return machines(around, mentions);
    }
    // "A node of the cluster has 8 GPUs"
    let of_a_node = around.sentence.clone().any(|k| {
        k < mention.at.start
            && matches!(doc.text(k), "a" | "each" | "every" | "one" | "per")
            && matches!(doc.text(k + 1), "node" | "machine" | "server" | "host")
    });
    // "on twelve AS-4124GO servers, each with eight A100"
    let of_a_node = of_a_node || around.word_before(1) == "with" && around.word_before(2) == "each";
    let each = doc.cues_in(mention.end..(mention.end + 1)) & cues::EACH != 0;
    // "3.5 days and 7.1B 18 days on 256 chips each": of several runs, none is chosen.
    let sizes = mentions
        .iter()
        .filter(|m| {
            matches!(m.unit, Unit::Parameters | Unit::None)
                && m.scaled
                && m.value >= 1e8
                && around.sentence.contains(&m.at.start)
        })
        .count();
    if (in_machine || of_a_node) && each && sizes >= 2 && mention.value > 72.0 {
        let mut claim = number_only(around, made(around, "chips", 2, mention.text.clone()));
        claim.rival = true;
        return Some(claim);
    }
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
        // "on 256 GPUs" of a sentence that says nothing of training; "a pod (256 chips)".
        if !matches!(around.word_before(1), "on" | "(" | "totalling" | "totaling") {
            return None;
        }
    }
    Some(number_only(
        around,
        made(around, "chips", strength, mention.text.clone()),
    ))
}

/// `two machines (16 GPUs in all)`: the sum, not what one machine has.
fn in_all(doc: &Doc, mention: &Mention) -> bool {
    let end = mention.end;
    matches!(doc.text(end), "total" | "altogether")
        || doc.is(end, "in") && matches!(doc.text(end + 1), "all" | "total")
}

/// `64 nodes of 8 GPUs each` is `64 * 8`; `96 DGX A100` is `96 * 8`. Machines of unknown size are none.
pub(super) fn machines(around: &Around, mentions: &[Mention]) -> Option<Claim> {
    let mention = around.mention;
    let doc = around.doc;
    let dgx = mention
        .chip
        .and_then(|index| doc.chips.get(index))
        .is_some_and(|chip| chip.machine);
    let inside = mentions.iter().find(|other| {
        matches!(other.unit, Unit::Chips)
            && !in_all(doc, other)
            && other.at.start >= mention.at.end
            && other.at.start - mention.at.end < 8
            && other.value <= 72.0
            && doc.sentence(other.at.start) == around.sentence
    });
    // "60 A100 nodes (8 × 40 GB)"
    let open = mention.end;
    let each = doc
        .tokens
        .get(open + 1)
        .filter(|t| t.kind == Kind::Number && t.value <= 72.0)
        .filter(|_| {
            doc.is(open, "(") && doc.is(open + 2, "×") && doc.kind(open + 3) == Some(Kind::Number)
        })
        .map(|t| (t.value, t.text.clone()));
    let text = match (inside, dgx) {
        _ if each.is_some() => each?,
        (Some(other), _) => {
            let each = other.per == Per::Chip
                || doc.cues_in(other.end..other.end + 2) & cues::EACH != 0
                || (1..8).any(|n| {
                    other.at.start.checked_sub(n).is_some_and(|k| {
                        k >= mention.at.end
                            && (matches!(doc.text(k), "with" | "of" | "each" | "(" | "×" | "x"))
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
            if mention.value == 1.0 {
                text.1
            } else {
                format!("{} * {}", mention.value, text.1)
            },
        ),
    );
    claim.key = Key::Number(mention.value * text.0, mention.value * text.0);
    Some(claim)
}

pub(super) fn timed(around: &Around, strength: u8, seconds: f64) -> Claim {
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

/// Whether accelerators are named among the tokens.
fn chips_in(doc: &Doc, mut range: Range<usize>) -> bool {
    range.any(|k| {
        doc.chip(k).is_some()
            || matches!(
                doc.text(k),
                "gpus" | "tpus" | "chips" | "accelerators" | "cards" | "gpu" | "cores"
            )
    })
}

/// Wall-clock time of the training.
pub(super) fn time(around: &Around, gate: &Gate) -> Option<Claim> {
    let Unit::Time(seconds) = around.mention.unit else {
        return None;
    };
    let mention = around.mention;
    let doc = around.doc;
    // "1,287 megawatt hours" are no time.
    if not_training(around, gate)
        || around.inside() & cues::SITE != 0
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
    let near = around.before(5) | around.within_clause(4) | around.inside();
    if near & cues::NOT_TIME != 0 && around.label == 0 {
        return None;
    }
    // "another nine months to clear the rights", "a rollout to 10 days"
    let for_another_end = doc.is(mention.end, "to")
        && doc.kind(mention.end + 1) == Some(Kind::Word)
        && ![
            "train", "pretrain", "finetune", "run", "complete", "finish", "converge", "process",
        ]
        .iter()
        .any(|stem| around.word_after(1).starts_with(stem));
    let reach = around.word_before(1) == "to"
        && !matches!(
            around.word_before(2),
            "close"
                | "up"
                | "amounts"
                | "amounted"
                | "comes"
                | "came"
                | "adds"
                | "down"
                | "cut"
                | "reduced"
        );
    if for_another_end || reach {
        return None;
    }
    // "10 minutes of transcribed speech": a length of recordings.
    if matches!(around.word_before(1), "on")
        || around.word_after(0) == "of" && around.after(5) & cues::MEDIA != 0
    {
        return None;
    }
    // "279 hours for 208 of 256 intervals"
    if doc.is(mention.end, "for")
        && doc.kind(mention.end + 1) == Some(Kind::Number)
        && doc.is(mention.end + 2, "of")
        && doc.kind(mention.end + 3) == Some(Kind::Number)
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
    // "14.8 days of 10,000 V100s"
    let of_chips = around.word_after(0) == "of"
        && doc.kind(mention.end + 1) == Some(Kind::Number)
        && chips_in(doc, mention.end + 2..mention.end + 4);
    if after
        && !of_chips
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
        // "after 23 days on 96 A100s"
        let over = over || around.word_after(0) == "on" && chips_in(doc, around.clause.clone());
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
    let sentence = around.sentence();
    let with_chips = chips_in(doc, around.sentence.clone());
    // "We developed the models on 2048 A100s for five months": more than the run.
    if sentence & cues::TRAIN == 0
        && around
            .sentence
            .clone()
            .any(|k| matches!(doc.text(k), "developed" | "development" | "develop"))
    {
        return None;
    }
    let preposition = matches!(around.word_before(1), "for" | "in" | "about" | "over");
    let trained = clause & (cues::TRAIN | cues::RUN) != 0
        || chips_in(doc, around.clause.clone())
        || (sentence & cues::TRAIN != 0 && (with_chips || preposition))
        || (with_chips
            && (sentence & cues::LEARNING != 0
                || around.entry()
                || matches!(around.word_before(1), "for" | "over")
                || around.word_before(1) == "in" && sentence & cues::RUN != 0))
        || (around.entry() && sentence & cues::LEARNING != 0);
    trained.then(|| timed(around, 2, seconds))
}

/// Accelerator-hours.
pub(super) fn chip_hours(around: &Around, seconds: f64) -> Option<Claim> {
    let mention = around.mention;
    if mention.ramp
        || mention.value < 2.0
        || mention.per != Per::None
        || around.clause_before() & cues::HYPOTHETICAL != 0
    {
        return None;
    }
    let clause = around.clause();
    if clause & cues::USE != 0 && clause & cues::TRAIN == 0
        || around.label & (cues::OTHERS | cues::NOT_DATA | cues::ABANDONED) != 0
    {
        return None;
    }
    // "the whole Sorrel family (1B, 4B, 12B) took 3.9 million GPU hours"
    let opening = around.sentence.start..(around.sentence.start + 6).min(mention.at.start);
    // "All 12 models required 1400K GPU hours"
    let family = opening.clone().any(|k| around.doc.is(k, "family"))
        || opening
            .into_iter()
            .any(|k| around.doc.is(k, "all") && (k + 1..k + 3).any(|n| around.doc.is(n, "models")));
    let before = around.clause_before();
    if family || before & cues::SHARED != 0 || around.after(6) & cues::SHARED != 0 {
        return None;
    }
    let doc = around.doc;
    // "Evaluation alone cost 7,000 A100-hours"
    if (1..6).any(|n| {
        mention.at.start >= around.clause.start + n
            && [
                "evaluat",
                "ablat",
                "inference",
                "experiment",
                "preprocess",
                "filter",
            ]
            .iter()
            .any(|stem| around.word_before(n).starts_with(stem))
    }) && before & cues::TRAIN == 0
    {
        return None;
    }
    // "per trillion tokens it needs 172.8K GPU hours"
    let rate = (around.sentence.start..mention.at.start).any(|k| {
        matches!(doc.text(k), "per" | "each" | "every")
            && (k + 1..k + 3).any(|n| {
                matches!(
                    doc.text(n),
                    "token" | "tokens" | "epoch" | "step" | "run" | "experiment"
                )
            })
    });
    if rate {
        return None;
    }
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
    let several = doc.sizes() >= 2
        || around
            .sentence
            .clone()
            .any(|k| matches!(doc.text(k), "them" | "experiments" | "runs"));
    if (around.before(6) | around.after(3) | around.label) & cues::TOTAL != 0 && several {
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
pub(super) fn utilization(around: &Around) -> Option<Claim> {
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
        // "33% MFU, about 60% of the cost": the name is the other number's.
        if cue_at(k) & both != 0 && doc.is(k.wrapping_sub(1), "%") {
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
            // "46% (HFU 61%)": the name is the next number's, and this one's the other share.
            let next = (k + 1..k + 4).find(|n| doc.kind(*n) == Some(Kind::Number));
            let theirs = next.is_some_and(|n| {
                doc.is(n + 1, "%")
                    && (k + 1..n).all(|t| {
                        matches!(
                            doc.text(t),
                            ":" | "=" | "of" | "at" | "was" | "is" | "≈" | "~"
                        )
                    })
            });
            if !theirs {
                name = Some(cue_at(k));
            } else if name.is_none() && cue_at(k) & cues::HARDWARE_UTILIZATION != 0 {
                name = Some(cues::UTILIZATION);
            }
            break;
        }
    }
    let cue = name?;
    if around.before(4) & cues::MONITOR != 0 || around.after(3) & cues::MONITOR != 0 {
        return None;
    }
    // A change of the share, not the share: "by 3 %", "from 44 % to 39 %".
    if matches!(around.word_before(1), "by" | "from")
        || around.word_before(1) == "to" && around.word_before(2) == "%"
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
