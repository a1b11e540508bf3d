//! Dense prediction over a transformer: DPT and Depth Anything. Features of several layers are brought to several sizes,
//! fused from the smallest up, and read by a small convolutional head.

use crate::block::{Block, Blocks, Ffn, note_head};
use crate::cfg::{Cfg, R, div};
use crate::context::{Cx, Head};
use crate::families::vit::{channels, image_tower, picture};
use compute_layers::kinds::{Attention, FeedForward, output_size};
use compute_layers::{Cost, Mask, Refusal};

/// Height and width of a map of features.
type Size = (u64, u64);

fn places((h, w): Size) -> u64 {
    h.saturating_mul(w)
}

/// A 3 x 3 convolution that keeps the size, or a 1 x 1.
fn convolution(at: Size, inputs: u64, outputs: u64, taps: u64, bias: bool) -> Cost {
    Cost::new().convolution(places(at), inputs, outputs, taps, 1, bias)
}

/// How features reach the head; the size that it reads.
struct Neck {
    /// A matrix that mixes the class token into every place.
    readout: bool,
    /// Two norms over the batch in every residual part, instead of biases.
    batch_norm: bool,
    /// Fused maps take the size of the next feature, instead of twice their own.
    follow: bool,
}

impl Neck {
    /// Adds the neck over `grid` places of width `d`: the size of what it gives.
    fn add(&self, cx: &mut Cx, c: &Cfg, grid: Size, d: u64) -> R<Size> {
        let widths = c
            .us("neck_hidden_sizes")?
            .ok_or_else(|| c.missing("neck_hidden_sizes"))?;
        let scales: Vec<f64> = match c.get("reassemble_factors") {
            Some(serde_json::Value::Array(a)) => a.iter().filter_map(|x| x.as_f64()).collect(),
            _ => vec![],
        };
        if scales.len() != widths.len() || widths.len() > 16 {
            return Err(c.missing("reassemble_factors"));
        }
        let fused = c.u("fusion_hidden_size")?;
        let n = places(grid);
        let mut sizes = Vec::with_capacity(widths.len());
        for (&width, &scale) in widths.iter().zip(&scales) {
            let mut k = Cost::new();
            if self.readout {
                k = k.linear(n, d.saturating_mul(2), d, true);
            }
            k = k.convolution(n, d, width, 1, 1, true);
            let size = if scale > 1.0 {
                let f = scale.clamp(1.0, 64.0) as u64;
                let area = f.saturating_mul(f);
                // Transposed: every place of the input spreads over f x f places.
                k = k
                    .convolution(n, width, width.saturating_mul(area), 1, 1, false)
                    .vector(width);
                (grid.0.saturating_mul(f), grid.1.saturating_mul(f))
            } else if scale < 1.0 && scale > 0.0 {
                let s = (1.0 / scale).clamp(1.0, 64.0) as u64;
                let half = |x: u64| output_size(x, 3, s, 1, 1);
                let size = (half(grid.0), half(grid.1));
                k = k.convolution(places(size), width, width, 9, 1, true);
                size
            } else {
                grid
            };
            let k = k.plus(&convolution(size, width, fused, 9, false));
            cx.t.add("neck.reassemble_stage.layers", "convolution", 1, k);
            sizes.push(size);
        }
        sizes.reverse();
        let (mut at, mut first) = (sizes.first().copied().unwrap_or(grid), true);
        for i in 0..sizes.len() {
            let norm = if self.batch_norm {
                fused.saturating_mul(4)
            } else {
                0
            };
            let residual = convolution(at, fused, fused, 9, !self.batch_norm)
                .plus(&convolution(at, fused, fused, 9, !self.batch_norm))
                .vector(norm);
            // Nothing is fused into the smallest map.
            let one = if first {
                residual.clone().not_run()
            } else {
                residual.clone()
            };
            let (h, w) = at;
            let next = match sizes.get(i + 1) {
                Some(s) if self.follow => *s,
                _ => (h.saturating_mul(2), w.saturating_mul(2)),
            };
            let p = "neck.fusion_stage.layers";
            cx.t.add(&format!("{p}.residual_layer1"), "convolution", 1, one);
            let k = residual.plus(&convolution(next, fused, fused, 1, true));
            cx.t.add(&format!("{p}.residual_layer2"), "convolution", 1, k);
            (at, first) = (next, false);
        }
        Ok(at)
    }
}

/// Three convolutions that end in one value per pixel; the second works on maps of size `large`.
fn depth_head(cx: &mut Cx, fused: u64, narrow: u64, at: Size, large: Size) {
    let k = convolution(at, fused, fused / 2, 9, true)
        .plus(&convolution(large, fused / 2, narrow, 9, true))
        .plus(&convolution(large, narrow, 1, 1, true));
    cx.t.add("head", "convolution", 1, k);
}

