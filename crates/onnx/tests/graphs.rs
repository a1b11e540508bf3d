//! Control flow, functions, open dimensions: one behaviour a test.
#![allow(clippy::unwrap_used, clippy::panic)] // A helper of a test may fail it.

use compute_layers::{Count, CountOptions};
use compute_onnx::count_onnx;

mod write;
use write::{
    Graph, Size, attribute, bytes, domain_node, float_tensor, function, info, int_tensor, node,
    options, sizes, weight,
};

#[track_caller]
fn count(model: &[u8], inputs: &[(&str, &[u64])]) -> Count {
    let count = count_onnx(model, &options(inputs)).unwrap_or_else(|e| panic!("{e:?}"));
    let sums = count
        .groups
        .iter()
        .fold((0, 0), |(p, f), g| (p + g.parameters, f + g.forward_flop));
    assert_eq!(
        sums,
        (count.parameters, count.forward_flop),
        "groups add up"
    );
    count
}

fn needs(count: &Count) -> Vec<&str> {
    count.needs.iter().map(|n| n.name.as_str()).collect()
}

/// `y = x W` with x as declared and W [k, n].
fn product(x: &[Size], k: i64, n: i64) -> Graph {
    Graph {
        nodes: vec![node("MatMul", &["x", "w"], &["y"], &[])],
        stored: vec![weight("w", 1, &[k, n])],
        inputs: vec![info("x", 1, x)],
        outputs: vec![info("y", 1, &[])],
    }
}

#[test]
fn open_dimensions_are_asked_for_by_name() {
    let image = [
        Size::Named("batch"),
        Size::Is(3),
        Size::Named("H"),
        Size::Named("W"),
    ];
    let conv = Graph {
        nodes: vec![node("Conv", &["x", "w"], &["y"], &[])],
        stored: vec![weight("w", 1, &[8, 3, 3, 3])],
        inputs: vec![info("x", 1, &image)],
        outputs: vec![info("y", 1, &[])],
    }
    .model(17);
    let open = count(&conv, &[]);
    assert_eq!(needs(&open), ["batch", "H", "W"]);
    assert_eq!(open.parameters, 216);
    assert_eq!(open.forward_flop, 0);
    // By symbol, or by the input's shape.
    let flop = 2 * 2 * 8 * 8 * 8 * 3 * 9;
    assert_eq!(
        count(&conv, &[("batch", &[2]), ("H", &[10]), ("W", &[10])]).forward_flop,
        flop
    );
    assert_eq!(count(&conv, &[("x", &[2, 3, 10, 10])]).forward_flop, flop);
    let part = count(&conv, &[("batch", &[2])]);
    assert_eq!(needs(&part), ["H", "W"]);
}

#[test]
fn one_name_has_one_value_and_sums_follow() {
    let mut graph = product(&[Size::Named("n"), Size::Is(4)], 4, 5);
    graph.nodes.push(node("MatMul", &["z", "w"], &["v"], &[]));
    graph
        .inputs
        .push(info("z", 1, &[Size::Named("n + 1"), Size::Is(4)]));
    let count = count(&graph.model(17), &[("n", &[6])]);
    assert_eq!(count.forward_flop, 2 * (6 + 7) * 4 * 5);
}

#[test]
fn the_options_fill_usual_names() {
    let model = product(
        &[
            Size::Named("batch_size"),
            Size::Named("seq_len"),
            Size::Is(4),
        ],
        4,
        5,
    )
    .model(17);
    let options = CountOptions {
        batch: Some(2),
        sequence_length: Some(7),
        ..CountOptions::default()
    };
    let count = count_onnx(&model, &options).unwrap();
    assert_eq!(count.forward_flop, 2 * 2 * 7 * 4 * 5);
    assert!(count.needs.is_empty());
}

#[test]
fn an_input_without_names_is_asked_for_whole() {
    let model = product(&[Size::Open, Size::Is(4)], 4, 5).model(17);
    assert_eq!(needs(&count(&model, &[])), ["x"]);
    assert_eq!(count(&model, &[("x", &[3, 4])]).forward_flop, 2 * 3 * 4 * 5);
    let graph = Graph {
        inputs: vec![write::bare_info("x", 1)],
        ..product(&[], 4, 5)
    };
    assert_eq!(needs(&count(&graph.model(17), &[])), ["x"]);
}

