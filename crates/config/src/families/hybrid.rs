//! State-space models, recurrences, and their mixtures with attention.

use crate::block::{Block, Blocks, Decoder, Ffn, Mixer, padded_conv};
use crate::cfg::{Cfg, R, div, scaled};
use crate::context::Cx;
use crate::families::dense::{deepseek, head_dim, latent, qwen_moe};
use compute_layers::kinds::{
    Attention, FeedForward, GatedDelta, Mamba1, Mamba2, Mixture, Rwkv4, Shared, delta_core,
    linear_core,
};
use compute_layers::{Cost, Mask};

/// Tokens of an example, from the options or the config's longest.
fn tokens(cx: &mut Cx, c: &Cfg) -> R<u64> {
    let longest = c.or("max_position_embeddings", 2048)?;
    cx.text_tokens(longest.clamp(1, 4096))
}

/// A decoder with one RMS norm at the end.
fn add(cx: &mut Cx, c: &Cfg, n: u64, prefix: &'static str, tied: bool, blocks: Blocks) -> R<()> {
    let tied = c.b_or("tie_word_embeddings", tied);
    Decoder::plain(c, prefix, c.u("hidden_size")?, tied, blocks)?.add(cx, c, n)
}

fn rank(c: &Cfg, key: &str, width: u64) -> R<u64> {
    match c.s(key) {
        Some(_) => Ok(width.div_ceil(16)),
        None => c.or(key, width.div_ceil(16)),
    }
}

