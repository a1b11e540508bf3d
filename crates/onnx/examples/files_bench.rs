//! Prints what large files cost: bytes asked for, time, memory.
//! `cargo run --release -p compute-onnx --example files_bench`

use std::time::Instant;

use compute_bytes::{Reader, read_all, read_with};
use compute_layers::CountOptions;
use compute_onnx::OnnxReader;
use compute_weights::{HeaderReader, NamedHeader, count_weights};

#[path = "../tests/write/mod.rs"]
mod write;

use write::heap::{Counting, most_held};

#[global_allocator]
static ALLOCATOR: Counting = Counting;

fn onnx(layers: usize, width: u64) {
    let (file, parameters, flop) = write::large::stack(layers, width);
    let start = Instant::now();
    let ((result, progress), held) = most_held(|| {
        let mut reader = OnnxReader::new(file.size, &CountOptions::default());
        let result = read_with(&mut reader, |from, len| file.read(from, len));
        (result, reader.progress())
    });
    let time = start.elapsed();
    let right = result.is_ok_and(|(c, _)| (c.parameters, c.forward_flop) == (parameters, flop));
    println!(
        "ONNX of {} bytes, {layers} matrices: {} bytes asked for ({:.4} %) in {} ranges, at most {:.2} MB held, {:.1} ms, right: {right}",
        file.size,
        progress.requested,
        progress.requested as f64 * 100.0 / file.size as f64,
        progress.requests,
        held as f64 / 1e6,
        time.as_secs_f64() * 1e3,
    );
}

/// Headers with the names and shapes of a mixture of 671 billion parameters in
/// fp8, cut into shards.
fn shards(count: usize) -> (Vec<(String, Vec<u8>)>, u128) {
    let mut tensors: Vec<(String, &str, [u64; 2])> = Vec::new();
    let mut matrix = |name: String, rows: u64, columns: u64| {
        let blocks = [rows.div_ceil(128), columns.div_ceil(128)];
        tensors.push((format!("{name}.weight"), "F8_E4M3", [rows, columns]));
        tensors.push((format!("{name}.weight_scale_inv"), "F32", blocks));
    };
    for layer in 0..61 {
        let at = format!("model.layers.{layer}");
        for (name, rows, columns) in [
            ("q_a_proj", 1536, 7168),
            ("q_b_proj", 24576, 1536),
            ("kv_a_proj_with_mqa", 576, 7168),
            ("kv_b_proj", 32768, 512),
            ("o_proj", 7168, 16384),
        ] {
            matrix(format!("{at}.self_attn.{name}"), rows, columns);
        }
        let experts: Vec<(String, u64)> = if layer < 3 {
            vec![("mlp".to_owned(), 18432)]
        } else {
            (0..256)
                .map(|e| format!("mlp.experts.{e}"))
                .chain(["mlp.shared_experts".to_owned()])
                .map(|name| (name, 2048))
                .collect()
        };
        for (name, width) in experts {
            matrix(format!("{at}.{name}.gate_proj"), width, 7168);
            matrix(format!("{at}.{name}.up_proj"), width, 7168);
            matrix(format!("{at}.{name}.down_proj"), 7168, width);
        }
    }
    for (name, rows) in [("model.embed_tokens", 129_280), ("lm_head", 129_280)] {
        tensors.push((format!("{name}.weight"), "BF16", [rows, 7168]));
    }
    let parameters = tensors
        .iter()
        .filter(|(name, ..)| name.ends_with(".weight"))
        .map(|(_, _, [a, b])| u128::from(*a) * u128::from(*b))
        .sum();
    let each = tensors.len().div_ceil(count);
    let files = tensors
        .chunks(each)
        .enumerate()
        .map(|(k, part)| {
            let mut json = String::from("{");
            let mut at = 0;
            for (name, dtype, [rows, columns]) in part {
                let bytes = match *dtype {
                    "F8_E4M3" => 1,
                    "BF16" => 2,
                    _ => 4,
                } * rows
                    * columns;
                if at > 0 {
                    json.push(',');
                }
                json.push_str(&format!(
                    r#""{name}":{{"dtype":"{dtype}","shape":[{rows},{columns}],"data_offsets":[{at},{}]}}"#,
                    at + bytes
                ));
                at += bytes;
            }
            json.push('}');
            let mut out = (json.len() as u64).to_le_bytes().to_vec();
            out.extend(json.into_bytes());
            (format!("model-{:05}-of-{count:05}.safetensors", k + 1), out)
        })
        .collect();
    (files, parameters)
}

fn safetensors() {
    let (files, parameters) = shards(163);
    let bytes: usize = files.iter().map(|(_, b)| b.len()).sum();
    let start = Instant::now();
    let (counted, held) = most_held(|| {
        let mut headers = Vec::new();
        for (name, bytes) in &files {
            let mut reader = HeaderReader::new(name, bytes.len() as u64);
            match read_all(&mut reader, bytes) {
                Ok(header) => headers.push(NamedHeader {
                    name: name.clone(),
                    header,
                }),
                Err(refusal) => println!("{name}: {}", refusal.message),
            }
        }
        count_weights(&headers, None, &CountOptions::default())
    });
    let time = start.elapsed();
    let (tensors, right) = counted.map_or((0, false), |c| {
        (c.tensors, c.count.parameters == parameters)
    });
    println!(
        "safetensors, {} shards, {tensors} tensors, {bytes} bytes of headers, {parameters} parameters: at most {:.2} MB held, {:.1} ms, right: {right}",
        files.len(),
        held as f64 / 1e6,
        time.as_secs_f64() * 1e3,
    );
}

fn main() {
    onnx(500, 1024);
    onnx(32, 4096);
    onnx(20_000, 160);
    safetensors();
}
