//! The address holds what was typed, so that it is the link: written at a pause, read at "back".

use std::cell::Cell;

use compute_core::apart::apart;
use compute_core::link::{self, Address};
use leptos::prelude::*;

use crate::outside::{self, Pause};
use crate::result::{flop_text, said};
use crate::state::State;

/// The address follows at this pause; a browser refuses an address for each key.
const ADDRESS_MS: u32 = 250;
/// Thresholds, drivers and steps follow at this pause: too short to see, longer than a keystroke takes.
const SETTLE_MS: u32 = 60;
/// The result is said at this pause.
const SAY_MS: u32 = 1200;

thread_local! {
    static ADDRESS: Pause = const { Pause::new() };
    static SAY: Pause = const { Pause::new() };
    static SETTLE: Pause = const { Pause::new() };
    /// Whether anything was typed since the page was opened: the address it was opened with is left as it is.
    static CHANGED: Cell<bool> = const { Cell::new(false) };
}

/// The query that says what the page shows. The first visit's example, untouched, needs none.
pub fn query(state: State) -> String {
    let untouched = state.stand.with_untracked(|stand| {
        stand
            .first_visit
            .as_ref()
            .is_some_and(|first| !first.typed_over)
    });
    if untouched {
        return String::new();
    }
    let form = state.form.get_untracked();
    if form.is_empty() {
        // Nothing typed is not the same as a first visit.
        return "example=none".to_string();
    }
    let address = state.address.with_value(|address| Address {
        form,
        tables: address.tables.clone(),
        ..Address::default()
    });
    let query = link::encode(&address);
    if query.is_empty() {
        "example=none".to_string()
    } else {
        query
    }
}

/// Leaves what the page shows now for "back".
pub fn push(state: State) {
    ADDRESS.with(Pause::stop);
    let query = query(state);
    outside::set_query(&query, false);
    outside::set_query(&query, true);
}

/// Lets address, links, title and the status line follow.
pub fn follow(state: State, status: RwSignal<String>) {
    Effect::new(move |first: Option<()>| {
        state.form.track();
        state.found.track();
        if first.is_some() {
            CHANGED.set(true);
        }
        soon(state);
        if first.is_some() {
            SETTLE.with(|pause| {
                pause.wait(SETTLE_MS, move || {
                    if is_whole(state) {
                        state.pauses.update(|count| *count = count.wrapping_add(1));
                    }
                });
            });
            SAY.with(|pause| {
                pause.wait(SAY_MS, move || {
                    if is_whole(state) {
                        status.set(said(state));
                    }
                });
            });
        }
    });
}

/// Whether all of the program has come: what follows at a pause does not ask for it.
fn is_whole(state: State) -> bool {
    state.pauses.get_untracked() > 0
}

/// Lets address, links and title follow at the next pause.
pub fn soon(state: State) {
    ADDRESS.with(|pause| pause.wait(ADDRESS_MS, move || write(state)));
}

/// Writes address, links and title, once all of the program has come.
fn write(state: State) {
    if is_whole(state) {
        apart(|| {
            let query = query(state);
            if CHANGED.get() {
                outside::set_query(&query, false);
            }
            outside::set_places(&query);
            outside::set_title(&title(state));
        });
    }
}

/// The title names the estimate: `GPT-3: 3.1 × 10²³ FLOP`.
fn title(state: State) -> String {
    let found = state.found.get_untracked();
    let (estimate, _) = found.shown();
    let name = state.form.with_untracked(|form| {
        form.head(compute_core::field::Field::Name)
            .trim()
            .to_string()
    });
    match estimate.flop() {
        Some(total) => {
            let name = if name.is_empty() {
                "Training compute"
            } else {
                &name
            };
            [name, ": ", &flop_text(total.value, 2)].concat()
        }
        None => "Training compute".to_string(),
    }
}
