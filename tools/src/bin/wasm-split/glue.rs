//! The JavaScript between the program and the browser, as wasm-bindgen writes it: less of it, and with short names.

use std::collections::{HashMap, HashSet};

use walrus::{ElementItems, FunctionId, Module};

/// What public/boot.js calls, and what the glue has under its own name.
const KEPT: [&str; 3] = ["begin", "later", "memory"];

/// The crate whose classes are left out: streams for calls of a server, which Leptos brings along and nobody makes here.
const CLASSES: &str = "wasm_streams::";

/// Leaves out the classes that dependencies export (the calculator makes none), and with them all that only they need, in the glue and in
/// the program.
pub fn trim(glue: &str, wasm: &[u8]) -> anyhow::Result<(String, Vec<u8>)> {
    let mut module = crate::read(wasm)?;
    let glue = without_classes(glue)
        .replace("export function ", "function ")
        .replace(
            "export { initSync, __wbg_init as default };",
            "export { __wbg_init as default };",
        );
    let named: HashSet<&str> = identifiers(&glue).collect();
    let unused: Vec<_> = module
        .exports
        .iter()
        .filter(|export| !KEPT.contains(&&*export.name) && !named.contains(&*export.name))
        .map(|export| export.id())
        .collect();
    for id in unused {
        module.exports.delete(id);
    }
    forget_classes(&mut module);
    walrus::passes::gc::run(&mut module);
    let imported: HashSet<&str> = module.imports.iter().map(|import| &*import.name).collect();
    let glue = without_functions(&glue, &imported);
    Ok((glue, module.emit_wasm()))
}

/// Takes the classes' functions out of the table, where the closures of their promises stand: without the classes nothing makes a promise,
/// and the table alone would keep them. Whatever else calls one of them keeps it.
fn forget_classes(module: &mut Module) {
    let of_classes: HashSet<FunctionId> = module
        .funcs
        .iter()
        .map(|function| function.id())
        .filter(|id| crate::name(module, *id).contains(CLASSES))
        .collect();
    for element in module.elements.iter_mut() {
        let ElementItems::Functions(functions) = &mut element.items else {
            continue;
        };
        let other = functions
            .iter()
            .copied()
            .find(|id| !of_classes.contains(id));
        for id in functions.iter_mut().filter(|id| of_classes.contains(*id)) {
            *id = other.unwrap_or(*id);
        }
    }
}

/// Gives imports and exports short names, in the program and in the glue. wasm-bindgen's carry hashes, which no compression makes small.
pub fn shorten(glue: &str, module: &mut Module) -> String {
    let mut names: HashMap<String, String> = HashMap::new();
    let mut short = |name: &mut String| {
        let number = names.len();
        let new = names
            .entry(name.clone())
            .or_insert_with(|| format!("${}", letters(number)));
        name.clone_from(new);
    };
    for import in module.imports.iter_mut() {
        short(&mut import.name);
    }
    for export in module.exports.iter_mut() {
        if !KEPT.contains(&&*export.name) && !export.name.starts_with(crate::split::SHARED) {
            short(&mut export.name);
        }
    }
    let mut out = String::with_capacity(glue.len());
    let mut rest = glue;
    for word in identifiers(glue) {
        let Some((before, after)) = rest.split_once(word) else {
            continue;
        };
        out.push_str(before);
        out.push_str(names.get(word).map_or(word, String::as_str));
        rest = after;
    }
    out + rest
}

/// `a` to `z`, `aa`, …
pub fn letters(mut number: usize) -> String {
    let mut out = String::new();
    loop {
        out.push(char::from(b'a' + (number % 26) as u8));
        number /= 26;
        if number == 0 {
            return out;
        }
    }
}

/// Words that can be names, in their order.
fn identifiers(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_' || c == '$'))
        .filter(|word| !word.is_empty())
}

fn without_classes(glue: &str) -> String {
    let mut out = String::new();
    let mut lines = glue.lines();
    while let Some(line) = lines.next() {
        let end: &[&str] = if line.starts_with("export class ") {
            &["}"]
        } else if line.starts_with("const ") && line.contains("Finalization = ") {
            &[");", ";"]
        } else if line.starts_with("if (Symbol.dispose) ")
            || line.trim_start().starts_with("console.warn(")
        {
            // The second is a word for whoever serves the page; it stays silent and works.
            continue;
        } else {
            out.push_str(line);
            out.push('\n');
            continue;
        };
        let ends = |line: &str| {
            end.iter()
                .any(|end| line == *end || *end != "}" && line.ends_with(end))
        };
        let _ = lines.find(|line| ends(line));
    }
    out
}

/// The functions for the program stand in one object, indented by eight; those that it does not import go.
fn without_functions(glue: &str, imported: &HashSet<&str>) -> String {
    let mut out = String::new();
    let mut lines = glue.lines();
    while let Some(line) = lines.next() {
        let name = line
            .strip_prefix("        __wb")
            .and_then(|rest| rest.split_once(": function("));
        if name.is_some_and(|(name, _)| !imported.contains(["__wb", name].concat().as_str())) {
            let _ = lines.find(|line| line.starts_with("        }"));
            continue;
        }
        out.push_str(line);
        out.push('\n');
    }
    out
}
