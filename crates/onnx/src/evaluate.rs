//! Follows the graph: shapes from the inputs on, work of each operator, both
//! branches of an `If`, each pass of a `Loop`, calls of functions.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::rc::Rc;

use compute_layers::{
    Count, CountOptions, Group, Matrix, Need, Note, PlacedMatrix, Refusal, Role, Source, Unknown,
};

use crate::limits;
use crate::model::{Attr, Declared, Function, Graph, Info, Model, Name, Node, Tensor, Type, dtype};
use crate::operator::array::of_tensor;
use crate::operator::sequence::{common, sequence};
use crate::operator::{self, Bindings, CONTROL, Context, INDEX, Work};
use crate::parameters::{Functions, Places, Registry, functions, place};
use crate::refusal::{refusal, shown};
use crate::shape::{Causes, Dim, Elements, Fact, add_causes, axis};
use crate::symbol::{self, Symbols};
use crate::tally::{Missing, Overflow, Tally};

/// Counts a model; with its weight matrices and their places, for adapters.
pub(crate) fn count(
    model: &Model,
    options: &CountOptions,
) -> Result<(Count, Vec<PlacedMatrix>), Refusal> {
    let registry = Registry::new(model);
    let functions = functions(model);
    let places = place(model, &registry, &functions);
    let mut evaluator = Evaluator::new(model, options, &registry, &functions, &places);
    let inputs = evaluator.graph_inputs()?;
    let (_, tally) = evaluator.graph(&model.graph, inputs)?;
    let Evaluator {
        notes,
        causes,
        tokens,
        ..
    } = evaluator;
    let mut tally = tally;
    if options.causal == Some(true) {
        tally.leave_masked_out();
    }
    finish(model, places, tally, notes, &causes, tokens)
}

/// The shapes of a model's outputs, open sizes as `None`.
pub(crate) fn output_shapes(
    model: &Model,
    options: &CountOptions,
) -> Result<Vec<(String, crate::OpenShape)>, Refusal> {
    let registry = Registry::new(model);
    let functions = functions(model);
    let places = place(model, &registry, &functions);
    let mut evaluator = Evaluator::new(model, options, &registry, &functions, &places);
    // What the file declares of its outputs must not answer for them.
    evaluator.stale = true;
    let inputs = evaluator.graph_inputs()?;
    let (outputs, _) = evaluator.graph(&model.graph, inputs)?;
    Ok(model
        .graph
        .outputs
        .iter()
        .zip(outputs)
        .map(|(info, fact)| (model.names.text(info.name).to_owned(), fact.shape))
        .collect())
}

/// Operators whose outputs are as long as what they find.
const FINDING: &[&str] = &["NonZero", "NonMaxSuppression", "Unique", "Compress"];

/// Where openness begins.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Cause {
    /// A symbolic dimension of an input.
    Symbol { name: String, input: String },
    /// An input without a shape, or with dimensions that have no name.
    Input { name: String },
    /// A tensor whose shape depends on data.
    Origin { tensor: String, op: String },
    /// Passes of a loop.
    Trips { node: String },
}

impl Cause {
    fn need(&self) -> Need {
        match self {
            Self::Symbol { name, input } => Need {
                name: shown(name),
                why: format!(
                    "The size `{}` of input `{}` is open. Give it as a number, like 1.",
                    shown(name),
                    shown(input)
                ),
            },
            Self::Input { name } => Need {
                name: shown(name),
                why: format!(
                    "The shape of input `{}` is open. Give it as a list of sizes, like [1, 3, 224, 224].",
                    shown(name)
                ),
            },
            Self::Origin { tensor, op } => Need {
                name: shown(tensor),
                why: format!(
                    "The shape of `{}` ({}) depends on data. Give the shape it has in your example, as a list of sizes.",
                    shown(tensor),
                    shown(op)
                ),
            },
            Self::Trips { node } => Need {
                name: shown(node),
                why: format!(
                    "How often the loop `{}` runs depends on data. Give the number of passes, like 10.",
                    shown(node)
                ),
            },
        }
    }
}

/// Names in sight.
struct Scope<'m> {
    facts: HashMap<Name, Fact>,
    /// Stored tensors by name, which become facts when somebody uses them.
    stored: Rc<HashMap<Name, &'m Tensor>>,
    /// Key of the declared types of this graph's tensors.
    infos: usize,
    /// A function sees nothing outside.
    barrier: bool,
}

/// A call of a function.
struct Call<'m> {
    function: &'m Function,
    bindings: Rc<Bindings<'m>>,
    /// Row of the outermost call.
    path: u32,
}

type Order = Option<Rc<Vec<usize>>>;

struct Evaluator<'m> {
    model: &'m Model,
    options: &'m CountOptions,
    registry: &'m Registry,
    functions: &'m Functions<'m>,
    places: &'m Places,
    symbols: Symbols,
    scopes: Vec<Scope<'m>>,
    stored: HashMap<usize, Rc<HashMap<Name, &'m Tensor>>>,
    calls: Vec<Call<'m>>,
    infos: Vec<HashMap<Name, &'m Type>>,
    info_keys: HashMap<usize, usize>,
    orders: HashMap<usize, Order>,
    causes: Vec<Cause>,
    cause_numbers: HashMap<Cause, u32>,
    notes: Vec<Note>,
    steps: u64,
    folded: u64,
    depth: usize,
    /// Declared shapes no longer hold: a fixed input was given another one.
    stale: bool,
    tokens: u64,
}

fn overflow(_: Overflow) -> Refusal {
    refusal(
        "number-too-large",
        "The work passes 2^128 FLOP.",
        "Check the shapes given for the inputs.",
    )
}

impl<'m> Evaluator<'m> {
    fn new(
        model: &'m Model,
        options: &'m CountOptions,
        registry: &'m Registry,
        functions: &'m Functions<'m>,
        places: &'m Places,
    ) -> Self {
        Self {
            model,
            options,
            registry,
            functions,
            places,
            symbols: Symbols::new(),
            scopes: Vec::new(),
            stored: HashMap::new(),
            calls: Vec::new(),
            infos: Vec::new(),
            info_keys: HashMap::new(),
            orders: HashMap::new(),
            causes: Vec::new(),
            cause_numbers: HashMap::new(),
            notes: Vec::new(),
            steps: 0,
            folded: 0,
            depth: 0,
            stale: false,
            tokens: 0,
        }
    }

