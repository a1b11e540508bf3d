//! Utilization from what was measured: throughput, a benchmark of known work, or runs on the same chip.

use crate::catalog::{Catalog, Format, MeasuredRun};
use crate::uncertain::Z;

/// Training FLOP of one token of a dense transformer: 6 N + 12 L s a, attention without mask discount (PaLM, appendix B).
/// Parameters N, layers L, sequence length s, total head width a.
pub fn flop_per_token(parameters: f64, layers: f64, sequence_length: f64, head_width: f64) -> f64 {
    6.0 * parameters + 12.0 * layers * sequence_length * head_width
}

/// MFU from a throughput: tokens per second per chip, FLOP per token, peak of the chip in FLOP/s.
pub fn from_throughput(tokens_per_s: f64, flop_per_token: f64, peak: f64) -> f64 {
    tokens_per_s * flop_per_token / peak
}

/// Utilization of a run whose work is known: FLOP, chips, seconds, peak of one chip in FLOP/s.
pub fn from_benchmark(flop: f64, chips: f64, seconds: f64, peak: f64) -> f64 {
    flop / (chips * seconds * peak)
}

/// HFU to MFU: what was executed, over executed : model operations.
pub fn mfu_from_hfu(hfu: f64, executed: f64) -> f64 {
    hfu / executed
}

/// Backward : forward operations of a network, from forward FLOP of a batch in its first and in its other layers, and
/// FLOP of the update (Hobbhahn and Sevilla).
pub fn backward_ratio(first: f64, others: f64, update: f64) -> f64 {
    (first + 2.0 * others + update) / (first + others)
}

/// Measured runs of a chip, in the format whose peak they are shares of, in the table's order.
///
/// Runs on rows of the same silicon (equal peaks) count. Shares of one peak are never mixed with another's: a run whose
/// format differs from `format` is left out.
pub fn matching(catalog: &Catalog, accelerator: usize, format: Format) -> Vec<&MeasuredRun> {
    let Some(chip) = catalog.accelerators.get(accelerator) else {
        return Vec::new();
    };
    // Few rows are of one silicon, while runs and rows are many.
    let alike: Vec<&str> = catalog
        .accelerators
        .iter()
        .filter(|row| row.peaks == chip.peaks)
        .map(|row| row.id)
        .collect();
    catalog
        .runs
        .iter()
        .filter(|run| run.mfu.is_some() && run.format == Some(format))
        .filter(|run| alike.contains(&run.accelerator))
        .collect()
}

/// The same, nearest in size first.
pub fn runs_on(
    catalog: &Catalog,
    accelerator: usize,
    format: Format,
    parameters: Option<f64>,
) -> Vec<&MeasuredRun> {
    let mut found = matching(catalog, accelerator, format);
    let far = |run: &MeasuredRun| match (run.parameters, parameters) {
        (Some(one), Some(other)) => (one / other).ln().abs(),
        // Unknown sizes go last, in the table's order.
        _ => f64::MAX,
    };
    found.sort_by(|a, b| far(a).total_cmp(&far(b)));
    found
}

/// 5th and 95th percentile of the runs' utilization: of a lognormal with their mean and spread of ln; `None` under three runs.
pub fn range_of(runs: &[&MeasuredRun]) -> Option<(f64, f64)> {
    let logs: Vec<f64> = runs
        .iter()
        .filter_map(|run| run.mfu)
        .filter(|mfu| *mfu > 0.0)
        .map(f64::ln)
        .collect();
    if logs.len() < 3 {
        return None;
    }
    let count = logs.len() as f64;
    let mean = logs.iter().sum::<f64>() / count;
    let variance = logs.iter().map(|log| (log - mean).powi(2)).sum::<f64>() / (count - 1.0);
    let half = Z * variance.sqrt();
    // A share of the peak ends at 1.
    Some(((mean - half).exp(), (mean + half).exp().min(1.0)))
}
