//! Separated values piece by piece (RFC 4180, with comma, semicolon or tab), out of a text that comes in chunks.
//!
//! Nothing is refused that can be read: a quote that stands where none can is told with its line, and the text is kept.

use crate::limits::{MAX_CELL, MAX_COLUMNS, MAX_ROW};

/// What was odd about a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Oddity {
    /// A quote opens in this column (from 1) and is not closed; it was taken as a character, and the row ends with its line.
    Unclosed(usize),
    /// Text stands behind the closing quote of this column (from 1); it was kept.
    BehindQuote(usize),
    /// The row is longer than [`MAX_ROW`]; it was cut there.
    TooLong,
}

/// The cells of a row. One text with the places where cells end, so that a row costs no allocation of its own.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Record {
    /// The line on which it begins, from 1.
    pub line: u32,
    /// What was odd, the first of it.
    pub oddity: Option<Oddity>,
    text: String,
    ends: Vec<usize>,
}

impl Record {
    /// Number of cells.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether every cell is empty.
    pub fn is_empty(&self) -> bool {
        self.text.trim().is_empty()
    }

    /// A cell; empty beyond the last.
    pub fn get(&self, cell: usize) -> &str {
        let from = match cell.checked_sub(1) {
            Some(before) => self.ends.get(before).copied(),
            None => Some(0),
        };
        match (from, self.ends.get(cell)) {
            (Some(from), Some(to)) => self.text.get(from..*to).unwrap_or(""),
            _ => "",
        }
    }

    /// All cells.
    pub fn cells(&self) -> impl Iterator<Item = &str> {
        (0..self.len()).map(|cell| self.get(cell))
    }

    /// A record of `cells` cells from the texts of the first of them.
    pub(crate) fn rebuilt<'a>(
        line: u32,
        oddity: Option<Oddity>,
        cells: usize,
        texts: impl Iterator<Item = &'a str>,
    ) -> Record {
        let mut record = Record {
            line,
            oddity,
            ..Record::default()
        };
        for text in texts.take(cells) {
            record.text.push_str(text);
            record.end_cell();
        }
        while record.ends.len() < cells.min(MAX_COLUMNS) {
            record.end_cell();
        }
        record
    }

    fn clear(&mut self) {
        self.oddity = None;
        self.text.clear();
        self.ends.clear();
    }

    fn end_cell(&mut self) {
        if self.ends.len() < MAX_COLUMNS {
            self.ends.push(self.text.len());
        } else {
            self.text.truncate(self.ends.last().copied().unwrap_or(0));
        }
    }

    fn odd(&mut self, oddity: Oddity) {
        self.oddity.get_or_insert(oddity);
    }
}

/// How far one try went.
enum Step {
    /// A record; the bytes it took with its line end, and the lines.
    Whole(usize, u32),
    /// The text ends inside it.
    More,
}

/// Reads records out of chunks.
#[derive(Clone, Debug)]
pub struct Reader {
    /// Text of which no whole record has been made yet.
    pending: String,
    /// Bytes of it that are done with.
    from: usize,
    line: u32,
    /// The rest of a line that was too long is passed over.
    skipping: bool,
    /// No more text will come.
    ended: bool,
}

impl Default for Reader {
    fn default() -> Reader {
        Reader {
            pending: String::new(),
            from: 0,
            line: 1,
            skipping: false,
            ended: false,
        }
    }
}

impl Reader {
    /// Adds text.
    pub fn push(&mut self, chunk: &str) {
        // What is done with goes before the text grows.
        if self.from > 0 {
            self.pending.drain(..self.from);
            self.from = 0;
        }
        self.pending.push_str(chunk);
    }

    /// No more text will come.
    pub fn end(&mut self) {
        self.ended = true;
    }

    /// Text that is still to be read.
    pub fn rest(&self) -> &str {
        self.pending.get(self.from..).unwrap_or("")
    }

