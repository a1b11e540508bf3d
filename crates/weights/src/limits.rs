//! Every bound on what a weight file may ask of the reader.

/// Largest JSON header of a safetensors file in bytes; the format's own limit.
pub const SAFETENSORS_HEADER_BYTES: u64 = 100_000_000;
/// Largest index or config read as JSON, in bytes.
pub const JSON_BYTES: u64 = 64 << 20;
/// Most tensors in one file.
pub const TENSORS: usize = 1_000_000;
/// Most tensors over all files dropped together.
pub const TENSORS_TOGETHER: usize = 4_000_000;
/// Most files dropped together.
pub const FILES: usize = 4_096;
/// Most dimensions of a safetensors tensor.
pub const SAFETENSORS_RANK: usize = 64;
/// Longest name of a tensor in bytes.
pub const NAME_BYTES: usize = 4_096;
/// Bytes of GGUF metadata that are kept in all.
pub const GGUF_KEPT_BYTES: usize = 32 << 20;
/// Most key-value pairs in GGUF metadata.
pub const GGUF_KEYS: u64 = 1 << 16;
/// Longest key of GGUF metadata in bytes (the format says 65535).
pub const GGUF_KEY_BYTES: u64 = 65_535;
/// Longest string of GGUF metadata that is kept; longer ones are skipped.
pub const GGUF_KEPT_STRING_BYTES: u64 = 1_024;
/// Most elements of a GGUF metadata array; a token list has up to some 10^6.
pub const GGUF_ARRAY_ELEMENTS: u64 = 1 << 26;
/// Elements of a numeric GGUF array that are kept (one value a layer).
pub const GGUF_KEPT_ELEMENTS: u64 = 2_048;
/// Arrays inside arrays in GGUF metadata.
pub const GGUF_ARRAY_DEPTH: usize = 4;
/// Bytes of arrays inside one array.
pub const GGUF_NESTED_BYTES: u64 = 1 << 20;
/// Most dimensions of a GGUF tensor (ggml has 4).
pub const GGUF_RANK: u32 = 8;
/// Distinct rows of the result; further tensors share one row.
pub const GROUPS: usize = 4_096;
/// Layers a model inferred from names may have.
pub const LAYERS: u64 = 4_096;
/// Bytes of a file that tell its format.
pub const SNIFF_BYTES: usize = 64 << 10;
/// Missing shards that are asked for one by one.
pub const SHARDS_ASKED: usize = 8;
