//! Encoder-decoders: T5 and its kin, BART and its kin. A source token passes the encoder, a target token the decoder.

use crate::block::{Block, Blocks, Ffn, Mixer, generation_head, note_head};
use crate::cfg::{Cfg, R, div};
use crate::context::{Cx, Head, bounded};
use compute_layers::kinds::{Attention, FeedForward, Mixture};
use compute_layers::{Cost, Mask};

/// Source and target tokens: from the inputs, the option for both, or `otherwise`.
pub fn lengths(cx: &mut Cx, otherwise: u64) -> R<(u64, u64)> {
    let s = cx.text_tokens(otherwise)?;
    let t = match cx.last(&["decoder_input_ids", "decoder_inputs_embeds", "labels"])? {
        Some(t) => bounded(t, "target length")?,
        None => s,
    };
    // A class without a decoder has no target.
    Ok((s, t))
}

/// T5, mT5, UMT5, LongT5, Switch: relative positions, RMS norms, no biases.
pub fn t5(cx: &mut Cx, c: &Cfg) -> R<()> {
    let (s, t) = lengths(cx, 512)?;
    let d = c.u("d_model")?;
    let (heads, kv) = (c.u("num_heads")?, c.u("d_kv")?);
    let vocabulary = c.u("vocab_size")?;
    let layers = c.layers("num_layers")?;
    let decoders = if c.get("num_decoder_layers").is_some() {
        c.layers("num_decoder_layers")?
    } else {
        layers
    };
    let gated = c
        .s("feed_forward_proj")
        .unwrap_or("relu")
        .starts_with("gated-");
    let f = FeedForward {
        width: d,
        inner: c.u("d_ff")?,
        gated,
        bias: [false; 2],
    };
    let buckets = c.or("relative_attention_num_buckets", 32)?;
    let kind = c.model_type.as_str();
    let table = Cost::new().weights(&[buckets, heads]);
    let every = |key: &'static str| c.or(key, 0);
    let switch = kind == "switch_transformers";
    let mixture = |i: u64, step: u64| -> R<Ffn> {
        if switch && step > 0 && (if step > 1 { i % step == 1 } else { true }) {
            let m = Mixture::new(f, c.u("num_experts")?, 1);
            return Ok(Ffn::Mixture(Mixture {
                router_bias: c.b("router_bias"),
                ..m
            }));
        }
        Ok(Ffn::Dense(f))
    };
    let step = |layers: u64, key: &'static str| -> R<u64> {
        let sparse = every(key)?;
        Ok(layers
            .checked_div(sparse)
            .unwrap_or(layers.saturating_add(1)))
    };
    cx.t.embedding("shared", vocabulary, d);
    let tied = c.b_or("tie_word_embeddings", true);
    if switch && !tied {
        // Untied, encoder and decoder have tables of their own beside the shared one.
        cx.t.embedding("encoder.embed_tokens", vocabulary, d);
        cx.t.embedding("decoder.embed_tokens", vocabulary, d);
    }
    let source = match (kind, c.s("encoder_attention_type")) {
        ("longt5", Some("transient-global")) => Source::Global,
        ("longt5", _) => Source::Local,
        _ => Source::Full,
    };
    let a = Attention::new(d, heads, heads, kv, Mask::Full);
    let encoder_step = step(layers, "num_sparse_encoder_layers")?;
    let encoder = Blocks::each(layers, |i| {
        let mixer = match source {
            Source::Full => Mixer::Own(a),
            _ => {
                // Blocks of r + 1 tokens see themselves and their neighbours: three blocks of keys.
                let b = c.or("local_radius", 127)?.saturating_add(1);
                let padded = s.div_ceil(b.max(1)).saturating_mul(b);
                let mut keys = b.saturating_mul(3);
                let mut p = a.projections(s, s);
                if source == Source::Global {
                    let globals = s / c.or("global_block_size", 16)?.max(1);
                    keys = keys.saturating_add(globals);
                    p = p
                        .vector(d)
                        .product(&[2, globals, d, heads.saturating_mul(kv)]);
                }
                let core = Cost::new()
                    .product(&[2, padded, keys, heads, kv])
                    .remark("blocks of keys around each block");
                Mixer::Other("sliding-window attention", Box::new(p), Box::new(core))
            }
        };
        Ok(Block {
            mixers: vec![("self_attn", mixer)],
            ffns: vec![("mlp", mixture(i, encoder_step)?)],
            norm: d.saturating_mul(2),
        })
    })?;
    encoder.add(cx, "encoder.block", s);
    let tables = if kind == "umt5" {
        layers
    } else {
        layers.min(1)
    };
    let extra = if source == Source::Global { 2 } else { 1 };
    cx.t.add(
        "encoder.relative_attention_bias",
        "position table",
        tables * extra,
        table.clone(),
    );
    cx.t.add("encoder.final_layer_norm", "norm", 1, Cost::new().vector(d));
    if cx.class.ends_with("EncoderModel") {
        return Ok(());
    }
    let own = Attention {
        mask: Mask::Causal,
        ..a
    };
    let decoder_step = step(decoders, "num_sparse_decoder_layers")?;
    let decoder = Blocks::each(decoders, |i| {
        Ok(Block {
            mixers: vec![
                ("self_attn", Mixer::Own(own)),
                ("cross_attn", Mixer::Cross(a, s)),
            ],
            ffns: vec![("mlp", mixture(i, decoder_step)?)],
            norm: d.saturating_mul(3),
        })
    })?;
    decoder.add(cx, "decoder.block", t);
    let tables = if kind == "umt5" {
        decoders
    } else {
        decoders.min(1)
    };
    cx.t.add(
        "decoder.relative_attention_bias",
        "position table",
        tables,
        table,
    );
    cx.t.add("decoder.final_layer_norm", "norm", 1, Cost::new().vector(d));
    match cx.head {
        Head::Base => {}
        Head::Generation => {
            cx.lm_head("lm_head", t, d, vocabulary, false, tied);
        }
        Head::Sequence => {
            let k = c.labels()?;
            cx.t.add(
                "classification_head.dense",
                "fully connected",
                1,
                Cost::new().linear(1, d, d, true),
            );
            cx.t.add(
                "classification_head.out_proj",
                "classification head",
                1,
                Cost::new().linear(1, d, k, true),
            );
        }
        Head::Question => cx.t.add(
            "qa_outputs",
            "classification head",
            1,
            Cost::new().linear(t, d, 2, true),
        ),
        _ => note_head(cx),
    }
    Ok(())
}

