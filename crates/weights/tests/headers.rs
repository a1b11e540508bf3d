//! Headers of real models against counts made by other software.
#![allow(clippy::unwrap_used, clippy::panic)] // A helper of a test may fail it.

use compute_layers::CountOptions;
use compute_weights::source::{Reader, read_with};
use compute_weights::{Header, HeaderReader, NamedHeader, count_bytes, count_weights};

fn data(name: &str) -> Vec<u8> {
    let path = format!("{}/tests/data/headers/{name}", env!("CARGO_MANIFEST_DIR"));
    std::fs::read(&path).unwrap_or_else(|e| panic!("{path}: {e}"))
}

struct Row {
    file: String,
    tensors: u64,
    by_dtype: Vec<(String, u128)>,
    bytes: u64,
    parameters: u128,
    active: Option<u128>,
    architecture: Option<String>,
}

fn rows() -> Vec<Row> {
    include_str!("data/headers.tsv")
        .lines()
        .filter(|line| !line.starts_with('#'))
        .map(|line| {
            let cells: Vec<&str> = line.split('\t').collect();
            let by: serde_json::Map<String, serde_json::Value> =
                serde_json::from_str(cells[2]).unwrap();
            Row {
                file: cells[0].to_owned(),
                tensors: cells[1].parse().unwrap(),
                by_dtype: by
                    .into_iter()
                    .map(|(k, v)| (k, u128::from(v.as_u64().unwrap())))
                    .collect(),
                bytes: cells[3].parse().unwrap(),
                parameters: cells[4].parse().unwrap(),
                active: cells[5].parse().ok(),
                architecture: (cells[6] != "-").then(|| cells[6].to_owned()),
            }
        })
        .collect()
}

#[test]
fn every_header_counts_exactly() {
    let rows = rows();
    assert_eq!(rows.len(), 16);
    for row in rows.iter().filter(|r| !r.file.ends_with(".index.json")) {
        let counted = count_bytes(&data(&row.file), &row.file, None, &CountOptions::default())
            .unwrap_or_else(|e| panic!("{}: {e:?}", row.file));
        let file = &row.file;
        assert_eq!(counted.tensors, row.tensors, "{file}: tensors");
        let mut stored: Vec<(String, u128)> = counted
            .stored
            .iter()
            .map(|s| (s.dtype.clone(), s.elements))
            .collect();
        let mut wanted = row.by_dtype.clone();
        stored.sort();
        wanted.sort();
        assert_eq!(stored, wanted, "{file}: stored");
        assert_eq!(counted.data_bytes, Some(row.bytes), "{file}: bytes");
        assert_eq!(
            counted.count.parameters, row.parameters,
            "{file}: parameters"
        );
        if let Some(active) = row.active {
            assert_eq!(counted.count.active_parameters, active, "{file}: active");
        }
        if let Some(architecture) = &row.architecture {
            assert_eq!(&counted.count.architecture, architecture, "{file}");
            assert!(counted.config.is_some(), "{file}: config");
        }
        let sum: u128 = counted.count.groups.iter().map(|g| g.parameters).sum();
        assert_eq!(sum, counted.count.parameters, "{file}: groups");
    }
}

/// With one shard beside it the index's bytes become parameters.
#[test]
fn an_index_with_one_shard_tells_the_whole() {
    for (index, shard) in [
        (
            "llama-3.1-8b.model.safetensors.index.json",
            "llama-3.1-8b.model-00001-of-00004.safetensors.header",
        ),
        (
            "gemma-2-2b.model.safetensors.index.json",
            "gemma-2-2b.model-00001-of-00003.safetensors.header",
        ),
        (
            "mixtral-8x7b.model.safetensors.index.json",
            "mixtral-8x7b.model-00001-of-00019.safetensors.header",
        ),
    ] {
        let row = rows().into_iter().find(|r| r.file == index).unwrap();
        let files: Vec<NamedHeader> = [index, shard].iter().map(|f| header(f)).collect();
        let counted = count_weights(&files, None, &CountOptions::default()).unwrap();
        assert_eq!(counted.count.parameters, row.parameters, "{index}");
        assert!(
            !counted.count.needs.is_empty(),
            "{index}: the other shards are asked for"
        );
        let sum: u128 = counted.count.groups.iter().map(|g| g.parameters).sum();
        assert_eq!(sum, counted.count.parameters, "{index}: groups");
        // Alone it has no types: unknown, never a guess.
        let alone = count_weights(&files[..1], None, &CountOptions::default()).unwrap();
        assert_eq!(alone.count.parameters, 0);
        assert!(!alone.count.needs.is_empty());
        assert!(
            alone
                .count
                .notes
                .iter()
                .any(|n| n.code == "index-total-size")
        );
        let Header::Index(read) = &files[0].header else {
            panic!()
        };
        assert_eq!(read.tensors.len() as u64, row.tensors);
    }
}

#[test]
fn a_config_beside_an_index_tells_the_type() {
    let files = [header("gemma-2-2b.model.safetensors.index.json")];
    let config = r#"{"model_type": "gemma2", "torch_dtype": "float32"}"#;
    let counted = count_weights(&files, Some(config), &CountOptions::default()).unwrap();
    assert_eq!(counted.count.parameters, 2_614_341_888);
    assert_eq!(counted.config.as_deref(), Some(config));
}

fn header(file: &str) -> NamedHeader {
    let bytes = data(file);
    let mut reader = HeaderReader::new(file, bytes.len() as u64);
    NamedHeader {
        name: file.trim_end_matches(".header").to_owned(),
        header: compute_weights::source::read_all(&mut reader, &bytes).unwrap(),
    }
}

/// The data is never asked for: a file of its full size answers only the header.
#[test]
fn weights_are_never_asked_for() {
    let row = rows()
        .into_iter()
        .find(|r| r.file.starts_with("gpt2"))
        .unwrap();
    let bytes = data(&row.file);
    let mut reader = HeaderReader::new("model.safetensors", bytes.len() as u64 + row.bytes);
    let mut asked = 0;
    read_with(&mut reader, |from, len| {
        asked += len;
        let mut out = vec![0; len as usize];
        for (at, byte) in out.iter_mut().enumerate() {
            *byte = bytes.get(from as usize + at).copied().unwrap_or(0);
        }
        out
    })
    .unwrap();
    assert!(
        asked < 2 * bytes.len() as u64 + 8192,
        "asked for {asked} bytes"
    );
    assert_eq!(reader.progress().size, bytes.len() as u64 + row.bytes);
}