/// The kind of each layer: from the file, else from a rule.
fn kinds(c: &Cfg, key: &str, n: u64, rule: impl Fn(u64) -> &'static str) -> R<Vec<&'static str>> {
    let known = |t: &str| match t {
        "attention" | "full_attention" | "*" => "attention",
        "hybrid" => "hybrid",
        "moe" | "E" => "moe",
        "mlp" | "-" => "mlp",
        "conv" => "conv",
        "recurrent" => "recurrent",
        "sliding_attention" => "sliding",
        _ => "linear",
    };
    Ok(match c.strs(key)? {
        Some(list) if list.len() as u64 == n => list.iter().map(|t| known(t)).collect(),
        _ => (0..n).map(rule).collect(),
    })
}

/// Mamba and Falcon-Mamba.
pub fn mamba(cx: &mut Cx, c: &Cfg) -> R<()> {
    let width = c.u("hidden_size")?;
    let inner = scaled(width, c.f("expand", 2.0)?);
    let m = Mamba1 {
        width,
        inner: if c.own("intermediate_size") {
            c.u("intermediate_size")?
        } else {
            inner
        },
        state: c.u("state_size")?,
        rank: rank(c, "time_step_rank", width)?,
        kernel: c.u("conv_kernel")?,
        conv_bias: c.b_or("use_conv_bias", true),
        bias: c.b("use_bias"),
        extra: 0,
    };
    let block = Block {
        mixers: vec![("mixer", Mixer::Mamba1(m))],
        ffns: vec![],
        norm: width,
    };
    let layers = c.layers("num_hidden_layers")?;
    let n = tokens(cx, c)?;
    add(cx, c, n, "backbone", true, Blocks::alike(block, layers))
}

/// Mamba 2.
pub fn mamba2(cx: &mut Cx, c: &Cfg) -> R<()> {
    let width = c.u("hidden_size")?;
    let m = Mamba2 {
        width,
        inner: scaled(width, c.f("expand", 2.0)?),
        heads: c.u("num_heads")?,
        head: c.u("head_dim")?,
        state: c.u("state_size")?,
        groups: c.u("n_groups")?,
        kernel: c.u("conv_kernel")?,
        chunk: c.u("chunk_size")?,
        conv_bias: c.b_or("use_conv_bias", true),
        bias: [c.b("use_bias"); 2],
        norm: true,
        extra_in: 0,
    };
    let block = Block {
        mixers: vec![("mixer", Mixer::Mamba2(m))],
        ffns: vec![],
        norm: width,
    };
    let layers = c.layers("num_hidden_layers")?;
    let n = tokens(cx, c)?;
    add(cx, c, n, "backbone", false, Blocks::alike(block, layers))
}

/// The Mamba-2 layer of Bamba, Granite 4 and Falcon-H1, whose keys begin with `mamba_`.
fn mamba2_of(c: &Cfg, norm: bool, bias: [bool; 2]) -> R<Mamba2> {
    let width = c.u("hidden_size")?;
    let inner = match c.opt("mamba_d_ssm")? {
        Some(d) => d,
        None => scaled(width, c.f("mamba_expand", 2.0)?),
    };
    let heads = c.u("mamba_n_heads")?;
    let head = match c.s("mamba_d_head") {
        Some(_) => div(inner, heads, "mamba_n_heads")?,
        None => c.or("mamba_d_head", div(inner, heads, "mamba_n_heads")?)?,
    };
    Ok(Mamba2 {
        width,
        inner,
        heads,
        head,
        state: c.u("mamba_d_state")?,
        groups: c.u("mamba_n_groups")?,
        kernel: c.u("mamba_d_conv")?,
        chunk: c.u("mamba_chunk_size")?,
        conv_bias: c.b_or("mamba_conv_bias", true),
        bias,
        norm,
        extra_in: 0,
    })
}

fn attention(c: &Cfg, bias: bool) -> R<Attention> {
    let width = c.u("hidden_size")?;
    let heads = c.u("num_attention_heads")?;
    let kv = c.or("num_key_value_heads", heads)?;
    Ok(Attention::new(width, heads, kv, head_dim(c)?, Mask::Causal).biased([bias; 4]))
}

fn gated(c: &Cfg, key: &str, bias: bool) -> R<FeedForward> {
    Ok(FeedForward {
        width: c.u("hidden_size")?,
        inner: c.u(key)?,
        gated: true,
        bias: [bias; 2],
    })
}

/// Bamba: Mamba 2 with attention at the layers named.
pub fn bamba(cx: &mut Cx, c: &Cfg) -> R<()> {
    let layers = c.layers("num_hidden_layers")?;
    let at = c.us("attn_layer_indices")?.unwrap_or_default();
    let (m, a) = (
        mamba2_of(c, true, [c.b("mamba_proj_bias"); 2])?,
        attention(c, c.b("attention_bias"))?,
    );
    let f = gated(c, "intermediate_size", c.b("mlp_bias"))?;
    let norm = f.width.saturating_mul(2);
    let kinds = kinds(c, "layers_block_type", layers, |i| {
        if at.contains(&i) {
            "attention"
        } else {
            "linear"
        }
    })?;
    let blocks = Blocks::each(layers, |i| {
        let mixer = if kinds.get(i as usize) == Some(&"attention") {
            ("self_attn", Mixer::Own(a))
        } else {
            ("mamba", Mixer::Mamba2(m))
        };
        Ok(Block {
            mixers: vec![mixer],
            ffns: vec![("feed_forward", Ffn::Dense(f))],
            norm,
        })
    })?;
    let n = tokens(cx, c)?;
    add(cx, c, n, "model", false, blocks)
}

/// Jamba: Mamba 1 and attention by one period, dense and mixture by another.
pub fn jamba(cx: &mut Cx, c: &Cfg) -> R<()> {
    let layers = c.layers("num_hidden_layers")?;
    let width = c.u("hidden_size")?;
    let (rank, state) = (rank(c, "mamba_dt_rank", width)?, c.u("mamba_d_state")?);
    let m = Mamba1 {
        width,
        inner: scaled(width, c.f("mamba_expand", 2.0)?),
        state,
        rank,
        kernel: c.u("mamba_d_conv")?,
        conv_bias: c.b_or("mamba_conv_bias", true),
        bias: c.b("mamba_proj_bias"),
        extra: rank.saturating_add(state.saturating_mul(2)),
    };
    let a = attention(c, false)?;
    let f = gated(c, "intermediate_size", false)?;
    let (ap, ao) = (c.u("attn_layer_period")?, c.or("attn_layer_offset", 0)?);
    let (ep, eo) = (c.u("expert_layer_period")?, c.or("expert_layer_offset", 0)?);
    let (experts, used) = (c.or("num_experts", 1)?, c.or("num_experts_per_tok", 1)?);
    div(1, ap, "attn_layer_period")?;
    div(1, ep, "expert_layer_period")?;
    let blocks = Blocks::each(layers, |i| {
        let mixer = if i % ap == ao {
            ("self_attn", Mixer::Own(a))
        } else {
            ("mamba", Mixer::Mamba1(m))
        };
        let ffn = if i % ep == eo && experts > 1 {
            Ffn::Mixture(Mixture::new(f, experts, used))
        } else {
            Ffn::Dense(f)
        };
        Ok(Block {
            mixers: vec![mixer],
            ffns: vec![("feed_forward", ffn)],
            norm: width.saturating_mul(2),
        })
    })?;
    let n = tokens(cx, c)?;
    add(cx, c, n, "model", false, blocks)
}

/// Zamba and Zamba 2: a Mamba stack, and transformer blocks stored once or twice that several layers pass.
pub fn zamba(cx: &mut Cx, c: &Cfg) -> R<()> {
    let layers = c.layers("num_hidden_layers")?;
    let width = c.u("hidden_size")?;
    let n = tokens(cx, c)?;
    let second = c.model_type == "zamba2";
    let rule = |i: u64| -> &'static str {
        if second {
            if [6, 12, 18, 24, 30, 36, 42, 47, 51].contains(&i) {
                "hybrid"
            } else {
                "linear"
            }
        } else {
            // Two plain layers, one hybrid, then by period.
            match i {
                0 | 1 => "linear",
                2 => "hybrid",
                _ => {
                    let (p, o) = (
                        c.or("attn_layer_period", 6).unwrap_or(6),
                        c.or("attn_layer_offset", 4).unwrap_or(4),
                    );
                    if p > 0 && (i - 3) % p == o {
                        "hybrid"
                    } else {
                        "linear"
                    }
                }
            }
        }
    };
    let kinds = kinds(c, "layers_block_type", layers, rule)?;
    let hybrids = kinds.iter().filter(|k| **k == "hybrid").count() as u64;
    let mixer = if second {
        let inner = scaled(width, c.f("mamba_expand", 2.0)?);
        let heads = c.u("n_mamba_heads")?;
        Mixer::Mamba2(Mamba2 {
            width,
            inner,
            heads,
            head: div(inner, heads, "n_mamba_heads")?,
            state: c.u("mamba_d_state")?,
            groups: c.u("mamba_ngroups")?,
            kernel: c.u("mamba_d_conv")?,
            chunk: c.u("chunk_size")?,
            conv_bias: c.b_or("use_conv_bias", true),
            bias: [c.b("add_bias_linear"); 2],
            norm: true,
            extra_in: 0,
        })
    } else {
        let inner = scaled(width, c.f("mamba_expand", 2.0)?);
        Mixer::Mamba1(Mamba1 {
            width,
            inner,
            state: c.u("mamba_d_state")?,
            rank: rank(c, "mamba_dt_rank", width)?,
            kernel: c.u("mamba_d_conv")?,
            conv_bias: c.b_or("mamba_conv_bias", true),
            bias: c.b("mamba_proj_bias"),
            extra: 0,
        })
    };
    let block = Block {
        mixers: vec![("mamba", mixer)],
        ffns: vec![],
        norm: width,
    };
    let both = width.saturating_mul(2);
    let heads = c.u("num_attention_heads")?;
    let head = c.or(
        "attention_head_dim",
        div(both, heads, "num_attention_heads")?,
    )?;
    let kv = c.or("num_key_value_heads", heads)?;
    let inner = c.or("intermediate_size", width.saturating_mul(4))?;
    let stored = if second {
        c.or("num_mem_blocks", 1)?
    } else {
        1
    }
    .min(hybrids);
    let wide = heads.saturating_mul(head);
    // Asks from the residual stream and the embedding side by side, answers in the stream's width.
    let attention = Cost::new()
        .linear(n, both, wide, false)
        .linears(2, n, both, kv.saturating_mul(head), false)
        .linear(n, wide, width, false);
    let bias = second && c.b("add_bias_linear");
    let mlp = FeedForward {
        width,
        inner,
        gated: true,
        bias: [bias; 2],
    };
    cx.t.add_shared(
        "model.shared_transformer.self_attn",
        "attention",
        stored,
        hybrids,
        attention,
    );
    cx.t.add(
        "model.shared_transformer.self_attn.core",
        "attention core",
        hybrids,
        Cost::new().attend(n, n, heads, head, head, Mask::Causal),
    );
    cx.t.add_shared(
        "model.shared_transformer.feed_forward",
        "gated feed-forward",
        stored,
        hybrids,
        mlp.cost(n),
    );
    cx.t.add_shared(
        "model.shared_transformer.norms",
        "norm",
        stored,
        hybrids,
        Cost::new().vector(both + width),
    );
    if second {
        let r = c.u("adapter_rank")?;
        let gate =
            Cost::new()
                .linear(n, width, r, false)
                .linear(n, r, inner.saturating_mul(2), false);
        cx.t.add(
            "model.shared_transformer.feed_forward.adapters",
            "adapter",
            hybrids,
            gate,
        );
        if c.b("use_shared_attention_adapter") {
            let a = Cost::new()
                .linears(3, n, both, r, false)
                .linears(3, n, r, both, false);
            cx.t.add(
                "model.shared_transformer.self_attn.adapters",
                "adapter",
                hybrids,
                a,
            );
        }
    }
    cx.t.add(
        "model.layers.*.linear",
        "fully connected",
        hybrids,
        Cost::new().linear(n, width, width, false),
    );
    add(cx, c, n, "model", true, Blocks::alike(block, layers))
}

