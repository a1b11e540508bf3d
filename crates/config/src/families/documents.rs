//! Encoders that read text with a place on a page or in a table, and encoders with landmarks: TAPAS, MarkupLM, LiLT, LayoutLMv3,
//! Nyströmformer.

use crate::block::{Block, Blocks, Ffn, Mixer, note_head};
use crate::cfg::{Cfg, R, div};
use crate::context::{Cx, Head};
use crate::families::vit::{channels, picture};
use compute_layers::kinds::{Attention, FeedForward};
use compute_layers::{Cost, Mask};

fn linear(cx: &mut Cx, path: &str, n: u64, i: u64, o: u64) {
    cx.t.add(
        path,
        "fully connected",
        1,
        Cost::new().linear(n, i, o, true),
    );
}

fn table(cx: &mut Cx, path: &str, rows: u64, width: u64) {
    cx.t.add(
        path,
        "position table",
        1,
        Cost::new().weights(&[rows, width]),
    );
}

/// How the head of a class stands on the model.
struct Heads {
    pooler: bool,
    pooled_labels: bool,
    masked: bool,
}

fn heads(cx: &mut Cx, c: &Cfg, n: u64, d: u64, h: &Heads) -> R<()> {
    if h.pooler && (cx.head == Head::Base || cx.head == Head::Sequence && h.pooled_labels) {
        linear(cx, "pooler", 1, d, d);
    }
    match cx.head {
        Head::Base => {}
        Head::MaskedLm if h.masked => {
            let tied = c.b_or("tie_word_embeddings", true);
            linear(cx, "cls.transform", n, d, d);
            cx.t.add(
                "cls.norm",
                "norm",
                1,
                Cost::new().vector(d.saturating_mul(2)),
            );
            let v = c.u("vocab_size")?;
            cx.lm_head("cls.decoder", n, d, v, true, tied);
            if !tied {
                cx.t.add("cls.bias", "output head", 1, Cost::new().vector(v));
            }
        }
        Head::Sequence => {
            if !h.pooled_labels {
                linear(cx, "classifier.dense", 1, d, d);
            }
            let k = c.labels()?;
            cx.t.add(
                "classifier",
                "classification head",
                1,
                Cost::new().linear(1, d, k, true),
            );
        }
        Head::Token => {
            let k = c.labels()?;
            cx.t.add(
                "classifier",
                "classification head",
                1,
                Cost::new().linear(n, d, k, true),
            );
        }
        Head::Question => cx.t.add(
            "qa_outputs",
            "classification head",
            1,
            Cost::new().linear(n, d, 2, true),
        ),
        _ => note_head(cx),
    }
    Ok(())
}

/// TAPAS: seven kinds of token type.
pub fn tapas(cx: &mut Cx, c: &Cfg) -> R<()> {
    let (n, d) = start(cx, c)?;
    let types = c.us("type_vocab_sizes")?.unwrap_or_default();
    let rows = types
        .iter()
        .fold(c.u("max_position_embeddings")?, |a, b| a.saturating_add(*b));
    table(cx, "tapas.embeddings.position_and_types", rows, d);
    stack(cx, c, n, d, "tapas")?;
    heads(
        cx,
        c,
        n,
        d,
        &Heads {
            pooler: true,
            pooled_labels: true,
            masked: true,
        },
    )
}

/// MarkupLM: the path of a token in the page's tree.
pub fn markuplm(cx: &mut Cx, c: &Cfg) -> R<()> {
    let (n, d) = start(cx, c)?;
    table(
        cx,
        "markuplm.embeddings.position_and_type",
        c.u("max_position_embeddings")?
            .saturating_add(c.u("type_vocab_size")?),
        d,
    );
    let (unit, depth) = (c.u("xpath_unit_hidden_size")?, c.u("max_depth")?);
    let wide = unit.saturating_mul(depth);
    let rows = c
        .u("max_xpath_tag_unit_embeddings")?
        .saturating_add(c.u("max_xpath_subs_unit_embeddings")?);
    let inner = d.saturating_mul(4);
    let path = Cost::new()
        .weights(&[depth, rows, unit])
        .linear(n, wide, inner, true)
        .linear(n, inner, d, true)
        .plus(&Cost::new().linear(0, wide, d, true).not_run());
    cx.t.add("markuplm.embeddings.xpath", "fully connected", 1, path);
    stack(cx, c, n, d, "markuplm")?;
    heads(
        cx,
        c,
        n,
        d,
        &Heads {
            pooler: true,
            pooled_labels: true,
            masked: false,
        },
    )
}

