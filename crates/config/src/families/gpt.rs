//! GPT-2 and the decoders of its time: biases, learned positions, tied tables, keys of their own.

use crate::block::{Block, Blocks, Decoder, Ffn, Mixer, text_head};
use crate::cfg::{Cfg, R, div, scaled};
use crate::context::Cx;
use compute_layers::kinds::{Attention, FeedForward};
use compute_layers::{Cost, Mask};

/// Sizes common to these decoders.
struct Sizes {
    width: u64,
    layers: u64,
    heads: u64,
    kv_heads: u64,
    head: u64,
    inner: u64,
    positions: u64,
    qkv_bias: bool,
    out_bias: bool,
    mlp_bias: bool,
    gated: bool,
    /// Norm parameters of a block.
    norm: u64,
    /// Norm parameters at the end.
    last: u64,
    /// Norm parameters after the tables.
    before: u64,
    tied: bool,
    head_bias: bool,
}

impl Sizes {
    /// The shape of GPT-2: biases everywhere, two norms with biases a block, tied.
    fn usual(c: &Cfg) -> R<Sizes> {
        let width = c.u("hidden_size")?;
        let heads = c.u("num_attention_heads")?;
        Ok(Sizes {
            width,
            layers: c.layers("num_hidden_layers")?,
            heads,
            kv_heads: heads,
            head: div(width, heads, "num_attention_heads")?,
            inner: c.or("n_inner", width.saturating_mul(4))?,
            positions: c.or("max_position_embeddings", 0)?,
            qkv_bias: true,
            out_bias: true,
            mlp_bias: true,
            gated: false,
            norm: width.saturating_mul(4),
            last: width.saturating_mul(2),
            before: 0,
            tied: c.b_or("tie_word_embeddings", true),
            head_bias: false,
        })
    }

    fn block(&self, mask: Mask) -> Block {
        let a = Attention::new(self.width, self.heads, self.kv_heads, self.head, mask);
        let a = a.biased([self.qkv_bias, self.qkv_bias, self.qkv_bias, self.out_bias]);
        let f = FeedForward {
            width: self.width,
            inner: self.inner,
            gated: self.gated,
            bias: [self.mlp_bias; 2],
        };
        Block::usual(a, Ffn::Dense(f), self.norm)
    }

    fn add(&self, cx: &mut Cx, c: &Cfg, blocks: Blocks) -> R<()> {
        let longest = c.or("max_position_embeddings", 2048)?;
        let n = cx.text_tokens(longest.clamp(1, 4096))?;
        let d = Decoder {
            prefix: "transformer",
            width: self.width,
            vocabulary: c.u("vocab_size")?,
            embedding_width: self.width,
            positions: self.positions,
            before: self.before,
            last_norm: self.last,
            tied: self.tied,
            head_bias: self.head_bias,
            blocks,
        };
        d.add(cx, c, n)
    }

    fn add_alike(&self, cx: &mut Cx, c: &Cfg) -> R<()> {
        self.add(cx, c, Blocks::alike(self.block(Mask::Causal), self.layers))
    }
}

/// GPT-2, GPT-1, GPT-BigCode, CTRL: fused projections with biases.
pub fn gpt2(cx: &mut Cx, c: &Cfg) -> R<()> {
    let mut s = Sizes::usual(c)?;
    match c.model_type.as_str() {
        "openai-gpt" => s.last = 0,
        "gpt_bigcode" if c.b_or("multi_query", true) => s.kv_heads = 1,
        "ctrl" => {
            s.positions = 0;
            s.inner = c.u("dff")?;
            s.head_bias = true;
        }
        _ => {}
    }
    let mut block = s.block(Mask::Causal);
    if c.b("add_cross_attention") {
        let a = Attention::new(s.width, s.heads, s.heads, s.head, Mask::Full).biased([true; 4]);
        block.mixers.push(("crossattention", Mixer::CrossIdle(a)));
        block.norm = block.norm.saturating_add(s.width * 2);
    }
    s.add(cx, c, Blocks::alike(block, s.layers))
}

