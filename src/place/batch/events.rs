//! What a person does at this place.

use gloo::events::{EventListener, EventListenerOptions};
use gloo::timers::callback::Timeout;
use gloo::utils::{document, window};
use wasm_bindgen::JsCast;
use web_sys::{
    Blob, DragEvent, Event, FileList, HtmlAnchorElement, HtmlElement, HtmlInputElement,
    HtmlTextAreaElement, Url,
};

use super::state::Place;
use super::{example, view, worker};
use crate::html::Node;
use crate::outside;
use crate::place::{Loaded, Screen};
use leptos::prelude::*;

/// The place.
pub struct Many {
    place: Place,
}

impl Many {
    /// From what the address says.
    pub fn new(loaded: Loaded) -> Many {
        Many {
            place: Place::new(Box::leak(Box::new(loaded))),
        }
    }
}

/// Gives an element the focus once what was just changed stands in the page.
fn focus(id: &'static str) {
    outside::after_render(move || {
        if let Some(element) = document()
            .get_element_by_id(id)
            .and_then(|element| element.dyn_into::<HtmlElement>().ok())
        {
            let _ = element.focus();
        }
    });
}

/// The text that stands in the field. Not kept in a signal: it may be megabytes.
fn pasted() -> String {
    document()
        .get_element_by_id("table")
        .and_then(|area| area.dyn_into::<HtmlTextAreaElement>().ok())
        .map(|area| area.value())
        .unwrap_or_default()
}

impl Screen for Many {
    fn view(&'static self) -> Vec<Node> {
        view::place(self.place)
    }

    fn shown(&'static self) {
        listen(self.place);
    }

    fn act(&'static self, verb: &str, about: &str) {
        let place = self.place;
        match verb {
            "try" => {
                let text = example::table(place.home.catalog);
                place.pasted.set(text.clone());
                place.read_text(&text);
            }
            "read" => place.read_text(&pasted()),
            "cancel" => {
                place.cancel();
                focus("batch-result");
            }
            "sort" => {
                place.order.update(|(by, down)| {
                    *down = if by == about {
                        !*down
                    } else {
                        view::falls_first(about)
                    };
                    *by = about.to_string();
                });
                place.ask_rows();
            }
            "open" => {
                if let Ok(line) = about.parse() {
                    place.open.update(|open| {
                        if !open.remove(&line) {
                            open.insert(line);
                        }
                    });
                }
            }
            "more" => place.show_more(),
            "save" => place.ask_saved(),
            _ => {}
        }
    }
}

/// Reads the first of some files, and says so of the others; whether there was one.
fn read_first(place: Place, files: Option<FileList>) -> bool {
    let Some(files) = files else { return false };
    let Some(file) = files.get(0) else {
        return false;
    };
    place.read_file(file, files.length() - 1);
    true
}

/// Files dropped or chosen.
fn listen(place: Place) {
    let on = |name: &'static str, handle: fn(Place, &Event)| {
        EventListener::new_with_options(
            &document(),
            name,
            EventListenerOptions::enable_prevent_default(),
            move |event| handle(place, event),
        )
        .forget();
    };
    on("change", |place, event| {
        let Some(input) = event
            .target()
            .and_then(|at| at.dyn_into::<HtmlInputElement>().ok())
        else {
            return;
        };
        if input.type_() == "file" {
            read_first(place, input.files());
            // The same file can be chosen again after it has changed.
            input.set_value("");
        }
    });
    on("dragover", |place, event| {
        event.prevent_default();
        if !place.dragged.get_untracked() {
            place.dragged.set(true);
        }
    });
    on("dragleave", |place, event| {
        // Left for good, and not for another element of the page.
        let left = event
            .dyn_ref::<DragEvent>()
            .is_some_and(|event| event.related_target().is_none());
        if left {
            place.dragged.set(false);
        }
    });
    on("drop", |place, event| {
        event.prevent_default();
        place.dragged.set(false);
        let Some(data) = event
            .dyn_ref::<DragEvent>()
            .and_then(DragEvent::data_transfer)
        else {
            return;
        };
        if !read_first(place, data.files())
            && let Ok(text) = data.get_data("text/plain")
            && !text.is_empty()
        {
            place.read_text(&text);
        }
    });
    EventListener::new(&window(), "pagehide", |_| worker::stop()).forget();
}

/// Hands a file to the browser to be kept.
pub fn save(blob: &Blob, name: &str) {
    let Ok(address) = Url::create_object_url_with_blob(blob) else {
        return;
    };
    if let Some(link) = document()
        .create_element("a")
        .ok()
        .and_then(|link| link.dyn_into::<HtmlAnchorElement>().ok())
    {
        link.set_href(&address);
        link.set_download(name);
        link.click();
    }
    // Not before the browser has taken it.
    Timeout::new(10_000, move || {
        let _ = Url::revoke_object_url(&address);
    })
    .forget();
}
