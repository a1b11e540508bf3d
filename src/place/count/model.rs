//! A count as the page holds it: whole numbers, exact.

/// A model's parameters and forward FLOP, group by group.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Count {
    /// `config`, `onnx`, `safetensors`, `gguf`, `layers`.
    pub source: String,
    /// Name of the model; may be empty.
    pub name: String,
    /// Its architecture; may be empty.
    pub architecture: String,
    /// Parameters.
    pub parameters: u128,
    /// Parameters that work on one token or example.
    pub active: u128,
    /// Of these, the input look-up table.
    pub table: u128,
    /// Forward FLOP of the examples counted, attention in full.
    pub forward: u128,
    /// The same with what a causal mask hides left out.
    pub causal: u128,
    /// Tokens in them; 0 where the word has no meaning.
    pub tokens: u64,
    /// Rows, which add up to the totals.
    pub groups: Vec<Group>,
    /// Operators without a formula: name, how often, whether they can hold products.
    pub unknown: Vec<(String, u64, bool)>,
    /// What must be given: name and why.
    pub needs: Vec<(String, String)>,
    /// Remarks.
    pub problems: Vec<Remark>,
    /// Of weight files: elements by stored type.
    pub stored: Vec<(String, u128)>,
    /// Bytes read, of how many.
    pub read: Option<(u64, u64)>,
    /// Kinds of groups that hold weight matrices, for adapters; names of modules where the file tells them apart.
    pub adaptable: Vec<String>,
    /// The fragment in which the table, or the list of layers, travels to the calculator; empty where it is too long.
    pub fragment: String,
    /// Whether it is too long for a link.
    pub too_long: bool,
}

/// A row of the table.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Group {
    /// Place in the model.
    pub path: String,
    /// Kind of layer.
    pub kind: String,
    /// How often it occurs.
    pub repeat: u64,
    /// Parameters of all repeats.
    pub parameters: u128,
    /// Forward FLOP of all repeats.
    pub forward: u128,
    /// The formula with the numbers in it.
    pub formula: String,
}

/// A remark on a count.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Remark {
    /// Whether a total may be off.
    pub warning: bool,
    /// The sentence.
    pub message: String,
}

impl Count {
    /// Whether the input table works in the output head as well.
    pub fn tied(&self) -> bool {
        self.groups
            .iter()
            .any(|group| group.forward > 0 && group.formula.contains("shared with the input table"))
    }

    /// Active parameters without the input table, which multiplies nothing. A table that is the output head as well multiplies there.
    pub fn multiplying(&self) -> u128 {
        if self.tied() {
            self.active
        } else {
            self.active.saturating_sub(self.table)
        }
    }

    /// The model's name, or what stands in for it.
    pub fn title(&self) -> &str {
        [&self.name, &self.architecture]
            .into_iter()
            .find(|text| !text.is_empty())
            .map_or("Unnamed model", |text| text)
    }
}

/// A name short enough for the link's `name`: the file's own, without folder and ending.
pub fn short(name: &str) -> String {
    let name = name.rsplit('/').next().unwrap_or(name);
    let stem = [".onnx", ".gguf", ".safetensors", ".json"]
        .into_iter()
        .find_map(|end| name.strip_suffix(end))
        .unwrap_or(name);
    stem.chars().take(80).collect()
}

/// What the table is sorted by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Column {
    /// The order of the model.
    #[default]
    Model,
    /// Path, by letter.
    Path,
    /// Kind, by letter.
    Kind,
    /// Repeat.
    Repeat,
    /// Parameters.
    Parameters,
    /// Forward FLOP.
    Forward,
}

impl Column {
    /// All that have a button in the table's head, with its word.
    pub const HEADS: [(Column, &'static str, &'static str); 5] = [
        (Column::Path, "path", "Path"),
        (Column::Kind, "kind", "Kind"),
        (Column::Repeat, "repeat", "Repeat"),
        (Column::Parameters, "parameters", "Parameters"),
        (Column::Forward, "forward", "Forward FLOP"),
    ];

    /// By its key.
    pub fn from_key(key: &str) -> Column {
        Column::HEADS
            .into_iter()
            .find(|(_, own, _)| *own == key)
            .map_or(Column::Model, |(column, ..)| column)
    }

    /// The direction that shows most first.
    pub fn falls_first(self) -> bool {
        matches!(self, Column::Repeat | Column::Parameters | Column::Forward)
    }
}

/// Numbers of the groups in the order of a column; equal ones keep the model's order.
pub fn sorted(groups: &[Group], column: Column, falling: bool) -> Vec<usize> {
    let mut order: Vec<usize> = (0..groups.len()).collect();
    let key = |at: &usize| groups.get(*at);
    order.sort_by(|a, b| {
        let (Some(a), Some(b)) = (key(a), key(b)) else {
            return std::cmp::Ordering::Equal;
        };
        let by = match column {
            Column::Model => std::cmp::Ordering::Equal,
            Column::Path => a.path.cmp(&b.path),
            Column::Kind => a.kind.cmp(&b.kind),
            Column::Repeat => a.repeat.cmp(&b.repeat),
            Column::Parameters => a.parameters.cmp(&b.parameters),
            Column::Forward => a.forward.cmp(&b.forward),
        };
        if falling { by.reverse() } else { by }
    });
    order
}

/// A share in thousandths, rounded half up.
pub fn permille(part: u128, whole: u128) -> u64 {
    if whole == 0 {
        return 0;
    }
    // Both shrink alike where the product would overflow.
    let (mut part, mut whole) = (part, whole);
    while part > u128::MAX / 2000 {
        part >>= 1;
        whole >>= 1;
    }
    let rounded = (part * 2000 + whole) / (whole * 2).max(1);
    u64::try_from(rounded).unwrap_or(u64::MAX)
}

