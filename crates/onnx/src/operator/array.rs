//! Operators that move, cut, join and describe tensors. Small constants are
//! followed through them, so that shapes an exporter computes come out.

use crate::limits;
use crate::model::{Attr, Tensor, Value, dtype};
use crate::shape::{Dim, Fact, axis, broadcast, dim, product};

use super::{Context, INDEX, Operator, moves, multiplies, named, valued};

pub(super) const OPERATORS: &[Operator] = &[
    moves("Constant", constant),
    moves("ConstantOfShape", constant_of_shape),
    moves("Shape", shape_of),
    moves("Size", size),
    moves("Reshape", reshape),
    moves("Flatten", flatten),
    moves("Squeeze", squeeze),
    moves("Unsqueeze", unsqueeze),
    moves("Transpose", transpose),
    moves("Concat", concat),
    moves("Split", split),
    moves("Slice", slice),
    named("Gather", "embedding", gather),
    moves("GatherElements", gather_elements),
    moves("GatherND", gather_nd),
    moves("Scatter", scatter),
    moves("ScatterElements", scatter),
    moves("ScatterND", scatter),
    moves("TensorScatter", scatter),
    moves("Expand", expand),
    moves("Tile", tile),
    moves("Pad", pad),
    moves("Range", range),
    moves("EyeLike", eye_like),
    moves("OneHot", one_hot),
    moves("NonZero", non_zero),
    moves("Compress", compress),
    moves("Unique", unique),
    moves("TopK", top_k),
    moves("ArgMax", arg),
    moves("ArgMin", arg),
    moves("Trilu", like_first),
    moves("ReverseSequence", like_first),
    moves("DepthToSpace", depth_to_space),
    moves("SpaceToDepth", space_to_depth),
    moves("Resize", resize),
    moves("Upsample", resize),
    moves("CenterCropPad", center_crop_pad),
    moves("GridSample", grid_sample),
    multiplies("AffineGrid", "product", affine_grid),
    moves("NonMaxSuppression", non_max_suppression),
    moves("Col2Im", col2im),
    moves("Det", det),
    moves("StringConcat", string_concat),
    moves("StringNormalizer", string_normalizer),
    moves("StringSplit", string_split),
    moves("RegexFullMatch", regex),
    moves("TfIdfVectorizer", tf_idf),
    moves("ImageDecoder", image_decoder),
];

/// A fact of a stored tensor.
pub(crate) fn of_tensor(tensor: &Tensor) -> Fact {
    let mut out = Fact::new(
        tensor.dtype,
        tensor.dims.iter().copied().map(Some).collect(),
    );
    out.constant = true;
    // Where it stands in memory tells it from every other one of the model.
    out.origin = std::ptr::from_ref(tensor).addr() as u64;
    out.value.clone_from(&tensor.value);
    out
}

fn constant(context: &mut Context<'_>) -> Option<()> {
    let fact = if let Some(Attr::Tensor(tensor)) = context
        .attr("value")
        .or_else(|| context.attr("sparse_value"))
    {
        of_tensor(tensor)
    } else if let Some(n) = context.int("value_int") {
        Fact::scalar(dtype::INT64, Some(n))
    } else if let Some(f) = context.float("value_float") {
        Fact::valued(
            dtype::FLOAT,
            Vec::new(),
            Value::Floats(vec![Some(f64::from(f))]),
        )
    } else if let Some(Attr::Ints(all, count)) = context.attr("value_ints") {
        valued(
            dtype::INT64,
            vec![Some(*count)],
            Some(Value::Ints(all.iter().copied().map(Some).collect())),
        )
    } else if let Some(Attr::Floats(all, count)) = context.attr("value_floats") {
        valued(
            dtype::FLOAT,
            vec![Some(*count)],
            Some(Value::Floats(
                all.iter().map(|&f| Some(f64::from(f))).collect(),
            )),
        )
    } else if context.attr("value_string").is_some() {
        Fact::new(dtype::STRING, Vec::new())
    } else if let Some(Attr::Texts(all)) = context.attr("value_strings") {
        Fact::new(dtype::STRING, vec![Some(all.len() as u64)])
    } else {
        return None;
    };
    context.set(
        0,
        Fact {
            constant: true,
            ..fact
        },
    )
}

/// A shape from the values of an input: known length, each size perhaps open.
fn shape_from(context: &Context<'_>, at: usize) -> Option<Vec<Dim>> {
    let fact = context.input(at)?;
    if let Some(values) = fact.partial_ints() {
        return Some(values.into_iter().map(|v| v.and_then(dim)).collect());
    }
    let rank = usize::try_from(fact.count()?).ok()?;
    (rank <= limits::RANK).then(|| vec![None; rank])
}

fn constant_of_shape(context: &mut Context<'_>) -> Option<()> {
    let fill = match context.attr("value") {
        Some(Attr::Tensor(tensor)) => Some(tensor),
        _ => None,
    };
    let dtype = fill.map_or(dtype::FLOAT, |t| t.dtype);
    let Some(shape) = shape_from(context, 0) else {
        context.set(0, Fact::unknown(dtype));
        return None;
    };
    let value = product(&shape)
        .and_then(|n| usize::try_from(n).ok())
        .filter(|&n| n <= limits::VALUES)
        .and_then(|n| match fill {
            None => Some(Value::Floats(vec![Some(0.0); n])),
            Some(tensor) => match tensor.value.as_deref()? {
                Value::Ints(v) => Some(Value::Ints(vec![*v.first()?; n])),
                Value::Floats(v) => Some(Value::Floats(vec![*v.first()?; n])),
            },
        });
    context.folded = context
        .folded
        .saturating_add(value.as_ref().map_or(0, |v| v.len() as u64));
    context.set(0, valued(dtype, shape, value))
}

