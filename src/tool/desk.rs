//! What the tools share: the section, what was typed in the calculator, and what a person does.

use compute_core::catalog::Catalog;
use compute_core::field::{FIELDS, Field, Slot, Takes};
use compute_core::form::Form;
use compute_core::link;
use gloo::events::{EventListener, EventListenerOptions};
use gloo::utils::document;
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use web_sys::{DragEvent, Element, Event, HtmlElement, HtmlInputElement, KeyboardEvent};

use super::{calibrate, cite, counted, js, layers, modifier, passage, picture};
use crate::html::{Node, Tag, button, div, p, tag};
use crate::outside::{self, Pause};
use crate::place::csv::Sheet;

/// The address follows what is typed at a pause; the tools follow the address.
const ADDRESS_MS: u32 = 450;

thread_local! {
    static ADDRESS: Pause = const { Pause::new() };
}

/// A tool.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tool {
    /// Texts to quote, and records.
    Cite,
    /// A passage to fields.
    Passage,
    /// Utilization from measurements.
    Calibrate,
    /// The EU's rule for modified models.
    Modifier,
    /// Pictures to take away.
    Picture,
    /// Which phases each rule counts.
    Counted,
    /// The count of layers that came in the link.
    Layers,
}

impl Tool {
    const ALL: [Tool; 7] = [
        Tool::Cite,
        Tool::Passage,
        Tool::Calibrate,
        Tool::Counted,
        Tool::Modifier,
        Tool::Picture,
        Tool::Layers,
    ];

    /// The word of `data-tool`.
    fn id(self) -> &'static str {
        match self {
            Tool::Cite => "cite",
            Tool::Passage => "passage",
            Tool::Calibrate => "calibrate",
            Tool::Modifier => "modifier",
            Tool::Picture => "picture",
            Tool::Counted => "counted",
            Tool::Layers => "layers",
        }
    }

    fn label(self) -> &'static str {
        match self {
            Tool::Cite => "Cite",
            Tool::Passage => "Passage",
            Tool::Calibrate => "Calibrate",
            Tool::Modifier => "EU modifier",
            Tool::Picture => "Pictures",
            Tool::Counted => "What is counted",
            Tool::Layers => "Layers",
        }
    }

    fn title(self) -> &'static str {
        match self {
            Tool::Cite => "Cite, keep, open again",
            Tool::Passage => "Fill from a passage",
            Tool::Calibrate => "What utilization?",
            Tool::Modifier => "A modified model under the EU guidelines",
            Tool::Picture => "Pictures to take away",
            Tool::Counted => "What each rule counts",
            Tool::Layers => "Layer by layer, beside method 1",
        }
    }
}

/// Whether the JavaScript module is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Module {
    /// Not asked for.
    Absent,
    /// On its way.
    Asked,
    /// There.
    Ready,
    /// It did not come.
    Failed,
}

/// The signals of the tools.
#[derive(Clone, Copy)]
pub struct Desk {
    /// The tables; `Some(None)` where they did not come.
    pub catalog: RwSignal<Option<Option<&'static Catalog>>>,
    /// The sources of the accelerators' rows; `Some(None)` where they did not come.
    pub sources: RwSignal<Option<Option<&'static Sheet>>>,
    /// The JavaScript module.
    pub module: RwSignal<Module>,
    /// What the calculator's address says.
    pub query: RwSignal<String>,
    /// The tool that is open.
    pub tool: RwSignal<Option<Tool>>,
    /// What was just done, for eye and ear.
    pub said: RwSignal<String>,
    /// The record that was opened last.
    pub opened: RwSignal<cite::Opened>,
    /// The passage.
    pub passage: RwSignal<passage::Stand>,
    /// Measurements.
    pub calibrate: RwSignal<calibrate::Stand>,
    /// The original model.
    pub modifier: RwSignal<modifier::Stand>,
    /// The fragment of a count of layers, as it came in the link; empty where there is none.
    pub fragment: RwSignal<String>,
}

