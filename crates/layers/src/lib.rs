//! The layer catalogue: parameters and forward FLOP of each kind of layer, and
//! the result type that every reader of model files returns.
//!
//! Integers inside (`u128`, checked); 2 FLOP per multiply-accumulate; products only.

mod cost;
mod count;
pub mod kinds;
mod mask;
mod num;
mod tally;

pub use cost::{Cost, Matrix};
pub use count::{Count, CountOptions, Group, Need, Note, Part, Refusal, Source, Unknown};
pub use mask::Mask;
pub use num::Num;
pub use tally::{MAX_GROUPS, PlacedMatrix, Tally};