fn shape_of(context: &mut Context<'_>) -> Option<()> {
    let Some(shape) = context.shape(0) else {
        context.set(0, Fact::of_rank(INDEX, 1));
        return None;
    };
    let rank = i64::try_from(shape.len()).ok()?;
    let clamp = |n: i64| {
        let n = if n < 0 { n.saturating_add(rank) } else { n };
        usize::try_from(n.clamp(0, rank)).ok()
    };
    let start = clamp(context.int_or("start", 0))?;
    let end = clamp(context.int_or("end", rank))?;
    let dims: Vec<Option<i64>> = shape
        .get(start..end.max(start))?
        .iter()
        .map(|d| d.and_then(|d| i64::try_from(d).ok()))
        .collect();
    let length = dims.len() as u64;
    context.set(
        0,
        Fact::valued(INDEX, vec![Some(length)], Value::Ints(dims)),
    )
}

fn size(context: &mut Context<'_>) -> Option<()> {
    let count = context
        .input(0)?
        .count()
        .and_then(|n| i64::try_from(n).ok());
    context.set(0, Fact::scalar(INDEX, count))
}

fn reshape(context: &mut Context<'_>) -> Option<()> {
    let input = context.input(0)?.clone();
    let target: Vec<Option<i64>> = if let Some(list) = context.list("shape") {
        list.iter().copied().map(Some).collect()
    } else {
        let shape = context.input(1)?;
        match shape.partial_ints() {
            Some(values) => values,
            None => {
                let rank = shape.count().and_then(|n| usize::try_from(n).ok());
                let rank = rank.filter(|&r| r <= limits::RANK);
                let Some(rank) = rank else {
                    context.set(0, Fact::unknown(input.dtype));
                    return None;
                };
                vec![None; rank]
            }
        }
    };
    if target.len() > limits::RANK {
        return None;
    }
    let keep_zero = context.int_or("allowzero", 0) != 0;
    let mut out: Vec<Dim> = Vec::with_capacity(target.len());
    for (at, size) in target.iter().enumerate() {
        out.push(match size {
            Some(0) if !keep_zero => input
                .shape
                .as_ref()
                .and_then(|s| s.get(at).copied().flatten()),
            // -1 is no size, so it stays open here and is solved below.
            Some(n) => dim(*n),
            None => None,
        });
    }
    // One open size follows from the rest, whether it was written as -1 or is not known.
    let opens: Vec<usize> = out
        .iter()
        .enumerate()
        .filter(|(_, d)| d.is_none())
        .map(|(at, _)| at)
        .collect();
    if let [only] = opens.as_slice() {
        let others: Vec<Dim> = out
            .iter()
            .enumerate()
            .filter(|(at, _)| at != only)
            .map(|(_, d)| *d)
            .collect();
        let rest = product(&others).filter(|&n| n > 0);
        let count = input.count();
        let solved = match (count, rest) {
            (Some(count), Some(rest)) if count.is_multiple_of(rest) => Some(count / rest),
            _ => None,
        };
        if let Some(slot) = out.get_mut(*only) {
            *slot = solved;
        }
    }
    let value = context.value(0).map(|v| (*v).clone());
    context.set(0, valued(input.dtype, out, value))
}

fn flatten(context: &mut Context<'_>) -> Option<()> {
    let shape = context.shape(0)?;
    let rank = i64::try_from(shape.len()).ok()?;
    let at = context.int_or("axis", 1);
    let at = if at < 0 { at.checked_add(rank)? } else { at };
    let at = usize::try_from(at).ok()?.min(shape.len());
    let (left, right) = shape.split_at_checked(at)?;
    let out = vec![product(left), product(right)];
    let value = context.value(0).map(|v| (*v).clone());
    let dtype = context.dtype(0);
    context.set(0, valued(dtype, out, value))
}

fn squeeze(context: &mut Context<'_>) -> Option<()> {
    let shape = context.shape(0)?.to_vec();
    let axes = context.axes("axes", 1)?;
    let out: Vec<Dim> = match axes {
        None => {
            // Without axes every 1 goes; an open size might be one.
            if shape.iter().any(Option::is_none) {
                return None;
            }
            shape.iter().copied().filter(|d| *d != Some(1)).collect()
        }
        Some(axes) => {
            let gone: Vec<usize> = axes
                .iter()
                .map(|&a| axis(a, shape.len()))
                .collect::<Option<_>>()?;
            shape
                .iter()
                .enumerate()
                .filter(|(at, _)| !gone.contains(at))
                .map(|(_, d)| *d)
                .collect()
        }
    };
    let value = context.value(0).map(|v| (*v).clone());
    let dtype = context.dtype(0);
    context.set(0, valued(dtype, out, value))
}

