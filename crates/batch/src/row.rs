//! One row: its cells to a form, the form to an estimate, the estimate to what the table shows.

use compute_core::catalog::Catalog;
use compute_core::estimate::{Estimate, Headline, estimate};
use compute_core::field::{FIELDS, Field, Slot};
use compute_core::form::Form;
use compute_core::link;
use compute_core::problem::{Problem, Severity};
use compute_core::quantity::{self, QuantityKind};
use compute_core::regulation;
use compute_core::request::{self, ChipTime, Inputs, Request};
use compute_core::sum::Total;

use crate::columns::{As, Column, Reads};
use crate::csv::{Oddity, Record};
use crate::limits::{MAX_CELL, MAX_ROW};

/// A figure with its 5th and 95th percentile, where something about it is uncertain.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Figure {
    /// Median, FLOP.
    pub value: f64,
    /// 5th and 95th percentile, FLOP; `None` for an exact figure.
    pub range: Option<(f64, f64)>,
}

impl From<&Total> for Figure {
    fn from(total: &Total) -> Figure {
        Figure {
            value: total.value,
            range: (!total.is_exact()).then_some((total.low, total.high)),
        }
    }
}

/// A message about a row.
#[derive(Clone, Debug, PartialEq)]
pub struct RowProblem {
    /// How bad.
    pub severity: Severity,
    /// Permanent kebab-case code.
    pub code: &'static str,
    /// The sentence, with the field's name.
    pub message: String,
    /// What to do; may be empty.
    pub remedy: String,
}

impl RowProblem {
    fn new(severity: Severity, code: &'static str, message: String, remedy: &str) -> RowProblem {
        RowProblem {
            severity,
            code,
            message,
            remedy: remedy.to_string(),
        }
    }
}

impl From<&Problem> for RowProblem {
    fn from(problem: &Problem) -> RowProblem {
        RowProblem {
            severity: problem.severity,
            code: problem.code,
            message: problem.sentence(),
            remedy: problem.remedy.clone(),
        }
    }
}

/// What a row gives.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// Line of the file on which it begins, from 1.
    pub line: u32,
    /// Its name; may be empty.
    pub name: String,
    /// Method 1, FLOP.
    pub counting: Option<Figure>,
    /// Method 2, FLOP.
    pub hardware: Option<Figure>,
    /// The total, FLOP.
    pub flop: Option<Figure>,
    /// Which method the total comes from.
    pub headline: Option<Headline>,
    /// Counting over accelerator time.
    pub ratio: Option<f64>,
    /// Utilization at which both agree, fraction.
    pub implied_utilization: Option<f64>,
    /// How the methods stand to each other: `agree`, `differ`, `disagree`, `implausible`, `impossible`.
    pub verdict: Option<&'static str>,
    /// Ids of the thresholds passed, each by its own count; only those that are shown by default and have begun.
    pub thresholds: Vec<&'static str>,
    /// The figure that a column gives, FLOP.
    pub published: Option<f64>,
    /// Messages, the worst first.
    pub problems: Vec<RowProblem>,
    /// The canonical query, without `?`.
    pub query: String,
}

impl Row {
    /// The total over the published figure.
    pub fn over_published(&self) -> Option<f64> {
        let ratio = self.flop?.value / self.published?;
        ratio.is_finite().then_some(ratio)
    }

    /// The worst severity among its messages.
    pub fn worst(&self) -> Option<Severity> {
        self.problems.first().map(|problem| problem.severity)
    }
}

/// What a row is read with.
pub(crate) struct Reading<'a> {
    pub catalog: &'a Catalog,
    /// The tables without models, examples and measured runs.
    pub lean: &'a Catalog,
    pub today: &'a str,
    pub columns: &'a [Column],
    /// Places of the columns that are read, in the order in which they fill.
    pub order: &'a [usize],
}

