//! Packed and block-quantized weights, buffers and tied tables: what is a parameter.
#![allow(clippy::unwrap_used, clippy::panic)] // A helper of a test may fail it.

use compute_layers::CountOptions;
use compute_weights::{NamedHeader, WeightsCount, count_bytes, count_weights};

mod write;
use write::safetensors;

fn count(tensors: &[(&str, &str, &[u64])], config: Option<&str>) -> WeightsCount {
    let bytes = safetensors(tensors);
    let counted = count_bytes(
        &bytes,
        "model.safetensors",
        config,
        &CountOptions::default(),
    )
    .unwrap_or_else(|e| panic!("{e:?}"));
    let sum: u128 = counted.count.groups.iter().map(|g| g.parameters).sum();
    assert_eq!(sum, counted.count.parameters, "groups add up");
    counted
}

#[track_caller]
fn parameters(tensors: &[(&str, &str, &[u64])], config: Option<&str>, expected: u128) {
    assert_eq!(count(tensors, config).count.parameters, expected);
}

const GPTQ: &[(&str, &str, &[u64])] = &[
    ("q.qweight", "I32", &[512, 4096]),
    ("q.qzeros", "I32", &[32, 512]),
    ("q.scales", "F16", &[32, 4096]),
    ("q.g_idx", "I32", &[4096]),
];

#[test]
fn gptq_words_hold_eight_weights() {
    parameters(GPTQ, None, 4096 * 4096);
    // 3 bits: 4096 x 3 / 32 rows of words.
    let three: &[(&str, &str, &[u64])] = &[
        ("q.qweight", "I32", &[384, 4096]),
        ("q.qzeros", "I32", &[32, 384]),
        ("q.scales", "F16", &[32, 4096]),
        ("q.g_idx", "I32", &[4096]),
    ];
    parameters(three, None, 4096 * 4096);
    parameters(
        three,
        Some(r#"{"quantization_config": {"quant_method": "gptq", "bits": 3}}"#),
        4096 * 4096,
    );
}

#[test]
fn awq_packs_the_outputs() {
    parameters(
        &[
            ("q.qweight", "I32", &[4096, 512]),
            ("q.qzeros", "I32", &[32, 512]),
            ("q.scales", "F16", &[32, 4096]),
        ],
        None,
        4096 * 4096,
    );
}

#[test]
fn bitsandbytes_bytes_hold_two() {
    parameters(
        &[
            ("a.weight", "U8", &[8_388_608, 1]),
            ("a.weight.absmax", "U8", &[262_144]),
            ("a.weight.nested_absmax", "F32", &[1024]),
            ("a.weight.nested_quant_map", "F32", &[256]),
            ("a.weight.quant_map", "F32", &[16]),
            ("a.weight.quant_state.bitsandbytes__nf4", "U8", &[99]),
        ],
        None,
        4096 * 4096,
    );
    parameters(
        &[
            ("a.weight", "I8", &[64, 32]),
            ("a.SCB", "F32", &[64]),
            ("a.weight_format", "U8", &[]),
        ],
        None,
        64 * 32,
    );
}

#[test]
fn mlx_words_hold_as_many_as_the_config_says() {
    // 8 bits in groups of 64: 1024 inputs are 256 words and 16 groups.
    let eight: &[(&str, &str, &[u64])] = &[
        ("m.weight", "U32", &[512, 256]),
        ("m.scales", "BF16", &[512, 16]),
        ("m.biases", "BF16", &[512, 16]),
        ("norm.weight", "BF16", &[1024]),
    ];
    let config = r#"{"quantization": {"bits": 8, "group_size": 64}}"#;
    parameters(eight, Some(config), 512 * 1024 + 1024);
    // Without the config the default group decides, and the count says so.
    let guessed = count(eight, None);
    assert_eq!(guessed.count.parameters, 512 * 1024 + 1024);
    assert!(
        guessed
            .count
            .notes
            .iter()
            .any(|n| n.code == "packing-assumed")
    );
    assert!(guessed.count.needs.iter().any(|n| n.name == "config.json"));
    // One module with its own width.
    let mixed =
        r#"{"quantization": {"bits": 8, "group_size": 64, "m": {"bits": 4, "group_size": 64}}}"#;
    parameters(eight, Some(mixed), 512 * 2048 + 1024);
}

/// The published header of an 8-bit model: BF16 9964787842 and U32 78613118976
/// elements. Shapes here are ours, the totals are its.
#[test]
fn a_whole_mlx_model_of_314_billion() {
    // 78613118976 words in rows of 1024; 4 x 1024 weights a row are 64 groups.
    let rows = 78_613_118_976 / 1024;
    let rest = 9_964_787_842 - 2 * rows * 64;
    let tensors: &[(&str, &str, &[u64])] = &[
        ("model.layers.0.mlp.weight", "U32", &[rows, 1024]),
        ("model.layers.0.mlp.scales", "BF16", &[rows, 64]),
        ("model.layers.0.mlp.biases", "BF16", &[rows, 64]),
        ("model.layers.0.norm.weight", "BF16", &[rest]),
    ];
    let counted = count(
        tensors,
        Some(r#"{"quantization": {"bits": 8, "group_size": 64}}"#),
    );
    assert_eq!(counted.count.parameters, 314_590_623_874);
    let stored = |dtype: &str| {
        counted
            .stored
            .iter()
            .find(|s| s.dtype == dtype)
            .map(|s| s.elements)
    };
    assert_eq!(stored("U32"), Some(78_613_118_976));
    assert_eq!(stored("BF16"), Some(9_964_787_842));
    // The default group tells the same without the config.
    assert_eq!(count(tensors, None).count.parameters, 314_590_623_874);
}

#[test]
fn compressed_tensors_words_and_bytes() {
    let words: &[(&str, &str, &[u64])] = &[
        ("e.weight_packed", "I32", &[2048, 896]),
        ("e.weight_scale", "BF16", &[2048, 224]),
        ("e.weight_shape", "I32", &[2]),
    ];
    let nested = r#"{"text_config": {"quantization_config": {"quant_method": "compressed-tensors",
        "config_groups": {"group_0": {"weights": {"num_bits": 4}}}}}}"#;
    parameters(words, Some(nested), 2048 * 7168);
    parameters(words, None, 2048 * 7168);
    let eight =
        r#"{"quantization_config": {"config_groups": {"g": {"weights": {"num_bits": 8}}}}}"#;
    parameters(words, Some(eight), 2048 * 3584);
    parameters(
        &[
            ("e.weight_packed", "U8", &[256, 128]),
            ("e.weight_scale", "F8_E4M3", &[256, 16]),
            ("e.weight_global_scale", "F32", &[1]),
        ],
        None,
        256 * 256,
    );
}

