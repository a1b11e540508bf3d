//! Plain vision transformers: patches in a row, blocks alike; and the towers of image-text models.

use crate::block::{Block, Blocks, Ffn, Mixer, note_head};
use crate::cfg::{Cfg, R, div, scaled};
use crate::context::{Cx, Head, bounded};
use compute_layers::kinds::{Attention, FeedForward, output_size};
use compute_layers::{Cost, Mask};

/// Height and width of the picture: the input's, else the config's.
///
/// # Errors
/// A size out of range.
pub fn picture(cx: &Cx, c: &Cfg) -> R<(u64, u64)> {
    if let Some(s) = cx.shape(&["pixel_values"])
        && let [.., h, w] = s
    {
        return Ok((
            bounded(*h, "picture’s height")?,
            bounded(*w, "picture’s width")?,
        ));
    }
    match c.get("image_size") {
        Some(_) => c.pair("image_size"),
        None => Ok((224, 224)),
    }
}

/// Channels of the picture.
pub fn channels(c: &Cfg) -> R<u64> {
    match c.opt("num_channels")? {
        Some(n) => Ok(n),
        None => c.or("in_channels", 3),
    }
}

/// Patches along both axes.
fn grid((h, w): (u64, u64), (ph, pw): (u64, u64)) -> R<(u64, u64)> {
    Ok((div(h, ph, "patch_size")?, div(w, pw, "patch_size")?))
}

/// A plain tower, described.
pub struct Tower {
    /// Where it stands.
    pub prefix: String,
    /// Width.
    pub width: u64,
    /// Patches of this picture.
    pub patches: u64,
    /// Tokens beside the patches.
    pub tokens: u64,
    /// Values of one patch.
    pub patch_values: u64,
    /// Bias of the patch embedding.
    pub patch_bias: bool,
    /// Whether the patch embedding is a matrix, not a convolution.
    pub patch_linear: bool,
    /// Rows of a learned position table.
    pub positions: u64,
    /// Vectors of the model's width: class, mask, register tokens.
    pub vectors: u64,
    /// Parameters of norms before the blocks.
    pub before: u64,
    /// Parameters of norms after them.
    pub after: u64,
    /// The blocks.
    pub blocks: Blocks,
}

impl Tower {
    /// Positions that pass the blocks.
    pub fn length(&self) -> u64 {
        self.patches.saturating_add(self.tokens)
    }

    /// Adds the tower.
    pub fn add(&self, cx: &mut Cx) {
        let p = &self.prefix;
        let embed = if self.patch_linear {
            Cost::new().linear(self.patches, self.patch_values, self.width, self.patch_bias)
        } else {
            Cost::new().convolution(
                self.patches,
                self.patch_values,
                self.width,
                1,
                1,
                self.patch_bias,
            )
        };
        cx.t.add(
            &format!("{p}.embeddings.patch_embedding"),
            "patch embedding",
            1,
            embed,
        );
        if self.positions > 0 {
            cx.t.add(
                &format!("{p}.embeddings.position_embedding"),
                "position table",
                1,
                Cost::new().weights(&[self.positions, self.width]),
            );
        }
        if self.vectors > 0 {
            cx.t.add(
                &format!("{p}.embeddings.tokens"),
                "embedding",
                1,
                Cost::new().weights(&[self.vectors, self.width]),
            );
        }
        if self.before > 0 {
            cx.t.add(
                &format!("{p}.pre_norm"),
                "norm",
                1,
                Cost::new().vector(self.before),
            );
        }
        self.blocks.add(cx, &format!("{p}.layers"), self.length());
        if self.after > 0 {
            cx.t.add(
                &format!("{p}.norm"),
                "norm",
                1,
                Cost::new().vector(self.after),
            );
        }
    }
}

