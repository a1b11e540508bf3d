//! Training compute over time: a point for each model, lines for the figures of law, the reader's own estimate.
//!
//! Geometry stands in attributes, colours in classes: the page's policy refuses style attributes. The same data is the table below.

use compute_core::quantity;
use gloo::utils::document;
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement, KeyboardEvent};

use super::scale::{Frame, Point, beside, names, nearest, powers};
use crate::html::{Node, Tag, div, p, pictures, span, tag};
use crate::number::{aloud, rich};
use crate::strip::text_width;

/// A model of the chart.
pub struct Dot {
    /// Row of the table.
    pub row: usize,
    /// Id.
    pub id: &'static str,
    /// Name.
    pub name: &'static str,
    /// Who made it.
    pub maker: &'static str,
    /// Date of publication in words.
    pub date: String,
    /// Date of publication as a year.
    pub year: f64,
    /// FLOP.
    pub flop: f64,
    /// How sure, in words; may be empty.
    pub sure: &'static str,
    /// Whether it is a language model.
    pub language: bool,
}

/// A line of law: its name and FLOP.
pub struct Line {
    /// Short name.
    pub name: &'static str,
    /// FLOP.
    pub flop: f64,
}

/// The reader's estimate.
pub struct Own {
    /// Its name; may be empty.
    pub name: String,
    /// FLOP.
    pub flop: f64,
    /// 5th percentile.
    pub low: f64,
    /// 95th percentile.
    pub high: f64,
}

/// The chart in the page.
pub struct Chart {
    /// The models, by date.
    pub dots: Vec<Dot>,
    /// The lines of law.
    pub lines: Vec<Line>,
    /// The estimate, where there is one.
    pub own: Option<Own>,
    /// Today as a year.
    pub today: f64,
    /// First year shown.
    pub since: RwSignal<f64>,
    /// Which rows the filter wants; `None` while it is empty.
    wanted: RwSignal<Option<Vec<bool>>>,
    width: RwSignal<f64>,
    named: RwSignal<Option<usize>>,
    said: RwSignal<String>,
}

/// Models that everybody knows, named where there is room, the first ones first.
const LANDMARKS: [&str; 16] = [
    "gpt-3",
    "alexnet",
    "alphago-zero",
    "gpt-2",
    "grok-4",
    "bert-large",
    "palm",
    "gpt-4",
    "alphago-lee",
    "seq2seq",
    "gpt-1",
    "alphafold-2",
    "perceptron-mark-1",
    "neocognitron",
    "lenet-5",
    "theseus",
];

