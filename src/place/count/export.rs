//! The table of a count as CSV.

use super::model::Count;

/// A line a group and one for the sum, RFC 4180.
pub fn csv(count: &Count) -> String {
    let mut out = String::from("path,kind,repeat,parameters,forward_flop,formula\r\n");
    for group in &count.groups {
        let cells = [
            cell(&group.path),
            cell(&group.kind),
            group.repeat.to_string(),
            group.parameters.to_string(),
            group.forward.to_string(),
            cell(&group.formula),
        ];
        out.push_str(&cells.join(","));
        out.push_str("\r\n");
    }
    out.push_str(&format!(
        "sum,,,{},{},\r\n",
        count.parameters, count.forward
    ));
    out
}

/// A cell. What a spreadsheet would run as a formula gets an apostrophe in front: paths come from files of strangers.
fn cell(text: &str) -> String {
    let runs = text
        .trim_start()
        .starts_with(['=', '+', '-', '@', '\t', '\r']);
    let text = if runs {
        format!("'{text}")
    } else {
        text.to_string()
    };
    if text.contains(['"', ',', '\n', '\r']) || runs {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text
    }
}

/// A file's name from a model's: what every system takes.
pub fn file_name(title: &str, end: &str) -> String {
    let stem: String = title
        .rsplit('/')
        .next()
        .unwrap_or(title)
        .chars()
        .take(80)
        .map(|c| {
            if c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.') {
                c
            } else {
                '-'
            }
        })
        .collect();
    let stem = stem.trim_matches(['-', '.']);
    format!(
        "{}-count.{end}",
        if stem.is_empty() { "model" } else { stem }
    )
}

#[cfg(test)]
mod tests {
    use super::super::model::Group;
    use super::*;

    #[test]
    fn cells_are_quoted_and_never_run() {
        for (text, out) in [
            ("model.layers.*.mlp", "model.layers.*.mlp"),
            ("a, b", "\"a, b\""),
            ("say \"x\"", "\"say \"\"x\"\"\""),
            ("=HYPERLINK(\"x\")", "\"'=HYPERLINK(\"\"x\"\")\""),
            (" @sum", "\"' @sum\""),
            ("-1+2", "\"'-1+2\""),
        ] {
            assert_eq!(cell(text), out);
        }
    }

    #[test]
    fn the_last_line_is_the_sum() {
        let count = Count {
            parameters: 18_446_744_073_709_551_617,
            forward: 7,
            groups: vec![Group {
                path: "a".into(),
                kind: "linear".into(),
                repeat: 2,
                parameters: 18_446_744_073_709_551_617,
                forward: 7,
                formula: "2*3, twice".into(),
            }],
            ..Count::default()
        };
        assert_eq!(
            csv(&count),
            "path,kind,repeat,parameters,forward_flop,formula\r\na,linear,2,18446744073709551617,7,\"2*3, twice\"\r\nsum,,,18446744073709551617,7,\r\n"
        );
    }

    #[test]
    fn file_names_hold_plain_letters() {
        assert_eq!(file_name("org/My model", "csv"), "My-model-count.csv");
        assert_eq!(file_name("../..", "json"), "model-count.json");
        assert_eq!(file_name("", "csv"), "model-count.csv");
    }
}
