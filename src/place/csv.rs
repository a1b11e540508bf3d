//! The downloads as the places read them: comma-separated values by RFC 4180, found by the names of their columns.

/// A table with named columns. Cells borrow from the text, which stays as long as the page.
#[derive(Debug, Default)]
pub struct Sheet {
    columns: Vec<&'static str>,
    rows: Vec<Vec<&'static str>>,
}

impl Sheet {
    /// Reads a text whose first line names the columns.
    ///
    /// Lenient, because the text is our own and a page half right is better than none: a quoted cell that is never closed ends
    /// with the text; a row with too few cells has empty ones.
    pub fn read(text: &'static str) -> Sheet {
        let mut rows = rows(text).into_iter();
        Sheet {
            columns: rows.next().unwrap_or_default(),
            rows: rows.collect(),
        }
    }

    /// Number of rows, without the line of names.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there is no row.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// A cell by its column's name; empty where there is no such row or column.
    pub fn get(&self, row: usize, column: &str) -> &'static str {
        self.columns
            .iter()
            .position(|name| *name == column)
            .and_then(|column| self.rows.get(row)?.get(column).copied())
            .unwrap_or("")
    }

    /// The row in which a column has that text.
    pub fn find(&self, column: &str, text: &str) -> Option<usize> {
        (0..self.len()).find(|row| self.get(*row, column) == text)
    }
}

fn rows(text: &'static str) -> Vec<Vec<&'static str>> {
    let mut rows = Vec::new();
    let mut row = Vec::new();
    let mut rest = text;
    loop {
        let (cell, after) = cell(rest);
        row.push(cell);
        if let Some(next) = after.strip_prefix(',') {
            rest = next;
            continue;
        }
        rows.push(std::mem::take(&mut row));
        rest = after.strip_prefix('\r').unwrap_or(after);
        rest = rest.strip_prefix('\n').unwrap_or(rest);
        if rest.is_empty() {
            return rows;
        }
    }
}

/// The cell at the start of a text, and what stands behind it: a comma, a line end, or nothing.
fn cell(text: &'static str) -> (&'static str, &'static str) {
    let Some(quoted) = text.strip_prefix('"') else {
        let end = text.find([',', '\n']).unwrap_or(text.len());
        let (cell, after) = text.split_at(end);
        return (cell.strip_suffix('\r').unwrap_or(cell), after);
    };
    let mut doubled = false;
    let mut end = 0;
    loop {
        let tail = quoted.get(end..).unwrap_or("");
        let Some(at) = tail.find('"') else {
            end = quoted.len();
            break;
        };
        end += at;
        if quoted
            .get(end + 1..)
            .is_some_and(|tail| tail.starts_with('"'))
        {
            doubled = true;
            end += 2;
        } else {
            break;
        }
    }
    let inside = quoted.get(..end).unwrap_or("");
    let after = quoted.get(end + 1..).unwrap_or("");
    // What stands between a closing quote and the next comma belongs to no cell.
    let after = after
        .find([',', '\n'])
        .and_then(|at| after.get(at..))
        .unwrap_or("");
    let cell = if doubled {
        inside.replace("\"\"", "\"").leak()
    } else {
        inside
    };
    (cell, after)
}

/// The parts of a list between semicolons.
pub fn list(cell: &'static str) -> impl Iterator<Item = &'static str> {
    cell.split(';')
        .map(str::trim)
        .filter(|part| !part.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quoted_cells_hold_commas_line_ends_and_quotes() {
        let sheet = Sheet::read("id,note\r\na,\"one, \"\"two\"\"\nthree\"\r\nb,plain\r\nc,\n");
        assert_eq!(sheet.len(), 3);
        assert_eq!(sheet.get(0, "note"), "one, \"two\"\nthree");
        assert_eq!(sheet.get(1, "note"), "plain");
        assert_eq!(sheet.get(2, "note"), "");
        assert_eq!(sheet.find("id", "b"), Some(1));
        assert_eq!(sheet.get(1, "nothing"), "");
        assert_eq!(sheet.get(9, "id"), "");
    }

    #[test]
    fn broken_text_is_read_as_far_as_it_goes() {
        for (text, rows) in [
            ("", 0),
            ("a,b", 0),
            ("a,b\n\"open", 1),
            ("a,b\n\"x\"y,z", 1),
            ("a\n\"\"\"", 1),
            ("a,b\n1", 1),
        ] {
            assert_eq!(Sheet::read(text).len(), rows, "{text}");
        }
        assert_eq!(Sheet::read("a,b\n\"x\"y,z").get(0, "b"), "z");
        assert_eq!(Sheet::read("a,b\n\"op,en").get(0, "a"), "op,en");
    }

    #[test]
    fn every_row_of_the_downloads_has_every_cell() {
        for (text, rows) in [
            (compute_tables::hardware_csv(), 406),
            (compute_tables::models_csv(), 457),
            (compute_tables::presets_csv(), 57),
        ] {
            let sheet = Sheet::read(text);
            assert!(sheet.len() >= rows);
            for (at, row) in sheet.rows.iter().enumerate() {
                assert_eq!(row.len(), sheet.columns.len(), "row {at}");
            }
        }
    }
}
