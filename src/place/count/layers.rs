//! The list of layers as markup: a row a layer, its fields in place.

use super::builder::{Layer, Value, written};
use super::events::id_of;
use super::model::grouped;
use super::read::{Kind, Takes};
use super::state::Stand;
use super::view::field;
use crate::html::{Node, Tag, button, div, p, span, spoken, tag};

/// The builder.
pub fn builder(stand: &Stand) -> Tag {
    let mut tools = div("builder-tools")
        .with(add(stand, ""))
        .with(
            button("button", "undo", "")
                .set("id", "undo")
                .flag("disabled", !stand.builder.can_undo())
                .with("Undo"),
        )
        .with(
            button("button", "redo", "")
                .flag("disabled", !stand.builder.can_redo())
                .with("Redo"),
        );
    if stand.builder.layers.is_empty() {
        tools = tools.with(button("text", "article", "").with("Open the article’s CNN-LSTM-FCN"));
    } else {
        tools = tools
            .with(button("text", "article", "").with("Open the article’s CNN-LSTM-FCN instead"))
            .with(button("text", "clear-layers", "").with("Clear"));
    }
    let body = if stand.builder.layers.is_empty() {
        p("hint").with("No layer yet. Choose a kind above and add it; a block holds layers that repeat together.")
    } else {
        list(stand, &stand.builder.layers, &mut Vec::new())
    };
    let long = stand.too_long.then(|| {
        p("note").set("id", "too-long-list").with(
            "The list is longer than a link can carry (64 KiB): the address does not hold it. Use repeats and blocks for layers that are alike.",
        )
    });
    div("builder").with(tools).with(body).with(long)
}

/// A list of kinds and a button that adds the one chosen, at the end or inside the block at a place.
fn add(stand: &Stand, inside: &str) -> Tag {
    let id = if inside.is_empty() {
        "add".to_string()
    } else {
        id_of(inside, "add")
    };
    let mut select = tag("select").set("id", id.clone()).set("name", "add");
    select = select.with(tag("option").set("value", "block").with("block of layers"));
    for kind in stand.kinds.iter() {
        select = select.with(
            tag("option")
                .set("value", kind.id.clone())
                .with(kind.name.clone()),
        );
    }
    div("adding")
        .with(tag("label").set("for", id).with("Kind of layer"))
        .with(div("pick").with(select.value(&stand.adding)))
        .with(
            button("button first", "add-layer", inside.to_string()).with(if inside.is_empty() {
                "Add"
            } else {
                "Add inside"
            }),
        )
}

fn list(stand: &Stand, layers: &[Layer], place: &mut Vec<usize>) -> Tag {
    let mut out = tag("ol").class("layers");
    for (at, layer) in layers.iter().enumerate() {
        place.push(at);
        out = out.with(row(stand, layer, place, layers.len()));
        place.pop();
    }
    out
}

fn kind_of<'a>(stand: &'a Stand, layer: &Layer) -> Option<&'a Kind> {
    stand.kinds.iter().find(|kind| kind.id == layer.kind)
}

/// What a layer is, in a few words: its first sizes.
fn summary(stand: &Stand, layer: &Layer) -> String {
    let mut words = Vec::new();
    let repeat = layer.repeat.trim();
    if !repeat.is_empty() && repeat != "1" {
        words.push(if layer.shared {
            format!("{repeat} times, one set of weights")
        } else {
            format!("{repeat} times")
        });
    }
    if let Some(kind) = kind_of(stand, layer) {
        for field in kind.fields.iter().take(4) {
            let typed = layer.fields.get(&field.id);
            let text = match (typed, &field.takes) {
                (Some(Value::Number(text)), _) if !text.trim().is_empty() => {
                    text.trim().to_string()
                }
                (_, Takes::Number(default)) => grouped((*default).into()),
                _ => continue,
            };
            words.push([&field.name, " ", &text].concat());
        }
    }
    if layer.is_block() {
        words.push(match layer.children.len() {
            1 => "1 layer".to_string(),
            n => format!("{n} layers"),
        });
    }
    if !layer.kept.trim().is_empty() {
        words.push(format!(
            "{} of {} weights",
            layer.kept.trim(),
            layer.of.trim()
        ));
    }
    if layer.frozen {
        words.push("frozen".into());
    }
    words.join(", ")
}

fn title(stand: &Stand, layer: &Layer) -> String {
    let kind = if layer.is_block() {
        "block"
    } else {
        kind_of(stand, layer).map_or(layer.kind.as_str(), |kind| kind.name.as_str())
    };
    if layer.name.is_empty() {
        kind.to_string()
    } else {
        [&layer.name, " (", kind, ")"].concat()
    }
}

