//! What a stored tensor is to the model: parameters, packed parameters, or none.
//!
//! Packed and block-quantized weights are unpacked; scales, zero points and
//! codebooks of the packing, and buffers, are no parameters.

use std::collections::HashMap;

use serde_json::Value;

use crate::names::split;
use crate::tensor::Tensor;

/// What a tensor is to the model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// Parameters, as many as elements.
    Plain,
    /// Parameters packed into the stored numbers; how many.
    Packed(u64),
    /// Packed in a way that is not known here: counted as stored, and said so.
    Unknown,
    /// Parameters that no gradient trains: a balance bias of a router.
    Untrained,
    /// A scale, zero point, permutation or codebook of the packing.
    Packing,
    /// A buffer: a mask, positions, running statistics, frequencies.
    Buffer,
}

/// The tensors of a model by name.
pub(crate) struct Names<'a>(HashMap<&'a str, &'a Tensor>);

impl<'a> Names<'a> {
    pub(crate) fn new(tensors: impl Iterator<Item = &'a Tensor>) -> Self {
        Self(tensors.map(|t| (&*t.name, t)).collect())
    }

    pub(crate) fn get(&self, name: &str) -> Option<&'a Tensor> {
        self.0.get(name).copied()
    }

    fn beside(&self, module: &str, leaf: &str) -> Option<&'a Tensor> {
        if module.is_empty() {
            self.get(leaf)
        } else {
            self.get(&format!("{module}.{leaf}"))
        }
    }
}

/// What `config.json` says of the packing.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Packing {
    /// `quantization` (MLX), with settings of single modules.
    mlx: Option<Value>,
    /// Bits of a weight under `quantization_config`.
    bits: Option<u64>,
}

/// A width in bits that a packing can have.
fn bits_of(value: &Value) -> Option<u64> {
    value.as_u64().filter(|b| (1..=32).contains(b))
}

impl Packing {
    /// Reads the packing out of a config, wherever the family nests it.
    pub(crate) fn read(config: &Value) -> Self {
        let mut out = Self::default();
        let nested = ["text_config", "language_config", "llm_config"]
            .iter()
            .filter_map(|key| config.get(*key));
        for level in std::iter::once(config).chain(nested) {
            if let Some(mlx) = level
                .get("quantization")
                .filter(|q| q.get("bits").is_some())
            {
                out.mlx.get_or_insert_with(|| mlx.clone());
            }
            let Some(quantization) = level
                .get("quantization_config")
                .or_else(|| level.get("compression_config"))
            else {
                continue;
            };
            let direct = ["bits", "w_bit", "wbits", "num_bits"]
                .iter()
                .find_map(|key| quantization.get(*key).and_then(bits_of));
            let grouped = quantization
                .get("config_groups")
                .and_then(Value::as_object)
                .and_then(|groups| {
                    groups
                        .values()
                        .find_map(|g| g.get("weights")?.get("num_bits").and_then(bits_of))
                });
            if out.bits.is_none() {
                out.bits = direct.or(grouped);
            }
            // MLX writes the same settings under both names.
            if out.mlx.is_none()
                && quantization.get("bits").is_some()
                && quantization.get("group_size").is_some()
                && quantization.get("quant_method").is_none()
            {
                out.mlx = Some(quantization.clone());
            }
        }
        out
    }

    fn mlx_bits(&self, module: &str) -> Option<u64> {
        let settings = self.mlx.as_ref()?;
        settings
            .get(module)
            .and_then(|own| own.get("bits"))
            .or_else(|| settings.get("bits"))
            .and_then(bits_of)
    }
}

/// `words` of 32 bits, `bits` to a weight.
fn unpacked(words: u64, bits: u64) -> Option<u64> {
    words.checked_mul(32)?.checked_div(bits)
}

fn dim(tensor: &Tensor, back: usize) -> Option<u64> {
    let at = tensor.shape.len().checked_sub(back)?;
    tensor.shape.get(at).copied()
}

/// Bits that fit: a whole number that packings use.
fn usual(bits: u64) -> Option<u64> {
    matches!(bits, 1..=8 | 16).then_some(bits)
}

