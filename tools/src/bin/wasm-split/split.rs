//! One module to two.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::ops::Range;

use crate::glue::letters;
use anyhow::{Context, bail};
use walrus::ir::{Value, Visitor, dfs_in_order};
use walrus::{
    ConstExpr, DataKind, ElementItems, ElementKind, ExportItem, FunctionBuilder, FunctionId,
    FunctionKind, GlobalId, GlobalKind, ImportKind, ImportedFunction, Module, TableId, ValType,
};

/// The export that fetches the rest and returns when it is there.
const LATER: &str = "later";
/// The module name of everything that the rest imports from the first part: a name that is a number is a place in `TABLE`, any other
/// an export.
const FIRST: &str = "first";
/// First letter of the names of what the first part exports for the rest; wasm-bindgen's names are identifiers.
pub const SHARED: char = '-';
/// The export with the table of functions.
const TABLE: &str = "-table";

pub struct Parts {
    pub first: Module,
    pub rest: Module,
}

/// Moves the functions for which `moved` holds, and the constants at the given addresses, which only they read.
pub fn split(
    wasm: &[u8],
    moved: impl Fn(&str) -> bool,
    constants: &[Range<u32>],
) -> anyhow::Result<Parts> {
    let mut first = First::read(wasm, moved)?;
    let mut rest = Rest::read(wasm, &first)?;
    let loaded = first.stubs()?;
    rest.import(&mut first)?;
    rest.say_loaded(&mut first, loaded);
    rest.fill_table(&first)?;
    rest.take_constants(&mut first, constants)?;
    walrus::passes::gc::run(&mut first.module);
    walrus::passes::gc::run(&mut rest.module);
    first.drop_exports(&rest.module);
    println!(
        "Of {} functions {} come later, by {} stubs",
        first.module.funcs.iter_local().count() + first.moved.len() - first.at.len(),
        first.moved.len(),
        first.at.len(),
    );
    Ok(Parts {
        first: first.module,
        rest: rest.module,
    })
}

struct First {
    module: Module,
    table: TableId,
    loader: FunctionId,
    moved: HashSet<FunctionId>,
    /// Moved functions by their places in the table: the rest fills them.
    places: BTreeMap<i32, FunctionId>,
    /// Of each moved function that something in the first part can reach, one place.
    at: HashMap<FunctionId, i32>,
    shared: usize,
}

impl First {
    fn read(wasm: &[u8], moved: impl Fn(&str) -> bool) -> anyhow::Result<First> {
        let mut module = crate::read(wasm)?;
        let table = module
            .tables
            .main_function_table()?
            .context("no table of functions")?;
        let loader = module.exports.get_func(LATER)?;

        // What the loader runs must be there before the rest is.
        let mut kept: HashSet<FunctionId> = module.start.into_iter().chain([loader]).collect();
        let mut open = vec![loader];
        while let Some(id) = open.pop() {
            open.extend(calls(&module, id).into_iter().filter(|id| kept.insert(*id)));
        }
        let moved: HashSet<FunctionId> = module
            .funcs
            .iter_local()
            .map(|(id, _)| id)
            .filter(|id| !kept.contains(id) && moved(&crate::name(&module, *id)))
            .collect();

        // Reached through the table, by a call, or by an export.
        let mut places = in_table(&module, table)?;
        places.retain(|_, id| moved.contains(id));
        let mut at: HashMap<FunctionId, i32> =
            places.iter().map(|(place, id)| (*id, *place)).collect();
        let called = module
            .funcs
            .iter_local()
            .filter(|(id, _)| !moved.contains(id))
            .flat_map(|(id, _)| calls(&module, id));
        let exported = module
            .exports
            .iter()
            .filter_map(|export| match export.item {
                ExportItem::Function(id) => Some(id),
                _ => None,
            });
        let reached: HashSet<FunctionId> = called.chain(exported).collect();
        let mut new: Vec<FunctionId> = reached
            .into_iter()
            .filter(|id| moved.contains(id) && !at.contains_key(id))
            .collect();
        new.sort_unstable();
        for (place, id) in (i32::try_from(module.tables.get(table).initial)?..).zip(new) {
            places.insert(place, id);
            at.insert(id, place);
            module.tables.get_mut(table).initial += 1;
        }
        let size = module.tables.get(table).initial;
        let most = &mut module.tables.get_mut(table).maximum;
        *most = most.map(|most| most.max(size));
        Ok(First {
            module,
            table,
            loader,
            moved,
            places,
            at,
            shared: 0,
        })
    }

