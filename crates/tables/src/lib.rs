//! The tables of `data/`, checked when they are built: compact text for the page, full rows for the module, files for download.

mod csv;
mod rows;

use compute_core::catalog::Catalog;
use std::sync::OnceLock;

pub use rows::{
    AcceleratorRow, ModelRow, PresetRow, RunRow, ThresholdRow, accelerator_rows, model_rows,
    preset_rows, run_rows, threshold_rows,
};

/// All that the page's core needs of the tables; read by [`Catalog::read`].
pub const COMPACT: &str = include_str!(concat!(env!("OUT_DIR"), "/compact.txt"));

/// What the first visit needs before [`COMPACT`] has come, in the same layout.
pub const SEED: &str = include_str!(concat!(env!("OUT_DIR"), "/seed.txt"));

/// All tables, read once.
pub fn catalog() -> &'static Catalog {
    static CATALOG: OnceLock<Catalog> = OnceLock::new();
    // The build has read the same text; were it ever unreadable, the tables would be empty, and a test says so.
    CATALOG.get_or_init(|| Catalog::read(COMPACT).unwrap_or_default())
}

/// `data/hardware.csv`, for download.
pub fn hardware_csv() -> &'static str {
    include_str!("../../../data/hardware.csv")
}

/// `data/models.csv`, for download.
pub fn models_csv() -> &'static str {
    include_str!("../../../data/models.csv")
}

/// `data/presets.csv`, for download.
pub fn presets_csv() -> &'static str {
    include_str!("../../../data/presets.csv")
}

/// `data/thresholds.csv`, for download.
pub fn thresholds_csv() -> &'static str {
    include_str!("../../../data/thresholds.csv")
}

/// `data/utilization.csv`, for download.
pub fn utilization_csv() -> &'static str {
    include_str!("../../../data/utilization.csv")
}
