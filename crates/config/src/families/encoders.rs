//! Encoders of text with a structure of their own: letters instead of words, a narrowing middle, entities, boxes, buckets.

use crate::block::{Block, Blocks, Ffn, Mixer, note_head};
use crate::cfg::{Cfg, R, div};
use crate::context::{Cx, Head};
use compute_layers::kinds::{Attention, FeedForward};
use compute_layers::{Cost, Mask};

/// Labels on every position, on one, or a bare model: the heads that all encoders share.
fn labels(cx: &mut Cx, c: &Cfg, n: u64, d: u64) -> R<()> {
    let (path, cost) = match cx.head {
        Head::Base => return Ok(()),
        Head::Sequence => ("classifier", Cost::new().linear(1, d, c.labels()?, true)),
        Head::Token => ("classifier", Cost::new().linear(n, d, c.labels()?, true)),
        Head::Question => ("qa_outputs", Cost::new().linear(n, d, 2, true)),
        Head::Choice => ("classifier", Cost::new().linear(1, d, 1, true)),
        _ => {
            note_head(cx);
            return Ok(());
        }
    };
    cx.t.add(path, "classification head", 1, cost);
    Ok(())
}

/// A layer of BERT: attention, two matrices, a norm after each.
fn layer(d: u64, heads: u64, inner: u64, mask: Mask) -> R<(Attention, FeedForward)> {
    let a = Attention::new(d, heads, heads, div(d, heads, "num_attention_heads")?, mask);
    let f = FeedForward {
        width: d,
        inner,
        gated: false,
        bias: [true; 2],
    };
    Ok((a.biased([true; 4]), f))
}

/// CANINE: hashed letters, one local layer, four letters to a position, and back.
pub fn canine(cx: &mut Cx, c: &Cfg) -> R<()> {
    let n = cx.text_tokens(c.or("max_position_embeddings", 16384)?.clamp(1, 4096))?;
    let d = c.u("hidden_size")?;
    let (heads, inner) = (c.u("num_attention_heads")?, c.u("intermediate_size")?);
    let buckets = c.u("num_hash_buckets")?;
    let hashes = c.u("num_hash_functions")?;
    let share = div(d, hashes, "num_hash_functions")?;
    let tables = Cost::new()
        .weights(&[hashes, buckets, share])
        .weights(&[buckets, d])
        .weights(&[c.u("type_vocab_size")?, d])
        .vector(d.saturating_mul(2));
    cx.t.add("canine.char_embeddings", "embedding", 1, tables);
    let (a, f) = layer(d, heads, inner, Mask::Full)?;
    let stride = c.u("local_transformer_stride")?;
    let (whole, rest) = (div(n, stride, "local_transformer_stride")?, n % stride);
    let local = Cost::new()
        .attend(
            whole.saturating_mul(stride),
            stride,
            heads,
            a.key,
            a.key,
            Mask::Full,
        )
        .attend(rest, rest, heads, a.key, a.key, Mask::Full);
    let norm = d.saturating_mul(4);
    let first = Block {
        mixers: vec![(
            "self_attn",
            Mixer::Other(
                "local attention",
                Box::new(a.projections(n, n)),
                Box::new(local),
            ),
        )],
        ffns: vec![("mlp", Ffn::Dense(f))],
        norm,
    };
    Blocks::alike(first, 1).add(cx, "canine.initial_char_encoder.layer", n);
    let rate = c.u("downsampling_rate")?;
    let short = div(n, rate, "downsampling_rate")?;
    let down = Cost::new()
        .convolution(short, d, d, rate, 1, true)
        .vector(d.saturating_mul(2));
    cx.t.add("canine.chars_to_molecules", "convolution", 1, down);
    let block = Block::usual(a, Ffn::Dense(f), norm);
    Blocks::alike(block.clone(), c.layers("num_hidden_layers")?).add(
        cx,
        "canine.encoder.layer",
        short,
    );
    let up = Cost::new()
        .convolution(
            n,
            d.saturating_mul(2),
            d,
            c.u("upsampling_kernel_size")?,
            1,
            true,
        )
        .vector(d.saturating_mul(2));
    cx.t.add("canine.projection", "convolution", 1, up);
    Blocks::alike(block, 1).add(cx, "canine.final_char_encoder.layer", n);
    cx.t.add(
        "canine.pooler",
        "fully connected",
        1,
        Cost::new().linear(1, d, d, true),
    );
    labels(cx, c, n, d)
}

