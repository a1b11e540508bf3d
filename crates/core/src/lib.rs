//! The estimate in pure Rust: numbers as typed, both methods, their comparison, the link.
//!
//! No DOM, no wasm, no clock, no files, no randomness. Tables are handed in as a
//! [`catalog::Catalog`]; broken input is normal and comes back as problems.

pub mod accelerator_time;
pub mod agreement;
pub mod apart;
pub mod calibration;
pub mod catalog;
pub mod comparison;
mod earlier;
pub mod estimate;
pub mod explain;
pub mod field;
pub mod form;
pub mod link;
pub mod operations;
pub mod phase;
pub mod problem;
pub mod quantity;
pub mod regulation;
pub mod request;
pub mod step;
pub mod sum;
pub mod uncertain;
pub mod walkthrough;
pub mod words;
