//! Method 1: counting the operations, as steps. The only place where the method is written.

use crate::field::Slot;
use crate::request::{Basis, Counting, Passes};
use crate::step::{Expr, Given, Item, Method, Step};

/// The steps of a phase; the last is the total.
pub fn steps(counting: &Counting, phase: u8) -> Vec<Step> {
    let item = counting.item;
    let step = |id, expr, unit| Step::new(id, Method::Counting, Some(phase), item, expr, unit);
    let mut out = Vec::new();

    let forward = match &counting.basis {
        Basis::Flop(flop) => {
            out.push(step(
                "total",
                Expr::Given("known FLOP", flop.clone()),
                "FLOP",
            ));
            return out;
        }
        Basis::Forward(forward) => step(
            "forward",
            with_attention(
                Expr::Given("forward", forward.clone()),
                counting,
                item,
                phase,
                &mut out,
            ),
            "FLOP",
        ),
        basis => {
            let connections = match basis {
                Basis::Parameters(total, Some(active)) => {
                    out.push(step(
                        "total-parameters",
                        Expr::Given("parameters", total.clone()),
                        "",
                    ));
                    let active = step(
                        "active",
                        Expr::Given("active parameters", active.clone()),
                        "",
                    );
                    let named = active.named("active parameters");
                    out.push(active);
                    named
                }
                Basis::Parameters(parameters, None) => {
                    let connections = step(
                        "connections",
                        Expr::Given("parameters", parameters.clone()),
                        "",
                    );
                    let named = connections.named("connections");
                    out.push(connections);
                    named
                }
                Basis::Connections(given) => {
                    let connections =
                        step("connections", Expr::Given("connections", given.clone()), "");
                    let named = connections.named("connections");
                    out.push(connections);
                    named
                }
                Basis::Flop(_) | Basis::Forward(_) => return out,
            };
            let products = Expr::Product(vec![Expr::Constant(2.0, "2"), connections]);
            let forward = with_attention(products, counting, item, phase, &mut out);
            step("forward", forward, "FLOP")
        }
    };
    let forward_named = forward.named("forward");
    out.push(forward);

    let ratio = Expr::Given("ratio", counting.ratio.clone());
    let backward = step(
        "backward",
        Expr::Product(vec![ratio, forward_named.clone()]),
        "FLOP",
    );
    let backward_named = backward.named("backward");
    out.push(backward);

    let per_example = step(
        "per-example",
        Expr::Sum(vec![forward_named, backward_named]),
        "FLOP",
    );
    let per_example_named = per_example.named(match item {
        Item::Token => "one token, trained",
        Item::Image => "one image, trained",
        Item::Step => "one time step, trained",
        Item::Example => "one example, trained",
    });
    out.push(per_example);

    let Some(passes) = &counting.passes else {
        return out;
    };
    let passes = step("passes", passes_expr(passes), "");
    let passes_named = passes.named("passes");
    out.push(passes);
    out.push(step(
        "total",
        Expr::Product(vec![per_example_named, passes_named]),
        "FLOP",
    ));
    out
}

fn passes_expr(passes: &Passes) -> Expr {
    match passes {
        Passes::Data(data, epochs) => Expr::Product(vec![
            Expr::Given("data", data.clone()),
            Expr::Given("epochs", epochs.clone()),
        ]),
        Passes::Steps(batch, steps) => Expr::Product(vec![
            Expr::Given("batch", batch.clone()),
            Expr::Given("steps", steps.clone()),
        ]),
    }
}

/// Forward work with the attention scores added: 4 x layers x length x width, half of it under a causal mask.
fn with_attention(
    products: Expr,
    counting: &Counting,
    item: Item,
    phase: u8,
    out: &mut Vec<Step>,
) -> Expr {
    let Some(attention) = &counting.attention else {
        return products;
    };
    let factor = if attention.causal {
        Expr::Constant(2.0, "2")
    } else {
        Expr::Constant(4.0, "4")
    };
    let scores = Expr::Product(vec![
        factor,
        Expr::Given("layers", attention.depth.clone()),
        Expr::Given("sequence length", attention.sequence_length.clone()),
        Expr::Given("head width", attention.width.clone()),
    ]);
    let scores = Step::new(
        "attention",
        Method::Counting,
        Some(phase),
        item,
        scores,
        "FLOP",
    );
    let named = scores.named("attention");
    out.push(scores);
    Expr::Sum(vec![products, named])
}

/// One part of the live formula line: its text, and the field behind it.
#[derive(Clone, Debug, PartialEq)]
pub struct Factor {
    /// Number as printed.
    pub text: String,
    /// The field to focus; `None` for constants.
    pub slot: Option<Slot>,
}

/// The factors of the formula line, to be joined by `×`: `6 × 174.6 billion × 300 billion`.
pub fn factors(counting: &Counting) -> Vec<Factor> {
    let given = |given: &Given| Factor {
        text: given.text.clone(),
        slot: given.slot,
    };
    let constant = |text: String| Factor { text, slot: None };
    let mut out = Vec::new();
    let trained = |per: f64| -> String {
        let ratio = &counting.ratio.value;
        if ratio.is_exact() {
            crate::quantity::plain(per * (1.0 + ratio.value), 4)
        } else {
            [
                &crate::quantity::plain(per, 4),
                " × (1 + ",
                &counting.ratio.text,
                ")",
            ]
            .concat()
        }
    };
    match &counting.basis {
        Basis::Flop(flop) => return vec![given(flop)],
        Basis::Forward(forward) => {
            out.push(constant(trained(1.0)));
            out.push(given(forward));
        }
        Basis::Connections(connections) => {
            out.push(constant(trained(2.0)));
            out.push(given(connections));
        }
        Basis::Parameters(total, active) => {
            out.push(constant(trained(2.0)));
            out.push(given(active.as_ref().unwrap_or(total)));
        }
    }
    if counting.attention.is_some()
        && let Some(last) = out.last_mut()
    {
        last.text.push_str(" (with attention)");
    }
    match &counting.passes {
        Some(Passes::Data(data, epochs)) => {
            out.push(given(data));
            if !(epochs.value.is_exact() && epochs.value.value == 1.0) {
                out.push(given(epochs));
            }
        }
        Some(Passes::Steps(batch, steps)) => {
            out.push(given(batch));
            out.push(given(steps));
        }
        None => {}
    }
    out
}
