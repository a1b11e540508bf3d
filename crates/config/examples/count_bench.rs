//! How long a config takes to count: `cargo run --release -p compute-config --example count_bench`.
use compute_config::count_config;
use compute_layers::CountOptions;
use std::time::Instant;

fn main() {
    let rows: Vec<(String, String)> = include_str!("../tests/data/truth.jsonl")
        .lines()
        .filter_map(|l| serde_json::from_str::<serde_json::Value>(l).ok())
        .map(|v| {
            (
                v["name"].as_str().unwrap_or("").to_string(),
                v["config"].to_string(),
            )
        })
        .collect();
    let options = CountOptions {
        sequence_length: Some(512),
        ..CountOptions::default()
    };
    let mut times: Vec<(f64, &str)> = Vec::new();
    for (name, text) in &rows {
        let runs = 20;
        let started = Instant::now();
        for _ in 0..runs {
            let _ = std::hint::black_box(count_config(std::hint::black_box(text), &options));
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
}
