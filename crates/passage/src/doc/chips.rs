//! Accelerators named in the passage, as papers write them.

use super::{Chip, Doc};
use crate::token::{Kind, Token};
use compute_core::catalog::Catalog;
use compute_core::quantity::Names;
use std::ops::Range;

impl Doc<'_> {
    pub(super) fn find_chips(&mut self, catalog: &Catalog) {
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
    pub(super) fn chip_from(&self, i: usize, catalog: &Catalog) -> Option<Chip> {
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
                // Other rows may have "V100 GPU" or "TPU v3 core" as a name; the noun is not part of ours, and cores are
                // counted as halves of a chip.
                Kind::Word
                    if matches!(
                        token.text.as_str(),
                        "gpu" | "gpus" | "chips" | "cards" | "accelerators" | "core" | "cores"
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
        // "a v3-512 Cloud TPU", "a v4-128 slice"
        if matches!(
            first.text.as_str(),
            "v2" | "v3" | "v4" | "v5e" | "v5p" | "v6e"
        ) && self.is(i + 1, "-")
            && self.glued(i + 1)
            && self.glued(i + 2)
            && self.kind(i + 2) == Some(Kind::Number)
            && self.tpu
        {
            let name = format!("TPU {}", first.text);
            found = catalog
                .find(&name)
                .map(|index| (i + 1, name, index))
                .or(found);
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

    pub(super) fn may_begin_chip(&self, i: usize, first: &Token) -> bool {
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
    pub(super) fn memory_beside(&self, from: usize, end: usize) -> Option<(u64, Range<usize>)> {
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
                    | "nodes"
                    | "servers"
            ) {
                k += 1;
            }
        }
        // "DGX-A100 (8×40G)": eight, of 40 GB each.
        if self.is(k.wrapping_sub(1), "(")
            && self.kind(k) == Some(Kind::Number)
            && self.is(k + 1, "×")
        {
            k += 2;
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

    pub(super) fn machine_before(&self, i: usize) -> bool {
        let before = |k: usize| i.checked_sub(k).map_or("", |k| self.text(k));
        matches!(before(1), "dgx" | "hgx")
            || (before(1) == "-" && matches!(before(2), "dgx" | "hgx"))
    }

    /// Whether a short or common name is shown to be a chip by its neighbours.
    pub(super) fn is_evident(&self, i: usize, chip: &Chip) -> bool {
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
}
