//! The report on `data/models.csv`: the page's figure of every row beside the published one, and why some differ.

use compute_batch::{Batch, Row};
use compute_tables::{ModelRow, catalog, model_rows, models_csv};

/// From this factor on two figures differ, and a reason must stand here.
const APART: f64 = 3.0;

/// Why counting differs from the published figure: a reason, and the ids of the rows.
const COUNTING: [(&str, &str); 28] = [
    (
        "A convolution uses each weight at many places of an image; 6 × parameters × images counts one. Connections would count them all.",
        "neocognitron handwritten-digit-recognition-network zip-cnn siamese-tdnn system-11 lenet-5 cnn-committee-mnist cnn-committee-traffic-sign \
         vgg16 vgg19 msra-prelu-net u-net adam-cifar-10 inception-v3 resnet-101 resnet-152 xception resnext-101 yolov3 resnext-101-32x48d biggan-deep \
         stylegan stylegan3-t noisy-student-l2 detr",
    ),
    (
        "Architecture search: the figure is for the thousands of networks trained on the way, the inputs are the last one's.",
        "nas amoebanet-a",
    ),
    (
        "Images are listed as examples; to a transformer each is some 50 to 1000 tokens.",
        "igpt-l igpt-xl vit-h-14 deit-b dino vit-g-14 clip align florence clip-vit-h-14-laion-2b pali blip-2 vit-22b segment-anything dinov2 dall-e-2",
    ),
    (
        "Clips and images are listed as examples; each is thousands of tokens.",
        "movie-gen-video",
    ),
    (
        "Sound is listed in seconds, clips or words; the network runs at every frame of it.",
        "deepspeech2 wav2vec-2-large hubert whisper whisper-v3",
    ),
    (
        "The data is counted in pixels, grid values or codes, of which a pass takes many at once.",
        "gpu-dbns google-cat-autoencoder googlenet adm coatnet ddpm glide vall-e pangu-weather",
    ),
    (
        "Positions or frames of games are listed; how often the network ran over each, in play, search and replay, is not.",
        "td-gammon neurochess dqn alphago-fan alphago-zero deepstack impala ftw muzero openai-five dreamerv3",
    ),
    (
        "The size of the data set is listed, not the passes over it; with the paper's steps or epochs both agree.",
        "perceptron-1960 backpropagation-1986 xavier-init-mlp dropout-mnist gpt-1 scibert distilbert t5-3b xlm-roberta starcoder phi-2 xtrimopglm-100b",
    ),
    (
        "The published figure takes five hundred million inputs, as of the time steps; the 853 thousand listed are sequences of several hundred.",
        "lstm",
    ),
    (
        "The published figure takes twenty passes over the data; one is listed.",
        "rnnlm",
    ),
    (
        "The data set is listed, not the trillion tokens seen; and encoder and decoder each read half of the tokens, so that 6ND doubles the work.",
        "t5-11b",
    ),
    (
        "The published figure holds the base model's training; the tokens listed are the added ones.",
        "codex instructgpt-175b minerva-540b flan-palm-540b u-palm-540b flan-t5-11b tigerbot-70b allam-adapted-70b deepseek-coder-v2-236b llava-ov-72b \
         nvlm-d-72b nvlm-h-72b nvlm-x-72b sea-lion-v3-llama3-1-70b sea-lion-v3-llama3-1-8b exaone-deep-32b llama-nemotron-ultra-253b foundation-sec-8b \
         seed1-5-vl mimo-vl-7b-sft glm-4-5v gemma-sea-lion-v4-27b-it deepseek-v3-1 deepseek-v3-1-terminus deepseek-v3-2-exp emu3-5",
    ),
    (
        "A share of the training of the larger model from which it was cut is in the published figure.",
        "afm-on-device",
    ),
    (
        "A mixture of experts with its total parameters; how many work on a token is not stated.",
        "moe-multi gshard-600b switch-transformer wu-dao-2-0 st-moe nllb pangu-sigma",
    ),
    (
        "A mixture of experts with its total parameters; the name of its weights says that 23 billion work on a token, with which both agree.",
        "k-exaone",
    ),
    (
        "No neural network: counts of word sequences, of which a look-up touches a few.",
        "stupid-backoff-lm",
    ),
    (
        "A word touches its own rows of the weights, not all 692 million.",
        "word2vec",
    ),
    (
        "A relay mouse: the switch of a relay counts as one operation.",
        "theseus",
    ),
    (
        "A cascade of features, not a network: most windows are dropped after a few of them.",
        "viola-jones",
    ),
    (
        "The published figure is near one pass; forty are listed.",
        "alvinn",
    ),
    (
        "The same few weights run at every node of a graph and several times over.",
        "gnn diffdock",
    ),
    (
        "The network runs over every pair of residues of a protein; proteins or residues are listed.",
        "alphafold alphafold-2",
    ),
    (
        "Several models, and a factor for the larger data used in production, are in the published figure.",
        "gnmt",
    ),
    (
        "Layers share their weights, so that stored parameters understate the work.",
        "albert-xxlarge",
    ),
    (
        "A generator is trained beside it, and the number of passes is uncertain.",
        "electra",
    ),
    (
        "The published figure comes from a table of others and is too low: one pass of 6ND is already 1.1e18.",
        "elmo",
    ),
    (
        "The tokens of the whole corpus are listed, not those seen; the published figure is from chips and time.",
        "lamda",
    ),
    ("The published figure leaves out the factor 6.", "inkling"),
];

