//! Sums over phases, and two results beside each other.
//!
//! What every term shares equally multiplies the sum and is taken out first. The rest is
//! matched by mean and variance while each term's sd of ln is at most [`CLOSED_FORM`]; beyond
//! that the distribution is integrated, term by term. No random numbers: a link opened twice
//! gives the same figure twice.

use crate::apart::apart;
use crate::uncertain::{SQRT_TAU, Uncertain, Z, moments, normal_above, normal_tail, variance};

/// Up to this sd of ln of every term the closed form is close: 6 % at the 5th percentile, 2 % at the median, 1 % at the 95th.
pub const CLOSED_FORM: f64 = 0.5;

/// A sum of phases, with its distribution.
#[derive(Clone, Debug, PartialEq)]
pub struct Total {
    /// Median.
    pub value: f64,
    /// 5th percentile; equals `value` where nothing is uncertain.
    pub low: f64,
    /// 95th percentile; equals `value` where nothing is uncertain.
    pub high: f64,
    /// Share of each unknown in the variance, largest first; the shares add to 1. Empty where nothing is uncertain.
    pub drivers: Vec<(u16, f64)>,
    /// The sum as one lognormal.
    lognormal: Uncertain,
    /// The integrated distribution, where the lognormal is not close enough.
    curve: Option<Box<Curve>>,
}

impl Total {
    /// Whether nothing about the sum is uncertain.
    pub fn is_exact(&self) -> bool {
        self.lognormal.is_exact()
    }

    /// The probability that the sum is above a threshold, on these inputs; `None` where nothing is uncertain.
    pub fn probability_above(&self, threshold: f64) -> Option<f64> {
        if self.is_exact() {
            None
        } else if threshold > 0.0 {
            Some(normal_above(match &self.curve {
                Some(curve) => curve.score(threshold.ln()),
                None => (threshold.ln() - self.value.ln()) / self.lognormal.sigma(),
            }))
        } else {
            Some(1.0)
        }
    }

    /// The sum as one lognormal with its unknowns, for quotients.
    ///
    /// Where the sum was integrated, it has the same median and the same high : low.
    pub fn as_uncertain(&self) -> &Uncertain {
        &self.lognormal
    }
}

/// The sum of terms, 0 for none.
///
/// Unknowns that only some of the terms share, or share unequally, enter by their covariance; where the
/// closed form is not close enough, terms without a common unknown are integrated against each other
/// and those with one are summed among themselves before, by the same rules.
pub fn sum(terms: &[Uncertain]) -> Total {
    total(terms, false)
}

/// The same by integration even where the closed form is close, to tell how close it is.
pub fn sum_integrated(terms: &[Uncertain]) -> Total {
    total(terms, true)
}

fn total(terms: &[Uncertain], integrate: bool) -> Total {
    let live: Vec<&Uncertain> = terms.iter().filter(|term| term.value > 0.0).collect();
    if let [term] = live.as_slice() {
        return closed((*term).clone(), term.drivers());
    }
    apart(|| total_of_several(&live, integrate))
}

fn total_of_several(live: &[&Uncertain], integrate: bool) -> Total {
    let moments = moments(live);
    let drivers = moments.drivers();
    let widest = moments.widest();
    if widest == 0.0 || widest <= CLOSED_FORM && !integrate {
        return closed(moments.sum(), drivers);
    }
    let curve = distribution(live, false);
    let [low, value, high] = [-Z, 0.0, Z].map(|z| curve.ln_at(z).exp());
    if !(low > 0.0 && high.is_finite()) {
        return closed(moments.sum(), drivers);
    }
    // What the integrated range leaves beside the common unknowns.
    let sigma = (high.ln() - low.ln()) / (2.0 * Z);
    let rest = (sigma * sigma - variance(&moments.common)).max(0.0).sqrt();
    Total {
        value,
        low,
        high,
        drivers,
        lognormal: Uncertain {
            value,
            factors: moments.factors(rest),
        },
        curve: Some(Box::new(curve)),
    }
}

