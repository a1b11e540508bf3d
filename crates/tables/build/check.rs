//! What a table must hold before it may be shown to anybody.

use crate::Tables;
use crate::csv;
use crate::table::Table;
use compute_core::catalog::{Catalog, Format, normalize, without_vendor};
use compute_core::quantity::Names;
use std::collections::BTreeMap;

/// The columns of each table, in order: they are those of the download.
const HEADERS: [(&str, &str); 7] = [
    (
        "hardware",
        "id name short vendor kind architecture unit release_date status fp64 fp32 tf32 fp16 fp16_tensor bf16_tensor fp8 fp4 int8 int4 \
         default_format sparse_factor memory_bytes memory_bandwidth_bytes_s tdp_w aliases arithmetic marks trap note sources",
    ),
    (
        "models",
        "id name organization date domain parameters active_parameters flop confidence method data epochs chips accelerator accelerator_id \
         time_hours mfu hfu run recomputed doubt note source copy",
    ),
    (
        "presets",
        "order id name year group query method published_flop published_by published_source inputs_source expected_counting_flop \
         expected_hardware_flop note",
    ),
    (
        "thresholds",
        "id name short jurisdiction instrument reference flop relation count shown conditions signed in_force ended status as_of mark source",
    ),
    (
        "utilization",
        "id run accelerator_id chips format peak mfu hfu tokens_s_chip parameters sequence_length scope basis date note source",
    ),
    ("typical", "year models most_used fp32 best source"),
    ("changes", "table id column old new date"),
];

/// Columns that hold numbers, of all tables.
const NUMBERS: &str = " fp64 fp32 tf32 fp16 fp16_tensor bf16_tensor fp8 fp4 int8 int4 sparse_factor memory_bytes memory_bandwidth_bytes_s \
    tdp_w parameters active_parameters flop data epochs chips time_hours mfu hfu recomputed order published_flop expected_counting_flop \
    expected_hardware_flop peak tokens_s_chip sequence_length models best year ";

/// Columns that hold ISO dates.
const DATES: [&str; 6] = [
    "release_date",
    "date",
    "signed",
    "in_force",
    "ended",
    "as_of",
];

/// Columns whose cells may hold only certain words (an empty one where the list starts with a bar).
const WORDS: [(&str, &str, &str); 13] = [
    ("hardware", "status", "released|announced|rumoured"),
    ("hardware", "kind", "gpu|tpu|cpu|soc|asic|npu|apu|dsp|wafer"),
    ("models", "confidence", "|confident|likely|speculative"),
    (
        "models",
        "domain",
        "language|vision|multimodal|speech|biology|games|other",
    ),
    ("presets", "group", "history|language|image|games|science"),
    ("presets", "method", "counting|hardware|both"),
    ("thresholds", "relation", ">|>="),
    (
        "thresholds",
        "count",
        "all|eu-update|eu-cumulative|us-state|fine-tuning",
    ),
    ("thresholds", "shown", "yes|no"),
    (
        "thresholds",
        "status",
        "in-force|not-yet|guidance|proposed|not-enforced|replaced|revoked|vetoed",
    ),
    ("thresholds", "mark", "read|secondary|unverified"),
    ("utilization", "scope", "whole-run|steady-state|benchmark"),
    ("utilization", "basis", "printed|computed"),
];

/// Collects every fault of every table.
pub fn check(tables: &Tables, today: &str, errors: &mut Vec<String>) {
    for table in all(tables) {
        form(table, today, errors);
    }
    hardware(&tables.hardware, errors);
    models(tables, errors);
    presets(&tables.presets, errors);
    utilization(tables, errors);
}

fn all(tables: &Tables) -> [&Table; 7] {
    [
        &tables.hardware,
        &tables.models,
        &tables.presets,
        &tables.thresholds,
        &tables.utilization,
        &tables.typical,
        &tables.changes,
    ]
}

