//! One file per family of architectures.

pub mod bert;
pub mod dense;
pub mod gpt;
pub mod hybrid;
pub mod seq2seq;
pub mod convnet;
pub mod stages;
pub mod vit;
