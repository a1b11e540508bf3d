//! Uncertain numbers: lognormal, given by their 5th and 95th percentile.
//!
//! Closed form for products and quotients; sums by matching mean and variance, by
//! quadrature where that is not close enough.

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
        Uncertain { value, factors: Vec::new() }
    }
}
