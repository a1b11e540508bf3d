//! The EU's rule for modified models: what is typed in the calculator, beside a third of the original.

use compute_core::catalog::{Catalog, Model};
use compute_core::estimate::estimate;
use compute_core::field::{Field, Slot};
use compute_core::form::Form;
use compute_core::quantity;
use compute_core::regulation;
use compute_core::request;
use leptos::prelude::*;

use super::desk::{Desk, input, refusal};
use crate::html::{Node, div, p, span, tag};

/// What was typed here; until then the form's own texts stand.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Stand {
    /// Whether anything was typed here.
    pub touched: bool,
    /// Compute of the original.
    original: String,
    /// Name of the original, where it was looked up.
    model: String,
    /// Whether it is not known and cannot be estimated.
    pub unknown: bool,
    /// `yes`, `no` or nothing.
    pub systemic: String,
}

/// Text typed into the original's compute or name. A name of the table brings its figure.
pub fn typed(desk: Desk, name: &str, text: String) {
    desk.said.set(String::new());
    let catalog = untrack(|| desk.tables());
    desk.modifier.update(|stand| {
        stand.touched = true;
        if name == "tool-model" {
            if let Some(model) = catalog.and_then(|catalog| model(catalog, &text)) {
                stand.original = [&quantity::exact(model.flop), " FLOP"].concat();
                stand.unknown = false;
            }
            stand.model = text;
        } else {
            stand.original = text;
            stand.unknown = false;
        }
    });
}

/// The row of a name or an id, in any case.
fn model(catalog: &'static Catalog, text: &str) -> Option<&'static Model> {
    let name = text.trim();
    let id = name.to_ascii_lowercase().replace([' ', '.'], "-");
    catalog
        .models
        .iter()
        .find(|model| model.name.eq_ignore_ascii_case(name) || model.id == id)
}

fn current(stand: Stand, form: &Form) -> Stand {
    if stand.touched {
        return stand;
    }
    let original = form.head(Field::Original).trim();
    let unknown = original == "unknown";
    Stand {
        original: if unknown { "" } else { original }.to_string(),
        unknown,
        systemic: form.head(Field::Systemic).trim().to_string(),
        ..stand
    }
}

/// The form with what is typed here in it.
fn with(form: &Form, stand: &Stand) -> Form {
    let mut form = form.clone();
    let original = if stand.unknown {
        "unknown"
    } else {
        stand.original.trim()
    };
    form.set(Slot::new(Field::Original, 0), original);
    form.set(Slot::new(Field::Systemic, 0), &stand.systemic);
    form
}

/// The tool.
pub fn view(desk: Desk, catalog: &'static Catalog) -> Vec<Node> {
    let typed = desk.form();
    let stand = current(desk.modifier.get(), &typed);
    let form = with(&typed, &stand);
    let read = request::read(&form, catalog);
    let found = estimate(&form, &read, catalog);

    let mut names = tag("datalist").set("id", "tool-models");
    for model in &catalog.models {
        names = names.with(tag("option").set("value", model.name));
    }
    let problem = found.problem_at(Slot::new(Field::Original, 0));
    let under = match problem {
        Some(problem) => p("echo tool-wrong").with(problem.sentence()),
        None => p("echo"),
    };
    let mut systemic = tag("fieldset")
        .class("seg tall")
        .with(tag("legend").class("vh").with("Original has systemic risk"));
    for (value, label) in [("yes", "Yes"), ("no", "No"), ("", "By its compute")] {
        systemic = systemic.with(
            tag("label")
                .with(
                    tag("input")
                        .set("type", "radio")
                        .set("name", "tool-systemic")
                        .set("value", value)
                        .checked(stand.systemic == value),
                )
                .with(span("").with(label)),
        );
    }
    let by_name = div("field wide")
        .with(
            div("label").with(
                tag("label")
                    .set("for", "tool-model")
                    .with("Original model, from the table"),
            ),
        )
        .with(
            tag("input")
                .set("type", "text")
                .set("autocomplete", "off")
                .set("spellcheck", "false")
                .set("id", "tool-model")
                .set("name", "tool-model")
                .set("list", "tool-models")
                .value(&stand.model),
        )
        .with(names)
        .with(p("echo").with(match model(catalog, &stand.model) {
            Some(model) => ["= ", model.name, ", ", &quantity::flop(model.flop, 3)].concat(),
            None if stand.model.trim().is_empty() => String::new(),
            None => "Not in the table under this name: choose one of its list.".to_string(),
        }));
    let grid = div("grid")
        .with(by_name)
        .with(input(
            "original",
            "Its compute",
            if stand.unknown { "" } else { &stand.original },
            Some(under),
        ))
        .with(
            div("field full")
                .with(div("label").with(span("as").with("Original has systemic risk")))
                .with(systemic),
        );
    let mut out: Vec<Node> = vec![
        p("note")
            .with("For whoever changes somebody else’s model: what you typed in the form is the modification.")
            .into(),
        grid.into(),
        tag("label")
            .class("tool-check")
            .with(
                tag("input")
                    .set("type", "checkbox")
                    .set("name", "tool-unknown")
                    .checked(stand.unknown),
            )
            .with(span("").with("Its compute is not known to me and I cannot estimate it"))
            .into(),
    ];
    if stand.unknown {
        out.push(
            p("note")
                .with("Then a third of 10²⁵ FLOP stands in where the original has systemic risk, else a third of 10²³ FLOP (paragraph 64). Only for those who can neither know nor estimate the figure: look the original up in the table above first.")
                .into(),
        );
    }
    match (&found.modifier, &found.totals) {
        (Some(modifier), Some(totals)) => {
            let systemic = match (read.systemic, &read.original) {
                (Some(systemic), _) => systemic,
                (None, Some(request::Original::Known(flop))) => flop.value > 1e25,
                _ => false,
            };
            let count = if systemic {
                compute_core::catalog::Count::EuCumulative
            } else {
                compute_core::catalog::Count::EuUpdate
            };
            out.push(p("tool-found").with(regulation::modifier_sentence(modifier)).into());
            out.push(
                p("sub")
                    .with(regulation::counted_sentence(totals, count))
                    .into(),
            );
        }
        (None, None) => out.push(
            refusal("There is no number of the modification yet: fill one of the two methods in the form.")
                .into(),
        ),
        (Some(_), None) => {}
        (None, Some(_)) => out.push(
            p("note")
                .with(if stand.unknown {
                    "Say whether the original has systemic risk: it decides which figure stands in."
                } else {
                    "Type the compute of the original, or choose the model."
                })
                .into(),
        ),
    }
    out.push(
        p("note")
            .with("Same parameters, all of them trained: a third is reached at a third of the original’s tokens; with frozen weights beside adapters, at half. The figure is indicative: what decides is a significant change in generality, capabilities or systemic risk (paragraph 62), and the duties are limited to the modification (68). Not legal advice.")
            .into(),
    );
    out.push(
        div("tool-row")
            .with(
                crate::html::button("button first", "tool-original", "")
                    .flag(
                        "disabled",
                        !stand.unknown && stand.original.trim().is_empty(),
                    )
                    .with("Keep in the form"),
            )
            .into(),
    );
    out
}

/// Writes the original and its class into the form.
pub fn put(desk: Desk) {
    let form = untrack(|| desk.form());
    let stand = current(desk.modifier.get_untracked(), &form);
    desk.fill(&with(&form, &stand));
    desk.said
        .set("The original is in the form, and travels in the link.".to_string());
}
