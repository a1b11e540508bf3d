//! Time series: PatchTST, the time-series transformer, TimesFM.

use crate::block::{Block, Blocks, Ffn, note_head};
use crate::cfg::{Cfg, R, div};
use crate::context::{Cx, bounded};
use compute_layers::kinds::{Attention, FeedForward};
use compute_layers::{Cost, Mask};

/// PatchTST: every channel of the series is its own sequence of patches.
pub fn patchtst(cx: &mut Cx, c: &Cfg) -> R<()> {
    let channels = c.u("num_input_channels")?;
    let length = c.u("context_length")?;
    let (patch, stride) = (c.u("patch_length")?, c.u("patch_stride")?);
    if let Some([.., _, n]) = cx.shape(&["past_values"]) {
        bounded(*n, "number of channels")?;
    }
    let patches = div(
        length.max(patch).saturating_sub(patch),
        stride,
        "patch_stride",
    )?
    .saturating_add(1);
    let class = u64::from(c.b("use_cls_token"));
    let n = patches.saturating_add(class);
    let d = c.u("d_model")?;
    let series = channels;
    let shared = c.b_or("share_embedding", true);
    let embed = Cost::new().linear(series.saturating_mul(patches), patch, d, true);
    let embed = if shared {
        embed
    } else {
        Cost::new().linear(patches, patch, d, true).times(series)
    };
    cx.t.add("model.encoder.embedder", "patch embedding", 1, embed);
    if class == 1 {
        cx.t.add(
            "model.encoder.cls_token",
            "embedding",
            1,
            Cost::new().vector(d),
        );
    }
    // Sines, learned or fixed, are stored as a parameter.
    cx.t.add(
        "model.encoder.position_enc",
        "position table",
        1,
        Cost::new().weights(&[n, d]),
    );
    if c.s("positional_encoding_type").unwrap_or("sincos") == "sincos" {
        cx.t.freeze(u128::from(n) * u128::from(d));
    }
    let heads = c.u("num_attention_heads")?;
    let head = div(d, heads, "num_attention_heads")?;
    let bias = c.b_or("bias", true);
    let layers = c.layers("num_hidden_layers")?;
    let places = series.saturating_mul(n);
    let a = Attention::new(d, heads, heads, head, Mask::Full).biased([bias; 4]);
    let f = FeedForward {
        width: d,
        inner: c.u("ffn_dim")?,
        gated: false,
        bias: [bias; 2],
    };
    let across = c.b("channel_attention");
    let sublayers = if across { 3 } else { 2 };
    cx.t.add(
        "model.encoder.layers.*.self_attn",
        "attention",
        layers,
        a.projections(places, places),
    );
    cx.t.add(
        "model.encoder.layers.*.self_attn.core",
        "attention core",
        layers,
        a.core(n, n).times_apart(1, series),
    );
    if across {
        cx.t.add(
            "model.encoder.layers.*.channel_attn",
            "attention",
            layers,
            a.projections(places, places),
        );
        cx.t.add(
            "model.encoder.layers.*.channel_attn.core",
            "attention core",
            layers,
            a.core(series, series).times_apart(1, n),
        );
    }
    cx.t.add(
        "model.encoder.layers.*.mlp",
        "feed-forward",
        layers,
        f.cost(places),
    );
    cx.t.add(
        "model.encoder.layers.*.norms",
        "norm",
        layers,
        Cost::new().vector(d.saturating_mul(2 * sublayers)),
    );
    cx.tokens = patches;
    let flat = match (c.s("pooling_type"), class) {
        (_, 1) => d,
        (Some("mean" | "max"), _) => d,
        _ => d.saturating_mul(patches),
    };
    let flat = if cx.class.ends_with("ForPrediction") && class == 0 {
        match c.s("pooling_type") {
            Some("mean" | "max") => d,
            _ => d.saturating_mul(patches),
        }
    } else {
        flat
    };
    if cx.class.ends_with("ForPrediction") {
        // A head for a distribution has a matrix per number that describes it.
        let numbers = match (c.s("loss"), c.s("distribution_output")) {
            (Some("nll"), Some("student_t")) => 3,
            (Some("nll"), _) => 2,
            _ => 1,
        };
        let out = c.u("prediction_length")?;
        let one = Cost::new().linears(numbers, series, flat, out, true);
        let head = if c.b_or("share_projection", true) {
            one
        } else {
            Cost::new()
                .linears(numbers, 1, flat, out, true)
                .times(series)
        };
        cx.t.add("head.projection", "fully connected", 1, head);
    } else if !cx.class.ends_with("Model") {
        note_head(cx);
    }
    Ok(())
}

