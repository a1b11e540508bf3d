//! Vision transformers in stages that shrink the picture: Swin, SegFormer, PVT, PoolFormer.

use crate::block::note_head;
use crate::cfg::{Cfg, R, div, scaled};
use crate::context::{Cx, Head};
use crate::families::vit::{channels, picture};
use compute_layers::kinds::{FeedForward, output_size};
use compute_layers::{Cost, Mask};

/// The label of a picture.
fn classify(cx: &mut Cx, c: &Cfg, width: u64) -> R<()> {
    match cx.head {
        Head::Image => {
            // PVT's own default is the thousand labels of ImageNet.
            let given = c.mentions("id2label") || c.own("num_labels") || c.model_type != "pvt";
            let k = if given { c.labels()? } else { 1000 };
            cx.t.add(
                "classifier",
                "classification head",
                1,
                Cost::new().linear(1, width, k, true),
            );
        }
        Head::Base => {}
        _ => note_head(cx),
    }
    Ok(())
}

/// Swin, both versions: attention inside windows, a relative-position table or a small network for it.
pub fn swin(cx: &mut Cx, c: &Cfg) -> R<()> {
    swin_tower(cx, c, "model").and_then(|(_, width)| classify(cx, c, width))
}

/// The stages of Swin; gives positions and width at the end.
///
/// # Errors
/// A missing or unreadable size.
pub fn swin_tower(cx: &mut Cx, c: &Cfg, prefix: &str) -> R<(u64, u64)> {
    let second = c.model_type == "swinv2";
    let patch = c.u("patch_size")?;
    let (mut h, mut w) = picture(cx, c)?;
    (h, w) = (h.div_ceil(patch.max(1)), w.div_ceil(patch.max(1)));
    let own = c.pair("image_size")?;
    // A stage narrower than a window makes the window as small; the table was made for the config's picture.
    let (mut oh, mut ow) = (
        div(own.0, patch, "patch_size")?,
        div(own.1, patch, "patch_size")?,
    );
    let embed = c.u("embed_dim")?;
    let depths = c.us("depths")?.ok_or_else(|| c.missing("depths"))?;
    let heads = c.list("num_heads", depths.len())?;
    let window = c.u("window_size")?.max(1);
    let ratio = c.f("mlp_ratio", 4.0)?;
    let q = c.b_or("qkv_bias", true);
    let values = channels(c)?.saturating_mul(patch).saturating_mul(patch);
    let p = prefix;
    let first = Cost::new()
        .convolution(h.saturating_mul(w), values, embed, 1, 1, true)
        .vector(embed.saturating_mul(2));
    cx.t.add(&format!("{p}.embeddings"), "patch embedding", 1, first);
    if c.b("use_absolute_embeddings") {
        cx.t.add(
            &format!("{p}.position_embeddings"),
            "position table",
            1,
            Cost::new()
                .weights(&[oh, ow, embed])
                .vector(if c.model_type == "swin" { 0 } else { embed }),
        );
    }
    let mut d = embed;
    let last = depths.len().saturating_sub(1);
    for (s, (&depth, &h_n)) in depths.iter().zip(&heads).enumerate() {
        let depth = depth.min(crate::limits::MAX_LAYERS);
        let n = h.saturating_mul(w);
        let own_window = window.min(oh.min(ow)).max(1);
        let table_window = if second { own_window } else { window };
        let k = if second {
            own_window
        } else if h.min(w) <= window {
            h.min(w).max(1)
        } else {
            window
        };
        let windows = h.div_ceil(k).saturating_mul(w.div_ceil(k));
        let size = k.saturating_mul(k);
        let on = windows.saturating_mul(size);
        let head = div(d, h_n, "num_heads")?;
        let rows = table_window.saturating_mul(2).saturating_sub(1);
        let rows = rows.saturating_mul(rows);
        let mut a = Cost::new().linears(3, on, d, d, q && !second);
        if second && q {
            a = a.weights(&[2, d]);
        }
        a = a.linear(on, d, d, true);
        a = if second {
            a.vector(h_n)
                .linear(rows, 2, 512, true)
                .linear(rows, 512, h_n, false)
        } else {
            a.weights(&[rows, h_n])
        };
        let st = format!("{p}.stages.{s}");
        cx.t.add(
            &format!("{st}.blocks.*.attention"),
            "window attention",
            depth,
            a,
        );
        let core = Cost::new().attend(on, size, h_n, head, head, Mask::Full);
        cx.t.add(
            &format!("{st}.blocks.*.attention.core"),
            "attention core",
            depth,
            core,
        );
        let f = FeedForward {
            width: d,
            inner: scaled(d, ratio),
            gated: false,
            bias: [true; 2],
        };
        cx.t.add(
            &format!("{st}.blocks.*.mlp"),
            "feed-forward",
            depth,
            f.cost(n),
        );
        cx.t.add(
            &format!("{st}.blocks.*.norms"),
            "norm",
            depth,
            Cost::new().vector(d.saturating_mul(4)),
        );
        if s < last {
            // Four neighbours side by side, then half of them.
            (h, w, oh, ow) = (h.div_ceil(2), w.div_ceil(2), oh / 2, ow / 2);
            let n = h.saturating_mul(w);
            let norm = d.saturating_mul(if second { 4 } else { 8 });
            let c = Cost::new()
                .linear(n, d.saturating_mul(4), d.saturating_mul(2), false)
                .vector(norm);
            cx.t.add(&format!("{st}.downsample"), "patch merging", 1, c);
            d = d.saturating_mul(2);
        }
    }
    if c.model_type != "donut-swin" {
        cx.t.add(
            &format!("{p}.layernorm"),
            "norm",
            1,
            Cost::new().vector(d.saturating_mul(2)),
        );
    }
    cx.tokens = h.saturating_mul(w);
    Ok((cx.tokens, d))
}

