//! Byte ranges: the readers ask, the host answers (see `compute_bytes`).

pub use compute_bytes::{Missing, Progress, Reader, Step, Window, read_all, read_with};
