//! Decoders whose blocks the table of [`crate::families::dense`] does not describe: attention that differs from layer to
//! layer, two halves per layer, shortcuts, compressed keys.

use crate::block::{Block, Blocks, Decoder, Ffn, Mixer};
use crate::cfg::{Cfg, R, div};
use crate::context::{Cx, Head};
use crate::families::dense::{head_dim, latent};
use compute_layers::kinds::{Attention, FeedForward, Mixture, Shared};
use compute_layers::{Cost, Mask};

/// Tokens of an example, from the options or the config's longest.
fn tokens(cx: &mut Cx, c: &Cfg) -> R<u64> {
    let longest = c.or("max_position_embeddings", 2048)?;
    cx.text_tokens(longest.clamp(1, 4096))
}

/// A decoder with one RMS norm at the end and nothing before the blocks.
fn add(cx: &mut Cx, c: &Cfg, n: u64, tied: bool, blocks: Blocks) -> R<()> {
    let tied = c.b_or("tie_word_embeddings", tied);
    Decoder::plain(c, "model", c.u("hidden_size")?, tied, blocks)?.add(cx, c, n)
}

fn gated(c: &Cfg, inner: u64, bias: bool) -> R<FeedForward> {
    Ok(FeedForward {
        width: c.u("hidden_size")?,
        inner,
        gated: true,
        bias: [bias; 2],
    })
}

/// Whether layer `i` is what `of` asks for: by a list of names, else by a list of numbers, else by a rule.
fn each_layer(
    c: &Cfg,
    n: u64,
    names: (&str, &str),
    numbers: &str,
    rule: impl Fn(u64) -> bool,
) -> R<Vec<bool>> {
    if let Some(t) = c.strs(names.0)?.filter(|t| t.len() as u64 >= n) {
        return Ok(t.iter().map(|x| *x == names.1).collect());
    }
    if let Some(t) = c.us(numbers)?.filter(|t| t.len() as u64 >= n && n > 1) {
        return Ok(t.iter().map(|x| *x != 0).collect());
    }
    Ok((0..n).map(rule).collect())
}

fn at(list: &[bool], i: u64) -> bool {
    list.get(i as usize).copied().unwrap_or(false)
}

fn window(c: &Cfg) -> R<Mask> {
    Ok(match c.opt("sliding_window")? {
        Some(w) if w > 0 => Mask::Window(w),
        _ => Mask::Causal,
    })
}

/// MiMo-V2-Flash: windows with sinks and twice the key/value heads in five layers of six, values narrower than keys.
pub fn mimo_v2(cx: &mut Cx, c: &Cfg) -> R<()> {
    let n = tokens(cx, c)?;
    let layers = c.layers("num_hidden_layers")?;
    let d = c.u("hidden_size")?;
    let (heads, kv) = (c.u("num_attention_heads")?, c.u("num_key_value_heads")?);
    let (key, value) = (c.u("head_dim")?, c.u("v_head_dim")?);
    // The published file names what the windowed layers have of their own.
    let (near_heads, near_kv) = (
        c.or("swa_num_attention_heads", heads)?,
        c.or("swa_num_key_value_heads", kv.saturating_mul(2))?,
    );
    let (near_key, near_value) = (c.or("swa_head_dim", key)?, c.or("swa_v_head_dim", value)?);
    let local = each_layer(
        c,
        layers,
        ("layer_types", "sliding_attention"),
        "hybrid_layer_pattern",
        |i| i != 0 && (i + 1) % 6 != 0,
    )?;
    let sparse = each_layer(
        c,
        layers,
        ("mlp_layer_types", "sparse"),
        "moe_layer_freq",
        |i| i > 0,
    )?;
    let mask = match c.opt("sliding_window_size")? {
        Some(w) => Mask::Window(w.saturating_add(1)),
        None => window(c)?,
    };
    let bias = c.b("attention_bias");
    let m = Mixture::new(
        gated(c, c.u("moe_intermediate_size")?, false)?,
        c.u("n_routed_experts")?,
        c.u("num_experts_per_tok")?,
    );
    let dense = gated(c, c.u("intermediate_size")?, false)?;
    let blocks = Blocks::each(layers, |i| {
        let near = at(&local, i);
        let (h, k, hd, vd, mask) = if near {
            (near_heads, near_kv, near_key, near_value, mask)
        } else {
            (heads, kv, key, value, Mask::Causal)
        };
        let sinks = if near {
            c.b_or("add_swa_attention_sink_bias", true)
        } else {
            c.b("add_full_attention_sink_bias")
        };
        let a = Attention {
            value: vd,
            extra: if sinks { h } else { 0 },
            ..Attention::new(d, h, k, hd, mask).biased([bias, bias, bias, false])
        };
        let ffn = if at(&sparse, i) {
            Ffn::Mixture(m)
        } else {
            Ffn::Dense(dense)
        };
        Ok(Block::usual(a, ffn, d.saturating_mul(2)))
    })?;
    add(cx, c, n, false, blocks)
}

