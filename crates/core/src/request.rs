//! Form and tables to a request: what each field means, which basis wins, what is missing.
//!
//! A field that does not read costs that field, not the others.

use std::rc::Rc;

use crate::apart::apart;
use crate::catalog::{Accelerator, Catalog, Count, Format};
use crate::field::{Default, Field, Slot, Takes};
use crate::form::Form;
use crate::phase::PhaseKind;
use crate::problem::{Fix, Problem, Severity};
use crate::quantity::{self, Measure, Misreading, Note, QuantityKind, Reading};
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
    pub depth: Rc<Given>,
    /// Total head width.
    pub width: Rc<Given>,
    /// Sequence length.
    pub sequence_length: Rc<Given>,
    /// Whether the masked half is left out.
    pub causal: bool,
}

/// What the forward pass is counted from.
#[derive(Clone, Debug, PartialEq)]
pub enum Basis {
    /// FLOP of the whole phase.
    Flop(Rc<Given>),
    /// Forward FLOP per example.
    Forward(Rc<Given>),
    /// Multiply-accumulates per example.
    Connections(Rc<Given>),
    /// Parameters, with the active ones of a mixture.
    Parameters(Rc<Given>, Option<Rc<Given>>),
}

/// How many examples were seen.
#[derive(Clone, Debug, PartialEq)]
pub enum Passes {
    /// Data times epochs.
    Data(Rc<Given>, Rc<Given>),
    /// Batch times steps.
    Steps(Rc<Given>, Rc<Given>),
}

/// Inputs of method 1, complete.
#[derive(Clone, Debug, PartialEq)]
pub struct Counting {
    /// Basis of the forward pass.
    pub basis: Basis,
    /// Examples seen; `None` with a known FLOP.
    pub passes: Option<Passes>,
    /// Backward : forward.
    pub ratio: Rc<Given>,
    /// Attention term.
    pub attention: Option<Attention>,
    /// What one example is.
    pub item: Item,
}

/// Chips and time.
#[derive(Clone, Debug, PartialEq)]
pub enum ChipTime {
    /// Number of chips, seconds.
    ChipsAndTime(Rc<Given>, Rc<Given>),
    /// Chip-seconds.
    ChipHours(Rc<Given>),
}

/// Share of the peak.
#[derive(Clone, Debug, PartialEq)]
pub enum Utilization {
    /// Typed.
    Model(Rc<Given>),
    /// The article's choice for the domain.
    Usual(Rc<Given>),
    /// Hardware utilization and executed : model.
    Hardware(Rc<Given>, Rc<Given>),
}

/// Inputs of method 2, complete.
#[derive(Clone, Debug, PartialEq)]
pub struct Hardware {
    /// Index of the row, where the chip is one of the table's.
    pub accelerator: Option<usize>,
    /// Peak of one chip, FLOP/s.
    pub peak: Rc<Given>,
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
    pub moved_in: Vec<Count>,
    /// Totals it was moved out of.
    pub moved_out: Vec<Count>,
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
        match reader.cell(head(Field::Original)) {
            Cell::Read(given, _) => Some(Original::Known(given.value.clone())),
            _ => None,
        }
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

/// A chip named in a number's text: its row, and the name as typed.
type Named = Option<(usize, String)>;

/// A slot's outcome.
enum Cell {
    Empty,
    Faulty,
    Read(Rc<Given>, Named),
}

/// The numbers of a phase, read: a place for each field.
struct Cells {
    phase: u8,
    cells: Vec<Cell>,
}

impl Cells {
    fn cell(&self, field: Field) -> &Cell {
        self.cells.get(field as usize).unwrap_or(&Cell::Empty)
    }

    fn given(&self, field: Field) -> Option<Rc<Given>> {
        match self.cell(field) {
            Cell::Read(given, _) => Some(Rc::clone(given)),
            _ => None,
        }
    }

    fn named(&self, field: Field) -> Option<&(usize, String)> {
        match self.cell(field) {
            Cell::Read(_, named) => named.as_ref(),
            _ => None,
        }
    }

    fn is_typed(&self, field: Field) -> bool {
        !matches!(self.cell(field), Cell::Empty)
    }

    fn slot(&self, field: Field) -> Slot {
        Slot::new(field, self.phase)
    }

    /// The slots of these fields that did not read.
    fn faulty(&self, fields: &[Field]) -> Vec<Slot> {
        let is_faulty = |field: &&Field| matches!(self.cell(**field), Cell::Faulty);
        if !fields.iter().any(|field| is_faulty(&field)) {
            return Vec::new();
        }
        apart(|| {
            let faulty = fields.iter().filter(is_faulty);
            faulty.map(|field| self.slot(*field)).collect()
        })
    }
}

impl Reader<'_> {
    fn text(&self, slot: Slot) -> &str {
        self.form.get(slot)
    }

    /// Says something about a slot; message and remedy are put together from their parts.
    #[inline(never)]
    fn say(
        &mut self,
        severity: Severity,
        slot: Slot,
        code: &'static str,
        message: &[&str],
        remedy: &[&str],
    ) -> &mut Self {
        let problem = Problem::new(severity, slot, code, message.concat(), remedy.concat());
        self.problems.push(problem);
        self
    }