/// Nemotron-H: one mixer or feed-forward part per layer, by a pattern of letters.
pub fn nemotron_h(cx: &mut Cx, c: &Cfg) -> R<()> {
    let pattern: Vec<&'static str> = match c.s("hybrid_override_pattern") {
        Some(p) => {
            let all: Vec<char> = p
                .chars()
                .filter(|x| !x.is_whitespace() && *x != '|')
                .take(crate::limits::MAX_LAYERS as usize)
                .collect();
            all.iter()
                .map(|x| match x {
                    '*' => "attention",
                    '-' => "mlp",
                    'E' => "moe",
                    _ => "linear",
                })
                .collect()
        }
        None => match c.strs("layers_block_type")?.or(c.strs("layer_types")?) {
            Some(list) => {
                let n = list.len() as u64;
                let key = if c.strs("layers_block_type")?.is_some() {
                    "layers_block_type"
                } else {
                    "layer_types"
                };
                kinds(c, key, n, |_| "linear")?
            }
            None => vec!["linear", "moe", "attention", "mlp"],
        },
    };
    let width = c.u("hidden_size")?;
    let (heads, head) = (c.u("mamba_num_heads")?, c.u("mamba_head_dim")?);
    let either =
        |a: &'static str, b: &'static str| -> R<u64> { if c.own(a) { c.u(a) } else { c.u(b) } };
    let m = Mamba2 {
        width,
        inner: heads.saturating_mul(head),
        heads,
        head,
        state: c.u("ssm_state_size")?,
        groups: either("mamba_n_groups", "n_groups")?,
        kernel: either("mamba_d_conv", "conv_kernel")?,
        chunk: either("mamba_chunk_size", "chunk_size")?,
        conv_bias: if c.own("mamba_conv_bias") {
            c.b("mamba_conv_bias")
        } else {
            c.b_or("use_conv_bias", true)
        },
        bias: [c.b("use_bias"); 2],
        norm: true,
        extra_in: 0,
    };
    let a = attention(c, false)?;
    let mlp_bias = [c.b("mlp_bias"); 2];
    let plain = |inner: u64| FeedForward {
        width,
        inner,
        gated: false,
        bias: mlp_bias,
    };
    let n = tokens(cx, c)?;
    let blocks = Blocks::each(pattern.len() as u64, |i| {
        let mut b = Block {
            norm: width,
            ..Block::default()
        };
        match pattern.get(i as usize).copied().unwrap_or("linear") {
            "attention" => b.mixers.push(("mixer", Mixer::Own(a))),
            "mlp" => b
                .ffns
                .push(("mixer", Ffn::Dense(plain(c.u("intermediate_size")?)))),
            "moe" => {
                let (e, k) = (c.u("n_routed_experts")?, c.u("num_experts_per_tok")?);
                let inner = c.u("moe_intermediate_size")?;
                let shared = c.u("moe_shared_expert_intermediate_size")?;
                let latent = c.opt("moe_latent_size")?;
                let expert = FeedForward {
                    width: latent.unwrap_or(width),
                    bias: [false; 2],
                    ..plain(inner)
                };
                let mut common = Cost::new()
                    .linear(n, width, e, false)
                    .plus(&plain(shared).cost(n));
                if let Some(l) = latent {
                    common =
                        common
                            .linear(n, width, l, mlp_bias[0])
                            .linear(n, l, width, mlp_bias[0]);
                }
                b.ffns.push((
                    "mixer",
                    Ffn::Other("router and shared experts", Box::new(common)),
                ));
                b.ffns.push((
                    "mixer.experts",
                    Ffn::Other("experts", Box::new(Mixture::new(expert, e, k).routed(n))),
                ));
            }
            _ => b.mixers.push(("mixer", Mixer::Mamba2(m))),
        }
        Ok(b)
    })?;
    // The class never ties its tables, whatever the config says.
    cx.tied = cx.tied.or(Some(false));
    add(cx, c, n, "backbone", false, blocks)
}

