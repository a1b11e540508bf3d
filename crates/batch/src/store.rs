//! Rows kept in little room, to be ordered by any column and shown a page at a time.
//!
//! A million rows as [`Row`]s would be a gigabyte. Kept are the cells that are read, in blocks of text, and the numbers that
//! rows are ordered by; a row that is shown is read again, which gives the same row.

use compute_core::catalog::Catalog;
use compute_core::estimate::Headline;
use compute_core::problem::Severity;

use crate::batch::{Batch, Notice};
use crate::columns::{Column, Reads};
use crate::csv::{Oddity, Record};
use crate::row::Row;
use crate::write;

/// What rows are ordered by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// As in the file.
    Line,
    /// By name, without regard to case.
    Name,
    /// By counting.
    Counting,
    /// By accelerator time.
    Hardware,
    /// By the total.
    Total,
    /// By counting over accelerator time.
    Ratio,
    /// By implied utilization.
    Implied,
    /// By verdict, from agreement to the impossible.
    Verdict,
    /// By the number of thresholds passed.
    Thresholds,
    /// By the published figure.
    Published,
    /// By the total over the published figure.
    OverPublished,
    /// By the worst message, and the number of messages.
    Problems,
}

impl Order {
    /// Every order.
    pub const ALL: [Order; 12] = [
        Order::Line,
        Order::Name,
        Order::Counting,
        Order::Hardware,
        Order::Total,
        Order::Ratio,
        Order::Implied,
        Order::Verdict,
        Order::Thresholds,
        Order::Published,
        Order::OverPublished,
        Order::Problems,
    ];

    /// Its permanent word.
    pub fn id(self) -> &'static str {
        match self {
            Order::Line => "line",
            Order::Name => "name",
            Order::Counting => "counting",
            Order::Hardware => "hardware",
            Order::Total => "total",
            Order::Ratio => "ratio",
            Order::Implied => "implied",
            Order::Verdict => "verdict",
            Order::Thresholds => "thresholds",
            Order::Published => "published",
            Order::OverPublished => "over-published",
            Order::Problems => "problems",
        }
    }

    /// The order of that word.
    pub fn from_id(id: &str) -> Option<Order> {
        Order::ALL.into_iter().find(|order| order.id() == id)
    }

    /// The number of a row by which it is ordered; not a number where the row has none, which puts it last.
    fn key(self, row: &Row) -> f64 {
        let number = match self {
            Order::Line | Order::Name => None,
            Order::Counting => row.counting.map(|figure| figure.value),
            Order::Hardware => row.hardware.map(|figure| figure.value),
            Order::Total => row.flop.map(|figure| figure.value),
            Order::Ratio => row.ratio,
            Order::Implied => row.implied_utilization,
            Order::Verdict => row.verdict.and_then(|verdict| {
                let all = ["agree", "differ", "disagree", "implausible", "impossible"];
                all.iter()
                    .position(|known| *known == verdict)
                    .map(|at| at as f64)
            }),
            Order::Thresholds => Some(row.thresholds.len() as f64),
            Order::Published => row.published,
            Order::OverPublished => row.over_published(),
            Order::Problems => row.worst().map(|worst| {
                let worst = match worst {
                    Severity::Error => 2e6,
                    Severity::Warning => 1e6,
                    Severity::Note => 0.0,
                };
                worst + row.problems.len() as f64
            }),
        };
        number.unwrap_or(f64::NAN)
    }

    /// Orders that have a number a row, and so a list of their own in the store.
    fn list(self) -> Option<usize> {
        (self as usize).checked_sub(2)
    }
}

const LISTS: usize = Order::ALL.len() - 2;

/// What was read, in numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Rows.
    pub rows: usize,
    /// Rows with a figure.
    pub estimated: usize,
    /// Rows with an error.
    pub errors: usize,
    /// Rows with a warning and no error.
    pub warnings: usize,
    /// Rows by counting, by accelerator time, and by both mixed.
    pub by: [usize; 3],
    /// Rows with a figure and a published one.
    pub published: usize,
    /// Those of them that differ more than three times.
    pub apart: usize,
}

/// Where the cells of a row are.
struct Kept {
    block: u32,
    from: u32,
    to: u32,
    line: u32,
    /// Number of cells in the file, and what was odd: both are told again when the row is shown.
    cells: u32,
    oddity: Option<Oddity>,
}

