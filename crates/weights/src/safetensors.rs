//! The header of a safetensors file: 8 bytes of length, JSON, and nothing more is read.
//!
//! Cheap checks come first, each with its own refusal: length present, below the
//! format's limit, inside the file, UTF-8, JSON, then offsets that follow each
//! other without a hole, sizes that fit their shapes, and a file that is covered
//! to its last byte. A file that ends where the data would begin is a header
//! kept by itself, and is welcome.

use std::collections::HashSet;
use std::fmt;

use compute_layers::Refusal;
use serde::de::{Deserialize, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};

use crate::limits;
use crate::refusal::{refusal, shown, truncated};
use crate::source::{Missing, Progress, Reader, Step, Window};
use crate::tensor::{Dtype, SAFETENSORS_DTYPES, Tensor, elements};

/// What the header of one safetensors file says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SafetensorsHeader {
    /// Tensors in the order of their data.
    pub tensors: Vec<Tensor>,
    /// Bytes of data the tensors take.
    pub data_bytes: u64,
    /// Whether the file ends where the data would begin.
    pub header_only: bool,
}

/// Reads a header through byte ranges.
#[derive(Clone, Debug)]
pub struct SafetensorsReader {
    window: Window,
    position: u64,
    done: Option<Result<SafetensorsHeader, Refusal>>,
}

impl SafetensorsReader {
    /// A reader of a file of `size` bytes.
    #[must_use]
    pub fn new(size: u64) -> Self {
        Self {
            window: Window::new(size),
            position: 0,
            done: None,
        }
    }

    fn run(&mut self) -> Result<Result<SafetensorsHeader, Refusal>, Missing> {
        let length = match self.window.get(0, 8) {
            Ok(bytes) => bytes
                .first_chunk::<8>()
                .map_or(0, |b| u64::from_le_bytes(*b)),
            Err(Missing::Unread) => return Err(Missing::Unread),
            Err(Missing::PastEnd) => {
                return Ok(Err(truncated("safetensors file", self.window.size(), 8)));
            }
        };
        if length > limits::SAFETENSORS_HEADER_BYTES {
            return Ok(Err(refusal(
                "safetensors-header-length",
                format!(
                    "The safetensors header claims {length} bytes; the format allows {}.",
                    limits::SAFETENSORS_HEADER_BYTES
                ),
                "Download the file again; if it stays so, it is not a safetensors file.",
            )));
        }
        let size = self.window.size();
        let Some(begin) = length.checked_add(8).filter(|&b| b <= size) else {
            return Ok(Err(truncated(
                "safetensors header",
                size,
                length.saturating_add(8),
            )));
        };
        let wanted = usize::try_from(length).map_err(|_| Missing::PastEnd)?;
        let bytes = match self.window.get(8, wanted) {
            Ok(bytes) => bytes,
            Err(Missing::Unread) => return Err(Missing::Unread),
            Err(Missing::PastEnd) => {
                return Ok(Err(truncated("safetensors header", size, begin)));
            }
        };
        self.position = begin;
        Ok(parse(bytes, size - begin))
    }
}

impl Reader for SafetensorsReader {
    type Output = Result<SafetensorsHeader, Refusal>;

    fn poll(&mut self) -> Step<Self::Output> {
        if let Some(done) = &self.done {
            return Step::Done(done.clone());
        }
        if let Some((from, len)) = self.window.wanted() {
            return Step::Need { from, len };
        }
        match self.run() {
            Ok(result) => {
                self.done = Some(result.clone());
                Step::Done(result)
            }
            Err(_) => match self.window.wanted() {
                Some((from, len)) => Step::Need { from, len },
                None => Step::Done(Err(truncated("safetensors file", self.window.size(), 8))),
            },
        }
    }

    fn supply(&mut self, from: u64, bytes: &[u8]) {
        self.window.supply(from, bytes);
    }

    fn progress(&self) -> Progress {
        self.window.progress(self.position)
    }
}

/// One tensor as the JSON writes it.
#[derive(serde::Deserialize)]
struct Entry {
    dtype: String,
    shape: Shape,
    data_offsets: (u64, u64),
}

/// A shape of bounded rank, so that a long list does not fill memory first.
struct Shape(Vec<u64>);

impl<'de> Deserialize<'de> for Shape {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Walk;
        impl<'de> Visitor<'de> for Walk {
            type Value = Shape;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list of sizes")
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Shape, A::Error> {
                let mut sizes = Vec::new();
                while let Some(size) = list.next_element::<u64>()? {
                    if sizes.len() >= limits::SAFETENSORS_RANK {
                        return Err(A::Error::custom(format_args!(
                            "a shape of more than {} dimensions",
                            limits::SAFETENSORS_RANK
                        )));
                    }
                    sizes.push(size);
                }
                Ok(Shape(sizes))
            }
        }
        deserializer.deserialize_seq(Walk)
    }
}

