//! The places beside the calculator (`?page=…`), as a program of their own: the first visit does not carry them.

/// Everything here runs in a browser; `cargo xtask serve` builds and shows it.
#[cfg(not(target_arch = "wasm32"))]
fn main() {
    println!("The page runs in a browser: cargo xtask serve");
}

#[cfg(target_arch = "wasm32")]
fn main() {
    training_compute_page::place::start();
}
