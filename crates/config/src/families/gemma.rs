//! Gemma 3n and Gemma 4: embeddings per layer, shared keys and values, alternating updates.

use crate::block::{Block, Blocks, Ffn, Mixer, text_head};
use crate::cfg::{Cfg, R};
use crate::context::Cx;
use compute_layers::kinds::{Attention, FeedForward, Mixture};
use compute_layers::{Cost, Mask};

fn tokens(cx: &mut Cx, c: &Cfg) -> R<u64> {
    cx.text_tokens(c.or("max_position_embeddings", 32768)?.clamp(1, 4096))
}

/// Which layers see a window; Gemma 4 always ends on a full one.
fn sliding(c: &Cfg, layers: u64, every: u64, last_full: bool) -> R<Vec<bool>> {
    let mut v: Vec<bool> = match c.strs("layer_types")?.filter(|t| t.len() as u64 == layers) {
        Some(t) => t.iter().map(|t| *t == "sliding_attention").collect(),
        None => (0..layers).map(|i| (i + 1) % every != 0).collect(),
    };
    if last_full && let Some(x) = v.last_mut() {
        *x = false;
    }
    Ok(v)
}

/// The text model of Gemma 3n.
pub fn gemma3n(cx: &mut Cx, c: &Cfg) -> R<()> {
    let n = tokens(cx, c)?;
    let d = c.u("hidden_size")?;
    let layers = c.layers("num_hidden_layers")?;
    let (heads, kv, hd) = (
        c.u("num_attention_heads")?,
        c.u("num_key_value_heads")?,
        c.u("head_dim")?,
    );
    let vocabulary = c.u("vocab_size")?;
    let per = c.u("hidden_size_per_layer_input")?;
    let streams = c.u("altup_num_inputs")?;
    let rank = c.u("laurel_rank")?;
    let bias = c.b("attention_bias");
    let inner = c
        .us("intermediate_size")?
        .ok_or_else(|| c.missing("intermediate_size"))?;
    let shared_from = layers.saturating_sub(c.or("num_kv_shared_layers", 0)?);
    let window = c.or("sliding_window", 512)?.max(1);
    let local = sliding(c, layers, 5, false)?;
    let squares = streams.saturating_mul(streams);
    cx.t.embedding("model.embed_tokens", vocabulary, d);
    let own_rows = c.u("vocab_size_per_layer_input")?;
    let wide = layers.saturating_mul(per);
    cx.t.embedding("model.embed_tokens_per_layer", own_rows, wide);
    cx.t.add(
        "model.per_layer_model_projection",
        "fully connected",
        1,
        Cost::new().linear(n, d, wide, false).vector(per),
    );
    let blocks = Blocks::each(layers, |i| {
        let at = i as usize;
        let mask = if local.get(at).copied().unwrap_or(true) {
            Mask::Window(window)
        } else {
            Mask::Causal
        };
        // The last layers use the keys and values of an earlier one.
        let shares = i >= shared_from;
        let a = Attention::new(d, heads, if shares { 0 } else { kv }, hd, mask).biased([bias; 4]);
        let a = Attention {
            extra: if shares { hd } else { hd * 2 },
            ..a
        };
        let f = FeedForward {
            width: d,
            inner: inner.get(at).or(inner.first()).copied().unwrap_or(0),
            gated: true,
            bias: [false; 2],
        };
        let altup = Cost::new()
            // The router speaks before the layer and after it.
            .linear(n, d, streams, false)
            .product(&[n, d, streams])
            .linear(n, streams, squares, false)
            .linear(n, streams, streams, false)
            .product(&[n, d, streams, streams])
            .vector(d.saturating_mul(2));
        let laurel = Cost::new()
            .linear(n, d, rank, false)
            .linear(n, rank, d, false)
            .vector(d);
        let per_layer = Cost::new()
            .linear(n, d, per, false)
            .linear(n, per, d, false)
            .vector(d);
        Ok(Block {
            mixers: vec![("self_attn", Mixer::Own(a))],
            ffns: vec![
                ("mlp", Ffn::Dense(f)),
                ("altup", Ffn::Other("alternating updates", Box::new(altup))),
                ("laurel", Ffn::Other("low-rank residual", Box::new(laurel))),
                (
                    "per_layer_input",
                    Ffn::Other("fully connected", Box::new(per_layer)),
                ),
            ],
            norm: d.saturating_mul(4),
        })
    })?;
    blocks.add(cx, "model.layers", n);
    let more = streams.saturating_sub(1);
    cx.t.add(
        "model.altup_projections",
        "fully connected",
        1,
        Cost::new().linears(more.saturating_mul(2), n, d, d, false),
    );
    cx.t.add("model.norm", "norm", 1, Cost::new().vector(d));
    text_head(
        cx,
        c,
        n,
        d,
        d,
        vocabulary,
        false,
        c.b_or("tie_word_embeddings", true),
    )
}