/// How the positions of Funnel lie at one width: first, the step of the rest, how many.
#[derive(Clone, Copy)]
struct Positions {
    first: i64,
    last: i64,
    count: u64,
}

/// Relative distances that a layer of Funnel looks up.
fn distances(of: Positions, stride: i64, pooled: Positions, shift: i64) -> u64 {
    let most = (pooled.first - of.first).saturating_add(
        shift
            .saturating_mul(pooled.count as i64)
            .saturating_mul(stride),
    );
    let least = pooled.first.saturating_sub(of.last);
    let span = most.saturating_sub(least).saturating_add(1).max(0) as u64;
    span.div_ceil(stride.max(1) as u64)
}

/// Funnel: blocks on ever fewer positions, relative positions, a decoder back to all of them.
pub fn funnel(cx: &mut Cx, c: &Cfg) -> R<()> {
    let n = cx.text_tokens(512)?;
    let d = c.u("d_model")?;
    let (heads, head, inner) = (c.u("n_head")?, c.u("d_head")?, c.u("d_inner")?);
    let wide = heads.saturating_mul(head);
    let vocabulary = c.u("vocab_size")?;
    let sizes = c
        .us("block_sizes")?
        .ok_or_else(|| c.missing("block_sizes"))?;
    let repeats = c.us("block_repeats")?.unwrap_or_default();
    let apart = c.b_or("separate_cls", true);
    let cut = c.b_or("truncate_seq", true);
    let only_queries = c.b_or("pool_q_only", true);
    let factored = c.s("attention_type") == Some("factorized");
    cx.t.embedding("funnel.embeddings.word_embeddings", vocabulary, d);
    cx.t.add(
        "funnel.embeddings.layer_norm",
        "norm",
        1,
        Cost::new().vector(d.saturating_mul(2)),
    );
    let f = FeedForward {
        width: d,
        inner,
        gated: false,
        bias: [true; 2],
    };
    // Queries and keys of these lengths, over `r` distances.
    let attention = |q: u64, k: u64, r: u64| -> (Cost, Cost) {
        let p = Cost::new()
            .linear(q, d, wide, false)
            .linears(2, k, d, wide, true)
            .linear(q, wide, d, true)
            .weights(&[5, heads, head])
            .weights(&[d, heads, head])
            .vector(d.saturating_mul(2));
        let mut core = Cost::new()
            .attend(q, k, heads, head, head, Mask::Full)
            .product(&[q, 2, heads, head]);
        core = if factored {
            core.product(&[q, d, heads, head])
                .product(&[2, q, heads, d, k])
        } else {
            core.product(&[r, d, heads, head])
                .product(&[q, r, heads, head])
        };
        (p, core)
    };
    let mut add = |path: &str, q: u64, k: u64, r: u64, passes: u64, stored: u64| {
        let (p, core) = attention(q, k, r);
        cx.t.add_shared(&format!("{path}.attention"), "attention", stored, passes, p);
        cx.t.add(
            &format!("{path}.attention.core"),
            "attention core",
            passes,
            core,
        );
        let ffn = f.cost(q).vector(d.saturating_mul(2));
        cx.t.add_shared(&format!("{path}.ffn"), "feed-forward", stored, passes, ffn);
    };
    let mut at = Positions {
        first: 0,
        last: n.saturating_sub(1) as i64,
        count: n,
    };
    let full = at;
    let mut before = None;
    for (b, &size) in sizes.iter().enumerate().take(16) {
        let times = repeats.get(b).copied().unwrap_or(1);
        let path = format!("funnel.encoder.blocks.{b}");
        let step = 1i64 << b;
        if b > 0 && at.count > if apart { 2 } else { 1 } {
            let narrow = pooled(at, step, apart, cut);
            before = Some((at, narrow, step / 2));
            at = narrow;
        }
        let here = distances(at, step, at, 1);
        let mut rest = size.saturating_mul(times);
        let mut stored = size;
        if let Some((from, to, stride)) = before.take()
            && rest > 0
        {
            // The first layer of a block asks with the shorter sequence, of the longer one.
            if only_queries {
                let r = distances(from, stride, to, 2);
                add(&path, to.count, from.count, r, 1, 1.min(stored));
                (rest, stored) = (rest - 1, stored.saturating_sub(1));
            }
        }
        if rest > 0 {
            add(&path, at.count, at.count, here, rest, stored);
        }
    }
    // Heads on one value of the whole text read the short sequence.
    let short = matches!(cx.head, Head::Sequence | Head::Choice) || cx.class == "FunnelBaseModel";
    if !short {
        let r = distances(full, 1, full, 1);
        let layers = c.layers("num_decoder_layers")?;
        if layers > 0 {
            let (p, core) = attention(n, n, r);
            cx.t.add("funnel.decoder.layers.*.attention", "attention", layers, p);
            cx.t.add(
                "funnel.decoder.layers.*.attention.core",
                "attention core",
                layers,
                core,
            );
            cx.t.add(
                "funnel.decoder.layers.*.ffn",
                "feed-forward",
                layers,
                f.cost(n).vector(d.saturating_mul(2)),
            );
        }
    }
    match cx.head {
        Head::MaskedLm => {
            let tied = c.b_or("tie_word_embeddings", true);
            cx.lm_head("lm_head", n, d, vocabulary, true, tied);
            Ok(())
        }
        Head::PreTraining => {
            let p = Cost::new().linear(n, d, d, true).linear(n, d, 1, true);
            cx.t.add("discriminator_predictions", "classification head", 1, p);
            Ok(())
        }
        Head::Sequence | Head::Choice => {
            cx.t.add(
                "classifier.linear_hidden",
                "fully connected",
                1,
                Cost::new().linear(1, d, d, true),
            );
            labels(cx, c, n, d)
        }
        _ => labels(cx, c, n, d),
    }
}

