//! The embed, for a page of somebody else: the calculator's parts in a frame of their own, and a program of its own, so that neither carries
//! the other's.

/// Everything here runs in a browser; `cargo xtask serve` builds and shows it.
#[cfg(not(target_arch = "wasm32"))]
fn main() {
    println!("The embed runs in a browser: cargo xtask serve");
}

#[cfg(target_arch = "wasm32")]
fn main() {
    training_compute_page::app::start_embed();
}
