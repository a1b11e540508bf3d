//! Multi-head latent attention, as in DeepSeek-V2 and V3.

use crate::kinds::attention::wide;
use crate::{Cost, Mask};

/// Queries and keys/values pass through narrow latents.
///
/// Parameters d q + q H (n + r) + d (c + r) + c H (n + v) + H v d, and the norms of the latents; core 2 s S H (n + r + v)
/// (NVIDIA/Megatron-LM#1475).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LatentAttention {
    /// Width of the model.
    pub width: u64,
    /// Heads.
    pub heads: u64,
    /// Width of the queries' latent; `None`: one plain matrix.
    pub query_rank: Option<u64>,
    /// Width of the keys' and values' latent.
    pub kv_rank: u64,
    /// Part of a query or key head without positions.
    pub nope: u64,
    /// Part of a query or key head that is rotated; keys share it over all heads.
    pub rope: u64,
    /// Width of a value head.
    pub value: u64,
    /// Biases of the projections into the latents and out of the heads.
    pub bias: bool,
    /// Selection of keys by a light indexer, where there is one.
    pub indexer: Option<Indexer>,
    /// Further values per token projected from the width (an output gate).
    pub gate: u64,
    /// Which pairs count when the mask is left out.
    pub mask: Mask,
}

/// The light attention that chooses keys (DeepSeek-V3.2): H heads of D over one shared key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Indexer {
    /// Heads.
    pub heads: u64,
    /// Width of a head.
    pub head: u64,
}

impl LatentAttention {
    /// The projections on `n` positions.
    pub fn projections(&self, n: u64) -> Cost {
        let (d, h) = (self.width, self.heads);
        let q_out = wide(h, self.nope.saturating_add(self.rope));
        let mut c = match self.query_rank {
            Some(q) => Cost::new()
                .linear(n, d, q, self.bias)
                .vector(q)
                .linear(n, q, q_out, false),
            None => Cost::new().linear(n, d, q_out, false),
        };
        c = c
            .linear(n, d, self.kv_rank.saturating_add(self.rope), self.bias)
            .vector(self.kv_rank)
            .linear(
                n,
                self.kv_rank,
                wide(h, self.nope.saturating_add(self.value)),
                false,
            );
        if self.gate > 0 {
            c = c.linear(n, d, self.gate, false);
        }
        c = c.linear(n, wide(h, self.value), d, self.bias);
        if let Some(i) = self.indexer {
            // Queries from the latent, one key per token with its norm, one weight per head.
            c = c
                .linear(
                    n,
                    self.query_rank.unwrap_or(d),
                    wide(i.heads, i.head),
                    false,
                )
                .linear(n, d, i.head, false)
                .vector(i.head.saturating_mul(2))
                .linear(n, d, i.heads, false);
        }
        c
    }

    /// The products of queries with keys, and of weights with values, on `n` positions.
    pub fn core(&self, n: u64) -> Cost {
        let c = Cost::new().attend(
            n,
            n,
            self.heads,
            self.nope.saturating_add(self.rope),
            self.value,
            self.mask,
        );
        match self.indexer {
            // Scores of every head, then their weighted sum over the heads.
            Some(i) => c
                .attend(n, n, i.heads, i.head, 0, self.mask)
                .attend(n, n, i.heads, 1, 0, self.mask),
            None => c,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn deepseek_v3_layer() {
        let a = LatentAttention {
            width: 7168,
            heads: 128,
            query_rank: Some(1536),
            kv_rank: 512,
            nope: 128,
            rope: 64,
            value: 128,
            bias: false,
            indexer: None,
            gate: 0,
            mask: Mask::Causal,
        };
        // NVIDIA/Megatron-LM#1475, without the two norms of 1536 and 512.
        assert_eq!(
            a.projections(1).parameters.get(),
            Some(187_105_280 + 1536 + 512)
        );
        assert_eq!(a.core(1).flop.get(), Some(2 * 128 * (128 + 64 + 128)));
    }
}
