//! The report on `data/models.csv`: the page's figure of every row beside the published one, and why some differ.

use compute_batch::{Batch, Row};
use compute_tables::{ModelRow, catalog, model_rows, models_csv};

/// From this factor on two figures differ, and a reason must stand here.
const APART: f64 = 3.0;

/// What a reason rests on.
#[derive(Clone, Copy, PartialEq)]
enum Basis {
    /// The paper or its developers' own page.
    Paper,
    /// The note or the doubt in the row of `data/models.csv`.
    Row,
    /// The note of the table that the row was taken from.
    Source,
    /// The numbers alone: nobody says so.
    Numbers,
}

impl Basis {
    fn text(self) -> &'static str {
        match self {
            Basis::Paper => "the paper",
            Basis::Row => "the row’s note",
            Basis::Source => "Epoch AI's note",
            Basis::Numbers => "inferred",
        }
    }
}

/// A reason, what it rests on, and the ids of the rows it explains.
type Reason = (&'static str, Basis, &'static str);

/// Why counting differs from the published figure.
const COUNTING: [Reason; 97] = [
    (
        "Each weight is used at many places of an image, as the layers of the paper have it: some 39 times (98,442 connections) here, 110 in VGG-16, 170 to 190 in the two ResNets, some 90 for traffic signs. 6 × parameters × images counts one; connections would count them all.",
        Basis::Paper,
        "handwritten-digit-recognition-network cnn-committee-traffic-sign vgg16 resnet-101 resnet-152",
    ),
    (
        "Both at once: a weight is used at some 140 places of an image (VGG-19) to 190 (ResNeXt), and the 74 to 100 passes of the paper are not in the row.",
        Basis::Paper,
        "vgg19 resnext-101",
    ),
    (
        "A weight is used at 19 places of an image, and the paper’s curves end at 45 passes; one is counted.",
        Basis::Paper,
        "adam-cifar-10",
    ),
    (
        "Filters are used at many places of the screen: 3.0 million multiply-adds for 836 thousand weights. The row’s data is already the 5 million updates of 32 frames.",
        Basis::Paper,
        "dqn",
    ),
    (
        "On a board of 19 × 19 every filter is used at 361 points; 6 × 361 × parameters × positions is the published figure within a few percent. Play is not in it.",
        Basis::Paper,
        "alphago-zero",
    ),
    (
        "On a board of 19 × 19 every filter is used at 361 points; the rest is that the figure is from chips and time.",
        Basis::Paper,
        "alphago-fan",
    ),
    (
        "A filter is used at some 240 places of an image, and the paper’s 100 passes are not in the row: 24,000 times together. The figure is another 24 times higher and comes from elsewhere.",
        Basis::Paper,
        "inception-v3",
    ),
    (
        "A filter is used at some 370 places of an image; the figure is from sixty cards and a month, which is some 25 passes where the row has one.",
        Basis::Paper,
        "xception",
    ),
    (
        "A filter is used at hundreds of places of an image, and the passes (some 80 in the paper) are not in the row; the figure is from cards and weeks.",
        Basis::Paper,
        "msra-prelu-net",
    ),
    (
        "A filter is used at some 530 places of an image of 416 × 416, and the passes over the images are not in the row.",
        Basis::Paper,
        "yolov3",
    ),
    (
        "A filter is used at some 185 places of an image (153 billion multiply-adds for 829 million weights); a factor of ten is left, which the row does not explain.",
        Basis::Numbers,
        "resnext-101-32x48d",
    ),
    (
        "Filters and attention are used at every place of an image of some 800 × 1,300 pixels: two thousand times a weight.",
        Basis::Paper,
        "detr",
    ),
    (
        "390,408 connections for 60,000 weights, and the paper’s 20 passes are not in the row: 130 times together.",
        Basis::Paper,
        "lenet-5",
    ),
    (
        "64,660 connections for 9,760 weights and the paper’s 23 passes make 6.5e10. The figure is exactly 23 times that: it seems to hold the passes twice.",
        Basis::Numbers,
        "zip-cnn",
    ),
    (
        "The weights run along the signature in time, which the row does not count.",
        Basis::Numbers,
        "siamese-tdnn",
    ),
    (
        "A filter is used at many places of a digit; and the figure rests on cards and hours too, so that no exact factor is known.",
        Basis::Numbers,
        "cnn-committee-mnist",
    ),
    (
        "Filters of a generator are used at every place of the picture, and the discriminator runs beside it; the figure is from chips and time.",
        Basis::Numbers,
        "biggan-deep",
    ),
    (
        "Filters of a generator are used at every place of the picture; and the row has a tenth of the paper’s 22.3 million parameters.",
        Basis::Numbers,
        "stylegan3-t",
    ),
    (
        "The figure is 30 × parameters × images and, as its row says, leaves out that a filter is used at every place: a low figure too.",
        Basis::Row,
        "stylegan",
    ),
    (
        "A network over images of up to 800 pixels, and 350 passes in the paper, none in the row; the figure is from chips and time.",
        Basis::Numbers,
        "noisy-student-l2",
    ),
    (
        "The 30 images of the paper are listed in pixels and once; the training drew deformed copies of them for ten hours, which the figure is from.",
        Basis::Numbers,
        "u-net",
    ),
    (
        "Architecture search: thousands of networks were trained on the way (12,800 and some 20,000 in the papers); the inputs are the last one’s.",
        Basis::Paper,
        "nas amoebanet-a",
    ),
    (
        "Five patterns once are listed; the paper showed each 20 times, with which 6ND is within 2.5 times of the figure.",
        Basis::Paper,
        "neocognitron",
    ),
    (
        "1,500 sweeps in the paper, one in the row: 6ND with them is the figure.",
        Basis::Paper,
        "backpropagation-1986",
    ),
    (
        "3,000 passes in the paper, one in the row: 6ND with them is the figure.",
        Basis::Paper,
        "dropout-mnist",
    ),
    (
        "The figure is from the machine’s rate; at 6ND it would be 1,200 passes over the hundred patterns.",
        Basis::Numbers,
        "perceptron-1960",
    ),
    (
        "The figure fits some 90 passes over the examples; one is in the row.",
        Basis::Numbers,
        "xavier-init-mlp",
    ),
    (
        "The figure fits 28 passes over the faces and other windows; one is in the row. Its weights are not shared.",
        Basis::Numbers,
        "system-11",
    ),
    (
        "The paper’s 1,200 road images and 40 passes give the figure. The row’s data is 46 times as many: it counts the 46 outputs for each image.",
        Basis::Paper,
        "alvinn",
    ),
    (
        "The figure is exactly 20 passes over the data; one is in the row.",
        Basis::Numbers,
        "rnnlm",
    ),
    (
        "The figure is exactly 6 × parameters × five hundred million steps in time; the 853 thousand of the row are whole sequences.",
        Basis::Numbers,
        "lstm",
    ),
    (
        "The row has one pass. The paper made 100: that is 9.4e19, near its authors' 0.96 petaFLOP/s-days. The figure, from a smaller card, is five times too low.",
        Basis::Paper,
        "gpt-1",
    ),
    (
        "1.5 million updates of 8,192 sequences of 512 tokens in the paper are 38 passes; one is in the row. With them both agree.",
        Basis::Paper,
        "xlm-roberta",
    ),
    (
        "A trillion tokens were seen (the developers' report); the row has the data set once. With them both agree.",
        Basis::Paper,
        "starcoder xtrimopglm-100b",
    ),
    (
        "1.4 trillion tokens were seen (the developers' page), in several passes; the row has 250 billion. With them both agree.",
        Basis::Paper,
        "phi-2",
    ),
    (
        "The figure is from chips and days and fits some 43 passes over the corpus, as many as BERT's; one is in the row.",
        Basis::Numbers,
        "scibert",
    ),
    (
        "The figure is from eight cards and 90 hours and fits some 60 passes, with the teacher’s share; one is in the row.",
        Basis::Numbers,
        "distilbert",
    ),
    (
        "A million steps, that is a trillion tokens, were seen; the row has a part of the data set once. And encoder and decoder each read half of the tokens, so that 6ND doubles the work.",
        Basis::Paper,
        "t5-11b t5-3b",
    ),
    (
        "The passes of the row (13.9) are of the run of 400 thousand steps; the figure is of the one of 1.75 million, with the generator beside it.",
        Basis::Paper,
        "electra",
    ),
    (
        "Layers share their weights, so that stored parameters understate the work.",
        Basis::Paper,
        "albert-xxlarge",
    ),
    (
        "The published figure comes from a table of others and is too low: one pass of 6ND is already 1.1e18.",
        Basis::Row,
        "elmo",
    ),
    (
        "The tokens of the whole corpus are listed, not those seen; the published figure is from chips and time.",
        Basis::Row,
        "lamda",
    ),
    (
        "The published figure leaves out the factor 6.",
        Basis::Row,
        "inkling",
    ),
    (
        "Several models, and a guess of about 32 for the larger data used in production, are in the published figure.",
        Basis::Row,
        "gnmt",
    ),
    (
        "No neural network: counts of word sequences, of which a look-up touches a few.",
        Basis::Row,
        "stupid-backoff-lm",
    ),
    (
        "A pair of words touches its own rows of the weights, not all 692 thousand rows of a thousand values.",
        Basis::Paper,
        "word2vec",
    ),
    (
        "A relay mouse: the switch of a relay counts as one operation.",
        Basis::Row,
        "theseus",
    ),
    (
        "Boosting tries every one of some 180,000 features on the examples; the parameters are the few thousand that were kept.",
        Basis::Paper,
        "viola-jones",
    ),
    (
        "The same weights run at each of some 26 atoms of a molecule.",
        Basis::Numbers,
        "gnn",
    ),
    (
        "The same weights run at every atom and pair of near atoms, of which the row has no count; the figure is from cards and hours.",
        Basis::Numbers,
        "diffdock",
    ),
    (
        "The network runs over every pair of residues; the row has residues. The figure is from chips and days.",
        Basis::Numbers,
        "alphafold alphafold-2",
    ),
    (
        "The row counts values (pixels, words of the input), of which an example has thousands; the figure is from the card’s rate and fits some 1.7 million examples.",
        Basis::Numbers,
        "gpu-dbns",
    ),
    (
        "The row counts values: 10 million frames of 200 × 200 pixels in 3 colours. A pass takes all of a frame at once.",
        Basis::Paper,
        "google-cat-autoencoder",
    ),
    (
        "The row counts values of pixels, some 476 thousand an image; a pass takes an image at once, at some 220 places a weight.",
        Basis::Numbers,
        "googlenet",
    ),
    (
        "The row counts values of pixels; a pass takes an image at once.",
        Basis::Numbers,
        "adm coatnet glide",
    ),
    (
        "The row counts values: 3 million images of 256 × 256 pixels in 3 colours. A pass takes an image at once.",
        Basis::Paper,
        "ddpm",
    ),
    (
        "The row counts values: 39 years of hours on 721 × 1,440 points with 69 values each. A pass takes an hour at once.",
        Basis::Paper,
        "pangu-weather",
    ),
    (
        "The row has the codes of all sixteen cards (6 thousand each, 800 thousand steps); the figure takes those of one.",
        Basis::Paper,
        "vall-e",
    ),
    (
        "An image is 256 patches, each a token; the row has images.",
        Basis::Paper,
        "vit-h-14",
    ),
    (
        "An image is 256 patches, each a token; the row has images. And the figure is half: its row says that a rate per chip was read per core.",
        Basis::Row,
        "vit-22b",
    ),
    (
        "An image is 256 patches. And the row’s 54.6 passes are eight times those of 5 million steps with a batch of 4,096, which together with the patches give the figure.",
        Basis::Paper,
        "vit-g-14",
    ),
    (
        "An image is 197 tokens; the row has images, each three times for the repeated augmentation.",
        Basis::Paper,
        "deit-b",
    ),
    (
        "An image is cut into a dozen crops of tens to hundreds of patches, and a teacher reads two of them; the row has images.",
        Basis::Paper,
        "dino",
    ),
    (
        "The row has an image as 256 patches, once. The paper’s 625 thousand updates of 3,072 images are 13.5 passes, each image as two large and eight small crops.",
        Basis::Paper,
        "dinov2",
    ),
    (
        "The row has the images as 2,304 or 4,096 tokens each, once. The updates of the paper are some 110 passes; the rest is that the figure is from card-days.",
        Basis::Paper,
        "igpt-l",
    ),
    (
        "The row has the images as 4,096 tokens each, once. The updates of the paper are some 110 passes; the figure is somebody’s guess of five times the smaller model.",
        Basis::Source,
        "igpt-xl",
    ),
    (
        "The row has 400 million pairs once; the paper made 32 passes, with some 257 patches and 77 words a pair, over two halves of the model.",
        Basis::Paper,
        "clip",
    ),
    (
        "32 billion pairs were seen (the developers' page) where the row has 12; a pair is 256 patches and 77 words, over two halves of the model.",
        Basis::Paper,
        "clip-vit-h-14-laion-2b",
    ),
    (
        "1.2 million steps of 16,384 pairs in the paper are 11 passes; one is in the row. The half for images is a convolution over 289 × 289 pixels, that for text reads up to 64 words.",
        Basis::Paper,
        "align",
    ),
    (
        "The row has pairs; an image is thousands of patches in windows. The figure is from cards and days.",
        Basis::Numbers,
        "florence",
    ),
    (
        "The row has pairs; an image is some 260 patches, and the frozen halves only run forward. The figure is from cards and hours.",
        Basis::Numbers,
        "blip-2",
    ),
    (
        "Tokens of the row, some 90 an example, do not hold an image of 256 patches; and the figure would be 69 % of the peak of its chips: it seems to hold the parts that were trained before.",
        Basis::Numbers,
        "pali",
    ),
    (
        "The row has masks, a hundred an image; the encoder reads each of 11 million images as 4,096 patches, twice. The figure is from cards and hours.",
        Basis::Numbers,
        "segment-anything",
    ),
    (
        "The figure is inferred from similar models, as its row says; no input is certain.",
        Basis::Row,
        "dall-e-2",
    ),
    (
        "Clips and images are listed as examples; a clip is tens of thousands of tokens.",
        Basis::Paper,
        "movie-gen-video",
    ),
    (
        "The row has 16.7 pieces for each second of speech; the network runs at frames of 10 ms, and the paper made 20 passes.",
        Basis::Paper,
        "deepspeech2",
    ),
    (
        "The row has the words spoken; the encoder runs at 50 places a second, some ten times as many.",
        Basis::Paper,
        "whisper",
    ),
    (
        "The row has the words spoken; the encoder runs at 50 places a second, some ten times as many. The figure, of no stated method, is sixteen times higher still.",
        Basis::Numbers,
        "whisper-v3",
    ),
    (
        "The row has the recordings once or a few times, in units of a fraction of a second; the network runs at 49 or 50 frames a second for hundreds of thousands of updates. The figure is from cards and days.",
        Basis::Numbers,
        "wav2vec-2-large hubert",
    ),
    (
        "At each position the network scores every legal move, some twenty of them; the row has positions.",
        Basis::Numbers,
        "td-gammon",
    ),
    (
        "The figure is from a workstation’s rate and marked speculative; one pass over the positions is already five times that.",
        Basis::Numbers,
        "neurochess",
    ),
    (
        "The figure is from the cards that solved random hands to make the data; the inputs are those of the network that learned from it.",
        Basis::Paper,
        "deepstack",
    ),
    (
        "57 games of 200 million frames, and filters used at many places of a screen; these do not reach the figure, which is of no stated method.",
        Basis::Numbers,
        "impala",
    ),
    (
        "Thirty agents were trained side by side; the inputs are of one.",
        Basis::Paper,
        "ftw",
    ),
    (
        "Filters are used at each of some 36 to 361 places of the hidden board; the figure is from chips and hours.",
        Basis::Numbers,
        "muzero",
    ),
    (
        "The authors' figure for ten months. The encoders are used again for each of up to 189 units in sight, so that 6 × parameters counts a part of a step.",
        Basis::Numbers,
        "openai-five",
    ),
    (
        "What was played is replayed many times and imagined further; the row has the steps once.",
        Basis::Numbers,
        "dreamerv3",
    ),
    (
        "The published figure holds the base model’s training, as its row says; the tokens listed are the added ones.",
        Basis::Row,
        "codex instructgpt-175b minerva-540b flan-palm-540b u-palm-540b flan-t5-11b tigerbot-70b allam-adapted-70b llava-ov-72b nvlm-d-72b nvlm-h-72b nvlm-x-72b sea-lion-v3-llama3-1-70b sea-lion-v3-llama3-1-8b exaone-deep-32b llama-nemotron-ultra-253b foundation-sec-8b mimo-vl-7b-sft gemma-sea-lion-v4-27b-it emu3-5",
    ),
    (
        "The published figure holds the base model’s training (GLM-4.5-Air: 12 billion active parameters, 23 trillion tokens); the tokens listed are the added ones.",
        Basis::Paper,
        "glm-4-5v",
    ),
    (
        "The published figure holds the training of DeepSeek-V3 and what came between; the tokens listed are the added ones.",
        Basis::Paper,
        "deepseek-v3-1 deepseek-v3-1-terminus deepseek-v3-2-exp",
    ),
    (
        "10.2 trillion tokens by the paper, 4.2 of them before it set out from DeepSeek-V2: 6ND with them is the figure. The row has 3.2.",
        Basis::Paper,
        "deepseek-coder-v2-236b",
    ),
    (
        "The figure is exactly 1.3 million GPU hours of an H800 at 30 %; the active parameters and tokens would be 8 %.",
        Basis::Numbers,
        "seed1-5-vl",
    ),
    (
        "A share of the training of the larger model from which it was cut is in the published figure.",
        Basis::Row,
        "afm-on-device",
    ),
    (
        "A mixture of experts with its total parameters; by the paper a token meets two of 2,048 experts in every second layer (GShard), one a layer (Switch), as much as in a dense model of 32 billion (ST-MoE) or of 3.3 billion (NLLB).",
        Basis::Paper,
        "gshard-600b switch-transformer st-moe nllb",
    ),
    (
        "A mixture of experts with its total parameters; 3 % of them are assumed to work on a token, as its row says.",
        Basis::Row,
        "wu-dao-2-0",
    ),
    (
        "A mixture of experts with its total parameters; how many work on a token is not in the row. The figure is from chips and time.",
        Basis::Numbers,
        "moe-multi pangu-sigma",
    ),
    (
        "A mixture of experts with its total parameters; the name of its weights says that 23 billion work on a token, with which both agree.",
        Basis::Paper,
        "k-exaone",
    ),
];

