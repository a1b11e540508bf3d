//! `*.safetensors.index.json`: which tensor stands in which shard. No shapes.

use std::collections::BTreeMap;

use compute_layers::Refusal;

use crate::limits;
use crate::refusal::{refusal, shown};

/// What an index says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Index {
    /// Names of tensors, each with the number of its shard in `shards`.
    pub tensors: Vec<(Box<str>, u32)>,
    /// Names of the shards.
    pub shards: Vec<String>,
    /// Bytes of all tensors, as the index declares them.
    pub total_size: Option<u64>,
    /// Parameters, where the index declares them.
    pub total_parameters: Option<u64>,
}

#[derive(serde::Deserialize)]
struct Raw {
    #[serde(default)]
    metadata: Option<Metadata>,
    weight_map: BTreeMap<Box<str>, String>,
}

#[derive(Default, serde::Deserialize)]
struct Metadata {
    #[serde(default)]
    total_size: Option<serde_json::Number>,
    #[serde(default)]
    total_parameters: Option<serde_json::Number>,
}

/// Reads the text of an index.
///
/// # Errors
/// `index-json` when it is not JSON with a `weight_map` of names to files;
/// `too-large` past the limits.
pub fn read_index(text: &[u8]) -> Result<Index, Refusal> {
    if text.len() as u64 > limits::JSON_BYTES {
        return Err(refusal(
            "too-large",
            format!(
                "The index has {} bytes, more than {}.",
                text.len(),
                limits::JSON_BYTES
            ),
            "Drop the shards themselves.",
        ));
    }
    let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
    let raw: Raw = serde_json::from_slice(text).map_err(|error| {
        refusal(
            "index-json",
            format!("The index does not read: {}.", shown(&error.to_string())),
            "An index has `weight_map`, from names of tensors to names of files; download model.safetensors.index.json again.",
        )
    })?;
    if raw.weight_map.len() > limits::TENSORS {
        return Err(refusal(
            "too-large",
            format!(
                "The index names {} tensors, more than {}.",
                raw.weight_map.len(),
                limits::TENSORS
            ),
            "Drop the shards themselves.",
        ));
    }
    let mut numbers: BTreeMap<String, u32> = BTreeMap::new();
    for file in raw.weight_map.values() {
        if !numbers.contains_key(file) {
            if numbers.len() >= limits::FILES {
                return Err(refusal(
                    "too-large",
                    format!("The index names more than {} files.", limits::FILES),
                    "Drop the shards themselves.",
                ));
            }
            numbers.insert(file.clone(), 0);
        }
    }
    for (at, number) in (0_u32..).zip(numbers.values_mut()) {
        *number = at;
    }
    let tensors = raw
        .weight_map
        .into_iter()
        .map(|(name, file)| (name, numbers.get(&file).copied().unwrap_or(0)))
        .collect();
    // Some writers print the size as 1.6e10.
    let whole = |n: Option<serde_json::Number>| {
        n.and_then(|n| {
            n.as_u64().or_else(|| {
                n.as_f64()
                    .filter(|f| f.fract() == 0.0 && (0.0..=9.0e15).contains(f))
                    .map(|f| f as u64)
            })
        })
    };
    let metadata = raw.metadata.unwrap_or_default();
    Ok(Index {
        tensors,
        shards: numbers.into_keys().collect(),
        total_size: whole(metadata.total_size),
        total_parameters: whole(metadata.total_parameters),
    })
}
