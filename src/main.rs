//! The page: the calculator that answers on the first visit.

/// Everything here runs in a browser; `cargo xtask serve` builds and shows it.
#[cfg(not(target_arch = "wasm32"))]
fn main() {
    println!("The page runs in a browser: cargo xtask serve");
}

#[cfg(target_arch = "wasm32")]
fn main() {
    use leptos::prelude::*;
    use wasm_bindgen::JsCast;

    let Some(root) = document().document_element() else {
        return;
    };
    let Some(app) = document().get_element_by_id("app") else {
        return;
    };
    let query = window().location().search().unwrap_or_default();
    let of = |key: &str| {
        web_sys::UrlSearchParams::new_with_str(&query)
            .ok()
            .and_then(|all| all.get(key))
            .unwrap_or_default()
    };
    let (params, data) = (RwSignal::new(of("params")), RwSignal::new(of("data")));
    let flop = Memo::new(move |_| {
        let read = |text: String| text.trim().parse::<f64>().ok();
        Some(6.0 * read(params.get())? * read(data.get())?)
    });
    let field = |name: &'static str, label: &'static str, text: RwSignal<String>| {
        view! {
            <p>
                <label for=name>{label}</label>
                <input
                    id=name
                    name=name
                    inputmode="decimal"
                    prop:value=text
                    on:input=move |event| text.set(event_target_value(&event))
                />
            </p>
        }
    };
    app.set_text_content(None);
    leptos::mount::mount_to(app.unchecked_into(), move || {
        view! {
            <h1>"Training compute"</h1>
            {field("params", "Parameters", params)}
            {field("data", "Tokens", data)}
            <output id="result" data-flop=move || flop.get().map(|flop| format!("{flop:e}"))>
                {move || flop.get().map(|flop| format!("{flop:.2e} FLOP"))}
            </output>
        }
    })
    .forget();
    let _ = root.set_attribute("data-ready", "");
}
