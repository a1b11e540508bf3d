//! Adapters and frozen parts of ONNX graphs: hand counts, and the counts of the same model's config.json.
#![allow(clippy::unwrap_used, clippy::panic)] // A helper of a test may fail it.

use compute_count::{Mode, Recompute, Row, Training, count_bytes, training};
use compute_layers::{CountOptions, PlacedMatrix, Refusal};

#[path = "../../onnx/tests/write/mod.rs"]
mod write;
use write::{
    Graph, attribute, domain_node, float_tensor, function, info, int_tensor, node, sizes, text,
    weight,
};

struct Model {
    rows: Vec<Row>,
    matrices: Vec<PlacedMatrix>,
    forward: u128,
    masked: u128,
}

fn read(bytes: &[u8], options: &CountOptions) -> Model {
    let counted = count_bytes(bytes, "model", options).unwrap_or_else(|e| panic!("{e:?}"));
    let count = counted.count;
    Model {
        rows: count
            .groups
            .into_iter()
            .map(|g| Row {
                path: g.path,
                kind: g.kind,
                parameters: g.parameters,
                forward_flop: g.forward_flop,
            })
            .collect(),
        matrices: counted.matrices,
        forward: count.forward_flop,
        masked: count.forward_flop - count.forward_flop_causal,
    }
}

fn onnx(bytes: &[u8]) -> Model {
    read(bytes, &CountOptions::default())
}

impl Model {
    fn train(&self, mode: &Mode) -> Result<Training, Refusal> {
        training(&self.rows, &self.matrices, 0, mode, Recompute::None)
    }

    fn lora(&self, rank: u64, targets: &[&str]) -> Result<Training, Refusal> {
        self.train(&Mode::Lora {
            rank,
            targets: targets.iter().map(|t| (*t).to_owned()).collect(),
        })
    }
}

/// A node with the name that exporters give it, which tells its module.
fn named(name: &str, op: &str, inputs: &[&str], output: &str, attributes: &[Vec<u8>]) -> Vec<u8> {
    [node(op, inputs, &[output], attributes), text(3, name)].concat()
}

#[test]
fn adapters_are_counted_by_hand() {
    // x [6, 8] by W1 [8, 16], by W2 stored turned and in 8 bits [4, 16], by the head [4, 10].
    let graph = Graph {
        nodes: vec![
            named("/first/MatMul", "MatMul", &["x", "w1"], "a", &[]),
            node("Relu", &["a"], &["b"], &[]),
            node("DequantizeLinear", &["w2", "scale"], &["w2f"], &[]),
            node(
                "Transpose",
                &["w2f"],
                &["w2t"],
                &[attribute::ints("perm", &[1, 0])],
            ),
            named("/second/MatMul", "MatMul", &["b", "w2t"], "c", &[]),
            named("/head/Gemm", "Gemm", &["c", "w3", "b3"], "y", &[]),
        ],
        stored: vec![
            weight("w1", 1, &[8, 16]),
            weight("w2", 3, &[4, 16]),
            float_tensor("scale", &[], &[0.5]),
            weight("w3", 1, &[4, 10]),
            weight("b3", 1, &[10]),
        ],
        inputs: vec![info("x", 1, &sizes(&[6, 8]))],
        outputs: vec![info("y", 1, &[])],
    };
    let model = onnx(&graph.model(17));
    let (first, second, head) = (2 * 6 * 8 * 16, 2 * 6 * 16 * 4, 2 * 6 * 4 * 10);
    assert_eq!(model.forward, first + second + head);
    // Beside every matrix but the head's, rank 2: gradients pass through all three.
    let all = model.lora(2, &[]).unwrap();
    let size = 2 * (8 + 16) + 2 * (16 + 4);
    assert_eq!(
        (all.adapter_parameters, all.trainable_parameters),
        (size, size)
    );
    assert_eq!(all.forward, model.forward + 2 * 6 * size);
    assert_eq!(all.backward, model.forward + 2 * (2 * 6 * size));
    assert_eq!(all.training, all.forward + all.backward);
    // Beside the second alone, named by the end of its path: the first needs no backward.
    let one = model.lora(3, &["second"]).unwrap();
    assert_eq!(one.adapter_parameters, 3 * (16 + 4));
    assert_eq!(
        one.backward,
        second + head + 2 * (2 * 6 * one.adapter_parameters)
    );
    assert_eq!(one.notes[0].0, "below-first-trained");
    // The head by its kind.
    let last = model.lora(1, &["output head"]).unwrap();
    assert_eq!(last.adapter_parameters, 4 + 10);
    let refused = model.lora(1, &["third"]).unwrap_err();
    assert_eq!(refused.code, "no-matrices");
    assert!(
        refused.remedy.contains("linear, output head"),
        "{refused:?}"
    );
    // All trained, and frozen parts.
    assert_eq!(model.train(&Mode::All).unwrap().training, 3 * model.forward);
    let frozen = Mode::Frozen {
        paths: vec!["first".into(), "second".into()],
    };
    assert_eq!(model.train(&frozen).unwrap().backward, 2 * head);
}