    /// Passes over the first bytes of the rest, up to the end of a character.
    pub fn skip(&mut self, bytes: usize) {
        self.from = (self.from + bytes).min(self.pending.len());
        while !self.pending.is_char_boundary(self.from) {
            self.from += 1;
        }
    }

    /// The line that is read next, from 1.
    pub fn line(&self) -> u32 {
        self.line
    }

    /// Counts a line that was passed over by [`Reader::skip`].
    pub fn count_line(&mut self) {
        self.line = self.line.saturating_add(1);
    }

    /// The next record into `record`; false where more text is needed, or none is left.
    pub fn next(&mut self, separator: u8, record: &mut Record) -> bool {
        if self.skipping && !self.pass_over() {
            return false;
        }
        let rest = self.pending.get(self.from..).unwrap_or("");
        if rest.is_empty() {
            return false;
        }
        record.line = self.line;
        // No further than a row may go, so that a row costs no more than its bound whatever stands behind it.
        let mut end = rest.len().min(MAX_ROW + 1);
        while !rest.is_char_boundary(end) {
            end -= 1;
        }
        let is_all = end == rest.len();
        let window = rest.get(..end).unwrap_or("");
        match read(window, separator, self.ended && is_all, false, record) {
            Step::Whole(bytes, lines) => {
                self.from += bytes;
                self.line = self.line.saturating_add(lines);
                true
            }
            Step::More if is_all => false,
            Step::More => {
                let _ = read(window, separator, true, true, record);
                record.oddity = Some(Oddity::TooLong);
                let lines = window.bytes().filter(|byte| *byte == b'\n').count();
                self.from += end;
                self.line = self
                    .line
                    .saturating_add(u32::try_from(lines).unwrap_or(u32::MAX));
                self.skipping = true;
                true
            }
        }
    }

    /// Passes over the rest of a line; false where it is not there yet.
    fn pass_over(&mut self) -> bool {
        match self.rest().find('\n') {
            Some(at) => {
                self.skip(at + 1);
                self.count_line();
                self.skipping = false;
                true
            }
            None => {
                self.from = self.pending.len();
                false
            }
        }
    }
}

/// Tries to read one record from the start of a text. `literal`: quotes are characters.
fn read(text: &str, separator: u8, ended: bool, literal: bool, record: &mut Record) -> Step {
    record.clear();
    let bytes = text.as_bytes();
    let byte = |at: usize| bytes.get(at).copied();
    let mut literal = literal;
    let mut at = 0;
    let mut lines = 0;
    loop {
        let column = record.ends.len() + 1;
        let mut behind_quote = false;
        if !literal && byte(at) == Some(b'"') {
            match quoted(text, at, separator, ended, &mut record.text) {
                Quoted::Closed {
                    end,
                    line_ends,
                    behind,
                } => {
                    at = end;
                    lines += line_ends;
                    behind_quote = behind;
                }
                Quoted::More => return Step::More,
                // What was read before it stays; the row ends with the line on which the quote stands, so that no later row
                // is lost in the cell, and none is read twice.
                Quoted::Stray => {
                    record.odd(Oddity::Unclosed(column));
                    literal = true;
                }
            }
        }
        if behind_quote {
            record.odd(Oddity::BehindQuote(column));
        }
        // A plain cell, or what stands behind a closing quote.
        let start = at;
        let window = bytes.get(at..).unwrap_or(&[]);
        at += window
            .iter()
            .position(|byte| *byte == separator || *byte == b'\n' || *byte == b'\r')
            .unwrap_or(window.len());
        record.text.push_str(text.get(start..at).unwrap_or(""));
        record.end_cell();
        let taken = match (byte(at), byte(at + 1)) {
            (Some(byte), _) if byte == separator => {
                at += 1;
                continue;
            }
            (Some(b'\r'), Some(b'\n')) => at + 2,
            // The other half of the line end may be still to come.
            (Some(b'\r'), None) if !ended => return Step::More,
            (Some(_), _) => at + 1,
            (None, _) if ended => at,
            (None, _) => return Step::More,
        };
        return Step::Whole(taken, u32::try_from(lines + 1).unwrap_or(u32::MAX));
    }
}

