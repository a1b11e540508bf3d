//! Training FLOP of one example, from the groups of a count.
//!
//! Forward work is done once. Backward, a product with a trained weight is done twice (gradient of the weight, gradient of the
//! input), one with a frozen weight once (the input's), and not at all below the first trained group, where no gradient is
//! needed. A product of two activations, as in the core of attention, has no weight to freeze: both gradients, twice.
//! Sources: Epoch, "What's the backward-forward FLOP ratio for neural networks?"; for adapters, what frameworks print
//! (NVIDIA-NeMo/Automodel#786, Lightning-AI/litgpt#404).

use std::collections::{HashMap, HashSet};

use compute_layers::{Matrix, PlacedMatrix, Refusal, Role};

/// What is trained.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Every weight.
    All,
    /// Low-rank adapters beside matrices; everything else is frozen.
    Lora {
        /// Rank of the adapters.
        rank: u64,
        /// Kinds, paths or ends of paths of the groups whose matrices get one, or names of matrices in their groups (`q_proj`,
        /// [`Role::name`]); empty: all but heads and tables.
        targets: Vec<String>,
    },
    /// Everything but the groups under these paths.
    Frozen {
        /// Beginnings of paths.
        paths: Vec<String>,
    },
    /// Nothing: forward passes only.
    Forward,
}

/// Which activations are thrown away and computed again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Recompute {
    /// None.
    None,
    /// Those of the core of attention.
    Attention,
    /// All: a second forward pass.
    Full,
}

/// A group of a count, as far as training goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Its path.
    pub path: String,
    /// Its kind.
    pub kind: String,
    /// Parameters.
    pub parameters: u128,
    /// Forward FLOP.
    pub forward_flop: u128,
}

/// One line of the reckoning.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// Permanent code.
    pub id: &'static str,
    /// What it is.
    pub title: &'static str,
    /// With the numbers in it.
    pub formula: String,
    /// FLOP, or parameters where the title says so.
    pub value: u128,
}

/// Training FLOP of one example.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Training {
    /// Forward FLOP, adapters included.
    pub forward: u128,
    /// Backward FLOP.
    pub backward: u128,
    /// Model FLOP: forward and backward.
    pub training: u128,
    /// Executed FLOP: model FLOP and what is computed again.
    pub executed: u128,
    /// Parameters that are trained.
    pub trainable_parameters: u128,
    /// Of these, parameters of adapters.
    pub adapter_parameters: u128,
    /// Lines of the reckoning.
    pub steps: Vec<Step>,
    /// Remarks: code and sentence.
    pub notes: Vec<(&'static str, String)>,
}

/// Largest rank of an adapter that is counted.
const MAX_RANK: u64 = 1_000_000;

/// Whether a group multiplies activations with each other and holds no weight.
fn is_core(row: &Row) -> bool {
    row.parameters == 0
        && (row.kind.ends_with(" core")
            || row.kind.ends_with(" scan")
            || matches!(row.kind.as_str(), "similarity" | "product"))
}

/// The stack of like layers that a group belongs to: gradients pass through all of it once one member is trained.
fn stack(path: &str) -> &str {
    path.split(".*").next().unwrap_or(path)
}

/// Whether `path` is `start` or lies below it.
fn under(path: &str, start: &str) -> bool {
    let start = start.trim_end_matches(['.', '*']);
    !start.is_empty()
        && path
            .strip_prefix(start)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '/', '[']))
}

/// Whether `path` ends in the name `end`, numbers of layers behind it left out: `h.*.c_attn` and `c_attn`.
fn ends_in(path: &str, end: &str) -> bool {
    let path = path.trim_end_matches(['.', '*']);
    !end.is_empty()
        && path
            .strip_suffix(end)
            .is_some_and(|before| before.is_empty() || before.ends_with('.'))
}

