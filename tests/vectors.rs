//! Other people's figures: every row of `vectors.csv` that goes through the form.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::excessive_precision,
    reason = "a test fails by panicking, and figures stand as they were published"
)]

mod common;

use std::collections::BTreeMap;

use common::{csv, from_query, near};

fn inputs(text: &str) -> BTreeMap<String, String> {
    text.split(';')
        .filter_map(|pair| pair.split_once('='))
        .map(|(key, value)| (key.to_string(), value.to_string()))
        .collect()
}

/// The time of a row as a person would type it.
fn time(inputs: &BTreeMap<String, String>, suffix: &str) -> String {
    for (key, unit) in [
        ("days", "days"),
        ("hours", "hours"),
        ("years", "years"),
        ("seconds", "s"),
    ] {
        if let Some(value) = inputs.get(&format!("{key}{suffix}")) {
            return format!("{value}+{unit}");
        }
    }
    panic!("no time in {inputs:?}");
}

#[test]
fn every_vector_of_both_methods_keeps_its_figure() {
    let mut ran = 0;
    for row in csv(include_str!("vectors.csv")) {
        let id = row.get("id").to_string();
        let given = inputs(row.get("inputs"));
        let want = row.number("expected").expect("expected");
        let tolerance = row.number("tolerance").unwrap_or(0.0).max(1e-9);
        let get = |key: &str| given.get(key).map_or("", String::as_str);
        let hardware = |suffix: &str| {
            format!(
                "peak={}+FLOP/s&util={}&chips={}&time={}",
                get(&format!("peak{suffix}")),
                get(&format!("util{suffix}")),
                get(&format!("chips{suffix}")),
                time(&given, suffix)
            )
        };
        let query = match row.get("method") {
            "m1-dense" => format!(
                "params={}&data={}&epochs={}",
                get("params"),
                get("tokens"),
                get("epochs")
            ),
            "m1-moe" => format!(
                "params=1e15&active={}&data={}",
                get("active"),
                get("tokens")
            ),
            "m1-connections" => format!(
                "connections={}&data={}&epochs={}&ratio={}",
                get("connections"),
                get("examples"),
                get("epochs"),
                get("ratio")
            ),
            "m1-forward" => format!(
                "forward={}&data={}&epochs={}&ratio={}",
                get("forward"),
                get("examples"),
                get("epochs"),
                get("ratio")
            ),
            "m1-steps" => format!(
                "forward={}&batch={}&steps={}",
                get("forward"),
                get("batch"),
                get("steps")
            ),
            "m1-encoder-decoder" => format!("forward={}&data={}", get("params"), get("tokens")),
            "m1-dense-attention" => format!(
                "params={}&data={}&depth={}&seq={}&width={}&mask={}",
                get("params"),
                get("tokens"),
                get("layers"),
                get("seq"),
                get("d_attn"),
                if get("causal") == "1" || get("mask") == "causal" {
                    "causal"
                } else {
                    "full"
                }
            ),
            "m2" => hardware(""),
            "m2-chip-hours" => format!(
                "peak={}+FLOP/s&util={}&chip_hours={}",
                get("peak"),
                get("util"),
                get("chip_hours")
            ),
            "m2-phases" => {
                let second: Vec<String> = hardware(".2")
                    .split('&')
                    .filter_map(|pair| pair.split_once('='))
                    .map(|(key, value)| format!("{key}.2={value}"))
                    .collect();
                format!("{}&{}", hardware(".1"), second.join("&"))
            }
            "implied-util" => {
                let time = if given.contains_key("chip_hours") {
                    format!("chip_hours={}", get("chip_hours"))
                } else {
                    format!("chips={}&time={}", get("chips"), time(&given, ""))
                };
                format!("flop={}&peak={}+FLOP/s&{time}", get("flop"), get("peak"))
            }
            "product-median" | "product-low" | "product-high" if get("const") == "6" => format!(
                "params={}..{}&data={}..{}",
                get("low.1"),
                get("high.1"),
                get("low.2"),
                get("high.2")
            ),
            _ => continue,
        };
        let (_, result) = from_query(&query);
        let got = match row.get("method") {
            "implied-util" => {
                result
                    .agreement
                    .as_ref()
                    .expect(&id)
                    .implied_utilization
                    .value
            }
            "product-low" => result.counting.as_ref().expect(&id).total.low,
            "product-high" => result.counting.as_ref().expect(&id).total.high,
            method if method.starts_with("m2") => {
                result
                    .hardware
                    .as_ref()
                    .unwrap_or_else(|| panic!("{id}: {query}: {:?}", result.problems))
                    .total
                    .value
            }
            _ => {
                result
                    .counting
                    .as_ref()
                    .unwrap_or_else(|| panic!("{id}: {query}: {:?}", result.problems))
                    .total
                    .value
            }
        };
        near(&id, got, want, tolerance);
        ran += 1;
    }
    assert!(ran >= 100, "only {ran} vectors ran");
}

#[test]
fn every_preset_gives_the_figures_worked_out_for_it() {
    let mut ran = 0;
    for row in csv(compute_tables::presets_csv()) {
        let id = row.get("id").to_string();
        let (_, result) = from_query(row.get("query"));
        for (column, got) in [
            ("expected_counting_flop", &result.counting),
            ("expected_hardware_flop", &result.hardware),
        ] {
            if let Some(want) = row.number(column) {
                let got = got
                    .as_ref()
                    .unwrap_or_else(|| panic!("{id} {column}: {:?}", result.problems));
                near(&format!("{id} {column}"), got.total.value, want, 1e-6);
                ran += 1;
            }
        }
        let (_, by_id) = from_query(&format!("example={id}"));
        assert_eq!(
            by_id.flop().map(|total| total.value),
            result.flop().map(|total| total.value),
            "{id} opened by its id"
        );
    }
    assert!(ran >= 80, "only {ran} figures ran");
}
