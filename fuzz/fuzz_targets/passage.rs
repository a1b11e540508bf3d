//! Passages: places in order, none overlapping.
#![no_main]
use compute_tables::catalog;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let mut end = 0;
    for found in compute_passage::read_passage(text, catalog()) {
        assert!(found.from >= end && found.to > found.from);
        end = found.to;
    }
});
