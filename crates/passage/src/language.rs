//! Whether a passage is English: the rules' words are.

use crate::token::{Kind, Token};

/// Small words that nearly every English sentence has one of.
const ENGLISH: &[&str] = &[
    "the", "of", "and", "with", "was", "is", "we", "our", "it", "at", "by", "from", "has", "had",
    "were", "are", "this", "that", "to", "for", "on", "its",
];

/// Small words of German, French, Spanish, Italian, Portuguese, Dutch, Swedish, Danish and Polish that are no English ones.
const OTHER: &[&str] = &[
    "der",
    "und",
    "das",
    "mit",
    "wurde",
    "auf",
    "für",
    "ist",
    "nicht",
    "ein",
    "eine",
    "von",
    "den",
    "dem",
    "zu",
    "im",
    "des",
    "auch",
    "nach",
    "sind",
    "le",
    "la",
    "les",
    "une",
    "est",
    "été",
    "sur",
    "pour",
    "dans",
    "avec",
    "du",
    "et",
    "il",
    "pendant",
    "par",
    "au",
    "aux",
    "el",
    "los",
    "las",
    "una",
    "con",
    "para",
    "fue",
    "del",
    "por",
    "que",
    "se",
    "entrenado",
    "gli",
    "di",
    "che",
    "è",
    "sono",
    "della",
    "stato",
    "nel",
    "os",
    "uma",
    "com",
    "foi",
    "em",
    "não",
    "dos",
    "het",
    "een",
    "van",
    "met",
    "op",
    "voor",
    "werd",
    "zijn",
    "och",
    "som",
    "på",
    "med",
    "har",
    "på",
    "av",
    "ett",
    "i",
    "og",
    "til",
    "jest",
    "na",
    "został",
    "przez",
    "oraz",
    "w",
];

/// Whether English words are in the majority. A table or a note without small words counts as English.
pub(crate) fn is_english(tokens: &[Token]) -> bool {
    let words = tokens.iter().filter(|t| t.kind == Kind::Word);
    let (mut english, mut other, mut foreign_letters, mut letters) =
        (0_usize, 0_usize, 0_usize, 0_usize);
    for token in words {
        let text = token.text.as_str();
        english += usize::from(ENGLISH.contains(&text));
        // "I" and "W" stand for other things in capitals.
        other += usize::from(OTHER.contains(&text) && !(text.len() == 1 && token.capital));
        letters += text.chars().count();
        foreign_letters += text
            .chars()
            .filter(|c| !c.is_ascii() && u32::from(*c) > 0x24f)
            .count();
    }
    foreign_letters * 4 <= letters && (other < 3 || other <= english)
}
