//! Time series: PatchTST.

use crate::block::note_head;
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
