//! What the place holds, and how a change of it becomes a question to the worker.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use compute_core::catalog::Catalog;
use compute_core::quantity::{self, QuantityKind};
use gloo::utils::window;
use js_sys::Array;
use leptos::prelude::*;
use wasm_bindgen::JsValue;
use web_sys::File;

use super::builder::{Builder, Layer, Place as Spot};
use super::model::{Column, Count};
use super::read::{self, Kind};
use super::worker::{self, Failure, Progress};
use crate::outside::{self, Pause};
use crate::place::Loaded;

/// What is counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Source {
    /// Files.
    #[default]
    Files,
    /// Text of a config.json.
    Text,
    /// A list of layers.
    Layers,
}

/// The question.
#[derive(Clone, Debug)]
pub struct Stand {
    /// What is counted.
    pub from: Source,
    /// Names and sizes of the files.
    pub files: Vec<(String, u64)>,
    /// The pasted text.
    pub text: String,
    /// Sequence length, as typed.
    pub seq: String,
    /// Batch, as typed.
    pub batch: String,
    /// `text`, `vision`, `audio`, or empty.
    pub part: String,
    /// Class, as typed.
    pub class: String,
    /// Values of what a file leaves open, by name, as typed.
    pub given: BTreeMap<String, String>,
    /// What this model has asked for: name and why. It stays when it is given.
    pub asked: Vec<(String, String)>,
    /// The list of layers.
    pub builder: Builder,
    /// The catalogue of layers; empty until the worker has told it.
    pub kinds: Rc<Vec<Kind>>,
    /// The layer whose fields are open.
    pub open: Option<Spot>,
    /// Kind of the layer that would be added.
    pub adding: String,
    /// A field of a layer that does not read: place and field.
    pub wrong: Option<(Spot, String)>,
    /// Whether the list of layers is longer than an address can carry.
    pub too_long: bool,
    /// Whether something is dragged over the page.
    pub dragged: bool,
}

impl Default for Stand {
    fn default() -> Stand {
        Stand {
            from: Source::Files,
            files: Vec::new(),
            text: String::new(),
            seq: String::new(),
            batch: String::new(),
            part: String::new(),
            class: String::new(),
            given: BTreeMap::new(),
            asked: Vec::new(),
            builder: Builder::default(),
            kinds: Rc::default(),
            open: None,
            adding: "linear".to_string(),
            wrong: None,
            too_long: false,
            dragged: false,
        }
    }
}

/// What the page shows of the answer.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Shown {
    /// Nothing was given.
    #[default]
    Empty,
    /// Files are read.
    Reading(Option<Progress>),
    /// A count, or several.
    Done,
    /// It cannot be counted.
    Refused(Failure),
    /// The reader ended it.
    Cancelled,
}

/// What is trained, for training FLOP.
#[derive(Clone, Debug, PartialEq)]
pub struct Training {
    /// `all`, `lora`, `frozen`, `forward`.
    pub mode: String,
    /// Rank, as typed.
    pub rank: String,
    /// Kinds that get adapters; empty: the usual.
    pub targets: BTreeSet<String>,
    /// Parts that are frozen.
    pub frozen: BTreeSet<String>,
    /// `none`, `attention`, `full`.
    pub recompute: String,
    /// Whether the masked half is left out.
    pub causal: bool,
}

impl Default for Training {
    fn default() -> Training {
        Training {
            mode: "all".into(),
            rank: "16".into(),
            targets: BTreeSet::new(),
            frozen: BTreeSet::new(),
            recompute: "none".into(),
            causal: false,
        }
    }
}

/// Training FLOP as the module tells it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Trained {
    /// Forward FLOP, adapters included.
    pub forward: u128,
    /// Model FLOP.
    pub training: u128,
    /// Executed FLOP.
    pub executed: u128,
    /// Backward over forward.
    pub ratio: f64,
    /// Parameters trained.
    pub parameters: u128,
    /// Lines of the reckoning: title, formula, value.
    pub steps: Vec<(String, String, u128)>,
    /// Remarks.
    pub remarks: Vec<String>,
}