    /// Puts a stub in place of each function that was moved; returns the global that is 0 until the rest is there.
    fn stubs(&mut self) -> anyhow::Result<GlobalId> {
        let module = &mut self.module;
        let loaded =
            module
                .globals
                .add_local(ValType::I32, true, false, ConstExpr::Value(Value::I32(0)));
        let mut ensure = FunctionBuilder::new(&mut module.types, &[], &[]);
        ensure.func_body().global_get(loaded).if_else(
            None,
            |_| {},
            |absent| {
                absent.call(self.loader);
            },
        );
        let ensure = ensure.finish(vec![], &mut module.funcs);
        for id in &self.moved {
            // What nothing reaches goes with the collection of garbage.
            let Some(place) = self.at.get(id) else {
                continue;
            };
            let ty = module.funcs.get(*id).ty();
            let (params, results) = (
                module.types.params(ty).to_vec(),
                module.types.results(ty).to_vec(),
            );
            let locals: Vec<_> = params.iter().map(|ty| module.locals.add(*ty)).collect();
            let mut stub = FunctionBuilder::new(&mut module.types, &params, &results);
            let mut body = stub.func_body();
            body.call(ensure);
            for local in &locals {
                body.local_get(*local);
            }
            body.i32_const(*place).call_indirect(ty, self.table);
            module.funcs.get_mut(*id).kind = FunctionKind::Local(stub.local_func(locals));
        }
        Ok(loaded)
    }

    /// Puts functions at the end of the table.
    fn append(&mut self, place: i32, functions: Vec<FunctionId>) {
        let table = self.module.tables.get_mut(self.table);
        table.initial += functions.len() as u64;
        table.maximum = table.maximum.map(|most| most.max(table.initial));
        let kind = ElementKind::Active {
            table: self.table,
            offset: ConstExpr::Value(Value::I32(place)),
        };
        let id = self
            .module
            .elements
            .add(kind, ElementItems::Functions(functions));
        self.module
            .tables
            .get_mut(self.table)
            .elem_segments
            .insert(id);
        self.module.exports.add(TABLE, self.table);
    }

    /// Exports something else for the rest; returns the name.
    fn share(&mut self, item: impl Into<ExportItem>) -> String {
        let name = format!("{SHARED}{}", letters(self.shared));
        self.shared += 1;
        self.module.exports.add(&name, item);
        name
    }

    /// Takes back the exports that the rest does not use after all.
    fn drop_exports(&mut self, rest: &Module) {
        let used: HashSet<&str> = rest
            .imports
            .iter()
            .map(|import| import.name.as_str())
            .collect();
        let unused: Vec<_> = self
            .module
            .exports
            .iter()
            .filter(|export| {
                export.name.starts_with(SHARED)
                    && export.name != TABLE
                    && !used.contains(export.name.as_str())
            })
            .map(|export| export.id())
            .collect();
        for id in unused {
            self.module.exports.delete(id);
        }
    }
}

struct Rest {
    module: Module,
    table: TableId,
    /// The first part's functions, and the same here. Both modules are read from the same bytes, in the same order.
    twins: Vec<(FunctionId, FunctionId)>,
}

impl Rest {
    fn read(wasm: &[u8], first: &First) -> anyhow::Result<Rest> {
        let mut module = crate::read(wasm)?;
        let table = module
            .tables
            .main_function_table()?
            .context("no table of functions")?;
        let twins = first
            .module
            .funcs
            .iter()
            .zip(module.funcs.iter())
            .map(|(a, b)| (a.id(), b.id()))
            .collect();
        let mine = module.tables.get_mut(table);
        let other = first.module.tables.get(first.table);
        mine.initial = other.initial;
        // The first part puts more into it.
        mine.maximum = None;
        // What is the first part's alone.
        module.start = None;
        for id in module
            .exports
            .iter()
            .map(|export| export.id())
            .collect::<Vec<_>>()
        {
            module.exports.delete(id);
        }
        for id in module
            .elements
            .iter()
            .map(|element| element.id())
            .collect::<Vec<_>>()
        {
            module.elements.delete(id);
        }
        for id in module.data.iter().map(|data| data.id()).collect::<Vec<_>>() {
            module.data.delete(id);
        }
        for table in module.tables.iter_mut() {
            table.elem_segments.clear();
        }
        for memory in module.memories.iter_mut() {
            memory.data_segments.clear();
        }
        Ok(Rest {
            module,
            table,
            twins,
        })
    }

    /// Imports whatever moved functions use and the first part has.
    fn import(&mut self, first: &mut First) -> anyhow::Result<()> {
        let module = &mut self.module;
        let used: HashSet<FunctionId> = self
            .twins
            .iter()
            .filter(|(one, _)| first.moved.contains(one))
            .flat_map(|(_, two)| calls(module, *two))
            .collect();
        // Functions are shared by their places in the table, which take fewer bytes than exports.
        let places = i32::try_from(first.module.tables.get(first.table).initial)?;
        let mut shared = Vec::new();
        for (one, two) in &self.twins {
            if first.moved.contains(one) || !used.contains(two) {
                continue;
            }
            let ty = module.funcs.get(*two).ty();
            if let FunctionKind::Import(imported) = &module.funcs.get(*two).kind {
                module.imports.delete(imported.import);
            }
            let place = places + i32::try_from(shared.len())?;
            shared.push(*one);
            let import = module
                .imports
                .add(FIRST, &place.to_string(), ImportKind::Function(*two));
            module.funcs.get_mut(*two).kind = FunctionKind::Import(ImportedFunction { import, ty });
        }
        first.append(places, shared);
        let twins = pairs(&first.module.tables, &module.tables, |all| {
            all.iter().map(|it| it.id()).collect()
        });
        for (one, two) in twins {
            let import = module
                .imports
                .add(FIRST, &first.share(one), ImportKind::Table(two));
            module.tables.get_mut(two).import = Some(import);
        }
        let twins = pairs(&first.module.memories, &module.memories, |all| {
            all.iter().map(|it| it.id()).collect()
        });
        for (one, two) in twins {
            let import = module
                .imports
                .add(FIRST, &first.share(one), ImportKind::Memory(two));
            module.memories.get_mut(two).import = Some(import);
        }
        let twins = pairs(&first.module.globals, &module.globals, |all| {
            all.iter().map(|it| it.id()).collect()
        });
        for (one, two) in twins {
            let import = module
                .imports
                .add(FIRST, &first.share(one), ImportKind::Global(two));
            module.globals.get_mut(two).kind = GlobalKind::Import(import);
        }
        Ok(())
    }

