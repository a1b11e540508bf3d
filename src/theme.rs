//! Light, dark or the system's choice, remembered where the browser lets us.

use gloo::utils::{document, window};
use leptos::wasm_bindgen::JsCast;
use web_sys::HtmlSelectElement;

const KEY: &str = "theme";

fn list() -> Option<HtmlSelectElement> {
    document().get_element_by_id(KEY)?.dyn_into().ok()
}

/// Shows in the header's list what boot.js found before the first paint.
pub fn show() {
    let theme = document()
        .document_element()
        .and_then(|root| root.get_attribute("data-theme"))
        .unwrap_or_else(|| "auto".to_string());
    if let Some(list) = list() {
        list.set_value(&theme);
    }
}

/// Takes the choice of the header's list.
pub fn choose() {
    let (Some(list), Some(root)) = (list(), document().document_element()) else {
        return;
    };
    let theme = list.value();
    if theme == "light" || theme == "dark" {
        let _ = root.set_attribute("data-theme", &theme);
    } else {
        let _ = root.remove_attribute("data-theme");
    }
    // boot.js reads the bare word; gloo's storage would write JSON, and panic in an opaque origin, where storage throws.
    // Refused, the choice lasts as long as the page.
    if let Ok(Some(storage)) = window().local_storage() {
        let _ = storage.set_item(KEY, &theme);
    }
}
