//! What a table does without a document: order by any column, filter by words.

use compute_core::catalog::normalize;
use std::cmp::Ordering;

/// What a cell is ordered by.
#[derive(Clone, Debug, PartialEq)]
pub enum Key {
    /// No value: last, whichever way the column is ordered.
    Nothing,
    /// A number.
    Number(f64),
    /// A text; digits in it count as numbers, so that H20 stands before H100.
    Text(&'static str),
}

impl Key {
    /// The number of a cell, where there is one.
    pub fn of(value: Option<f64>) -> Key {
        value.map_or(Key::Nothing, Key::Number)
    }

    /// The text of a cell, where there is one.
    pub fn text(text: &'static str) -> Key {
        if text.is_empty() {
            Key::Nothing
        } else {
            Key::Text(text)
        }
    }

    fn order(&self, other: &Key) -> Ordering {
        match (self, other) {
            (Key::Number(one), Key::Number(two)) => one.total_cmp(two),
            (Key::Text(one), Key::Text(two)) => natural(one, two),
            (Key::Number(_), Key::Text(_)) => Ordering::Less,
            (Key::Text(_), Key::Number(_)) => Ordering::Greater,
            (Key::Nothing, _) | (_, Key::Nothing) => Ordering::Equal,
        }
    }
}

/// The rows in the order of these keys; equal ones keep their order, empty ones go last.
pub fn ordered(keys: &[Key], descending: bool) -> Vec<usize> {
    let mut rows: Vec<usize> = (0..keys.len()).collect();
    let key = |row: usize| keys.get(row).unwrap_or(&Key::Nothing);
    rows.sort_by(|one, two| {
        let (one, two) = (key(*one), key(*two));
        let empty = |key: &Key| *key == Key::Nothing;
        empty(one).cmp(&empty(two)).then_with(|| {
            let order = one.order(two);
            if descending { order.reverse() } else { order }
        })
    });
    rows
}

/// Order of texts without regard to case, with runs of digits compared as numbers.
fn natural(one: &str, two: &str) -> Ordering {
    let (mut one, mut two) = (one.chars().peekable(), two.chars().peekable());
    loop {
        match (one.peek().copied(), two.peek().copied()) {
            (None, None) => return Ordering::Equal,
            (None, _) => return Ordering::Less,
            (_, None) => return Ordering::Greater,
            (Some(a), Some(b)) if a.is_ascii_digit() && b.is_ascii_digit() => {
                let order = run(&mut one).total_cmp(&run(&mut two));
                if order != Ordering::Equal {
                    return order;
                }
            }
            (Some(a), Some(b)) => {
                let order = a.to_lowercase().cmp(b.to_lowercase());
                if order != Ordering::Equal {
                    return order;
                }
                one.next();
                two.next();
            }
        }
    }
}

fn run(text: &mut std::iter::Peekable<std::str::Chars>) -> f64 {
    let mut value = 0.0;
    while let Some(digit) = text.peek().and_then(|c| c.to_digit(10)) {
        value = value * 10.0 + f64::from(digit);
        text.next();
    }
    value
}

/// What of a row is searched.
#[derive(Clone, Debug, Default)]
pub struct Hay {
    /// The texts in lower case.
    plain: String,
    /// The same as names are compared: letters and digits only, a line end between two texts.
    tight: String,
}

impl Hay {
    /// Of the texts of a row.
    pub fn new(texts: impl Iterator<Item = &'static str>) -> Hay {
        let mut hay = Hay::default();
        for text in texts.filter(|text| !text.is_empty()) {
            hay.plain.push_str(&text.to_lowercase());
            hay.plain.push('\n');
            hay.tight.push_str(&normalize(text));
            hay.tight.push('\n');
        }
        hay
    }
}

/// What is searched for.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Wanted {
    whole: String,
    words: Vec<(String, String)>,
}

/// Words beyond these change nothing that a person would type.
const MOST_WORDS: usize = 12;

impl Wanted {
    /// Of a text as typed.
    pub fn new(text: &str) -> Wanted {
        Wanted {
            whole: normalize(text),
            words: text
                .split_whitespace()
                .take(MOST_WORDS)
                .map(|word| (word.to_lowercase(), normalize(word)))
                .collect(),
        }
    }

    /// Whether nothing is searched for.
    pub fn is_empty(&self) -> bool {
        self.words.is_empty()
    }

    /// Whether a row has it: the whole as a name is written without spaces, or each word somewhere.
    pub fn matches(&self, hay: &Hay) -> bool {
        let tight = |key: &str| !key.is_empty() && hay.tight.contains(key);
        tight(&self.whole)
            || self
                .words
                .iter()
                .all(|(word, key)| hay.plain.contains(word.as_str()) || tight(key))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn empty_cells_stay_last_both_ways() {
        let keys = [
            Key::Nothing,
            Key::Number(2.0),
            Key::Number(1.0),
            Key::Nothing,
            Key::Number(2.0),
        ];
        assert_eq!(ordered(&keys, false), [2, 1, 4, 0, 3]);
        assert_eq!(ordered(&keys, true), [1, 4, 2, 0, 3]);
    }

    #[test]
    fn numbers_in_names_are_numbers() {
        let keys = ["H200", "h20", "H100 PCIe", "A100", "H100"].map(Key::text);
        assert_eq!(ordered(&keys, false), [3, 1, 4, 2, 0]);
        assert_eq!(
            natural("V100 16GB", "V100 9GB"),
            Ordering::Greater,
            "16 is more than 9"
        );
    }

    #[test]
    fn words_match_in_any_order_and_without_spaces() {
        let hay = Hay::new(["NVIDIA GeForce RTX 4090", "geforce-rtx-4090", "2022"].into_iter());
        for text in [
            "rtx4090",
            "RTX-4090",
            "4090 nvidia",
            "geforce 2022",
            "  ",
            "GeForceRTX",
        ] {
            assert!(Wanted::new(text).matches(&hay), "{text}");
        }
        for text in ["4090 amd", "rtx 4080", "20220", "40902022"] {
            assert!(!Wanted::new(text).matches(&hay), "{text}");
        }
    }

    #[test]
    fn hardware_is_found_by_what_papers_write() {
        let sheet = crate::place::csv::Sheet::read(compute_tables::hardware_csv());
        let hays: Vec<Hay> = (0..sheet.len())
            .map(|row| crate::place::columns::hay(&sheet, row))
            .collect();
        let found = |text: &str| {
            let wanted = Wanted::new(text);
            hays.iter().filter(|hay| wanted.matches(hay)).count()
        };
        assert_eq!(found(""), sheet.len());
        assert!((4..20).contains(&found("h100")), "{}", found("h100"));
        assert!(found("a100 80gb") >= 2);
        assert!(found("google") >= 10);
        assert_eq!(found("no such chip"), 0);
    }
}
