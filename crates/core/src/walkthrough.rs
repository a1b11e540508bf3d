//! Worked examples: the estimate's own steps, and what to see beside them.
//!
//! The steps of an example are those that the calculator prints for its link. What is added here is the published
//! figure, and the wrong turns that the example is known for.

use crate::catalog::{Catalog, Preset};
use crate::estimate::{Estimate, estimate};
use crate::link;
use crate::request;
use crate::step::{Expr, Item, Method, Step};

/// The examples that the page walks through, in order. Ids of presets.
pub const ORDER: [&str; 15] = [
    "alexnet",
    "cnn-lstm-fcn",
    "t5-11b",
    "igpt-l",
    "gpt-3",
    "palm",
    "lamda",
    "deepseek-v3",
    "llama-3-1-405b",
    "vgg16",
    "seq2seq",
    "deepspeech2",
    "nas",
    "glam",
    "resnet-152",
];

/// An example with its steps.
pub struct Walkthrough {
    /// The example.
    pub preset: Preset,
    /// Its estimate.
    pub estimate: Estimate,
    /// Steps of method 1, then what to see beside them.
    pub counting: Vec<Step>,
    /// Steps of method 2.
    pub hardware: Vec<Step>,
    /// Steps of the comparison, with the published figure.
    pub comparison: Vec<Step>,
}

/// The walkthrough of a preset; `None` for an unknown id.
pub fn walkthrough(id: &str, catalog: &Catalog) -> Option<Walkthrough> {
    let preset = catalog
        .presets
        .iter()
        .find(|preset| preset.id == id)?
        .clone();
    let (address, _) = link::decode(preset.query, catalog);
    let request = request::read(&address.form, catalog);
    let estimate = estimate(&address.form, &request, catalog);
    let mut counting = match id {
        "cnn-lstm-fcn" => cnn_lstm_fcn(),
        _ => estimate
            .counting
            .as_ref()
            .map(|result| result.steps.clone())
            .unwrap_or_default(),
    };
    counting.extend(beside(id));
    let hardware = estimate
        .hardware
        .as_ref()
        .map(|result| result.steps.clone())
        .unwrap_or_default();
    let mut comparison = estimate.comparison_steps.clone();
    if let (Some(published), Some(total)) = (preset.published, estimate.flop()) {
        let ratio = Expr::Quotient(
            Box::new(Expr::Earlier("this estimate", total.as_uncertain().clone())),
            Box::new(Expr::Earlier(
                "published",
                crate::uncertain::Uncertain::exact(published),
            )),
        );
        comparison.push(
            Step::new(
                "published",
                Method::Comparison,
                None,
                Item::Example,
                ratio,
                "",
            )
            .remarking(["Published by ", preset.published_by].concat()),
        );
    }
    Some(Walkthrough {
        preset,
        estimate,
        counting,
        hardware,
        comparison,
    })
}

fn constant(value: f64, text: &'static str) -> Expr {
    Expr::Constant(value, text)
}

fn step(id: &'static str, item: Item, expr: Expr, unit: &'static str, why: &str) -> Step {
    Step::new(id, Method::Counting, Some(0), item, expr, unit).remarking(why)
}

fn over(top: Expr, bottom: Expr) -> Expr {
    Expr::Quotient(Box::new(top), Box::new(bottom))
}

/// What an example is known for: the attention that 6ND leaves out, and the wrong bases.
fn beside(id: &str) -> Vec<Step> {
    match id {
        // Layers, width and length: Brown et al. 2020, table 2.1.
        "gpt-3" => vec![step(
            "attention",
            Item::Token,
            over(
                Expr::Product(vec![
                    constant(2.0, "2"),
                    constant(96.0, "96"),
                    constant(2048.0, "2048"),
                    constant(12288.0, "12\u{202f}288"),
                ]),
                constant(174.6e9, "174.6 billion"),
            ),
            "%",
            "2 × layers × length × width over parameters: what 6 × parameters × tokens leaves out; half of it under a causal mask",
        )],
        "deepseek-v3" => vec![step(
            "why-not-total",
            Item::Token,
            Expr::Product(vec![
                constant(6.0, "6"),
                constant(671e9, "671 billion"),
                constant(14.8e12, "14.8 trillion"),
            ]),
            "FLOP",
            "What total parameters would give, 18 times too high: inactive experts do no work",
        )],
        "t5-11b" => vec![
            step(
                "halves",
                Item::Token,
                over(constant(11e9, "11 billion"), constant(2.0, "2")),
                "",
                "A source token passes the encoder alone, a target token the decoder alone: half the weights each, so the forward pass is 2 × 5.5 billion",
            ),
            step(
                "why-not-6nd",
                Item::Token,
                Expr::Product(vec![
                    constant(6.0, "6"),
                    constant(11e9, "11 billion"),
                    constant(1e12, "1 trillion"),
                ]),
                "FLOP",
                "What 6 × parameters × tokens would give, twice too high",
            ),
        ],
        _ => Vec::new(),
    }
}

