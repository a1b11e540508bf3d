//! The tables as the compact text that `Catalog::read` describes.
//!
//! Every choice here serves the size after Brotli: a column is one line, so that like stands beside
//! like; rows stand by maker and generation; a cell that can be derived is empty.

use crate::Tables;
use crate::check::peak;
use crate::csv::{number, scaled};
use crate::table::Table;
use compute_core::catalog::{Format, kebab, normalize, without_vendor};
use std::collections::BTreeSet;

/// All that the page's core needs.
pub fn compact(tables: &Tables, date: &str) -> String {
    let chips = chip_order(&tables.hardware);
    let models = all(&tables.models, |_| true);
    let runs = run_order(tables, &chips);
    text(
        date,
        [
            accelerators(&tables.hardware, &chips),
            model_section(&tables.models, &models),
            presets(&tables.presets, &all(&tables.presets, |_| true)),
            thresholds(
                &tables.thresholds,
                &threshold_order(&tables.thresholds, false),
            ),
            run_section(tables, &chips, &runs),
            typical(&tables.typical),
            changes(&tables.changes, &tables.hardware),
            explanations(),
        ],
    )
}

/// What the first visit needs before the rest has come: its example, its chip, the thresholds shown, the models beside it.
pub fn seed(tables: &Tables, date: &str) -> String {
    let hardware = &tables.hardware;
    let chips = all(hardware, |row| hardware.get(row, "id") == "v100-sxm2-16gb");
    let models = neighbours(&tables.models, "gpt-3");
    let presets_table = &tables.presets;
    text(
        date,
        [
            accelerators(hardware, &chips),
            model_section(&tables.models, &models),
            presets(
                presets_table,
                &all(presets_table, |row| presets_table.get(row, "id") == "gpt-3"),
            ),
            thresholds(
                &tables.thresholds,
                &threshold_order(&tables.thresholds, true),
            ),
        ],
    )
}

fn text<const N: usize>(date: &str, sections: [String; N]) -> String {
    format!(
        "training-compute-tables 1 {date}\n{}@end",
        sections.concat()
    )
}

fn all(table: &Table, keep: impl Fn(usize) -> bool) -> Vec<usize> {
    (0..table.rows.len()).filter(|row| keep(*row)).collect()
}

/// A section: its name, then a line for each column.
fn section(name: &str, columns: &[Vec<String>]) -> String {
    let mut text = format!("@{name}\n");
    for column in columns {
        text.push_str(&column.join("\t"));
        text.push('\n');
    }
    text
}

fn column(table: &Table, rows: &[usize], name: &str) -> Vec<String> {
    rows.iter()
        .map(|row| table.get(*row, name).to_owned())
        .collect()
}

/// A column of which a cell is empty where it repeats the one above, and `-` where it is empty.
fn repeated(cells: Vec<String>) -> Vec<String> {
    let mut last = String::new();
    cells
        .into_iter()
        .map(|cell| {
            if cell == last {
                String::new()
            } else {
                last.clone_from(&cell);
                if cell.is_empty() {
                    "-".to_owned()
                } else {
                    cell
                }
            }
        })
        .collect()
}

fn numbers(table: &Table, rows: &[usize], name: &str) -> Vec<String> {
    rows.iter()
        .map(|row| short_number(table.get(*row, name)))
        .collect()
}

/// A number as digits and the letter of its exponent; a larger exponent than the letters go to lengthens the digits.
fn short_number(text: &str) -> String {
    let Some((mut mantissa, mut exponent)) = scaled(text) else {
        return String::new();
    };
    while exponent > 25 {
        mantissa *= 10;
        exponent -= 1;
    }
    let letter = match exponent {
        0 => return mantissa.to_string(),
        1.. => char::from(b'A' + exponent as u8),
        _ => char::from(b'a' + (-1 - exponent).min(25) as u8),
    };
    format!("{mantissa}{letter}")
}

/// The id where it is not the kebab-case of the name.
fn ids(table: &Table, rows: &[usize], name: &str) -> Vec<String> {
    rows.iter()
        .map(|row| {
            let id = table.get(*row, "id");
            if kebab(table.get(*row, name)) == id {
                String::new()
            } else {
                id.to_owned()
            }
        })
        .collect()
}

/// Rows by maker (the one with most rows first), kind, generation, date.
fn chip_order(table: &Table) -> Vec<usize> {
    let count = |column: &str, row: usize| {
        (0..table.rows.len())
            .filter(|other| table.get(*other, column) == table.get(row, column))
            .count()
    };
    let first_date = |row: usize| {
        (0..table.rows.len())
            .filter(|other| table.get(*other, "architecture") == table.get(row, "architecture"))
            .map(|other| table.get(other, "release_date"))
            .filter(|date| !date.is_empty())
            .min()
            .unwrap_or("")
    };
    let mut rows = all(table, |_| true);
    rows.sort_by_cached_key(|row| {
        let row = *row;
        (
            usize::MAX - count("vendor", row),
            table.get(row, "vendor"),
            first_date(row),
            table.get(row, "architecture"),
            table.get(row, "short"),
        )
    });
    rows
}

