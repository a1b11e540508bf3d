//! Short forms of an estimate, for papers, posts and tables.

use compute_core::estimate::{Estimate, Headline};
use compute_core::form::Form;
use compute_core::quantity;
use serde::Serialize;

use crate::{Place, link, name};

/// The columns of [`Citation::csv`].
pub const CSV_HEADER: &str = "name,flop,flop_low,flop_high,method,counting_flop,hardware_flop,implied_utilization,verdict,tables,date,link";

/// An estimate in the forms that people paste.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Citation {
    /// One sentence with the number, its range, the method and the link.
    pub sentence: String,
    /// The same in Markdown.
    pub markdown: String,
    /// An entry for a bibliography.
    pub bibtex: String,
    /// A row of [`CSV_HEADER`].
    pub csv: String,
}

/// The citation of an estimate; `None` where there is no number.
pub fn cite(form: &Form, estimate: &Estimate, place: &Place) -> Option<Citation> {
    let total = estimate.flop()?;
    let link = link(form, place);
    let name = name(form);
    let figure = quantity::flop(total.value, 2);
    let range = if total.is_exact() {
        String::new()
    } else {
        let range = quantity::with_unit(&quantity::range(total.low, total.high, 2), "FLOP");
        format!(" (90\u{202f}% range {range})")
    };
    let method = match estimate.headline {
        Some(Headline::Counting) => "by counting operations",
        Some(Headline::Hardware) => "from accelerator time",
        _ => "by counting operations and from accelerator time",
    };
    let today = quantity::date(place.today);
    let by = "with the method of Sevilla et al. (2022)";
    let sentence = format!(
        "The training compute of {name} is estimated at {figure}{range}, {method}, {by}: {link} ({today})."
    );
    let markdown = format!(
        "The training compute of {} is estimated at [{figure}]({link}){range}, {method}, {by} ({today}).",
        escape_markdown(&name)
    );
    let bibtex = format!(
        "@misc{{training-compute-{},\n  title = {{Training compute of {}: {} FLOP}},\n  howpublished = {{\\url{{{link}}}}},\n  note = {{Estimated {method} {by}; tables of {}}},\n  year = {{{}}},\n  urldate = {{{}}}\n}}",
        key(&name),
        escape_tex(&name),
        quantity::ascii(total.value, 2),
        place.tables,
        place.today.get(..4).unwrap_or(""),
        place.today,
    );
    // Fifteen digits: the last two of a binary number are nobody's.
    let number = |value: f64| {
        let decimal = format!("{value:.14e}").parse();
        quantity::exact(decimal.unwrap_or(value))
    };
    let maybe = |value: Option<f64>| value.map(number).unwrap_or_default();
    let range = (!total.is_exact()).then_some(total);
    let agreement = estimate.agreement.as_ref();
    let cells = [
        cell(&name),
        number(total.value),
        maybe(range.map(|total| total.low)),
        maybe(range.map(|total| total.high)),
        estimate.headline.map_or("", Headline::id).to_string(),
        maybe(
            estimate
                .counting
                .as_ref()
                .map(|counting| counting.total.value),
        ),
        maybe(
            estimate
                .hardware
                .as_ref()
                .map(|hardware| hardware.total.value),
        ),
        maybe(agreement.map(|agreement| agreement.implied_utilization.value)),
        agreement
            .map_or("", |agreement| agreement.verdict.id())
            .to_string(),
        place.tables.to_string(),
        place.today.to_string(),
        cell(&link),
    ];
    Some(Citation {
        sentence,
        markdown,
        bibtex,
        csv: cells.join(","),
    })
}

/// A cell of a CSV file. A name that a spreadsheet would run as a formula gets an apostrophe in front.
fn cell(text: &str) -> String {
    let text = match text.chars().next() {
        Some('=' | '+' | '-' | '@' | '\t' | '\r') => format!("'{text}"),
        _ => text.to_string(),
    };
    if text.contains(['"', ',', '\n', '\r']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text
    }
}

fn escape_markdown(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if matches!(
            c,
            '\\' | '`'
                | '*'
                | '_'
                | '{'
                | '}'
                | '['
                | ']'
                | '('
                | ')'
                | '<'
                | '>'
                | '#'
                | '!'
                | '|'
        ) {
            out.push('\\');
        }
        out.push(if c.is_control() { ' ' } else { c });
    }
    out
}

fn escape_tex(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\\' => out.push_str("\\textbackslash{}"),
            '{' | '}' | '$' | '&' | '#' | '%' | '_' => {
                out.push('\\');
                out.push(c);
            }
            '~' => out.push_str("\\textasciitilde{}"),
            '^' => out.push_str("\\textasciicircum{}"),
            c if c.is_control() => out.push(' '),
            c => out.push(c),
        }
    }
    out
}

fn key(name: &str) -> String {
    let mut key = String::new();
    for c in name.chars() {
        if c.is_ascii_alphanumeric() {
            key.push(c.to_ascii_lowercase());
        } else if !key.is_empty() && !key.ends_with('-') {
            key.push('-');
        }
    }
    key.trim_end_matches('-').to_string()
}
