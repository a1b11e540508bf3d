//! From files to a count, by byte ranges.

use compute_bytes::{Progress, Reader, Step, Window};
use compute_layers::{Count, CountOptions, Note, PlacedMatrix, Refusal};
use compute_onnx::OnnxReader;
use compute_weights::{
    Format, Header, HeaderReader, NamedHeader, Stored, count_weights, read_index, sniff,
};

/// A file somebody holds.
#[derive(Clone, Debug)]
pub struct FileSource {
    /// Its name; may be empty.
    pub name: String,
    /// Its size in bytes.
    pub size: u64,
}

/// What a [`Counter`] wants next.
#[derive(Debug)]
pub enum Next {
    /// These bytes of the file with this number.
    Need {
        /// Number of the file, in the order given.
        file: usize,
        /// First byte.
        from: u64,
        /// Length, at least 1.
        len: u64,
    },
    /// It has ended.
    Done(Box<Result<Counted, Refusal>>),
}

/// A count, and what is known beside it.
#[derive(Clone, Debug)]
pub struct Counted {
    /// The count.
    pub count: Count,
    /// Weight matrices with their places, where the reader knows them: for adapters.
    pub matrices: Vec<PlacedMatrix>,
    /// Elements as stored by type, of weight files.
    pub stored: Vec<Stored>,
}

impl From<Count> for Counted {
    fn from(count: Count) -> Counted {
        Counted {
            count,
            matrices: Vec::new(),
            stored: Vec::new(),
        }
    }
}

/// First bytes of a file, which tell what it is.
const HEAD: usize = 4 << 10;
/// Most files read together.
const MAX_FILES: usize = 4_096;
/// Longest text that is read whole, when its name does not say that it is an index.
const MAX_TEXT: u64 = compute_config::limits::MAX_TEXT as u64;
/// Longest index.
const MAX_INDEX: u64 = compute_weights::limits::JSON_BYTES;
/// Files that a remark names one by one.
const NAMED: usize = 4;

/// Names that exporters give to graphs they know no name of.
const GENERIC: [&str; 8] = [
    "",
    "main_graph",
    "main",
    "graph",
    "torch_jit",
    "torch-jit-export",
    "tf2onnx",
    "onnx-model",
];

enum State {
    Sniff(Window),
    /// A text read whole.
    Text(Window),
    Header(Box<HeaderReader>),
    Onnx(Box<OnnxReader>),
    Done(Progress),
}

enum Read {
    Text(String),
    Header(Header),
    Onnx(Box<compute_onnx::Counted>),
}

struct Open {
    name: String,
    state: State,
    /// What telling the format has read.
    sniffed: Progress,
    read: Option<Result<Read, Refusal>>,
}

/// Reads one file, or files of one model, and counts.
pub struct Counter {
    files: Vec<Open>,
    options: CountOptions,
    at: usize,
}

impl Counter {
    /// A counter of these files.
    pub fn new(files: Vec<FileSource>, options: &CountOptions) -> Counter {
        Counter {
            files: files
                .into_iter()
                .map(|file| Open {
                    name: file.name,
                    state: State::Sniff(Window::new(file.size)),
                    sniffed: Progress::default(),
                    read: None,
                })
                .collect(),
            options: options.clone(),
            at: 0,
        }
    }

    /// Goes on as far as the bytes reach. After `Done` it answers with a refusal.
    pub fn poll(&mut self) -> Next {
        if self.files.is_empty() || self.files.len() > MAX_FILES {
            let found = self.files.len();
            return Next::Done(Box::new(Err(refusal(
                "nothing-to-count",
                format!("{found} files were given; from 1 to {MAX_FILES} are read together."),
                ONE_MODEL,
            ))));
        }
        while let Some(open) = self.files.get_mut(self.at) {
            if let Some((from, len)) = open.poll(&self.options) {
                return Next::Need {
                    file: self.at,
                    from,
                    len,
                };
            }
            self.at += 1;
        }
        let read = self.files.iter_mut().map(|open| {
            let read = open.read.take().unwrap_or_else(|| {
                Err(refusal(
                    "read-already",
                    "The files were counted already.",
                    ONE_MODEL,
                ))
            });
            (std::mem::take(&mut open.name), read)
        });
        Next::Done(Box::new(combine(read.collect(), &self.options)))
    }

