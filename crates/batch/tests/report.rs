//! The committed report says what the program says now.

#[path = "../report/mod.rs"]
mod report;

#[test]
fn every_row_that_differs_has_a_reason_and_every_reason_a_row() {
    assert_eq!(report::unexplained(), [""; 0]);
}

#[test]
fn the_committed_report_is_up_to_date() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../data/report-models.md");
    let kept = std::fs::read_to_string(path).unwrap_or_default();
    let now = report::report();
    let first = kept.lines().zip(now.lines()).find(|(old, new)| old != new);
    assert!(
        kept == now,
        "data/report-models.md is out of date at {first:?}: cargo run --example models_report -p compute-batch"
    );
}
