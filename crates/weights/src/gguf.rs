//! The header of a GGUF file, versions 1 to 3, either byte order: metadata and
//! the table of tensors. Token lists are walked past, never kept.

use std::collections::BTreeMap;

use compute_layers::Refusal;

use crate::limits;
use crate::refusal::{refusal, shown, truncated};
use crate::source::{Missing, Progress, Reader, Step, Window};
use crate::tensor::{GGML_TYPES, GGML_UNKNOWN, Tensor, elements};

/// A value of GGUF metadata, as far as it is kept.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// Any unsigned or signed number that is not negative, and booleans.
    Unsigned(u64),
    /// A negative number.
    Negative(i64),
    /// A floating-point number.
    Float(f64),
    /// Text, cut off past the limit (then empty).
    Text(String),
    /// The first elements of a numeric array, and its length.
    Numbers(Vec<u64>, u64),
    /// An array of which only the length is kept.
    Length(u64),
}

/// What the header of one GGUF file says.
#[derive(Clone, Debug, PartialEq)]
pub struct GgufHeader {
    /// Version of the format.
    pub version: u32,
    /// Metadata by key.
    pub metadata: BTreeMap<String, Value>,
    /// Tensors, shapes outermost first.
    pub tensors: Vec<Tensor>,
    /// Bytes of data the tensors take, padding apart; `None` where a type's size is not known.
    pub data_bytes: Option<u64>,
    /// Whether the file ends where the data would begin.
    pub header_only: bool,
}

impl GgufHeader {
    /// Text under `key`.
    #[must_use]
    pub fn text(&self, key: &str) -> Option<&str> {
        match self.metadata.get(key)? {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    /// A whole number under `key`; of an array its largest element.
    #[must_use]
    pub fn number(&self, key: &str) -> Option<u64> {
        match self.metadata.get(key)? {
            Value::Unsigned(n) => Some(*n),
            Value::Numbers(all, _) => all.iter().copied().max(),
            _ => None,
        }
    }
}

/// Where the reader stands between two items.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    Magic,
    Counts,
    Metadata {
        left: u64,
    },
    /// Inside an array of strings, which is walked string by string.
    Strings {
        left: u64,
        keys_left: u64,
    },
    Tensors {
        left: u64,
    },
    End,
}

/// Reads a GGUF header through byte ranges.
#[derive(Clone, Debug)]
pub struct GgufReader {
    window: Window,
    position: u64,
    stage: Stage,
    big_endian: bool,
    version: u32,
    tensor_count: u64,
    metadata: BTreeMap<String, Value>,
    kept: usize,
    tensors: Vec<(Tensor, u64)>,
    done: Option<Result<GgufHeader, Refusal>>,
}

/// Why a step did not finish.
enum Stop {
    Missing(Missing),
    Refused(Refusal),
}

impl From<Missing> for Stop {
    fn from(missing: Missing) -> Self {
        Self::Missing(missing)
    }
}

impl From<Refusal> for Stop {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

/// Reads numbers one after the other; the position is kept by the caller only
/// when the whole item was there.
struct Cursor<'a> {
    window: &'a mut Window,
    at: u64,
    big_endian: bool,
    /// Version 1 writes lengths in 32 bits.
    short: bool,
}

impl Cursor<'_> {
    fn array<const N: usize>(&mut self) -> Result<[u8; N], Missing> {
        let bytes = self.window.get(self.at, N)?;
        let out = bytes.first_chunk::<N>().copied().ok_or(Missing::PastEnd)?;
        self.at = self.at.saturating_add(N as u64);
        Ok(out)
    }

    fn u32(&mut self) -> Result<u32, Missing> {
        let bytes = self.array::<4>()?;
        Ok(if self.big_endian {
            u32::from_be_bytes(bytes)
        } else {
            u32::from_le_bytes(bytes)
        })
    }

    fn u64(&mut self) -> Result<u64, Missing> {
        let bytes = self.array::<8>()?;
        Ok(if self.big_endian {
            u64::from_be_bytes(bytes)
        } else {
            u64::from_le_bytes(bytes)
        })
    }

