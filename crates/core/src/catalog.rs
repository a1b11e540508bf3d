//! The types of the tables' rows, and the compact text they travel in. No row stands here.
//!
//! The page fetches one text (made by the tables crate from `data/*.csv`). Rows borrow from
//! it; what can be derived (a name from maker and short name, an id from a short name) is not
//! in the text and is built here. The layout of the text is described at [`Catalog::read`].

use crate::apart::apart;
use crate::quantity::Names;

/// A number format of the products. Order: as printed in menus.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Format {
    /// 64-bit floating point.
    Fp64,
    /// 32-bit floating point, outside tensor cores.
    Fp32,
    /// NVIDIA's 19-bit TensorFloat-32.
    Tf32,
    /// 16-bit IEEE floating point: the tensor peak where the row has one, else the plain one.
    Fp16,
    /// bfloat16.
    Bf16,
    /// 8-bit floating point.
    Fp8,
    /// 4-bit floating point.
    Fp4,
    /// 8-bit integer.
    Int8,
    /// 4-bit integer.
    Int4,
}

impl Format {
    /// Every format, in menu order.
    pub const ALL: [Format; 9] = [
        Format::Fp64,
        Format::Fp32,
        Format::Tf32,
        Format::Fp16,
        Format::Bf16,
        Format::Fp8,
        Format::Fp4,
        Format::Int8,
        Format::Int4,
    ];

    /// The word in links and on the page, like `bf16`.
    pub fn id(self) -> &'static str {
        match self {
            Format::Fp64 => "fp64",
            Format::Fp32 => "fp32",
            Format::Tf32 => "tf32",
            Format::Fp16 => "fp16",
            Format::Bf16 => "bf16",
            Format::Fp8 => "fp8",
            Format::Fp4 => "fp4",
            Format::Int8 => "int8",
            Format::Int4 => "int4",
        }
    }

    /// The format of that word, in any case; `None` where there is none.
    pub fn from_id(id: &str) -> Option<Format> {
        Format::ALL
            .into_iter()
            .find(|format| format.id().eq_ignore_ascii_case(id))
    }
}

/// One accelerator: dense peaks per the unit named, FLOP/s (operations per second for integers).
#[derive(Clone, Debug, PartialEq)]
pub struct Accelerator {
    /// Permanent kebab-case id.
    pub id: &'static str,
    /// Full name, with its maker.
    pub name: &'static str,
    /// Short name for fields and lists, like `H100 SXM5 80GB`.
    pub short: &'static str,
    /// Maker, like `NVIDIA`.
    pub vendor: &'static str,
    /// What one counts as: `gpu`, `board`, `chip`, `core`, `card`, `package`, …
    pub unit: &'static str,
    /// Kind: `gpu`, `tpu`, `cpu`, `asic`, …
    pub kind: &'static str,
    /// ISO date of launch, or empty.
    pub date: &'static str,
    /// `released`, `announced` or `rumoured`.
    pub status: &'static str,
    /// Peak by `Format` (index `Format as usize`); `Fp16` holds the tensor peak where there is one, else the plain one.
    pub peaks: [Option<f64>; 9],
    /// The format a training run usually uses on it (the rule: tables crate); `None`: ask.
    pub default_format: Option<Format>,
    /// Other names, as papers write them, without those that differ from the id or a name only by maker, brand or punctuation.
    pub aliases: Vec<&'static str>,
    /// Trap of its unit or name, one short sentence, or empty (board with two GPUs, cores, superchip, sparse headline).
    pub trap: &'static str,
    /// The "with sparsity" headline figure is this many times the dense peak; 0 where there is none.
    pub sparse_factor: f64,
}

impl Accelerator {
    /// Peak in a format, FLOP/s.
    pub fn peak(&self, format: Format) -> Option<f64> {
        self.peaks.get(format as usize).copied().flatten()
    }
}

