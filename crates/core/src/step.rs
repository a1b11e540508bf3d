//! Steps: one expression tree gives value, formula and the formula with numbers.

use std::rc::Rc;

use crate::field::Slot;
use crate::quantity;
use crate::uncertain::Uncertain;

/// What an estimate is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// Counting operations.
    Counting,
    /// Accelerator time.
    Hardware,
    /// Both, side by side.
    Comparison,
}

/// One thing the model works on at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Item {
    /// A token of text.
    Token,
    /// An image.
    Image,
    /// A time step or frame.
    Step,
    /// Any other example.
    Example,
}

impl Item {
    /// The word for one.
    pub fn one(self) -> &'static str {
        match self {
            Item::Token => "token",
            Item::Image => "image",
            Item::Step => "time step",
            Item::Example => "example",
        }
    }

    /// The word for many.
    pub fn many(self) -> &'static str {
        match self {
            Item::Token => "tokens",
            Item::Image => "images",
            Item::Step => "time steps",
            Item::Example => "examples",
        }
    }
}

/// A number as a person gave it.
#[derive(Clone, Debug, PartialEq)]
pub struct Given {
    /// Where it was typed; `None` for a default or a table's cell.
    pub slot: Option<Slot>,
    /// Its value.
    pub value: Uncertain,
    /// Its short text in formulas, in the notation of the input: `174.6 billion`, `355.2 hours`, `30–45 %`.
    pub text: String,
}

