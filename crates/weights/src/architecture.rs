//! The architecture that names, shapes or metadata tell, as the text of a
//! `config.json`, so that the layers' FLOP can be counted from it.
//!
//! Shapes alone do not tell how many heads share a projection. They need not:
//! the work of attention depends on the width of all heads together. A usual
//! head width is written down, and the note says so.

use std::collections::HashMap;

use compute_layers::CountOptions;
use serde_json::{Map, Value, json};

use crate::gguf::{self, GgufHeader};
use crate::limits;
use crate::names;
use crate::tensor::Tensor;

/// What was made out.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Inferred {
    /// Text of a config, when it is whole.
    pub(crate) config: Option<Value>,
    /// Class or architecture, like `llama`.
    pub(crate) architecture: String,
    /// Experts and experts used, where known.
    pub(crate) experts: Option<u64>,
    pub(crate) experts_used: Option<u64>,
    /// Sentences about what was assumed.
    pub(crate) assumed: Vec<String>,
    /// Values still needed: name and why.
    pub(crate) needs: Vec<(String, String)>,
}

/// A number given beforehand under `name`.
fn given(options: &CountOptions, name: &str) -> Option<u64> {
    options.inputs.get(name)?.first().copied()
}

/// Name of the dimension that tells how many experts work on a token.
pub(crate) const EXPERTS_USED: &str = "num_experts_per_tok";

fn experts_needed() -> (String, String) {
    (
        EXPERTS_USED.to_owned(),
        "How many experts work on one token does not stand in the weights. Give it, or drop the model’s config.json beside the file.".to_owned(),
    )
}

/// Tensors under the names families share, with their logical sizes.
struct Shapes<'a> {
    /// First tensor for each name pattern (`layers.*.self_attn.q_proj`, prefix cut), with its logical elements.
    by_pattern: HashMap<String, (&'a Tensor, u64)>,
    layers: HashMap<String, u64>,
    /// First layer that has a tensor of each pattern.
    first: HashMap<String, u64>,
}

/// Cuts what wrappers put before the family's own names.
fn bare(name: &str) -> &str {
    let mut name = name;
    loop {
        let cut = [
            "model.",
            "transformer.",
            "language_model.",
            "base_model.",
            "bert.",
            "roberta.",
            "vit.",
            "gpt_neox.",
        ]
        .iter()
        .find_map(|prefix| name.strip_prefix(prefix));
        match cut {
            Some(rest) => name = rest,
            None => return name,
        }
    }
}

impl<'a> Shapes<'a> {
    fn new(tensors: impl Iterator<Item = (&'a Tensor, u64)>) -> Self {
        let mut by_pattern = HashMap::new();
        let mut layers: HashMap<String, u64> = HashMap::new();
        let mut first: HashMap<String, u64> = HashMap::new();
        for (tensor, logical) in tensors {
            let name = bare(&tensor.name);
            let (module, leaf) = names::split(name);
            let leaf = match leaf {
                "qweight" | "weight_packed" => "weight",
                other => other,
            };
            let pattern = names::pattern(&format!("{module}.{leaf}."));
            let pattern = pattern.trim_matches('.').to_owned();
            if let (Some(stack), Some(number)) =
                (pattern.split(".*").next(), names::layer_number(name))
            {
                let count = layers.entry(stack.to_owned()).or_default();
                *count = (*count).max(number.saturating_add(1));
            }
            if let Some(number) = names::layer_number(name) {
                let least = first.entry(pattern.clone()).or_insert(number);
                *least = (*least).min(number);
            }
            by_pattern.entry(pattern).or_insert((tensor, logical));
        }
        Self {
            by_pattern,
            layers,
            first,
        }
    }

    fn has(&self, pattern: &str) -> bool {
        self.by_pattern.contains_key(pattern)
    }

    fn logical(&self, pattern: &str) -> Option<u64> {
        self.by_pattern.get(pattern).map(|(_, n)| *n)
    }

    /// Logical elements of `pattern` over `by`: the other side of a matrix.
    fn side(&self, pattern: &str, by: u64) -> Option<u64> {
        let n = self.logical(pattern)?;
        if by == 0 || !n.is_multiple_of(by) {
            return None;
        }
        Some(n / by).filter(|&side| side > 0)
    }

    fn dim(&self, pattern: &str, at: usize) -> Option<u64> {
        self.by_pattern.get(pattern)?.0.shape.get(at).copied()
    }

    fn first_layer(&self, pattern: &str) -> Option<u64> {
        self.first.get(pattern).copied()
    }

    fn layers(&self, stack: &str) -> Option<u64> {
        self.layers
            .get(stack)
            .copied()
            .filter(|n| (1..=limits::LAYERS).contains(n))
    }
}

/// The head width of families from before rotary positions: 64 where it divides.
fn old_head_width(hidden: u64) -> u64 {
    if hidden.is_multiple_of(64) {
        64
    } else {
        head_width(hidden, hidden)
    }
}

/// A head width that divides the widths of queries and of keys.
fn head_width(queries: u64, keys: u64) -> u64 {
    for width in [128, 64, 256, 96, 80, 32, 16, 8, 4] {
        if queries.is_multiple_of(width) && keys.is_multiple_of(width) {
            return width;
        }
    }
    1
}

fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(map) => map,
        _ => Map::new(),
    }
}

