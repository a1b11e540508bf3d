//! Reads a model through byte ranges, skipping the weights.
//!
//! The protobuf tree is walked with a stack of open messages: one field at a
//! time, each either a small payload that is read, a message that is entered,
//! or data that is passed over. Memory holds the graph and never a weight.

use std::sync::Arc;

use compute_bytes::{Missing, Progress, Reader, Step, Window};
use compute_layers::{Count, CountOptions, PlacedMatrix, Refusal};

use crate::limits;
use crate::model::{
    Attr, Attribute, Declared, Function, Graph, Info, Model, Name, Names, Node, Tensor, Type,
    Value, dtype,
};
use crate::refusal::{malformed, refusal};
use crate::wire::{self, Fields, Malformed, Payload};

/// A count, and the weight matrices with their places: for adapters.
pub type Counted = (Count, Vec<PlacedMatrix>);

/// Reads an ONNX file by ranges and counts it.
#[derive(Clone, Debug)]
pub struct OnnxReader {
    window: Window,
    options: CountOptions,
    parser: Option<Parser>,
    position: u64,
    done: Option<Result<Counted, Refusal>>,
}

impl OnnxReader {
    /// A reader of a file of `size` bytes.
    #[must_use]
    pub fn new(size: u64, options: &CountOptions) -> Self {
        Self {
            window: Window::new(size),
            options: options.clone(),
            parser: Some(Parser::new()),
            position: 0,
            done: None,
        }
    }
}

impl Reader for OnnxReader {
    type Output = Result<Counted, Refusal>;

    fn poll(&mut self) -> Step<Self::Output> {
        if let Some(done) = &self.done {
            return Step::Done(done.clone());
        }
        if let Some((from, len)) = self.window.wanted() {
            return Step::Need { from, len };
        }
        let Some(mut parser) = self.parser.take() else {
            return Step::Done(Err(malformed("it was read already", self.position)));
        };
        let result = loop {
            match parser.step(&mut self.window) {
                Ok(true) => {}
                Ok(false) => {
                    break parser
                        .finish()
                        .and_then(|model| crate::evaluate::count(&model, &self.options));
                }
                Err(stop) => {
                    if let (Stop::Unread, Some((from, len))) = (&stop, self.window.wanted()) {
                        self.position = parser.position;
                        self.parser = Some(parser);
                        return Step::Need { from, len };
                    }
                    break Err(refused(stop, &parser, &self.window));
                }
            }
        };
        self.position = self.window.size();
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

/// Parses a whole model in memory.
pub(crate) fn parse(bytes: &[u8]) -> Result<Model, Refusal> {
    let mut window = Window::new(bytes.len() as u64);
    let mut parser = Parser::new();
    loop {
        match parser.step(&mut window) {
            Ok(true) => {}
            Ok(false) => return parser.finish(),
            Err(Stop::Unread) => {
                if let Some((from, len)) = window.wanted() {
                    let from_at = usize::try_from(from).unwrap_or(usize::MAX);
                    let to = from_at.saturating_add(usize::try_from(len).unwrap_or(usize::MAX));
                    window.supply(from, bytes.get(from_at..to).unwrap_or_default());
                }
            }
            Err(stop) => return Err(refused(stop, &parser, &window)),
        }
    }
}

fn refused(stop: Stop, parser: &Parser, window: &Window) -> Refusal {
    match stop {
        Stop::Unread => malformed("a range could not be read", parser.position),
        Stop::PastEnd => refusal(
            "truncated",
            format!(
                "The ONNX file ends after {} bytes, in the middle of a field at byte {}.",
                window.size(),
                parser.position
            ),
            "Download or export the file again, whole.",
        ),
        Stop::Malformed(what) => malformed(what_text(what), parser.position),
        Stop::Refused(refusal) => refusal,
    }
}

fn what_text(what: Malformed) -> &'static str {
    match what {
        Malformed::Number => "a number has more than ten bytes",
        Malformed::Short => "a field is cut off",
        Malformed::Tag => "a field’s tag does not exist in ONNX",
        Malformed::Length => "a length reaches past the end of its message",
    }
}

enum Stop {
    Unread,
    PastEnd,
    Malformed(Malformed),
    Refused(Refusal),
}

impl From<Missing> for Stop {
    fn from(missing: Missing) -> Self {
        match missing {
            Missing::Unread => Self::Unread,
            Missing::PastEnd => Self::PastEnd,
        }
    }
}

impl From<Malformed> for Stop {
    fn from(malformed: Malformed) -> Self {
        Self::Malformed(malformed)
    }
}

/// A message that is open.
#[derive(Clone, Debug)]
struct Frame {
    end: u64,
    /// Number of the field it fills in its parent.
    field: u32,
    build: Build,
}

/// A message under way.
#[derive(Clone, Debug)]
enum Build {
    Model,
    Graph(Box<Graph>),
    Function(Box<Function>),
    Node(Box<NodeDraft>),
    Attribute(Box<AttrDraft>),
    Tensor(Box<TensorDraft>),
    Sparse(Box<SparseDraft>),
}

#[derive(Clone, Debug, Default)]
struct NodeDraft {
    node: Node,
    inputs: Vec<Name>,
    outputs: Vec<Name>,
    attributes: Vec<Attribute>,
}

#[derive(Clone, Debug, Default)]
struct AttrDraft {
    name: Name,
    reference: Name,
    float: Option<f32>,
    int: Option<i64>,
    text: Option<Box<str>>,
    tensor: Option<Box<Tensor>>,
    graph: Option<Box<Graph>>,
    floats: Vec<f32>,
    float_count: u64,
    ints: Vec<i64>,
    int_count: u64,
    texts: Vec<Box<str>>,
    graphs: Vec<Graph>,
    kind: u64,
}

#[derive(Clone, Debug, Default)]
struct TensorDraft {
    tensor: Tensor,
    dims: Vec<u64>,
    raw: Option<Vec<u8>>,
    ints: Vec<u64>,
    floats: Vec<f64>,
}

#[derive(Clone, Debug, Default)]
struct SparseDraft {
    values: Tensor,
    dims: Vec<u64>,
}

#[derive(Clone, Debug)]
struct Parser {
    position: u64,
    stack: Vec<Frame>,
    model: Model,
    kept: usize,
    nested: usize,
    /// Version and one other field of a model were seen.
    version: Option<u64>,
}

impl Parser {
    fn new() -> Self {
        Self {
            position: 0,
            stack: vec![Frame {
                end: u64::MAX,
                field: 0,
                build: Build::Model,
            }],
            model: Model {
                names: Names::new(),
                producer: String::new(),
                opsets: Vec::new(),
                graph: Graph::default(),
                has_graph: false,
                functions: Vec::new(),
                nodes: 0,
                external: false,
            },
            kept: 0,
            nested: 0,
            version: None,
        }
    }

