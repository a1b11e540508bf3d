//! Encoders in the manner of BERT: one row of a table per type, and the ones that need formulas of their own.

use crate::block::{Block, Blocks, Ffn, Mixer, note_head};
use crate::cfg::{Cfg, R, div, scaled};
use crate::context::{Cx, Head};
use compute_layers::kinds::{Attention, FeedForward};
use compute_layers::{Cost, Mask};

/// The head that fills masked words.
#[derive(Clone, Copy, PartialEq)]
enum Lm {
    /// A transform of the model's width, a norm, and a bias per word.
    Transform,
    /// A transform into the table's width.
    ToTable,
    /// A bias per word only.
    Bias,
}

/// The head that labels a sequence.
#[derive(Clone, Copy, PartialEq)]
enum Label {
    /// The pooler, then the labels.
    Pooled,
    /// A matrix of its own, then the labels (RoBERTa).
    Own,
}

/// What sets one encoder apart.
#[derive(Clone, Copy)]
struct Enc {
    types: &'static [&'static str],
    /// A table of learned positions.
    positions: bool,
    /// Names of further input tables: key, and how often.
    tables: &'static [(&'static str, u64)],
    /// A norm after the last layer.
    last_norm: bool,
    /// A norm after the tables.
    first_norm: bool,
    /// The pooler is part of the masked-language class too.
    pooler_everywhere: bool,
    /// The bare model has a pooler.
    pooler: bool,
    lm: Lm,
    label: Label,
    /// Gated feed-forward and which of its matrices have biases.
    gated: bool,
    bias: [bool; 4],
    mlp_bias: [bool; 2],
    /// Parameters per layer beside the usual ones, in widths.
    extra_norms: u64,
}

const BERT: Enc = Enc {
    types: &["bert", "ernie"],
    positions: true,
    tables: &[("type_vocab_size", 1)],
    last_norm: false,
    first_norm: true,
    pooler_everywhere: false,
    pooler: true,
    lm: Lm::Transform,
    label: Label::Pooled,
    gated: false,
    bias: [true; 4],
    mlp_bias: [true; 2],
    extra_norms: 0,
};

const ROBERTA: Enc = Enc {
    label: Label::Own,
    ..BERT
};

const ROWS: &[Enc] = &[
    BERT,
    Enc {
        types: &["mra", "yoso"],
        pooler: false,
        label: Label::Own,
        ..BERT
    },
    Enc {
        types: &[
            "roberta",
            "xlm-roberta",
            "camembert",
            "data2vec-text",
            "ibert",
            "xmod",
        ],
        ..ROBERTA
    },
    Enc {
        types: &["jina_embeddings_v3"],
        positions: false,
        ..ROBERTA
    },
    Enc {
        types: &["roberta-prelayernorm"],
        last_norm: true,
        ..ROBERTA
    },
    Enc {
        types: &["xlm-roberta-xl"],
        last_norm: true,
        first_norm: false,
        ..ROBERTA
    },
    Enc {
        types: &["megatron-bert"],
        last_norm: true,
        first_norm: false,
        ..BERT
    },
    Enc {
        types: &["big_bird"],
        pooler_everywhere: true,
        label: Label::Own,
        ..BERT
    },
    Enc {
        types: &["electra"],
        pooler: false,
        lm: Lm::ToTable,
        label: Label::Own,
        ..BERT
    },
    Enc {
        types: &["convbert"],
        pooler: false,
        lm: Lm::ToTable,
        label: Label::Own,
        ..BERT
    },
    Enc {
        types: &["distilbert"],
        tables: &[],
        pooler: false,
        label: Label::Own,
        ..BERT
    },
    Enc {
        types: &["layoutlm"],
        tables: &[("type_vocab_size", 1), ("max_2d_position_embeddings", 4)],
        pooler_everywhere: true,
        ..BERT
    },
    Enc {
        types: &["mpnet"],
        tables: &[],
        label: Label::Own,
        ..BERT
    },
    Enc {
        types: &["roformer"],
        positions: false,
        pooler: false,
        label: Label::Own,
        ..BERT
    },
    Enc {
        types: &["nomic_bert"],
        pooler: false,
        positions: false,
        gated: true,
        bias: [false; 4],
        mlp_bias: [false; 2],
        ..BERT
    },
    Enc {
        types: &["gte"],
        pooler: false,
        positions: false,
        gated: true,
        mlp_bias: [false, true],
        label: Label::Own,
        ..BERT
    },
    Enc {
        types: &["splinter"],
        pooler: false,
        ..BERT
    },
    Enc {
        types: &["bert-generation"],
        tables: &[],
        pooler: false,
        lm: Lm::Bias,
        ..BERT
    },
    Enc {
        types: &["rembert"],
        ..BERT
    },
    Enc {
        types: &["albert"],
        lm: Lm::ToTable,
        ..BERT
    },
];

/// Tokens of an example.
fn tokens(cx: &mut Cx, c: &Cfg) -> R<u64> {
    let longest = c.or("max_position_embeddings", 512)?;
    let longest = if longest == 514 || longest == 4098 {
        longest - 2
    } else {
        longest
    };
    cx.text_tokens(longest.clamp(1, 4096))
}

fn norm(cx: &mut Cx, path: &str, n: u64) {
    cx.t.add(path, "norm", 1, Cost::new().vector(n));
}

