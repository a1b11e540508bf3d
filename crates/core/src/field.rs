//! The fields: one row each, with key, path, default, words and source.
//!
//! The form draws its labels from here, the link its keys and their order, the
//! module its paths.

use crate::phase::PhaseKind;
use crate::quantity::QuantityKind;

/// A field of the form. The order is the order of the link.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
#[allow(missing_docs, reason = "each has its row in FIELDS")]
pub enum Field {
    Name,
    Domain,
    Original,
    Systemic,
    Kind,
    Parameters,
    Active,
    Connections,
    Forward,
    Flop,
    Data,
    Batch,
    Steps,
    Epochs,
    Ratio,
    Depth,
    Width,
    SequenceLength,
    Mask,
    Public,
    In,
    Out,
    Accelerator,
    Peak,
    Format,
    Chips,
    Time,
    ChipHours,
    Utilization,
    Hfu,
    Executed,
}

/// What a field takes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Takes {
    /// A typed number of a kind; `zero` where 0 has a meaning.
    Quantity {
        /// Picks units and echo.
        kind: QuantityKind,
        /// Whether 0 is a value.
        zero: bool,
    },
    /// One of these words.
    Choice(&'static [&'static str]),
    /// A comma list of these words.
    Choices(&'static [&'static str]),
    /// An accelerator's name.
    Accelerator,
    /// Free text.
    Text,
}

/// What an empty field stands for; a text equal to it is left out of the link.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Default {
    /// Nothing.
    None,
    /// This text.
    Text(&'static str),
    /// The text of another field of the phase.
    Same(Field),
    /// By the phase's kind: 2, or 0 for forward passes.
    Ratio,
}

/// A row of [`FIELDS`].
pub struct FieldSpec {
    /// The field.
    pub field: Field,
    /// Key in the link.
    pub key: &'static str,
    /// Path in the module's request, below its phase where it has one: `counting.parameters`.
    pub path: &'static str,
    /// Whether each phase has its own.
    pub per_phase: bool,
    /// What it takes.
    pub takes: Takes,
    /// What empty means.
    pub default: Default,
    /// Label on the page.
    pub label: &'static str,
    /// One line with an example; empty where the label says all.
    pub hint: &'static str,
    /// A text that reads, from the hint; tests use it.
    pub example: &'static str,
    /// The explanation behind the "i": what to enter, where papers print it, what it is not.
    pub explain: &'static str,
    /// Where the rule or default comes from.
    pub source: &'static str,
}

/// A field of a phase (phase 0 for fields of the whole form).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Slot {
    /// The field.
    pub field: Field,
    /// Index of its phase, from 0.
    pub phase: u8,
}

impl Slot {
    /// The slot of a field in a phase.
    pub const fn new(field: Field, phase: u8) -> Slot {
        Slot { field, phase }
    }

    /// The input's name and the link's key: `chips`, `chips.2`.
    pub fn key(self) -> String {
        let key = self.field.spec().key;
        if self.phase == 0 {
            key.to_string()
        } else {
            format!("{key}.{}", self.phase + 1)
        }
    }

    /// The path in the module's request: `phases[0].counting.parameters`.
    pub fn path(self) -> String {
        let spec = self.field.spec();
        if spec.per_phase {
            format!("phases[{}].{}", self.phase, spec.path)
        } else {
            spec.path.to_string()
        }
    }
}

const MEASURED: &str = "Sevilla et al. 2022, Estimating training compute of deep learning models";
const RATIO_SOURCE: &str =
    "Hobbhahn and Sevilla, What's the backward-forward FLOP ratio for neural networks?";
const PALM: &str = "Chowdhery et al. 2022, PaLM, appendix B";
const DATASHEET: &str = "the makers' data sheets; the hardware page names one for each row";
const GUIDELINES: &str = "European Commission, guidelines C(2025) 5045, annex";

const COUNT: Takes = Takes::Quantity {
    kind: QuantityKind::Count,
    zero: false,
};
const FLOP: Takes = Takes::Quantity {
    kind: QuantityKind::Flop,
    zero: false,
};
const FRACTION: Takes = Takes::Quantity {
    kind: QuantityKind::Fraction,
    zero: false,
};

