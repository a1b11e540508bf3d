//! `?page=count`: a model's own files, a pasted config.json, or a list of layers, counted on the reader's machine.
//!
//! Files are read in a worker (`public/reader.js`), which loads the JavaScript module; here are the question and the answer.

pub mod builder;
pub mod export;
pub mod model;

#[cfg(target_arch = "wasm32")]
mod events;
#[cfg(target_arch = "wasm32")]
mod layers;
#[cfg(target_arch = "wasm32")]
mod read;
#[cfg(target_arch = "wasm32")]
mod state;
#[cfg(target_arch = "wasm32")]
mod training;
#[cfg(target_arch = "wasm32")]
mod view;
#[cfg(target_arch = "wasm32")]
mod worker;

/// Opens the place.
#[cfg(target_arch = "wasm32")]
pub fn open(loaded: super::Loaded) -> &'static dyn super::Screen {
    Box::leak(Box::new(events::Counting::new(loaded)))
}