/// The usual block: attention with biases, two matrices, two norms.
fn block(d: u64, heads: u64, bias: [bool; 4], inner: u64, extra: u64) -> R<Block> {
    let a = Attention::new(
        d,
        heads,
        heads,
        div(d, heads, "num_attention_heads")?,
        Mask::Full,
    )
    .biased(bias);
    let f = FeedForward {
        width: d,
        inner,
        gated: false,
        bias: [true; 2],
    };
    Ok(Block::usual(
        a,
        Ffn::Dense(f),
        d.saturating_mul(4).saturating_add(extra),
    ))
}

/// ViT and its kin, by their own types.
///
/// # Errors
/// A missing or unreadable size.
pub fn tower(cx: &Cx, c: &Cfg, prefix: &str) -> R<Tower> {
    let kind = c.model_type.as_str();
    let d = c.u("hidden_size")?;
    let layers = c.layers("num_hidden_layers")?;
    let heads = c.u("num_attention_heads")?;
    let patch = c.pair("patch_size")?;
    let size = picture(cx, c)?;
    let own = match c.get("image_size") {
        Some(_) => c.pair("image_size")?,
        None => size,
    };
    let (gh, gw) = grid(size, patch)?;
    let (oh, ow) = grid(own, patch)?;
    let patches = gh.saturating_mul(gw);
    let own_patches = oh.saturating_mul(ow);
    let q = c.b_or("qkv_bias", true);
    let mut t = Tower {
        prefix: prefix.to_string(),
        width: d,
        patches,
        tokens: 1,
        patch_values: channels(c)?.saturating_mul(patch.0).saturating_mul(patch.1),
        patch_bias: true,
        patch_linear: false,
        positions: own_patches.saturating_add(1),
        vectors: 1,
        before: 0,
        after: d.saturating_mul(2),
        blocks: Blocks::default(),
    };
    let inner = || c.u("intermediate_size");
    let b = match kind {
        "dinov2" | "dinov2_with_registers" => {
            let mut inner = scaled(d, c.f("mlp_ratio", 4.0)?);
            let gated = c.b("use_swiglu_ffn");
            if gated {
                inner = (inner.saturating_mul(2) / 3).saturating_add(7) / 8 * 8;
            }
            let mut b = block(d, heads, [q, q, q, true], inner, d.saturating_mul(2))?;
            if gated {
                b.ffns = vec![(
                    "mlp",
                    Ffn::Dense(FeedForward {
                        width: d,
                        inner,
                        gated: true,
                        bias: [true; 2],
                    }),
                )];
            }
            t.vectors = 1 + u64::from(c.b_or("use_mask_token", true));
            if kind == "dinov2_with_registers" {
                let r = c.or("num_register_tokens", 4)?;
                t.tokens += r;
                t.vectors = 2 + r;
            }
            b
        }
        "dinov3_vit" => {
            let (kb, vb, pb) = (
                c.b("key_bias"),
                c.b_or("value_bias", true),
                c.b_or("proj_bias", true),
            );
            let mut b = block(
                d,
                heads,
                [c.b_or("query_bias", true), kb, vb, pb],
                inner()?,
                d.saturating_mul(2),
            )?;
            let f = FeedForward {
                width: d,
                inner: inner()?,
                gated: c.b("use_gated_mlp"),
                bias: [c.b_or("mlp_bias", true); 2],
            };
            b.ffns = vec![("mlp", Ffn::Dense(f))];
            let r = c.or("num_register_tokens", 0)?;
            t.tokens += r;
            t.vectors = 2 + r;
            t.positions = 0;
            b
        }
        "beit" | "data2vec-vision" => {
            // Keys have no bias; two scales a block.
            let scale = c.f("layer_scale_init_value", 0.1)? > 0.0;
            let mut b = block(
                d,
                heads,
                [true, false, true, true],
                inner()?,
                if scale { d.saturating_mul(2) } else { 0 },
            )?;
            let table = (oh.saturating_mul(2).saturating_sub(1))
                .saturating_mul(ow.saturating_mul(2).saturating_sub(1))
                .saturating_add(3);
            if c.b("use_relative_position_bias") {
                b.norm = b.norm.saturating_add(table.saturating_mul(heads));
            } else if c.b("use_shared_relative_position_bias") {
                t.before = table.saturating_mul(heads);
            }
            t.vectors = 1 + u64::from(c.b("use_mask_token"));
            if !c.b("use_absolute_position_embeddings") {
                t.positions = 0;
            }
            b
        }
        "clip_vision_model"
        | "clip_vision"
        | "chinese_clip_vision_model"
        | "altclip_vision_model"
        | "clipseg_vision_model"
        | "git_vision_model"
        | "metaclip_2_vision_model"
        | "owlvit_vision_model"
        | "owlv2_vision_model"
        | "mlcd_vision_model"
        | "kosmos_2_vision_model"
        | "xclip_vision_model" => {
            t.patch_bias = false;
            t.before = d.saturating_mul(2);
            if kind == "mlcd_vision_model" {
                t.positions = 0;
                // Two class angles in place of positions.
                t.before = t
                    .before
                    .saturating_add(div(d, heads, "num_attention_heads")? / 2);
            }
            block(d, heads, [true; 4], inner()?, 0)?
        }
        "siglip_vision_model"
        | "siglip2_vision_model"
        | "idefics2_vision"
        | "idefics3_vision"
        | "smolvlm_vision"
        | "phi4_multimodal_vision"
        | "aya_vision_siglip" => {
            t.tokens = 0;
            t.vectors = 0;
            t.positions = own_patches;
            if kind == "siglip2_vision_model" {
                t.patch_linear = true;
                t.positions = c.or("num_patches", 256)?;
            }
            block(d, heads, [true; 4], inner()?, 0)?
        }
        "blip_vision_model" | "blip_2_vision_model" | "instructblip_vision_model" => {
            // Queries, keys and values in one matrix.
            let bias = if kind == "blip_vision_model" {
                [true; 4]
            } else {
                [q, q, q, true]
            };
            block(d, heads, bias, inner()?, 0)?
        }
        "ijepa" => {
            t.tokens = 0;
            t.vectors = 0;
            t.positions = own_patches;
            block(d, heads, [q, q, q, true], inner()?, 0)?
        }
        "deit" => {
            t.tokens = 2;
            t.vectors = 2 + u64::from(cx.class.contains("MaskedImage"));
            t.positions = own_patches.saturating_add(2);
            block(d, heads, [q, q, q, true], inner()?, 0)?
        }
        _ => block(d, heads, [q, q, q, true], inner()?, 0)?,
    };
    t.blocks = Blocks::alike(b, layers);
    Ok(t)
}