#[test]
fn a_convolution_takes_a_narrow_one_and_a_pointwise_one() {
    let conv = |x: &str, w: &str, y: &str, groups| {
        named(
            &format!("/{w}/Conv"),
            "Conv",
            &[x, w],
            y,
            &[
                attribute::ints("pads", &[1, 1, 1, 1]),
                attribute::int("group", groups),
            ],
        )
    };
    let graph = Graph {
        nodes: vec![
            conv("x", "whole", "a", 1),
            conv("a", "depthwise", "b", 8),
            node("GlobalAveragePool", &["b"], &["y"], &[]),
        ],
        stored: vec![
            weight("whole", 1, &[8, 3, 3, 3]),
            weight("depthwise", 1, &[8, 1, 3, 3]),
        ],
        inputs: vec![info("x", 1, &sizes(&[2, 3, 10, 12]))],
        outputs: vec![info("y", 1, &[])],
    };
    let model = onnx(&graph.model(17));
    let (whole, depthwise) = (
        2 * 2 * 10 * 12 * 8 * 3 * 9_u128,
        2 * 2 * 10 * 12 * 8 * 9_u128,
    );
    assert_eq!(model.forward, whole + depthwise);
    let lora = model.lora(4, &[]).unwrap();
    // 3 x 3 taps of 3 channels into 4, and 4 into 8.
    assert_eq!(lora.adapter_parameters, 4 * 27 + 4 * 8);
    let adapters = 2 * 2 * 10 * 12 * lora.adapter_parameters;
    assert_eq!(lora.forward, model.forward + adapters);
    assert_eq!(lora.backward, whole + depthwise + 2 * adapters);
    assert!(
        lora.notes
            .iter()
            .any(|(code, _)| *code == "without-adapter")
    );
}

#[test]
fn a_shared_matrix_has_one_adapter_that_works_at_each_use() {
    // Passed by 3 rows, by 5, and by all 8 in each of a loop's 4 passes.
    let body = Graph {
        nodes: vec![node("MatMul", &["h", "w"], &["next"], &[])],
        stored: vec![],
        inputs: vec![
            info("i", 7, &[]),
            info("go", 9, &[]),
            write::bare_info("h", 1),
        ],
        outputs: vec![info("go", 9, &[]), info("next", 1, &[])],
    };
    let graph = Graph {
        nodes: vec![
            node("MatMul", &["x", "w"], &["p"], &[]),
            node("MatMul", &["z", "w"], &["q"], &[]),
            node("Concat", &["p", "q"], &["s"], &[attribute::int("axis", 0)]),
            node(
                "Loop",
                &["m", "", "s"],
                &["t"],
                &[attribute::graph("body", &body.bytes())],
            ),
            node("Relu", &["t"], &["y"], &[]),
        ],
        stored: vec![weight("w", 1, &[6, 6]), int_tensor("m", &[], &[4])],
        inputs: vec![info("x", 1, &sizes(&[3, 6])), info("z", 1, &sizes(&[5, 6]))],
        outputs: vec![info("y", 1, &[])],
    };
    let model = onnx(&graph.model(17));
    let rows = 3 + 5 + 4 * 8;
    assert_eq!(model.forward, 2 * rows * 36);
    let lora = model.lora(2, &["linear"]).unwrap();
    assert_eq!(lora.adapter_parameters, 2 * (6 + 6));
    let adapters = 2 * rows * 2 * (6 + 6);
    assert_eq!(lora.forward - model.forward, adapters);
    assert_eq!(lora.backward, model.forward + 2 * adapters);
}