fn unsqueeze(context: &mut Context<'_>) -> Option<()> {
    let shape = context.shape(0)?.to_vec();
    let axes = context.axes("axes", 1)??;
    let rank = shape
        .len()
        .checked_add(axes.len())
        .filter(|&r| r <= limits::RANK)?;
    let new: Vec<usize> = axes.iter().map(|&a| axis(a, rank)).collect::<Option<_>>()?;
    let mut old = shape.into_iter();
    let out: Vec<Dim> = (0..rank)
        .map(|at| {
            if new.contains(&at) {
                Some(1)
            } else {
                old.next().flatten()
            }
        })
        .collect();
    let value = context.value(0).map(|v| (*v).clone());
    let dtype = context.dtype(0);
    context.set(0, valued(dtype, out, value))
}

fn transpose(context: &mut Context<'_>) -> Option<()> {
    let shape = context.shape(0)?.to_vec();
    let order: Vec<usize> = match context.list("perm") {
        Some(list) => list
            .iter()
            .map(|&a| axis(a, shape.len()))
            .collect::<Option<_>>()?,
        None => (0..shape.len()).rev().collect(),
    };
    if order.len() != shape.len() {
        return None;
    }
    let out: Vec<Dim> = order
        .iter()
        .map(|&a| shape.get(a).copied().flatten())
        .collect();
    let dtype = context.dtype(0);
    let value = context.value(0).and_then(|v| permuted(&v, &shape, &order));
    context.set(0, valued(dtype, out, value))
}

/// Values picked by flat index.
fn picked(value: &Value, at: impl Iterator<Item = usize>) -> Option<Value> {
    Some(match value {
        Value::Ints(v) => Value::Ints(at.map(|i| v.get(i).copied()).collect::<Option<_>>()?),
        Value::Floats(v) => Value::Floats(at.map(|i| v.get(i).copied()).collect::<Option<_>>()?),
    })
}

/// Row-major strides of a full shape.
fn strides(shape: &[Dim]) -> Option<Vec<usize>> {
    let mut out = vec![1_usize; shape.len()];
    let mut stride = 1_usize;
    for (slot, size) in out.iter_mut().zip(shape).rev() {
        *slot = stride;
        stride = stride.checked_mul(usize::try_from((*size)?).ok()?)?;
    }
    Some(out)
}

/// Every multi-index of a small shape, in order.
fn indices(shape: &[Dim]) -> Option<Vec<Vec<usize>>> {
    let total = product(shape)?;
    if total > limits::VALUES as u64 {
        return None;
    }
    let sizes: Vec<usize> = shape
        .iter()
        .map(|d| d.and_then(|d| usize::try_from(d).ok()))
        .collect::<Option<_>>()?;
    let mut out = Vec::new();
    let mut at = vec![0_usize; sizes.len()];
    for _ in 0..total {
        out.push(at.clone());
        for (place, size) in at.iter_mut().zip(&sizes).rev() {
            *place += 1;
            if *place < *size {
                break;
            }
            *place = 0;
        }
    }
    Some(out)
}

fn permuted(value: &Value, shape: &[Dim], order: &[usize]) -> Option<Value> {
    let steps = strides(shape)?;
    let out: Vec<Dim> = order
        .iter()
        .map(|&a| shape.get(a).copied().flatten())
        .collect();
    let all = indices(&out)?;
    let flat = all.iter().map(|index| {
        index
            .iter()
            .zip(order)
            .map(|(i, &a)| i * steps.get(a).copied().unwrap_or(0))
            .sum()
    });
    picked(value, flat)
}

fn concat(context: &mut Context<'_>) -> Option<()> {
    let dtype = context.dtype(0);
    let first = context.shape(0)?.to_vec();
    let at = axis(context.int_or("axis", 1), first.len())?;
    let mut out = first;
    let mut sum: Dim = Some(0);
    for k in 0..context.inputs.len() {
        let shape = context.shape(k)?;
        if shape.len() != out.len() {
            return None;
        }
        sum = match (sum, shape.get(at).copied().flatten()) {
            (Some(a), Some(b)) => a.checked_add(b),
            _ => None,
        };
        for (i, (slot, size)) in out.iter_mut().zip(shape).enumerate() {
            if i != at && slot.is_none() {
                *slot = *size;
            }
        }
    }
    *out.get_mut(at)? = sum;
    let value = if out.len() == 1 {
        joined(context)
    } else {
        None
    };
    context.set(0, valued(dtype, out, value))
}

/// One-dimensional constants end to end; an input without values contributes unknown ones.
fn joined(context: &mut Context<'_>) -> Option<Value> {
    let mut ints: Vec<Option<i64>> = Vec::new();
    let mut floats: Vec<Option<f64>> = Vec::new();
    let mut float = false;
    for k in 0..context.inputs.len() {
        let fact = context.input(k)?;
        match fact.value.as_deref() {
            Some(Value::Ints(v)) => {
                ints.extend(v);
            }
            Some(Value::Floats(v)) => {
                float = true;
                floats.extend(v);
            }
            None => {
                let count = usize::try_from(fact.count()?).ok()?;
                if !dtype::is_integer(fact.dtype) || count > limits::VALUES {
                    return None;
                }
                ints.extend(std::iter::repeat_n(None, count));
            }
        }
        if ints.len().max(floats.len()) > limits::VALUES {
            return None;
        }
    }
    context.folded = context.folded.saturating_add(ints.len() as u64);
    match (float, ints.is_empty()) {
        (true, true) => Some(Value::Floats(floats)),
        (false, _) => Some(Value::Ints(ints)),
        _ => None,
    }
}