/// Step 3.5 and Laguna: a gate per head, windowed layers with heads of their own, experts beside a shared one.
pub fn head_gated(cx: &mut Cx, c: &Cfg) -> R<()> {
    let n = tokens(cx, c)?;
    let layers = c.layers("num_hidden_layers")?;
    let d = c.u("hidden_size")?;
    let step = c.model_type.starts_with("step3");
    let (heads, kv, hd) = (
        c.u("num_attention_heads")?,
        c.u("num_key_value_heads")?,
        head_dim(c)?,
    );
    let local = each_layer(
        c,
        layers,
        ("layer_types", "sliding_attention"),
        "hybrid_layer_pattern",
        |_| false,
    )?;
    let other = c.part("attention_other_setting");
    let near_heads = match c.opt("num_sliding_attention_heads")? {
        Some(h) => h,
        None => other.or("num_attention_heads", heads)?,
    };
    let by_layer = c.us("num_attention_heads_per_layer")?;
    let sparse = match c.s("moe_layers_enum").map(numbers) {
        Some(named) if !c.own("mlp_layer_types") => {
            (0..layers).map(|i| named.contains(&i)).collect()
        }
        _ => each_layer(
            c,
            layers,
            ("mlp_layer_types", "sparse"),
            "moe_layer_freq",
            |i| i >= if step { 3 } else { 1 },
        )?,
    };
    let near = window(c)?;
    let bias = c.b("attention_bias");
    // A gate per head, or per value of a head.
    let wide_gate = match c.s("gating") {
        Some(g) => g != "per-head",
        None => !c.b_or("gating", true),
    };
    let experts = c.or("n_routed_experts", c.or("num_experts", 0)?)?;
    let shared = if step {
        c.u("share_expert_dim")?
    } else {
        c.or("shared_expert_intermediate_size", 0)?
    };
    let mlp_bias = step && c.b("mlp_bias");
    let m = Mixture {
        shared: (shared > 0).then_some(Shared {
            inner: shared,
            gate: false,
            bias: mlp_bias,
        }),
        // Laguna keeps the balance bias among its parameters.
        balance: if step { 0 } else { experts },
        ..Mixture::new(
            gated(c, c.u("moe_intermediate_size")?, false)?,
            experts,
            c.u("num_experts_per_tok")?,
        )
    };
    let dense = gated(c, c.u("intermediate_size")?, mlp_bias)?;
    let blocks = Blocks::each(layers, |i| {
        let local = at(&local, i);
        let h = match by_layer.as_ref().and_then(|l| l.get(i as usize)) {
            Some(h) => *h,
            None if local => near_heads,
            None => heads,
        };
        let a = Attention {
            gate: if wide_gate { h.saturating_mul(hd) } else { h },
            extra: hd.saturating_mul(2),
            ..Attention::new(d, h, kv, hd, if local { near } else { Mask::Causal })
                .biased([bias; 4])
        };
        let ffn = if at(&sparse, i) {
            Ffn::Mixture(m)
        } else {
            Ffn::Dense(dense)
        };
        Ok(Block::usual(a, ffn, d.saturating_mul(2)))
    })?;
    add(cx, c, n, false, blocks)
}

/// Whole numbers of a list written with commas.
fn numbers(text: &str) -> Vec<u64> {
    text.split(',')
        .filter_map(|x| x.trim().parse().ok())
        .take(crate::limits::MAX_LAYERS as usize)
        .collect()
}