/// Why accelerator time differs.
const HARDWARE: [Reason; 10] = [
    (
        "The published figure holds the base model’s training, as its row says; chips and hours are those of the added one.",
        Basis::Row,
        "minerva-540b flan-palm-540b u-palm-540b llava llava-1-5 openvla sea-lion-v3-llama3-1-8b",
    ),
    (
        "Hundreds of machines acted; only the learner’s card is listed, as its row says.",
        Basis::Row,
        "impala",
    ),
    (
        "The published figure leaves out that a filter is used at every place, as its row says; chips and hours are nearer the truth.",
        Basis::Row,
        "stylegan",
    ),
    (
        "Whether the days count once or for each of sixteen chips is open in the paper; the hours listed are multiplied already.",
        Basis::Row,
        "dreamerv3",
    ),
    (
        "Set against the fp16 peak of the V100; its matrix units were probably not used, and its fp32 peak is an eighth of that.",
        Basis::Numbers,
        "resnext-101-32x48d",
    ),
    (
        "The developer’s figure would be 7 % of the bf16 peak; 30 % is assumed here.",
        Basis::Row,
        "motif-3",
    ),
    (
        "One chip is taken, as the row has no number. By the paper there were 8.",
        Basis::Paper,
        "msra-prelu-net deit-b",
    ),
    (
        "One chip is taken, as the row has no number. By its developers there were 32 (phi-1.5), 96 (phi-2), 1,024 (Falcon 2, GShard).",
        Basis::Paper,
        "phi-1-5 phi-2 falcon-2-11b gshard-600b",
    ),
    (
        "One chip is taken, as the row has no number. 256 cores, that is 128 chips, by its developers.",
        Basis::Paper,
        "gpt-j-6b",
    ),
    (
        "One chip is taken, as the row has no number. 64 chips, as its note says.",
        Basis::Row,
        "alphafold-2",
    ),
];

