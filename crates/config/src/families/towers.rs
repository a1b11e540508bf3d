//! Image towers inside multimodal models: one row of a table per type.

use crate::block::{Block, Blocks, Ffn, Mixer};
use crate::cfg::{Cfg, R, div, scaled};
use crate::context::{Cx, bounded};
use crate::families::dense::{B, Norm};
use crate::families::vit;
use compute_layers::kinds::{Attention, FeedForward, output_size};
use compute_layers::{Cost, Mask};

/// Where a table of learned positions takes its rows from.
#[derive(Clone, Copy, PartialEq)]
enum Rows {
    /// No table: rotary positions.
    None,
    /// Patches of the tower's own picture size.
    Picture,
    /// The product of these keys, each with its default.
    Keys(&'static [(&'static str, u64)]),
}

/// What sets one tower apart.
struct Row {
    types: &'static [&'static str],
    /// Bias of the matrix on a patch.
    patch_bias: bool,
    /// Patches reach over `temporal_patch_size` frames.
    frames: bool,
    rows: Rows,
    norm: Norm,
    /// Norms before the first and after the last layer.
    before: bool,
    after: bool,
    gated: bool,
    bias: B,
    mlp_bias: B,
    /// Norms of queries and keys, of the head's width.
    qk: bool,
    /// Two scales per layer.
    scales: bool,
    /// A further square matrix with bias after attention.
    extra_projection: bool,
}

const VIT: Row = Row {
    types: &[],
    patch_bias: true,
    frames: false,
    rows: Rows::None,
    norm: Norm::ScaleBias,
    before: false,
    after: true,
    gated: false,
    bias: B::Yes,
    mlp_bias: B::Yes,
    qk: false,
    scales: false,
    extra_projection: false,
};

const ROWS: &[Row] = &[
    Row {
        types: &["kimi_k25_vision", "moonvit", "moonvit3d"],
        rows: Rows::Keys(&[("pos_emb_height", 64), ("pos_emb_width", 64)]),
        ..VIT
    },
    Row {
        types: &["minimax_m3_vl_vision"],
        patch_bias: false,
        frames: true,
        before: true,
        after: false,
        ..VIT
    },
    Row {
        types: &["ernie4_5_vl_moe_vision"],
        patch_bias: false,
        ..VIT
    },
    Row {
        types: &["paddleocr_vl_vision"],
        rows: Rows::Picture,
        ..VIT
    },
    Row {
        types: &["video_llama_3_vision"],
        ..VIT
    },
    Row {
        types: &["step3p5_vision"],
        patch_bias: false,
        rows: Rows::Keys(&[("max_position_embeddings", 2704)]),
        before: true,
        after: false,
        scales: true,
        ..VIT
    },
    Row {
        types: &["ovis2_vision"],
        rows: Rows::Picture,
        norm: Norm::Scale,
        before: true,
        gated: true,
        bias: B::Key("qkv_bias"),
        mlp_bias: B::Key("mlp_bias"),
        ..VIT
    },
    Row {
        types: &["glm_ocr_vision"],
        frames: true,
        norm: Norm::Scale,
        gated: true,
        bias: B::KeyOn("attention_bias"),
        mlp_bias: B::KeyOn("attention_bias"),
        qk: true,
        ..VIT
    },
    Row {
        types: &["janus_vision_model"],
        rows: Rows::Picture,
        bias: B::KeyOn("attention_bias"),
        extra_projection: true,
        ..VIT
    },
];

/// Whether a tower of this type stands in the table.
pub fn known(kind: &str) -> bool {
    ROWS.iter().any(|r| r.types.contains(&kind))
}

/// The value of the first key that the config has, under its names of different publishers.
fn either(v: &Cfg, keys: &[&str]) -> R<u64> {
    for key in keys {
        if v.get(key).is_some() {
            return v.u(key);
        }
    }
    Err(v.missing(keys.first().unwrap_or(&"")))
}

