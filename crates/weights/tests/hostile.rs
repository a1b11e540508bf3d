//! Hostile files: every refusal, every prefix, and many mutations end in a
//! result or a clear error.
#![allow(clippy::unwrap_used, clippy::panic)] // A helper of a test may fail it.

use compute_layers::{CountOptions, Refusal};
use compute_weights::source::{Reader, Step};
use compute_weights::{Format, HeaderReader, count_bytes, limits, read_index, sniff};

mod write;
use write::{gguf, raw_safetensors, safetensors};

#[track_caller]
fn refuse(bytes: &[u8], name: &str) -> Refusal {
    match count_bytes(bytes, name, None, &CountOptions::default()) {
        Err(refusal) => {
            assert!(
                !refusal.message.is_empty() && !refusal.remedy.is_empty(),
                "{refusal:?}"
            );
            refusal
        }
        Ok(count) => panic!("counted: {count:?}"),
    }
}

#[track_caller]
fn refused(bytes: &[u8], code: &str) {
    assert_eq!(refuse(bytes, "model.safetensors").code, code);
}

#[track_caller]
fn refused_header(json: &str, code: &str) {
    refused(&raw_safetensors(json), code);
}

#[test]
fn a_file_of_another_kind_is_named() {
    let zip = |inside: &str| {
        [
            b"PK\x03\x04".as_slice(),
            &[0; 26],
            inside.as_bytes(),
            &[0; 40],
        ]
        .concat()
    };
    for (bytes, name, format, code) in [
        (b"".to_vec(), "", Format::Empty, "empty"),
        (
            zip("archive/data.pkl"),
            "pytorch_model.bin",
            Format::Pickle,
            "pickle",
        ),
        (zip("model/weights"), "model.pt", Format::Pickle, "pickle"),
        (zip("a.npy"), "a.npz", Format::Numpy, "numpy"),
        (zip("readme.txt"), "a.zip", Format::Zip, "zip"),
        (b"\x80\x02}q\x00.".to_vec(), "", Format::Pickle, "pickle"),
        (
            b"\x80\x04\x95".to_vec(),
            "model.safetensors",
            Format::Pickle,
            "pickle",
        ),
        (b"(dp0\nS'a'\n".to_vec(), "old.pt", Format::Pickle, "pickle"),
        (
            b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 9\n".to_vec(),
            "model.safetensors",
            Format::LfsPointer,
            "lfs-pointer",
        ),
        (
            b"<!DOCTYPE html><html></html>".to_vec(),
            "config.json",
            Format::Html,
            "html",
        ),
        (
            b"\n <html lang=en>".to_vec(),
            "model.gguf",
            Format::Html,
            "html",
        ),
        (
            b"ggjt\x03\0\0\0".to_vec(),
            "model.bin",
            Format::OldGgml,
            "old-ggml",
        ),
        (
            b"\x20\0\0\0ORTM....".to_vec(),
            "model.ort",
            Format::Ort,
            "ort-format",
        ),
        (
            b"\x1c\0\0\0TFL3....".to_vec(),
            "model.tflite",
            Format::TfLite,
            "tflite",
        ),
        (
            b"\x89HDF\r\n\x1a\n....".to_vec(),
            "model.h5",
            Format::Hdf5,
            "hdf5",
        ),
        (
            b"\x1f\x8b\x08....".to_vec(),
            "model.tar.gz",
            Format::Compressed,
            "compressed",
        ),
        (
            b"hello there".to_vec(),
            "readme.txt",
            Format::Unknown,
            "unknown-format",
        ),
        (
            vec![0xde, 0xad, 0xbe, 0xef],
            "",
            Format::Unknown,
            "unknown-format",
        ),
    ] {
        assert_eq!(sniff(&bytes, name), format, "{name} {code}");
        assert_eq!(format.refusal().map(|r| r.code), Some(code));
        assert_eq!(refuse(&bytes, name).code, code, "{name}");
    }
}