/// SegFormer and PVT: keys and values from a shrunk picture.
pub fn segformer(cx: &mut Cx, c: &Cfg) -> R<()> {
    let kind = c.model_type.as_str();
    let (mut h, mut w) = picture(cx, c)?;
    let own = if c.get("image_size").is_some() {
        c.pair("image_size")?
    } else {
        (224, 224)
    };
    let (mut oh, mut ow) = own;
    let depths = c.us("depths")?.ok_or_else(|| c.missing("depths"))?;
    let n = depths.len();
    let widths = c.list("hidden_sizes", n)?;
    let heads = c.list("num_attention_heads", n)?;
    let (patches, strides) = (c.list("patch_sizes", n)?, c.list("strides", n)?);
    let ratios = c.list(
        if kind == "segformer" {
            "sr_ratios"
        } else if kind == "pvt" {
            "sequence_reduction_ratios"
        } else {
            "sr_ratios"
        },
        n,
    )?;
    let mlps = c.list("mlp_ratios", n)?;
    let q = kind != "pvt" && kind != "pvt_v2" || c.b_or("qkv_bias", true);
    let linear = kind == "pvt_v2" && c.b("linear_attention");
    let mut input = channels(c)?;
    let mut sizes = Vec::with_capacity(n);
    for (s, &depth) in depths.iter().enumerate() {
        let depth = depth.min(crate::limits::MAX_LAYERS);
        let at = |l: &[u64]| l.get(s).copied().unwrap_or(1);
        let (d, hn, k, st, r, m) = (
            at(&widths),
            at(&heads),
            at(&patches),
            at(&strides),
            at(&ratios),
            at(&mlps),
        );
        let pad = if kind == "pvt" { 0 } else { k / 2 };
        (h, w) = (output_size(h, k, st, pad, 1), output_size(w, k, st, pad, 1));
        (oh, ow) = (
            output_size(oh, k, st, pad, 1),
            output_size(ow, k, st, pad, 1),
        );
        let places = h.saturating_mul(w);
        let p = format!("stages.{s}");
        let taps = k.saturating_mul(k);
        let mut embed = Cost::new()
            .convolution(places, input, d, taps, 1, true)
            .vector(d.saturating_mul(2));
        let mut tokens = places;
        if kind == "pvt" {
            let class = u64::from(s + 1 == n);
            tokens = tokens.saturating_add(class);
            embed = embed.weights(&[oh.saturating_mul(ow).saturating_add(class), d]);
            if class == 1 {
                embed = embed.vector(d);
            }
        }
        cx.t.add(
            &format!("{p}.patch_embeddings"),
            "patch embedding",
            1,
            embed,
        );
        let head = div(d, hn, "num_attention_heads")?;
        let (rh, rw) = (output_size(h, r, r, 0, 1), output_size(w, r, r, 0, 1));
        let mut keys = if r > 1 { rh.saturating_mul(rw) } else { tokens };
        let mut reduce = Cost::new();
        if linear {
            keys = 49;
            reduce = Cost::new()
                .convolution(keys, d, d, 1, 1, true)
                .vector(d.saturating_mul(2));
        } else if r > 1 {
            if kind == "pvt" && s + 1 == n {
                keys = output_size(h, r, r, 0, 1).saturating_mul(output_size(w, r, r, 0, 1));
            }
            reduce = Cost::new()
                .convolution(keys, d, d, r.saturating_mul(r), 1, true)
                .vector(d.saturating_mul(2));
        }
        let a = Cost::new()
            .linear(tokens, d, d, q)
            .linears(2, keys, d, d, q)
            .linear(tokens, d, d, true)
            .plus(&reduce);
        cx.t.add(
            &format!("{p}.blocks.*.attention"),
            "reduced attention",
            depth,
            a,
        );
        let core = Cost::new().attend(tokens, keys, hn, head, head, Mask::Full);
        cx.t.add(
            &format!("{p}.blocks.*.attention.core"),
            "attention core",
            depth,
            core,
        );
        let inner = d.saturating_mul(m);
        let mut f = FeedForward {
            width: d,
            inner,
            gated: false,
            bias: [true; 2],
        }
        .cost(tokens);
        if kind != "pvt" {
            f = f.convolution(places, inner, inner, 9, inner, true);
        }
        cx.t.add(&format!("{p}.blocks.*.mlp"), "feed-forward", depth, f);
        let norms = d.saturating_mul(4);
        cx.t.add(
            &format!("{p}.blocks.*.norms"),
            "norm",
            depth,
            Cost::new().vector(norms),
        );
        if kind != "pvt" || s + 1 == n {
            cx.t.add(
                &format!("{p}.layer_norm"),
                "norm",
                1,
                Cost::new().vector(d.saturating_mul(2)),
            );
        }
        sizes.push((places, d));
        input = d;
    }
    cx.tokens = h.saturating_mul(w);
    if cx.class.ends_with("SemanticSegmentation") && kind == "segformer" {
        let wide = c.u("decoder_hidden_size")?;
        for (s, (places, d)) in sizes.iter().enumerate() {
            cx.t.add(
                &format!("decode_head.linear_projections.{s}"),
                "fully connected",
                1,
                Cost::new().linear(*places, *d, wide, true),
            );
        }
        let places = sizes.first().map_or(0, |s| s.0);
        let k = c.labels()?;
        let fuse = Cost::new()
            .convolution(places, wide.saturating_mul(n as u64), wide, 1, 1, false)
            .vector(wide.saturating_mul(2))
            .convolution(places, wide, k, 1, 1, true);
        cx.t.add("decode_head.fuse", "convolution", 1, fuse);
        return Ok(());
    }
    classify(cx, c, input)
}

