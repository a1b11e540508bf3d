//! What the page knows: what was typed, the tables, and how the form stands. All else is derived.

use std::cell::{Cell, RefCell};
use std::sync::Arc;

use compute_core::catalog::Catalog;
use compute_core::estimate::{Estimate, Headline, estimate};
use compute_core::field::{Field, Slot};
use compute_core::form::Form;
use compute_core::link::{self, Address};
use compute_core::phase::PhaseKind;
use compute_core::problem::{Problem, Severity};
use compute_core::request::{self, Inputs, Request};
use leptos::prelude::*;
use send_wrapper::SendWrapper;

/// What the forward pass is counted from, as the segments offer it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Basis {
    /// Parameters, with the active ones of a mixture.
    Parameters,
    /// Multiply-accumulates of one example.
    Connections,
    /// Forward FLOP of one example.
    Forward,
    /// FLOP of the whole phase.
    Flop,
}

impl Basis {
    /// All, from the least to the most direct: of two, the more direct wins.
    pub const ALL: [Basis; 4] = [
        Basis::Parameters,
        Basis::Connections,
        Basis::Forward,
        Basis::Flop,
    ];

    /// Its field.
    pub fn field(self) -> Field {
        match self {
            Basis::Parameters => Field::Parameters,
            Basis::Connections => Field::Connections,
            Basis::Forward => Field::Forward,
            Basis::Flop => Field::Flop,
        }
    }

    /// The word on its segment.
    pub fn label(self) -> &'static str {
        match self {
            Basis::Parameters => "Parameters",
            Basis::Connections => "Connections",
            Basis::Forward => "Forward",
            Basis::Flop => "Known FLOP",
        }
    }
}

/// How a phase's part of the form stands.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PhaseFold {
    /// Chosen basis; `None` follows what is filled.
    pub basis: Option<Basis>,
    /// Chip-hours instead of chips and time; `None` follows what is filled.
    pub chip_hours: Option<bool>,
    /// Whether the field for active parameters is shown though empty.
    pub mixture: bool,
    /// Whether "batch, ratio, length" is open.
    pub more_counting: bool,
    /// Whether "peak, HFU" is open.
    pub more_hardware: bool,
    /// Texts put aside by a switch, to come back with it.
    pub aside: Vec<(Field, String)>,
}

/// The list under a field.
#[derive(Clone, Debug, PartialEq)]
pub struct List {
    /// Whose: a field, or `None` for the examples.
    pub slot: Option<Slot>,
    /// What was typed to filter the examples; accelerators are filtered by their field's text.
    pub typed: String,
    /// Whether to filter: only once something was typed since it opened.
    pub filters: bool,
    /// The option under the cursor.
    pub active: Option<usize>,
}

/// What stands open under the result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Panel {
    /// The link.
    Share,
    /// The texts of the iframe.
    Embed,
}

/// The first visit's example.
#[derive(Clone, Debug, PartialEq)]
pub struct FirstVisit {
    /// Its name.
    pub name: &'static str,
    /// Fields that still hold its text.
    pub untouched: Vec<Slot>,
    /// Whether anything was typed since.
    pub typed_over: bool,
}

/// How the page stands.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Stand {
    /// Per phase.
    pub phases: Vec<PhaseFold>,
    /// The explanation that is open.
    pub explained: Option<Slot>,
    /// The list that is open.
    pub list: Option<List>,
    /// The preset that was chosen last.
    pub example: Option<&'static str>,
    /// The first visit's example, while any of it stands.
    pub first_visit: Option<FirstVisit>,
    /// What can be undone: what was done, and the form before it.
    pub undo: Option<(&'static str, Form)>,
    /// Where a tool has a field's text from: field, text, source.
    pub origin: Option<(Slot, String, String)>,
    /// What stands open under the result.
    pub panel: Option<Panel>,
    /// Id of the text that was copied last.
    pub copied: Option<&'static str>,
    /// Whether repealed rules are shown.
    pub all_thresholds: bool,
    /// What the link itself had wrong.
    pub link_problems: Vec<Problem>,
    /// Counts replacements of the whole form: what was good before one is not shown beside the new one.
    pub generation: u32,
}

impl Stand {
    /// How a phase stands; as new where nothing was touched.
    pub fn phase(&self, phase: u8) -> PhaseFold {
        self.phases
            .get(usize::from(phase))
            .cloned()
            .unwrap_or_default()
    }

