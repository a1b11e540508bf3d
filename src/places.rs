//! The places beside the calculator (`?page=…`), as a program of their own: the first visit does not carry them.

/// Everything here runs in a browser; `cargo xtask serve` builds and shows it.
#[cfg(not(target_arch = "wasm32"))]
fn main() {
    println!("The page runs in a browser: cargo xtask serve");
}

#[cfg(target_arch = "wasm32")]
fn main() {
    use leptos::prelude::*;
    use wasm_bindgen::JsCast;

    let (Some(root), Some(app)) = (
        document().document_element(),
        document().get_element_by_id("app"),
    ) else {
        return;
    };
    let place = root.get_attribute("data-page").unwrap_or_default();
    app.set_text_content(None);
    leptos::mount::mount_to(app.unchecked_into(), move || view! { <h1>{place}</h1> }).forget();
    let _ = root.set_attribute("data-ready", "");
}
