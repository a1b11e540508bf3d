//! Attention with any number of query and key/value heads, over itself or over another sequence.

use crate::{Cost, Mask, Role};

/// Multi-head, grouped-query (`kv_heads` < `heads`) and multi-query (`kv_heads` 1) attention.
///
/// Parameters W D (Hq + 2 Hkv) + Hq D W; FLOP 2 L W D (Hq + 2 Hkv) + 4 L S D Hq + 2 L Hq D W
/// (method.md, 2; only the key and value projections shrink with fewer key/value heads: facebookresearch/xformers#1404).
/// Cross attention runs its key and value projections on the source (huggingface/transformers#6768).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Attention {
    /// Width of the sequence that asks, and of the output.
    pub width: u64,
    /// Width of the sequence that answers; `width` in self-attention.
    pub source_width: u64,
    /// Query heads.
    pub heads: u64,
    /// Key/value heads; 0 where keys and values come from another layer.
    pub kv_heads: u64,
    /// Width of a query or key head.
    pub key: u64,
    /// Width of a value head.
    pub value: u64,
    /// Biases of the query, key, value and output projection.
    pub bias: [bool; 4],
    /// Further values that the query projection yields per token (an output gate).
    pub gate: u64,
    /// Whether the gate has a bias.
    pub gate_bias: bool,
    /// Further parameters: norms of queries and keys, sinks.
    pub extra: u64,
    /// Which pairs count when the mask is left out.
    pub mask: Mask,
}

impl Attention {
    /// Self-attention without biases.
    pub fn new(width: u64, heads: u64, kv_heads: u64, head: u64, mask: Mask) -> Self {
        Attention {
            width,
            source_width: width,
            heads,
            kv_heads,
            key: head,
            value: head,
            bias: [false; 4],
            gate: 0,
            gate_bias: false,
            extra: 0,
            mask,
        }
    }

    /// The same with these biases (query, key, value, output).
    #[must_use]
    pub fn biased(self, bias: [bool; 4]) -> Self {
        Attention { bias, ..self }
    }

    /// The projections: `queries` positions ask, `keys` positions answer.
    pub fn projections(&self, queries: u64, keys: u64) -> Cost {
        let [q, k, v, o] = self.bias;
        let (hq, hk, hv) = (
            wide(self.heads, self.key),
            wide(self.kv_heads, self.key),
            wide(self.kv_heads, self.value),
        );
        let out = wide(self.heads, self.value);
        let mut c = Cost::new();
        if hk == hv && k == v && self.kv_heads > 0 {
            c = c
                .linear(queries, self.width, hq, q)
                .roles(&[Role::Query])
                .linears(2, keys, self.source_width, hk, k)
                .roles(&[Role::Key, Role::Value]);
        } else if self.kv_heads > 0 {
            c = c
                .linear(queries, self.width, hq, q)
                .roles(&[Role::Query])
                .linear(keys, self.source_width, hk, k)
                .roles(&[Role::Key])
                .linear(keys, self.source_width, hv, v)
                .roles(&[Role::Value]);
        } else {
            c = c.linear(queries, self.width, hq, q).roles(&[Role::Query]);
        }
        if self.gate > 0 {
            c = c.linear(queries, self.width, self.gate, self.gate_bias);
        }
        c.linear(queries, out, self.width, o)
            .roles(&[Role::Output])
            .vector(self.extra)
    }

    /// The products of queries with keys, and of weights with values.
    pub fn core(&self, queries: u64, keys: u64) -> Cost {
        Cost::new().attend(queries, keys, self.heads, self.key, self.value, self.mask)
    }
}

/// Heads side by side.
pub(crate) fn wide(heads: u64, width: u64) -> u64 {
    heads.saturating_mul(width)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn flop(a: &Attention, q: u64, k: u64) -> Option<u128> {
        (a.projections(q, k).flop + a.core(q, k).flop).get()
    }

    #[test]
    fn published_examples() {
        // TylerYep/torchinfo#226, Llama-3 8B and GPT-2 of method.md 2.
        assert_eq!(
            flop(&Attention::new(64, 4, 4, 16, Mask::Full), 16, 16),
            Some(589_824)
        );
        assert_eq!(
            flop(&Attention::new(768, 12, 12, 64, Mask::Full), 1024, 1024),
            Some(8_053_063_680)
        );
        assert_eq!(
            flop(&Attention::new(4096, 32, 8, 128, Mask::Full), 8192, 8192),
            Some(1_786_706_395_136)
        );
        let gpt2 = Attention::new(768, 12, 12, 64, Mask::Full).projections(1, 1);
        assert_eq!(gpt2.parameters.get(), Some(2_359_296));
        // facebookresearch/xformers#1404.
        let gqa = Attention::new(512, 8, 2, 64, Mask::Full);
        assert_eq!(gqa.core(16, 16).flop.get(), Some(524_288));
        assert_eq!(gqa.projections(16, 16).flop.get(), Some(20_971_520));
        // pytorch/pytorch#195460, pytorch/pytorch#184348, pytorch/torchtitan#4366 (per token of context).
        assert_eq!(
            Attention::new(768, 12, 12, 64, Mask::Full)
                .core(64, 64)
                .flop
                .get(),
            Some(12_582_912)
        );
        assert_eq!(
            Attention::new(512, 8, 8, 64, Mask::Full)
                .core(128, 128)
                .flop
                .get(),
            Some(33_554_432)
        );
        assert_eq!(
            Attention::new(8192, 64, 8, 128, Mask::Full)
                .core(1, 1)
                .flop
                .get(),
            Some(32_768)
        );
        // Cross attention, 5 over 8 (huggingface/transformers#6768).
        assert_eq!(
            flop(&Attention::new(32, 4, 4, 16, Mask::Full), 5, 8),
            Some(116_736)
        );
        // One head: L 1024, W 768, D = N = 64; the example has no output projection.
        let one =
            Cost::new()
                .linears(3, 1024, 768, 64, false)
                .attend(1024, 1024, 1, 64, 64, Mask::Full);
        assert_eq!(one.flop.get(), Some(570_425_344));
        assert_eq!(one.parameters.get(), Some(147_456));
    }

    #[test]
    fn causal_share_is_exact() {
        // karpathy/nanoGPT#456: (s + 1) / (2 s).
        let c = Attention::new(8, 1, 1, 8, Mask::Causal).core(8, 8);
        assert_eq!(
            (c.flop - c.masked).get().map(|n| n * 64),
            c.flop.get().map(|n| n * 36)
        );
    }
}
