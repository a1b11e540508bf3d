//! The project's commands: `cargo xtask serve | test | build | bench | lint`. Each first installs what it needs, at pinned
//! versions, into a cache folder outside the checkout (`tools.rs`), and is quick the second time.

mod bench;
mod dist;
mod files;
mod hooks;
mod lint;
mod process;
mod serve;
mod style;
mod test;
mod tools;

use std::process::ExitCode;

/// What a command returns; the text says what went wrong and what to do about it.
type Outcome<T = ()> = Result<T, String>;

const USAGE: &str = "\
Usage: cargo xtask <command>

  serve [--port N] [--dev]    build the page and serve it on 127.0.0.1:8080; --dev: debug build, rebuilt on every change
  test [native|wasm|browser] [FILTER]
                              run the tests, all kinds or one
  build                       write dist/ and print the size of every file
  bench                       print keystroke to layout, counts per model, first visit; never fails on a time
  lint                        check formatting, and clippy for native code and for wasm
  functions [page|places|quote|module]
                              print which functions and crates the bytes of a wasm are
  profile                     watch a first visit and write tools/later.txt: what of the program need not be in it
  tools                       only install what is missing

Tools are kept in $TRAINING_COMPUTE_CACHE, else $XDG_CACHE_HOME/training-compute, else ~/.cache/training-compute.
Browser tests use $CHROME, else a Chromium or Chrome of the system, else one from the npm registry.";

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let outcome = match words.as_slice() {
        ["serve", rest @ ..] => serve::run(rest),
        ["test", rest @ ..] => test::run(rest),
        ["build"] => dist::run(),
        ["bench"] => bench::run(),
        ["lint"] => lint::run(),
        ["functions"] => dist::functions("page"),
        ["functions", which] => dist::functions(which),
        ["profile"] => dist::profile(),
        ["tools"] => tools::all(),
        ["hook-pre-build"] => hooks::pre_build(),
        ["hook-post-build"] => hooks::post_build(),
        [] | ["help" | "--help" | "-h"] => {
            println!("{USAGE}");
            Ok(())
        }
        [other, ..] => Err(format!(
            "there is no command `{other}` with these arguments\n\n{USAGE}"
        )),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("xtask: {why}");
            ExitCode::FAILURE
        }
    }
}
