//! Words and pictures through one stack, or a picture's features before an encoder-decoder: ViLT, Florence 2, ColPali,
//! Video-LLaVA, Pix2Struct, Kosmos-2.

use crate::block::{Block, Blocks, Ffn, note_head};
use crate::cfg::{Cfg, R, div, scaled};
use crate::context::{Cx, Head};
use crate::families::convnet::{Map, start};
use crate::families::multimodal::{text_model, tower, vision_language};
use crate::families::vit::{channels, picture};
use compute_layers::kinds::{Attention, FeedForward};
use compute_layers::{Cost, Mask, Part};

/// ViLT: words and patches side by side in one transformer.
pub fn vilt(cx: &mut Cx, c: &Cfg) -> R<()> {
    let d = c.u("hidden_size")?;
    let heads = c.u("num_attention_heads")?;
    let rows = c.u("max_position_embeddings")?;
    let words = cx.text_tokens(rows.clamp(1, 512))?;
    let patch = c.u("patch_size")?;
    let (h, w) = picture(cx, c)?;
    let own = c.pair("image_size")?;
    let cut = |(h, w): (u64, u64)| -> R<u64> {
        Ok(div(h, patch, "patch_size")?.saturating_mul(div(w, patch, "patch_size")?))
    };
    let (seen, stored) = (cut((h, w))?, cut(own)?);
    let vocabulary = c.u("vocab_size")?;
    cx.t.embedding(
        "vilt.embeddings.text_embeddings.word_embeddings",
        vocabulary,
        d,
    );
    let two = d.saturating_mul(2);
    let tables = rows
        .saturating_add(c.u("type_vocab_size")?)
        .saturating_add(c.u("modality_type_vocab_size")?)
        .saturating_add(stored.saturating_add(2));
    cx.t.add(
        "vilt.embeddings.tables",
        "position table",
        1,
        Cost::new().weights(&[tables, d]).vector(two),
    );
    let values = channels(c)?.saturating_mul(patch).saturating_mul(patch);
    cx.t.add(
        "vilt.embeddings.patch_embeddings",
        "patch embedding",
        1,
        Cost::new().convolution(seen, values, d, 1, 1, true),
    );
    let most = c
        .get("max_image_length")
        .and_then(serde_json::Value::as_i64);
    let kept = match most {
        Some(m) if m > 0 => seen.min(m as u64),
        _ => seen,
    };
    let n = words.saturating_add(kept).saturating_add(1);
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
    Blocks::alike(
        Block::usual(a, Ffn::Dense(f), two.saturating_mul(2)),
        c.layers("num_hidden_layers")?,
    )
    .add(cx, "vilt.encoder.layer", n);
    cx.t.add("vilt.layernorm", "norm", 1, Cost::new().vector(two));
    if cx.head != Head::Token {
        let pooler = Cost::new().linear(1, d, d, true);
        cx.t.add("vilt.pooler", "fully connected", 1, pooler);
    }
    let head = match cx.head {
        Head::Base => return Ok(()),
        Head::MaskedLm => {
            let k = Cost::new().linear(words, d, d, true).vector(two);
            cx.t.add("mlm_score.transform", "fully connected", 1, k);
            let tied = c.b_or("tie_word_embeddings", true);
            cx.lm_head("mlm_score.decoder", words, d, vocabulary, true, tied);
            return Ok(());
        }
        Head::Question => Cost::new()
            .linear(1, d, two, true)
            .vector(two.saturating_mul(2))
            .linear(1, two, c.labels()?, true),
        Head::Token => Cost::new().linear(words, d, c.labels()?, true),
        _ if cx.class.ends_with("ImageAndTextRetrieval") => Cost::new().linear(1, d, 1, true),
        _ => {
            note_head(cx);
            return Ok(());
        }
    };
    cx.t.add("classifier", "classification head", 1, head);
    Ok(())
}