fn row(stand: &Stand, layer: &Layer, place: &mut Vec<usize>, of: usize) -> Tag {
    let about = written(place);
    let numbers: Vec<String> = place.iter().map(|at| (at + 1).to_string()).collect();
    let number = numbers.join(".");
    let open = stand.open.as_ref() == Some(place);
    let name = title(stand, layer);
    let act = |verb: &'static str, word: &'static str, on: bool| {
        button("text", verb, about.clone())
            .set("id", id_of(&about, verb))
            .flag("disabled", !on)
            .with(word)
            .with(spoken([": ", &number, " ", &name].concat()))
    };
    let at = place.last().copied().unwrap_or(0);
    let nested = place.len() > 1;
    let mut acts = div("acts")
        .with(act("up", "Up", at > 0 || nested))
        .with(act("down", "Down", at + 1 < of || nested))
        .with(act("nest", "Nest", true));
    if layer.is_block() {
        acts = acts.with(act("unpack", "Take apart", true));
    }
    acts = acts
        .with(act("copy", "Copy", true))
        .with(act("remove", "Remove", true));
    let head = div("head")
        .with(
            button("fold", "open-layer", about.clone())
                .set("id", id_of(&about, "open"))
                .state("aria-expanded", open)
                .with(span("no").with([&number, "\u{a0}"].concat()))
                .with(tag("b").with(name)),
        )
        .with(span("small").with(summary(stand, layer)))
        .with(acts);
    let mut out = tag("li").with(head);
    if open {
        out = out.with(fields(stand, layer, &about, place));
    }
    if layer.is_block() {
        out = out
            .with(list(stand, &layer.children, place))
            .with(add(stand, &about));
    }
    out
}

fn fields(stand: &Stand, layer: &Layer, about: &str, place: &[usize]) -> Tag {
    let wrong = |field: &str, label: &str, text: &str| {
        stand
            .wrong
            .as_ref()
            .filter(|(at, own)| at == place && own == field)
            .map(|_| format!("{label}: “{text}” is no whole number. Write one like 256."))
    };
    let input = |key: &str, label: &str, hint: &str, text: &str, message: Option<String>| {
        field(&format!("layer:{about}:{key}"), label, hint, text, message)
    };
    let mut grid = div("grid")
        .with(input(
            "name",
            "Name",
            "Yours; may stay empty",
            &layer.name,
            None,
        ))
        .with(input(
            "repeat",
            "Repeat",
            "How often it stands here; empty: once",
            &layer.repeat,
            wrong("repeat", "Repeat", &layer.repeat),
        ));
    if let Some(kind) = kind_of(stand, layer) {
        for own in &kind.fields {
            let key = ["fields.", &own.id].concat();
            let label = capital(&own.name);
            let typed = layer.fields.get(&own.id);
            let number = match typed {
                Some(Value::Number(text)) => text.as_str(),
                _ => "",
            };
            let message = wrong(&own.id, &label, number);
            grid = match &own.takes {
                Takes::Number(default) => grid.with(input(
                    &key,
                    &label,
                    &["Empty: ", &grouped((*default).into())].concat(),
                    number,
                    message,
                )),
                Takes::Tokens => grid.with(input(
                    &key,
                    &label,
                    "Empty: the sequence length",
                    number,
                    message,
                )),
                Takes::Flag(default) => {
                    let on = match typed {
                        Some(Value::Flag(on)) => *on,
                        _ => *default,
                    };
                    grid.with(check(about, &key, &label, on))
                }
                Takes::Choice(choices) => {
                    let chosen = match typed {
                        Some(Value::Text(text)) => text.as_str(),
                        _ => choices.first().map_or("", String::as_str),
                    };
                    let name = format!("layer:{about}:{}", own.id);
                    let select = choices.iter().fold(
                        tag("select")
                            .set("id", name.clone())
                            .set("name", name.clone()),
                        |select, choice| {
                            select.with(
                                tag("option")
                                    .set("value", choice.clone())
                                    .with(choice.clone()),
                            )
                        },
                    );
                    grid.with(
                        div("field")
                            .with(div("label").with(tag("label").set("for", name).with(label)))
                            .with(p("hint").with("Which pairs attend"))
                            .with(div("pick").with(select.value(chosen))),
                    )
                }
            };
        }
        if kind.id != "block" {
            let sparse = |key: &str, label: &str, hint: &str, text: &str| {
                input(key, label, hint, text, wrong(key, label, text))
            };
            grid = grid
                .with(sparse(
                    "kept",
                    "Weights kept",
                    "Of a sparse layer, like 1; empty: all",
                    &layer.kept,
                ))
                .with(sparse("of", "Of every", "Like 4", &layer.of))
                .with(check(
                    about,
                    "saved",
                    "The hardware saves the work of the rest",
                    layer.saved,
                ))
                .with(input(
                    "share",
                    "Shares weights with",
                    "A label; layers with one label share",
                    &layer.share,
                    None,
                ));
        }
    }
    grid = grid
        .with(check(
            about,
            "shared",
            "All repeats share one set of weights",
            layer.shared,
        ))
        .with(check(
            about,
            "frozen",
            "Frozen: training leaves it as it is",
            layer.frozen,
        ));
    let mut out = vec![Node::from(grid)];
    if let Some(kind) = kind_of(stand, layer) {
        out.push(p("note").with(kind.formula.clone()).into());
    }
    div("fields").with(out)
}

fn check(about: &str, key: &str, label: &str, on: bool) -> Tag {
    tag("label")
        .class("check")
        .with(
            tag("input")
                .set("type", "checkbox")
                .set("name", format!("layer:{about}:{key}"))
                .set("value", "on")
                .checked(on),
        )
        .with(label.to_string())
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    match letters.next() {
        Some(first) => first.to_uppercase().collect::<String>() + letters.as_str(),
        None => String::new(),
    }
}