/// The factor that a reason names, where it names one: with it counting is within [`APART`] of the published figure.
const COUNTING_FACTORS: [(&str, f64); 36] = [
    ("handwritten-digit-recognition-network", 98_442.0 / 2578.0),
    ("cnn-committee-traffic-sign", 90.0),
    ("vgg16", 15.5e9 / 138e6),
    ("vgg19", 140.0 * 74.0),
    ("resnet-101", 170.0),
    ("resnet-152", 190.0),
    ("resnext-101", 190.0 * 100.0),
    ("adam-cifar-10", 19.0 * 45.0),
    ("dqn", 2.97e6 / 836_096.0),
    ("alphago-zero", 361.0),
    ("alphago-fan", 361.0),
    ("xception", 370.0 * 25.0),
    ("detr", 2000.0),
    ("lenet-5", 390_408.0 / 60_000.0 * 20.0),
    ("zip-cnn", 64_660.0 / 9760.0 * 23.0 * 23.0),
    ("neocognitron", 20.0),
    ("backpropagation-1986", 1500.0),
    ("dropout-mnist", 3000.0),
    ("alvinn", 1.0 / 46.0),
    ("rnnlm", 20.0),
    ("lstm", 5e8 / 853e3),
    ("xlm-roberta", 38.0),
    ("starcoder", 1e12 / 2.0375e11),
    ("xtrimopglm-100b", 1e12 / 2.75e11),
    ("phi-2", 1.4e12 / 2.5e11),
    ("t5-11b", 1e12 / 3.4e10 / 2.0),
    ("electra", 1.75e6 / 4e5),
    ("albert-xxlarge", 12.0),
    ("vall-e", 1.0 / 16.0),
    ("vit-h-14", 256.0),
    ("vit-22b", 128.0),
    ("vit-g-14", 256.0 / 8.0),
    ("deit-b", 197.0),
    ("clip", 32.0 * 237.0),
    ("deepseek-coder-v2-236b", 10.2 / 3.191),
    ("k-exaone", 23.0 / 236.0),
];

