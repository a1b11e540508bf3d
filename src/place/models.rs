//! Known models: the chart over time, and the table.

use compute_core::field::{Field, Slot};
use compute_core::form::Form;
use compute_core::link::{self, Address};
use compute_core::quantity;
use leptos::prelude::*;
use web_sys::{Element, KeyboardEvent};

use super::chart::{Chart, Dot, Line, Own, own_words};
use super::columns::{Cell, month, number, sureness};
use super::csv::Sheet;
use super::grid::Hay;
use super::scale::year_of;
use super::screen::{Loaded, Screen, calculator};
use super::table::{Column, Group, Rows, Spec, Table, choice, note, source};
use crate::html::{Node, Tag, p, spoken, tag};
use crate::number::rich;
use crate::outside;

const fn column(id: &'static str, head: &'static str, unit: &'static str, number: bool) -> Column {
    Column {
        id,
        head,
        unit,
        number,
    }
}

const COLUMNS: [Column; 15] = [
    column("organization", "Maker", "", false),
    column("date", "Published", "", false),
    column("flop", "Training compute", "FLOP", true),
    column("confidence", "Sureness", "", false),
    column("domain", "Field", "", false),
    column("parameters", "Parameters", "", true),
    column("active_parameters", "Active", "", true),
    column("data", "Data set", "tokens or examples", true),
    column("epochs", "Epochs", "", true),
    column("chips", "Chips", "", true),
    column("accelerator", "Accelerator", "", false),
    column("time_hours", "Time", "hours", true),
    column("mfu", "MFU", "", true),
    column("hfu", "HFU", "", true),
    column("method", "How estimated", "", false),
];

const SETS: [Group; 3] = [
    Group {
        name: "Compute",
        columns: &["organization", "date", "flop", "confidence"],
    },
    Group {
        name: "Inputs",
        columns: &[
            "flop",
            "parameters",
            "data",
            "chips",
            "accelerator",
            "time_hours",
        ],
    },
    Group {
        name: "All",
        columns: &[
            "organization",
            "date",
            "flop",
            "confidence",
            "domain",
            "parameters",
            "active_parameters",
            "data",
            "epochs",
            "chips",
            "accelerator",
            "time_hours",
            "mfu",
            "hfu",
            "method",
        ],
    },
];

struct Known {
    sheet: Sheet,
    loaded: Loaded,
    own: Option<f64>,
    /// The least figure among the largest rows, which are shown at the start.
    from: f64,
}

/// Rows shown at the start.
const LARGEST: usize = 40;

impl Known {
    fn figure(&self, row: usize, column: &str) -> Option<f64> {
        number(self.sheet.get(row, column))
    }

    /// The calculator with the worked example of the model, or with its figure as known FLOP.
    fn open(&self, row: usize) -> String {
        let get = |column| self.sheet.get(row, column);
        let id = get("id");
        if let Some(preset) = self
            .loaded
            .catalog
            .presets
            .iter()
            .find(|preset| preset.id == id)
        {
            return preset_link(preset.name, preset.query, self.loaded.catalog);
        }
        let mut form = Form::empty();
        form.set(Slot::new(Field::Name, 0), get("name"));
        form.set(Slot::new(Field::Flop, 0), get("flop"));
        if get("domain") != "language" {
            form.set(Slot::new(Field::Domain, 0), "other");
        }
        calculator(&form)
    }

    /// How the reader's estimate stands to the model, a sentence.
    fn beside(&self, flop: f64) -> Option<String> {
        let own = self.own?;
        Some([&quantity::relative(own / flop), " this model"].concat())
    }
}

/// A worked example as it stands in the calculator: its own keys and its name, so that the link is whole.
pub fn preset_link(name: &str, query: &str, catalog: &compute_core::catalog::Catalog) -> String {
    let (address, _) = link::decode(query, catalog);
    let mut form = address.form;
    form.set(Slot::new(Field::Name, 0), name);
    let query = link::encode(&Address {
        form,
        ..Address::default()
    });
    ["?", &query].concat()
}

impl Rows for Known {
    fn len(&self) -> usize {
        self.sheet.len()
    }

