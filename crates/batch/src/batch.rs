//! The file as a whole: separator, header, rows, and what is said about all of them.

use compute_core::catalog::Catalog;
use compute_core::problem::Severity;

use crate::columns::{Column, Reads, columns, filling_order};
use crate::csv::{Reader, Record};
use crate::limits::{MAX_NOTICES, MAX_ROW, MAX_ROWS};
use crate::row::{Reading, Row, short};

/// A message about the file as a whole.
#[derive(Clone, Debug, PartialEq)]
pub struct Notice {
    /// How bad: an error refuses the file, or what is left of it.
    pub severity: Severity,
    /// Permanent kebab-case code.
    pub code: &'static str,
    /// What was found.
    pub found: String,
    /// What to do.
    pub remedy: String,
}

/// Where the reading stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    /// Nothing but perhaps the start of the first line has come.
    Start,
    /// The header was read.
    Rows,
    /// Nothing more is read: refused, or the end.
    Done,
}

/// Reads a file chunk by chunk.
pub struct Batch<'a> {
    catalog: &'a Catalog,
    /// The tables without what only a single estimate shows: known models near it, measured runs on its chip. Searching them
    /// would take two thirds of the time of a row.
    lean: Catalog,
    today: String,
    reader: Reader,
    stage: Stage,
    separator: u8,
    columns: Vec<Column>,
    order: Vec<usize>,
    rows: usize,
    notices: Vec<Notice>,
    broken_characters: bool,
    record: Record,
}

const SEPARATORS: [u8; 3] = [b',', b';', b'\t'];

impl<'a> Batch<'a> {
    /// A reader with these tables.
    pub fn new(catalog: &'a Catalog) -> Batch<'a> {
        let mut lean = catalog.clone();
        lean.models.clear();
        lean.presets.clear();
        lean.runs.clear();
        Batch {
            catalog,
            lean,
            today: String::new(),
            reader: Reader::default(),
            stage: Stage::Start,
            separator: b',',
            columns: Vec::new(),
            order: Vec::new(),
            rows: 0,
            notices: Vec::new(),
            broken_characters: false,
            record: Record::default(),
        }
    }

    /// Thresholds as they stand on this day, an ISO date; without it, on the day of their last check.
    #[must_use]
    pub fn on(mut self, today: &str) -> Batch<'a> {
        self.today = today.to_string();
        self
    }

    /// The columns; empty until the header has been read.
    pub fn columns(&self) -> &[Column] {
        &self.columns
    }

    /// The separator that was found: comma, semicolon or tab.
    pub fn separator(&self) -> char {
        char::from(self.separator)
    }

    /// Rows read.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Messages about the file as a whole.
    pub fn notices(&self) -> &[Notice] {
        &self.notices
    }

    /// Whether the file, or what is left of it, is refused: nothing more will come.
    pub fn is_refused(&self) -> bool {
        self.notices
            .iter()
            .any(|notice| notice.severity == Severity::Error)
    }

    /// Whether nothing more will be read.
    pub fn is_done(&self) -> bool {
        self.stage == Stage::Done
    }

    /// Reads a piece of the file, of any length; the rows that it completes.
    pub fn push(&mut self, chunk: &str) -> Vec<Row> {
        let mut rows = Vec::new();
        self.feed(chunk, &mut |_, row| rows.push(row));
        rows
    }

    /// The end of the file; the rows that were still incomplete.
    pub fn finish(&mut self) -> Vec<Row> {
        let mut rows = Vec::new();
        self.end(&mut |_, row| rows.push(row));
        rows
    }

    /// As [`Batch::push`]; `each` gets every row with its record.
    pub(crate) fn feed(&mut self, chunk: &str, each: &mut dyn FnMut(&Record, Row)) {
        if self.stage == Stage::Done {
            return;
        }
        // A text file has no such byte; a table in UTF-16 has one beside every letter.
        let text = match chunk.find('\0') {
            Some(at) => chunk.get(..at).unwrap_or(""),
            None => chunk,
        };
        if !self.broken_characters && text.contains('\u{fffd}') {
            self.broken_characters = true;
            self.say(
                Severity::Warning,
                "not-utf-8",
                "Some characters are not UTF-8; they show as “\u{fffd}”.".to_string(),
                "Save the file as “CSV UTF-8” to keep them. Figures are not concerned.",
            );
        }
        self.reader.push(text);
        self.read(each);
        if text.len() < chunk.len() && self.stage != Stage::Done {
            let line = self.reader.line();
            self.refuse(
                "binary",
                format!("Line {line} holds a byte of value 0, which no text has: this is no table in UTF-8 text."),
                "Save the table as CSV UTF-8, or as tab-separated text, and open that file.",
            );
        }
    }

