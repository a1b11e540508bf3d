//! A phase of training: its kind, and both methods.

use compute_core::accelerator_time;
use compute_core::apart::apart;
use compute_core::calibration;
use compute_core::field::{Field, Slot};
use compute_core::operations::{self, Factor};
use compute_core::quantity::{percent, scientific};
use compute_core::request::Inputs;

use super::field::{Look, field, list, lower};
use super::{View, place, segments};
use crate::html::{Tag, button, div, p, span, tag};
use crate::number::rich;
use crate::state::{Basis, PhaseFold};

/// A phase's part of the form. A single phase shows no frame.
pub fn phase(view: &View, index: u8) -> Tag {
    let several = view.form.phases() > 1;
    let other_kind = !view.form.is_default(Slot::new(Field::Kind, index));
    let fold = view.stand.phase(index);
    let mut out = div(if several { "phase framed" } else { "phase" });
    if several || other_kind {
        out = out.with(apart(|| title(view, index)));
    }
    out.with(counting(view, index, &fold))
        .with(hardware(view, index, &fold))
}

fn title(view: &View, index: u8) -> Tag {
    let number = (index + 1).to_string();
    let kind = Slot::new(Field::Kind, index);
    let mut line = div("title").with(field(
        view,
        kind,
        Look {
            under: Some(p("echo").with(["Phase ", &number].concat())),
            ..Look::default()
        },
    ));
    let act = |label: &'static str, verb: &'static str| {
        button("text", verb, index.to_string())
            .set("aria-label", [label, " phase ", &number].concat())
            .with(label)
    };
    if index > 0 {
        line = line.with(act("Up", "up"));
    }
    if usize::from(index) + 1 < view.form.phases() {
        line = line.with(act("Down", "down"));
    }
    if view.form.phases() > 1 {
        line = line.with(act("Remove", "remove-phase"));
    }
    line
}

/// What the phase is counted from: what was chosen, else the most direct field that is filled.
pub fn basis(view: &View, index: u8, fold: &PhaseFold) -> Basis {
    let filled = Basis::ALL
        .into_iter()
        .rev()
        .find(|basis| typed(view, index, basis.field()));
    match (fold.basis, filled) {
        (Some(chosen), Some(filled)) if filled.field() > chosen.field() => filled,
        (Some(chosen), _) => chosen,
        (None, filled) => filled.unwrap_or(Basis::Parameters),
    }
}

/// Those of these fields that are typed, though they are not shown.
fn unused(section: Tag, view: &View, index: u8, fields: &[Field]) -> Tag {
    let mut section = section;
    for field in fields {
        if typed(view, index, *field) {
            section = section.with(apart(|| {
                super::field::unused(view, Slot::new(*field, index))
            }));
        }
    }
    section
}

fn typed(view: &View, index: u8, field: Field) -> bool {
    !view.form.get(Slot::new(field, index)).trim().is_empty()
}

fn counting(view: &View, index: u8, fold: &PhaseFold) -> Tag {
    let at = |field| Slot::new(field, index);
    let basis = basis(view, index, fold);
    let options = Basis::ALL.map(|basis| (basis.field().spec().key, basis.label()));
    let head = head(
        "disc",
        "Count the operations",
        segments(
            "seg",
            suffixed("basis", index),
            "Count from",
            &options,
            basis.field().spec().key,
        )
        .with(layers()),
    );
    let mixture = fold.mixture || typed(view, index, Field::Active);
    let mut grid = div("grid");
    if basis == Basis::Parameters {
        grid = grid.with(field(
            view,
            at(Field::Parameters),
            Look {
                beside: Some(
                    button("text", "mixture", index.to_string())
                        .state("aria-pressed", mixture)
                        .with(if mixture { "Dense?" } else { "Mixture?" }),
                ),
                ..Look::default()
            },
        ));
        if mixture {
            grid = place(grid, view, at(Field::Active), "");
        }
    } else {
        let width = if basis == Basis::Flop { "wide" } else { "" };
        grid = apart(|| place(grid, view, at(basis.field()), width));
    }
    if basis != Basis::Flop {
        grid = place(grid, view, at(Field::Data), "");
        grid = place(grid, view, at(Field::Epochs), "");
    }
    let more = [
        Field::Batch,
        Field::Steps,
        Field::Ratio,
        Field::Depth,
        Field::Width,
        Field::SequenceLength,
        Field::Mask,
    ];
    let open = fold.more_counting
        || more
            .into_iter()
            .any(|field| typed(view, index, field) && !view.form.is_default(at(field)));
    let result = view
        .found
        .estimate
        .phases
        .get(usize::from(index))
        .and_then(|phase| phase.counting.as_ref())
        .map(|counting| counting.flop.value);
    let inputs = view
        .found
        .request
        .phases
        .get(usize::from(index))
        .map(|phase| &phase.counting);
    let line = match inputs {
        Some(Inputs::Complete(counting)) => product(operations::factors(counting), result),
        Some(Inputs::Faulty(slots)) => apart(|| waits(slots)),
        Some(Inputs::Needs(fields)) => apart(|| needs(fields)),
        _ => apart(|| {
            needs(&[basis.field(), Field::Data][..if basis == Basis::Flop { 1 } else { 2 }])
        }),
    };
    let mut section = tag("section")
        .class("method")
        .with(head)
        .with(grid)
        .with(formula(
            line,
            "more-counting",
            index,
            open,
            "Batch, ratio, length",
        ));
    // From the least direct: the fields of the ways that give way to this one.
    section = unused(
        section,
        view,
        index,
        match basis {
            Basis::Parameters => &[],
            Basis::Connections => &[Field::Parameters, Field::Active],
            Basis::Forward => &[Field::Parameters, Field::Active, Field::Connections],
            Basis::Flop => &[
                Field::Parameters,
                Field::Active,
                Field::Connections,
                Field::Forward,
                Field::Data,
            ],
        },
    );
    if open {
        section = section.with(apart(|| {
            let mut grid = div("grid more");
            for field in more {
                grid = place(grid, view, at(field), "");
                if field == Field::Ratio {
                    grid = grid.with(ratios(at(Field::Ratio)));
                }
            }
            grid
        }));
    }
    section
}

