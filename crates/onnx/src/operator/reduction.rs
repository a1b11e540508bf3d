//! Reductions and losses: 0 FLOP.

use crate::model::Value;
use crate::shape::{Dim, Fact, axis};

use super::{Context, Operator, moves, valued};

pub(super) const OPERATORS: &[Operator] = &[
    moves("ReduceL1", reduce),
    moves("ReduceL2", reduce),
    moves("ReduceLogSum", reduce),
    moves("ReduceLogSumExp", reduce),
    moves("ReduceMax", reduce),
    moves("ReduceMean", reduce),
    moves("ReduceMin", reduce),
    moves("ReduceProd", reduce),
    moves("ReduceSum", reduce),
    moves("ReduceSumSquare", reduce),
    moves("NegativeLogLikelihoodLoss", loss),
    moves("SoftmaxCrossEntropyLoss", loss),
];

pub(super) fn reduce(context: &mut Context<'_>) -> Option<()> {
    reduce_from(context, 1)
}

pub(super) fn reduce_from(context: &mut Context<'_>, axes_at: usize) -> Option<()> {
    let dtype = context.dtype(0);
    let shape = context.shape(0)?.to_vec();
    let keep = context.int_or("keepdims", 1) != 0;
    let Some(axes) = context.axes("axes", axes_at) else {
        // Which axes go is not known; with the axes kept the rank is.
        if keep {
            context.set(0, Fact::of_rank(dtype, shape.len()));
        }
        return None;
    };
    let axes = axes.unwrap_or_default();
    if axes.is_empty() && context.int_or("noop_with_empty_axes", 0) != 0 {
        let fact = context.input(0)?.clone();
        return context.set(0, fact);
    }
    let gone: Vec<usize> = if axes.is_empty() {
        (0..shape.len()).collect()
    } else {
        axes.iter()
            .map(|&a| axis(a, shape.len()))
            .collect::<Option<_>>()?
    };
    let mut out: Vec<Dim> = Vec::new();
    for (at, d) in shape.iter().enumerate() {
        if !gone.contains(&at) {
            out.push(*d);
        } else if keep {
            out.push(Some(1));
        }
    }
    let value = if gone.len() == shape.len() {
        folded(context)
    } else {
        None
    };
    context.set(0, valued(dtype, out, value))
}

/// One number from all elements of a constant.
fn folded(context: &mut Context<'_>) -> Option<Value> {
    let op = context.names.text(context.node.op);
    let value = context.value(0)?;
    match &*value {
        Value::Ints(v) => {
            let all: Option<Vec<i64>> = v.iter().copied().collect();
            let mut all = all?.into_iter();
            let out = match op {
                "ReduceProd" => all.try_fold(1_i64, i64::checked_mul),
                "ReduceSum" => all.try_fold(0_i64, i64::checked_add),
                "ReduceMax" => all.max(),
                "ReduceMin" => all.min(),
                _ => return None,
            };
            Some(Value::Ints(vec![out]))
        }
        Value::Floats(v) => {
            let all: Option<Vec<f64>> = v.iter().copied().collect();
            let all = all?;
            let count = all.len() as f64;
            let all = all.into_iter();
            let out = match op {
                "ReduceProd" => all.product(),
                "ReduceSum" => all.sum(),
                "ReduceMean" => all.sum::<f64>() / count,
                "ReduceMax" => all.reduce(f64::max)?,
                "ReduceMin" => all.reduce(f64::min)?,
                _ => return None,
            };
            Some(Value::Floats(vec![Some(out)]))
        }
    }
}

fn loss(context: &mut Context<'_>) -> Option<()> {
    let dtype = context.dtype(0);
    let out = if context.text("reduction") == Some("none") {
        context.shape(1)?.to_vec()
    } else {
        Vec::new()
    };
    context.set(0, Fact::new(dtype, out));
    // The second output of the cross entropy is the logarithm of the scores.
    context.same(1, 0)
}