    /// Adds a button to what was just said.
    #[inline(never)]
    fn fix(&mut self, label: &[&str], slot: Slot, text: &str) {
        if let Some(problem) = self.problems.last_mut() {
            problem.fixes.push(Fix {
                label: label.concat(),
                edits: vec![(slot, text.to_string())],
            });
        }
    }

    #[inline(never)]
    fn notes(&mut self, slot: Slot, notes: &[Note]) {
        for note in notes {
            self.say(Severity::Note, slot, note.code, &[&note.message], &[]);
            for fix in &note.fixes {
                self.fix(&[fix], slot, fix);
            }
        }
    }

    #[inline(never)]
    fn misread(&mut self, slot: Slot, wrong: &Misreading) {
        let example = slot.field.spec().example;
        let remedy: &[&str] = if wrong.remedy == quantity::WRITE_A_COUNT {
            &["Write a number like ", example, "."]
        } else {
            &[&wrong.remedy]
        };
        self.say(Severity::Error, slot, wrong.code, &[&wrong.message], remedy);
        if let Some(problem) = self.problems.last_mut() {
            problem.unfinished = wrong.unfinished;
        }
        for fix in &wrong.fixes {
            self.fix(&[fix], slot, fix);
        }
        let hours = Slot::new(Field::ChipHours, slot.phase);
        let text = self.text(slot).trim().to_string();
        let free = self.text(hours).trim().is_empty();
        if slot.field == Field::Time
            && wrong.code == "wrong-unit"
            && free
            && quantity::read(QuantityKind::ChipTime, &text, self.catalog).is_ok()
            && let Some(problem) = self.problems.last_mut()
        {
            problem.fixes.push(Fix {
                label: "Enter it as chip-hours".to_string(),
                edits: vec![(hours, text), (slot, String::new())],
            });
        }
    }