    fn finish(self) -> Result<Model, Refusal> {
        if !self.model.has_graph {
            return Err(refusal(
                "onnx-no-graph",
                "The file reads as protobuf but holds no ONNX graph.",
                "Drop the .onnx file that the exporter wrote; tensors (.pb) and weights (.data) beside it are not models.",
            ));
        }
        Ok(self.model)
    }

    /// Keeps so many bytes more.
    fn keep(&mut self, bytes: usize) -> Result<(), Stop> {
        self.kept = self.kept.saturating_add(bytes);
        if self.kept > limits::KEPT_BYTES {
            return Err(Stop::Refused(refusal(
                "too-large",
                format!(
                    "The graph alone, without weights, takes more than {} bytes.",
                    limits::KEPT_BYTES
                ),
                "Export the model with its layers as functions, or count its config.json.",
            )));
        }
        Ok(())
    }

    fn name(&mut self, bytes: &[u8]) -> Result<Name, Stop> {
        let text = String::from_utf8_lossy(bytes);
        if self.model.names.get(&text).is_none() {
            // The text twice (map and list) and the table around it.
            self.keep(text.len().saturating_mul(2).saturating_add(64))?;
        }
        Ok(self.model.names.intern(&text))
    }

    /// One field, or the end of a message. `false` at the end of the file.
    fn step(&mut self, window: &mut Window) -> Result<bool, Stop> {
        let Some(frame) = self.stack.last() else {
            return Ok(false);
        };
        let end = if self.stack.len() == 1 {
            window.size()
        } else {
            frame.end
        };
        if end > window.size() {
            return Err(Stop::PastEnd);
        }
        if self.position >= end {
            return self.close();
        }
        window.begin_item(self.position);
        let left = usize::try_from(end - self.position).unwrap_or(usize::MAX);
        let head = window.get_up_to(self.position, left.min(wire::LONGEST_HEAD))?;
        let head = head.get(..left.min(head.len())).unwrap_or(head);
        let field = match wire::field(head) {
            Ok(field) => field,
            Err(Malformed::Short) if self.stack.len() == 1 => return Err(Stop::PastEnd),
            Err(other) => return Err(other.into()),
        };
        let after = self.position.saturating_add(field.head as u64);
        match field.payload {
            Payload::Varint(n) | Payload::Fixed64(n) => {
                self.number(
                    field.number,
                    n,
                    matches!(field.payload, Payload::Fixed64(_)),
                )?;
                self.position = after;
            }
            Payload::Fixed32(n) => {
                self.fixed32(field.number, n)?;
                self.position = after;
            }
            Payload::Bytes(length) => {
                let to = after.checked_add(length).filter(|&to| to <= end).ok_or(
                    if self.stack.len() == 1 {
                        Stop::PastEnd
                    } else {
                        Stop::Malformed(Malformed::Length)
                    },
                )?;
                match self.plan(field.number, length)? {
                    Plan::Enter(build) => {
                        self.stack.push(Frame {
                            end: to,
                            field: field.number,
                            build,
                        });
                        self.position = after;
                    }
                    Plan::Read => {
                        let wanted = usize::try_from(length).map_err(|_| Stop::PastEnd)?;
                        // Copied, because the builders borrow the names too.
                        let bytes = window.get(after, wanted)?.to_vec();
                        self.bytes(field.number, &bytes)?;
                        self.position = to;
                    }
                    Plan::Skip => self.position = to,
                }
            }
        }
        Ok(true)
    }

