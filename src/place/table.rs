//! A table of many rows: ordered by any column, filtered by words, with sets of columns, and rows that open.
//!
//! Rows are built when they are first shown and stay; filtering and ordering put built rows in another order. What a table
//! holds is behind [`Rows`], by the ids of its columns, so that this code exists once for all tables.

use std::cell::{Cell as Kept, RefCell};

use gloo::utils::document;
use leptos::prelude::*;
use leptos::tachys::view::{Mountable, Render};
use leptos::wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement};

use super::columns::Cell;
use super::grid::{Hay, Key, Wanted, ordered};
use crate::html::{Mounted, Node, Tag, button, div, p, span, spoken, tag};
use crate::number::rich;

/// A column.
pub struct Column {
    /// Its id, for [`Rows::cell`].
    pub id: &'static str,
    /// Its head.
    pub head: &'static str,
    /// Its unit, under the head; may be empty.
    pub unit: &'static str,
    /// Whether its cells are numbers: at the right, the largest first (as are dates).
    pub number: bool,
}

/// Columns that are shown together.
pub struct Group {
    /// Its name.
    pub name: &'static str,
    /// Their ids.
    pub columns: &'static [&'static str],
}

/// What is fixed about a table.
pub struct Spec {
    /// Its name for the ear.
    pub label: &'static str,
    /// Head of the first column.
    pub head: &'static str,
    /// Label of the filter.
    pub filter: &'static str,
    /// Every column but the first.
    pub columns: &'static [Column],
    /// Sets of them, the first one shown at the start; one alone offers no choice.
    pub sets: &'static [Group],
    /// The column in order at the start, and whether the largest is first.
    pub sorted: (&'static str, bool),
    /// Rows shown before somebody asks for all.
    pub limit: usize,
    /// Address of the file for download; empty where there is none.
    pub download: &'static str,
    /// What the rows shown at the start are, behind their number: `those with a measured run`.
    pub chosen: &'static str,
}

/// What a table holds.
pub trait Rows {
    /// Number of rows.
    fn len(&self) -> usize;
    /// Text of the first column.
    fn name(&self, row: usize) -> &'static str;
    /// A cell.
    fn cell(&self, row: usize, column: &'static str) -> Cell;
    /// What is searched.
    fn hay(&self, row: usize) -> Hay;
    /// Whether the row is among those shown at the start.
    fn chosen(&self, row: usize) -> bool;
    /// What the last column offers.
    fn action(&self, row: usize) -> Option<Tag>;
    /// What an opened row tells: a name and its text. A row that tells nothing does not open.
    fn detail(&self, row: usize) -> Vec<(&'static str, Vec<Node>)>;
}

struct Built {
    mounted: Option<Mounted>,
    element: Element,
    detail: Option<(Mounted, Element)>,
}

/// A table in the page.
pub struct Table {
    spec: Spec,
    rows: Box<dyn Rows>,
    hay: Vec<Hay>,
    set: Kept<usize>,
    sorted: Kept<(&'static str, bool)>,
    order: RefCell<Vec<usize>>,
    wanted: RefCell<Wanted>,
    all: Kept<bool>,
    built: RefCell<Vec<Option<Built>>>,
    shown: RefCell<Vec<usize>>,
    heads: RwSignal<u32>,
    count: RwSignal<(String, bool)>,
}

impl Table {
    /// A table that lives as long as the page.
    pub fn new(spec: Spec, rows: Box<dyn Rows>) -> &'static Table {
        let hay = (0..rows.len()).map(|row| rows.hay(row)).collect();
        let built = (0..rows.len()).map(|_| None).collect();
        let sorted = spec.sorted;
        let table = Box::leak(Box::new(Table {
            spec,
            rows,
            hay,
            set: Kept::new(0),
            sorted: Kept::new(sorted),
            order: RefCell::default(),
            wanted: RefCell::default(),
            all: Kept::new(false),
            built: RefCell::new(built),
            shown: RefCell::default(),
            heads: RwSignal::new(0),
            count: RwSignal::default(),
        }));
        table.put_in_order();
        table
    }

    /// The rows that the filter wants; `None` while it is empty.
    pub fn matching(&self) -> Option<Vec<bool>> {
        let wanted = self.wanted.borrow();
        (!wanted.is_empty()).then(|| self.hay.iter().map(|hay| wanted.matches(hay)).collect())
    }

    fn columns(&self) -> impl Iterator<Item = &Column> {
        let set = self.spec.sets.get(self.set.get());
        set.map_or(&[][..], |set| set.columns)
            .iter()
            .filter_map(|id| self.spec.columns.iter().find(|column| column.id == *id))
    }

    // --- What stands in the page ------------------------------------------------------------------------------------------

    /// Filter, choice of columns, download.
    pub fn tools(&'static self, more: Option<Tag>) -> Tag {
        let filter = div("field")
            .with(div("label").with(tag("label").set("for", "filter").with(self.spec.filter)))
            .with(
                tag("input")
                    .set("id", "filter")
                    .set("name", "filter")
                    .set("type", "search")
                    .set("autocomplete", "off")
                    .set("spellcheck", "false"),
            );
        let mut tools = div("tools").with(filter).with(more);
        if self.spec.sets.len() > 1 {
            tools = tools.with(choice(
                "Columns",
                "columns",
                self.spec.sets.iter().map(|set| set.name),
            ));
        }
        if !self.spec.download.is_empty() {
            tools = tools.with(
                tag("a")
                    .class("button")
                    .set("href", self.spec.download)
                    .set("download", "")
                    .with("Download CSV"),
            );
        }
        tools
    }

    /// The table itself, with the line that counts its rows.
    pub fn view(&'static self) -> Vec<Node> {
        let count = div("count")
            .with(
                tag("p")
                    .set("role", "status")
                    .live(move || vec![self.count.get().0.into()]),
            )
            .with(span("").live(move || {
                let (_, more) = self.count.get();
                if more {
                    vec![
                        button("text", "all", "")
                            .with(["Show all ", &self.matches().to_string()].concat())
                            .into(),
                    ]
                } else {
                    Vec::new()
                }
            }));
        let table = tag("table")
            .class("rows")
            .with(tag("caption").class("vh").with(self.spec.label))
            .with(tag("thead").live(move || vec![self.head().into()]))
            .with(tag("tbody").set("id", "rows"));
        // The box alone follows a signal; what it holds is built once.
        let sheet = div("sheet")
            .set("id", "sheet")
            .set("role", "region")
            .set("aria-label", self.spec.label)
            .with(table);
        vec![count.into(), sheet.into()]
    }

    fn head(&self) -> Tag {
        self.heads.track();
        let (sorted, down) = self.sorted.get();
        let cell = |id: &'static str, head: &'static str, unit: &'static str, number: bool| {
            let on = id == sorted;
            let way = match (on, down) {
                (false, _) => "way",
                (true, true) => "way down",
                (true, false) => "way up",
            };
            let sort = match (on, down) {
                (false, _) => None,
                (true, true) => Some("descending"),
                (true, false) => Some("ascending"),
            };
            let mut label = button("sort", "sort", id)
                .with(span("").with(head))
                .with(span(way));
            if !unit.is_empty() {
                label = label.with(span("unit").with(unit));
            }
            tag("th")
                .set("scope", "col")
                .class(if number { "num" } else { "" })
                .set_some("aria-sort", sort)
                .with(label)
        };
        let mut row = tag("tr").with(cell("", self.spec.head, "", false));
        for column in self.columns() {
            row = row.with(cell(column.id, column.head, column.unit, column.number));
        }
        row.with(
            tag("th")
                .set("scope", "col")
                .with(spoken("What to do with it")),
        )
    }

    fn row(&self, row: usize, open: bool) -> Tag {
        let name = self.rows.name(row);
        let opens = button("fold open", "open", row.to_string())
            .state("aria-expanded", open)
            .set_some("aria-controls", open.then(|| detail_id(row)))
            .with(name);
        let mut line = tag("tr")
            .set("id", ["row-", &row.to_string()].concat())
            .class(if open { "opened" } else { "" })
            .with(tag("th").set("scope", "row").with(opens));
        for column in self.columns() {
            let cell = self.rows.cell(row, column.id);
            let mut shown = tag("td").class(if column.number { "num" } else { "" });
            if cell.text.is_empty() {
                shown = shown.with(spoken("not given"));
            } else {
                shown = shown.with(rich(&cell.text));
            }
            if !cell.mark.is_empty() {
                // Beside a number that keeps room for decimals it does not have, the letter stands in that room.
                let class = if cell.text.ends_with('\u{2007}') {
                    "mark tight"
                } else {
                    "mark"
                };
                shown = shown.with(
                    button(class, "why", row.to_string())
                        .set("aria-label", [cell.mark, ": why"].concat())
                        .state("aria-expanded", open)
                        .with(cell.mark.get(..1).unwrap_or("")),
                );
            }
            line = line.with(shown);
        }
        line.with(tag("td").class("act").with(self.rows.action(row)))
    }

    fn detail(&self, row: usize) -> Tag {
        let mut list = tag("dl");
        for (name, text) in self.rows.detail(row) {
            list = list.with(
                div("")
                    .with(tag("dt").with(name))
                    .with(tag("dd").with(text)),
            );
        }
        let span = (self.columns().count() + 2).to_string();
        tag("tr").class("detail").set("id", detail_id(row)).with(
            tag("td")
                .set("colspan", span)
                .with(div("hold").set("tabindex", "-1").with(list)),
        )
    }

    // --- Order and filter -------------------------------------------------------------------------------------------------

    fn put_in_order(&self) {
        let (column, down) = self.sorted.get();
        let keys: Vec<Key> = (0..self.rows.len())
            .map(|row| {
                if column.is_empty() {
                    Key::text(self.rows.name(row))
                } else {
                    self.rows.cell(row, column).key
                }
            })
            .collect();
        self.order.replace(ordered(&keys, down));
    }

    fn matches(&self) -> usize {
        let wanted = self.wanted.borrow();
        self.hay.iter().filter(|hay| wanted.matches(hay)).count()
    }

    /// Shows the rows wanted, in order.
    pub fn fill(&self) {
        let wanted = self.wanted.borrow();
        let matching: Vec<usize> = self
            .order
            .borrow()
            .iter()
            .copied()
            .filter(|row| self.hay.get(*row).is_some_and(|hay| wanted.matches(hay)))
            .collect();
        let (found, of) = (matching.len(), self.rows.len());
        let shown: Vec<usize> = if self.all.get() {
            matching
        } else if wanted.is_empty() {
            let chosen = matching.into_iter().filter(|row| self.rows.chosen(*row));
            chosen.take(self.spec.limit).collect()
        } else {
            matching.into_iter().take(self.spec.limit).collect()
        };
        let number = |count: usize| count.to_string();
        let all = [" of ", &number(of)].concat();
        let text = if !wanted.is_empty() && found == 0 {
            ["None", &all, " match. Fewer letters find more."].concat()
        } else if !wanted.is_empty() && shown.len() < found {
            [
                &number(found),
                &all,
                " match, ",
                &number(shown.len()),
                " shown",
            ]
            .concat()
        } else if !wanted.is_empty() {
            [
                number(found).as_str(),
                &all,
                if found == 1 { " matches" } else { " match" },
            ]
            .concat()
        } else if shown.len() < of {
            [&number(shown.len()), &all, " shown, ", self.spec.chosen].concat()
        } else {
            ["All ", &number(of), " shown"].concat()
        };
        self.count.set((text, shown.len() < found));
        if *self.shown.borrow() != shown {
            self.put(&shown);
            self.shown.replace(shown);
        }
    }

    fn put(&self, shown: &[usize]) {
        let Some(body) = document().get_element_by_id("rows") else {
            return;
        };
        body.set_text_content(None);
        let Ok(mut built) = self.built.try_borrow_mut() else {
            return;
        };
        for row in shown {
            let Some(place) = built.get_mut(*row) else {
                continue;
            };
            if place.is_none() {
                let mounted = self.row(*row, false).build();
                let element = mounted.as_ref().and_then(element);
                *place = element.map(|element| Built {
                    mounted,
                    element,
                    detail: None,
                });
            }
            if let Some(built) = place {
                let _ = body.append_child(&built.element);
                if let Some((_, detail)) = &built.detail {
                    let _ = body.append_child(detail);
                }
            }
        }
    }

    /// Builds everything anew: other columns.
    fn renew(&self) {
        for place in self.built.borrow_mut().iter_mut() {
            *place = None;
        }
        self.shown.borrow_mut().clear();
        self.fill();
        self.fit();
    }

    fn toggle(&self, row: usize, open: Option<bool>) {
        let Ok(mut all) = self.built.try_borrow_mut() else {
            return;
        };
        let Some(Some(built)) = all.get_mut(row) else {
            return;
        };
        let was = built.detail.is_some();
        let open = open.unwrap_or(!was);
        if open == was {
            return;
        }
        if open {
            let detail = self.detail(row).build();
            if let Some(detail) = detail
                && let Some(element) = element(&detail)
            {
                if let Some(body) = built.element.parent_node() {
                    let next = built.element.next_sibling();
                    let _ = body.insert_before(&element, next.as_ref());
                }
                built.detail = Some((detail, element));
            }
        } else if let Some((mut detail, _)) = built.detail.take() {
            detail.unmount();
        }
        self.row(row, open).rebuild(&mut built.mounted);
    }

    /// Opens a row, shows it whatever the filter says, and gives it the focus.
    pub fn reveal(&self, row: usize) {
        if !self.shown.borrow().contains(&row) {
            self.all.set(true);
            self.wanted.take();
            if let Some(input) = document()
                .get_element_by_id("filter")
                .and_then(|input| input.dyn_into::<web_sys::HtmlInputElement>().ok())
            {
                input.set_value("");
            }
            self.fill();
        }
        self.toggle(row, Some(true));
        let id = ["#row-", &row.to_string(), " .open"].concat();
        if let Ok(Some(opens)) = document().query_selector(&id) {
            opens.scroll_into_view();
            let _ = opens.unchecked_into::<HtmlElement>().focus();
        }
    }

    /// Where the table is wider than its place it gets a box of its own, which the keyboard can scroll.
    pub fn fit(&self) {
        let (Some(sheet), Ok(Some(table))) = (
            document().get_element_by_id("sheet"),
            document().query_selector("#sheet > table"),
        ) else {
            return;
        };
        let wide = table.scroll_width() > sheet.client_width();
        let _ = if wide {
            sheet
                .set_attribute("tabindex", "0")
                .and_then(|()| sheet.set_attribute("class", "sheet boxed"))
        } else {
            sheet
                .remove_attribute("tabindex")
                .and_then(|()| sheet.set_attribute("class", "sheet"))
        };
    }

    // --- What a person does -----------------------------------------------------------------------------------------------

    /// Text typed into the filter. Whether it was for this table.
    pub fn typed(&self, name: &str, text: &str) -> bool {
        if name != "filter" {
            return false;
        }
        self.wanted.replace(Wanted::new(text));
        // Rows beyond the limit are shown when asked for, once: laying out all of them at every key would be felt.
        self.all.set(false);
        self.fill();
        true
    }

    /// A set of columns chosen.
    pub fn chose(&self, name: &str, value: &str) {
        let found = self.spec.sets.iter().position(|set| set.name == value);
        if let (true, Some(set)) = (name == "columns", found) {
            self.set.set(set);
            self.heads.update(|count| *count += 1);
            self.renew();
        }
    }

    /// A press on one of the table's buttons.
    pub fn act(&self, verb: &str, about: &str) {
        match verb {
            "sort" => {
                let column = self.spec.columns.iter().find(|column| column.id == about);
                let (id, first) = column.map_or(("", false), |column| {
                    (column.id, column.number || column.id == "date")
                });
                let (was, down) = self.sorted.get();
                self.sorted.set((id, if was == id { !down } else { first }));
                self.heads.update(|count| *count += 1);
                self.put_in_order();
                self.fill();
            }
            "all" => {
                self.all.set(true);
                self.fill();
                self.fit();
                // The button that had the focus is gone.
                if let Some(sheet) = document().get_element_by_id("sheet") {
                    let _ = sheet.set_attribute("tabindex", "-1");
                    let _ = sheet.unchecked_ref::<HtmlElement>().focus();
                }
            }
            "open" => {
                if let Ok(row) = about.parse() {
                    self.toggle(row, None);
                }
            }
            "why" => {
                if let Ok(row) = about.parse() {
                    self.toggle(row, Some(true));
                    let id = ["#", &detail_id(row), " .hold"].concat();
                    if let Ok(Some(hold)) = document().query_selector(&id) {
                        let _ = hold.unchecked_into::<HtmlElement>().focus();
                    }
                }
            }
            _ => {}
        }
    }
}

fn detail_id(row: usize) -> String {
    ["detail-", &row.to_string()].concat()
}

fn element(mounted: &Mounted) -> Option<Element> {
    mounted.elements().into_iter().next()
}

/// One of a few, as radio buttons that stand together; the first is chosen.
pub fn choice(
    label: &'static str,
    name: &'static str,
    values: impl Iterator<Item = &'static str>,
) -> Tag {
    let mut set = tag("fieldset")
        .class("seg tall")
        .with(tag("legend").class("vh").with(label));
    for (at, value) in values.enumerate() {
        set = set.with(
            tag("label")
                .with(
                    tag("input")
                        .set("type", "radio")
                        .set("name", name)
                        .set("value", value)
                        .checked(at == 0),
                )
                .with(span("").with(value)),
        );
    }
    div("field")
        .with(
            div("label")
                .set("aria-hidden", "true")
                .with(span("as").with(label)),
        )
        .with(set)
}

/// A link to a source, or its text where it is no address.
pub fn source(text: &'static str) -> Vec<Node> {
    let mut nodes = Vec::new();
    for (at, word) in text.split(' ').enumerate() {
        if at > 0 {
            nodes.push(" ".into());
        }
        // What stands behind an address in a sentence is not part of it.
        let address = word.trim_end_matches([',', ';', ')', '.']);
        let address = address.trim_start_matches('(');
        match word.split_once(address) {
            Some((before, after)) if address.starts_with("https://") => {
                nodes.push(before.into());
                nodes.push(
                    tag("a")
                        .set("href", address)
                        .set("rel", "noreferrer")
                        .with(short_address(address))
                        .into(),
                );
                nodes.push(after.into());
            }
            _ => nodes.push(word.into()),
        }
    }
    nodes
}

/// An address as it is read: without its scheme.
fn short_address(address: &'static str) -> &'static str {
    let short = address.strip_prefix("https://").unwrap_or(address);
    short
        .strip_prefix("www.")
        .unwrap_or(short)
        .trim_end_matches('/')
}

/// A note under a table.
pub fn note(text: &'static str) -> Tag {
    p("note").with(text)
}