fn split(context: &mut Context<'_>) -> Option<()> {
    let shape = context.shape(0)?.to_vec();
    let dtype = context.dtype(0);
    let at = axis(context.int_or("axis", 0), shape.len())?;
    let outputs = context.outputs.len();
    let total = shape.get(at).copied().flatten();
    let sizes: Vec<Dim> = match context.axes("split", 1) {
        Some(Some(list)) if !list.is_empty() => list.iter().map(|&n| dim(n)).collect(),
        Some(_) => {
            let parts = context
                .int("num_outputs")
                .and_then(|n| u64::try_from(n).ok())
                .filter(|&n| n > 0)
                .unwrap_or(outputs as u64);
            match total {
                Some(total) => {
                    // The last part is smaller when it does not divide.
                    let each = total.div_ceil(parts.max(1));
                    (0..outputs as u64)
                        .map(|k| {
                            let begin = k.saturating_mul(each).min(total);
                            Some((total - begin).min(each))
                        })
                        .collect()
                }
                None => vec![None; outputs],
            }
        }
        None => vec![None; outputs],
    };
    let values = if shape.len() == 1 {
        context.value(0)
    } else {
        None
    };
    let mut begin = Some(0_usize);
    for k in 0..outputs {
        let size = sizes.get(k).copied().flatten();
        let mut out = shape.clone();
        *out.get_mut(at)? = size;
        let length = size.and_then(|n| usize::try_from(n).ok());
        let value = match (&values, begin, length) {
            (Some(values), Some(b), Some(n)) if n <= limits::VALUES => {
                picked(values, b..b.saturating_add(n))
            }
            _ => None,
        };
        begin = begin.zip(length).and_then(|(b, n)| b.checked_add(n));
        context.set(k, valued(dtype, out, value));
    }
    Some(())
}

/// Start, step and count of a slice along one axis.
fn cut(size: u64, start: i64, end: i64, step: i64) -> Option<(i64, i64, u64)> {
    let size = i64::try_from(size).ok()?;
    let wrap = |n: i64| if n < 0 { n.saturating_add(size) } else { n };
    if step > 0 {
        let (start, end) = (wrap(start).clamp(0, size), wrap(end).clamp(0, size));
        let span = u64::try_from(end.saturating_sub(start)).unwrap_or(0);
        Some((start, step, span.div_ceil(step.unsigned_abs())))
    } else if step < 0 {
        let start = wrap(start).clamp(-1, size.saturating_sub(1));
        let end = wrap(end).clamp(-1, size.saturating_sub(1));
        let span = u64::try_from(start.saturating_sub(end)).unwrap_or(0);
        Some((start, step, span.div_ceil(step.unsigned_abs())))
    } else {
        None
    }
}

fn slice(context: &mut Context<'_>) -> Option<()> {
    let shape = context.shape(0)?.to_vec();
    let dtype = context.dtype(0);
    let old = context.list("starts").is_some();
    let partial = |at: usize| context.input(at).and_then(Fact::partial_ints);
    let (starts, ends): (Vec<Option<i64>>, Vec<Option<i64>>) = if old {
        let some = |list: &[i64]| list.iter().copied().map(Some).collect::<Vec<_>>();
        (some(context.list("starts")?), some(context.list("ends")?))
    } else {
        // Bounds that are not known leave the axes they cut open.
        let length = [1, 2, 3]
            .iter()
            .find_map(|&at| context.input(at)?.count())
            .and_then(|n| usize::try_from(n).ok())
            .filter(|&n| n <= limits::RANK);
        let or_open = |at: usize| partial(at).or_else(|| Some(vec![None; length?]));
        match (or_open(1), or_open(2)) {
            (Some(s), Some(e)) => (s, e),
            _ => {
                context.set(0, Fact::of_rank(dtype, shape.len()));
                return None;
            }
        }
    };
    let axes: Option<Vec<i64>> = if old {
        context
            .list("axes")
            .map(<[i64]>::to_vec)
            .or_else(|| (0..starts.len()).map(|n| i64::try_from(n).ok()).collect())
    } else if context.has(3) {
        context.ints(3)
    } else {
        (0..starts.len()).map(|n| i64::try_from(n).ok()).collect()
    };
    let Some(axes) = axes else {
        context.set(0, Fact::of_rank(dtype, shape.len()));
        return None;
    };
    let steps: Vec<Option<i64>> = if !old && context.has(4) {
        partial(4).unwrap_or_else(|| vec![None; axes.len()])
    } else {
        vec![Some(1); axes.len()]
    };
    let mut out = shape.clone();
    let mut cuts: Vec<Option<(i64, i64, u64)>> =
        shape.iter().map(|d| d.map(|n| (0, 1, n))).collect();
    for (k, &a) in axes.iter().enumerate() {
        let at = axis(a, shape.len())?;
        let pick = |v: &[Option<i64>]| v.get(k).copied().flatten();
        let (start, end, step) = (pick(&starts), pick(&ends), pick(&steps));
        let size = shape.get(at).copied().flatten();
        let found = match (size, start, end, step) {
            (Some(size), Some(start), Some(end), Some(step)) => cut(size, start, end, step),
            _ => None,
        };
        *out.get_mut(at)? = found.map(|(_, _, n)| n);
        *cuts.get_mut(at)? = found.filter(|_| size.is_some());
    }
    let value = context.value(0).and_then(|v| {
        let cuts: Vec<(i64, i64, u64)> = cuts.into_iter().collect::<Option<_>>()?;
        let steps = strides(&shape)?;
        let all = indices(&out)?;
        let flat: Vec<usize> = all
            .iter()
            .map(|index| {
                let mut sum = 0_usize;
                for ((i, (start, step, _)), stride) in index.iter().zip(&cuts).zip(&steps) {
                    let at = start.checked_add(step.checked_mul(i64::try_from(*i).ok()?)?)?;
                    sum = sum.checked_add(usize::try_from(at).ok()?.checked_mul(*stride)?)?;
                }
                Some(sum)
            })
            .collect::<Option<_>>()?;
        picked(&v, flat.into_iter())
    });
    context.set(0, valued(dtype, out, value))
}

