//! The method page's figures, each computed from its inputs.

use compute_core::calibration::{backward_ratio, flop_per_token, from_benchmark, from_throughput};
use compute_core::catalog::{Catalog, MeasuredRun};
use compute_core::uncertain::Z;

use super::pairs::median;

/// Backward : forward of a network of fully connected layers at some batch sizes, SGD (2 FLOP a parameter), biases left out.
pub struct Network {
    /// Name.
    pub name: &'static str,
    /// Widths, input first.
    pub widths: [f64; 4],
}

/// The two networks of Hobbhahn and Sevilla: almost all work in the first layer, almost none.
pub const NETWORKS: [Network; 2] = [
    Network {
        name: "150528-4096-128-10",
        widths: [150_528.0, 4096.0, 128.0, 10.0],
    },
    Network {
        name: "1-4096-128-10",
        widths: [1.0, 4096.0, 128.0, 10.0],
    },
];

impl Network {
    /// Ratio at a batch size.
    pub fn ratio(&self, batch: f64) -> f64 {
        let [input, one, two, output] = self.widths;
        let (first, others) = (input * one, one * two + two * output);
        backward_ratio(
            2.0 * batch * first,
            2.0 * batch * others,
            2.0 * (first + others),
        )
    }
}

/// The attention scores of a transformer beside 6ND.
pub struct Scores {
    /// Name, with layers, length and width.
    pub name: &'static str,
    layers: f64,
    length: f64,
    width: f64,
    parameters: f64,
}

/// Sizes as their papers print them: Brown et al. 2020, table 2.1; Rae et al. 2021, table 1; Llama team 2024, table 3.
pub const SCORES: [Scores; 3] = [
    Scores {
        name: "GPT-3: 96 layers, 2048 tokens, width 12\u{202f}288",
        layers: 96.0,
        length: 2048.0,
        width: 12_288.0,
        parameters: 174.6e9,
    },
    Scores {
        name: "Gopher: 80 layers, 2048 tokens, width 16\u{202f}384",
        layers: 80.0,
        length: 2048.0,
        width: 16_384.0,
        parameters: 280e9,
    },
    Scores {
        name: "An 8B model over 131\u{202f}072 tokens: 32 layers, width 4096",
        layers: 32.0,
        length: 131_072.0,
        width: 4096.0,
        parameters: 8.03e9,
    },
];

impl Scores {
    /// Share over 6ND, a fraction: without a mask; half of it with a causal mask.
    pub fn share(&self) -> f64 {
        2.0 * self.layers * self.length * self.width / self.parameters
    }
}

/// A training throughput as MosaicML prints it.
pub struct Throughput {
    /// Name.
    pub name: &'static str,
    tokens_s: f64,
    parameters: f64,
    layers: f64,
    width: f64,
    length: f64,
    peak: f64,
    /// MFU as printed, a fraction.
    pub printed: f64,
}

/// From `mosaicml/llm-foundry`, `scripts/train/benchmarking`; attention without mask discount, peaks 989.4 and 312 TFLOP/s.
pub const THROUGHPUTS: [Throughput; 5] = [
    Throughput {
        name: "70B on 512 H100",
        tokens_s: 1007.0,
        parameters: 64_862_437_376.0,
        layers: 80.0,
        width: 8192.0,
        length: 2048.0,
        peak: 989.4e12,
        printed: 0.4125,
    },
    Throughput {
        name: "30B on 512 H100",
        tokens_s: 2115.0,
        parameters: 29_975_214_080.0,
        layers: 48.0,
        width: 7168.0,
        length: 2048.0,
        peak: 989.4e12,
        printed: 0.4027,
    },
    Throughput {
        name: "7B on 512 H100",
        tokens_s: 9670.0,
        parameters: 6_658_859_008.0,
        layers: 32.0,
        width: 4096.0,
        length: 2048.0,
        peak: 989.4e12,
        printed: 0.422,
    },
    Throughput {
        name: "13B on 8 A100",
        tokens_s: 1795.0,
        parameters: 12_885_411_840.0,
        layers: 40.0,
        width: 5120.0,
        length: 8192.0,
        peak: 312e12,
        printed: 0.5607,
    },
    Throughput {
        name: "125M on 8 A100",
        tokens_s: 86_858.0,
        parameters: 130_030_080.0,
        layers: 12.0,
        width: 768.0,
        length: 8192.0,
        peak: 312e12,
        printed: 0.4694,
    },
];

impl Throughput {
    /// Tokens a second on each chip.
    pub fn tokens_s(&self) -> f64 {
        self.tokens_s
    }

    /// MFU from it, a fraction.
    pub fn mfu(&self) -> f64 {
        let token = flop_per_token(self.parameters, self.layers, self.length, self.width);
        from_throughput(self.tokens_s, token, self.peak)
    }
}

/// A run whose printed utilization holds for running steps, beside what the calendar gives.
pub struct Calendar {
    /// Name.
    pub name: &'static str,
    /// What is printed, a fraction.
    pub printed: f64,
    /// Whether the printed share is of executed operations.
    pub executed: bool,
    flop: f64,
    chip_hours: f64,
    peak: f64,
}

