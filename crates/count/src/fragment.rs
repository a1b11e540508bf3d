//! A list of layers as text for an address: base64url of raw deflate.

use compute_layers::Refusal;

/// Longest text that a fragment may unpack to, bytes.
pub const MAX_UNPACKED: usize = 64 << 10;
/// Longest fragment that is read: stored blocks of deflate are a little longer than what they hold, base64 a third longer.
const MAX_PACKED: usize = (MAX_UNPACKED + 1024) / 3 * 4 + 4;

const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// Packs a text.
///
/// # Errors
/// `layers-too-long` above [`MAX_UNPACKED`] bytes.
pub fn encode(text: &str) -> Result<String, Refusal> {
    if text.len() > MAX_UNPACKED {
        return Err(too_long(text.len()));
    }
    let packed = miniz_oxide::deflate::compress_to_vec(text.as_bytes(), 9);
    let mut out = String::with_capacity(packed.len().div_ceil(3) * 4);
    for chunk in packed.chunks(3) {
        let byte = |at: usize| u32::from(chunk.get(at).copied().unwrap_or(0));
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for place in 0..=chunk.len() {
            let index = (bits >> (18 - 6 * place)) & 63;
            if let Some(letter) = LETTERS.get(index as usize) {
                out.push(char::from(*letter));
            }
        }
    }
    Ok(out)
}

/// Unpacks a text.
///
/// # Errors
/// `layers-unreadable` for what is no base64url, no deflate or no UTF-8; `layers-too-long` above [`MAX_UNPACKED`] bytes.
pub fn decode(fragment: &str) -> Result<String, Refusal> {
    let fragment = fragment.trim_end_matches('=');
    if fragment.len() > MAX_PACKED {
        return Err(too_long(fragment.len()));
    }
    let mut packed = Vec::with_capacity(fragment.len() / 4 * 3 + 3);
    let (mut bits, mut held) = (0_u32, 0_u32);
    for letter in fragment.bytes() {
        // Both alphabets of base64 are read; the one for addresses is written.
        let letter = match letter {
            b'+' => b'-',
            b'/' => b'_',
            other => other,
        };
        let Some(value) = LETTERS.iter().position(|&l| l == letter) else {
            return Err(unreadable("it holds a character that is not of base64url"));
        };
        bits = (bits << 6 | value as u32) & 0xffff;
        held += 6;
        if held >= 8 {
            held -= 8;
            packed.push((bits >> held & 0xff) as u8);
        }
    }
    let unpacked = miniz_oxide::inflate::decompress_to_vec_with_limit(&packed, MAX_UNPACKED)
        .map_err(|error| {
            if error.status == miniz_oxide::inflate::TINFLStatus::HasMoreOutput {
                too_long(MAX_UNPACKED + 1)
            } else {
                unreadable("it does not unpack")
            }
        })?;
    String::from_utf8(unpacked).map_err(|_| unreadable("it is no text"))
}

fn too_long(bytes: usize) -> Refusal {
    Refusal {
        code: "layers-too-long",
        message: format!(
            "The list of layers has {bytes} bytes or more; a link holds at most {MAX_UNPACKED}."
        ),
        remedy:
            "Use repeats and nested blocks in place of single layers, or keep the list as JSON."
                .into(),
    }
}

fn unreadable(why: &str) -> Refusal {
    Refusal {
        code: "layers-unreadable",
        message: format!("The layers in the link cannot be read: {why}."),
        remedy: "Copy the link again, whole: it was most likely cut off.".into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_come_back() {
        for text in [
            "",
            "{}",
            "{\"layers\":[{\"kind\":\"linear\",\"inputs\":256}]}",
            "µ × ²",
            &"a".repeat(MAX_UNPACKED),
        ] {
            let packed = encode(text).expect("packs");
            assert!(packed.bytes().all(|b| LETTERS.contains(&b)), "{packed}");
            assert_eq!(decode(&packed).as_deref(), Ok(text));
        }
    }

    #[test]
    fn a_text_over_the_limit_is_refused_both_ways() {
        let long = "a".repeat(MAX_UNPACKED + 1);
        assert_eq!(encode(&long).map_err(|r| r.code), Err("layers-too-long"));
        // 1 GB of the same letter packs into some kilobytes: the limit holds while unpacking.
        let bomb = miniz_oxide::deflate::compress_to_vec(&vec![b'a'; 30 << 20], 9);
        let mut text = String::new();
        for chunk in bomb.chunks(3) {
            let byte = |at: usize| u32::from(chunk.get(at).copied().unwrap_or(0));
            let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
            for place in 0..=chunk.len() {
                text.push(char::from(
                    LETTERS[(bits >> (18 - 6 * place)) as usize & 63],
                ));
            }
        }
        assert_eq!(decode(&text).map_err(|r| r.code), Err("layers-too-long"));
    }

    #[test]
    fn whatever_stands_in_a_link_is_text_or_a_refusal() {
        for text in ["!", "A", "AAAA", "////", "e30", &"_".repeat(5000), "%7B"] {
            if let Err(refusal) = decode(text) {
                assert_eq!(refusal.code, "layers-unreadable", "{text}");
            }
        }
        assert_eq!(
            decode(&"A".repeat(MAX_PACKED + 1)).map_err(|r| r.code),
            Err("layers-too-long")
        );
        let good = encode("{\"layers\":[1,2,3,4,5,6,7,8,9,10,11,12,13]}").expect("packs");
        for end in 0..good.len() {
            let _ = decode(&good[..end]);
        }
    }
}
