//! Text as typed to a reading, by kind.

use super::{AcceleratorReading, Misreading, Names, QuantityKind, Reading};
use crate::catalog::Catalog;

/// Reads a number of a kind. See the typing rules in the tests' table.
pub fn read(_kind: QuantityKind, text: &str, _names: &dyn Names) -> Result<Reading, Misreading> {
    // A number with a scale letter, until the whole grammar is here.
    let text = text.trim();
    let scales = [('k', 1e3), ('m', 1e6), ('b', 1e9), ('t', 1e12)];
    let (number, scale) = scales
        .iter()
        .find_map(|(letter, scale)| {
            let rest = text.strip_suffix([*letter, letter.to_ascii_uppercase()])?;
            Some((rest.trim(), *scale))
        })
        .unwrap_or((text, 1.0));
    if let Some(value) = super::parse_f64(number).filter(|value| *value > 0.0) {
        let value = value * scale;
        return Ok(Reading {
            value,
            low: value,
            high: value,
            echo: super::exact(value),
            notes: Vec::new(),
            accelerator: None,
        });
    }
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
