//! A list of layers as a person builds it, and its count.

use crate::catalogue::{self, FieldKind};
use crate::{Count, CountOptions, PlacedMatrix, Refusal, Source, Tally};
use std::collections::{BTreeMap, HashMap};

/// Most layers of a list, nested ones and repeats written out not included.
pub const MAX_LAYERS: usize = 100_000;
/// Deepest nesting of blocks.
pub const MAX_DEPTH: usize = 16;
/// Largest size of a field, and largest number of repeats of one layer, blocks around it included.
pub const MAX_SIZE: u64 = 1_000_000_000;

/// A value typed into a field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FieldValue {
    /// A size.
    Number(u64),
    /// A switch.
    Flag(bool),
    /// One of the field's choices.
    Text(String),
}

/// A share of weights that is kept, `kept` of every `of` (block sparsity).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Density {
    /// Weights kept.
    pub kept: u64,
    /// Of so many.
    pub of: u64,
    /// Whether the hardware saves the rest; if not, parameters shrink and the FLOP stay dense.
    pub saved: bool,
}

/// One layer of a list, or a block of layers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LayerSpec {
    /// Id of the kind in the catalogue, or `block`.
    pub kind: String,
    /// Name given by the person; may be empty.
    pub name: String,
    /// Values that differ from the kind's defaults.
    pub fields: BTreeMap<String, FieldValue>,
    /// How often it stands here.
    pub repeat: u64,
    /// Whether all repeats use one set of weights: parameters once, work by use.
    pub shared: bool,
    /// Layers of the same label share their weights with the first of them.
    pub share: Option<String>,
    /// Whether training leaves its weights as they are.
    pub frozen: bool,
    /// Block sparsity of its weights.
    pub density: Option<Density>,
    /// Layers inside, of a block.
    pub children: Vec<LayerSpec>,
}

impl LayerSpec {
    /// One layer of a kind with the kind's defaults.
    pub fn new(kind: &str) -> Self {
        LayerSpec {
            kind: kind.to_string(),
            name: String::new(),
            fields: BTreeMap::new(),
            repeat: 1,
            shared: false,
            share: None,
            frozen: false,
            density: None,
            children: Vec::new(),
        }
    }

    /// The same with a size set.
    #[must_use]
    pub fn with(mut self, field: &str, value: u64) -> Self {
        self.fields
            .insert(field.to_string(), FieldValue::Number(value));
        self
    }

    /// A block of layers, repeated.
    pub fn block(repeat: u64, children: Vec<LayerSpec>) -> Self {
        LayerSpec {
            repeat,
            children,
            ..LayerSpec::new("block")
        }
    }
}

/// The article's CNN-LSTM-FCN: a convolution over each of 20 pictures with one set of weights, a many-to-one LSTM of 256 units
/// over their features, a fully connected layer of 10 units; 29424890880 forward FLOP per sequence (method.md, 4.1).
pub fn cnn_lstm_fcn() -> Vec<LayerSpec> {
    let pictures = 20;
    let picture = LayerSpec::new("conv2d")
        .with("height", 400)
        .with("width", 400)
        .with("inputs", 5)
        .with("outputs", 16)
        .with("kernel", 5)
        .with("stride", 2)
        .with("padding", 2);
    let convolution = LayerSpec {
        repeat: pictures,
        shared: true,
        name: "one convolution per picture".into(),
        ..picture
    };
    let lstm = LayerSpec::new("lstm")
        .with("inputs", 200 * 200 * 16)
        .with("units", 256)
        .with("steps", pictures)
        .with("biases", 1);
    let head = LayerSpec::new("linear")
        .with("inputs", 256)
        .with("outputs", 10)
        .with("positions", 1);
    vec![
        convolution,
        LayerSpec {
            name: "many-to-one".into(),
            ..lstm
        },
        LayerSpec {
            name: "head".into(),
            ..head
        },
    ]
}

/// Counts a list of layers.
///
/// # Errors
/// The first layer that cannot be counted, by its place, with what to type instead.
pub fn count_layers(layers: &[LayerSpec], options: &CountOptions) -> Result<Count, Refusal> {
    count_layers_with_matrices(layers, options).map(|(count, _)| count)
}

/// The same, with every weight matrix and its place, for adapters (LoRA).
///
/// # Errors
/// As [`count_layers`].
pub fn count_layers_with_matrices(
    layers: &[LayerSpec],
    options: &CountOptions,
) -> Result<(Count, Vec<PlacedMatrix>), Refusal> {
    let tokens = options.sequence_length.unwrap_or(1);
    if tokens > MAX_SIZE {
        return Err(out_of_range("The sequence length", tokens));
    }
    if options.batch.is_some_and(|b| b == 0 || b > MAX_SIZE) {
        return Err(out_of_range("The batch", options.batch.unwrap_or(0)));
    }
    let mut walk = Walk {
        tally: Tally::default(),
        tokens,
        seen: 0,
        shared: HashMap::new(),
    };
    walk.list(layers, "", 1, 1, 0, false)?;
    let tokens = options.sequence_length.unwrap_or(0);
    walk.tally.finish(
        Source::Layers,
        String::new(),
        String::new(),
        tokens,
        options,
    )
}

