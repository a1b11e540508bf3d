//! Sequences of tensors, and optional values.

use std::rc::Rc;

use crate::limits;
use crate::model::dtype;
use crate::shape::{Dim, Elements, Fact, axis, dim};

use super::{Context, INDEX, Operator, moves};

pub(super) const OPERATORS: &[Operator] = &[
    moves("SequenceConstruct", construct),
    moves("SequenceEmpty", empty),
    moves("SequenceInsert", insert),
    moves("SequenceErase", erase),
    moves("SequenceAt", at),
    moves("SequenceLength", length),
    moves("SplitToSequence", split),
    moves("ConcatFromSequence", concat),
    moves("Optional", optional),
    moves("OptionalGetElement", optional),
    moves("OptionalHasElement", has_element),
];

pub(crate) fn sequence(elements: Vec<Fact>) -> Fact {
    Fact {
        sequence: Some(Rc::new(Elements::Known(elements))),
        ..Fact::default()
    }
}

fn like(element: Fact) -> Fact {
    Fact {
        sequence: Some(Rc::new(Elements::Like(Box::new(element)))),
        ..Fact::default()
    }
}

/// What all elements have in common.
pub(crate) fn common<'a>(elements: impl Iterator<Item = &'a Fact>) -> Fact {
    let mut out: Option<Fact> = None;
    for fact in elements {
        out = Some(match out {
            None => Fact {
                value: None,
                ..fact.clone()
            },
            Some(held) => Fact {
                dtype: held.dtype,
                shape: match (held.shape, &fact.shape) {
                    (Some(a), Some(b)) if a.len() == b.len() => Some(
                        a.iter()
                            .zip(b)
                            .map(|(x, y)| if x == y { *x } else { None })
                            .collect::<Vec<Dim>>(),
                    ),
                    _ => None,
                },
                ..Fact::default()
            },
        });
    }
    out.unwrap_or_default()
}

fn construct(context: &mut Context<'_>) -> Option<()> {
    let all: Vec<Fact> = context.inputs.iter().flatten().cloned().collect();
    context.set(0, sequence(all))
}

fn empty(context: &mut Context<'_>) -> Option<()> {
    context.set(0, sequence(Vec::new()))
}

/// A position in a sequence; the default is its last place.
fn position(context: &Context<'_>, input: usize, count: usize, default: usize) -> Option<usize> {
    match context.input(input) {
        None => Some(default),
        Some(fact) => {
            let n = fact.int()?;
            if usize::try_from(n) == Ok(count) {
                return Some(count);
            }
            axis(n, count)
        }
    }
}

fn insert(context: &mut Context<'_>) -> Option<()> {
    let held = Rc::clone(context.input(0)?.sequence.as_ref()?);
    let new = context.input(1)?.clone();
    let out = match &*held {
        Elements::Known(all) if all.len() < limits::SEQUENCE => {
            let mut all = all.clone();
            match position(context, 2, all.len(), all.len()) {
                Some(at) => {
                    all.insert(at.min(all.len()), new);
                    sequence(all)
                }
                None => like(common(all.iter().chain([&new]))),
            }
        }
        Elements::Known(all) => like(common(all.iter().chain([&new]))),
        Elements::Like(one) => like(common([&**one, &new].into_iter())),
    };
    context.set(0, out)
}

fn erase(context: &mut Context<'_>) -> Option<()> {
    let held = Rc::clone(context.input(0)?.sequence.as_ref()?);
    let out = match &*held {
        Elements::Known(all) if !all.is_empty() => {
            match position(context, 1, all.len(), all.len() - 1) {
                Some(at) if at < all.len() => {
                    let mut all = all.clone();
                    all.remove(at);
                    sequence(all)
                }
                _ => like(common(all.iter())),
            }
        }
        Elements::Known(_) => return None,
        Elements::Like(one) => like((**one).clone()),
    };
    context.set(0, out)
}

