//! An accelerator's field: a name, and the count, slice or machine that came with it.

use super::decimal::from_digits;
use super::fault::quoted;
use super::fold::fold;
use super::token::{Parser, digit};
use super::write::plain;
use super::{AcceleratorReading, Misreading, Names, NoNames, Note, QuantityKind};
use crate::apart::apart;
use crate::catalog::{Catalog, normalize};

/// Most chips a count in front of a name may give.
const MOST_CHIPS: f64 = 1e9;

/// Slices of Google's cloud: the generation and its row. In v2 to v5p the number counts cores, two
/// a chip; in those marked `=` it counts chips.
const SLICES: &str =
    "v2;tpu v2|v3;tpu v3|v4;tpu v4|v5p;tpu v5p|v5e;=tpu v5e|v5litepod;=tpu v5e|v6e;=tpu v6e";

/// Machine types of clouds, without spaces and underscores, and what they hold. Without a count it
/// is the number before the `g` at the end.
const INSTANCES: &str = "p2.xlarge;1x K80 GPU|p2.8xlarge;8x K80 GPU|p2.16xlarge;16x K80 GPU|p3.2xlarge;1x V100 16GB|p3.8xlarge;4x V100 16GB|p3.16xlarge;8x V100 16GB|p3dn.24xlarge;8x V100 32GB|p4d.24xlarge;8x A100 40GB|p4de.24xlarge;8x A100 80GB|p5.4xlarge;1x H100|p5.48xlarge;8x H100|p5e.48xlarge;8x H200|p5en.48xlarge;8x H200|p6-b200.48xlarge;8x B200|g4dn.12xlarge;4x T4|g5.12xlarge;4x A10G|g5.48xlarge;8x A10G|g6.48xlarge;8x L4|g6e.48xlarge;8x L40S|trn1.32xlarge;16x Trainium1|trn1n.32xlarge;16x Trainium1|trn2.48xlarge;16x Trainium2|dl1.24xlarge;8x Gaudi|a2-highgpu;x A100 40GB|a2-megagpu;x A100 40GB|a2-ultragpu;x A100 80GB|a3-ultragpu;x H200|a3-;x H100|a4-highgpu;x B200|nd96isrh200;8x H200|nd96isr;8x H100|nd96amsr;8x A100 80GB|nd96asr;8x A100 40GB|nd40rs;8x V100 32GB|nc24ads;1x A100 PCIe|nc48ads;2x A100 PCIe|nc96ads;4x A100 PCIe";

/// What only the types of clouds have in their names.
const CLOUDS: &str = "xlarge|highgpu|standard|tpu vm|tpuvm";

/// Reads an accelerator's name: id, name or alias of a row, with or without its maker, with a count
/// (`8x H100`, `2048 A100`), as a slice (`TPU v3-512`) or as machines (`96 DGX A100`).
/// `Err` has code `unknown-accelerator`, `ambiguous-accelerator`, `cloud-instance` or `empty`.
pub fn read_accelerator(text: &str, catalog: &Catalog) -> Result<AcceleratorReading, Misreading> {
    let folded = fold(text).unwrap_or_default();
    let name = folded.trim().trim_end_matches(['.', ',', ';']);
    if name.is_empty() {
        return Err(apart(|| {
            let mut wrong = refusal("empty", text, " names nothing.");
            wrong.unfinished = text.trim().is_empty();
            wrong
        }));
    }
    if let Some(reading) = named(name, catalog) {
        return Ok(reading);
    }
    apart(|| counted(text, name, catalog))
}