#[derive(Clone, Copy, PartialEq)]
enum Source {
    Full,
    Local,
    Global,
}

/// What sets one of BART's kin apart.
#[derive(Clone, Copy)]
struct Bart {
    types: &'static [&'static str],
    /// Rows that the learned position table has beyond the longest input; `None`: fixed positions.
    positions: Option<u64>,
    /// A norm after the tables.
    first_norm: bool,
    /// A norm after the last layer.
    last_norm: bool,
    /// Biases of attention.
    bias: bool,
    /// The positions are stored as a frozen parameter.
    frozen_positions: bool,
}

const BART: Bart = Bart {
    types: &["bart", "plbart", "mvp"],
    positions: Some(2),
    first_norm: true,
    last_norm: false,
    bias: true,
    frozen_positions: false,
};

const BARTS: &[Bart] = &[
    BART,
    Bart {
        types: &["mbart"],
        last_norm: true,
        ..BART
    },
    Bart {
        types: &["pegasus"],
        positions: Some(0),
        first_norm: false,
        last_norm: true,
        frozen_positions: true,
        ..BART
    },
    Bart {
        types: &["bigbird_pegasus"],
        positions: Some(0),
        bias: false,
        ..BART
    },
    Bart {
        types: &["blenderbot"],
        positions: Some(0),
        first_norm: false,
        last_norm: true,
        ..BART
    },
    Bart {
        types: &["blenderbot-small"],
        positions: Some(0),
        ..BART
    },
    Bart {
        types: &["marian"],
        positions: Some(0),
        first_norm: false,
        frozen_positions: true,
        ..BART
    },
    Bart {
        types: &["m2m_100", "nllb-moe"],
        positions: None,
        first_norm: false,
        last_norm: true,
        ..BART
    },
    Bart {
        types: &["fsmt"],
        positions: Some(2),
        first_norm: false,
        frozen_positions: true,
        ..BART
    },
];