/// Granite 4: Mamba 2 or attention, then experts and a shared part.
pub fn granite_hybrid(cx: &mut Cx, c: &Cfg) -> R<()> {
    let layers = c.layers("num_hidden_layers")?;
    let kinds = kinds(c, "layer_types", layers, |_| "linear")?;
    let (m, a) = (
        mamba2_of(c, true, [c.b("mamba_proj_bias"); 2])?,
        attention(c, c.b("attention_bias"))?,
    );
    let shared = gated(c, "shared_intermediate_size", false)?;
    let experts = c.or("num_local_experts", 0)?;
    let expert = gated(c, "intermediate_size", false)?;
    let used = c.or("num_experts_per_tok", 1)?;
    let blocks = Blocks::each(layers, |i| {
        let mixer = if kinds.get(i as usize) == Some(&"attention") {
            ("self_attn", Mixer::Own(a))
        } else {
            ("mamba", Mixer::Mamba2(m))
        };
        let mut ffns = vec![("shared_mlp", Ffn::Dense(shared))];
        if experts > 0 {
            ffns.push((
                "block_sparse_moe",
                Ffn::Mixture(Mixture::new(expert, experts, used)),
            ));
        }
        Ok(Block {
            mixers: vec![mixer],
            ffns,
            norm: shared.width.saturating_mul(2),
        })
    })?;
    let n = tokens(cx, c)?;
    add(cx, c, n, "model", false, blocks)
}