/// The text model of Gemma 4.
pub fn gemma4(cx: &mut Cx, c: &Cfg) -> R<()> {
    let n = tokens(cx, c)?;
    let d = c.u("hidden_size")?;
    let layers = c.layers("num_hidden_layers")?;
    let (heads, kv, hd) = (
        c.u("num_attention_heads")?,
        c.u("num_key_value_heads")?,
        c.u("head_dim")?,
    );
    let vocabulary = c.u("vocab_size")?;
    let per = c.or("hidden_size_per_layer_input", 0)?;
    let bias = c.b("attention_bias");
    let inner = c.u("intermediate_size")?;
    let same = c.b("attention_k_eq_v");
    let wide_head = c.or("global_head_dim", 512)?;
    let wide_kv = if same {
        c.or("num_global_key_value_heads", kv)?
    } else {
        kv
    };
    let shared_from = layers.saturating_sub(c.or("num_kv_shared_layers", 0)?);
    let double = c.b("use_double_wide_mlp");
    let window = c.or("sliding_window", 512)?.max(1);
    let local = sliding(c, layers, 6, true)?;
    cx.t.embedding("model.embed_tokens", vocabulary, d);
    if per > 0 {
        let wide = layers.saturating_mul(per);
        cx.t.embedding(
            "model.embed_tokens_per_layer",
            c.u("vocab_size_per_layer_input")?,
            wide,
        );
        cx.t.add(
            "model.per_layer_model_projection",
            "fully connected",
            1,
            Cost::new().linear(n, d, wide, false).vector(per),
        );
    }
    let mixture = if c.b("enable_moe_block") {
        let e = FeedForward {
            width: d,
            inner: c.u("moe_intermediate_size")?,
            gated: true,
            bias: [false; 2],
        };
        Some(Mixture::new(e, c.u("num_experts")?, c.u("top_k_experts")?))
    } else {
        None
    };
    let blocks = Blocks::each(layers, |i| {
        let near = local.get(i as usize).copied().unwrap_or(false);
        let shares = i >= shared_from;
        let (kv, hd, mask) = if near {
            (kv, hd, Mask::Window(window))
        } else {
            (wide_kv, wide_head, Mask::Causal)
        };
        let extra = if shares { hd } else { hd * 2 };
        let own = Attention {
            extra,
            ..Attention::new(d, heads, if shares { 0 } else { kv }, hd, mask).biased([bias; 4])
        };
        let mixer = if same && !near && !shares {
            // Values are the keys: one projection for both.
            let p = Cost::new()
                .linear(n, d, heads.saturating_mul(hd), bias)
                .linear(n, d, kv.saturating_mul(hd), bias)
                .linear(n, heads.saturating_mul(hd), d, bias)
                .vector(extra);
            Mixer::Other("attention", Box::new(p), Box::new(own.core(n, n)))
        } else {
            Mixer::Own(own)
        };
        let f = FeedForward {
            width: d,
            inner: if double && shares {
                inner.saturating_mul(2)
            } else {
                inner
            },
            gated: true,
            bias: [false; 2],
        };
        let mut b = Block {
            mixers: vec![("self_attn", mixer)],
            ffns: vec![("mlp", Ffn::Dense(f))],
            norm: d.saturating_mul(4),
        };
        if let Some(m) = mixture {
            // A scale per input value and per expert; three more norms.
            b.ffns.push((
                "moe",
                Ffn::Mixture(Mixture {
                    balance: d.saturating_add(m.experts),
                    ..m
                }),
            ));
            b.norm = b.norm.saturating_add(d.saturating_mul(3));
        }
        if per > 0 {
            let p = Cost::new()
                .linear(n, d, per, false)
                .linear(n, per, d, false)
                .vector(d);
            b.ffns.push((
                "per_layer_input",
                Ffn::Other("fully connected", Box::new(p)),
            ));
        }
        Ok(b)
    })?;
    blocks.add(cx, "model.layers", n);
    cx.t.add("model.norm", "norm", 1, Cost::new().vector(d));
    text_head(
        cx,
        c,
        n,
        d,
        d,
        vocabulary,
        false,
        c.b_or("tie_word_embeddings", true),
    )
}
