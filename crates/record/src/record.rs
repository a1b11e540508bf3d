//! The record for the file: what a provider keeps, and what opens in the page again.

use compute_core::catalog::{Catalog, Count};
use compute_core::estimate::{Estimate, Headline};
use compute_core::form::Form;
use compute_core::problem::Severity;
use compute_core::quantity;
use compute_core::regulation;
use compute_core::request::{Inputs, Request};
use compute_core::sum::Total;
use serde::{Deserialize, Serialize};

use crate::{Place, link, name};

/// Name and version of the schema. A later version keeps `schema` and `link`, so that an older page can still open it.
pub const SCHEMA: &str = "training-compute/record/1";

/// Longest record that is opened, in bytes.
const MAX_RECORD: usize = 256 * 1024;

/// Median with the 5th and 95th percentile, FLOP.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Figure {
    /// Median.
    pub value: f64,
    /// 5th percentile, where a range was typed.
    pub low: Option<f64>,
    /// 95th percentile, where a range was typed.
    pub high: Option<f64>,
}

impl Figure {
    fn of(total: &Total) -> Figure {
        let range = !total.is_exact();
        Figure {
            value: total.value,
            low: range.then_some(total.low),
            high: range.then_some(total.high),
        }
    }
}

/// A field as it was typed and read.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Input {
    /// Key of the link.
    pub key: String,
    /// Label on the page.
    pub label: String,
    /// Text as typed.
    pub typed: String,
    /// What it was read as.
    pub read: String,
}

/// A total as one rule counts it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CountedTotal {
    /// `all`, `eu-update`, `eu-cumulative`, `us-state`.
    pub count: String,
    /// FLOP.
    pub flop: Figure,
    /// Phases in it, from 1.
    pub phases: Vec<usize>,
    /// The same in a sentence, with what is left out.
    pub words: String,
}

/// A comparison with a rule's figure.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Compared {
    /// Id of the threshold.
    pub id: String,
    /// The comparison in a sentence.
    pub sentence: String,
    /// Status on the day of the record.
    pub status: String,
    /// Day on which the row was last checked.
    pub as_of: String,
    /// Conditions besides compute.
    pub conditions: String,
    /// Source.
    pub source: String,
}

/// The record. `record.schema.json` describes it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// [`SCHEMA`].
    pub schema: String,
    /// Name of the estimate.
    pub name: String,
    /// ISO date on which it was made.
    pub date: String,
    /// ISO date of the tables.
    pub tables: String,
    /// Version of the page.
    pub version: String,
    /// The whole link.
    pub link: String,
    /// The headline total.
    pub flop: Figure,
    /// The figure with two significant digits, as the EU's notification asks; compared unrounded.
    pub two_significant_figures: String,
    /// `counting`, `hardware`, `mixed`.
    pub method: String,
    /// Method 1 over all phases that have it.
    pub counting: Option<Figure>,
    /// Method 2 over all phases that have it.
    pub hardware: Option<Figure>,
    /// How both stand to each other.
    pub agreement: Option<String>,
    /// Fields as typed and read.
    pub inputs: Vec<Input>,
    /// What was assumed: defaults, choices, notes.
    pub assumptions: Vec<String>,
    /// Totals per count.
    pub totals: Vec<CountedTotal>,
    /// Comparisons with the rules shown by default.
    pub thresholds: Vec<Compared>,
    /// Sources of the tables' rows that were used.
    pub sources: Vec<String>,
    /// What this is and is not.
    pub remark: String,
}

impl Record {
    /// The record as the JSON of a file, indented.
    ///
    /// # Errors
    /// None that a record can have; the writer of JSON names them.
    pub fn json(&self) -> serde_json::Result<String> {
        serde_json::to_string_pretty(self)
    }
}

