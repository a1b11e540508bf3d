//! The passage as plain characters, each with its place in the original.
//!
//! What a PDF, LaTeX, Markdown or HTML adds to a sentence is taken off here, so that the rules see
//! `1,000,000`, `10^23` and `tokens` however they were set; every character keeps the place it came from.

/// One folded character and the piece of the original that it stands for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Glyph {
    /// The character after folding.
    pub c: char,
    /// Byte offset of its piece.
    pub byte: usize,
    /// Byte offset behind its piece.
    pub byte_end: usize,
    /// UTF-16 offset of its piece.
    pub unit: usize,
    /// UTF-16 offset behind its piece.
    pub unit_end: usize,
}

/// Characters of the passage that are read; the rest of a longer text is left alone.
pub(crate) const MAX_CHARS: usize = 200_000;

/// LaTeX commands that stand for a character.
const SYMBOLS: &[(&str, &str)] = &[
    ("times", "×"),
    ("cdot", "·"),
    ("approx", "≈"),
    ("sim", "≈"),
    ("simeq", "≈"),
    ("geq", "≥"),
    ("ge", "≥"),
    ("leq", "≤"),
    ("le", "≤"),
    ("pm", "±"),
    ("to", " to "),
    ("quad", " "),
    ("qquad", " "),
    ("item", "\n"),
    ("newline", "\n"),
];

/// LaTeX commands whose argument is no part of the sentence.
const DROPPED: &[&str] = &[
    "cite",
    "citep",
    "citet",
    "citealp",
    "ref",
    "eqref",
    "label",
    "url",
    "footnotemark",
    "begin",
    "end",
];

/// HTML entities that papers' web pages leave in a copied text.
const ENTITIES: &[(&str, &str)] = &[
    ("&nbsp;", " "),
    ("&thinsp;", "\u{2009}"),
    ("&times;", "×"),
    ("&ndash;", "–"),
    ("&mdash;", "—"),
    ("&amp;", "&"),
    ("&lt;", "<"),
    ("&gt;", ">"),
    ("&sim;", "≈"),
    ("&asymp;", "≈"),
];

struct Source {
    chars: Vec<(char, usize, usize)>,
    bytes: usize,
    units: usize,
}

impl Source {
    fn at(&self, i: usize) -> char {
        self.chars.get(i).map_or('\0', |(c, _, _)| *c)
    }

    /// Byte and UTF-16 offset of a character, or of the end.
    fn place(&self, i: usize) -> (usize, usize) {
        self.chars
            .get(i)
            .map_or((self.bytes, self.units), |(_, byte, unit)| (*byte, *unit))
    }

    fn starts(&self, i: usize, text: &str) -> bool {
        text.chars().enumerate().all(|(k, c)| self.at(i + k) == c)
    }
}

/// Folds the first [`MAX_CHARS`] characters.
pub(crate) fn fold(text: &str) -> Vec<Glyph> {
    let mut units = 0;
    let mut chars = Vec::new();
    let mut bytes = 0;
    for (byte, c) in text.char_indices().take(MAX_CHARS) {
        chars.push((c, byte, units));
        units += c.len_utf16();
        bytes = byte + c.len_utf8();
    }
    let source = Source {
        chars,
        bytes,
        units,
    };
    let latex = source
        .chars
        .windows(2)
        .any(|pair| matches!(pair, [('\\', _, _), (c, _, _)] if c.is_ascii_alphabetic()));
    let mut out: Vec<Glyph> = Vec::with_capacity(source.chars.len());
    let mut i = 0;
    // Where an opening dollar of a formula has its closing one.
    let mut formula_end = usize::MAX;
    while i < source.chars.len() {
        let next = step(&source, i, latex, &mut formula_end, &mut out);
        i = next.max(i + 1);
    }
    out
}

