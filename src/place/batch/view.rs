//! The place as markup: the question above, the table below.

use compute_core::quantity;
use leptos::prelude::*;

use super::state::{BLOCK, Figure, MOST_BLOCKS, Message, Place, Row, Shown, Tally};
use crate::html::{Node, Tag, button, div, p, span, spoken, tag};
use crate::number::rich;

/// Order, head, unit, whether numbers.
const COLUMNS: [(&str, &str, &str, bool); 10] = [
    ("counting", "Counting", "FLOP", true),
    ("hardware", "Accelerator time", "FLOP", true),
    ("ratio", "Counting : time", "", true),
    ("implied", "Implied utilization", "", true),
    ("verdict", "Verdict", "", false),
    ("problems", "Messages", "", false),
    ("thresholds", "Thresholds", "passed", false),
    ("published", "Published", "FLOP", true),
    ("over-published", "Ours : published", "", true),
    ("line", "Line", "", true),
];

/// Whether a column is first ordered from large to small.
pub fn falls_first(column: &str) -> bool {
    !matches!(column, "name" | "line")
}

/// The whole place.
pub fn place(place: Place) -> Vec<Node> {
    vec![
        tag("h1").with("Many at once").into(),
        p("intro")
            .with(
                "A table of models in, a row of estimates each, out: both methods, their ranges, how they agree, which thresholds are passed. It is \
                 read on this machine; nothing is uploaded.",
            )
            .into(),
        div("")
            .live(move || vec![drop_box(place.dragged.get()).into()])
            .into(),
        paste(place).into(),
        names().into(),
        tag("section")
            .class("batch-answer")
            .set("id", "batch-result")
            .set("tabindex", "-1")
            .set("aria-label", "Result")
            .with(div("").live(move || {
                let shown = place.shown.get();
                place.tally.with(|tally| answer(place, &shown, tally))
            }))
            .with(div("").live(move || table_box(place)))
            .into(),
        p("vh")
            .set("role", "status")
            .live(move || vec![place.said.get().into()])
            .into(),
    ]
}

fn drop_box(dragged: bool) -> Tag {
    tag("div")
        .set("class", if dragged { "drop over" } else { "drop" })
        .with(
            div("choose")
                .with(
                    tag("input")
                        .class("vh")
                        .set("type", "file")
                        .set("id", "file")
                        .set("name", "file")
                        .set(
                            "accept",
                            ".csv,.tsv,.tab,.txt,text/csv,text/tab-separated-values,text/plain",
                        ),
                )
                .with(
                    tag("label")
                        .class("button first")
                        .set("for", "file")
                        .with("Choose a table"),
                )
                .with(span("").with("or drop it anywhere on this page")),
        )
        .with(
            p("hint").with(
                "CSV or TSV in UTF-8, up to a million rows; the first line names the columns",
            ),
        )
}

fn paste(place: Place) -> Tag {
    div("field full batch-paste")
        .with(
            div("label")
                .with(tag("label").set("for", "table").with("Or paste one"))
                .with(button("text", "try", "").with("Try it with the worked examples")),
        )
        .with(
            p("hint")
                .set("id", "table-hint")
                .with("With its line of column names, as a spreadsheet copies it"),
        )
        .with(div("").live(move || {
            vec![
                tag("textarea")
                    .set("id", "table")
                    .set("name", "table")
                    .set("rows", "5")
                    .set("wrap", "off")
                    .set("spellcheck", "false")
                    .set("autocomplete", "off")
                    .set("autocapitalize", "off")
                    .set("aria-describedby", "table-hint")
                    .value(&place.pasted.get())
                    .into(),
            ]
        }))
        .with(button("button", "read", "").with("Read the table"))
}

/// The names of columns that are known.
fn names() -> Tag {
    use compute_core::field::FIELDS;
    let mut list = tag("dl").class("batch-names");
    for spec in &FIELDS {
        list = list.with(
            div("")
                .with(tag("dt").with(tag("code").with(spec.key)))
                .with(tag("dd").with(spec.label)),
        );
    }
    for (name, what) in [
        ("query", "A whole link; the other columns override it"),
        ("example", "The id of a worked example, likewise"),
        ("published", "A figure to compare with, FLOP"),
    ] {
        list = list.with(
            div("")
                .with(tag("dt").with(tag("code").with(name)))
                .with(tag("dd").with(what)),
        );
    }
    tag("details")
        .with(tag("summary").with("Which columns are known"))
        .with(p("small").with(
            "The keys of a link, the labels of the fields, and the column names of Epoch AI’s public tables and of this page’s own models.csv. \
             Cells are read like the fields: 175B, 30 days, 30-50%. A second phase stands in columns with .2 behind the key.",
        ))
        .with(list)
}

