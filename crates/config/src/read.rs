//! From the text of a file to a count: what it is, which type, which class, then the family's function.

use crate::architectures;
use crate::cfg::{Cfg, R, clip, has_defaults};
use crate::context::{Cx, batch, bounded, head_of};
use crate::limits::{MAX_TEXT, MAX_WRAPPING};
use compute_layers::{Count, CountOptions, Part, PlacedMatrix, Refusal, Source, Tally};
use serde_json::{Map, Value};

/// Counts the model that a `config.json` describes.
///
/// # Errors
/// A refusal that says what the text is, or which key or type is in the way, and what would do instead.
pub fn count_config(text: &str, options: &CountOptions) -> Result<Count, Refusal> {
    count_config_with_matrices(text, options).map(|(c, _)| c)
}

/// The same, with every weight matrix and its place, for adapters (LoRA).
///
/// # Errors
/// As [`count_config`].
pub fn count_config_with_matrices(
    text: &str,
    options: &CountOptions,
) -> R<(Count, Vec<PlacedMatrix>)> {
    let root = parse(text)?;
    count_object(unwrap(&root, 0)?, options)
}

/// The config of the language model inside another config.
fn nested_text(o: &Map<String, Value>) -> Option<&Map<String, Value>> {
    let keys = [
        "text_config",
        "language_config",
        "llm_config",
        "thinker_config",
    ];
    let inner = keys
        .iter()
        .find_map(|k| o.get(*k))
        .and_then(Value::as_object)?;
    let known = inner
        .get("model_type")
        .and_then(Value::as_str)
        .is_some_and(|t| architectures::find(t).is_some());
    if known {
        Some(inner)
    } else {
        inner.get("text_config").and_then(Value::as_object)
    }
}

fn count_object(
    config: &Map<String, Value>,
    options: &CountOptions,
) -> R<(Count, Vec<PlacedMatrix>)> {
    let class = class_of(config, options);
    let named = config
        .get("model_type")
        .and_then(Value::as_str)
        .filter(|t| !t.is_empty());
    let model_type = type_of(config, class.as_deref())?;
    let Some(count) = architectures::find(&model_type) else {
        // The text part of a model whose other parts are not known may still be one that is.
        if options.part == Some(Part::Text)
            && let Some(inner) = nested_text(config)
        {
            return count_object(
                inner,
                &CountOptions {
                    part: None,
                    class: None,
                    ..options.clone()
                },
            );
        }

        return Err(unknown_type(&model_type, config.contains_key("auto_map")));
    };
    // A type that transformers builds with another type's class keeps its own defaults.
    let like = match named {
        Some(t) if has_defaults(t) => t,
        _ if has_defaults(&model_type) => model_type.as_str(),
        _ => architectures::like_of(&model_type).unwrap_or(&model_type),
    };
    let cfg = Cfg::new(Some(config), &model_type, like, "");
    let class = class.unwrap_or_else(|| architectures::default_class(&model_type).to_string());
    if let Some(n) = options.sequence_length {
        bounded(n, "sequence length")?;
    }
    let mut options = options.clone();
    if options.batch.is_none() {
        // The first size of an input's shape is the batch.
        let first = |k: &str| {
            options
                .inputs
                .get(k)
                .filter(|s| s.len() > 1)
                .and_then(|s| s.first().copied())
        };
        options.batch = [
            "input_ids",
            "pixel_values",
            "input_features",
            "input_values",
            "past_values",
        ]
        .iter()
        .find_map(|k| first(k))
        .or(Some(1));
    }
    batch(options.batch.unwrap_or(1))?;
    let mut cx = Cx {
        t: Tally::default(),
        options: &options,
        head: head_of(&class),
        class: class.clone(),
        tokens: 0,
        tied: None,
        cross: None,
        forced: None,
    };
    has_part(&cfg, &options)?;
    if let Some(t) = named.filter(|t| *t != model_type) {
        let said = format!(
            "model_type \"{}\" is counted as {model_type}, the architecture of class {}.",
            clip(t),
            clip(&class)
        );
        cx.t.note("counted-as", said);
    }
    if !has_defaults(like) {
        cx.t.note(
            "custom-code",
            format!("The code of \"{model_type}\" is its publisher’s own; the sizes in the file are counted by the structure that it is known to have."),
        );
    }
    // Code of another repository ("owner/name--module.Class") may differ though its class has a known name.
    let borrowed = config
        .get("auto_map")
        .and_then(Value::as_object)
        .is_some_and(|m| {
            m.values()
                .any(|v| v.as_str().is_some_and(|s| s.contains("--")))
        });
    let own_code = config.contains_key("auto_map") && type_of_class(&class).is_none();
    if has_defaults(like) && (own_code || borrowed) {
        cx.t.note(
            "custom-code",
            format!("Class {} is its publisher’s own code (\"auto_map\"); the sizes in the file are counted by the structure of model_type \"{model_type}\".", clip(&class)),
        );
    }
    if has_defaults(like) && !cfg.sized() {
        cx.t.note(
            "sizes-by-default",
            format!("The file gives no size under a name that model_type \"{model_type}\" has: its defaults are counted. Check the total against the model’s own."),
        );
    }
    count(&mut cx, &cfg)?;
    if cfg.own("quantization_config") {
        cx.t.note("quantized", "The file describes quantized weights; parameters are counted as the numbers they stand for, without scales.");
    }
    let tokens = cx.tokens.saturating_mul(options.batch.unwrap_or(1));
    let name = config
        .get("_name_or_path")
        .and_then(Value::as_str)
        .map(clip)
        .unwrap_or_default();
    let architecture = if class.starts_with("For") || class == "LMHeadModel" {
        format!("{model_type} ({class})")
    } else {
        class
    };
    cx.t.finish(Source::Config, name, clip(&architecture), tokens, &options)
}

