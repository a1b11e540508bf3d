//! Numbers to text. Nobody else formats a number that a person sees.
//!
//! Every text is rounded half up from the shortest decimal digits, and the reader of its
//! kind reads it back to the number it shows.

use super::decimal::{Digits, from_digits};

/// Narrow no-break space: round ×, between groups of digits, before a unit's symbol.
pub(crate) const NARROW: &str = "\u{202f}";
/// No-break space: between a power and its unit, where the narrow one looks closed.
pub(crate) const WIDE: &str = "\u{a0}";

/// FLOP of one petaFLOP/s-day: 1e15 x 86400.
pub(crate) const PETAFLOP_DAY: f64 = 8.64e19;

/// Short-scale words from a million on; the place is a third of the power of ten, less two.
const SCALES: [&str; 8] = [
    "million",
    "billion",
    "trillion",
    "quadrillion",
    "quintillion",
    "sextillion",
    "septillion",
    "octillion",
];

/// How the magnitude of a number is written.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Style {
    /// All digits, in groups.
    Plain,
    /// Digits and a word of [`SCALES`].
    Words(i32),
    /// Digits and a power of ten.
    Power,
}

/// Plain below a million, words up to octillions, a power beyond and below a ten-thousandth.
pub(crate) fn style(digits: &Digits) -> Style {
    match digits.exponent {
        ..-4 | 30.. => Style::Power,
        ..6 => Style::Plain,
        exponent => Style::Words(exponent / 3),
    }
}

/// Appends digits in a style; `least`: at least so many significant digits.
pub(crate) fn push(out: &mut String, digits: &Digits, style: Style, least: i32) {
    match style {
        Style::Plain => push_digits(out, digits, digits.exponent, least),
        Style::Words(third) => {
            push_digits(out, digits, digits.exponent - 3 * third, least);
            let place = usize::try_from(third - 2).ok();
            if let Some(word) = place.and_then(|place| SCALES.get(place)) {
                *out += " ";
                *out += word;
            }
        }
        Style::Power => {
            push_digits(out, digits, 0, least);
            push_power(out, digits.exponent);
        }
    }
}

/// The digits with the first one at a power of ten, in groups of three from five digits on.
fn push_digits(out: &mut String, digits: &Digits, first: i32, least: i32) {
    let top = first.max(0);
    let bottom = (first + 1 - least.max(digits.len)).min(0);
    for place in (bottom..=top).rev() {
        out.push(char::from(b'0' + digits.digit(first - place)));
        if place > 0 && place % 3 == 0 && top >= 4 {
            *out += NARROW;
        }
        if place == 0 && bottom < 0 {
            out.push('.');
        }
    }
}

/// ` × 10²³`, after the digits.
fn push_power(out: &mut String, exponent: i32) {
    *out += "\u{202f}×\u{202f}10";
    *out += &superscript(exponent);
}

/// An integer in plain ASCII digits.
pub fn integer(value: i64) -> String {
    let mut out = String::new();
    if value < 0 {
        out.push('-');
    }
    let mut place = 1u64;
    let mut rest = value.unsigned_abs();
    while rest / place > 9 {
        place *= 10;
    }
    while place > 0 {
        out.push(char::from(b'0' + (rest / place) as u8));
        rest %= place;
        place /= 10;
    }
    out
}

/// An integer in raised figures: `²³`, `⁻⁴`.
pub fn superscript(value: i32) -> String {
    integer(i64::from(value))
        .chars()
        .map(|figure| match figure {
            '-' => '⁻',
            '1' => '¹',
            '2' => '²',
            '3' => '³',
            // The others stand in a row from U+2070 on.
            _ => char::from_u32(0x2070 + figure as u32 - '0' as u32).unwrap_or(figure),
        })
        .collect()
}

/// What stands for NaN and infinity, which no input gives.
const NO_NUMBER: &str = "not a number";

