//! The words that the rules look for, in one table: what a word says about the numbers around it.

use std::sync::OnceLock;

/// A set of cues; each token of the passage has one.
pub(crate) type Cues = u64;

macro_rules! cues {
    ($($(#[$doc:meta])* $name:ident = [$($word:literal),* $(,)?];)*) => {
        cues!(@bits 0u32; $($(#[$doc])* $name,)*);
        /// Words by cue. `*` behind a word stands for any ending, `_` between words for a space.
        pub(crate) static TABLE: &[(Cues, &[&str])] = &[$(($name, &[$($word),*])),*];
    };
    (@bits $n:expr;) => {};
    (@bits $n:expr; $(#[$doc:meta])* $name:ident, $($rest:tt)*) => {
        $(#[$doc])* pub(crate) const $name: Cues = 1 << $n;
        cues!(@bits $n + 1; $($rest)*);
    };
}

cues! {
    /// Training is spoken of.
    TRAIN = ["train*", "reproduces", "was_tuned", "were_tuned", "pretrain*", "posttrain*", "finetun*", "cofinetun*", "sft", "rlhf", "dpo", "ppo", "grpo", "instruction_tun*", "reinforcement_learning", "the_run", "our_run", "this_run", "final_run", "production_run", "has_seen", "had_seen", "has_read", "had_read", "learned", "learnt", "learns", "learn", "retrain*"];
    /// A run is spoken of, if training is the subject.
    RUN = ["ran", "run", "runs", "took", "takes", "take", "taking", "lasted", "lasting", "completed", "finished", "spent", "ended", "ends", "stop", "stops", "stopped", "busy",
        "wallclock", "consumed", "required", "needed", "went_on", "went_through", "goes_through", "converge*", "through_the", "duration"];
    /// Words that only a text about training has.
    LEARNING = ["optimization", "optimized", "optimisation", "optimised", "learning_rate", "loss", "optimizer", "adam", "adamw", "sgd", "momentum", "dropout", "gradient*", "mfu", "hfu", "epoch*", "minibatch*",
        "batch_size", "checkpoint*", "overfit*", "corpus", "corpora"];
    /// The model is used, not trained.
    USE = ["predicts", "predicting", "folded", "screened", "runs_the", "you_should", "you_need", "you_will_need", "gpu_memory", "inference", "infer", "infers", "serve", "serves", "serving", "served", "deploy*", "fits_on_a", "fit_on_a", "fits_on_one", "fits_on_single", "fits_in_a", "fits_into_a", "fit_into_a", "fit_in_a", "measured_on", "delivers", "at_sampling", "when_sampling", "for_sampling", "sampling_time", "latency", "temperature",
        "top_p", "quantiz*", "quantis*", "nvidia_smi", "vllm", "sglang", "llama.cpp", "requests", "request", "api", "price", "prices", "priced", "pricing", "costs_$", "cached", "vram",
        "plays", "playing", "to_play", "runs_on", "runs_at", "can_run", "to_run_the", "to_run_it", "running_the", "running_it", "run_the_chat", "run_it", "rerank*", "decoding", "gguf", "awq", "gptq", "4bit", "8bit", "throughput", "concurrent",
        "laptop", "selfhost*", "tok_/_s", "users", "subscriber*", "customers", "max_model_len", "generates", "generate", "hosted", "hosting", "prompt", "prompts", "simulations", "thinking", "answer", "answers", "at_test_time", "load"];
    /// A site, a purchase, a fleet: no training run.
    SITE = ["mlperf", "online_in", "came_online", "went_online", "come_online", "megawatt*", "gigawatt*", "mw", "gw", "site", "campus", "facility", "data_centre*", "data_center*", "datacenter*", "datacentre*", "supercomputer", "warehouse",
        "buy", "buying", "bought", "purchase*", "order", "orders", "ordered", "stockpile*", "owns", "ship", "shipped", "shipping", "shipments", "installed", "install", "houses", "export", "exports", "smuggl*",
        "building_a", "build_a", "has_raised", "invest*", "revenue", "factory", "opened", "rent", "rents"];
    /// What somebody has, whatever it is used for.
    FLEET = ["has", "have", "holds", "owns", "own", "believe*", "possess*", "fleet", "operates", "controls"];
    /// What is not so, or not yet.
    HYPOTHETICAL = ["being_built", "being_trained", "in_training", "under_construction", "rumour*", "rumor*", "next_model", "waiting", "should", "will", "would", "could", "plans", "planned", "planning", "intends", "aims", "expected", "expects", "hopes", "might", "next_generation", "if", "guess", "guesses", "speculate*", "can_be", "may_be", "one_could", "successor"];
    /// Somebody else's or another model's.
    OTHERS = ["rival*", "competitor*", "predecessor*", "sibling*", "baseline*", "parent*", "other_labs", "other_models", "early_experiment*", "earlier_experiment*", "preliminary", "prior_work", "previous_work", "my", "your", "previous_generation", "earlier_model*", "previous_model", "older",
        "teacher", "probing", "probe", "probes", "ablation*", "draft_model", "reward_model*", "dvae", "vqvae", "vq_vae", "upsampler*", "second_model", "forerunner", "state_of_the_art_models", "elsewhere"];
    /// Models are measured against each other.
    CONTEST = ["outperform*", "beats", "beat", "surpass*", "better_than", "scores", "matches", "competes", "on_par"];
    /// Brings the subject back.
    OURS = ["we", "our", "ours", "it", "its", "ourselves"];
    /// Made from the finished model: its figures are not the model's.
    DERIVED = ["prun*", "distill*", "compress*", "smaller_copy", "quantiz*", "quantis*"];
    /// Runs that a law is fitted to.
    SCALING_STUDY = ["scaling_plot*", "scaling_experiment*", "isoflop*", "scaling_law*", "scaling_curve*", "sweep*", "extrapolat*", "optimum", "proxy_model*", "proxies", "small_scale_run*", "smaller_run*"];
    /// A run that came to nothing.
    ABANDONED = ["abandon*", "abort*", "scrapped", "cancel*", "gave_up", "given_up", "threw_away", "thrown_away", "failed", "diverg*", "collapsed"];
    /// A test of the machine, in which no model is trained to its end.
    TRIAL = ["mlperf*", "step_time_measure*", "mlcommons", "throughput_test*", "scaling_test*", "weak_scaling", "strong_scaling", "benchmark_run*", "dry_run*", "smoke_test*", "microbenchmark*"];
    /// What may come about, not what did.
    MODAL = ["would", "will", "could", "might", "may", "should", "plans", "planned", "plan", "planning", "intends", "aims", "hopes", "expects", "expected", "wants", "want"];
    /// A verb in the past or present: what follows it is told as a fact.
    FACT = ["was", "were", "is", "are", "has", "have", "had", "took", "takes", "used", "uses", "trained", "pretrained", "finetuned", "saw", "ran", "needed", "required", "consumed", "spent", "did", "reached", "lasted", "we", "ended", "finished", "stopped", "got", "went", "achieved", "sustained", "with"];
    /// Introduces a comparison.
    COMPARE = ["builds_on", "built_on", "based_on", "like", "unlike", "than", "compared", "compare", "next_to", "beside", "besides", "versus", "vs", "relative_to", "against", "similar_to", "following", "as_in", "after", "while", "whereas", "where", "twice_what",
        "matches", "match", "rivals", "outperform*", "beats", "beat", "competes", "surpass*", "exceeds", "same_as", "instead_of", "by_comparison", "contrast", "comparison", "earlier", "previous", "original", "contrary", "half_of", "times_what", "times_the", "parity_with", "as_large_as", "as_many_as"];
    /// The number behind is a limit, not a value.
    BOUND = ["peaked_at", "up_to", "more_than", "over", "at_least", "under", "fewer_than", "less_than", "above", "below", "exceed*", "beyond", "at_most", "as_many_as", "as_much_as", "upwards_of", "upward_of", "north_of",
        "no_more_than", "in_excess_of", "greater_than", "larger_than", "smaller_than", "not_exceed*", "minimum", "maximum", "max", "min", "within", "well_over", "shy_of", "as_few_as", "as_little_as", "topping", "surpass*", "short_of", "longer_than", "and_up"];
    /// May stand between a cue and its number.
    APPROXIMATE = ["about", "around", "roughly", "approximately", "some", "nearly", "almost", "ca", "circa", "approx", "just", "only", "estimated", "close_to", "an", "a", "the", "its", "of", "total", "is", "was", "to", "all", "merely", "exactly", "precisely", "reportedly", "another", "further", "again"];
    /// Active parameters of a mixture.
    ACTIVE = ["active", "activated", "activates", "activate", "activating", "per_token", "per_input_token", "each_input_token", "each_token", "every_token", "a_token", "any_token", "any_given_token", "any_one_token", "one_token"];
    /// The whole of something.
    TOTAL = ["total", "totals", "altogether", "overall", "in_all", "sum", "combined", "cumulative", "full"];
    /// A batch.
    BATCH = ["batch", "bs", "gbs", "batches", "minibatch*", "batchsize"];
    /// A part of a batch.
    MICRO = ["micro", "microbatch*", "per_gpu", "per_device", "per_chip", "per_core", "per_worker", "per_replica", "per_node", "per_tpu", "per_accelerator", "accumulat*", "local", "on_each"];
    /// Warm-up, schedules, intervals: no length of training.
    SCHEDULE = ["warmup*", "warming", "warmed", "anneal*", "decay*", "decayed", "ramp*", "learning_rate", "lr", "rises", "cosine", "linearly", "evaluat*", "checkpoint*", "saved", "save", "divided", "halved", "dropped", "interval*", "until"];
    /// A piece of a run, right in front of its length: "the first 10,000 steps".
    PIECE = ["first", "initial", "every", "each", "last", "final"];
    /// Other quantities called steps.
    OTHER_STEPS = ["sampling", "denois*", "diffusion", "inference", "environment", "accumulation", "simulation*", "time", "reasoning", "env", "ddim", "unroll*", "sampler"];
    /// A length of sequences.
    SEQUENCE = ["sequence", "sequences", "seq", "seqlen", "sequence_length"];
    /// A context window.
    WINDOW = ["context", "window", "windows", "length", "contexts"];
    /// Vocabulary.
    VOCABULARY = ["vocabulary", "vocab", "vocabularies", "tokenizer", "tokeniser", "bpe"];
    /// A data set, or passing over one.
    DATASET = ["corpus", "corpora", "dataset*", "data_set", "data", "trained", "training", "train", "trains", "pretrain*", "pretrained", "pretraining", "saw", "sees", "seen", "consumed", "consumes", "consuming", "learned", "learnt", "fed", "read", "ingested", "digested",
        "on", "over", "finetun*", "through", "using", "used", "processed", "comprising", "containing", "contains", "consists", "comprises", "holds", "took_in", "mix", "mixture", "budget", "ingest*", "swallow*", "devour*"];
    /// Data that is not what was passed over, or only a part.
    NOT_DATA = ["validation", "valid", "test", "testing", "heldout", "held", "dev", "evaluation", "eval", "benchmark*", "raw", "unfiltered", "crawl*", "candidates", "replay", "replays",
        "memory", "played", "deduplicat*", "discard*", "removed", "remain*", "before_filtering", "contamin*", "subset", "preference", "synthetic", "remov*", "threw", "retriev*", "optimal", "optimum", "pool", "would_have"];
    /// What follows is a part of the data, or what the data was taken from.
    PART_OF = ["filtered_from", "reduced_from", "distilled_from", "filtered_down_from", "drawn_from", "sampled_from", "selected_from", "down_from", "out_of", "including", "include", "includes", "of_which", "of_them", "of_these", "thereof", "taken_from"];
    /// Not training time.
    NOT_TIME = ["inside", "gameplay", "ago", "later", "old", "build", "built", "building", "construct*", "snapshot", "window", "interruption*", "failure*", "crash*", "every", "warranty", "until", "outage", "since", "per_move", "play", "memory", "paused", "downtime", "idle", "lost", "delayed", "delay", "queue*", "evaluat*", "month_old", "earlier", "before", "released", "announc*", "interrupt*", "away", "within", "simulated", "human", "experience"];
    /// Recordings, whose length is no training time.
    MEDIA = ["audio", "speech", "video", "videos", "footage", "recordings", "recorded", "labelled", "labeled", "transcrib*", "music", "unlabeled", "unlabelled", "gameplay", "play", "film"];
    /// Machines that are not at work.
    SPARE = ["spare", "idle", "standby", "backup", "reserve", "reserved", "replaced", "spares"];
    /// The next piece of the same run.
    NEXT = ["a_further", "went_on", "afterwards", "afterward", "then", "subsequently", "another", "remaining", "followed", "followed_by", "after_that", "thereafter", "later", "next", "finally", "remainder", "rest"];
    /// Utilization of the model.
    UTILIZATION = ["mfu", "model_flop*", "model_flops_utili*", "flop_utili*", "flops_utili*", "model_utilization", "model_fp"];
    /// Utilization of the hardware.
    HARDWARE_UTILIZATION = ["hfu", "hardware_flop*", "hardware_utili*"];
    /// Another quantity called utilization.
    MONITOR = ["gpu_utili*", "nvidia_smi", "memory_utili*", "cpu_utili*", "cluster_utili*", "bandwidth"];
    /// Announces that the run has pieces.
    PIECES = ["stages", "phases", "stage", "phase", "first", "parts", "steps"];
    /// A rule and its limit.
    LAW = ["assume*", "ai_office", "notif*", "threshold*", "presum*", "article", "regulation*", "act", "obligation*", "law", "laws", "legislat*", "order", "statute*", "shall", "criterion", "criteria", "indicative", "rule", "rules", "limit", "limits", "trigger*"];
    /// Cost of one pass of one example.
    ONE_PASS = ["per_image", "per_example", "per_sample", "per_token", "forward", "one_image", "an_image", "each_image", "one_token", "inference", "per_sequence", "per_forward", "single_image", "crop", "per_param", "per_parameter", "per_step"];
    /// A stack of attention layers.
    TRANSFORMER = ["transformer*", "attention", "selfattention", "heads", "head", "decoder*", "encoder*", "language", "llm*", "lm", "token", "tokens", "moe", "experts", "gpt", "bert", "vit", "params", "parameters"];
    /// A stack of convolutions.
    CONVOLUTION = ["convolution*", "conv", "convnet*", "cnn*", "resnet*", "vgg", "residual_block*", "lstm", "rnn", "recurrent", "inception", "alexnet", "gru", "mlp", "perceptron"];
    /// Numerics of something else than the training.
    NOT_FORMAT = ["optimizer", "adam", "state", "states", "checkpoint*", "master", "moment*", "gradient*", "quantiz*", "quantis*", "stored", "store", "kept_in", "gating", "router", "softmax", "embedding*", "accumul*", "reduce*", "reduction*", "peak", "tflop*", "released", "release", "norm*", "sensitive", "except", "not"];
    /// Names a numeric format of training.
    PRECISION = ["precision", "mixed", "numerics", "dtype", "mfu"];
    /// Stage: the run from scratch.
    STAGE_PRETRAINING = ["pretrain*", "initial_training", "from_scratch", "base_training", "first_stage", "in_the_first_,", "stage_1", "stage_one", "phase_1", "phase_one", "first_phase", "main_training"];
    /// Stage: a further stretch of the run from scratch.
    STAGE_EXTENSION = ["context_extension", "extending_the_context", "extend_the_context", "extended_the_context", "context_was_extended", "extending_context", "longcontext", "long_context", "context_length_extension", "anneal*", "cooldown", "midtraining", "continued_pretrain*", "continual_pretrain*", "continue_pretrain*", "continuing_pretrain*", "continue_to_pretrain*", "continued_training", "second_stage", "in_the_second_,", "stage_2", "stage_two", "phase_2", "phase_two", "second_phase", "decay_stage", "extension"];
    /// Stage: fine-tuning.
    STAGE_FINETUNING = ["finetun*", "cofinetun*", "sft", "instruction_tun*", "instruct_tun*", "posttrain*", "supervised_finetun*", "instruction_finetun*", "adaptation", "tuned_on"];
    /// Stage: preference tuning, another piece of fine-tuning.
    STAGE_PREFERENCE = ["dpo", "preference_tun*", "preference_optimization", "preference_learning", "kto", "orpo"];
    /// Stage: reinforcement learning.
    STAGE_REINFORCEMENT = ["reinforcement_learning", "rlhf", "rl", "ppo", "grpo", "rlvr"];
    /// Stage: making data.
    STAGE_SYNTHETIC = ["synthetic_data", "creation_of_the", "creating_the", "data_generation", "data_creation", "rejection_sampling", "generating_the", "data_synthesis"];
    /// A stage that is only spoken of.
    NOT_STAGE = ["no", "without", "before", "not", "can_be", "easily", "future", "for_example", "such_as", "either", "transfer*"];
    /// A model is meant by the number in front.
    MODEL = ["policy", "backbone", "member", "run", "model", "models", "variant", "version", "one", "checkpoint", "network", "lm", "llm", "transformer", "system", "language_model", "giant", "decoder", "flagship", "mixture", "moe", "architecture"];
    /// Sum of several models.
    SHARED = ["the_project", "as_a_whole", "all_experiments", "experiments_together", "whole_project", "taken_together", "all_models", "all_three", "three_sizes", "all_sizes", "both_models", "for_all", "whole_family", "entire_family", "across_all", "family"];
    /// The backward pass.
    BACKWARD = ["bwd", "backward"];
    /// A frame of work inside one machine.
    EACH = ["each", "per_node", "per_machine", "per_server", "per_host", "apiece", "per_box"];
}

/// Words of the table by first letter, so that a token is compared with few of them.
pub(crate) struct Lookup {
    by_letter: Vec<Vec<(Vec<&'static str>, Cues)>>,
}

fn bucket(word: &str) -> usize {
    word.bytes().next().map_or(0, |byte| usize::from(byte % 64))
}

impl Lookup {
    /// The table, sorted once.
    pub(crate) fn shared() -> &'static Lookup {
        static SHARED: OnceLock<Lookup> = OnceLock::new();
        SHARED.get_or_init(Lookup::new)
    }

    fn new() -> Lookup {
        let mut by_letter: Vec<Vec<(Vec<&'static str>, Cues)>> = vec![Vec::new(); 64];
        for (cue, words) in TABLE {
            for word in *words {
                if let Some(bucket) = by_letter.get_mut(bucket(word)) {
                    bucket.push((word.split('_').collect(), *cue));
                }
            }
        }
        Lookup { by_letter }
    }

    /// The cues that begin at the first of these words; a phrase may run over several words.
    pub(crate) fn cues<'a>(&self, word: &str, next: impl Fn(usize) -> &'a str) -> Cues {
        let Some(bucket) = self.by_letter.get(bucket(word)) else {
            return 0;
        };
        let matches = |pattern: &str, word: &str| match pattern.strip_suffix('*') {
            Some(stem) => word.starts_with(stem),
            None => word == pattern,
        };
        bucket
            .iter()
            .filter(|(pattern, _)| {
                pattern.iter().enumerate().all(|(k, part)| {
                    if k == 0 {
                        matches(part, word)
                    } else {
                        matches(part, next(k))
                    }
                })
            })
            .fold(0, |all, (_, cue)| all | cue)
    }
}

/// Kinds of thing that are counted, by the noun.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Unit {
    /// No noun behind the number.
    None,
    Parameters,
    Tokens,
    Words,
    /// Images, pairs, frames, positions.
    Items,
    Sequences,
    Steps,
    /// `3.1 million mini-batches`: steps, or the batch in front.
    Batches,
    Epochs,
    Chips,
    Cores,
    Machines,
    /// Seconds in one of the unit.
    Time(f64),
    /// The same, of one accelerator.
    ChipTime(f64),
    Percent,
    Flop,
    /// FLOP/s.
    Rate,
    Layers,
    Heads,
    /// Bytes of memory.
    Bytes,
    /// A noun that no field counts.
    Other,
}

/// Nouns and what they count.
pub(crate) static NOUNS: &[(&str, Unit)] = &[
    ("parameters", Unit::Parameters),
    ("parameter", Unit::Parameters),
    ("params", Unit::Parameters),
    ("param", Unit::Parameters),
    ("weights", Unit::Parameters),
    ("tokens", Unit::Tokens),
    ("token", Unit::Tokens),
    ("toks", Unit::Tokens),
    ("tok", Unit::Tokens),
    ("subwords", Unit::Tokens),
    ("words", Unit::Words),
    ("word", Unit::Words),
    ("images", Unit::Items),
    ("image", Unit::Items),
    ("examples", Unit::Items),
    ("example", Unit::Items),
    ("samples", Unit::Items),
    ("pairs", Unit::Items),
    ("frames", Unit::Items),
    ("positions", Unit::Items),
    ("demonstrations", Unit::Items),
    ("conversations", Unit::Items),
    ("dialogues", Unit::Items),
    ("instructions", Unit::Items),
    ("sentences", Unit::Items),
    ("clips", Unit::Items),
    ("questions", Unit::Items),
    ("problems", Unit::Items),
    ("videos", Unit::Items),
    ("photos", Unit::Items),
    ("pictures", Unit::Items),
    ("captions", Unit::Items),
    ("prompts", Unit::Items),
    ("records", Unit::Items),
    ("traces", Unit::Items),
    ("trajectories", Unit::Items),
    ("comparisons", Unit::Items),
    ("episodes", Unit::Items),
    ("sequences", Unit::Sequences),
    ("sequence", Unit::Sequences),
    ("steps", Unit::Steps),
    ("step", Unit::Steps),
    ("iterations", Unit::Steps),
    ("iteration", Unit::Steps),
    ("iters", Unit::Steps),
    ("updates", Unit::Steps),
    ("minibatches", Unit::Batches),
    ("batches", Unit::Batches),
    ("epochs", Unit::Epochs),
    ("epoch", Unit::Epochs),
    ("cycles", Unit::Epochs),
    ("passes", Unit::Epochs),
    ("gpus", Unit::Chips),
    ("gpu", Unit::Chips),
    ("tpus", Unit::Chips),
    ("tpu", Unit::Chips),
    ("npus", Unit::Chips),
    ("npu", Unit::Chips),
    ("chips", Unit::Chips),
    ("chip", Unit::Chips),
    ("accelerators", Unit::Chips),
    ("accelerator", Unit::Chips),
    ("cards", Unit::Chips),
    ("card", Unit::Chips),
    ("devices", Unit::Chips),
    ("processors", Unit::Chips),
    ("cores", Unit::Cores),
    ("core", Unit::Cores),
    ("nodes", Unit::Machines),
    ("node", Unit::Machines),
    ("machines", Unit::Machines),
    ("machine", Unit::Machines),
    ("server", Unit::Machines),
    ("host", Unit::Machines),
    ("instance", Unit::Machines),
    ("servers", Unit::Machines),
    ("hosts", Unit::Machines),
    ("systems", Unit::Machines),
    ("boxes", Unit::Machines),
    ("instances", Unit::Machines),
    ("islands", Unit::Machines),
    ("pods", Unit::Machines),
    ("slices", Unit::Machines),
    ("seconds", Unit::Time(1.0)),
    ("second", Unit::Time(1.0)),
    ("minutes", Unit::Time(60.0)),
    ("minute", Unit::Time(60.0)),
    ("min", Unit::Time(60.0)),
    ("mins", Unit::Time(60.0)),
    ("hours", Unit::Time(3600.0)),
    ("hour", Unit::Time(3600.0)),
    ("hrs", Unit::Time(3600.0)),
    ("hr", Unit::Time(3600.0)),
    ("h", Unit::Time(3600.0)),
    ("days", Unit::Time(86_400.0)),
    ("day", Unit::Time(86_400.0)),
    ("d", Unit::Time(86_400.0)),
    ("weeks", Unit::Time(604_800.0)),
    ("week", Unit::Time(604_800.0)),
    ("months", Unit::Time(2_629_800.0)),
    ("month", Unit::Time(2_629_800.0)),
    ("years", Unit::Time(31_557_600.0)),
    ("year", Unit::Time(31_557_600.0)),
    ("%", Unit::Percent),
    ("percent", Unit::Percent),
    ("pct", Unit::Percent),
    ("flop", Unit::Flop),
    ("flops", Unit::Flop),
    ("operations", Unit::Flop),
    ("kiloflops", Unit::Flop),
    ("layers", Unit::Layers),
    ("layer", Unit::Layers),
    ("blocks", Unit::Layers),
    ("heads", Unit::Heads),
    ("head", Unit::Heads),
    ("gb", Unit::Bytes),
    ("tb", Unit::Bytes),
    ("mb", Unit::Bytes),
    ("kb", Unit::Bytes),
    ("pb", Unit::Bytes),
    ("gib", Unit::Bytes),
    ("tib", Unit::Bytes),
    ("gigabytes", Unit::Bytes),
    ("terabytes", Unit::Bytes),
    ("experts", Unit::Other),
    ("languages", Unit::Other),
    ("games", Unit::Other),
    ("times", Unit::Other),
    ("pixels", Unit::Other),
    ("documents", Unit::Other),
    ("tasks", Unit::Other),
    ("classes", Unit::Other),
    ("points", Unit::Other),
    ("watts", Unit::Other),
    ("people", Unit::Other),
    ("dollars", Unit::Other),
    ("euros", Unit::Other),
    ("pounds", Unit::Other),
    ("yuan", Unit::Other),
    ("bits", Unit::Other),
    ("bit", Unit::Other),
    ("dimensions", Unit::Other),
    ("requests", Unit::Other),
    ("megawatts", Unit::Other),
    ("tonnes", Unit::Other),
    ("kg", Unit::Other),
    ("characters", Unit::Other),
    ("bytes", Unit::Bytes),
];

/// Words at which a noun phrase ends.
pub(crate) static STOPS: &[&str] = &[
    "of",
    "in",
    "on",
    "for",
    "and",
    "or",
    "with",
    "to",
    "at",
    "by",
    "per",
    "from",
    "is",
    "was",
    "were",
    "are",
    "be",
    "the",
    "a",
    "an",
    "which",
    "that",
    "this",
    "it",
    "its",
    "as",
    "has",
    "had",
    "have",
    "we",
    "our",
    "they",
    "than",
    "then",
    "while",
    "but",
    "over",
    "under",
    "about",
    "each",
    "using",
    "used",
    "when",
    "where",
    "who",
    "so",
    "if",
    "into",
    "after",
    "before",
    "until",
    "because",
    "between",
    "during",
    "through",
    "across",
    "versus",
    "vs",
    "plus",
    "took",
    "trained",
    "took",
    "running",
    "ran",
    "via",
    "such",
    "would",
    "will",
    "can",
    "only",
    "more",
    "less",
    "does",
    "did",
    "all",
    "some",
    "out",
    "up",
    "down",
    "both",
    "not",
    "no",
    "yet",
    "also",
    "altogether",
];