    /// As [`Batch::finish`].
    pub(crate) fn end(&mut self, each: &mut dyn FnMut(&Record, Row)) {
        if self.stage == Stage::Done {
            return;
        }
        self.reader.end();
        self.read(each);
        match self.stage {
            Stage::Start => self.refuse(
                "empty",
                "The file is empty.".to_string(),
                "The first line names the columns, like name,params,data; each other line is a model.",
            ),
            Stage::Rows if self.rows == 0 => self.say(
                Severity::Warning,
                "no-rows",
                "There is a line of column names and no row below it.".to_string(),
                "Write a line for each model.",
            ),
            _ => {}
        }
        self.stage = Stage::Done;
    }

    /// One row read again from its record, as it was read first.
    pub(crate) fn again(&self, record: &Record) -> Row {
        self.reading().row(record)
    }

    fn reading(&self) -> Reading<'_> {
        Reading {
            catalog: self.catalog,
            lean: &self.lean,
            today: &self.today,
            columns: &self.columns,
            order: &self.order,
        }
    }

    fn read(&mut self, each: &mut dyn FnMut(&Record, Row)) {
        if self.stage == Stage::Start && !self.header() {
            return;
        }
        let mut record = std::mem::take(&mut self.record);
        while self.stage == Stage::Rows && self.reader.next(self.separator, &mut record) {
            // A line of separators alone is what spreadsheets write for an empty row.
            if record.is_empty() {
                continue;
            }
            if self.rows == MAX_ROWS {
                self.say(
                    Severity::Warning,
                    "too-many-rows",
                    format!(
                        "The file has more than {} rows; those from line {} on were not read.",
                        grouped(MAX_ROWS),
                        record.line
                    ),
                    "Cut the file and read the rest of it after this one.",
                );
                self.stage = Stage::Done;
                break;
            }
            self.rows += 1;
            let row = self.reading().row(&record);
            each(&record, row);
        }
        self.record = record;
    }

    /// Reads the line of column names, with the separator under which most of it is known; false while it has not come.
    fn header(&mut self) -> bool {
        if let Some(rest) = self.reader.rest().strip_prefix('\u{feff}') {
            let mark = self.reader.rest().len() - rest.len();
            self.reader.skip(mark);
        }
        let rest = self.reader.rest();
        if let Some((what, way)) = foreign(rest) {
            self.refuse("not-a-table", what.to_string(), way);
            return false;
        }
        // Blank lines before the header.
        while let Some(at) = self.reader.rest().find('\n')
            && self
                .reader
                .rest()
                .get(..at)
                .is_some_and(|line| line.trim().is_empty())
        {
            self.reader.skip(at + 1);
            self.reader.count_line();
        }
        let rest = self.reader.rest();
        // Excel writes the separator of its country into a line of its own.
        let told = rest
            .strip_prefix("sep=")
            .and_then(|rest| rest.bytes().next())
            .filter(|byte| SEPARATORS.contains(byte));
        if let Some(separator) = told {
            let Some(at) = rest.find('\n') else {
                return false;
            };
            self.reader.skip(at + 1);
            self.reader.count_line();
            return self.header_by(&[separator]);
        }
        self.header_by(&SEPARATORS)
    }

    fn header_by(&mut self, separators: &[u8]) -> bool {
        let mut best: Option<(usize, usize, u8, Reader, Record)> = None;
        for separator in separators {
            // Few: once a file, and until its first line is whole.
            let mut reader = self.reader.clone();
            let mut record = Record::default();
            if !reader.next(*separator, &mut record) {
                continue;
            }
            let known = columns(record.cells())
                .iter()
                .filter(|column| column.reads != Reads::Ignored)
                .count();
            let better = best
                .as_ref()
                .is_none_or(|(most, cells, ..)| (known, record.len()) > (*most, *cells));
            if better {
                best = Some((known, record.len(), *separator, reader, record));
            }
        }
        let Some((known, cells, separator, reader, record)) = best else {
            return false;
        };
        if record.is_empty() {
            return false;
        }
        self.reader = reader;
        self.separator = separator;
        self.columns = columns(record.cells());
        self.order = filling_order(&self.columns);
        if let Some(quotes) = odd_quotes(&record) {
            self.refuse(
                "wrong-quotes",
                format!(
                    "Line {}: the names stand in {quotes}; what quotes a cell of a table is \".",
                    record.line
                ),
                "Replace these marks by \", or leave them out.",
            );
            return false;
        }
        if known == 0 && cells == 1 {
            self.refuse(
                "no-separator",
                format!(
                    "Line {} is one cell, “{}”.",
                    record.line,
                    short(record.get(0).trim())
                ),
                "Write a comma, a semicolon or a tab between the names of the columns, and between the cells below them.",
            );
            return false;
        }
        if known == 0 {
            let names: Vec<String> = record
                .cells()
                .map(str::trim)
                .filter(|name| !name.is_empty())
                .take(6)
                .map(short)
                .collect();
            let more = if cells > names.len() { " …" } else { "" };
            self.refuse(
                "no-known-column",
                format!("Line {} names no column that is known here; it reads “{}”{more}.", record.line, names.join("”, “")),
                "Name the columns by the keys of a link, like name, params, data, hw, chips, time, or as Epoch AI's tables do.",
            );
            return false;
        }
        self.stage = Stage::Rows;
        self.missing_columns();
        true
    }

    /// Says which columns neither method can do without.
    fn missing_columns(&mut self) {
        use compute_core::field::Field;
        let has = |fields: &[Field]| {
            self.columns.iter().any(|column| match column.reads {
                Reads::Field(slot, _) => fields.contains(&slot.field),
                Reads::Query | Reads::Example => true,
                _ => false,
            })
        };
        let size = has(&[
            Field::Parameters,
            Field::Active,
            Field::Connections,
            Field::Forward,
        ]);
        let amount = has(&[Field::Data, Field::Steps]);
        let counting = has(&[Field::Flop]) || size && amount;
        let chip = has(&[Field::Accelerator, Field::Peak]);
        let time = has(&[Field::Time, Field::ChipHours]);
        if counting || chip && time {
            return;
        }
        let mut lacks = Vec::new();
        if !size {
            lacks.push("params (or connections, forward)");
        }
        if !amount {
            lacks.push("data (or batch and steps)");
        }
        let mut timing = Vec::new();
        if !chip {
            timing.push("hw (or peak)");
        }
        if !time {
            timing.push("time (or chip_hours)");
        }
        self.say(
            Severity::Warning,
            "columns-missing",
            format!(
                "Neither method has its columns: counting lacks {}; accelerator time lacks {}.",
                lacks.join(" and "),
                timing.join(" and ")
            ),
            "Add the columns of one method; the table of columns shows what each was read as.",
        );
    }

    fn say(&mut self, severity: Severity, code: &'static str, found: String, remedy: &str) {
        if self.notices.len() < MAX_NOTICES {
            self.notices.push(Notice {
                severity,
                code,
                found,
                remedy: remedy.to_string(),
            });
        }
    }

    fn refuse(&mut self, code: &'static str, found: String, remedy: &str) {
        self.say(Severity::Error, code, found, remedy);
        self.stage = Stage::Done;
        self.reader = Reader::default();
    }
}

