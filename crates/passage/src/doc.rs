//! The passage with its structure: sentences, clauses, cues, accelerators, names and whose figures are told.

use crate::cues::{self, Cues, Lookup};
use crate::fold::Glyph;
use crate::token::{Kind, Token};
use compute_core::catalog::Catalog;
use compute_core::quantity::Names;
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
    /// Of a table with a header, the header cell of each token's column.
    headers: Vec<Option<Range<usize>>>,
    /// Tokens of rows that sum up the others.
    sums: Vec<bool>,
}

/// A sentence longer than this is cut: rules look at whole sentences, and work stays bounded.
const MAX_SENTENCE: usize = 90;

impl<'a> Doc<'a> {
    pub(crate) fn new(glyphs: &'a [Glyph], tokens: Vec<Token>, catalog: &Catalog) -> Doc<'a> {
        let lookup = Lookup::new();
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
                *cue |= crate::cues::OTHERS;
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
            headers: vec![None; count],
            sums: vec![false; count],
        };
        doc.cut();
        doc.find_tables();
        doc.find_chips(catalog);
        doc.find_names();
        doc.find_foreign();
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
            let rate = matches!(
                self.text(k),
                "tokens" | "token" | "tok" | "images" | "words"
            ) && matches!(self.text(k + 1), "per" | "/")
                && matches!(self.text(k + 2), "second" | "s" | "sec" | "minute");
            seconds
                || (rate
                    && self.cues_in(sentence.clone()) & cues::RUN == 0
                    && self.cues_in(sentence.clone())
                        & (cues::UTILIZATION | cues::HARDWARE_UTILIZATION)
                        == 0)
        })
    }

    /// Whether the sentence only tells what could or will be trained.
    pub(crate) fn is_hypothetical(&self, i: usize) -> bool {
        let sentence = self.sentence(i);
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

    /// Tables of three columns and more, with a header line; of two columns the first is the label.
    fn find_tables(&mut self) {
        let starts: Vec<usize> = (0..self.tokens.len())
            .filter(|i| self.tokens.get(*i).is_some_and(|t| t.line))
            .collect();
        let mut header: Vec<Range<usize>> = Vec::new();
        for (n, start) in starts.iter().enumerate() {
            let end = starts.get(n + 1).copied().unwrap_or(self.tokens.len());
            let bars: Vec<usize> = (*start..end)
                .filter(|i| self.is(*i, "|"))
                .take(20)
                .collect();
            if bars.len() < 2 {
                header.clear();
                continue;
            }
            let mut cells: Vec<Range<usize>> = Vec::new();
            let mut from = *start;
            for bar in bars.iter().copied().chain([end]) {
                if !(bar == *start || (from >= end && bar == end)) {
                    cells.push(from..bar);
                }
                from = bar + 1;
            }
            if header.is_empty() {
                // A header names things; a first line with numbers in it is none.
                let named = !cells
                    .iter()
                    .skip(1)
                    .any(|cell| cell.clone().any(|k| self.kind(k) == Some(Kind::Number)));
                if cells.len() >= 3 && named {
                    header = cells;
                }
                continue;
            }
            let sum = cells
                .first()
                .is_some_and(|cell| self.cues_in(cell.clone()) & cues::TOTAL != 0);
            for (cell, title) in cells.iter().zip(&header) {
                for k in cell.clone() {
                    if let (Some(slot), Some(sum_slot)) =
                        (self.headers.get_mut(k), self.sums.get_mut(k))
                    {
                        *slot = Some(title.clone());
                        *sum_slot = sum;
                    }
                }
            }
        }
    }

    /// The header cell above a token of a table.
    pub(crate) fn header(&self, i: usize) -> Option<Range<usize>> {
        self.headers.get(i).cloned().flatten()
    }

    /// Whether the token stands in a row that sums up the others.
    pub(crate) fn in_sum_row(&self, i: usize) -> bool {
        self.sums.get(i).copied().unwrap_or(false)
    }

    /// How many sizes of the passage's model are named.
    pub(crate) fn sizes(&self) -> usize {
        let mut sizes: Vec<String> = Vec::new();
        for i in 0..self.tokens.len() {
            let size = self
                .size_at(i)
                .filter(|_| matches!(self.text(i + 1), "b" | "m"));
            let named = self.name(i).is_some_and(|name| self.is_subject(name))
                || self.cues_in(i + 2..i + 3) & cues::MODEL != 0
                || self.in_table(i);
            let text = format!("{}{}", self.text(i), self.text(i + 1));
            if size.is_some() && named && !sizes.contains(&text) && sizes.len() < 9 {
                sizes.push(text);
            }
        }
        sizes.len()
    }

    fn in_table(&self, i: usize) -> bool {
        self.header(i).is_some()
    }

    fn find_chips(&mut self, catalog: &Catalog) {
        let mut i = 0;
        while i < self.tokens.len() && self.chips.len() < 2000 {
            let Some(chip) = self.chip_from(i, catalog) else {
                i += 1;
                continue;
            };
            let index = u32::try_from(self.chips.len()).unwrap_or(u32::MAX);
            for k in chip.at.clone() {
                if let Some(slot) = self.chip_at.get_mut(k) {
                    *slot = Some(index);
                }
            }
            i = chip.at.end;
            self.chips.push(chip);
        }
    }

    /// The longest accelerator's name that begins at `i`.
    fn chip_from(&self, i: usize, catalog: &Catalog) -> Option<Chip> {
        let first = self.tokens.get(i)?;
        if !self.may_begin_chip(i, first) {
            return None;
        }
        let mut found = None;
        let mut name = String::new();
        let mut words = 0;
        for k in i..(i + 9).min(self.tokens.len()) {
            let token = self.tokens.get(k)?;
            if k > i && token.line && token.capital {
                break;
            }
            match token.kind {
                Kind::Sign if token.text == "-" && k > i => continue,
                Kind::Sign => break,
                // Other rows may have "V100 GPU" as a name; the noun is not part of ours.
                Kind::Word
                    if matches!(
                        token.text.as_str(),
                        "gpu" | "gpus" | "chips" | "cards" | "accelerators"
                    ) =>
                {
                    break;
                }
                _ => {}
            }
            words += 1;
            if words > 6 {
                break;
            }
            if !name.is_empty() {
                name.push(' ');
            }
            let original = self.original(k);
            name.push_str(&original);
            let single = original
                .strip_suffix('s')
                .filter(|rest| rest.ends_with(|c: char| c.is_ascii_digit()))
                .map(|_| name.trim_end_matches('s').to_string());
            let singular = single.as_deref().unwrap_or(&name);
            if let Some(index) = catalog.find(singular) {
                found = Some((k + 1, singular.to_string(), index));
            }
        }
        let (end, text, index) = found?;
        let row = catalog.accelerators.get(index)?;
        // What a paper's "A100" of a certain memory is.
        let memory = self.memory_beside(i, end);
        let mut chip = Chip {
            at: i..end,
            text,
            index,
            slice: None,
            machine: i >= 1 && self.machine_before(i),
        };
        if let Some((gigabytes, range)) = memory {
            let with = format!("{} {gigabytes}GB", chip.text);
            if let Some(index) = catalog.find(&with) {
                chip.text = with;
                chip.index = index;
                if range.start >= end {
                    // "A100 (40GB)" is marked whole.
                    chip.at.end = range.end;
                }
            }
        }
        if !self.is_evident(i, &chip) {
            return None;
        }
        if row.kind == "tpu" || row.id.starts_with("tpu") {
            let number = self.tokens.get(end + 1);
            if self.is(end, "-")
                && self.glued(end)
                && self.glued(end + 1)
                && number.is_some_and(|t| t.kind == Kind::Number)
            {
                let per_core = !matches!(row.id, "tpu-v5e" | "tpu-v6e" | "tpu-v7");
                chip.slice = Some((end + 1, per_core));
            }
        }
        Some(chip)
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

    fn may_begin_chip(&self, i: usize, first: &Token) -> bool {
        const LEADS: &[&str] = &[
            "tpu",
            "tpus",
            "titan",
            "tesla",
            "geforce",
            "gtx",
            "rtx",
            "quadro",
            "gaudi",
            "trainium",
            "inferentia",
            "ascend",
            "instinct",
            "radeon",
            "xeon",
            "cloud",
            "cerebras",
            "graphcore",
            "ironwood",
            "trillium",
            "rx",
            "grace",
            "kunlun",
            "wse",
            "cs",
            "max",
            "epyc",
            "hd",
            "xeon",
            "apple",
            "groqchip",
            "mlu",
            "arc",
            "volta",
            "grid",
            "dojo",
        ];
        match first.kind {
            Kind::Word => {
                let digits = first.text.bytes().filter(u8::is_ascii_digit).count();
                (digits > 0
                    && first
                        .text
                        .bytes()
                        .next()
                        .is_some_and(|b| b.is_ascii_alphabetic())
                    && (first.capital
                        || digits >= 3
                        || first.text.starts_with("tpu")
                        || first.text.starts_with('v')))
                    || LEADS.contains(&first.text.as_str())
            }
            Kind::Number => {
                // "8x3090", "two 1080 Ti": a bare number is a card only where it can be nothing else.
                (1000.0..10_000.0).contains(&first.value)
                    && !first.written_out
                    && (self.is(i.wrapping_sub(1), "×")
                        || self.is(i + 1, "ti")
                        || matches!(self.text(i + 1), "gpu" | "gpus" | "card" | "cards"))
            }
            Kind::Sign => false,
        }
    }

    /// "80GB A100", "A100 (40GB)", "A100 with 40GB": gigabytes and their tokens.
    fn memory_beside(&self, from: usize, end: usize) -> Option<(u64, Range<usize>)> {
        let size = |k: usize| {
            let token = self.tokens.get(k)?;
            let unit = matches!(self.text(k + 1), "gb" | "g" | "gib");
            (token.kind == Kind::Number
                && unit
                && token.value < 1000.0
                && token.value.fract() == 0.0)
                .then_some(token.value as u64)
        };
        if from >= 2
            && let Some(bytes) = size(from - 2)
        {
            return Some((bytes, from - 2..from));
        }
        if from >= 3
            && self.is(from - 1, "-")
            && let Some(bytes) = size(from - 3)
        {
            return Some((bytes, from - 3..from));
        }
        // "A100-80"
        if self.is(end, "-") && self.glued(end) && self.glued(end + 1) {
            let size = self.tokens.get(end + 1).filter(|t| {
                t.kind == Kind::Number
                    && matches!(
                        t.value as u32,
                        16 | 24 | 32 | 40 | 48 | 64 | 80 | 94 | 96 | 141
                    )
            });
            if let Some(size) = size {
                let to = if matches!(self.text(end + 2), "s" | "gb" | "g") && self.glued(end + 2) {
                    end + 3
                } else {
                    end + 2
                };
                return Some((size.value as u64, to..to));
            }
        }
        let mut k = end;
        for _ in 0..2 {
            if matches!(
                self.text(k),
                "gpus"
                    | "gpu"
                    | "chips"
                    | "cards"
                    | "("
                    | "with"
                    | "-"
                    | "of"
                    | "each"
                    | "accelerators"
            ) {
                k += 1;
            }
        }
        let bytes = size(k)?;
        // The words between are not part of the name.
        let close = if self.is(end, "(") && k == end + 1 && self.is(k + 2, ")") {
            k + 3
        } else {
            end
        };
        Some((bytes, close.max(end)..close.max(end)))
    }

    fn machine_before(&self, i: usize) -> bool {
        let before = |k: usize| i.checked_sub(k).map_or("", |k| self.text(k));
        matches!(before(1), "dgx" | "hgx")
            || (before(1) == "-" && matches!(before(2), "dgx" | "hgx"))
    }

    /// Whether a short or common name is shown to be a chip by its neighbours.
    fn is_evident(&self, i: usize, chip: &Chip) -> bool {
        let key: String = chip
            .text
            .chars()
            .filter(|c| c.is_ascii_alphanumeric())
            .collect();
        let digits = key.bytes().filter(u8::is_ascii_digit).count();
        let common = key.len() <= 3
            || (digits == 0 && key.len() <= 6 && !chip.text.contains(' '))
            || key.bytes().all(|b| b.is_ascii_digit());
        if !common {
            return true;
        }
        let behind = (chip.at.end..chip.at.end + 3).any(|k| {
            matches!(
                self.text(k),
                "gpu"
                    | "gpus"
                    | "card"
                    | "cards"
                    | "chip"
                    | "chips"
                    | "accelerator"
                    | "accelerators"
                    | "tpu"
                    | "tpus"
                    | "gb"
                    | "hours"
                    | "days"
                    | "nodes"
                    | "pod"
                    | "pods"
                    | "cluster"
                    | "core"
                    | "cores"
            )
        });
        let front = i.checked_sub(1).is_some_and(|k| {
            matches!(
                self.text(k),
                "nvidia"
                    | "tesla"
                    | "amd"
                    | "tpu"
                    | "tpus"
                    | "cloud"
                    | "google"
                    | "×"
                    | "intel"
                    | "habana"
                    | "cerebras"
            ) || self.kind(k) == Some(Kind::Number)
        });
        behind || front
    }

    fn find_names(&mut self) {
        let mut i = 0;
        while i < self.tokens.len() && self.names.len() < 2000 {
            let Some(name) = self.name_from(i) else {
                i += 1;
                continue;
            };
            let index = u32::try_from(self.names.len()).unwrap_or(u32::MAX);
            for k in name.at.clone() {
                if let Some(slot) = self.name_at.get_mut(k) {
                    *slot = Some(index);
                }
            }
            i = name.at.end;
            self.names.push(name);
        }
        self.subject = self.names.iter().find(|name| !name.compared).cloned();
    }

    fn name_from(&self, i: usize) -> Option<Name> {
        let first = self.tokens.get(i)?;
        if first.kind != Kind::Word || self.chip(i).is_some() {
            return None;
        }
        let letters: String = first
            .text
            .chars()
            .take_while(|c| c.is_alphabetic())
            .collect();
        let known = FAMILIES.contains(&letters.as_str());
        let digits_behind = first.text.len() > letters.len();
        // A size or version glued with a hyphen makes any capitalised word a name: "Foo-7B".
        let hyphened = self.is(i + 1, "-")
            && self.glued(i + 1)
            && self.glued(i + 2)
            && (self.kind(i + 2) == Some(Kind::Number)
                || self
                    .tokens
                    .get(i + 2)
                    .is_some_and(|t| t.capital && t.text.len() <= 3))
            && first.capital;
        let sized = first.capital
            && !self.starts_sentence(i)
            && self.size_at(i + 1).is_some()
            && first.text.len() > 1;
        // "DeepMind", not "IBM".
        let camel = first.camel
            && first.capital
            && self.original(i).bytes().any(|b| b.is_ascii_lowercase());
        let known = known && (first.capital || digits_behind || self.is(i + 1, "-"));
        let diffusion = first.text == "stable" && self.is(i + 1, "diffusion");
        let plain = NEVER.contains(&first.text.as_str())
            || (WORDS.contains(&first.text.as_str())
                && !(hyphened || sized || first.camel || diffusion));
        if plain
            || !(known
                || hyphened
                || sized
                || (camel && (self.camel_name(i) || self.size_at(i + 1).is_some())))
        {
            return None;
        }
        let mut version: String = first
            .text
            .chars()
            .skip_while(|c| c.is_alphabetic())
            .collect();
        let mut end = i + 1;
        let mut size = String::new();
        loop {
            let joint =
                matches!(self.text(end), "-" | "/") && self.glued(end) && self.glued(end + 1);
            let next = if joint { end + 1 } else { end };
            let Some(token) = self.tokens.get(next) else {
                break;
            };
            if token.line && !joint {
                break;
            }
            match token.kind {
                Kind::Number => {
                    // "R1 41K GPU hours", "Gopher 300B tokens" count something.
                    let number_size = self.size_at(next).filter(|to| {
                        !self.is(next + 1, "k")
                            && !cues::NOUNS.iter().any(|(noun, unit)| {
                                *noun == self.text(*to) && *unit != cues::Unit::Parameters
                            })
                    });
                    if let Some(to) = number_size {
                        size = format!("{}{}", self.text(next), self.text(next + 1));
                        end = to;
                        continue;
                    }
                    let number = token.value < 100.0 && !token.written_out && version.is_empty();
                    if number && (joint || !self.counts_behind(next)) {
                        version.push_str(&token.text);
                        end = next + 1;
                        continue;
                    }
                    break;
                }
                Kind::Word if joint => {
                    if version.is_empty()
                        && token.text.bytes().any(|b| b.is_ascii_digit())
                        && !token.text.starts_with('a')
                    {
                        version.push_str(&token.text);
                    }
                    if size.is_empty() && SIZES.contains(&token.text.as_str()) {
                        size.clone_from(&token.text);
                    }
                    end = next + 1;
                }
                // "Falcon Mamba 7B"
                Kind::Word
                    if token.capital
                        && token.space
                        && !FIRST_WORDS.contains(&token.text.as_str())
                        && self.size_at(next + 1).is_some()
                        && self.chip(next).is_none() =>
                {
                    end = next + 1;
                }
                Kind::Word
                    if token.capital && token.space && SIZES.contains(&token.text.as_str()) =>
                {
                    size.clone_from(&token.text);
                    end = next + 1;
                }
                Kind::Word
                    if token.capital
                        && token.space
                        && SECOND_NAMES.contains(&token.text.as_str()) =>
                {
                    end = next + 1;
                }
                // "Kimi K2", "DeepSeek V3"
                Kind::Word
                    if token.capital
                        && token.space
                        && version.is_empty()
                        && (2..=4).contains(&token.text.len())
                        && self.chip(next).is_none()
                        && token
                            .text
                            .bytes()
                            .skip(1)
                            .all(|b| b.is_ascii_digit() || b == b'.') =>
                {
                    version.push_str(&token.text);
                    end = next + 1;
                }
                _ => break,
            }
        }
        let at = i..end;
        let sentence = self.sentence(i);
        let before = self.cues_in(i.saturating_sub(4).max(sentence.start)..i);
        let clause = self.clause(i);
        let opening = self.cues_in(clause.start..(clause.start + 2).min(i));
        let compared = (before | opening) & (cues::COMPARE | cues::OTHERS) != 0
            || matches!(self.text(i.wrapping_sub(1)), "from" | "using" | "follow");
        Some(Name {
            at,
            family: letters,
            version,
            size,
            compared,
        })
    }

    /// Whether a capitalised word within a sentence looks like a model: two of them that differ are two models.
    fn camel_name(&self, i: usize) -> bool {
        // A company's name stands in the possessive, a model's before a verb.
        let next = self.text(i + 1);
        matches!(
            next,
            "has"
                | "had"
                | "is"
                | "was"
                | "uses"
                | "used"
                | "took"
                | "reached"
                | "reported"
                | "needed"
                | "consumed"
                | "saw"
        )
    }

    fn starts_sentence(&self, i: usize) -> bool {
        self.sentence(i).start == i
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

    /// Whether the number counts what stands behind it ("Gopher 300 billion tokens" is no version 300).
    fn counts_behind(&self, i: usize) -> bool {
        let next = self.text(i + 1);
        next == "%"
            || next == "×"
            || cues::NOUNS.iter().any(|(noun, _)| *noun == next)
            || matches!(
                next,
                "million" | "billion" | "trillion" | "thousand" | "per" | "–" | "of"
            )
            || self.chip(i + 1).is_some()
    }

    /// Marks where another model is spoken of.
    fn find_foreign(&mut self) {
        let mut carried = false;
        for s in 0..self.sentences.len() {
            let Some(range) = self.sentences.get(s).cloned() else {
                break;
            };
            let opening = self.cues_in(range.start..range.start + 1);
            let pronoun = opening & cues::OURS != 0
                && !matches!(self.text(range.start), "we" | "our" | "ours");
            // "Can I train it on 4 RTX 3090?" is about the writer's machine.
            let first_person = range.clone().any(|k| {
                matches!(self.text(k), "i" | "my")
                    && self.cues.get(k).copied().unwrap_or(0) & cues::OTHERS != 0
            });
            if first_person {
                self.mark(range.clone(), true);
                continue;
            }
            let mut now =
                carried && (pronoun || matches!(self.text(range.start), "they" | "both" | "that"));
            let carried_in = now;
            let mut by_comparison = false;
            let mut brackets: Vec<(bool, bool)> = Vec::new();
            let mut subject_foreign = None;
            let mut i = range.start;
            while i < range.end {
                match self.text(i) {
                    ";" | "|" => (now, by_comparison) = (carried_in, false),
                    "," if by_comparison
                        && !self.name_follows(i + 1)
                        && !matches!(self.text(i + 1), "which" | "that" | "whose" | "with") =>
                    {
                        (now, by_comparison) = (false, false)
                    }
                    "(" => brackets.push((now, by_comparison)),
                    ")" => {
                        if let Some(before) = brackets.pop() {
                            (now, by_comparison) = before;
                        }
                    }
                    _ => {}
                }
                let cue = self.cues.get(i).copied().unwrap_or(0);
                // "GPT-3 with its 175 billion": still GPT-3's.
                let theirs = now
                    && self.is(i, "its")
                    && (1..=3)
                        .any(|back| i.checked_sub(back).is_some_and(|k| self.name(k).is_some()));
                if cue & cues::OURS != 0 && !theirs && !(i == range.start && carried_in) {
                    // "its smaller sibling" is still the sibling.
                    subject_foreign.get_or_insert(false);
                    (now, by_comparison) = (false, false);
                }
                // "Mamba and its smaller siblings": both were trained so.
                let joined = (1..=4).any(|back| {
                    i.checked_sub(back).is_some_and(|k| {
                        k > range.start
                            && matches!(self.text(k), "and" | "with")
                            && self.name(k.wrapping_sub(1)).is_some()
                    })
                });
                if cue & cues::OTHERS != 0 && !joined {
                    // "the reward model, also 6.7B, saw …" goes on behind its comma.
                    let apposition = (i + 1..i + 3).any(|k| self.is(k, ","))
                        && matches!(self.text(i.wrapping_sub(1)), "the" | "its" | "our" | "a");
                    (now, by_comparison) = (true, !apposition);
                    subject_foreign.get_or_insert(true);
                }
                if let Some(name) = self.name(i).cloned() {
                    // "the original BERT-Base" beside BERT-Mini is another model.
                    let other_size = name.compared
                        && self.subject.as_ref().is_some_and(|subject| {
                            !subject.size.is_empty()
                                && !name.size.is_empty()
                                && subject.size != name.size
                        });
                    let other_version = name.compared
                        && name.version.is_empty()
                        && self.subject.as_ref().is_some_and(|subject| {
                            !subject.version.is_empty() && !subject.compared
                        });
                    let own = self.is_subject(&name) && !other_size && !other_version;
                    let end = name.at.end;
                    if own {
                        (now, by_comparison) = (false, false);
                        subject_foreign.get_or_insert(false);
                        self.mark(i..end, false);
                    } else {
                        // The size in its name, and a bracket behind it, are its own.
                        self.mark(i..end, true);
                        let before = self.text(i.wrapping_sub(1));
                        // "a 1.1B Llama model" tells of the architecture.
                        let kind_of = self.cues_in(end..end + 1) & cues::MODEL != 0
                            && matches!(before, "a" | "an" | "b" | "m" | "parameter" | "dense");
                        let tuned = self.text(i.wrapping_sub(1)).starts_with("finetun")
                            || matches!(before, "tune" | "tuning" | "train" | "training");
                        let owned = i
                            .checked_sub(1)
                            .and_then(|k| self.tokens.get(k))
                            .is_some_and(|t| t.possessive);
                        let object = kind_of
                            || tuned
                            || owned
                            || i > range.start
                                && matches!(
                                    before,
                                    "from"
                                        | "of"
                                        | "on"
                                        | "with"
                                        | "by"
                                        | "in"
                                        | "to"
                                        | "at"
                                        | "for"
                                        | "as"
                                        | "using"
                                        | "uses"
                                        | "is"
                                        | "be"
                                        | "called"
                                        | "a"
                                        | "an"
                                        | "the"
                                        | "via"
                                        | "and"
                                );
                        let goes_on = matches!(
                            self.text(end),
                            "which"
                                | "that"
                                | "whose"
                                | "("
                                | "had"
                                | "has"
                                | "was"
                                | "is"
                                | "used"
                                | "reached"
                                | "reported"
                                | "took"
                                | "needed"
                                | "saw"
                                | "needs"
                        ) || (self.is(end, ",")
                            && matches!(self.text(end + 1), "which" | "whose"))
                            || self.kind(end) == Some(Kind::Number);
                        let compared = self.cues_in(i.saturating_sub(4).max(range.start)..i)
                            & (cues::COMPARE | cues::OTHERS)
                            != 0;
                        if compared || goes_on || !object {
                            if self.is(end, "(") && object && !compared {
                                // Only the bracket is about it.
                                let close =
                                    (end..range.end).find(|k| self.is(*k, ")")).unwrap_or(end);
                                self.mark(end..close, true);
                                i = close + 1;
                                continue;
                            }
                            now = true;
                            // "RoBERTa's 3.2e21, and with more steps …" goes no further than its clause.
                            by_comparison = compared
                                || self
                                    .tokens
                                    .get(end.wrapping_sub(1))
                                    .is_some_and(|t| t.possessive);
                            subject_foreign.get_or_insert(true);
                        }
                    }
                    if now {
                        self.mark(i..end, true);
                    }
                    i = end;
                    continue;
                }
                if now {
                    self.mark(i..i + 1, true);
                }
                i += 1;
            }
            carried = subject_foreign == Some(true);
        }
    }

    /// Marks where another size of the same model is spoken of: "ELECTRA-Small trains in 4 days", "the 9B model".
    fn find_siblings(&mut self) {
        let Some(subject) = self.subject.clone() else {
            return;
        };
        let size = self
            .names
            .iter()
            .filter(|name| name.same(&subject))
            .map(|name| name.size.clone())
            .find(|size| !size.is_empty());
        let Some(size) = size else { return };
        for s in 0..self.sentences.len() {
            let Some(range) = self.sentences.get(s).cloned() else {
                break;
            };
            let mut now = false;
            let mut i = range.start;
            while i < range.end {
                let text = self.text(i);
                let mut end = i + 1;
                if matches!(text, ";" | "we" | "our") {
                    now = false;
                }
                let name = self
                    .name(i)
                    .filter(|name| name.at.start == i && name.same(&subject))
                    .map(|name| (name.size.clone(), name.at.end));
                let tag = name.or_else(|| {
                    let to = self.size_at(i)?;
                    (self.name(i).is_none() && self.cues_in(to..to + 1) & cues::MODEL != 0)
                        .then(|| (format!("{}{}", self.text(i), self.text(i + 1)), to))
                });
                if let Some((tag, to)) = tag
                    && !tag.is_empty()
                {
                    now = tag != size;
                    end = to;
                }
                if now {
                    for k in i..end {
                        if let Some(slot) = self.sibling.get_mut(k) {
                            *slot = true;
                        }
                    }
                }
                i = end;
            }
        }
    }

    /// Whether another size of the passage's model is spoken of.
    pub(crate) fn is_sibling(&self, i: usize) -> bool {
        self.sibling.get(i).copied().unwrap_or(false)
    }

    fn name_follows(&self, i: usize) -> bool {
        (i..i + 2).any(|k| self.name(k).is_some())
    }

    fn mark(&mut self, range: Range<usize>, foreign: bool) {
        for k in range {
            if let Some(slot) = self.foreign.get_mut(k) {
                *slot = foreign;
            }
        }
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

/// Families of models; a name outside this list is known by its form ("Foo-7B").
static FAMILIES: &[&str] = &[
    "gpt",
    "llama",
    "palm",
    "gopher",
    "chinchilla",
    "megatron",
    "turing",
    "lamda",
    "glam",
    "bert",
    "roberta",
    "t",
    "mt",
    "meena",
    "qwen",
    "deepseek",
    "mixtral",
    "mistral",
    "falcon",
    "bloom",
    "opt",
    "gemini",
    "gemma",
    "claude",
    "grok",
    "yi",
    "baichuan",
    "internlm",
    "phi",
    "olmo",
    "olmoe",
    "mpt",
    "stablelm",
    "pythia",
    "dbrx",
    "jamba",
    "nemotron",
    "minimax",
    "kimi",
    "glm",
    "chatglm",
    "ernie",
    "hunyuan",
    "pangu",
    "doubao",
    "vit",
    "clip",
    "resnet",
    "vgg",
    "alexnet",
    "dall",
    "imagen",
    "parti",
    "whisper",
    "wav",
    "hubert",
    "alphafold",
    "alphago",
    "alphazero",
    "alphastar",
    "alphacode",
    "alphageometry",
    "muzero",
    "esm",
    "esmfold",
    "flamingo",
    "galactica",
    "codex",
    "starcoder",
    "santacoder",
    "switch",
    "gshard",
    "swin",
    "convnext",
    "efficientnet",
    "dino",
    "dinov",
    "sora",
    "inception",
    "googlenet",
    "xlnet",
    "electra",
    "albert",
    "deberta",
    "rwkv",
    "mamba",
    "aya",
    "exaone",
    "solar",
    "arctic",
    "granite",
    "smollm",
    "openllama",
    "vicuna",
    "alpaca",
    "koala",
    "guanaco",
    "dolly",
    "minerva",
    "flan",
    "ul",
    "bart",
    "pegasus",
    "elmo",
    "ulmfit",
    "xlm",
    "nllb",
    "bloomz",
    "bloomberggpt",
    "instructgpt",
    "chatgpt",
    "tinyllama",
    "codellama",
    "codegen",
    "ctrl",
    "retro",
    "gato",
    "florence",
    "coca",
    "align",
    "basic",
    "sam",
    "wizardlm",
    "zephyr",
    "reka",
    "inflection",
    "command",
    "o",
    "r",
    "mimo",
    "skywork",
    "longcat",
    "apertus",
    "luminous",
    "jurassic",
    "evo",
    "graphcast",
    "gencast",
    "pixart",
    "flux",
    "stable",
    "sdxl",
    "xgen",
    "persimmon",
    "fuyu",
    "redpajama",
    "gptj",
    "neox",
    "dalle",
    "cogview",
    "cogvideo",
    "nova",
    "step",
    "seed",
    "ling",
    "ring",
    "dqn",
    "openai",
    "hyperclova",
    "kanana",
    "amber",
    "k",
    "mobilenet",
    "seamless",
    "musicgen",
    "audiolm",
    "voxtral",
    "pixtral",
    "ministral",
    "magistral",
    "codestral",
    "devstral",
    "moshi",
    "canary",
    "parakeet",
    "molmo",
    "tulu",
    "tülu",
    "openthinker",
    "sky",
    "s",
    "helium",
    "eurollm",
    "salamandra",
    "teuken",
    "velvet",
    "minerva",
    "viking",
    "poro",
];

/// Families above that are also words or letters: a name only with a size or version behind them, or in capitals.
static WORDS: &[&str] = &[
    "t",
    "o",
    "r",
    "k",
    "s",
    "mt",
    "switch",
    "basic",
    "align",
    "command",
    "step",
    "seed",
    "ring",
    "sky",
    "nova",
    "stable",
    "solar",
    "opt",
    "turing",
    "openai",
    "flux",
    "inception",
    "retro",
];

/// Capitalised words that numbers follow and that are no models.
static NEVER: &[&str] = &[
    "gpu",
    "tpu",
    "gpus",
    "tpus",
    "table",
    "figure",
    "fig",
    "section",
    "adam",
    "flop",
    "flops",
    "mfu",
    "hfu",
    "top",
    "cuda",
    "version",
    "llm",
    "moe",
    "appendix",
    "tier",
    "stage",
    "phase",
    "co2",
    "batch",
    "bf16",
    "fp16",
    "fp8",
    "fp32",
    "tf32",
    "int8",
    "int4",
    "i",
    "c4",
    "mmlu",
    "imagenet",
    "layers",
    "epoch",
    "epochs",
    "chapter",
    "lm",
    "nvlink",
    "nvidia",
    "nvidia's",
    "aws",
    "azure",
    "google",
    "meta",
    "microsoft",
    "intel",
    "amd",
    "equation",
    "eq",
    "jft",
    "laion",
    "zero",
    "lora",
    "superglue",
    "glue",
    "squad",
    "wikitext",
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
    "step",
    "steps",
    "openai",
    "iteration",
    "no",
    "day",
    "dgx",
    "hgx",
    "the",
    "openwebtext",
    "bookcorpus",
    "commoncrawl",
    "adamw",
    "infiniband",
    "deepspeed",
    "pytorch",
    "github",
    "webtext",
];

/// Words for sizes in models' names.
static SIZES: &[&str] = &[
    "base", "large", "small", "xl", "xxl", "nano", "mini", "medium", "tiny", "huge", "scout",
    "maverick", "behemoth",
];

/// Capitalised words that begin a clause and no name.
static FIRST_WORDS: &[&str] = &[
    "the",
    "a",
    "our",
    "with",
    "for",
    "and",
    "total",
    "training",
    "params",
    "parameters",
];

/// Second words of models' names.
static SECOND_NAMES: &[&str] = &[
    "nlg",
    "ultra",
    "coder",
    "chat",
    "instruct",
    "base",
    "large",
    "small",
    "xl",
    "turing",
    "diffusion",
    "nano",
    "pro",
    "flash",
    "opus",
    "sonnet",
    "haiku",
    "zero",
    "lee",
    "master",
    "scout",
    "maverick",
    "behemoth",
    "neo",
    "next",
    "thinking",
    "lite",
    "mini",
    "medium",
    "max",
    "plus",
    "turbo",
];
