//! Byte ranges of a file somebody else holds.
//!
//! The readers of model files do no input or output. They say which range they
//! want ([`Step::Need`]), the host fetches it (at once, or later from a `Blob`)
//! and hands it in, and the reader goes on. A range that holds weights is never
//! asked for: the reader moves its position past it.

/// What a reader wants next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step<T> {
    /// The reader cannot go on without these bytes.
    Need {
        /// First byte of the range.
        from: u64,
        /// Length of the range, at least 1 and inside the file.
        len: u64,
    },
    /// The reader has ended; asking again gives the same.
    Done(T),
}

/// How far a reader has come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// Position in the file, in bytes; what lies before it is read or skipped.
    pub position: u64,
    /// Size of the file in bytes.
    pub size: u64,
    /// Bytes asked for so far.
    pub requested: u64,
    /// Ranges asked for so far.
    pub requests: u64,
}

/// A reader that is fed byte ranges.
pub trait Reader {
    /// What it ends with.
    type Output;

    /// Goes on as far as the bytes reach.
    fn poll(&mut self) -> Step<Self::Output>;

    /// Hands in the bytes from `from` on; fewer than asked for mean the file ends there.
    fn supply(&mut self, from: u64, bytes: &[u8]);

    /// How far it has come.
    fn progress(&self) -> Progress;
}

/// Why a range is not at hand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Missing {
    /// The host has to fetch it.
    Unread,
    /// It reaches past the end of the file.
    PastEnd,
}

/// Smallest range asked for at the beginning of a file.
const FIRST_CHUNK: u64 = 2 << 10;
/// Smallest range asked for after a jump: the header of one tensor and some more.
const CHUNK_AFTER_JUMP: u64 = 512;
/// Largest range asked for in a sequential stretch.
const LARGEST_CHUNK: u64 = 256 << 10;

/// The stretch of the file a reader sees, and what it asks for next.
///
/// Ranges double while reading is sequential and start small after a jump, so
/// that skipping a thousand weights costs a thousand small ranges.
#[derive(Clone, Debug)]
pub struct Window {
    size: u64,
    start: u64,
    bytes: Vec<u8>,
    anchor: u64,
    wanted: Option<(u64, u64)>,
    chunk: u64,
    requested: u64,
    requests: u64,
}

impl Window {
    /// A window on a file of `size` bytes; nothing is read yet.
    #[must_use]
    pub fn new(size: u64) -> Self {
        Self {
            size,
            start: 0,
            bytes: Vec::new(),
            anchor: 0,
            wanted: None,
            chunk: FIRST_CHUNK,
            requested: 0,
            requests: 0,
        }
    }

    /// Size of the file in bytes.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Progress with the reader at `position`.
    #[must_use]
    pub fn progress(&self, position: u64) -> Progress {
        Progress {
            position: position.min(self.size),
            size: self.size,
            requested: self.requested,
            requests: self.requests,
        }
    }

    /// The bytes `from..from + len`, or a note to fetch them.
    ///
    /// # Errors
    /// [`Missing::PastEnd`] when the file is shorter; [`Missing::Unread`] after
    /// which [`Window::wanted`] tells the range to fetch.
    pub fn get(&mut self, from: u64, len: usize) -> Result<&[u8], Missing> {
        let end = from.checked_add(len as u64).ok_or(Missing::PastEnd)?;
        if end > self.size {
            return Err(Missing::PastEnd);
        }
        if !self.holds(from, end) {
            self.ask(from, end);
            return Err(Missing::Unread);
        }
        let at = usize::try_from(from - self.start).map_err(|_| Missing::PastEnd)?;
        let to = at.checked_add(len).ok_or(Missing::PastEnd)?;
        self.bytes.get(at..to).ok_or(Missing::PastEnd)
    }

    /// At most `len` bytes from `from` on, fewer at the end of the file.
    ///
    /// # Errors
    /// Like [`Window::get`]; at the very end an empty slice.
    pub fn get_up_to(&mut self, from: u64, len: usize) -> Result<&[u8], Missing> {
        let left = self.size.saturating_sub(from);
        let len = usize::try_from(left).unwrap_or(usize::MAX).min(len);
        self.get(from, len)
    }

    /// Says that nothing before `position` will be read again.
    ///
    /// A reader that begins an item afresh after each fetch calls this at the
    /// item's start, so that the item's first bytes stay while its last are fetched.
    /// Inside one item it must not jump past what it has not read.
    pub fn begin_item(&mut self, position: u64) {
        self.anchor = position;
    }

    /// The range to fetch, once `get` said [`Missing::Unread`].
    #[must_use]
    pub fn wanted(&self) -> Option<(u64, u64)> {
        self.wanted
    }

    fn holds(&self, from: u64, end: u64) -> bool {
        from >= self.start && end <= self.start.saturating_add(self.bytes.len() as u64)
    }

