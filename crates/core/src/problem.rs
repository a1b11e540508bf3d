//! What is wrong with, or worth saying about, what was typed.

use crate::field::Slot;

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Severity {
    /// The field gives no value.
    Error,
    /// The value stands, and is probably not what was meant.
    Warning,
    /// Said for the record.
    Note,
}

impl Severity {
    /// The word in the module.
    pub fn id(self) -> &'static str {
        match self {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Note => "note",
        }
    }
}

/// A text that would mend a field, offered as a button.
#[derive(Clone, Debug, PartialEq)]
pub struct Fix {
    /// Words of the button.
    pub label: String,
    /// The fields it writes, and their texts.
    pub edits: Vec<(Slot, String)>,
}

/// A message about a field. Nothing is thrown for bad input.
#[derive(Clone, Debug, PartialEq)]
pub struct Problem {
    /// The field; `None` for the link as a whole.
    pub slot: Option<Slot>,
    /// Permanent kebab-case code.
    pub code: &'static str,
    /// What is wrong, without the field's name.
    pub message: String,
    /// What to do.
    pub remedy: String,
    /// How bad.
    pub severity: Severity,
    /// Typing on can still make it right.
    pub unfinished: bool,
    /// Buttons.
    pub fixes: Vec<Fix>,
}

impl Problem {
    /// A message of this severity about a field.
    pub fn new(
        severity: Severity,
        slot: Slot,
        code: &'static str,
        message: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Problem {
        Problem {
            slot: Some(slot),
            code,
            message: message.into(),
            remedy: remedy.into(),
            severity,
            unfinished: false,
            fixes: Vec::new(),
        }
    }

    /// The same with a button that writes `text` into `slot`.
    pub fn with_fix(
        mut self,
        label: impl Into<String>,
        slot: Slot,
        text: impl Into<String>,
    ) -> Problem {
        self.fixes.push(Fix {
            label: label.into(),
            edits: vec![(slot, text.into())],
        });
        self
    }

    /// The sentence with the field's name in front, as lists and the module print it.
    pub fn sentence(&self) -> String {
        match self.slot {
            Some(slot) => {
                let label = slot.field.spec().label;
                if slot.phase == 0 {
                    format!("{label}: {}", self.message)
                } else {
                    format!("{label}, phase {}: {}", slot.phase + 1, self.message)
                }
            }
            None => self.message.clone(),
        }
    }
}