fn plural(count: f64, one: &str, many: &str) -> String {
    let number = quantity::plain(count, 15);
    [number.as_str(), " ", if count == 1.0 { one } else { many }].concat()
}

/// What was read, in a sentence.
pub fn count(tally: &Tally) -> String {
    let mut out = [
        &plural(tally.rows, "row", "rows"),
        ", ",
        &quantity::plain(tally.estimated, 15),
        " with a figure",
    ]
    .concat();
    let [counting, hardware, mixed] = tally.by;
    let methods: Vec<String> = [
        (counting, "by counting"),
        (hardware, "by accelerator time"),
        (mixed, "by both, phase by phase"),
    ]
    .into_iter()
    .filter(|(count, _)| *count > 0.0)
    .map(|(count, how)| [&quantity::plain(count, 15), " ", how].concat())
    .collect();
    if methods.len() > 1 {
        out += &[" (", &methods.join(", "), ")"].concat();
    }
    if tally.errors > 0.0 {
        out += &[
            "; ",
            &plural(tally.errors, "row has an error", "rows have an error"),
        ]
        .concat();
    }
    if tally.published > 0.0 {
        let apart = match tally.apart {
            0.0 => "none differs".to_string(),
            1.0 => "1 differs".to_string(),
            many => [&quantity::plain(many, 15), " differ"].concat(),
        };
        out += &[
            "; of ",
            &plural(tally.published, "published figure ", "published figures "),
            &apart,
            " more than three times from ours",
        ]
        .concat();
    }
    out + "."
}

fn bytes(n: f64) -> String {
    let (by, unit) = match n {
        n if n >= 1e9 => (1e9, "GB"),
        n if n >= 1e6 => (1e6, "MB"),
        n if n >= 1e3 => (1e3, "kB"),
        _ => (1.0, "bytes"),
    };
    quantity::with_unit(&quantity::plain(n / by, 3), unit)
}

fn answer(place: Place, shown: &Shown, tally: &Tally) -> Vec<Node> {
    let title = place.title.get();
    let state = match shown {
        Shown::Empty => "empty",
        Shown::Reading(..) => "reading",
        Shown::Done => "done",
        Shown::Cancelled => "cancelled",
        Shown::Refused => "refused",
        Shown::Failed(..) => "failed",
    };
    // For tests and scripts.
    let mut out = div("")
        .set("data-state", state)
        .set("data-rows", quantity::integer(tally.rows as i64));
    match shown {
        Shown::Empty => {
            out = out.with(p("").with(
                "Choose a table, and its estimates stand here, a row each. The worked examples are one to try.",
            ));
        }
        Shown::Reading(position, size) => {
            let mut bar = tag("progress").set("aria-label", "Passed of the table");
            if *size > 0.0 {
                let share = (position / size * 1000.0) as i64;
                bar = bar
                    .set("max", "1000")
                    .set("value", quantity::integer(share.clamp(0, 1000)));
            }
            let how = [
                &bytes(*position),
                " of ",
                &bytes(*size),
                " passed, ",
                &plural(tally.rows, "row", "rows"),
                " read",
            ]
            .concat();
            out = out.with(
                div("note-box")
                    .with(p("").with(tag("b").with(["Reading ", &title].concat())))
                    .with(bar)
                    .with(p("small").with(how))
                    .with(button("button", "cancel", "").with("Cancel")),
            );
        }
        Shown::Refused => {}
        Shown::Failed(found, remedy) => {
            out = out.with(
                div("note-box refused")
                    .with(p("").with(tag("b").with(found.clone())))
                    .with(p("").with(remedy.clone())),
            );
        }
        Shown::Done | Shown::Cancelled => {
            out = out.with(tag("h2").with(["Estimates of ", &title].concat()));
            if *shown == Shown::Cancelled {
                out = out.with(
                    div("note-box needs").with(p("").with(tag("b").with("Cancelled. ")).with(
                        "What was read before stays below and in the download; choose the table again to read it whole.",
                    )),
                );
            }
        }
    }
    for notice in &tally.notices {
        out = out.with(notice_box(notice));
    }
    if matches!(shown, Shown::Done | Shown::Cancelled | Shown::Failed(..)) && tally.rows > 0.0 {
        out = out
            .with(p("").set("id", "batch-count").with(count(tally)))
            .with(
                p("batch-acts")
                    .with(button("button", "save", "").with("Download all results as CSV")),
            );
    }
    if !tally.columns.is_empty() && !matches!(shown, Shown::Reading(..)) {
        out = out.with(columns(tally));
    }
    vec![out.into()]
}