    /// What to do with a length-delimited field.
    fn plan(&mut self, number: u32, length: u64) -> Result<Plan, Stop> {
        let read = |most: u64| {
            if length <= most {
                Ok(Plan::Read)
            } else {
                Err(Stop::Refused(refusal(
                    "too-large",
                    format!("A field of the graph has {length} bytes where {most} would be many."),
                    "Export the model again; if it stays so, report the exporter.",
                )))
            }
        };
        let Some(frame) = self.stack.last() else {
            return Ok(Plan::Skip);
        };
        Ok(match &frame.build {
            Build::Model => match number {
                2 | 3 => read(limits::NAME_BYTES)?,
                7 => {
                    if self.model.has_graph {
                        return Err(Stop::Refused(malformed(
                            "it holds two graphs",
                            self.position,
                        )));
                    }
                    Plan::Enter(Build::Graph(Box::default()))
                }
                8 => read(limits::SMALL_MESSAGE_BYTES)?,
                25 => {
                    self.keep(size_of::<Function>())?;
                    Plan::Enter(Build::Function(Box::default()))
                }
                _ => Plan::Skip,
            },
            Build::Graph(_) => match number {
                1 => self.node()?,
                2 => read(limits::NAME_BYTES)?,
                5 => {
                    self.keep(size_of::<Tensor>())?;
                    Plan::Enter(Build::Tensor(Box::default()))
                }
                11..=13 => read(limits::SMALL_MESSAGE_BYTES)?,
                15 => {
                    self.keep(size_of::<Tensor>())?;
                    Plan::Enter(Build::Sparse(Box::default()))
                }
                _ => Plan::Skip,
            },
            Build::Function(_) => match number {
                1 | 4..=6 | 10 | 13 => read(limits::NAME_BYTES)?,
                7 => self.node()?,
                9 | 12 => read(limits::SMALL_MESSAGE_BYTES)?,
                11 => {
                    self.keep(size_of::<Attribute>())?;
                    Plan::Enter(Build::Attribute(Box::default()))
                }
                _ => Plan::Skip,
            },
            Build::Node(draft) if draft.attributes.len() >= limits::ATTRIBUTES => {
                return Err(Stop::Refused(refusal(
                    "too-large",
                    format!("A node has more than {} attributes.", limits::ATTRIBUTES),
                    "Export the model again; if it stays so, report the exporter.",
                )));
            }
            Build::Node(_) => match number {
                1..=4 | 7 | 8 => read(limits::NAME_BYTES)?,
                5 => {
                    self.keep(size_of::<Attribute>())?;
                    Plan::Enter(Build::Attribute(Box::default()))
                }
                9 if length <= limits::NAME_BYTES => Plan::Read,
                _ => Plan::Skip,
            },
            Build::Attribute(_) => match number {
                1 | 21 => read(limits::NAME_BYTES)?,
                4 | 9 if length <= limits::TEXT_BYTES => Plan::Read,
                7 | 8 if length <= limits::LIST_BYTES => Plan::Read,
                5 | 10 => Plan::Enter(Build::Tensor(Box::default())),
                6 | 11 => {
                    self.nested = self.nested.saturating_add(1);
                    if self.nested > limits::NESTING {
                        return Err(Stop::Refused(refusal(
                            "too-deep",
                            format!("Graphs nest deeper than {} levels.", limits::NESTING),
                            "No exporter writes such a file; export the model again.",
                        )));
                    }
                    self.keep(size_of::<Graph>())?;
                    Plan::Enter(Build::Graph(Box::default()))
                }
                22 => Plan::Enter(Build::Sparse(Box::default())),
                _ => Plan::Skip,
            },
            Build::Tensor(draft) => {
                let most = if draft.tensor.dtype != 0 && dtype::is_integer(draft.tensor.dtype) {
                    limits::INTEGER_DATA_BYTES
                } else {
                    limits::OTHER_DATA_BYTES
                };
                match number {
                    1 => read(limits::SMALL_MESSAGE_BYTES)?,
                    8 => read(limits::NAME_BYTES)?,
                    4 | 5 | 7 | 9 | 10 | 11 if length <= most => Plan::Read,
                    _ => Plan::Skip,
                }
            }
            Build::Sparse(_) => match number {
                1 => Plan::Enter(Build::Tensor(Box::default())),
                3 => read(limits::SMALL_MESSAGE_BYTES)?,
                _ => Plan::Skip,
            },
        })
    }

