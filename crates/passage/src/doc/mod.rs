//! The passage with its structure: sentences, clauses, cues, accelerators, names and whose figures are told.

mod chips;
mod names;
mod tables;

use crate::cues::{self, Cues, Lookup};
use crate::fold::Glyph;
use crate::token::{Kind, Token};
use compute_core::catalog::Catalog;
use std::ops::Range;

/// An accelerator's name in the passage.
#[derive(Clone, Debug)]
pub(crate) struct Chip {
    /// Its tokens.
    pub at: Range<usize>,
    /// Its name as the field takes it, memory size included.
    pub text: String,
    /// Row of the catalog.
    pub index: usize,
    /// Slice size glued behind the name, `512` of `TPU v3-512`: token and whether it counts cores, two a chip.
    pub slice: Option<(usize, bool)>,
    /// A machine that holds eight of them (DGX, HGX).
    pub machine: bool,
}

/// A model's name in the passage.
#[derive(Clone, Debug)]
pub(crate) struct Name {
    /// Its tokens, a size behind it included.
    pub at: Range<usize>,
    /// Family in lower case, `llama`.
    pub family: String,
    /// Version, `3.1`, or empty.
    pub version: String,
    /// Its size, `70b` or `large`, or empty.
    pub size: String,
    /// Stands in a comparison.
    pub compared: bool,
}

impl Name {
    /// Whether both can be the same model or sizes of it.
    fn same(&self, other: &Name) -> bool {
        // "StarCoderBase" and "StarCoder" are one family.
        let (short, long) = if self.family.len() < other.family.len() {
            (&self.family, &other.family)
        } else {
            (&other.family, &self.family)
        };
        (short == long || (short.len() >= 5 && long.starts_with(short.as_str())))
            && (self.version == other.version
                || self.version.is_empty()
                || other.version.is_empty())
    }
}

/// The passage, ready for the rules.
pub(crate) struct Doc<'a> {
    pub glyphs: &'a [Glyph],
    pub tokens: Vec<Token>,
    /// Cues that begin at each token.
    pub cues: Vec<Cues>,
    /// Range of the sentence of each token.
    sentences: Vec<Range<usize>>,
    sentence_of: Vec<u32>,
    /// Ranges between commas, brackets and stronger signs.
    clauses: Vec<Range<usize>>,
    clause_of: Vec<u32>,
    /// Ranges between semicolons, colons and stronger signs.
    segments: Vec<Range<usize>>,
    segment_of: Vec<u32>,
    pub chips: Vec<Chip>,
    chip_at: Vec<Option<u32>>,
    pub names: Vec<Name>,
    name_at: Vec<Option<u32>>,
    /// Whether another model is spoken of at each token.
    foreign: Vec<bool>,
    /// Whether another size of the passage's model is spoken of at each token.
    sibling: Vec<bool>,
    /// The model that the passage is about.
    pub subject: Option<Name>,
    /// All cues of the passage.
    pub all: Cues,
    /// A TPU is spoken of.
    tpu: bool,
    /// A mixture of experts is spoken of.
    pub mixture: bool,
    /// A net of attention is spoken of.
    pub attention: bool,
    /// Of a table with a header, the header cell of each token's column.
    headers: Vec<Option<Range<usize>>>,
    /// Tokens of rows that sum up the others.
    sums: Vec<bool>,
}

/// A sentence longer than this is cut: rules look at whole sentences, and work stays bounded.
const MAX_SENTENCE: usize = 90;