#[test]
fn two_calls_of_a_function_have_two_matrices() {
    let own = function(
        "Linear",
        &["a", "b"],
        &["c"],
        &[node("MatMul", &["a", "b"], &["c"], &[])],
    );
    let graph = Graph {
        nodes: vec![
            domain_node("own", "Linear", &["x", "w"], &["p"], &[]),
            domain_node("own", "Linear", &["p", "v"], &["q"], &[]),
            node("Relu", &["q"], &["y"], &[]),
        ],
        stored: vec![weight("w", 1, &[6, 6]), weight("v", 1, &[6, 6])],
        inputs: vec![info("x", 1, &sizes(&[3, 6]))],
        outputs: vec![info("y", 1, &[])],
    };
    let model = onnx(&graph.model_with(&[("", 17), ("own", 1)], &[own]));
    let lora = model.lora(2, &[]).unwrap();
    assert_eq!(lora.adapter_parameters, 2 * 2 * (6 + 6));
}

#[test]
fn products_of_activations_take_no_adapter_and_both_gradients() {
    let graph = Graph {
        nodes: vec![
            named("/q/MatMul", "MatMul", &["x", "wq"], "q", &[]),
            node(
                "Transpose",
                &["x"],
                &["xt"],
                &[attribute::ints("perm", &[1, 0])],
            ),
            named("/core/MatMul", "MatMul", &["q", "xt"], "s", &[]),
            named("/out/MatMul", "MatMul", &["s", "wo"], "o", &[]),
            node("Relu", &["o"], &["y"], &[]),
        ],
        stored: vec![weight("wq", 1, &[8, 8]), weight("wo", 1, &[6, 8])],
        inputs: vec![info("x", 1, &sizes(&[6, 8]))],
        outputs: vec![info("y", 1, &[])],
    };
    let model = onnx(&graph.model(17));
    let lora = model.lora(1, &["q"]).unwrap();
    let (q, core, out) = (2 * 6 * 64, 2 * 6 * 8 * 6, 2 * 6 * 6 * 8);
    assert_eq!(lora.adapter_parameters, 16);
    assert_eq!(lora.backward, q + 2 * core + out + 2 * (2 * 6 * 16));
}

#[test]
fn sums_and_packed_matrices_take_adapters() {
    let graph = Graph {
        nodes: vec![
            // Heads apart: x [b, s, d] by W [d, h, e], as in flax.
            node(
                "Einsum",
                &["x", "w"],
                &["a"],
                &[attribute::string("equation", "bsd,dhe->bshe")],
            ),
            node("Reshape", &["a", "flat"], &["b"], &[]),
            domain_node(
                "com.microsoft",
                "MatMulNBits",
                &["b", "packed", "scales"],
                &["c"],
                &[
                    attribute::int("K", 32),
                    attribute::int("N", 10),
                    attribute::int("bits", 4),
                    attribute::int("block_size", 32),
                ],
            ),
            node("Relu", &["c"], &["y"], &[]),
        ],
        stored: vec![
            weight("w", 1, &[8, 4, 8]),
            int_tensor("flat", &[3], &[2, 3, 32]),
            weight("packed", 2, &[10, 1, 16]),
            weight("scales", 1, &[10]),
        ],
        inputs: vec![info("x", 1, &sizes(&[2, 3, 8]))],
        outputs: vec![info("y", 1, &[])],
    };
    let model = onnx(&graph.model_with(&[("", 17), ("com.microsoft", 1)], &[]));
    assert_eq!(model.forward, 2 * 6 * 8 * 32 + 2 * 6 * 32 * 10);
    let lora = model.lora(5, &[]).unwrap();
    assert_eq!(lora.adapter_parameters, 5 * (8 + 32) + 5 * (32 + 10));
    assert_eq!(
        lora.forward - model.forward,
        2 * 6 * lora.adapter_parameters
    );
}