/// Counts a vision transformer with the head of its class.
pub fn vit(cx: &mut Cx, c: &Cfg) -> R<()> {
    let kind = c.model_type.as_str();
    let mut t = tower(cx, c, "model")?;
    let d = t.width;
    let pooled_mean =
        matches!(kind, "beit" | "data2vec-vision") && c.b_or("use_mean_pooling", true);
    if pooled_mean && !matches!(cx.head, Head::Base | Head::Image) {
        t.after = 0;
    }
    t.add(cx);
    if cx.tokens == 0 {
        cx.tokens = t.length();
    }
    match cx.head {
        Head::Base => {
            let pooler = matches!(kind, "vit" | "deit" | "yolos");
            if pooler {
                let out = c.or("pooler_output_size", d)?;
                cx.t.add(
                    "pooler",
                    "fully connected",
                    1,
                    Cost::new().linear(1, d, out, true),
                );
            }
        }
        Head::Image => {
            let k = c.labels()?;
            // DINO labels the class token beside the mean of the patches.
            let wide = if kind.starts_with("dinov2") {
                d.saturating_mul(2)
            } else {
                d
            };
            let twice = if cx.class.ends_with("WithTeacher") {
                2
            } else {
                1
            };
            cx.t.add(
                "classifier",
                "classification head",
                1,
                Cost::new().linears(twice, 1, wide, k, true),
            );
        }
        _ => note_head(cx),
    }
    Ok(())
}