/// A small tree: what is printed is what was computed.
#[derive(Clone, Debug, PartialEq)]
pub enum Expr {
    /// A typed, default or table number, with its name in formulas.
    Given(&'static str, Rc<Given>),
    /// The result of an earlier step, by its name in formulas.
    Earlier(&'static str, Uncertain),
    /// A constant, printed as this text.
    Constant(f64, &'static str),
    /// Product of all.
    Product(Vec<Expr>),
    /// Sum of all.
    Sum(Vec<Expr>),
    /// First over second.
    Quotient(Box<Expr>, Box<Expr>),
    /// The whole part of an exact number.
    Floor(Box<Expr>),
}

impl Expr {
    /// Its value, ranges carried along.
    pub fn value(&self) -> Uncertain {
        match self {
            Expr::Given(_, given) => given.value.clone(),
            Expr::Earlier(_, value) => value.clone(),
            Expr::Constant(value, _) => Uncertain::exact(*value),
            Expr::Product(parts) => parts
                .iter()
                .fold(Uncertain::exact(1.0), |all, part| all.times(&part.value())),
            Expr::Sum(parts) => {
                let terms: Vec<Uncertain> = parts.iter().map(Expr::value).collect();
                // Exact terms may be negative; only ranges are lognormal.
                if terms.iter().all(Uncertain::is_exact) {
                    Uncertain::exact(terms.iter().map(|term| term.value).sum())
                } else {
                    Uncertain::sum(&terms)
                }
            }
            Expr::Quotient(top, bottom) => top.value().over(&bottom.value()),
            Expr::Floor(inner) => Uncertain::exact(inner.value().value.floor()),
        }
    }

    /// The formula in names: `2 × connections`.
    pub fn formula(&self) -> String {
        self.print(&|leaf| match leaf {
            Expr::Given(name, _) | Expr::Earlier(name, _) => (*name).to_string(),
            Expr::Constant(_, text) => (*text).to_string(),
            _ => String::new(),
        })
    }

    /// The formula with numbers: `2 × 1.75 × 10¹¹`.
    pub fn substituted(&self) -> String {
        self.print(&|leaf| match leaf {
            Expr::Given(_, given) => given.text.clone(),
            Expr::Earlier(_, value) => quantity::figure(value.value, 3),
            Expr::Constant(_, text) => (*text).to_string(),
            _ => String::new(),
        })
    }

    /// The slots that went into it.
    pub fn slots(&self, into: &mut Vec<Slot>) {
        match self {
            Expr::Given(_, given) => into.extend(given.slot),
            Expr::Earlier(..) | Expr::Constant(..) => {}
            Expr::Product(parts) | Expr::Sum(parts) => {
                parts.iter().for_each(|part| part.slots(into));
            }
            Expr::Quotient(top, bottom) => {
                top.slots(into);
                bottom.slots(into);
            }
            Expr::Floor(inner) => inner.slots(into),
        }
    }

    fn print(&self, leaf: &dyn Fn(&Expr) -> String) -> String {
        match self {
            Expr::Product(parts) => join(parts, " × ", leaf),
            Expr::Sum(parts) => join(parts, " + ", leaf),
            Expr::Quotient(top, bottom) => {
                let mut text = top.bracketed(leaf);
                text.push_str(" ÷ ");
                text.push_str(&match **bottom {
                    Expr::Product(_) => ["(", &bottom.print(leaf), ")"].concat(),
                    _ => bottom.bracketed(leaf),
                });
                text
            }
            Expr::Floor(inner) => ["floor(", &inner.print(leaf), ")"].concat(),
            _ => leaf(self),
        }
    }

    fn bracketed(&self, leaf: &dyn Fn(&Expr) -> String) -> String {
        let text = self.print(leaf);
        match self {
            Expr::Sum(_) => ["(", &text, ")"].concat(),
            _ => text,
        }
    }
}

fn join(parts: &[Expr], sign: &str, leaf: &dyn Fn(&Expr) -> String) -> String {
    let mut text = String::new();
    for part in parts {
        let next = if sign == " × " {
            part.bracketed(leaf)
        } else {
            part.print(leaf)
        };
        match next.strip_prefix('−') {
            Some(positive) if !text.is_empty() && sign == " + " => {
                text.push_str(" − ");
                text.push_str(positive);
            }
            _ => {
                if !text.is_empty() {
                    text.push_str(sign);
                }
                text.push_str(&next);
            }
        }
    }
    text
}

/// One line of the walkthrough.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// Permanent id.
    pub id: &'static str,
    /// Which method it belongs to.
    pub method: Method,
    /// Index of its phase; `None` for sums over phases and comparisons.
    pub phase: Option<u8>,
    /// What the phase works on, for titles.
    pub item: Item,
    /// How it is computed.
    pub expr: Expr,
    /// Its value: always `expr.value()`.
    pub value: Uncertain,
    /// `FLOP`, `FLOP/s`, `s`, `%` for a fraction of 1, `petaFLOP/s-days`, or empty for a count.
    pub unit: &'static str,
    /// Where a constant or a table's cell comes from, or a remark; may be empty.
    pub remark: String,
}

impl Step {
    /// A step of a phase.
    #[inline(never)]
    pub fn new(
        id: &'static str,
        method: Method,
        phase: Option<u8>,
        item: Item,
        expr: Expr,
        unit: &'static str,
    ) -> Step {
        let value = expr.value();
        Step {
            id,
            method,
            phase,
            item,
            expr,
            value,
            unit,
            remark: String::new(),
        }
    }

    /// The same with a remark.
    pub fn remarking(mut self, remark: impl Into<String>) -> Step {
        self.remark = remark.into();
        self
    }

    /// Its result under a name, for later steps.
    pub fn named(&self, name: &'static str) -> Expr {
        Expr::Earlier(name, self.value.clone())
    }

    /// The result as text with its unit: `3.49 × 10¹¹ FLOP`, `34.5 %`.
    pub fn result(&self, digits: u8) -> String {
        with_unit(&self.value, self.unit, digits)
    }
}

/// Steps in the making: a list that hands out each result under a name.
pub struct Ladder {
    method: Method,
    phase: u8,
    item: Item,
    /// The steps so far.
    pub steps: Vec<Step>,
}

impl Ladder {
    /// An empty ladder of a phase.
    pub fn new(method: Method, phase: u8, item: Item) -> Ladder {
        Ladder {
            method,
            phase,
            item,
            steps: Vec::new(),
        }
    }

    /// Adds a step and gives its result the name that later formulas call it by.
    #[inline(never)]
    pub fn step(
        &mut self,
        id: &'static str,
        unit: &'static str,
        name: &'static str,
        expr: Expr,
    ) -> Expr {
        let step = Step::new(id, self.method, Some(self.phase), self.item, expr, unit);
        let named = step.named(name);
        self.steps.push(step);
        named
    }
}

/// A value as text with its unit; the median where it has a range.
pub fn with_unit(value: &Uncertain, unit: &str, digits: u8) -> String {
    if unit == "%" {
        return quantity::percent(value.value, digits);
    }
    let mut text = quantity::figure(value.value, digits);
    if !unit.is_empty() {
        text.push('\u{a0}');
        text.push_str(unit);
    }
    text
}