fn refuse(code: &'static str, message: impl Into<String>, remedy: &str) -> Refusal {
    Refusal {
        code,
        message: message.into(),
        remedy: remedy.into(),
    }
}

const WHOLE: &str = "Use the config.json from the model’s page: a JSON object with \"model_type\".";

fn parse(text: &str) -> R<Value> {
    if text.len() > MAX_TEXT {
        return Err(refuse(
            "text-too-long",
            format!(
                "The text has {} bytes; a config.json has a few thousand, and at most {MAX_TEXT} are read.",
                text.len()
            ),
            WHOLE,
        ));
    }
    let text = text.trim_start_matches('\u{feff}').trim();
    if text.is_empty() {
        return Err(refuse("empty", "The text is empty.", WHOLE));
    }
    if text.starts_with("version https://git-lfs") {
        return Err(refuse(
            "git-lfs-pointer",
            "This is a Git LFS pointer: three lines that stand in for a file that was not fetched.",
            "Fetch the file itself with `git lfs pull`, or download it from the model’s page.",
        ));
    }
    if text.starts_with('<') {
        return Err(refuse(
            "html-page",
            "This is an HTML page, most likely a web page saved under the file’s name.",
            "Download the raw file: on the model’s page, open config.json and choose the raw view or download.",
        ));
    }
    let parsed = serde_json::from_str(text).or_else(|e| match without_infinities(text) {
        Some(clean) => serde_json::from_str(&clean),
        None => Err(e),
    });
    parsed.map_err(|e| {
        let said = e.to_string();
        if said.contains("recursion") {
            return refuse(
                "not-json",
                "The text is nested more than 128 deep; a model’s config is not.",
                WHOLE,
            );
        }
        // Its own words end with the place.
        let what = said.split(" at line ").next().unwrap_or(&said);
        let place = format!("line {}, column {}", e.line(), e.column());
        refuse(
            "not-json",
            format!("This is not JSON: {} ({place}).", clip(what)),
            "Paste the whole file, from { to the last }.",
        )
    })
}

