//! Utilization from what was measured: runs on the same chip, a throughput, a benchmark of known work.

use compute_core::calibration;
use compute_core::catalog::{Catalog, Format};
use compute_core::field::{Field, Slot};
use compute_core::form::Form;
use compute_core::quantity::{self, QuantityKind};
use compute_core::request;
use leptos::prelude::*;

use super::desk::{Desk, input, refusal};
use crate::html::{Node, Tag, button, div, heads, p, tag};

/// Rows of runs shown before the rest is asked for.
const ROWS: usize = 8;

/// What was typed here.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Stand {
    /// Which phase, from 0.
    pub phase: u8,
    /// Whether all runs are shown.
    pub all: bool,
    /// Texts by the name of their input.
    texts: Vec<(String, String)>,
}

impl Stand {
    fn get(&self, name: &str) -> Option<&str> {
        let found = self.texts.iter().find(|(key, _)| key == name);
        found.map(|(_, text)| text.as_str())
    }
}

/// Text typed into an input of this tool.
pub fn typed(desk: Desk, name: &str, text: String) {
    desk.said.set(String::new());
    desk.calibrate.update(|stand| {
        stand.texts.retain(|(key, _)| key != name);
        stand.texts.push((name.to_string(), text));
    });
}

/// The chip of a phase, and the peak that every share here is of.
struct Chip {
    row: Option<usize>,
    format: Option<Format>,
    /// FLOP/s of one chip.
    peak: Option<f64>,
    /// Whether the peak is the table's: measured runs are shares of that one alone.
    tabled: bool,
    /// In words: `A100 SXM4 40GB, bf16`.
    name: String,
}

fn chip(form: &Form, phase: u8, catalog: &Catalog) -> Chip {
    let text = |field| form.get(Slot::new(field, phase)).trim().to_string();
    let row = quantity::read_accelerator(&text(Field::Accelerator), catalog)
        .ok()
        .map(|reading| reading.index);
    let accelerator = row.and_then(|row| catalog.accelerators.get(row));
    let format = Format::from_id(&text(Field::Format))
        .or_else(|| accelerator.and_then(|chip| chip.default_format));
    let tabled = accelerator
        .zip(format)
        .and_then(|(chip, format)| chip.peak(format));
    let typed = quantity::read(QuantityKind::FlopPerSecond, &text(Field::Peak), catalog)
        .ok()
        .map(|reading| reading.value);
    // What the estimate itself takes, typical peaks of a year included.
    let taken = request::read(form, catalog)
        .phases
        .get(usize::from(phase))
        .and_then(|phase| phase.hardware.complete())
        .map(|hardware| hardware.peak.value.value);
    let mut name = accelerator.map_or("", |chip| chip.short).to_string();
    if let Some(format) = format {
        if !name.is_empty() {
            name += ", ";
        }
        name += format.id();
    }
    let peak = typed.or(taken).or(tabled);
    Chip {
        row,
        format,
        peak,
        tabled: peak
            .zip(tabled)
            .is_some_and(|(peak, tabled)| (peak / tabled - 1.0).abs() < 1e-9),
        name,
    }
}

/// The tool.
pub fn view(desk: Desk, catalog: &'static Catalog) -> Vec<Node> {
    let form = desk.form();
    let stand = desk.calibrate.get();
    let phase = if usize::from(stand.phase) < form.phases() {
        stand.phase
    } else {
        0
    };
    let chip = chip(&form, phase, catalog);
    let mut out: Vec<Node> = Vec::new();
    if form.phases() > 1 {
        let mut choice = tag("select")
            .set("id", "tool-phase")
            .set("name", "tool-phase");
        for at in 0..form.phases() {
            let kind = form.kind(at).label();
            choice = choice.with(
                tag("option")
                    .set("value", at.to_string())
                    .with([&quantity::integer(at as i64 + 1), ": ", kind].concat()),
            );
        }
        out.push(
            div("field tool-narrow")
                .with(div("label").with(tag("label").set("for", "tool-phase").with("Phase")))
                .with(choice.value(&phase.to_string()))
                .into(),
        );
    }
    out.push(match chip.peak {
        Some(peak) => p("note")
            .with(
                [
                    "Every share here is of ",
                    &quantity::rate(peak, 4),
                    ", the peak of one chip in the form",
                    if chip.name.is_empty() { "" } else { ": " },
                    &chip.name,
                    ".",
                ]
                .concat(),
            )
            .into(),
        None => refusal(
            "The form has no chip and no peak yet: choose an accelerator there, or type its peak.",
        )
        .into(),
    });
    out.push(runs(&chip, &form, phase, &stand, catalog).into());
    out.push(throughput(&chip, &form, phase, &stand, catalog).into());
    out.push(benchmark(&chip, &form, phase, &stand, catalog).into());
    out
}