    fn node(&mut self) -> Result<Plan, Stop> {
        if self.model.nodes as usize >= limits::NODES {
            return Err(Stop::Refused(refusal(
                "too-large",
                format!("The file has more than {} nodes.", limits::NODES),
                "Export the model with its layers as functions, or count its config.json.",
            )));
        }
        let node = Node {
            id: self.model.nodes,
            ..Node::default()
        };
        self.model.nodes = self.model.nodes.saturating_add(1);
        self.keep(size_of::<Node>())?;
        Ok(Plan::Enter(Build::Node(Box::new(NodeDraft {
            node,
            ..NodeDraft::default()
        }))))
    }

    /// A number; `wide` when it was eight bytes of a double or integer.
    fn number(&mut self, number: u32, value: u64, wide: bool) -> Result<(), Stop> {
        let Some(frame) = self.stack.last_mut() else {
            return Ok(());
        };
        let mut kept = 0;
        match &mut frame.build {
            Build::Model => {
                if number == 1 {
                    self.version = Some(value);
                }
            }
            Build::Attribute(draft) => match number {
                3 => draft.int = Some(value.cast_signed()),
                8 => {
                    draft.int_count = draft.int_count.saturating_add(1);
                    if draft.ints.len() < limits::VALUES {
                        draft.ints.push(value.cast_signed());
                        kept = 8;
                    }
                }
                20 => draft.kind = value,
                _ => {}
            },
            Build::Tensor(draft) => match number {
                1 if draft.dims.len() <= limits::RANK => {
                    draft.dims.push(value);
                    kept = 8;
                }
                2 => draft.tensor.dtype = i32::try_from(value).unwrap_or(0),
                5 | 7 | 11 if draft.ints.len() <= limits::VALUES => {
                    draft.ints.push(value);
                    kept = 8;
                }
                10 if wide && draft.floats.len() <= limits::VALUES => {
                    draft.floats.push(f64::from_bits(value));
                    kept = 8;
                }
                14 => draft.tensor.external = value == 1,
                _ => {}
            },
            Build::Sparse(draft) => {
                if number == 3 && draft.dims.len() <= limits::RANK {
                    draft.dims.push(value);
                    kept = 8;
                }
            }
            Build::Graph(_) | Build::Function(_) | Build::Node(_) => {}
        }
        self.keep(kept)
    }

    fn fixed32(&mut self, number: u32, value: u32) -> Result<(), Stop> {
        let Some(frame) = self.stack.last_mut() else {
            return Ok(());
        };
        match (&mut frame.build, number) {
            (Build::Attribute(draft), 2) => draft.float = Some(f32::from_bits(value)),
            (Build::Attribute(draft), 7) => {
                draft.float_count = draft.float_count.saturating_add(1);
                if draft.floats.len() < limits::VALUES {
                    draft.floats.push(f32::from_bits(value));
                    return self.keep(4);
                }
            }
            (Build::Tensor(draft), 4) if draft.floats.len() <= limits::VALUES => {
                draft.floats.push(f64::from(f32::from_bits(value)));
                return self.keep(8);
            }
            _ => {}
        }
        Ok(())
    }

