//! Vision transformers over pictures in time, over masked pictures, and for detection: VideoMAE, ViViT, TimeSformer, ViT-MAE, YOLOS.

use crate::block::{Block, Blocks, Ffn, note_head};
use crate::cfg::{Cfg, R, div, scaled};
use crate::context::{Cx, Head, bounded};
use crate::families::vit::{channels, picture};
use compute_layers::kinds::{Attention, FeedForward};
use compute_layers::{Cost, Mask};

fn vector(n: u64) -> Cost {
    Cost::new().vector(n)
}

/// Frames of the input: [batch, frames, channels, height, width].
fn frames(cx: &Cx, otherwise: u64) -> R<u64> {
    match cx.shape(&["pixel_values"]) {
        Some([_, f, _, _, _]) => bounded(*f, "number of frames"),
        _ => Ok(otherwise),
    }
}

fn patches((h, w): (u64, u64), patch: u64) -> R<u64> {
    Ok(div(h, patch, "patch_size")?.saturating_mul(div(w, patch, "patch_size")?))
}

fn usual(c: &Cfg, d: u64, bias: [bool; 4]) -> R<(Block, u64)> {
    let k = c.u("num_attention_heads")?;
    let a = Attention::new(d, k, k, div(d, k, "num_attention_heads")?, Mask::Full).biased(bias);
    let f = FeedForward {
        width: d,
        inner: c.u("intermediate_size")?,
        gated: false,
        bias: [true; 2],
    };
    Ok((
        Block::usual(a, Ffn::Dense(f), d.saturating_mul(4)),
        c.layers("num_hidden_layers")?,
    ))
}

fn classify(cx: &mut Cx, c: &Cfg, d: u64) -> R<()> {
    if cx.class.ends_with("VideoClassification") {
        let k = c.labels()?;
        cx.t.add(
            "classifier",
            "classification head",
            1,
            Cost::new().linear(1, d, k, true),
        );
    } else if cx.head != Head::Base {
        note_head(cx);
    }
    Ok(())
}

/// VideoMAE: tubes of pictures, fixed positions.
pub fn videomae(cx: &mut Cx, c: &Cfg) -> R<()> {
    let d = c.u("hidden_size")?;
    let (patch, tube) = (c.u("patch_size")?, c.u("tubelet_size")?);
    let f = frames(cx, c.u("num_frames")?)?;
    let n = div(f, tube, "tubelet_size")?.saturating_mul(patches(picture(cx, c)?, patch)?);
    let values = channels(c)?
        .saturating_mul(tube)
        .saturating_mul(patch)
        .saturating_mul(patch);
    cx.t.add(
        "videomae.embeddings",
        "patch embedding",
        1,
        Cost::new().convolution(n, values, d, 1, 1, true),
    );
    let q = c.b_or("qkv_bias", c.b_or("qv_bias", true));
    // Keys have none.
    let (block, layers) = usual(c, d, [q, false, q, true])?;
    Blocks::alike(block, layers).add(cx, "videomae.encoder.layer", n);
    let mean = c.b_or("use_mean_pooling", true);
    cx.tokens = n;
    if !mean || cx.class.ends_with("VideoClassification") {
        cx.t.add("norm", "norm", 1, vector(d.saturating_mul(2)));
    }
    classify(cx, c, d)
}

/// ViViT: tubes, a class token, learned positions.
pub fn vivit(cx: &mut Cx, c: &Cfg) -> R<()> {
    let d = c.u("hidden_size")?;
    let tube = c.list("tubelet_size", 3)?;
    let at = |i: usize| tube.get(i).copied().unwrap_or(1);
    let cut = |f: u64, (h, w): (u64, u64)| -> R<u64> {
        let t = div(f, at(0), "tubelet_size")?;
        Ok(t.saturating_mul(div(h, at(1), "tubelet_size")?)
            .saturating_mul(div(w, at(2), "tubelet_size")?))
    };
    let own = cut(c.u("num_frames")?, c.pair("image_size")?)?;
    let n = cut(frames(cx, c.u("num_frames")?)?, picture(cx, c)?)?;
    let values = tube.iter().fold(channels(c)?, |a, b| a.saturating_mul(*b));
    cx.t.add(
        "vivit.embeddings",
        "patch embedding",
        1,
        Cost::new().convolution(n, values, d, 1, 1, true),
    );
    cx.t.add(
        "vivit.position_embeddings",
        "position table",
        1,
        Cost::new().weights(&[own.saturating_add(2), d]),
    );
    let q = c.b_or("qkv_bias", true);
    let (block, layers) = usual(c, d, [q, q, q, true])?;
    let n = n.saturating_add(1);
    Blocks::alike(block, layers).add(cx, "vivit.encoder.layer", n);
    cx.t.add("vivit.layernorm", "norm", 1, vector(d.saturating_mul(2)));
    cx.tokens = n;
    if cx.head == Head::Base {
        cx.t.add(
            "vivit.pooler",
            "fully connected",
            1,
            Cost::new().linear(1, d, d, true),
        );
    }
    classify(cx, c, d)
}

