//! Folded characters to words, numbers and signs.

use crate::fold::Glyph;
use compute_core::quantity::parse_f64;

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Letters, with digits inside: `tokens`, `h100`, `qwen2.5`.
    Word,
    /// A number without its scale: `3.8 × 10^25`, `16,384`.
    Number,
    /// Any other character.
    Sign,
}

/// A token of the passage.
#[derive(Clone, Debug)]
pub(crate) struct Token {
    pub kind: Kind,
    /// Lower case; of a number its text as the number reader takes it.
    pub text: String,
    /// Of a number its value.
    pub value: f64,
    /// First letter is upper case.
    pub capital: bool,
    /// An upper-case letter behind a lower-case one, or two upper-case letters in front: `DeepSeek`, `GPT`.
    pub camel: bool,
    /// A possessive `'s` was taken off.
    pub possessive: bool,
    /// White space stands in front.
    pub space: bool,
    /// A line ends in front.
    pub line: bool,
    /// The number carries an exponent or groups, so it is no year and no name.
    pub written_out: bool,
    /// First folded character.
    pub from: usize,
    /// Behind the last folded character.
    pub to: usize,
}

/// Tokens that are read; a paragraph has a few hundred.
pub(crate) const MAX_TOKENS: usize = 60_000;

/// Prefixes that are written with and without a hyphen: the word is compared without it.
const PREFIXES: &[&str] = &[
    "pre", "post", "fine", "co", "mini", "mid", "multi", "self", "micro", "re", "non", "wall",
    "sub", "mega", "up", "one", "warm", "long",
];

const SUPERSCRIPTS: &[char] = &['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'];

struct Lexer<'a> {
    glyphs: &'a [Glyph],
}

impl Lexer<'_> {
    fn at(&self, i: usize) -> char {
        self.glyphs.get(i).map_or('\0', |g| g.c)
    }

    fn digit(&self, i: usize) -> bool {
        self.at(i).is_ascii_digit()
    }

    fn digits_to(&self, mut i: usize) -> usize {
        while self.digit(i) {
            i += 1;
        }
        i
    }
}

/// Cuts the folded text into at most [`MAX_TOKENS`] tokens.
pub(crate) fn lex(glyphs: &[Glyph]) -> Vec<Token> {
    let lexer = Lexer { glyphs };
    let mut out: Vec<Token> = Vec::new();
    let (mut i, mut space, mut line) = (0, true, true);
    while i < glyphs.len() && out.len() < MAX_TOKENS {
        let c = lexer.at(i);
        if c.is_whitespace() {
            line |= c == '\n';
            space = true;
            i += 1;
            continue;
        }
        if let Some(end) = citation(&lexer, i) {
            i = end;
            continue;
        }
        // "tokens¹": the mark of a footnote, passed over; behind a number it is an exponent.
        if SUPERSCRIPTS.contains(&c)
            && out
                .last()
                .is_some_and(|t| t.kind == Kind::Word || t.text == ")")
        {
            i += 1;
            continue;
        }
        let mut token = if c.is_ascii_digit() || (c == '.' && lexer.digit(i + 1) && space) {
            number(&lexer, i, out.last())
        } else if matches!(c, 'x' | 'X')
            && !space
            && (lexer.digit(i + 1) || lexer.at(i + 1).is_uppercase())
            && out.last().is_some_and(|t| {
                t.kind == Kind::Number || t.text.ends_with(|c: char| c.is_ascii_digit())
            })
        {
            // "8x3090", "16x16", "A100x64"
            sign(i, '×')
        } else if c.is_alphabetic() {
            word(&lexer, i)
        } else {
            sign(i, c)
        };
        token.space = space;
        token.line = line;
        i = token.to.max(i + 1);
        (space, line) = (false, false);
        push(&mut out, token);
    }
    out
}

/// Joins `pre` `-` `training` and `fine` `tuned`, and reads the `x` of `8x H100` as a sign.
fn push(out: &mut Vec<Token>, mut token: Token) {
    if token.kind == Kind::Word {
        if let [.., first, hyphen] = out.as_mut_slice()
            && first.kind == Kind::Word
            && hyphen.text == "-"
            && !hyphen.space
            && !token.space
            && PREFIXES.contains(&first.text.as_str())
        {
            first.text.push_str(&token.text);
            first.to = token.to;
            out.pop();
            return;
        }
        if let Some(last) = out.last_mut()
            && matches!(
                last.text.as_str(),
                "fine" | "pre" | "wall" | "post" | "mini"
            )
            && ["tun", "train", "clock", "batch"]
                .iter()
                .any(|stem| token.text.starts_with(stem))
        {
            last.text.push_str(&token.text);
            last.to = token.to;
            return;
        }
        if token.text == "x" && out.last().is_some_and(|last| last.kind == Kind::Number) {
            token.kind = Kind::Sign;
            token.text = "×".to_string();
        }
    }
    out.push(token);
}

