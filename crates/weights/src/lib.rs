//! Headers of weight files: safetensors, its index, and GGUF. The weights
//! themselves are never asked for.
//!
//! A reader takes byte ranges ([`source`]) and ends with a [`Header`];
//! [`count_weights`] adds the headers of all files dropped together, unpacks
//! packed weights, leaves out scales and buffers, and says which architecture
//! the names or the metadata tell.

mod architecture;
mod count;
mod gguf;
mod index;
pub mod limits;
mod names;
mod reader;
mod refusal;
mod roles;
mod safetensors;
mod sniff;
pub mod source;
mod tensor;

pub use count::{Header, NamedHeader, Stored, WeightsCount, count_weights};
pub use gguf::{GgufHeader, GgufReader, Value};
pub use index::{Index, read_index};
pub use reader::{HeaderReader, count_bytes};
pub use safetensors::{SafetensorsHeader, SafetensorsReader};
pub use sniff::{Format, sniff};
pub use tensor::{Dtype, GGML_TYPES, SAFETENSORS_DTYPES, Tensor};
