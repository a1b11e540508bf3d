//! Graphs of several operators, each with a hand count: control flow in control flow, functions in functions,
//! quantized and fused layers, sizes that are computed on the way.
#![allow(clippy::unwrap_used, clippy::panic)] // A helper of a test may fail it.

use compute_layers::{Count, CountOptions};
use compute_onnx::{count_onnx, output_shapes};

mod write;
use write::{
    Graph, Size, attribute, bare_info, bytes, domain_node, float_tensor, function, info,
    int_tensor, node, number, options, sizes, text, weight,
};

const MICROSOFT: &str = "com.microsoft";

#[track_caller]
fn count(model: &[u8], inputs: &[(&str, &[u64])]) -> Count {
    let count = count_onnx(model, &options(inputs)).unwrap_or_else(|e| panic!("{e:?}"));
    assert!(
        count.needs.is_empty() && count.unknown.is_empty(),
        "{:?} {:?}",
        count.needs,
        count.unknown
    );
    count
}

#[track_caller]
fn flop(model: &[u8], inputs: &[(&str, &[u64])]) -> u128 {
    count(model, inputs).forward_flop
}

/// The shape of the first output, all of it known.
fn shape(model: &[u8]) -> Vec<u64> {
    let shapes = output_shapes(model, &CountOptions::default()).unwrap();
    let shape = shapes[0].1.as_ref().unwrap();
    shape.iter().map(|d| d.unwrap()).collect()
}

fn microsoft(graph: &Graph) -> Vec<u8> {
    graph.model_with(&[("", 17), (MICROSOFT, 1)], &[])
}

fn inner(nodes: Vec<Vec<u8>>, inputs: &[Vec<u8>], outputs: &[&str]) -> Vec<u8> {
    Graph {
        nodes,
        stored: vec![],
        inputs: inputs.to_vec(),
        outputs: outputs.iter().map(|name| info(name, 1, &[])).collect(),
    }
    .bytes()
}

fn loop_inputs(state: &str) -> [Vec<u8>; 3] {
    [info("i", 7, &[]), info("go", 9, &[]), bare_info(state, 1)]
}

#[test]
fn an_if_in_a_loop_counts_its_larger_branch_each_pass() {
    // 3 passes; then: one product by [8, 8], else: two. The weights are the outer graph's.
    let yes = inner(vec![node("MatMul", &["h", "w"], &["a"], &[])], &[], &["a"]);
    let no = inner(
        vec![
            node("MatMul", &["h", "w"], &["b"], &[]),
            node("MatMul", &["b", "w"], &["c"], &[]),
        ],
        &[],
        &["c"],
    );
    let body = inner(
        vec![
            node(
                "ReduceMax",
                &["h"],
                &["most"],
                &[attribute::int("keepdims", 0)],
            ),
            node("Greater", &["most", "zero"], &["positive"], &[]),
            node(
                "If",
                &["positive"],
                &["next"],
                &[
                    attribute::graph("then_branch", &yes),
                    attribute::graph("else_branch", &no),
                ],
            ),
        ],
        &loop_inputs("h"),
        &["go", "next"],
    );
    let graph = Graph {
        nodes: vec![
            // Trips: the length of x's second axis, cast to float and back, plus one.
            node("Shape", &["x"], &["s"], &[]),
            node("Gather", &["s", "one"], &["n"], &[]),
            node("Cast", &["n"], &["nf"], &[attribute::int("to", 1)]),
            node("Add", &["nf", "half"], &["more"], &[]),
            node("Cast", &["more"], &["m"], &[attribute::int("to", 7)]),
            node(
                "Loop",
                &["m", "", "z"],
                &["y"],
                &[attribute::graph("body", &body)],
            ),
        ],
        stored: vec![
            weight("w", 1, &[8, 8]),
            int_tensor("one", &[], &[1]),
            float_tensor("half", &[], &[1.5]),
            float_tensor("zero", &[], &[0.0]),
        ],
        inputs: vec![info("x", 1, &sizes(&[4, 2])), info("z", 1, &sizes(&[5, 8]))],
        outputs: vec![info("y", 1, &[])],
    };
    let counted = count(&graph.model(17), &[]);
    // trunc(2 + 1.5) = 3 passes of the larger branch.
    assert_eq!(counted.forward_flop, 3 * 2 * (2 * 5 * 8 * 8));
    assert_eq!(counted.parameters, 64 + 2);
    assert!(counted.notes.iter().any(|n| n.code == "if-larger-branch"));
}

#[test]
fn a_loop_in_a_loop_multiplies() {
    let deep = inner(
        vec![node("MatMul", &["g", "w"], &["next"], &[])],
        &[info("j", 7, &[]), info("go2", 9, &[]), bare_info("g", 1)],
        &["go2", "next"],
    );
    let body = inner(
        vec![node(
            "Loop",
            // As many as the outer loop has run: 0 + 1 + 2 + 3.
            &["i", "", "h"],
            &["next"],
            &[attribute::graph("body", &deep)],
        )],
        &loop_inputs("h"),
        &["go", "next"],
    );
    let graph = Graph {
        nodes: vec![node(
            "Loop",
            &["m", "", "x"],
            &["y"],
            &[attribute::graph("body", &body)],
        )],
        stored: vec![weight("w", 1, &[8, 8]), int_tensor("m", &[], &[4])],
        inputs: vec![info("x", 1, &sizes(&[5, 8]))],
        outputs: vec![info("y", 1, &[])],
    };
    assert_eq!(flop(&graph.model(17), &[]), 6 * (2 * 5 * 8 * 8));
}

