//! Models whose code is their publishers' own, held to the totals that the publishers give (`tests/truth.rs`).

use crate::block::{Block, Blocks, Decoder, Ffn, Mixer};
use crate::cfg::{Cfg, R, div};
use crate::context::{Cx, Head};
use crate::families::multimodal::{text_model, tower};
use compute_layers::kinds::{Attention, FeedForward};
use compute_layers::{Cost, Mask, Part, Refusal};
use serde_json::{Map, Value, json};

/// Tokens of an example, from the options or the config's longest.
fn tokens(cx: &mut Cx, c: &Cfg, longest: &str) -> R<u64> {
    let longest = c.or(longest, 2048)?;
    cx.text_tokens(longest.clamp(1, 4096))
}

/// Image towers that configs name instead of describing: part of the name, type, sizes.
const NAMED: &[(&str, &str, [u64; 6])] = &[
    // Width, inner width, layers, heads, picture, patch.
    (
        "clip-vit-large-patch14-336",
        "clip_vision_model",
        [1024, 4096, 24, 16, 336, 14],
    ),
    (
        "clip-vit-large-patch14",
        "clip_vision_model",
        [1024, 4096, 24, 16, 224, 14],
    ),
    (
        "siglip-so400m-patch14-384",
        "siglip_vision_model",
        [1152, 4304, 27, 16, 384, 14],
    ),
];

/// The config of a tower known by name.
fn named(name: &str) -> Option<Map<String, Value>> {
    let (_, kind, [d, inner, layers, heads, picture, patch]) =
        NAMED.iter().find(|(part, ..)| name.contains(part))?;
    let v = json!({
        "model_type": kind, "hidden_size": d, "intermediate_size": inner, "num_hidden_layers": layers,
        "num_attention_heads": heads, "image_size": picture, "patch_size": patch, "vision_use_head": false,
    });
    v.as_object().cloned()
}

/// LLaVA as its authors publish it: the language model's sizes at the top, the tower by name.
pub fn llava(cx: &mut Cx, c: &Cfg) -> R<()> {
    let text = match c.model_type.as_str() {
        "llava_mistral" => "mistral",
        "llava_qwen" => "qwen2",
        "phi3_v" => "phi3",
        _ => "llama",
    };
    let t = c.as_type(text);
    if !cx.only(Part::Vision) {
        cx.head = Head::CausalLm;
        text_model(cx, &t, None)?;
    }
    if cx.only(Part::Text) {
        return Ok(());
    }
    let phi = c.model_type == "phi3_v";
    let name = if phi {
        "clip-vit-large-patch14-336"
    } else {
        c.s("mm_vision_tower").or(c.s("vision_tower")).unwrap_or("")
    };
    let Some(own) = named(name) else {
        return Err(Refusal {
            code: "tower-elsewhere",
            message: format!(
                "The image tower \"{}\" is another model, whose sizes are not in this file.",
                crate::cfg::clip(name)
            ),
            remedy: "Count the language model alone (part text), and the tower from its own config.json.".into(),
        });
    };
    let kind = own
        .get("model_type")
        .and_then(Value::as_str)
        .unwrap_or_default();
    let v = Cfg::new(Some(&own), kind, kind, "vision_tower");
    let (spoken, mark) = (cx.tokens, cx.t.mark());
    let (n, d) = tower(cx, &v, "model.vision_tower")?;
    if cx.only(Part::Vision) {
        cx.tokens = n;
        return Ok(());
    }
    let td = t.u("hidden_size")?;
    let (m, wide) = if phi {
        // Two by two patches side by side; what separates pictures and rows.
        ((n.saturating_sub(1)) / 4, d.saturating_mul(4))
    } else if kind == "clip_vision_model" {
        (n.saturating_sub(1), d)
    } else {
        (n, d)
    };
    let depth = match c.s("mm_projector_type") {
        None if phi => 2,
        None | Some("linear") => 1,
        Some(other) => match other
            .strip_prefix("mlp")
            .and_then(|x| x.split('x').next())
            .and_then(|x| x.parse::<u64>().ok())
        {
            Some(depth @ 1..=8) => depth,
            _ => {
                return Err(Refusal {
                    code: "projector-unknown",
                    message: format!(
                        "\"mm_projector_type\" is \"{}\", which is not known here.",
                        crate::cfg::clip(other)
                    ),
                    remedy: "Count the language model alone (part text).".into(),
                });
            }
        },
    };
    let mut k = Cost::new().linear(m, wide, td, true);
    for _ in 1..depth {
        k = k.linear(m, td, td, true);
    }
    if phi {
        k = k.vector(wide.saturating_mul(2));
    } else if c
        .s("mm_patch_merge_type")
        .is_some_and(|s| s.contains("unpad"))
    {
        k = k.vector(td);
    }
    cx.t.add("model.mm_projector", "projector", 1, k);
    if !cx.given(&["pixel_values"]) {
        cx.t.idle_from(mark);
        cx.t.note("tower-not-run", "Only text is given: the image tower counts as parameters, not as work. Give pixel_values, like [1, 3, 336, 336], to run it once.");
    }
    cx.tokens = spoken;
    Ok(())
}

