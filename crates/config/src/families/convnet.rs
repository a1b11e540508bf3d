//! Convolutional networks: ConvNeXt, ResNet, RegNet, EfficientNet, MobileNet, MobileViT.

use crate::block::note_head;
use crate::cfg::{Cfg, R, div, scaled};
use crate::context::{Cx, Head};
use crate::families::vit::{channels, picture};
use compute_layers::kinds::{FeedForward, output_size};
use compute_layers::{Cost, Mask};

/// The picture on its way through the network.
#[derive(Clone, Copy)]
pub(crate) struct Map {
    /// Height.
    pub(crate) h: u64,
    /// Width.
    pub(crate) w: u64,
    /// Channels.
    pub(crate) c: u64,
}

impl Map {
    #[allow(clippy::too_many_arguments)]
    /// A convolution with norm or bias; the map after it and its cost.
    pub(crate) fn conv(
        self,
        out: u64,
        k: u64,
        s: u64,
        pad: u64,
        groups: u64,
        bias: bool,
        norm: bool,
    ) -> (Map, Cost) {
        let m = Map {
            h: output_size(self.h, k, s, pad, 1),
            w: output_size(self.w, k, s, pad, 1),
            c: out,
        };
        m.made(self.c, k, groups, bias, norm)
    }

    /// The same with an output of ceil(n / s), as frameworks pad it.
    pub(crate) fn same(self, out: u64, k: u64, s: u64, groups: u64, norm: bool) -> (Map, Cost) {
        let s = s.max(1);
        let m = Map {
            h: self.h.div_ceil(s),
            w: self.w.div_ceil(s),
            c: out,
        };
        m.made(self.c, k, groups, false, norm)
    }

    fn made(self, input: u64, k: u64, groups: u64, bias: bool, norm: bool) -> (Map, Cost) {
        let c = Cost::new().convolution(
            self.places(),
            input,
            self.c,
            k.saturating_mul(k),
            groups,
            bias,
        );
        (
            self,
            if norm {
                c.vector(self.c.saturating_mul(2))
            } else {
                c
            },
        )
    }

    pub(crate) fn places(self) -> u64 {
        self.h.saturating_mul(self.w)
    }
}

pub(crate) fn start(cx: &Cx, c: &Cfg) -> R<Map> {
    let (h, w) = picture(cx, c)?;
    Ok(Map {
        h,
        w,
        c: channels(c)?,
    })
}

pub(crate) fn classify(cx: &mut Cx, c: &Cfg, m: Map) -> R<()> {
    cx.tokens = m.places();
    match cx.head {
        Head::Image => {
            let k = c.labels()?;
            cx.t.add(
                "classifier",
                "classification head",
                1,
                Cost::new().linear(1, m.c, k, true),
            );
        }
        Head::Base => {}
        _ => note_head(cx),
    }
    Ok(())
}

pub(crate) fn depth(d: u64) -> u64 {
    d.min(crate::limits::MAX_LAYERS)
}

/// Channels rounded to a multiple, never down by more than a tenth.
pub(crate) fn round(value: f64, unit: u64, least: u64) -> u64 {
    let unit_f = unit.max(1) as f64;
    let mut n = ((value + unit_f / 2.0) / unit_f).floor() * unit_f;
    n = n.max(least as f64);
    if n < 0.9 * value {
        n += unit_f;
    }
    scaled(1, n)
}