/// Time-series transformer: an encoder over the past, a decoder over the future, a head for a distribution.
pub fn time_series(cx: &mut Cx, c: &Cfg) -> R<()> {
    let d = c.u("d_model")?;
    let future = c.u("prediction_length")?;
    let past = c.or("context_length", future)?;
    let input = c.or("input_size", 1)?;
    let lags = c.us("lags_sequence")?.map_or(7, |l| l.len() as u64);
    let (dynamic, time) = (
        c.or("num_dynamic_real_features", 0)?,
        c.or("num_time_features", 0)?,
    );
    let (real, categories) = (
        c.or("num_static_real_features", 0)?,
        c.or("num_static_categorical_features", 0)?,
    );
    let sizes = c
        .us("cardinality")?
        .filter(|_| categories > 0)
        .unwrap_or_default();
    let widths = match c.us("embedding_dimension")? {
        Some(w) if categories > 0 => w,
        // Half of the categories, 50 at most.
        _ => sizes
            .iter()
            .map(|s| (s.saturating_add(1) / 2).min(50))
            .collect(),
    };
    let mut statics = 0u64;
    for (s, w) in sizes.iter().zip(&widths) {
        cx.t.add(
            "model.embedder",
            "embedding",
            1,
            Cost::new().weights(&[*s, *w]),
        );
        statics = statics.saturating_add(*w);
    }
    let features = input
        .saturating_mul(lags)
        .saturating_add(statics)
        .saturating_add(dynamic)
        .saturating_add(time)
        .saturating_add(real)
        .saturating_add(input.saturating_mul(2));
    let rows = past.saturating_add(future);
    let mask = [compute_layers::Mask::Full, compute_layers::Mask::Causal];
    for (side, n) in [("encoder", past), ("decoder", future)] {
        let decodes = side == "decoder";
        let p = format!("model.{side}");
        cx.t.add(
            &format!("{p}.value_embedding"),
            "fully connected",
            1,
            Cost::new().linear(n, features, d, false),
        );
        // Sines stored as a parameter; a norm after them.
        cx.t.add(
            &format!("{p}.embed_positions"),
            "position table",
            1,
            Cost::new().weights(&[rows, d]),
        );
        cx.t.freeze(u128::from(rows) * u128::from(d));
        cx.t.add(
            &format!("{p}.layernorm_embedding"),
            "norm",
            1,
            Cost::new().vector(d.saturating_mul(2)),
        );
        let (heads, inner, layers) = if decodes {
            (
                c.u("decoder_attention_heads")?,
                c.u("decoder_ffn_dim")?,
                c.layers("decoder_layers")?,
            )
        } else {
            (
                c.u("encoder_attention_heads")?,
                c.u("encoder_ffn_dim")?,
                c.layers("encoder_layers")?,
            )
        };
        let head = div(d, heads, "encoder_attention_heads")?;
        let a = Attention::new(
            d,
            heads,
            heads,
            head,
            if decodes { mask[1] } else { mask[0] },
        )
        .biased([true; 4]);
        let f = FeedForward {
            width: d,
            inner,
            gated: false,
            bias: [true; 2],
        };
        let l = format!("{p}.layers.*");
        cx.t.add(
            &format!("{l}.self_attn"),
            "attention",
            layers,
            a.projections(n, n),
        );
        cx.t.add(
            &format!("{l}.self_attn.core"),
            "attention core",
            layers,
            a.core(n, n),
        );
        if decodes {
            let x = Attention { mask: mask[0], ..a };
            cx.t.add(
                &format!("{l}.encoder_attn"),
                "cross-attention",
                layers,
                x.projections(n, past),
            );
            cx.t.add(
                &format!("{l}.encoder_attn.core"),
                "attention core",
                layers,
                x.core(n, past),
            );
        }
        cx.t.add(&format!("{l}.mlp"), "feed-forward", layers, f.cost(n));
        let norms = d.saturating_mul(if decodes { 6 } else { 4 });
        cx.t.add(
            &format!("{l}.norms"),
            "norm",
            layers,
            Cost::new().vector(norms),
        );
    }
    cx.tokens = past;
    if cx.class.ends_with("ForPrediction") {
        let numbers = match c.s("distribution_output") {
            Some("student_t") | None => 3,
            _ => 2,
        };
        cx.t.add(
            "parameter_projection",
            "fully connected",
            1,
            Cost::new().linears(numbers, future, d, input, true),
        );
    } else if !cx.class.ends_with("Model") {
        note_head(cx);
    }
    Ok(())
}

/// TimesFM: patches of a series as words of a decoder.
pub fn timesfm(cx: &mut Cx, c: &Cfg) -> R<()> {
    let d = c.u("hidden_size")?;
    let (heads, head) = (c.u("num_attention_heads")?, c.u("head_dim")?);
    let patch = c.u("patch_length")?;
    let inner = c.u("intermediate_size")?;
    let n = div(c.u("context_length")?, patch, "patch_length")?;
    cx.tokens = n;
    // Values and whether they are there go in together; a straight path beside two matrices.
    let pass = |inputs: u64, outputs: u64| {
        Cost::new()
            .linear(n, inputs, inner, true)
            .linear(n, inner, outputs, true)
            .linear(n, inputs, outputs, true)
    };
    let wide = patch.saturating_mul(2);
    cx.t.add(
        "decoder.input_ff_layer",
        "patch embedding",
        1,
        pass(wide, d),
    );
    let tables = Cost::new().weights(&[c.or("freq_size", 3)?, d]);
    cx.t.add("decoder.freq_emb", "embedding", 1, tables);
    let a = Attention {
        extra: head,
        ..Attention::new(d, heads, heads, head, Mask::Causal).biased([true; 4])
    };
    let f = FeedForward {
        width: d,
        inner,
        gated: false,
        bias: [true; 2],
    };
    let block = Block::usual(a, Ffn::Dense(f), d.saturating_mul(3));
    Blocks::alike(block, c.layers("num_hidden_layers")?).add(cx, "decoder.layers", n);
    if cx.class.ends_with("ForPrediction") {
        let levels = match c.get("quantiles") {
            Some(serde_json::Value::Array(l)) => l.len() as u64,
            _ => 9,
        };
        let out = c
            .u("horizon_length")?
            .saturating_mul(levels.saturating_add(1));
        cx.t.add("horizon_ff_layer", "output head", 1, pass(d, out));
    }
    Ok(())
}
