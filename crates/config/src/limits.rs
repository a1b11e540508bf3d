//! Every bound on what comes from outside, in one place.

/// Longest text of a config.json, bytes: the longest published ones, with thousands of labels, stay under 1 MiB.
pub const MAX_TEXT: usize = 4 << 20;
/// Largest size a config may give: no real vocabulary, width or picture comes near it.
pub const MAX_SIZE: u64 = 1_000_000_000;
/// Most layers of one stack.
pub const MAX_LAYERS: u64 = 100_000;
/// Longest sequence, in tokens, frames or samples.
pub const MAX_SEQUENCE: u64 = 1_000_000_000;
/// Largest batch.
pub const MAX_BATCH: u64 = 1_000_000_000;
/// Deepest wrapping of a config inside other objects that is looked through.
pub const MAX_WRAPPING: usize = 4;
/// Longest piece of the file that a message quotes, characters.
pub const MAX_QUOTE: usize = 60;
/// Most distinct kinds of block in one stack before equal ones are no longer looked for.
pub const MAX_DISTINCT_BLOCKS: usize = 256;
