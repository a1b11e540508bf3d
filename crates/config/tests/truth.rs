//! Configs of published models against figures that other people's software made (PyTorch's dispatcher counter over
//! transformers' own classes), and thousands of variants of each architecture, one key changed at a time.
// Helpers of tests stop a test as the tests themselves do.
#![allow(clippy::panic)]

use compute_config::count_config;
use compute_layers::{Count, CountOptions, Part};
use serde_json::Value;

fn options(v: &Value) -> CountOptions {
    let mut o = CountOptions {
        batch: Some(1),
        ..CountOptions::default()
    };
    o.class = v["class"].as_str().map(str::to_string);
    o.sequence_length = v["seq"].as_u64();
    o.part = match v["part"].as_str() {
        Some("text") => Some(Part::Text),
        Some("vision") => Some(Part::Vision),
        Some("audio") => Some(Part::Audio),
        _ => None,
    };
    for (k, s) in v["inputs"].as_object().into_iter().flatten() {
        o.inputs.insert(
            k.clone(),
            s.as_array()
                .into_iter()
                .flatten()
                .filter_map(Value::as_u64)
                .collect(),
        );
    }
    o
}

fn rows(text: &str) -> impl Iterator<Item = Value> + '_ {
    text.lines()
        .map(|l| serde_json::from_str(l).expect("a row is JSON"))
}

fn adds_up(name: &str, c: &Count) {
    assert_eq!(
        c.groups.iter().map(|g| g.parameters).sum::<u128>(),
        c.parameters,
        "{name}: parameters of the groups"
    );
    assert_eq!(
        c.groups.iter().map(|g| g.forward_flop).sum::<u128>(),
        c.forward_flop,
        "{name}: FLOP of the groups"
    );
    assert!(
        c.forward_flop_causal <= c.forward_flop,
        "{name}: the mask only takes away"
    );
    assert!(
        c.active_parameters <= c.parameters && c.trainable_parameters <= c.parameters,
        "{name}"
    );
}

fn near(got: u128, want: u64) -> bool {
    (got as f64 / want as f64 - 1.0).abs() <= 1e-3
}

#[test]
fn published_models() {
    let (mut all, mut products) = (0, 0);
    for v in rows(include_str!("data/truth.jsonl")) {
        let name = v["name"].as_str().unwrap_or("");
        let c = count_config(&v["config"].to_string(), &options(&v))
            .unwrap_or_else(|e| panic!("{name}: {e:?}"));
        adds_up(name, &c);
        all += 1;
        if let Some(p) = v["parameters"].as_u64() {
            assert_eq!(c.parameters, u128::from(p), "{name}: parameters");
        }
        if let Some(p) = v["active"].as_u64() {
            assert_eq!(
                c.active_parameters,
                u128::from(p),
                "{name}: active parameters"
            );
        }
        // Gemma 3n looks up a second table, one row per layer; the figure has the first alone (truth_notes.md).
        if let Some(p) = v["embedding"]
            .as_u64()
            .filter(|_| name != "gemma-3n-e4b-text")
        {
            assert_eq!(
                c.input_embedding_parameters,
                u128::from(p),
                "{name}: input table"
            );
        }
        if let Some(f) = v["flop"].as_u64() {
            products += 1;
            assert!(
                near(c.forward_flop, f),
                "{name}: {} FLOP, want {f}",
                c.forward_flop
            );
        }
    }
    assert_eq!((all, products), (131, 127));
}

