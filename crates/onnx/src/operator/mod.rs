//! The operators, by ONNX's names. Shape inference and cost of one operator
//! stand in one function; an operator without an entry is listed as unknown.

use std::rc::Rc;
use std::sync::Arc;

use crate::model::{Attr, Function, Name, Names, Node, Value, dtype};
use crate::shape::{Dim, Fact, product, wide_product};

pub(crate) mod array;
mod attention;
pub(crate) mod convolution;
mod elementwise;
mod learning;
mod microsoft;
mod normalization;
mod product;
mod quantized;
mod random;
mod recurrent;
mod reduction;
pub(crate) mod sequence;
mod signal;

/// Whether an operator multiplies matrices.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Work {
    /// Products, whose cost the function gives.
    Products,
    /// Element-wise or moving data: 0 by convention.
    None,
}

/// An operator of the registry.
#[derive(Clone, Copy)]
pub(crate) struct Operator {
    /// Name in the standard's spelling.
    pub(crate) name: &'static str,
    pub(crate) work: Work,
    /// Kind of layer in the result's table.
    pub(crate) kind: &'static str,
    /// Shapes of the outputs and the cost; `None` leaves open what was not set.
    pub(crate) infer: fn(&mut Context<'_>) -> Option<()>,
}

const fn moves(name: &'static str, infer: fn(&mut Context<'_>) -> Option<()>) -> Operator {
    Operator {
        name,
        work: Work::None,
        kind: "element-wise",
        infer,
    }
}

const fn named(
    name: &'static str,
    kind: &'static str,
    infer: fn(&mut Context<'_>) -> Option<()>,
) -> Operator {
    Operator {
        name,
        work: Work::None,
        kind,
        infer,
    }
}

const fn multiplies(
    name: &'static str,
    kind: &'static str,
    infer: fn(&mut Context<'_>) -> Option<()>,
) -> Operator {
    Operator {
        name,
        work: Work::Products,
        kind,
        infer,
    }
}

/// The families of the registry, searched in order.
const FAMILIES: &[&[Operator]] = &[
    elementwise::OPERATORS,
    array::OPERATORS,
    product::OPERATORS,
    convolution::OPERATORS,
    normalization::OPERATORS,
    reduction::OPERATORS,
    recurrent::OPERATORS,
    attention::OPERATORS,
    quantized::OPERATORS,
    sequence::OPERATORS,
    random::OPERATORS,
    signal::OPERATORS,
];

/// All operators of the standard domain.
pub(crate) fn standard() -> impl Iterator<Item = &'static Operator> {
    FAMILIES.iter().flat_map(|family| family.iter())
}

/// Operators of other domains, by domain and name.
pub(crate) fn of_domain(domain: &str) -> &'static [Operator] {
    match domain {
        "ai.onnx.ml" => learning::OPERATORS,
        "com.microsoft" => microsoft::OPERATORS,
        "ai.onnx.preview" => attention::PREVIEW,
        _ => &[],
    }
}

/// Names of control flow, which the evaluator follows itself.
pub(crate) const CONTROL: &[&str] = &["If", "Loop", "Scan", "SequenceMap"];

/// FLOP of one operator at work.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Cost {
    /// A kind that says more than the registry's.
    pub(crate) kind: Option<&'static str>,
    pub(crate) flop: u128,
    /// Of it, what a causal mask makes void.
    pub(crate) masked: u128,
    /// The product with its numbers.
    pub(crate) formula: String,
}

/// A stored matrix that an operator multiplies by, for adapters.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Weight {
    /// Which tensor it is: passed twice it is still one matrix.
    pub(crate) origin: u64,
    pub(crate) inputs: u64,
    pub(crate) outputs: u64,
    /// Matrices of this shape in the tensor.
    pub(crate) count: u64,
    /// Positions that pass through each; 0: they share the row's work evenly.
    pub(crate) positions: u64,
}

/// Attributes that a function's caller gave, by name.
pub(crate) type Bindings<'m> = Vec<(Name, &'m Attr)>;