fn emit(out: &mut Vec<Glyph>, source: &Source, from: usize, to: usize, text: &str) {
    let (byte, unit) = source.place(from);
    let (byte_end, unit_end) = source.place(to);
    out.extend(text.chars().map(|c| Glyph {
        c,
        byte,
        byte_end,
        unit,
        unit_end,
    }));
}

/// Folds what stands at `i`; returns where to go on.
fn step(
    source: &Source,
    i: usize,
    latex: bool,
    formula_end: &mut usize,
    out: &mut Vec<Glyph>,
) -> usize {
    let c = source.at(i);
    let one = |text: &str, out: &mut Vec<Glyph>| emit(out, source, i, i + 1, text);
    match c {
        'ﬁ' => one("fi", out),
        'ﬂ' => one("fl", out),
        'ﬀ' => one("ff", out),
        'ﬃ' => one("ffi", out),
        'ﬄ' => one("ffl", out),
        // Soft hyphen, zero-width characters, byte order mark, controls.
        '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}' | '\u{202a}'..='\u{202e}' => {}
        '\u{ff01}'..='\u{ff5e}' => {
            let plain = char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c);
            one(plain.encode_utf8(&mut [0; 4]), out);
        }
        '‐' | '‑' => one("-", out),
        '−' | '‒' => one("–", out),
        '∼' => one("≈", out),
        '⋅' | '∙' | '•' if out.last().is_some_and(|g| g.c.is_ascii_digit()) => one("·", out),
        '⁄' | '∕' => one("/", out),
        '`' => {}
        '*' if source.at(i + 1) == '*' && !digit_beside(source, i) => return i + 2,
        '&' => {
            if let Some((name, text)) = ENTITIES.iter().find(|(name, _)| source.starts(i, name)) {
                let end = i + name.chars().count();
                emit(out, source, i, end, text);
                return end;
            }
            // The columns of a LaTeX table.
            one(if latex { "|" } else { "&" }, out);
        }
        '<' => return tag(source, i, out),
        '\\' => return command(source, i, out),
        '{' | '}' if latex || *formula_end != usize::MAX => {
            // `16{,}384`
            if c == '{' && source.starts(i, "{,}") {
                emit(out, source, i, i + 3, ",");
                return i + 3;
            }
        }
        '^' if source.at(i + 1) == '{' => {
            one("^", out);
            let close = (i + 2..i + 8).find(|k| source.at(*k) == '}');
            if let Some(close) = close {
                for k in i + 2..close {
                    emit(out, source, k, k + 1, source.at(k).encode_utf8(&mut [0; 4]));
                }
                return close + 1;
            }
        }
        '~' if latex && !source.at(i.wrapping_sub(1)).is_whitespace() => one(" ", out),
        '~' => one("≈", out),
        '$' if i == *formula_end => *formula_end = usize::MAX,
        '$' => match formula_close(source, i) {
            Some(close) => *formula_end = close,
            None => one("$", out),
        },
        '-' if source.starts(i, "---") => {
            emit(out, source, i, i + 3, "—");
            return i + 3;
        }
        '-' if source.starts(i, "--") && !source.at(i + 2).is_alphabetic() => {
            emit(out, source, i, i + 2, "–");
            return i + 2;
        }
        '-' if broken_word(source, i) => return after_space(source, i + 1),
        ',' if broken_number(source, i, out) => {
            one(",", out);
            return after_space(source, i + 1);
        }
        _ => one(c.encode_utf8(&mut [0; 4]), out),
    }
    i + 1
}

fn digit_beside(source: &Source, i: usize) -> bool {
    source.at(i + 2).is_ascii_digit() && source.at(i.wrapping_sub(1)).is_ascii_digit()
}

fn after_space(source: &Source, mut i: usize) -> usize {
    while source.at(i).is_whitespace() {
        i += 1;
    }
    i
}