/// Python writes `NaN` and `Infinity` where JSON has no word; they become null. `None`: there are none.
fn without_infinities(text: &str) -> Option<String> {
    let mut out = String::with_capacity(text.len());
    let (mut quoted, mut escaped, mut found) = (false, false, false);
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        if !quoted {
            let word = ["NaN", "Infinity", "-Infinity"]
                .into_iter()
                .find(|w| rest.starts_with(w));
            if let Some(w) = word {
                found = true;
                out.push_str("null");
                rest = rest.get(w.len()..).unwrap_or("");
                continue;
            }
        }
        match c {
            '"' if !escaped => quoted = !quoted,
            _ => {}
        }
        escaped = quoted && c == '\\' && !escaped;
        out.push(c);
        rest = rest.get(c.len_utf8()..).unwrap_or("");
    }
    found.then_some(out)
}

/// The object that holds the config: the text itself, or inside a wrapper.
fn unwrap(v: &Value, depth: usize) -> R<&Map<String, Value>> {
    match v {
        Value::Object(o) if o.contains_key("model_type") || depth >= MAX_WRAPPING => Ok(o),
        Value::Object(o) => {
            for key in [
                "config",
                "model_config",
                "hf_config",
                "model",
                "transformer_config",
                "generator_config",
            ] {
                if let Some(inner @ Value::Object(i)) = o.get(key)
                    && (looks_like_config(i)
                        || i.values()
                            .any(|v| v.as_object().is_some_and(looks_like_config)))
                {
                    return unwrap(inner, depth + 1);
                }
            }
            Ok(o)
        }
        Value::Array(list) if list.len() == 1 => match list.first() {
            Some(inner) if depth < MAX_WRAPPING => unwrap(inner, depth + 1),
            _ => Err(not_object(v)),
        },
        _ => Err(not_object(v)),
    }
}

fn looks_like_config(o: &Map<String, Value>) -> bool {
    o.contains_key("model_type") || (o.contains_key("architectures") && o.len() > 3)
}

fn not_object(v: &Value) -> Refusal {
    let what = match v {
        Value::Array(a) => format!("a list of {} entries", a.len()),
        Value::String(_) => "a text".into(),
        Value::Number(_) => "a number".into(),
        _ => "true, false or null".into(),
    };
    refuse(
        "not-a-config",
        format!("The JSON is {what}, not an object with the sizes of a model."),
        WHOLE,
    )
}

fn class_of(config: &Map<String, Value>, options: &CountOptions) -> Option<String> {
    let own = || {
        config
            .get("architectures")
            .and_then(Value::as_array)
            .and_then(|a| a.first())
            .and_then(Value::as_str)
    };
    options
        .class
        .as_deref()
        .or_else(own)
        .filter(|c| !c.is_empty() && c.len() <= 200)
        .map(str::to_string)
}

/// The type: the file's own, else the one that the class names, else refused.
fn type_of(config: &Map<String, Value>, class: Option<&str>) -> R<String> {
    if let Some(t) = config
        .get("model_type")
        .and_then(Value::as_str)
        .filter(|t| !t.is_empty())
    {
        if architectures::find(t).is_some() {
            return Ok(t.to_string());
        }
        // A type of its own whose class is a known one: kept apart by its class.
        if let Some(known) = class.and_then(type_of_class) {
            return Ok(known.to_string());
        }
        return Ok(clip(t));
    }
    if let Some(known) = class.and_then(type_of_class) {
        return Ok(known.to_string());
    }
    Err(what_else(config))
}

/// The type whose name a class begins with: `RobertaForMaskedLM` is `roberta`.
fn type_of_class(class: &str) -> Option<&'static str> {
    let plain = |s: &str| {
        s.chars()
            .filter(char::is_ascii_alphanumeric)
            .collect::<String>()
            .to_ascii_lowercase()
    };
    let ends = [
        "For",
        "Model",
        "LMHead",
        "WithLM",
        "Encoder",
        "Transformer",
        "Vision",
    ];
    let at = ends
        .iter()
        .filter_map(|e| class.find(e))
        .filter(|&i| i > 0)
        .min()?;
    let (stem, rest) = class.split_at_checked(at)?;
    // "Vision" may also stand inside the name of another architecture: HyperCLOVAXVisionV2 is not HyperCLOVAX.
    let tower = ["Model", "Encoder", "Tower", "Transformer"];
    if let Some(after) = rest.strip_prefix("Vision")
        && !tower.iter().any(|t| after.starts_with(t))
    {
        return None;
    }
    let stem = plain(stem);
    architectures::types().find(|t| plain(t) == stem)
}

