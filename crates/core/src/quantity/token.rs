//! The place in a text, and the smallest steps over it.

use super::fault::Fault;
use super::number::Value;
use super::{Names, QuantityKind};

/// Deepest nesting of brackets and signs.
pub(crate) const DEEPEST: u8 = 32;

/// Most words of a unit, a chip's name included.
pub(crate) const MOST_WORDS: usize = 8;

/// Nothing, or why it went no further.
pub(crate) type Step = Result<(), Fault>;

/// A remark that came up on the way, by its row in the table of notes.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Remark {
    Comma,
    Approximate,
    Reversed,
    Percent,
    Mixture,
    Fallen,
    Words,
    Macs,
    Tops,
    Calendar,
    Chip,
    Machines,
}

/// A text that is being read. Bytes, not characters: what the grammar knows is ASCII, a byte of
/// anything else is a letter, and a step over bytes takes a fraction of the code.
pub(crate) struct Parser<'a> {
    pub kind: QuantityKind,
    /// Folded, in lower case.
    pub text: &'a [u8],
    /// Folded; every byte at the place of its lower case.
    pub shown: &'a str,
    pub at: usize,
    pub names: &'a dyn Names,
    /// The number read last, as a calculator shows it; after a range its second end, and the first.
    pub value: Value,
    pub low: Value,
    /// The middle that was typed, in the unit, of `3e23 within 2x`; else 0.
    pub middle: f64,
    /// Where the words behind a number stand.
    pub words: [(u16, u16); MOST_WORDS],
    /// A bit for each [`Remark`].
    pub remarks: u16,
    /// A chip's name: its row, if the tables have it, and where it stands.
    pub chip: Option<usize>,
    pub chip_name: (usize, usize),
    /// `and` belongs to `between`.
    pub and_ends: bool,
    pub depth: u8,
    /// Seconds of the unit of time in front, for `2 h 30 m`.
    pub before: f64,
    /// Where a fault lies, and what it turns on (a measure, a power of ten).
    pub fault_at: (usize, usize),
    pub fault_turns_on: u8,
}

/// A letter of a word, in lower case. (Out of line in the page: these small steps stand everywhere.)
#[cfg_attr(target_arch = "wasm32", inline(never))]
pub(crate) fn letter(byte: u8) -> bool {
    byte.is_ascii_lowercase() || byte >= 0x80
}

#[cfg_attr(target_arch = "wasm32", inline(never))]
pub(crate) fn digit(byte: u8) -> bool {
    byte.is_ascii_digit()
}

pub(crate) fn letter_or_digit(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
}

/// What can stand behind a number.
pub(crate) const ENDS: &str = "within|to|or so|or more|middle|approximately|plus or minus";

/// Whether letters start one of several phrases between bars.
pub(crate) fn begins(phrases: &str, part: &[u8]) -> bool {
    phrases
        .split('|')
        .any(|phrase| phrase.as_bytes().starts_with(part))
}

impl<'a> Parser<'a> {
    pub fn new(
        kind: QuantityKind,
        shown: &'a str,
        text: &'a [u8],
        names: &'a dyn Names,
    ) -> Parser<'a> {
        Parser {
            kind,
            text,
            shown,
            at: 0,
            names,
            value: Value::of(0.0),
            low: Value::of(0.0),
            middle: 0.0,
            words: [(0, 0); MOST_WORDS],
            remarks: 0,
            chip: None,
            chip_name: (0, 0),
            and_ends: false,
            depth: 0,
            before: 0.0,
            fault_at: (0, 0),
            fault_turns_on: 0,
        }
    }

    /// The byte at a place; 0 beyond the end (a text holds none).
    #[cfg_attr(target_arch = "wasm32", inline(never))]
    pub fn byte(&self, at: usize) -> u8 {
        self.text.get(at).copied().unwrap_or(0)
    }

    #[cfg_attr(target_arch = "wasm32", inline(never))]
    pub fn peek(&self) -> u8 {
        self.byte(self.at)
    }

    pub fn at_end(&self) -> bool {
        self.at >= self.text.len()
    }

    pub fn slice(&self, from: usize, to: usize) -> &'a [u8] {
        self.text.get(from..to).unwrap_or(&[])
    }

    /// Skips spaces; whether there were any.
    pub fn spaces(&mut self) -> bool {
        let from = self.at;
        while self.peek() == b' ' {
            self.at += 1;
        }
        self.at > from
    }

    /// Moves over the bytes of a kind.
    pub fn take(&mut self, kind: fn(u8) -> bool) -> &'a [u8] {
        let from = self.at;
        while kind(self.peek()) {
            self.at += 1;
        }
        self.slice(from, self.at)
    }

    /// The letters here, without moving.
    pub fn word(&mut self) -> &'a [u8] {
        let from = self.at;
        let word = self.take(letter);
        self.at = from;
        word
    }

    /// Moves over spaces and then signs or whole words, with any space for each of theirs.
    pub fn eat(&mut self, phrase: &str) -> bool {
        let from = self.at;
        self.spaces();
        let mut last = 0;
        for &byte in phrase.as_bytes() {
            if byte == b' ' {
                self.spaces();
            } else if self.peek() == byte {
                self.at += 1;
            } else {
                self.at = from;
                return false;
            }
            last = byte;
        }
        if letter(last) && letter(self.peek()) {
            self.at = from;
            return false;
        }
        true
    }

    /// The same with the first that fits of phrases between bars; which one.
    pub fn any(&mut self, phrases: &str) -> Option<usize> {
        phrases.split('|').position(|phrase| self.eat(phrase))
    }

    pub fn note(&mut self, remark: Remark) {
        self.remarks |= 1 << remark as u16;
    }

    /// A fault with its place.
    pub fn fault(&mut self, fault: Fault, from: usize, to: usize) -> Fault {
        self.fault_at = (from, to);
        fault
    }

    /// Typing on can still help at the end.
    pub fn incomplete_or(&self, fault: Fault) -> Fault {
        if self.at_end() {
            Fault::Incomplete
        } else {
            fault
        }
    }
}
