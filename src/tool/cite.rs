//! Texts to quote, the record for the file, and the record opened again.

use compute_core::field::Field;
use compute_core::quantity;
use leptos::prelude::*;
use leptos::wasm_bindgen::JsValue;
use web_sys::File;

use super::desk::{Desk, Module, refusal, without_module};
use super::js;
use crate::html::{Node, Tag, button, div, p, span, tag};
use crate::outside;

/// Longest record that is read, in bytes; the module opens no longer one.
const MAX_RECORD: f64 = 256.0 * 1024.0;

/// What became of a record.
#[derive(Clone, Debug, PartialEq)]
pub enum Opened {
    /// None was opened.
    Nothing,
    /// Its name, its number, the number of its link now, and what to know about it.
    Record {
        /// Name of the file.
        name: String,
        /// The number it holds, FLOP; not finite where it holds none.
        kept: f64,
        /// The number its link gives now, FLOP.
        now: Option<f64>,
        /// Sentences.
        notes: Vec<String>,
    },
    /// What was found instead, and what to do.
    Refused(String),
}

/// The texts: id, label, key of the module's answer, rows.
const TEXTS: [(&str, &str, &str, &str); 5] = [
    ("cite-sentence", "Sentence", "sentence", "3"),
    ("cite-markdown", "Markdown", "markdown", "3"),
    ("cite-bibtex", "BibTeX", "bibtex", "6"),
    ("cite-csv", "CSV row", "csv", "3"),
    ("cite-json", "JSON record", "record", "6"),
];

fn quoted(desk: Desk) -> Option<JsValue> {
    if desk.module.get() != Module::Ready {
        return None;
    }
    js::call(
        "cite",
        &[&desk.typed_query(), &outside::base(), &outside::today()],
    )
    .filter(|answer| answer.is_object())
}

fn content(answer: &JsValue, key: &str) -> String {
    match key {
        "record" => js::json(&js::get(answer, key)),
        "csv" => [
            js::text(answer, "csvHeader").trim_end(),
            "\n",
            js::text(answer, key).trim_end(),
        ]
        .concat(),
        _ => js::text(answer, key),
    }
}

/// The tool.
pub fn view(desk: Desk) -> Vec<Node> {
    let mut out: Vec<Node> = Vec::new();
    match without_module(desk.module.get()) {
        Some(message) => out.push(message.into()),
        None => match quoted(desk) {
            Some(answer) => {
                let mut list = div("tool-texts");
                for (id, label, key, rows) in TEXTS {
                    list = list.with(text(id, label, rows, &content(&answer, key)));
                }
                out.push(list.into());
            }
            None => out.push(
                p("note")
                    .with("There is no number to cite yet: fill one of the two methods.")
                    .into(),
            ),
        },
    }
    out.push(record(desk).into());
    out
}

fn text(id: &'static str, label: &'static str, rows: &'static str, text: &str) -> Tag {
    let mut buttons = div("tool-row").with(button("button slim", "tool-copy", id).with("Copy"));
    if id == "cite-json" {
        buttons =
            buttons.with(button("button slim", "tool-record", "").with("Download the record"));
    }
    div("tool-text")
        .with(tag("label").set("for", id).with(label))
        .with(
            tag("textarea")
                .set("id", id)
                .set("rows", rows)
                .set("spellcheck", "false")
                .flag("readonly", true)
                .value(text),
        )
        .with(buttons)
}

fn record(desk: Desk) -> Tag {
    let out = div("tool-open")
        .with(tag("h3").with("Open a record"))
        .with(
            tag("label")
                .set("for", "tool-file")
                .with("A file NAME.training-compute.json, chosen or dropped here"),
        )
        .with(
            tag("input")
                .set("type", "file")
                .set("id", "tool-file")
                .set("name", "tool-file")
                .set("accept", ".json,application/json"),
        );
    match desk.opened.get() {
        Opened::Nothing => out,
        Opened::Refused(text) => out.with(refusal(text)),
        Opened::Record {
            name,
            kept,
            now,
            notes,
        } => {
            let number = |flop: f64| quantity::flop(flop, 3);
            let mut line = p("tool-found")
                .with(tag("b").with(name))
                .with(" is in the form. ");
            line = match now {
                Some(now) if kept.is_finite() && (now / kept - 1.0).abs() <= 1e-9 => line
                    .with("It holds ")
                    .with(span("n").with(number(kept)))
                    .with(", and its link gives the same now."),
                Some(now) if kept.is_finite() => line
                    .with("It holds ")
                    .with(span("n").with(number(kept)))
                    .with("; its link gives ")
                    .with(span("n").with(number(now)))
                    .with(" now."),
                Some(now) => line
                    .with("It holds no number; its link gives ")
                    .with(span("n").with(number(now)))
                    .with("."),
                None => line.with("Its link gives no number now: the form says what is missing."),
            };
            let mut list = tag("ul").class("tool-notes");
            for note in notes {
                list = list.with(tag("li").with(note));
            }
            out.with(line).with(list)
        }
    }
}

/// Opens a record: its link fills the form.
pub fn open(desk: Desk, file: File) {
    if file.size() > MAX_RECORD {
        desk.opened.set(Opened::Refused(
            [
                &file.name(),
                " has ",
                &quantity::integer(file.size() as i64),
                " bytes; a record has a few thousand. Choose the file that “Download the record” gave.",
            ]
            .concat(),
        ));
        return;
    }
    if desk.module.get_untracked() != Module::Ready {
        desk.opened.set(Opened::Refused(
            "The program that reads records has not come yet. Choose the file once the texts stand above.".to_string(),
        ));
        return;
    }
    let name = file.name();
    js::read(&file, move |text| {
        let opened = text
            .and_then(|text| js::call("openRecord", &[&text]))
            .unwrap_or(JsValue::UNDEFINED);
        if js::get(&opened, "ok").as_bool() != Some(true) {
            let message = js::text(&opened, "message");
            desk.opened.set(Opened::Refused(if message.is_empty() {
                [&name, " could not be read. Choose another file."].concat()
            } else {
                [&name, ": ", &message, " ", &js::text(&opened, "remedy")].concat()
            }));
            return;
        }
        desk.fill_query(&js::text(&opened, "query"));
        desk.opened.set(Opened::Record {
            name,
            kept: js::get(&opened, "kept").as_f64().unwrap_or(f64::NAN),
            now: js::get(&opened, "now").as_f64(),
            notes: js::list(&opened, "notes")
                .iter()
                .filter_map(JsValue::as_string)
                .collect(),
        });
    });
}

/// Hands the record over as a file.
pub fn download(desk: Desk) {
    let Some(answer) = untrack(|| quoted(desk)) else {
        return;
    };
    let form = untrack(|| desk.form());
    let mut name: String = form
        .head(Field::Name)
        .chars()
        .map(|letter| {
            if letter.is_alphanumeric() || letter == '.' || letter == '-' {
                letter
            } else {
                '-'
            }
        })
        .collect();
    while name.contains("--") {
        name = name.replace("--", "-");
    }
    let name = name.trim_matches(['-', '.']);
    let name = if name.is_empty() { "estimate" } else { name };
    js::save(
        &content(&answer, "record"),
        &[name, ".training-compute.json"].concat(),
        "application/json",
    );
    desk.said.set("The record was downloaded.".to_string());
}
