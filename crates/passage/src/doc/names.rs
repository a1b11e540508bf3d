//! Models named in the passage, and whose figures are told.

use super::{Doc, Name};
use crate::cues;
use crate::token::Kind;
use std::ops::Range;

impl Doc<'_> {
    /// How many sizes of the passage's model are named.
    pub(crate) fn sizes(&self) -> usize {
        let mut sizes: Vec<String> = Vec::new();
        for i in 0..self.tokens.len() {
            let size = self
                .size_at(i)
                .filter(|_| matches!(self.text(i + 1), "b" | "m"));
            let named = self.name(i).is_some_and(|name| self.is_subject(name))
                || self.cues_in(i + 2..i + 3) & cues::MODEL != 0
                || self.in_table(i)
                || self.kind(i + 2) == Some(Kind::Number);
            let text = format!("{}{}", self.text(i), self.text(i + 1));
            if size.is_some() && named && !sizes.contains(&text) && sizes.len() < 9 {
                sizes.push(text);
            }
        }
        sizes.len()
    }

    pub(super) fn in_table(&self, i: usize) -> bool {
        self.header(i).is_some()
    }

    pub(super) fn find_names(&mut self) {
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

    pub(super) fn name_from(&self, i: usize) -> Option<Name> {
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
                // "AS-4124GO" is a machine.
                && !(self.glued(i + 3)
                    && self.size_at(i + 2).is_none()
                    && self.tokens.get(i + 3).is_some_and(|t| {
                        t.kind == Kind::Word && t.capital && t.text.len() >= 2
                    }))
                || self.tokens.get(i + 2).is_some_and(|t| {
                    t.capital
                        && (t.text.len() <= 3 && t.text != "ai"
                            || self.size_at(i + 3).is_some()
                            || self.text(i + 3).strip_prefix('v').is_some_and(|rest| {
                                compute_core::quantity::parse_f64(rest).is_some()
                            }) && self.size_at(i + 4).is_some())
                }))
            && (first.capital || first.camel);
        // "Marin 8B began", not "All 8B models".
        let opens = self.starts_sentence(i)
            && (self.cues.get(i).copied().unwrap_or(0) != 0
                || !self.is(i + 2, "b")
                || cues::STOPS.contains(&first.text.as_str())
                || first.text.ends_with("ing")
                || matches!(
                    first.text.as_str(),
                    "these"
                        | "those"
                        | "every"
                        | "most"
                        | "even"
                        | "whole"
                        | "since"
                        | "larger"
                        | "smaller"
                        | "many"
                        | "another"
                        | "other"
                ));
        let sized =
            first.capital && !opens && self.size_at(i + 1).is_some() && first.text.len() > 1;
        // "DeepSeek says": the company.
        let company = matches!(
            first.text.as_str(),
            "deepseek" | "mistral" | "minimax" | "reka" | "inflection" | "baichuan" | "stability"
        ) && (first.possessive
            || matches!(
                self.text(i + 1),
                "says"
                    | "said"
                    | "claims"
                    | "claimed"
                    | "announced"
                    | "reports"
                    | "reported"
                    | "writes"
                    | "wrote"
                    | "puts"
                    | "trained"
                    | "released"
                    | "published"
                    | "ai"
            ));
        if company {
            return None;
        }
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
                || (camel
                    && (self.camel_name(i)
                        || self.size_at(i + 1).is_some()
                        || (self.is(i + 1, "(") && self.size_at(i + 2).is_some()))))
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
                // "SEA-LION v1 7B"
                Kind::Word
                    if token.space
                        && version.is_empty()
                        && self.size_at(next + 1).is_some()
                        && token.text.strip_prefix('v').is_some_and(|rest| {
                            compute_core::quantity::parse_f64(rest).is_some()
                        }) =>
                {
                    version.push_str(token.text.get(1..).unwrap_or(""));
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
    pub(super) fn camel_name(&self, i: usize) -> bool {
        // A company's name stands in the possessive, a model's before a verb.
        let next = self.text(i + 1);
        if next == "," && self.is(i + 2, "also") {
            return true;
        }
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

    pub(super) fn starts_sentence(&self, i: usize) -> bool {
        self.sentence(i).start == i
    }

    /// Whether the number counts what stands behind it ("Gopher 300 billion tokens" is no version 300).
    pub(super) fn counts_behind(&self, i: usize) -> bool {
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
    pub(super) fn find_foreign(&mut self) {
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
            // "Base: Llama-3.1-8B (15T tokens)": whose weights it started from.
            let parent = matches!(self.text(range.start), "base" | "teacher" | "parent")
                && (range.start + 1..range.start + 3).any(|k| self.is(k, ":"));
            // "*Base model trained by Meta on 15T tokens"
            let parent = parent
                || (range.start..range.start + 3).any(|k| {
                    self.is(k, "base") && self.is(k + 1, "model") && {
                        (k + 2..range.end).any(|n| {
                            self.is(n, "by") && self.tokens.get(n + 1).is_some_and(|t| t.capital)
                        })
                    }
                });
            if first_person || parent {
                self.mark(range.clone(), true);
                carried |= first_person;
                continue;
            }
            // "I trained one on my 4090. Meanwhile they used 25,000."
            let they = carried && (range.start..range.start + 3).any(|k| self.is(k, "they"));
            // "StabilityAI's own run needed 200,000 hours"
            let own_run = self
                .tokens
                .get(range.start)
                .is_some_and(|t| t.possessive && t.capital)
                && self.is(range.start + 1, "own")
                && matches!(
                    self.text(range.start + 2),
                    "run" | "runs" | "training" | "model" | "version" | "attempt"
                );
            if they || own_run {
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
                        && brackets.is_empty()
                        && !self.apposition(i)
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
                // "a rival newsletter says": no other model.
                let source = matches!(
                    self.text(i + 1),
                    "newsletter"
                        | "report"
                        | "analyst"
                        | "analysts"
                        | "estimate"
                        | "paper"
                        | "source"
                );
                if cue & cues::OTHERS != 0 && !joined && !source {
                    // "the reward model, also 6.7B, saw …" goes on behind its comma.
                    let apposition = (i + 1..i + 3).any(|k| self.is(k, ","))
                        && matches!(self.text(i.wrapping_sub(1)), "the" | "its" | "our" | "a");
                    // "All ablations use a 1.3B model, 1,500 GPU-hours each": the whole sentence.
                    // "training the teacher itself took 22,016 hours, 625k iterations"
                    let subject = i <= range.start + 2
                        || (i + 1..i + 3).any(|k| {
                            matches!(self.text(k), "took" | "needed" | "used" | "ran" | "itself")
                        });
                    (now, by_comparison) = (true, !apposition && !subject);
                    subject_foreign.get_or_insert(true);
                }
                // "Llama 3.1 8B, which Meta pre-trained on 15T tokens, tuned by us": up to the comma it is Meta's work.
                let actor = matches!(self.text(i), "which" | "that")
                    && self.tokens.get(i + 1).is_some_and(|t| t.capital)
                    && self.name(i + 1).is_none()
                    && self.cues_in(i + 2..i + 4) & cues::TRAIN != 0;
                if actor {
                    (now, by_comparison) = (true, true);
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
                            || matches!(
                                before,
                                "tune" | "tuning" | "train" | "training" | "pruning" | "distilling"
                            );
                        let owned = i
                            .checked_sub(1)
                            .and_then(|k| self.tokens.get(k))
                            .is_some_and(|t| t.possessive);
                        // "fine-tuned from a RoPE-extended Qwen2.5-Math-7B"
                        let from = (2..=5)
                            .take_while(|n| {
                                i.checked_sub(n - 1).is_some_and(|k| {
                                    k > range.start
                                        && (self.kind(k) == Some(Kind::Word) || self.is(k, "-"))
                                        && (!cues::STOPS.contains(&self.text(k))
                                            || matches!(self.text(k), "a" | "an" | "the"))
                                })
                            })
                            .any(|n| {
                                i.checked_sub(n)
                                    .is_some_and(|k| k >= range.start && self.is(k, "from"))
                            });
                        // "is a 13B mT5-XXL fine-tuned with 25M samples"
                        let made_of = matches!(
                            self.text(end),
                            "finetuned" | "trained" | "pretrained" | "continued"
                        ) && (range.start..i)
                            .any(|k| self.is(k, "is") && (self.is(k + 1, "a") || k + 1 == i));
                        let object = kind_of
                            || made_of
                            || from
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
                        // "following the BERT-large architecture (24 layers, 355M parameters)": what it takes over is its own.
                        let taken_over = matches!(
                            self.text(end),
                            "architecture"
                                | "architectures"
                                | "design"
                                | "configuration"
                                | "layout"
                        );
                        let compared = !taken_over
                            && self.cues_in(i.saturating_sub(4).max(range.start)..i)
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
                            // "By comparison Llama 3.1, published in July, took 54 days": to the sentence's end.
                            let whole = self.is(range.start + 1, "comparison");
                            by_comparison = compared && !whole
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
    pub(super) fn find_siblings(&mut self) {
        let Some(subject) = self.subject.clone() else {
            return;
        };
        let size = self
            .names
            .iter()
            .filter(|name| {
                name.same(&subject) && self.cues_in(self.clause(name.at.start)) & cues::CONTEST == 0
            })
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
                    // "the 7B variant", "the 151M took 2 days"
                    let verb = self.is(i.wrapping_sub(1), "the")
                        && matches!(
                            self.text(to),
                            "took" | "needed" | "used" | "saw" | "had" | "needs" | "takes"
                        );
                    (self.name(i).is_none()
                        && (verb || self.cues_in(to..to + 1) & cues::MODEL != 0))
                        .then(|| (format!("{}{}", self.text(i), self.text(i + 1)), to))
                });
                // "Base took 9.5 hours": a size that stands for its model.
                let word = self.tokens.get(i).filter(|t| {
                    t.capital
                        && SIZES.contains(&t.text.as_str())
                        && SIZES.contains(&size.as_str())
                        && self.name(i).is_none()
                });
                let tag = tag.or_else(|| word.map(|t| (t.text.clone(), i + 1)));
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

    /// Whether entries of a list are models: "GPT-1: 117M, a month; GPT-2: 1.5B", "1. Falcon3-10B 43.1; 2. Qwen2.5-7B 42.0".
    pub(crate) fn lists_models(&self) -> bool {
        let mut entries: Vec<&Name> = Vec::new();
        for segment in &self.segments {
            // The number of an entry.
            let from = (segment.start..segment.end)
                .find(|k| {
                    self.kind(*k) != Some(Kind::Number)
                        && !matches!(self.text(*k), "." | ")" | "#" | "-")
                })
                .unwrap_or(segment.start);
            let Some(name) = self.name(from).filter(|name| name.at.start == from) else {
                continue;
            };
            let colon = self.is(name.at.end, ":");
            let numbered = from > segment.start;
            let new = !entries
                .iter()
                .any(|known| known.family == name.family && known.version == name.version);
            if new && (colon || numbered) && entries.len() < 9 {
                entries.push(name);
            }
        }
        entries.len() >= 2
    }

    /// Marks what is told of an older version: "v1 had needed 80 days; v2 has the same parameters".
    pub(super) fn find_versions(&mut self) {
        let version = |text: &str| -> Option<f64> {
            text.strip_prefix('v')
                .and_then(compute_core::quantity::parse_f64)
                .filter(|v| *v < 100.0)
        };
        let versions: Vec<Option<f64>> = self
            .tokens
            .iter()
            .enumerate()
            .map(|(i, t)| {
                let own = t.kind == Kind::Word
                    && self.chip(i).is_none()
                    && self.name(i).is_none()
                    && !matches!(self.text(i.wrapping_sub(1)), "tpu" | "-" | "mlperf");
                version(&t.text).filter(|_| own)
            })
            .collect();
        let newest = versions.iter().flatten().copied().fold(0.0, f64::max);
        for s in 0..self.segments.len() {
            let Some(range) = self.segments.get(s).cloned() else {
                break;
            };
            let mut older = false;
            for k in range {
                // "v1 had needed", not "the parameters of v1".
                let object = matches!(
                    self.text(k.wrapping_sub(1)),
                    "of" | "than" | "like" | "from" | "for" | "in" | "to" | "with"
                );
                if let Some(version) = versions.get(k).copied().flatten()
                    && !object
                {
                    older = version < newest;
                }
                if older {
                    self.mark(k..k + 1, true);
                }
            }
        }
    }

    /// "The base of comparison, Llama 3.1 70B, took …": the comma behind the name ends no comparison.
    fn apposition(&self, comma: usize) -> bool {
        comma
            .checked_sub(1)
            .and_then(|k| self.name(k))
            .and_then(|name| name.at.start.checked_sub(1))
            .is_some_and(|k| self.is(k, ","))
    }

    pub(super) fn name_follows(&self, i: usize) -> bool {
        (i..i + 2).any(|k| self.name(k).is_some())
    }

    pub(super) fn mark(&mut self, range: Range<usize>, foreign: bool) {
        for k in range {
            if let Some(slot) = self.foreign.get_mut(k) {
                *slot = foreign;
            }
        }
    }
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