/// The article's exercise of method 1, layer by layer, done right.
///
/// Sequences of 20 images of 400 x 400 x 5 through a convolution (16 filters 5 x 5 x 5, stride 2, padding 2), a many-to-one
/// LSTM of 256 units and a fully connected layer of 10; 10 epochs of 100 batches of 128 sequences.
fn cnn_lstm_fcn() -> Vec<Step> {
    let image = |id, expr, unit, why| step(id, Item::Image, expr, unit, why);
    let sequence = |id, expr, unit, why| step(id, Item::Example, expr, unit, why);
    let side = image(
        "conv-output",
        Expr::Sum(vec![
            Expr::Floor(Box::new(over(
                Expr::Sum(vec![
                    constant(400.0, "400"),
                    Expr::Product(vec![constant(2.0, "2"), constant(2.0, "2")]),
                    constant(-5.0, "−5"),
                ]),
                constant(2.0, "2"),
            ))),
            constant(1.0, "1"),
        ]),
        "",
        "Side of the convolution’s output: size, padding on both sides, filter, stride",
    );
    let conv = image(
        "conv",
        Expr::Product(vec![
            constant(2.0, "2"),
            side.named("side"),
            side.named("side"),
            constant(16.0, "16"),
            constant(5.0, "5"),
            constant(5.0, "5"),
            constant(5.0, "5"),
        ]),
        "FLOP",
        "Each output value is one filter of 5 × 5 × 5 multiply-adds: a filter sees its window, not the image",
    );
    let input = image(
        "lstm-input",
        Expr::Product(vec![
            side.named("side"),
            side.named("side"),
            constant(16.0, "16"),
        ]),
        "",
        "The whole output of the convolution is one input of the LSTM",
    );
    let lstm = image(
        "lstm",
        Expr::Product(vec![
            constant(8.0, "8"),
            Expr::Sum(vec![input.named("input"), constant(256.0, "256")]),
            constant(256.0, "256"),
        ]),
        "FLOP",
        "Four gates, each a product with input and state, two operations a weight",
    );
    let per_image = image(
        "per-image",
        Expr::Sum(vec![conv.named("convolution"), lstm.named("LSTM")]),
        "FLOP",
        "The LSTM, not the convolution, is the larger part",
    );
    let per_sequence = sequence(
        "per-sequence",
        Expr::Product(vec![per_image.named("one image"), constant(20.0, "20")]),
        "FLOP",
        "Mean length of a sequence, not the longest",
    );
    let head = sequence(
        "head",
        Expr::Product(vec![
            constant(2.0, "2"),
            constant(256.0, "256"),
            constant(10.0, "10"),
        ]),
        "FLOP",
        "Many to one: the last layer runs once a sequence",
    );
    let forward = sequence(
        "forward",
        Expr::Sum(vec![per_sequence.named("images"), head.named("head")]),
        "FLOP",
        "Forward pass of one sequence",
    );
    let passes = sequence(
        "passes",
        Expr::Product(vec![
            constant(10.0, "10"),
            constant(100.0, "100"),
            constant(128.0, "128"),
        ]),
        "",
        "Epochs × batches × batch size",
    );
    let forward_all = sequence(
        "forward-all",
        Expr::Product(vec![
            forward.named("one sequence"),
            passes.named("sequences"),
        ]),
        "FLOP",
        "Forward passes of the whole training",
    );
    let total = sequence(
        "total",
        Expr::Product(vec![constant(3.0, "3"), forward_all.named("forward")]),
        "FLOP",
        "Backward takes twice the forward pass",
    );
    let printed = sequence(
        "published",
        Expr::Product(vec![
            constant(3.0, "3"),
            constant(1.024e12, "1.024 × 10¹²"),
            constant(20.0, "20"),
            passes.named("sequences"),
        ]),
        "FLOP",
        "The article’s figure: it takes 1.024 × 10¹² operations for one image",
    );
    let difference = sequence(
        "difference",
        over(
            Expr::Product(vec![
                constant(2.0, "2"),
                constant(800_000.0, "800\u{202f}000"),
                constant(640_000.0, "640\u{202f}000"),
            ]),
            conv.named("convolution"),
        ),
        "",
        "Where they part: every input value times every output value, a fully connected layer in the convolution’s place, is 6400 times the convolution’s work",
    );
    vec![
        side,
        conv,
        input,
        lstm,
        per_image,
        per_sequence,
        head,
        forward,
        passes,
        forward_all,
        total,
        printed,
        difference,
    ]
}
