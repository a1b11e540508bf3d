//! Refusals, with what was found and what would do.

use compute_layers::Refusal;

pub(crate) fn refusal(
    code: &'static str,
    message: impl Into<String>,
    remedy: impl Into<String>,
) -> Refusal {
    Refusal {
        code,
        message: message.into(),
        remedy: remedy.into(),
    }
}

pub(crate) fn malformed(what: &str, position: u64) -> Refusal {
    refusal(
        "onnx-malformed",
        format!("The file does not read as ONNX: {what}, near byte {position}."),
        "Download or export the file again; if it stays so, check it with `onnx.checker`.",
    )
}

/// `text` cut to a length fit for a message, without control characters.
pub(crate) fn shown(text: &str) -> String {
    let mut out: String = text
        .chars()
        .map(|c| if c.is_control() { '\u{fffd}' } else { c })
        .take(120)
        .collect();
    if text.chars().nth(120).is_some() {
        out.push('…');
    }
    out
}