fn gather(context: &mut Context<'_>) -> Option<()> {
    let dtype = context.dtype(0);
    let (Some(data), Some(index)) = (context.shape(0), context.shape(1)) else {
        context.set(0, Fact::unknown(dtype));
        return None;
    };
    let at = axis(context.int_or("axis", 0), data.len())?;
    let mut out = data.get(..at)?.to_vec();
    out.extend_from_slice(index);
    out.extend_from_slice(data.get(at + 1..)?);
    if out.len() > limits::RANK {
        return None;
    }
    let value = if data.len() == 1 {
        let size = i64::try_from(data.first().copied().flatten()?).ok()?;
        let picks = context.ints(1);
        match (context.value(0), picks) {
            (Some(v), Some(picks)) => {
                let flat: Option<Vec<usize>> = picks
                    .iter()
                    .map(|&i| usize::try_from(if i < 0 { i.checked_add(size)? } else { i }).ok())
                    .collect();
                flat.and_then(|flat| picked(&v, flat.into_iter()))
            }
            _ => None,
        }
    } else {
        None
    };
    context.set(0, valued(dtype, out, value))
}

fn gather_elements(context: &mut Context<'_>) -> Option<()> {
    let dtype = context.dtype(0);
    let shape = context.shape(1)?.to_vec();
    context.set(0, Fact::new(dtype, shape))
}

fn gather_nd(context: &mut Context<'_>) -> Option<()> {
    let dtype = context.dtype(0);
    let (data, index) = (context.shape(0)?.to_vec(), context.shape(1)?.to_vec());
    let batch = usize::try_from(context.int_or("batch_dims", 0)).ok()?;
    let depth = usize::try_from(index.last().copied().flatten()?).ok()?;
    let mut out = index.get(..index.len().checked_sub(1)?)?.to_vec();
    out.extend_from_slice(data.get(batch.checked_add(depth)?..)?);
    if out.len() > limits::RANK {
        return None;
    }
    context.set(0, Fact::new(dtype, out))
}

fn scatter(context: &mut Context<'_>) -> Option<()> {
    context.same(0, 0)?;
    // Exporters patch a shape with ScatterND or ScatterElements along one axis.
    if context.rank(0)? != 1 || context.text("reduction").is_some_and(|r| r != "none") {
        return Some(());
    }
    let size = i64::try_from(context.dim(0, 0)?).ok()?;
    let (value, picks) = (context.value(0)?, context.ints(1)?);
    let updates = context.input(2)?.partial_ints()?;
    if let Value::Ints(v) = &*value {
        let mut out = v.clone();
        for (i, update) in picks.iter().zip(&updates) {
            let at = if *i < 0 { i.checked_add(size)? } else { *i };
            *out.get_mut(usize::try_from(at).ok()?)? = *update;
        }
        context.outputs.first_mut()?.set_value(Value::Ints(out));
    }
    Some(())
}

fn expand(context: &mut Context<'_>) -> Option<()> {
    let dtype = context.dtype(0);
    let shape = context.shape(0)?.to_vec();
    let target = context.input(1)?.partial_ints();
    let to: Vec<Dim> = match target {
        Some(values) => values.into_iter().map(|v| v.and_then(dim)).collect(),
        None => shape_from(context, 1)?,
    };
    let rank = shape.len().max(to.len());
    // An open target size against 1 is open; against n it is n.
    let mut out = broadcast(&shape, &to);
    for (at, slot) in out.iter_mut().enumerate() {
        let one = |s: &[Dim]| {
            at.checked_sub(rank - s.len())
                .map_or(Some(1), |i| s.get(i).copied().flatten())
        };
        if one(&to).is_none() && one(&shape) == Some(1) {
            *slot = None;
        }
    }
    let value = match context.value(0) {
        Some(v) if v.len() == 1 => product(&out)
            .and_then(|n| usize::try_from(n).ok())
            .filter(|&n| n <= limits::VALUES)
            .and_then(|n| picked(&v, std::iter::repeat_n(0, n))),
        Some(v) if out == shape => Some((*v).clone()),
        _ => None,
    };
    context.set(0, valued(dtype, out, value))
}

