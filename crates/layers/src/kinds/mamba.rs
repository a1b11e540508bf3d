//! State-space layers: Mamba 1 and Mamba 2.

use crate::kinds::attention::wide;
use crate::{Cost, Mask};

/// What of a selective scan is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scan {
    /// Products only: the state is read out by a product with C, 2 D N; the update is element-wise.
    Products,
    /// The convention 9 D N + 2 D of the Mamba authors' thread, updates included (state-spaces/mamba#110).
    Convention,
}

/// Mamba 1: in, depthwise convolution, selection, scan, out.
///
/// Per token 2 d 2D + 2 K D + 2 D (R + 2N) + 2 R D + scan + 2 D d; the scan is 9 D N + 2 D by convention, of which 2 D N
/// are products (state-spaces/mamba#110, #303).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mamba1 {
    /// Width of the model.
    pub width: u64,
    /// Inner width D.
    pub inner: u64,
    /// State N per channel.
    pub state: u64,
    /// Rank R of the step size.
    pub rank: u64,
    /// Kernel K of the convolution.
    pub kernel: u64,
    /// Bias of the convolution.
    pub conv_bias: bool,
    /// Biases of the matrices in and out.
    pub bias: bool,
    /// Norms of step size, B and C (Jamba): further parameters.
    pub extra: u64,
}

impl Mamba1 {
    /// Parameters and FLOP on `n` positions. `conv_positions`: output positions of the convolution, `n`, or `n + K - 1`
    /// where it is computed with padding on both sides and cut afterwards.
    pub fn cost(&self, n: u64, conv_positions: u64, scan: Scan) -> Cost {
        let (d, inner) = (self.width, self.inner);
        let c = Cost::new()
            .linear(n, d, wide(2, inner), self.bias)
            .convolution(
                conv_positions,
                inner,
                inner,
                self.kernel,
                inner,
                self.conv_bias,
            )
            .linear(
                n,
                inner,
                self.rank.saturating_add(wide(2, self.state)),
                false,
            )
            .linear(n, self.rank, inner, true)
            // A and D of the state.
            .weights(&[inner, self.state])
            .vector(inner)
            .linear(n, inner, d, self.bias)
            .vector(self.extra);
        match scan {
            Scan::Products => c.product(&[n, inner, self.state]),
            Scan::Convention => c.elementwise(&[n, inner, wide(9, self.state).saturating_add(2)]),
        }
    }
}

/// Mamba 2: heads with one decay each, B and C shared by groups, the scan in chunks.
///
/// Products of the chunked form (arXiv 2405.21060, section 6): within a chunk of c tokens and per head C B^T and its product with
/// the values, 2 c (N + P) per token; states into and out of the chunk 4 N P per token and head.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mamba2 {
    /// Width of the model.
    pub width: u64,
    /// Inner width D = heads x head.
    pub inner: u64,
    /// Heads.
    pub heads: u64,
    /// Width P of a head.
    pub head: u64,
    /// State N.
    pub state: u64,
    /// Groups that share B and C.
    pub groups: u64,
    /// Kernel of the convolution.
    pub kernel: u64,
    /// Tokens of a chunk.
    pub chunk: u64,
    /// Bias of the convolution.
    pub conv_bias: bool,
    /// Biases of the matrices in and out.
    pub bias: [bool; 2],
    /// Whether a gated norm of the inner width stands before the way out.
    pub norm: bool,
    /// Values of the way in that are unused by this form (an MLP inside the block).
    pub extra_in: u64,
}

impl Mamba2 {
    /// Channels that the convolution mixes over time: inner + 2 groups x state.
    pub fn conv_channels(&self) -> u64 {
        self.inner
            .saturating_add(wide(2, wide(self.groups, self.state)))
    }

    /// Everything but the scan, on `n` positions.
    pub fn projections(&self, n: u64, conv_positions: u64) -> Cost {
        let ch = self.conv_channels();
        let into = self
            .inner
            .saturating_add(ch)
            .saturating_add(self.heads)
            .saturating_add(self.extra_in);
        let c = Cost::new()
            .linear(n, self.width, into, self.bias[0])
            .convolution(conv_positions, ch, ch, self.kernel, ch, self.conv_bias)
            // Step bias, decay and skip of every head.
            .weights(&[3, self.heads])
            .linear(n, self.inner, self.width, self.bias[1]);
        if self.norm { c.vector(self.inner) } else { c }
    }

    /// The products of the scan in chunks, on `n` positions: whole chunks, the last one padded.
    pub fn scan(&self, n: u64) -> Cost {
        let c = self.chunk.max(1);
        let padded = n.div_ceil(c).saturating_mul(c);
        Cost::new()
            .attend(padded, c, self.heads, self.state, self.head, Mask::Full)
            .product(&[2, padded, self.heads, self.state, self.head])
            .remark(&format!("scan in chunks of {c}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mamba_130m_layer() {
        let m = Mamba1 {
            width: 768,
            inner: 1536,
            state: 16,
            rank: 48,
            kernel: 4,
            conv_bias: true,
            bias: false,
            extra: 0,
        };
        assert_eq!(m.cost(1, 1, Scan::Convention).flop.get(), Some(7_707_648));
        let layer = m.cost(1, 1, Scan::Products).vector(768);
        let total = layer.parameters * 24u64 + 50280u64 * 768 + 768u64;
        assert_eq!(total.get(), Some(129_135_360));
    }
}
