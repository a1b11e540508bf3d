//! Headers of safetensors and GGUF, and what a file is.
#![no_main]
use compute_layers::CountOptions;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let _ = compute_weights::sniff(bytes, "model");
    let _ = compute_weights::count_bytes(bytes, "model.safetensors", None, &CountOptions::default());
    let _ = compute_weights::count_bytes(bytes, "model.gguf", None, &CountOptions::default());
});