/// A name with a count, or none that is known.
fn counted(text: &str, name: &str, catalog: &Catalog) -> Result<AcceleratorReading, Misreading> {
    let mut last = (1.0, name);
    for (count, name) in counts(name) {
        let Some(mut reading) = named(name, catalog) else {
            last = (count, name);
            continue;
        };
        reading.chips = Some(reading.chips.unwrap_or(1.0) * count);
        if reading.notes.is_empty() {
            let row = catalog.accelerators.get(reading.index);
            let unit = row.map_or("chip", |row| row.unit);
            let unit = unit.split(" (").next().unwrap_or(unit);
            let message = [
                " gives a count besides: ",
                &plain(count, 15),
                ", each a ",
                unit,
                ".",
            ];
            reading.notes = note("names-count", quoted(text) + &message.concat());
        }
        return Ok(reading);
    }
    Err(unknown(text, last.0, last.1, catalog))
}

fn note(code: &'static str, message: String) -> Vec<Note> {
    vec![Note {
        code,
        message,
        fixes: Vec::new(),
    }]
}

/// A name without a count: a machine, a row, a slice.
fn named(name: &str, catalog: &Catalog) -> Option<AcceleratorReading> {
    let lower = name.to_ascii_lowercase();
    let bare = lower.strip_prefix("nvidia ").unwrap_or(&lower);
    let bare = bare.strip_suffix(" tensor core gpu").unwrap_or(bare);
    let machine = bare
        .get(4..)
        .filter(|_| bare.starts_with("dgx") || bare.starts_with("hgx"));
    if let Some(rest) = machine
        && let Some(index) = catalog.find(rest)
    {
        return apart(|| Some(machines(name, rest, index)));
    }
    if let Some(index) = catalog.find(name).or_else(|| catalog.find(bare)) {
        let chips = rack(bare);
        return Some(AcceleratorReading {
            index,
            chips,
            notes: chips.map_or(Vec::new(), |chips| {
                let what = [" is a rack of ", &plain(chips, 2), " chips."].concat();
                note("names-machines", quoted(name) + &what)
            }),
        });
    }
    apart(|| slice(name, &lower, catalog))
}

/// 72 of `gb200 nvl72`. Beyond that the number counts dies.
fn rack(lower: &str) -> Option<f64> {
    let end = lower.trim_end_matches(|c: char| c.is_ascii_digit());
    let is_rack = end.len() + 1 < lower.len() && end.as_bytes().ends_with(b"nvl");
    let number = lower.get(end.len()..).filter(|_| is_rack)?;
    super::parse_f64(number).filter(|chips| *chips <= 72.0)
}

fn machines(name: &str, rest: &str, index: usize) -> AcceleratorReading {
    // A rack of superchips and a desktop have other counts.
    let eight = !rest.starts_with("gb") && !rest.starts_with("gh");
    let what = if eight {
        " is a machine of eight chips."
    } else {
        " is a machine; its chips are not known from its name."
    };
    AcceleratorReading {
        index,
        chips: eight.then_some(8.0),
        notes: note("names-machines", quoted(name) + what),
    }
}

fn slice(name: &str, lower: &str, catalog: &Catalog) -> Option<AcceleratorReading> {
    let (_, number) = slice_parts(lower.as_bytes())?;
    let (chips, row, _) = slice_chips(lower.as_bytes())?;
    let index = catalog.find(row)?;
    let mut what = [" has ", &plain(number, 15), " chips."].concat();
    if chips < number {
        let all = plain(chips, 15);
        what = [
            " has ",
            &plain(number, 15),
            " cores, which are ",
            &all,
            " chips.",
        ]
        .concat();
    }
    Some(AcceleratorReading {
        index,
        chips: Some(chips),
        notes: note("names-slice", quoted(name) + &what),
    })
}

/// `TPU v3-512` in lower case: its chips, the name of the row, and where the generation's name ends.
pub(crate) fn slice_chips(lower: &[u8]) -> Option<(f64, &'static str, usize)> {
    let (generation, number) = slice_parts(lower)?;
    let (_, row) = SLICES
        .split('|')
        .filter_map(|slice| slice.split_once(';'))
        .find(|(known, _)| known.as_bytes() == generation)?;
    let (row, chips) = match row.strip_prefix('=') {
        Some(row) => (row, number),
        None => (row, number / 2.0),
    };
    let end = lower.iter().rposition(|byte| *byte == b'-')?;
    (chips.fract() == 0.0 && chips > 0.0).then_some((chips, row, end))
}