/// GPT-Neo: every second layer sees a window; no biases of queries, keys, values.
pub fn gpt_neo(cx: &mut Cx, c: &Cfg) -> R<()> {
    let mut s = Sizes::usual(c)?;
    s.inner = c.or("intermediate_size", s.width.saturating_mul(4))?;
    s.qkv_bias = false;
    let local = Mask::Window(c.or("window_size", 256)?.max(1));
    let mut kinds: Vec<bool> = Vec::new();
    if let Some(list) = c.strs("attention_layers")? {
        kinds = list.iter().map(|k| *k == "local").collect();
    } else if let Some(types) = c
        .get("attention_types")
        .and_then(serde_json::Value::as_array)
    {
        for t in types {
            let names = t.get(0).and_then(serde_json::Value::as_array);
            let times = t
                .get(1)
                .and_then(serde_json::Value::as_u64)
                .unwrap_or(1)
                .min(s.layers);
            for _ in 0..times {
                for n in names.into_iter().flatten().take(16) {
                    kinds.push(n.as_str() == Some("local"));
                }
                if kinds.len() as u64 > s.layers {
                    break;
                }
            }
        }
    }
    let blocks = Blocks::each(s.layers, |i| {
        let alternate = i % 2 == 1;
        Ok(
            s.block(if kinds.get(i as usize).copied().unwrap_or(alternate) {
                local
            } else {
                Mask::Causal
            }),
        )
    })?;
    s.add(cx, c, blocks)
}

/// GPT-J and CodeGen: one norm a block, rotary, an output of its own with a bias.
pub fn gptj(cx: &mut Cx, c: &Cfg) -> R<()> {
    let mut s = Sizes::usual(c)?;
    s.positions = 0;
    s.qkv_bias = false;
    s.out_bias = false;
    s.norm = s.width.saturating_mul(2);
    s.tied = c.b_or("tie_word_embeddings", false);
    s.head_bias = true;
    s.add_alike(cx, c)
}

/// GPT-NeoX, Pythia.
pub fn gpt_neox(cx: &mut Cx, c: &Cfg) -> R<()> {
    let mut s = Sizes::usual(c)?;
    s.positions = 0;
    s.inner = c.u("intermediate_size")?;
    s.qkv_bias = c.b_or("attention_bias", true);
    s.out_bias = s.qkv_bias;
    s.tied = c.b_or("tie_word_embeddings", false);
    s.add_alike(cx, c)
}

/// The Japanese GPT-NeoX: no biases but one in the last layer.
pub fn gpt_neox_japanese(cx: &mut Cx, c: &Cfg) -> R<()> {
    let mut s = Sizes::usual(c)?;
    s.positions = 0;
    s.inner = scaled(s.width, c.f("intermediate_multiple_size", 4.0)?);
    (s.qkv_bias, s.out_bias, s.mlp_bias) = (false, false, false);
    s.last = s.last.saturating_add(s.width);
    s.add_alike(cx, c)
}

/// OPT: positions + 2, a table that may be narrower than the model.
pub fn opt(cx: &mut Cx, c: &Cfg) -> R<()> {
    let mut s = Sizes::usual(c)?;
    let affine = c.b_or("layer_norm_elementwise_affine", true);
    s.inner = c.u("ffn_dim")?;
    s.positions = c.u("max_position_embeddings")?.saturating_add(2);
    let bias = c.b_or("enable_bias", true);
    (s.qkv_bias, s.out_bias, s.mlp_bias) = (bias, bias, bias);
    let last = c.b_or("do_layer_norm_before", true) && !c.b("_remove_final_layer_norm");
    if !affine {
        s.norm = 0;
    }
    s.last = if last && affine {
        s.width.saturating_mul(2)
    } else {
        0
    };
    let table = c.or("word_embed_proj_dim", s.width)?;
    let longest = c.or("max_position_embeddings", 2048)?;
    let n = cx.text_tokens(longest.clamp(1, 4096))?;
    if table != s.width {
        cx.t.add(
            "model.decoder.project_in",
            "fully connected",
            1,
            Cost::new().linear(n, table, s.width, false),
        );
        cx.t.add(
            "model.decoder.project_out",
            "fully connected",
            1,
            Cost::new().linear(n, s.width, table, false),
        );
    }
    let d = Decoder {
        prefix: "model.decoder",
        width: s.width,
        vocabulary: c.u("vocab_size")?,
        embedding_width: table,
        positions: s.positions,
        before: 0,
        last_norm: s.last,
        tied: s.tied,
        head_bias: false,
        blocks: Blocks::alike(s.block(Mask::Causal), s.layers),
    };
    d.add(cx, c, n)
}