    /// One of the slot's words, or `None` where it is empty or another.
    #[inline(never)]
    fn choice(&mut self, slot: Slot) -> Option<&'static str> {
        let Takes::Choice(words) = slot.field.spec().takes else {
            return None;
        };
        let text = self.form.get(slot).trim();
        if text.is_empty() {
            return None;
        }
        let found = words.iter().find(|word| word.eq_ignore_ascii_case(text));
        if found.is_none() {
            apart(|| {
                let text = text.to_string();
                self.say(
                    Severity::Error,
                    slot,
                    "unknown-choice",
                    &["“", &text, "” is not one of its words."],
                    &["Choose ", &words.join(", "), "."],
                );
            });
        }
        found.copied()
    }

    fn counts(&mut self, slot: Slot) -> Vec<Count> {
        if self.text(slot).is_empty() {
            Vec::new()
        } else {
            apart(|| self.moved(slot))
        }
    }

    /// The totals that a phase was moved into or out of.
    fn moved(&mut self, slot: Slot) -> Vec<Count> {
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
                _ => {
                    self.say(
                        Severity::Error,
                        slot,
                        "unknown-choice",
                        &["“", word, "” is none of the totals."],
                        &["Choose eu-update, eu-cumulative or us-state."],
                    );
                }
            }
        }
        out
    }

    /// Reads the number of a slot, with its echo and messages.
    #[inline(never)]
    fn cell(&mut self, slot: Slot) -> Cell {
        let Takes::Quantity { kind, zero } = slot.field.spec().takes else {
            return Cell::Empty;
        };
        let text = self.form.get(slot);
        if text.trim().is_empty() {
            return Cell::Empty;
        }
        if zero && quantity::parse_f64(text.trim()) == Some(0.0) {
            return apart(|| {
                self.echoes.push((slot, "0: forward only".to_string()));
                Cell::Read(given(slot, Uncertain::exact(0.0), "0".to_string()), None)
            });
        }
        match quantity::read(kind, text, self.catalog) {
            // Reads well, but the product of such numbers is beyond what can be computed.
            Ok(reading) if reading.value > 1e60 || reading.high > 1e60 => apart(|| {
                let message = &[
                    "read as ",
                    &reading.echo,
                    ", more than any training run has.",
                ];
                let remedy = &["Write a number like ", slot.field.spec().example, "."];
                self.say(Severity::Error, slot, "too-large", message, remedy);
                Cell::Faulty
            }),
            Ok(mut reading) => {
                name_count(slot.field, &mut reading);
                let value = self.value(slot, &reading);
                if !reading.notes.is_empty() {
                    self.notes(slot, &reading.notes);
                }
                self.doubts(slot, &reading);
                let text = short_text(kind, &reading);
                self.echoes.push((slot, reading.echo));
                Cell::Read(given(slot, value, text), reading.accelerator)
            }
            Err(wrong) => {
                self.misread(slot, &wrong);
                Cell::Faulty
            }
        }
    }

    /// What a number that reads well is probably not, in this field.
    fn doubts(&mut self, slot: Slot, reading: &Reading) {
        let small =
            matches!(slot.field, Field::Parameters | Field::Active) && reading.value < 1000.0;
        if small && reading.measure.is_none() && !reading.is_range() {
            apart(|| {
                let billions = [&quantity::exact(reading.value), "B"].concat();
                self.say(
                    Severity::Note,
                    slot,
                    "small-number",
                    &["read as ", &quantity::exact(reading.value), "."],
                    &["If you mean billions, write ", &billions, "."],
                );
                self.fix(&[&billions], slot, &billions);
            });
        }
        let share = matches!(slot.field, Field::Utilization | Field::Hfu);
        if share && reading.value > crate::agreement::MOST_UTILIZATION {
            apart(|| {
                self.say(
                    Severity::Note,
                    slot,
                    "high-utilization",
                    &["more than any run was measured at, 72\u{202f}%. The “GPU utilization” of a driver’s monitor is another quantity."],
                    &["Enter the share of the peak that went into the model, like 35%."],
                );
            });
        }
        let fits: &[Measure] = match slot.field {
            Field::Parameters | Field::Active => &[Measure::Parameters],
            Field::Data => &[
                Measure::Tokens,
                Measure::Words,
                Measure::Examples,
                Measure::Steps,
            ],
            Field::Batch => &[Measure::Tokens, Measure::Words, Measure::Examples],
            Field::Steps => &[Measure::Steps],
            Field::Epochs => &[Measure::Epochs],
            Field::Chips => &[Measure::Chips],
            Field::Connections => &[Measure::Connections],
            Field::Depth => &[Measure::Layers],
            _ => return,
        };
        if reading
            .measure
            .is_some_and(|measure| !fits.contains(&measure))
        {
            apart(|| {
                self.say(
                    Severity::Note,
                    slot,
                    "other-unit",
                    &["its unit is another field’s; the number is taken for this one."],
                    &["Check that it stands in the right field."],
                );
            });
        }
    }

    /// The number with its unknown: the same range text in the same field of several phases is one unknown.
    fn value(&mut self, slot: Slot, reading: &Reading) -> Uncertain {
        if !reading.is_range() {
            return Uncertain::exact(reading.value);
        }
        apart(|| self.unknown(slot, reading))
    }

    fn unknown(&mut self, slot: Slot, reading: &Reading) -> Uncertain {
        let text = self.text(slot).trim();
        let known = self
            .range_texts
            .iter()
            .position(|(field, known)| *field == slot.field && known == text);
        let id = match known {
            Some(id) => id,
            None => {
                self.range_texts.push((slot.field, text.to_string()));
                self.unknowns.push(slot);
                self.unknowns.len() - 1
            }
        };
        Uncertain::from_range(id as u16, reading.low, reading.high)
    }

    fn phase(&mut self, phase: u8, domain: Domain) -> Phase {
        let cells = crate::field::FIELDS
            .iter()
            .map(|spec| {
                if spec.per_phase {
                    self.cell(Slot::new(spec.field, phase))
                } else {
                    Cell::Empty
                }
            })
            .collect();
        let cells = Cells { phase, cells };
        let kind = self
            .choice(cells.slot(Field::Kind))
            .and_then(PhaseKind::from_id)
            .unwrap_or(PhaseKind::PreTraining);
        Phase {
            kind,
            public: self.choice(cells.slot(Field::Public)) == Some("1"),
            moved_in: self.counts(cells.slot(Field::In)),
            moved_out: self.counts(cells.slot(Field::Out)),
            counting: self.counting(&cells, kind, domain),
            hardware: self.hardware(&cells, domain),
        }
    }

    /// Says of a field that a more direct one is used in its place.
    #[inline(never)]
    fn overridden(&mut self, loser: Slot, winner: &str, empty: &str) {
        self.say(
            Severity::Note,
            loser,
            "overridden",
            &["not used: ", winner, " more direct."],
            &["Empty ", empty, " to use this field."],
        );
    }

    #[inline(never)]
    fn counting(&mut self, cells: &Cells, kind: PhaseKind, domain: Domain) -> Inputs<Counting> {
        let causal = self.choice(cells.slot(Field::Mask)) == Some("causal");
        // The most direct basis wins; what it wins over is said, not dropped in silence.
        let typed: Vec<Field> = [
            Field::Flop,
            Field::Forward,
            Field::Connections,
            Field::Parameters,
        ]
        .into_iter()
        .filter(|field| cells.is_typed(*field))
        .collect();
        if let [winner, losers @ ..] = typed.as_slice()
            && !losers.is_empty()
        {
            apart(|| {
                let winner = lower(winner.spec().label);
                for loser in losers {
                    self.overridden(cells.slot(*loser), &[&winner, " is"].concat(), &winner);
                }
            });
        }
        let total = cells.given(Field::Parameters);
        let active = cells.given(Field::Active);
        let basis = match typed.first() {
            Some(Field::Flop) => cells.given(Field::Flop).map(Basis::Flop),
            Some(Field::Forward) => cells.given(Field::Forward).map(Basis::Forward),
            Some(Field::Connections) => cells.given(Field::Connections).map(Basis::Connections),
            Some(_) => total
                .clone()
                .map(|total| Basis::Parameters(total, active.clone())),
            // The active count alone is all that the method needs.
            None => active.clone().map(|active| Basis::Parameters(active, None)),
        };
        if let (Some(total), Some(active)) = (&total, &active)
            && active.value.value > total.value.value
        {
            apart(|| {
                self.say(
                    Severity::Warning,
                    cells.slot(Field::Active),
                    "active-over-total",
                    &["more parameters are active than there are in total."],
                    &["Exchange the two, or correct one."],
                );
            });
        }
        const PASSES: [Field; 3] = [Field::Data, Field::Batch, Field::Steps];
        if typed.is_empty()
            && !cells.is_typed(Field::Active)
            && !PASSES.iter().any(|field| cells.is_typed(*field))
        {
            return Inputs::Nothing;
        }

        let is_flop = typed.first() == Some(&Field::Flop);
        let data = cells.given(Field::Data);
        let (batch, steps) = (cells.given(Field::Batch), cells.given(Field::Steps));
        if is_flop && data.is_some() {
            apart(|| self.overridden(cells.slot(Field::Data), "known FLOP is", "known FLOP"));
        }
        let passes = match (&data, &batch, &steps) {
            (data, Some(batch), Some(steps)) => apart(|| {
                if data.is_some() {
                    self.overridden(
                        cells.slot(Field::Data),
                        "batch × steps is",
                        "batch or steps",
                    );
                }
                Some(Passes::Steps(Rc::clone(batch), Rc::clone(steps)))
            }),
            (Some(data), _, _) => {
                let epochs = cells.given(Field::Epochs);
                let epochs = epochs.unwrap_or_else(|| default(cells.slot(Field::Epochs), kind));
                Some(Passes::Data(Rc::clone(data), epochs))
            }
            _ => None,
        };
        // An error in a field that the winning basis does not use costs nothing.
        let mut used = vec![Field::Ratio, *typed.first().unwrap_or(&Field::Active)];
        if typed.first() == Some(&Field::Parameters) {
            used.push(Field::Active);
        }
        if !is_flop {
            used.extend([Field::Depth, Field::Width, Field::SequenceLength]);
            if !matches!(passes, Some(Passes::Steps(..))) {
                used.push(Field::Epochs);
                used.extend(PASSES);
            }
        }
        let faulty = cells.faulty(&used);
        if !faulty.is_empty() {
            return Inputs::Faulty(faulty);
        }

        let attention = ATTENTION
            .into_iter()
            .find(|field| cells.is_typed(*field))
            .and_then(|typed| apart(|| self.attention(cells, typed, is_flop, causal)));
        let no_basis = basis.is_none();
        let no_passes = passes.is_none() && !is_flop;
        let Some(basis) = basis.filter(|_| !no_passes) else {
            return apart(|| {
                let mut needs = Vec::new();
                if no_basis {
                    needs.push(Field::Parameters);
                }
                if no_passes {
                    needs.push(match (&batch, &steps) {
                        (Some(_), None) => Field::Steps,
                        (None, Some(_)) => Field::Batch,
                        _ => Field::Data,
                    });
                }
                Inputs::Needs(needs)
            });
        };
        let item = self.item(cells, domain, &basis);
        self.swapped(cells, &basis, passes.as_ref());
        let ratio = cells.given(Field::Ratio);
        Inputs::Complete(Counting {
            basis,
            passes: passes.filter(|_| !is_flop),
            ratio: ratio.unwrap_or_else(|| default(cells.slot(Field::Ratio), kind)),
            attention,
            item,
        })
    }

    /// The attention term, where all of it is given.
    fn attention(
        &mut self,
        cells: &Cells,
        typed: Field,
        is_flop: bool,
        causal: bool,
    ) -> Option<Attention> {
        if is_flop {
            self.say(
                Severity::Note,
                cells.slot(typed),
                "attention-unused",
                &["not used: a known FLOP holds the attention already."],
                &["Empty known FLOP to count."],
            );
            return None;
        }
        let parts = ATTENTION.map(|field| cells.given(field));
        if let [Some(depth), Some(width), Some(sequence_length)] = parts {
            return Some(Attention {
                depth,
                width,
                sequence_length,
                causal,
            });
        }
        let missing: Vec<String> = ATTENTION
            .into_iter()
            .filter(|field| cells.given(*field).is_none())
            .map(|field| lower(field.spec().label))
            .collect();
        self.say(
            Severity::Warning,
            cells.slot(typed),
            "attention-incomplete",
            &["the attention term needs layers, head width and sequence length."],
            &[
                "Enter ",
                &missing.join(" and "),
                " too, or empty this field.",
            ],
        );
        None
    }

    /// What one example is, from the unit that was typed; and a note where it does not fit parameters.
    fn item(&mut self, cells: &Cells, domain: Domain, basis: &Basis) -> Item {
        let field = [Field::Data, Field::Batch]
            .into_iter()
            .find(|field| cells.is_typed(*field))
            .unwrap_or(Field::Data);
        let slot = cells.slot(field);
        let text = self.text(slot).to_ascii_lowercase();
        let by_parameters = matches!(basis, Basis::Parameters(..));
        // A word in the text, what it stands for, and its plural where parameters do not count it.
        const WORDS: [(&str, Item, &str); 11] = [
            ("tok", Item::Token, ""),
            ("word", Item::Token, ""),
            ("image", Item::Image, "images"),
            ("picture", Item::Image, "pictures"),
            ("sequence", Item::Example, "sequences"),
            ("sentence", Item::Example, "sentences"),
            ("document", Item::Example, "documents"),
            ("frame", Item::Step, ""),
            ("step", Item::Step, ""),
            ("example", Item::Example, ""),
            ("sample", Item::Example, ""),
        ];
        let has = |word: &str| {
            let mut places = text.as_bytes().windows(word.len());
            places.any(|place| place == word.as_bytes())
        };
        match WORDS.iter().find(|(word, ..)| has(word)) {
            Some((_, item, plural)) => {
                if by_parameters && !plural.is_empty() {
                    apart(|| {
                        self.say(
                            Severity::Warning,
                            slot,
                            "not-tokens",
                            &[
                                plural,
                                " beside parameters: parameters × 2 is the work of one token, not of a whole one of these.",
                            ],
                            &["Enter tokens (for images, patches times images), or count from connections or forward FLOP."],
                        );
                    });
                }
                *item
            }
            None if by_parameters || domain == Domain::Language => Item::Token,
            None => Item::Example,
        }
    }

    fn swapped(&mut self, cells: &Cells, basis: &Basis, passes: Option<&Passes>) {
        if let (Basis::Parameters(parameters, _), Some(Passes::Data(data, epochs))) =
            (basis, passes)
            && data.value.value * epochs.value.value < 0.1 * parameters.value.value
            && parameters.value.value > 1e6
        {
            apart(|| {
                let (params, data) = (cells.slot(Field::Parameters), cells.slot(Field::Data));
                let edits = vec![
                    (params, self.text(data).to_string()),
                    (data, self.text(params).to_string()),
                ];
                self.say(
                    Severity::Warning,
                    data,
                    "swapped",
                    &["fewer than one token for ten parameters, which no known model has."],
                    &["Check whether parameters and data are exchanged."],
                );
                if let Some(problem) = self.problems.last_mut() {
                    problem.fixes.push(Fix {
                        label: "Exchange them".to_string(),
                        edits,
                    });
                }
            });
        }
    }

    #[inline(never)]
    fn hardware(&mut self, cells: &Cells, domain: Domain) -> Inputs<Hardware> {
        let format = self
            .choice(cells.slot(Field::Format))
            .and_then(Format::from_id);
        let hw = self.text(cells.slot(Field::Accelerator)).trim().to_string();
        let mut chip = Chip::default();
        if hw.is_empty() {
            // The chip named inside the chip-hours or the chips, while its own field is empty.
            chip.row = [Field::ChipHours, Field::Chips]
                .into_iter()
                .find_map(|field| cells.named(field))
                .map(|(index, _)| *index);
        } else {
            self.named_chip(cells, &hw, format, &mut chip);
        }

        let untouched = [Field::Peak, Field::Chips, Field::Time, Field::ChipHours]
            .into_iter()
            .all(|field| !cells.is_typed(field));
        if hw.is_empty() && untouched && chip.row.is_none() {
            return Inputs::Nothing;
        }

        let row = chip.row.and_then(|row| self.catalog.accelerators.get(row));
        if let Some(row) = row {
            self.accelerator_echo(cells.slot(Field::Accelerator), row, format);
        }
        let mut used = vec![Field::Peak, Field::ChipHours];
        let mut faulty = Vec::new();
        let format_slot = cells.slot(Field::Format);
        if format.is_none() && !self.text(format_slot).trim().is_empty() {
            faulty.push(format_slot);
        }
        let typed_peak = cells.given(Field::Peak);
        if chip.faulty && typed_peak.is_none() {
            faulty.push(cells.slot(Field::Accelerator));
        }
        let peak = if faulty.is_empty() {
            self.peak(cells, typed_peak, row, chip.typical, format, &mut faulty)
        } else {
            None
        };

        let time = cells.given(Field::Time);
        let chip_time = match cells.given(Field::ChipHours) {
            Some(hours) => {
                if time.is_some() {
                    self.overridden(cells.slot(Field::Time), "chip-hours are", "chip-hours");
                }
                Some(ChipTime::ChipHours(hours))
            }
            None => {
                used.extend([Field::Chips, Field::Time]);
                let one = || default(cells.slot(Field::Chips), PhaseKind::PreTraining);
                let chips = cells.given(Field::Chips).map(|chips| {
                    if counts_cores(self.text(cells.slot(Field::Chips))) {
                        apart(|| self.cores(cells.slot(Field::Chips), chips, row))
                    } else {
                        chips
                    }
                });
                let chips = chips.or(chip.count);
                let chips = chips.unwrap_or_else(one);
                time.map(|time| ChipTime::ChipsAndTime(chips, time))
            }
        };
        used.push(Field::Utilization);
        let utilization = match (cells.given(Field::Utilization), cells.given(Field::Hfu)) {
            (Some(share), hfu) => {
                if hfu.is_some() {
                    self.overridden(
                        cells.slot(Field::Hfu),
                        "utilization by the model is",
                        "utilization",
                    );
                }
                Utilization::Model(share)
            }
            (None, hfu) => {
                used.extend([Field::Hfu, Field::Executed]);
                match hfu {
                    Some(hfu) => apart(|| {
                        let executed = cells.given(Field::Executed);
                        let usual = || default(cells.slot(Field::Executed), PhaseKind::PreTraining);
                        Utilization::Hardware(hfu, executed.unwrap_or_else(usual))
                    }),
                    None => {
                        let usual = domain.usual_utilization();
                        let text = quantity::percent(usual, 2);
                        let slot = cells.slot(Field::Utilization);
                        Utilization::Usual(given(slot, Uncertain::exact(usual), text))
                    }
                }
            }
        };
        faulty.extend(cells.faulty(&used));
        if !faulty.is_empty() {
            return Inputs::Faulty(faulty);
        }
        match (peak, chip_time) {
            (Some((peak, peak_source, format)), Some(chip_time)) => Inputs::Complete(Hardware {
                accelerator: chip.row,
                peak,
                peak_source,
                format,
                chip_time,
                utilization,
            }),
            (peak, chip_time) => apart(|| {
                let mut needs = Vec::new();
                if peak.is_none() {
                    needs.push(Field::Accelerator);
                }
                if chip_time.is_none() {
                    needs.push(Field::Time);
                }
                Inputs::Needs(needs)
            }),
        }
    }

    /// What the accelerator's field says: a row with its count, the typical chip of a year, or nothing known.
    fn named_chip(&mut self, cells: &Cells, hw: &str, format: Option<Format>, chip: &mut Chip) {
        let slot = cells.slot(Field::Accelerator);
        chip.typical = self.typical(slot, hw, format);
        if chip.typical.is_some() {
            return;
        }
        let reading = match quantity::read_accelerator(hw, self.catalog) {
            Ok(reading) => reading,
            Err(wrong) => {
                self.misread(slot, &wrong);
                chip.faulty = true;
                return;
            }
        };
        chip.row = Some(reading.index);
        if !reading.notes.is_empty() {
            self.notes(slot, &reading.notes);
        }
        if let Some(count) = reading.chips {
            apart(|| self.own_count(cells, slot, count, chip));
        }
        for field in [Field::ChipHours, Field::Chips] {
            if let Some((index, name)) = cells.named(field)
                && *index != reading.index
            {
                apart(|| {
                    if !self.same_silicon(*index, reading.index) {
                        self.other_chip(cells.slot(field), slot, name);
                    }
                });
            }
        }
    }

    /// The count that stands in the accelerator's field.
    fn own_count(&mut self, cells: &Cells, slot: Slot, count: f64, chip: &mut Chip) {
        {
            let text = (count.round() as u64).to_string();
            if cells.is_typed(Field::Chips) {
                self.say(
                    Severity::Note,
                    slot,
                    "count-offered",
                    &[
                        "its own count, ",
                        &text,
                        " chips, is not used beside the field for chips.",
                    ],
                    &[],
                );
                self.fix(&[&text, " chips"], cells.slot(Field::Chips), &text);
            } else {
                chip.count = Some(given(slot, Uncertain::exact(count), text));
            }
        }
    }

    /// Cores typed as chips: of a chip that has two, half as many; of others they say nothing.
    fn cores(&mut self, slot: Slot, cores: Rc<Given>, row: Option<&Accelerator>) -> Rc<Given> {
        let Some(row) = row else { return cores };
        if row.unit.contains("2 cores") {
            let value = cores.value.scaled(0.5);
            let ends = [value.low(), value.high()].map(|end| quantity::words(end, 6));
            let text = match &ends {
                [low, high] if low != high => [low, "–", high].concat(),
                [one, _] => one.clone(),
            };
            self.say(
                Severity::Note,
                slot,
                "cores-to-chips",
                &[
                    "counts cores, of which the ",
                    row.short,
                    " has two: ",
                    &text,
                    " chips.",
                ],
                &[],
            );
            return given(slot, value, text);
        }
        if !row.unit.starts_with("core") && !row.unit.contains("1 core") {
            self.say(
                Severity::Warning,
                slot,
                "cores-typed",
                &[
                    "counts cores, where the peak is of a whole ",
                    row.short,
                    ".",
                ],
                &["Write how many of these there were."],
            );
        }
        cores
    }

    /// The name in another field, where it is another chip's.
    fn other_chip(&mut self, at: Slot, slot: Slot, name: &str) {
        self.say(
            Severity::Note,
            at,
            "other-accelerator",
            &[
                "names ",
                name,
                ", while the accelerator field names another chip, which is used.",
            ],
            &[],
        );
        self.fix(&["Use ", name], slot, name);
    }

    /// Rows that differ in memory alone count as one chip.
    fn same_silicon(&self, one: usize, other: usize) -> bool {
        let peaks = |index: usize| self.catalog.accelerators.get(index).map(|row| row.peaks);
        peaks(one) == peaks(other)
    }

    /// `typical 2019`: the median peak of the year's named accelerators, a factor of 3 either way.
    fn typical(&mut self, slot: Slot, text: &str, format: Option<Format>) -> Option<Rc<Given>> {
        let words = text.to_ascii_lowercase();
        let year = words.strip_prefix("typical")?;
        apart(|| self.typical_of(slot, text, year, format))
    }

    fn typical_of(
        &mut self,
        slot: Slot,
        text: &str,
        year: &str,
        format: Option<Format>,
    ) -> Option<Rc<Given>> {
        let year = year.trim_start_matches([' ', '-', '_', ':']);
        let row =
            self.catalog.typical.iter().find(|row| {
                u16_text(row.year) == year.strip_prefix("of ").unwrap_or(year).trim()
            })?;
        let peak = match format {
            Some(Format::Fp32) => row.fp32,
            _ => row.best,
        };
        let id = self.unknowns.len() as u16;
        self.unknowns.push(slot);
        self.range_texts.push((slot.field, text.to_string()));
        let value = Uncertain::from_range(id, peak / 3.0, peak * 3.0);
        let median = quantity::rate(peak, 3);
        self.echoes
            .push((slot, [&median, ", give or take 3 times"].concat()));
        self.say(
            Severity::Note,
            slot,
            "typical-accelerator",
            &[
                "assumed: the median peak of ",
                &u16_text(row.models),
                " models of ",
                &u16_text(row.year),
                " whose chip is known, mostly ",
                row.most_used,
                ".",
            ],
            &["Enter the chip when you know it."],
        );
        Some(given(slot, value, median))
    }

    fn accelerator_echo(&mut self, slot: Slot, accelerator: &Accelerator, format: Option<Format>) {
        let format = format.or(accelerator.default_format);
        let peak = format.and_then(|format| Some((format.id(), accelerator.peak(format)?)));
        let echo = match peak {
            Some((format, peak)) => [
                accelerator.name,
                ", ",
                &quantity::rate(peak, 3),
                " in ",
                format,
            ]
            .concat(),
            None => accelerator.name.to_string(),
        };
        self.echoes.push((slot, echo));
        if !accelerator.trap.is_empty() {
            self.say(
                Severity::Note,
                slot,
                "unit-of-the-row",
                &[accelerator.trap],
                &[],
            );
        }
        if accelerator.status != "released" {
            self.say(
                Severity::Note,
                slot,
                "not-released",
                &[
                    accelerator.status,
                    " and not yet with customers when the table was made.",
                ],
                &[],
            );
        }
    }

    /// The peak that is used, where it comes from, and its format.
    fn peak(
        &mut self,
        cells: &Cells,
        typed: Option<Rc<Given>>,
        accelerator: Option<&Accelerator>,
        typical: Option<Rc<Given>>,
        format: Option<Format>,
        faulty: &mut Vec<Slot>,
    ) -> Option<(Rc<Given>, String, Option<Format>)> {
        if let Some(peak) = typed {
            if let Some(accelerator) = accelerator {
                apart(|| self.sparse_peak(cells.slot(Field::Peak), &peak, accelerator, format));
            }
            return Some((peak, "as typed".to_string(), format));
        }
        if let Some(peak) = typical {
            return Some((peak, "typical of the year".to_string(), format));
        }
        // Of a peak in error nothing is known.
        if cells.is_typed(Field::Peak) {
            return None;
        }
        let accelerator = accelerator?;
        let chosen = format.or(accelerator.default_format);
        if let Some((chosen, peak)) =
            chosen.and_then(|chosen| Some((chosen, accelerator.peak(chosen)?)))
        {
            let slot = cells.slot(Field::Accelerator);
            let peak = given(slot, Uncertain::exact(peak), quantity::rate(peak, 4));
            let source = [accelerator.name, ", ", chosen.id(), ", dense"].concat();
            return Some((peak, source, Some(chosen)));
        }
        apart(|| self.no_peak(cells, accelerator, chosen, faulty));
        None
    }

    /// Says that a row has no peak in the format.
    fn no_peak(
        &mut self,
        cells: &Cells,
        accelerator: &Accelerator,
        chosen: Option<Format>,
        faulty: &mut Vec<Slot>,
    ) {
        let has: Vec<&str> = Format::ALL
            .into_iter()
            .filter(|format| accelerator.peak(*format).is_some())
            .map(Format::id)
            .collect();
        let choose = ["Choose one of ", &has.join(", "), "."].concat();
        let slot = cells.slot(if has.is_empty() {
            Field::Accelerator
        } else {
            Field::Format
        });
        faulty.push(slot);
        match chosen {
            _ if has.is_empty() => self.say(
                Severity::Error,
                slot,
                "no-peak",
                &["no peak of the ", accelerator.short, " is known."],
                &["Enter a peak of your own under “Peak, HFU”."],
            ),
            None => self.say(
                Severity::Error,
                slot,
                "format-needed",
                &["the ", accelerator.short, " has no usual training format."],
                &[&choose],
            ),
            Some(chosen) => self.say(
                Severity::Error,
                slot,
                "format-not-in-row",
                &[
                    "no ",
                    chosen.id(),
                    " peak of the ",
                    accelerator.short,
                    " is known.",
                ],
                &[&choose],
            ),
        };
        if let Some(usual) = accelerator.default_format {
            self.fix(&[usual.id()], slot, usual.id());
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
        let Some(own) = format.or(accelerator.default_format) else {
            return;
        };
        let Some(dense) = accelerator.peak(own) else {
            return;
        };
        // The figure of the format itself, or of another that stands in the same data sheet.
        let others = Format::ALL.into_iter().filter(|other| *other != own);
        let sparse = std::iter::once(own).chain(others).find(|format| {
            let peak = accelerator.peak(*format).unwrap_or(f64::INFINITY);
            let sparse = peak * accelerator.sparse_factor;
            typed.value.value > dense * 1.5 && (typed.value.value / sparse - 1.0).abs() < 0.01
        });
        if let Some(format) = sparse.filter(|_| accelerator.sparse_factor > 1.0) {
            let dense = quantity::rate(dense, 4);
            self.say(
                Severity::Warning,
                slot,
                "sparse-peak",
                &[
                    "this is the ",
                    format.id(),
                    " figure with sparsity of the ",
                    accelerator.short,
                    ", which training does not reach.",
                ],
                &[
                    "Write the dense ",
                    own.id(),
                    " peak, ",
                    &dense,
                    ", or empty the field.",
                ],
            );
            self.fix(&[&dense], slot, &dense);
        }
    }
}

