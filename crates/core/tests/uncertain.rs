//! Ranges through products, quotients and sums, against the vectors and against independent integration.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::excessive_precision,
    reason = "a test fails by panicking, and figures stand as they were published"
)]

use compute_core::sum::{Total, agreement_z, combine, sum, sum_integrated};
use compute_core::uncertain::{Factor, Uncertain, Z, normal_above};

const VECTORS: &str = include_str!("uncertain_vectors.csv");

struct Row {
    id: String,
    method: String,
    inputs: Vec<(String, f64)>,
    expected: f64,
    tolerance: f64,
}

/// The first, third… fields never hold a comma before the sixth, so a plain split is exact up to there.
fn rows() -> Vec<Row> {
    VECTORS
        .lines()
        .skip(1)
        .map(|line| {
            let cells: Vec<&str> = line.split(',').collect();
            Row {
                id: cells[0].into(),
                method: cells[1].into(),
                inputs: cells[2]
                    .split(';')
                    .map(|pair| {
                        let (key, value) = pair.split_once('=').unwrap();
                        (key.to_string(), value.parse().unwrap())
                    })
                    .collect(),
                expected: cells[3].parse().unwrap(),
                tolerance: cells[5].parse().unwrap(),
            }
        })
        .collect()
}

impl Row {
    fn get(&self, key: &str) -> Option<f64> {
        self.inputs
            .iter()
            .find(|(name, _)| name == key)
            .map(|(_, value)| *value)
    }

    /// The ranges `low.1`, `high.1`, …; with `rho=1` all move with one unknown.
    fn ranges(&self) -> Vec<Uncertain> {
        let together = self.get("rho") == Some(1.0) || self.method.starts_with("sum-comonotone");
        (1..)
            .map_while(|at: u16| {
                let low = self.get(&format!("low.{at}"))?;
                let high = self.get(&format!("high.{at}"))?;
                let unknown = if together { 0 } else { at };
                Some(Uncertain::from_range(unknown, low, high))
            })
            .collect()
    }

    fn product(&self) -> Uncertain {
        let mut product = Uncertain::exact(self.get("const").unwrap_or(1.0));
        for (range, at) in self.ranges().iter().zip(1..) {
            let power = self.get(&format!("power.{at}")).unwrap_or(1.0);
            product = product.times(&range.power(power));
        }
        product
    }
}

/// What the library makes of a row; `None` for a method the test does not know.
fn computed(row: &Row) -> Option<f64> {
    let range = || Uncertain::from_range(0, row.get("low").unwrap(), row.get("high").unwrap());
    Some(match row.method.as_str() {
        "median-of-range" => range().value,
        "sigma-of-range" => range().sigma(),
        "product-median" => row.product().value,
        "product-low" => row.product().low(),
        "product-high" => row.product().high(),
        "driver-share" => {
            let of = row.get("of").unwrap() as u16;
            row.product()
                .drivers()
                .into_iter()
                .find(|(unknown, _)| *unknown == of)
                .unwrap()
                .1
        }
        "sum-median" => Uncertain::sum(&row.ranges()).value,
        "sum-low" | "sum-comonotone-low" => Uncertain::sum(&row.ranges()).low(),
        "sum-high" => Uncertain::sum(&row.ranges()).high(),
        "sum-exact-low" => sum_integrated(&row.ranges()).low,
        "sum-exact-median" => sum_integrated(&row.ranges()).value,
        "sum-exact-high" => sum_integrated(&row.ranges()).high,
        "combine-median" => {
            let ranges = row.ranges();
            combine(&ranges[0], &ranges[1]).value
        }
        "geometric-mean" => {
            let [a, b] = ["a", "b"].map(|key| Uncertain::exact(row.get(key).unwrap()));
            combine(&a, &b).value
        }
        "z-of-ratio" => {
            let ranges = row.ranges();
            agreement_z(&ranges[0], &ranges[1]).unwrap()
        }
        "p-exceeds" => sum(&[range()])
            .probability_above(row.get("threshold").unwrap())
            .unwrap(),
        _ => return None,
    })
}