    /// The same, to change it.
    pub fn phase_mut(&mut self, phase: u8) -> Option<&mut PhaseFold> {
        let index = usize::from(phase);
        while self.phases.len() <= index && index < link_phases() {
            self.phases.push(PhaseFold::default());
        }
        self.phases.get_mut(index)
    }
}

fn link_phases() -> usize {
    compute_core::form::MAX_PHASES
}

/// What was found, shared. The page has one thread; the wrapper says so to signals made for several.
pub type Shared = Arc<SendWrapper<Found>>;

/// A form read and estimated, with what to show while a field is in error.
pub struct Found {
    /// What was typed, read.
    pub request: Request,
    /// The estimate of it.
    pub estimate: Estimate,
    /// Which replacement of the form it is of.
    generation: u32,
    /// The last one with a number and without an error, of the same form.
    kept: Option<Shared>,
}

impl Found {
    fn faulty(&self) -> (Option<Slot>, Option<Slot>) {
        let first = |slots: &[Slot]| slots.first().copied();
        let counting = self
            .request
            .phases
            .iter()
            .find_map(|phase| match &phase.counting {
                Inputs::Faulty(slots) => first(slots),
                _ => None,
            });
        let hardware = self
            .request
            .phases
            .iter()
            .find_map(|phase| match &phase.hardware {
                Inputs::Faulty(slots) => first(slots),
                _ => None,
            });
        (counting, hardware)
    }

    /// Whether there is a number and no field of it is in error.
    fn is_good(&self) -> bool {
        self.faulty() == (None, None) && self.estimate.headline.is_some()
    }

    fn kept(&self) -> Option<&Found> {
        self.kept.as_ref().map(|kept| &***kept)
    }

    /// Method 1 to show, and whether it is out of date.
    pub fn counting(&self) -> (Option<&compute_core::estimate::MethodResult>, bool) {
        match (
            self.faulty().0,
            self.kept().and_then(|kept| kept.estimate.counting.as_ref()),
        ) {
            (Some(_), Some(kept)) => (Some(kept), true),
            _ => (self.estimate.counting.as_ref(), false),
        }
    }

    /// Method 2 to show, and whether it is out of date.
    pub fn hardware(&self) -> (Option<&compute_core::estimate::MethodResult>, bool) {
        match (
            self.faulty().1,
            self.kept().and_then(|kept| kept.estimate.hardware.as_ref()),
        ) {
            (Some(_), Some(kept)) => (Some(kept), true),
            _ => (self.estimate.hardware.as_ref(), false),
        }
    }

    /// The estimate whose headline to show, and the field whose change it is from before, where it is out of date.
    pub fn shown(&self) -> (&Estimate, Option<Slot>) {
        let (found, stale) = self.shown_found();
        (&found.estimate, stale)
    }

    /// The same with the request it is of.
    pub fn shown_found(&self) -> (&Found, Option<Slot>) {
        let (counting, hardware) = self.faulty();
        let stale = self.kept().and_then(|kept| {
            let cause = match kept.estimate.headline? {
                Headline::Counting => counting,
                Headline::Hardware => hardware,
                Headline::Mixed => counting.or(hardware),
            }?;
            Some((kept, Some(cause)))
        });
        stale.unwrap_or((self, None))
    }

    /// The first field in error.
    pub fn error(&self) -> Option<&Problem> {
        self.estimate
            .problems
            .iter()
            .find(|problem| problem.severity == Severity::Error)
    }
}

/// The tables that came so far.
#[derive(Clone, Copy)]
pub struct Tables {
    /// The rows.
    pub catalog: &'static Catalog,
    /// Whether these are all of them, and not the seed.
    pub whole: bool,
}

/// The last good result before what is typed now: what stays, dimmed, while a field is in error.
struct Before {
    /// Which time of typing into a field the last result is of; 0 for a button's change.
    typing: u32,
    result: Option<Shared>,
}

thread_local! {
    /// Counts the times that somebody began to type into a field.
    static TIMES: Cell<u32> = const { Cell::new(0) };
    static BEFORE: RefCell<Before> = const { RefCell::new(Before { typing: 0, result: None }) };
}

