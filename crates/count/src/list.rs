//! Lists of layers as JSON: what a link carries, and what a program hands over.
//!
//! `{"layers": [{"kind": "linear", "fields": {"inputs": 256, "outputs": 10, "bias": false}, "repeat": 3, …}]}`; beside these a
//! layer may have `name`, `shared` (all repeats use one set of weights), `share` (layers of one label share their weights),
//! `frozen`, `density` (`{"kept": 1, "of": 4, "saved": true}`), and a `block` has `layers` of its own. Beside `layers`, the list may
//! name the `sequenceLength` and the `batch` that it is counted at.

use compute_layers::{
    CountOptions, Density, FieldValue, LayerSpec, MAX_DEPTH, MAX_LAYERS, Refusal,
};
use serde_json::{Map, Value, json};

/// Longest text of a list, bytes.
const MAX_TEXT: usize = 4 << 20;
/// Longest name, label or choice, bytes.
const MAX_NAME: usize = 200;

/// A list of layers, with the sizes that it names.
#[derive(Clone, Debug, PartialEq)]
pub struct LayerList {
    /// The layers, in order.
    pub layers: Vec<LayerSpec>,
    /// Tokens in one example.
    pub sequence_length: Option<u64>,
    /// Examples in a batch.
    pub batch: Option<u64>,
}

impl LayerList {
    /// The options with the sizes of the list where they name none.
    pub fn options(&self, asked: &CountOptions) -> CountOptions {
        let mut options = asked.clone();
        options.sequence_length = options.sequence_length.or(self.sequence_length);
        options.batch = options.batch.or(self.batch);
        options
    }
}

/// Reads a list of layers.
///
/// # Errors
/// Those of [`list_from_json`].
pub fn layers_from_json(text: &str) -> Result<Vec<LayerSpec>, Refusal> {
    list_from_json(text).map(|list| list.layers)
}

/// Reads a list of layers with its sizes.
///
/// # Errors
/// `layers-too-long`, `not-json`, `not-layers` with the place of what does not read, `nested-too-deep`, `too-many-layers`.
pub fn list_from_json(text: &str) -> Result<LayerList, Refusal> {
    if text.len() > MAX_TEXT {
        return Err(refusal(
            "layers-too-long",
            format!(
                "The list has {} bytes; at most {MAX_TEXT} are read.",
                text.len()
            ),
            "Use repeats for layers that are alike.",
        ));
    }
    let value: Value =
        serde_json::from_str(text.trim_start_matches('\u{feff}')).map_err(|error| {
            refusal(
                "not-json",
                format!(
                    "The list of layers is not JSON: line {}, column {}.",
                    error.line(),
                    error.column()
                ),
                SHAPE,
            )
        })?;
    let list = match &value {
        Value::Array(list) => list,
        Value::Object(object) => object
            .get("layers")
            .and_then(Value::as_array)
            .ok_or_else(|| not("", "a list under \"layers\""))?,
        _ => return Err(not("", "an object with \"layers\"")),
    };
    let size = |key: &str| match value.get(key) {
        None | Some(Value::Null) => Ok(None),
        Some(size) => size
            .as_u64()
            .filter(|size| *size > 0)
            .map(Some)
            .ok_or_else(|| not(key, "a whole number above 0")),
    };
    let mut seen = 0;
    Ok(LayerList {
        layers: read_list(list, "", 0, &mut seen)?,
        sequence_length: size("sequenceLength")?,
        batch: size("batch")?,
    })
}

const SHAPE: &str = "A list reads {\"layers\": [{\"kind\": \"linear\", \"fields\": {\"inputs\": 256, \"outputs\": 10}}]}.";

fn refusal(code: &'static str, message: String, remedy: &str) -> Refusal {
    Refusal {
        code,
        message,
        remedy: remedy.into(),
    }
}

fn not(place: &str, wanted: &str) -> Refusal {
    let place = if place.is_empty() {
        "The text".to_string()
    } else {
        format!("\"{place}\" in the list of layers")
    };
    refusal("not-layers", format!("{place} is not {wanted}."), SHAPE)
}