fn tile(context: &mut Context<'_>) -> Option<()> {
    let dtype = context.dtype(0);
    let shape = context.shape(0)?.to_vec();
    let repeats: Vec<Option<i64>> = context
        .input(1)
        .and_then(Fact::partial_ints)
        .unwrap_or_else(|| vec![None; shape.len()]);
    let out: Vec<Dim> = shape
        .iter()
        .enumerate()
        .map(|(at, d)| {
            let times = repeats.get(at).copied().flatten().and_then(dim);
            match (d, times) {
                (Some(0), _) | (_, Some(0)) => Some(0),
                (Some(d), Some(n)) => d.checked_mul(n),
                _ => None,
            }
        })
        .collect();
    let value = if shape.len() == 1 {
        match (context.value(0), out.first().copied().flatten()) {
            (Some(v), Some(n)) if n <= limits::VALUES as u64 && v.len() > 0 => {
                let n = usize::try_from(n).ok()?;
                picked(&v, (0..n).map(|i| i % v.len()))
            }
            _ => None,
        }
    } else {
        None
    };
    context.set(0, valued(dtype, out, value))
}

fn pad(context: &mut Context<'_>) -> Option<()> {
    let dtype = context.dtype(0);
    let shape = context.shape(0)?.to_vec();
    let rank = shape.len();
    let pads: Vec<Option<i64>> = match context.list("pads").or_else(|| context.list("paddings")) {
        Some(list) => list.iter().copied().map(Some).collect(),
        None => match context.input(1).and_then(Fact::partial_ints) {
            Some(values) => values,
            None => {
                context.set(0, Fact::of_rank(dtype, rank));
                return None;
            }
        },
    };
    let axes: Vec<usize> = if context.has(3) {
        match context.ints(3) {
            Some(list) => list.iter().map(|&a| axis(a, rank)).collect::<Option<_>>()?,
            None => {
                context.set(0, Fact::of_rank(dtype, rank));
                return None;
            }
        }
    } else {
        (0..rank).collect()
    };
    let half = axes.len();
    let mut out = shape;
    for (k, &at) in axes.iter().enumerate() {
        let begin = pads.get(k).copied().flatten();
        let end = pads.get(k.checked_add(half)?).copied().flatten();
        let slot = out.get_mut(at)?;
        *slot = match (*slot, begin, end) {
            (Some(n), Some(b), Some(e)) => i64::try_from(n)
                .ok()
                .and_then(|n| n.checked_add(b)?.checked_add(e))
                .and_then(dim),
            _ => None,
        };
    }
    context.set(0, Fact::new(dtype, out))
}

fn range(context: &mut Context<'_>) -> Option<()> {
    let dtype = context.dtype(0);
    let floats: Option<Vec<f64>> = (0..3)
        .map(|k| context.input(k)?.floats()?.first().copied())
        .collect();
    let Some([start, limit, delta]) = floats.as_deref().and_then(|f| f.first_chunk::<3>()) else {
        context.set(0, Fact::of_rank(dtype, 1));
        return None;
    };
    if *delta == 0.0 || !delta.is_finite() {
        return None;
    }
    let count = ((limit - start) / delta).ceil().max(0.0);
    if !count.is_finite() || count > 9.0e15 {
        return None;
    }
    let count = count as u64;
    let value = (count <= limits::VALUES as u64).then(|| {
        let at = |i: u64| start + delta * i as f64;
        if dtype::is_integer(dtype) {
            Value::Ints((0..count).map(|i| crate::shape::whole(at(i))).collect())
        } else {
            Value::Floats((0..count).map(|i| Some(at(i))).collect())
        }
    });
    context.folded = context
        .folded
        .saturating_add(count.min(limits::VALUES as u64));
    context.set(0, valued(dtype, vec![Some(count)], value))
}

fn eye_like(context: &mut Context<'_>) -> Option<()> {
    let dtype = context
        .int("dtype")
        .and_then(|n| i32::try_from(n).ok())
        .unwrap_or(context.dtype(0));
    let shape = context.shape(0)?.to_vec();
    context.set(0, Fact::new(dtype, shape))
}

fn one_hot(context: &mut Context<'_>) -> Option<()> {
    let dtype = context.dtype(2);
    let mut out = context.shape(0)?.to_vec();
    let depth = context.input(1).and_then(Fact::int).and_then(dim);
    let at = axis(context.int_or("axis", -1), out.len() + 1)?;
    out.insert(at, depth);
    context.set(0, Fact::new(dtype, out))
}

fn non_zero(context: &mut Context<'_>) -> Option<()> {
    let rank = context.rank(0)?;
    let shape = context.shape(0)?.to_vec();
    let found: Option<Vec<usize>> = context.value(0).and_then(|v| match &*v {
        Value::Ints(v) => v
            .iter()
            .enumerate()
            .filter_map(|(at, x)| match x {
                Some(0) => None,
                Some(_) => Some(Some(at)),
                None => Some(None),
            })
            .collect(),
        Value::Floats(v) => v
            .iter()
            .enumerate()
            .filter_map(|(at, x)| match x {
                Some(x) if *x == 0.0 => None,
                Some(_) => Some(Some(at)),
                None => Some(None),
            })
            .collect(),
    });
    let rows = rank.max(1) as u64;
    match found {
        Some(flat) => {
            let count = flat.len() as u64;
            let value = strides(&shape).and_then(|steps| {
                let mut out = Vec::new();
                for (step, size) in steps.iter().zip(&shape) {
                    let size = usize::try_from((*size)?).ok()?;
                    for at in &flat {
                        out.push(i64::try_from(at.checked_div(*step)?.checked_rem(size)?).ok());
                    }
                }
                Some(Value::Ints(out))
            });
            context.set(0, valued(INDEX, vec![Some(rows), Some(count)], value))
        }
        None => context.set(0, Fact::new(INDEX, vec![Some(rows), None])),
    }
}

