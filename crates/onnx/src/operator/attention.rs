//! Fused attention: both products, whatever the kernel; masks are not discounted
//! in the full figure, and are in the causal one.

use crate::shape::{Dim, Fact};

use super::{Context, Cost, Operator, moves, multiplies};

pub(super) const OPERATORS: &[Operator] = &[
    multiplies("Attention", "attention", attention),
    multiplies("LinearAttention", "attention", linear_attention),
    moves("RotaryEmbedding", rotary),
];

pub(super) const PREVIEW: &[Operator] = &[multiplies("FlexAttention", "attention", flex_attention)];

/// The sizes of one attention.
pub(super) struct Sizes {
    pub(super) batch: u64,
    pub(super) heads: u64,
    pub(super) queries: u64,
    pub(super) keys: u64,
    pub(super) head_width: u64,
    pub(super) value_width: u64,
    pub(super) causal: bool,
    /// Keys before the first query.
    pub(super) past: u64,
    /// Most keys that a causal query sees, its own included.
    pub(super) window: Option<u64>,
}

/// Scores and weighted values: 2 B H S T (D + Dv), and of it what lies above the causal diagonal.
pub(super) fn core(context: &mut Context<'_>, sizes: &Sizes) -> Option<()> {
    let pairs = u128::from(sizes.queries).checked_mul(u128::from(sizes.keys));
    let widths = u128::from(sizes.head_width).checked_add(u128::from(sizes.value_width))?;
    let each = u128::from(sizes.batch)
        .checked_mul(u128::from(sizes.heads))
        .and_then(|n| n.checked_mul(widths))
        .and_then(|n| n.checked_mul(2));
    let flop = pairs.zip(each).and_then(|(p, e)| p.checked_mul(e));
    let (Some(pairs), Some(each), Some(flop)) = (pairs, each, flop) else {
        context.overflow = true;
        return None;
    };
    let masked = if sizes.causal {
        let seen = seen_pairs(sizes);
        pairs.saturating_sub(seen).checked_mul(each).unwrap_or(0)
    } else {
        0
    };
    context.add_cost(Cost {
        kind: Some("attention core"),
        flop,
        masked,
        formula: format!(
            "2*{}*{}*{}*{}*({} + {})",
            sizes.batch,
            sizes.heads,
            sizes.queries,
            sizes.keys,
            sizes.head_width,
            sizes.value_width
        ),
    })
}

/// Pairs of query i and key j with j <= i + past, the last `window` of them: query i sees min(i + past + 1, keys, window).
fn seen_pairs(sizes: &Sizes) -> u128 {
    let most = sizes.keys.min(sizes.window.unwrap_or(u64::MAX));
    let (queries, most, past) = (
        u128::from(sizes.queries),
        u128::from(most),
        u128::from(sizes.past),
    );
    // The first `short` queries see fewer than the most.
    let short = most.saturating_sub(past).min(queries);
    let triangle = short
        .saturating_mul(past)
        .saturating_add(short.saturating_mul(short.saturating_add(1)) / 2);
    triangle.saturating_add((queries - short).saturating_mul(most))
}

/// [B, H, S, D] or [B, S, H x D] with the number of heads as attribute.
fn split(shape: &[Dim], heads: Option<u64>) -> Option<[Dim; 4]> {
    match shape {
        [b, h, s, d] => Some([*b, *h, *s, *d]),
        [b, s, w] => {
            let heads = heads.filter(|&h| h > 0);
            Some([
                *b,
                heads,
                *s,
                w.zip(heads).and_then(|(w, h)| w.checked_div(h)),
            ])
        }
        _ => None,
    }
}

