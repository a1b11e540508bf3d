//! What the place holds, and what becomes of what the worker tells.

use std::cell::Cell;
use std::collections::BTreeSet;

use js_sys::Array;
use leptos::prelude::*;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::File;

use super::worker::{self, get, object, text};
use crate::outside;
use crate::place::Loaded;

/// Rows of one block: each is a table body of its own, so that no change of the page takes long.
pub const BLOCK: usize = 50;
/// Most blocks: a thousand rows are shown, all of them are in the download.
pub const MOST_BLOCKS: usize = 20;

/// A median with its 90 % range, where it has one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Figure {
    /// Median.
    pub value: f64,
    /// 5th and 95th percentile.
    pub range: Option<(f64, f64)>,
}

/// A message.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Message {
    /// `error`, `warning`, `note`.
    pub severity: String,
    /// What was found.
    pub found: String,
    /// What to do.
    pub remedy: String,
}

/// A row that is shown.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// Line of the file.
    pub line: u32,
    /// Its name.
    pub name: String,
    /// Method 1, FLOP.
    pub counting: Option<Figure>,
    /// Method 2, FLOP.
    pub hardware: Option<Figure>,
    /// `counting`, `hardware`, `mixed`.
    pub headline: String,
    /// The total, FLOP.
    pub flop: Option<Figure>,
    /// Counting over accelerator time.
    pub ratio: Option<f64>,
    /// Utilization at which both agree.
    pub implied: Option<f64>,
    /// How they agree.
    pub verdict: String,
    /// Ids of thresholds passed.
    pub thresholds: Vec<String>,
    /// Published, FLOP.
    pub published: Option<f64>,
    /// Total over published.
    pub over: Option<f64>,
    /// Messages, the worst first.
    pub problems: Vec<Message>,
    /// The query.
    pub link: String,
}

/// What the worker tells of the file.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Tally {
    /// Rows.
    pub rows: f64,
    /// With a figure.
    pub estimated: f64,
    /// With an error.
    pub errors: f64,
    /// With a warning and no error.
    pub warnings: f64,
    /// By counting, by accelerator time, by both.
    pub by: [f64; 3],
    /// With a published figure beside one.
    pub published: f64,
    /// More than three times apart from it.
    pub apart: f64,
    /// `,`, `;` or a tab.
    pub separator: String,
    /// Names, and what they were read as.
    pub columns: Vec<(String, Option<String>)>,
    /// Messages about the file.
    pub notices: Vec<Message>,
}

/// What stands below the question.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Shown {
    /// Nothing was read.
    #[default]
    Empty,
    /// Being read: passed and size.
    Reading(f64, f64),
    /// Read to its end.
    Done,
    /// Ended by hand; the rows so far stay.
    Cancelled,
    /// No table.
    Refused,
    /// The worker or the file failed: what was found, what to do.
    Failed(String, String),
}

/// The place. Its signals live on the one thread of the page.
#[derive(Clone, Copy)]
pub struct Place {
    /// What stands below the question.
    pub shown: RwSignal<Shown, LocalStorage>,
    /// What is known of the file.
    pub tally: RwSignal<Tally, LocalStorage>,
    /// Its name.
    pub title: RwSignal<String, LocalStorage>,
    /// The pasted text, when the program changes it.
    pub pasted: RwSignal<String, LocalStorage>,
    /// Whether something is dragged over the page.
    pub dragged: RwSignal<bool, LocalStorage>,
    /// The column that rows are ordered by, and whether from large to small.
    pub order: RwSignal<(String, bool), LocalStorage>,
    /// Lines of the rows that are open.
    pub open: RwSignal<BTreeSet<u32>, LocalStorage>,
    /// The rows shown, in blocks.
    pub blocks: [RwSignal<Vec<Row>, LocalStorage>; MOST_BLOCKS],
    /// How many blocks are shown.
    pub many: RwSignal<usize, LocalStorage>,
    /// Said aloud when it changes.
    pub said: RwSignal<String, LocalStorage>,
    /// The tables, and what was typed in the calculator.
    pub home: &'static Loaded,
}