#[test]
fn a_fixed_size_given_another_value_is_said() {
    let model = product(&sizes(&[1, 4]), 4, 5).model(17);
    let counted = count(&model, &[("x", &[6, 4])]);
    assert_eq!(counted.forward_flop, 2 * 6 * 4 * 5);
    assert!(counted.notes.iter().any(|n| n.code == "input-reshaped"));
}

#[test]
fn a_shape_that_hangs_on_data_is_asked_for() {
    let graph = Graph {
        nodes: vec![
            node("NonZero", &["m"], &["where"], &[]),
            node("Transpose", &["where"], &["turned"], &[]),
            node("Cast", &["turned"], &["f"], &[attribute::int("to", 1)]),
            node("MatMul", &["f", "w"], &["y"], &[]),
        ],
        stored: vec![weight("w", 1, &[2, 5])],
        inputs: vec![info("m", 9, &sizes(&[4, 4]))],
        outputs: vec![info("y", 1, &[])],
    };
    let model = graph.model(17);
    let open = count(&model, &[]);
    assert_eq!(needs(&open), ["where"]);
    assert_eq!(
        count(&model, &[("where", &[2, 9])]).forward_flop,
        2 * 9 * 2 * 5
    );
}

#[test]
fn computed_shapes_are_followed() {
    // y = reshape(x, [shape(x)[0], -1]) W, as PyTorch writes a flatten.
    let graph = Graph {
        nodes: vec![
            node("Shape", &["x"], &["s"], &[]),
            node("Gather", &["s", "zero"], &["b"], &[]),
            node("Unsqueeze", &["b", "axes"], &["b1"], &[]),
            node(
                "Concat",
                &["b1", "rest"],
                &["to"],
                &[attribute::int("axis", 0)],
            ),
            node("Reshape", &["x", "to"], &["flat"], &[]),
            node(
                "Gemm",
                &["flat", "w"],
                &["y"],
                &[attribute::int("transB", 1)],
            ),
        ],
        stored: vec![
            int_tensor("zero", &[], &[0]),
            int_tensor("axes", &[1], &[0]),
            int_tensor("rest", &[1], &[-1]),
            weight("w", 1, &[7, 12]),
        ],
        inputs: vec![info("x", 1, &[Size::Named("n"), Size::Is(3), Size::Is(4)])],
        outputs: vec![info("y", 1, &[])],
    };
    assert_eq!(
        count(&graph.model(17), &[("n", &[5])]).forward_flop,
        2 * 5 * 12 * 7
    );
    assert_eq!(needs(&count(&graph.model(17), &[])), ["n"]);
}

fn branch(k: i64, n: i64) -> Vec<u8> {
    Graph {
        nodes: vec![node("MatMul", &["x", "w"], &["out"], &[])],
        stored: vec![weight("w", 1, &[k, n])],
        inputs: vec![],
        outputs: vec![info("out", 1, &[])],
    }
    .bytes()
}

fn either(condition: Vec<Vec<u8>>) -> Graph {
    let mut nodes = condition;
    nodes.push(node(
        "If",
        &["c"],
        &["y"],
        &[
            attribute::graph("then_branch", &branch(16, 8)),
            attribute::graph("else_branch", &branch(16, 64)),
        ],
    ));
    Graph {
        nodes,
        stored: vec![],
        inputs: vec![info("x", 1, &sizes(&[3, 16]))],
        outputs: vec![info("y", 1, &[])],
    }
}

#[test]
fn of_two_branches_the_larger_counts() {
    let mut graph = either(vec![]);
    graph.inputs.push(info("c", 9, &[]));
    let counted = count(&graph.model(17), &[]);
    assert_eq!(counted.forward_flop, 2 * 3 * 16 * 64);
    assert_eq!(
        counted.parameters,
        16 * 8 + 16 * 64,
        "both branches are stored"
    );
    assert!(counted.notes.iter().any(|n| n.code == "if-larger-branch"));
}

