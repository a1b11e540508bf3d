//! Stacks of transformer blocks: a family describes its blocks, this adds them up.

use crate::cfg::R;
use crate::context::{Cx, Head};
use crate::limits::MAX_DISTINCT_BLOCKS;
use compute_layers::kinds::{
    Attention, FeedForward, GatedDelta, LatentAttention, Mamba1, Mamba2, Mixture, Rwkv4, Scan,
};
use compute_layers::{Cost, Mask, Unknown};

/// What mixes tokens in a block.
#[derive(Clone, PartialEq)]
pub enum Mixer {
    /// Attention over the sequence itself.
    Own(Attention),
    /// Attention over another sequence of this many positions.
    Cross(Attention, u64),
    /// Attention over an encoder's output that is not there: its weights stay idle.
    CrossIdle(Attention),
    /// Multi-head latent attention.
    Latent(LatentAttention),
    /// Mamba 1.
    Mamba1(Mamba1),
    /// Mamba 2.
    Mamba2(Mamba2),
    /// Gated delta rule.
    Delta(GatedDelta),
    /// RWKV time mixing.
    Rwkv(Rwkv4),
    /// Anything else, costed already: kind, projections, core.
    Other(&'static str, Box<Cost>, Box<Cost>),
}

/// What works on each token by itself.
#[derive(Clone, PartialEq)]
pub enum Ffn {
    /// Two or three matrices.
    Dense(FeedForward),
    /// A mixture of experts.
    Mixture(Mixture),
    /// RWKV channel mixing.
    Rwkv(Rwkv4),
    /// Anything else, costed already.
    Other(&'static str, Box<Cost>),
}

/// One block.
#[derive(Clone, PartialEq, Default)]
pub struct Block {
    /// What mixes tokens, with the name of its place.
    pub mixers: Vec<(&'static str, Mixer)>,
    /// What works on tokens, with the name of its place.
    pub ffns: Vec<(&'static str, Ffn)>,
    /// Parameters of its norms and scales.
    pub norm: u64,
}

impl Block {
    /// The usual block: attention and a feed-forward part.
    pub fn usual(attention: Attention, ffn: Ffn, norm: u64) -> Self {
        Block {
            mixers: vec![("self_attn", Mixer::Own(attention))],
            ffns: vec![("mlp", ffn)],
            norm,
        }
    }
}

/// Equal blocks counted together, in order of first appearance.
#[derive(Default)]
pub struct Blocks(Vec<(Block, u64)>);

impl Blocks {
    /// `n` blocks alike.
    pub fn alike(block: Block, n: u64) -> Self {
        Blocks(vec![(block, n)])
    }

    /// Blocks 0 to n - 1 as the closure gives them.
    ///
    /// # Errors
    /// What the closure refuses.
    pub fn each(n: u64, mut block: impl FnMut(u64) -> R<Block>) -> R<Self> {
        let mut all = Blocks::default();
        for i in 0..n {
            all.push(block(i)?);
        }
        Ok(all)
    }

    /// Adds one block.
    pub fn push(&mut self, b: Block) {
        if let Some(same) = self
            .0
            .iter_mut()
            .rev()
            .take(MAX_DISTINCT_BLOCKS)
            .find(|(x, _)| *x == b)
        {
            same.1 += 1;
        } else {
            self.0.push((b, 1));
        }
    }

    /// Adds all blocks to the sum under `path`, on `n` positions.
    pub fn add(&self, cx: &mut Cx, path: &str, n: u64) {
        for (block, repeat) in &self.0 {
            let r = *repeat;
            for (place, m) in &block.mixers {
                let p = format!("{path}.*.{place}");
                add_mixer(cx, &p, m, n, r);
            }
            for (place, f) in &block.ffns {
                add_ffn(cx, &format!("{path}.*.{place}"), f, n, r);
            }
            if block.norm > 0 {
                cx.t.add(
                    &format!("{path}.*.norms"),
                    "norm",
                    r,
                    Cost::new().vector(block.norm),
                );
            }
        }
    }
}

/// Adds attention: its projections, then its products.
pub fn add_attention(cx: &mut Cx, path: &str, a: &Attention, queries: u64, keys: u64, repeat: u64) {
    let kind = if a.source_width != a.width || queries != keys {
        "cross-attention"
    } else {
        "attention"
    };
    cx.t.add(path, kind, repeat, a.projections(queries, keys));
    cx.t.add(
        &format!("{path}.core"),
        "attention core",
        repeat,
        a.core(queries, keys),
    );
}

fn add_mixer(cx: &mut Cx, p: &str, m: &Mixer, n: u64, r: u64) {
    let core = format!("{p}.core");
    match m {
        Mixer::Own(a) => add_attention(cx, p, a, n, n, r),
        Mixer::Cross(a, keys) => {
            cx.t.add(p, "cross-attention", r, a.projections(n, *keys));
            cx.t.add(&core, "attention core", r, a.core(n, *keys));
        }
        Mixer::CrossIdle(a) => match cx.cross {
            // An encoder stands beside this decoder after all.
            Some((keys, width)) => {
                let a = Attention {
                    source_width: width,
                    ..*a
                };
                cx.t.add(p, "cross-attention", r, a.projections(n, keys));
                cx.t.add(&core, "attention core", r, a.core(n, keys));
            }
            None => {
                cx.t.add(p, "cross-attention", r, a.projections(0, 0).not_run());
            }
        },
        Mixer::Latent(a) => {
            cx.t.add(p, "latent attention", r, a.projections(n));
            cx.t.add(&core, "attention core", r, a.core(n));
        }
        Mixer::Mamba1(m) => {
            let c = m.cost(n, padded_conv(n, m.kernel), Scan::Products);
            cx.t.add(p, "state space", r, c);
            cx.t.note(
                "scan-elementwise",
                "The selective scan counts as the product that reads its state, 2 D N per token; the element-wise updates, about 7 D N more by convention, are left out.",
            );
        }
        Mixer::Mamba2(m) => {
            cx.t.add(
                p,
                "state space",
                r,
                m.projections(n, padded_conv(n, m.kernel)),
            );
            cx.t.add(&core, "state-space scan", r, m.scan(n));
        }
        Mixer::Delta(d) => {
            cx.t.add(
                p,
                "gated delta net",
                r,
                d.projections(n, padded_conv(n, d.kernel)),
            );
            cx.t.add(&core, "linear attention core", r, d.core(n));
        }
        Mixer::Rwkv(w) => {
            cx.t.add(p, "time mixing", r, w.time_mixing(n));
            cx.t.note(
                "recurrence-elementwise",
                "The recurrence over time is element-wise and counts no FLOP.",
            );
        }
        Mixer::Other(kind, projections, c) => {
            cx.t.add(p, kind, r, (**projections).clone());
            cx.t.add(&core, "attention core", r, (**c).clone());
        }
    }
}

fn add_ffn(cx: &mut Cx, p: &str, f: &Ffn, n: u64, r: u64) {
    match f {
        Ffn::Dense(f) => {
            let kind = if f.gated {
                "gated feed-forward"
            } else {
                "feed-forward"
            };
            cx.t.add(p, kind, r, f.cost(n));
        }
        Ffn::Mixture(m) => {
            cx.t.add(
                &format!("{p}.router"),
                "router and shared experts",
                r,
                m.common(n),
            );
            cx.t.add(&format!("{p}.experts"), "experts", r, m.routed(n));
        }
        Ffn::Rwkv(w) => cx.t.add(p, "channel mixing", r, w.channel_mixing(n)),
        Ffn::Other(kind, c) => cx.t.add(p, kind, r, (**c).clone()),
    }
}

/// Output positions of a causal convolution that is computed with padding on both sides and cut afterwards.
pub fn padded_conv(n: u64, kernel: u64) -> u64 {
    if n == 0 {
        0
    } else {
        n.saturating_add(kernel.saturating_sub(1))
    }
}

/// A decoder-only language model around its blocks.
pub struct Decoder {
    /// Name of the inner model.
    pub prefix: &'static str,
    /// Width of the residual stream.
    pub width: u64,
    /// Rows of the input table.
    pub vocabulary: u64,
    /// Width of the input table, where it differs from `width`.
    pub embedding_width: u64,
    /// Rows of a learned position table; 0 for none.
    pub positions: u64,
    /// Parameters beside tables and blocks before them: norms of the embedding.
    pub before: u64,
    /// Parameters of the last norm.
    pub last_norm: u64,
    /// Whether the output table is the input table.
    pub tied: bool,
    /// Whether the output has a bias per word.
    pub head_bias: bool,
    /// The blocks.
    pub blocks: Blocks,
}

impl Decoder {
    /// A table of words, blocks, one RMS norm and a head, all of one width.
    ///
    /// # Errors
    /// A vocabulary that cannot be read.
    pub fn plain(
        c: &crate::cfg::Cfg,
        prefix: &'static str,
        width: u64,
        tied: bool,
        blocks: Blocks,
    ) -> R<Decoder> {
        Ok(Decoder {
            prefix,
            width,
            vocabulary: c.u("vocab_size")?,
            embedding_width: width,
            positions: 0,
            before: 0,
            last_norm: width,
            tied,
            head_bias: false,
            blocks,
        })
    }

    /// Adds the model and the head of the class.
    ///
    /// # Errors
    /// A size of a classification head that cannot be read.
    pub fn add(self, cx: &mut Cx, c: &crate::cfg::Cfg, n: u64) -> R<()> {
        let p = self.prefix;
        cx.t.embedding(
            &format!("{p}.embed_tokens"),
            self.vocabulary,
            self.embedding_width,
        );
        if self.positions > 0 {
            cx.t.add(
                &format!("{p}.embed_positions"),
                "position table",
                1,
                Cost::new().weights(&[self.positions, self.width]),
            );
        }
        if self.before > 0 {
            cx.t.add(
                &format!("{p}.embed_norm"),
                "norm",
                1,
                Cost::new().vector(self.before),
            );
        }
        self.blocks.add(cx, &format!("{p}.layers"), n);
        if self.last_norm > 0 {
            cx.t.add(
                &format!("{p}.norm"),
                "norm",
                1,
                Cost::new().vector(self.last_norm),
            );
        }
        text_head(
            cx,
            c,
            n,
            self.width,
            self.embedding_width,
            self.vocabulary,
            self.head_bias,
            self.tied,
        )
    }
}

/// The head of a decoder's class.
#[allow(clippy::too_many_arguments)]
pub fn text_head(
    cx: &mut Cx,
    c: &crate::cfg::Cfg,
    n: u64,
    width: u64,
    table_width: u64,
    vocabulary: u64,
    bias: bool,
    tied: bool,
) -> R<()> {
    let tied = cx.tied.unwrap_or(tied);
    match cx.head {
        Head::CausalLm | Head::Generation | Head::MaskedLm => {
            cx.lm_head("lm_head", n, table_width, vocabulary, bias, tied);
        }
        // Decoders score every position and pick the last one's.
        Head::Sequence => {
            let k = c.labels()?;
            cx.t.add(
                "score",
                "classification head",
                1,
                Cost::new().linear(n, width, k, false),
            );
        }
        Head::Token => {
            let k = c.labels()?;
            cx.t.add(
                "score",
                "classification head",
                1,
                Cost::new().linear(n, width, k, true),
            );
        }
        Head::Question => cx.t.add(
            "qa_outputs",
            "classification head",
            1,
            Cost::new().linear(n, width, 2, true),
        ),
        Head::Base => {}
        _ => note_head(cx),
    }
    Ok(())
}

/// The head of a class that generates text from a decoder: one table, which is the input's unless the file says otherwise.
pub fn generation_head(
    cx: &mut Cx,
    c: &crate::cfg::Cfg,
    path: &str,
    t: u64,
    d: u64,
    vocabulary: u64,
) {
    match cx.head {
        Head::Base => {}
        Head::Generation => {
            let tied = c.b_or("tie_word_embeddings", true);
            cx.lm_head(path, t, d, vocabulary, false, tied);
        }
        _ => note_head(cx),
    }
}

/// Says that the class's head is not counted.
pub fn note_head(cx: &mut Cx) {
    let class = crate::cfg::clip(&cx.class);
    cx.t.unknown.push(Unknown {
        what: format!("head of class {class}"),
        occurrences: 1,
        matters: true,
    });
    cx.t.note(
        "head-not-counted",
        format!("The head of class {class} is not known here: the bare model is counted."),
    );
}

/// Masks of all layers from `layer_types`, else from a rule.
///
/// # Errors
/// A `layer_types` of the wrong length or an unreadable window.
pub fn masks(c: &crate::cfg::Cfg, n: u64, rule: Window) -> R<Vec<Mask>> {
    let window = c.opt("sliding_window")?;
    let full = Mask::Causal;
    let slide = window.map_or(full, |w| if w == 0 { full } else { Mask::Window(w) });
    let chunk = c
        .opt("attention_chunk_size")?
        .map_or(full, |w| if w == 0 { full } else { Mask::Chunk(w) });
    if let Some(types) = c
        .strs("layer_types")?
        .filter(|t| t.len() as u64 == n && c.own("layer_types"))
    {
        let off = matches!(rule, Window::Tail) && !c.b("use_sliding_window");
        return Ok(types
            .iter()
            .map(|t| match *t {
                "sliding_attention" | "local_attention" | "local" if !off => slide,
                "chunked_attention" => chunk,
                _ => full,
            })
            .collect());
    }
    let pattern = |default: u64| c.or("sliding_window_pattern", default);
    Ok(match rule {
        Window::Never => vec![full; n as usize],
        Window::Both => vec![Mask::Full; n as usize],
        Window::All => vec![slide; n as usize],
        Window::Tail => {
            let from = c.or("max_window_layers", u64::MAX)?;
            let on = c.b("use_sliding_window");
            (0..n)
                .map(|i| if on && i >= from { slide } else { full })
                .collect()
        }
        Window::Every(k) => {
            let k = if matches!(
                c.get("sliding_window_pattern"),
                Some(serde_json::Value::String(_))
            ) {
                k
            } else {
                pattern(k)?
            };
            (0..n)
                .map(|i| {
                    if k > 0 && (i + 1) % k != 0 {
                        slide
                    } else {
                        full
                    }
                })
                .collect()
        }
    })
}

/// Which layers see a window when the file does not say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Window {
    /// None.
    Never,
    /// None, and no mask either: tokens see those after them.
    Both,
    /// All, where `sliding_window` is given.
    All,
    /// From `max_window_layers` on, where `use_sliding_window` says so (Qwen).
    Tail,
    /// All but every k-th.
    Every(u64),
}