    fn length(&mut self) -> Result<u64, Missing> {
        if self.short {
            self.u32().map(u64::from)
        } else {
            self.u64()
        }
    }

    /// Moves on without reading.
    fn skip(&mut self, bytes: u64) -> Result<(), Missing> {
        let to = self.at.checked_add(bytes).ok_or(Missing::PastEnd)?;
        if to > self.window.size() {
            return Err(Missing::PastEnd);
        }
        self.at = to;
        Ok(())
    }

    /// Moves on and reads: for what stands inside an item.
    fn pass(&mut self, bytes: u64) -> Result<(), Stop> {
        if bytes > limits::GGUF_NESTED_BYTES {
            return Err(hostile(format!("an inner array takes {bytes} bytes")).into());
        }
        let wanted = usize::try_from(bytes).map_err(|_| Missing::PastEnd)?;
        self.window.get(self.at, wanted)?;
        self.at = self.at.saturating_add(bytes);
        Ok(())
    }

    fn string(&mut self, what: &str, longest: u64) -> Result<String, Stop> {
        let length = self.length()?;
        if length > longest {
            return Err(
                hostile(format!("{what} claims {length} bytes, more than {longest}")).into(),
            );
        }
        let wanted = usize::try_from(length).map_err(|_| Missing::PastEnd)?;
        let text = String::from_utf8_lossy(self.window.get(self.at, wanted)?).into_owned();
        self.at = self.at.saturating_add(length);
        Ok(text)
    }
}

fn hostile(what: String) -> Refusal {
    refusal(
        "gguf-header",
        format!("GGUF header: {what}."),
        "Download the file again; if it stays so, write it with llama.cpp’s tools.",
    )
}

/// Bytes of a scalar of GGUF metadata; 8 (string) and 9 (array) have none.
fn scalar_bytes(kind: u32) -> Option<u64> {
    Some(match kind {
        0 | 1 | 7 => 1,
        2 | 3 => 2,
        4..=6 => 4,
        10..=12 => 8,
        _ => return None,
    })
}

fn scalar(cursor: &mut Cursor<'_>, kind: u32) -> Result<Value, Stop> {
    let signed = |n: i64| match u64::try_from(n) {
        Ok(n) => Value::Unsigned(n),
        Err(_) => Value::Negative(n),
    };
    Ok(match kind {
        0 | 7 => Value::Unsigned(u64::from(cursor.array::<1>()?[0])),
        1 => signed(i64::from(i8::from_le_bytes(cursor.array::<1>()?))),
        2 | 3 => {
            let bytes = cursor.array::<2>()?;
            let n = if cursor.big_endian {
                u16::from_be_bytes(bytes)
            } else {
                u16::from_le_bytes(bytes)
            };
            if kind == 2 {
                Value::Unsigned(u64::from(n))
            } else {
                signed(i64::from(n.cast_signed()))
            }
        }
        4 => Value::Unsigned(u64::from(cursor.u32()?)),
        5 => signed(i64::from(cursor.u32()?.cast_signed())),
        6 => Value::Float(f64::from(f32::from_bits(cursor.u32()?))),
        10 => Value::Unsigned(cursor.u64()?),
        11 => signed(cursor.u64()?.cast_signed()),
        12 => Value::Float(f64::from_bits(cursor.u64()?)),
        other => {
            return Err(hostile(format!("metadata type {other} does not exist")).into());
        }
    })
}

impl GgufReader {
    /// A reader of a file of `size` bytes.
    #[must_use]
    pub fn new(size: u64) -> Self {
        Self {
            window: Window::new(size),
            position: 0,
            stage: Stage::Magic,
            big_endian: false,
            version: 0,
            tensor_count: 0,
            metadata: BTreeMap::new(),
            kept: 0,
            tensors: Vec::new(),
            done: None,
        }
    }

