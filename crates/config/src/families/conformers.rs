//! Encoders of sound that mix attention with convolution in every layer: Parakeet, w2v-BERT, Granite Speech.

use crate::block::{Block, Blocks, Ffn, Mixer, note_head};
use crate::cfg::{Cfg, R, div};
use crate::context::{Cx, Head, bounded};
use compute_layers::kinds::{Attention, FeedForward, output_size};
use compute_layers::{Cost, Mask};

/// Sizes of the features given as [batch, frames, values], or of half a minute.
fn features(cx: &Cx, values: u64, otherwise: u64) -> R<(u64, u64)> {
    match cx.shape(&["input_features"]) {
        Some([.., n, v]) => Ok((
            bounded(*n, "number of frames")?,
            bounded(*v, "number of values per frame")?,
        )),
        _ => Ok((otherwise, values)),
    }
}

/// What a layer is made of beside attention.
struct Around {
    d: u64,
    inner: u64,
    kernel: u64,
    /// Biases of the feed-forward parts, and of the convolutions.
    bias: bool,
    conv_bias: bool,
}

impl Around {
    /// A block: two feed-forward parts, attention, a convolution over `depthwise` places between two matrices, six norms.
    fn block(&self, n: u64, depthwise: u64, mixer: Mixer) -> Block {
        let d = self.d;
        let f = FeedForward {
            width: d,
            inner: self.inner,
            gated: false,
            bias: [self.bias; 2],
        };
        let k = Cost::new()
            .linear(n, d, d.saturating_mul(2), self.conv_bias)
            .convolution(depthwise, d, d, self.kernel, d, self.conv_bias)
            .vector(d.saturating_mul(2))
            .linear(n, d, d, self.conv_bias);
        Block {
            mixers: vec![("self_attn", mixer)],
            ffns: vec![
                ("feed_forward1", Ffn::Dense(f)),
                ("feed_forward2", Ffn::Dense(f)),
                ("conv", Ffn::Other("convolution", Box::new(k))),
            ],
            norm: d.saturating_mul(10),
        }
    }
}

/// The encoder of Parakeet: convolutions over time and pitch, relative positions.
fn parakeet_encoder(cx: &mut Cx, c: &Cfg, path: &str) -> R<u64> {
    let d = c.u("hidden_size")?;
    let heads = c.u("num_attention_heads")?;
    let bins = c.u("num_mel_bins")?;
    let (frames, seen) = features(cx, bins, 3000)?;
    let (k, s) = (
        c.u("subsampling_conv_kernel_size")?,
        c.u("subsampling_conv_stride")?,
    );
    let channels = c.u("subsampling_conv_channels")?;
    let factor = c.u("subsampling_factor")?.max(1);
    let shorter = |x: u64| output_size(x, k, s, k.saturating_sub(1) / 2, 1);
    let (mut time, mut pitch) = (shorter(frames), shorter(seen));
    let taps = k.saturating_mul(k);
    let places = |t: u64, p: u64| t.saturating_mul(p);
    let mut stem = Cost::new().convolution(places(time, pitch), 1, channels, taps, 1, true);
    let mut out = bins / s.max(1);
    for _ in 1..factor.ilog2().max(1) {
        (time, pitch) = (shorter(time), shorter(pitch));
        let n = places(time, pitch);
        stem = stem
            .convolution(n, channels, channels, taps, channels, true)
            .convolution(n, channels, channels, 1, 1, true);
        out /= s.max(1);
    }
    let n = time;
    stem = stem.linear(n, channels.saturating_mul(out), d, true);
    cx.t.add(&format!("{path}.subsampling"), "convolution", 1, stem);
    let bias = c.b_or("attention_bias", true);
    let head = c.or("head_dim", div(d, heads, "num_attention_heads")?)?;
    let kv = c.or("num_key_value_heads", heads)?;
    let a = Attention {
        extra: heads.saturating_mul(head).saturating_mul(2),
        ..Attention::new(d, heads, kv, head, Mask::Full).biased([bias; 4])
    };
    // Every query also asks how far each position lies, before or after it.
    let far = n.saturating_mul(2).saturating_sub(1);
    let p = a
        .projections(n, n)
        .linear(far, d, heads.saturating_mul(head), false);
    let core = a.core(n, n).product(&[n, far, heads, head]);
    let around = Around {
        d,
        inner: c.u("intermediate_size")?,
        kernel: c.u("conv_kernel_size")?,
        bias,
        conv_bias: c.b_or("convolution_bias", true),
    };
    let mixer = Mixer::Other("relative attention", Box::new(p), Box::new(core));
    Blocks::alike(around.block(n, n, mixer), c.layers("num_hidden_layers")?).add(
        cx,
        &format!("{path}.layers"),
        n,
    );
    cx.tokens = n;
    Ok(d)
}