fn linear(cx: &mut Cx, path: &str, n: u64, i: u64, o: u64) {
    cx.t.add(
        path,
        "fully connected",
        1,
        Cost::new().linear(n, i, o, true),
    );
}

/// BERT and its kin.
pub fn bert(cx: &mut Cx, c: &Cfg) -> R<()> {
    let Some(e) = ROWS
        .iter()
        .find(|r| r.types.contains(&c.model_type.as_str()))
    else {
        return Err(c.missing("model_type"));
    };
    let t = c.model_type.as_str();
    let n = tokens(cx, c)?;
    let distil = t == "distilbert";
    let d = if distil {
        c.u("dim")?
    } else {
        c.u("hidden_size")?
    };
    let layers = if distil {
        c.layers("n_layers")?
    } else {
        c.layers("num_hidden_layers")?
    };
    let heads = if distil {
        c.u("n_heads")?
    } else {
        c.u("num_attention_heads")?
    };
    let inner = if distil {
        c.u("hidden_dim")?
    } else {
        c.u("intermediate_size")?
    };
    let vocabulary = c.u("vocab_size")?;
    let table = match t {
        "electra" | "albert" | "convbert" => c.or("embedding_size", d)?,
        "rembert" => c.u("input_embedding_size")?,
        "roformer" => c.or("embedding_size", d)?,
        _ => d,
    };
    let p = "encoder";
    cx.t.embedding(
        &format!("{p}.embeddings.word_embeddings"),
        vocabulary,
        table,
    );
    let placed = !matches!(c.s("position_embedding_type"), Some("rotary" | "alibi"));
    if e.positions && placed {
        let rows = c
            .u("max_position_embeddings")?
            .saturating_add(if t == "yoso" { 2 } else { 0 });
        let rows = if t == "mra" {
            rows.saturating_add(2)
        } else {
            rows
        };
        cx.t.add(
            &format!("{p}.embeddings.position_embeddings"),
            "position table",
            1,
            Cost::new().weights(&[rows, table]),
        );
    }
    for (key, times) in e.tables {
        let rows = c.or(key, 0)?;
        cx.t.add(
            &format!("{p}.embeddings.{key}"),
            "token-type table",
            1,
            Cost::new().weights(&[*times, rows, table]),
        );
    }
    if t == "ernie" && c.b("use_task_id") {
        cx.t.add(
            &format!("{p}.embeddings.task_type"),
            "token-type table",
            1,
            Cost::new().weights(&[c.or("task_type_vocab_size", 3)?, table]),
        );
    }
    if e.first_norm {
        norm(cx, &format!("{p}.embeddings.norm"), table.saturating_mul(2));
    }
    if table != d || matches!(t, "rembert" | "albert") {
        linear(cx, &format!("{p}.embeddings_project"), n, table, d);
    }
    if t == "roformer" {
        // Fixed angles, stored as a parameter.
        let rows = c.u("max_position_embeddings")?;
        let width = div(d, heads, "num_attention_heads")?;
        cx.t.add(
            &format!("{p}.embed_positions"),
            "position table",
            1,
            Cost::new().weights(&[rows, width]),
        );
    }
    if t == "mpnet" {
        let rows = c.or("relative_attention_num_buckets", 32)?;
        cx.t.add(
            &format!("{p}.relative_attention_bias"),
            "position table",
            1,
            Cost::new().weights(&[rows, heads]),
        );
    }
    let mask = if cx.head == Head::CausalLm && c.b("is_decoder") {
        Mask::Causal
    } else {
        Mask::Full
    };
    let head = match c.opt("head_dim")? {
        Some(h) if t == "nomic_bert" => h,
        _ => div(d, heads, "num_attention_heads")?,
    };
    let mut a = Attention::new(d, heads, heads, head, mask).biased(e.bias);
    if t == "big_bird" && !c.b_or("use_bias", true) {
        a.bias = [false, false, false, true];
    }
    // Jina's own code under this type: a gate, whose matrix has no bias.
    let gate = cx.class.starts_with("JinaBert")
        && c.s("feed_forward_type").is_some_and(|x| x.ends_with("glu"));
    let f = FeedForward {
        width: d,
        inner,
        gated: e.gated || gate,
        bias: if gate { [false, true] } else { e.mlp_bias },
    };
    let norms = d.saturating_mul(4 + e.extra_norms);
    let layer = format!("{p}.layers");
    if t == "albert" {
        // One layer (or few) stored, passed as often as there are layers.
        let stored = c
            .or("num_hidden_groups", 1)?
            .saturating_mul(c.or("inner_group_num", 1)?);
        let passes = layers.saturating_mul(c.or("inner_group_num", 1)?);
        cx.t.add_shared(
            &format!("{layer}.*.self_attn"),
            "attention",
            stored,
            passes,
            a.projections(n, n),
        );
        cx.t.add(
            &format!("{layer}.*.self_attn.core"),
            "attention core",
            passes,
            a.core(n, n),
        );
        cx.t.add_shared(
            &format!("{layer}.*.mlp"),
            "feed-forward",
            stored,
            passes,
            f.cost(n),
        );
        cx.t.add_shared(
            &format!("{layer}.*.norms"),
            "norm",
            stored,
            passes,
            Cost::new().vector(norms),
        );
        cx.t.note("weights-shared", format!("{stored} layer stored, {passes} passes: its weights count once as parameters and {passes} times as work."));
    } else {
        let mixers = match t {
            "convbert" => vec![("attention", convbert_attention(c, n, d, heads)?)],
            "big_bird" => vec![("attention", big_bird_attention(cx, c, n, a)?)],
            _ => vec![("self_attn", Mixer::Own(a))],
        };
        // Block-sparse attention pads the input to whole blocks.
        let n = if t == "big_bird" && mixers.iter().any(|(_, m)| matches!(m, Mixer::Other(..))) {
            let b = c.or("block_size", 64)?.max(1);
            n.div_ceil(b).saturating_mul(b)
        } else {
            n
        };
        let mut block = Block {
            mixers,
            ffns: vec![("mlp", Ffn::Dense(f))],
            norm: norms,
        };
        if t == "xmod" {
            let languages = c.strs("languages")?.map_or(1, |l| l.len() as u64);
            let small = scaled(d, 1.0 / c.f("adapter_reduction_factor", 2.0)?.max(1.0));
            let one = Cost::new()
                .linear(n, d, small, true)
                .linear(n, small, d, true);
            let one = if c.b("adapter_layer_norm") {
                one.vector(d.saturating_mul(2))
            } else {
                one
            };
            let both = Cost::new().experts(languages, 1, one);
            block
                .ffns
                .push(("adapters", Ffn::Other("adapter", Box::new(both))));
        }
        if c.b("add_cross_attention") && !matches!(t, "mra" | "yoso") {
            block.mixers.push(("crossattention", Mixer::CrossIdle(a)));
            block.norm = block.norm.saturating_add(d * 2);
        }
        Blocks::alike(block, layers).add(cx, &layer, n);
    }
    if e.last_norm || (t == "xmod" && c.b("pre_norm")) {
        norm(cx, &format!("{p}.norm"), d.saturating_mul(2));
    }
    heads_of(cx, c, e, n, d, table, vocabulary)
}

