//! Markup as data: one concrete type for every view, patched in place.
//!
//! Leptos holds the state, tells what changed and when; but a `view!` makes a Rust type, and
//! code, of every shape of markup, which for a form of thirty fields is more than all arithmetic
//! of the page. Here every view is a [`Tag`], the code that builds and patches it exists once, and
//! a part that follows signals is a [`Tag::live`] one. Texts are set as text, never as markup.

use std::borrow::Cow;
use std::rc::Rc;

use compute_core::apart::apart;
use compute_core::quantity;
use gloo::utils::document;
use leptos::prelude::RenderEffect;
use leptos::tachys::view::{Mountable, Render};
use leptos::wasm_bindgen::JsCast;
use web_sys::{Element, HtmlInputElement};

/// Text that is either a constant or made.
pub type Text = Cow<'static, str>;

const SVG: &str = "http://www.w3.org/2000/svg";

/// A text or an element.
pub enum Node {
    /// A text.
    Text(Text),
    /// An element.
    Tag(Tag),
}

impl From<Tag> for Node {
    fn from(tag: Tag) -> Node {
        Node::Tag(tag)
    }
}

impl From<&'static str> for Node {
    fn from(text: &'static str) -> Node {
        Node::Text(Cow::Borrowed(text))
    }
}

impl From<String> for Node {
    fn from(text: String) -> Node {
        Node::Text(Cow::Owned(text))
    }
}

type Attributes = Vec<(&'static str, Text)>;

/// An element with its attributes and children.
///
/// One pointer, and no generic code behind its methods: views are long chains of them, and are most of the page's code.
pub struct Tag(Box<Inner>);

struct Inner {
    name: &'static str,
    attributes: Attributes,
    /// Text of an input, choice of a list; a property, so that it follows the state and not the first markup.
    value: Option<String>,
    /// State of a radio button.
    checked: Option<bool>,
    children: Vec<Node>,
    live: Option<Rc<dyn Fn() -> Vec<Node>>>,
}

/// What can stand inside an element.
pub trait Child {
    /// Puts it behind the children there are. By value and back: a tag is one pointer, and stays in a register.
    fn add(self, tag: Tag) -> Tag;
}

impl Child for &'static str {
    #[inline(never)]
    fn add(self, mut tag: Tag) -> Tag {
        tag.0.children.push(Node::from(self));
        tag
    }
}

impl Child for String {
    #[inline(never)]
    fn add(self, mut tag: Tag) -> Tag {
        tag.0.children.push(Node::from(self));
        tag
    }
}

impl Child for Tag {
    #[inline(never)]
    fn add(self, mut tag: Tag) -> Tag {
        tag.0.children.push(Node::Tag(self));
        tag
    }
}

impl Child for Option<Tag> {
    #[inline(never)]
    fn add(self, tag: Tag) -> Tag {
        match self {
            Some(child) => child.add(tag),
            None => tag,
        }
    }
}

impl Child for Vec<Node> {
    #[inline(never)]
    fn add(self, mut tag: Tag) -> Tag {
        tag.0.children.extend(self);
        tag
    }
}

/// The value of an attribute.
pub trait Value {
    /// Puts it into the element.
    fn put(self, tag: Tag, name: &'static str) -> Tag;
}

impl Value for &'static str {
    #[inline(never)]
    fn put(self, mut tag: Tag, name: &'static str) -> Tag {
        tag.0.attributes.push((name, Cow::Borrowed(self)));
        tag
    }
}

impl Value for String {
    #[inline(never)]
    fn put(self, mut tag: Tag, name: &'static str) -> Tag {
        tag.0.attributes.push((name, Cow::Owned(self)));
        tag
    }
}

/// An element of this name.
#[inline(never)]
pub fn tag(name: &'static str) -> Tag {
    Tag(Box::new(Inner {
        name,
        attributes: Vec::new(),
        value: None,
        checked: None,
        children: Vec::new(),
        live: None,
    }))
}

/// A `div` of a class.
#[inline(never)]
pub fn div(class: &'static str) -> Tag {
    tag("div").class(class)
}

/// A `span` of a class.
#[inline(never)]
pub fn span(class: &'static str) -> Tag {
    tag("span").class(class)
}

/// A paragraph of a class; an empty class is left out.
#[inline(never)]
pub fn p(class: &'static str) -> Tag {
    tag("p").class(class)
}