    /// Hands in bytes of a file from `from` on; fewer than asked for mean that the file ends there.
    pub fn supply(&mut self, file: usize, from: u64, bytes: &[u8]) {
        if let Some(open) = self.files.get_mut(file) {
            match &mut open.state {
                State::Sniff(window) | State::Text(window) => window.supply(from, bytes),
                State::Header(reader) => reader.supply(from, bytes),
                State::Onnx(reader) => reader.supply(from, bytes),
                State::Done(_) => {}
            }
        }
    }

    /// How far it has come, over all files.
    pub fn progress(&self) -> Progress {
        let mut sum = Progress::default();
        for open in &self.files {
            let one = open.progress();
            sum.position = sum.position.saturating_add(one.position);
            sum.size = sum.size.saturating_add(one.size);
            sum.requested = sum.requested.saturating_add(one.requested);
            sum.requests = sum.requests.saturating_add(one.requests);
        }
        sum
    }
}

impl Open {
    fn progress(&self) -> Progress {
        let mut progress = match &self.state {
            State::Done(progress) => return *progress,
            State::Sniff(window) => return window.progress(0),
            State::Text(window) => window.progress(window.size()),
            State::Header(reader) => reader.progress(),
            State::Onnx(reader) => reader.progress(),
        };
        progress.requested = progress.requested.saturating_add(self.sniffed.requested);
        progress.requests = progress.requests.saturating_add(self.sniffed.requests);
        progress
    }

    /// The range wanted; `None` once the file is read or refused.
    fn poll(&mut self, options: &CountOptions) -> Option<(u64, u64)> {
        loop {
            let ended = match &mut self.state {
                State::Done(_) => return None,
                State::Sniff(window) => {
                    let Ok(head) = window.get_up_to(0, HEAD) else {
                        if let Some(wanted) = window.wanted() {
                            return Some(wanted);
                        }
                        continue;
                    };
                    let format = sniff(head, &self.name);
                    let size = window.size();
                    self.sniffed = window.progress(0);
                    let most = if self.name.contains("index") {
                        MAX_INDEX
                    } else {
                        MAX_TEXT
                    };
                    match format {
                        Format::ConfigJson | Format::IndexJson if size <= most => {
                            // A short text is whole by now: it is not read twice.
                            self.sniffed = Progress::default();
                            self.state = State::Text(std::mem::replace(window, Window::new(size)));
                            continue;
                        }
                        Format::ConfigJson | Format::IndexJson => Err(refusal(
                            "text-too-long",
                            format!("The text has {size} bytes; at most {most} are read of one."),
                            "Drop the model’s config.json: it has a few thousand bytes.",
                        )),
                        Format::Safetensors | Format::Gguf => {
                            self.state =
                                State::Header(Box::new(HeaderReader::new(&self.name, size)));
                            continue;
                        }
                        Format::Onnx => {
                            self.state = State::Onnx(Box::new(OnnxReader::new(size, options)));
                            continue;
                        }
                        other => Err(other.refusal().unwrap_or_else(|| {
                            refusal(
                                "unknown-format",
                                "The file is of no format that is read here.",
                                ONE_MODEL,
                            )
                        })),
                    }
                }
                State::Text(window) => {
                    let size = window.size();
                    match window.get_up_to(0, usize::try_from(size).unwrap_or(usize::MAX)) {
                        Ok(bytes) => text(bytes, &self.name),
                        Err(_) => match window.wanted() {
                            Some(wanted) => return Some(wanted),
                            None => continue,
                        },
                    }
                }
                State::Header(reader) => match reader.poll() {
                    Step::Need { from, len } => return Some((from, len)),
                    Step::Done(read) => read.map(Read::Header),
                },
                State::Onnx(reader) => match reader.poll() {
                    Step::Need { from, len } => return Some((from, len)),
                    Step::Done(read) => read.map(|counted| Read::Onnx(Box::new(counted))),
                },
            };
            self.read = Some(ended);
            self.state = State::Done(self.progress());
        }
    }
}

const ONE_MODEL: &str =
    "Drop a config.json, an ONNX file, or the safetensors or GGUF files of one model.";

fn refusal(code: &'static str, message: impl Into<String>, remedy: &str) -> Refusal {
    Refusal {
        code,
        message: message.into(),
        remedy: remedy.into(),
    }
}

