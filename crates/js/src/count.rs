//! Counts of model files: what a program hands over, in and out.

use std::collections::BTreeMap;

use compute_count::{Counted, Counter, FileSource, Mode, Next, Recompute, Row};
use compute_layers::{
    CountOptions, FieldKind, LAYERS, Matrix, Note, Part, PlacedMatrix, Refusal, Role, Source,
};
use js_sys::{Array, ArrayBuffer, Function, Promise, Reflect, TypeError, Uint8Array};
use serde::{Deserialize, Serialize};
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

use crate::{give, take};

/// What a program asks of a count.
#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct OptionsIn {
    name: Option<String>,
    sequence_length: Option<u64>,
    batch: Option<u64>,
    causal: Option<bool>,
    inputs: Option<BTreeMap<String, Sizes>>,
    part: Option<PartIn>,
    class: Option<String>,
}

#[derive(Deserialize)]
#[serde(
    untagged,
    expecting = "expected a whole number or a list of whole numbers"
)]
enum Sizes {
    One(u64),
    Several(Vec<u64>),
}

#[derive(Deserialize, Clone, Copy)]
#[serde(rename_all = "lowercase")]
enum PartIn {
    Text,
    Vision,
    Audio,
}

impl OptionsIn {
    fn read(value: &JsValue) -> Result<OptionsIn, JsValue> {
        if value.is_undefined() || value.is_null() {
            return Ok(OptionsIn::default());
        }
        take(value.clone(), "options")
    }

