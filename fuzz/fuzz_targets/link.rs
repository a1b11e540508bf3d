//! The link: canonical for every spelling, and an estimate of whatever it says.
#![no_main]
use compute_core::{estimate, link, request};
use compute_tables::catalog;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|query: &str| {
    let (address, _) = link::decode(query, catalog());
    let once = link::encode(&address);
    assert_eq!(link::encode(&link::decode(&once, catalog()).0), once);
    let read = request::read(&address.form, catalog());
    let _ = estimate::estimate(&address.form, &read, catalog());
});
