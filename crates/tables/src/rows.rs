//! Full rows of the tables, for the JavaScript module and the downloads' readers.

use crate::csv::{number, rows};
use std::sync::OnceLock;

/// The rows of a file as text, without its header.
fn table(text: &'static str) -> Vec<Vec<&'static str>> {
    // The build has read the same file.
    rows(text).unwrap_or_default().into_iter().skip(1).collect()
}

/// The cells of a row, taken in the order of the header.
struct Cells(std::vec::IntoIter<&'static str>);

impl Cells {
    fn text(&mut self) -> &'static str {
        self.0.next().unwrap_or("")
    }

    fn number(&mut self) -> Option<f64> {
        number(self.text())
    }
}

/// One accelerator with every column of `data/hardware.csv`.
#[derive(Clone, Debug, PartialEq)]
pub struct AcceleratorRow {
    /// Permanent kebab-case id.
    pub id: &'static str,
    /// Full name.
    pub name: &'static str,
    /// Short name for fields and lists.
    pub short: &'static str,
    /// Maker.
    pub vendor: &'static str,
    /// `gpu`, `tpu`, `cpu`, `soc`, `asic`, `npu`, `apu`, `dsp` or `wafer`.
    pub kind: &'static str,
    /// Generation or family, by which formats and ratios are checked.
    pub architecture: &'static str,
    /// What one counts as.
    pub unit: &'static str,
    /// ISO date of launch, or empty.
    pub release_date: &'static str,
    /// Status word.
    pub status: &'static str,
    /// Dense peak, FLOP/s.
    pub fp64: Option<f64>,
    /// Dense peak outside matrix units, FLOP/s.
    pub fp32: Option<f64>,
    /// Dense peak, FLOP/s.
    pub tf32: Option<f64>,
    /// Dense peak outside matrix units, FLOP/s.
    pub fp16: Option<f64>,
    /// Dense peak of the matrix units, FLOP/s.
    pub fp16_tensor: Option<f64>,
    /// Dense peak of the matrix units, FLOP/s.
    pub bf16_tensor: Option<f64>,
    /// Dense peak, FLOP/s.
    pub fp8: Option<f64>,
    /// Dense peak, FLOP/s.
    pub fp4: Option<f64>,
    /// Dense peak, operations per second.
    pub int8: Option<f64>,
    /// Dense peak, operations per second.
    pub int4: Option<f64>,
    /// Format that training on it usually runs in, or empty: ask.
    pub default_format: &'static str,
    /// How many times the dense peak the headline with sparsity is.
    pub sparse_factor: Option<f64>,
    /// Memory, bytes.
    pub memory_bytes: Option<f64>,
    /// Memory bandwidth, bytes per second.
    pub memory_bandwidth_bytes_s: Option<f64>,
    /// Design power, watts.
    pub tdp_w: Option<f64>,
    /// Other names, `;` between.
    pub aliases: &'static str,
    /// The sum that gives the 16-bit matrix peak, or fp64 of a CPU, like `108 SM * 1410 MHz * 2048`.
    pub arithmetic: &'static str,
    /// Cells that are derived, assumed or disputed: `column:word`, `;` between; the note says why.
    pub marks: &'static str,
    /// One sentence on the unit or the name where people slip, or empty.
    pub trap: &'static str,
    /// Remarks.
    pub note: &'static str,
    /// Sources, ` | ` between.
    pub sources: &'static str,
}

/// The rows of `data/hardware.csv`, read once.
pub fn accelerator_rows() -> &'static [AcceleratorRow] {
    static ROWS: OnceLock<Vec<AcceleratorRow>> = OnceLock::new();
    ROWS.get_or_init(|| {
        table(crate::hardware_csv())
            .into_iter()
            .map(|row| {
                let mut cells = Cells(row.into_iter());
                AcceleratorRow {
                    id: cells.text(),
                    name: cells.text(),
                    short: cells.text(),
                    vendor: cells.text(),
                    kind: cells.text(),
                    architecture: cells.text(),
                    unit: cells.text(),
                    release_date: cells.text(),
                    status: cells.text(),
                    fp64: cells.number(),
                    fp32: cells.number(),
                    tf32: cells.number(),
                    fp16: cells.number(),
                    fp16_tensor: cells.number(),
                    bf16_tensor: cells.number(),
                    fp8: cells.number(),
                    fp4: cells.number(),
                    int8: cells.number(),
                    int4: cells.number(),
                    default_format: cells.text(),
                    sparse_factor: cells.number(),
                    memory_bytes: cells.number(),
                    memory_bandwidth_bytes_s: cells.number(),
                    tdp_w: cells.number(),
                    aliases: cells.text(),
                    arithmetic: cells.text(),
                    marks: cells.text(),
                    trap: cells.text(),
                    note: cells.text(),
                    sources: cells.text(),
                }
            })
            .collect()
    })
}