/// Bits of a GPTQ or AWQ matrix, from its neighbours' shapes.
fn qweight_bits(names: &Names<'_>, module: &str, words: &Tensor) -> Option<u64> {
    let (rows, columns) = (dim(words, 2)?, dim(words, 1)?);
    let scales = names.beside(module, "scales")?;
    let outputs = dim(scales, 1)?;
    if outputs != columns {
        // AWQ packs the outputs.
        return usual(columns.checked_mul(32)?.checked_div(outputs)?);
    }
    // GPTQ packs the inputs; the group index has one entry an input.
    if let Some(index) = names.beside(module, "g_idx")
        && index.elements > 0
    {
        return usual(rows.checked_mul(32)?.checked_div(index.elements)?);
    }
    let zeros = names.beside(module, "qzeros")?;
    usual(dim(zeros, 1)?.checked_mul(32)?.checked_div(outputs)?)
}

/// Bits of an MLX matrix from the ratio of words to groups and what else is known.
fn mlx_bits(module: &str, words: &Tensor, scales: &Tensor, hidden: Option<u64>) -> Option<u64> {
    let (words_wide, groups) = (dim(words, 1)?, dim(scales, 1)?);
    let table = ["embed_tokens", "wte", "tok_embeddings"]
        .iter()
        .any(|end| module.ends_with(end));
    if table && let Some(hidden) = hidden.filter(|h| *h > 0) {
        return usual(words_wide.checked_mul(32)?.checked_div(hidden)?);
    }
    // words / groups = bits x group / 32; the library's default group is 64.
    let ratio = words_wide.checked_div(groups)?;
    usual(ratio.checked_mul(32)?.checked_div(64)?).filter(|bits| matches!(bits, 2..=6 | 8))
}

