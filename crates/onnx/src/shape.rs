//! What is known of a tensor while the graph is followed: type, shape with
//! open dimensions, the values of small constants, and why something is open.

use std::rc::Rc;
use std::sync::Arc;

use crate::limits;
use crate::model::{Value, dtype};

/// A dimension; `None` while it is open.
pub(crate) type Dim = Option<u64>;

/// Origins of openness, by number; sorted, few.
pub(crate) type Causes = Vec<u32>;

/// Merges origins, keeping the first few.
pub(crate) fn add_causes(into: &mut Causes, from: &[u32]) {
    for cause in from {
        if into.len() >= limits::CAUSES {
            return;
        }
        if let Err(at) = into.binary_search(cause) {
            into.insert(at, *cause);
        }
    }
}

/// The elements of a sequence.
#[derive(Clone, Debug)]
pub(crate) enum Elements {
    Known(Vec<Fact>),
    /// Of unknown number, all alike.
    Like(Box<Fact>),
}

/// What is known of one value in the graph.
#[derive(Clone, Debug, Default)]
pub(crate) struct Fact {
    /// Element type, 0 while unknown.
    pub(crate) dtype: i32,
    pub(crate) shape: Option<Vec<Dim>>,
    pub(crate) value: Option<Arc<Value>>,
    pub(crate) sequence: Option<Rc<Elements>>,
    /// Made of stored tensors alone.
    pub(crate) constant: bool,
    /// Of a constant: which stored tensor, or part of one, it is; 0 where that is not known.
    pub(crate) origin: u64,
    pub(crate) causes: Causes,
}

impl Fact {
    pub(crate) fn new(dtype: i32, shape: Vec<Dim>) -> Self {
        Self {
            dtype,
            shape: Some(shape),
            ..Self::default()
        }
    }

    pub(crate) fn unknown(dtype: i32) -> Self {
        Self {
            dtype,
            ..Self::default()
        }
    }

    pub(crate) fn of_rank(dtype: i32, rank: usize) -> Self {
        Self::new(dtype, vec![None; rank.min(limits::RANK)])
    }

    pub(crate) fn valued(dtype: i32, shape: Vec<Dim>, value: Value) -> Self {
        let mut out = Self::new(dtype, shape);
        out.set_value(value);
        out
    }

    /// A scalar integer, perhaps unknown.
    pub(crate) fn scalar(dtype: i32, value: Option<i64>) -> Self {
        Self::valued(dtype, Vec::new(), Value::Ints(vec![value]))
    }

    pub(crate) fn set_value(&mut self, value: Value) {
        let fits = self
            .shape
            .as_deref()
            .and_then(product)
            .is_some_and(|n| n == value.len() as u64);
        if fits && value.len() <= limits::VALUES {
            self.value = Some(Arc::new(value));
        }
    }

    pub(crate) fn rank(&self) -> Option<usize> {
        self.shape.as_ref().map(Vec::len)
    }

    /// All dimensions, when none is open.
    pub(crate) fn full(&self) -> Option<Vec<u64>> {
        self.shape.as_ref()?.iter().copied().collect()
    }

    /// Number of elements, when known.
    pub(crate) fn count(&self) -> Option<u64> {
        product(self.shape.as_deref()?)
    }

    /// Whether the shape has an open dimension.
    pub(crate) fn is_open(&self) -> bool {
        match (&self.shape, self.sequence.as_deref()) {
            (_, Some(Elements::Known(all))) => all.iter().any(Self::is_open),
            (_, Some(Elements::Like(_))) => true,
            (Some(shape), None) => shape.iter().any(Option::is_none),
            (None, None) => true,
        }
    }

    /// Whether later shapes may hang on values that are not known here.
    pub(crate) fn is_vague(&self) -> bool {
        if self.is_open() {
            return true;
        }
        let small = dtype::is_integer(self.dtype) && self.rank().is_some_and(|r| r <= 1);
        small
            && match self.value.as_deref() {
                None => true,
                Some(Value::Ints(v)) => v.iter().any(Option::is_none),
                Some(Value::Floats(v)) => v.iter().any(Option::is_none),
            }
    }

