//! The JavaScript module: exports and conversions, no arithmetic and no sentence.
//!
//! A leaf crate, because exports of a dependency would land in the page's wasm.

mod batch;
mod count;
mod quote;
mod request;
mod results;
mod tables;

use compute_core::link;
use compute_core::quantity::{self, QuantityKind};
use compute_tables::catalog;
use serde::Serialize;
use serde::de::DeserializeOwned;
use wasm_bindgen::prelude::*;

use request::Request;
use results::{Problem, Uncertain};

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = include_str!("types.d.ts");

/// A program's mistake: what is wrong about `name`.
fn mistake(name: &str, message: &str) -> JsValue {
    js_sys::TypeError::new(&format!("{name}: {message}")).into()
}

/// An object from JavaScript; a value of the wrong type is a `TypeError` that names its key, or `name` for the whole.
fn take<T: DeserializeOwned>(value: JsValue, name: &str) -> Result<T, JsValue> {
    let deserializer = serde_wasm_bindgen::Deserializer::from(value);
    serde_path_to_error::deserialize(deserializer).map_err(|error| {
        let path = error.path().to_string();
        let key = if path == "." { name } else { &path };
        let error = error.into_inner().to_string();
        let message = error.strip_prefix("Error: ").unwrap_or(&error);
        // Serde's "invalid type: unit value, expected a list".
        let typed = message
            .strip_prefix("invalid type: ")
            .and_then(|rest| rest.split_once(", expected "));
        match typed {
            Some((found, expected)) => {
                let found = if found == "unit value" {
                    "null or undefined"
                } else {
                    found
                };
                mistake(key, &format!("expected {expected}, found {found}"))
            }
            None => mistake(key, message),
        }
    })
}

/// Text from JavaScript: the glue would turn anything else into text, or stumble over it.
fn text(value: &JsValue, name: &str) -> Result<String, JsValue> {
    value
        .as_string()
        .ok_or_else(|| mistake(name, "expected text"))
}

/// An object for JavaScript; what is absent is `null`.
fn give<T: Serialize>(value: &T) -> Result<JsValue, JsValue> {
    let serializer = serde_wasm_bindgen::Serializer::new()
        .serialize_missing_as_null(true)
        .serialize_maps_as_objects(true);
    value.serialize(&serializer).map_err(JsValue::from)
}

/// The estimate of a request, with a problem where it has more phases than are read.
fn estimated(request: Request) -> results::Estimate {
    let problems = request.problems();
    results::estimate(&request.into_form(), catalog(), &problems)
}

/// The estimate of a request.
///
/// # Errors
/// A `TypeError` where the request is not of its type.
#[wasm_bindgen(skip_typescript)]
pub fn estimate(request: JsValue) -> Result<JsValue, JsValue> {
    let request: Request = take(request, "request")?;
    give(&estimated(request))
}

/// The estimates of many requests, or of the queries of links.
///
/// # Errors
/// A `TypeError` where an entry is neither.
#[wasm_bindgen(js_name = estimateMany, skip_typescript)]
pub fn estimate_many(requests: JsValue) -> Result<js_sys::Array, JsValue> {
    let requests = requests.dyn_into::<js_sys::Array>().map_err(|_| {
        mistake(
            "requests",
            "expected an array of requests, or of queries of links",
        )
    })?;
    let out = js_sys::Array::new();
    for (index, entry) in requests.iter().enumerate() {
        let estimate = if let Some(query) = entry.as_string() {
            let (address, problems) = link::decode(&query, catalog());
            give(&results::estimate(&address.form, catalog(), &problems))?
        } else {
            let request: Request = take(entry, "request").map_err(|error| {
                let message = error.dyn_ref::<js_sys::Error>().map(js_sys::Error::message);
                mistake(
                    &format!("requests[{index}]"),
                    &String::from(message.unwrap_or_default()),
                )
            })?;
            give(&estimated(request))?
        };
        out.push(&estimate);
    }
    Ok(out)
}

/// The accelerators, in FLOP/s, bytes and watts.
///
/// # Errors
/// None that a caller can cause.
#[wasm_bindgen(skip_typescript)]
pub fn accelerators() -> Result<JsValue, JsValue> {
    give(&tables::accelerators())
}

/// The known models.
///
/// # Errors
/// None that a caller can cause.
#[wasm_bindgen(skip_typescript)]
pub fn models() -> Result<JsValue, JsValue> {
    give(&tables::models())
}

/// The worked examples.
///
/// # Errors
/// None that a caller can cause.
#[wasm_bindgen(skip_typescript)]
pub fn presets() -> Result<JsValue, JsValue> {
    give(&tables::presets())
}

#[derive(Serialize)]
struct NoteOut {
    code: &'static str,
    message: String,
}

#[derive(Serialize)]
struct Read {
    ok: bool,
    value: Uncertain,
    echo: String,
    notes: Vec<NoteOut>,
}

#[derive(Serialize)]
struct Misread {
    ok: bool,
    code: &'static str,
    message: String,
    remedy: String,
}

/// Reads a number as a field of the page does. Empty text is `empty`: not given.
///
/// # Errors
/// A `TypeError` for an unknown kind, and for what is no text.
#[wasm_bindgen(skip_typescript)]
pub fn parse(kind: &JsValue, text: &JsValue) -> Result<JsValue, JsValue> {
    let (kind, text) = (self::text(kind, "kind")?, self::text(text, "text")?);
    let kind = match kind.as_str() {
        "count" => QuantityKind::Count,
        "flop" => QuantityKind::Flop,
        "flop-per-second" => QuantityKind::FlopPerSecond,
        "time" => QuantityKind::Time,
        "fraction" => QuantityKind::Fraction,
        "chip-time" => QuantityKind::ChipTime,
        other => {
            let message = format!(
                "unknown kind “{other}”, expected one of count, flop, flop-per-second, time, fraction, chip-time"
            );
            return Err(mistake("kind", &message));
        }
    };
    match quantity::read(kind, &text, catalog()) {
        Ok(reading) => give(&Read {
            ok: true,
            value: Uncertain::read(reading.value, reading.low, reading.high),
            echo: reading.echo,
            notes: reading
                .notes
                .into_iter()
                .map(|note| NoteOut {
                    code: note.code,
                    message: note.message,
                })
                .collect(),
        }),
        Err(wrong) => give(&Misread {
            ok: false,
            code: wrong.code,
            message: wrong.message,
            remedy: wrong.remedy,
        }),
    }
}

/// The canonical query of a request, without `?`.
///
/// # Errors
/// A `TypeError` where the request is not of its type.
#[wasm_bindgen(js_name = encodeLink, skip_typescript)]
pub fn encode_link(request: JsValue) -> Result<String, JsValue> {
    let request: Request = take(request, "request")?;
    Ok(link::encode_form(&request.into_form()))
}

#[derive(Serialize)]
struct Decoded {
    request: Request,
    problems: Vec<Problem>,
}

/// Reads a query.
///
/// # Errors
/// A `TypeError` for what is no text.
#[wasm_bindgen(js_name = decodeLink, skip_typescript)]
pub fn decode_link(query: &JsValue) -> Result<JsValue, JsValue> {
    let (address, problems) = link::decode(&text(query, "query")?, catalog());
    give(&Decoded {
        request: Request::from_form(&address.form),
        problems: problems.iter().map(Problem::from).collect(),
    })
}
