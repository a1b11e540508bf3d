//! Runs whose inputs are known for both methods, each as a link: the method page computes their ratios from these.

use compute_core::catalog::Catalog;
use compute_core::estimate::estimate;
use compute_core::{link, request};

/// A run: its name, its inputs, what to know about them.
pub struct Pair {
    /// Name.
    pub name: &'static str,
    /// Inputs of both methods as a link; utilization is left to the usual value.
    pub query: &'static str,
    /// A remark; may be empty.
    pub remark: &'static str,
}

const fn pair(name: &'static str, query: &'static str, remark: &'static str) -> Pair {
    Pair {
        name,
        query,
        remark,
    }
}

/// The runs, by year. Counted as the sections on encoder-decoders, recurrent networks and shared weights say; wall-clock time,
/// dense peak of the training format, usual utilization.
pub const PAIRS: [Pair; 19] = [
    pair(
        "AlexNet",
        "domain=other&connections=0.75B&data=1.2M+images&epochs=90&hw=geforce-gtx-580&chips=2&time=5.5+days",
        "",
    ),
    pair(
        "VGG-16",
        "domain=other&connections=16B&data=1.2M+images&epochs=74&hw=geforce-gtx-titan-black&chips=4&time=21+days",
        "the longer of two to three weeks",
    ),
    pair(
        "Seq2Seq, five models",
        "connections=1.92B&data=652M&epochs=7.5&peak=5+TFLOP/s&chips=40&time=10+days",
        "five times eight cards",
    ),
    pair(
        "Transformer (big)",
        "forward=213M&batch=50000&steps=300000&peak=9.3+TFLOP/s&chips=8&time=3.5+days",
        "halves: each token passes one",
    ),
    pair(
        "Transformer-XL",
        "params=257M&data=103M+tokens&epochs=1908&hw=tpu-v3&chips=32&time=400000+s",
        "time as Epoch AI has it",
    ),
    pair(
        "Adaptive input",
        "params=247M&batch=65536+tokens&steps=286000&hw=v100-sxm2-16gb&chips=8&time=67+h",
        "",
    ),
    pair(
        "ALBERT-xxlarge",
        "connections=2415919104&data=262.144B+tokens&hw=tpu-v3&chips=512&time=32+h",
        "shared weights counted at each use",
    ),
    pair(
        "T5-11B",
        "forward=11B&data=1T+tokens&hw=tpu-v3&chips=512&time=481.9+h",
        "halves: each token passes one",
    ),
    pair(
        "Meena",
        "params=2.6B&data=61B+tokens&epochs=164&hw=tpu-v3&chips=1024&time=30+days",
        "",
    ),
    pair(
        "GPT-3",
        "params=174.6B&data=300B+tokens&hw=v100-sxm2-16gb&chips=10000&time=355.2+h",
        "",
    ),
    pair(
        "GLaM",
        "params=1.2T&active=96.6B&data=600B+tokens&hw=tpu-v4&chip_hours=1224347",
        "active parameters",
    ),
    pair(
        "MT-NLG 530B",
        "params=530B&data=270B+tokens&hw=a100-sxm4-80gb&chips=4480&time=770+h",
        "",
    ),
    pair(
        "OPT-175B",
        "params=175B&data=300B+tokens&hw=a100-sxm4-80gb&chip_hours=812544",
        "",
    ),
    pair(
        "BLOOM (176B)",
        "params=176.247B&data=366B+tokens&hw=a100-sxm4-80gb&chips=384&time=117+days",
        "",
    ),
    pair(
        "PaLM (540B)",
        "params=540B&data=780B+tokens&hw=tpu-v4&chips=6144&time=1200+h&hw.2=tpu-v4&chips.2=3072&time.2=336+h",
        "two phases of chip time",
    ),
    pair(
        "Llama 2 70B",
        "params=70B&data=2T+tokens&hw=a100-sxm4-80gb&chip_hours=1720320",
        "",
    ),
    pair(
        "Falcon-180B",
        "params=180B&data=3.5T+tokens&hw=a100-sxm4-40gb&chips=4096&time=4320+h",
        "half a year on the calendar",
    ),
    pair(
        "Llama 3.1 405B",
        "params=405B&data=15.6T+tokens&hw=h100-sxm5-80gb&chips=16384&time=2142+h",
        "",
    ),
    pair(
        "DeepSeek-V3",
        "params=671B&active=37B&data=14.8T+tokens&hw=h800-sxm5&format=bf16&chip_hours=2.664M",
        "active parameters; bf16 peak",
    ),
];

/// Both methods over one run.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Compared {
    /// Counted, FLOP.
    pub counted: f64,
    /// By accelerator time, FLOP.
    pub timed: f64,
    /// Counted over accelerator time.
    pub ratio: f64,
    /// Utilization at which both would agree, fraction.
    pub implied: f64,
}

impl Pair {
    /// Both methods over the run; `None` where a table lacks its chip.
    pub fn compare(&self, catalog: &Catalog) -> Option<Compared> {
        let (address, _) = link::decode(self.query, catalog);
        let request = request::read(&address.form, catalog);
        let estimate = estimate(&address.form, &request, catalog);
        let agreement = estimate.agreement.as_ref()?;
        Some(Compared {
            counted: estimate.counting.as_ref()?.total.value,
            timed: estimate.hardware.as_ref()?.total.value,
            ratio: agreement.ratio.value,
            implied: agreement.implied_utilization.value,
        })
    }
}