/// BLOOM: a norm after the table, no positions.
pub fn bloom(cx: &mut Cx, c: &Cfg) -> R<()> {
    // Old files say n_embed where newer ones say hidden_size.
    let width = if c.own("n_embed") && !c.own("hidden_size") {
        c.u("n_embed")?
    } else {
        c.u("hidden_size")?
    };
    let heads = c.u("num_attention_heads")?;
    let mut s = Sizes::usual(c)?;
    s.width = width;
    s.head = div(width, heads, "n_head")?;
    s.inner = width.saturating_mul(4);
    (s.norm, s.last, s.before) = (width * 4, width * 2, width * 2);
    s.positions = 0;
    s.add_alike(cx, c)
}

/// Falcon: one key/value head unless the new architecture says otherwise.
pub fn falcon(cx: &mut Cx, c: &Cfg) -> R<()> {
    let mut s = Sizes::usual(c)?;
    s.positions = 0;
    s.inner = c.or("ffn_hidden_size", s.width.saturating_mul(4))?;
    let newer = c.b("new_decoder_architecture");
    let bias = c.b("bias");
    (s.qkv_bias, s.out_bias, s.mlp_bias) = (bias, bias, bias);
    s.kv_heads = if newer {
        c.or("num_kv_heads", s.heads)?
    } else if c.b_or("multi_query", true) {
        1
    } else {
        s.heads
    };
    let two = if newer {
        c.or("num_ln_in_parallel_attn", 2)? == 2
    } else {
        !c.b_or("parallel_attn", true)
    };
    s.norm = s.width.saturating_mul(if two { 4 } else { 2 });
    s.add_alike(cx, c)
}

/// MPT: no biases, no position table.
pub fn mpt(cx: &mut Cx, c: &Cfg) -> R<()> {
    let mut s = Sizes::usual(c)?;
    s.positions = 0;
    s.inner = scaled(s.width, c.f("expansion_ratio", 4.0)?);
    (s.qkv_bias, s.out_bias, s.mlp_bias) = (false, false, false);
    (s.norm, s.last) = (s.width * 2, s.width);
    let attention = c.part("attn_config");
    s.kv_heads = match attention.s("attn_type") {
        Some("multiquery_attention") => 1,
        Some("grouped_query_attention") => attention.or("kv_n_heads", s.heads)?,
        _ => s.heads,
    };
    s.add_alike(cx, c)
}

/// XGLM (fixed positions) and BioGPT (learned ones).
pub fn xglm(cx: &mut Cx, c: &Cfg) -> R<()> {
    let mut s = Sizes::usual(c)?;
    if c.model_type == "xglm" {
        s.positions = 0;
        s.inner = c.u("ffn_dim")?;
    } else {
        s.positions = c.u("max_position_embeddings")?.saturating_add(2);
        s.inner = c.u("intermediate_size")?;
    }
    let mut block = s.block(Mask::Causal);
    if c.model_type == "xglm" && c.b("add_cross_attention") {
        let a = Attention::new(s.width, s.heads, s.heads, s.head, Mask::Full).biased([true; 4]);
        block.mixers.push(("encoder_attn", Mixer::CrossIdle(a)));
        block.norm = block.norm.saturating_add(s.width * 2);
    }
    s.add(cx, c, Blocks::alike(block, s.layers))
}

