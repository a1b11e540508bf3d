//! Speech and audio: Whisper, wav2vec 2.0 and their kin.

use crate::block::{Block, Blocks, Ffn, Mixer, generation_head, note_head};
use crate::cfg::{Cfg, R, div};
use crate::context::{Cx, Head, bounded};
use compute_layers::kinds::{Attention, FeedForward, output_size};
use compute_layers::{Cost, Mask};

/// The encoder of Whisper on mel frames: two convolutions, the second halves the frames. Gives positions and width.
///
/// # Errors
/// A missing or unreadable size.
pub fn whisper_encoder(cx: &mut Cx, c: &Cfg, prefix: &str) -> R<(u64, u64)> {
    let d = c.u("d_model")?;
    let bins = c.u("num_mel_bins")?;
    let rows = c.u("max_source_positions")?;
    let frames = match cx.last(&["input_features"])? {
        Some(f) => bounded(f, "number of frames")?,
        None => rows.saturating_mul(2),
    };
    let n = output_size(frames, 3, 2, 1, 1);
    let convs = Cost::new()
        .convolution(frames, bins, d, 3, 1, true)
        .convolution(n, d, d, 3, 1, true);
    cx.t.add(&format!("{prefix}.convolutions"), "convolution", 1, convs);
    cx.t.add(
        &format!("{prefix}.embed_positions"),
        "position table",
        1,
        Cost::new().weights(&[rows, d]),
    );
    cx.t.freeze(u128::from(rows) * u128::from(d));
    let heads = c.u("encoder_attention_heads")?;
    // Keys have no bias.
    let a = Attention::new(
        d,
        heads,
        heads,
        div(d, heads, "encoder_attention_heads")?,
        Mask::Full,
    )
    .biased([true, false, true, true]);
    let f = FeedForward {
        width: d,
        inner: c.u("encoder_ffn_dim")?,
        gated: false,
        bias: [true; 2],
    };
    let layers = c.layers("encoder_layers")?;
    Blocks::alike(Block::usual(a, Ffn::Dense(f), d.saturating_mul(4)), layers).add(
        cx,
        &format!("{prefix}.layers"),
        n,
    );
    cx.t.add(
        &format!("{prefix}.layer_norm"),
        "norm",
        1,
        Cost::new().vector(d.saturating_mul(2)),
    );
    Ok((n, d))
}

/// Whisper.
pub fn whisper(cx: &mut Cx, c: &Cfg) -> R<()> {
    let decoder_only = cx.head == Head::CausalLm;
    let n = if decoder_only {
        0
    } else {
        whisper_encoder(cx, c, "model.encoder")?.0
    };
    let d = c.u("d_model")?;
    if cx.class.ends_with("Encoder") || cx.only(compute_layers::Part::Audio) {
        cx.tokens = n;
        return Ok(());
    }
    if cx.class.ends_with("AudioClassification") {
        cx.tokens = n;
        let p = c.or("classifier_proj_size", 256)?;
        let k = c.labels()?;
        cx.t.add(
            "projector",
            "fully connected",
            1,
            Cost::new().linear(n, d, p, true),
        );
        cx.t.add(
            "classifier",
            "classification head",
            1,
            Cost::new().linear(1, p, k, true),
        );
        return Ok(());
    }
    let rows = c.u("max_target_positions")?;
    let t = match cx.last(&["decoder_input_ids", "input_ids"])? {
        Some(t) => t,
        None => cx.text_tokens(rows)?,
    };
    cx.tokens = bounded(t, "target length")?;
    let vocabulary = c.u("vocab_size")?;
    cx.t.embedding("model.decoder.embed_tokens", vocabulary, d);
    cx.t.add(
        "model.decoder.embed_positions",
        "position table",
        1,
        Cost::new().weights(&[rows, d]),
    );
    let heads = c.u("decoder_attention_heads")?;
    let head = div(d, heads, "decoder_attention_heads")?;
    let a = |mask| Attention::new(d, heads, heads, head, mask).biased([true, false, true, true]);
    let f = FeedForward {
        width: d,
        inner: c.u("decoder_ffn_dim")?,
        gated: false,
        bias: [true; 2],
    };
    let cross = if decoder_only {
        Mixer::CrossIdle(a(Mask::Full))
    } else {
        Mixer::Cross(a(Mask::Full), n)
    };
    let block = Block {
        mixers: vec![
            ("self_attn", Mixer::Own(a(Mask::Causal))),
            ("encoder_attn", cross),
        ],
        ffns: vec![("mlp", Ffn::Dense(f))],
        norm: d.saturating_mul(6),
    };
    Blocks::alike(block, c.layers("decoder_layers")?).add(cx, "model.decoder.layers", t);
    cx.t.add(
        "model.decoder.layer_norm",
        "norm",
        1,
        Cost::new().vector(d.saturating_mul(2)),
    );
    match cx.head {
        Head::Base => {}
        Head::Generation | Head::CausalLm => {
            let tied = c.b_or("tie_word_embeddings", true);
            cx.lm_head("proj_out", t, d, vocabulary, false, tied);
        }
        _ => note_head(cx),
    }
    Ok(())
}

