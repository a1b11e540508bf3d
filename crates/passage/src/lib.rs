//! Finds the quantities of a training run in a paragraph of a paper, a model card or a news item.
//!
//! Deterministic rules over words and numbers: the passage is folded to plain text ([`fold`]), cut into
//! tokens, sentences and clauses ([`token`], [`doc`]), numbers are joined with what they count
//! ([`mention`]), and one rule a field decides by the cue words around ([`cues`], [`rules`], [`words`]).
//! Nothing is guessed: a number that no rule claims fills nothing, and two that claim one field with
//! equal right are both shown ([`settle`]).

mod cues;
mod doc;
mod fold;
mod language;
mod mention;
mod rules;
mod settle;
mod token;
mod words;

use compute_core::catalog::Catalog;
use compute_core::field::{FIELDS, Takes};
use compute_core::quantity;

/// A quantity found in a passage, and the field that it fills.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// Phase of training, from 1.
    pub phase: u8,
    /// Link key of the field: `params`, `chip_hours`.
    pub field: &'static str,
    /// The piece of the passage, as it stands there.
    pub text: String,
    /// Where it begins, in UTF-16 units.
    pub from: usize,
    /// Behind its end, in UTF-16 units.
    pub to: usize,
    /// As the field takes it: read by the same reader as a typed value.
    pub value: String,
    /// Other values that claim the same field with equal right; where there are any, none is chosen.
    pub alternatives: Vec<String>,
}

/// Marks returned at most; a paragraph has a dozen.
pub const MAX_FOUND: usize = 200;

/// Claims that are weighed against each other, in the order of the passage; the work grows with their square.
const MAX_CLAIMS: usize = 2 * MAX_FOUND;

/// Whether the field takes the value: the one reader of typed text decides.
fn reads(field: &str, value: &str, catalog: &Catalog) -> bool {
    FIELDS
        .iter()
        .find(|spec| spec.key == field)
        .is_some_and(|spec| match spec.takes {
            Takes::Quantity { kind, .. } => quantity::read(kind, value, catalog).is_ok(),
            Takes::Accelerator => quantity::read_accelerator(value, catalog).is_ok(),
            Takes::Choice(words) => words.contains(&value),
            Takes::Choices(_) | Takes::Text => false,
        })
}

/// Finds what fills a field, sorted by place and without overlaps.
///
/// Reads the first 200,000 characters; work grows with their number, never faster. A passage in another language,
/// or one that describes no training, gives nothing.
pub fn read_passage(text: &str, catalog: &Catalog) -> Vec<Found> {
    let glyphs = fold::fold(text);
    let tokens = token::lex(&glyphs);
    if !language::is_english(&tokens) {
        return Vec::new();
    }
    let doc = doc::Doc::new(&glyphs, tokens, catalog);
    let mentions = mention::mentions(&doc);
    let gate = rules::Gate::new(&doc, &mentions);
    let mut claims = rules::claims(&doc, &mentions, &gate);
    let by_words = words::claims(&doc, &mentions, &claims, &gate);
    claims.extend(by_words);
    claims.sort_by_key(|claim| claim.span.start);
    claims.truncate(MAX_CLAIMS);
    claims.retain(|claim| reads(claim.field, &claim.value, catalog));
    let mut found: Vec<Found> = settle::settle(&doc, claims)
        .into_iter()
        .filter_map(|settled| {
            let (first, last) = (
                settled.claim.span.start,
                settled.claim.span.end.checked_sub(1)?,
            );
            let start = glyphs.get(doc.tokens.get(first)?.from)?;
            let end = glyphs.get(doc.tokens.get(last)?.to.checked_sub(1)?)?;
            Some(Found {
                phase: settled.phase,
                field: settled.claim.field,
                text: text.get(start.byte..end.byte_end)?.to_string(),
                from: start.unit,
                to: end.unit_end,
                value: settled.claim.value,
                alternatives: settled.alternatives,
            })
        })
        .collect();
    found.truncate(MAX_FOUND);
    found
}