fn closed(lognormal: Uncertain, drivers: Vec<(u16, f64)>) -> Total {
    Total {
        value: lognormal.value,
        low: lognormal.low(),
        high: lognormal.high(),
        drivers,
        lognormal,
        curve: None,
    }
}

/// ln of a quotient: 0 where both are equal.
pub fn ln_ratio(left: &Uncertain, right: &Uncertain) -> f64 {
    left.value.ln() - right.value.ln()
}

/// How many sd of ln two results lie apart, what they share left out; `None` where neither is uncertain.
///
/// |z| up to [`Z`] is agreement (method, 6.2).
pub fn agreement_z(left: &Uncertain, right: &Uncertain) -> Option<f64> {
    let ratio = left.over(right);
    (!ratio.is_exact()).then(|| ln_ratio(left, right) / ratio.sigma())
}

/// Both results in one: the mean of logs, weighted by 1 / variance; the geometric mean where neither is uncertain.
pub fn combine(left: &Uncertain, right: &Uncertain) -> Uncertain {
    let (a, b) = (variance(&left.factors), variance(&right.factors));
    let weight = if a + b > 0.0 { b / (a + b) } else { 0.5 };
    left.power(weight).times(&right.power(1.0 - weight))
}

/// Knots of a curve: every quarter of [`Z`], so that the 5th, 50th and 95th percentile are knots, to 4.1 sd either way.
const PER_Z: usize = 4;
const MIDDLE: usize = 10;
const KNOTS: usize = 2 * MIDDLE + 1;
const STEP: f64 = Z / PER_Z as f64;

/// A distribution by its quantiles: ln of the value at standard normal scores, cubic between the knots, straight beyond.
#[derive(Clone, Debug, PartialEq)]
struct Curve {
    /// ln of the value, and how fast it rises per step.
    knots: [(f64, f64); KNOTS],
    /// Exact part, added to the value.
    offset: f64,
    /// Whether it is a lognormal's straight line.
    straight: bool,
}

impl Curve {
    /// The lognormal of this median and sd of ln.
    fn lognormal(median: f64, sigma: f64) -> Curve {
        Curve {
            knots: std::array::from_fn(|at| (median.ln() + sigma * score_of(at), sigma * STEP)),
            offset: 0.0,
            straight: true,
        }
    }

    /// The curve through these rising quantiles.
    fn through(ln: &[f64; KNOTS]) -> Curve {
        let at = |index: usize| ln.get(index).copied().unwrap_or(f64::NAN);
        let rise = |index: usize| at(index + 1) - at(index);
        Curve {
            knots: std::array::from_fn(|index| {
                let (slope, limit) = if index == 0 {
                    (1.5 * rise(0) - 0.5 * rise(1), rise(0))
                } else if index == KNOTS - 1 {
                    let (last, before) = (rise(KNOTS - 2), rise(KNOTS - 3));
                    (1.5 * last - 0.5 * before, last)
                } else {
                    let near = at(index + 1) - at(index - 1);
                    let slope = if index == 1 || index == KNOTS - 2 {
                        near / 2.0
                    } else {
                        (8.0 * near - (at(index + 2) - at(index - 2))) / 12.0
                    };
                    (slope, rise(index).min(rise(index - 1)))
                };
                // A cubic whose end slopes are at most three times the chord's rises throughout.
                (at(index), slope.min(3.0 * limit).max(1e-15))
            }),
            offset: 0.0,
            straight: false,
        }
    }

    fn knot(&self, index: usize) -> (f64, f64) {
        self.knots
            .get(index)
            .copied()
            .unwrap_or((f64::NAN, f64::NAN))
    }

