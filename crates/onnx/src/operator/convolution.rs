//! Convolutions and pooling.

use crate::shape::{Dim, Fact, dim, product};

use super::{Context, INDEX, Operator, moves, multiplies};

pub(super) const OPERATORS: &[Operator] = &[
    multiplies("Conv", "convolution", conv),
    multiplies("ConvTranspose", "transposed-convolution", conv_transpose),
    multiplies("DeformConv", "deformable-convolution", deform_conv),
    multiplies("CausalConvWithState", GROUPED, causal_conv),
    moves("AveragePool", pool),
    moves("MaxPool", pool),
    moves("LpPool", pool),
    moves("GlobalAveragePool", global_pool),
    moves("GlobalLpPool", global_pool),
    moves("GlobalMaxPool", global_pool),
    moves("MaxUnpool", max_unpool),
    moves("RoiAlign", roi_align),
    moves("MaxRoiPool", max_roi_pool),
];

/// Kind of a convolution in groups: no adapter is defined for it.
pub(crate) const GROUPED: &str = "grouped-convolution";

/// Kernel, strides, dilations and pads of one window.
struct Window {
    kernel: Vec<Dim>,
    strides: Vec<u64>,
    dilations: Vec<u64>,
    /// Both ends of each axis together; an explicit pad may be negative.
    pads: Vec<i64>,
    /// Pad before the data, for the ceiling rule of pooling.
    begin: Vec<i64>,
    same: bool,
}

impl Window {
    fn read(context: &Context<'_>, kernel: Vec<Dim>) -> Option<Self> {
        let rank = kernel.len();
        let positive = |name: &str| -> Option<Vec<u64>> {
            match context.list(name) {
                Some(list) => {
                    let all: Vec<u64> = list
                        .iter()
                        .map(|&n| u64::try_from(n).ok().filter(|&n| n > 0))
                        .collect::<Option<_>>()?;
                    (all.len() == rank).then_some(all)
                }
                None => Some(vec![1; rank]),
            }
        };
        let auto = context.text("auto_pad").unwrap_or("NOTSET");
        let (pads, begin) = match (auto, context.list("pads")) {
            ("NOTSET" | "", Some(list)) if list.len() == rank * 2 => {
                let (begin, end) = list.split_at(rank);
                let sums = begin
                    .iter()
                    .zip(end)
                    .map(|(a, b)| a.checked_add(*b))
                    .collect::<Option<_>>()?;
                (sums, begin.to_vec())
            }
            ("NOTSET" | "", Some(list)) if !list.is_empty() => return None,
            _ => (vec![0; rank], vec![0; rank]),
        };
        Some(Self {
            kernel,
            strides: positive("strides")?,
            dilations: positive("dilations")?,
            pads,
            begin,
            same: auto.starts_with("SAME"),
        })
    }

    /// Reach of a dilated kernel along an axis.
    fn reach(&self, axis: usize) -> Option<u64> {
        let kernel = self.kernel.get(axis).copied().flatten()?;
        kernel
            .checked_sub(1)?
            .checked_mul(*self.dilations.get(axis)?)?
            .checked_add(1)
    }

    /// Positions of the window along an axis of `size`.
    fn positions(&self, axis: usize, size: Dim, ceil: bool) -> Dim {
        let size = size?;
        let stride = *self.strides.get(axis)?;
        if self.same {
            // The same for SAME_UPPER and SAME_LOWER, even or odd kernel.
            return Some(size.div_ceil(stride));
        }
        let reach = i64::try_from(self.reach(axis)?).ok()?;
        let padded = i64::try_from(size)
            .ok()?
            .checked_add(*self.pads.get(axis)?)?;
        let room = u64::try_from(padded.checked_sub(reach)?).ok()?;
        if !ceil {
            return (room / stride).checked_add(1);
        }
        let count = room.div_ceil(stride).checked_add(1)?;
        // A window that would begin behind the data is not counted.
        let last = (count - 1).checked_mul(stride)?;
        let bound = i64::try_from(size)
            .ok()?
            .checked_add(*self.begin.get(axis)?)?;
        Some(if i64::try_from(last).ok()? >= bound {
            count - 1
        } else {
            count
        })
    }
}

/// The kernel's spatial sizes: the weight's, which the attribute only repeats.
fn kernel(context: &Context<'_>, weight: usize) -> Option<Vec<Dim>> {
    let mut out = context.shape(weight)?.get(2..)?.to_vec();
    if let Some(list) = context.list("kernel_shape") {
        for (slot, n) in out.iter_mut().zip(list) {
            *slot = slot.or(dim(*n));
        }
    }
    Some(out)
}

fn conv(context: &mut Context<'_>) -> Option<()> {
    let dtype = context.dtype(0);
    conv_of(context, 0, 1, dtype, false)
}

