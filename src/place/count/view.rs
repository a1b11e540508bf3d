//! The place as markup: the question above, the answer below.

use compute_core::field::{Field, Slot};
use compute_core::link::{self, Address};
use compute_core::quantity;

use leptos::prelude::With;

use super::layers;
use super::model::{Column, Count, digits_grouped, grouped, permille, quotient, short, sorted};
use super::state::{Found, Place, Shown, Source, Stand, sizes, whole};
use super::training;
use super::worker::{Failure, Progress};
use crate::html::{Node, Tag, button, div, p, share_bar, span, spoken, tag};
use crate::number::rich;
use crate::place::Loaded;

/// Rows of a table before the rest is asked for.
const ROWS: usize = 60;

/// The config of GPT-2, to try the place with.
pub const GPT_2: &str = "{\n  \"model_type\": \"gpt2\",\n  \"architectures\": [\"GPT2LMHeadModel\"],\n  \"vocab_size\": 50257,\n  \"n_positions\": 1024,\n  \"n_embd\": 768,\n  \"n_layer\": 12,\n  \"n_head\": 12\n}\n";

/// The whole place.
pub fn place(place: Place) -> Tag {
    div("counting")
        .with(tag("h1").with("Count a model"))
        .with(
            p("intro").with(
                "Parameters and forward FLOP, layer by layer, from what frameworks write down: a config.json, an ONNX graph, the header of \
                 safetensors or GGUF files. Files are read on this machine; nothing is uploaded, and weights are never read.",
            ),
        )
        .with(div("ask").live(move || place.stand.with(|stand| place.found.with(|found| ask(stand, found)))))
        .with(
            tag("section")
                .class("answer")
                .set("aria-label", "Result")
                .live(move || place.found.with(|found| place.stand.with(|stand| answer(place.home, stand, found)))),
        )
        .with(
            p("vh")
                .set("role", "status")
                .live(move || vec![Node::from(place.found.with(|found| found.said.clone()))]),
        )
}

/// A radio button of a few that stand together.
pub fn choice(group: &'static str, value: &'static str, word: &'static str, chosen: bool) -> Tag {
    tag("label")
        .with(
            tag("input")
                .set("type", "radio")
                .set("name", group)
                .set("value", value)
                .checked(chosen),
        )
        .with(span("").with(word))
}

/// A field of text: label, hint, input, message.
pub fn field(name: &str, label: &str, hint: &str, text: &str, message: Option<String>) -> Tag {
    let id = |part: &str| [name, part].concat();
    let mut described = Vec::new();
    if !hint.is_empty() {
        described.push(id("-hint"));
    }
    if message.is_some() {
        described.push(id("-echo"));
    }
    let mut field = div(if message.is_some() {
        "field bad"
    } else {
        "field"
    })
    .with(
        div("label").with(
            tag("label")
                .set("for", name.to_string())
                .with(label.to_string()),
        ),
    );
    if !hint.is_empty() {
        field = field.with(p("hint").set("id", id("-hint")).with(hint.to_string()));
    }
    let mut input = tag("input")
        .set("type", "text")
        .set("id", name.to_string())
        .set("name", name.to_string())
        .set("autocomplete", "off")
        .set("autocapitalize", "off")
        .set("spellcheck", "false")
        .value(text);
    if !described.is_empty() {
        input = input.set("aria-describedby", described.join(" "));
    }
    field = field.with(input.set_some("aria-invalid", message.as_ref().map(|_| "true")));
    match message {
        Some(message) => field.with(
            p("echo")
                .set("id", id("-echo"))
                .with(spoken("Error: "))
                .with(message),
        ),
        None => field,
    }
}

/// What is wrong with a text that should be a whole number above 0.
pub fn not_whole(label: &str, text: &str, example: &str) -> Option<String> {
    let text = text.trim();
    (!text.is_empty() && whole(text).is_none_or(|n| n == 0))
        .then(|| format!("{label}: “{text}” is no whole number above 0. Write one like {example}."))
}

