//! From the module's objects to what the page holds, and back.

use js_sys::{Array, JSON, Object, Reflect};
use wasm_bindgen::{JsCast, JsValue};

use super::builder::{Layer, Value};
use super::model::{Count, Group, Remark};

fn get(value: &JsValue, key: &str) -> JsValue {
    Reflect::get(value, &key.into()).unwrap_or(JsValue::UNDEFINED)
}

/// A text; empty where there is none.
pub fn text(value: &JsValue, key: &str) -> String {
    get(value, key).as_string().unwrap_or_default()
}

/// A number; 0 where there is none.
pub fn number(value: &JsValue, key: &str) -> f64 {
    get(value, key).as_f64().unwrap_or(0.0)
}

/// A whole number that has its digits in the field with "Exact".
pub fn exact(value: &JsValue, key: &str) -> u128 {
    text(value, &[key, "Exact"].concat())
        .parse()
        .unwrap_or_else(|_| number(value, key) as u128)
}

/// A list; empty where there is none.
pub fn list(value: &JsValue, key: &str) -> Array {
    get(value, key).dyn_into().unwrap_or_default()
}

/// A count.
pub fn count(value: &JsValue) -> Count {
    let mut adaptable: Vec<String> = Vec::new();
    let source = text(value, "source");
    let with_matrix: Vec<(String, String)> = list(value, "matrices")
        .iter()
        .map(|matrix| (text(&matrix, "path"), text(&matrix, "kind")))
        // Whole kinds first, then single matrices in them.
        .chain(
            list(value, "matrices")
                .iter()
                .map(|matrix| (String::new(), text(&matrix, "role"))),
        )
        .collect();
    let groups: Vec<Group> = list(value, "groups")
        .iter()
        .map(|group| Group {
            path: text(&group, "path"),
            kind: text(&group, "kind"),
            repeat: number(&group, "repeat") as u64,
            parameters: exact(&group, "parameters"),
            forward: exact(&group, "forwardFlop"),
            formula: text(&group, "formula"),
        })
        .collect();
    for (path, kind) in &with_matrix {
        // A graph tells each matrix apart by its module, like `q_proj`; the groups of other files hold several.
        let name = if source == "onnx" {
            path.trim_end_matches(['.', '*'])
                .rsplit('.')
                .next()
                .unwrap_or(path)
        } else {
            kind
        };
        if !name.is_empty()
            && adaptable.len() < super::training::PARTS
            && !adaptable.iter().any(|own| own == name)
        {
            adaptable.push(name.to_string());
        }
    }
    let read = get(value, "read");
    Count {
        source,
        name: text(value, "name"),
        architecture: text(value, "architecture"),
        parameters: exact(value, "parameters"),
        active: exact(value, "activeParameters"),
        table: number(value, "inputEmbeddingParameters") as u128,
        forward: exact(value, "forwardFlop"),
        causal: exact(value, "forwardFlopCausal"),
        tokens: number(value, "tokens") as u64,
        groups,
        unknown: list(value, "unknown")
            .iter()
            .map(|unknown| {
                (
                    text(&unknown, "what"),
                    number(&unknown, "occurrences") as u64,
                    get(&unknown, "matters").is_truthy(),
                )
            })
            .collect(),
        needs: list(value, "needs")
            .iter()
            .map(|need| (text(&need, "name"), text(&need, "why")))
            .collect(),
        problems: list(value, "problems")
            .iter()
            .map(|problem| Remark {
                warning: text(&problem, "severity") != "note",
                message: text(&problem, "message"),
            })
            .collect(),
        stored: list(value, "stored")
            .iter()
            .map(|stored| (text(&stored, "dtype"), number(&stored, "elements") as u128))
            .collect(),
        read: read
            .is_object()
            .then(|| (number(&read, "bytes") as u64, number(&read, "size") as u64)),
        adaptable,
        fragment: String::new(),
        too_long: false,
    }
}

/// A kind of layer from the catalogue.
#[derive(Clone, Debug, PartialEq)]
pub struct Kind {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// The formula in letters.
    pub formula: String,
    /// Its fields.
    pub fields: Vec<KindField>,
}

/// A field of a kind.
#[derive(Clone, Debug, PartialEq)]
pub struct KindField {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// What it takes, with its default.
    pub takes: Takes,
}

/// What a field takes.
#[derive(Clone, Debug, PartialEq)]
pub enum Takes {
    /// A whole number.
    Number(u64),
    /// A whole number, else the sequence length.
    Tokens,
    /// A switch.
    Flag(bool),
    /// One of these.
    Choice(Vec<String>),
}

