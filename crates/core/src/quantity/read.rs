//! Text as typed to a reading, by kind.

use super::{AcceleratorReading, Misreading, Names, QuantityKind, Reading};
use crate::catalog::Catalog;

/// Reads a number of a kind. See the typing rules in the tests' table.
pub fn read(_kind: QuantityKind, _text: &str, _names: &dyn Names) -> Result<Reading, Misreading> {
    Err(Misreading {
        code: "not-a-number",
        message: String::new(),
        remedy: String::new(),
        fixes: Vec::new(),
        unfinished: false,
    })
}

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
