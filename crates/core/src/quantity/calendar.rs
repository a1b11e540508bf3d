//! Two dates and the days between.

use super::decimal::from_digits;
use super::expression::Parser;
use super::fault::Fault;
use super::write::MONTHS;

/// A date; year 0 where none was typed.
struct Date {
    year: i64,
    month: i64,
    day: i64,
}

/// Days from the first date here to the second. `None`: no date stands here.
pub(crate) fn days(p: &mut Parser) -> Result<Option<f64>, Fault> {
    let start = p.at;
    let _ = p.eat_words("from") || p.eat_words("between");
    let Some(mut first) = date(p)? else {
        p.at = start;
        return Ok(None);
    };
    p.spaces();
    let joined = ["-", "..", "/"].iter().any(|mark| p.eat(mark))
        || ["to", "until", "till", "through", "and"]
            .iter()
            .any(|word| p.eat_words(word));
    p.spaces();
    if p.at_end() {
        return Err(Fault::DateAlone);
    }
    let mut second = match date(p)? {
        Some(second) if joined => second,
        _ => return Err(Fault::NotANumber),
    };
    if first.year == 0 {
        first.year = second.year;
    }
    if second.year == 0 {
        second.year = first.year;
    }
    if first.year == 0 {
        return Err(Fault::NotANumber);
    }
    for date in [&first, &second] {
        if !(1..=12).contains(&date.month)
            || !(1..=month_length(date.year, date.month)).contains(&date.day)
        {
            return Err(Fault::NoSuchDate);
        }
    }
    let days = day_number(&second) - day_number(&first);
    if days < 0 {
        return Err(Fault::DatesReversed);
    }
    Ok(Some(days as f64))
}

/// `2022-03-11`, `11 March 2022`, `March 11th, 2022`, with or without the year in words.
fn date(p: &mut Parser) -> Result<Option<Date>, Fault> {
    let start = p.at;
    p.spaces();
    let (first, length) = digits(p);
    if length == 4 {
        for mark in ["-", "/", "."] {
            let from = p.at;
            if p.eat(mark) {
                let (month, a) = digits(p);
                let again = p.eat(mark);
                let (day, b) = digits(p);
                if again && (1..=2).contains(&a) && (1..=2).contains(&b) {
                    return Ok(Some(Date {
                        year: first,
                        month,
                        day,
                    }));
                }
                p.at = from;
            }
        }
        p.at = start;
        return Ok(None);
    }
    let mut day = first;
    if (1..=2).contains(&length) {
        ordinal(p);
        p.eat(".");
        let _ = p.eat_words("of");
    } else if length > 0 {
        p.at = start;
        return Ok(None);
    }
    p.spaces();
    let word = p.word();
    let month = MONTHS
        .iter()
        .position(|name| word.len() >= 3 && begins(name, word) || word == "sept");
    let Some(month) = month.map(|at| if word == "sept" { 8 } else { at }) else {
        p.at = start;
        return Ok(None);
    };
    p.at += word.len();
    p.eat(".");
    if length == 0 {
        p.spaces();
        let (found, length) = digits(p);
        if !(1..=2).contains(&length) {
            p.at = start;
            return Ok(None);
        }
        day = found;
        ordinal(p);
    }
    let behind = p.at;
    p.eat(",");
    p.spaces();
    let (mut year, length) = digits(p);
    if length != 4 {
        year = 0;
        p.at = behind;
    }
    Ok(Some(Date {
        year,
        month: month as i64 + 1,
        day,
    }))
}

fn begins(name: &str, word: &str) -> bool {
    name.get(..word.len())
        .is_some_and(|start| start.eq_ignore_ascii_case(word))
}

fn ordinal(p: &mut Parser) {
    if matches!(p.word(), "st" | "nd" | "rd" | "th") {
        p.at += 2;
    }
}

/// A run of digits: its number and its length.
fn digits(p: &mut Parser) -> (i64, usize) {
    let from = p.at;
    while p.peek().is_some_and(|c| c.is_ascii_digit()) {
        p.at += 1;
    }
    (from_digits(p.slice(from, p.at), 0) as i64, p.at - from)
}

fn month_length(year: i64, month: i64) -> i64 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days since a fixed day, with March as the first month so that the leap day ends the year.
fn day_number(date: &Date) -> i64 {
    let (year, month) = if date.month > 2 {
        (date.year, date.month - 3)
    } else {
        (date.year - 1, date.month + 9)
    };
    365 * year + year.div_euclid(4) - year.div_euclid(100)
        + year.div_euclid(400)
        + (153 * month + 2) / 5
        + date.day
}