fn compress(context: &mut Context<'_>) -> Option<()> {
    let dtype = context.dtype(0);
    let shape = context.shape(0)?.to_vec();
    let kept = context
        .ints(1)
        .map(|v| v.iter().filter(|x| **x != 0).count() as u64);
    let out = match context.int("axis") {
        None => vec![kept],
        Some(a) => {
            let at = axis(a, shape.len())?;
            let mut out = shape;
            *out.get_mut(at)? = kept;
            out
        }
    };
    context.set(0, Fact::new(dtype, out))
}

fn unique(context: &mut Context<'_>) -> Option<()> {
    let dtype = context.dtype(0);
    let shape = context.shape(0)?.to_vec();
    let out = match context.int("axis") {
        None => vec![None],
        Some(a) => {
            let at = axis(a, shape.len())?;
            let mut out = shape.clone();
            *out.get_mut(at)? = None;
            out
        }
    };
    // Where each element, or slice, of the input stands in the output.
    let inverse = match context.int("axis") {
        None => product(&shape),
        Some(a) => axis(a, shape.len()).and_then(|at| shape.get(at).copied().flatten()),
    };
    context.set(0, Fact::new(dtype, out));
    context.set(1, Fact::of_rank(INDEX, 1));
    context.set(2, Fact::new(INDEX, vec![inverse]));
    context.set(3, Fact::of_rank(INDEX, 1))
}

fn top_k(context: &mut Context<'_>) -> Option<()> {
    let dtype = context.dtype(0);
    let mut out = context.shape(0)?.to_vec();
    let k = context
        .int("k")
        .or_else(|| context.input(1).and_then(Fact::int))
        .and_then(dim);
    let at = axis(context.int_or("axis", -1), out.len())?;
    *out.get_mut(at)? = k;
    context.set(0, Fact::new(dtype, out.clone()));
    context.set(1, Fact::new(INDEX, out))
}

fn arg(context: &mut Context<'_>) -> Option<()> {
    let mut out = context.shape(0)?.to_vec();
    let at = axis(context.int_or("axis", 0), out.len())?;
    if context.int_or("keepdims", 1) != 0 {
        *out.get_mut(at)? = Some(1);
    } else {
        out.remove(at);
    }
    context.set(0, Fact::new(INDEX, out))
}

fn like_first(context: &mut Context<'_>) -> Option<()> {
    context.same(0, 0)
}

fn depth_to_space(context: &mut Context<'_>) -> Option<()> {
    let block = u64::try_from(context.int("blocksize")?).ok()?;
    let dtype = context.dtype(0);
    let [n, c, h, w] = *context.shape(0)?.first_chunk::<4>()?;
    let square = block.checked_mul(block)?;
    let out = vec![
        n,
        c.and_then(|c| c.checked_div(square)),
        h.and_then(|h| h.checked_mul(block)),
        w.and_then(|w| w.checked_mul(block)),
    ];
    context.set(0, Fact::new(dtype, out))
}

fn space_to_depth(context: &mut Context<'_>) -> Option<()> {
    let block = u64::try_from(context.int("blocksize")?).ok()?;
    let dtype = context.dtype(0);
    let [n, c, h, w] = *context.shape(0)?.first_chunk::<4>()?;
    let square = block.checked_mul(block)?;
    let out = vec![
        n,
        c.and_then(|c| c.checked_mul(square)),
        h.and_then(|h| h.checked_div(block)),
        w.and_then(|w| w.checked_div(block)),
    ];
    context.set(0, Fact::new(dtype, out))
}

/// `Resize` (sizes or scales as inputs) and `Upsample` (scales as input or attribute).
fn resize(context: &mut Context<'_>) -> Option<()> {
    let dtype = context.dtype(0);
    let shape = context.shape(0)?.to_vec();
    let rank = shape.len();
    let old = context.names.text(context.node.op) == "Upsample" || context.opset < 11;
    let (scales_at, sizes_at) = if old { (1, usize::MAX) } else { (2, 3) };
    let axes: Vec<usize> = match context.list("axes") {
        Some(list) => list.iter().map(|&a| axis(a, rank)).collect::<Option<_>>()?,
        None => (0..rank).collect(),
    };
    let mut out = shape.clone();
    // An empty tensor stands for an absent input.
    let given = |at: usize| context.input(at).filter(|f| f.count() != Some(0));
    if let Some(sizes) = given(sizes_at) {
        let values = sizes
            .partial_ints()
            .unwrap_or_else(|| vec![None; axes.len()]);
        let policy = context
            .text("keep_aspect_ratio_policy")
            .unwrap_or("stretch");
        if policy == "stretch" {
            for (k, &at) in axes.iter().enumerate() {
                *out.get_mut(at)? = values.get(k).copied().flatten().and_then(dim);
            }
        } else {
            let ratios: Option<Vec<f64>> = axes
                .iter()
                .zip(&values)
                .map(|(&at, v)| Some((*v)? as f64 / shape.get(at).copied().flatten()? as f64))
                .collect();
            let pick: fn(f64, f64) -> f64 = if policy == "not_larger" {
                f64::min
            } else {
                f64::max
            };
            let scale = ratios.and_then(|r| r.into_iter().reduce(pick));
            for &at in &axes {
                let slot = out.get_mut(at)?;
                *slot = slot
                    .zip(scale)
                    .and_then(|(n, s)| crate::shape::whole((n as f64 * s).round()))
                    .and_then(dim);
            }
        }
        return context.set(0, Fact::new(dtype, out));
    }
    let scales: Option<Vec<f64>> = match context.floats("scales") {
        Some(list) => Some(list.iter().map(|&f| f64::from(f)).collect()),
        None => given(scales_at).and_then(Fact::floats),
    };
    for (k, &at) in axes.iter().enumerate() {
        let scale = scales.as_ref().and_then(|s| s.get(k).copied());
        let slot = out.get_mut(at)?;
        *slot = slot
            .zip(scale)
            .and_then(|(n, s)| crate::shape::whole((n as f64 * s).floor()))
            .and_then(dim);
    }
    context.set(0, Fact::new(dtype, out))
}

