//! Networks of stages between convolution and attention: LeViT, CvT, FocalNet, Hiera, BiT, MobileViT 2, ViTDet.

use crate::block::{Block, Blocks, Ffn, Mixer, note_head};
use crate::cfg::{Cfg, R, div, scaled};
use crate::context::{Cx, Head};
use crate::families::convnet::{Map, classify, depth, inverted, round, start};
use crate::families::vit::{channels, picture};
use compute_layers::kinds::{Attention, FeedForward};
use compute_layers::{Cost, Mask};

/// A value of a list, 1 where it is too short.
fn at(list: &[u64], i: usize) -> u64 {
    list.get(i).copied().unwrap_or(1)
}

/// Factors of a list, or one for all.
fn factors(c: &Cfg, key: &str, n: usize) -> R<Vec<f64>> {
    let got: Vec<f64> = match c.get(key) {
        Some(serde_json::Value::Array(a)) => a.iter().filter_map(|x| x.as_f64()).collect(),
        _ => vec![c.f(key, 4.0)?; n],
    };
    if got.len() == n && got.iter().all(|f| (0.0..=1e4).contains(f)) {
        Ok(got)
    } else {
        Err(c.missing(key))
    }
}

/// A matrix without bias, and a norm over the batch.
fn normed(k: Cost, n: u64, inputs: u64, outputs: u64) -> Cost {
    k.linear(n, inputs, outputs, false)
        .vector(outputs.saturating_mul(2))
}

/// LeViT: convolutions, then attention with learned biases on ever fewer positions.
pub fn levit(cx: &mut Cx, c: &Cfg) -> R<()> {
    let widths = c
        .us("hidden_sizes")?
        .ok_or_else(|| c.missing("hidden_sizes"))?;
    let n = widths.len();
    let (depths, heads) = (c.list("depths", n)?, c.list("num_attention_heads", n)?);
    let (keys, ratios) = (c.list("key_dim", n)?, c.list("attention_ratio", n)?);
    let mlps = c.list("mlp_ratio", n)?;
    let (k, s, pad) = (c.u("kernel_size")?, c.u("stride")?, c.u("padding")?);
    let first = at(&widths, 0);
    let mut m = start(cx, c)?;
    let mut stem = Cost::new();
    for part in [8, 4, 2, 1] {
        let (next, cost) = m.conv(first / part, k, s, pad, 1, false, true);
        (m, stem) = (next, stem.plus(&cost));
    }
    cx.t.add("levit.patch_embeddings", "convolution", 1, stem);
    let mut side = div(c.pair("image_size")?.0, c.u("patch_size")?, "patch_size")?;
    let mut places = m.places();
    let mlp = |n: u64, d: u64, times: u64| {
        let wide = d.saturating_mul(times);
        normed(normed(Cost::new(), n, d, wide), n, wide, d)
    };
    for stage in 0..n {
        let (d, h, key) = (at(&widths, stage), at(&heads, stage), at(&keys, stage));
        let value = key.saturating_mul(at(&ratios, stage));
        let wide = h.saturating_mul(value);
        let p = format!("levit.encoder.stages.{stage}");
        let a = normed(
            normed(
                Cost::new(),
                places,
                d,
                wide.saturating_add(h.saturating_mul(key).saturating_mul(2)),
            ),
            places,
            wide,
            d,
        )
        .weights(&[h, side, side]);
        let times = depth(at(&depths, stage));
        cx.t.add(&format!("{p}.*.attention"), "attention", times, a);
        cx.t.add(
            &format!("{p}.*.attention.core"),
            "attention core",
            times,
            Cost::new().attend(places, places, h, key, value, Mask::Full),
        );
        cx.t.add(
            &format!("{p}.*.mlp"),
            "feed-forward",
            times,
            mlp(places, d, at(&mlps, stage)),
        );
        if stage + 1 < n && stage < 2 {
            // A step down: queries from every second place of each side, values four keys wide.
            let (out, key) = (at(&widths, stage + 1), at(&keys, 0));
            let h = div(d, key, "key_dim")?;
            let value = key.saturating_mul(4);
            let wide = h.saturating_mul(value);
            let short = side.saturating_sub(1) / 2 + 1;
            let fewer = short.saturating_mul(short);
            let mixed = wide.saturating_add(h.saturating_mul(key));
            let reach = side.max(short.saturating_mul(2).saturating_sub(1));
            let a = normed(
                normed(
                    normed(Cost::new(), places, d, mixed),
                    fewer,
                    d,
                    h.saturating_mul(key),
                ),
                fewer,
                wide,
                out,
            )
            .weights(&[h, reach, reach]);
            cx.t.add(&format!("{p}.subsample"), "attention", 1, a);
            cx.t.add(
                &format!("{p}.subsample.core"),
                "attention core",
                1,
                Cost::new().attend(fewer, places, h, key, value, Mask::Full),
            );
            cx.t.add(&format!("{p}.mlp"), "feed-forward", 1, mlp(fewer, out, 2));
            (side, places) = (short, fewer);
        }
    }
    cx.tokens = places;
    let d = at(&widths, n.saturating_sub(1));
    match cx.head {
        Head::Image => {
            let heads = if cx.class.ends_with("WithTeacher") {
                2
            } else {
                1
            };
            let k = Cost::new()
                .vector(d.saturating_mul(2))
                .linear(1, d, c.labels()?, true);
            cx.t.add("classifier", "classification head", heads, k);
        }
        Head::Base => {}
        _ => note_head(cx),
    }
    Ok(())
}

