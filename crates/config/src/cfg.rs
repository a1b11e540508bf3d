//! Typed, bounded access to the keys of a config, with the defaults of its type.

use crate::limits::{MAX_LAYERS, MAX_QUOTE, MAX_SIZE};
use compute_layers::Refusal;
use serde_json::{Map, Value};
use std::rc::Rc;

/// Result of anything that reads a config.
pub type R<T> = Result<T, Refusal>;

/// Defaults of every configuration class of transformers 5.24, as facts: one line per `model_type`,
/// a tab, and an object of the sizes and switches; `@` maps other names of a key to its own.
static DEFAULTS: &str = include_str!("data/defaults.tsv");

/// One object of a config.json, its type, and what the type assumes where a key is missing.
#[derive(Clone)]
pub struct Cfg<'a> {
    own: Option<&'a Map<String, Value>>,
    base: Rc<Map<String, Value>>,
    /// The type whose defaults hold.
    pub model_type: String,
    /// Where it stands in the file, for messages: empty at the top.
    path: String,
}

/// The defaults of a type; empty where transformers has none.
pub fn defaults(model_type: &str) -> Map<String, Value> {
    DEFAULTS
        .lines()
        .find_map(|l| {
            l.strip_prefix(model_type)
                .and_then(|r| r.strip_prefix('\t'))
        })
        .and_then(|json| serde_json::from_str::<Map<String, Value>>(json).ok())
        .unwrap_or_default()
}

/// Whether the defaults of a type are known.
pub fn has_defaults(model_type: &str) -> bool {
    DEFAULTS.lines().any(|l| {
        l.strip_prefix(model_type)
            .is_some_and(|r| r.starts_with('\t'))
    })
}

impl<'a> Cfg<'a> {
    /// An object read as `model_type`, with the defaults of `like`.
    pub fn new(
        own: Option<&'a Map<String, Value>>,
        model_type: &str,
        like: &str,
        path: &str,
    ) -> Self {
        Cfg {
            own,
            base: Rc::new(defaults(like)),
            model_type: model_type.to_string(),
            path: path.to_string(),
        }
    }

    /// The value of a key: the file's own, under any of its names, else the type's default; null is none.
    pub fn get(&self, key: &str) -> Option<&Value> {
        if let Some(own) = self.own {
            if let Some(v) = own.get(key) {
                return Some(v).filter(|v| !v.is_null());
            }
            if let Some(names) = self.base.get("@").and_then(Value::as_object) {
                let other = names.get(key).and_then(Value::as_str);
                if let Some(v) = other.and_then(|k| own.get(k)) {
                    return Some(v).filter(|v| !v.is_null());
                }
                let back = names.iter().filter(|(_, v)| {
                    v.as_str() == Some(key) || (other.is_some() && v.as_str() == other)
                });
                for (k, _) in back {
                    if let Some(v) = own.get(k) {
                        return Some(v).filter(|v| !v.is_null());
                    }
                }
            }
        }
        let name = self
            .base
            .get("@")
            .and_then(|n| n.get(key))
            .and_then(Value::as_str)
            .unwrap_or(key);
        self.base
            .get(name)
            .or_else(|| self.base.get(key))
            .filter(|v| !v.is_null())
    }

    /// Whether the file itself gives the key, not null.
    pub fn own(&self, key: &str) -> bool {
        self.own
            .and_then(|m| m.get(key))
            .is_some_and(|v| !v.is_null())
    }

    /// Whether the file itself has the key, null included.
    pub fn mentions(&self, key: &str) -> bool {
        self.own.is_some_and(|m| m.contains_key(key))
    }

    /// Whether the type has a nested config of this name by itself.
    pub fn nests(&self, key: &str) -> bool {
        self.base.get("+").and_then(|s| s.get(key)).is_some()
    }

    /// Whether the file gives this object at all.
    pub fn present(&self) -> bool {
        self.own.is_some()
    }

    /// Whether the file gives any size that the type knows, beside those of its tables.
    pub fn sized(&self) -> bool {
        let tables = [
            "vocab_size",
            "type_vocab_size",
            "max_position_embeddings",
            "tie_word_embeddings",
        ];
        let names = self.base.get("@").and_then(Value::as_object);
        let known = |k: &str| {
            self.base.contains_key(k)
                || self.nests(k)
                || names.is_some_and(|n| n.iter().any(|(a, b)| a == k || b.as_str() == Some(k)))
        };
        self.own.is_some_and(|m| {
            m.iter().any(|(k, v)| {
                !v.is_null() && !v.is_string() && !tables.contains(&k.as_str()) && known(k)
            })
        })
    }

    fn place(&self, key: &str) -> String {
        if self.path.is_empty() {
            format!("\"{key}\"")
        } else {
            format!("\"{}.{key}\"", self.path)
        }
    }

