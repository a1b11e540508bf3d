//! Matrix products: `MatMul`, `Gemm`, `Einsum`.

use crate::limits;
use crate::shape::{Dim, Fact, broadcast, product};

use super::{Context, Operator, multiplies};

pub(super) const OPERATORS: &[Operator] = &[
    multiplies("MatMul", "linear", matmul),
    multiplies("Gemm", "linear", gemm),
    multiplies("Einsum", "linear", einsum),
];

fn matmul(context: &mut Context<'_>) -> Option<()> {
    let dtype = context.dtype(0);
    matmul_of(context, 0, 1, dtype)
}

/// A product of two inputs with leading dimensions broadcast; output 0.
pub(super) fn matmul_of(context: &mut Context<'_>, a: usize, b: usize, dtype: i32) -> Option<()> {
    matmul_turned(context, a, b, dtype, false, false)
}

/// The same with either operand's last two dimensions turned.
pub(super) fn matmul_turned(
    context: &mut Context<'_>,
    a: usize,
    b: usize,
    dtype: i32,
    turn_a: bool,
    turn_b: bool,
) -> Option<()> {
    let (Some(left), Some(right)) = (context.shape(a), context.shape(b)) else {
        context.set(0, Fact::unknown(dtype));
        return None;
    };
    // A vector is a row on the left and a column on the right.
    let (mut left, mut right) = (left.to_vec(), right.to_vec());
    let (row, column) = (left.len() == 1, right.len() == 1);
    if row {
        left.insert(0, Some(1));
    }
    if column {
        right.push(Some(1));
    }
    let turn = |shape: &mut Vec<Dim>| {
        let n = shape.len();
        if n >= 2 {
            shape.swap(n - 1, n - 2);
        }
    };
    if turn_a && !row {
        turn(&mut left);
    }
    if turn_b && !column {
        turn(&mut right);
    }
    let (lead_a, [m, k]) = left.split_last_chunk::<2>()?;
    let (lead_b, [inner, n]) = right.split_last_chunk::<2>()?;
    let lead = broadcast(lead_a, lead_b);
    let k = (*k).or(*inner);
    let mut out = lead.clone();
    if !row {
        out.push(*m);
    }
    if !column {
        out.push(*n);
    }
    context.set(0, Fact::new(dtype, out));
    // Each matrix of the stored side meets the rows of the other; leading dimensions of its own are further matrices.
    let weigh = |own: &[Dim], rows: Dim, inputs: Dim, outputs: Dim| -> Option<[u64; 4]> {
        let count = product(own)?;
        let positions = product(&lead)?.checked_mul(rows?)?.checked_div(count)?;
        Some([inputs?, outputs?, count, positions])
    };
    if context.input(a)?.constant {
        let sizes = weigh(lead_a, *n, k, *m);
        context.multiplies_by(a, b, sizes);
    } else {
        let sizes = weigh(lead_b, *m, k, *n);
        context.multiplies_by(b, a, sizes);
    }
    let mut factors: Vec<u64> = lead.iter().copied().collect::<Option<_>>()?;
    factors.extend([(*m)?, k?, (*n)?]);
    factors.retain(|&f| f != 1 || !lead.is_empty());
    let lead_ones = lead.iter().filter(|d| **d == Some(1)).count();
    // Ones in front say nothing: 2*50*64*64 reads better than 2*1*50*64*64.
    let shown: Vec<u64> = factors
        .iter()
        .enumerate()
        .filter(|(at, f)| **f != 1 || *at >= lead.len().max(lead_ones))
        .map(|(_, f)| *f)
        .collect();
    context.product(&shown)
}

fn gemm(context: &mut Context<'_>) -> Option<()> {
    let dtype = context.dtype(0);
    gemm_of(context, 0, 1, dtype)
}

/// A product of two matrices, either turned by `transA`, `transB`.
pub(super) fn gemm_of(context: &mut Context<'_>, a: usize, b: usize, dtype: i32) -> Option<()> {
    let (Some(left), Some(right)) = (context.shape(a), context.shape(b)) else {
        context.set(0, Fact::of_rank(dtype, 2));
        return None;
    };
    let turned = |shape: &[Dim], turn: bool| match shape {
        [x, y] if turn => Some((*y, *x)),
        [x, y] => Some((*x, *y)),
        _ => None,
    };
    let (m, k) = turned(left, context.int_or("transA", 0) != 0)?;
    let (inner, n) = turned(right, context.int_or("transB", 0) != 0)?;
    context.set(0, Fact::new(dtype, vec![m, n]));
    let (m, k, n) = (m?, k.or(inner)?, n?);
    if context.input(a)?.constant {
        context.multiplies_by(a, b, Some([k, m, 1, n]));
    } else {
        context.multiplies_by(b, a, Some([k, n, 1, m]));
    }
    context.product(&[m, k, n])
}