/// Parakeet's encoder by itself, or with letters per frame.
pub fn parakeet(cx: &mut Cx, c: &Cfg) -> R<()> {
    if c.model_type == "parakeet_encoder" {
        parakeet_encoder(cx, c, "encoder")?;
        return Ok(());
    }
    let e = c.sub("encoder_config", "parakeet_encoder");
    let d = parakeet_encoder(cx, &e, "encoder")?;
    match cx.head {
        Head::Ctc => {
            let k = Cost::new().linear(cx.tokens, d, c.u("vocab_size")?, true);
            cx.t.add("ctc_head", "output head", 1, k);
        }
        Head::Base => {}
        _ => note_head(cx),
    }
    Ok(())
}

/// w2v-BERT 2.0: a conformer over frames of 160 values, with keys for near distances.
pub fn w2v_bert(cx: &mut Cx, c: &Cfg) -> R<()> {
    let d = c.u("hidden_size")?;
    let heads = c.u("num_attention_heads")?;
    let head = div(d, heads, "num_attention_heads")?;
    let values = c.u("feature_projection_input_dim")?;
    let (n, _) = features(cx, values, 1500)?;
    cx.t.add(
        "feature_projection",
        "fully connected",
        1,
        Cost::new()
            .vector(values.saturating_mul(2))
            .linear(n, values, d, true),
    );
    if c.f("mask_time_prob", 0.05)? > 0.0 || c.f("mask_feature_prob", 0.0)? > 0.0 {
        let mask = Cost::new().vector(d);
        cx.t.add("masked_spec_embed", "embedding", 1, mask);
    }
    let a = Attention::new(d, heads, heads, head, Mask::Full).biased([true; 4]);
    let (mut p, mut core) = (a.projections(n, n), a.core(n, n));
    match c.s("position_embeddings_type") {
        Some("relative_key") => {
            let near = c
                .or("left_max_position_embeddings", 64)?
                .saturating_add(c.or("right_max_position_embeddings", 8)?)
                .saturating_add(1);
            p = p.weights(&[near, head]);
            core = core.product(&[n, n, heads, head]);
        }
        Some("relative") => {
            let far = n.saturating_mul(2).saturating_sub(1);
            p = p.linear(far, d, d, false).weights(&[2, heads, head]);
            core = core.product(&[n, far, heads, head]);
        }
        _ => {}
    }
    let around = Around {
        d,
        inner: c.u("intermediate_size")?,
        kernel: c.u("conv_depthwise_kernel_size")?,
        bias: true,
        conv_bias: false,
    };
    let mixer = Mixer::Other("relative attention", Box::new(p), Box::new(core));
    // The convolution sees the past alone: as many outputs as frames.
    let block = around.block(n, n, mixer);
    Blocks::alike(block, c.layers("num_hidden_layers")?).add(cx, "encoder.layers", n);
    cx.tokens = n;
    if c.b("add_adapter") || c.b("use_intermediate_ffn_before_adapter") {
        cx.t.unknown.push(compute_layers::Unknown {
            what: "adapter after the encoder (add_adapter)".into(),
            occurrences: 1,
            matters: true,
        });
    }
    match cx.head {
        Head::Base => {}
        Head::Ctc => {
            let k = Cost::new().linear(n, d, c.u("vocab_size")?, true);
            cx.t.add("lm_head", "output head", 1, k);
        }
        Head::Sequence => {
            let wide = c.u("classifier_proj_size")?;
            let k = Cost::new()
                .linear(n, d, wide, true)
                .linear(1, wide, c.labels()?, true);
            cx.t.add("classifier", "classification head", 1, k);
        }
        _ => note_head(cx),
    }
    Ok(())
}

/// The encoder of Granite Speech: attention inside blocks of frames, letters guessed half way and fed back.
fn granite_encoder(cx: &mut Cx, c: &Cfg) -> R<(u64, u64)> {
    let d = c.u("hidden_dim")?;
    let values = c.u("input_dim")?;
    let (n, _) = features(cx, values, 1500)?;
    let heads = c.u("num_heads")?;
    let head = div(d, heads, "num_heads")?;
    let size = c.u("context_size")?;
    let padded = div(n, size, "context_size")?
        .saturating_add(u64::from(!n.is_multiple_of(size)))
        .saturating_mul(size);
    let letters = c.or("output_dim", 42)?;
    let p = "model.encoder";
    cx.t.add(
        &format!("{p}.input_linear"),
        "fully connected",
        1,
        Cost::new().linear(n, values, d, true),
    );
    let rows = c.u("max_pos_emb")?.saturating_mul(2).saturating_add(1);
    let attention = Cost::new()
        .linears(3, padded, d, d, false)
        .linear(n, d, d, true)
        .weights(&[rows, head]);
    let core = Cost::new()
        .attend(padded, size, heads, head, head, Mask::Full)
        .product(&[padded, size, heads, head]);
    let f = FeedForward {
        width: d,
        inner: d.saturating_mul(c.u("feedforward_mult")?),
        gated: false,
        bias: [true; 2],
    };
    let inner = d.saturating_mul(c.u("conv_expansion_factor")?);
    let k = Cost::new()
        .linear(n, d, inner.saturating_mul(2), true)
        .convolution(n, inner, inner, c.u("conv_kernel_size")?, inner, false)
        .vector(inner.saturating_mul(2))
        .linear(n, inner, d, true);
    let block = Block {
        mixers: vec![(
            "attn",
            Mixer::Other("block attention", Box::new(attention), Box::new(core)),
        )],
        ffns: vec![
            ("ff1", Ffn::Dense(f)),
            ("ff2", Ffn::Dense(f)),
            ("conv", Ffn::Other("convolution", Box::new(k))),
        ],
        norm: d.saturating_mul(10),
    };
    Blocks::alike(block, c.layers("num_layers")?).add(cx, &format!("{p}.layers"), n);
    let guess = Cost::new()
        .linear(n, d, letters, true)
        .linear(n, letters, d, true);
    cx.t.add(&format!("{p}.out"), "fully connected", 1, guess);
    Ok((n, d))
}

