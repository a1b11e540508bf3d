//! The feed-forward part of a block: two matrices, or three with a gate.

use crate::{Cost, Role};

/// Plain: parameters 2 W F (+ F + W), FLOP 4 L W F. Gated (SwiGLU, GeGLU): 3 W F and 6 L W F (method.md, 2; EleutherAI/cookbook#36).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FeedForward {
    /// Width of the model.
    pub width: u64,
    /// Inner width.
    pub inner: u64,
    /// Whether a third matrix gates the inner values.
    pub gated: bool,
    /// Biases of the matrices in and out.
    pub bias: [bool; 2],
}

impl FeedForward {
    /// Parameters and FLOP on `n` positions.
    pub fn cost(&self, n: u64) -> Cost {
        let into: &[Role] = if self.gated {
            &[Role::Gate, Role::Up]
        } else {
            &[Role::Up]
        };
        Cost::new()
            .linears(into.len() as u64, n, self.width, self.inner, self.bias[0])
            .roles(into)
            .linear(n, self.inner, self.width, self.bias[1])
            .roles(&[Role::Down])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn published_examples() {
        let gpt2 = FeedForward {
            width: 768,
            inner: 3072,
            gated: false,
            bias: [true; 2],
        }
        .cost(1024);
        assert_eq!(gpt2.flop.get(), Some(9_663_676_416));
        assert_eq!(gpt2.parameters.get(), Some(2 * 768 * 3072 + 3072 + 768));
        let gated = FeedForward {
            width: 4096,
            inner: 14336,
            gated: true,
            bias: [false; 2],
        }
        .cost(1);
        assert_eq!(gated.flop.get(), Some(352_321_536));
    }
}