/// A finite number's true minus, if any, and its digits; `None` for what has no digits.
fn start(value: f64, digits: u8) -> Option<(String, Digits)> {
    if !value.is_finite() {
        return None;
    }
    let sign = if value < 0.0 { "−" } else { "" };
    Some((sign.to_string(), rounded(value, digits)))
}

/// The digits of a number in a style that follows from them.
fn write(value: f64, digits: u8, style: fn(&Digits) -> Style) -> String {
    let Some((mut out, d)) = start(value, digits) else {
        return NO_NUMBER.to_string();
    };
    push(&mut out, &d, style(&d), 1);
    out
}

/// A number in significant digits as a power of ten: `3.1 × 10²³` (U+202F round the sign).
/// The digits asked are written, zeros too: `1.0 × 10²⁴`. Zero is `0`.
pub fn scientific(value: f64, digits: u8) -> String {
    if value == 0.0 {
        return "0".to_string();
    }
    let Some((mut out, d)) = start(value, digits) else {
        return NO_NUMBER.to_string();
    };
    push(&mut out, &d, Style::Power, i32::from(digits));
    out
}

/// The same for tools: `3.1e23`.
pub fn ascii(value: f64, digits: u8) -> String {
    if !value.is_finite() {
        return "NaN".to_string();
    }
    let mut out = String::new();
    if value < 0.0 {
        out.push('-');
    }
    let d = Digits::of(value).rounded(digits.into());
    push_digits(&mut out, &d, 0, i32::from(digits));
    if value != 0.0 {
        out.push('e');
        out += &integer(i64::from(d.exponent));
    }
    out
}

/// Full precision, shortest digits that read back, in ASCII: `3.1428e23`, `0.345`, `2048`.
pub fn exact(value: f64) -> String {
    if !value.is_finite() {
        return "NaN".to_string();
    }
    let mut out = String::new();
    if value < 0.0 {
        out.push('-');
    }
    let d = Digits::of(value);
    if (-4..7).contains(&d.exponent) {
        push_digits(&mut out, &d, d.exponent, 1);
        return out.replace(NARROW, "");
    }
    push_digits(&mut out, &d, 0, 1);
    out.push('e');
    out += &integer(i64::from(d.exponent));
    out
}

/// Short-scale words in significant digits: `310 sextillion`, `174.6 billion`, `10 000`.
/// From 10³⁰ on and below 10⁻⁴, where there are no words, a power of ten.
pub fn words(value: f64, digits: u8) -> String {
    write(value, digits, style)
}

/// A plain number in significant digits, grouped by U+202F from five digits: `12 288`, `2048`, `0.367`.
/// A power of ten from 10²¹ on and below 10⁻⁶.
pub fn plain(value: f64, digits: u8) -> String {
    write(value, digits, |d| {
        if (-6..21).contains(&d.exponent) {
            Style::Plain
        } else {
            Style::Power
        }
    })
}

/// `3.1 × 10²³` from 1e5 on and below 1e-3, plain else: for steps.
pub fn figure(value: f64, digits: u8) -> String {
    if is_figure_plain(value, digits) {
        plain(value, digits)
    } else {
        scientific(value, digits)
    }
}

fn is_figure_plain(value: f64, digits: u8) -> bool {
    let exponent = Digits::of(value).rounded(digits.into()).exponent;
    value == 0.0 || !value.is_finite() || (-3..5).contains(&exponent)
}

/// A range that shares its power: `1.6–5.9 × 10²³`; `0.90–1.2 × 10²⁴` one power apart,
/// both powers from two on. Plain where [`figure`] is.
pub fn range(low: f64, high: f64, digits: u8) -> String {
    let (a, b) = (rounded(low, digits), rounded(high, digits));
    let apart = b.exponent - a.exponent;
    let mut out = String::new();
    if is_figure_plain(low, digits) && is_figure_plain(high, digits) || low <= 0.0 {
        out += &figure(low, digits);
        out.push('–');
        out += &figure(high, digits);
    } else if (0..2).contains(&apart) {
        push_digits(&mut out, &a, -apart, i32::from(digits));
        out.push('–');
        push(&mut out, &b, Style::Power, i32::from(digits));
    } else {
        push(&mut out, &a, Style::Power, i32::from(digits));
        out += " to ";
        push(&mut out, &b, Style::Power, i32::from(digits));
    }
    out
}