fn ask(stand: &Stand, found: &Found) -> Vec<Node> {
    let from = tag("fieldset")
        .class("seg tall")
        .with(tag("legend").class("vh").with("Count from"))
        .with(choice(
            "from",
            "files",
            "Files",
            stand.from == Source::Files,
        ))
        .with(choice(
            "from",
            "text",
            "Text of a config",
            stand.from == Source::Text,
        ))
        .with(choice(
            "from",
            "layers",
            "Layers",
            stand.from == Source::Layers,
        ));
    let input = match stand.from {
        Source::Files => files(stand),
        Source::Text => text(stand),
        Source::Layers => layers::builder(stand),
    };
    vec![from.into(), input.into(), options(stand, found).into()]
}

fn files(stand: &Stand) -> Tag {
    let mut drop = tag("div")
        .set("class", if stand.dragged { "drop over" } else { "drop" })
        .with(
            div("choose")
                .with(tag("input").class("vh").set("type", "file").set("id", "files").set("name", "files").flag("multiple", true))
                .with(tag("label").class("button first").set("for", "files").with("Choose files"))
                .with(span("").with("or drop them anywhere on this page")),
        )
        .with(p("hint").with("A config.json, an ONNX file, a GGUF file, or safetensors: the index and all shards together"));
    if !stand.files.is_empty() {
        let total: u64 = stand.files.iter().map(|(_, size)| *size).sum();
        let shown: Vec<String> = stand
            .files
            .iter()
            .take(4)
            .map(|(name, size)| [name, " (", &bytes(*size as f64), ")"].concat())
            .collect();
        let more = stand.files.len().saturating_sub(shown.len());
        let rest = if more > 0 {
            format!(" and {more} more, {} in all", bytes(total as f64))
        } else {
            String::new()
        };
        drop = drop.with(p("chosen").with([&shown.join(", "), rest.as_str()].concat()));
    }
    drop
}

fn text(stand: &Stand) -> Tag {
    div("field full")
        .with(
            div("label")
                .with(
                    tag("label")
                        .set("for", "config")
                        .with("Text of a config.json"),
                )
                .with(button("text", "try", "gpt2").with("Fill in GPT-2’s")),
        )
        .with(
            p("hint")
                .set("id", "config-hint")
                .with("The whole file, from { to the last }; it is counted as you type"),
        )
        .with(
            tag("textarea")
                .set("id", "config")
                .set("name", "config")
                .set("rows", "10")
                .set("spellcheck", "false")
                .set("autocomplete", "off")
                .set("autocapitalize", "off")
                .set("aria-describedby", "config-hint")
                .value(&stand.text),
        )
}

/// Whether the model has several parts, or one of them was chosen.
fn has_parts(stand: &Stand, found: &Found) -> bool {
    let tower = |path: &str| {
        ["vision", "visual", "audio", "image"]
            .iter()
            .any(|word| path.contains(word))
    };
    let mixed = found.last().is_some_and(|count| {
        count.source != "onnx"
            && count.groups.iter().any(|group| tower(&group.path))
            && count.groups.iter().any(|group| !tower(&group.path))
    });
    stand.from != Source::Layers && (mixed || !stand.part.is_empty())
}

/// Whether a class makes a difference, or could help.
fn has_class(stand: &Stand, found: &Found) -> bool {
    let read = found.last().is_some_and(|count| count.source == "config");
    let helps = matches!(&found.shown, Shown::Refused(failure) if matches!(failure.code.as_str(), "unknown-model-type" | "no-model-type"));
    stand.from != Source::Layers && (read || helps || !stand.class.is_empty())
}

