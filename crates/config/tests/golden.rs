//! Totals that whole architectures must give to the last digit: sections 10 and 11 of the reference on counting, and the
//! tiny models counted there with a dispatcher.
// Helpers of tests stop a test as the tests themselves do.
#![allow(clippy::panic)]

use compute_config::count_config;
use compute_layers::{Count, CountOptions};

fn count(config: &str, tokens: u64) -> Count {
    count_config(
        config,
        &CountOptions {
            sequence_length: Some(tokens),
            ..CountOptions::default()
        },
    )
    .unwrap_or_else(|e| panic!("{config}: {e:?}"))
}

fn with(config: &str, class: &str, inputs: &[(&str, &[u64])]) -> Count {
    let mut o = CountOptions {
        class: Some(class.into()),
        ..CountOptions::default()
    };
    for (k, s) in inputs {
        o.inputs.insert((*k).into(), s.to_vec());
    }
    count_config(config, &o).unwrap_or_else(|e| panic!("{config}: {e:?}"))
}

fn total(config: &str) -> u128 {
    count(config, 8).parameters
}

/// V 100, d 32, two layers, four heads (two for keys and values where grouped), heads of 16, F 48, 8 tokens.
#[test]
fn tiny_models() {
    let c = count(
        r#"{"model_type":"qwen3","vocab_size":100,"hidden_size":32,"num_hidden_layers":2,"num_attention_heads":4,"num_key_value_heads":2,"head_dim":16,"intermediate_size":48,"tie_word_embeddings":false}"#,
        8,
    );
    assert_eq!((c.forward_flop, c.parameters), (428_032, 28_128));
    let c = count(
        r#"{"model_type":"gpt2","vocab_size":100,"n_embd":32,"n_layer":2,"n_head":4,"n_positions":16}"#,
        8,
    );
    assert_eq!((c.forward_flop, c.parameters), (460_800, 29_184));
    let c = count(
        r#"{"model_type":"mixtral","vocab_size":100,"hidden_size":32,"num_hidden_layers":2,"num_attention_heads":4,"num_key_value_heads":2,"head_dim":16,"intermediate_size":48,"num_local_experts":4,"num_experts_per_tok":2}"#,
        8,
    );
    assert_eq!(c.forward_flop, 579_584);
    let c = count(
        r#"{"model_type":"deepseek_v3","vocab_size":100,"hidden_size":32,"num_hidden_layers":1,"first_k_dense_replace":1,"num_attention_heads":4,"q_lora_rank":24,"kv_lora_rank":16,"qk_nope_head_dim":8,"qk_rope_head_dim":4,"v_head_dim":12,"intermediate_size":48}"#,
        8,
    );
    assert_eq!((c.forward_flop, c.parameters), (223_232, 16_520));
    let t5 = r#"{"model_type":"t5","vocab_size":100,"d_model":32,"d_kv":16,"d_ff":48,"num_layers":2,"num_heads":4,"tie_word_embeddings":true}"#;
    let c = with(
        t5,
        "T5ForConditionalGeneration",
        &[("input_ids", &[1, 8]), ("decoder_input_ids", &[1, 5])],
    );
    assert_eq!((c.forward_flop, c.parameters), (896_768, 65_280));
    let bert = r#"{"model_type":"bert","vocab_size":100,"hidden_size":32,"num_hidden_layers":2,"num_attention_heads":4,"intermediate_size":48}"#;
    assert_eq!(
        with(bert, "BertModel", &[("input_ids", &[1, 8])]).forward_flop,
        247_808
    );
    let albert = r#"{"model_type":"albert","vocab_size":100,"embedding_size":16,"hidden_size":32,"num_hidden_layers":5,"num_attention_heads":4,"intermediate_size":48,"max_position_embeddings":16}"#;
    let c = with(albert, "AlbertModel", &[("input_ids", &[1, 8])]);
    assert_eq!(c.forward_flop, 624_640);
    let vit = r#"{"model_type":"vit","image_size":32,"patch_size":8,"hidden_size":32,"num_hidden_layers":2,"num_attention_heads":4,"intermediate_size":48,"num_labels":10}"#;
    assert_eq!(
        with(
            vit,
            "ViTForImageClassification",
            &[("pixel_values", &[1, 3, 32, 32])]
        )
        .forward_flop,
        758_656
    );
    let whisper = r#"{"model_type":"whisper","vocab_size":100,"d_model":32,"num_mel_bins":8,"encoder_layers":2,"decoder_layers":2,"encoder_attention_heads":4,"decoder_attention_heads":4,"encoder_ffn_dim":48,"decoder_ffn_dim":48,"max_source_positions":20,"max_target_positions":16}"#;
    let c = with(
        whisper,
        "WhisperForConditionalGeneration",
        &[
            ("input_features", &[1, 8, 40]),
            ("decoder_input_ids", &[1, 6]),
        ],
    );
    assert_eq!(c.forward_flop, 1_323_520);
}

