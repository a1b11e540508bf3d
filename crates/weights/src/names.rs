//! Where a tensor belongs: the row of the table, from its name.

/// Module and last part of a tensor's name.
#[must_use]
pub(crate) fn split(name: &str) -> (&str, &str) {
    name.rsplit_once('.').unwrap_or(("", name))
}

/// The module's path with layer and expert numbers as `*`, so that layers of
/// one build share a row.
#[must_use]
pub(crate) fn pattern(name: &str) -> String {
    let (module, leaf) = split(name);
    // Some leaves carry the module themselves (`embed_tokens`, `experts.gate_up_proj_blocks`).
    let path = match leaf {
        "weight" | "bias" | "qweight" | "weight_packed" | "gamma" | "beta" | "scale" => module,
        _ => name,
    };
    // Experts stacked in one tensor carry the matrix in the leaf: `gate_up_proj_blocks`.
    let path = ["_blocks", "_bias"]
        .iter()
        .find_map(|end| path.strip_suffix(end).filter(|stem| stem.ends_with("proj")))
        .unwrap_or(path);
    let mut out = String::with_capacity(path.len());
    for (at, part) in path.split('.').enumerate() {
        if at > 0 {
            out.push('.');
        }
        if !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit()) {
            out.push('*');
        } else {
            out.push_str(part);
        }
    }
    if out.is_empty() {
        out.push_str(name);
    }
    out
}

/// First number in a name that stands alone between dots: the layer.
#[must_use]
pub(crate) fn layer_number(name: &str) -> Option<u64> {
    name.split('.')
        .find(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit()))
        .and_then(|part| part.parse().ok())
}

/// Number of the expert in `…experts.N.…`.
#[must_use]
pub(crate) fn expert_number(name: &str) -> Option<u64> {
    let mut parts = name.split('.');
    while let Some(part) = parts.next() {
        if part == "experts" {
            return parts.next()?.parse().ok();
        }
    }
    None
}

/// Whether the tensor belongs to the routed experts of a mixture.
#[must_use]
pub(crate) fn is_expert(name: &str) -> bool {
    let mut parts = name.split('.').peekable();
    while let Some(part) = parts.next() {
        if part == "experts" && parts.peek().is_some() {
            return true;
        }
        if part.ends_with("_exps") {
            return true;
        }
    }
    false
}

/// Kind of layer, in the catalogue's words.
#[must_use]
pub(crate) fn kind(name: &str, rank: usize) -> &'static str {
    let lower = name.to_ascii_lowercase();
    let has = |what: &str| lower.contains(what);
    if is_expert(name) || has("block_sparse_moe") || has("shared_expert") {
        return "experts";
    }
    if has("norm") || has("ln_") || has(".ln") || has("layernorm") {
        return "norm";
    }
    if has("lm_head") || lower == "output.weight" || has("classifier") || has("score.") {
        return "output-head";
    }
    if has("emb") || has("wte") || has("wpe") || has("shared.weight") {
        return "embedding";
    }
    if has("attn") || has("attention") || has("_proj.lora") && has("self") {
        return "attention";
    }
    if has("mlp") || has("ffn") || has("feed_forward") || has("fc1") || has("fc2") || has("dense_")
    {
        return "feed-forward";
    }
    if rank >= 3 {
        return "convolution";
    }
    "other"
}

/// The look-up table of input tokens, by the names families give it.
#[must_use]
pub(crate) fn is_input_table(name: &str) -> bool {
    const ENDS: &[&str] = &[
        "embed_tokens.weight",
        "embed_tokens.qweight",
        "wte.weight",
        "word_embeddings.weight",
        "embed_in.weight",
        "token_embd.weight",
        "tok_embeddings.weight",
        "embeddings.weight",
        "embedding.weight",
    ];
    name == "shared.weight"
        || ENDS.iter().any(|end| {
            name.strip_suffix(end)
                .is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
        })
}

/// The output head, by the names families give it.
#[must_use]
pub(crate) fn is_head(name: &str) -> bool {
    ["lm_head.weight", "embed_out.weight", "output.weight"]
        .iter()
        .any(|end| {
            name.strip_suffix(end).is_some_and(|rest| {
                rest.is_empty() || rest == "model." || rest == "language_model."
            })
        })
}