/// The answer.
#[derive(Clone, Debug, Default)]
pub struct Found {
    /// What is shown.
    pub shown: Shown,
    /// Counts by the name of their file; several where several models were given.
    pub counts: Vec<(String, Result<Count, Failure>)>,
    /// Which of them is looked at.
    pub chosen: usize,
    /// What the table is sorted by.
    pub sort: Column,
    /// From large to small.
    pub falling: bool,
    /// Rows whose formula is open.
    pub open: BTreeSet<usize>,
    /// Whether all rows of a long table are shown.
    pub all: bool,
    /// What is trained.
    pub training: Training,
    /// Training FLOP.
    pub trained: Option<Result<Trained, Failure>>,
    /// Said aloud when it changes.
    pub said: String,
}

impl Found {
    /// The count that was looked at last, while a file is read again as well.
    pub fn last(&self) -> Option<&Count> {
        self.counts.get(self.chosen)?.1.as_ref().ok()
    }

    /// The count that is looked at.
    pub fn count(&self) -> Option<&Count> {
        match self.shown {
            Shown::Done => self.counts.get(self.chosen)?.1.as_ref().ok(),
            _ => None,
        }
    }
}

thread_local! {
    static FILES: RefCell<Vec<File>> = const { RefCell::new(Vec::new()) };
    /// The counts as the module gave them.
    static RAW: RefCell<Vec<JsValue>> = const { RefCell::new(Vec::new()) };
    /// Numbers of the last question for a count and for training: later answers to earlier ones are dropped.
    static ASKED: Cell<(u32, u32)> = const { Cell::new((0, 0)) };
    static TYPING: Pause = const { Pause::new() };
}

/// Typing is answered at this pause.
const TYPING_MS: u32 = 250;

/// The place's two signals: question and answer. They live on the one thread of the page.
#[derive(Clone, Copy)]
pub struct Place {
    /// The question.
    pub stand: RwSignal<Stand, LocalStorage>,
    /// The answer.
    pub found: RwSignal<Found, LocalStorage>,
    /// What the address says: links to the calculator keep it.
    pub home: &'static Loaded,
}

/// A whole number as typed, by the same reader as every field; `None` where it is none, or not whole.
pub fn whole(text: &str) -> Option<u64> {
    let reading = quantity::read(QuantityKind::Count, text, &Catalog::default()).ok()?;
    let number = reading.value;
    (number.fract() == 0.0 && (0.0..=9.0e15).contains(&number) && reading.low == reading.high)
        .then_some(number as u64)
}

impl Place {
    /// An empty place.
    pub fn new(home: &'static Loaded) -> Place {
        Place {
            stand: RwSignal::new_local(Stand::default()),
            found: RwSignal::new_local(Found::default()),
            home,
        }
    }

    /// The list of the article, in place of the one there is.
    pub fn open_article(self) {
        worker::call(
            "articleLayers",
            &Array::new(),
            None,
            move |answer| match answer {
                Ok(value) => self.replace_layers(read::layers(&value)),
                Err(failure) => self.refuse(failure),
            },
        );
    }

    /// Takes up the layers of the address, if it has any.
    pub fn open_link(self) {
        let hash = window().location().hash().unwrap_or_default();
        let Some(packed) = hash.strip_prefix("#layers=").map(str::to_string) else {
            return;
        };
        self.stand.update(|stand| stand.from = Source::Layers);
        self.load_kinds();
        let args = Array::of1(&packed.as_str().into());
        worker::call("decodeLayers", &args, None, move |answer| match answer {
            Ok(value) => {
                let size = |key| Some(read::number(&value, key)).filter(|size| *size >= 1.0);
                self.stand.update(|stand| {
                    let typed =
                        |key| size(key).map_or(String::new(), |size| (size as u64).to_string());
                    stand.seq = typed("sequenceLength");
                    stand.batch = typed("batch");
                });
                self.replace_layers(read::layers(&value));
            }
            Err(failure) => self.refuse(failure),
        });
    }

    /// Puts another list in place of the one there is; it can be undone.
    pub fn replace_layers(self, layers: Vec<Layer>) {
        self.stand.update(|stand| {
            stand.open = None;
            if stand.builder.layers.is_empty() && !stand.builder.can_undo() {
                stand.builder = Builder::of(layers);
            } else {
                stand.builder.change("", |all| *all = layers);
            }
        });
        self.ask();
    }

    /// Asks for the catalogue once.
    pub fn load_kinds(self) {
        if !self.stand.with_untracked(|stand| stand.kinds.is_empty()) {
            return;
        }
        worker::call(
            "layerKinds",
            &Array::new(),
            None,
            move |answer| match answer {
                Ok(value) => self
                    .stand
                    .update(|stand| stand.kinds = Rc::new(read::kinds(&value))),
                Err(failure) => self.refuse(failure),
            },
        );
    }