/// The marks that every name of a header stands in, where they are not those of a table.
fn odd_quotes(header: &Record) -> Option<&'static str> {
    const MARKS: [(&str, &str, &str); 5] = [
        ("“", "”", "“ ”"),
        ("„", "“", "„ “"),
        ("«", "»", "« »"),
        ("‘", "’", "‘ ’"),
        ("'", "'", "' '"),
    ];
    let mut names = header
        .cells()
        .map(str::trim)
        .filter(|name| !name.is_empty());
    let first = names.next()?;
    let within = |name: &str, open: &str, close: &str| {
        name.len() > open.len() + close.len() && name.starts_with(open) && name.ends_with(close)
    };
    let (open, close, shown) = MARKS
        .into_iter()
        .find(|(open, close, _)| within(first, open, close))?;
    names.all(|name| within(name, open, close)).then_some(shown)
}

/// What a file is by its first bytes, where it is no table; and what to do.
fn foreign(text: &str) -> Option<(&'static str, &'static str)> {
    const SAVE: &str = "Open it in the program that made it and save the table as CSV UTF-8.";
    if text.starts_with("PK\u{3}\u{4}") {
        Some((
            "This is a zip file, as workbooks of Excel and LibreOffice (.xlsx, .ods) are.",
            SAVE,
        ))
    } else if text.starts_with("%PDF") {
        Some(("This is a PDF.", SAVE))
    } else if text.len() > 64 && {
        let start: Vec<char> = text.chars().take(MAX_ROW.min(1024)).collect();
        let odd = start
            .iter()
            .filter(|c| **c == '\u{fffd}' || c.is_control() && !c.is_whitespace())
            .count();
        odd * 8 > start.len()
    } {
        Some(("The file starts with bytes that are no text.", SAVE))
    } else {
        None
    }
}

fn grouped(number: usize) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push('\u{202f}');
        }
        out.push(digit);
    }
    out
}
