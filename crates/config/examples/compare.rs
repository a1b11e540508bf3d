//! Compares counts with a table of figures: `compare TRUTH.jsonl`, one JSON object a line with
//! `text` (of the config), `class`, `inputs`, `parameters`, `flop`. Prints what differs.
use compute_config::count_config;
use compute_layers::{CountOptions, Part};
use serde_json::Value;

fn main() {
    let file = std::env::args().nth(1).expect("a file");
    let only = std::env::args().nth(2);
    let (mut rows, mut bad, mut unknown) = (0, 0, std::collections::BTreeMap::<String, u32>::new());
    for line in std::fs::read_to_string(file).expect("readable").lines() {
        let v: Value = serde_json::from_str(line).expect("JSON");
        let name = v["name"].as_str().unwrap_or("");
        if only.as_deref().is_some_and(|o| !name.contains(o)) {
            continue;
        }
        let mut o = CountOptions {
            batch: Some(1),
            ..Default::default()
        };
        o.class = v["class"].as_str().map(str::to_string);
        o.sequence_length = v["seq"].as_u64();
        o.part = match v["part"].as_str() {
            Some("text") => Some(Part::Text),
            Some("vision") => Some(Part::Vision),
            Some("audio") => Some(Part::Audio),
            _ => None,
        };
        if let Some(i) = v["inputs"].as_object() {
            for (k, s) in i {
                o.inputs.insert(
                    k.clone(),
                    s.as_array()
                        .into_iter()
                        .flatten()
                        .filter_map(Value::as_u64)
                        .collect(),
                );
            }
        }
        rows += 1;
        match count_config(v["text"].as_str().unwrap_or(""), &o) {
            Err(e) if e.code == "unknown-model-type" => {
                *unknown
                    .entry(e.message.split('"').nth(1).unwrap_or("").to_string())
                    .or_default() += 1;
                bad += 1;
            }
            Err(e) => {
                bad += 1;
                println!("{name}: {} {}", e.code, e.message);
            }
            Ok(c) => {
                let mut say = String::new();
                if let Some(p) = v["parameters"].as_u64()
                    && u128::from(p) != c.parameters
                {
                    say += &format!(
                        " parameters {} want {p} ({:+})",
                        c.parameters,
                        c.parameters as i128 - p as i128
                    );
                }
                if let Some(f) = v["flop"].as_u64()
                    && f > 0
                    && ((c.forward_flop as f64 / f as f64) - 1.0).abs() > 1e-3
                {
                    say += &format!(
                        " flop {} want {f} ({:+})",
                        c.forward_flop,
                        c.forward_flop as i128 - f as i128
                    );
                }
                if let Some(f) = v["active"].as_u64()
                    && u128::from(f) != c.active_parameters
                {
                    say += &format!(" active {} want {f}", c.active_parameters);
                }
                if let Some(f) = v["embedding"].as_u64()
                    && u128::from(f) != c.input_embedding_parameters
                {
                    say += &format!(" embedding {} want {f}", c.input_embedding_parameters);
                }
                if !say.is_empty() {
                    bad += 1;
                    println!("{name}:{say}");
                    if only.is_some() {
                        for g in &c.groups {
                            println!(
                                "   {} [{}] x{} p={} f={} {}",
                                g.path, g.kind, g.repeat, g.parameters, g.forward_flop, g.formula
                            );
                        }
                    }
                } else {
                    if let Ok(f) = std::env::var("AGREE") {
                        use std::io::Write;
                        let _ = std::fs::OpenOptions::new()
                            .append(true)
                            .create(true)
                            .open(f)
                            .map(|mut f| writeln!(f, "{name}"));
                    }
                }
                if say.is_empty() && only.is_some() {
                    println!("{name}: ok {} {}", c.parameters, c.forward_flop);
                }
            }
        }
    }
    let names: Vec<_> = unknown.keys().collect();
    println!(
        "{} of {rows} agree; unknown: {}",
        rows - bad,
        names
            .iter()
            .map(|s| s.as_str())
            .collect::<Vec<_>>()
            .join(" ")
    );
}
