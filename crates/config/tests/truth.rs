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
        all > 5000 && products > 4500 && types.len() > 290,
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
        // Phi-3-vision, Phi-3-small, MiniCPM-V 2.6: totals of their safetensors.
        (
            r#"{"model_type":"phi3_v","architectures":["Phi3VForCausalLM"],"hidden_size":3072,"intermediate_size":8192,"num_hidden_layers":32,"num_attention_heads":32,"num_key_value_heads":32,"vocab_size":32064}"#,
            None,
            4_146_621_440,
        ),
        (
            r#"{"model_type":"phi3small","hidden_size":4096,"ff_intermediate_size":14336,"num_hidden_layers":32,"num_attention_heads":32,"num_key_value_heads":8,"vocab_size":100352}"#,
            None,
            7_392_272_384,
        ),
        (
            r#"{"model_type":"minicpmv","architectures":["MiniCPMV"],"hidden_size":3584,"intermediate_size":18944,"num_hidden_layers":28,"num_attention_heads":28,"num_key_value_heads":4,"vocab_size":151666,"query_num":64,"tie_word_embeddings":false,"vision_config":{"hidden_size":1152,"image_size":980,"intermediate_size":4304,"model_type":"siglip","num_attention_heads":16,"num_hidden_layers":27,"patch_size":14}}"#,
            None,
            8_099_175_152,
        ),
        // Ling-mini 2.0: its safetensors hold 16255643392, with a balance bias of 256 in 19 layers.
        (
            r#"{"model_type":"bailing_moe_v2","num_hidden_layers":20,"hidden_size":2048,"intermediate_size":5120,"num_attention_heads":16,"num_key_value_heads":4,"num_experts":256,"num_experts_per_tok":8,"num_shared_experts":1,"moe_intermediate_size":512,"first_k_dense_replace":1,"head_dim":128,"vocab_size":157184,"use_qk_norm":true}"#,
            None,
            16_255_638_528,
        ),
        // OLMo-7B before its conversion; gte-large-en v1.5 under the name of its own code.
        (
            r#"{"model_type":"hf_olmo","d_model":4096,"n_layers":32,"n_heads":32,"mlp_hidden_size":22016,"vocab_size":50280,"embedding_size":50304,"weight_tying":false,"layer_norm_with_affine":false}"#,
            None,
            6_888_095_744,
        ),
        // LLaDA-8B.
        (
            r#"{"model_type":"llada","d_model":4096,"n_layers":32,"n_heads":32,"n_kv_heads":32,"mlp_hidden_size":12288,"vocab_size":126464,"embedding_size":126464,"weight_tying":false}"#,
            None,
            8_015_581_184,
        ),
        // OpenELM.
        (
            r#"{"model_type":"openelm","architectures":["OpenELMForCausalLM"],"model_dim":1280,"num_transformer_layers":16,"head_dim":64,"num_query_heads":[12,12,12,12,12,16,16,16,16,16,16,16,20,20,20,20],"num_kv_heads":[3,3,3,3,3,4,4,4,4,4,4,4,5,5,5,5],"ffn_multipliers":[0.5,0.73,0.97,1.2,1.43,1.67,1.9,2.13,2.37,2.6,2.83,3.07,3.3,3.53,3.77,4.0],"ffn_dim_divisor":256,"vocab_size":32000,"normalize_qk_projections":true,"ffn_with_glu":true,"share_input_output_layers":true,"max_context_length":2048}"#,
            None,
            271_527_168,
        ),
        (
            r#"{"model_type":"openelm","architectures":["OpenELMForCausalLM"],"model_dim":2048,"num_transformer_layers":28,"head_dim":64,"num_query_heads":[16,16,16,20,20,20,20,20,20,20,24,24,24,24,24,24,24,24,28,28,28,28,28,28,32,32,32,32],"num_kv_heads":[4,4,4,5,5,5,5,5,5,5,6,6,6,6,6,6,6,6,7,7,7,7,7,7,8,8,8,8],"ffn_multipliers":[0.5,0.63,0.76,0.89,1.02,1.15,1.28,1.41,1.54,1.67,1.8,1.93,2.06,2.19,2.31,2.44,2.57,2.7,2.83,2.96,3.09,3.22,3.35,3.48,3.61,3.74,3.87,4.0],"ffn_dim_divisor":256,"vocab_size":32000,"normalize_qk_projections":true,"ffn_with_glu":true,"share_input_output_layers":true,"max_context_length":2048}"#,
            None,
            1_079_891_456,
        ),
        (
            r#"{"model_type":"openelm","architectures":["OpenELMForCausalLM"],"model_dim":3072,"num_transformer_layers":36,"head_dim":128,"num_query_heads":[12,12,12,12,16,16,16,16,16,16,16,16,16,16,16,16,16,16,20,20,20,20,20,20,20,20,20,20,20,20,24,24,24,24,24,24],"num_kv_heads":[3,3,3,3,4,4,4,4,4,4,4,4,4,4,4,4,4,4,5,5,5,5,5,5,5,5,5,5,5,5,6,6,6,6,6,6],"ffn_multipliers":[0.5,0.6,0.7,0.8,0.9,1.0,1.1,1.2,1.3,1.4,1.5,1.6,1.7,1.8,1.9,2.0,2.1,2.2,2.3,2.4,2.5,2.6,2.7,2.8,2.9,3.0,3.1,3.2,3.3,3.4,3.5,3.6,3.7,3.8,3.9,4.0],"ffn_dim_divisor":256,"vocab_size":32000,"normalize_qk_projections":true,"ffn_with_glu":true,"share_input_output_layers":true,"max_context_length":2048}"#,
            None,
            3_036_647_424,
        ),
        // LLaVA 1.5 as its authors publish it: llava-1.5-7b-hf has 7063427072, with 64 more words in two tables.
        (
            r#"{"model_type":"llava_llama","architectures":["LlavaLlamaForCausalLM"],"hidden_size":4096,"intermediate_size":11008,"num_hidden_layers":32,"num_attention_heads":32,"vocab_size":32000,"mm_vision_tower":"openai/clip-vit-large-patch14-336","mm_projector_type":"mlp2x_gelu"}"#,
            None,
            7_062_902_784,
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

/// A file that keeps the language model's sizes at the top is not counted by the type's defaults.
#[test]
fn flat_files_are_read_where_their_sizes_stand() {
    let llava = |tower: &str| {
        let config = format!(
            r#"{{"model_type":"llava","architectures":["LlavaLlamaForCausalLM"],"hidden_size":5120,"intermediate_size":13824,"num_hidden_layers":40,"num_attention_heads":40,"vocab_size":32000,"mm_vision_tower":"{tower}","mm_projector_type":"mlp2x_gelu"}}"#
        );
        count_config(&config, &CountOptions::default())
    };
    // Llama-13B, CLIP ViT-L/14 at 336, two matrices of 1024 and 5120 to 5120.
    let whole = 13_015_864_320 + 303_507_456 + (1024 + 1) * 5120 + (5120 + 1) * 5120;
    let c = llava("openai/clip-vit-large-patch14-336").expect("counts");
    assert_eq!(c.parameters, whole);
    let e = llava("somebody/tower-of-their-own").expect_err("sizes elsewhere");
    assert_eq!(e.code, "tower-elsewhere");
}

/// Types whose publishers write other names, or other code under the name of a known type.
#[test]
fn published_files_under_other_names() {
    let count = |config: &str| count_config(config, &CountOptions::default()).expect("counts");
    let noted = |c: &Count, code: &str| c.notes.iter().any(|n| n.code == code);
    // nomic-embed-text v1.5, and the same twice as wide: the names are GPT-2's.
    let nomic = |d: u64, layers: u64| {
        count(&format!(
            r#"{{"model_type":"nomic_bert","architectures":["NomicBertModel"],"n_embd":{d},"n_head":12,"n_inner":{},"n_layer":{layers},"vocab_size":30528,"type_vocab_size":2}}"#,
            4 * d
        ))
    };
    assert_eq!(nomic(768, 12).parameters, 136_731_648);
    assert!(nomic(1536, 24).parameters > 4 * 136_731_648);
    let c = count(
        r#"{"model_type":"new","architectures":["NewModel"],"hidden_size":1024,"num_hidden_layers":24,"num_attention_heads":16,"intermediate_size":4096,"vocab_size":30528,"type_vocab_size":2,"position_embedding_type":"rope"}"#,
    );
    assert_eq!(c.parameters, 434_139_136);
    // jina-embeddings v2 base: BERT by name, without positions and with gates by code.
    let c = count(
        r#"{"model_type":"bert","architectures":["JinaBertModel"],"auto_map":{"AutoModel":"modeling_bert.JinaBertModel"},"hidden_size":768,"num_hidden_layers":12,"num_attention_heads":12,"intermediate_size":3072,"vocab_size":30528,"type_vocab_size":2,"max_position_embeddings":8192,"position_embedding_type":"alibi","feed_forward_type":"geglu"}"#,
    );
    assert_eq!(c.parameters, 137_368_320);
    assert!(noted(&c, "custom-code"));
    // Sizes under names that the type does not have are not passed over in silence.
    let c = count(r#"{"model_type":"bert","width":1024,"depth":24,"heads":16,"ffn":4096}"#);
    assert!(noted(&c, "sizes-by-default"));
}

/// Layers of DeciLM, one by one: parts left out cost nothing, made linear they cost a square.
#[test]
fn nemotron_of_chosen_layers() {
    let config = r#"{"model_type":"nemotron-nas","hidden_size":64,"num_attention_heads":8,"num_hidden_layers":3,"vocab_size":100,
        "block_configs":[{"attention":{"n_heads_in_group":4},"ffn":{"ffn_mult":4.0}},
        {"attention":{"no_op":true},"ffn":{"replace_with_linear":true}},
        {"attention":{"replace_with_linear":true},"ffn":{"no_op":true}}]}"#;
    let c = count_config(config, &CountOptions::default()).expect("counts");
    // Inner width: 2 x 4 x 64 / 3 = 170, rounded up to 256.
    let first = 64 * (64 + 2 * 16) + 64 * 64 + 3 * 64 * 256 + 2 * 64;
    assert_eq!(c.parameters, first + 2 * (64 * 64 + 64) + 2 * 100 * 64 + 64);
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