impl Chart {
    /// A chart that lives as long as the page.
    pub fn new(dots: Vec<Dot>, lines: Vec<Line>, own: Option<Own>, today: f64) -> &'static Chart {
        Box::leak(Box::new(Chart {
            dots,
            lines,
            own,
            today,
            since: RwSignal::new(2010.0),
            wanted: RwSignal::new(None),
            width: RwSignal::new(1120.0),
            named: RwSignal::new(None),
            said: RwSignal::default(),
        }))
    }

    /// How many models are shown since a year.
    pub fn count(&self, since: f64) -> usize {
        self.dots.iter().filter(|dot| dot.year >= since).count()
    }

    fn frame(&self) -> Frame {
        let (width, since) = (self.width.get(), self.since.get());
        let narrow = width < 640.0;
        let own = self.own.iter().flat_map(|own| [own.low, own.high]);
        let figures = self
            .dots
            .iter()
            .filter(|dot| dot.year >= since)
            .map(|dot| dot.flop);
        Frame {
            width,
            height: if narrow { 400.0 } else { 560.0 },
            left: 36.0,
            right: 16.0,
            top: 14.0,
            bottom: 28.0,
            years: (since, self.today.floor().max(since) + 1.0),
            powers: powers(figures.chain(own)),
        }
    }

    fn wants(&self, row: usize) -> bool {
        self.wanted.with(|wanted| {
            wanted
                .as_ref()
                .is_none_or(|wanted| wanted.get(row).copied().unwrap_or(false))
        })
    }

    /// The dots that a pointer or a key can reach.
    fn reachable(&self) -> Vec<usize> {
        let since = self.since.get_untracked();
        (0..self.dots.len())
            .filter(|at| {
                self.dots
                    .get(*at)
                    .is_some_and(|dot| dot.year >= since && untrack(|| self.wants(dot.row)))
            })
            .collect()
    }

    // --- Drawing ----------------------------------------------------------------------------------------------------------

    /// Legend, drawing, ways to take it away, and what is said about the point in focus.
    pub fn view(&'static self) -> Vec<Node> {
        let mut legend = tag("ul").class("legend");
        for (mark, text) in [
            ("dot language", "Language"),
            ("dot", "Other"),
            ("dash", "Threshold"),
            ("dot own", "Your estimate"),
        ] {
            if mark != "dot own" || self.own.is_some() {
                legend = legend.with(tag("li").with(tag("i").class(mark)).with(text));
            }
        }
        let plot = div("plot")
            .set("id", "plot")
            .set("role", "group")
            .set("data-do", "point")
            .set("tabindex", "0")
            .set(
                "aria-label",
                "Chart of training compute over time, the table below as points. Left and right go by date, up and down by compute; Enter opens the model in the table.",
            )
            .live(move || vec![self.drawing().into()]);
        vec![
            div("chart-head")
                .with(
                    p("note").with("Training compute in FLOP, logarithmic, by date of publication"),
                )
                .with(legend)
                .into(),
            plot.into(),
            p("vh")
                .set("role", "status")
                .live(move || vec![self.said.get().into()])
                .into(),
            pictures("chart-save", "#plot svg").into(),
        ]
    }

    fn drawing(&'static self) -> Tag {
        let frame = self.frame();
        let end = frame.width - frame.right;
        let base = frame.height - frame.bottom;
        let mut svg = tag("svg")
            .class("time")
            .set("width", "100%")
            .set("height", px(frame.height))
            .set(
                "viewBox",
                ["0 0 ", &px(frame.width), " ", &px(frame.height)].concat(),
            )
            .set("aria-hidden", "true");
        for power in frame.power_ticks() {
            let y = frame.y(10_f64.powi(power));
            svg = svg
                .with(line("grid", frame.left, y, end, y))
                .with(power_label(power, 0.0, y + 4.5));
        }
        for year in frame.year_ticks() {
            let x = frame.x(f64::from(year));
            svg = svg.with(line("axis", x, base, x, base + 4.0)).with(label(
                "tick",
                x,
                base + 20.0,
                "middle",
                year.to_string(),
            ));
        }
        svg = svg.with(line("axis", frame.left, base, end, base));

        for law in &self.lines {
            let y = frame.y(law.flop);
            svg = svg.with(line("limit", frame.left, y, end, y));
        }
        svg = svg
            .with(self.dots(&frame))
            .with(tag("g").live(move || self.names()));
        for law in &self.lines {
            let y = self.law_name(&frame, law);
            let text = label(
                "limit-name halo",
                frame.left + 6.0,
                y,
                "start",
                law.name.to_string(),
            );
            let power = law.flop.log10().round() as i32;
            svg = svg.with(if frame.width < 640.0 {
                text
            } else {
                text.with(", 10").with(raised(power))
            });
        }
        if let Some(own) = &self.own {
            svg = svg.with(self.own(&frame, own));
        }
        svg.with(tag("g").live(move || self.focus()))
    }

    /// Base line of a law's name: above its line, below it where the estimate's line runs closely above.
    fn law_name(&self, frame: &Frame, law: &Line) -> f64 {
        let y = frame.y(law.flop);
        let own = self.own.as_ref().map(|own| frame.y(own.flop));
        if own.is_some_and(|own| own <= y && y - own < 24.0) {
            y + 14.0
        } else {
            y - 5.0
        }
    }

    /// All of them, always in one order: [`Chart::sift`] finds them by their place. Those outside of the years are not seen.
    fn dots(&self, frame: &Frame) -> Tag {
        let mut group = tag("g").class("dots");
        for dot in &self.dots {
            group = group.with(
                tag("circle")
                    .class(if dot.language { "language" } else { "" })
                    .flag("hidden", !frame.holds(dot.year, dot.flop))
                    .set("cx", px(frame.x(dot.year)))
                    .set("cy", px(frame.y(dot.flop)))
                    .set("r", "3"),
            );
        }
        group
    }

    /// Draws faintly what the filter does not want. Not through the drawing's signals: to make 457 circles anew at each key
    /// would be felt.
    pub fn sift(&self, wanted: Option<Vec<bool>>) {
        let Ok(circles) = document().query_selector_all("#plot .dots circle") else {
            return;
        };
        for (at, dot) in self.dots.iter().enumerate() {
            let wants = |wanted: &Option<Vec<bool>>| {
                wanted
                    .as_ref()
                    .is_none_or(|wanted| wanted.get(dot.row).copied().unwrap_or(false))
            };
            let now = wants(&wanted);
            let was = self.wanted.with_untracked(wants);
            if now == was {
                continue;
            }
            let circle = circles
                .get(at as u32)
                .and_then(|circle| circle.dyn_into::<Element>().ok());
            if let Some(circle) = circle {
                let _ = circle.toggle_attribute_with_force("data-faint", !now);
            }
        }
        self.wanted.set(wanted);
    }

    fn names(&self) -> Vec<Node> {
        let frame = self.frame();
        let figures = self.lines.iter().map(|law| law.flop);
        let figures = figures.chain(self.own.as_ref().map(|own| own.flop));
        let heights: Vec<f64> = figures.map(|flop| frame.y(flop)).collect();
        let wanted: Vec<(usize, Point, f64)> = LANDMARKS
            .iter()
            .filter_map(|id| self.dots.iter().position(|dot| dot.id == *id))
            .filter_map(|at| {
                let dot = self.dots.get(at)?;
                let fits = frame.holds(dot.year, dot.flop) && self.wants(dot.row);
                fits.then(|| (at, place(&frame, dot), text_width(dot.name)))
            })
            .take(if frame.width < 640.0 {
                4
            } else {
                LANDMARKS.len()
            })
            .collect();
        let mut out = Vec::new();
        for name in names(&frame, &wanted, &heights) {
            let Some(dot) = self.dots.get(name.at) else {
                continue;
            };
            let anchor = if name.left { "end" } else { "start" };
            let point = place(&frame, dot);
            let known = if dot.language {
                "known language"
            } else {
                "known"
            };
            out.push(
                tag("circle")
                    .class(known)
                    .set("cx", px(point.x))
                    .set("cy", px(point.y))
                    .set("r", "4")
                    .into(),
            );
            out.push(label("halo", name.x, name.y, anchor, dot.name.to_string()).into());
        }
        out
    }

    /// A line across all years, because an estimate has no date; its disc at today, with its range.
    fn own(&self, frame: &Frame, own: &Own) -> Tag {
        let (x, y) = (frame.x(self.today), frame.y(own.flop));
        let mut group = tag("g").class("own").with(line("", frame.left, y, x, y));
        if own.low < own.high {
            let (low, high) = (frame.y(own.low), frame.y(own.high));
            group = group
                .with(line("range", x, low, x, high))
                .with(line("range", x - 7.0, low, x + 7.0, low))
                .with(line("range", x - 7.0, high, x + 7.0, high));
        }
        // Above its line, else below it, else further in: wherever no law's name stands.
        let free = |base: f64| {
            self.lines
                .iter()
                .all(|law| (self.law_name(frame, law) - base).abs() >= 14.0)
        };
        let (base, indent) = if free(y - 5.0) {
            (y - 5.0, 6.0)
        } else if free(y + 14.0) {
            (y + 14.0, 6.0)
        } else {
            (y - 5.0, if frame.width < 640.0 { 128.0 } else { 190.0 })
        };
        group
            .with(
                tag("circle")
                    .set("cx", px(x))
                    .set("cy", px(y))
                    .set("r", "8"),
            )
            .with(label(
                "halo",
                frame.left + indent,
                base,
                "start",
                "Your estimate".to_string(),
            ))
    }

    /// The ring round the point in focus, and its name in a box.
    fn focus(&self) -> Vec<Node> {
        let frame = self.frame();
        let Some(dot) = self.named.get().and_then(|at| self.dots.get(at)) else {
            return Vec::new();
        };
        let point = place(&frame, dot);
        let (first, second) = (title(dot), figure(dot));
        let width = (text_width(&first) * 1.25).max(text_width(&second) * 1.1) + 32.0;
        let width = width.min(frame.width - frame.left);
        let x = (point.x - width / 2.0).clamp(frame.left, (frame.width - width).max(frame.left));
        let above = point.y - 16.0 - 52.0;
        let y = if above < 0.0 { point.y + 16.0 } else { above };
        let ring = tag("circle")
            .class("ring")
            .set("cx", px(point.x))
            .set("cy", px(point.y))
            .set("r", "9");
        let sheet = tag("rect")
            .class("tip")
            .set("x", px(x))
            .set("y", px(y))
            .set("width", px(width))
            .set("height", "52")
            .set("rx", "4");
        vec![
            ring.into(),
            sheet.into(),
            label("strong", x + 12.0, y + 21.0, "start", first).into(),
            powered("second", x + 12.0, y + 41.0, &second).into(),
        ]
    }

    // --- What a person does -----------------------------------------------------------------------------------------------

    /// Measures the room for the drawing.
    pub fn fit(&self) {
        if let Some(plot) = document().get_element_by_id("plot") {
            let now = plot.get_bounding_client_rect().width();
            if now > 0.0 && (now - self.width.get_untracked()).abs() > 0.5 {
                self.width.set(now);
            }
        }
    }

    fn name(&self, at: Option<usize>, aloud_too: bool) {
        if self.named.get_untracked() != at {
            self.named.set(at);
        }
        if let (true, Some(dot)) = (aloud_too, at.and_then(|at| self.dots.get(at))) {
            self.said
                .set([&title(dot), ", ", &aloud(&figure(dot))].concat());
        }
    }

    /// The pointer over an element of the page.
    pub fn over(&self, at: &Element, x: f64, y: f64) {
        let Ok(Some(plot)) = at.closest("#plot") else {
            if self.named.get_untracked().is_some() && !has_focus() {
                self.name(None, false);
            }
            return;
        };
        let frame = untrack(|| self.frame());
        let rect = plot.get_bounding_client_rect();
        let reachable = self.reachable();
        let points: Vec<Point> = reachable
            .iter()
            .filter_map(|at| self.dots.get(*at))
            .map(|dot| place(&frame, dot))
            .collect();
        let found = nearest(&points, x - rect.left(), y - rect.top(), 24.0);
        let found = found.and_then(|at| reachable.get(at).copied());
        if found.is_some() || !has_focus() {
            self.name(found, false);
        }
    }

    /// Arrows go from point to point. The row to open in the table, at Enter.
    pub fn key(&self, event: &KeyboardEvent, at: &Element) -> Option<usize> {
        if at.id() != "plot" || event.ctrl_key() || event.alt_key() || event.meta_key() {
            return None;
        }
        let reachable = self.reachable();
        let of = |value: fn(&Dot) -> f64| -> Vec<f64> {
            reachable
                .iter()
                .filter_map(|at| self.dots.get(*at))
                .map(value)
                .collect()
        };
        let now = self
            .named
            .get_untracked()
            .and_then(|named| reachable.iter().position(|at| *at == named));
        let last = reachable.len().checked_sub(1)?;
        let step = |values: Vec<f64>, forward| match now {
            Some(now) => beside(&values, now, forward),
            None => last,
        };
        let next = match event.key().as_str() {
            "ArrowRight" => step(of(|dot| dot.year), true),
            "ArrowLeft" => step(of(|dot| dot.year), false),
            "ArrowUp" => step(of(|dot| dot.flop), true),
            "ArrowDown" => step(of(|dot| dot.flop), false),
            "Home" => 0,
            "End" => last,
            "Escape" => {
                self.name(None, false);
                return None;
            }
            "Enter" => {
                // The focus moves to a button, which must not hear of the same key.
                event.prevent_default();
                let dot = self.dots.get(self.named.get_untracked()?)?;
                return Some(dot.row);
            }
            _ => return None,
        };
        event.prevent_default();
        self.name(reachable.get(next).copied(), true);
        None
    }

    /// The row of the point under the pointer, for a press.
    pub fn pressed(&self) -> Option<usize> {
        let dot = self.dots.get(self.named.get_untracked()?)?;
        Some(dot.row)
    }
}