/// The attention that gathers SigLIP's patches into one vector.
fn siglip_head(cx: &mut Cx, prefix: &str, d: u64, inner: u64, heads: u64, n: u64) -> R<()> {
    let head = div(d, heads, "num_attention_heads")?;
    let a = Cost::new()
        .vector(d)
        .linear(1, d, d, true)
        .linears(2, n, d, d, true)
        .linear(1, d, d, true)
        .attend(1, n, heads, head, head, Mask::Full)
        .vector(d.saturating_mul(2));
    let f = FeedForward {
        width: d,
        inner,
        gated: false,
        bias: [true; 2],
    }
    .cost(1);
    cx.t.add(
        &format!("{prefix}.head"),
        "attention pooling",
        1,
        a.plus(&f),
    );
    Ok(())
}

/// The image tower of CLIP, SigLIP and their kin with what stands after its blocks; gives its tokens and width.
///
/// # Errors
/// A missing or unreadable size.
pub fn image_tower(cx: &mut Cx, c: &Cfg, prefix: &str) -> R<(u64, u64)> {
    let mut t = tower(cx, c, prefix)?;
    let kind = c.model_type.clone();
    if kind == "pixtral" {
        t.after = 0;
    }
    t.add(cx);
    let n = t.length();
    if kind.starts_with("siglip") && c.b_or("vision_use_head", true) {
        siglip_head(
            cx,
            prefix,
            t.width,
            c.u("intermediate_size")?,
            c.u("num_attention_heads")?,
            n,
        )?;
    }
    Ok((n, t.width))
}

/// A tower by itself: `CLIPVisionModel`, `SiglipVisionModel`, with or without a projection.
pub fn image_model(cx: &mut Cx, c: &Cfg) -> R<()> {
    let (n, d) = image_tower(cx, c, "vision_model")?;
    cx.tokens = n;
    if cx.head == Head::Projection {
        let p = c.or("projection_dim", 512)?;
        cx.t.add(
            "visual_projection",
            "fully connected",
            1,
            Cost::new().linear(1, d, p, false),
        );
    } else if cx.head == Head::Image {
        let k = c.labels()?;
        cx.t.add(
            "classifier",
            "classification head",
            1,
            Cost::new().linear(1, d, k, true),
        );
    }
    Ok(())
}

/// The text tower of CLIP and SigLIP; gives its width.
///
/// # Errors
/// A missing or unreadable size.
pub fn text_tower(cx: &mut Cx, c: &Cfg, n: u64, prefix: &str) -> R<u64> {
    let d = c.u("hidden_size")?;
    let heads = c.u("num_attention_heads")?;
    let siglip = c.model_type.starts_with("siglip");
    cx.t.embedding(&format!("{prefix}.token_embedding"), c.u("vocab_size")?, d);
    cx.t.add(
        &format!("{prefix}.position_embedding"),
        "position table",
        1,
        Cost::new().weights(&[c.u("max_position_embeddings")?, d]),
    );
    let mask = if siglip { Mask::Full } else { Mask::Causal };
    let a = Attention::new(d, heads, heads, div(d, heads, "num_attention_heads")?, mask)
        .biased([true; 4]);
    let f = FeedForward {
        width: d,
        inner: c.u("intermediate_size")?,
        gated: false,
        bias: [true; 2],
    };
    let layers = c.layers("num_hidden_layers")?;
    Blocks::alike(Block::usual(a, Ffn::Dense(f), d.saturating_mul(4)), layers).add(
        cx,
        &format!("{prefix}.layers"),
        n,
    );
    cx.t.add(
        &format!("{prefix}.final_layer_norm"),
        "norm",
        1,
        Cost::new().vector(d.saturating_mul(2)),
    );
    if siglip {
        let p = c.or("projection_size", d)?;
        cx.t.add(
            &format!("{prefix}.head"),
            "fully connected",
            1,
            Cost::new().linear(1, d, p, true),
        );
    }
    Ok(d)
}