/// Alibaba's encoders under the name that their own code gives: GTE.
///
/// # Errors
/// The name says little: without the class and the sizes of these encoders the type is not known.
pub fn new(cx: &mut Cx, c: &Cfg) -> R<()> {
    let sizes = [
        "hidden_size",
        "num_hidden_layers",
        "num_attention_heads",
        "intermediate_size",
    ];
    if !cx.class.starts_with("New") || !sizes.iter().all(|k| c.own(k)) {
        return Err(crate::read::unknown_type(
            &c.model_type,
            c.keys().any(|k| k == "auto_map"),
        ));
    }
    bert(cx, &c.as_type("gte"))
}

/// The poolers and heads of the classes.
fn heads_of(cx: &mut Cx, c: &Cfg, e: &Enc, n: u64, d: u64, table: u64, vocabulary: u64) -> R<()> {
    let t = c.model_type.as_str();
    let tied = c.b_or("tie_word_embeddings", true);
    let pooled = e.pooler_everywhere
        || match cx.head {
            Head::Base => e.pooler,
            Head::Sequence | Head::Choice => {
                e.label == Label::Pooled
                    || (t == "mpnet" && cx.head == Head::Choice)
                    || (cx.head == Head::Choice && e.pooler)
            }
            Head::NextSentence | Head::PreTraining => e.pooler,
            _ => false,
        };
    if pooled {
        linear(cx, "pooler", 1, d, d);
    }
    match cx.head {
        Head::Base => {}
        Head::MaskedLm | Head::CausalLm | Head::PreTraining
            if t == "electra" && cx.head == Head::PreTraining =>
        {
            // The discriminator: one value per token.
            linear(cx, "discriminator_predictions.dense", n, d, d);
            cx.t.add(
                "discriminator_predictions.dense_prediction",
                "classification head",
                1,
                Cost::new().linear(n, d, 1, true),
            );
        }
        Head::PreTraining if t == "splinter" => note_head(cx),
        Head::MaskedLm | Head::CausalLm | Head::PreTraining => {
            let out = match (e.lm, t) {
                (Lm::Bias, _) => d,
                (_, "rembert") => c.u("output_embedding_size")?,
                (Lm::ToTable, _) => table,
                (Lm::Transform, "roformer") => table,
                (Lm::Transform, _) => d,
            };
            if e.lm != Lm::Bias {
                linear(cx, "lm_head.transform", n, d, out);
                norm(cx, "lm_head.norm", out.saturating_mul(2));
            }
            let tied = if t == "rembert" { false } else { tied };
            cx.lm_head("lm_head.decoder", n, out, vocabulary, true, tied);
            if !tied && !matches!(t, "rembert" | "electra" | "convbert" | "distilbert" | "gte") {
                // Untied, the head keeps a second bias beside the decoder's.
                cx.t.add(
                    "lm_head.bias",
                    "output head",
                    1,
                    Cost::new().vector(vocabulary),
                );
            }
            if cx.head == Head::PreTraining && e.pooler {
                cx.t.add(
                    "seq_relationship",
                    "classification head",
                    1,
                    Cost::new().linear(1, d, 2, true),
                );
            }
        }
        Head::Sequence => {
            if e.label == Label::Own {
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
        Head::NextSentence => cx.t.add(
            "seq_relationship",
            "classification head",
            1,
            Cost::new().linear(1, d, 2, true),
        ),
        Head::Choice => {
            if t == "distilbert" {
                linear(cx, "pre_classifier", 1, d, d);
            }
            cx.t.add(
                "classifier",
                "classification head",
                1,
                Cost::new().linear(1, d, 1, true),
            );
        }
        _ => note_head(cx),
    }
    Ok(())
}

/// ConvBERT: half of the heads, the other half a convolution whose kernel the token makes.
fn convbert_attention(c: &Cfg, n: u64, d: u64, heads: u64) -> R<Mixer> {
    let ratio = c.or("head_ratio", 2)?;
    let kept = div(heads, ratio, "head_ratio")?.max(1);
    let head = div(d, heads, "num_attention_heads")?.max(1);
    let wide = kept.saturating_mul(head);
    let k = c.or("conv_kernel_size", 9)?;
    let p = Cost::new()
        .linears(3, n, d, wide, true)
        // Depthwise, then pointwise, one bias.
        .convolution(n, d, d, k, d, false)
        .convolution(n, d, wide, 1, 1, true)
        .linear(n, wide, kept.saturating_mul(k), true)
        .linear(n, d, wide, true)
        .linear(n, d, d, true);
    let core = Cost::new()
        .attend(n, n, kept, head, head, Mask::Full)
        .product(&[n, wide, k]);
    Ok(Mixer::Other("attention", Box::new(p), Box::new(core)))
}

/// BigBird: full attention on short inputs, else blocks: first and last, three around, some at random.
fn big_bird_attention(cx: &mut Cx, c: &Cfg, n: u64, a: Attention) -> R<Mixer> {
    let (b, r) = (
        c.or("block_size", 64)?.max(1),
        c.or("num_random_blocks", 3)?,
    );
    let short = n <= b.saturating_mul(r.saturating_mul(2).saturating_add(5));
    if short || c.s("attention_type") == Some("original_full") {
        return Ok(Mixer::Own(a));
    }
    let blocks = n.div_ceil(b);
    let n = blocks.saturating_mul(b);
    let pairs = blocks
        .saturating_mul(2)
        .saturating_add(2 * (4 + r))
        .saturating_add(blocks.saturating_sub(4).saturating_mul(5 + r));
    let core = Cost::new()
        .product(&[2, pairs, b, b, a.heads, a.key])
        .remark("block-sparse: 5 + r blocks of keys per block of queries, the first and last full");
    cx.t.note("block-sparse-attention", "Attention is block-sparse at this length: only the pairs inside the chosen blocks are counted.");
    Ok(Mixer::Other(
        "attention",
        Box::new(a.projections(n, n)),
        Box::new(core),
    ))
}

/// DeBERTa, both versions: content and relative position apart.
pub fn deberta(cx: &mut Cx, c: &Cfg) -> R<()> {
    let second = c.model_type == "deberta-v2";
    let n = tokens(cx, c)?;
    let d = c.u("hidden_size")?;
    let layers = c.layers("num_hidden_layers")?;
    let heads = c.u("num_attention_heads")?;
    let head = c.or("attention_head_size", div(d, heads, "num_attention_heads")?)?;
    let wide = heads.saturating_mul(head);
    let table = c.or("embedding_size", d)?;
    let vocabulary = c.u("vocab_size")?;
    let longest = c.u("max_position_embeddings")?;
    cx.t.embedding("deberta.embeddings.word_embeddings", vocabulary, table);
    if c.b_or("position_biased_input", true) {
        cx.t.add(
            "deberta.embeddings.position_embeddings",
            "position table",
            1,
            Cost::new().weights(&[longest, table]),
        );
    }
    let types = c.or("type_vocab_size", 0)?;
    cx.t.add(
        "deberta.embeddings.token_type_embeddings",
        "token-type table",
        1,
        Cost::new().weights(&[types, table]),
    );
    norm(cx, "deberta.embeddings.norm", d.saturating_mul(2));
    if table != d {
        cx.t.add(
            "deberta.embeddings.embed_proj",
            "fully connected",
            1,
            Cost::new().linear(n, table, d, false),
        );
    }
    let relative = c.b("relative_attention");
    let kinds = match c.strs("pos_att_type")? {
        Some(list) => list.join("|"),
        None => c.s("pos_att_type").unwrap_or("").to_string(),
    };
    let (c2p, p2c) = (
        relative && kinds.contains("c2p"),
        relative && kinds.contains("p2c"),
    );
    let span = {
        let given = c
            .get("max_relative_positions")
            .and_then(serde_json::Value::as_i64)
            .unwrap_or(-1);
        let most = if given < 1 { longest } else { given as u64 };
        match c
            .get("position_buckets")
            .and_then(serde_json::Value::as_i64)
        {
            Some(b) if b > 0 && second => b as u64,
            _ => most,
        }
    };
    let rows = span.saturating_mul(2);
    if relative {
        cx.t.add(
            "deberta.encoder.rel_embeddings",
            "position table",
            1,
            Cost::new().weights(&[rows, d]),
        );
        if second
            && c.s("norm_rel_ebd")
                .is_some_and(|s| s.contains("layer_norm"))
        {
            norm(cx, "deberta.encoder.norm", d.saturating_mul(2));
        }
    }
    let share = second && c.b("share_att_key");
    let mut p = if second {
        Cost::new().linears(3, n, d, wide, true)
    } else {
        Cost::new()
            .linears(3, n, d, wide, false)
            .weights(&[2, wide])
    };
    // Positions of this length: the first version reads only the distances that occur.
    let seen = if second {
        rows
    } else {
        span.min(n).saturating_mul(2)
    };
    for (on, bias) in [(c2p, second), (p2c, true)] {
        if on {
            let one = Cost::new().linear(seen, d, wide, bias);
            p = if share {
                p.product(&[seen, d, wide])
            } else {
                p.plus(&one)
            };
        }
    }
    p = p.linear(n, wide, d, true);
    let sides = u64::from(c2p) + u64::from(p2c);
    let mut core = Cost::new().attend(n, n, heads, head, head, Mask::Full);
    if sides > 0 {
        core = core.product(&[sides, n, seen, wide]);
    }
    let f = FeedForward {
        width: d,
        inner: c.u("intermediate_size")?,
        gated: false,
        bias: [true; 2],
    };
    let block = Block {
        mixers: vec![(
            "attention",
            Mixer::Other("disentangled attention", Box::new(p), Box::new(core)),
        )],
        ffns: vec![("mlp", Ffn::Dense(f))],
        norm: d.saturating_mul(4),
    };
    Blocks::alike(block, layers).add(cx, "deberta.encoder.layer", n);
    let kernel = c.or("conv_kernel_size", 0)?;
    if second && kernel > 0 {
        let g = c.or("conv_groups", 1)?;
        let conv = Cost::new()
            .convolution(n, d, d, kernel, g, true)
            .vector(d.saturating_mul(2));
        cx.t.add("deberta.encoder.conv", "convolution", 1, conv);
    }
    match cx.head {
        Head::Base => {}
        Head::MaskedLm => {
            linear(cx, "lm_head.transform", n, d, table);
            norm(cx, "lm_head.norm", table.saturating_mul(2));
            let tied = c.b_or("tie_word_embeddings", true);
            cx.lm_head("lm_head.decoder", n, table, vocabulary, true, tied);
            if !tied {
                cx.t.add(
                    "lm_head.bias",
                    "output head",
                    1,
                    Cost::new().vector(vocabulary),
                );
            }
        }
        Head::Sequence => {
            linear(cx, "pooler", 1, d, c.or("pooler_hidden_size", d)?);
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

/// MobileBERT: bottlenecks around every layer, four feed-forward parts in it.
pub fn mobilebert(cx: &mut Cx, c: &Cfg) -> R<()> {
    let n = tokens(cx, c)?;
    let d = c.u("hidden_size")?;
    let layers = c.layers("num_hidden_layers")?;
    let heads = c.u("num_attention_heads")?;
    let table = c.u("embedding_size")?;
    let vocabulary = c.u("vocab_size")?;
    let bottleneck = c.b_or("use_bottleneck", true);
    let t = if bottleneck {
        c.u("intra_bottleneck_size")?
    } else {
        d
    };
    let shared = c.b_or("key_query_shared_bottleneck", true);
    let around = c.b("use_bottleneck_attention");
    let inner = c.u("intermediate_size")?;
    let trigram = c.b_or("trigram_input", true);
    cx.t.embedding("mobilebert.embeddings.word_embeddings", vocabulary, table);
    let positions = c.u("max_position_embeddings")?;
    cx.t.add(
        "mobilebert.embeddings.position_embeddings",
        "position table",
        1,
        Cost::new().weights(&[positions, d]),
    );
    cx.t.add(
        "mobilebert.embeddings.token_type_embeddings",
        "token-type table",
        1,
        Cost::new().weights(&[c.or("type_vocab_size", 2)?, d]),
    );
    if trigram || table != d {
        linear(
            cx,
            "mobilebert.embeddings.embedding_transformation",
            n,
            table.saturating_mul(if trigram { 3 } else { 1 }),
            d,
        );
    }
    // An affine map in place of the norm, or a norm: a scale and a bias.
    norm(cx, "mobilebert.embeddings.norm", d.saturating_mul(2));
    let head = div(t, heads, "num_attention_heads")?;
    let value_in = if around { t } else { d };
    let p = Cost::new()
        .linears(2, n, t, t, true)
        .linear(n, if bottleneck { value_in } else { d }, t, true)
        .linear(n, t, t, true)
        .vector(t.saturating_mul(2));
    let core = Cost::new().attend(n, n, heads, head, head, Mask::Full);
    let feeds = c.or("num_feedforward_networks", 4)?.max(1);
    let ffn = FeedForward {
        width: t,
        inner,
        gated: false,
        bias: [true; 2],
    }
    .cost(n)
    .vector(t.saturating_mul(2));
    let mut ffns = vec![(
        "ffn",
        Ffn::Other("feed-forward", Box::new(ffn.times(feeds))),
    )];
    if bottleneck {
        let ways = if shared && !around { 2 } else { 1 };
        let b = Cost::new()
            .linears(ways, n, d, t, true)
            .weights(&[ways, 2, t])
            .linear(n, t, d, true)
            .vector(d.saturating_mul(2));
        ffns.push(("bottleneck", Ffn::Other("fully connected", Box::new(b))));
    }
    let block = Block {
        mixers: vec![(
            "attention",
            Mixer::Other("attention", Box::new(p), Box::new(core)),
        )],
        ffns,
        norm: 0,
    };
    Blocks::alike(block, layers).add(cx, "mobilebert.encoder.layer", n);
    let pooled = c.b_or("classifier_activation", true)
        && matches!(
            cx.head,
            Head::Base | Head::Sequence | Head::Choice | Head::NextSentence | Head::PreTraining
        );
    if pooled {
        linear(cx, "mobilebert.pooler", 1, d, d);
    }
    match cx.head {
        Head::Base => {}
        Head::MaskedLm | Head::PreTraining => {
            linear(cx, "cls.transform", n, d, d);
            norm(cx, "cls.norm", d.saturating_mul(2));
            // The tied table and a further matrix side by side make the model's width.
            let more = d.saturating_sub(table);
            let mut head = Cost::new()
                .product(&[n, d, vocabulary])
                .weights(&[vocabulary, more])
                .vector(vocabulary);
            if !c.b_or("tie_word_embeddings", true) {
                head = head.weights(&[vocabulary, table]).vector(vocabulary);
            }
            cx.t.add(
                "cls.decoder",
                "output head",
                1,
                head.remark("part of the weights shared with the input table"),
            );
            if cx.head == Head::PreTraining {
                cx.t.add(
                    "cls.seq_relationship",
                    "classification head",
                    1,
                    Cost::new().linear(1, d, 2, true),
                );
            }
        }
        Head::Sequence | Head::NextSentence | Head::Choice => {
            let k = match cx.head {
                Head::Sequence => c.labels()?,
                Head::NextSentence => 2,
                _ => 1,
            };
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

/// FNet: Fourier transforms in place of attention.
pub fn fnet(cx: &mut Cx, c: &Cfg) -> R<()> {
    let n = tokens(cx, c)?;
    let d = c.u("hidden_size")?;
    let vocabulary = c.u("vocab_size")?;
    cx.t.embedding("fnet.embeddings.word_embeddings", vocabulary, d);
    let tables = c
        .u("max_position_embeddings")?
        .saturating_add(c.or("type_vocab_size", 4)?);
    cx.t.add(
        "fnet.embeddings.position_and_type",
        "position table",
        1,
        Cost::new().weights(&[tables, d]),
    );
    norm(cx, "fnet.embeddings.norm", d.saturating_mul(2));
    linear(cx, "fnet.embeddings.projection", n, d, d);
    let f = FeedForward {
        width: d,
        inner: c.u("intermediate_size")?,
        gated: false,
        bias: [true; 2],
    };
    let block = Block {
        mixers: vec![],
        ffns: vec![("mlp", Ffn::Dense(f))],
        norm: d.saturating_mul(4),
    };
    let layers = c.layers("num_hidden_layers")?;
    Blocks::alike(block, layers).add(cx, "fnet.encoder.layer", n);
    cx.t.note("fourier-uncounted", "The Fourier transforms that mix tokens have no weights and are not counted: products only.");
    let e = Enc {
        pooler_everywhere: true,
        ..BERT
    };
    heads_of(cx, c, &e, n, d, d, vocabulary)
}

/// Longformer: a window on both sides in overlapping chunks, and projections for global tokens.
pub fn longformer(cx: &mut Cx, c: &Cfg) -> R<()> {
    let asked = tokens(cx, c)?;
    let d = c.u("hidden_size")?;
    let layers = c.layers("num_hidden_layers")?;
    let heads = c.u("num_attention_heads")?;
    let head = div(d, heads, "num_attention_heads")?;
    let vocabulary = c.u("vocab_size")?;
    let windows = c.us("attention_window")?.unwrap_or_else(|| vec![512]);
    let widest = windows.iter().copied().max().unwrap_or(512).max(2);
    // Inputs are padded to whole windows.
    let n = asked.div_ceil(widest).saturating_mul(widest);
    cx.t.embedding("longformer.embeddings.word_embeddings", vocabulary, d);
    let tables = c
        .u("max_position_embeddings")?
        .saturating_add(c.or("type_vocab_size", 2)?);
    cx.t.add(
        "longformer.embeddings.position_and_type",
        "position table",
        1,
        Cost::new().weights(&[tables, d]),
    );
    norm(cx, "longformer.embeddings.norm", d.saturating_mul(2));
    let a = Attention::new(d, heads, heads, head, Mask::Full).biased([true; 4]);
    let f = FeedForward {
        width: d,
        inner: c.u("intermediate_size")?,
        gated: false,
        bias: [true; 2],
    };
    let blocks = Blocks::each(layers, |i| {
        let w = windows
            .get(i as usize)
            .or(windows.first())
            .copied()
            .unwrap_or(512)
            .max(2)
            / 2;
        let chunks = div(n, w, "attention_window")?;
        // Scores in chunks of 2 w by 2 w that overlap by w, values over the three chunks around.
        let core = Cost::new()
            .product(&[chunks.saturating_sub(1).max(1), 2 * w, 2 * w, heads, head])
            .product(&[chunks, w, 3 * w, heads, head])
            .remark("overlapping chunks of the window");
        let p = a
            .projections(n, n)
            .plus(&Cost::new().linears(3, 0, d, d, true).not_run());
        Ok(Block {
            mixers: vec![(
                "attention",
                Mixer::Other("sliding-window attention", Box::new(p), Box::new(core)),
            )],
            ffns: vec![("mlp", Ffn::Dense(f))],
            norm: d.saturating_mul(4),
        })
    })?;
    blocks.add(cx, "longformer.encoder.layer", n);
    cx.t.note("no-global-tokens", "No token is taken as global: the three projections for global tokens count as parameters, not as work.");
    heads_of(cx, c, &ROBERTA, asked, d, d, vocabulary)
}

/// ESM-2: rotary or learned positions, a norm before every part.
pub fn esm(cx: &mut Cx, c: &Cfg) -> R<()> {
    let n = cx.text_tokens(c.or("max_position_embeddings", 1026)?.clamp(1, 1024))?;
    let d = c.u("hidden_size")?;
    let layers = c.layers("num_hidden_layers")?;
    let heads = c.u("num_attention_heads")?;
    let head = div(d, heads, "num_attention_heads")?;
    let vocabulary = c.u("vocab_size")?;
    cx.t.embedding("esm.embeddings.word_embeddings", vocabulary, d);
    if c.s("position_embedding_type").unwrap_or("absolute") == "absolute" {
        cx.t.add(
            "esm.embeddings.position_embeddings",
            "position table",
            1,
            Cost::new().weights(&[c.u("max_position_embeddings")?, d]),
        );
    }
    if c.b("emb_layer_norm_before") {
        norm(cx, "esm.embeddings.norm", d.saturating_mul(2));
    }
    let a = Attention::new(d, heads, heads, head, Mask::Full).biased([true; 4]);
    let f = FeedForward {
        width: d,
        inner: c.u("intermediate_size")?,
        gated: false,
        bias: [true; 2],
    };
    Blocks::alike(Block::usual(a, Ffn::Dense(f), d.saturating_mul(4)), layers).add(
        cx,
        "esm.encoder.layer",
        n,
    );
    norm(cx, "esm.encoder.emb_layer_norm_after", d.saturating_mul(2));
    let contact = Cost::new()
        .linear(0, layers.saturating_mul(heads), 1, true)
        .not_run();
    cx.t.add("esm.contact_head", "classification head", 1, contact);
    heads_of(cx, c, &ROBERTA, n, d, d, vocabulary)
}

/// ModernBERT: gated, rotary, two of three layers see 128 tokens around.
pub fn modernbert(cx: &mut Cx, c: &Cfg) -> R<()> {
    let n = cx.text_tokens(c.or("max_position_embeddings", 8192)?.clamp(1, 4096))?;
    let d = c.u("hidden_size")?;
    let layers = c.layers("num_hidden_layers")?;
    let heads = c.u("num_attention_heads")?;
    let head = div(d, heads, "num_attention_heads")?;
    let vocabulary = c.u("vocab_size")?;
    let decoder = c.model_type == "modernbert-decoder";
    let one = if c.b("norm_bias") {
        d.saturating_mul(2)
    } else {
        d
    };
    cx.t.embedding("model.embeddings.tok_embeddings", vocabulary, d);
    norm(cx, "model.embeddings.norm", one);
    let every = c.or("global_attn_every_n_layers", 3)?.max(1);
    let window = c.or("local_attention", 128)?;
    let types: Option<Vec<bool>> = c
        .strs("layer_types")?
        .filter(|t| t.len() as u64 == layers)
        .map(|t| t.iter().map(|t| *t == "sliding_attention").collect());
    let (ab, mb) = (c.b("attention_bias"), c.b("mlp_bias"));
    let f = FeedForward {
        width: d,
        inner: c.u("intermediate_size")?,
        gated: true,
        bias: [mb; 2],
    };
    let blocks = Blocks::each(layers, |i| {
        let local = types.as_ref().map_or(i % every != 0, |t| {
            t.get(i as usize).copied().unwrap_or(false)
        });
        let mask = match (local, decoder) {
            (true, false) => Mask::Around(window / 2),
            (false, false) => Mask::Full,
            (true, true) => Mask::Window((window / 2).saturating_add(1)),
            (false, true) => Mask::Causal,
        };
        let a = Attention::new(d, heads, heads, head, mask).biased([ab; 4]);
        // The first layer has no norm before attention.
        Ok(Block::usual(
            a,
            Ffn::Dense(f),
            if i == 0 { one } else { one.saturating_mul(2) },
        ))
    })?;
    blocks.add(cx, "model.layers", n);
    norm(cx, "model.final_norm", one);
    let cb = c.b("classifier_bias");
    let on = match cx.head {
        Head::Base => return Ok(()),
        Head::MaskedLm | Head::CausalLm | Head::Token | Head::Question => n,
        _ if decoder => n,
        _ => 1,
    };
    cx.t.add(
        "head.dense",
        "fully connected",
        1,
        Cost::new().linear(on, d, d, cb).vector(one),
    );
    match cx.head {
        Head::MaskedLm | Head::CausalLm => {
            let tied = c.b_or("tie_word_embeddings", true);
            cx.lm_head(
                "decoder",
                n,
                d,
                vocabulary,
                c.b_or("decoder_bias", true),
                tied,
            );
        }
        Head::Sequence | Head::Token | Head::Question => {
            let k = if cx.head == Head::Question {
                2
            } else {
                c.labels()?
            };
            cx.t.add(
                "classifier",
                "classification head",
                1,
                Cost::new().linear(on, d, k, !decoder),
            );
        }
        _ => note_head(cx),
    }
    Ok(())
}

/// XLM and FlauBERT.
pub fn xlm(cx: &mut Cx, c: &Cfg) -> R<()> {
    let n = tokens(cx, c)?;
    let d = c.u("emb_dim")?;
    let layers = c.layers("n_layers")?;
    let heads = c.u("n_heads")?;
    let head = div(d, heads, "n_heads")?;
    let vocabulary = if c.own("n_words") {
        c.u("n_words")?
    } else {
        c.u("vocab_size")?
    };
    cx.t.embedding("transformer.embeddings", vocabulary, d);
    cx.t.add(
        "transformer.position_embeddings",
        "position table",
        1,
        Cost::new().weights(&[c.u("max_position_embeddings")?, d]),
    );
    let languages = c.or("n_langs", 1)?;
    if languages > 1 && c.b_or("use_lang_emb", true) {
        cx.t.add(
            "transformer.lang_embeddings",
            "token-type table",
            1,
            Cost::new().weights(&[languages, d]),
        );
    }
    norm(cx, "transformer.layer_norm_emb", d.saturating_mul(2));
    let mask = if c.b("causal") {
        Mask::Causal
    } else {
        Mask::Full
    };
    let a = Attention::new(d, heads, heads, head, mask).biased([true; 4]);
    let f = FeedForward {
        width: d,
        inner: d.saturating_mul(4),
        gated: false,
        bias: [true; 2],
    };
    Blocks::alike(Block::usual(a, Ffn::Dense(f), d.saturating_mul(4)), layers).add(
        cx,
        "transformer.layers",
        n,
    );
    match cx.head {
        Head::Base => {}
        Head::CausalLm | Head::MaskedLm | Head::Other => {
            let tied = c.b_or("tie_word_embeddings", true);
            cx.lm_head("pred_layer.proj", n, d, vocabulary, true, tied);
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
        Head::Sequence => {
            let k = c.labels()?;
            cx.t.add(
                "sequence_summary",
                "classification head",
                1,
                Cost::new().linear(1, d, k, true),
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

/// XLNet: relative positions by products with a table of 2 S angles.
pub fn xlnet(cx: &mut Cx, c: &Cfg) -> R<()> {
    let n = cx.text_tokens(512)?;
    let d = c.u("d_model")?;
    let layers = if c.own("n_layer") {
        c.layers("n_layer")?
    } else {
        c.layers("num_hidden_layers")?
    };
    let heads = c.u("n_head")?;
    let head = div(d, heads, "n_head")?;
    let wide = heads.saturating_mul(head);
    let vocabulary = c.u("vocab_size")?;
    cx.t.embedding("transformer.word_embedding", vocabulary, d);
    cx.t.add(
        "transformer.mask_emb",
        "embedding",
        1,
        Cost::new().vector(d),
    );
    let p = Cost::new()
        .linears(4, n, d, wide, false)
        .linear(n.saturating_mul(2), d, wide, false)
        .weights(&[5, wide]);
    let core = Cost::new()
        .attend(n, n, heads, head, head, Mask::Full)
        .product(&[n, n.saturating_mul(2), wide]);
    let f = FeedForward {
        width: d,
        inner: c.u("d_inner")?,
        gated: false,
        bias: [true; 2],
    };
    let block = Block {
        mixers: vec![(
            "rel_attn",
            Mixer::Other("relative attention", Box::new(p), Box::new(core)),
        )],
        ffns: vec![("ff", Ffn::Dense(f))],
        norm: d.saturating_mul(4),
    };
    Blocks::alike(block, layers).add(cx, "transformer.layer", n);
    match cx.head {
        Head::Base => {}
        Head::CausalLm => {
            let tied = c.b_or("tie_word_embeddings", true);
            cx.lm_head("lm_loss", n, d, vocabulary, true, tied);
        }
        Head::Sequence => {
            let k = c.labels()?;
            linear(cx, "sequence_summary", 1, d, d);
            cx.t.add(
                "logits_proj",
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
        _ => note_head(cx),
    }
    Ok(())
}

/// SqueezeBERT: grouped convolutions of one tap in place of matrices.
pub fn squeezebert(cx: &mut Cx, c: &Cfg) -> R<()> {
    let n = tokens(cx, c)?;
    let d = c.u("hidden_size")?;
    let layers = c.layers("num_hidden_layers")?;
    let heads = c.u("num_attention_heads")?;
    let head = div(d, heads, "num_attention_heads")?;
    let vocabulary = c.u("vocab_size")?;
    cx.t.embedding(
        "transformer.embeddings.word_embeddings",
        vocabulary,
        c.or("embedding_size", d)?,
    );
    let tables = c
        .u("max_position_embeddings")?
        .saturating_add(c.or("type_vocab_size", 2)?);
    cx.t.add(
        "transformer.embeddings.position_and_type",
        "position table",
        1,
        Cost::new().weights(&[tables, d]),
    );
    norm(cx, "transformer.embeddings.norm", d.saturating_mul(2));
    let g = |key: &'static str, otherwise: u64| c.or(key, otherwise);
    let p = Cost::new()
        .convolution(n, d, d, 1, g("q_groups", 4)?, true)
        .convolution(n, d, d, 1, g("k_groups", 4)?, true)
        .convolution(n, d, d, 1, g("v_groups", 4)?, true)
        .convolution(n, d, d, 1, g("post_attention_groups", 1)?, true);
    let core = Cost::new().attend(n, n, heads, head, head, Mask::Full);
    let inner = c.u("intermediate_size")?;
    let ffn = Cost::new()
        .convolution(n, d, inner, 1, g("intermediate_groups", 4)?, true)
        .convolution(n, inner, d, 1, g("output_groups", 4)?, true);
    let block = Block {
        mixers: vec![(
            "attention",
            Mixer::Other("attention", Box::new(p), Box::new(core)),
        )],
        ffns: vec![("mlp", Ffn::Other("grouped convolution", Box::new(ffn)))],
        norm: d.saturating_mul(4),
    };
    Blocks::alike(block, layers).add(cx, "transformer.encoder.layers", n);
    let e = Enc {
        pooler_everywhere: true,
        ..BERT
    };
    heads_of(cx, c, &e, n, d, d, vocabulary)
}
