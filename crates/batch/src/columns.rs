//! The header: which column is read as what.
//!
//! A column is named by a key of the link (`params`, `hw.2`), by the label of a field (“Training data”), by its name in Epoch AI's
//! public tables (“Training compute (FLOP)”), or by its name in our own `models.csv`. Where two columns fill one field, the
//! first of them that has a text in a row fills it, in the order in which they stand in [`NAMES`].

use compute_core::catalog::normalize;
use compute_core::field::{FIELDS, Field, Slot};
use compute_core::form::MAX_PHASES;

use crate::limits::{MAX_COLUMN_NAME, MAX_COLUMNS};

/// How the text of a cell becomes the text of a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum As {
    /// As it stands.
    Typed,
    /// A bare number is this unit's: `h`, `d`.
    Unit(&'static str),
    /// An area or a list of areas: language, or something else.
    Domain,
    /// One accelerator, or a list of them that is not read.
    Accelerator,
    /// One format, or a list of them that is not read.
    Format,
    /// Only beside a number of steps: without them it says nothing about the compute.
    BesideSteps,
}

/// What a column is read as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reads {
    /// A field.
    Field(Slot, As),
    /// A whole link, or its query; the other columns override it.
    Query,
    /// The id of a worked example; the other columns override it.
    Example,
    /// A published figure, FLOP: compared with, not counted with.
    Published,
    /// Nothing.
    Ignored,
}

/// A column of the file.
#[derive(Clone, Debug, PartialEq)]
pub struct Column {
    /// Its name as it stands.
    pub name: String,
    /// What it is read as.
    pub reads: Reads,
    /// Among columns that fill one field, the smaller one goes first.
    rank: u8,
}

impl Column {
    /// What it is read as, in words: `Training time, hours`; `None` where it is ignored.
    pub fn reading(&self) -> Option<String> {
        match self.reads {
            Reads::Ignored => None,
            Reads::Query => Some("a link".to_string()),
            Reads::Example => Some("a worked example".to_string()),
            Reads::Published => Some("a published figure, FLOP".to_string()),
            Reads::Field(slot, reads) => {
                let label = slot.field.spec().label;
                let how = match reads {
                    As::Typed | As::Accelerator | As::Format => "",
                    As::Unit("d") => ", days",
                    As::Unit(_) => ", hours",
                    As::Domain => ": language or other",
                    As::BesideSteps => ", where there are steps",
                };
                Some(if slot.phase == 0 {
                    [label, how].concat()
                } else {
                    format!("{label}{how}, phase {}", slot.phase + 1)
                })
            }
        }
    }
}

/// Names of columns besides keys and labels, as [`normalize`] leaves them, best first where several fill one field.
///
/// Those of Epoch AI's tables (`notable_ai_models.csv` and its siblings, from 2024 to 2026; the size of the data set had three
/// names in that time), and those of `models.csv`.
pub const NAMES: [(&str, Field, As); 41] = [
    ("model", Field::Name, As::Typed),
    ("system", Field::Name, As::Typed),
    ("modelname", Field::Name, As::Typed),
    ("domain", Field::Domain, As::Domain),
    ("parameters", Field::Parameters, As::Typed),
    ("activeparameters", Field::Active, As::Typed),
    ("forwardflop", Field::Forward, As::Typed),
    ("trainingdatasetsizegradients", Field::Data, As::Typed),
    ("trainingdatasetsizetotal", Field::Data, As::Typed),
    ("trainingdatasetsizedatapoints", Field::Data, As::Typed),
    (
        "deprecatedtrainingdatasetsizedatapoints",
        Field::Data,
        As::Typed,
    ),
    ("trainingdatasetsize", Field::Data, As::Typed),
    ("datasetsize", Field::Data, As::Typed),
    ("trainingtokens", Field::Data, As::Typed),
    ("tokens", Field::Data, As::Typed),
    ("batchsize", Field::Batch, As::BesideSteps),
    ("trainingsteps", Field::Steps, As::Typed),
    ("acceleratorid", Field::Accelerator, As::Accelerator),
    ("hw", Field::Accelerator, As::Accelerator),
    ("traininghardware", Field::Accelerator, As::Accelerator),
    ("accelerator", Field::Accelerator, As::Accelerator),
    ("hardware", Field::Accelerator, As::Accelerator),
    ("gpu", Field::Accelerator, As::Accelerator),
    ("numericalformat", Field::Format, As::Format),
    ("numberformat", Field::Format, As::Format),
    ("hardwarequantity", Field::Chips, As::Typed),
    ("numberofchips", Field::Chips, As::Typed),
    ("trainingtimehours", Field::Time, As::Unit("h")),
    ("timehours", Field::Time, As::Unit("h")),
    ("trainingtimedays", Field::Time, As::Unit("d")),
    ("timedays", Field::Time, As::Unit("d")),
    ("trainingtime", Field::Time, As::Typed),
    ("trainingchiphours", Field::ChipHours, As::Typed),
    ("chiphours", Field::ChipHours, As::Typed),
    ("gpuhours", Field::ChipHours, As::Typed),
    ("hardwareutilizationmfu", Field::Utilization, As::Typed),
    ("mfu", Field::Utilization, As::Typed),
    ("hardwareutilization", Field::Utilization, As::Typed),
    ("utilization", Field::Utilization, As::Typed),
    ("hardwareutilizationhfu", Field::Hfu, As::Typed),
    ("hfu", Field::Hfu, As::Typed),
];