/// PoolFormer: pooling in place of attention.
pub fn poolformer(cx: &mut Cx, c: &Cfg) -> R<()> {
    let (mut h, mut w) = picture(cx, c)?;
    let depths = c.us("depths")?.ok_or_else(|| c.missing("depths"))?;
    let n = depths.len();
    let widths = c.list("hidden_sizes", n)?;
    let (patches, strides) = (c.list("patch_sizes", n)?, c.list("strides", n)?);
    let pads = c.us("padding")?.unwrap_or_else(|| vec![2, 1, 1, 1]);
    let ratio = c.f("mlp_ratio", 4.0)?;
    let scale = c.b_or("use_layer_scale", true);
    let mut input = channels(c)?;
    for (s, &depth) in depths.iter().enumerate() {
        let depth = depth.min(crate::limits::MAX_LAYERS);
        let at = |l: &[u64]| l.get(s).copied().unwrap_or(1);
        let (d, k, st, pad) = (at(&widths), at(&patches), at(&strides), at(&pads));
        (h, w) = (output_size(h, k, st, pad, 1), output_size(w, k, st, pad, 1));
        let places = h.saturating_mul(w);
        cx.t.add(
            &format!("stages.{s}.patch_embeddings"),
            "patch embedding",
            1,
            Cost::new().convolution(places, input, d, k.saturating_mul(k), 1, true),
        );
        let inner = scaled(d, ratio);
        let f = Cost::new()
            .convolution(places, d, inner, 1, 1, true)
            .convolution(places, inner, d, 1, 1, true);
        cx.t.add(
            &format!("stages.{s}.blocks.*.mlp"),
            "feed-forward",
            depth,
            f,
        );
        let norms = d.saturating_mul(if scale { 6 } else { 4 });
        cx.t.add(
            &format!("stages.{s}.blocks.*.norms"),
            "norm",
            depth,
            Cost::new().vector(norms),
        );
        input = d;
    }
    cx.tokens = h.saturating_mul(w);
    if cx.head == Head::Image {
        cx.t.add(
            "norm",
            "norm",
            1,
            Cost::new().vector(input.saturating_mul(2)),
        );
    }
    classify(cx, c, input)
}
