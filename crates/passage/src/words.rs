//! Claims made by words alone: accelerators, formats, active sizes in names, spans of dates.

use crate::cues::{self, Unit};
use crate::doc::Doc;
use crate::mention::{Mention, Per};
use crate::rules::{Claim, Gate, Key};
use crate::token::Kind;
use std::ops::Range;

fn claim(field: &'static str, strength: u8, value: String, key: Key, span: Range<usize>) -> Claim {
    Claim {
        field,
        strength,
        value,
        key,
        span,
        unit: Unit::None,
        sibling: false,
        rival: false,
    }
}

/// Every claim that words make.
pub(crate) fn claims(
    doc: &Doc,
    mentions: &[Mention],
    numbers: &[Claim],
    gate: &Gate,
) -> Vec<Claim> {
    let mut found = accelerators(doc, mentions, numbers, gate);
    found.extend(formats(doc));
    found.extend(active_sizes(doc));
    found.extend(date_spans(doc));
    for claim in &mut found {
        claim.sibling = doc.is_sibling(claim.span.start);
    }
    found
}

/// Accelerators: those that a claimed count or time names, else those of a sentence about training.
fn accelerators(doc: &Doc, mentions: &[Mention], numbers: &[Claim], gate: &Gate) -> Vec<Claim> {
    let mut found = Vec::new();
    // Behind the last accelerator of an entry "Hardware: TPU v5p, TPU v5e".
    let mut list_end = None;
    for (index, chip) in doc.chips.iter().enumerate() {
        let i = chip.at.start;
        if doc.is_foreign(i) || doc.in_sum_row(i) {
            continue;
        }
        let counted = mentions.iter().find(|m| m.chip == Some(index));
        let claimed = counted.is_some_and(|m| {
            numbers.iter().any(|c| {
                c.span.start == m.at.start && !c.rival && matches!(c.field, "chips" | "chip_hours")
            })
        });
        let sentence = doc.cues_in(doc.sentence(i));
        let listed = list_end.is_some_and(|end: usize| {
            i - end <= 2 && (end..i).all(|k| matches!(doc.text(k), "," | "and" | "or" | "/"))
        });
        let label = labelled(doc, i) || listed;
        if label {
            list_end = Some(chip.at.end);
        }
        // "evaluated it for two weeks on 64 H100s"
        let evaluation = sentence & cues::TRAIN == 0
            && doc.sentence(i).any(|k| doc.text(k).starts_with("evaluat"));
        let strength = if doc.is_hypothetical(i) || evaluation || doc.is_trial(i) {
            0
        } else if claimed || label || (chip.slice.is_some() && gate.is_training() && !doc.in_use(i))
        {
            3
        } else if counted.is_some_and(|m| {
            !matches!(
                m.unit,
                Unit::Chips | Unit::ChipTime(_) | Unit::Cores | Unit::Machines
            )
        }) || counted.is_some_and(|m| !matches!(m.per, Per::None | Per::Chip))
            || doc.in_use(i)
            || sentence & cues::SITE != 0
            || doc.cues_in(doc.clause(i).start..i) & cues::HYPOTHETICAL != 0
            || !gate.is_training()
            || price_before(doc, i)
        {
            0
        } else if counted.is_some() {
            // Counted, but the count was refused: a rival's, a spare's.
            let refused = counted.is_some_and(|m| doc.is_foreign(m.at.start));
            u8::from(!refused)
        } else if sentence & (cues::TRAIN | cues::RUN | cues::LEARNING) != 0
            || hours_near(doc, numbers, i)
        {
            2
        } else {
            1
        };
        if strength == 0 {
            continue;
        }
        if let Some((number, cores)) = chip.slice
            && let Some(token) = doc.tokens.get(number)
        {
            let (value, chips) = if cores {
                (format!("{} / 2", token.text), token.value / 2.0)
            } else {
                (token.text.clone(), token.value)
            };
            found.push(claim(
                "chips",
                2,
                value,
                Key::Number(chips, chips),
                number..number + 1,
            ));
        }
        let mut hardware = claim(
            "hw",
            strength,
            chip.text.clone(),
            Key::Chip(chip.index),
            chip.at.clone(),
        );
        // "TPU v3-256? (not documented)"
        let end = chip.slice.map_or(chip.at.end, |(number, _)| number + 1);
        let doubt = doc.is(end, "?");
        if doubt && found.last().is_some_and(|c: &Claim| c.field == "chips") {
            found.pop();
        }
        hardware.rival = doubt || doc.is_question(i);
        found.push(hardware);
    }
    // A weak mention fills the field only where the passage names one accelerator.
    if found.iter().any(|c| c.field == "hw" && c.strength >= 2) {
        found.retain(|c| c.field != "hw" || c.strength >= 2);
    }
    found
}