#[test]
fn mxfp4_and_nvfp4_blocks() {
    // gpt-oss: blocks of 16 bytes with a scale each; biases are parameters.
    parameters(
        &[
            ("mlp.experts.gate_up_proj_blocks", "U8", &[32, 5760, 90, 16]),
            ("mlp.experts.gate_up_proj_scales", "U8", &[32, 5760, 90]),
            ("mlp.experts.gate_up_proj_bias", "BF16", &[32, 5760]),
            ("mlp.experts.down_proj_blocks", "U8", &[32, 2880, 90, 16]),
            ("mlp.experts.down_proj_scales", "U8", &[32, 2880, 90]),
            ("mlp.experts.down_proj_bias", "BF16", &[32, 2880]),
        ],
        None,
        19_116_933_120 / 24,
    );
    parameters(
        &[
            ("w.weight", "U8", &[256, 128]),
            ("w.weight_scale", "F8_E4M3", &[256, 16]),
            ("w.weight_scale_2", "F32", &[]),
            ("w.input_scale", "F32", &[]),
        ],
        None,
        256 * 256,
    );
}

#[test]
fn fp8_scales_are_none() {
    parameters(
        &[
            ("w.weight", "F8_E4M3", &[2048, 7168]),
            ("w.weight_scale_inv", "F32", &[16, 56]),
            ("w.input_scale", "F32", &[]),
        ],
        None,
        2048 * 7168,
    );
}