    /// A payload that [`Parser::plan`] said to read.
    fn bytes(&mut self, number: u32, bytes: &[u8]) -> Result<(), Stop> {
        let Some(mut frame) = self.stack.pop() else {
            return Ok(());
        };
        let result = self.bytes_of(&mut frame.build, number, bytes);
        self.stack.push(frame);
        result
    }

    fn bytes_of(&mut self, build: &mut Build, number: u32, bytes: &[u8]) -> Result<(), Stop> {
        match build {
            Build::Model => match number {
                2 => {
                    self.model.producer = String::from_utf8_lossy(bytes).chars().take(100).collect()
                }
                3 if !bytes.is_empty() && !self.model.producer.is_empty() => {
                    self.model.producer.push(' ');
                    self.model
                        .producer
                        .extend(String::from_utf8_lossy(bytes).chars().take(60));
                }
                8 => {
                    let set = self.opset(bytes)?;
                    self.model.opsets.push(set);
                }
                _ => {}
            },
            Build::Graph(graph) => match number {
                2 => graph.name = self.name(bytes)?,
                11 => graph.inputs.push(self.info(bytes)?),
                12 => graph.outputs.push(self.info(bytes)?),
                13 => graph.infos.push(self.info(bytes)?),
                _ => {}
            },
            Build::Function(function) => match number {
                1 => function.name = self.name(bytes)?,
                4 => function.inputs.push(self.name(bytes)?),
                5 => function.outputs.push(self.name(bytes)?),
                9 => {
                    let set = self.opset(bytes)?;
                    function.opsets.push(set);
                }
                10 => function.domain = self.name(bytes)?,
                12 => function.infos.push(self.info(bytes)?),
                13 => function.overload = self.name(bytes)?,
                _ => {}
            },
            Build::Node(draft) => match number {
                1 => {
                    draft.inputs.push(self.name(bytes)?);
                    self.keep(4)?;
                }
                2 => {
                    draft.outputs.push(self.name(bytes)?);
                    self.keep(4)?;
                }
                3 => draft.node.name = self.name(bytes)?,
                4 => draft.node.op = self.name(bytes)?,
                7 => draft.node.domain = self.name(bytes)?,
                8 => draft.node.overload = self.name(bytes)?,
                9 => {
                    if let Some(scope) = scope(bytes)? {
                        draft.node.scope = self.name(scope.as_bytes())?;
                    }
                }
                _ => {}
            },
            Build::Attribute(draft) => match number {
                1 => draft.name = self.name(bytes)?,
                21 => draft.reference = self.name(bytes)?,
                4 => {
                    self.keep(bytes.len())?;
                    draft.text = Some(String::from_utf8_lossy(bytes).into());
                }
                7 => {
                    draft.float_count = draft.float_count.saturating_add(bytes.len() as u64 / 4);
                    for chunk in bytes.as_chunks::<4>().0 {
                        if draft.floats.len() >= limits::VALUES {
                            break;
                        }
                        draft.floats.push(f32::from_le_bytes(*chunk));
                    }
                    self.keep(bytes.len())?;
                }
                8 => {
                    let mut values = Vec::new();
                    wire::packed_varints(bytes, limits::VALUES, &mut values)?;
                    draft.int_count = draft.int_count.saturating_add(values.len() as u64);
                    self.keep(values.len().saturating_mul(8))?;
                    draft.ints.extend(values.into_iter().map(u64::cast_signed));
                }
                9 if draft.texts.len() < limits::VALUES => {
                    self.keep(bytes.len().saturating_add(16))?;
                    draft.texts.push(String::from_utf8_lossy(bytes).into());
                }
                _ => {}
            },
            Build::Tensor(draft) => match number {
                1 => {
                    wire::packed_varints(bytes, limits::RANK + 1, &mut draft.dims)?;
                    self.keep(draft.dims.len().saturating_mul(8))?;
                }
                8 => draft.tensor.name = self.name(bytes)?,
                4 => {
                    for chunk in bytes.as_chunks::<4>().0 {
                        draft.floats.push(f64::from(f32::from_le_bytes(*chunk)));
                    }
                    self.keep(bytes.len())?;
                }
                10 => {
                    for chunk in bytes.as_chunks::<8>().0 {
                        draft.floats.push(f64::from_le_bytes(*chunk));
                    }
                    self.keep(bytes.len())?;
                }
                5 | 7 | 11 => {
                    wire::packed_varints(bytes, limits::VALUES + 1, &mut draft.ints)?;
                    self.keep(bytes.len().saturating_mul(8))?;
                }
                9 => {
                    self.keep(bytes.len())?;
                    draft.raw = Some(bytes.to_vec());
                }
                _ => {}
            },
            Build::Sparse(draft) => {
                if number == 3 {
                    wire::packed_varints(bytes, limits::RANK + 1, &mut draft.dims)?;
                }
            }
        }
        Ok(())
    }