/// Text of a block before the next one is begun; a text that grew without end would be copied again and again.
const BLOCK: usize = 1 << 20;
/// Stands between kept cells; in a cell it is dropped.
const BETWEEN: char = '\u{1f}';

/// A file being read, and its rows.
pub struct Store<'a> {
    batch: Batch<'a>,
    blocks: Vec<String>,
    kept: Vec<Kept>,
    keys: [Vec<f64>; LISTS],
    tally: Tally,
    order: Vec<u32>,
    /// How `order` stands; `None` after new rows.
    ordered: Option<(Order, bool)>,
    /// Places of the columns that are read.
    read: Vec<usize>,
}

impl<'a> Store<'a> {
    /// Of a file that `today`, an ISO date, is read; see [`Batch::on`].
    pub fn new(catalog: &'a Catalog, today: &str) -> Store<'a> {
        Store {
            batch: Batch::new(catalog).on(today),
            blocks: Vec::new(),
            kept: Vec::new(),
            keys: Default::default(),
            tally: Tally::default(),
            order: Vec::new(),
            ordered: None,
            read: Vec::new(),
        }
    }

    /// Reads a piece of the file, and appends its rows as CSV to `out`; `base` as in [`write::row`].
    pub fn push(&mut self, chunk: &str, base: &str, out: &mut String) {
        self.take(base, out, |batch, each| batch.feed(chunk, each));
    }

    /// The end of the file.
    pub fn finish(&mut self, base: &str, out: &mut String) {
        self.take(base, out, |batch, each| batch.end(each));
    }

    fn take(
        &mut self,
        base: &str,
        out: &mut String,
        read: impl FnOnce(&mut Batch<'a>, &mut dyn FnMut(&Record, Row)),
    ) {
        let Store {
            batch,
            blocks,
            kept,
            keys,
            tally,
            read: places,
            ..
        } = self;
        let mut each = |record: &Record, columns: Option<&[usize]>, row: Row| {
            keep(blocks, kept, record, columns);
            for order in Order::ALL {
                if let Some(list) = order.list().and_then(|list| keys.get_mut(list)) {
                    list.push(order.key(&row));
                }
            }
            tally.add(&row);
            write::row(out, &row, base);
        };
        // The header may come with the same chunk as the first rows: then their records are kept whole.
        let known = (!places.is_empty()).then(|| places.clone());
        read(batch, &mut |record, row| {
            each(record, known.as_deref(), row)
        });
        if places.is_empty() {
            *places = (0..batch.columns().len())
                .filter(|at| {
                    batch
                        .columns()
                        .get(*at)
                        .is_some_and(|column| column.reads != Reads::Ignored)
                })
                .collect();
        }
        self.ordered = None;
    }

    /// What was read, in numbers.
    pub fn tally(&self) -> Tally {
        self.tally
    }

    /// The columns of the file.
    pub fn columns(&self) -> &[Column] {
        self.batch.columns()
    }

    /// The separator of the file.
    pub fn separator(&self) -> char {
        self.batch.separator()
    }

    /// Messages about the file as a whole.
    pub fn notices(&self) -> &[Notice] {
        self.batch.notices()
    }

    /// Whether nothing more will be read.
    pub fn is_done(&self) -> bool {
        self.batch.is_done()
    }

    /// Rows from a place of an order on. Rows without a value for it come last, both ways.
    pub fn rows(&mut self, by: Order, descending: bool, from: usize, count: usize) -> Vec<Row> {
        if self.ordered != Some((by, descending)) {
            self.put_in_order(by, descending);
        }
        self.order
            .iter()
            .skip(from)
            .take(count)
            .filter_map(|at| {
                let kept = self.kept.get(*at as usize)?;
                Some(self.batch.again(&self.record(kept)?))
            })
            .collect()
    }

    fn put_in_order(&mut self, by: Order, descending: bool) {
        let rows = u32::try_from(self.kept.len()).unwrap_or(u32::MAX);
        let mut order: Vec<u32> = (0..rows).collect();
        let way = |ordering: std::cmp::Ordering| {
            if descending {
                ordering.reverse()
            } else {
                ordering
            }
        };
        match (by, by.list().and_then(|list| self.keys.get(list))) {
            (_, Some(keys)) => {
                let key = |at: &u32| keys.get(*at as usize).copied().unwrap_or(f64::NAN);
                // Stable: rows that are alike stay in the order of the file.
                order.sort_by(|one, two| {
                    let (one, two) = (key(one), key(two));
                    one.is_nan()
                        .cmp(&two.is_nan())
                        .then_with(|| way(one.total_cmp(&two)))
                });
            }
            (Order::Name, _) => {
                let names: Vec<String> = self.kept.iter().map(|kept| self.name(kept)).collect();
                let name = |at: &u32| names.get(*at as usize).map_or("", String::as_str);
                order.sort_by(|one, two| {
                    let (one, two) = (name(one), name(two));
                    one.is_empty()
                        .cmp(&two.is_empty())
                        .then_with(|| way(one.cmp(two)))
                });
            }
            _ if descending => order.reverse(),
            _ => {}
        }
        self.order = order;
        self.ordered = Some((by, descending));
    }

    /// The name of a row in lower case, cut to what orders it.
    fn name(&self, kept: &Kept) -> String {
        use compute_core::field::Field;
        let Some(record) = self.record(kept) else {
            return String::new();
        };
        let mut found = "";
        for (at, column) in self.batch.columns().iter().enumerate() {
            if matches!(column.reads, Reads::Field(slot, _) if slot.field == Field::Name)
                && !record.get(at).trim().is_empty()
            {
                found = record.get(at).trim();
                break;
            }
        }
        if found.is_empty() {
            // The name may stand in a link.
            return self.batch.again(&record).name.to_lowercase();
        }
        found.to_lowercase()
    }

    /// The record of a kept row; cells of columns that are not read are empty.
    fn record(&self, kept: &Kept) -> Option<Record> {
        let text = self
            .blocks
            .get(kept.block as usize)?
            .get(kept.from as usize..kept.to as usize)?;
        Some(Record::rebuilt(
            kept.line,
            kept.oddity,
            kept.cells as usize,
            text.split(BETWEEN),
        ))
    }
}

/// Keeps the cells of a row: those of the columns that are read, the others as empty ones.
fn keep(
    blocks: &mut Vec<String>,
    kept: &mut Vec<Kept>,
    record: &Record,
    columns: Option<&[usize]>,
) {
    if blocks.last().is_none_or(|block| block.len() > BLOCK) {
        blocks.push(String::new());
    }
    let number = |value: usize| u32::try_from(value).unwrap_or(u32::MAX);
    let at = number(blocks.len().saturating_sub(1));
    let Some(block) = blocks.last_mut() else {
        return;
    };
    let from = number(block.len());
    for (cell, text) in record.cells().enumerate() {
        if cell > 0 {
            block.push(BETWEEN);
        }
        let wanted = columns.is_none_or(|columns| columns.contains(&cell));
        if wanted {
            for part in text.split(BETWEEN) {
                block.push_str(part);
            }
        } else if !text.trim().is_empty()
            && columns.is_some_and(|columns| columns.iter().all(|at| *at < cell))
        {
            // Behind the last column that is read, something must stay where something was: a row with too many cells is told.
            block.push('.');
        }
    }
    kept.push(Kept {
        block: at,
        from,
        to: number(block.len()),
        line: record.line,
        cells: number(record.len()),
        oddity: record.oddity,
    });
}

impl Tally {
    fn add(&mut self, row: &Row) {
        self.rows += 1;
        self.estimated += usize::from(row.flop.is_some());
        match row.worst() {
            Some(Severity::Error) => self.errors += 1,
            Some(Severity::Warning) => self.warnings += 1,
            _ => {}
        }
        let by = match row.headline {
            Some(Headline::Counting) => Some(0),
            Some(Headline::Hardware) => Some(1),
            Some(Headline::Mixed) => Some(2),
            None => None,
        };
        if let Some(count) = by.and_then(|by| self.by.get_mut(by)) {
            *count += 1;
        }
        if let Some(ratio) = row.over_published() {
            self.published += 1;
            self.apart += usize::from(!(1.0 / 3.0..=3.0).contains(&ratio));
        }
    }
}