/// Counted by 6ND; chips and hours as the papers and Epoch AI have them.
pub const CALENDARS: [Calendar; 3] = [
    Calendar {
        name: "PaLM (540B)",
        printed: 0.462,
        executed: false,
        flop: 6.0 * 540e9 * 780e9,
        chip_hours: 6144.0 * 1200.0 + 3072.0 * 336.0,
        peak: 275e12,
    },
    Calendar {
        name: "Llama 3.1 405B",
        printed: 0.404,
        executed: false,
        flop: 6.0 * 405e9 * 15.6e12,
        chip_hours: 16_384.0 * 2142.0,
        peak: 989.4e12,
    },
    Calendar {
        name: "MT-NLG 530B",
        printed: 0.302,
        executed: true,
        flop: 6.0 * 530e9 * 270e9,
        chip_hours: 4480.0 * 770.0,
        peak: 312e12,
    },
];

impl Calendar {
    /// Utilization over the whole calendar time, a fraction.
    pub fn whole(&self) -> f64 {
        from_benchmark(self.flop, 1.0, self.chip_hours * 3600.0, self.peak)
    }
}

/// Runs of the utilization table shown on the method page, by name: the ones that papers are compared with.
pub const RUNS: [&str; 16] = [
    "Megatron-LM 8.3B",
    "T5-11B",
    "Gopher 280B",
    "LaMDA 137B",
    "PaLM 540B",
    "BLOOM-176B",
    "OPT-175B",
    "GLM-130B",
    "BloombergGPT 50B",
    "ViT-22B",
    "Skywork-13B",
    "MegaScale 175B",
    "Nemotron-4 340B",
    "Llama 3.1 405B",
    "AFM-server",
    "Pangu Ultra 135B",
];

/// The first run of that name in steady state.
pub fn run<'a>(catalog: &'a Catalog, name: &str) -> Option<&'a MeasuredRun> {
    catalog
        .runs
        .iter()
        .find(|run| run.run == name && !run.whole_run)
}

/// Median MFU and 5th and 95th percentile of all whole runs in the tables, and their number. Fractions.
pub fn whole_runs(catalog: &Catalog) -> (usize, f64, f64, f64) {
    let mut shares: Vec<f64> = catalog
        .runs
        .iter()
        .filter(|run| run.whole_run)
        .filter_map(|run| run.mfu)
        .collect();
    shares.sort_by(f64::total_cmp);
    let at = |share: f64| {
        let place = share * (shares.len().max(1) - 1) as f64;
        let (below, above) = (place.floor() as usize, place.ceil() as usize);
        let get = |index: usize| shares.get(index).copied().unwrap_or(0.0);
        get(below) + (get(above) - get(below)) * place.fract()
    };
    (shares.len(), median(shares.clone()), at(0.05), at(0.95))
}

/// Standard deviation of the natural logarithm that a factor either way, as a 90 % range, stands for.
pub fn sigma_of_factor(factor: f64) -> f64 {
    factor.ln() / Z
}

/// The 90 % range round a middle with this standard deviation of the logarithm.
pub fn range(middle: f64, sigma: f64) -> (f64, f64) {
    let factor = (Z * sigma).exp();
    (middle / factor, middle * factor)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(ours: f64, theirs: f64, within: f64) -> bool {
        (ours / theirs - 1.0).abs() < within
    }

    #[test]
    fn ratios_of_the_two_networks_go_from_first_layer_to_others() {
        let by_hand = [[2.00085, 1.00866, 1.00087], [2.99227, 2.00008, 1.99228]];
        for (network, expected) in NETWORKS.iter().zip(by_hand) {
            for (batch, expected) in [1.0, 128.0, 65_536.0].into_iter().zip(expected) {
                assert!(
                    (network.ratio(batch) - expected).abs() < 6e-6,
                    "{} {batch}: {}",
                    network.name,
                    network.ratio(batch)
                );
            }
        }
    }

    #[test]
    fn attention_shares_are_those_of_the_sizes_in_print() {
        for (scores, expected) in SCORES.iter().zip([0.0277, 0.0192, 4.28]) {
            assert!(near(scores.share(), expected, 3e-3), "{}", scores.share());
        }
    }

    #[test]
    fn printed_utilizations_follow_from_printed_throughputs() {
        for throughput in &THROUGHPUTS {
            assert!(
                near(throughput.mfu(), throughput.printed, 1e-3),
                "{}: {}",
                throughput.name,
                throughput.mfu()
            );
        }
    }

    #[test]
    fn the_calendar_gives_less_than_running_steps() {
        for (calendar, expected) in CALENDARS.iter().zip([0.304, 0.303, 0.222]) {
            assert!(
                (calendar.whole() - expected).abs() < 0.0006,
                "{}",
                calendar.whole()
            );
            assert!(calendar.whole() < calendar.printed);
        }
    }

    #[test]
    fn every_run_shown_is_in_the_table() {
        for name in RUNS {
            let run = run(compute_tables::catalog(), name);
            assert!(
                run.is_some_and(|run| run.mfu.or(run.hfu).is_some()),
                "{name}"
            );
        }
    }

    #[test]
    fn factors_are_ranges_of_a_lognormal() {
        for (factor, sigma) in [(3.0, 0.667_909), (10.0, 1.399_872), (31.0, 2.087_716)] {
            assert!((sigma_of_factor(factor) - sigma).abs() < 1e-6);
        }
        let (low, high) = range(0.3, 0.345);
        assert!((low - 0.170).abs() < 5e-4 && (high - 0.529).abs() < 5e-4);
    }

    #[test]
    fn whole_runs_have_a_median_inside_their_range() {
        let (count, middle, low, high) = whole_runs(compute_tables::catalog());
        assert!(count > 20, "{count}");
        assert!(
            0.05 < low && low < middle && middle < high && high < 0.75,
            "{low} {middle} {high}"
        );
    }
}
