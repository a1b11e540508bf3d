//! Broken and hostile passages: no panic, bounded work, marks that fit the text.

use compute_passage::{Found, MAX_FOUND, read_passage};
use std::time::{Duration, Instant};

fn read(text: &str) -> Vec<Found> {
    read_passage(text, compute_tables::catalog())
}

/// The piece of a text between two UTF-16 offsets.
fn piece(text: &str, from: usize, to: usize) -> String {
    let units: Vec<u16> = text.encode_utf16().collect();
    String::from_utf16(&units[from..to]).expect("marks do not cut a character")
}

/// What holds for every passage.
fn check(text: &str) {
    let found = read(text);
    assert!(found.len() <= MAX_FOUND);
    let mut end = 0;
    for mark in &found {
        assert!(
            mark.from >= end && mark.to > mark.from,
            "overlap in {text:?}: {found:?}"
        );
        assert_eq!(piece(text, mark.from, mark.to), mark.text, "{text:?}");
        assert!(mark.phase >= 1 && mark.phase <= 9);
        assert!(!mark.value.is_empty());
        assert!(!mark.alternatives.contains(&mark.value), "{mark:?}");
        end = mark.to;
    }
}

/// A small generator: the same passages on every run.
struct Dice(u64);

impl Dice {
    fn next(&mut self, below: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as usize % below.max(1)
    }
}

const SEED: u64 = 0x9e37_79b9_7f4a_7c15;

fn passages() -> Vec<String> {
    [include_str!("passages.jsonl"), include_str!("own.jsonl")]
        .iter()
        .flat_map(|lines| lines.lines())
        .filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok())
        .filter_map(|passage| passage["text"].as_str().map(str::to_string))
        .collect()
}

#[test]
fn marks_fit_the_labelled_passages() {
    for text in passages() {
        check(&text);
    }
}

#[test]
fn mutated_passages_do_not_panic() {
    const PIECES: &[&str] = &[
        "0",
        "9",
        "999999999999999999999",
        "1e400",
        "1e-400",
        "10^",
        "^",
        "**",
        "$",
        "$$",
        "\\",
        "\\cite{",
        "{",
        "}",
        "<sup>",
        "<",
        "&",
        "|",
        "||\n",
        "\n",
        "–",
        "-",
        "--",
        " to ",
        "x",
        "×",
        "B",
        "T tokens",
        "%",
        "GPU hours",
        "H100",
        "TPU v3-",
        "batch",
        "MFU",
        "🦀",
        "𝟙",
        "\u{0}",
        "\u{202e}",
        "é",
        "ﬁ",
        "１",
        "１７５Ｂ parameters",
        ".",
        ",",
        ";",
        ":",
        "(",
        ")",
        "between",
        "from",
        "over",
        "0.0.0",
        "2022-13-45",
        "31 February 2022 to 3 March 2021",
        "of",
    ];
    let base: Vec<Vec<char>> = passages()
        .iter()
        .map(|text| text.chars().collect())
        .collect();
    let mut dice = Dice(SEED);
    for _ in 0..10_000 {
        let source = &base[dice.next(base.len())];
        let from = dice.next(source.len());
        let mut chars: Vec<char> = source[from..(from + 120).min(source.len())].to_vec();
        for _ in 0..=dice.next(6) {
            let at = dice.next(chars.len() + 1);
            match dice.next(3) {
                0 if at < chars.len() => {
                    chars.remove(at);
                }
                1 => {
                    let other = &base[dice.next(base.len())];
                    let start = dice.next(other.len());
                    let end = (start + dice.next(24)).min(other.len());
                    chars.splice(at..at, other[start..end].iter().copied());
                }
                _ => {
                    chars.splice(at..at, PIECES[dice.next(PIECES.len())].chars());
                }
            }
        }
        check(&chars.into_iter().collect::<String>());
    }
}

#[test]
fn random_strings_do_not_panic() {
    const ALPHABET: &[char] = &[
        '0', '1', '9', '.', ',', ' ', '\n', 'e', 'E', '^', '*', '×', 'x', '-', '–', '+', '/', '%',
        '$', '\\', '{', '}', '(', ')', '[', ']', '<', '>', '&', ';', '|', 'B', 'k', 'T', 'a', 'H',
        's', '²', '⁻', '\u{a0}', '\u{2009}', '\u{feff}', '🦀', '𝟘', 'ﬃ', '\'', '’', '~', '≈', '=',
        ':', '_', '`', '"',
    ];
    let mut dice = Dice(SEED ^ 1);
    for _ in 0..200_000 {
        let length = dice.next(24);
        let text: String = (0..length)
            .map(|_| ALPHABET[dice.next(ALPHABET.len())])
            .collect();
        check(&text);
    }
}

