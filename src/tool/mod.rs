//! The tools of quoting, in the section that the calculator keeps for them.
//!
//! They talk to the calculator through the document alone: what was typed is read from the address, and a form to be filled goes
//! out as the event `training-compute:fill` with a query. The JavaScript module cites, opens records and counts layers.

mod calibrate;
mod cite;
mod counted;
mod desk;
mod js;
mod layers;
mod modifier;
mod passage;
mod picture;

pub use desk::start;
