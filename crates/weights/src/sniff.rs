//! What a file is, from its first bytes and its name.

use compute_layers::Refusal;

use crate::limits;
use crate::refusal::refusal;

/// What a file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// JSON that is not an index: a `config.json`, perhaps.
    ConfigJson,
    /// `*.safetensors.index.json`: names of tensors and their shards.
    IndexJson,
    /// An ONNX model.
    Onnx,
    /// A safetensors file.
    Safetensors,
    /// A GGUF file.
    Gguf,
    /// PyTorch's zip with a pickle inside, or a bare pickle.
    Pickle,
    /// A Git LFS pointer in place of the file.
    LfsPointer,
    /// A web page in place of the file.
    Html,
    /// Nothing.
    Empty,
    /// The model format of the older ggml, before GGUF.
    OldGgml,
    /// ONNX Runtime's own format.
    Ort,
    /// TensorFlow Lite.
    TfLite,
    /// HDF5, as Keras writes it.
    Hdf5,
    /// NumPy's `.npy` or a zip of them.
    Numpy,
    /// Another zip.
    Zip,
    /// Gzip, Zstandard, xz or bzip2.
    Compressed,
    /// None of these.
    Unknown,
}

/// The format of a file whose first bytes are `bytes` (64 KiB are enough) and
/// whose name is `name` (empty when there is none).
#[must_use]
pub fn sniff(bytes: &[u8], name: &str) -> Format {
    let head = bytes.get(..limits::SNIFF_BYTES).unwrap_or(bytes);
    let name = name.to_ascii_lowercase();
    if head.is_empty() {
        return Format::Empty;
    }
    let starts = |at: usize, with: &[u8]| head.get(at..).is_some_and(|b| b.starts_with(with));
    if starts(0, b"GGUF") {
        return Format::Gguf;
    }
    if [
        b"ggml", b"ggjt", b"ggmf", b"ggla", b"lmgg", b"tjgg", b"fmgg", b"algg",
    ]
    .iter()
    .any(|magic| starts(0, *magic))
    {
        return Format::OldGgml;
    }
    if starts(0, b"version https://git-lfs.github.com/spec/") {
        return Format::LfsPointer;
    }
    if starts(0, b"PK\x03\x04") || starts(0, b"PK\x05\x06") {
        let has = |what: &[u8]| head.windows(what.len()).any(|w| w == what);
        return if has(b"data.pkl") || has(b"constants.pkl") {
            Format::Pickle
        } else if has(b".npy") {
            Format::Numpy
        } else if [".pt", ".pth", ".ckpt", ".bin"]
            .iter()
            .any(|end| name.ends_with(end))
        {
            Format::Pickle
        } else {
            Format::Zip
        };
    }
    if starts(4, b"ORTM") {
        return Format::Ort;
    }
    if starts(4, b"TFL3") {
        return Format::TfLite;
    }
    if starts(0, b"\x89HDF\r\n\x1a\n") {
        return Format::Hdf5;
    }
    if starts(0, b"\x93NUMPY") {
        return Format::Numpy;
    }
    if starts(0, &[0x1f, 0x8b])
        || starts(0, &[0x28, 0xb5, 0x2f, 0xfd])
        || starts(0, b"\xfd7zXZ\0")
        || starts(0, b"BZh")
    {
        return Format::Compressed;
    }
    if let (Some(length), Some(b'{')) = (head.first_chunk::<8>(), head.get(8))
        && u64::from_le_bytes(*length) <= limits::SAFETENSORS_HEADER_BYTES
    {
        return Format::Safetensors;
    }
    // A pickle of protocol 2 to 5 opens with PROTO and its number. Older ones
    // have no mark, so there the name decides.
    if head.first() == Some(&0x80) && head.get(1).is_some_and(|p| (2..=5).contains(p)) {
        return Format::Pickle;
    }
    if let Some(format) = text(head, &name) {
        return format;
    }
    if name.ends_with(".safetensors") {
        return Format::Safetensors;
    }
    if looks_like_onnx(head) || name.ends_with(".onnx") {
        return Format::Onnx;
    }
    if [".pt", ".pth", ".ckpt", ".bin", ".pkl"]
        .iter()
        .any(|end| name.ends_with(end))
    {
        return Format::Pickle;
    }
    Format::Unknown
}

