//! Link, iframe, print; citations are a tool of their own.

use compute_core::apart::apart;
use compute_core::field::{Field, Slot};
use compute_core::form::Form;
use compute_core::link::{self, Address};
use compute_core::quantity::exact;
use leptos::prelude::*;

use crate::html::{Tag, button, div, tag, tool};
use crate::outside;
use crate::state::{Found, Panel, State};

/// The four ways out.
pub fn buttons(state: State) -> Tag {
    let open = state.stand.with(|stand| stand.panel);
    let way = |class, panel: Panel, id: &'static str, label: &'static str| {
        button(class, "panel", id)
            .set("id", id)
            .state("aria-expanded", open == Some(panel))
            .with(label)
    };
    div("share")
        .with(way("button first", Panel::Share, "share", "Share"))
        .with(way("button", Panel::Embed, "embed-code", "Embed"))
        .with(tool("button", "cite", "Cite").set("id", "cite"))
        .with(button("button", "print", "").with("Print"))
}

/// The link to these numbers, with the date of the tables.
pub fn link(state: State, embed: bool) -> String {
    let form = state.form.get();
    address(state, form, embed)
}

/// The same link, for what does not follow each keystroke.
pub fn link_now(state: State) -> String {
    address(state, state.form.get_untracked(), false)
}

fn address(state: State, form: Form, embed: bool) -> String {
    let tables = state.tables.get().catalog.date.to_string();
    let query = link::encode(&Address {
        form,
        tables,
        embed,
        ..Address::default()
    });
    [&outside::base(), "?", &query].concat()
}

/// The same with every peak written out, so that later tables change nothing.
fn frozen(state: State, found: &Found) -> String {
    let mut form = state.form.get();
    for (index, phase) in found.request.phases.iter().enumerate() {
        let slot = Slot::new(Field::Peak, index as u8);
        if let Some(hardware) = phase.hardware.complete()
            && form.get(slot).trim().is_empty()
        {
            let peak = [&exact(hardware.peak.value.value), " FLOP/s"].concat();
            form.set(slot, &peak);
        }
    }
    address(state, form, true)
}

fn iframe(address: &str, title: &str) -> String {
    let escape = |text: &str| {
        text.replace('&', "&amp;")
            .replace('"', "&quot;")
            .replace('<', "&lt;")
    };
    [
        "<iframe src=\"",
        &escape(address),
        "\" title=\"",
        &escape(title),
        "\" loading=\"lazy\" width=\"100%\" height=\"420\" style=\"border:0\"></iframe>",
    ]
    .concat()
}

/// A text to take away, with the button that copies it.
fn text(state: State, id: &'static str, label: &'static str, text: String) -> Tag {
    let copied = state.stand.with(|stand| stand.copied == Some(id));
    div("")
        .with(tag("label").set("for", id).with(label))
        .with(
            tag("textarea")
                .set("id", id)
                .set("rows", "2")
                .flag("readonly", true)
                .value(&text),
        )
        .with(
            div("row")
                .with(button("button slim", "copy", id).with("Copy"))
                .with(
                    tag("span")
                        .set("role", "status")
                        .with(if copied { "Copied." } else { "" }),
                ),
        )
}

/// What stands open under the buttons.
pub fn panel(state: State, found: &Found) -> Option<Tag> {
    let open = state.stand.with(|stand| stand.panel)?;
    Some(apart(|| opened(state, found, open)))
}

fn opened(state: State, found: &Found, open: Panel) -> Tag {
    let name = state
        .form
        .with(|form| form.head(Field::Name).trim().to_string());
    let out = div("panel");
    match open {
        Panel::Share => {
            let out = out.with(text(
                state,
                "share-text",
                "Link to this page",
                [&*link(state, false), &outside::count_fragment()].concat(),
            ));
            let (estimate, _) = found.shown();
            match estimate.flop() {
                Some(total) => out.with(text(
                    state,
                    "share-number",
                    "The number at full precision, FLOP",
                    exact(total.value),
                )),
                None => out,
            }
        }
        Panel::Embed => {
            let title = if name.is_empty() {
                "Training compute".to_string()
            } else {
                ["Training compute of ", &name].concat()
            };
            out.with(text(
                state,
                "embed-live",
                "Follows later corrections of the tables",
                iframe(&link(state, true), &title),
            ))
            .with(text(
                state,
                "embed-frozen",
                "Frozen: with today’s peaks written out",
                iframe(&frozen(state, found), &title),
            ))
        }
    }
}
