//! What training costs, from the count of one forward pass.

use crate::{Count, Group, PlacedMatrix, Refusal};

/// Which weights change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trained {
    /// None: a forward pass only.
    ForwardOnly,
    /// All.
    All,
    /// Low-rank adapters beside matrices whose path ends with one of these names (all matrices where the list is empty).
    Lora {
        /// Rank of the adapters.
        rank: u64,
        /// Endings of paths, like `self_attn`.
        targets: Vec<String>,
    },
    /// All but the groups whose path begins with one of these.
    Frozen(Vec<String>),
}

/// What is computed a second time in the backward pass to save memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Recomputed {
    /// Nothing.
    Nothing,
    /// The products of attention that have no weights.
    AttentionCore,
    /// The whole forward pass.
    Everything,
}

/// FLOP of one training example.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TrainingFlop {
    /// Forward pass, adapters included.
    pub forward: u128,
    /// Gradients of values and of trained weights.
    pub backward: u128,
    /// Model FLOP: forward and backward.
    pub model: u128,
    /// Executed FLOP: model FLOP and what recomputation adds.
    pub executed: u128,
    /// Parameters that change.
    pub trained_parameters: u128,
}

/// FLOP of training on one example that the count describes.
///
/// A product with a weight costs its forward FLOP again for the gradient of its input, and once more for the gradient of the
/// weight where that is trained; a product of two values (attention) costs twice. Below the first trained weight there is no
/// backward pass. Recomputation is executed work, not model work (method.md, 1.3; NVIDIA-NeMo/Automodel#786).
///
/// # Errors
/// `number-too-large` where a sum leaves 128 bits; `adapter-without-matrices` where no matrix has a name of the targets.
pub fn training_flop(
    count: &Count,
    matrices: &[PlacedMatrix],
    trained: &Trained,
    recomputed: Recomputed,
) -> Result<TrainingFlop, Refusal> {
    let forward = count.forward_flop;
    let mut adapters = (0u128, 0u128);
    if let Trained::Lora { rank, targets } = trained {
        let hits = matrices
            .iter()
            .filter(|m| targets.is_empty() || targets.iter().any(|t| m.path.ends_with(t.as_str())));
        let mut any = false;
        for m in hits {
            any = true;
            let one =
                u128::from(*rank) * (u128::from(m.matrix.inputs) + u128::from(m.matrix.outputs));
            let all = one
                .checked_mul(u128::from(m.matrix.count))
                .ok_or_else(crate::cost::too_large)?;
            let work = all
                .checked_mul(u128::from(m.matrix.positions))
                .and_then(|n| n.checked_mul(2))
                .ok_or_else(crate::cost::too_large)?;
            adapters = (sum(adapters.0, all)?, sum(adapters.1, work)?);
        }
        if !any {
            return Err(Refusal {
                code: "adapter-without-matrices",
                message: format!(
                    "No matrix has a path that ends with {}.",
                    targets.join(", ")
                ),
                remedy: "Name parts of the table's paths, like self_attn or mlp.".into(),
            });
        }
    }
    let mut backward = 0u128;
    let mut trains_below = false;
    let mut frozen_parameters = 0u128;
    for g in &count.groups {
        let frozen = match trained {
            Trained::ForwardOnly | Trained::Lora { .. } => true,
            Trained::All => false,
            Trained::Frozen(paths) => paths.iter().any(|p| g.path.starts_with(p.as_str())),
        };
        let has_weights = g.parameters > 0 || g.kind == "output head";
        if frozen {
            frozen_parameters = sum(frozen_parameters, g.parameters)?;
        }
        let adapted = matches!(trained, Trained::Lora { .. });
        let passes: u128 = match (has_weights, frozen) {
            (true, false) => 2,
            (true, true) => u128::from(trains_below || adapted),
            (false, _) => {
                if trains_below || adapted {
                    2
                } else {
                    0
                }
            }
        };
        if matches!(trained, Trained::ForwardOnly) {
            continue;
        }
        trains_below = trains_below || (has_weights && !frozen);
        backward = sum(
            backward,
            g.forward_flop
                .checked_mul(passes)
                .ok_or_else(crate::cost::too_large)?,
        )?;
    }
    backward = sum(
        backward,
        adapters
            .1
            .checked_mul(2)
            .ok_or_else(crate::cost::too_large)?,
    )?;
    let forward = sum(forward, adapters.1)?;
    let model = sum(forward, backward)?;
    let again = match (trained, recomputed) {
        (Trained::ForwardOnly, _) | (_, Recomputed::Nothing) => 0,
        (_, Recomputed::Everything) => forward,
        (_, Recomputed::AttentionCore) => core(&count.groups)?,
    };
    let trained_parameters = match trained {
        Trained::ForwardOnly => 0,
        Trained::All => count.trainable_parameters,
        Trained::Lora { .. } => adapters.0,
        Trained::Frozen(_) => count.parameters.saturating_sub(frozen_parameters),
    };
    Ok(TrainingFlop {
        forward,
        backward,
        model,
        executed: sum(model, again)?,
        trained_parameters,
    })
}

