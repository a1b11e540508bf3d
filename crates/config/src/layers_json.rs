//! Lists of layers as JSON, for links and files.
//!
//! A layer is an object: `kind`, and where they differ from the defaults `name`, `fields`, `repeat`, `shared`, `share`,
//! `frozen`, `density` (`[kept, of]` or `[kept, of, saved]`) and `layers` (of a block).

use crate::cfg::{clip, quote};
use crate::limits::MAX_TEXT;
use compute_layers::{Density, FieldValue, LayerSpec, MAX_DEPTH, MAX_LAYERS, Refusal};
use serde_json::{Map, Value, json};

fn refuse(code: &'static str, message: String, remedy: &str) -> Refusal {
    Refusal {
        code,
        message,
        remedy: remedy.into(),
    }
}

/// Reads a list of layers.
///
/// # Errors
/// What the text is instead, or which layer cannot be read.
pub fn layers_from_json(text: &str) -> Result<Vec<LayerSpec>, Refusal> {
    if text.len() > MAX_TEXT {
        let said = format!(
            "The list has {} bytes; at most {MAX_TEXT} are read.",
            text.len()
        );
        return Err(refuse(
            "text-too-long",
            said,
            "Use repeats for layers that are alike.",
        ));
    }
    let v: Value = serde_json::from_str(text).map_err(|e| {
        refuse(
            "not-json",
            format!("The list of layers is not JSON: {}.", clip(&e.to_string())),
            "Paste the whole list, from [ to ].",
        )
    })?;
    let mut left = MAX_LAYERS;
    list(&v, 0, &mut left)
}

fn list(v: &Value, depth: usize, left: &mut usize) -> Result<Vec<LayerSpec>, Refusal> {
    let Value::Array(a) = v else {
        return Err(refuse(
            "not-layers",
            format!("The list of layers is {}, not a list.", quote(v)),
            "Begin with [ and end with ].",
        ));
    };
    if depth > MAX_DEPTH {
        return Err(refuse(
            "nested-too-deep",
            format!("Blocks stand more than {MAX_DEPTH} deep in each other."),
            "Take some blocks apart.",
        ));
    }
    *left = left.checked_sub(a.len()).ok_or_else(|| {
        refuse(
            "too-many-layers",
            format!("The list has more than {MAX_LAYERS} layers."),
            "Use repeats for layers that are alike.",
        )
    })?;
    a.iter()
        .enumerate()
        .map(|(i, v)| layer(v, i, depth, left))
        .collect()
}

fn layer(v: &Value, i: usize, depth: usize, left: &mut usize) -> Result<LayerSpec, Refusal> {
    let Value::Object(o) = v else {
        return Err(refuse(
            "not-layers",
            format!("Layer {} is {}, not an object.", i + 1, quote(v)),
            "A layer is an object with \"kind\".",
        ));
    };
    let wrong = |key: &str, v: &Value, wanted: &str| {
        refuse(
            "field-type",
            format!("\"{key}\" of layer {} is {}.", i + 1, quote(v)),
            &format!("Write {wanted}."),
        )
    };
    let known = [
        "kind", "name", "fields", "repeat", "shared", "share", "frozen", "density", "layers",
    ];
    if let Some(k) = o.keys().find(|k| !known.contains(&k.as_str())) {
        return Err(refuse(
            "unknown-field",
            format!(
                "Layer {} has a key \"{}\" that is not known.",
                i + 1,
                clip(k)
            ),
            "The keys are kind, name, fields, repeat, shared, share, frozen, density and layers.",
        ));
    }
    let text = |key: &str| -> Result<Option<String>, Refusal> {
        match o.get(key) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(s)) if s.chars().count() <= 200 => Ok(Some(s.clone())),
            Some(v) => Err(wrong(key, v, "a text of at most 200 characters")),
        }
    };
    let flag = |key: &str| -> Result<bool, Refusal> {
        match o.get(key) {
            None | Some(Value::Null) => Ok(false),
            Some(Value::Bool(b)) => Ok(*b),
            Some(v) => Err(wrong(key, v, "true or false")),
        }
    };
    let children = match o.get("layers") {
        None | Some(Value::Null) => Vec::new(),
        Some(v) => list(v, depth + 1, left)?,
    };
    let kind = match text("kind")? {
        Some(k) => k,
        None if !children.is_empty() => "block".to_string(),
        None => {
            return Err(refuse(
                "not-layers",
                format!("Layer {} has no \"kind\".", i + 1),
                "Give one of the catalogue, like \"linear\".",
            ));
        }
    };
    let mut spec = LayerSpec {
        children,
        ..LayerSpec::new(&kind)
    };
    spec.name = text("name")?.unwrap_or_default();
    spec.share = text("share")?;
    (spec.shared, spec.frozen) = (flag("shared")?, flag("frozen")?);
    if let Some(v) = o.get("repeat") {
        spec.repeat = v
            .as_u64()
            .ok_or_else(|| wrong("repeat", v, "a whole number"))?;
    }
    if let Some(v) = o.get("density").filter(|v| !v.is_null()) {
        let part = |i: usize| v.get(i).and_then(Value::as_u64);
        let (Some(kept), Some(of)) = (part(0), part(1)) else {
            return Err(wrong(
                "density",
                v,
                "a share of weights as [kept, of], like [1, 4]",
            ));
        };
        spec.density = Some(Density {
            kept,
            of,
            saved: v.get(2).and_then(Value::as_bool).unwrap_or(true),
        });
    }
    match o.get("fields") {
        None | Some(Value::Null) => {}
        Some(Value::Object(fields)) => {
            for (k, v) in fields {
                let value = match v {
                    Value::Bool(b) => FieldValue::Flag(*b),
                    Value::String(s) if s.len() <= 64 => FieldValue::Text(s.clone()),
                    _ => FieldValue::Number(v.as_u64().ok_or_else(|| {
                        wrong(&clip(k), v, "a whole number, true or false, or a choice")
                    })?),
                };
                spec.fields.insert(k.clone(), value);
            }
        }
        Some(v) => return Err(wrong("fields", v, "an object of names and values")),
    }
    Ok(spec)
}

