//! ONNX models: parameters and forward FLOP, weights never read.
//!
//! [`OnnxReader`] walks the protobuf tree through byte ranges and keeps the
//! graph; shapes are inferred from the inputs on, small constants are followed,
//! and every product is counted with 2 FLOP per multiply-accumulate. Open
//! dimensions end as questions by name in `Count::needs`, operators without an
//! entry in `Count::unknown`.

mod evaluate;
pub mod limits;
mod model;
mod operator;
mod parameters;
mod reader;
mod refusal;
mod shape;
mod symbol;
mod tally;
mod wire;

use compute_layers::{Count, CountOptions, Refusal};

pub use reader::{Counted, OnnxReader};

/// Counts an ONNX model in memory.
///
/// # Errors
/// Why the bytes are no model: truncated, malformed, cyclic, or past a limit.
pub fn count_onnx(bytes: &[u8], options: &CountOptions) -> Result<Count, Refusal> {
    let mut reader = OnnxReader::new(bytes.len() as u64, options);
    compute_bytes::read_all(&mut reader, bytes).map(|(count, _)| count)
}

/// A shape with open sizes as `None`; `None` where not even the rank is known.
pub type OpenShape = Option<Vec<Option<u64>>>;

/// The shapes of a model's outputs by name, inferred from its inputs alone.
///
/// # Errors
/// Like [`count_onnx`].
pub fn output_shapes(
    bytes: &[u8],
    options: &CountOptions,
) -> Result<Vec<(String, OpenShape)>, Refusal> {
    evaluate::output_shapes(&reader::parse(bytes)?, options)
}

/// Names of the operators that are known, with their domain (empty for the
/// standard one), and whether they multiply.
#[must_use]
pub fn operators() -> Vec<(&'static str, &'static str, bool)> {
    let mut out: Vec<_> = operator::standard()
        .map(|op| ("", op.name, op.work == operator::Work::Products))
        .collect();
    out.extend(operator::CONTROL.iter().map(|name| ("", *name, true)));
    for domain in ["ai.onnx.ml", "com.microsoft", "ai.onnx.preview"] {
        out.extend(
            operator::of_domain(domain)
                .iter()
                .map(|op| (domain, op.name, op.work == operator::Work::Products)),
        );
    }
    out
}