/// One known model, FLOP of its training as published or estimated by the source.
#[derive(Clone, Debug, PartialEq)]
pub struct Model {
    /// Permanent kebab-case id.
    pub id: &'static str,
    /// Name.
    pub name: &'static str,
    /// ISO date of publication, or empty.
    pub date: &'static str,
    /// `language`, `vision`, …
    pub domain: &'static str,
    /// Parameters in total, where known.
    pub parameters: Option<f64>,
    /// Active parameters of a mixture, where known.
    pub active: Option<f64>,
    /// Training compute, FLOP.
    pub flop: f64,
    /// `confident`, `likely`, `speculative`, or empty.
    pub confidence: &'static str,
    /// Rows of one run share a group (id of its first row); else its own id.
    pub run: &'static str,
}

/// A worked example: a link and the figure somebody published.
#[derive(Clone, Debug, PartialEq)]
pub struct Preset {
    /// Permanent kebab-case id.
    pub id: &'static str,
    /// Name.
    pub name: &'static str,
    /// Year.
    pub year: &'static str,
    /// Group of the menu: `language`, `image`, `games`, `science`, `history`.
    pub group: &'static str,
    /// The query, without `?`.
    pub query: &'static str,
    /// Published figure, FLOP.
    pub published: Option<f64>,
    /// Who published it.
    pub published_by: &'static str,
}

/// A run whose utilization is known.
#[derive(Clone, Debug, PartialEq)]
pub struct MeasuredRun {
    /// Name of the run.
    pub run: &'static str,
    /// Accelerator id.
    pub accelerator: &'static str,
    /// Chips, where known.
    pub chips: Option<f64>,
    /// Format of the peak the share refers to.
    pub format: Option<Format>,
    /// Model FLOP utilization, fraction.
    pub mfu: Option<f64>,
    /// Hardware FLOP utilization, fraction.
    pub hfu: Option<f64>,
    /// Parameters, where known.
    pub parameters: Option<f64>,
    /// Whether it is a whole run (`true`) or a steady-state benchmark.
    pub whole_run: bool,
}

/// Which total a threshold is compared with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Count {
    /// Every phase, as typed.
    All,
    /// EU: parameter updates only.
    EuUpdate,
    /// EU: cumulative, for systemic risk.
    EuCumulative,
    /// US states: pre-training, fine-tuning, reinforcement learning, weights built upon.
    UsState,
    /// The fine-tuning phases alone.
    FineTuning,
}

/// A compute threshold of a law, guideline or proposal.
#[derive(Clone, Debug, PartialEq)]
pub struct Threshold {
    /// Permanent id.
    pub id: &'static str,
    /// Name for the table.
    pub name: &'static str,
    /// Short name for the strip, like `EU AI Act`.
    pub short: &'static str,
    /// FLOP.
    pub flop: f64,
    /// Whether the exact value is reached: `>` is `false`, `>=` is `true`.
    pub inclusive: bool,
    /// The total it is compared with.
    pub count: Count,
    /// Shown without asking for more.
    pub shown: bool,
    /// Status word: `in-force`, `not-yet`, `guidance`, `proposed`, `not-enforced`, `replaced`, `revoked`, `vetoed`.
    pub status: &'static str,
    /// ISO date from which it applies, or empty.
    pub in_force: &'static str,
    /// ISO date of the last check.
    pub as_of: &'static str,
    /// Conditions besides compute.
    pub conditions: &'static str,
    /// Source, with place.
    pub source: &'static str,
}

/// The typical accelerator of a year: median peak of named accelerators in Epoch's models of that year.
#[derive(Clone, Debug, PartialEq)]
pub struct TypicalPeak {
    /// Year of publication.
    pub year: u16,
    /// Models behind the median.
    pub models: u16,
    /// Most used accelerators, in words.
    pub most_used: &'static str,
    /// Median fp32 peak, FLOP/s.
    pub fp32: f64,
    /// Median peak of the best training format, FLOP/s.
    pub best: f64,
}

