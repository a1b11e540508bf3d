//! What a reader of a model file gives back.

use std::collections::BTreeMap;

/// Where a count was read from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// A Hugging Face `config.json`.
    Config,
    /// An ONNX graph.
    Onnx,
    /// The header of safetensors files, or their index.
    Safetensors,
    /// The header of a GGUF file.
    Gguf,
    /// A list of layers typed in by hand.
    Layers,
}

/// The part of a multimodal model to count alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// The language model.
    Text,
    /// The image tower.
    Vision,
    /// The audio tower.
    Audio,
}

/// What the person asks of a count.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CountOptions {
    /// Tokens in one example; `None`: the reader's default for the family.
    pub sequence_length: Option<u64>,
    /// Examples in a batch; `None` is 1.
    pub batch: Option<u64>,
    /// Leave out the masked half of causal attention in `forward_flop`.
    pub causal: Option<bool>,
    /// Shapes of named inputs, or values of symbolic dimensions (`batch: [1]`).
    pub inputs: BTreeMap<String, Vec<u64>>,
    /// Count this part alone.
    pub part: Option<Part>,
    /// Class whose head is counted, like `BertForMaskedLM`.
    pub class: Option<String>,
}

/// Parameters and forward FLOP of a model, group by group.
#[derive(Clone, Debug, PartialEq)]
pub struct Count {
    /// Where it was read from.
    pub source: Source,
    /// Name of the model, as the file gives it; may be empty.
    pub name: String,
    /// Architecture, like `LlamaForCausalLM`; may be empty.
    pub architecture: String,
    /// Parameters, a shared tensor once.
    pub parameters: u128,
    /// Parameters that training changes; equals `parameters` when nothing is frozen.
    pub trainable_parameters: u128,
    /// Parameters that work on one token: mixtures leave out the idle experts.
    pub active_parameters: u128,
    /// Parameters of the input look-up table (part of `active_parameters`), to subtract by who wants it.
    pub input_embedding_parameters: u128,
    /// Forward FLOP of one example, attention in full.
    pub forward_flop: u128,
    /// The same with the masked half of causal attention left out.
    pub forward_flop_causal: u128,
    /// Tokens (positions) in that example; 0 where the notion has no meaning.
    pub tokens: u64,
    /// Groups; they add up to `parameters` and `forward_flop` exactly.
    pub groups: Vec<Group>,
    /// Operators or tensors without a formula.
    pub unknown: Vec<Unknown>,
    /// Symbolic dimensions or inputs that must be given before the count is whole.
    pub needs: Vec<Need>,
    /// Remarks for the reader: defaults taken, assumptions.
    pub notes: Vec<Note>,
}

/// One row of the table: layers that share a path and a shape.
#[derive(Clone, Debug, PartialEq)]
pub struct Group {
    /// Place in the model, like `model.layers.*.self_attn`.
    pub path: String,
    /// Kind of layer, from the catalogue: `attention`, `feed-forward`, `convolution`, `embedding`, …
    pub kind: String,
    /// How often it occurs; `parameters` and `forward_flop` are of all of them together.
    pub repeat: u64,
    /// Parameters of all repeats.
    pub parameters: u128,
    /// Forward FLOP of all repeats, attention in full.
    pub forward_flop: u128,
    /// The formula with the numbers in it, as plain text.
    pub formula: String,
}

/// Something met in the file that has no formula here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unknown {
    /// Name of the operator or tensor.
    pub what: String,
    /// How often it occurs.
    pub occurrences: u64,
    /// Whether it can hold products, so that the total may be short.
    pub matters: bool,
}

/// A value the file leaves open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Need {
    /// Name of the dimension or input, a key of `CountOptions::inputs`.
    pub name: String,
    /// Why it is needed and what would do.
    pub why: String,
}

/// A remark: permanent kebab-case code, and a sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// Permanent code.
    pub code: &'static str,
    /// What was assumed or found.
    pub message: String,
}

/// Why a file could not be counted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// Permanent kebab-case code.
    pub code: &'static str,
    /// What was found.
    pub message: String,
    /// What would do instead.
    pub remedy: String,
}