/// CvT: convolutions in place of patches and before queries, keys and values.
pub fn cvt(cx: &mut Cx, c: &Cfg) -> R<()> {
    let widths = c.us("embed_dim")?.ok_or_else(|| c.missing("embed_dim"))?;
    let n = widths.len();
    let list = |key: &str| c.list(key, n);
    let (patches, strides, pads) = (
        list("patch_sizes")?,
        list("patch_stride")?,
        list("patch_padding")?,
    );
    let (heads, depths, kernels) = (list("num_heads")?, list("depth")?, list("kernel_qkv")?);
    let (pad_q, pad_kv) = (list("padding_q")?, list("padding_kv")?);
    let (stride_q, stride_kv) = (list("stride_q")?, list("stride_kv")?);
    let ratios = factors(c, "mlp_ratio", n)?;
    let switches = |key: &str, other: bool| -> Vec<bool> {
        let l = c.get(key).and_then(serde_json::Value::as_array);
        (0..n)
            .map(|i| {
                l.and_then(|l| l.get(i))
                    .and_then(serde_json::Value::as_bool)
                    .unwrap_or(other)
            })
            .collect()
    };
    let (classes, biases) = (switches("cls_token", false), switches("qkv_bias", true));
    let methods = c.strs("qkv_projection_method")?.unwrap_or_default();
    let mut m = start(cx, c)?;
    let last = at(&widths, n.saturating_sub(1));
    for stage in 0..n {
        let (d, h) = (at(&widths, stage), at(&heads, stage));
        let p = format!("cvt.encoder.stages.{stage}");
        let (next, k) = m.conv(
            d,
            at(&patches, stage),
            at(&strides, stage),
            at(&pads, stage),
            1,
            true,
            true,
        );
        m = next;
        let class = u64::from(classes.get(stage).copied().unwrap_or(false));
        let k = if class == 1 { k.vector(last) } else { k };
        cx.t.add(&format!("{p}.embedding"), "patch embedding", 1, k);
        let kernel = at(&kernels, stage);
        let by_convolution = methods.get(stage).is_none_or(|x| *x == "dw_bn");
        let project = |s: u64, pad: u64| m.conv(d, kernel, s, pad, d, false, true);
        let (q, kq) = project(at(&stride_q, stage), at(&pad_q, stage));
        let (kv, kk) = project(at(&stride_kv, stage), at(&pad_kv, stage));
        let (asked, answers) = if by_convolution {
            (
                q.places().saturating_add(class),
                kv.places().saturating_add(class),
            )
        } else {
            let all = m.places().saturating_add(class);
            (all, all)
        };
        let bias = biases.get(stage).copied().unwrap_or(true);
        let mut a = Cost::new()
            .linear(asked, d, d, bias)
            .linears(2, answers, d, d, bias)
            .linear(asked, d, d, true);
        if by_convolution {
            a = a.plus(&kq).plus(&kk).plus(&kk);
        }
        let head = div(d, h, "num_heads")?;
        let times = depth(at(&depths, stage));
        cx.t.add(&format!("{p}.layers.*.attention"), "attention", times, a);
        cx.t.add(
            &format!("{p}.layers.*.attention.core"),
            "attention core",
            times,
            Cost::new().attend(asked, answers, h, head, head, Mask::Full),
        );
        let f = FeedForward {
            width: d,
            inner: scaled(d, ratios.get(stage).copied().unwrap_or(4.0)),
            gated: false,
            bias: [true; 2],
        };
        let n = m.places().saturating_add(class);
        let f = f.cost(n).vector(d.saturating_mul(4));
        cx.t.add(&format!("{p}.layers.*.mlp"), "feed-forward", times, f);
    }
    if cx.head == Head::Image {
        let norm = Cost::new().vector(last.saturating_mul(2));
        cx.t.add("layernorm", "norm", 1, norm);
    }
    classify(cx, c, m)
}