#[test]
fn a_loop_ends_where_its_condition_says() {
    // while (i + 1 < 5): five passes, no trip count.
    let body = inner(
        vec![
            node("Add", &["i", "one"], &["j"], &[]),
            node("Less", &["j", "five"], &["on"], &[]),
            node("MatMul", &["h", "w"], &["next"], &[]),
        ],
        &loop_inputs("h"),
        &["on", "next"],
    );
    let graph = Graph {
        nodes: vec![node(
            "Loop",
            &["", "yes", "x"],
            &["y"],
            &[attribute::graph("body", &body)],
        )],
        stored: vec![
            weight("w", 1, &[8, 8]),
            int_tensor("one", &[], &[1]),
            int_tensor("five", &[], &[5]),
            // A Boolean, as exporters store it: one byte.
            [number(2, 9), bytes(9, &[1]), text(8, "yes")].concat(),
        ],
        inputs: vec![info("x", 1, &sizes(&[3, 8]))],
        outputs: vec![info("y", 1, &[])],
    };
    assert_eq!(flop(&graph.model(17), &[]), 5 * (2 * 3 * 8 * 8));
}

#[test]
fn a_scan_of_several_inputs_runs_backwards_too() {
    // Two sequences of 7 along different axes, one read backwards; two states.
    let body = inner(
        vec![
            node("MatMul", &["a", "wa"], &["pa"], &[]),
            node("MatMul", &["b", "wb"], &["pb"], &[]),
            node("Add", &["pa", "pb"], &["sum"], &[]),
            node("Add", &["s1", "sum"], &["t1"], &[]),
            node("Identity", &["s2"], &["t2"], &[]),
            node("Identity", &["t1"], &["kept"], &[]),
        ],
        &["s1", "s2", "a", "b"].map(|name| bare_info(name, 1)),
        &["t1", "t2", "kept"],
    );
    let graph = Graph {
        nodes: vec![node(
            "Scan",
            &["s1", "s2", "as", "bs"],
            &["", "", "all"],
            &[
                attribute::graph("body", &body),
                attribute::int("num_scan_inputs", 2),
                attribute::ints("scan_input_axes", &[-2, 0]),
                attribute::ints("scan_input_directions", &[0, 1]),
                attribute::ints("scan_output_axes", &[-1]),
                attribute::ints("scan_output_directions", &[1]),
            ],
        )],
        stored: vec![weight("wa", 1, &[4, 6]), weight("wb", 1, &[5, 6])],
        inputs: vec![
            info("s1", 1, &sizes(&[3, 6])),
            info("s2", 1, &sizes(&[2])),
            info("as", 1, &sizes(&[3, 7, 4])),
            info("bs", 1, &sizes(&[7, 3, 5])),
        ],
        outputs: vec![info("all", 1, &[])],
    };
    let model = graph.model(16);
    assert_eq!(flop(&model, &[]), 7 * (2 * 3 * 4 * 6 + 2 * 3 * 5 * 6));
    assert_eq!(shape(&model), [3, 6, 7]);
}

#[test]
fn functions_hold_weights_and_branches_once() {
    // A function with a constant of its own, a default, and an If whose branches read the caller's attribute.
    let branch = |out: &str, alpha: &str| {
        inner(
            vec![node(
                "Gemm",
                &["a", "k"],
                &[out],
                &[attribute::reference("transB", alpha)],
            )],
            &[],
            &[out],
        )
    };
    let layer = [
        function(
            "Layer",
            &["a", "c"],
            &["z"],
            &[
                node(
                    "Constant",
                    &[],
                    &["k"],
                    &[attribute::tensor("value", &weight("", 1, &[6, 6]))],
                ),
                node(
                    "If",
                    &["c"],
                    &["z"],
                    &[
                        attribute::graph("then_branch", &branch("p", "turn")),
                        attribute::graph("else_branch", &branch("q", "turn")),
                    ],
                ),
            ],
        ),
        text(6, "turn"),
        bytes(9, &[text(1, ""), number(2, 17)].concat()),
    ]
    .concat();
    let pair = [
        function(
            "Pair",
            &["a", "c"],
            &["z"],
            &[
                domain_node(
                    "own",
                    "Layer",
                    &["a", "c"],
                    &["m"],
                    &[attribute::reference("turn", "way")],
                ),
                domain_node(
                    "own",
                    "Layer",
                    &["m", "c"],
                    &["z"],
                    &[attribute::int("turn", 0)],
                ),
            ],
        ),
        // A default, of which the caller says nothing.
        bytes(11, &attribute::int("way", 1)),
        bytes(9, &[text(1, "own"), number(2, 1)].concat()),
    ]
    .concat();
    let graph = Graph {
        nodes: vec![
            domain_node("own", "Pair", &["x", "c"], &["h"], &[]),
            domain_node("own", "Pair", &["h", "c"], &["y"], &[]),
        ],
        stored: vec![],
        inputs: vec![info("x", 1, &sizes(&[5, 6])), info("c", 9, &[])],
        outputs: vec![info("y", 1, &[])],
    };
    let counted = count(
        &graph.model_with(&[("", 17), ("own", 1)], &[layer, pair]),
        &[],
    );
    assert_eq!(counted.forward_flop, 4 * (2 * 5 * 6 * 6));
    assert_eq!(counted.parameters, 36);
}

#[test]
fn a_scan_in_a_function_takes_its_settings_from_the_caller() {
    let body = inner(
        vec![
            node("MatMul", &["slice", "w"], &["p"], &[]),
            node("Identity", &["s"], &["t"], &[]),
        ],
        &["s", "slice"].map(|name| bare_info(name, 1)),
        &["t", "p"],
    );
    let own = [
        function(
            "Each",
            &["s0", "xs", "w"],
            &["all"],
            &[node(
                "Scan",
                &["s0", "xs"],
                &["", "all"],
                &[
                    attribute::graph("body", &body),
                    attribute::reference("num_scan_inputs", "scanned"),
                    attribute::reference("scan_input_axes", "along"),
                ],
            )],
        ),
        text(6, "scanned"),
        text(6, "along"),
        bytes(9, &[text(1, ""), number(2, 17)].concat()),
    ]
    .concat();
    let graph = Graph {
        nodes: vec![domain_node(
            "own",
            "Each",
            &["s0", "xs", "w"],
            &["y"],
            &[attribute::int("scanned", 1), attribute::ints("along", &[1])],
        )],
        stored: vec![weight("w", 1, &[4, 6])],
        inputs: vec![
            info("s0", 1, &sizes(&[1])),
            info("xs", 1, &sizes(&[3, 7, 4])),
        ],
        outputs: vec![info("y", 1, &[])],
    };
    let model = graph.model_with(&[("", 17), ("own", 1)], &[own]);
    assert_eq!(flop(&model, &[]), 7 * (2 * 3 * 4 * 6));
}