fn has_focus() -> bool {
    document().active_element().is_some_and(|active| {
        active.id() == "plot" && active.unchecked_ref::<HtmlElement>().is_connected()
    })
}

fn place(frame: &Frame, dot: &Dot) -> Point {
    Point {
        x: frame.x(dot.year),
        y: frame.y(dot.flop),
    }
}

fn title(dot: &Dot) -> String {
    // The first maker stands for all: a box has one line.
    let maker = dot.maker.split(',').next().unwrap_or("");
    [dot.name, ", ", maker, ", ", &dot.date].concat()
}

fn figure(dot: &Dot) -> String {
    let flop = quantity::flop(dot.flop, 2);
    if dot.sure.is_empty() {
        flop
    } else {
        [&flop, ", ", dot.sure].concat()
    }
}

/// A length in tenths of a pixel: enough for any screen.
fn px(value: f64) -> String {
    quantity::plain((value * 10.0).round() / 10.0, 6).replace('−', "-")
}

fn line(class: &'static str, x1: f64, y1: f64, x2: f64, y2: f64) -> Tag {
    tag("line")
        .class(class)
        .set("x1", px(x1))
        .set("y1", px(y1))
        .set("x2", px(x2))
        .set("y2", px(y2))
}

fn label(class: &'static str, x: f64, y: f64, anchor: &'static str, text: String) -> Tag {
    tag("text")
        .class(class)
        .set("x", px(x))
        .set("y", px(y))
        .set("text-anchor", anchor)
        .with(text)
}

