//! Rows per second over a file of 100,000 rows made of the worked examples: `cargo run --release --example batch_bench -p compute-batch`.

use compute_batch::Store;
use std::time::Instant;

fn main() {
    let text = made(100_000);
    for kept in [false, true] {
        let start = Instant::now();
        let (mut rows, mut written) = (0, 0);
        let mut chunks = text.as_str();
        let mut batch = compute_batch::Batch::new(compute_tables::catalog());
        let mut store = Store::new(compute_tables::catalog(), "");
        while !chunks.is_empty() {
            let mut end = chunks.len().min(64 * 1024);
            while !chunks.is_char_boundary(end) {
                end -= 1;
            }
            let (chunk, rest) = chunks.split_at(end);
            chunks = rest;
            if kept {
                let mut out = String::new();
                store.push(chunk, "", &mut out);
                written += out.len();
                rows = store.tally().rows;
            } else {
                rows += batch.push(chunk).len();
            }
        }
        let took = start.elapsed().as_secs_f64();
        println!(
            "{}: {rows} rows of {:.1} MB in {took:.2} s, {:.0} rows/s, {:.1} µs a row, {:.1} MB written",
            if kept {
                "kept and written"
            } else {
                "read and estimated"
            },
            text.len() as f64 / 1e6,
            rows as f64 / took,
            1e6 * took / rows as f64,
            written as f64 / 1e6
        );
        if kept {
            let start = Instant::now();
            let shown = store.rows(compute_batch::Order::Total, true, 0, 100).len();
            println!(
                "ordered, and {shown} rows shown: {:.0} ms",
                1e3 * start.elapsed().as_secs_f64()
            );
        }
    }
}

/// A file of models that differ in every row.
fn made(rows: usize) -> String {
    let chips = ["A100", "H100", "TPU v4", "V100", "h800-sxm5"];
    let mut text = String::from("name,params,data,epochs,hw,chips,time,util,published\n");
    for row in 0..rows {
        let size = 1 + row % 700;
        text += &format!(
            "Model {row},{size}B,{}B tokens,{},{},{},{} days,{},{}e23\n",
            20 * size,
            1 + row % 3,
            chips[row % chips.len()],
            64 << (row % 8),
            5 + row % 90,
            if row % 4 == 0 { "30-50%" } else { "40%" },
            1 + row % 9
        );
    }
    text
}
