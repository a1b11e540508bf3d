//! Hostile files: every refusal, every prefix, and many mutations end in a
//! result or a clear error.
#![allow(clippy::unwrap_used, clippy::panic)] // A helper of a test may fail it.

use compute_bytes::{Reader, Step};
use compute_layers::{CountOptions, Refusal};
use compute_onnx::{OnnxReader, count_onnx};

mod write;
use write::{
    Graph, Random, attribute, bytes, domain_node, function, info, node, number, sizes, text,
    varint, weight,
};

fn refuse(model: &[u8]) -> Refusal {
    match count_onnx(model, &CountOptions::default()) {
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

fn small() -> Graph {
    Graph {
        nodes: vec![node("MatMul", &["x", "w"], &["y"], &[])],
        stored: vec![weight("w", 1, &[4, 5])],
        inputs: vec![info("x", 1, &sizes(&[3, 4]))],
        outputs: vec![info("y", 1, &[])],
    }
}

#[test]
fn an_empty_file_and_one_without_a_graph() {
    assert_eq!(refuse(b"").code, "onnx-no-graph");
    assert_eq!(refuse(&number(1, 8)).code, "onnx-no-graph");
}

#[test]
fn bytes_that_are_no_protobuf() {
    assert_eq!(refuse(b"\x0b\x0b\x0b\x0b").code, "onnx-malformed");
    assert_eq!(refuse(&[0xff; 64]).code, "onnx-malformed");
    assert_eq!(refuse(b"<!DOCTYPE html><html>").code, "onnx-malformed");
}

#[test]
fn a_file_cut_off() {
    let model = small().model(17);
    let refusal = refuse(&model[..model.len() - 3]);
    assert_eq!(refusal.code, "truncated");
    assert!(
        refusal.message.contains(&(model.len() - 3).to_string()),
        "{}",
        refusal.message
    );
}

#[test]
fn a_length_past_its_message() {
    // A graph of ten bytes whose node claims a thousand.
    let mut graph = vec![0x0a];
    varint(1000, &mut graph);
    graph.extend([0; 7]);
    let model = [number(1, 8), bytes(7, &graph)].concat();
    assert_eq!(refuse(&model).code, "onnx-malformed");
}

#[test]
fn a_length_of_almost_two_to_the_sixty_four() {
    let mut model = number(1, 8);
    model.push(7 << 3 | 2);
    varint(u64::MAX - 4, &mut model);
    assert_eq!(refuse(&model).code, "truncated");
    // A tensor's data of that length, inside a graph.
    let mut tensor = number(2, 1);
    tensor.push(9 << 3 | 2);
    varint(u64::MAX - 4, &mut tensor);
    let graph = bytes(5, &tensor);
    assert_eq!(
        refuse(&[number(1, 8), bytes(7, &graph)].concat()).code,
        "onnx-malformed"
    );
}

#[test]
fn two_graphs() {
    let graph = small().bytes();
    let model = [number(1, 8), bytes(7, &graph), bytes(7, &graph)].concat();
    assert_eq!(refuse(&model).code, "onnx-malformed");
}

#[test]
fn graphs_inside_graphs_without_end() {
    let mut inner = small().bytes();
    for _ in 0..40 {
        inner = Graph {
            nodes: vec![node(
                "If",
                &["c"],
                &["y"],
                &[attribute::graph("then_branch", &inner)],
            )],
            ..Graph::default()
        }
        .bytes();
    }
    assert_eq!(
        refuse(&[number(1, 8), bytes(7, &inner)].concat()).code,
        "too-deep"
    );
}

#[test]
fn a_circle_of_nodes() {
    let mut graph = small();
    graph.nodes = vec![
        node("Add", &["x", "b"], &["a"], &[]),
        node("Relu", &["a"], &["b"], &[]),
    ];
    assert_eq!(refuse(&graph.model(17)).code, "cyclic-graph");
    graph.nodes = vec![node("Relu", &["a"], &["a"], &[])];
    assert_eq!(refuse(&graph.model(17)).code, "cyclic-graph");
}

#[test]
fn a_function_that_calls_itself() {
    let own = function(
        "F",
        &["a"],
        &["b"],
        &[domain_node("own", "F", &["a"], &["b"], &[])],
    );
    let graph = Graph {
        nodes: vec![domain_node("own", "F", &["x"], &["y"], &[])],
        ..small()
    };
    let model = graph.model_with(&[("", 17), ("own", 1)], &[own]);
    assert_eq!(refuse(&model).code, "cyclic-graph");
}

#[test]
fn functions_that_double_thirty_times() {
    let mut functions = vec![function(
        "F0",
        &["a"],
        &["b"],
        &[node("Relu", &["a"], &["b"], &[])],
    )];
    for level in 1..31 {
        let below = format!("F{}", level - 1);
        functions.push(function(
            &format!("F{level}"),
            &["a"],
            &["c"],
            &[
                domain_node("own", &below, &["a"], &["b"], &[]),
                domain_node("own", &below, &["b"], &["c"], &[]),
            ],
        ));
    }
    let graph = Graph {
        nodes: vec![domain_node("own", "F30", &["x"], &["y"], &[])],
        ..small()
    };
    let model = graph.model_with(&[("", 17), ("own", 1)], &functions);
    assert_eq!(refuse(&model).code, "too-large");
}

#[test]
fn work_past_two_to_the_hundred_twenty_eight() {
    let huge = i64::MAX;
    let graph = Graph {
        inputs: vec![info(
            "x",
            1,
            &[
                write::Size::Is(huge),
                write::Size::Is(huge),
                write::Size::Is(huge),
            ],
        )],
        stored: vec![weight("w", 1, &[huge, huge])],
        ..small()
    };
    assert_eq!(refuse(&graph.model(17)).code, "number-too-large");
}

#[test]
fn a_tensor_of_a_hundred_dimensions() {
    let graph = Graph {
        stored: vec![weight("w", 1, &[1; 100])],
        ..small()
    };
    assert_eq!(refuse(&graph.model(17)).code, "too-large");
}

#[test]
fn a_name_of_a_megabyte() {
    let graph = Graph {
        nodes: vec![[small().nodes[0].clone(), text(3, &"n".repeat(1 << 20))].concat()],
        ..small()
    };
    assert_eq!(refuse(&graph.model(17)).code, "too-large");
}

#[test]
fn a_host_that_answers_less_than_it_promised() {
    let model = small().model(17);
    let mut reader = OnnxReader::new(model.len() as u64 + 1000, &CountOptions::default());
    let result = compute_bytes::read_with(&mut reader, |from, len| {
        let from = (from as usize).min(model.len());
        let to = (from + len as usize).min(model.len());
        model[from..to].to_vec()
    });
    // The file ends where the model does, so the model is whole.
    assert_eq!(result.unwrap().0.forward_flop, 2 * 3 * 4 * 5);
}

fn fixtures() -> Vec<(String, Vec<u8>)> {
    let folder = format!("{}/tests/data/onnx", env!("CARGO_MANIFEST_DIR"));
    let mut out: Vec<(String, Vec<u8>)> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|e| e == "onnx"))
        .map(|path| {
            (
                path.file_name().unwrap().to_string_lossy().into_owned(),
                std::fs::read(&path).unwrap(),
            )
        })
        .collect();
    out.sort();
    assert!(out.len() >= 30);
    out
}

