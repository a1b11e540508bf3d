//! The steps: what is printed is what was computed, and every walkthrough keeps its figures.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::excessive_precision,
    reason = "a test fails by panicking, and figures stand as they were published"
)]

mod common;

use common::{csv, from_query, near};
use compute_core::step::Step;
use compute_core::walkthrough::{ORDER, walkthrough};
use compute_core::words;
use compute_tables::catalog;

#[track_caller]
fn check(steps: &[Step], id: &str, want: f64) {
    let step = steps.iter().find(|step| step.id == id).unwrap_or_else(|| {
        panic!(
            "no step {id} among {:?}",
            steps.iter().map(|step| step.id).collect::<Vec<_>>()
        )
    });
    near(id, step.value.value, want, 1e-12);
}

#[test]
fn a_step_is_the_value_of_its_expression_and_the_last_one_is_the_result() {
    for row in csv(compute_tables::presets_csv()) {
        let (_, result) = from_query(row.get("query"));
        for method in [&result.counting, &result.hardware].into_iter().flatten() {
            for step in &method.steps {
                if step.id != "sum" {
                    assert_eq!(
                        step.value,
                        step.expr.value(),
                        "{} {}",
                        row.get("id"),
                        step.id
                    );
                }
                assert!(!step.expr.formula().is_empty() && !step.expr.substituted().is_empty());
                assert!(
                    !words::title(step).is_empty() && words::title(step) != step.id,
                    "{}",
                    step.id
                );
            }
            let last = method.steps.last().expect("a step");
            near(row.get("id"), last.value.value, method.total.value, 1e-12);
        }
    }
}

#[test]
fn gpt_3_by_counting() {
    let walk = walkthrough("gpt-3", catalog()).expect("gpt-3");
    check(&walk.counting, "connections", 1.746e11);
    check(&walk.counting, "forward", 3.492e11);
    check(&walk.counting, "backward", 6.984e11);
    check(&walk.counting, "per-example", 1.0476e12);
    check(&walk.counting, "passes", 3e11);
    check(&walk.counting, "total", 3.1428e23);
    let attention = walk
        .counting
        .iter()
        .find(|step| step.id == "attention")
        .expect("attention");
    near("attention", attention.value.value, 0.0277, 2e-3);
    let published = walk
        .comparison
        .iter()
        .find(|step| step.id == "published")
        .expect("published");
    near("published", published.value.value, 1.001, 1e-3);
    let forward = walk
        .counting
        .iter()
        .find(|step| step.id == "forward")
        .expect("forward");
    assert_eq!(forward.expr.formula(), "2 × connections");
    assert_eq!(words::title(forward), "Forward pass of one token");
}

#[test]
fn gpt_3_by_accelerator_time() {
    let walk = walkthrough("gpt-3", catalog()).expect("gpt-3");
    check(&walk.hardware, "seconds", 1278720.0);
    check(&walk.hardware, "chip-time", 1.27872e10);
    check(&walk.hardware, "peak", 1.25e14);
    check(&walk.hardware, "capacity", 1.5984e24);
    check(&walk.hardware, "utilization", 0.3);
    check(&walk.hardware, "total", 4.7952e23);
    let step = |id| {
        walk.comparison
            .iter()
            .find(|step| step.id == id)
            .expect(id)
            .value
            .value
    };
    near("ratio", step("ratio"), 0.655, 1e-3);
    near("implied", step("implied-utilization"), 0.1966, 1e-3);
    near("unit", step("unit"), 3637.5, 1e-6);
}

#[test]
fn deepseek_v3_by_active_parameters() {
    let walk = walkthrough("deepseek-v3", catalog()).expect("deepseek-v3");
    check(&walk.counting, "total-parameters", 671e9);
    check(&walk.counting, "active", 37e9);
    check(&walk.counting, "forward", 7.4e10);
    check(&walk.counting, "backward", 1.48e11);
    check(&walk.counting, "per-example", 2.22e11);
    check(&walk.counting, "passes", 1.48e13);
    check(&walk.counting, "total", 3.2856e24);
    check(&walk.counting, "why-not-total", 5.95848e25);
}