/// TimeSformer: attention over time, then over space.
pub fn timesformer(cx: &mut Cx, c: &Cfg) -> R<()> {
    let d = c.u("hidden_size")?;
    let patch = c.u("patch_size")?;
    let f = frames(cx, c.u("num_frames")?)?;
    let s = patches(picture(cx, c)?, patch)?;
    let own = patches(c.pair("image_size")?, patch)?;
    let values = channels(c)?.saturating_mul(patch).saturating_mul(patch);
    let all = f.saturating_mul(s);
    cx.t.add(
        "timesformer.embeddings",
        "patch embedding",
        1,
        Cost::new().convolution(all, values, d, 1, 1, true),
    );
    let divided = c.s("attention_type").unwrap_or("divided_space_time") == "divided_space_time";
    let time = if c.s("attention_type") == Some("space_only") {
        0
    } else {
        c.u("num_frames")?
    };
    cx.t.add(
        "timesformer.positions",
        "position table",
        1,
        Cost::new().weights(&[own.saturating_add(2).saturating_add(time), d]),
    );
    let k = c.u("num_attention_heads")?;
    let q = c.b_or("qkv_bias", true);
    let head = div(d, k, "num_attention_heads")?;
    let a = Attention::new(d, k, k, head, Mask::Full).biased([q, q, q, true]);
    let layers = c.layers("num_hidden_layers")?;
    let inner = FeedForward {
        width: d,
        inner: c.u("intermediate_size")?,
        gated: false,
        bias: [true; 2],
    };
    let p = "timesformer.encoder.layer.*";
    let (on, norms) = if divided {
        cx.t.add(
            &format!("{p}.temporal_attention"),
            "attention",
            layers,
            a.projections(all, all).linear(all, d, d, true),
        );
        cx.t.add(
            &format!("{p}.temporal_attention.core"),
            "attention core",
            layers,
            a.core(f, f).times_apart(1, s),
        );
        let each = s.saturating_add(1);
        let spatial = f.saturating_mul(each);
        cx.t.add(
            &format!("{p}.attention"),
            "attention",
            layers,
            a.projections(spatial, spatial),
        );
        cx.t.add(
            &format!("{p}.attention.core"),
            "attention core",
            layers,
            a.core(each, each).times_apart(1, f),
        );
        (all.saturating_add(1), 6)
    } else if time == 0 {
        let each = s.saturating_add(1);
        let on = f.saturating_mul(each);
        cx.t.add(
            &format!("{p}.attention"),
            "attention",
            layers,
            a.projections(on, on),
        );
        cx.t.add(
            &format!("{p}.attention.core"),
            "attention core",
            layers,
            a.core(each, each).times_apart(1, f),
        );
        (on, 4)
    } else {
        let on = all.saturating_add(1);
        cx.t.add(
            &format!("{p}.attention"),
            "attention",
            layers,
            a.projections(on, on),
        );
        cx.t.add(
            &format!("{p}.attention.core"),
            "attention core",
            layers,
            a.core(on, on),
        );
        (on, 4)
    };
    cx.t.add(&format!("{p}.mlp"), "feed-forward", layers, inner.cost(on));
    cx.t.add(
        &format!("{p}.norms"),
        "norm",
        layers,
        vector(d.saturating_mul(norms)),
    );
    cx.t.add(
        "timesformer.layernorm",
        "norm",
        1,
        vector(d.saturating_mul(2)),
    );
    cx.tokens = on;
    classify(cx, c, d)
}

