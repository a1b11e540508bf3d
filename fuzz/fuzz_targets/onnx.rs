//! ONNX graphs.
#![no_main]
use compute_layers::CountOptions;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let _ = compute_onnx::count_onnx(bytes, &CountOptions::default());
});