fn attention(context: &mut Context<'_>) -> Option<()> {
    let dtype = context.dtype(0);
    let number = |name: &str| context.int(name).and_then(|n| u64::try_from(n).ok());
    let (query_heads, key_heads) = (number("q_num_heads"), number("kv_num_heads"));
    let three = context.rank(0)? == 3;
    let [b, h, s, d] = split(context.shape(0)?, query_heads)?;
    let [_, hk, t, dk] = split(context.shape(1)?, key_heads)?;
    let [_, hv, tv, dv] = split(context.shape(2)?, key_heads)?;
    let past = match context.shape(4) {
        Some(shape) => shape.get(2).copied().flatten(),
        None if context.has(4) => None,
        None => Some(0),
    };
    let whole = t.or(tv).zip(past).and_then(|(t, p)| t.checked_add(p));
    let out = if three {
        vec![b, s, h.zip(dv).and_then(|(h, d)| h.checked_mul(d))]
    } else {
        vec![b, h, s, dv]
    };
    context.set(0, Fact::new(dtype, out));
    let key_type = context.dtype(1);
    context.set(1, Fact::new(key_type, vec![b, hk, whole, dk.or(d)]));
    context.set(2, Fact::new(key_type, vec![b, hv, whole, dv]));
    context.set(3, Fact::new(dtype, vec![b, h, s, whole]));
    let sizes = Sizes {
        batch: b?,
        heads: h?,
        queries: s?,
        keys: whole?,
        head_width: d.or(dk)?,
        value_width: dv?,
        causal: context.int_or("is_causal", 0) != 0,
        past: past?,
        window: None,
    };
    core(context, &sizes)
}

fn flex_attention(context: &mut Context<'_>) -> Option<()> {
    let dtype = context.dtype(0);
    let [b, h, s, d] = split(context.shape(0)?, None)?;
    let [_, _, t, _] = split(context.shape(1)?, None)?;
    let [_, _, _, dv] = split(context.shape(2)?, None)?;
    context.set(0, Fact::new(dtype, vec![b, h, s, dv]));
    let sizes = Sizes {
        batch: b?,
        heads: h?,
        queries: s?,
        keys: t?,
        head_width: d?,
        value_width: dv?,
        causal: false,
        past: 0,
        window: None,
    };
    core(context, &sizes)
}

/// The recurrent form: each token updates a state of Dk x Dv a head and reads
/// it; the delta rules read it once more before.
fn linear_attention(context: &mut Context<'_>) -> Option<()> {
    let dtype = context.dtype(0);
    let number = |name: &str| context.int(name).and_then(|n| u64::try_from(n).ok());
    let (heads, groups) = (number("q_num_heads")?, number("kv_num_heads")?);
    let (b, t) = (context.dim(0, 0), context.dim(0, 1));
    let dk = context.dim(1, 2).and_then(|w| w.checked_div(groups));
    let dv = context.dim(2, 2).and_then(|w| w.checked_div(groups));
    let width = dv.and_then(|d| d.checked_mul(heads));
    context.set(0, Fact::new(dtype, vec![b, t, width]));
    context.set(1, Fact::new(dtype, vec![b, Some(groups), dk, dv]));
    let (b, t, dk, dv) = (b?, t?, dk?, dv?);
    let update = [b, t, groups, dk, dv];
    let read = [b, t, heads, dk, dv];
    match context.text("update_rule").unwrap_or("gated_delta") {
        "delta" | "gated_delta" => context.products(&[&update, &update, &read]),
        _ => context.products(&[&update, &read]),
    }
}

fn rotary(context: &mut Context<'_>) -> Option<()> {
    context.same(0, 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn causal_pairs_are_counted_exactly() {
        let seen = |queries, keys, past, window| {
            seen_pairs(&Sizes {
                batch: 1,
                heads: 1,
                queries,
                keys,
                head_width: 1,
                value_width: 1,
                causal: true,
                past,
                window,
            })
        };
        assert_eq!(seen(8, 8, 0, None), 36);
        assert_eq!(seen(1, 9, 8, None), 9);
        // Two new queries behind six keys: 7 + 8.
        assert_eq!(seen(2, 8, 6, None), 15);
        // More queries than keys: 1 + 2 + 3, then all three.
        assert_eq!(seen(5, 3, 0, None), 1 + 2 + 3 + 3 + 3);
        // Windows by exact pairs: 1 + 2 + 3 x 6; behind a cache that is longer than the window, always the window.
        assert_eq!(seen(8, 8, 0, Some(3)), 21);
        assert_eq!(seen(2, 8, 6, Some(4)), 8);
    }
}
