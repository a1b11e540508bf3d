//! Random tensors and windows: shapes only.

use crate::model::dtype;
use crate::shape::{Fact, dim};

use super::{Context, INDEX, Operator, moves};

pub(super) const OPERATORS: &[Operator] = &[
    moves("RandomNormal", from_attribute),
    moves("RandomUniform", from_attribute),
    moves("RandomNormalLike", like),
    moves("RandomUniformLike", like),
    moves("Multinomial", multinomial),
];

fn dtype_or(context: &Context<'_>, default: i32) -> i32 {
    context
        .int("dtype")
        .and_then(|n| i32::try_from(n).ok())
        .unwrap_or(default)
}

fn from_attribute(context: &mut Context<'_>) -> Option<()> {
    let shape = context.list("shape")?.iter().map(|&n| dim(n)).collect();
    let of = dtype_or(context, dtype::FLOAT);
    context.set(0, Fact::new(of, shape))
}

fn like(context: &mut Context<'_>) -> Option<()> {
    let shape = context.shape(0)?.to_vec();
    let of = dtype_or(context, context.dtype(0));
    context.set(0, Fact::new(of, shape))
}

fn multinomial(context: &mut Context<'_>) -> Option<()> {
    let out = vec![context.dim(0, 0), dim(context.int_or("sample_size", 1))];
    let of = dtype_or(context, INDEX);
    context.set(0, Fact::new(of, out))
}