    fn name(&self, row: usize) -> &'static str {
        self.sheet.get(row, "name")
    }

    fn cell(&self, row: usize, column: &'static str) -> Cell {
        let text = self.sheet.get(row, column);
        match column {
            "date" => match year_of(text) {
                Some(year) => Cell::number(year, month(text)),
                None => Cell::empty(),
            },
            "confidence" => {
                let mut cell = Cell::text(sureness(text));
                cell.text = sureness(text).to_string();
                cell
            }
            "flop" => match self.figure(row, column) {
                Some(value) => {
                    let mut cell = Cell::number(value, quantity::scientific(value, 2));
                    if !self.sheet.get(row, "doubt").is_empty() {
                        cell.mark = "doubted";
                    }
                    cell
                }
                None => Cell::empty(),
            },
            "parameters" | "active_parameters" | "data" => match self.figure(row, column) {
                Some(value) => Cell::number(value, quantity::words(value, 3)),
                None => Cell::empty(),
            },
            "epochs" | "chips" | "time_hours" => match self.figure(row, column) {
                Some(value) => Cell::number(value, quantity::plain(value, 4)),
                None => Cell::empty(),
            },
            "mfu" | "hfu" => match self.figure(row, column) {
                Some(value) => Cell::number(value, quantity::percent(value, 3)),
                None => Cell::empty(),
            },
            "method" => {
                let mut cell = Cell::text(text);
                cell.text = text.replace(';', ", ");
                cell
            }
            _ => Cell::text(text),
        }
    }

    fn hay(&self, row: usize) -> Hay {
        let year = self.sheet.get(row, "date").get(..4).unwrap_or("");
        Hay::new(
            ["name", "id", "organization", "domain", "accelerator"]
                .into_iter()
                .map(|column| self.sheet.get(row, column))
                .chain([year]),
        )
    }

    fn chosen(&self, row: usize) -> bool {
        self.figure(row, "flop")
            .is_some_and(|flop| flop >= self.from)
    }

    fn action(&self, row: usize) -> Option<Tag> {
        Some(
            tag("a")
                .set("href", self.open(row))
                .with("Open")
                .with(spoken([" in the calculator: ", self.name(row)].concat())),
        )
    }

    fn detail(&self, row: usize) -> Vec<(&'static str, Vec<Node>)> {
        let get = |column| self.sheet.get(row, column);
        let mut out: Vec<(&'static str, Vec<Node>)> = Vec::new();
        let mut tell = |name, text: String| {
            if !text.trim().is_empty() {
                out.push((name, rich(&text)));
            }
        };
        if let Some(flop) = self.figure(row, "flop") {
            if let Some(beside) = self.beside(flop) {
                tell("Your estimate", beside);
            }
            tell(
                "Known as",
                ["", get("flop"), " FLOP, ", sureness(get("confidence"))].concat(),
            );
        }
        if let Some(value) = self.figure(row, "recomputed") {
            tell("Recomputed here", quantity::flop(value, 3));
        }
        tell("Doubted (d)", get("doubt").to_string());
        let shown = |column| self.cell(row, column).text;
        for (name, column) in [
            ("Field", "domain"),
            ("How estimated", "method"),
            ("Parameters", "parameters"),
            ("Active parameters", "active_parameters"),
            ("Data set", "data"),
            ("Epochs", "epochs"),
            ("Time, hours", "time_hours"),
            ("MFU", "mfu"),
            ("HFU", "hfu"),
        ] {
            tell(name, shown(column));
        }
        tell("Chips", [&shown("chips"), " ", get("accelerator")].concat());
        tell("Remarks", get("note").to_string());
        out.push(("Source", source(get("source"))));
        out.push(("Copied from", source(get("copy"))));
        out
    }
}

struct Models {
    table: &'static Table,
    chart: &'static Chart,
    rows: usize,
}

