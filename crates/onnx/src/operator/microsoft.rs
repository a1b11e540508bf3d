//! Operators of ONNX Runtime's own domain (`com.microsoft`): fused layers,
//! quantized layers, attention.

use crate::model::dtype;
use crate::shape::{Dim, Fact, broadcast, dim};

use super::attention::{Sizes, core};
use super::convolution::{conv_of, global_pool, pool, pool_of};
use super::elementwise::{identity, unary};
use super::normalization::{layer, like_first};
use super::product::{gemm_of, matmul_of, matmul_turned};
use super::quantized::{dequantize, qlinear_conv, quantize};
use super::reduction::reduce_from;
use super::{Context, Operator, moves, multiplies, named};

pub(super) const OPERATORS: &[Operator] = &[
    multiplies("Attention", "attention", attention),
    multiplies("QAttention", "attention", attention),
    multiplies("MultiHeadAttention", "attention", multi_head),
    multiplies("DecoderMaskedMultiHeadAttention", "attention", multi_head),
    multiplies("GroupQueryAttention", "attention", group_query),
    multiplies("SparseAttention", "attention", group_query),
    multiplies("PackedAttention", "attention", packed_attention),
    multiplies("PackedMultiHeadAttention", "attention", packed_multi_head),
    multiplies("FusedConv", "convolution", fused_conv),
    multiplies("NhwcConv", "convolution", nhwc_conv),
    multiplies("NhwcFusedConv", "convolution", nhwc_conv),
    multiplies("QLinearConv", "convolution", qlinear_conv),
    multiplies("FusedGemm", "linear", gemm),
    multiplies("GemmFloat8", "linear", gemm),
    multiplies("GemmFastGelu", "linear", matmul),
    multiplies("FusedMatMul", "linear", fused_matmul),
    multiplies("TransposeMatMul", "linear", fused_matmul),
    multiplies("FusedMatMulActivation", "linear", fused_matmul),
    multiplies("MatMulInteger16", "linear", matmul_to_int),
    multiplies("MatMulIntegerToFloat", "linear", matmul_to_float),
    multiplies("DynamicQuantizeMatMul", "linear", matmul_to_float),
    multiplies("MatMulNBits", "linear", matmul_bits),
    multiplies("MatMulBnb4", "linear", matmul_bits),
    multiplies("QGemm", "linear", qgemm),
    multiplies("DynamicQuantizeLSTM", "lstm", quantized_lstm),
    multiplies("MoE", "experts", mixture),
    multiplies("QMoE", "experts", packed_mixture),
    moves("QLinearAdd", qlinear_binary),
    moves("QLinearMul", qlinear_binary),
    moves("QLinearSigmoid", like_first),
    moves("QLinearLeakyRelu", like_first),
    moves("QLinearSoftmax", like_first),
    moves("QLinearConcat", qlinear_concat),
    moves("QLinearWhere", qlinear_where),
    moves("QLinearReduceMean", qlinear_reduce),
    moves("QLinearAveragePool", qlinear_pool),
    moves("QLinearGlobalAveragePool", qlinear_global_pool),
    moves("NhwcMaxPool", nhwc_pool),
    moves("MaxpoolWithMask", pool),
    moves("Gelu", unary),
    moves("FastGelu", like_first),
    moves("BiasGelu", like_first),
    moves("QuickGelu", like_first),
    moves("BiasAdd", like_first),
    moves("BiasSoftmax", like_first),
    moves("BiasDropout", like_first),
    moves("BiasSplitGelu", halved),
    moves("Inverse", like_first),
    moves("Trilu", like_first),
    moves("ComplexMul", like_first),
    moves("ComplexMulConj", like_first),
    moves("RotaryEmbedding", like_first),
    moves("RelativePositionBias", open),
    moves("GatedRelativePositionBias", open),
    moves("QuantizeLinear", quantize),
    moves("DequantizeLinear", dequantize),
    moves("QuickSilu", like_first),
    moves("NGramRepeatBlock", ngram),
    moves("RestorePadding", open),
    moves("RemovePadding", open),
    named("LayerNormalization", "norm", layer),
    named("SimplifiedLayerNormalization", "norm", layer),
    named("SkipLayerNormalization", "norm", skip_layer),
    named("SkipSimplifiedLayerNormalization", "norm", skip_layer),
    named("GroupNorm", "norm", like_first),
    named("SkipGroupNorm", "norm", skip_layer),
    named("EmbedLayerNormalization", "embedding", embed),
    named("GatherBlockQuantized", "embedding", gather_blocks),
    moves("Identity", identity),
];