fn value(
    form: &Form,
    field: Field,
    phase: u8,
    kind: QuantityKind,
    catalog: &Catalog,
) -> Option<f64> {
    quantity::read(kind, form.get(Slot::new(field, phase)), catalog)
        .ok()
        .map(|reading| reading.value)
}

fn runs(chip: &Chip, form: &Form, phase: u8, stand: &Stand, catalog: &'static Catalog) -> Tag {
    let out = tag("section").with(tag("h3").with("Measured runs on this chip"));
    let (Some(row), Some(format)) = (chip.row, chip.format) else {
        return out.with(
            p("note").with("Choose an accelerator of the table in the form to see its runs."),
        );
    };
    if !chip.tabled {
        return out.with(p("note").with(
            "The peak in the form is another than the table’s, and a share of one peak is not a share of another: empty the field “peak” to use these runs.",
        ));
    }
    let parameters = value(form, Field::Active, phase, QuantityKind::Count, catalog)
        .or_else(|| value(form, Field::Parameters, phase, QuantityKind::Count, catalog));
    let runs = calibration::runs_on(catalog, row, format, parameters);
    if runs.is_empty() {
        return out.with(
            p("note").with(
                [
                    "No run measured in ",
                    format.id(),
                    " on this chip is in the table.",
                ]
                .concat(),
            ),
        );
    }
    let mut body = tag("tbody");
    let shown = if stand.all { runs.len() } else { ROWS };
    for run in runs.iter().take(shown) {
        let Some(mfu) = run.mfu else { continue };
        let share = quantity::percent(mfu, 3);
        let known = |number: Option<f64>| {
            number.map_or("–".to_string(), |number| quantity::plain(number, 3))
        };
        body = body.with(
            tag("tr")
                .with(tag("th").set("scope", "row").with(run.run).with(
                    tag("span").class("sub").with(if run.whole_run {
                        "whole run"
                    } else {
                        "steady state"
                    }),
                ))
                .with(
                    tag("td")
                        .class("num")
                        .set("data-label", "Chips")
                        .with(known(run.chips)),
                )
                .with(
                    tag("td").class("num").set("data-label", "Parameters").with(
                        run.parameters
                            .map_or("–".to_string(), |number| quantity::words(number, 3)),
                    ),
                )
                .with(
                    tag("td")
                        .class("num")
                        .set("data-label", "MFU")
                        .with(share.clone()),
                )
                .with(
                    tag("td").with(
                        button("text", "tool-util", [&share, "\n", run.run].concat())
                            .set("aria-label", ["Use ", &share, " of ", run.run].concat())
                            .with("Use"),
                    ),
                ),
        );
    }
    let heads = heads(&[
        ("Run", ""),
        ("Chips", "num"),
        ("Parameters", "num"),
        ("MFU", "num"),
    ])
    .with(tag("td"));
    let mut out = out.with(
        tag("table")
            .class("plain stack")
            .with(tag("thead").with(heads))
            .with(body),
    );
    let mut row = div("tool-row");
    if let Some((low, high)) = calibration::range_of(&runs) {
        let range = [
            &quantity::percent(low, 2),
            " to ",
            &quantity::percent(high, 2),
        ]
        .concat();
        let from = [
            &range,
            "\nthe 5 to 95 % range of ",
            &quantity::integer(runs.len() as i64),
            " measured runs",
        ]
        .concat();
        row = row.with(
            button("button slim", "tool-util", from).with(["Use their range: ", &range].concat()),
        );
    }
    if runs.len() > ROWS {
        row = row.with(
            button("text", "tool-all", "")
                .state("aria-expanded", stand.all)
                .with(if stand.all {
                    "Only the nearest in size".to_string()
                } else {
                    ["All ", &quantity::integer(runs.len() as i64), " runs"].concat()
                }),
        );
    }
    out = out.with(row);
    out
}

/// Inputs of a form part: the texts, read, with a message under each that does not read.
struct Inputs<'a> {
    stand: &'a Stand,
    form: &'a Form,
    phase: u8,
    catalog: &'static Catalog,
    grid: Tag,
}

impl Inputs<'_> {
    /// Adds an input; what the form holds stands in it until something is typed. Returns its value.
    fn take(
        &mut self,
        name: &'static str,
        label: &'static str,
        kind: QuantityKind,
        from: Option<Field>,
    ) -> Option<f64> {
        let key = ["tool-", name].concat();
        let text = match (self.stand.get(&key), from) {
            (Some(typed), _) => typed.to_string(),
            (None, Some(field)) => self.form.get(Slot::new(field, self.phase)).to_string(),
            (None, None) => String::new(),
        };
        let read = (!text.trim().is_empty()).then(|| quantity::read(kind, &text, self.catalog));
        let (value, under) = match read {
            Some(Ok(reading)) => (
                Some(reading.value),
                p("echo").with(["= ", &reading.echo].concat()),
            ),
            Some(Err(wrong)) => (
                None,
                p("echo tool-wrong").with([&wrong.message, " ", &wrong.remedy].concat()),
            ),
            None => (None, p("echo")),
        };
        let grid = std::mem::replace(&mut self.grid, div(""));
        self.grid = grid.with(input(name, label, &text, Some(under)));
        value.filter(|value| *value > 0.0)
    }
}

