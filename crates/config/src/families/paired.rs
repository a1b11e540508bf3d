//! Text and picture side by side: Chinese CLIP, AltCLIP, BLIP, GIT.

use crate::block::{Block, Blocks, Ffn, Mixer, note_head};
use crate::cfg::{Cfg, R, div};
use crate::context::{Cx, Head};
use crate::families::vit::image_tower;
use compute_layers::kinds::{Attention, FeedForward};
use compute_layers::{Cost, Mask, Part};

/// BERT's tables and layers as a text tower; gives its width.
fn bert_tower(
    cx: &mut Cx,
    c: &Cfg,
    n: u64,
    prefix: &str,
    mask: Mask,
    cross: Option<(u64, u64)>,
) -> R<u64> {
    let d = c.u("hidden_size")?;
    cx.t.embedding(
        &format!("{prefix}.embeddings.word_embeddings"),
        c.u("vocab_size")?,
        d,
    );
    let rows = c
        .u("max_position_embeddings")?
        .saturating_add(c.or("type_vocab_size", 0)?);
    cx.t.add(
        &format!("{prefix}.embeddings.position_and_type"),
        "position table",
        1,
        Cost::new().weights(&[rows, d]),
    );
    cx.t.add(
        &format!("{prefix}.embeddings.norm"),
        "norm",
        1,
        Cost::new().vector(d.saturating_mul(2)),
    );
    let k = c.u("num_attention_heads")?;
    let a = Attention::new(d, k, k, div(d, k, "num_attention_heads")?, mask).biased([true; 4]);
    let f = FeedForward {
        width: d,
        inner: c.u("intermediate_size")?,
        gated: false,
        bias: [true; 2],
    };
    let mut block = Block::usual(a, Ffn::Dense(f), d.saturating_mul(4));
    if let Some((keys, width)) = cross {
        let x = Attention {
            source_width: width,
            mask: Mask::Full,
            ..a
        };
        block.mixers.push((
            "crossattention",
            if keys > 0 {
                Mixer::Cross(x, keys)
            } else {
                Mixer::CrossIdle(x)
            },
        ));
        block.norm = block.norm.saturating_add(d.saturating_mul(2));
    }
    Blocks::alike(block, c.layers("num_hidden_layers")?).add(
        cx,
        &format!("{prefix}.encoder.layer"),
        n,
    );
    Ok(d)
}

/// Chinese CLIP and AltCLIP: BERT or XLM-R for the text, CLIP's tower for the picture.
pub fn bert_clip(cx: &mut Cx, c: &Cfg) -> R<()> {
    let alt = c.model_type == "altclip";
    let (t, v) = (
        c.sub("text_config", "chinese_clip_text_model"),
        c.sub("vision_config", "chinese_clip_vision_model"),
    );
    let p = c.or("projection_dim", 512)?;
    if cx.class.contains("Vision") || cx.only(Part::Vision) {
        let (n, _) = image_tower(cx, &v, "vision_model")?;
        cx.tokens = n;
        return Ok(());
    }
    let n = cx.text_tokens(t.or("max_position_embeddings", 512)?.clamp(1, 512))?;
    let text = cx.given(&["input_ids"]) || !cx.any_inputs();
    let image = cx.given(&["pixel_values"]) || !cx.any_inputs();
    let mark = cx.t.mark();
    let mut td = bert_tower(cx, &t, n, "text_model", Mask::Full, None)?;
    if alt {
        let out = t.or("project_dim", 768)?;
        cx.t.add(
            "text_model.transformation",
            "fully connected",
            1,
            Cost::new()
                .vector(td.saturating_mul(2))
                .linear(n, td, out, true),
        );
        td = out;
    }
    if cx.class.contains("TextModel") || cx.only(Part::Text) {
        return Ok(());
    }
    cx.t.add(
        "text_projection",
        "fully connected",
        1,
        Cost::new().linear(1, td, p, false),
    );
    if !text {
        cx.t.idle_from(mark);
    }
    let mark = cx.t.mark();
    let (_, vd) = image_tower(cx, &v, "vision_model")?;
    cx.t.add(
        "visual_projection",
        "fully connected",
        1,
        Cost::new().linear(1, vd, p, false),
    );
    if !image {
        cx.t.idle_from(mark);
    }
    let scale = Cost::new().vector(1);
    cx.t.add(
        "logit_scale",
        "similarity",
        1,
        if text && image {
            scale.product(&[1, p])
        } else {
            scale
        },
    );
    cx.tokens = n;
    Ok(())
}

