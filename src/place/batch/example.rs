//! A table to try the place with: the worked examples as rows.

use compute_core::catalog::Catalog;
use compute_core::field::{Field, Slot};
use compute_core::{link, quantity};

/// The columns, besides the published figure.
const COLUMNS: [Field; 14] = [
    Field::Name,
    Field::Domain,
    Field::Parameters,
    Field::Active,
    Field::Connections,
    Field::Forward,
    Field::Data,
    Field::Epochs,
    Field::Accelerator,
    Field::Format,
    Field::Chips,
    Field::Time,
    Field::ChipHours,
    Field::Utilization,
];

/// The examples that fit into one row of these columns, with their published figures.
pub fn table(catalog: &Catalog) -> String {
    let mut out = String::new();
    for field in COLUMNS {
        out.push_str(field.spec().key);
        out.push(',');
    }
    out.push_str("published\n");
    for preset in &catalog.presets {
        let (address, _) = link::decode(preset.query, catalog);
        let mut form = address.form;
        form.set(Slot::new(Field::Name, 0), preset.name);
        let fits = form
            .written()
            .iter()
            .all(|(slot, _)| slot.phase == 0 && COLUMNS.contains(&slot.field));
        let Some(published) = preset.published.filter(|_| fits) else {
            continue;
        };
        for field in COLUMNS {
            cell(&mut out, form.get(Slot::new(field, 0)));
            out.push(',');
        }
        out.push_str(&quantity::exact(published));
        out.push('\n');
    }
    out
}

fn cell(out: &mut String, text: &str) {
    if text.contains([',', '"', '\n']) {
        out.push('"');
        out.push_str(&text.replace('"', "\"\""));
        out.push('"');
    } else {
        out.push_str(text);
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_example_is_a_table_of_most_worked_examples() {
        let text = super::table(compute_tables::catalog());
        let lines: Vec<&str> = text.lines().collect();
        assert!(lines.len() > 20, "{}", lines.len());
        assert!(text.contains("\nGPT-3"), "{text}");
        assert!(
            lines
                .iter()
                .all(|line| !line.contains('"') || line.matches('"').count() % 2 == 0)
        );
    }
}
