//! The protobuf wire format: tags, variable-length numbers, lengths. Bounded; no schema.

/// Why bytes do not read as protobuf.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Malformed {
    /// A number of more than ten bytes, or past 64 bits.
    Number,
    /// The bytes end inside a field.
    Short,
    /// A field number of 0, or a wire type that does not exist (or groups, long withdrawn).
    Tag,
    /// A length past the end of its message.
    Length,
}

/// The head of a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Field {
    pub(crate) number: u32,
    pub(crate) payload: Payload,
    /// Bytes of the tag and, for a length-delimited field, of its length.
    pub(crate) head: usize,
}

/// What follows a field's tag.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Payload {
    /// A number, read whole; it is part of the head.
    Varint(u64),
    /// Eight bytes, part of the head.
    Fixed64(u64),
    /// Four bytes, part of the head.
    Fixed32(u32),
    /// So many bytes.
    Bytes(u64),
}

/// Longest head of a field: tag and number of ten bytes each.
pub(crate) const LONGEST_HEAD: usize = 20;

/// A variable-length number and the bytes it took.
pub(crate) fn varint(bytes: &[u8]) -> Result<(u64, usize), Malformed> {
    let mut value = 0_u64;
    for (at, byte) in bytes.iter().take(10).enumerate() {
        let bits = u64::from(byte & 0x7f);
        if at == 9 && bits > 1 {
            return Err(Malformed::Number);
        }
        value |= bits << (7 * at);
        if byte & 0x80 == 0 {
            return Ok((value, at + 1));
        }
    }
    Err(if bytes.len() >= 10 {
        Malformed::Number
    } else {
        Malformed::Short
    })
}

/// The head of the field that `bytes` begin with.
pub(crate) fn field(bytes: &[u8]) -> Result<Field, Malformed> {
    let (tag, taken) = varint(bytes)?;
    let number = u32::try_from(tag >> 3).map_err(|_| Malformed::Tag)?;
    if number == 0 {
        return Err(Malformed::Tag);
    }
    let rest = bytes.get(taken..).ok_or(Malformed::Short)?;
    let (payload, more) = match tag & 7 {
        0 => {
            let (value, more) = varint(rest)?;
            (Payload::Varint(value), more)
        }
        1 => {
            let bytes = rest.first_chunk::<8>().ok_or(Malformed::Short)?;
            (Payload::Fixed64(u64::from_le_bytes(*bytes)), 8)
        }
        2 => {
            let (length, more) = varint(rest)?;
            (Payload::Bytes(length), more)
        }
        5 => {
            let bytes = rest.first_chunk::<4>().ok_or(Malformed::Short)?;
            (Payload::Fixed32(u32::from_le_bytes(*bytes)), 4)
        }
        _ => return Err(Malformed::Tag),
    };
    Ok(Field {
        number,
        payload,
        head: taken + more,
    })
}

/// The fields of a message that is wholly in memory.
pub(crate) struct Fields<'a> {
    rest: &'a [u8],
}

/// A field with its bytes, for messages in memory.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Value<'a> {
    Number(u64),
    Bytes(&'a [u8]),
}

impl<'a> Fields<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    /// The next field; `None` at the end.
    pub(crate) fn next(&mut self) -> Result<Option<(u32, Value<'a>)>, Malformed> {
        if self.rest.is_empty() {
            return Ok(None);
        }
        let head = field(self.rest)?;
        let after = self.rest.get(head.head..).ok_or(Malformed::Short)?;
        Ok(Some(match head.payload {
            Payload::Varint(n) | Payload::Fixed64(n) => {
                self.rest = after;
                (head.number, Value::Number(n))
            }
            Payload::Fixed32(n) => {
                self.rest = after;
                (head.number, Value::Number(u64::from(n)))
            }
            Payload::Bytes(length) => {
                let length = usize::try_from(length).map_err(|_| Malformed::Length)?;
                let (bytes, rest) = after.split_at_checked(length).ok_or(Malformed::Length)?;
                self.rest = rest;
                (head.number, Value::Bytes(bytes))
            }
        }))
    }
}

/// Numbers packed one after the other, at most `most`.
pub(crate) fn packed_varints(
    bytes: &[u8],
    most: usize,
    out: &mut Vec<u64>,
) -> Result<(), Malformed> {
    let mut rest = bytes;
    while !rest.is_empty() {
        let (value, taken) = varint(rest)?;
        if out.len() < most {
            out.push(value);
        }
        rest = rest.get(taken..).ok_or(Malformed::Short)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_at_most_sixty_four_bits() {
        assert_eq!(varint(&[0x96, 0x01]), Ok((150, 2)));
        let most = [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01];
        assert_eq!(varint(&most), Ok((u64::MAX, 10)));
        let over = [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x02];
        assert_eq!(varint(&over), Err(Malformed::Number));
        assert_eq!(varint(&[0x80; 10]), Err(Malformed::Number));
        assert_eq!(varint(&[0x80; 9]), Err(Malformed::Short));
    }

    #[test]
    fn groups_and_field_zero_are_refused() {
        assert_eq!(field(&[0x0b]), Err(Malformed::Tag));
        assert_eq!(field(&[0x02, 0x00]), Err(Malformed::Tag));
        assert_eq!(field(&[0x0f]), Err(Malformed::Tag));
    }
}