/// The architecture of a set of tensors whose logical sizes are known.
pub(crate) fn from_names<'a>(
    tensors: impl Iterator<Item = (&'a Tensor, u64)>,
    experts: Option<u64>,
    options: &CountOptions,
) -> Inferred {
    let shapes = Shapes::new(tensors);
    let mut out = Inferred {
        experts,
        experts_used: given(options, EXPERTS_USED),
        ..Inferred::default()
    };
    for family in [llama, gpt2, gpt_neox, bert, t5, opt, vit] {
        if family(&shapes, &mut out).is_some() {
            break;
        }
        out.config = None;
        out.architecture.clear();
        out.assumed.clear();
        out.needs.clear();
    }
    out
}

fn assume_heads(out: &mut Inferred, width: u64) {
    out.assumed.push(format!(
        "The head width was taken as {width}; the count does not depend on it."
    ));
}

/// Llama and all that keep its names: Qwen, Gemma, Phi-3, OLMo, Mixtral, DeepSeek.
fn llama(shapes: &Shapes<'_>, out: &mut Inferred) -> Option<()> {
    let attention = "layers.*.self_attn";
    let layers = shapes.layers("layers")?;
    // Layers that predict further tokens stand behind the model's own.
    let layers = shapes
        .first_layer("layers.*.eh_proj.weight")
        .map_or(layers, |extra| layers.min(extra));
    // First table and last norm: without both it is one shard of a model.
    let hidden = shapes.dim("norm.weight", 0)?;
    let vocabulary = shapes.dim("embed_tokens.weight", 0)?;
    let at = |leaf: &str| format!("{attention}.{leaf}");
    let mut config = Map::new();
    let mut model_type;
    let mut class;
    let tied = !shapes.has("lm_head.weight");
    let latent = shapes.has(&at("kv_a_proj_with_mqa.weight"));
    if latent {
        model_type = "deepseek_v3";
        class = "DeepseekV3ForCausalLM";
        deepseek_attention(shapes, hidden, &mut config)?;
    } else {
        let outputs = shapes.side(&at("o_proj.weight"), hidden)?;
        let (queries, keys) = if shapes.has(&at("qkv_proj.weight")) {
            let all = shapes.side(&at("qkv_proj.weight"), hidden)?;
            model_type = "phi3";
            class = "Phi3ForCausalLM";
            (outputs, all.checked_sub(outputs)?.checked_div(2)?)
        } else {
            model_type = "llama";
            class = "LlamaForCausalLM";
            (
                shapes.side(&at("q_proj.weight"), hidden)?,
                shapes.side(&at("k_proj.weight"), hidden)?,
            )
        };
        let normed = shapes.dim(&at("q_norm.weight"), 0);
        let width = match normed {
            Some(n) if n < queries => n,
            _ => head_width(queries, keys),
        };
        if normed.is_none() || normed == Some(queries) {
            assume_heads(out, width);
        }
        config.insert("head_dim".into(), json!(width));
        config.insert(
            "num_attention_heads".into(),
            json!(queries.checked_div(width)?),
        );
        config.insert(
            "num_key_value_heads".into(),
            json!(keys.checked_div(width)?),
        );
        let biased = shapes.has(&at("q_proj.bias"));
        let four_norms = shapes.has("layers.*.pre_feedforward_layernorm.weight");
        if normed == Some(queries) {
            // OLMo 2 has no norm before attention; another family would.
            if shapes.has("layers.*.input_layernorm.weight") {
                return None;
            }
            (model_type, class) = ("olmo2", "Olmo2ForCausalLM");
        } else if four_norms {
            (model_type, class) = if normed.is_some() {
                ("gemma3_text", "Gemma3ForCausalLM")
            } else {
                ("gemma2", "Gemma2ForCausalLM")
            };
            out.assumed.push(
                "Which layers look through a window was taken from the family’s default."
                    .to_owned(),
            );
        } else if normed.is_some() {
            (model_type, class) = ("qwen3", "Qwen3ForCausalLM");
        } else if biased && !shapes.has(&at("o_proj.bias")) {
            (model_type, class) = ("qwen2", "Qwen2ForCausalLM");
        } else if biased {
            config.insert("attention_bias".into(), json!(true));
        }
    }
    // Feed-forward, plain or mixed.
    let dense = shapes
        .side("layers.*.mlp.gate_proj.weight", hidden)
        .or_else(|| {
            shapes
                .side("layers.*.mlp.gate_up_proj.weight", hidden)
                .and_then(|both| both.checked_div(2))
        });
    if let Some(dense) = dense {
        config.insert("intermediate_size".into(), json!(dense));
    }
    let mixtral = shapes.side("layers.*.block_sparse_moe.experts.*.w1.weight", hidden);
    let routed = shapes.side("layers.*.mlp.experts.*.gate_proj.weight", hidden);
    if let Some(width) = mixtral {
        (model_type, class) = ("mixtral", "MixtralForCausalLM");
        config.insert("intermediate_size".into(), json!(width));
        config.insert("num_local_experts".into(), json!(out.experts?));
    } else if let Some(width) = routed {
        let experts = out.experts?;
        config.insert("moe_intermediate_size".into(), json!(width));
        let shared = shapes.side("layers.*.mlp.shared_experts.gate_proj.weight", hidden);
        if latent {
            config.insert("n_routed_experts".into(), json!(experts));
            config.insert(
                "n_shared_experts".into(),
                json!(shared.unwrap_or(0).checked_div(width)?),
            );
            config.insert(
                "first_k_dense_replace".into(),
                json!(shapes.first_layer("layers.*.mlp.experts.*.gate_proj.weight")),
            );
        } else if let Some(shared) =
            shapes.side("layers.*.mlp.shared_expert.gate_proj.weight", hidden)
        {
            (model_type, class) = ("qwen2_moe", "Qwen2MoeForCausalLM");
            config.insert("num_experts".into(), json!(experts));
            config.insert("shared_expert_intermediate_size".into(), json!(shared));
        } else if model_type == "qwen3" {
            (model_type, class) = ("qwen3_moe", "Qwen3MoeForCausalLM");
            config.insert("num_experts".into(), json!(experts));
            config.insert("norm_topk_prob".into(), json!(true));
        } else {
            return None;
        }
    } else if dense.is_none() {
        return None;
    }
    out.architecture = class.to_owned();
    if mixtral.is_some() || routed.is_some() {
        match out.experts_used {
            Some(used) => {
                config.insert(EXPERTS_USED.into(), json!(used));
            }
            None => {
                out.needs.push(experts_needed());
                return Some(());
            }
        }
    }
    config.insert("model_type".into(), json!(model_type));
    config.insert("architectures".into(), json!([class]));
    config.insert("hidden_size".into(), json!(hidden));
    config.insert("num_hidden_layers".into(), json!(layers));
    config.insert("vocab_size".into(), json!(vocabulary));
    config.insert("tie_word_embeddings".into(), json!(tied));
    out.config = Some(Value::Object(config));
    Some(())
}

