//! A link made with older tables must be able to show both numbers: every cell that an estimate uses and that differs
//! from the first release (`released/`, never edited) is in `data/changes.csv`, in an unbroken chain.

// Helpers of tests may fail loudly.
#![allow(clippy::panic)]

use std::collections::BTreeMap;
use std::path::Path;

type Cells = BTreeMap<(String, String), String>;

/// Changes of a cell (table, id, column), from old to new, in the order of the list.
type Chains = BTreeMap<(String, String, String), Vec<(String, String)>>;

/// Plain comma-separated text; the files of the first release and the columns compared have no quotes.
fn cells(text: &str, table: &str) -> Cells {
    let mut cells = Cells::new();
    let mut lines = text.lines();
    let header: Vec<&str> = lines.next().expect("a header").split(',').collect();
    for line in lines {
        let row: Vec<&str> = line.split(',').collect();
        assert_eq!(row.len(), header.len(), "{table}: {line}");
        for (column, cell) in header.iter().zip(&row).skip(1) {
            cells.insert(
                (row[0].to_owned(), (*column).to_owned()),
                (*cell).to_owned(),
            );
        }
    }
    cells
}

fn read(path: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn number(value: Option<f64>) -> String {
    value.map(|value| format!("{value:e}")).unwrap_or_default()
}

/// The cells of today, as the library reads them.
fn today(table: &str) -> Cells {
    let mut cells = Cells::new();
    let mut put = |id: &str, column: &str, value: String| {
        cells.insert((id.to_owned(), column.to_owned()), value);
    };
    match table {
        "hardware" => {
            for row in compute_tables::accelerator_rows() {
                for (column, value) in [
                    ("fp64", row.fp64),
                    ("fp32", row.fp32),
                    ("tf32", row.tf32),
                    ("fp16", row.fp16),
                    ("fp16_tensor", row.fp16_tensor),
                    ("bf16_tensor", row.bf16_tensor),
                    ("fp8", row.fp8),
                    ("fp4", row.fp4),
                    ("int8", row.int8),
                    ("int4", row.int4),
                ] {
                    put(row.id, column, number(value));
                }
                put(row.id, "default_format", row.default_format.to_owned());
            }
        }
        "models" => {
            for row in compute_tables::model_rows() {
                put(row.id, "parameters", number(row.parameters));
                put(row.id, "active_parameters", number(row.active_parameters));
                put(row.id, "flop", number(row.flop));
            }
        }
        _ => {
            for row in compute_tables::threshold_rows() {
                put(row.id, "flop", number(row.flop));
                put(row.id, "relation", row.relation.to_owned());
                put(row.id, "count", row.count.to_owned());
            }
        }
    }
    cells
}

/// Two cells say the same: equal as text, or as numbers.
fn same(one: &str, other: &str) -> bool {
    one == other
        || matches!((one.parse::<f64>(), other.parse::<f64>()), (Ok(one), Ok(other)) if one == other)
}

#[test]
fn every_change_since_the_first_release_is_listed() {
    let text = read("../../data/changes.csv");
    let mut chains = Chains::new();
    let mut before = "";
    for line in text.lines().skip(1) {
        let [table, id, column, old, new, date] = line.split(',').collect::<Vec<_>>()[..] else {
            panic!("data/changes.csv: {line}");
        };
        assert!(before <= date, "changes are appended by date");
        before = date;
        chains
            .entry((table.to_owned(), id.to_owned(), column.to_owned()))
            .or_default()
            .push((old.to_owned(), new.to_owned()));
    }
    let mut compared = 0;
    for table in ["hardware", "models", "thresholds"] {
        let released = cells(&read(&format!("tests/released/{table}.csv")), table);
        let now = today(table);
        for ((id, column), first) in &released {
            let current = now
                .get(&(id.clone(), column.clone()))
                .unwrap_or_else(|| panic!("{table}: the row {id} is gone; ids are permanent"));
            let mut value = first.clone();
            for (old, new) in chains
                .remove(&(table.to_owned(), id.clone(), column.clone()))
                .unwrap_or_default()
            {
                assert!(
                    same(&old, &value),
                    "{table}, {id}, {column}: a change starts from {old}, the cell was {value}"
                );
                value = new;
            }
            assert!(
                same(&value, current),
                "{table}, {id}, {column}: {value} became {current}; add a line to data/changes.csv"
            );
            compared += 1;
        }
    }
    // What is left are cells of rows that came later: their last change is the cell of today.
    for ((table, id, column), chain) in chains {
        let current = today(&table).remove(&(id.clone(), column.clone()));
        let last = chain.last().map(|(_, new)| new.clone()).unwrap_or_default();
        assert!(
            current.is_some_and(|current| same(&last, &current)),
            "{table}, {id}, {column}: listed as {last}"
        );
    }
    assert!(compared > 5000, "{compared}");
}