/// wav2vec 2.0, HuBERT, WavLM, UniSpeech, data2vec, SEW: convolutions over samples, then an encoder.
pub fn wav2vec2(cx: &mut Cx, c: &Cfg) -> R<()> {
    let kind = c.model_type.as_str();
    let samples = match cx.last(&["input_values"])? {
        Some(s) => bounded(s, "number of samples")?,
        None => {
            cx.t.note("length-assumed", "No audio length given: ten seconds at 16 kHz, 160000 samples, are taken for one example.");
            160_000
        }
    };
    let dims = c.us("conv_dim")?.ok_or_else(|| c.missing("conv_dim"))?;
    let (kernels, strides) = (
        c.list("conv_kernel", dims.len())?,
        c.list("conv_stride", dims.len())?,
    );
    let bias = c.b("conv_bias");
    let every = c.s("feat_extract_norm").unwrap_or("layer") == "layer";
    let (mut n, mut input) = (samples, 1u64);
    for (i, ((&d, &k), &s)) in dims.iter().zip(&kernels).zip(&strides).enumerate() {
        n = output_size(n, k, s, 0, 1);
        let norm = if every || i == 0 {
            d.saturating_mul(2)
        } else {
            0
        };
        let conv = Cost::new()
            .convolution(n, input, d, k, 1, bias)
            .vector(norm);
        cx.t.add("feature_extractor.conv_layers.*", "convolution", 1, conv);
        input = d;
    }
    let d = c.u("hidden_size")?;
    let sew = kind == "sew";
    let mut projection = Cost::new();
    if kind != "hubert" || c.b_or("feat_proj_layer_norm", true) {
        projection = projection.vector(input.saturating_mul(2));
    }
    if !sew || input != d {
        projection = projection.linear(n, input, d, true);
    }
    cx.t.add("feature_projection", "fully connected", 1, projection);
    let masked = c.f("mask_time_prob", 0.05)? > 0.0 || c.f("mask_feature_prob", 0.0)? > 0.0;
    if masked {
        cx.t.add("masked_spec_embed", "embedding", 1, Cost::new().vector(d));
    }
    let groups = c.u("num_conv_pos_embedding_groups")?;
    let extract = n;
    let positions = if kind == "data2vec-audio" {
        let k = c.u("conv_pos_kernel_size")?;
        let m = output_size(n, k, 1, k / 2, 1);
        Cost::new()
            .convolution(m, d, d, k, groups, true)
            .times(c.layers("num_conv_pos_embeddings")?)
    } else {
        let k = c.u("num_conv_pos_embeddings")?;
        let stride = if sew { c.u("squeeze_factor")? } else { 1 };
        let m = output_size(n, k, stride, k / 2, 1);
        let p = Cost::new().convolution(m, d, d, k, groups, true);
        // A norm over the batch, or a length per tap of the kernel (weight norm).
        if kind == "hubert" && c.b("conv_pos_batch_norm") {
            p.vector(d.saturating_mul(2))
        } else {
            p.vector(k)
        }
    };
    // The Conformer keeps this layer and does not run it.
    let positions = if kind == "wav2vec2-conformer" {
        positions.not_run()
    } else {
        positions
    };
    cx.t.add("encoder.pos_conv_embed", "convolution", 1, positions);
    if sew {
        n /= c.u("squeeze_factor")?.max(1);
    }
    cx.t.add(
        "encoder.layer_norm",
        "norm",
        1,
        Cost::new().vector(d.saturating_mul(2)),
    );
    let heads = c.u("num_attention_heads")?;
    let head = div(d, heads, "num_attention_heads")?;
    let a = Attention::new(d, heads, heads, head, Mask::Full).biased([true; 4]);
    let f = FeedForward {
        width: d,
        inner: c.u("intermediate_size")?,
        gated: false,
        bias: [true; 2],
    };
    let layers = c.layers("num_hidden_layers")?;
    let mut block = Block::usual(a, Ffn::Dense(f), d.saturating_mul(4));
    if kind == "wav2vec2-conformer" {
        block = conformer(c, n, d, heads, head)?;
    }
    if kind == "wavlm" {
        // A gate on the relative positions, from each head's own queries.
        let gate = Cost::new()
            .linear(n.saturating_mul(heads), head, 8, true)
            .vector(heads);
        block.ffns.push((
            "attention.gru_rel_pos",
            Ffn::Other("fully connected", Box::new(gate)),
        ));
        cx.t.add(
            "encoder.rel_attn_embed",
            "position table",
            layers.min(1),
            Cost::new().weights(&[c.or("num_buckets", 320)?, heads]),
        );
    }
    let stable = c.b("do_stable_layer_norm");
    if stable && c.get("adapter_attn_dim").is_some() {
        // Adapters of the languages in MMS.
        let m = c.u("adapter_attn_dim")?;
        let adapter = Cost::new()
            .vector(d.saturating_mul(2))
            .linear(n, d, m, true)
            .linear(n, m, d, true);
        block
            .ffns
            .push(("adapter_layer", Ffn::Other("adapter", Box::new(adapter))));
    }
    Blocks::alike(block, layers).add(cx, "encoder.layers", n);
    if sew {
        let s = c.u("squeeze_factor")?;
        cx.t.add(
            "encoder.upsample",
            "fully connected",
            1,
            Cost::new().linear(n, d, d.saturating_mul(s), true),
        );
        n = n.saturating_mul(s).min(extract);
    }
    let mut width = d;
    if c.b("add_adapter") {
        let out = c.or("output_hidden_size", d)?;
        if out != d {
            cx.t.add(
                "adapter.proj",
                "fully connected",
                1,
                Cost::new()
                    .linear(n, d, out, true)
                    .vector(out.saturating_mul(2)),
            );
        }
        let (k, s) = (c.or("adapter_kernel_size", 3)?, c.or("adapter_stride", 2)?);
        for _ in 0..c.or("num_adapter_layers", 3)?.min(64) {
            n = output_size(n, k, s, 1, 1);
            cx.t.add(
                "adapter.layers.*",
                "convolution",
                1,
                Cost::new().convolution(n, out, out.saturating_mul(2), k, 1, true),
            );
        }
        width = out;
    }
    cx.tokens = extract;
    match cx.head {
        Head::Base => {}
        Head::Ctc => {
            let v = c.u("vocab_size")?;
            cx.t.add(
                "lm_head",
                "output head",
                1,
                Cost::new().linear(n, width, v, true),
            );
        }
        Head::Sequence => {
            if c.b("use_weighted_layer_sum") {
                // One weight per layer and one for the embedding.
                cx.t.add(
                    "layer_weights",
                    "norm",
                    1,
                    Cost::new().vector(layers.saturating_add(1)),
                );
            }
            let p = c.or("classifier_proj_size", 256)?;
            let k = c.labels()?;
            cx.t.add(
                "projector",
                "fully connected",
                1,
                Cost::new().linear(n, width, p, true),
            );
            cx.t.add(
                "classifier",
                "classification head",
                1,
                Cost::new().linear(1, p, k, true),
            );
        }
        _ => note_head(cx),
    }
    Ok(())
}