fn center_crop_pad(context: &mut Context<'_>) -> Option<()> {
    let dtype = context.dtype(0);
    let mut out = context.shape(0)?.to_vec();
    let sizes = shape_from(context, 1)?;
    let axes: Vec<usize> = match context.list("axes") {
        Some(list) => list
            .iter()
            .map(|&a| axis(a, out.len()))
            .collect::<Option<_>>()?,
        None => (0..out.len()).collect(),
    };
    for (k, at) in axes.into_iter().enumerate() {
        *out.get_mut(at)? = sizes.get(k).copied().flatten();
    }
    context.set(0, Fact::new(dtype, out))
}

fn grid_sample(context: &mut Context<'_>) -> Option<()> {
    let dtype = context.dtype(0);
    let (input, grid) = (context.shape(0)?, context.shape(1)?);
    let mut out = input.get(..2)?.to_vec();
    out.extend_from_slice(grid.get(1..grid.len().checked_sub(1)?)?);
    context.set(0, Fact::new(dtype, out))
}

/// Every position of the grid, with a one behind it, by the matrix of its image: [n, d, d + 1].
fn affine_grid(context: &mut Context<'_>) -> Option<()> {
    let dtype = context.dtype(0);
    let size = shape_from(context, 1)?;
    let mut out = vec![size.first().copied().flatten()];
    out.extend_from_slice(size.get(2..)?);
    let rank = (size.len() as u64).checked_sub(2)?;
    out.push(Some(rank));
    context.set(0, Fact::new(dtype, out.clone()));
    let mut factors: Vec<u64> = out.into_iter().collect::<Option<_>>()?;
    factors.push(rank.checked_add(1)?);
    context.product(&factors)
}

fn non_max_suppression(context: &mut Context<'_>) -> Option<()> {
    context.set(0, Fact::new(INDEX, vec![None, Some(3)]))
}

fn col2im(context: &mut Context<'_>) -> Option<()> {
    let dtype = context.dtype(0);
    let image = shape_from(context, 1)?;
    let block: Option<Vec<u64>> = shape_from(context, 2)?.into_iter().collect();
    let block = super::count(&block?)?;
    let mut out = vec![
        context.dim(0, 0),
        context.dim(0, 1).and_then(|c| c.checked_div(block)),
    ];
    out.extend(image);
    context.set(0, Fact::new(dtype, out))
}

fn det(context: &mut Context<'_>) -> Option<()> {
    let dtype = context.dtype(0);
    let shape = context.shape(0)?;
    let out = shape.get(..shape.len().checked_sub(2)?)?.to_vec();
    context.set(0, Fact::new(dtype, out))
}

fn string_concat(context: &mut Context<'_>) -> Option<()> {
    let out = broadcast(context.shape(0)?, context.shape(1)?);
    context.set(0, Fact::new(dtype::STRING, out))
}

fn string_normalizer(context: &mut Context<'_>) -> Option<()> {
    let rank = context.rank(0)?;
    context.set(0, Fact::of_rank(dtype::STRING, rank))
}

fn string_split(context: &mut Context<'_>) -> Option<()> {
    let shape = context.shape(0)?.to_vec();
    let mut out = shape.clone();
    out.push(None);
    context.set(0, Fact::new(dtype::STRING, out));
    context.set(1, Fact::new(INDEX, shape))
}

fn regex(context: &mut Context<'_>) -> Option<()> {
    let shape = context.shape(0)?.to_vec();
    context.set(0, Fact::new(dtype::BOOL, shape))
}

fn tf_idf(context: &mut Context<'_>) -> Option<()> {
    let shape = context.shape(0)?;
    let width = context
        .list("ngram_indexes")
        .and_then(|l| l.iter().max().copied())
        .and_then(|m| dim(m.checked_add(1)?));
    let mut out = shape.get(..shape.len().checked_sub(1)?)?.to_vec();
    out.push(width);
    context.set(0, Fact::new(dtype::FLOAT, out))
}

fn image_decoder(context: &mut Context<'_>) -> Option<()> {
    let channels = match context.text("pixel_format") {
        Some("Grayscale") => 1,
        _ => 3,
    };
    context.set(0, Fact::new(dtype::UINT8, vec![None, None, Some(channels)]))
}