/// LiLT: a narrow stream for the layout beside the text's.
pub fn lilt(cx: &mut Cx, c: &Cfg) -> R<()> {
    let (n, d) = start(cx, c)?;
    let longest = c.u("max_position_embeddings")?;
    table(
        cx,
        "lilt.embeddings.position_and_type",
        longest.saturating_add(c.u("type_vocab_size")?),
        d,
    );
    let narrow = div(d, c.u("channel_shrink_ratio")?, "channel_shrink_ratio")?;
    let places = Cost::new()
        .weights(&[4, c.u("max_2d_position_embeddings")?, d / 6])
        .weights(&[longest, narrow])
        .linear(n, d, narrow, true)
        .vector(narrow.saturating_mul(2));
    cx.t.add("lilt.layout_embeddings", "position table", 1, places);
    let k = c.u("num_attention_heads")?;
    let (head, small) = (
        div(d, k, "num_attention_heads")?,
        div(narrow, k, "num_attention_heads")?,
    );
    let a = Attention::new(d, k, k, head, Mask::Full).biased([true; 4]);
    let l = Attention::new(narrow, k, k, small, Mask::Full).biased([true; 4]);
    let inner = c.u("intermediate_size")?;
    let f = FeedForward {
        width: d,
        inner,
        gated: false,
        bias: [true; 2],
    };
    let g = FeedForward {
        width: narrow,
        inner: div(inner, c.u("channel_shrink_ratio")?, "channel_shrink_ratio")?,
        ..f
    };
    let block = Block {
        mixers: vec![
            ("attention", Mixer::Own(a)),
            ("layout_attention", Mixer::Own(l)),
        ],
        ffns: vec![("mlp", Ffn::Dense(f)), ("layout_mlp", Ffn::Dense(g))],
        norm: d.saturating_add(narrow).saturating_mul(4),
    };
    Blocks::alike(block, c.layers("num_hidden_layers")?).add(cx, "lilt.encoder.layer", n);
    heads(
        cx,
        c,
        n,
        d,
        &Heads {
            pooler: true,
            pooled_labels: false,
            masked: false,
        },
    )
}

/// LayoutLMv3: text with boxes, and patches of the page where a picture is given.
pub fn layoutlmv3(cx: &mut Cx, c: &Cfg) -> R<()> {
    let image = cx.given(&["pixel_values"]);
    let text = cx.given(&["input_ids"]) || !image;
    let (mut n, d) = start(cx, c)?;
    table(
        cx,
        "layoutlmv3.embeddings.position_and_type",
        c.u("max_position_embeddings")?
            .saturating_add(c.u("type_vocab_size")?),
        d,
    );
    let boxes = c.u("coordinate_size")?.saturating_add(c.u("shape_size")?);
    table(
        cx,
        "layoutlmv3.embeddings.boxes",
        c.u("max_2d_position_embeddings")?.saturating_mul(2),
        boxes,
    );
    let heads_n = c.u("num_attention_heads")?;
    let mut bias = 0u64;
    if c.b_or("has_relative_attention_bias", true) {
        bias += c.or("rel_pos_bins", 32)?;
    }
    if c.b_or("has_spatial_attention_bias", true) {
        bias += c.or("rel_2d_pos_bins", 64)?.saturating_mul(2);
    }
    table(cx, "layoutlmv3.encoder.rel_pos_bias", bias, heads_n);
    if !text {
        n = 0;
    }
    if c.b_or("visual_embed", true) {
        let patch = c.u("patch_size")?;
        let side = div(c.u("input_size")?, patch, "patch_size")?;
        let own = side.saturating_mul(side);
        let (h, w) = picture(cx, c)?;
        let patches = div(h, patch, "patch_size")?.saturating_mul(div(w, patch, "patch_size")?);
        let embed = Cost::new().convolution(
            patches,
            channels(c)?.saturating_mul(patch).saturating_mul(patch),
            d,
            1,
            1,
            true,
        );
        let more = Cost::new()
            .weights(&[own.saturating_add(2), d])
            .vector(d.saturating_mul(2));
        cx.t.add(
            "layoutlmv3.patch_embed",
            "patch embedding",
            1,
            if image { embed } else { embed.not_run() },
        );
        cx.t.add("layoutlmv3.patch_positions", "position table", 1, more);
        // Norms of the text and of the patches side by side.
        cx.t.add(
            "layoutlmv3.norm",
            "norm",
            1,
            Cost::new().vector(d.saturating_mul(2)),
        );
        if image {
            n = n.saturating_add(patches).saturating_add(1);
        }
    }
    cx.tokens = n;
    stack(cx, c, n, d, "layoutlmv3")?;
    heads(
        cx,
        c,
        n,
        d,
        &Heads {
            pooler: false,
            pooled_labels: false,
            masked: false,
        },
    )
}