fn token(kind: Kind, text: String, from: usize, to: usize) -> Token {
    Token {
        kind,
        text,
        value: 0.0,
        capital: false,
        camel: false,
        possessive: false,
        space: false,
        line: false,
        written_out: false,
        from,
        to,
    }
}

fn sign(i: usize, c: char) -> Token {
    let c = match c {
        '’' | '‘' => '\'',
        '“' | '”' | '«' | '»' => '"',
        '✕' | '✖' | '⨯' => '×',
        '∗' => '*',
        _ => c,
    };
    token(Kind::Sign, c.to_string(), i, i + 1)
}

/// `[7]`, `[12, 13]`, `[3–5]`: a citation, passed over.
fn citation(lexer: &Lexer, i: usize) -> Option<usize> {
    if lexer.at(i) != '[' || !lexer.digit(i + 1) {
        return None;
    }
    for k in i + 1..i + 24 {
        match lexer.at(k) {
            ']' => return Some(k + 1),
            c if c.is_ascii_digit() || matches!(c, ',' | ' ' | '-' | '–' | ';') => {}
            _ => return None,
        }
    }
    None
}

fn word(lexer: &Lexer, i: usize) -> Token {
    let mut end = i;
    let mut text = String::new();
    let (mut camel, mut before) = (false, '\0');
    // A word longer than this is no word.
    while end < i + 64 {
        let c = lexer.at(end);
        let point = c == '.' && text.bytes().any(|b| b.is_ascii_digit()) && lexer.digit(end + 1);
        // "A100x64" is a name, a sign and a number.
        let times = matches!(c, 'x' | '×')
            && before.is_ascii_digit()
            && text.len() >= 3
            && lexer.digit(end + 1);
        if !(c.is_alphanumeric() || point) || SUPERSCRIPTS.contains(&c) || times {
            break;
        }
        camel |= c.is_uppercase() && before.is_alphabetic();
        // CO₂ and Ü fold to more than one character; the comparison takes what comes.
        text.extend(c.to_lowercase());
        before = c;
        end += 1;
    }
    let mut made = token(Kind::Word, text, i, end.max(i + 1));
    made.capital = lexer.at(i).is_uppercase();
    made.camel = camel;
    if matches!(lexer.at(end), '\'' | '’')
        && lexer.at(end + 1) == 's'
        && !lexer.at(end + 2).is_alphanumeric()
    {
        made.possessive = true;
        made.to = end + 2;
    }
    made
}

/// A number as it is written, without scale and unit.
fn number(lexer: &Lexer, i: usize, last: Option<&Token>) -> Token {
    let start = i;
    let mut end = lexer.digits_to(i);
    let mut text: String = (i..end).map(|k| lexer.at(k)).collect();
    let mut written_out = false;
    // A date, a version number or an ordinal is a word.
    if let Some(to) = date(lexer, i, end).or_else(|| version(lexer, i, end)) {
        let text: String = (i..to).map(|k| lexer.at(k)).collect();
        return token(Kind::Word, text, i, to);
    }
    if ["th", "st", "nd", "rd"].iter().any(|ending| {
        ending
            .chars()
            .enumerate()
            .all(|(k, c)| lexer.at(end + k) == c)
    }) && !lexer.at(end + 2).is_alphanumeric()
    {
        let text: String = (i..end + 2).map(|k| lexer.at(k)).collect();
        return token(Kind::Word, text, i, end + 2);
    }
    // Groups of three behind one to three digits. A plain space groups only behind no name ("Llama 3 405 billion").
    if end - i <= 3 {
        let name_before = last.is_some_and(|last| last.capital || last.text == "-");
        loop {
            let separator = lexer.at(end);
            let group = matches!(
                separator,
                ',' | '\'' | '’' | '_' | '\u{a0}' | '\u{2009}' | '\u{202f}'
            ) || (separator == ' ' && !name_before);
            if !(group && lexer.digits_to(end + 1) == end + 4) {
                break;
            }
            // "256,512" in a list without spaces cannot be told from a number and is read as one.
            if matches!(separator, ',' | '\'' | '’' | '_') {
                text.push(separator);
            }
            text.extend((end + 1..end + 4).map(|k| lexer.at(k)));
            end += 4;
            written_out = true;
        }
    }
    if matches!(lexer.at(end), '.' | ',') && lexer.digit(end + 1) {
        let to = lexer.digits_to(end + 1);
        let comma = lexer.at(end) == ',';
        // "1,5" is a decimal comma; "8,16,32" a list.
        if !comma || (to - end <= 3 && lexer.at(to) != ',' && !written_out) {
            text.extend((end..to).map(|k| lexer.at(k)));
            end = to;
        }
    }
    let mut plain: String = text
        .chars()
        .filter(|c| c.is_ascii_digit() || *c == '.')
        .collect();
    if !written_out && text.contains(',') {
        plain = text.replace(',', ".");
    }
    let mut value = parse_f64(&plain).unwrap_or(0.0);
    // 1e23, 3.64E+03
    if matches!(lexer.at(end), 'e' | 'E') {
        let mut k = end + 1;
        let mut exponent = String::new();
        if matches!(lexer.at(k), '+' | '-' | '–') {
            if lexer.at(k) != '+' {
                exponent.push('-');
            }
            k += 1;
        }
        let to = lexer.digits_to(k);
        if to > k && to - k <= 3 && !lexer.at(to).is_alphabetic() {
            exponent.extend((k..to).map(|d| lexer.at(d)));
            text.push('e');
            text.push_str(&exponent);
            value *= power_of_ten(&exponent);
            end = to;
            written_out = true;
        }
    }
    // 2^20, 10**12, 2¹¹
    if let Some((exponent, to)) = power(lexer, end) {
        text.push('^');
        text.push_str(&exponent);
        value = exponent.parse::<i32>().map_or(0.0, |e| value.powi(e));
        end = to;
        written_out = true;
    } else if let Some((exponent, to)) = times_ten(lexer, end) {
        text.push_str(" × 10^");
        text.push_str(&exponent);
        value *= power_of_ten(&exponent);
        end = to;
        written_out = true;
    }
    let mut made = token(Kind::Number, text, start, end.max(start + 1));
    made.value = value;
    made.written_out = written_out;
    made
}