fn options(stand: &Stand, found: &Found) -> Tag {
    let mut grid = div("grid")
        .with(field(
            "seq",
            "Sequence length",
            if stand.from == Source::Layers {
                "Positions, where a layer has none of its own"
            } else {
                "Tokens in one example; empty: the usual"
            },
            &stand.seq,
            not_whole("Sequence length", &stand.seq, "4096"),
        ))
        .with(field(
            "batch",
            "Batch",
            "Examples counted together; empty: 1",
            &stand.batch,
            not_whole("Batch", &stand.batch, "8"),
        ));
    if has_parts(stand, found) {
        let select = ["", "text", "vision", "audio"]
            .into_iter()
            .zip(["The whole model", "Text", "Vision", "Audio"])
            .fold(
                tag("select")
                    .set("id", "part")
                    .set("name", "part")
                    .set("aria-describedby", "part-hint"),
                |select, (value, word)| select.with(tag("option").set("value", value).with(word)),
            );
        grid = grid.with(
            div("field")
                .with(div("label").with(tag("label").set("for", "part").with("Part")))
                .with(
                    p("hint")
                        .set("id", "part-hint")
                        .with("Of a model of several parts"),
                )
                .with(div("pick").with(select.value(&stand.part))),
        );
    }
    if has_class(stand, found) {
        grid = grid.with(field(
            "class",
            "Class",
            "Whose head is counted, like BertForMaskedLM; empty: the file’s own",
            &stand.class,
            None,
        ));
    }
    for (at, (name, why)) in stand.asked.iter().enumerate() {
        let given = stand.given.get(name).map_or("", String::as_str);
        let message = sizes(given).is_none().then(|| format!("{name}: “{given}” is no size. Write a whole number like 128, or a shape like 1, 3, 224, 224."));
        grid = grid.with(
            field(&format!("need-{at}"), name, why, given, message).set("data-need", name.clone()),
        );
    }
    grid
}

fn answer(home: &Loaded, stand: &Stand, found: &Found) -> Vec<Node> {
    let state = match &found.shown {
        Shown::Empty => "empty",
        Shown::Reading(_) => "reading",
        Shown::Refused(_) => "refused",
        Shown::Cancelled => "cancelled",
        Shown::Done => match found.count() {
            Some(count) if !count.needs.is_empty() => "needs",
            Some(_) => "ok",
            None => "refused",
        },
    };
    // For tests and scripts, as on the calculator's result.
    let mut out = div("counted")
        .set("id", "count-result")
        .set("data-state", state);
    if let Some(count) = found.count() {
        out = out
            .set("data-parameters", count.parameters.to_string())
            .set("data-flop", count.forward.to_string());
    }
    let children = match &found.shown {
        Shown::Empty => empty(stand),
        Shown::Reading(progress) => reading(stand, *progress),
        Shown::Refused(failure) => vec![refused(failure).into()],
        Shown::Cancelled => vec![
            div("note-box")
                .with(
                    p("")
                        .with(tag("b").with("Cancelled. "))
                        .with("Nothing was counted."),
                )
                .with(
                    button("button", "again", "")
                        .set("id", "again")
                        .with("Read again"),
                )
                .into(),
        ],
        Shown::Done => done(home, found),
    };
    vec![out.with(children).into()]
}

fn empty(stand: &Stand) -> Vec<Node> {
    let what = match stand.from {
        Source::Files => {
            "Drop a file and its parameters, its forward FLOP and a table of its layers stand here."
        }
        Source::Text => {
            "Paste a config.json and its parameters, its forward FLOP and a table of its layers stand here."
        }
        Source::Layers => {
            "Add a layer and its parameters and forward FLOP stand here; the list is kept in the address."
        }
    };
    vec![
        p("").with(what).into(),
        p("note")
            .with("PyTorch’s .bin and .pt files are programs and are not opened: save as safetensors, or export to ONNX.")
            .into(),
    ]
}

/// Bytes with a prefix: `2.1 GB`.
fn bytes(n: f64) -> String {
    let (by, unit) = match n {
        n if n >= 1e9 => (1e9, "GB"),
        n if n >= 1e6 => (1e6, "MB"),
        n if n >= 1e3 => (1e3, "kB"),
        _ => (1.0, "bytes"),
    };
    quantity::with_unit(&quantity::plain(n / by, 3), unit)
}

