//! The worker that reads the table: started with the first one.

use gloo::events::EventListener;
use gloo::utils::document;
use js_sys::{Object, Reflect};
use std::cell::RefCell;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{MessageEvent, Worker, WorkerOptions, WorkerType};

struct Running {
    worker: Worker,
    // Dropped with the worker.
    _listeners: [EventListener; 2],
}

thread_local! {
    static RUNNING: RefCell<Option<Running>> = const { RefCell::new(None) };
}

/// An object with these fields.
pub fn object(fields: &[(&str, JsValue)]) -> JsValue {
    let object = Object::new();
    for (key, value) in fields {
        // Cannot fail: a new object takes any key.
        let _ = Reflect::set(&object, &(*key).into(), value);
    }
    object.into()
}

/// A field of what came; `undefined` where there is none.
pub fn get(value: &JsValue, key: &str) -> JsValue {
    Reflect::get(value, &key.into()).unwrap_or(JsValue::UNDEFINED)
}

/// A text of what came; empty where there is none.
pub fn text(value: &JsValue, key: &str) -> String {
    get(value, key).as_string().unwrap_or_default()
}

/// Sends a message; `hear` gets every answer, `fail` why there is no worker. False where there is none.
pub fn send(message: &JsValue, hear: fn(&JsValue), fail: fn(&str)) {
    let started = RUNNING.with_borrow(Option::is_some);
    if !started {
        match start(hear, fail) {
            Some(running) => RUNNING.set(Some(running)),
            None => {
                fail("the browser refuses module workers");
                return;
            }
        }
    }
    let sent = RUNNING.with_borrow(|running| {
        running
            .as_ref()
            .is_some_and(|running| running.worker.post_message(message).is_ok())
    });
    if !sent {
        fail("it takes no message");
    }
}

fn start(hear: fn(&JsValue), fail: fn(&str)) -> Option<Running> {
    let base = document().base_uri().ok().flatten().unwrap_or_default();
    let address = web_sys::Url::new_with_base("batch.js", &base).ok()?.href();
    let options = WorkerOptions::new();
    options.set_type(WorkerType::Module);
    let worker = Worker::new_with_options(&address, &options).ok()?;
    let message = EventListener::new(&worker, "message", move |event| {
        if let Some(event) = event.dyn_ref::<MessageEvent>() {
            hear(&event.data());
        }
    });
    let error = EventListener::new(&worker, "error", move |event| {
        event.prevent_default();
        fail("its program did not load");
    });
    Some(Running {
        worker,
        _listeners: [message, error],
    })
}

/// Ends the worker, whatever it does.
pub fn stop() {
    if let Some(running) = RUNNING.take() {
        running.worker.terminate();
        // A listener may be what calls this: it goes after it has returned.
        gloo::timers::callback::Timeout::new(0, move || drop(running)).forget();
    }
}