/// The decoder of a speech model in the manner of BART, over `n` positions of an encoder.
struct SpeechDecoder {
    layers: u64,
    heads: u64,
    kv_heads: u64,
    bias: [bool; 4],
    ffn: FeedForward,
    norm: u64,
}

impl SpeechDecoder {
    fn add(&self, cx: &mut Cx, d: u64, n: u64, t: u64) -> R<()> {
        let head = div(d, self.heads, "decoder_attention_heads")?;
        let a = |mask| Attention::new(d, self.heads, self.kv_heads, head, mask).biased(self.bias);
        let block = Block {
            mixers: vec![
                ("self_attn", Mixer::Own(a(Mask::Causal))),
                ("encoder_attn", Mixer::Cross(a(Mask::Full), n)),
            ],
            ffns: vec![("mlp", Ffn::Dense(self.ffn))],
            norm: self.norm,
        };
        Blocks::alike(block, self.layers).add(cx, "model.decoder.layers", t);
        Ok(())
    }
}

/// Target tokens of a speech model.
fn targets(cx: &mut Cx, longest: u64) -> R<u64> {
    let t = match cx.last(&["decoder_input_ids"])? {
        Some(t) => bounded(t, "target length")?,
        None => cx.text_tokens(longest)?,
    };
    cx.tokens = t;
    Ok(t)
}

