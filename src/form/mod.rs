//! The form: which field stands where. What a field says stands in its row of `FIELDS`.

pub mod combobox;
pub mod field;
mod phase;

use compute_core::apart::apart;
use compute_core::field::{DOMAINS, Field, Slot};
use compute_core::form::Form;
use compute_core::problem::{Problem, Severity};
use leptos::prelude::*;

use crate::html::{Node, Tag, button, div, p, span, tag, tool};
use crate::state::{Found, List, Stand, State, Tables};
use field::{Look, explanation, field, info, text_input};

/// What the form is drawn from.
pub struct View<'a> {
    /// What was typed.
    pub form: &'a Form,
    /// What was found.
    pub found: &'a Found,
    /// How the page stands.
    pub stand: &'a Stand,
    /// The tables.
    pub tables: Tables,
    /// Where somebody types right now.
    pub typing: Option<Slot>,
}

impl View<'_> {
    /// The error to show at a field: none while somebody types there.
    pub fn error_at(&self, slot: Slot) -> Option<&Problem> {
        if self.typing == Some(slot) {
            return None;
        }
        self.found
            .estimate
            .problem_at(slot)
            .filter(|problem| problem.severity == Severity::Error)
    }

    /// Whether a field still holds the first visit's example, once another was typed over.
    pub fn from_example(&self, slot: Slot) -> bool {
        self.stand
            .first_visit
            .as_ref()
            .is_some_and(|first| first.typed_over && first.untouched.contains(&slot))
    }

    /// The list that is open under a field (`None`: under the examples).
    pub fn list_of(&self, slot: Option<Slot>) -> Option<&List> {
        self.stand.list.as_ref().filter(|list| list.slot == slot)
    }

    /// What an empty number format stands for.
    pub fn usual_choice(&self, slot: Slot) -> &'static str {
        let text = self.form.get(Slot::new(Field::Accelerator, slot.phase));
        compute_core::quantity::read_accelerator(text, self.tables.catalog)
            .ok()
            .and_then(|reading| self.tables.catalog.accelerators.get(reading.index))
            .and_then(|row| row.default_format)
            .map_or("", |format| format.id())
    }
}

/// The form's children, following the state.
pub fn form(state: State) -> Vec<Node> {
    let (form, found) = (state.form.read(), state.found.get());
    let (stand, tables) = (state.stand.read(), state.tables.get());
    let view = View {
        form: &form,
        found: &found,
        stand: &stand,
        tables,
        typing: state.typing.get(),
    };
    let mut out: Vec<Node> = Vec::new();
    out.extend(bar(&view).map(Node::from));
    for problem in &stand.link_problems {
        apart(|| {
            let text = [&problem.sentence(), " ", &problem.remedy].concat();
            out.push(p("bar").with(text).into());
        });
    }
    out.push(head(&view).into());
    for index in 0..form.phases() {
        out.push(phase::phase(&view, index as u8).into());
    }
    if form.phases() < compute_core::form::MAX_PHASES {
        out.push(
            div("add")
                .with(button("text", "add-phase", "").with("Add a phase"))
                .with(span("note").with("Fine-tuning, reinforcement learning or synthetic data, counted apart and summed"))
                .into(),
        );
    }
    out
}

/// What the form holds that the reader did not type, or what was just replaced.
fn bar(view: &View) -> Option<Tag> {
    if let Some((did, _)) = view.stand.undo {
        return Some(apart(|| {
            div("bar")
                .set("role", "status")
                .with(span("").with(did))
                .with(button("text", "undo", "").with("Undo"))
        }));
    }
    let first = view.stand.first_visit.as_ref()?;
    let name = |text: &'static str| tag("b").with([text, first.name, "."].concat());
    Some(if first.typed_over {
        div("bar example")
            .with(
                span("")
                    .with(name("Partly the example "))
                    .with(" The marked fields are still its own:"),
            )
            .with(button("text", "clear-rest", "").with("clear the rest"))
    } else {
        div("bar example")
            .with(
                span("")
                    .with(name("An example: "))
                    .with(" Type over it, or"),
            )
            .with(button("text", "clear", "").with("clear and start with your own"))
    })
}

/// Name, example, domain.
fn head(view: &View) -> Tag {
    let name = Slot::new(Field::Name, 0);
    let domain = Slot::new(Field::Domain, 0);
    let name_field = div("field")
        .with(div("label").with(tag("label").set("for", "name").with("Name")))
        .with(
            text_input("name", view.form.get(name))
                .set("id", "name")
                .set("name", "name"),
        );
    let chosen = match view.form.get(domain).trim() {
        "" => "language",
        text => text,
    };
    let options = DOMAINS.map(|word| {
        (
            word,
            if word == "language" {
                "Language"
            } else {
                "Other"
            },
        )
    });
    let domain_field = div("field")
        .with(
            div("label")
                .with(span("as").with("What it works on"))
                .with(info(view, domain)),
        )
        .with(segments(
            "seg tall",
            "domain".to_string(),
            "What it works on",
            &options,
            chosen,
        ));
    div("grid name")
        .with(name_field)
        .with(combobox::examples(view))
        .with(domain_field)
        .with(explanation(view, domain))
}

/// One of a few, as radio buttons side by side.
pub fn segments(
    class: &'static str,
    name: String,
    legend: &'static str,
    options: &[(&'static str, &'static str)],
    chosen: &str,
) -> Tag {
    let mut set = tag("fieldset")
        .class(class)
        .with(tag("legend").class("vh").with(legend));
    for (value, label) in options {
        set = set.with(
            tag("label")
                .with(
                    tag("input")
                        .set("type", "radio")
                        .set("name", name.clone())
                        .set("value", *value)
                        .checked(*value == chosen),
                )
                .with(tag("span").with(*label)),
        );
    }
    set
}

/// A field in its place in a grid.
pub fn place(grid: Tag, view: &View, slot: Slot, width: &'static str) -> Tag {
    grid.with(field(
        view,
        slot,
        Look {
            width,
            beside: (slot.field == Field::Utilization)
                .then(|| tool("text", "calibrate", "Calibrate")),
            ..Look::default()
        },
    ))
}
