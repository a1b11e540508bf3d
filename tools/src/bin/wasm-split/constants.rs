//! Which of the program's constants only moved functions read.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::ops::Range;

use anyhow::bail;
use wasmparser::{
    BinaryReaderError, DataKind, KnownCustom, Linking, Name, Operator, Parser, Payload,
    RelocationEntry, RelocationType, SymbolInfo, TypeRef,
};

/// Addresses of constants that no function but those for which `moved` holds refers to, directly or through other constants.
///
/// `linked` is the linker's output with its relocations (`--emit-relocs`); without them nothing is known and nothing is returned.
pub fn only_in(linked: &[u8], moved: impl Fn(&str) -> bool) -> anyhow::Result<Vec<Range<u32>>> {
    let linked = Linked::read(linked)?;
    // The symbols that something that stays refers to, and then all that these refer to.
    let mut open: Vec<u32> = Vec::new();
    for (position, symbol) in &linked.in_code {
        let stays = linked
            .function_at(*position)
            .is_none_or(|name| !moved(name));
        if stays {
            open.push(*symbol);
        }
    }
    let mut refers: HashMap<u32, Vec<u32>> = HashMap::new();
    for (position, symbol) in &linked.in_data {
        for holder in linked.symbols_at(*position) {
            refers.entry(holder).or_default().push(*symbol);
        }
    }
    let mut stay: HashSet<u32> = open.iter().copied().collect();
    while let Some(symbol) = open.pop() {
        let of_it = refers.get(&symbol).into_iter().flatten().copied();
        // Symbols may share bytes (the linker merges equal endings): what one needs, the others have.
        let over_it = linked
            .places
            .get(&symbol)
            .into_iter()
            .flat_map(|place| linked.symbols_over(place));
        for other in of_it.chain(over_it) {
            if stay.insert(other) {
                open.push(other);
            }
        }
    }
    let mut go: Vec<Range<u32>> = Vec::new();
    for (place, symbol) in &linked.by_place {
        if stay.contains(symbol) || place.is_empty() {
            continue;
        }
        match go.last_mut() {
            Some(last) if place.start <= last.end => last.end = last.end.max(place.end),
            _ => go.push(place.clone()),
        }
    }
    Ok(go)
}

/// What the linker's output says of its constants. Places are addresses in memory.
#[derive(Default)]
struct Linked {
    /// Names of functions by the place of their body in the file.
    functions: Vec<(Range<usize>, String)>,
    places: BTreeMap<u32, Range<u32>>,
    by_place: Vec<(Range<u32>, u32)>,
    /// References to a symbol, by place in the file.
    in_code: Vec<(usize, u32)>,
    /// References to a symbol, by address.
    in_data: Vec<(u32, u32)>,
}

/// A segment of data: its address, and where its bytes stand in the section of data.
struct Segment {
    address: u32,
    bytes: Range<usize>,
}