#[test]
fn quantized_products_count_as_in_floats() {
    let scales = || {
        vec![
            float_tensor("s", &[], &[0.1]),
            [number(2, 2), bytes(9, &[0]), text(8, "z")].concat(),
        ]
    };
    let graph = Graph {
        nodes: vec![
            node(
                "QLinearConv",
                &["x", "s", "z", "wc", "s", "z", "s", "z", "bias"],
                &["a"],
                &[
                    attribute::int("group", 4),
                    attribute::ints("dilations", &[2, 2]),
                    attribute::ints("strides", &[2, 2]),
                    attribute::string("auto_pad", "SAME_LOWER"),
                ],
            ),
            node("ConvInteger", &["a", "wi", "z"], &["b"], &[]),
            node("Cast", &["b"], &["bu"], &[attribute::int("to", 2)]),
            node("Reshape", &["bu", "flat"], &["c"], &[]),
            node("MatMulInteger", &["c", "wm", "z", "z"], &["d"], &[]),
            node("Cast", &["d"], &["du"], &[attribute::int("to", 2)]),
            node(
                "QLinearMatMul",
                &["du", "s", "z", "wq", "s", "z", "s", "z"],
                &["e"],
                &[],
            ),
            domain_node(
                MICROSOFT,
                "QGemm",
                &["e2", "s", "z", "wg", "s", "z", "bg", "s", "z"],
                &["y"],
                &[attribute::int("transB", 1)],
            ),
        ],
        stored: [
            scales(),
            vec![
                weight("wc", 3, &[8, 2, 3, 3]),
                weight("bias", 6, &[8]),
                weight("wi", 2, &[16, 8, 1, 1]),
                int_tensor("flat", &[3], &[0, 16, -1]),
                weight("wm", 2, &[20, 10]),
                weight("wq", 3, &[10, 12]),
                weight("wg", 3, &[7, 12]),
                weight("bg", 6, &[7]),
                int_tensor("two", &[2], &[-1, 12]),
            ],
        ]
        .concat(),
        inputs: vec![info("x", 2, &sizes(&[2, 8, 9, 7]))],
        outputs: vec![info("y", 2, &[])],
    };
    let mut graph = graph;
    graph
        .nodes
        .insert(7, node("Reshape", &["e", "two"], &["e2"], &[]));
    let counted = count(&microsoft(&graph), &[]);
    // 9 x 7 by steps of 2, the same: 5 x 4. Of 8 channels each output sees 2.
    let conv = 2 * 2 * (5 * 4) * 8 * 2 * 9;
    let pointwise = 2 * 2 * (5 * 4) * 16 * 8;
    let (matmul, linear) = (2 * 2 * 16 * 20 * 10, 2 * 2 * 16 * 10 * 12);
    let gemm = 2 * 32 * 12 * 7;
    assert_eq!(
        counted.forward_flop,
        conv + pointwise + matmul + linear + gemm
    );
}

#[test]
fn packed_and_quantized_layers_of_onnx_runtime() {
    // 4 bits with zero points and the groups' order; an LSTM of 8 bits both ways.
    let graph = Graph {
        nodes: vec![
            domain_node(
                MICROSOFT,
                "MatMulNBits",
                &["x", "q", "s", "zp", "order", "b"],
                &["h"],
                &[
                    attribute::int("K", 64),
                    attribute::int("N", 48),
                    attribute::int("bits", 4),
                    attribute::int("block_size", 32),
                ],
            ),
            domain_node(
                MICROSOFT,
                "DynamicQuantizeLSTM",
                &["h", "w", "r", "", "", "", "", "", "ws", "wz", "rs", "rz"],
                &["y"],
                &[
                    attribute::int("hidden_size", 10),
                    attribute::string("direction", "bidirectional"),
                ],
            ),
        ],
        stored: vec![
            weight("q", 2, &[48, 2, 16]),
            weight("s", 1, &[96]),
            weight("zp", 2, &[48]),
            weight("order", 6, &[64]),
            weight("b", 1, &[48]),
            weight("w", 3, &[2, 48, 40]),
            weight("r", 3, &[2, 10, 40]),
            weight("ws", 1, &[2]),
            weight("wz", 3, &[2]),
            weight("rs", 1, &[2]),
            weight("rz", 3, &[2]),
        ],
        inputs: vec![info("x", 1, &sizes(&[9, 3, 64]))],
        outputs: vec![info("y", 1, &[])],
    };
    let counted = count(&microsoft(&graph), &[]);
    let lstm = 2 * 2 * 9 * 3 * 40 * (48 + 10);
    assert_eq!(counted.forward_flop, 2 * 27 * 64 * 48 + lstm);
    // Scales, zero points and the groups' order of the packed matrix are none; its bias is.
    let packed = counted.groups.iter().find(|g| g.kind == "linear").unwrap();
    assert_eq!(packed.parameters, 64 * 48 + 48);
    assert_eq!(shape(&microsoft(&graph)), [9, 2, 3, 10]);
}

