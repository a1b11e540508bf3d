//! What a person does, from one set of listeners on the page, to changes of the state.
//!
//! Buttons carry a verb (`data-do`) and what it is about (`value`); inputs carry their link key as
//! `name`. So a field that comes and goes needs no listener of its own.

use compute_core::apart::apart;
use compute_core::field::{Field, Slot};
use compute_core::form::Form;
use gloo::events::{EventListener, EventListenerOptions};
use gloo::utils::document;
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use web_sys::{Element, Event, HtmlInputElement, KeyboardEvent};

use crate::form::View;
use crate::form::combobox::{choices, moved};
use crate::outside::{self, Pause};
use crate::result;
use crate::state::{Basis, List, Panel, State};

/// A message waits until nobody typed for this long (typing rules, "Messages").
const MESSAGE_MS: u32 = 800;
/// "Undo" stands for ten seconds.
const UNDO_MS: u32 = 10_000;

thread_local! {
    static TYPING: Pause = const { Pause::new() };
    static UNDO: Pause = const { Pause::new() };
    static COPIED: Pause = const { Pause::new() };
}

/// Listens for as long as the page lives.
pub fn listen(state: State) {
    let listen = |name: &'static str, handle: fn(State, &Event)| {
        EventListener::new_with_options(
            &document(),
            name,
            EventListenerOptions::enable_prevent_default(),
            move |event| handle(state, event),
        )
        .forget();
    };
    listen("input", input);
    listen("change", change);
    listen("click", click);
    listen("mousedown", mouse_down);
    listen("keydown", key_down);
    listen("focusout", focus_out);
    for turn in ["focusin", "pointerdown", "pointermove"] {
        listen(turn, |_, _| crate::app::tables_now());
    }
    listen("submit", |_, event| event.prevent_default());
    listen("copy", copy);
    // A tool fills the form with a query; in two lines more it can name a field and say where its text is from.
    EventListener::new(&document(), "training-compute:fill", move |event| {
        let query = js_sys::Reflect::get(event, &"detail".into());
        if let Some(query) = query.ok().and_then(|query| query.as_string()) {
            apart(|| {
                let mut lines = query.splitn(3, '\n');
                let query = lines.next().unwrap_or_default();
                big(state, |state| state.fill(query));
                if let (Some(key), Some(from)) = (lines.next(), lines.next())
                    && let Some(slot) = slot_of(key)
                {
                    state.say_origin(slot, from);
                }
            });
        }
    })
    .forget();
    // The rest of the program has come.
    EventListener::new(&document(), "training-compute:rest", move |_| {
        state.pauses.update(|count| *count = count.wrapping_add(1));
        crate::address::soon(state);
    })
    .forget();
    EventListener::new(&gloo::utils::window(), "popstate", move |_| {
        state.read_address(&outside::query());
    })
    .forget();
}

fn target(event: &Event) -> Option<Element> {
    event.target()?.dyn_into().ok()
}

/// The slot of an input's name: `chips`, `chips.2`.
fn slot_of(name: &str) -> Option<Slot> {
    let (key, phase) = split_name(name);
    Some(Slot::new(Field::from_key(key)?, phase))
}

fn split_name(name: &str) -> (&str, u8) {
    match name.rsplit_once('.') {
        Some((key, number)) => match number.as_bytes() {
            [digit @ b'2'..=b'9'] => (key, digit - b'1'),
            _ => (name, 0),
        },
        None => (name, 0),
    }
}

fn input(state: State, event: &Event) {
    let Some(element) = target(event) else { return };
    // A list and an input both have `value`.
    let input: &HtmlInputElement = element.unchecked_ref();
    let (name, value) = (input.name(), input.value());
    if name == "example" {
        open_list(state, None, Some(value));
        return;
    }
    let is_choice = element.tag_name() == "SELECT" || input.type_() == "radio";
    if is_choice {
        return;
    }
    let Some(slot) = slot_of(&name) else { return };
    state.type_in(slot, &value);
    TYPING.with(|pause| pause.wait(MESSAGE_MS, move || state.typing.set(None)));
    if slot.field == Field::Accelerator {
        open_list(state, Some(slot), Some(value));
    }
}