fn raised(power: i32) -> Tag {
    tag("tspan")
        .set("dy", "-5")
        .set("font-size", "10")
        .with(power.to_string())
}

fn power_label(power: i32, x: f64, y: f64) -> Tag {
    label("tick", x, y, "start", "10".to_string()).with(raised(power))
}

/// A text of the drawing with its powers raised.
fn powered(class: &'static str, x: f64, y: f64, text: &str) -> Tag {
    use crate::number::{Piece, pieces};
    let mut out = label(class, x, y, "start", String::new());
    for piece in pieces(text) {
        out = match piece {
            Piece::Plain(plain) => out.with(plain.to_string()),
            Piece::Power {
                digits,
                exponent,
                unit,
            } => out
                .with(digits.to_string())
                .with(
                    tag("tspan")
                        .set("dy", "-5")
                        .set("font-size", "10")
                        .with(exponent),
                )
                .with(tag("tspan").set("dy", "5").with(unit.to_string())),
        };
    }
    out
}

/// What the chart shows of the reader's estimate, in words.
pub fn own_words(own: &Own) -> Tag {
    let name = if own.name.is_empty() {
        String::new()
    } else {
        [&own.name, ", "].concat()
    };
    let figure = if own.low < own.high {
        quantity::with_unit(&quantity::range(own.low, own.high, 2), "FLOP")
    } else {
        quantity::flop(own.flop, 2)
    };
    p("")
        .with(span("").with("Your estimate: "))
        .with(name)
        .with(rich(&figure))
        .with(". It has no date, so its line crosses all years and its mark stands at today.")
}
