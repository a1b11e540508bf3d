//! Rows of work added up: a graph's, a branch's, a pass of a loop.

use std::collections::{BTreeMap, HashMap};

use crate::limits;
use crate::operator::{Cost, Weight};
use crate::shape::{Causes, add_causes};

/// Work of the operators that share a path and a kind.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Row {
    pub(crate) repeat: u64,
    pub(crate) flop: u128,
    pub(crate) masked: u128,
    /// Formulas with how often each occurs.
    pub(crate) formulas: Vec<(String, u64)>,
    /// Further formulas that are summed but not printed.
    pub(crate) more: bool,
    /// Stored matrices by tensor, inputs and outputs: how many, and the positions that pass through each.
    pub(crate) weights: BTreeMap<(u64, u64, u64), (u64, u64)>,
}

/// A product whose shapes are not known.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Missing {
    pub(crate) op: String,
    pub(crate) causes: Causes,
    pub(crate) occurrences: u64,
}

/// A path and a kind.
pub(crate) type Key = (u32, &'static str);

/// A sum of rows.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Tally {
    pub(crate) rows: Vec<(Key, Row)>,
    index: HashMap<Key, usize>,
    pub(crate) flop: u128,
    /// Operators without an entry: how often, and whether they can hold products.
    pub(crate) unknown: BTreeMap<String, (u64, bool)>,
    pub(crate) missing: Vec<Missing>,
    /// Origins that are asked for whatever the products say.
    pub(crate) asked: Causes,
}

/// A sum that passed its type.
pub(crate) struct Overflow;

impl Tally {
    fn row(&mut self, key: Key) -> &mut Row {
        let key = if self.index.contains_key(&key) || self.rows.len() < limits::GROUPS {
            key
        } else {
            (0, "other")
        };
        let next = self.rows.len();
        let at = *self.index.entry(key).or_insert(next);
        if at == next {
            self.rows.push((key, Row::default()));
        }
        // `at` is the place of a row that stands there.
        let last = self.rows.len() - 1;
        &mut self.rows[at.min(last)].1
    }

    /// Adds one operator's work.
    pub(crate) fn add(&mut self, key: Key, cost: Cost) -> Result<(), Overflow> {
        self.flop = self.flop.checked_add(cost.flop).ok_or(Overflow)?;
        if cost.flop == 0 {
            return Ok(());
        }
        let row = self.row(key);
        row.repeat = row.repeat.saturating_add(1);
        row.flop = row.flop.checked_add(cost.flop).ok_or(Overflow)?;
        row.masked = row.masked.saturating_add(cost.masked);
        row.formula(cost.formula, 1);
        Ok(())
    }

    /// Adds the matrices of one operator's work.
    pub(crate) fn add_weights(&mut self, key: Key, weights: &[Weight]) {
        let row = self.row(key);
        for weight in weights {
            row.weight(
                (weight.origin, weight.inputs, weight.outputs),
                weight.count,
                weight.positions,
            );
        }
    }

    /// Takes the pairs that a causal mask hides out of every row.
    pub(crate) fn leave_masked_out(&mut self) {
        for (_, row) in &mut self.rows {
            let hidden = std::mem::take(&mut row.masked).min(row.flop);
            row.flop -= hidden;
            self.flop = self.flop.saturating_sub(hidden);
        }
    }

    pub(crate) fn unknown(&mut self, what: String, matters: bool) {
        if self.unknown.len() >= limits::UNKNOWN && !self.unknown.contains_key(&what) {
            return;
        }
        let entry = self.unknown.entry(what).or_default();
        entry.0 = entry.0.saturating_add(1);
        entry.1 |= matters;
    }

    pub(crate) fn miss(&mut self, op: &str, causes: Causes) {
        if let Some(same) = self
            .missing
            .iter_mut()
            .find(|m| m.op == op && m.causes == causes)
        {
            same.occurrences = same.occurrences.saturating_add(1);
        } else if self.missing.len() < limits::UNKNOWN {
            self.missing.push(Missing {
                op: op.to_owned(),
                causes,
                occurrences: 1,
            });
        }
    }

    /// Adds another sum `times` over.
    pub(crate) fn absorb(&mut self, other: &Self, times: u64) -> Result<(), Overflow> {
        let wide = u128::from(times);
        let more = other.flop.checked_mul(wide).ok_or(Overflow)?;
        self.flop = self.flop.checked_add(more).ok_or(Overflow)?;
        for (key, from) in &other.rows {
            let row = self.row(*key);
            row.repeat = row.repeat.saturating_add(from.repeat.saturating_mul(times));
            let flop = from.flop.checked_mul(wide).ok_or(Overflow)?;
            row.flop = row.flop.checked_add(flop).ok_or(Overflow)?;
            row.masked = row.masked.saturating_add(from.masked.saturating_mul(wide));
            row.more |= from.more;
            for (text, count) in &from.formulas {
                row.formula(text.clone(), count.saturating_mul(times));
            }
            for (key, (count, positions)) in &from.weights {
                row.weight(*key, *count, positions.saturating_mul(times));
            }
        }
        self.absorb_open(other);
        Ok(())
    }

    /// Takes over what another sum leaves open, and none of its work.
    pub(crate) fn absorb_open(&mut self, other: &Self) {
        for (what, (count, matters)) in &other.unknown {
            if self.unknown.len() >= limits::UNKNOWN && !self.unknown.contains_key(what) {
                continue;
            }
            let entry = self.unknown.entry(what.clone()).or_default();
            entry.0 = entry.0.saturating_add(*count);
            entry.1 |= matters;
        }
        for missing in &other.missing {
            self.miss(&missing.op, missing.causes.clone());
        }
        add_causes(&mut self.asked, &other.asked);
    }
}

impl Row {
    fn weight(&mut self, key: (u64, u64, u64), count: u64, positions: u64) {
        let own = self.weights.entry(key).or_default();
        own.0 = own.0.max(count);
        own.1 = own.1.saturating_add(positions);
    }

    fn formula(&mut self, text: String, times: u64) {
        if let Some((_, count)) = self.formulas.iter_mut().find(|(t, _)| *t == text) {
            *count = count.saturating_add(times);
        } else if self.formulas.len() < limits::FORMULAS {
            self.formulas.push((text, times));
        } else {
            self.more = true;
        }
    }
}