fn read_list(
    list: &[Value],
    place: &str,
    depth: usize,
    seen: &mut usize,
) -> Result<Vec<LayerSpec>, Refusal> {
    if depth > MAX_DEPTH {
        return Err(refusal(
            "nested-too-deep",
            format!("Blocks stand more than {MAX_DEPTH} deep in each other."),
            "Take some blocks apart.",
        ));
    }
    let mut out = Vec::new();
    for (at, value) in list.iter().enumerate() {
        *seen += 1;
        if *seen > MAX_LAYERS {
            return Err(refusal(
                "too-many-layers",
                format!("The list has more than {MAX_LAYERS} layers."),
                "Use repeats for layers that are alike.",
            ));
        }
        let place = if place.is_empty() {
            format!("layers[{at}]")
        } else {
            format!("{place}.layers[{at}]")
        };
        let object = value.as_object().ok_or_else(|| not(&place, "an object"))?;
        out.push(read_layer(object, &place, depth, seen)?);
    }
    Ok(out)
}

fn read_layer(
    object: &Map<String, Value>,
    place: &str,
    depth: usize,
    seen: &mut usize,
) -> Result<LayerSpec, Refusal> {
    let at = |key: &str| format!("{place}.{key}");
    let text = |key: &str| match object.get(key) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) if text.len() <= MAX_NAME => Ok(Some(text.clone())),
        Some(_) => Err(not(&at(key), &format!("text of at most {MAX_NAME} bytes"))),
    };
    let flag = |object: &Map<String, Value>, key: &str| match object.get(key) {
        None | Some(Value::Null) => Ok(false),
        Some(Value::Bool(on)) => Ok(*on),
        Some(_) => Err(not(&at(key), "true or false")),
    };
    let kind = text("kind")?.ok_or_else(|| not(&at("kind"), "there"))?;
    let mut layer = LayerSpec::new(&kind);
    layer.name = text("name")?.unwrap_or_default();
    layer.share = text("share")?.filter(|label| !label.is_empty());
    layer.shared = flag(object, "shared")?;
    layer.frozen = flag(object, "frozen")?;
    if let Some(value) = object.get("repeat").filter(|value| !value.is_null()) {
        layer.repeat = whole(value).ok_or_else(|| not(&at("repeat"), "a whole number"))?;
    }
    if let Some(value) = object.get("density").filter(|value| !value.is_null()) {
        let density = value
            .as_object()
            .ok_or_else(|| not(&at("density"), "an object with kept and of"))?;
        let size = |key: &str| {
            density
                .get(key)
                .and_then(whole)
                .ok_or_else(|| not(&at(&format!("density.{key}")), "a whole number"))
        };
        layer.density = Some(Density {
            kept: size("kept")?,
            of: size("of")?,
            saved: flag(density, "saved")?,
        });
    }
    if let Some(value) = object.get("fields").filter(|value| !value.is_null()) {
        for (key, value) in value
            .as_object()
            .ok_or_else(|| not(&at("fields"), "an object"))?
        {
            let field = match value {
                Value::Bool(on) => FieldValue::Flag(*on),
                Value::String(text) if text.len() <= MAX_NAME => FieldValue::Text(text.clone()),
                other => FieldValue::Number(whole(other).ok_or_else(|| {
                    not(
                        &at(&format!("fields.{key}")),
                        "a whole number, a text or true or false",
                    )
                })?),
            };
            layer.fields.insert(key.clone(), field);
        }
    }
    if let Some(value) = object.get("layers").filter(|value| !value.is_null()) {
        let list = value
            .as_array()
            .ok_or_else(|| not(&at("layers"), "a list"))?;
        if layer.kind != "block" && !list.is_empty() {
            return Err(not(&at("kind"), "\"block\", though it has layers inside"));
        }
        layer.children = read_list(list, place, depth + 1, seen)?;
    }
    Ok(layer)
}

fn whole(value: &Value) -> Option<u64> {
    value.as_u64().or_else(|| {
        value
            .as_f64()
            .filter(|n| n.fract() == 0.0 && (0.0..=9.0e15).contains(n))
            .map(|n| n as u64)
    })
}

