//! `cargo xtask bench`: figures to compare from one change to the next; no time fails it.

use crate::{Outcome, dist, files, process, test};

pub(crate) fn run() -> Outcome {
    dist::build()?;
    for package in ["core", "config", "onnx", "weights", "layers"] {
        for path in files::below(
            &files::root().join("crates").join(package).join("benches"),
            &[],
        )? {
            if let (Some("rs"), Some(name)) = (
                path.extension().and_then(|end| end.to_str()),
                path.file_stem(),
            ) {
                let mut cargo = process::cargo();
                cargo
                    .args([
                        "bench",
                        "--package",
                        &format!("compute-{package}"),
                        "--bench",
                    ])
                    .arg(name);
                process::run(&mut cargo)?;
            }
        }
    }
    process::run(test::node()?.arg("tests/browser/bench.mjs"))
}