#[test]
fn a_constant_condition_picks_its_branch() {
    let graph = either(vec![
        node("Size", &["x"], &["n"], &[]),
        node("Greater", &["n", "n"], &["not"], &[]),
        node("Not", &["not"], &["c"], &[]),
    ]);
    assert_eq!(count(&graph.model(17), &[]).forward_flop, 2 * 3 * 16 * 8);
}

fn looping(trips: Option<i64>, body: Vec<Vec<u8>>) -> Graph {
    let mut graph = Graph {
        nodes: vec![],
        stored: vec![weight("w", 1, &[16, 16])],
        inputs: vec![info("x", 1, &sizes(&[3, 16]))],
        outputs: vec![info("y", 1, &[])],
    };
    match trips {
        Some(n) => graph.stored.push(int_tensor("m", &[], &[n])),
        None => graph.inputs.push(info("m", 7, &[])),
    }
    let inside = Graph {
        nodes: body,
        stored: vec![int_tensor("one", &[1], &[1])],
        inputs: vec![
            info("i", 7, &[]),
            info("go", 9, &[]),
            write::bare_info("h", 1),
        ],
        outputs: vec![
            info("go", 9, &[]),
            info("next", 1, &[]),
            info("kept", 1, &[]),
        ],
    };
    graph.nodes.push(node(
        "Loop",
        &["m", "", "x"],
        &["y", "all"],
        &[attribute::graph("body", &inside.bytes())],
    ));
    graph
}

fn multiply() -> Vec<Vec<u8>> {
    vec![
        node("MatMul", &["h", "w"], &["next"], &[]),
        node("Identity", &["next"], &["kept"], &[]),
    ]
}

#[test]
fn a_loop_runs_as_often_as_it_says() {
    let each = 2 * 3 * 16 * 16;
    assert_eq!(
        count(&looping(Some(7), multiply()).model(17), &[]).forward_flop,
        7 * each
    );
    assert_eq!(
        count(&looping(Some(0), multiply()).model(17), &[]).forward_flop,
        0
    );
    // Far more passes than are followed one by one.
    let many = count(&looping(Some(1_000_000), multiply()).model(17), &[]);
    assert_eq!(many.forward_flop, 1_000_000 * each);
    // What the loop stacks has one slice a pass.
    let mut graph = looping(Some(7), multiply());
    graph.outputs = vec![info("all", 1, &[])];
    let shapes = compute_onnx::output_shapes(&graph.model(17), &CountOptions::default()).unwrap();
    assert_eq!(shapes[0].1, Some(vec![Some(7), Some(3), Some(16)]));
}

#[test]
fn a_loop_of_unknown_length_is_asked_for() {
    let mut graph = looping(None, multiply());
    graph.nodes[0] = [graph.nodes[0].clone(), write::text(3, "the_loop")].concat();
    let model = graph.model(17);
    assert_eq!(needs(&count(&model, &[])), ["the_loop"]);
    let told = count(&model, &[("the_loop", &[5])]);
    assert_eq!(told.forward_flop, 5 * 2 * 3 * 16 * 16);
    assert!(told.needs.is_empty());
}

#[test]
fn a_loop_without_products_is_not_asked_for() {
    // As one that pastes masks: no end in sight, and nothing that counts in it.
    let body = vec![
        node("Relu", &["h"], &["next"], &[]),
        node("Identity", &["next"], &["kept"], &[]),
    ];
    let mut graph = looping(None, body);
    assert!(needs(&count(&graph.model(17), &[])).is_empty());
    // Nor where its condition holds as long as it is followed.
    graph.inputs.pop();
    graph.stored.push(int_tensor("m", &[], &[i64::MAX]));
    graph
        .stored
        .push([write::number(2, 9), bytes(9, &[1]), write::text(8, "go")].concat());
    assert!(needs(&count(&graph.model(17), &[])).is_empty());
}