fn notice_box(notice: &Message) -> Tag {
    let (class, word) = match notice.severity.as_str() {
        "error" => ("note-box refused", "Not read: "),
        "warning" => ("note-box needs", "Warning: "),
        _ => ("note-box", "Note: "),
    };
    div(class)
        .with(
            p("")
                .with(spoken(word))
                .with(tag("b").with(notice.found.clone())),
        )
        .with(p("").with(notice.remedy.clone()))
}

/// Which column was read as what.
fn columns(tally: &Tally) -> Tag {
    let read = tally
        .columns
        .iter()
        .filter(|column| column.1.is_some())
        .count();
    let ignored = tally.columns.len() - read;
    let separator = match tally.separator.as_str() {
        ";" => "semicolons",
        "\t" => "tabs",
        _ => "commas",
    };
    let summary = [
        &plural(read as f64, "column", "columns"),
        " read, ",
        &quantity::integer(ignored as i64),
        " ignored, between ",
        separator,
    ]
    .concat();
    let mut body = tag("tbody");
    for (name, reading) in &tally.columns {
        let name = if name.is_empty() { "(no name)" } else { name };
        body = body.with(
            tag("tr")
                .with(tag("th").set("scope", "row").with(name.to_string()))
                .with(match reading {
                    Some(reading) => tag("td").with(reading.clone()),
                    None => tag("td").class("ignored").with("ignored"),
                }),
        );
    }
    tag("details")
        .set("id", "batch-columns")
        .with(tag("summary").with(summary))
        .with(
            tag("table")
                .class("batch-columns")
                .with(
                    tag("caption")
                        .class("vh")
                        .with("What each column was read as"),
                )
                .with(
                    tag("thead").with(
                        tag("tr")
                            .with(tag("th").set("scope", "col").with("Column"))
                            .with(tag("th").set("scope", "col").with("Read as")),
                    ),
                )
                .with(body),
        )
}

/// The table, once there are rows.
fn table_box(place: Place) -> Vec<Node> {
    let any = place.blocks[0].with(|rows| !rows.is_empty());
    if !any {
        return Vec::new();
    }
    let mut table = tag("table")
        .class("rows batch-rows")
        .with(tag("caption").class("vh").with("Estimates"))
        .with(tag("thead").live(move || vec![head(place).into()]));
    for block in place.blocks {
        table = table.with(tag("tbody").live(move || {
            place.open.with(|open| {
                block.with(|rows| {
                    let mut out: Vec<Node> = Vec::new();
                    for row in rows {
                        let is_open = open.contains(&row.line);
                        out.push(line(row, is_open).into());
                        if is_open {
                            out.push(detail(place, row).into());
                        }
                    }
                    out
                })
            })
        }));
    }
    vec![
        div("sheet boxed")
            .set("id", "batch-table")
            .set("role", "region")
            .set("aria-label", "Estimates")
            .set("tabindex", "0")
            .with(table)
            .into(),
        p("count").live(move || more(place)).into(),
    ]
}

fn more(place: Place) -> Vec<Node> {
    let many = place.many.get();
    let rows = place.tally.with(|tally| tally.rows);
    let shown = rows.min((many * BLOCK) as f64);
    let mut text = [
        "Shown: ",
        &quantity::plain(shown, 15),
        " of ",
        &plural(rows, "row", "rows"),
        ".",
    ]
    .concat();
    let mut out: Vec<Node> = Vec::new();
    let is_more = shown < rows;
    if is_more && many >= MOST_BLOCKS {
        text += " The download has them all; another order shows others.";
    }
    out.push(span("").with(text).into());
    if is_more && many < MOST_BLOCKS {
        out.push(button("text", "more", "").with("Show 100 more").into());
    }
    out
}

fn head(place: Place) -> Tag {
    let (by, down) = place.order.get();
    let cell = |id: &'static str, head: &'static str, unit: &'static str, number: bool| {
        let on = id == by;
        let way = match (on, down) {
            (false, _) => "way",
            (true, true) => "way down",
            (true, false) => "way up",
        };
        let sort = on.then_some(if down { "descending" } else { "ascending" });
        let mut label = button("sort", "sort", id)
            .with(span("").with(head))
            .with(span(way));
        if !unit.is_empty() {
            label = label.with(span("unit").with(unit));
        }
        tag("th")
            .set("scope", "col")
            .class(if number { "num" } else { "" })
            .set_some("aria-sort", sort)
            .with(label)
    };
    let mut row = tag("tr").with(cell("name", "Model", "", false));
    for (id, head, unit, number) in COLUMNS {
        row = row.with(cell(id, head, unit, number));
    }
    row
}

