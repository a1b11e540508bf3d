//! Lists of layers: as JSON, and packed in an address.
#![no_main]
use compute_layers::{CountOptions, count_layers};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let unpacked = compute_count::decode(text);
    for text in [Some(text), unpacked.as_deref().ok()].into_iter().flatten() {
        assert!(text.len() > compute_count::MAX_UNPACKED || compute_count::encode(text).and_then(|packed| compute_count::decode(&packed)).as_deref() == Ok(text));
        if let Ok(list) = compute_count::layers_from_json(text) {
            assert_eq!(compute_count::layers_from_json(&compute_count::layers_to_json(&list)).as_ref(), Ok(&list));
            if let Ok(count) = count_layers(&list, &CountOptions::default()) {
                assert_eq!(count.groups.iter().map(|group| group.forward_flop).sum::<u128>(), count.forward_flop);
                assert_eq!(count.groups.iter().map(|group| group.parameters).sum::<u128>(), count.parameters);
            }
        }
    }
});
