//! Prints the count of ONNX files: `count [name=1,3,224,224 …] file.onnx …`.

use compute_layers::CountOptions;

fn main() {
    let mut options = CountOptions::default();
    for argument in std::env::args().skip(1) {
        if let Some((name, sizes)) = argument.split_once('=') {
            let sizes = sizes.split(',').filter_map(|n| n.parse().ok()).collect();
            options.inputs.insert(name.to_owned(), sizes);
            continue;
        }
        let bytes = match std::fs::read(&argument) {
            Ok(bytes) => bytes,
            Err(error) => {
                println!("{argument}: {error}");
                continue;
            }
        };
        match compute_onnx::count_onnx(&bytes, &options) {
            Err(refusal) => println!("{argument}: {} {}", refusal.code, refusal.message),
            Ok(count) => {
                println!(
                    "{argument}: {} parameters, {} FLOP, {} ({})",
                    count.parameters, count.forward_flop, count.name, count.architecture
                );
                for group in &count.groups {
                    println!(
                        "  {} [{}] x{}: {}",
                        group.path, group.kind, group.repeat, group.formula
                    );
                }
                for need in &count.needs {
                    println!("  needs {}: {}", need.name, need.why);
                }
                for unknown in &count.unknown {
                    println!("  unknown {unknown:?}");
                }
                for note in &count.notes {
                    println!("  note {}: {}", note.code, note.message);
                }
            }
        }
    }
}