/// Training FLOP of one example.
///
/// `masked` is the part of the forward FLOP that a causal mask hides and that shall be left out of the cores.
///
/// # Errors
/// `number-too-large` past 128 bits; `rank-out-of-range`; `no-matrices` where the reader does not know the matrices that
/// adapters would stand beside; `nothing-trained` where every group is frozen.
pub fn training(
    rows: &[Row],
    matrices: &[PlacedMatrix],
    masked: u128,
    mode: &Mode,
    again: Recompute,
) -> Result<Training, Refusal> {
    let (weights, mut cores) = rows
        .iter()
        .try_fold((0_u128, 0_u128), |(w, c), row| {
            if is_core(row) {
                Some((w, c.checked_add(row.forward_flop)?))
            } else {
                Some((w.checked_add(row.forward_flop)?, c))
            }
        })
        .ok_or_else(too_large)?;
    let hidden = masked.min(cores);
    cores -= hidden;
    let parameters = rows
        .iter()
        .try_fold(0_u128, |n, row| n.checked_add(row.parameters))
        .ok_or_else(too_large)?;
    let all_core = cores.checked_add(hidden).unwrap_or(cores);
    let mut sum = Sum::default();
    match mode {
        Mode::Forward => {}
        Mode::All => {
            sum.both = weights;
            sum.cores = cores;
            sum.trained = parameters;
        }
        Mode::Frozen { paths } => {
            let trained = |row: &Row| !paths.iter().any(|p| under(&row.path, p));
            sum.pass(rows, &|row| trained(row), hidden, all_core)?;
            sum.trained = rows
                .iter()
                .filter(|r| trained(r))
                .map(|r| r.parameters)
                .sum();
            if sum.trained == 0 && sum.both == 0 {
                return Err(Refusal {
                    code: "nothing-trained",
                    message: "Every group is frozen, so nothing is trained.".into(),
                    remedy: "Leave a group out of the frozen ones, or choose forward passes only."
                        .into(),
                });
            }
        }
        Mode::Lora { rank, targets } => {
            sum.adapt(rows, matrices, *rank, targets, hidden, all_core)?;
        }
    }
    sum.finish(weights, cores, again)
}

#[derive(Default)]
struct Sum {
    /// Forward FLOP of weights that are trained.
    both: u128,
    /// Forward FLOP of frozen weights that gradients pass through.
    through: u128,
    /// Forward FLOP of cores that gradients pass through.
    cores: u128,
    adapters: u128,
    adapter_parameters: u128,
    trained: u128,
    notes: Vec<(&'static str, String)>,
}

impl Sum {
    /// Sorts the forward work by what the backward pass does with it.
    fn pass(
        &mut self,
        rows: &[Row],
        trained: &dyn Fn(&Row) -> bool,
        hidden: u128,
        all_core: u128,
    ) -> Result<(), Refusal> {
        let mut started = false;
        let mut below = 0_u64;
        let mut cores = 0_u128;
        for row in rows {
            if !started {
                started = rows.iter().any(|r| {
                    trained(r)
                        && (r.parameters > 0 || r.forward_flop > 0)
                        && stack(&r.path) == stack(&row.path)
                });
            }
            if !started {
                below += u64::from(row.forward_flop > 0);
                continue;
            }
            let to = if is_core(row) {
                &mut cores
            } else if trained(row) {
                &mut self.both
            } else {
                &mut self.through
            };
            *to = to.checked_add(row.forward_flop).ok_or_else(too_large)?;
        }
        // The mask hides the same share of every core.
        self.cores = if all_core == 0 {
            0
        } else {
            cores.saturating_sub(share(hidden, cores, all_core)?)
        };
        if below > 0 {
            self.notes.push((
                "below-first-trained",
                if below == 1 {
                    "One frozen group stands below the first trained one: it needs no gradient and runs forward only.".into()
                } else {
                    format!("{below} frozen groups stand below the first trained one: they need no gradient and run forward only.")
                },
            ));
        }
        Ok(())
    }