/// Falcon-H1: Mamba 2 and attention side by side in every layer.
pub fn falcon_h1(cx: &mut Cx, c: &Cfg) -> R<()> {
    let layers = c.layers("num_hidden_layers")?;
    let m = mamba2_of(
        c,
        c.b("mamba_rms_norm"),
        [c.b("mamba_proj_bias"), c.b("projectors_bias")],
    )?;
    let a = attention(c, c.b("attention_bias"))?;
    let f = gated(c, "intermediate_size", c.b("mlp_bias"))?;
    let block = Block {
        mixers: vec![("mamba", Mixer::Mamba2(m)), ("self_attn", Mixer::Own(a))],
        ffns: vec![("feed_forward", Ffn::Dense(f))],
        norm: f.width.saturating_mul(2),
    };
    let n = tokens(cx, c)?;
    add(cx, c, n, "model", false, Blocks::alike(block, layers))
}

/// LFM2: short gated convolutions, attention at some layers; experts in its mixture form.
pub fn lfm2(cx: &mut Cx, c: &Cfg) -> R<()> {
    let layers = c.layers("num_hidden_layers")?;
    let width = c.u("hidden_size")?;
    let n = tokens(cx, c)?;
    let at = c.us("full_attn_idxs")?;
    let all = c.model_type == "lfm2" && at.is_none();
    let at = at.unwrap_or_default();
    let kinds = kinds(c, "layer_types", layers, |i| {
        if all || at.contains(&i) {
            "attention"
        } else {
            "conv"
        }
    })?;
    let head = head_dim(c)?;
    let a = Attention {
        extra: head.saturating_mul(2),
        ..attention(c, false)?
    };
    let (kernel, bias) = (c.u("conv_L_cache")?, c.b("conv_bias"));
    let conv = Cost::new()
        .linear(n, width, width.saturating_mul(3), bias)
        .convolution(padded_conv(n, kernel), width, width, kernel, width, bias)
        .linear(n, width, width, bias);
    let mut inner = if c.own("block_ff_dim") {
        c.u("block_ff_dim")?
    } else {
        c.u("intermediate_size")?
    };
    if c.b("block_auto_adjust_ff_dim") {
        inner = inner.saturating_mul(2) / 3;
        if c.get("block_ffn_dim_multiplier").is_some() {
            inner = scaled(inner, c.f("block_ffn_dim_multiplier", 1.0)?);
            let unit = c.or("block_multiple_of", 256)?.max(1);
            inner = inner.div_ceil(unit).saturating_mul(unit);
        }
    }
    let f = FeedForward {
        width,
        inner,
        gated: true,
        bias: [false; 2],
    };
    let mixture = if c.model_type == "lfm2_moe" {
        let e = FeedForward {
            inner: c.u("moe_intermediate_size")?,
            ..f
        };
        let balance = 0;
        Some((
            c.or("num_dense_layers", 0)?,
            Mixture {
                balance,
                ..Mixture::new(e, c.u("num_experts")?, c.u("num_experts_per_tok")?)
            },
        ))
    } else {
        None
    };
    let blocks = Blocks::each(layers, |i| {
        let mixer = if kinds.get(i as usize) == Some(&"conv") {
            (
                "conv",
                Mixer::Other("gated convolution", Box::new(conv.clone()), Box::default()),
            )
        } else {
            ("self_attn", Mixer::Own(a))
        };
        let ffn = match mixture {
            Some((dense, m)) if i >= dense => Ffn::Mixture(m),
            _ => Ffn::Dense(f),
        };
        Ok(Block {
            mixers: vec![mixer],
            ffns: vec![("feed_forward", ffn)],
            norm: width.saturating_mul(2),
        })
    })?;
    let tied = if c.own("tie_embedding") {
        c.b("tie_embedding")
    } else {
        c.b_or("tie_word_embeddings", true)
    };
    Decoder::plain(c, "model", width, tied, blocks)?.add(cx, c, n)
}