/// The record of an estimate; `None` where there is no number.
pub fn record(
    form: &Form,
    request: &Request,
    estimate: &Estimate,
    catalog: &Catalog,
    place: &Place,
) -> Option<Record> {
    let totals = estimate.totals.as_ref()?;
    let inputs = form
        .written()
        .into_iter()
        .map(|(slot, typed)| {
            let read = request
                .echoes
                .iter()
                .find(|(known, _)| *known == slot)
                .map_or(typed, |(_, echo)| echo.as_str());
            Input {
                key: slot.key(),
                label: slot.field.spec().label.to_string(),
                typed: typed.to_string(),
                read: read.to_string(),
            }
        })
        .collect();
    let mut assumptions = Vec::new();
    for phase in &request.phases {
        if let Inputs::Complete(hardware) = &phase.hardware
            && let compute_core::request::Utilization::Usual(share) = &hardware.utilization
        {
            assumptions.push(format!(
                "Utilization was not given: {}, as Sevilla et al. 2022 recommend, was assumed.",
                share.text
            ));
        }
    }
    assumptions.extend(
        estimate
            .problems
            .iter()
            .filter(|problem| problem.severity != Severity::Error)
            .map(|problem| problem.sentence()),
    );
    assumptions.dedup();
    let counted = [
        Count::All,
        Count::EuUpdate,
        Count::EuCumulative,
        Count::UsState,
    ]
    .into_iter()
    .filter_map(|count| {
        Some(CountedTotal {
            count: count_id(count).to_string(),
            flop: Figure::of(totals.of(count)?),
            phases: totals
                .counted(count)
                .into_iter()
                .map(|phase| phase + 1)
                .collect(),
            words: regulation::counted_sentence(totals, count),
        })
    })
    .collect();
    let thresholds = catalog
        .thresholds
        .iter()
        .filter(|row| row.shown)
        .filter_map(|row| {
            let compared = regulation::compare(row, totals)?;
            Some(Compared {
                id: row.id.to_string(),
                sentence: regulation::sentence(row, &compared),
                status: regulation::status_line(row, place.today),
                as_of: row.as_of.to_string(),
                conditions: row.conditions.to_string(),
                source: row.source.to_string(),
            })
        })
        .collect();
    let mut sources: Vec<String> = estimate
        .phases
        .iter()
        .filter_map(|phase| phase.hardware.as_ref()?.accelerator)
        .filter_map(|index| catalog.accelerators.get(index))
        .filter_map(|row| Some(format!("{}: {}", row.name, (place.sources)(row.id)?)))
        .collect();
    sources.dedup();
    Some(Record {
        schema: SCHEMA.to_string(),
        name: name(form),
        date: place.today.to_string(),
        tables: catalog.date.to_string(),
        version: place.version.to_string(),
        link: link(form, place),
        flop: Figure::of(&totals.all),
        two_significant_figures: [&quantity::ascii(totals.eu_cumulative.value, 2), " FLOP"]
            .concat(),
        method: estimate.headline.map_or("", Headline::id).to_string(),
        counting: estimate
            .counting
            .as_ref()
            .map(|counting| Figure::of(&counting.total)),
        hardware: estimate
            .hardware
            .as_ref()
            .map(|hardware| Figure::of(&hardware.total)),
        agreement: estimate
            .agreement
            .as_ref()
            .map(|agreement| agreement.sentence()),
        inputs,
        assumptions,
        totals: counted,
        thresholds,
        sources,
        remark: regulation::NOT_ADVICE.to_string(),
    })
}

fn count_id(count: Count) -> &'static str {
    match count {
        Count::All => "all",
        Count::EuUpdate => "eu-update",
        Count::EuCumulative => "eu-cumulative",
        Count::UsState => "us-state",
        Count::FineTuning => "fine-tuning",
    }
}

/// A record that was opened: the query to show, and the number it was kept with.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Opened {
    /// The query, without `?`.
    pub query: String,
    /// The headline that the record holds, FLOP.
    pub kept: f64,
    /// The headline that the link gives now; they differ where tables have changed since.
    pub now: Option<f64>,
    /// What to know: another version, a number that changed.
    pub notes: Vec<String>,
}

/// Why a file is no record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Refusal {
    /// Permanent code.
    pub code: &'static str,
    /// What was found.
    pub message: String,
    /// What would do.
    pub remedy: String,
}