#[test]
fn vectors() {
    let rows = rows();
    assert_eq!(rows.len(), 40);
    let mut wrong = Vec::new();
    for row in &rows {
        let got = computed(row).unwrap_or_else(|| panic!("{}: no method {}", row.id, row.method));
        if (got / row.expected - 1.0).abs() > row.tolerance {
            wrong.push(format!("{}: {got:e}, not {:e}", row.id, row.expected));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn wide_sums_are_integrated_without_being_asked() {
    for row in rows() {
        let exact = row.method.starts_with("sum-exact");
        let total = sum(&row.ranges());
        if exact && row.ranges().iter().any(|range| range.sigma() > 0.5) {
            assert_eq!(total, sum_integrated(&row.ranges()), "{}", row.id);
            assert!(total.low <= total.value && total.value <= total.high);
        }
    }
}

/// Values of 0.5 erfc(x / sqrt 2) computed with 50 digits.
#[test]
fn normal_tail_has_twelve_digits() {
    let known = [
        (0.0, 0.5),
        (0.1, 4.601_721_627_229_710e-1),
        (1.0, 1.586_552_539_314_570_5e-1),
        (Z, 0.05),
        (2.999, 1.354_336_533_727_106_2e-3),
        (3.0, 1.349_898_031_630_094_5e-3),
        (5.0, 2.866_515_718_791_939_1e-7),
        (8.0, 6.220_960_574_271_784_1e-16),
        (20.0, 2.753_624_118_606_233_7e-89),
        (37.0, 5.725_571_222_524_576_8e-300),
    ];
    for (x, expected) in known {
        assert!(
            (normal_above(x) / expected - 1.0).abs() < 1e-12,
            "{x}: {:e}",
            normal_above(x)
        );
        assert!((normal_above(-x) - (1.0 - expected)).abs() < 1e-15);
    }
    assert_eq!(normal_above(f64::INFINITY), 0.0);
    assert_eq!(normal_above(f64::NEG_INFINITY), 1.0);
}

fn range(unknown: u16, low: f64, high: f64) -> Uncertain {
    Uncertain::from_range(unknown, low, high)
}

fn near(got: f64, expected: f64, tolerance: f64) {
    assert!(
        (got / expected - 1.0).abs() <= tolerance,
        "{got:e}, not {expected:e}"
    );
}

/// P(sum <= at), by a plain trapezoid over every unknown: slow, and nothing like the library's way.
fn probability_below(terms: &[Uncertain], unknowns: u16, at: f64) -> f64 {
    fn go(terms: &[Uncertain], z: &mut Vec<f64>, unknowns: u16, at: f64) -> f64 {
        const H: f64 = 0.02;
        if z.len() + 1 == usize::from(unknowns) {
            // The last unknown moves one term alone, the last one.
            let (last, others) = terms.split_last().unwrap();
            let factor = |z: &[f64], term: &Uncertain| -> f64 {
                term.factors
                    .iter()
                    .filter(|factor| factor.unknown + 1 < unknowns)
                    .map(|factor| factor.sigma * z[usize::from(factor.unknown)])
                    .sum()
            };
            let known: f64 = others
                .iter()
                .map(|term| term.value * factor(z, term).exp())
                .sum();
            let own = last
                .factors
                .iter()
                .find(|factor| factor.unknown + 1 == unknowns)
                .unwrap()
                .sigma;
            let left = at - known;
            return if left <= 0.0 {
                0.0
            } else {
                normal_above(-(left.ln() - last.value.ln() - factor(z, last)) / own)
            };
        }
        let mut sum = 0.0;
        for step in -300..=300 {
            let x = f64::from(step) * H;
            z.push(x);
            sum += (-x * x / 2.0).exp() * go(terms, z, unknowns, at);
            z.pop();
        }
        sum * H / std::f64::consts::TAU.sqrt()
    }
    go(terms, &mut Vec::new(), unknowns, at)
}

/// The three percentiles to a tolerance in probability; between them, where the curve is interpolated, to ten times that.
fn percentiles_hold(terms: &[Uncertain], unknowns: u16, tolerance: f64) {
    let total = sum_integrated(terms);
    for (at, p) in [(total.low, 0.05), (total.value, 0.5), (total.high, 0.95)] {
        let found = probability_below(terms, unknowns, at);
        assert!((found - p).abs() < tolerance, "P = {found}, not {p}");
        let above = total.probability_above(at).unwrap();
        assert!((above - (1.0 - p)).abs() < 1e-6, "{above}");
    }
    // Between the percentiles too, where a threshold falls.
    for mix in [0.2, 0.4, 0.6, 0.8] {
        let at = (total.low.ln() * (1.0 - mix) + total.high.ln() * mix).exp();
        let expected = 1.0 - probability_below(terms, unknowns, at);
        let found = total.probability_above(at).unwrap();
        assert!(
            (found - expected).abs() < 10.0 * tolerance,
            "{found}, not {expected}"
        );
    }
}

#[test]
fn integration_agrees_with_a_plain_trapezoid() {
    // Alike; one narrow and large; one a speck; an exact part; a range over a million; one nearly exact.
    percentiles_hold(&[range(0, 1e24, 9e25), range(1, 1e24, 9e25)], 2, 2e-4);
    percentiles_hold(&[range(0, 2e25, 2.2e25), range(1, 1e23, 9e25)], 2, 2e-4);
    percentiles_hold(&[range(0, 2e25, 2.0001e25), range(1, 1e23, 9e25)], 2, 2e-4);
    percentiles_hold(&[range(0, 1e18, 1e22), range(1, 1e25, 9e25)], 2, 2e-4);
    let exact = Uncertain::exact(1e25);
    percentiles_hold(
        &[exact, range(0, 1e24, 1e26), range(1, 1e23, 3e26)],
        2,
        2e-4,
    );
    percentiles_hold(&[range(0, 5e23, 2e24), range(1, 1e21, 1e27)], 2, 5e-4);
}

#[test]
fn a_common_factor_multiplies_the_integrated_sum() {
    let common = range(0, 0.5, 2.0);
    let terms = [
        range(1, 1e24, 3e24).times(&common),
        range(2, 1e24, 6e25).times(&common),
    ];
    percentiles_hold(&terms, 3, 2e-4);
    // Alone, it stretches an exact sum as it is.
    let total = sum(&[common.scaled(1e25), common.scaled(3e25)]);
    near(total.low, 2e25, 1e-12);
    near(total.value, 4e25, 1e-12);
    near(total.high, 8e25, 1e-12);
    // A very narrow one leaves an exact part in the sum nearly a wall.
    let narrow = range(0, 0.999, 1.001);
    percentiles_hold(
        &[narrow.scaled(1e25), range(1, 1e24, 3e26).times(&narrow)],
        2,
        5e-4,
    );
}

#[test]
fn partly_shared_unknowns_are_summed_among_themselves() {
    let util = range(0, 0.2, 1.8);
    let terms = [
        range(1, 1e24, 2e24).times(&util),
        range(1, 2e24, 4e24).times(&util),
        range(2, 1e24, 1e26),
    ];
    percentiles_hold(&terms, 3, 1e-3);
}

/// Nine uneven terms against 400 000 draws of a fixed sequence.
#[test]
fn nine_terms_hold_against_draws() {
    let mut state = 88_172_645_463_325_252_u64;
    let mut uniform = move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        ((state >> 11) as f64 + 0.5) / (1_u64 << 53) as f64
    };
    let mut normal =
        move || (-2.0 * uniform().ln()).sqrt() * (std::f64::consts::TAU * uniform()).cos();
    let terms: Vec<Uncertain> = (0..9)
        .map(|at| {
            let base = 1e22 * 3_f64.powi(at);
            range(at as u16, base, base * (4.0 + 3.0 * f64::from(at * 7 % 9)))
        })
        .collect();
    let total = sum(&terms);
    let draws = 400_000;
    let mut below = [0; 3];
    for _ in 0..draws {
        let drawn: f64 = terms
            .iter()
            .map(|term| term.value * (term.sigma() * normal()).exp())
            .sum();
        for (count, at) in below.iter_mut().zip([total.low, total.value, total.high]) {
            *count += i32::from(drawn <= at);
        }
    }
    // Four standard errors of the draws.
    for (count, p) in below.into_iter().zip([0.05, 0.5, 0.95]) {
        let found = f64::from(count) / f64::from(draws);
        let error = (p * (1.0 - p) / f64::from(draws)).sqrt();
        assert!((found - p).abs() < 4.0 * error, "{found}, not {p}");
    }
}

#[test]
fn one_term_is_itself() {
    let term = range(3, 1e24, 9e25);
    let total = sum(std::slice::from_ref(&term));
    assert_eq!(
        (total.value, total.low, total.high),
        (term.value, term.low(), term.high())
    );
    assert_eq!(total.as_uncertain(), &term);
    assert_eq!(total.drivers, [(3, 1.0)]);
    // Beside a zero too.
    assert_eq!(sum(&[Uncertain::exact(0.0), term]), total);
}

#[test]
fn exact_terms_add_exactly() {
    let total = sum(&[3.0, 0.0, 4.0, 5.0].map(Uncertain::exact));
    assert_eq!((total.value, total.low, total.high), (12.0, 12.0, 12.0));
    assert!(total.is_exact() && total.drivers.is_empty());
    assert_eq!(total.probability_above(1.0), None);
    let none: Total = sum(&[]);
    assert_eq!((none.value, none.is_exact()), (0.0, true));
    assert_eq!(
        Uncertain::exact(2.0).plus(&Uncertain::exact(0.5)).value,
        2.5
    );
}

#[test]
fn the_order_of_terms_does_not_matter() {
    let mut terms = vec![
        range(0, 1e23, 9e25),
        range(1, 2e24, 3e24),
        range(2, 1e22, 1e26),
    ];
    let there = sum(&terms);
    terms.reverse();
    let back = sum(&terms);
    near(there.low, back.low, 1e-9);
    near(there.value, back.value, 1e-9);
    near(there.high, back.high, 1e-9);
}

#[test]
fn probability_falls_as_the_threshold_rises() {
    let total = sum(&[
        range(0, 1e24, 9e25),
        range(1, 2e25, 3e25),
        Uncertain::exact(1e24),
    ]);
    let mut before = 1.0;
    for step in 0..400 {
        let p = total.probability_above(1e23 * 1.03_f64.powi(step)).unwrap();
        assert!(
            (0.0..=1.0).contains(&p) && p <= before,
            "{step}: {p} after {before}"
        );
        before = p;
    }
    assert!(before < 1e-6);
    assert_eq!(total.probability_above(1e24), Some(1.0));
    assert_eq!(total.probability_above(0.0), Some(1.0));
}

#[test]
fn a_sum_grows_with_each_term() {
    let base = [range(0, 1e24, 9e25), range(1, 1e24, 5e25)];
    let mut before = sum(&base);
    for step in 1..30 {
        let more = sum(&[
            base[0].scaled(1.0 + f64::from(step) / 10.0),
            base[1].clone(),
        ]);
        assert!(more.low > before.low && more.value > before.value && more.high > before.high);
        before = more;
    }
}

#[test]
fn drivers_are_shares_by_weight() {
    // The larger phase weighs more; the shares add to 1.
    let total = sum(&[range(0, 1e25, 2e25), range(1, 1e24, 2e24)]);
    assert_eq!(total.drivers[0].0, 0);
    near(total.drivers[0].1, 100.0 / 101.0, 1e-12);
    near(
        total.drivers.iter().map(|(_, share)| share).sum(),
        1.0,
        1e-12,
    );
    // An integrated sum as a lognormal keeps its range.
    let wide = sum(&[range(0, 1e24, 9e25), range(1, 2e25, 3e25)]);
    let lognormal = wide.as_uncertain();
    assert_eq!(lognormal.value, wide.value);
    near(
        lognormal.high() / lognormal.low(),
        wide.high / wide.low,
        1e-9,
    );
}

#[test]
fn shared_unknowns_cancel_in_a_quotient() {
    let util = range(7, 0.2, 0.5);
    let ratio = util.scaled(3.0).over(&util);
    assert!(ratio.is_exact());
    near(ratio.value, 3.0, 1e-15);
    assert_eq!(agreement_z(&util, &util), None);
    // A square root undoes a square.
    assert_eq!(util.times(&util).power(0.5).factors, util.factors);
    assert!(util.scaled(0.0).is_exact());
}

#[test]
fn a_formula_with_a_shared_unknown() {
    // 2 N + 4 L s a with L in both through N = 12 L d^2: all moves with L, so the sum does too.
    let layers = range(0, 50.0, 200.0);
    let sum = layers.scaled(24.0).plus(&layers.scaled(4.0));
    near(sum.value, 2800.0, 1e-12);
    near(sum.low(), 1400.0, 1e-12);
    near(sum.high(), 5600.0, 1e-12);
    // 1 + ratio: the 1 dampens.
    let whole = Uncertain::exact(1.0).plus(&range(1, 1.0, 4.0));
    let weight = 2.0 * (0.421_403_563_941_799_34_f64.powi(2) / 2.0).exp();
    let spread =
        (weight / (1.0 + weight)).powi(2) * (0.421_403_563_941_799_34_f64.powi(2).exp() - 1.0);
    near(whole.sigma(), (1.0 + spread).ln().sqrt(), 1e-12);
    assert_eq!(whole.factors.len(), 1);
}

#[test]
fn combining_weighs_by_precision() {
    let (a, b) = (range(0, 2e24, 4e24), range(1, 1e24, 9e24));
    let both = combine(&a, &b);
    near(
        both.sigma(),
        (1.0 / (a.sigma().powi(-2) + b.sigma().powi(-2))).sqrt(),
        1e-12,
    );
    // An exact result stands alone.
    let exact = combine(&Uncertain::exact(5e24), &b);
    assert!(exact.is_exact());
    near(exact.value, 5e24, 1e-13);
}

#[test]
fn ends_of_a_range_are_taken_as_they_are() {
    assert_eq!(range(0, 3.0, 3.0), Uncertain::exact(3.0));
    assert_eq!(range(0, 4.0, 1.0), range(0, 1.0, 4.0));
    assert_eq!(range(0, 0.0, 4.0), Uncertain::exact(4.0));
    assert_eq!(range(0, -1.0, 4.0), Uncertain::exact(4.0));
    near(range(0, 1e-200, 1e250).value, 1e25, 1e-12);
}

#[test]
fn nothing_hangs_or_panics_on_absurd_numbers() {
    let absurd = [
        range(0, 1e-300, 1e300),
        range(1, f64::MIN_POSITIVE, f64::MAX),
        range(2, 1.0, 1.0 + 1e-15),
        Uncertain::exact(f64::INFINITY),
        Uncertain::exact(f64::NAN),
        Uncertain {
            value: 1e24,
            factors: vec![Factor {
                unknown: u16::MAX,
                sigma: f64::NAN,
            }],
        },
    ];
    for left in &absurd {
        for right in &absurd {
            let total = sum(&[left.clone(), right.clone(), range(9, 1e20, 1e25)]);
            let _ = total.probability_above(1e24);
            let _ = left.plus(right).times(left).over(right).drivers();
            let _ = combine(left, right);
        }
    }
}

/// Prints what a sum of nine wide phases costs: `cargo test --release -p compute-core --test uncertain -- --ignored --nocapture`.
#[test]
#[ignore = "prints a time, asserts none"]
fn time_of_nine_phases() {
    let terms: Vec<Uncertain> = (0..9).map(|at| range(at, 1e23, 9e25)).collect();
    let start = std::time::Instant::now();
    let rounds = 100;
    for _ in 0..rounds {
        std::hint::black_box(sum(std::hint::black_box(&terms)));
    }
    println!("{:?} for nine phases", start.elapsed() / rounds);
}
