//! The list of layers under construction: a tree of texts as typed, with undo.

use std::collections::BTreeMap;

/// Most steps back.
const HISTORY: usize = 100;
/// Deepest nesting that is offered; the count refuses more than this as well.
const DEPTH: usize = 16;

/// A layer, or a block of layers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Layer {
    /// Id of its kind; `block` holds others.
    pub kind: String,
    /// Name given to it; may be empty.
    pub name: String,
    /// Fields as typed; those not here have their kind's default.
    pub fields: BTreeMap<String, Value>,
    /// How often it stands here, as typed; empty is once.
    pub repeat: String,
    /// Whether all repeats use one set of weights.
    pub shared: bool,
    /// Layers with the same label share their weights.
    pub share: String,
    /// Whether training leaves it as it is.
    pub frozen: bool,
    /// Weights kept, of how many, as typed; both empty: all of them.
    pub kept: String,
    /// Of how many.
    pub of: String,
    /// Whether the hardware saves the work of the rest.
    pub saved: bool,
    /// Layers inside.
    pub children: Vec<Layer>,
}

/// What stands in a field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// A number, as typed.
    Number(String),
    /// A switch.
    Flag(bool),
    /// A choice.
    Text(String),
}

impl Layer {
    /// One of a kind.
    pub fn new(kind: &str) -> Layer {
        Layer {
            kind: kind.to_string(),
            ..Layer::default()
        }
    }

    /// Whether it holds other layers.
    pub fn is_block(&self) -> bool {
        self.kind == "block"
    }
}

/// A place in the tree: `0`, `2.1`.
pub type Place = Vec<usize>;

/// Reads a place.
pub fn place(text: &str) -> Option<Place> {
    text.split('.').map(|part| part.parse().ok()).collect()
}

/// Writes a place.
pub fn written(place: &[usize]) -> String {
    let parts: Vec<String> = place.iter().map(usize::to_string).collect();
    parts.join(".")
}

/// The list with its past.
#[derive(Clone, Debug, Default)]
pub struct Builder {
    /// The list.
    pub layers: Vec<Layer>,
    past: Vec<Vec<Layer>>,
    future: Vec<Vec<Layer>>,
    /// What the last change was about: typing on in one field is one step back.
    last: String,
}

impl Builder {
    /// A list without a past.
    pub fn of(layers: Vec<Layer>) -> Builder {
        Builder {
            layers,
            ..Builder::default()
        }
    }

    /// Whether there is a step back.
    pub fn can_undo(&self) -> bool {
        !self.past.is_empty()
    }

    /// Whether there is a step forward again.
    pub fn can_redo(&self) -> bool {
        !self.future.is_empty()
    }

    /// A step back.
    pub fn undo(&mut self) {
        if let Some(before) = self.past.pop() {
            self.future
                .push(std::mem::replace(&mut self.layers, before));
            self.last.clear();
        }
    }

    /// A step forward again.
    pub fn redo(&mut self) {
        if let Some(after) = self.future.pop() {
            self.past.push(std::mem::replace(&mut self.layers, after));
            self.last.clear();
        }
    }

    /// Makes a change that can be undone. Changes in a row about the same thing (not empty) are one step.
    pub fn change<T>(&mut self, about: &str, change: impl FnOnce(&mut Vec<Layer>) -> T) -> T {
        let before = self.layers.clone();
        let out = change(&mut self.layers);
        if before != self.layers {
            if about.is_empty() || about != self.last {
                self.past.push(before);
                if self.past.len() > HISTORY {
                    self.past.remove(0);
                }
            }
            self.future.clear();
            self.last = about.to_string();
        }
        out
    }

    /// The layer at a place.
    pub fn at(&self, place: &[usize]) -> Option<&Layer> {
        let (last, way) = place.split_last()?;
        let mut list = &self.layers;
        for step in way {
            list = &list.get(*step)?.children;
        }
        list.get(*last)
    }

    /// Changes the layer at a place.
    pub fn edit(&mut self, place: &[usize], about: &str, edit: impl FnOnce(&mut Layer)) {
        let about = if about.is_empty() {
            String::new()
        } else {
            format!("{} {about}", written(place))
        };
        self.change(&about, |layers| {
            if let Some((list, at)) = list_at(layers, place)
                && let Some(layer) = list.get_mut(at)
            {
                edit(layer);
            }
        });
    }