/// Training FLOP with adapters as a share of full training, adapters' own passes neglected: (1 + 1 + a / N) / 3
/// (NVIDIA-NeMo/Automodel#786).
pub fn adapter_share(parameters: u128, adapter_parameters: u128) -> f64 {
    if parameters == 0 {
        return 0.0;
    }
    (2.0 + adapter_parameters as f64 / parameters as f64) / 3.0
}

fn core(groups: &[Group]) -> Result<u128, Refusal> {
    groups
        .iter()
        .filter(|g| g.kind.contains("core"))
        .try_fold(0u128, |a, g| sum(a, g.forward_flop))
}

fn sum(a: u128, b: u128) -> Result<u128, Refusal> {
    a.checked_add(b).ok_or_else(crate::cost::too_large)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{CountOptions, LayerSpec, count_layers};

    fn model() -> Count {
        let l = |k: &str| LayerSpec::new(k);
        let list = [
            l("embedding").with("rows", 100).with("width", 64),
            l("attention")
                .with("width", 64)
                .with("heads", 4)
                .with("kv_heads", 4)
                .with("head", 16),
            l("gated-feed-forward").with("width", 64).with("inner", 128),
            l("output-head").with("width", 64).with("vocabulary", 100),
        ];
        count_layers(
            &list,
            &CountOptions {
                sequence_length: Some(8),
                ..CountOptions::default()
            },
        )
        .expect("counts")
    }

    fn flop(t: Trained, r: Recomputed) -> TrainingFlop {
        let m = [PlacedMatrix {
            path: "a.self_attn".into(),
            matrix: crate::Matrix {
                inputs: 64,
                outputs: 64,
                count: 4,
                positions: 8,
            },
        }];
        training_flop(&model(), &m, &t, r).expect("counts")
    }

    #[test]
    fn full_training_is_three_times_forward() {
        let c = model();
        let t = flop(Trained::All, Recomputed::Nothing);
        assert_eq!(
            (t.model, t.executed),
            (3 * c.forward_flop, 3 * c.forward_flop)
        );
        let again = flop(Trained::All, Recomputed::Everything);
        assert_eq!(
            (again.model, again.executed),
            (3 * c.forward_flop, 4 * c.forward_flop)
        );
        let core = flop(Trained::All, Recomputed::AttentionCore);
        assert_eq!(core.executed - core.model, 4 * 8 * 8 * 64);
        assert_eq!(
            flop(Trained::ForwardOnly, Recomputed::Everything).executed,
            c.forward_flop
        );
    }

    #[test]
    fn adapters_leave_out_the_weights_gradients() {
        let c = model();
        let t = flop(
            Trained::Lora {
                rank: 2,
                targets: vec!["self_attn".into()],
            },
            Recomputed::Nothing,
        );
        let adapter = 4 * 2 * (64 + 64);
        assert_eq!(t.trained_parameters, adapter);
        let work = adapter * 8 * 2;
        // Values' gradients once, attention's own products twice.
        let core = 4 * 8 * 8 * 64;
        assert_eq!(t.model, c.forward_flop * 2 + core + 3 * work);
        let none = training_flop(
            &c,
            &[],
            &Trained::Lora {
                rank: 2,
                targets: vec![],
            },
            Recomputed::Nothing,
        );
        assert_eq!(none.expect_err("refused").code, "adapter-without-matrices");
        assert!(
            (adapter_share(70_553_706_496, 175_636_480) - 0.667_496_467_059_033_6).abs() < 1e-15
        );
    }

    #[test]
    fn nothing_flows_back_below_the_first_trained_weight() {
        let c = model();
        let head = c.groups.last().map_or(0, |g| g.forward_flop);
        let t = flop(
            Trained::Frozen(vec!["1 ".into(), "2 ".into(), "3 ".into()]),
            Recomputed::Nothing,
        );
        assert_eq!(t.backward, 2 * head);
        assert_eq!(t.trained_parameters, 6400);
        let t = flop(Trained::Frozen(vec!["4 ".into()]), Recomputed::Nothing);
        assert_eq!(t.backward, 2 * (c.forward_flop - head) + head);
    }
}
