//! Writes `data/report-models.md`: `cargo run --example models_report -p compute-batch`.

#[path = "../report/mod.rs"]
mod report;

fn main() -> std::io::Result<()> {
    let to = concat!(env!("CARGO_MANIFEST_DIR"), "/../../data/report-models.md");
    std::fs::write(to, report::report())
}