fn change(state: State, event: &Event) {
    let Some(element) = target(event) else { return };
    let input: &HtmlInputElement = element.unchecked_ref();
    // Texts are followed as they are typed.
    if input.type_() != "text" {
        apart(|| chosen(state, &element, input));
    }
}

fn chosen(state: State, element: &Element, input: &HtmlInputElement) {
    let (name, value) = (input.name(), input.value());
    if element.id() == "theme" {
        crate::theme::choose();
        return;
    }
    if let Some(key) = element.get_attribute("data-for") {
        if let (Some(slot), false) = (slot_of(&key), value.is_empty()) {
            state.write(slot, &value);
            input.set_value("");
        }
        return;
    }
    let (key, phase) = split_name(&name);
    match key {
        "basis" => {
            if let Some(basis) = Basis::ALL
                .into_iter()
                .find(|basis| basis.field().spec().key == value)
            {
                state.choose_basis(phase, basis);
            }
        }
        "way" => state.choose_chip_hours(phase, value == "chip_hours"),
        _ if element.tag_name() == "SELECT" || input.type_() == "radio" => {
            if let Some(slot) = slot_of(&name) {
                state.write(slot, &value);
            }
        }
        _ => {}
    }
}

fn click(state: State, event: &Event) {
    let Some(element) = target(event) else { return };
    if let Ok(Some(input)) = element.closest("[role=combobox]") {
        let input: &HtmlInputElement = input.unchecked_ref();
        let slot = slot_of(&input.name());
        let open = state.stand.with_untracked(|stand| stand.list.is_some());
        if open {
            close_list(state);
        } else {
            open_list(state, slot, None);
        }
        return;
    }
    let Ok(Some(button)) = element.closest("[data-do]") else {
        return;
    };
    let verb = button.get_attribute("data-do").unwrap_or_default();
    let about = button.get_attribute("value").unwrap_or_default();
    let phase = about.parse::<u8>().unwrap_or(0);
    match verb.as_str() {
        "focus" => focus(state, &about),
        "explain" => {
            let slot = slot_of(&about);
            state.stand.update(|stand| {
                stand.explained = if stand.explained == slot { None } else { slot };
            });
        }
        "write" => write(state, &about),
        "clear" => big(state, |state| {
            state.replace(Form::empty(), "Cleared.", None);
            outside::focus("params");
        }),
        "clear-rest" => big(state, State::clear_rest),
        "undo" => big(state, State::undo),
        "mixture" => mixture(state, phase),
        "more-counting" => fold(state, phase, |fold| {
            fold.more_counting = !fold.more_counting
        }),
        "more-hardware" => fold(state, phase, |fold| {
            fold.more_hardware = !fold.more_hardware
        }),
        "add-phase" => big(state, State::add_phase),
        "remove-phase" => big(state, move |state| state.remove_phase(phase)),
        "up" => state.move_phase(phase, false),
        "down" => state.move_phase(phase, true),
        "choose" => {
            let at = button
                .get_attribute("data-at")
                .and_then(|at| at.parse::<usize>().ok());
            choose(state, at);
        }
        "enter-peak" => {
            close_list(state);
            fold(state, phase, |fold| fold.more_hardware = true);
            outside::focus(&Slot::new(Field::Peak, phase).key());
        }
        "panel" => {
            let panel = match about.as_str() {
                "share" => Panel::Share,
                _ => Panel::Embed,
            };
            state.stand.update(|stand| {
                stand.copied = None;
                stand.panel = if stand.panel == Some(panel) {
                    None
                } else {
                    Some(panel)
                };
            });
            let open = state.stand.with_untracked(|stand| stand.panel);
            if open == Some(Panel::Share) {
                outside::after_render(move || copy_text(state, "share-text"));
            }
        }
        "copy" => {
            for id in ["share-text", "share-number", "embed-live", "embed-frozen"] {
                if about == id {
                    copy_text(state, id);
                }
            }
        }
        "copy-steps" => outside::copy(
            &result::after::steps_text(&state.found.get_untracked()),
            "steps",
        ),
        "thresholds" => state
            .stand
            .update(|stand| stand.all_thresholds = !stand.all_thresholds),
        "print" => {
            let _ = gloo::utils::window().print();
        }
        _ => {}
    }
}