fn power_of_ten(exponent: &str) -> f64 {
    exponent
        .parse::<i32>()
        .map_or(0.0, |e| 10f64.powi(e.clamp(-400, 400)))
}

/// The exponent behind `^`, `**` or as superscripts at `i`, and where it ends.
fn power(lexer: &Lexer, i: usize) -> Option<(String, usize)> {
    let mut k = i;
    let mut exponent = String::new();
    if lexer.at(k) == '⁻' {
        exponent.push('-');
        k += 1;
    }
    while let Some(digit) = SUPERSCRIPTS.iter().position(|c| *c == lexer.at(k)) {
        exponent.push(char::from_digit(u32::try_from(digit).ok()?, 10)?);
        k += 1;
    }
    if k > i && exponent.len() <= 4 && exponent != "-" {
        return Some((exponent, k));
    }
    k = match (lexer.at(i), lexer.at(i + 1)) {
        ('^', _) => i + 1,
        ('*', '*') => i + 2,
        _ => return None,
    };
    exponent.clear();
    if matches!(lexer.at(k), '-' | '–' | '+') {
        if lexer.at(k) != '+' {
            exponent.push('-');
        }
        k += 1;
    }
    let to = lexer.digits_to(k);
    if to == k || to - k > 3 {
        return None;
    }
    exponent.extend((k..to).map(|d| lexer.at(d)));
    Some((exponent, to))
}

/// ` × 10^23` at `i`, with any sign of multiplication and any space.
fn times_ten(lexer: &Lexer, i: usize) -> Option<(String, usize)> {
    let space = |mut k: usize| {
        while lexer.at(k).is_whitespace() && lexer.at(k) != '\n' && k < i + 12 {
            k += 1;
        }
        k
    };
    let k = space(i);
    if !matches!(lexer.at(k), '×' | '·' | 'x' | 'X' | '*' | '✕' | '∗') {
        return None;
    }
    let k = space(k + 1);
    if lexer.at(k) != '1' || lexer.at(k + 1) != '0' {
        return None;
    }
    power(lexer, k + 2)
}

/// `2022-03-11`.
fn date(lexer: &Lexer, i: usize, end: usize) -> Option<usize> {
    let two = |k: usize| lexer.digits_to(k) == k + 2;
    (end == i + 4
        && lexer.at(end) == '-'
        && two(end + 1)
        && lexer.at(end + 3) == '-'
        && two(end + 4))
    .then_some(end + 6)
}

/// `0.2.6`, but not `1.234.567`.
fn version(lexer: &Lexer, i: usize, end: usize) -> Option<usize> {
    let mut k = end;
    let (mut points, mut thousands) = (0, end - i <= 3);
    while lexer.at(k) == '.' && lexer.digit(k + 1) {
        let to = lexer.digits_to(k + 1);
        thousands &= to == k + 4;
        points += 1;
        k = to;
    }
    (points >= 2 && !thousands).then_some(k)
}
