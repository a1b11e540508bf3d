//! From headers to a count: parameters by group, what is no parameter, what is missing.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use compute_layers::{Count, CountOptions, Group, Need, Note, Refusal, Source, Unknown};
use serde_json::Value;

use crate::architecture::{self, Inferred};
use crate::gguf::GgufHeader;
use crate::index::Index;
use crate::limits;
use crate::names;
use crate::refusal::{refusal, shown};
use crate::roles::{Names, Packing, Role, role};
use crate::safetensors::SafetensorsHeader;
use crate::tensor::Tensor;

/// The header of one file among those dropped together.
#[derive(Clone, Debug, PartialEq)]
pub enum Header {
    /// A safetensors file.
    Safetensors(SafetensorsHeader),
    /// A GGUF file.
    Gguf(GgufHeader),
    /// An index of safetensors shards.
    Index(Index),
}

/// A file by name, with its header.
#[derive(Clone, Debug, PartialEq)]
pub struct NamedHeader {
    /// Name of the file; may be empty.
    pub name: String,
    /// What it says.
    pub header: Header,
}

/// Elements of one stored type, buffers and scales included.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stored {
    /// Type in the format's own spelling.
    pub dtype: String,
    /// Elements of it.
    pub elements: u128,
}

/// A count from headers of weight files.
#[derive(Clone, Debug, PartialEq)]
pub struct WeightsCount {
    /// Parameters by group. `forward_flop` is 0: weights alone do not work.
    /// See [`WeightsCount::with_forward`].
    pub count: Count,
    /// Text of a `config.json` that stands beside the files, or that names,
    /// shapes or metadata imply: what the forward FLOP is counted from.
    pub config: Option<String>,
    /// Elements as stored, by type.
    pub stored: Vec<Stored>,
    /// Tensors in the headers.
    pub tensors: u64,
    /// Bytes of data, where every type's size is known.
    pub data_bytes: Option<u64>,
}

/// Counts files dropped together: shards, an index, or one file alone, with
/// the text of the `config.json` beside them where there is one.
///
/// # Errors
/// `nothing-to-count` without any header; `mixed-formats` for safetensors and
/// GGUF together; `too-large` past the limits; `config-json` when the config
/// does not read.
pub fn count_weights(
    files: &[NamedHeader],
    config: Option<&str>,
    options: &CountOptions,
) -> Result<WeightsCount, Refusal> {
    if files.is_empty() {
        return Err(refusal(
            "nothing-to-count",
            "No file with weights was given.",
            "Drop a .safetensors, .safetensors.index.json or .gguf file.",
        ));
    }
    if files.len() > limits::FILES {
        return Err(refusal(
            "too-large",
            format!(
                "{} files were given, more than {}.",
                files.len(),
                limits::FILES
            ),
            "Drop the files of one model.",
        ));
    }
    let given: Option<Value> = match config {
        Some(text) => Some(serde_json::from_str(text).map_err(|error| {
            refusal(
                "config-json",
                format!(
                    "The config.json beside the weights does not read: {}.",
                    shown(&error.to_string())
                ),
                "Download it again, or drop the weights without it.",
            )
        })?),
        None => None,
    };
    Sum::new(files, given.as_ref(), options)?.finish(config)
}

/// A tensor with what it is to the model.
struct Placed<'a> {
    tensor: &'a Tensor,
    role: Role,
    logical: u64,
}

struct Sum<'a> {
    files: &'a [NamedHeader],
    config: Option<&'a Value>,
    source: Source,
    placed: Vec<Placed<'a>>,
    gguf: Option<&'a GgufHeader>,
    index: Option<&'a Index>,
    inferred: Inferred,
    notes: Vec<Note>,
    needs: Vec<Need>,
    unknown: BTreeMap<String, u64>,
}

