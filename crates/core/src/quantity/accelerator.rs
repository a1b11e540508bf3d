//! An accelerator's field: a name, and the count, slice or machine that came with it.

use super::expression::Parser;
use super::fault::quoted;
use super::fold::fold;
use super::write::{integer, plain};
use super::{AcceleratorReading, Misreading, Names, NoNames, Note, QuantityKind};
use crate::catalog::{Catalog, normalize};

/// Most chips a count in front of a name may give.
const MOST_CHIPS: f64 = 1e9;

/// Slices of Google's cloud: generation, chips a unit of the number (v2 to v5p count cores, two
/// a chip), the name of the row.
const SLICES: [(&str, f64, &str); 7] = [
    ("v2", 0.5, "tpu v2"),
    ("v3", 0.5, "tpu v3"),
    ("v4", 0.5, "tpu v4"),
    ("v5p", 0.5, "tpu v5p"),
    ("v5e", 1.0, "tpu v5e"),
    ("v5litepod", 1.0, "tpu v5e"),
    ("v6e", 1.0, "tpu v6e"),
];

/// Machine types of clouds, without spaces and underscores: chips (0: the number before the `g` at
/// the end) and what they are.
const INSTANCES: [(&str, u8, &str); 37] = [
    ("p2.xlarge", 1, "K80 GPU"),
    ("p2.8xlarge", 8, "K80 GPU"),
    ("p2.16xlarge", 16, "K80 GPU"),
    ("p3.2xlarge", 1, "V100 16GB"),
    ("p3.8xlarge", 4, "V100 16GB"),
    ("p3.16xlarge", 8, "V100 16GB"),
    ("p3dn.24xlarge", 8, "V100 32GB"),
    ("p4d.24xlarge", 8, "A100 40GB"),
    ("p4de.24xlarge", 8, "A100 80GB"),
    ("p5.4xlarge", 1, "H100"),
    ("p5.48xlarge", 8, "H100"),
    ("p5e.48xlarge", 8, "H200"),
    ("p5en.48xlarge", 8, "H200"),
    ("p6-b200.48xlarge", 8, "B200"),
    ("g4dn.12xlarge", 4, "T4"),
    ("g5.12xlarge", 4, "A10G"),
    ("g5.48xlarge", 8, "A10G"),
    ("g6.48xlarge", 8, "L4"),
    ("g6e.48xlarge", 8, "L40S"),
    ("trn1.32xlarge", 16, "Trainium1"),
    ("trn1n.32xlarge", 16, "Trainium1"),
    ("trn2.48xlarge", 16, "Trainium2"),
    ("dl1.24xlarge", 8, "Gaudi"),
    ("a2-highgpu", 0, "A100 40GB"),
    ("a2-megagpu", 0, "A100 40GB"),
    ("a2-ultragpu", 0, "A100 80GB"),
    ("a3-ultragpu", 0, "H200"),
    ("a3-", 0, "H100"),
    ("a4-highgpu", 0, "B200"),
    ("nd96isrh200", 8, "H200"),
    ("nd96isr", 8, "H100"),
    ("nd96amsr", 8, "A100 80GB"),
    ("nd96asr", 8, "A100 40GB"),
    ("nd40rs", 8, "V100 32GB"),
    ("nc24ads", 1, "A100 PCIe"),
    ("nc48ads", 2, "A100 PCIe"),
    ("nc96ads", 4, "A100 PCIe"),
];

/// Reads an accelerator's name: id, name or alias of a row, with or without its maker, with a count
/// (`8x H100`, `2048 A100`), as a slice (`TPU v3-512`) or as machines (`96 DGX A100`).
/// `Err` has code `unknown-accelerator`, `ambiguous-accelerator`, `cloud-instance` or `empty`.
pub fn read_accelerator(text: &str, catalog: &Catalog) -> Result<AcceleratorReading, Misreading> {
    let Ok(folded) = fold(text) else {
        return Err(refusal("too-long", text, " is longer than any name."));
    };
    let folded = folded.trim().trim_end_matches(['.', ',', ';']).trim();
    if folded.is_empty() {
        return Err(Misreading {
            unfinished: true,
            ..refusal("empty", text, " names nothing.")
        });
    }
    if let Some(reading) = named(folded, catalog) {
        return Ok(reading);
    }
    let (mut count, mut name) = (1.0, folded);
    for (number, rest) in counts(folded) {
        if let Some(mut reading) = named(rest, catalog) {
            reading.chips = Some(reading.chips.unwrap_or(1.0) * number);
            if reading.notes.is_empty() {
                let unit = catalog
                    .accelerators
                    .get(reading.index)
                    .map_or("chip", |row| row.unit.split(" (").next().unwrap_or("chip"));
                let message = [
                    quoted(text).as_str(),
                    " gives a count besides: ",
                    &plain(number, 15),
                    ", each a ",
                    unit,
                    ".",
                ]
                .concat();
                reading.notes.push(Note {
                    code: "names-count",
                    message,
                    fixes: Vec::new(),
                });
            }
            return Ok(reading);
        }
        (count, name) = (number, rest);
    }
    Err(unknown(text, count, name, catalog))
}