    /// The first thing that the rest does is to say that it is there.
    fn say_loaded(&mut self, first: &mut First, loaded: GlobalId) {
        let module = &mut self.module;
        let (loaded, _) =
            module.add_import_global(FIRST, &first.share(loaded), ValType::I32, true, false);
        let mut start = FunctionBuilder::new(&mut module.types, &[], &[]);
        start.func_body().i32_const(1).global_set(loaded);
        module.start = Some(start.finish(vec![], &mut module.funcs));
    }

    fn fill_table(&mut self, first: &First) -> anyhow::Result<()> {
        let twins: HashMap<FunctionId, FunctionId> = self.twins.iter().copied().collect();
        let mut runs: Vec<(i32, Vec<FunctionId>)> = Vec::new();
        for (place, id) in &first.places {
            let id = twins[id];
            match runs.last_mut() {
                Some((from, run)) if i32::try_from(run.len())? == place - *from => run.push(id),
                _ => runs.push((*place, vec![id])),
            }
        }
        for (from, run) in runs {
            let kind = ElementKind::Active {
                table: self.table,
                offset: ConstExpr::Value(Value::I32(from)),
            };
            let id = self.module.elements.add(kind, ElementItems::Functions(run));
            self.module
                .tables
                .get_mut(self.table)
                .elem_segments
                .insert(id);
        }
        Ok(())
    }

    /// Zeros stand in their place in the first part, and wasm-opt leaves zeros out.
    fn take_constants(
        &mut self,
        first: &mut First,
        constants: &[Range<u32>],
    ) -> anyhow::Result<()> {
        let memory = self.module.get_memory_id()?;
        for id in first
            .module
            .data
            .iter()
            .map(|data| data.id())
            .collect::<Vec<_>>()
        {
            let data = first.module.data.get_mut(id);
            let DataKind::Active {
                offset: ConstExpr::Value(Value::I32(start)),
                ..
            } = data.kind
            else {
                continue;
            };
            for place in constants {
                let within = usize::try_from(i64::from(place.start) - i64::from(start));
                let Ok(from) = within else { continue };
                let Some(bytes) = data.value.get_mut(from..from + place.len()) else {
                    continue;
                };
                let offset = ConstExpr::Value(Value::I32(i32::try_from(place.start)?));
                let id = self
                    .module
                    .data
                    .add(DataKind::Active { memory, offset }, bytes.to_vec());
                self.module
                    .memories
                    .get_mut(memory)
                    .data_segments
                    .insert(id);
                bytes.fill(0);
            }
        }
        Ok(())
    }
}

/// The same things in both modules.
fn pairs<All, Id>(one: &All, two: &All, ids: impl Fn(&All) -> Vec<Id>) -> Vec<(Id, Id)> {
    ids(one).into_iter().zip(ids(two)).collect()
}

/// The functions that a function calls by name.
fn calls(module: &Module, function: FunctionId) -> HashSet<FunctionId> {
    struct Calls(HashSet<FunctionId>);
    impl<'a> Visitor<'a> for Calls {
        fn visit_function_id(&mut self, id: &FunctionId) {
            self.0.insert(*id);
        }
    }
    let mut calls = Calls(HashSet::new());
    if let FunctionKind::Local(body) = &module.funcs.get(function).kind {
        dfs_in_order(&mut calls, body, body.entry_block());
    }
    calls.0
}

fn in_table(module: &Module, table: TableId) -> anyhow::Result<BTreeMap<i32, FunctionId>> {
    let mut places = BTreeMap::new();
    for element in module.elements.iter() {
        match (&element.kind, &element.items) {
            (
                ElementKind::Active {
                    table: of,
                    offset: ConstExpr::Value(Value::I32(from)),
                },
                ElementItems::Functions(all),
            ) if *of == table => {
                places.extend((*from..).zip(all.iter().copied()));
            }
            (ElementKind::Active { table: of, .. }, _) if *of != table => {}
            _ => bail!("a segment of functions that is not for the table at a known place"),
        }
    }
    Ok(places)
}