/// One key of a default configuration changed at a time; figures made by building the class on PyTorch's meta device.
#[test]
fn variants_of_every_architecture() {
    let mut types = std::collections::BTreeSet::new();
    let (mut all, mut products) = (0, 0);
    for v in rows(include_str!("data/variants.jsonl")) {
        let name = v["name"].as_str().unwrap_or("");
        let c = count_config(&v["config"].to_string(), &options(&v))
            .unwrap_or_else(|e| panic!("{name}: {e:?}"));
        adds_up(name, &c);
        assert_eq!(
            c.parameters,
            u128::from(v["parameters"].as_u64().expect("a number")),
            "{name}: parameters"
        );
        if let Some(f) = v["flop"].as_u64().filter(|&f| f > 0) {
            products += 1;
            assert!(
                near(c.forward_flop, f),
                "{name}: {} FLOP, want {f}",
                c.forward_flop
            );
        }
        types.insert(v["config"]["model_type"].as_str().unwrap_or("").to_string());
        all += 1;
    }
    assert!(
        all > 2500 && products > 2000 && types.len() > 150,
        "{all} rows, {products} with FLOP, {} types",
        types.len()
    );
}

#[test]
fn custom_code_types_have_their_published_totals() {
    // Totals as their publishers and weights give them; transformers has no class for these.
    let want = [
        ("chatglm3-6b", 6_243_584_000u128),
        ("internlm2-7b", 7_737_708_544),
        ("baichuan2-7b", 7_505_973_248),
        ("qwen-7b", 7_721_324_544),
    ];
    for (name, parameters) in want {
        let v = rows(include_str!("data/truth.jsonl"))
            .find(|v| v["name"] == name)
            .expect("a row");
        let c = count_config(&v["config"].to_string(), &CountOptions::default()).expect("counts");
        assert_eq!(c.parameters, parameters, "{name}");
    }
    let typed = [
        (
            r#"{"model_type":"minicpm","hidden_size":2304,"intermediate_size":5760,"num_hidden_layers":40,"num_attention_heads":36,"num_key_value_heads":36,"vocab_size":122753}"#,
            None,
            2_724_880_896u128,
        ),
        (
            r#"{"model_type":"deepseek","hidden_size":2048,"intermediate_size":10944,"moe_intermediate_size":1408,"num_hidden_layers":28,"num_attention_heads":16,"num_key_value_heads":16,"n_routed_experts":64,"n_shared_experts":2,"num_experts_per_tok":6,"first_k_dense_replace":1,"moe_layer_freq":1,"vocab_size":102400}"#,
            None,
            16_375_728_128,
        ),
        // InternViT-300M inside InternVL.
        (
            r#"{"model_type":"internvl_chat","vision_config":{"hidden_size":1024,"num_attention_heads":16,"num_hidden_layers":24,"intermediate_size":4096,"image_size":448,"patch_size":14,"qkv_bias":true,"norm_type":"layer_norm"},"llm_config":{"model_type":"qwen2"}}"#,
            Some(Part::Vision),
            304_012_288,
        ),
    ];
    for (config, part, parameters) in typed {
        let o = CountOptions {
            part,
            ..CountOptions::default()
        };
        let c = count_config(config, &o).expect("counts");
        assert_eq!(c.parameters, parameters, "{config}");
        assert!(c.notes.iter().any(|n| n.code == "custom-code"), "{config}");
    }
}

/// A class whose name begins with a known architecture is not that architecture.
#[test]
fn a_longer_name_is_another_architecture() {
    let o = CountOptions {
        class: Some("Qwen3VisionV2ForConditionalGeneration".into()),
        ..CountOptions::default()
    };
    let e = count_config(r#"{"model_type":"qwen3_vision_v2","hidden_size":64}"#, &o)
        .expect_err("no such architecture");
    assert_eq!(e.code, "unknown-model-type");
}

/// Totals that differ from the class of transformers, which stores or runs what the published model does not.
#[test]
fn longcat_has_its_published_total() {
    // Meituan's report: 560 billion in all, 27 billion at work on average.
    let c = count_config(
        r#"{"model_type":"longcat_flash"}"#,
        &CountOptions::default(),
    )
    .expect("counts");
    assert_eq!(c.parameters, 560_664_958_976);
    assert!((26.0e9..28.0e9).contains(&(c.active_parameters as f64 - 131_072.0 * 6144.0)));
    assert!(c.notes.iter().any(|n| n.code == "zero-experts"));
}
