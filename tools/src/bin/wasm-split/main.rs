//! Splits a program in two: what a first visit runs, and the rest, which comes when the page already answers.
//!
//! In the first part each function that was moved is a stub: it calls the program's export `later`, which fetches the rest unless it is
//! there, and then the function itself by its place in the table of functions. The rest fills these places when it is instantiated. It
//! imports the memory, the table, the globals and the functions that it uses from the exports of the first part, so that both work on
//! one state and nothing is computed twice.
//!
//! Which functions are moved is a list of names, made by watching a program run (`cargo xtask profile`). A list that has grown old makes
//! the first part larger; it never makes it wrong.

mod constants;
mod glue;
mod order;
mod split;

use std::collections::HashSet;
use std::fs;
use std::path::Path;

use walrus::ir::{Const, GlobalSet, Instr, Value};
use walrus::{ConstExpr, FunctionId, Module, ValType};

const USAGE: &str = "\
wasm-split NAMES LINKED BOUND TO          move the functions named in NAMES out of BOUND/page_bg.wasm, which wasm-bindgen made of LINKED;
                                          write TO/first.wasm, TO/rest.wasm and TO/page.js
wasm-split --watch IN OUT                 export a global of each function's name, which is 1 once it has run
wasm-split --order IN OUT                 put functions that are alike beside each other";

fn main() -> anyhow::Result<()> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match words[..] {
        ["--watch", from, to] => Ok(fs::write(to, watched(&fs::read(from)?)?)?),
        ["--order", from, to] => Ok(fs::write(to, order::order(&fs::read(from)?)?)?),
        [names, linked, bound, to] => {
            let names = fs::read_to_string(names)?;
            let names: HashSet<&str> = names.lines().collect();
            let moved = |name: &str| names.contains(name);
            let constants = constants::only_in(&fs::read(linked)?, moved)?;
            let (bound, to) = (Path::new(bound), Path::new(to));
            let glue = fs::read_to_string(bound.join("page.js"))?;
            let (glue, wasm) = glue::trim(&glue, &fs::read(bound.join("page_bg.wasm"))?)?;
            let mut parts = split::split(&wasm, moved, &constants)?;
            fs::write(to.join("page.js"), glue::shorten(&glue, &mut parts.first))?;
            fs::write(to.join("first.wasm"), parts.first.emit_wasm())?;
            Ok(fs::write(to.join("rest.wasm"), parts.rest.emit_wasm())?)
        }
        _ => anyhow::bail!("{USAGE}"),
    }
}

/// A program, without the linker's notes, which hold no longer once a function has moved.
fn read(wasm: &[u8]) -> anyhow::Result<Module> {
    let mut module = Module::from_buffer(wasm)?;
    for section in [
        "linking",
        "reloc.CODE",
        "reloc.DATA",
        "__wasm_split_unstable",
    ] {
        module.customs.remove_raw(section);
    }
    Ok(module)
}

/// A function's name without the hashes of crates (`core[c5930c85a12de822]::fmt`), which change with the place of a checkout.
fn plain(name: &str) -> String {
    let mut out = String::new();
    let mut rest = name;
    while let Some((before, after)) = rest.split_once('[') {
        out.push_str(before);
        rest = match after.split_once(']') {
            Some((hash, after)) if hash.bytes().all(|byte| byte.is_ascii_hexdigit()) => after,
            _ => {
                out.push('[');
                after
            }
        };
    }
    out + rest
}

fn name(module: &Module, function: FunctionId) -> String {
    plain(
        module
            .funcs
            .get(function)
            .name
            .as_deref()
            .unwrap_or_default(),
    )
}

/// In instructions: in the place of a smaller function a stub, and the names of both, would be no smaller.
const SMALLEST: u64 = 20;

/// A program that tells which of its functions have run.
fn watched(wasm: &[u8]) -> anyhow::Result<Vec<u8>> {
    let mut module = read(wasm)?;
    let functions: Vec<FunctionId> = module
        .funcs
        .iter_local()
        .filter(|(_, body)| body.size() > SMALLEST)
        .map(|(id, _)| id)
        .collect();
    for (at, id) in functions.into_iter().enumerate() {
        let ran =
            module
                .globals
                .add_local(ValType::I32, true, false, ConstExpr::Value(Value::I32(0)));
        // Several functions can have one name; an export cannot.
        module
            .exports
            .add(&format!("ran {at} {}", name(&module, id)), ran);
        let body = module.funcs.get_mut(id).kind.unwrap_local_mut();
        let entry = body.entry_block();
        let tell: [Instr; 2] = [
            Const {
                value: Value::I32(1),
            }
            .into(),
            GlobalSet { global: ran }.into(),
        ];
        body.block_mut(entry)
            .instrs
            .splice(0..0, tell.map(|instr| (instr, Default::default())));
    }
    Ok(module.emit_wasm())
}