impl<'a> Sum<'a> {
    fn new(
        files: &'a [NamedHeader],
        config: Option<&'a Value>,
        options: &CountOptions,
    ) -> Result<Self, Refusal> {
        let mut sum = Self {
            files,
            config,
            source: Source::Safetensors,
            placed: Vec::new(),
            gguf: None,
            index: None,
            inferred: Inferred::default(),
            notes: Vec::new(),
            needs: Vec::new(),
            unknown: BTreeMap::new(),
        };
        let mut safetensors = false;
        let mut tensors: Vec<&'a Tensor> = Vec::new();
        let mut seen: HashMap<&str, &'a Tensor> = HashMap::new();
        let mut twice = 0_u64;
        for file in files {
            let own = match &file.header {
                Header::Safetensors(header) => {
                    safetensors = true;
                    header.tensors.as_slice()
                }
                Header::Gguf(header) => {
                    // The first part of a split file carries the metadata.
                    if sum
                        .gguf
                        .is_none_or(|g| g.metadata.len() < header.metadata.len())
                    {
                        sum.gguf = Some(header);
                    }
                    header.tensors.as_slice()
                }
                Header::Index(index) => {
                    safetensors = true;
                    sum.index = Some(index);
                    &[]
                }
            };
            if tensors.len().saturating_add(own.len()) > limits::TENSORS_TOGETHER {
                return Err(refusal(
                    "too-large",
                    format!(
                        "The files name more than {} tensors.",
                        limits::TENSORS_TOGETHER
                    ),
                    "Drop the files of one model.",
                ));
            }
            for tensor in own {
                if seen.insert(&tensor.name, tensor).is_some() {
                    twice = twice.saturating_add(1);
                } else {
                    tensors.push(tensor);
                }
            }
        }
        drop(seen);
        if sum.gguf.is_some() {
            if safetensors {
                return Err(refusal(
                    "mixed-formats",
                    "Safetensors and GGUF files were given together.",
                    "Drop the files of one format; each holds the whole model.",
                ));
            }
            sum.source = Source::Gguf;
        }
        if twice > 0 {
            sum.note(
                "duplicate-tensor",
                format!(
                    "{twice} tensors stand in more than one of the files; each is counted once."
                ),
            );
        }
        sum.place(&tensors);
        sum.inferred = match sum.gguf {
            Some(header) => architecture::from_gguf(header, &tensors, options),
            None => {
                let experts = tensors
                    .iter()
                    .filter_map(|t| names::expert_number(&t.name))
                    .max()
                    .map(|n| n.saturating_add(1));
                architecture::from_names(
                    sum.placed.iter().map(|p| (p.tensor, p.logical)),
                    experts,
                    options,
                )
            }
        };
        Ok(sum)
    }

    fn note(&mut self, code: &'static str, message: String) {
        self.notes.push(Note { code, message });
    }