#[test]
fn fused_attention_of_onnx_runtime() {
    let d = 16_u64;
    // Projections in one matrix, another width of the values, and 5 tokens of a cache.
    let graph = Graph {
        nodes: vec![domain_node(
            MICROSOFT,
            "Attention",
            &["x", "w", "b", "", "past"],
            &["y", "present"],
            &[
                attribute::int("num_heads", 4),
                attribute::ints("qkv_hidden_sizes", &[16, 16, 8]),
                attribute::int("unidirectional", 1),
            ],
        )],
        stored: vec![weight("w", 1, &[16, 40]), weight("b", 1, &[40])],
        inputs: vec![
            info("x", 1, &sizes(&[2, 3, d])),
            info("past", 1, &sizes(&[2, 2, 4, 5, 4])),
        ],
        outputs: vec![info("y", 1, &[])],
    };
    let counted = count(&microsoft(&graph), &[]);
    let linear = 2 * 2 * 3 * 16 * 40;
    let core = 2 * 2 * 4 * (3 * 8) * (4 + 2);
    assert_eq!(counted.forward_flop, linear + core);
    // Queries 6, 7 and 8 of 8.
    assert_eq!(
        counted.forward_flop_causal,
        linear + 2 * 2 * 4 * (6 + 7 + 8) * (4 + 2)
    );
    let kinds: Vec<&str> = counted.groups.iter().map(|g| g.kind.as_str()).collect();
    assert_eq!(kinds, ["attention", "attention core"]);
    assert_eq!(counted.parameters, 16 * 40 + 40);
    // A cache whose length is open is asked for, and nothing is counted for less.
    let mut open = graph.clone();
    open.inputs[1] = info(
        "past",
        1,
        &[
            Size::Is(2),
            Size::Is(2),
            Size::Is(4),
            Size::Named("past_length"),
            Size::Is(4),
        ],
    );
    let asked = count_onnx(&microsoft(&open), &CountOptions::default()).unwrap();
    assert_eq!(asked.needs[0].name, "past_length");
    assert_eq!(
        flop(&microsoft(&open), &[("past_length", &[5])]),
        linear + core
    );
    // The same with 8-bit matrices.
    let quantized = Graph {
        nodes: vec![domain_node(
            MICROSOFT,
            "QAttention",
            &["xq", "w", "b", "s", "s", "", "z", "z"],
            &["y"],
            &[attribute::int("num_heads", 4)],
        )],
        stored: vec![
            weight("w", 3, &[16, 48]),
            weight("b", 1, &[48]),
            float_tensor("s", &[], &[0.1]),
            [number(2, 2), bytes(9, &[0]), text(8, "z")].concat(),
        ],
        inputs: vec![info("xq", 2, &sizes(&[2, 3, d]))],
        outputs: vec![info("y", 1, &[])],
    };
    assert_eq!(
        flop(&microsoft(&quantized), &[]),
        2 * 6 * 16 * 48 + 2 * 2 * 4 * 9 * 8
    );
}

#[test]
fn attention_over_other_keys_and_fewer_heads() {
    // Cross-attention with keys and values packed [B, L, H, 2, D].
    let cross = Graph {
        nodes: vec![domain_node(
            MICROSOFT,
            "MultiHeadAttention",
            &["q", "kv"],
            &["y"],
            &[attribute::int("num_heads", 4)],
        )],
        stored: vec![],
        inputs: vec![
            info("q", 1, &sizes(&[2, 5, 32])),
            info("kv", 1, &sizes(&[2, 9, 4, 2, 8])),
        ],
        outputs: vec![info("y", 1, &[])],
    };
    assert_eq!(flop(&microsoft(&cross), &[]), 2 * 2 * 4 * 5 * 9 * (8 + 8));
    assert_eq!(shape(&microsoft(&cross)), [2, 5, 32]);
    // 8 query heads and 2 of keys in one tensor, a cache of 6, a window of 4; the rotation's tables are no parameters.
    let grouped = |window: i64| Graph {
        nodes: vec![domain_node(
            MICROSOFT,
            "GroupQueryAttention",
            &["qkv", "", "", "pk", "pv", "lengths", "total", "cos", "sin"],
            &["y", "k", "v"],
            &[
                attribute::int("num_heads", 8),
                attribute::int("kv_num_heads", 2),
                attribute::int("do_rotary", 1),
                attribute::int("local_window_size", window),
            ],
        )],
        stored: vec![weight("cos", 1, &[64, 2]), weight("sin", 1, &[64, 2])],
        inputs: vec![
            info("qkv", 1, &sizes(&[1, 3, (8 + 2 * 2) * 4])),
            info("pk", 1, &sizes(&[1, 2, 6, 4])),
            info("pv", 1, &sizes(&[1, 2, 6, 4])),
            info("lengths", 6, &sizes(&[1])),
            info("total", 6, &[]),
        ],
        outputs: vec![info("y", 1, &[]), info("k", 1, &[])],
    };
    let counted = count(&microsoft(&grouped(-1)), &[]);
    assert_eq!(counted.forward_flop, 2 * 8 * (3 * 9) * (4 + 4));
    assert_eq!(counted.forward_flop_causal, 2 * 8 * (7 + 8 + 9) * (4 + 4));
    assert_eq!(counted.parameters, 0);
    assert!(counted.notes.iter().any(|n| n.code == "buffers-left-out"));
    assert_eq!(shape(&microsoft(&grouped(-1))), [1, 3, 32]);
    let narrow = count(&microsoft(&grouped(4)), &[]);
    assert_eq!(narrow.forward_flop_causal, 2 * 8 * (4 + 4 + 4) * (4 + 4));
}