    fn adapt(
        &mut self,
        rows: &[Row],
        matrices: &[PlacedMatrix],
        rank: u64,
        targets: &[String],
        hidden: u128,
        all_core: u128,
    ) -> Result<(), Refusal> {
        if !(1..=MAX_RANK).contains(&rank) {
            return Err(Refusal {
                code: "rank-out-of-range",
                message: format!("The rank is {rank}."),
                remedy: format!("Give a rank from 1 to {MAX_RANK}; usual ones are 8 to 64."),
            });
        }
        let chosen = |row: &Row| {
            if targets.is_empty() {
                !row.kind.contains("head") && !row.kind.contains("table") && row.kind != "embedding"
            } else {
                targets
                    .iter()
                    .any(|t| *t == row.kind || under(&row.path, t) || ends_in(&row.path, t))
            }
        };
        let mut placed: HashMap<(&str, &str), Vec<Matrix>> = HashMap::new();
        for m in matrices {
            placed.entry((&m.path, &m.kind)).or_default().push(m.matrix);
        }
        // Groups of one path and kind hold their matrices together.
        let mut work_of: HashMap<(&str, &str), u128> = HashMap::new();
        for row in rows {
            let sum = work_of.entry((&row.path, &row.kind)).or_default();
            *sum = sum.checked_add(row.forward_flop).ok_or_else(too_large)?;
        }
        let mut adapted: HashSet<(&str, &str)> = HashSet::new();
        let mut without = 0_u64;
        for row in rows {
            let key = (row.path.as_str(), row.kind.as_str());
            if adapted.contains(&key) {
                continue;
            }
            let whole = chosen(row);
            let Some(own) = placed.get(&key) else {
                without += u64::from(whole && row.forward_flop > 0 && row.parameters > 0);
                continue;
            };
            let named =
                |m: &Matrix| m.role != Role::Other && targets.iter().any(|t| t == m.role.name());
            let row_flop = work_of.get(&key).copied().unwrap_or(0);
            // Experts see a part of the positions each; of a few tokens that part may be below one.
            let counted = own.iter().all(|m| m.positions > 0);
            let (mut full, mut work, mut size) = (0_u128, 0_u128, 0_u128);
            for m in own {
                let positions = if counted { u128::from(m.positions) } else { 1 };
                let count = u128::from(m.count);
                let product = |a: u128, b: u128| {
                    a.checked_mul(b)
                        .and_then(|n| n.checked_mul(count))
                        .ok_or_else(too_large)
                };
                let one = product(rank.into(), u128::from(m.inputs) + u128::from(m.outputs))?;
                let base = product(m.inputs.into(), m.outputs.into())?;
                if whole || named(m) {
                    size = size.checked_add(one).ok_or_else(too_large)?;
                    work = one
                        .checked_mul(positions)
                        .and_then(|n| n.checked_add(work))
                        .ok_or_else(too_large)?;
                }
                full = base
                    .checked_mul(positions)
                    .and_then(|n| n.checked_add(full))
                    .ok_or_else(too_large)?;
            }
            if size == 0 || full == 0 {
                continue;
            }
            // What the group really works over what its matrices would: experts that idle, weights passed several times, batches.
            let work = share(work, row_flop, full)?;
            self.adapters = self.adapters.checked_add(work).ok_or_else(too_large)?;
            self.adapter_parameters = self
                .adapter_parameters
                .checked_add(size)
                .ok_or_else(too_large)?;
            adapted.insert(key);
        }
        if self.adapter_parameters == 0 {
            return Err(Refusal {
                code: "no-matrices",
                message: if matrices.is_empty() {
                    "This count does not know its weight matrices one by one, so adapters cannot be laid beside them.".into()
                } else {
                    "None of the chosen groups holds a weight matrix.".into()
                },
                remedy: if matrices.is_empty() {
                    "Count the model from its config.json, or choose frozen parts: that comes close for a small rank.".into()
                } else {
                    format!("Choose among those that hold one: {}.", kinds(matrices))
                },
            });
        }
        if without > 0 {
            self.notes.push((
                "without-adapter",
                format!(
                    "Of the chosen groups {without} multiply by weights that no adapter is defined for, as in recurrent layers and convolutions in groups: these stay frozen."
                ),
            ));
        }
        self.trained = self.adapter_parameters;
        self.pass(
            rows,
            &|row| adapted.contains(&(row.path.as_str(), row.kind.as_str())),
            hidden,
            all_core,
        )?;
        // The matrices themselves stay frozen: gradients only pass through them.
        self.through = self.through.checked_add(self.both).ok_or_else(too_large)?;
        self.both = 0;
        Ok(())
    }

