//! The types of the tables' rows, and the compact text they travel in. No row stands here.
//!
//! The page fetches one text (made by the tables crate from `data/*.csv`) and every
//! row borrows from it, so that reading the tables costs a scan and no copies.

use crate::quantity::Names;

/// A number format of the products. Order: as printed in menus.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Format {
    /// 64-bit floating point.
    Fp64,
    /// 32-bit floating point, outside tensor cores.
    Fp32,
    /// NVIDIA's 19-bit TensorFloat-32.
    Tf32,
    /// 16-bit IEEE floating point: the tensor peak where the row has one, else the plain one.
    Fp16,
    /// bfloat16.
    Bf16,
    /// 8-bit floating point.
    Fp8,
    /// 4-bit floating point.
    Fp4,
    /// 8-bit integer.
    Int8,
    /// 4-bit integer.
    Int4,
}

impl Format {
    /// Every format, in menu order.
    pub const ALL: [Format; 9] = [
        Format::Fp64,
        Format::Fp32,
        Format::Tf32,
        Format::Fp16,
        Format::Bf16,
        Format::Fp8,
        Format::Fp4,
        Format::Int8,
        Format::Int4,
    ];

    /// The word in links and on the page, like `bf16`.
    pub fn id(self) -> &'static str {
        match self {
            Format::Fp64 => "fp64",
            Format::Fp32 => "fp32",
            Format::Tf32 => "tf32",
            Format::Fp16 => "fp16",
            Format::Bf16 => "bf16",
            Format::Fp8 => "fp8",
            Format::Fp4 => "fp4",
            Format::Int8 => "int8",
            Format::Int4 => "int4",
        }
    }

    /// The format of that word, in any case; `None` where there is none.
    pub fn from_id(id: &str) -> Option<Format> {
        Format::ALL
            .into_iter()
            .find(|format| format.id().eq_ignore_ascii_case(id))
    }
}

/// One accelerator: dense peaks per the unit named, FLOP/s (operations per second for integers).
#[derive(Clone, Debug, PartialEq)]
pub struct Accelerator {
    /// Permanent kebab-case id.
    pub id: &'static str,
    /// Full name, with its maker.
    pub name: &'static str,
    /// Short name for fields and lists, like `H100 SXM5 80GB`.
    pub short: &'static str,
    /// What one counts as: `gpu`, `board`, `chip`, `core`, `card`, `package`, …
    pub unit: &'static str,
    /// Kind: `gpu`, `tpu`, `cpu`, `asic`, …
    pub kind: &'static str,
    /// ISO date of launch, or empty.
    pub date: &'static str,
    /// `released`, `announced` or `rumoured`.
    pub status: &'static str,
    /// Peak by `Format` (index `Format as usize`); `Fp16` holds the tensor peak where there is one, else the plain one.
    pub peaks: [Option<f64>; 9],
    /// The format a training run usually uses on it (the rule: tables crate); `None`: ask.
    pub default_format: Option<Format>,
    /// Other names, as papers write them.
    pub aliases: Vec<&'static str>,
    /// Trap of its unit or name, one short sentence, or empty (board with two GPUs, cores, superchip, sparse headline).
    pub trap: &'static str,
    /// The "with sparsity" headline figure is this many times the dense peak; 0 where there is none.
    pub sparse_factor: f64,
}

impl Accelerator {
    /// Peak in a format, FLOP/s.
    pub fn peak(&self, format: Format) -> Option<f64> {
        self.peaks.get(format as usize).copied().flatten()
    }
}

/// One known model, FLOP of its training as published or estimated by the source.
#[derive(Clone, Debug, PartialEq)]
pub struct Model {
    /// Permanent kebab-case id.
    pub id: &'static str,
    /// Name.
    pub name: &'static str,
    /// ISO date of publication, or empty.
    pub date: &'static str,
    /// `language`, `vision`, …
    pub domain: &'static str,
    /// Parameters in total, where known.
    pub parameters: Option<f64>,
    /// Active parameters of a mixture, where known.
    pub active: Option<f64>,
    /// Training compute, FLOP.
    pub flop: f64,
    /// `confident`, `likely`, `speculative`, or empty.
    pub confidence: &'static str,
    /// Rows of one run share a group (id of its first row); else its own id.
    pub run: &'static str,
}