/// What the pairs say together.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Summary {
    /// Pairs.
    pub count: usize,
    /// Geometric mean of the ratio.
    pub mean: f64,
    /// Standard deviation of its natural logarithm (over n − 1).
    pub sigma: f64,
    /// Median factor by which the two are apart.
    pub apart: f64,
    /// Pairs within 1.5 times.
    pub close: usize,
    /// Pairs within 2 times.
    pub near: usize,
    /// Largest factor apart.
    pub worst: f64,
    /// Median implied utilization.
    pub implied: f64,
}

/// Summary of compared runs; all zero where there are fewer than two.
pub fn summary(runs: &[Compared]) -> Summary {
    if runs.len() < 2 {
        return Summary::default();
    }
    let count = runs.len() as f64;
    let logs: Vec<f64> = runs.iter().map(|run| run.ratio.ln()).collect();
    let mean = logs.iter().sum::<f64>() / count;
    let squares: f64 = logs.iter().map(|log| (log - mean).powi(2)).sum();
    let apart: Vec<f64> = logs.iter().map(|log| log.abs().exp()).collect();
    let within = |limit: f64| apart.iter().filter(|apart| **apart <= limit).count();
    Summary {
        count: runs.len(),
        mean: mean.exp(),
        sigma: (squares / (count - 1.0)).sqrt(),
        apart: median(apart.clone()),
        close: within(1.5),
        near: within(2.0),
        worst: apart.iter().copied().fold(1.0, f64::max),
        implied: median(runs.iter().map(|run| run.implied).collect()),
    }
}

/// The middle of some numbers; 0 of none.
pub fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    let half = values.len() / 2;
    let at = |index: usize| values.get(index).copied().unwrap_or(0.0);
    if values.len() % 2 == 1 {
        at(half)
    } else {
        (at(half.saturating_sub(1)) + at(half)) / 2.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Counted, by accelerator time, ratio, implied utilization: computed by hand from the inputs of each run's paper.
    const BY_HAND: [(f64, f64, f64, f64); 19] = [
        (4.86e17, 6.01e17, 0.81, 0.323),
        (8.525e18, 1.639e19, 0.52, 0.208),
        (5.633e19, 5.184e19, 1.09, 0.326),
        (9.585e18, 6.75e18, 1.42, 0.426),
        (3.03e20, 4.723e20, 0.64, 0.192),
        (2.778e19, 7.236e19, 0.38, 0.115),
        (3.8e21, 2.176e21, 1.75, 0.524),
        (3.3e22, 3.278e22, 1.01, 0.302),
        (1.56e23, 9.794e22, 1.59, 0.478),
        (3.143e23, 4.795e23, 0.66, 0.197),
        (3.478e23, 3.636e23, 0.96, 0.287),
        (8.586e23, 1.162e24, 0.74, 0.222),
        (3.15e23, 2.738e23, 1.15, 0.345),
        (3.870e23, 3.633e23, 1.07, 0.320),
        (2.527e24, 2.496e24, 1.01, 0.304),
        (8.4e23, 5.794e23, 1.45, 0.435),
        (3.78e24, 5.962e24, 0.63, 0.190),
        (3.791e25, 3.75e25, 1.01, 0.303),
        (3.286e24, 2.845e24, 1.15, 0.346),
    ];

    fn all() -> Vec<Compared> {
        PAIRS
            .iter()
            .filter_map(|pair| pair.compare(compute_tables::catalog()))
            .collect()
    }

    #[test]
    fn every_pair_gives_what_its_inputs_give_by_hand() {
        let runs = all();
        assert_eq!(runs.len(), PAIRS.len());
        for ((pair, run), (counted, timed, ratio, implied)) in PAIRS.iter().zip(runs).zip(BY_HAND) {
            let near = |ours: f64, theirs: f64, within: f64| (ours / theirs - 1.0).abs() < within;
            assert!(near(run.counted, counted, 1e-3), "{}: {run:?}", pair.name);
            assert!(near(run.timed, timed, 1e-3), "{}: {run:?}", pair.name);
            assert!((run.ratio - ratio).abs() < 0.0051, "{}: {run:?}", pair.name);
            assert!(
                (run.implied - implied).abs() < 0.00051,
                "{}: {run:?}",
                pair.name
            );
        }
    }

    #[test]
    fn the_spread_of_the_pairs_is_what_the_method_page_says() {
        let summary = summary(&all());
        assert_eq!(summary.count, 19);
        assert!((summary.mean - 0.93).abs() < 0.005, "{summary:?}");
        assert!((summary.sigma - 0.396).abs() < 0.0015, "{summary:?}");
        assert!((summary.apart - 1.35).abs() < 0.01, "{summary:?}");
        assert_eq!((summary.close, summary.near), (12, 18), "{summary:?}");
        assert!((summary.worst - 2.6).abs() < 0.05, "{summary:?}");
        assert!((summary.implied - 0.304).abs() < 0.0005, "{summary:?}");
    }

    #[test]
    fn a_summary_of_nothing_is_nothing() {
        assert_eq!(summary(&[]), Summary::default());
        assert_eq!(median(Vec::new()), 0.0);
        assert_eq!(median(vec![3.0, 1.0]), 2.0);
    }
}