/// ConvNeXt, both versions.
pub fn convnext(cx: &mut Cx, c: &Cfg) -> R<()> {
    let second = c.model_type == "convnextv2";
    // DINOv3's own: the smallest size where the file gives none, always patches of 4.
    let third = c.model_type == "dinov3_convnext";
    let given = |key: &str, own: [u64; 4]| -> R<Vec<u64>> {
        match c.us(key)? {
            None if third => Ok(own.to_vec()),
            list => list.ok_or_else(|| c.missing(key)),
        }
    };
    let depths = given("depths", [3, 3, 9, 3])?;
    let widths = given("hidden_sizes", [96, 192, 384, 768])?;
    if widths.len() != depths.len() {
        c.list("hidden_sizes", depths.len())?;
    }
    let patch = if third { 4 } else { c.u("patch_size")? };
    let m = start(cx, c)?;
    let (mut m, stem) = m.conv(
        widths.first().copied().unwrap_or(0),
        patch,
        patch,
        0,
        1,
        true,
        true,
    );
    cx.t.add("embeddings", "patch embedding", 1, stem);
    let scale = c.f("layer_scale_init_value", 1e-6)? > 0.0;
    for (s, (&d, &n)) in widths.iter().zip(&depths).enumerate() {
        if s > 0 {
            let before = m.c.saturating_mul(2);
            let (next, down) = m.conv(d, 2, 2, 0, 1, true, false);
            m = next;
            cx.t.add(
                &format!("stages.{s}.downsampling"),
                "convolution",
                1,
                down.vector(before),
            );
        }
        let (_, deep) = m.conv(d, 7, 1, 3, d, true, false);
        cx.t.add(
            &format!("stages.{s}.layers.*.dwconv"),
            "depthwise convolution",
            depth(n),
            deep,
        );
        let inner = d.saturating_mul(4);
        let f = FeedForward {
            width: d,
            inner,
            gated: false,
            bias: [true; 2],
        }
        .cost(m.places());
        cx.t.add(
            &format!("stages.{s}.layers.*.mlp"),
            "feed-forward",
            depth(n),
            f,
        );
        // The second version has a response norm of the inner width in place of the scale.
        let norms = d.saturating_mul(2).saturating_add(if second {
            inner.saturating_mul(2)
        } else if scale {
            d
        } else {
            0
        });
        cx.t.add(
            &format!("stages.{s}.layers.*.norms"),
            "norm",
            depth(n),
            Cost::new().vector(norms),
        );
    }
    if matches!(cx.head, Head::Base | Head::Image) {
        cx.t.add(
            "layernorm",
            "norm",
            1,
            Cost::new().vector(m.c.saturating_mul(2)),
        );
    }
    classify(cx, c, m)
}

/// ResNet, basic or with bottlenecks.
pub fn resnet(cx: &mut Cx, c: &Cfg) -> R<()> {
    let m = start(cx, c)?;
    let (m, stem) = m.conv(c.u("embedding_size")?, 7, 2, 3, 1, false, true);
    cx.t.add("embedder", "convolution", 1, stem);
    let mut m = Map {
        h: output_size(m.h, 3, 2, 1, 1),
        w: output_size(m.w, 3, 2, 1, 1),
        ..m
    };
    let depths = c.us("depths")?.ok_or_else(|| c.missing("depths"))?;
    let widths = c.list("hidden_sizes", depths.len())?;
    let basic = c.s("layer_type") == Some("basic");
    let early = c.b("downsample_in_bottleneck");
    for (s, (&out, &n)) in widths.iter().zip(&depths).enumerate() {
        let stride = if s == 0 && !c.b("downsample_in_first_stage") {
            1
        } else {
            2
        };
        for i in 0..depth(n).min(2) {
            let times = if i == 0 { 1 } else { depth(n) - 1 };
            let stride = if i == 0 { stride } else { 1 };
            let mut cost = Cost::new();
            if m.c != out || stride != 1 {
                cost = cost.plus(&m.conv(out, 1, stride, 0, 1, false, true).1);
            }
            let (end, body) = if basic {
                let (a, x) = m.conv(out, 3, stride, 1, 1, false, true);
                let (b, y) = a.conv(out, 3, 1, 1, 1, false, true);
                (b, x.plus(&y))
            } else {
                let mid = out / 4;
                let (first, second) = if early { (stride, 1) } else { (1, stride) };
                let (a, x) = m.conv(mid, 1, first, 0, 1, false, true);
                let (b, y) = a.conv(mid, 3, second, 1, 1, false, true);
                let (e, z) = b.conv(out, 1, 1, 0, 1, false, true);
                (e, x.plus(&y).plus(&z))
            };
            cx.t.add(
                &format!("stages.{s}.layers.{}", if i == 0 { "0" } else { "*" }),
                "convolution",
                times,
                cost.plus(&body),
            );
            m = end;
        }
    }
    classify(cx, c, m)
}