/// The signals of the page.
#[derive(Clone, Copy)]
pub struct State {
    /// What was typed.
    pub form: RwSignal<Form>,
    /// The tables.
    pub tables: RwSignal<Tables>,
    /// How the page stands.
    pub stand: RwSignal<Stand>,
    /// The field in which somebody types right now: its message waits for a pause.
    pub typing: RwSignal<Option<Slot>>,
    /// What was found.
    pub found: Memo<Shared>,
    /// Counts the pauses in typing: what stands under the form follows at a pause, the result at once. The first is when all of the
    /// program has come.
    pub pauses: RwSignal<u32>,
    /// What the address says besides the form.
    pub address: StoredValue<Address>,
}

impl State {
    /// The state of a page opened with this query.
    pub fn open(query: &str, tables: Tables) -> State {
        let (mut address, problems) = link::decode(query, tables.catalog);
        let mut stand = Stand {
            link_problems: problems,
            example: address.example,
            ..Stand::default()
        };
        if !address.said_something && !address.embed {
            first_visit(&mut address, &mut stand, tables.catalog);
        }
        let form = RwSignal::new(address.form.clone());
        let tables = RwSignal::new(tables);
        let stand = RwSignal::new(stand);
        let typing = RwSignal::new(None);
        let found = Memo::new_with_compare(
            move |previous: Option<&Shared>| {
                let now = typing.get_untracked().map_or(0, |_: Slot| TIMES.get());
                let mut found = find(form, tables, stand);
                BEFORE.with_borrow_mut(|before| before.follow(now, previous, &mut found));
                Arc::new(SendWrapper::new(found))
            },
            |_, _| true,
        );
        State {
            form,
            tables,
            stand,
            typing,
            pauses: RwSignal::new(0),
            found,
            address: StoredValue::new(address),
        }
    }

    /// Reads another address into the page: after "back", or once all tables have come.
    pub fn read_address(self, query: &str) {
        let catalog = self.tables.get_untracked().catalog;
        let (mut address, problems) = link::decode(query, catalog);
        let generation = self.stand.with_untracked(|stand| stand.generation);
        let mut stand = Stand {
            link_problems: problems,
            example: address.example,
            generation: generation + 1,
            ..Stand::default()
        };
        if !address.said_something && !address.embed {
            first_visit(&mut address, &mut stand, catalog);
        }
        self.stand.set(stand);
        self.form.set(address.form.clone());
        self.address.set_value(address);
    }

    /// Writes a field, as somebody types.
    pub fn type_in(self, slot: Slot, text: &str) {
        self.touch(slot);
        if self.typing.get_untracked() != Some(slot) {
            TIMES.set(TIMES.get().wrapping_add(1).max(1));
        }
        self.typing.set(Some(slot));
        self.form.update(|form| {
            form.set(slot, text);
        });
    }

    /// Writes a field at once, by a button.
    pub fn write(self, slot: Slot, text: &str) {
        self.touch(slot);
        self.typing.set(None);
        self.form.update(|form| {
            form.set(slot, text);
        });
    }

    fn touch(self, slot: Slot) {
        let marked = self
            .stand
            .with_untracked(|stand| stand.first_visit.is_some());
        if marked {
            self.stand.update(|stand| {
                if let Some(first) = &mut stand.first_visit {
                    first.typed_over = true;
                    first.untouched.retain(|untouched| *untouched != slot);
                    if first.untouched.is_empty() {
                        stand.first_visit = None;
                    }
                }
            });
        }
    }

    /// Replaces the whole form, and keeps the one before for "undo".
    pub fn replace(self, form: Form, did: &'static str, example: Option<&'static str>) {
        let before = self.form.get_untracked();
        self.stand.update(|stand| {
            *stand = Stand {
                undo: (!before.is_empty()).then_some((did, before)),
                example,
                generation: stand.generation + 1,
                ..Stand::default()
            };
        });
        self.typing.set(None);
        self.form.set(form);
    }

    /// Replaces the form by what a query says.
    pub fn fill(self, query: &str) {
        let catalog = self.tables.get_untracked().catalog;
        let (address, problems) = link::decode(query, catalog);
        self.replace(address.form, "Filled the form.", address.example);
        self.stand.update(|stand| stand.link_problems = problems);
        self.address
            .update_value(|kept| kept.tables = address.tables);
    }

    /// Says at a field where its text is from, for as long as it stays.
    pub fn say_origin(self, slot: Slot, from: &str) {
        let text = self.form.with_untracked(|form| form.get(slot).to_string());
        self.stand
            .update(|stand| stand.origin = Some((slot, text, from.to_string())));
    }

