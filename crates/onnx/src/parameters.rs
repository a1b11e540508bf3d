//! Parameters: which stored tensors are, and to which row of the table each belongs.
//!
//! Counted are float, int8 and int32 initializers of all graphs, and float
//! constants of rank 1 and more (exporters write weights and states as such).
//! Int64 and bool tensors hold shapes, indices and masks. A tensor belongs to
//! the first operator that uses it, looking through those that only turn,
//! cast or dequantize it.

use std::collections::{HashMap, HashSet};

use crate::model::{Attr, Attribute, Function, Graph, Model, Name, Node, Tensor, dtype};
use crate::operator::convolution::GROUPED;
use crate::operator::{self, Operator, Work};

/// Operators that hand a tensor on.
const PASSING: &[&str] = &[
    "Identity",
    "Cast",
    "CastLike",
    "Reshape",
    "Transpose",
    "Squeeze",
    "Unsqueeze",
    "Flatten",
    "Expand",
    "Concat",
    "Slice",
    "Split",
    "DequantizeLinear",
    "QuantizeLinear",
    "DynamicQuantizeLinear",
];

/// Operators between the last product and the model's output.
const CLOSING: &[&str] = &[
    "Identity",
    "Cast",
    "Add",
    "Mul",
    "Div",
    "Tanh",
    "Sigmoid",
    "Softmax",
    "LogSoftmax",
    "Squeeze",
];

/// Kind of the linear layer that writes the model's output.
const HEAD: &str = "output head";

/// A stored tensor that holds parameters.
#[derive(Clone, Debug)]
pub(crate) struct Parameter {
    dtype: i32,
    pub(crate) elements: u128,
    pub(crate) dims: Box<[u64]>,
    /// Its row: path and kind.
    pub(crate) path: u32,
    pub(crate) kind: &'static str,
    placed: bool,
    /// Looked up by `Gather`, and never multiplied.
    pub(crate) gathered: bool,
    multiplied: bool,
}

impl Parameter {
    pub(crate) fn is_table(&self) -> bool {
        self.gathered && !self.multiplied && self.dims.len() == 2
    }
}

/// Parameters with their rows, and the path of every node.
#[derive(Clone, Debug, Default)]
pub(crate) struct Places {
    pub(crate) parameters: Vec<Parameter>,
    paths: Vec<Box<str>>,
    numbers: HashMap<Box<str>, u32>,
    of_node: Vec<u32>,
    /// Nodes that write the model's output, by number.
    heads: HashSet<u32>,
    /// Scales and zero points of packed matrices, left out.
    pub(crate) left_out: u128,
    /// Masks and tables of rotary position embeddings: computed, not trained, left out.
    pub(crate) buffers: u128,
    /// Running means and variances of batch norms: counted among the parameters, not trained.
    pub(crate) statistics: u128,
}

impl Places {
    pub(crate) fn path_of(&self, node: &Node) -> u32 {
        self.of_node.get(node.id as usize).copied().unwrap_or(0)
    }

    /// The kind of a node's row.
    pub(crate) fn kind_of(&self, node: &Node, operator: &Operator) -> &'static str {
        if self.heads.contains(&node.id) {
            HEAD
        } else {
            operator.kind
        }
    }

    pub(crate) fn path(&self, number: u32) -> &str {
        self.paths.get(number as usize).map_or("", |p| p)
    }

    pub(crate) fn number(&mut self, path: &str) -> u32 {
        if let Some(&number) = self.numbers.get(path) {
            return number;
        }
        let number = u32::try_from(self.paths.len()).unwrap_or(0);
        self.paths.push(path.into());
        self.numbers.insert(path.into(), number);
        number
    }
}

