//! The form: text in slots. It knows no numbers.

use crate::field::{Default, Field, Slot};
use crate::phase::PhaseKind;

/// Most phases a form and a link hold.
pub const MAX_PHASES: usize = 9;
/// Longest text of a field, in characters.
pub const MAX_TEXT: usize = 200;
/// Longest name, in characters.
pub const MAX_NAME: usize = 80;

/// The texts of every field, as typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Form {
    head: Vec<String>,
    phases: Vec<Vec<String>>,
}

impl std::default::Default for Form {
    fn default() -> Form {
        Form::empty()
    }
}

fn blank(count: usize) -> Vec<String> {
    vec![String::new(); count]
}

impl Form {
    /// A form with one empty phase.
    pub fn empty() -> Form {
        Form {
            head: blank(Field::HEAD),
            phases: vec![blank(Field::PER_PHASE)],
        }
    }

    /// Text of a slot; empty where the slot does not exist.
    pub fn get(&self, slot: Slot) -> &str {
        self.cell(slot).map_or("", String::as_str)
    }

    fn cell(&self, slot: Slot) -> Option<&String> {
        let index = slot.field as usize;
        if index < Field::HEAD {
            self.head.get(index)
        } else {
            self.phases
                .get(usize::from(slot.phase))?
                .get(index - Field::HEAD)
        }
    }

    /// Text of a field of the whole form.
    pub fn head(&self, field: Field) -> &str {
        self.get(Slot::new(field, 0))
    }

    /// Writes a slot, adding phases up to it; text beyond the bound is cut. Returns whether it was cut.
    pub fn set(&mut self, slot: Slot, text: &str) -> bool {
        let most = if slot.field == Field::Name {
            MAX_NAME
        } else {
            MAX_TEXT
        };
        let (text, cut) = match text.char_indices().nth(most) {
            Some((end, _)) => (text.get(..end).unwrap_or(""), true),
            None => (text, false),
        };
        let index = slot.field as usize;
        if index < Field::HEAD {
            if let Some(cell) = self.head.get_mut(index) {
                *cell = text.to_string();
            }
            return cut;
        }
        let phase = usize::from(slot.phase);
        if phase >= MAX_PHASES {
            return cut;
        }
        while self.phases.len() <= phase {
            self.phases.push(blank(Field::PER_PHASE));
        }
        if let Some(cell) = self
            .phases
            .get_mut(phase)
            .and_then(|cells| cells.get_mut(index - Field::HEAD))
        {
            *cell = text.to_string();
        }
        cut
    }

    /// Number of phases, at least 1.
    pub fn phases(&self) -> usize {
        self.phases.len()
    }

    /// Whether no field of the phase holds text.
    pub fn phase_is_empty(&self, phase: usize) -> bool {
        self.phases
            .get(phase)
            .is_none_or(|cells| cells.iter().all(|text| text.trim().is_empty()))
    }

    /// Whether no field holds text.
    pub fn is_empty(&self) -> bool {
        self.head.iter().all(|text| text.trim().is_empty())
            && (0..self.phases.len()).all(|phase| self.phase_is_empty(phase))
    }

    /// Adds a phase of a kind at the end; it copies hardware, format and utilization of the last one. False when full.
    pub fn add_phase(&mut self, kind: PhaseKind) -> bool {
        if self.phases.len() >= MAX_PHASES {
            return false;
        }
        let last = (self.phases.len() - 1) as u8;
        let next = last + 1;
        self.phases.push(blank(Field::PER_PHASE));
        for field in [
            Field::Accelerator,
            Field::Peak,
            Field::Format,
            Field::Utilization,
            Field::Hfu,
            Field::Executed,
        ] {
            let text = self.get(Slot::new(field, last)).to_string();
            self.set(Slot::new(field, next), &text);
        }
        self.set(Slot::new(Field::Kind, next), kind.id());
        true
    }

    /// Removes a phase; the last one left is emptied instead.
    pub fn remove_phase(&mut self, phase: usize) {
        if phase < self.phases.len() {
            self.phases.remove(phase);
        }
        if self.phases.is_empty() {
            self.phases.push(blank(Field::PER_PHASE));
        }
    }

    /// Moves a phase one place up or down.
    pub fn move_phase(&mut self, phase: usize, down: bool) {
        let other = if down {
            phase.checked_add(1)
        } else {
            phase.checked_sub(1)
        };
        if let Some(other) = other
            && phase < self.phases.len()
            && other < self.phases.len()
        {
            self.phases.swap(phase, other);
        }
    }

    /// The kind of a phase; what does not read counts as the default.
    pub fn kind(&self, phase: usize) -> PhaseKind {
        let text = self.get(Slot::new(Field::Kind, phase as u8));
        PhaseKind::from_id(text.trim()).unwrap_or(PhaseKind::PreTraining)
    }

    /// Whether the slot's text says nothing beyond its default, so that a link leaves it out.
    pub fn is_default(&self, slot: Slot) -> bool {
        let text = self.get(slot);
        if text.trim().is_empty() {
            return true;
        }
        match slot.field.spec().default {
            Default::Same(field) => text == self.get(Slot::new(field, slot.phase)),
            default => default.text(self.kind(usize::from(slot.phase))) == Some(text),
        }
    }

    /// Every slot that a link writes, in its order, with empty phases closed up.
    pub fn written(&self) -> Vec<(Slot, &str)> {
        let mut out = Vec::new();
        for field in Field::of_head() {
            let slot = Slot::new(field, 0);
            if !self.is_default(slot) {
                out.push((slot, self.get(slot)));
            }
        }
        let mut next = 0;
        for phase in 0..self.phases.len() {
            let before = out.len();
            for field in Field::of_phase() {
                let slot = Slot::new(field, phase as u8);
                if !self.is_default(slot) {
                    out.push((Slot::new(field, next), self.get(slot)));
                }
            }
            if out.len() > before {
                next += 1;
            }
        }
        out
    }
}
