//! What is quoted: passages read, citations, records.

use compute_core::{estimate, link, request};
use compute_record::Place;
use compute_tables::catalog;
use serde::Serialize;
use wasm_bindgen::prelude::*;

use crate::{give, text};

#[derive(Serialize)]
struct Found {
    phase: u8,
    field: &'static str,
    text: String,
    from: usize,
    to: usize,
    value: String,
    alternatives: Vec<String>,
}

/// The quantities of a training run that a passage tells, each with its place and field.
///
/// # Errors
/// A `TypeError` for what is no text.
#[wasm_bindgen(js_name = readPassage, skip_typescript)]
pub fn read_passage(passage: &JsValue) -> Result<JsValue, JsValue> {
    let found: Vec<Found> = compute_passage::read_passage(&text(passage, "text")?, catalog())
        .into_iter()
        .map(|found| Found {
            phase: found.phase,
            field: found.field,
            text: found.text,
            from: found.from,
            to: found.to,
            value: found.value,
            alternatives: found.alternatives,
        })
        .collect();
    give(&found)
}

#[derive(Serialize)]
struct Quoted {
    #[serde(flatten)]
    citation: compute_record::Citation,
    #[serde(rename = "csvHeader")]
    csv_header: &'static str,
    file: String,
    record: compute_record::Record,
}

/// An estimate to quote: sentence, Markdown, BibTeX, CSV row, record. `null` where the query gives no number.
///
/// # Errors
/// A `TypeError` for what is no text.
#[wasm_bindgen(skip_typescript)]
pub fn cite(query: &JsValue, base: &JsValue, today: &JsValue) -> Result<JsValue, JsValue> {
    let (address, _) = link::decode(&text(query, "query")?, catalog());
    let (base, today) = (text(base, "base")?, text(today, "today")?);
    let read = request::read(&address.form, catalog());
    let result = estimate::estimate(&address.form, &read, catalog());
    let place = Place {
        base: &base,
        today: &today,
        version: env!("CARGO_PKG_VERSION"),
        tables: catalog().date,
        sources: &|id| {
            let mut rows = compute_tables::accelerator_rows().iter();
            Some(rows.find(|row| row.id == id)?.sources.to_string())
        },
    };
    let quoted = compute_record::cite(&address.form, &result, &place).zip(compute_record::record(
        &address.form,
        &read,
        &result,
        catalog(),
        &place,
    ));
    match quoted {
        Some((citation, record)) => give(&Quoted {
            citation,
            csv_header: compute_record::CSV_HEADER,
            file: record.text(),
            record,
        }),
        None => Ok(JsValue::NULL),
    }
}

#[derive(Serialize)]
#[serde(untagged)]
enum Opening {
    Opened {
        ok: bool,
        #[serde(flatten)]
        opened: compute_record::Opened,
    },
    Refused {
        ok: bool,
        #[serde(flatten)]
        refusal: compute_record::Refusal,
    },
}

/// Opens a record: its query, the number it holds and the number it gives now; or what was found instead.
///
/// # Errors
/// A `TypeError` for what is no text.
#[wasm_bindgen(js_name = openRecord, skip_typescript)]
pub fn open_record(record: &JsValue) -> Result<JsValue, JsValue> {
    give(
        &match compute_record::open(&text(record, "text")?, catalog()) {
            Ok(opened) => Opening::Opened { ok: true, opened },
            Err(refusal) => Opening::Refused { ok: false, refusal },
        },
    )
}
