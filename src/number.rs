//! Numbers as the core prints them, `3.1 × 10²³ FLOP`, to markup that does not break, raises its
//! exponent, and is said aloud as words.

/// A stretch of text.
#[derive(Debug, PartialEq)]
pub enum Piece<'a> {
    /// Without a power.
    Plain(&'a str),
    /// A power of ten with its figure in front and its unit behind.
    Power {
        /// `3.1 × 10`
        digits: &'a str,
        /// `23`, `-5`
        exponent: String,
        /// A unit bound to it by a no-break space, with that space; or empty.
        unit: &'a str,
    },
}

/// The plain character of a raised one.
fn lowered(raised: char) -> Option<char> {
    Some(match raised {
        '⁰' => '0',
        '¹' => '1',
        '²' => '2',
        '³' => '3',
        '⁴' => '4',
        '⁵' => '5',
        '⁶' => '6',
        '⁷' => '7',
        '⁸' => '8',
        '⁹' => '9',
        '⁻' => '-',
        _ => return None,
    })
}

/// Cuts a text at its powers.
pub fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut out = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find(|c| lowered(c).is_some()) {
        let (before, raised) = rest.split_at(at);
        let end = raised
            .find(|c| lowered(c).is_none())
            .unwrap_or(raised.len());
        let (raised, after) = raised.split_at(end);
        // The figure reaches back to the last space that may break.
        let start = before.rfind([' ', '(']).map_or(0, |space| space + 1);
        let (plain, digits) = before.split_at(start);
        if !plain.is_empty() {
            out.push(Piece::Plain(plain));
        }
        let unit = match after.strip_prefix('\u{a0}') {
            Some(word) => {
                let end = word
                    .find(|c: char| !(c.is_ascii_alphabetic() || c == '/'))
                    .unwrap_or(word.len());
                '\u{a0}'.len_utf8() + end
            }
            None => 0,
        };
        let (unit, after) = after.split_at(unit);
        out.push(Piece::Power {
            digits,
            exponent: raised.chars().filter_map(lowered).collect(),
            unit,
        });
        rest = after;
    }
    if !rest.is_empty() {
        out.push(Piece::Plain(rest));
    }
    out
}

/// A text as it is said: `3.1 times 10 to the 23 FLOP`.
pub fn aloud(text: &str) -> String {
    let mut out = String::new();
    for piece in pieces(text) {
        match piece {
            Piece::Plain(plain) => out.push_str(plain),
            Piece::Power {
                digits,
                exponent,
                unit,
            } => {
                for c in digits.chars() {
                    match c {
                        '×' => out.push_str("times"),
                        '–' => out.push_str(" to "),
                        '\u{202f}' => out.push(' '),
                        c => out.push(c),
                    }
                }
                out.push_str(" to the ");
                out.push_str(&exponent.replace('-', "minus "));
                out.push_str(&unit.replace('\u{a0}', " "));
            }
        }
    }
    out
}

#[cfg(target_arch = "wasm32")]
pub use view::{big, rich};

#[cfg(target_arch = "wasm32")]
mod view {
    use super::{Piece, aloud, pieces};
    use crate::html::{Node, span, spoken, tag};

    /// A text with its powers raised.
    pub fn rich(text: &str) -> Vec<Node> {
        pieces(text)
            .into_iter()
            .map(|piece| match piece {
                Piece::Plain(plain) => Node::from(plain.to_string()),
                Piece::Power {
                    digits,
                    exponent,
                    unit,
                } => {
                    let mut shown = tag("span")
                        .set("aria-hidden", "true")
                        .with(digits.to_string())
                        .with(tag("sup").with(exponent.replace('-', "−")));
                    if !unit.is_empty() {
                        shown = shown.with(unit.to_string());
                    }
                    let said = [digits, &raised(&exponent), unit].concat();
                    span("n").with(shown).with(spoken(aloud(&said))).into()
                }
            })
            .collect()
    }

    fn raised(exponent: &str) -> String {
        exponent
            .chars()
            .map(|c| match c {
                '0' => '⁰',
                '1' => '¹',
                '2' => '²',
                '3' => '³',
                '4' => '⁴',
                '5' => '⁵',
                '6' => '⁶',
                '7' => '⁷',
                '8' => '⁸',
                '9' => '⁹',
                _ => '⁻',
            })
            .collect()
    }

    /// The headline: a light multiplication sign, a small unit.
    pub fn big(text: &str) -> Vec<Node> {
        let mut shown = tag("span").set("aria-hidden", "true");
        for piece in pieces(text) {
            let (digits, exponent) = match piece {
                Piece::Plain(plain) => (plain, None),
                Piece::Power {
                    digits, exponent, ..
                } => (digits, Some(exponent)),
            };
            shown = match digits.split_once('×') {
                Some((figure, ten)) => shown
                    .with(figure.to_string())
                    .with(span("x").with("×"))
                    .with(ten.to_string()),
                None => shown.with(digits.to_string()),
            };
            if let Some(exponent) = exponent {
                shown = shown.with(tag("sup").with(exponent.replace('-', "−")));
            }
        }
        let said = [&aloud(text), " FLOP"].concat();
        vec![
            span("n")
                .with(shown.with(span("unit").with("FLOP")))
                .with(spoken(said))
                .into(),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_power_keeps_its_figure_and_its_unit() {
        assert_eq!(
            pieces("about 3.1\u{202f}×\u{202f}10²³\u{a0}FLOP/s, or so"),
            [
                Piece::Plain("about "),
                Piece::Power {
                    digits: "3.1\u{202f}×\u{202f}10",
                    exponent: "23".to_string(),
                    unit: "\u{a0}FLOP/s"
                },
                Piece::Plain(", or so"),
            ]
        );
    }

    #[test]
    fn a_text_without_powers_is_one_piece() {
        assert_eq!(pieces("30–45\u{202f}%"), [Piece::Plain("30–45\u{202f}%")]);
        assert_eq!(pieces(""), []);
    }

    #[test]
    fn powers_are_said_in_words() {
        assert_eq!(
            aloud("3.3–4.9\u{202f}×\u{202f}10²⁵"),
            "3.3 to 4.9 times 10 to the 25"
        );
        assert_eq!(
            aloud("(1.0\u{202f}×\u{202f}10⁻⁵)"),
            "(1.0 times 10 to the minus 5)"
        );
    }
}