    fn whole(&self, key: &str, v: &Value) -> R<u64> {
        let n = v
            .as_u64()
            .or_else(|| {
                v.as_f64()
                    .filter(|f| f.fract() == 0.0 && *f >= 0.0 && *f <= MAX_SIZE as f64)
                    .map(|f| f as u64)
            })
            .filter(|&n| n <= MAX_SIZE);
        n.ok_or_else(|| Refusal {
            code: "size-out-of-range",
            message: format!(
                "{} is {}, not a whole number from 0 to {MAX_SIZE}.",
                self.place(key),
                quote(v)
            ),
            remedy: "Give the size as the model’s publisher does, as a plain number.".into(),
        })
    }

    /// A size that the file or its type must give.
    pub fn u(&self, key: &str) -> R<u64> {
        match self.get(key) {
            Some(v) => self.whole(key, v),
            None => Err(self.missing(key)),
        }
    }

    /// The refusal of a missing key.
    pub fn missing(&self, key: &str) -> Refusal {
        Refusal {
            code: "key-missing",
            message: format!(
                "{} is missing, and model_type \"{}\" has no default for it.",
                self.place(key),
                self.model_type
            ),
            remedy: "Use the whole config.json of the model, not a part of it.".into(),
        }
    }

    /// A size, or none.
    pub fn opt(&self, key: &str) -> R<Option<u64>> {
        self.get(key).map(|v| self.whole(key, v)).transpose()
    }

    /// A size, or another where it is missing or null.
    pub fn or(&self, key: &str, other: u64) -> R<u64> {
        Ok(self.opt(key)?.unwrap_or(other))
    }

    /// A number of layers.
    pub fn layers(&self, key: &str) -> R<u64> {
        let n = self.u(key)?;
        if n > MAX_LAYERS {
            return Err(Refusal {
                code: "too-many-layers",
                message: format!(
                    "{} is {n}; at most {MAX_LAYERS} layers are counted.",
                    self.place(key)
                ),
                remedy: "Check the number of layers.".into(),
            });
        }
        Ok(n)
    }

    /// A switch, false where missing; a number other than 0 is true.
    pub fn b(&self, key: &str) -> bool {
        self.b_or(key, false)
    }

    /// A switch, or another where it is missing.
    pub fn b_or(&self, key: &str, other: bool) -> bool {
        match self.get(key) {
            Some(Value::Bool(b)) => *b,
            Some(Value::Number(n)) => n.as_f64() != Some(0.0),
            _ => other,
        }
    }

    /// A text.
    pub fn s(&self, key: &str) -> Option<&str> {
        self.get(key).and_then(Value::as_str)
    }

    /// A factor, finite and from 0 to 1e6.
    pub fn f(&self, key: &str, other: f64) -> R<f64> {
        match self.get(key) {
            None => Ok(other),
            Some(v) => v
                .as_f64()
                .filter(|f| (0.0..=1e6).contains(f))
                .ok_or_else(|| Refusal {
                    code: "size-out-of-range",
                    message: format!(
                        "{} is {}, not a number from 0 to 1000000.",
                        self.place(key),
                        quote(v)
                    ),
                    remedy: "Give the factor as the model’s publisher does.".into(),
                }),
        }
    }

    /// A list of sizes.
    pub fn us(&self, key: &str) -> R<Option<Vec<u64>>> {
        match self.get(key) {
            None => Ok(None),
            Some(Value::Array(a)) => {
                self.bounded(key, a.len())?;
                a.iter()
                    .map(|v| self.whole(key, v))
                    .collect::<R<Vec<u64>>>()
                    .map(Some)
            }
            Some(v) => Ok(Some(vec![self.whole(key, v)?])),
        }
    }

    /// A list of sizes that must be there, of `n` entries; a single number stands for all of them.
    pub fn list(&self, key: &str, n: usize) -> R<Vec<u64>> {
        let got = self.us(key)?.ok_or_else(|| self.missing(key))?;
        match (got.len(), got.first()) {
            (len, _) if len == n => Ok(got),
            (1, Some(&x)) if !matches!(self.get(key), Some(Value::Array(_))) => Ok(vec![x; n]),
            (len, _) => Err(Refusal {
                code: "list-length",
                message: format!(
                    "{} has {len} entries where {n} are needed.",
                    self.place(key)
                ),
                remedy: "Use the config.json as its publisher wrote it.".into(),
            }),
        }
    }

    /// A list of texts; entries that are none are read as empty.
    pub fn strs(&self, key: &str) -> R<Option<Vec<&str>>> {
        match self.get(key) {
            Some(Value::Array(a)) => {
                self.bounded(key, a.len())?;
                Ok(Some(a.iter().map(|v| v.as_str().unwrap_or("")).collect()))
            }
            _ => Ok(None),
        }
    }

    /// Entries of a list of whole numbers that may be negative (layers counted from the end); one number is one entry.
    pub fn us_signed_len(&self, key: &str) -> Option<u64> {
        match self.get(key)? {
            Value::Array(a) => Some(a.len() as u64),
            Value::Number(_) => Some(1),
            _ => None,
        }
    }

