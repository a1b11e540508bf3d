//! Sentences of the steps, by id. A field's words stand in its row, a problem's beside its cause.

use crate::step::{Item, Method, Step};

/// Title of a step: `Forward pass of one token`.
pub fn title(step: &Step) -> String {
    let one = step.item.one();
    let of_one = |start: &str| [start, one].concat();
    match (step.method, step.id) {
        (_, "total-parameters") => "Parameters in total".to_string(),
        (_, "active") => of_one("Parameters active on one "),
        (_, "connections") => of_one("Multiply-accumulates per "),
        (_, "attention") if step.unit == "%" => "Left out: attention scores".to_string(),
        (_, "attention") => of_one("Attention scores of one "),
        (_, "forward") => of_one("Forward pass of one "),
        (_, "backward") => of_one("Backward pass of one "),
        (_, "per-example") => {
            let mut title = of_one("One ");
            title.push_str(", trained");
            title
        }
        (_, "passes") => match step.item {
            Item::Token => "Tokens seen",
            Item::Image => "Images seen",
            Item::Step => "Time steps seen",
            Item::Example => "Examples seen",
        }
        .to_string(),
        (Method::Counting, "total") => "Training compute, counted".to_string(),
        (Method::Hardware, "total") => "Training compute, by accelerator time".to_string(),
        (_, "sum") => "Sum over the phases".to_string(),
        (_, "seconds") => "Training time".to_string(),
        (_, "chip-time") => "Chip-seconds".to_string(),
        (_, "peak") => "Peak of one chip".to_string(),
        (_, "capacity") => "Most the chips could do".to_string(),
        (_, "utilization") => "Share used by the model".to_string(),
        (_, "ratio") => "Counted against accelerator time".to_string(),
        (_, "implied-utilization") => "Implied utilization".to_string(),
        (_, "headline") => "Headline".to_string(),
        (_, "unit") => "In petaFLOP/s-days".to_string(),
        (Method::Counting, "published") => "As the article printed it".to_string(),
        (_, "published") => "Beside the published figure".to_string(),
        (_, "why-not-total") => "Why not the total parameters".to_string(),
        (_, "why-not-6nd") => "Why not 6 × parameters × tokens".to_string(),
        (_, "halves") => "Weights that one token passes".to_string(),
        (_, "conv-output") => "Side of the convolution’s output".to_string(),
        (_, "conv") => "Convolution, one image".to_string(),
        (_, "lstm-input") => "Input of the LSTM".to_string(),
        (_, "lstm") => "LSTM, one image".to_string(),
        (_, "per-image") => "One image".to_string(),
        (_, "per-sequence") => "Images of one sequence".to_string(),
        (_, "head") => "Fully connected layer, one sequence".to_string(),
        (_, "forward-all") => "All forward passes".to_string(),
        (_, "difference") => "Where they part".to_string(),
        (_, id) => id.to_string(),
    }
}

/// Why a step stands there, one line.
pub fn why(step: &Step) -> String {
    if !step.remark.is_empty() {
        return step.remark.clone();
    }
    match (step.method, step.id) {
        (_, "total-parameters") => "Idle experts do no work: the total is not what is counted",
        (_, "active") => "Attention, shared layers, router and the experts chosen",
        (_, "connections") => match step.item {
            Item::Token => "Each weight is used once for each token",
            _ => "Each is one multiply and one add",
        },
        (_, "attention") => {
            "Scores and weighted values: work between tokens, which parameters alone leave out"
        }
        (_, "forward") => "A multiply and an add",
        (_, "backward") if step.value.value == 0.0 => "Forward passes alone: nothing is trained",
        (_, "backward") => "Gradients by inputs and by weights",
        (_, "per-example") => match step.item {
            Item::Token => {
                "The 6 of 6 × parameters × tokens, where the ratio is 2 and no attention is added"
            }
            _ => "Forward and backward together",
        },
        (_, "passes") => "Repeats count each time",
        (Method::Counting, "total") if matches!(step.expr, crate::step::Expr::Given(..)) => {
            "As published or known"
        }
        (Method::Counting, "total") => match step.item {
            Item::Token => "Forward and backward of every token seen",
            _ => "Forward and backward of everything seen",
        },
        (_, "sum") => "Each phase counted apart",
        (_, "seconds") => "In the unit that peaks are given in",
        (_, "chip-time") => "All chips, all the time",
        (_, "peak") => "The format the products run in, without the sparsity factor",
        (_, "capacity") => "At the full peak, which no run holds",
        (_, "utilization") => "Communication, memory and restarts take the rest",
        (Method::Hardware, "total") => "What the chips did for the model",
        (_, "ratio") => "1 where both methods say the same",
        (_, "implied-utilization") => "The share at which both methods agree",
        (_, "headline") => "Where inputs are printed, counting needs no assumed utilization",
        (_, "unit") => "One is 8.64 × 10¹⁹ FLOP: 10¹⁵ a second for a day",
        _ => "",
    }
    .to_string()
}