    /// Adds a layer at the end, or inside the block at a place; tells where.
    pub fn add(&mut self, inside: Option<&[usize]>, layer: Layer) -> Place {
        self.change("", |layers| match inside {
            Some(place) if place.len() < DEPTH => match list_at(layers, place) {
                Some((list, at)) => match list.get_mut(at).filter(|block| block.is_block()) {
                    Some(block) => {
                        block.children.push(layer);
                        let mut place = place.to_vec();
                        place.push(block.children.len() - 1);
                        place
                    }
                    None => place.to_vec(),
                },
                None => Vec::new(),
            },
            _ => {
                layers.push(layer);
                vec![layers.len() - 1]
            }
        })
    }

    /// Removes a layer.
    pub fn remove(&mut self, place: &[usize]) {
        self.change("", |layers| {
            if let Some((list, at)) = list_at(layers, place) {
                list.remove(at);
            }
        });
    }

    /// Puts a copy behind a layer.
    pub fn copy(&mut self, place: &[usize]) -> Place {
        self.change("", |layers| match list_at(layers, place) {
            Some((list, at)) => {
                let layer = list.get(at).cloned().unwrap_or_default();
                list.insert(at + 1, layer);
                beside(place, at + 1)
            }
            None => place.to_vec(),
        })
    }

    /// Moves a layer up or down among its neighbours; at the edge of a block, out of it. Tells where it is now.
    pub fn shift(&mut self, place: &[usize], down: bool) -> Place {
        self.change("", |layers| {
            let Some((list, at)) = list_at(layers, place) else {
                return place.to_vec();
            };
            let to = if down { at + 1 } else { at.wrapping_sub(1) };
            if to < list.len() {
                list.swap(at, to);
                return beside(place, to);
            }
            let Some((_, outer)) = place.split_last().filter(|(_, outer)| !outer.is_empty()) else {
                return place.to_vec();
            };
            let layer = list.remove(at);
            let Some((list, block)) = list_at(layers, outer) else {
                return place.to_vec();
            };
            let to = if down { block + 1 } else { block };
            list.insert(to, layer);
            beside(outer, to)
        })
    }

    /// Puts a layer into a block of its own, or, where a block stands above it, into that one.
    pub fn nest(&mut self, place: &[usize]) -> Place {
        if place.len() >= DEPTH {
            return place.to_vec();
        }
        self.change("", |layers| {
            let Some((list, at)) = list_at(layers, place) else {
                return place.to_vec();
            };
            let above = at
                .checked_sub(1)
                .filter(|above| list.get(*above).is_some_and(Layer::is_block));
            let layer = list.remove(at);
            match above.and_then(|above| list.get_mut(above).map(|block| (above, block))) {
                Some((above, block)) => {
                    block.children.push(layer);
                    let inside = block.children.len() - 1;
                    let mut place = beside(place, above);
                    place.push(inside);
                    place
                }
                None => {
                    list.insert(
                        at,
                        Layer {
                            children: vec![layer],
                            ..Layer::new("block")
                        },
                    );
                    let mut place = place.to_vec();
                    place.push(0);
                    place
                }
            }
        })
    }

    /// Takes a block apart: its layers stand in its place.
    pub fn unpack(&mut self, place: &[usize]) {
        self.change("", |layers| {
            if let Some((list, at)) = list_at(layers, place)
                && list.get(at).is_some_and(Layer::is_block)
            {
                let block = list.remove(at);
                for (offset, layer) in block.children.into_iter().enumerate() {
                    list.insert(at + offset, layer);
                }
            }
        });
    }

    /// Whether any of them has weights shared under a label, or stands in a list of others: the whole as JSON text.
    ///
    /// # Errors
    /// Place and field of the first text that `read` does not take for a whole number.
    pub fn json(&self, read: &dyn Fn(&str) -> Option<u64>) -> Result<String, (Place, String)> {
        let mut out = String::from("{\"layers\":");
        write_list(&mut out, &self.layers, &mut Vec::new(), read)?;
        out.push('}');
        Ok(out)
    }
}

