//! Which phases count, how totals stand to figures, and what is said about it.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::excessive_precision,
    reason = "a test fails by panicking, and figures stand as they were published"
)]

use compute_core::catalog::{Count, Threshold};
use compute_core::phase::PhaseKind;
use compute_core::quantity;
use compute_core::regulation::{
    self, Modifier, NOT_ADVICE, PhaseTotal, Verdict, compare, counted_sentence, exceeds,
    is_current, margin, margin_crossing, margin_sentence, margin_verdict, modification, modifier,
    modifier_sentence, probability, probability_sentence, sentence, standing, status_line, totals,
    verdict, within_margin,
};
use compute_core::request::Original;
use compute_core::sum::{Total, sum};
use compute_core::uncertain::{Uncertain, Z};

const VECTORS: &str = include_str!("regulation_vectors.csv");

struct Row {
    id: &'static str,
    rule: &'static str,
    inputs: Vec<(&'static str, &'static str)>,
    expected: &'static str,
}

/// Only the fields before the source are read; none of them is quoted.
fn rows() -> Vec<Row> {
    VECTORS
        .lines()
        .skip(1)
        .map(|line| {
            let cells: Vec<&str> = line.split(',').collect();
            Row {
                id: cells[0],
                rule: cells[1],
                inputs: cells[2]
                    .split(';')
                    .map(|pair| pair.split_once('=').unwrap())
                    .collect(),
                expected: cells[3],
            }
        })
        .collect()
}

impl Row {
    fn text(&self, key: &str) -> Option<&'static str> {
        self.inputs
            .iter()
            .find(|(name, _)| *name == key)
            .map(|(_, value)| *value)
    }

    fn number(&self, key: &str) -> f64 {
        self.text(key).unwrap().parse().unwrap()
    }

    fn total(&self) -> Total {
        let range = Uncertain::from_range(0, self.number("low"), self.number("high"));
        sum(&[range])
    }

    fn modification(&self) -> Modifier {
        let original = match self.text("original") {
            Some(flop) => Original::Known(Uncertain::exact(flop.parse().unwrap())),
            None => Original::Unknown,
        };
        let systemic = self.text("original_systemic") == Some("yes");
        let own = sum(&[Uncertain::exact(self.number("own"))]);
        modification(&original, systemic, own)
    }

    /// The phases of a `counted-total` row.
    fn phases(&self) -> Vec<PhaseTotal> {
        self.inputs
            .iter()
            .filter_map(|(name, flop)| {
                let (kind, public) = match *name {
                    "rl-updates" => (PhaseKind::ReinforcementLearning, false),
                    "rl-rollouts" => (PhaseKind::Rollouts, false),
                    "synthetic-private" => (PhaseKind::SyntheticData, false),
                    "synthetic-public" => (PhaseKind::SyntheticData, true),
                    "merged-weights" => (PhaseKind::MergedModel, false),
                    "reward-model-training" => (PhaseKind::AuxiliaryModel, false),
                    "teacher-training" => (PhaseKind::Teacher, false),
                    "failed-experiments" => (PhaseKind::Experiment, false),
                    // Executed FLOP never enters a phase.
                    "basis" | "recomputation" => return None,
                    kind => (PhaseKind::from_id(kind).unwrap(), false),
                };
                Some(phase(kind, public, flop.parse().unwrap()))
            })
            .collect()
    }
}

fn phase(kind: PhaseKind, public: bool, flop: f64) -> PhaseTotal {
    PhaseTotal {
        index: 0,
        kind,
        public,
        moved_in: Vec::new(),
        moved_out: Vec::new(),
        flop: Uncertain::exact(flop),
    }
}

fn row(id: &'static str, flop: f64, inclusive: bool, count: Count) -> Threshold {
    Threshold {
        id,
        name: "",
        short: "a row of its own",
        flop,
        inclusive,
        count,
        shown: true,
        status: "in-force",
        in_force: "2025-08-02",
        as_of: "2026-11-25",
        conditions: "",
        source: "",
    }
}

