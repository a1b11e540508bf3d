//! `config.json`.
#![no_main]
use compute_layers::CountOptions;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    if let Ok(count) = compute_config::count_config(text, &CountOptions::default()) {
        assert_eq!(count.groups.iter().map(|group| group.forward_flop).sum::<u128>(), count.forward_flop);
        assert_eq!(count.groups.iter().map(|group| group.parameters).sum::<u128>(), count.parameters);
    }
});
