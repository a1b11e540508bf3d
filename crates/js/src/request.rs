//! The module's request: what a program says, turned into the text of a form, and back.

use compute_core::field::{Field, Slot, Takes};
use compute_core::form::{Form, MAX_PHASES};
use compute_core::problem::{Problem, Severity};
use compute_core::quantity::{self, QuantityKind};
use serde::de::{self, Deserializer, MapAccess, Visitor};
use serde::{Deserialize, Serialize, Serializer};

/// A number, text as typed, a range, or a switch.
#[derive(Clone, Debug, PartialEq)]
pub enum Scalar {
    Number(f64),
    Text(String),
    Range { low: f64, high: f64 },
    Switch(bool),
}

impl Serialize for Scalar {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Scalar::Number(number) => serializer.serialize_f64(*number),
            Scalar::Text(text) => serializer.serialize_str(text),
            Scalar::Switch(on) => serializer.serialize_bool(*on),
            Scalar::Range { low, high } => {
                use serde::ser::SerializeStruct;
                let mut range = serializer.serialize_struct("Range", 2)?;
                range.serialize_field("low", low)?;
                range.serialize_field("high", high)?;
                range.end()
            }
        }
    }
}

impl<'de> Deserialize<'de> for Scalar {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Scalar, D::Error> {
        struct Reader;
        impl<'de> Visitor<'de> for Reader {
            type Value = Scalar;
            fn expecting(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
                f.write_str("a number, text, or { low, high }")
            }
            fn visit_f64<E: de::Error>(self, number: f64) -> Result<Scalar, E> {
                Ok(Scalar::Number(number))
            }
            fn visit_i64<E: de::Error>(self, number: i64) -> Result<Scalar, E> {
                Ok(Scalar::Number(number as f64))
            }
            fn visit_u64<E: de::Error>(self, number: u64) -> Result<Scalar, E> {
                Ok(Scalar::Number(number as f64))
            }
            fn visit_bool<E: de::Error>(self, on: bool) -> Result<Scalar, E> {
                Ok(Scalar::Switch(on))
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<Scalar, E> {
                Ok(Scalar::Text(text.to_string()))
            }
            fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Scalar, M::Error> {
                let (mut low, mut high) = (None, None);
                while let Some(key) = map.next_key::<String>()? {
                    match key.as_str() {
                        "low" => low = Some(map.next_value()?),
                        "high" => high = Some(map.next_value()?),
                        _ => return Err(de::Error::unknown_field(&key, &["low", "high"])),
                    }
                }
                match (low, high) {
                    (Some(low), Some(high)) => Ok(Scalar::Range { low, high }),
                    (None, _) => Err(de::Error::missing_field("low")),
                    _ => Err(de::Error::missing_field("high")),
                }
            }
        }
        deserializer.deserialize_any(Reader)
    }
}

/// A field of a request object; `None` where it is absent, `undefined` or `null`.
type Maybe = Option<Scalar>;

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(
    rename_all = "camelCase",
    deny_unknown_fields,
    default,
    remote = "Self"
)]
pub struct Request {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Maybe,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub domain: Maybe,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub original: Maybe,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub systemic: Maybe,
    #[serde(deserialize_with = "phases")]
    pub phases: Vec<Phase>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(
    rename_all = "camelCase",
    deny_unknown_fields,
    default,
    remote = "Self"
)]
pub struct Phase {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Maybe,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub public: Maybe,
    #[serde(rename = "in", skip_serializing_if = "Option::is_none")]
    pub moved_in: Maybe,
    #[serde(rename = "out", skip_serializing_if = "Option::is_none")]
    pub moved_out: Maybe,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub counting: Option<Counting>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hardware: Option<Hardware>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(
    rename_all = "camelCase",
    deny_unknown_fields,
    default,
    remote = "Self"
)]
pub struct Counting {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parameters: Maybe,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub active_parameters: Maybe,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub connections: Maybe,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub forward_flop: Maybe,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub flop: Maybe,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub data: Maybe,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub batch: Maybe,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub steps: Maybe,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub epochs: Maybe,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub backward_ratio: Maybe,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub attention: Option<Attention>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(
    rename_all = "camelCase",
    deny_unknown_fields,
    default,
    remote = "Self"
)]
pub struct Attention {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub depth: Maybe,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub width: Maybe,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sequence_length: Maybe,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mask: Maybe,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(
    rename_all = "camelCase",
    deny_unknown_fields,
    default,
    remote = "Self"
)]
pub struct Hardware {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub accelerator: Maybe,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub peak: Maybe,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub format: Maybe,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub chips: Maybe,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub time: Maybe,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub chip_hours: Maybe,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub utilization: Maybe,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hfu: Maybe,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub executed_ratio: Maybe,
}

