//! Cells of the accelerators' table as they are printed and ordered.

use super::csv::{Sheet, list};
use super::grid::{Hay, Key};
use compute_core::quantity;

/// What a cell shows.
#[derive(Clone, Debug, PartialEq)]
pub struct Cell {
    /// As printed; empty where nothing is given.
    pub text: String,
    /// What the column is ordered by.
    pub key: Key,
    /// Why the figure wants a second look, in one word: `computed`, `assumed`, `disputed`.
    pub mark: &'static str,
}

impl Cell {
    /// A cell of plain text.
    pub fn text(text: &'static str) -> Cell {
        Cell {
            text: text.to_string(),
            key: Key::text(text),
            mark: "",
        }
    }

    /// A cell without a value.
    pub fn empty() -> Cell {
        Cell::text("")
    }

    /// A cell of a number, printed as this text.
    pub fn number(value: f64, text: String) -> Cell {
        Cell {
            text,
            key: Key::Number(value),
            mark: "",
        }
    }
}

/// A column of the file as a quantity in the page's unit.
struct Unit {
    /// Base units of one.
    one: f64,
    /// Most decimals of the column: the others keep room for them, so that points stand below each other.
    room: usize,
}

fn unit(column: &str) -> Unit {
    let (one, room) = match column {
        "memory_bytes" => (1e9, 1),
        "memory_bandwidth_bytes_s" => (1e9, 1),
        "tdp_w" => (1.0, 0),
        "fp64" | "fp32" => (1e12, 2),
        _ => (1e12, 1),
    };
    Unit { one, room }
}

/// A number in decimals that carry something: one from 1 on, two below.
fn decimals(value: f64) -> String {
    let steps = if value < 1.0 { 100.0 } else { 10.0 };
    // 15 digits: as short as the rounded number is.
    quantity::plain((value * steps).round() / steps, 15)
}

/// Keeps the room of decimals that a number does not have: a figure space is as wide as a digit of a table, a punctuation
/// space as a point.
pub fn padded(text: String, room: usize) -> String {
    let own = text.rsplit_once('.').map(|(_, decimals)| decimals.len());
    let (point, digits) = match own {
        Some(own) => (false, room.saturating_sub(own)),
        None => (room > 0, room),
    };
    let mut text = text;
    if point {
        text.push('\u{2008}');
    }
    for _ in 0..digits {
        text.push('\u{2007}');
    }
    text
}

/// The number of a cell of the file.
pub fn number(text: &str) -> Option<f64> {
    quantity::parse_f64(text)
}

/// The words for the marks of the file.
pub fn mark_word(mark: &str) -> &'static str {
    match mark {
        "derived" => "computed",
        "assumed" => "assumed",
        "disputed" => "disputed",
        _ => "",
    }
}

/// The mark of a cell; empty where it has none.
pub fn mark(sheet: &Sheet, row: usize, column: &str) -> &'static str {
    list(sheet.get(row, "marks"))
        .filter_map(|mark| mark.split_once(':'))
        .find(|(name, _)| *name == column)
        .map_or("", |(_, mark)| mark_word(mark))
}

/// A cell of a numeric column of hardware.csv. `fp16` is the matrix peak where there is one, as in a link.
pub fn figure(sheet: &Sheet, row: usize, column: &'static str) -> Cell {
    let file = match column {
        "fp16" if !sheet.get(row, "fp16_tensor").is_empty() => "fp16_tensor",
        "fp16" => "fp16",
        "fp16_plain" => "fp16",
        other => other,
    };
    let Some(value) = number(sheet.get(row, file)) else {
        return Cell::empty();
    };
    let unit = unit(file);
    let mut cell = Cell::number(value, padded(decimals(value / unit.one), unit.room));
    cell.mark = mark(sheet, row, file);
    cell
}

/// What of an accelerator is searched: its names, its maker, its generation, its year.
pub fn hay(sheet: &Sheet, row: usize) -> Hay {
    let year = sheet.get(row, "release_date").get(..4).unwrap_or("");
    Hay::new(
        [
            "name",
            "short",
            "id",
            "vendor",
            "architecture",
            "kind",
            "status",
        ]
        .into_iter()
        .map(|column| sheet.get(row, column))
        .chain(list(sheet.get(row, "aliases")))
        .chain([year]),
    )
}

/// How sure a figure of the models' table is, from its word.
pub fn sureness(confidence: &str) -> &'static str {
    match confidence {
        "confident" => "within\u{a0}3\u{a0}times",
        "likely" => "within\u{a0}10\u{a0}times",
        "speculative" => "within\u{a0}31\u{a0}times",
        _ => "",
    }
}

/// A date with its month, `March 2023`; a year alone where only the year is known.
pub fn month(iso: &str) -> String {
    // 1 January stands for a year of which nothing more is known.
    if iso.ends_with("-01-01") {
        return iso.get(..4).unwrap_or("").to_string();
    }
    quantity::date(iso.get(..7).unwrap_or(iso))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn peaks_are_printed_with_the_decimals_that_carry_something() {
        let sheet = Sheet::read(compute_tables::hardware_csv());
        let row = sheet.find("id", "h100-sxm5-80gb").unwrap_or(0);
        let shown = |column| figure(&sheet, row, column).text;
        assert_eq!(shown("bf16_tensor"), "989.4");
        assert_eq!(shown("fp8"), "1979\u{2008}\u{2007}");
        assert_eq!(shown("memory_bytes"), "80\u{2008}\u{2007}");
        let old = sheet.find("id", "geforce-gtx-580").unwrap_or(0);
        assert_eq!(figure(&sheet, old, "fp32").text, "1.6\u{2007}");
        assert_eq!(figure(&sheet, old, "bf16_tensor"), Cell::empty());
        // No matrix unit: the plain peak, as a link's fp16 means it.
        let pascal = sheet.find("id", "tesla-p100-sxm2").unwrap_or(0);
        assert_eq!(figure(&sheet, pascal, "fp16").text, "21.2");
    }

    #[test]
    fn every_peak_reads_and_every_mark_has_a_word() {
        let sheet = Sheet::read(compute_tables::hardware_csv());
        for row in 0..sheet.len() {
            for column in [
                "fp64",
                "fp32",
                "tf32",
                "fp16",
                "fp16_tensor",
                "bf16_tensor",
                "fp8",
                "fp4",
                "int8",
                "int4",
                "memory_bytes",
                "memory_bandwidth_bytes_s",
                "tdp_w",
            ] {
                let text = sheet.get(row, column);
                assert_eq!(text.is_empty(), number(text).is_none(), "{text}");
            }
            for mark in list(sheet.get(row, "marks")) {
                let (column, word) = mark.split_once(':').unwrap_or((mark, ""));
                assert!(!mark_word(word).is_empty(), "{mark}");
                assert!(!sheet.get(row, column).is_empty(), "{mark}");
            }
        }
    }

    #[test]
    fn a_figure_below_one_keeps_two_decimals() {
        assert_eq!(decimals(0.345), "0.35");
        assert_eq!(decimals(4.44), "4.4");
        assert_eq!(decimals(12500.0), "12\u{202f}500");
    }

    #[test]
    fn a_bare_year_claims_no_month() {
        assert_eq!(month("2023-03-15"), "March 2023");
        assert_eq!(month("1957-01-01"), "1957");
        assert_eq!(month(""), "");
    }
}
