//! Writes small files of each format for the tests; header only, no weights.
#![allow(clippy::unwrap_used, clippy::panic)] // A helper of a test may fail it.
#![allow(dead_code)] // Each test file uses its own part.

use compute_weights::source::read_all;
use compute_weights::{HeaderReader, NamedHeader, SAFETENSORS_DTYPES};

/// A safetensors header with the tensors one after the other.
pub fn safetensors(tensors: &[(&str, &str, &[u64])]) -> Vec<u8> {
    let mut at = 0;
    let mut json = serde_json::Map::new();
    for (name, dtype, shape) in tensors {
        let known = SAFETENSORS_DTYPES
            .iter()
            .find(|d| d.name == *dtype)
            .unwrap();
        let end = at + known.size_of(shape.iter().product()).unwrap();
        json.insert(
            (*name).to_owned(),
            serde_json::json!({"dtype": dtype, "shape": shape, "data_offsets": [at, end]}),
        );
        at = end;
    }
    raw_safetensors(&serde_json::Value::Object(json).to_string())
}

/// The length and any text.
pub fn raw_safetensors(json: &str) -> Vec<u8> {
    let mut out = (json.len() as u64).to_le_bytes().to_vec();
    out.extend_from_slice(json.as_bytes());
    out
}

/// A GGUF header of version 3 with text and whole numbers as metadata.
pub fn gguf_numbers(
    texts: &[(&str, &str)],
    numbers: &[(&str, u32)],
    tensors: &[(&str, &[u64], u32)],
) -> Vec<u8> {
    let plain = gguf(3, false, texts, tensors);
    // Magic, version and count of tensors; then the count of keys.
    let mut out = plain[..16].to_vec();
    out.extend(((texts.len() + numbers.len()) as u64).to_le_bytes());
    for (key, value) in numbers {
        out.extend((key.len() as u64).to_le_bytes());
        out.extend(key.as_bytes());
        out.extend(4_u32.to_le_bytes());
        out.extend(value.to_le_bytes());
    }
    out.extend(&plain[24..]);
    out
}

/// A GGUF header: text metadata, and tensors by name, shape (innermost first) and type.
pub fn gguf(
    version: u32,
    big: bool,
    metadata: &[(&str, &str)],
    tensors: &[(&str, &[u64], u32)],
) -> Vec<u8> {
    let int = |n: u32| {
        if big {
            n.to_be_bytes()
        } else {
            n.to_le_bytes()
        }
    };
    let long = |n: u64| {
        if big {
            n.to_be_bytes()
        } else {
            n.to_le_bytes()
        }
    };
    let length = |n: usize| {
        if version == 1 {
            int(n as u32).to_vec()
        } else {
            long(n as u64).to_vec()
        }
    };
    let mut out = b"GGUF".to_vec();
    out.extend(int(version));
    out.extend(length(tensors.len()));
    out.extend(length(metadata.len()));
    for (key, value) in metadata {
        out.extend(length(key.len()));
        out.extend(key.as_bytes());
        out.extend(int(8));
        out.extend(length(value.len()));
        out.extend(value.as_bytes());
    }
    for (name, shape, kind) in tensors {
        out.extend(length(name.len()));
        out.extend(name.as_bytes());
        out.extend(int(shape.len() as u32));
        for n in *shape {
            out.extend(length(*n as usize));
        }
        out.extend(int(*kind));
        out.extend(long(0));
    }
    out
}

pub fn header(name: &str, bytes: &[u8]) -> NamedHeader {
    NamedHeader {
        name: name.to_owned(),
        header: read_all(&mut HeaderReader::new(name, bytes.len() as u64), bytes)
            .unwrap_or_else(|e| panic!("{name}: {e:?}")),
    }
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