/// FocalNet: depthwise convolutions of growing reach in place of attention.
pub fn focalnet(cx: &mut Cx, c: &Cfg) -> R<()> {
    let depths = c.us("depths")?.ok_or_else(|| c.missing("depths"))?;
    let n = depths.len();
    let (levels, windows) = (c.list("focal_levels", n)?, c.list("focal_windows", n)?);
    let ratio = c.f("mlp_ratio", 4.0)?;
    let overlapping = c.b("use_conv_embed");
    let patch = c.u("patch_size")?.max(1);
    let mut d = c.u("embed_dim")?;
    let embed = |m: Map, out: u64, patch: u64, stem: bool| -> (Map, Cost) {
        if overlapping {
            let (k, s, pad) = if stem { (7, 4, 2) } else { (3, 2, 1) };
            m.conv(out, k, s, pad, 1, true, true)
        } else {
            // Sides that the patch does not divide are padded.
            let whole = Map {
                h: m.h.div_ceil(patch).saturating_mul(patch),
                w: m.w.div_ceil(patch).saturating_mul(patch),
                ..m
            };
            whole.conv(out, patch, patch, 0, 1, true, true)
        }
    };
    let (mut m, k) = embed(start(cx, c)?, d, patch, true);
    cx.t.add("focalnet.embeddings", "patch embedding", 1, k);
    for stage in 0..n {
        let (level, window) = (at(&levels, stage), at(&windows, stage));
        let places = m.places();
        let mut k = Cost::new()
            .linear(
                places,
                d,
                d.saturating_mul(2).saturating_add(level).saturating_add(1),
                true,
            )
            .convolution(places, d, d, 1, 1, true)
            .linear(places, d, d, true);
        for l in 0..level.min(64) {
            let kernel = l.saturating_mul(2).saturating_add(window);
            let (_, cost) = m.conv(d, kernel, 1, kernel / 2, d, false, false);
            k = k.plus(&cost);
        }
        if c.b("use_post_layernorm_in_modulation") {
            k = k.vector(d.saturating_mul(2));
        }
        let times = depth(at(&depths, stage));
        let p = format!("focalnet.encoder.stages.{stage}");
        cx.t.add(
            &format!("{p}.layers.*.modulation"),
            "focal modulation",
            times,
            k,
        );
        let f = FeedForward {
            width: d,
            inner: scaled(d, ratio),
            gated: false,
            bias: [true; 2],
        };
        let norms = if c.b("use_layerscale") { 6 } else { 4 };
        let f = f.cost(places).vector(d.saturating_mul(norms));
        cx.t.add(&format!("{p}.layers.*.mlp"), "feed-forward", times, f);
        if stage + 1 < n {
            d = d.saturating_mul(2);
            let (next, k) = embed(m, d, 2, false);
            m = next;
            cx.t.add(&format!("{p}.downsample"), "patch embedding", 1, k);
        }
    }
    if !cx.class.contains("Backbone") {
        let norm = Cost::new().vector(d.saturating_mul(2));
        cx.t.add("focalnet.layernorm", "norm", 1, norm);
    }
    m.c = d;
    classify(cx, c, m)
}