/// A cell of a table that was changed after a release.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// Table: `hardware`, `models`, `thresholds`.
    pub table: &'static str,
    /// Row id.
    pub id: &'static str,
    /// Column.
    pub column: &'static str,
    /// Value before.
    pub old: &'static str,
    /// Value after.
    pub new: &'static str,
    /// ISO date of the change.
    pub date: &'static str,
}

/// All tables.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Catalog {
    /// ISO date of the tables.
    pub date: &'static str,
    /// Accelerators.
    pub accelerators: Vec<Accelerator>,
    /// Known models, by FLOP ascending.
    pub models: Vec<Model>,
    /// Worked examples, in menu order.
    pub presets: Vec<Preset>,
    /// Thresholds, shown ones first.
    pub thresholds: Vec<Threshold>,
    /// Measured runs.
    pub runs: Vec<MeasuredRun>,
    /// Typical peaks by year.
    pub typical: Vec<TypicalPeak>,
    /// Changes of cells since the first release, append-only.
    pub changes: Vec<Change>,
    /// Explanation and source of each field, in the order of the fields (`crate::explain`).
    pub explanations: Vec<(&'static str, &'static str)>,
    /// Normalized name -> index of accelerator.
    pub(crate) names: Vec<(String, u16)>,
    /// Hash table over `names`: place plus one, 0 where free. A sort would cost 3 kB of the page.
    pub(crate) slots: Vec<u16>,
    /// Makers, normalized and as they stand in the rows.
    pub(crate) vendors: Vec<(String, &'static str)>,
}

impl Names for Catalog {
    fn find(&self, name: &str) -> Option<usize> {
        let mut key = normalize(name);
        // "V100s" are several V100; the V100S, another card, has a capital.
        if key.ends_with("v100s") && name.ends_with("100s") && name.contains('V') {
            key.pop();
        }
        self.named(&key).or_else(|| {
            apart(|| {
                let turned = memory_last(&key);
                [Some(key), turned].into_iter().flatten().find_map(|key| {
                    let stem = |ending| key.strip_suffix(ending);
                    ENDINGS
                        .into_iter()
                        .find_map(|ending| stem(ending).and_then(|key| self.named(key)))
                })
            })
        })
    }
}

/// What may stand behind a name that is known without it; the name as it stands goes first.
const ENDINGS: [&str; 10] = [
    "",
    "s",
    "gpu",
    "gpus",
    "chip",
    "chips",
    "card",
    "cards",
    "accelerator",
    "accelerators",
];

/// `80gba100` as `a10080gb`: papers write the memory first, too.
fn memory_last(key: &str) -> Option<String> {
    let digits = key.bytes().take_while(u8::is_ascii_digit).count();
    let (size, rest) = key.split_at_checked(digits)?;
    let rest = rest.strip_prefix("gb")?;
    if size.is_empty() || rest.is_empty() {
        return None;
    }
    // The memory goes before an ending: "80GB A100 GPUs".
    let end = ENDINGS
        .iter()
        .rev()
        .find_map(|ending| rest.strip_suffix(ending))
        .unwrap_or(rest);
    Some([end, size, "gb"].concat())
}

/// Why a text of tables was not read. The tables in use stay.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CatalogError {
    /// The first line is not that of the tables: another file came, or an error page of the host.
    NotTables,
    /// The text ends before its last line.
    Cut,
}

/// First words of a text of tables, and the version of its layout.
const MAGIC: &str = "training-compute-tables 1 ";

