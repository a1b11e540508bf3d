//! Contrast of the page's colours by the formula of WCAG 2.2, recomputed from the style sheet:
//! text at 7 to 1, borders of controls at 4.5, marks in charts at 3, on every ground they stand on.

use std::collections::BTreeMap;

const TOKENS: &str = include_str!("../style/tokens.css");

/// Relative luminance of `#rrggbb`.
fn luminance(colour: &str) -> f64 {
    let digits = colour.strip_prefix('#').expect("a colour starts with #");
    assert_eq!(digits.len(), 6, "{colour} has six digits");
    [0, 2, 4]
        .into_iter()
        .zip([0.2126, 0.7152, 0.0722])
        .map(|(at, weight)| {
            let channel = u8::from_str_radix(&digits[at..at + 2], 16).expect("hexadecimal digits");
            let share = f64::from(channel) / 255.0;
            let linear = if share <= 0.04045 {
                share / 12.92
            } else {
                ((share + 0.055) / 1.055).powf(2.4)
            };
            weight * linear
        })
        .sum()
}

fn contrast(one: &str, other: &str) -> f64 {
    let (one, other) = (luminance(one), luminance(other));
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

/// Token -> (light, dark).
fn tokens() -> BTreeMap<&'static str, (&'static str, &'static str)> {
    TOKENS
        .lines()
        .filter_map(|line| {
            let (name, value) = line.trim().split_once(": light-dark(")?;
            let (light, dark) = value.strip_suffix(");")?.split_once(", ")?;
            Some((name, (light, dark)))
        })
        .collect()
}

#[track_caller]
fn holds(front: &str, ground: &str, least: f64) {
    let tokens = tokens();
    let (front_pair, ground_pair) = (tokens[front], tokens[ground]);
    for (theme, one, other) in [
        ("light", front_pair.0, ground_pair.0),
        ("dark", front_pair.1, ground_pair.1),
    ] {
        let ratio = contrast(one, other);
        assert!(
            ratio >= least,
            "{front} on {ground}, {theme}: {ratio:.2} to 1, wanted {least}"
        );
    }
}

#[test]
fn the_formula_gives_the_known_ends() {
    assert!((contrast("#000000", "#ffffff") - 21.0).abs() < 1e-9);
    assert!((contrast("#777777", "#ffffff") - 4.48).abs() < 0.005);
}

#[test]
fn text_has_seven_to_one_on_paper_and_on_the_result() {
    for front in [
        "--ink",
        "--muted",
        "--accent",
        "--method-1",
        "--method-2",
        "--threshold",
        "--error",
        "--warning",
        "--agree",
    ] {
        holds(front, "--paper", 7.0);
        holds(front, "--surface", 7.0);
    }
}

#[test]
fn text_on_tints_and_on_the_accent_has_seven_to_one() {
    holds("--on-accent", "--accent", 7.0);
    for front in ["--ink", "--muted", "--accent"] {
        holds(front, "--accent-tint", 7.0);
    }
    for front in ["--ink", "--error"] {
        holds(front, "--error-tint", 7.0);
    }
    holds("--muted", "--error-tint", 7.0);
}

#[test]
fn controls_and_marks_stand_out() {
    for ground in ["--paper", "--surface"] {
        holds("--control", ground, 4.5);
        for mark in ["--method-1", "--method-2", "--threshold", "--control"] {
            holds(mark, ground, 3.0);
        }
    }
}

#[test]
fn every_colour_has_a_light_and_a_dark_value() {
    let colours = TOKENS
        .lines()
        .filter(|line| line.trim_start().starts_with("--"))
        .count();
    assert_eq!(tokens().len(), colours);
    assert!(colours >= 16);
}