/// Latent attention: every width follows from the five matrices.
fn deepseek_attention(
    shapes: &Shapes<'_>,
    hidden: u64,
    config: &mut Map<String, Value>,
) -> Option<()> {
    let at = |leaf: &str| format!("layers.*.self_attn.{leaf}");
    let latent = shapes.dim(&at("kv_a_layernorm.weight"), 0)?;
    let rotary = shapes
        .side(&at("kv_a_proj_with_mqa.weight"), hidden)?
        .checked_sub(latent)?;
    let values = shapes.side(&at("o_proj.weight"), hidden)?;
    let both = shapes.side(&at("kv_b_proj.weight"), latent)?;
    let plain = both.checked_sub(values)?;
    let queries = match shapes.dim(&at("q_a_layernorm.weight"), 0) {
        Some(rank) => {
            config.insert("q_lora_rank".into(), json!(rank));
            shapes.side(&at("q_b_proj.weight"), rank)?
        }
        None => {
            config.insert("q_lora_rank".into(), Value::Null);
            shapes.side(&at("q_proj.weight"), hidden)?
        }
    };
    let heads = queries.checked_sub(plain)?.checked_div(rotary)?;
    if heads == 0 {
        return None;
    }
    config.insert("kv_lora_rank".into(), json!(latent));
    config.insert("qk_rope_head_dim".into(), json!(rotary));
    config.insert("num_attention_heads".into(), json!(heads));
    config.insert("num_key_value_heads".into(), json!(heads));
    config.insert("qk_nope_head_dim".into(), json!(plain.checked_div(heads)?));
    config.insert("v_head_dim".into(), json!(values.checked_div(heads)?));
    Some(())
}

