//! The number reader: every kind, and what it prints reads back.
#![no_main]
use compute_core::quantity::{QuantityKind, read, read_accelerator};
use compute_tables::catalog;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    for kind in [
        QuantityKind::Count,
        QuantityKind::Flop,
        QuantityKind::FlopPerSecond,
        QuantityKind::Time,
        QuantityKind::Fraction,
        QuantityKind::ChipTime,
    ] {
        if let Ok(reading) = read(kind, text, catalog()) {
            assert!(reading.low <= reading.value && reading.value <= reading.high);
            let again = read(kind, &reading.echo, catalog()).expect("an echo reads");
            assert!((again.value / reading.value - 1.0).abs() < 5e-3);
        }
    }
    let _ = read_accelerator(text, catalog());
});
