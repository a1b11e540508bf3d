//! What the tests share: a table reader, and an estimate from a query.
#![allow(dead_code, reason = "each test file uses its part")]

use compute_core::estimate::{Estimate, estimate};
use compute_core::link;
use compute_core::request::{self, Request};

/// Rows of an RFC 4180 table with a header line.
pub fn csv(text: &str) -> Vec<Row> {
    let mut rows: Vec<Vec<String>> = Vec::new();
    let (mut row, mut cell, mut quoted) = (Vec::new(), String::new(), false);
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '"' if quoted && chars.peek() == Some(&'"') => {
                cell.push('"');
                chars.next();
            }
            '"' => quoted = !quoted,
            ',' if !quoted => row.push(std::mem::take(&mut cell)),
            '\n' if !quoted => {
                row.push(std::mem::take(&mut cell));
                rows.push(std::mem::take(&mut row));
            }
            c => cell.push(c),
        }
    }
    let mut rows = rows.into_iter();
    let header = rows.next().unwrap_or_default();
    rows.map(|cells| Row {
        header: header.clone(),
        cells,
    })
    .collect()
}

/// A row with its header.
pub struct Row {
    header: Vec<String>,
    cells: Vec<String>,
}

impl Row {
    /// The cell of a column.
    #[track_caller]
    pub fn get(&self, column: &str) -> &str {
        let at = self
            .header
            .iter()
            .position(|name| name == column)
            .expect(column);
        &self.cells[at]
    }

    /// The cell as a number, where it is filled.
    pub fn number(&self, column: &str) -> Option<f64> {
        let text = self.get(column);
        (!text.is_empty()).then(|| text.parse().expect(text))
    }
}

/// Reads a query and estimates it.
pub fn from_query(query: &str) -> (Request, Estimate) {
    let catalog = compute_tables::catalog();
    let (address, _) = link::decode(query, catalog);
    let request = request::read(&address.form, catalog);
    let result = estimate(&address.form, &request, catalog);
    (request, result)
}

/// Holds a figure to another within a relative tolerance.
#[track_caller]
pub fn near(what: &str, got: f64, want: f64, tolerance: f64) {
    let off = if want == 0.0 {
        got.abs()
    } else {
        (got / want - 1.0).abs()
    };
    assert!(
        off <= tolerance,
        "{what}: got {got:e}, want {want:e}, off by {off:e}"
    );
}
