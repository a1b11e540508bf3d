//! The address: form and place to query and back.
//!
//! The link carries what was typed. Keys are permanent; lengths are bounded; nothing
//! that comes in is trusted, and nothing is dropped in silence.

use crate::apart::apart;
use crate::catalog::{Catalog, Change};
use crate::earlier;
use crate::field::{Field, Slot};
use crate::form::{Form, MAX_PHASES};
use crate::problem::{Problem, Severity};

/// Longest query that is read, in bytes.
pub const MAX_QUERY: usize = 8 * 1024;

/// A place of the page; `None` in [`Address`] is the calculator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// Count a model.
    Count,
    /// Many at once.
    Batch,
    /// Worked examples.
    Examples,
    /// The accelerators.
    Hardware,
    /// Known models.
    Models,
    /// The method.
    Method,
}

impl Place {
    /// Every place besides the calculator.
    pub const ALL: [Place; 6] = [
        Place::Count,
        Place::Batch,
        Place::Examples,
        Place::Hardware,
        Place::Models,
        Place::Method,
    ];

    /// The word of `page=`.
    pub fn id(self) -> &'static str {
        match self {
            Place::Count => "count",
            Place::Batch => "batch",
            Place::Examples => "examples",
            Place::Hardware => "hardware",
            Place::Models => "models",
            Place::Method => "method",
        }
    }
}

/// Light, dark, or the system's choice.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Theme {
    /// The system's choice.
    #[default]
    Auto,
    /// Light.
    Light,
    /// Dark.
    Dark,
}

impl Theme {
    /// The word of `theme=`.
    pub fn id(self) -> &'static str {
        match self {
            Theme::Auto => "auto",
            Theme::Light => "light",
            Theme::Dark => "dark",
        }
    }

    /// The theme of that word.
    pub fn from_id(id: &str) -> Option<Theme> {
        [Theme::Auto, Theme::Light, Theme::Dark]
            .into_iter()
            .find(|theme| theme.id() == id)
    }
}

/// All that the address says.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Address {
    /// What was typed.
    pub form: Form,
    /// The place; `None` is the calculator.
    pub place: Option<Place>,
    /// ISO date of the tables that the link was shared with; may be empty.
    pub tables: String,
    /// Whether it is the embed.
    pub embed: bool,
    /// Theme asked for.
    pub theme: Theme,
    /// Whether the query had any key of ours: without one the page shows its first-visit example.
    pub said_something: bool,
    /// Id of the preset that `example` named, if it exists.
    pub example: Option<&'static str>,
}

/// Reads a query (with or without `?`). Every key is optional; of a key that stands twice the last counts.
pub fn decode(query: &str, catalog: &Catalog) -> (Address, Vec<Problem>) {
    let mut problems = Vec::new();
    let mut query = query.strip_prefix('?').unwrap_or(query);
    if query.len() > MAX_QUERY {
        apart(|| {
            let mut end = MAX_QUERY;
            while !query.is_char_boundary(end) {
                end -= 1;
            }
            query = query.get(..end).unwrap_or("");
            problems.push(whole(
                "link-cut",
                "The link is longer than 8 KiB and was cut there.",
                "Check the fields, and share the link anew.",
            ));
        });
    }
    let pairs: Vec<(String, String)> = query
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
            (percent_decode(key), percent_decode(value))
        })
        .collect();

    let mut address = Address::default();
    // The example first, whatever its place: the link's other keys override it.
    if let Some((_, id)) = pairs.iter().rev().find(|(key, _)| key == "example") {
        address.said_something = true;
        if id != "none" {
            match catalog.presets.iter().find(|preset| preset.id == id) {
                Some(preset) => {
                    address.example = Some(preset.id);
                    fill(&mut address, preset.query, &mut problems);
                    address.form.set(Slot::new(Field::Name, 0), preset.name);
                }
                None => apart(|| {
                    problems.push(whole(
                        "unknown-example",
                        &[
                            "The link names the example “",
                            &short(id),
                            "”, which is in none of our rows.",
                        ]
                        .concat(),
                        "Choose one from the list of examples.",
                    ));
                }),
            }
        }
    }
    for (key, value) in &pairs {
        apply(&mut address, key, value, &mut problems);
    }
    // A link without the date says nothing of the tables it was made with.
    let is_older =
        |change: &Change| !address.tables.is_empty() && change.date > address.tables.as_str();
    if catalog.changes.iter().any(is_older) {
        apart(|| problems.extend(earlier::since(&address, catalog)));
    }
    (address, problems)
}

fn fill(address: &mut Address, query: &str, problems: &mut Vec<Problem>) {
    for pair in query.split('&') {
        let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
        apply(
            address,
            &percent_decode(key),
            &percent_decode(value),
            problems,
        );
    }
}

