//! The registry of layer kinds: a new kind is one entry here, and a file in `kinds` where it has a formula of its own.

use crate::kinds::{
    Attention, Cell, Convolution, FeedForward, GatedDelta, LatentAttention, LinearAttention,
    Mamba1, Mamba2, Mixture, Recurrent, Rwkv4, Scan, Shared,
};
use crate::spec::Fields;
use crate::{Cost, Mask, Refusal};

/// What a field takes, with its default.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FieldKind {
    /// A whole number.
    Number(u64),
    /// A whole number; left empty, the tokens of one example.
    Tokens,
    /// Yes or no.
    Flag(bool),
    /// One of these; the first is the default.
    Choice(&'static [&'static str]),
}

/// One field of a layer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Field {
    /// Permanent id, as in a link.
    pub id: &'static str,
    /// Name for people.
    pub name: &'static str,
    /// What it takes.
    pub kind: FieldKind,
}

/// Parts of a layer: the name of the part (empty for the layer itself, `core` for attention's own products) and its cost.
pub type Parts = Vec<(&'static str, Cost)>;

/// One kind of layer.
pub struct LayerKind {
    /// Permanent id, as in a link.
    pub id: &'static str,
    /// Name for people.
    pub name: &'static str,
    /// Its fields, in the order a form shows them.
    pub fields: &'static [Field],
    /// The formula in letters.
    pub formula: &'static str,
    /// Where the formula is from.
    pub source: &'static str,
    /// Counts one layer for one example.
    pub count: fn(&Fields) -> Result<Parts, Refusal>,
}

const fn num(id: &'static str, name: &'static str, default: u64) -> Field {
    Field {
        id,
        name,
        kind: FieldKind::Number(default),
    }
}

const fn flag(id: &'static str, name: &'static str, default: bool) -> Field {
    Field {
        id,
        name,
        kind: FieldKind::Flag(default),
    }
}

const POSITIONS: Field = Field {
    id: "positions",
    name: "positions",
    kind: FieldKind::Tokens,
};
const MASK: Field = Field {
    id: "mask",
    name: "mask",
    kind: FieldKind::Choice(&["causal", "full", "window", "chunk"]),
};
const WINDOW: Field = num("window", "window or chunk", 1024);
const TABLE: &str = "method.md 2, derived";

fn one(c: Cost) -> Result<Parts, Refusal> {
    Ok(vec![("", c)])
}

fn mask(f: &Fields) -> Result<Mask, Refusal> {
    let w = f.n("window")?;
    Ok(match f.s("mask")? {
        "full" => Mask::Full,
        "window" => Mask::Window(w),
        "chunk" => Mask::Chunk(w),
        _ => Mask::Causal,
    })
}

fn convolution(f: &Fields, axes: usize, transposed: bool) -> Result<Parts, Refusal> {
    let names = ["height", "width", "depth"];
    let mut input = Vec::with_capacity(axes);
    if axes == 1 {
        input.push(f.n("length")?);
    } else {
        for name in names.iter().take(axes) {
            input.push(f.n(name)?);
        }
    }
    let k = f.n("kernel")?;
    let c = Convolution {
        stride: f.n("stride")?,
        padding: f.n("padding")?,
        dilation: f.n("dilation")?,
        groups: f.n("groups")?,
        bias: f.b("bias")?,
        transposed,
        output_padding: if transposed {
            f.n("output_padding")?
        } else {
            0
        },
        ..Convolution::new(&input, &vec![k; axes], f.n("inputs")?, f.n("outputs")?)
    };
    if c.groups == 0
        || !c.in_channels.is_multiple_of(c.groups)
        || !c.out_channels.is_multiple_of(c.groups)
    {
        return Err(Refusal {
            code: "groups",
            message: format!(
                "{} groups do not divide {} and {} channels.",
                c.groups, c.in_channels, c.out_channels
            ),
            remedy: "Type a number of groups that divides both.".into(),
        });
    }
    one(c.cost())
}

fn recurrent(f: &Fields, cell: Cell) -> Result<Parts, Refusal> {
    let projection = if cell == Cell::Lstm {
        Some(f.n("projection")?).filter(|&p| p > 0)
    } else {
        None
    };
    let r = Recurrent {
        cell,
        inputs: f.n("inputs")?,
        units: f.n("units")?,
        layers: f.n("layers")?,
        bidirectional: f.b("bidirectional")?,
        projection,
        biases: f.n("biases")?,
    };
    one(r.cost(f.n("steps")?))
}

const RECURRENT: &[Field] = &[
    num("inputs", "inputs per step", 128),
    num("units", "units", 256),
    Field {
        id: "steps",
        name: "time steps",
        kind: FieldKind::Tokens,
    },
    num("layers", "layers", 1),
    flag("bidirectional", "both directions", false),
    num("biases", "bias vectors per gate", 2),
];
const LSTM: &[Field] = &[
    num("inputs", "inputs per step", 128),
    num("units", "units", 256),
    Field {
        id: "steps",
        name: "time steps",
        kind: FieldKind::Tokens,
    },
    num("layers", "layers", 1),
    flag("bidirectional", "both directions", false),
    num("projection", "projection, 0 for none", 0),
    num("biases", "bias vectors per gate", 2),
];

macro_rules! conv_fields {
    ($($size:expr),*) => {
        &[
            $($size,)*
            num("inputs", "input channels", 3),
            num("outputs", "output channels", 64),
            num("kernel", "kernel", 3),
            num("stride", "stride", 1),
            num("padding", "padding", 1),
            num("dilation", "dilation", 1),
            num("groups", "groups", 1),
            flag("bias", "bias", true),
        ]
    };
}
macro_rules! transposed_fields {
    ($($size:expr),*) => {
        &[
            $($size,)*
            num("inputs", "input channels", 64),
            num("outputs", "output channels", 32),
            num("kernel", "kernel", 4),
            num("stride", "stride", 2),
            num("padding", "padding", 1),
            num("output_padding", "output padding", 0),
            num("dilation", "dilation", 1),
            num("groups", "groups", 1),
            flag("bias", "bias", true),
        ]
    };
}

const CONV: &str = "parameters D K C/g + D; FLOP 2 x output positions x D K C/g";
const DECONV: &str = "parameters C K D/g + D; FLOP 2 x input positions x C K D/g";

/// All kinds of layer.
pub const LAYERS: &[LayerKind] = &[
    LayerKind {
        id: "linear",
        name: "fully connected",
        fields: &[
            num("inputs", "inputs", 1024),
            num("outputs", "outputs", 1024),
            POSITIONS,
            flag("bias", "bias", true),
        ],
        formula: "parameters N M + M; FLOP 2 n N M on n positions",
        source: TABLE,
        count: |f| {
            one(Cost::new().linear(
                f.n("positions")?,
                f.n("inputs")?,
                f.n("outputs")?,
                f.b("bias")?,
            ))
        },
    },
    LayerKind {
        id: "embedding",
        name: "embedding",
        fields: &[num("rows", "rows", 32000), num("width", "width", 1024)],
        formula: "parameters V W; FLOP 0",
        source: TABLE,
        count: |f| one(Cost::new().weights(&[f.n("rows")?, f.n("width")?])),
    },
    LayerKind {
        id: "output-head",
        name: "output projection",
        fields: &[
            num("width", "width", 1024),
            num("vocabulary", "vocabulary", 32000),
            POSITIONS,
            flag("bias", "bias", false),
        ],
        formula: "parameters V W, none where the input table is shared; FLOP 2 n W V",
        source: TABLE,
        count: |f| {
            one(Cost::new().linear(
                f.n("positions")?,
                f.n("width")?,
                f.n("vocabulary")?,
                f.b("bias")?,
            ))
        },
    },
    LayerKind {
        id: "conv1d",
        name: "convolution, 1-D",
        fields: conv_fields!(num("length", "length", 1024)),
        formula: CONV,
        source: TABLE,
        count: |f| convolution(f, 1, false),
    },
    LayerKind {
        id: "conv2d",
        name: "convolution, 2-D",
        fields: conv_fields!(num("height", "height", 224), num("width", "width", 224)),
        formula: CONV,
        source: TABLE,
        count: |f| convolution(f, 2, false),
    },
    LayerKind {
        id: "conv3d",
        name: "convolution, 3-D",
        fields: conv_fields!(
            num("height", "height", 32),
            num("width", "width", 32),
            num("depth", "depth", 16)
        ),
        formula: CONV,
        source: TABLE,
        count: |f| convolution(f, 3, false),
    },
    LayerKind {
        id: "deconv1d",
        name: "transposed convolution, 1-D",
        fields: transposed_fields!(num("length", "length", 512)),
        formula: DECONV,
        source: "method.md 2; facebookresearch/fvcore#78",
        count: |f| convolution(f, 1, true),
    },
    LayerKind {
        id: "deconv2d",
        name: "transposed convolution, 2-D",
        fields: transposed_fields!(num("height", "height", 28), num("width", "width", 28)),
        formula: DECONV,
        source: "method.md 2; facebookresearch/fvcore#78",
        count: |f| convolution(f, 2, true),
    },
    LayerKind {
        id: "deconv3d",
        name: "transposed convolution, 3-D",
        fields: transposed_fields!(
            num("height", "height", 16),
            num("width", "width", 16),
            num("depth", "depth", 8)
        ),
        formula: DECONV,
        source: "method.md 2; facebookresearch/fvcore#78",
        count: |f| convolution(f, 3, true),
    },
    LayerKind {
        id: "rnn",
        name: "recurrent layer",
        fields: RECURRENT,
        formula: "per step and direction: parameters (N + M) M + b M; FLOP 2 (N + M) M",
        source: TABLE,
        count: |f| recurrent(f, Cell::Plain),
    },
    LayerKind {
        id: "gru",
        name: "GRU",
        fields: RECURRENT,
        formula: "per step and direction: parameters 3 ((N + M) M + b M); FLOP 6 (N + M) M",
        source: TABLE,
        count: |f| recurrent(f, Cell::Gru),
    },
    LayerKind {
        id: "lstm",
        name: "LSTM",
        fields: LSTM,
        formula: "per step and direction: parameters 4 ((N + R) M + b M) + M R; FLOP 8 (N + R) M + 2 M R; R = M without projection",
        source: TABLE,
        count: |f| recurrent(f, Cell::Lstm),
    },
    LayerKind {
        id: "layer-norm",
        name: "layer norm",
        fields: &[num("width", "width", 1024), flag("bias", "bias", true)],
        formula: "parameters 2 W, W without bias; FLOP element-wise, not counted",
        source: TABLE,
        count: |f| one(Cost::new().weights(&[if f.b("bias")? { 2 } else { 1 }, f.n("width")?])),
    },
    LayerKind {
        id: "rms-norm",
        name: "RMS norm",
        fields: &[num("width", "width", 1024)],
        formula: "parameters W; FLOP element-wise, not counted",
        source: TABLE,
        count: |f| one(Cost::new().vector(f.n("width")?)),
    },
    LayerKind {
        id: "batch-norm",
        name: "batch norm",
        fields: &[num("channels", "channels", 64)],
        formula: "parameters 2 C; the running mean and variance are buffers; FLOP element-wise, not counted",
        source: "method.md 2; facebookresearch/fvcore#72",
        count: |f| one(Cost::new().weights(&[2, f.n("channels")?])),
    },
    LayerKind {
        id: "group-norm",
        name: "group norm",
        fields: &[num("channels", "channels", 64)],
        formula: "parameters 2 C, whatever the number of groups; FLOP element-wise, not counted",
        source: TABLE,
        count: |f| one(Cost::new().weights(&[2, f.n("channels")?])),
    },
    LayerKind {
        id: "pooling",
        name: "pooling",
        fields: &[num("kernel", "kernel", 2), num("stride", "stride", 2)],
        formula: "parameters 0; FLOP about one per element, not counted",
        source: TABLE,
        count: |f| {
            f.n("kernel")?;
            f.n("stride")?;
            one(Cost::new())
        },
    },
    LayerKind {
        id: "attention",
        name: "self-attention (multi-head, grouped-query, multi-query)",
        fields: &[
            num("width", "width", 4096),
            num("heads", "query heads", 32),
            num("kv_heads", "key/value heads", 8),
            num("head", "width of a head", 128),
            POSITIONS,
            MASK,
            WINDOW,
            flag("bias", "biases", false),
        ],
        formula: "parameters W D (Hq + 2 Hkv) + Hq D W; FLOP 2 L W D (Hq + 2 Hkv) + 4 L L D Hq + 2 L Hq D W",
        source: "method.md 2; pairs under a mask exactly: NVIDIA-NeMo/Megatron-Bridge#3947",
        count: |f| {
            let n = f.n("positions")?;
            let a = Attention::new(
                f.n("width")?,
                f.n("heads")?,
                f.n("kv_heads")?,
                f.n("head")?,
                mask(f)?,
            );
            let a = a.biased([f.b("bias")?; 4]);
            Ok(vec![("", a.projections(n, n)), ("core", a.core(n, n))])
        },
    },
    LayerKind {
        id: "latent-attention",
        name: "multi-head latent attention",
        fields: &[
            num("width", "width", 7168),
            num("heads", "heads", 128),
            num("query_rank", "query rank, 0 for none", 1536),
            num("kv_rank", "key/value rank", 512),
            num("nope", "head width without positions", 128),
            num("rope", "head width with positions", 64),
            num("value", "value head width", 128),
            POSITIONS,
            MASK,
            WINDOW,
        ],
        formula: "parameters d q + q H (n + r) + d (c + r) + c H (n + v) + H v d and norms q + c; core FLOP 2 L L H (n + r + v)",
        source: "NVIDIA/Megatron-LM#1475",
        count: |f| {
            let n = f.n("positions")?;
            let a = LatentAttention {
                width: f.n("width")?,
                heads: f.n("heads")?,
                query_rank: Some(f.n("query_rank")?).filter(|&q| q > 0),
                kv_rank: f.n("kv_rank")?,
                nope: f.n("nope")?,
                rope: f.n("rope")?,
                value: f.n("value")?,
                bias: false,
                indexer: None,
                gate: 0,
                mask: mask(f)?,
            };
            Ok(vec![("", a.projections(n)), ("core", a.core(n))])
        },
    },
    LayerKind {
        id: "cross-attention",
        name: "cross-attention",
        fields: &[
            num("width", "width", 512),
            num("source_width", "width of the source", 512),
            num("heads", "query heads", 8),
            num("kv_heads", "key/value heads", 8),
            num("head", "width of a head", 64),
            POSITIONS,
            num("source", "positions of the source", 512),
            flag("bias", "biases", false),
        ],
        formula: "FLOP 2 L W D Hq + 4 S W' D Hkv + 4 L S D Hq + 2 L Hq D W",
        source: "method.md 2; huggingface/transformers#6768",
        count: |f| {
            let (n, s) = (f.n("positions")?, f.n("source")?);
            let a = Attention::new(
                f.n("width")?,
                f.n("heads")?,
                f.n("kv_heads")?,
                f.n("head")?,
                Mask::Full,
            );
            let a = Attention {
                source_width: f.n("source_width")?,
                ..a
            }
            .biased([f.b("bias")?; 4]);
            Ok(vec![("", a.projections(n, s)), ("core", a.core(n, s))])
        },
    },
    LayerKind {
        id: "feed-forward",
        name: "feed-forward",
        fields: &[
            num("width", "width", 1024),
            num("inner", "inner width", 4096),
            POSITIONS,
            flag("bias", "biases", true),
        ],
        formula: "parameters 2 W F + F + W; FLOP 4 L W F",
        source: TABLE,
        count: |f| {
            let p = FeedForward {
                width: f.n("width")?,
                inner: f.n("inner")?,
                gated: false,
                bias: [f.b("bias")?; 2],
            };
            one(p.cost(f.n("positions")?))
        },
    },
    LayerKind {
        id: "gated-feed-forward",
        name: "gated feed-forward (SwiGLU, GeGLU)",
        fields: &[
            num("width", "width", 4096),
            num("inner", "inner width", 14336),
            POSITIONS,
            flag("bias", "biases", false),
        ],
        formula: "parameters 3 W F; FLOP 6 L W F",
        source: "method.md 2; EleutherAI/cookbook#36",
        count: |f| {
            let p = FeedForward {
                width: f.n("width")?,
                inner: f.n("inner")?,
                gated: true,
                bias: [f.b("bias")?; 2],
            };
            one(p.cost(f.n("positions")?))
        },
    },
    LayerKind {
        id: "mixture",
        name: "mixture of experts",
        fields: &[
            num("width", "width", 4096),
            num("inner", "inner width of an expert", 14336),
            num("experts", "experts", 8),
            num("used", "experts per token", 2),
            num("shared", "inner width of the shared part, 0 for none", 0),
            flag("shared_gate", "gate on the shared part", false),
            flag("gated", "gated experts", true),
            flag("bias", "biases", false),
            POSITIONS,
        ],
        formula: "parameters W E + E x expert + shared; FLOP 2 L W E + k x expert’s + shared part’s",
        source: "method.md 2",
        count: |f| {
            let n = f.n("positions")?;
            let e = FeedForward {
                width: f.n("width")?,
                inner: f.n("inner")?,
                gated: f.b("gated")?,
                bias: [f.b("bias")?; 2],
            };
            let inner = f.n("shared")?;
            let shared = (inner > 0).then_some(Shared {
                inner,
                gate: f.b("shared_gate")?,
                bias: f.b("bias")?,
            });
            let m = Mixture {
                shared,
                ..Mixture::new(e, f.n("experts")?, f.n("used")?)
            };
            Ok(vec![("router", m.common(n)), ("experts", m.routed(n))])
        },
    },
    LayerKind {
        id: "mamba",
        name: "Mamba",
        fields: &[
            num("width", "width", 768),
            num("inner", "inner width", 1536),
            num("state", "state", 16),
            num("rank", "rank of the step", 48),
            num("kernel", "kernel", 4),
            POSITIONS,
            Field {
                id: "scan",
                name: "scan",
                kind: FieldKind::Choice(&["convention", "products"]),
            },
        ],
        formula: "FLOP per token 2 d 2D + 2 K D + 2 D (R + 2N) + 2 R D + 9 D N + 2 D + 2 D d; the scan’s products alone 2 D N",
        source: "state-spaces/mamba#110",
        count: |f| {
            let n = f.n("positions")?;
            let m = Mamba1 {
                width: f.n("width")?,
                inner: f.n("inner")?,
                state: f.n("state")?,
                rank: f.n("rank")?,
                kernel: f.n("kernel")?,
                conv_bias: true,
                bias: false,
                extra: 0,
            };
            one(m.cost(
                n,
                n,
                if f.s("scan")? == "products" {
                    Scan::Products
                } else {
                    Scan::Convention
                },
            ))
        },
    },
    LayerKind {
        id: "mamba2",
        name: "Mamba 2",
        fields: &[
            num("width", "width", 4096),
            num("heads", "heads", 128),
            num("head", "width of a head", 64),
            num("state", "state", 128),
            num("groups", "groups", 8),
            num("kernel", "kernel", 4),
            num("chunk", "chunk", 256),
            POSITIONS,
        ],
        formula: "scan in chunks of c: FLOP 2 L c H (N + P) + 4 L H N P",
        source: "arXiv 2405.21060, section 6",
        count: |f| {
            let n = f.n("positions")?;
            let (heads, head) = (f.n("heads")?, f.n("head")?);
            let m = Mamba2 {
                width: f.n("width")?,
                inner: heads.saturating_mul(head),
                heads,
                head,
                state: f.n("state")?,
                groups: f.n("groups")?,
                kernel: f.n("kernel")?,
                chunk: f.n("chunk")?,
                conv_bias: true,
                bias: [false; 2],
                norm: true,
                extra_in: 0,
            };
            Ok(vec![("", m.projections(n, n)), ("core", m.scan(n))])
        },
    },
    LayerKind {
        id: "linear-attention",
        name: "linear attention",
        fields: &[
            num("width", "width", 2048),
            num("heads", "heads", 16),
            num("key", "key width of a head", 128),
            num("value", "value width of a head", 128),
            num(
                "products",
                "products with the state: 2, or 3 with a delta rule",
                2,
            ),
            POSITIONS,
        ],
        formula: "projections as in attention; core FLOP 2 p L H Dk Dv, no term in L^2",
        source: "fla-org/flame#7",
        count: |f| {
            let n = f.n("positions")?;
            let (d, h, k, v) = (f.n("width")?, f.n("heads")?, f.n("key")?, f.n("value")?);
            let l = LinearAttention {
                heads: h,
                key: k,
                value: v,
                products: f.n("products")?,
            };
            let (hk, hv) = (h.saturating_mul(k), h.saturating_mul(v));
            let p = Cost::new()
                .linears(2, n, d, hk, false)
                .linear(n, d, hv, false)
                .linear(n, hv, d, false);
            Ok(vec![("", p), ("core", l.core(n))])
        },
    },
    LayerKind {
        id: "gated-delta-net",
        name: "gated delta net",
        fields: &[
            num("width", "width", 2048),
            num("key_heads", "key heads", 16),
            num("value_heads", "value heads", 32),
            num("key", "key width of a head", 128),
            num("value", "value width of a head", 128),
            num("kernel", "kernel", 4),
            num("chunk", "chunk", 64),
            POSITIONS,
        ],
        formula: "rule in chunks of c, per token and value head: FLOP 2 c (2 Dk + Dv) + 6 Dk Dv",
        source: "arXiv 2412.06464, section 3.3",
        count: |f| {
            let n = f.n("positions")?;
            let g = GatedDelta {
                width: f.n("width")?,
                key_heads: f.n("key_heads")?,
                value_heads: f.n("value_heads")?,
                key: f.n("key")?,
                value: f.n("value")?,
                kernel: f.n("kernel")?,
                chunk: f.n("chunk")?,
            };
            Ok(vec![("", g.projections(n, n)), ("core", g.core(n))])
        },
    },
    LayerKind {
        id: "rwkv",
        name: "RWKV block",
        fields: &[
            num("width", "width", 768),
            num("attention", "width of time mixing", 768),
            num("inner", "inner width", 3072),
            POSITIONS,
        ],
        formula: "FLOP per token 2 (4 d a) + 2 (2 d F + d d); the recurrence is element-wise",
        source: "arXiv 2305.13048, section 3",
        count: |f| {
            let n = f.n("positions")?;
            let w = Rwkv4 {
                width: f.n("width")?,
                attention: f.n("attention")?,
                inner: f.n("inner")?,
            };
            Ok(vec![
                ("time_mixing", w.time_mixing(n)),
                ("channel_mixing", w.channel_mixing(n)),
            ])
        },
    },
    LayerKind {
        id: "multi-token-prediction",
        name: "multi-token prediction",
        fields: &[
            num("width", "width", 7168),
            num("vocabulary", "vocabulary of the shared head", 129280),
            POSITIONS,
        ],
        formula: "parameters 2 W W + 3 W and the block inside; FLOP 4 L W W + 2 L W V, table and head shared with the model",
        source: "DeepSeek-V3 weight notes; arXiv 2412.19437, section 2.2",
        count: |f| {
            let (n, d) = (f.n("positions")?, f.n("width")?);
            let c = Cost::new()
                .linear(n, d.saturating_mul(2), d, false)
                .weights(&[3, d]);
            Ok(vec![
                ("", c),
                ("head", Cost::new().shared_linear(n, d, f.n("vocabulary")?)),
            ])
        },
    },
    LayerKind {
        id: "lora",
        name: "low-rank adapter (LoRA)",
        fields: &[
            num("inputs", "inputs", 4096),
            num("outputs", "outputs", 4096),
            num("rank", "rank", 16),
            POSITIONS,
        ],
        formula: "parameters r (N + M); FLOP 2 n r (N + M)",
        source: "arXiv 2106.09685, section 4",
        count: |f| {
            let (n, r) = (f.n("positions")?, f.n("rank")?);
            one(Cost::new().linear(n, f.n("inputs")?, r, false).linear(
                n,
                r,
                f.n("outputs")?,
                false,
            ))
        },
    },
    LayerKind {
        id: "patch-embedding",
        name: "patch embedding",
        fields: &[
            num("height", "height", 224),
            num("width", "width", 224),
            num("channels", "channels", 3),
            num("patch", "patch", 16),
            num("outputs", "width of the model", 768),
            num("tokens", "class and register tokens", 1),
        ],
        formula: "parameters P P C W + W, positions (H/P W/P + t) W and t W; FLOP 2 (H/P) (W/P) P P C W",
        source: "method.md 1.6; ultralytics/thop#143",
        count: |f| {
            let p = f.n("patch")?;
            let (Some(h), Some(w)) = (f.n("height")?.checked_div(p), f.n("width")?.checked_div(p))
            else {
                return Err(Refusal {
                    code: "size-zero",
                    message: "The patch is 0.".into(),
                    remedy: "Type 1 or more.".into(),
                });
            };
            let (n, d, t) = (h.saturating_mul(w), f.n("outputs")?, f.n("tokens")?);
            let c = Cost::new()
                .convolution(n, f.n("channels")?, d, p.saturating_mul(p), 1, true)
                .weights(&[n.saturating_add(t), d])
                .weights(&[t, d]);
            one(c)
        },
    },
];

/// The kind of this id.
pub fn find(id: &str) -> Option<&'static LayerKind> {
    LAYERS.iter().find(|k| k.id == id)
}

#[cfg(test)]
mod tests {
    use super::LAYERS;

    #[test]
    fn ids_are_kebab_case_and_differ() {
        for (i, k) in LAYERS.iter().enumerate() {
            assert!(
                k.id.chars()
                    .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-'),
                "{}",
                k.id
            );
            assert!(LAYERS.iter().skip(i + 1).all(|o| o.id != k.id), "{}", k.id);
        }
    }
}