#[test]
fn attention_of_the_standard_domain() {
    // Three dimensions, 4 query heads and 2 of keys, values of another width, a cache of 6.
    let graph = Graph {
        nodes: vec![node(
            "Attention",
            &["q", "k", "v", "", "pk", "pv"],
            &["y", "nk", "nv", "scores"],
            &[
                attribute::int("q_num_heads", 4),
                attribute::int("kv_num_heads", 2),
                attribute::int("is_causal", 1),
            ],
        )],
        stored: vec![],
        inputs: vec![
            info("q", 1, &sizes(&[2, 3, 32])),
            info("k", 1, &sizes(&[2, 5, 16])),
            info("v", 1, &sizes(&[2, 5, 20])),
            info("pk", 1, &sizes(&[2, 2, 6, 8])),
            info("pv", 1, &sizes(&[2, 2, 6, 10])),
        ],
        outputs: vec![info("y", 1, &[]), info("scores", 1, &[])],
    };
    let counted = count(&graph.model(23), &[]);
    assert_eq!(counted.forward_flop, 2 * 2 * 4 * (3 * 11) * (8 + 10));
    // Query i sees the cache and keys up to its own place: 7, 8, 9.
    assert_eq!(
        counted.forward_flop_causal,
        2 * 2 * 4 * (7 + 8 + 9) * (8 + 10)
    );
    let shapes = output_shapes(&graph.model(23), &CountOptions::default()).unwrap();
    assert_eq!(shapes[0].1, Some(vec![Some(2), Some(3), Some(40)]));
    assert_eq!(shapes[1].1, Some(vec![Some(2), Some(4), Some(3), Some(11)]));
}

#[test]
fn sums_with_an_ellipsis_and_diagonals() {
    let sum = |equation: &str, inputs: &[(&str, &[u64])]| {
        let names: Vec<&str> = inputs.iter().map(|(name, _)| *name).collect();
        let graph = Graph {
            nodes: vec![node(
                "Einsum",
                &names,
                &["y"],
                &[attribute::string("equation", equation)],
            )],
            stored: vec![],
            inputs: inputs
                .iter()
                .map(|(name, shape)| info(name, 1, &sizes(shape)))
                .collect(),
            outputs: vec![info("y", 1, &[])],
        };
        let model = graph.model(17);
        (flop(&model, &[]), shape(&model))
    };
    // Batches of two ranks; the narrower one is stretched.
    assert_eq!(
        sum(
            "...ij, ...jk -> ...ik",
            &[("a", &[2, 3, 4, 5]), ("b", &[3, 5, 6])]
        ),
        (2 * 2 * 3 * 4 * 5 * 6, vec![2, 3, 4, 6])
    );
    assert_eq!(
        sum("...ij,...jk", &[("a", &[7, 1, 4, 5]), ("b", &[3, 5, 6])]),
        (2 * 7 * 3 * 4 * 5 * 6, vec![7, 3, 4, 6])
    );
    // A diagonal multiplies nothing; beside another operand it is one letter.
    assert_eq!(sum("bii->bi", &[("a", &[3, 4, 4])]), (0, vec![3, 4]));
    assert_eq!(
        sum("bii,ij->bj", &[("a", &[3, 4, 4]), ("b", &[4, 5])]),
        (2 * 3 * 4 * 5, vec![3, 5])
    );
    // Three operands from the left: (ij,jk) then (ik,kl).
    assert_eq!(
        sum(
            "ij,jk,kl->il",
            &[("a", &[2, 3]), ("b", &[3, 4]), ("c", &[4, 5])]
        ),
        (2 * 2 * 3 * 4 + 2 * 2 * 4 * 5, vec![2, 5])
    );
    // An outer product, and a sum over all.
    assert_eq!(
        sum("i,j->ij", &[("a", &[3]), ("b", &[4])]),
        (2 * 12, vec![3, 4])
    );
    assert_eq!(
        sum("ij,ij->", &[("a", &[3, 4]), ("b", &[3, 4])]),
        (24, vec![])
    );
}

#[test]
fn sizes_computed_from_open_ones_follow_the_answer() {
    // An image to half its size by steps, patches by Reshape with computed sizes, resized back to the input's.
    let graph = Graph {
        nodes: vec![
            node(
                "Conv",
                &["x", "w"],
                &["a"],
                &[
                    attribute::ints("strides", &[2, 2]),
                    attribute::ints("pads", &[1, 1, 1, 1]),
                ],
            ),
            node("Shape", &["a"], &["s"], &[]),
            node(
                "Split",
                &["s"],
                &["n", "c", "h", "wd"],
                &[attribute::int("axis", 0), attribute::int("num_outputs", 4)],
            ),
            node("Mul", &["h", "wd"], &["hw"], &[]),
            node(
                "Concat",
                &["n", "c", "hw"],
                &["to"],
                &[attribute::int("axis", 0)],
            ),
            node("Reshape", &["a", "to"], &["flat"], &[]),
            node(
                "Transpose",
                &["flat"],
                &["tokens"],
                &[attribute::ints("perm", &[0, 2, 1])],
            ),
            node("MatMul", &["tokens", "wt"], &["b"], &[]),
            // Back to the input's height and width.
            node(
                "Transpose",
                &["b"],
                &["bt"],
                &[attribute::ints("perm", &[0, 2, 1])],
            ),
            node(
                "Concat",
                &["n", "five", "h", "wd"],
                &["grid"],
                &[attribute::int("axis", 0)],
            ),
            node("Reshape", &["bt", "grid"], &["image"], &[]),
            node("Shape", &["x"], &["xs"], &[attribute::int("start", 2)]),
            node("Shape", &["image"], &["is"], &[attribute::int("end", 2)]),
            node(
                "Concat",
                &["is", "xs"],
                &["target"],
                &[attribute::int("axis", 0)],
            ),
            node("Resize", &["image", "", "", "target"], &["large"], &[]),
            node(
                "Conv",
                &["large", "wl"],
                &["y"],
                &[attribute::string("auto_pad", "SAME_UPPER")],
            ),
        ],
        stored: vec![
            weight("w", 1, &[4, 3, 3, 3]),
            weight("wt", 1, &[4, 5]),
            int_tensor("five", &[1], &[5]),
            weight("wl", 1, &[2, 5, 3, 3]),
        ],
        inputs: vec![info(
            "x",
            1,
            &[
                Size::Named("batch"),
                Size::Is(3),
                Size::Named("H"),
                Size::Named("W"),
            ],
        )],
        outputs: vec![info("y", 1, &[])],
    };
    let model = graph.model(18);
    let asked = count_onnx(&model, &CountOptions::default()).unwrap();
    let names: Vec<&str> = asked.needs.iter().map(|n| n.name.as_str()).collect();
    assert_eq!(names, ["batch", "H", "W"]);
    // 21 x 30 becomes 11 x 15.
    let given: [(&str, &[u64]); 3] = [("batch", &[2]), ("H", &[21]), ("W", &[30])];
    assert_eq!(
        flop(&model, &given),
        2 * 2 * (11 * 15) * 4 * 27 + 2 * 2 * (11 * 15) * 4 * 5 + 2 * 2 * (21 * 30) * 2 * 45
    );
}