fn beside(place: &[usize], at: usize) -> Place {
    let mut place = place.to_vec();
    if let Some(last) = place.last_mut() {
        *last = at;
    }
    place
}

/// The list that holds the place, and the number in it.
fn list_at<'a>(layers: &'a mut Vec<Layer>, place: &[usize]) -> Option<(&'a mut Vec<Layer>, usize)> {
    let (last, way) = place.split_last()?;
    let mut list = layers;
    for step in way {
        list = &mut list.get_mut(*step)?.children;
    }
    (*last < list.len()).then_some((list, *last))
}

fn write_list(
    out: &mut String,
    layers: &[Layer],
    place: &mut Place,
    read: &dyn Fn(&str) -> Option<u64>,
) -> Result<(), (Place, String)> {
    out.push('[');
    for (at, layer) in layers.iter().enumerate() {
        if at > 0 {
            out.push(',');
        }
        place.push(at);
        let number =
            |text: &str, field: &str| read(text).ok_or_else(|| (place.clone(), field.to_string()));
        out.push_str("{\"kind\":");
        quote(out, &layer.kind);
        if !layer.name.is_empty() {
            out.push_str(",\"name\":");
            quote(out, &layer.name);
        }
        if !layer.repeat.trim().is_empty() {
            let repeat = number(&layer.repeat, "repeat")?;
            if repeat != 1 {
                out.push_str(&format!(",\"repeat\":{repeat}"));
            }
        }
        for (key, on) in [("shared", layer.shared), ("frozen", layer.frozen)] {
            if on {
                out.push_str(&format!(",\"{key}\":true"));
            }
        }
        if !layer.share.trim().is_empty() {
            out.push_str(",\"share\":");
            quote(out, layer.share.trim());
        }
        if !layer.kept.trim().is_empty() || !layer.of.trim().is_empty() {
            let (kept, of) = (number(&layer.kept, "kept")?, number(&layer.of, "of")?);
            out.push_str(&format!(
                ",\"density\":{{\"kept\":{kept},\"of\":{of},\"saved\":{}}}",
                layer.saved
            ));
        }
        let mut first = true;
        for (key, value) in &layer.fields {
            let text = match value {
                Value::Number(text) if text.trim().is_empty() => continue,
                Value::Number(text) => number(text, key)?.to_string(),
                Value::Flag(on) => on.to_string(),
                Value::Text(text) => {
                    let mut quoted = String::new();
                    quote(&mut quoted, text);
                    quoted
                }
            };
            out.push_str(if first { ",\"fields\":{" } else { "," });
            first = false;
            quote(out, key);
            out.push(':');
            out.push_str(&text);
        }
        if !first {
            out.push('}');
        }
        if layer.is_block() {
            out.push_str(",\"layers\":");
            write_list(out, &layer.children, place, read)?;
        }
        out.push('}');
        place.pop();
    }
    out.push(']');
    Ok(())
}