/// One known model with every column of `data/models.csv`.
#[derive(Clone, Debug, PartialEq)]
pub struct ModelRow {
    /// Permanent kebab-case id.
    pub id: &'static str,
    /// Full name.
    pub name: &'static str,
    /// Who trained it.
    pub organization: &'static str,
    /// ISO date.
    pub date: &'static str,
    /// Domain.
    pub domain: &'static str,
    /// Parameters.
    pub parameters: Option<f64>,
    /// Parameters that work on a token.
    pub active_parameters: Option<f64>,
    /// FLOP.
    pub flop: Option<f64>,
    /// `confident`, `likely`, `speculative`, or empty.
    pub confidence: &'static str,
    /// Epoch AI's method of the estimate.
    pub method: &'static str,
    /// Tokens or examples of the data set (mostly one pass).
    pub data: Option<f64>,
    /// Passes over the data.
    pub epochs: Option<f64>,
    /// Chips.
    pub chips: Option<f64>,
    /// Accelerators as the source names them.
    pub accelerator: &'static str,
    /// Id of the accelerator.
    pub accelerator_id: &'static str,
    /// Training time, hours.
    pub time_hours: Option<f64>,
    /// Model FLOP utilization, fraction.
    pub mfu: Option<f64>,
    /// Hardware FLOP utilization, fraction.
    pub hfu: Option<f64>,
    /// Rows of one run share the id of the first.
    pub run: &'static str,
    /// Our own figure where the entry looks wrong, FLOP.
    pub recomputed: Option<f64>,
    /// Why the entry looks wrong.
    pub doubt: &'static str,
    /// Remarks.
    pub note: &'static str,
    /// Source.
    pub source: &'static str,
    /// Which copy of Epoch AI's data.
    pub copy: &'static str,
}

/// The rows of `data/models.csv`, read once.
pub fn model_rows() -> &'static [ModelRow] {
    static ROWS: OnceLock<Vec<ModelRow>> = OnceLock::new();
    ROWS.get_or_init(|| {
        table(crate::models_csv())
            .into_iter()
            .map(|row| {
                let mut cells = Cells(row.into_iter());
                ModelRow {
                    id: cells.text(),
                    name: cells.text(),
                    organization: cells.text(),
                    date: cells.text(),
                    domain: cells.text(),
                    parameters: cells.number(),
                    active_parameters: cells.number(),
                    flop: cells.number(),
                    confidence: cells.text(),
                    method: cells.text(),
                    data: cells.number(),
                    epochs: cells.number(),
                    chips: cells.number(),
                    accelerator: cells.text(),
                    accelerator_id: cells.text(),
                    time_hours: cells.number(),
                    mfu: cells.number(),
                    hfu: cells.number(),
                    run: cells.text(),
                    recomputed: cells.number(),
                    doubt: cells.text(),
                    note: cells.text(),
                    source: cells.text(),
                    copy: cells.text(),
                }
            })
            .collect()
    })
}

/// One worked example with every column of `data/presets.csv`.
#[derive(Clone, Debug, PartialEq)]
pub struct PresetRow {
    /// Place in the menu, from 1.
    pub order: Option<f64>,
    /// Permanent kebab-case id.
    pub id: &'static str,
    /// Full name.
    pub name: &'static str,
    /// Year.
    pub year: Option<f64>,
    /// Group of the menu.
    pub group: &'static str,
    /// The link query, without `?`.
    pub query: &'static str,
    /// Epoch AI's method of the estimate.
    pub method: &'static str,
    /// Published figure, FLOP.
    pub published_flop: Option<f64>,
    /// Who published it.
    pub published_by: &'static str,
    /// Where it was published.
    pub published_source: &'static str,
    /// Where the inputs stand.
    pub inputs_source: &'static str,
    /// What counting gives, FLOP.
    pub expected_counting_flop: Option<f64>,
    /// What accelerator time gives, FLOP.
    pub expected_hardware_flop: Option<f64>,
    /// Remarks.
    pub note: &'static str,
}

/// The rows of `data/presets.csv`, read once.
pub fn preset_rows() -> &'static [PresetRow] {
    static ROWS: OnceLock<Vec<PresetRow>> = OnceLock::new();
    ROWS.get_or_init(|| {
        table(crate::presets_csv())
            .into_iter()
            .map(|row| {
                let mut cells = Cells(row.into_iter());
                PresetRow {
                    order: cells.number(),
                    id: cells.text(),
                    name: cells.text(),
                    year: cells.number(),
                    group: cells.text(),
                    query: cells.text(),
                    method: cells.text(),
                    published_flop: cells.number(),
                    published_by: cells.text(),
                    published_source: cells.text(),
                    inputs_source: cells.text(),
                    expected_counting_flop: cells.number(),
                    expected_hardware_flop: cells.number(),
                    note: cells.text(),
                }
            })
            .collect()
    })
}