    /// Ends the innermost message and hands it to its parent.
    fn close(&mut self) -> Result<bool, Stop> {
        let Some(frame) = self.stack.pop() else {
            return Ok(false);
        };
        let field = frame.field;
        match frame.build {
            Build::Model => return Ok(false),
            Build::Graph(graph) => match self.parent() {
                Some(Build::Model) => {
                    self.model.graph = *graph;
                    self.model.has_graph = true;
                }
                Some(Build::Attribute(draft)) => {
                    if field == 6 {
                        draft.graph = Some(graph);
                    } else {
                        draft.graphs.push(*graph);
                    }
                    self.nested = self.nested.saturating_sub(1);
                }
                _ => {}
            },
            Build::Function(function) => self.model.functions.push(*function),
            Build::Node(draft) => {
                let NodeDraft {
                    mut node,
                    inputs,
                    outputs,
                    attributes,
                } = *draft;
                node.inputs = inputs.into();
                node.outputs = outputs.into();
                node.attributes = attributes.into();
                match self.parent() {
                    Some(Build::Graph(graph)) => graph.nodes.push(node),
                    Some(Build::Function(function)) => function.nodes.push(node),
                    _ => {}
                }
            }
            Build::Attribute(draft) => {
                let attribute = attribute(*draft);
                match self.parent() {
                    Some(Build::Node(draft)) => draft.attributes.push(attribute),
                    Some(Build::Function(function)) => function.defaults.push(attribute),
                    _ => {}
                }
            }
            Build::Tensor(draft) => {
                let tensor = tensor(*draft)?;
                if tensor.external {
                    self.model.external = true;
                }
                match self.parent() {
                    Some(Build::Graph(graph)) => graph.initializers.push(tensor),
                    Some(Build::Attribute(draft)) => draft.tensor = Some(Box::new(tensor)),
                    Some(Build::Sparse(draft)) => draft.values = tensor,
                    _ => {}
                }
            }
            Build::Sparse(draft) => {
                let SparseDraft { values, dims } = *draft;
                let stored = values.elements().and_then(|n| u64::try_from(n).ok());
                let tensor = Tensor {
                    name: values.name,
                    dtype: values.dtype,
                    dims: dims.into(),
                    value: None,
                    external: values.external,
                    sparse: Some(stored.unwrap_or(u64::MAX)),
                };
                match self.parent() {
                    Some(Build::Graph(graph)) => graph.initializers.push(tensor),
                    Some(Build::Attribute(draft)) => draft.tensor = Some(Box::new(tensor)),
                    _ => {}
                }
            }
        }
        Ok(true)
    }

    fn parent(&mut self) -> Option<&mut Build> {
        self.stack.last_mut().map(|frame| &mut frame.build)
    }

    fn opset(&mut self, bytes: &[u8]) -> Result<(Name, i64), Stop> {
        let mut fields = Fields::new(bytes);
        let (mut domain, mut version) = (0, 0);
        while let Some((number, value)) = fields.next()? {
            match (number, value) {
                (1, wire::Value::Bytes(text)) => domain = self.name(text)?,
                (2, wire::Value::Number(n)) => version = n.cast_signed(),
                _ => {}
            }
        }
        // "ai.onnx" is another name of the empty domain.
        if self.model.names.text(domain) == "ai.onnx" {
            domain = 0;
        }
        self.keep(16)?;
        Ok((domain, version))
    }

    fn info(&mut self, bytes: &[u8]) -> Result<Info, Stop> {
        let mut fields = Fields::new(bytes);
        let mut info = Info {
            name: 0,
            of: Type::Other,
        };
        while let Some((number, value)) = fields.next()? {
            match (number, value) {
                (1, wire::Value::Bytes(text)) => info.name = self.name(text)?,
                (2, wire::Value::Bytes(bytes)) => info.of = self.declared_type(bytes, 0)?,
                _ => {}
            }
        }
        self.keep(size_of::<Info>())?;
        Ok(info)
    }

