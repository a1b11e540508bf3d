#![no_main]
//! Any text in any field for numbers: an answer, each offered text reads, each echo reads back.

use compute_core::quantity::{NoNames, QuantityKind, read};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: (u8, &str)| {
    let kinds = [
        QuantityKind::Count,
        QuantityKind::Flop,
        QuantityKind::FlopPerSecond,
        QuantityKind::Time,
        QuantityKind::Fraction,
        QuantityKind::ChipTime,
    ];
    let (which, text) = data;
    let kind = kinds[usize::from(which) % kinds.len()];
    match read(kind, text, &NoNames) {
        Ok(reading) => {
            assert!(0.0 < reading.low && reading.low <= reading.value);
            assert!(reading.value <= reading.high && reading.high.is_finite());
            let again = read(kind, &reading.echo, &NoNames).expect("an echo reads");
            assert_eq!(again.echo, reading.echo, "{text:?}");
            let off = (again.value - reading.value).abs();
            assert!(off <= 1e-5 * reading.value, "{text:?}");
        }
        Err(wrong) => {
            assert!(!wrong.message.is_empty() && !wrong.remedy.is_empty());
            for fix in &wrong.fixes {
                assert!(read(kind, fix, &NoNames).is_ok(), "{text:?} offers {fix:?}");
            }
        }
    }
});
