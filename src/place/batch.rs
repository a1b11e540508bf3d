//! `?page=batch`: a table of models in, a row of estimates each, out.
//!
//! The table is read in a worker (`public/batch.js`), which loads the JavaScript module and keeps the rows; the page holds only
//! those that it shows.

pub mod example;

#[cfg(target_arch = "wasm32")]
mod events;
#[cfg(target_arch = "wasm32")]
mod state;
#[cfg(target_arch = "wasm32")]
mod view;
#[cfg(target_arch = "wasm32")]
mod worker;

/// Opens the place.
#[cfg(target_arch = "wasm32")]
pub fn open(loaded: super::Loaded) -> &'static dyn super::Screen {
    Box::leak(Box::new(events::Many::new(loaded)))
}
