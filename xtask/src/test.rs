//! `cargo xtask test`: native tests, the JavaScript module's in Node.js, and the built page in a browser.

use crate::tools::Tools;
use crate::{Outcome, dist, files, process};
use std::process::Command;

pub(crate) fn run(words: &[&str]) -> Outcome {
    match words {
        [] => {
            native(None)?;
            wasm(None)?;
            browser(None)
        }
        ["native"] => native(None),
        ["native", filter] => native(Some(filter)),
        ["wasm"] => wasm(None),
        ["wasm", filter] => wasm(Some(filter)),
        ["browser"] => browser(None),
        ["browser", filter] => browser(Some(filter)),
        _ => Err(
            "test takes nothing, or one of native, wasm, browser and part of a test's name".into(),
        ),
    }
}

/// The workspace's default members: no web crate is compiled.
fn native(filter: Option<&str>) -> Outcome {
    println!("Native tests");
    process::run(process::cargo().arg("test").args(filter))
}

/// Tests of the JavaScript module's crate, run by Node.js.
fn wasm(filter: Option<&str>) -> Outcome {
    let tools = Tools::new()?;
    tools.rust_target()?;
    let runner = tools.wasm_bindgen()?.join("wasm-bindgen-test-runner");
    drop(tools);
    println!("Tests in wasm");
    let mut cargo = process::cargo();
    cargo.env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER", runner);
    process::run(
        cargo
            .args([
                "test",
                "--package=compute-js",
                "--target=wasm32-unknown-unknown",
            ])
            .args(filter),
    )
}

/// tests/browser/*.test.mjs over dist/.
fn browser(filter: Option<&str>) -> Outcome {
    dist::build()?;
    let tests = files::below(&files::root().join("tests/browser"), &[])?;
    let tests = tests
        .into_iter()
        .filter(|path| path.to_string_lossy().ends_with(".test.mjs"));
    println!("Tests in a browser");
    let mut node = node()?;
    node.args(["--test", "--test-reporter=spec"]);
    if let Some(filter) = filter {
        node.arg(format!("--test-name-pattern={filter}"));
    }
    process::run(node.args(tests))
}

/// Node.js with what tests/browser/harness.mjs expects of its environment.
pub(crate) fn node() -> Outcome<Command> {
    let tools = Tools::new()?;
    let browser = tools.chromium()?;
    let mut node = Command::new("node");
    node.current_dir(files::root());
    node.env("TRAINING_COMPUTE_NPM", tools.npm()?);
    node.env("TRAINING_COMPUTE_CHROMIUM", browser.program);
    if let Some(libraries) = browser.libraries {
        node.env("TRAINING_COMPUTE_CHROMIUM_LIBRARIES", libraries);
    }
    Ok(node)
}