    fn declared_type(&mut self, bytes: &[u8], depth: usize) -> Result<Type, Stop> {
        let mut fields = Fields::new(bytes);
        let mut out = Type::Other;
        if depth > 4 {
            return Ok(out);
        }
        while let Some((number, value)) = fields.next()? {
            let wire::Value::Bytes(bytes) = value else {
                continue;
            };
            match number {
                1 => out = self.tensor_type(bytes)?,
                // Sequence and optional hold one element type.
                4 | 9 => {
                    let mut inner = Fields::new(bytes);
                    while let Some((number, value)) = inner.next()? {
                        if let (1, wire::Value::Bytes(bytes)) = (number, value) {
                            let of = self.declared_type(bytes, depth + 1)?;
                            out = Type::Sequence(Box::new(of));
                        }
                    }
                }
                _ => {}
            }
        }
        Ok(out)
    }

    fn tensor_type(&mut self, bytes: &[u8]) -> Result<Type, Stop> {
        let mut fields = Fields::new(bytes);
        let (mut dtype, mut shape) = (0, None);
        while let Some((number, value)) = fields.next()? {
            match (number, value) {
                (1, wire::Value::Number(n)) => dtype = i32::try_from(n).unwrap_or(0),
                (2, wire::Value::Bytes(bytes)) => {
                    let mut dims: Vec<Declared> = Vec::new();
                    let mut inner = Fields::new(bytes);
                    while let Some((number, value)) = inner.next()? {
                        let (1, wire::Value::Bytes(bytes)) = (number, value) else {
                            continue;
                        };
                        if dims.len() > limits::RANK {
                            break;
                        }
                        let mut dim = Declared::Open;
                        let mut one = Fields::new(bytes);
                        while let Some((number, value)) = one.next()? {
                            match (number, value) {
                                (1, wire::Value::Number(n)) if n.cast_signed() >= 0 => {
                                    dim = Declared::Fixed(n);
                                }
                                (2, wire::Value::Bytes(text))
                                    if (1..=limits::DIMENSION_BYTES).contains(&text.len()) =>
                                {
                                    dim = Declared::Named(self.name(text)?);
                                }
                                _ => {}
                            }
                        }
                        dims.push(dim);
                    }
                    self.keep(dims.len().saturating_mul(size_of::<Declared>()))?;
                    shape = Some(dims.into());
                }
                _ => {}
            }
        }
        Ok(Type::Tensor { dtype, shape })
    }
}

enum Plan {
    Enter(Build),
    Read,
    Skip,
}

/// The module path that PyTorch's exporter notes with a node: the last entry
/// of `pkg.torch.onnx.name_scopes`, a list in Python's spelling.
fn scope(bytes: &[u8]) -> Result<Option<String>, Stop> {
    let mut fields = Fields::new(bytes);
    let (mut key, mut text) = (&[][..], &[][..]);
    while let Some((number, value)) = fields.next()? {
        match (number, value) {
            (1, wire::Value::Bytes(bytes)) => key = bytes,
            (2, wire::Value::Bytes(bytes)) => text = bytes,
            _ => {}
        }
    }
    if key != b"pkg.torch.onnx.name_scopes" {
        return Ok(None);
    }
    let text = String::from_utf8_lossy(text);
    // ['', 'encoder', 'encoder.layers.0', 'linear']: the last is the operation itself.
    let entries: Vec<&str> = text
        .trim_matches(['[', ']'])
        .split(", ")
        .map(|entry| entry.trim_matches(['\'', '"']))
        .collect();
    Ok(entries
        .len()
        .checked_sub(2)
        .and_then(|at| entries.get(at))
        .filter(|scope| !scope.is_empty())
        .map(|scope| (*scope).to_owned()))
}

fn attribute(draft: AttrDraft) -> Attribute {
    let AttrDraft {
        name,
        reference,
        float,
        int,
        text,
        tensor,
        graph,
        floats,
        float_count,
        ints,
        int_count,
        texts,
        graphs,
        kind,
    } = draft;
    let value = if reference != 0 {
        Attr::Reference(reference)
    } else {
        // The declared kind decides; files of old exporters leave it out.
        match kind {
            1 => Attr::Float(float.unwrap_or(0.0)),
            2 => Attr::Int(int.unwrap_or(0)),
            3 => Attr::Text(text.unwrap_or_default()),
            4 => tensor.map_or(Attr::Other, Attr::Tensor),
            5 => graph.map_or(Attr::Other, Attr::Graph),
            6 => Attr::Floats(floats.into(), float_count),
            7 => Attr::Ints(ints.into(), int_count),
            8 => Attr::Texts(texts.into()),
            10 => Attr::Graphs(graphs),
            11 => tensor.map_or(Attr::Other, Attr::Tensor),
            0 => {
                if let Some(graph) = graph {
                    Attr::Graph(graph)
                } else if let Some(tensor) = tensor {
                    Attr::Tensor(tensor)
                } else if let Some(int) = int {
                    Attr::Int(int)
                } else if let Some(float) = float {
                    Attr::Float(float)
                } else if let Some(text) = text {
                    Attr::Text(text)
                } else if !ints.is_empty() {
                    Attr::Ints(ints.into(), int_count)
                } else if !floats.is_empty() {
                    Attr::Floats(floats.into(), float_count)
                } else if !texts.is_empty() {
                    Attr::Texts(texts.into())
                } else if !graphs.is_empty() {
                    Attr::Graphs(graphs)
                } else {
                    Attr::Other
                }
            }
            _ => Attr::Other,
        }
    };
    Attribute { name, value }
}

fn tensor(draft: TensorDraft) -> Result<Tensor, Stop> {
    let TensorDraft {
        mut tensor,
        dims,
        raw,
        ints,
        floats,
    } = draft;
    if dims.len() > limits::RANK {
        return Err(Stop::Refused(refusal(
            "too-large",
            format!("A tensor has more than {} dimensions.", limits::RANK),
            "Export the model again; if it stays so, report the exporter.",
        )));
    }
    tensor.dims = dims.into();
    let Some(count) = tensor
        .elements()
        .and_then(|n| usize::try_from(n).ok())
        .filter(|&n| n <= limits::VALUES)
    else {
        return Ok(tensor);
    };
    if tensor.external {
        return Ok(tensor);
    }
    let value = match raw {
        Some(raw) => decode(tensor.dtype, &raw),
        None if dtype::is_integer(tensor.dtype) => Some(Value::Ints(
            ints.iter().map(|&n| Some(n.cast_signed())).collect(),
        )),
        None if matches!(tensor.dtype, dtype::FLOAT | dtype::DOUBLE) => {
            Some(Value::Floats(floats.into_iter().map(Some).collect()))
        }
        None => None,
    };
    tensor.value = value.filter(|v| v.len() == count).map(Arc::new);
    Ok(tensor)
}

/// Numbers out of raw little-endian bytes; `None` for types that are not followed.
fn decode(dtype: i32, raw: &[u8]) -> Option<Value> {
    let ints = |values: Vec<Option<i64>>| Some(Value::Ints(values));
    match dtype {
        dtype::INT64 | dtype::UINT64 => ints(
            raw.as_chunks::<8>()
                .0
                .iter()
                .map(|b| Some(i64::from_le_bytes(*b)))
                .collect(),
        ),
        dtype::INT32 => ints(
            raw.as_chunks::<4>()
                .0
                .iter()
                .map(|b| Some(i64::from(i32::from_le_bytes(*b))))
                .collect(),
        ),
        dtype::UINT32 => ints(
            raw.as_chunks::<4>()
                .0
                .iter()
                .map(|b| Some(i64::from(u32::from_le_bytes(*b))))
                .collect(),
        ),
        4 => ints(
            raw.as_chunks::<2>()
                .0
                .iter()
                .map(|b| Some(i64::from(u16::from_le_bytes(*b))))
                .collect(),
        ),
        5 => ints(
            raw.as_chunks::<2>()
                .0
                .iter()
                .map(|b| Some(i64::from(i16::from_le_bytes(*b))))
                .collect(),
        ),
        dtype::UINT8 | dtype::BOOL => ints(raw.iter().map(|&b| Some(i64::from(b))).collect()),
        dtype::INT8 => ints(
            raw.iter()
                .map(|&b| Some(i64::from(b.cast_signed())))
                .collect(),
        ),
        dtype::FLOAT => Some(Value::Floats(
            raw.as_chunks::<4>()
                .0
                .iter()
                .map(|b| Some(f64::from(f32::from_le_bytes(*b))))
                .collect(),
        )),
        dtype::DOUBLE => Some(Value::Floats(
            raw.as_chunks::<8>()
                .0
                .iter()
                .map(|b| Some(f64::from_le_bytes(*b)))
                .collect(),
        )),
        _ => None,
    }
}