/// `v3` and 512 of `google cloud tpu v3-512 pod slice`.
fn slice_parts(lower: &[u8]) -> Option<(&[u8], f64)> {
    let mut p = Parser::new(QuantityKind::Count, "", lower, &NoNames);
    p.eat("google");
    p.eat("cloud");
    let from = p.at;
    if p.eat("tpu") || p.text.get(p.at..)?.starts_with(b"tpu") {
        p.at = p.at.max(from + 3);
        p.any("-| ");
    }
    p.spaces();
    let from = p.at;
    p.take(|byte| byte.is_ascii_alphanumeric());
    let generation = p.slice(from, p.at);
    if p.peek() != b'-' {
        return None;
    }
    p.at += 1;
    let digits = p.take(digit);
    while p.any("pods|pod|slices|slice").is_some() {}
    p.spaces();
    let right = p.at_end() && (1..=7).contains(&digits.len());
    right.then_some((generation, from_digits(digits, 0)))
}

/// A count and the name behind it, each way the text can be cut: `8x H100`, `16k H100s`, `A100 x 8`.
fn counts(text: &str) -> Vec<(f64, &str)> {
    let lower = text.to_ascii_lowercase();
    let mut found: Vec<(f64, &str)> = Vec::new();
    let mut p = Parser::new(QuantityKind::Count, text, lower.as_bytes(), &NoNames);
    // Digits alone first: in "8 910B" the space is no group's. Then any number, and products.
    let digits = p.take(digit);
    let mut product = from_digits(digits, 0);
    for round in 0..8 {
        if round > 0 {
            if p.number(true).is_err() || p.scale().is_err() {
                break;
            }
            product *= p.value.number;
        }
        let end = p.at;
        let crossed = p.eat("*")
            || p.eat("x")
            || p.peek() == b'x' && {
                p.at += 1;
                p.peek().is_ascii_lowercase()
            };
        p.spaces();
        if let Some(name) = text.get(p.at..).filter(|name| !name.is_empty())
            && p.at > end
            && product.fract() == 0.0
            && (1.0..=MOST_CHIPS).contains(&product)
        {
            found.push((product, name));
        }
        if round == 0 {
            p.at = 0;
            product = 1.0;
        } else if !crossed || !p.number_ahead() {
            break;
        }
    }
    // A100 x 8, A100 x8
    let number = text.trim_end_matches(|c: char| c.is_ascii_digit());
    if let Some(name) = number.trim_end().strip_suffix(['x', 'X', '*'])
        && let Some(name) = name.strip_suffix(' ')
        && (1..=9).contains(&(text.len() - number.len()))
    {
        let digits = text.as_bytes().get(number.len()..).unwrap_or(&[]);
        found.push((from_digits(digits, 0), name.trim()));
    }
    found
}

fn refusal(code: &'static str, text: &str, what: &str) -> Misreading {
    Misreading {
        code,
        message: quoted(text) + what,
        remedy: "Choose a row of the list, like H100, TPU v4 or RTX 4090; or enter a peak."
            .to_string(),
        fixes: Vec::new(),
        unfinished: false,
    }
}

