//! `cargo xtask lint`: formatting, and clippy without a warning for native code and for wasm.

use crate::tools::Tools;
use crate::{Outcome, process};

pub(crate) fn run() -> Outcome {
    let tools = Tools::new()?;
    tools.rust("rustfmt")?;
    tools.rust("clippy")?;
    tools.rust_target()?;
    drop(tools);
    println!("Checking the format");
    process::run(process::cargo().args(["fmt", "--all", "--check"]))?;
    println!("Clippy, native");
    process::run(process::cargo().args(["clippy", "--all-targets", "--", "-D", "warnings"]))?;
    println!("Clippy, wasm");
    let wasm = [
        "--package=training-compute-page",
        "--package=compute-js",
        "--target=wasm32-unknown-unknown",
    ];
    process::run(process::cargo().arg("clippy").args(wasm).args([
        "--all-targets",
        "--",
        "-D",
        "warnings",
    ]))
}