#[test]
fn one_network_in_every_operator_set() {
    // Slice, Squeeze, Unsqueeze, Pad, ReduceSum, Split and Upsample moved from attributes to inputs over the years.
    let shapes = [
        ("axes0", vec![0]),
        ("starts", vec![1]),
        ("ends", vec![5]),
        ("axes1", vec![1]),
        ("pads", vec![0, 0, 1, 0, 0, 1]),
        ("halves", vec![3, 3]),
    ];
    for opset in 7..=28 {
        let late = opset >= 13;
        let mut stored: Vec<Vec<u8>> = shapes
            .iter()
            .map(|(name, values)| int_tensor(name, &[values.len() as i64], values))
            .collect();
        stored.extend([
            weight("w", 1, &[3, 5]),
            float_tensor("scales", &[3], &[1.0, 1.0, 2.0]),
            float_tensor("sum", &[], &[0.0]),
        ]);
        let mut nodes = Vec::new();
        // x [6, 4]: rows 1 to 4 of it: [4, 4].
        nodes.push(if opset < 10 {
            node(
                "Slice",
                &["x"],
                &["a"],
                &[
                    attribute::ints("starts", &[1]),
                    attribute::ints("ends", &[5]),
                    attribute::ints("axes", &[0]),
                ],
            )
        } else {
            node("Slice", &["x", "starts", "ends", "axes0"], &["a"], &[])
        });
        nodes.push(if late {
            node("Unsqueeze", &["a", "axes0"], &["b"], &[])
        } else {
            node(
                "Unsqueeze",
                &["a"],
                &["b"],
                &[attribute::ints("axes", &[0])],
            )
        });
        // [1, 4, 4] to [1, 4, 6].
        nodes.push(if opset < 11 {
            node(
                "Pad",
                &["b"],
                &["c"],
                &[attribute::ints("pads", &[0, 0, 1, 0, 0, 1])],
            )
        } else {
            node("Pad", &["b", "pads"], &["c"], &[])
        });
        let along = attribute::int("axis", 2);
        nodes.push(if opset >= 18 {
            node(
                "Split",
                &["c"],
                &["d", "e"],
                &[along, attribute::int("num_outputs", 2)],
            )
        } else if late {
            node("Split", &["c", "halves"], &["d", "e"], &[along])
        } else {
            node(
                "Split",
                &["c"],
                &["d", "e"],
                &[along, attribute::ints("split", &[3, 3])],
            )
        });
        // [1, 4, 3] by [3, 5], summed to [1, 5], doubled to [1, 10] and multiplied with itself turned.
        nodes.push(node("MatMul", &["d", "w"], &["f"], &[]));
        nodes.push(if late {
            node("ReduceSum", &["f", "axes1"], &["g"], &[])
        } else {
            node(
                "ReduceSum",
                &["f"],
                &["g"],
                &[attribute::ints("axes", &[1])],
            )
        });
        nodes.push(match opset {
            7 | 8 => node(
                "Upsample",
                &["g"],
                &["h"],
                &[attribute::floats("scales", &[1.0, 1.0, 2.0])],
            ),
            9 => node("Upsample", &["g", "scales"], &["h"], &[]),
            10 => node("Resize", &["g", "scales"], &["h"], &[]),
            _ => node("Resize", &["g", "", "scales"], &["h"], &[]),
        });
        nodes.push(if late {
            node("Squeeze", &["h", "axes0"], &["i"], &[])
        } else {
            node("Squeeze", &["h"], &["i"], &[attribute::ints("axes", &[0])])
        });
        nodes.push(node(
            "Gemm",
            &["i", "i", "sum"],
            &["y"],
            &[attribute::int("transA", 1)],
        ));
        let graph = Graph {
            nodes,
            stored,
            inputs: vec![info("x", 1, &sizes(&[6, 4]))],
            outputs: vec![info("y", 1, &[])],
        };
        assert_eq!(
            flop(&graph.model(opset), &[]),
            2 * 4 * 3 * 5 + 2 * 10 * 10,
            "operator set {opset}"
        );
    }
}