    fn place(&mut self, tensors: &[&'a Tensor]) {
        if self.source == Source::Gguf {
            self.placed = tensors
                .iter()
                .map(|tensor| {
                    let (module, leaf) = names::split(&tensor.name);
                    let role = if module.starts_with("rope_f") {
                        Role::Buffer
                    } else if module.ends_with("exp_probs_b") || leaf == "exp_probs_b" {
                        Role::Untrained
                    } else {
                        Role::Plain
                    };
                    let logical = if role == Role::Buffer {
                        0
                    } else {
                        tensor.elements
                    };
                    Placed {
                        tensor,
                        role,
                        logical,
                    }
                })
                .collect();
            return;
        }
        let names = Names::new(tensors.iter().copied());
        let packing = self.config.map(Packing::read).unwrap_or_default();
        // The width of the model, for packings that hide it: its last norm.
        let hidden = tensors
            .iter()
            .find(|t| {
                t.shape.len() == 1
                    && (t.name.ends_with("input_layernorm.weight")
                        || &*t.name == "model.norm.weight")
            })
            .and_then(|t| t.shape.first().copied());
        let mut assumed = 0_u64;
        for tensor in tensors {
            let mut guessed = false;
            let role = role(tensor, &names, &packing, hidden, &mut guessed);
            assumed = assumed.saturating_add(u64::from(guessed));
            let logical = match role {
                Role::Plain | Role::Untrained | Role::Unknown => tensor.elements,
                Role::Packed(n) => n,
                Role::Packing | Role::Buffer => 0,
            };
            if role == Role::Unknown {
                let what = format!("{} ({})", names::pattern(&tensor.name), tensor.dtype.name);
                let entry = self.unknown.entry(what).or_default();
                *entry = entry.saturating_add(1);
            }
            self.placed.push(Placed {
                tensor,
                role,
                logical,
            });
        }
        if assumed > 0 {
            self.note(
                "packing-assumed",
                format!("{assumed} packed tensors do not say how many bits a weight has; the shapes or the format’s usual setting decided. The model’s config.json beside the file settles it."),
            );
            self.needs_config("It tells how many bits a packed weight has.");
        }
    }

    fn needs_config(&mut self, why: &str) {
        if self.config.is_none() && !self.needs.iter().any(|n| n.name == "config.json") {
            self.needs.push(Need {
                name: "config.json".to_owned(),
                why: format!("{why} Drop it beside the file."),
            });
        }
    }

    fn finish(mut self, config: Option<&str>) -> Result<WeightsCount, Refusal> {
        let overflow = || {
            refusal(
                "too-large",
                "The parameters pass 2^127.",
                "Check the shapes in the header.",
            )
        };
        let tied = self.tie();
        let mut rows: BTreeMap<(usize, String), Row> = BTreeMap::new();
        let mut order: HashMap<String, usize> = HashMap::new();
        let mut stored: BTreeMap<&str, u128> = BTreeMap::new();
        let (mut parameters, mut untrained, mut experts) = (0_u128, 0_u128, 0_u128);
        let mut table = 0_u128;
        let (mut buffers, mut packing) = ((0_u64, 0_u128), (0_u64, 0_u128));
        let mut mtp = 0_u128;
        let mtp_layers = self.extra_prediction_layers();
        for placed in &self.placed {
            let elements = u128::from(placed.tensor.elements);
            let entry = stored.entry(placed.tensor.dtype.name).or_default();
            *entry = entry.checked_add(elements).ok_or_else(overflow)?;
            let logical = if Some(&*placed.tensor.name) == tied.as_deref() {
                0
            } else {
                u128::from(placed.logical)
            };
            match placed.role {
                Role::Buffer => {
                    buffers = (
                        buffers.0.saturating_add(1),
                        buffers.1.saturating_add(elements),
                    );
                    continue;
                }
                Role::Packing => {
                    packing = (
                        packing.0.saturating_add(1),
                        packing.1.saturating_add(elements),
                    );
                    continue;
                }
                Role::Untrained => untrained = untrained.saturating_add(logical),
                Role::Plain | Role::Packed(_) | Role::Unknown => {}
            }
            if logical == 0 {
                continue;
            }
            parameters = parameters.checked_add(logical).ok_or_else(overflow)?;
            if names::is_expert(&placed.tensor.name) {
                experts = experts.saturating_add(logical);
            }
            if names::is_input_table(&placed.tensor.name) && table == 0 {
                table = logical;
            }
            if names::layer_number(&placed.tensor.name).is_some_and(|n| mtp_layers.contains(&n)) {
                mtp = mtp.saturating_add(logical);
            }
            let mut pattern = names::pattern(&placed.tensor.name);
            let next = order.len();
            if next >= limits::GROUPS && !order.contains_key(&pattern) {
                "(further tensors)".clone_into(&mut pattern);
            }
            let at = *order.entry(pattern.clone()).or_insert(next);
            let row = rows.entry((at, pattern)).or_insert_with(|| Row {
                kind: names::kind(&placed.tensor.name, placed.tensor.shape.len()),
                parameters: 0,
                leaves: BTreeMap::new(),
            });
            row.add(placed, logical);
        }
        self.remarks(buffers, packing, untrained, mtp, &mtp_layers);
        self.shards();
        let parameters = self.declared(parameters, stored.iter().map(|(k, v)| (*k, *v)));
        let idle = self.idle(experts);
        let data_bytes = self.files.iter().try_fold(0_u64, |sum, file| {
            sum.checked_add(match &file.header {
                Header::Safetensors(h) => h.data_bytes,
                Header::Gguf(h) => h.data_bytes?,
                Header::Index(_) => 0,
            })
        });
        let tensors = self.placed.len() as u64;
        let mut groups: Vec<Group> = rows
            .into_iter()
            .map(|((_, path), row)| row.group(path))
            .collect();
        // An index alone, with a type that settles it, is one row of its own.
        if groups.is_empty() && parameters > 0 {
            groups.push(Group {
                path: "all tensors of the index".to_owned(),
                kind: "other".to_owned(),
                repeat: 1,
                parameters,
                forward_flop: 0,
                formula: self
                    .notes
                    .iter()
                    .find(|n| n.code == "index-total-size" || n.code == "index-total-parameters")
                    .map(|n| n.message.clone())
                    .unwrap_or_default(),
            });
        } else if let Some(rest) = parameters
            .checked_sub(groups.iter().map(|g| g.parameters).sum())
            .filter(|&r| r > 0)
        {
            groups.push(Group {
                path: "shards not given".to_owned(),
                kind: "other".to_owned(),
                repeat: 1,
                parameters: rest,
                forward_flop: 0,
                formula: format!("{rest} from the index’s total less what the given shards hold"),
            });
        }
        let mut own = self.inferred.config.take();
        if self.gguf.is_none() && self.notes.iter().any(|n| n.code == "shards-missing") {
            // Layers of the shards at hand are not the model's.
            own = None;
            self.inferred.assumed.clear();
        }
        for message in std::mem::take(&mut self.inferred.assumed) {
            self.note("inferred-config", message);
        }
        if self.config.is_none() {
            for (name, why) in std::mem::take(&mut self.inferred.needs) {
                self.needs.push(Need { name, why });
            }
            if own.is_none() && self.needs.is_empty() && tensors > 0 {
                self.needs_config("Names and shapes do not tell the architecture, so the forward FLOP cannot be counted.");
            }
        }
        let count = Count {
            source: self.source,
            name: self.name(),
            architecture: self.architecture(),
            parameters,
            trainable_parameters: parameters.saturating_sub(untrained),
            active_parameters: parameters.saturating_sub(idle),
            input_embedding_parameters: table,
            forward_flop: 0,
            forward_flop_causal: 0,
            tokens: 0,
            groups,
            unknown: std::mem::take(&mut self.unknown)
                .into_iter()
                .map(|(what, occurrences)| Unknown {
                    what,
                    occurrences,
                    matters: true,
                })
                .collect(),
            needs: self.needs,
            notes: self.notes,
        };
        Ok(WeightsCount {
            count,
            config: config
                .map(str::to_owned)
                .or_else(|| own.map(|value| value.to_string())),
            stored: stored
                .into_iter()
                .map(|(dtype, elements)| Stored {
                    dtype: dtype.to_owned(),
                    elements,
                })
                .collect(),
            tensors,
            data_bytes,
        })
    }

    /// The stored head that a tied model has twice, when the config says tied.
    fn tie(&mut self) -> Option<String> {
        let tied = self.config.and_then(|c| {
            c.get("tie_word_embeddings")
                .or_else(|| c.get("text_config")?.get("tie_word_embeddings"))
                .and_then(Value::as_bool)
        });
        let table = self
            .placed
            .iter()
            .find(|p| names::is_input_table(&p.tensor.name))?;
        let head = self.placed.iter().find(|p| {
            names::is_head(&p.tensor.name)
                && p.tensor.shape == table.tensor.shape
                && p.tensor.name != table.tensor.name
        })?;
        let (head, elements) = (head.tensor.name.to_string(), head.logical);
        match tied {
            Some(true) => {
                self.note(
                    "tied-stored-twice",
                    format!("{} repeats the input table ({elements} elements), and the config ties the two: counted once.", shown(&head)),
                );
                Some(head)
            }
            _ => None,
        }
    }

    /// Numbers of layers that predict further tokens (they hold `eh_proj`).
    fn extra_prediction_layers(&self) -> BTreeSet<u64> {
        self.placed
            .iter()
            .filter(|p| {
                p.tensor.name.ends_with(".eh_proj.weight")
                    || p.tensor.name.contains(".nextn.eh_proj")
            })
            .filter_map(|p| names::layer_number(&p.tensor.name))
            .collect()
    }

    fn remarks(
        &mut self,
        buffers: (u64, u128),
        packing: (u64, u128),
        untrained: u128,
        mtp: u128,
        mtp_layers: &BTreeSet<u64>,
    ) {
        if buffers.0 > 0 {
            self.note(
                "buffers-left-out",
                format!("Left out: {} of {} elements in all, buffers (masks, positions, frequencies, running statistics), which are no parameters.", tensors(buffers.0), buffers.1),
            );
        }
        if packing.0 > 0 {
            self.note(
                "scales-left-out",
                format!("Left out: {} of {} elements in all, scales, zero points or codebooks of the packing, which are no parameters.", tensors(packing.0), packing.1),
            );
        }
        if untrained > 0 {
            self.note(
                "balance-bias",
                format!("{untrained} parameters are balance biases of the router: stored, but no gradient trains them."),
            );
        }
        if mtp > 0 {
            self.note(
                "extra-prediction-layers",
                format!("{} layers predict further tokens and hold {mtp} of the parameters; they are no part of the main model.", mtp_layers.len()),
            );
        }
        let (mut adapters, mut rest) = (0_u64, 0_u64);
        for placed in &self.placed {
            let name = &placed.tensor.name;
            if name.contains(".lora_") || name.contains("lora_A") || name.contains("lora_B") {
                adapters = adapters.saturating_add(1);
            } else {
                rest = rest.saturating_add(1);
            }
        }
        if adapters > 0 && rest <= adapters / 4 {
            self.note(
                "adapter-only",
                "This is an adapter (LoRA): the count is of the adapter alone, not of the model it sits on.".to_owned(),
            );
        }
        if self.files.iter().any(|f| match &f.header {
            Header::Safetensors(h) => h.header_only,
            Header::Gguf(h) => h.header_only,
            Header::Index(_) => false,
        }) {
            self.note(
                "header-only",
                "The file ends where the weights would begin; the header was counted.".to_owned(),
            );
        }
    }

    /// Shards that the index, the file's name or the metadata speak of and that were not given.
    fn shards(&mut self) {
        let given: BTreeSet<&str> = self
            .files
            .iter()
            .map(|f| f.name.rsplit('/').next().unwrap_or(&f.name))
            .collect();
        let mut missing: Vec<String> = Vec::new();
        let mut of = 0_u64;
        if let Some(index) = self.index {
            let have: BTreeSet<&str> = self.placed.iter().map(|p| &*p.tensor.name).collect();
            let mut lacking: BTreeSet<u32> = BTreeSet::new();
            let mut named: BTreeSet<&str> = BTreeSet::new();
            for (name, shard) in &index.tensors {
                named.insert(name);
                if !have.contains(&**name) {
                    lacking.insert(*shard);
                }
            }
            let extra = have.iter().filter(|name| !named.contains(*name)).count();
            of = index.shards.len() as u64;
            missing = lacking
                .iter()
                .filter_map(|at| index.shards.get(*at as usize).cloned())
                .collect();
            if extra > 0 {
                self.note(
                    "not-in-index",
                    format!("{extra} tensors of the given files do not stand in the index; they are counted."),
                );
            }
        } else {
            for file in self.files {
                let name = file.name.rsplit('/').next().unwrap_or(&file.name);
                let Some((stem, number, total, end)) = shard(name) else {
                    continue;
                };
                of = total;
                if total <= limits::FILES as u64 && missing.is_empty() {
                    let width = number.len();
                    missing = (1..=total)
                        .map(|n| format!("{stem}-{n:0width$}-of-{total:0width$}{end}"))
                        .filter(|name| !given.contains(name.as_str()))
                        .collect();
                }
            }
            if let (Some(gguf), 0) = (self.gguf, of)
                && let (Some(count), 1) = (gguf.number("split.count"), self.files.len())
                && count > 1
            {
                of = count;
                missing.push(format!("the other {} parts", count - 1));
            }
        }
        if missing.is_empty() {
            return;
        }
        let files = self
            .files
            .iter()
            .filter(|f| !matches!(f.header, Header::Index(_)))
            .count();
        self.note(
            "shards-missing",
            if files == 0 {
                format!("The index names {of} files and none of them was given.")
            } else {
                format!(
                    "Part of the model: {files} of {of} files were given, {} are missing.",
                    missing.len()
                )
            },
        );
        let rest = missing.len().saturating_sub(limits::SHARDS_ASKED);
        for (at, name) in missing.into_iter().take(limits::SHARDS_ASKED).enumerate() {
            let more = if at + 1 == limits::SHARDS_ASKED && rest > 0 {
                format!(" {rest} more are missing.")
            } else {
                String::new()
            };
            self.needs.push(Need {
                name: shown(&name),
                why: format!("The shapes of its tensors stand in it. Drop all files of the model together; only their headers are read.{more}"),
            });
        }
    }

    /// What the index declares, where headers do not decide.
    fn declared<'b>(
        &mut self,
        counted: u128,
        stored: impl Iterator<Item = (&'b str, u128)>,
    ) -> u128 {
        let Some(index) = self.index else {
            return counted;
        };
        let whole = !self.notes.iter().any(|n| n.code == "shards-missing");
        let stored: Vec<(&str, u128)> = stored.collect();
        if whole {
            let bytes: Option<u64> = self.placed.iter().try_fold(0_u64, |sum, p| {
                sum.checked_add(p.tensor.dtype.size_of(p.tensor.elements)?)
            });
            if let (Some(bytes), Some(declared)) = (bytes, index.total_size)
                && bytes != declared
            {
                self.note(
                        "declared-differs",
                        format!("The index declares {declared} bytes, the headers hold {bytes}; the headers decide."),
                    );
            }
            if let Some(declared) = index.total_parameters
                && u128::from(declared) != counted
            {
                self.note(
                        "declared-differs",
                        format!("The index declares {declared} parameters, the headers hold {counted}; the headers decide."),
                    );
            }
            return counted;
        }
        if let Some(declared) = index.total_parameters {
            self.note(
                "index-total-parameters",
                format!(
                    "The index declares {declared} parameters; no headers were there to check it."
                ),
            );
            return u128::from(declared).max(counted);
        }
        let Some(total) = index.total_size else {
            return counted;
        };
        // One type in all shards given, or the config's, turns bytes into elements.
        let from_shards = match stored.as_slice() {
            [(one, _)] => Some(*one),
            _ => None,
        };
        let from_config = self.config.and_then(|c| {
            let dtype = c
                .get("torch_dtype")
                .or_else(|| c.get("dtype"))
                .or_else(|| c.get("text_config")?.get("torch_dtype"))?
                .as_str()?;
            if c.get("quantization_config").is_some() || c.get("quantization").is_some() {
                return None;
            }
            match dtype {
                "float32" => Some("F32"),
                "float16" => Some("F16"),
                "bfloat16" => Some("BF16"),
                _ => None,
            }
        });
        let bytes_each = from_shards.or(from_config).and_then(|dtype| match dtype {
            "F64" => Some(8),
            "F32" => Some(4),
            "F16" | "BF16" => Some(2),
            _ => None,
        });
        match bytes_each {
            Some(each) => {
                let n = total / each;
                self.note(
                    "index-total-size",
                    format!("{total} bytes in the index / {each} bytes an element = {n}, if all shards store the type seen; drop them all to be sure."),
                );
                u128::from(n).max(counted)
            }
            None => {
                self.note(
                    "index-total-size",
                    format!("The index declares {total} bytes and no types: {} parameters of 2 bytes, or {} of 4. One shard or the config.json beside it tells which.", total / 2, total / 4),
                );
                counted
            }
        }
    }

    /// Expert parameters that do not work on a token.
    fn idle(&mut self, experts: u128) -> u128 {
        if experts == 0 {
            return 0;
        }
        let from_config = |keys: &[&str]| {
            let config = self.config?;
            std::iter::once(config)
                .chain(config.get("text_config"))
                .find_map(|level| keys.iter().find_map(|k| level.get(*k)?.as_u64()))
        };
        let total = from_config(&["num_local_experts", "n_routed_experts", "num_experts"])
            .or(self.inferred.experts)
            .or_else(|| self.fused_experts());
        let used = from_config(&[
            architecture::EXPERTS_USED,
            "num_experts_per_token",
            "moe_k",
            "top_k_experts",
        ])
        .or(self.inferred.experts_used);
        match (total, used) {
            (Some(total), Some(used)) if total > 0 && used <= total => {
                let idle = u128::from(total - used);
                // experts / total is whole for a whole model; of a shard it is rounded.
                experts
                    .checked_mul(idle)
                    .and_then(|n| n.checked_div(u128::from(total)))
                    .unwrap_or(0)
            }
            _ => {
                self.note(
                    "experts-used-unknown",
                    format!("{experts} parameters are in routed experts; how many experts work on a token is not known, so all are taken as active."),
                );
                if !self
                    .inferred
                    .needs
                    .iter()
                    .any(|(name, _)| name == architecture::EXPERTS_USED)
                {
                    self.inferred.needs.push((
                        architecture::EXPERTS_USED.to_owned(),
                        "How many experts work on one token does not stand in the weights. Give it, or drop the model’s config.json beside the file.".to_owned(),
                    ));
                }
                0
            }
        }
    }

    /// Experts stacked in one tensor: its outermost size.
    fn fused_experts(&self) -> Option<u64> {
        self.placed
            .iter()
            .find(|p| names::is_expert(&p.tensor.name) && p.tensor.shape.len() >= 3)
            .and_then(|p| p.tensor.shape.first().copied())
    }

    fn name(&self) -> String {
        if let Some(name) = self.gguf.and_then(|g| g.text("general.name")) {
            return shown(name);
        }
        let name = self
            .config
            .and_then(|c| c.get("_name_or_path"))
            .and_then(Value::as_str)
            .unwrap_or_default();
        if name.is_empty() {
            self.files
                .first()
                .map(|f| shown(f.name.rsplit('/').next().unwrap_or(&f.name)))
                .unwrap_or_default()
        } else {
            shown(name)
        }
    }

    fn architecture(&self) -> String {
        self.config
            .and_then(|c| c.get("architectures")?.get(0)?.as_str())
            .map_or_else(|| self.inferred.architecture.clone(), shown)
    }
}

/// `model-00001-of-00004.safetensors` as stem, number, total and the rest.
fn shard(name: &str) -> Option<(&str, &str, u64, &str)> {
    let (left, right) = name.rsplit_once("-of-")?;
    let (stem, number) = left.rsplit_once('-')?;
    let digits = right.bytes().take_while(u8::is_ascii_digit).count();
    let (total, end) = right.split_at_checked(digits)?;
    if number.is_empty() || number.len() > 9 || !number.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let total = total.parse().ok()?;
    Some((stem, number, total, end))
}

/// A row under way.
struct Row {
    kind: &'static str,
    parameters: u128,
    /// Each leaf's shapes (as text) and how often; a few are enough for the formula.
    leaves: BTreeMap<String, u64>,
}

impl Row {
    fn add(&mut self, placed: &Placed<'_>, logical: u128) {
        self.parameters = self.parameters.saturating_add(logical);
        let (_, leaf) = names::split(&placed.tensor.name);
        let shape = if placed.tensor.shape.is_empty() {
            "1".to_owned()
        } else {
            placed
                .tensor
                .shape
                .iter()
                .map(u64::to_string)
                .collect::<Vec<_>>()
                .join("*")
        };
        let text = match placed.role {
            Role::Packed(n) => format!("{leaf} {shape} {} = {n}", placed.tensor.dtype.name),
            _ => format!("{leaf} {shape}"),
        };
        let text = if self.leaves.len() >= 8 && !self.leaves.contains_key(&text) {
            "further shapes".to_owned()
        } else {
            text
        };
        let times = self.leaves.entry(text).or_default();
        *times = times.saturating_add(1);
    }