/// RecurrentGemma: linear recurrences with block-diagonal gates, local attention every third layer.
pub fn recurrent_gemma(cx: &mut Cx, c: &Cfg) -> R<()> {
    let layers = c.layers("num_hidden_layers")?;
    let width = c.u("hidden_size")?;
    let n = tokens(cx, c)?;
    let lru = c.or("lru_width", width)?;
    let heads = c.u("num_attention_heads")?;
    let part = div(lru, heads, "num_attention_heads")?;
    let kernel = c.u("conv1d_width")?;
    let recurrent = Cost::new()
        .linears(2, n, width, lru, true)
        .convolution(padded_conv(n, kernel), lru, lru, kernel, lru, true)
        .weights(&[2, heads, part, part])
        .product(&[2, n, heads, part, part])
        .weights(&[3, lru])
        .linear(n, lru, width, true);
    let bias = c.b("attention_bias");
    let a = Attention {
        mask: Mask::Window(c.u("attention_window_size")?.max(1)),
        ..attention(c, false)?
    }
    .biased([bias, bias, bias, true]);
    let f = FeedForward {
        width,
        inner: c.u("intermediate_size")? / 2,
        gated: true,
        bias: [true; 2],
    };
    let pattern = c.strs("block_types")?.unwrap_or_default();
    let local: Vec<bool> = pattern.iter().map(|p| *p == "attention").collect();
    let blocks = Blocks::each(layers, |i| {
        let k = local.len().max(1) as u64;
        let mixer = if local.get((i % k) as usize).copied().unwrap_or(false) {
            Mixer::Own(a)
        } else {
            Mixer::Other(
                "gated linear recurrence",
                Box::new(recurrent.clone()),
                Box::default(),
            )
        };
        Ok(Block {
            mixers: vec![("temporal_block", mixer)],
            ffns: vec![("mlp_block", Ffn::Dense(f))],
            norm: width.saturating_mul(2),
        })
    })?;
    add(cx, c, n, "model", true, blocks)
}

/// RWKV, version 4.
pub fn rwkv(cx: &mut Cx, c: &Cfg) -> R<()> {
    let width = c.u("hidden_size")?;
    let w = Rwkv4 {
        width,
        attention: c.or("attention_hidden_size", width)?,
        inner: c.or("intermediate_size", width.saturating_mul(4))?,
    };
    let layers = c.layers("num_hidden_layers")?;
    let block = Block {
        mixers: vec![("attention", Mixer::Rwkv(w))],
        ffns: vec![("feed_forward", Ffn::Rwkv(w))],
        norm: width.saturating_mul(4),
    };
    let n = tokens(cx, c)?;
    let (tied, blocks) = (c.b("tie_word_embeddings"), Blocks::alike(block, layers));
    let d = Decoder {
        // A norm before the first block.
        before: if layers > 0 {
            width.saturating_mul(2)
        } else {
            0
        },
        last_norm: width.saturating_mul(2),
        ..Decoder::plain(c, "rwkv", width, tied, blocks)?
    };
    d.add(cx, c, n)
}

/// xLSTM with matrix memory.
pub fn xlstm(cx: &mut Cx, c: &Cfg) -> R<()> {
    let width = c.u("hidden_size")?;
    let layers = if c.own("num_blocks") {
        c.layers("num_blocks")?
    } else {
        c.layers("num_hidden_layers")?
    };
    let heads = c.u("num_heads")?;
    let n = tokens(cx, c)?;
    let (qk, v) = (
        scaled(width, c.f("qk_dim_factor", 0.5)?),
        scaled(width, c.f("v_dim_factor", 1.0)?),
    );
    let bias = c.b("use_bias");
    let projections = Cost::new()
        .linears(2, n, width, qk, bias)
        .linears(2, n, width, v, bias)
        .linears(2, n, width, heads, true)
        .vector(v)
        .linear(n, v, width, bias);
    let (key, value) = (div(qk, heads, "num_heads")?, div(v, heads, "num_heads")?);
    // What does not fill a chunk runs step by step.
    let chunk = c.or("chunk_size", 64)?.max(1);
    let whole = n / chunk * chunk;
    let core = Cost::new()
        .product(&[whole, chunk, heads, key.saturating_add(value)])
        .product(&[2, n, heads, key, value])
        .product(&[n, heads, key]);
    let unit = c.or("ffn_round_up_to_multiple_of", 64)?.max(1);
    let inner = scaled(width, c.f("ffn_proj_factor", 2.667)?)
        .div_ceil(unit)
        .saturating_mul(unit);
    let f = FeedForward {
        width,
        inner,
        gated: true,
        bias: [bias; 2],
    };
    let block = Block {
        mixers: vec![(
            "mlstm_layer",
            Mixer::Other("matrix-memory LSTM", Box::new(projections), Box::new(core)),
        )],
        ffns: vec![("ffn", Ffn::Dense(f))],
        // Norms have biases where the matrices do.
        norm: if bias {
            width.saturating_mul(4).saturating_add(v)
        } else {
            width.saturating_mul(2)
        },
    };
    cx.tied = cx.tied.or(Some(false));
    add(cx, c, n, "backbone", false, Blocks::alike(block, layers))
}