/// A contraction: operands are taken in from the left, two at a time; each
/// step costs the product of all letters it runs over. One operand alone
/// (a transpose, a diagonal, a sum) multiplies nothing.
fn einsum(context: &mut Context<'_>) -> Option<()> {
    let dtype = context.dtype(0);
    let equation: String = context
        .text("equation")?
        .chars()
        .filter(|c| !c.is_whitespace())
        .collect();
    let (left, right) = match equation.split_once("->") {
        Some((left, right)) => (left, Some(right)),
        None => (equation.as_str(), None),
    };
    let terms: Vec<&str> = left.split(',').collect();
    if terms.len() != context.inputs.len() || terms.len() > limits::EINSUM_OPERANDS {
        return None;
    }
    // Each operand as labels; the ellipsis stands for numbered ones, counted from the right.
    let mut sizes: Vec<(Label, Dim)> = Vec::new();
    let mut operands: Vec<Vec<Label>> = Vec::new();
    let mut dots = 0;
    for (at, term) in terms.iter().enumerate() {
        let shape = context.shape(at)?;
        let labels = labels(term, shape.len())?;
        dots = dots.max(labels.iter().filter(|l| matches!(l, Label::Dot(_))).count());
        for (label, dim) in labels.iter().zip(shape) {
            let letters = sizes.len();
            match sizes.iter_mut().find(|(l, _)| l == label) {
                None if letters >= limits::EINSUM_LETTERS => return None,
                None => sizes.push((*label, *dim)),
                // A size of 1 stretches; an open one takes what is known.
                Some((_, known)) => {
                    if let (None | Some(1), other) = (*known, *dim) {
                        *known = other.or(*known)
                    }
                }
            }
        }
        operands.push(labels);
    }
    let output: Vec<Label> = match right {
        Some(right) => labels(
            right,
            right.chars().filter(|c| c.is_alphabetic()).count()
                + if right.contains("...") { dots } else { 0 },
        )?,
        None => {
            // Letters that occur once, in alphabetical order, behind the ellipsis.
            let mut once: Vec<Label> = sizes
                .iter()
                .map(|(l, _)| *l)
                .filter(|l| match l {
                    Label::Dot(_) => true,
                    Label::Letter(_) => operands.iter().flatten().filter(|o| *o == l).count() == 1,
                })
                .collect();
            once.sort_unstable();
            once
        }
    };
    let size = |label: &Label| sizes.iter().find(|(l, _)| l == label).and_then(|(_, d)| *d);
    context.set(0, Fact::new(dtype, output.iter().map(size).collect()));
    if operands.len() < 2 {
        return context.no_cost();
    }
    let mut held: Vec<Label> = operands.first()?.clone();
    held.dedup();
    let mut steps: Vec<Vec<u64>> = Vec::new();
    for (at, next) in operands.iter().enumerate().skip(1) {
        let mut all: Vec<Label> = held.iter().chain(next).copied().collect();
        all.sort_unstable();
        all.dedup();
        steps.push(all.iter().map(size).collect::<Option<_>>()?);
        let later: Vec<Label> = operands
            .iter()
            .skip(at + 1)
            .flatten()
            .chain(&output)
            .copied()
            .collect();
        held = all.into_iter().filter(|l| later.contains(l)).collect();
    }
    let steps: Vec<&[u64]> = steps.iter().map(Vec::as_slice).collect();
    if let [first, second] = operands.as_slice() {
        let at = usize::from(!context.input(0)?.constant);
        let (weight, other) = if at == 0 {
            (first, second)
        } else {
            (second, first)
        };
        let sizes = matrix(weight, other, &output, &size);
        context.multiplies_by(at, 1 - at, sizes);
    } else if (0..context.inputs.len()).all(|at| context.input(at).is_some_and(|f| !f.constant)) {
        context.kind = Some("product");
    }
    context.products(&steps)
}

/// Inputs, outputs, number and positions of the matrices that one operand of a sum is to the other.
fn matrix(
    weight: &[Label],
    other: &[Label],
    output: &[Label],
    size: &dyn Fn(&Label) -> Dim,
) -> Option<[u64; 4]> {
    let mut sizes = [1_u64; 4];
    let mut all: Vec<Label> = weight.iter().chain(other).copied().collect();
    all.sort_unstable();
    all.dedup();
    for label in &all {
        let at = match (
            weight.contains(label),
            other.contains(label),
            output.contains(label),
        ) {
            (true, true, false) => 0,
            (true, false, true) => 1,
            (true, true, true) => 2,
            (false, true, true) => 3,
            // Summed over one operand alone.
            _ => return None,
        };
        let slot = sizes.get_mut(at)?;
        *slot = slot.checked_mul(size(label)?)?;
    }
    Some(sizes)
}

/// A letter of an equation, or a dimension under its ellipsis.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Label {
    /// Counted from the right, negated so that it sorts from the left.
    Dot(i32),
    Letter(char),
}

fn labels(term: &str, rank: usize) -> Option<Vec<Label>> {
    let letter = |text: &str| -> Option<Vec<Label>> {
        text.chars()
            .map(|c| c.is_alphabetic().then_some(Label::Letter(c)))
            .collect()
    };
    let Some((before, after)) = term.split_once("...") else {
        let all = letter(term)?;
        return (all.len() == rank).then_some(all);
    };
    let (before, after) = (letter(before)?, letter(after)?);
    let dots = i32::try_from(rank.checked_sub(before.len() + after.len())?).ok()?;
    let mut out = before;
    out.extend((0..dots).map(|d| Label::Dot(d - dots)));
    out.extend(after);
    Some(out)
}