/// Says what a JSON object is that is no config.
fn what_else(o: &Map<String, Value>) -> Refusal {
    let has = |k: &str| o.contains_key(k);
    if has("weight_map") {
        return refuse(
            "index-not-config",
            "This is the index of sharded weights (it has \"weight_map\"), not a config.",
            "Open it as a weights file, or use the config.json beside it.",
        );
    }
    if has("peft_type") {
        return refuse(
            "adapter-config",
            "This is the config of an adapter (it has \"peft_type\"): it does not describe the base model.",
            "Use the config.json of the base model, and give the adapter’s rank with the training options.",
        );
    }
    if has("tokenizer_class") || has("added_tokens_decoder") {
        return refuse(
            "tokenizer-config",
            "This is the config of a tokenizer, not of a model.",
            WHOLE,
        );
    }
    if has("_class_name") {
        let name = o
            .get("_class_name")
            .and_then(Value::as_str)
            .map(clip)
            .unwrap_or_default();
        return refuse(
            "diffusers-config",
            format!("This is a Diffusers config (class {name}); it has no model_type."),
            "Diffusers models are not counted from their config: export the network to ONNX and open that.",
        );
    }
    if has("do_sample") || has("max_new_tokens") || has("temperature") {
        return refuse(
            "generation-config",
            "This is a generation config: it says how to sample, not how the model is built.",
            WHOLE,
        );
    }
    let keys: Vec<String> = o.keys().take(5).map(|k| clip(k)).collect();
    let found = if keys.is_empty() {
        "no keys at all".into()
    } else {
        format!("keys {}", keys.join(", "))
    };
    refuse(
        "no-model-type",
        format!(
            "The JSON has neither \"model_type\" nor a known class under \"architectures\" ({found})."
        ),
        WHOLE,
    )
}

/// Refuses a part that the model does not have.
fn has_part(c: &Cfg, options: &CountOptions) -> R<()> {
    let any = |keys: &[&str]| keys.iter().any(|k| c.get(k).is_some() || c.nests(k));
    let (what, found) = match options.part {
        Some(Part::Vision) => {
            let keys = [
                "vision_config",
                "image_size",
                "patch_size",
                "patch_sizes",
                "depths",
                "num_channels",
                "neck_hidden_sizes",
            ];
            ("image", any(&keys))
        }
        Some(Part::Audio) => {
            let keys = [
                "audio_config",
                "encoder_config",
                "num_mel_bins",
                "conv_dim",
                "input_feat_per_channel",
                "encoder_num_hidden_layers",
            ];
            ("audio", any(&keys))
        }
        _ => return Ok(()),
    };
    if found {
        return Ok(());
    }
    Err(refuse(
        "part-missing",
        format!(
            "The config describes no {what} tower (model_type \"{}\").",
            c.model_type
        ),
        "Count the whole model, or its text part.",
    ))
}

/// The refusal of a type that is not known, with or without code of its publisher's own.
pub(crate) fn unknown_type(model_type: &str, custom: bool) -> Refusal {
    let custom = if custom {
        " Its code is the publisher’s own (\"auto_map\"), not part of transformers."
    } else {
        ""
    };
    refuse(
        "unknown-model-type",
        format!(
            "The model_type \"{}\" is not known here, and guessing its layers could give a wrong number.{custom}",
            clip(model_type)
        ),
        "Open the model’s safetensors header or an ONNX export, describe its layers in the builder, or give the class of a known architecture that it equals.",
    )
}
