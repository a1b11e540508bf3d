//! The page: its frame, built once; what follows the state is in the parts.

use compute_core::apart::apart;
use compute_core::catalog::Catalog;
use gloo::events::EventListener;
use gloo::utils::{document, window};
use leptos::prelude::*;
use leptos::wasm_bindgen::{JsCast, JsValue, closure::Closure};
use web_sys::{HtmlElement, HtmlInputElement};

use crate::html::{Node, Tag, button, div, tag, tool};
use crate::result::{STRIP_WIDTH, Surroundings};
use crate::state::{State, Tables};
use crate::{address, embed, events, form, outside, result, theme};

/// Takes the place of the static page with the calculator.
pub fn start() {
    open(calculator, address::follow, false);
}

/// Takes the place of the static page with the embed.
pub fn start_embed() {
    open(
        |state, around, _| div("embedded").live(move || embed::embed(state, around)),
        |state, _| {
            Effect::new(move |_| {
                state.found.track();
                outside::tell_height();
            });
        },
        true,
    );
}

/// What a frame draws, and what follows the state outside of it.
type Frame = fn(State, Surroundings, RwSignal<String>) -> Tag;
type Follow = fn(State, RwSignal<String>);

fn open(frame: Frame, follow: Follow, is_embed: bool) {
    let Some(root) = document().document_element() else {
        return;
    };
    let Some(app) = document()
        .get_element_by_id("app")
        .and_then(|app| app.dyn_into::<HtmlElement>().ok())
    else {
        return;
    };
    let seed = Tables {
        catalog: leak(compute_tables::SEED).unwrap_or_else(|| Box::leak(Box::default())),
        whole: false,
    };
    let query = outside::query();
    let owner = Owner::new();
    owner.set();
    let state = State::open(&query, seed);
    let asks = state.address.with_value(|address| address.said_something) || is_embed;
    let show = move || {
        let early = early(&app, state);
        let around = Surroundings {
            width: RwSignal::new(STRIP_WIDTH),
            rug: StoredValue::new(rug(&app)),
        };
        let status = RwSignal::new(String::new());
        app.set_text_content(None);
        leptos::mount::mount_to_renderer(&app, move || frame(state, around, status)).forget();
        if let Some(name) = early {
            outside::focus(&name);
        }
        measure(around.width);
        EventListener::new(&window(), "resize", move |_| measure(around.width)).forget();
        theme::show();
        events::listen(state);
        follow(state, status);
        let _ = root.set_attribute("data-ready", "");
    };
    if asks {
        // A link may name any row: its answer waits for the tables, or for the news that they do not come.
        apart(|| {
            fetch(move |catalog| {
                if catalog.is_some() {
                    take(state, catalog);
                    state.read_address(&outside::query());
                }
                show();
            });
        });
    } else {
        show();
        // The first visit answers from the seed. The rest comes when somebody turns to the page: what nobody asks for is not sent.
        TABLES.set(Some(state));
    }
    // As long as the page.
    std::mem::forget(owner);
}

thread_local! {
    /// Whose tables are still to come.
    static TABLES: std::cell::Cell<Option<State>> = const { std::cell::Cell::new(None) };
}

/// Asks for the rest of the tables, the first time only.
pub fn tables_now() {
    if let Some(state) = TABLES.take() {
        apart(|| {
            fetch(move |catalog| take(state, catalog));
        });
    }
}

/// Puts all tables in place of those there are, where they came.
fn take(state: State, catalog: Option<&'static Catalog>) {
    if let Some(catalog) = catalog {
        state.tables.set(Tables {
            catalog,
            whole: true,
        });
    }
}

/// Tables for as long as the page lives; every row borrows from the text.
fn leak(text: &'static str) -> Option<&'static Catalog> {
    Catalog::read(text)
        .ok()
        .map(|catalog| &*Box::leak(Box::new(catalog)))
}

/// Asks boot.js for all tables.
fn fetch(then: impl FnOnce(Option<&'static Catalog>) + 'static) {
    let promise = js_sys::Reflect::get(&window(), &"trainingCompute".into())
        .and_then(|boot| {
            js_sys::Reflect::get(&boot, &"catalog".into()).map(|catalog| (boot, catalog))
        })
        .and_then(|(boot, catalog)| {
            catalog
                .dyn_into::<js_sys::Function>()
                .and_then(|catalog| catalog.call0(&boot))
        })
        .and_then(|promise| promise.dyn_into::<js_sys::Promise>());
    let Ok(promise) = promise else {
        then(None);
        return;
    };
    let then = std::cell::Cell::new(Some(then));
    // Called once, with the text or with the error.
    let done = Closure::<dyn FnMut(JsValue)>::new(move |answer: JsValue| {
        let catalog = answer
            .as_string()
            .and_then(|text| leak(Box::leak(text.into_boxed_str())));
        if let Some(then) = then.take() {
            then(catalog);
        }
    });
    let _ = promise.then2(&done, &done);
    done.forget();
}

/// What somebody typed into the static page before the program came is kept, and the focus with it.
fn early(app: &HtmlElement, state: State) -> Option<String> {
    // All inputs: the release's HTML leaves `type=text` out, being the default. Only a text differs from its default here.
    let inputs = app.query_selector_all("input").ok()?;
    for at in 0..inputs.length() {
        let Some(input) = inputs
            .get(at)
            .and_then(|node| node.dyn_into::<HtmlInputElement>().ok())
        else {
            continue;
        };
        if input.value() != input.default_value() {
            apart(|| events::typed_early(state, &input.name(), &input.value()));
        }
    }
    let active = document().active_element()?;
    (app.contains(Some(&active)) && active.tag_name() == "INPUT").then(|| active.id())
}

fn rug(app: &HtmlElement) -> String {
    app.query_selector(".rug")
        .ok()
        .flatten()
        .and_then(|rug| rug.get_attribute("d"))
        .unwrap_or_default()
}

fn measure(width: RwSignal<f64>) {
    if let Ok(Some(strip)) = document().query_selector(".strip") {
        let now = strip.get_bounding_client_rect().width();
        if now > 0.0 && (now - width.get_untracked()).abs() > 0.5 {
            apart(|| width.set(now));
        }
    }
}

fn calculator(state: State, around: Surroundings, status: RwSignal<String>) -> Tag {
    let question = div("question")
        .with(tag("h1").with("How much compute did it take to train this model?"))
        .with(
            div("actions")
                .with(
                    tag("a")
                        .class("text")
                        .set("href", "?page=count")
                        .set("data-place", "")
                        .with("Open a model file"),
                )
                .with(tool("text", "passage", "Paste a passage"))
                .with(button("text", "clear", "").with("Clear")),
        );
    let desk = div("desk")
        // For the tools of boot.js; what stands in it is theirs.
        .with(
            tag("section")
                .set("id", "tool")
                .flag("hidden", true)
                .set("aria-labelledby", "tool-title"),
        )
        .with(
            tag("form")
                .class("form")
                .set("novalidate", "")
                .live(move || form::form(state)),
        )
        .with(div("aside").live(move || result::result(state, around)))
        .with(div("after").live(move || result::after::after(state)));
    div("calculator")
        .with(question)
        .with(desk)
        .with(div("dock").live(move || result::dock(state)))
        .with(
            tag("p")
                .class("vh")
                .set("role", "status")
                .live(move || vec![Node::from(status.get())]),
        )
}
