//! The fields: one row each, with key, path, default, words and source.
//!
//! The form draws its labels from here, the link its keys and their order, the
//! module its paths.

use crate::apart::apart;
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
            apart(|| format!("{key}.{}", self.phase + 1))
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
    },
    FieldSpec {
        field: Field::Width,
        key: "width",
        path: "counting.attention.width",
        per_phase: true,
        takes: COUNT,
        default: Default::None,
        label: "Head width, total",
        hint: "Of all heads, like 12288",
        example: "12288",
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