/// What to say of a name that no row has.
fn unknown(text: &str, count: f64, name: &str, catalog: &Catalog) -> Misreading {
    let lower = name.to_ascii_lowercase();
    if let Some(holds) = instance(&lower) {
        let mut wrong = refusal(
            "cloud-instance",
            text,
            " is a machine of a cloud, not a chip.",
        );
        if let Some((chips, chip)) = holds.split_once('x') {
            let all = plain(from_digits(chips.as_bytes(), 0) * count, 15);
            wrong.message = [&quoted(text), " is a machine of a cloud with ", &holds, "."].concat();
            wrong.fixes.push([&all, "x", chip].concat());
        }
        return offered(wrong, catalog);
    }
    if let Some((generation, number)) = slice_parts(lower.as_bytes())
        && matches!(generation, b"v7" | b"v7x" | b"7x")
    {
        let mut wrong = refusal(
            "ambiguous-accelerator",
            text,
            " can count chips or their halves.",
        );
        for chips in [number * count, number * count / 2.0] {
            wrong.fixes.push(plain(chips, 15) + "x TPU v7");
        }
        return offered(wrong, catalog);
    }
    let key = normalize(name);
    // The rows with the shortest names of that beginning: H100 before H100 NVL 94GB.
    let mut rows = best(catalog, 4, &|known| {
        (known.starts_with(&key) && !key.is_empty()).then_some(known.len())
    });
    let started = !rows.is_empty();
    let several = rows.len() > 1;
    let mut wrong = if several {
        refusal(
            "ambiguous-accelerator",
            text,
            " is the beginning of several names.",
        )
    } else {
        refusal("unknown-accelerator", text, " is in none of our rows.")
    };
    wrong.unfinished = started;
    if !started && key.len() >= 3 {
        rows = best(catalog, 2, &|known| {
            unlikeness(key.as_bytes(), known.as_bytes())
        });
    }
    for row in rows {
        if let Some(row) = catalog.accelerators.get(row) {
            // The short name, or the id where another row has it too.
            let name = if catalog.find(row.short).is_some() {
                row.short
            } else {
                row.id
            };
            wrong.fixes.push(name.to_string());
        }
    }
    if several {
        return offered(wrong, catalog);
    }
    if !wrong.fixes.is_empty() {
        let are = if wrong.fixes.len() > 1 { "are " } else { "is " };
        let names = wrong.fixes.join(" and ");
        wrong.remedy = ["The nearest ", are, &names, "; or enter a peak."].concat();
    }
    wrong
}

/// Keeps the fixes that read, and puts them into the remedy.
fn offered(mut wrong: Misreading, catalog: &Catalog) -> Misreading {
    wrong.fixes.retain(|fix| {
        let name = fix.split_once("x ").map_or(fix.as_str(), |(_, name)| name);
        named(name, catalog).is_some() || named(fix, catalog).is_some()
    });
    if !wrong.fixes.is_empty() {
        wrong.remedy = ["Write ", &wrong.fixes.join(" or "), "."].concat();
    }
    wrong
}

/// What a cloud's machine type holds, like `8x H100`; `no chip` where it is only known to be one.
fn instance(lower: &str) -> Option<String> {
    let mut name = lower.trim_start_matches("standard").to_string();
    name.retain(|c| !matches!(c, ' ' | '_'));
    for (known, holds) in INSTANCES.split('|').filter_map(|row| row.split_once(';')) {
        let family = name.len() > 1
            && known
                .strip_prefix(name.as_str())
                .is_some_and(|rest| rest.starts_with('.'));
        if !family && !name.starts_with(known) {
            continue;
        }
        if !holds.starts_with('x') {
            return Some(holds.to_string());
        }
        let (_, number) = name.rsplit_once('-')?;
        let number = number.strip_suffix('g')?;
        let right = (1..=2).contains(&number.len()) && number.bytes().all(digit);
        return right.then(|| [number, holds].concat());
    }
    let cloud = CLOUDS.split('|').any(|mark| lower.contains(mark));
    cloud.then(|| "no chip".to_string())
}

/// The rows, at most so many, whose names have the least rank; of equals the first by name.
fn best(catalog: &Catalog, most: usize, rank: &dyn Fn(&str) -> Option<usize>) -> Vec<usize> {
    let mut rows: Vec<(usize, usize)> = Vec::new();
    for (name, row) in &catalog.names {
        let Some(rank) = rank(name) else { continue };
        let row = usize::from(*row);
        if let Some(known) = rows.iter().position(|(_, known)| *known == row) {
            if rows.get(known).is_some_and(|(known, _)| *known <= rank) {
                continue;
            }
            rows.remove(known);
        }
        let place = rows.iter().filter(|(known, _)| *known <= rank).count();
        rows.insert(place, (rank, row));
        rows.truncate(most);
    }
    rows.into_iter().map(|(_, row)| row).collect()
}

