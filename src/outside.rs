//! What is outside of the page's state: address bar, title, clipboard, host page, clock. Effects end here.

use std::cell::RefCell;

use gloo::timers::callback::Timeout;
use gloo::utils::{document, window};
use leptos::wasm_bindgen::{JsCast, JsValue};
use web_sys::{HtmlElement, HtmlTextAreaElement};

/// A timer that is set anew at each call: something that happens at a pause.
pub struct Pause(RefCell<Option<Timeout>>);

impl Pause {
    /// Nothing waits.
    pub const fn new() -> Pause {
        Pause(RefCell::new(None))
    }

    /// Runs after this many milliseconds without another call.
    pub fn wait(&self, ms: u32, then: impl FnOnce() + 'static) {
        // Dropping the timer before cancels it.
        let timer = Timeout::new(ms, then);
        if let Ok(mut waiting) = self.0.try_borrow_mut() {
            *waiting = Some(timer);
        }
    }

    /// Forgets what waits.
    pub fn stop(&self) {
        if let Ok(mut waiting) = self.0.try_borrow_mut() {
            *waiting = None;
        }
    }
}

impl Default for Pause {
    fn default() -> Pause {
        Pause::new()
    }
}

/// The query of the address, without `?`.
pub fn query() -> String {
    let search = window().location().search().unwrap_or_default();
    search.strip_prefix('?').unwrap_or(&search).to_string()
}

/// The page's own address without query and fragment.
pub fn base() -> String {
    let location = window().location();
    [
        location.origin().unwrap_or_default(),
        location.pathname().unwrap_or_default(),
    ]
    .concat()
}

/// The fragment of the address where it holds a count of layers, with `#`; else empty.
pub fn count_fragment() -> String {
    let hash = window().location().hash().unwrap_or_default();
    if hash.starts_with("#layers=") || hash.starts_with("#count=") {
        hash
    } else {
        String::new()
    }
}

/// Writes the query; `push` leaves the one before for "back". A count of layers stays in the address.
pub fn set_query(query: &str, push: bool) {
    let mark = if query.is_empty() { "" } else { "?" };
    let target = [&base(), mark, query, &count_fragment()].concat();
    let Ok(history) = window().history() else {
        return;
    };
    // Refused in an opaque origin and beyond a browser's rate: the address then stays as it was.
    let _ = if push {
        history.push_state_with_url(&JsValue::NULL, "", Some(&target))
    } else {
        history.replace_state_with_url(&JsValue::NULL, "", Some(&target))
    };
}

/// The title of the window.
pub fn set_title(title: &str) {
    document().set_title(title);
}

/// Gives the places' links what was typed, so that it comes along and back.
pub fn set_places(query: &str) {
    let Ok(links) = document().query_selector_all("#places nav a, .brand, [data-place]") else {
        return;
    };
    for at in 0..links.length() {
        let Some(link) = links
            .get(at)
            .and_then(|node| node.dyn_into::<web_sys::Element>().ok())
        else {
            continue;
        };
        let href = link.get_attribute("href").unwrap_or_default();
        let place = href
            .split(['?', '&'])
            .find(|part| part.starts_with("page="))
            .unwrap_or("");
        let mark = if place.is_empty() && query.is_empty() {
            "./"
        } else {
            "?"
        };
        let between = if place.is_empty() || query.is_empty() {
            ""
        } else {
            "&"
        };
        let _ = link.set_attribute("href", &[mark, place, between, query].concat());
    }
}

/// Runs once what was just changed stands in the page, unless the reader has gone to another element meanwhile: a browser lets keys
/// go before timers, and a focus that came late would take the rest of a word.
pub fn after_render(then: impl FnOnce() + 'static) {
    let before = document().active_element();
    Timeout::new(0, move || {
        let now = document().active_element();
        // What had the focus may be gone: then the body has it.
        if now == before || now.is_none_or(|at| at.tag_name() == "BODY") {
            then();
        }
    })
    .forget();
}

/// Sets the focus to an input by its name, and brings its label into view.
pub fn focus(name: &str) {
    let Some(input) = document()
        .query_selector(&["[name=\"", name, "\"]"].concat())
        .ok()
        .flatten()
        .and_then(|element| element.dyn_into::<HtmlElement>().ok())
    else {
        return;
    };
    if let Ok(Some(field)) = input.closest(".field") {
        let options = web_sys::ScrollIntoViewOptions::new();
        options.set_block(web_sys::ScrollLogicalPosition::Nearest);
        field.scroll_into_view_with_scroll_into_view_options(&options);
    }
    let _ = input.focus();
}

/// Copies a text. Where the clipboard is refused, the text area it stands in is selected for a hand copy.
pub fn copy(text: &str, id: &str) {
    if let Some(area) = document()
        .get_element_by_id(id)
        .and_then(|element| element.dyn_into::<HtmlTextAreaElement>().ok())
    {
        area.select();
    }
    // Absent without a secure origin, and refused by some frames: the selection is what is left then.
    let clipboard = js_sys::Reflect::get(&window().navigator(), &"clipboard".into());
    if let Ok(clipboard) = clipboard
        && let Ok(clipboard) = clipboard.dyn_into::<web_sys::Clipboard>()
    {
        let _ = clipboard.write_text(text);
    }
}

/// Today's date, ISO.
pub fn today() -> String {
    let text: String = js_sys::Date::new_0().to_iso_string().into();
    text.get(..10).unwrap_or("").to_string()
}

/// Tells a host page how high the embed is.
pub fn tell_height() {
    let Some(body) = document().body() else {
        return;
    };
    let Ok(Some(parent)) = window().parent() else {
        return;
    };
    let message = js_sys::Object::new();
    let set =
        |key: &str, value: JsValue| js_sys::Reflect::set(&message, &key.into(), &value).is_ok();
    if set("type", "training-compute:height".into()) && set("height", body.scroll_height().into()) {
        // The height tells nobody anything: any host may hear it.
        let _ = parent.post_message(&message, "*");
    }
}
