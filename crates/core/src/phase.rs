//! The kinds of phase that training is made of.

/// What a phase of training is. Ids are permanent (link key `kind`, module).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PhaseKind {
    /// The run from scratch, context extension and annealing included.
    PreTraining,
    /// Fine-tuning and preference tuning: updates.
    FineTuning,
    /// Reinforcement learning: the learner's updates.
    ReinforcementLearning,
    /// Generation in reinforcement learning: forward passes.
    Rollouts,
    /// Generating training data: forward passes, discarded samples too.
    SyntheticData,
    /// Training of weights that were merged, averaged or built upon.
    MergedModel,
    /// Training of a parent or teacher model.
    Teacher,
    /// Training of reward models and value functions.
    AuxiliaryModel,
    /// Evaluation and red-teaming: forward passes.
    Evaluation,
    /// Exploratory research, failed and discarded runs.
    Experiment,
}

impl PhaseKind {
    /// Every kind, in menu order.
    pub const ALL: [PhaseKind; 10] = [
        PhaseKind::PreTraining,
        PhaseKind::FineTuning,
        PhaseKind::ReinforcementLearning,
        PhaseKind::Rollouts,
        PhaseKind::SyntheticData,
        PhaseKind::MergedModel,
        PhaseKind::Teacher,
        PhaseKind::AuxiliaryModel,
        PhaseKind::Evaluation,
        PhaseKind::Experiment,
    ];

    /// The word in links and in the module.
    pub fn id(self) -> &'static str {
        match self {
            PhaseKind::PreTraining => "pre-training",
            PhaseKind::FineTuning => "fine-tuning",
            PhaseKind::ReinforcementLearning => "reinforcement-learning",
            PhaseKind::Rollouts => "rollouts",
            PhaseKind::SyntheticData => "synthetic-data",
            PhaseKind::MergedModel => "merged-model",
            PhaseKind::Teacher => "teacher",
            PhaseKind::AuxiliaryModel => "auxiliary-model",
            PhaseKind::Evaluation => "evaluation",
            PhaseKind::Experiment => "experiment",
        }
    }

    /// The kind of that word; `None` where there is none.
    pub fn from_id(id: &str) -> Option<PhaseKind> {
        PhaseKind::ALL.into_iter().find(|kind| kind.id() == id)
    }

    /// Name on the page, in a sentence.
    pub fn label(self) -> &'static str {
        match self {
            PhaseKind::PreTraining => "Pre-training",
            PhaseKind::FineTuning => "Fine-tuning",
            PhaseKind::ReinforcementLearning => "Reinforcement learning (updates)",
            PhaseKind::Rollouts => "Rollouts (generation)",
            PhaseKind::SyntheticData => "Synthetic data",
            PhaseKind::MergedModel => "Merged or base model",
            PhaseKind::Teacher => "Teacher model",
            PhaseKind::AuxiliaryModel => "Auxiliary model",
            PhaseKind::Evaluation => "Evaluation",
            PhaseKind::Experiment => "Experiment",
        }
    }

    /// Backward : forward operations where none is typed (method, 1.2): 0 for forward passes alone.
    pub fn default_ratio(self) -> f64 {
        match self {
            PhaseKind::Rollouts | PhaseKind::SyntheticData | PhaseKind::Evaluation => 0.0,
            _ => 2.0,
        }
    }
}
