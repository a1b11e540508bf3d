//! Precision and recall over labelled passages: facts of real papers, cards and news items.
//!
//! Scored as the module is from outside: what is returned without alternatives counts as filled; `also` are other
//! right values, `optional` marks may be missing, a value of the first phase may be carried into a later one, and
//! where two candidates stand for one field none may be chosen.

use compute_core::quantity::{self, Names, QuantityKind};
use compute_passage::{Found, read_passage};
use serde_json::Value;

fn kind(field: &str) -> Option<QuantityKind> {
    Some(match field {
        "params" | "active" | "data" | "batch" | "steps" | "epochs" | "chips" | "seq" | "depth"
        | "width" | "connections" | "ratio" => QuantityKind::Count,
        "forward" | "flop" => QuantityKind::Flop,
        "time" => QuantityKind::Time,
        "chip_hours" => QuantityKind::ChipTime,
        "util" | "hfu" => QuantityKind::Fraction,
        "peak" => QuantityKind::FlopPerSecond,
        _ => return None,
    })
}

/// The number in the value's own unit, by the reader of the fields.
fn number(found: &Found) -> Option<f64> {
    quantity::read(kind(found.field)?, &found.value, compute_tables::catalog())
        .ok()
        .map(|reading| reading.value)
}

fn matches(found: &Found, expected: &Value) -> bool {
    let text = found.value.to_lowercase();
    let also = expected["also"].as_array().cloned().unwrap_or_default();
    let value = std::iter::once(&expected["value"])
        .chain(&also)
        .any(|want| match want {
            Value::Number(want) => match (number(found), want.as_f64()) {
                (Some(got), Some(want)) => (got / want - 1.0).abs() <= 5e-3,
                _ => false,
            },
            Value::String(want) => {
                text == *want || (found.field == "hw" && accelerator(found) == Some(want.as_str()))
            }
            _ => false,
        });
    value
        || expected["typed"]
            .as_str()
            .is_some_and(|typed| typed.to_lowercase() == text)
}

fn accelerator(found: &Found) -> Option<&'static str> {
    let catalog = compute_tables::catalog();
    catalog
        .find(&found.value)
        .and_then(|index| catalog.accelerators.get(index))
        .map(|row| row.id)
}

#[derive(Default)]
struct Score {
    right: usize,
    wrong: usize,
    wanted: usize,
    misses: Vec<String>,
}

fn score(lines: &str) -> Score {
    let mut score = Score::default();
    for line in lines.lines().filter(|line| !line.is_empty()) {
        let passage: Value = serde_json::from_str(line).expect("a line is one JSON object");
        let id = passage["id"].as_str().expect("an id");
        let text = passage["text"].as_str().expect("a text");
        let found = read_passage(text, compute_tables::catalog());
        let expected = passage["expect"].as_array().cloned().unwrap_or_default();
        let optional = |e: &Value| e["optional"].as_bool().unwrap_or(false);
        let mut left = expected.clone();
        score.wanted += left.iter().filter(|e| !optional(e)).count();
        for mark in found.iter().filter(|f| f.alternatives.is_empty()) {
            let at = left.iter().position(|e| {
                e["field"] == mark.field
                    && e["phase"].as_u64().unwrap_or(1) == u64::from(mark.phase)
                    && matches(mark, e)
            });
            match at {
                Some(at) => {
                    score.right += usize::from(!optional(&left[at]));
                    left.remove(at);
                }
                None if mark.phase > 1
                    && expected
                        .iter()
                        .any(|e| e["field"] == mark.field && matches(mark, e)) => {}
                None => {
                    score.wrong += 1;
                    score.misses.push(format!(
                        "{id}: filled {}.{} {:?} as {:?} ({:?})",
                        mark.field,
                        mark.phase,
                        mark.text,
                        mark.value,
                        number(mark)
                    ));
                }
            }
        }
        for e in left.iter().filter(|e| !optional(e)) {
            let shown: Vec<&str> = found
                .iter()
                .filter(|f| e["field"] == f.field && !f.alternatives.is_empty())
                .map(|f| f.value.as_str())
                .collect();
            score.misses.push(format!(
                "{id}: missed {}.{} {} {shown:?}",
                e["field"].as_str().unwrap_or(""),
                e["phase"].as_u64().unwrap_or(1),
                e["typed"]
            ));
        }
        for a in passage["ambiguous"].as_array().into_iter().flatten() {
            if found
                .iter()
                .any(|f| a["field"] == f.field && f.phase == 1 && f.alternatives.is_empty())
            {
                score.wrong += 1;
                score
                    .misses
                    .push(format!("{id}: chose one of two for {}", a["field"]));
            }
        }
    }
    score
}

fn check(name: &str, lines: &str) {
    let score = score(lines);
    for miss in &score.misses {
        println!("{miss}");
    }
    let precision = score.right as f64 / (score.right + score.wrong).max(1) as f64;
    let recall = score.right as f64 / score.wanted.max(1) as f64;
    println!(
        "{name}: precision {:.1} %, recall {:.1} % of {}",
        precision * 100.0,
        recall * 100.0,
        score.wanted
    );
    assert!(precision >= 0.98, "{name}: precision {precision}");
    assert!(recall >= 0.90, "{name}: recall {recall}");
}

#[test]
fn labelled_passages() {
    check("passages", include_str!("passages.jsonl"));
}

#[test]
fn without_tables_no_accelerator_is_named() {
    let found = read_passage(
        "We trained on 64 H100 GPUs for 3 days.",
        &compute_core::catalog::Catalog::default(),
    );
    assert!(found.iter().all(|f| f.field != "hw"), "{found:?}");
}

#[test]
fn own_passages() {
    check("own", include_str!("own.jsonl"));
}

/// New passages at first sight: `PASSAGES=new.jsonl cargo test -p compute-passage -- --ignored --nocapture`.
#[test]
#[ignore = "reads the file that PASSAGES names"]
fn new_passages() {
    let file = std::env::var("PASSAGES").expect("PASSAGES names a file of labelled passages");
    check(
        "new",
        &std::fs::read_to_string(file).expect("a file that can be read"),
    );
}

/// Cores are halves of a chip once: in the count, beside the chip's own row.
#[test]
fn cores_are_halved_once() {
    for (text, field, value) in [
        (
            "Pre-training took 2.5k TPUv3-core-days.",
            "chip_hours",
            "2.5K / 2 chip-days",
        ),
        (
            "Training used 512 TPU v3 cores for 48 hours.",
            "chips",
            "512 / 2",
        ),
    ] {
        let found = read_passage(text, compute_tables::catalog());
        let hardware = found.iter().find(|f| f.field == "hw");
        assert_eq!(hardware.and_then(accelerator), Some("tpu-v3"), "{found:?}");
        assert!(
            found.iter().any(|f| f.field == field && f.value == value),
            "{found:?}"
        );
    }
}