/// The gated delta layer of Qwen.
fn delta(c: &Cfg) -> R<GatedDelta> {
    Ok(GatedDelta {
        width: c.u("hidden_size")?,
        key_heads: c.u("linear_num_key_heads")?,
        value_heads: c.u("linear_num_value_heads")?,
        key: c.u("linear_key_head_dim")?,
        value: c.u("linear_value_head_dim")?,
        kernel: c.u("linear_conv_kernel_dim")?,
        chunk: 64,
    })
}

/// Blocks of Qwen3-Next and Qwen3.5: gated delta nets, gated attention every fourth layer, dense or with experts.
///
/// # Errors
/// A missing or unreadable size.
pub fn qwen_blocks(c: &Cfg) -> R<Blocks> {
    let layers = c.layers("num_hidden_layers")?;
    let every = c.or("full_attention_interval", 4)?;
    let kinds = kinds(c, "layer_types", layers, |i| {
        if every > 0 && (i + 1) % every == 0 {
            "attention"
        } else {
            "linear"
        }
    })?;
    let d = delta(c)?;
    let a = attention(c, c.b("attention_bias"))?;
    let a = Attention {
        gate: a.heads.saturating_mul(a.key),
        gate_bias: a.bias[0],
        extra: a.key.saturating_mul(2),
        ..a
    };
    let mixed = c.model_type.starts_with("qwen3_next") || c.model_type.contains("moe");
    Blocks::each(layers, |i| {
        let mixer = if kinds.get(i as usize) == Some(&"linear") {
            ("linear_attn", Mixer::Delta(d))
        } else {
            ("self_attn", Mixer::Own(a))
        };
        let ffn = match if mixed { qwen_moe(c, i, layers)? } else { None } {
            Some(m) => Ffn::Mixture(m),
            None => Ffn::Dense(gated(c, "intermediate_size", false)?),
        };
        Ok(Block {
            mixers: vec![mixer],
            ffns: vec![("mlp", ffn)],
            norm: d.width.saturating_mul(2),
        })
    })
}

/// Qwen3-Next and the text models of Qwen3.5.
pub fn qwen_next(cx: &mut Cx, c: &Cfg) -> R<()> {
    let n = tokens(cx, c)?;
    let blocks = qwen_blocks(c)?;
    add(cx, c, n, "model", false, blocks)
}

/// MiniMax: lightning attention and full attention by turns, experts everywhere.
pub fn minimax(cx: &mut Cx, c: &Cfg) -> R<()> {
    let layers = c.layers("num_hidden_layers")?;
    let n = tokens(cx, c)?;
    let types = kinds(c, "layer_types", layers, |i| {
        if i % 2 == 0 { "attention" } else { "linear" }
    })?;
    let types: Vec<&str> = match c.us("attn_type_list")? {
        Some(l) if l.len() as u64 == layers => l
            .iter()
            .map(|&t| if t == 1 { "attention" } else { "linear" })
            .collect(),
        _ => types,
    };
    let a = attention(c, false)?;
    let wide = a.heads.saturating_mul(a.key);
    let projections = Cost::new()
        .linear(n, a.width, wide.saturating_mul(3), false)
        .linear(n, a.width, wide, false)
        .linear(n, wide, a.width, false)
        .vector(wide);
    let core = linear_core(n, c.or("block_size", 256)?, a.heads, a.key, a.key);
    let expert = gated(c, "intermediate_size", false)?;
    let m = Mixture::new(
        expert,
        c.u("num_local_experts")?,
        c.u("num_experts_per_tok")?,
    );
    let shared = c.or("shared_intermediate_size", 0)?;
    let m = Mixture {
        shared: (shared > 0).then_some(Shared {
            inner: shared,
            gate: false,
            bias: false,
        }),
        ..m
    };
    let blocks = Blocks::each(layers, |i| {
        let mixer = if types.get(i as usize) == Some(&"linear") {
            Mixer::Other(
                "lightning attention",
                Box::new(projections.clone()),
                Box::new(core.clone()),
            )
        } else {
            Mixer::Own(a)
        };
        Ok(Block {
            mixers: vec![("self_attn", mixer)],
            ffns: vec![("mlp", Ffn::Mixture(m))],
            norm: a.width.saturating_mul(2),
        })
    })?;
    add(cx, c, n, "model", false, blocks)
}

