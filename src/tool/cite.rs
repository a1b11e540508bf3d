//! Texts to quote, the record for the file, and the record opened again.

use compute_core::catalog::Catalog;
use compute_core::estimate::estimate;
use compute_core::field::Field;
use compute_core::{link, quantity, request};
use compute_record::{CSV_HEADER, Place};
use leptos::prelude::*;
use web_sys::File;

use super::desk::{Desk, refusal};
use super::js;
use crate::html::{Node, Tag, button, div, p, span, tag};
use crate::outside;
use crate::place::csv::Sheet;

/// Longest record that is read, in bytes; the reader of records opens no longer one.
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

/// The texts: id, label, rows.
const TEXTS: [(&str, &str, &str); 6] = [
    ("cite-sentence", "Sentence", "3"),
    ("cite-markdown", "Markdown", "3"),
    ("cite-bibtex", "BibTeX", "6"),
    ("cite-csv", "CSV row", "3"),
    ("cite-file", "Record for the file", "8"),
    (
        "cite-json",
        "The record as JSON, which opens here again",
        "6",
    ),
];

/// The texts of what is typed, in the order of [`TEXTS`]; `None` where it gives no number.
fn quoted(desk: Desk, catalog: &Catalog, sheet: &Sheet) -> Option<[String; 6]> {
    let (address, _) = link::decode(&desk.typed_query(), catalog);
    let form = address.form;
    let read = request::read(&form, catalog);
    let found = estimate(&form, &read, catalog);
    let (base, today) = (outside::base(), outside::today());
    let place = Place {
        base: &base,
        today: &today,
        version: env!("CARGO_PKG_VERSION"),
        tables: catalog.date,
        sources: &|id| Some(sheet.get(sheet.find("id", id)?, "sources").to_string()),
    };
    let cited = compute_record::cite(&form, &found, &place)?;
    let record = compute_record::record(&form, &read, &found, catalog, &place)?;
    Some([
        cited.sentence,
        cited.markdown,
        cited.bibtex,
        [CSV_HEADER.trim_end(), "\n", cited.csv.trim_end()].concat(),
        record.text(),
        record.json().ok()?,
    ])
}

/// The tool.
pub fn view(desk: Desk, catalog: &'static Catalog) -> Vec<Node> {
    let mut out: Vec<Node> = Vec::new();
    match desk.sources.get() {
        None => out.push(p("note").with("Opening …").into()),
        Some(None) => out.push(
            refusal("The sources of the tables did not come: the host or the network did not give data/hardware.csv. Close and open this part to try again.").into(),
        ),
        Some(Some(sheet)) => match quoted(desk, catalog, sheet) {
            Some(texts) => {
                let mut list = div("tool-texts");
                for ((id, label, rows), content) in TEXTS.into_iter().zip(&texts) {
                    list = list.with(text(id, label, rows, content));
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
    if matches!(id, "cite-file" | "cite-json") {
        buttons = buttons.with(button("button slim", "tool-record", id).with("Download"));
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
                " bytes; a record has a few thousand. Choose the .json file that “Download” gave.",
            ]
            .concat(),
        ));
        return;
    }
    let Some(catalog) = untrack(|| desk.tables()) else {
        return;
    };
    let name = file.name();
    js::read(&file, move |text| {
        let Some(text) = text else {
            desk.opened.set(Opened::Refused(
                [&name, " could not be read. Choose another file."].concat(),
            ));
            return;
        };
        match compute_record::open(&text, catalog) {
            Err(refused) => desk.opened.set(Opened::Refused(
                [&name, ": ", &refused.message, " ", &refused.remedy].concat(),
            )),
            Ok(opened) => {
                desk.fill_query(&opened.query);
                desk.opened.set(Opened::Record {
                    name,
                    kept: opened.kept,
                    now: opened.now,
                    notes: opened.notes,
                });
            }
        }
    });
}

/// Hands the record over as a file: as a text to be read, or as the JSON that opens again.
pub fn download(desk: Desk, which: &str) {
    let texts = untrack(|| quoted(desk, desk.tables()?, desk.sources.get().flatten()?));
    let Some([.., text, json]) = texts else {
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
    let (text, end, kind) = if which == "cite-file" {
        (text, "txt", "text/plain")
    } else {
        (json, "json", "application/json")
    };
    js::save(&text, &[name, ".training-compute.", end].concat(), kind);
    desk.said.set("The record was downloaded.".to_string());
}
