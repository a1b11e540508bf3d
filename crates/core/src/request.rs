//! Form and tables to a request: what each field means, which basis wins, what is missing.
//!
//! A field that does not read costs that field, not the others.

use crate::catalog::{Accelerator, Catalog, Format};
use crate::field::{Default, Field, Slot, Takes};
use crate::form::Form;
use crate::phase::PhaseKind;
use crate::problem::{Fix, Problem, Severity};
use crate::quantity::{self, NoNames, QuantityKind, Reading};
use crate::step::{Given, Item};
use crate::uncertain::Uncertain;

/// What the model works on: it chooses the usual utilization.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Domain {
    /// Text.
    Language,
    /// Anything else.
    Other,
}

impl Domain {
    /// The article's recommended utilization: 30 % for large language models, 40 % for other models.
    pub fn usual_utilization(self) -> f64 {
        match self {
            Domain::Language => 0.3,
            Domain::Other => 0.4,
        }
    }
}

/// Compute of the model that was modified.
#[derive(Clone, Debug, PartialEq)]
pub enum Original {
    /// Typed.
    Known(Uncertain),
    /// `unknown`.
    Unknown,
}

/// Attention heads, depth and length: the work of the scores.
#[derive(Clone, Debug, PartialEq)]
pub struct Attention {
    /// Layers.
    pub depth: Given,
    /// Total head width.
    pub width: Given,
    /// Sequence length.
    pub sequence_length: Given,
    /// Whether the masked half is left out.
    pub causal: bool,
}

/// What the forward pass is counted from.
#[derive(Clone, Debug, PartialEq)]
pub enum Basis {
    /// FLOP of the whole phase.
    Flop(Given),
    /// Forward FLOP per example.
    Forward(Given),
    /// Multiply-accumulates per example.
    Connections(Given),
    /// Parameters, with the active ones of a mixture.
    Parameters(Given, Option<Given>),
}

/// How many examples were seen.
#[derive(Clone, Debug, PartialEq)]
pub enum Passes {
    /// Data times epochs.
    Data(Given, Given),
    /// Batch times steps.
    Steps(Given, Given),
}

/// Inputs of method 1, complete.
#[derive(Clone, Debug, PartialEq)]
pub struct Counting {
    /// Basis of the forward pass.
    pub basis: Basis,
    /// Examples seen; `None` with a known FLOP.
    pub passes: Option<Passes>,
    /// Backward : forward.
    pub ratio: Given,
    /// Attention term.
    pub attention: Option<Attention>,
    /// What one example is.
    pub item: Item,
}

/// Chips and time.
#[derive(Clone, Debug, PartialEq)]
pub enum ChipTime {
    /// Number of chips, seconds.
    ChipsAndTime(Given, Given),
    /// Chip-seconds.
    ChipHours(Given),
}

/// Share of the peak.
#[derive(Clone, Debug, PartialEq)]
pub enum Utilization {
    /// Typed.
    Model(Given),
    /// The article's choice for the domain.
    Usual(Given),
    /// Hardware utilization and executed : model.
    Hardware(Given, Given),
}

/// Inputs of method 2, complete.
#[derive(Clone, Debug, PartialEq)]
pub struct Hardware {
    /// Index of the row, where the chip is one of the table's.
    pub accelerator: Option<usize>,
    /// Peak of one chip, FLOP/s.
    pub peak: Given,
    /// Where the peak comes from, in words.
    pub peak_source: String,
    /// Its format, where known.
    pub format: Option<Format>,
    /// Chips and time.
    pub chip_time: ChipTime,
    /// Share of the peak.
    pub utilization: Utilization,
}

/// Inputs of a method, or what keeps it from a number.
#[derive(Clone, Debug, PartialEq)]
pub enum Inputs<T> {
    /// Nothing was typed for it.
    Nothing,
    /// These fields are missing.
    Needs(Vec<Field>),
    /// These fields have an error.
    Faulty(Vec<Slot>),
    /// Complete.
    Complete(T),
}

impl<T> Inputs<T> {
    /// The inputs, where they are complete.
    pub fn complete(&self) -> Option<&T> {
        match self {
            Inputs::Complete(inputs) => Some(inputs),
            _ => None,
        }
    }
}

/// A phase, read.
#[derive(Clone, Debug, PartialEq)]
pub struct Phase {
    /// What it is.
    pub kind: PhaseKind,
    /// Publicly accessible synthetic data.
    pub public: bool,
    /// Totals it was moved into (`eu-update` …).
    pub moved_in: Vec<crate::catalog::Count>,
    /// Totals it was moved out of.
    pub moved_out: Vec<crate::catalog::Count>,
    /// Method 1.
    pub counting: Inputs<Counting>,
    /// Method 2.
    pub hardware: Inputs<Hardware>,
}