/// What a quote at the start of a cell opens.
enum Quoted {
    /// A cell, up to behind its closing quote; whether text stands behind it before the next separator.
    Closed {
        end: usize,
        line_ends: usize,
        behind: bool,
    },
    /// The text ends inside it.
    More,
    /// Nothing: it is not closed within the bounds or before the end, or only lines later and with text behind that.
    Stray,
}

fn quoted(text: &str, opened: usize, separator: u8, ended: bool, out: &mut String) -> Quoted {
    let bytes = text.as_bytes();
    let before = out.len();
    let most = opened + MAX_CELL + 1;
    let mut from = opened + 1;
    let end = loop {
        let window = bytes.get(from..bytes.len().min(most)).unwrap_or(&[]);
        let Some(found) = window.iter().position(|byte| *byte == b'"') else {
            out.truncate(before);
            return if ended || bytes.len() >= most {
                Quoted::Stray
            } else {
                Quoted::More
            };
        };
        let quote = from + found;
        out.push_str(text.get(from..quote).unwrap_or(""));
        match bytes.get(quote + 1) {
            Some(b'"') => {
                out.push('"');
                from = quote + 2;
            }
            None if !ended => {
                out.truncate(before);
                return Quoted::More;
            }
            _ => break quote + 1,
        }
    };
    let inside = bytes.get(opened..end).unwrap_or(&[]);
    let line_ends = inside.iter().filter(|byte| **byte == b'\n').count();
    // Blanks behind a quote are harmless, and many programs write them.
    let next = bytes
        .get(end..)
        .unwrap_or(&[])
        .iter()
        .find(|byte| !matches!(byte, b' ' | b'\t') || **byte == separator);
    let behind = match next {
        Some(next) => *next != separator && !matches!(next, b'\n' | b'\r'),
        None if ended => false,
        None => {
            out.truncate(before);
            return Quoted::More;
        }
    };
    if behind && line_ends > 0 {
        out.truncate(before);
        return Quoted::Stray;
    }
    Quoted::Closed {
        end,
        line_ends,
        behind,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(chunks: &[&str], separator: u8) -> Vec<(u32, Vec<String>, Option<Oddity>)> {
        let mut reader = Reader::default();
        let mut record = Record::default();
        let mut out = Vec::new();
        for (at, chunk) in chunks.iter().enumerate() {
            reader.push(chunk);
            if at + 1 == chunks.len() {
                reader.end();
            }
            while reader.next(separator, &mut record) {
                let cells = record.cells().map(str::to_string).collect();
                out.push((record.line, cells, record.oddity));
            }
        }
        out
    }

    fn cells(text: &str) -> Vec<Vec<String>> {
        all(&[text], b',').into_iter().map(|row| row.1).collect()
    }

    #[test]
    fn quoted_cells_hold_separators_line_ends_and_quotes() {
        assert_eq!(
            cells("a,\"b,\"\"c\"\"\nd\",\r\n\"\",e\n"),
            [vec!["a", "b,\"c\"\nd", ""], vec!["", "e"]]
        );
        assert_eq!(cells("a\rb\rc"), [["a"], ["b"], ["c"]], "old line ends");
        assert_eq!(cells("a,b"), [["a", "b"]], "no line end at the end");
        assert_eq!(cells(""), [[""; 0]; 0]);
    }

    #[test]
    fn lines_are_counted_through_quoted_line_ends() {
        let rows = all(&["a\n\"b\n\n\"\nc\n"], b',');
        let lines: Vec<u32> = rows.iter().map(|row| row.0).collect();
        assert_eq!(lines, [1, 2, 5]);
    }

    #[test]
    fn any_cut_into_chunks_reads_the_same() {
        let text = "näme,\"q,\"\"u\"\"\r\no\",x\r\n1,2\r\n\"open,3\n4,\"5\"6,\"\"\r\nlast,é";
        let whole = all(&[text], b',');
        for size in 1..9 {
            let mut chunks = Vec::new();
            let mut chunk = String::new();
            for c in text.chars() {
                chunk.push(c);
                if chunk.chars().count() == size {
                    chunks.push(std::mem::take(&mut chunk));
                }
            }
            chunks.push(chunk);
            let chunks: Vec<&str> = chunks.iter().map(String::as_str).collect();
            assert_eq!(all(&chunks, b','), whole, "chunks of {size}");
        }
    }

    #[test]
    fn wrong_quotes_cost_their_own_row_alone() {
        let rows = all(&["a,\"b\nc,d\n"], b',');
        assert_eq!(rows.len(), 2);
        assert_eq!(rows[0].1, ["a", "\"b"]);
        assert_eq!(rows[0].2, Some(Oddity::Unclosed(2)));
        assert_eq!(rows[1].1, ["c", "d"]);
        assert_eq!(rows[1].2, None);
        let rows = all(&["\"a\"b,c\n"], b',');
        assert_eq!(rows[0].1, ["ab", "c"]);
        assert_eq!(rows[0].2, Some(Oddity::BehindQuote(1)));
        let rows = all(&["\"a\" ,5\" tall\n"], b',');
        assert_eq!(rows[0].2, None, "a blank behind a quote, a quote inside");
    }

    #[test]
    fn a_stray_quote_does_not_swallow_the_next_rows_up_to_another_one() {
        let rows = all(&["\"open,1\nb \"x\" y,2\n\"c\",3\n"], b',');
        let cells: Vec<&Vec<String>> = rows.iter().map(|row| &row.1).collect();
        assert_eq!(cells, [&["\"open", "1"], &["b \"x\" y", "2"], &["c", "3"]]);
        assert_eq!(rows[0].2, Some(Oddity::Unclosed(1)));
        // What was whole before it stays whole.
        let rows = all(&["\"a\nb\",\"open\nc,d\n"], b',');
        assert_eq!(rows[0].1, ["a\nb", "\"open"]);
        assert_eq!(rows[1].1, ["c", "d"]);
        assert_eq!(rows[1].0, 3);
    }

    #[test]
    fn a_cell_may_be_as_long_as_the_bound_and_not_longer() {
        for (length, odd) in [(MAX_CELL - 1, None), (MAX_CELL, Some(Oddity::Unclosed(1)))] {
            let text = format!("\"{}\",b\nc\n", "x".repeat(length));
            assert_eq!(all(&[&text], b',')[0].2, odd, "{length}");
        }
    }

    #[test]
    fn a_row_that_is_too_long_is_cut_and_the_next_one_is_whole() {
        let long = "é,".repeat(MAX_ROW / 3);
        let text = format!("a,b\n{long}{long}\nc,d\n");
        let pieces: Vec<&str> = {
            let middle = text.len() / 2;
            let middle = (middle..)
                .find(|at| text.is_char_boundary(*at))
                .unwrap_or(0);
            vec![&text[..middle], &text[middle..]]
        };
        for chunks in [vec![text.as_str()], pieces] {
            let rows = all(&chunks, b',');
            assert_eq!(rows.len(), 3);
            assert_eq!(rows[1].2, Some(Oddity::TooLong));
            assert_eq!(rows[1].1.len(), MAX_COLUMNS);
            assert_eq!(rows[2].1, ["c", "d"]);
            assert_eq!(rows[2].0, 3);
        }
    }

    #[test]
    fn megabytes_of_quotes_do_not_hang() {
        for unit in [
            "\"",
            "\"\"\"\n",
            "\"a\n",
            "\"\n\n\n",
            ",\"",
            "\"a\"\"b",
            "x\",\"\n",
            "\"\n\"x\n",
        ] {
            let text = unit.repeat(2_000_000 / unit.len()) + &"y".repeat(2 * MAX_CELL);
            let rows = all(&[&text], b',');
            assert!(!rows.is_empty(), "{unit}");
        }
    }
}