#[test]
fn files_that_can_be_counted_are_told_apart() {
    for (bytes, name, format) in [
        (
            b"{\"model_type\": \"llama\"}".to_vec(),
            "",
            Format::ConfigJson,
        ),
        (b"  {\"a\": 1}".to_vec(), "config.json", Format::ConfigJson),
        (b"\xef\xbb\xbf{\"a\": 1}".to_vec(), "", Format::ConfigJson),
        (
            b"{\"metadata\": {}, \"weight_map\": {}}".to_vec(),
            "",
            Format::IndexJson,
        ),
        (safetensors(&[("a", "F32", &[1])]), "", Format::Safetensors),
        (b"GGUF\x03\0\0\0".to_vec(), "", Format::Gguf),
        (b"\x08\x08\x12\x07pytorch".to_vec(), "", Format::Onnx),
        (b"\x08\x0a\x3a\x05".to_vec(), "", Format::Onnx),
        (
            b"\x12\x07pytorch\x08\x08".to_vec(),
            "model.onnx",
            Format::Onnx,
        ),
    ] {
        assert_eq!(sniff(&bytes, name), format, "{name}");
        assert!(format.refusal().is_none());
    }
    // A JSON config is none of this reader's.
    assert_eq!(
        refuse(b"{\"model_type\": \"llama\"}", "config.json").code,
        "index-json"
    );
}

#[test]
fn safetensors_header_length() {
    refused(&[1, 0, 0], "truncated");
    refused(
        &(limits::SAFETENSORS_HEADER_BYTES + 1).to_le_bytes(),
        "safetensors-header-length",
    );
    refused(&u64::MAX.to_le_bytes(), "safetensors-header-length");
    let mut cut = safetensors(&[("a", "F32", &[4])]);
    cut.truncate(cut.len() - 5);
    let refusal = refuse(&cut, "model.safetensors");
    assert_eq!(refusal.code, "truncated");
    assert!(
        refusal.message.contains(&cut.len().to_string()),
        "{}",
        refusal.message
    );
}