/// Every second position; the first token stays apart.
fn pooled(from: Positions, step: i64, apart: bool, cut: bool) -> Positions {
    let count = match (apart, cut) {
        (true, true) => from.count.saturating_sub(2).div_ceil(2).saturating_add(1),
        (true, false) => from.count.saturating_sub(1).div_ceil(2).saturating_add(1),
        (false, _) => from.count.div_ceil(2),
    };
    let (first, origin, after) = if apart {
        (1 - step, 1, count.saturating_sub(2))
    } else {
        (0, 0, count.saturating_sub(1))
    };
    Positions {
        first,
        last: if apart && count < 2 {
            first
        } else {
            (after as i64).saturating_mul(step).saturating_add(origin)
        },
        count,
    }
}

/// LUKE: words and entities, each asking the other with queries of its own.
pub fn luke(cx: &mut Cx, c: &Cfg) -> R<()> {
    let longest = c.or("max_position_embeddings", 514)?;
    let n = cx.text_tokens(if longest == 514 { 512 } else { longest }.clamp(1, 4096))?;
    let entities = cx.last(&["entity_ids"])?.unwrap_or(0);
    let d = c.u("hidden_size")?;
    let (heads, inner) = (c.u("num_attention_heads")?, c.u("intermediate_size")?);
    let vocabulary = c.u("vocab_size")?;
    let (rows, narrow) = (c.u("entity_vocab_size")?, c.u("entity_emb_size")?);
    let types = c.u("type_vocab_size")?;
    cx.t.embedding("luke.embeddings.word_embeddings", vocabulary, d);
    let tables = Cost::new()
        .weights(&[longest.saturating_add(types), d])
        .vector(d.saturating_mul(2));
    cx.t.add(
        "luke.embeddings.positions",
        "position table",
        1,
        tables.clone(),
    );
    let mark = cx.t.mark();
    cx.t.embedding("luke.entity_embeddings.entity_embeddings", rows, narrow);
    let mut tables = tables;
    if narrow != d {
        tables = tables.linear(entities, narrow, d, false);
    }
    cx.t.add(
        "luke.entity_embeddings.positions",
        "position table",
        1,
        tables,
    );
    if entities == 0 {
        cx.t.idle_from(mark);
        cx.t.note("entities-not-given", "No entity_ids are given: tables and queries of entities count as parameters, not as work.");
    }
    let (a, f) = layer(d, heads, inner, Mask::Full)?;
    let aware = c.b_or("use_entity_aware_attention", true);
    let all = n.saturating_add(entities);
    let mut p = a.projections(all, all);
    if aware {
        // Words ask words with the plain query; the other three pairs have their own.
        let more = Cost::new()
            .linear(n, d, d, true)
            .linears(2, entities, d, d, true);
        p = if entities == 0 {
            p.plus(&Cost::new().linears(3, 0, d, d, true).not_run())
        } else {
            a.projections(n, all).plus(&more).product(&[entities, d, d])
        };
    }
    let block = Block {
        mixers: vec![(
            "self_attn",
            Mixer::Other("attention", Box::new(p), Box::new(a.core(all, all))),
        )],
        ffns: vec![("mlp", Ffn::Dense(f))],
        norm: d.saturating_mul(4),
    };
    Blocks::alike(block, c.layers("num_hidden_layers")?).add(cx, "luke.encoder.layer", all);
    if !matches!(cx.head, Head::Token | Head::Question) {
        let pooler = Cost::new().linear(1, d, d, true);
        cx.t.add("luke.pooler", "fully connected", 1, pooler);
    }
    if cx.head == Head::MaskedLm {
        cx.t.add(
            "lm_head.dense",
            "fully connected",
            1,
            Cost::new()
                .linear(n, d, d, true)
                .vector(d.saturating_mul(2)),
        );
        // The class ties the table of entities, not that of words.
        cx.lm_head("lm_head.decoder", n, d, vocabulary, true, false);
        let mut k = Cost::new()
            .linear(entities, d, narrow, true)
            .vector(narrow.saturating_mul(2))
            .vector(rows);
        k = if c.b_or("tie_word_embeddings", true) {
            k.shared_linear(entities, narrow, rows)
        } else {
            // Untied, the word head keeps a second bias beside the decoder's.
            k.linear(entities, narrow, rows, false).vector(vocabulary)
        };
        let k = if entities == 0 { k.not_run() } else { k };
        cx.t.add("entity_predictions", "output head", 1, k);
        return Ok(());
    }
    labels(cx, c, n, d)
}