/// Digits in groups of three with a narrow space, from five digits on: `12 288`, but `2048`.
pub fn grouped(number: u128) -> String {
    let digits = number.to_string();
    if digits.len() < 5 {
        return digits;
    }
    let mut out = String::with_capacity(digits.len() * 2);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push('\u{202f}');
        }
        out.push(digit);
    }
    out
}

/// A text with the digits of its whole numbers in groups.
pub fn digits_grouped(text: &str) -> String {
    let mut out = String::with_capacity(text.len() * 2);
    let mut rest = text;
    while let Some(at) = rest.find(|c: char| c.is_ascii_digit()) {
        let (before, after) = rest.split_at(at);
        let (digits, after) = after.split_at(
            after
                .find(|c: char| !c.is_ascii_digit())
                .unwrap_or(after.len()),
        );
        out.push_str(before);
        match digits.parse() {
            Ok(number) if !digits.starts_with('0') => out.push_str(&grouped(number)),
            _ => out.push_str(digits),
        }
        rest = after;
    }
    out.push_str(rest);
    out
}

/// A quotient as plain decimal text: exact where it is whole, else with up to four decimals.
pub fn quotient(a: u128, b: u128) -> String {
    if b == 0 {
        return a.to_string();
    }
    let (mut whole, rest) = (a / b, a % b);
    // Rests are below 2^64 for every count of tokens, so the product stays in range.
    let mut decimals = rest.saturating_mul(20_000).saturating_add(b) / b.saturating_mul(2);
    if decimals >= 10_000 {
        whole += 1;
        decimals = 0;
    }
    if decimals == 0 {
        return whole.to_string();
    }
    let text = format!("{whole}.{decimals:04}");
    text.trim_end_matches('0').to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn group(path: &str, parameters: u128, forward: u128) -> Group {
        Group {
            path: path.into(),
            kind: "attention".into(),
            repeat: 1,
            parameters,
            forward,
            formula: String::new(),
        }
    }

    #[test]
    fn rows_sort_by_any_column_and_keep_the_models_order_among_equals() {
        let groups = [group("b", 1, 5), group("a", 3, 5), group("c", 2, 9)];
        assert_eq!(sorted(&groups, Column::Model, false), [0, 1, 2]);
        assert_eq!(sorted(&groups, Column::Path, false), [1, 0, 2]);
        assert_eq!(sorted(&groups, Column::Parameters, true), [1, 2, 0]);
        assert_eq!(sorted(&groups, Column::Forward, true), [2, 0, 1]);
        assert_eq!(sorted(&groups, Column::Forward, false), [0, 1, 2]);
        for (column, key, _) in Column::HEADS {
            assert_eq!(Column::from_key(key), column);
        }
    }

    #[test]
    fn shares_round_half_up_whatever_the_size() {
        assert_eq!(permille(1, 3), 333);
        assert_eq!(permille(2, 3), 667);
        assert_eq!(permille(1, 2000), 1);
        assert_eq!(permille(5, 5), 1000);
        assert_eq!(permille(5, 0), 0);
        assert_eq!(permille(u128::MAX, u128::MAX), 1000);
    }

    #[test]
    fn digits_are_grouped_from_five_on() {
        for (number, text) in [
            (0, "0"),
            (2048, "2048"),
            (12288, "12\u{202f}288"),
            (1_234_567, "1\u{202f}234\u{202f}567"),
            (124_439_808, "124\u{202f}439\u{202f}808"),
        ] {
            assert_eq!(grouped(number), text);
        }
        // Beyond 2^53 every digit stands.
        assert_eq!(
            grouped(9_007_199_254_740_993).replace('\u{202f}', ""),
            "9007199254740993"
        );
    }

    #[test]
    fn digits_in_a_text_are_grouped() {
        assert_eq!(
            digits_grouped("2*1024*50257 + 007"),
            "2*1024*50\u{202f}257 + 007"
        );
        assert_eq!(digits_grouped(""), "");
        let long = "9".repeat(60);
        assert_eq!(digits_grouped(&long), long);
    }

    #[test]
    fn quotients_are_exact_where_they_are_whole() {
        for (a, b, text) in [
            (10, 5, "2"),
            (10, 4, "2.5"),
            (1, 3, "0.3333"),
            (2, 3, "0.6667"),
            (199_999, 100_000, "2"),
            (7, 0, "7"),
            (838_966_968_320, 512, "1638607360"),
        ] {
            assert_eq!(quotient(a, b), text);
        }
    }

    #[test]
    fn a_tied_table_multiplies_and_a_plain_one_does_not() {
        let mut count = Count {
            active: 100,
            table: 30,
            ..Count::default()
        };
        assert_eq!(count.multiplying(), 70);
        count.groups = vec![Group {
            forward: 5,
            formula: "parameters = 0; FLOP = 2*3 [weights shared with the input table]".into(),
            ..group("lm_head", 0, 5)
        }];
        assert_eq!(count.multiplying(), 100);
    }

    #[test]
    fn names_in_links_are_short() {
        assert_eq!(short("org/some model.onnx"), "some model");
        assert_eq!(short("gpt2"), "gpt2");
        assert_eq!(short(&"x".repeat(300)).len(), 80);
    }

    #[test]
    fn a_count_always_has_a_title() {
        assert_eq!(Count::default().title(), "Unnamed model");
        assert_eq!(
            Count {
                architecture: "GPT2LMHeadModel".into(),
                ..Count::default()
            }
            .title(),
            "GPT2LMHeadModel"
        );
        assert_eq!(
            Count {
                name: "gpt2".into(),
                architecture: "GPT2LMHeadModel".into(),
                ..Count::default()
            }
            .title(),
            "gpt2"
        );
    }
}
