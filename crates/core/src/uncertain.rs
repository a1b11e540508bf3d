//! Uncertain numbers: lognormal, given by their 5th and 95th percentile.
//!
//! Products and quotients are exact: the logs add. A sum of lognormals has no closed
//! form; [`Uncertain::sum`] matches its mean and variance (Fenton–Wilkinson), which is
//! what a formula inside one phase needs. Sums over phases: [`crate::sum`].

use crate::apart::apart;

/// The standard normal's 95th percentile.
pub const Z: f64 = 1.644_853_626_951_472_2;

/// How one unknown moves a number: its id, and the sd of ln it contributes (signed: elasticity x sd of ln of the unknown).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Factor {
    /// Index of the unknown in its request. The same range text in the same field of several phases is one unknown.
    pub unknown: u16,
    /// Signed contribution to ln.
    pub sigma: f64,
}

/// A positive number (or an exact 0) with its independent unknowns.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Uncertain {
    /// Median.
    pub value: f64,
    /// Independent contributions, by unknown ascending, none twice.
    pub factors: Vec<Factor>,
}

impl Uncertain {
    /// A number without a range.
    pub fn exact(value: f64) -> Uncertain {
        Uncertain {
            value,
            factors: Vec::new(),
        }
    }

    /// The lognormal with these 5th and 95th percentiles; its median is sqrt(low x high).
    ///
    /// Equal ends are an exact number, ends the wrong way round are turned, and where the lower
    /// one is not above 0 the upper one stands alone: a lognormal has no such percentile.
    pub fn from_range(unknown: u16, low: f64, high: f64) -> Uncertain {
        let (low, high) = if low <= high {
            (low, high)
        } else {
            (high, low)
        };
        // The difference of logs, not the log of the quotient: the quotient can overflow.
        let sigma = (high.ln() - low.ln()) / (2.0 * Z);
        if low > 0.0 && sigma > 0.0 && sigma.is_finite() {
            Uncertain {
                value: low.sqrt() * high.sqrt(),
                factors: vec![Factor { unknown, sigma }],
            }
        } else {
            Uncertain::exact(high)
        }
    }

    /// Whether nothing about the number is uncertain.
    pub fn is_exact(&self) -> bool {
        self.factors.is_empty()
    }

    /// Standard deviation of the natural logarithm; 0 for an exact number.
    pub fn sigma(&self) -> f64 {
        variance(&self.factors).sqrt()
    }

    /// The 5th percentile.
    pub fn low(&self) -> f64 {
        self.percentile(-Z)
    }

    /// The 95th percentile.
    pub fn high(&self) -> f64 {
        self.percentile(Z)
    }

    fn percentile(&self, z: f64) -> f64 {
        if self.is_exact() {
            self.value
        } else {
            apart(|| self.value * (z * self.sigma()).exp())
        }
    }

    /// The product; an unknown in both enters once, with the sum of its powers.
    pub fn times(&self, other: &Uncertain) -> Uncertain {
        made(
            self.value * other.value,
            blend(&self.factors, 1.0, &other.factors, 1.0),
        )
    }

    /// The quotient; what both share equally drops out. Infinite or not a number where `other` is 0.
    pub fn over(&self, other: &Uncertain) -> Uncertain {
        made(
            self.value / other.value,
            blend(&self.factors, 1.0, &other.factors, -1.0),
        )
    }

    /// The number times a constant that is not negative.
    pub fn scaled(&self, constant: f64) -> Uncertain {
        made(self.value * constant, self.factors.clone())
    }

    /// The number to a power.
    pub fn power(&self, exponent: f64) -> Uncertain {
        let value = if exponent == 1.0 {
            self.value
        } else if exponent == -1.0 {
            1.0 / self.value
        } else if exponent == 0.5 {
            self.value.sqrt()
        } else if exponent == 0.0 {
            1.0
        } else {
            (exponent * self.value.ln()).exp()
        };
        made(value, blend(&self.factors, exponent, &[], 0.0))
    }

    /// The share of each unknown in the variance of ln, largest first; the shares add to 1. Empty for an exact number.
    pub fn drivers(&self) -> Vec<(u16, f64)> {
        shares(&self.factors)
    }

    /// The sum of two numbers of one phase: [`Uncertain::sum`].
    pub fn plus(&self, other: &Uncertain) -> Uncertain {
        Uncertain::sum(&[self.clone(), other.clone()])
    }

    /// The lognormal with the mean and the variance of the sum, covariance through shared unknowns included.
    ///
    /// Exact when every term is exact or when the terms share all their unknowns equally;
    /// otherwise close while the sd of ln stays below about 0.5. Each unknown keeps a factor
    /// in proportion to its weight in the sum.
    pub fn sum(terms: &[Uncertain]) -> Uncertain {
        let live: Vec<&Uncertain> = terms.iter().filter(|term| term.value > 0.0).collect();
        if live.iter().all(|term| term.is_exact()) {
            return Uncertain::exact(live.iter().map(|term| term.value).sum());
        }
        apart(|| moments(&live).sum())
    }
}

