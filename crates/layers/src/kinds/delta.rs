//! Linear attention and the gated delta rule.

use crate::Cost;
use crate::kinds::attention::wide;

/// Linear attention: a state of Dk x Dv per head instead of pairs of tokens.
///
/// Per token and head 2 products of Dk Dv, write and read (fla-org/flame#7: no term in s^2); with a delta rule one more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LinearAttention {
    /// Heads.
    pub heads: u64,
    /// Key width of a head.
    pub key: u64,
    /// Value width of a head.
    pub value: u64,
    /// Products of Dk Dv per token and head: 2, or 3 with a delta rule.
    pub products: u64,
}

impl LinearAttention {
    /// The recurrent form on `n` positions.
    pub fn core(&self, n: u64) -> Cost {
        Cost::new()
            .product(&[self.products, n, self.heads, self.key, self.value])
            .remark("recurrent form, linear in length")
    }
}

/// Gated delta net (Qwen3-Next, Qwen3.5): projections, a short convolution, and the gated delta rule in chunks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GatedDelta {
    /// Width of the model.
    pub width: u64,
    /// Key heads.
    pub key_heads: u64,
    /// Value heads.
    pub value_heads: u64,
    /// Key width of a head.
    pub key: u64,
    /// Value width of a head.
    pub value: u64,
    /// Kernel of the convolution.
    pub kernel: u64,
    /// Tokens of a chunk.
    pub chunk: u64,
}

impl GatedDelta {
    /// Projections and convolution on `n` positions.
    pub fn projections(&self, n: u64, conv_positions: u64) -> Cost {
        let (k, v) = (
            wide(self.key_heads, self.key),
            wide(self.value_heads, self.value),
        );
        let mixed = wide(2, k).saturating_add(v);
        Cost::new()
            // Queries, keys, values, the output gate; then two numbers per value head.
            .linear(n, self.width, mixed.saturating_add(v), false)
            .linear(n, self.width, wide(2, self.value_heads), false)
            .convolution(conv_positions, mixed, mixed, self.kernel, mixed, false)
            .weights(&[2, self.value_heads])
            .vector(self.value)
            .linear(n, v, self.width, false)
    }

    /// The products of the chunked rule on `n` positions (arXiv 2412.06464, section 3.3): per chunk of c tokens and head
    /// K K^T, Q K^T and its product with the values, then three products with the state: its reading by keys and by queries,
    /// and its update. The triangular solves inside a chunk are substitutions, no products, and count nothing.
    pub fn core(&self, n: u64) -> Cost {
        delta_core(n, self.chunk, self.value_heads, self.key, self.value)
    }
}

/// The products of a gated delta rule in chunks.
pub fn delta_core(n: u64, chunk: u64, heads: u64, key: u64, value: u64) -> Cost {
    let c = chunk.max(1);
    let padded = n.div_ceil(c).saturating_mul(c);
    Cost::new()
        .product(&[2, padded, c, heads, key])
        .product(&[padded, c, heads, value])
        .product(&[3, padded, heads, key, value])
        .remark(&format!("gated delta rule in chunks of {c}"))
}

/// The products of plain linear attention in chunks: scores and values inside a chunk, the state read and written.
pub fn linear_core(n: u64, chunk: u64, heads: u64, key: u64, value: u64) -> Cost {
    let c = chunk.max(1);
    // Shorter sequences than a chunk are one chunk of their own.
    let c = c.min(n.max(1));
    Cost::new()
        .product(&[n, c, heads, key])
        .product(&[n, c, heads, value])
        .product(&[2, n, heads, key, value])
        .remark(&format!("linear attention in chunks of {c}"))
}