thread_local! {
    static PLACE: Cell<Option<Place>> = const { Cell::new(None) };
    /// The number of the last question for rows: answers to earlier ones are dropped.
    static ASKED: Cell<u32> = const { Cell::new(0) };
}

fn number(value: &JsValue, key: &str) -> f64 {
    get(value, key).as_f64().unwrap_or(0.0)
}

fn some(value: &JsValue, key: &str) -> Option<f64> {
    get(value, key).as_f64()
}

fn list(value: &JsValue, key: &str) -> Vec<JsValue> {
    get(value, key)
        .dyn_into::<Array>()
        .map(|list| list.iter().collect())
        .unwrap_or_default()
}

fn figure(value: &JsValue, key: &str) -> Option<Figure> {
    let found = get(value, key);
    Some(Figure {
        value: some(&found, "value")?,
        range: some(&found, "low").zip(some(&found, "high")),
    })
}

fn message(value: &JsValue, found: &str) -> Message {
    Message {
        severity: text(value, "severity"),
        found: text(value, found),
        remedy: text(value, "remedy"),
    }
}

fn row(value: &JsValue) -> Row {
    Row {
        line: number(value, "line") as u32,
        name: text(value, "name"),
        counting: figure(value, "counting"),
        hardware: figure(value, "hardware"),
        headline: text(value, "headline"),
        flop: figure(value, "flop"),
        ratio: some(value, "ratio"),
        implied: some(value, "impliedUtilization"),
        verdict: text(value, "verdict"),
        thresholds: list(value, "thresholds")
            .iter()
            .filter_map(JsValue::as_string)
            .collect(),
        published: some(value, "publishedFlop"),
        over: some(value, "overPublished"),
        problems: list(value, "problems")
            .iter()
            .map(|problem| message(problem, "message"))
            .collect(),
        link: text(value, "link"),
    }
}

fn tally(state: &JsValue) -> Tally {
    Tally {
        rows: number(state, "rows"),
        estimated: number(state, "estimated"),
        errors: number(state, "errors"),
        warnings: number(state, "warnings"),
        by: ["counting", "hardware", "mixed"].map(|by| number(state, by)),
        published: number(state, "published"),
        apart: number(state, "apart"),
        separator: text(state, "separator"),
        columns: list(state, "columns")
            .iter()
            .map(|column| (text(column, "name"), get(column, "reading").as_string()))
            .collect(),
        notices: list(state, "notices")
            .iter()
            .map(|notice| message(notice, "found"))
            .collect(),
    }
}

/// What the worker tells.
fn hear(data: &JsValue) {
    let Some(place) = PLACE.get() else { return };
    let failed = text(data, "failed");
    if !failed.is_empty() {
        fail(&failed);
        return;
    }
    let state = get(data, "state");
    if state.is_object() {
        let told = tally(&state);
        if place.tally.with_untracked(|now| *now != told) {
            place.tally.set(told);
        }
    }
    let progress = get(data, "progress");
    if progress.is_object() {
        place.shown.set(Shown::Reading(
            number(&progress, "position"),
            number(&progress, "size"),
        ));
        return;
    }
    let rows = get(data, "rows");
    if rows.is_object() {
        let id = number(data, "id") as u32;
        let (run, block) = (id / 64, (id % 64) as usize);
        if run == ASKED.get()
            && let Some(signal) = place.blocks.get(block)
        {
            signal.set(Array::from(&rows).iter().map(|found| row(&found)).collect());
        }
        return;
    }
    if let Ok(blob) = get(data, "saved").dyn_into::<web_sys::Blob>() {
        super::events::save(&blob, "estimates.csv");
        return;
    }
    let unread = text(data, "unread");
    if !unread.is_empty() {
        place.shown.set(Shown::Failed(
            ["The file could not be read on (", &unread, ")."].concat(),
            "Choose it again; where it changed or was moved meanwhile, the browser refuses it."
                .to_string(),
        ));
        place.ask_rows();
        return;
    }
    let (shown, word) = match text(data, "ended").as_str() {
        "done" => (Shown::Done, ""),
        "cancelled" => (Shown::Cancelled, "Cancelled. "),
        "refused" => (Shown::Refused, ""),
        _ => return,
    };
    let refused = shown == Shown::Refused;
    place.shown.set(shown);
    let said = place.tally.with_untracked(|tally| {
        if refused {
            tally.notices.first().map(|notice| notice.found.clone())
        } else {
            Some([word, &super::view::count(tally)].concat())
        }
    });
    place.said.set(said.unwrap_or_default());
    place.ask_rows();
}

