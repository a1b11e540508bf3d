//! What one layer costs, built up term by term together with the formula that a reader can check.

use crate::{Mask, Num, Refusal};
use core::fmt::Write as _;

/// Longest formula text kept; further terms are summed but not written out.
const FORMULA_LIMIT: usize = 2_000;

/// What a matrix does in its layer: adapters are often laid beside some of them alone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Role {
    /// Not told apart.
    #[default]
    Other,
    /// Makes queries.
    Query,
    /// Makes keys.
    Key,
    /// Makes values.
    Value,
    /// Takes the heads' values together.
    Output,
    /// Gates the inner values of a feed-forward layer.
    Gate,
    /// Into a feed-forward layer.
    Up,
    /// Out of it.
    Down,
}

impl Role {
    /// Those with a name.
    pub const NAMED: [Role; 7] = [
        Role::Query,
        Role::Key,
        Role::Value,
        Role::Output,
        Role::Gate,
        Role::Up,
        Role::Down,
    ];

    /// The module's name in most decoders, by which PEFT's `target_modules` go; empty where it is not told apart.
    pub fn name(self) -> &'static str {
        match self {
            Role::Other => "",
            Role::Query => "q_proj",
            Role::Key => "k_proj",
            Role::Value => "v_proj",
            Role::Output => "o_proj",
            Role::Gate => "gate_proj",
            Role::Up => "up_proj",
            Role::Down => "down_proj",
        }
    }

    /// The role of this name; [`Role::Other`] for any other.
    pub fn of(name: &str) -> Role {
        Role::NAMED
            .into_iter()
            .find(|role| role.name() == name)
            .unwrap_or_default()
    }
}

/// A weight matrix, for adapters (LoRA) that are laid beside it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Matrix {
    /// Rows: values that go in.
    pub inputs: u64,
    /// Columns: values that come out.
    pub outputs: u64,
    /// How many of this shape.
    pub count: u64,
    /// How many positions pass through each.
    pub positions: u64,
    /// What it does in its layer.
    pub role: Role,
}

/// Parameters and forward FLOP of a layer for one example, with their formulas.
#[derive(Clone, Debug, PartialEq)]
pub struct Cost {
    /// Elements of all weights, biases and norms.
    pub parameters: Num,
    /// Of these, the ones idle on any one token: experts not chosen.
    pub idle: Num,
    /// Forward FLOP, 2 per multiply-accumulate, products only, attention in full.
    pub flop: Num,
    /// Part of `flop` spent on pairs that a mask hides.
    pub masked: Num,
    /// Weight matrices, for adapters.
    pub matrices: Vec<Matrix>,
    parameter_terms: String,
    flop_terms: String,
}

impl Default for Cost {
    fn default() -> Self {
        Self::new()
    }
}

impl Cost {
    /// Nothing yet.
    pub fn new() -> Self {
        Cost {
            parameters: Num::ZERO,
            idle: Num::ZERO,
            flop: Num::ZERO,
            masked: Num::ZERO,
            matrices: Vec::new(),
            parameter_terms: String::new(),
            flop_terms: String::new(),
        }
    }

    /// Adds a product of sizes to the parameters.
    #[must_use]
    pub fn weights(mut self, factors: &[u64]) -> Self {
        let n = Num::product(factors);
        if !n.is_zero() {
            self.parameters += n;
            term(&mut self.parameter_terms, factors);
        }
        self
    }

    /// Adds `n` numbers (a bias, a norm) to the parameters.
    #[must_use]
    pub fn vector(self, n: u64) -> Self {
        self.weights(&[n])
    }

    /// Adds 2 x the product of sizes to the FLOP: a matrix product of these sizes.
    #[must_use]
    pub fn product(mut self, factors: &[u64]) -> Self {
        let n = Num::product(factors) * 2u64;
        if !n.is_zero() {
            self.flop += n;
            let mut all = Vec::with_capacity(factors.len() + 1);
            all.push(2);
            all.extend_from_slice(factors);
            term(&mut self.flop_terms, &all);
        }
        self
    }

    /// Adds a count of element-wise operations that a convention includes, as it is.
    #[must_use]
    pub fn elementwise(mut self, factors: &[u64]) -> Self {
        self.flop += Num::product(factors);
        term(&mut self.flop_terms, factors);
        self
    }