#[test]
fn a_loop_that_grows_its_state_is_followed() {
    // Each pass appends a row: 3, 4, 5, 6 rows are multiplied.
    let body = vec![
        node("MatMul", &["h", "w"], &["p"], &[]),
        node("Slice", &["p", "zero", "one"], &["row"], &[]),
        node(
            "Concat",
            &["p", "row"],
            &["next"],
            &[attribute::int("axis", 0)],
        ),
        node("Identity", &["row"], &["kept"], &[]),
    ];
    let mut graph = looping(Some(4), body);
    graph.stored.push(int_tensor("zero", &[1], &[0]));
    let counted = count(&graph.model(17), &[]);
    assert_eq!(counted.forward_flop, 2 * (3 + 4 + 5 + 6) * 16 * 16);
}

#[test]
fn a_scan_runs_once_a_slice() {
    let inside = Graph {
        nodes: vec![
            node("MatMul", &["slice", "w"], &["p"], &[]),
            node("Add", &["h", "p"], &["next"], &[]),
            node("Identity", &["next"], &["kept"], &[]),
        ],
        stored: vec![],
        inputs: vec![write::bare_info("h", 1), write::bare_info("slice", 1)],
        outputs: vec![info("next", 1, &[]), info("kept", 1, &[])],
    };
    let graph = Graph {
        nodes: vec![node(
            "Scan",
            &["h0", "xs"],
            &["last", "all"],
            &[
                attribute::graph("body", &inside.bytes()),
                attribute::int("num_scan_inputs", 1),
                attribute::ints("scan_input_axes", &[1]),
                attribute::ints("scan_output_axes", &[1]),
            ],
        )],
        stored: vec![weight("w", 1, &[16, 16])],
        inputs: vec![
            info("h0", 1, &sizes(&[3, 16])),
            info("xs", 1, &sizes(&[3, 11, 16])),
        ],
        outputs: vec![info("all", 1, &[])],
    };
    let model = graph.model(20);
    assert_eq!(count(&model, &[]).forward_flop, 11 * 2 * 3 * 16 * 16);
    let shapes = compute_onnx::output_shapes(&model, &CountOptions::default()).unwrap();
    assert_eq!(shapes[0].1, Some(vec![Some(3), Some(11), Some(16)]));
}

#[test]
fn functions_are_entered_with_their_attributes() {
    let own = function(
        "Linear",
        &["a", "b"],
        &["c"],
        &[node(
            "Gemm",
            &["a", "b"],
            &["c"],
            &[attribute::reference("transB", "turn")],
        )],
    );
    let own = [
        own,
        write::text(6, "turn"),
        bytes(9, &[write::text(1, ""), write::number(2, 17)].concat()),
    ]
    .concat();
    let outer = function(
        "Twice",
        &["a", "b"],
        &["d"],
        &[
            domain_node(
                "own",
                "Linear",
                &["a", "b"],
                &["c"],
                &[attribute::int("turn", 1)],
            ),
            domain_node(
                "own",
                "Linear",
                &["a", "b"],
                &["e"],
                &[attribute::int("turn", 1)],
            ),
            node("Add", &["c", "e"], &["d"], &[]),
        ],
    );
    let graph = Graph {
        nodes: vec![domain_node("own", "Twice", &["x", "w"], &["y"], &[])],
        ..product(&sizes(&[3, 4]), 5, 4)
    };
    let counted = count(
        &graph.model_with(&[("", 17), ("own", 1)], &[own, outer]),
        &[],
    );
    assert_eq!(counted.forward_flop, 2 * (2 * 3 * 4 * 5));
    assert_eq!(counted.parameters, 20);
    assert!(counted.unknown.is_empty());
}

#[test]
fn a_sequence_is_mapped_element_by_element() {
    let inside = Graph {
        nodes: vec![node("MatMul", &["e", "w"], &["p"], &[])],
        stored: vec![],
        inputs: vec![write::bare_info("e", 1)],
        outputs: vec![info("p", 1, &[])],
    };
    let graph = Graph {
        nodes: vec![
            node("SplitToSequence", &["x", "parts"], &["s"], &[]),
            node(
                "SequenceMap",
                &["s"],
                &["t"],
                &[attribute::graph("body", &inside.bytes())],
            ),
            node(
                "ConcatFromSequence",
                &["t"],
                &["y"],
                &[attribute::int("axis", 0)],
            ),
        ],
        stored: vec![int_tensor("parts", &[2], &[3, 4]), weight("w", 1, &[8, 5])],
        inputs: vec![info("x", 1, &sizes(&[7, 8]))],
        outputs: vec![info("y", 1, &[])],
    };
    let model = graph.model(17);
    assert_eq!(count(&model, &[]).forward_flop, 2 * (3 + 4) * 8 * 5);
    let shapes = compute_onnx::output_shapes(&model, &CountOptions::default()).unwrap();
    assert_eq!(shapes[0].1, Some(vec![Some(7), Some(5)]));
}