    fn group(self, path: String) -> Group {
        let repeat = self.leaves.values().copied().max().unwrap_or(1);
        let terms: Vec<String> = self
            .leaves
            .iter()
            .map(|(text, times)| {
                if *times == 1 {
                    shown(text)
                } else {
                    format!("{times} x ({})", shown(text))
                }
            })
            .collect();
        Group {
            path: shown(&path),
            kind: self.kind.to_owned(),
            repeat,
            parameters: self.parameters,
            forward_flop: 0,
            formula: format!("{} = {}", terms.join(" + "), self.parameters),
        }
    }
}

impl WeightsCount {
    /// The count with the forward FLOP of `model`, which was counted from
    /// [`WeightsCount::config`]. Where both have the same parameters the
    /// model's rows are shown; else the rows of both stand beside each other,
    /// and the headers' parameters decide.
    #[must_use]
    pub fn with_forward(&self, model: &Count) -> Count {
        let mut out = self.count.clone();
        out.forward_flop = model.forward_flop;
        out.forward_flop_causal = model.forward_flop_causal;
        out.tokens = model.tokens;
        out.unknown.extend(model.unknown.iter().cloned());
        out.needs.extend(model.needs.iter().cloned());
        out.notes.extend(model.notes.iter().cloned());
        if out.architecture.is_empty() {
            out.architecture.clone_from(&model.architecture);
        }
        if model.parameters == self.count.parameters {
            out.groups.clone_from(&model.groups);
            out.active_parameters = model.active_parameters;
            out.input_embedding_parameters = model.input_embedding_parameters;
            out.notes.push(Note {
                code: "headers-agree",
                message: format!(
                    "The headers and the architecture agree: {} parameters.",
                    model.parameters
                ),
            });
        } else {
            out.groups.extend(
                model
                    .groups
                    .iter()
                    .filter(|g| g.forward_flop > 0)
                    .map(|g| Group {
                        parameters: 0,
                        ..g.clone()
                    }),
            );
            out.notes.push(Note {
                code: "headers-differ",
                message: format!(
                    "The headers hold {} parameters, the architecture has {}; parameters are the headers', FLOP the architecture’s.",
                    self.count.parameters, model.parameters
                ),
            });
        }
        out
    }
}

/// `1 tensor`, `3 tensors`.
fn tensors(number: u64) -> String {
    format!("{number} tensor{}", if number == 1 { "" } else { "s" })
}
