//! The calculator that answers on the first visit.

#![cfg_attr(target_arch = "wasm32", no_main)]

/// Everything here runs in a browser, where public/boot.js calls `begin`; `cargo xtask serve` builds and shows it.
#[cfg(not(target_arch = "wasm32"))]
fn main() {
    println!("The page runs in a browser: cargo xtask serve");
}

#[cfg(target_arch = "wasm32")]
mod program {
    use leptos::wasm_bindgen::{self, JsValue, prelude::wasm_bindgen};

    /// Takes the place of the static page.
    #[wasm_bindgen]
    pub fn begin() {
        training_compute_page::app::start();
    }

    #[wasm_bindgen]
    unsafe extern "C" {
        /// Of public/boot.js: fetches the rest for this program, and does not return before it is there.
        #[wasm_bindgen(js_namespace = trainingCompute)]
        fn rest(first: JsValue);
    }

    /// The program comes in two parts (tools/src/bin/wasm-split). What stands in place of a function of the rest calls this first, as
    /// long as the rest has not come.
    #[wasm_bindgen]
    pub fn later() {
        rest(wasm_bindgen::exports());
    }
}