    fn cursor(&mut self) -> Cursor<'_> {
        Cursor {
            at: self.position,
            big_endian: self.big_endian,
            short: self.version == 1,
            window: &mut self.window,
        }
    }

    /// One item; the position moves only when all of it was there.
    fn item(&mut self) -> Result<(), Stop> {
        self.window.begin_item(self.position);
        match self.stage {
            Stage::Magic => {
                let mut cursor = self.cursor();
                if cursor.array::<4>()? != *b"GGUF" {
                    return Err(hostile("it does not open with GGUF".to_owned()).into());
                }
                let mut version = cursor.u32()?;
                let at = cursor.at;
                // A big-endian file shows its small version in the high byte.
                if version != 0 && version & 0xffff == 0 {
                    self.big_endian = true;
                    version = version.swap_bytes();
                }
                if !(1..=3).contains(&version) {
                    return Err(refusal(
                        "gguf-version",
                        format!("This is GGUF version {version}; versions 1 to 3 are read."),
                        "Convert the file with a current llama.cpp, or drop the original model’s config.json.",
                    )
                    .into());
                }
                self.version = version;
                self.position = at;
                self.stage = Stage::Counts;
            }
            Stage::Counts => {
                let mut cursor = self.cursor();
                let tensors = cursor.length()?;
                let keys = cursor.length()?;
                let at = cursor.at;
                if tensors > limits::TENSORS as u64 {
                    return Err(hostile(format!(
                        "it claims {tensors} tensors, more than {}",
                        limits::TENSORS
                    ))
                    .into());
                }
                if keys > limits::GGUF_KEYS {
                    return Err(hostile(format!(
                        "it claims {keys} metadata entries, more than {}",
                        limits::GGUF_KEYS
                    ))
                    .into());
                }
                self.tensor_count = tensors;
                self.position = at;
                self.stage = Stage::Metadata { left: keys };
            }
            Stage::Metadata { left: 0 } => {
                self.stage = Stage::Tensors {
                    left: self.tensor_count,
                };
            }
            Stage::Metadata { left } => self.entry(left - 1)?,
            Stage::Strings { left: 0, keys_left } => {
                self.stage = Stage::Metadata { left: keys_left };
            }
            Stage::Strings { left, keys_left } => {
                let mut cursor = self.cursor();
                let length = cursor.length()?;
                cursor.skip(length)?;
                self.position = cursor.at;
                self.stage = Stage::Strings {
                    left: left - 1,
                    keys_left,
                };
            }
            Stage::Tensors { left: 0 } => self.stage = Stage::End,
            Stage::Tensors { left } => {
                self.tensor()?;
                self.stage = Stage::Tensors { left: left - 1 };
            }
            Stage::End => {}
        }
        Ok(())
    }

    fn entry(&mut self, keys_left: u64) -> Result<(), Stop> {
        let mut cursor = self.cursor();
        let start = cursor.at;
        let key = cursor.string("a metadata key", limits::GGUF_KEY_BYTES)?;
        let kind = cursor.u32()?;
        let mut next = Stage::Metadata { left: keys_left };
        let value = match kind {
            8 => {
                let length = cursor.length()?;
                if length > limits::GGUF_KEPT_STRING_BYTES {
                    cursor.skip(length)?;
                    Value::Text(String::new())
                } else {
                    let wanted = usize::try_from(length).map_err(|_| Missing::PastEnd)?;
                    let text =
                        String::from_utf8_lossy(cursor.window.get(cursor.at, wanted)?).into_owned();
                    cursor.at = cursor.at.saturating_add(length);
                    Value::Text(text)
                }
            }
            9 => {
                let of = cursor.u32()?;
                let length = cursor.length()?;
                if length > limits::GGUF_ARRAY_ELEMENTS {
                    return Err(hostile(format!(
                        "array {} claims {length} elements, more than {}",
                        shown(&key),
                        limits::GGUF_ARRAY_ELEMENTS
                    ))
                    .into());
                }
                if of == 8 {
                    next = Stage::Strings {
                        left: length,
                        keys_left,
                    };
                    Value::Length(length)
                } else if of == 9 {
                    for _ in 0..length.min(limits::GGUF_KEPT_ELEMENTS) {
                        nested(&mut cursor, start, 1)?;
                    }
                    if length > limits::GGUF_KEPT_ELEMENTS {
                        return Err(hostile(format!(
                            "array {} nests {length} arrays",
                            shown(&key)
                        ))
                        .into());
                    }
                    Value::Length(length)
                } else {
                    let each = scalar_bytes(of).ok_or_else(|| {
                        hostile(format!("array {} has element type {of}", shown(&key)))
                    })?;
                    let whole = length.checked_mul(each).ok_or(Missing::PastEnd)?;
                    if length <= limits::GGUF_KEPT_ELEMENTS && of != 6 && of != 12 {
                        let mut kept = Vec::new();
                        for _ in 0..length {
                            match scalar(&mut cursor, of)? {
                                Value::Unsigned(n) => kept.push(n),
                                _ => kept.push(0),
                            }
                        }
                        Value::Numbers(kept, length)
                    } else {
                        cursor.skip(whole)?;
                        Value::Length(length)
                    }
                }
            }
            other => scalar(&mut cursor, other)?,
        };
        self.position = cursor.at;
        self.stage = next;
        let own = match &value {
            Value::Text(text) => text.len(),
            Value::Numbers(all, _) => all.len().saturating_mul(8),
            _ => 0,
        };
        self.kept = self.kept.saturating_add(key.len()).saturating_add(own);
        if self.kept > limits::GGUF_KEPT_BYTES {
            return Err(hostile(format!(
                "its metadata takes more than {} bytes",
                limits::GGUF_KEPT_BYTES
            ))
            .into());
        }
        self.metadata.insert(key, value);
        Ok(())
    }

    fn tensor(&mut self) -> Result<(), Stop> {
        let mut cursor = self.cursor();
        let name = cursor.string("a tensor’s name", limits::NAME_BYTES as u64)?;
        let rank = cursor.u32()?;
        if rank > limits::GGUF_RANK {
            return Err(hostile(format!(
                "tensor {} has {rank} dimensions, more than {}",
                shown(&name),
                limits::GGUF_RANK
            ))
            .into());
        }
        let mut shape = Vec::new();
        for _ in 0..rank {
            shape.push(cursor.length()?);
        }
        // GGUF writes the innermost size first.
        shape.reverse();
        let kind = cursor.u32()?;
        let offset = cursor.u64()?;
        let at = cursor.at;
        let count = elements(&shape).ok_or_else(|| {
            hostile(format!(
                "tensor {} has shape {shape:?}, which passes 2^64 elements",
                shown(&name)
            ))
        })?;
        let dtype = GGML_TYPES
            .iter()
            .find(|(number, _)| *number == kind)
            .map_or(GGML_UNKNOWN, |(_, dtype)| *dtype);
        if !count.is_multiple_of(dtype.block) {
            return Err(hostile(format!(
                "tensor {} has {count} elements, which do not fill blocks of {} ({})",
                shown(&name),
                dtype.block,
                dtype.name
            ))
            .into());
        }
        self.position = at;
        self.tensors.push((
            Tensor {
                name: name.into(),
                dtype,
                shape: shape.into(),
                elements: count,
            },
            offset,
        ));
        Ok(())
    }

    fn finish(&mut self) -> Result<GgufHeader, Refusal> {
        let alignment = match self.metadata.get("general.alignment") {
            Some(Value::Unsigned(n)) if n.is_power_of_two() && *n <= 1 << 20 => *n,
            Some(Value::Unsigned(n)) => {
                return Err(hostile(format!(
                    "alignment {n} is not a power of two up to 2^20"
                )));
            }
            _ => 32,
        };
        let begin = self
            .position
            .checked_next_multiple_of(alignment)
            .ok_or_else(|| hostile("its length passes 2^64".to_owned()))?;
        let size = self.window.size();
        let header_only = size <= begin;
        let mut sum = Some(0_u64);
        let mut names = std::collections::HashSet::new();
        for (tensor, offset) in &self.tensors {
            if !names.insert(&*tensor.name) {
                return Err(hostile(format!(
                    "it names tensor {} twice",
                    shown(&tensor.name)
                )));
            }
            let bytes = tensor.dtype.size_of(tensor.elements);
            sum = match (sum, bytes) {
                (Some(a), Some(b)) => a.checked_add(b),
                _ => None,
            };
            let end = begin
                .checked_add(*offset)
                .and_then(|at| at.checked_add(bytes.unwrap_or(0)))
                .ok_or_else(|| {
                    hostile(format!(
                        "tensor {} ends past 2^64 bytes",
                        shown(&tensor.name)
                    ))
                })?;
            if !header_only && end > size {
                return Err(truncated("GGUF file", size, end));
            }
        }
        Ok(GgufHeader {
            version: self.version,
            metadata: std::mem::take(&mut self.metadata),
            tensors: std::mem::take(&mut self.tensors)
                .into_iter()
                .map(|(tensor, _)| tensor)
                .collect(),
            data_bytes: sum,
            header_only,
        })
    }
}