/// What the attention term needs.
const ATTENTION: [Field; 3] = [Field::Depth, Field::Width, Field::SequenceLength];

/// What is known of a phase's chip.
#[derive(Default)]
struct Chip {
    row: Option<usize>,
    typical: Option<Rc<Given>>,
    /// The count in its own text.
    count: Option<Rc<Given>>,
    faulty: bool,
}

fn given(slot: Slot, value: Uncertain, text: String) -> Rc<Given> {
    Rc::new(Given {
        slot: Some(slot),
        value,
        text,
    })
}

/// `512 cores`, `512 TPU cores`: what is counted are cores.
fn counts_cores(text: &str) -> bool {
    let text = text.trim_end().as_bytes();
    let text = text.strip_suffix(b"s").unwrap_or(text);
    let last = text.len().saturating_sub(4);
    text.get(last..)
        .is_some_and(|word| word.eq_ignore_ascii_case(b"core"))
}

fn u16_text(number: u16) -> String {
    number.to_string()
}

/// What an empty field stands for.
fn default(slot: Slot, kind: PhaseKind) -> Rc<Given> {
    let text = slot.field.spec().default.text(kind).unwrap_or("1");
    // The defaults of the table: 0, 1, 2 and 4/3.
    let value = match text.split_once('/') {
        Some((top, bottom)) => quantity::parse_f64(top)
            .zip(quantity::parse_f64(bottom))
            .map(|(top, bottom)| top / bottom),
        None => quantity::parse_f64(text),
    };
    given(
        slot,
        Uncertain::exact(value.unwrap_or(1.0)),
        text.to_string(),
    )
}

