//! One door to all readers of model files: what a file is, which reader takes it, files that belong together, and training
//! FLOP from a count.
//!
//! Nothing here reads a file. A [`Counter`] says which bytes of which file it wants next, and never asks for weights.

mod counter;
mod fragment;
mod list;
mod training;

pub use counter::{Counted, Counter, FileSource, Next, count_bytes};
pub use fragment::{MAX_UNPACKED, decode, encode};
pub use list::{LayerList, layers_from_json, layers_to_json, list_from_json};
pub use training::{Mode, Recompute, Row, Step, Training, adapter_share, training};