/// MiniCPM-V 2.6: SigLIP, queries that read its patches, Qwen 2.
pub fn minicpm_v(cx: &mut Cx, c: &Cfg) -> R<()> {
    if !c.own("query_num") || !c.own("vision_config") || !c.own("hidden_size") {
        return Err(c.missing("query_num"));
    }
    let t = c.as_type("qwen2");
    let v = c.fixed("vision_config", "siglip_vision_model");
    if !cx.only(Part::Vision) {
        cx.head = Head::CausalLm;
        text_model(cx, &t, None)?;
    }
    if cx.only(Part::Text) {
        return Ok(());
    }
    let (spoken, mark) = (cx.tokens, cx.t.mark());
    // The tower's own pooling head is not part of the model.
    let mut own = Map::new();
    for key in [
        "hidden_size",
        "intermediate_size",
        "num_hidden_layers",
        "num_attention_heads",
        "image_size",
        "patch_size",
    ] {
        if let Some(x) = v.get(key) {
            own.insert(key.into(), x.clone());
        }
    }
    own.insert("vision_use_head".into(), Value::Bool(false));
    let v = Cfg::new(
        Some(&own),
        "siglip_vision_model",
        "siglip_vision_model",
        "vision_config",
    );
    let (n, d) = tower(cx, &v, "vpm")?;
    if cx.only(Part::Vision) {
        cx.tokens = n;
        return Ok(());
    }
    let (td, queries) = (t.u("hidden_size")?, c.u("query_num")?);
    let heads = (td / 128).max(1);
    let a = Attention::new(td, heads, heads, td / heads, Mask::Full).biased([true; 4]);
    let k = Cost::new()
        .weights(&[queries, td])
        .linear(n, d, td, false)
        .plus(&a.projections(queries, n))
        .plus(&a.core(queries, n))
        .linear(queries, td, td, false)
        .vector(td.saturating_mul(6));
    cx.t.add("resampler", "resampler", 1, k);
    if !cx.given(&["pixel_values"]) {
        cx.t.idle_from(mark);
        cx.t.note("tower-not-run", "Only text is given: the image tower and the resampler count as parameters, not as work. Give pixel_values, like [1, 3, 448, 448], to run them once.");
    }
    cx.tokens = spoken;
    Ok(())
}

/// Phi-3-small: biases everywhere, norms with biases, block-sparse attention in every second layer.
pub fn phi3_small(cx: &mut Cx, c: &Cfg) -> R<()> {
    let n = tokens(cx, c, "max_position_embeddings")?;
    let d = c.u("hidden_size")?;
    let heads = c.u("num_attention_heads")?;
    let kv = c.or("num_key_value_heads", heads)?;
    let head = div(d, heads, "num_attention_heads")?;
    let f = FeedForward {
        width: d,
        inner: c.u("ff_intermediate_size")?,
        gated: true,
        bias: [true; 2],
    };
    let a = Attention::new(d, heads, kv, head, Mask::Causal).biased([true; 4]);
    let block = Block::usual(a, Ffn::Dense(f), d.saturating_mul(4));
    let local = c
        .or("blocksparse_block_size", 64)?
        .saturating_mul(c.or("blocksparse_num_local_blocks", 16)?);
    if n > local {
        cx.t.note("block-sparse-attention", "Every second layer is block-sparse at this length; all layers are counted in full, as the dense ones work.");
    }
    let blocks = Blocks::alike(block, c.layers("num_hidden_layers")?);
    let two = d.saturating_mul(2);
    decoder(
        cx,
        c,
        n,
        d,
        two,
        c.b_or("tie_word_embeddings", true),
        blocks,
    )
}

