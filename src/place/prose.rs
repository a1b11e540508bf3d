//! Pages of text: sections with anchors, a list of contents that follows, small tables.

use gloo::utils::document;
use leptos::wasm_bindgen::JsCast;
use web_sys::{Element, HtmlSelectElement};

use crate::html::{Node, Tag, div, p, tag};
use crate::number::rich;

/// An entry of the list of contents.
pub struct Entry {
    /// Id of the section.
    pub id: &'static str,
    /// Its name.
    pub name: String,
    /// A second line; may be empty.
    pub note: String,
}

/// Text beside its list of contents: a list at the left, on a narrow screen a list to choose from above.
pub fn with_contents(label: &'static str, entries: &[Entry], text: Vec<Node>) -> Tag {
    let mut list = tag("ul");
    let mut choice = tag("select").set("id", "section").set("name", "section");
    for entry in entries {
        let mut link = tag("a")
            .set("href", ["#", entry.id].concat())
            .with(entry.name.clone());
        if !entry.note.is_empty() {
            link = link.with(tag("small").with(entry.note.clone()));
        }
        list = list.with(tag("li").with(link));
        choice = choice.with(
            tag("option")
                .set("value", entry.id)
                .with(entry.name.clone()),
        );
    }
    let narrow = div("field jump")
        .with(div("label").with(tag("label").set("for", "section").with(label)))
        .with(div("pick").with(choice));
    div("contents")
        .with(narrow)
        .with(
            tag("nav")
                .set("id", "contents")
                .set("aria-label", label)
                .with(list),
        )
        .with(div("prose").with(text))
}

/// Goes to the section chosen in the list of a narrow screen.
pub fn chose(name: &str, value: &str) {
    if name != "section" {
        return;
    }
    if let Some(section) = document().get_element_by_id(value) {
        section.scroll_into_view();
        if let Ok(history) = gloo::utils::window().history() {
            let _ = history.replace_state_with_url(
                &leptos::wasm_bindgen::JsValue::NULL,
                "",
                Some(&["#", value].concat()),
            );
        }
    }
}

/// Marks in the list of contents the section that is being read: the last whose head is above the upper third.
pub fn follow() {
    let Ok(sections) = document().query_selector_all(".prose > section[id]") else {
        return;
    };
    let mut here = String::new();
    for at in 0..sections.length() {
        let Some(section) = sections
            .get(at)
            .and_then(|node| node.dyn_into::<Element>().ok())
        else {
            continue;
        };
        if here.is_empty() || section.get_bounding_client_rect().top() < 200.0 {
            here = section.id();
        }
    }
    let own = ["#", &here].concat();
    let Ok(links) = document().query_selector_all("#contents a") else {
        return;
    };
    for at in 0..links.length() {
        let Some(link) = links
            .get(at)
            .and_then(|node| node.dyn_into::<Element>().ok())
        else {
            continue;
        };
        let _ = if link.get_attribute("href").is_some_and(|href| href == own) {
            link.set_attribute("aria-current", "true")
        } else {
            link.remove_attribute("aria-current")
        };
    }
    if let Some(list) = document()
        .get_element_by_id("section")
        .and_then(|list| list.dyn_into::<HtmlSelectElement>().ok())
    {
        list.set_value(&here);
    }
}

/// A section with its head.
pub fn section(id: &'static str, head: &str) -> Tag {
    tag("section")
        .set("id", id)
        .with(tag("h2").with(head.to_string()))
}

/// A paragraph with its powers raised.
pub fn text(text: &str) -> Tag {
    p("").with(rich(text))
}

/// A formula on a line of its own.
pub fn formula(text: &str) -> Tag {
    p("formula-line").with(rich(text))
}

/// A small table: heads, of which those that begin with `>` stand over numbers; rows of text. The first cell heads its row.
pub fn small_table(caption: &str, heads: &[&str], rows: &[Vec<String>]) -> Tag {
    let number = |at: usize| heads.get(at).is_some_and(|head| head.starts_with('>'));
    let mut head = tag("tr");
    for text in heads {
        let bare = text.strip_prefix('>').unwrap_or(text);
        head = head.with(
            tag("th")
                .set("scope", "col")
                .class(if text.starts_with('>') { "num" } else { "" })
                .with(bare.to_string()),
        );
    }
    let mut body = tag("tbody");
    for row in rows {
        let mut line = tag("tr");
        for (at, text) in row.iter().enumerate() {
            let cell = if at == 0 {
                tag("th").set("scope", "row")
            } else {
                tag("td").class(if number(at) { "num" } else { "" })
            };
            line = line.with(cell.with(rich(text)));
        }
        body = body.with(line);
    }
    div("sheet").with(
        tag("table")
            .class("plain")
            .with(tag("caption").with(rich(caption)))
            .with(tag("thead").with(head))
            .with(body),
    )
}

/// Small tables wider than the column get a box that the keyboard can scroll; the others are no stop of the tab key.
pub fn fit() {
    let Ok(sheets) = document().query_selector_all(".prose .sheet") else {
        return;
    };
    for at in 0..sheets.length() {
        let Some(sheet) = sheets
            .get(at)
            .and_then(|node| node.dyn_into::<Element>().ok())
        else {
            continue;
        };
        // The table of all examples looks after itself.
        if sheet.id() == "sheet" {
            continue;
        }
        if sheet.scroll_width() > sheet.client_width() {
            let label = sheet
                .query_selector("caption")
                .ok()
                .flatten()
                .and_then(|caption| caption.text_content())
                .unwrap_or_default();
            let _ = sheet.set_attribute("tabindex", "0");
            let _ = sheet.set_attribute("role", "group");
            let _ = sheet.set_attribute("aria-label", &label);
        } else {
            let _ = sheet.remove_attribute("tabindex");
            let _ = sheet.remove_attribute("role");
            let _ = sheet.remove_attribute("aria-label");
        }
    }
}

/// A row of a small table.
pub fn row(cells: &[&str]) -> Vec<String> {
    cells.iter().map(|cell| (*cell).to_string()).collect()
}