/// Walks past an array inside an array. It is read, not skipped, because the
/// outer array is one item; so it is small.
fn nested(cursor: &mut Cursor<'_>, start: u64, depth: usize) -> Result<(), Stop> {
    if cursor.at.saturating_sub(start) > limits::GGUF_NESTED_BYTES {
        return Err(hostile(format!(
            "arrays inside an array take more than {} bytes",
            limits::GGUF_NESTED_BYTES
        ))
        .into());
    }
    if depth >= limits::GGUF_ARRAY_DEPTH {
        return Err(hostile(format!(
            "arrays nest deeper than {}",
            limits::GGUF_ARRAY_DEPTH
        ))
        .into());
    }
    let of = cursor.u32()?;
    let length = cursor.length()?;
    if length > limits::GGUF_ARRAY_ELEMENTS {
        return Err(hostile(format!("an inner array claims {length} elements")).into());
    }
    match of {
        8 | 9 if length > limits::GGUF_KEPT_ELEMENTS => {
            return Err(hostile(format!("an inner array holds {length} strings or arrays")).into());
        }
        8 => {
            for _ in 0..length {
                let bytes = cursor.length()?;
                cursor.pass(bytes)?;
            }
        }
        9 => {
            for _ in 0..length {
                nested(cursor, start, depth + 1)?;
            }
        }
        other => {
            let each = scalar_bytes(other)
                .ok_or_else(|| hostile(format!("an inner array has element type {other}")))?;
            cursor.pass(length.checked_mul(each).ok_or(Missing::PastEnd)?)?;
        }
    }
    Ok(())
}