#[test]
fn offsets_count_utf16_units() {
    let text = "🦀🦀 Our 𝟏model: trained on 300B tokens 🚀 with 64 H100 GPUs for 3 days.";
    check(text);
    let found = read(text);
    let data = found
        .iter()
        .find(|mark| mark.field == "data")
        .expect("the tokens are found");
    assert_eq!(data.text, "300B tokens");
    assert_eq!(piece(text, data.from, data.to), "300B tokens");
    assert!(
        found
            .iter()
            .any(|mark| mark.field == "chips" && mark.value == "64")
    );
    assert!(
        found
            .iter()
            .any(|mark| mark.field == "time" && mark.value == "3 days")
    );
}

#[test]
fn a_mark_covers_what_was_folded() {
    let text =
        "It was trained on 1.4T to-\nkens, in 1,000,\n000 steps with 16\u{2009}384 H100 GPUs.";
    check(text);
    let found = read(text);
    let of = |field: &str| {
        found
            .iter()
            .find(|mark| mark.field == field)
            .map(|mark| (mark.text.as_str(), mark.value.as_str()))
    };
    assert_eq!(of("data"), Some(("1.4T to-\nkens", "1.4T")));
    assert_eq!(of("steps"), Some(("1,000,\n000 steps", "1,000,000")));
    assert_eq!(of("chips"), Some(("16\u{2009}384", "16384")));
}

#[test]
fn nothing_in_gives_nothing() {
    for text in [
        "",
        " ",
        "\u{feff}",
        "We train a model.",
        "....",
        "\n\n\n",
        "12345",
        "🦀",
    ] {
        assert_eq!(read(text), Vec::new(), "{text:?}");
    }
}

/// Debug builds are slow; the bound is far above what is measured and far below what quadratic work would take.
const PATIENCE: Duration = Duration::from_secs(60);

fn bounded(name: &str, text: &str) {
    let start = Instant::now();
    check(text);
    let took = start.elapsed();
    println!("{name}: {} bytes in {took:?}", text.len());
    assert!(took < PATIENCE, "{name} took {took:?}");
}

#[test]
fn work_is_bounded() {
    bounded(
        "10,000 numbers",
        &"We trained on 300B tokens with 64 H100 GPUs for 3 days. ".repeat(3_334),
    );
    bounded("numbers alone", &"1234 ".repeat(10_000));
    bounded(
        "one sentence",
        &"trained on 300B tokens and ".repeat(20_000),
    );
    bounded("1 MB of digits", &"1".repeat(1_000_000));
    bounded("1 MB of a word", &"a".repeat(1_000_000));
    bounded("1 MB of factors", &"2x".repeat(500_000));
    bounded("1 MB of brackets", &"(".repeat(1_000_000));
    bounded("1 MB of dollars", &"$1 ".repeat(333_333));
    bounded("1 MB of bars", &"| 7B ".repeat(200_000));
    bounded("1 MB of table", &"| a | 7B | 3 |\n".repeat(66_000));
    bounded("1 MB of names", &"GPT-4 H100 ".repeat(90_000));
    bounded("1 MB of LaTeX", &"\\cite{a ".repeat(125_000));
    bounded("1 MB of dates", &"trained 1 May 2022 to ".repeat(45_000));
    bounded("1 MB of sizes", &"7B per token ".repeat(80_000));
    bounded("1 MB of layers", &"trained 12 layers ".repeat(60_000));
    bounded("1 MB of slices", &"v3-512 ".repeat(150_000));
    bounded(
        "1 MB of sizes' times",
        &"The 7B model took 5 days for the 9B, ".repeat(30_000),
    );
    bounded(
        "1 MB of entries",
        &"GPT-1: 117M; Foo-2: 1B; ".repeat(45_000),
    );
    bounded(
        "1 MB of elisions",
        &"on 64 GPUs and on 8 of them, ".repeat(35_000),
    );
    bounded("1 MB of emoji", &"🦀".repeat(250_000));
}