fn quote(out: &mut String, text: &str) {
    out.push('"');
    for letter in text.chars() {
        match letter {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            c if (c as u32) < 0x20 => out.push_str(&format!("\\u{:04x}", c as u32)),
            c => out.push(c),
        }
    }
    out.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(layers: &[Layer]) -> String {
        layers
            .iter()
            .map(|layer| {
                if layer.is_block() {
                    format!("({})", kinds(&layer.children))
                } else {
                    layer.kind.clone()
                }
            })
            .collect::<Vec<_>>()
            .join(" ")
    }

    fn abc() -> Builder {
        Builder::of(["a", "b", "c"].map(Layer::new).to_vec())
    }

    #[test]
    fn layers_move_nest_and_come_out_again() {
        let mut list = abc();
        assert_eq!(list.shift(&[0], true), [1]);
        assert_eq!(kinds(&list.layers), "b a c");
        assert_eq!(list.nest(&[1]), [1, 0]);
        assert_eq!(kinds(&list.layers), "b (a) c");
        // Below a block, a layer joins it.
        assert_eq!(list.nest(&[2]), [1, 1]);
        assert_eq!(kinds(&list.layers), "b (a c)");
        // At its edge, a layer leaves it.
        assert_eq!(list.shift(&[1, 0], false), [1]);
        assert_eq!(kinds(&list.layers), "b a (c)");
        list.unpack(&[2]);
        assert_eq!(kinds(&list.layers), "b a c");
        assert_eq!(list.copy(&[0]), [1]);
        assert_eq!(kinds(&list.layers), "b b a c");
        list.remove(&[0]);
        // At the ends of the whole list nothing moves.
        assert_eq!(list.shift(&[0], false), [0]);
        assert_eq!(list.shift(&[2], true), [2]);
        assert_eq!(kinds(&list.layers), "b a c");
    }

    #[test]
    fn every_change_can_be_undone_and_done_again() {
        let mut list = abc();
        let inside = list.nest(&[1]);
        list.add(Some(&inside[..1]), Layer::new("d"));
        list.remove(&[0]);
        assert_eq!(kinds(&list.layers), "(b d) c");
        for was in ["a (b d) c", "a (b) c", "a b c"] {
            list.undo();
            assert_eq!(kinds(&list.layers), was);
        }
        assert!(!list.can_undo() && list.can_redo());
        list.redo();
        assert_eq!(kinds(&list.layers), "a (b) c");
        list.add(None, Layer::new("e"));
        assert!(!list.can_redo());
    }

    #[test]
    fn typing_on_in_one_field_is_one_step() {
        let mut list = abc();
        for text in ["1", "12", "128"] {
            list.edit(&[0], "inputs", |layer| {
                layer
                    .fields
                    .insert("inputs".into(), Value::Number(text.into()));
            });
        }
        list.edit(&[1], "inputs", |layer| {
            layer
                .fields
                .insert("inputs".into(), Value::Number("7".into()));
        });
        list.undo();
        assert_eq!(
            list.at(&[0]).and_then(|l| l.fields.get("inputs")),
            Some(&Value::Number("128".into()))
        );
        list.undo();
        assert_eq!(list.layers, abc().layers);
        assert!(!list.can_undo());
        // A change that changes nothing is no step.
        list.edit(&[0], "", |_| {});
        assert!(!list.can_undo());
    }

    #[test]
    fn the_list_is_written_as_json_without_defaults() {
        let mut layer = Layer::new("linear");
        layer.name = "a \"b\"\n".into();
        layer
            .fields
            .insert("inputs".into(), Value::Number("256".into()));
        layer
            .fields
            .insert("outputs".into(), Value::Number(String::new()));
        layer.fields.insert("bias".into(), Value::Flag(false));
        layer
            .fields
            .insert("mask".into(), Value::Text("full".into()));
        layer.repeat = "3".into();
        layer.shared = true;
        let sparse = Layer {
            kept: "1".into(),
            of: "4".into(),
            saved: true,
            share: "t".into(),
            repeat: "1".into(),
            ..Layer::new("embedding")
        };
        let list = Builder::of(vec![
            layer,
            Layer {
                children: vec![sparse],
                ..Layer::new("block")
            },
        ]);
        let read = |text: &str| text.trim().parse().ok();
        assert_eq!(
            list.json(&read).as_deref(),
            Ok(
                "{\"layers\":[{\"kind\":\"linear\",\"name\":\"a \\\"b\\\"\\u000a\",\"repeat\":3,\"shared\":true,\"fields\":{\"bias\":false,\"inputs\":256,\"mask\":\"full\"}},{\"kind\":\"block\",\"layers\":[{\"kind\":\"embedding\",\"share\":\"t\",\"density\":{\"kept\":1,\"of\":4,\"saved\":true}}]}]}"
            )
        );
        let mut wrong = list.clone();
        wrong.edit(&[1, 0], "kept", |layer| layer.kept = "half".into());
        assert_eq!(wrong.json(&read), Err((vec![1, 0], "kept".to_string())));
    }

    #[test]
    fn places_are_read_and_written() {
        assert_eq!(place("2.0.1"), Some(vec![2, 0, 1]));
        assert_eq!(written(&[2, 0, 1]), "2.0.1");
        assert_eq!(place("x"), None);
        assert_eq!(abc().at(&[7]), None);
        assert_eq!(abc().at(&[]), None);
        let mut list = abc();
        list.remove(&[9]);
        list.edit(&[0, 4], "x", |layer| layer.name = "x".into());
        assert_eq!(list.layers, abc().layers);
    }
}