/// A change that "back" takes back, and that the address tells at once.
fn big(state: State, change: impl FnOnce(State)) {
    crate::address::push(state);
    change(state);
    UNDO.with(|pause| {
        pause.wait(UNDO_MS, move || {
            state.stand.update(|stand| stand.undo = None)
        });
    });
}

fn copy_text(state: State, id: &'static str) {
    let Some(area) = document().get_element_by_id(id) else {
        return;
    };
    let area: &HtmlInputElement = area.unchecked_ref();
    outside::copy(&area.value(), id);
    state.stand.update(|stand| stand.copied = Some(id));
    COPIED.with(|pause| {
        pause.wait(4000, move || {
            state.stand.update(|stand| stand.copied = None)
        });
    });
}

/// Goes to a field; where it is folded away, it is unfolded first.
fn focus(state: State, key: &str) {
    if let Some(slot) = slot_of(key) {
        state.stand.update(|stand| {
            if let Some(fold) = stand.phase_mut(slot.phase) {
                match slot.field {
                    Field::Batch
                    | Field::Steps
                    | Field::Ratio
                    | Field::Depth
                    | Field::Width
                    | Field::SequenceLength
                    | Field::Mask => fold.more_counting = true,
                    Field::Peak | Field::Hfu | Field::Executed => fold.more_hardware = true,
                    Field::Active => fold.mixture = true,
                    _ => {}
                }
            }
        });
    }
    let key = key.to_string();
    outside::after_render(move || outside::focus(&key));
}

/// Writes texts into fields: key and text in turn, a line each.
fn write(state: State, edits: &str) {
    let mut lines = edits.split('\n');
    while let (Some(key), Some(text)) = (lines.next(), lines.next()) {
        if let Some(slot) = slot_of(key) {
            state.write(slot, text);
        }
    }
}

fn fold(state: State, phase: u8, change: impl FnOnce(&mut crate::state::PhaseFold)) {
    state.stand.update(|stand| {
        if let Some(fold) = stand.phase_mut(phase) {
            change(fold);
        }
    });
}

/// Shows or puts away the field for active parameters; its text comes back with it.
fn mixture(state: State, phase: u8) {
    let slot = Slot::new(Field::Active, phase);
    let shown = state
        .stand
        .with_untracked(|stand| stand.phase(phase).mixture)
        || state
            .form
            .with_untracked(|form| !form.get(slot).trim().is_empty());
    state.set_mixture(phase, !shown);
    if !shown {
        outside::after_render(move || outside::focus(&slot.key()));
    }
}

fn open_list(state: State, slot: Option<Slot>, typed: Option<String>) {
    state.stand.update(|stand| {
        stand.list = Some(List {
            slot,
            filters: typed.is_some(),
            typed: typed.unwrap_or_default(),
            active: None,
        });
    });
}

fn close_list(state: State) {
    let open = state.stand.with_untracked(|stand| stand.list.is_some());
    if open {
        state.stand.update(|stand| stand.list = None);
    }
}

/// The open list's texts, as filtered.
fn options(state: State) -> Vec<String> {
    let (form, found, stand) = (
        state.form.read_untracked(),
        state.found.get_untracked(),
        state.stand.read_untracked(),
    );
    let view = View {
        form: &form,
        found: &found,
        stand: &stand,
        tables: state.tables.get_untracked(),
        typing: None,
    };
    match &stand.list {
        Some(list) => choices(&view, list)
            .0
            .into_iter()
            .map(|choice| choice.text)
            .collect(),
        None => Vec::new(),
    }
}