fn rounded(value: f64, digits: u8) -> Digits {
    Digits::of(value).rounded(digits.into())
}

/// A number and a unit's symbol with the space that fits: narrow after plain digits,
/// a full no-break space after a raised power.
pub fn with_unit(number: &str, unit: &str) -> String {
    let raised = number
        .chars()
        .next_back()
        .is_some_and(|c| matches!(c, '¹' | '²' | '³' | '\u{2070}'..='\u{2079}'));
    [number, if raised { WIDE } else { NARROW }, unit].concat()
}

/// FLOP as a power of ten with its unit: `3.1 × 10²³ FLOP`.
pub fn flop(value: f64, digits: u8) -> String {
    with_unit(&scientific(value, digits), "FLOP")
}

/// A fraction as a percentage in significant digits: `34.5 %`.
pub fn percent(fraction: f64, digits: u8) -> String {
    let Some((mut out, mut d)) = start(fraction, digits) else {
        return NO_NUMBER.to_string();
    };
    if fraction != 0.0 {
        // A shift of the point, not a product: 0.07 x 100 is not 7.
        d.exponent += 2;
    }
    push(&mut out, &d, symbol_style(&d), 1);
    with_unit(&out, "%")
}

/// All digits in front of a symbol, save where they are very many.
pub(crate) fn symbol_style(digits: &Digits) -> Style {
    if (-6..15).contains(&digits.exponent) {
        Style::Plain
    } else {
        Style::Power
    }
}

/// A rate with its prefix: `989 TFLOP/s`.
pub fn rate(flop_per_s: f64, digits: u8) -> String {
    let Some((mut out, mut d)) = start(flop_per_s, digits) else {
        return NO_NUMBER.to_string();
    };
    let (prefix, shift) = rate_prefix(&d);
    d.exponent -= shift;
    push(&mut out, &d, symbol_style(&d), 1);
    with_unit(&out, &[prefix, "FLOP/s"].concat())
}

/// The SI letter for a rate, and the power of ten it stands for.
pub(crate) fn rate_prefix(digits: &Digits) -> (&'static str, i32) {
    let third = digits.exponent / 3;
    let letter = usize::try_from(third - 1)
        .ok()
        .and_then(|at| "kMGTPEZY".get(at..=at));
    match letter {
        Some(letter) if third > 0 => (letter, 3 * third),
        _ => ("", 0),
    }
}

/// Seconds of the units of time that are written, longest first. A year is 365.25 days, a month its twelfth.
pub(crate) const SPANS: [(f64, &str); 7] = [
    (31_557_600.0, "year"),
    (2_629_800.0, "month"),
    (604_800.0, "week"),
    (86_400.0, "day"),
    (3600.0, "hour"),
    (60.0, "minute"),
    (1.0, "second"),
];

/// A duration in the unit a person would choose: `54 days`, `355.2 hours`.
/// Seconds to two minutes, minutes to two hours, hours to thirty days, days to two years.
pub fn duration(seconds: f64, digits: u8) -> String {
    let mut seconds = seconds;
    for (span, limit) in [
        (1.0, 120.0),
        (60.0, 7200.0),
        (3600.0, 30.0 * 86_400.0),
        (86_400.0, 2.0 * 31_557_600.0),
    ] {
        if seconds < limit {
            if rounded(seconds / span, digits).value() * span < limit {
                return duration_in(seconds, span, digits);
            }
            // 7196 seconds in two digits are 2 hours, not 120 minutes.
            seconds = limit;
        }
    }
    duration_in(seconds, 31_557_600.0, digits)
}