/// Names of a published figure.
const PUBLISHED: [&str; 6] = [
    "trainingcomputeflop",
    "trainingcomputeflops",
    "trainingcompute",
    "publishedflop",
    "published",
    "trainingflop",
];

/// The columns of a header.
pub fn columns<'a>(names: impl Iterator<Item = &'a str>) -> Vec<Column> {
    let names: Vec<&str> = names.take(MAX_COLUMNS).collect();
    // models.csv calls the published figure `flop`, which is also the key of a known FLOP that is counted with.
    let has = |wanted: &str| names.iter().any(|name| name.trim() == wanted);
    let is_models = has("accelerator_id") && has("parameters");
    let mut columns: Vec<Column> = names
        .iter()
        .map(|name| {
            let name = name.trim();
            let (reads, rank) = if is_models && name == "flop" {
                (Reads::Published, 0)
            } else {
                reads(name)
            };
            Column {
                name: name.chars().take(MAX_COLUMN_NAME).collect(),
                reads,
                rank,
            }
        })
        .collect();
    // Of two columns of one name the first counts: the second is told as ignored.
    for at in 1..columns.len() {
        let (before, rest) = columns.split_at_mut(at);
        if let Some(column) = rest.first_mut()
            && column.reads != Reads::Ignored
            && before
                .iter()
                .any(|other| other.reads == column.reads && other.rank == column.rank)
        {
            column.reads = Reads::Ignored;
        }
    }
    columns
}

/// What a column of this name is read as, and its rank.
fn reads(name: &str) -> (Reads, u8) {
    let key = name.to_ascii_lowercase();
    // Epoch AI's “Link” is the address of a paper.
    if name == "query" || name == "link" {
        return (Reads::Query, 0);
    }
    if key == "example" {
        return (Reads::Example, 0);
    }
    let (word, phase) = phase_of(&key);
    let word_key = normalize(word);
    if phase == 0 && PUBLISHED.contains(&word_key.as_str()) {
        return (Reads::Published, 0);
    }
    let named = NAMES
        .iter()
        .position(|(known, _, _)| *known == word_key)
        .and_then(|at| Some((NAMES.get(at)?, at)));
    let (field, reads, rank) = match named {
        // A key goes before every other name of its field.
        Some((&(_, field, reads), at)) => (field, reads, u8::try_from(at + 1).unwrap_or(u8::MAX)),
        None => {
            let found = FIELDS
                .iter()
                .find(|spec| spec.key == word)
                .map(|spec| (spec.field, 0))
                .or_else(|| {
                    FIELDS
                        .iter()
                        .find(|spec| normalize(spec.label) == word_key)
                        .map(|spec| (spec.field, u8::MAX))
                });
            match found {
                Some((field, rank)) => (field, As::Typed, rank),
                None => return (Reads::Ignored, 0),
            }
        }
    };
    if phase > 0 && !field.spec().per_phase {
        return (Reads::Ignored, 0);
    }
    (Reads::Field(Slot::new(field, phase), reads), rank)
}