/// Depth Anything: DINOv2 below.
pub fn depth_anything(cx: &mut Cx, c: &Cfg) -> R<()> {
    let v = c.sub("backbone_config", "dinov2");
    if v.model_type != "dinov2" {
        return Err(backbone_unknown(&v.model_type));
    }
    let (n, d) = image_tower(cx, &v, "backbone")?;
    let patch = c.or("patch_size", 14)?;
    let (h, w) = picture(cx, &v)?;
    let grid = (div(h, patch, "patch_size")?, div(w, patch, "patch_size")?);
    let neck = Neck {
        readout: false,
        batch_norm: false,
        follow: true,
    };
    let at = neck.add(cx, c, grid, c.or("reassemble_hidden_size", d)?)?;
    let large = (grid.0.saturating_mul(patch), grid.1.saturating_mul(patch));
    depth_head(
        cx,
        c.u("fusion_hidden_size")?,
        c.or("head_hidden_size", 32)?,
        at,
        large,
    );
    cx.tokens = n;
    Ok(())
}

fn backbone_unknown(kind: &str) -> Refusal {
    Refusal {
        code: "unknown-model-type",
        message: format!(
            "The backbone has model_type \"{}\", which is not known under this head.",
            crate::cfg::clip(kind)
        ),
        remedy: "Count the backbone from its own config.json, or the whole from an ONNX export."
            .into(),
    }
}

/// DPT over its own vision transformer.
pub fn dpt(cx: &mut Cx, c: &Cfg) -> R<()> {
    if c.b("is_hybrid") || c.own("backbone_config") || c.own("backbone") {
        let kind = c.sub("backbone_config", "bit").model_type.clone();
        return Err(backbone_unknown(&kind));
    }
    let d = c.u("hidden_size")?;
    let heads = c.u("num_attention_heads")?;
    let patch = c.u("patch_size")?;
    let (h, w) = picture(cx, c)?;
    let own = c.pair("image_size")?;
    let cut = |(h, w): Size| -> R<Size> {
        Ok((div(h, patch, "patch_size")?, div(w, patch, "patch_size")?))
    };
    let (grid, stored) = (cut((h, w))?, places(cut(own)?));
    let values = channels(c)?.saturating_mul(patch).saturating_mul(patch);
    cx.t.add(
        "dpt.embeddings.patch_embeddings",
        "patch embedding",
        1,
        Cost::new().convolution(places(grid), values, d, 1, 1, true),
    );
    cx.t.add(
        "dpt.embeddings.position_embeddings",
        "position table",
        1,
        Cost::new().weights(&[stored.saturating_add(2), d]),
    );
    let q = c.b_or("qkv_bias", true);
    let a = Attention::new(
        d,
        heads,
        heads,
        div(d, heads, "num_attention_heads")?,
        Mask::Full,
    )
    .biased([q, q, q, true]);
    let f = FeedForward {
        width: d,
        inner: c.u("intermediate_size")?,
        gated: false,
        bias: [true; 2],
    };
    let n = places(grid).saturating_add(1);
    Blocks::alike(
        Block::usual(a, Ffn::Dense(f), d.saturating_mul(4)),
        c.layers("num_hidden_layers")?,
    )
    .add(cx, "dpt.encoder.layer", n);
    cx.t.add(
        "dpt.layernorm",
        "norm",
        1,
        Cost::new().vector(d.saturating_mul(2)),
    );
    cx.tokens = n;
    if cx.head == Head::Base {
        let pooler = Cost::new().linear(1, d, d, true);
        cx.t.add("dpt.pooler", "fully connected", 1, pooler);
        return Ok(());
    }
    let depth = cx.class.ends_with("DepthEstimation");
    if !depth && !cx.class.ends_with("SemanticSegmentation") {
        note_head(cx);
        return Ok(());
    }
    let neck = Neck {
        readout: c.s("readout_type").unwrap_or("project") == "project",
        batch_norm: c.b("use_batch_norm_in_fusion_residual"),
        follow: false,
    };
    let at = neck.add(cx, c, grid, d)?;
    let fused = c.u("fusion_hidden_size")?;
    if depth {
        if c.b("add_projection") {
            let k = convolution(at, 256, 256, 9, true);
            cx.t.add("head.projection", "convolution", 1, k);
        }
        let large = (at.0.saturating_mul(2), at.1.saturating_mul(2));
        depth_head(cx, fused, 32, at, large);
        return Ok(());
    }
    let k = convolution(at, fused, fused, 9, false)
        .vector(fused.saturating_mul(2))
        .plus(&convolution(at, fused, c.labels()?, 1, true));
    let heads = if c.b_or("use_auxiliary_head", true) {
        2
    } else {
        1
    };
    cx.t.add("head", "convolution", heads, k);
    Ok(())
}