/// Qwen, the first version: `intermediate_size` holds both halves of the gated part.
pub fn qwen(cx: &mut Cx, c: &Cfg) -> R<()> {
    let mut s = Sizes::usual(c)?;
    s.positions = 0;
    s.head = c.or("kv_channels", s.head)?;
    s.inner = c.u("intermediate_size")? / 2;
    s.gated = true;
    s.out_bias = !c.b_or("no_bias", true);
    s.mlp_bias = s.out_bias;
    (s.norm, s.last) = (s.width * 2, s.width);
    s.tied = c.b_or("tie_word_embeddings", false);
    s.add_alike(cx, c)
}

/// ChatGLM 2 to 4 (custom code): grouped queries, gated, biases of queries, keys, values.
pub fn chatglm(cx: &mut Cx, c: &Cfg) -> R<()> {
    let width = c.u("hidden_size")?;
    let heads = c.u("num_attention_heads")?;
    let head = c.or("kv_channels", div(width, heads, "num_attention_heads")?)?;
    let kv = if c.b("multi_query_attention") {
        c.u("multi_query_group_num")?
    } else {
        heads
    };
    let qkv = c.b("add_qkv_bias") || c.b("add_bias_linear");
    let linear = c.b("add_bias_linear");
    let a = Attention::new(width, heads, kv, head, Mask::Causal).biased([qkv, qkv, qkv, linear]);
    let f = FeedForward {
        width,
        inner: c.u("ffn_hidden_size")?,
        gated: true,
        bias: [linear; 2],
    };
    let norm = if c.b_or("rmsnorm", true) {
        width
    } else {
        width * 2
    };
    let n = cx.text_tokens(c.or("seq_length", 2048)?.clamp(1, 4096))?;
    let layers = if c.own("num_layers") {
        c.layers("num_layers")?
    } else {
        c.layers("num_hidden_layers")?
    };
    let vocabulary = match c.opt("padded_vocab_size")? {
        Some(v) => v,
        None => c.u("vocab_size")?,
    };
    cx.t.embedding("transformer.embedding", vocabulary, width);
    Blocks::alike(Block::usual(a, Ffn::Dense(f), norm * 2), layers).add(
        cx,
        "transformer.encoder.layers",
        n,
    );
    if c.b_or("post_layer_norm", true) {
        cx.t.add(
            "transformer.encoder.final_layernorm",
            "norm",
            1,
            Cost::new().vector(norm),
        );
    }
    // The published class holds the output table inside the bare model.
    if cx.head == crate::context::Head::Base {
        cx.head = crate::context::Head::CausalLm;
    }
    text_head(
        cx,
        c,
        n,
        width,
        width,
        vocabulary,
        false,
        c.b_or("tie_word_embeddings", false),
    )
}

/// ImageGPT: GPT-2 over clusters of colours; norms are scales, the start of a picture is a word of its own.
pub fn imagegpt(cx: &mut Cx, c: &Cfg) -> R<()> {
    let mut s = Sizes::usual(c)?;
    (s.norm, s.last) = (s.width.saturating_mul(2), s.width);
    let vocabulary = c.u("vocab_size")?;
    let n = cx.text_tokens(c.u("n_positions")?)?;
    let d = Decoder {
        prefix: "transformer",
        width: s.width,
        vocabulary,
        embedding_width: s.width,
        positions: s.positions,
        before: 0,
        last_norm: s.last,
        tied: false,
        head_bias: false,
        blocks: Blocks::alike(s.block(Mask::Causal), s.layers),
    };
    if cx.class.ends_with("ForCausalImageModeling") {
        // The output leaves out the word that starts a picture.
        cx.head = crate::context::Head::Base;
        d.add(cx, c, n)?;
        cx.lm_head(
            "lm_head",
            n,
            s.width,
            vocabulary.saturating_sub(1),
            false,
            false,
        );
        return Ok(());
    }
    if cx.head == crate::context::Head::Image {
        cx.head = crate::context::Head::Base;
        d.add(cx, c, n)?;
        let k = c.labels()?;
        cx.t.add(
            "score",
            "classification head",
            1,
            Cost::new().linear(1, s.width, k, false),
        );
        return Ok(());
    }
    d.add(cx, c, n)
}