/// BERT with tables and heads of other types: DPR, BROS, RoCBert, VisualBERT.
pub fn bert_like(cx: &mut Cx, c: &Cfg) -> R<()> {
    let n = cx.text_tokens(c.or("max_position_embeddings", 512)?.clamp(1, 4096))?;
    let d = c.u("hidden_size")?;
    let (heads, inner) = (c.u("num_attention_heads")?, c.u("intermediate_size")?);
    let vocabulary = c.u("vocab_size")?;
    let kind = c.model_type.clone();
    cx.t.embedding("bert.embeddings.word_embeddings", vocabulary, d);
    let rows = c
        .u("max_position_embeddings")?
        .saturating_add(c.u("type_vocab_size")?);
    cx.t.add(
        "bert.embeddings.positions",
        "position table",
        1,
        Cost::new().weights(&[rows, d]).vector(d.saturating_mul(2)),
    );
    let (a, f) = layer(d, heads, inner, Mask::Full)?;
    let mut core = a.core(n, n);
    let mut more = 0;
    match kind.as_str() {
        "roc_bert" => {
            let spoken = c.b_or("enable_pronunciation", true);
            let drawn = c.b_or("enable_shape", true);
            let (sd, td) = (
                c.or("pronunciation_embed_dim", 768)?,
                c.or("shape_embed_dim", 512)?,
            );
            let mut k = Cost::new();
            let mut wide = d;
            // Both tables are stored, used or not.
            k = k
                .weights(&[c.or("pronunciation_vocab_size", 910)?, sd])
                .weights(&[c.or("shape_vocab_size", 24858)?, td]);
            if spoken {
                wide = wide.saturating_add(sd);
            }
            if drawn {
                wide = wide.saturating_add(td);
            }
            if c.b_or("concat_input", true) {
                k = k.linear(n, wide, d, true);
            }
            cx.t.add("bert.embeddings.map_inputs_layer", "embedding", 1, k);
        }
        "visual_bert" => {
            let seen = cx.shape(&["visual_embeds"]).and_then(|s| s.get(1)).copied();
            let places = match seen {
                Some(x) => crate::context::bounded(x, "number of regions")?,
                None => 0,
            };
            let k = Cost::new().weights(&[rows, d]).linear(
                places,
                c.u("visual_embedding_dim")?,
                d,
                true,
            );
            let k = if places == 0 { k.not_run() } else { k };
            cx.t.add("bert.embeddings.visual_projection", "embedding", 1, k);
            more = places;
        }
        "bros" => {
            let boxes = c.u("dim_bbox")?;
            let angles = d / 4;
            let narrow = a.key;
            div(angles, boxes, "dim_bbox")?;
            // The place of every token as seen from every other one.
            let pairs = n.saturating_mul(n);
            cx.t.add(
                "bert.bbox_embeddings",
                "fully connected",
                1,
                Cost::new().linear(pairs, angles, narrow, false),
            );
            core = core.product(&[pairs, heads, narrow]);
        }
        _ => {}
    }
    // Regions of a picture stand beside the words.
    let all = n.saturating_add(more);
    if more > 0 {
        core = a.core(all, all);
    }
    let mixer = Mixer::Other(
        "attention",
        Box::new(a.projections(all, all)),
        Box::new(core),
    );
    let block = Block {
        mixers: vec![("self_attn", mixer)],
        ffns: vec![("mlp", Ffn::Dense(f))],
        norm: d.saturating_mul(4),
    };
    Blocks::alike(block, c.layers("num_hidden_layers")?).add(cx, "bert.encoder.layer", all);
    let n = all;
    let pooler = Cost::new().linear(1, d, d, true);
    if kind == "visual_bert" {
        if c.b("bypass_transformer") {
            // One layer more, for regions that the others do not see.
            let k = a
                .projections(0, 0)
                .plus(&f.cost(0))
                .vector(d.saturating_mul(4))
                .not_run();
            cx.t.add("bert.encoder.additional_layer", "attention", 1, k);
        }
        cx.t.add("bert.pooler", "fully connected", 1, pooler);
        if cx.head == Head::PreTraining {
            let k = Cost::new()
                .linear(n, d, d, true)
                .vector(d.saturating_mul(2));
            cx.t.add("cls.predictions.transform", "fully connected", 1, k);
            let tied = c.b_or("tie_word_embeddings", true);
            cx.lm_head("cls.predictions.decoder", n, d, vocabulary, true, tied);
            let two = Cost::new().linear(1, d, 2, true);
            cx.t.add("cls.seq_relationship", "classification head", 1, two);
            return Ok(());
        }
        return labels(cx, c, n, d);
    }
    if kind == "dpr" {
        let p = c.or("projection_dim", 0)?;
        if p > 0 {
            let k = Cost::new().linear(1, d, p, true);
            cx.t.add("encode_proj", "fully connected", 1, k);
        }
        if cx.class.contains("Reader") {
            let e = if p > 0 { p } else { d };
            let k = Cost::new().linear(n, e, 2, true).linear(1, e, 1, true);
            cx.t.add("qa_outputs", "classification head", 1, k);
        }
        return Ok(());
    }
    match cx.head {
        Head::MaskedLm | Head::CausalLm | Head::PreTraining => {
            if cx.head == Head::PreTraining {
                cx.t.add("bert.pooler", "fully connected", 1, pooler);
            }
            let k = Cost::new()
                .linear(n, d, d, true)
                .vector(d.saturating_mul(2));
            cx.t.add("cls.predictions.transform", "fully connected", 1, k);
            let tied = c.b_or("tie_word_embeddings", true);
            cx.lm_head("cls.predictions.decoder", n, d, vocabulary, true, tied);
            if !tied {
                // Untied, the head keeps a second bias beside the decoder's.
                let second = Cost::new().vector(vocabulary);
                cx.t.add("cls.predictions.bias", "output head", 1, second);
            }
            return Ok(());
        }
        Head::Base => cx.t.add("bert.pooler", "fully connected", 1, pooler),
        Head::Sequence | Head::Choice if kind == "roc_bert" => {
            cx.t.add("bert.pooler", "fully connected", 1, pooler);
        }
        Head::Token if kind == "bros" => cx.t.add("bert.pooler", "fully connected", 1, pooler),
        _ => {}
    }
    labels(cx, c, n, d)
}

