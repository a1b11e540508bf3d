//! Files and folders: where things are, and short names for what std needs many words for.

use crate::Outcome;
use std::fs;
use std::path::{Path, PathBuf};

/// The top of the checkout.
pub(crate) fn root() -> PathBuf {
    // xtask/ stands directly below it.
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .unwrap_or(Path::new("."))
        .to_path_buf()
}

/// Cargo's target folder, wherever the environment or a configuration file has put it.
pub(crate) fn target() -> Outcome<PathBuf> {
    let text = crate::process::output(crate::process::cargo().args([
        "metadata",
        "--no-deps",
        "--format-version=1",
    ]))?;
    let text = String::from_utf8_lossy(&text);
    let folder = text
        .split_once("\"target_directory\":\"")
        .and_then(|(_, rest)| rest.split_once('"'));
    folder
        .map(|(folder, _)| folder.replace("\\\\", "\\").into())
        .ok_or_else(|| "cargo metadata names no target_directory".into())
}

pub(crate) fn read(path: &Path) -> Outcome<Vec<u8>> {
    fs::read(path).map_err(|error| format!("{}: {error}", path.display()))
}

pub(crate) fn read_text(path: &Path) -> Outcome<String> {
    fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))
}

/// Writes the file and the folders above it.
pub(crate) fn write(path: &Path, contents: impl AsRef<[u8]>) -> Outcome {
    if let Some(folder) = path.parent() {
        make_folder(folder)?;
    }
    fs::write(path, contents).map_err(|error| format!("{}: {error}", path.display()))
}

pub(crate) fn make_folder(path: &Path) -> Outcome {
    fs::create_dir_all(path).map_err(|error| format!("{}: {error}", path.display()))
}

/// Removes a folder with all in it; that it is absent is fine.
pub(crate) fn remove_folder(path: &Path) -> Outcome {
    match fs::remove_dir_all(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(format!("{}: {error}", path.display()))
        }
        _ => Ok(()),
    }
}

/// Every file below a folder, sorted; a path that is itself a file stands for itself, an absent one for nothing.
pub(crate) fn below(path: &Path, skip: &[&str]) -> Outcome<Vec<PathBuf>> {
    let mut found = Vec::new();
    if path.is_file() {
        found.push(path.to_path_buf());
    } else if path.is_dir() {
        let entries = fs::read_dir(path).map_err(|error| format!("{}: {error}", path.display()))?;
        for entry in entries {
            let entry = entry.map_err(|error| format!("{}: {error}", path.display()))?;
            if !skip.iter().any(|name| entry.file_name() == *name) {
                found.extend(below(&entry.path(), skip)?);
            }
        }
    }
    found.sort();
    Ok(found)
}

/// FNV-1a of 64 bits: tells versions of a file apart. It is no seal against forgery and is used for none.
pub(crate) struct Hash(u64);

impl Hash {
    pub(crate) fn new() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }

    /// Adds bytes, with their number, so that the border between two pieces counts too.
    pub(crate) fn add(mut self, bytes: &[u8]) -> Self {
        for byte in bytes.iter().chain(&(bytes.len() as u64).to_le_bytes()) {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
        self
    }

    /// Sixteen hexadecimal digits.
    pub(crate) fn hex(&self) -> String {
        format!("{:016x}", self.0)
    }
}

/// Base64 with padding, as `atob` reads it.
pub(crate) fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for piece in bytes.chunks(3) {
        let word = piece
            .iter()
            .fold(0_u32, |word, byte| (word << 8) | u32::from(*byte))
            << (8 * (3 - piece.len()));
        for place in 0..4 {
            let letter = LETTERS
                .get((word >> (18 - 6 * place)) as usize & 63)
                .copied()
                .unwrap_or_default();
            text.push(if place > piece.len() {
                '='
            } else {
                letter.into()
            });
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_pads() {
        for (plain, coded) in [
            ("", ""),
            ("f", "Zg=="),
            ("fo", "Zm8="),
            ("foo", "Zm9v"),
            ("foobar", "Zm9vYmFy"),
        ] {
            assert_eq!(base64(plain.as_bytes()), coded);
        }
        assert_eq!(base64(&[0xff, 0xfe]), "//4=");
    }

    #[test]
    fn hash_counts_borders() {
        assert_ne!(
            Hash::new().add(b"ab").add(b"c").hex(),
            Hash::new().add(b"a").add(b"bc").hex()
        );
        assert_eq!(Hash::new().hex().len(), 16);
    }
}