/// Writes a list of layers; what equals a default is left out.
pub fn layers_to_json(layers: &[LayerSpec]) -> String {
    json!({ "layers": write_list(layers) }).to_string()
}

fn write_list(layers: &[LayerSpec]) -> Value {
    let one = |layer: &LayerSpec| {
        let mut out = Map::new();
        out.insert("kind".into(), json!(layer.kind));
        if !layer.name.is_empty() {
            out.insert("name".into(), json!(layer.name));
        }
        if layer.repeat != 1 {
            out.insert("repeat".into(), json!(layer.repeat));
        }
        for (key, on) in [("shared", layer.shared), ("frozen", layer.frozen)] {
            if on {
                out.insert(key.into(), json!(true));
            }
        }
        if let Some(label) = &layer.share {
            out.insert("share".into(), json!(label));
        }
        if let Some(density) = layer.density {
            out.insert(
                "density".into(),
                json!({ "kept": density.kept, "of": density.of, "saved": density.saved }),
            );
        }
        if !layer.fields.is_empty() {
            let fields = layer.fields.iter().map(|(key, value)| {
                let value = match value {
                    FieldValue::Number(n) => json!(n),
                    FieldValue::Flag(on) => json!(on),
                    FieldValue::Text(text) => json!(text),
                };
                (key.clone(), value)
            });
            out.insert("fields".into(), Value::Object(fields.collect()));
        }
        if !layer.children.is_empty() {
            out.insert("layers".into(), write_list(&layer.children));
        }
        Value::Object(out)
    };
    Value::Array(layers.iter().map(one).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use compute_layers::{CountOptions, cnn_lstm_fcn, count_layers};

    #[test]
    fn lists_come_back() {
        let mut list = cnn_lstm_fcn();
        list.push(LayerSpec {
            share: Some("table".into()),
            frozen: true,
            density: Some(Density {
                kept: 1,
                of: 4,
                saved: false,
            }),
            children: vec![LayerSpec::new("rms-norm")],
            ..LayerSpec::block(12, vec![])
        });
        assert_eq!(layers_from_json(&layers_to_json(&list)).as_ref(), Ok(&list));
        let text = layers_to_json(&cnn_lstm_fcn());
        let packed = crate::encode(&text).and_then(|packed| crate::decode(&packed));
        let list = layers_from_json(&packed.expect("packs")).expect("reads");
        assert_eq!(
            count_layers(&list, &CountOptions::default()).map(|c| c.forward_flop),
            Ok(29_424_890_880)
        );
        // The door takes the same text as a file.
        let counted =
            crate::count_bytes(text.as_bytes(), "", &CountOptions::default()).expect("counts");
        assert_eq!(
            (counted.count.parameters, counted.count.forward_flop),
            (655_627_754, 29_424_890_880)
        );
    }

    #[test]
    fn sizes_of_the_list_hold_where_the_options_name_none() {
        let text = r#"{"layers":[{"kind":"linear","fields":{"inputs":3,"outputs":5}}],"sequenceLength":7,"batch":2}"#;
        let forward = |options: CountOptions| {
            let counted = crate::count_bytes(text.as_bytes(), "", &options).expect("counts");
            counted.count.forward_flop
        };
        assert_eq!(forward(CountOptions::default()), 2 * 3 * 5 * 7 * 2);
        let longer = CountOptions {
            sequence_length: Some(11),
            ..CountOptions::default()
        };
        assert_eq!(forward(longer), 2 * 3 * 5 * 11 * 2);
    }

    #[test]
    fn what_does_not_read_is_named_by_its_place() {
        for (text, code, part) in [
            ("{\"layers\":[],\"batch\":0}", "not-layers", "\"batch\""),
            (
                "{\"layers\":[],\"sequenceLength\":\"long\"}",
                "not-layers",
                "\"sequenceLength\"",
            ),
            ("", "not-json", "line 1"),
            ("{}", "not-layers", "under \"layers\""),
            ("7", "not-layers", "an object"),
            ("[7]", "not-layers", "layers[0]"),
            ("[{}]", "not-layers", "layers[0].kind"),
            (
                "[{\"kind\":\"linear\",\"repeat\":-1}]",
                "not-layers",
                "layers[0].repeat",
            ),
            (
                "[{\"kind\":\"linear\",\"fields\":{\"inputs\":1.5}}]",
                "not-layers",
                "fields.inputs",
            ),
            (
                "[{\"kind\":\"block\",\"layers\":[{\"kind\":1}]}]",
                "not-layers",
                "layers[0].layers[0].kind",
            ),
            (
                "[{\"kind\":\"linear\",\"layers\":[{\"kind\":\"linear\"}]}]",
                "not-layers",
                "block",
            ),
            (
                "[{\"kind\":\"linear\",\"density\":{\"kept\":1}}]",
                "not-layers",
                "density.of",
            ),
        ] {
            let refusal = layers_from_json(text).expect_err(text);
            assert_eq!(refusal.code, code, "{text}");
            assert!(
                refusal.message.contains(part),
                "{text}: {}",
                refusal.message
            );
        }
        let deep = format!(
            "{}{}",
            "[{\"kind\":\"block\",\"layers\":".repeat(40),
            "[]".to_string() + &"}]".repeat(40)
        );
        assert_eq!(
            layers_from_json(&deep).map_err(|r| r.code),
            Err("nested-too-deep")
        );
        let deeper = "[{\"kind\":\"block\",\"layers\":".repeat(10_000);
        assert_eq!(
            layers_from_json(&deeper).map_err(|r| r.code),
            Err("not-json")
        );
    }

    #[test]
    fn every_prefix_of_a_list_and_of_its_fragment_ends() {
        let whole = layers_to_json(&cnn_lstm_fcn());
        let packed = crate::encode(&whole).expect("packs");
        for end in 0..whole.len() {
            // Cut anywhere, a list is no JSON any more.
            let cut = whole.get(..end).expect("is ASCII");
            assert_eq!(
                layers_from_json(cut).map_err(|r| r.code),
                Err("not-json"),
                "{cut}"
            );
        }
        for end in 0..packed.len() {
            let cut = packed.get(..end).expect("is ASCII");
            // What still unpacks is a list that was cut.
            if let Ok(text) = crate::decode(cut) {
                assert!(layers_from_json(&text).is_err() || text == whole, "{end}");
            }
        }
    }

    #[test]
    fn broken_lists_end_in_a_list_or_a_refusal() {
        let whole = layers_to_json(&cnn_lstm_fcn());
        let packed = crate::encode(&whole).expect("packs");
        // A hundred thousand in release, fewer where every step is checked.
        let times = if cfg!(debug_assertions) {
            20_000
        } else {
            100_000
        };
        let mut seed = 0x9e37_79b9_7f4a_7c15_u64;
        let mut next = |below: usize| {
            seed ^= seed << 13;
            seed ^= seed >> 7;
            seed ^= seed << 17;
            (seed % below.max(1) as u64) as usize
        };
        for _ in 0..times {
            for (text, is_packed) in [(&whole, false), (&packed, true)] {
                let mut bytes = text.clone().into_bytes();
                for _ in 0..=next(3) {
                    if bytes.is_empty() {
                        break;
                    }
                    let at = next(bytes.len());
                    match next(4) {
                        0 => bytes[at] = b"0123456789-{}[]\",:eE._aZ"[next(24)],
                        1 => drop(bytes.remove(at)),
                        2 => bytes.insert(at, b"9{[\"0"[next(5)]),
                        _ => bytes.truncate(at.max(1)),
                    }
                }
                let text = String::from_utf8(bytes).expect("is ASCII");
                let text = if is_packed {
                    match crate::decode(&text) {
                        Ok(text) => text,
                        Err(refusal) => {
                            assert_eq!(refusal.code, "layers-unreadable");
                            continue;
                        }
                    }
                } else {
                    text
                };
                if let Ok(list) = layers_from_json(&text) {
                    // What reads is counted or refused, and comes back the same.
                    let _ = count_layers(&list, &CountOptions::default());
                    assert_eq!(layers_from_json(&layers_to_json(&list)).as_ref(), Ok(&list));
                }
            }
        }
    }
}