/// The number of chips that a reason names, where the row has none.
const HARDWARE_FACTORS: [(&str, f64); 8] = [
    ("msra-prelu-net", 8.0),
    ("deit-b", 8.0),
    ("phi-1-5", 32.0),
    ("phi-2", 96.0),
    ("falcon-2-11b", 1024.0),
    ("gshard-600b", 1024.0),
    ("gpt-j-6b", 128.0),
    ("alphafold-2", 64.0),
];

/// A reason with what it rests on, where there is one.
type Why = Option<(&'static str, Basis)>;

/// The reason of a row in a list.
fn reason(list: &[Reason], id: &str) -> Why {
    list.iter()
        .find(|(_, _, ids)| ids.split_whitespace().any(|known| known == id))
        .map(|(reason, basis, _)| (*reason, *basis))
}

/// Every id that a list gives a reason for.
fn explained(list: &[Reason]) -> Vec<&'static str> {
    list.iter()
        .flat_map(|(_, _, ids)| ids.split_whitespace())
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
fn reasons(pair: &Pair) -> Vec<(&'static str, f64, Why)> {
    let mut out = Vec::new();
    if let Some(ratio) = pair.counting.filter(|ratio| is_apart(*ratio)) {
        out.push(("counting", ratio, reason(&COUNTING, pair.model.id)));
    }
    if let Some(ratio) = pair.hardware.filter(|ratio| is_apart(*ratio)) {
        out.push(("accelerator time", ratio, reason(&HARDWARE, pair.model.id)));
    }
    out
}

/// Rows that differ without a reason, reasons without a row that differs, and reasons that name a note that is not
/// there or a factor that leaves the two apart.
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
    let stale = |list: &[Reason], ratio: fn(&Pair) -> Option<f64>| -> Vec<String> {
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
    for (_, basis, ids) in COUNTING.iter().chain(&HARDWARE) {
        let bare = |id: &&str| {
            model_rows()
                .iter()
                .any(|row| row.id == *id && row.note.is_empty() && row.doubt.is_empty())
        };
        let silent = ids.split_whitespace().filter(bare);
        if *basis == Basis::Row {
            out.extend(silent.map(|id| format!("{id}: rests on a note, and its row has none")));
        }
    }
    let short = |list: &[(&str, f64)], ratio: fn(&Pair) -> Option<f64>| -> Vec<String> {
        list.iter()
            .filter(|(id, factor)| {
                !pairs.iter().any(|pair| {
                    pair.model.id == *id && ratio(pair).is_some_and(|r| !is_apart(r * factor))
                })
            })
            .map(|(id, factor)| format!("{id}: a factor of {factor} leaves the two apart"))
            .collect()
    };
    out.extend(short(&COUNTING_FACTORS, |pair| pair.counting));
    out.extend(short(&HARDWARE_FACTORS, |pair| pair.hardware));
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
        "## More than 3 times apart: {} rows\n\nThe ratio is ours over the published figure. What a reason rests on: the paper or its developers' page, with \
         numbers of theirs that account for the factor; the note of the row in `data/models.csv`; the note of the table that it was taken from; or nothing but the \
         numbers, and then it is inferred.\n\n",
        apart.len()
    );
    out += "| id | method | ratio | reason | rests on |\n| --- | --- | ---: | --- | --- |\n";
    for pair in &apart {
        for (method, ratio, why) in reasons(pair) {
            out += &format!(
                "| {} | {method} | {} | {} | {} |\n",
                pair.model.id,
                ratio_text(ratio),
                why.map_or("not known", |(reason, _)| reason),
                why.map_or("", |(_, basis)| basis.text()),
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
