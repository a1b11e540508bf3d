//! Tables: cut into two chunks anywhere, the same rows as whole.
#![no_main]
use compute_batch::Batch;
use compute_tables::catalog;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: (&str, usize)| {
    let (text, cut) = input;
    let mut at = cut % (text.len() + 1);
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    let (head, tail) = text.split_at(at);
    let mut whole = Batch::new(catalog());
    let mut rows = whole.push(text);
    rows.extend(whole.finish());
    let mut parts = Batch::new(catalog());
    let mut pieces = parts.push(head);
    pieces.extend(parts.push(tail));
    pieces.extend(parts.finish());
    assert_eq!(format!("{rows:?}"), format!("{pieces:?}"));
});
