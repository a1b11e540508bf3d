//! How many typed requests the core estimates in a second, on one core: `cargo run --profile bench --example estimates`.
//!
//! A request is the text of every field of an example, read, estimated by both methods and compared; the text of the
//! steps is made on demand and is not in it. Prints, asserts nothing.

use std::time::Instant;

use compute_core::estimate::estimate;
use compute_core::{link, request};
use compute_tables::catalog;

fn main() {
    let forms: Vec<_> = catalog()
        .presets
        .iter()
        .map(|preset| link::decode(preset.query, catalog()).0.form)
        .collect();
    let mut best = 0.0_f64;
    let mut total = 0.0;
    for _ in 0..5 {
        let from = Instant::now();
        let mut done = 0_u32;
        while from.elapsed().as_secs_f64() < 1.0 {
            for form in &forms {
                let read = request::read(form, catalog());
                let result = estimate(form, &read, catalog());
                total += result.flop().map_or(0.0, |total| total.value.ln());
                done += 1;
            }
        }
        best = best.max(f64::from(done) / from.elapsed().as_secs_f64());
    }
    println!(
        "{best:.0} typed requests a second on one core ({} examples; check {total:.3e})",
        forms.len()
    );
}