/// The text tower by itself.
pub fn text_model(cx: &mut Cx, c: &Cfg) -> R<()> {
    let n = cx.text_tokens(c.or("max_position_embeddings", 77)?.clamp(1, 4096))?;
    let d = text_tower(cx, c, n, "text_model")?;
    if cx.head == Head::Projection {
        cx.t.add(
            "text_projection",
            "fully connected",
            1,
            Cost::new().linear(1, d, c.or("projection_dim", 512)?, false),
        );
    }
    Ok(())
}

/// CLIP and SigLIP whole: both towers, projections, and one product of their vectors.
pub fn clip(cx: &mut Cx, c: &Cfg) -> R<()> {
    let siglip = c.model_type.starts_with("siglip");
    let (tk, vk) = match c.model_type.as_str() {
        "siglip" => ("siglip_text_model", "siglip_vision_model"),
        "siglip2" => ("siglip2_text_model", "siglip2_vision_model"),
        "owlvit" => ("owlvit_text_model", "owlvit_vision_model"),
        "owlv2" => ("owlv2_text_model", "owlv2_vision_model"),
        "metaclip_2" => ("metaclip_2_text_model", "metaclip_2_vision_model"),
        "clipseg" => ("clipseg_text_model", "clipseg_vision_model"),
        _ => ("clip_text_model", "clip_vision_model"),
    };
    let (tc, vc) = (c.fixed("text_config", tk), c.fixed("vision_config", vk));
    if cx.class.contains("VisionModel")
        || cx.head == Head::Image
        || cx.only(compute_layers::Part::Vision)
    {
        return if cx.head == Head::Image && !cx.class.contains("VisionModel") {
            let (n, d) = image_tower(cx, &vc, "vision_model")?;
            cx.tokens = n;
            let k = c.labels()?;
            cx.t.add(
                "classifier",
                "classification head",
                1,
                Cost::new().linear(1, d, k, true),
            );
            Ok(())
        } else {
            image_model(cx, &vc)
        };
    }
    if cx.class.contains("TextModel") || cx.only(compute_layers::Part::Text) {
        return text_model(cx, &tc);
    }
    let text = cx.given(&["input_ids"]) || !cx.any_inputs();
    let image = cx.given(&["pixel_values"]) || !cx.any_inputs();
    let n = cx.text_tokens(tc.or("max_position_embeddings", 77)?.clamp(1, 4096))?;
    let mark = cx.t.mark();
    let td = text_tower(cx, &tc, n, "text_model")?;
    let p = c.or("projection_dim", 512)?;
    if !siglip {
        cx.t.add(
            "text_projection",
            "fully connected",
            1,
            Cost::new().linear(1, td, p, false),
        );
    }
    if !text {
        cx.t.idle_from(mark);
    }
    let mark = cx.t.mark();
    let (m, vd) = image_tower(cx, &vc, "vision_model")?;
    if !siglip {
        cx.t.add(
            "visual_projection",
            "fully connected",
            1,
            Cost::new().linear(1, vd, p, false),
        );
    }
    if !image {
        cx.t.idle_from(mark);
    }
    if cx.class.ends_with("ImageSegmentation") {
        cx.tokens = m;
        cx.t.add("clip.logit_scale", "similarity", 1, Cost::new().vector(1));
        return clipseg_decoder(cx, c, &vc, m, vd, p);
    }
    let wide = if siglip { td } else { p };
    let mut c = Cost::new().vector(if siglip { 2 } else { 1 });
    if text && image {
        c = c.product(&[1, wide]);
    }
    cx.t.add("logit_scale", "similarity", 1, c);
    cx.tokens = if text { n } else { m };
    Ok(())
}