fn gpt2(shapes: &Shapes<'_>, out: &mut Inferred) -> Option<()> {
    let (vocabulary, hidden) = (shapes.dim("wte.weight", 0)?, shapes.dim("wte.weight", 1)?);
    let positions = shapes.dim("wpe.weight", 0)?;
    let layers = shapes.layers("h")?;
    let inner = shapes.side("h.*.mlp.c_fc.weight", hidden)?;
    let width = old_head_width(hidden);
    assume_heads(out, width);
    out.architecture = "GPT2LMHeadModel".to_owned();
    out.config = Some(json!({
        "model_type": "gpt2", "architectures": ["GPT2LMHeadModel"], "vocab_size": vocabulary,
        "n_embd": hidden, "n_positions": positions, "n_ctx": positions, "n_layer": layers,
        "n_head": hidden.checked_div(width)?, "n_inner": inner,
        "tie_word_embeddings": !shapes.has("lm_head.weight"),
    }));
    Some(())
}

fn gpt_neox(shapes: &Shapes<'_>, out: &mut Inferred) -> Option<()> {
    let (vocabulary, hidden) = (
        shapes.dim("embed_in.weight", 0)?,
        shapes.dim("final_layer_norm.weight", 0)?,
    );
    let layers = shapes.layers("layers")?;
    let inner = shapes.side("layers.*.mlp.dense_h_to_4h.weight", hidden)?;
    let width = old_head_width(hidden);
    assume_heads(out, width);
    out.architecture = "GPTNeoXForCausalLM".to_owned();
    out.config = Some(json!({
        "model_type": "gpt_neox", "architectures": ["GPTNeoXForCausalLM"], "vocab_size": vocabulary,
        "hidden_size": hidden, "num_hidden_layers": layers, "intermediate_size": inner,
        "num_attention_heads": hidden.checked_div(width)?,
        "tie_word_embeddings": !shapes.has("embed_out.weight"),
    }));
    Some(())
}

