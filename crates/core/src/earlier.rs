//! Links that are older than a change of the tables: the number of then beside that of now.

use crate::catalog::{Accelerator, Catalog, Change, Format};
use crate::estimate::estimate;
use crate::link::Address;
use crate::problem::{Problem, Severity};
use crate::quantity;
use crate::request;

/// What to say of a link that was shared with earlier tables, where a cell that its estimate uses has changed since.
///
/// Only accelerators' cells carry into a number; models and thresholds are what a number is compared with.
pub(crate) fn since(address: &Address, catalog: &Catalog) -> Option<Problem> {
    let then = as_of(catalog, &address.tables)?;
    let flop = |catalog: &Catalog| {
        let found = estimate(
            &address.form,
            &request::read(&address.form, catalog),
            catalog,
        );
        let chips: Vec<usize> = found
            .phases
            .iter()
            .filter_map(|phase| phase.hardware.as_ref()?.accelerator)
            .collect();
        found.hardware.map(|method| (method.total.value, chips))
    };
    let ((was, chips), (is, _)) = (flop(&then)?, flop(catalog)?);
    if was == is {
        return None;
    }
    let used = |change: &&Change| {
        let of = |chip: &usize| catalog.accelerators.get(*chip);
        change.date > address.tables.as_str()
            && chips.iter().filter_map(of).any(|row| row.id == change.id)
    };
    let mut cells: Vec<String> = Vec::new();
    for change in catalog.changes.iter().filter(used) {
        let words = [
            change.id,
            ", ",
            change.column,
            ", on ",
            &quantity::date(change.date),
        ]
        .concat();
        if !cells.contains(&words) {
            cells.push(words);
        }
    }
    let [was, is] = [was, is].map(|flop| quantity::flop(flop, 3));
    Some(Problem {
        slot: None,
        code: "tables-changed",
        message: [
            "The tables have changed since this link was shared (",
            &cells.join("; "),
            "): by accelerator time it gave ",
            &was,
            ", now it gives ",
            &is,
            ".",
        ]
        .concat(),
        remedy: "To keep the number of then, write the peak of then into the field for it."
            .to_string(),
        severity: Severity::Note,
        unfinished: false,
        fixes: Vec::new(),
    })
}

/// The tables with every cell as it stood on a day (ISO); `None` where none has changed since.
fn as_of(catalog: &Catalog, day: &str) -> Option<Catalog> {
    let newer = |change: &&Change| change.table == "hardware" && change.date > day;
    catalog.changes.iter().find(newer)?;
    // What an estimate reads; models and thresholds are what it is compared with.
    let mut then = Catalog {
        date: catalog.date,
        accelerators: catalog.accelerators.clone(),
        typical: catalog.typical.clone(),
        names: catalog.names.clone(),
        slots: catalog.slots.clone(),
        vendors: catalog.vendors.clone(),
        ..Catalog::default()
    };
    // The last change first: each puts back what stood before it.
    for change in catalog.changes.iter().rev().filter(newer) {
        if let Some(row) = then.accelerators.iter_mut().find(|row| row.id == change.id) {
            put_back(row, change);
        }
    }
    Some(then)
}

fn put_back(row: &mut Accelerator, change: &Change) {
    if change.column == "default_format" {
        row.default_format = Format::from_id(change.old);
        return;
    }
    // `fp16_tensor` and `fp16` are one peak: a cell that was not the one in use is not put back.
    let format = change.column.trim_end_matches("_tensor");
    let place = Format::from_id(format).and_then(|format| row.peaks.get_mut(format as usize));
    if let Some(peak) = place
        && *peak == quantity::parse_f64(change.new)
    {
        *peak = quantity::parse_f64(change.old);
    }
}