#[test]
fn alexnet_by_connections() {
    let walk = walkthrough("alexnet", catalog()).expect("alexnet");
    check(&walk.counting, "connections", 0.75e9);
    check(&walk.counting, "forward", 1.5e9);
    check(&walk.counting, "backward", 3e9);
    check(&walk.counting, "per-example", 4.5e9);
    check(&walk.counting, "passes", 1.08e8);
    check(&walk.counting, "total", 4.86e17);
}

#[test]
fn the_articles_exercise_layer_by_layer() {
    let walk = walkthrough("cnn-lstm-fcn", catalog()).expect("cnn-lstm-fcn");
    for (id, want) in [
        ("conv-output", 200.0),
        ("conv", 160000000.0),
        ("lstm-input", 640000.0),
        ("lstm", 1311244288.0),
        ("per-image", 1471244288.0),
        ("per-sequence", 29424885760.0),
        ("head", 5120.0),
        ("forward", 29424890880.0),
        ("passes", 128000.0),
        ("forward-all", 3766386032640000.0),
        ("total", 11299158097920000.0),
        ("published", 7.86432e18),
        ("difference", 6400.0),
    ] {
        check(&walk.counting, id, want);
    }
    // The rows by hand and the calculator's own link give the same.
    near(
        "link",
        walk.estimate.flop().expect("a figure").value,
        11299158097920000.0,
        1e-12,
    );
    let side = &walk.counting[0];
    assert_eq!(side.expr.substituted(), "floor((400 + 2 × 2 − 5) ÷ 2) + 1");
}

#[test]
fn t5_by_halves_and_palm_by_phases() {
    let walk = walkthrough("t5-11b", catalog()).expect("t5-11b");
    check(&walk.counting, "halves", 5.5e9);
    check(&walk.counting, "forward", 1.1e10);
    check(&walk.counting, "per-example", 3.3e10);
    check(&walk.counting, "passes", 1e12);
    check(&walk.counting, "total", 3.3e22);
    check(&walk.counting, "why-not-6nd", 6.6e22);
    let walk = walkthrough("palm", catalog()).expect("palm");
    let totals: Vec<f64> = walk
        .hardware
        .iter()
        .filter(|step| step.id == "total")
        .map(|step| step.value.value)
        .collect();
    near("phase 1", totals[0], 2.1897e24, 1e-4);
    near("phase 2", totals[1], 3.0656e23, 1e-4);
    check(
        &walk.hardware,
        "sum",
        walk.estimate.hardware.as_ref().expect("time").total.value,
    );
}

#[test]
fn every_walkthrough_exists_and_names_its_published_figure() {
    for id in ORDER {
        let walk = walkthrough(id, catalog()).unwrap_or_else(|| panic!("{id}"));
        assert!(
            !walk.counting.is_empty() || !walk.hardware.is_empty(),
            "{id}"
        );
        assert!(
            walk.comparison.iter().any(|step| step.id == "published"),
            "{id}"
        );
    }
    assert!(walkthrough("no-such", catalog()).is_none());
}

#[test]
fn both_ends_of_a_range_stand_in_one_unit() {
    let (_, result) = from_query(
        "params=100B-200B&data=900B-2T+tokens&hw=h100&chips=7500-8500&time=20-30+days&util=30-45%25",
    );
    let said: Vec<String> = [&result.counting, &result.hardware]
        .into_iter()
        .flatten()
        .flat_map(|method| &method.steps)
        .map(|step| step.expr.substituted())
        .collect();
    for ends in [
        "100–200 billion",
        "900 billion–2 trillion",
        "7500–8500",
        "20–30 days",
        "30–45\u{202f}%",
    ] {
        assert!(
            said.iter().any(|text| text.contains(ends)),
            "{ends}: {said:?}"
        );
    }
    assert!(!said.iter().any(|text| text.contains("hours")), "{said:?}");
}