    /// ln of the quantile at a score.
    fn ln_at(&self, z: f64) -> f64 {
        let steps = z / STEP + MIDDLE as f64;
        let index = match self.straight {
            true => MIDDLE,
            false => (steps.max(0.0) as usize).min(KNOTS - 2),
        };
        let (left, right) = (self.knot(index), self.knot(index + 1));
        let t = steps - index as f64;
        let ln = if t < 0.0 || self.straight {
            left.0 + left.1 * t
        } else if t > 1.0 {
            right.0 + right.1 * (t - 1.0)
        } else {
            cubic(left, right, t).0
        };
        if self.offset > 0.0 {
            (ln.exp() + self.offset).ln()
        } else {
            ln
        }
    }

    /// The score at which the quantile has this ln; minus infinity below the exact part.
    fn score(&self, ln: f64) -> f64 {
        let ln = if self.offset > 0.0 {
            let rest = ln.exp() - self.offset;
            if rest <= 0.0 {
                return f64::NEG_INFINITY;
            }
            rest.ln()
        } else {
            ln
        };
        let above = match self.straight {
            true => 0,
            false => self.knots.partition_point(|knot| knot.0 < ln),
        };
        let steps = if above == 0 {
            let (first, slope) = self.knot(0);
            (ln - first) / slope
        } else if above == KNOTS {
            let (last, slope) = self.knot(KNOTS - 1);
            (KNOTS - 1) as f64 + (ln - last) / slope
        } else {
            let (left, right) = (self.knot(above - 1), self.knot(above));
            // Newton inside a bracket.
            let (mut low, mut high) = (0.0, 1.0);
            let mut t = (ln - left.0) / (right.0 - left.0);
            for _ in 0..20 {
                let (value, slope) = cubic(left, right, t);
                if value < ln {
                    low = t;
                } else {
                    high = t;
                }
                let next = t - (value - ln) / slope;
                let next = if next >= low && next <= high {
                    next
                } else {
                    (low + high) / 2.0
                };
                let done = (next - t).abs() < 1e-9;
                t = next;
                if done {
                    break;
                }
            }
            (above - 1) as f64 + t
        };
        (steps - MIDDLE as f64) * STEP
    }
}

fn score_of(knot: usize) -> f64 {
    (knot as f64 - MIDDLE as f64) * STEP
}

/// Value and slope of the cubic between two (value, slope) at 0 and 1.
fn cubic(left: (f64, f64), right: (f64, f64), t: f64) -> (f64, f64) {
    let rise = right.0 - left.0;
    let bend = 3.0 * rise - 2.0 * left.1 - right.1;
    let twist = left.1 + right.1 - 2.0 * rise;
    (
        left.0 + t * (left.1 + t * (bend + t * twist)),
        left.1 + t * (2.0 * bend + t * 3.0 * twist),
    )
}

/// The distribution of the sum of terms above 0, at least one of them uncertain beside what all share.
fn distribution(terms: &[&Uncertain], nested: bool) -> Curve {
    let moments = moments(terms);
    if nested && moments.widest() <= CLOSED_FORM {
        return single(&moments.sum());
    }
    let offset: f64 = moments
        .residuals
        .iter()
        .filter(|term| term.is_exact())
        .map(|term| term.value)
        .sum();
    let mut parts: Vec<(f64, Curve)> = Vec::new();
    let mut left: Vec<&Uncertain> = moments
        .residuals
        .iter()
        .filter(|term| !term.is_exact())
        .collect();
    while let Some(seed) = left.pop() {
        // The terms that share an unknown with it, or with one that does.
        let mut group = vec![seed];
        let mut next = 0;
        while let Some(member) = group.get(next).copied() {
            left.retain(|term| {
                let shared = term.factors.iter().any(|factor| {
                    member
                        .factors
                        .iter()
                        .any(|other| other.unknown == factor.unknown)
                });
                if shared {
                    group.push(term);
                }
                !shared
            });
            next += 1;
        }
        let spread = group
            .iter()
            .map(|term| term.value * variance(&term.factors).exp())
            .sum();
        let part = match group.as_slice() {
            [only] => single(only),
            // Each round has fewer terms or fewer unknowns than the one before.
            _ if group.len() < terms.len() || !moments.common.is_empty() => {
                distribution(&group, true)
            }
            _ => single(&Uncertain::sum(
                &group.iter().copied().cloned().collect::<Vec<_>>(),
            )),
        };
        // Narrow parts first, so that the coarseness of a step is small beside what is still to come.
        let at = parts.partition_point(|other| other.0 < spread);
        parts.insert(at, (spread, part));
    }
    let mut parts = parts.into_iter().map(|(_, part)| part);
    let Some(mut sum) = parts.next() else {
        return single(&moments.sum());
    };
    for part in parts {
        sum = join(Join::Sum, &part, &sum);
    }
    sum.offset = offset;
    let common = variance(&moments.common).sqrt();
    if common > 0.0 {
        sum = join(Join::Product, &Curve::lognormal(1.0, common), &sum);
    }
    sum
}