/// OLMo Hybrid: gated delta nets, attention with norms of queries and keys every fourth layer.
pub fn olmo_hybrid(cx: &mut Cx, c: &Cfg) -> R<()> {
    let layers = c.layers("num_hidden_layers")?;
    let n = tokens(cx, c)?;
    let width = c.u("hidden_size")?;
    let types = kinds(c, "layer_types", layers, |i| {
        if (i + 1) % 4 == 0 {
            "attention"
        } else {
            "linear"
        }
    })?;
    let a = attention(c, c.b("attention_bias"))?;
    let a = Attention {
        extra: (a.heads + a.kv_heads).saturating_mul(a.key),
        ..a
    };
    let kh = c.or("linear_num_key_heads", a.heads)?;
    let vh = c.or("linear_num_value_heads", a.heads)?;
    // Keys three quarters of an even share, values twice a key.
    let key = c.or(
        "linear_key_head_dim",
        scaled(div(width, kh, "linear_num_key_heads")?, 0.75),
    )?;
    let value = c.or("linear_value_head_dim", key.saturating_mul(2))?;
    let kernel = c.or("linear_conv_kernel_dim", 4)?;
    let (k, v) = (kh.saturating_mul(key), vh.saturating_mul(value));
    let mixed = k.saturating_mul(2).saturating_add(v);
    let projections = Cost::new()
        .linears(2, n, width, k, false)
        .linears(2, n, width, v, false)
        .linears(2, n, width, vh, false)
        .convolution(padded_conv(n, kernel), mixed, mixed, kernel, mixed, false)
        .weights(&[2, vh])
        .vector(value)
        .linear(n, v, width, false);
    let core = delta_core(n, 64, vh, key, value);
    let f = gated(c, "intermediate_size", false)?;
    let blocks = Blocks::each(layers, |i| {
        let mixer = if types.get(i as usize) == Some(&"linear") {
            (
                "linear_attn",
                Mixer::Other(
                    "gated delta net",
                    Box::new(projections.clone()),
                    Box::new(core.clone()),
                ),
            )
        } else {
            ("self_attn", Mixer::Own(a))
        };
        Ok(Block {
            mixers: vec![mixer],
            ffns: vec![("mlp", Ffn::Dense(f))],
            norm: width.saturating_mul(2),
        })
    })?;
    add(cx, c, n, "model", false, blocks)
}

/// Kimi Linear: delta attention with gates per channel, latent attention at some layers, experts.
pub fn kimi_linear(cx: &mut Cx, c: &Cfg) -> R<()> {
    let layers = c.layers("num_hidden_layers")?;
    let n = tokens(cx, c)?;
    let width = c.u("hidden_size")?;
    let nested = c.part("linear_attn_config");
    let full: Vec<u64> = nested.us("full_attn_layers")?.unwrap_or_default();
    let types = kinds(c, "layer_types", layers, |i| {
        // The file counts layers from 1.
        let at = if full.is_empty() {
            i > 0 && i % 4 == 0
        } else {
            full.contains(&(i + 1))
        };
        if at { "attention" } else { "linear" }
    })?;
    let (heads, head) = (
        nested
            .opt("num_heads")?
            .map_or_else(|| c.u("linear_num_heads"), Ok)?,
        nested
            .opt("head_dim")?
            .map_or_else(|| c.u("linear_head_dim"), Ok)?,
    );
    let kernel = nested
        .opt("short_conv_kernel_size")?
        .map_or_else(|| c.or("linear_conv_kernel_dim", 4), Ok)?;
    let wide = heads.saturating_mul(head);
    let mixed = wide.saturating_mul(3);
    let projections = Cost::new()
        .linears(3, n, width, wide, false)
        .convolution(padded_conv(n, kernel), mixed, mixed, kernel, mixed, false)
        .linears(2, n, width, head, false)
        .linears(2, n, head, wide, false)
        .vector(wide)
        .vector(heads)
        .linear(n, width, heads, false)
        .vector(head)
        .linear(n, wide, width, false);
    let core = delta_core(n, 64, heads, head, head);
    let l = latent(c, Mask::Causal)?;
    let blocks = Blocks::each(layers, |i| {
        let mixer = if types.get(i as usize) == Some(&"linear") {
            Mixer::Other(
                "delta attention",
                Box::new(projections.clone()),
                Box::new(core.clone()),
            )
        } else {
            Mixer::Latent(l)
        };
        let ffn = match if i < c.or("first_k_dense_replace", 1)? {
            None
        } else {
            deepseek(c, i, layers)?
        } {
            Some(m) => Ffn::Mixture(m),
            None => Ffn::Dense(gated(c, "intermediate_size", false)?),
        };
        Ok(Block {
            mixers: vec![("self_attn", mixer)],
            ffns: vec![("mlp", ffn)],
            norm: width.saturating_mul(2),
        })
    })?;
    cx.tied = cx.tied.or(Some(false));
    add(cx, c, n, "model", false, blocks)
}
