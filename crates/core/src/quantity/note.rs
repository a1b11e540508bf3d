//! Remarks on what was read.

use super::fault::quoted;
use super::read::Outcome;
use super::token::Remark;
use super::{Note, QuantityKind};

/// Code and sentence of each [`Remark`], in its order; a sentence that starts with a space stands behind a quote.
const NOTES: [(&str, &str); 12] = [
    ("decimal-comma", "The comma was read as a decimal point."),
    (
        "approximate",
        "Read as the number itself. A range, like 30% to 45%, carries how sure it is.",
    ),
    ("range-reversed", "The ends of the range were turned round."),
    ("percent-assumed", "Read as a percentage."),
    (
        "mixture-name",
        " names a mixture, whose experts share layers. The product stands until its parameters are typed.",
    ),
    (
        "lost-power",
        "Read as a product. Copied text loses the raised figures of a power of ten.",
    ),
    ("words-to-tokens", "A word was counted as 4/3 tokens."),
    (
        "mac-to-flop",
        "A multiply-accumulate was counted as 2 FLOP.",
    ),
    (
        "tops",
        "TOPS count integer operations; the peak in the format of the products can differ.",
    ),
    ("calendar", "The calendar days between the two dates."),
    ("names-accelerator", " names the accelerator."),
    (
        "names-machines",
        "A machine of this name holds eight chips.",
    ),
];

pub(crate) fn notes(kind: QuantityKind, outcome: &Outcome, folded: &str) -> Vec<Note> {
    let mut notes = Vec::new();
    let text = folded.trim();
    for (place, (code, message)) in NOTES.iter().enumerate() {
        if outcome.remarks & 1 << place == 0 {
            continue;
        }
        let is = |remark: Remark| place == remark as usize;
        let ranged = outcome.is_range();
        if is(Remark::Mixture) && (kind != QuantityKind::Count || ranged)
            || is(Remark::Fallen) && (kind != QuantityKind::Flop || ranged)
        {
            continue;
        }
        let mut subject = text;
        if is(Remark::Chip) {
            let (from, to) = outcome.chip_name;
            subject = folded.get(from..to).unwrap_or("");
        }
        let mut fixes = Vec::new();
        if is(Remark::Mixture) && text.replace(' ', "").eq_ignore_ascii_case("8x7b") {
            // Mixtral 8x7B: in total, and active for a token (its paper, arXiv 2401.04088).
            fixes.push("46.7B".to_string());
            fixes.push("12.9B".to_string());
        }
        if is(Remark::Words) {
            let number = folded.get(..outcome.high.phrase.0.into()).unwrap_or("");
            fixes.push([number.trim(), " tokens"].concat());
        }
        if is(Remark::Fallen) {
            // Of "3.1 x 1023" the first word and the last two figures.
            let power = text.rfind("10").and_then(|at| text.get(at + 2..at + 4));
            let end = text.find([' ', 'x', '*']).unwrap_or(0);
            let mantissa = text.get(..end).unwrap_or("");
            fixes.push([mantissa, "e", power.unwrap_or("")].concat());
        }
        notes.push(Note {
            code,
            message: if message.starts_with(' ') {
                quoted(subject) + message
            } else {
                (*message).to_string()
            },
            fixes,
        });
    }
    notes
}
