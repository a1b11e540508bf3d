//! A small reader for comma-separated values (RFC 4180), and of the numbers in them.
//!
//! The build script and the library share this file.

use compute_core::catalog::decimal;

/// Rows of cells. A quoted cell may hold commas, line ends and doubled quotes; any other cell is as it stands.
///
/// # Errors
/// The number of the line where a quoted cell is not closed, or has text behind its closing quote.
pub fn rows(text: &'static str) -> Result<Vec<Vec<&'static str>>, usize> {
    let mut rows = Vec::new();
    let mut row = Vec::new();
    let mut rest = text;
    let mut line = 1;
    while !rest.is_empty() {
        let cell;
        if let Some(quoted) = rest.strip_prefix('"') {
            let mut end = 0;
            let mut doubled = false;
            loop {
                let Some(at) = quoted.get(end..).and_then(|tail| tail.find('"')) else {
                    return Err(line);
                };
                end += at;
                if quoted
                    .get(end + 1..)
                    .is_some_and(|tail| tail.starts_with('"'))
                {
                    doubled = true;
                    end += 2;
                } else {
                    break;
                }
            }
            let inside = quoted.get(..end).unwrap_or("");
            line += inside.matches('\n').count();
            cell = if doubled {
                inside.replace("\"\"", "\"").leak()
            } else {
                inside
            };
            rest = quoted.get(end + 1..).unwrap_or("");
        } else {
            let end = rest.find([',', '\n']).unwrap_or(rest.len());
            let (before, after) = rest.split_at(end);
            cell = before.strip_suffix('\r').unwrap_or(before);
            rest = after;
        }
        row.push(cell);
        if let Some(after) = rest.strip_prefix(',') {
            rest = after;
            if rest.is_empty() {
                row.push("");
            }
            continue;
        }
        rest = rest.strip_prefix('\r').unwrap_or(rest);
        if !rest.is_empty() {
            rest = rest.strip_prefix('\n').ok_or(line)?;
        }
        line += 1;
        rows.push(std::mem::take(&mut row));
    }
    if !row.is_empty() {
        rows.push(row);
    }
    Ok(rows)
}

/// A number like `3.12e14`, `0.3133` or `16`, correctly rounded; `None` for any other text.
pub fn number(text: &str) -> Option<f64> {
    let (mantissa, exponent) = scaled(text)?;
    decimal(mantissa, exponent)
}

/// The digits of a number as an integer without trailing zeros, and the power of ten to multiply it by.
pub fn scaled(text: &str) -> Option<(u64, i32)> {
    let (digits, exponent) = text.split_once('e').unwrap_or((text, "0"));
    let mut exponent: i32 = exponent.parse().ok()?;
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    if whole.is_empty() || whole.len() + fraction.len() > 15 || digits.ends_with('.') {
        return None;
    }
    let mut mantissa: u64 = 0;
    for digit in whole.bytes().chain(fraction.bytes()) {
        if !digit.is_ascii_digit() {
            return None;
        }
        mantissa = mantissa * 10 + u64::from(digit - b'0');
    }
    exponent = exponent.checked_sub(i32::try_from(fraction.len()).ok()?)?;
    while mantissa != 0 && mantissa.is_multiple_of(10) {
        mantissa /= 10;
        exponent += 1;
    }
    Some((mantissa, exponent))
}