/// Hiera: attention inside units of the picture, then everywhere, on ever fewer positions.
pub fn hiera(cx: &mut Cx, c: &Cfg) -> R<()> {
    let depths = c.us("depths")?.ok_or_else(|| c.missing("depths"))?;
    let stages = depths.len();
    let heads = c.list("num_heads", stages)?;
    let first = c.u("embed_dim")?;
    let times = c.f("embed_dim_multiplier", 2.0)?;
    let ratio = c.f("mlp_ratio", 4.0)?;
    let area = |key: &str| -> R<u64> {
        let (a, b) = c.pair(key)?;
        Ok(a.saturating_mul(b).max(1))
    };
    let (unit, pool) = (area("masked_unit_size")?, area("query_stride")?);
    let pools = c.u("num_query_pool")?;
    let (k, s, pad) = (
        c.pair("patch_size")?,
        c.pair("patch_stride")?,
        c.pair("patch_padding")?,
    );
    let inside: Vec<bool> = c
        .get("masked_unit_attention")
        .and_then(serde_json::Value::as_array)
        .map(|l| l.iter().map(|x| x.as_bool().unwrap_or(false)).collect())
        .unwrap_or_default();
    let is_inside = |stage: usize| inside.get(stage).copied().unwrap_or(false);
    let (m, embed) = start(cx, c)?.conv(first, k.0, s.0, pad.0, 1, true, false);
    let own = c.pair("image_size")?;
    let rows = div(own.0, s.0, "patch_stride")?.saturating_mul(div(own.1, s.1, "patch_stride")?);
    cx.t.add(
        "hiera.embeddings.patch_embeddings",
        "patch embedding",
        1,
        embed,
    );
    cx.t.add(
        "hiera.embeddings.position_embeddings",
        "position table",
        1,
        Cost::new().weights(&[rows, first]),
    );
    let (mut n, mut d) = (m.places(), first);
    let mut window = unit;
    for (stage, &layers) in depths.iter().enumerate() {
        let out = scaled(first, times.powi(i32::try_from(stage).unwrap_or(0)));
        let h = at(&heads, stage);
        let head = div(out, h, "num_heads")?;
        if stage > 0 {
            window /= pool;
        }
        let layers = depth(layers);
        let f = FeedForward {
            width: out,
            inner: scaled(out, ratio),
            gated: false,
            bias: [true; 2],
        };
        let p = format!("hiera.encoder.stages.{stage}.layers.*");
        // The first layer of a stage widens, and asks with the strongest of neighbouring positions.
        let mut layer = |input: u64, n: u64, stride: u64, local: bool, repeat: u64| {
            let fewer = n / stride;
            let keys = if local {
                stride.saturating_mul(window).max(1)
            } else {
                n
            };
            let mut k = Cost::new()
                .linears(3, n, input, out, true)
                .linear(fewer, out, out, true);
            if input != out {
                k = k.linear(n, input, out, true);
            }
            cx.t.add(&format!("{p}.attn"), "attention", repeat, k);
            cx.t.add(
                &format!("{p}.attn.core"),
                "attention core",
                repeat,
                Cost::new().attend(fewer, keys, h, head, head, Mask::Full),
            );
            let norms = input.saturating_add(out).saturating_mul(2);
            cx.t.add(
                &format!("{p}.mlp"),
                "feed-forward",
                repeat,
                f.cost(fewer).vector(norms),
            );
        };
        let stride = if stage > 0 && (stage as u64) <= pools {
            pool
        } else {
            1
        };
        let local = is_inside(stage);
        let before = stage > 0 && is_inside(stage - 1);
        if layers > 0 {
            layer(d, n, stride, local || before, 1);
            n /= stride;
            if layers > 1 {
                layer(out, n, 1, local, layers - 1);
            }
        }
        d = out;
    }
    if matches!(cx.head, Head::Base | Head::Image) {
        let norm = Cost::new().vector(d.saturating_mul(2));
        cx.t.add("hiera.pooler.layernorm", "norm", 1, norm);
    }
    classify(cx, c, Map { h: n, w: 1, c: d })
}