impl Linked {
    fn read(wasm: &[u8]) -> anyhow::Result<Linked> {
        let mut linked = Linked::default();
        let mut imported = 0;
        let mut bodies: Vec<Range<usize>> = Vec::new();
        let mut names: HashMap<u32, String> = HashMap::new();
        let mut segments: Vec<Segment> = Vec::new();
        let mut symbols = Vec::new();
        let mut relocations = Vec::new();
        // Relocations name their section by its number, and count from its first byte.
        let mut number = 0;
        let mut code = (u32::MAX, 0);
        let mut data = (u32::MAX, 0);
        for payload in Parser::new(0).parse_all(wasm) {
            let payload = payload?;
            let is_section = payload.as_section().is_some();
            match payload {
                Payload::ImportSection(imports) => {
                    for import in imports.into_imports() {
                        if matches!(import?.ty, TypeRef::Func(_)) {
                            imported += 1;
                        }
                    }
                }
                Payload::CodeSectionStart { range, .. } => code = (number, range.start),
                Payload::CodeSectionEntry(body) => bodies.push(body.range()),
                Payload::DataSection(all) => {
                    data = (number, all.range().start);
                    for segment in all {
                        let segment = segment?;
                        let DataKind::Active { offset_expr, .. } = &segment.kind else {
                            bail!("a segment of data without an address is unknown here");
                        };
                        let Operator::I32Const { value } =
                            offset_expr.get_operators_reader().read()?
                        else {
                            bail!("a segment of data whose address is computed is unknown here");
                        };
                        let end = segment.range.end - data.1;
                        segments.push(Segment {
                            address: u32::try_from(value)?,
                            bytes: end - segment.data.len()..end,
                        });
                    }
                }
                Payload::CustomSection(custom) => match custom.as_known() {
                    KnownCustom::Name(all) => {
                        for part in all {
                            if let Name::Function(all) = part? {
                                for naming in all {
                                    let naming = naming?;
                                    let name = rustc_demangle::demangle(naming.name).to_string();
                                    names.insert(naming.index, crate::plain(&name));
                                }
                            }
                        }
                    }
                    KnownCustom::Linking(all) => {
                        for part in all.subsections() {
                            if let Linking::SymbolTable(all) = part? {
                                symbols =
                                    all.into_iter().collect::<Result<_, BinaryReaderError>>()?;
                            }
                        }
                    }
                    KnownCustom::Reloc(all) => {
                        for entry in all.entries() {
                            relocations.push((all.section_index(), entry?));
                        }
                    }
                    _ => {}
                },
                _ => {}
            }
            if is_section {
                number += 1;
            }
        }
        for (index, body) in (imported..).zip(bodies) {
            linked
                .functions
                .push((body, names.remove(&index).unwrap_or_default()));
        }
        for (index, symbol) in (0..).zip(symbols) {
            let SymbolInfo::Data {
                symbol: Some(place),
                ..
            } = symbol
            else {
                continue;
            };
            let Some(segment) = segments.get(place.index as usize) else {
                continue;
            };
            let start = segment.address + place.offset;
            linked.places.insert(index, start..start + place.size);
        }
        linked.by_place = linked
            .places
            .iter()
            .map(|(symbol, place)| (place.clone(), *symbol))
            .collect();
        linked
            .by_place
            .sort_unstable_by_key(|(place, symbol)| (place.start, place.end, *symbol));
        for (section, entry) in relocations {
            if !is_address(&entry) || !linked.places.contains_key(&entry.index) {
                continue;
            }
            let offset = entry.offset as usize;
            if section == code.0 {
                linked.in_code.push((code.1 + offset, entry.index));
            } else if section == data.0
                && let Some(segment) = segments
                    .iter()
                    .find(|segment| segment.bytes.contains(&offset))
            {
                let within = u32::try_from(offset - segment.bytes.start)?;
                linked.in_data.push((segment.address + within, entry.index));
            }
        }
        Ok(linked)
    }

    fn function_at(&self, position: usize) -> Option<&str> {
        let before = self
            .functions
            .partition_point(|(body, _)| body.end <= position);
        let (body, name) = self.functions.get(before)?;
        body.contains(&position).then_some(name)
    }

    /// The symbols that have the byte at an address.
    fn symbols_at(&self, address: u32) -> impl Iterator<Item = u32> {
        self.symbols_over(&(address..address + 1))
    }

    /// The symbols that share a byte with a place.
    fn symbols_over(&self, place: &Range<u32>) -> impl Iterator<Item = u32> + use<'_> {
        let (start, end) = (place.start, place.end);
        let from = self
            .by_place
            .partition_point(move |(other, _)| other.start < end);
        self.by_place
            .iter()
            .take(from)
            .filter(move |(other, _)| start < other.end)
            .map(|(_, symbol)| *symbol)
    }
}

fn is_address(entry: &RelocationEntry) -> bool {
    matches!(
        entry.ty,
        RelocationType::MemoryAddrLeb
            | RelocationType::MemoryAddrSleb
            | RelocationType::MemoryAddrI32
    )
}