/// A convolution of input `x` by weight `w` [out, in / groups, taps], channels first or last.
pub(super) fn conv_of(
    context: &mut Context<'_>,
    x: usize,
    w: usize,
    dtype: i32,
    channels_last: bool,
) -> Option<()> {
    let Some(rank) = context.rank(x).or_else(|| context.rank(w)) else {
        context.set(0, Fact::unknown(dtype));
        return None;
    };
    context.set(0, Fact::of_rank(dtype, rank));
    let kernel = kernel(context, w)?;
    let window = Window::read(context, kernel)?;
    let batch = context.dim(x, 0);
    let outputs = context.dim(w, 0);
    let shape = match context.shape(x) {
        Some(shape) => shape.to_vec(),
        None => vec![None; rank],
    };
    let spatial = if channels_last {
        shape.get(1..shape.len().checked_sub(1)?)?
    } else {
        shape.get(2..)?
    };
    if spatial.len() != window.kernel.len() {
        return None;
    }
    let positions: Vec<Dim> = spatial
        .iter()
        .enumerate()
        .map(|(axis, size)| window.positions(axis, *size, false))
        .collect();
    let mut out = vec![batch];
    if channels_last {
        out.extend(&positions);
        out.push(outputs);
    } else {
        out.push(outputs);
        out.extend(&positions);
    }
    context.set(0, Fact::new(dtype, out));
    if context.int_or("group", 1) > 1 {
        context.kind = Some(GROUPED);
    } else {
        // An adapter is a convolution of the same window into `rank` channels, and one of 1 x 1 out of them.
        let mut inputs = vec![context.dim(w, 1)];
        inputs.extend(&window.kernel);
        let sizes = product(&inputs)
            .zip(outputs)
            .zip(product(&positions).and_then(|n| n.checked_mul(batch?)))
            .map(|((inputs, outputs), positions)| [inputs, outputs, 1, positions]);
        context.multiplies_by(w, x, sizes);
    }
    let mut factors: Vec<u64> = Vec::new();
    if batch? != 1 {
        factors.push(batch?);
    }
    factors.extend(positions.iter().copied().collect::<Option<Vec<_>>>()?);
    factors.push(outputs?);
    // The weight says how many inputs each output sees: groups are in it.
    factors.push(context.dim(w, 1)?);
    factors.extend(window.kernel.iter().copied().collect::<Option<Vec<_>>>()?);
    context.product(&factors)
}

/// The weight is [in, out / groups, taps]; every input position meets all taps.
fn conv_transpose(context: &mut Context<'_>) -> Option<()> {
    let dtype = context.dtype(0);
    let Some(rank) = context.rank(0).or_else(|| context.rank(1)) else {
        context.set(0, Fact::unknown(dtype));
        return None;
    };
    context.set(0, Fact::of_rank(dtype, rank));
    let kernel = kernel(context, 1)?;
    let window = Window::read(context, kernel)?;
    let shape = match context.shape(0) {
        Some(shape) => shape.to_vec(),
        None => vec![None; rank],
    };
    let spatial = shape.get(2..)?;
    if spatial.len() != window.kernel.len() {
        return None;
    }
    let groups = u64::try_from(context.int_or("group", 1)).ok()?;
    let outputs = context.dim(1, 1).and_then(|n| n.checked_mul(groups));
    let extra = context.list("output_padding");
    let wanted = context.list("output_shape");
    let sizes: Vec<Dim> = spatial
        .iter()
        .enumerate()
        .map(|(axis, size)| {
            if let Some(list) = wanted {
                return list
                    .get(axis.checked_add(list.len().checked_sub(spatial.len())?)?)
                    .copied()
                    .and_then(dim);
            }
            let stride = *window.strides.get(axis)?;
            if window.same {
                return (*size)?.checked_mul(stride);
            }
            let full = (*size)?
                .checked_sub(1)?
                .checked_mul(stride)?
                .checked_add(window.reach(axis)?)?;
            let more = extra.and_then(|l| l.get(axis).copied()).unwrap_or(0);
            i64::try_from(full)
                .ok()?
                .checked_add(more)?
                .checked_sub(*window.pads.get(axis)?)
                .and_then(dim)
        })
        .collect();
    let batch = context.dim(0, 0);
    let mut out = vec![batch, outputs];
    out.extend(&sizes);
    context.set(0, Fact::new(dtype, out));
    let mut factors: Vec<u64> = Vec::new();
    if batch? != 1 {
        factors.push(batch?);
    }
    factors.extend(spatial.iter().copied().collect::<Option<Vec<_>>>()?);
    factors.push(context.dim(0, 1).or(context.dim(1, 0))?);
    factors.push(context.dim(1, 1)?);
    factors.extend(window.kernel.iter().copied().collect::<Option<Vec<_>>>()?);
    context.product(&factors)
}