fn throughput(
    chip: &Chip,
    form: &Form,
    phase: u8,
    stand: &Stand,
    catalog: &'static Catalog,
) -> Tag {
    let mut inputs = Inputs {
        stand,
        form,
        phase,
        catalog,
        grid: div("grid"),
    };
    let size = if form.get(Slot::new(Field::Active, phase)).trim().is_empty() {
        Field::Parameters
    } else {
        Field::Active
    };
    let tokens = inputs.take("tokens", "Tokens/s per chip", QuantityKind::Count, None);
    let parameters = inputs.take(
        "params",
        "Parameters at work",
        QuantityKind::Count,
        Some(size),
    );
    let layers = inputs.take("layers", "Layers", QuantityKind::Count, Some(Field::Depth));
    let width = inputs.take("width", "Width", QuantityKind::Count, Some(Field::Width));
    let length = inputs.take(
        "length",
        "Sequence length",
        QuantityKind::Count,
        Some(Field::SequenceLength),
    );
    let attention = match (layers, width, length) {
        (Some(layers), Some(width), Some(length)) => Some((layers, width, length)),
        _ => None,
    };
    let share = match (tokens, parameters, chip.peak) {
        (Some(tokens), Some(parameters), Some(peak)) => {
            let (layers, width, length) = attention.unwrap_or((0.0, 0.0, 0.0));
            let work = calibration::flop_per_token(parameters, layers, length, width);
            Some(calibration::from_throughput(tokens, work, peak))
        }
        _ => None,
    };
    let said = if attention.is_some() {
        "6 × parameters + 12 × layers × length × width, per token"
    } else {
        "6 × parameters per token; with layers, width and length the work of attention comes on top"
    };
    tag("section")
        .with(tag("h3").with("From a throughput"))
        .with(p("note").with([said, " (PaLM, appendix B)."].concat()))
        .with(inputs.grid)
        .with(outcome(
            share,
            "a throughput",
            "Type tokens per second per chip, as a log or a report prints it, and the parameters.",
        ))
}

fn benchmark(chip: &Chip, form: &Form, phase: u8, stand: &Stand, catalog: &'static Catalog) -> Tag {
    let mut inputs = Inputs {
        stand,
        form,
        phase,
        catalog,
        grid: div("grid"),
    };
    let flop = inputs.take("flop", "Its FLOP", QuantityKind::Flop, None);
    let chips = inputs.take("chips", "Its chips", QuantityKind::Count, None);
    let time = inputs.take("time", "Its time", QuantityKind::Time, None);
    let share = match (flop, chips, time, chip.peak) {
        (Some(flop), Some(chips), Some(time), Some(peak)) => {
            Some(calibration::from_benchmark(flop, chips, time, peak))
        }
        _ => None,
    };
    tag("section")
        .with(tag("h3").with("From a benchmark"))
        .with(p("note").with("A run whose work is known, on the same chip in the same format: FLOP / (chips × time × peak)."))
        .with(inputs.grid)
        .with(outcome(
            share,
            "a benchmark",
            "Type the work of the benchmark, its chips and its time.",
        ))
}

fn outcome(share: Option<f64>, from: &'static str, missing: &'static str) -> Tag {
    match share {
        None => p("note").with(missing),
        Some(share) if !share.is_finite() || share > 1.0 => refusal(
            [
                "That is ",
                &quantity::plain(share * 100.0, 3),
                " % of the peak, more than there is. Check whether the numbers are per chip, and the format of the peak.",
            ]
            .concat(),
        ),
        Some(share) => {
            let text = quantity::percent(share, 3);
            div("tool-row").with(tag("b").with(["= ", &text].concat())).with(
                button("button slim", "tool-util", [&text, "\n", from].concat())
                    .with(["Use ", &text].concat()),
            )
        }
    }
}

/// Writes a utilization into the form and says from where: text and origin, a line each.
pub fn put(desk: Desk, about: &str) {
    let (text, from) = about.split_once('\n').unwrap_or((about, ""));
    let form = untrack(|| desk.form());
    let phase = desk.calibrate.with_untracked(|stand| stand.phase);
    let phase = if usize::from(phase) < form.phases() {
        phase
    } else {
        0
    };
    let at = |field| Slot::new(field, phase);
    let had = !form.get(at(Field::Hfu)).trim().is_empty();
    // A hardware utilization beside it would say the same thing twice.
    desk.write_from(at(Field::Utilization), text, from, &[(at(Field::Hfu), "")]);
    let mut said = ["Utilization is now ", text, ", from ", from, "."].concat();
    if had {
        said += " The hardware utilization that stood there was emptied.";
    }
    desk.said.set(said);
}