struct Walk {
    tally: Tally,
    tokens: u64,
    seen: usize,
    shared: HashMap<String, u128>,
}

impl Walk {
    fn list(
        &mut self,
        layers: &[LayerSpec],
        path: &str,
        stored: u64,
        passed: u64,
        depth: usize,
        frozen: bool,
    ) -> Result<(), Refusal> {
        if depth > MAX_DEPTH {
            return Err(Refusal {
                code: "nested-too-deep",
                message: format!("Blocks stand more than {MAX_DEPTH} deep in each other."),
                remedy:
                    "Take some blocks apart: a repeat of a repeat is one repeat of the product."
                        .into(),
            });
        }
        for (i, layer) in layers.iter().enumerate() {
            self.seen += 1;
            if self.seen > MAX_LAYERS {
                return Err(Refusal {
                    code: "too-many-layers",
                    message: format!("The list has more than {MAX_LAYERS} layers."),
                    remedy: "Use repeats for layers that are alike.".into(),
                });
            }
            let label = if layer.name.is_empty() {
                layer.kind.as_str()
            } else {
                layer.name.as_str()
            };
            let place = if path.is_empty() {
                format!("{} {label}", i + 1)
            } else {
                format!("{path} / {} {label}", i + 1)
            };
            let times = |n: u64, by: u64| {
                n.checked_mul(by).filter(|&n| n <= MAX_SIZE).ok_or_else(|| {
                    out_of_range(&format!("The number of repeats of \"{place}\""), by)
                })
            };
            let passed = times(passed, layer.repeat)?;
            let stored = if layer.shared {
                stored.min(passed)
            } else {
                times(stored, layer.repeat)?
            };
            let frozen = frozen || layer.frozen;
            if layer.repeat == 0 {
                continue;
            }
            if layer.kind != "block" {
                self.layer(layer, &place, stored, passed, frozen)?;
            }
            self.list(&layer.children, &place, stored, passed, depth + 1, frozen)?;
        }
        Ok(())
    }

    fn layer(
        &mut self,
        layer: &LayerSpec,
        place: &str,
        stored: u64,
        passed: u64,
        frozen: bool,
    ) -> Result<(), Refusal> {
        let Some(kind) = catalogue::find(&layer.kind) else {
            return Err(Refusal {
                code: "unknown-layer",
                message: format!(
                    "\"{place}\" is of kind \"{}\", which the catalogue does not have.",
                    clip(&layer.kind)
                ),
                remedy: "Choose a kind from the list of layers.".into(),
            });
        };
        for name in layer.fields.keys() {
            if !kind.fields.iter().any(|f| f.id == name) {
                let known: Vec<&str> = kind.fields.iter().map(|f| f.id).collect();
                return Err(Refusal {
                    code: "unknown-field",
                    message: format!(
                        "\"{place}\" has a field \"{}\" that {} does not know.",
                        clip(name),
                        kind.name
                    ),
                    remedy: format!("Its fields are {}.", known.join(", ")),
                });
            }
        }
        let fields = Fields {
            layer,
            kind,
            place,
            tokens: self.tokens,
        };
        let parts = (kind.count)(&fields)?;
        let mut stored = stored;
        if let Some(label) = &layer.share {
            let mut all = 0u128;
            for p in &parts {
                all = all.saturating_add(p.1.sums()?.0);
            }
            match self.shared.get(label) {
                None => {
                    self.shared.insert(label.clone(), all);
                }
                Some(first) => {
                    if *first != all {
                        let said = format!(
                            "\"{place}\" shares weights with others of the label \"{}\", but has another number of them: only the first layer’s are counted.",
                            clip(label)
                        );
                        self.tally.note("shared-differs", said);
                    }
                    stored = 0;
                }
            }
        }
        for (suffix, cost) in parts {
            let cost = match layer.density {
                Some(d) if d.of == 0 || d.kept > d.of || d.of > MAX_SIZE => {
                    return Err(Refusal {
                        code: "density",
                        message: format!("\"{place}\" keeps {} of {} weights.", d.kept, d.of),
                        remedy: "Give a share from 0 to 1, like 1 of 4.".into(),
                    });
                }
                Some(d) if !cost.parameters.is_zero() => cost.keep(d.kept, d.of, d.saved),
                _ => cost,
            };
            let path = if suffix.is_empty() {
                place.to_string()
            } else {
                format!("{place}.{suffix}")
            };
            if frozen {
                let (p, ..) = cost.sums()?;
                self.tally.freeze(p.saturating_mul(u128::from(stored)));
            }
            if kind.id == "embedding" {
                let (p, ..) = cost.sums()?;
                self.tally.input_table(p.saturating_mul(u128::from(stored)));
            }
            let row = if suffix == "core" {
                "attention core"
            } else {
                kind.id
            };
            self.tally.add_shared(&path, row, stored, passed, cost);
        }
        Ok(())
    }
}