/// RegNet, X and Y.
pub fn regnet(cx: &mut Cx, c: &Cfg) -> R<()> {
    let m = start(cx, c)?;
    let (mut m, stem) = m.conv(c.u("embedding_size")?, 3, 2, 1, 1, false, true);
    cx.t.add("embedder", "convolution", 1, stem);
    let depths = c.us("depths")?.ok_or_else(|| c.missing("depths"))?;
    let widths = c.list("hidden_sizes", depths.len())?;
    let group = c.u("groups_width")?;
    let squeeze = c.s("layer_type").unwrap_or("y") != "x";
    for (s, (&out, &n)) in widths.iter().zip(&depths).enumerate() {
        let stride = if s == 0 && !c.b_or("downsample_in_first_stage", true) {
            1
        } else {
            2
        };
        for i in 0..depth(n).min(2) {
            let times = if i == 0 { 1 } else { depth(n) - 1 };
            let stride = if i == 0 { stride } else { 1 };
            let mut cost = Cost::new();
            if m.c != out || stride != 1 {
                cost = cost.plus(&m.conv(out, 1, stride, 0, 1, false, true).1);
            }
            let groups = div(out, group, "groups_width")?.max(1);
            let (a, x) = m.conv(out, 1, 1, 0, 1, false, true);
            let (b, y) = a.conv(out, 3, stride, 1, groups, false, true);
            let (e, z) = b.conv(out, 1, 1, 0, 1, false, true);
            cost = cost.plus(&x).plus(&y).plus(&z);
            if squeeze {
                // Rounded half to even, as Python does.
                let less = ((m.c as f64) / 4.0).round_ties_even();
                let less = scaled(1, less);
                cost = cost
                    .convolution(1, out, less, 1, 1, true)
                    .convolution(1, less, out, 1, 1, true);
            }
            cx.t.add(
                &format!("stages.{s}.layers.{}", if i == 0 { "0" } else { "*" }),
                "convolution",
                times,
                cost,
            );
            m = e;
        }
    }
    classify(cx, c, m)
}

/// EfficientNet: inverted bottlenecks with squeeze and excitation.
pub fn efficientnet(cx: &mut Cx, c: &Cfg) -> R<()> {
    let unit = c.or("depth_divisor", 8)?;
    let (wide, deep) = (
        c.f("width_coefficient", 2.0)?,
        c.f("depth_coefficient", 3.1)?,
    );
    let filters = |n: u64| round(n as f64 * wide, unit, unit);
    let m = start(cx, c)?;
    // The stem pads right and below only.
    let half = |n: u64| output_size(n.saturating_add(1), 3, 2, 0, 1);
    let stem = Map {
        h: half(m.h),
        w: half(m.w),
        c: filters(32),
    };
    let (mut m, cost) = stem.made(m.c, 3, 1, false, true);
    cx.t.add("embeddings", "convolution", 1, cost);
    let ins = c
        .us("in_channels")?
        .ok_or_else(|| c.missing("in_channels"))?;
    let n = ins.len();
    let (outs, kernels, strides) = (
        c.list("out_channels", n)?,
        c.list("kernel_sizes", n)?,
        c.list("strides", n)?,
    );
    let (repeats, ratios) = (c.list("num_block_repeats", n)?, c.list("expand_ratios", n)?);
    let plain = c.us("depthwise_padding")?.unwrap_or_default();
    let squeeze = c.f("squeeze_expansion_ratio", 0.25)?;
    let mut number = 0u64;
    for s in 0..n {
        let at = |l: &[u64]| l.get(s).copied().unwrap_or(1);
        let (out, k, ratio) = (filters(at(&outs)), at(&kernels), at(&ratios));
        let times = ((at(&repeats) as f64) * deep).ceil().clamp(0.0, 10_000.0) as u64;
        for j in 0..times {
            let stride = if j == 0 { at(&strides) } else { 1 };
            let input = m.c;
            let inner = input.saturating_mul(ratio);
            let mut cost = Cost::new();
            if ratio != 1 {
                let (x, y) = m.conv(inner, 1, 1, 0, 1, false, true);
                m = x;
                cost = cost.plus(&y);
            }
            let deepwise = if stride == 2 {
                // Padded by k - 2 in all where the size is odd-adjusted, else by k - 1.
                let pad = if plain.contains(&number) {
                    k / 2 * 2
                } else {
                    k.saturating_sub(1) / 2 * 2 - u64::from(k > 1)
                };
                let size = |n: u64| output_size(n.saturating_add(pad), k, 2, 0, 1);
                Map {
                    h: size(m.h),
                    w: size(m.w),
                    c: m.c,
                }
            } else {
                m
            };
            let (x, y) = deepwise.made(m.c, k, m.c, false, true);
            m = x;
            let less = scaled(input, squeeze).max(1);
            cost = cost
                .plus(&y)
                .convolution(1, m.c, less, 1, 1, true)
                .convolution(1, less, m.c, 1, 1, true);
            let (x, y) = m.conv(out, 1, 1, 0, 1, false, true);
            m = x;
            cx.t.add(
                &format!("encoder.blocks.{s}.*"),
                "inverted bottleneck",
                1,
                cost.plus(&y),
            );
            number += 1;
        }
    }
    let top = filters(1280);
    let hidden = c.u("hidden_dim")?;
    let (m, cost) = m.conv(top, 1, 1, 0, 1, false, false);
    cx.t.add(
        "encoder.top",
        "convolution",
        1,
        cost.vector(hidden.saturating_mul(2)),
    );
    classify(cx, c, Map { c: hidden, ..m })
}