#[test]
fn unknown_operators_are_listed_with_whether_they_matter() {
    let graph = Graph {
        nodes: vec![
            domain_node("vendor", "Magic", &["x", "w"], &["a"], &[]),
            domain_node("vendor", "Magic", &["x", "w"], &["b"], &[]),
            domain_node("vendor", "Scale", &["x", "s"], &["y"], &[]),
        ],
        stored: vec![weight("w", 1, &[4, 4]), weight("s", 1, &[])],
        inputs: vec![info("x", 1, &sizes(&[3, 4]))],
        outputs: vec![info("y", 1, &[])],
    };
    let counted = count(&graph.model_with(&[("", 17), ("vendor", 1)], &[]), &[]);
    let listed: Vec<(&str, u64, bool)> = counted
        .unknown
        .iter()
        .map(|u| (u.what.as_str(), u.occurrences, u.matters))
        .collect();
    assert_eq!(
        listed,
        [("vendor.Magic", 2, true), ("vendor.Scale", 1, false)]
    );
}

#[test]
fn causal_attention_is_told_apart() {
    let graph = Graph {
        nodes: vec![node(
            "Attention",
            &["q", "q", "q"],
            &["y"],
            &[attribute::int("is_causal", 1)],
        )],
        stored: vec![],
        inputs: vec![info("q", 1, &sizes(&[1, 2, 8, 4]))],
        outputs: vec![info("y", 1, &[])],
    };
    let counted = count(&graph.model(23), &[]);
    assert_eq!(counted.forward_flop, 2 * 2 * 8 * 8 * (4 + 4));
    assert_eq!(counted.forward_flop_causal, 2 * 2 * 36 * (4 + 4));
}

#[test]
fn nodes_out_of_order_are_put_in_order() {
    let graph = Graph {
        nodes: vec![
            node("MatMul", &["a", "w"], &["y"], &[]),
            node("Relu", &["x"], &["a"], &[]),
        ],
        ..product(&sizes(&[3, 4]), 4, 5)
    };
    assert_eq!(count(&graph.model(17), &[]).forward_flop, 2 * 3 * 4 * 5);
}

#[test]
fn what_is_a_parameter_and_what_is_not() {
    let graph = Graph {
        nodes: vec![
            node(
                "Constant",
                &[],
                &["c"],
                &[attribute::tensor(
                    "value",
                    &float_tensor("", &[3], &[1.0, 2.0, 3.0]),
                )],
            ),
            node(
                "Constant",
                &[],
                &["half"],
                &[attribute::tensor("value", &float_tensor("", &[], &[0.5]))],
            ),
            node(
                "Constant",
                &[],
                &["axes"],
                &[attribute::ints("value_ints", &[0])],
            ),
        ],
        stored: vec![
            weight("f16", 10, &[2, 3]),
            weight("i8", 3, &[5]),
            weight("u8", 2, &[7]),
            weight("i32", 6, &[11]),
            weight("i64", 7, &[13]),
            weight("bool", 9, &[17]),
            weight("scalar", 1, &[]),
        ],
        ..product(&sizes(&[3, 4]), 4, 5)
    };
    let graph = Graph {
        stored: graph
            .stored
            .iter()
            .cloned()
            .chain([weight("w", 1, &[4, 5])])
            .collect(),
        ..graph
    };
    assert_eq!(
        count(&graph.model(17), &[]).parameters,
        3 + 6 + 5 + 7 + 11 + 1 + 20
    );
}