/// The table of a count as JSON for an address: the name, and of each row path, kind, repeat, parameters and FLOP, whole numbers
/// as text so that they stay exact.
pub fn packable(count: &Count) -> Option<String> {
    let rows: Array = count
        .groups
        .iter()
        .map(|group| {
            texts(
                [
                    group.path.clone(),
                    group.kind.clone(),
                    group.repeat.to_string(),
                    group.parameters.to_string(),
                    group.forward.to_string(),
                ]
                .iter(),
            )
        })
        .collect();
    let whole = object(&[("name", count.title().into()), ("rows", rows.into())]);
    JSON::stringify(&whole).ok()?.as_string()
}

/// The catalogue of layers.
pub fn kinds(value: &JsValue) -> Vec<Kind> {
    let field = |field: JsValue| {
        let takes = match text(&field, "type").as_str() {
            "flag" => Takes::Flag(get(&field, "default").is_truthy()),
            "choice" => Takes::Choice(
                list(&field, "choices")
                    .iter()
                    .filter_map(|choice| choice.as_string())
                    .collect(),
            ),
            "tokens" => Takes::Tokens,
            _ => Takes::Number(number(&field, "default") as u64),
        };
        KindField {
            id: text(&field, "id"),
            name: text(&field, "name"),
            takes,
        }
    };
    value
        .dyn_ref::<Array>()
        .map(|kinds| {
            kinds
                .iter()
                .map(|kind| Kind {
                    id: text(&kind, "id"),
                    name: text(&kind, "name"),
                    formula: text(&kind, "formula"),
                    fields: list(&kind, "fields").iter().map(field).collect(),
                })
                .collect()
        })
        .unwrap_or_default()
}

/// A list of layers as a link or a file holds it; what is of another type is left out, and the count says what it misses.
pub fn layers(value: &JsValue) -> Vec<Layer> {
    fn some(list: &Array, depth: usize) -> Vec<Layer> {
        if depth > 16 {
            return Vec::new();
        }
        list.iter()
            .map(|layer| {
                let typed = |value: &JsValue, key: &str| match get(value, key).as_f64() {
                    Some(number) => (number as u64).to_string(),
                    None => String::new(),
                };
                let density = get(&layer, "density");
                let fields = get(&layer, "fields");
                let mut own = Layer {
                    kind: text(&layer, "kind"),
                    name: text(&layer, "name"),
                    repeat: typed(&layer, "repeat"),
                    shared: get(&layer, "shared").is_truthy(),
                    share: text(&layer, "share"),
                    frozen: get(&layer, "frozen").is_truthy(),
                    kept: typed(&density, "kept"),
                    of: typed(&density, "of"),
                    saved: get(&density, "saved").is_truthy(),
                    children: some(&self::list(&layer, "layers"), depth + 1),
                    ..Layer::default()
                };
                if let Some(fields) = fields.dyn_ref::<Object>() {
                    for key in Object::keys(fields)
                        .iter()
                        .filter_map(|key| key.as_string())
                    {
                        let value = get(fields, &key);
                        let value = if let Some(number) = value.as_f64() {
                            Value::Number((number as u64).to_string())
                        } else if let Some(on) = value.as_bool() {
                            Value::Flag(on)
                        } else {
                            Value::Text(value.as_string().unwrap_or_default())
                        };
                        own.fields.insert(key, value);
                    }
                }
                own
            })
            .collect()
    }
    some(&list(value, "layers"), 0)
}

/// An object of these keys; what is `undefined` is left out.
pub fn object(keys: &[(&str, JsValue)]) -> JsValue {
    let object = Object::new();
    for (key, value) in keys {
        if !value.is_undefined() {
            // Cannot fail: a new object takes any key.
            let _ = Reflect::set(&object, &(*key).into(), value);
        }
    }
    object.into()
}

/// A list of texts.
pub fn texts<'a>(texts: impl Iterator<Item = &'a String>) -> JsValue {
    texts
        .map(|text| JsValue::from_str(text))
        .collect::<Array>()
        .into()
}

/// An object as JSON, for people.
pub fn pretty(value: &JsValue) -> String {
    JSON::stringify_with_replacer_and_space(value, &JsValue::NULL, &JsValue::from_f64(1.0))
        .ok()
        .and_then(|text| text.as_string())
        .unwrap_or_default()
}
