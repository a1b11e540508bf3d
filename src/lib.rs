//! The page: the calculator and the embed, in Leptos.
//!
//! What is arithmetic (where labels stand, how a text is cut at its powers) compiles and is tested
//! natively; all that touches the document exists only for wasm32.

pub mod number;
#[cfg(any(test, target_arch = "wasm32"))]
pub mod place;
pub mod strip;

#[cfg(target_arch = "wasm32")]
pub mod address;
#[cfg(target_arch = "wasm32")]
pub mod app;
#[cfg(target_arch = "wasm32")]
pub mod embed;
#[cfg(target_arch = "wasm32")]
pub mod events;
#[cfg(target_arch = "wasm32")]
pub mod form;
#[cfg(target_arch = "wasm32")]
pub mod html;
#[cfg(target_arch = "wasm32")]
pub mod outside;
#[cfg(target_arch = "wasm32")]
pub mod result;
#[cfg(target_arch = "wasm32")]
pub mod state;
#[cfg(target_arch = "wasm32")]
pub mod theme;
#[cfg(target_arch = "wasm32")]
pub mod tool;