/// ViT-MAE: most patches masked away before the encoder, a small decoder over all of them.
pub fn vit_mae(cx: &mut Cx, c: &Cfg) -> R<()> {
    let d = c.u("hidden_size")?;
    let patch = c.u("patch_size")?;
    let n = patches(picture(cx, c)?, patch)?;
    let own = patches(c.pair("image_size")?, patch)?;
    let values = channels(c)?.saturating_mul(patch).saturating_mul(patch);
    cx.t.add(
        "vit.embeddings",
        "patch embedding",
        1,
        Cost::new().convolution(n, values, d, 1, 1, true).vector(d),
    );
    let rows = own.saturating_add(1);
    cx.t.add(
        "vit.position_embeddings",
        "position table",
        1,
        Cost::new().weights(&[rows, d]),
    );
    cx.t.freeze(u128::from(rows) * u128::from(d));
    let kept = scaled(n, (1.0 - c.f("mask_ratio", 0.75)?).max(0.0)).saturating_add(1);
    let q = c.b_or("qkv_bias", true);
    let (block, layers) = usual(c, d, [q, q, q, true])?;
    Blocks::alike(block, layers).add(cx, "vit.layers", kept);
    cx.t.add("vit.layernorm", "norm", 1, vector(d.saturating_mul(2)));
    cx.tokens = kept;
    match cx.head {
        Head::Base => {}
        Head::PreTraining => {
            let e = c.u("decoder_hidden_size")?;
            cx.t.add(
                "decoder.decoder_embed",
                "fully connected",
                1,
                Cost::new().linear(kept, d, e, true).vector(e),
            );
            cx.t.add(
                "decoder.decoder_pos_embed",
                "position table",
                1,
                Cost::new().weights(&[rows, e]),
            );
            cx.t.freeze(u128::from(rows) * u128::from(e));
            let k = c.u("decoder_num_attention_heads")?;
            let a = Attention::new(
                e,
                k,
                k,
                div(e, k, "decoder_num_attention_heads")?,
                Mask::Full,
            )
            .biased([q, q, q, true]);
            let f = FeedForward {
                width: e,
                inner: c.u("decoder_intermediate_size")?,
                gated: false,
                bias: [true; 2],
            };
            let all = n.saturating_add(1);
            let block = Block::usual(a, Ffn::Dense(f), e.saturating_mul(4));
            Blocks::alike(block, c.layers("decoder_num_hidden_layers")?).add(
                cx,
                "decoder.decoder_layers",
                all,
            );
            let pred = vector(e.saturating_mul(2)).linear(all, e, values, true);
            cx.t.add("decoder.decoder_pred", "fully connected", 1, pred);
        }
        _ => note_head(cx),
    }
    Ok(())
}

/// YOLOS: detection tokens beside the patches, two small networks on them.
pub fn yolos(cx: &mut Cx, c: &Cfg) -> R<()> {
    let d = c.u("hidden_size")?;
    let patch = c.u("patch_size")?;
    let n = patches(picture(cx, c)?, patch)?;
    let own = patches(c.pair("image_size")?, patch)?;
    let extra = c.u("num_detection_tokens")?;
    let values = channels(c)?.saturating_mul(patch).saturating_mul(patch);
    cx.t.add(
        "vit.embeddings",
        "patch embedding",
        1,
        Cost::new().convolution(n, values, d, 1, 1, true),
    );
    let rows = own.saturating_add(extra).saturating_add(1);
    cx.t.add(
        "vit.position_embeddings",
        "position table",
        1,
        Cost::new().weights(&[rows, d]),
    );
    cx.t.add(
        "vit.tokens",
        "embedding",
        1,
        Cost::new().weights(&[extra.saturating_add(1), d]),
    );
    let q = c.b_or("qkv_bias", true);
    let (block, layers) = usual(c, d, [q, q, q, true])?;
    if c.b_or("use_mid_position_embeddings", true) {
        cx.t.add(
            "vit.mid_position_embeddings",
            "position table",
            1,
            Cost::new().weights(&[layers.saturating_sub(1), rows, d]),
        );
    }
    let on = n.saturating_add(extra).saturating_add(1);
    Blocks::alike(block, layers).add(cx, "vit.encoder.layer", on);
    cx.t.add("vit.layernorm", "norm", 1, vector(d.saturating_mul(2)));
    cx.tokens = on;
    if cx.class.ends_with("ObjectDetection") {
        let k = c.labels()?.saturating_add(1);
        let small = |out: u64| {
            Cost::new()
                .linears(2, extra, d, d, true)
                .linear(extra, d, out, true)
        };
        cx.t.add(
            "class_labels_classifier",
            "classification head",
            1,
            small(k),
        );
        cx.t.add("bbox_predictor", "classification head", 1, small(4));
    } else if cx.head == Head::Base {
        cx.t.add(
            "vit.pooler",
            "fully connected",
            1,
            Cost::new().linear(1, d, d, true),
        );
    } else {
        note_head(cx);
    }
    Ok(())
}