/// One inverted bottleneck of MobileNet 2.
pub(crate) fn inverted(m: Map, out: u64, ratio: f64, stride: u64, same: bool) -> (Map, Cost) {
    let wide = round((m.c as f64 * ratio).round_ties_even(), 8, 8);
    let (a, x) = m.conv(wide, 1, 1, 0, 1, false, true);
    let (b, y) = if same {
        a.same(wide, 3, stride, wide, true)
    } else {
        a.conv(wide, 3, stride, 1, wide, false, true)
    };
    let (e, z) = b.conv(out, 1, 1, 0, 1, false, true);
    (e, x.plus(&y).plus(&z))
}

/// MobileNet 1: depthwise and pointwise by turns.
pub fn mobilenet_v1(cx: &mut Cx, c: &Cfg) -> R<()> {
    let (mult, least) = (c.f("depth_multiplier", 1.0)?, c.or("min_depth", 8)?);
    let m = start(cx, c)?;
    let mut wide = 32u64;
    let of = |n: u64| scaled(n, mult).max(least);
    let (mut m, stem) = m.same(of(wide), 3, 2, 1, true);
    cx.t.add("conv_stem", "convolution", 1, stem);
    for (i, s) in [1u64, 2, 1, 2, 1, 2, 1, 1, 1, 1, 1, 2, 1]
        .into_iter()
        .enumerate()
    {
        if s == 2 || i == 0 {
            wide *= 2;
        }
        let out = of(wide);
        let (a, x) = m.same(m.c, 3, s, m.c, true);
        let (b, y) = a.conv(out, 1, 1, 0, 1, false, true);
        m = b;
        cx.t.add("layer.*", "depthwise separable convolution", 1, x.plus(&y));
    }
    classify(cx, c, m)
}

/// MobileNet 2: inverted bottlenecks.
pub fn mobilenet_v2(cx: &mut Cx, c: &Cfg) -> R<()> {
    let (mult, least) = (c.f("depth_multiplier", 1.0)?, c.or("min_depth", 8)?);
    let unit = c.or("depth_divisible_by", 8)?;
    let ratio = c.f("expand_ratio", 6.0)?;
    let of = |n: u64| round((n as f64 * mult).round_ties_even(), unit, least);
    let outs = [
        16u64, 24, 24, 32, 32, 32, 64, 64, 64, 64, 96, 96, 96, 160, 160, 160, 320,
    ];
    let strides = [2u64, 1, 2, 1, 1, 2, 1, 1, 1, 1, 1, 1, 2, 1, 1, 1];
    let m = start(cx, c)?;
    let (a, mut stem) = m.same(of(32), 3, 2, 1, true);
    let mut a = a;
    if !c.b_or("first_layer_is_expansion", true) {
        let (x, y) = a.conv(of(32), 1, 1, 0, 1, false, true);
        a = x;
        stem = stem.plus(&y);
    }
    let (b, x) = a.same(a.c, 3, 1, a.c, true);
    let (mut m, y) = b.conv(of(16), 1, 1, 0, 1, false, true);
    cx.t.add("conv_stem", "convolution", 1, stem.plus(&x).plus(&y));
    let most = c.or("output_stride", 32)?;
    let mut current = 2u64;
    for (&out, &s) in outs.iter().skip(1).zip(&strides) {
        // Past the wanted output stride the convolutions are dilated instead.
        let s = if current >= most { 1 } else { s };
        current = current.saturating_mul(s);
        let (next, cost) = inverted(m, of(out), ratio, s, true);
        m = next;
        cx.t.add("layer.*", "inverted bottleneck", 1, cost);
    }
    let top = if c.b_or("finegrained_output", true) && mult < 1.0 {
        1280
    } else {
        of(1280)
    };
    let (m, cost) = m.conv(top, 1, 1, 0, 1, false, true);
    cx.t.add("conv_1x1", "convolution", 1, cost);
    classify(cx, c, m)
}

