//! Worked examples: each with its steps, the published figure beside ours, both methods compared; then a table of all.

use compute_core::catalog::{Catalog, Preset};
use compute_core::estimate::{Estimate, Headline, estimate};
use compute_core::link::{self, Place};
use compute_core::quantity;
use compute_core::request;
use compute_core::step::{Method, Step};
use compute_core::walkthrough::{ORDER, Walkthrough, walkthrough};
use compute_core::words;

use super::columns::Cell;
use super::csv::Sheet;
use super::grid::Hay;
use super::models::preset_link;
use super::prose::{self, Entry, section};
use super::screen::{Loaded, Screen};
use super::table::{Column, Group, Rows, Spec, Table, note, source};
use crate::html::{Node, Tag, div, p, spoken, tag};
use crate::number::{big, rich};

/// What an example is known for, behind its name.
fn known_for(id: &str) -> &'static str {
    match id {
        "alexnet" => "both methods on two game cards",
        "cnn-lstm-fcn" => "count by layers",
        "t5-11b" => "an encoder-decoder",
        "igpt-l" => "chip time alone",
        "gpt-3" => "both methods, and why they differ",
        "palm" => "phases on different numbers of chips",
        "lamda" => "hardware utilization",
        "deepseek-v3" => "a mixture of experts",
        "llama-3-1-405b" => "everything in print",
        "vgg16" => "a time printed as a range",
        "seq2seq" => "a recurrent network",
        "deepspeech2" => "time steps of sound",
        "nas" => "thousands of candidates",
        "glam" => "an early mixture of experts",
        "resnet-152" => "multiply-adds of a convolutional network",
        _ => "",
    }
}

/// How our figure stands to a published one, and whether they are far apart.
fn stands(ours: f64, published: f64) -> (String, bool) {
    let ratio = published / ours;
    let apart = (published / ours - 1.0).abs();
    if apart < 0.005 {
        return ("The same figure".to_string(), false);
    }
    if (0.5..2.0).contains(&ratio) {
        let word = if ratio > 1.0 { " higher" } else { " lower" };
        return (
            [&quantity::percent(apart, 2), word, " than ours"].concat(),
            false,
        );
    }
    let (times, word) = if ratio > 1.0 {
        (ratio, " times ours")
    } else {
        (1.0 / ratio, " times lower than ours")
    };
    ([&quantity::plain(times, 3), word].concat(), true)
}

// --- The exercise whose printed answer is wrong -------------------------------------------------------------------------

/// Operations of one image as the printed answer takes them: every value of the image times every value of the output.
const PRINTED_IMAGE: f64 = 2.0 * (400.0 * 400.0 * 5.0) * (200.0 * 200.0 * 16.0);
const IMAGES: f64 = 20.0;
const SEQUENCES: f64 = 10.0 * 100.0 * 128.0;

/// What the printed answer has at a step of the exercise.
fn printed(step: &str) -> Option<String> {
    let figure = |value| Some(quantity::figure(value, 3));
    match step {
        "conv-output" => figure(200.0),
        "conv" | "per-image" => figure(PRINTED_IMAGE),
        "lstm" | "head" => Some("neglected".to_string()),
        "per-sequence" | "forward" => figure(PRINTED_IMAGE * IMAGES),
        "passes" => figure(SEQUENCES),
        "forward-all" => figure(PRINTED_IMAGE * IMAGES * SEQUENCES),
        "total" => figure(3.0 * PRINTED_IMAGE * IMAGES * SEQUENCES),
        _ => None,
    }
}

fn where_they_part() -> Tag {
    div("verdict").set("data-verdict", "impossible").with(
        tag("p")
            .with(tag("b").class("lead").with("Where they part: the convolution."))
            .with(rich(
                " The printed figure takes every value of the image times every value of the output, as a fully connected layer would. A filter sees 5 × 5 × 5 values, not the image: 125 in place of 800\u{202f}000, a factor of 6400. Counted right, the LSTM is 89\u{202f}% of the work. Later editions of the article may have corrected the figure.",
            )),
    )
}