impl Catalog {
    /// Reads the compact text that the tables crate writes.
    ///
    /// First line: magic, version of the layout, ISO date. Then sections: a line `@name`, and a line
    /// for each column, cells between tabs; the last line is `@end`. A section or a further column
    /// that this version does not know is passed over, so that an old page can read newer tables.
    /// Numbers are digits with an optional exponent letter (`A` = 0, `B` = 1 …; `a` = -1, `b` = -2 …).
    ///
    /// # Errors
    /// [`CatalogError`] where the text is another file or was cut short. A cell that cannot be read counts as empty.
    pub fn read(text: &'static str) -> Result<Catalog, CatalogError> {
        let mut lines = text.split('\n');
        let date = lines
            .next()
            .and_then(|line| line.strip_prefix(MAGIC))
            .ok_or(CatalogError::NotTables)?;
        let mut catalog = Catalog {
            date,
            ..Catalog::default()
        };
        let mut name = "";
        let mut columns = Columns(Vec::new());
        for line in lines {
            let Some(next) = line.strip_prefix('@') else {
                columns.0.push(Column {
                    cells: line.split('\t'),
                    last: "",
                });
                continue;
            };
            catalog.read_section(name, &mut columns);
            columns.0.clear();
            name = next;
        }
        if name != "end" {
            return Err(CatalogError::Cut);
        }
        catalog.index_names();
        Ok(catalog)
    }

    /// These tables with each table that `newer` has in place of the own one.
    #[must_use]
    pub fn merge(mut self, newer: Catalog) -> Catalog {
        fn take<T>(own: &mut Vec<T>, newer: Vec<T>) {
            if !newer.is_empty() {
                *own = newer;
            }
        }
        self.date = newer.date;
        take(&mut self.accelerators, newer.accelerators);
        take(&mut self.models, newer.models);
        take(&mut self.presets, newer.presets);
        take(&mut self.thresholds, newer.thresholds);
        take(&mut self.runs, newer.runs);
        take(&mut self.typical, newer.typical);
        take(&mut self.changes, newer.changes);
        take(&mut self.explanations, newer.explanations);
        take(&mut self.names, newer.names);
        take(&mut self.slots, newer.slots);
        take(&mut self.vendors, newer.vendors);
        self
    }

    /// The accelerator of that normalized name, with or without its own maker in front: "NVIDIA A100"
    /// is the A100, "Google A100" is nothing.
    fn named(&self, key: &str) -> Option<usize> {
        self.lookup(key).or_else(|| {
            self.vendors.iter().find_map(|(prefix, vendor)| {
                let index = self.lookup(key.strip_prefix(prefix.as_str())?)?;
                let row = self.accelerators.get(index)?;
                (row.vendor == *vendor).then_some(index)
            })
        })
    }

    fn lookup(&self, key: &str) -> Option<usize> {
        let slot = self.slot(key)?;
        let place = usize::from(*self.slots.get(slot)?).checked_sub(1)?;
        let (_, index) = self.names.get(place)?;
        (*index != TWO_ROWS).then_some(usize::from(*index))
    }

    /// The slot of a name, or the free one where it would go; `None` while there are none.
    fn slot(&self, key: &str) -> Option<usize> {
        let mask = self.slots.len().checked_sub(1)?;
        // FNV-1a; the table is twice as large as it needs, so that the search is short.
        let hash = key.bytes().fold(0x811c_9dc5_u32, |hash, byte| {
            (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193)
        });
        let mut slot = hash as usize & mask;
        for _ in 0..=mask {
            let place = usize::from(*self.slots.get(slot)?);
            let free = place == 0;
            if free
                || self
                    .names
                    .get(place - 1)
                    .is_some_and(|(known, _)| known == key)
            {
                return Some(slot);
            }
            slot = (slot + 1) & mask;
        }
        None
    }

    /// Enters a name; one that stands for another row already stands for none.
    fn enter(&mut self, name: &str, index: u16) {
        let key = normalize(name);
        let Some(slot) = self.slot(&key) else {
            return;
        };
        let place = self.slots.get(slot).copied().unwrap_or(0);
        match usize::from(place).checked_sub(1) {
            Some(place) => {
                if let Some((_, known)) = self.names.get_mut(place)
                    && *known != index
                {
                    *known = TWO_ROWS;
                }
            }
            None => {
                self.names.push((key, index));
                let place = u16::try_from(self.names.len()).unwrap_or(0);
                if let Some(free) = self.slots.get_mut(slot) {
                    *free = place;
                }
            }
        }
    }