/// BART and its kin.
pub fn bart(cx: &mut Cx, c: &Cfg) -> R<()> {
    let Some(b) = BARTS
        .iter()
        .find(|b| b.types.contains(&c.model_type.as_str()))
    else {
        return Err(c.missing("model_type"));
    };
    let kind = c.model_type.as_str();
    let b = &Bart {
        bias: if kind == "bigbird_pegasus" {
            c.b("use_bias")
        } else {
            b.bias
        },
        ..*b
    };
    let d = c.u("d_model")?;
    let longest = c.or("max_position_embeddings", 1024)?;
    let (s, t) = lengths(cx, longest.clamp(1, 1024))?;
    let (el, dl) = (c.layers("encoder_layers")?, c.layers("decoder_layers")?);
    let (eh, dh) = (
        c.u("encoder_attention_heads")?,
        c.u("decoder_attention_heads")?,
    );
    let (ef, df) = (c.u("encoder_ffn_dim")?, c.u("decoder_ffn_dim")?);
    let (source, target, own_tables) = if kind == "fsmt" {
        (c.u("src_vocab_size")?, c.u("tgt_vocab_size")?, true)
    } else {
        (
            c.u("vocab_size")?,
            c.or("decoder_vocab_size", c.u("vocab_size")?)?,
            false,
        )
    };
    let scattered = matches!(kind, "m2m_100" | "nllb-moe") && !c.b_or("tie_word_embeddings", true);
    let apart = own_tables
        || scattered
        || (kind == "marian" && !c.b_or("share_encoder_decoder_embeddings", true));
    // BART for causal language modelling is the decoder alone, its attention over an encoder idle.
    let decoder_only = cx.head == Head::CausalLm;
    let t = if decoder_only { s } else { t };
    let ln = |n: u64| Cost::new().vector(n.saturating_mul(2));
    let positions = |cx: &mut Cx, path: &str| {
        if let Some(more) = b.positions {
            // Fairseq's translation models keep rows for the padding and one more.
            let more = if kind == "fsmt" { 2 } else { more };
            let rows = longest.saturating_add(more);
            cx.t.add(path, "position table", 1, Cost::new().weights(&[rows, d]));
            if b.frozen_positions {
                cx.t.freeze(u128::from(rows) * u128::from(d));
            }
        }
    };
    if scattered && !decoder_only {
        // Untied, the shared table stays beside those of encoder and decoder.
        cx.t.embedding("shared", source, d);
    }
    if !decoder_only {
        cx.t.embedding(
            if apart {
                "encoder.embed_tokens"
            } else {
                "shared"
            },
            source,
            d,
        );
        positions(cx, "encoder.embed_positions");
        if b.first_norm {
            cx.t.add("encoder.layernorm_embedding", "norm", 1, ln(d));
        }
        let a = Attention::new(
            d,
            eh,
            eh,
            div(d, eh, "encoder_attention_heads")?,
            Mask::Full,
        )
        .biased([b.bias; 4]);
        let f = FeedForward {
            width: d,
            inner: ef,
            gated: false,
            bias: [true; 2],
        };
        let sparse = if kind == "nllb-moe" {
            c.or("encoder_sparse_step", 4)?
        } else {
            0
        };
        let blocks = Blocks::each(el, |i| {
            let ffn = experts(c, f, i, sparse)?;
            Ok(Block {
                mixers: vec![("self_attn", Mixer::Own(a))],
                ffns: vec![("mlp", ffn)],
                norm: d.saturating_mul(4),
            })
        })?;
        blocks.add(cx, "encoder.layers", s);
        if b.last_norm {
            cx.t.add("encoder.layer_norm", "norm", 1, ln(d));
        }
        if cx.class.ends_with("Encoder") || cx.class.ends_with("EncoderModel") {
            return Ok(());
        }
    }
    if apart || decoder_only {
        cx.t.embedding("decoder.embed_tokens", target, d);
    }
    positions(cx, "decoder.embed_positions");
    if b.first_norm {
        cx.t.add("decoder.layernorm_embedding", "norm", 1, ln(d));
    }
    let head = div(d, dh, "decoder_attention_heads")?;
    let biased = |mask| Attention::new(d, dh, dh, head, mask).biased([b.bias; 4]);
    let f = FeedForward {
        width: d,
        inner: df,
        gated: false,
        bias: [true; 2],
    };
    let sparse = if kind == "nllb-moe" {
        c.or("decoder_sparse_step", 4)?
    } else {
        0
    };
    let blocks = Blocks::each(dl, |i| {
        let cross = if decoder_only {
            Mixer::CrossIdle(biased(Mask::Full))
        } else {
            Mixer::Cross(biased(Mask::Full), s)
        };
        Ok(Block {
            mixers: vec![
                ("self_attn", Mixer::Own(biased(Mask::Causal))),
                ("encoder_attn", cross),
            ],
            ffns: vec![("mlp", experts(c, f, i, sparse)?)],
            norm: d.saturating_mul(6),
        })
    })?;
    blocks.add(cx, "decoder.layers", t);
    if b.last_norm {
        cx.t.add("decoder.layer_norm", "norm", 1, ln(d));
    }
    match cx.head {
        Head::Base if !cx.class.ends_with("MTModel") => {}
        Head::Generation | Head::CausalLm | Head::Base => {
            // Fairseq's translation models keep a table for the output beside the decoder's.
            let tied = c.b_or("tie_word_embeddings", kind != "fsmt")
                && !(decoder_only && kind == "bigbird_pegasus");
            cx.lm_head("lm_head", t, d, target, false, tied);
        }
        Head::Sequence | Head::Question => {
            if cx.head == Head::Sequence {
                // BART's own default is three labels.
                let k = if c.mentions("id2label") || c.own("num_labels") || kind != "bart" {
                    c.labels()?
                } else {
                    3
                };
                cx.t.add(
                    "classification_head.dense",
                    "fully connected",
                    1,
                    Cost::new().linear(1, d, d, true),
                );
                cx.t.add(
                    "classification_head.out_proj",
                    "classification head",
                    1,
                    Cost::new().linear(1, d, k, true),
                );
            } else {
                cx.t.add(
                    "qa_outputs",
                    "classification head",
                    1,
                    Cost::new().linear(t, d, 2, true),
                );
            }
        }
        _ => note_head(cx),
    }
    Ok(())
}