fn bert(shapes: &Shapes<'_>, out: &mut Inferred) -> Option<()> {
    let table = "embeddings.word_embeddings.weight";
    let (vocabulary, hidden) = (shapes.dim(table, 0)?, shapes.dim(table, 1)?);
    let layers = shapes.layers("encoder.layer")?;
    let inner = shapes.side("encoder.layer.*.intermediate.dense.weight", hidden)?;
    shapes.side("encoder.layer.*.attention.self.query.weight", hidden)?;
    let positions = shapes.dim("embeddings.position_embeddings.weight", 0)?;
    let types = shapes.dim("embeddings.token_type_embeddings.weight", 0)?;
    let roberta = shapes.has("lm_head.dense.weight") || types == 1;
    let class = if roberta {
        if shapes.has("lm_head.dense.weight") {
            "RobertaForMaskedLM"
        } else {
            "RobertaModel"
        }
    } else if shapes.has("cls.seq_relationship.weight") {
        "BertForPreTraining"
    } else if shapes.has("cls.predictions.transform.dense.weight") {
        "BertForMaskedLM"
    } else {
        "BertModel"
    };
    let width = old_head_width(hidden);
    assume_heads(out, width);
    out.architecture = class.to_owned();
    out.config = Some(json!({
        "model_type": if roberta { "roberta" } else { "bert" }, "architectures": [class],
        "vocab_size": vocabulary, "hidden_size": hidden, "num_hidden_layers": layers,
        "intermediate_size": inner, "num_attention_heads": hidden.checked_div(width)?,
        "max_position_embeddings": positions, "type_vocab_size": types,
    }));
    Some(())
}

fn t5(shapes: &Shapes<'_>, out: &mut Inferred) -> Option<()> {
    let (vocabulary, hidden) = (
        shapes.dim("shared.weight", 0)?,
        shapes.dim("shared.weight", 1)?,
    );
    let layers = shapes.layers("encoder.block")?;
    let decoder = shapes.layers("decoder.block")?;
    let inner = shapes.side("encoder.block.*.layer.*.SelfAttention.q.weight", hidden)?;
    let bias = "encoder.block.*.layer.*.SelfAttention.relative_attention_bias.weight";
    let (buckets, heads) = (shapes.dim(bias, 0)?, shapes.dim(bias, 1)?);
    let plain = shapes.side("encoder.block.*.layer.*.DenseReluDense.wi.weight", hidden);
    let gated = shapes.side("encoder.block.*.layer.*.DenseReluDense.wi_0.weight", hidden);
    out.architecture = "T5ForConditionalGeneration".to_owned();
    out.config = Some(json!({
        "model_type": "t5", "architectures": ["T5ForConditionalGeneration"], "vocab_size": vocabulary,
        "d_model": hidden, "num_layers": layers, "num_decoder_layers": decoder, "d_ff": plain.or(gated)?,
        "d_kv": inner.checked_div(heads)?, "num_heads": heads, "relative_attention_num_buckets": buckets,
        "feed_forward_proj": if plain.is_some() { "relu" } else { "gated-gelu" },
        "tie_word_embeddings": !shapes.has("lm_head.weight"),
    }));
    Some(())
}