    fn finish(self, weights: u128, cores: u128, again: Recompute) -> Result<Training, Refusal> {
        let add = |a: u128, b: u128| a.checked_add(b).ok_or_else(too_large);
        let base = add(weights, cores)?;
        let forward = add(base, self.adapters)?;
        let mut steps = vec![Step {
            id: "forward",
            title: "Forward",
            formula: terms(&[
                (1, weights, "products with weights"),
                (1, cores, "cores of attention"),
                (1, self.adapters, "adapters"),
            ]),
            value: forward,
        }];
        let twice = add(add(self.both, self.cores)?, self.adapters)?;
        let backward = twice
            .checked_mul(2)
            .and_then(|n| n.checked_add(self.through))
            .ok_or_else(too_large)?;
        let training = add(forward, backward)?;
        if backward > 0 {
            let formula = terms(&[
                (2, self.both, "trained weights"),
                (1, self.through, "frozen weights that gradients pass"),
                (2, self.cores, "cores of attention"),
                (2, self.adapters, "adapters"),
            ]);
            steps.push(Step {
                id: "backward",
                title: "Backward",
                formula,
                value: backward,
            });
        }
        steps.push(Step {
            id: "training",
            title: "Training, model FLOP",
            formula: format!("{forward} + {backward}"),
            value: training,
        });
        // Only what keeps activations for a backward pass has any to compute again.
        let repeated = match again {
            Recompute::None => 0,
            Recompute::Attention => self.cores,
            Recompute::Full => add(
                add(self.both, self.through)?,
                add(self.cores, self.adapters)?,
            )?,
        };
        let executed = add(training, repeated)?;
        if again != Recompute::None {
            steps.push(Step {
                id: "executed",
                title: "Executed, with what is computed again",
                formula: format!("{training} + {repeated} (forward work done twice)"),
                value: executed,
            });
        }
        Ok(Training {
            forward,
            backward,
            training,
            executed,
            trainable_parameters: self.trained,
            adapter_parameters: self.adapter_parameters,
            steps,
            notes: self.notes,
        })
    }
}

/// The kinds of groups that hold matrices, and the names of matrices in them.
fn kinds(matrices: &[PlacedMatrix]) -> String {
    let mut all: Vec<&str> = matrices.iter().map(|m| m.kind.as_str()).collect();
    all.sort_unstable();
    all.dedup();
    all.extend(
        Role::NAMED
            .into_iter()
            .filter(|&role| matrices.iter().any(|m| m.matrix.role == role))
            .map(|role| role.name()),
    );
    all.join(", ")
}

/// A sum as text: `2 * 40 (trained weights) + 20 (adapters)`; terms of 0 are left out.
fn terms(all: &[(u8, u128, &str)]) -> String {
    let terms: Vec<String> = all
        .iter()
        .filter(|(_, n, _)| *n > 0)
        .map(|(times, n, what)| {
            if *times == 1 {
                format!("{n} ({what})")
            } else {
                format!("{times} * {n} ({what})")
            }
        })
        .collect();
    if terms.is_empty() {
        "0".into()
    } else {
        terms.join(" + ")
    }
}

/// `a * b / c`, rounded down.
fn share(a: u128, b: u128, c: u128) -> Result<u128, Refusal> {
    if c == 0 {
        return Ok(0);
    }
    // a = q c + r keeps the products small.
    let (q, r) = (a / c, a % c);
    let rest = r.checked_mul(b).ok_or_else(too_large)? / c;
    q.checked_mul(b)
        .and_then(|n| n.checked_add(rest))
        .ok_or_else(too_large)
}

fn too_large() -> Refusal {
    Refusal {
        code: "number-too-large",
        message: "The FLOP pass 3.4e38.".into(),
        remedy: "Check the largest sizes: no real model comes near this.".into(),
    }
}

/// Training FLOP with adapters as a share of full training, adapters' own passes neglected: (1 + 1 + a / N) / 3
/// (NVIDIA-NeMo/Automodel#786).
pub fn adapter_share(parameters: u128, adapter_parameters: u128) -> f64 {
    if parameters == 0 {
        return 0.0;
    }
    (2.0 + adapter_parameters as f64 / parameters as f64) / 3.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use compute_layers::CountOptions;

    const LLAMA: &str = r#"{"model_type":"llama","hidden_size":4096,"intermediate_size":11008,"num_hidden_layers":32,"num_attention_heads":32,"vocab_size":32000}"#;

    fn counted(length: u64) -> (Vec<Row>, Vec<PlacedMatrix>, u128, u128) {
        let options = CountOptions {
            sequence_length: Some(length),
            ..CountOptions::default()
        };
        let c = crate::count_bytes(LLAMA.as_bytes(), "config.json", &options).expect("counts");
        let rows = c
            .count
            .groups
            .iter()
            .map(|g| Row {
                path: g.path.clone(),
                kind: g.kind.clone(),
                parameters: g.parameters,
                forward_flop: g.forward_flop,
            })
            .collect();
        (
            rows,
            c.matrices,
            c.count.forward_flop,
            c.count.forward_flop - c.count.forward_flop_causal,
        )
    }

    #[test]
    fn all_trained_is_three_forward_passes() {
        let (rows, matrices, forward, masked) = counted(2048);
        let t = training(&rows, &matrices, 0, &Mode::All, Recompute::Full).expect("counts");
        assert_eq!(
            (t.forward, t.training, t.executed),
            (forward, 3 * forward, 4 * forward)
        );
        assert_eq!(t.trainable_parameters, 6_738_415_616);
        let t = training(&rows, &matrices, masked, &Mode::All, Recompute::None).expect("counts");
        assert_eq!(t.training, 3 * (forward - masked));
        let t = training(&rows, &matrices, 0, &Mode::Forward, Recompute::Full).expect("counts");
        assert_eq!((t.training, t.executed), (forward, forward));
    }

    #[test]
    fn adapters_pass_gradients_through_frozen_weights() {
        let (rows, matrices, forward, _) = counted(2048);
        let lora = |targets: &[&str], rank| {
            let mode = Mode::Lora {
                rank,
                targets: targets.iter().map(|t| (*t).to_string()).collect(),
            };
            training(&rows, &matrices, 0, &mode, Recompute::None)
        };
        let t = lora(&["attention"], 16).expect("counts");
        // Four square matrices a layer, rank 16: 32 * 4 * 16 * (4096 + 4096).
        assert_eq!(t.adapter_parameters, 16_777_216);
        let core = 32 * 4 * 2048 * 2048 * 4096_u128;
        let adapters = 2 * 2048 * 16_777_216_u128;
        assert_eq!(t.forward, forward + adapters);
        assert_eq!(t.backward, forward - core + 2 * core + 2 * adapters);
        // Queries and values alone, as in the paper on adapters: half of them.
        let half = lora(&["q_proj", "v_proj"], 16).expect("counts");
        assert_eq!(half.adapter_parameters, 16_777_216 / 2);
        assert_eq!(half.forward, forward + adapters / 2);
        assert_eq!(half.backward, forward - core + 2 * core + adapters);
        let down = lora(&["down_proj"], 16).expect("counts");
        assert_eq!(down.adapter_parameters, 32 * 16 * (4096 + 11008));
        let wide = lora(&[], 16).expect("counts");
        assert!(wide.adapter_parameters > t.adapter_parameters && wide.training > t.training);
        assert_eq!(
            wide.adapter_parameters,
            16_777_216 + 32 * 3 * 16 * (4096 + 11008)
        );
        assert_eq!(
            lora(&["attention"], 0).map_err(|r| r.code),
            Err("rank-out-of-range")
        );
        assert_eq!(
            lora(&["nothing"], 8).map_err(|r| r.code),
            Err("no-matrices")
        );
    }

    #[test]
    fn experts_adapt_by_the_share_that_works() {
        let text = r#"{"model_type":"mixtral","hidden_size":64,"intermediate_size":128,"num_hidden_layers":2,"num_attention_heads":4,"num_key_value_heads":2,"vocab_size":100,"num_local_experts":8,"num_experts_per_tok":2}"#;
        let options = CountOptions {
            sequence_length: Some(10),
            ..CountOptions::default()
        };
        let c = crate::count_bytes(text.as_bytes(), "", &options).expect("counts");
        let rows: Vec<Row> = c
            .count
            .groups
            .iter()
            .map(|g| Row {
                path: g.path.clone(),
                kind: g.kind.clone(),
                parameters: g.parameters,
                forward_flop: g.forward_flop,
            })
            .collect();
        let mode = Mode::Lora {
            rank: 4,
            targets: vec!["experts".into()],
        };
        let t = training(&rows, &c.matrices, 0, &mode, Recompute::None).expect("counts");
        let size = 2 * 8 * 3 * 4 * (64 + 128_u128);
        assert_eq!(t.adapter_parameters, size);
        assert_eq!(t.forward - c.count.forward_flop, 2 * 10 * size / 8 * 2);
    }

    #[test]
    fn layers_of_one_path_keep_their_own_matrices() {
        // As in hybrids: every layer has a mixer, of one kind or another, and of two sizes of one kind.
        let row = |kind: &str, parameters, forward_flop| Row {
            path: "layers.*.mixer".into(),
            kind: kind.into(),
            parameters,
            forward_flop,
        };
        let rows = [
            row("attention", 64, 2 * 10 * 64),
            row("attention", 32, 2 * 10 * 32),
            row("feed-forward", 128, 2 * 10 * 128),
        ];
        let matrix = |kind: &str, inputs, outputs| PlacedMatrix {
            path: "layers.*.mixer".into(),
            kind: kind.into(),
            matrix: Matrix {
                inputs,
                outputs,
                count: 1,
                positions: 10,
                role: Role::Other,
            },
        };
        let matrices = [
            matrix("attention", 8, 8),
            matrix("attention", 8, 4),
            matrix("feed-forward", 8, 16),
        ];
        let lora = |targets: &[&str]| {
            let mode = Mode::Lora {
                rank: 1,
                targets: targets.iter().map(|t| (*t).to_string()).collect(),
            };
            training(&rows, &matrices, 0, &mode, Recompute::None).expect("counts")
        };
        let (attention, both) = (lora(&["attention"]), lora(&["mixer"]));
        assert_eq!(attention.adapter_parameters, 16 + 12);
        assert_eq!(both.adapter_parameters, 16 + 12 + 24);
        assert_eq!(both.forward, 2 * 10 * 224 + 2 * 10 * 52);
    }

    #[test]
    fn frozen_parts_below_cost_nothing_backward() {
        let row = |path: &str, kind: &str, parameters, forward_flop| Row {
            path: path.into(),
            kind: kind.into(),
            parameters,
            forward_flop,
        };
        let rows = [
            row("embed", "embedding", 1000, 0),
            row("layers.*.attn", "attention", 100, 200),
            row("layers.*.attn.core", "attention core", 0, 50),
            row("layers.*.mlp", "feed-forward", 300, 600),
            row("head", "output head", 10, 20),
        ];
        let frozen = |paths: &[&str]| {
            training(
                &rows,
                &[],
                0,
                &Mode::Frozen {
                    paths: paths.iter().map(|p| (*p).to_string()).collect(),
                },
                Recompute::Full,
            )
        };
        // A linear probe: the head alone, which passes no gradient on to anything trained; ratio 2 as for every trained layer.
        let probe = frozen(&["embed", "layers"]).expect("counts");
        assert_eq!(
            (probe.forward, probe.backward, probe.trainable_parameters),
            (870, 40, 10)
        );
        // What has no backward pass is not computed again.
        assert_eq!(probe.executed - probe.training, 20);
        // Part of a stack: gradients pass through its frozen members.
        let part = frozen(&["layers.*.mlp"]).expect("counts");
        assert_eq!(part.backward, 2 * (200 + 50 + 20) + 600);
        let everything = frozen(&["embed", "layers", "head"]);
        assert_eq!(everything.map_err(|r| r.code), Err("nothing-trained"));
        // The frozen table stands below; nothing else changes.
        assert_eq!(frozen(&["embed"]).expect("counts").backward, 2 * 870);
    }

    #[test]
    fn adapters_take_two_thirds_of_full_training() {
        assert!(
            (adapter_share(70_553_706_496, 175_636_480) - 0.667_496_467_059_033_6).abs() < 1e-15
        );
    }

    #[test]
    fn shares_round_down_and_do_not_overflow() {
        assert_eq!(share(10, 3, 4).ok(), Some(7));
        assert_eq!(share(u128::MAX, 1, 2).ok(), Some(u128::MAX / 2));
        assert_eq!(share(1, 1, 0).ok(), Some(0));
        assert!(share(u128::MAX, u128::MAX, 1).is_err());
    }
}