    fn bounded(&self, key: &str, len: usize) -> R<()> {
        if len as u64 > MAX_LAYERS {
            return Err(Refusal {
                code: "list-length",
                message: format!(
                    "{} has {len} entries; at most {MAX_LAYERS} are read.",
                    self.place(key)
                ),
                remedy: "Use the config.json as its publisher wrote it.".into(),
            });
        }
        Ok(())
    }

    /// One size or a pair of them: height and width.
    pub fn pair(&self, key: &str) -> R<(u64, u64)> {
        let v = self.us(key)?.ok_or_else(|| self.missing(key))?;
        match v.as_slice() {
            [a] => Ok((*a, *a)),
            [a, b, ..] => Ok((*a, *b)),
            [] => Err(self.missing(key)),
        }
    }

    /// A nested config. The outer type says which type it is, or that its own `model_type` decides; where the file has none,
    /// the outer type's own sizes hold. `like` is for outer types that say nothing.
    pub fn sub(&self, key: &str, like: &str) -> Cfg<'a> {
        let own = self.own.and_then(|m| m.get(key)).and_then(Value::as_object);
        let spec = self
            .base
            .get("+")
            .and_then(|s| s.get(key))
            .and_then(Value::as_array);
        let at = |i: usize| spec.and_then(|s| s.get(i));
        let like = at(0).and_then(Value::as_str).unwrap_or(like);
        let fixed = at(1).and_then(Value::as_u64) == Some(1);
        let named = own
            .and_then(|m| m.get("model_type"))
            .and_then(Value::as_str)
            .filter(|_| !fixed);
        let kind = named.filter(|t| !t.is_empty()).unwrap_or(like);
        let base = if has_defaults(kind) {
            kind
        } else {
            crate::architectures::like_of(kind).unwrap_or(like)
        };
        let path = if self.path.is_empty() {
            key.to_string()
        } else {
            format!("{}.{key}", self.path)
        };
        let mut sub = Cfg::new(own, kind, base, &path);
        if own.is_none()
            && let Some(more) = at(2).and_then(Value::as_object).filter(|m| !m.is_empty())
        {
            let mut all = (*sub.base).clone();
            all.extend(more.clone());
            sub.base = Rc::new(all);
        }
        sub
    }

    /// A nested config of a fixed type, whatever its own `model_type` says.
    pub fn fixed(&self, key: &str, like: &str) -> Cfg<'a> {
        let own = self.own.and_then(|m| m.get(key)).and_then(Value::as_object);
        let path = if self.path.is_empty() {
            key.to_string()
        } else {
            format!("{}.{key}", self.path)
        };
        Cfg::new(own, like, like, &path)
    }

    /// A nested object without a type of its own.
    pub fn part(&self, key: &str) -> Cfg<'a> {
        let own = self.own.and_then(|m| m.get(key)).and_then(Value::as_object);
        Cfg {
            own,
            base: Rc::new(Map::new()),
            model_type: self.model_type.clone(),
            path: key.to_string(),
        }
    }

    /// The same object read as another type.
    pub fn as_type(&self, like: &str) -> Cfg<'a> {
        Cfg {
            base: Rc::new(defaults(like)),
            model_type: like.to_string(),
            ..self.clone()
        }
    }

    /// Number of labels of a classification head: entries of `id2label`, else `num_labels`, else 2.
    pub fn labels(&self) -> R<u64> {
        match self.own.and_then(|m| m.get("id2label")) {
            Some(Value::Object(o)) => Ok(o.len() as u64),
            _ => match self
                .own
                .and_then(|m| m.get("num_labels"))
                .filter(|v| !v.is_null())
            {
                Some(v) => self.whole("num_labels", v),
                None => Ok(2),
            },
        }
    }

    /// Rows in the file that nothing else reads: names of all its own keys.
    pub fn keys(&self) -> impl Iterator<Item = &'a String> {
        self.own.into_iter().flat_map(|m| m.keys())
    }
}

/// a / b of two sizes of the file.
///
/// # Errors
/// `size-zero` where b is 0.
pub fn div(a: u64, b: u64, what: &str) -> R<u64> {
    a.checked_div(b).ok_or_else(|| Refusal {
        code: "size-zero",
        message: format!("{what} is 0."),
        remedy: "Give a number from 1.".into(),
    })
}

/// floor(a x f), bounded.
pub fn scaled(a: u64, f: f64) -> u64 {
    (a as f64 * f).floor().clamp(0.0, MAX_SIZE as f64) as u64
}

/// The start of a value as it stands in the file.
pub fn quote(v: &Value) -> String {
    let text = match v {
        Value::Array(a) => format!("a list of {} entries", a.len()),
        Value::Object(o) => format!("an object of {} keys", o.len()),
        other => other.to_string(),
    };
    clip(&text)
}

/// The first characters of a text.
pub fn clip(text: &str) -> String {
    let mut cut: String = text
        .chars()
        .take(MAX_QUOTE)
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    if text.chars().count() > MAX_QUOTE {
        cut.push('…');
    }
    cut
}