    /// Takes the last replacement back.
    pub fn undo(self) {
        let undo = self.stand.with_untracked(|stand| stand.undo.clone());
        if let Some((_, form)) = undo {
            self.stand.update(|stand| {
                *stand = Stand {
                    generation: stand.generation + 1,
                    ..Stand::default()
                };
            });
            self.form.set(form);
        }
    }

    /// Fills the form with a preset; false where there is none of that id.
    pub fn start_from(self, id: &str) -> bool {
        let catalog = self.tables.get_untracked().catalog;
        let query = ["example=", id].concat();
        let (mut address, _) = link::decode(&query, catalog);
        if address.example.is_some() {
            name_chips(&mut address.form, catalog);
            self.replace(address.form, "Started from an example.", address.example);
        }
        address.example.is_some()
    }

    /// Empties what still holds the first visit's example.
    pub fn clear_rest(self) {
        let untouched = self.stand.with_untracked(|stand| {
            stand
                .first_visit
                .as_ref()
                .map(|first| first.untouched.clone())
        });
        let mut form = self.form.get_untracked();
        for slot in untouched.unwrap_or_default() {
            form.set(slot, "");
        }
        self.replace(form, "Cleared the rest of the example.", None);
    }

    /// Adds a phase.
    pub fn add_phase(self) {
        self.form.update(|form| {
            form.add_phase(PhaseKind::FineTuning);
        });
    }

    /// Removes a phase, which can be undone.
    pub fn remove_phase(self, phase: u8) {
        let mut form = self.form.get_untracked();
        let mut phases = self.stand.with_untracked(|stand| stand.phases.clone());
        let index = usize::from(phase);
        form.remove_phase(index);
        if index < phases.len() {
            phases.remove(index);
        }
        self.replace(form, "Removed a phase.", None);
        self.stand.update(|stand| stand.phases = phases);
    }

    /// Moves a phase one place.
    pub fn move_phase(self, phase: u8, down: bool) {
        let index = usize::from(phase);
        let other = if down {
            index + 1
        } else {
            index.wrapping_sub(1)
        };
        self.stand.update(|stand| {
            stand.explained = None;
            if let Ok(most) = u8::try_from(index.max(other)) {
                stand.phase_mut(most);
            }
            if index < stand.phases.len() && other < stand.phases.len() {
                stand.phases.swap(index, other);
            }
        });
        self.form.update(|form| form.move_phase(index, down));
    }

    /// Counts a phase from another basis. What is more direct would win, so its text is put aside; it comes back with its segment.
    pub fn choose_basis(self, phase: u8, basis: Basis) {
        let more_direct = Basis::ALL
            .into_iter()
            .skip_while(|other| *other != basis)
            .skip(1)
            .map(Basis::field)
            .collect::<Vec<_>>();
        self.swap_texts(phase, &more_direct, &[basis.field()], |fold| {
            fold.basis = Some(basis)
        });
    }

    /// Shows the field for active parameters, or puts it and its text away.
    pub fn set_mixture(self, phase: u8, on: bool) {
        let active: &[Field] = &[Field::Active];
        let (away, back): (&[Field], &[Field]) = if on { (&[], active) } else { (active, &[]) };
        self.swap_texts(phase, away, back, |fold| fold.mixture = on);
    }

    /// Puts texts of a phase aside and brings others back.
    fn swap_texts(
        self,
        phase: u8,
        away: &[Field],
        back: &[Field],
        fold: impl FnOnce(&mut PhaseFold),
    ) {
        let mut form = self.form.get_untracked();
        self.stand.update(|stand| {
            let Some(state) = stand.phase_mut(phase) else {
                return;
            };
            for field in away {
                let slot = Slot::new(*field, phase);
                let text = form.get(slot).to_string();
                if !text.trim().is_empty() {
                    state.aside.retain(|(other, _)| other != field);
                    state.aside.push((*field, text));
                    form.set(slot, "");
                }
            }
            for field in back {
                let slot = Slot::new(*field, phase);
                if form.get(slot).trim().is_empty()
                    && let Some(at) = state.aside.iter().position(|(other, _)| other == field)
                {
                    let (_, text) = state.aside.remove(at);
                    form.set(slot, &text);
                }
            }
            fold(state);
        });
        self.typing.set(None);
        self.form.set(form);
    }