/// Figures and relations of the rows; the table itself is tested beside its data.
fn threshold(id: &str) -> Threshold {
    match id {
        "eu-systemic-1e25" => row("eu-systemic-1e25", 1e25, false, Count::EuCumulative),
        "eu-gpai-1e23" => row("eu-gpai-1e23", 1e23, false, Count::EuUpdate),
        "us-ca-sb53" => row("us-ca-sb53", 1e26, false, Count::UsState),
        "us-ny-raise" => row("us-ny-raise", 1e26, false, Count::UsState),
        "us-il-sb315" => row("us-il-sb315", 1e26, false, Count::UsState),
        "kr-ai-basic" => row("kr-ai-basic", 1e26, true, Count::All),
        "us-ear-4e091" => row("us-ear-4e091", 1e26, true, Count::UsState),
        "us-eo14110" => row("us-eo14110", 1e26, false, Count::All),
        "us-eo14110-bio" => row("us-eo14110-bio", 1e23, false, Count::All),
        "us-bis-nprm" => row("us-bis-nprm", 1e26, false, Count::All),
        "us-ca-sb1047" => row("us-ca-sb1047", 1e26, false, Count::All),
        "us-ca-sb1047-tuned" => row("us-ca-sb1047-tuned", 3e25, true, Count::FineTuning),
        "us-ny-raise-2025" => row("us-ny-raise-2025", 1e26, false, Count::All),
        other => panic!("no row {other}"),
    }
}