/// The feed-forward part of NLLB's mixtures: every `step`-th layer, counted from 1.
fn experts(c: &Cfg, f: FeedForward, i: u64, step: u64) -> R<Ffn> {
    if step > 0 && (i + 1).is_multiple_of(step) {
        let m = Mixture::new(f, c.u("num_experts")?, 2);
        return Ok(Ffn::Mixture(Mixture {
            router_bias: c.b("router_bias"),
            ..m
        }));
    }
    Ok(Ffn::Dense(f))
}

/// T5Gemma: Gemma-2 blocks in an encoder and a decoder, merged or crossed.
pub fn t5gemma(cx: &mut Cx, c: &Cfg) -> R<()> {
    let (s, t) = lengths(cx, 512)?;
    let (e, f) = (
        c.sub("encoder", "t5_gemma_module"),
        c.sub("decoder", "t5_gemma_module"),
    );
    let part = |c: &Cfg, causal: bool, cross: Option<(u64, u64)>| -> R<(Blocks, u64)> {
        let d = c.or("hidden_size", 2304)?;
        let heads = c.or("num_attention_heads", 8)?;
        let kv = c.or("num_key_value_heads", 4)?;
        let head = c.or("head_dim", 256)?;
        let bias = c.b("attention_bias");
        let full = if causal { Mask::Causal } else { Mask::Full };
        let w = c.or("sliding_window", 4096)?.max(1);
        let local = if causal {
            Mask::Window(w)
        } else {
            Mask::Around(w)
        };
        let inner = c.or("intermediate_size", 9216)?;
        let n = if c.get("num_hidden_layers").is_some() {
            c.layers("num_hidden_layers")?
        } else {
            26
        };
        let blocks = Blocks::each(n, |i| {
            let mask = if i % 2 == 0 { local } else { full };
            let a = Attention::new(d, heads, kv, head, mask).biased([bias; 4]);
            let mut b = Block::usual(
                a,
                Ffn::Dense(FeedForward {
                    width: d,
                    inner,
                    gated: true,
                    bias: [false; 2],
                }),
                d * 4,
            );
            if let Some((keys, width)) = cross {
                let x = Attention {
                    source_width: width,
                    mask: Mask::Full,
                    ..a
                };
                b.mixers.push(("cross_attn", Mixer::Cross(x, keys)));
                b.norm = b.norm.saturating_add(d * 2);
            }
            Ok(b)
        })?;
        Ok((blocks, d))
    };
    let (encoder, ed) = part(&e, false, None)?;
    let vocabulary = e.or("vocab_size", c.or("vocab_size", 256_000)?)?;
    cx.t.embedding("encoder.embed_tokens", vocabulary, ed);
    encoder.add(cx, "encoder.layers", s);
    cx.t.add("encoder.norm", "norm", 1, Cost::new().vector(ed));
    if cx.class.ends_with("EncoderModel") {
        return Ok(());
    }
    let (decoder, dd) = part(&f, true, Some((s, ed)))?;
    let vocabulary = f.or("vocab_size", vocabulary)?;
    cx.t.embedding("decoder.embed_tokens", vocabulary, dd);
    decoder.add(cx, "decoder.layers", t);
    cx.t.add("decoder.norm", "norm", 1, Cost::new().vector(dd));
    if cx.head == Head::Generation {
        let tied = c.b_or("tie_word_embeddings", true);
        cx.lm_head("lm_head", t, dd, vocabulary, false, tied);
    } else if cx.head != Head::Base {
        note_head(cx);
    }
    Ok(())
}