    fn read_section(&mut self, name: &str, columns: &mut Columns) {
        while let Some(row) = columns.row(repeated_columns(name)) {
            match name {
                "accelerators" => self.accelerators.push(accelerator(&row)),
                "models" => self.models.push(model(&row)),
                "presets" => self.presets.push(preset(&row)),
                "thresholds" => self.thresholds.push(threshold(&row)),
                "runs" => self.runs.push(measured_run(&row, &self.accelerators)),
                "typical" => self.typical.push(typical(&row)),
                "changes" => self.changes.push(change(&row)),
                "explanations" => {
                    let [text, source, ..] = row;
                    self.explanations.push((text, source));
                }
                _ => return,
            }
        }
    }

    /// Every id, name, short name and alias, without a leading maker; `GeForce` may be left out.
    /// A key that stands for two rows leads to none: the build refuses tables where a name in the data is lost so.
    fn index_names(&mut self) {
        let rows = std::mem::take(&mut self.accelerators);
        // Four names a row and a half on average; the text bounds their number.
        let names: usize = rows.iter().map(|row| 5 + row.aliases.len()).sum();
        self.slots = vec![0; (2 * names).next_power_of_two().min(1 << 16)];
        for (index, row) in rows.iter().enumerate() {
            let index = u16::try_from(index).unwrap_or(TWO_ROWS);
            let names = [row.id, row.name, row.short];
            for text in names.into_iter().chain(row.aliases.iter().copied()) {
                let text = without_vendor(text, row.vendor);
                self.enter(text, index);
                if let Some(rest) = text.strip_prefix("GeForce ") {
                    self.enter(rest, index);
                }
            }
            if !self.vendors.iter().any(|(_, known)| *known == row.vendor) {
                self.vendors.push((normalize(row.vendor), row.vendor));
            }
        }
        self.accelerators = rows;
    }
}

/// Index of a name that two rows share.
const TWO_ROWS: u16 = u16::MAX;

/// A name without its maker in front. Some stay: a Tesla M4 is no Apple M4, and "LPU" alone is no Groq chip.
pub fn without_vendor<'a>(text: &'a str, vendor: &str) -> &'a str {
    if ["Tesla", "Apple", "Groq"].contains(&vendor) {
        return text;
    }
    text.strip_prefix(vendor)
        .and_then(|rest| rest.strip_prefix(' '))
        .unwrap_or(text)
}

/// The columns of a section in which an empty cell repeats the one above and `-` is empty, as bits.
fn repeated_columns(section: &str) -> u32 {
    let columns: &[u8] = match section {
        "accelerators" => &[1, 4, 5, 6, 7, 8, 18],
        "models" => &[3, 7],
        "presets" => &[2, 3, 6],
        "thresholds" => &[9],
        "runs" => &[1, 3, 6, 7],
        _ => &[],
    };
    columns.iter().fold(0, |bits, column| bits | 1 << column)
}

/// One column of a section, read cell by cell.
struct Column {
    cells: std::str::Split<'static, char>,
    last: &'static str,
}