    /// Takes files in place of those before.
    pub fn take_files(self, files: Vec<File>) {
        if files.is_empty() {
            return;
        }
        let names = files
            .iter()
            .map(|file| (file.name(), file.size() as u64))
            .collect();
        FILES.set(files);
        self.stand.update(|stand| {
            stand.from = Source::Files;
            stand.files = names;
            stand.forget();
        });
        self.found
            .update(|found| found.training = Training::default());
        self.ask();
    }

    /// Asks after a pause in typing.
    pub fn ask_soon(self) {
        TYPING.with(|pause| pause.wait(TYPING_MS, move || self.ask()));
    }

    fn refuse(self, failure: Failure) {
        self.found.update(|found| {
            found.said = [&failure.found, " ", &failure.remedy].concat();
            found.counts.clear();
            found.trained = None;
            found.shown = Shown::Refused(failure);
        });
    }

    /// Ends the reading.
    pub fn cancel(self) {
        worker::stop();
        next(true);
        self.found.update(|found| {
            found.counts.clear();
            found.trained = None;
            found.shown = Shown::Cancelled;
            found.said = "Cancelled. Nothing was counted.".into();
        });
    }

    /// Asks for the count.
    pub fn ask(self) {
        TYPING.with(Pause::stop);
        let stand = self.stand.get_untracked();
        let mine = next(true);
        let options = stand.options();
        let Some(options) = options else {
            // The message stands at its field; the answer before stays.
            return;
        };
        let (call, args, empty) = match stand.from {
            Source::Files => {
                let files: Array = FILES.with_borrow(|files| files.iter().collect());
                let empty = files.length() == 0;
                ("files", Array::of2(&files, &options), empty)
            }
            Source::Text => (
                "count",
                Array::of2(&stand.text.as_str().into(), &options),
                stand.text.trim().is_empty(),
            ),
            Source::Layers => {
                let json = stand.list();
                self.stand
                    .update(|stand| stand.wrong = json.as_ref().err().cloned());
                let Ok(json) = json else { return };
                self.write_link(&json);
                (
                    "countLayers",
                    Array::of2(&json.as_str().into(), &options),
                    stand.builder.layers.is_empty(),
                )
            }
        };
        if empty {
            self.found.update(|found| {
                found.shown = Shown::Empty;
                found.counts.clear();
                found.trained = None;
            });
            return;
        }
        let is_file = stand.from == Source::Files;
        if is_file
            || self
                .found
                .with_untracked(|found| found.shown != Shown::Done)
        {
            self.found.update(|found| {
                found.shown = Shown::Reading(None);
                found.said = String::new();
            });
        }
        let watch: Option<Rc<dyn Fn(Progress)>> = is_file.then(|| {
            let watch = move |progress| {
                if ASKED.get().0 == mine {
                    self.found
                        .update(|found| found.shown = Shown::Reading(Some(progress)));
                }
            };
            Rc::new(watch) as Rc<dyn Fn(Progress)>
        });
        worker::call(call, &args, watch, move |answer| {
            if ASKED.get().0 != mine {
                return;
            }
            match answer {
                Ok(value) => self.show(value),
                Err(failure) => self.refuse(failure),
            }
        });
    }

    fn show(self, value: JsValue) {
        let mut raw = Vec::new();
        let mut counts = Vec::new();
        if Array::is_array(&value) {
            for one in Array::from(&value).iter() {
                let own = js_sys::Reflect::get(&one, &"value".into()).unwrap_or(JsValue::UNDEFINED);
                let result = if own.is_object() {
                    Ok(read::count(&own))
                } else {
                    Err(Failure::read(
                        &js_sys::Reflect::get(&one, &"error".into()).unwrap_or(JsValue::UNDEFINED),
                    ))
                };
                counts.push((read::text(&one, "name"), result));
                raw.push(own);
            }
        } else {
            let count = read::count(&value);
            counts.push((count.name.clone(), Ok(count)));
            raw.push(value);
        }
        RAW.set(raw);
        let first = counts
            .iter()
            .position(|(_, result)| result.is_ok())
            .unwrap_or(0);
        let same = self.found.with_untracked(|found| {
            found.shown == Shown::Done
                && found.counts.len() == counts.len()
                && found.counts.len() > 1
        });
        self.found.update(|found| {
            if !same {
                found.chosen = first;
                found.open.clear();
                found.all = false;
            }
            found.counts = counts;
            found.shown = Shown::Done;
        });
        self.chosen();
    }