fn accelerators(table: &Table, rows: &[usize]) -> String {
    let names = rows
        .iter()
        .map(|row| {
            let name = table.get(*row, "name");
            let derived = format!("{} {}", table.get(*row, "vendor"), table.get(*row, "short"));
            if name == derived {
                String::new()
            } else {
                name.to_owned()
            }
        })
        .collect();
    let peaks = |format: Format,
                 other: fn(&dyn Fn(Format) -> Option<f64>) -> Option<f64>|
     -> Vec<String> {
        rows.iter()
            .map(|row| {
                let listed = |format: Format| peak(table, *row, format);
                let Some(own) = listed(format) else {
                    return String::new();
                };
                match other(&listed) {
                    Some(other) if own == other => "=".to_owned(),
                    Some(other) if own == other * 2.0 => "*".to_owned(),
                    Some(other) if own == other / 2.0 => "/".to_owned(),
                    _ => {
                        let cell = match format {
                            Format::Fp16 if number(table.get(*row, "fp16_tensor")).is_some() => {
                                table.get(*row, "fp16_tensor")
                            }
                            Format::Bf16 => table.get(*row, "bf16_tensor"),
                            other => table.get(*row, other.id()),
                        };
                        short_number(cell)
                    }
                }
            })
            .collect()
    };
    section(
        "accelerators",
        &[
            column(table, rows, "short"),
            repeated(column(table, rows, "vendor")),
            names,
            ids(table, rows, "short"),
            repeated(column(table, rows, "unit")),
            repeated(column(table, rows, "kind")),
            repeated(column(table, rows, "release_date")),
            repeated(column(table, rows, "status")),
            repeated(column(table, rows, "default_format")),
            numbers(table, rows, "fp32"),
            peaks(Format::Fp64, |of| of(Format::Fp32)),
            peaks(Format::Fp16, |of| of(Format::Fp32)),
            peaks(Format::Bf16, |of| of(Format::Fp16)),
            peaks(Format::Tf32, |of| of(Format::Bf16)),
            peaks(Format::Fp8, |of| of(Format::Bf16)),
            peaks(Format::Int8, |of| {
                of(Format::Fp8).or_else(|| of(Format::Fp16))
            }),
            peaks(Format::Int4, |of| of(Format::Int8)),
            peaks(Format::Fp4, |of| of(Format::Fp8)),
            repeated(numbers(table, rows, "sparse_factor")),
            rows.iter().map(|row| aliases(table, *row)).collect(),
            column(table, rows, "trap"),
        ],
    )
}

/// The aliases that do not follow from id and names.
fn aliases(table: &Table, row: usize) -> String {
    let vendor = table.get(row, "vendor");
    let without = |text: &'static str| without_vendor(text, vendor);
    let mut known = BTreeSet::new();
    for column in ["id", "name", "short"] {
        let text = without(table.get(row, column));
        known.insert(normalize(text));
        if let Some(rest) = text.strip_prefix("GeForce ") {
            known.insert(normalize(rest));
        }
    }
    table
        .get(row, "aliases")
        .split(';')
        .filter(|alias| !alias.is_empty() && known.insert(normalize(without(alias))))
        .collect::<Vec<_>>()
        .join(";")
}

fn model_section(table: &Table, rows: &[usize]) -> String {
    let mut rows = rows.to_vec();
    rows.sort_by(|one, two| {
        table
            .number(*one, "flop")
            .unwrap_or(0.0)
            .total_cmp(&table.number(*two, "flop").unwrap_or(0.0))
    });
    let rows = &rows;
    let runs = rows
        .iter()
        .map(|row| {
            let run = table.get(*row, "run");
            if run == table.get(*row, "id") {
                String::new()
            } else {
                run.to_owned()
            }
        })
        .collect();
    section(
        "models",
        &[
            column(table, rows, "name"),
            ids(table, rows, "name"),
            column(table, rows, "date"),
            repeated(column(table, rows, "domain")),
            numbers(table, rows, "parameters"),
            numbers(table, rows, "active_parameters"),
            numbers(table, rows, "flop"),
            repeated(column(table, rows, "confidence")),
            runs,
        ],
    )
}

/// The models that the strip of the first visit can show: those beside its example, and every tenth power's largest known name.
fn neighbours(table: &Table, id: &str) -> Vec<usize> {
    let mut rows = all(table, |_| true);
    rows.sort_by(|one, two| {
        table
            .number(*one, "flop")
            .unwrap_or(0.0)
            .total_cmp(&table.number(*two, "flop").unwrap_or(0.0))
    });
    let at = rows
        .iter()
        .position(|row| table.get(*row, "id") == id)
        .unwrap_or(0);
    let near = at.saturating_sub(4)..=at + 4;
    rows.iter()
        .enumerate()
        .filter(|(index, row)| near.contains(index) || LANDMARKS.contains(&table.get(**row, "id")))
        .map(|(_, row)| *row)
        .collect()
}

