//! Mixtures whose configs have a shape of their own: DBRX, JetMoE.

use crate::block::{Block, Blocks, Decoder, Ffn, Mixer};
use crate::cfg::{Cfg, R, div};
use crate::context::Cx;
use compute_layers::kinds::{Attention, FeedForward, Mixture};
use compute_layers::{Cost, Mask};

/// DBRX: heads in `attn_config`, experts in `ffn_config`.
pub fn dbrx(cx: &mut Cx, c: &Cfg) -> R<()> {
    let d = c.u("d_model")?;
    let heads = c.u("n_heads")?;
    let layers = c.layers("n_layers")?;
    let (a, f) = (c.part("attn_config"), c.part("ffn_config"));
    let kv = a.or("kv_n_heads", 1)?;
    let head = div(d, heads, "n_heads")?;
    let expert = FeedForward {
        width: d,
        inner: f.or("ffn_hidden_size", 3584)?,
        gated: true,
        bias: [false; 2],
    };
    let m = Mixture::new(expert, f.or("moe_num_experts", 4)?, f.or("moe_top_k", 1)?);
    let block = Block::usual(
        Attention::new(d, heads, kv, head, Mask::Causal),
        Ffn::Mixture(m),
        d.saturating_mul(2),
    );
    let n = cx.text_tokens(c.or("max_seq_len", 2048)?.clamp(1, 4096))?;
    let tied = c.b("tie_word_embeddings");
    Decoder::plain(c, "transformer", d, tied, Blocks::alike(block, layers))?.add(cx, c, n)
}

/// JetMoE: experts in attention too; queries and outputs are chosen, keys and values shared.
pub fn jetmoe(cx: &mut Cx, c: &Cfg) -> R<()> {
    let d = c.u("hidden_size")?;
    let layers = c.layers("num_hidden_layers")?;
    let (kv, head) = (c.u("num_key_value_heads")?, c.u("kv_channels")?);
    let (e, k) = (c.u("num_local_experts")?, c.u("num_experts_per_tok")?);
    let wide = kv.saturating_mul(head);
    let n = cx.text_tokens(c.or("max_position_embeddings", 4096)?.clamp(1, 4096))?;
    let one = Cost::new()
        .linear(n, d, wide, false)
        .linear(n, wide, d, false);
    let p = Cost::new()
        .linear(n, d, wide.saturating_mul(2), false)
        .linear(n, d, e, false)
        .vector(d)
        .experts(e, k, one);
    let core = Cost::new().attend(n, n, kv.saturating_mul(k), head, head, Mask::Causal);
    let m = Mixture::new(
        FeedForward {
            width: d,
            inner: c.u("intermediate_size")?,
            gated: true,
            bias: [false; 2],
        },
        e,
        k,
    );
    let block = Block {
        mixers: vec![(
            "self_attention",
            Mixer::Other("mixture of attention heads", Box::new(p), Box::new(core)),
        )],
        ffns: vec![("mlp", Ffn::Mixture(Mixture { balance: d, ..m }))],
        norm: d.saturating_mul(2),
    };
    let tied = c.b_or("tie_word_embeddings", true);
    Decoder::plain(c, "model", d, tied, Blocks::alike(block, layers))?.add(cx, c, n)
}