/// The values of one layer, with the kind's defaults.
pub struct Fields<'a> {
    layer: &'a LayerSpec,
    kind: &'a catalogue::LayerKind,
    place: &'a str,
    tokens: u64,
}

impl Fields<'_> {
    /// A size; the kind's default where none is typed.
    ///
    /// # Errors
    /// `size-out-of-range`, or `field-type` where a text or a switch stands.
    pub fn n(&self, id: &str) -> Result<u64, Refusal> {
        match self.layer.fields.get(id) {
            Some(FieldValue::Number(n)) if *n <= MAX_SIZE => Ok(*n),
            Some(FieldValue::Number(n)) => Err(out_of_range(
                &format!("The {} of \"{}\"", self.name(id), self.place),
                *n,
            )),
            Some(_) => Err(self.wrong(id, "a whole number")),
            None => match self.default(id) {
                Some(FieldKind::Number(n)) => Ok(n),
                Some(FieldKind::Tokens) => Ok(self.tokens),
                _ => Err(self.wrong(id, "a whole number")),
            },
        }
    }

    /// A switch.
    ///
    /// # Errors
    /// `field-type` where a text stands.
    pub fn b(&self, id: &str) -> Result<bool, Refusal> {
        match self.layer.fields.get(id) {
            Some(FieldValue::Flag(b)) => Ok(*b),
            Some(FieldValue::Number(n)) if *n <= 1 => Ok(*n == 1),
            Some(_) => Err(self.wrong(id, "yes or no")),
            None => Ok(matches!(self.default(id), Some(FieldKind::Flag(true)))),
        }
    }

    /// A choice.
    ///
    /// # Errors
    /// `field-type` where it is none of the field's choices.
    pub fn s(&self, id: &str) -> Result<&str, Refusal> {
        let Some(FieldKind::Choice(choices)) = self.default(id) else {
            return Err(self.wrong(id, "a choice"));
        };
        match self.layer.fields.get(id) {
            Some(FieldValue::Text(t)) if choices.contains(&t.as_str()) => Ok(t),
            Some(_) => Err(self.wrong(id, &format!("one of {}", choices.join(", ")))),
            None => Ok(choices.first().copied().unwrap_or("")),
        }
    }

    fn default(&self, id: &str) -> Option<FieldKind> {
        self.kind.fields.iter().find(|f| f.id == id).map(|f| f.kind)
    }

    fn name(&self, id: &str) -> &str {
        self.kind
            .fields
            .iter()
            .find(|f| f.id == id)
            .map_or("size", |f| f.name)
    }

    fn wrong(&self, id: &str, wanted: &str) -> Refusal {
        Refusal {
            code: "field-type",
            message: format!(
                "The {} of \"{}\" is not {wanted}.",
                self.name(id),
                self.place
            ),
            remedy: format!("Type {wanted}."),
        }
    }
}

fn out_of_range(what: &str, n: u64) -> Refusal {
    Refusal {
        code: "size-out-of-range",
        message: format!("{what} is {n}; at most {MAX_SIZE} is counted."),
        remedy: "Type a smaller number.".into(),
    }
}