impl Reader for GgufReader {
    type Output = Result<GgufHeader, Refusal>;

    fn poll(&mut self) -> Step<Self::Output> {
        if let Some(done) = &self.done {
            return Step::Done(done.clone());
        }
        if let Some((from, len)) = self.window.wanted() {
            return Step::Need { from, len };
        }
        let result = loop {
            if self.stage == Stage::End {
                break self.finish();
            }
            match self.item() {
                Ok(()) => {}
                Err(Stop::Refused(refusal)) => break Err(refusal),
                Err(Stop::Missing(Missing::Unread)) => {
                    if let Some((from, len)) = self.window.wanted() {
                        return Step::Need { from, len };
                    }
                    break Err(hostile("it could not be read".to_owned()));
                }
                Err(Stop::Missing(Missing::PastEnd)) => {
                    break Err(refusal(
                        "truncated",
                        format!(
                            "The GGUF file ends after {} bytes, inside its header (read up to byte {}).",
                            self.window.size(),
                            self.position
                        ),
                        "Download the file again, whole, and compare its size with the one the site prints.",
                    ));
                }
            }
        };
        self.done = Some(result.clone());
        Step::Done(result)
    }

    fn supply(&mut self, from: u64, bytes: &[u8]) {
        self.window.supply(from, bytes);
    }

    fn progress(&self) -> Progress {
        self.window.progress(self.position)
    }
}
