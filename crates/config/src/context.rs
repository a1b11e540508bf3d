//! What a family's counter works with: the running sum, the options, and the sizes of the inputs.

use crate::cfg::R;
use crate::limits::{MAX_BATCH, MAX_SEQUENCE};
use compute_layers::{Cost, CountOptions, Part, Refusal, Tally};

/// The head that a class puts on its model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Head {
    /// None: the bare model.
    Base,
    /// Next-token logits for every position.
    CausalLm,
    /// Logits of masked tokens for every position.
    MaskedLm,
    /// Pre-training heads.
    PreTraining,
    /// One label per sequence.
    Sequence,
    /// One label per token.
    Token,
    /// Start and end of an answer.
    Question,
    /// One score per choice.
    Choice,
    /// Whether one sentence follows another.
    NextSentence,
    /// One label per picture.
    Image,
    /// An encoder-decoder's or a multimodal model's logits.
    Generation,
    /// Letters per audio frame.
    Ctc,
    /// A projection to a space shared with another tower.
    Projection,
    /// Another head, told apart by the class's name.
    Other,
}

/// State of one count.
pub struct Cx<'o> {
    /// The running sum.
    pub t: Tally,
    /// What the person asked for.
    pub options: &'o CountOptions,
    /// The class whose head is counted.
    pub class: String,
    /// Its kind of head.
    pub head: Head,
    /// Tokens of one example that passes the text model.
    pub tokens: u64,
    /// What the cross attention of a decoder inside reads: positions and width.
    pub cross: Option<(u64, u64)>,
    /// Tokens of a decoder inside, whatever the inputs are called.
    pub forced: Option<u64>,
    /// Whether an outer config ties the tables of the text model inside it.
    pub tied: Option<bool>,
}

/// Ends of class names, longest first where one ends another.
const HEADS: &[(&str, Head)] = &[
    ("ForCausalLM", Head::CausalLm),
    ("LMHeadModel", Head::CausalLm),
    ("WithLMHead", Head::CausalLm),
    ("GenerationDecoder", Head::CausalLm),
    ("ForMaskedLM", Head::MaskedLm),
    ("ForPreTraining", Head::PreTraining),
    ("ForSequenceClassification", Head::Sequence),
    ("ForTokenClassification", Head::Token),
    ("ForQuestionAnswering", Head::Question),
    ("ForQuestionAnsweringSimple", Head::Question),
    ("ForMultipleChoice", Head::Choice),
    ("ForNextSentencePrediction", Head::NextSentence),
    ("ForImageClassification", Head::Image),
    ("ForImageClassificationWithTeacher", Head::Image),
    ("ForConditionalGeneration", Head::Generation),
    ("ForVisionText2Text", Head::Generation),
    ("ForImageTextToText", Head::Generation),
    ("ForCTC", Head::Ctc),
    ("ModelWithProjection", Head::Projection),
    ("Model", Head::Base),
    ("Encoder", Head::Base),
    ("EncoderModel", Head::Base),
    ("Transformer", Head::Base),
];

/// The kind of head of a class name.
pub fn head_of(class: &str) -> Head {
    let name = class
        .strip_prefix("TF")
        .or_else(|| class.strip_prefix("Flax"))
        .unwrap_or(class);
    HEADS
        .iter()
        .find(|(end, _)| name.ends_with(end))
        .map_or(Head::Other, |(_, h)| *h)
}

impl Cx<'_> {
    /// The shape given for one of these inputs.
    pub fn shape(&self, names: &[&str]) -> Option<&[u64]> {
        names
            .iter()
            .find_map(|n| self.options.inputs.get(*n))
            .map(Vec::as_slice)
    }

    /// The last size of the shape of one of these inputs.
    pub fn last(&self, names: &[&str]) -> R<Option<u64>> {
        let got = self.shape(names).and_then(|s| s.last().copied());
        got.map(|n| bounded(n, "sequence")).transpose()
    }

    /// Whether any of these inputs is given.
    pub fn given(&self, names: &[&str]) -> bool {
        self.shape(names).is_some()
    }

    /// Whether the options name inputs at all.
    pub fn any_inputs(&self) -> bool {
        !self.options.inputs.is_empty()
    }

    /// Tokens of the text, from `input_ids`, the option, or `otherwise` with a note.
    pub fn text_tokens(&mut self, otherwise: u64) -> R<u64> {
        if let Some(n) = self.forced {
            self.tokens = n;
            return Ok(n);
        }
        let given = self.last(&["input_ids", "inputs_embeds"])?;
        let n = match given.or(self.options.sequence_length) {
            Some(n) => bounded(n, "sequence length")?,
            None => {
                self.t.note(
                    "sequence-length-assumed",
                    format!(
                        "No sequence length given: {otherwise} tokens are taken for one example."
                    ),
                );
                otherwise
            }
        };
        self.tokens = n;
        Ok(n)
    }

    /// Adds the projection to the vocabulary; a tied one has no parameters of its own.
    pub fn lm_head(
        &mut self,
        path: &str,
        positions: u64,
        width: u64,
        vocabulary: u64,
        bias: bool,
        tied: bool,
    ) {
        let c = if tied {
            let c = Cost::new().shared_linear(positions, width, vocabulary);
            if bias { c.vector(vocabulary) } else { c }
        } else {
            Cost::new().linear(positions, width, vocabulary, bias)
        };
        let c = if tied {
            c.remark("weights shared with the input table")
        } else {
            c
        };
        self.t.add(path, "output head", 1, c);
    }

    /// Whether only this part is wanted.
    pub fn only(&self, part: Part) -> bool {
        self.options.part == Some(part)
    }
}

/// A sequence length or similar option in range.
pub fn bounded(n: u64, what: &str) -> R<u64> {
    if n > MAX_SEQUENCE {
        return Err(Refusal {
            code: "size-out-of-range",
            message: format!("The {what} is {n}; at most {MAX_SEQUENCE} is counted."),
            remedy: "Give the length of one example.".into(),
        });
    }
    Ok(n)
}

/// A batch in range.
pub fn batch(n: u64) -> R<u64> {
    if n == 0 || n > MAX_BATCH {
        return Err(Refusal {
            code: "size-out-of-range",
            message: format!("The batch is {n}; it must be from 1 to {MAX_BATCH}."),
            remedy: "Give 1 for one example.".into(),
        });
    }
    Ok(n)
}