/// Why accelerator time differs, where it is not the number of chips.
const HARDWARE: [(&str, &str); 6] = [
    (
        "The published figure holds the base model's training; chips and hours are those of the added one.",
        "minerva-540b flan-palm-540b u-palm-540b llava llava-1-5 openvla sea-lion-v3-llama3-1-8b",
    ),
    (
        "Hundreds of machines acted; only the learner's card is listed.",
        "impala",
    ),
    (
        "The published figure leaves out that a convolution reuses its weights; chips and hours are nearer the truth.",
        "stylegan",
    ),
    (
        "Whether the days count once or for each of sixteen chips is open in the paper; the hours listed are multiplied already.",
        "dreamerv3",
    ),
    (
        "Set against the fp16 peak of the V100; its matrix units were probably not used, which is an eighth of it.",
        "resnext-101-32x48d",
    ),
    (
        "The developer's figure would be 7 % of the bf16 peak; 30 % is assumed here.",
        "motif-3",
    ),
];

/// The reason of a row in a list.
fn reason(list: &[(&'static str, &str)], id: &str) -> Option<&'static str> {
    list.iter()
        .find(|(_, ids)| ids.split_whitespace().any(|known| known == id))
        .map(|(reason, _)| *reason)
}

/// Every id that a list gives a reason for.
fn explained(list: &[(&'static str, &'static str)]) -> Vec<&'static str> {
    list.iter()
        .flat_map(|(_, ids)| ids.split_whitespace())
        .collect()
}

fn is_apart(ratio: f64) -> bool {
    !(1.0 / APART..=APART).contains(&ratio)
}

/// A row of the table with what the page makes of it.
struct Pair {
    row: Row,
    model: &'static ModelRow,
    /// Over the published figure.
    counting: Option<f64>,
    hardware: Option<f64>,
}

fn pairs() -> Vec<Pair> {
    let mut batch = Batch::new(catalog()).on(catalog().date);
    let mut rows = batch.push(models_csv());
    rows.extend(batch.finish());
    rows.into_iter()
        .zip(model_rows())
        .filter_map(|(row, model)| {
            let published = row.published?;
            let over = |value: Option<f64>| value.map(|value| value / published);
            let pair = Pair {
                counting: over(row.counting.map(|figure| figure.value)),
                hardware: over(row.hardware.map(|figure| figure.value)),
                row,
                model,
            };
            (pair.counting.is_some() || pair.hardware.is_some()).then_some(pair)
        })
        .collect()
}

/// Why each method of a row differs, where it does.
fn reasons(pair: &Pair) -> Vec<(&'static str, f64, Option<&'static str>)> {
    let mut out = Vec::new();
    if let Some(ratio) = pair.counting.filter(|ratio| is_apart(*ratio)) {
        out.push(("counting", ratio, reason(&COUNTING, pair.model.id)));
    }
    if let Some(ratio) = pair.hardware.filter(|ratio| is_apart(*ratio)) {
        let unknown = pair
            .row
            .problems
            .iter()
            .any(|problem| problem.code == "one-chip");
        let why = if unknown {
            Some("The number of chips is not listed; one is taken.")
        } else {
            reason(&HARDWARE, pair.model.id)
        };
        out.push(("accelerator time", ratio, why));
    }
    out
}

/// Rows that differ without a reason, and reasons without a row that differs.
#[allow(dead_code, reason = "the test asks, the example writes")]
pub fn unexplained() -> Vec<String> {
    let pairs = pairs();
    let mut out = Vec::new();
    for pair in &pairs {
        for (method, ratio, why) in reasons(pair) {
            if why.is_none() {
                out.push(format!(
                    "{}: {method} is {ratio:.3} of the published figure, without a reason",
                    pair.model.id
                ));
            }
        }
    }
    let stale =
        |list: &[(&'static str, &'static str)], ratio: fn(&Pair) -> Option<f64>| -> Vec<String> {
            explained(list)
                .into_iter()
                .filter(|id| {
                    !pairs
                        .iter()
                        .any(|pair| pair.model.id == *id && ratio(pair).is_some_and(is_apart))
                })
                .map(|id| format!("{id}: a reason, and it does not differ"))
                .collect()
        };
    out.extend(stale(&COUNTING, |pair| pair.counting));
    out.extend(stale(&HARDWARE, |pair| pair.hardware));
    out
}

/// The report as Markdown.
pub fn report() -> String {
    let pairs = pairs();
    let apart: Vec<&Pair> = pairs
        .iter()
        .filter(|pair| !reasons(pair).is_empty())
        .collect();
    let count =
        |of: fn(&Pair) -> Option<f64>| pairs.iter().filter(|pair| of(pair).is_some()).count();
    let near = |of: fn(&Pair) -> Option<f64>| {
        pairs
            .iter()
            .filter(|pair| of(pair).is_some_and(|ratio| !is_apart(ratio)))
            .count()
    };
    let counting: fn(&Pair) -> Option<f64> = |pair| pair.counting;
    let hardware: fn(&Pair) -> Option<f64> = |pair| pair.hardware;
    let mut out = String::from("# The known models through the page\n\n");
    out += "Written by `cargo run --example models_report -p compute-batch`; a test fails where it is out of date. Do not edit.\n\n";
    out += &format!(
        "`data/models.csv` has {} rows; {} of them have a published figure and the inputs of a method. Each was read as a batch reads it: \
         parameters (active ones where known) × data × epochs × 6, and chips × time × peak × utilization (30 % for language and multimodal \
         models, 40 % for others, where none is printed).\n\n",
        model_rows().len(),
        pairs.len()
    );
    out += "| method | rows | within 3 times of the published figure |\n| --- | ---: | ---: |\n";
    out += &format!("| counting | {} | {} |\n", count(counting), near(counting));
    out += &format!(
        "| accelerator time | {} | {} |\n\n",
        count(hardware),
        near(hardware)
    );
    out += "`data` is the size of the data set, mostly one pass, and in images, words or pixels as the source has it: what differs below is seldom \
            the arithmetic and mostly what the table's cells stand for.\n\n";
    out += &format!(
        "## More than 3 times apart: {} rows\n\nThe ratio is ours over the published figure.\n\n",
        apart.len()
    );
    out += "| id | method | ratio | likely reason |\n| --- | --- | ---: | --- |\n";
    for pair in &apart {
        for (method, ratio, why) in reasons(pair) {
            out += &format!(
                "| {} | {method} | {} | {} |\n",
                pair.model.id,
                ratio_text(ratio),
                why.unwrap_or("not known")
            );
        }
    }
    out += &format!(
        "\n## Every row with inputs: {} rows\n\nFLOP. `table` is the published figure as it stands in the table.\n\n",
        pairs.len()
    );
    out += "| id | counting | accelerator time | table | counting : table | time : table |\n| --- | ---: | ---: | ---: | ---: | ---: |\n";
    for pair in &pairs {
        let figure =
            |value: Option<f64>| value.map_or(String::new(), |value| format!("{value:.2e}"));
        let ratio = |value: Option<f64>| value.map_or(String::new(), ratio_text);
        out += &format!(
            "| {} | {} | {} | {} | {} | {} |\n",
            pair.model.id,
            figure(pair.row.counting.map(|figure| figure.value)),
            figure(pair.row.hardware.map(|figure| figure.value)),
            figure(pair.row.published),
            ratio(pair.counting),
            ratio(pair.hardware),
        );
    }
    out
}

/// Two significant digits: `0.97`, `12000`, `0.00012`.
fn ratio_text(ratio: f64) -> String {
    let power = ratio.abs().log10().floor() as i32;
    if (-3..2).contains(&power) {
        let decimals = usize::try_from(1 - power).unwrap_or(0);
        format!("{ratio:.decimals$}")
    } else if (2..5).contains(&power) {
        let unit = 10_f64.powi(power - 1);
        format!("{:.0}", (ratio / unit).round() * unit)
    } else {
        format!("{ratio:.1e}")
    }
}