/// Granite Speech: a conformer, queries that read windows of it, Granite.
pub fn granite_speech(cx: &mut Cx, c: &Cfg) -> R<()> {
    let e = c.sub("encoder_config", "granite_speech_encoder");
    if cx.only(compute_layers::Part::Audio) {
        granite_encoder(cx, &e)?;
        return Ok(());
    }
    let t = c.sub("text_config", "granite");
    let switch = |c: &Cfg| {
        c.get("tie_word_embeddings")
            .and_then(serde_json::Value::as_bool)
    };
    crate::families::multimodal::text_model(cx, &t, switch(c).or(switch(&t)))?;
    if cx.only(compute_layers::Part::Text) {
        return Ok(());
    }
    let (tokens, mark) = (cx.tokens, cx.t.mark());
    let (n, width) = granite_encoder(cx, &e)?;
    let q = c.sub("projector_config", "blip_2_qformer");
    let window = c.or("window_size", 15)?;
    let queries = div(window, c.or("downsample_rate", 5)?, "downsample_rate")?;
    let windows =
        div(n, window, "window_size")?.saturating_add(u64::from(!n.is_multiple_of(window)));
    let d = q.u("hidden_size")?;
    let heads = q.u("num_attention_heads")?;
    let head = div(d, heads, "num_attention_heads")?;
    let p = "model.projector";
    cx.t.add(
        &format!("{p}.query"),
        "embedding",
        1,
        Cost::new()
            .weights(&[queries, d])
            .vector(d.saturating_mul(2)),
    );
    let own = Attention::new(d, heads, heads, head, Mask::Full).biased([true; 4]);
    let cross = Attention {
        source_width: q.or("encoder_hidden_size", width)?,
        ..own
    };
    let every = q.or("cross_attention_frequency", 2)?.max(1);
    let f = FeedForward {
        width: d,
        inner: q.u("intermediate_size")?,
        gated: false,
        bias: [true; 2],
    };
    let all = windows.saturating_mul(queries);
    let read = windows.saturating_mul(window);
    let blocks = Blocks::each(q.layers("num_hidden_layers")?, |i| {
        // Until they have read, the queries are the same for all windows.
        let asked = if i == 0 { queries } else { all };
        let core = Cost::new().attend(asked, queries, heads, head, head, Mask::Full);
        let mut b = Block {
            mixers: vec![(
                "attention",
                Mixer::Other(
                    "attention",
                    Box::new(own.projections(asked, asked)),
                    Box::new(core),
                ),
            )],
            ffns: vec![("mlp", Ffn::Dense(f))],
            norm: d.saturating_mul(4),
        };
        if i % every == 0 {
            let core = Cost::new().attend(all, window, heads, head, head, Mask::Full);
            // The output projection works on every window's own answers.
            let more = all.saturating_sub(asked);
            let p = cross.projections(asked, read).product(&[more, d, d]);
            b.mixers.push((
                "crossattention",
                Mixer::Other("cross-attention", Box::new(p), Box::new(core)),
            ));
            b.norm = b.norm.saturating_add(d.saturating_mul(2));
        }
        Ok(b)
    })?;
    blocks.add(cx, &format!("{p}.qformer.encoder.layer"), all);
    let out = Cost::new().linear(all, d, t.u("hidden_size")?, true);
    cx.t.add(&format!("{p}.linear"), "projector", 1, out);
    if !cx.given(&["input_features"]) {
        cx.t.idle_from(mark);
        cx.t.note("tower-not-run", "Only text is given: the encoder of sound and its queries count as parameters, not as work. Give input_features, like [1, 1500, 160], to run them once.");
    }
    cx.tokens = tokens;
    Ok(())
}