/// The decoder of CLIPSeg over `n` positions of width `d`: narrow layers that the words' `p` values steer.
fn clipseg_decoder(cx: &mut Cx, c: &Cfg, v: &Cfg, n: u64, d: u64, p: u64) -> R<()> {
    let w = c.or("reduce_dim", 64)?;
    let layers = c.us("extract_layers")?.map_or(3, |l| l.len() as u64);
    let heads = c.or("decoder_num_attention_heads", 4)?;
    let head = div(w, heads, "decoder_num_attention_heads")?;
    let a = Attention::new(w, heads, heads, head, Mask::Full).biased([true; 4]);
    let f = FeedForward {
        width: w,
        inner: c.or("decoder_intermediate_size", 2048)?,
        gated: false,
        bias: [true; 2],
    };
    let block = Block::usual(a, Ffn::Dense(f), w.saturating_mul(4));
    Blocks::alike(block, layers).add(cx, "decoder.layers", n);
    let narrow = Cost::new().linear(n, d, w, true);
    cx.t.add("decoder.reduces", "fully connected", layers, narrow);
    let steer = Cost::new().linears(2, 1, p, w, true);
    cx.t.add("decoder.film", "fully connected", 1, steer);
    let patch = v.u("patch_size")?;
    let places = n.saturating_sub(1);
    let k = if c.b("use_complex_transposed_convolution") {
        // A convolution, then two transposed ones: a quarter of the patch each way, then the rest.
        let area = (patch / 4).saturating_mul(patch / 4);
        Cost::new()
            .convolution(places, w, w, 9, 1, true)
            .convolution(places, w, (w / 2).saturating_mul(area), 1, 1, false)
            .vector(w / 2)
            .convolution(places.saturating_mul(area), w / 2, 16, 1, 1, false)
            .vector(1)
    } else {
        Cost::new()
            .convolution(places, w, patch.saturating_mul(patch), 1, 1, false)
            .vector(1)
    };
    cx.t.add("decoder.transposed_convolution", "convolution", 1, k);
    Ok(())
}

/// Audio spectrogram transformer: overlapping patches of a spectrogram.
pub fn ast(cx: &mut Cx, c: &Cfg) -> R<()> {
    let d = c.u("hidden_size")?;
    let patch = c.u("patch_size")?;
    let (fs, ts) = (c.u("frequency_stride")?, c.u("time_stride")?);
    let (own_t, own_f) = (c.or("max_length", 1024)?, c.or("num_mel_bins", 128)?);
    let (t, f) = match cx.shape(&["input_values", "input_features"]) {
        Some([.., t, f]) => (
            bounded(*t, "number of frames")?,
            bounded(*f, "number of bins")?,
        ),
        _ => (own_t, own_f),
    };
    let count = |t: u64, f: u64| {
        output_size(f, patch, fs, 0, 1).saturating_mul(output_size(t, patch, ts, 0, 1))
    };
    let heads = c.u("num_attention_heads")?;
    let q = c.b_or("qkv_bias", true);
    let tower = Tower {
        prefix: "model".into(),
        width: d,
        patches: count(t, f),
        tokens: 2,
        patch_values: patch.saturating_mul(patch),
        patch_bias: true,
        patch_linear: false,
        positions: count(own_t, own_f).saturating_add(2),
        vectors: 2,
        before: 0,
        after: d.saturating_mul(2),
        blocks: Blocks::alike(
            block(d, heads, [q, q, q, true], c.u("intermediate_size")?, 0)?,
            c.layers("num_hidden_layers")?,
        ),
    };
    tower.add(cx);
    cx.tokens = tower.length();
    match cx.head {
        Head::Base => {}
        _ if cx.class.ends_with("AudioClassification") => {
            let k = c.labels()?;
            cx.t.add(
                "classifier",
                "classification head",
                1,
                Cost::new()
                    .vector(d.saturating_mul(2))
                    .linear(1, d, k, true),
            );
        }
        _ => note_head(cx),
    }
    Ok(())
}

