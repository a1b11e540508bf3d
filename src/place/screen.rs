//! What every place shares: it is chosen by the address, waits for its files, takes the place of the static page, and hears
//! of what a person does.

use compute_core::catalog::Catalog;
use compute_core::estimate::{Estimate, estimate};
use compute_core::field::{Field, Slot};
use compute_core::form::Form;
use compute_core::link::{self, Address, Place};
use compute_core::request;
use gloo::events::{EventListener, EventListenerOptions};
use gloo::utils::{document, window};
use leptos::prelude::*;
use leptos::wasm_bindgen::{JsCast, JsValue, closure::Closure};
use web_sys::{Element, Event, HtmlElement, HtmlInputElement, KeyboardEvent};

use super::{batch, count, examples, hardware, method, models};
use crate::html::{Node, Tag, div, p, tag};
use crate::outside::{self, Pause};
use crate::theme;

/// A place: what it shows, and what it does at what a person does. It lives as long as the page.
pub trait Screen {
    /// What stands in `<main>`.
    fn view(&'static self) -> Vec<Node>;
    /// After it stands in the document.
    fn shown(&'static self) {}
    /// A press on what carries `data-do` (the verb); `about` is its `value`.
    fn act(&'static self, _verb: &str, _about: &str) {}
    /// Text typed into an input of that name.
    fn typed(&'static self, _name: &str, _text: &str) {}
    /// A choice made in a list or among radio buttons of that name.
    fn chose(&'static self, _name: &str, _value: &str) {}
    /// A key, with the element that has the focus.
    fn key(&'static self, _event: &KeyboardEvent, _at: &Element) {}
    /// The pointer over an element, in pixels of the window.
    fn over(&'static self, _at: &Element, _x: f64, _y: f64) {}
    /// The window has another size.
    fn sized(&'static self) {}
    /// The page was scrolled, at a pause.
    fn scrolled(&'static self) {}
}

/// The files and the address that a place starts from.
pub struct Loaded {
    /// The tables.
    pub catalog: &'static Catalog,
    /// What the address says.
    pub address: Address,
    /// What was typed in the calculator, as a query; every link carries it.
    pub query: String,
    /// The place's own files, in the order asked for.
    pub files: Vec<&'static str>,
}

impl Loaded {
    fn new(texts: Vec<&'static str>) -> Loaded {
        let (first, files) = texts.split_first().unwrap_or((&"", &[]));
        let catalog = Catalog::read(first).unwrap_or_default();
        let catalog: &Catalog = Box::leak(Box::new(catalog));
        let (address, _) = link::decode(&outside::query(), catalog);
        let query = link::encode(&Address {
            form: address.form.clone(),
            tables: address.tables.clone(),
            ..Address::default()
        });
        // Nothing typed is not the same as a first visit.
        let emptied = outside::query()
            .split('&')
            .any(|pair| pair == "example=none");
        Loaded {
            catalog,
            address,
            query: if query.is_empty() && emptied {
                "example=none".to_string()
            } else {
                query
            },
            files: files.to_vec(),
        }
    }

    /// A file of the place, by its number.
    pub fn file(&self, at: usize) -> &'static str {
        self.files.get(at).copied().unwrap_or("")
    }

    /// The address of another place, with what was typed.
    pub fn to(&self, place: Place) -> String {
        let between = if self.query.is_empty() { "" } else { "&" };
        ["?page=", place.id(), between, &self.query].concat()
    }

    /// The address of the calculator with this accelerator in what was typed. A peak or a format of another chip goes.
    pub fn with_accelerator(&self, name: &str) -> String {
        let mut form = self.address.form.clone();
        form.set(Slot::new(Field::Accelerator, 0), name);
        form.set(Slot::new(Field::Peak, 0), "");
        form.set(Slot::new(Field::Format, 0), "");
        calculator(&form)
    }

    /// The estimate of what was typed; `None` where it gives no number.
    pub fn estimate(&self) -> Option<Estimate> {
        let form = &self.address.form;
        if form.is_empty() {
            return None;
        }
        let found = estimate(form, &request::read(form, self.catalog), self.catalog);
        found.flop().is_some().then_some(found)
    }
}

/// The address of the calculator with a form.
pub fn calculator(form: &Form) -> String {
    ["?", &link::encode_form(form)].concat()
}

/// Title and files of a place, and how it is made.
struct Way {
    title: &'static str,
    files: &'static [&'static str],
    open: fn(Loaded) -> &'static dyn Screen,
}

const HARDWARE: &str = "data/hardware.csv";
const MODELS: &str = "data/models.csv";
const PRESETS: &str = "data/presets.csv";

fn way(place: Place) -> Way {
    match place {
        Place::Hardware => Way {
            title: "Hardware",
            files: &[HARDWARE],
            open: hardware::open,
        },
        Place::Models => Way {
            title: "Models",
            files: &[MODELS],
            open: models::open,
        },
        Place::Examples => Way {
            title: "Worked examples",
            files: &[PRESETS],
            open: examples::open,
        },
        Place::Method => Way {
            title: "Method",
            files: &[],
            open: method::open,
        },
        Place::Count => Way {
            title: "Count a model",
            files: &[],
            open: count::open,
        },
        Place::Batch => Way {
            title: "Many at once",
            files: &[],
            open: batch::open,
        },
    }
}

/// A place whose files did not come: it answers to nothing but the theme.
struct Absent;

impl Screen for Absent {
    fn view(&'static self) -> Vec<Node> {
        Vec::new()
    }
}

/// The kebab-case id that boot.js put on the document.
fn asked() -> Option<Place> {
    let id = document().document_element()?.get_attribute("data-page")?;
    Place::ALL.into_iter().find(|place| place.id() == id)
}

/// Takes the place of the static page, once the place's files are there.
pub fn start() {
    let Some(place) = asked() else { return };
    let Some(app) = document()
        .get_element_by_id("app")
        .and_then(|app| app.dyn_into::<HtmlElement>().ok())
    else {
        return;
    };
    let way = way(place);
    outside::set_title(&[way.title, " — Training compute"].concat());
    header(place, way.title);
    theme::show();
    let owner = Owner::new();
    owner.set();
    fetch(way.files, move |texts| match texts {
        Some(texts) => {
            let loaded = Loaded::new(texts);
            outside::set_places(&loaded.query);
            let screen = (way.open)(loaded);
            mount(&app, place, screen.view());
            listen(screen);
            screen.shown();
            let kept = kept_scroll();
            arrive(kept);
            // The page's main style sheet may still be on its way.
            if document().ready_state() != "complete" {
                EventListener::once(&window(), "load", move |_| {
                    screen.sized();
                    arrive(kept);
                })
                .forget();
            }
            ready();
        }
        None => {
            mount(&app, place, vec![missing(way.title)]);
            listen(&Absent);
            ready();
        }
    });
    // As long as the page.
    std::mem::forget(owner);
}

fn missing(title: &'static str) -> Node {
    div("notice")
        .with(tag("h1").with(title))
        .with(p("").with(
            "A file of this place did not come: the host or the network did not give it. Reload the page to try again.",
        ))
        .into()
}

fn mount(app: &HtmlElement, place: Place, children: Vec<Node>) {
    app.set_text_content(None);
    let root: Tag = div("place")
        .set("id", ["place-", place.id()].concat())
        .with(children);
    leptos::mount::mount_to_renderer(app, move || root).forget();
}

fn ready() {
    if let Some(root) = document().document_element() {
        let _ = root.set_attribute("data-ready", "");
    }
}

/// The static header stands on the calculator; here it stands on the place.
fn header(place: Place, title: &str) {
    let Ok(links) = document().query_selector_all("#places nav a") else {
        return;
    };
    let own = ["page=", place.id()].concat();
    for at in 0..links.length() {
        let Some(link) = links
            .get(at)
            .and_then(|link| link.dyn_into::<Element>().ok())
        else {
            continue;
        };
        let here = link
            .get_attribute("href")
            .is_some_and(|href| href.split(['?', '&']).any(|part| part == own));
        let _ = if here {
            link.set_attribute("aria-current", "page")
        } else {
            link.remove_attribute("aria-current")
        };
    }
    if let Ok(Some(skip)) = document().query_selector(".skip") {
        skip.set_text_content(Some(&["Skip to: ", title].concat()));
    }
}

/// Asks boot.js for the tables and the place's files; `None` where one does not come.
fn fetch(files: &[&str], then: impl FnOnce(Option<Vec<&'static str>>) + 'static) {
    let Some(all) = ask(files) else {
        then(None);
        return;
    };
    let then = std::rc::Rc::new(std::cell::Cell::new(Some(then)));
    let failed = then.clone();
    // One of the two is called, once.
    let done = Closure::<dyn FnMut(JsValue)>::new(move |answer: JsValue| {
        let texts: Option<Vec<&'static str>> = js_sys::Array::from(&answer)
            .iter()
            .map(|text| text.as_string().map(|text| &*text.leak()))
            .collect();
        if let Some(then) = then.take() {
            then(texts);
        }
    });
    let refused = Closure::<dyn FnMut(JsValue)>::new(move |_| {
        if let Some(then) = failed.take() {
            then(None);
        }
    });
    let _ = all.then2(&done, &refused);
    done.forget();
    refused.forget();
}

fn ask(files: &[&str]) -> Option<js_sys::Promise> {
    let boot = js_sys::Reflect::get(&window(), &"trainingCompute".into()).ok()?;
    let call = |name: &str, file: &JsValue| {
        js_sys::Reflect::get(&boot, &name.into())
            .ok()?
            .dyn_into::<js_sys::Function>()
            .ok()?
            .call1(&boot, file)
            .ok()
    };
    let all = js_sys::Array::new();
    all.push(&call("catalog", &JsValue::UNDEFINED)?);
    for file in files {
        all.push(&call("text", &JsValue::from_str(file))?);
    }
    Some(js_sys::Promise::all(&all))
}

/// Where the page was left: the place of the address's fragment, else where "back" left it.
fn arrive(kept: Option<f64>) {
    let location = window().location();
    let fragment = location.hash().unwrap_or_default();
    if let Some(y) = kept {
        window().scroll_to_with_x_and_y(0.0, y);
    } else if let Some(section) = fragment
        .strip_prefix('#')
        .filter(|id| !id.is_empty())
        .and_then(|id| document().get_element_by_id(id))
    {
        section.scroll_into_view();
    }
}

/// How far the page was scrolled when it was left.
fn kept_scroll() -> Option<f64> {
    let history = window().history().ok()?;
    history.state().ok()?.as_f64()
}

thread_local! {
    static SCROLL: Pause = const { Pause::new() };
    static SIZE: Pause = const { Pause::new() };
}

/// At a pause of this length the place hears of scrolling.
const PAUSE_MS: u32 = 80;

fn target(event: &Event) -> Option<Element> {
    event.target()?.dyn_into().ok()
}

/// Listens for as long as the page lives: one set of listeners on the document.
fn listen(screen: &'static dyn Screen) {
    let on = |name: &'static str, handle: fn(&'static dyn Screen, &Event)| {
        EventListener::new_with_options(
            &document(),
            name,
            EventListenerOptions::enable_prevent_default(),
            move |event| handle(screen, event),
        )
        .forget();
    };
    on("click", |screen, event| {
        let found = target(event).and_then(|at| at.closest("[data-do]").ok().flatten());
        if let Some(button) = found {
            let verb = button.get_attribute("data-do").unwrap_or_default();
            let about = button.get_attribute("value").unwrap_or_default();
            screen.act(&verb, &about);
        }
    });
    on("input", |screen, event| {
        if let Some(at) = target(event) {
            let input: &HtmlInputElement = at.unchecked_ref();
            // A list and radio buttons tell of a choice by "change".
            if at.tag_name() != "SELECT" && input.type_() != "radio" {
                screen.typed(&input.name(), &input.value());
            }
        }
    });
    on("change", |screen, event| {
        if let Some(at) = target(event) {
            let input: &HtmlInputElement = at.unchecked_ref();
            if at.id() == "theme" {
                theme::choose();
            } else if at.tag_name() == "SELECT" || input.type_() == "radio" {
                screen.chose(&input.name(), &input.value());
            }
        }
    });
    on("submit", |_, event| event.prevent_default());
    on("keydown", |screen, event| {
        if let (Some(at), Some(key)) = (target(event), event.dyn_ref::<KeyboardEvent>()) {
            screen.key(key, &at);
        }
    });
    on("pointermove", |screen, event| {
        if let Some(at) = target(event) {
            let place = |name: &str| {
                js_sys::Reflect::get(event, &name.into())
                    .ok()
                    .and_then(|value| value.as_f64())
                    .unwrap_or(0.0)
            };
            screen.over(&at, place("clientX"), place("clientY"));
        }
    });
    EventListener::new(&window(), "resize", move |_| {
        SIZE.with(|pause| pause.wait(PAUSE_MS, || screen.sized()));
    })
    .forget();
    EventListener::new(&window(), "scroll", move |_| {
        SCROLL.with(|pause| {
            pause.wait(PAUSE_MS, || {
                keep_scroll();
                screen.scrolled();
            });
        });
    })
    .forget();
}

/// Remembers in this entry of the history how far the page is scrolled: the browser cannot, since the page fills late.
fn keep_scroll() {
    let (Ok(history), Ok(y)) = (window().history(), window().scroll_y()) else {
        return;
    };
    let _ = history.replace_state(&JsValue::from_f64(y), "");
}