/// A decoder with its input table, blocks, last norm and head.
fn decoder(
    cx: &mut Cx,
    c: &Cfg,
    n: u64,
    width: u64,
    last_norm: u64,
    tied: bool,
    blocks: Blocks,
) -> R<()> {
    let d = Decoder {
        last_norm,
        ..Decoder::plain(c, "model", width, tied, blocks)?
    };
    d.add(cx, c, n)
}

/// OpenELM: heads and widths that grow from layer to layer.
pub fn openelm(cx: &mut Cx, c: &Cfg) -> R<()> {
    let n = tokens(cx, c, "max_context_length")?;
    let d = c.u("model_dim")?;
    let layers = c.layers("num_transformer_layers")?;
    let head = c.u("head_dim")?;
    let count = usize::try_from(layers).unwrap_or(0);
    let (queries, keys) = (
        c.list("num_query_heads", count)?,
        c.list("num_kv_heads", count)?,
    );
    let factors: Vec<f64> = match c.get("ffn_multipliers") {
        Some(Value::Array(a)) if a.len() == count => {
            a.iter().map(|x| x.as_f64().unwrap_or(0.0)).collect()
        }
        _ => return Err(c.missing("ffn_multipliers")),
    };
    let unit = c.or("ffn_dim_divisor", 256)?.max(1);
    let normed = c.b_or("normalize_qk_projections", true);
    let gated = c.b_or("ffn_with_glu", true);
    let blocks = Blocks::each(layers, |i| {
        let at = i as usize;
        let get = |l: &[u64]| l.get(at).copied().unwrap_or(0);
        let a = Attention {
            extra: if normed { head.saturating_mul(2) } else { 0 },
            ..Attention::new(d, get(&queries), get(&keys), head, Mask::Causal)
        };
        let wide = d as f64 * factors.get(at).copied().unwrap_or(0.0).clamp(0.0, 1e3);
        let f = FeedForward {
            width: d,
            inner: divisible(wide, unit),
            gated,
            bias: [false; 2],
        };
        Ok(Block::usual(a, Ffn::Dense(f), d.saturating_mul(2)))
    })?;
    decoder(
        cx,
        c,
        n,
        d,
        d,
        c.b_or("share_input_output_layers", true),
        blocks,
    )
}

/// The nearest multiple of `unit` that is at least nine tenths of `x`.
fn divisible(x: f64, unit: u64) -> u64 {
    let u = unit as f64;
    let near = ((x + u / 2.0) / u).floor().max(1.0) * u;
    let near = if near < 0.9 * x { near + u } else { near };
    near.clamp(0.0, crate::limits::MAX_SIZE as f64) as u64
}

