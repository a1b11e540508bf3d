//! Every row of `FIELDS` keeps its promises.

mod common;

use std::collections::BTreeSet;

use common::from_query;
use compute_core::field::{Default, FIELDS, Field, Slot, Takes};
use compute_core::form::{Form, MAX_PHASES, MAX_TEXT};
use compute_core::phase::PhaseKind;
use compute_core::problem::Severity;
use compute_core::quantity::{self, QuantityKind};
use compute_core::request;
use compute_tables::catalog;

#[test]
fn rows_stand_in_the_order_of_the_enum_with_unique_keys_and_paths() {
    let (mut keys, mut paths) = (BTreeSet::new(), BTreeSet::new());
    for (index, spec) in FIELDS.iter().enumerate() {
        assert_eq!(spec.field as usize, index, "{}", spec.key);
        assert_eq!(spec.per_phase, index >= Field::HEAD, "{}", spec.key);
        assert!(
            keys.insert(spec.key) && paths.insert(spec.path),
            "{}",
            spec.key
        );
        assert_eq!(Field::from_key(spec.key), Some(spec.field));
        assert!(!spec.label.is_empty(), "{}", spec.key);
        assert!(
            !spec.hint.ends_with('.'),
            "{}: a hint is no sentence",
            spec.key
        );
    }
}

#[test]
fn every_field_has_its_explanation_and_the_page_gets_it_with_the_tables() {
    use compute_core::explain::EXPLANATIONS;
    assert_eq!(catalog().explanations.len(), FIELDS.len());
    for (spec, (field, text, source)) in FIELDS.iter().zip(&EXPLANATIONS) {
        assert_eq!(spec.field, *field);
        assert!(text.ends_with('.') && text.len() > 40, "{}", spec.key);
        assert_eq!(
            catalog().explanations[spec.field as usize],
            (*text, *source)
        );
    }
}

/// Published keys: links hold them for ever. Lines are added, never changed.
#[test]
fn every_published_key_is_still_read() {
    for key in [
        "name",
        "domain",
        "original",
        "systemic",
        "kind",
        "params",
        "active",
        "connections",
        "forward",
        "flop",
        "data",
        "batch",
        "steps",
        "epochs",
        "ratio",
        "depth",
        "width",
        "seq",
        "mask",
        "public",
        "in",
        "out",
        "hw",
        "peak",
        "format",
        "chips",
        "time",
        "chip_hours",
        "util",
        "hfu",
        "executed",
    ] {
        assert!(Field::from_key(key).is_some(), "{key}");
    }
}

#[test]
fn every_example_reads_and_stands_in_its_hint() {
    for spec in &FIELDS {
        let mut form = Form::empty();
        form.set(Slot::new(spec.field, 0), spec.example);
        let read = request::read(&form, catalog());
        let wrong: Vec<_> = read
            .problems
            .iter()
            .filter(|problem| problem.severity == Severity::Error)
            .collect();
        assert!(wrong.is_empty(), "{}: {wrong:?}", spec.key);
        if matches!(spec.takes, Takes::Quantity { .. }) && spec.hint.contains("ike ") {
            assert!(
                spec.hint.contains(spec.example),
                "{}: {}",
                spec.key,
                spec.hint
            );
        }
    }
}

#[test]
fn every_default_reads() {
    for spec in &FIELDS {
        for kind in PhaseKind::ALL {
            let Some(text) = spec.default.text(kind) else {
                continue;
            };
            match spec.takes {
                Takes::Choice(words) => assert!(words.contains(&text), "{}", spec.key),
                Takes::Quantity { zero: true, .. } if text == "0" => {}
                Takes::Quantity { kind, .. } => {
                    quantity::read(kind, text, catalog())
                        .unwrap_or_else(|wrong| panic!("{}: {wrong:?}", spec.key));
                }
                _ => panic!("{} has a default that nothing reads", spec.key),
            }
        }
        if let Default::Same(other) = spec.default {
            assert!(other.spec().per_phase);
        }
    }
}

#[test]
fn a_message_names_its_field_and_what_to_do() {
    for spec in &FIELDS {
        if !matches!(
            spec.takes,
            Takes::Quantity { .. } | Takes::Choice(_) | Takes::Accelerator
        ) {
            continue;
        }
        for phase in [0, 1] {
            let phase = if spec.per_phase { phase } else { 0 };
            let slot = Slot::new(spec.field, phase);
            let mut form = Form::empty();
            form.set(slot, "abc$");
            let read = request::read(&form, catalog());
            let problem = read
                .problems
                .iter()
                .find(|problem| problem.slot == Some(slot) && problem.severity == Severity::Error)
                .unwrap_or_else(|| panic!("{} read abc$", spec.key));
            assert!(
                problem.sentence().contains(spec.label),
                "{}",
                problem.sentence()
            );
            assert!(
                !problem.message.is_empty() && !problem.remedy.is_empty(),
                "{}",
                spec.key
            );
            let words = [problem.message.as_str(), &problem.remedy]
                .concat()
                .to_lowercase();
            for banned in ["invalid", "valid value", "please", "oops", "sorry"] {
                assert!(!words.contains(banned), "{}: {words}", spec.key);
            }
        }
    }
}

