//! One reader for a weight file of any of the formats.

use compute_layers::{CountOptions, Refusal};

use crate::count::{Header, NamedHeader, WeightsCount, count_weights};
use crate::gguf::GgufReader;
use crate::index::read_index;
use crate::limits;
use crate::refusal::refusal;
use crate::safetensors::SafetensorsReader;
use crate::sniff::{Format, sniff};
use crate::source::{Progress, Reader, Step, Window, read_all};

/// Reads the header of a safetensors, index or GGUF file through byte ranges.
#[derive(Clone, Debug)]
pub struct HeaderReader {
    name: String,
    state: State,
}

#[derive(Clone, Debug)]
enum State {
    /// First bytes, which tell the format.
    Sniff(Window),
    Safetensors(SafetensorsReader),
    Gguf(GgufReader),
    /// A text that is read whole.
    Index(Window),
    Done(Result<Header, Refusal>, Progress),
}

/// Bytes that tell a format here; text and zips are refused on these alone.
const HEAD: usize = 2 << 10;

impl HeaderReader {
    /// A reader of a file of `size` bytes called `name`.
    #[must_use]
    pub fn new(name: &str, size: u64) -> Self {
        Self {
            name: name.to_owned(),
            state: State::Sniff(Window::new(size)),
        }
    }
}

impl Reader for HeaderReader {
    type Output = Result<Header, Refusal>;

    fn poll(&mut self) -> Step<Self::Output> {
        loop {
            let ended = match &mut self.state {
                State::Done(result, _) => return Step::Done(result.clone()),
                State::Sniff(window) => {
                    let Ok(head) = window.get_up_to(0, HEAD) else {
                        match window.wanted() {
                            Some((from, len)) => return Step::Need { from, len },
                            None => continue,
                        }
                    };
                    let format = sniff(head, &self.name);
                    let size = window.size();
                    match format {
                        Format::Safetensors => {
                            self.state = State::Safetensors(SafetensorsReader::new(size));
                            continue;
                        }
                        Format::Gguf => {
                            self.state = State::Gguf(GgufReader::new(size));
                            continue;
                        }
                        // An index shows its `weight_map` only after the metadata.
                        Format::IndexJson | Format::ConfigJson if size <= limits::JSON_BYTES => {
                            self.state = State::Index(Window::new(size));
                            continue;
                        }
                        other => Err(other.refusal().unwrap_or_else(|| {
                            refusal(
                                "not-weights",
                                "This file is not a weight file.",
                                "Drop a .safetensors, .safetensors.index.json or .gguf file here.",
                            )
                        })),
                    }
                }
                State::Safetensors(reader) => match reader.poll() {
                    Step::Need { from, len } => return Step::Need { from, len },
                    Step::Done(result) => result.map(Header::Safetensors),
                },
                State::Gguf(reader) => match reader.poll() {
                    Step::Need { from, len } => return Step::Need { from, len },
                    Step::Done(result) => result.map(Header::Gguf),
                },
                State::Index(window) => {
                    let size = window.size();
                    let whole = usize::try_from(size).unwrap_or(usize::MAX);
                    match window.get_up_to(0, whole) {
                        Ok(text) => read_index(text).map(Header::Index),
                        Err(_) => match window.wanted() {
                            Some((from, len)) => return Step::Need { from, len },
                            None => continue,
                        },
                    }
                }
            };
            let progress = self.progress();
            self.state = State::Done(ended, progress);
        }
    }

    fn supply(&mut self, from: u64, bytes: &[u8]) {
        match &mut self.state {
            State::Sniff(window) | State::Index(window) => window.supply(from, bytes),
            State::Safetensors(reader) => reader.supply(from, bytes),
            State::Gguf(reader) => reader.supply(from, bytes),
            State::Done(..) => {}
        }
    }

    fn progress(&self) -> Progress {
        match &self.state {
            State::Sniff(window) => window.progress(0),
            State::Index(window) => window.progress(window.size()),
            State::Safetensors(reader) => reader.progress(),
            State::Gguf(reader) => reader.progress(),
            State::Done(_, progress) => *progress,
        }
    }
}

/// Counts one weight file in memory.
///
/// # Errors
/// The reader's refusal, or that of [`count_weights`].
pub fn count_bytes(
    bytes: &[u8],
    name: &str,
    config: Option<&str>,
    options: &CountOptions,
) -> Result<WeightsCount, Refusal> {
    let mut reader = HeaderReader::new(name, bytes.len() as u64);
    let header = read_all(&mut reader, bytes)?;
    count_weights(
        &[NamedHeader {
            name: name.to_owned(),
            header,
        }],
        config,
        options,
    )
}
