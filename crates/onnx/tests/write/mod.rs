//! Writes small ONNX models for the tests, field by field.
#![allow(clippy::unwrap_used, clippy::panic)] // A helper of a test may fail it.
#![allow(dead_code)] // Each test file uses its own part.

use compute_layers::CountOptions;

pub mod heap;
pub mod large;

pub fn varint(mut n: u64, out: &mut Vec<u8>) {
    while n >= 0x80 {
        out.push((n & 0x7f) as u8 | 0x80);
        n >>= 7;
    }
    out.push(n as u8);
}

pub fn number(field: u64, n: i64) -> Vec<u8> {
    let mut out = Vec::new();
    varint(field << 3, &mut out);
    varint(n as u64, &mut out);
    out
}

pub fn bytes(field: u64, payload: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    varint(field << 3 | 2, &mut out);
    varint(payload.len() as u64, &mut out);
    out.extend_from_slice(payload);
    out
}

pub fn text(field: u64, payload: &str) -> Vec<u8> {
    bytes(field, payload.as_bytes())
}

fn ints(field: u64, all: &[i64]) -> Vec<u8> {
    let mut packed = Vec::new();
    for n in all {
        varint(*n as u64, &mut packed);
    }
    bytes(field, &packed)
}

/// A size of a declared shape.
#[derive(Clone, Copy)]
pub enum Size<'a> {
    Is(i64),
    Named(&'a str),
    Open,
}

pub fn info(name: &str, dtype: i64, sizes: &[Size]) -> Vec<u8> {
    let mut shape = Vec::new();
    for size in sizes {
        let dim = match size {
            Size::Is(n) => number(1, *n),
            Size::Named(symbol) => text(2, symbol),
            Size::Open => Vec::new(),
        };
        shape.extend(bytes(1, &dim));
    }
    let mut tensor = number(1, dtype);
    tensor.extend(bytes(2, &shape));
    let mut out = text(1, name);
    out.extend(bytes(2, &bytes(1, &tensor)));
    out
}

/// An input whose shape is not declared.
pub fn bare_info(name: &str, dtype: i64) -> Vec<u8> {
    let mut out = text(1, name);
    out.extend(bytes(2, &bytes(1, &number(1, dtype))));
    out
}

pub fn sizes(all: &[u64]) -> Vec<Size<'static>> {
    all.iter().map(|&n| Size::Is(n as i64)).collect()
}

/// A tensor with its data left out: what a reader of shapes sees of a weight.
pub fn weight(name: &str, dtype: i64, dims: &[i64]) -> Vec<u8> {
    let mut out = ints(1, dims);
    out.extend(number(2, dtype));
    out.extend(text(8, name));
    out
}

pub fn int_tensor(name: &str, dims: &[i64], values: &[i64]) -> Vec<u8> {
    let mut out = ints(1, dims);
    out.extend(number(2, 7));
    out.extend(ints(7, values));
    out.extend(text(8, name));
    out
}

pub fn float_tensor(name: &str, dims: &[i64], values: &[f32]) -> Vec<u8> {
    let mut out = ints(1, dims);
    out.extend(number(2, 1));
    let raw: Vec<u8> = values.iter().flat_map(|v| v.to_le_bytes()).collect();
    out.extend(bytes(9, &raw));
    out.extend(text(8, name));
    out
}

/// Attributes as messages.
pub mod attribute {
    use super::{bytes, number, text};

