//! What a person does at this place.

use gloo::events::{EventListener, EventListenerOptions};
use gloo::timers::callback::Timeout;
use gloo::utils::{document, window};
use js_sys::Array;
use leptos::prelude::*;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{
    Blob, BlobPropertyBag, DragEvent, Event, HtmlAnchorElement, HtmlElement, HtmlInputElement,
    KeyboardEvent, Url,
};

use super::builder::{Layer, Value, place as spot, written};
use super::export;
use super::model::Column;
use super::read;
use super::state::{Place, Source};
use super::view;
use super::worker;
use crate::html::Node;
use crate::outside;
use crate::place::{Loaded, Screen};

/// The place.
pub struct Counting {
    place: Place,
}

impl Counting {
    /// From what the address says.
    pub fn new(loaded: Loaded) -> Counting {
        Counting {
            place: Place::new(Box::leak(Box::new(loaded))),
        }
    }
}

/// The id of a button or input of the layer at a place.
pub fn id_of(place: &str, what: &str) -> String {
    ["layer-", &place.replace('.', "-"), "-", what].concat()
}

/// Gives an element the focus once what was just changed stands in the page.
fn focus(id: String) {
    outside::after_render(move || {
        if let Some(element) = document()
            .get_element_by_id(&id)
            .and_then(|element| element.dyn_into::<HtmlElement>().ok())
        {
            let _ = element.focus();
        }
    });
}

impl Screen for Counting {
    fn view(&'static self) -> Vec<Node> {
        vec![view::place(self.place).into()]
    }

    fn shown(&'static self) {
        let place = self.place;
        listen(place);
        place.open_link();
    }

    fn act(&'static self, verb: &str, about: &str) {
        let place = self.place;
        match verb {
            "try" => {
                place.stand.update(|stand| {
                    stand.text = view::GPT_2.to_string();
                    stand.forget();
                });
                place.ask();
            }
            "cancel" => {
                place.cancel();
                focus("again".into());
            }
            "again" => place.ask(),
            "choose" => {
                if let Ok(at) = about.parse() {
                    place.choose(at);
                }
            }
            "sort" => place.found.update(|found| {
                let column = Column::from_key(about);
                found.falling = if found.sort == column {
                    !found.falling
                } else {
                    column.falls_first()
                };
                found.sort = column;
            }),
            "formula" => {
                if let Ok(at) = about.parse::<usize>() {
                    place.found.update(|found| {
                        if !found.open.remove(&at) {
                            found.open.insert(at);
                        }
                    });
                }
            }
            "all" => {
                place.found.update(|found| found.all = true);
                focus("groups".into());
            }
            "csv" => {
                let text = place.found.with_untracked(|found| {
                    found
                        .count()
                        .map(|count| (export::csv(count), export::file_name(count.title(), "csv")))
                });
                if let Some((text, name)) = text {
                    save(&text, &name, "text/csv");
                }
            }
            "json" => {
                let name = place.found.with_untracked(|found| {
                    found
                        .count()
                        .map(|count| export::file_name(count.title(), "json"))
                });
                if let Some(name) = name {
                    save(&read::pretty(&place.raw()), &name, "application/json");
                }
            }
            _ => layer(place, verb, about),
        }
    }

    fn typed(&'static self, name: &str, text: &str) {
        let place = self.place;
        if let Some((at, field)) = name
            .strip_prefix("layer:")
            .and_then(|name| name.split_once(':'))
        {
            typed_layer(place, at, field, text);
            return;
        }
        let text = text.to_string();
        match name {
            "config" => {
                place.stand.update(|stand| {
                    stand.text = text;
                    stand.forget();
                });
                place.ask_soon();
            }
            "seq" | "batch" | "class" => {
                place.stand.update(|stand| match name {
                    "seq" => stand.seq = text,
                    "batch" => stand.batch = text,
                    _ => stand.class = text,
                });
                place.ask_soon();
            }
            "rank" => {
                place.found.update(|found| found.training.rank = text);
                place.ask_training();
            }
            _ => {
                let at = name
                    .strip_prefix("need-")
                    .and_then(|at| at.parse::<usize>().ok());
                if let Some(at) = at {
                    place.stand.update(|stand| {
                        if let Some((need, _)) = stand.asked.get(at) {
                            stand.given.insert(need.clone(), text);
                        }
                    });
                    place.ask_soon();
                }
            }
        }
    }