fn number(context: &Context<'_>, name: &str) -> Option<u64> {
    context
        .int(name)
        .and_then(|n| u64::try_from(n).ok())
        .filter(|&n| n > 0)
}

fn times(a: Dim, b: Dim) -> Dim {
    a?.checked_mul(b?)
}

/// Projections of queries, keys and values in one matrix, then the core.
fn attention(context: &mut Context<'_>) -> Option<()> {
    let of = match context.dtype(0) {
        dtype::UINT8 | dtype::INT8 => dtype::FLOAT,
        known => known,
    };
    let heads = number(context, "num_heads")?;
    let (batch, queries, width) = (context.dim(0, 0), context.dim(0, 1), context.last(0, 1));
    let all = context.last(1, 1);
    let sizes = context.list("qkv_hidden_sizes");
    let part = |at: usize| {
        sizes
            .and_then(|l| l.get(at).copied().and_then(dim))
            .or_else(|| all.map(|n| n / 3))
    };
    let (q, k, v) = (part(0), part(1), part(2));
    let past_at = if context.names.text(context.node.op) == "QAttention" {
        8
    } else {
        4
    };
    let past = if context.has(past_at) {
        context.dim(past_at, 3)
    } else {
        Some(0)
    };
    let keys = queries.zip(past).and_then(|(s, p)| s.checked_add(p));
    context.set(0, Fact::new(of, vec![batch, queries, v]));
    let head = k.and_then(|k| k.checked_div(heads));
    context.set(
        1,
        Fact::new(of, vec![Some(2), batch, Some(heads), keys, head]),
    );
    let columns = q?.checked_add(k?)?.checked_add(v?)?;
    let inputs = width.or(context.last(1, 2))?;
    let positions = batch?.checked_mul(queries?)?;
    context.multiplies_by(1, 0, Some([inputs, columns, 1, positions]));
    context.product(&[batch?, queries?, inputs, columns])?;
    core(
        context,
        &Sizes {
            batch: batch?,
            heads,
            queries: queries?,
            keys: keys?,
            head_width: q?.checked_div(heads)?,
            value_width: v?.checked_div(heads)?,
            causal: context.int_or("unidirectional", 0) != 0,
            past: past?,
            window: None,
        },
    )
}

fn multi_head(context: &mut Context<'_>) -> Option<()> {
    let of = context.dtype(0);
    let heads = number(context, "num_heads")?;
    let query = context.shape(0)?.to_vec();
    let (batch, queries) = (
        query.first().copied().flatten(),
        query.get(1).copied().flatten(),
    );
    // [B, S, H, 3, D] packs all three, [B, L, H, 2, D] keys and values.
    let head = if query.len() == 5 {
        query.last().copied().flatten()
    } else {
        query
            .get(2)
            .copied()
            .flatten()
            .and_then(|w| w.checked_div(heads))
    };
    let (fresh, value_head) = match context.shape(1) {
        None => (queries, head),
        Some([_, l, _, _, d]) => (*l, *d),
        // Keys of a cache that is ready: [B, H, L, D].
        Some([_, _, l, _]) => (*l, context.last(2, 1)),
        Some([_, l, _]) => (*l, context.last(2, 1).and_then(|w| w.checked_div(heads))),
        Some(_) => (None, None),
    };
    let past_at = if context.names.text(context.node.op) == "MultiHeadAttention" {
        6
    } else {
        5
    };
    let past = if context.has(past_at) {
        context.dim(past_at, 2)
    } else {
        Some(0)
    };
    let keys = fresh.zip(past).and_then(|(l, p)| l.checked_add(p));
    context.set(
        0,
        Fact::new(of, vec![batch, queries, times(Some(heads), value_head)]),
    );
    let cache = |d: Dim| Fact::new(of, vec![batch, Some(heads), keys, d]);
    context.set(1, cache(head));
    context.set(2, cache(value_head));
    core(
        context,
        &Sizes {
            batch: batch?,
            heads,
            queries: queries?,
            keys: keys?,
            head_width: head?,
            value_width: value_head?,
            causal: context.int_or("unidirectional", 0) != 0,
            past: past?,
            window: None,
        },
    )
}