/// DaViT, the tower of Florence 2: windows of the picture and groups of channels by turns.
fn davit(cx: &mut Cx, v: &Cfg) -> R<(u64, u64)> {
    let name = if v.own("dim_embed") {
        "dim_embed"
    } else {
        "embed_dim"
    };
    let widths = v.us(name)?.ok_or_else(|| v.missing("embed_dim"))?;
    let n = widths.len();
    let list = |key: &str| v.list(key, n);
    let (patches, strides, pads) = (
        list("patch_size")?,
        list("patch_stride")?,
        list("patch_padding")?,
    );
    let (depths, heads, groups) = (list("depths")?, list("num_heads")?, list("num_groups")?);
    let before: Vec<bool> = v
        .get("patch_prenorm")
        .and_then(serde_json::Value::as_array)
        .map(|l| l.iter().map(|x| x.as_bool() == Some(true)).collect())
        .unwrap_or_default();
    let window = v.u("window_size")?;
    div(1, window, "window_size")?;
    let ratio = v.f("mlp_ratio", 4.0)?;
    let q = v.b_or("qkv_bias", true);
    // The picture may be of any size; published ones are 768 wide.
    let m = start(cx, v)?;
    let m = if cx.given(&["pixel_values"]) {
        m
    } else {
        Map {
            h: 768,
            w: 768,
            ..m
        }
    };
    let mut m = Map {
        c: v.or("in_channels", m.c)?,
        ..m
    };
    for stage in 0..n {
        let at = |l: &[u64]| l.get(stage).copied().unwrap_or(1);
        let d = at(&widths);
        let input = m.c;
        let (next, k) = m.conv(d, at(&patches), at(&strides), at(&pads), 1, true, false);
        m = next;
        let normed = if before.get(stage) == Some(&true) {
            input
        } else {
            d
        };
        cx.t.add(
            &format!("model.vision_tower.convs.{stage}"),
            "patch embedding",
            1,
            k.vector(normed.saturating_mul(2)),
        );
        let places = m.places();
        let padded =
            m.h.div_ceil(window)
                .saturating_mul(m.w.div_ceil(window))
                .saturating_mul(window)
                .saturating_mul(window);
        let (h, g) = (at(&heads), at(&groups));
        let (head, share) = (div(d, h, "num_heads")?, div(d, g, "num_groups")?);
        let f = FeedForward {
            width: d,
            inner: scaled(d, ratio),
            gated: false,
            bias: [true; 2],
        };
        let around = Cost::new()
            .convolution(places, d, d, 9, d, true)
            .convolution(places, d, d, 9, d, true)
            .vector(d.saturating_mul(4))
            .plus(&f.cost(places));
        let p = format!("model.vision_tower.blocks.{stage}");
        let times = at(&depths).min(crate::limits::MAX_LAYERS);
        let spatial = Cost::new()
            .linears(3, padded, d, d, q)
            .linear(padded, d, d, true)
            .attend(
                padded,
                window.saturating_mul(window),
                h,
                head,
                head,
                Mask::Full,
            )
            .plus(&around);
        cx.t.add(
            &format!("{p}.*.spatial_block"),
            "window attention",
            times,
            spatial,
        );
        // Channels ask channels, over all places.
        let channel = Cost::new()
            .linears(3, places, d, d, q)
            .linear(places, d, d, true)
            .product(&[2, d, share, places])
            .plus(&around);
        cx.t.add(
            &format!("{p}.*.channel_block"),
            "channel attention",
            times,
            channel,
        );
    }
    cx.tokens = m.places();
    Ok((m.places(), m.c))
}

/// Florence 2: DaViT, a projection with learned places, and BART.
pub fn florence2(cx: &mut Cx, c: &Cfg) -> R<()> {
    let v = c.sub("vision_config", "florence_vision");
    let v = if v.model_type == "davit" || v.model_type.is_empty() {
        c.fixed("vision_config", "florence_vision")
    } else {
        v
    };
    if cx.only(Part::Vision) {
        davit(cx, &v)?;
        return Ok(());
    }
    let t = c.sub("text_config", "bart");
    let t = if t.model_type == "florence2_language" {
        c.fixed("text_config", "bart")
    } else {
        t
    };
    let outer = c
        .get("tie_word_embeddings")
        .and_then(serde_json::Value::as_bool);
    text_model(cx, &t, outer)?;
    if cx.only(Part::Text) {
        return Ok(());
    }
    let (tokens, mark) = (cx.tokens, cx.t.mark());
    let (n, d) = davit(cx, &v)?;
    let out = v.u("projection_dim")?;
    let k = Cost::new()
        .weights(&[v.or("max_position_embeddings", 50)?, d])
        .linear(n.saturating_add(1), d, out, false)
        .vector(out.saturating_mul(2));
    cx.t.add("model.multi_modal_projector", "projector", 1, k);
    if !cx.given(&["pixel_values"]) {
        cx.t.idle_from(mark);
        cx.t.note("tower-not-run", "Only text is given: the image tower counts as parameters, not as work. Give pixel_values, like [1, 3, 768, 768], to run it once.");
    }
    cx.tokens = tokens;
    Ok(())
}

