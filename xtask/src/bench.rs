//! `cargo xtask bench`: figures to compare from one change to the next; no time fails it.

use crate::{Outcome, dist, process, test};

/// Package and example of each native benchmark.
const NATIVE: [(&str, &str); 4] = [
    ("training-compute-page", "estimates"),
    ("compute-config", "count_bench"),
    ("compute-onnx", "files_bench"),
    ("compute-batch", "batch_bench"),
];

pub(crate) fn run() -> Outcome {
    dist::build()?;
    // Native programs that print their figures, built for speed.
    for (package, name) in NATIVE {
        let mut cargo = process::cargo();
        cargo.args(["run", "--quiet", "--profile=bench", "--package", package]);
        println!("\n{package}, {name}");
        process::run(cargo.args(["--example", name]))?;
    }
    process::run(test::node()?.arg("tests/browser/bench.mjs"))
}