/// The encoder of Segment Anything: windows with relative positions, a few layers over everything, a neck.
///
/// # Errors
/// A missing or unreadable size.
pub fn sam_encoder(cx: &mut Cx, c: &Cfg, prefix: &str) -> R<u64> {
    let d = c.u("hidden_size")?;
    let layers = c.layers("num_hidden_layers")?;
    let heads = c.u("num_attention_heads")?;
    let head = div(d, heads, "num_attention_heads")?;
    let patch = c.pair("patch_size")?;
    let (gh, gw) = grid(picture(cx, c)?, patch)?;
    let own = grid(c.pair("image_size")?, patch)?;
    let n = gh.saturating_mul(gw);
    let values = channels(c)?.saturating_mul(patch.0).saturating_mul(patch.1);
    cx.t.add(
        &format!("{prefix}.patch_embed"),
        "patch embedding",
        1,
        Cost::new().convolution(n, values, d, 1, 1, true),
    );
    if c.b_or("use_abs_pos", true) {
        cx.t.add(
            &format!("{prefix}.pos_embed"),
            "position table",
            1,
            Cost::new().weights(&[own.0, own.1, d]),
        );
    }
    let w = c.or("window_size", 14)?;
    let global = c.us("global_attn_indexes")?.unwrap_or_default();
    let inner = match c.opt("mlp_dim")? {
        Some(m) => m,
        None => scaled(d, c.f("mlp_ratio", 4.0)?),
    };
    let q = c.b_or("qkv_bias", true);
    let rel = c.b_or("use_rel_pos", true);
    let f = FeedForward {
        width: d,
        inner,
        gated: false,
        bias: [true; 2],
    };
    let blocks = Blocks::each(layers, |i| {
        let all = global.contains(&i) || w == 0;
        let (sh, sw) = if all { (gh, gw) } else { (w, w) };
        // Windows are padded to whole ones.
        let windows = if all {
            1
        } else {
            gh.div_ceil(w).saturating_mul(gw.div_ceil(w))
        };
        let size = sh.saturating_mul(sw);
        let on = windows.saturating_mul(size);
        let mut p = Cost::new().linears(3, on, d, d, q).linear(on, d, d, true);
        let mut core = Cost::new().attend(on, size, heads, head, head, Mask::Full);
        if rel {
            let (th, tw) = if all { own } else { (w, w) };
            let rows = th
                .saturating_mul(2)
                .saturating_sub(1)
                .saturating_add(tw.saturating_mul(2).saturating_sub(1));
            p = p.weights(&[rows, head]);
            core = core.product(&[on, heads, sh.saturating_add(sw), head]);
        }
        Ok(Block {
            mixers: vec![(
                "attn",
                Mixer::Other(
                    if all { "attention" } else { "window attention" },
                    Box::new(p),
                    Box::new(core),
                ),
            )],
            ffns: vec![("mlp", Ffn::Dense(f))],
            norm: d.saturating_mul(4),
        })
    })?;
    blocks.add(cx, &format!("{prefix}.layers"), n);
    let out = c.or("output_channels", 256)?;
    let neck = Cost::new()
        .convolution(n, d, out, 1, 1, false)
        .vector(out.saturating_mul(2))
        .convolution(n, out, out, 9, 1, false)
        .vector(out.saturating_mul(2));
    cx.t.add(&format!("{prefix}.neck"), "convolution", 1, neck);
    cx.tokens = n;
    Ok(out)
}