impl Desk {
    /// The tables, where they have come.
    pub fn tables(self) -> Option<&'static Catalog> {
        self.catalog.get().flatten()
    }

    /// What is typed in the calculator.
    pub fn form(self) -> Form {
        let Some(catalog) = self.tables() else {
            return Form::empty();
        };
        self.query.with(|query| {
            let (address, _) = link::decode(query, catalog);
            if address.said_something {
                address.form
            } else {
                // The first visit's example stands there untouched.
                link::decode(&first_visit(), catalog).0.form
            }
        })
    }

    /// Whether the calculator shows its first visit's example, or nothing.
    pub fn nothing_typed(self) -> bool {
        let Some(catalog) = self.tables() else {
            return true;
        };
        self.query.with(|query| {
            let (address, _) = link::decode(query, catalog);
            !address.said_something || address.form.is_empty()
        })
    }

    /// The query of what is typed.
    pub fn typed_query(self) -> String {
        self.query.with(|query| {
            let said = self
                .tables()
                .is_some_and(|catalog| link::decode(query, catalog).0.said_something);
            if said { query.clone() } else { first_visit() }
        })
    }

    /// Gives the calculator a form.
    pub fn fill(self, form: &Form) {
        self.fill_query(&link::encode_form(form));
    }

    /// Gives the calculator a query.
    pub fn fill_query(self, query: &str) {
        let query = if query.is_empty() {
            "example=none"
        } else {
            query
        };
        js::fill(query);
        self.query.set(query.to_string());
    }

    /// Writes a text into a field of what is typed, and others beside it; the field says where its text is from.
    pub fn write_from(self, slot: Slot, text: &str, from: &str, beside: &[(Slot, &str)]) {
        let mut form = untrack(|| self.form());
        form.set(slot, text);
        for (slot, text) in beside {
            form.set(*slot, text);
        }
        let query = link::encode_form(&form);
        js::fill(&[&query, "\n", &slot.key(), "\n", from].concat());
        self.query.set(query);
    }

    /// Writes texts into fields of what is typed.
    pub fn write(self, edits: &[(Slot, &str)]) {
        let mut form = untrack(|| self.form());
        for (slot, text) in edits {
            form.set(*slot, text);
        }
        self.fill(&form);
    }

    fn open(self, tool: Tool) {
        self.tool.set(Some(tool));
        self.said.set(String::new());
        self.look();
        if tool == Tool::Cite && untrack(|| self.sources.get().flatten()).is_none() {
            self.sources.set(None);
            js::ask_boot("text", "data/hardware.csv", move |answer| {
                let sheet = answer
                    .and_then(|text| text.as_string())
                    .map(|text| &*Box::leak(Box::new(Sheet::read(text.leak()))));
                self.sources.set(Some(sheet));
            });
        }
        if tool == Tool::Layers
            && matches!(self.module.get_untracked(), Module::Absent | Module::Failed)
        {
            self.module.set(Module::Asked);
            js::ask_module(move |came| {
                self.module
                    .set(if came { Module::Ready } else { Module::Failed });
            });
        }
        show(Some(tool));
    }

    fn close(self) {
        let was = self.tool.get_untracked();
        self.tool.set(None);
        show(None);
        if let Some(opener) = was.and_then(opener) {
            let _ = opener.focus();
        }
    }

    /// Reads the address.
    fn look(self) {
        let query = outside::query();
        if self.query.with_untracked(|known| *known != query) {
            self.query.set(query);
        }
        let fragment = outside::count_fragment();
        if self.fragment.with_untracked(|known| *known != fragment) {
            let gone = fragment.is_empty();
            self.fragment.set(fragment);
            if gone && self.tool.get_untracked() == Some(Tool::Layers) {
                self.close();
            }
        }
    }
}

fn first_visit() -> String {
    ["example=", crate::state::FIRST_EXAMPLE].concat()
}

/// Every field of a phase that a quantity or an accelerator fills.
pub fn fillable() -> impl Iterator<Item = Field> {
    FIELDS
        .iter()
        .filter(|spec| {
            spec.per_phase && matches!(spec.takes, Takes::Quantity { .. } | Takes::Accelerator)
        })
        .map(|spec| spec.field)
}