impl<'a> Doc<'a> {
    pub(crate) fn new(glyphs: &'a [Glyph], tokens: Vec<Token>, catalog: &Catalog) -> Doc<'a> {
        let lookup = Lookup::shared();
        let word = |i: usize| {
            tokens
                .get(i)
                .filter(|t| t.text != "-")
                .map_or("", |t| t.text.as_str())
        };
        let cues: Vec<Cues> = (0..tokens.len())
            .map(|i| {
                lookup.cues(word(i), |k| {
                    // A hyphen between two words of a phrase does not matter.
                    let hyphens = (1..=k * 2)
                        .scan(0, |words, step| {
                            if *words == k {
                                return None;
                            }
                            let hyphen = tokens.get(i + step).is_some_and(|t| t.text == "-");
                            *words += usize::from(!hyphen);
                            Some(usize::from(hyphen))
                        })
                        .sum::<usize>();
                    word(i + k + hyphens)
                })
            })
            .collect();
        let mut cues: Vec<Cues> = cues;
        // "I get", "can I": the writer's own machine. "i.e." is none.
        for (i, cue) in cues.iter_mut().enumerate() {
            if word(i) == "i"
                && tokens.get(i).is_some_and(|t| t.capital)
                && !matches!(word(i + 1), "." | ")")
            {
                *cue |= cues::OTHERS;
            }
        }
        let all = cues.iter().fold(0, |all, cue| all | cue);
        let count = tokens.len();
        let mut doc = Doc {
            glyphs,
            tokens,
            cues,
            sentences: Vec::new(),
            sentence_of: Vec::new(),
            clauses: Vec::new(),
            clause_of: Vec::new(),
            segments: Vec::new(),
            segment_of: Vec::new(),
            chips: Vec::new(),
            chip_at: vec![None; count],
            names: Vec::new(),
            name_at: vec![None; count],
            foreign: vec![false; count],
            sibling: vec![false; count],
            subject: None,
            all,
            tpu: false,
            mixture: false,
            attention: false,
            headers: vec![None; count],
            sums: vec![false; count],
        };
        // Asked of once a passage: the rules ask of them at every number.
        doc.tpu = doc.tokens.iter().any(|t| t.text.starts_with("tpu"));
        doc.mixture = doc.all_words(&[
            "moe",
            "mixture",
            "experts",
            "expert",
            "active",
            "activated",
            "activates",
            "sparse",
            "touch",
            "touches",
            "uses",
            "used",
            "meets",
            "total",
        ]);
        doc.attention = doc.all_words(&[
            "token",
            "tokens",
            "transformer",
            "language",
            "llm",
            "moe",
            "attention",
            "selfattention",
            "bert",
            "gpt",
            "vit",
            "toks",
            "gpt2",
        ]);
        doc.cut();
        doc.find_tables();
        doc.find_chips(catalog);
        doc.find_names();
        doc.find_foreign();
        doc.find_versions();
        doc.find_siblings();
        doc
    }

    /// Lower-case text of a token, empty outside.
    pub(crate) fn text(&self, i: usize) -> &str {
        self.tokens.get(i).map_or("", |t| t.text.as_str())
    }

    /// Whether the token is this sign or word.
    pub(crate) fn is(&self, i: usize, text: &str) -> bool {
        self.text(i) == text
    }

    /// Whether any of these words stands in the passage.
    pub(crate) fn all_words(&self, words: &[&str]) -> bool {
        self.tokens.iter().any(|t| words.contains(&t.text.as_str()))
    }

    /// Whether the sentence tells of an answer's time or a rate of tokens: a model in use.
    pub(crate) fn tells_speed(&self, i: usize) -> bool {
        let sentence = self.segment(i);
        if self.cues_in(self.sentence(i)) & cues::TRAIN != 0 {
            return false;
        }
        sentence.clone().any(|k| {
            let seconds = self.kind(k) == Some(Kind::Number)
                && !self.is(k.wrapping_sub(1), "-")
                && matches!(
                    self.text(k + 1),
                    "seconds" | "second" | "s" | "ms" | "milliseconds" | "minutes" | "sec"
                );
            // "56 nodes, reaching 582K tokens per second" train.
            let many = |k: usize| {
                self.tokens
                    .get(k)
                    .is_some_and(|t| t.kind == Kind::Number && t.value >= 16.0)
                    && (k + 1..k + 4).any(|n| {
                        matches!(self.text(n), "nodes" | "gpus" | "tpus" | "chips")
                            || self.chip(n).is_some()
                    })
            };
            let rate = !sentence.clone().any(many)
                && matches!(
                    self.text(k),
                    "tokens" | "token" | "tok" | "images" | "words"
                )
                && matches!(self.text(k + 1), "per" | "/")
                && matches!(self.text(k + 2), "second" | "s" | "sec" | "minute");
            seconds
                || (rate
                    && self.cues_in(sentence.clone()) & (cues::RUN | cues::LEARNING) == 0
                    && self.cues_in(sentence.clone())
                        & (cues::UTILIZATION | cues::HARDWARE_UTILIZATION)
                        == 0)
        })
    }

    /// Whether the model is used here, not trained: by the clause, else by the nearest verb in front.
    pub(crate) fn in_use(&self, i: usize) -> bool {
        let clause = self.cues_in(self.clause(i));
        let sentence = self.cues_in(self.sentence(i));
        // A share of the peak and a run of days are a training's, whatever verb stands beside them.
        let measured = sentence & (cues::UTILIZATION | cues::HARDWARE_UTILIZATION) != 0
            && !self.sentence(i).any(|k| {
                matches!(
                    self.text(k),
                    "inference" | "serving" | "decoding" | "prefill"
                )
            });
        if measured || self.lasts_days(self.clause(i)) {
            return false;
        }
        // "a batch of 8 at 4K needs 70 GB"
        let memory = sentence & cues::TRAIN == 0
            && self.sentence(i).any(|k| {
                matches!(
                    self.text(k),
                    "needs" | "need" | "takes" | "requires" | "fits" | "require"
                ) && (k + 1..k + 4).any(|n| {
                    self.kind(n) == Some(Kind::Number) && matches!(self.text(n + 1), "gb" | "gib")
                })
            });
        // "brings 2.6x to OPT-66B on 8 A100s"
        let faster = clause & cues::TRAIN == 0
            && self.clause(i).any(|k| {
                self.kind(k) == Some(Kind::Number)
                    && self.is(k + 1, "×")
                    && matches!(self.text(k + 2), "to" | "faster" | "speedup" | "speed")
            });
        if clause & cues::USE != 0 && clause & (cues::TRAIN | cues::RUN) == 0
            || memory
            || faster
            || self.tells_speed(i)
        {
            return true;
        }
        if sentence & cues::USE == 0 {
            return false;
        }
        if sentence & cues::TRAIN == 0 {
            return true;
        }
        // "trained on 64 A100s, and runs on one": the nearer verb decides.
        (self.sentence(i).start..i)
            .rev()
            .map(|k| self.cues.get(k).copied().unwrap_or(0) & (cues::USE | cues::TRAIN))
            .find(|cue| *cue != 0)
            .map_or(clause & cues::USE != 0, |cue| cue & cues::TRAIN == 0)
    }

    /// Whether accelerators are busy for days: "runs on 384 GPUs for 24 days".
    fn lasts_days(&self, mut clause: Range<usize>) -> bool {
        let chips = clause.clone().any(|k| {
            self.chip(k).is_some() || matches!(self.text(k), "gpus" | "tpus" | "chips" | "nodes")
        });
        chips
            && clause.any(|k| {
                matches!(self.text(k), "days" | "weeks" | "months")
                    && self.kind(k.wrapping_sub(1)) == Some(Kind::Number)
                    && matches!(self.text(k.wrapping_sub(2)), "for" | "×")
            })
    }

    /// Whether a test of the machine is told of, here or by the next sentence: "These are throughput tests".
    pub(crate) fn is_trial(&self, i: usize) -> bool {
        let sentence = self.sentence(i);
        let next = self.sentence(sentence.end);
        let back = matches!(self.text(next.start), "these" | "this" | "both" | "those");
        self.cues_in(sentence) & cues::TRIAL != 0 || back && self.cues_in(next) & cues::TRIAL != 0
    }

    /// Whether the sentence asks: what it names is nobody's run.
    pub(crate) fn is_question(&self, i: usize) -> bool {
        let sentence = self.sentence(i);
        let mark = if self.is(sentence.end, "?") {
            sentence.end
        } else {
            sentence.end.wrapping_sub(1)
        };
        // "11 days??" is a wondering.
        if !self.is(mark, "?") || self.is(mark.wrapping_sub(1), "?") || self.is(mark + 1, "?") {
            return false;
        }
        // "3B params, 128 A100s, 61% MFU??" doubts its last figure alone.
        let first = (sentence.start..sentence.end)
            .find(|k| {
                !matches!(
                    self.text(*k),
                    "and" | "but" | "so" | "or" | ":" | "q" | "\""
                )
            })
            .unwrap_or(sentence.start);
        let asks = matches!(
            self.text(first),
            "does"
                | "do"
                | "did"
                | "can"
                | "could"
                | "is"
                | "are"
                | "was"
                | "were"
                | "has"
                | "have"
                | "if"
                | "would"
                | "will"
        ) || sentence.clone().any(|k| {
            matches!(
                self.text(k),
                "how" | "what" | "which" | "why" | "who" | "where" | "or"
            )
        });
        asks || self.clause(i).end + 1 >= sentence.end
    }

    /// Whether the sentence only tells what could or will be trained.
    pub(crate) fn is_hypothetical(&self, i: usize) -> bool {
        let sentence = self.sentence(i);
        let cue = |k: usize| self.cues.get(k).copied().unwrap_or(0);
        // "Its successor may cost ten times that, and take six months": the nearest verb in front decides.
        let verb = (self.segment(i).start..i).rev().find(|k| {
            cue(*k) & (cues::MODAL | cues::FACT) != 0
                && !(self.is(*k, "may") && self.kind(k + 1) == Some(Kind::Number))
        });
        if verb.is_some_and(|k| cue(k) & cues::MODAL != 0) {
            return true;
        }
        // "If it really has 1.8T parameters, the run would have cost 2e25 FLOP"
        if matches!(self.text(sentence.start), "if" | "suppose" | "assuming")
            && self.cues_in(sentence.clone()) & cues::MODAL != 0
        {
            return true;
        }
        sentence.clone().any(|k| {
            matches!(
                self.text(k),
                "could"
                    | "would"
                    | "will"
                    | "can"
                    | "might"
                    | "may"
                    | "should"
                    | "want"
                    | "plans"
                    | "plan"
                    | "hopes"
                    | "intends"
            ) && (k + 1..(k + 6).min(sentence.end)).any(|t| {
                matches!(
                    self.text(t),
                    "train" | "pretrain" | "finetune" | "finetuned"
                )
            })
        })
    }

    /// Whether no white space stands in front.
    pub(crate) fn glued(&self, i: usize) -> bool {
        self.tokens.get(i).is_some_and(|t| !t.space)
    }

    pub(crate) fn kind(&self, i: usize) -> Option<Kind> {
        self.tokens.get(i).map(|t| t.kind)
    }

    /// All cues in a range.
    pub(crate) fn cues_in(&self, range: Range<usize>) -> Cues {
        self.cues
            .get(
                range.start.min(self.cues.len())
                    ..range
                        .end
                        .min(self.cues.len())
                        .max(range.start.min(self.cues.len())),
            )
            .unwrap_or_default()
            .iter()
            .fold(0, |all, cue| all | cue)
    }

    pub(crate) fn sentence(&self, i: usize) -> Range<usize> {
        range_of(&self.sentences, &self.sentence_of, i)
    }

    pub(crate) fn clause(&self, i: usize) -> Range<usize> {
        range_of(&self.clauses, &self.clause_of, i)
    }

    pub(crate) fn segment(&self, i: usize) -> Range<usize> {
        range_of(&self.segments, &self.segment_of, i)
    }

    pub(crate) fn chip(&self, i: usize) -> Option<&Chip> {
        self.chip_at
            .get(i)
            .copied()
            .flatten()
            .and_then(|index| self.chips.get(index as usize))
    }

    pub(crate) fn name(&self, i: usize) -> Option<&Name> {
        self.name_at
            .get(i)
            .copied()
            .flatten()
            .and_then(|index| self.names.get(index as usize))
    }

    pub(crate) fn is_foreign(&self, i: usize) -> bool {
        self.foreign.get(i).copied().unwrap_or(false)
    }

    /// Whether the name is that of the model the passage is about.
    pub(crate) fn is_subject(&self, name: &Name) -> bool {
        match &self.subject {
            Some(subject) => subject.same(name),
            None => !name.compared,
        }
    }

    fn cut(&mut self) {
        let mut sentence = 0;
        let mut clause = 0;
        let mut segment = 0;
        for i in 0..=self.tokens.len() {
            let end = i == self.tokens.len();
            let breaks = if end {
                Break::Sentence
            } else {
                self.break_before(i, sentence)
            };
            if breaks >= Break::Clause && i > clause {
                self.clauses.push(clause..i);
                clause = i;
            }
            if breaks >= Break::Segment && i > segment {
                self.segments.push(segment..i);
                segment = i;
            }
            if breaks == Break::Sentence && i > sentence {
                self.sentences.push(sentence..i);
                sentence = i;
            }
        }
        self.sentence_of = owners(&self.sentences, self.tokens.len());
        self.clause_of = owners(&self.clauses, self.tokens.len());
        self.segment_of = owners(&self.segments, self.tokens.len());
    }

    /// The break between tokens `i - 1` and `i`; a sign belongs to what it ends.
    fn break_before(&self, i: usize, sentence: usize) -> Break {
        if i == 0 {
            return Break::None;
        }
        if i - sentence >= MAX_SENTENCE {
            return Break::Sentence;
        }
        let (before, next) = (self.text(i - 1), self.tokens.get(i));
        let starts = next.is_some_and(|t| {
            t.capital
                || t.kind == Kind::Number
                || (t.kind == Kind::Sign && !matches!(t.text.as_str(), "," | ";" | ")" | "."))
        });
        let abbreviation = i >= 2
            && before == "."
            && (matches!(
                self.text(i - 2),
                "approx"
                    | "ca"
                    | "e.g"
                    | "i.e"
                    | "al"
                    | "fig"
                    | "figs"
                    | "vs"
                    | "eq"
                    | "cf"
                    | "no"
                    | "sec"
                    | "tab"
                    | "resp"
                    | "incl"
                    | "dr"
                    | "st"
                    | "inc"
            ) || (self.text(i - 2).len() == 1
                && self.kind(i - 2) == Some(Kind::Word)
                && !(i >= 3 && self.kind(i - 3) == Some(Kind::Number))));
        let spaced = next.is_some_and(|t| t.space);
        if matches!(before, "." | "!" | "?") && spaced && starts && !abbreviation {
            return Break::Sentence;
        }
        // A closing bracket or quotation mark behind the full stop.
        if matches!(before, ")" | "\"")
            && i >= 2
            && matches!(self.text(i - 2), "." | "!" | "?")
            && spaced
            && starts
        {
            return Break::Sentence;
        }
        if next.is_some_and(|t| t.line) && starts {
            let open = matches!(before, "," | "-" | "–" | "(" | "/" | "×")
                || (cues::STOPS.contains(&before) && before != "all");
            let number = next.is_some_and(|t| t.kind == Kind::Number);
            // A line of a paragraph that goes on with a number is no new sentence, unless lines are items of a list.
            if !open && (!number || matches!(before, "." | ";" | ":")) {
                return Break::Sentence;
            }
        }
        match before {
            ";" | "|" | "—" => Break::Segment,
            ":" if spaced => Break::Segment,
            "," | ")" if spaced || before == ")" => Break::Clause,
            _ => match next.map(|t| t.text.as_str()) {
                Some("(" | "—" | "while" | "whereas" | "but" | "although" | "though") => {
                    Break::Clause
                }
                Some("–") if spaced => Break::Clause,
                _ => Break::None,
            },
        }
    }

    /// A token's text as it stands in the passage.
    pub(crate) fn original(&self, i: usize) -> String {
        self.tokens.get(i).map_or_else(String::new, |t| {
            self.glyphs
                .get(t.from..t.to)
                .unwrap_or_default()
                .iter()
                .map(|g| g.c)
                .collect::<String>()
                .trim_end_matches("'s")
                .trim_end_matches("’s")
                .to_string()
        })
    }

    /// "70B", "1.5 B" as a size at `i`: where it ends.
    pub(crate) fn size_at(&self, i: usize) -> Option<usize> {
        let number = self.tokens.get(i)?;
        let scale = self.tokens.get(i + 1)?;
        (number.kind == Kind::Number
            && !scale.space
            && matches!(scale.text.as_str(), "b" | "m" | "t" | "k")
            && !number.written_out)
            .then_some(i + 2)
    }

    /// Whether another size of the passage's model is spoken of.
    pub(crate) fn is_sibling(&self, i: usize) -> bool {
        self.sibling.get(i).copied().unwrap_or(false)
    }
}

/// How strong a break is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Break {
    None,
    Clause,
    Segment,
    Sentence,
}

fn owners(ranges: &[Range<usize>], count: usize) -> Vec<u32> {
    let mut owners = vec![0; count];
    for (index, range) in ranges.iter().enumerate() {
        for slot in owners.get_mut(range.clone()).unwrap_or_default() {
            *slot = u32::try_from(index).unwrap_or(0);
        }
    }
    owners
}

fn range_of(ranges: &[Range<usize>], owners: &[u32], i: usize) -> Range<usize> {
    owners
        .get(i)
        .and_then(|index| ranges.get(*index as usize))
        .cloned()
        .unwrap_or(i..i)
}