/// A worked example: a link and the figure somebody published.
#[derive(Clone, Debug, PartialEq)]
pub struct Preset {
    /// Permanent kebab-case id.
    pub id: &'static str,
    /// Name.
    pub name: &'static str,
    /// Year.
    pub year: &'static str,
    /// Group of the menu: `language`, `image`, `games`, `science`, `history`.
    pub group: &'static str,
    /// The query, without `?`.
    pub query: &'static str,
    /// Published figure, FLOP.
    pub published: Option<f64>,
    /// Who published it.
    pub published_by: &'static str,
}

/// A run whose utilization is known.
#[derive(Clone, Debug, PartialEq)]
pub struct MeasuredRun {
    /// Name of the run.
    pub run: &'static str,
    /// Accelerator id.
    pub accelerator: &'static str,
    /// Chips, where known.
    pub chips: Option<f64>,
    /// Format of the peak the share refers to.
    pub format: Option<Format>,
    /// Model FLOP utilization, fraction.
    pub mfu: Option<f64>,
    /// Hardware FLOP utilization, fraction.
    pub hfu: Option<f64>,
    /// Parameters, where known.
    pub parameters: Option<f64>,
    /// Whether it is a whole run (`true`) or a steady-state benchmark.
    pub whole_run: bool,
}

/// Which total a threshold is compared with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Count {
    /// Every phase, as typed.
    All,
    /// EU: parameter updates only.
    EuUpdate,
    /// EU: cumulative, for systemic risk.
    EuCumulative,
    /// US states: pre-training, fine-tuning, reinforcement learning, weights built upon.
    UsState,
    /// The fine-tuning phases alone.
    FineTuning,
}

/// A compute threshold of a law, guideline or proposal.
#[derive(Clone, Debug, PartialEq)]
pub struct Threshold {
    /// Permanent id.
    pub id: &'static str,
    /// Name for the table.
    pub name: &'static str,
    /// Short name for the strip, like `EU AI Act`.
    pub short: &'static str,
    /// FLOP.
    pub flop: f64,
    /// Whether the exact value is reached: `>` is `false`, `>=` is `true`.
    pub inclusive: bool,
    /// The total it is compared with.
    pub count: Count,
    /// Shown without asking for more.
    pub shown: bool,
    /// Status word: `in-force`, `not-yet`, `guidance`, `proposed`, `not-enforced`, `replaced`, `revoked`, `vetoed`.
    pub status: &'static str,
    /// ISO date from which it applies, or empty.
    pub in_force: &'static str,
    /// ISO date of the last check.
    pub as_of: &'static str,
    /// Conditions besides compute.
    pub conditions: &'static str,
    /// Source, with place.
    pub source: &'static str,
}

/// The typical accelerator of a year: median peak of named accelerators in Epoch's models of that year.
#[derive(Clone, Debug, PartialEq)]
pub struct TypicalPeak {
    /// Year of publication.
    pub year: u16,
    /// Models behind the median.
    pub models: u16,
    /// Most used accelerators, in words.
    pub most_used: &'static str,
    /// Median fp32 peak, FLOP/s.
    pub fp32: f64,
    /// Median peak of the best training format, FLOP/s.
    pub best: f64,
}

/// A cell of a table that was changed after a release.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// Table: `hardware`, `models`, `thresholds`.
    pub table: &'static str,
    /// Row id.
    pub id: &'static str,
    /// Column.
    pub column: &'static str,
    /// Value before.
    pub old: &'static str,
    /// Value after.
    pub new: &'static str,
    /// ISO date of the change.
    pub date: &'static str,
}

/// All tables.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Catalog {
    /// ISO date of the tables.
    pub date: &'static str,
    /// Accelerators.
    pub accelerators: Vec<Accelerator>,
    /// Known models, by FLOP ascending.
    pub models: Vec<Model>,
    /// Worked examples, in menu order.
    pub presets: Vec<Preset>,
    /// Thresholds, shown ones first.
    pub thresholds: Vec<Threshold>,
    /// Measured runs.
    pub runs: Vec<MeasuredRun>,
    /// Typical peaks by year.
    pub typical: Vec<TypicalPeak>,
    /// Changes of cells since the first release, append-only.
    pub changes: Vec<Change>,
    /// Normalized name -> index of accelerator, sorted by name.
    pub(crate) names: Vec<(String, u16)>,
}

impl Names for Catalog {
    fn find(&self, name: &str) -> Option<usize> {
        let key = normalize(name);
        let found = self
            .names
            .binary_search_by(|(known, _)| known.as_str().cmp(&key))
            .ok()?;
        self.names.get(found).map(|(_, index)| usize::from(*index))
    }
}

/// A name as it is compared: lower case, letters and digits only.
pub fn normalize(name: &str) -> String {
    name.chars()
        .filter(|c| c.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect()
}
