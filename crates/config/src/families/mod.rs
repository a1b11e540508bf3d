//! One file per family of architectures.

pub mod bert;
pub mod dense;
pub mod gpt;
