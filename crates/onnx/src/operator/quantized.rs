//! Quantizing and integer products: the same work as in floats.

use crate::model::dtype;
use crate::shape::Fact;

use super::convolution::conv_of;
use super::product::matmul_of;
use super::{Context, Operator, moves, multiplies};

pub(super) const OPERATORS: &[Operator] = &[
    moves("QuantizeLinear", quantize),
    moves("DequantizeLinear", dequantize),
    moves("DynamicQuantizeLinear", dynamic_quantize),
    multiplies("ConvInteger", "convolution", conv_integer),
    multiplies("MatMulInteger", "linear", matmul_integer),
    multiplies("QLinearConv", "convolution", qlinear_conv),
    multiplies("QLinearMatMul", "linear", qlinear_matmul),
];

pub(super) fn quantize(context: &mut Context<'_>) -> Option<()> {
    let to = context
        .int("output_dtype")
        .and_then(|n| i32::try_from(n).ok())
        .filter(|&n| n != 0)
        .unwrap_or(match context.dtype(2) {
            0 => dtype::UINT8,
            known => known,
        });
    let shape = context.shape(0)?.to_vec();
    context.set(0, Fact::new(to, shape))
}

pub(super) fn dequantize(context: &mut Context<'_>) -> Option<()> {
    let to = match context.dtype(1) {
        0 => dtype::FLOAT,
        known => known,
    };
    let shape = context.shape(0)?.to_vec();
    context.set(0, Fact::new(to, shape))
}

pub(super) fn dynamic_quantize(context: &mut Context<'_>) -> Option<()> {
    let shape = context.shape(0)?.to_vec();
    context.set(0, Fact::new(dtype::UINT8, shape));
    context.set(1, Fact::new(dtype::FLOAT, Vec::new()));
    context.set(2, Fact::new(dtype::UINT8, Vec::new()))
}

fn conv_integer(context: &mut Context<'_>) -> Option<()> {
    conv_of(context, 0, 1, dtype::INT32, false)
}

fn matmul_integer(context: &mut Context<'_>) -> Option<()> {
    matmul_of(context, 0, 1, dtype::INT32)
}

/// Inputs x, its scale and zero point, w with its own, y's, bias.
pub(super) fn qlinear_conv(context: &mut Context<'_>) -> Option<()> {
    let dtype = context.dtype(0);
    let last = context.int_or("channels_last", 0) != 0;
    conv_of(context, 0, 3, dtype, last)
}

fn qlinear_matmul(context: &mut Context<'_>) -> Option<()> {
    let dtype = context.dtype(0);
    matmul_of(context, 0, 3, dtype)
}