#[test]
fn transposed_convolutions_hand_on_their_output_size() {
    let after = |attributes: &[Vec<u8>], input: &[u64]| {
        let graph = Graph {
            nodes: vec![
                node("ConvTranspose", &["x", "w"], &["a"], attributes),
                node("Conv", &["a", "p"], &["y"], &[]),
            ],
            stored: vec![weight("w", 1, &[6, 2, 4, 4]), weight("p", 1, &[1, 6, 1, 1])],
            inputs: vec![info("x", 1, &sizes(input))],
            outputs: vec![info("y", 1, &[])],
        };
        let model = graph.model(17);
        let shape = shape(&model);
        assert_eq!(
            flop(&model, &[]),
            // Each of 3 groups: 2 channels in, 2 out; every input position meets 16 taps.
            2 * u128::from(input[2] * input[3]) * 6 * 2 * 16
                + 2 * u128::from(shape[2] * shape[3]) * 6
        );
        shape
    };
    let groups = attribute::int("group", 3);
    let strides = attribute::ints("strides", &[3, 2]);
    let both = [groups.clone(), strides.clone()];
    // (n - 1) s + k
    assert_eq!(after(&both, &[1, 6, 5, 7]), [1, 1, 16, 16]);
    let with = |more: &[Vec<u8>]| [&both[..], more].concat();
    assert_eq!(
        after(
            &with(&[attribute::ints("output_shape", &[15, 14])]),
            &[1, 6, 5, 7]
        ),
        [1, 1, 15, 14]
    );
    for way in ["SAME_UPPER", "SAME_LOWER"] {
        assert_eq!(
            after(&with(&[attribute::string("auto_pad", way)]), &[1, 6, 5, 7]),
            [1, 1, 15, 14]
        );
    }
    assert_eq!(
        after(
            &with(&[
                attribute::ints("pads", &[1, 0, 1, 2]),
                attribute::ints("output_padding", &[1, 1]),
                attribute::ints("dilations", &[2, 1]),
            ]),
            &[1, 6, 5, 7]
        ),
        // 12 + 7 - 2 + 1 and 12 + 4 - 2 + 1
        [1, 1, 18, 15]
    );
}

#[test]
fn recurrent_layers_run_both_ways_and_stacked() {
    for (op, gates) in [("RNN", 1_u64), ("GRU", 3), ("LSTM", 4)] {
        let (inputs, width) = (5, 6);
        let rows = (gates * width) as i64;
        let graph = Graph {
            nodes: vec![
                node(
                    op,
                    &["x", "w0", "r0", "b0"],
                    &["a"],
                    &[
                        attribute::int("hidden_size", width as i64),
                        attribute::string("direction", "bidirectional"),
                    ],
                ),
                // [steps, 2, batch, M] to [steps, batch, 2 M].
                node(
                    "Transpose",
                    &["a"],
                    &["b"],
                    &[attribute::ints("perm", &[0, 2, 1, 3])],
                ),
                node("Reshape", &["b", "flat"], &["c"], &[]),
                node(
                    op,
                    &["c", "w1", "r1"],
                    &["", "y"],
                    &[
                        attribute::int("hidden_size", width as i64),
                        attribute::string("direction", "reverse"),
                    ],
                ),
            ],
            stored: vec![
                weight("w0", 1, &[2, rows, inputs as i64]),
                weight("r0", 1, &[2, rows, width as i64]),
                weight("b0", 1, &[2, 2 * rows]),
                int_tensor("flat", &[3], &[0, 0, -1]),
                weight("w1", 1, &[1, rows, 2 * width as i64]),
                weight("r1", 1, &[1, rows, width as i64]),
            ],
            inputs: vec![info("x", 1, &sizes(&[7, 3, inputs]))],
            outputs: vec![info("y", 1, &[])],
        };
        for opset in [7, 14, 22] {
            let counted = count(&graph.model(opset), &[]);
            let steps = 7 * 3;
            let first = 2 * 2 * steps * gates * width * (inputs + width);
            let second = 2 * steps * gates * width * (2 * width + width);
            assert_eq!(counted.forward_flop, u128::from(first + second), "{op}");
            let parameters =
                2 * gates * width * (inputs + width + 2) + gates * width * (2 * width + width);
            assert_eq!(counted.parameters, u128::from(parameters), "{op}");
        }
        assert_eq!(shape(&graph.model(14)), [1, 3, 6]);
        // Batch first, from operator set 14 on.
        let first = Graph {
            nodes: vec![node(
                op,
                &["x", "w", "r"],
                &["y"],
                &[
                    attribute::int("hidden_size", width as i64),
                    attribute::int("layout", 1),
                ],
            )],
            stored: vec![
                weight("w", 1, &[1, rows, inputs as i64]),
                weight("r", 1, &[1, rows, width as i64]),
            ],
            inputs: vec![info("x", 1, &sizes(&[3, 7, inputs]))],
            outputs: vec![info("y", 1, &[])],
        };
        assert_eq!(
            flop(&first.model(14), &[]),
            u128::from(2 * 3 * 7 * gates * width * (inputs + width))
        );
        assert_eq!(shape(&first.model(14)), [3, 7, 1, 6]);
    }
}

#[test]
fn dilated_groups_keep_the_size_they_are_told_to() {
    for way in ["SAME_LOWER", "SAME_UPPER"] {
        let graph = Graph {
            nodes: vec![
                node(
                    "Conv",
                    &["x", "w"],
                    &["a"],
                    &[
                        attribute::string("auto_pad", way),
                        attribute::int("group", 2),
                        attribute::ints("dilations", &[3, 2]),
                        attribute::ints("strides", &[1, 2]),
                    ],
                ),
                node("Flatten", &["a"], &["b"], &[]),
                node("MatMul", &["b", "v"], &["y"], &[]),
            ],
            stored: vec![
                weight("w", 1, &[4, 3, 4, 2]),
                weight("v", 1, &[4 * 9 * 5, 3]),
            ],
            inputs: vec![info("x", 1, &sizes(&[2, 6, 9, 10]))],
            outputs: vec![info("y", 1, &[])],
        };
        assert_eq!(
            flop(&graph.model(11), &[]),
            2 * 2 * (9 * 5) * 4 * 3 * 8 + 2 * 2 * 180 * 3
        );
    }
}

