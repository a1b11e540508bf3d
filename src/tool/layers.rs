//! The count of layers that filled method 1: it comes in the link's fragment, and stays beside the estimate.
//!
//! `#layers=` holds a list of layers, which the module counts again; `#count=` holds the table of a count of files, which cannot
//! be counted again without them. Both are what a stranger may have written.

use compute_core::catalog::Catalog;
use compute_core::form::Form;
use compute_core::quantity;
use compute_core::request::{self, Basis};
use gloo::utils::window;
use leptos::prelude::*;
use leptos::wasm_bindgen::JsValue;

use super::desk::{Desk, refusal, without_module};
use super::js;
use crate::html::{Node, Tag, button, div, heads, p, share_bar, span, tag};
use crate::number::rich;
use crate::outside;
use crate::place::count::model::{grouped, permille};

const LIST: &str = "#layers=";
const TABLE: &str = "#count=";
/// How far a typed figure may be from the count's and still be taken from it: figures are rounded when they are copied.
const NEAR: f64 = 0.005;
/// Rows that are shown; the sum counts all.
const MAX_ROWS: usize = 500;
/// Longest text of a cell, characters.
const MAX_CELL: usize = 160;

/// Takes the fragment off the address.
pub fn drop_fragment() {
    let query = outside::query();
    let mark = if query.is_empty() { "" } else { "?" };
    let address = [&outside::base(), mark, &query].concat();
    if let Ok(history) = window().history() {
        let kept = history.state().unwrap_or(JsValue::NULL);
        // Refused in an opaque origin and beyond a browser's rate: the address then stays as it was.
        let _ = history.replace_state_with_url(&kept, "", Some(&address));
    }
}

/// A row: path, kind, repeat, parameters and forward FLOP of all repeats.
struct Row {
    path: String,
    kind: String,
    repeat: u128,
    parameters: u128,
    forward: u128,
}

struct Table {
    name: String,
    rows: Vec<Row>,
    parameters: u128,
    forward: u128,
}

/// What a link that cannot be read is answered with.
const TORN: &str = "The link: the count in it cannot be read. Copy the link again, whole, or count the model again.";

/// Reads the fragment.
fn read(fragment: &str) -> Result<Table, String> {
    let torn = |sentence: String| {
        if sentence.is_empty() {
            TORN.to_string()
        } else {
            sentence
        }
    };
    let (name, rows) = if let Some(packed) = fragment.strip_prefix(TABLE) {
        let value = js::call("decodeLayers", &[packed]).map_err(|_| TORN.to_string())?;
        let rows: Option<Vec<Row>> = js::list(&value, "rows")
            .iter()
            .map(|row| {
                let [path, kind, repeat, parameters, forward] = js::items(row).try_into().ok()?;
                Some(Row {
                    path: path.as_string()?,
                    kind: kind.as_string()?,
                    repeat: whole(&repeat)?,
                    parameters: whole(&parameters)?,
                    forward: whole(&forward)?,
                })
            })
            .collect();
        (js::text(&value, "name"), rows)
    } else {
        // The sizes that it is counted at come with the list.
        let value = js::call("decodeLayers", &[fragment]).map_err(torn)?;
        let count = js::call("countLayers", &[&js::json(&value)]).map_err(torn)?;
        let rows = js::list(&count, "groups")
            .iter()
            .map(|group| {
                Some(Row {
                    path: js::text(group, "path"),
                    kind: js::text(group, "kind"),
                    repeat: js::get(group, "repeat").as_f64()? as u128,
                    parameters: exact(group, "parameters")?,
                    forward: exact(group, "forwardFlop")?,
                })
            })
            .collect();
        (String::new(), rows)
    };
    let rows = rows
        .filter(|rows| !rows.is_empty())
        .ok_or_else(|| TORN.to_string())?;
    let sum = |of: fn(&Row) -> u128| {
        rows.iter()
            .try_fold(0_u128, |sum, row| sum.checked_add(of(row)))
            .ok_or_else(|| TORN.to_string())
    };
    Ok(Table {
        name,
        parameters: sum(|row| row.parameters)?,
        forward: sum(|row| row.forward)?,
        rows,
    })
}

/// A whole number written as text.
fn whole(value: &JsValue) -> Option<u128> {
    digits(&value.as_string()?)
}

fn digits(text: &str) -> Option<u128> {
    let plain = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    plain.then(|| text.parse().ok()).flatten()
}

/// A whole number of the module: its digits, where it is above 2^53.
fn exact(value: &JsValue, key: &str) -> Option<u128> {
    digits(&js::text(value, &[key, "Exact"].concat()))
        .or_else(|| js::get(value, key).as_f64().map(|number| number as u128))
}

/// A text of the link, not longer than a cell takes.
fn cell(text: &str) -> String {
    let mut out: String = text.chars().take(MAX_CELL).collect();
    if out.len() < text.len() {
        out.push('…');
    }
    out
}

