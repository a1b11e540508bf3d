//! Markdown and LaTeX tables: the header cell above each number.

use super::Doc;
use crate::cues;
use crate::token::Kind;
use std::ops::Range;

impl Doc<'_> {
    /// Tables of three columns and more, with a header line; of two columns the first is the label.
    pub(super) fn find_tables(&mut self) {
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
}