/// Reads objects key by key: asked for a struct, serde-wasm-bindgen looks up the keys that it knows, and a misspelt one would be lost.
macro_rules! by_key {
    ($($name:ident: $what:literal,)*) => {$(
        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                // The derived function, which `remote = "Self"` makes inherent.
                $name::serialize(self, serializer)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<$name, D::Error> {
                struct Keys;
                impl<'de> Visitor<'de> for Keys {
                    type Value = $name;
                    fn expecting(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
                        f.write_str($what)
                    }
                    fn visit_map<M: MapAccess<'de>>(self, map: M) -> Result<$name, M::Error> {
                        $name::deserialize(de::value::MapAccessDeserializer::new(map))
                    }
                }
                deserializer.deserialize_any(Keys)
            }
        }
    )*};
}

by_key! {
    Request: "an object with phases",
    Phase: "a phase: an object",
    Counting: "an object of method 1",
    Attention: "an object with depth, width and sequenceLength",
    Hardware: "an object of method 2",
}

/// A list; an array alone is one.
fn phases<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Phase>, D::Error> {
    struct List;
    impl<'de> Visitor<'de> for List {
        type Value = Vec<Phase>;
        fn expecting(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
            f.write_str("an array of phases")
        }
        fn visit_seq<S: de::SeqAccess<'de>>(self, mut list: S) -> Result<Vec<Phase>, S::Error> {
            let mut phases = Vec::new();
            while let Some(phase) = list.next_element()? {
                phases.push(phase);
            }
            Ok(phases)
        }
    }
    deserializer.deserialize_any(List)
}

impl Request {
    fn head(&mut self, field: Field) -> Option<&mut Maybe> {
        Some(match field {
            Field::Name => &mut self.name,
            Field::Domain => &mut self.domain,
            Field::Original => &mut self.original,
            Field::Systemic => &mut self.systemic,
            _ => return None,
        })
    }

    /// What is left out of a request that has more phases than are read.
    pub fn problems(&self) -> Vec<Problem> {
        let count = self.phases.len();
        if count <= MAX_PHASES {
            return Vec::new();
        }
        vec![Problem {
            slot: None,
            code: "too-many-phases",
            message: format!("The request has {count} phases; the first {MAX_PHASES} are read."),
            remedy: "Add phases of one kind together.".to_string(),
            severity: Severity::Error,
            unfinished: false,
            fixes: Vec::new(),
        }]
    }

    /// The form that a person would have filled in to say this.
    pub fn into_form(mut self) -> Form {
        let mut form = Form::empty();
        for field in Field::of_head() {
            if let Some(Some(scalar)) = self.head(field) {
                let text = typed(field, scalar);
                form.set(Slot::new(field, 0), &text);
            }
        }
        for (index, phase) in self.phases.iter_mut().take(MAX_PHASES).enumerate() {
            // A phase without a word keeps its place, so that results line up with the request.
            form.set(Slot::new(Field::Kind, index as u8), "");
            for field in Field::of_phase() {
                if let Some(Some(scalar)) = phase.get(field, false) {
                    let text = typed(field, scalar);
                    form.set(Slot::new(field, index as u8), &text);
                }
            }
        }
        form
    }

    /// A request that says what the form says, as text.
    pub fn from_form(form: &Form) -> Request {
        let mut request = Request {
            phases: vec![Phase::default(); form.phases()],
            ..Request::default()
        };
        for field in Field::of_head() {
            let text = form.head(field);
            if let Some(cell) = request.head(field)
                && !text.trim().is_empty()
            {
                *cell = Some(said(field, text));
            }
        }
        for (index, phase) in request.phases.iter_mut().enumerate() {
            for field in Field::of_phase() {
                let text = form.get(Slot::new(field, index as u8));
                if !text.trim().is_empty()
                    && let Some(cell) = phase.get(field, true)
                {
                    *cell = Some(said(field, text));
                }
            }
        }
        request
    }
}