    fn chose(&'static self, name: &str, value: &str) {
        let place = self.place;
        if let Some((at, field)) = name
            .strip_prefix("layer:")
            .and_then(|name| name.split_once(':'))
        {
            if let Some(spot) = spot(at) {
                place.stand.update(|stand| {
                    stand.builder.edit(&spot, "", |layer| {
                        layer
                            .fields
                            .insert(field.to_string(), Value::Text(value.to_string()));
                    });
                });
                place.ask();
            }
            return;
        }
        let train = |change: &dyn Fn(&mut super::state::Training)| {
            place.found.update(|found| change(&mut found.training));
            place.ask_training();
        };
        match name {
            "from" => {
                let source = match value {
                    "text" => Source::Text,
                    "layers" => Source::Layers,
                    _ => Source::Files,
                };
                place.stand.update(|stand| {
                    stand.from = source;
                    stand.forget();
                });
                if source == Source::Layers {
                    place.load_kinds();
                }
                place.ask();
            }
            "part" => {
                place.stand.update(|stand| stand.part = value.to_string());
                place.ask();
            }
            "add" => place.stand.update(|stand| stand.adding = value.to_string()),
            "mode" => train(&|training| training.mode = value.to_string()),
            "recompute" => train(&|training| training.recompute = value.to_string()),
            "mask" => train(&|training| training.causal = value == "causal"),
            _ => {}
        }
    }

    fn key(&'static self, event: &KeyboardEvent, at: &web_sys::Element) {
        // In a field, Ctrl+Z is the browser's own.
        let in_field = matches!(at.tag_name().as_str(), "INPUT" | "TEXTAREA" | "SELECT");
        let layers = self
            .place
            .stand
            .with_untracked(|stand| stand.from == Source::Layers);
        if layers
            && !in_field
            && (event.ctrl_key() || event.meta_key())
            && event.key().eq_ignore_ascii_case("z")
        {
            event.prevent_default();
            layer(
                self.place,
                if event.shift_key() { "redo" } else { "undo" },
                "",
            );
        }
    }
}

/// What a button of the list of layers does.
fn layer(place: Place, verb: &str, about: &str) {
    let at = spot(about);
    let mut focused = None;
    match (verb, at) {
        ("undo", _) => place.stand.update(|stand| {
            stand.builder.undo();
            stand.open = None;
        }),
        ("redo", _) => place.stand.update(|stand| {
            stand.builder.redo();
            stand.open = None;
        }),
        ("clear-layers", _) => {
            place.replace_layers(Vec::new());
            focus("undo".into());
            return;
        }
        ("article", _) => {
            place.open_article();
            return;
        }
        ("add-layer", at) => place.stand.update(|stand| {
            let layer = Layer::new(&stand.adding);
            let new = stand.builder.add(at.as_deref(), layer);
            focused = Some(id_of(&written(&new), "open"));
            stand.open = Some(new);
        }),
        ("open-layer", Some(at)) => {
            place.stand.update(|stand| {
                stand.open = if stand.open.as_ref() == Some(&at) {
                    None
                } else {
                    Some(at)
                }
            });
            return;
        }
        ("up" | "down", Some(at)) => place.stand.update(|stand| {
            let open = stand.open.as_ref() == Some(&at);
            let now = stand.builder.shift(&at, verb == "down");
            focused = Some(id_of(&written(&now), verb));
            stand.open = open.then_some(now);
        }),
        ("nest", Some(at)) => place.stand.update(|stand| {
            let now = stand.builder.nest(&at);
            focused = Some(id_of(&written(&now), "nest"));
            stand.open = None;
        }),
        ("unpack", Some(at)) => place.stand.update(|stand| {
            stand.builder.unpack(&at);
            focused = Some("undo".into());
            stand.open = None;
        }),
        ("copy", Some(at)) => place.stand.update(|stand| {
            let now = stand.builder.copy(&at);
            focused = Some(id_of(&written(&now), "copy"));
            stand.open = None;
        }),
        ("remove", Some(at)) => place.stand.update(|stand| {
            stand.builder.remove(&at);
            focused = Some("undo".into());
            stand.open = None;
        }),
        _ => return,
    }
    place.ask();
    if let Some(id) = focused {
        focus(id);
    }
}

