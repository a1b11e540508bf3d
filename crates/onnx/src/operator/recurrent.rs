//! Recurrent layers: products of the gates per step, steps and directions.

use crate::shape::{Dim, Fact};

use super::{Context, Operator, multiplies};

pub(super) const OPERATORS: &[Operator] = &[
    multiplies("LSTM", "lstm", lstm),
    multiplies("GRU", "gru", gru),
    multiplies("RNN", "rnn", rnn),
];

fn lstm(context: &mut Context<'_>) -> Option<()> {
    recurrent(context, 4)
}

fn gru(context: &mut Context<'_>) -> Option<()> {
    recurrent(context, 3)
}

fn rnn(context: &mut Context<'_>) -> Option<()> {
    recurrent(context, 1)
}

/// Inputs X, W [directions, gates x M, inputs], R [directions, gates x M, M].
/// Peepholes are element-wise. The whole sequence is run, whatever `sequence_lens` says.
fn recurrent(context: &mut Context<'_>, gates: u64) -> Option<()> {
    let dtype = context.dtype(0);
    let width = context
        .int("hidden_size")
        .and_then(|n| u64::try_from(n).ok())
        .or(context.dim(2, 2));
    let both = match context.text("direction") {
        Some("bidirectional") => 2,
        _ => 1,
    };
    let directions: Dim = context.dim(1, 0).or(Some(both));
    let batch_first = context.int_or("layout", 0) != 0;
    let (steps, batch) = if batch_first {
        (context.dim(0, 1), context.dim(0, 0))
    } else {
        (context.dim(0, 0), context.dim(0, 1))
    };
    let (sequence, last) = if batch_first {
        (
            vec![batch, steps, directions, width],
            vec![batch, directions, width],
        )
    } else {
        (
            vec![steps, directions, batch, width],
            vec![directions, batch, width],
        )
    };
    context.set(0, Fact::new(dtype, sequence));
    context.set(1, Fact::new(dtype, last.clone()));
    context.set(2, Fact::new(dtype, last));
    let inputs = context.dim(0, 2).or(context.dim(1, 2))?;
    let rows = gates.checked_mul(width?)?;
    let each = [directions?, steps?, batch?];
    let [d, s, b] = each;
    context.products(&[&[d, s, b, rows, inputs], &[d, s, b, rows, width?]])
}