fn labelled(doc: &Doc, i: usize) -> bool {
    let mut k = i;
    for _ in 0..3 {
        k = k.wrapping_sub(1);
        if matches!(doc.text(k), "nvidia" | "google" | "×" | "≈")
            || doc.kind(k) == Some(Kind::Number)
        {
            continue;
        }
        break;
    }
    matches!(doc.text(k), ":" | "|" | "=")
        && (k.saturating_sub(4)..k).any(|t| {
            matches!(
                doc.text(t),
                "hardware"
                    | "gpu"
                    | "gpus"
                    | "accelerator"
                    | "accelerators"
                    | "chip"
                    | "chips"
                    | "device"
                    | "devices"
                    | "tpu"
            )
        })
        && !(k.saturating_sub(4)..k).any(|t| {
            matches!(
                doc.text(t),
                "inference" | "recommended" | "minimum" | "serving"
            )
        })
}

fn price_before(doc: &Doc, i: usize) -> bool {
    matches!(doc.text(i.wrapping_sub(1)), "per" | "an" | "a")
        && doc.cues_in(i.saturating_sub(5)..i) & cues::USE != 0
        || (1..5).any(|back| {
            i.checked_sub(back)
                .is_some_and(|k| matches!(doc.text(k), "$" | "€" | "£"))
        })
}

/// A claimed number of accelerator-hours in the sentence: `7,000,000 GPU hours on A100 40GB`.
fn hours_near(doc: &Doc, numbers: &[Claim], i: usize) -> bool {
    let sentence = doc.sentence(i);
    numbers.iter().any(|c| {
        matches!(c.field, "chip_hours" | "chips" | "util") && sentence.contains(&c.span.start)
    })
}

/// Numeric formats of the training.
fn formats(doc: &Doc) -> Vec<Claim> {
    const NAMES: &[(&str, &str)] = &[
        ("bf16", "bf16"),
        ("bfloat16", "bf16"),
        ("brainfloat16", "bf16"),
        ("fp16", "fp16"),
        ("float16", "fp16"),
        ("fp8", "fp8"),
        ("float8", "fp8"),
        ("fp32", "fp32"),
        ("float32", "fp32"),
        ("tf32", "tf32"),
        ("nvfp4", "fp4"),
    ];
    let mut found = Vec::new();
    for i in 0..doc.tokens.len() {
        let Some((_, format)) = NAMES.iter().find(|(name, _)| doc.is(i, name)) else {
            continue;
        };
        let clause = doc.cues_in(doc.clause(i));
        let near = doc.cues_in(
            i.saturating_sub(5).max(doc.sentence(i).start)..(i + 5).min(doc.sentence(i).end),
        );
        let named = matches!(doc.text(i + 1), "precision" | "mixed" | "training");
        if doc.in_use(i)
            || doc.is_foreign(i)
            || !named && near & (cues::NOT_FORMAT & !cues::PRECISION) != 0
        {
            continue;
        }
        let label = matches!(doc.text(i.wrapping_sub(1)), ":" | "|" | "=")
            && doc.cues_in(i.saturating_sub(5)..i) & cues::PRECISION != 0;
        let mixed = near & cues::PRECISION != 0;
        // "…, 256 x A100-40GB, bf16."
        let edge = |k: usize| matches!(doc.text(k), "," | ";" | "." | "" | "(" | ")");
        let front = i.wrapping_sub(if doc.is(i.wrapping_sub(1), "in") {
            2
        } else {
            1
        });
        let entry = edge(front)
            && edge(i + 1)
            && doc.cues_in(doc.sentence(i)) & (cues::TRAIN | cues::RUN | cues::LEARNING) != 0;
        let trained = clause & (cues::TRAIN | cues::RUN) != 0 || entry;
        let strength = if label || (mixed && trained) {
            3
        } else if mixed || trained {
            2
        } else {
            continue;
        };
        found.push(claim(
            "format",
            strength,
            (*format).to_string(),
            Key::Word(format),
            i..i + 1,
        ));
    }
    found
}

/// `A22B` in the name of a mixture.
fn active_sizes(doc: &Doc) -> Vec<Claim> {
    let mut found = Vec::new();
    for (i, token) in doc.tokens.iter().enumerate() {
        let Some(size) = token
            .text
            .strip_prefix('a')
            .and_then(|rest| rest.strip_suffix('b'))
        else {
            continue;
        };
        let Some(value) = compute_core::quantity::parse_f64(size) else {
            continue;
        };
        if !token.capital
            || !doc.is(i.wrapping_sub(1), "-")
            || doc.is_foreign(i)
            || !size.starts_with(|c: char| c.is_ascii_digit())
        {
            continue;
        }
        found.push(claim(
            "active",
            1,
            format!("{size}B"),
            Key::Number(value * 1e9, value * 1e9),
            i..i + 1,
        ));
    }
    found
}