fn reading(stand: &Stand, progress: Option<Progress>) -> Vec<Node> {
    let name = match stand.files.as_slice() {
        [(name, _)] if stand.from == Source::Files => name.clone(),
        files if stand.from == Source::Files => format!("{} files", files.len()),
        _ => "the text".to_string(),
    };
    let now = progress.unwrap_or_default();
    let mut bar = tag("progress").set("aria-label", "Passed of the file");
    if now.size > 0.0 {
        bar = bar.set("max", "1000").set(
            "value",
            quantity::integer((now.position / now.size * 1000.0) as i64),
        );
    }
    let how = if now.size > 0.0 {
        format!(
            "{} of {} passed, {} of them read",
            bytes(now.position),
            bytes(now.size),
            bytes(now.bytes)
        )
    } else {
        "Starting the reader".to_string()
    };
    vec![
        div("note-box")
            .with(p("").with(tag("b").with(["Reading ", &name].concat())))
            .with(bar)
            .with(p("small").with(how))
            .with(button("button", "cancel", "").with("Cancel"))
            .into(),
    ]
}

fn refused(failure: &Failure) -> Tag {
    div("note-box refused")
        .set("data-code", failure.code.clone())
        .with(
            p("")
                .with(spoken("Not counted: "))
                .with(tag("b").with(failure.found.clone())),
        )
        .with(p("").with(failure.remedy.clone()))
}

fn done(home: &Loaded, found: &Found) -> Vec<Node> {
    let mut out: Vec<Node> = Vec::new();
    if found.counts.len() > 1 {
        out.push(several(found).into());
    }
    let Some(count) = found.count() else {
        if let Some((_, Err(failure))) = found.counts.get(found.chosen) {
            out.push(refused(failure).into());
        }
        return out;
    };
    out.push(head(count).into());
    if !count.needs.is_empty() {
        let mut list = tag("ul");
        for (name, why) in &count.needs {
            list = list.with(
                tag("li")
                    .with(tag("b").with([name, ": "].concat()))
                    .with(why.clone()),
            );
        }
        out.push(
            div("note-box needs")
                .with(
                    p("")
                        .with(tag("b").with("This is a part of the count. "))
                        .with("For the whole, fill in above, or add:"),
                )
                .with(list)
                .into(),
        );
    }
    // Without the sizes that are asked for there may be no work to show: a 0 would mislead.
    let open = count.forward == 0 && !count.needs.is_empty();
    out.push(
        div("totals")
            .with(parameters(count))
            .with((!open).then(|| flop(count)))
            .into(),
    );
    out.push(uses(home, count).into());
    out.extend(remarks(count));
    out.push(table(found, count).into());
    if !open {
        out.push(training::section(home, found, count).into());
    }
    out.push(
        tag("section")
            .class("save")
            .with(tag("h3").with("Take it along"))
            .with(button("button", "csv", "").with("Table as CSV"))
            .with(button("button", "json", "").with("Count as JSON"))
            .into(),
    );
    out
}

fn several(found: &Found) -> Tag {
    let mut body = tag("tbody");
    for (at, (name, result)) in found.counts.iter().enumerate() {
        let about = at.to_string();
        let mut row = tag("tr").with(
            tag("th").set("scope", "row").with(
                button("text", "choose", about)
                    .state("aria-pressed", at == found.chosen)
                    .with(name.clone()),
            ),
        );
        row = match result {
            Ok(count) => row
                .with(tag("td").class("num").with(grouped(count.parameters)))
                .with(tag("td").class("num").with(grouped(count.active)))
                .with(tag("td").class("num").with(grouped(count.forward))),
            Err(failure) => row.with(tag("td").set("colspan", "3").with(failure.found.clone())),
        };
        body = body.with(row);
    }
    scroll("Models").with(
        tag("table")
            .class("plain")
            .with(tag("caption").class("vh").with("Models"))
            .with(heads(&["File", "Parameters", "Active", "Forward FLOP"]))
            .with(body),
    )
}

/// A region that scrolls by itself and can be reached by keyboard.
fn scroll(name: &'static str) -> Tag {
    div("scroll")
        .set("role", "region")
        .set("tabindex", "0")
        .set("aria-label", name)
}

