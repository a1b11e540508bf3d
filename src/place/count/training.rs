//! What training costs, from the count: all weights, adapters, frozen parts, forward only.

use compute_core::quantity;

use super::model::{Count, grouped, quotient};
use super::state::{Found, Trained};
use super::view::{choice, field, not_whole, readable, use_link};
use crate::html::{Node, Tag, div, p, spoken, tag};
use crate::number::rich;
use crate::place::Loaded;

/// Most parts that are offered to be frozen, or to be given adapters.
pub const PARTS: usize = 40;

/// Parts of the model that can be frozen: paths up to their stack, in the model's order.
pub fn parts(count: &Count) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    for group in &count.groups {
        let part = group.path.split(".*").next().unwrap_or(&group.path);
        // A part of a part: attention's core belongs to its layer.
        let part = part.strip_suffix(".core").unwrap_or(part);
        if !part.is_empty() && !out.iter().any(|own| own == part) {
            out.push(part.to_string());
        }
    }
    out.truncate(PARTS);
    out
}

/// The section.
pub fn section(home: &Loaded, found: &Found, count: &Count) -> Tag {
    let training = &found.training;
    let mode = |value| training.mode == value;
    let mut form = div("grid").with(
        div("field full")
            .with(div("label").with(tag("span").class("as").with("What is trained")))
            .with(
                tag("fieldset")
                    .class("seg tall")
                    .with(tag("legend").class("vh").with("What is trained"))
                    .with(choice("mode", "all", "All weights", mode("all")))
                    .with(choice("mode", "lora", "Adapters (LoRA)", mode("lora")))
                    .with(choice(
                        "mode",
                        "frozen",
                        "Not the frozen parts",
                        mode("frozen"),
                    ))
                    .with(choice(
                        "mode",
                        "forward",
                        "Nothing: forward only",
                        mode("forward"),
                    )),
            ),
    );
    if mode("lora") {
        form = form.with(field(
            "rank",
            "Rank",
            "Of each adapter",
            &training.rank,
            not_whole("Rank", &training.rank, "16"),
        ));
        form = form.with(boxes(
            "Beside the matrices of",
            "target",
            count
                .adaptable
                .iter()
                .map(|kind| (kind.clone(), training.targets.contains(kind))),
            "none ticked: all but heads and tables",
        ));
    }
    if mode("frozen") {
        form = form.with(boxes(
            "Frozen",
            "frozen",
            parts(count).into_iter().map(|part| {
                let on = training.frozen.contains(&part);
                (part, on)
            }),
            "their weights stay as they are",
        ));
    }
    form = form
        .with(
            div("field")
                .with(div("label").with(tag("span").class("as").with("Computed again")))
                .with(p("hint").with("To save memory"))
                .with(
                    tag("fieldset")
                        .class("seg")
                        .with(tag("legend").class("vh").with("Activations computed again"))
                        .with(choice(
                            "recompute",
                            "none",
                            "Nothing",
                            training.recompute == "none",
                        ))
                        .with(choice(
                            "recompute",
                            "attention",
                            "Attention",
                            training.recompute == "attention",
                        ))
                        .with(choice(
                            "recompute",
                            "full",
                            "All",
                            training.recompute == "full",
                        )),
                ),
        )
        .with(
            div("field")
                .with(div("label").with(tag("span").class("as").with("Attention")))
                .with(p("hint").with("Of a causal model"))
                .with(
                    tag("fieldset")
                        .class("seg")
                        .with(tag("legend").class("vh").with("Attention"))
                        .with(choice("mask", "full", "In full", !training.causal))
                        .with(choice(
                            "mask",
                            "causal",
                            "Without the masked half",
                            training.causal,
                        )),
                ),
        );
    let section = tag("section")
        .class("trained")
        .with(tag("h3").with("Training FLOP of one example"))
        .with(form);
    match &found.trained {
        None => section,
        Some(Err(failure)) => section.with(
            div("note-box needs").with(
                p("")
                    .with(tag("b").with(failure.found.clone()))
                    .with(" ")
                    .with(failure.remedy.clone()),
            ),
        ),
        Some(Ok(trained)) => {
            section.with(result(home, count, trained, training.recompute != "none"))
        }
    }
}

fn boxes(
    label: &'static str,
    name: &'static str,
    all: impl Iterator<Item = (String, bool)>,
    hint: &'static str,
) -> Tag {
    let list = all.fold(
        tag("fieldset")
            .class("checks")
            .with(tag("legend").class("vh").with(label)),
        |list, (value, on)| {
            list.with(
                tag("label")
                    .with(
                        tag("input")
                            .set("type", "checkbox")
                            .set("name", name)
                            .set("value", value.clone())
                            .checked(on),
                    )
                    .with(value),
            )
        },
    );
    div("field wide")
        .with(div("label").with(tag("span").class("as").with(label)))
        .with(p("hint").with(hint))
        .with(list)
}

fn result(home: &Loaded, count: &Count, trained: &Trained, again: bool) -> Vec<Node> {
    let mut steps = tag("ol").class("steps");
    for (at, (title, formula, value)) in trained.steps.iter().enumerate() {
        let end = at + 1 == trained.steps.len();
        steps = steps.with(
            tag("li")
                .class(if end { "end m1" } else { "" })
                .with(tag("span").class("no").with((at + 1).to_string()))
                .with(tag("span").class("title").with(title.clone()))
                .with(
                    tag("span")
                        .class("value")
                        .with(rich(&quantity::flop(*value as f64, 3))),
                )
                .with(
                    tag("span")
                        .class("how")
                        .with([&readable(formula), " = ", &grouped(*value)].concat()),
                ),
        );
    }
    let mut out: Vec<Node> = vec![steps.into()];
    let ratio = quantity::plain(trained.ratio, 3);
    let trains = format!(
        "{} parameters are trained. Backward is {ratio} times forward.{}",
        quantity::words(trained.parameters as f64, 3),
        if again {
            " What is computed again is executed, but is no model FLOP: method 1 leaves it out."
        } else {
            ""
        }
    );
    out.push(p("note").with(trains).into());
    for remark in &trained.remarks {
        out.push(p("note").with(remark.clone()).into());
    }
    if trained.forward > 0 {
        let ratio = quantity::exact((trained.ratio * 1e6).round() / 1e6);
        let per = |flop: String, words: &str| {
            use_link(home, count, &[("forward", &flop), ("ratio", &ratio)], words)
        };
        let mut row = div("uses").with(spoken("Use in method 1: "));
        if count.tokens > 1 {
            row = row.with(per(
                quotient(trained.forward, count.tokens.into()),
                "Use per token in method 1",
            ));
        }
        out.push(
            row.with(per(
                trained.forward.to_string(),
                "Use per example in method 1",
            ))
            .into(),
        );
    }
    out
}