/// The place.
pub fn open(loaded: Loaded) -> &'static dyn Screen {
    let sheet = Sheet::read(loaded.file(0));
    let own = loaded.estimate().and_then(|estimate| {
        let total = estimate.flop()?;
        Some(Own {
            name: loaded.address.form.head(Field::Name).trim().to_string(),
            flop: total.value,
            low: total.low,
            high: total.high,
        })
    });
    let lines = loaded
        .catalog
        .thresholds
        .iter()
        .filter(|threshold| threshold.shown)
        .map(|threshold| Line {
            // "EU guidelines, GPAI": the first words are enough on a line.
            name: if threshold.short.len() > 18 {
                threshold.short.split(',').next().unwrap_or("")
            } else {
                threshold.short
            },
            flop: threshold.flop,
        })
        .collect();
    let mut dots = Vec::new();
    let mut figures = Vec::new();
    for row in 0..sheet.len() {
        let get = |column| sheet.get(row, column);
        let Some(flop) = number(get("flop")) else {
            continue;
        };
        figures.push(flop);
        let Some(year) = year_of(get("date")) else {
            continue;
        };
        dots.push(Dot {
            row,
            id: get("id"),
            name: get("name"),
            maker: get("organization"),
            date: month(get("date")),
            year,
            flop,
            sure: sureness(get("confidence")),
            language: get("domain") == "language",
        });
    }
    figures.sort_by(|one, two| two.total_cmp(one));
    let from = figures.get(LARGEST - 1).copied().unwrap_or(0.0);
    let today = year_of(&outside::today()).unwrap_or(2026.0);
    let chart = Chart::new(dots, lines, own, today);
    let rows = sheet.len();
    let table = Table::new(
        Spec {
            label: "Known models",
            head: "Name",
            filter: "Filter by name, maker or field",
            columns: &COLUMNS,
            sets: &SETS,
            sorted: ("flop", true),
            limit: 50,
            download: "data/models.csv",
            chosen: "the largest",
        },
        Box::new(Known {
            sheet,
            own: chart.own.as_ref().map(|own| own.flop),
            loaded,
            from,
        }),
    );
    Box::leak(Box::new(Models { table, chart, rows }))
}

impl Models {
    /// Opens a model in the table.
    fn reveal(&self, row: usize) {
        self.table.reveal(row);
        self.chart.sift(self.table.matching());
    }
}

const SINCE: [(&str, f64); 2] = [("Since 2010", 2010.0), ("Since 1950", 1950.0)];

impl Screen for Models {
    fn view(&'static self) -> Vec<Node> {
        let all = self.rows.to_string();
        let lead = p("intro").live(move || {
            let since = self.chart.since.get();
            vec![
                [
                    "Training compute of ",
                    &all,
                    " models, as their authors printed it or as Epoch AI estimated it. In the chart: ",
                    &self.chart.count(since).to_string(),
                    " since ",
                    &quantity::plain(since, 4),
                    ".",
                ]
                .concat()
                .into(),
            ]
        });
        let years = choice("Years", "years", SINCE.iter().map(|(name, _)| *name));
        let mut out: Vec<Node> = vec![
            tag("h1").with("Models").into(),
            lead.into(),
            self.table.tools(Some(years)).into(),
        ];
        out.extend(self.chart.view());
        if let Some(own) = &self.chart.own {
            out.push(own_words(own).class("small").into());
        } else {
            out.push(
                p("small")
                    .with("What you type in the calculator is drawn here as a line.")
                    .into(),
            );
        }
        out.push(tag("h2").with("Table").into());
        out.extend(self.table.view());
        out.push(
            note("Data: Epoch AI, Data on AI Models, CC BY 4.0, copies of 2026; each row names its source. Within 3, 10, 31 times: Epoch AI’s words confident, likely, speculative, each a 90 % range. A letter d beside a figure marks one that looks wrong to us; it opens the reason. The size of the data set is what was collected, not what was seen.").into(),
        );
        out
    }

    fn shown(&'static self) {
        self.table.fill();
        self.table.fit();
        self.chart.fit();
    }

    fn act(&'static self, verb: &str, about: &str) {
        match (verb, self.chart.pressed()) {
            ("point", Some(row)) => self.reveal(row),
            _ => self.table.act(verb, about),
        }
    }

    fn typed(&'static self, name: &str, text: &str) {
        if self.table.typed(name, text) {
            self.chart.sift(self.table.matching());
        }
    }

    fn chose(&'static self, name: &str, value: &str) {
        self.table.chose(name, value);
        let since = SINCE.iter().find(|(text, _)| *text == value);
        if let (true, Some((_, since))) = (name == "years", since) {
            self.chart.since.set(*since);
        }
    }

    fn key(&'static self, event: &KeyboardEvent, at: &Element) {
        if let Some(row) = self.chart.key(event, at) {
            self.reveal(row);
        }
    }

    fn over(&'static self, at: &Element, x: f64, y: f64) {
        self.chart.over(at, x, y);
    }

    fn sized(&'static self) {
        self.table.fit();
        self.chart.fit();
    }
}