impl Reading<'_> {
    /// Reads a row.
    pub fn row(&self, record: &Record) -> Row {
        let mut problems = Vec::new();
        self.shape(record, &mut problems);
        let (form, published) = self.form(record, &mut problems);
        let mut request = request::read(&form, self.catalog);
        let name = std::mem::take(&mut request.name);
        let found = estimate(&form, &request, self.lean);
        problems.extend(found.problems.iter().map(RowProblem::from));
        one_chip(&form, &request, &mut problems);
        missing(&request, &found, &mut problems);
        let rank = |problem: &RowProblem| match problem.severity {
            Severity::Error => 0,
            Severity::Warning => 1,
            Severity::Note => 2,
        };
        problems.sort_by_key(rank);
        let agreement = found.agreement.as_ref();
        Row {
            line: record.line,
            name,
            counting: found
                .counting
                .as_ref()
                .map(|method| Figure::from(&method.total)),
            hardware: found
                .hardware
                .as_ref()
                .map(|method| Figure::from(&method.total)),
            flop: found.flop().map(Figure::from),
            headline: found.headline,
            ratio: agreement.map(|agreement| agreement.ratio.value),
            implied_utilization: agreement.map(|agreement| agreement.implied_utilization.value),
            verdict: agreement.map(|agreement| agreement.verdict.id()),
            thresholds: self.passed(&found),
            published,
            problems,
            query: link::encode_form(&form),
        }
    }

    /// What is odd about the row as text.
    fn shape(&self, record: &Record, problems: &mut Vec<RowProblem>) {
        let line = record.line;
        let mut say = |code, message, remedy: &str| {
            problems.push(RowProblem::new(Severity::Warning, code, message, remedy));
        };
        match record.oddity {
            Some(Oddity::Unclosed(column)) => say(
                "quote-not-closed",
                format!(
                    "Line {line}: a quote opens in column {column} and is not closed; it was taken as a character, and the row as ending with its line."
                ),
                &format!(
                    "Close the quote within {} kB, or double it.",
                    MAX_CELL / 1024
                ),
            ),
            Some(Oddity::BehindQuote(column)) => say(
                "text-behind-quote",
                format!(
                    "Line {line}: text stands behind the closing quote of column {column}; it was kept."
                ),
                "Write a quote inside a quoted cell twice.",
            ),
            Some(Oddity::TooLong) => say(
                "row-too-long",
                format!(
                    "Line {line}: the row is longer than {} kB and was cut there.",
                    MAX_ROW / 1024
                ),
                "Leave out the long columns.",
            ),
            None => {}
        }
        let (found, wanted) = (record.len(), self.columns.len());
        if found < wanted && record.oddity.is_none() {
            say(
                "cells-missing",
                format!(
                    "Line {line}: {found} cells where the header has {wanted} columns; the others were read as empty."
                ),
                "Write a separator for every column.",
            );
        } else if found > wanted && (wanted..found).any(|cell| !record.get(cell).trim().is_empty())
        {
            say(
                "cells-too-many",
                format!(
                    "Line {line}: {found} cells where the header has {wanted} columns; the last ones were not read."
                ),
                "Put a cell that holds the separator in quotes.",
            );
        }
    }

    /// The form of a row, and the published figure beside it.
    fn form(&self, record: &Record, problems: &mut Vec<RowProblem>) -> (Form, Option<f64>) {
        let mut form = Form::empty();
        let mut published = None;
        // A whole link first: the other columns override it.
        for reads in [Reads::Example, Reads::Query] {
            let Some(at) = self.columns.iter().position(|column| column.reads == reads) else {
                continue;
            };
            let text = record.get(at).trim();
            if text.is_empty() {
                continue;
            }
            let query = match reads {
                Reads::Example => ["example=", text].concat(),
                _ => text
                    .split_once('?')
                    .map_or(text, |(_, query)| query)
                    .to_string(),
            };
            let (address, said) = link::decode(&query, self.catalog);
            problems.extend(said.iter().map(RowProblem::from));
            form = address.form;
        }
        for at in self.order {
            let Some(column) = self.columns.get(*at) else {
                continue;
            };
            let text = record.get(*at).trim();
            if text.is_empty() {
                continue;
            }
            match column.reads {
                Reads::Field(slot, reads) => fill(&mut form, slot, reads, text, problems),
                Reads::Published => match quantity::read(QuantityKind::Flop, text, self.catalog) {
                    Ok(reading) => published = Some(reading.value),
                    Err(wrong) => problems.push(RowProblem::new(
                        Severity::Warning,
                        wrong.code,
                        [column.name.as_str(), ": ", &wrong.message].concat(),
                        &wrong.remedy,
                    )),
                },
                Reads::Query | Reads::Example | Reads::Ignored => {}
            }
        }
        // A batch size beside no number of steps says nothing about the compute.
        for (at, column) in self.columns.iter().enumerate() {
            if let Reads::Field(slot, As::BesideSteps) = column.reads
                && form
                    .get(Slot::new(Field::Steps, slot.phase))
                    .trim()
                    .is_empty()
                && form.get(slot) == record.get(at).trim()
            {
                form.set(slot, "");
            }
        }
        (form, published)
    }

    fn passed(&self, found: &Estimate) -> Vec<&'static str> {
        let Some(totals) = &found.totals else {
            return Vec::new();
        };
        self.catalog
            .thresholds
            .iter()
            .filter(|row| row.shown && regulation::is_current(row, self.today))
            .filter(|row| {
                regulation::compare(row, totals).is_some_and(|compared| compared.exceeded)
            })
            .map(|row| row.id)
            .collect()
    }
}