    /// Looks at another of several counts.
    pub fn choose(self, at: usize) {
        self.found.update(|found| {
            found.chosen = at;
            found.open.clear();
        });
        self.chosen();
    }

    /// What follows from the count that is looked at.
    fn chosen(self) {
        let asked = self.found.with_untracked(|found| {
            found
                .count()
                .map(|count| count.needs.clone())
                .unwrap_or_default()
        });
        self.stand.update(|stand| {
            for need in asked {
                if !stand.asked.iter().any(|(name, _)| *name == need.0) {
                    stand.asked.push(need);
                }
            }
        });
        self.found.update(|found| {
            found.said = match found.count() {
                Some(count) if !count.needs.is_empty() => {
                    "Counted in part: some values are still needed.".to_string()
                }
                Some(count) => format!(
                    "Counted: {} parameters, {} FLOP forward.",
                    quantity::words(count.parameters as f64, 3),
                    quantity::words(count.forward as f64, 3)
                ),
                None => String::new(),
            };
        });
        self.ask_training();
        self.pack();
    }

    /// Makes the fragment with which a link to the calculator keeps the count beside the estimate.
    fn pack(self) {
        let Some(table) = self
            .found
            .with_untracked(|found| found.count().and_then(read::packable))
        else {
            return;
        };
        let list = self.stand.with_untracked(|stand| {
            (stand.from == Source::Layers)
                .then(|| stand.list().ok())
                .flatten()
        });
        let (key, text) = match list {
            Some(list) => ("#layers=", list),
            None => ("#count=", table),
        };
        let mine = ASKED.get().0;
        let at = self.found.with_untracked(|found| found.chosen);
        worker::call(
            "encodeLayers",
            &Array::of1(&text.into()),
            None,
            move |answer| {
                if ASKED.get().0 != mine {
                    return;
                }
                self.found.update(|found| {
                    if let Some((_, Ok(count))) = found.counts.get_mut(at) {
                        match answer {
                            Ok(packed) => {
                                count.fragment =
                                    [key, &packed.as_string().unwrap_or_default()].concat();
                            }
                            Err(_) => count.too_long = true,
                        }
                    }
                });
            },
        );
    }

    /// The count as the module gave it.
    pub fn raw(self) -> JsValue {
        let chosen = self.found.with_untracked(|found| found.chosen);
        RAW.with_borrow(|raw| raw.get(chosen).cloned().unwrap_or(JsValue::UNDEFINED))
    }

    /// Asks for the training FLOP.
    pub fn ask_training(self) {
        let mine = next(false);
        let raw = self.raw();
        if self.found.with_untracked(|found| found.count().is_none()) || !raw.is_object() {
            return;
        }
        let training = self.found.with_untracked(|found| found.training.clone());
        let rank = whole(&training.rank).filter(|rank| *rank > 0);
        if training.mode == "lora" && rank.is_none() {
            self.found.update(|found| {
                found.trained = Some(Err(Failure {
                    code: "rank-out-of-range".into(),
                    found: format!("The rank “{}” is no whole number above 0.", training.rank),
                    remedy: "Type one like 16.".into(),
                }));
            });
            return;
        }
        let options = read::object(&[
            ("mode", training.mode.as_str().into()),
            (
                "rank",
                rank.map_or(JsValue::UNDEFINED, |rank| JsValue::from_f64(rank as f64)),
            ),
            ("targets", read::texts(training.targets.iter())),
            ("frozen", read::texts(training.frozen.iter())),
            ("recompute", training.recompute.as_str().into()),
            ("causal", training.causal.into()),
        ]);
        worker::call(
            "trainingFlop",
            &Array::of2(&raw, &options),
            None,
            move |answer| {
                if ASKED.get().1 != mine {
                    return;
                }
                let trained = answer.map(|value| Trained {
                    forward: read::exact(&value, "forwardFlop"),
                    training: read::exact(&value, "trainingFlop"),
                    executed: read::exact(&value, "executedFlop"),
                    ratio: read::number(&value, "backwardRatio"),
                    parameters: read::number(&value, "trainableParameters") as u128,
                    steps: read::list(&value, "steps")
                        .iter()
                        .map(|step| {
                            (
                                read::text(&step, "title"),
                                read::text(&step, "formula"),
                                read::exact(&step, "value"),
                            )
                        })
                        .collect(),
                    remarks: read::list(&value, "problems")
                        .iter()
                        .map(|problem| read::text(&problem, "message"))
                        .collect(),
                });
                self.found.update(|found| found.trained = Some(trained));
            },
        );
    }

