//! What holds for every input: monotone, ranges contain the point, methods side by side.

mod common;

use common::{from_query, near};
use compute_core::field::Field;

struct Random(u64);

impl Random {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6364136223846793005)
            .wrapping_add(1442695040888963407);
        (self.0 >> 33) % bound
    }
}

const COUNTING: [(Field, f64); 7] = [
    (Field::Parameters, 7e9),
    (Field::Data, 3e11),
    (Field::Epochs, 2.0),
    (Field::Ratio, 2.0),
    (Field::Depth, 32.0),
    (Field::Width, 4096.0),
    (Field::SequenceLength, 2048.0),
];
const HARDWARE: [(Field, f64); 4] = [
    (Field::Peak, 3.12e14),
    (Field::Chips, 1024.0),
    (Field::Time, 30.0),
    (Field::Utilization, 0.3),
];

fn query(fields: &[(Field, f64)], change: Option<(Field, f64)>) -> String {
    fields
        .iter()
        .map(|(field, value)| {
            let value = match change {
                Some((changed, factor)) if changed == *field => value * factor,
                _ => *value,
            };
            let unit = match field {
                Field::Peak => "+FLOP/s",
                Field::Time => "+days",
                _ => "",
            };
            format!("{}={value}{unit}", field.spec().key)
        })
        .collect::<Vec<_>>()
        .join("&")
}

#[test]
fn more_of_any_input_is_more_compute() {
    for (fields, counting) in [(&COUNTING[..], true), (&HARDWARE[..], false)] {
        let value = |text: &str| {
            let (_, result) = from_query(text);
            let method = if counting {
                result.counting
            } else {
                result.hardware
            };
            method
                .unwrap_or_else(|| panic!("{text}: {:?}", result.problems))
                .total
                .value
        };
        let base = value(&query(fields, None));
        for (field, _) in fields {
            assert!(
                value(&query(fields, Some((*field, 1.5)))) > base,
                "{field:?}"
            );
            assert!(
                value(&query(fields, Some((*field, 0.5)))) < base,
                "{field:?}"
            );
        }
    }
}

#[test]
fn a_range_contains_its_median_and_a_wider_input_is_a_wider_result() {
    let mut random = Random(3);
    for _ in 0..500 {
        let (low, high) = (
            1e9 * (1 + random.below(100)) as f64,
            2e11 * (1 + random.below(50)) as f64,
        );
        let (narrow, wide) = (
            format!("params={low}..{high}&data=1e12..3e12"),
            format!("params={}..{}&data=1e12..3e12", low / 2.0, high * 2.0),
        );
        let range = |text: &str| {
            let (_, result) = from_query(text);
            let total = result.counting.expect("a count").total;
            assert!(total.low <= total.value && total.value <= total.high);
            total
        };
        let (narrow, wide) = (range(&narrow), range(&wide));
        assert!(wide.low < narrow.low && wide.high > narrow.high);
        near("median", wide.value, narrow.value, 1e-9);
        let shares: f64 = narrow.drivers.iter().map(|(_, share)| share).sum();
        near("shares", shares, 1.0, 1e-9);
    }
}

#[test]
fn the_same_range_in_the_same_field_of_two_phases_is_one_unknown() {
    let one = from_query("params=1B&data=1T&hw=H100&chip_hours=2M&util=20..50%25");
    let two = from_query(
        "hw=H100&chip_hours=1M&util=20..50%25&hw.2=H100&chip_hours.2=1M&util.2=20..50%25",
    );
    let (one, two) = (
        one.1.hardware.expect("time").total,
        two.1.hardware.expect("time").total,
    );
    near("low", two.low, one.low, 1e-9);
    near("median", two.value, one.value, 1e-9);
    near("high", two.high, one.high, 1e-9);
    // Other texts are independent, and so is another field: the sum is narrower.
    let apart = from_query(
        "hw=H100&chip_hours=1M&util=20..50%25&hw.2=H100&chip_hours.2=1M&util.2=0.2..0.5",
    )
    .1;
    let apart = apart.hardware.expect("time").total;
    assert!(apart.high < one.high && apart.low > one.low);
}

#[test]
fn the_headline_counts_where_a_kind_has_a_count() {
    let (_, result) = from_query(
        "params=7B&data=1T&hw=H100&chip_hours=100K&kind.2=fine-tuning&hw.2=H100&chip_hours.2=10K",
    );
    assert_eq!(result.headline.map(|headline| headline.id()), Some("mixed"));
    let counted = result.phases[0]
        .counting
        .as_ref()
        .expect("count")
        .flop
        .value;
    let timed = result.phases[1].hardware.as_ref().expect("time").flop.value;
    near(
        "sum",
        result.flop().expect("total").value,
        counted + timed,
        1e-12,
    );
    // A phase with time alone in a kind that is counted elsewhere is said, not added.
    let (_, result) = from_query("params=7B&data=1T&hw.2=H100&chip_hours.2=10K");
    assert_eq!(
        result.headline.map(|headline| headline.id()),
        Some("counting")
    );
    assert!(
        result
            .problems
            .iter()
            .any(|problem| problem.code == "phase-not-counted")
    );
}