fn heads(words: &[&'static str]) -> Tag {
    let row = words.iter().enumerate().fold(tag("tr"), |row, (at, word)| {
        row.with(
            tag("th")
                .set("scope", "col")
                .class(if at == 0 { "" } else { "num" })
                .with(*word),
        )
    });
    tag("thead").with(row)
}

fn head(count: &Count) -> Tag {
    let source = match count.source.as_str() {
        "config" => "config.json",
        "onnx" => "ONNX graph",
        "safetensors" => "safetensors header",
        "gguf" => "GGUF header",
        _ => "list of layers",
    };
    let title = if count.source == "layers" {
        "Your layers"
    } else {
        count.title()
    };
    let mut about = vec![source.to_string()];
    if !count.architecture.is_empty() && count.architecture != title {
        about.push(count.architecture.clone());
    }
    if let Some((read, size)) = count.read {
        about.push(if read < size {
            format!("{} of {} read", bytes(read as f64), bytes(size as f64))
        } else {
            // Small files are read in larger pieces than they have, some of them twice.
            format!("all of {} read", bytes(size as f64))
        });
    }
    for (dtype, elements) in count.stored.iter().take(6) {
        about.push(format!("{dtype}: {}", grouped(*elements)));
    }
    div("title")
        .with(tag("h2").with(title.to_string()))
        .with(p("small").with(about.join(" · ")))
}

/// A row of a small table: label, figure in words, all digits.
fn total(label: &str, value: u128) -> Tag {
    tag("tr")
        .with(tag("th").set("scope", "row").with(label.to_string()))
        .with(
            tag("td")
                .class("num")
                .with(tag("b").with(rich(&quantity::words(value as f64, 3)))),
        )
        .with(tag("td").class("num digits").with(grouped(value)))
}

fn parameters(count: &Count) -> Tag {
    let mut body = tag("tbody").with(total("All", count.parameters));
    if count.active != count.parameters {
        body = body.with(total("Active on one token", count.active));
    }
    if count.table > 0 {
        let label = if count.active == count.parameters {
            "Without the input table"
        } else {
            "Active, without the input table"
        };
        body = body.with(total(label, count.active.saturating_sub(count.table)));
    }
    tag("table")
        .class("plain figures")
        .with(tag("caption").with("Parameters"))
        .with(
            tag("thead")
                .class("vh")
                .with(heads_row(&["Which", "Rounded", "Exact"])),
        )
        .with(body)
}

fn heads_row(words: &[&'static str]) -> Tag {
    words.iter().fold(tag("tr"), |row, word| {
        row.with(tag("th").set("scope", "col").with(*word))
    })
}

fn flop_cell(value: u128) -> Tag {
    tag("td")
        .class("num")
        .with(tag("b").with(rich(&quantity::scientific(value as f64, 3))))
        .with(span("sub").with(grouped(value)))
}

fn flop(count: &Count) -> Tag {
    let mut body = tag("tbody");
    let whole = if count.tokens > 1 {
        format!("{} tokens", grouped(count.tokens.into()))
    } else {
        "One example".to_string()
    };
    body = body.with(
        tag("tr")
            .with(tag("th").set("scope", "row").with(whole))
            .with(flop_cell(count.forward))
            .with(flop_cell(count.causal)),
    );
    if count.tokens > 1 {
        let each = |flop: u128| {
            let text = quotient(flop, count.tokens.into());
            let exact = text
                .split('.')
                .next()
                .and_then(|n| n.parse::<u128>().ok())
                .unwrap_or(0);
            let rounded = flop as f64 / count.tokens as f64;
            tag("td")
                .class("num")
                .with(tag("b").with(rich(&quantity::scientific(rounded, 3))))
                .with(span("sub").with(grouped(exact)))
        };
        body = body.with(
            tag("tr")
                .with(tag("th").set("scope", "row").with("Per token"))
                .with(each(count.forward))
                .with(each(count.causal)),
        );
    }
    tag("table")
        .class("plain figures")
        .with(tag("caption").with("Forward FLOP"))
        .with(heads(&[
            "2 per multiply-accumulate",
            "Attention in full",
            "Masked half left out",
        ]))
        .with(body)
}

/// Keys of the first phase that say how much work a pass is: a link has those of one basis.
const BASES: [&str; 6] = [
    "params",
    "active",
    "connections",
    "forward",
    "flop",
    "ratio",
];

/// A link to the calculator with these keys filled in, whatever else was typed there kept.
pub fn use_link(home: &Loaded, count: &Count, keys: &[(&str, &str)], words: &str) -> Tag {
    let mut address = Address {
        form: home.address.form.clone(),
        tables: home.address.tables.clone(),
        ..Address::default()
    };
    let mut write = |key: &str, text: &str| {
        if let Some(field) = Field::from_key(key) {
            address.form.set(Slot::new(field, 0), text);
        }
    };
    for key in BASES {
        write(key, "");
    }
    if count.source != "layers" {
        write("name", &short(count.title()));
    }
    for (key, text) in keys {
        write(key, text);
    }
    tag("a")
        .class("button")
        .set(
            "href",
            ["./?", &link::encode(&address), &count.fragment].concat(),
        )
        .with(words.to_string())
}

fn uses(home: &Loaded, count: &Count) -> Tag {
    let (all, multiplying) = (
        count.parameters.to_string(),
        count.multiplying().to_string(),
    );
    let mut row = tag("section")
        .class("uses")
        .with(tag("h3").with("Use in method 1"));
    if count.parameters > 0 {
        let keys = [("params", all.as_str()), ("active", multiplying.as_str())];
        let keys = if multiplying == all {
            &keys[..1]
        } else {
            &keys[..]
        };
        row = row.with(use_link(home, count, keys, "The parameters"));
    }
    if count.forward > 0 {
        if count.tokens > 1 {
            row = row.with(use_link(
                home,
                count,
                &[("forward", &quotient(count.forward, count.tokens.into()))],
                "Forward FLOP per token",
            ));
        }
        row = row.with(use_link(
            home,
            count,
            &[("forward", &count.forward.to_string())],
            "Forward FLOP per example",
        ));
    }
    if count.too_long {
        row = row.with(p("note").set("id", "too-long").with(
            "This count is longer than a link can carry (64 KiB): the figures come along, the table does not. Save it as CSV or JSON.",
        ));
    }
    row.with(p("note").with(
        "Parameters that only look up, such as an input table, do no work: the link fills in what multiplies as active parameters. \
         Forward FLOP counts attention as well.",
    ))
}

fn remarks(count: &Count) -> Vec<Node> {
    let mut out = Vec::new();
    if !count.unknown.is_empty() {
        let mut list = tag("ul");
        for (what, times, matters) in count.unknown.iter().take(40) {
            let how = if *matters {
                "can hold products, so the total may be too small"
            } else {
                "holds no products"
            };
            list = list.with(
                tag("li")
                    .with(tag("b").with(what.clone()))
                    .with(format!(", {}: {how}", times_text(*times))),
            );
        }
        let more = count.unknown.len().saturating_sub(40);
        if more > 0 {
            list = list.with(tag("li").with(format!("and {more} more kinds")));
        }
        let matters = count.unknown.iter().any(|(.., matters)| *matters);
        out.push(
            div(if matters {
                "note-box needs"
            } else {
                "note-box"
            })
            .with(p("").with(tag("b").with("Without a formula here")))
            .with(list)
            .into(),
        );
    }
    let mut warnings = tag("ul");
    let mut notes = tag("ul");
    let (mut any_warning, mut any_note) = (false, false);
    for remark in &count.problems {
        let item = tag("li").with(remark.message.clone());
        if remark.warning {
            any_warning = true;
            warnings = warnings.with(item);
        } else {
            any_note = true;
            notes = notes.with(item);
        }
    }
    if any_warning {
        out.push(
            div("note-box needs")
                .with(p("").with(tag("b").with("A total may be off")))
                .with(warnings)
                .into(),
        );
    }
    if any_note {
        out.push(
            div("note-box")
                .with(p("").with(tag("b").with("How it was counted")))
                .with(notes)
                .into(),
        );
    }
    out
}

fn times_text(n: u64) -> String {
    match n {
        1 => "once".into(),
        2 => "twice".into(),
        n => [&grouped(n.into()), " times"].concat(),
    }
}

fn table(found: &Found, count: &Count) -> Tag {
    let order = sorted(&count.groups, found.sort, found.falling);
    let shown = if found.all {
        order.len()
    } else {
        order.len().min(ROWS)
    };
    let mut heads = tag("tr");
    for (column, key, word) in Column::HEADS {
        let sorted = found.sort == column;
        let number = column.falls_first();
        let way = if !sorted {
            "none"
        } else if found.falling {
            "descending"
        } else {
            "ascending"
        };
        heads = heads.with(
            tag("th")
                .set("scope", "col")
                .class(if number { "num" } else { "" })
                .set("aria-sort", way)
                .with(button("order", "sort", key).with(word)),
        );
    }
    heads = heads.with(tag("th").set("scope", "col").with("Share of the FLOP"));
    // While a size is asked for, the work is not nothing: it is not known.
    let unknown = count.forward == 0 && !count.needs.is_empty();
    let work = |flop: u128| {
        let cell = tag("td").class("num");
        if unknown {
            cell.with("not known")
        } else {
            cell.with(grouped(flop))
        }
    };
    let mut body = tag("tbody");
    for at in order.iter().take(shown) {
        let Some(group) = count.groups.get(*at) else {
            continue;
        };
        let open = found.open.contains(at);
        let share = permille(group.forward, count.forward);
        body = body.with(
            tag("tr")
                .with(
                    tag("th").set("scope", "row").with(
                        button("fold path", "formula", at.to_string())
                            .state("aria-expanded", open)
                            .with(if group.path.is_empty() {
                                "(the model itself)".to_string()
                            } else {
                                group.path.clone()
                            }),
                    ),
                )
                .with(tag("td").with(group.kind.clone()))
                .with(tag("td").class("num").with(grouped(group.repeat.into())))
                .with(tag("td").class("num").with(grouped(group.parameters)))
                .with(work(group.forward))
                .with(
                    tag("td")
                        .class("part-of")
                        .with(share_bar(share))
                        .with(span("").with(if unknown {
                            String::new()
                        } else {
                            quantity::with_unit(&quantity::plain(share as f64 / 10.0, 3), "%")
                        })),
                ),
        );
        if open {
            body = body.with(
                tag("tr").class("formula-row").with(
                    tag("td")
                        .set("colspan", "6")
                        .with(tag("code").with(readable(&group.formula))),
                ),
            );
        }
    }
    let sums = tag("tfoot").with(
        tag("tr")
            .with(
                tag("th")
                    .set("scope", "row")
                    .with(match count.groups.len() {
                        1 => "Sum of 1 row".to_string(),
                        rows => ["Sum of ", &grouped(rows as u128), " rows"].concat(),
                    }),
            )
            .with(tag("td"))
            .with(tag("td"))
            .with(tag("td").class("num").with(grouped(
                count.groups.iter().map(|group| group.parameters).sum(),
            )))
            .with(work(count.groups.iter().map(|group| group.forward).sum()))
            .with(
                tag("td")
                    .class("part-of")
                    .with(if count.forward > 0 {
                        share_bar(1000)
                    } else {
                        span("")
                    })
                    .with(span("").with(if count.forward > 0 {
                        "100\u{202f}%"
                    } else {
                        ""
                    })),
            ),
    );
    let table = tag("table")
        .class("plain groups")
        .set("id", "groups")
        .set("tabindex", "-1")
        .with(
            tag("caption")
                .class("vh")
                .with("Layers of the model; a row opens its formula"),
        )
        .with(tag("thead").with(heads))
        .with(body)
        .with(sums);
    let mut section = tag("section").class("by-layer").with(
        div("section-head")
            .with(tag("h3").with("Layer by layer"))
            .with(if found.sort == Column::Model {
                span("small").with("In the model’s order")
            } else {
                button("text", "sort", "model").with("Back to the model’s order")
            }),
    );
    section = section.with(scroll("Layer by layer").with(table));
    if shown < order.len() {
        section = section.with(
            button("text", "all", "")
                .with(["Show all ", &grouped(order.len() as u128), " rows"].concat()),
        );
    }
    section
}

/// A formula with the signs of print and its digits in groups.
pub fn readable(formula: &str) -> String {
    digits_grouped(&formula.replace(" * ", "*").replace('*', " × "))
}
