//! An accelerator's field: a name, and the count or slice that came with it.

use super::{AcceleratorReading, Misreading};
use crate::catalog::Catalog;

/// Reads an accelerator's name, with a count or a slice size where the text has one.
pub fn read_accelerator(_text: &str, _catalog: &Catalog) -> Result<AcceleratorReading, Misreading> {
    Err(Misreading {
        code: "unknown-accelerator",
        message: String::new(),
        remedy: String::new(),
        fixes: Vec::new(),
        unfinished: false,
    })
}
