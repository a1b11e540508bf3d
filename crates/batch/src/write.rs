//! The results as comma-separated values that a spreadsheet opens safely.

use compute_core::quantity;

use crate::row::{Figure, Row};

/// The columns of the results, in order.
pub const HEADER: [&str; 20] = [
    "name",
    "counting_flop",
    "counting_low",
    "counting_high",
    "hardware_flop",
    "hardware_low",
    "hardware_high",
    "headline",
    "total_flop",
    "total_low",
    "total_high",
    "counting_over_hardware",
    "implied_utilization",
    "verdict",
    "thresholds",
    "published_flop",
    "total_over_published",
    "problems",
    "line",
    "link",
];

/// Appends the line of column names.
pub fn header(out: &mut String) {
    out.push_str(&HEADER.join(","));
    out.push_str("\r\n");
}

/// Appends a row. `base` is the page's address up to the query; without one the link is the query alone.
pub fn row(out: &mut String, row: &Row, base: &str) {
    text(out, &row.name);
    figure(out, row.counting);
    figure(out, row.hardware);
    out.push(',');
    out.push_str(row.headline.map_or("", |headline| headline.id()));
    figure(out, row.flop);
    number(out, row.ratio);
    number(out, row.implied_utilization);
    out.push(',');
    out.push_str(row.verdict.unwrap_or(""));
    out.push(',');
    text(out, &row.thresholds.join("; "));
    number(out, row.published);
    number(out, row.over_published());
    out.push(',');
    let mut problems = String::new();
    for problem in &row.problems {
        if !problems.is_empty() {
            problems.push_str(" | ");
        }
        problems.push_str(problem.severity.id());
        problems.push_str(": ");
        problems.push_str(&problem.message);
        if !problem.remedy.is_empty() {
            problems.push(' ');
            problems.push_str(&problem.remedy);
        }
    }
    text(out, &problems);
    number(out, Some(f64::from(row.line)));
    out.push(',');
    if base.is_empty() {
        text(out, &row.query);
    } else {
        text(out, &[base, "?", &row.query].concat());
    }
    out.push_str("\r\n");
}

fn figure(out: &mut String, figure: Option<Figure>) {
    number(out, figure.map(|figure| figure.value));
    let range = figure.and_then(|figure| figure.range);
    number(out, range.map(|(low, _)| low));
    number(out, range.map(|(_, high)| high));
}

/// A comma, and a number in full precision where there is one.
fn number(out: &mut String, value: Option<f64>) {
    out.push(',');
    if let Some(value) = value.filter(|value| value.is_finite()) {
        out.push_str(&quantity::exact(value));
    }
}

/// A text cell. What a spreadsheet would take for a formula gets an apostrophe in front; a number stays a number.
pub fn text(out: &mut String, text: &str) {
    let formula = text.starts_with(['=', '+', '-', '@', '\t', '\r']) && !is_number(text);
    let quoted = text.contains([',', '"', '\n', '\r', '\t', ';']) || text.trim() != text;
    if quoted {
        out.push('"');
    }
    if formula {
        out.push('\'');
    }
    if quoted {
        out.push_str(&text.replace('"', "\"\""));
        out.push('"');
    } else {
        out.push_str(text);
    }
}

/// Whether a text is a plain decimal number.
fn is_number(text: &str) -> bool {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    let (mantissa, exponent) = digits.split_once(['e', 'E']).unwrap_or((digits, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let exponent = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
    let all = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    !whole.is_empty() && all(whole) && all(fraction) && !exponent.is_empty() && all(exponent)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cell(content: &str) -> String {
        let mut out = String::new();
        text(&mut out, content);
        out
    }

    #[test]
    fn of_the_results_only_name_published_figure_and_link_are_read_again() {
        use crate::columns::{Reads, columns};
        let read: Vec<String> = columns(HEADER.into_iter())
            .into_iter()
            .filter(|column| column.reads != Reads::Ignored)
            .map(|column| column.name)
            .collect();
        assert_eq!(read, ["name", "published_flop", "link"]);
    }

    #[test]
    fn formula_cells_are_escaped_and_numbers_stay_numbers() {
        assert_eq!(cell("=cmd|' /C calc'!A0"), "'=cmd|' /C calc'!A0");
        assert_eq!(cell("+1+2"), "'+1+2");
        assert_eq!(cell("@SUM(A1,A2)"), "\"'@SUM(A1,A2)\"");
        assert_eq!(cell("-x"), "'-x");
        assert_eq!(cell("\t=1"), "\"'\t=1\"");
        for number in ["-1", "+2.5", "-1.5e-3", "3e23"] {
            assert_eq!(cell(number), number);
        }
        assert_eq!(cell("a \"b\", c"), "\"a \"\"b\"\", c\"");
        assert_eq!(cell("GPT-3"), "GPT-3");
    }
}
