//! ONNX graphs: the count, and adapters beside its matrices.
#![no_main]
use compute_count::{Mode, Recompute, Row, training};
use compute_layers::CountOptions;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let options = CountOptions::default();
    let Ok(count) = compute_onnx::count_onnx(bytes, &options) else { return };
    assert_eq!(count.groups.iter().map(|group| group.forward_flop).sum::<u128>(), count.forward_flop);
    assert_eq!(count.groups.iter().map(|group| group.parameters).sum::<u128>(), count.parameters);
    if let Ok(counted) = compute_count::count_bytes(bytes, "model.onnx", &options) {
        let rows: Vec<Row> = counted
            .count
            .groups
            .into_iter()
            .map(|group| Row { path: group.path, kind: group.kind, parameters: group.parameters, forward_flop: group.forward_flop })
            .collect();
        let mode = Mode::Lora { rank: 16, targets: Vec::new() };
        if let Ok(training) = training(&rows, &counted.matrices, 0, &mode, Recompute::Full) {
            assert!(training.adapter_parameters > 0 && training.training >= training.forward);
        }
    }
});