/// Positions come from the offsets' own shape, which must agree with the window's.
fn deform_conv(context: &mut Context<'_>) -> Option<()> {
    let dtype = context.dtype(0);
    let before = context.input(0)?.clone();
    conv_of(context, 0, 1, dtype, false).or_else(|| {
        // The offset [n, 2 x taps, positions…] tells what the data does not.
        let offset = context.shape(2)?.get(2..)?.to_vec();
        let mut out = vec![
            before.shape.as_ref()?.first().copied().flatten(),
            context.dim(1, 0),
        ];
        out.extend(&offset);
        context.set(0, Fact::new(dtype, out.clone()));
        let mut factors: Vec<u64> = out.iter().copied().collect::<Option<_>>()?;
        factors.extend(context.full(1)?.get(1..)?);
        context.product(&factors)
    })
}

/// A depthwise convolution over the past: weight [channels, 1, k].
fn causal_conv(context: &mut Context<'_>) -> Option<()> {
    let dtype = context.dtype(0);
    context.same(0, 0)?;
    let taps = context.dim(1, 2);
    let (batch, channels) = (context.dim(0, 0), context.dim(0, 1));
    let kept = taps.and_then(|k| k.checked_sub(1));
    context.set(1, Fact::new(dtype, vec![batch, channels, kept]));
    context.product(&[batch?, context.dim(0, 2)?, channels?, taps?])
}

pub(super) fn pool(context: &mut Context<'_>) -> Option<()> {
    pool_of(context, 0, false)
}

pub(super) fn pool_of(context: &mut Context<'_>, x: usize, channels_last: bool) -> Option<()> {
    let dtype = context.dtype(x);
    let shape = context.shape(x)?.to_vec();
    context.set(0, Fact::of_rank(dtype, shape.len()));
    let kernel: Vec<Dim> = context
        .list("kernel_shape")?
        .iter()
        .map(|&n| dim(n))
        .collect();
    let window = Window::read(context, kernel)?;
    let ceil = context.int_or("ceil_mode", 0) != 0;
    let first: usize = if channels_last { 1 } else { 2 };
    let spatial = shape.get(first..first.checked_add(window.kernel.len())?)?;
    let positions: Vec<Dim> = spatial
        .iter()
        .enumerate()
        .map(|(axis, size)| window.positions(axis, *size, ceil))
        .collect();
    let mut out = shape.get(..first)?.to_vec();
    out.extend(positions);
    if channels_last {
        out.extend(shape.last());
    }
    context.set(0, Fact::new(dtype, out.clone()));
    context.set(1, Fact::new(INDEX, out))
}

pub(super) fn global_pool(context: &mut Context<'_>) -> Option<()> {
    let dtype = context.dtype(0);
    let shape = context.shape(0)?;
    let out: Vec<Dim> = shape
        .iter()
        .enumerate()
        .map(|(at, d)| if at < 2 { *d } else { Some(1) })
        .collect();
    context.set(0, Fact::new(dtype, out))
}

fn max_unpool(context: &mut Context<'_>) -> Option<()> {
    let dtype = context.dtype(0);
    if context.has(2) {
        let fact = context.input(2)?;
        let out = match fact.partial_ints() {
            Some(values) => values.into_iter().map(|v| v.and_then(dim)).collect(),
            None => vec![None; context.rank(0)?],
        };
        return context.set(0, Fact::new(dtype, out));
    }
    let shape = context.shape(0)?.to_vec();
    let kernel: Vec<Dim> = context
        .list("kernel_shape")?
        .iter()
        .map(|&n| dim(n))
        .collect();
    let window = Window::read(context, kernel)?;
    let mut out = shape.get(..2)?.to_vec();
    for (axis, size) in shape.get(2..)?.iter().enumerate() {
        out.push((|| {
            let full = (*size)?
                .checked_sub(1)?
                .checked_mul(*window.strides.get(axis)?)?
                .checked_add(window.kernel.get(axis).copied().flatten()?)?;
            i64::try_from(full)
                .ok()?
                .checked_sub(*window.pads.get(axis)?)
                .and_then(dim)
        })());
    }
    context.set(0, Fact::new(dtype, out))
}

fn roi_align(context: &mut Context<'_>) -> Option<()> {
    let dtype = context.dtype(0);
    let out = vec![
        context.dim(1, 0),
        context.dim(0, 1),
        dim(context.int_or("output_height", 1)),
        dim(context.int_or("output_width", 1)),
    ];
    context.set(0, Fact::new(dtype, out))
}

fn max_roi_pool(context: &mut Context<'_>) -> Option<()> {
    let dtype = context.dtype(0);
    let mut out = vec![context.dim(1, 0), context.dim(0, 1)];
    out.extend(context.list("pooled_shape")?.iter().map(|&n| dim(n)));
    context.set(0, Fact::new(dtype, out))
}