/// What was typed, read.
#[derive(Clone, Debug, PartialEq)]
pub struct Request {
    /// Label of the estimate.
    pub name: String,
    /// Language or other.
    pub domain: Domain,
    /// Of a modified model.
    pub original: Option<Original>,
    /// Whether the original has systemic risk.
    pub systemic: Option<bool>,
    /// Phases.
    pub phases: Vec<Phase>,
    /// Where each unknown was typed, by its id.
    pub unknowns: Vec<Slot>,
    /// The line under each field that was read.
    pub echoes: Vec<(Slot, String)>,
    /// Messages.
    pub problems: Vec<Problem>,
}

/// Reads a form.
pub fn read(form: &Form, catalog: &Catalog) -> Request {
    let mut reader = Reader {
        form,
        catalog,
        unknowns: Vec::new(),
        range_texts: Vec::new(),
        echoes: Vec::new(),
        problems: Vec::new(),
    };
    let head = |field| Slot::new(field, 0);
    let domain = match reader.choice(head(Field::Domain)) {
        Some("other") => Domain::Other,
        _ => Domain::Language,
    };
    let original = if form
        .head(Field::Original)
        .trim()
        .eq_ignore_ascii_case("unknown")
    {
        Some(Original::Unknown)
    } else {
        reader
            .quantity(head(Field::Original))
            .map(|given| Original::Known(given.value))
    };
    let systemic = reader
        .choice(head(Field::Systemic))
        .map(|answer| answer == "yes");
    let phases = (0..form.phases())
        .map(|phase| reader.phase(phase as u8, domain))
        .collect();
    Request {
        name: form.head(Field::Name).trim().to_string(),
        domain,
        original,
        systemic,
        phases,
        unknowns: reader.unknowns,
        echoes: reader.echoes,
        problems: reader.problems,
    }
}

struct Reader<'a> {
    form: &'a Form,
    catalog: &'a Catalog,
    unknowns: Vec<Slot>,
    range_texts: Vec<(Field, String)>,
    echoes: Vec<(Slot, String)>,
    problems: Vec<Problem>,
}

/// A slot's outcome.
enum Cell {
    Empty,
    Faulty,
    Read(Given),
}

impl Cell {
    fn given(self) -> Option<Given> {
        match self {
            Cell::Read(given) => Some(given),
            _ => None,
        }
    }
}