fn apply(address: &mut Address, key: &str, value: &str, problems: &mut Vec<Problem>) {
    let known = match key {
        "page" | "tables" | "embed" | "theme" => apart(|| {
            match key {
                "page" => {
                    address.place = Place::ALL.into_iter().find(|place| place.id() == value);
                }
                // A date and nothing else, so that it can be printed and compared as text.
                "tables" if is_date(value) => address.tables = value.to_string(),
                "tables" => address.tables.clear(),
                "embed" => address.embed = value == "1",
                _ => address.theme = Theme::from_id(value).unwrap_or_default(),
            }
            matches!(key, "page" | "tables")
        }),
        _ => match slot_of(key) {
            Some(slot) => {
                if address.form.set(slot, value) {
                    apart(|| {
                        problems.push(Problem::new(
                            Severity::Warning,
                            slot,
                            "text-cut",
                            "The link’s text was too long and was cut.",
                            "Type a shorter one.",
                        ))
                    });
                }
                true
            }
            None => false,
        },
    };
    address.said_something |= known;
}

/// The slot of a link key: `chips`, `chips.2` … `chips.9`.
fn slot_of(key: &str) -> Option<Slot> {
    let (name, phase) = match key.split_once('.') {
        Some((name, number)) => {
            let &[digit @ b'2'..=b'9'] = number.as_bytes() else {
                return None;
            };
            (name, digit - b'1')
        }
        None => (key, 0),
    };
    let field = Field::from_key(name)?;
    if phase > 0 && !field.spec().per_phase || usize::from(phase) >= MAX_PHASES {
        return None;
    }
    Some(Slot::new(field, phase))
}

/// The canonical query, without `?`: keys in the order of the tables, phase by phase, defaults left out.
pub fn encode(address: &Address) -> String {
    let written = address.form.written();
    let mut out = String::new();
    let is_head = |slot: &Slot| !slot.field.spec().per_phase;
    // `page` and `tables` stand between `domain` and `original` in the table of keys.
    for (slot, text) in written
        .iter()
        .filter(|(slot, _)| is_head(slot) && slot.field <= Field::Domain)
    {
        push(&mut out, &slot.key(), text);
    }
    if let Some(place) = address.place {
        push(&mut out, "page", place.id());
    }
    if !address.tables.is_empty() {
        push(&mut out, "tables", &address.tables);
    }
    for (slot, text) in written
        .iter()
        .filter(|(slot, _)| is_head(slot) && slot.field > Field::Domain)
    {
        push(&mut out, &slot.key(), text);
    }
    if address.embed {
        push(&mut out, "embed", "1");
    }
    if address.theme != Theme::Auto {
        push(&mut out, "theme", address.theme.id());
    }
    for (slot, text) in written.iter().filter(|(slot, _)| !is_head(slot)) {
        push(&mut out, &slot.key(), text);
    }
    out
}

/// The canonical query of a form alone.
pub fn encode_form(form: &Form) -> String {
    encode(&Address {
        form: form.clone(),
        ..Address::default()
    })
}

fn push(out: &mut String, key: &str, text: &str) {
    if !out.is_empty() {
        out.push('&');
    }
    out.push_str(key);
    out.push('=');
    percent_encode(text, out);
}

fn percent_encode(text: &str, out: &mut String) {
    const HEX: &[u8; 16] = b"0123456789ABCDEF";
    let digit = |nibble: u8| char::from(HEX.get(usize::from(nibble)).copied().unwrap_or(b'0'));
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'*' | b'-' | b'.' | b'_' => {
                out.push(char::from(byte));
            }
            b' ' => out.push('+'),
            _ => {
                out.push('%');
                out.push(digit(byte >> 4));
                out.push(digit(byte & 15));
            }
        }
    }
}

fn percent_decode(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&byte, tail)) = rest.split_first() {
        rest = tail;
        match (byte, tail) {
            (b'+', _) => bytes.push(b' '),
            (b'%', [high, low, after @ ..]) => match (hex(*high), hex(*low)) {
                (Some(high), Some(low)) => {
                    bytes.push(high << 4 | low);
                    rest = after;
                }
                _ => bytes.push(b'%'),
            },
            _ => bytes.push(byte),
        }
    }
    match String::from_utf8(bytes) {
        Ok(text) => text,
        Err(broken) => apart(|| String::from_utf8_lossy(broken.as_bytes()).into_owned()),
    }
}

fn hex(byte: u8) -> Option<u8> {
    match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        b'A'..=b'F' => Some(byte - b'A' + 10),
        _ => None,
    }
}

fn is_date(text: &str) -> bool {
    text.len() == 10
        && text.bytes().enumerate().all(|(at, byte)| match at {
            4 | 7 => byte == b'-',
            _ => byte.is_ascii_digit(),
        })
}

fn short(text: &str) -> String {
    text.chars().take(40).collect()
}

fn whole(code: &'static str, message: &str, remedy: &str) -> Problem {
    Problem {
        slot: None,
        code,
        message: message.to_string(),
        remedy: remedy.to_string(),
        severity: Severity::Warning,
        unfinished: false,
        fixes: Vec::new(),
    }
}