/// A result or a refusal, within a bound on the ranges asked for.
fn ends(bytes: &[u8]) {
    let mut reader = OnnxReader::new(bytes.len() as u64, &CountOptions::default());
    for _ in 0..100_000 {
        match reader.poll() {
            Step::Done(_) => return,
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
    for (_, whole) in fixtures() {
        if whole.len() <= 16 << 10 {
            let step = whole.len().div_ceil(share(whole.len()).max(1)).max(1);
            for end in (0..whole.len()).step_by(step) {
                ends(&whole[..end]);
            }
        } else {
            let cuts = share(2000);
            for k in 0..cuts {
                ends(&whole[..whole.len() / cuts * k]);
            }
        }
    }
}

#[test]
fn every_mutation_ends() {
    let fixtures = fixtures();
    let small: Vec<&Vec<u8>> = fixtures
        .iter()
        .map(|(_, bytes)| bytes)
        .filter(|bytes| bytes.len() <= 80 << 10)
        .collect();
    let mut random = Random(7);
    for _ in 0..share(100_000) {
        let mut bytes = small[random.below(small.len())].clone();
        for _ in 0..=random.below(8) {
            let at = random.below(bytes.len());
            match random.below(5) {
                0 => bytes[at] = random.next() as u8,
                1 => bytes[at] ^= 1 << random.below(8),
                2 => {
                    // A large number where a small one stood.
                    let value = [0xff, 0x7f, 0x80, 0x00][random.below(4)];
                    let to = (at + 1 + random.below(9)).min(bytes.len());
                    bytes[at..to].fill(value);
                }
                3 => {
                    let to = (at + random.below(64)).min(bytes.len());
                    bytes.drain(at..to);
                    if bytes.is_empty() {
                        bytes.push(0);
                    }
                }
                _ => {
                    let from = random.below(bytes.len());
                    let piece = bytes[from..(from + random.below(64)).min(bytes.len())].to_vec();
                    bytes.splice(at..at, piece);
                }
            }
        }
        ends(&bytes);
    }
}