#[test]
fn safetensors_header_text() {
    let mut bytes = 4_u64.to_le_bytes().to_vec();
    bytes.extend([b'{', 0xff, 0xfe, b'}']);
    refused(&bytes, "safetensors-header-text");
    refused_header("{", "safetensors-header-json");
    refused_header("[]", "safetensors-header-json");
    refused_header(r#"{"a": 3}"#, "safetensors-header-json");
    refused_header(
        r#"{"a": {"dtype": "F32", "shape": [-1], "data_offsets": [0, 4]}}"#,
        "safetensors-header-json",
    );
    refused_header(
        r#"{"a": {"dtype": "F32", "shape": [1.5], "data_offsets": [0, 4]}}"#,
        "safetensors-header-json",
    );
    refused_header(&"{\"a\":".repeat(500), "safetensors-header-json");
    refused_header(
        r#"{"a": {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]}, "a": {"dtype": "F32", "shape": [1], "data_offsets": [4, 8]}}"#,
        "safetensors-duplicate-name",
    );
    refused_header(
        r#"{"a": {"dtype": "F31", "shape": [1], "data_offsets": [0, 4]}}"#,
        "safetensors-dtype",
    );
    let long = format!(
        r#"{{"{}": {{"dtype": "F32", "shape": [1], "data_offsets": [0, 4]}}}}"#,
        "n".repeat(5000)
    );
    refused_header(&long, "safetensors-header-json");
}

#[test]
fn safetensors_offsets() {
    for (shape, begin, end) in [
        ("[1]", 4_u64, 8_u64),
        ("[1]", 0, 8),
        ("[2]", 0, 4),
        ("[0]", 0, 4),
        ("[1]", 8, 4),
        ("[18446744073709551615, 2]", 0, 4),
        ("[4611686018427387904, 4]", 0, 0),
    ] {
        refused_header(
            &format!(
                r#"{{"a": {{"dtype": "F32", "shape": {shape}, "data_offsets": [{begin}, {end}]}}}}"#
            ),
            "safetensors-offsets",
        );
    }
    // A hole between two tensors, and an overlap.
    for second in ["[8, 12]", "[0, 4]"] {
        refused_header(
            &format!(
                r#"{{"a": {{"dtype": "F32", "shape": [1], "data_offsets": [0, 4]}}, "b": {{"dtype": "F32", "shape": [1], "data_offsets": {second}}}}}"#
            ),
            "safetensors-offsets",
        );
    }
    let ranks = format!(
        r#"{{"a": {{"dtype": "F32", "shape": [{}1], "data_offsets": [0, 4]}}}}"#,
        "1,".repeat(64)
    );
    refused_header(&ranks, "safetensors-header-json");
    // Three values of four bits do not fill bytes.
    refused_header(
        r#"{"a": {"dtype": "F4", "shape": [3], "data_offsets": [0, 2]}}"#,
        "safetensors-offsets",
    );
}

#[test]
fn safetensors_data_cut_or_too_long() {
    let mut bytes = safetensors(&[("a", "F32", &[4])]);
    bytes.extend([0; 15]);
    refused(&bytes, "truncated");
    bytes.extend([0; 2]);
    refused(&bytes, "safetensors-extra-bytes");
    bytes.truncate(bytes.len() - 1);
    assert!(count_bytes(&bytes, "", None, &CountOptions::default()).is_ok());
}

#[test]
fn index_refusals() {
    assert_eq!(read_index(b"{}").unwrap_err().code, "index-json");
    assert_eq!(
        read_index(b"{\"weight_map\": [1]}").unwrap_err().code,
        "index-json"
    );
    assert_eq!(
        read_index(b"{\"weight_map\": {\"a\": 3}}")
            .unwrap_err()
            .code,
        "index-json"
    );
    assert_eq!(
        read_index(&b"[".repeat(100_000)).unwrap_err().code,
        "index-json"
    );
    let many: Vec<String> = (0..limits::FILES + 1)
        .map(|n| format!("\"t{n}\": \"f{n}\""))
        .collect();
    let text = format!("{{\"weight_map\": {{{}}}}}", many.join(","));
    assert_eq!(read_index(text.as_bytes()).unwrap_err().code, "too-large");
}

#[test]
fn gguf_versions_and_byte_orders() {
    for version in 1..=3 {
        for big in [false, true] {
            // Version 1 and 2 were little-endian only; reading both does no harm.
            let bytes = gguf(
                version,
                big,
                &[("general.architecture", "llama")],
                &[("token_embd.weight", &[32, 100], 8)],
            );
            let counted = count_bytes(&bytes, "", None, &CountOptions::default())
                .unwrap_or_else(|e| panic!("{version} {big}: {e:?}"));
            assert_eq!(counted.count.parameters, 3200);
            assert_eq!(counted.stored[0].dtype, "Q8_0");
        }
    }
    for version in [0, 4, 1000] {
        let bytes = gguf(version, false, &[], &[]);
        assert_eq!(refuse(&bytes, "").code, "gguf-version");
    }
}

#[test]
fn gguf_refusals() {
    let head = |tensors: u64, keys: u64| {
        [
            b"GGUF\x03\0\0\0".as_slice(),
            &tensors.to_le_bytes(),
            &keys.to_le_bytes(),
        ]
        .concat()
    };
    assert_eq!(refuse(b"GGUF\x03", "").code, "truncated");
    assert_eq!(refuse(&head(u64::MAX, 0), "").code, "gguf-header");
    assert_eq!(refuse(&head(0, u64::MAX), "").code, "gguf-header");
    assert_eq!(refuse(&head(1, 0), "").code, "truncated");
    let entry = |kind: u32, rest: &[u8]| {
        [
            head(0, 1),
            1_u64.to_le_bytes().to_vec(),
            b"k".to_vec(),
            kind.to_le_bytes().to_vec(),
            rest.to_vec(),
        ]
        .concat()
    };
    // A key of 2^60 bytes, a string of as many, an array of as many, a type that does not exist.
    assert_eq!(
        refuse(
            &[head(0, 1), (1_u64 << 60).to_le_bytes().to_vec()].concat(),
            ""
        )
        .code,
        "gguf-header"
    );
    assert_eq!(
        refuse(&entry(8, &(1_u64 << 60).to_le_bytes()), "").code,
        "truncated"
    );
    let array = |of: u32, n: u64| [of.to_le_bytes().to_vec(), n.to_le_bytes().to_vec()].concat();
    assert_eq!(
        refuse(&entry(9, &array(4, 1 << 60)), "").code,
        "gguf-header"
    );
    assert_eq!(refuse(&entry(9, &array(8, 1 << 25)), "").code, "truncated");
    assert_eq!(refuse(&entry(9, &array(77, 1)), "").code, "gguf-header");
    assert_eq!(refuse(&entry(13, &[0; 8]), "").code, "gguf-header");
    // Arrays inside arrays without end.
    let mut nested = array(9, 1);
    for _ in 0..50 {
        nested.extend(array(9, 1));
    }
    assert_eq!(refuse(&entry(9, &nested), "").code, "gguf-header");
    // Shapes.
    assert_eq!(
        refuse(&gguf(3, false, &[], &[("a", &[1; 9], 0)]), "").code,
        "gguf-header"
    );
    assert_eq!(
        refuse(&gguf(3, false, &[], &[("a", &[u64::MAX, 2], 0)]), "").code,
        "gguf-header"
    );
    assert_eq!(
        refuse(&gguf(3, false, &[], &[("a", &[31], 8)]), "").code,
        "gguf-header"
    );
    assert_eq!(
        refuse(
            &gguf(3, false, &[], &[("a", &[32], 8), ("a", &[32], 8)]),
            ""
        )
        .code,
        "gguf-header"
    );
    // Data cut off: one tensor of 400 bytes, of which 100 are there.
    let mut bytes = gguf(3, false, &[], &[("a", &[100], 0)]);
    bytes.resize(bytes.len().next_multiple_of(32) + 100, 0);
    assert_eq!(refuse(&bytes, "").code, "truncated");
}

#[test]
fn a_ggml_type_of_tomorrow_still_counts() {
    let counted = count_bytes(
        &gguf(3, false, &[], &[("a.weight", &[100, 3], 999)]),
        "",
        None,
        &CountOptions::default(),
    )
    .unwrap();
    assert_eq!(counted.count.parameters, 300);
    assert_eq!(counted.data_bytes, None);
}

fn fixtures() -> Vec<(String, Vec<u8>)> {
    let folder = format!("{}/tests/data/headers", env!("CARGO_MANIFEST_DIR"));
    let mut out: Vec<(String, Vec<u8>)> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .map(|path| {
            (
                path.file_name().unwrap().to_string_lossy().into_owned(),
                std::fs::read(&path).unwrap(),
            )
        })
        .collect();
    out.sort();
    assert_eq!(out.len(), 16);
    out
}

/// A result or a refusal, with every range inside the file.
fn ends(bytes: &[u8], name: &str) {
    let mut reader = HeaderReader::new(name, bytes.len() as u64);
    for _ in 0..100_000 {
        match reader.poll() {
            Step::Done(result) => {
                if let Ok(header) = result {
                    let file = compute_weights::NamedHeader {
                        name: name.to_owned(),
                        header,
                    };
                    let _ = compute_weights::count_weights(&[file], None, &CountOptions::default());
                }
                return;
            }
            Step::Need { from, len } => {
                assert!(len > 0 && from + len <= bytes.len() as u64);
                reader.supply(from, &bytes[from as usize..(from + len) as usize]);
            }
        }
    }
    panic!("it goes on asking");
}

/// How many of a set of `n`: all in release, fewer without optimization.
fn share(n: usize) -> usize {
    if cfg!(debug_assertions) { n / 20 } else { n }
}

#[test]
fn every_prefix_ends() {
    for (name, whole) in fixtures() {
        if whole.len() <= 16 << 10 {
            let step = whole.len().div_ceil(share(whole.len()).max(1)).max(1);
            for end in (0..whole.len()).step_by(step) {
                ends(&whole[..end], &name);
            }
        } else {
            let cuts = share(2000);
            for k in 0..cuts {
                ends(&whole[..whole.len() / cuts * k], &name);
            }
        }
    }
}

#[test]
fn every_mutation_of_safetensors_ends() {
    mutations("safetensors", 1);
}

#[test]
fn every_mutation_of_gguf_ends() {
    mutations("gguf", 2);
}

#[test]
fn every_mutation_of_an_index_ends() {
    mutations("index.json", 3);
}

fn mutations(kind: &str, seed: u64) {
    let fixtures: Vec<(String, Vec<u8>)> = fixtures()
        .into_iter()
        .filter(|(name, bytes)| name.contains(kind) && bytes.len() <= 25 << 10)
        .filter(|(name, _)| name.contains("index") == (kind == "index.json"))
        .collect();
    assert!(!fixtures.is_empty());
    let mut random = write::Random(seed);
    for _ in 0..share(100_000) {
        let (name, bytes) = &fixtures[random.below(fixtures.len())];
        let mut bytes = bytes.clone();
        for _ in 0..=random.below(4) {
            let at = if random.below(4) == 0 {
                random.below(64.min(bytes.len()))
            } else {
                random.below(bytes.len())
            };
            match random.below(4) {
                0 => bytes[at] = random.next() as u8,
                1 => bytes[at] ^= 1 << random.below(8),
                2 => {
                    let to = (at + 1 + random.below(8)).min(bytes.len());
                    bytes[at..to].fill([0xff, 0x00, b'9', 0x7f][random.below(4)]);
                }
                _ => {
                    let to = (at + random.below(32)).min(bytes.len());
                    bytes.drain(at..to);
                    if bytes.is_empty() {
                        bytes.push(0);
                    }
                }
            }
        }
        ends(&bytes, name);
    }
}
