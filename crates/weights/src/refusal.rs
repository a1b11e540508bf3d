//! Refusals that several readers share, with what was found and what would do.

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

pub(crate) fn truncated(what: &str, has: u64, wants: u64) -> Refusal {
    refusal(
        "truncated",
        format!("The {what} ends after {has} bytes; its header speaks of {wants}."),
        "Download the file again, whole, and compare its size with the one the site prints.",
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