/// A number from its parts: 0 is exact, whatever it was multiplied with.
fn made(value: f64, factors: Vec<Factor>) -> Uncertain {
    if value == 0.0 {
        Uncertain::exact(0.0)
    } else {
        Uncertain { value, factors }
    }
}

/// Variance of ln of independent contributions.
pub(crate) fn variance(factors: &[Factor]) -> f64 {
    factors
        .iter()
        .map(|factor| factor.sigma * factor.sigma)
        .sum()
}

/// Covariance of ln through the unknowns that stand in both lists.
pub(crate) fn covariance(left: &[Factor], right: &[Factor]) -> f64 {
    left.iter()
        .map(|factor| factor.sigma * sigma_of(right, factor.unknown))
        .sum()
}

/// What an unknown contributes; 0 where it is absent.
fn sigma_of(factors: &[Factor], unknown: u16) -> f64 {
    factors
        .iter()
        .find(|factor| factor.unknown == unknown)
        .map_or(0.0, |factor| factor.sigma)
}

/// `p x left + q x right`, by unknown; contributions that cancel are dropped.
pub(crate) fn blend(left: &[Factor], p: f64, right: &[Factor], q: f64) -> Vec<Factor> {
    if left.is_empty() && right.is_empty() {
        return Vec::new();
    }
    apart(|| blended(left, p, right, q))
}

fn blended(left: &[Factor], p: f64, right: &[Factor], q: f64) -> Vec<Factor> {
    let mut blended = Vec::with_capacity(left.len() + right.len());
    let (mut left, mut right) = (left.iter().peekable(), right.iter().peekable());
    loop {
        let (a, b) = match (left.peek(), right.peek()) {
            (None, None) => return blended,
            (a, b) => (
                a.map_or(u32::MAX, |a| u32::from(a.unknown)),
                b.map_or(u32::MAX, |b| u32::from(b.unknown)),
            ),
        };
        let mut sigma = 0.0;
        if a <= b {
            sigma += left.next().map_or(0.0, |factor| p * factor.sigma);
        }
        if b <= a {
            sigma += right.next().map_or(0.0, |factor| q * factor.sigma);
        }
        // Equal contributions cancel to a rounding error, not always to 0.
        if sigma.abs() > 1e-14 {
            blended.push(Factor {
                unknown: a.min(b) as u16,
                sigma,
            });
        }
    }
}

/// Shares of the variance, largest first.
pub(crate) fn shares(factors: &[Factor]) -> Vec<(u16, f64)> {
    if factors.is_empty() {
        return Vec::new();
    }
    apart(|| sorted(factors))
}

fn sorted(factors: &[Factor]) -> Vec<(u16, f64)> {
    let whole = variance(factors);
    let mut shares: Vec<(u16, f64)> = factors
        .iter()
        .map(|factor| (factor.unknown, factor.sigma * factor.sigma / whole))
        .collect();
    // By insertion: a handful of unknowns, and the library's sort is large.
    for end in 1..shares.len() {
        let mut at = end;
        while at > 0 && less(&shares, at - 1, at) {
            shares.swap(at - 1, at);
            at -= 1;
        }
    }
    shares
}

fn less(shares: &[(u16, f64)], left: usize, right: usize) -> bool {
    match (shares.get(left), shares.get(right)) {
        (Some(left), Some(right)) => left.1 < right.1,
        _ => false,
    }
}

/// Mean and variance of a sum, by what moves them.
pub(crate) struct Moments {
    /// Unknowns that every term carries equally: they multiply the sum as a whole.
    pub(crate) common: Vec<Factor>,
    /// The terms without them.
    pub(crate) residuals: Vec<Uncertain>,
    /// How the rest moves the sum: the mean of the residual factors, weighted by the terms' means.
    pub(crate) direction: Vec<Factor>,
    /// Median of the matching lognormal.
    value: f64,
    /// Its sd of ln without the common unknowns.
    sigma: f64,
}

impl Moments {
    /// The matching lognormal.
    pub(crate) fn sum(self) -> Uncertain {
        Uncertain {
            factors: self.factors(self.sigma),
            value: self.value,
        }
    }

    /// The factors of a sum whose sd of ln, without the common unknowns, is `sigma`.
    pub(crate) fn factors(&self, sigma: f64) -> Vec<Factor> {
        let length = variance(&self.direction).sqrt();
        let scale = if length > 0.0 { sigma / length } else { 0.0 };
        blend(&self.common, 1.0, &self.direction, scale)
    }

    /// The share of each unknown in the variance of the sum.
    pub(crate) fn drivers(&self) -> Vec<(u16, f64)> {
        shares(&blend(&self.common, 1.0, &self.direction, 1.0))
    }

    /// The largest sd of ln among the residual terms.
    pub(crate) fn widest(&self) -> f64 {
        self.residuals
            .iter()
            .map(Uncertain::sigma)
            .fold(0.0, f64::max)
    }
}