/// Always causal; the length of all keys is an input, or the cache's and the new ones'.
fn group_query(context: &mut Context<'_>) -> Option<()> {
    let of = context.dtype(0);
    let (heads, groups) = (
        number(context, "num_heads")?,
        number(context, "kv_num_heads")?,
    );
    let (batch, queries, width) = (context.dim(0, 0), context.dim(0, 1), context.dim(0, 2));
    let packed = !context.has(1);
    let rows = if packed {
        heads.checked_add(groups.checked_mul(2)?)?
    } else {
        heads
    };
    let head = width.and_then(|w| w.checked_div(rows));
    let past = if context.has(3) {
        context.dim(3, 2)
    } else {
        Some(0)
    };
    let total_at = if context.names.text(context.node.op) == "SparseAttention" {
        7
    } else {
        6
    };
    let told = context.input(total_at).and_then(Fact::int).and_then(dim);
    let keys = told.or_else(|| queries.zip(past).and_then(|(s, p)| s.checked_add(p)));
    context.set(
        0,
        Fact::new(of, vec![batch, queries, times(Some(heads), head)]),
    );
    let cache = Fact::new(of, vec![batch, Some(groups), keys, head]);
    context.set(1, cache.clone());
    context.set(2, cache);
    core(
        context,
        &Sizes {
            batch: batch?,
            heads,
            queries: queries?,
            keys: keys?,
            head_width: head?,
            value_width: head?,
            causal: true,
            past: keys?.saturating_sub(queries?),
            window: number(context, "local_window_size"),
        },
    )
}

/// Tokens without padding; `token_offset` [batch, sequence] tells how they were cut.
fn packed_attention(context: &mut Context<'_>) -> Option<()> {
    let of = context.dtype(0);
    let heads = number(context, "num_heads")?;
    let (tokens, width, all) = (context.dim(0, 0), context.dim(0, 1), context.last(1, 1));
    let part = |at: usize| {
        context
            .list("qkv_hidden_sizes")
            .and_then(|l| l.get(at).copied().and_then(dim))
            .or_else(|| all.map(|n| n / 3))
    };
    let (q, v) = (part(0), part(2));
    context.set(0, Fact::new(of, vec![tokens, v]));
    let (batch, sequence) = (context.dim(3, 0)?, context.dim(3, 1)?);
    context.multiplies_by(1, 0, Some([width?, all?, 1, tokens?]));
    context.product(&[tokens?, width?, all?])?;
    core(
        context,
        &Sizes {
            batch,
            heads,
            queries: sequence,
            keys: sequence,
            head_width: q?.checked_div(heads)?,
            value_width: v?.checked_div(heads)?,
            causal: false,
            past: 0,
            window: None,
        },
    )
}

fn packed_multi_head(context: &mut Context<'_>) -> Option<()> {
    let of = context.dtype(0);
    let heads = number(context, "num_heads")?;
    let tokens = context.dim(0, 0);
    // [tokens, H, 3, D] packs all three.
    let head = if context.rank(0) == Some(4) {
        context.last(0, 1)
    } else {
        context.dim(0, 1).and_then(|w| w.checked_div(heads))
    };
    let value_head = if context.has(2) {
        context.dim(2, 1).and_then(|w| w.checked_div(heads))
    } else {
        head
    };
    context.set(
        0,
        Fact::new(of, vec![tokens, times(Some(heads), value_head)]),
    );
    let (batch, sequence) = (context.dim(4, 0)?, context.dim(4, 1)?);
    core(
        context,
        &Sizes {
            batch,
            heads,
            queries: sequence,
            keys: sequence,
            head_width: head?,
            value_width: value_head?,
            causal: false,
            past: 0,
            window: None,
        },
    )
}

fn fused_conv(context: &mut Context<'_>) -> Option<()> {
    let of = context.dtype(0);
    conv_of(context, 0, 1, of, false)
}

fn nhwc_conv(context: &mut Context<'_>) -> Option<()> {
    let of = context.dtype(0);
    conv_of(context, 0, 1, of, true)
}

fn gemm(context: &mut Context<'_>) -> Option<()> {
    let of = context.dtype(0);
    gemm_of(context, 0, 1, of)
}

fn matmul(context: &mut Context<'_>) -> Option<()> {
    let of = context.dtype(0);
    matmul_of(context, 0, 1, of)
}

