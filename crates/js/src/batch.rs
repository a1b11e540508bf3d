//! Many at once: a file read piece by piece, its rows ordered and shown a few at a time.

use compute_batch::{Figure, Order, Store, write};
use compute_core::problem::Severity;
use compute_tables::catalog;
use serde::Serialize;
use wasm_bindgen::prelude::*;

use crate::results::Uncertain;
use crate::{give, text};

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = include_str!("batch.d.ts");

/// A table of models being read.
#[wasm_bindgen(skip_typescript)]
pub struct Batch {
    store: Store<'static>,
    base: String,
}

#[derive(Serialize)]
struct ColumnOut {
    name: String,
    reading: Option<String>,
}

#[derive(Serialize)]
struct NoticeOut {
    severity: &'static str,
    code: &'static str,
    found: String,
    remedy: String,
}

#[derive(Serialize)]
struct State {
    rows: usize,
    estimated: usize,
    errors: usize,
    warnings: usize,
    counting: usize,
    hardware: usize,
    mixed: usize,
    published: usize,
    apart: usize,
    done: bool,
    refused: bool,
    separator: char,
    columns: Vec<ColumnOut>,
    notices: Vec<NoticeOut>,
}

#[derive(Serialize)]
struct ProblemOut {
    severity: &'static str,
    code: &'static str,
    message: String,
    remedy: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct RowOut {
    line: u32,
    name: String,
    counting: Option<Uncertain>,
    hardware: Option<Uncertain>,
    flop: Option<Uncertain>,
    headline: Option<&'static str>,
    ratio: Option<f64>,
    implied_utilization: Option<f64>,
    verdict: Option<&'static str>,
    thresholds: Vec<&'static str>,
    published_flop: Option<f64>,
    over_published: Option<f64>,
    problems: Vec<ProblemOut>,
    link: String,
}

fn uncertain(figure: Figure) -> Uncertain {
    let (low, high) = figure.range.unwrap_or((figure.value, figure.value));
    Uncertain::read(figure.value, low, high)
}

#[wasm_bindgen]
impl Batch {
    /// A reader. `today`, an ISO date, says which rules have begun; `base` is the page's address, for the links of the CSV.
    #[wasm_bindgen(constructor)]
    pub fn new(today: Option<String>, base: Option<String>) -> Batch {
        Batch {
            store: Store::new(catalog(), today.as_deref().unwrap_or("")),
            base: base.unwrap_or_default(),
        }
    }

    /// The line of column names of the results.
    pub fn header() -> String {
        let mut out = String::new();
        write::header(&mut out);
        out
    }

    /// Reads a piece; the lines of results that it completes.
    ///
    /// # Errors
    /// A `TypeError` for what is no text.
    pub fn push(&mut self, chunk: &JsValue) -> Result<String, JsValue> {
        let mut out = String::new();
        self.store
            .push(&text(chunk, "chunk")?, &self.base, &mut out);
        Ok(out)
    }

    /// The end of the file; the last lines of results.
    pub fn finish(&mut self) -> String {
        let mut out = String::new();
        self.store.finish(&self.base, &mut out);
        out
    }

    /// How far it is, what the columns were read as, what there is to say about the file.
    ///
    /// # Errors
    /// None that a caller can cause.
    pub fn state(&self) -> Result<JsValue, JsValue> {
        let tally = self.store.tally();
        let [counting, hardware, mixed] = tally.by;
        give(&State {
            rows: tally.rows,
            estimated: tally.estimated,
            errors: tally.errors,
            warnings: tally.warnings,
            counting,
            hardware,
            mixed,
            published: tally.published,
            apart: tally.apart,
            done: self.store.is_done(),
            refused: self
                .store
                .notices()
                .iter()
                .any(|notice| notice.severity == Severity::Error),
            separator: self.store.separator(),
            columns: self
                .store
                .columns()
                .iter()
                .map(|column| ColumnOut {
                    name: column.name.clone(),
                    reading: column.reading(),
                })
                .collect(),
            notices: self
                .store
                .notices()
                .iter()
                .map(|notice| NoticeOut {
                    severity: notice.severity.id(),
                    code: notice.code,
                    found: notice.found.clone(),
                    remedy: notice.remedy.clone(),
                })
                .collect(),
        })
    }

    /// Rows from a place of an order on. Those without a value for it come last.
    ///
    /// # Errors
    /// A `TypeError` for an unknown order.
    pub fn rows(
        &mut self,
        by: &str,
        descending: bool,
        from: usize,
        count: usize,
    ) -> Result<JsValue, JsValue> {
        let Some(order) = Order::from_id(by) else {
            let known = Order::ALL.map(Order::id).join(", ");
            let message = format!("by: unknown order “{by}”, expected one of {known}");
            return Err(js_sys::TypeError::new(&message).into());
        };
        let rows: Vec<RowOut> = self
            .store
            .rows(order, descending, from, count)
            .into_iter()
            .map(|row| RowOut {
                line: row.line,
                counting: row.counting.map(uncertain),
                hardware: row.hardware.map(uncertain),
                flop: row.flop.map(uncertain),
                headline: row.headline.map(|headline| headline.id()),
                ratio: row.ratio,
                implied_utilization: row.implied_utilization,
                verdict: row.verdict,
                over_published: row.over_published(),
                published_flop: row.published,
                problems: row
                    .problems
                    .iter()
                    .map(|problem| ProblemOut {
                        severity: problem.severity.id(),
                        code: problem.code,
                        message: problem.message.clone(),
                        remedy: problem.remedy.clone(),
                    })
                    .collect(),
                thresholds: row.thresholds,
                name: row.name,
                link: row.query,
            })
            .collect();
        give(&rows)
    }
}