/// LongCat-Flash: two latent attentions and two dense parts per layer, experts on a shortcut, some of which do nothing.
pub fn longcat(cx: &mut Cx, c: &Cfg) -> R<()> {
    let n = tokens(cx, c)?;
    let layers = c.layers("num_layers")?;
    let d = c.u("hidden_size")?;
    let a = latent(c, Mask::Causal)?;
    let (experts, idle, chosen) = (
        c.u("n_routed_experts")?,
        c.or("zero_expert_num", 0)?,
        c.u("moe_topk")?,
    );
    let routes = experts.saturating_add(idle);
    // Of the chosen entries a share, on average, is experts that do work.
    let used = div(
        chosen.saturating_mul(experts).saturating_add(routes / 2),
        routes,
        "n_routed_experts",
    )?;
    if idle > 0 {
        cx.t.note(
            "zero-experts",
            format!("Of {routes} experts {idle} do nothing; {used} of the {chosen} chosen per token work on average, and so many are counted."),
        );
    }
    let m = Mixture {
        routes,
        router_bias: c.b("router_bias"),
        ..Mixture::new(
            gated(c, c.u("expert_ffn_hidden_size")?, false)?,
            experts,
            used,
        )
    };
    let dense = gated(c, c.u("ffn_hidden_size")?, false)?;
    let block = Block {
        mixers: vec![
            ("self_attn.0", Mixer::Latent(a)),
            ("self_attn.1", Mixer::Latent(a)),
        ],
        ffns: vec![
            ("mlps.0", Ffn::Dense(dense)),
            ("mlps.1", Ffn::Dense(dense)),
            ("mlp", Ffn::Mixture(m)),
        ],
        norm: d.saturating_mul(4),
    };
    add(cx, c, n, false, Blocks::alike(block, layers))
}

/// DiffLlama: the difference of two attentions; both read the keys, each half of the values.
pub fn diffllama(cx: &mut Cx, c: &Cfg) -> R<()> {
    let n = tokens(cx, c)?;
    let layers = c.layers("num_hidden_layers")?;
    let d = c.u("hidden_size")?;
    let heads = c.u("num_attention_heads")?;
    let kv = c.or("num_key_value_heads", heads)?;
    let hd = head_dim(c)?;
    let a = Attention {
        extra: hd.saturating_mul(4),
        ..Attention::new(d, heads, kv, hd, Mask::Causal).biased([c.b("attention_bias"); 4])
    };
    let f = gated(c, c.u("intermediate_size")?, c.b("mlp_bias"))?;
    let mixer = Mixer::Other(
        "differential attention",
        Box::new(a.projections(n, n)),
        Box::new(a.core(n, n).plus(&a.core(n, n))),
    );
    let block = Block {
        mixers: vec![("self_attn", mixer)],
        ffns: vec![("mlp", Ffn::Dense(f))],
        norm: d.saturating_mul(2),
    };
    add(cx, c, n, false, Blocks::alike(block, layers))
}

/// Doge: a mask made of the values, scales on the residual stream, experts as rows of tables.
pub fn doge(cx: &mut Cx, c: &Cfg) -> R<()> {
    let n = tokens(cx, c)?;
    let layers = c.layers("num_hidden_layers")?;
    let d = c.u("hidden_size")?;
    let heads = c.u("num_attention_heads")?;
    let kv = c.or("num_key_value_heads", heads)?;
    let hd = head_dim(c)?;
    let (bias, mlp_bias) = (c.b("attention_bias"), c.b("mlp_bias"));
    let a = Attention {
        extra: hd.saturating_mul(2).saturating_add(kv),
        ..Attention::new(d, heads, kv, hd, Mask::Causal).biased([bias; 4])
    };
    let mixer = Mixer::Other(
        "attention",
        Box::new(
            a.projections(n, n)
                .linear(n, kv.saturating_mul(hd), kv, bias),
        ),
        Box::new(a.core(n, n)),
    );
    let mut ffns = vec![(
        "mlp",
        Ffn::Dense(gated(c, c.u("intermediate_size")?, mlp_bias)?),
    )];
    if c.b("is_moe") {
        let (experts, used) = (c.u("num_experts")?, c.u("num_experts_per_tok")?);
        let router = Cost::new().linear(n, d, experts.isqrt().saturating_mul(2), false);
        // An expert is one row of either table.
        let expert = FeedForward {
            width: d,
            inner: 1,
            gated: false,
            bias: [false; 2],
        };
        ffns.push(("mlp.router", Ffn::Other("router", Box::new(router))));
        ffns.push((
            "mlp.experts",
            Ffn::Other(
                "experts",
                Box::new(Mixture::new(expert, experts, used).routed(n)),
            ),
        ));
    }
    let block = Block {
        mixers: vec![("self_attn", mixer)],
        ffns,
        norm: d.saturating_mul(4),
    };
    add(cx, c, n, false, Blocks::alike(block, layers))
}

