//! One file per family of architectures.

pub mod audio;
pub mod bert;
pub mod conformers;
pub mod convnet;
pub mod custom;
pub mod decoders;
pub mod dense;
pub mod depth;
pub mod documents;
pub mod encoders;
pub mod gemma;
pub mod gpt;
pub mod hybrid;
pub mod joined;
pub mod mixture;
pub mod multimodal;
pub mod paired;
pub mod pyramids;
pub mod seq2seq;
pub mod series;
pub mod speech;
pub mod stages;
pub mod towers;
pub mod video;
pub mod vit;