/// The slot of a link key: `chips`, `chips.2`.
pub fn slot_of(key: &str) -> Option<Slot> {
    let (name, phase) = match key.rsplit_once('.') {
        Some((name, number)) => match number.as_bytes() {
            [digit @ b'2'..=b'9'] => (name, digit - b'1'),
            _ => return None,
        },
        None => (key, 0),
    };
    Some(Slot::new(Field::from_key(name)?, phase))
}

/// An input with its label, and a line under it.
pub fn input(name: &'static str, label: &'static str, value: &str, under: Option<Tag>) -> Tag {
    div("field")
        .with(
            div("label").with(
                tag("label")
                    .set("for", ["tool-", name].concat())
                    .with(label),
            ),
        )
        .with(
            tag("input")
                .set("type", "text")
                .set("autocomplete", "off")
                .set("autocapitalize", "off")
                .set("spellcheck", "false")
                .set("id", ["tool-", name].concat())
                .set("name", ["tool-", name].concat())
                .value(value),
        )
        .with(under)
}

/// A message of what did not work.
pub fn refusal(text: impl crate::html::Child) -> Tag {
    p("tool-wrong").with(text)
}

fn section() -> Option<HtmlElement> {
    document().get_element_by_id("tool")?.dyn_into().ok()
}

/// The button of the page that opens a tool.
fn opener(tool: Tool) -> Option<HtmlElement> {
    let selector = ["[data-tool=", tool.id(), "]"].concat();
    document()
        .query_selector(&selector)
        .ok()
        .flatten()?
        .dyn_into()
        .ok()
}

/// Shows the section with the focus on its heading, or hides it; the page's buttons say which is open.
fn show(tool: Option<Tool>) {
    let Some(section) = section() else { return };
    for other in Tool::ALL {
        if let Ok(buttons) =
            document().query_selector_all(&["[data-tool=", other.id(), "]"].concat())
        {
            for at in 0..buttons.length() {
                if let Some(button) = buttons
                    .get(at)
                    .and_then(|node| node.dyn_into::<Element>().ok())
                {
                    let open = if tool == Some(other) { "true" } else { "false" };
                    let _ = button.set_attribute("aria-expanded", open);
                }
            }
        }
    }
    match tool {
        Some(tool) => {
            let _ = section.remove_attribute("hidden");
            // A link opened the layers, no press; or the tool was long in coming, and somebody types by now.
            let stays = document().active_element().is_some_and(|at| {
                let name = at.tag_name();
                (tool == Tool::Layers && name == "BODY")
                    || (matches!(&*name, "INPUT" | "TEXTAREA" | "SELECT")
                        && !section.contains(Some(&at)))
            });
            if stays {
                return;
            }
            outside::after_render(|| {
                if let Some(title) = document()
                    .get_element_by_id("tool-title")
                    .and_then(|title| title.dyn_into::<HtmlElement>().ok())
                {
                    let _ = title.focus();
                }
            });
        }
        None => {
            let _ = section.set_attribute("hidden", "");
        }
    }
}

/// Hears of the tool that boot.js was asked for, for as long as the page lives.
pub fn start() {
    let Some(section) = section() else { return };
    let owner = Owner::new();
    owner.set();
    let desk = Desk {
        catalog: RwSignal::new(None),
        sources: RwSignal::new(None),
        module: RwSignal::new(Module::Absent),
        query: RwSignal::new(outside::query()),
        tool: RwSignal::new(None),
        said: RwSignal::new(String::new()),
        opened: RwSignal::new(cite::Opened::Nothing),
        passage: RwSignal::new(passage::Stand::default()),
        calibrate: RwSignal::new(calibrate::Stand::default()),
        modifier: RwSignal::new(modifier::Stand::default()),
        fragment: RwSignal::new(outside::count_fragment()),
    };
    section.set_text_content(None);
    leptos::mount::mount_to_renderer(&section, move || div("tool").live(move || view(desk)))
        .forget();
    listen(desk, &section);
    EventListener::new(&document(), "training-compute:tool", move |event| {
        let name = js::text(event, "detail");
        if let Some(tool) = Tool::ALL.into_iter().find(|tool| tool.id() == name) {
            if tool == Tool::Layers {
                desk.fragment.set(outside::count_fragment());
            }
            if desk.tool.get_untracked() == Some(tool) {
                desk.close();
            } else {
                desk.open(tool);
            }
        }
    })
    .forget();
    js::ask_boot("catalog", "", move |answer| {
        let catalog = answer
            .and_then(|text| text.as_string())
            .and_then(|text| Catalog::read(text.leak()).ok())
            .map(|catalog| &*Box::leak(Box::new(catalog)));
        desk.catalog.set(Some(catalog));
        // Pasted before the tables came.
        passage::read(desk);
    });
    // As long as the page.
    std::mem::forget(owner);
}

