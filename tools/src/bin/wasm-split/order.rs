//! Orders functions so that like ones lie beside each other: Brotli says what was there a moment ago in fewer bits than what was there
//! long ago. The program is the same.

use std::collections::HashMap;
use std::convert::Infallible;

use wasm_encoder::reencode::{Error, Reencode};
use wasm_encoder::{CodeSection, FunctionSection, Module};
use wasmparser::{
    CodeSectionReader, FunctionBody, FunctionSectionReader, Parser, Payload, TypeRef,
};

/// Indices below are one byte long in a call, those above two: wasm-opt gave the low ones to what is called most, and they stay there.
const SHORT: usize = 128;
/// Bytes that two functions must have in common, one after the other, to count as a likeness.
const RUN: usize = 4;
/// A long function has something of every other: likeness is what two have in common by this power of the length.
const POWER: f64 = 0.7;

/// The program in its new order.
pub fn order(wasm: &[u8]) -> anyhow::Result<Vec<u8>> {
    let mut imported = 0;
    let mut bodies = Vec::new();
    for payload in Parser::new(0).parse_all(wasm) {
        match payload? {
            Payload::ImportSection(imports) => {
                for import in imports.into_imports() {
                    imported += usize::from(matches!(import?.ty, TypeRef::Func(_)));
                }
            }
            Payload::CodeSectionEntry(body) => bodies.push(body.as_bytes().to_vec()),
            _ => {}
        }
    }
    let order = alike(&bodies, SHORT.saturating_sub(imported));
    let mut index: Vec<u32> = (0..u32::try_from(imported + order.len())?).collect();
    for (new, old) in order.iter().enumerate() {
        index[imported + old] = u32::try_from(imported + new)?;
    }
    let mut module = Module::new();
    Ordered { order, index }.parse_core_module(&mut module, Parser::new(0), wasm)?;
    Ok(module.finish())
}

/// From each function to the one most like it that is left; the first `short` among themselves.
fn alike(bodies: &[Vec<u8>], short: usize) -> Vec<usize> {
    let runs: Vec<Vec<&[u8]>> = bodies
        .iter()
        .map(|body| {
            let mut runs: Vec<&[u8]> = body.windows(RUN).collect();
            runs.sort_unstable();
            runs.dedup();
            runs
        })
        .collect();
    let mut holders: HashMap<&[u8], Vec<usize>> = HashMap::new();
    for (at, runs) in runs.iter().enumerate() {
        for run in runs {
            holders.entry(run).or_default().push(at);
        }
    }
    let short = short.min(bodies.len());
    let mut order: Vec<usize> = Vec::with_capacity(bodies.len());
    for group in [0..short, short..bodies.len()] {
        let mut left: Vec<usize> = group.collect();
        while !left.is_empty() {
            let mut common = vec![0_usize; bodies.len()];
            if let Some(last) = order.last() {
                for run in &runs[*last] {
                    for at in &holders[run] {
                        common[*at] += 1;
                    }
                }
            }
            let likeness =
                |at: usize| common[at] as f64 / ((runs[at].len() + 20) as f64).powf(POWER);
            let mut best = 0;
            for at in 1..left.len() {
                if likeness(left[at]) > likeness(left[best]) {
                    best = at;
                }
            }
            order.push(left.remove(best));
        }
    }
    order
}

struct Ordered {
    /// Of each new place among the program's own functions, the old one.
    order: Vec<usize>,
    /// Of each old index, with the imported ones, the new one.
    index: Vec<u32>,
}

impl Reencode for Ordered {
    type Error = Infallible;

    fn function_index(&mut self, function: u32) -> Result<u32, Error<Infallible>> {
        Ok(self.index[function as usize])
    }

    fn parse_function_section(
        &mut self,
        functions: &mut FunctionSection,
        section: FunctionSectionReader<'_>,
    ) -> Result<(), Error<Infallible>> {
        let types = section.into_iter().collect::<Result<Vec<u32>, _>>()?;
        for old in &self.order {
            functions.function(types[*old]);
        }
        Ok(())
    }

    fn parse_code_section(
        &mut self,
        code: &mut CodeSection,
        section: CodeSectionReader<'_>,
    ) -> Result<(), Error<Infallible>> {
        let bodies = section
            .into_iter()
            .collect::<Result<Vec<FunctionBody>, _>>()?;
        for old in self.order.clone() {
            self.parse_function_body(code, bodies[old].clone())?;
        }
        Ok(())
    }
}
