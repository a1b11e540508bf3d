//! An estimate to quote and to keep: sentence, Markdown, BibTeX, a CSV row, and a record that opens again.
//!
//! The record is JSON of a versioned schema (`record.schema.json`). Its `link` holds what was typed; opening a record
//! reads that link, so that the number is computed again and not believed.

mod cite;
mod file;
mod record;

pub use cite::{CSV_HEADER, Citation, cite};
pub use record::{Opened, Record, Refusal, SCHEMA, open, record};

/// What a citation is made from besides the form: handed in, because the core knows no clock and no address.
pub struct Place<'a> {
    /// Address of the page without query: `https://example.org/compute/`.
    pub base: &'a str,
    /// ISO date of the reader's day.
    pub today: &'a str,
    /// Version of the page.
    pub version: &'a str,
    /// ISO date of the tables.
    pub tables: &'a str,
    /// The sources of an accelerator's row, by its id: the compact tables do not hold them.
    pub sources: &'a dyn Fn(&str) -> Option<String>,
}

/// The whole link: page, query, date of the tables.
fn link(form: &compute_core::form::Form, place: &Place) -> String {
    use compute_core::link::{Address, encode};
    let query = encode(&Address {
        form: form.clone(),
        tables: place.tables.to_string(),
        ..Address::default()
    });
    [place.base, "?", &query].concat()
}

/// The name of the estimate, or what stands for it.
fn name(form: &compute_core::form::Form) -> String {
    let name = form.head(compute_core::field::Field::Name).trim();
    if name.is_empty() {
        "this model".to_string()
    } else {
        name.to_string()
    }
}