/// Words for the ear alone.
pub fn spoken(text: impl Child) -> Tag {
    span("vh").with(text)
}

/// A button that does something: its verb, and what the verb is about (see `events`).
pub fn button(class: &'static str, act: &'static str, about: impl Value) -> Tag {
    verb(class, act).set("value", about)
}

/// A button that opens a tool, which boot.js loads.
pub fn tool(class: &'static str, name: &'static str, label: &'static str) -> Tag {
    tag("button")
        .set("type", "button")
        .class(class)
        .set("data-tool", name)
        .set("aria-expanded", "false")
        .with(label)
}

/// Buttons that save a drawing of the page, told by a selector: public/boot.js hears of them.
pub fn pictures(class: &'static str, drawing: &'static str) -> Tag {
    let way = |kind: &'static str, label: &'static str| {
        tag("button")
            .set("type", "button")
            .class("button slim")
            .set("data-picture", drawing)
            .set("value", kind)
            .with(label)
    };
    div(class)
        .with(way("svg", "Save as SVG"))
        .with(way("png", "Save as PNG"))
}

/// A row of column heads, each with its class.
pub fn heads(columns: &[(&'static str, &'static str)]) -> Tag {
    let mut row = tag("tr");
    for (word, class) in columns {
        row = row.with(tag("th").set("scope", "col").class(class).with(*word));
    }
    row
}

#[inline(never)]
fn verb(class: &'static str, act: &'static str) -> Tag {
    tag("button")
        .set("type", "button")
        .class(class)
        .set("data-do", act)
}

impl Tag {
    /// With a class; none where it is empty.
    #[inline(never)]
    pub fn class(self, class: &'static str) -> Tag {
        if class.is_empty() {
            self
        } else {
            self.set("class", class)
        }
    }

    /// With an attribute.
    pub fn set(self, name: &'static str, value: impl Value) -> Tag {
        value.put(self, name)
    }

    /// With an attribute where there is a value.
    pub fn set_some(self, name: &'static str, value: Option<impl Value>) -> Tag {
        match value {
            Some(value) => self.set(name, value),
            None => self,
        }
    }

    /// With an attribute without a value, or not.
    #[inline(never)]
    pub fn flag(self, name: &'static str, on: bool) -> Tag {
        if on { self.set(name, "") } else { self }
    }

    /// With `true` or `false`.
    #[inline(never)]
    pub fn state(self, name: &'static str, on: bool) -> Tag {
        self.set(name, if on { "true" } else { "false" })
    }

    /// With the text of an input or the choice of a list.
    #[inline(never)]
    pub fn value(mut self, text: &str) -> Tag {
        self.0.value = Some(text.to_string());
        self
    }

    /// Chosen or not.
    #[inline(never)]
    pub fn checked(mut self, on: bool) -> Tag {
        self.0.checked = Some(on);
        self
    }

    /// With another child, or several.
    pub fn with(self, child: impl Child) -> Tag {
        child.add(self)
    }

    /// Adds a child.
    pub fn push(&mut self, child: impl Into<Node>) {
        self.0.children.push(child.into());
    }

    /// Its children follow the signals that `children` reads. For elements that stay as long as the page.
    pub fn live(mut self, children: impl Fn() -> Vec<Node> + 'static) -> Tag {
        self.0.live = Some(Rc::new(children));
        self
    }
}

/// An element or text in the page, with what is needed to patch it.
pub enum Mounted {
    /// A text.
    Text(web_sys::Text, Text),
    /// An element.
    Tag(Box<MountedTag>),
}

/// An element in the page.
pub struct MountedTag {
    element: Element,
    name: &'static str,
    attributes: Attributes,
    children: Vec<Mounted>,
    live: Option<RenderEffect<Vec<Mounted>>>,
}

impl Mounted {
    fn node(&self) -> &web_sys::Node {
        match self {
            Mounted::Text(text, _) => text,
            Mounted::Tag(tag) => &tag.element,
        }
    }
}

fn build(node: Node, in_svg: bool) -> Option<Mounted> {
    match node {
        Node::Text(text) => Some(Mounted::Text(document().create_text_node(&text), text)),
        Node::Tag(tag) => {
            let tag = *tag.0;
            let in_svg = in_svg || tag.name == "svg";
            let element = if in_svg {
                document().create_element_ns(Some(SVG), tag.name)
            } else {
                document().create_element(tag.name)
            }
            .ok()?;
            let mut mounted = MountedTag {
                element,
                name: tag.name,
                attributes: Vec::new(),
                children: Vec::new(),
                live: None,
            };
            mounted.patch(tag, in_svg);
            Some(Mounted::Tag(Box::new(mounted)))
        }
    }
}