/// LED: Longformer's encoder, BART's decoder.
pub fn led(cx: &mut Cx, c: &Cfg) -> R<()> {
    let d = c.u("d_model")?;
    let (rows_in, rows_out) = (
        c.u("max_encoder_position_embeddings")?,
        c.u("max_decoder_position_embeddings")?,
    );
    let (s, t) = lengths(cx, rows_out.clamp(1, 1024))?;
    let windows = c.us("attention_window")?.unwrap_or_else(|| vec![512]);
    let widest = windows.iter().copied().max().unwrap_or(512).max(2);
    // Sources are padded to whole windows, and the decoder reads the padded source.
    let n = s.div_ceil(widest).saturating_mul(widest);
    let vocabulary = c.u("vocab_size")?;
    cx.t.embedding("led.shared", vocabulary, d);
    if !c.b_or("tie_word_embeddings", true) {
        // Untied, both sides have tables of their own beside the shared one.
        cx.t.embedding("led.encoder.embed_tokens", vocabulary, d);
        cx.t.embedding("led.decoder.embed_tokens", vocabulary, d);
    }
    let table = |rows: u64| Cost::new().weights(&[rows, d]).vector(d.saturating_mul(2));
    cx.t.add(
        "led.encoder.embed_positions",
        "position table",
        1,
        table(rows_in),
    );
    let (eh, dh) = (
        c.u("encoder_attention_heads")?,
        c.u("decoder_attention_heads")?,
    );
    let head = div(d, eh, "encoder_attention_heads")?;
    let a = Attention::new(d, eh, eh, head, Mask::Full).biased([true; 4]);
    let f = FeedForward {
        width: d,
        inner: c.u("encoder_ffn_dim")?,
        gated: false,
        bias: [true; 2],
    };
    let encoder = Blocks::each(c.layers("encoder_layers")?, |i| {
        let w = windows
            .get(i as usize)
            .or(windows.first())
            .copied()
            .unwrap_or(512)
            .max(2)
            / 2;
        let chunks = div(n, w, "attention_window")?;
        let core = Cost::new()
            .product(&[chunks.saturating_sub(1).max(1), 2 * w, 2 * w, eh, head])
            .product(&[chunks, w, 3 * w, eh, head])
            .remark("overlapping chunks of the window");
        let p = a
            .projections(n, n)
            .plus(&Cost::new().linears(3, 0, d, d, true).not_run());
        Ok(Block {
            mixers: vec![(
                "self_attn",
                Mixer::Other("sliding-window attention", Box::new(p), Box::new(core)),
            )],
            ffns: vec![("mlp", Ffn::Dense(f))],
            norm: d.saturating_mul(4),
        })
    })?;
    encoder.add(cx, "led.encoder.layers", n);
    cx.t.note("no-global-tokens", "No token is taken as global: the three projections for global tokens count as parameters, not as work.");
    cx.t.add(
        "led.decoder.embed_positions",
        "position table",
        1,
        table(rows_out),
    );
    let own = |mask| -> R<Attention> {
        Ok(
            Attention::new(d, dh, dh, div(d, dh, "decoder_attention_heads")?, mask)
                .biased([true; 4]),
        )
    };
    let f = FeedForward {
        inner: c.u("decoder_ffn_dim")?,
        ..f
    };
    let block = Block {
        mixers: vec![
            ("self_attn", Mixer::Own(own(Mask::Causal)?)),
            ("encoder_attn", Mixer::Cross(own(Mask::Full)?, s)),
        ],
        ffns: vec![("mlp", Ffn::Dense(f))],
        norm: d.saturating_mul(6),
    };
    Blocks::alike(block, c.layers("decoder_layers")?).add(cx, "led.decoder.layers", t);
    generation_head(cx, c, "lm_head", t, d, vocabulary);
    Ok(())
}

/// TrOCR's decoder: BART's with a table of positions that may be fixed.
pub fn trocr(cx: &mut Cx, c: &Cfg) -> R<()> {
    let d = c.u("d_model")?;
    let longest = c.u("max_position_embeddings")?;
    let n = cx.text_tokens(longest)?;
    let vocabulary = c.u("vocab_size")?;
    cx.t.embedding("model.decoder.embed_tokens", vocabulary, d);
    if c.b_or("use_learned_position_embeddings", true) {
        let rows = longest.saturating_add(2);
        cx.t.add(
            "model.decoder.embed_positions",
            "position table",
            1,
            Cost::new().weights(&[rows, d]),
        );
    }
    if c.b_or("layernorm_embedding", true) {
        cx.t.add(
            "model.decoder.layernorm_embedding",
            "norm",
            1,
            Cost::new().vector(d.saturating_mul(2)),
        );
    }
    let k = c.u("decoder_attention_heads")?;
    let head = div(d, k, "decoder_attention_heads")?;
    let a = |mask| Attention::new(d, k, k, head, mask).biased([true; 4]);
    let source = c.or("cross_attention_hidden_size", d)?;
    let x = Attention {
        source_width: source,
        ..a(Mask::Full)
    };
    let f = FeedForward {
        width: d,
        inner: c.u("decoder_ffn_dim")?,
        gated: false,
        bias: [true; 2],
    };
    let block = Block {
        mixers: vec![
            ("self_attn", Mixer::Own(a(Mask::Causal))),
            ("encoder_attn", Mixer::CrossIdle(x)),
        ],
        ffns: vec![("mlp", Ffn::Dense(f))],
        norm: d.saturating_mul(6),
    };
    Blocks::alike(block, c.layers("decoder_layers")?).add(cx, "model.decoder.layers", n);
    if cx.head == Head::CausalLm {
        let tied = c.b_or("tie_word_embeddings", true);
        cx.lm_head("output_projection", n, d, vocabulary, false, tied);
    }
    Ok(())
}