/// BLIP for captions: a picture tower, a text decoder that reads it.
pub fn blip(cx: &mut Cx, c: &Cfg) -> R<()> {
    let (t, v) = (
        c.sub("text_config", "blip_text_model"),
        c.sub("vision_config", "blip_vision_model"),
    );
    if cx.class.contains("Vision") || cx.only(Part::Vision) {
        let (n, _) = image_tower(cx, &v, "vision_model")?;
        cx.tokens = n;
        return Ok(());
    }
    let image = cx.given(&["pixel_values"]) || !cx.any_inputs();
    let s = cx.text_tokens(20)?;
    let mark = cx.t.mark();
    let (n, vd) = image_tower(cx, &v, "vision_model")?;
    if !image {
        cx.t.idle_from(mark);
    }
    cx.tokens = s;
    match cx.head {
        Head::Generation => {
            let d = bert_tower(
                cx,
                &t,
                s,
                "text_decoder",
                Mask::Causal,
                Some((if image { n } else { 0 }, vd)),
            )?;
            cx.t.add(
                "text_decoder.cls.transform",
                "fully connected",
                1,
                Cost::new()
                    .linear(s, d, d, true)
                    .vector(d.saturating_mul(2)),
            );
            let tied = c.b_or("tie_word_embeddings", true);
            let vocabulary = t.u("vocab_size")?;
            cx.lm_head("text_decoder.cls.decoder", s, d, vocabulary, true, tied);
            Ok(())
        }
        Head::Base => {
            let d = bert_tower(cx, &t, s, "text_model", Mask::Full, Some((0, vd)))?;
            cx.t.add(
                "text_model.pooler",
                "fully connected",
                1,
                Cost::new().linear(1, d, d, true),
            );
            let p = c.or("projection_dim", 512)?;
            cx.t.add(
                "projections",
                "fully connected",
                1,
                Cost::new().linear(1, d, p, false).linear(1, vd, p, false),
            );
            cx.t.add(
                "logit_scale",
                "similarity",
                1,
                Cost::new().vector(1).product(&[1, p]),
            );
            Ok(())
        }
        _ => {
            note_head(cx);
            bert_tower(
                cx,
                &t,
                s,
                "text_encoder",
                Mask::Full,
                Some((if image { n } else { 0 }, vd)),
            )
            .map(|_| ())
        }
    }
}

/// GIT: tokens of the picture before those of the text.
pub fn git(cx: &mut Cx, c: &Cfg) -> R<()> {
    let v = c.sub("vision_config", "git_vision_model");
    let image = cx.given(&["pixel_values"]);
    let mut n = cx.text_tokens(c.or("max_position_embeddings", 1024)?.clamp(1, 1024))?;
    let d = c.u("hidden_size")?;
    let mark = cx.t.mark();
    let (m, vd) = image_tower(cx, &v, "git.image_encoder")?;
    let p = Cost::new()
        .linear(m, vd, d, true)
        .vector(d.saturating_mul(2));
    cx.t.add("git.visual_projection", "projector", 1, p);
    let frames = c.or("num_image_with_embedding", 0)?;
    cx.t.add(
        "git.img_temporal_embedding",
        "position table",
        1,
        Cost::new().weights(&[frames, vd]),
    );
    if image {
        n = n.saturating_add(m);
    } else {
        cx.t.idle_from(mark);
    }
    let words = n;
    bert_tower(cx, c, words, "git", Mask::Causal, None)?;
    cx.tokens = words;
    match cx.head {
        Head::Base => {}
        Head::CausalLm => {
            let tied = c.b("tie_word_embeddings");
            cx.lm_head("output", words, d, c.u("vocab_size")?, true, tied);
        }
        _ => note_head(cx),
    }
    Ok(())
}