/// The words of `domain`.
pub const DOMAINS: [&str; 2] = ["language", "other"];
/// The words of `mask`.
pub const MASKS: [&str; 2] = ["full", "causal"];
/// The words of `in` and `out`.
pub const COUNTS: [&str; 3] = ["eu-update", "eu-cumulative", "us-state"];
const KINDS: [&str; 10] = [
    "pre-training",
    "fine-tuning",
    "reinforcement-learning",
    "rollouts",
    "synthetic-data",
    "merged-model",
    "teacher",
    "auxiliary-model",
    "evaluation",
    "experiment",
];
const FORMATS: [&str; 9] = [
    "fp64", "fp32", "tf32", "fp16", "bf16", "fp8", "fp4", "int8", "int4",
];

/// Every field, in the order of the link.
pub static FIELDS: [FieldSpec; 31] = [
    FieldSpec {
        field: Field::Name,
        key: "name",
        path: "name",
        per_phase: false,
        takes: Takes::Text,
        default: Default::None,
        label: "Name",
        hint: "",
        example: "GPT-3",
        explain: "What the estimate is called on the page, in the link and when it is quoted.",
        source: "",
    },
    FieldSpec {
        field: Field::Domain,
        key: "domain",
        path: "domain",
        per_phase: false,
        takes: Takes::Choice(&DOMAINS),
        default: Default::Text("language"),
        label: "What it works on",
        hint: "",
        example: "other",
        explain: "Language or something else. It chooses the usual utilization: 30 % for large language models, 40 % for other models, as the article recommends.",
        source: MEASURED,
    },
    FieldSpec {
        field: Field::Original,
        key: "original",
        path: "original",
        per_phase: false,
        takes: FLOP,
        default: Default::None,
        label: "Compute of the original model",
        hint: "Like 3.8e25 FLOP, or unknown",
        example: "3.8e25",
        explain: "For a modified model: the training compute of the model it started from. The EU guidelines compare the modification with a third of it.",
        source: GUIDELINES,
    },
    FieldSpec {
        field: Field::Systemic,
        key: "systemic",
        path: "systemic",
        per_phase: false,
        takes: Takes::Choice(&["yes", "no"]),
        default: Default::None,
        label: "Original has systemic risk",
        hint: "",
        example: "yes",
        explain: "Whether the original model is classified as a general-purpose model with systemic risk. It decides what stands in for an unknown figure.",
        source: GUIDELINES,
    },
    FieldSpec {
        field: Field::Kind,
        key: "kind",
        path: "kind",
        per_phase: true,
        takes: Takes::Choice(&KINDS),
        default: Default::Text("pre-training"),
        label: "Kind of phase",
        hint: "",
        example: "fine-tuning",
        explain: "What this part of the training is. Laws count some kinds and leave others out; the thresholds below say which.",
        source: GUIDELINES,
    },
    FieldSpec {
        field: Field::Parameters,
        key: "params",
        path: "counting.parameters",
        per_phase: true,
        takes: COUNT,
        default: Default::None,
        label: "Parameters",
        hint: "Like 175B or 1.5 million",
        example: "175B",
        explain: "The number of weights that work on each token. Papers print it in the abstract or in the table of sizes. For a mixture of experts, enter the active parameters as well: 671B in total with 37B active counts as 37B. For weights shared between layers, or a convolutional network, count from connections instead: there one weight is used many times.",
        source: MEASURED,
    },
    FieldSpec {
        field: Field::Active,
        key: "active",
        path: "counting.activeParameters",
        per_phase: true,
        takes: COUNT,
        default: Default::Same(Field::Parameters),
        label: "Active parameters",
        hint: "Of a mixture, like 37B",
        example: "37B",
        explain: "The parameters that work on one token: everything outside the experts, and the experts chosen for it. Model cards print it as “active” or after an A, like 235B-A22B. Idle experts do no work, so the total would overstate the count.",
        source: MEASURED,
    },
    FieldSpec {
        field: Field::Connections,
        key: "connections",
        path: "counting.connections",
        per_phase: true,
        takes: COUNT,
        default: Default::None,
        label: "Connections",
        hint: "Multiply-adds per example, like 11.3B",
        example: "11.3B",
        explain: "Multiply-accumulates in the forward pass of one example: an image, a token, a time step. Vision papers print them, often under the name FLOPs: ResNet-152's 11.3 billion are multiply-adds. Each counts as two operations.",
        source: MEASURED,
    },
    FieldSpec {
        field: Field::Forward,
        key: "forward",
        path: "counting.forwardFlop",
        per_phase: true,
        takes: FLOP,
        default: Default::None,
        label: "Forward FLOP",
        hint: "Per example or token, like 350 GFLOP",
        example: "350 GFLOP",
        explain: "Operations in the forward pass of one example or token, two for each multiply-accumulate. If the paper's figure is in multiply-adds, write GMAC behind it.",
        source: MEASURED,
    },
    FieldSpec {
        field: Field::Flop,
        key: "flop",
        path: "counting.flop",
        per_phase: true,
        takes: FLOP,
        default: Default::None,
        label: "Known FLOP",
        hint: "Of the whole phase, like 3.14e23",
        example: "3.14e23",
        explain: "The compute of this phase as published, in FLOP or petaFLOP/s-days. Check whether it counts what the chips executed: recomputed activations add up to a third.",
        source: MEASURED,
    },
    FieldSpec {
        field: Field::Data,
        key: "data",
        path: "counting.data",
        per_phase: true,
        takes: COUNT,
        default: Default::None,
        label: "Training data",
        hint: "Like 300B tokens",
        example: "300B tokens",
        explain: "Tokens, images or other examples in one pass over the training data, in the same unit as the parameters or connections work on. What counts is what the optimizer saw, not what was collected. Words become tokens by 4/3.",
        source: MEASURED,
    },
    FieldSpec {
        field: Field::Batch,
        key: "batch",
        path: "counting.batch",
        per_phase: true,
        takes: COUNT,
        default: Default::None,
        label: "Batch",
        hint: "Per step, like 4M tokens",
        example: "4M tokens",
        explain: "Examples or tokens in one optimizer step, over all chips. With the number of steps it stands for training data times epochs.",
        source: MEASURED,
    },
    FieldSpec {
        field: Field::Steps,
        key: "steps",
        path: "counting.steps",
        per_phase: true,
        takes: COUNT,
        default: Default::None,
        label: "Steps",
        hint: "Like 500K",
        example: "500K",
        explain: "Optimizer steps (updates) of this phase. Needs the batch beside it.",
        source: MEASURED,
    },
    FieldSpec {
        field: Field::Epochs,
        key: "epochs",
        path: "counting.epochs",
        per_phase: true,
        takes: COUNT,
        default: Default::Text("1"),
        label: "Epochs",
        hint: "Passes over the data",
        example: "90",
        explain: "How often the training data was passed through. Fractions are fine: 1.67 when some of it was seen twice. Leave it empty for one pass, or when the data already counts the tokens seen.",
        source: MEASURED,
    },
    FieldSpec {
        field: Field::Ratio,
        key: "ratio",
        path: "counting.backwardRatio",
        per_phase: true,
        takes: Takes::Quantity {
            kind: QuantityKind::Count,
            zero: true,
        },
        default: Default::Ratio,
        label: "Backward : forward",
        hint: "Usually 2; 0 is forward only",
        example: "2",
        explain: "Operations of the backward pass for each of the forward pass. Two products a layer, one for the gradient by inputs and one by weights, make it 2. Frozen layers need less: 1 where only the gradient passes through, 0 where none does.",
        source: RATIO_SOURCE,
    },
    FieldSpec {
        field: Field::Depth,
        key: "depth",
        path: "counting.attention.depth",
        per_phase: true,
        takes: COUNT,
        default: Default::None,
        label: "Layers",
        hint: "Depth, like 96",
        example: "96",
        explain: "Attention layers of the model. With width and sequence length they give the work of the attention scores, which 6 × parameters × tokens leaves out.",
        source: PALM,
    },
    FieldSpec {
        field: Field::Width,
        key: "width",
        path: "counting.attention.width",
        per_phase: true,
        takes: COUNT,
        default: Default::None,
        label: "Head width, total",
        hint: "Heads × head size, like 12288",
        example: "12288",
        explain: "Query heads times the size of one head; mostly the hidden size of the model.",
        source: PALM,
    },
    FieldSpec {
        field: Field::SequenceLength,
        key: "seq",
        path: "counting.attention.sequenceLength",
        per_phase: true,
        takes: COUNT,
        default: Default::None,
        label: "Sequence length",
        hint: "In training, like 2048",
        example: "2048",
        explain: "Tokens in one training sequence, not the longest context the model can read. A phase that extends the context is a phase of its own.",
        source: PALM,
    },
    FieldSpec {
        field: Field::Mask,
        key: "mask",
        path: "counting.attention.mask",
        per_phase: true,
        takes: Takes::Choice(&MASKS),
        default: Default::Text("full"),
        label: "Attention mask",
        hint: "",
        example: "causal",
        explain: "Full counts every pair of tokens; causal counts half, the pairs that a language model's mask leaves. Papers count both ways, PaLM in full.",
        source: PALM,
    },
    FieldSpec {
        field: Field::Public,
        key: "public",
        path: "public",
        per_phase: true,
        takes: Takes::Choice(&["0", "1"]),
        default: Default::Text("0"),
        label: "Publicly accessible data",
        hint: "",
        example: "1",
        explain: "Synthetic data that anyone can get is left out of the EU count.",
        source: GUIDELINES,
    },
    FieldSpec {
        field: Field::In,
        key: "in",
        path: "in",
        per_phase: true,
        takes: Takes::Choices(&COUNTS),
        default: Default::None,
        label: "Counted in besides",
        hint: "",
        example: "eu-update",
        explain: "Totals into which you moved this phase, against the reading that stands by default.",
        source: GUIDELINES,
    },
    FieldSpec {
        field: Field::Out,
        key: "out",
        path: "out",
        per_phase: true,
        takes: Takes::Choices(&COUNTS),
        default: Default::None,
        label: "Left out of",
        hint: "",
        example: "us-state",
        explain: "Totals out of which you moved this phase, against the reading that stands by default.",
        source: GUIDELINES,
    },
    FieldSpec {
        field: Field::Accelerator,
        key: "hw",
        path: "hardware.accelerator",
        per_phase: true,
        takes: Takes::Accelerator,
        default: Default::None,
        label: "Accelerator",
        hint: "By any name, like H100, TPU v4 or RTX 4090",
        example: "H100",
        explain: "The chip it was trained on. Peaks are dense and per the unit named: a TPU v3 is a chip with two cores, a K80 a board with two GPUs. If the paper does not say, choose the typical accelerator of its year; if it is not in the table, enter a peak.",
        source: DATASHEET,
    },
    FieldSpec {
        field: Field::Peak,
        key: "peak",
        path: "hardware.peak",
        per_phase: true,
        takes: Takes::Quantity {
            kind: QuantityKind::FlopPerSecond,
            zero: false,
        },
        default: Default::None,
        label: "Own peak",
        hint: "Per chip, like 312 TFLOP/s",
        example: "312 TFLOP/s",
        explain: "The dense peak of one chip in the format of the products, for a chip that is not in the table or a figure you trust more. A data sheet's figure “with sparsity” is twice the dense one. If only a measured speed is known, enter it here with 100 % utilization.",
        source: DATASHEET,
    },
    FieldSpec {
        field: Field::Format,
        key: "format",
        path: "hardware.format",
        per_phase: true,
        takes: Takes::Choice(&FORMATS),
        default: Default::None,
        label: "Number format",
        hint: "Of the products",
        example: "bf16",
        explain: "The format in which the matrix products run, not that of the stored weights: mixed-precision training multiplies in fp16 or bf16. Before 2017 mostly fp32; fp8 only where the paper says so.",
        source: DATASHEET,
    },
    FieldSpec {
        field: Field::Chips,
        key: "chips",
        path: "hardware.chips",
        per_phase: true,
        takes: COUNT,
        default: Default::Text("1"),
        label: "Chips",
        hint: "Like 2048 or 8 x 12",
        example: "2048",
        explain: "How many accelerators worked at once, in the unit of the table. Machines mostly hold eight. The 512 in TPU v3-512 counts cores, which are 256 chips.",
        source: MEASURED,
    },
    FieldSpec {
        field: Field::Time,
        key: "time",
        path: "hardware.time",
        per_phase: true,
        takes: Takes::Quantity {
            kind: QuantityKind::Time,
            zero: false,
        },
        default: Default::None,
        label: "Training time",
        hint: "Like 54 days or 11 d 4 h",
        example: "54 days",
        explain: "Wall-clock time of the run, with its unit, or two dates. Restarts and pauses inside it lower the utilization: that is why the usual 30 % is below what a paper prints for running steps.",
        source: MEASURED,
    },
    FieldSpec {
        field: Field::ChipHours,
        key: "chip_hours",
        path: "hardware.chipHours",
        per_phase: true,
        takes: Takes::Quantity {
            kind: QuantityKind::ChipTime,
            zero: false,
        },
        default: Default::None,
        label: "Chip-hours",
        hint: "Like 3.3M GPU hours",
        example: "3.3M GPU hours",
        explain: "Chips times hours, as model cards print GPU hours. Prefer it to calendar time where both are printed. Mind that some cards add up several models.",
        source: MEASURED,
    },
    FieldSpec {
        field: Field::Utilization,
        key: "util",
        path: "hardware.utilization",
        per_phase: true,
        takes: FRACTION,
        default: Default::None,
        label: "Utilization",
        hint: "Like 35% or 30% to 45%",
        example: "35%",
        explain: "The share of the peak that went into the model's own operations (MFU), averaged over the time you entered. The “GPU utilization” of a driver's monitor is another quantity: it says how often the chip was busy, not how much it did. If you have HFU, which counts recomputed activations too, enter it under HFU.",
        source: "Sevilla et al. 2022: 30 % for large language models, 40 % for others",
    },
    FieldSpec {
        field: Field::Hfu,
        key: "hfu",
        path: "hardware.hfu",
        per_phase: true,
        takes: FRACTION,
        default: Default::None,
        label: "Hardware FLOP utilization",
        hint: "HFU, like 57.8%",
        example: "57.8%",
        explain: "The share of the peak that the chips executed, recomputation included. It is divided by executed : model FLOP to give the utilization by the model.",
        source: PALM,
    },
    FieldSpec {
        field: Field::Executed,
        key: "executed",
        path: "hardware.executedRatio",
        per_phase: true,
        takes: COUNT,
        default: Default::Text("4/3"),
        label: "Executed : model FLOP",
        hint: "4/3 with full recomputation",
        example: "4/3",
        explain: "Operations that the chips executed for each of the model's own. Recomputing all activations repeats the forward pass: (1 + 2 + 1) / 3. Without recomputation it is 1.",
        source: "Korthikanti et al. 2022, Reducing activation recomputation",
    },
];