#[test]
fn weights_beside_the_file_and_shared_ones_count_once() {
    let external = |name: &str, dims: &[i64]| {
        let entry = |key: &str, value: &str| bytes(13, &[text(1, key), text(2, value)].concat());
        [
            weight(name, 1, dims),
            entry("location", "weights.bin"),
            entry("offset", "4096"),
            entry("length", "1024"),
            number(14, 1),
        ]
        .concat()
    };
    // One matrix in the graph and in both of a branch; another in the body of a loop, stored there.
    let yes = inner(vec![node("MatMul", &["h", "w"], &["a"], &[])], &[], &["a"]);
    let no = inner(vec![node("MatMul", &["h", "w"], &["b"], &[])], &[], &["b"]);
    let body = Graph {
        nodes: vec![node("MatMul", &["s", "v"], &["next"], &[])],
        stored: vec![external("v", &[8, 8])],
        inputs: loop_inputs("s").to_vec(),
        outputs: vec![info("go", 9, &[]), info("next", 1, &[])],
    };
    let graph = Graph {
        nodes: vec![
            node("MatMul", &["x", "w"], &["h"], &[]),
            node(
                "If",
                &["c"],
                &["i"],
                &[
                    attribute::graph("then_branch", &yes),
                    attribute::graph("else_branch", &no),
                ],
            ),
            node(
                "Loop",
                &["m", "", "i"],
                &["y"],
                &[attribute::graph("body", &body.bytes())],
            ),
        ],
        stored: vec![external("w", &[8, 8]), int_tensor("m", &[], &[5])],
        inputs: vec![info("x", 1, &sizes(&[3, 8])), info("c", 9, &[])],
        outputs: vec![info("y", 1, &[])],
    };
    let counted = count(&graph.model(17), &[]);
    assert_eq!(counted.parameters, 2 * 64);
    assert_eq!(counted.forward_flop, (1 + 1 + 5) * (2 * 3 * 64));
    assert!(counted.notes.iter().any(|n| n.code == "external-data"));
}

#[test]
fn experts_and_tables_packed_in_bytes() {
    // A table of 4-bit values, two a byte, and 6 experts of which 2 work.
    let graph = Graph {
        nodes: vec![
            domain_node(
                MICROSOFT,
                "GatherBlockQuantized",
                &["table", "ids", "ts"],
                &["x"],
                &[attribute::int("bits", 4), attribute::int("block_size", 16)],
            ),
            domain_node(
                MICROSOFT,
                "QMoE",
                &["x", "router", "a", "as", "ab", "b", "bs", "bb"],
                &["y"],
                &[
                    attribute::int("k", 2),
                    attribute::int("expert_weight_bits", 4),
                ],
            ),
        ],
        stored: vec![
            weight("table", 2, &[100, 8]),
            weight("ts", 1, &[100, 1]),
            weight("a", 2, &[6, 24, 8]),
            weight("as", 1, &[6, 24]),
            weight("ab", 1, &[6, 24]),
            weight("b", 2, &[6, 16, 6]),
            weight("bs", 1, &[6, 16]),
            weight("bb", 1, &[6, 16]),
        ],
        inputs: vec![
            info("ids", 7, &sizes(&[1, 5])),
            info("router", 1, &sizes(&[5, 6])),
        ],
        outputs: vec![info("y", 1, &[])],
    };
    let counted = count(&microsoft(&graph), &[]);
    assert_eq!(
        counted.parameters,
        100 * 16 + 6 * (24 * 16 + 24 + 16 * 12 + 16)
    );
    assert_eq!(counted.forward_flop, 2 * (5 * 2) * (24 * 16 + 16 * 12));
    assert_eq!(counted.input_embedding_parameters, 1600);
    assert_eq!(shape(&microsoft(&graph)), [1, 5, 16]);
}

#[test]
fn a_branch_for_nothing_found_does_not_stand_for_what_is_found() {
    // As torchvision's detectors end: no boxes, an empty list; else those that suppression keeps. A head works on each.
    let none = Graph {
        nodes: vec![],
        stored: vec![int_tensor("empty", &[0], &[])],
        inputs: vec![],
        outputs: vec![info("empty", 7, &[])],
    }
    .bytes();
    let some = Graph {
        nodes: vec![
            node("NonMaxSuppression", &["boxes", "scores"], &["kept"], &[]),
            node(
                "Gather",
                &["kept", "two"],
                &["column"],
                &[attribute::int("axis", 1)],
            ),
            node("Squeeze", &["column", "one"], &["which"], &[]),
        ],
        stored: vec![int_tensor("two", &[1], &[2]), int_tensor("one", &[1], &[1])],
        inputs: vec![],
        outputs: vec![info("which", 7, &[])],
    }
    .bytes();
    let model = |first: &[u8], second: &[u8]| {
        Graph {
            nodes: vec![
                node("NonZero", &["mask"], &["candidates"], &[]),
                node("Squeeze", &["candidates", "zero"], &["likely"], &[]),
                node(
                    "Gather",
                    &["all", "likely"],
                    &["boxes"],
                    &[attribute::int("axis", 1)],
                ),
                node(
                    "If",
                    &["c"],
                    &["found"],
                    &[
                        attribute::graph("then_branch", first),
                        attribute::graph("else_branch", second),
                    ],
                ),
                node("Gather", &["x", "found"], &["rows"], &[]),
                node("MatMul", &["rows", "w"], &["y"], &[]),
            ],
            stored: vec![weight("w", 1, &[8, 5]), int_tensor("zero", &[1], &[0])],
            inputs: vec![
                info("c", 9, &[]),
                info("mask", 9, &sizes(&[40])),
                info("all", 1, &sizes(&[1, 40, 4])),
                info("scores", 1, &sizes(&[1, 1, 40])),
                info("x", 1, &sizes(&[40, 8])),
            ],
            outputs: vec![info("y", 1, &[])],
        }
        .model(17)
    };
    for bytes in [model(&none, &some), model(&some, &none)] {
        let asked = count_onnx(&bytes, &CountOptions::default()).unwrap();
        // Not for what goes into the suppression, found in data as well.
        let names: Vec<&str> = asked.needs.iter().map(|n| n.name.as_str()).collect();
        assert_eq!(names, ["kept"]);
        assert_eq!(asked.forward_flop, 0);
        assert_eq!(flop(&bytes, &[("kept", &[7, 3])]), 2 * 7 * 8 * 5);
    }
}
