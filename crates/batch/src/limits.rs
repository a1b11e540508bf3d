//! Bounds on a file, each with a test on both sides.

/// Most rows below the header; what is beyond them is not read, and a notice says so.
pub const MAX_ROWS: usize = 1_000_000;
/// Longest cell, in bytes: a quote that is not closed within it was no quote. Epoch AI's abstracts stay below a tenth of it.
pub const MAX_CELL: usize = 64 * 1024;
/// Longest row, in bytes; the rest of a longer one is passed over.
pub const MAX_ROW: usize = 256 * 1024;
/// Most columns; cells beyond them are passed over.
pub const MAX_COLUMNS: usize = 1024;
/// Longest column name that is kept, in characters.
pub const MAX_COLUMN_NAME: usize = 80;
/// Most notices about a file as a whole.
pub const MAX_NOTICES: usize = 20;
