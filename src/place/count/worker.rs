//! The worker that reads files (`public/reader.js`): started at the first call, ended by [`stop`].

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use gloo::events::EventListener;
use gloo::utils::document;
use js_sys::{Array, Object, Reflect};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{MessageEvent, Worker, WorkerOptions, WorkerType};

/// Why there is no answer.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Failure {
    /// Permanent code; empty where the program and not the file is at fault.
    pub code: String,
    /// What was found.
    pub found: String,
    /// What would do.
    pub remedy: String,
}

/// How far a read is.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Progress {
    /// Bytes passed.
    pub position: f64,
    /// Bytes of all files.
    pub size: f64,
    /// Bytes read.
    pub bytes: f64,
}

type Then = Box<dyn FnOnce(Result<JsValue, Failure>)>;
type Watch = Rc<dyn Fn(Progress)>;

struct Running {
    worker: Worker,
    calls: HashMap<u32, (Then, Option<Watch>)>,
    // Dropped with the worker.
    _listeners: [EventListener; 2],
}

thread_local! {
    static RUNNING: RefCell<Option<Running>> = const { RefCell::new(None) };
    static LAST: RefCell<u32> = const { RefCell::new(0) };
}

fn text(value: &JsValue, key: &str) -> String {
    Reflect::get(value, &key.into())
        .ok()
        .and_then(|text| text.as_string())
        .unwrap_or_default()
}

fn number(value: &JsValue, key: &str) -> f64 {
    Reflect::get(value, &key.into())
        .ok()
        .and_then(|number| number.as_f64())
        .unwrap_or(0.0)
}

fn not_started(why: &str) -> Failure {
    Failure {
        code: String::new(),
        found: format!("The reader of files could not start ({why})."),
        remedy: "Load the page again; with a network, once, it also works without one afterwards."
            .to_string(),
    }
}

impl Failure {
    /// From what the worker's `error` holds.
    pub fn read(error: &JsValue) -> Failure {
        let (code, found) = (text(error, "code"), text(error, "found"));
        if found.is_empty() {
            return Failure {
                code,
                found: text(error, "message"),
                remedy: "Drop the file again; where it changed or was moved meanwhile, it cannot be read on.".to_string(),
            };
        }
        Failure {
            code,
            found,
            remedy: text(error, "remedy"),
        }
    }
}

fn start() -> Result<Running, Failure> {
    let base = document().base_uri().ok().flatten().unwrap_or_default();
    let address = web_sys::Url::new_with_base("reader.js", &base).map(|url| url.href());
    let options = WorkerOptions::new();
    options.set_type(WorkerType::Module);
    let worker = address
        .and_then(|address| Worker::new_with_options(&address, &options))
        .map_err(|_| not_started("the browser refuses module workers"))?;
    let message = EventListener::new(&worker, "message", |event| {
        if let Some(event) = event.dyn_ref::<MessageEvent>() {
            hear(&event.data());
        }
    });
    let error = EventListener::new(&worker, "error", |event| {
        event.prevent_default();
        fail_all(&not_started("its program did not load"));
    });
    Ok(Running {
        worker,
        calls: HashMap::new(),
        _listeners: [message, error],
    })
}

fn hear(data: &JsValue) {
    let failed = text(data, "failed");
    if !failed.is_empty() {
        fail_all(&not_started(&failed));
        return;
    }
    let id = number(data, "id") as u32;
    let get = |key: &str| Reflect::get(data, &key.into()).unwrap_or(JsValue::UNDEFINED);
    let progress = get("progress");
    if progress.is_object() {
        let watch = RUNNING.with_borrow(|running| running.as_ref()?.calls.get(&id)?.1.clone());
        if let Some(watch) = watch {
            watch(Progress {
                position: number(&progress, "position"),
                size: number(&progress, "size"),
                bytes: number(&progress, "bytes"),
            });
        }
        return;
    }
    let then = RUNNING.with_borrow_mut(|running| running.as_mut()?.calls.remove(&id));
    if let Some((then, _)) = then {
        let error = get("error");
        then(if error.is_object() {
            Err(Failure::read(&error))
        } else {
            Ok(get("value"))
        });
    }
}

fn fail_all(failure: &Failure) {
    let Some(running) = RUNNING.take() else {
        return;
    };
    running.worker.terminate();
    // The listener that calls this is one of those dropped: only after it has returned.
    let Running {
        calls,
        worker,
        _listeners,
    } = running;
    gloo::timers::callback::Timeout::new(0, move || drop((worker, _listeners))).forget();
    for (then, _) in calls.into_values() {
        then(Err(failure.clone()));
    }
}

/// Calls an export of the module in the worker. `then` runs once, later, unless [`stop`] comes before.
pub fn call(
    name: &str,
    args: &Array,
    watch: Option<Watch>,
    then: impl FnOnce(Result<JsValue, Failure>) + 'static,
) {
    let started = RUNNING.with_borrow(Option::is_some);
    if !started {
        match start() {
            Ok(running) => RUNNING.set(Some(running)),
            Err(failure) => {
                gloo::timers::callback::Timeout::new(0, move || then(Err(failure))).forget();
                return;
            }
        }
    }
    let id = LAST.with_borrow_mut(|last| {
        *last = last.wrapping_add(1);
        *last
    });
    let message = Object::new();
    for (key, value) in [
        ("id", JsValue::from_f64(f64::from(id))),
        ("call", name.into()),
        ("args", args.into()),
    ] {
        // Cannot fail: a new object takes any key.
        let _ = Reflect::set(&message, &key.into(), &value);
    }
    let sent = RUNNING.with_borrow_mut(|running| {
        let running = running.as_mut()?;
        running.worker.post_message(&message).ok()?;
        running.calls.insert(id, (Box::new(then), watch));
        Some(())
    });
    if sent.is_none() {
        fail_all(&not_started("it takes no message"));
    }
}

/// Ends the worker, whatever it does; nothing that was asked of it will be answered.
pub fn stop() {
    if let Some(running) = RUNNING.take() {
        running.worker.terminate();
    }
}