fn fail(why: &str) {
    worker::stop();
    if let Some(place) = PLACE.get() {
        place.shown.set(Shown::Failed(
            ["The reader of tables could not start (", why, ")."].concat(),
            "Load the page again; with a network, once, it also works without one afterwards."
                .to_string(),
        ));
    }
}

impl Place {
    /// An empty place.
    pub fn new(home: &'static Loaded) -> Place {
        let place = Place {
            shown: RwSignal::new_local(Shown::Empty),
            tally: RwSignal::new_local(Tally::default()),
            title: RwSignal::new_local(String::new()),
            pasted: RwSignal::new_local(String::new()),
            dragged: RwSignal::new_local(false),
            order: RwSignal::new_local(("line".to_string(), false)),
            open: RwSignal::new_local(BTreeSet::new()),
            blocks: std::array::from_fn(|_| RwSignal::new_local(Vec::new())),
            many: RwSignal::new_local(2),
            said: RwSignal::new_local(String::new()),
            home,
        };
        PLACE.set(Some(place));
        place
    }

    /// Reads a table from its start.
    fn read(self, source: JsValue, size: f64) {
        ASKED.set(ASKED.get() + 1);
        for block in self.blocks {
            if block.with_untracked(|rows| !rows.is_empty()) {
                block.set(Vec::new());
            }
        }
        self.many.set(2);
        self.open.set(BTreeSet::new());
        self.order.set(("line".to_string(), false));
        self.tally.set(Tally::default());
        self.said.set(String::new());
        self.shown.set(Shown::Reading(0.0, size));
        let message = object(&[
            ("read", source),
            ("today", outside::today().into()),
            ("base", outside::base().into()),
        ]);
        worker::send(&message, hear, fail);
    }

    /// Reads a file; of `others` that came with it the title says that they wait.
    pub fn read_file(self, file: File, others: u32) {
        let mut title = file.name();
        if others > 0 {
            title.push_str(&format!(
                ", one of {} files: the others were not read, add them one at a time",
                others + 1
            ));
        }
        self.title.set(title);
        let size = file.size();
        self.read(file.into(), size);
    }

    /// Reads a text.
    pub fn read_text(self, text: &str) {
        self.title.set("the pasted table".to_string());
        self.read(text.into(), text.len() as f64);
    }

    /// Stops reading; what was read stays.
    pub fn cancel(self) {
        worker::send(&object(&[("cancel", JsValue::TRUE)]), hear, fail);
    }

    /// Asks for all results as a file.
    pub fn ask_saved(self) {
        worker::send(&object(&[("save", JsValue::TRUE)]), hear, fail);
    }

    /// Asks for the rows that are shown, in their order.
    pub fn ask_rows(self) {
        ASKED.set(ASKED.get() + 1);
        self.ask_blocks(0, self.many.get_untracked());
    }

    /// Asks for these blocks, each in a message of its own.
    fn ask_blocks(self, from: usize, to: usize) {
        let (by, descending) = self.order.get_untracked();
        let rows = self.tally.with_untracked(|tally| tally.rows);
        for block in from..to.min(MOST_BLOCKS) {
            if (block * BLOCK) as f64 >= rows {
                break;
            }
            let asked = object(&[
                ("by", by.as_str().into()),
                ("descending", descending.into()),
                ("from", ((block * BLOCK) as f64).into()),
                ("count", (BLOCK as f64).into()),
            ]);
            let id = f64::from(ASKED.get() * 64) + block as f64;
            worker::send(&object(&[("rows", asked), ("id", id.into())]), hear, fail);
        }
    }

    /// Shows a hundred more.
    pub fn show_more(self) {
        let many = self.many.get_untracked();
        let more = (many + 2).min(MOST_BLOCKS);
        self.many.set(more);
        self.ask_blocks(many, more);
    }
}