/// Nemotron with layers chosen one by one (DeciLM): attention or feed-forward parts left out, narrowed or made linear.
pub fn nemotron_nas(cx: &mut Cx, c: &Cfg) -> R<()> {
    let n = tokens(cx, c, "max_position_embeddings")?;
    let d = c.u("hidden_size")?;
    let layers = c.layers("num_hidden_layers")?;
    let heads = c.u("num_attention_heads")?;
    let head = c.or("head_dim", div(d, heads, "num_attention_heads")?)?;
    let Some(list) = c
        .get("block_configs")
        .and_then(Value::as_array)
        .filter(|l| l.len() as u64 == layers)
        .cloned()
    else {
        return Err(c.missing("block_configs"));
    };
    let (bias, mlp_bias) = (c.b("attention_bias"), c.b("mlp_bias"));
    let empty = Map::new();
    let blocks = Blocks::each(layers, |i| {
        let part = |name: &str| -> &Map<String, Value> {
            list.get(i as usize)
                .and_then(|b| b.get(name))
                .and_then(Value::as_object)
                .unwrap_or(&empty)
        };
        let (a, f) = (
            Cfg::new(
                Some(part("attention")),
                "nemotron-nas",
                "",
                "block_configs.attention",
            ),
            Cfg::new(Some(part("ffn")), "nemotron-nas", "", "block_configs.ffn"),
        );
        let mut b = Block::default();
        let square = |bias: bool| Cost::new().linear(n, d, d, bias);
        if a.b("replace_with_linear") {
            b.ffns.push((
                "self_attn",
                Ffn::Other("fully connected", Box::new(square(bias))),
            ));
            b.norm = b.norm.saturating_add(d);
        } else if !a.b("no_op") {
            let kv = div(heads, a.u("n_heads_in_group")?, "n_heads_in_group")?;
            let own = Attention::new(d, heads, kv, head, Mask::Causal).biased([bias; 4]);
            b.mixers.push(("self_attn", Mixer::Own(own)));
            b.norm = b.norm.saturating_add(d);
        }
        if f.b("replace_with_linear") {
            b.ffns.push((
                "mlp",
                Ffn::Other("fully connected", Box::new(square(mlp_bias))),
            ));
            b.norm = b.norm.saturating_add(d);
        } else if !f.b("no_op") {
            let inner = match f.opt("intermediate_size")? {
                Some(x) => x,
                None => {
                    let wide = crate::cfg::scaled(d, f.f("ffn_mult", 0.0)? * 2.0 / 3.0);
                    wide.div_ceil(256).saturating_mul(256)
                }
            };
            let own = FeedForward {
                width: d,
                inner,
                gated: true,
                bias: [mlp_bias; 2],
            };
            b.ffns.push(("mlp", Ffn::Dense(own)));
            b.norm = b.norm.saturating_add(d);
        }
        Ok(b)
    })?;
    decoder(cx, c, n, d, d, c.b("tie_word_embeddings"), blocks)
}

/// LLaDA: Llama's blocks without a mask, under names of their own.
pub fn llada(cx: &mut Cx, c: &Cfg) -> R<()> {
    let n = tokens(cx, c, "max_sequence_length")?;
    let d = c.u("d_model")?;
    let heads = c.u("n_heads")?;
    let kv = c.or("n_kv_heads", heads)?;
    let bias = c.b("include_bias");
    let qkv = bias || c.b("include_qkv_bias");
    let f = FeedForward {
        width: d,
        inner: c.u("mlp_hidden_size")?,
        gated: true,
        bias: [bias; 2],
    };
    let a = Attention::new(d, heads, kv, div(d, heads, "n_heads")?, Mask::Full)
        .biased([qkv, qkv, qkv, bias]);
    let block = Block::usual(a, Ffn::Dense(f), d.saturating_mul(2));
    let blocks = Blocks::alike(block, c.layers("n_layers")?);
    let model = Decoder {
        vocabulary: c.or("embedding_size", c.u("vocab_size")?)?,
        ..Decoder::plain(c, "model", d, c.b("weight_tying"), blocks)?
    };
    model.add(cx, c, n)
}

/// OLMo before it came to transformers: norms without parameters, names of its own.
pub fn olmo(cx: &mut Cx, c: &Cfg) -> R<()> {
    let n = tokens(cx, c, "max_sequence_length")?;
    let d = c.u("d_model")?;
    let heads = c.u("n_heads")?;
    let kv = c.or("n_kv_heads", heads)?;
    // The file gives gate and values together.
    let both = match c.opt("mlp_hidden_size")? {
        Some(x) => x,
        None => d.saturating_mul(c.or("mlp_ratio", 4)?),
    };
    let gated = c.s("activation_type").unwrap_or("swiglu") == "swiglu";
    let bias = c.b("include_bias");
    let f = FeedForward {
        width: d,
        inner: if gated { both / 2 } else { both },
        gated,
        bias: [bias; 2],
    };
    let a = Attention::new(d, heads, kv, div(d, heads, "n_heads")?, Mask::Causal).biased([bias; 4]);
    let scales = c.b("layer_norm_with_affine");
    let block = Block::usual(
        a,
        Ffn::Dense(f),
        if scales { d.saturating_mul(2) } else { 0 },
    );
    let blocks = Blocks::alike(block, c.layers("n_layers")?);
    let model = Decoder {
        vocabulary: c.or("embedding_size", c.u("vocab_size")?)?,
        last_norm: if scales { d } else { 0 },
        ..Decoder::plain(c, "model", d, c.b_or("weight_tying", true), blocks)?
    };
    model.add(cx, c, n)
}
