//! One file per kind of layer: its sizes, its formula, and where the formula is from.

pub mod attention;
pub mod convolution;
pub mod delta;
pub mod feed_forward;
pub mod latent;
pub mod mamba;
pub mod mixture;
pub mod recurrent;
pub mod rwkv;

pub use attention::Attention;
pub use convolution::{Convolution, output_size, transposed_output_size};
pub use delta::{GatedDelta, LinearAttention, delta_core, linear_core};
pub use feed_forward::FeedForward;
pub use latent::{Indexer, LatentAttention};
pub use mamba::{Mamba1, Mamba2, Scan};
pub use mixture::{Mixture, Shared};
pub use recurrent::{Cell, Recurrent};
pub use rwkv::Rwkv4;
