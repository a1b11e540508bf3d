//! `cargo xtask build`: dist/, and what every file of it weighs.

use crate::files::{self, Hash};
use crate::tools::Tools;
use crate::{Outcome, process};
use std::process::Command;
use std::time::Instant;

/// Everything that dist/ is made from.
const SOURCES: [&str; 18] = [
    ".cargo",
    "Cargo.lock",
    "Cargo.toml",
    "Trunk.toml",
    "build.rs",
    "crates",
    "data",
    "index.html",
    "package-lock.json",
    "public",
    "rust-toolchain.toml",
    "src",
    "style",
    "tools/Cargo.lock",
    "tools/later.txt",
    "tools/src",
    "tools/wasm-opt.mjs",
    "xtask/src",
];
/// Among them, what makes no difference.
const TESTS: [&str; 4] = ["tests", "benches", "target", "fuzz"];

pub(crate) fn run() -> Outcome {
    build()?;
    sizes()
}

/// Makes dist/ unless it is already made from these sources.
pub(crate) fn build() -> Outcome {
    let stamp = files::target()?.join("bundle/dist.stamp");
    let sources = sources()?;
    if files::read_text(&stamp)
        .is_ok_and(|old| contents().is_ok_and(|dist| old == format!("{sources} {dist}")))
    {
        println!("dist/ is up to date");
        return Ok(());
    }
    let tools = Tools::new()?;
    let path = tools.for_build()?;
    // Trunk's builds run offline: whatever Cargo.lock and the standard library's name must be here by then.
    process::run(process::cargo().args(["fetch", "--quiet"]))?;
    let small = tools.rust_src()?;
    drop(tools);
    if small {
        let mut fetch = process::cargo();
        fetch.envs(process::SMALL);
        process::run(fetch.args(["fetch", "--quiet", "--target=wasm32-unknown-unknown"]))?;
    }
    println!("Building dist/ (3 to 5 minutes the first time, then under one)");
    let from = Instant::now();
    let mut trunk = trunk(path)?;
    if small {
        trunk.env("TRAINING_COMPUTE_SMALL", "1");
    }
    process::run(trunk.args(["build", "--release"]))?;
    println!("Built dist/ in {:.0} s", from.elapsed().as_secs_f64());
    files::write(&stamp, format!("{sources} {}", contents()?))
}

/// Trunk, with the tools it calls on its PATH.
pub(crate) fn trunk(path: std::ffi::OsString) -> Outcome<Command> {
    let mut trunk = Command::new("trunk");
    trunk.current_dir(files::root()).env("PATH", path).env(
        "TRAINING_COMPUTE_WASM_OPT",
        files::target()?.join("wasm-opt"),
    );
    // Trunk reads NO_COLOR as an option with a value of its own, and refuses the customary 1.
    trunk
        .env_remove("NO_COLOR")
        .env("RUST_BACKTRACE", "0")
        .env("RUST_LOG", "trunk=warn");
    Ok(trunk)
}

fn sources() -> Outcome<String> {
    let root = files::root();
    let mut hash = Hash::new().add(&[u8::from(crate::hooks::without_module())]);
    for source in SOURCES {
        for path in files::below(&root.join(source), &TESTS)? {
            hash = hash
                .add(path.to_string_lossy().as_bytes())
                .add(&files::read(&path)?);
        }
    }
    Ok(hash.hex())
}

fn contents() -> Outcome<String> {
    let dist = files::root().join("dist");
    files::read(&dist.join("index.html"))?;
    let mut hash = Hash::new();
    for path in files::below(&dist, &[])? {
        hash = hash
            .add(path.to_string_lossy().as_bytes())
            .add(&files::read(&path)?);
    }
    Ok(hash.hex())
}

/// Prints raw, gzip and Brotli sizes, and fails when the first visit is over its budget.
pub(crate) fn sizes() -> Outcome {
    let root = files::root();
    process::run(
        Command::new("node")
            .arg(root.join("tools/sizes.mjs"))
            .arg(root.join("dist")),
    )
}

/// Watches a first visit and writes which functions it does without.
pub(crate) fn profile() -> Outcome {
    build()?;
    let split = Tools::new()?.wasm_bindgen()?.join("wasm-split");
    let folder = files::target()?.join("bundle/page");
    let (bound, watched) = (folder.join("page_bg.wasm"), folder.join("watched.wasm"));
    process::run(Command::new(split).arg("--watch").args([bound, watched]))?;
    process::run(
        crate::test::node()?
            .arg("tests/browser/profile.mjs")
            .arg(folder),
    )
}

/// Prints what the bytes of one of the programs are: for whoever wants to make it smaller.
pub(crate) fn functions(which: &str) -> Outcome {
    let file = match which {
        "page" => "page.wasm",
        "places" => "places.wasm",
        "quote" => "quote.wasm",
        "module" => "compute_js.wasm",
        _ => return Err("functions takes page, places, quote or module".into()),
    };
    build()?;
    let bind = Tools::new()?.wasm_bindgen()?.join("wasm-bindgen");
    let (target, root) = (files::target()?, files::root());
    let to = target.join("bundle/functions");
    let wasm = target.join("wasm32-unknown-unknown/release").join(file);
    let mut bind = Command::new(bind);
    bind.args([
        "--target=web",
        "--no-typescript",
        "--out-name=named",
        "--out-dir",
    ]);
    process::run(bind.arg(&to).arg(wasm))?;
    let script = root.join("tools/functions.mjs");
    process::run(
        Command::new("node")
            .arg(script)
            .arg(to.join("named_bg.wasm")),
    )
}