/// Header, ids, sources, numbers, dates, words.
fn form(table: &Table, today: &str, errors: &mut Vec<String>) {
    let name = &table.name;
    let expected = HEADERS
        .iter()
        .find(|(known, _)| known == name)
        .map_or("", |(_, header)| *header);
    if !table.header.iter().copied().eq(expected.split_whitespace()) {
        errors.push(format!("data/{name}.csv: the header is not {expected}"));
        return;
    }
    let mut ids: BTreeMap<&str, usize> = BTreeMap::new();
    for row in 0..table.rows.len() {
        let id = table.get(row, "id");
        let place = format!("data/{name}.csv, {} {id:?}", row + 2);
        if table.header.contains(&"id") && name != "changes" {
            if id.is_empty() || compute_core::catalog::kebab(id) != id {
                errors.push(format!("{place}: the id is not kebab-case"));
            }
            if ids.insert(id, row).is_some() {
                errors.push(format!("{place}: the id stands twice"));
            }
        }
        for column in [
            "name",
            "unit",
            "source",
            "sources",
            "published_source",
            "inputs_source",
            "run",
        ] {
            if table.header.contains(&column)
                && table.get(row, column).is_empty()
                && column != "published_source"
            {
                errors.push(format!("{place}: {column} is empty"));
            }
        }
        for column in &table.header {
            let cell = table.get(row, column);
            if !cell.is_empty()
                && NUMBERS.contains(&format!(" {column} "))
                && csv::number(cell).is_none()
            {
                errors.push(format!("{place}: {column} is no number: {cell}"));
            }
            if !cell.is_empty() && DATES.contains(column) && !is_date(cell) {
                errors.push(format!("{place}: {column} is no date: {cell}"));
            }
            if ["as_of", "date"].contains(column) && cell > today {
                errors.push(format!("{place}: {column} lies in the future: {cell}"));
            }
        }
        for (of, column, words) in WORDS {
            if of == name && !words.split('|').any(|word| word == table.get(row, column)) {
                errors.push(format!("{place}: {column} is not one of {words}"));
            }
        }
    }
}

/// Whether a text is a day of the calendar, from 1950 on.
fn is_date(text: &str) -> bool {
    let parts: Vec<u32> = text
        .split('-')
        .filter_map(|part| part.parse().ok())
        .collect();
    let [year, month, day] = parts.as_slice() else {
        return false;
    };
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let days = match month {
        2 => 28 + u32::from(leap),
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => 0,
    };
    text.len() == 10 && (1950..2100).contains(year) && (1..=days).contains(day)
}

fn hardware(table: &Table, errors: &mut Vec<String>) {
    let mut keys: BTreeMap<String, usize> = BTreeMap::new();
    for row in 0..table.rows.len() {
        let (id, vendor) = (table.get(row, "id"), table.get(row, "vendor"));
        let names = ["id", "name", "short"].map(|column| table.get(row, column));
        for name in names
            .into_iter()
            .chain(table.get(row, "aliases").split(';'))
        {
            for text in [name, without_vendor(name, vendor)] {
                if text.is_empty() {
                    continue;
                }
                if let Some(other) = keys.insert(normalize(text), row)
                    && other != row
                {
                    errors.push(format!(
                        "data/hardware.csv: {text:?} names both {id} and {}",
                        table.get(other, "id")
                    ));
                }
            }
        }
        let computed = default_format(table, row).map_or("", Format::id);
        if table.get(row, "default_format") != computed {
            errors.push(format!(
                "data/hardware.csv, {id}: default_format is not {computed:?}, as its rule says"
            ));
        }
        for mark in table
            .get(row, "marks")
            .split(';')
            .filter(|mark| !mark.is_empty())
        {
            let good = mark.split_once(':').is_some_and(|(column, word)| {
                table.header.contains(&column) && ["derived", "disputed", "assumed"].contains(&word)
            });
            if !good {
                errors.push(format!("data/hardware.csv, {id}: mark {mark:?} is not column:derived, :disputed or :assumed"));
            }
        }
        if !table.get(row, "marks").is_empty() && table.get(row, "note").is_empty() {
            errors.push(format!(
                "data/hardware.csv, {id}: a cell is marked, but no note says why"
            ));
        }
    }
}

/// The format that training on a chip usually runs in, by the age and kind of its cores.
///
/// Before matrix units (NVIDIA before Volta, AMD before CDNA and RDNA 3, CPUs, Apple, Arc as listed): fp32. First matrix
/// units (Volta, Turing, CDNA 1, IPU, Kunlun, wafers): fp16. Later ones: bf16, else fp16, else fp32. Never fp8, fp4 or
/// integers: those are for runs that say so; a row with nothing else has no default, and the page asks.
pub fn default_format(table: &Table, row: usize) -> Option<Format> {
    const PLAIN: &str = " tesla fermi kepler maxwell pascal terascale gcn vega rdna1 rdna2 apple xe-hpg x86 arm sunway matrix pezy ";
    const FIRST: &str = " volta turing cdna1 ipu kunlun wafer ";
    let architecture = format!(" {} ", table.get(row, "architecture"));
    let order: &[(&str, Format)] = if PLAIN.contains(&architecture) {
        &[("fp32", Format::Fp32)]
    } else if FIRST.contains(&architecture) {
        &[("fp16_tensor", Format::Fp16), ("fp32", Format::Fp32)]
    } else if architecture == " rdna3 " {
        &[("fp16", Format::Fp16)]
    } else {
        &[
            ("bf16_tensor", Format::Bf16),
            ("fp16_tensor", Format::Fp16),
            ("fp32", Format::Fp32),
            ("fp16", Format::Fp16),
        ]
    };
    order
        .iter()
        .find(|(column, _)| !table.get(row, column).is_empty())
        .map(|(_, format)| *format)
}