/// Names what a bare count of this field counts, where that is one thing: `1 pass`, `7500–8500 chips, middle 8000`.
fn name_count(field: Field, reading: &mut Reading) {
    let (one, many) = match field {
        Field::Epochs => (" pass", " passes"),
        Field::Chips => (" chip", " chips"),
        _ => return,
    };
    if reading.measure.is_none() && reading.accelerator.is_none() {
        let unit = if reading.high == 1.0 { one } else { many };
        // Before the middle of a range.
        let end = reading.echo.find(',').unwrap_or(reading.echo.len());
        reading.echo.insert_str(end, unit);
    }
}

/// The number in formulas: the echo without its unit for counts, else the echo's short form.
fn short_text(kind: QuantityKind, reading: &Reading) -> String {
    if reading.is_range() {
        return apart(|| short_range(kind, reading));
    }
    match kind {
        QuantityKind::Count => quantity::words(reading.value, 6),
        QuantityKind::Flop => quantity::figure(reading.value, 4),
        QuantityKind::FlopPerSecond => quantity::rate(reading.value, 4),
        // In the unit that was typed; what it is in another stands in brackets behind.
        QuantityKind::Time => {
            let own = reading.echo.split('(').next().unwrap_or_default();
            own.trim_end().to_string()
        }
        QuantityKind::Fraction => quantity::percent(reading.value, 4),
        QuantityKind::ChipTime => {
            let hours = quantity::words(reading.value / 3600.0, 6);
            [&hours, "\u{202f}h"].concat()
        }
    }
}