/// Nyströmformer: attention over landmarks, and a convolution of the values.
pub fn nystromformer(cx: &mut Cx, c: &Cfg) -> R<()> {
    let (n, d) = start(cx, c)?;
    let rows = c
        .u("max_position_embeddings")?
        .saturating_add(2)
        .saturating_add(c.u("type_vocab_size")?);
    table(cx, "nystromformer.embeddings.position_and_type", rows, d);
    let k = c.u("num_attention_heads")?;
    let head = div(d, k, "num_attention_heads")?;
    let m = c.u("num_landmarks")?;
    let kernel = c.or("conv_kernel_size", 0)?;
    let a = Attention::new(d, k, k, head, Mask::Full).biased([true; 4]);
    let mut p = a.projections(n, n);
    if kernel > 0 {
        p = p.convolution(n.saturating_mul(head), k, k, kernel, k, false);
    }
    let core = if c.u("segment_means_seq_len")? == m {
        a.core(n, n)
    } else {
        // Three kernels, and six steps of four products towards the inverse of the middle one.
        Cost::new()
            .product(&[n, m, k, head])
            .product(&[m, m, k, head])
            .product(&[2, m, n, k, head])
            .product(&[24, m, m, m, k])
            .product(&[n, m, m, k])
            .product(&[n, m, k, head])
            .remark("landmarks")
    };
    let f = FeedForward {
        width: d,
        inner: c.u("intermediate_size")?,
        gated: false,
        bias: [true; 2],
    };
    let block = Block {
        mixers: vec![(
            "attention",
            Mixer::Other("landmark attention", Box::new(p), Box::new(core)),
        )],
        ffns: vec![("mlp", Ffn::Dense(f))],
        norm: d.saturating_mul(4),
    };
    Blocks::alike(block, c.layers("num_hidden_layers")?).add(cx, "nystromformer.encoder.layer", n);
    heads(
        cx,
        c,
        n,
        d,
        &Heads {
            pooler: false,
            pooled_labels: false,
            masked: true,
        },
    )
}

/// The word table and its norm.
fn start(cx: &mut Cx, c: &Cfg) -> R<(u64, u64)> {
    let n = cx.text_tokens(512)?;
    let d = c.u("hidden_size")?;
    cx.t.embedding("embeddings.word_embeddings", c.u("vocab_size")?, d);
    cx.t.add(
        "embeddings.norm",
        "norm",
        1,
        Cost::new().vector(d.saturating_mul(2)),
    );
    Ok((n, d))
}

/// BERT's layers.
fn stack(cx: &mut Cx, c: &Cfg, n: u64, d: u64, prefix: &str) -> R<()> {
    let k = c.u("num_attention_heads")?;
    let a =
        Attention::new(d, k, k, div(d, k, "num_attention_heads")?, Mask::Full).biased([true; 4]);
    let f = FeedForward {
        width: d,
        inner: c.u("intermediate_size")?,
        gated: false,
        bias: [true; 2],
    };
    let block = Block::usual(a, Ffn::Dense(f), d.saturating_mul(4));
    Blocks::alike(block, c.layers("num_hidden_layers")?).add(
        cx,
        &format!("{prefix}.encoder.layer"),
        n,
    );
    Ok(())
}