// --- One example ------------------------------------------------------------------------------------------------------------

struct Examples {
    loaded: Loaded,
    sheet: Sheet,
    table: &'static Table,
}

impl Examples {
    fn example(&self, shown: &Walkthrough, next: Option<&Walkthrough>) -> Tag {
        let preset = &shown.preset;
        let get = |column| {
            let row = self.sheet.find("id", preset.id);
            row.map_or("", |row| self.sheet.get(row, column))
        };
        let exercise = preset.id == "cnn-lstm-fcn";
        let title = [plain_name(preset), ": ", known_for(preset.id)].concat();
        let mut out = section(preset.id, &title).with(p("intro").with(rich(get("note"))));
        out = out.with(versus(shown));
        if let Some(agreement) = &shown.estimate.agreement {
            out = out.with(
                div("verdict")
                    .set("data-verdict", agreement.verdict.id())
                    .with(
                        tag("p")
                            .with(tag("b").class("lead").with(agreement.lead))
                            .with(rich(&agreement.rest)),
                    ),
            );
        }
        if exercise {
            out = out.with(where_they_part());
        }
        let several = shown.estimate.phases.len() > 1;
        for (steps, method) in [
            (&shown.counting, Method::Counting),
            (&shown.hardware, Method::Hardware),
            (&shown.comparison, Method::Comparison),
        ] {
            // Of the exercise, the printed answer has a column of its own.
            let steps: Vec<&Step> = steps
                .iter()
                .filter(|step| {
                    !(exercise
                        && method == Method::Counting
                        && ["published", "difference"].contains(&step.id))
                })
                .collect();
            if !steps.is_empty() {
                out = out.with(ladder(preset, &steps, method, exercise, several));
            }
        }
        let mut sources = p("note")
            .with("Inputs: ")
            .with(source(get("inputs_source")));
        let published = get("published_source");
        if !published.is_empty() {
            sources = sources.with(". Published figure: ").with(source(published));
        }
        let mut go = div("go").with(
            tag("a")
                .class("button first")
                .set(
                    "href",
                    preset_link(preset.name, preset.query, self.loaded.catalog),
                )
                .with("Change it in the calculator")
                .with(spoken([": ", plain_name(preset)].concat())),
        );
        if let Some(next) = next {
            go = go.with(
                tag("a")
                    .class("button")
                    .set("href", ["#", next.preset.id].concat())
                    .with(["Next: ", plain_name(&next.preset)].concat()),
            );
        }
        out.with(sources).with(go)
    }
}

/// A name without the remark behind it: `CNN-LSTM-FCN (exercise of the article)`.
fn plain_name(preset: &Preset) -> &'static str {
    preset.name.split(" (").next().unwrap_or(preset.name)
}

/// A figure in as many digits as it has, at most six.
fn precise(flop: f64) -> String {
    let text = quantity::ascii(flop, 6);
    let (digits, power) = text.split_once('e').unwrap_or((&text, "0"));
    let digits = digits.trim_end_matches('0').trim_end_matches('.');
    let power = quantity::superscript(power.parse().unwrap_or(0));
    quantity::with_unit(&[digits, "\u{202f}×\u{202f}10", &power].concat(), "FLOP")
}