/// EuroBERT: Llama without a mask; a dense layer before the classes.
pub fn eurobert(cx: &mut Cx, c: &Cfg) -> R<()> {
    let head = cx.head;
    if head == Head::Sequence || head == Head::Token {
        cx.head = Head::Base;
    }
    crate::families::dense::count(cx, c)?;
    let (n, d, k) = (cx.tokens, c.u("hidden_size")?, c.labels()?);
    let one = if c.s("classifier_pooling").unwrap_or("late") == "late" {
        n
    } else {
        n.min(1)
    };
    let classes = match head {
        Head::Sequence => Cost::new().linear(one, d, d, true).linear(one, d, k, true),
        Head::Token => Cost::new().linear(n, d, k, true),
        _ => return Ok(()),
    };
    cx.t.add("classifier", "classification head", 1, classes);
    Ok(())
}

/// Command A+: Cohere 2 with experts after dense layers.
pub fn cohere2_moe(cx: &mut Cx, c: &Cfg) -> R<()> {
    let n = tokens(cx, c)?;
    let layers = c.layers("num_hidden_layers")?;
    let d = c.u("hidden_size")?;
    let heads = c.u("num_attention_heads")?;
    let kv = c.or("num_key_value_heads", heads)?;
    let first = c.or("first_k_dense_replace", 0)?;
    let sparse = each_layer(
        c,
        layers,
        ("mlp_layer_types", "sparse"),
        "moe_layer_freq",
        |i| i >= first,
    )?;
    let every = c.or("sliding_window_pattern", 4)?.max(1);
    let local = each_layer(
        c,
        layers,
        ("layer_types", "sliding_attention"),
        "hybrid_layer_pattern",
        |i| (i + 1) % every != 0,
    )?;
    let near = window(c)?;
    let bias = [c.b("attention_bias"); 4];
    let inner = c.u("intermediate_size")?;
    let shared = inner.saturating_mul(c.or("num_shared_experts", 0)?);
    let m = Mixture {
        shared: (shared > 0).then_some(Shared {
            inner: shared,
            gate: false,
            bias: false,
        }),
        ..Mixture::new(
            gated(c, inner, false)?,
            c.u("num_experts")?,
            c.u("num_experts_per_tok")?,
        )
    };
    let dense = gated(c, c.or("prefix_dense_intermediate_size", inner)?, false)?;
    let hd = head_dim(c)?;
    let blocks = Blocks::each(layers, |i| {
        let mask = if at(&local, i) { near } else { Mask::Causal };
        let ffn = if at(&sparse, i) {
            Ffn::Mixture(m)
        } else {
            Ffn::Dense(dense)
        };
        Ok(Block::usual(
            Attention::new(d, heads, kv, hd, mask).biased(bias),
            ffn,
            d,
        ))
    })?;
    add(cx, c, n, true, blocks)
}

/// How the keys of a layer of DeepSeek-V4 are shortened.
#[derive(Clone, Copy, PartialEq)]
enum Shortened {
    /// Not at all: a window alone.
    No,
    /// Lightly, with an indexer that chooses.
    Sparse,
    /// Heavily.
    Heavy,
}

