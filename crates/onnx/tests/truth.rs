//! Real files and exports against counts made by other software.
#![allow(clippy::unwrap_used, clippy::panic)] // A helper of a test may fail it.

use compute_layers::CountOptions;
use compute_onnx::count_onnx;

fn data(name: &str) -> Option<Vec<u8>> {
    std::fs::read(format!(
        "{}/tests/data/onnx/{name}",
        env!("CARGO_MANIFEST_DIR")
    ))
    .ok()
}

fn options(shapes: &str) -> CountOptions {
    let mut options = CountOptions::default();
    let read: serde_json::Map<String, serde_json::Value> = serde_json::from_str(shapes).unwrap();
    for (name, shape) in read {
        let shape = shape
            .as_array()
            .unwrap()
            .iter()
            .map(|n| n.as_u64().unwrap())
            .collect();
        options.inputs.insert(name, shape);
    }
    options
}

#[test]
fn every_file_counts_exactly() {
    let mut wrong = Vec::new();
    let mut counted = 0;
    for line in include_str!("data/onnx.tsv")
        .lines()
        .filter(|l| !l.starts_with('#'))
    {
        let cells: Vec<&str> = line.split('\t').collect();
        let [file, shapes, parameters, flop, ..] = cells.as_slice() else {
            panic!("{line}")
        };
        let Some(bytes) = data(file) else {
            continue;
        };
        counted += 1;
        let count = match count_onnx(&bytes, &options(shapes)) {
            Ok(count) => count,
            Err(refusal) => {
                wrong.push(format!("{file}: {refusal:?}"));
                continue;
            }
        };
        if count.parameters.to_string() != *parameters {
            wrong.push(format!(
                "{file}: parameters {}, want {parameters}",
                count.parameters
            ));
        }
        if count.forward_flop.to_string() != *flop {
            wrong.push(format!(
                "{file}: forward {}, want {flop}",
                count.forward_flop
            ));
        }
        let sums = count
            .groups
            .iter()
            .fold((0, 0), |(p, f), g| (p + g.parameters, f + g.forward_flop));
        if sums != (count.parameters, count.forward_flop) {
            wrong.push(format!("{file}: groups add up to {sums:?}"));
        }
        if !count.needs.is_empty() || !count.unknown.is_empty() {
            wrong.push(format!(
                "{file}: needs {:?}, unknown {:?}",
                count.needs, count.unknown
            ));
        }
    }
    assert!(wrong.is_empty(), "{counted} files\n{}", wrong.join("\n"));
    assert!(counted >= 32, "only {counted} files were found");
}