fn text(bytes: &[u8], name: &str) -> Result<Read, Refusal> {
    // An index shows its `weight_map` only behind its metadata.
    if sniff(bytes, name) == Format::IndexJson || bytes.windows(13).any(|w| w == b"\"weight_map\":")
    {
        return read_index(bytes).map(|index| Read::Header(Header::Index(index)));
    }
    match std::str::from_utf8(bytes) {
        Ok(text) => Ok(Read::Text(text.to_owned())),
        Err(error) => Err(refusal(
            "not-utf8",
            format!(
                "The text is not UTF-8: byte {} does not read.",
                error.valid_up_to()
            ),
            "Save it as UTF-8, or paste the text.",
        )),
    }
}

/// Puts together what was read of each file.
fn combine(
    files: Vec<(String, Result<Read, Refusal>)>,
    options: &CountOptions,
) -> Result<Counted, Refusal> {
    let (mut texts, mut headers, mut graphs, mut refused) =
        (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for (name, read) in files {
        match read {
            Ok(Read::Text(text)) => texts.push((name, text)),
            Ok(Read::Header(header)) => headers.push(NamedHeader { name, header }),
            Ok(Read::Onnx(counted)) => graphs.push((name, counted)),
            Err(refusal) => refused.push((name, refusal)),
        }
    }
    if !graphs.is_empty() && !headers.is_empty() {
        return Err(refusal(
            "mixed-formats",
            "ONNX files and weight files were given together.",
            "Drop either; each holds the whole model.",
        ));
    }
    let mut over: Vec<String> = refused.iter().map(|(name, _)| name.clone()).collect();
    let mut counted = if let Some((name, counted)) = graphs.pop() {
        if let Some((other, _)) = graphs.first() {
            return Err(several(&[other, &name]));
        }
        over.extend(texts.into_iter().map(|(name, _)| name));
        let (mut count, matrices) = *counted;
        // What exporters call every graph is no name.
        if !name.is_empty() && GENERIC.contains(&count.name.as_str()) {
            count.name = file_name(&name).into();
        }
        Counted {
            count,
            matrices,
            stored: Vec::new(),
        }
    } else if headers.is_empty() {
        from_texts(
            texts,
            &mut over,
            refused.first().map(|(_, refusal)| refusal),
            options,
        )?
    } else {
        from_headers(&headers, texts, &mut over, options)?
    };
    over.retain(|name| !name.is_empty());
    if !over.is_empty() {
        let named: Vec<&str> = over
            .iter()
            .take(NAMED)
            .map(|name| file_name(name))
            .collect();
        let more = over.len().saturating_sub(NAMED);
        let more = if more > 0 {
            format!(" and {more} more")
        } else {
            String::new()
        };
        counted.count.notes.push(Note {
            code: "file-passed-over",
            message: format!(
                "Not needed for the count and passed over: {}{more}.",
                clip(&named.join(", "))
            ),
        });
    }
    Ok(counted)
}

fn several(names: &[&str]) -> Refusal {
    let names: Vec<&str> = names.iter().map(|name| file_name(name)).collect();
    refusal(
        "several-models",
        format!("These are several models: {}.", clip(&names.join(", "))),
        "Drop the files of one model at a time.",
    )
}

fn file_name(path: &str) -> &str {
    path.rsplit(['/', '\\']).next().unwrap_or(path)
}

fn clip(text: &str) -> String {
    text.chars()
        .map(|c| if c.is_control() { '\u{fffd}' } else { c })
        .take(300)
        .collect()
}

/// A config, or a list of layers, in one text.
fn from_text(text: &str, options: &CountOptions) -> Result<Counted, Refusal> {
    let (count, matrices) = if is_list(text) {
        let list = crate::list_from_json(text)?;
        compute_layers::count_layers_with_matrices(&list.layers, &list.options(options))?
    } else {
        compute_config::count_config_with_matrices(text, options)?
    };
    Ok(Counted {
        count,
        matrices,
        stored: Vec::new(),
    })
}

/// Our own list of layers: an object with "layers" in it, and no model type.
fn is_list(text: &str) -> bool {
    let text = text.trim_start_matches('\u{feff}').trim_start();
    // Cheap first: most configs have no such key at all.
    text.starts_with('{')
        && text.contains("\"layers\"")
        && serde_json::from_str::<serde_json::Value>(text).is_ok_and(|value| {
            value.get("layers").is_some_and(serde_json::Value::is_array)
                && value.get("model_type").is_none()
        })
}

fn from_texts(
    texts: Vec<(String, String)>,
    over: &mut Vec<String>,
    refused: Option<&Refusal>,
    options: &CountOptions,
) -> Result<Counted, Refusal> {
    let mut found: Option<(String, Counted)> = None;
    let mut first = None;
    for (name, text) in texts {
        match from_text(&text, options) {
            Ok(counted) => {
                if let Some((other, _)) = &found {
                    return Err(several(&[other, &name]));
                }
                found = Some((name, counted));
            }
            Err(refusal) => {
                // The message about a file called config.json says most.
                if first.is_none() || file_name(&name) == "config.json" {
                    first = Some(refusal);
                }
                over.push(name);
            }
        }
    }
    match (found, first, refused) {
        (Some((_, counted)), _, _) => Ok(counted),
        (None, Some(refusal), _) => Err(refusal),
        (None, None, Some(refusal)) => Err(refusal.clone()),
        (None, None, None) => Err(refusal("nothing-to-count", "No file was given.", ONE_MODEL)),
    }
}

fn from_headers(
    headers: &[NamedHeader],
    mut texts: Vec<(String, String)>,
    over: &mut Vec<String>,
    options: &CountOptions,
) -> Result<Counted, Refusal> {
    // The config beside the weights: by its name, else the first text that describes a model.
    let by_name = texts
        .iter()
        .position(|(name, _)| file_name(name) == "config.json");
    let config = by_name
        .or_else(|| {
            texts
                .iter()
                .position(|(_, text)| compute_config::count_config(text, options).is_ok())
        })
        .map(|at| texts.swap_remove(at).1);
    over.extend(texts.into_iter().map(|(name, _)| name));
    let weights = count_weights(headers, config.as_deref(), options)?;
    let mut out = Counted {
        count: weights.count.clone(),
        matrices: Vec::new(),
        stored: weights.stored.clone(),
    };
    if let Some(config) = &weights.config {
        match compute_config::count_config_with_matrices(config, options) {
            Ok((model, matrices)) => {
                out.count = weights.with_forward(&model);
                out.matrices = matrices;
            }
            Err(refusal) => out.count.notes.push(Note {
                code: "forward-not-counted",
                message: format!("The parameters are those of the headers; the forward FLOP is not counted. {} {}", refusal.message, refusal.remedy),
            }),
        }
    }
    Ok(out)
}

/// Counts a small file that is in memory.
///
/// # Errors
/// What the file is and why it cannot be counted, with what would do.
pub fn count_bytes(bytes: &[u8], name: &str, options: &CountOptions) -> Result<Counted, Refusal> {
    let source = FileSource {
        name: name.to_owned(),
        size: bytes.len() as u64,
    };
    let mut counter = Counter::new(vec![source], options);
    loop {
        match counter.poll() {
            Next::Done(result) => return *result,
            Next::Need { file, from, len } => {
                let from_byte = usize::try_from(from).unwrap_or(usize::MAX).min(bytes.len());
                let to = from_byte
                    .saturating_add(usize::try_from(len).unwrap_or(usize::MAX))
                    .min(bytes.len());
                counter.supply(file, from, bytes.get(from_byte..to).unwrap_or_default());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CONFIG: &str = r#"{"model_type":"gpt2","architectures":["GPT2LMHeadModel"],"vocab_size":50257,"n_positions":1024,"n_embd":768,"n_layer":12,"n_head":12}"#;

    /// Counts files of these names and bytes together; tells the bytes asked for as well.
    fn together(files: &[(&str, &[u8])]) -> (Result<Counted, Refusal>, Progress) {
        let sources = files
            .iter()
            .map(|(name, bytes)| FileSource {
                name: (*name).into(),
                size: bytes.len() as u64,
            })
            .collect();
        let mut counter = Counter::new(sources, &CountOptions::default());
        let mut before = 0;
        loop {
            match counter.poll() {
                Next::Need { file, from, len } => {
                    let (from_byte, to) = (from as usize, (from + len) as usize);
                    counter.supply(
                        file,
                        from,
                        &files[file].1[from_byte..to.min(files[file].1.len())],
                    );
                    let now = counter.progress().requested;
                    assert!(now >= before, "what was read is never taken back");
                    before = now;
                }
                Next::Done(result) => return (*result, counter.progress()),
            }
        }
    }

    fn safetensors(name: &str, shape: &str, bytes: usize) -> Vec<u8> {
        let header = format!(
            "{{\"{name}\":{{\"dtype\":\"F32\",\"shape\":{shape},\"data_offsets\":[0,{bytes}]}}}}"
        );
        let mut out = (header.len() as u64).to_le_bytes().to_vec();
        out.extend_from_slice(header.as_bytes());
        out
    }

    fn code(files: &[(&str, &[u8])]) -> &'static str {
        together(files).0.expect_err("refused").code
    }

    #[test]
    fn a_config_is_counted_from_its_text() {
        let counted = count_bytes(CONFIG.as_bytes(), "", &CountOptions::default()).expect("counts");
        assert_eq!(counted.count.parameters, 124_439_808);
        assert!(!counted.matrices.is_empty());
        // With a byte order mark, as some editors write it.
        let marked = [b"\xef\xbb\xbf", CONFIG.as_bytes()].concat();
        assert_eq!(
            count_bytes(&marked, "config.json", &CountOptions::default())
                .expect("counts")
                .count
                .parameters,
            124_439_808
        );
    }

    #[test]
    fn a_text_is_read_once() {
        let long = [CONFIG.as_bytes(), &vec![b' '; 100_000]].concat();
        for text in [CONFIG.as_bytes(), &long] {
            let (counted, progress) = together(&[("config.json", text)]);
            assert_eq!(counted.expect("counts").count.parameters, 124_439_808);
            assert_eq!(progress.requested, text.len() as u64);
        }
    }

    #[test]
    fn shards_index_and_config_are_one_model() {
        let (one, two) = (
            safetensors("a.weight", "[4,8]", 128),
            safetensors("b.weight", "[2,8]", 64),
        );
        let index = br#"{"metadata":{"total_size":192},"weight_map":{"a.weight":"model-00001-of-00002.safetensors","b.weight":"model-00002-of-00002.safetensors"}}"#;
        let files: [(&str, &[u8]); 4] = [
            ("model-00001-of-00002.safetensors", &one),
            ("model-00002-of-00002.safetensors", &two),
            ("model.safetensors.index.json", index),
            ("tokenizer.bin", b"\x80\x02pickle"),
        ];
        let counted = together(&files).0.expect("counts");
        assert_eq!(counted.count.parameters, 48);
        assert_eq!(
            counted
                .count
                .groups
                .iter()
                .map(|g| g.parameters)
                .sum::<u128>(),
            48
        );
        let over = counted
            .count
            .notes
            .iter()
            .find(|n| n.code == "file-passed-over")
            .expect("is named");
        assert!(over.message.contains("tokenizer.bin"), "{}", over.message);
        // One alone says what is missing.
        let part = together(&files[..1]).0.expect("counts").count;
        assert!(
            part.needs.iter().any(|n| n.name.contains("00002-of-00002")),
            "{:?}",
            part.needs
        );
    }

    #[test]
    fn the_config_beside_weights_gives_the_forward_flop() {
        let weights = safetensors("lm_head.weight", "[2,8]", 64);
        let counted = together(&[
            ("model.safetensors", &weights),
            ("config.json", CONFIG.as_bytes()),
            ("generation_config.json", b"{\"do_sample\":true}"),
        ]);
        let count = counted.0.expect("counts").count;
        assert_eq!(count.parameters, 16, "the header decides");
        assert!(count.forward_flop > 0 && count.notes.iter().any(|n| n.code == "headers-differ"));
        assert_eq!(
            count.groups.iter().map(|g| g.parameters).sum::<u128>(),
            count.parameters
        );
        assert_eq!(
            count.groups.iter().map(|g| g.forward_flop).sum::<u128>(),
            count.forward_flop
        );
    }

    #[test]
    fn what_cannot_be_counted_says_what_it_is() {
        assert_eq!(code(&[]), "nothing-to-count");
        assert_eq!(code(&[("a", b"")]), "empty");
        assert_eq!(code(&[("pytorch_model.bin", b"\x80\x02")]), "pickle");
        assert_eq!(
            code(&[("config.json", b"<!DOCTYPE html><title>404</title>")]),
            "html"
        );
        assert_eq!(
            code(&[(
                "config.json",
                b"version https://git-lfs.github.com/spec/v1\noid sha256:1"
            )]),
            "lfs-pointer"
        );
        assert_eq!(code(&[("config.json", b"{\"model_type\":")]), "not-json");
        assert_eq!(code(&[("config.json", b"{\"a\":\"\xff\"}")]), "not-utf8");
        assert_eq!(
            code(&[
                ("tokenizer.json", b"{\"version\":1}"),
                ("config.json", b"{\"model_type\":\"nobody-knows\"}")
            ]),
            "unknown-model-type"
        );
        assert_eq!(
            code(&[
                ("a/config.json", CONFIG.as_bytes()),
                ("b/config.json", CONFIG.as_bytes())
            ]),
            "several-models"
        );
        let long = [b"{".as_slice(), &vec![b' '; 5 << 20]].concat();
        assert_eq!(code(&[("a.json", &long)]), "text-too-long");
        let graph = include_bytes!("../../onnx/tests/data/onnx/cnn_opset13.onnx");
        let weights = safetensors("a", "[1]", 4);
        assert_eq!(
            code(&[("a.onnx", graph), ("b.safetensors", &weights)]),
            "mixed-formats"
        );
        assert_eq!(
            code(&[("a.onnx", graph), ("b.onnx", graph)]),
            "several-models"
        );
        assert_eq!(
            count_bytes(graph, "", &CountOptions::default()).map(|c| c.count.name),
            Ok("main_graph".into())
        );
        let alone = together(&[
            ("a.onnx", graph),
            ("a.onnx.data", b"weights beside the graph"),
        ])
        .0
        .expect("counts")
        .count;
        assert_eq!((alone.parameters, alone.forward_flop), (12_362, 1_475_200));
        assert_eq!(alone.name, "a.onnx");
    }

    #[test]
    fn the_masked_half_is_left_out_where_asked() {
        let graph = include_bytes!("../../onnx/tests/data/onnx/attention_gqa_opset24.onnx");
        let list = br#"{"layers":[{"kind":"attention","fields":{"positions":16}}]}"#;
        for file in [CONFIG.as_bytes(), graph.as_slice(), list.as_slice()] {
            let count = |causal| {
                let options = CountOptions {
                    causal,
                    ..CountOptions::default()
                };
                let count = count_bytes(file, "", &options).expect("counts").count;
                assert_eq!(
                    count.groups.iter().map(|g| g.forward_flop).sum::<u128>(),
                    count.forward_flop
                );
                assert_eq!(
                    count.groups.iter().map(|g| g.parameters).sum::<u128>(),
                    count.parameters
                );
                count
            };
            let (full, half) = (count(None), count(Some(true)));
            assert!(full.forward_flop_causal < full.forward_flop);
            assert_eq!(half.forward_flop, full.forward_flop_causal);
            assert_eq!(half.forward_flop_causal, full.forward_flop_causal);
            assert_eq!(count(Some(false)), full);
        }
    }

    #[test]
    fn a_file_that_ends_early_ends_the_count() {
        let weights = safetensors("a.weight", "[4,8]", 128);
        // The host hands over less than it said it has.
        let source = FileSource {
            name: "a.safetensors".into(),
            size: 1 << 40,
        };
        let mut counter = Counter::new(vec![source], &CountOptions::default());
        for _ in 0..100 {
            match counter.poll() {
                Next::Need { from, len, .. } => {
                    let from_byte = (from as usize).min(weights.len());
                    let to = (from + len).min(weights.len() as u64) as usize;
                    counter.supply(0, from, &weights[from_byte..to]);
                }
                Next::Done(_) => return,
            }
        }
        panic!("it does not end");
    }

    #[test]
    fn a_huge_file_is_asked_for_a_little() {
        let mut weights = safetensors("a.weight", "[262144,4]", 4 << 20);
        weights.resize(weights.len() + (4 << 20), 0);
        let (counted, progress) = together(&[("model.safetensors", &weights)]);
        assert_eq!(counted.expect("counts").count.parameters, 1 << 20);
        assert!(
            progress.requested < 20_000,
            "{} bytes were asked for",
            progress.requested
        );
    }
}
