//! Every bound on what an ONNX file may ask of the reader.

/// Graphs inside nodes inside graphs, as the file nests them.
pub const NESTING: usize = 24;
/// Nodes in all graphs and functions together.
pub const NODES: usize = 1_000_000;
/// Bytes kept of the graph's structure: names, nodes, shapes, small constants.
pub const KEPT_BYTES: usize = 256 << 20;
/// Longest name in bytes.
pub const NAME_BYTES: u64 = 64 << 10;
/// Largest message that describes a type, an operator set or a note, in bytes.
pub const SMALL_MESSAGE_BYTES: u64 = 1 << 20;
/// Largest data of an integer tensor that is read: shapes, axes, indices.
pub const INTEGER_DATA_BYTES: u64 = 32 << 10;
/// Largest data of any other tensor that is read: a scale, a fill value.
pub const OTHER_DATA_BYTES: u64 = 256;
/// Attributes of one node.
pub const ATTRIBUTES: usize = 1_024;
/// Longest text in an attribute that is read, in bytes; an equation has dozens.
pub const TEXT_BYTES: u64 = 8 << 10;
/// Longest text of a dimension, in bytes.
pub const DIMENSION_BYTES: usize = 256;
/// Largest list in an attribute that is read, in bytes.
pub const LIST_BYTES: u64 = 256 << 10;
/// Elements of a constant that are followed through the graph.
pub const VALUES: usize = 4_096;
/// Most dimensions of a tensor.
pub const RANK: usize = 64;
/// Nodes evaluated in all, loops and calls unrolled; long lists of inputs or attributes weigh more.
pub const STEPS: u64 = 2_000_000;
/// Elements of constants computed in all.
pub const FOLDED: u64 = 64_000_000;
/// Calls of functions inside calls, and graphs inside graphs, while evaluating.
pub const DEPTH: usize = 40;
/// Passes of a loop that are followed one by one; further ones repeat the last.
pub const PASSES: u64 = 1_024;
/// Sequences with more elements are taken as of unknown length.
pub const SEQUENCE: usize = 4_096;
/// Distinct rows of the result; further operators share one row.
pub const GROUPS: usize = 8_192;
/// Distinct shapes of weight matrices that adapters are laid beside; a model with more has none listed.
pub const MATRICES: usize = 1 << 16;
/// Distinct formulas printed in one row.
pub const FORMULAS: usize = 4;
/// Names of open dimensions that are asked for.
pub const NEEDS: usize = 64;
/// Distinct unknown operators that are listed.
pub const UNKNOWN: usize = 256;
/// Origins of openness told apart.
pub const ORIGINS: usize = 1 << 16;
/// Origins of openness remembered for one tensor.
pub const CAUSES: usize = 8;
/// Fused products in an Einstein sum.
pub const EINSUM_OPERANDS: usize = 16;
/// Distinct letters in an Einstein sum.
pub const EINSUM_LETTERS: usize = 128;
