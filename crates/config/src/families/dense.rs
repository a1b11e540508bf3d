//! Decoders in the manner of Llama, dense or with experts: one row of a table per type.

use crate::block::{Block, Blocks, Decoder, Ffn, Mixer, Window, masks};
use crate::cfg::{Cfg, R, div};
use crate::context::Cx;
use compute_layers::kinds::{Attention, FeedForward, Indexer, LatentAttention, Mixture, Shared};

/// A switch that a type fixes or reads from a key.
#[derive(Clone, Copy)]
pub enum B {
    /// Never.
    No,
    /// Always.
    Yes,
    /// The key's value, else no.
    Key(&'static str),
    /// The key's value, else yes.
    KeyOn(&'static str),
}

impl B {
    /// What it says in this config.
    pub fn read(self, c: &Cfg) -> bool {
        match self {
            B::No => false,
            B::Yes => true,
            B::Key(k) => c.b(k),
            B::KeyOn(k) => c.b_or(k, true),
        }
    }
}

/// Parameters of a norm, per unit of width.
#[derive(Clone, Copy, PartialEq)]
pub enum Norm {
    /// No parameters.
    Bare,
    /// A scale (RMS norm, or layer norm without bias).
    Scale,
    /// A scale and a bias.
    ScaleBias,
}

impl Norm {
    /// Parameters of a norm of this width.
    pub fn of(self, width: u64) -> u64 {
        match self {
            Norm::Bare => 0,
            Norm::Scale => width,
            Norm::ScaleBias => width.saturating_mul(2),
        }
    }
}

/// Norms of queries and keys.
#[derive(Clone, Copy)]
pub enum Qk {
    /// None.
    None,
    /// One of the head's width each.
    Head,
    /// One of the head's width each, where the key says so.
    HeadIf(&'static str),
    /// With biases too, where the key says so.
    HeadBiasIf(&'static str),
    /// Over all heads together.
    Full,
    /// Over all heads together, where the key says so.
    FullIf(&'static str),
}

/// Where a block's mixture of experts takes its sizes from.
#[derive(Clone, Copy)]
pub enum Experts {
    /// No mixture.
    None,
    /// A rule of this file.
    Rule(fn(&Cfg, u64, u64) -> R<Option<Mixture>>),
}

/// What sets one type apart from Llama.
#[derive(Clone, Copy)]
pub struct Row {
    /// Types described by this row.
    pub types: &'static [&'static str],
    norm: Norm,
    norms: u64,
    qkv: B,
    out: B,
    gated: bool,
    mlp: B,
    qk: Qk,
    window: Window,
    tied: bool,
    head_bias: B,
    /// Sinks: one number per head.
    sinks: bool,
    /// Norms inside attention and feed-forward (BitNet).
    sub_norms: bool,
    /// Output gate as wide as the heads.
    gate: bool,
    /// Further parameters per block.
    extra: u64,
    experts: Experts,
}

const LLAMA: Row = Row {
    types: &[
        "llama",
        "mistral",
        "ministral",
        "ministral3",
        "voxtral_realtime_text",
        "code_llama",
        "cwm",
        "yi",
        "aquila",
        "xverse",
        "skywork",
        "internlm3",
        "iquestcoder",
        "exaone",
    ],
    norm: Norm::Scale,
    norms: 2,
    qkv: B::Key("attention_bias"),
    out: B::Key("attention_bias"),
    gated: true,
    mlp: B::Key("mlp_bias"),
    qk: Qk::None,
    window: Window::All,
    tied: false,
    head_bias: B::No,
    sinks: false,
    sub_norms: false,
    gate: false,
    extra: 0,
    experts: Experts::None,
};

/// The table.
pub const ROWS: &[Row] = &[
    LLAMA,
    Row {
        types: &[
            "qwen2",
            "qwen2_vl_text",
            "qwen2_5_vl_text",
            "qwen2_5_omni_text",
            "minicpm4",
        ],
        qkv: B::KeyOn("qkv_bias"),
        out: B::No,
        mlp: B::No,
        window: Window::Tail,
        ..LLAMA
    },
    Row {
        types: &["qwen3", "qwen3_vl_text"],
        qk: Qk::Head,
        mlp: B::No,
        window: Window::Tail,
        ..LLAMA
    },
    Row {
        types: &["gemma"],
        tied: true,
        mlp: B::No,
        window: Window::Never,
        ..LLAMA
    },
    Row {
        types: &["gemma2"],
        norms: 4,
        tied: true,
        mlp: B::No,
        window: Window::Every(2),
        ..LLAMA
    },
    Row {
        types: &["vaultgemma"],
        tied: true,
        mlp: B::No,
        window: Window::Every(2),
        ..LLAMA
    },
    Row {
        types: &["gemma3_text"],
        norms: 4,
        qk: Qk::Head,
        tied: true,
        mlp: B::No,
        window: Window::Every(6),
        ..LLAMA
    },
    Row {
        types: &["cohere"],
        norms: 1,
        qk: Qk::FullIf("use_qk_norm"),
        tied: true,
        mlp: B::No,
        window: Window::Never,
        ..LLAMA
    },
    Row {
        types: &["cohere2"],
        norms: 1,
        tied: true,
        mlp: B::No,
        window: Window::Every(4),
        ..LLAMA
    },
    Row {
        types: &["olmo"],
        norm: Norm::Bare,
        mlp: B::No,
        window: Window::Never,
        ..LLAMA
    },
    Row {
        types: &["olmo2"],
        qk: Qk::Full,
        mlp: B::No,
        window: Window::Never,
        ..LLAMA
    },
    Row {
        types: &["olmo3"],
        qk: Qk::Full,
        mlp: B::No,
        window: Window::Every(4),
        ..LLAMA
    },
    Row {
        types: &["granite"],
        window: Window::Never,
        ..LLAMA
    },
    Row {
        types: &["helium"],
        out: B::No,
        window: Window::Never,
        ..LLAMA
    },
    Row {
        types: &["granite_swa"],
        sinks: true,
        ..LLAMA
    },
    Row {
        types: &["starcoder2"],
        norm: Norm::ScaleBias,
        qkv: B::KeyOn("use_bias"),
        out: B::KeyOn("use_bias"),
        gated: false,
        mlp: B::KeyOn("use_bias"),
        tied: true,
        ..LLAMA
    },
    Row {
        types: &["stablelm", "stablelm_epoch"],
        norm: Norm::ScaleBias,
        qkv: B::Key("use_qkv_bias"),
        out: B::No,
        mlp: B::No,
        qk: Qk::FullIf("qk_layernorm"),
        window: Window::Never,
        ..LLAMA
    },
    Row {
        types: &["phi"],
        norm: Norm::ScaleBias,
        norms: 1,
        qkv: B::Yes,
        out: B::Yes,
        gated: false,
        mlp: B::Yes,
        qk: Qk::HeadBiasIf("qk_layernorm"),
        head_bias: B::Yes,
        window: Window::Never,
        ..LLAMA
    },
    Row {
        types: &["phi3"],
        qkv: B::No,
        out: B::No,
        mlp: B::No,
        ..LLAMA
    },
    Row {
        types: &["persimmon"],
        norm: Norm::ScaleBias,
        qkv: B::Yes,
        out: B::Yes,
        gated: false,
        mlp: B::Yes,
        qk: Qk::HeadBiasIf("qk_layernorm"),
        window: Window::Never,
        ..LLAMA
    },
    Row {
        types: &["nemotron"],
        norm: Norm::ScaleBias,
        gated: false,
        window: Window::Never,
        ..LLAMA
    },
    Row {
        types: &["arcee"],
        gated: false,
        window: Window::Never,
        ..LLAMA
    },
    Row {
        types: &["jais2"],
        norm: Norm::ScaleBias,
        gated: false,
        qkv: B::KeyOn("attention_bias"),
        out: B::KeyOn("attention_bias"),
        mlp: B::KeyOn("mlp_bias"),
        window: Window::Never,
        ..LLAMA
    },
    // The activation xIELU has two trained numbers.
    Row {
        types: &["apertus"],
        gated: false,
        mlp: B::No,
        qk: Qk::Head,
        extra: 2,
        window: Window::Never,
        ..LLAMA
    },
    Row {
        types: &["nanochat"],
        norm: Norm::Bare,
        gated: false,
        mlp: B::No,
        window: Window::Never,
        ..LLAMA
    },
    Row {
        types: &["bitnet"],
        mlp: B::No,
        sub_norms: true,
        window: Window::Never,
        ..LLAMA
    },
    Row {
        types: &["exaone4"],
        qkv: B::No,
        out: B::No,
        mlp: B::No,
        qk: Qk::Head,
        window: Window::Every(4),
        ..LLAMA
    },
    Row {
        types: &["seed_oss"],
        qkv: B::KeyOn("attention_bias"),
        out: B::Key("attention_out_bias"),
        window: Window::Never,
        ..LLAMA
    },
    Row {
        types: &["smollm3"],
        tied: true,
        window: Window::Tail,
        ..LLAMA
    },
    Row {
        types: &["glm"],
        qkv: B::KeyOn("attention_bias"),
        out: B::No,
        mlp: B::No,
        window: Window::Never,
        ..LLAMA
    },
    Row {
        types: &["glm_ocr_text"],
        norms: 4,
        qkv: B::No,
        out: B::No,
        mlp: B::No,
        window: Window::Never,
        ..LLAMA
    },
    Row {
        types: &["glm4", "glm4v_text"],
        norms: 4,
        qkv: B::KeyOn("attention_bias"),
        out: B::No,
        mlp: B::No,
        window: Window::Never,
        ..LLAMA
    },
    Row {
        types: &["ernie4_5", "paddleocr_vl_text"],
        qkv: B::Key("use_bias"),
        out: B::Key("use_bias"),
        mlp: B::Key("use_bias"),
        tied: true,
        window: Window::Never,
        ..LLAMA
    },
    Row {
        types: &["hunyuan_v1_dense"],
        mlp: B::No,
        qk: Qk::Head,
        window: Window::Never,
        ..LLAMA
    },
    Row {
        types: &["hyperclovax"],
        norms: 4,
        window: Window::Never,
        ..LLAMA
    },
    Row {
        types: &["eurobert"],
        head_bias: B::Key("mlp_bias"),
        window: Window::Both,
        ..LLAMA
    },
    // Types whose code is not part of transformers; sizes checked against their published totals.
    Row {
        types: &["internlm2"],
        qkv: B::Key("bias"),
        out: B::Key("bias"),
        mlp: B::No,
        window: Window::Never,
        ..LLAMA
    },
    Row {
        types: &["internlm"],
        qkv: B::KeyOn("bias"),
        out: B::KeyOn("bias"),
        mlp: B::No,
        window: Window::Never,
        ..LLAMA
    },
    Row {
        types: &["baichuan"],
        qkv: B::No,
        out: B::No,
        mlp: B::No,
        window: Window::Never,
        ..LLAMA
    },
    Row {
        types: &["minicpm"],
        experts: Experts::Rule(minicpm),
        tied: true,
        mlp: B::No,
        window: Window::Never,
        ..LLAMA
    },
    Row {
        types: &["orion"],
        norm: Norm::ScaleBias,
        mlp: B::No,
        window: Window::Never,
        ..LLAMA
    },
    Row {
        types: &["bailing_moe", "bailing_moe_v2"],
        qkv: B::Key("use_qkv_bias"),
        out: B::Key("use_bias"),
        mlp: B::No,
        qk: Qk::HeadIf("use_qk_norm"),
        window: Window::Never,
        experts: Experts::Rule(deepseek),
        ..LLAMA
    },
    // Mixtures.
    Row {
        types: &["mixtral"],
        qkv: B::No,
        out: B::No,
        experts: Experts::Rule(mixtral),
        ..LLAMA
    },
    Row {
        types: &["phimoe"],
        norm: Norm::ScaleBias,
        head_bias: B::Key("lm_head_bias"),
        experts: Experts::Rule(mixtral),
        ..LLAMA
    },
    Row {
        types: &["minimax_m2"],
        qkv: B::No,
        out: B::No,
        qk: Qk::Full,
        experts: Experts::Rule(mixtral),
        window: Window::Never,
        ..LLAMA
    },
    Row {
        types: &["olmoe"],
        qk: Qk::Full,
        experts: Experts::Rule(olmoe),
        window: Window::Never,
        ..LLAMA
    },
    Row {
        types: &["flex_olmo"],
        qk: Qk::Full,
        experts: Experts::Rule(olmoe),
        window: Window::Never,
        ..LLAMA
    },
    Row {
        types: &["granitemoe", "granitemoeshared"],
        experts: Experts::Rule(granite),
        window: Window::Never,
        ..LLAMA
    },
    Row {
        types: &["granitemoe_swa"],
        sinks: true,
        experts: Experts::Rule(granite),
        ..LLAMA
    },
    Row {
        types: &["qwen2_moe"],
        qkv: B::KeyOn("qkv_bias"),
        out: B::No,
        mlp: B::No,
        window: Window::Tail,
        experts: Experts::Rule(qwen_moe),
        ..LLAMA
    },
    Row {
        types: &["qwen3_moe", "qwen3_vl_moe_text", "qwen3_omni_moe_text"],
        mlp: B::No,
        qk: Qk::Head,
        window: Window::Tail,
        experts: Experts::Rule(qwen_moe),
        ..LLAMA
    },
    Row {
        types: &["mellum"],
        mlp: B::No,
        qk: Qk::Head,
        window: Window::Never,
        experts: Experts::Rule(deepseek),
        ..LLAMA
    },
    Row {
        types: &["gpt_oss"],
        qkv: B::KeyOn("attention_bias"),
        out: B::KeyOn("attention_bias"),
        sinks: true,
        window: Window::Every(2),
        experts: Experts::Rule(gpt_oss),
        ..LLAMA
    },
    Row {
        types: &["glm4_moe", "glm4v_moe_text", "sarvam_moe"],
        out: B::No,
        mlp: B::No,
        qk: Qk::HeadIf("use_qk_norm"),
        window: Window::Never,
        experts: Experts::Rule(deepseek),
        ..LLAMA
    },
    Row {
        types: &["dots1"],
        mlp: B::No,
        qk: Qk::Head,
        window: Window::Every(1),
        experts: Experts::Rule(deepseek),
        ..LLAMA
    },
    Row {
        types: &["solar_open"],
        mlp: B::No,
        out: B::No,
        window: Window::Never,
        experts: Experts::Rule(deepseek),
        ..LLAMA
    },
    Row {
        types: &["hy_v3"],
        qk: Qk::Head,
        window: Window::Never,
        experts: Experts::Rule(deepseek),
        ..LLAMA
    },
    Row {
        types: &["exaone_moe"],
        qkv: B::No,
        out: B::No,
        mlp: B::No,
        qk: Qk::Head,
        window: Window::Every(4),
        experts: Experts::Rule(deepseek),
        ..LLAMA
    },
    Row {
        types: &["afmoe"],
        norms: 4,
        mlp: B::No,
        qk: Qk::Head,
        gate: true,
        window: Window::Every(4),
        experts: Experts::Rule(afmoe),
        ..LLAMA
    },
    Row {
        types: &["ernie4_5_moe"],
        qkv: B::Key("use_bias"),
        out: B::Key("use_bias"),
        mlp: B::Key("use_bias"),
        tied: true,
        head_bias: B::Key("use_bias"),
        window: Window::Never,
        experts: Experts::Rule(ernie),
        ..LLAMA
    },
    Row {
        types: &["hunyuan_v1_moe"],
        mlp: B::No,
        qk: Qk::Head,
        window: Window::Never,
        experts: Experts::Rule(hunyuan),
        ..LLAMA
    },
    Row {
        types: &["aria_text"],
        window: Window::Never,
        experts: Experts::Rule(aria),
        ..LLAMA
    },
    Row {
        types: &["llama4_text"],
        window: Window::Never,
        experts: Experts::Rule(llama4),
        ..LLAMA
    },
    // Latent attention.
    Row {
        types: &[
            "deepseek_v2",
            "deepseek_v3",
            "kimi_k2",
            "deepseek",
            "axk1",
            "glm4_moe_lite",
            "sarvam_mla",
            "mistral4",
        ],
        mlp: B::No,
        window: Window::Never,
        experts: Experts::Rule(deepseek),
        ..LLAMA
    },
    Row {
        types: &["deepseek_v32", "glm_moe_dsa"],
        mlp: B::No,
        window: Window::Never,
        experts: Experts::Rule(deepseek),
        ..LLAMA
    },
    Row {
        types: &["minicpm3", "youtu"],
        tied: true,
        window: Window::Never,
        ..LLAMA
    },
];

/// The row of a type.
pub fn row(model_type: &str) -> Option<&'static Row> {
    ROWS.iter().find(|r| r.types.contains(&model_type))
}

fn gated(c: &Cfg, inner: u64) -> R<FeedForward> {
    Ok(FeedForward {
        width: c.u("hidden_size")?,
        inner,
        gated: true,
        bias: [false; 2],
    })
}

fn mixtral(c: &Cfg, _: u64, _: u64) -> R<Option<Mixture>> {
    Ok(Some(Mixture::new(
        gated(c, c.u("intermediate_size")?)?,
        c.u("num_local_experts")?,
        c.u("num_experts_per_tok")?,
    )))
}

/// MiniCPM has a mixture where the file gives experts.
fn minicpm(c: &Cfg, i: u64, n: u64) -> R<Option<Mixture>> {
    if c.or("num_experts", 0)? == 0 {
        return Ok(None);
    }
    olmoe(c, i, n)
}

fn olmoe(c: &Cfg, _: u64, _: u64) -> R<Option<Mixture>> {
    Ok(Some(Mixture::new(
        gated(c, c.u("intermediate_size")?)?,
        c.u("num_experts")?,
        c.u("num_experts_per_tok")?,
    )))
}

fn granite(c: &Cfg, _: u64, _: u64) -> R<Option<Mixture>> {
    let m = Mixture::new(
        gated(c, c.u("intermediate_size")?)?,
        c.u("num_local_experts")?,
        c.u("num_experts_per_tok")?,
    );
    let shared = c.or("shared_intermediate_size", 0)?;
    Ok(Some(Mixture {
        shared: (shared > 0).then_some(Shared {
            inner: shared,
            gate: false,
            bias: false,
        }),
        ..m
    }))
}

/// Qwen: every `decoder_sparse_step`-th layer, counted from 1, that `mlp_only_layers` does not name (huggingface/trl#7069).
pub fn qwen_moe(c: &Cfg, i: u64, _: u64) -> R<Option<Mixture>> {
    let step = c.or("decoder_sparse_step", 1)?;
    let only = c.us("mlp_only_layers")?.unwrap_or_default();
    let experts = c.or("num_experts", 0)?;
    if only.contains(&i) || experts == 0 || step == 0 || !(i + 1).is_multiple_of(step) {
        return Ok(None);
    }
    let m = Mixture::new(
        gated(c, c.u("moe_intermediate_size")?)?,
        experts,
        c.u("num_experts_per_tok")?,
    );
    let shared = c.or("shared_expert_intermediate_size", 0)?;
    Ok(Some(Mixture {
        shared: (shared > 0).then_some(Shared {
            inner: shared,
            gate: true,
            bias: false,
        }),
        ..m
    }))
}

fn gpt_oss(c: &Cfg, _: u64, _: u64) -> R<Option<Mixture>> {
    let expert = FeedForward {
        bias: [true; 2],
        ..gated(c, c.u("intermediate_size")?)?
    };
    let m = Mixture::new(
        expert,
        c.u("num_local_experts")?,
        c.u("num_experts_per_tok")?,
    );
    Ok(Some(Mixture {
        router_bias: true,
        ..m
    }))
}

/// DeepSeek and its kin: the first layers dense, shared experts as multiples of an expert's width.
pub fn deepseek(c: &Cfg, i: u64, _: u64) -> R<Option<Mixture>> {
    let Some(experts) = experts_of(c)? else {
        return Ok(None);
    };
    if let Some(types) = c.strs("mlp_layer_types")? {
        if types.get(i as usize).is_some_and(|t| *t == "dense") {
            return Ok(None);
        }
    } else if let Some(list) = c.get("is_moe_layer").and_then(|v| v.as_array()) {
        if list.get(i as usize).and_then(serde_json::Value::as_bool) == Some(false) {
            return Ok(None);
        }
    } else {
        let otherwise = if matches!(c.model_type.as_str(), "glm_moe_dsa") {
            3
        } else {
            u64::from(matches!(
                c.model_type.as_str(),
                "axk1" | "glm4_moe_lite" | "hy_v3"
            ))
        };
        let freq = c.or("moe_layer_freq", 1)?;
        if i < c.or("first_k_dense_replace", otherwise)? || (freq > 1 && !i.is_multiple_of(freq)) {
            return Ok(None);
        }
    }
    let inner = c.u("moe_intermediate_size")?;
    let m = Mixture::new(gated(c, inner)?, experts, c.u("num_experts_per_tok")?);
    let n = match c.opt("n_shared_experts")? {
        Some(n) => n,
        None => c.or("num_shared_experts", 0)?,
    };
    let bias = c.model_type == "hy_v3" && c.b("mlp_bias");
    Ok(Some(Mixture {
        shared: (n > 0).then_some(Shared {
            inner: inner.saturating_mul(n),
            gate: false,
            bias,
        }),
        ..m
    }))
}

fn experts_of(c: &Cfg) -> R<Option<u64>> {
    for key in ["n_routed_experts", "num_experts", "num_local_experts"] {
        if let Some(n) = c.opt(key)? {
            return Ok(Some(n).filter(|&n| n > 0));
        }
    }
    Ok(None)
}

fn afmoe(c: &Cfg, i: u64, _: u64) -> R<Option<Mixture>> {
    if i < c.or("num_dense_layers", 0)? {
        return Ok(None);
    }
    let (inner, experts) = (c.u("moe_intermediate_size")?, c.u("num_experts")?);
    let m = Mixture::new(gated(c, inner)?, experts, c.u("num_experts_per_tok")?);
    let n = c.or("num_shared_experts", 0)?;
    let shared = (n > 0).then_some(Shared {
        inner: inner.saturating_mul(n),
        gate: false,
        bias: false,
    });
    Ok(Some(Mixture {
        balance: experts,
        shared,
        ..m
    }))
}

fn ernie(c: &Cfg, i: u64, n: u64) -> R<Option<Mixture>> {
    if let Some(types) = c.strs("mlp_layer_types")? {
        if types.get(i as usize).is_some_and(|t| *t == "dense") {
            return Ok(None);
        }
    } else {
        let (start, step) = (
            c.or("moe_layer_start_index", 1)?,
            c.or("moe_layer_interval", 1)?,
        );
        let end = match c
            .get("moe_layer_end_index")
            .and_then(serde_json::Value::as_i64)
        {
            Some(e) if e >= 0 => e as u64,
            _ => n.saturating_sub(1),
        };
        if i < start || i > end || step == 0 || !(i + 1).is_multiple_of(step) {
            return Ok(None);
        }
    }
    let inner = c.u("moe_intermediate_size")?;
    let experts = c.u("moe_num_experts")?;
    let m = Mixture::new(gated(c, inner)?, experts, c.u("moe_k")?);
    let k = c.or("moe_num_shared_experts", 0)?;
    let shared = (k > 0).then_some(Shared {
        inner: inner.saturating_mul(k),
        gate: false,
        bias: c.b("use_bias"),
    });
    Ok(Some(Mixture {
        balance: experts,
        shared,
        ..m
    }))
}

fn hunyuan(c: &Cfg, i: u64, _: u64) -> R<Option<Mixture>> {
    let at = |key: &str, otherwise: u64| -> R<u64> {
        Ok(match c.us(key)? {
            Some(l) => l
                .get(i as usize)
                .or(l.first())
                .copied()
                .unwrap_or(otherwise),
            None => otherwise,
        })
    };
    let inner = c.u("intermediate_size")?;
    let m = Mixture::new(gated(c, inner)?, at("num_experts", 1)?, at("moe_topk", 1)?);
    Ok(Some(Mixture {
        shared: Some(Shared {
            inner,
            gate: false,
            bias: false,
        }),
        ..m
    }))
}

fn aria(c: &Cfg, _: u64, _: u64) -> R<Option<Mixture>> {
    let inner = c.u("intermediate_size")?;
    let m = Mixture::new(gated(c, inner)?, c.u("moe_num_experts")?, c.u("moe_topk")?);
    let n = c.or("moe_num_shared_experts", 0)?;
    Ok(Some(Mixture {
        shared: (n > 0).then_some(Shared {
            inner: inner.saturating_mul(n),
            gate: false,
            bias: c.b("mlp_bias"),
        }),
        ..m
    }))
}

/// Llama 4: every `interleave_moe_layer_step`-th layer; experts and the shared one have `intermediate_size` (AI-Hypercomputer/maxtext#1670).
fn llama4(c: &Cfg, i: u64, _: u64) -> R<Option<Mixture>> {
    let mixed = match c.us("moe_layers")? {
        Some(list) if !list.is_empty() || c.own("moe_layers") => list.contains(&i),
        _ => {
            let step = c.or("interleave_moe_layer_step", 1)?;
            step > 0 && (i + 1).is_multiple_of(step)
        }
    };
    if !mixed {
        return Ok(None);
    }
    let inner = c.u("intermediate_size")?;
    let m = Mixture::new(
        gated(c, inner)?,
        c.u("num_local_experts")?,
        c.u("num_experts_per_tok")?,
    );
    Ok(Some(Mixture {
        shared: Some(Shared {
            inner,
            gate: false,
            bias: false,
        }),
        ..m
    }))
}

/// Head width: the file's, else hidden / heads.
///
/// # Errors
/// No heads.
pub fn head_dim(c: &Cfg) -> R<u64> {
    match c.opt("head_dim")? {
        Some(h) => Ok(h),
        None => match c.opt("kv_channels")? {
            Some(h) => Ok(h),
            None => div(
                c.u("hidden_size")?,
                c.u("num_attention_heads")?,
                "num_attention_heads",
            ),
        },
    }
}

/// Latent attention as the DeepSeek configs describe it.
///
/// # Errors
/// A missing or unreadable size.
pub fn latent(c: &Cfg, mask: compute_layers::Mask) -> R<LatentAttention> {
    let indexed = matches!(c.model_type.as_str(), "deepseek_v32" | "glm_moe_dsa");
    let indexer = if indexed {
        Some(Indexer {
            heads: c.u("index_n_heads")?,
            head: c.u("index_head_dim")?,
        })
    } else {
        None
    };
    Ok(LatentAttention {
        width: c.u("hidden_size")?,
        heads: c.u("num_attention_heads")?,
        query_rank: c.opt("q_lora_rank")?,
        kv_rank: c.u("kv_lora_rank")?,
        nope: c.u("qk_nope_head_dim")?,
        rope: c.u("qk_rope_head_dim")?,
        value: match c.opt("v_head_dim")? {
            Some(v) => v,
            None => div(
                c.u("hidden_size")?,
                c.u("num_attention_heads")?,
                "num_attention_heads",
            )?,
        },
        bias: c.b("attention_bias"),
        indexer,
        gate: 0,
        mask,
    })
}

fn is_latent(c: &Cfg) -> bool {
    c.get("kv_lora_rank").is_some() && c.get("qk_nope_head_dim").is_some()
}

/// Counts a decoder of the table on `n` tokens.
///
/// # Errors
/// A missing or unreadable size.
pub fn decoder(cx: &mut Cx, c: &Cfg, r: &Row, n: u64, prefix: &'static str) -> R<()> {
    let d = build(c, r, prefix)?;
    d.add(cx, c, n)
}

/// Describes a decoder of the table.
///
/// # Errors
/// A missing or unreadable size.
pub fn build(c: &Cfg, r: &Row, prefix: &'static str) -> R<Decoder> {
    let d = c.u("hidden_size")?;
    let layers = c.layers("num_hidden_layers")?;
    let masks = masks(c, layers, r.window)?;
    let latent_attention = is_latent(c);
    let heads = c.u("num_attention_heads")?;
    let kv = c.or("num_key_value_heads", heads)?;
    let (qkv, out) = (r.qkv.read(c), r.out.read(c));
    let hd = if latent_attention { 0 } else { head_dim(c)? };
    let dense_inner = dense_width(c)?;
    let parallel = c.model_type.starts_with("stablelm") && c.b("use_parallel_residual");
    let norms = if parallel {
        1
    } else if !c.b_or("use_post_norm", true) {
        2
    } else {
        r.norms
    };
    let dense_bias = r.mlp.read(c) && c.model_type != "aria_text";
    let blocks = Blocks::each(layers, |i| {
        let mask = masks
            .get(i as usize)
            .copied()
            .unwrap_or(compute_layers::Mask::Causal);
        let mut norm = r.norm.of(d).saturating_mul(norms).saturating_add(r.extra);
        let mixer = if latent_attention {
            Mixer::Latent(latent(c, mask)?)
        } else {
            let (q_all, k_all) = (heads.saturating_mul(hd), kv.saturating_mul(hd));
            let mut extra = match r.qk {
                Qk::None => 0,
                Qk::Head => 2 * hd,
                Qk::HeadIf(k) if c.b(k) => 2 * hd,
                Qk::HeadBiasIf(k) if c.b(k) => 4 * hd,
                Qk::Full => q_all.saturating_add(k_all),
                Qk::FullIf(k) if c.b(k) => q_all.saturating_add(k_all),
                _ => 0,
            };
            if r.sinks {
                extra += heads;
            }
            if r.sub_norms {
                extra += d;
            }
            let a = Attention::new(d, heads, kv, hd, mask).biased([qkv, qkv, qkv, out]);
            Mixer::Own(Attention {
                extra,
                gate: if r.gate { q_all } else { 0 },
                gate_bias: false,
                ..a
            })
        };
        let mixture = match r.experts {
            Experts::None => None,
            Experts::Rule(rule) => rule(c, i, layers)?,
        };
        if c.model_type == "axk1" && mixture.is_some() {
            norm = norm.saturating_add(d);
        }
        let ffn = match mixture {
            Some(m) => Ffn::Mixture(m),
            None => {
                if r.sub_norms {
                    norm = norm.saturating_add(dense_inner);
                }
                Ffn::Dense(FeedForward {
                    width: d,
                    inner: dense_inner,
                    gated: r.gated,
                    bias: [dense_bias; 2],
                })
            }
        };
        Ok(Block {
            mixers: vec![("self_attn", mixer)],
            ffns: vec![("mlp", ffn)],
            norm,
        })
    })?;
    let tied = c.b_or("tie_word_embeddings", r.tied);
    Ok(Decoder {
        last_norm: r.norm.of(d),
        head_bias: r.head_bias.read(c),
        ..Decoder::plain(c, prefix, d, tied, blocks)?
    })
}

/// Inner width of a dense block: Llama 4 has a key of its own for it.
fn dense_width(c: &Cfg) -> R<u64> {
    match c.opt("intermediate_size_mlp")? {
        Some(f) => Ok(f),
        None => c.or("intermediate_size", 0),
    }
}

/// Counts a type of the table.
///
/// # Errors
/// A missing or unreadable size.
pub fn count(cx: &mut Cx, c: &Cfg) -> R<()> {
    let r = row(&c.model_type).unwrap_or(&LLAMA);
    let longest = c.or("max_position_embeddings", 2048)?;
    let n = cx.text_tokens(longest.clamp(1, 4096))?;
    decoder(cx, c, r, n, "model")
}
