//! The estimate in pure Rust: numbers as typed, both methods, their comparison, the link.
//!
//! No DOM, no wasm, no clock, no files, no randomness. Tables are handed in as a
//! [`catalog::Catalog`]; broken input is normal and comes back as problems.

pub mod catalog;
pub mod phase;
pub mod quantity;
pub mod uncertain;