/// One node with what is known of its inputs.
pub(crate) struct Context<'m> {
    pub(crate) names: &'m Names,
    pub(crate) node: &'m Node,
    pub(crate) bindings: Option<Rc<Bindings<'m>>>,
    pub(crate) defaults: Option<&'m Function>,
    pub(crate) opset: i64,
    pub(crate) inputs: Vec<Option<Fact>>,
    pub(crate) outputs: Vec<Fact>,
    /// Work, a row of the result each.
    pub(crate) costs: Vec<Cost>,
    /// Matrices that the work of the registry's kind multiplies by.
    pub(crate) weights: Vec<Weight>,
    /// Elements of constants computed here.
    pub(crate) folded: u64,
    /// Set where a number passed 128 bits.
    pub(crate) overflow: bool,
    /// A kind that says more than the registry's.
    pub(crate) kind: Option<&'static str>,
}

impl<'m> Context<'m> {
    pub(crate) fn input(&self, at: usize) -> Option<&Fact> {
        self.inputs.get(at)?.as_ref()
    }

    pub(crate) fn has(&self, at: usize) -> bool {
        self.input(at).is_some()
    }

    pub(crate) fn shape(&self, at: usize) -> Option<&[Dim]> {
        self.input(at)?.shape.as_deref()
    }

    pub(crate) fn rank(&self, at: usize) -> Option<usize> {
        self.input(at)?.rank()
    }

    pub(crate) fn full(&self, at: usize) -> Option<Vec<u64>> {
        self.input(at)?.full()
    }

    pub(crate) fn dtype(&self, at: usize) -> i32 {
        self.input(at).map_or(0, |f| f.dtype)
    }

    pub(crate) fn ints(&self, at: usize) -> Option<Vec<i64>> {
        self.input(at)?.ints()
    }

    pub(crate) fn dim(&self, at: usize, axis: usize) -> Dim {
        self.shape(at)?.get(axis).copied().flatten()
    }

    /// A dimension counted from the last.
    pub(crate) fn last(&self, at: usize, back: usize) -> Dim {
        let shape = self.shape(at)?;
        shape
            .len()
            .checked_sub(back)
            .and_then(|i| shape.get(i).copied().flatten())
    }

