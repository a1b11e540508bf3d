//! Checked integers: a product that leaves 128 bits is remembered, never wrapped.

use core::ops::{Add, AddAssign, Div, Mul, Sub};

/// An unsigned whole number, or the knowledge that it overflowed (`None`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Num(Option<u128>);

impl Num {
    /// Zero.
    pub const ZERO: Num = Num(Some(0));

    /// The number, or `None` where some step left the range of 128 bits, went below zero or divided by zero.
    pub const fn get(self) -> Option<u128> {
        self.0
    }

    /// Whether it is exactly zero.
    pub fn is_zero(self) -> bool {
        self.0 == Some(0)
    }

    /// The product of all factors; of none it is 1.
    pub fn product(factors: &[u64]) -> Num {
        factors.iter().fold(Num(Some(1)), |a, &b| a * b)
    }
}

impl From<u64> for Num {
    fn from(n: u64) -> Self {
        Num(Some(u128::from(n)))
    }
}

impl From<u128> for Num {
    fn from(n: u128) -> Self {
        Num(Some(n))
    }
}

impl<T: Into<Num>> Add<T> for Num {
    type Output = Num;
    fn add(self, other: T) -> Num {
        Num(self
            .0
            .zip(other.into().0)
            .and_then(|(a, b)| a.checked_add(b)))
    }
}

impl<T: Into<Num>> Sub<T> for Num {
    type Output = Num;
    fn sub(self, other: T) -> Num {
        Num(self
            .0
            .zip(other.into().0)
            .and_then(|(a, b)| a.checked_sub(b)))
    }
}

impl<T: Into<Num>> Mul<T> for Num {
    type Output = Num;
    fn mul(self, other: T) -> Num {
        Num(self
            .0
            .zip(other.into().0)
            .and_then(|(a, b)| a.checked_mul(b)))
    }
}

impl<T: Into<Num>> Div<T> for Num {
    type Output = Num;
    fn div(self, other: T) -> Num {
        Num(self
            .0
            .zip(other.into().0)
            .and_then(|(a, b)| a.checked_div(b)))
    }
}

impl<T: Into<Num>> AddAssign<T> for Num {
    fn add_assign(&mut self, other: T) {
        *self = *self + other;
    }
}