/// Any encoder with any decoder: of pictures, of speech, of text.
pub fn composite(cx: &mut Cx, c: &Cfg) -> R<()> {
    let (encoder, decoder) = match c.model_type.as_str() {
        "vision-encoder-decoder" => ("vit", "gpt2"),
        "speech-encoder-decoder" => ("wav2vec2", "bert"),
        _ => ("bert", "bert"),
    };
    let (e, d) = (c.sub("encoder", encoder), c.sub("decoder", decoder));
    if !e.present() || !d.present() {
        return Err(c.missing(if e.present() { "decoder" } else { "encoder" }));
    }
    let find = |t: &str| {
        crate::architectures::find(t).ok_or_else(|| compute_layers::Refusal {
            code: "unknown-model-type",
            message: format!("One half of the model has model_type \"{}\", which is not known here.", crate::cfg::clip(t)),
            remedy: "Count the halves from their own config.json, or the whole from the weights' header.".into(),
        })
    };
    let (run_encoder, run_decoder) = (find(&e.model_type)?, find(&d.model_type)?);
    let (head, class) = (cx.head, cx.class.clone());
    cx.head = Head::Base;
    cx.class = "Model".into();
    run_encoder(cx, &e)?;
    let source = cx.tokens;
    let width = |c: &Cfg| -> R<u64> {
        match c.opt("hidden_size")? {
            Some(d) => Ok(d),
            // Swin's width doubles with every stage.
            None => {
                let stages = c.us("depths")?.map_or(1, |l| l.len() as u32);
                Ok(c.u("embed_dim")?.saturating_mul(
                    1u64.checked_shl(stages.saturating_sub(1))
                        .unwrap_or(u64::MAX),
                ))
            }
        }
    };
    let mut w = width(&e)?;
    let own = width(&d)?;
    if w != own && d.get("cross_attention_hidden_size").is_none() {
        cx.t.add(
            "enc_to_dec_proj",
            "fully connected",
            1,
            Cost::new().linear(source, w, own, true),
        );
        w = own;
    }
    let target = match cx.last(&["decoder_input_ids", "labels"])? {
        Some(t) => bounded(t, "target length")?,
        None => cx.options.sequence_length.unwrap_or(128),
    };
    cx.forced = Some(target);
    cx.cross = Some((source, w));
    cx.head = Head::CausalLm;
    run_decoder(cx, &d)?;
    (cx.forced, cx.cross, cx.head, cx.class) = (None, None, head, class);
    cx.tokens = target;
    Ok(())
}