    /// A fully connected layer on `positions` positions: parameters N M (+ M with bias), FLOP 2 n N M (method.md, 2).
    #[must_use]
    pub fn linear(self, positions: u64, inputs: u64, outputs: u64, bias: bool) -> Self {
        self.linears(1, positions, inputs, outputs, bias)
    }

    /// `count` fully connected layers of one shape.
    #[must_use]
    pub fn linears(
        mut self,
        count: u64,
        positions: u64,
        inputs: u64,
        outputs: u64,
        bias: bool,
    ) -> Self {
        if count == 0 {
            return self;
        }
        self.matrices.push(Matrix {
            inputs,
            outputs,
            count,
            positions,
            role: Role::Other,
        });
        let (many, one) = ([count, inputs, outputs], [inputs, outputs]);
        let shape: &[u64] = if count == 1 { &one } else { &many };
        let mut work = Vec::with_capacity(4);
        if count != 1 {
            work.push(count);
        }
        work.extend([positions, inputs, outputs]);
        self = self.weights(shape).product(&work);
        if bias {
            self = if count == 1 {
                self.vector(outputs)
            } else {
                self.weights(&[count, outputs])
            };
        }
        self
    }

    /// Says what the matrices of the last [`Cost::linears`] do, as many of each role.
    #[must_use]
    pub fn roles(mut self, roles: &[Role]) -> Self {
        if let Some(last) = self.matrices.pop() {
            let each = last.count / (roles.len() as u64).max(1);
            self.matrices.extend(roles.iter().map(|&role| Matrix {
                count: each,
                role,
                ..last
            }));
        }
        self
    }

    /// A product with a weight that is counted elsewhere (a tied head): FLOP only.
    #[must_use]
    pub fn shared_linear(self, positions: u64, inputs: u64, outputs: u64) -> Self {
        self.product(&[positions, inputs, outputs])
    }

    /// A convolution: `taps` is the product of the kernel's sizes, `out_positions` that of the output's.
    ///
    /// Parameters D K C/g (+ D), FLOP 2 H' W' D K C/g (method.md, 2; groups: AmbiqAI/neuralSPOT#222).
    #[must_use]
    pub fn convolution(
        self,
        out_positions: u64,
        in_channels: u64,
        out_channels: u64,
        taps: u64,
        groups: u64,
        bias: bool,
    ) -> Self {
        let per_group = in_channels.checked_div(groups).unwrap_or(0);
        let s = self.weights(&[out_channels, per_group, taps]).product(&[
            out_positions,
            out_channels,
            per_group,
            taps,
        ]);
        if bias { s.vector(out_channels) } else { s }
    }

    /// The two products of attention: scores Q K over `key` values and weighted sums over `value` values per head.
    ///
    /// FLOP 2 s S H (D + N) in full (method.md, 2); the pairs that the mask hides are remembered in `masked`.
    #[must_use]
    pub fn attend(
        mut self,
        queries: u64,
        keys: u64,
        heads: u64,
        key: u64,
        value: u64,
        mask: Mask,
    ) -> Self {
        let full = Num::from(queries) * keys;
        let width = (Num::from(key) + value) * heads * 2u64;
        if (full * width).is_zero() {
            return self;
        }
        self.flop += full * width;
        self.masked += (full - mask.pairs(queries, keys)) * width;
        if key == value {
            term(&mut self.flop_terms, &[4, queries, keys, heads, key]);
        } else {
            open(&mut self.flop_terms);
            let _ = write!(
                self.flop_terms,
                "2*{queries}*{keys}*{heads}*({key} + {value})"
            );
        }
        if mask != Mask::Full {
            let _ = write!(
                self.flop_terms,
                " [{}: {} pairs]",
                mask.name(),
                show(mask.pairs(queries, keys))
            );
        }
        self
    }

    /// Adds `other` as it is.
    #[must_use]
    pub fn plus(mut self, other: &Cost) -> Self {
        self.parameters += other.parameters;
        self.idle += other.idle;
        self.flop += other.flop;
        self.masked += other.masked;
        self.matrices.extend_from_slice(&other.matrices);
        join(&mut self.parameter_terms, &other.parameter_terms);
        join(&mut self.flop_terms, &other.flop_terms);
        self
    }

    /// `times` of this: parameters and FLOP.
    #[must_use]
    pub fn times(self, times: u64) -> Self {
        self.times_apart(times, times)
    }