/// A name without a count: a machine, a row, a slice.
fn named(name: &str, catalog: &Catalog) -> Option<AcceleratorReading> {
    let lower = name.to_ascii_lowercase();
    let bare = lower.strip_prefix("nvidia ").unwrap_or(&lower);
    let machine = bare
        .strip_prefix("dgx")
        .or_else(|| bare.strip_prefix("hgx"))
        .and_then(|rest| rest.strip_prefix([' ', '-']));
    if let Some(rest) = machine
        && let Some(index) = catalog.find(rest)
    {
        // A rack of superchips and a desktop have other counts.
        let eight = !rest.starts_with("gb") && !rest.starts_with("gh");
        let what = if eight {
            " is a machine of eight chips."
        } else {
            " is a machine; its chips are not known from its name."
        };
        let message = quoted(name) + what;
        let mut reading = with_note(index, 8.0, "names-machines", message);
        reading.chips = reading.chips.filter(|_| eight);
        return Some(reading);
    }
    if let Some(index) = catalog.find(name) {
        return Some(AcceleratorReading {
            index,
            chips: None,
            notes: Vec::new(),
        });
    }
    if let Some(core) = lower
        .strip_suffix(" tensor core gpu")
        .or_else(|| lower.strip_suffix(" tensor core gpus"))
    {
        return named(core, catalog);
    }
    slice(name, &lower, catalog)
}

fn with_note(index: usize, chips: f64, code: &'static str, message: String) -> AcceleratorReading {
    AcceleratorReading {
        index,
        chips: Some(chips),
        notes: vec![Note {
            code,
            message,
            fixes: Vec::new(),
        }],
    }
}

/// `TPU v3-512`: a slice of a generation, its number and what that counts.
fn slice(name: &str, lower: &str, catalog: &Catalog) -> Option<AcceleratorReading> {
    let (_, number) = slice_parts(lower)?;
    let (chips, row, _) = slice_chips(lower)?;
    let index = catalog.find(row)?;
    let all = plain(chips, 15);
    let of = if chips < number {
        let cores = plain(number, 15);
        [" has ", &cores, " cores, which are ", &all, " chips."].concat()
    } else {
        [" has ", &all, " chips."].concat()
    };
    Some(with_note(index, chips, "names-slice", quoted(name) + &of))
}

/// Chips of a slice in lower case, the name of the row, and where the generation's name ends.
pub(crate) fn slice_chips(lower: &str) -> Option<(f64, &'static str, usize)> {
    let (generation, number) = slice_parts(lower)?;
    let (_, share, row) = SLICES.iter().find(|(known, ..)| *known == generation)?;
    let chips = number * share;
    (chips.fract() == 0.0 && chips >= 1.0).then_some((chips, *row, lower.rfind('-')?))
}

/// `v3` and 512 of `google cloud tpu v3-512 pod slice`.
fn slice_parts(lower: &str) -> Option<(&str, f64)> {
    let mut text = lower;
    for start in ["google ", "cloud ", "tpu"] {
        text = text.strip_prefix(start).unwrap_or(text);
    }
    let text = text.trim_start_matches([' ', '-']);
    let (generation, number) = text.split_once('-')?;
    let end = number
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(number.len());
    let (digits, behind) = number.split_at_checked(end)?;
    let rest_known = behind
        .split(' ')
        .all(|word| matches!(word, "" | "pod" | "pods" | "slice" | "slices"));
    if digits.is_empty() || digits.len() > 7 || !rest_known {
        return None;
    }
    Some((generation.trim(), super::decimal::from_digits(digits, 0)))
}