    fn text(&self, name: Name) -> &'m str {
        self.model.names.text(name)
    }

    fn note(&mut self, code: &'static str, message: String) {
        if self.notes.len() < 64 && !self.notes.iter().any(|n| n.message == message) {
            self.notes.push(Note { code, message });
        }
    }

    /// The number of an origin. Of too many, the last stands for the rest.
    fn cause(&mut self, cause: Cause) -> u32 {
        if let Some(&number) = self.cause_numbers.get(&cause) {
            return number;
        }
        if self.causes.len() >= limits::ORIGINS {
            return u32::try_from(limits::ORIGINS - 1).unwrap_or(0);
        }
        let number = u32::try_from(self.causes.len()).unwrap_or(0);
        self.causes.push(cause.clone());
        self.cause_numbers.insert(cause, number);
        number
    }

    /// Counts work against the budget.
    fn spend(&mut self, steps: usize) -> Result<(), Refusal> {
        self.steps = self.steps.saturating_add(steps as u64);
        if self.steps > limits::STEPS || self.folded > limits::FOLDED {
            return Err(refusal(
                "too-large",
                format!(
                    "Loops and calls of the graph run to more than {} operators.",
                    limits::STEPS
                ),
                "Export the model with fewer passes of its loops, or count its config.json.",
            ));
        }
        Ok(())
    }

    /// Binds symbols and gives every input of the model its shape.
    fn graph_inputs(&mut self) -> Result<Vec<(Name, Fact)>, Refusal> {
        let graph = &self.model.graph;
        let stored: HashSet<Name> = graph.initializers.iter().map(|t| t.name).collect();
        let inputs: Vec<&'m Info> = graph
            .inputs
            .iter()
            .filter(|info| !stored.contains(&info.name))
            .collect();
        let named: HashSet<&str> = inputs.iter().map(|i| self.text(i.name)).collect();
        for (name, shape) in &self.options.inputs {
            if let ([value], false) = (shape.as_slice(), named.contains(name.as_str())) {
                self.symbols.insert(name.clone(), *value);
            }
        }
        for info in &inputs {
            self.bind(info);
        }
        for info in &inputs {
            self.usual_symbols(info);
        }
        let mut out = Vec::new();
        for info in inputs {
            let fact = self.input(info);
            let name = self.text(info.name).to_ascii_lowercase();
            if self.tokens == 0
                && dtype::is_integer(fact.dtype)
                && (name.contains("input_ids") || name.contains("tokens"))
                && let Some([_, Some(length)]) = fact.shape.as_deref()
            {
                self.tokens = *length;
            }
            out.push((info.name, fact));
        }
        Ok(out)
    }

    /// Symbols that the shape given for an input settles.
    fn bind(&mut self, info: &Info) {
        let name = self.text(info.name);
        let Some(given) = self.options.inputs.get(name) else {
            return;
        };
        let Type::Tensor {
            shape: Some(declared),
            ..
        } = &info.of
        else {
            return;
        };
        if declared.len() != given.len() {
            self.stale = true;
            self.note(
                "input-reshaped",
                format!(
                    "Input `{}` has {} dimensions in the file and was given {}; the given shape was taken.",
                    shown(name),
                    declared.len(),
                    given.len()
                ),
            );
            return;
        }
        for (declared, &given) in declared.iter().zip(given) {
            match declared {
                Declared::Fixed(n) if *n != given && *n != 0 => {
                    self.stale = true;
                    self.note(
                        "input-reshaped",
                        format!(
                            "Input `{}` has size {n} in the file and was given {given}; the given one was taken.",
                            shown(name)
                        ),
                    );
                }
                Declared::Named(symbol) => {
                    let symbol = self.text(*symbol);
                    match self.symbols.get(symbol) {
                        Some(&other) if other != given => {
                            self.note(
                                "dimension-conflict",
                                format!(
                                    "`{}` is {other} in one place and {given} in input `{}`; each input keeps its own.",
                                    shown(symbol),
                                    shown(name)
                                ),
                            );
                        }
                        Some(_) => {}
                        None => {
                            self.symbols.insert(symbol.to_owned(), given);
                        }
                    }
                }
                _ => {}
            }
        }
    }

    /// The options' batch and sequence length, under the names exporters use.
    fn usual_symbols(&mut self, info: &Info) {
        let Type::Tensor {
            shape: Some(declared),
            ..
        } = &info.of
        else {
            return;
        };
        for dim in declared {
            let Declared::Named(symbol) = dim else {
                continue;
            };
            let symbol = self.text(*symbol);
            if self.symbols.contains_key(symbol) {
                continue;
            }
            let lower = symbol.to_ascii_lowercase();
            let value = match lower.as_str() {
                "batch" | "batch_size" | "batchsize" | "n" | "bs" | "b" => self.options.batch,
                "sequence" | "sequence_length" | "seq" | "seq_len" | "seq_length" | "seqlen" => {
                    self.options.sequence_length
                }
                _ => None,
            };
            if let Some(value) = value {
                self.symbols.insert(symbol.to_owned(), value);
            }
        }
    }

    /// A model's input as given, or as declared with its open sizes noted.
    fn input(&mut self, info: &Info) -> Fact {
        let name = self.text(info.name).to_owned();
        let given = self.options.inputs.get(&name);
        let mut fact = self.declared(&info.of);
        if let Some(given) = given
            && fact.sequence.is_none()
        {
            return Fact::new(fact.dtype, given.iter().copied().map(Some).collect());
        }
        let mut causes = Causes::new();
        let mut nameless = fact.shape.is_none();
        if let Type::Tensor {
            shape: Some(declared),
            ..
        } = &info.of
        {
            for (at, dim) in declared.iter().enumerate() {
                match dim {
                    Declared::Named(symbol) => {
                        let symbol = self.text(*symbol);
                        if symbol::value(symbol, &self.symbols).is_none() {
                            for open in symbol::open_symbols(symbol, &self.symbols) {
                                let cause = Cause::Symbol {
                                    name: open.to_owned(),
                                    input: name.clone(),
                                };
                                let cause = self.cause(cause);
                                add_causes(&mut causes, &[cause]);
                            }
                        }
                    }
                    Declared::Open => nameless = true,
                    // Some exporters write 0 for "any".
                    Declared::Fixed(0) => {
                        nameless = true;
                        if let Some(slot) = fact.shape.as_mut().and_then(|s| s.get_mut(at)) {
                            *slot = None;
                        }
                    }
                    Declared::Fixed(_) => {}
                }
            }
        }
        if nameless {
            let cause = self.cause(Cause::Input { name });
            add_causes(&mut causes, &[cause]);
        }
        fact.causes.clone_from(&causes);
        if let Some(elements) = &fact.sequence
            && let Elements::Like(one) = &**elements
        {
            let mut one = (**one).clone();
            one.causes = causes;
            fact.sequence = Some(Rc::new(Elements::Like(Box::new(one))));
        }
        fact
    }

    fn declared(&self, of: &Type) -> Fact {
        match of {
            Type::Tensor { dtype, shape } => Fact {
                dtype: *dtype,
                shape: shape.as_ref().map(|shape| {
                    shape
                        .iter()
                        .map(|dim| match dim {
                            Declared::Fixed(n) => Some(*n),
                            Declared::Named(symbol) => {
                                symbol::value(self.text(*symbol), &self.symbols)
                            }
                            Declared::Open => None,
                        })
                        .collect()
                }),
                ..Fact::default()
            },
            Type::Sequence(inner) => Fact {
                sequence: Some(Rc::new(Elements::Like(Box::new(self.declared(inner))))),
                ..Fact::default()
            },
            Type::Other => Fact::default(),
        }
    }

    /// Enters a level of graphs and calls.
    fn deeper(&mut self) -> Result<(), Refusal> {
        self.depth += 1;
        if self.depth > limits::DEPTH {
            return Err(refusal(
                "cyclic-graph",
                format!(
                    "Functions and graphs call each other more than {} levels deep; most likely one calls itself.",
                    limits::DEPTH
                ),
                "A model has no recursion; export it again.",
            ));
        }
        Ok(())
    }

    /// Declared types of a graph's inner tensors, made once.
    fn infos(&mut self, key: usize, lists: &[&'m [Info]]) -> usize {
        if let Some(&at) = self.info_keys.get(&key) {
            return at;
        }
        let map = lists
            .iter()
            .flat_map(|list| list.iter())
            .map(|info| (info.name, &info.of))
            .collect();
        self.infos.push(map);
        let at = self.infos.len() - 1;
        self.info_keys.insert(key, at);
        at
    }

    /// Runs a graph; gives its outputs and its work.
    fn graph(
        &mut self,
        graph: &'m Graph,
        inputs: Vec<(Name, Fact)>,
    ) -> Result<(Vec<Fact>, Tally), Refusal> {
        self.deeper()?;
        // The model's own graph is entered once, whatever its size.
        if self.depth > 1 {
            self.spend(1 + graph.initializers.len() / 4)?;
        }
        let key = std::ptr::from_ref(graph).addr();
        let infos = self.infos(key, &[&graph.infos, &graph.outputs]);
        let stored = Rc::clone(self.stored.entry(key).or_insert_with(|| {
            let by_name = graph.initializers.iter().map(|t| (t.name, t)).collect();
            Rc::new(by_name)
        }));
        self.scopes.push(Scope {
            facts: inputs.into_iter().collect(),
            stored,
            infos,
            barrier: false,
        });
        let tally = self.nodes(&graph.nodes)?;
        let outputs = graph
            .outputs
            .iter()
            .map(|info| self.lookup(info.name).unwrap_or_default())
            .collect();
        self.scopes.pop();
        self.depth -= 1;
        Ok((outputs, tally))
    }

    fn lookup(&self, name: Name) -> Option<Fact> {
        for scope in self.scopes.iter().rev() {
            if let Some(fact) = scope.facts.get(&name) {
                return Some(fact.clone());
            }
            if let Some(tensor) = scope.stored.get(&name) {
                return Some(of_tensor(tensor));
            }
            if scope.barrier {
                return None;
            }
        }
        None
    }

    fn nodes(&mut self, nodes: &'m [Node]) -> Result<Tally, Refusal> {
        let mut tally = Tally::default();
        match self.order(nodes)? {
            None => {
                for node in nodes {
                    self.node(node, &mut tally)?;
                }
            }
            Some(order) => {
                for &at in order.iter() {
                    if let Some(node) = nodes.get(at) {
                        self.node(node, &mut tally)?;
                    }
                }
            }
        }
        Ok(tally)
    }

    /// The order in which nodes can run; `None` when it is the file's.
    fn order(&mut self, nodes: &'m [Node]) -> Result<Order, Refusal> {
        let key = nodes.as_ptr().addr();
        if let Some(order) = self.orders.get(&key) {
            return Ok(order.clone());
        }
        let order = sorted(nodes).map_err(|at| {
            let node = nodes.get(at);
            let name = node.map_or("", |n| self.text(n.name));
            let op = node.map_or("", |n| self.text(n.op));
            refusal(
                "cyclic-graph",
                format!(
                    "The graph runs in a circle through {} `{}`.",
                    shown(op),
                    shown(name)
                ),
                "A model’s graph has no circles (loops are Loop and Scan operators); export it again.",
            )
        })?;
        let order: Order = order.map(Rc::new);
        self.orders.insert(key, order.clone());
        Ok(order)
    }

    fn opset(&self, domain: Name) -> i64 {
        let find = |sets: &[(Name, i64)]| {
            sets.iter()
                .find(|(d, _)| *d == domain)
                .map(|(_, version)| *version)
        };
        self.calls
            .last()
            .and_then(|call| find(&call.function.opsets))
            .or_else(|| find(&self.model.opsets))
            .unwrap_or(if domain == 0 { 13 } else { 1 })
    }

    fn path(&self, node: &Node) -> u32 {
        self.calls
            .first()
            .map_or_else(|| self.places.path_of(node), |call| call.path)
    }

    /// One operator.
    fn node(&mut self, node: &'m Node, tally: &mut Tally) -> Result<(), Refusal> {
        let lists: usize = node
            .attributes
            .iter()
            .map(|a| match &a.value {
                Attr::Ints(all, _) => all.len(),
                Attr::Floats(all, _) => all.len(),
                Attr::Text(text) => text.len(),
                _ => 0,
            })
            .sum();
        let names = node.inputs.len().saturating_add(node.outputs.len());
        let weight = 1 + names / 16 + node.attributes.len() / 16 + lists / 256;
        self.spend(weight)?;
        let inputs: Vec<Option<Fact>> = node
            .inputs
            .iter()
            .map(|&name| (name != 0).then(|| self.lookup(name).unwrap_or_default()))
            .collect();
        let op = self.text(node.op);
        let domain = if self.text(node.domain) == "ai.onnx" {
            ""
        } else {
            self.text(node.domain)
        };
        let mut outputs = vec![Fact::default(); node.outputs.len()];
        let constant = inputs.iter().flatten().all(|f| f.constant)
            && (op == "Constant" || inputs.iter().flatten().next().is_some());
        // A tensor keeps its identity through what only converts it.
        let heaviest = inputs
            .iter()
            .flatten()
            .filter(|fact| fact.origin != 0)
            .map(|fact| (fact.count().unwrap_or(0), fact.origin))
            .reduce(|most, next| if next.0 > most.0 { next } else { most })
            .unwrap_or_default();
        let mut causes = Causes::new();
        for (at, fact) in inputs.iter().enumerate() {
            if let Some(fact) = fact
                && fact.is_vague()
                && self.shapes_output(node, op, at, fact)
            {
                add_causes(&mut causes, &fact.causes);
            }
        }
        if let Some(&function) = self.functions.get(&(node.domain, node.op, node.overload)) {
            outputs = self.call(node, function, inputs, tally)?;
        } else if domain.is_empty() && CONTROL.contains(&op) {
            outputs = match op {
                "If" => self.branch(node, &inputs, tally)?,
                "Loop" => self.repeat(node, &inputs, tally)?,
                "Scan" => self.scan(node, &inputs, tally)?,
                _ => self.map(node, &inputs, tally)?,
            };
            outputs.resize(node.outputs.len(), Fact::default());
        } else if let Some(operator) = self.registry.get(node) {
            let mut context = Context {
                names: &self.model.names,
                node,
                bindings: self.calls.last().map(|c| Rc::clone(&c.bindings)),
                defaults: self.calls.last().map(|c| c.function),
                opset: self.opset(node.domain),
                inputs,
                outputs,
                costs: Vec::new(),
                weights: Vec::new(),
                folded: 0,
                overflow: false,
                kind: None,
            };
            let known = (operator.infer)(&mut context).is_some();
            let Context {
                costs,
                weights,
                folded,
                overflow: over,
                outputs: made,
                ..
            } = context;
            outputs = made;
            self.folded = self.folded.saturating_add(folded);
            if over {
                return Err(overflow(Overflow));
            }
            if operator.work == Work::Products {
                if !known || costs.is_empty() {
                    tally.miss(op, causes.clone());
                } else {
                    let (path, usual) = (self.path(node), self.places.kind_of(node, operator));
                    for cost in costs {
                        tally
                            .add((path, cost.kind.unwrap_or(usual)), cost)
                            .map_err(overflow)?;
                    }
                    if !weights.is_empty() {
                        tally.add_weights((path, usual), &weights);
                    }
                }
            }
        } else {
            // A product needs two operands with rows and columns, or a body of its own; support vectors are an attribute.
            let wide = inputs
                .iter()
                .flatten()
                .filter(|f| f.rank().is_none_or(|r| r >= 2))
                .count();
            let body = node
                .attributes
                .iter()
                .any(|a| matches!(a.value, Attr::Graph(_) | Attr::Graphs(_)));
            let what = if domain.is_empty() {
                op.to_owned()
            } else {
                format!("{domain}.{op}")
            };
            let vectors = op.starts_with("SVM");
            tally.unknown(shown(&what), wide >= 2 || body || vectors);
        }
        self.store(node, op, outputs, constant.then_some(heaviest), &causes);
        Ok(())
    }

    /// Whether what is open of an input can be open in the output: rows picked are as many as the picks. Lists of whole
    /// numbers are sizes and say so by their values.
    fn shapes_output(&self, node: &'m Node, op: &str, at: usize, fact: &Fact) -> bool {
        match op {
            "Gather" if at == 0 && fact.is_open() && !dtype::is_integer(fact.dtype) => {
                fact.shape.as_ref().is_none_or(|shape| {
                    let along = axis(self.int(node, "axis").unwrap_or(0), shape.len());
                    shape
                        .iter()
                        .enumerate()
                        .any(|(k, dim)| dim.is_none() && Some(k) != along)
                })
            }
            "Scatter" | "ScatterElements" | "ScatterND" => at == 0,
            _ => true,
        }
    }

    /// Puts outputs in sight, filled up from what the file or the person says.
    ///
    /// `constant` is set when all inputs are: elements and identity of the largest of them.
    fn store(
        &mut self,
        node: &Node,
        op: &str,
        outputs: Vec<Fact>,
        constant: Option<(u64, u64)>,
        causes: &[u32],
    ) {
        for (at, (&name, mut fact)) in node.outputs.iter().zip(outputs).enumerate() {
            if name == 0 {
                continue;
            }
            fact.constant |= constant.is_some();
            if let (Some((elements, origin)), 0) = (constant, fact.origin) {
                fact.origin = if fact.count() == Some(elements) && origin != 0 {
                    origin
                } else {
                    part_of(origin, node.id, at)
                };
            }
            if fact.is_open() {
                self.fill(name, &mut fact);
            }
            // What an operator finds in its data is asked for there, whatever its inputs leave open: that answer is enough.
            if FINDING.contains(&op) && fact.is_open() && fact.shape.is_some() {
                let cause = self.cause(Cause::Origin {
                    tensor: self.text(name).to_owned(),
                    op: op.to_owned(),
                });
                fact.causes = vec![cause];
            }
            let vague = fact.is_vague();
            if vague && fact.causes.is_empty() {
                add_causes(&mut fact.causes, causes);
            }
            if fact.causes.is_empty() && fact.is_open() {
                let cause = self.cause(Cause::Origin {
                    tensor: self.text(name).to_owned(),
                    op: op.to_owned(),
                });
                fact.causes = vec![cause];
            }
            if !vague {
                fact.causes.clear();
            }
            if let Some(scope) = self.scopes.last_mut() {
                scope.facts.insert(name, fact);
            }
        }
    }

    fn fill(&self, name: Name, fact: &mut Fact) {
        if let Some(given) = self.options.inputs.get(self.text(name)) {
            let fits = fact
                .shape
                .as_ref()
                .is_none_or(|shape| shape.len() == given.len());
            if fits && fact.sequence.is_none() {
                fact.shape = Some(given.iter().copied().map(Some).collect());
                return;
            }
        }
        if self.stale {
            return;
        }
        let declared = self
            .scopes
            .last()
            .and_then(|scope| self.infos.get(scope.infos))
            .and_then(|map| map.get(&name));
        let Some(declared) = declared else {
            return;
        };
        let declared = self.declared(declared);
        match (&mut fact.shape, declared.shape) {
            (None, Some(shape)) if fact.sequence.is_none() => {
                fact.shape = Some(shape);
                if fact.dtype == 0 {
                    fact.dtype = declared.dtype;
                }
            }
            (Some(own), Some(shape)) if own.len() == shape.len() => {
                for (slot, dim) in own.iter_mut().zip(shape) {
                    *slot = slot.or(dim);
                }
            }
            _ => {}
        }
    }

    /// A call of one of the model's own functions.
    fn call(
        &mut self,
        node: &'m Node,
        function: &'m Function,
        inputs: Vec<Option<Fact>>,
        tally: &mut Tally,
    ) -> Result<Vec<Fact>, Refusal> {
        self.deeper()?;
        let outer = self.calls.last();
        let bindings: Bindings<'m> = node
            .attributes
            .iter()
            .filter_map(|a| match &a.value {
                Attr::Reference(name) => outer.and_then(|call| {
                    call.bindings
                        .iter()
                        .find(|(n, _)| n == name)
                        .map(|(_, value)| (a.name, *value))
                        .or_else(|| {
                            call.function
                                .defaults
                                .iter()
                                .find(|d| d.name == *name)
                                .map(|d| (a.name, &d.value))
                        })
                }),
                value => Some((a.name, value)),
            })
            .collect();
        let path = self.path(node);
        self.calls.push(Call {
            function,
            bindings: Rc::new(bindings),
            path,
        });
        let key = std::ptr::from_ref(function).addr();
        let infos = self.infos(key, &[&function.infos]);
        let facts = function
            .inputs
            .iter()
            .zip(inputs)
            .filter_map(|(&name, fact)| Some((name, fact?)))
            .collect();
        self.scopes.push(Scope {
            facts,
            stored: Rc::default(),
            infos,
            barrier: true,
        });
        // Declared shapes of a function are of one call among many.
        let stale = std::mem::replace(&mut self.stale, true);
        let inside = self.nodes(&function.nodes)?;
        self.stale = stale;
        let outputs = function
            .outputs
            .iter()
            .map(|&name| self.lookup(name).unwrap_or_default())
            .collect();
        self.scopes.pop();
        self.calls.pop();
        self.depth -= 1;
        tally.absorb(&inside, 1).map_err(overflow)?;
        Ok(outputs)
    }

    /// An attribute of a node of control flow, through a function's bindings and defaults.
    fn attribute(&self, node: &'m Node, name: &str) -> Option<&'m Attr> {
        let call = self.calls.last();
        operator::attribute(
            &self.model.names,
            node,
            name,
            call.map(|c| c.bindings.as_slice()),
            call.map(|c| c.function),
        )
    }

    fn body(&self, node: &'m Node, name: &str) -> Option<&'m Graph> {
        match self.attribute(node, name)? {
            Attr::Graph(graph) => Some(graph),
            _ => None,
        }
    }

    fn int(&self, node: &'m Node, name: &str) -> Option<i64> {
        match self.attribute(node, name)? {
            Attr::Int(n) => Some(*n),
            _ => None,
        }
    }

    fn list(&self, node: &'m Node, name: &str) -> Option<&'m [i64]> {
        match self.attribute(node, name)? {
            Attr::Ints(all, _) => Some(all),
            _ => None,
        }
    }

    /// `If`: the branch a constant condition picks, else both, of which the larger counts.
    fn branch(
        &mut self,
        node: &'m Node,
        inputs: &[Option<Fact>],
        tally: &mut Tally,
    ) -> Result<Vec<Fact>, Refusal> {
        let branches = (
            self.body(node, "then_branch"),
            self.body(node, "else_branch"),
        );
        let (Some(yes), Some(no)) = branches else {
            tally.unknown("If".to_owned(), true);
            return Ok(Vec::new());
        };
        let condition = inputs.first().and_then(Option::as_ref).and_then(Fact::int);
        if let Some(condition) = condition {
            let taken = if condition != 0 { yes } else { no };
            let (outputs, inside) = self.graph(taken, Vec::new())?;
            tally.absorb(&inside, 1).map_err(overflow)?;
            return Ok(outputs);
        }
        let (from_yes, by_yes) = self.graph(yes, Vec::new())?;
        let (from_no, by_no) = self.graph(no, Vec::new())?;
        let (larger, smaller, outputs, others) = if by_no.flop > by_yes.flop {
            (by_no, by_yes, from_no, from_yes)
        } else {
            (by_yes, by_no, from_yes, from_no)
        };
        if larger.flop > 0 {
            self.note(
                "if-larger-branch",
                format!(
                    "If `{}`: its branches cost {} and {} FLOP; which one runs depends on data, so the larger is counted.",
                    shown(self.label(node)),
                    larger.flop,
                    smaller.flop
                ),
            );
        }
        let tie = larger.flop == smaller.flop;
        tally.absorb(&larger, 1).map_err(overflow)?;
        // A product without shapes and without a question is one that these
        // inputs make impossible: that branch is not the one they run.
        let mut smaller = smaller;
        if !tie {
            smaller.missing.retain(|m| !m.causes.is_empty());
        }
        tally.absorb_open(&smaller);
        let merged = outputs
            .into_iter()
            .zip(others)
            .zip(&node.outputs)
            .map(|((taken, other), &name)| self.merged(taken, other, name, tie))
            .collect();
        Ok(merged)
    }

    /// An output of two branches: the larger branch's, with what only the other knows.
    fn merged(&self, taken: Fact, other: Fact, name: Name, tie: bool) -> Fact {
        let same =
            taken.value.is_some() && taken.value == other.value && taken.shape == other.shape;
        if same || taken.sequence.is_some() {
            return taken;
        }
        // Where neither works more, the declared rank tells which one exporters meant.
        let declared = self
            .scopes
            .last()
            .and_then(|scope| self.infos.get(scope.infos))
            .and_then(|map| map.get(&name))
            .and_then(|of| match of {
                Type::Tensor { shape, .. } => shape.as_ref().map(|s| s.len()),
                _ => None,
            });
        let prefer_other = tie
            && taken.rank() != other.rank()
            && (other.rank().is_some() && other.rank() == declared || taken.rank().is_none());
        let (mut first, second) = if prefer_other {
            (other, taken)
        } else {
            (taken, other)
        };
        first.value = None;
        match (&mut first.shape, &second.shape) {
            (Some(own), Some(more)) if own.len() == more.len() => {
                for (slot, dim) in own.iter_mut().zip(more) {
                    *slot = match (*slot, *dim) {
                        // A branch for nothing found, as of no boxes, says nothing of what is found.
                        (Some(0), other) if tie => other,
                        (None, Some(0)) => None,
                        (own, other) => own.or(other),
                    };
                }
            }
            (own @ None, Some(more)) => *own = Some(more.clone()),
            _ => {}
        }
        add_causes(&mut first.causes, &second.causes);
        first.constant = false;
        first
    }

    /// A node's name, or that of its first output.
    fn label(&self, node: &Node) -> &'m str {
        let name = self.text(node.name);
        if name.is_empty() {
            self.text(node.outputs.first().copied().unwrap_or(0))
        } else {
            name
        }
    }

    /// Passes given for a loop by its name or its first output's.
    fn told(&self, node: &Node) -> Option<u64> {
        let given = |name: &str| match self.options.inputs.get(name)?.as_slice() {
            [one] => Some(*one),
            _ => None,
        };
        given(self.label(node)).or_else(|| given(self.text(node.outputs.first().copied()?)))
    }

    /// Asks how often a loop runs, where a pass of it works.
    fn ask_trips(&mut self, node: &Node, inside: &Tally, tally: &mut Tally) {
        if inside.flop > 0 || !inside.missing.is_empty() {
            let cause = self.cause(Cause::Trips {
                node: self.label(node).to_owned(),
            });
            add_causes(&mut tally.asked, &[cause]);
        }
    }

    /// `Loop`: pass after pass while the count is known, the last one repeated after that.
    fn repeat(
        &mut self,
        node: &'m Node,
        inputs: &[Option<Fact>],
        tally: &mut Tally,
    ) -> Result<Vec<Fact>, Refusal> {
        let Some(body) = self.body(node, "body") else {
            tally.unknown("Loop".to_owned(), true);
            return Ok(Vec::new());
        };
        let limit = inputs
            .first()
            .and_then(Option::as_ref)
            .and_then(Fact::int)
            .map(|n| u64::try_from(n).unwrap_or(0))
            // Exporters of a `while` write the largest number there is.
            .filter(|&n| n < u64::from(u32::MAX));
        let trips = self.told(node).or(limit);
        let mut condition = match inputs.get(1).and_then(Option::as_ref) {
            Some(fact) => fact.int(),
            None => Some(1),
        };
        let mut carried: Vec<Fact> = inputs
            .iter()
            .skip(2)
            .map(|f| f.as_ref().map(changing).unwrap_or_default())
            .collect();
        let count = carried.len();
        let mut scans: Vec<Vec<Fact>> = Vec::new();
        let mut passes = 0_u64;
        let before = tally.flop;
        let mut last: Option<Tally> = None;
        // Without a count and a condition that settles it one pass stands for all.
        let mut open = false;
        loop {
            if condition == Some(0) || trips.is_some_and(|t| passes >= t) {
                break;
            }
            let mut given: Vec<(Name, Fact)> = Vec::new();
            let mut formal = body.inputs.iter();
            if let Some(info) = formal.next() {
                let at = i64::try_from(passes)
                    .ok()
                    .filter(|_| trips.is_some() || condition.is_some());
                given.push((info.name, Fact::scalar(INDEX, at)));
            }
            if let Some(info) = formal.next() {
                let mut fact = Fact::scalar(dtype::BOOL, condition);
                fact.dtype = dtype::BOOL;
                given.push((info.name, fact));
            }
            for (info, fact) in formal.zip(&carried) {
                given.push((info.name, fact.clone()));
            }
            let (outputs, inside) = self.graph(body, given)?;
            let mut outputs = outputs.into_iter();
            condition = outputs.next().and_then(|f| f.int());
            let next: Vec<Fact> = outputs.by_ref().take(count).collect();
            scans.push(outputs.collect());
            passes += 1;
            let steady = last.as_ref() == Some(&inside)
                && next.iter().zip(&carried).all(|(a, b)| a.shape == b.shape);
            tally.absorb(&inside, 1).map_err(overflow)?;
            carried = next.iter().map(changing).collect();
            if trips.is_none() && condition.is_none() {
                open = true;
                self.ask_trips(node, &inside, tally);
                break;
            }
            // Two equal passes in a row stand for the rest of many.
            if let Some(trips) = trips
                && ((steady && passes >= 64) || passes >= limits::PASSES)
            {
                let rest = trips.saturating_sub(passes);
                tally.absorb(&inside, rest).map_err(overflow)?;
                passes = passes.saturating_add(rest);
                for fact in &mut carried {
                    fact.value = None;
                }
                break;
            }
            if trips.is_none() && passes >= limits::PASSES {
                open = true;
                self.ask_trips(node, &inside, tally);
                break;
            }
            last = Some(inside);
        }
        if trips.is_some() && condition.is_none() && tally.flop > before {
            self.note(
                "loop-passes",
                format!(
                    "Loop `{}` was counted with all its {passes} passes; its condition may end it earlier.",
                    shown(self.label(node))
                ),
            );
        }
        let mut out = carried;
        if open {
            for (fact, first) in out.iter_mut().zip(inputs.iter().skip(2)) {
                fact.value = None;
                if let (Some(shape), Some(before)) = (
                    &mut fact.shape,
                    first.as_ref().and_then(|f| f.shape.as_ref()),
                ) && shape.len() == before.len()
                {
                    // What a pass changes is open after many.
                    for (slot, dim) in shape.iter_mut().zip(before) {
                        if slot != dim {
                            *slot = None;
                        }
                    }
                }
            }
        }
        let stacked = scans.first().map_or(0, Vec::len);
        for k in 0..stacked {
            let all = scans.iter().filter_map(|pass| pass.get(k));
            let one = common(all);
            let length = (!open).then_some(passes);
            let mut fact = Fact::unknown(one.dtype);
            fact.shape = one.shape.map(|shape| {
                let mut out: Vec<Dim> = vec![length];
                out.extend(shape);
                out
            });
            out.push(fact);
        }
        // No pass at all: stacked outputs are empty.
        if passes == 0 {
            for info in body.outputs.iter().skip(count.saturating_add(1)) {
                let one = self.declared(&info.of);
                let mut fact = Fact::unknown(one.dtype);
                fact.shape = one.shape.map(|shape| {
                    let mut out: Vec<Dim> = vec![Some(0)];
                    out.extend(shape);
                    out
                });
                out.push(fact);
            }
        }
        Ok(out)
    }

    /// `Scan`: the body once for each slice of the scanned inputs.
    fn scan(
        &mut self,
        node: &'m Node,
        inputs: &[Option<Fact>],
        tally: &mut Tally,
    ) -> Result<Vec<Fact>, Refusal> {
        let (Some(body), Some(scanned)) = (
            self.body(node, "body"),
            self.int(node, "num_scan_inputs")
                .and_then(|n| usize::try_from(n).ok()),
        ) else {
            tally.unknown("Scan".to_owned(), true);
            return Ok(Vec::new());
        };
        // In operator set 8 the first input holds lengths and the first axis is the batch.
        let old = self.opset(0) < 9;
        let inputs = if old {
            inputs.get(1..).unwrap_or_default()
        } else {
            inputs
        };
        let Some(states) = inputs.len().checked_sub(scanned) else {
            tally.unknown("Scan".to_owned(), true);
            return Ok(Vec::new());
        };
        let axes = self.list(node, "scan_input_axes").unwrap_or_default();
        let mut length: Dim = None;
        let mut batch: Dim = None;
        let mut given: Vec<(Name, Fact)> = Vec::new();
        let mut causes = Causes::new();
        for (at, (info, fact)) in body.inputs.iter().zip(inputs).enumerate() {
            let mut fact = fact.as_ref().map(changing).unwrap_or_default();
            fact.value = None;
            if let Some(shape) = &mut fact.shape {
                if old && !shape.is_empty() {
                    batch = batch.or(shape.remove(0));
                }
                if let Some(k) = at.checked_sub(states) {
                    let along = if old {
                        0
                    } else {
                        axes.get(k).copied().unwrap_or(0)
                    };
                    if let Some(along) = axis(along, shape.len()) {
                        length = length.or(shape.remove(along));
                    }
                }
            }
            if fact.is_open() || length.is_none() {
                add_causes(&mut causes, &fact.causes);
            }
            given.push((info.name, fact));
        }
        let (outputs, inside) = self.graph(body, given)?;
        let times = if old {
            length.zip(batch).and_then(|(l, b)| l.checked_mul(b))
        } else {
            length
        };
        match times {
            Some(times) => tally.absorb(&inside, times).map_err(overflow)?,
            None if inside.flop > 0 => tally.miss("Scan", causes),
            None => tally.absorb_open(&inside),
        }
        let axes = self.list(node, "scan_output_axes").unwrap_or_default();
        let mut out = Vec::new();
        for (at, mut fact) in outputs.into_iter().enumerate() {
            fact.value = None;
            if let Some(shape) = &mut fact.shape {
                if let Some(k) = at.checked_sub(states) {
                    let along = axes.get(k).copied().unwrap_or(0);
                    let along = axis(along, shape.len() + 1).unwrap_or(0);
                    shape.insert(along, length);
                }
                if old {
                    shape.insert(0, batch);
                }
            }
            out.push(fact);
        }
        Ok(out)
    }

    /// `SequenceMap`: the body once for each element.
    fn map(
        &mut self,
        node: &'m Node,
        inputs: &[Option<Fact>],
        tally: &mut Tally,
    ) -> Result<Vec<Fact>, Refusal> {
        let (Some(body), Some(first)) = (
            self.body(node, "body"),
            inputs.first().and_then(Option::as_ref),
        ) else {
            tally.unknown("SequenceMap".to_owned(), true);
            return Ok(Vec::new());
        };
        let element = |fact: &Fact, at: usize| match fact.sequence.as_deref() {
            None => fact.clone(),
            Some(Elements::Known(all)) => all.get(at).cloned().unwrap_or_default(),
            Some(Elements::Like(one)) => (**one).clone(),
        };
        let known = match first.sequence.as_deref() {
            Some(Elements::Known(all)) => Some(all.len()),
            _ => None,
        };
        let mut made: Vec<Vec<Fact>> = vec![Vec::new(); node.outputs.len()];
        for at in 0..known.unwrap_or(1) {
            let given = body
                .inputs
                .iter()
                .zip(inputs)
                .map(|(info, fact)| {
                    (
                        info.name,
                        fact.as_ref().map_or_else(Fact::default, |f| element(f, at)),
                    )
                })
                .collect();
            let (outputs, inside) = self.graph(body, given)?;
            if known.is_some() {
                tally.absorb(&inside, 1).map_err(overflow)?;
            } else if inside.flop > 0 {
                tally.miss("SequenceMap", first.causes.clone());
            } else {
                tally.absorb_open(&inside);
            }
            for (slot, fact) in made.iter_mut().zip(outputs) {
                slot.push(fact);
            }
        }
        Ok(made
            .into_iter()
            .map(|all| {
                if known.is_some() {
                    sequence(all)
                } else {
                    Fact {
                        sequence: Some(Rc::new(Elements::Like(Box::new(common(all.iter()))))),
                        ..Fact::default()
                    }
                }
            })
            .collect())
    }
}

/// What a pass of a loop changes is no stored tensor, even where it begins as one.
fn changing(fact: &Fact) -> Fact {
    Fact {
        constant: false,
        origin: 0,
        ..fact.clone()
    }
}

/// The identity of what a node makes of a stored tensor: another slice is another matrix.
fn part_of(origin: u64, node: u32, output: usize) -> u64 {
    let mixed = origin
        .rotate_left(24)
        .wrapping_add(u64::from(node) << 16)
        .wrapping_add(output as u64)
        .wrapping_mul(0x9e37_79b9_7f4a_7c15);
    mixed | 1
}

/// Names that the graphs inside a node use.
fn free(node: &Node, out: &mut Vec<Name>) {
    for attribute in &node.attributes {
        let graphs: &[Graph] = match &attribute.value {
            Attr::Graph(graph) => std::slice::from_ref(&**graph),
            Attr::Graphs(graphs) => graphs,
            _ => continue,
        };
        for graph in graphs {
            out.extend(graph.outputs.iter().map(|o| o.name));
            for node in &graph.nodes {
                out.extend(node.inputs.iter());
                free(node, out);
            }
        }
    }
}

/// An order in which each node comes behind what it needs; `None` when the
/// given one is; the place of a node on a circle when there is none.
fn sorted(nodes: &[Node]) -> Result<Option<Vec<usize>>, usize> {
    let mut maker: HashMap<Name, usize> = HashMap::with_capacity(nodes.len());
    for (at, node) in nodes.iter().enumerate() {
        for &output in &node.outputs {
            if output != 0 {
                maker.entry(output).or_insert(at);
            }
        }
    }
    let mut inner = Vec::new();
    let mut needs: Vec<Vec<usize>> = Vec::with_capacity(nodes.len());
    let mut in_order = true;
    for (at, node) in nodes.iter().enumerate() {
        inner.clear();
        free(node, &mut inner);
        let mut own: Vec<usize> = node
            .inputs
            .iter()
            .chain(&inner)
            .filter_map(|name| maker.get(name).copied())
            .collect();
        own.sort_unstable();
        own.dedup();
        // An inner graph may use its own node's output names for its own tensors.
        own.retain(|&need| {
            need != at
                || node
                    .inputs
                    .iter()
                    .any(|n| node.outputs.contains(n) && *n != 0)
        });
        in_order &= own.last().is_none_or(|&need| need < at);
        needs.push(own);
    }
    if in_order {
        return Ok(None);
    }
    let mut left: Vec<usize> = needs.iter().map(Vec::len).collect();
    let mut users: Vec<Vec<usize>> = vec![Vec::new(); nodes.len()];
    for (at, own) in needs.iter().enumerate() {
        for &need in own {
            if let Some(list) = users.get_mut(need) {
                list.push(at);
            }
        }
    }
    let mut ready: std::collections::VecDeque<usize> = left
        .iter()
        .enumerate()
        .filter(|(_, n)| **n == 0)
        .map(|(at, _)| at)
        .collect();
    let mut order = Vec::with_capacity(nodes.len());
    while let Some(at) = ready.pop_front() {
        order.push(at);
        for &user in users.get(at).map_or(&[][..], Vec::as_slice) {
            if let Some(n) = left.get_mut(user) {
                *n = n.saturating_sub(1);
                if *n == 0 {
                    ready.push_back(user);
                }
            }
        }
    }
    if order.len() == nodes.len() {
        Ok(Some(order))
    } else {
        Err(left.iter().position(|&n| n > 0).unwrap_or(0))
    }
}

/// A row of the result under way: work, and parameters with their shapes.
#[derive(Default)]
struct Line {
    repeat: u64,
    flop: u128,
    formulas: Vec<(String, u64)>,
    more: bool,
    parameters: u128,
    shapes: Vec<(String, u64)>,
    more_shapes: bool,
    /// Matrices by inputs, outputs and positions: how many.
    matrices: BTreeMap<(u64, u64, u64), u64>,
}

fn terms(list: &[(String, u64)], more: bool) -> String {
    let mut out: Vec<String> = list
        .iter()
        .map(|(text, times)| {
            if *times == 1 {
                text.clone()
            } else {
                format!("{times} x ({text})")
            }
        })
        .collect();
    if more {
        out.push("further terms".to_owned());
    }
    out.join(" + ")
}

fn finish(
    model: &Model,
    places: Places,
    tally: Tally,
    mut notes: Vec<Note>,
    causes: &[Cause],
    tokens: u64,
) -> Result<(Count, Vec<PlacedMatrix>), Refusal> {
    let mut lines: Vec<((u32, &'static str), Line)> = Vec::new();
    let mut index: HashMap<(u32, &'static str), usize> = HashMap::new();
    let mut line = |lines: &mut Vec<((u32, &'static str), Line)>, key: (u32, &'static str)| {
        let key = if index.contains_key(&key) || lines.len() < limits::GROUPS {
            key
        } else {
            (0, "other")
        };
        let next = lines.len();
        let at = *index.entry(key).or_insert(next);
        if at == next {
            lines.push((key, Line::default()));
        }
        at
    };
    let mut masked = 0_u128;
    for (key, row) in tally.rows {
        let at = line(&mut lines, key);
        masked = masked.saturating_add(row.masked);
        if let Some((_, own)) = lines.get_mut(at) {
            own.repeat = own.repeat.saturating_add(row.repeat);
            own.flop = own
                .flop
                .checked_add(row.flop)
                .ok_or(Overflow)
                .map_err(overflow)?;
            own.formulas.extend(row.formulas);
            own.more |= row.more;
            for ((_, inputs, outputs), (count, positions)) in row.weights {
                let same = own
                    .matrices
                    .entry((inputs, outputs, positions))
                    .or_default();
                *same = same.saturating_add(count);
            }
        }
    }
    let too_many = || {
        refusal(
            "number-too-large",
            "The parameters pass 2^128.",
            "Check the shapes of the stored tensors.",
        )
    };
    let (mut parameters, mut table) = (0_u128, 0_u128);
    for parameter in &places.parameters {
        if parameter.elements == 0 {
            continue;
        }
        parameters = parameters
            .checked_add(parameter.elements)
            .ok_or_else(too_many)?;
        if parameter.is_table() {
            table = table.saturating_add(parameter.elements);
        }
        let at = line(&mut lines, (parameter.path, parameter.kind));
        let Some((_, own)) = lines.get_mut(at) else {
            continue;
        };
        own.parameters = own
            .parameters
            .checked_add(parameter.elements)
            .ok_or_else(too_many)?;
        let text = if parameter.dims.is_empty() {
            "1".to_owned()
        } else {
            let dims: Vec<String> = parameter.dims.iter().map(u64::to_string).collect();
            dims.join("*")
        };
        if let Some((_, times)) = own.shapes.iter_mut().find(|(t, _)| *t == text) {
            *times = times.saturating_add(1);
        } else if own.shapes.len() < limits::FORMULAS {
            own.shapes.push((text, 1));
        } else {
            own.more_shapes = true;
        }
    }
    // In the order of the graph; what no operator uses comes last.
    lines.sort_by_key(|((path, _), _)| path.checked_sub(1).unwrap_or(u32::MAX));
    let mut matrices: Vec<PlacedMatrix> = Vec::new();
    let groups = lines
        .into_iter()
        .map(|((path, kind), own)| {
            if matrices.len() <= limits::MATRICES {
                matrices.extend(own.matrices.into_iter().map(
                    |((inputs, outputs, positions), count)| PlacedMatrix {
                        path: places.path(path).to_owned(),
                        kind: kind.to_owned(),
                        matrix: Matrix {
                            inputs,
                            outputs,
                            count,
                            positions,
                            role: Role::Other,
                        },
                    },
                ));
            }
            let mut parts = Vec::new();
            if own.flop > 0 {
                parts.push(format!(
                    "forward: {} = {} FLOP",
                    terms(&own.formulas, own.more),
                    own.flop
                ));
            }
            if own.parameters > 0 {
                parts.push(format!(
                    "parameters: {} = {}",
                    terms(&own.shapes, own.more_shapes),
                    own.parameters
                ));
            }
            Group {
                path: places.path(path).to_owned(),
                kind: kind.to_owned(),
                repeat: own
                    .repeat
                    .max(own.shapes.iter().map(|(_, n)| *n).max().unwrap_or(0))
                    .max(1),
                parameters: own.parameters,
                forward_flop: own.flop,
                formula: parts.join("; "),
            }
        })
        .collect();
    if matrices.len() > limits::MATRICES {
        matrices.clear();
    }
    if places.left_out > 0 {
        notes.push(Note {
            code: "scales-left-out",
            message: format!(
                "{} elements are scales and zero points of packed matrices and no parameters.",
                places.left_out
            ),
        });
    }
    if places.buffers > 0 {
        notes.push(Note {
            code: "buffers-left-out",
            message: format!(
                "{} elements are masks, or tables of the rotary position embedding, and no parameters.",
                places.buffers
            ),
        });
    }
    if places.statistics > 0 {
        notes.push(Note {
            code: "statistics-not-trained",
            message: format!(
                "Of the parameters {} are running means and variances of batch norms, which training gathers but no gradient changes.",
                places.statistics
            ),
        });
    }
    if model.external {
        notes.push(Note {
            code: "external-data",
            message: "Weights stand in a file beside this one; their shapes are here, so it is not needed.".to_owned(),
        });
    }
    let mut unknown: BTreeMap<String, (u64, bool)> = tally.unknown;
    let mut asked = tally.asked;
    for Missing {
        op,
        causes,
        occurrences,
    } in &tally.missing
    {
        for cause in causes {
            if asked.len() < limits::NEEDS
                && let Err(at) = asked.binary_search(cause)
            {
                asked.insert(at, *cause);
            }
        }
        if causes.is_empty() {
            let entry = unknown
                .entry(format!("{} without known shapes", shown(op)))
                .or_default();
            entry.0 = entry.0.saturating_add(*occurrences);
            entry.1 = true;
        }
    }
    let needs = asked
        .iter()
        .filter_map(|&cause| causes.get(cause as usize))
        .map(Cause::need)
        .take(limits::NEEDS)
        .collect();
    let opset = model
        .opsets
        .iter()
        .find(|(domain, _)| *domain == 0)
        .map_or(String::new(), |(_, version)| format!("opset {version}"));
    let architecture = [shown(&model.producer), opset]
        .into_iter()
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join(", ");
    let count = Count {
        source: Source::Onnx,
        name: shown(model.names.text(model.graph.name)),
        architecture,
        parameters,
        trainable_parameters: parameters.saturating_sub(places.statistics),
        active_parameters: parameters,
        input_embedding_parameters: table,
        forward_flop: tally.flop,
        forward_flop_causal: tally.flop.saturating_sub(masked),
        tokens,
        groups,
        unknown: unknown
            .into_iter()
            .map(|(what, (occurrences, matters))| Unknown {
                what,
                occurrences,
                matters,
            })
            .collect(),
        needs,
        notes,
    };
    Ok((count, matrices))
}