/// When the ratio is not 2 (Hobbhahn and Sevilla; two products a layer, less where layers are frozen).
const RATIOS: [(&str, &str); 6] = [
    ("2", "2: ordinary training"),
    ("1", "1: LoRA, adapters, prompt tuning"),
    ("0", "0: only a new head is trained"),
    ("0", "0: forward passes alone"),
    ("1", "1: a wide first layer does most of the work"),
    ("3", "3: batch of about 1, no weight reused"),
];

fn ratios(slot: Slot) -> Tag {
    let id = [&slot.key(), "-when"].concat();
    let mut list = tag("select")
        .set("id", id.clone())
        .set("data-for", slot.key())
        .with(tag("option").set("value", "").with("Choose a case"));
    for (value, label) in RATIOS {
        list = list.with(tag("option").set("value", value).with(label));
    }
    div("field")
        .with(div("label").with(tag("label").set("for", id).with("When it is not 2")))
        .with(p("hint").with("Sets the ratio"))
        .with(div("pick").with(list.value("")))
}

/// The fifth way to count: a list of layers, which has a place of its own and comes back as forward FLOP.
fn layers() -> Tag {
    tag("a")
        .set("href", "?page=count")
        .set("data-place", "")
        .with(tag("span").with("Layers"))
}

fn hardware(view: &View, index: u8, fold: &PhaseFold) -> Tag {
    let at = |field| Slot::new(field, index);
    let hours = typed(view, index, Field::ChipHours) || fold.chip_hours.unwrap_or(false);
    let head = head(
        "square",
        "Accelerator time",
        segments(
            "seg",
            suffixed("way", index),
            "Chip time from",
            &[("chips", "Chips and time"), ("chip_hours", "Chip-hours")],
            if hours { "chip_hours" } else { "chips" },
        ),
    );
    let usual = view.form.get(at(Field::Format)).trim().is_empty()
        && !view.usual_choice(at(Field::Format)).is_empty();
    let format = || {
        field(
            view,
            at(Field::Format),
            Look {
                under: usual.then(|| p("echo").with("usual for this chip")),
                ..Look::default()
            },
        )
    };
    let mut grid = place(div("grid"), view, at(Field::Accelerator), "wide");
    grid = if hours {
        apart(|| {
            let grid = grid.with(format());
            let grid = place(grid, view, at(Field::ChipHours), "");
            place(grid, view, at(Field::Utilization), "").with(ways(view, index, "ways"))
        })
    } else {
        let grid = place(grid, view, at(Field::Chips), "");
        let grid = place(grid, view, at(Field::Time), "");
        place(grid, view, at(Field::Utilization), "").with(format())
    };
    let more = [Field::Peak, Field::Hfu, Field::Executed];
    let open = fold.more_hardware
        || more
            .into_iter()
            .any(|field| typed(view, index, field) && !view.form.is_default(at(field)));
    let result = view
        .found
        .estimate
        .phases
        .get(usize::from(index))
        .and_then(|phase| phase.hardware.as_ref())
        .map(|hardware| hardware.flop.value);
    let inputs = view
        .found
        .request
        .phases
        .get(usize::from(index))
        .map(|phase| &phase.hardware);
    let line = match inputs {
        Some(Inputs::Complete(hardware)) => product(accelerator_time::factors(hardware), result),
        Some(Inputs::Faulty(slots)) => apart(|| waits(slots)),
        Some(Inputs::Needs(fields)) => apart(|| needs(fields)),
        _ => apart(|| {
            needs(&[
                Field::Accelerator,
                if hours { Field::ChipHours } else { Field::Time },
            ])
        }),
    };
    let mut section = tag("section")
        .class("method")
        .with(head)
        .with(grid)
        .with(formula(line, "more-hardware", index, open, "Peak, HFU"));
    if hours {
        section = unused(section, view, index, &[Field::Chips, Field::Time]);
    }
    if open {
        section = section.with(apart(|| {
            let mut grid = div("grid more");
            for field in more {
                let width = if field == Field::Peak { "" } else { "wide" };
                grid = place(grid, view, at(field), width);
            }
            if !hours {
                grid = grid.with(ways(view, index, "aside"));
            }
            grid
        }));
    }
    section
}