/// Speech2Text: gated convolutions that halve the frames, fixed positions.
pub fn speech_to_text(cx: &mut Cx, c: &Cfg) -> R<()> {
    let d = c.u("d_model")?;
    let bins = c
        .u("input_feat_per_channel")?
        .saturating_mul(c.or("input_channels", 1)?);
    // The input holds frames before bins.
    let mut n = match cx.shape(&["input_features"]) {
        Some([.., f, _]) => bounded(*f, "number of frames")?,
        _ => c.u("max_source_positions")?,
    };
    let kernels = c
        .us("conv_kernel_sizes")?
        .ok_or_else(|| c.missing("conv_kernel_sizes"))?;
    let mid = c.u("conv_channels")?;
    let mut input = bins;
    for (i, &k) in kernels.iter().enumerate() {
        let out = if i + 1 == kernels.len() {
            d.saturating_mul(2)
        } else {
            mid
        };
        n = output_size(n, k, 2, k / 2, 1);
        cx.t.add(
            "model.encoder.conv.*",
            "convolution",
            1,
            Cost::new().convolution(n, input, out, k, 1, true),
        );
        // Half of the channels gate the other half.
        input = out / 2;
    }
    let heads = c.u("encoder_attention_heads")?;
    let a = Attention::new(
        d,
        heads,
        heads,
        div(d, heads, "encoder_attention_heads")?,
        Mask::Full,
    )
    .biased([true; 4]);
    let f = FeedForward {
        width: d,
        inner: c.u("encoder_ffn_dim")?,
        gated: false,
        bias: [true; 2],
    };
    let block = Block::usual(a, Ffn::Dense(f), d.saturating_mul(4));
    Blocks::alike(block, c.layers("encoder_layers")?).add(cx, "model.encoder.layers", n);
    cx.t.add(
        "model.encoder.layer_norm",
        "norm",
        1,
        Cost::new().vector(d.saturating_mul(2)),
    );
    let t = targets(cx, c.u("max_target_positions")?)?;
    let vocabulary = c.u("vocab_size")?;
    cx.t.embedding("model.decoder.embed_tokens", vocabulary, d);
    let heads = c.u("decoder_attention_heads")?;
    let decoder = SpeechDecoder {
        layers: c.layers("decoder_layers")?,
        heads,
        kv_heads: heads,
        bias: [true; 4],
        ffn: FeedForward {
            inner: c.u("decoder_ffn_dim")?,
            ..f
        },
        norm: d.saturating_mul(6),
    };
    decoder.add(cx, d, n, t)?;
    cx.t.add(
        "model.decoder.layer_norm",
        "norm",
        1,
        Cost::new().vector(d.saturating_mul(2)),
    );
    generation_head(cx, c, "lm_head", t, d, vocabulary);
    Ok(())
}