/// A count and the name behind it, each way the text can be cut: `8x H100`, `16k H100s`, `A100 x 8`.
fn counts(text: &str) -> Vec<(f64, &str)> {
    let lower = text.to_ascii_lowercase();
    let mut found = Vec::new();
    let mut push = |number: f64, from: usize| {
        if let Some(name) = text.get(from..)
            && (1.0..=MOST_CHIPS).contains(&number)
            && number.fract() == 0.0
            && name.bytes().any(|byte| byte.is_ascii_alphanumeric())
        {
            found.push((number, name));
        }
    };
    // Digits alone first: in "8 910B" the space is no group's.
    let digits = lower.bytes().take_while(u8::is_ascii_digit).count();
    if (1..=9).contains(&digits) {
        let number = super::decimal::from_digits(lower.get(..digits).unwrap_or(""), 0);
        let from = digits + sign(lower.get(digits..).unwrap_or(""));
        if from > digits {
            push(number, from);
        }
    }
    let mut parser = Parser::new(QuantityKind::Count, text, &lower, &NoNames);
    // Then any number, and products: 16k H100s, 8 x 12 A100.
    let mut product = 1.0;
    while let Ok(value) = parser.leading() {
        product *= value;
        let behind = lower.get(parser.at..).unwrap_or("");
        let signed = sign(behind);
        parser.at += signed;
        push(product, parser.at);
        if signed == 0 || !parser.number_ahead() {
            break;
        }
    }
    // A100 x 8
    if let Some((name, number)) = text.rsplit_once([' ', '×']) {
        let digits = number.trim_start_matches(['x', 'X', '×']);
        let name = name.trim_end();
        let crossed = digits.len() < number.len() || text.len() > name.len() + number.len() + 1;
        let name = name
            .strip_suffix([' ', '×'])
            .or_else(|| name.strip_suffix(" x"))
            .or_else(|| name.strip_suffix(" X"))
            .map_or((name, crossed), |name| (name, true));
        if let (name, true) = name
            && (1..=9).contains(&digits.len())
            && digits.bytes().all(|byte| byte.is_ascii_digit())
        {
            found.push((super::decimal::from_digits(digits, 0), name.trim()));
        }
    }
    found
}

/// Bytes of spaces and of one sign of multiplication at the start.
fn sign(text: &str) -> usize {
    let rest = text.trim_start();
    let rest = match rest.strip_prefix(['×', '*', '·']) {
        Some(rest) => rest,
        None => rest
            .strip_prefix('x')
            .filter(|rest| !rest.starts_with("eon"))
            .unwrap_or(rest),
    };
    text.len() - rest.trim_start().len()
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
    if let Some(wrong) = instance(text, count, &lower, catalog) {
        return wrong;
    }
    if let Some((generation, number)) = slice_parts(&lower)
        && matches!(generation, "v7" | "v7x" | "7x" | "v8" | "v6p")
    {
        let half = plain(number * count / 2.0, 15);
        let all = plain(number * count, 15);
        let mut wrong = refusal(
            "ambiguous-accelerator",
            text,
            " can count chips or their halves.",
        );
        let row = ["TPU ", generation.trim_end_matches('x')].concat();
        wrong.fixes = vec![[&all, "x ", &row].concat(), [&half, "x ", &row].concat()];
        return offered(wrong, catalog);
    }
    let key = normalize(name);
    // The rows with the shortest names of that beginning: H100 before H100 NVL 94GB.
    let mut rows: Vec<u16> = Vec::new();
    while rows.len() < 4 {
        let next = catalog
            .names
            .iter()
            .filter(|(known, row)| known.starts_with(&key) && !rows.contains(row))
            .min_by_key(|(known, _)| known.len());
        match next {
            Some((_, row)) => rows.push(*row),
            None => break,
        }
    }
    if rows.len() > 1 && !key.is_empty() {
        let mut wrong = refusal(
            "ambiguous-accelerator",
            text,
            " is the beginning of several names.",
        );
        wrong.unfinished = true;
        wrong.fixes = rows.iter().filter_map(|row| label(catalog, *row)).collect();
        return offered(wrong, catalog);
    }
    let started = !rows.is_empty();
    let mut wrong = refusal("unknown-accelerator", text, " is in none of our rows.");
    wrong.unfinished = started;
    if rows.is_empty() && key.len() >= 3 {
        rows = nearest(&key, catalog);
    }
    wrong.fixes = rows.iter().filter_map(|row| label(catalog, *row)).collect();
    let known = |fix: &String| catalog.find(fix).is_some();
    wrong.fixes.retain(known);
    match wrong.fixes.as_slice() {
        [] => {}
        [one] => wrong.remedy = ["The nearest is ", one, "; or enter a peak."].concat(),
        [one, two, ..] => {
            wrong.remedy = ["The nearest are ", one, " and ", two, "; or enter a peak."].concat();
        }
    }
    wrong
}