/// Cells of a row; those that the text does not have are empty.
type Row = [&'static str; 21];

/// The columns of a section.
struct Columns(Vec<Column>);

impl Columns {
    /// The next cell of each column; `None` at the end of the first.
    fn row(&mut self, repeated: u32) -> Option<Row> {
        let mut row = Row::default();
        let first = self.0.first_mut()?.cells.next()?;
        for (index, (cell, column)) in row.iter_mut().zip(&mut self.0).enumerate() {
            let text = if index == 0 {
                first
            } else {
                column.cells.next().unwrap_or("")
            };
            *cell = text;
            if repeated >> index & 1 == 1 {
                if !text.is_empty() {
                    column.last = if text == "-" { "" } else { text };
                }
                *cell = column.last;
            }
        }
        Some(row)
    }
}

/// A cell as a peak: a number, or `=`, `*`, `/` for the same, twice, half of another one.
fn peak(cell: &str, other: Option<f64>) -> Option<f64> {
    match cell {
        "=" => other,
        "*" => other.map(|peak| peak * 2.0),
        "/" => other.map(|peak| peak / 2.0),
        cell => number(cell),
    }
}

fn accelerator(row: &Row) -> Accelerator {
    let [short, vendor, name, id, unit, kind, date, status, ..] = *row;
    let [
        ..,
        format,
        fp32,
        fp64,
        fp16,
        bf16,
        tf32,
        fp8,
        int8,
        int4,
        fp4,
        sparse,
        aliases,
        trap,
    ] = *row;
    let fp32 = number(fp32);
    let fp64 = peak(fp64, fp32);
    let fp16 = peak(fp16, fp32);
    let bf16 = peak(bf16, fp16);
    let tf32 = peak(tf32, bf16);
    let fp8 = peak(fp8, bf16);
    let int8 = peak(int8, fp8.or(fp16));
    let int4 = peak(int4, int8);
    let fp4 = peak(fp4, fp8);
    Accelerator {
        id: id_or_kebab(id, short),
        name: if name.is_empty() {
            leak([vendor, " ", short].concat())
        } else {
            name
        },
        short,
        vendor,
        unit,
        kind,
        date,
        status,
        peaks: [fp64, fp32, tf32, fp16, bf16, fp8, fp4, int8, int4],
        default_format: Format::from_id(format),
        aliases: aliases
            .split(';')
            .filter(|alias| !alias.is_empty())
            .collect(),
        trap,
        sparse_factor: number(sparse).unwrap_or(0.0),
    }
}

fn model(row: &Row) -> Model {
    let [
        name,
        id,
        date,
        domain,
        parameters,
        active,
        flop,
        confidence,
        run,
        ..,
    ] = *row;
    let id = id_or_kebab(id, name);
    Model {
        id,
        name,
        date,
        domain,
        parameters: number(parameters),
        active: number(active),
        flop: number(flop).unwrap_or(0.0),
        confidence,
        run: if run.is_empty() { id } else { run },
    }
}

fn preset(row: &Row) -> Preset {
    let [name, id, year, group, query, published, published_by, ..] = *row;
    Preset {
        id: id_or_kebab(id, name),
        name,
        year,
        group,
        query,
        published: number(published),
        published_by,
    }
}

fn threshold(row: &Row) -> Threshold {
    let [
        id,
        name,
        short,
        flop,
        relation,
        count,
        shown,
        status,
        in_force,
        as_of,
        conditions,
        source,
        ..,
    ] = *row;
    Threshold {
        id,
        name,
        short,
        flop: number(flop).unwrap_or(f64::INFINITY),
        inclusive: relation == ">=",
        count: match count {
            "eu-update" => Count::EuUpdate,
            "eu-cumulative" => Count::EuCumulative,
            "us-state" => Count::UsState,
            "fine-tuning" => Count::FineTuning,
            _ => Count::All,
        },
        shown: shown == "yes",
        status,
        in_force,
        as_of,
        conditions,
        source,
    }
}

fn measured_run(row: &Row, accelerators: &[Accelerator]) -> MeasuredRun {
    let [index, run, chips, format, mfu, hfu, parameters, whole, ..] = *row;
    let chip = number(index).and_then(|index| accelerators.get(index as usize));
    MeasuredRun {
        run,
        accelerator: chip.map_or("", |chip| chip.id),
        chips: number(chips),
        format: Format::from_id(format),
        mfu: number(mfu),
        hfu: number(hfu),
        parameters: number(parameters),
        whole_run: whole == "w",
    }
}

fn typical(row: &Row) -> TypicalPeak {
    let [year, models, most_used, fp32, best, ..] = *row;
    let number = |cell| number(cell).unwrap_or(0.0);
    TypicalPeak {
        year: number(year) as u16,
        models: number(models) as u16,
        most_used,
        fp32: number(fp32),
        best: number(best),
    }
}

fn change(row: &Row) -> Change {
    let [table, id, column, old, new, date, ..] = *row;
    Change {
        table,
        id,
        column,
        old,
        new,
        date,
    }
}

/// The id of a row: its cell, else the kebab-case of a name.
fn id_or_kebab(cell: &'static str, name: &str) -> &'static str {
    if cell.is_empty() {
        leak(kebab(name))
    } else {
        cell
    }
}

/// A text that lives as long as the program: the tables are read once or twice and stay.
fn leak(text: String) -> &'static str {
    text.leak()
}

/// A name as an id: lower-case letters and digits, other runs of characters as one hyphen, none at the ends.
pub fn kebab(name: &str) -> String {
    let mut id = String::with_capacity(name.len());
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() {
            id.push(char::from(byte.to_ascii_lowercase()));
        } else if !id.is_empty() && !id.ends_with('-') {
            id.push('-');
        }
    }
    if id.ends_with('-') {
        id.pop();
    }
    id
}

