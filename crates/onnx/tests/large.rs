//! A file of two gigabytes is counted from its headers.
#![allow(clippy::unwrap_used, clippy::panic)] // A helper of a test may fail it.

use compute_bytes::{Reader, read_with};
use compute_layers::CountOptions;
use compute_onnx::OnnxReader;

mod write;

#[test]
fn less_than_a_hundredth_of_the_file_is_read() {
    // 500 matrices of 4 MB, and 32 of 64 MB.
    for (layers, width) in [(500, 1024), (32, 4096)] {
        let (file, parameters, flop) = write::large::stack(layers, width);
        assert!(file.size > 2_000_000_000);
        let mut reader = OnnxReader::new(file.size, &CountOptions::default());
        let (count, _) = read_with(&mut reader, |from, len| file.read(from, len)).unwrap();
        assert_eq!((count.parameters, count.forward_flop), (parameters, flop));
        let progress = reader.progress();
        assert!(progress.requested * 100 < file.size, "{progress:?}");
        assert_eq!(progress.position, file.size);
    }
}