fn at(context: &mut Context<'_>) -> Option<()> {
    let held = Rc::clone(context.input(0)?.sequence.as_ref()?);
    let out = match &*held {
        Elements::Known(all) => match context.input(1)?.int().and_then(|n| axis(n, all.len())) {
            Some(at) => all.get(at)?.clone(),
            None => common(all.iter()),
        },
        Elements::Like(one) => (**one).clone(),
    };
    context.set(0, out)
}

fn length(context: &mut Context<'_>) -> Option<()> {
    let count = match context.input(0)?.sequence.as_deref()? {
        Elements::Known(all) => i64::try_from(all.len()).ok(),
        Elements::Like(_) => None,
    };
    context.set(0, Fact::scalar(INDEX, count))
}

fn split(context: &mut Context<'_>) -> Option<()> {
    let of = context.dtype(0);
    let shape = context.shape(0)?.to_vec();
    let along = axis(context.int_or("axis", 0), shape.len())?;
    let total = shape.get(along).copied().flatten();
    let keep = context.int_or("keepdims", 1) != 0;
    let piece = |size: Dim| {
        let mut out = shape.clone();
        if let Some(slot) = out.get_mut(along) {
            *slot = size;
        }
        Fact::new(of, out)
    };
    let sizes: Option<Vec<Dim>> = match context.input(1) {
        None => total
            .filter(|&n| n <= limits::SEQUENCE as u64)
            .map(|n| vec![Some(1); n as usize]),
        Some(fact) if fact.rank() == Some(0) => {
            let each = fact.int().and_then(dim).filter(|&n| n > 0);
            total
                .zip(each)
                .filter(|(n, e)| n.div_ceil(*e) <= limits::SEQUENCE as u64)
                .map(|(n, e)| {
                    (0..n.div_ceil(e))
                        .map(|k| Some((n - k.saturating_mul(e)).min(e)))
                        .collect()
                })
        }
        Some(fact) => fact
            .partial_ints()
            .map(|v| v.into_iter().map(|n| n.and_then(dim)).collect()),
    };
    let squeezed = !keep && !context.has(1);
    let out = match sizes {
        Some(sizes) => sequence(
            sizes
                .into_iter()
                .map(|size| {
                    let mut fact = piece(size);
                    if squeezed && let Some(shape) = &mut fact.shape {
                        shape.remove(along);
                    }
                    fact
                })
                .collect(),
        ),
        None => {
            let mut fact = piece(if context.has(1) { None } else { Some(1) });
            if squeezed && let Some(shape) = &mut fact.shape {
                shape.remove(along);
            }
            like(fact)
        }
    };
    context.set(0, out)
}

fn concat(context: &mut Context<'_>) -> Option<()> {
    let held = Rc::clone(context.input(0)?.sequence.as_ref()?);
    let new = context.int_or("new_axis", 0) != 0;
    let (element, known) = match &*held {
        Elements::Known(all) => (common(all.iter()), Some(all)),
        Elements::Like(one) => ((**one).clone(), None),
    };
    let mut out = element.shape.clone()?;
    if new {
        let along = axis(context.int_or("axis", 0), out.len() + 1)?;
        out.insert(along, known.map(|all| all.len() as u64));
    } else {
        let along = axis(context.int_or("axis", 0), out.len())?;
        *out.get_mut(along)? = known.and_then(|all| {
            all.iter().try_fold(0_u64, |sum, f| {
                sum.checked_add(f.shape.as_ref()?.get(along).copied().flatten()?)
            })
        });
    }
    context.set(0, Fact::new(element.dtype, out))
}

fn optional(context: &mut Context<'_>) -> Option<()> {
    let fact = context.input(0)?.clone();
    context.set(0, fact)
}

fn has_element(context: &mut Context<'_>) -> Option<()> {
    let given = i64::from(context.has(0));
    let mut out = Fact::scalar(dtype::BOOL, Some(given));
    out.dtype = dtype::BOOL;
    context.set(0, out)
}
