//! RWKV, version 4.

use crate::Cost;

/// Time mixing (four matrices of width d to the attention width and back) and channel mixing (key, receptance, value).
///
/// Products per token 2 (3 d a + a d) and 2 (2 d F + d d); the recurrence over time is element-wise and counts nothing
/// (arXiv 2305.13048, section 3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rwkv4 {
    /// Width of the model.
    pub width: u64,
    /// Width of time mixing.
    pub attention: u64,
    /// Inner width of channel mixing.
    pub inner: u64,
}

impl Rwkv4 {
    /// Time mixing on `n` positions: decay and first, three mixing vectors.
    pub fn time_mixing(&self, n: u64) -> Cost {
        Cost::new()
            .linears(3, n, self.width, self.attention, false)
            .linear(n, self.attention, self.width, false)
            .weights(&[2, self.attention])
            .weights(&[3, self.width])
    }

    /// Channel mixing on `n` positions: two mixing vectors.
    pub fn channel_mixing(&self, n: u64) -> Cost {
        Cost::new()
            .linear(n, self.width, self.inner, false)
            .linear(n, self.width, self.width, false)
            .linear(n, self.inner, self.width, false)
            .weights(&[2, self.width])
    }
}