/// Text typed into a field of a layer.
fn typed_layer(place: Place, at: &str, field: &str, text: &str) {
    let Some(spot) = spot(at) else { return };
    let text = text.to_string();
    place.stand.update(|stand| {
        stand.builder.edit(&spot, field, |layer| match field {
            "name" => layer.name = text,
            "repeat" => layer.repeat = text,
            "share" => layer.share = text,
            "kept" => layer.kept = text,
            "of" => layer.of = text,
            field => {
                if let Some(field) = field.strip_prefix("fields.") {
                    layer.fields.insert(field.to_string(), Value::Number(text));
                }
            }
        });
    });
    place.ask_soon();
}

/// A box ticked or not.
fn ticked(place: Place, name: &str, value: &str, on: bool) {
    if let Some((at, field)) = name
        .strip_prefix("layer:")
        .and_then(|name| name.split_once(':'))
    {
        let Some(spot) = spot(at) else { return };
        place.stand.update(|stand| {
            stand.builder.edit(&spot, "", |layer| match field {
                "shared" => layer.shared = on,
                "frozen" => layer.frozen = on,
                "saved" => layer.saved = on,
                field => {
                    if let Some(field) = field.strip_prefix("fields.") {
                        layer.fields.insert(field.to_string(), Value::Flag(on));
                    }
                }
            });
        });
        place.ask();
        return;
    }
    place.found.update(|found| {
        let set = match name {
            "target" => &mut found.training.targets,
            "frozen" => &mut found.training.frozen,
            _ => return,
        };
        if on {
            set.insert(value.to_string());
        } else {
            set.remove(value);
        }
    });
    place.ask_training();
}

/// Files dropped or chosen, boxes ticked, the address changed by hand or by "back".
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
        match input.type_().as_str() {
            "checkbox" => ticked(place, &input.name(), &input.value(), input.checked()),
            "file" => {
                let files = input.files();
                place.take_files(listed(files));
                // The same file can be chosen again after it has changed.
                input.set_value("");
            }
            _ => {}
        }
    });
    on("dragover", |place, event| {
        event.prevent_default();
        if !place.stand.with_untracked(|stand| stand.dragged) {
            place.stand.update(|stand| stand.dragged = true);
        }
    });
    on("dragleave", |place, event| {
        // Left for good, and not for another element of the page.
        let left = event
            .dyn_ref::<DragEvent>()
            .is_some_and(|event| event.related_target().is_none());
        if left {
            place.stand.update(|stand| stand.dragged = false);
        }
    });
    on("drop", |place, event| {
        event.prevent_default();
        place.stand.update(|stand| stand.dragged = false);
        let Some(data) = event
            .dyn_ref::<DragEvent>()
            .and_then(DragEvent::data_transfer)
        else {
            return;
        };
        let files = listed(data.files());
        if !files.is_empty() {
            place.take_files(files);
        } else if let Ok(text) = data.get_data("text/plain")
            && !text.is_empty()
        {
            place.stand.update(|stand| {
                stand.from = Source::Text;
                stand.text = text;
                stand.forget();
            });
            place.ask();
        }
    });
    EventListener::new(&window(), "hashchange", move |_| place.open_link()).forget();
    EventListener::new(&window(), "pagehide", |_| worker::stop()).forget();
}

fn listed(files: Option<web_sys::FileList>) -> Vec<web_sys::File> {
    let Some(files) = files else {
        return Vec::new();
    };
    (0..files.length())
        .filter_map(|at| files.item(at))
        .collect()
}

/// Hands a text over as a download.
fn save(text: &str, name: &str, kind: &str) {
    let options = BlobPropertyBag::new();
    options.set_type(kind);
    let parts = Array::of1(&JsValue::from_str(text));
    let Ok(blob) = Blob::new_with_str_sequence_and_options(&parts, &options) else {
        return;
    };
    let Ok(address) = Url::create_object_url_with_blob(&blob) else {
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
