//! Method 1: counting the operations, as steps. The only place where the method is written.

use std::rc::Rc;

use crate::apart::apart;
use crate::field::Slot;
use crate::request::{Attention, Basis, Counting, Passes};
use crate::step::{Expr, Given, Item, Ladder, Method, Step};

/// The steps of a phase; the last is the total.
pub fn steps(counting: &Counting, phase: u8) -> Vec<Step> {
    let mut ladder = Ladder::new(Method::Counting, phase, counting.item);
    let given = |name, given: &Rc<Given>| Expr::Given(name, Rc::clone(given));
    let products = match &counting.basis {
        Basis::Flop(flop) => {
            apart(|| ladder.step("total", "FLOP", "", given("known FLOP", flop)));
            return ladder.steps;
        }
        Basis::Forward(forward) => given("forward", forward),
        Basis::Parameters(total, Some(active)) => apart(|| {
            ladder.step("total-parameters", "", "", given("parameters", total));
            let active = given("active parameters", active);
            doubled(ladder.step("active", "", "active parameters", active))
        }),
        Basis::Parameters(parameters, None) => {
            let parameters = given("parameters", parameters);
            doubled(ladder.step("connections", "", "connections", parameters))
        }
        Basis::Connections(connections) => apart(|| {
            let connections = given("connections", connections);
            doubled(ladder.step("connections", "", "connections", connections))
        }),
    };
    let products = match &counting.attention {
        Some(attention) => apart(|| {
            let scores = ladder.step("attention", "FLOP", "attention", scores(attention));
            Expr::Sum(vec![products, scores])
        }),
        None => products,
    };
    let forward = ladder.step("forward", "FLOP", "forward", products);
    let backward = Expr::Product(vec![given("ratio", &counting.ratio), forward.clone()]);
    let backward = ladder.step("backward", "FLOP", "backward", backward);
    let trained = match counting.item {
        Item::Token => "one token, trained",
        Item::Image => "one image, trained",
        Item::Step => "one time step, trained",
        Item::Example => "one example, trained",
    };
    let trained = ladder.step(
        "per-example",
        "FLOP",
        trained,
        Expr::Sum(vec![forward, backward]),
    );
    let passes = match &counting.passes {
        Some(Passes::Data(data, epochs)) => vec![given("data", data), given("epochs", epochs)],
        Some(Passes::Steps(batch, steps)) => {
            apart(|| vec![given("batch", batch), given("steps", steps)])
        }
        None => return ladder.steps,
    };
    let passes = ladder.step("passes", "", "passes", Expr::Product(passes));
    ladder.step("total", "FLOP", "", Expr::Product(vec![trained, passes]));
    ladder.steps
}

/// A multiply and an add for each connection.
fn doubled(connections: Expr) -> Expr {
    Expr::Product(vec![Expr::Constant(2.0, "2"), connections])
}

/// Attention scores and weighted values of one token: 4 x layers x length x width, half of it under a causal mask.
fn scores(attention: &Attention) -> Expr {
    let factor = if attention.causal {
        Expr::Constant(2.0, "2")
    } else {
        Expr::Constant(4.0, "4")
    };
    Expr::Product(vec![
        factor,
        Expr::Given("layers", Rc::clone(&attention.depth)),
        Expr::Given("sequence length", Rc::clone(&attention.sequence_length)),
        Expr::Given("head width", Rc::clone(&attention.width)),
    ])
}

/// One part of the live formula line: its text, and the field behind it.
#[derive(Clone, Debug, PartialEq)]
pub struct Factor {
    /// Number as printed.
    pub text: String,
    /// The field to focus; `None` for constants.
    pub slot: Option<Slot>,
}

impl Factor {
    /// A given number with a unit behind it.
    pub(crate) fn of(given: &Given, unit: &str) -> Factor {
        Factor {
            text: [&given.text, unit].concat(),
            slot: given.slot,
        }
    }
}

/// The factors of the formula line, to be joined by `×`: `6 × 174.6 billion × 300 billion`.
pub fn factors(counting: &Counting) -> Vec<Factor> {
    let (operations, basis) = match &counting.basis {
        Basis::Flop(flop) => return vec![Factor::of(flop, "")],
        Basis::Forward(forward) => (1.0, forward),
        Basis::Connections(connections) => (2.0, connections),
        Basis::Parameters(total, active) => (2.0, active.as_ref().unwrap_or(total)),
    };
    let ratio = &counting.ratio;
    let trained = if ratio.value.is_exact() {
        crate::quantity::plain(operations * (1.0 + ratio.value.value), 4)
    } else {
        apart(|| {
            let operations = crate::quantity::plain(operations, 4);
            [&operations, " × (1 + ", &ratio.text, ")"].concat()
        })
    };
    let basis = match &counting.attention {
        Some(attention) => apart(|| {
            // In the unit of what it is added to, so that the factors give the product.
            let extra = scores(attention).value().value / operations;
            let extra = crate::quantity::words(extra, 3);
            Factor {
                text: ["(", &basis.text, " + ", &extra, " for attention)"].concat(),
                slot: basis.slot,
            }
        }),
        None => Factor::of(basis, ""),
    };
    let mut out = vec![
        Factor {
            text: trained,
            slot: None,
        },
        basis,
    ];
    match &counting.passes {
        Some(Passes::Data(data, epochs)) => {
            out.push(Factor::of(data, ""));
            if !(epochs.value.is_exact() && epochs.value.value == 1.0) {
                out.push(Factor::of(epochs, ""));
            }
        }
        Some(Passes::Steps(batch, steps)) => {
            out.push(Factor::of(batch, ""));
            out.push(Factor::of(steps, ""));
        }
        None => {}
    }
    out
}