#[test]
fn nothing_typed_is_lost_up_to_its_bound() {
    let mut form = Form::empty();
    let slot = Slot::new(Field::Parameters, 0);
    assert!(!form.set(slot, &"é".repeat(MAX_TEXT)));
    assert_eq!(form.get(slot).chars().count(), MAX_TEXT);
    assert!(form.set(slot, &"é".repeat(MAX_TEXT + 1)));
    assert_eq!(form.get(slot).chars().count(), MAX_TEXT);
    for _ in 0..20 {
        form.add_phase(PhaseKind::FineTuning);
    }
    assert_eq!(form.phases(), MAX_PHASES);
    form.set(Slot::new(Field::Parameters, 200), "1");
    assert_eq!(form.phases(), MAX_PHASES);
}

#[test]
fn an_added_phase_copies_hardware_format_and_utilization() {
    let mut form = Form::empty();
    for (field, text) in [
        (Field::Accelerator, "H100"),
        (Field::Format, "fp8"),
        (Field::Utilization, "35%"),
        (Field::Chips, "2048"),
        (Field::Parameters, "7B"),
    ] {
        form.set(Slot::new(field, 0), text);
    }
    form.add_phase(PhaseKind::Rollouts);
    let second = |field| form.get(Slot::new(field, 1));
    assert_eq!(second(Field::Accelerator), "H100");
    assert_eq!(second(Field::Format), "fp8");
    assert_eq!(second(Field::Utilization), "35%");
    assert_eq!(second(Field::Chips), "");
    assert_eq!(second(Field::Parameters), "");
    assert_eq!(second(Field::Kind), "rollouts");
}

#[test]
fn the_most_direct_basis_wins_and_the_page_says_so() {
    let (_, result) = from_query("params=1B&connections=2B&forward=3+GFLOP&flop=1e20&data=1B");
    assert_eq!(
        result
            .counting
            .as_ref()
            .map(|counting| counting.total.value),
        Some(1e20)
    );
    let overridden = result
        .problems
        .iter()
        .filter(|problem| problem.code == "overridden")
        .count();
    // Forward FLOP, connections, parameters and data stand behind the known FLOP.
    assert_eq!(overridden, 4);
    let (_, result) = from_query("params=1B&data=7B&batch=1M&steps=10");
    assert_eq!(
        result.counting.map(|counting| counting.total.value),
        Some(6e16)
    );
}

#[test]
fn one_field_in_error_costs_its_method_alone() {
    let (request, result) = from_query("params=70B&data=15T&hw=H100&chips=100&time=54");
    assert!(result.counting.is_some() && result.hardware.is_none());
    assert!(
        matches!(&request.phases[0].hardware, request::Inputs::Faulty(slots) if slots[0].field == Field::Time)
    );
    let (request, result) = from_query("params=abc&data=15T&hw=H100&chips=100&time=54+days");
    assert!(result.counting.is_none() && result.hardware.is_some());
    assert!(matches!(
        &request.phases[0].counting,
        request::Inputs::Faulty(_)
    ));
    // An error in a field that is not used costs nothing.
    let (_, result) = from_query("params=70B&batch=1M&steps=10&data=abc");
    assert!(result.counting.is_some());
}

#[test]
fn quantity_kinds_are_all_in_use() {
    for kind in [
        QuantityKind::Count,
        QuantityKind::Flop,
        QuantityKind::FlopPerSecond,
        QuantityKind::Time,
        QuantityKind::Fraction,
        QuantityKind::ChipTime,
    ] {
        assert!(FIELDS.iter().any(
            |spec| matches!(spec.takes, Takes::Quantity { kind: known, .. } if known == kind)
        ));
    }
}

#[test]
fn the_example_in_a_remedy_is_the_field_s_own() {
    let (request, _) = from_query("epochs=0&chips=abc&params=abc");
    let remedy = |field| {
        let slot = Slot::new(field, 0);
        let found = request
            .problems
            .iter()
            .find(|problem| problem.slot == Some(slot));
        found.expect("a problem").remedy.clone()
    };
    assert_eq!(remedy(Field::Epochs), "Write a number like 90.");
    assert_eq!(remedy(Field::Chips), "Write a number like 2048.");
    assert_eq!(remedy(Field::Parameters), "Write a number like 175B.");
}