fn single(term: &Uncertain) -> Curve {
    Curve::lognormal(term.value, term.sigma())
}

/// How two independent numbers are joined.
#[derive(Clone, Copy, PartialEq)]
enum Join {
    Sum,
    Product,
}

impl Join {
    /// ln of the result, from the logs of both.
    fn result(self, left: f64, right: f64) -> f64 {
        match self {
            Join::Sum => left.max(right) + (1.0 + (-(left - right).abs()).exp()).ln(),
            Join::Product => left + right,
        }
    }

    /// ln of what is left of the result when one is known; minus infinity where nothing is.
    fn rest(self, result: f64, known: f64) -> f64 {
        match self {
            Join::Sum => {
                let part = (known - result).exp();
                if part < 1.0 {
                    result + (1.0 - part).ln()
                } else {
                    f64::NEG_INFINITY
                }
            }
            Join::Product => result - known,
        }
    }
}

/// The distribution of a sum or a product, solved at each knot.
fn join(how: Join, left: &Curve, right: &Curve) -> Curve {
    let start = how.result(left.ln_at(0.0), right.ln_at(0.0));
    let reach = |left_z, right_z| how.result(left.ln_at(left_z), right.ln_at(right_z)) - start;
    let (one, other) = (reach(STEP, 0.0), reach(0.0, STEP));
    let rise = (one * one + other * other).sqrt();
    let everything = (f64::NEG_INFINITY, f64::INFINITY);
    let middle = quantile(how, left, right, 0.0, start, rise, everything);
    let mut ln = [middle; KNOTS];
    for sign in [1.0, -1.0] {
        // Outwards from the middle, each guessed from the rise so far and its change.
        let (mut at, mut rise, mut bend) = (middle, rise, 0.0);
        for step in 1..=MIDDLE {
            let (index, within) = if sign > 0.0 {
                (MIDDLE + step, (at, f64::INFINITY))
            } else {
                (MIDDLE - step, (f64::NEG_INFINITY, at))
            };
            let expected = (rise + bend).max(rise / 2.0);
            let (guess, rate) = (at + sign * expected, expected + bend / 2.0);
            let found = quantile(how, left, right, score_of(index), guess, rate, within);
            let found_rise = (sign * (found - at)).max(0.0);
            bend = if step > 1 { found_rise - rise } else { 0.0 };
            rise = found_rise;
            at += sign * rise;
            if let Some(knot) = ln.get_mut(index) {
                *knot = at;
            }
        }
    }
    Curve::through(&ln)
}