/// Only what opening needs; a newer record may hold more.
#[derive(Deserialize)]
struct Kept {
    schema: String,
    link: String,
    /// A [`Figure`] in version 1; a later version may write it otherwise and opens all the same.
    #[serde(default)]
    flop: serde_json::Value,
}

/// Opens a record. Its link is read anew, with all the bounds of a link; nothing else of it is believed.
///
/// # Errors
/// A [`Refusal`] that says what was found.
pub fn open(text: &str, catalog: &Catalog) -> Result<Opened, Refusal> {
    let refuse = |code, message: String, remedy: &str| Refusal {
        code,
        message,
        remedy: remedy.to_string(),
    };
    const REMEDY: &str = "Drop the JSON that Cite gives under “record”.";
    if text.len() > MAX_RECORD {
        return Err(refuse(
            "record-too-large",
            format!(
                "The file has {} bytes; a record has a few thousand.",
                text.len()
            ),
            REMEDY,
        ));
    }
    let text = text.trim_start_matches('\u{feff}');
    let kept: Kept = serde_json::from_str(text).map_err(|error| {
        let found = if text.trim_start().starts_with('<') {
            "The file is an HTML page, not a record.".to_string()
        } else if text.trim().is_empty() {
            "The file is empty.".to_string()
        } else if !text.trim_start().starts_with('{') {
            let start: String = text.trim_start().chars().take(20).collect();
            format!("The file begins with “{start}”, a record with “{{”.")
        } else {
            format!("The file is not a record: {error}.")
        };
        refuse("not-a-record", found, REMEDY)
    })?;
    let version = kept.schema.strip_prefix("training-compute/record/");
    let Some(version) = version.and_then(|version| version.parse::<u32>().ok()) else {
        let found: String = kept.schema.chars().take(60).collect();
        return Err(refuse(
            "not-a-record",
            format!("The file’s schema is “{found}”, not “{SCHEMA}”."),
            REMEDY,
        ));
    };
    let query = kept
        .link
        .split_once('?')
        .map_or("", |(_, query)| query)
        .to_string();
    let (address, problems) = compute_core::link::decode(&query, catalog);
    if address.form.is_empty() {
        let found: String = kept.link.chars().take(60).collect();
        return Err(refuse(
            "no-inputs",
            format!("The record’s link, “{found}”, holds no inputs."),
            "Drop a record that Cite gave, as it was downloaded.",
        ));
    }
    let request = compute_core::request::read(&address.form, catalog);
    let estimate = compute_core::estimate::estimate(&address.form, &request, catalog);
    let now = estimate.flop().map(|total| total.value);
    let mut notes: Vec<String> = problems.iter().map(|problem| problem.sentence()).collect();
    if version > 1 {
        notes.push(format!(
            "The record is of version {version}, this page knows version 1: its link was opened, what else it holds was not read."
        ));
    }
    let shown = compute_core::link::encode(&address);
    if version > 1 {
        let left = left_out(&query, &shown);
        if !left.is_empty() {
            notes.push(format!(
                "Its link holds “{}”, which this page does not know and left out.",
                left.join("”, “")
            ));
        }
    }
    let kept = serde_json::from_value::<Figure>(kept.flop).map_or(f64::NAN, |flop| flop.value);
    if let Some(now) = now
        && kept.is_finite()
        && (now / kept - 1.0).abs() > 1e-9
    {
        notes.push(format!(
            "The record holds {}; with the tables of {} its link gives {}.",
            quantity::flop(kept, 3),
            quantity::date(catalog.date),
            quantity::flop(now, 3)
        ));
    }
    Ok(Opened {
        query: shown,
        kept,
        now,
        notes,
    })
}

/// Pairs of a link whose keys were not read, a few of them, cut to a length that a note bears.
fn left_out(query: &str, shown: &str) -> Vec<String> {
    let key = |pair: &str| pair.split('=').next().unwrap_or("").to_string();
    let read: Vec<String> = shown.split('&').map(key).collect();
    query
        .split(['&', '#'])
        .filter(|pair| pair.contains('=') && !read.contains(&key(pair)))
        .filter(|pair| !key(pair).starts_with("tables"))
        .take(5)
        .map(|pair| pair.chars().take(40).collect())
        .collect()
}