/// Our figures and the published one, side by side.
fn versus(shown: &Walkthrough) -> Tag {
    let estimate = &shown.estimate;
    let figure = |class, head: String, value: f64, under: Vec<Node>| {
        div(class)
            .with(tag("h3").with(head))
            .with(p("big").with(big(&quantity::scientific(value, 2))))
            .with(p("small").with(under))
    };
    let ranged = |total: &compute_core::sum::Total| {
        if total.low < total.high {
            rich(
                &[
                    &quantity::with_unit(&quantity::range(total.low, total.high, 2), "FLOP"),
                    ", 90\u{202f}% range",
                ]
                .concat(),
            )
        } else {
            rich(&precise(total.value))
        }
    };
    let mut out = div("versus");
    if let Some(counting) = &estimate.counting {
        out = out.with(figure(
            "m1",
            "Counted here".to_string(),
            counting.total.value,
            ranged(&counting.total),
        ));
    }
    if let Some(hardware) = &estimate.hardware {
        out = out.with(figure(
            "m2",
            "By accelerator time".to_string(),
            hardware.total.value,
            ranged(&hardware.total),
        ));
    }
    if let (Some(published), Some(total)) = (shown.preset.published, estimate.flop()) {
        let (words, far) = stands(total.value, published);
        let exact = [". ", &precise(published)].concat();
        let mut under = vec![
            tag("b")
                .class(if far { "far" } else { "" })
                .with(words)
                .into(),
        ];
        under.extend(rich(&exact));
        out = out.with(figure(
            "theirs",
            ["Published: ", shown.preset.published_by].concat(),
            published,
            under,
        ));
    }
    out
}

/// The steps of a method: title and reason, formula and numbers, result.
fn ladder(preset: &Preset, steps: &[&Step], method: Method, exercise: bool, several: bool) -> Tag {
    let with_printed = exercise && method == Method::Counting;
    let (mark, name) = match method {
        Method::Counting => ("disc", "Count the operations"),
        Method::Hardware => ("square", "Accelerator time"),
        Method::Comparison => ("", "Side by side"),
    };
    let caption = tag("caption")
        .with(if mark.is_empty() {
            None
        } else {
            Some(tag("i").class(mark))
        })
        .with(name)
        .with(spoken([": ", plain_name(preset)].concat()));
    let mut head = tag("tr")
        .with(tag("th").set("scope", "col").with("Step"))
        .with(tag("th").set("scope", "col").with("With numbers"))
        .with(
            tag("th")
                .set("scope", "col")
                .class("num")
                .with(if with_printed {
                    "Counted here"
                } else {
                    "Result"
                }),
        );
    if with_printed {
        head = head.with(
            tag("th")
                .set("scope", "col")
                .class("num")
                .with("As printed"),
        );
    }
    let mut body = tag("tbody");
    let mut phase = None;
    let columns = if with_printed { "4" } else { "3" };
    for (at, step) in steps.iter().enumerate() {
        if several && method != Method::Comparison && step.phase != phase {
            phase = step.phase;
            let text = match step.phase {
                Some(number) => ["Phase ", &(number + 1).to_string()].concat(),
                None => "All phases".to_string(),
            };
            body = body.with(
                tag("tr").class("phase").with(
                    tag("th")
                        .set("colspan", columns)
                        .set("scope", "colgroup")
                        .with(text),
                ),
            );
        }
        let off = with_printed && step.id == "conv";
        let why = words::why(step);
        let (formula, numbers) = (step.expr.formula(), step.expr.substituted());
        let mut how = tag("td").class("how");
        if formula != numbers && !formula.is_empty() {
            how = how.with(tag("span").class("sub").with(rich(&formula)));
        }
        how = how.with(rich(&numbers));
        let title = [&(at + 1).to_string(), ". ", &words::title(step)].concat();
        let mut line = tag("tr")
            .class(if off { "off" } else { "" })
            .set("data-step", step.id)
            .with(
                tag("th")
                    .set("scope", "row")
                    .with(tag("b").with(title))
                    .with(tag("span").class("sub").with(rich(&why))),
            )
            .with(how)
            .with(
                tag("td")
                    .class(if step.id == "total" {
                        "num total"
                    } else {
                        "num"
                    })
                    .set("data-label", if with_printed { "Here" } else { "" })
                    .with(rich(&step.result(3))),
            );
        if with_printed {
            let text = printed(step.id);
            let cell = tag("td").class("num").set("data-label", "Printed");
            line = line.with(match text {
                Some(text) => cell.with(rich(&text)),
                None => cell.with(spoken("not given")),
            });
        }
        body = body.with(line);
    }
    tag("table")
        .class("ladder")
        .with(caption)
        .with(tag("thead").with(head))
        .with(body)
}