/// The operators by name, for each domain in use.
pub(crate) struct Registry(HashMap<(Name, Name), &'static Operator>);

impl Registry {
    pub(crate) fn new(model: &Model) -> Self {
        let mut map = HashMap::new();
        let mut add = |domain: &str, operators: &mut dyn Iterator<Item = &'static Operator>| {
            let Some(domain) = model.names.get(domain) else {
                return;
            };
            for op in operators {
                if let Some(name) = model.names.get(op.name) {
                    map.entry((domain, name)).or_insert(op);
                }
            }
        };
        for domain in ["", "ai.onnx"] {
            add(domain, &mut operator::standard());
        }
        for domain in ["ai.onnx.ml", "com.microsoft", "ai.onnx.preview"] {
            add(domain, &mut operator::of_domain(domain).iter());
        }
        Self(map)
    }

    pub(crate) fn get(&self, node: &Node) -> Option<&'static Operator> {
        self.0.get(&(node.domain, node.op)).copied()
    }
}

/// Functions of the model by domain, name and overload.
pub(crate) type Functions<'m> = HashMap<(Name, Name, Name), &'m Function>;

pub(crate) fn functions(model: &Model) -> Functions<'_> {
    model
        .functions
        .iter()
        .map(|f| ((f.domain, f.name, f.overload), f))
        .collect()
}

/// Finds all parameters of a model.
pub(crate) fn place(model: &Model, registry: &Registry, functions: &Functions<'_>) -> Places {
    let mut walk = Walk {
        model,
        registry,
        functions,
        places: Places {
            of_node: vec![0; model.nodes as usize],
            heads: heads(model, registry),
            ..Places::default()
        },
        scopes: Vec::new(),
        made: HashMap::new(),
        kinds: HashMap::new(),
    };
    walk.places.number("(used by no operator)");
    walk.graph(&model.graph);
    for function in &model.functions {
        walk.made.clear();
        walk.scopes = vec![HashMap::new()];
        walk.nodes(&function.nodes);
        walk.scopes.clear();
    }
    walk.places
}

