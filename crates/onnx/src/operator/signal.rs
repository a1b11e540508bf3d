//! Signal processing. Fourier transforms are element-wise by the convention
//! of the counters: 0.

use crate::model::dtype;
use crate::shape::{Dim, Fact, axis, dim};

use super::{Context, Operator, moves};

pub(super) const OPERATORS: &[Operator] = &[
    moves("BlackmanWindow", window),
    moves("HammingWindow", window),
    moves("HannWindow", window),
    moves("MelWeightMatrix", mel),
    moves("DFT", dft),
    moves("STFT", stft),
];

fn window(context: &mut Context<'_>) -> Option<()> {
    let of = context
        .int("output_datatype")
        .and_then(|n| i32::try_from(n).ok())
        .unwrap_or(dtype::FLOAT);
    let size = context.input(0).and_then(Fact::int).and_then(dim);
    context.set(0, Fact::new(of, vec![size]))
}

fn mel(context: &mut Context<'_>) -> Option<()> {
    let of = context
        .int("output_datatype")
        .and_then(|n| i32::try_from(n).ok())
        .unwrap_or(dtype::FLOAT);
    let number = |at: usize| context.input(at).and_then(Fact::int).and_then(dim);
    let bins = number(1).and_then(|n| (n / 2).checked_add(1));
    context.set(0, Fact::new(of, vec![bins, number(0)]))
}

fn dft(context: &mut Context<'_>) -> Option<()> {
    let of = context.dtype(0);
    let mut out = context.shape(0)?.to_vec();
    let rank = out.len();
    // The axis was an attribute before operator set 20.
    let at = match context.input(2) {
        Some(fact) => axis(fact.int()?, rank)?,
        None => axis(
            context.int_or("axis", if context.opset >= 20 { -2 } else { 1 }),
            rank,
        )?,
    };
    let (one, inverse) = (
        context.int_or("onesided", 0) != 0,
        context.int_or("inverse", 0) != 0,
    );
    let length = context
        .has(1)
        .then(|| context.input(1).and_then(Fact::int).and_then(dim));
    let slot = out.get_mut(at)?;
    *slot = match length {
        Some(length) => length,
        // Half a spectrum of n bins comes from 2 (n - 1) samples.
        None if one && inverse => slot.and_then(|n| n.checked_sub(1)?.checked_mul(2)),
        None => *slot,
    };
    if one && !inverse {
        *slot = slot.and_then(|n| (n / 2).checked_add(1));
    }
    // A one-sided inverse gives real numbers.
    *out.last_mut()? = Some(if one && inverse { 1 } else { 2 });
    context.set(0, Fact::new(of, out))
}

fn stft(context: &mut Context<'_>) -> Option<()> {
    let of = context.dtype(0);
    let number = |at: usize| context.input(at).and_then(Fact::int).and_then(dim);
    let frame: Dim = number(3).or_else(|| context.dim(2, 0));
    let step = number(1);
    let length = context.dim(0, 1);
    let frames = match (length, frame, step) {
        (Some(l), Some(f), Some(s)) => l
            .checked_sub(f)
            .and_then(|room| room.checked_div(s))
            .and_then(|n| n.checked_add(1)),
        _ => None,
    };
    let bins = if context.int_or("onesided", 1) != 0 {
        frame.and_then(|f| (f / 2).checked_add(1))
    } else {
        frame
    };
    let out = vec![context.dim(0, 0), frames, bins, Some(2)];
    context.set(0, Fact::new(of, out))
}