/// Section 10: keys left out take the family's default.
#[test]
fn config_traps() {
    let want: &[(&str, u128)] = &[
        (r#"{"model_type":"gpt2"}"#, 124_439_808),
        (
            r#"{"model_type":"gpt2","n_embd":1600,"n_layer":48,"n_head":25,"n_inner":null}"#,
            1_557_611_200,
        ),
        (r#"{"model_type":"llama"}"#, 6_738_415_616),
        (
            r#"{"model_type":"llama","hidden_size":8192,"intermediate_size":28672,"num_hidden_layers":80,"num_attention_heads":64,"num_key_value_heads":8}"#,
            68_976_648_192,
        ),
        (
            r#"{"model_type":"llama","vocab_size":128256,"hidden_size":16384,"intermediate_size":53248,"num_hidden_layers":126,"num_attention_heads":128,"num_key_value_heads":8}"#,
            405_853_388_800,
        ),
        (
            r#"{"model_type":"llama","vocab_size":128256,"hidden_size":2048,"intermediate_size":8192,"num_hidden_layers":16,"num_attention_heads":32,"num_key_value_heads":8,"head_dim":64,"tie_word_embeddings":true}"#,
            1_235_814_400,
        ),
        (
            r#"{"model_type":"qwen2","vocab_size":152064,"hidden_size":3584,"intermediate_size":18944,"num_hidden_layers":28,"num_attention_heads":28,"num_key_value_heads":4}"#,
            7_615_616_512,
        ),
        (
            r#"{"model_type":"qwen3","vocab_size":151936,"hidden_size":1024,"intermediate_size":3072,"num_hidden_layers":28,"num_attention_heads":16,"num_key_value_heads":8,"tie_word_embeddings":true}"#,
            596_049_920,
        ),
        (
            r#"{"model_type":"qwen3","vocab_size":151936,"hidden_size":2560,"intermediate_size":9728,"num_hidden_layers":36,"num_attention_heads":32,"num_key_value_heads":8,"tie_word_embeddings":true}"#,
            4_022_468_096,
        ),
        (r#"{"model_type":"gemma"}"#, 8_537_680_896),
        (
            r#"{"model_type":"gemma","hidden_size":2048,"intermediate_size":16384,"num_hidden_layers":18,"num_attention_heads":8,"num_key_value_heads":1}"#,
            2_506_172_416,
        ),
        (
            r#"{"model_type":"gemma","hidden_size":2048,"intermediate_size":16384,"num_hidden_layers":18,"num_attention_heads":8,"num_key_value_heads":1,"tie_word_embeddings":false}"#,
            3_030_460_416,
        ),
        (
            r#"{"model_type":"gemma2","hidden_size":3584,"intermediate_size":14336,"num_hidden_layers":42,"num_attention_heads":16,"num_key_value_heads":8}"#,
            9_241_705_984,
        ),
        (
            r#"{"model_type":"falcon","num_kv_heads":71}"#,
            6_921_720_704,
        ),
        (
            r#"{"model_type":"falcon","multi_query":false}"#,
            8_224_576_384,
        ),
        (
            r#"{"model_type":"falcon","hidden_size":8192,"num_hidden_layers":60,"num_attention_heads":128,"num_kv_heads":8,"new_decoder_architecture":true}"#,
            41_303_293_952,
        ),
        (
            r#"{"model_type":"falcon","hidden_size":14848,"num_hidden_layers":80,"num_attention_heads":232,"num_kv_heads":8,"new_decoder_architecture":true}"#,
            178_557_088_768,
        ),
        (
            r#"{"model_type":"mpt","d_model":4096,"n_layers":32,"n_heads":32,"vocab_size":50432,"expansion_ratio":4}"#,
            6_649_286_656,
        ),
        (
            r#"{"model_type":"bloom","n_embed":1024,"n_layer":24,"num_attention_heads":16,"vocab_size":250880}"#,
            559_214_592,
        ),
        (
            r#"{"model_type":"opt","hidden_size":1024,"num_hidden_layers":24,"ffn_dim":4096,"num_attention_heads":16,"word_embed_proj_dim":512,"do_layer_norm_before":false}"#,
            331_196_416,
        ),
        (r#"{"model_type":"phi3"}"#, 3_821_079_552),
        (r#"{"model_type":"t5"}"#, 60_506_624),
        (
            r#"{"model_type":"t5","d_model":1024,"d_kv":128,"d_ff":65536,"num_layers":24,"num_heads":128}"#,
            11_307_321_344,
        ),
        (r#"{"model_type":"whisper"}"#, 37_760_640),
        (
            r#"{"model_type":"whisper","vocab_size":51866,"num_mel_bins":128,"d_model":1280,"encoder_layers":32,"decoder_layers":32,"encoder_attention_heads":20,"decoder_attention_heads":20,"encoder_ffn_dim":5120,"decoder_ffn_dim":5120}"#,
            1_543_490_560,
        ),
        (r#"{"model_type":"mixtral"}"#, 46_702_792_704),
        (r#"{"model_type":"qwen2_moe"}"#, 14_315_784_192),
        (
            r#"{"model_type":"qwen3_moe","num_hidden_layers":48,"head_dim":128}"#,
            30_532_122_624,
        ),
        (r#"{"model_type":"jamba"}"#, 51_570_323_328),
        (r#"{"model_type":"deepseek_v3"}"#, 671_026_404_352),
        (
            r#"{"model_type":"mamba","num_hidden_layers":24}"#,
            129_135_360,
        ),
        (
            r#"{"model_type":"llama","vocab_size":128256,"hidden_size":4096,"intermediate_size":14336,"num_hidden_layers":32,"num_attention_heads":32,"num_key_value_heads":8}"#,
            8_030_261_248,
        ),
        (
            r#"{"model_type":"llama","vocab_size":128256,"hidden_size":8192,"intermediate_size":28672,"num_hidden_layers":80,"num_attention_heads":64,"num_key_value_heads":8}"#,
            70_553_706_496,
        ),
    ];
    for (config, parameters) in want {
        assert_eq!(total(config), *parameters, "{config}");
    }
    let bare = |config: &str, class: &str, inputs: &[(&str, &[u64])]| {
        with(config, class, inputs).parameters
    };
    assert_eq!(
        bare(r#"{"model_type":"bert"}"#, "BertModel", &[]),
        109_482_240
    );
    assert_eq!(
        bare(
            r#"{"model_type":"albert","hidden_size":768,"intermediate_size":3072,"num_attention_heads":12}"#,
            "AlbertModel",
            &[]
        ),
        11_683_584
    );
    assert_eq!(
        bare(r#"{"model_type":"albert"}"#, "AlbertModel", &[]),
        222_595_584
    );
    let vit = with(
        r#"{"model_type":"vit","num_labels":1000}"#,
        "ViTForImageClassification",
        &[("pixel_values", &[1, 3, 224, 224])],
    );
    assert_eq!(
        (vit.parameters, vit.forward_flop),
        (86_567_656, 35_127_656_448)
    );
    let encoder = with(
        r#"{"model_type":"whisper"}"#,
        "WhisperEncoder",
        &[("input_features", &[1, 80, 3000])],
    );
    assert_eq!(encoder.forward_flop, 36_937_728_000);
}

const MIXTURES: &[(&str, &str, u128, u128, u128)] = &[
    (
        "Mixtral-8x7B",
        r#"{"model_type":"mixtral"}"#,
        46_702_792_704,
        12_879_925_248,
        12_748_853_248,
    ),
    (
        "Mixtral-8x22B",
        r#"{"model_type":"mixtral","vocab_size":32768,"hidden_size":6144,"intermediate_size":16384,"num_hidden_layers":56,"num_attention_heads":48,"num_key_value_heads":8}"#,
        140_630_071_296,
        39_161_468_928,
        38_960_142_336,
    ),
    (
        "DBRX",
        r#"{"model_type":"dbrx","d_model":6144,"n_heads":48,"n_layers":40,"vocab_size":100352,"attn_config":{"kv_n_heads":8},"ffn_config":{"ffn_hidden_size":10752,"moe_num_experts":16,"moe_top_k":4}}"#,
        131_596_523_520,
        36_469_708_800,
        35_853_146_112,
    ),
    (
        "Jamba v0.1",
        r#"{"model_type":"jamba"}"#,
        51_570_323_328,
        12_110_311_296,
        11_841_875_840,
    ),
    (
        "Qwen1.5-MoE",
        r#"{"model_type":"qwen2_moe"}"#,
        14_315_784_192,
        2_689_173_504,
        2_378_008_576,
    ),
    (
        "Qwen2-57B-A14B",
        r#"{"model_type":"qwen2_moe","vocab_size":151936,"hidden_size":3584,"num_hidden_layers":28,"num_attention_heads":28,"num_key_value_heads":4,"moe_intermediate_size":2560,"shared_expert_intermediate_size":20480,"num_experts":64,"num_experts_per_tok":8}"#,
        57_408_658_944,
        14_249_270_784,
        13_704_732_160,
    ),
    (
        "Qwen3-30B-A3B",
        r#"{"model_type":"qwen3_moe","num_hidden_layers":48,"head_dim":128}"#,
        30_532_122_624,
        3_353_032_704,
        3_041_867_776,
    ),
    (
        "Qwen3-235B-A22B",
        r#"{"model_type":"qwen3_moe","hidden_size":4096,"num_hidden_layers":94,"num_attention_heads":64,"num_key_value_heads":4,"head_dim":128,"moe_intermediate_size":1536}"#,
        235_093_634_560,
        22_190_763_520,
        21_568_433_664,
    ),
    (
        "DeepSeek-V2-Lite",
        r#"{"model_type":"deepseek_v2","vocab_size":102400,"hidden_size":2048,"num_hidden_layers":27,"num_attention_heads":16,"q_lora_rank":null,"kv_lora_rank":512,"qk_nope_head_dim":128,"qk_rope_head_dim":64,"v_head_dim":128,"intermediate_size":10944,"moe_intermediate_size":1408,"n_routed_experts":64,"n_shared_experts":2,"num_experts_per_tok":6,"first_k_dense_replace":1}"#,
        15_706_484_224,
        2_661_150_208,
        2_451_435_008,
    ),
    (
        "DeepSeek-V2",
        r#"{"model_type":"deepseek_v2","vocab_size":102400,"hidden_size":5120,"num_hidden_layers":60,"num_attention_heads":128,"q_lora_rank":1536,"kv_lora_rank":512,"qk_nope_head_dim":128,"qk_rope_head_dim":64,"v_head_dim":128,"intermediate_size":12288,"moe_intermediate_size":1536,"n_routed_experts":160,"n_shared_experts":2,"num_experts_per_tok":6,"first_k_dense_replace":1}"#,
        235_741_434_880,
        21_375_800_320,
        20_851_512_320,
    ),
    (
        "DeepSeek-V3",
        r#"{"model_type":"deepseek_v3"}"#,
        671_026_404_352,
        37_552_282_624,
        36_625_603_584,
    ),
    (
        "Kimi K2",
        r#"{"model_type":"kimi_k2","vocab_size":163840,"hidden_size":7168,"num_hidden_layers":61,"num_attention_heads":64,"intermediate_size":18432,"moe_intermediate_size":2048,"n_routed_experts":384,"n_shared_experts":1,"num_experts_per_tok":8,"first_k_dense_replace":1}"#,
        1_026_408_209_408,
        32_861_477_888,
        31_687_072_768,
    ),
    (
        "gpt-oss-20b",
        r#"{"model_type":"gpt_oss","num_hidden_layers":24,"num_local_experts":32}"#,
        20_914_757_184,
        4_187_440_704,
        3_608_307_264,
    ),
    (
        "gpt-oss-120b",
        r#"{"model_type":"gpt_oss"}"#,
        116_829_156_672,
        5_711_982_912,
        5_132_849_472,
    ),
    (
        "Llama 4 Scout, text",
        r#"{"model_type":"llama4_text"}"#,
        107_769_861_120,
        17_172_894_720,
        16_138_408_960,
    ),
    (
        "Llama 4 Maverick, text",
        r#"{"model_type":"llama4_text","num_local_experts":128,"interleave_moe_layer_step":2}"#,
        400_711_848_960,
        17_184_691_200,
        16_150_205_440,
    ),
    (
        "OLMoE",
        r#"{"model_type":"olmoe","intermediate_size":1024}"#,
        6_919_161_856,
        1_282_017_280,
        1_178_994_688,
    ),
    (
        "Phi-3.5-MoE",
        r#"{"model_type":"phimoe","num_key_value_heads":8,"attention_bias":true,"lm_head_bias":true}"#,
        41_873_153_344,
        6_640_999_744,
        6_509_665_600,
    ),
];

/// Section 11: total, active with the input table, and without it.
#[test]
fn mixtures_total_and_active() {
    for (name, config, total, with_table, without) in MIXTURES {
        let c = count(config, 8);
        let got = (
            c.parameters,
            c.active_parameters,
            c.active_parameters - c.input_embedding_parameters,
        );
        assert_eq!(got, (*total, *with_table, *without), "{name}");
    }
}

/// Figures that other projects print: torchtitan's FLOP per token for Qwen3-30B-A3B at 8192 tokens, MaxText's attention for
/// Llama-2-7B with and without the mask.
#[test]
fn printed_elsewhere() {
    let c = count(
        r#"{"model_type":"qwen3_moe","num_hidden_layers":48,"head_dim":128}"#,
        8192,
    );
    // Half of full attention, as that project counts a masked square, and none of the norms' element-wise work.
    let core: u128 = c
        .groups
        .iter()
        .filter(|g| g.kind == "attention core")
        .map(|g| g.forward_flop)
        .sum();
    let products = c.forward_flop - core;
    assert_eq!(core * 3 / 8192, 6 * 48 * 32 * 2 * 128 * 8192);
    let active = c.active_parameters - c.input_embedding_parameters;
    // Products of weights: 2 per active weight and token; the norms are no products.
    let norms: u128 = 48 * (2 * 2048 + 2 * 128) + 2048;
    assert_eq!(products / 8192, 2 * (active - norms));
    let c = count_config(
        r#"{"model_type":"llama"}"#,
        &CountOptions {
            sequence_length: Some(8192),
            batch: Some(4),
            ..CountOptions::default()
        },
    );
    let c = c.expect("counts");
    let core: u128 = c
        .groups
        .iter()
        .filter(|g| g.kind == "attention core")
        .map(|g| g.forward_flop)
        .sum();
    assert_eq!(core * 3, 12 * 32 * 8192 * 8192 * 4096 * 4);
    assert_eq!(
        c.forward_flop - c.forward_flop_causal,
        core - core * 8193 / 16384
    );
}

/// Sliding windows and chunks by exact pairs.
#[test]
fn windows_are_exact() {
    let flat = |w: &str| {
        format!(
            r#"{{"model_type":"mistral","num_hidden_layers":1,"num_attention_heads":1,"num_key_value_heads":1,"hidden_size":8,"head_dim":1,"sliding_window":{w}}}"#
        )
    };
    let masked = |w: &str| {
        let c = count(&flat(w), 8);
        let full: u128 = c
            .groups
            .iter()
            .filter(|g| g.kind == "attention core")
            .map(|g| g.forward_flop)
            .sum();
        full - (c.forward_flop - c.forward_flop_causal)
    };
    assert_eq!((masked("null"), masked("3")), (4 * 36, 4 * 21));
    let chunked = r#"{"model_type":"llama4_text","num_hidden_layers":1,"num_attention_heads":1,"num_key_value_heads":1,"hidden_size":8,"head_dim":1,"attention_chunk_size":4,"layer_types":["chunked_attention"]}"#;
    let c = count(chunked, 8);
    assert_eq!(c.forward_flop - c.forward_flop_causal, 4 * (64 - 20));
}