/// A number of the compact text: digits, and the exponent of ten as a letter. Exact, as the standard library reads it.
fn number(cell: &str) -> Option<f64> {
    let (digits, exponent) = match cell.as_bytes().split_last()? {
        (letter @ b'A'..=b'Z', digits) => (digits, i32::from(*letter) - i32::from(b'A')),
        (letter @ b'a'..=b'z', digits) => (digits, i32::from(b'a') - 1 - i32::from(*letter)),
        _ => (cell.as_bytes(), 0),
    };
    if digits.is_empty() || digits.len() > 15 {
        return None;
    }
    let mut mantissa: u64 = 0;
    for digit in digits {
        if !digit.is_ascii_digit() {
            return None;
        }
        mantissa = mantissa * 10 + u64::from(digit - b'0');
    }
    decimal(mantissa, exponent)
}

/// `mantissa` times ten to the `exponent`, correctly rounded: the nearest double.
///
/// `None` outside the span in which one multiplication or division does it: a mantissa up to 2^53
/// and powers of ten up to 10^22, beyond which the mantissa takes the surplus.
pub fn decimal(mut mantissa: u64, mut exponent: i32) -> Option<f64> {
    const EXACT: u64 = 1 << 53;
    while exponent > 22 {
        mantissa = mantissa.checked_mul(10)?;
        exponent -= 1;
        if mantissa > EXACT {
            return None;
        }
    }
    if mantissa > EXACT || exponent < -22 {
        return None;
    }
    let mut power = 1.0_f64;
    for _ in 0..exponent.unsigned_abs() {
        power *= 10.0;
    }
    let mantissa = mantissa as f64;
    Some(if exponent < 0 {
        mantissa / power
    } else {
        mantissa * power
    })
}

/// A name as it is compared: lower case, letters and digits only.
///
/// Spaces, hyphens and signs of any script fall away, full-width letters fold to plain ones; any
/// other character stays, so that a word of another script is never taken for a known name.
pub fn normalize(name: &str) -> String {
    let mut key = String::with_capacity(name.len());
    for c in name.chars() {
        let c = match c {
            // Full-width forms stand 0xFEE0 above ASCII.
            '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
            _ => c,
        };
        match c {
            '\u{0}'..='\u{7f}' => {
                if c.is_ascii_alphanumeric() {
                    key.push(c.to_ascii_lowercase());
                }
            }
            '\u{80}'..='\u{bf}'
            | '\u{2000}'..='\u{206f}'
            | '\u{2122}'
            | '\u{2212}'
            | '\u{3000}'
            | '\u{feff}' => {}
            _ => key.push(c),
        }
    }
    key
}