/// A small Llama as a graph, with the module names that PyTorch's exporter writes.
fn llama(length: u64) -> Vec<u8> {
    let (mut nodes, mut stored) = (Vec::new(), vec![weight("table", 1, &[20, 8])]);
    nodes.push(named(
        "/model/embed_tokens/Gather",
        "Gather",
        &["table", "input_ids"],
        "h",
        &[],
    ));
    let mut before = "h".to_owned();
    for layer in 0..2 {
        let at = |part: &str| format!("/model/layers.{layer}/{part}");
        let name = |part: &str| format!("{part}{layer}");
        let mut linear = |part: &str, x: &str, y: &str, k: i64, n: i64| {
            let w = format!("onnx::MatMul_{y}");
            stored.push(weight(&w, 1, &[k, n]));
            named(&at(&format!("{part}/MatMul")), "MatMul", &[x, &w], y, &[])
        };
        let [q, k, v, o] = ["q", "k", "v", "o"].map(name);
        let [core, r, g, u] = ["core", "r", "g", "u"].map(name);
        let [m, d, h] = ["m", "d", "h"].map(name);
        nodes.extend([
            linear("self_attn/q_proj", &before, &q, 8, 8),
            linear("self_attn/k_proj", &before, &k, 8, 4),
            linear("self_attn/v_proj", &before, &v, 8, 4),
            named(
                &at("self_attn/Attention"),
                "Attention",
                &[&q, &k, &v],
                &core,
                &[
                    attribute::int("q_num_heads", 2),
                    attribute::int("kv_num_heads", 1),
                    attribute::int("is_causal", 1),
                ],
            ),
            linear("self_attn/o_proj", &core, &o, 8, 8),
            node("Add", &[&before, &o], &[&r], &[]),
            linear("mlp/gate_proj", &r, &g, 8, 12),
            linear("mlp/up_proj", &r, &u, 8, 12),
            node("Mul", &[&g, &u], &[&m], &[]),
            linear("mlp/down_proj", &m, &d, 12, 8),
            node("Add", &[&r, &d], &[&h], &[]),
        ]);
        before = h;
    }
    stored.push(weight("onnx::MatMul_head", 1, &[8, 20]));
    nodes.push(named(
        "/lm_head/MatMul",
        "MatMul",
        &[&before, "onnx::MatMul_head"],
        "logits",
        &[],
    ));
    Graph {
        nodes,
        stored,
        inputs: vec![info("input_ids", 7, &sizes(&[1, length]))],
        outputs: vec![info("logits", 1, &[])],
    }
    .model(23)
}

#[test]
fn a_graph_and_the_config_of_one_model_agree() {
    let config = r#"{"model_type":"llama","hidden_size":8,"intermediate_size":12,"num_hidden_layers":2,"num_attention_heads":2,"num_key_value_heads":1,"vocab_size":20}"#;
    for length in [5, 64] {
        let graph = onnx(&llama(length));
        let options = CountOptions {
            sequence_length: Some(length),
            ..CountOptions::default()
        };
        let config = read(config.as_bytes(), &options);
        assert_eq!(
            (graph.forward, graph.masked),
            (config.forward, config.masked)
        );
        let targets: [(&[&str], &[&str]); 7] = [
            (&[], &[]),
            (&["q_proj", "k_proj", "v_proj", "o_proj"], &["attention"]),
            (&["model.layers.*.self_attn"], &["self_attn"]),
            (&["model.layers.*.mlp"], &["mlp"]),
            (&["output head"], &["output head"]),
            // Some of a group's matrices, by the names that most decoders give them.
            (&["q_proj", "v_proj"], &["q_proj", "v_proj"]),
            (&["o_proj", "gate_proj"], &["o_proj", "gate_proj"]),
        ];
        for rank in [1, 16] {
            for (by_graph, by_config) in targets {
                let g = graph.lora(rank, by_graph).unwrap();
                let c = config.lora(rank, by_config).unwrap();
                assert_eq!(
                    (g.adapter_parameters, g.forward, g.backward, g.training),
                    (c.adapter_parameters, c.forward, c.backward, c.training),
                    "{by_graph:?}, rank {rank}, {length} tokens"
                );
            }
        }
        let part = graph.lora(4, &["q_proj", "v_proj"]).unwrap();
        assert_eq!(part.adapter_parameters, 2 * 4 * ((8 + 8) + (8 + 4)));
    }
}

#[test]
fn an_exported_vision_transformer_takes_adapters_where_peft_lays_them() {
    let file = "vit_b_16_dynamo_opset20.onnx";
    let path = format!(
        "{}/../onnx/tests/data/onnx/{file}",
        env!("CARGO_MANIFEST_DIR")
    );
    let model = onnx(&std::fs::read(path).unwrap());
    assert_eq!(model.forward, 35_127_656_448);
    let lora = model.lora(16, &[]).unwrap();
    // In each of 12 blocks: queries, keys and values in one matrix, the output's, two of the feed-forward part;
    // and the patches' convolution.
    let block = (768 + 3 * 768) + (768 + 768) + 2 * (768 + 4 * 768);
    assert_eq!(
        lora.adapter_parameters,
        16 * (12 * block + (3 * 16 * 16 + 768))
    );
    let positions = 197 * 16 * 12 * block + 196 * 16 * (768 + 768);
    assert_eq!(lora.forward - model.forward, 2 * positions);
}
