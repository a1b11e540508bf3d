//! The places beside the calculator: everything behind `?page=`.
//!
//! What is arithmetic (reading the downloads, ordering and filtering rows, axes) compiles and is tested natively; what touches
//! the document exists only for wasm32.

pub mod batch;
pub mod columns;
pub mod count;
pub mod csv;
pub mod figures;
pub mod grid;
pub mod pairs;
pub mod scale;

#[cfg(target_arch = "wasm32")]
mod chart;
#[cfg(target_arch = "wasm32")]
mod examples;
#[cfg(target_arch = "wasm32")]
mod hardware;
#[cfg(target_arch = "wasm32")]
mod method;
#[cfg(target_arch = "wasm32")]
mod models;
#[cfg(target_arch = "wasm32")]
mod prose;
#[cfg(target_arch = "wasm32")]
mod screen;
#[cfg(target_arch = "wasm32")]
mod table;

#[cfg(target_arch = "wasm32")]
pub use screen::{Loaded, Screen, start};
