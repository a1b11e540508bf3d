//! The tables' rows as the module hands them out.

use compute_tables::{accelerator_rows, model_rows, preset_rows};
use serde::Serialize;

use crate::request::Request;

/// One accelerator: the columns of `data/hardware.csv` in camelCase.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Accelerator {
    id: &'static str,
    name: &'static str,
    short: &'static str,
    vendor: &'static str,
    kind: &'static str,
    architecture: &'static str,
    unit: &'static str,
    release_date: &'static str,
    status: &'static str,
    fp64: Option<f64>,
    fp32: Option<f64>,
    tf32: Option<f64>,
    fp16: Option<f64>,
    fp16_tensor: Option<f64>,
    bf16_tensor: Option<f64>,
    fp8: Option<f64>,
    fp4: Option<f64>,
    int8: Option<f64>,
    int4: Option<f64>,
    default_format: Option<&'static str>,
    memory_bytes: Option<f64>,
    memory_bandwidth_bytes_s: Option<f64>,
    tdp_w: Option<f64>,
    aliases: Vec<&'static str>,
    sources: Vec<&'static str>,
    marks: Vec<&'static str>,
    note: &'static str,
}

fn list(text: &'static str, separator: &'static str) -> Vec<&'static str> {
    text.split(separator)
        .map(str::trim)
        .filter(|part| !part.is_empty())
        .collect()
}

fn filled(text: &'static str) -> Option<&'static str> {
    Some(text).filter(|text| !text.is_empty())
}

/// Every accelerator.
pub fn accelerators() -> Vec<Accelerator> {
    accelerator_rows()
        .iter()
        .map(|row| Accelerator {
            id: row.id,
            name: row.name,
            short: row.short,
            vendor: row.vendor,
            kind: row.kind,
            architecture: row.architecture,
            unit: row.unit,
            release_date: row.release_date,
            status: row.status,
            fp64: row.fp64,
            fp32: row.fp32,
            tf32: row.tf32,
            fp16: row.fp16,
            fp16_tensor: row.fp16_tensor,
            bf16_tensor: row.bf16_tensor,
            fp8: row.fp8,
            fp4: row.fp4,
            int8: row.int8,
            int4: row.int4,
            default_format: filled(row.default_format),
            memory_bytes: row.memory_bytes,
            memory_bandwidth_bytes_s: row.memory_bandwidth_bytes_s,
            tdp_w: row.tdp_w,
            aliases: list(row.aliases, ";"),
            sources: list(row.sources, " | "),
            marks: list(row.marks, ";"),
            note: row.note,
        })
        .collect()
}

/// One known model.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Model {
    id: &'static str,
    name: &'static str,
    organization: &'static str,
    date: &'static str,
    domain: &'static str,
    parameters: Option<f64>,
    active_parameters: Option<f64>,
    flop: f64,
    confidence: Option<&'static str>,
    source: &'static str,
}

/// Every known model.
pub fn models() -> Vec<Model> {
    model_rows().iter().map(model_of).collect()
}

/// The model of an id.
pub fn model(id: &str) -> Option<Model> {
    model_rows().iter().find(|row| row.id == id).map(model_of)
}

fn model_of(row: &compute_tables::ModelRow) -> Model {
    Model {
        id: row.id,
        name: row.name,
        organization: row.organization,
        date: row.date,
        domain: row.domain,
        parameters: row.parameters,
        active_parameters: row.active_parameters,
        flop: row.flop.unwrap_or(f64::NAN),
        confidence: filled(row.confidence),
        source: row.source,
    }
}

/// A figure somebody published.
#[derive(Serialize)]
pub struct Published {
    flop: f64,
    by: &'static str,
    source: &'static str,
}

/// A worked example.
#[derive(Serialize)]
pub struct Preset {
    id: &'static str,
    name: &'static str,
    year: f64,
    query: &'static str,
    request: Request,
    published: Option<Published>,
    note: &'static str,
}

/// Every worked example.
pub fn presets() -> Vec<Preset> {
    preset_rows()
        .iter()
        .map(|row| {
            let (address, _) = compute_core::link::decode(row.query, compute_tables::catalog());
            Preset {
                id: row.id,
                name: row.name,
                year: row.year.unwrap_or(f64::NAN),
                query: row.query,
                request: Request::from_form(&address.form),
                published: row.published_flop.map(|flop| Published {
                    flop,
                    by: row.published_by,
                    source: row.published_source,
                }),
                note: row.note,
            }
        })
        .collect()
}
