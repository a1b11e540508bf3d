//! The graph as the file describes it, without its weights.

use std::collections::HashMap;
use std::sync::Arc;

/// A name, numbered once; 0 is the empty name, which ONNX uses for "absent".
pub(crate) type Name = u32;

/// All names of a model.
#[derive(Clone, Debug)]
pub(crate) struct Names {
    numbers: HashMap<Arc<str>, Name>,
    texts: Vec<Arc<str>>,
}

impl Names {
    pub(crate) fn new() -> Self {
        let mut out = Self {
            numbers: HashMap::new(),
            texts: Vec::new(),
        };
        out.intern("");
        out
    }

    pub(crate) fn intern(&mut self, text: &str) -> Name {
        if let Some(&name) = self.numbers.get(text) {
            return name;
        }
        let name = Name::try_from(self.texts.len()).unwrap_or(0);
        // One copy for both ways.
        let text: Arc<str> = text.into();
        self.texts.push(Arc::clone(&text));
        self.numbers.insert(text, name);
        name
    }

    pub(crate) fn get(&self, text: &str) -> Option<Name> {
        self.numbers.get(text).copied()
    }

    pub(crate) fn text(&self, name: Name) -> &str {
        self.texts.get(name as usize).map_or("", |t| t)
    }
}

/// Element types by ONNX's numbers.
pub(crate) mod dtype {
    pub(crate) const FLOAT: i32 = 1;
    pub(crate) const UINT8: i32 = 2;
    pub(crate) const INT8: i32 = 3;
    pub(crate) const INT32: i32 = 6;
    pub(crate) const INT64: i32 = 7;
    pub(crate) const STRING: i32 = 8;
    pub(crate) const BOOL: i32 = 9;
    pub(crate) const DOUBLE: i32 = 11;
    pub(crate) const UINT32: i32 = 12;
    pub(crate) const UINT64: i32 = 13;

    /// Real and complex numbers of any width, fp8 and fp4 included.
    pub(crate) fn is_float(dtype: i32) -> bool {
        matches!(dtype, 1 | 10 | 11 | 14..=20 | 23 | 24)
    }

    pub(crate) fn is_integer(dtype: i32) -> bool {
        matches!(dtype, 2..=7 | 9 | 12 | 13 | 21 | 22 | 25 | 26)
    }

    /// Whether stored weights have this type: floats, and the integers of
    /// quantized weights and their biases. Int64 and bool hold shapes and masks.
    pub(crate) fn is_weight(dtype: i32) -> bool {
        is_float(dtype) || matches!(dtype, UINT8 | INT8 | INT32 | 21 | 22 | 25 | 26)
    }
}

/// Small constants that are followed: each element may be unknown.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Value {
    Ints(Vec<Option<i64>>),
    Floats(Vec<Option<f64>>),
}

impl Value {
    pub(crate) fn len(&self) -> usize {
        match self {
            Self::Ints(v) => v.len(),
            Self::Floats(v) => v.len(),
        }
    }
}

/// A tensor of the file: shape and type; values only of small constants.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tensor {
    pub(crate) name: Name,
    pub(crate) dtype: i32,
    pub(crate) dims: Box<[u64]>,
    pub(crate) value: Option<Arc<Value>>,
    /// Its data stands in another file.
    pub(crate) external: bool,
    /// Stored non-zero values of a sparse tensor; else the product of `dims`.
    pub(crate) sparse: Option<u64>,
}

impl Tensor {
    /// Stored elements; `None` past 2^128.
    pub(crate) fn elements(&self) -> Option<u128> {
        if let Some(n) = self.sparse {
            return Some(u128::from(n));
        }
        if self.dims.contains(&0) {
            return Some(0);
        }
        self.dims
            .iter()
            .try_fold(1_u128, |a, &b| a.checked_mul(u128::from(b)))
    }
}

/// A dimension as declared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Declared {
    Fixed(u64),
    Named(Name),
    Open,
}

/// A declared type.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Type {
    Tensor {
        dtype: i32,
        shape: Option<Box<[Declared]>>,
    },
    Sequence(Box<Type>),
    Other,
}

/// A name with its declared type.
#[derive(Clone, Debug)]
pub(crate) struct Info {
    pub(crate) name: Name,
    pub(crate) of: Type,
}

/// A value of an attribute.
#[derive(Clone, Debug)]
pub(crate) enum Attr {
    Float(f32),
    Int(i64),
    Text(Box<str>),
    Tensor(Box<Tensor>),
    Graph(Box<Graph>),
    Floats(Box<[f32]>, u64),
    Ints(Box<[i64]>, u64),
    Texts(Box<[Box<str>]>),
    Graphs(Vec<Graph>),
    /// The value that the caller of the function gives.
    Reference(Name),
    Other,
}

/// An attribute by name.
#[derive(Clone, Debug)]
pub(crate) struct Attribute {
    pub(crate) name: Name,
    pub(crate) value: Attr,
}

/// An operator at work.
#[derive(Clone, Debug, Default)]
pub(crate) struct Node {
    /// Its number among all nodes of the file.
    pub(crate) id: u32,
    pub(crate) name: Name,
    pub(crate) op: Name,
    pub(crate) domain: Name,
    pub(crate) overload: Name,
    /// Module path that an exporter noted; 0 where none.
    pub(crate) scope: Name,
    pub(crate) inputs: Box<[Name]>,
    pub(crate) outputs: Box<[Name]>,
    pub(crate) attributes: Box<[Attribute]>,
}

/// A graph: the model's own, a branch, or a loop's body.
#[derive(Clone, Debug, Default)]
pub(crate) struct Graph {
    pub(crate) name: Name,
    pub(crate) nodes: Vec<Node>,
    pub(crate) initializers: Vec<Tensor>,
    pub(crate) inputs: Vec<Info>,
    pub(crate) outputs: Vec<Info>,
    pub(crate) infos: Vec<Info>,
}

/// A function of the model's own.
#[derive(Clone, Debug, Default)]
pub(crate) struct Function {
    pub(crate) name: Name,
    pub(crate) domain: Name,
    pub(crate) overload: Name,
    pub(crate) inputs: Vec<Name>,
    pub(crate) outputs: Vec<Name>,
    pub(crate) defaults: Vec<Attribute>,
    pub(crate) nodes: Vec<Node>,
    pub(crate) infos: Vec<Info>,
    pub(crate) opsets: Vec<(Name, i64)>,
}

/// A model.
#[derive(Clone, Debug)]
pub(crate) struct Model {
    pub(crate) names: Names,
    pub(crate) producer: String,
    pub(crate) opsets: Vec<(Name, i64)>,
    pub(crate) graph: Graph,
    pub(crate) has_graph: bool,
    pub(crate) functions: Vec<Function>,
    pub(crate) nodes: u32,
    pub(crate) external: bool,
}
