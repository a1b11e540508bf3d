//! The places beside the calculator: everything behind `?page=`.
//!
//! What is arithmetic (reading the downloads, ordering and filtering rows, axes) compiles and is tested natively; what touches
//! the document exists only for wasm32.

pub mod columns;
pub mod csv;
pub mod grid;
pub mod pairs;
pub mod scale;
