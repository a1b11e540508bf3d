//! Typed text to the few characters the grammar knows.

use crate::apart::apart;

/// Most characters of a text that is read.
pub(crate) const MOST_CHARACTERS: usize = 200;

/// Marks of pages and papers, and what they stand for.
const MARKUP: &str = "<sup>;^|</sup>; |&nbsp;; |&thinsp;; |&times;; x |&middot;;*|&minus;;-|&ndash;;-|&plusmn;;+-|\\times; x |\\cdot;*|\\approx;~|\\sim;~|\\pm;+-|\\%;%";

/// Folds spaces, dashes, quotes, signs of multiplication, full-width and raised figures to ASCII;
/// drops what has no width, tags and footnote daggers. Case is kept. Ends are trimmed
/// at the front only: a space behind can mean that more is coming.
pub(crate) fn fold(text: &str) -> Option<String> {
    if text.len() > MOST_CHARACTERS && apart(|| text.chars().nth(MOST_CHARACTERS).is_some()) {
        return None;
    }
    // Most texts are plain.
    let plain = |byte: u8| {
        matches!(byte, b' '..=b'~') && !matches!(byte, b'<' | b'&' | b'\\' | b'"' | b'`')
    };
    if text.bytes().all(plain) {
        return Some(text.trim_start().to_string());
    }
    Some(apart(|| folded(text)))
}

/// The same for a text with marks in it.
fn folded(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 4);
    let mut rest = text;
    let mut raised = false;
    while let Some(c) = rest.chars().next() {
        if matches!(c, '<' | '&' | '\\') {
            let mut marks = MARKUP.split('|').filter_map(|mark| mark.rsplit_once(';'));
            if let Some((mark, plain)) = marks.find(|(mark, _)| rest.starts_with(mark)) {
                out += plain;
                rest = rest.get(mark.len()..).unwrap_or("");
                continue;
            }
            if let Some(behind) = behind_tag(rest) {
                rest = behind;
                continue;
            }
        }
        rest = rest.get(c.len_utf8()..).unwrap_or("");
        let figure = match c {
            '¹' => '1',
            '²' => '2',
            '³' => '3',
            '⁺' => '+',
            '⁻' => '-',
            '\u{2070}' | '\u{2074}'..='\u{2079}' => moved(c, 0x2070, '0'),
            _ => ' ',
        };
        if figure != ' ' {
            if !raised {
                out.push('^');
                raised = true;
            }
            out.push(figure);
            continue;
        }
        let plain = match c {
            '\u{ff01}'..='\u{ff5e}' => moved(c, 0xff01, '!'),
            '\t'..='\r'
            | '\u{85}'
            | '\u{a0}'
            | '\u{1680}'
            | '\u{2000}'..='\u{200a}'
            | '\u{2028}'
            | '\u{2029}'
            | '\u{202f}'
            | '\u{205f}'
            | '\u{3000}' => ' ',
            '\0'..='\u{8}'
            | '\u{e}'..='\u{1f}'
            | '\u{ad}'
            | '\u{200b}'..='\u{200f}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{fe0e}'
            | '\u{fe0f}'
            | '\u{feff}'
            | '†'
            | '‡'
            | '“'
            | '”'
            | '„'
            | '«'
            | '»'
            | '"' => continue,
            '\u{2010}'..='\u{2015}' | '\u{2043}' | '\u{2212}' | '\u{fe58}' | '\u{fe63}' => '-',
            '‘' | '’' | '‛' | '′' | 'ʼ' | '`' | '´' => '\'',
            '·' | '⋅' | '∙' | '•' | '‧' | '∗' | '⁎' => '*',
            '÷' | '∕' | '⁄' => '/',
            '≈' | '≃' | '≅' | '∼' | '〜' | '⁓' | '≒' => '~',
            '≥' | '⩾' | '≧' => '>',
            '≤' | '⩽' | '≦' => '<',
            '…' => {
                out.push('.');
                '.'
            }
            '×' | '✕' | '✖' | '⨉' | '⨯' => {
                out += " x";
                ' '
            }
            '±' => {
                out.push('+');
                '-'
            }
            _ => c,
        };
        // 10²³5 is no power of 235.
        if raised && plain.is_ascii_digit() {
            out.push(' ');
        }
        raised = false;
        if out.is_empty() && plain == ' ' {
            continue;
        }
        out.push(plain);
    }
    out
}

/// What stands behind a tag like `<b>` or `</td>` at the start.
fn behind_tag(text: &str) -> Option<&str> {
    let inside = text.strip_prefix('<')?;
    let first = inside.chars().next()?;
    if first != '/' && !first.is_ascii_alphabetic() {
        return None;
    }
    inside.split_once('>').map(|(_, behind)| behind)
}

/// A character of a run that starts at `from`, in the run that starts at `to`.
fn moved(c: char, from: u32, to: char) -> char {
    char::from_u32((c as u32).wrapping_sub(from).wrapping_add(to as u32)).unwrap_or(c)
}