// --- The table of all ---------------------------------------------------------------------------------------------------------

const COLUMNS: [Column; 7] = [
    Column {
        id: "year",
        head: "Year",
        unit: "",
        number: true,
    },
    Column {
        id: "group",
        head: "Field",
        unit: "",
        number: false,
    },
    Column {
        id: "counted",
        head: "Counted",
        unit: "FLOP",
        number: true,
    },
    Column {
        id: "timed",
        head: "By time",
        unit: "FLOP",
        number: true,
    },
    Column {
        id: "published",
        head: "Published",
        unit: "FLOP",
        number: true,
    },
    Column {
        id: "ratio",
        head: "Ratio",
        unit: "published : ours",
        number: true,
    },
    Column {
        id: "by",
        head: "Published by",
        unit: "",
        number: false,
    },
];

struct All {
    catalog: &'static Catalog,
    sheet: Sheet,
    estimates: Vec<Estimate>,
}

impl All {
    fn preset(&self, row: usize) -> Option<&'static Preset> {
        self.catalog.presets.get(row)
    }
}

impl Rows for All {
    fn len(&self) -> usize {
        self.catalog.presets.len()
    }

    fn name(&self, row: usize) -> &'static str {
        self.preset(row).map_or("", |preset| preset.name)
    }

    fn cell(&self, row: usize, column: &'static str) -> Cell {
        let (Some(preset), Some(estimate)) = (self.preset(row), self.estimates.get(row)) else {
            return Cell::empty();
        };
        let figure = |value: Option<f64>| match value {
            Some(value) => Cell::number(value, quantity::scientific(value, 2)),
            None => Cell::empty(),
        };
        let total = |result: &compute_core::estimate::MethodResult| result.total.value;
        match column {
            "year" => match super::columns::number(preset.year) {
                Some(year) => Cell::number(year, preset.year.to_string()),
                None => Cell::empty(),
            },
            "group" => Cell::text(preset.group),
            "counted" => figure(estimate.counting.as_ref().map(total)),
            "timed" => figure(estimate.hardware.as_ref().map(total)),
            "published" => figure(preset.published),
            "ratio" => match (preset.published, estimate.flop()) {
                (Some(published), Some(ours)) => {
                    let ratio = published / ours.value;
                    Cell::number(ratio, quantity::plain(ratio, 3))
                }
                _ => Cell::empty(),
            },
            "by" => Cell::text(preset.published_by),
            _ => Cell::empty(),
        }
    }

    fn hay(&self, row: usize) -> Hay {
        let preset = self.preset(row);
        Hay::new(
            preset
                .into_iter()
                .flat_map(|preset| [preset.name, preset.id, preset.group, preset.year]),
        )
    }

    fn chosen(&self, _: usize) -> bool {
        true
    }

    fn action(&self, row: usize) -> Option<Tag> {
        let preset = self.preset(row)?;
        Some(
            tag("a")
                .set("href", preset_link(preset.name, preset.query, self.catalog))
                .with("Open")
                .with(spoken([" in the calculator: ", preset.name].concat())),
        )
    }

    fn detail(&self, row: usize) -> Vec<(&'static str, Vec<Node>)> {
        let (Some(preset), Some(estimate)) = (self.preset(row), self.estimates.get(row)) else {
            return Vec::new();
        };
        let get = |column| {
            let row = self.sheet.find("id", preset.id);
            row.map_or("", |row| self.sheet.get(row, column))
        };
        let mut out = vec![("About it", rich(get("note")))];
        if let Some(agreement) = &estimate.agreement {
            out.push(("The methods", rich(&agreement.sentence())));
        }
        out.push((
            "Ours is",
            vec![
                match estimate.headline {
                    Some(Headline::Counting) => "counted",
                    Some(Headline::Hardware) => "by accelerator time",
                    _ => "counted where possible, else by accelerator time",
                }
                .into(),
            ],
        ));
        out.push(("Inputs", source(get("inputs_source"))));
        out.push(("Published", source(get("published_source"))));
        out
    }
}