fn opt(shapes: &Shapes<'_>, out: &mut Inferred) -> Option<()> {
    let layers = shapes.layers("decoder.layers")?;
    let hidden = shapes.dim("decoder.layers.*.self_attn_layer_norm.weight", 0)?;
    let table = "decoder.embed_tokens.weight";
    let (vocabulary, width) = (shapes.dim(table, 0)?, shapes.dim(table, 1)?);
    if shapes.has("encoder.conv1.weight") || shapes.has("encoder.embed_positions.weight") {
        return None;
    }
    let positions = shapes.dim("decoder.embed_positions.weight", 0)?;
    let inner = shapes.side("decoder.layers.*.fc1.weight", hidden)?;
    let head = old_head_width(hidden);
    assume_heads(out, head);
    out.architecture = "OPTForCausalLM".to_owned();
    out.config = Some(json!({
        "model_type": "opt", "architectures": ["OPTForCausalLM"], "vocab_size": vocabulary,
        "hidden_size": hidden, "word_embed_proj_dim": width, "num_hidden_layers": layers,
        "ffn_dim": inner, "num_attention_heads": hidden.checked_div(head)?,
        "max_position_embeddings": positions.checked_sub(2)?,
        "do_layer_norm_before": shapes.has("decoder.final_layer_norm.weight"),
        "tie_word_embeddings": true,
    }));
    Some(())
}

fn vit(shapes: &Shapes<'_>, out: &mut Inferred) -> Option<()> {
    let patch = "embeddings.patch_embeddings.projection.weight";
    let hidden = shapes.dim(patch, 0)?;
    let (channels, side) = (shapes.dim(patch, 1)?, shapes.dim(patch, 2)?);
    let tokens = shapes.dim("embeddings.position_embeddings", 1)?;
    let patches = tokens.checked_sub(1)?;
    let across = patches.isqrt();
    if across.checked_mul(across)? != patches {
        return None;
    }
    let layers = shapes.layers("encoder.layer")?;
    let inner = shapes.side("encoder.layer.*.intermediate.dense.weight", hidden)?;
    let width = old_head_width(hidden);
    assume_heads(out, width);
    let labels = shapes.dim("classifier.weight", 0);
    let class = if labels.is_some() {
        "ViTForImageClassification"
    } else {
        "ViTModel"
    };
    out.architecture = class.to_owned();
    let mut config = object(json!({
        "model_type": "vit", "architectures": [class], "hidden_size": hidden,
        "num_hidden_layers": layers, "intermediate_size": inner,
        "num_attention_heads": hidden.checked_div(width)?, "patch_size": side,
        "num_channels": channels, "image_size": across.checked_mul(side)?,
    }));
    if let Some(labels) = labels {
        config.insert("num_labels".into(), json!(labels));
    }
    out.config = Some(Value::Object(config));
    Some(())
}

/// The architecture that GGUF metadata names.
pub(crate) fn from_gguf(
    header: &GgufHeader,
    tensors: &[&Tensor],
    options: &CountOptions,
) -> Inferred {
    let Some(family) = header.text("general.architecture").map(str::to_owned) else {
        return Inferred::default();
    };
    let key = |name: &str| header.number(&format!("{family}.{name}"));
    let mut out = Inferred {
        architecture: family.clone(),
        experts: key("expert_count").filter(|&n| n > 0),
        experts_used: key("expert_used_count")
            .filter(|&n| n > 0)
            .or_else(|| given(options, EXPERTS_USED)),
        ..Inferred::default()
    };
    if out.experts.is_some() && out.experts_used.is_none() {
        out.needs.push(experts_needed());
    }
    let varies = |name: &str| {
        matches!(header.metadata.get(&format!("{family}.{name}")),
            Some(gguf::Value::Numbers(all, _)) if all.windows(2).any(|w| w.first() != w.last()))
    };
    if varies("attention.head_count")
        || varies("attention.head_count_kv")
        || varies("feed_forward_length")
    {
        out.assumed.push(
            "Heads or widths differ from layer to layer; the forward FLOP needs the model’s config.json.".to_owned(),
        );
        return out;
    }
    out.config = gguf_config(&family, header, tensors, &out);
    out
}

