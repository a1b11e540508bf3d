//! The record as a text for the file: what a provider keeps of an estimate, to be read by people.

use std::fmt::Write;

use compute_core::quantity;

use crate::record::{Figure, Record};

/// A figure with its range, in three significant digits: `3.14 × 10²³ FLOP (90 % range 2.1–4.7 × 10²³)`.
fn figure(figure: &Figure) -> String {
    let value = quantity::flop(figure.value, 3);
    match (figure.low, figure.high) {
        (Some(low), Some(high)) => {
            format!(
                "{value} (90\u{202f}% range {})",
                quantity::range(low, high, 3)
            )
        }
        _ => value,
    }
}

/// What the title of a count is, for whoever does not know its id.
fn title(count: &str) -> &'static str {
    match count {
        "eu-update" => "EU, parameter updates",
        "eu-cumulative" => "EU, cumulative",
        "us-state" => "US states",
        _ => "Everything typed",
    }
}

/// What was typed, without its line ends: nobody's name writes a line of the record.
fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// With a capital first letter.
fn capital(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().map(|first| first.to_uppercase().to_string());
    first.unwrap_or_default() + letters.as_str()
}

fn method(id: &str) -> &'static str {
    match id {
        "counting" => "counting the operations",
        "hardware" => "accelerator time",
        _ => "counting the operations where possible, else accelerator time",
    }
}

impl Record {
    /// The record as a text: figure for the EU's notification, method, ranges, inputs, assumptions, what each rule counts and leaves
    /// out, comparisons, sources, date, link, version of tables and page.
    pub fn text(&self) -> String {
        let mut out = format!(
            "Training compute of {}: record for the file
",
            one_line(&self.name)
        );
        let mut line = |words: std::fmt::Arguments| {
            // A String takes all that is written.
            let _ = writeln!(out, "{words}");
        };
        line(format_args!(
            "Made on {} with the tables of {}, version {} of the page.",
            quantity::date(&self.date),
            quantity::date(&self.tables),
            self.version
        ));
        line(format_args!("{}\n", self.link));
        line(format_args!(
            "Figure for a notification in the EU: {} (two significant figures of the cumulative total; compared unrounded)",
            self.two_significant_figures
        ));
        line(format_args!("Estimate: {}", figure(&self.flop)));
        line(format_args!(
            "Method: {}, after Sevilla et al. 2022",
            method(&self.method)
        ));
        for (name, one) in [
            ("By counting the operations", &self.counting),
            ("By accelerator time", &self.hardware),
        ] {
            if let Some(one) = one {
                line(format_args!("{name}: {}", figure(one)));
            }
        }
        if let Some(agreement) = &self.agreement {
            line(format_args!("{agreement}"));
        }
        line(format_args!("\nInputs"));
        for input in &self.inputs {
            let phase = input.key.rsplit_once('.').map_or("", |(_, phase)| phase);
            let of = if phase.is_empty() { "" } else { ", phase " };
            line(format_args!(
                "- {}{of}{phase}: {}",
                input.label,
                one_line(&input.typed)
            ));
            if input.read != input.typed {
                line(format_args!("  read as {}", one_line(&input.read)));
            }
        }
        if !self.assumptions.is_empty() {
            line(format_args!("\nAssumptions and remarks"));
            for assumption in &self.assumptions {
                line(format_args!("- {assumption}"));
            }
        }
        line(format_args!("\nWhat each rule counts"));
        for total in &self.totals {
            line(format_args!(
                "- {}: {}. {}",
                title(&total.count),
                figure(&total.flop),
                total.words
            ));
        }
        line(format_args!("\nCompared with"));
        for row in &self.thresholds {
            line(format_args!("- {} {}.", row.sentence, capital(&row.status)));
            if !row.conditions.is_empty() {
                line(format_args!("  Besides compute: {}", row.conditions));
            }
            line(format_args!(
                "  Source, as of {}: {}",
                quantity::date(&row.as_of),
                row.source
            ));
        }
        if !self.sources.is_empty() {
            line(format_args!("\nSources of the accelerators’ peaks"));
            for source in &self.sources {
                line(format_args!("- {source}"));
            }
        }
        line(format_args!("\n{}", self.remark));
        out
    }
}