/// Keeps the fixes that read, and puts them into the remedy.
fn offered(mut wrong: Misreading, catalog: &Catalog) -> Misreading {
    wrong.fixes.retain(|fix| {
        named(fix, catalog).is_some()
            || counts(fix)
                .iter()
                .any(|(_, name)| named(name, catalog).is_some())
    });
    if !wrong.fixes.is_empty() {
        wrong.remedy = ["Write ", &wrong.fixes.join(" or "), "."].concat();
    }
    wrong
}

/// A row's name in a field: the short one, or its id where that is not enough.
fn label(catalog: &Catalog, row: u16) -> Option<String> {
    let index = usize::from(row);
    let row = catalog.accelerators.get(index)?;
    let short = catalog.find(row.short) == Some(index);
    Some(if short { row.short } else { row.id }.to_string())
}

/// A cloud's machine type: refused with what it holds.
fn instance(text: &str, count: f64, lower: &str, catalog: &Catalog) -> Option<Misreading> {
    let plain: String = lower
        .trim_start_matches("standard")
        .chars()
        .filter(|c| !matches!(c, ' ' | '_'))
        .collect();
    let found = INSTANCES.iter().find(|(start, ..)| {
        plain.starts_with(start)
            || plain.len() >= 2
                && start
                    .strip_prefix(plain.as_str())
                    .is_some_and(|rest| rest.starts_with('.'))
    });
    let Some((_, chips, chip)) = found else {
        let cloud = ["xlarge", "highgpu", "standard", "tpu vm", "tpuvm"]
            .iter()
            .any(|mark| lower.contains(mark));
        return cloud.then(|| {
            refusal(
                "cloud-instance",
                text,
                " is a machine of a cloud, not a chip.",
            )
        });
    };
    let chips = match chips {
        0 => {
            let (_, last) = plain.rsplit_once('-')?;
            let digits = last.strip_suffix('g')?;
            if digits.len() > 3 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
                return None;
            }
            super::decimal::from_digits(digits, 0)
        }
        chips => f64::from(*chips),
    };
    let holds = [
        " is a machine of a cloud with ",
        &integer(chips as i64),
        " ",
        chip,
        ".",
    ]
    .concat();
    let mut wrong = refusal("cloud-instance", text, &holds);
    let all = (chips * count).min(MOST_CHIPS);
    wrong.fixes = vec![[&integer(all as i64), "x ", chip].concat()];
    Some(offered(wrong, catalog))
}

/// The two rows whose names differ least from a key, if they differ little: by edits, a longer
/// name by those of its beginning and one more; of equals the one with the longer common beginning.
fn nearest(key: &str, catalog: &Catalog) -> Vec<u16> {
    let most = 1 + key.len() / 4;
    let mut best: [Option<(usize, usize, u16)>; 2] = [None, None];
    for (name, row) in &catalog.names {
        let longer = usize::from(name.len() > key.len());
        let start = name.get(..key.len()).unwrap_or(name);
        let whole = distance(key, name, most).unwrap_or(most + 1);
        let edits = distance(key, start, most)
            .unwrap_or(most + 1)
            .saturating_add(longer)
            .min(whole);
        if edits > most {
            continue;
        }
        let common = key.bytes().zip(name.bytes()).take_while(|(a, b)| a == b);
        let found = (4 * edits + 16 - common.count().min(16), name.len(), *row);
        let [first, second] = &mut best;
        let same =
            |place: &Option<(usize, usize, u16)>| place.is_some_and(|(.., known)| known == *row);
        let better = |place: &Option<(usize, usize, u16)>| place.is_none_or(|known| found < known);
        if better(first) {
            if !same(first) {
                *second = *first;
            }
            *first = Some(found);
        } else if !same(first) && better(second) {
            *second = Some(found);
        }
    }
    best.into_iter().flatten().map(|(.., row)| row).collect()
}

/// Edits from one name to the other, where there are at most so many.
fn distance(a: &str, b: &str, most: usize) -> Option<usize> {
    const LONGEST: usize = 40;
    if a.len().abs_diff(b.len()) > most || b.len() >= LONGEST {
        return None;
    }
    let mut row = [0usize; LONGEST];
    for (at, place) in row.iter_mut().enumerate() {
        *place = at;
    }
    for (line, x) in a.bytes().enumerate() {
        let mut diagonal = line;
        let mut left = line + 1;
        let mut cells = row.iter_mut();
        if let Some(first) = cells.next() {
            *first = left;
        }
        for (cell, y) in cells.zip(b.bytes()) {
            let edits = (diagonal + usize::from(x != y))
                .min(left + 1)
                .min(*cell + 1);
            diagonal = *cell;
            *cell = edits;
            left = edits;
        }
    }
    row.get(b.len()).copied().filter(|edits| *edits <= most)
}
