//! The tools of quoting: cite, read a passage, calibrate, the EU's rule for modified models, what each rule counts. A program of
//! its own: the first visit does not carry them, public/boot.js loads them at the first press.

/// Everything here runs in a browser; `cargo xtask serve` builds and shows it.
#[cfg(not(target_arch = "wasm32"))]
fn main() {
    println!("The page runs in a browser: cargo xtask serve");
}

#[cfg(target_arch = "wasm32")]
fn main() {
    training_compute_page::tool::start();
}