/// Matches mean and variance (Fenton–Wilkinson with covariances); the terms are above 0.
pub(crate) fn moments(terms: &[&Uncertain]) -> Moments {
    let common: Vec<Factor> = match terms {
        [first, others @ ..] => first
            .factors
            .iter()
            .filter(|factor| {
                others.iter().all(|term| {
                    let sigma = sigma_of(&term.factors, factor.unknown);
                    (sigma - factor.sigma).abs() <= 1e-12 * factor.sigma.abs()
                })
            })
            .copied()
            .collect(),
        [] => Vec::new(),
    };
    let residuals: Vec<Uncertain> = terms
        .iter()
        .map(|term| Uncertain {
            value: term.value,
            factors: residual(&term.factors, &common),
        })
        .collect();
    let medians: f64 = residuals.iter().map(|term| term.value).sum();
    let means: Vec<f64> = residuals
        .iter()
        .map(|term| term.value * (variance(&term.factors) / 2.0).exp())
        .collect();
    let mean: f64 = means.iter().sum();
    // V / E^2, the squared coefficient of variation.
    let mut spread = 0.0;
    for (left, left_mean) in residuals.iter().zip(&means) {
        for (right, right_mean) in residuals.iter().zip(&means) {
            let covariance = covariance(&left.factors, &right.factors);
            spread += left_mean / mean * (right_mean / mean) * exp_minus_1(covariance);
        }
    }
    let square = ln_plus_1(spread.max(0.0));
    let (mut value, mut sigma) = (mean * (-square / 2.0).exp(), square.sqrt());
    let exact = residuals.iter().all(Uncertain::is_exact);
    let matched = !exact && value.is_finite() && value > 0.0 && sigma.is_finite();
    if !matched {
        // Nothing to match; or ranges over hundreds of powers of ten, whose mean overflows: as if all moved together.
        value = medians;
    }
    let mut direction = Vec::new();
    for (term, term_mean) in residuals.iter().zip(&means) {
        let weight = if matched {
            term_mean / mean
        } else {
            term.value / medians
        };
        direction = blend(&direction, 1.0, &term.factors, weight);
    }
    if !matched {
        sigma = variance(&direction).sqrt();
    }
    Moments {
        common,
        residuals,
        direction,
        value,
        sigma,
    }
}

/// The factors without the common ones, which go whole: a difference would leave rounding behind.
fn residual(factors: &[Factor], common: &[Factor]) -> Vec<Factor> {
    factors
        .iter()
        .filter(|factor| common.iter().all(|taken| taken.unknown != factor.unknown))
        .copied()
        .collect()
}

/// `exp(x) - 1`, to twelve digits near 0.
fn exp_minus_1(x: f64) -> f64 {
    if x.abs() < 1e-4 {
        x * (1.0 + x / 2.0 * (1.0 + x / 3.0))
    } else {
        x.exp() - 1.0
    }
}

/// `ln(1 + x)` for `x >= 0`, to twelve digits near 0.
fn ln_plus_1(x: f64) -> f64 {
    if x < 1e-4 {
        x * (1.0 - x / 2.0 * (1.0 - x * 2.0 / 3.0))
    } else {
        (1.0 + x).ln()
    }
}

/// P(X > x) for a standard normal X, to twelve digits also in the tail; 0.5 erfc(x / sqrt 2).
pub fn normal_above(x: f64) -> f64 {
    let tail = normal_tail(x.abs(), 3.0);
    if x > 0.0 { tail } else { 1.0 - tail }
}

/// P(X > size), size at least 0; from `fraction_from` on by a slower continued fraction.
///
/// Hart's rational approximation 5666 (Computer Approximations, 1968) as printed by G. West
/// (Better approximations to cumulative normal functions, 2005). It is right to fifteen digits of 1,
/// so it loses digits of the tail itself: three at 3, seven at 7.
pub(crate) fn normal_tail(size: f64, fraction_from: f64) -> f64 {
    const UP: [f64; 7] = [
        3.526_249_659_989_11e-2,
        0.700_383_064_443_688,
        6.373_962_203_531_65,
        33.912_866_078_383,
        112.079_291_497_871,
        221.213_596_169_931,
        220.206_867_912_376,
    ];
    const DOWN: [f64; 8] = [
        8.838_834_764_831_84e-2,
        1.755_667_163_182_64,
        16.064_177_579_207,
        86.780_732_202_946_1,
        296.564_248_779_674,
        637.333_633_378_831,
        793.826_512_519_948,
        440.413_735_824_752,
    ];
    let density = (-size * size / 2.0).exp();
    if size < fraction_from {
        let horner = |sum: f64, next: &f64| sum * size + next;
        density * UP.iter().fold(0.0, horner) / DOWN.iter().fold(0.0, horner)
    } else {
        // Begun at its limit, so that 25 levels are enough from 3 on.
        let mut fraction = (size + (size * size + 104.0).sqrt()) / 2.0;
        for level in (1..=25).rev() {
            fraction = size + f64::from(level) / fraction;
        }
        density / (fraction * SQRT_TAU)
    }
}

/// Square root of 2 pi.
pub(crate) const SQRT_TAU: f64 = 2.506_628_274_631_000_5;