struct Walk<'m> {
    model: &'m Model,
    registry: &'m Registry,
    functions: &'m Functions<'m>,
    places: Places,
    /// Tensors in sight, outermost graph first: the parameters each name stands for.
    scopes: Vec<HashMap<Name, Vec<u32>>>,
    /// Rows of the products' outputs, for the biases added to them.
    made: HashMap<Name, (u32, &'static str)>,
    /// Kinds of functions, found once.
    kinds: HashMap<(Name, Name, Name), (&'static str, Work)>,
}

impl<'m> Walk<'m> {
    fn graph(&mut self, graph: &'m Graph) {
        self.scopes.push(HashMap::new());
        // Inner graphs may use a name again.
        let made = std::mem::take(&mut self.made);
        for tensor in &graph.initializers {
            if dtype::is_weight(tensor.dtype) {
                self.parameter(tensor, tensor.name);
            }
        }
        self.nodes(&graph.nodes);
        self.made = made;
        self.scopes.pop();
    }

    fn parameter(&mut self, tensor: &Tensor, name: Name) {
        let mut elements = tensor.elements().unwrap_or(u128::MAX);
        if is_buffer(self.model.names.text(name), &tensor.dims) {
            self.places.buffers = self.places.buffers.saturating_add(elements);
            elements = 0;
        }
        self.add(tensor.dtype, elements, &tensor.dims, name);
    }

    fn add(&mut self, dtype: i32, elements: u128, dims: &[u64], name: Name) {
        let number = u32::try_from(self.places.parameters.len()).unwrap_or(0);
        self.places.parameters.push(Parameter {
            dtype,
            elements,
            dims: dims.into(),
            path: 0,
            kind: "other",
            placed: false,
            gathered: false,
            multiplied: false,
        });
        if let Some(scope) = self.scopes.last_mut() {
            scope.insert(name, vec![number]);
        }
    }

    fn stands_for(&self, name: Name) -> &[u32] {
        self.scopes
            .iter()
            .rev()
            .find_map(|scope| scope.get(&name))
            .map_or(&[], Vec::as_slice)
    }

    fn nodes(&mut self, nodes: &'m [Node]) {
        for node in nodes {
            self.node(node);
        }
    }

    fn node(&mut self, node: &'m Node) {
        let names = &self.model.names;
        let op = names.text(node.op);
        let weight = node
            .inputs
            .iter()
            .find(|&&name| name != 0 && !self.stands_for(name).is_empty())
            .copied();
        let path = path(
            names.text(node.scope),
            names.text(node.name),
            weight.map_or("", |w| names.text(w)),
            op,
        );
        let path = self.places.number(&path);
        if let Some(slot) = self.places.of_node.get_mut(node.id as usize) {
            *slot = path;
        }
        if op == "Constant" {
            if let (Some(&output), Some(attribute)) =
                (node.outputs.first(), node.attributes.first())
            {
                match &attribute.value {
                    Attr::Tensor(tensor)
                        if dtype::is_float(tensor.dtype) && !tensor.dims.is_empty() =>
                    {
                        self.parameter(tensor, output);
                    }
                    Attr::Floats(_, count) => {
                        self.add(dtype::FLOAT, u128::from(*count), &[*count], output)
                    }
                    _ => {}
                }
            }
            return;
        }
        let (kind, work) = self.kind(node, 0);
        if work == Work::Products {
            for &output in &node.outputs {
                self.made.insert(output, (path, kind));
            }
        }
        // A bias added to a product belongs to it.
        let (path, kind) = if op == "Add" && node.domain == 0 {
            node.inputs
                .iter()
                .find_map(|name| self.made.get(name).copied())
                .unwrap_or((path, kind))
        } else {
            (path, kind)
        };
        let passing = node.domain == 0 && PASSING.contains(&op);
        let packed = matches!(
            op,
            "MatMulNBits" | "MatMulBnb4" | "GatherBlockQuantized" | "QMoE"
        );
        let mut handed: Vec<u32> = Vec::new();
        for (at, &name) in node.inputs.iter().enumerate() {
            if name == 0 {
                continue;
            }
            let held = self.stands_for(name).to_vec();
            for &number in &held {
                if packed {
                    self.unpack(node, number, at);
                }
                if is_buffer_of(node.domain == 0, op, at)
                    && let Some(table) = self.places.parameters.get_mut(number as usize)
                    && !table.placed
                {
                    let elements = std::mem::take(&mut table.elements);
                    self.places.buffers = self.places.buffers.saturating_add(elements);
                }
                if let Some(parameter) = self.places.parameters.get_mut(number as usize) {
                    if op == "BatchNormalization" && matches!(at, 3 | 4) && !parameter.placed {
                        let sum = self.places.statistics.saturating_add(parameter.elements);
                        self.places.statistics = sum;
                    }
                    if kind == "embedding" && at == 0 {
                        parameter.gathered = true;
                    }
                    if work == Work::Products {
                        parameter.multiplied = true;
                    }
                    if !parameter.placed {
                        parameter.path = path;
                        parameter.kind = kind;
                        parameter.placed = !passing;
                    }
                }
            }
            if handed.len() < 64 {
                handed.extend(held);
            }
        }
        if passing
            && !handed.is_empty()
            && let Some(scope) = self.scopes.last_mut()
        {
            for &output in &node.outputs {
                scope.insert(output, handed.clone());
            }
        }
        for attribute in &node.attributes {
            match &attribute.value {
                Attr::Graph(graph) => self.graph(graph),
                Attr::Graphs(graphs) => {
                    for graph in graphs {
                        self.graph(graph);
                    }
                }
                _ => {}
            }
        }
    }

    /// Weights packed in blocks of bits are counted as the weights they hold.
    fn unpack(&mut self, node: &Node, number: u32, at: usize) {
        let names = &self.model.names;
        let int = |key: &str| {
            let key = names.get(key)?;
            node.attributes
                .iter()
                .find(|a| a.name == key)
                .and_then(|a| match &a.value {
                    Attr::Int(n) => u64::try_from(*n).ok(),
                    _ => None,
                })
        };
        let Some(parameter) = self.places.parameters.get_mut(number as usize) else {
            return;
        };
        if parameter.placed {
            return;
        }
        // Bytes hold 8 / bits weights each; tensors of 4-bit types hold what their shape says.
        let in_bytes = || {
            let each = if parameter.dtype == dtype::UINT8 {
                int("bits").or(int("expert_weight_bits")).unwrap_or(4)
            } else {
                8
            };
            parameter
                .elements
                .checked_mul(u128::from(8_u64.checked_div(each)?))
        };
        let whole = match (names.text(node.op), at) {
            ("GatherBlockQuantized", 0) | ("QMoE", 2 | 5 | 8) => in_bytes(),
            ("MatMulNBits" | "MatMulBnb4", 1) => int("K")
                .zip(int("N"))
                .and_then(|(k, n)| u128::from(k).checked_mul(u128::from(n))),
            ("GatherBlockQuantized", 2..)
            | ("QMoE", 3 | 6 | 9 | 11..)
            | ("MatMulNBits" | "MatMulBnb4", 2..=4) => {
                self.places.left_out = self.places.left_out.saturating_add(parameter.elements);
                Some(0)
            }
            _ => None,
        };
        if let Some(whole) = whole {
            parameter.elements = whole;
        }
    }

    /// Kind and work of a node; of a function, those of the operator that takes its first tensor.
    fn kind(&mut self, node: &Node, depth: usize) -> (&'static str, Work) {
        let key = (node.domain, node.op, node.overload);
        if let Some(&function) = self.functions.get(&key) {
            if let Some(&known) = self.kinds.get(&key) {
                return known;
            }
            if depth >= 8 {
                return ("function", Work::None);
            }
            let first = function.nodes.iter().find(|inner| {
                inner.inputs.iter().any(|n| function.inputs.contains(n))
                    && self
                        .registry
                        .get(inner)
                        .is_none_or(|op| op.work == Work::Products)
            });
            let found = first.map_or(("function", Work::None), |inner| {
                self.kind(inner, depth + 1)
            });
            self.kinds.insert(key, found);
            return found;
        }
        self.registry.get(node).map_or(("other", Work::None), |op| {
            let groups = self.model.names.get("group").and_then(|key| {
                let of = |a: &&Attribute| a.name == key;
                node.attributes.iter().find(of).map(|a| &a.value)
            });
            let kind = match groups {
                Some(Attr::Int(2..)) if op.kind == "convolution" => GROUPED,
                _ => self.places.kind_of(node, op),
            };
            (kind, op.work)
        })
    }
}

/// Linear layers whose result goes to the model's output and nowhere else: a bias, a scale, a softmax may stand between.
fn heads(model: &Model, registry: &Registry) -> HashSet<u32> {
    let graph = &model.graph;
    let outputs: HashSet<Name> = graph.outputs.iter().map(|info| info.name).collect();
    let stored: HashSet<Name> = graph.initializers.iter().map(|t| t.name).collect();
    let mut uses: HashMap<Name, u32> = HashMap::new();
    let mut maker: HashMap<Name, &Node> = HashMap::new();
    for node in &graph.nodes {
        for &input in &node.inputs {
            *uses.entry(input).or_default() += 1;
        }
        for &output in &node.outputs {
            maker.insert(output, node);
        }
    }
    let mut found = HashSet::new();
    for &output in &outputs {
        let mut name = output;
        // As long as the list of what may stand between.
        for _ in 0..CLOSING.len() {
            let own = uses.get(&name).copied().unwrap_or(0) + u32::from(outputs.contains(&name));
            let Some(&node) = maker.get(&name).filter(|_| own == 1) else {
                break;
            };
            if registry
                .get(node)
                .is_some_and(|op| op.kind == "linear" && op.work == Work::Products)
            {
                found.insert(node.id);
                break;
            }
            let op = model.names.text(node.op);
            let mut changing = node
                .inputs
                .iter()
                .filter(|&&n| n != 0 && !stored.contains(&n) && !is_constant(model, &maker, n));
            match (changing.next(), changing.next()) {
                (Some(&next), None) if CLOSING.contains(&op) => name = next,
                _ => break,
            }
        }
    }
    found
}

fn is_constant(model: &Model, maker: &HashMap<Name, &Node>, name: Name) -> bool {
    maker
        .get(&name)
        .is_some_and(|node| model.names.text(node.op) == "Constant")
}

/// Whether a stored tensor's name says that it is a buffer: frequencies of a rotation, or GPT-2's causal mask, which is
/// called `attn.bias` and has four dimensions.
fn is_buffer(name: &str, dims: &[u64]) -> bool {
    name.ends_with("inv_freq")
        || name.ends_with("attn.masked_bias")
        || name.ends_with("attn.bias") && matches!(dims, [1, 1, a, b] if a == b)
}

/// Whether this input of an operator is a mask, or a table of cosines or sines.
fn is_buffer_of(standard: bool, op: &str, at: usize) -> bool {
    match op {
        "Where" if standard => at == 0,
        "Not" | "And" | "Or" | "Xor" if standard => true,
        "RotaryEmbedding" if standard => matches!(at, 1 | 2),
        "RotaryEmbedding" => matches!(at, 2 | 3),
        "GroupQueryAttention" => matches!(at, 7 | 8),
        "SparseAttention" => matches!(at, 9 | 10),
        _ => false,
    }
}

/// The row's path: the module that exporters note, the scope in the node's
/// name, or that of its weight; numbers of layers become `*`.
fn path(scope: &str, node: &str, weight: &str, op: &str) -> String {
    let found = if !scope.is_empty() {
        scope.to_owned()
    } else {
        let from_node = scope_of(node);
        if from_node.is_empty() {
            weight_scope(weight)
        } else {
            from_node
        }
    };
    if found.is_empty() {
        return op.to_owned();
    }
    let mut out = String::with_capacity(found.len());
    for (at, part) in found.split('.').enumerate() {
        if at > 0 {
            out.push('.');
        }
        if !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit()) {
            out.push('*');
        } else {
            out.push_str(part);
        }
    }
    crate::refusal::shown(&out)
}