    pub fn int(name: &str, n: i64) -> Vec<u8> {
        [text(1, name), number(3, n), number(20, 2)].concat()
    }
    pub fn float(name: &str, f: f32) -> Vec<u8> {
        let mut out = text(1, name);
        out.push(2 << 3 | 5);
        out.extend(f.to_le_bytes());
        [out, number(20, 1)].concat()
    }
    pub fn string(name: &str, value: &str) -> Vec<u8> {
        [text(1, name), text(4, value), number(20, 3)].concat()
    }
    pub fn ints(name: &str, all: &[i64]) -> Vec<u8> {
        [text(1, name), super::ints(8, all), number(20, 7)].concat()
    }
    pub fn floats(name: &str, all: &[f32]) -> Vec<u8> {
        let raw: Vec<u8> = all.iter().flat_map(|v| v.to_le_bytes()).collect();
        [text(1, name), bytes(7, &raw), number(20, 6)].concat()
    }
    pub fn strings(name: &str, all: &[&str]) -> Vec<u8> {
        let mut out = text(1, name);
        for one in all {
            out.extend(text(9, one));
        }
        [out, number(20, 8)].concat()
    }
    pub fn tensor(name: &str, tensor: &[u8]) -> Vec<u8> {
        [text(1, name), bytes(5, tensor), number(20, 4)].concat()
    }
    pub fn graph(name: &str, graph: &[u8]) -> Vec<u8> {
        [text(1, name), bytes(6, graph), number(20, 5)].concat()
    }
    pub fn reference(name: &str, outer: &str) -> Vec<u8> {
        [text(1, name), text(21, outer), number(20, 2)].concat()
    }
}

pub fn node(op: &str, inputs: &[&str], outputs: &[&str], attributes: &[Vec<u8>]) -> Vec<u8> {
    domain_node("", op, inputs, outputs, attributes)
}

pub fn domain_node(
    domain: &str,
    op: &str,
    inputs: &[&str],
    outputs: &[&str],
    attributes: &[Vec<u8>],
) -> Vec<u8> {
    let mut out = Vec::new();
    for name in inputs {
        out.extend(text(1, name));
    }
    for name in outputs {
        out.extend(text(2, name));
    }
    out.extend(text(4, op));
    for attribute in attributes {
        out.extend(bytes(5, attribute));
    }
    if !domain.is_empty() {
        out.extend(text(7, domain));
    }
    out
}

/// A graph under way.
#[derive(Clone, Default)]
pub struct Graph {
    pub nodes: Vec<Vec<u8>>,
    pub stored: Vec<Vec<u8>>,
    pub inputs: Vec<Vec<u8>>,
    pub outputs: Vec<Vec<u8>>,
}

impl Graph {
    pub fn bytes(&self) -> Vec<u8> {
        let mut out = Vec::new();
        for (field, list) in [
            (1, &self.nodes),
            (5, &self.stored),
            (11, &self.inputs),
            (12, &self.outputs),
        ] {
            for one in list {
                out.extend(bytes(field, one));
            }
        }
        out.extend(text(2, "test"));
        out
    }

    pub fn model(&self, opset: i64) -> Vec<u8> {
        self.model_with(&[("", opset)], &[])
    }

    pub fn model_with(&self, opsets: &[(&str, i64)], functions: &[Vec<u8>]) -> Vec<u8> {
        let mut out = number(1, 10);
        out.extend(bytes(7, &self.bytes()));
        for (domain, version) in opsets {
            let mut set = text(1, domain);
            set.extend(number(2, *version));
            out.extend(bytes(8, &set));
        }
        for function in functions {
            out.extend(bytes(25, function));
        }
        out
    }
}

/// A function of the model's own, in domain `own`.
pub fn function(name: &str, inputs: &[&str], outputs: &[&str], nodes: &[Vec<u8>]) -> Vec<u8> {
    let mut out = text(1, name);
    for one in inputs {
        out.extend(text(4, one));
    }
    for one in outputs {
        out.extend(text(5, one));
    }
    for one in nodes {
        out.extend(bytes(7, one));
    }
    out.extend(text(10, "own"));
    out
}

/// A small generator of pseudo-random numbers (splitmix64), seeded.
pub struct Random(pub u64);

impl Random {
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
    pub fn below(&mut self, n: usize) -> usize {
        (self.next() % n.max(1) as u64) as usize
    }
}

/// Options with these shapes of inputs.
pub fn options(inputs: &[(&str, &[u64])]) -> CountOptions {
    let mut options = CountOptions::default();
    for (name, shape) in inputs {
        options.inputs.insert((*name).to_owned(), shape.to_vec());
    }
    options
}