/// DeepSeek-V4: one key that is the value too, windows beside compressed entries, several residual streams.
pub fn deepseek_v4(cx: &mut Cx, c: &Cfg) -> R<()> {
    let n = tokens(cx, c)?;
    let layers = c.layers("num_hidden_layers")?;
    let d = c.u("hidden_size")?;
    let (heads, hd) = (c.u("num_attention_heads")?, c.u("head_dim")?);
    let rank = c.u("q_lora_rank")?;
    let (groups, out_rank) = (c.u("o_groups")?, c.u("o_lora_rank")?);
    let wide = heads.saturating_mul(hd);
    let streams = c.u("hc_mult")?;
    let ratios = c.us("compress_ratios")?;
    let types = c.strs("layer_types")?;
    let rates = c.part("compress_rates");
    let light = rates.or("compressed_sparse_attention", c.or("compress_rate_csa", 4)?)?;
    let heavy = rates.or(
        "heavily_compressed_attention",
        c.or("compress_rate_hca", 128)?,
    )?;
    div(1, light, "compress_rates")?;
    div(1, heavy, "compress_rates")?;
    div(1, groups, "o_groups")?;
    let near = window(c)?;
    let kind = |i: u64| -> Shortened {
        let name = types.as_ref().and_then(|t| t.get(i as usize)).copied();
        let ratio = ratios.as_ref().and_then(|t| t.get(i as usize)).copied();
        match (name, ratio) {
            (Some("sliding_attention"), _) | (None, Some(0)) => Shortened::No,
            (Some("compressed_sparse_attention"), _) | (None, Some(4)) => Shortened::Sparse,
            (Some(_), _) | (None, Some(_)) => Shortened::Heavy,
            (None, None) if i >= 2 && i % 2 == 1 => Shortened::Sparse,
            (None, None) => Shortened::Heavy,
        }
    };
    let base = Cost::new()
        .linear(n, d, rank, false)
        .vector(rank)
        .linear(n, rank, wide, false)
        .linear(n, d, hd, false)
        .vector(hd)
        // The output projection's first half works on groups of heads.
        .weights(&[groups, wide / groups, out_rank])
        .product(&[n, groups, wide / groups, out_rank])
        .linear(n, groups.saturating_mul(out_rank), d, false)
        .vector(heads);
    let (ih, id) = (c.u("index_n_heads")?, c.u("index_head_dim")?);
    let compressor = |rate: u64, width: u64| {
        Cost::new()
            .linears(2, n, d, width, false)
            .weights(&[rate, width])
    };
    let m = Mixture {
        shared: Some(Shared {
            inner: c.u("moe_intermediate_size")?,
            gate: false,
            bias: c.b("mlp_bias"),
        }),
        ..Mixture::new(
            gated(c, c.u("moe_intermediate_size")?, false)?,
            c.u("n_routed_experts")?,
            c.u("num_experts_per_tok")?,
        )
    };
    // Weights that mix the streams: to one, back, and among themselves.
    let mixes = streams.saturating_mul(streams.saturating_add(2));
    let all = streams.saturating_mul(d);
    let hyper = Cost::new()
        .linears(2, n, all, mixes, false)
        .vector(mixes.saturating_add(3).saturating_mul(2))
        // The streams mixed among themselves, once after each half.
        .product(&[2, n, streams, streams, d]);
    let blocks = Blocks::each(layers, |i| {
        let (mut p, mut core) = (base.clone(), Cost::new().attend(n, n, heads, hd, hd, near));
        match kind(i) {
            Shortened::No => {}
            Shortened::Sparse => {
                let short = n / light;
                p = p
                    .plus(&compressor(light, hd.saturating_mul(2)))
                    .vector(hd)
                    .plus(&compressor(light, id.saturating_mul(2)))
                    .vector(id)
                    .linear(n, rank, ih.saturating_mul(id), false)
                    .linear(n, d, ih, false);
                core = core
                    .attend(n, short, heads, hd, hd, Mask::Full)
                    .product(&[n, short, ih, id]);
            }
            Shortened::Heavy => {
                p = p.plus(&compressor(heavy, hd)).vector(hd);
                core = core.attend(n, n / heavy, heads, hd, hd, Mask::Full);
            }
        }
        Ok(Block {
            mixers: vec![(
                "self_attn",
                Mixer::Other("compressed attention", Box::new(p), Box::new(core)),
            )],
            ffns: vec![
                ("mlp", Ffn::Mixture(m)),
                (
                    "hc",
                    Ffn::Other("hyper-connections", Box::new(hyper.clone())),
                ),
            ],
            norm: d.saturating_mul(2),
        })
    })?;
    cx.t.add(
        "model.hc_head",
        "hyper-connections",
        1,
        Cost::new()
            .linear(n, all, streams, false)
            .vector(streams.saturating_add(1)),
    );
    add(cx, c, n, false, blocks)
}