/// The place.
pub fn open(loaded: Loaded) -> &'static dyn Screen {
    let catalog = loaded.catalog;
    let estimates = catalog
        .presets
        .iter()
        .map(|preset| {
            let (address, _) = link::decode(preset.query, catalog);
            estimate(
                &address.form,
                &request::read(&address.form, catalog),
                catalog,
            )
        })
        .collect();
    let table = Table::new(
        Spec {
            label: "All worked examples",
            head: "Name",
            filter: "Filter by name, field or year",
            columns: &COLUMNS,
            sets: &[Group {
                name: "All",
                columns: &["year", "group", "counted", "timed", "published", "ratio"],
            }],
            sorted: ("year", true),
            limit: 100,
            download: "data/presets.csv",
            chosen: "",
        },
        Box::new(All {
            catalog,
            sheet: Sheet::read(loaded.file(0)),
            estimates,
        }),
    );
    Box::leak(Box::new(Examples {
        sheet: Sheet::read(loaded.file(0)),
        loaded,
        table,
    }))
}

impl Screen for Examples {
    fn view(&'static self) -> Vec<Node> {
        let shown: Vec<Walkthrough> = ORDER
            .iter()
            .filter_map(|id| walkthrough(id, self.loaded.catalog))
            .collect();
        let mut entries: Vec<Entry> = shown
            .iter()
            .map(|one| Entry {
                id: one.preset.id,
                name: plain_name(&one.preset).to_string(),
                note: if one.preset.id == "cnn-lstm-fcn" {
                    "an exercise".to_string()
                } else {
                    one.preset.year.to_string()
                },
            })
            .collect();
        entries.push(Entry {
            id: "all",
            name: "All examples".to_string(),
            note: [&self.loaded.catalog.presets.len().to_string(), " rows"].concat(),
        });
        let mut text: Vec<Node> = shown
            .iter()
            .enumerate()
            .map(|(at, one)| self.example(one, shown.get(at + 1)).into())
            .collect();
        text.push(
            section("all", "All examples")
                .with(
                    p("").with("Every example by both methods, where its inputs allow, beside the figure somebody published. “Open” puts it in the calculator."),
                )
                .with(self.table.tools(None))
                .with(self.table.view())
                .with(note("A ratio above 1: what was published is higher. Ours is the count where there is one, else the accelerator time."))
                .into(),
        );
        vec![
            tag("h1").with("Worked examples").into(),
            p("intro")
                .with("Each with its steps, as the calculator prints them, beside the published figure. The figures are computed here, from the inputs named. ")
                .with(
                    tag("a")
                        .set("href", self.loaded.to(Place::Method))
                        .with("How the methods work"),
                )
                .with(".")
                .into(),
            prose::with_contents("Examples", &entries, text).into(),
        ]
    }

    fn shown(&'static self) {
        self.table.fill();
        self.table.fit();
        prose::follow();
    }

    fn act(&'static self, verb: &str, about: &str) {
        self.table.act(verb, about);
    }

    fn typed(&'static self, name: &str, text: &str) {
        self.table.typed(name, text);
    }

    fn chose(&'static self, name: &str, value: &str) {
        self.table.chose(name, value);
        prose::chose(name, value);
    }

    fn sized(&'static self) {
        self.table.fit();
        prose::follow();
    }

    fn scrolled(&'static self) {
        prose::follow();
    }
}