/// What the form counts from, where that is no longer this count: its words and its number.
fn departed(form: &Form, catalog: &Catalog, table: &Table) -> Option<(&'static str, f64)> {
    let read = request::read(form, catalog);
    let bases: Vec<(&'static str, f64, bool)> = read
        .phases
        .iter()
        .filter_map(|phase| {
            let basis = &phase.counting.complete()?.basis;
            let (words, given) = match basis {
                Basis::Flop(given) => ("a known FLOP", given),
                Basis::Forward(given) => ("forward FLOP", given),
                Basis::Connections(given) => ("connections", given),
                Basis::Parameters(given, _) => ("parameters", given),
            };
            let typed = given.value.value;
            let same = match basis {
                Basis::Parameters(..) => (typed / table.parameters as f64 - 1.0).abs() < NEAR,
                // Of the whole example, or of one of its tokens, of which there is a whole number.
                Basis::Forward(_) => {
                    let tokens = table.forward as f64 / typed;
                    tokens > 1.0 - NEAR && (tokens / tokens.round() - 1.0).abs() < 1e-6
                }
                Basis::Flop(_) | Basis::Connections(_) => false,
            };
            Some((words, typed, same))
        })
        .collect();
    if bases.iter().any(|(.., same)| *same) {
        return None;
    }
    bases.first().map(|(words, typed, _)| (*words, *typed))
}

/// The tool.
pub fn view(desk: Desk, catalog: &'static Catalog) -> Vec<Node> {
    if let Some(wait) = without_module(desk.module.get()) {
        return vec![wait.into()];
    }
    let fragment = desk.fragment.get();
    let back = [
        "./?page=count",
        fragment.strip_prefix(TABLE).map_or(&*fragment, |_| ""),
    ]
    .concat();
    let mut out: Vec<Node> = Vec::new();
    match read(&fragment) {
        Err(sentence) => out.push(refusal(sentence).into()),
        Ok(table) => {
            let what = if table.name.is_empty() {
                "A list of layers".to_string()
            } else {
                cell(&table.name)
            };
            out.push(
                p("note")
                    .with(tag("b").with(what))
                    .with(" as “Count a model” counted it. The table came with the link; typing in the form does not change it.")
                    .into(),
            );
            if let Some((words, typed)) = departed(&desk.form(), catalog, &table) {
                out.push(
                    p("note")
                        .set("id", "tool-departed")
                        .with(tag("b").with("The form no longer counts from this table"))
                        .with(": it counts from ")
                        .with(rich(&[words, ", ", &quantity::plain(typed, 4)].concat()))
                        .with(", which the table does not have.")
                        .into(),
                );
            }
            out.push(rows(&table).into());
        }
    }
    let words = if fragment.starts_with(LIST) {
        "Change the layers"
    } else {
        "Count a model again"
    };
    out.push(
        div("tool-row")
            .with(tag("a").class("button").set("href", back).with(words))
            .with(button("text", "tool-unlink", "").with("Take it out of the link"))
            .into(),
    );
    out
}

/// A path that breaks behind its dots, where a line is too short for it.
fn broken(path: &str) -> Tag {
    let mut out = span("");
    for (at, part) in path.split_inclusive('.').enumerate() {
        if at > 0 {
            out = out.with(tag("wbr"));
        }
        out = out.with(part.to_string());
    }
    out
}

fn rows(table: &Table) -> Tag {
    let number = |n: u128| tag("td").class("num").with(grouped(n));
    let share = |part: u128| {
        let permille = permille(part, table.forward);
        tag("td")
            .class("num")
            .with(quantity::with_unit(
                &quantity::plain(permille as f64 / 10.0, 3),
                "%",
            ))
            .with(share_bar(permille))
    };
    let heads = heads(&[
        ("Path and kind", ""),
        ("Repeat", "num"),
        ("Parameters", "num"),
        ("Forward FLOP", "num"),
        ("Share", "num"),
    ]);
    let mut body = tag("tbody");
    for row in table.rows.iter().take(MAX_ROWS) {
        let path = if row.path.is_empty() {
            "(the model itself)".to_string()
        } else {
            cell(&row.path)
        };
        body = body.with(
            tag("tr")
                .with(
                    tag("th")
                        .set("scope", "row")
                        .with(broken(&path))
                        .with(span("sub").with(cell(&row.kind))),
                )
                .with(number(row.repeat))
                .with(number(row.parameters))
                .with(number(row.forward))
                .with(share(row.forward)),
        );
    }
    let left = table.rows.len().saturating_sub(MAX_ROWS);
    if left > 0 {
        body = body.with(
            tag("tr").with(
                tag("td")
                    .set("colspan", "5")
                    .with([&grouped(left as u128), " more rows, which the sum holds"].concat()),
            ),
        );
    }
    let sum = tag("tfoot").with(
        tag("tr")
            .with(tag("th").set("scope", "row").with(match table.rows.len() {
                1 => "Sum of 1 row".to_string(),
                rows => ["Sum of ", &grouped(rows as u128), " rows"].concat(),
            }))
            .with(tag("td"))
            .with(number(table.parameters))
            .with(number(table.forward))
            .with(share(table.forward)),
    );
    div("tool-layers")
        .set("role", "region")
        .set("tabindex", "0")
        .set("aria-label", "Layer by layer")
        .with(
            tag("table")
                .class("plain")
                .with(
                    tag("caption")
                        .class("vh")
                        .with("Parameters and forward FLOP of each layer"),
                )
                .with(tag("thead").with(heads))
                .with(body)
                .with(sum),
        )
}