impl Reader<'_> {
    fn text(&self, slot: Slot) -> &str {
        self.form.get(slot)
    }

    fn typed(&self, slot: Slot) -> bool {
        !self.text(slot).trim().is_empty()
    }

    fn note(&mut self, slot: Slot, code: &'static str, message: String, remedy: impl Into<String>) {
        self.problems
            .push(Problem::new(Severity::Note, slot, code, message, remedy));
    }

    fn warn(&mut self, slot: Slot, code: &'static str, message: String, remedy: impl Into<String>) {
        self.problems
            .push(Problem::new(Severity::Warning, slot, code, message, remedy));
    }

    fn error(
        &mut self,
        slot: Slot,
        code: &'static str,
        message: String,
        remedy: impl Into<String>,
    ) {
        self.problems
            .push(Problem::new(Severity::Error, slot, code, message, remedy));
    }

    /// One of the slot's words, or `None` where it is empty or another.
    fn choice(&mut self, slot: Slot) -> Option<&'static str> {
        let Takes::Choice(words) = slot.field.spec().takes else {
            return None;
        };
        let text = self.text(slot).trim();
        if text.is_empty() {
            return None;
        }
        let found = words.iter().find(|word| word.eq_ignore_ascii_case(text));
        if found.is_none() {
            let message = format!("“{text}” is not one of its words.");
            self.error(
                slot,
                "unknown-choice",
                message,
                format!("Choose {}.", words.join(", ")),
            );
        }
        found.copied()
    }

    fn counts(&mut self, slot: Slot) -> Vec<crate::catalog::Count> {
        use crate::catalog::Count;
        let mut out = Vec::new();
        let text = self.text(slot).to_string();
        for word in text
            .split(',')
            .map(str::trim)
            .filter(|word| !word.is_empty())
        {
            match word {
                "eu-update" => out.push(Count::EuUpdate),
                "eu-cumulative" => out.push(Count::EuCumulative),
                "us-state" => out.push(Count::UsState),
                _ => self.error(
                    slot,
                    "unknown-choice",
                    format!("“{word}” is none of the totals."),
                    "Choose eu-update, eu-cumulative or us-state.",
                ),
            }
        }
        out
    }

    fn quantity(&mut self, slot: Slot) -> Option<Given> {
        self.cell(slot).given()
    }

    fn cell(&mut self, slot: Slot) -> Cell {
        self.cell_reading(slot).0
    }

    /// Reads a number: its value, and the reading for what else it says.
    fn cell_reading(&mut self, slot: Slot) -> (Cell, Option<Reading>) {
        let Takes::Quantity { kind, zero } = slot.field.spec().takes else {
            return (Cell::Empty, None);
        };
        let text = self.text(slot);
        if text.trim().is_empty() {
            return (Cell::Empty, None);
        }
        if zero && quantity::parse_f64(text.trim()) == Some(0.0) {
            let given = Given {
                slot: Some(slot),
                value: Uncertain::exact(0.0),
                text: "0".to_string(),
            };
            self.echoes.push((slot, "0: forward only".to_string()));
            return (Cell::Read(given), None);
        }
        match quantity::read(kind, text, self.catalog) {
            Ok(reading) => {
                let value = self.value(slot, &reading);
                for note in &reading.notes {
                    let mut problem =
                        Problem::new(Severity::Note, slot, note.code, note.message.as_str(), "");
                    for fix in &note.fixes {
                        problem = problem.with_fix(fix.as_str(), slot, fix.as_str());
                    }
                    self.problems.push(problem);
                }
                self.echoes.push((slot, reading.echo.clone()));
                let given = Given {
                    slot: Some(slot),
                    value,
                    text: short_text(kind, &reading),
                };
                (Cell::Read(given), Some(reading))
            }
            Err(wrong) => {
                let mut problem = Problem::new(
                    Severity::Error,
                    slot,
                    wrong.code,
                    wrong.message,
                    wrong.remedy,
                );
                problem.unfinished = wrong.unfinished;
                for fix in &wrong.fixes {
                    problem = problem.with_fix(fix.as_str(), slot, fix.as_str());
                }
                self.problems.push(problem);
                (Cell::Faulty, None)
            }
        }
    }

    /// The number with its unknown: the same range text in the same field of several phases is one unknown.
    fn value(&mut self, slot: Slot, reading: &Reading) -> Uncertain {
        if !reading.is_range() {
            return Uncertain::exact(reading.value);
        }
        let text = self.text(slot).trim().to_string();
        let id = self
            .range_texts
            .iter()
            .position(|(field, known)| *field == slot.field && *known == text)
            .unwrap_or_else(|| {
                self.range_texts.push((slot.field, text));
                self.unknowns.push(slot);
                self.unknowns.len() - 1
            });
        Uncertain::from_range(id as u16, reading.low, reading.high)
    }

    fn default(&self, slot: Slot, kind: PhaseKind) -> Given {
        let text = slot.field.spec().default.text(kind).unwrap_or("1");
        let value = quantity::read(QuantityKind::Count, text, &NoNames)
            .map_or(if text == "0" { 0.0 } else { 1.0 }, |reading| reading.value);
        Given {
            slot: Some(slot),
            value: Uncertain::exact(value),
            text: text.to_string(),
        }
    }

    fn phase(&mut self, phase: u8, domain: Domain) -> Phase {
        let at = |field| Slot::new(field, phase);
        let kind = self
            .choice(at(Field::Kind))
            .and_then(PhaseKind::from_id)
            .unwrap_or(PhaseKind::PreTraining);
        let public = self.choice(at(Field::Public)) == Some("1");
        let moved_in = self.counts(at(Field::In));
        let moved_out = self.counts(at(Field::Out));
        let counting = self.counting(phase, kind, domain);
        let hardware = self.hardware(phase, domain);
        Phase {
            kind,
            public,
            moved_in,
            moved_out,
            counting,
            hardware,
        }
    }

    fn counting(&mut self, phase: u8, kind: PhaseKind, domain: Domain) -> Inputs<Counting> {
        let at = |field| Slot::new(field, phase);
        let mut faulty: Vec<Slot> = Vec::new();
        let mut read = |reader: &mut Self, field| match reader.cell(at(field)) {
            Cell::Read(given) => Some(given),
            Cell::Empty => None,
            Cell::Faulty => {
                faulty.push(at(field));
                None
            }
        };
        let flop = read(self, Field::Flop);
        let forward = read(self, Field::Forward);
        let connections = read(self, Field::Connections);
        let parameters = read(self, Field::Parameters);
        let active = read(self, Field::Active);
        let data = read(self, Field::Data);
        let batch = read(self, Field::Batch);
        let steps = read(self, Field::Steps);
        let epochs = read(self, Field::Epochs);
        let ratio = read(self, Field::Ratio);
        let depth = read(self, Field::Depth);
        let width = read(self, Field::Width);
        let length = read(self, Field::SequenceLength);
        let causal = self.choice(at(Field::Mask)) == Some("causal");

        // The most direct basis wins; what it wins over is said, not dropped in silence.
        const BASES: [Field; 4] = [
            Field::Flop,
            Field::Forward,
            Field::Connections,
            Field::Parameters,
        ];
        let typed: Vec<Field> = BASES
            .into_iter()
            .filter(|field| self.typed(at(*field)))
            .collect();
        if let [winner, losers @ ..] = typed.as_slice() {
            for loser in losers {
                self.note(
                    at(*loser),
                    "overridden",
                    format!("not used: {} is more direct.", lower(winner.spec().label)),
                    format!(
                        "Empty {} to count from this field.",
                        lower(winner.spec().label)
                    ),
                );
            }
        }
        let active_alone =
            parameters.is_none() && active.is_some() && !self.typed(at(Field::Parameters));
        let basis = match typed.first() {
            Some(Field::Flop) => flop.map(Basis::Flop),
            Some(Field::Forward) => forward.map(Basis::Forward),
            Some(Field::Connections) => connections.map(Basis::Connections),
            Some(_) => parameters
                .clone()
                .map(|total| Basis::Parameters(total, active.clone())),
            // The active count alone is all that the method needs.
            None if active_alone => active.clone().map(|active| Basis::Parameters(active, None)),
            None => None,
        };
        if let (Some(total), Some(active)) = (&parameters, &active)
            && active.value.value > total.value.value
        {
            self.warn(
                at(Field::Active),
                "active-over-total",
                "more parameters are active than there are in total.".to_string(),
                "Exchange the two, or correct one.",
            );
        }

        let typed_passes = [Field::Data, Field::Batch, Field::Steps]
            .into_iter()
            .any(|field| self.typed(at(field)));
        if typed.is_empty() && !active_alone && !typed_passes && faulty.is_empty() {
            return Inputs::Nothing;
        }
        let is_flop = typed.first() == Some(&Field::Flop);
        let passes = match (data.clone(), batch.clone(), steps.clone()) {
            (data, Some(batch), Some(steps)) => {
                if data.is_some() {
                    self.note(
                        at(Field::Data),
                        "overridden",
                        "not used: batch × steps is more direct.".to_string(),
                        "Empty batch or steps to count from this field.",
                    );
                }
                Some(Passes::Steps(batch, steps))
            }
            (Some(data), _, _) => {
                let epochs = epochs.unwrap_or_else(|| self.default(at(Field::Epochs), kind));
                Some(Passes::Data(data, epochs))
            }
            _ => None,
        };
        // An error in a field that the winning basis does not use costs nothing.
        let mut used: Vec<Field> = vec![Field::Ratio];
        if let Some(field) = typed.first() {
            used.push(*field);
            if *field == Field::Parameters {
                used.push(Field::Active);
            }
        } else {
            used.push(Field::Active);
        }
        if !is_flop {
            used.extend([Field::Depth, Field::Width, Field::SequenceLength]);
            match passes {
                Some(Passes::Steps(..)) => {}
                _ => used.extend([Field::Data, Field::Epochs, Field::Batch, Field::Steps]),
            }
        }
        faulty.retain(|slot| used.contains(&slot.field));
        if !faulty.is_empty() {
            return Inputs::Faulty(faulty);
        }

        let attention = match (depth, width, length) {
            (Some(depth), Some(width), Some(sequence_length)) if !is_flop => Some(Attention {
                depth,
                width,
                sequence_length,
                causal,
            }),
            (None, None, None) => None,
            (depth, width, length) => {
                let missing: Vec<&str> = [
                    (Field::Depth, depth.is_none()),
                    (Field::Width, width.is_none()),
                    (Field::SequenceLength, length.is_none()),
                ]
                .into_iter()
                .filter(|(_, missing)| *missing)
                .map(|(field, _)| field.spec().label)
                .collect();
                let given = [Field::Depth, Field::Width, Field::SequenceLength]
                    .into_iter()
                    .find(|field| self.typed(at(*field)))
                    .unwrap_or(Field::Depth);
                if is_flop {
                    self.note(
                        at(given),
                        "attention-unused",
                        "not used: a known FLOP holds the attention already.".to_string(),
                        "Empty known FLOP to count.",
                    );
                } else {
                    self.warn(
                        at(given),
                        "attention-incomplete",
                        "the attention term needs layers, head width and sequence length."
                            .to_string(),
                        format!(
                            "Enter {} too, or empty this field.",
                            lower(&missing.join(" and "))
                        ),
                    );
                }
                None
            }
        };

        let mut needs = Vec::new();
        if basis.is_none() {
            needs.push(Field::Parameters);
        }
        if passes.is_none() && !is_flop {
            match (batch.is_some(), steps.is_some()) {
                (true, false) => needs.push(Field::Steps),
                (false, true) => needs.push(Field::Batch),
                _ => needs.push(Field::Data),
            }
        }
        let Some(basis) = basis.filter(|_| needs.is_empty()) else {
            return Inputs::Needs(needs);
        };
        let item = self.item(phase, domain, &basis);
        self.swapped(phase, &basis, passes.as_ref());
        let ratio = ratio.unwrap_or_else(|| self.default(at(Field::Ratio), kind));
        Inputs::Complete(Counting {
            basis,
            passes: passes.filter(|_| !is_flop),
            ratio,
            attention,
            item,
        })
    }

    /// What one example is, from the unit that was typed; and a note where it does not fit parameters.
    fn item(&mut self, phase: u8, domain: Domain, basis: &Basis) -> Item {
        let slot = [Field::Data, Field::Batch]
            .into_iter()
            .map(|field| Slot::new(field, phase))
            .find(|slot| self.typed(*slot))
            .unwrap_or(Slot::new(Field::Data, phase));
        let text = self.text(slot).to_ascii_lowercase();
        let has = |words: &[&str]| words.iter().any(|word| text.contains(word));
        let by_parameters = matches!(basis, Basis::Parameters(..));
        if has(&["tok", "word"]) {
            return Item::Token;
        }
        let (item, word) = if has(&["image", "picture"]) {
            (Item::Image, "images")
        } else if has(&["sequence", "sentence", "document"]) {
            (Item::Example, "sequences")
        } else if has(&["frame", "step"]) {
            (Item::Step, "")
        } else if has(&["example", "sample"]) {
            (Item::Example, "")
        } else if by_parameters || domain == Domain::Language {
            (Item::Token, "")
        } else {
            (Item::Example, "")
        };
        if by_parameters && !word.is_empty() {
            self.warn(
                slot,
                "not-tokens",
                format!("{word} beside parameters: parameters × 2 is the work of one token, not of a whole one of these."),
                "Enter tokens (for images, patches times images), or count from connections or forward FLOP.",
            );
        }
        item
    }

    fn swapped(&mut self, phase: u8, basis: &Basis, passes: Option<&Passes>) {
        if let (Basis::Parameters(parameters, _), Some(Passes::Data(data, epochs))) =
            (basis, passes)
            && data.value.value * epochs.value.value < 0.1 * parameters.value.value
            && parameters.value.value > 1e6
        {
            let (params, data) = (
                Slot::new(Field::Parameters, phase),
                Slot::new(Field::Data, phase),
            );
            let message =
                "fewer than one token for ten parameters, which no known model has.".to_string();
            let mut problem = Problem::new(
                Severity::Warning,
                data,
                "swapped",
                message,
                "Check whether parameters and data are exchanged.",
            );
            problem.fixes.push(Fix {
                label: "Exchange them".to_string(),
                edits: vec![
                    (params, self.text(data).to_string()),
                    (data, self.text(params).to_string()),
                ],
            });
            self.problems.push(problem);
        }
    }

    fn hardware(&mut self, phase: u8, domain: Domain) -> Inputs<Hardware> {
        let at = |field| Slot::new(field, phase);
        let mut faulty: Vec<Slot> = Vec::new();
        let take = |faulty: &mut Vec<Slot>, slot, cell| match cell {
            Cell::Read(given) => Some(given),
            Cell::Empty => None,
            Cell::Faulty => {
                faulty.push(slot);
                None
            }
        };
        let peak = self.cell(at(Field::Peak));
        let peak = take(&mut faulty, at(Field::Peak), peak);
        let (cell, chips_reading) = self.cell_reading(at(Field::Chips));
        let mut chips = take(&mut faulty, at(Field::Chips), cell);
        let time = self.cell(at(Field::Time));
        let time = take(&mut faulty, at(Field::Time), time);
        let (cell, hours_reading) = self.cell_reading(at(Field::ChipHours));
        let chip_hours = take(&mut faulty, at(Field::ChipHours), cell);
        let util = self.cell(at(Field::Utilization));
        let util = take(&mut faulty, at(Field::Utilization), util);
        let hfu = self.cell(at(Field::Hfu));
        let hfu = take(&mut faulty, at(Field::Hfu), hfu);
        let executed = self.cell(at(Field::Executed));
        let executed = take(&mut faulty, at(Field::Executed), executed);
        let format = self.choice(at(Field::Format)).and_then(Format::from_id);
        if self.typed(at(Field::Format)) && format.is_none() {
            faulty.push(at(Field::Format));
        }

        // The chip: typed, or named inside the chips or the chip-hours while its own field is empty.
        let mut row = None;
        let mut typical = None;
        let hw = self.text(at(Field::Accelerator)).trim().to_string();
        let named = [
            (&hours_reading, Field::ChipHours),
            (&chips_reading, Field::Chips),
        ]
        .into_iter()
        .find_map(|(reading, field)| {
            let (index, name) = reading.as_ref()?.accelerator.clone()?;
            Some((index, name, field))
        });
        if !hw.is_empty() {
            if let Some(peak) = self.typical(at(Field::Accelerator), &hw, format) {
                typical = Some(peak);
            } else {
                match quantity::read_accelerator(&hw, self.catalog) {
                    Ok(reading) => {
                        row = Some(reading.index);
                        for note in reading.notes {
                            self.note(at(Field::Accelerator), note.code, note.message, "");
                        }
                        if let Some(count) = reading.chips {
                            let text = (count.round() as u64).to_string();
                            if self.typed(at(Field::Chips)) {
                                let message = format!(
                                    "its own count, {text} chips, is not used beside the field for chips."
                                );
                                let problem = Problem::new(
                                    Severity::Note,
                                    at(Field::Accelerator),
                                    "count-offered",
                                    message,
                                    "",
                                )
                                .with_fix(
                                    format!("{text} chips"),
                                    at(Field::Chips),
                                    text,
                                );
                                self.problems.push(problem);
                            } else {
                                chips = Some(Given {
                                    slot: Some(at(Field::Accelerator)),
                                    value: Uncertain::exact(count),
                                    text,
                                });
                            }
                        }
                    }
                    Err(wrong) => {
                        let mut problem = Problem::new(
                            Severity::Error,
                            at(Field::Accelerator),
                            wrong.code,
                            wrong.message,
                            wrong.remedy,
                        );
                        problem.unfinished = wrong.unfinished;
                        for fix in &wrong.fixes {
                            problem = problem.with_fix(
                                fix.as_str(),
                                at(Field::Accelerator),
                                fix.as_str(),
                            );
                        }
                        self.problems.push(problem);
                        // An own peak needs no name.
                        if peak.is_none() {
                            faulty.push(at(Field::Accelerator));
                        }
                    }
                }
            }
            if let (Some((index, name, field)), Some(row)) = (&named, row)
                && *index != row
                && !self.same_silicon(*index, row)
            {
                let problem = Problem::new(
                    Severity::Note,
                    at(*field),
                    "other-accelerator",
                    format!("names {name}, while the accelerator field names another chip, which is used."),
                    "",
                )
                .with_fix(format!("Use {name}"), at(Field::Accelerator), name.as_str());
                self.problems.push(problem);
            }
        } else if let Some((index, ..)) = named {
            row = Some(index);
        }

        let untouched = peak.is_none()
            && row.is_none()
            && typical.is_none()
            && chips.is_none()
            && time.is_none()
            && chip_hours.is_none()
            && faulty.is_empty();
        if untouched {
            return Inputs::Nothing;
        }

        let accelerator = row.and_then(|row| self.catalog.accelerators.get(row));
        if let Some(accelerator) = accelerator {
            self.accelerator_echo(at(Field::Accelerator), accelerator, format);
        }
        let peak = self.peak(phase, peak, accelerator, typical, format, &mut faulty);

        let chip_time = match (chip_hours, time) {
            (Some(hours), time) => {
                if time.is_some() {
                    self.note(
                        at(Field::Time),
                        "overridden",
                        "not used: chip-hours are more direct.".to_string(),
                        "Empty chip-hours to use this field.",
                    );
                }
                Some(ChipTime::ChipHours(hours))
            }
            (None, Some(time)) => {
                let chips =
                    chips.unwrap_or_else(|| self.default(at(Field::Chips), PhaseKind::PreTraining));
                Some(ChipTime::ChipsAndTime(chips, time))
            }
            (None, None) => None,
        };
        if matches!(chip_time, Some(ChipTime::ChipHours(_))) {
            faulty.retain(|slot| !matches!(slot.field, Field::Chips | Field::Time));
        }
        let utilization = match (util, hfu) {
            (Some(util), hfu) => {
                if hfu.is_some() {
                    self.note(
                        at(Field::Hfu),
                        "overridden",
                        "not used: utilization by the model is more direct.".to_string(),
                        "Empty utilization to use this field.",
                    );
                }
                faulty.retain(|slot| !matches!(slot.field, Field::Hfu | Field::Executed));
                Utilization::Model(util)
            }
            (None, Some(hfu)) => {
                let executed = executed
                    .unwrap_or_else(|| self.default(at(Field::Executed), PhaseKind::PreTraining));
                Utilization::Hardware(hfu, executed)
            }
            (None, None) => {
                let usual = domain.usual_utilization();
                Utilization::Usual(Given {
                    slot: Some(at(Field::Utilization)),
                    value: Uncertain::exact(usual),
                    text: quantity::percent(usual, 2),
                })
            }
        };
        if !faulty.is_empty() {
            return Inputs::Faulty(faulty);
        }
        let mut needs = Vec::new();
        if peak.is_none() {
            needs.push(if accelerator.is_some() {
                Field::Peak
            } else {
                Field::Accelerator
            });
        }
        if chip_time.is_none() {
            needs.push(Field::Time);
        }
        match (peak, chip_time) {
            (Some((peak, peak_source, format)), Some(chip_time)) => Inputs::Complete(Hardware {
                accelerator: row,
                peak,
                peak_source,
                format,
                chip_time,
                utilization,
            }),
            _ => Inputs::Needs(needs),
        }
    }

    /// Rows that differ in memory alone count as one chip.
    fn same_silicon(&self, one: usize, other: usize) -> bool {
        let peaks = |index: usize| self.catalog.accelerators.get(index).map(|row| row.peaks);
        peaks(one) == peaks(other)
    }

    /// `typical 2019`: the median peak of the year's named accelerators, a factor of 3 either way.
    fn typical(&mut self, slot: Slot, text: &str, format: Option<Format>) -> Option<Given> {
        let words = text.to_ascii_lowercase();
        let year = words
            .strip_prefix("typical")?
            .trim_start_matches([' ', '-', '_', ':'])
            .trim_start_matches("of ")
            .trim();
        let year = if year.len() == 4 {
            year.parse::<u16>().ok()?
        } else {
            return None;
        };
        let row = self.catalog.typical.iter().find(|row| row.year == year)?;
        let peak = match format {
            Some(Format::Fp32) => row.fp32,
            _ => row.best,
        };
        let id = self.unknowns.len() as u16;
        self.unknowns.push(slot);
        let value = Uncertain::from_range(id, peak / 3.0, peak * 3.0);
        let (median, most_used, models) = (quantity::rate(peak, 3), row.most_used, row.models);
        self.echoes
            .push((slot, format!("{median}, give or take 3 times")));
        self.note(
            slot,
            "typical-accelerator",
            format!("assumed: the median peak of {models} models of {year} whose chip is known, mostly {most_used}."),
            "Enter the chip when you know it.",
        );
        Some(Given {
            slot: Some(slot),
            value,
            text: median,
        })
    }

    fn accelerator_echo(&mut self, slot: Slot, accelerator: &Accelerator, format: Option<Format>) {
        let format = format.or(accelerator.default_format);
        let mut echo = accelerator.name.to_string();
        if let Some(format) = format
            && let Some(peak) = accelerator.peak(format)
        {
            echo.push_str(&format!(", {} in {}", quantity::rate(peak, 3), format.id()));
        }
        self.echoes.push((slot, echo));
        if !accelerator.trap.is_empty() {
            self.note(slot, "unit-of-the-row", accelerator.trap.to_string(), "");
        }
        if accelerator.status != "released" {
            self.note(
                slot,
                "not-released",
                format!(
                    "{} and not yet with customers when the table was made.",
                    accelerator.status
                ),
                "",
            );
        }
    }

    /// The peak that is used, where it comes from, and its format.
    fn peak(
        &mut self,
        phase: u8,
        typed: Option<Given>,
        accelerator: Option<&Accelerator>,
        typical: Option<Given>,
        format: Option<Format>,
        faulty: &mut Vec<Slot>,
    ) -> Option<(Given, String, Option<Format>)> {
        let at = |field| Slot::new(field, phase);
        if let Some(peak) = typed {
            if let Some(accelerator) = accelerator {
                self.sparse_peak(at(Field::Peak), &peak, accelerator, format);
            }
            return Some((peak, "as typed".to_string(), format));
        }
        if let Some(peak) = typical {
            return Some((peak, "typical of the year".to_string(), format));
        }
        let accelerator = accelerator?;
        let has: Vec<&str> = Format::ALL
            .into_iter()
            .filter(|format| accelerator.peak(*format).is_some())
            .map(Format::id)
            .collect();
        let Some(chosen) = format.or(accelerator.default_format) else {
            let (code, message, remedy) = if has.is_empty() {
                (
                    "no-peak",
                    format!("no peak of the {} is known.", accelerator.short),
                    "Enter a peak of your own under “Peak, HFU”.".to_string(),
                )
            } else {
                (
                    "format-needed",
                    format!("the {} has no usual training format.", accelerator.short),
                    format!("Choose one of {}.", has.join(", ")),
                )
            };
            let slot = at(if has.is_empty() {
                Field::Accelerator
            } else {
                Field::Format
            });
            self.error(slot, code, message, remedy);
            faulty.push(slot);
            return None;
        };
        match accelerator.peak(chosen) {
            Some(peak) => {
                let given = Given {
                    slot: Some(at(Field::Accelerator)),
                    value: Uncertain::exact(peak),
                    text: quantity::rate(peak, 4),
                };
                let source = format!("{}, {}, dense", accelerator.name, chosen.id());
                Some((given, source, Some(chosen)))
            }
            None => {
                let slot = at(Field::Format);
                let mut problem = Problem::new(
                    Severity::Error,
                    slot,
                    "format-not-in-row",
                    format!(
                        "no {} peak of the {} is known.",
                        chosen.id(),
                        accelerator.short
                    ),
                    format!("Choose one of {}.", has.join(", ")),
                );
                if let Some(usual) = accelerator.default_format {
                    problem = problem.with_fix(usual.id(), slot, usual.id());
                }
                self.problems.push(problem);
                faulty.push(slot);
                None
            }
        }
    }

    /// A data sheet's figure with sparsity is a multiple of the dense peak.
    fn sparse_peak(
        &mut self,
        slot: Slot,
        typed: &Given,
        accelerator: &Accelerator,
        format: Option<Format>,
    ) {
        if accelerator.sparse_factor <= 1.0 {
            return;
        }
        let near = |a: f64, b: f64| (a / b - 1.0).abs() < 0.01;
        let candidates = match format {
            Some(format) => vec![format],
            None => accelerator.default_format.into_iter().collect(),
        };
        for format in candidates {
            if let Some(peak) = accelerator.peak(format)
                && near(typed.value.value, peak * accelerator.sparse_factor)
            {
                let dense = quantity::rate(peak, 4);
                let problem = Problem::new(
                    Severity::Warning,
                    slot,
                    "sparse-peak",
                    format!(
                        "this is the {} figure with sparsity of the {}, which training does not reach.",
                        format.id(),
                        accelerator.short
                    ),
                    format!("Write the dense peak, {dense}, or empty the field."),
                )
                .with_fix(dense.as_str(), slot, dense.as_str());
                self.problems.push(problem);
            }
        }
    }
}

