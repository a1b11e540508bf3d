//! A graph of one node for each operator: shapes and FLOP from a table that
//! has to name every operator there is.
#![allow(clippy::unwrap_used, clippy::panic)] // A helper of a test may fail it.

use std::collections::BTreeSet;

use compute_layers::CountOptions;
use compute_onnx::{count_onnx, operators, output_shapes};

mod write;
use write::{Graph, attribute, domain_node, float_tensor, info, int_tensor, sizes, weight};

/// Adds one input of the table to a graph; gives its name.
fn input(graph: &mut Graph, text: &str) -> String {
    if text == "_" {
        return String::new();
    }
    let at = text
        .find(['@', ':', '#', '!', '~'])
        .unwrap_or_else(|| panic!("{text}"));
    let (name, rest) = text.split_at(at);
    let numbers = |list: &str| -> Vec<i64> {
        list.split(',')
            .filter(|n| !n.is_empty())
            .map(|n| n.parse().unwrap())
            .collect()
    };
    let unsigned = |list: &str| numbers(list).iter().map(|&n| n as u64).collect::<Vec<_>>();
    if let Some(list) = rest.strip_prefix("!!") {
        graph.stored.push(int_tensor(name, &[], &numbers(list)));
    } else if let Some(list) = rest.strip_prefix('!') {
        let values = numbers(list);
        graph
            .stored
            .push(int_tensor(name, &[values.len() as i64], &values));
    } else if let Some(list) = rest.strip_prefix('~') {
        let values: Vec<f32> = list.split(',').map(|n| n.parse().unwrap()).collect();
        let dims: &[i64] = if values.len() == 1 {
            &[]
        } else {
            &[values.len() as i64]
        };
        graph.stored.push(float_tensor(name, dims, &values));
    } else if let Some(list) = rest.strip_prefix('#') {
        graph.stored.push(weight(name, 1, &numbers(list)));
    } else if let Some(rest) = rest.strip_prefix('@') {
        let (of, list) = rest.split_once(':').unwrap();
        let of = match of {
            "i64" => 7,
            "bool" => 9,
            "u8" => 2,
            "str" => 8,
            other => panic!("{other}"),
        };
        graph.inputs.push(info(name, of, &sizes(&unsigned(list))));
    } else {
        graph
            .inputs
            .push(info(name, 1, &sizes(&unsigned(&rest[1..]))));
    }
    name.to_owned()
}

fn attributes(text: &str) -> Vec<Vec<u8>> {
    text.split_whitespace()
        .map(|one| {
            let (name, value) = one.split_once('=').unwrap();
            if let Some(list) = value.strip_prefix('[') {
                let all: Vec<i64> = list
                    .trim_end_matches(']')
                    .split(',')
                    .map(|n| n.parse().unwrap())
                    .collect();
                attribute::ints(name, &all)
            } else if let Some(text) = value.strip_prefix('\'') {
                attribute::string(name, text.trim_end_matches('\''))
            } else {
                attribute::int(name, value.parse().unwrap())
            }
        })
        .collect()
}

fn printed(shape: &Option<Vec<Option<u64>>>) -> String {
    match shape {
        None => "*".to_owned(),
        Some(shape) => shape
            .iter()
            .map(|d| d.map_or("?".to_owned(), |d| d.to_string()))
            .collect::<Vec<_>>()
            .join(","),
    }
}

#[test]
fn every_operator_has_its_shapes_and_its_work() {
    let mut wrong = Vec::new();
    let mut seen = BTreeSet::new();
    for line in include_str!("data/operators.txt")
        .lines()
        .filter(|l| !l.is_empty() && !l.starts_with('#'))
    {
        let cells: Vec<&str> = line.split('|').map(str::trim).collect();
        let [names, inputs, attribute_text, outputs, flop, rest @ ..] = cells.as_slice() else {
            panic!("{line}")
        };
        let opset = rest.first().map_or(21, |n| n.parse().unwrap());
        for full in names.split_whitespace() {
            let (domain, name) = full.split_once(':').unwrap_or(("", full));
            seen.insert((domain.to_owned(), name.to_owned()));
            let mut graph = Graph::default();
            let given: Vec<String> = inputs
                .split_whitespace()
                .map(|text| input(&mut graph, text))
                .collect();
            let given: Vec<&str> = given.iter().map(String::as_str).collect();
            let wanted: Vec<&str> = outputs.split(';').map(str::trim).collect();
            let made: Vec<String> = (0..wanted.len()).map(|k| format!("out{k}")).collect();
            let made: Vec<&str> = made.iter().map(String::as_str).collect();
            graph.nodes = vec![domain_node(
                domain,
                name,
                &given,
                &made,
                &attributes(attribute_text),
            )];
            graph.outputs = made.iter().map(|name| info(name, 0, &[])).collect();
            let model = graph.model_with(&[("", opset), (domain, 1)], &[]);
            let options = CountOptions::default();
            let count = count_onnx(&model, &options).unwrap_or_else(|e| panic!("{full}: {e:?}"));
            let shapes: Vec<String> = output_shapes(&model, &options)
                .unwrap()
                .iter()
                .map(|(_, shape)| printed(shape))
                .collect();
            if shapes != wanted {
                wrong.push(format!("{full}: shapes {shapes:?}, want {wanted:?}"));
            }
            if count.forward_flop.to_string() != *flop {
                wrong.push(format!("{full}: {} FLOP, want {flop}", count.forward_flop));
            }
            if !count.unknown.is_empty() {
                wrong.push(format!("{full}: {:?}", count.unknown));
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
    let control = ["If", "Loop", "Scan", "SequenceMap"];
    let missing: Vec<_> = operators()
        .into_iter()
        .filter(|(domain, name, _)| {
            !control.contains(name) && !seen.contains(&((*domain).to_owned(), (*name).to_owned()))
        })
        .collect();
    assert!(missing.is_empty(), "not in the table: {missing:?}");
}