#[test]
fn buffers_are_none() {
    // GPT-2's file: twelve masks of 1024 x 1024, and a bias that is no mask.
    let counted = count(
        &[
            ("h.0.attn.bias", "F32", &[1, 1, 1024, 1024]),
            ("h.0.attn.masked_bias", "F32", &[]),
            ("h.0.attn.c_attn.bias", "F32", &[2304]),
            ("h.0.rotary.inv_freq", "F32", &[32]),
            ("bn.running_mean", "F32", &[10]),
            ("bn.running_var", "F32", &[10]),
            ("bn.num_batches_tracked", "I64", &[]),
            ("bn.weight", "F32", &[10]),
            ("embeddings.position_ids", "I64", &[1, 512]),
        ],
        None,
    );
    assert_eq!(counted.count.parameters, 2304 + 10);
    assert!(
        counted
            .count
            .notes
            .iter()
            .any(|n| n.code == "buffers-left-out")
    );
}

#[test]
fn a_tied_table_stored_twice_counts_once() {
    let twice: &[(&str, &str, &[u64])] = &[
        ("model.embed_tokens.weight", "BF16", &[151_936, 1024]),
        ("lm_head.weight", "BF16", &[151_936, 1024]),
        ("model.norm.weight", "BF16", &[1024]),
    ];
    let table = 151_936 * 1024;
    parameters(
        twice,
        Some(r#"{"tie_word_embeddings": true}"#),
        table + 1024,
    );
    parameters(
        twice,
        Some(r#"{"tie_word_embeddings": false}"#),
        2 * table + 1024,
    );
    parameters(twice, None, 2 * table + 1024);
}

#[test]
fn integers_of_no_known_packing_are_named() {
    let counted = count(
        &[("x.codes", "I16", &[4, 4]), ("x.weight", "F16", &[4])],
        None,
    );
    assert_eq!(counted.count.unknown.len(), 1);
    assert!(counted.count.unknown[0].matters);
    assert_eq!(counted.count.unknown[0].what, "x.codes (I16)");
}

#[test]
fn an_adapter_says_so() {
    let counted = count(
        &[
            (
                "base_model.model.layers.0.q_proj.lora_A.weight",
                "F32",
                &[8, 64],
            ),
            (
                "base_model.model.layers.0.q_proj.lora_B.weight",
                "F32",
                &[64, 8],
            ),
        ],
        None,
    );
    assert_eq!(counted.count.parameters, 1024);
    assert!(counted.count.notes.iter().any(|n| n.code == "adapter-only"));
}

/// The balance bias is stored and counted, but no gradient trains it.
#[test]
fn balance_biases_are_not_trained() {
    let counted = count(
        &[
            ("model.layers.3.mlp.gate.weight", "BF16", &[256, 7168]),
            (
                "model.layers.3.mlp.gate.e_score_correction_bias",
                "F32",
                &[256],
            ),
        ],
        None,
    );
    assert_eq!(counted.count.parameters, 256 * 7168 + 256);
    assert_eq!(counted.count.trainable_parameters, 256 * 7168);
}

/// Architecture, head count and experts from names and shapes alone.
#[test]
fn names_tell_the_architecture() {
    let tiny: &[(&str, &str, &[u64])] = &[
        ("model.embed_tokens.weight", "F32", &[100, 32]),
        ("model.layers.0.self_attn.q_proj.weight", "F32", &[64, 32]),
        ("model.layers.0.self_attn.k_proj.weight", "F32", &[32, 32]),
        ("model.layers.0.self_attn.v_proj.weight", "F32", &[32, 32]),
        ("model.layers.0.self_attn.o_proj.weight", "F32", &[32, 64]),
        ("model.layers.0.self_attn.q_norm.weight", "F32", &[16]),
        ("model.layers.0.self_attn.k_norm.weight", "F32", &[16]),
        ("model.layers.0.mlp.gate.weight", "F32", &[4, 32]),
        (
            "model.layers.0.mlp.experts.3.gate_proj.weight",
            "F32",
            &[48, 32],
        ),
        (
            "model.layers.0.mlp.experts.3.up_proj.weight",
            "F32",
            &[48, 32],
        ),
        (
            "model.layers.0.mlp.experts.3.down_proj.weight",
            "F32",
            &[32, 48],
        ),
        ("model.layers.1.input_layernorm.weight", "F32", &[32]),
        ("model.norm.weight", "F32", &[32]),
    ];
    let open = count(tiny, None);
    assert_eq!(open.config, None, "experts used are not in the weights");
    assert!(
        open.count
            .needs
            .iter()
            .any(|n| n.name == "num_experts_per_tok")
    );
    let mut options = CountOptions::default();
    options
        .inputs
        .insert("num_experts_per_tok".to_owned(), vec![2]);
    let told = count_bytes(&safetensors(tiny), "", None, &options).unwrap();
    let config: serde_json::Value = serde_json::from_str(&told.config.unwrap()).unwrap();
    assert_eq!(
        config,
        serde_json::json!({"model_type": "qwen3_moe", "architectures": ["Qwen3MoeForCausalLM"],
            "hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 4, "num_key_value_heads": 2,
            "head_dim": 16, "vocab_size": 100, "tie_word_embeddings": true, "num_experts": 4,
            "num_experts_per_tok": 2, "moe_intermediate_size": 48, "norm_topk_prob": true})
    );
    // Half of the experts' parameters idle.
    assert_eq!(
        told.count.parameters - told.count.active_parameters,
        3 * 48 * 32 / 2
    );
}

/// The hyper-parameters that DeepSeek-V3's file carries.
#[test]
fn metadata_tells_the_architecture() {
    let numbers: &[(&str, u32)] = &[
        ("deepseek2.block_count", 61),
        ("deepseek2.embedding_length", 7168),
        ("deepseek2.feed_forward_length", 18432),
        ("deepseek2.attention.head_count", 128),
        ("deepseek2.attention.head_count_kv", 1),
        ("deepseek2.attention.key_length", 576),
        ("deepseek2.attention.key_length_mla", 192),
        ("deepseek2.attention.value_length_mla", 128),
        ("deepseek2.attention.q_lora_rank", 1536),
        ("deepseek2.attention.kv_lora_rank", 512),
        ("deepseek2.rope.dimension_count", 64),
        ("deepseek2.leading_dense_block_count", 3),
        ("deepseek2.vocab_size", 129_280),
        ("deepseek2.expert_count", 256),
        ("deepseek2.expert_used_count", 8),
        ("deepseek2.expert_shared_count", 1),
        ("deepseek2.expert_feed_forward_length", 2048),
    ];
    let bytes = write::gguf_numbers(
        &[
            ("general.architecture", "deepseek2"),
            ("general.name", "a name"),
        ],
        numbers,
        &[
            ("token_embd.weight", &[7168, 129_280], 1),
            ("output.weight", &[7168, 129_280], 1),
        ],
    );
    let told = count_bytes(&bytes, "", None, &CountOptions::default()).unwrap();
    assert_eq!(told.count.name, "a name");
    let config: serde_json::Value = serde_json::from_str(&told.config.unwrap()).unwrap();
    assert_eq!(
        config,
        serde_json::json!({"model_type": "deepseek_v3", "architectures": ["DeepseekV3ForCausalLM"],
            "vocab_size": 129_280, "hidden_size": 7168, "num_hidden_layers": 61, "num_attention_heads": 128,
            "num_key_value_heads": 128, "q_lora_rank": 1536, "kv_lora_rank": 512, "qk_rope_head_dim": 64,
            "qk_nope_head_dim": 128, "v_head_dim": 128, "intermediate_size": 18432, "first_k_dense_replace": 3,
            "moe_intermediate_size": 2048, "n_routed_experts": 256, "n_shared_experts": 1,
            "num_experts_per_tok": 8, "tie_word_embeddings": false})
    );
}

#[test]
fn mixed_formats_and_nothing_are_refused() {
    assert_eq!(
        count_weights(&[], None, &CountOptions::default())
            .unwrap_err()
            .code,
        "nothing-to-count"
    );
    let files: Vec<NamedHeader> = [
        ("a.safetensors", safetensors(&[("x.weight", "F32", &[2])])),
        (
            "a.gguf",
            write::gguf(
                3,
                false,
                &[("general.architecture", "llama")],
                &[("x", &[32], 0)],
            ),
        ),
    ]
    .into_iter()
    .map(|(name, bytes)| write::header(name, &bytes))
    .collect();
    assert_eq!(
        count_weights(&files, None, &CountOptions::default())
            .unwrap_err()
            .code,
        "mixed-formats"
    );
}
