//! JavaScript's side: the module, files, downloads, the clipboard. Effects end here.

use std::cell::RefCell;

use gloo::timers::callback::Timeout;
use gloo::utils::{document, window};
use js_sys::{Array, Function, Promise, Reflect};
use leptos::wasm_bindgen::{JsCast, JsValue, closure::Closure};
use web_sys::{
    Blob, BlobPropertyBag, CustomEvent, CustomEventInit, HtmlAnchorElement, HtmlTextAreaElement,
    Url,
};

thread_local! {
    /// The JavaScript module, once it has come.
    static MODULE: RefCell<JsValue> = const { RefCell::new(JsValue::UNDEFINED) };
}

/// A property; undefined where there is none.
pub fn get(value: &JsValue, key: &str) -> JsValue {
    Reflect::get(value, &key.into()).unwrap_or(JsValue::UNDEFINED)
}

/// A property that is a text; empty where it is none.
pub fn text(value: &JsValue, key: &str) -> String {
    get(value, key).as_string().unwrap_or_default()
}

/// A property that is a list.
pub fn list(value: &JsValue, key: &str) -> Vec<JsValue> {
    items(&get(value, key))
}

/// The items of a list; none where it is no list.
pub fn items(value: &JsValue) -> Vec<JsValue> {
    value
        .dyn_ref::<Array>()
        .map(|array| array.iter().collect())
        .unwrap_or_default()
}

/// Calls a function of boot.js that answers with a promise; `then` gets the answer, or `None`.
pub fn ask_boot(name: &str, about: &str, then: impl FnOnce(Option<JsValue>) + 'static) {
    let boot = get(&window(), "trainingCompute");
    let promise = get(&boot, name)
        .dyn_into::<Function>()
        .and_then(|function| function.call1(&boot, &about.into()))
        .and_then(|promise| promise.dyn_into::<Promise>());
    match promise {
        Ok(promise) => wait(&promise, then),
        Err(_) => then(None),
    }
}

/// Hears what becomes of a promise.
fn wait(promise: &Promise, then: impl FnOnce(Option<JsValue>) + 'static) {
    let then = std::rc::Rc::new(std::cell::Cell::new(Some(then)));
    let failed = then.clone();
    // One of the two is called, once.
    let done = Closure::<dyn FnMut(JsValue)>::new(move |answer: JsValue| {
        if let Some(then) = then.take() {
            then(Some(answer));
        }
    });
    let refused = Closure::<dyn FnMut(JsValue)>::new(move |_| {
        if let Some(then) = failed.take() {
            then(None);
        }
    });
    let _ = promise.then2(&done, &refused);
    done.forget();
    refused.forget();
}

/// Asks for the JavaScript module, and says whether it came.
pub fn ask_module(then: impl FnOnce(bool) + 'static) {
    ask_boot("module", "", move |answer| {
        let came = answer.is_some();
        if let Some(module) = answer {
            MODULE.with(|kept| *kept.borrow_mut() = module);
        }
        then(came);
    });
}

/// Calls an export of the module; where it refuses, its sentence.
pub fn call(name: &str, arguments: &[&str]) -> Result<JsValue, String> {
    let module = MODULE.with(|kept| kept.borrow().clone());
    let function = get(&module, name)
        .dyn_into::<Function>()
        .map_err(|_| String::new())?;
    let arguments: Array = arguments
        .iter()
        .map(|text| JsValue::from_str(text))
        .collect();
    function
        .apply(&JsValue::UNDEFINED, &arguments)
        .map_err(|error| text(&error, "message"))
}

/// JSON of a value, indented.
pub fn json(value: &JsValue) -> String {
    js_sys::JSON::stringify_with_replacer_and_space(value, &JsValue::NULL, &2.into())
        .ok()
        .and_then(|text| text.as_string())
        .unwrap_or_default()
}

/// Tells the calculator to take a query as its form.
pub fn fill(query: &str) {
    let init = CustomEventInit::new();
    init.set_detail(&query.into());
    if let Ok(event) = CustomEvent::new_with_event_init_dict("training-compute:fill", &init) {
        let _ = document().dispatch_event(&event);
    }
}

/// Copies the text of a text area; where the clipboard is refused, it stays selected for a hand copy. Says which.
pub fn copy(id: &str, then: impl FnOnce(bool) + 'static) {
    let Some(area) = document()
        .get_element_by_id(id)
        .and_then(|element| element.dyn_into::<HtmlTextAreaElement>().ok())
    else {
        return;
    };
    let _ = area.focus();
    area.select();
    // Absent without a secure origin.
    match get(&window().navigator(), "clipboard").dyn_into::<web_sys::Clipboard>() {
        Ok(clipboard) => wait(&clipboard.write_text(&area.value()), move |answer| {
            then(answer.is_some());
        }),
        Err(_) => then(false),
    }
}

/// Hands a text over as a download.
pub fn save(text: &str, name: &str, kind: &str) {
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

/// Reads a file's text.
pub fn read(file: &Blob, then: impl FnOnce(Option<String>) + 'static) {
    let promise = get(file, "text")
        .dyn_into::<Function>()
        .and_then(|function| function.call0(file))
        .and_then(|promise| promise.dyn_into::<Promise>());
    match promise {
        Ok(promise) => wait(&promise, move |answer| {
            then(answer.and_then(|text| text.as_string()));
        }),
        Err(_) => then(None),
    }
}