fn models(tables: &Tables, errors: &mut Vec<String>) {
    let table = &tables.models;
    for row in 0..table.rows.len() {
        let id = table.get(row, "id");
        for (column, known) in [("accelerator_id", &tables.hardware), ("run", table)] {
            let cell = table.get(row, column);
            if !cell.is_empty() && known.find(cell).is_none() {
                errors.push(format!(
                    "data/models.csv, {id}: {column} {cell:?} is in no table"
                ));
            }
        }
        if table.number(row, "flop").is_none_or(|flop| flop <= 0.0) {
            errors.push(format!("data/models.csv, {id}: no FLOP"));
        }
    }
}

fn presets(table: &Table, errors: &mut Vec<String>) {
    for row in 0..table.rows.len() {
        if table.number(row, "order") != Some(row as f64 + 1.0) {
            errors.push(format!(
                "data/presets.csv: {} is out of order",
                table.get(row, "id")
            ));
        }
        if table.get(row, "published_flop").is_empty()
            != table.get(row, "published_source").is_empty()
        {
            errors.push(format!(
                "data/presets.csv: {} has a published figure without source, or the reverse",
                table.get(row, "id")
            ));
        }
    }
}

fn utilization(tables: &Tables, errors: &mut Vec<String>) {
    let table = &tables.utilization;
    for row in 0..table.rows.len() {
        let id = table.get(row, "id");
        let Some(chip) = tables.hardware.find(table.get(row, "accelerator_id")) else {
            errors.push(format!(
                "data/utilization.csv, {id}: the accelerator is in no table"
            ));
            continue;
        };
        let Some(format) = Format::from_id(table.get(row, "format")) else {
            errors.push(format!("data/utilization.csv, {id}: unknown format"));
            continue;
        };
        let (Some(used), Some(listed)) = (
            table.number(row, "peak"),
            peak(&tables.hardware, chip, format),
        ) else {
            errors.push(format!("data/utilization.csv, {id}: no peak"));
            continue;
        };
        if (used / listed - 1.0).abs() > 0.005 {
            errors.push(format!(
                "data/utilization.csv, {id}: share of {used:e}, the chip's {} peak is {listed:e}",
                format.id()
            ));
        }
        let shares = [table.number(row, "mfu"), table.number(row, "hfu")];
        if shares == [None, None]
            || shares
                .into_iter()
                .flatten()
                .any(|share| share <= 0.0 || share >= 1.0)
        {
            errors.push(format!(
                "data/utilization.csv, {id}: no share between 0 and 1"
            ));
        }
    }
}

/// The peak of a row in a format, as the catalog holds it.
pub fn peak(table: &Table, row: usize, format: Format) -> Option<f64> {
    match format {
        Format::Fp16 => table
            .number(row, "fp16_tensor")
            .or_else(|| table.number(row, "fp16")),
        Format::Bf16 => table.number(row, "bf16_tensor"),
        other => table.number(row, other.id()),
    }
}

/// Reads a compact text as the page will, and compares what a name or a number could have lost on the way.
pub fn reads_back(file: &str, text: &'static str, tables: &Tables, errors: &mut Vec<String>) {
    let catalog = match Catalog::read(text) {
        Ok(catalog) => catalog,
        Err(error) => {
            errors.push(format!("{file}: {error:?}"));
            return;
        }
    };
    for (index, accelerator) in catalog.accelerators.iter().enumerate() {
        let id = accelerator.id;
        let Some(row) = tables.hardware.find(id) else {
            errors.push(format!("{file}: {id} is not in the table"));
            continue;
        };
        for format in Format::ALL {
            if accelerator.peak(format) != peak(&tables.hardware, row, format) {
                errors.push(format!("{file}: {id} reads another {} peak", format.id()));
            }
        }
        let names = ["id", "name", "short"].map(|column| tables.hardware.get(row, column));
        for name in names
            .into_iter()
            .chain(tables.hardware.get(row, "aliases").split(';'))
        {
            if !name.is_empty() && catalog.find(name) != Some(index) {
                errors.push(format!("{file}: {name:?} does not lead to {id}"));
            }
        }
    }
}
