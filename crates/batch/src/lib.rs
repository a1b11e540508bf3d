//! Many estimates at once: a CSV or TSV in, piece by piece; a row of figures for each of its rows out.
//!
//! ```
//! # use compute_batch::Batch;
//! let mut batch = Batch::new(compute_tables::catalog());
//! let mut rows = batch.push("name,params,data\nGPT-3,174.6B,300");
//! rows.extend(batch.push("B\n"));
//! rows.extend(batch.finish());
//! assert_eq!(rows[0].counting.map(|figure| figure.value), Some(3.1428e23));
//! ```

mod batch;
pub mod columns;
pub mod csv;
pub mod limits;
mod row;
mod store;
pub mod write;

pub use batch::{Batch, Notice};
pub use columns::{Column, Reads};
pub use row::{Figure, Row, RowProblem};
pub use store::{Order, Store, Tally};
