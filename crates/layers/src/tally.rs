//! Adds layers up, group by group.

use crate::cost::too_large;
use crate::{Cost, Count, CountOptions, Group, Matrix, Need, Note, Num, Refusal, Source, Unknown};

/// Most rows of a table; a model with more distinct groups is refused.
pub const MAX_GROUPS: usize = 10_000;

/// A weight matrix of the model with its place, for adapters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlacedMatrix {
    /// Path of the group it belongs to.
    pub path: String,
    /// Kind of that group: groups may share a path.
    pub kind: String,
    /// Its shape and how often it occurs in the whole model.
    pub matrix: Matrix,
}

/// A running sum of layers.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    rows: Vec<Row>,
    /// Weight matrices met so far.
    pub matrices: Vec<PlacedMatrix>,
    /// Remarks for the reader.
    pub notes: Vec<Note>,
    /// Operators without a formula.
    pub unknown: Vec<Unknown>,
    /// Inputs that must be given.
    pub needs: Vec<Need>,
    input_embedding: u128,
    frozen: u128,
    full: bool,
}

#[derive(Clone, Debug)]
struct Row {
    path: String,
    kind: &'static str,
    repeat: u64,
    cost: Cost,
    stored: u64,
}

impl Tally {
    /// Adds `repeat` layers of one cost.
    pub fn add(&mut self, path: &str, kind: &'static str, repeat: u64, cost: Cost) {
        self.add_shared(path, kind, repeat, repeat, cost);
    }

    /// Adds weights stored `stored` times and passed `repeat` times.
    pub fn add_shared(
        &mut self,
        path: &str,
        kind: &'static str,
        stored: u64,
        repeat: u64,
        cost: Cost,
    ) {
        if repeat == 0 || (cost.parameters.is_zero() && cost.flop.is_zero()) {
            return;
        }
        if let Some(row) = self
            .rows
            .iter_mut()
            .find(|r| r.kind == kind && r.path == path && r.cost == cost)
        {
            row.repeat = row.repeat.saturating_add(repeat);
            row.stored = row.stored.saturating_add(stored);
            return;
        }
        if self.rows.len() >= MAX_GROUPS {
            self.full = true;
            return;
        }
        self.rows.push(Row {
            path: path.to_string(),
            kind,
            repeat,
            cost,
            stored,
        });
    }

    /// Adds an input look-up table: parameters, no FLOP.
    pub fn embedding(&mut self, path: &str, rows: u64, width: u64) {
        self.add(path, "embedding", 1, Cost::new().weights(&[rows, width]));
        self.input_embedding = self
            .input_embedding
            .saturating_add(u128::from(rows) * u128::from(width));
    }

    /// Marks `n` parameters as an input table: looked up, not multiplied.
    pub fn input_table(&mut self, n: u128) {
        self.input_embedding = self.input_embedding.saturating_add(n);
    }

    /// Marks `n` parameters as not trained.
    pub fn freeze(&mut self, n: u128) {
        self.frozen = self.frozen.saturating_add(n);
    }

    /// Drops the work of everything added from row `from` on, keeping its parameters (a part that does not run).
    pub fn idle_from(&mut self, from: usize) {
        for row in self.rows.iter_mut().skip(from) {
            row.cost = row.cost.clone().not_run();
        }
    }

    /// Number of rows so far, a mark for `idle_from`.
    pub fn mark(&self) -> usize {
        self.rows.len()
    }

    /// Adds a remark once.
    pub fn note(&mut self, code: &'static str, message: impl Into<String>) {
        let message = message.into();
        if !self
            .notes
            .iter()
            .any(|n| n.code == code && n.message == message)
        {
            self.notes.push(Note { code, message });
        }
    }

    /// Closes the sum.
    ///
    /// # Errors
    /// `number-too-large` where a sum left 128 bits, `too-many-groups` over [`MAX_GROUPS`] rows.
    pub fn finish(
        mut self,
        source: Source,
        name: String,
        architecture: String,
        tokens: u64,
        options: &CountOptions,
    ) -> Result<(Count, Vec<PlacedMatrix>), Refusal> {
        if self.full {
            return Err(Refusal {
                code: "too-many-groups",
                message: format!(
                    "The model has more than {MAX_GROUPS} different groups of layers."
                ),
                remedy: "Split it into parts and count each.".into(),
            });
        }
        let batch = options.batch.unwrap_or(1);
        let without_masked = options.causal == Some(true);
        let mut groups = Vec::with_capacity(self.rows.len());
        let (mut parameters, mut idle, mut flop, mut masked) =
            (Num::ZERO, Num::ZERO, Num::ZERO, Num::ZERO);
        for row in &self.rows {
            let p = row.cost.parameters * row.stored;
            let full = row.cost.flop * row.repeat * batch;
            let hidden = row.cost.masked * row.repeat * batch;
            let f = if without_masked { full - hidden } else { full };
            parameters += p;
            idle += row.cost.idle * row.stored;
            flop += full;
            masked += hidden;
            for m in &row.cost.matrices {
                let count = m.count.saturating_mul(row.stored);
                if let Some(same) = self.matrices.iter_mut().find(|x| {
                    x.path == row.path
                        && x.kind == row.kind
                        && Matrix {
                            count: m.count,
                            ..x.matrix
                        } == *m
                }) {
                    same.matrix.count = same.matrix.count.saturating_add(count);
                } else {
                    self.matrices.push(PlacedMatrix {
                        path: row.path.clone(),
                        kind: row.kind.to_string(),
                        matrix: Matrix { count, ..*m },
                    });
                }
            }
            let mut formula = row.cost.formula();
            if row.stored != row.repeat {
                formula = format!(
                    "{formula}; stored {} and passed {} times",
                    row.stored, row.repeat
                );
            } else if row.repeat != 1 {
                formula = format!("{formula}; each, {} times", row.repeat);
            }
            if batch != 1 {
                formula = format!("{formula}; {batch} examples");
            }
            if without_masked && !hidden.is_zero() {
                formula.push_str("; pairs that the mask hides left out");
            }
            groups.push(Group {
                path: row.path.clone(),
                kind: row.kind.to_string(),
                repeat: row.repeat,
                parameters: p.get().ok_or_else(too_large)?,
                forward_flop: f.get().ok_or_else(too_large)?,
                formula,
            });
        }
        let get = |n: Num| n.get().ok_or_else(too_large);
        let (parameters, idle, flop, masked) =
            (get(parameters)?, get(idle)?, get(flop)?, get(masked)?);
        let causal = flop.saturating_sub(masked);
        let count = Count {
            source,
            name,
            architecture,
            parameters,
            trainable_parameters: parameters.saturating_sub(self.frozen),
            active_parameters: parameters.saturating_sub(idle),
            input_embedding_parameters: self.input_embedding,
            forward_flop: if without_masked { causal } else { flop },
            forward_flop_causal: causal,
            tokens,
            groups,
            unknown: self.unknown,
            needs: self.needs,
            notes: self.notes,
        };
        Ok((count, self.matrices))
    }
}