/// Well-known models across the strip.
const LANDMARKS: [&str; 8] = [
    "alexnet",
    "bert-large",
    "gpt-2",
    "palm",
    "deepseek-v3",
    "gpt-4",
    "llama-3-1-405b",
    "grok-4",
];

fn presets(table: &Table, rows: &[usize]) -> String {
    section(
        "presets",
        &[
            column(table, rows, "name"),
            ids(table, rows, "name"),
            repeated(column(table, rows, "year")),
            repeated(column(table, rows, "group")),
            column(table, rows, "query"),
            numbers(table, rows, "published_flop"),
            repeated(column(table, rows, "published_by")),
        ],
    )
}

/// Shown ones first, by FLOP; then the rest as they stand.
fn threshold_order(table: &Table, shown_only: bool) -> Vec<usize> {
    let shown = |row: usize| table.get(row, "shown") == "yes";
    let mut rows = all(table, |row| shown(row) || !shown_only);
    rows.sort_by_key(|row| !shown(*row));
    rows
}

fn thresholds(table: &Table, rows: &[usize]) -> String {
    let text = |name| column(table, rows, name);
    section(
        "thresholds",
        &[
            text("id"),
            text("name"),
            text("short"),
            numbers(table, rows, "flop"),
            text("relation"),
            text("count"),
            text("shown"),
            text("status"),
            text("in_force"),
            repeated(text("as_of")),
            text("conditions"),
            text("source"),
        ],
    )
}

/// Runs by chip, in the order of the chips, then by name.
fn run_order(tables: &Tables, chips: &[usize]) -> Vec<usize> {
    let table = &tables.utilization;
    let mut rows = all(table, |_| true);
    rows.sort_by_cached_key(|row| {
        (
            chip_index(tables, chips, *row),
            table.get(*row, "run"),
            table.get(*row, "id"),
        )
    });
    rows
}

fn chip_index(tables: &Tables, chips: &[usize], run: usize) -> usize {
    let chip = tables.utilization.get(run, "accelerator_id");
    chips
        .iter()
        .position(|row| tables.hardware.get(*row, "id") == chip)
        .unwrap_or(0)
}

fn run_section(tables: &Tables, chips: &[usize], rows: &[usize]) -> String {
    let table = &tables.utilization;
    section(
        "runs",
        &[
            rows.iter()
                .map(|row| chip_index(tables, chips, *row).to_string())
                .collect(),
            repeated(column(table, rows, "run")),
            numbers(table, rows, "chips"),
            repeated(column(table, rows, "format")),
            numbers(table, rows, "mfu"),
            numbers(table, rows, "hfu"),
            repeated(numbers(table, rows, "parameters")),
            repeated(
                rows.iter()
                    .map(|row| {
                        if table.get(*row, "scope") == "whole-run" {
                            "w"
                        } else {
                            "s"
                        }
                        .to_owned()
                    })
                    .collect(),
            ),
        ],
    )
}

fn typical(table: &Table) -> String {
    let rows = &all(table, |_| true);
    section(
        "typical",
        &[
            column(table, rows, "year"),
            column(table, rows, "models"),
            column(table, rows, "most_used"),
            numbers(table, rows, "fp32"),
            numbers(table, rows, "best"),
        ],
    )
}

/// The explanations of the fields, which the first visit does not carry.
fn explanations() -> String {
    let rows = &compute_core::explain::EXPLANATIONS;
    section(
        "explanations",
        &[
            rows.iter().map(|(_, text, _)| text.to_string()).collect(),
            rows.iter()
                .map(|(_, _, source)| source.to_string())
                .collect(),
        ],
    )
}

/// No section while there is no change: an empty line would read as one empty row.
fn changes(table: &Table, hardware: &Table) -> String {
    let rows = &all(table, |_| true);
    if rows.is_empty() {
        return String::new();
    }
    // Without a peak of its matrix units a chip has its plain one in fp16: so the catalog holds it, and so it was then.
    let peak = |row: usize, name: &str| {
        let (cell, id) = (table.get(row, name), table.get(row, "id"));
        let plain = (0..hardware.rows.len()).find(|chip| hardware.get(*chip, "id") == id);
        match plain {
            Some(chip) if cell.is_empty() && table.get(row, "column") == "fp16_tensor" => {
                hardware.get(chip, "fp16").to_owned()
            }
            _ => cell.to_owned(),
        }
    };
    let columns = ["table", "id", "column", "old", "new", "date"].map(|name| match name {
        "old" | "new" => rows.iter().map(|row| peak(*row, name)).collect(),
        _ => column(table, rows, name),
    });
    section("changes", &columns)
}