/// Pegasus X: blocks of neighbours and global tokens in the encoder, every second layer's blocks moved by half.
pub fn pegasus_x(cx: &mut Cx, c: &Cfg) -> R<()> {
    let d = c.u("d_model")?;
    let (s, t) = lengths(cx, c.or("max_position_embeddings", 16384)?.clamp(1, 1024))?;
    let vocabulary = c.u("vocab_size")?;
    let block = c.u("block_size")?;
    let global = c.u("num_global_tokens")?;
    cx.t.embedding("model.shared", vocabulary, d);
    if !c.b_or("tie_word_embeddings", true) {
        // Untied, both sides have tables of their own beside the shared one.
        cx.t.embedding("model.encoder.embed_tokens", vocabulary, d);
        cx.t.embedding("model.decoder.embed_tokens", vocabulary, d);
    }
    cx.t.add(
        "model.encoder.embed_global",
        "embedding",
        1,
        Cost::new().weights(&[global, d]),
    );
    let (eh, dh) = (
        c.u("encoder_attention_heads")?,
        c.u("decoder_attention_heads")?,
    );
    let head = div(d, eh, "encoder_attention_heads")?;
    let whole = div(s, block, "block_size")?
        .saturating_add(u64::from(!s.is_multiple_of(block)))
        .saturating_mul(block);
    let f = FeedForward {
        width: d,
        inner: c.u("encoder_ffn_dim")?,
        gated: false,
        bias: [true; 2],
    };
    let moved = c.b_or("stagger_local_blocks", true);
    let a = Attention::new(d, eh, eh, head, Mask::Full);
    let encoder = Blocks::each(c.layers("encoder_layers")?, |i| {
        // Moved blocks need half a block more at either end.
        let n = if moved && i % 2 == 1 {
            whole.saturating_add(block / 2 * 2)
        } else {
            whole
        };
        let all = n.saturating_add(global);
        let core = Cost::new()
            .attend(global, all, eh, head, head, Mask::Full)
            .attend(n, global.saturating_add(block), eh, head, head, Mask::Full);
        let ffn = f.cost(whole.saturating_add(global));
        Ok(Block {
            mixers: vec![(
                "self_attn",
                Mixer::Other(
                    "block attention",
                    Box::new(a.projections(all, all)),
                    Box::new(core),
                ),
            )],
            ffns: vec![("mlp", Ffn::Other("feed-forward", Box::new(ffn)))],
            norm: d.saturating_mul(6),
        })
    })?;
    encoder.add(cx, "model.encoder.layers", whole);
    let norm = Cost::new().vector(d.saturating_mul(2));
    cx.t.add("model.encoder.layer_norm", "norm", 1, norm.clone());
    let own = |mask| -> R<Attention> {
        let head = div(d, dh, "decoder_attention_heads")?;
        Ok(Attention::new(d, dh, dh, head, mask))
    };
    let f = FeedForward {
        inner: c.u("decoder_ffn_dim")?,
        ..f
    };
    let block = Block {
        mixers: vec![
            ("self_attn", Mixer::Own(own(Mask::Causal)?)),
            ("encoder_attn", Mixer::Cross(own(Mask::Full)?, s)),
        ],
        ffns: vec![("mlp", Ffn::Dense(f))],
        norm: d.saturating_mul(6),
    };
    Blocks::alike(block, c.layers("decoder_layers")?).add(cx, "model.decoder.layers", t);
    cx.t.add("model.decoder.layer_norm", "norm", 1, norm);
    generation_head(cx, c, "lm_head", t, d, vocabulary);
    Ok(())
}

/// ProphetNet: a decoder with one stream more per word that it foresees.
pub fn prophetnet(cx: &mut Cx, c: &Cfg) -> R<()> {
    let d = c.u("hidden_size")?;
    let rows = c.u("max_position_embeddings")?;
    let alone = cx.head == Head::CausalLm;
    let (s, t) = if alone {
        let n = cx.text_tokens(rows.clamp(1, 1024))?;
        (0, n)
    } else {
        lengths(cx, rows.clamp(1, 1024))?
    };
    let vocabulary = c.u("vocab_size")?;
    let ahead = c.u("ngram")?;
    cx.t.embedding("prophetnet.word_embeddings", vocabulary, d);
    if !c.b_or("tie_word_embeddings", true) {
        cx.t.embedding("prophetnet.encoder.word_embeddings", vocabulary, d);
        if !alone {
            cx.t.embedding("prophetnet.decoder.word_embeddings", vocabulary, d);
        }
    }
    let both = d.saturating_mul(2);
    let attention = |heads: u64, mask| -> R<Attention> {
        let head = div(d, heads, "num_attention_heads")?;
        Ok(Attention::new(d, heads, heads, head, mask).biased([true; 4]))
    };
    let f = |key: &str| -> R<FeedForward> {
        Ok(FeedForward {
            width: d,
            inner: c.u(key)?,
            gated: false,
            bias: [true; 2],
        })
    };
    if !alone {
        cx.t.add(
            "prophetnet.encoder.position_embeddings",
            "position table",
            1,
            Cost::new().weights(&[rows, d]).vector(both),
        );
        let a = attention(c.u("num_encoder_attention_heads")?, Mask::Full)?;
        let block = Block::usual(a, Ffn::Dense(f("encoder_ffn_dim")?), both.saturating_mul(2));
        Blocks::alike(block, c.layers("num_encoder_layers")?).add(
            cx,
            "prophetnet.encoder.layers",
            s,
        );
    }
    cx.t.add(
        "prophetnet.decoder.position_embeddings",
        "position table",
        1,
        Cost::new()
            .weights(&[rows.saturating_add(ahead), d])
            .vector(both),
    );
    let heads = c.u("num_decoder_attention_heads")?;
    let a = attention(heads, Mask::Causal)?;
    let foreseen = ahead.saturating_mul(t);
    let all = foreseen.saturating_add(t);
    let buckets = c.u("num_buckets")?.saturating_mul(heads);
    // Every stream sees the words so far, and itself.
    let core = a.core(t, t).attend(
        foreseen,
        t.saturating_mul(2),
        heads,
        a.key,
        a.value,
        Mask::Full,
    );
    let p = a.projections(all, all).linear(all, d, buckets, true);
    let cross = attention(heads, Mask::Full)?;
    let mut block = Block {
        mixers: vec![(
            "self_attn",
            Mixer::Other("attention of streams", Box::new(p), Box::new(core)),
        )],
        ffns: vec![("mlp", Ffn::Dense(f("decoder_ffn_dim")?))],
        norm: both.saturating_mul(2),
    };
    if c.b_or("add_cross_attention", true) {
        block.mixers.push((
            "cross_attn",
            if alone {
                Mixer::CrossIdle(cross)
            } else {
                Mixer::Cross(cross, s)
            },
        ));
        block.norm = block.norm.saturating_add(both);
    }
    Blocks::alike(block, c.layers("num_decoder_layers")?).add(cx, "prophetnet.decoder.layers", all);
    match cx.head {
        Head::Base => {}
        Head::Generation | Head::CausalLm => {
            let tied = c.b_or("tie_word_embeddings", true);
            cx.lm_head("lm_head", foreseen, d, vocabulary, false, tied);
        }
        _ => note_head(cx),
    }
    Ok(())
}