fn text(head: &[u8], name: &str) -> Option<Format> {
    let head = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head);
    let trimmed = head.trim_ascii_start();
    match trimmed.first() {
        Some(b'{' | b'[') => {
            let has = |what: &[u8]| trimmed.windows(what.len()).any(|w| w == what);
            Some(if has(b"\"weight_map\"") || name.ends_with(".index.json") {
                Format::IndexJson
            } else {
                Format::ConfigJson
            })
        }
        Some(b'<') => {
            let start: Vec<u8> = trimmed
                .iter()
                .take(15)
                .map(u8::to_ascii_lowercase)
                .collect();
            [
                b"<!doctype".as_slice(),
                b"<html",
                b"<head",
                b"<body",
                b"<?xml",
                b"<!--",
                b"<title",
            ]
            .iter()
            .any(|tag| start.starts_with(tag))
            .then_some(Format::Html)
        }
        None => Some(Format::Empty),
        _ => name.ends_with(".json").then_some(Format::ConfigJson),
    }
}

/// Whether the bytes open like a `ModelProto`: `ir_version` first, as every
/// exporter writes it, then a field that a model has.
fn looks_like_onnx(head: &[u8]) -> bool {
    let (Some(0x08), Some(version)) = (head.first(), head.get(1)) else {
        return false;
    };
    if !(1..=127).contains(version) {
        return false;
    }
    // ModelProto: 2 to 4, 6, 7, 8, 14, 20, 25, 26 are length-delimited, 5 is a number.
    match head.get(2) {
        None => true,
        Some(tag) => {
            tag & 7 == 2 && matches!(tag >> 3, 2..=4 | 6..=8 | 14)
                || *tag == 0x28
                || tag & 0x87 == 0x82
        }
    }
}

impl Format {
    /// Why files of this format cannot be counted; `None` for those that can.
    #[must_use]
    pub fn refusal(self) -> Option<Refusal> {
        let (code, message, remedy) = match self {
            Self::ConfigJson | Self::IndexJson | Self::Onnx | Self::Safetensors | Self::Gguf => {
                return None;
            }
            Self::Pickle => (
                "pickle",
                "This is a PyTorch pickle (.bin, .pt, .pth or .ckpt): a program that has to be run to be read, so it is not opened.",
                "Save the model as safetensors (`model.save_pretrained(folder, safe_serialization=True)`) or export it to ONNX (`torch.onnx.export`) and drop that file; the model’s config.json does as well.",
            ),
            Self::LfsPointer => (
                "lfs-pointer",
                "This is a Git LFS pointer: three lines of text that stand for the file.",
                "Fetch the file itself with `git lfs pull`, or download it from the site, and drop that.",
            ),
            Self::Html => (
                "html",
                "This is a web page, not a model: most likely an error or log-in page saved under the file’s name.",
                "Open the address in a browser, download the raw file, and drop that.",
            ),
            Self::Empty => (
                "empty",
                "The file is empty.",
                "Drop a config.json, ONNX, safetensors or GGUF file.",
            ),
            Self::OldGgml => (
                "old-ggml",
                "This is a ggml file from before GGUF; it does not name its architecture.",
                "Convert it with llama.cpp’s convert script and drop the .gguf file, or the original model’s config.json.",
            ),
            Self::Ort => (
                "ort-format",
                "This is ONNX Runtime’s own format (.ort), made from an ONNX file for one runtime.",
                "Drop the .onnx file it was made from.",
            ),
            Self::TfLite => (
                "tflite",
                "This is a TensorFlow Lite model.",
                "Convert it with `python -m tf2onnx.convert --tflite model.tflite --output model.onnx` and drop the .onnx file.",
            ),
            Self::Hdf5 => (
                "hdf5",
                "This is an HDF5 file, as Keras writes it.",
                "Export the model to ONNX (tf2onnx, or `model.export(path, format=\"onnx\")`) and drop the .onnx file.",
            ),
            Self::Numpy => (
                "numpy",
                "This is a NumPy file: arrays without the model around them.",
                "Save the weights as safetensors, or drop the model’s config.json.",
            ),
            Self::Zip => (
                "zip",
                "This is a zip archive.",
                "Unpack it and drop the config.json, .onnx, .safetensors or .gguf file inside.",
            ),
            Self::Compressed => (
                "compressed",
                "This is a compressed file.",
                "Unpack it and drop the file inside.",
            ),
            Self::Unknown => (
                "unknown-format",
                "The first bytes are not those of a config.json, ONNX, safetensors or GGUF file.",
                "Drop one of these four; from PyTorch, `torch.onnx.export` or `save_pretrained` writes them.",
            ),
        };
        Some(refusal(code, message, remedy))
    }
}