fn gguf_config(
    family: &str,
    header: &GgufHeader,
    tensors: &[&Tensor],
    found: &Inferred,
) -> Option<Value> {
    let key = |name: &str| header.number(&format!("{family}.{name}"));
    let tensor = |name: &str| tensors.iter().find(|t| &*t.name == name).copied();
    let any = |end: &str| tensors.iter().any(|t| t.name.ends_with(end));
    let table = tensor("token_embd.weight")?;
    let vocabulary = table.shape.first().copied()?;
    let hidden = key("embedding_length").or_else(|| table.shape.get(1).copied())?;
    let layers = key("block_count").filter(|n| (1..=limits::LAYERS).contains(n))?;
    let heads = key("attention.head_count").filter(|&n| n > 0)?;
    let kv = key("attention.head_count_kv")
        .filter(|&n| n > 0)
        .unwrap_or(heads);
    let inner = key("feed_forward_length");
    let tied = tensor("output.weight").is_none();
    let width = key("attention.key_length")
        .or_else(|| hidden.checked_div(heads))
        .filter(|&n| n > 0)?;
    let mixture = found.experts.is_some();
    if mixture && found.experts_used.is_none() {
        return None;
    }
    let expert_width = key("expert_feed_forward_length");
    let positions = tensor("position_embd.weight").and_then(|t| t.shape.first().copied());
    let (model_type, class) = match family {
        "llama" if mixture => ("mixtral", "MixtralForCausalLM"),
        "llama" | "mistral" => ("llama", "LlamaForCausalLM"),
        "qwen2" => ("qwen2", "Qwen2ForCausalLM"),
        "qwen3" => ("qwen3", "Qwen3ForCausalLM"),
        "qwen2moe" => ("qwen2_moe", "Qwen2MoeForCausalLM"),
        "qwen3moe" => ("qwen3_moe", "Qwen3MoeForCausalLM"),
        "gemma" => ("gemma", "GemmaForCausalLM"),
        "gemma2" => ("gemma2", "Gemma2ForCausalLM"),
        "gemma3" => ("gemma3_text", "Gemma3ForCausalLM"),
        "phi3" => ("phi3", "Phi3ForCausalLM"),
        "olmo2" => ("olmo2", "Olmo2ForCausalLM"),
        "starcoder2" => ("starcoder2", "Starcoder2ForCausalLM"),
        "phi2" => ("phi", "PhiForCausalLM"),
        "command-r" => ("cohere", "CohereForCausalLM"),
        "stablelm" => ("stablelm", "StableLmForCausalLM"),
        "gpt-oss" => ("gpt_oss", "GptOssForCausalLM"),
        "gptneox" => ("gpt_neox", "GPTNeoXForCausalLM"),
        "gpt2" => {
            return Some(json!({
                "model_type": "gpt2", "architectures": ["GPT2LMHeadModel"], "vocab_size": vocabulary,
                "n_embd": hidden, "n_layer": layers, "n_head": heads, "n_inner": inner?,
                "n_positions": positions?, "tie_word_embeddings": true,
            }));
        }
        "bloom" => {
            return Some(json!({
                "model_type": "bloom", "architectures": ["BloomForCausalLM"], "vocab_size": vocabulary,
                "hidden_size": hidden, "n_layer": layers, "n_head": heads,
            }));
        }
        "mpt" => {
            return Some(json!({
                "model_type": "mpt", "architectures": ["MPTForCausalLM"], "vocab_size": vocabulary,
                "d_model": hidden, "n_layers": layers, "n_heads": heads,
                "expansion_ratio": inner?.checked_div(hidden)?,
                "max_seq_len": key("context_length")?, "no_bias": !any(".attn_qkv.bias"),
            }));
        }
        "falcon" => {
            return Some(json!({
                "model_type": "falcon", "architectures": ["FalconForCausalLM"], "vocab_size": vocabulary,
                "hidden_size": hidden, "num_hidden_layers": layers, "num_attention_heads": heads,
                "num_kv_heads": kv, "multi_query": kv == 1,
                "new_decoder_architecture": any(".attn_norm_2.weight"), "ffn_hidden_size": inner?,
                "bias": false, "parallel_attn": true, "alibi": false, "tie_word_embeddings": tied,
            }));
        }
        "bert" => {
            let types = tensor("token_types.weight").and_then(|t| t.shape.first().copied())?;
            return Some(json!({
                "model_type": "bert", "architectures": ["BertModel"], "vocab_size": vocabulary,
                "hidden_size": hidden, "num_hidden_layers": layers, "num_attention_heads": heads,
                "intermediate_size": inner?, "max_position_embeddings": positions?,
                "type_vocab_size": types,
            }));
        }
        "deepseek2" => return deepseek_gguf(header, found, tied),
        _ => return None,
    };
    let mut config = object(json!({
        "model_type": model_type, "architectures": [class], "hidden_size": hidden,
        "num_hidden_layers": layers, "num_attention_heads": heads, "num_key_value_heads": kv,
        "head_dim": width, "vocab_size": vocabulary, "tie_word_embeddings": tied,
    }));
    if let Some(positions) = key("context_length") {
        config.insert("max_position_embeddings".into(), json!(positions));
    }
    if let Some(inner) = inner {
        config.insert("intermediate_size".into(), json!(inner));
    }
    if let Some(window) = key("attention.sliding_window").filter(|&n| n > 0) {
        config.insert("sliding_window".into(), json!(window));
    }
    if model_type == "llama" && any(".attn_q.bias") {
        config.insert("attention_bias".into(), json!(true));
    }
    if let (Some(experts), Some(used)) = (found.experts, found.experts_used) {
        config.insert(EXPERTS_USED.into(), json!(used));
        match model_type {
            "mixtral" | "gpt_oss" => {
                config.insert("num_local_experts".into(), json!(experts));
                if let Some(width) = expert_width {
                    config.insert("intermediate_size".into(), json!(width));
                }
            }
            _ => {
                config.insert("num_experts".into(), json!(experts));
                config.insert("moe_intermediate_size".into(), json!(expert_width?));
            }
        }
        if let Some(shared) = key("expert_shared_feed_forward_length") {
            config.insert("shared_expert_intermediate_size".into(), json!(shared));
        }
    }
    Some(Value::Object(config))
}