/// The whole object, in file order, without a tree in between.
struct Entries(Vec<(Box<str>, Entry)>);

impl<'de> Deserialize<'de> for Entries {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Walk;
        impl<'de> Visitor<'de> for Walk {
            type Value = Entries;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object of tensors")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Entries, A::Error> {
                let mut entries = Vec::new();
                while let Some(name) = map.next_key::<Box<str>>()? {
                    if &*name == "__metadata__" {
                        map.next_value::<serde::de::IgnoredAny>()?;
                        continue;
                    }
                    if entries.len() >= limits::TENSORS {
                        return Err(A::Error::custom(format_args!(
                            "more than {} tensors",
                            limits::TENSORS
                        )));
                    }
                    if name.len() > limits::NAME_BYTES {
                        return Err(A::Error::custom(format_args!(
                            "a name of {} bytes",
                            name.len()
                        )));
                    }
                    let entry: Entry = map.next_value()?;
                    entries.push((name, entry));
                }
                Ok(Entries(entries))
            }
        }
        deserializer.deserialize_map(Walk)
    }
}

fn parse(json: &[u8], data: u64) -> Result<SafetensorsHeader, Refusal> {
    let text = std::str::from_utf8(json).map_err(|error| {
        refusal(
            "safetensors-header-text",
            format!(
                "The safetensors header is not text: byte {} is not UTF-8.",
                error.valid_up_to()
            ),
            "Download the file again; if it stays so, it is not a safetensors file.",
        )
    })?;
    let Entries(mut entries) = serde_json::from_str(text).map_err(|error| {
        refusal(
            "safetensors-header-json",
            format!("The safetensors header does not read as a list of tensors: {}.", shown(&error.to_string())),
            "Each tensor has `dtype`, `shape` and `data_offsets`; write the file with the safetensors library.",
        )
    })?;
    let mut names = HashSet::with_capacity(entries.len());
    for (name, _) in &entries {
        if !names.insert(&**name) {
            return Err(refusal(
                "safetensors-duplicate-name",
                format!("The safetensors header names {} twice.", shown(name)),
                "Write the file again with the safetensors library; each tensor has its own name.",
            ));
        }
    }
    drop(names);
    // Empty tensors share their offset with the next one, so the end decides.
    entries.sort_by_key(|(_, entry)| entry.data_offsets);
    let mut tensors = Vec::with_capacity(entries.len());
    let mut at = 0_u64;
    for (name, entry) in entries {
        let (begin, end) = entry.data_offsets;
        let broken = |what: String| {
            refusal(
                "safetensors-offsets",
                format!("Tensor {}: {what}.", shown(&name)),
                "Download the file again; if it stays so, write it with the safetensors library.",
            )
        };
        if begin != at || end < begin {
            return Err(broken(format!(
                "its data stands at {begin} to {end}, where {at} should follow"
            )));
        }
        at = end;
        let dtype: Dtype = *SAFETENSORS_DTYPES
            .iter()
            .find(|d| d.name == entry.dtype)
            .ok_or_else(|| {
                refusal(
                    "safetensors-dtype",
                    format!(
                        "Tensor {} has type {}, which this reader does not know.",
                        shown(&name),
                        shown(&entry.dtype)
                    ),
                    "Drop the model’s config.json instead, and report the type.",
                )
            })?;
        let Shape(shape) = entry.shape;
        let count = elements(&shape)
            .ok_or_else(|| broken(format!("its shape {:?} passes 2^64 elements", shape)))?;
        let bytes = dtype.size_of(count).ok_or_else(|| {
            broken(format!(
                "{count} elements of {} do not fill whole bytes",
                dtype.name
            ))
        })?;
        if bytes != end - begin {
            return Err(broken(format!(
                "{count} elements of {} take {bytes} bytes, its offsets leave {}",
                dtype.name,
                end - begin
            )));
        }
        tensors.push(Tensor {
            name,
            dtype,
            shape: shape.into(),
            elements: count,
        });
    }
    if data != 0 && data < at {
        return Err(truncated("data of the safetensors file", data, at));
    }
    if data > at {
        return Err(refusal(
            "safetensors-extra-bytes",
            format!("The tensors take {at} bytes and {data} follow the header."),
            "Download the file again; a safetensors file ends with its last tensor.",
        ));
    }
    Ok(SafetensorsHeader {
        tensors,
        data_bytes: at,
        header_only: data == 0 && at > 0,
    })
}