/// Reformer: attention inside neighbouring chunks, of the text or of what hashes alike; the stream runs twice, reversibly.
pub fn reformer(cx: &mut Cx, c: &Cfg) -> R<()> {
    let longest = c.or("max_position_embeddings", 4096)?;
    let n = cx.text_tokens(longest.clamp(1, 4096))?;
    let d = c.u("hidden_size")?;
    let (heads, head) = (c.u("num_attention_heads")?, c.u("attention_head_size")?);
    let wide = heads.saturating_mul(head);
    let inner = c.u("feed_forward_size")?;
    let vocabulary = c.u("vocab_size")?;
    let kinds = c
        .strs("attn_layers")?
        .ok_or_else(|| c.missing("attn_layers"))?;
    cx.t.embedding("reformer.embeddings.word_embeddings", vocabulary, d);
    let positions = if c.b_or("axial_pos_embds", true) {
        let (shape, widths) = (
            c.list("axial_pos_shape", 2)?,
            c.list("axial_pos_embds_dim", 2)?,
        );
        shape
            .iter()
            .zip(&widths)
            .fold(Cost::new(), |k, (s, w)| k.weights(&[*s, *w]))
    } else {
        Cost::new().weights(&[longest, d])
    };
    cx.t.add(
        "reformer.embeddings.position_embeddings",
        "position table",
        1,
        positions,
    );
    let chunks = |name: &str| -> R<(u64, u64)> {
        let key = |end: &str| format!("{name}_{end}");
        let chunk = c.or(&key("attn_chunk_length"), 64)?;
        div(1, chunk, "attn_chunk_length")?;
        let around = c
            .or(&key("num_chunks_before"), 1)?
            .saturating_add(c.or(&key("num_chunks_after"), 0)?)
            .saturating_add(1);
        Ok((chunk, around))
    };
    let causal = c.b("is_decoder");
    let (near, hashed) = (chunks("local")?, chunks("lsh")?);
    let hashes = c.or("num_hashes", 1)?;
    // Longer texts are padded to whole chunks of every kind of layer.
    let asked = n;
    let used: Vec<u64> = [("local", near.0), ("lsh", hashed.0)]
        .iter()
        .filter(|(name, _)| kinds.contains(name))
        .map(|(_, chunk)| *chunk)
        .collect();
    let unit = used.iter().fold(1, |a, b| least_common_multiple(a, *b));
    let n = if used.iter().any(|chunk| n > *chunk) {
        n.div_ceil(unit).saturating_mul(unit)
    } else {
        n
    };
    let f = FeedForward {
        width: d,
        inner,
        gated: false,
        bias: [true; 2],
    };
    let blocks = Blocks::each(kinds.len() as u64, |i| {
        let local = kinds.get(i as usize) == Some(&"local");
        let (chunk, around) = if local { near } else { hashed };
        // Short texts are one chunk, with plain attention.
        let plain = n <= chunk;
        let mut p = Cost::new().linears(if local { 3 } else { 2 }, n, d, wide, false);
        let mut core = Cost::new();
        if plain {
            let mask = if causal { Mask::Causal } else { Mask::Full };
            core = core.attend(n, n, heads, head, head, mask);
        } else {
            let rounds = if local { 1 } else { hashes };
            let queries = n.saturating_mul(rounds);
            core = core.attend(
                queries,
                chunk.saturating_mul(around),
                heads,
                head,
                head,
                Mask::Full,
            );
            if !local {
                let half = rotations(c, n, chunk, longest)?;
                core = core.product(&[n, heads, head, hashes, half]);
            }
        }
        p = p.linear(n, wide, d, false);
        Ok(Block {
            mixers: vec![(
                "attention",
                Mixer::Other(
                    if local {
                        "local attention"
                    } else {
                        "hashed attention"
                    },
                    Box::new(p),
                    Box::new(core),
                ),
            )],
            ffns: vec![("feed_forward", Ffn::Dense(f))],
            norm: d.saturating_mul(4),
        })
    })?;
    blocks.add(cx, "reformer.encoder.layers", n);
    let both = d.saturating_mul(2);
    cx.t.add(
        "reformer.encoder.layer_norm",
        "norm",
        1,
        Cost::new().vector(both.saturating_mul(2)),
    );
    let n = asked;
    match cx.head {
        Head::Base => Ok(()),
        Head::CausalLm | Head::MaskedLm => {
            cx.t.add(
                "lm_head.decoder",
                "output head",
                1,
                Cost::new()
                    .linear(n, both, vocabulary, true)
                    .vector(vocabulary),
            );
            Ok(())
        }
        Head::Sequence => {
            let k = Cost::new()
                .linear(1, both, d, true)
                .linear(1, d, c.labels()?, true);
            cx.t.add("classifier", "classification head", 1, k);
            Ok(())
        }
        Head::Question => labels(cx, c, n, both),
        _ => {
            note_head(cx);
            Ok(())
        }
    }
}

fn least_common_multiple(a: u64, b: u64) -> u64 {
    let (mut x, mut y) = (a, b);
    while y > 0 {
        (x, y) = (y, x % y);
    }
    (a / x.max(1)).saturating_mul(b)
}

/// Directions that Reformer's hashing projects on, per round.
fn rotations(c: &Cfg, n: u64, chunk: u64, longest: u64) -> R<u64> {
    if let Some(given) = c.us("num_buckets")? {
        return Ok(given.iter().fold(0u64, |a, b| a.saturating_add(*b)) / 2);
    }
    let power = (n / chunk.max(1)).saturating_mul(2).max(1).ilog2();
    let limit = (longest / chunk.max(1))
        .isqrt()
        .max(chunk)
        .saturating_mul(2);
    let buckets = 1u64 << power.min(62);
    Ok(if buckets > limit {
        // Two factors instead of one.
        (1u64 << (power / 2)).saturating_add(1u64 << (power - power / 2)) / 2
    } else {
        buckets / 2
    })
}