    /// Takes chip-hours, or chips and time; what is typed is converted.
    pub fn choose_chip_hours(self, phase: u8, hours: bool) {
        let found = self.found.get_untracked();
        let read = found
            .request
            .phases
            .get(usize::from(phase))
            .and_then(|phase| phase.hardware.complete())
            .map(|hardware| hardware.chip_time.clone());
        let converted = convert(read.as_ref(), hours);
        let (away, back): (&[Field], &[Field]) = if hours {
            (&[Field::Chips, Field::Time], &[])
        } else {
            (&[Field::ChipHours], &[Field::Chips])
        };
        self.swap_texts(phase, away, back, |fold| fold.chip_hours = Some(hours));
        if let Some(converted) = converted {
            let mut form = self.form.get_untracked();
            let chips = Slot::new(Field::Chips, phase);
            if hours {
                form.set(
                    Slot::new(Field::ChipHours, phase),
                    &hours_text(converted, 1.0),
                );
            } else {
                let count = compute_core::quantity::read(
                    compute_core::quantity::QuantityKind::Count,
                    form.get(chips),
                    &compute_core::quantity::NoNames,
                );
                let count = count.map_or(1.0, |reading| reading.value);
                form.set(Slot::new(Field::Time, phase), &hours_text(converted, count));
            }
            self.form.set(form);
        }
    }
}

/// Both ends of chip-seconds, where the other way of saying them is filled.
fn convert(read: Option<&request::ChipTime>, hours: bool) -> Option<(f64, f64)> {
    match read? {
        request::ChipTime::ChipsAndTime(chips, time) if hours => {
            let product = chips.value.times(&time.value);
            Some((product.low(), product.high()))
        }
        request::ChipTime::ChipHours(given) if !hours => {
            Some((given.value.low(), given.value.high()))
        }
        _ => None,
    }
}

/// Chip-seconds as hours of each of `chips`, in a text that reads back.
fn hours_text((low, high): (f64, f64), chips: f64) -> String {
    let hours = |seconds: f64| compute_core::quantity::exact(seconds / 3600.0 / chips);
    if low < high {
        [&hours(low), " to ", &hours(high), " hours"].concat()
    } else {
        [&hours(high), " hours"].concat()
    }
}

fn first_visit(address: &mut Address, stand: &mut Stand, catalog: &'static Catalog) {
    let Some(preset) = catalog
        .presets
        .iter()
        .find(|preset| preset.id == FIRST_EXAMPLE)
    else {
        return;
    };
    let (example, _) = link::decode(&["example=", preset.id].concat(), catalog);
    address.form = example.form;
    name_chips(&mut address.form, catalog);
    stand.example = Some(preset.id);
    stand.first_visit = Some(FirstVisit {
        name: preset.name,
        untouched: address
            .form
            .written()
            .into_iter()
            .map(|(slot, _)| slot)
            .collect(),
        typed_over: false,
    });
}

/// Writes an example's accelerators by name: its row has ids, which no reader knows.
fn name_chips(form: &mut Form, catalog: &Catalog) {
    for phase in 0..form.phases() {
        let slot = Slot::new(Field::Accelerator, phase as u8);
        let row = catalog
            .accelerators
            .iter()
            .find(|row| row.id == form.get(slot));
        if let Some(row) = row {
            form.set(slot, row.short);
        }
    }
}

/// The example of the first visit; index.html shows it before the program has come.
pub const FIRST_EXAMPLE: &str = "gpt-3";

fn find(form: RwSignal<Form>, tables: RwSignal<Tables>, stand: RwSignal<Stand>) -> Found {
    let catalog = tables.get().catalog;
    let generation = stand.with_untracked(|stand| stand.generation);
    form.with(|form| {
        let request = request::read(form, catalog);
        let estimate = estimate(form, &request, catalog);
        Found {
            request,
            estimate,
            generation,
            kept: None,
        }
    })
}

impl Before {
    /// Takes note of the result that stood before, and gives it to a new one that is not good.
    ///
    /// On the way to a text stand others that read well: 4 on the way to 405B. What stays is from before the typing began.
    fn follow(&mut self, typing: u32, previous: Option<&Shared>, found: &mut Found) {
        let same_form = |other: &&Shared| other.generation == found.generation;
        if typing == 0 || typing != self.typing {
            match previous.filter(same_form) {
                Some(previous) if previous.is_good() => self.result = Some(previous.clone()),
                // A field that is emptied leaves no number; the one before it is still the last good one.
                Some(_) => {}
                None => self.result = None,
            }
        }
        self.typing = typing;
        if !found.is_good() {
            found.kept = self.result.clone().filter(|kept| same_form(&kept));
        }
    }
}