/// BiT: residual networks with group norms, before or after the convolutions.
pub fn bit(cx: &mut Cx, c: &Cfg) -> R<()> {
    let depths = c.us("depths")?.ok_or_else(|| c.missing("depths"))?;
    let widths = c.list("hidden_sizes", depths.len())?;
    let before = c.s("layer_type").unwrap_or("preactivation") == "preactivation";
    let same = c
        .s("global_padding")
        .is_some_and(|p| p.eq_ignore_ascii_case("same"));
    let factor = c.or("width_factor", 1)?;
    let limit = c.or("output_stride", 32)?;
    let conv = |m: Map, out: u64, k: u64, s: u64, norm: bool| -> (Map, Cost) {
        if same {
            m.same(out, k, s, 1, norm)
        } else {
            // Strides above 1 pad less: (s - 1 + k - 1) / 2.
            let pad = (s.saturating_sub(1).saturating_add(k.saturating_sub(1))) / 2;
            m.conv(out, k, s, pad, 1, false, norm)
        }
    };
    let first = c.u("embedding_size")?;
    let (m, stem) = conv(start(cx, c)?, first, 7, 2, !before);
    cx.t.add("bit.embedder", "convolution", 1, stem);
    // Pooled by 3 x 3, every second place; padded by one where the convolution is not, and by itself if so asked.
    let whole = c.b("embedding_dynamic_padding");
    let half = |x: u64| -> u64 {
        let x = if same { x } else { x.saturating_add(2) };
        if whole {
            x.div_ceil(2)
        } else {
            x.saturating_sub(3) / 2 + 1
        }
    };
    let mut m = Map {
        h: half(m.h),
        w: half(m.w),
        ..m
    };
    let mut stride_so_far = 4;
    for (stage, &layers) in depths.iter().enumerate() {
        let out = round(at(&widths, stage).saturating_mul(factor) as f64, 8, 8);
        let narrow = round(out as f64 * 0.25, 8, 8);
        let mut stride = if stage == 0 { 1 } else { 2 };
        if stride_so_far >= limit {
            stride = 1;
        }
        stride_so_far = stride_so_far.saturating_mul(stride);
        for layer in 0..depth(layers) {
            let s = if layer == 0 { stride } else { 1 };
            let input = m.c;
            let (a, k1) = conv(m, narrow, 1, 1, false);
            let (b, k2) = conv(a, narrow, 3, s, false);
            let (o, k3) = conv(b, out, 1, 1, false);
            let mut k = k1.plus(&k2).plus(&k3);
            // Norms of what comes in, or of what goes out, and two of the narrow width.
            let wide = if before { input } else { out };
            k = k.vector(
                wide.saturating_add(narrow.saturating_mul(2))
                    .saturating_mul(2),
            );
            if layer == 0 {
                let (_, down) = conv(m, out, 1, s, !before);
                k = k.plus(&down);
            }
            cx.t.add(
                &format!("bit.encoder.stages.{stage}.layers"),
                "residual bottleneck",
                1,
                k,
            );
            m = o;
        }
    }
    if before {
        let norm = Cost::new().vector(m.c.saturating_mul(2));
        cx.t.add("bit.norm", "norm", 1, norm);
    }
    classify(cx, c, m)
}

/// MobileViT 2: separable attention, linear in the number of positions.
pub fn mobilevit2(cx: &mut Cx, c: &Cfg) -> R<()> {
    let width = c.f("width_multiplier", 1.0)?;
    let dims = c.list("base_attn_unit_dims", 3)?;
    let counts = c.list("n_attn_blocks", 3)?;
    let ratio = c.f("expand_ratio", 2.0)?;
    let kernel = c.or("conv_kernel_size", 3)?;
    let patch = c.u("patch_size")?.max(1);
    let times = c.f("ffn_multiplier", 2.0)?;
    let limit = c.or("output_stride", 32)?;
    let scaled_to = |base: f64, unit: u64| round(base * width, unit, unit);
    let stem = round((32.0 * width).clamp(16.0, 64.0), 8, 16);
    let (m, k) = start(cx, c)?.conv(stem, 3, 2, 1, 1, false, true);
    cx.t.add("mobilevitv2.conv_stem", "convolution", 1, k);
    let (mut m, k) = inverted(m, scaled_to(64.0, 16), ratio, 1, false);
    cx.t.add("encoder.layer.0", "inverted bottleneck", 1, k);
    for i in 0..2 {
        let (next, k) = inverted(
            m,
            scaled_to(128.0, 8),
            ratio,
            if i == 0 { 2 } else { 1 },
            false,
        );
        m = next;
        cx.t.add("encoder.layer.1.*", "inverted bottleneck", 1, k);
    }
    for (stage, base) in [256.0, 384.0, 512.0].into_iter().enumerate() {
        let p = format!("encoder.layer.{}", stage + 2);
        // Smaller strides of the whole keep the last stages at full size, by dilation.
        let kept = (stage == 1 && limit <= 8) || (stage == 2 && limit <= 16);
        let (next, k) = inverted(
            m,
            scaled_to(base, 8),
            ratio,
            if kept { 1 } else { 2 },
            false,
        );
        m = next;
        cx.t.add(
            &format!("{p}.downsampling_layer"),
            "inverted bottleneck",
            1,
            k,
        );
        let d = scaled_to(at(&dims, stage) as f64, 8);
        let (x, a) = m.conv(
            m.c,
            kernel,
            1,
            kernel.saturating_sub(1) / 2,
            m.c,
            false,
            true,
        );
        m = x;
        let (_, b) = m.conv(d, 1, 1, 0, 1, false, false);
        cx.t.add(&format!("{p}.conv_in"), "convolution", 1, a.plus(&b));
        let n = (m.h / patch)
            .saturating_mul(m.w / patch)
            .saturating_mul(patch)
            .saturating_mul(patch);
        let inner = scaled(d, times) / 16 * 16;
        let f = FeedForward {
            width: d,
            inner,
            gated: false,
            bias: [true; 2],
        };
        let layers = depth(at(&counts, stage));
        let a = Cost::new()
            .linear(n, d, d.saturating_mul(2).saturating_add(1), true)
            .linear(n, d, d, true);
        cx.t.add(
            &format!("{p}.transformer.*.attention"),
            "separable attention",
            layers,
            a,
        );
        cx.t.add(
            &format!("{p}.transformer.*.mlp"),
            "feed-forward",
            layers,
            f.cost(n).vector(d.saturating_mul(4)),
        );
        let (_, out) = Map { c: d, ..m }.conv(m.c, 1, 1, 0, 1, false, true);
        cx.t.add(
            &format!("{p}.conv_projection"),
            "convolution",
            1,
            out.vector(d.saturating_mul(2)),
        );
    }
    classify(cx, c, m)
}

