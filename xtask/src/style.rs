//! One style sheet out of `style/main.css` and the files it imports: the first visit fetches one file.

use crate::{Outcome, files};
use std::path::Path;

/// The text of a style sheet with each `@import "file.css" layer(name);` replaced by the file, in that layer.
///
/// An import that names no file of ours, or carries more than a layer, is an error: it would be fetched at run time.
pub(crate) fn bundle(path: &Path) -> Outcome<String> {
    let text = without_comments(&files::read_text(path)?);
    let mut rest = text.as_str();
    let mut out = String::new();
    while let Some((before, after)) = rest.split_once("@import") {
        let (import, after) = after
            .split_once(';')
            .ok_or_else(|| format!("{}: an @import without a semicolon", path.display()))?;
        let wrong = || {
            format!(
                "{}: write @import \"file.css\"; or @import \"file.css\" layer(name); instead of @import{import}",
                path.display()
            )
        };
        let import = import.trim();
        // "file.css" or url("file.css"), then nothing or the layer.
        let (name, end) = match import.strip_prefix("url(") {
            Some(address) => (address, ")"),
            None => (import, ""),
        };
        let quote = name
            .chars()
            .next()
            .filter(|quote| matches!(quote, '"' | '\''))
            .ok_or_else(wrong)?;
        let (name, layer) = name
            .get(1..)
            .and_then(|name| name.split_once(quote))
            .ok_or_else(wrong)?;
        let layer = layer.strip_prefix(end).ok_or_else(wrong)?;
        let inner = bundle(&path.with_file_name(name))?;
        out.push_str(before);
        match layer.trim() {
            "" => out.push_str(&inner),
            layer => {
                let layer = layer
                    .strip_prefix("layer(")
                    .and_then(|layer| layer.strip_suffix(')'))
                    .ok_or_else(wrong)?;
                out.push_str(&format!("@layer {layer} {{\n{inner}}}\n"));
            }
        }
        rest = after;
    }
    out.push_str(rest);
    Ok(out)
}

fn without_comments(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("/*") {
        out.push_str(before);
        rest = after.split_once("*/").map_or("", |(_, after)| after);
    }
    out + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn imports_are_put_in_their_layer() -> Outcome {
        let folder = std::env::temp_dir().join(format!("xtask-style-{}", std::process::id()));
        files::write(
            &folder.join("main.css"),
            "@layer a, b;\n@import \"a.css\" layer(a);\n/* @import \"no.css\"; */\n@import url('b.css');\np { color: red }\n",
        )?;
        files::write(&folder.join("a.css"), "a { b: c }\n")?;
        files::write(&folder.join("b.css"), "b { c: d }\n")?;
        assert_eq!(
            bundle(&folder.join("main.css"))?,
            "@layer a, b;\n@layer a {\na { b: c }\n}\n\n\nb { c: d }\n\np { color: red }\n"
        );
        files::write(
            &folder.join("main.css"),
            "@import url(https://example.org/x.css);",
        )?;
        assert!(bundle(&folder.join("main.css")).is_err());
        files::remove_folder(&folder)
    }
}