/// Both ends, in one unit: `20–30 days`, `100–200 billion`.
fn short_range(kind: QuantityKind, reading: &Reading) -> String {
    let words = |low, high| {
        let (low, high) = (quantity::words(low, 6), quantity::words(high, 6));
        match (low.split_once(' '), high.split_once(' ')) {
            (Some((figure, scale)), Some((_, same))) if scale == same => {
                [figure, "–", &high].concat()
            }
            _ => [&*low, "–", &high].concat(),
        }
    };
    match kind {
        QuantityKind::Count => words(reading.low, reading.high),
        QuantityKind::Flop => quantity::range(reading.low, reading.high, 4),
        QuantityKind::ChipTime => {
            let hours = words(reading.low / 3600.0, reading.high / 3600.0);
            [&hours, "\u{202f}h"].concat()
        }
        QuantityKind::FlopPerSecond | QuantityKind::Time | QuantityKind::Fraction => {
            // The echo without its middle.
            let ends = reading.echo.split_once(", ").map(|(ends, _)| ends);
            ends.unwrap_or(&reading.echo).to_string()
        }
    }
}

fn lower(label: &str) -> String {
    let mut text = label.to_string();
    // Labels begin with an ASCII letter.
    if let Some(first) = text.get_mut(..1) {
        first.make_ascii_lowercase();
    }
    text
}

/// What an empty field stands for in this request: the line under it.
pub fn default_echo(form: &Form, slot: Slot, domain: Domain) -> Option<String> {
    let kind = form.kind(usize::from(slot.phase));
    match (slot.field, slot.field.spec().default) {
        (Field::Epochs, _) => Some("empty: 1 pass".to_string()),
        (Field::Chips, _) => Some("empty: 1 chip".to_string()),
        (Field::Utilization, _) => {
            let usual = quantity::percent(domain.usual_utilization(), 2);
            Some(["empty: the usual ", &usual].concat())
        }
        (_, Default::Text(_) | Default::Ratio) => {
            let text = slot.field.spec().default.text(kind)?;
            Some(["empty: ", text].concat())
        }
        _ => None,
    }
}