/// Counts a tower of the table: positions and width of what it gives.
///
/// # Errors
/// A missing or unreadable size.
pub fn tower(cx: &mut Cx, v: &Cfg, prefix: &str) -> R<(u64, u64)> {
    let Some(r) = ROWS
        .iter()
        .find(|r| r.types.contains(&v.model_type.as_str()))
    else {
        return Err(v.missing("model_type"));
    };
    let d = if v.own("vt_hidden_size") {
        v.u("vt_hidden_size")?
    } else {
        v.u("hidden_size")?
    };
    let heads = either(
        v,
        &["vt_num_attention_heads", "num_attention_heads", "num_heads"],
    )?;
    let head = div(d, heads, "num_attention_heads")?;
    let layers = ["vt_num_hidden_layers", "num_hidden_layers", "depth"]
        .into_iter()
        .find(|k| v.get(k).is_some())
        .unwrap_or("num_hidden_layers");
    let layers = v.layers(layers)?;
    let patch = v.u("patch_size")?;
    let n = patches(cx, v, patch)?;
    let mut values = vit::channels(v)?
        .saturating_mul(patch)
        .saturating_mul(patch);
    if r.frames {
        values = values.saturating_mul(v.or("temporal_patch_size", 2)?);
    }
    cx.t.add(
        &format!("{prefix}.patch_embed"),
        "patch embedding",
        1,
        Cost::new().convolution(n, values, d, 1, 1, r.patch_bias),
    );
    let rows = match r.rows {
        Rows::None => 0,
        Rows::Picture => {
            let (h, w) = v.pair("image_size")?;
            div(h, patch, "patch_size")?.saturating_mul(div(w, patch, "patch_size")?)
        }
        Rows::Keys(keys) => {
            let mut rows = 1u64;
            for (key, otherwise) in keys {
                let own = format!("init_{key}");
                rows = rows.saturating_mul(v.or(&own, v.or(key, *otherwise)?)?);
            }
            rows
        }
    };
    if rows > 0 {
        cx.t.add(
            &format!("{prefix}.position_embedding"),
            "position table",
            1,
            Cost::new().weights(&[rows, d]),
        );
    }
    let one = r.norm.of(d);
    let outer = u64::from(r.before) + u64::from(r.after);
    if outer > 0 {
        cx.t.add(
            &format!("{prefix}.norms"),
            "norm",
            1,
            Cost::new().vector(one.saturating_mul(outer)),
        );
    }
    let a = Attention::new(d, heads, heads, head, Mask::Full).biased([r.bias.read(v); 4]);
    let qk = r.qk || v.b("use_qk_norm");
    let a = Attention {
        extra: match (qk, r.extra_projection) {
            (false, _) => 0,
            // Over all heads together, with biases.
            (true, true) => d.saturating_mul(4),
            (true, false) => head.saturating_mul(2),
        },
        ..a
    };
    let inner = match v.get("mlp_ratio") {
        Some(_) => scaled(d, v.f("mlp_ratio", 4.0)?),
        None => either(v, &["vt_intermediate_size", "intermediate_size"])?,
    };
    let f = FeedForward {
        width: d,
        inner,
        gated: r.gated,
        bias: [r.mlp_bias.read(v); 2],
    };
    let mut block = Block {
        mixers: vec![("attn", Mixer::Own(a))],
        ffns: vec![("mlp", Ffn::Dense(f))],
        norm: one
            .saturating_mul(2)
            .saturating_add(if r.scales { d.saturating_mul(2) } else { 0 }),
    };
    if r.extra_projection {
        let p = Cost::new().linear(n, d, d, true);
        block.ffns.push((
            "projection_layer",
            Ffn::Other("fully connected", Box::new(p)),
        ));
    }
    Blocks::alike(block, layers).add(cx, &format!("{prefix}.layers"), n);
    cx.tokens = n;
    if v.model_type == "step3p5_vision" {
        return shrink(cx, v, prefix, n, d);
    }
    if v.model_type == "glm_ocr_vision" {
        return merge(cx, v, prefix, n, d);
    }
    Ok((n, d))
}

/// Patches that the inputs hold: rows of a flat list, single patches as pictures, or a picture cut up.
fn patches(cx: &Cx, v: &Cfg, patch: u64) -> R<u64> {
    if let Some([rows, _] | [rows, _, _, _]) = cx.shape(&["hidden_states", "pixel_values"]) {
        let shape = cx
            .shape(&["hidden_states", "pixel_values"])
            .unwrap_or_default();
        if shape.len() == 2 || (shape.last() == Some(&patch) && shape.get(2) == Some(&patch)) {
            return bounded(*rows, "number of patches");
        }
    }
    let (h, w) = vit::picture(cx, v)?;
    Ok(div(h, patch, "patch_size")?.saturating_mul(div(w, patch, "patch_size")?))
}

/// Two convolutions of Step's tower, each of half the sides and twice the width.
fn shrink(cx: &mut Cx, v: &Cfg, prefix: &str, n: u64, d: u64) -> R<(u64, u64)> {
    let patch = v.u("patch_size")?;
    let (h, w) = vit::picture(cx, v)?;
    let (h, w) = if h / patch.max(1) * (w / patch.max(1)) == n {
        (h / patch.max(1), w / patch.max(1))
    } else {
        let side = n.isqrt();
        (side, n / side.max(1))
    };
    let half = |x: u64| output_size(x, 3, 2, 1, 1);
    let (h1, w1) = (half(h), half(w));
    let (h2, w2) = (half(h1), half(w1));
    let (m1, m2) = (h1.saturating_mul(w1), h2.saturating_mul(w2));
    let (twice, four) = (d.saturating_mul(2), d.saturating_mul(4));
    let k = Cost::new()
        .convolution(m1, d, twice, 9, 1, true)
        .convolution(m2, twice, four, 9, 1, true);
    cx.t.add(&format!("{prefix}.downsamplers"), "convolution", 1, k);
    Ok((m2, four))
}

/// GLM-OCR's merger: a convolution over neighbours, a matrix, a norm, a gated part.
fn merge(cx: &mut Cx, v: &Cfg, prefix: &str, n: u64, d: u64) -> R<(u64, u64)> {
    let out = v.u("out_hidden_size")?;
    let side = v.or("spatial_merge_size", 2)?.max(1);
    let unit = side.saturating_mul(side);
    let m = n / unit;
    let wide = out.saturating_mul(vit::channels(v)?);
    let k = Cost::new()
        .convolution(m, d, out, unit, 1, true)
        .linear(m, out, out, false)
        .vector(out.saturating_mul(2))
        .linears(2, m, out, wide, false)
        .linear(m, wide, out, false);
    cx.t.add(&format!("{prefix}.merger"), "projector", 1, k);
    Ok((m, out))
}