    /// Weights stored `stored` times and passed `passes` times (shared weights: stored once, passed by use).
    #[must_use]
    pub fn times_apart(mut self, stored: u64, passes: u64) -> Self {
        self.parameters = self.parameters * stored;
        self.idle = self.idle * stored;
        self.flop = self.flop * passes;
        self.masked = self.masked * passes;
        for m in &mut self.matrices {
            m.count = m.count.saturating_mul(stored);
        }
        scale(&mut self.parameter_terms, stored);
        scale(&mut self.flop_terms, passes);
        self
    }

    /// A mixture: `experts` of `one` stored, `used` of them worked per token; `one` is costed on all positions.
    ///
    /// E x expert parameters, k x expert FLOP (method.md, 2).
    #[must_use]
    pub fn experts(mut self, experts: u64, used: u64, one: Cost) -> Self {
        let used = used.min(experts);
        self.idle += one.parameters * (experts - used);
        let mut all = one.times_apart(experts, used);
        for m in &mut all.matrices {
            // A token passes few of the experts: each sees its share of the positions.
            m.positions = m.positions.saturating_mul(used) / experts.max(1);
        }
        self = self.plus(&all);
        self
    }

    /// Keeps `kept` of every `of` weights; the products shrink where the hardware saves the rest (block sparsity).
    #[must_use]
    pub fn keep(mut self, kept: u64, of: u64, saved: bool) -> Self {
        self.parameters = self.parameters * kept / of;
        self.idle = self.idle * kept / of;
        let _ = write!(self.parameter_terms, " x {kept}/{of}");
        if saved {
            self.flop = self.flop * kept / of;
            self.masked = self.masked * kept / of;
            let _ = write!(self.flop_terms, " x {kept}/{of}");
        }
        self
    }

    /// The same weights, not worked: a part that the inputs given do not reach.
    #[must_use]
    pub fn not_run(self) -> Self {
        Cost {
            flop: Num::ZERO,
            masked: Num::ZERO,
            flop_terms: String::new(),
            ..self
        }
        .remark("not run")
    }

    /// Adds a remark to the formula, in brackets.
    #[must_use]
    pub fn remark(mut self, text: &str) -> Self {
        let _ = write!(
            if self.flop_terms.is_empty() {
                &mut self.parameter_terms
            } else {
                &mut self.flop_terms
            },
            " [{text}]"
        );
        self
    }

    /// The formulas with the numbers in them, as plain text.
    pub fn formula(&self) -> String {
        let none = |t: &str| {
            if t.is_empty() {
                "0".to_string()
            } else {
                t.to_string()
            }
        };
        format!(
            "parameters = {}; FLOP = {}",
            none(&self.parameter_terms),
            none(&self.flop_terms)
        )
    }

    /// The four sums, or why they cannot be given.
    ///
    /// # Errors
    /// `number-too-large` where a product left 128 bits.
    pub fn sums(&self) -> Result<(u128, u128, u128, u128), Refusal> {
        let get = |n: Num| n.get().ok_or_else(too_large);
        Ok((
            get(self.parameters)?,
            get(self.idle)?,
            get(self.flop)?,
            get(self.masked)?,
        ))
    }
}

/// The refusal of sizes whose product leaves 128 bits.
pub(crate) fn too_large() -> Refusal {
    Refusal {
        code: "number-too-large",
        message: "The sizes given multiply to more than 3.4e38, or leave a size below zero.".into(),
        remedy: "Check the largest sizes: no real layer comes near this.".into(),
    }
}

fn open(text: &mut String) {
    if !text.is_empty() {
        text.push_str(" + ");
    }
}

fn term(text: &mut String, factors: &[u64]) {
    if text.len() > FORMULA_LIMIT {
        return;
    }
    open(text);
    for (i, f) in factors.iter().enumerate() {
        if i > 0 {
            text.push('*');
        }
        let _ = write!(text, "{f}");
    }
}

fn join(text: &mut String, other: &str) {
    if other.is_empty() || text.len() > FORMULA_LIMIT {
        return;
    }
    open(text);
    text.push_str(other);
}

fn scale(text: &mut String, times: u64) {
    if times != 1 && !text.is_empty() {
        *text = format!("{times}*({text})");
    }
}

fn show(n: Num) -> String {
    n.get().map_or_else(|| "too many".into(), |n| n.to_string())
}