fn fused_matmul(context: &mut Context<'_>) -> Option<()> {
    if context.int_or("transBatchA", 0) != 0 || context.int_or("transBatchB", 0) != 0 {
        return None;
    }
    let of = context.dtype(0);
    let (a, b) = (
        context.int_or("transA", 0) != 0,
        context.int_or("transB", 0) != 0,
    );
    matmul_turned(context, 0, 1, of, a, b)
}

fn matmul_to_int(context: &mut Context<'_>) -> Option<()> {
    matmul_of(context, 0, 1, dtype::INT32)
}

fn matmul_to_float(context: &mut Context<'_>) -> Option<()> {
    matmul_of(context, 0, 1, dtype::FLOAT)
}

/// A product with a matrix of K x N packed in blocks.
fn matmul_bits(context: &mut Context<'_>) -> Option<()> {
    let of = context.dtype(0);
    let (k, n) = (number(context, "K"), number(context, "N"));
    let shape = context.shape(0)?.to_vec();
    let (_, lead) = shape.split_last()?;
    let mut out = lead.to_vec();
    out.push(n);
    context.set(0, Fact::new(of, out));
    let mut factors: Vec<u64> = lead.iter().copied().collect::<Option<_>>()?;
    let positions = super::count(&factors)?;
    context.multiplies_by(1, 0, Some([k?, n?, 1, positions]));
    factors.extend([k?, n?]);
    context.product(&factors)
}

/// Inputs A with scale and zero point, B with its own, C, and y's.
fn qgemm(context: &mut Context<'_>) -> Option<()> {
    let of = if context.has(8) {
        context.dtype(0)
    } else {
        dtype::FLOAT
    };
    gemm_of(context, 0, 3, of)
}

/// Weights stand turned: W [directions, inputs, 4 M], R [directions, M, 4 M].
fn quantized_lstm(context: &mut Context<'_>) -> Option<()> {
    let of = dtype::FLOAT;
    let width = number(context, "hidden_size").or(context.dim(2, 1));
    let (steps, batch) = (context.dim(0, 0), context.dim(0, 1));
    let directions = context.dim(1, 0);
    context.set(0, Fact::new(of, vec![steps, directions, batch, width]));
    let last = Fact::new(of, vec![directions, batch, width]);
    context.set(1, last.clone());
    context.set(2, last);
    let inputs = context.dim(0, 2).or(context.dim(1, 1))?;
    let (d, s, b, m) = (directions?, steps?, batch?, width?);
    let rows = m.checked_mul(4)?;
    context.products(&[&[d, s, b, rows, inputs], &[d, s, b, rows, m]])
}

/// `k` experts for each row: two matrices, three when gated.
fn mixture(context: &mut Context<'_>) -> Option<()> {
    context.same(0, 0)?;
    let shape = context.full(0)?;
    let (_, lead) = shape.split_last()?;
    let rows = super::count(lead)?;
    let k = number(context, "k").unwrap_or(1);
    let rows = rows.checked_mul(k)?;
    let matrix = |at: usize| Some([context.dim(at, 1)?, context.dim(at, 2)?]);
    let (first, second) = (matrix(2)?, matrix(4)?);
    let [a, b] = first;
    let [c, d] = second;
    let third = matrix(6);
    for (at, [inputs, outputs]) in [(2, Some(first)), (4, Some(second)), (6, third)]
        .into_iter()
        .filter_map(|(at, matrix)| Some((at, matrix?)))
    {
        let experts = context.dim(at, 0)?;
        // Which expert a row goes to hangs on the data.
        context.multiplies_by(at, 0, Some([inputs, outputs, experts, 0]));
    }
    if let Some([e, f]) = third {
        context.products(&[&[rows, a, b], &[rows, c, d], &[rows, e, f]])
    } else {
        context.products(&[&[rows, a, b], &[rows, c, d]])
    }
}

/// The same with matrices packed in bytes, [experts, rows, columns / pack], each followed by its scales and its bias.
fn packed_mixture(context: &mut Context<'_>) -> Option<()> {
    context.same(0, 0)?;
    let shape = context.full(0)?;
    let (inputs, lead) = shape.split_last()?;
    let rows = super::count(lead)?.checked_mul(number(context, "k").unwrap_or(1))?;
    let bits = number(context, "expert_weight_bits").unwrap_or(4);
    let mut terms = Vec::new();
    for at in [2, 5, 8] {
        if !context.has(at) {
            continue;
        }
        let pack = if context.dtype(at) == dtype::UINT8 {
            8_u64.checked_div(bits)?
        } else {
            1
        };
        let experts = context.dim(at, 0)?;
        let each = context
            .dim(at, 1)?
            .checked_mul(context.dim(at, 2)?)?
            .checked_mul(pack)?;
        let outputs = each.checked_div(*inputs)?;
        context.multiplies_by(at, 0, Some([*inputs, outputs, experts, 0]));
        terms.push([rows, *inputs, outputs]);
    }
    let terms: Vec<&[u64]> = terms.iter().map(<[u64; 3]>::as_slice).collect();
    context.products(&terms)
}