/// MobileViT: inverted bottlenecks, and transformers over pixels of unfolded patches.
pub fn mobilevit(cx: &mut Cx, c: &Cfg) -> R<()> {
    let neck = c.list("neck_hidden_sizes", 7)?;
    let hidden = c.list("hidden_sizes", 3)?;
    let ratio = c.f("expand_ratio", 4.0)?;
    let k = c.or("conv_kernel_size", 3)?;
    let heads = c.u("num_attention_heads")?;
    let patch = c.u("patch_size")?.max(1);
    let mlp = c.f("mlp_ratio", 2.0)?;
    let q = c.b_or("qkv_bias", true);
    let at = |i: usize| neck.get(i).copied().unwrap_or(1);
    let m = start(cx, c)?;
    let (m, stem) = m.conv(at(0), 3, 2, 1, 1, false, true);
    cx.t.add("conv_stem", "convolution", 1, stem);
    let (mut m, cost) = inverted(m, at(1), ratio, 1, false);
    cx.t.add("encoder.layer.0", "inverted bottleneck", 1, cost);
    for i in 0..3 {
        let (next, cost) = inverted(m, at(2), ratio, if i == 0 { 2 } else { 1 }, false);
        m = next;
        cx.t.add("encoder.layer.1.*", "inverted bottleneck", 1, cost);
    }
    for (s, layers) in [2u64, 4, 3].into_iter().enumerate() {
        let (out, d) = (at(3 + s), hidden.get(s).copied().unwrap_or(1));
        let p = format!("encoder.layer.{}", s + 2);
        let (next, cost) = inverted(m, out, ratio, 2, false);
        m = next;
        cx.t.add(&format!("{p}.downsampling"), "inverted bottleneck", 1, cost);
        let (_, a) = m.conv(out, k, 1, k / 2, 1, false, true);
        let (_, b) = m.conv(d, 1, 1, 0, 1, false, false);
        cx.t.add(&format!("{p}.conv_in"), "convolution", 1, a.plus(&b));
        // Pixels at one place of all patches see each other: patch x patch sequences.
        let (ph, pw) = (m.h.div_ceil(patch), m.w.div_ceil(patch));
        let patches = ph.saturating_mul(pw);
        let area = patch.saturating_mul(patch);
        let n = patches.saturating_mul(area);
        let head = div(d, heads, "num_attention_heads")?;
        let proj = Cost::new().linears(3, n, d, d, q).linear(n, d, d, true);
        cx.t.add(
            &format!("{p}.transformer.*.attention"),
            "attention",
            layers,
            proj,
        );
        cx.t.add(
            &format!("{p}.transformer.*.attention.core"),
            "attention core",
            layers,
            Cost::new().attend(n, patches, heads, head, head, Mask::Full),
        );
        let f = FeedForward {
            width: d,
            inner: scaled(d, mlp),
            gated: false,
            bias: [true; 2],
        };
        cx.t.add(
            &format!("{p}.transformer.*.mlp"),
            "feed-forward",
            layers,
            f.cost(n),
        );
        cx.t.add(
            &format!("{p}.norms"),
            "norm",
            1,
            Cost::new().vector(
                d.saturating_mul(4)
                    .saturating_mul(layers)
                    .saturating_add(d.saturating_mul(2)),
            ),
        );
        let inner = Map { c: d, ..m };
        let (x, a) = inner.conv(out, 1, 1, 0, 1, false, true);
        let (x, b) = Map {
            c: out.saturating_mul(2),
            ..x
        }
        .conv(out, k, 1, k / 2, 1, false, true);
        cx.t.add(&format!("{p}.conv_out"), "convolution", 1, a.plus(&b));
        m = x;
    }
    if matches!(cx.head, Head::Base | Head::Image) {
        let (x, cost) = m.conv(at(6), 1, 1, 0, 1, false, true);
        m = x;
        cx.t.add("conv_1x1_exp", "convolution", 1, cost);
    }
    classify(cx, c, m)
}