enum Answer {
    Number(f64),
    Probability(f64),
    Word(&'static str),
    Text(String),
}

fn truth(yes: bool) -> Answer {
    Answer::Word(if yes { "true" } else { "false" })
}

/// What the library says; `None` for rules of other parts (the methods' arithmetic).
fn computed(row: &Row) -> Option<Answer> {
    use Answer::*;
    Some(match row.rule {
        "threshold-flop" => Number(threshold(row.text("threshold").unwrap()).flop),
        "threshold-reached" => {
            let threshold = threshold(row.text("threshold").unwrap());
            // The kind that each count has in it.
            let phases = [phase(PhaseKind::FineTuning, false, row.number("flop"))];
            truth(compare(&threshold, &totals(&phases)).unwrap().exceeded)
        }
        "eu-gpai-indicated" => truth(
            regulation::is_general_modality(row.text("generates").unwrap())
                && exceeds(row.number("flop"), 1e23, false),
        ),
        "margin-low" => Number(margin(row.number("flop")).0),
        "margin-high" => Number(margin(row.number("flop")).1),
        "margin-verdict" => Word(margin_verdict(row.number("flop"), row.number("threshold")).id()),
        "margin-inverse-high" => Number(margin_crossing(row.number("threshold")).0),
        "margin-inverse-low" => Number(margin_crossing(row.number("threshold")).1),
        "sigma-for-margin" => {
            // The widest lognormal that is still within.
            let (mut inside, mut outside) = (0.0, 1.0);
            for _ in 0..60 {
                let sigma = (inside + outside) / 2.0;
                let end = (Z * sigma).exp();
                match within_margin(&sum(&[Uncertain::from_range(0, 1.0 / end, end)])) {
                    true => inside = sigma,
                    false => outside = sigma,
                }
            }
            assert_eq!(row.number("margin"), regulation::MARGIN);
            Number(inside)
        }
        "range-verdict" => Word(
            verdict(
                row.total().low,
                row.total().high,
                row.number("threshold"),
                false,
            )
            .id(),
        ),
        "p-exceeds" => {
            let total = row.total();
            let certain = f64::from(u8::from(exceeds(
                total.value,
                row.number("threshold"),
                false,
            )));
            Probability(
                total
                    .probability_above(row.number("threshold"))
                    .unwrap_or(certain),
            )
        }
        "two-significant" => Text(quantity::ascii(row.number("flop"), 2)),
        "modifier-threshold" => Number(row.modification().threshold.value),
        "modifier-own-over-threshold" => Number(row.modification().share.value),
        "modifier-is-provider" => truth(row.modification().is_provider),
        "modifier-systemic" => {
            let provider = row.text("is_provider") == Some("yes");
            let own = if provider { 2e25 } else { 1e25 };
            let original = Original::Known(Uncertain::exact(4e25));
            truth(modification(&original, true, sum(&[Uncertain::exact(own)])).inherits)
        }
        "modifier-total" => Number(row.modification().total.unwrap().value),
        "modifier-break-even-tokens" => Number(regulation::break_even_tokens(
            row.number("original_tokens"),
            row.number("factor"),
        )),
        "counted-total" => {
            let totals = totals(&row.phases());
            Number(match row.text("basis").unwrap() {
                "eu-update" => totals.eu_update.value,
                "eu-cumulative" => totals.eu_cumulative.value,
                other => panic!("{other}"),
            })
        }
        "synthetic-forward" => {
            let public = row.text("public") == Some("1");
            let flop = 2.0
                * row.number("params")
                * row.number("samples_generated")
                * row.number("tokens_per_sample");
            let phases = [phase(PhaseKind::SyntheticData, public, flop)];
            Number(totals(&phases).eu_cumulative.value)
        }
        "eu-6pd" | "eu-nlhu" | "eu-nlhu-sum" | "eu-weighted-peak" | "mfu-from-hfu"
        | "implied-util" => return None,
        other => panic!("{}: no rule {other}", row.id),
    })
}

#[test]
fn vectors() {
    let mut wrong = Vec::new();
    let mut asked = 0;
    for row in rows() {
        let Some(answer) = computed(&row) else {
            continue;
        };
        asked += 1;
        let number = || row.expected.parse::<f64>().unwrap();
        let (right, got) = match answer {
            Answer::Number(0.0) => (number() == 0.0, "0".to_string()),
            Answer::Number(got) => ((got / number() - 1.0).abs() <= 1e-9, got.to_string()),
            Answer::Probability(got) => ((got - number()).abs() <= 1e-6, got.to_string()),
            Answer::Word(got) => (got == row.expected, got.to_string()),
            Answer::Text(got) => (got == row.expected, got),
        };
        if !right {
            wrong.push(format!("{}: {got}, not {}", row.id, row.expected));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert_eq!(asked, 124);
}

#[test]
fn every_kind_has_a_reason_in_every_count() {
    for count in [
        Count::All,
        Count::EuUpdate,
        Count::EuCumulative,
        Count::UsState,
        Count::FineTuning,
    ] {
        for kind in PhaseKind::ALL {
            for public in [false, true] {
                let standing = standing(kind, public, count);
                assert!(standing.why.ends_with('.') && !standing.moved, "{kind:?}");
            }
        }
    }
    // Readings are marked as ours.
    assert!(standing(PhaseKind::Rollouts, false, Count::EuCumulative).reading);
    assert!(!standing(PhaseKind::SyntheticData, false, Count::EuCumulative).reading);
    assert!(!standing(PhaseKind::SyntheticData, true, Count::EuCumulative).counted);
    assert!(standing(PhaseKind::MergedModel, false, Count::UsState).counted);
}

#[test]
fn the_reader_moves_a_phase() {
    let mut merged = phase(PhaseKind::MergedModel, false, 5e25);
    merged.index = 1;
    let tuning = phase(PhaseKind::FineTuning, false, 6e25);
    let us = |merged: &PhaseTotal| totals(&[tuning.clone(), merged.clone()]);
    assert_eq!(us(&merged).us_state.value, 1.1e26);
    merged.moved_out = vec![Count::UsState];
    assert_eq!(us(&merged).us_state.value, 6e25);
    assert_eq!(us(&merged).counted(Count::UsState), [0]);
    assert!(merged.standing(Count::UsState).moved);
    // Moved both ways is not moved; moved to where it is neither.
    merged.moved_in = vec![Count::UsState, Count::EuCumulative, Count::All];
    assert!(!merged.standing(Count::UsState).moved);
    assert!(!merged.standing(Count::EuCumulative).moved);
    assert_eq!(us(&merged).counted(Count::UsState), [0, 1]);
    // What was typed always counts as typed.
    merged.moved_out = vec![Count::All, Count::FineTuning];
    assert_eq!(us(&merged).all.value, 1.1e26);
}

#[test]
fn one_number_where_all_counts_agree() {
    let run = phase(PhaseKind::PreTraining, false, 1e24);
    let alone = totals(std::slice::from_ref(&run));
    assert!(alone.all_equal && alone.fine_tuning.is_none());
    assert_eq!(alone.all, alone.us_state);
    let rollouts = phase(PhaseKind::Rollouts, false, 1e23);
    let both = totals(&[run, rollouts]);
    assert!(!both.all_equal);
    assert_eq!(both.eu_update.value, 1e24);
    assert_eq!(both.eu_cumulative.value, 1.1e24);
    let none = totals(&[]);
    assert_eq!(none.all.value, 0.0);
}

#[test]
fn a_figure_for_fine_tuning_needs_fine_tuning() {
    let threshold = threshold("us-ca-sb1047-tuned");
    let run = phase(PhaseKind::PreTraining, false, 1e26);
    assert_eq!(
        compare(&threshold, &totals(std::slice::from_ref(&run))),
        None
    );
    let tuning = phase(PhaseKind::FineTuning, false, 3e25);
    let compared = compare(&threshold, &totals(&[run.clone(), tuning])).unwrap();
    assert_eq!(compared.flop_counted.value, 3e25);
    assert!(compared.exceeded && compared.verdict == Verdict::Above);
    // A row without a figure of its own has no comparison.
    assert_eq!(
        compare(&row("x", 0.0, false, Count::All), &totals(&[run])),
        None
    );
}

#[test]
fn the_relation_decides_at_the_figure_itself() {
    // 3 x 1e24 is not the double of 3e24, nor 6 x N x D that of the decimal product.
    let product = 0.1 + 0.2;
    assert!(product > 0.3);
    assert!(!exceeds(product, 0.3, false) && exceeds(product, 0.3, true));
    assert!(exceeds(0.7 + 0.1, 0.8, true));
    assert!(!exceeds(9.96e24, 1e25, false) && exceeds(1.000_000_01e25, 1e25, false));
    assert!(!exceeds(f64::NAN, 1e25, true) && exceeds(f64::INFINITY, 1e25, false));
    assert_eq!(verdict(1e25, 1e25, 1e25, false), Verdict::Below);
    assert_eq!(verdict(1e25, 1e25, 1e25, true), Verdict::Above);
    assert_eq!(verdict(9e24, 1e25, 1e25, true), Verdict::Straddles);
}

fn ranged(kind: PhaseKind, unknown: u16, low: f64, high: f64) -> PhaseTotal {
    PhaseTotal {
        flop: Uncertain::from_range(unknown, low, high),
        ..phase(kind, false, 0.0)
    }
}

fn said(id: &str, phases: &[PhaseTotal]) -> String {
    let threshold = threshold(id);
    let compared = compare(&threshold, &totals(phases)).unwrap();
    plain(&sentence(&threshold, &compared))
}

/// Without the spaces that do not break, so that the sentences can be read here.
fn plain(text: &str) -> String {
    text.replace(['\u{202f}', '\u{a0}'], " ")
}

#[test]
fn sentences_of_comparisons() {
    let run = |flop| [phase(PhaseKind::PreTraining, false, flop)];
    let range = |low, high| [ranged(PhaseKind::PreTraining, 0, low, high)];
    for (got, expected) in [
        (
            said("eu-systemic-1e25", &run(3.7908e25)),
            "Your estimate, 3.8 × 10²⁵ FLOP, exceeds the figure in Article 51(2) of the EU AI Act, 10²⁵ FLOP, above which high-impact capabilities are presumed: 3.8 times as much.",
        ),
        (
            said("eu-gpai-1e23", &run(7.524e22)),
            "Your estimate, 7.5 × 10²² FLOP, is below the figure in the EU guidelines on general-purpose AI models, 10²³ FLOP, an indicative criterion: 75 % of it.",
        ),
        (
            said("us-ca-sb53", &run(3.1428e23)),
            "Your estimate, 3.1 × 10²³ FLOP, is below the figure in California’s SB 53, 10²⁶ FLOP, part of the definition of a frontier model: 0.31 % of it.",
        ),
        (
            said("us-ny-raise", &run(1e15)),
            "Your estimate, 1.0 × 10¹⁵ FLOP, is below the figure in New York’s RAISE Act, 10²⁶ FLOP, part of the definition of a frontier model.",
        ),
        // Compared is what was not rounded, and the sentence shows why.
        (
            said("eu-systemic-1e25", &run(9.96e24)),
            "Your estimate, 9.96 × 10²⁴ FLOP, is below the figure in Article 51(2) of the EU AI Act, 10²⁵ FLOP, above which high-impact capabilities are presumed.",
        ),
        (
            said("eu-systemic-1e25", &run(1e25)),
            "Your estimate, 1.0 × 10²⁵ FLOP, equals the figure in Article 51(2) of the EU AI Act, 10²⁵ FLOP, above which high-impact capabilities are presumed; only more than that exceeds it.",
        ),
        (
            said("kr-ai-basic", &run(1e26)),
            "Your estimate, 1.0 × 10²⁶ FLOP, reaches the figure in Korea’s AI Basic Act, 10²⁶ FLOP, one of three conditions.",
        ),
        (
            said("eu-systemic-1e25", &range(4e24, 1.6e25)),
            "Your estimate’s 90 % range, 0.40–1.6 × 10²⁵ FLOP, straddles the figure in Article 51(2) of the EU AI Act, 10²⁵ FLOP, above which high-impact capabilities are presumed.",
        ),
        (
            said("eu-systemic-1e25", &range(2e24, 8e24)),
            "Your estimate’s 90 % range, 2.0–8.0 × 10²⁴ FLOP, is below the figure in Article 51(2) of the EU AI Act, 10²⁵ FLOP, above which high-impact capabilities are presumed.",
        ),
        (
            said("us-eo14110-bio", &range(1.1e23, 4e23)),
            "Your estimate’s 90 % range, 1.1–4.0 × 10²³ FLOP, exceeds the figure in US Executive Order 14110, models of biological sequences, 10²³ FLOP.",
        ),
        (
            said("eu-gpai-1e23", &[phase(PhaseKind::Evaluation, false, 1e24)]),
            "No phase entered counts for the figure in the EU guidelines on general-purpose AI models, 10²³ FLOP, an indicative criterion.",
        ),
    ] {
        assert_eq!(got, expected);
    }
    let own = row("new-row", 2e25, false, Count::All);
    let compared = compare(&own, &totals(&run(1e26))).unwrap();
    assert_eq!(
        plain(&sentence(&own, &compared)),
        "Your estimate, 1.0 × 10²⁶ FLOP, exceeds the figure in a row of its own, 2 × 10²⁵ FLOP: 5 times as much."
    );
}

#[test]
fn probabilities_in_whole_percents() {
    for (p, expected) in [
        (0.0, "less than 1 %"),
        (0.004_99, "less than 1 %"),
        (0.005, "1 %"),
        (0.0148, "1 %"),
        (0.298_2, "30 %"),
        (0.5, "50 %"),
        (0.994, "99 %"),
        (0.995, "99 %"),
        (0.995_01, "more than 99 %"),
        (1.0, "more than 99 %"),
    ] {
        assert_eq!(plain(&probability(p)), expected, "{p}");
    }
    assert_eq!(
        plain(&probability_sentence(Some(0.298))),
        "On your inputs it is exceeded with a probability of 30 %."
    );
    assert_eq!(
        probability_sentence(None),
        "One number was given, so no probability."
    );
}

#[test]
fn sentences_of_what_is_counted() {
    let phases = [
        phase(PhaseKind::PreTraining, false, 1e25),
        phase(PhaseKind::FineTuning, false, 1e23),
        phase(PhaseKind::FineTuning, false, 1e22),
        phase(PhaseKind::SyntheticData, true, 1e22),
        phase(PhaseKind::Evaluation, false, 1e22),
    ];
    let totals = totals(&phases);
    assert_eq!(
        counted_sentence(&totals, Count::EuCumulative),
        "Counted here: pre-training and fine-tuning. Left out: synthetic data and evaluation. Not entered: reinforcement learning, rollouts and weights built upon; this count includes them."
    );
    assert_eq!(
        counted_sentence(&totals, Count::EuUpdate),
        "Counted here: pre-training and fine-tuning. Left out: synthetic data and evaluation. Not entered: reinforcement learning; this count includes them."
    );
    assert_eq!(
        counted_sentence(&totals, Count::All),
        "Counted here: pre-training, fine-tuning, synthetic data and evaluation."
    );
}

#[test]
fn status_changes_with_the_day() {
    let mut raise = threshold("us-ny-raise");
    (raise.status, raise.in_force) = ("not-yet", "2027-01-01");
    assert_eq!(status_line(&raise, "2026-11-25"), "from 1 January 2027");
    assert_eq!(status_line(&raise, ""), "from 1 January 2027");
    assert!(!is_current(&raise, "2026-12-31"));
    assert_eq!(
        status_line(&raise, "2027-01-01"),
        "since 1 January 2027, by its text as checked on 25 November 2026"
    );
    assert!(is_current(&raise, "2027-01-01"));
    let mut act = threshold("eu-systemic-1e25");
    assert_eq!(
        status_line(&act, "2026-11-25"),
        "in force since 2 August 2025"
    );
    for (status, expected) in [
        ("guidance", "in use; guidelines, not binding"),
        ("proposed", "proposed, never final"),
        ("not-enforced", "not enforced"),
        ("replaced", "not in force (replaced), shown for history"),
        ("revoked", "not in force (revoked), shown for history"),
        ("vetoed", "not in force (vetoed), shown for history"),
    ] {
        act.status = status;
        assert_eq!(status_line(&act, "2026-11-25"), expected);
        assert_eq!(is_current(&act, "2026-11-25"), status == "guidance");
    }
    (act.status, act.in_force) = ("not-yet", "");
    assert_eq!(status_line(&act, "2026-11-25"), "not yet in force");
}

#[test]
fn a_modification_is_counted_without_what_it_modifies() {
    let phases = [
        phase(PhaseKind::MergedModel, false, 3.7908e25),
        phase(PhaseKind::FineTuning, false, 1e25),
        phase(PhaseKind::SyntheticData, false, 3e24),
    ];
    let totals = totals(&phases);
    let original = Original::Known(Uncertain::exact(3.7908e25));
    // With systemic risk the cumulative count, else updates alone.
    let systemic = modifier(&original, Some(true), &totals).unwrap();
    assert!((systemic.own.value / 1.3e25 - 1.0).abs() < 1e-12);
    assert!(systemic.is_provider && systemic.inherits);
    let other = modifier(&original, Some(false), &totals).unwrap();
    assert_eq!(other.own.value, 1e25);
    assert!(!other.is_provider && !other.inherits);
    // Not said: presumed by the figure itself.
    assert_eq!(modifier(&original, None, &totals).unwrap(), systemic);
    assert_eq!(modifier(&Original::Unknown, None, &totals), None);
    let unknown = modifier(&Original::Unknown, Some(true), &totals).unwrap();
    assert!(unknown.is_provider && unknown.total.is_none());
}

#[test]
fn a_modification_with_ranges_has_a_probability() {
    let own = || sum(&[Uncertain::from_range(0, 1e24, 4e24)]);
    let known = |flop| Original::Known(flop);
    let exact = modification(&known(Uncertain::exact(6e24)), false, own());
    assert!((exact.probability.unwrap() - 0.5).abs() < 1e-12);
    let both = modification(&known(Uncertain::from_range(1, 3e24, 1.2e25)), false, own());
    assert!((both.probability.unwrap() - 0.5).abs() < 1e-12);
    // Both uncertain: the sd of the quotient's ln is that of both.
    assert!((both.share.sigma() - 2_f64.sqrt() * own().as_uncertain().sigma()).abs() < 1e-12);
    assert!((both.total.unwrap().value - 8.1e24).abs() < 0.2e24);
    let single = modification(
        &known(Uncertain::exact(6e24)),
        false,
        sum(&[Uncertain::exact(1e24)]),
    );
    assert_eq!(single.probability, None);
    // Nothing of its own: the third is not reached, whatever it is.
    let nothing = modification(
        &known(Uncertain::from_range(1, 3e24, 1.2e25)),
        false,
        sum(&[]),
    );
    assert_eq!(
        (nothing.probability, nothing.is_provider),
        (Some(0.0), false)
    );
}

#[test]
fn sentences_of_modifications() {
    let of = |original, systemic, own| {
        let original = Original::Known(Uncertain::exact(original));
        let own = sum(&[Uncertain::exact(own)]);
        plain(&modifier_sentence(&modification(&original, systemic, own)))
    };
    assert_eq!(
        of(3.7908e25, true, 1.3e25),
        "The modification, 1.30 × 10²⁵ FLOP, exceeds one third of the original, 1.26 × 10²⁵ FLOP: the guidelines’ indicative criterion for becoming the provider of the modified model is reached. The original has systemic risk, so the modified model is presumed to have it too (section 3.2.2). Together with the original: 5.1 × 10²⁵ FLOP, which exceeds 10²⁵ FLOP (adding both is our reading of paragraph 121)."
    );
    assert_eq!(
        of(3e24, false, 1e24),
        "The modification, 1.0 × 10²⁴ FLOP, does not exceed one third of the original, 1.0 × 10²⁴ FLOP: the guidelines’ indicative criterion for becoming the provider of the modified model is not reached. Together with the original: 4.0 × 10²⁴ FLOP, which does not exceed 10²⁵ FLOP (adding both is our reading of paragraph 121)."
    );
}

#[test]
fn sentences_of_the_margin() {
    assert_eq!(
        plain(&margin_sentence(7.7e24, 1e25)),
        "The EU guidelines ask for an estimate within 30 % (paragraph 123): here 0.54–1.0 × 10²⁵ FLOP, which crosses 10²⁵ FLOP; what follows from that is not in the text."
    );
    assert!(margin_sentence(7.6e24, 1e25).contains("all of it below"));
    assert!(margin_sentence(1.5e25, 1e25).contains("all of it above"));
}

/// No sentence says what only a lawyer could, and none uses the ambiguous plural.
#[test]
fn no_sentence_claims_a_legal_effect() {
    let mut texts: Vec<String> = vec![NOT_ADVICE.into()];
    let ids = [
        "eu-systemic-1e25",
        "eu-gpai-1e23",
        "us-ca-sb53",
        "us-ny-raise",
        "us-il-sb315",
        "kr-ai-basic",
        "us-ear-4e091",
        "us-eo14110",
        "us-eo14110-bio",
        "us-bis-nprm",
        "us-ca-sb1047",
        "us-ca-sb1047-tuned",
        "us-ny-raise-2025",
    ];
    let phases: Vec<Vec<PhaseTotal>> = vec![
        vec![phase(PhaseKind::FineTuning, false, 1e20)],
        vec![phase(PhaseKind::FineTuning, false, 1e28)],
        vec![phase(PhaseKind::FineTuning, false, 1e26)],
        vec![ranged(PhaseKind::FineTuning, 0, 1e22, 1e28)],
        vec![ranged(PhaseKind::FineTuning, 0, 1e20, 1e21)],
        vec![ranged(PhaseKind::FineTuning, 0, 1e28, 1e29)],
        PhaseKind::ALL
            .into_iter()
            .map(|kind| ranged(kind, kind as u16, 1e22, 1e26))
            .collect(),
    ];
    for phases in &phases {
        let totals = totals(phases);
        for id in ids {
            let mut row = threshold(id);
            let compared = compare(&row, &totals).unwrap();
            texts.push(sentence(&row, &compared));
            texts.push(probability_sentence(compared.probability));
            texts.push(counted_sentence(&totals, row.count));
            texts.push(margin_sentence(totals.all.value, row.flop));
            for status in [
                "in-force",
                "not-yet",
                "guidance",
                "proposed",
                "not-enforced",
                "replaced",
                "revoked",
                "vetoed",
            ] {
                row.status = status;
                for today in ["2024-01-01", "2026-11-25"] {
                    texts.push(status_line(&row, today));
                }
            }
        }
        for systemic in [true, false] {
            for original in [
                Original::Unknown,
                Original::Known(Uncertain::exact(1e24)),
                Original::Known(Uncertain::from_range(99, 1e25, 1e26)),
            ] {
                let modifier = modifier(&original, Some(systemic), &totals).unwrap();
                texts.push(modifier_sentence(&modifier));
            }
        }
    }
    for count in [
        Count::All,
        Count::EuUpdate,
        Count::EuCumulative,
        Count::UsState,
    ] {
        for kind in PhaseKind::ALL {
            texts.push(standing(kind, false, count).why.into());
            texts.push(standing(kind, true, count).why.into());
        }
    }
    for text in texts {
        let words: Vec<String> = text
            .split(|c: char| !c.is_alphanumeric())
            .map(str::to_lowercase)
            .collect();
        for banned in [
            "compliant",
            "compliance",
            "comply",
            "regulated",
            "notify",
            "safe",
            "must",
            "legal",
            "illegal",
            "flops",
            "NaN",
        ] {
            let allowed = banned == "legal" && text == NOT_ADVICE;
            assert!(
                allowed || !words.iter().any(|word| word == banned),
                "{text}"
            );
        }
        assert!(!text.contains("not a number") && !text.is_empty(), "{text}");
        assert!(!text.contains("  "), "{text}");
    }
}

#[test]
fn a_phase_moved_and_moved_back_leaves_no_word() {
    let (inside, outside) = regulation::moves("", "", "eu-update", false, true);
    assert_eq!((inside.as_str(), outside.as_str()), ("eu-update", ""));
    assert_eq!(
        regulation::moves(&inside, &outside, "eu-update", false, false),
        (String::new(), String::new())
    );
    // Other totals stay; a word in both, or twice, is settled.
    assert_eq!(
        regulation::moves(
            "us-state, eu-update,eu-update",
            "eu-update",
            "eu-update",
            true,
            false
        ),
        ("us-state".to_string(), "eu-update".to_string())
    );
}

#[test]
fn every_total_that_a_phase_can_be_moved_into_has_its_word_in_the_link() {
    for (count, word) in regulation::MOVABLE {
        let phase = |moved_in, moved_out| PhaseTotal {
            index: 0,
            kind: PhaseKind::Evaluation,
            public: false,
            moved_in,
            moved_out,
            flop: Uncertain::exact(1.0),
        };
        assert!(compute_core::field::COUNTS.contains(&word));
        assert!(!phase(vec![], vec![]).standing(count).counted, "{word}");
        assert!(phase(vec![count], vec![]).standing(count).counted, "{word}");
    }
}
