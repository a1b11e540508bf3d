//! The layer catalogue: parameters and forward FLOP of each kind of layer, and
//! the result type that every reader of model files returns.
//!
//! Integers inside (`u128`, checked); 2 FLOP per multiply-accumulate; products only.

pub mod catalogue;
mod cost;
mod count;
pub mod kinds;
mod mask;
mod num;
mod spec;
mod tally;

pub use catalogue::{Field, FieldKind, LAYERS, LayerKind};
pub use cost::{Cost, Matrix, Role};
pub use count::{Count, CountOptions, Group, Need, Note, Part, Refusal, Source, Unknown};
pub use mask::Mask;
pub use num::Num;
pub use spec::{
    Density, FieldValue, Fields, LayerSpec, MAX_DEPTH, MAX_LAYERS, MAX_SIZE, cnn_lstm_fcn,
    count_layers, count_layers_with_matrices,
};
pub use tally::{MAX_GROUPS, PlacedMatrix, Tally};