#[test]
fn packed_matrices_hold_their_weights() {
    let graph = Graph {
        nodes: vec![domain_node(
            "com.microsoft",
            "MatMulNBits",
            &["x", "q", "s"],
            &["y"],
            &[
                attribute::int("K", 64),
                attribute::int("N", 10),
                attribute::int("bits", 4),
                attribute::int("block_size", 32),
            ],
        )],
        stored: vec![weight("q", 2, &[10, 2, 16]), weight("s", 1, &[20])],
        inputs: vec![info("x", 1, &sizes(&[3, 64]))],
        outputs: vec![info("y", 1, &[])],
    };
    let counted = count(
        &graph.model_with(&[("", 17), ("com.microsoft", 1)], &[]),
        &[],
    );
    assert_eq!(counted.parameters, 640);
    assert_eq!(counted.forward_flop, 2 * 3 * 64 * 10);
}

#[test]
fn the_look_up_table_is_told_apart() {
    let graph = Graph {
        nodes: vec![
            node("Gather", &["table", "input_ids"], &["e"], &[]),
            node("MatMul", &["e", "head"], &["y"], &[]),
        ],
        stored: vec![weight("table", 1, &[100, 8]), weight("head", 1, &[8, 100])],
        inputs: vec![info(
            "input_ids",
            7,
            &[Size::Named("batch"), Size::Named("sequence")],
        )],
        outputs: vec![info("y", 1, &[])],
    };
    let counted = count(&graph.model(17), &[("input_ids", &[1, 6])]);
    assert_eq!(counted.input_embedding_parameters, 800);
    assert_eq!(counted.tokens, 6);
    assert_eq!(counted.forward_flop, 2 * 6 * 8 * 100);
}

#[test]
fn a_table_that_is_also_the_head_is_no_mere_table() {
    let graph = Graph {
        nodes: vec![
            node("Gather", &["table", "ids"], &["e"], &[]),
            node("Transpose", &["table"], &["head"], &[]),
            node("MatMul", &["e", "head"], &["y"], &[]),
        ],
        stored: vec![weight("table", 1, &[100, 8])],
        inputs: vec![info("ids", 7, &sizes(&[1, 6]))],
        outputs: vec![info("y", 1, &[])],
    };
    let counted = count(&graph.model(17), &[]);
    assert_eq!(counted.input_embedding_parameters, 0);
    assert_eq!(counted.parameters, 800);
}

#[test]
fn masks_and_statistics_are_not_trained() {
    // GPT-2's causal mask, in bytes and cut to length; a mask by its name; a batch norm.
    let graph = Graph {
        nodes: vec![
            node("MatMul", &["x", "w"], &["h"], &[]),
            node("Slice", &["mask", "from", "to"], &["cut"], &[]),
            node("Cast", &["cut"], &["seen"], &[attribute::int("to", 9)]),
            node("Where", &["seen", "h", "far"], &["a"], &[]),
            node("Mul", &["a", "h.0.attn.bias"], &["b"], &[]),
            node("Unsqueeze", &["b", "last"], &["c"], &[]),
            node(
                "BatchNormalization",
                &["c", "scale", "shift", "mean", "variance"],
                &["y"],
                &[],
            ),
        ],
        stored: vec![
            weight("w", 1, &[4, 4]),
            weight("mask", 2, &[1, 1, 16, 16]),
            int_tensor("from", &[2], &[0, 0]),
            int_tensor("to", &[2], &[4, 4]),
            float_tensor("far", &[], &[-1e4]),
            weight("h.0.attn.bias", 1, &[1, 1, 4, 4]),
            int_tensor("last", &[1], &[-1]),
            weight("scale", 1, &[1]),
            weight("shift", 1, &[1]),
            weight("mean", 1, &[1]),
            weight("variance", 1, &[1]),
        ],
        inputs: vec![info("x", 1, &sizes(&[1, 1, 4, 4]))],
        outputs: vec![info("y", 1, &[])],
    };
    let counted = count(&graph.model(17), &[]);
    // The matrix, the fill value, and four of the batch norm.
    assert_eq!(counted.parameters, 16 + 1 + 4);
    assert_eq!(counted.trainable_parameters, 16 + 1 + 2);
    let note = |code: &str| {
        let note = counted.notes.iter().find(|n| n.code == code).unwrap();
        note.message.clone()
    };
    assert!(note("buffers-left-out").starts_with("272 elements"));
    assert!(note("statistics-not-trained").contains("2 are running means"));
}