/// Segment Anything: its encoder; the prompt and mask decoders are not described by sizes alone.
pub fn sam(cx: &mut Cx, c: &Cfg) -> R<()> {
    if c.model_type == "sam_vision_model" {
        sam_encoder(cx, c, "vision_encoder")?;
        return Ok(());
    }
    let v = c.fixed("vision_config", "sam_vision_model");
    sam_encoder(cx, &v, "vision_encoder")?;
    if cx.class.contains("VisionEncoder")
        || cx.class.contains("VisionModel")
        || cx.only(compute_layers::Part::Vision)
    {
        return Ok(());
    }
    sam_decoder(cx, c)
}

/// Prompt encoder and mask decoder of Segment Anything, with one point as prompt.
fn sam_decoder(cx: &mut Cx, c: &Cfg) -> R<()> {
    let (p, m) = (
        c.fixed("prompt_encoder_config", "sam"),
        c.fixed("mask_decoder_config", "sam"),
    );
    let d = p.or("hidden_size", 256)?;
    let n = cx.tokens;
    // Places of the random projection (2 x d / 2) are shared with the vision side.
    let mid = p.or("mask_input_channels", 16)?;
    let points = p.or("num_point_embeddings", 4)?;
    let prompt = Cost::new()
        .weights(&[2, d / 2])
        .weights(&[points.saturating_add(2), d])
        .weights(&[mid / 4, 4])
        .vector(mid / 4)
        .vector(mid / 2)
        .weights(&[mid, mid / 4, 4])
        .vector(mid)
        .vector(mid.saturating_mul(2))
        .weights(&[d, mid])
        .vector(d);
    cx.t.add("prompt_encoder", "prompt encoder", 1, prompt);
    let inner = m.or("mlp_dim", 2048)?;
    let layers = if m.get("num_hidden_layers").is_some() {
        m.layers("num_hidden_layers")?
    } else {
        2
    };
    let down = div(
        d,
        m.or("attention_downsample_rate", 2)?,
        "attention_downsample_rate",
    )?;
    let masks = m.or("num_multimask_outputs", 3)?.saturating_add(1);
    // Tokens: quality, masks, one point and its padding.
    let t = masks.saturating_add(3);
    let attention = |q: u64, k: u64, w: u64| {
        Cost::new()
            .linear(q, d, w, true)
            .linears(2, k, d, w, true)
            .linear(q, w, d, true)
            .product(&[2, q, k, w])
    };
    let block = attention(t, t, d)
        .plus(&attention(t, n, down))
        .plus(&attention(n, t, down))
        .linear(t, d, inner, true)
        .linear(t, inner, d, true)
        .vector(d.saturating_mul(8));
    cx.t.add(
        "mask_decoder.transformer.layers.*",
        "two-way attention",
        layers,
        block,
    );
    cx.t.add(
        "mask_decoder.transformer.final_attn_token_to_image",
        "cross-attention",
        1,
        attention(t, n, down).vector(d.saturating_mul(2)),
    );
    let (a, b) = (d / 4, d / 8);
    let up = Cost::new()
        .weights(&[masks.saturating_add(1), d])
        .convolution(n, d, a, 4, 1, true)
        .vector(a.saturating_mul(2))
        .convolution(n.saturating_mul(4), a, b, 4, 1, true);
    cx.t.add("mask_decoder.upscaling", "transposed convolution", 1, up);
    let hyper = Cost::new()
        .linears(2, 1, d, d, true)
        .linear(1, d, b, true)
        .times(masks);
    cx.t.add(
        "mask_decoder.output_hypernetworks_mlps",
        "feed-forward",
        1,
        hyper.product(&[masks, n.saturating_mul(16), b]),
    );
    let iou = m.or("iou_head_hidden_dim", 256)?;
    let depth = m.or("iou_head_depth", 3)?.max(2);
    let quality = Cost::new()
        .linear(1, d, iou, true)
        .linears(depth - 2, 1, iou, iou, true)
        .linear(1, iou, masks, true);
    cx.t.add(
        "mask_decoder.iou_prediction_head",
        "feed-forward",
        1,
        quality,
    );
    Ok(())
}
