//! Records that are opened again.
#![no_main]
use compute_tables::catalog;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let _ = compute_record::open(text, catalog());
});