/// `/encoder/layers.0/attn/MatMul` is `encoder.layers.0.attn`; PyTorch repeats
/// a list's name (`/f/f.0/Conv` is `f.0`).
fn scope_of(name: &str) -> String {
    // TensorFlow joins names of fused nodes with semicolons.
    let name = name.split(';').next().unwrap_or(name);
    let Some((scope, _)) = name.rsplit_once('/') else {
        return String::new();
    };
    let mut out = String::new();
    let mut before = "";
    for part in scope.split('/').filter(|p| !p.is_empty()) {
        let repeats = part
            .strip_prefix(before)
            .is_some_and(|rest| !before.is_empty() && rest.starts_with('.'));
        if repeats {
            out.truncate(out.len().saturating_sub(before.len()));
        } else if !out.is_empty() {
            out.push('.');
        }
        out.push_str(part);
        before = part;
    }
    out
}

/// `layers.0.q_proj.weight` is `layers.0.q_proj`; generated names say nothing.
fn weight_scope(name: &str) -> String {
    if name.contains("::") {
        return String::new();
    }
    let name = name.split(':').next().unwrap_or(name);
    match name.rsplit_once(['.', '/']) {
        Some((scope, _)) => scope.trim_matches('/').replace('/', "."),
        None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_follow_the_modules() {
        for (scope, node, weight, op, expected) in [
            ("", "/f/f.0/Conv", "onnx::Conv_26", "Conv", "f.*"),
            (
                "",
                "/encoder/layers.0/attn/MatMul_1",
                "",
                "MatMul",
                "encoder.layers.*.attn",
            ),
            (
                "",
                "node_MatMul_1",
                "layers.3.q.weight",
                "MatMul",
                "layers.*.q",
            ),
            ("", "conv2d", "conv2d/kernel:0", "Conv", "conv2d"),
            ("h.1.mlp", "node_linear", "val_2", "MatMul", "h.*.mlp"),
            ("", "MatMul_1", "val_2", "MatMul", "MatMul"),
            ("", "", "", "Gemm", "Gemm"),
        ] {
            assert_eq!(path(scope, node, weight, op), expected);
        }
    }
}