    /// Values as whole numbers, unknown ones as `None`.
    pub(crate) fn partial_ints(&self) -> Option<Vec<Option<i64>>> {
        match self.value.as_deref()? {
            Value::Ints(values) => Some(values.clone()),
            Value::Floats(values) => Some(values.iter().map(|v| v.and_then(whole)).collect()),
        }
    }

    pub(crate) fn ints(&self) -> Option<Vec<i64>> {
        self.partial_ints()?.into_iter().collect()
    }

    pub(crate) fn floats(&self) -> Option<Vec<f64>> {
        match self.value.as_deref()? {
            Value::Ints(values) => values.iter().map(|v| v.map(|v| v as f64)).collect(),
            Value::Floats(values) => values.iter().copied().collect(),
        }
    }

    pub(crate) fn int(&self) -> Option<i64> {
        match self.partial_ints()?.as_slice() {
            [one] => *one,
            _ => None,
        }
    }
}

/// A float that is a whole number, as such.
pub(crate) fn whole(value: f64) -> Option<i64> {
    (value.is_finite() && value.abs() < 9.0e15).then_some(value as i64)
}

/// Product of dimensions; `None` when one is open or it passes 2^64. A zero
/// makes it zero.
pub(crate) fn product(dims: &[Dim]) -> Option<u64> {
    if dims.contains(&Some(0)) {
        return Some(0);
    }
    dims.iter().try_fold(1_u64, |a, d| a.checked_mul((*d)?))
}

/// Product of known dimensions in 128 bits.
pub(crate) fn wide_product(dims: &[u64]) -> Option<u128> {
    if dims.contains(&0) {
        return Some(0);
    }
    dims.iter()
        .try_fold(1_u128, |a, &d| a.checked_mul(u128::from(d)))
}

/// Broadcasts one dimension against another.
pub(crate) fn broadcast_dim(a: Dim, b: Dim) -> Dim {
    match (a, b) {
        (Some(1), other) | (other, Some(1)) => other,
        (Some(a), Some(b)) => (a == b).then_some(a),
        (Some(n), None) | (None, Some(n)) => Some(n),
        (None, None) => None,
    }
}

/// Broadcasts shapes from their last dimension on.
pub(crate) fn broadcast(a: &[Dim], b: &[Dim]) -> Vec<Dim> {
    let rank = a.len().max(b.len());
    (0..rank)
        .map(|at| {
            let pick = |s: &[Dim]| {
                let missing = rank - s.len();
                at.checked_sub(missing)
                    .map_or(Some(1), |i| s.get(i).copied().flatten())
            };
            broadcast_dim(pick(a), pick(b))
        })
        .collect()
}

/// An axis counted from either end, inside `rank`.
pub(crate) fn axis(axis: i64, rank: usize) -> Option<usize> {
    let rank = i64::try_from(rank).ok()?;
    let at = if axis < 0 {
        axis.checked_add(rank)?
    } else {
        axis
    };
    (0..rank)
        .contains(&at)
        .then(|| usize::try_from(at).ok())
        .flatten()
}

/// A signed number as a dimension.
pub(crate) fn dim(value: i64) -> Dim {
    u64::try_from(value).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn broadcasting_keeps_what_is_known() {
        assert_eq!(
            broadcast(&[Some(3), Some(1), None], &[Some(5), Some(1)]),
            [Some(3), Some(5), None]
        );
        assert_eq!(broadcast(&[None], &[Some(7)]), [Some(7)]);
        assert_eq!(broadcast(&[], &[Some(7)]), [Some(7)]);
        assert_eq!(broadcast(&[Some(2)], &[Some(3)]), [None]);
    }

    #[test]
    fn axes_count_from_both_ends() {
        assert_eq!(axis(-1, 3), Some(2));
        assert_eq!(axis(3, 3), None);
        assert_eq!(axis(i64::MIN, 3), None);
    }
}