/// ColPali and ColQwen 2: a model of text and pictures without its output head, and a narrow vector per position.
pub fn retrieval(cx: &mut Cx, c: &Cfg) -> R<()> {
    let like = if c.model_type == "colqwen2" {
        "qwen2_vl"
    } else {
        "paligemma"
    };
    let inner = c.sub("vlm_config", like);
    cx.head = Head::Base;
    let class = std::mem::take(&mut cx.class);
    let done = vision_language(cx, &inner);
    cx.class = class;
    done?;
    if cx.options.part.is_some() {
        return Ok(());
    }
    let d = inner
        .sub("text_config", "gemma")
        .opt("hidden_size")?
        .map_or_else(|| inner.u("hidden_size"), Ok)?;
    let out = c.or("embedding_dim", 128)?;
    let k = Cost::new().linear(cx.tokens, d, out, true);
    cx.t.add("embedding_proj_layer", "projector", 1, k);
    Ok(())
}

/// Video-LLaVA: a tower for pictures and one for videos, alike, before one projector.
pub fn video_llava(cx: &mut Cx, c: &Cfg) -> R<()> {
    let v = c.sub("vision_config", "clip_vision_model");
    if cx.only(Part::Vision) {
        tower(cx, &v, "model.image_tower")?;
        return Ok(());
    }
    let t = c.sub("text_config", "llama");
    let outer = c
        .get("tie_word_embeddings")
        .and_then(serde_json::Value::as_bool);
    text_model(cx, &t, outer.or(Some(false)))?;
    if cx.only(Part::Text) {
        return Ok(());
    }
    let (tokens, mark) = (cx.tokens, cx.t.mark());
    let (n, d) = tower(cx, &v, "model.image_tower")?;
    let td = t.u("hidden_size")?;
    let bias = c.b_or("multimodal_projector_bias", true);
    let features = c.us_signed_len("vision_feature_layer").unwrap_or(1);
    let m = if c.s("vision_feature_select_strategy") == Some("full") {
        n
    } else {
        n.saturating_sub(1)
    };
    let k = Cost::new()
        .linear(m, d.saturating_mul(features), td, bias)
        .linear(m, td, td, bias);
    cx.t.add("model.multi_modal_projector", "projector", 1, k);
    if !cx.given(&["pixel_values"]) {
        cx.t.idle_from(mark);
    }
    let mark = cx.t.mark();
    tower(cx, &v, "model.video_tower")?;
    cx.t.idle_from(mark);
    cx.t.note("tower-not-run", "The tower of videos counts as parameters, not as work; so does that of pictures unless pixel_values are given, like [1, 3, 224, 224].");
    cx.tokens = tokens;
    Ok(())
}