/// How unlike two names are, if they are alike at all: edits first (a longer name by those of its
/// beginning and one more), then a short common beginning, then length.
fn unlikeness(key: &[u8], name: &[u8]) -> Option<usize> {
    let most = 1 + key.len() / 4;
    let start = name.get(..key.len()).unwrap_or(name);
    let longer = usize::from(name.len() > key.len());
    let edits = (distance(key, start)? + longer).min(distance(key, name)?);
    let common = key.iter().zip(name).take_while(|(a, b)| a == b).count();
    (edits <= most).then_some(4096 * edits + 1024 * (16 - common.min(16)) + name.len())
}

/// Edits from one name to the other; `None` for long ones.
fn distance(a: &[u8], b: &[u8]) -> Option<usize> {
    const LONGEST: usize = 40;
    let mut row = [0usize; LONGEST];
    if a.len() >= LONGEST || b.len() >= LONGEST {
        return None;
    }
    for (at, place) in row.iter_mut().enumerate() {
        *place = at;
    }
    for (line, x) in a.iter().enumerate() {
        let mut diagonal = line;
        let mut left = line + 1;
        let mut cells = row.iter_mut();
        if let Some(first) = cells.next() {
            *first = left;
        }
        for (cell, y) in cells.zip(b) {
            let edits = (diagonal + usize::from(x != y))
                .min(left + 1)
                .min(*cell + 1);
            diagonal = *cell;
            *cell = edits;
            left = edits;
        }
    }
    row.get(b.len()).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A few rows with the names that matter here, as the compact text has them: id, short name, unit, aliases.
    const ROWS: [(&str, &str, &str, &str); 15] = [
        (
            "h100-sxm5-80gb",
            "H100 SXM5 80GB",
            "module",
            "H100;H100 SXM",
        ),
        ("h100-pcie-80gb", "H100 PCIe 80GB", "card", "H100 PCIe"),
        ("a100-sxm4-80gb", "A100 SXM4 80GB", "card", "A100;A100 80GB"),
        ("a100-sxm4-40gb", "A100 SXM4 40GB", "card", "A100 40GB"),
        ("geforce-rtx-4090", "GeForce RTX 4090", "card", "4090"),
        ("ascend-910b", "Ascend 910B", "chip", "910B"),
        ("tpu-v3", "TPU v3 (chip)", "chip (2 cores)", "TPU v3"),
        ("tpu-v3-core", "TPU v3 core", "core (half chip)", ""),
        ("tpu-v4", "TPU v4", "chip (2 cores)", ""),
        ("tpu-v5p", "TPU v5p", "chip (2 cores)", ""),
        ("tpu-v5e", "TPU v5e", "chip (1 core)", ""),
        ("tpu-v7", "TPU v7", "chip", "Ironwood"),
        ("rtx-6000-ada", "RTX 6000 Ada", "card", ""),
        ("rtx-6000-turing", "RTX 6000 Turing", "card", ""),
        ("gb200", "GB200", "GPU (half of a superchip)", ""),
    ];

    fn catalog() -> &'static Catalog {
        static CATALOG: std::sync::OnceLock<Catalog> = std::sync::OnceLock::new();
        CATALOG.get_or_init(|| {
            let mut text = String::from("training-compute-tables 1 2026-11-25\n@accelerators\n");
            for column in 0..20 {
                let cells = ROWS.map(|(id, short, unit, aliases)| match column {
                    0 => short,
                    1 => "Maker",
                    3 => id,
                    4 => unit,
                    19 => aliases,
                    _ => "",
                });
                text += &cells.join("\t");
                text.push('\n');
            }
            text += "@end";
            let catalog = Catalog::read(Box::leak(text.into_boxed_str())).unwrap();
            assert_eq!(catalog.accelerators.len(), ROWS.len());
            catalog
        })
    }

    #[track_caller]
    fn is(text: &str, id: &str, chips: Option<f64>, code: &str) {
        let catalog = catalog();
        let reading = read_accelerator(text, catalog).unwrap_or_else(|wrong| panic!("{wrong:?}"));
        let found = catalog.accelerators[reading.index].id;
        let codes: Vec<&str> = reading.notes.iter().map(|note| note.code).collect();
        assert_eq!(
            (found, reading.chips),
            (id, chips),
            "{text}: {:?}",
            reading.notes
        );
        assert_eq!(codes.join(" "), code, "{text}");
    }

    #[track_caller]
    fn refused(text: &str, code: &str, fixes: &[&str]) {
        let catalog = catalog();
        let wrong = read_accelerator(text, catalog).unwrap_err();
        assert_eq!(
            (wrong.code, wrong.fixes.as_slice()),
            (
                code,
                fixes
                    .iter()
                    .map(|fix| fix.to_string())
                    .collect::<Vec<_>>()
                    .as_slice()
            ),
            "{text}: {wrong:?}"
        );
        assert!(
            wrong.message.contains('“') && wrong.remedy.ends_with('.'),
            "{wrong:?}"
        );
        for fix in &wrong.fixes {
            assert!(read_accelerator(fix, catalog).is_ok(), "{text}: {fix}");
        }
    }

    #[test]
    fn a_name_is_found_as_it_is_written() {
        for text in [
            "H100",
            "h100-sxm5-80gb",
            "  H100 SXM. ",
            "H100s",
            "H100 GPUs",
            "Ｈ１００",
            "H100 Tensor Core GPU",
        ] {
            is(text, "h100-sxm5-80gb", None, "");
        }
        is("4090", "geforce-rtx-4090", None, "");
    }

    #[test]
    fn a_count_in_front_or_behind_gives_chips() {
        for text in [
            "8x H100",
            "8xH100",
            "8 × H100",
            "8 H100s",
            "8 * H100",
            "H100 x 8",
            "H100 x8",
            "2 x 4 H100",
            "eight H100",
        ] {
            is(text, "h100-sxm5-80gb", Some(8.0), "names-count");
        }
        is(
            "2,048 A100 80GB GPUs",
            "a100-sxm4-80gb",
            Some(2048.0),
            "names-count",
        );
        is("16k A100", "a100-sxm4-80gb", Some(16_000.0), "names-count");
        is("2 4090", "geforce-rtx-4090", Some(2.0), "names-count");
        is("8 910B", "ascend-910b", Some(8.0), "names-count");
        is(
            "512 TPU v3 cores",
            "tpu-v3-core",
            Some(512.0),
            "names-count",
        );
    }

    #[test]
    fn a_slice_is_told_in_chips() {
        for text in [
            "TPU v3-512",
            "v3-512",
            "tpu-v3-512",
            "TPUv3-512",
            "Cloud TPU v3-512",
            "v3-512 pod slice",
        ] {
            is(text, "tpu-v3", Some(256.0), "names-slice");
        }
        is("v4-1024", "tpu-v4", Some(512.0), "names-slice");
        is("v5p-8192", "tpu-v5p", Some(4096.0), "names-slice");
        is("v5e-256", "tpu-v5e", Some(256.0), "names-slice");
        is("v5litepod-8", "tpu-v5e", Some(8.0), "names-slice");
        is("4x v4-512", "tpu-v4", Some(1024.0), "names-slice");
        refused("v3-7", "unknown-accelerator", &[]);
        refused(
            "TPU v7-128",
            "ambiguous-accelerator",
            &["128x TPU v7", "64x TPU v7"],
        );
        let reading = read_accelerator("v3-512", catalog()).unwrap();
        assert_eq!(
            reading.notes[0].message,
            "“v3-512” has 512 cores, which are 256 chips."
        );
    }

    #[test]
    fn machines_hold_eight() {
        is(
            "96 DGX A100",
            "a100-sxm4-80gb",
            Some(768.0),
            "names-machines",
        );
        is("HGX H100", "h100-sxm5-80gb", Some(8.0), "names-machines");
        is(
            "NVIDIA DGX A100 40GB",
            "a100-sxm4-40gb",
            Some(8.0),
            "names-machines",
        );
        is("DGX GB200", "gb200", None, "names-machines");
    }

    #[test]
    fn cloud_machines_are_refused_with_what_they_hold() {
        refused("p4d.24xlarge", "cloud-instance", &["8x A100 40GB"]);
        refused("4 x p5.48xlarge", "cloud-instance", &["32x H100"]);
        refused("p5", "cloud-instance", &["1x H100"]);
        refused("a2-highgpu-4g", "cloud-instance", &["4x A100 40GB"]);
        refused("a3-megagpu-8g", "cloud-instance", &["8x H100"]);
        refused("Standard_ND96isr_H100_v5", "cloud-instance", &["8x H100"]);
        refused("xyz.12xlarge", "cloud-instance", &[]);
        refused("TPU VM", "cloud-instance", &[]);
    }

    #[test]
    fn an_unknown_name_is_refused_with_the_nearest_rows() {
        refused(
            "H1000",
            "unknown-accelerator",
            &["H100 SXM5 80GB", "H100 PCIe 80GB"],
        );
        refused("zz", "unknown-accelerator", &[]);
        refused("qqqqqq", "unknown-accelerator", &[]);
        refused(
            "RTX 6000",
            "ambiguous-accelerator",
            &["RTX 6000 Ada", "RTX 6000 Turing"],
        );
        let wrong = read_accelerator("H1000", catalog()).unwrap_err();
        assert_eq!(wrong.message, "“H1000” is in none of our rows.");
        assert_eq!(
            wrong.remedy,
            "The nearest are H100 SXM5 80GB and H100 PCIe 80GB; or enter a peak."
        );
        assert!(
            read_accelerator("Ascend 9", catalog())
                .unwrap_err()
                .unfinished
        );
        assert_eq!(read_accelerator(" ", catalog()).unwrap_err().code, "empty");
        assert_eq!(
            read_accelerator("8x", &Catalog::default())
                .unwrap_err()
                .code,
            "unknown-accelerator"
        );
    }

    /// Broken names: an answer each time.
    #[test]
    fn any_name_gets_an_answer() {
        let catalog = catalog();
        let seeds = [
            "8x H100",
            "TPU v3-512",
            "96 DGX A100",
            "p4d.24xlarge",
            "a2-highgpu-8g",
            "16k A100 80GB GPUs",
            "A100 x 8",
        ];
        let pieces: Vec<char> = "0189xXgGvV-–. ,×*()kMé💥\u{202f}²".chars().collect();
        let mut state = 5u64;
        let mut below = |n: usize| {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) as usize % n
        };
        for _ in 0..20_000 {
            let mut text: Vec<char> = seeds[below(seeds.len())].chars().collect();
            for _ in 0..=below(5) {
                let at = below(text.len() + 1);
                match below(3) {
                    0 if at < text.len() => drop(text.remove(at)),
                    1 => text.truncate(at.max(1)),
                    _ => text.insert(at, pieces[below(pieces.len())]),
                }
            }
            let text: String = text.into_iter().collect();
            if let Ok(AcceleratorReading {
                chips: Some(chips), ..
            }) = read_accelerator(&text, catalog)
            {
                assert!(
                    (1.0..=8.0 * MOST_CHIPS).contains(&chips),
                    "{text:?}: {chips}"
                );
            }
        }
        assert!(read_accelerator(&"8x ".repeat(66), catalog).is_err());
        assert!(read_accelerator(&"H".repeat(100_000), catalog).is_err());
    }
}