/// What `tensor` is; `assumed` is set where a width was guessed.
pub(crate) fn role(
    tensor: &Tensor,
    names: &Names<'_>,
    packing: &Packing,
    hidden: Option<u64>,
    assumed: &mut bool,
) -> Role {
    let (module, leaf) = split(&tensor.name);
    let beside = |other: &str| names.beside(module, other);
    let is =
        |t: Option<&Tensor>, dtypes: &[&str]| t.is_some_and(|t| dtypes.contains(&t.dtype.name));
    let words = ["I32", "U32"];
    let bytes = ["U8", "I8"];
    match leaf {
        // GPTQ, AWQ and their kin.
        "qweight" => {
            let bits = packing.bits.or_else(|| qweight_bits(names, module, tensor));
            if !words.contains(&tensor.dtype.name) {
                return Role::Unknown;
            }
            return match bits.and_then(|b| unpacked(tensor.elements, b)) {
                Some(n) => Role::Packed(n),
                None => {
                    *assumed = true;
                    tensor
                        .elements
                        .checked_mul(8)
                        .map_or(Role::Unknown, Role::Packed)
                }
            };
        }
        "qzeros" | "g_idx" | "scales" if beside("qweight").is_some() => return Role::Packing,
        // MLX: words of 32 bits with a scale and a bias a group.
        "scales" | "biases" if is(beside("weight"), &["U32"]) => return Role::Packing,
        "weight" if tensor.dtype.name == "U32" => {
            let Some(scales) = beside("scales") else {
                return Role::Unknown;
            };
            let bits = packing.mlx_bits(module).or_else(|| {
                *assumed = true;
                mlx_bits(module, tensor, scales, hidden)
            });
            return bits
                .and_then(|b| unpacked(tensor.elements, b))
                .map_or(Role::Unknown, Role::Packed);
        }
        // compressed-tensors: words or bytes, with the width in the config.
        "weight_packed" => {
            let each = if words.contains(&tensor.dtype.name) {
                match packing.bits {
                    Some(bits) => 32_u64.checked_div(bits),
                    None => {
                        *assumed = true;
                        Some(8)
                    }
                }
            } else if bytes.contains(&tensor.dtype.name) {
                Some(2)
            } else {
                None
            };
            return each
                .and_then(|e| tensor.elements.checked_mul(e))
                .map_or(Role::Unknown, Role::Packed);
        }
        "weight_shape"
        | "weight_g_idx"
        | "weight_zero_point"
        | "weight_global_scale"
        | "input_global_scale"
        | "input_zero_point"
        | "output_zero_point"
        | "weight_scale_2"
        | "weight_scale_inv"
        | "weight_scale"
        | "weight_scales"
        | "input_scale"
        | "output_scale"
        | "activation_scale"
        | "act_scale"
        | "input_scale_ub"
        | "k_scale"
        | "v_scale"
        | "q_scale"
        | "prob_output_scale"
        | "pre_quant_scale"
        | "kv_scale" => return Role::Packing,
        // bitsandbytes.
        "absmax" | "quant_map" | "nested_absmax" | "nested_quant_map" | "nested_offset" => {
            return Role::Packing;
        }
        "SCB" | "weight_format" => return Role::Packing,
        // AutoRound, quanto.
        "_scale" | "_shift" if beside("_data").is_some() => return Role::Packing,
        // Buffers of known names.
        "inv_freq"
        | "position_ids"
        | "running_mean"
        | "running_var"
        | "num_batches_tracked"
        | "masked_bias"
        | "cos_cached"
        | "sin_cached"
        | "_float_tensor"
        | "relative_position_index"
        | "attn_mask"
        | "rope_freqs"
        | "original_inv_freq" => return Role::Buffer,
        // GPT-2's causal mask; its `c_attn.bias` is a vector of parameters.
        "bias"
            if (module.ends_with("attn") || module.ends_with("attention"))
                && tensor.shape.len() == 4
                && tensor.shape.first() == Some(&1)
                && tensor.shape.get(1) == Some(&1) =>
        {
            return Role::Buffer;
        }
        "e_score_correction_bias" | "expert_bias" => return Role::Untrained,
        _ => {}
    }
    if module == "rope_freqs" || module == "rope_factors_long" || module == "rope_factors_short" {
        return Role::Buffer;
    }
    if leaf == "bias" && module.ends_with("exp_probs_b") {
        return Role::Untrained;
    }
    if leaf.starts_with("bitsandbytes__") || module.ends_with(".quant_state") {
        return Role::Packing;
    }
    // `experts.gate_up_proj_blocks` with `…_scales` (MXFP4): two weights a byte.
    if let Some(stem) = leaf.strip_suffix("_blocks")
        && tensor.dtype.name == "U8"
        && beside(&format!("{stem}_scales")).is_some()
    {
        return tensor
            .elements
            .checked_mul(2)
            .map_or(Role::Unknown, Role::Packed);
    }
    for end in ["_scale_inv", "_scales", "_scale"] {
        if let Some(stem) = leaf.strip_suffix(end) {
            let scaled = beside(stem).or_else(|| beside(&format!("{stem}_blocks")));
            if scaled.is_some_and(|t| t.dtype.bytes == 1) {
                return Role::Packing;
            }
        }
    }
    match tensor.dtype.name {
        "U8" if leaf == "weight" => {
            let four_bit = names.get(&format!("{}.absmax", tensor.name)).is_some()
                || names.get(&format!("{}.quant_map", tensor.name)).is_some();
            // Half of the bytes' scales: NVFP4 keeps sixteen weights to a scale.
            let nvfp4 = beside("weight_scale").is_some_and(|s| s.dtype.name == "F8_E4M3")
                && beside("weight_scale_2").is_some();
            if four_bit || nvfp4 {
                return tensor
                    .elements
                    .checked_mul(2)
                    .map_or(Role::Unknown, Role::Packed);
            }
            Role::Unknown
        }
        // Positions, indices and switches are no parameters.
        "I64" | "U64" | "BOOL" => Role::Buffer,
        "U8" | "U16" | "I16" | "I32" | "U32" => Role::Unknown,
        _ => Role::Plain,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_are_found_where_the_family_nests_them() {
        let nested: Value = serde_json::json!({"text_config": {"quantization_config": {
            "quant_method": "compressed-tensors",
            "config_groups": {"group_0": {"weights": {"num_bits": 4}}}}}});
        assert_eq!(Packing::read(&nested).bits, Some(4));
        let mlx: Value = serde_json::json!({"quantization": {"bits": 4, "group_size": 64,
            "model.embed_tokens": {"bits": 8, "group_size": 64}}});
        let read = Packing::read(&mlx);
        assert_eq!(read.mlx_bits("model.embed_tokens"), Some(8));
        assert_eq!(read.mlx_bits("model.layers.0.mlp.up_proj"), Some(4));
    }
}