/// ViTDet: a plain transformer with windows in some layers, and no class token.
pub fn vitdet(cx: &mut Cx, c: &Cfg) -> R<()> {
    let d = c.u("hidden_size")?;
    let heads = c.u("num_attention_heads")?;
    let head = div(d, heads, "num_attention_heads")?;
    let patch = c.u("patch_size")?;
    let (h, w) = picture(cx, c)?;
    let (gh, gw) = (div(h, patch, "patch_size")?, div(w, patch, "patch_size")?);
    let n = gh.saturating_mul(gw);
    let values = channels(c)?.saturating_mul(patch).saturating_mul(patch);
    cx.t.add(
        "embeddings.projection",
        "patch embedding",
        1,
        Cost::new().convolution(n, values, d, 1, 1, true),
    );
    let own = c.pair("pretrain_image_size")?.0 / patch.max(1);
    if c.b_or("use_absolute_position_embeddings", true) {
        let rows = own.saturating_mul(own).saturating_add(1);
        cx.t.add(
            "embeddings.position_embeddings",
            "position table",
            1,
            Cost::new().weights(&[rows, d]),
        );
    }
    let window = c.or("window_size", 0)?;
    let local = c.us("window_block_indices")?.unwrap_or_default();
    let residual = c.us("residual_block_indices")?.unwrap_or_default();
    let relative = c.b("use_relative_position_embeddings");
    let bias = c.b_or("qkv_bias", true);
    let side = c.pair("image_size")?.0 / patch.max(1);
    let f = FeedForward {
        width: d,
        inner: scaled(d, c.f("mlp_ratio", 4.0)?),
        gated: false,
        bias: [true; 2],
    };
    let blocks = Blocks::each(c.layers("num_hidden_layers")?, |i| {
        let windowed = window > 0 && local.contains(&i);
        let (sh, sw) = if windowed { (window, window) } else { (gh, gw) };
        let windows = if windowed {
            gh.div_ceil(window).saturating_mul(gw.div_ceil(window))
        } else {
            1
        };
        let size = sh.saturating_mul(sw);
        let on = windows.saturating_mul(size);
        let a = Attention::new(d, heads, heads, head, Mask::Full).biased([bias, bias, bias, true]);
        let mut p = a.projections(on, on);
        let mut core = Cost::new().attend(on, size, heads, head, head, Mask::Full);
        if relative {
            let rows = if windowed { window } else { side };
            p = p.weights(&[2, rows.saturating_mul(2).saturating_sub(1), head]);
            core = core.product(&[on, heads, sh.saturating_add(sw), head]);
        }
        let mut b = Block {
            mixers: vec![(
                "attention",
                Mixer::Other("attention", Box::new(p), Box::new(core)),
            )],
            ffns: vec![("mlp", Ffn::Dense(f))],
            norm: d.saturating_mul(4),
        };
        if residual.contains(&i) {
            let half = d / 2;
            let k = Cost::new()
                .convolution(n, d, half, 1, 1, false)
                .convolution(n, half, half, 9, 1, false)
                .convolution(n, half, d, 1, 1, false)
                .vector(half.saturating_mul(4).saturating_add(d.saturating_mul(2)));
            b.ffns
                .push(("residual", Ffn::Other("convolution", Box::new(k))));
        }
        Ok(b)
    })?;
    blocks.add(cx, "encoder.layer", n);
    cx.tokens = n;
    if cx.head != Head::Base {
        note_head(cx);
    }
    Ok(())
}
