//! Recurrent layers: plain, GRU, LSTM; both directions, stacked, projected.

use crate::Cost;

/// The kind of cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cell {
    /// One matrix for the state.
    Plain,
    /// Three.
    Gru,
    /// Four.
    Lstm,
}

/// A stack of recurrent layers over a sequence.
///
/// Per step, layer and direction G ((N + R) M) products with G = 1, 3, 4, and M R with a projection; parameters the same and
/// the biases (method.md, 2). A layer above the first takes the outputs of all directions (sovrasov/flops-counter.pytorch#38).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Recurrent {
    /// The kind of cell.
    pub cell: Cell,
    /// Values per step that go in.
    pub inputs: u64,
    /// Values of the state.
    pub units: u64,
    /// Layers on top of each other.
    pub layers: u64,
    /// Whether each layer also runs backwards.
    pub bidirectional: bool,
    /// Width of the projection of the state (LSTM), if any.
    pub projection: Option<u64>,
    /// Bias vectors per gate: 1 in textbooks, 2 in PyTorch and ONNX, 0 for none.
    pub biases: u64,
}

impl Recurrent {
    /// Parameters and FLOP for `steps` time steps (TylerYep/torchinfo#32: steps must not be left out).
    pub fn cost(&self, steps: u64) -> Cost {
        let gates = match self.cell {
            Cell::Plain => 1,
            Cell::Gru => 3,
            Cell::Lstm => 4,
        };
        let ways = if self.bidirectional { 2 } else { 1 };
        let out = self.projection.unwrap_or(self.units);
        let one = |inputs: u64| {
            let mut c = Cost::new().linear(
                steps,
                inputs.saturating_add(out),
                gates_wide(gates, self.units),
                false,
            );
            c = c.weights(&[gates, self.biases, self.units]);
            if let Some(r) = self.projection {
                c = c.linear(steps, self.units, r, false);
            }
            c.times(ways)
        };
        if self.layers == 0 {
            return Cost::new();
        }
        let first = one(self.inputs);
        if self.layers == 1 {
            return first;
        }
        first.plus(&one(out.saturating_mul(ways)).times(self.layers - 1))
    }
}

fn gates_wide(gates: u64, units: u64) -> u64 {
    gates.saturating_mul(units)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn published_examples() {
        let cell = |cell, inputs, units, biases| Recurrent {
            cell,
            inputs,
            units,
            layers: 1,
            bidirectional: false,
            projection: None,
            biases,
        };
        let one = |c, n, m| {
            let x = cell(c, n, m, 1).cost(1);
            (x.flop.get(), x.parameters.get())
        };
        assert_eq!(one(Cell::Plain, 128, 256), (Some(196_608), Some(98_560)));
        assert_eq!(one(Cell::Gru, 128, 256), (Some(589_824), Some(295_680)));
        assert_eq!(one(Cell::Lstm, 128, 256), (Some(786_432), Some(394_240)));
        assert_eq!(
            one(Cell::Lstm, 640_000, 256),
            (Some(1_311_244_288), Some(655_623_168))
        );
        assert_eq!(
            cell(Cell::Lstm, 64, 64, 2).cost(100).flop.get(),
            Some(6_553_600)
        );
        assert_eq!(
            cell(Cell::Lstm, 64, 64, 2).cost(100).parameters.get(),
            Some(33_280)
        );
        assert_eq!(
            cell(Cell::Gru, 64, 64, 2).cost(100).flop.get(),
            Some(4_915_200)
        );
        // Two layers, both directions, five steps, batch 3.
        let two = Recurrent {
            layers: 2,
            bidirectional: true,
            ..cell(Cell::Lstm, 10, 20, 2)
        }
        .cost(5);
        assert_eq!(two.flop.get().map(|n| n * 3), Some(432_000));
        assert_eq!(two.parameters.get(), Some(15_040));
        // Projection: parameters 4((N+R) M + M) + M R, FLOP 8 (N+R) M + 2 M R.
        let p = Recurrent {
            projection: Some(7),
            ..cell(Cell::Lstm, 10, 20, 1)
        }
        .cost(1);
        assert_eq!(p.parameters.get(), Some(4 * (17 * 20 + 20) + 20 * 7));
        assert_eq!(p.flop.get(), Some(8 * 17 * 20 + 2 * 20 * 7));
    }
}
