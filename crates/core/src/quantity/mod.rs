//! Numbers and units as people type them, and as the page prints them.
//!
//! One reader serves the form, the link, the module and the embed; one writer
//! makes every number a person sees, as plain text with real superscripts
//! (`3.1 × 10²³`), which the reader reads back to the same number.

mod accelerator;
mod calendar;
mod decimal;
mod echo;
mod expression;
mod fault;
mod fold;
mod note;
mod number;
mod phrase;
mod read;
mod token;
mod unit;
mod write;

pub use accelerator::read_accelerator;
pub use decimal::parse_f64;
pub use fault::WRITE_A_COUNT;
pub use read::{is_zero, read};
pub use unit::Measure;
pub use write::*;

/// What a field takes: picks units, bounds and echo.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum QuantityKind {
    /// A bare count: parameters, tokens, chips.
    Count,
    /// FLOP.
    Flop,
    /// FLOP/s.
    FlopPerSecond,
    /// Seconds.
    Time,
    /// A fraction of 1.
    Fraction,
    /// Chip-seconds.
    ChipTime,
}

/// Looks a chip's name up, as papers write it.
pub trait Names {
    /// Index of the accelerator of that id, name or alias.
    fn find(&self, name: &str) -> Option<usize>;
}

/// No names known (before the tables have come).
pub struct NoNames;

impl Names for NoNames {
    fn find(&self, _: &str) -> Option<usize> {
        None
    }
}

/// A remark on what was read. The number stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Note {
    /// Permanent kebab-case code of the typing rules.
    pub code: &'static str,
    /// One sentence without the field's name.
    pub message: String,
    /// Texts that would say the other meaning, offered as buttons (`405B`).
    pub fixes: Vec<String>,
}

/// A number that was read.
#[derive(Clone, Debug, PartialEq)]
pub struct Reading {
    /// Base units. Of a range, the median sqrt(low x high).
    pub value: f64,
    /// 5th percentile; equals `value` where no range was typed.
    pub low: f64,
    /// 95th percentile; equals `value` where no range was typed.
    pub high: f64,
    /// In words and units, rounded to what was typed; reads back to the same number.
    pub echo: String,
    /// Remarks.
    pub notes: Vec<Note>,
    /// An accelerator named inside the text (`16k H100s`, `2.788M H800 GPU hours`): index and the text of its name.
    pub accelerator: Option<(usize, String)>,
    /// What the unit behind it measures, where one was typed: `Tokens` of `300B tokens`.
    pub measure: Option<Measure>,
}

impl Reading {
    /// Whether a range was typed.
    pub fn is_range(&self) -> bool {
        self.low < self.high
    }
}

/// A text that could not be read.
#[derive(Clone, Debug, PartialEq)]
pub struct Misreading {
    /// Permanent kebab-case code of the typing rules.
    pub code: &'static str,
    /// What is wrong, quoting the text, without the field's name: `“54” has no unit.`
    pub message: String,
    /// What to type instead: `Write 54 days or 54 hours.`
    pub remedy: String,
    /// Those texts, offered as buttons.
    pub fixes: Vec<String>,
    /// Typing on can still make it right (`1e`, `54 da`): wait before saying so.
    pub unfinished: bool,
}

/// An accelerator field that was read.
#[derive(Clone, Debug, PartialEq)]
pub struct AcceleratorReading {
    /// Index in the catalog.
    pub index: usize,
    /// Chips that the text names besides (`8x H100`, `TPU v3-512`, `96 DGX A100`), in the unit of the row.
    pub chips: Option<f64>,
    /// Remarks.
    pub notes: Vec<Note>,
}