fn view(desk: Desk) -> Vec<Node> {
    let Some(tool) = desk.tool.get() else {
        return Vec::new();
    };
    let mut ways = div("tool-ways")
        .set("role", "group")
        .set("aria-label", "Tools");
    for other in Tool::ALL {
        if other == Tool::Layers && desk.fragment.with(String::is_empty) {
            continue;
        }
        ways = ways.with(
            button("text", "tool-open", other.id())
                .state("aria-pressed", other == tool)
                .with(other.label()),
        );
    }
    let head = div("tool-head")
        .with(
            tag("h2")
                .set("id", "tool-title")
                .set("tabindex", "-1")
                .with(tool.title()),
        )
        .with(button("button slim", "tool-close", "").with("Close"));
    let body = match desk.catalog.get() {
        None => vec![p("note").with("Opening …").into()],
        Some(None) => vec![
            refusal("The tables did not come: the host or the network did not give them. Reload the page to try again.")
                .into(),
        ],
        Some(Some(catalog)) => match tool {
            Tool::Cite => cite::view(desk, catalog),
            Tool::Passage => passage::view(desk, catalog),
            Tool::Calibrate => calibrate::view(desk, catalog),
            Tool::Modifier => modifier::view(desk, catalog),
            Tool::Picture => picture::view(desk, catalog),
            Tool::Counted => counted::view(desk, catalog),
            Tool::Layers => layers::view(desk, catalog),
        },
    };
    vec![
        head.into(),
        ways.into(),
        div("tool-body").with(body).into(),
        p("tool-said")
            .set("role", "status")
            .with(desk.said.get())
            .into(),
    ]
}

/// The module is not there: on its way, or it did not come.
pub fn without_module(module: Module) -> Option<Tag> {
    match module {
        Module::Ready => None,
        Module::Failed => Some(refusal(
            "The program for this did not come: the host or the network did not give training-compute.js. Close and open this part to try again.",
        )),
        _ => Some(p("note").with("Opening …")),
    }
}

fn target(event: &Event) -> Option<Element> {
    event.target()?.dyn_into().ok()
}

