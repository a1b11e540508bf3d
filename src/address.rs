//! The address holds what was typed, so that it is the link: written at a pause, read at "back".

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
        let again = first.is_some();
        ADDRESS.with(|pause| {
            pause.wait(ADDRESS_MS, move || {
                let query = query(state);
                if again {
                    outside::set_query(&query, false);
                }
                outside::set_places(&query);
                outside::set_title(&title(state));
            });
        });
        if again {
            SETTLE.with(|pause| {
                pause.wait(SETTLE_MS, move || {
                    state.pauses.update(|count| *count = count.wrapping_add(1))
                })
            });
            SAY.with(|pause| pause.wait(SAY_MS, move || status.set(said(state))));
        }
    });
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