    pub(crate) fn attr(&self, name: &str) -> Option<&'m Attr> {
        let bindings = self.bindings.as_ref().map(|all| all.as_slice());
        attribute(self.names, self.node, name, bindings, self.defaults)
    }

    pub(crate) fn int(&self, name: &str) -> Option<i64> {
        match self.attr(name)? {
            Attr::Int(n) => Some(*n),
            _ => None,
        }
    }

    pub(crate) fn int_or(&self, name: &str, default: i64) -> i64 {
        self.int(name).unwrap_or(default)
    }

    pub(crate) fn float(&self, name: &str) -> Option<f32> {
        match self.attr(name)? {
            Attr::Float(f) => Some(*f),
            _ => None,
        }
    }

    pub(crate) fn list(&self, name: &str) -> Option<&'m [i64]> {
        match self.attr(name)? {
            Attr::Ints(all, _) => Some(all),
            _ => None,
        }
    }

    pub(crate) fn floats(&self, name: &str) -> Option<&'m [f32]> {
        match self.attr(name)? {
            Attr::Floats(all, _) => Some(all),
            _ => None,
        }
    }

    pub(crate) fn text(&self, name: &str) -> Option<&'m str> {
        match self.attr(name)? {
            Attr::Text(text) => Some(text),
            _ => None,
        }
    }

    /// Axes from the attribute or, in later operator sets, from an input.
    /// `Some(None)` when there are none; `None` when they are not known.
    pub(crate) fn axes(&self, name: &str, input: usize) -> Option<Option<Vec<i64>>> {
        if let Some(list) = self.list(name) {
            return Some(Some(list.to_vec()));
        }
        match self.input(input) {
            None => Some(None),
            Some(fact) => fact.ints().map(Some),
        }
    }

    pub(crate) fn set(&mut self, at: usize, fact: Fact) -> Option<()> {
        let made = fact.value.as_ref().map_or(0, |v| v.len() as u64);
        self.folded = self.folded.saturating_add(made);
        if let Some(slot) = self.outputs.get_mut(at) {
            *slot = fact;
        }
        Some(())
    }

    /// An output like an input.
    pub(crate) fn same(&mut self, at: usize, input: usize) -> Option<()> {
        let fact = self.input(input)?;
        let out = Fact {
            dtype: fact.dtype,
            shape: fact.shape.clone(),
            ..Fact::default()
        };
        self.set(at, out)
    }

    /// Puts the cost down: 2 FLOP for each of the factors' product.
    pub(crate) fn product(&mut self, factors: &[u64]) -> Option<()> {
        self.products(&[factors])
    }

    /// The sum of several products of factors, 2 FLOP each.
    pub(crate) fn products(&mut self, terms: &[&[u64]]) -> Option<()> {
        let mut flop = 0_u128;
        let mut formula = String::new();
        for factors in terms {
            let Some(sum) = wide_product(factors)
                .and_then(|n| n.checked_mul(2))
                .and_then(|n| flop.checked_add(n))
            else {
                self.overflow = true;
                return None;
            };
            flop = sum;
            if !formula.is_empty() {
                formula.push_str(" + ");
            }
            formula.push('2');
            for factor in *factors {
                formula.push('*');
                formula.push_str(&factor.to_string());
            }
        }
        self.add_cost(Cost {
            kind: self.kind,
            flop,
            masked: 0,
            formula,
        })
    }

    pub(crate) fn add_cost(&mut self, cost: Cost) -> Option<()> {
        match self.costs.iter_mut().find(|own| own.kind == cost.kind) {
            None => self.costs.push(cost),
            Some(own) => {
                let (Some(flop), Some(masked)) = (
                    own.flop.checked_add(cost.flop),
                    own.masked.checked_add(cost.masked),
                ) else {
                    self.overflow = true;
                    return None;
                };
                own.flop = flop;
                own.masked = masked;
                own.formula = format!("{} + {}", own.formula, cost.formula);
            }
        }
        Some(())
    }

    /// No product, and that is known.
    pub(crate) fn no_cost(&mut self) -> Option<()> {
        self.add_cost(Cost {
            kind: None,
            flop: 0,
            masked: 0,
            formula: "0".to_owned(),
        })
    }

    /// Notes the stored matrix `at` that `by` is multiplied with; without one the product is of activations.
    ///
    /// `sizes` are the matrix's inputs, outputs, how many there are, and the positions that pass through each.
    pub(crate) fn multiplies_by(&mut self, at: usize, by: usize, sizes: Option<[u64; 4]>) {
        let stored = |at: usize| self.input(at).filter(|fact| fact.constant);
        match (stored(at), stored(by), sizes) {
            // One number in is an outer product, as of frequencies and positions.
            (Some(weight), None, Some([inputs, outputs, count, positions])) if inputs > 1 => {
                let weight = Weight {
                    origin: weight.origin,
                    inputs,
                    outputs,
                    count,
                    positions,
                };
                self.weights.push(weight);
            }
            _ => self.kind = Some("product"),
        }
    }

    /// Values of an input with its shape, counted against the budget.
    pub(crate) fn value(&mut self, at: usize) -> Option<Arc<Value>> {
        let value = Arc::clone(self.input(at)?.value.as_ref()?);
        self.folded = self.folded.saturating_add(value.len() as u64);
        Some(value)
    }
}

/// An attribute of a node; one that refers to the function's caller is looked up there, then among the function's defaults.
pub(crate) fn attribute<'m>(
    names: &Names,
    node: &'m Node,
    name: &str,
    bindings: Option<&[(Name, &'m Attr)]>,
    defaults: Option<&'m Function>,
) -> Option<&'m Attr> {
    let number = names.get(name)?;
    let own = node.attributes.iter().find(|a| a.name == number)?;
    let Attr::Reference(outer) = &own.value else {
        return Some(&own.value);
    };
    let given = bindings
        .and_then(|all| all.iter().find(|(name, _)| name == outer))
        .map(|(_, value)| *value);
    let default = || {
        defaults
            .and_then(|f| f.defaults.iter().find(|a| a.name == *outer))
            .map(|a| &a.value)
    };
    given
        .or_else(default)
        .filter(|v| !matches!(v, Attr::Reference(_)))
}

/// A fact of `shape` with `value`, where it fits.
pub(crate) fn valued(dtype: i32, shape: Vec<Dim>, value: Option<Value>) -> Fact {
    let mut out = Fact::new(dtype, shape);
    if let Some(value) = value {
        out.set_value(value);
    }
    out
}

/// Number of elements of a full shape.
pub(crate) fn count(shape: &[u64]) -> Option<u64> {
    let dims: Vec<Dim> = shape.iter().copied().map(Some).collect();
    product(&dims)
}

/// The integer type of shapes and indices.
pub(crate) const INDEX: i32 = dtype::INT64;