/// T5Gemma 2: Gemma 3 as encoder, and a decoder whose attention reads its own words and the encoder's at once.
pub fn t5gemma2(cx: &mut Cx, c: &Cfg) -> R<()> {
    let e = c.sub("encoder", "t5gemma2_encoder");
    let (text, own) = (
        e.sub("text_config", "t5gemma2_text"),
        c.sub("decoder", "t5gemma2_decoder"),
    );
    let longest = text.or("max_position_embeddings", 131_072)?;
    let (s, t) = lengths(cx, longest.clamp(1, 1024))?;
    let d = text.u("hidden_size")?;
    let vocabulary = text.u("vocab_size")?;
    let tied = c.b_or("tie_word_embeddings", true);
    let tables = if tied { 1 } else { 2 };
    for side in ["encoder.text_model", "decoder"].iter().take(tables) {
        cx.t.embedding(&format!("model.{side}.embed_tokens"), vocabulary, d);
        // One more row, for the end of a picture.
        let row = Cost::new().vector(d);
        cx.t.add(&format!("model.{side}.eoi_embedding"), "embedding", 1, row);
    }
    let mut stack = |c: &Cfg, path: &str, n: u64, read: u64| -> R<()> {
        let d = c.u("hidden_size")?;
        let heads = c.u("num_attention_heads")?;
        let kv = c.or("num_key_value_heads", heads)?;
        let hd = c.u("head_dim")?;
        let bias = c.b("attention_bias");
        let f = FeedForward {
            width: d,
            inner: c.u("intermediate_size")?,
            gated: true,
            bias: [false; 2],
        };
        let layers = c.layers("num_hidden_layers")?;
        let masks = crate::block::masks(c, layers, crate::block::Window::Every(6))?;
        let blocks = Blocks::each(layers, |i| {
            let mask = match (read, masks.get(i as usize)) {
                (0, _) | (_, None) => Mask::Full,
                (_, Some(m)) => *m,
            };
            let a = Attention {
                extra: hd.saturating_mul(2),
                ..Attention::new(d, heads, kv, hd, mask).biased([bias; 4])
            };
            let core = a.core(n, n).attend(n, read, heads, hd, hd, Mask::Full);
            let p = a.projections(n, n.saturating_add(read));
            Ok(Block {
                mixers: vec![(
                    "self_attn",
                    Mixer::Other("attention", Box::new(p), Box::new(core)),
                )],
                ffns: vec![("mlp", Ffn::Dense(f))],
                norm: d.saturating_mul(4),
            })
        })?;
        blocks.add(cx, &format!("model.{path}.layers"), n);
        let norm = Cost::new().vector(d);
        cx.t.add(&format!("model.{path}.norm"), "norm", 1, norm);
        Ok(())
    };
    stack(&text, "encoder.text_model", s, 0)?;
    stack(&own, "decoder", t, s)?;
    match cx.head {
        Head::Base => {}
        Head::Generation => {
            cx.lm_head("lm_head", t, own.u("hidden_size")?, vocabulary, false, tied)
        }
        _ => note_head(cx),
    }
    let (tokens, mark) = (cx.tokens, cx.t.mark());
    let v = e.sub("vision_config", "siglip_vision_model");
    let (n, vd) = crate::families::multimodal::tower(cx, &v, "model.encoder.vision_tower")?;
    let m = e.or("mm_tokens_per_image", 256)?.min(n);
    cx.t.add(
        "model.encoder.multi_modal_projector",
        "projector",
        1,
        Cost::new().vector(vd).linear(m, vd, d, false),
    );
    if !cx.given(&["pixel_values"]) {
        cx.t.idle_from(mark);
        cx.t.note("tower-not-run", "Only text is given: the image tower counts as parameters, not as work. Give pixel_values, like [1, 3, 896, 896], to run it once.");
    }
    cx.tokens = tokens;
    Ok(())
}