/// Listens for as long as the page lives.
fn listen(desk: Desk, section: &HtmlElement) {
    let on = |name: &'static str, handle: fn(Desk, &Event)| {
        EventListener::new_with_options(
            section,
            name,
            EventListenerOptions::enable_prevent_default(),
            move |event| handle(desk, event),
        )
        .forget();
    };
    on("click", |desk, event| {
        let found = target(event).and_then(|at| at.closest("[data-do]").ok().flatten());
        if let Some(button) = found {
            let verb = button.get_attribute("data-do").unwrap_or_default();
            let about = button.get_attribute("value").unwrap_or_default();
            act(desk, &verb, &about);
        }
    });
    on("input", |desk, event| {
        if let Some(at) = target(event) {
            let input: &HtmlInputElement = at.unchecked_ref();
            if at.tag_name() != "SELECT"
                && !matches!(&*input.type_(), "radio" | "checkbox" | "file")
            {
                typed(desk, &input.name(), input.value());
            }
        }
    });
    on("change", |desk, event| {
        if let Some(at) = target(event) {
            let input: &HtmlInputElement = at.unchecked_ref();
            let kind = input.type_();
            if kind == "file" {
                if let Some(file) = input.files().and_then(|files| files.item(0)) {
                    cite::open(desk, file);
                }
                // The same file may be chosen again.
                input.set_value("");
            } else if at.tag_name() == "SELECT" || kind == "radio" {
                chose(desk, &input.name(), &input.value());
            } else if kind == "checkbox" {
                checked(desk, &input.name(), input.checked());
            }
        }
    });
    on("keydown", |desk, event| {
        let escape = event
            .dyn_ref::<KeyboardEvent>()
            .is_some_and(|event| event.key() == "Escape");
        if escape {
            event.prevent_default();
            desk.close();
        }
    });
    on("dragover", |desk, event| {
        if desk.tool.get_untracked() == Some(Tool::Cite) {
            event.prevent_default();
        }
    });
    on("drop", |desk, event| {
        let file = event
            .dyn_ref::<DragEvent>()
            .and_then(|event| event.data_transfer())
            .and_then(|data| data.files())
            .and_then(|files| files.item(0));
        if let (Some(Tool::Cite), Some(file)) = (desk.tool.get_untracked(), file) {
            event.prevent_default();
            cite::open(desk, file);
        }
    });
    for name in ["input", "change", "click", "training-compute:fill"] {
        EventListener::new(&document(), name, move |_| follow(desk)).forget();
    }
    EventListener::new(&gloo::utils::window(), "popstate", move |_| follow(desk)).forget();
}

fn follow(desk: Desk) {
    let travels = desk
        .fragment
        .with_untracked(|fragment| !fragment.is_empty());
    if travels || desk.tool.get_untracked().is_some() {
        ADDRESS.with(|pause| {
            pause.wait(ADDRESS_MS, move || {
                desk.look();
            });
        });
    }
}

fn act(desk: Desk, verb: &str, about: &str) {
    match verb {
        "tool-close" => desk.close(),
        "tool-open" => {
            if let Some(tool) = Tool::ALL.into_iter().find(|tool| tool.id() == about) {
                desk.open(tool);
            }
        }
        "tool-copy" => js::copy(about, move |copied| {
            desk.said.set(
                if copied {
                    "Copied."
                } else {
                    "The clipboard was refused. The text is selected: copy it by hand."
                }
                .to_string(),
            );
        }),
        "tool-record" => cite::download(desk, about),
        "tool-fill" => passage::fill(desk, false),
        "tool-anew" => passage::fill(desk, true),
        "tool-util" => calibrate::put(desk, about),
        "tool-all" => desk.calibrate.update(|stand| stand.all = !stand.all),
        "tool-original" => modifier::put(desk),
        "tool-unlink" => {
            desk.fragment.set(String::new());
            layers::drop_fragment();
            desk.close();
        }
        _ => {}
    }
}

fn typed(desk: Desk, name: &str, text: String) {
    match name {
        "tool-passage" => passage::typed(desk, text),
        "tool-original" | "tool-model" => modifier::typed(desk, name, text),
        _ => calibrate::typed(desk, name, text),
    }
}

fn chose(desk: Desk, name: &str, value: &str) {
    match name {
        "tool-systemic" => desk.modifier.update(|stand| {
            stand.touched = true;
            stand.systemic = value.to_string();
        }),
        "tool-phase" => desk
            .calibrate
            .update(|stand| stand.phase = value.parse::<u8>().unwrap_or(0)),
        _ => {
            if let Some(at) = number(name, "tool-field-") {
                passage::reassign(desk, at, value);
            }
        }
    }
}

fn checked(desk: Desk, name: &str, on: bool) {
    if name == "tool-unknown" {
        desk.modifier.update(|stand| {
            stand.touched = true;
            stand.unknown = on;
        });
    } else if let Some(at) = number(name, "tool-keep-") {
        passage::keep(desk, at, on);
    } else if let Some(turned) = name.strip_prefix("tool-") {
        counted::checked(desk, turned, on);
    }
}

fn number(name: &str, start: &str) -> Option<usize> {
    name.strip_prefix(start)?.parse().ok()
}