/// Writes a list of layers, canonically: defaults left out, keys in the order of the alphabet.
pub fn layers_to_json(layers: &[LayerSpec]) -> String {
    to_value(layers).to_string()
}

fn to_value(layers: &[LayerSpec]) -> Value {
    Value::Array(layers.iter().map(layer_value).collect())
}

fn layer_value(l: &LayerSpec) -> Value {
    let mut o = Map::new();
    o.insert("kind".into(), json!(l.kind));
    if !l.name.is_empty() {
        o.insert("name".into(), json!(l.name));
    }
    if !l.fields.is_empty() {
        let fields: Map<String, Value> = l
            .fields
            .iter()
            .map(|(k, v)| {
                let v = match v {
                    FieldValue::Number(n) => json!(n),
                    FieldValue::Flag(b) => json!(b),
                    FieldValue::Text(t) => json!(t),
                };
                (k.clone(), v)
            })
            .collect();
        o.insert("fields".into(), Value::Object(fields));
    }
    if l.repeat != 1 {
        o.insert("repeat".into(), json!(l.repeat));
    }
    for (key, on) in [("shared", l.shared), ("frozen", l.frozen)] {
        if on {
            o.insert(key.into(), json!(true));
        }
    }
    if let Some(s) = &l.share {
        o.insert("share".into(), json!(s));
    }
    if let Some(d) = l.density {
        o.insert(
            "density".into(),
            if d.saved {
                json!([d.kept, d.of])
            } else {
                json!([d.kept, d.of, false])
            },
        );
    }
    if !l.children.is_empty() {
        o.insert("layers".into(), to_value(&l.children));
    }
    Value::Object(o)
}

#[cfg(test)]
mod tests {
    use super::*;
    use compute_layers::{CountOptions, cnn_lstm_fcn, count_layers};

    #[test]
    fn a_list_survives_the_way_through_text() {
        let mut list = cnn_lstm_fcn();
        list.push(LayerSpec {
            share: Some("a".into()),
            density: Some(Density {
                kept: 1,
                of: 4,
                saved: false,
            }),
            frozen: true,
            ..LayerSpec::block(3, cnn_lstm_fcn())
        });
        let text = layers_to_json(&list);
        let again = layers_from_json(&text).expect("reads");
        assert_eq!(again, list);
        assert_eq!(layers_to_json(&again), text);
    }

    #[test]
    fn the_article_example_counts_from_text() {
        let text = layers_to_json(&cnn_lstm_fcn());
        let c = count_layers(
            &layers_from_json(&text).expect("reads"),
            &CountOptions::default(),
        )
        .expect("counts");
        assert_eq!(c.forward_flop, 29_424_890_880);
    }

    #[test]
    fn other_texts_are_refused() {
        let code = |t: &str| layers_from_json(t).expect_err("refused").code;
        assert_eq!(code("{}"), "not-layers");
        assert_eq!(code("[1]"), "not-layers");
        assert_eq!(code("[{}]"), "not-layers");
        assert_eq!(code("["), "not-json");
        assert_eq!(
            code(r#"[{"kind":"linear","fields":{"inputs":-1}}]"#),
            "field-type"
        );
        assert_eq!(code(r#"[{"kind":"linear","colour":1}]"#), "unknown-field");
        let deep = format!("{}]", r#"[{"layers":"#.repeat(60));
        assert_eq!(code(&deep), "not-json");
        let deep = format!(
            "{}[]{}",
            r#"[{"kind":"block","layers":"#.repeat(40),
            "}]".repeat(40)
        );
        assert_eq!(code(&deep), "nested-too-deep");
    }
}
