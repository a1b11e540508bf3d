//! Starting other programs.

use crate::Outcome;
use std::process::{Command, Stdio};

/// The cargo that started this program.
pub(crate) fn cargo() -> Command {
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.current_dir(crate::files::root());
    cargo
}

/// How the programs of a release are built for size: with a standard library of their own, where a panic is a trap and carries
/// neither a message nor the machinery to print it. Stable Rust takes these only when told to; the compiler is pinned, so that
/// what they do cannot change by itself.
pub(crate) const SMALL: [(&str, &str); 4] = [
    ("RUSTC_BOOTSTRAP", "1"),
    ("CARGO_UNSTABLE_BUILD_STD", "std,panic_abort"),
    ("CARGO_UNSTABLE_BUILD_STD_FEATURES", "optimize_for_size"),
    (
        "CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS",
        // Names of functions that say all: tools/later.txt tells them apart by name.
        "-Zunstable-options -Cpanic=immediate-abort -Zlocation-detail=none -Zfmt-debug=none -Csymbol-mangling-version=v0",
    ),
];

/// Runs to the end, with the output shown.
pub(crate) fn run(command: &mut Command) -> Outcome {
    let status = command
        .status()
        .map_err(|error| format!("{}: {error}", shown(command)))?;
    if status.success() {
        Ok(())
    } else {
        Err(format!("{} ended with {status}", shown(command)))
    }
}

/// Runs to the end and returns what was printed; errors are shown.
pub(crate) fn output(command: &mut Command) -> Outcome<Vec<u8>> {
    let done = command
        .stderr(Stdio::inherit())
        .output()
        .map_err(|error| format!("{}: {error}", shown(command)))?;
    if done.status.success() {
        Ok(done.stdout)
    } else {
        Err(format!("{} ended with {}", shown(command), done.status))
    }
}

/// The first line that a program prints on `--version`, if it can be started at all.
pub(crate) fn version(program: &std::path::Path) -> Option<String> {
    let done = Command::new(program)
        .arg("--version")
        .stderr(Stdio::null())
        .output()
        .ok()?;
    let text = String::from_utf8_lossy(&done.stdout)
        .lines()
        .next()?
        .trim()
        .to_owned();
    done.status.success().then_some(text)
}

fn shown(command: &Command) -> String {
    let mut text = command.get_program().to_string_lossy().into_owned();
    for word in command.get_args() {
        text.push(' ');
        text.push_str(&word.to_string_lossy());
    }
    text
}
