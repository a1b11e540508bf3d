//! A mixture of experts: a router, experts of which each token uses a few, and shared parts that all tokens pass.

use crate::kinds::FeedForward;
use crate::{Cost, Num};

/// A part that every token passes beside the chosen experts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shared {
    /// Inner width.
    pub inner: u64,
    /// Whether one value per token scales its output (Qwen).
    pub gate: bool,
    /// Biases of its matrices in and out.
    pub bias: bool,
}

/// Parameters W E + E x expert, FLOP 2 L W E + k x expert's FLOP (method.md, 2); shared parts and the router count for every token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mixture {
    /// One expert.
    pub expert: FeedForward,
    /// Experts stored.
    pub experts: u64,
    /// Experts that each token uses.
    pub used: u64,
    /// Entries of the router: `experts`, or more with experts that do nothing.
    pub routes: u64,
    /// Whether the router has a bias.
    pub router_bias: bool,
    /// Trained numbers beside the router, like a balance bias that the class keeps as a parameter.
    pub balance: u64,
    /// The shared part.
    pub shared: Option<Shared>,
}

impl Mixture {
    /// A mixture without shared parts.
    pub fn new(expert: FeedForward, experts: u64, used: u64) -> Self {
        Mixture {
            expert,
            experts,
            used,
            routes: experts,
            router_bias: false,
            balance: 0,
            shared: None,
        }
    }

    /// The router and the shared part on `n` positions.
    pub fn common(&self, n: u64) -> Cost {
        let d = self.expert.width;
        let mut c = Cost::new()
            .linear(n, d, self.routes, self.router_bias)
            .vector(self.balance);
        if let Some(s) = self.shared {
            c = c.plus(
                &FeedForward {
                    inner: s.inner,
                    bias: [s.bias; 2],
                    ..self.expert
                }
                .cost(n),
            );
            if s.gate {
                c = c.linear(n, d, 1, false);
            }
        }
        c
    }

    /// The experts on `n` positions: all stored, `used` worked.
    pub fn routed(&self, n: u64) -> Cost {
        Cost::new().experts(self.experts, self.used, self.expert.cost(n))
    }

    /// Parameters that one token does not use.
    pub fn idle(&self) -> Num {
        self.routed(1).idle
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_token_of_mixtral() {
        let e = FeedForward {
            width: 4096,
            inner: 14336,
            gated: true,
            bias: [false; 2],
        };
        let m = Mixture::new(e, 8, 2);
        assert_eq!(
            (m.common(1).flop + m.routed(1).flop).get(),
            Some(704_708_608)
        );
        assert_eq!(m.idle().get(), Some(6 * 3 * 4096 * 14336));
        // NVIDIA/Megatron-LM: the router of DeepSeek-V3's 58 mixture layers.
        let v3 = Mixture::new(
            FeedForward {
                width: 7168,
                inner: 2048,
                gated: true,
                bias: [false; 2],
            },
            256,
            8,
        );
        assert_eq!(
            v3.common(1).parameters.get().map(|n| n * 58),
            Some(106_430_464)
        );
        // Qwen1.5-MoE's shared expert and its gate, 24 layers (AI-Hypercomputer/maxtext#4017).
        let e = FeedForward {
            width: 2048,
            inner: 1408,
            gated: true,
            bias: [false; 2],
        };
        let q = Mixture {
            shared: Some(Shared {
                inner: 5632,
                gate: true,
                bias: false,
            }),
            ..Mixture::new(e, 60, 4)
        };
        let router = 2048 * 60;
        assert_eq!(
            q.common(1).parameters.get().map(|n| (n - router) * 24),
            Some(830_521_344)
        );
        // gpt-oss-20b's experts with biases.
        let e = FeedForward {
            width: 2880,
            inner: 2880,
            gated: true,
            bias: [true; 2],
        };
        assert_eq!(
            Mixture::new(e, 32, 4)
                .routed(1)
                .parameters
                .get()
                .map(|n| n * 24),
            Some(19_116_933_120)
        );
    }
}
