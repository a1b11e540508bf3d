//! Reads Hugging Face `config.json` files and counts the models they describe.
//!
//! A config names its type (`model_type`); the registry [`ARCHITECTURES`] says how a type is built, and keys that the file
//! leaves out take that type's own defaults. Nothing is guessed for a type that is not listed: it is refused by name.

pub mod architectures;
pub mod block;
pub mod cfg;
pub mod context;
pub mod families;
pub mod limits;
mod read;

pub use architectures::{ARCHITECTURES, Architecture};
pub use read::{count_config, count_config_with_matrices};
