//! How long a config takes to count, and how many times longer Python's counters took on the same one:
//! `cargo run --release -p compute-config --example count_bench`.
//!
//! `python_counters.csv`: seconds of FlopCounterMode (torch 2.10.0), fvcore, ptflops, thop, torchinfo and calflops, each run once on
//! the model with eager attention and real random weights, CPython 3.11.7, transformers 5.24.0, one thread of a shared two-core
//! machine. They are rough; how much of making the model they include was not recorded.
use compute_config::count_config;
use compute_layers::CountOptions;
use std::time::Instant;

fn main() {
    let rows: Vec<(String, String, CountOptions)> = include_str!("../tests/data/truth.jsonl")
        .lines()
        .filter_map(|l| serde_json::from_str::<serde_json::Value>(l).ok())
        .map(|v| {
            (
                v["name"].as_str().unwrap_or("").to_string(),
                v["config"].to_string(),
                CountOptions {
                    sequence_length: Some(512),
                    class: v["class"].as_str().map(str::to_string),
                    ..CountOptions::default()
                },
            )
        })
        .collect();
    let mut times: Vec<(f64, &str)> = Vec::new();
    for (name, text, options) in &rows {
        // A refusal is quicker, and no count.
        if let Err(refusal) = count_config(text, options) {
            println!("{name}: {}", refusal.message);
            continue;
        }
        let runs = 20;
        let started = Instant::now();
        for _ in 0..runs {
            let _ = std::hint::black_box(count_config(std::hint::black_box(text), options));
        }
        times.push((
            started.elapsed().as_secs_f64() * 1e6 / f64::from(runs),
            name,
        ));
    }
    times.sort_by(|a, b| a.0.total_cmp(&b.0));
    let at = |q: f64| {
        times
            .get(((times.len() - 1) as f64 * q) as usize)
            .map_or(0.0, |t| t.0)
    };
    println!(
        "{} configs: median {:.0} microseconds, 95th percentile {:.0}, slowest:",
        times.len(),
        at(0.5),
        at(0.95)
    );
    for (t, name) in times.iter().rev().take(5) {
        println!("  {name}: {t:.0} microseconds");
    }
    let mut ratios: Vec<(f64, String)> = include_str!("../tests/data/python_counters.csv")
        .lines()
        .skip(1)
        .filter_map(|line| {
            let mut cells = line.split(',');
            let (config, tool, _, seconds) =
                (cells.next()?, cells.next()?, cells.next()?, cells.next()?);
            let (own, _) = times.iter().find(|(_, name)| *name == config)?;
            let ratio = seconds.parse::<f64>().ok()? * 1e6 / own;
            Some((ratio, format!("{tool} on {config}, {seconds} s")))
        })
        .collect();
    ratios.sort_by(|a, b| a.0.total_cmp(&b.0));
    if let (Some(least), Some(middle), Some(most)) =
        (ratios.first(), ratios.get(ratios.len() / 2), ratios.last())
    {
        println!(
            "Python counters took {:.0} times as long in the median of {} runs; least {:.0} ({}), most {:.0} ({})",
            middle.0,
            ratios.len(),
            least.0,
            least.1,
            most.0,
            most.1
        );
    }
}
