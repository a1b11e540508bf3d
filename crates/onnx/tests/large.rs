//! A file of two gigabytes is counted from its headers.
#![allow(clippy::unwrap_used, clippy::panic)] // A helper of a test may fail it.

use compute_bytes::{Reader, read_with};
use compute_layers::CountOptions;
use compute_onnx::OnnxReader;

mod write;
use write::heap::{Counting, most_held};

#[global_allocator]
static ALLOCATOR: Counting = Counting;

#[test]
fn a_large_file_costs_few_bytes_and_little_memory() {
    // 500 matrices of 4 MB, 32 of 64 MB, and 20,000 of 0.1 MB.
    for (layers, width) in [(500, 1024), (32, 4096), (20_000, 160)] {
        let (file, parameters, flop) = write::large::stack(layers, width);
        assert!(file.size > 2_000_000_000);
        let ((count, progress), held) = most_held(|| {
            let mut reader = OnnxReader::new(file.size, &CountOptions::default());
            let (count, _) = read_with(&mut reader, |from, len| file.read(from, len)).unwrap();
            (count, reader.progress())
        });
        println!("{layers} matrices: at most {held} bytes");
        assert_eq!((count.parameters, count.forward_flop), (parameters, flop));
        assert!(progress.requested * 100 < file.size, "{progress:?}");
        assert_eq!(progress.position, file.size);
        assert!(held < 32_000_000, "{layers} matrices: {held} bytes");
    }
}