impl Phase {
    /// The cell of a field; `create` makes the objects on the way.
    fn get(&mut self, field: Field, create: bool) -> Option<&mut Maybe> {
        fn part<T: Default>(part: &mut Option<T>, create: bool) -> Option<&mut T> {
            if create {
                Some(part.get_or_insert_with(T::default))
            } else {
                part.as_mut()
            }
        }
        match field {
            Field::Kind => return Some(&mut self.kind),
            Field::Public => return Some(&mut self.public),
            Field::In => return Some(&mut self.moved_in),
            Field::Out => return Some(&mut self.moved_out),
            _ => {}
        }
        if field < Field::Accelerator {
            let counting = part(&mut self.counting, create)?;
            return Some(match field {
                Field::Parameters => &mut counting.parameters,
                Field::Active => &mut counting.active_parameters,
                Field::Connections => &mut counting.connections,
                Field::Forward => &mut counting.forward_flop,
                Field::Flop => &mut counting.flop,
                Field::Data => &mut counting.data,
                Field::Batch => &mut counting.batch,
                Field::Steps => &mut counting.steps,
                Field::Epochs => &mut counting.epochs,
                Field::Ratio => &mut counting.backward_ratio,
                Field::Depth => &mut part(&mut counting.attention, create)?.depth,
                Field::Width => &mut part(&mut counting.attention, create)?.width,
                Field::SequenceLength => {
                    &mut part(&mut counting.attention, create)?.sequence_length
                }
                Field::Mask => &mut part(&mut counting.attention, create)?.mask,
                _ => return None,
            });
        }
        let hardware = part(&mut self.hardware, create)?;
        Some(match field {
            Field::Accelerator => &mut hardware.accelerator,
            Field::Peak => &mut hardware.peak,
            Field::Format => &mut hardware.format,
            Field::Chips => &mut hardware.chips,
            Field::Time => &mut hardware.time,
            Field::ChipHours => &mut hardware.chip_hours,
            Field::Utilization => &mut hardware.utilization,
            Field::Hfu => &mut hardware.hfu,
            Field::Executed => &mut hardware.executed_ratio,
            _ => return None,
        })
    }
}

/// A switch where the field is one and the text says so, else the text.
fn said(field: Field, text: &str) -> Scalar {
    match (field, text) {
        (Field::Systemic, "yes") | (Field::Public, "1") => Scalar::Switch(true),
        (Field::Systemic, "no") | (Field::Public, "0") => Scalar::Switch(false),
        _ => Scalar::Text(text.to_string()),
    }
}

/// The text that a person would type for it; it reads to the same number.
fn typed(field: Field, scalar: &Scalar) -> String {
    let kind = match field.spec().takes {
        Takes::Quantity { kind, .. } => Some(kind),
        _ => None,
    };
    match scalar {
        Scalar::Text(text) => text.clone(),
        Scalar::Switch(on) => match (field, on) {
            (Field::Public, true) => "1",
            (Field::Public, false) => "0",
            (_, true) => "yes",
            (_, false) => "no",
        }
        .to_string(),
        Scalar::Number(number) => [
            number_text(kind, *number, *number),
            unit(kind, *number).to_string(),
        ]
        .concat(),
        Scalar::Range { low, high } if low == high => typed(field, &Scalar::Number(*low)),
        Scalar::Range { low, high } => [
            number_text(kind, *low, *high),
            "..".to_string(),
            number_text(kind, *high, *high),
            unit(kind, *high).to_string(),
        ]
        .concat(),
    }
}

fn number_text(kind: Option<QuantityKind>, number: f64, largest: f64) -> String {
    if !number.is_finite() {
        return if number.is_nan() { "NaN" } else { "Infinity" }.to_string();
    }
    // Over 1 a bare share would be read as a percentage; as a percentage it is refused, as it should be.
    if kind == Some(QuantityKind::Fraction) && largest > 1.0 {
        return quantity::exact(number * 100.0);
    }
    quantity::exact(number)
}

fn unit(kind: Option<QuantityKind>, number: f64) -> &'static str {
    match kind {
        Some(QuantityKind::FlopPerSecond) => " FLOP/s",
        Some(QuantityKind::Time) => " s",
        Some(QuantityKind::Fraction) if number > 1.0 => "%",
        _ => "",
    }
}
