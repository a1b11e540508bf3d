//! One table of `data/`, its header and rows.

use crate::csv;
use std::path::Path;

/// A table as text: cells by row and column name.
pub struct Table {
    /// File name without `.csv`.
    pub name: String,
    /// Column names.
    pub header: Vec<&'static str>,
    /// Rows, each as long as the header.
    pub rows: Vec<Vec<&'static str>>,
}

impl Table {
    /// Reads `data/{name}.csv`; what is wrong with its form goes to `errors`.
    pub fn load(data: &Path, name: &str, errors: &mut Vec<String>) -> Table {
        let mut table = Table {
            name: name.to_owned(),
            header: Vec::new(),
            rows: Vec::new(),
        };
        let path = data.join(format!("{name}.csv"));
        println!("cargo::rerun-if-changed={}", path.display());
        let text = match std::fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) => {
                errors.push(format!("data/{name}.csv: {error}"));
                return table;
            }
        };
        match csv::rows(text.leak()) {
            Ok(rows) => {
                let mut rows = rows.into_iter();
                table.header = rows.next().unwrap_or_default();
                table.rows = rows.collect();
            }
            Err(line) => errors.push(format!(
                "data/{name}.csv: a quote is not closed in line {line}"
            )),
        }
        for (index, row) in table.rows.iter().enumerate() {
            if row.len() != table.header.len() {
                errors.push(format!(
                    "data/{name}.csv: row {} has {} cells, the header {}",
                    index + 2,
                    row.len(),
                    table.header.len()
                ));
            }
            for cell in row {
                if cell.trim() != *cell
                    || cell.contains(['\t', '\n', '\r'])
                    || cell.starts_with('@')
                {
                    errors.push(format!(
                        "data/{name}.csv: row {} has a cell with a tab, a line end, blanks at an end or a leading @: {cell:?}",
                        index + 2
                    ));
                }
            }
        }
        table
    }

    /// The cell of a row in a column; empty where there is no such column.
    pub fn get(&self, row: usize, column: &str) -> &'static str {
        self.header
            .iter()
            .position(|name| *name == column)
            .and_then(|at| self.rows.get(row)?.get(at).copied())
            .unwrap_or("")
    }

    /// The number in a cell.
    pub fn number(&self, row: usize, column: &str) -> Option<f64> {
        csv::number(self.get(row, column))
    }

    /// The row with that id.
    pub fn find(&self, id: &str) -> Option<usize> {
        (0..self.rows.len()).find(|row| self.get(*row, "id") == id)
    }
}