/// A duration in a given unit (its seconds, one of [`SPANS`]).
pub(crate) fn duration_in(seconds: f64, span: f64, digits: u8) -> String {
    let mut out = words(seconds / span, digits);
    let one = out == "1";
    out.push(' ');
    out += SPANS
        .iter()
        .find(|(length, _)| *length == span)
        .map_or("second", |(_, name)| name);
    if !one {
        out.push('s');
    }
    out
}

/// FLOP in petaFLOP/s-days of 8.64e19 FLOP: `3640 petaFLOP/s-days`.
pub fn petaflop_days(flop: f64, digits: u8) -> String {
    let number = words(flop / PETAFLOP_DAY, digits);
    let unit = if number == "1" {
        "petaFLOP/s-day"
    } else {
        "petaFLOP/s-days"
    };
    with_unit(&number, unit)
}

/// A ratio before a name, in two digits: `2.1 times`, `0.94 of`, `a 67th of`.
pub fn relative(ratio: f64) -> String {
    if ratio.is_nan() || ratio <= 0.0 || ratio.is_infinite() {
        return "not comparable with".to_string();
    }
    let mut out = String::new();
    if ratio >= 0.995 {
        out += &words(ratio, 2);
        out += " times";
        return out;
    }
    if ratio >= 0.1 {
        out += &plain(ratio, 2);
        out += " of";
        return out;
    }
    let parts = rounded(1.0 / ratio, 2);
    if parts.exponent >= 6 {
        out += &scientific(ratio, 2);
        out += " of";
        return out;
    }
    // More than ten parts in two digits: a whole number.
    let mut whole = String::new();
    push(&mut whole, &parts, Style::Plain, 1);
    let figures = whole.as_bytes();
    let teen = figures.len() > 1 && figures.get(figures.len() - 2) == Some(&b'1');
    // Spoken with a vowel: eight…, eleven, eighteen (and eleven or eighteen thousand).
    let leading = whole.split('\u{202f}').next().unwrap_or("");
    let vowel = whole.starts_with('8') || leading == "11" || leading == "18";
    out += if vowel { "an " } else { "a " };
    out += &whole;
    out += match figures.last() {
        Some(b'1') if !teen => "st",
        Some(b'2') if !teen => "nd",
        Some(b'3') if !teen => "rd",
        _ => "th",
    };
    out += " of";
    out
}

/// A number as a screen reader should say it: `3.1 times 10 to the 23`, `12288`.
pub fn spoken(value: f64, digits: u8) -> String {
    speak(&figure(value, digits))
}

/// A range as it should be said: `1.6 to 5.9 times 10 to the 23`.
pub fn spoken_range(low: f64, high: f64, digits: u8) -> String {
    speak(&range(low, high, digits))
}

/// A printed number in words and plain figures, by its marks.
fn speak(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    let mut raised = false;
    for c in text.chars() {
        let figure = match c {
            '¹' => Some('1'),
            '²' => Some('2'),
            '³' => Some('3'),
            '\u{2070}'..='\u{2079}' => char::from_u32(c as u32 - 0x2070 + '0' as u32),
            _ => None,
        };
        if (figure.is_some() || c == '⁻') && !raised {
            raised = true;
            out += " to the ";
        }
        match (c, figure) {
            (_, Some(figure)) => out.push(figure),
            ('⁻' | '−', _) => out += "minus ",
            ('\u{202f}', _) => {}
            ('×', _) => out += " times ",
            ('–', _) => out += " to ",
            _ => {
                raised = false;
                out.push(c);
            }
        }
    }
    out
}