const MONTHS: &[&str] = &[
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];

/// A calendar day: its tokens, day, month and, where printed, year.
struct Day {
    at: Range<usize>,
    day: u32,
    month: usize,
    year: Option<u32>,
}

fn day_at(doc: &Doc, i: usize) -> Option<Day> {
    let text = doc.text(i);
    if text.len() == 10 && text.as_bytes().get(4) == Some(&b'-') {
        let mut parts = text.split('-');
        let year = parts.next()?.parse().ok()?;
        let month: usize = parts.next()?.parse().ok()?;
        let day = parts.next()?.parse().ok()?;
        return (1..=12).contains(&month).then(|| Day {
            at: i..i + 1,
            day,
            month: month - 1,
            year: Some(year),
        });
    }
    let month_of = |k: usize| {
        let text = doc.text(k);
        MONTHS
            .iter()
            .position(|month| *month == text || (text.len() == 3 && month.starts_with(text)))
    };
    let day_of = |k: usize| {
        let text = doc.text(k);
        let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
        digits
            .parse::<u32>()
            .ok()
            .filter(|day| (1..=31).contains(day) && digits.len() <= 2)
    };
    let year_of = |k: usize| {
        doc.text(k)
            .parse::<u32>()
            .ok()
            .filter(|year| (1990..2100).contains(year))
    };
    if let (Some(day), Some(month)) = (day_of(i), month_of(i + 1)) {
        let year = year_of(i + 2);
        return Some(Day {
            at: i..i + 2 + usize::from(year.is_some()),
            day,
            month,
            year,
        });
    }
    if let (Some(month), Some(day)) = (month_of(i), day_of(i + 1)) {
        let comma = usize::from(doc.is(i + 2, ","));
        let year = year_of(i + 2 + comma);
        let end = if year.is_some() { i + 3 + comma } else { i + 2 };
        return Some(Day {
            at: i..end,
            day,
            month,
            year,
        });
    }
    None
}

/// `started on 11 March 2022 and ended on 6 July 2022`.
fn date_spans(doc: &Doc) -> Vec<Claim> {
    let mut days: Vec<Day> = Vec::new();
    let mut i = 0;
    while i < doc.tokens.len() && days.len() < 200 {
        match day_at(doc, i) {
            Some(day) => {
                i = day.at.end;
                days.push(day);
            }
            None => i += 1,
        }
    }
    let mut found = Vec::new();
    for pair in days.windows(2) {
        let [first, second] = pair else { continue };
        let sentence = doc.segment(first.at.start);
        let near = second.at.start - first.at.end <= 12 && doc.segment(second.at.start) == sentence;
        let between = first.at.end..second.at.start;
        let joined = between.clone().any(|k| {
            matches!(
                doc.text(k),
                "to" | "until" | "and" | "–" | "-" | "through" | "till" | "ended" | "finished"
            )
        });
        let cue = doc.cues_in(sentence.clone()) & (cues::TRAIN | cues::RUN) != 0;
        if !(near && joined && cue)
            || doc.is_foreign(first.at.start)
            || doc.cues_in(sentence) & (cues::SITE | cues::USE) != 0
        {
            continue;
        }
        let Some(year) = second.year.or(first.year) else {
            continue;
        };
        let first_year = first.year.unwrap_or(year);
        let last_year = second.year.unwrap_or(year);
        let (Some(from), Some(to)) = (
            days_from(first_year, first.month, first.day),
            days_from(last_year, second.month, second.day),
        ) else {
            continue;
        };
        if to <= from {
            continue;
        }
        let name = |month: usize| {
            let month = MONTHS.get(month).copied().unwrap_or("");
            let mut letters = month.chars();
            letters.next().map_or_else(String::new, |first| {
                first.to_uppercase().chain(letters).collect::<String>()
            })
        };
        let value = format!(
            "{} {} {first_year} - {} {} {last_year}",
            first.day,
            name(first.month),
            second.day,
            name(second.month)
        );
        let seconds = (to - from) as f64 * 86_400.0;
        found.push(claim(
            "time",
            3,
            value,
            Key::Number(seconds, seconds),
            first.at.start..second.at.end,
        ));
    }
    found
}

/// Days since 1 March of year 0, by the civil calendar.
fn days_from(year: u32, month: usize, day: u32) -> Option<i64> {
    let month = i64::try_from(month).ok()? + 1;
    let year = i64::from(year) - i64::from(month <= 2);
    let shifted = (month + 9) % 12;
    let day_of_year = (153 * shifted + 2) / 5 + i64::from(day) - 1;
    Some(year * 365 + year / 4 - year / 100 + year / 400 + day_of_year)
}