/// A name without its `.2` to `.9`, and the index of the phase.
fn phase_of(name: &str) -> (&str, u8) {
    if let Some((word, number)) = name.rsplit_once('.')
        && let &[digit @ b'2'..=b'9'] = number.as_bytes()
        && usize::from(digit - b'1') < MAX_PHASES
    {
        return (word, digit - b'1');
    }
    (name, 0)
}

/// The places of the columns in the order in which a row is filled: of those that fill one field the best last, since the last
/// text written stays.
pub fn filling_order(columns: &[Column]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..columns.len())
        .filter(|at| {
            columns
                .get(*at)
                .is_some_and(|column| column.reads != Reads::Ignored)
        })
        .collect();
    order.sort_by_key(|at| std::cmp::Reverse(columns.get(*at).map_or(0, |column| column.rank)));
    order
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(name: &str) -> Reads {
        columns([name].into_iter())
            .first()
            .map_or(Reads::Ignored, |column| column.reads)
    }

    #[test]
    fn every_key_and_label_is_read_and_phases_too() {
        for spec in &FIELDS {
            for name in [spec.key, spec.label] {
                let Reads::Field(slot, _) = one(name) else {
                    panic!("{name} is not read");
                };
                assert_eq!(slot, Slot::new(spec.field, 0), "{name}");
            }
            let second = one(&format!("{}.2", spec.key));
            if spec.per_phase {
                assert!(
                    matches!(second, Reads::Field(slot, _) if slot == Slot::new(spec.field, 1)),
                    "{}",
                    spec.key
                );
            } else {
                assert_eq!(second, Reads::Ignored, "{}", spec.key);
            }
        }
    }

    #[test]
    fn names_are_unique_and_as_they_are_compared() {
        for (at, (name, _, _)) in NAMES.iter().enumerate() {
            assert_eq!(*name, normalize(name));
            assert!(NAMES.iter().skip(at + 1).all(|other| other.0 != *name));
        }
        for name in PUBLISHED {
            assert_eq!(name, normalize(name));
        }
    }

    #[test]
    fn the_columns_of_epochs_tables_are_read() {
        for (name, field) in [
            ("Model", Field::Name),
            ("System", Field::Name),
            ("Domain", Field::Domain),
            ("Parameters", Field::Parameters),
            ("Training dataset size (datapoints)", Field::Data),
            ("Training dataset size (gradients)", Field::Data),
            ("Training dataset size (total)", Field::Data),
            ("Epochs", Field::Epochs),
            ("Batch size", Field::Batch),
            ("Training hardware", Field::Accelerator),
            ("Hardware quantity", Field::Chips),
            ("Training time (hours)", Field::Time),
            ("Training chip-hours", Field::ChipHours),
            ("Hardware utilization (MFU)", Field::Utilization),
            ("Hardware utilization (HFU)", Field::Hfu),
            ("Numerical format", Field::Format),
        ] {
            assert!(
                matches!(one(name), Reads::Field(slot, _) if slot == Slot::new(field, 0)),
                "{name}"
            );
        }
        assert_eq!(one("Training compute (FLOP)"), Reads::Published);
        for name in ["Link", "Abstract", "Training compute notes", "id", "", "."] {
            assert_eq!(one(name), Reads::Ignored, "{name}");
        }
    }

    #[test]
    fn flop_is_published_in_models_csv_and_counted_with_elsewhere() {
        assert!(matches!(one("flop"), Reads::Field(slot, _) if slot.field == Field::Flop));
        let found = columns(["id", "parameters", "flop", "accelerator_id"].into_iter());
        assert_eq!(found[2].reads, Reads::Published);
    }

    #[test]
    fn of_two_columns_for_one_field_the_better_name_is_written_last() {
        let found = columns(["accelerator", "hw", "accelerator_id", "hw"].into_iter());
        assert_eq!(found[3].reads, Reads::Ignored, "twice the same");
        assert_eq!(filling_order(&found), [0, 1, 2]);
    }
}