fn clip(text: &str) -> String {
    text.chars()
        .take(40)
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn options(tokens: u64) -> CountOptions {
        CountOptions {
            sequence_length: Some(tokens),
            ..CountOptions::default()
        }
    }

    fn flop(l: &[LayerSpec], tokens: u64) -> (u128, u128) {
        let c = count_layers(l, &options(tokens)).expect("counts");
        assert_eq!(
            c.groups.iter().map(|g| g.parameters).sum::<u128>(),
            c.parameters
        );
        assert_eq!(
            c.groups.iter().map(|g| g.forward_flop).sum::<u128>(),
            c.forward_flop
        );
        (c.parameters, c.forward_flop)
    }

    #[test]
    fn the_article_example() {
        let c = count_layers(&cnn_lstm_fcn(), &CountOptions::default()).expect("counts");
        assert_eq!(c.forward_flop, 29_424_890_880);
        assert_eq!(c.parameters, 2016 + 655_623_168 + 2570);
    }

    #[test]
    fn shared_weights_count_once_and_work_by_use() {
        // deepspeedai/DeepSpeed#7256: a layer called three times.
        let one = LayerSpec {
            repeat: 3,
            shared: true,
            ..LayerSpec::new("linear")
                .with("inputs", 100)
                .with("outputs", 100)
        };
        let one = LayerSpec {
            fields: one
                .fields
                .clone()
                .into_iter()
                .chain([("bias".to_string(), FieldValue::Flag(false))])
                .collect(),
            ..one
        };
        assert_eq!(flop(&[one], 1), (10_000, 60_000));
        // TylerYep/torchinfo#377: a tied table; huggingface/trl#6708: its head still works.
        let table = LayerSpec {
            share: Some("table".into()),
            ..LayerSpec::new("embedding")
                .with("rows", 1000)
                .with("width", 16)
        };
        let head = LayerSpec {
            share: Some("table".into()),
            ..LayerSpec::new("output-head")
                .with("width", 16)
                .with("vocabulary", 1000)
        };
        assert_eq!(flop(&[table.clone(), head.clone()], 4), (16_000, 128_000));
        let apart = LayerSpec {
            share: None,
            ..head
        };
        assert_eq!(flop(&[table, apart], 4), (32_000, 128_000));
    }

    #[test]
    fn repeats_nest_and_blocks_multiply() {
        let l = LayerSpec::new("linear")
            .with("inputs", 16)
            .with("outputs", 32);
        let b = LayerSpec::block(
            5,
            vec![LayerSpec {
                repeat: 2,
                ..l.clone()
            }],
        );
        let one = flop(&[l], 7);
        let ten = flop(&[b], 7);
        assert_eq!(ten, (one.0 * 10, one.1 * 10));
        // TylerYep/torchinfo#72: every leading dimension is a position.
        assert_eq!(
            flop(
                &[LayerSpec::new("linear")
                    .with("inputs", 16)
                    .with("outputs", 32)],
                14
            )
            .1,
            14_336
        );
    }

    #[test]
    fn sparsity_saves_or_not() {
        let l = LayerSpec::new("linear")
            .with("inputs", 64)
            .with("outputs", 64);
        let dense = flop(std::slice::from_ref(&l), 1);
        let d = |saved| LayerSpec {
            density: Some(Density {
                kept: 1,
                of: 4,
                saved,
            }),
            ..l.clone()
        };
        assert_eq!(flop(&[d(true)], 1).1 * 4, dense.1);
        assert_eq!(flop(&[d(false)], 1).1, dense.1);
        let bad = LayerSpec {
            density: Some(Density {
                kept: 5,
                of: 4,
                saved: true,
            }),
            ..l
        };
        assert_eq!(
            count_layers(&[bad], &options(1)).expect_err("refused").code,
            "density"
        );
    }

    #[test]
    fn frozen_parts_are_not_trained() {
        let l = LayerSpec::new("linear")
            .with("inputs", 8)
            .with("outputs", 8);
        let f = LayerSpec {
            frozen: true,
            ..l.clone()
        };
        let c = count_layers(&[f, l], &options(1)).expect("counts");
        assert_eq!((c.parameters, c.trainable_parameters), (144, 72));
    }

    #[test]
    fn hostile_lists_are_refused() {
        let mut deep = LayerSpec::new("linear");
        for _ in 0..40 {
            deep = LayerSpec::block(1, vec![deep]);
        }
        let code = |l: LayerSpec| count_layers(&[l], &options(1)).expect_err("refused").code;
        assert_eq!(code(deep), "nested-too-deep");
        assert_eq!(code(LayerSpec::new("transformerish")), "unknown-layer");
        assert_eq!(
            code(LayerSpec::new("linear").with("inputs", u64::MAX)),
            "size-out-of-range"
        );
        assert_eq!(
            code(LayerSpec::new("linear").with("colour", 3)),
            "unknown-field"
        );
        let many = LayerSpec {
            repeat: u64::MAX,
            ..LayerSpec::new("linear")
        };
        assert_eq!(code(many), "size-out-of-range");
        let huge = LayerSpec::block(
            MAX_SIZE,
            vec![
                LayerSpec::new("conv3d")
                    .with("inputs", MAX_SIZE)
                    .with("outputs", MAX_SIZE)
                    .with("kernel", MAX_SIZE),
            ],
        );
        assert_eq!(code(huge), "number-too-large");
    }

    #[test]
    fn every_kind_counts_with_its_defaults_and_is_linear_in_batch() {
        for k in catalogue::LAYERS {
            let l = [LayerSpec::new(k.id)];
            let one = flop(&l, 8);
            let two = count_layers(
                &l,
                &CountOptions {
                    batch: Some(2),
                    ..options(8)
                },
            )
            .expect("counts");
            assert_eq!(
                (two.parameters, two.forward_flop),
                (one.0, one.1 * 2),
                "{}",
                k.id
            );
            assert!(flop(&l, 16).1 >= one.1, "{}", k.id);
            assert!(!k.formula.is_empty() && !k.source.is_empty() && !k.name.is_empty());
        }
    }
}