impl MountedTag {
    fn patch(&mut self, tag: Inner, in_svg: bool) {
        if self.attributes != tag.attributes {
            for (name, value) in &tag.attributes {
                if !self
                    .attributes
                    .iter()
                    .any(|old| old == &(*name, value.clone()))
                {
                    let _ = self.element.set_attribute(name, value);
                }
            }
            for (name, _) in &self.attributes {
                if !tag.attributes.iter().any(|(new, _)| new == name) {
                    let _ = self.element.remove_attribute(name);
                }
            }
            self.attributes = tag.attributes;
        }
        match tag.live {
            Some(_) if self.live.is_some() => {}
            Some(children) => {
                let element = self.element.clone();
                self.live = Some(RenderEffect::new(move |mounted: Option<Vec<Mounted>>| {
                    let mut mounted = mounted.unwrap_or_default();
                    patch(&element, &mut mounted, children(), in_svg);
                    mounted
                }));
            }
            None => patch(&self.element, &mut self.children, tag.children, in_svg),
        }
        // Duck typing: a list, a text area and an input all have `value`. Written only where it differs, so that
        // the caret stays while one types. After the children: a list has no choice before it has options.
        if tag.value.is_some() || tag.checked.is_some() {
            let input: &HtmlInputElement = self.element.unchecked_ref();
            if let Some(value) = tag.value
                && input.value() != value
            {
                input.set_value(&value);
            }
            if let Some(checked) = tag.checked
                && input.checked() != checked
            {
                input.set_checked(checked);
            }
        }
    }
}

fn patch(parent: &Element, old: &mut Vec<Mounted>, new: Vec<Node>, in_svg: bool) {
    let count = new.len();
    for (at, node) in new.into_iter().enumerate() {
        match (old.get_mut(at), node) {
            (Some(Mounted::Text(text, was)), Node::Text(now)) => {
                if *was != now {
                    text.set_data(&now);
                    *was = now;
                }
            }
            (Some(Mounted::Tag(mounted)), Node::Tag(tag)) if mounted.name == tag.0.name => {
                mounted.patch(*tag.0, in_svg || mounted.name == "svg");
            }
            (Some(place), node) => apart(|| {
                if let Some(mounted) = build(node, in_svg) {
                    let _ = parent.replace_child(mounted.node(), place.node());
                    *place = mounted;
                }
            }),
            (None, node) => {
                if let Some(mounted) = build(node, in_svg) {
                    let _ = parent.append_child(mounted.node());
                    old.push(mounted);
                }
            }
        }
    }
    for gone in old.drain(count.min(old.len())..) {
        let _ = parent.remove_child(gone.node());
    }
}

impl Render for Tag {
    type State = Option<Mounted>;

    fn build(self) -> Self::State {
        build(self.into(), false)
    }

    fn rebuild(self, state: &mut Self::State) {
        if let Some(Mounted::Tag(mounted)) = state {
            mounted.patch(*self.0, false);
        }
    }
}

impl Mountable for Mounted {
    fn unmount(&mut self) {
        if let Some(parent) = self.node().parent_node() {
            let _ = parent.remove_child(self.node());
        }
    }

    fn mount(&mut self, parent: &Element, marker: Option<&web_sys::Node>) {
        let _ = parent.insert_before(self.node(), marker);
    }

    fn insert_before_this(&self, child: &mut dyn Mountable) -> bool {
        match self.node().parent_element() {
            Some(parent) => {
                child.mount(&parent, Some(self.node()));
                true
            }
            None => false,
        }
    }

    fn elements(&self) -> Vec<Element> {
        match self {
            Mounted::Text(..) => Vec::new(),
            Mounted::Tag(tag) => vec![tag.element.clone()],
        }
    }
}

/// A bar of so many thousandths; the number beside it says the same.
pub fn share_bar(share: u64) -> Tag {
    tag("svg")
        .class("share-bar")
        .set("viewBox", "0 0 1000 8")
        .set("preserveAspectRatio", "none")
        .set("aria-hidden", "true")
        .with(
            tag("rect")
                .set("width", quantity::integer(share.min(1000) as i64))
                .set("height", "8"),
        )
}
