//! The rows of `data/thresholds.csv` against the vectors: figure, relation, count, and what is said by the day.

// Helpers of tests may fail loudly.
#![allow(clippy::panic)]

use compute_core::catalog::{Count, Threshold};
use compute_core::phase::PhaseKind;
use compute_core::regulation::{PhaseTotal, compare, is_current, sentence, status_line, totals};
use compute_core::uncertain::Uncertain;
use compute_tables::catalog;

const VECTORS: &str = include_str!("../../core/tests/regulation_vectors.csv");

fn row(id: &str) -> &'static Threshold {
    let mut rows = catalog().thresholds.iter();
    rows.find(|row| row.id == id)
        .unwrap_or_else(|| panic!("no row {id}"))
}

/// A fine-tuning phase: the kind that every count has in it.
fn tuned(flop: f64) -> [PhaseTotal; 1] {
    [PhaseTotal {
        index: 0,
        kind: PhaseKind::FineTuning,
        public: false,
        moved_in: Vec::new(),
        moved_out: Vec::new(),
        flop: Uncertain::exact(flop),
    }]
}

#[test]
fn figures_and_relations() {
    let mut asked = 0;
    for line in VECTORS.lines().skip(1) {
        let cells: Vec<&str> = line.split(',').collect();
        let input = |key: &str| {
            let mut pairs = cells[2].split(';').filter_map(|pair| pair.split_once('='));
            pairs.find(|(name, _)| *name == key).map(|(_, text)| text)
        };
        match cells[1] {
            "threshold-flop" => {
                let expected: f64 = cells[3].parse().unwrap();
                assert_eq!(
                    row(input("threshold").unwrap()).flop,
                    expected,
                    "{}",
                    cells[0]
                );
            }
            "threshold-reached" => {
                let flop = input("flop").unwrap().parse().unwrap();
                let threshold = row(input("threshold").unwrap());
                let compared = compare(threshold, &totals(&tuned(flop))).unwrap();
                assert_eq!(compared.exceeded.to_string(), cells[3], "{}", cells[0]);
            }
            _ => continue,
        }
        asked += 1;
    }
    assert_eq!(asked, 34);
}

#[test]
fn each_row_is_compared_with_its_total() {
    for (id, count) in [
        ("eu-systemic-1e25", Count::EuCumulative),
        ("eu-gpai-1e23", Count::EuUpdate),
        ("us-ca-sb53", Count::UsState),
        ("us-ny-raise", Count::UsState),
        ("us-il-sb315", Count::UsState),
        ("us-ear-4e091", Count::UsState),
        ("kr-ai-basic", Count::All),
        ("us-eo14110", Count::All),
        ("us-eo14110-bio", Count::All),
        ("us-bis-nprm", Count::All),
        ("us-ca-sb1047", Count::All),
        ("us-ny-raise-2025", Count::All),
        ("us-ca-sb1047-tuned", Count::FineTuning),
    ] {
        assert_eq!(row(id).count, count, "{id}");
    }
}

#[test]
fn what_applies_changes_with_the_day() {
    assert_eq!(
        status_line(row("us-ny-raise"), "2026-11-25"),
        "from 1 January 2027"
    );
    assert!(status_line(row("us-ny-raise"), "2027-01-01").starts_with("since 1 January 2027"));
    assert_eq!(
        status_line(row("eu-systemic-1e25"), "2026-11-25"),
        "in force since 2 August 2025"
    );
    assert_eq!(
        status_line(row("us-ca-sb1047"), "2026-11-25"),
        "not in force (vetoed), shown for history"
    );
    // What the page shows first applies.
    for row in catalog().thresholds.iter().filter(|row| row.shown) {
        assert!(is_current(row, "2026-11-25"), "{}", row.id);
    }
    assert!(!is_current(row("us-eo14110"), "2026-11-25"));
}

/// Each known row is named in full in its sentence; only a new one goes by its short name.
#[test]
fn each_row_has_a_sentence() {
    let totals = totals(&tuned(3e27));
    for row in &catalog().thresholds {
        let compared = compare(row, &totals).unwrap();
        let text = sentence(row, &compared);
        assert!(text.contains(" exceeds the figure in "), "{text}");
        assert!(!text.contains(&[" in ", row.short, ","].concat()), "{text}");
    }
}