/// MiniMax M3: norms of queries and keys, an indexer on sparse layers, experts beside a shared one.
pub fn minimax_m3(cx: &mut Cx, c: &Cfg) -> R<()> {
    let n = tokens(cx, c)?;
    let layers = c.layers("num_hidden_layers")?;
    let d = c.u("hidden_size")?;
    let (heads, kv, hd) = (
        c.u("num_attention_heads")?,
        c.u("num_key_value_heads")?,
        head_dim(c)?,
    );
    // The published file keeps the indexer's sizes in an object of its own.
    let own = c.part("sparse_attention_config");
    let size = |theirs: &str, ours: &str| -> R<u64> {
        match own.opt(theirs)? {
            Some(x) => Ok(x),
            None => c.u(ours),
        }
    };
    let (ih, id) = (
        size("sparse_num_index_heads", "index_n_heads")?,
        size("sparse_index_dim", "index_head_dim")?,
    );
    let chosen = own.us("sparse_attention_freq")?;
    let indexed = match (c.strs("layer_types")?, chosen) {
        (None, Some(list)) => list.iter().map(|x| *x != 0).collect(),
        _ => each_layer(
            c,
            layers,
            ("layer_types", "minimax_m3_sparse"),
            "hybrid_layer_pattern",
            |_| false,
        )?,
    };
    let sparse = each_layer(
        c,
        layers,
        ("mlp_layer_types", "sparse"),
        "moe_layer_freq",
        |_| true,
    )?;
    let a = Attention {
        extra: hd.saturating_mul(2),
        ..Attention::new(d, heads, kv, hd, Mask::Causal)
    };
    let shared = c.u("shared_intermediate_size")?;
    let m = Mixture {
        shared: (shared > 0).then_some(Shared {
            inner: shared,
            gate: false,
            bias: false,
        }),
        ..Mixture::new(
            gated(c, c.u("intermediate_size")?, false)?,
            c.u("num_local_experts")?,
            c.u("num_experts_per_tok")?,
        )
    };
    let dense = gated(c, c.u("dense_intermediate_size")?, false)?;
    let index = Cost::new()
        .linear(n, d, ih.saturating_mul(id), false)
        .linear(n, d, id, false)
        .vector(id.saturating_mul(2));
    let blocks = Blocks::each(layers, |i| {
        let mixer = if at(&indexed, i) {
            Mixer::Other(
                "indexed attention",
                Box::new(a.projections(n, n).plus(&index)),
                Box::new(a.core(n, n).attend(n, n, ih, id, 0, Mask::Causal)),
            )
        } else {
            Mixer::Own(a)
        };
        let ffn = if at(&sparse, i) {
            Ffn::Mixture(m)
        } else {
            Ffn::Dense(dense)
        };
        Ok(Block {
            mixers: vec![("self_attn", mixer)],
            ffns: vec![("mlp", ffn)],
            norm: d.saturating_mul(2),
        })
    })?;
    add(cx, c, n, false, blocks)
}

/// ERNIE 4.5 VL: experts for words and experts for pictures, each with a router, and shared ones.
pub fn ernie_vl(cx: &mut Cx, c: &Cfg) -> R<()> {
    let n = tokens(cx, c)?;
    let layers = c.layers("num_hidden_layers")?;
    let d = c.u("hidden_size")?;
    let heads = c.u("num_attention_heads")?;
    let kv = c.or("num_key_value_heads", heads)?;
    let bias = c.b("use_bias");
    let sparse = each_layer(
        c,
        layers,
        ("mlp_layer_types", "sparse"),
        "moe_layer_freq",
        |i| i > 0,
    )?;
    let two = |list: Vec<u64>| -> (u64, u64) {
        let first = list.first().copied().unwrap_or(0);
        (first, list.get(1).copied().unwrap_or(first))
    };
    let inner = two(c
        .us("moe_intermediate_size")?
        .unwrap_or_else(|| vec![1536, 512]));
    let experts = two(c
        .us("moe_num_experts")?
        .ok_or_else(|| c.missing("moe_num_experts"))?);
    let used = c.u("moe_k")?;
    let shared = inner.0.saturating_mul(c.or("moe_num_shared_experts", 0)?);
    let words = Mixture {
        balance: experts.0,
        shared: (shared > 0).then_some(Shared {
            inner: shared,
            gate: false,
            bias,
        }),
        ..Mixture::new(gated(c, inner.0, false)?, experts.0, used)
    };
    let pictures = Mixture {
        balance: experts.1,
        ..Mixture::new(gated(c, inner.1, false)?, experts.1, used)
    };
    // Words pass the first kind alone.
    let router = pictures.common(0).not_run();
    let idle = pictures.routed(0).not_run();
    let dense = gated(c, c.u("intermediate_size")?, bias)?;
    let a = Attention::new(d, heads, kv, head_dim(c)?, Mask::Causal).biased([bias; 4]);
    let blocks = Blocks::each(layers, |i| {
        let mut b = Block::usual(a, Ffn::Dense(dense), d.saturating_mul(2));
        if at(&sparse, i) {
            b.ffns = vec![
                ("mlp.text_moe", Ffn::Mixture(words)),
                (
                    "mlp.vision_moe.router",
                    Ffn::Other("router and shared experts", Box::new(router.clone())),
                ),
                (
                    "mlp.vision_moe.experts",
                    Ffn::Other("experts", Box::new(idle.clone())),
                ),
            ];
        }
        Ok(b)
    })?;
    add(cx, c, n, true, blocks)
}