    fn ask(&mut self, from: u64, end: u64) {
        let held_to = self.start.saturating_add(self.bytes.len() as u64);
        let sequential = !self.bytes.is_empty() && from >= self.start && from <= held_to;
        self.chunk = if sequential {
            self.chunk.saturating_mul(2).min(LARGEST_CHUNK)
        } else if from == 0 {
            FIRST_CHUNK
        } else {
            CHUNK_AFTER_JUMP
        };
        let to = from
            .saturating_add(self.chunk)
            .max(end)
            .min(self.size)
            .max(end);
        if sequential {
            // Keep the item under way, ask only for what is new.
            let keep = from.min(self.anchor.max(self.start));
            let drop = usize::try_from(keep - self.start).unwrap_or(usize::MAX);
            if drop <= self.bytes.len() {
                self.bytes.drain(..drop);
                self.start = keep;
            }
            self.wanted = Some((held_to, to - held_to));
        } else {
            self.bytes.clear();
            self.start = from;
            self.wanted = Some((from, to - from));
        }
        if let Some((_, len)) = self.wanted {
            self.requested = self.requested.saturating_add(len);
            self.requests = self.requests.saturating_add(1);
        }
    }

    /// Takes the bytes from `from` on. Bytes that were not asked for are ignored;
    /// fewer than asked for shorten the file.
    pub fn supply(&mut self, from: u64, bytes: &[u8]) {
        let Some((wanted_from, wanted_len)) = self.wanted else {
            return;
        };
        if from != wanted_from {
            return;
        }
        self.wanted = None;
        let take = usize::try_from(wanted_len)
            .unwrap_or(usize::MAX)
            .min(bytes.len());
        if let Some(part) = bytes.get(..take) {
            self.bytes.extend_from_slice(part);
        }
        if (take as u64) < wanted_len {
            self.size = from.saturating_add(take as u64);
        }
    }
}

/// Runs a reader over a whole file in memory.
pub fn read_all<R: Reader>(reader: &mut R, bytes: &[u8]) -> R::Output {
    read_with(reader, |from, len| {
        let from = usize::try_from(from).unwrap_or(usize::MAX).min(bytes.len());
        let to = from
            .saturating_add(usize::try_from(len).unwrap_or(usize::MAX))
            .min(bytes.len());
        bytes.get(from..to).unwrap_or_default().to_vec()
    })
}

/// Runs a reader over whatever answers ranges at once.
pub fn read_with<R: Reader>(
    reader: &mut R,
    mut fetch: impl FnMut(u64, u64) -> Vec<u8>,
) -> R::Output {
    loop {
        match reader.poll() {
            Step::Done(output) => return output,
            Step::Need { from, len } => {
                let bytes = fetch(from, len);
                reader.supply(from, &bytes);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_jump_asks_for_little_and_a_stretch_for_more() {
        let mut window = Window::new(1 << 30);
        assert_eq!(window.get(0, 8), Err(Missing::Unread));
        assert_eq!(window.wanted(), Some((0, FIRST_CHUNK)));
        window.supply(0, &vec![1; FIRST_CHUNK as usize]);
        assert_eq!(window.get(0, 8), Ok([1; 8].as_slice()));
        window.begin_item(FIRST_CHUNK - 6);
        assert_eq!(window.get(FIRST_CHUNK - 4, 8), Err(Missing::Unread));
        assert_eq!(
            window.wanted(),
            Some((FIRST_CHUNK, 2 * FIRST_CHUNK - 4)),
            "only what is new, and twice as much"
        );
        window.supply(FIRST_CHUNK, &vec![2; 2 * FIRST_CHUNK as usize - 4]);
        assert_eq!(
            window.get(FIRST_CHUNK - 4, 8),
            Ok([1, 1, 1, 1, 2, 2, 2, 2].as_slice())
        );
        assert_eq!(window.get(FIRST_CHUNK - 6, 2), Ok([1; 2].as_slice()));
        assert_eq!(window.get(1 << 29, 8), Err(Missing::Unread));
        assert_eq!(window.wanted(), Some((1 << 29, CHUNK_AFTER_JUMP)));
    }

    #[test]
    fn a_short_answer_ends_the_file() {
        let mut window = Window::new(1000);
        assert_eq!(window.get(0, 600), Err(Missing::Unread));
        window.supply(0, &[0; 10]);
        assert_eq!(window.size(), 10);
        assert_eq!(window.get(0, 600), Err(Missing::PastEnd));
        assert_eq!(window.get(0, 10).map(<[u8]>::len), Ok(10));
    }

    #[test]
    fn the_end_of_the_file_bounds_every_range() {
        let mut window = Window::new(4);
        assert_eq!(window.get(0, 5), Err(Missing::PastEnd));
        assert_eq!(window.get(u64::MAX, 5), Err(Missing::PastEnd));
        assert_eq!(window.get_up_to(0, 9), Err(Missing::Unread));
        window.supply(0, b"abcd");
        assert_eq!(window.get_up_to(2, 9), Ok(b"cd".as_slice()));
        assert_eq!(window.get_up_to(4, 9), Ok(b"".as_slice()));
    }
}