/// Writes a cell into its field.
fn fill(form: &mut Form, slot: Slot, reads: As, text: &str, problems: &mut Vec<RowProblem>) {
    // The apostrophe that our own files put before a text which a spreadsheet would compute with.
    let text = match text.strip_prefix('\'') {
        Some(rest) if rest.starts_with(['=', '+', '-', '@']) => rest,
        _ => text,
    };
    let label = slot.field.spec().label;
    let cut = match reads {
        As::Typed | As::BesideSteps => form.set(slot, text),
        As::Unit(unit) => {
            let bare = text
                .bytes()
                .all(|byte| matches!(byte, b'0'..=b'9' | b'.' | b',' | b'e' | b'E' | b'+' | b'-'));
            form.set(
                slot,
                &if bare {
                    [text, " ", unit].concat()
                } else {
                    text.to_string()
                },
            )
        }
        As::Domain => form.set(slot, domain(text)),
        As::Accelerator | As::Format => {
            let list: Vec<&str> = text
                .split([',', ';'])
                .map(str::trim)
                .filter(|part| !part.is_empty())
                .collect();
            match (list.as_slice(), reads) {
                ([one], As::Format) => {
                    let format = one.to_ascii_lowercase();
                    // A format that the accelerators have no peak for is a way of storing numbers, not of computing.
                    let known = compute_core::catalog::Format::from_id(&format).is_some();
                    if known {
                        form.set(slot, &format)
                    } else {
                        problems.push(RowProblem::new(
                            Severity::Note,
                            "format-not-read",
                            format!("{label}: “{}” has no peak in the table; the accelerator’s usual format was taken.", short(one)),
                            "Write one like bf16.",
                        ));
                        false
                    }
                }
                ([one], _) => form.set(slot, one),
                (many, As::Format) => {
                    problems.push(RowProblem::new(
                        Severity::Note,
                        "several-formats",
                        format!(
                            "{label}: {} formats are named; the accelerator’s usual one was taken.",
                            many.len()
                        ),
                        "Write the one that most products are computed in.",
                    ));
                    false
                }
                (many, _) => {
                    problems.push(RowProblem::new(
                        Severity::Warning,
                        "several-accelerators",
                        format!(
                            "{label}: {} are named (“{}”); which of them computed how long is not said, so none was taken.",
                            many.len(),
                            short(text)
                        ),
                        "Write a phase for each, with its own chips and time.",
                    ));
                    false
                }
            }
        }
    };
    if cut {
        problems.push(RowProblem::new(
            Severity::Warning,
            "text-cut",
            format!("{label}: the text was too long and was cut."),
            "Write a shorter one.",
        ));
    }
}

/// The area as the form knows it: language models, those that also see or hear included, and all others.
fn domain(text: &str) -> &'static str {
    let language = text.split([',', ';']).any(|part| {
        let part = part.trim();
        part.eq_ignore_ascii_case("language") || part.eq_ignore_ascii_case("multimodal")
    });
    if language { "language" } else { "other" }
}

/// Says that one chip was taken where a table leaves their number open: there an empty cell mostly means that nobody told it.
fn one_chip(form: &Form, request: &Request, problems: &mut Vec<RowProblem>) {
    for (index, phase) in request.phases.iter().enumerate() {
        let slot = Slot::new(Field::Chips, u8::try_from(index).unwrap_or(u8::MAX));
        let by_time = phase
            .hardware
            .complete()
            .is_some_and(|hardware| matches!(hardware.chip_time, ChipTime::ChipsAndTime(..)));
        if by_time && form.get(slot).trim().is_empty() {
            problems.push(RowProblem::new(
                Severity::Warning,
                "one-chip",
                "Chips: empty, so one chip was taken.".to_string(),
                "Write how many, or 1 where it was one.",
            ));
        }
    }
}

/// Says what keeps a method from a number: an error where neither has one.
fn missing(request: &Request, found: &Estimate, problems: &mut Vec<RowProblem>) {
    for (index, phase) in request.phases.iter().enumerate() {
        let mut needs: Vec<String> = Vec::new();
        if let Inputs::Needs(fields) = &phase.counting {
            needs.push(["counting needs ", &names(fields)].concat());
        }
        if let Inputs::Needs(fields) = &phase.hardware {
            needs.push(["accelerator time needs ", &names(fields)].concat());
        }
        if needs.is_empty() {
            continue;
        }
        let place = if request.phases.len() > 1 {
            format!("Phase {}: ", index + 1)
        } else {
            String::new()
        };
        let severity = if found.flop().is_none() {
            Severity::Error
        } else {
            Severity::Note
        };
        problems.push(RowProblem::new(
            severity,
            "needs-more",
            capital(&format!("{place}{}.", needs.join("; "))),
            "",
        ));
    }
    if found.flop().is_none()
        && problems
            .iter()
            .all(|problem| problem.severity != Severity::Error)
    {
        problems.push(RowProblem::new(
            Severity::Error,
            "nothing-to-estimate",
            "Nothing to estimate from.".to_string(),
            "Give parameters and training data, or an accelerator and the training time.",
        ));
    }
}

/// `training data and epochs`.
fn names(fields: &[Field]) -> String {
    let mut out = String::new();
    for (at, field) in fields.iter().enumerate() {
        if at > 0 {
            out.push_str(if at + 1 == fields.len() {
                " and "
            } else {
                ", "
            });
        }
        let label = FIELDS.get(*field as usize).map_or("", |spec| spec.label);
        out.push_str(&label.to_lowercase());
    }
    out
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    match chars.next() {
        Some(first) => first.to_uppercase().chain(chars).collect(),
        None => String::new(),
    }
}

/// The start of a text, for messages.
pub(crate) fn short(text: &str) -> String {
    let mut out: String = text.chars().take(40).collect();
    if text.chars().nth(40).is_some() {
        out.push('…');
    }
    out
}