/// Months as they are printed.
pub(crate) const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// An ISO date in words, as far as it goes: `25 November 2026`, `November 2026`, `2026`.
/// What is no ISO date comes back as it is.
pub fn date(iso: &str) -> String {
    let mut parts = iso.split('-');
    let mut number = || {
        let part = parts.next()?;
        let plain = !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        plain.then_some(part)
    };
    let (year, month, day) = (number(), number(), number());
    let name = month
        .map(|month| from_digits(month.as_bytes(), 0) as usize)
        .and_then(|month| MONTHS.get(month.checked_sub(1)?));
    match (year, name, day) {
        (Some(year), Some(name), Some(day)) => {
            [day.trim_start_matches('0'), " ", name, " ", year].concat()
        }
        (Some(year), Some(name), None) => [name, " ", year].concat(),
        _ => iso.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn powers_have_the_digits_asked_and_carry() {
        assert_eq!(scientific(3.1428e23, 2), "3.1\u{202f}×\u{202f}10²³");
        assert_eq!(scientific(9.96e23, 2), "1.0\u{202f}×\u{202f}10²⁴");
        assert_eq!(scientific(3e23, 1), "3\u{202f}×\u{202f}10²³");
        assert_eq!(scientific(1.25e-4, 2), "1.3\u{202f}×\u{202f}10⁻⁴");
        assert_eq!(scientific(-2e6, 2), "−2.0\u{202f}×\u{202f}10⁶");
        assert_eq!(scientific(0.0, 3), "0");
        assert_eq!(scientific(f64::NAN, 3), "not a number");
        assert_eq!(flop(3.1e23, 2), "3.1\u{202f}×\u{202f}10²³\u{a0}FLOP");
        assert_eq!(ascii(3.1428e23, 2), "3.1e23");
        assert_eq!(ascii(9.96e-5, 2), "1.0e-4");
    }

    #[test]
    fn exact_text_is_the_shortest_that_reads_back() {
        for (value, text) in [
            (3.1428e23, "3.1428e23"),
            (0.345, "0.345"),
            (2048.0, "2048"),
            (1_234_567.0, "1234567"),
            (1e7, "1e7"),
            (1e-5, "1e-5"),
            (-12.5, "-12.5"),
            (0.0, "0"),
        ] {
            assert_eq!(exact(value), text);
        }
    }

    #[test]
    fn words_go_from_a_million_to_octillions() {
        for (value, digits, text) in [
            (3.1e23, 2, "310 sextillion"),
            (1.746e11, 4, "174.6 billion"),
            (1e4, 2, "10\u{202f}000"),
            (999_999.5, 6, "1 million"),
            (999_999.4, 6, "999\u{202f}999"),
            (3.7908e25, 2, "38 septillion"),
            (5e29, 1, "500 octillion"),
            (1e30, 1, "1\u{202f}×\u{202f}10³⁰"),
            (0.000_1, 1, "0.0001"),
            (0.000_01, 1, "1\u{202f}×\u{202f}10⁻⁵"),
            (0.0, 2, "0"),
        ] {
            assert_eq!(words(value, digits), text);
        }
    }

    #[test]
    fn plain_numbers_group_from_five_digits() {
        for (value, digits, text) in [
            (12_288.0, 5, "12\u{202f}288"),
            (2048.0, 4, "2048"),
            (0.367, 3, "0.367"),
            (1_234_567.891, 10, "1\u{202f}234\u{202f}567.891"),
            (1e21, 3, "1\u{202f}×\u{202f}10²¹"),
        ] {
            assert_eq!(plain(value, digits), text);
        }
        assert_eq!(figure(99_999.0, 5), "99\u{202f}999");
        assert_eq!(figure(99_999.0, 2), "1.0\u{202f}×\u{202f}10⁵");
        assert_eq!(figure(0.001, 2), "0.001");
        assert_eq!(figure(0.000_999, 3), "9.99\u{202f}×\u{202f}10⁻⁴");
    }

    #[test]
    fn ranges_share_their_power_one_apart() {
        assert_eq!(range(1.6e23, 5.9e23, 2), "1.6–5.9\u{202f}×\u{202f}10²³");
        assert_eq!(range(9.0e23, 1.2e24, 2), "0.90–1.2\u{202f}×\u{202f}10²⁴");
        assert_eq!(
            range(9e22, 1.2e24, 2),
            "9.0\u{202f}×\u{202f}10²² to 1.2\u{202f}×\u{202f}10²⁴"
        );
        assert_eq!(range(0.3, 0.45, 2), "0.3–0.45");
    }

    #[test]
    fn units_stand_behind_the_space_that_fits() {
        assert_eq!(percent(0.345, 3), "34.5\u{202f}%");
        assert_eq!(percent(0.07, 2), "7\u{202f}%");
        assert_eq!(percent(6.29, 3), "629\u{202f}%");
        assert_eq!(rate(9.894e14, 3), "989\u{202f}TFLOP/s");
        assert_eq!(rate(9.996e14, 3), "1\u{202f}PFLOP/s");
        assert_eq!(rate(1e30, 3), "1\u{202f}×\u{202f}10³⁰\u{a0}FLOP/s");
        assert_eq!(petaflop_days(3.144_96e23, 3), "3640\u{202f}petaFLOP/s-days");
        assert_eq!(petaflop_days(8.64e19, 3), "1\u{202f}petaFLOP/s-day");
        assert_eq!(
            petaflop_days(3.7908e25, 2),
            "440\u{202f}000\u{202f}petaFLOP/s-days"
        );
    }

    #[test]
    fn a_duration_takes_the_unit_a_person_would() {
        for (seconds, digits, text) in [
            (1.0, 2, "1 second"),
            (119.0, 3, "119 seconds"),
            (120.0, 3, "2 minutes"),
            (7196.0, 2, "2 hours"),
            (355.2 * 3600.0, 4, "355.2 hours"),
            (54.0 * 86_400.0, 3, "54 days"),
            (31_557_600.0, 5, "365.25 days"),
            (3.0 * 31_557_600.0, 2, "3 years"),
        ] {
            assert_eq!(duration(seconds, digits), text);
        }
    }

    #[test]
    fn a_ratio_is_said_as_times_share_or_part() {
        for (ratio, text) in [
            (2.14, "2.1 times"),
            (0.997, "1 times"),
            (0.94, "0.94 of"),
            (0.1, "0.1 of"),
            (0.015, "a 67th of"),
            (0.09, "an 11th of"),
            (1.0 / 12.0, "a 12th of"),
            (1.0 / 21.0, "a 21st of"),
            (1.0 / 32.0, "a 32nd of"),
            (1.0 / 43.0, "a 43rd of"),
            (1.0 / 80.0, "an 80th of"),
            (1e-4, "a 10\u{202f}000th of"),
            (1e-7, "1.0\u{202f}×\u{202f}10⁻⁷ of"),
            (0.0, "not comparable with"),
        ] {
            assert_eq!(relative(ratio), text);
        }
    }

    #[test]
    fn spoken_numbers_have_no_signs() {
        assert_eq!(spoken(3.1e23, 2), "3.1 times 10 to the 23");
        assert_eq!(spoken(2e-5, 2), "2.0 times 10 to the minus 5");
        assert_eq!(spoken(12_288.0, 5), "12288");
        assert_eq!(
            spoken_range(1.6e23, 5.9e23, 2),
            "1.6 to 5.9 times 10 to the 23"
        );
    }

    #[test]
    fn dates_are_written_as_far_as_they_go() {
        assert_eq!(date("2026-11-25"), "25 November 2026");
        assert_eq!(date("2026-01-05"), "5 January 2026");
        assert_eq!(date("2026-11"), "November 2026");
        for odd in ["2026", "", "soon", "2026-13-01", "2026-00-01"] {
            assert_eq!(date(odd), odd);
        }
    }
}