fn choose(state: State, at: Option<usize>) {
    let list = state.stand.with_untracked(|stand| stand.list.clone());
    let (Some(list), Some(at)) = (list, at) else {
        return;
    };
    let Some(text) = options(state).into_iter().nth(at) else {
        return;
    };
    close_list(state);
    match list.slot {
        Some(slot) => state.write(slot, &text),
        None => big(state, move |state| {
            state.start_from(&text);
        }),
    }
}

fn mouse_down(_: State, event: &Event) {
    // The focus stays in the input while an option is pressed; the list would close under the pointer.
    if let Some(element) = target(event)
        && let Ok(Some(_)) = element.closest(".list")
    {
        event.prevent_default();
    }
}

fn key_down(state: State, event: &Event) {
    let Some(event) = event.dyn_ref::<KeyboardEvent>() else {
        return;
    };
    let Some(input) = target(event)
        .filter(|element| element.get_attribute("role").as_deref() == Some("combobox"))
    else {
        return;
    };
    let key = event.key();
    let list = state.stand.with_untracked(|stand| stand.list.clone());
    match (key.as_str(), list) {
        ("ArrowDown" | "ArrowUp", None) => {
            let input: &HtmlInputElement = input.unchecked_ref();
            open_list(state, slot_of(&input.name()), None);
            move_in_list(state, &key);
            event.prevent_default();
        }
        ("ArrowDown" | "ArrowUp", Some(_)) => {
            move_in_list(state, &key);
            event.prevent_default();
        }
        // Home and End move in the list once an option is active; else the caret's own.
        (
            "Home" | "End",
            Some(List {
                active: Some(_), ..
            }),
        ) => {
            move_in_list(state, &key);
            event.prevent_default();
        }
        ("Enter", Some(list)) => {
            let at = list
                .active
                .or_else(|| (options(state).len() == 1).then_some(0));
            match at {
                Some(at) => choose(state, Some(at)),
                None => close_list(state),
            }
            event.prevent_default();
        }
        ("Escape", Some(_)) => {
            close_list(state);
            event.prevent_default();
        }
        _ => {}
    }
}

fn move_in_list(state: State, key: &str) {
    let count = options(state).len();
    state.stand.update(|stand| {
        if let Some(list) = &mut stand.list {
            list.active = moved(list.active, count, key);
        }
    });
    outside::after_render(|| {
        if let Ok(Some(option)) = document().query_selector("[role=option][aria-selected=true]") {
            let options = web_sys::ScrollIntoViewOptions::new();
            options.set_block(web_sys::ScrollLogicalPosition::Nearest);
            option.scroll_into_view_with_scroll_into_view_options(&options);
        }
    });
}

fn focus_out(state: State, event: &Event) {
    if state.typing.get_untracked().is_some() {
        TYPING.with(Pause::stop);
        state.typing.set(None);
    }
    if let Some(element) = target(event)
        && element.get_attribute("role").as_deref() == Some("combobox")
    {
        close_list(state);
    }
}

/// Copying the headline gives what every tool reads: `3.1e23`.
fn copy(state: State, event: &Event) {
    let Some(clipboard) = event
        .dyn_ref::<web_sys::ClipboardEvent>()
        .and_then(|event| event.clipboard_data())
    else {
        return;
    };
    let Ok(Some(selection)) = gloo::utils::window().get_selection() else {
        return;
    };
    let inside = |node: Option<web_sys::Node>| {
        let element = node.and_then(|node| {
            node.dyn_ref::<Element>()
                .cloned()
                .or_else(|| node.parent_element())
        });
        matches!(
            element.map(|element| element.closest("#result")),
            Some(Ok(Some(_)))
        )
    };
    if !inside(selection.anchor_node()) || !inside(selection.focus_node()) {
        return;
    }
    let found = state.found.get_untracked();
    let (estimate, _) = found.shown();
    if let Some(total) = estimate.flop() {
        let text = compute_core::quantity::ascii(total.value, 2);
        if clipboard.set_data("text/plain", &text).is_ok() {
            event.prevent_default();
        }
    }
}

/// What was typed into the static page before the program listened.
pub fn typed_early(state: State, name: &str, value: &str) {
    if let Some(slot) = slot_of(name) {
        state.write(slot, value);
    }
}