/// DeepSeek's latent attention and mixture from GGUF metadata.
fn deepseek_gguf(header: &GgufHeader, found: &Inferred, tied: bool) -> Option<Value> {
    let key = |name: &str| header.number(&format!("deepseek2.{name}"));
    // Newer files give the sizes of the plain form under `…_mla`.
    let both = key("attention.key_length_mla").or_else(|| key("attention.key_length"))?;
    let values = key("attention.value_length_mla").or_else(|| key("attention.value_length"))?;
    let rotary = key("rope.dimension_count")?;
    let heads = key("attention.head_count")?;
    Some(json!({
        "model_type": "deepseek_v3", "architectures": ["DeepseekV3ForCausalLM"],
        "vocab_size": key("vocab_size")?, "hidden_size": key("embedding_length")?,
        "num_hidden_layers": key("block_count")?, "num_attention_heads": heads,
        "num_key_value_heads": heads, "q_lora_rank": key("attention.q_lora_rank"),
        "kv_lora_rank": key("attention.kv_lora_rank")?, "qk_rope_head_dim": rotary,
        "qk_nope_head_dim": both.checked_sub(rotary)?, "v_head_dim": values,
        "intermediate_size": key("feed_forward_length")?,
        "first_k_dense_replace": key("leading_dense_block_count").unwrap_or(0),
        "moe_intermediate_size": key("expert_feed_forward_length")?,
        "n_routed_experts": found.experts?, "n_shared_experts": key("expert_shared_count").unwrap_or(0),
        EXPERTS_USED: found.experts_used?, "tie_word_embeddings": tied,
    }))
}