/// ln of the quantile at a score, by secants from a guess and a rise per step, inside a bracket that closes.
fn quantile(
    how: Join,
    left: &Curve,
    right: &Curve,
    z: f64,
    guess: f64,
    rise: f64,
    within: (f64, f64),
) -> f64 {
    // The smaller tail, whose logarithm is nearly straight in the score.
    let sign = if z > 0.0 { 1.0 } else { -1.0 };
    let tail = normal_below(-z.abs());
    let per_score = tail / density(z);
    let (mut low, mut high) = within;
    if how == Join::Sum {
        // A sum is above each of its parts, and so are its quantiles.
        low = low.max(left.ln_at(z)).max(right.ln_at(z));
    }
    let (mut at, mut slope) = (guess.min(high).max(low), rise / STEP);
    let mut before: Option<(f64, f64)> = None;
    for _ in 0..30 {
        let below = below(how, left, right, at);
        let found = if sign > 0.0 { 1.0 - below } else { below };
        let error = -sign * (found.max(0.0) / tail).ln() * per_score;
        let error = error.clamp(-1.0, 1.0);
        // The first slope is a guess, good to a few percent.
        let mut left_over = error.abs() / 20.0;
        if let Some((earlier, its_error)) = before {
            let secant = (at - earlier) / (error - its_error);
            if secant > 0.0 && secant.is_finite() {
                slope = secant;
                // What a secant leaves is of the order of the product of the last two errors.
                left_over *= its_error.abs();
            }
        }
        before = Some((at, error));
        if error < 0.0 {
            low = low.max(at);
        } else {
            high = high.min(at);
        }
        let next = at - error * slope;
        at = if next >= low && next <= high {
            next
        } else if low.is_finite() && high.is_finite() {
            left_over = high - low;
            (low + high) / 2.0
        } else {
            left_over = 1.0;
            next
        };
        if left_over < 1e-5 {
            break;
        }
    }
    at
}

/// P(X < z) for a standard normal X, to nine digits: the inner loop.
fn normal_below(z: f64) -> f64 {
    let tail = normal_tail(z.abs(), 7.0);
    if z > 0.0 { 1.0 - tail } else { tail }
}

fn density(z: f64) -> f64 {
    (-z * z / 2.0).exp() / SQRT_TAU
}

/// Step and reach of the integration over scores.
const FINE: f64 = 0.25;
const REACH: f64 = 5.25;

/// P(result < exp(ln)) of two independent numbers.
///
/// In the plane of both scores the results below lie under a falling curve. Left of the point where it
/// falls as steeply as the diagonal it is integrated over the left score, below that point over the right
/// one: so neither integrand has a step, however unlike the two are.
fn below(how: Join, left: &Curve, right: &Curve, ln: f64) -> f64 {
    let mut first = Ends::default();
    let mut z = -REACH;
    let mut height = right.score(how.rest(ln, left.ln_at(z)));
    if height == f64::NEG_INFINITY {
        return 0.0;
    }
    loop {
        first.add(density(z) * normal_below(height));
        if z >= REACH {
            return first.integral();
        }
        let next = right.score(how.rest(ln, left.ln_at(z + FINE)));
        if height - next > FINE {
            break;
        }
        height = next;
        z += FINE;
    }
    let base = normal_below(z);
    let mut second = Ends::default();
    // From the corner down; `Ends` weighs the last points, so they are gone through upwards.
    let top = height.min(REACH);
    let points = ((top + REACH) / FINE).max(0.0) as usize;
    for point in (0..=points).rev() {
        let right_z = top - point as f64 * FINE;
        let width = left.score(how.rest(ln, right.ln_at(right_z)));
        second.add(density(right_z) * (normal_below(width) - base));
    }
    first.integral() + second.integral()
}

/// A sum of equally spaced values of a function that dies out at its beginning, corrected at its end (Gregory's weights to sixth order).
#[derive(Default)]
struct Ends {
    sum: f64,
    last: [f64; 6],
}

impl Ends {
    fn add(&mut self, value: f64) {
        self.sum += value;
        self.last.rotate_right(1);
        self.last[0] = value;
    }

    fn integral(&self) -> f64 {
        const EXCESS: [f64; 6] = [41393.0, -23719.0, 22742.0, -14762.0, 5449.0, -863.0];
        let excess: f64 = self.last.iter().zip(EXCESS).map(|(a, b)| a * b).sum();
        FINE * (self.sum - excess / 60480.0)
    }
}