/// The number in formulas: the echo without its unit for counts, else the echo's short form.
fn short_text(kind: QuantityKind, reading: &Reading) -> String {
    match kind {
        QuantityKind::Count => span(reading.low, reading.high, &|v| quantity::words(v, 6)),
        QuantityKind::Flop => span(reading.low, reading.high, &|v| quantity::figure(v, 4)),
        QuantityKind::FlopPerSecond => span(reading.low, reading.high, &|v| quantity::rate(v, 4)),
        QuantityKind::Time => span(reading.low, reading.high, &|v| quantity::duration(v, 5)),
        QuantityKind::Fraction if reading.is_range() => [
            quantity::plain(reading.low * 100.0, 3),
            "–".to_string(),
            quantity::percent(reading.high, 3),
        ]
        .concat(),
        QuantityKind::Fraction => quantity::percent(reading.value, 4),
        QuantityKind::ChipTime => {
            let hours = span(reading.low / 3600.0, reading.high / 3600.0, &|v| {
                quantity::words(v, 6)
            });
            [hours, "\u{202f}h".to_string()].concat()
        }
    }
}

fn lower(label: &str) -> String {
    let mut chars = label.chars();
    match chars.next() {
        Some(first) if !label.starts_with("FLOP") => first.to_lowercase().chain(chars).collect(),
        _ => label.to_string(),
    }
}

/// What an empty field stands for in this request: the line under it.
pub fn default_echo(form: &Form, slot: Slot, domain: Domain) -> Option<String> {
    let kind = form.kind(usize::from(slot.phase));
    match (slot.field, slot.field.spec().default) {
        (Field::Epochs, _) => Some("empty: 1 pass".to_string()),
        (Field::Chips, _) => Some("empty: 1 chip".to_string()),
        (Field::Utilization, _) => Some(format!(
            "empty: the usual {}",
            quantity::percent(domain.usual_utilization(), 2)
        )),
        (_, Default::Text(_) | Default::Ratio) => slot
            .field
            .spec()
            .default
            .text(kind)
            .map(|text| format!("empty: {text}")),
        _ => None,
    }
}

/// One number, or both ends of a range.
fn span(low: f64, high: f64, write: &dyn Fn(f64) -> String) -> String {
    if low < high {
        [write(low), write(high)].join("–")
    } else {
        write(high)
    }
}