    fn options(self) -> CountOptions {
        CountOptions {
            sequence_length: self.sequence_length,
            batch: self.batch,
            causal: self.causal,
            inputs: self
                .inputs
                .unwrap_or_default()
                .into_iter()
                .map(|(name, sizes)| {
                    let sizes = match sizes {
                        Sizes::One(size) => vec![size],
                        Sizes::Several(sizes) => sizes,
                    };
                    (name, sizes)
                })
                .collect(),
            part: self.part.map(|part| match part {
                PartIn::Text => Part::Text,
                PartIn::Vision => Part::Vision,
                PartIn::Audio => Part::Audio,
            }),
            class: self.class,
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct CountOut {
    source: &'static str,
    name: String,
    architecture: String,
    parameters: f64,
    parameters_exact: String,
    trainable_parameters: f64,
    active_parameters: f64,
    active_parameters_exact: String,
    input_embedding_parameters: f64,
    forward_flop: f64,
    forward_flop_exact: String,
    forward_flop_causal: f64,
    forward_flop_causal_exact: String,
    tokens: f64,
    groups: Vec<GroupOut>,
    unknown: Vec<UnknownOut>,
    needs: Vec<NeedOut>,
    problems: Vec<ProblemOut>,
    matrices: Vec<MatrixIo>,
    stored: Vec<StoredOut>,
    read: Option<ReadOut>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct GroupOut {
    path: String,
    kind: String,
    repeat: f64,
    parameters: f64,
    parameters_exact: String,
    forward_flop: f64,
    forward_flop_exact: String,
    formula: String,
}

#[derive(Serialize)]
struct UnknownOut {
    what: String,
    occurrences: f64,
    matters: bool,
}

#[derive(Serialize)]
struct NeedOut {
    name: String,
    why: String,
}

#[derive(Serialize)]
struct ProblemOut {
    field: &'static str,
    code: String,
    message: String,
    remedy: String,
    severity: &'static str,
}

#[derive(Serialize, Deserialize)]
struct MatrixIo {
    path: String,
    #[serde(default)]
    kind: String,
    inputs: f64,
    outputs: f64,
    count: f64,
    positions: f64,
    #[serde(default)]
    role: String,
}

#[derive(Serialize)]
struct StoredOut {
    dtype: String,
    elements: f64,
}

#[derive(Serialize)]
struct ReadOut {
    bytes: f64,
    size: f64,
    requests: f64,
}

/// Remarks after which a total may be off; the others say what was assumed.
const WARNINGS: [&str; 9] = [
    "shards-missing",
    "headers-differ",
    "experts-used-unknown",
    "head-not-counted",
    "forward-not-counted",
    "packing-assumed",
    "declared-differs",
    "index-total-size",
    "adapter-only",
];

fn severity(code: &str) -> &'static str {
    if WARNINGS.contains(&code) {
        "warning"
    } else {
        "note"
    }
}

impl From<Note> for ProblemOut {
    fn from(note: Note) -> ProblemOut {
        ProblemOut {
            field: "",
            code: note.code.to_string(),
            severity: severity(note.code),
            message: note.message,
            remedy: String::new(),
        }
    }
}

impl CountOut {
    fn new(counted: Counted, read: Option<ReadOut>) -> CountOut {
        let count = counted.count;
        CountOut {
            source: match count.source {
                Source::Config => "config",
                Source::Onnx => "onnx",
                Source::Safetensors => "safetensors",
                Source::Gguf => "gguf",
                Source::Layers => "layers",
            },
            name: count.name,
            architecture: count.architecture,
            parameters: count.parameters as f64,
            parameters_exact: count.parameters.to_string(),
            trainable_parameters: count.trainable_parameters as f64,
            active_parameters: count.active_parameters as f64,
            active_parameters_exact: count.active_parameters.to_string(),
            input_embedding_parameters: count.input_embedding_parameters as f64,
            forward_flop: count.forward_flop as f64,
            forward_flop_exact: count.forward_flop.to_string(),
            forward_flop_causal: count.forward_flop_causal as f64,
            forward_flop_causal_exact: count.forward_flop_causal.to_string(),
            tokens: count.tokens as f64,
            groups: count
                .groups
                .into_iter()
                .map(|group| GroupOut {
                    path: group.path,
                    kind: group.kind,
                    repeat: group.repeat as f64,
                    parameters: group.parameters as f64,
                    parameters_exact: group.parameters.to_string(),
                    forward_flop: group.forward_flop as f64,
                    forward_flop_exact: group.forward_flop.to_string(),
                    formula: group.formula,
                })
                .collect(),
            unknown: count
                .unknown
                .into_iter()
                .map(|unknown| UnknownOut {
                    what: unknown.what,
                    occurrences: unknown.occurrences as f64,
                    matters: unknown.matters,
                })
                .collect(),
            needs: count
                .needs
                .into_iter()
                .map(|need| NeedOut {
                    name: need.name,
                    why: need.why,
                })
                .collect(),
            problems: count.notes.into_iter().map(ProblemOut::from).collect(),
            matrices: counted
                .matrices
                .into_iter()
                .map(|placed| MatrixIo {
                    path: placed.path,
                    kind: placed.kind,
                    inputs: placed.matrix.inputs as f64,
                    outputs: placed.matrix.outputs as f64,
                    count: placed.matrix.count as f64,
                    positions: placed.matrix.positions as f64,
                    role: placed.matrix.role.name().to_string(),
                })
                .collect(),
            stored: counted
                .stored
                .into_iter()
                .map(|stored| StoredOut {
                    dtype: stored.dtype,
                    elements: stored.elements as f64,
                })
                .collect(),
            read,
        }
    }
}

/// The error that a refusal is thrown as.
fn thrown(refusal: &Refusal) -> JsValue {
    let text = if refusal.remedy.is_empty() {
        refusal.message.clone()
    } else {
        format!("{} {}", refusal.message, refusal.remedy)
    };
    let error = js_sys::Error::new(&text);
    for (key, value) in [
        ("code", refusal.code),
        ("found", &refusal.message),
        ("remedy", &refusal.remedy),
    ] {
        // Cannot fail: the object is new and of our own making.
        let _ = Reflect::set(&error, &key.into(), &value.into());
    }
    error.into()
}

fn wrong(message: &str) -> JsValue {
    TypeError::new(message).into()
}

/// Counts the text of a config.json or a list of layers, or the whole of a small file.
///
/// # Errors
/// An `Error` with `code`, `found` and `remedy` for a file that cannot be counted; a `TypeError` for a wrong type.
#[wasm_bindgen(skip_typescript)]
pub fn count(input: JsValue, options: JsValue) -> Result<JsValue, JsValue> {
    let options = OptionsIn::read(&options)?;
    let bytes = if let Some(text) = input.as_string() {
        text.into_bytes()
    } else if let Some(bytes) = input.dyn_ref::<Uint8Array>() {
        bytes.to_vec()
    } else {
        return Err(wrong("input: expected text or a Uint8Array"));
    };
    let name = options.name.clone().unwrap_or_default();
    let counted = compute_count::count_bytes(&bytes, &name, &options.options())
        .map_err(|refusal| thrown(&refusal))?;
    give(&CountOut::new(counted, None))
}

/// A file of JavaScript: a `Blob`, or anything with `size` and `slice`.
struct Host {
    object: JsValue,
    slice: Function,
}

impl Host {
    fn read(object: JsValue, field: &str) -> Result<(Host, FileSource), JsValue> {
        let get = |key: &str| Reflect::get(&object, &key.into()).unwrap_or(JsValue::UNDEFINED);
        let slice = get("slice").dyn_into::<Function>();
        let size = get("size")
            .as_f64()
            .filter(|size| size.fract() == 0.0 && (0.0..=9_007_199_254_740_991.0).contains(size));
        let (Ok(slice), Some(size)) = (slice, size) else {
            return Err(wrong(&format!(
                "{field}: expected a Blob, or an object with size and slice(from, to)"
            )));
        };
        let name = get("name").as_string().unwrap_or_default();
        Ok((
            Host { object, slice },
            FileSource {
                name,
                size: size as u64,
            },
        ))
    }

    /// The bytes of a range. What comes at once is not waited for: in a worker thousands of ranges are read in one turn.
    async fn bytes(&self, from: u64, len: u64) -> Result<Vec<u8>, JsValue> {
        let to = from.saturating_add(len);
        let answer = self.slice.call2(
            &self.object,
            &JsValue::from_f64(from as f64),
            &JsValue::from_f64(to as f64),
        )?;
        let mut answer = settled(answer).await?;
        if let Ok(function) =
            Reflect::get(&answer, &"arrayBuffer".into()).and_then(|f| f.dyn_into::<Function>())
        {
            answer = settled(function.call0(&answer)?).await?;
        }
        if let Some(bytes) = answer.dyn_ref::<Uint8Array>() {
            Ok(bytes.to_vec())
        } else if let Some(buffer) = answer.dyn_ref::<ArrayBuffer>() {
            Ok(Uint8Array::new(buffer).to_vec())
        } else {
            Err(wrong(
                "slice: expected a Blob, a Uint8Array or an ArrayBuffer, or a promise of one",
            ))
        }
    }
}

async fn settled(answer: JsValue) -> Result<JsValue, JsValue> {
    let waits = answer.is_object()
        && Reflect::get(&answer, &"then".into()).is_ok_and(|then| then.is_function());
    if waits {
        JsFuture::from(Promise::resolve(&answer)).await
    } else {
        Ok(answer)
    }
}

/// What a program wants to hear while a file is read.
struct Watch {
    progress: Option<Function>,
    signal: JsValue,
}

impl Watch {
    fn read(options: &JsValue) -> Watch {
        let get = |key: &str| {
            if options.is_object() {
                Reflect::get(options, &key.into()).unwrap_or(JsValue::UNDEFINED)
            } else {
                JsValue::UNDEFINED
            }
        };
        Watch {
            progress: get("onProgress").dyn_into().ok(),
            signal: get("signal"),
        }
    }

    fn tell(&self, counter: &Counter) -> Result<(), JsValue> {
        if self.signal.is_object() && Reflect::get(&self.signal, &"aborted".into())?.is_truthy() {
            return Err(Reflect::get(&self.signal, &"reason".into())?);
        }
        if let Some(progress) = &self.progress {
            let now = counter.progress();
            let told = js_sys::Object::new();
            for (key, value) in [
                ("position", now.position),
                ("size", now.size),
                ("bytes", now.requested),
            ] {
                Reflect::set(&told, &key.into(), &JsValue::from_f64(value as f64))?;
            }
            progress.call1(&JsValue::UNDEFINED, &told)?;
        }
        Ok(())
    }
}

async fn run(
    hosts: Vec<Host>,
    sources: Vec<FileSource>,
    options: JsValue,
) -> Result<JsValue, JsValue> {
    let watch = Watch::read(&options);
    let options = OptionsIn::read(&options)?.options();
    let mut counter = Counter::new(sources, &options);
    loop {
        match counter.poll() {
            Next::Need { file, from, len } => {
                watch.tell(&counter)?;
                let Some(host) = hosts.get(file) else {
                    return Err(wrong("files: a file is gone"));
                };
                let bytes = host.bytes(from, len).await?;
                counter.supply(file, from, &bytes);
            }
            Next::Done(result) => {
                let counted = (*result).map_err(|refusal| thrown(&refusal))?;
                let all = counter.progress();
                let read = ReadOut {
                    bytes: all.requested as f64,
                    size: all.size as f64,
                    requests: all.requests as f64,
                };
                return give(&CountOut::new(counted, Some(read)));
            }
        }
    }
}

/// Counts a file of any size: byte ranges are asked for, never the weights.
///
/// # Errors
/// As [`count`]; what reading the file failed with; the signal's reason.
#[wasm_bindgen(js_name = countFile, skip_typescript)]
pub async fn count_file(file: JsValue, options: JsValue) -> Result<JsValue, JsValue> {
    let (host, source) = Host::read(file, "file")?;
    run(vec![host], vec![source], options).await
}

/// Counts files that belong together: shards, their index, the config.json beside them.
///
/// # Errors
/// As [`count_file`].
#[wasm_bindgen(js_name = countFiles, skip_typescript)]
pub async fn count_files(files: JsValue, options: JsValue) -> Result<JsValue, JsValue> {
    let files = files
        .dyn_into::<Array>()
        .map_err(|_| wrong("files: expected an array"))?;
    let (mut hosts, mut sources) = (Vec::new(), Vec::new());
    for (at, file) in files.iter().enumerate() {
        let (host, source) = Host::read(file, &format!("files[{at}]"))?;
        hosts.push(host);
        sources.push(source);
    }
    run(hosts, sources, options).await
}

/// Packs a list of layers for an address.
///
/// # Errors
/// `layers-too-long` above 64 KiB of JSON.
#[wasm_bindgen(js_name = encodeLayers, skip_typescript)]
pub fn encode_layers(layers: JsValue) -> Result<String, JsValue> {
    let text = match layers.as_string() {
        Some(text) => text,
        None => js_sys::JSON::stringify(&layers)?
            .as_string()
            .ok_or_else(|| wrong("layers: expected an object or JSON text"))?,
    };
    compute_count::encode(&text).map_err(|refusal| thrown(&refusal))
}

/// Unpacks the layers of an address.
///
/// # Errors
/// `layers-unreadable`, `layers-too-long`.
#[wasm_bindgen(js_name = decodeLayers, skip_typescript)]
pub fn decode_layers(fragment: JsValue) -> Result<JsValue, JsValue> {
    let fragment = fragment
        .as_string()
        .ok_or_else(|| wrong("fragment: expected text"))?;
    let fragment = fragment.strip_prefix('#').unwrap_or(&fragment);
    let fragment = fragment.strip_prefix("layers=").unwrap_or(fragment);
    let text = compute_count::decode(fragment).map_err(|refusal| thrown(&refusal))?;
    js_sys::JSON::parse(&text).map_err(|_| {
        thrown(&Refusal {
            code: "layers-unreadable",
            message: "The layers in the link cannot be read: they are no JSON.".into(),
            remedy: "Copy the link again, whole.".into(),
        })
    })
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct CountIn {
    groups: Vec<GroupIn>,
    forward_flop: f64,
    forward_flop_exact: Option<String>,
    forward_flop_causal: Option<f64>,
    forward_flop_causal_exact: Option<String>,
    matrices: Option<Vec<MatrixIo>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct GroupIn {
    path: String,
    kind: String,
    parameters: f64,
    parameters_exact: Option<String>,
    forward_flop: f64,
    forward_flop_exact: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct TrainingIn {
    mode: ModeIn,
    rank: Option<u64>,
    #[serde(default)]
    targets: Vec<String>,
    #[serde(default)]
    frozen: Vec<String>,
    recompute: Option<RecomputeIn>,
    causal: Option<bool>,
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum ModeIn {
    All,
    Lora,
    Frozen,
    Forward,
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum RecomputeIn {
    None,
    Attention,
    Full,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct TrainingOut {
    forward_flop: f64,
    forward_flop_exact: String,
    backward_flop: f64,
    backward_flop_exact: String,
    training_flop: f64,
    training_flop_exact: String,
    executed_flop: f64,
    executed_flop_exact: String,
    backward_ratio: f64,
    trainable_parameters: f64,
    adapter_parameters: f64,
    steps: Vec<StepOut>,
    problems: Vec<ProblemOut>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct StepOut {
    id: &'static str,
    title: &'static str,
    formula: String,
    value: f64,
    value_exact: String,
}

/// The exact text where there is one, else the number.
fn exact(text: Option<&str>, number: f64) -> u128 {
    text.and_then(|text| text.parse().ok())
        .unwrap_or(number as u128)
}

/// Training FLOP of one example, from a count.
///
/// # Errors
/// An `Error` with `code` and `remedy` where the question has no answer; a `TypeError` for a wrong type.
#[wasm_bindgen(js_name = trainingFlop, skip_typescript)]
pub fn training_flop(count: JsValue, options: JsValue) -> Result<JsValue, JsValue> {
    let count: CountIn = take(count, "count")?;
    let options: TrainingIn = take(options, "options")?;
    let rows: Vec<Row> = count
        .groups
        .into_iter()
        .map(|group| Row {
            parameters: exact(group.parameters_exact.as_deref(), group.parameters),
            forward_flop: exact(group.forward_flop_exact.as_deref(), group.forward_flop),
            path: group.path,
            kind: group.kind,
        })
        .collect();
    let matrices: Vec<PlacedMatrix> = count
        .matrices
        .unwrap_or_default()
        .into_iter()
        .map(|placed| PlacedMatrix {
            // Counts kept from before the kind was told: the group of that path that holds weights.
            kind: if placed.kind.is_empty() {
                rows.iter()
                    .find(|row| row.path == placed.path && row.parameters > 0)
                    .map(|row| row.kind.clone())
                    .unwrap_or_default()
            } else {
                placed.kind
            },
            path: placed.path,
            matrix: Matrix {
                inputs: placed.inputs as u64,
                outputs: placed.outputs as u64,
                count: placed.count as u64,
                positions: placed.positions as u64,
                role: Role::of(&placed.role),
            },
        })
        .collect();
    let forward = exact(count.forward_flop_exact.as_deref(), count.forward_flop);
    let causal = exact(
        count.forward_flop_causal_exact.as_deref(),
        count.forward_flop_causal.unwrap_or(count.forward_flop),
    );
    let masked = if options.causal == Some(true) {
        forward.saturating_sub(causal)
    } else {
        0
    };
    let mode = match options.mode {
        ModeIn::All => Mode::All,
        ModeIn::Forward => Mode::Forward,
        ModeIn::Frozen => Mode::Frozen {
            paths: options.frozen,
        },
        ModeIn::Lora => Mode::Lora {
            rank: options.rank.unwrap_or(16),
            targets: options.targets,
        },
    };
    let again = match options.recompute {
        None | Some(RecomputeIn::None) => Recompute::None,
        Some(RecomputeIn::Attention) => Recompute::Attention,
        Some(RecomputeIn::Full) => Recompute::Full,
    };
    let found = compute_count::training(&rows, &matrices, masked, &mode, again)
        .map_err(|refusal| thrown(&refusal))?;
    give(&TrainingOut {
        forward_flop: found.forward as f64,
        forward_flop_exact: found.forward.to_string(),
        backward_flop: found.backward as f64,
        backward_flop_exact: found.backward.to_string(),
        training_flop: found.training as f64,
        training_flop_exact: found.training.to_string(),
        executed_flop: found.executed as f64,
        executed_flop_exact: found.executed.to_string(),
        backward_ratio: if found.forward == 0 {
            0.0
        } else {
            found.backward as f64 / found.forward as f64
        },
        trainable_parameters: found.trainable_parameters as f64,
        adapter_parameters: found.adapter_parameters as f64,
        steps: found
            .steps
            .into_iter()
            .map(|step| StepOut {
                id: step.id,
                title: step.title,
                formula: step.formula,
                value: step.value as f64,
                value_exact: step.value.to_string(),
            })
            .collect(),
        problems: found
            .notes
            .into_iter()
            .map(|(code, message)| ProblemOut {
                field: "",
                code: code.to_string(),
                message,
                remedy: String::new(),
                severity: severity(code),
            })
            .collect(),
    })
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct LayerKindOut {
    id: &'static str,
    name: &'static str,
    formula: &'static str,
    source: &'static str,
    fields: Vec<LayerFieldOut>,
}

#[derive(Serialize)]
struct LayerFieldOut {
    id: &'static str,
    name: &'static str,
    #[serde(rename = "type")]
    takes: &'static str,
    default: DefaultOut,
    choices: &'static [&'static str],
}

#[derive(Serialize)]
#[serde(untagged)]
enum DefaultOut {
    Nothing,
    Number(f64),
    Flag(bool),
    Text(&'static str),
}

/// The catalogue of layers, for a builder.
///
/// # Errors
/// None that a caller can cause.
#[wasm_bindgen(js_name = layerKinds, skip_typescript)]
pub fn layer_kinds() -> Result<JsValue, JsValue> {
    let field = |field: &compute_layers::Field| {
        let (takes, default, choices) = match field.kind {
            FieldKind::Number(n) => ("number", DefaultOut::Number(n as f64), &[][..]),
            FieldKind::Tokens => ("tokens", DefaultOut::Nothing, &[][..]),
            FieldKind::Flag(on) => ("flag", DefaultOut::Flag(on), &[][..]),
            FieldKind::Choice(choices) => (
                "choice",
                DefaultOut::Text(choices.first().copied().unwrap_or("")),
                choices,
            ),
        };
        LayerFieldOut {
            id: field.id,
            name: field.name,
            takes,
            default,
            choices,
        }
    };
    let kinds: Vec<LayerKindOut> = LAYERS
        .iter()
        .map(|kind| LayerKindOut {
            id: kind.id,
            name: kind.name,
            formula: kind.formula,
            source: kind.source,
            fields: kind.fields.iter().map(field).collect(),
        })
        .collect();
    give(&kinds)
}

/// A list of layers that stands in the article: its CNN-LSTM-FCN.
///
/// # Errors
/// None that a caller can cause.
#[wasm_bindgen(js_name = articleLayers, skip_typescript)]
pub fn article_layers() -> Result<JsValue, JsValue> {
    js_sys::JSON::parse(&compute_count::layers_to_json(
        &compute_layers::cnn_lstm_fcn(),
    ))
}

/// Counts a list of layers.
///
/// # Errors
/// As [`count`].
#[wasm_bindgen(js_name = countLayers, skip_typescript)]
pub fn count_layers(layers: JsValue, options: JsValue) -> Result<JsValue, JsValue> {
    let options = OptionsIn::read(&options)?.options();
    let text = match layers.as_string() {
        Some(text) => text,
        None => js_sys::JSON::stringify(&layers)?
            .as_string()
            .ok_or_else(|| wrong("layers: expected an object or JSON text"))?,
    };
    let list = compute_count::list_from_json(&text).map_err(|refusal| thrown(&refusal))?;
    let options = list.options(&options);
    let (count, matrices) = compute_layers::count_layers_with_matrices(&list.layers, &options)
        .map_err(|refusal| thrown(&refusal))?;
    let counted = Counted {
        matrices,
        ..Counted::from(count)
    };
    give(&CountOut::new(counted, None))
}
