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
    // The page's own tests are native; only the module's run in wasm too.
    let page = [
        "--package=training-compute-page",
        "--package=compute-js",
        "--lib",
        "--bins",
    ];
    for what in [&page[..], &["--package=compute-js", "--tests"]] {
        let mut cargo = process::cargo();
        cargo.args(["clippy", "--target=wasm32-unknown-unknown"]);
        process::run(cargo.args(what).args(["--", "-D", "warnings"]))?;
    }
    Ok(())
}
