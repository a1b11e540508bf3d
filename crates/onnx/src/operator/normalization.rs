//! Normalizations: the shape of the input, 0 FLOP.

use crate::model::dtype;
use crate::shape::{Fact, axis};

use super::{Context, Operator, named};

pub(super) const OPERATORS: &[Operator] = &[
    named("BatchNormalization", "norm", batch),
    named("GroupNormalization", "norm", like_first),
    named("InstanceNormalization", "norm", like_first),
    named("LRN", "norm", like_first),
    named("LayerNormalization", "norm", layer),
    named("LpNormalization", "norm", like_first),
    named("MeanVarianceNormalization", "norm", like_first),
    named("RMSNormalization", "norm", like_first),
    // ONNX Runtime writes these two under the standard domain.
    named("SimplifiedLayerNormalization", "norm", layer),
    named("SkipLayerNormalization", "norm", like_first),
];

pub(super) fn like_first(context: &mut Context<'_>) -> Option<()> {
    context.same(0, 0)
}

fn batch(context: &mut Context<'_>) -> Option<()> {
    context.same(0, 0)?;
    for k in 1..context.outputs.len() {
        let at = if k % 2 == 1 { 3 } else { 4 };
        if let Some(shape) = context.shape(at).map(<[_]>::to_vec) {
            let dtype = context.dtype(at);
            context.set(k, Fact::new(dtype, shape));
        }
    }
    Some(())
}

pub(super) fn layer(context: &mut Context<'_>) -> Option<()> {
    context.same(0, 0)?;
    let shape = context.shape(0)?.to_vec();
    let from = axis(context.int_or("axis", -1), shape.len())?;
    let reduced: Vec<_> = shape
        .iter()
        .enumerate()
        .map(|(at, d)| if at < from { *d } else { Some(1) })
        .collect();
    context.set(1, Fact::new(dtype::FLOAT, reduced.clone()));
    context.set(2, Fact::new(dtype::FLOAT, reduced))
}
