//! Checks `data/*.csv`, refuses what a reader could not trust, and writes the compact texts.

mod check;
mod compact;
#[path = "../src/csv.rs"]
mod csv;
mod table;

use std::path::Path;
use table::Table;

/// Date of the tables: the last day on which their sources were compared.
const DATE: &str = "2026-11-25";

/// Every table by name, in the order of the compact text.
pub struct Tables {
    hardware: Table,
    models: Table,
    presets: Table,
    thresholds: Table,
    utilization: Table,
    typical: Table,
    changes: Table,
}

fn main() {
    let manifest = std::env::var("CARGO_MANIFEST_DIR").unwrap_or_default();
    let data = Path::new(&manifest).join("../../data");
    let out = std::env::var("OUT_DIR").unwrap_or_default();
    println!("cargo::rerun-if-changed={}", data.display());
    println!("cargo::rerun-if-changed=build");
    println!("cargo::rerun-if-changed=src/csv.rs");
    match build(&data, Path::new(&out)) {
        Ok(()) => {}
        Err(errors) => {
            for error in &errors {
                println!("cargo::error={error}");
            }
        }
    }
}

fn build(data: &Path, out: &Path) -> Result<(), Vec<String>> {
    let mut errors = Vec::new();
    let mut load = |name: &str| Table::load(data, name, &mut errors);
    let tables = Tables {
        hardware: load("hardware"),
        models: load("models"),
        presets: load("presets"),
        thresholds: load("thresholds"),
        utilization: load("utilization"),
        typical: load("typical"),
        changes: load("changes"),
    };
    check::check(&tables, DATE, &mut errors);
    if !errors.is_empty() {
        return Err(errors);
    }
    let compact = compact::compact(&tables, DATE);
    let seed = compact::seed(&tables, DATE);
    for (name, text) in [("compact.txt", compact), ("seed.txt", seed)] {
        std::fs::write(out.join(name), &text).map_err(|error| vec![format!("{name}: {error}")])?;
        check::reads_back(name, text.leak(), &tables, &mut errors);
    }
    if errors.is_empty() {
        Ok(())
    } else {
        Err(errors)
    }
}