/// Pix2Struct: patches with their rows and columns, and a decoder in the manner of T5.
pub fn pix2struct(cx: &mut Cx, c: &Cfg) -> R<()> {
    let (v, t) = (
        c.sub("vision_config", "pix2struct_vision_model"),
        c.sub("text_config", "pix2struct_text_model"),
    );
    let d = v.u("hidden_size")?;
    let patches = match cx.shape(&["flattened_patches"]) {
        Some([.., n, _]) => crate::context::bounded(*n, "number of patches")?,
        _ => 2048,
    };
    let heads = v.u("num_attention_heads")?;
    let rows = v.u("seq_len")?;
    let embed = Cost::new()
        .linear(patches, v.u("patch_embed_hidden_size")?, d, true)
        .weights(&[2, rows, d]);
    cx.t.add("encoder.embeddings", "patch embedding", 1, embed);
    let f = |width: u64, inner: u64| FeedForward {
        width,
        inner,
        gated: true,
        bias: [false; 2],
    };
    let a = Attention::new(d, heads, heads, v.u("d_kv")?, Mask::Full);
    let block = Block::usual(a, Ffn::Dense(f(d, v.u("d_ff")?)), d.saturating_mul(2));
    Blocks::alike(block, v.layers("num_hidden_layers")?).add(cx, "encoder.layer", patches);
    cx.t.add("encoder.layernorm", "norm", 1, Cost::new().vector(d));
    if cx.only(Part::Vision) || cx.class.contains("VisionModel") {
        cx.tokens = patches;
        return Ok(());
    }
    let td = t.u("hidden_size")?;
    let vocabulary = t.u("vocab_size")?;
    let n = match cx.last(&["decoder_input_ids", "input_ids", "labels"])? {
        Some(n) => n,
        None => cx.text_tokens(512)?,
    };
    cx.tokens = n;
    cx.t.embedding("decoder.embed_tokens", vocabulary, td);
    let heads = t.u("num_heads")?;
    let own = Attention::new(td, heads, heads, t.u("d_kv")?, Mask::Causal);
    let cross = Attention {
        mask: Mask::Full,
        ..own
    };
    let block = Block {
        mixers: vec![
            ("self_attention", crate::block::Mixer::Own(own)),
            (
                "encoder_decoder_attention",
                crate::block::Mixer::Cross(cross, patches),
            ),
        ],
        ffns: vec![("mlp", Ffn::Dense(f(td, t.u("d_ff")?)))],
        norm: td.saturating_mul(3),
    };
    Blocks::alike(block, t.layers("num_layers")?).add(cx, "decoder.layer", n);
    let bias = Cost::new().weights(&[t.or("relative_attention_num_buckets", 32)?, heads]);
    cx.t.add("decoder.relative_attention_bias", "position table", 1, bias);
    cx.t.add(
        "decoder.final_layer_norm",
        "norm",
        1,
        Cost::new().vector(td),
    );
    cx.lm_head(
        "decoder.lm_head",
        n,
        td,
        vocabulary,
        false,
        c.b("tie_word_embeddings"),
    );
    Ok(())
}

/// Kosmos-2: CLIP, queries that read it, and a decoder with norms inside its halves.
pub fn kosmos2(cx: &mut Cx, c: &Cfg) -> R<()> {
    let (v, t) = (
        c.sub("vision_config", "kosmos_2_vision_model"),
        c.sub("text_config", "kosmos_2_text_model"),
    );
    let d = t.u("embed_dim")?;
    let (heads, inner) = (t.u("attention_heads")?, t.u("ffn_dim")?);
    let head = div(d, heads, "attention_heads")?;
    let a = Attention::new(d, heads, heads, head, Mask::Causal).biased([true; 4]);
    if cx.only(Part::Vision) {
        crate::families::vit::image_tower(cx, &v, "vision_model")?;
        return Ok(());
    }
    let n = cx.text_tokens(t.or("max_position_embeddings", 2048)?.clamp(1, 4096))?;
    let vocabulary = t.u("vocab_size")?;
    cx.t.embedding("text_model.model.embed_tokens", vocabulary, d);
    let f = FeedForward {
        width: d,
        inner,
        gated: false,
        bias: [true; 2],
    };
    let two = d.saturating_mul(2);
    let block = Block::usual(
        a,
        Ffn::Dense(f),
        two.saturating_mul(3)
            .saturating_add(inner.saturating_mul(2)),
    );
    Blocks::alike(block, t.layers("layers")?).add(cx, "text_model.model.layers", n);
    let norm = Cost::new().vector(two);
    cx.t.add("text_model.model.layer_norm", "norm", 1, norm);
    if cx.head != Head::Base {
        let tied = c.b_or("tie_word_embeddings", true);
        cx.lm_head("text_model.lm_head", n, d, vocabulary, false, tied);
    }
    if cx.only(Part::Text) {
        return Ok(());
    }
    let mark = cx.t.mark();
    let (m, vd) = crate::families::vit::image_tower(cx, &v, "vision_model")?;
    let queries = c.or("latent_query_num", 64)?;
    let read = Attention {
        mask: Mask::Full,
        ..a
    };
    let keys = m.saturating_add(queries);
    let k = Cost::new()
        .weights(&[queries, d])
        .linear(m, vd, d, true)
        .plus(&read.projections(queries, keys))
        .plus(&read.core(queries, keys));
    cx.t.add("image_to_text_projection", "resampler", 1, k);
    if !cx.given(&["pixel_values"]) {
        cx.t.idle_from(mark);
        cx.t.note("tower-not-run", "Only text is given: the image tower and its queries count as parameters, not as work. Give pixel_values, like [1, 3, 224, 224], to run them once.");
    }
    cx.tokens = n;
    Ok(())
}