/// Values for a utilization that nobody printed.
fn ways(view: &View, index: u8, class: &'static str) -> Tag {
    let slot = Slot::new(Field::Utilization, index);
    let usual = percent(view.found.request.domain.usual_utilization(), 2);
    let set = |text: String, label: String| {
        button("text", "write", [&slot.key(), "\n", &text].concat()).with(label)
    };
    let mut choices = vec![set(usual.clone(), ["a usual value: ", &usual].concat())];
    if let Some((low, high)) = runs_on_chip(view, index) {
        let text = [&percent(low, 2), " to ", &percent(high, 2)].concat();
        let label = ["runs on this chip: ", &text].concat();
        choices.push(set(text, label));
    }
    if class == "aside" {
        let mut line = p("aside").with("Utilization not known? Set it from ");
        for (at, choice) in choices.into_iter().enumerate() {
            if at > 0 {
                line = line.with(" or ");
            }
            line = line.with(choice);
        }
        return line;
    }
    let mut list = div("ways");
    for choice in choices {
        list = list.with(choice);
    }
    div("field")
        .with(div("label").with(span("as").with("Not known?")))
        .with(p("hint").with("Set it from"))
        .with(list)
}

/// 5th and 95th percentile of the utilization of measured runs on this chip, in the format of the run.
fn runs_on_chip(view: &View, index: u8) -> Option<(f64, f64)> {
    let catalog = view.tables.catalog;
    let hardware = view
        .found
        .request
        .phases
        .get(usize::from(index))?
        .hardware
        .complete()?;
    let runs = calibration::matching(catalog, hardware.accelerator?, hardware.format?);
    calibration::range_of(&runs)
}

fn head(mark: &'static str, title: &'static str, segments: Tag) -> Tag {
    div("head")
        .with(tag("h2").with(tag("i").class(mark)).with(title))
        .with(segments)
}

/// The live line under a method, and the fold for its rarer fields.
fn formula(line: Tag, verb: &'static str, index: u8, open: bool, label: &'static str) -> Tag {
    div("formula").with(line).with(
        button("text fold", verb, index.to_string())
            .state("aria-expanded", open)
            .with(label),
    )
}

/// `6 × 174.6 billion × 300 billion = 3.1 × 10²³ FLOP`, each factor a button that focuses its field.
fn product(factors: Vec<Factor>, result: Option<f64>) -> Tag {
    let op = |sign: &'static str| span("op").with(sign);
    let mut line = tag("p");
    for (at, factor) in factors.into_iter().enumerate() {
        if at > 0 {
            line = line.with(op("×"));
        }
        let text = rich(&factor.text);
        line = match factor.slot {
            Some(slot) => line.with(
                button("factor", "focus", slot.key())
                    .set("title", slot.field.spec().label)
                    .with(text),
            ),
            None => line.with(text),
        };
    }
    if let Some(flop) = result {
        let text = [&scientific(flop, 2), "\u{a0}FLOP"].concat();
        line = line.with(op("=")).with(tag("b").with(rich(&text)));
    }
    line
}

fn needs(fields: &[Field]) -> Tag {
    let labels: Vec<String> = fields
        .iter()
        .map(|field| lower(field.spec().label))
        .collect();
    p("").with(["Needs ", &list(&labels)].concat())
}

fn waits(slots: &[Slot]) -> Tag {
    let mut labels: Vec<String> = Vec::new();
    for slot in slots {
        let label = lower(slot.field.spec().label);
        if !labels.contains(&label) {
            labels.push(label);
        }
    }
    p("").with(["Waits for the ", &list(&labels)].concat())
}

/// The name of a control that is no key of the link.
fn suffixed(name: &str, index: u8) -> String {
    if index == 0 {
        name.to_string()
    } else {
        [name, ".", &(index + 1).to_string()].concat()
    }
}