fn qlinear_binary(context: &mut Context<'_>) -> Option<()> {
    let of = context.dtype(0);
    let out = broadcast(context.shape(0)?, context.shape(3)?);
    context.set(0, Fact::new(of, out))
}

fn qlinear_where(context: &mut Context<'_>) -> Option<()> {
    let of = context.dtype(1);
    let out = broadcast(
        &broadcast(context.shape(0)?, context.shape(1)?),
        context.shape(4)?,
    );
    context.set(0, Fact::new(of, out))
}

/// y's scale and zero point, then each input with its own.
fn qlinear_concat(context: &mut Context<'_>) -> Option<()> {
    let of = context.dtype(2);
    let mut out = context.shape(2)?.to_vec();
    let at = crate::shape::axis(context.int_or("axis", 1), out.len())?;
    let mut sum: Dim = Some(0);
    for k in (2..context.inputs.len()).step_by(3) {
        sum = sum
            .zip(context.dim(k, at))
            .and_then(|(a, b)| a.checked_add(b));
    }
    *out.get_mut(at)? = sum;
    context.set(0, Fact::new(of, out))
}

fn qlinear_reduce(context: &mut Context<'_>) -> Option<()> {
    reduce_from(context, usize::MAX)
}

fn qlinear_pool(context: &mut Context<'_>) -> Option<()> {
    let last = context.int_or("channels_last", 0) != 0;
    pool_of(context, 0, last)
}

fn qlinear_global_pool(context: &mut Context<'_>) -> Option<()> {
    if context.int_or("channels_last", 0) == 0 {
        return global_pool(context);
    }
    let of = context.dtype(0);
    let shape = context.shape(0)?;
    let end = shape.len().checked_sub(1)?;
    let out: Vec<Dim> = shape
        .iter()
        .enumerate()
        .map(|(at, d)| if at == 0 || at == end { *d } else { Some(1) })
        .collect();
    context.set(0, Fact::new(of, out))
}

fn nhwc_pool(context: &mut Context<'_>) -> Option<()> {
    pool_of(context, 0, true)
}

fn halved(context: &mut Context<'_>) -> Option<()> {
    let of = context.dtype(0);
    let mut out = context.shape(0)?.to_vec();
    let last = out.last_mut()?;
    *last = last.map(|n| n / 2);
    context.set(0, Fact::new(of, out))
}

fn open(_: &mut Context<'_>) -> Option<()> {
    None
}

fn ngram(context: &mut Context<'_>) -> Option<()> {
    let of = context.dtype(1);
    let shape = context.shape(1)?.to_vec();
    context.set(0, Fact::new(of, shape))
}

/// The normalized sum, statistics, and the sum itself.
fn skip_layer(context: &mut Context<'_>) -> Option<()> {
    for k in [0, 1, 2, 3] {
        context.same(k, 0)?;
    }
    Some(())
}

fn embed(context: &mut Context<'_>) -> Option<()> {
    let of = context.dtype(2);
    let ids = context.shape(0)?.to_vec();
    let mut out = ids.clone();
    out.push(context.dim(2, 1));
    context.set(0, Fact::new(of, out.clone()));
    context.set(
        1,
        Fact::new(dtype::INT32, vec![ids.first().copied().flatten()]),
    );
    context.set(2, Fact::new(of, out))
}

fn gather_blocks(context: &mut Context<'_>) -> Option<()> {
    let of = context.dtype(2);
    let mut out = context.shape(1)?.to_vec();
    // Packed bytes hold 8 / bits values each along the last axis.
    let last = context.last(0, 1);
    let bits = number(context, "bits").unwrap_or(4);
    out.push(if context.dtype(0) == dtype::UINT8 {
        last.zip(8_u64.checked_div(bits))
            .and_then(|(n, pack)| n.checked_mul(pack))
    } else {
        last
    });
    context.set(0, Fact::new(of, out))
}