/// One threshold with every column of `data/thresholds.csv`.
#[derive(Clone, Debug, PartialEq)]
pub struct ThresholdRow {
    /// Permanent kebab-case id.
    pub id: &'static str,
    /// Full name.
    pub name: &'static str,
    /// Short name for fields and lists.
    pub short: &'static str,
    /// Jurisdiction.
    pub jurisdiction: &'static str,
    /// Law, guideline or proposal.
    pub instrument: &'static str,
    /// Place in it.
    pub reference: &'static str,
    /// FLOP.
    pub flop: Option<f64>,
    /// `>` or `>=`.
    pub relation: &'static str,
    /// Total that it is compared with.
    pub count: &'static str,
    /// Whether it is shown without asking for more: `yes` or `no`.
    pub shown: &'static str,
    /// Conditions besides compute.
    pub conditions: &'static str,
    /// ISO date of signature or publication, or empty.
    pub signed: &'static str,
    /// ISO date from which it applies, or empty.
    pub in_force: &'static str,
    /// ISO date on which it ended, or empty.
    pub ended: &'static str,
    /// Status word.
    pub status: &'static str,
    /// ISO date of the last check.
    pub as_of: &'static str,
    /// `read` (the text itself), `secondary` or `unverified`.
    pub mark: &'static str,
    /// Source.
    pub source: &'static str,
}

/// The rows of `data/thresholds.csv`, read once.
pub fn threshold_rows() -> &'static [ThresholdRow] {
    static ROWS: OnceLock<Vec<ThresholdRow>> = OnceLock::new();
    ROWS.get_or_init(|| {
        table(crate::thresholds_csv())
            .into_iter()
            .map(|row| {
                let mut cells = Cells(row.into_iter());
                ThresholdRow {
                    id: cells.text(),
                    name: cells.text(),
                    short: cells.text(),
                    jurisdiction: cells.text(),
                    instrument: cells.text(),
                    reference: cells.text(),
                    flop: cells.number(),
                    relation: cells.text(),
                    count: cells.text(),
                    shown: cells.text(),
                    conditions: cells.text(),
                    signed: cells.text(),
                    in_force: cells.text(),
                    ended: cells.text(),
                    status: cells.text(),
                    as_of: cells.text(),
                    mark: cells.text(),
                    source: cells.text(),
                }
            })
            .collect()
    })
}

/// One measured run with every column of `data/utilization.csv`.
#[derive(Clone, Debug, PartialEq)]
pub struct RunRow {
    /// Permanent kebab-case id.
    pub id: &'static str,
    /// Rows of one run share the id of the first.
    pub run: &'static str,
    /// Id of the accelerator.
    pub accelerator_id: &'static str,
    /// Chips.
    pub chips: Option<f64>,
    /// Format of the peak.
    pub format: &'static str,
    /// The peak that the shares refer to, FLOP/s.
    pub peak: Option<f64>,
    /// Model FLOP utilization, fraction.
    pub mfu: Option<f64>,
    /// Hardware FLOP utilization, fraction.
    pub hfu: Option<f64>,
    /// Tokens per second per chip.
    pub tokens_s_chip: Option<f64>,
    /// Parameters.
    pub parameters: Option<f64>,
    /// Sequence length, tokens.
    pub sequence_length: Option<f64>,
    /// `whole-run`, `steady-state` or `benchmark`.
    pub scope: &'static str,
    /// `printed` or `computed`.
    pub basis: &'static str,
    /// ISO date.
    pub date: &'static str,
    /// Remarks.
    pub note: &'static str,
    /// Source.
    pub source: &'static str,
}

/// The rows of `data/utilization.csv`, read once.
pub fn run_rows() -> &'static [RunRow] {
    static ROWS: OnceLock<Vec<RunRow>> = OnceLock::new();
    ROWS.get_or_init(|| {
        table(crate::utilization_csv())
            .into_iter()
            .map(|row| {
                let mut cells = Cells(row.into_iter());
                RunRow {
                    id: cells.text(),
                    run: cells.text(),
                    accelerator_id: cells.text(),
                    chips: cells.number(),
                    format: cells.text(),
                    peak: cells.number(),
                    mfu: cells.number(),
                    hfu: cells.number(),
                    tokens_s_chip: cells.number(),
                    parameters: cells.number(),
                    sequence_length: cells.number(),
                    scope: cells.text(),
                    basis: cells.text(),
                    date: cells.text(),
                    note: cells.text(),
                    source: cells.text(),
                }
            })
            .collect()
    })
}
