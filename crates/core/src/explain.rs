//! The explanations behind the "i" of each field: what to enter, where papers print it, what it is not, and the source.
//!
//! They stand beside [`crate::field::FIELDS`], not in it: the page fetches them with the tables, so that the first visit does
//! not carry what only a click asks for.

use crate::field::Field;

/// Field, explanation, and where its rule or default comes from; in the order of the fields.
pub static EXPLANATIONS: [(Field, &str, &str); 31] = [
    (
        Field::Name,
        "What the estimate is called on the page, in the link and when it is quoted.",
        "",
    ),
    (
        Field::Domain,
        "Language or something else. It chooses the usual utilization: 30 % for large language models, 40 % for other models, as the article recommends.",
        "Sevilla et al. 2022, Estimating training compute of deep learning models",
    ),
    (
        Field::Original,
        "For a modified model: the training compute of the model it started from. The EU guidelines compare the modification with a third of it.",
        "European Commission, guidelines C(2025) 5045, annex",
    ),
    (
        Field::Systemic,
        "Whether the original model is classified as a general-purpose model with systemic risk. It decides what stands in for an unknown figure.",
        "European Commission, guidelines C(2025) 5045, annex",
    ),
    (
        Field::Kind,
        "What this part of the training is. Laws count some kinds and leave others out; the thresholds below say which.",
        "European Commission, guidelines C(2025) 5045, annex",
    ),
    (
        Field::Parameters,
        "The number of weights that work on each token. Papers print it in the abstract or in the table of sizes. For a mixture of experts, enter the active parameters as well: 671B in total with 37B active counts as 37B. For weights shared between layers, or a convolutional network, count from connections instead: there one weight is used many times.",
        "Sevilla et al. 2022, Estimating training compute of deep learning models",
    ),
    (
        Field::Active,
        "The parameters that work on one token: everything outside the experts, and the experts chosen for it. Model cards print it as “active” or after an A, like 235B-A22B. Idle experts do no work, so the total would overstate the count.",
        "Sevilla et al. 2022, Estimating training compute of deep learning models",
    ),
    (
        Field::Connections,
        "Multiply-accumulates in the forward pass of one example: an image, a token, a time step. Vision papers print them, often under the name FLOPs: ResNet-152's 11.3 billion are multiply-adds. Each counts as two operations.",
        "Sevilla et al. 2022, Estimating training compute of deep learning models",
    ),
    (
        Field::Forward,
        "Operations in the forward pass of one example or token, two for each multiply-accumulate. If the paper’s figure is in multiply-adds, write GMAC behind it.",
        "Sevilla et al. 2022, Estimating training compute of deep learning models",
    ),
    (
        Field::Flop,
        "The compute of this phase as published, in FLOP or petaFLOP/s-days. Check whether it counts what the chips executed: recomputed activations add up to a third.",
        "Sevilla et al. 2022, Estimating training compute of deep learning models",
    ),
    (
        Field::Data,
        "Tokens, images or other examples in one pass over the training data, in the same unit as the parameters or connections work on. What counts is what the optimizer saw, not what was collected. Words become tokens by 4/3.",
        "Sevilla et al. 2022, Estimating training compute of deep learning models",
    ),
    (
        Field::Batch,
        "Examples or tokens in one optimizer step, over all chips. With the number of steps it stands for training data times epochs.",
        "Sevilla et al. 2022, Estimating training compute of deep learning models",
    ),
    (
        Field::Steps,
        "Optimizer steps (updates) of this phase. Needs the batch beside it.",
        "Sevilla et al. 2022, Estimating training compute of deep learning models",
    ),
    (
        Field::Epochs,
        "How often the training data was passed through. Fractions are fine: 1.67 when some of it was seen twice. Leave it empty for one pass, or when the data already counts the tokens seen.",
        "Sevilla et al. 2022, Estimating training compute of deep learning models",
    ),
    (
        Field::Ratio,
        "Operations of the backward pass for each of the forward pass. Two products a layer, one for the gradient by inputs and one by weights, make it 2. Frozen layers need less: 1 where only the gradient passes through, 0 where none does.",
        "Hobbhahn and Sevilla, What’s the backward-forward FLOP ratio for neural networks?",
    ),
    (
        Field::Depth,
        "Attention layers of the model. With width and sequence length they give the work of the attention scores, which 6 × parameters × tokens leaves out.",
        "Chowdhery et al. 2022, PaLM, appendix B",
    ),
    (
        Field::Width,
        "Query heads times the size of one head; mostly the hidden size of the model.",
        "Chowdhery et al. 2022, PaLM, appendix B",
    ),
    (
        Field::SequenceLength,
        "Tokens in one training sequence, not the longest context the model can read. A phase that extends the context is a phase of its own.",
        "Chowdhery et al. 2022, PaLM, appendix B",
    ),
    (
        Field::Mask,
        "Full counts every pair of tokens; causal counts half, the pairs that a language model’s mask leaves. Papers count both ways, PaLM in full.",
        "Chowdhery et al. 2022, PaLM, appendix B",
    ),
    (
        Field::Public,
        "Synthetic data that anyone can get is left out of the EU count.",
        "European Commission, guidelines C(2025) 5045, annex",
    ),
    (
        Field::In,
        "Totals into which you moved this phase, against the reading that stands by default.",
        "European Commission, guidelines C(2025) 5045, annex",
    ),
    (
        Field::Out,
        "Totals out of which you moved this phase, against the reading that stands by default.",
        "European Commission, guidelines C(2025) 5045, annex",
    ),
    (
        Field::Accelerator,
        "The chip it was trained on. Peaks are dense and per the unit named: a TPU v3 is a chip with two cores, a K80 a board with two GPUs. If the paper does not say, choose the typical accelerator of its year; if it is not in the table, enter a peak.",
        "the makers' data sheets; the hardware page names one for each row",
    ),
    (
        Field::Peak,
        "The dense peak of one chip in the format of the products, for a chip that is not in the table or a figure you trust more. A data sheet’s figure “with sparsity” is twice the dense one. If only a measured speed is known, enter it here with 100 % utilization.",
        "the makers' data sheets; the hardware page names one for each row",
    ),
    (
        Field::Format,
        "The format in which the matrix products run, not that of the stored weights: mixed-precision training multiplies in fp16 or bf16. Before 2017 mostly fp32; fp8 only where the paper says so.",
        "the makers' data sheets; the hardware page names one for each row",
    ),
    (
        Field::Chips,
        "How many accelerators worked at once, in the unit of the table. Machines mostly hold eight. The 512 in TPU v3-512 counts cores, which are 256 chips.",
        "Sevilla et al. 2022, Estimating training compute of deep learning models",
    ),
    (
        Field::Time,
        "Wall-clock time of the run, with its unit, or two dates. Restarts and pauses inside it lower the utilization: that is why the usual 30 % is below what a paper prints for running steps.",
        "Sevilla et al. 2022, Estimating training compute of deep learning models",
    ),
    (
        Field::ChipHours,
        "Chips times hours, as model cards print GPU hours. Prefer it to calendar time where both are printed. Mind that some cards add up several models.",
        "Sevilla et al. 2022, Estimating training compute of deep learning models",
    ),
    (
        Field::Utilization,
        "The share of the peak that went into the model’s own operations (MFU), averaged over the time you entered. The “GPU utilization” of a driver’s monitor is another quantity: it says how often the chip was busy, not how much it did. If you have HFU, which counts recomputed activations too, enter it under HFU.",
        "Sevilla et al. 2022: 30 % for large language models, 40 % for others",
    ),
    (
        Field::Hfu,
        "The share of the peak that the chips executed, recomputation included. It is divided by executed : model FLOP to give the utilization by the model.",
        "Chowdhery et al. 2022, PaLM, appendix B",
    ),
    (
        Field::Executed,
        "Operations that the chips executed for each of the model’s own. Recomputing all activations repeats the forward pass: (1 + 2 + 1) / 3. Without recomputation it is 1.",
        "Korthikanti et al. 2022, Reducing activation recomputation",
    ),
];