/// A hyphen at a line's end inside a word: `to-⏎kens`.
fn broken_word(source: &Source, i: usize) -> bool {
    let mut k = i + 1;
    while matches!(source.at(k), ' ' | '\r' | '\t') {
        k += 1;
    }
    source.at(k) == '\n'
        && source.at(i.wrapping_sub(1)).is_lowercase()
        && source.at(after_space(source, k)).is_lowercase()
}

/// A comma at a line's end inside a number: `1,000,⏎000`. A list has spaces behind its commas.
fn broken_number(source: &Source, i: usize, out: &[Glyph]) -> bool {
    if source.at(i + 1) != '\n' && !(source.at(i + 1) == '\r' && source.at(i + 2) == '\n') {
        return false;
    }
    let k = after_space(source, i + 1);
    let group =
        (0..3).all(|d| source.at(k + d).is_ascii_digit()) && !source.at(k + 3).is_ascii_digit();
    let before: Vec<char> = out.iter().rev().take(8).map(|g| g.c).collect();
    let digits = before.iter().take_while(|c| c.is_ascii_digit()).count();
    let list = before.get(digits) == Some(&' ') && before.get(digits + 1) == Some(&',');
    group && (1..=3).contains(&digits) && !list
}

/// The closing dollar of a formula that opens at `i`: on the same line, tight behind its last character, no digit behind it.
fn formula_close(source: &Source, i: usize) -> Option<usize> {
    if source.at(i + 1).is_whitespace() {
        return None;
    }
    for k in i + 2..i + 80 {
        match source.at(k) {
            '\0' | '\n' => return None,
            '$' => {
                let tight = !source.at(k - 1).is_whitespace()
                    && !matches!(source.at(k - 1), '(' | '/' | '-' | '–');
                return (tight && !source.at(k + 1).is_ascii_digit()).then_some(k);
            }
            _ => {}
        }
    }
    None
}

/// `<sup>23</sup>` is `^23`; other tags vanish; a lone `<` stays.
fn tag(source: &Source, i: usize, out: &mut Vec<Glyph>) -> usize {
    let name = source.at(i + 1);
    if !(name.is_ascii_alphabetic() || (name == '/' && source.at(i + 2).is_ascii_alphabetic())) {
        emit(out, source, i, i + 1, "<");
        return i + 1;
    }
    let Some(close) = (i + 1..i + 60).find(|k| source.at(*k) == '>') else {
        emit(out, source, i, i + 1, "<");
        return i + 1;
    };
    if source.starts(i, "<sup>") {
        emit(out, source, i, close + 1, "^");
    } else if source.starts(i, "<br") || source.starts(i, "<li") || source.starts(i, "<p") {
        emit(out, source, i, close + 1, "\n");
    } else if source.starts(i, "<td") || source.starts(i, "<th") {
        emit(out, source, i, close + 1, " ");
    }
    close + 1
}

/// A LaTeX command or an escaped character.
fn command(source: &Source, i: usize, out: &mut Vec<Glyph>) -> usize {
    let next = source.at(i + 1);
    if !next.is_ascii_alphabetic() {
        let text = match next {
            ',' | ';' | ':' | '!' | ' ' => "\u{2009}",
            '\\' => "\n",
            // The escaped character itself follows; money stays money.
            '$' => {
                emit(out, source, i, i + 2, "$");
                return i + 2;
            }
            _ => "",
        };
        if text.is_empty() {
            return i + 1;
        }
        emit(out, source, i, i + 2, text);
        return i + 2;
    }
    let mut end = i + 1;
    let mut name = String::new();
    while source.at(end).is_ascii_alphabetic() && name.len() < 24 {
        name.push(source.at(end));
        end += 1;
    }
    if let Some((_, text)) = SYMBOLS.iter().find(|(known, _)| *known == name) {
        // A space behind a command ends its name and is not printed.
        emit(out, source, i, end, text);
        return end;
    }
    if DROPPED.contains(&name.as_str())
        && source.at(end) == '{'
        && let Some(close) = (end..end + 200).find(|k| source.at(*k) == '}')
    {
        return close + 1;
    }
    end
}