    /// Writes the list of layers into the address, so that the address is the link.
    fn write_link(self, json: &str) {
        if self
            .stand
            .with_untracked(|stand| stand.builder.layers.is_empty())
        {
            outside_hash("");
            return;
        }
        worker::call(
            "encodeLayers",
            &Array::of1(&json.into()),
            None,
            move |answer| {
                let layers = self
                    .stand
                    .with_untracked(|stand| stand.from == Source::Layers);
                if !layers {
                    return;
                }
                let long = answer.is_err();
                if self.stand.with_untracked(|stand| stand.too_long != long) {
                    self.stand.update(|stand| stand.too_long = long);
                }
                // A list that is too long leaves none behind, rather than one of before.
                let packed = answer.ok().and_then(|packed| packed.as_string());
                outside_hash(
                    &packed.map_or(String::new(), |packed| ["#layers=", &packed].concat()),
                );
            },
        );
    }
}

/// Puts a fragment behind the address as it stands.
fn outside_hash(fragment: &str) {
    let address = [&outside::base(), "?", &outside::query(), fragment].concat();
    if let Ok(history) = window().history() {
        // Refused in an opaque origin and beyond a browser's rate: the address then stays as it was.
        // What the entry remembers, how far the page was scrolled, stays.
        let kept = history.state().unwrap_or(JsValue::NULL);
        let _ = history.replace_state_with_url(&kept, "", Some(&address));
    }
}

/// The number of a new question.
fn next(count: bool) -> u32 {
    let (counts, trainings) = ASKED.get();
    let new = if count {
        counts.wrapping_add(1)
    } else {
        trainings.wrapping_add(1)
    };
    ASKED.set(if count {
        (new, trainings.wrapping_add(1))
    } else {
        (counts, new)
    });
    new
}

impl Stand {
    /// Forgets what belonged to the model before.
    pub fn forget(&mut self) {
        self.given.clear();
        self.asked.clear();
        self.part.clear();
        self.class.clear();
    }

    /// The list of layers as JSON, with the sizes that it is counted at.
    ///
    /// # Errors
    /// Place and field of a layer's text that is no whole number.
    fn list(&self) -> Result<String, (Spot, String)> {
        let mut json = self.builder.json(&whole)?;
        for (key, text) in [("sequenceLength", &self.seq), ("batch", &self.batch)] {
            if let Some(size) = whole(text).filter(|size| *size > 0) {
                json.pop();
                json.push_str(&format!(",\"{key}\":{size}}}"));
            }
        }
        Ok(json)
    }

    /// The options of the count; `None` while a field does not read.
    fn options(&self) -> Option<JsValue> {
        let size = |text: &str| match text.trim() {
            "" => Some(JsValue::UNDEFINED),
            text => whole(text)
                .filter(|n| *n > 0)
                .map(|n| JsValue::from_f64(n as f64)),
        };
        let word = |text: &str| {
            if text.trim().is_empty() {
                JsValue::UNDEFINED
            } else {
                text.trim().into()
            }
        };
        let mut inputs = Vec::new();
        for (name, text) in &self.given {
            let value = sizes(text)?;
            if value.length() > 0 {
                inputs.push((name.as_str(), JsValue::from(value)));
            }
        }
        let plain = self.from != Source::Layers;
        Some(read::object(&[
            ("sequenceLength", size(&self.seq)?),
            ("batch", size(&self.batch)?),
            (
                "part",
                if plain {
                    word(&self.part)
                } else {
                    JsValue::UNDEFINED
                },
            ),
            (
                "class",
                if plain {
                    word(&self.class)
                } else {
                    JsValue::UNDEFINED
                },
            ),
            ("inputs", read::object(&inputs)),
        ]))
    }
}

/// One size, or the sizes of a shape, as typed: `128`, `1, 3, 224, 224`, `1 x 3 x 224 x 224`. `None` where one does not read.
pub fn sizes(text: &str) -> Option<Array> {
    let text = text.trim().trim_matches(['[', ']', '(', ')']);
    if text.trim().is_empty() {
        return Some(Array::new());
    }
    text.split([',', 'x', '×', ';'])
        .map(|part| whole(part).map(|n| JsValue::from_f64(n as f64)))
        .collect()
}