fn name(row: &Row) -> String {
    if row.name.is_empty() {
        ["Line ", &quantity::integer(row.line.into())].concat()
    } else {
        row.name.clone()
    }
}

fn line(row: &Row, open: bool) -> Tag {
    let id = quantity::integer(row.line.into());
    let opens = button("fold open", "open", id)
        .state("aria-expanded", open)
        .with(name(row));
    let ratio = |value: Option<f64>| value.map(|value| quantity::figure(value, 2));
    tag("tr")
        .class(if open { "opened" } else { "" })
        .with(tag("th").set("scope", "row").with(opens))
        .with(figure(row.counting))
        .with(figure(row.hardware))
        .with(cell("num", ratio(row.ratio)))
        .with(cell(
            "num",
            row.implied.map(|share| quantity::percent(share, 2)),
        ))
        .with(cell(
            "",
            (!row.verdict.is_empty()).then(|| row.verdict.clone()),
        ))
        .with(cell("", messages(&row.problems)))
        .with(cell(
            "",
            (!row.thresholds.is_empty()).then(|| quantity::integer(row.thresholds.len() as i64)),
        ))
        .with(cell(
            "num",
            row.published.map(|value| quantity::scientific(value, 2)),
        ))
        .with(cell("num", ratio(row.over)))
        .with(cell("num", Some(quantity::integer(row.line.into()))))
}

fn cell(class: &'static str, text: Option<String>) -> Tag {
    let cell = tag("td").class(class);
    match text {
        Some(text) => cell.with(rich(&text)),
        None => cell.with(spoken("none")),
    }
}

fn figure(figure: Option<Figure>) -> Tag {
    let mut out = cell(
        "num",
        figure.map(|figure| quantity::scientific(figure.value, 2)),
    );
    if let Some((low, high)) = figure.and_then(|figure| figure.range) {
        out = out.with(span("range").with(rich(&quantity::range(low, high, 2))));
    }
    out
}

/// `1 error, 2 notes`.
fn messages(problems: &[Message]) -> Option<String> {
    let parts: Vec<String> = [
        ("error", "errors"),
        ("warning", "warnings"),
        ("note", "notes"),
    ]
    .into_iter()
    .filter_map(|(one, many)| {
        let count = problems
            .iter()
            .filter(|problem| problem.severity == one)
            .count();
        (count > 0).then(|| plural(count as f64, one, many))
    })
    .collect();
    (!parts.is_empty()).then(|| parts.join(", "))
}

fn detail(place: Place, row: &Row) -> Tag {
    let mut list = tag("dl");
    let mut tell = |name: &'static str, nodes: Vec<Node>| {
        if !nodes.is_empty() {
            list.push(
                div("")
                    .with(tag("dt").with(name))
                    .with(tag("dd").with(nodes)),
            );
        }
    };
    if let Some(flop) = row.flop {
        let mut nodes = rich(&quantity::flop(flop.value, 3));
        nodes.push(
            match row.headline.as_str() {
                "counting" => ", by counting",
                "hardware" => ", by accelerator time",
                _ => ", by both methods, phase by phase",
            }
            .into(),
        );
        tell("Total", nodes);
    }
    let passed: Vec<&str> = row
        .thresholds
        .iter()
        .map(|id| {
            let known = place
                .home
                .catalog
                .thresholds
                .iter()
                .find(|rule| rule.id == id);
            known.map_or(id.as_str(), |rule| rule.name)
        })
        .collect();
    if !passed.is_empty() {
        tell("Passed", vec![passed.join("; ").into()]);
    }
    for problem in &row.problems {
        let name = match problem.severity.as_str() {
            "error" => "Error",
            "warning" => "Warning",
            _ => "Note",
        };
        tell(
            name,
            vec![[&problem.found, " ", &problem.remedy].concat().into()],
        );
    }
    tell(
        "Inputs",
        vec![
            tag("a")
                .set("href", ["?", &row.link].concat())
                // Leaving would lose the table.
                .set("target", "_blank")
                .with(["Open ", &name(row), " in the calculator (new tab)"].concat())
                .into(),
        ],
    );
    let span = (COLUMNS.len() + 1).to_string();
    tag("tr")
        .class("detail")
        .with(tag("td").set("colspan", span).with(div("hold").with(list)))
}