/// Moonshine: three convolutions over samples, rotary positions, a gated part in the decoder.
pub fn moonshine(cx: &mut Cx, c: &Cfg) -> R<()> {
    let d = c.u("hidden_size")?;
    let samples = match cx.last(&["input_values"])? {
        Some(s) => bounded(s, "number of samples")?,
        None => 160_000,
    };
    let a = output_size(samples, 127, 64, 0, 1);
    let b = output_size(a, 7, 3, 0, 1);
    let n = output_size(b, 3, 2, 0, 1);
    let wide = d.saturating_mul(2);
    let convs = Cost::new()
        .convolution(a, 1, d, 127, 1, false)
        .vector(wide)
        .convolution(b, d, wide, 7, 1, true)
        .convolution(n, wide, d, 3, 1, true);
    cx.t.add("model.encoder.convolutions", "convolution", 1, convs);
    let heads = c.u("encoder_num_attention_heads")?;
    let kv = c.or("encoder_num_key_value_heads", heads)?;
    let bias = c.b("attention_bias");
    let at = Attention::new(
        d,
        heads,
        kv,
        div(d, heads, "encoder_num_attention_heads")?,
        Mask::Full,
    )
    .biased([bias, bias, bias, false]);
    let inner = c.u("intermediate_size")?;
    let f = FeedForward {
        width: d,
        inner,
        gated: false,
        bias: [true; 2],
    };
    let block = Block::usual(at, Ffn::Dense(f), wide);
    Blocks::alike(block, c.layers("encoder_num_hidden_layers")?).add(cx, "model.encoder.layers", n);
    cx.t.add("model.encoder.layer_norm", "norm", 1, Cost::new().vector(d));
    let t = targets(cx, c.or("max_position_embeddings", 512)?)?;
    let vocabulary = c.u("vocab_size")?;
    cx.t.embedding("model.decoder.embed_tokens", vocabulary, d);
    let heads = c.u("decoder_num_attention_heads")?;
    let decoder = SpeechDecoder {
        layers: c.layers("decoder_num_hidden_layers")?,
        heads,
        kv_heads: kv,
        bias: [bias, bias, bias, false],
        ffn: FeedForward { gated: true, ..f },
        norm: d.saturating_mul(3),
    };
    decoder.add(cx, d, n, t)?;
    cx.t.add("model.decoder.norm", "norm", 1, Cost::new().vector(d));
    generation_head(cx, c, "proj_out", t, d, vocabulary);
    Ok(())
}

/// A block of wav2vec 2.0 Conformer: two halves of a feed-forward part around attention and a convolution.
fn conformer(c: &Cfg, n: u64, d: u64, heads: u64, head: u64) -> R<Block> {
    let relative = c.s("position_embeddings_type") == Some("relative");
    let span = n.saturating_mul(2).saturating_sub(1);
    let mut p = Cost::new().linears(4, n, d, d, true);
    let mut core = Cost::new().attend(n, n, heads, head, head, Mask::Full);
    if relative {
        // Positions of all distances, projected and multiplied with the queries.
        p = p.linear(span, d, d, false).weights(&[2, heads, head]);
        core = core.product(&[n, span, heads, head]);
    }
    let k = c.or("conv_depthwise_kernel_size", 31)?;
    let conv = Cost::new()
        .vector(d.saturating_mul(2))
        .convolution(n, d, d.saturating_mul(2), 1, 1, false)
        .convolution(n, d, d, k, d, false)
        .vector(d.saturating_mul(2))
        .convolution(n, d, d, 1, 1, false);
    let f = FeedForward {
        width: d,
        inner: c.u("intermediate_size")?,
        gated: false,
        bias: [true; 2],
    };
    Ok(Block {
        mixers: vec![(
            "self_attn",
            Mixer::Other("relative attention", Box::new(p), Box::new(core)),
        )],
        ffns: vec![
            ("ffn1", Ffn::Dense(f)),
            ("ffn2", Ffn::Dense(f)),
            ("conv_module", Ffn::Other("convolution", Box::new(conv))),
        ],
        norm: d.saturating_mul(8),
    })
}