impl Field {
    /// Its row.
    pub fn spec(self) -> &'static FieldSpec {
        let [first, ..] = &FIELDS;
        FIELDS.get(self as usize).unwrap_or(first)
    }

    /// The field of a link key (without the phase's suffix).
    pub fn from_key(key: &str) -> Option<Field> {
        FIELDS
            .iter()
            .find(|spec| spec.key == key)
            .map(|spec| spec.field)
    }

    /// Number of fields of the whole form, which come first.
    pub const HEAD: usize = Field::Kind as usize;
    /// Number of fields in a phase.
    pub const PER_PHASE: usize = FIELDS.len() - Field::HEAD;

    /// The fields of a phase, in order.
    pub fn of_phase() -> impl Iterator<Item = Field> {
        FIELDS
            .iter()
            .filter(|spec| spec.per_phase)
            .map(|spec| spec.field)
    }

    /// The fields of the whole form, in order.
    pub fn of_head() -> impl Iterator<Item = Field> {
        FIELDS
            .iter()
            .filter(|spec| !spec.per_phase)
            .map(|spec| spec.field)
    }
}

impl Default {
    /// The text that an empty field stands for, where it has one of its own.
    pub fn text(self, kind: PhaseKind) -> Option<&'static str> {
        match self {
            Default::Text(text) => Some(text),
            Default::Ratio if kind.default_ratio() == 0.0 => Some("0"),
            Default::Ratio => Some("2"),
            Default::None | Default::Same(_) => None,
        }
    }
}
