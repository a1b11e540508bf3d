//! The strip: one logarithmic axis with known models, thresholds and both methods.
//!
//! Geometry in per cent of the width, so that the picture fits any frame; only which labels
//! have room depends on the width. Layout is arithmetic and tested natively; drawing is below.

/// What is marked besides the models: a method's number with its range.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Mark {
    /// FLOP.
    pub value: f64,
    /// 5th percentile.
    pub low: f64,
    /// 95th percentile.
    pub high: f64,
    /// Whether it is accelerator time.
    pub is_hardware: bool,
    /// Whether it is from before a change that does not read.
    pub is_stale: bool,
}

/// The powers of ten at both ends of the axis.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// Left end.
    pub from: i32,
    /// Right end.
    pub to: i32,
}

/// Powers shown at least and at most.
const LEAST: i32 = 4;
const MOST: i32 = 6;
/// Where the figures of law begin to matter: the window reaches them when they are near.
const LAW: i32 = 27;

impl Window {
    /// The window that holds these marks with a power of room at both ends; that of today's models without marks.
    pub fn of(marks: &[Mark]) -> Window {
        let log = |value: f64| value.log10();
        let low = marks
            .iter()
            .map(|mark| log(mark.low))
            .fold(f64::INFINITY, f64::min);
        let high = marks
            .iter()
            .map(|mark| log(mark.high))
            .fold(f64::NEG_INFINITY, f64::max);
        if !low.is_finite() || !high.is_finite() {
            return Window { from: 21, to: LAW };
        }
        let (mut from, mut to) = (low.floor() as i32 - 1, high.ceil() as i32 + 1);
        if to < LAW && LAW - (from - 1) <= MOST {
            to = LAW;
        }
        while to - from < LEAST + 1 {
            from -= 1;
        }
        if to - from < MOST {
            from -= 1;
        }
        Window { from, to }
    }

    /// Place of a value in the plot, 0 to 1; outside of it where the value is outside.
    pub fn share(self, value: f64) -> f64 {
        (value.log10() - f64::from(self.from)) / f64::from(self.to - self.from)
    }

    /// Whether a value is shown.
    pub fn holds(self, value: f64) -> bool {
        (0.0..=1.0).contains(&self.share(value))
    }
}

/// Rough width of a text in the strip's 13 px type.
pub fn text_width(text: &str) -> f64 {
    text.chars()
        .map(|c| match c {
            'i' | 'l' | 'j' | 't' | 'f' | ' ' | '.' | ',' | '-' | '1' | 'I' => 4.4,
            'm' | 'w' | 'M' | 'W' => 11.0,
            'A'..='Z' | '0'..='9' => 8.3,
            _ => 7.2,
        })
        .sum()
}

/// A label beside a line.
#[derive(Clone, Debug, PartialEq)]
pub struct Label {
    /// Place of the line, 0 to 1.
    pub share: f64,
    /// Text.
    pub text: String,
    /// Whether it stands left of the line.
    pub left: bool,
    /// Row, from 0 at the top.
    pub row: usize,
}

/// Places labels in rows, first come first served; what has no room is left without a name (`None`).
/// Labels keep 4 px apart and inside the frame.
pub fn place(wanted: &[(f64, String, bool)], rows: usize, width: f64) -> Vec<Option<Label>> {
    let mut taken: Vec<Vec<(f64, f64)>> = vec![Vec::new(); rows];
    let mut fit = |share: f64, text: &str, prefers_left: bool| {
        let long = text_width(text);
        let x = share * width;
        for left in [prefers_left, !prefers_left] {
            let (from, to) = if left {
                (x - 5.0 - long, x - 2.0)
            } else {
                (x + 2.0, x + 5.0 + long)
            };
            if from < -6.0 || to > width + 6.0 {
                continue;
            }
            for (row, taken) in taken.iter_mut().enumerate() {
                if taken.iter().all(|(a, b)| to + 4.0 < *a || from - 4.0 > *b) {
                    taken.push((from, to));
                    return Some(Label {
                        share,
                        text: text.to_string(),
                        left,
                        row,
                    });
                }
            }
        }
        None
    };
    wanted
        .iter()
        .map(|(share, text, prefers_left)| fit(*share, text, *prefers_left))
        .collect()
}

/// The same, with names cut at their comma, the first ones first, until all have room ("EU guidelines, GPAI").
pub fn place_all(wanted: &[(f64, String, bool)], rows: usize, width: f64) -> Vec<Option<Label>> {
    let mut wanted = wanted.to_vec();
    let mut placed = place(&wanted, rows, width);
    for at in 0..wanted.len() {
        if placed.iter().all(Option::is_some) {
            break;
        }
        if let Some((_, text, _)) = wanted.get_mut(at)
            && let Some(comma) = text.find(',')
        {
            text.truncate(comma);
            placed = place(&wanted, rows, width);
        }
    }
    placed
}

#[cfg(target_arch = "wasm32")]
pub use draw::{Strip, strip};

#[cfg(target_arch = "wasm32")]
mod draw {
    use super::{Mark, Window, place};
    use crate::html::{Tag, tag};
    use compute_core::catalog::Catalog;
    use compute_core::comparison::Nearest;
    use compute_core::quantity::plain;

    /// What the strip shows.
    pub struct Strip<'a> {
        /// Both methods, as far as there are numbers.
        pub marks: Vec<Mark>,
        /// Models and thresholds.
        pub catalog: &'a Catalog,
        /// The named neighbours.
        pub nearest: &'a Nearest,
        /// The same in words.
        pub words: String,
        /// Width in CSS pixels, for the labels.
        pub width: f64,
        /// The rug of index.html, until all models have come.
        pub rug: Option<&'a str>,
    }

    const NAMES: f64 = 52.0;
    const RUG: f64 = 61.0;
    const ROWS: f64 = 91.0;
    const AXIS: f64 = 130.0;
    /// Height of the whole.
    const HEIGHT: &str = "152";

    /// Per cent of the width, the plot standing 1.5 % inside.
    fn x(share: f64) -> String {
        let hundredths = ((1.5 + share * 97.0) * 100.0).round().max(0.0) as u32;
        let (whole, part) = (hundredths / 100, hundredths % 100);
        let part = if part < 10 {
            ["0", &part.to_string()].concat()
        } else {
            part.to_string()
        };
        [&whole.to_string(), ".", &part, "%"].concat()
    }

    fn y(value: f64) -> String {
        (value.round() as usize).to_string()
    }

    fn line(class: &'static str, x1: String, x2: String, y1: f64, y2: f64) -> Tag {
        tag("line")
            .class(class)
            .set("x1", x1)
            .set("x2", x2)
            .set("y1", y(y1))
            .set("y2", y(y2))
    }

    /// Draws it.
    pub fn strip(strip: &Strip) -> Tag {
        let window = Window::of(&strip.marks);
        let plot = strip.width * 0.97;
        let mut out = tag("svg")
            .class("strip")
            .set("height", HEIGHT)
            .set("role", "img")
            .set("aria-label", strip.words.clone());
        out = out.with(rug(strip, window));

        // Thresholds, in two rows of names; the line of one begins at its name.
        let limits: Vec<(f64, String, bool)> = super::limits(strip.catalog)
            .into_iter()
            .filter(|(flop, _)| window.holds(*flop))
            .map(|(flop, name)| (window.share(flop), name, false))
            .collect();
        let labels = super::place_all(&limits, 2, plot);
        for ((share, ..), label) in limits.iter().zip(&labels) {
            let top = label
                .as_ref()
                .map_or(36.0, |label| 1.0 + 17.0 * label.row as f64);
            out = out.with(line("limit", x(*share), x(*share), top, AXIS));
        }
        for label in labels.into_iter().flatten() {
            out = out.with(name("limit-name halo", label, 13.0));
        }

        // The neighbours first, then well-known models where there is room.
        let mut wanted: Vec<(f64, String, bool)> = Vec::new();
        if let Some(below) = &strip.nearest.below {
            wanted.push((window.share(below.flop), below.name.to_string(), true));
        }
        if let Some(above) = &strip.nearest.above {
            wanted.push((window.share(above.flop), above.name.to_string(), false));
        }
        for known in super::KNOWN {
            if let Some(model) = strip.catalog.models.iter().find(|model| model.id == known)
                && wanted.iter().all(|(_, name, _)| name != model.name)
                && super::own(strip, model.flop)
            {
                wanted.push((window.share(model.flop), model.name.to_string(), false));
            }
        }
        wanted.retain(|(share, ..)| (0.0..=1.0).contains(share));
        for label in place(&wanted, 1, plot).into_iter().flatten() {
            out = out
                .with(line(
                    "pole",
                    x(label.share),
                    x(label.share),
                    NAMES - 12.0,
                    RUG + 9.0,
                ))
                .with(name("halo", label, NAMES));
        }

        let mut row = ROWS;
        for mark in &strip.marks {
            let (class, word) = if mark.is_hardware {
                ("m2", "By time")
            } else {
                ("m1", "Counted")
            };
            out = out
                .with(line("row", "60".to_string(), "98.5%".to_string(), row, row))
                .with(tag("text").class("name").set("y", y(row + 4.0)).with(word));
            out = out.with(shape(mark, class, window, row));
            row += 22.0;
        }

        out = out.with(line(
            "axis",
            "1.5%".to_string(),
            "98.5%".to_string(),
            AXIS,
            AXIS,
        ));
        // More than eight figures run into each other on a narrow screen.
        let every = (window.to - window.from) / 8 + 1;
        for power in (window.from..=window.to).filter(|power| (power - window.from) % every == 0) {
            let share = f64::from(power - window.from) / f64::from(window.to - window.from);
            out = out.with(line("axis", x(share), x(share), AXIS, AXIS + 4.0));
            let (anchor, shift) = match power {
                power if power == window.from => ("start", Some("-6")),
                power if power == window.to => ("end", Some("6")),
                _ => ("middle", None),
            };
            out = out.with(
                tag("text")
                    .class("tick")
                    .set("x", x(share))
                    .set("y", y(AXIS + 19.0))
                    .set("text-anchor", anchor)
                    .set_some("dx", shift)
                    .with("10")
                    .with(
                        tag("tspan")
                            .set("dy", "-5")
                            .with(plain(f64::from(power), 3)),
                    ),
            );
        }
        out
    }

    fn name(class: &'static str, label: super::Label, top: f64) -> Tag {
        tag("text")
            .class(class)
            .set("x", x(label.share))
            .set("y", y(top + 17.0 * label.row as f64))
            .set("dx", if label.left { "-5" } else { "5" })
            .set("text-anchor", if label.left { "end" } else { "start" })
            .with(label.text)
    }

    /// One line of 1 px for each known model, in a frame of its own that stretches with the width.
    fn rug(strip: &Strip, window: Window) -> Tag {
        let path = match strip.rug {
            Some(rug) if window == (Window { from: 21, to: 27 }) => rug.to_string(),
            _ => {
                let mut path = String::new();
                let mut last = -1;
                for model in &strip.catalog.models {
                    if window.holds(model.flop) {
                        let at = (window.share(model.flop) * 500.0).round() as i32;
                        if at != last {
                            path.push('M');
                            path.push_str(&at.to_string());
                            path.push_str(" 0v9");
                            last = at;
                        }
                    }
                }
                path
            }
        };
        tag("svg")
            .set("x", "1.5%")
            .set("y", y(RUG))
            .set("width", "97%")
            .set("height", "9")
            .set("viewBox", "0 0 500 9")
            .set("preserveAspectRatio", "none")
            .with(tag("path").class("rug").set("d", path))
    }

    /// A disc for the count, a square for the time, with the caps of the range.
    fn shape(mark: &Mark, class: &'static str, window: Window, row: f64) -> Tag {
        let clamp = |value: f64| x(window.share(value).clamp(-0.015, 1.015));
        let mut group = tag("g").set(
            "class",
            if mark.is_stale {
                [class, " stale"].concat()
            } else {
                class.to_string()
            },
        );
        if mark.low < mark.high {
            group = compute_core::apart::apart(|| {
                let (low, high) = (clamp(mark.low), clamp(mark.high));
                group
                    .with(line("span", low.clone(), high.clone(), row, row))
                    .with(line("span", low.clone(), low, row - 7.0, row + 7.0))
                    .with(line("span", high.clone(), high, row - 7.0, row + 7.0))
            });
        }
        let center = clamp(mark.value);
        group.with(if mark.is_hardware {
            // A frame at the centre: `x` takes per cent, and no element takes per cent minus pixels.
            tag("svg")
                .set("x", center)
                .set("y", y(row - 6.0))
                .set("overflow", "visible")
                .with(
                    tag("rect")
                        .set("x", "-5.5")
                        .set("width", "11")
                        .set("height", "11"),
                )
        } else {
            tag("circle")
                .set("cx", center)
                .set("cy", y(row))
                .set("r", "6")
        })
    }
}

/// Names that most readers know, for orientation.
#[cfg(target_arch = "wasm32")]
const KNOWN: [&str; 6] = [
    "gpt-3",
    "gpt-4",
    "gpt-2",
    "alexnet",
    "llama-3-1-405b",
    "bert-large",
];

/// Whether a mark is not the strip's own estimate.
#[cfg(target_arch = "wasm32")]
fn own(strip: &Strip, flop: f64) -> bool {
    strip
        .marks
        .iter()
        .all(|mark| (mark.value / flop - 1.0).abs() > 0.02)
}

/// The shown thresholds by figure, each figure once, with the short names of all that share it.
#[cfg(target_arch = "wasm32")]
fn limits(catalog: &compute_core::catalog::Catalog) -> Vec<(f64, String)> {
    let mut out: Vec<(f64, String)> = Vec::new();
    for row in catalog.thresholds.iter().filter(|row| row.shown) {
        match out.iter_mut().find(|(flop, _)| *flop == row.flop) {
            Some((_, name)) => {
                let mut places = name.as_bytes().windows(row.short.len().max(1));
                if !places.any(|place| place == row.short.as_bytes()) {
                    name.push_str(", ");
                    name.push_str(row.short);
                }
            }
            None => out.push((row.flop, row.short.to_string())),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mark(value: f64) -> Mark {
        Mark {
            value,
            low: value,
            high: value,
            is_hardware: false,
            is_stale: false,
        }
    }

    #[test]
    fn the_window_holds_its_marks_with_room() {
        for exponent in -3..40 {
            for figure in [1.0, 3.0, 9.9] {
                let value = figure * 10f64.powi(exponent);
                let window = Window::of(&[mark(value)]);
                let share = window.share(value);
                assert!(
                    (0.05..=0.95).contains(&share),
                    "{value:e} at {share} of {window:?}"
                );
                assert!(
                    (LEAST..=MOST + 1).contains(&(window.to - window.from)),
                    "{window:?}"
                );
            }
        }
    }

    #[test]
    fn the_first_visit_has_the_window_of_its_static_picture() {
        assert_eq!(
            Window::of(&[mark(3.1428e23), mark(4.8e23)]),
            Window { from: 21, to: 27 }
        );
        assert_eq!(Window::of(&[]), Window { from: 21, to: 27 });
    }

    #[test]
    fn a_wide_range_widens_the_window() {
        let wide = Mark {
            value: 1e24,
            low: 1e20,
            high: 1e28,
            is_hardware: true,
            is_stale: false,
        };
        let window = Window::of(&[wide]);
        assert!(window.holds(1e20) && window.holds(1e28));
    }

    #[test]
    fn a_long_name_is_cut_where_that_makes_room_for_all() {
        let wanted = [
            (2.0 / 6.0, "EU guidelines, GPAI".to_string(), false),
            (4.0 / 6.0, "EU AI Act".to_string(), false),
            (5.0 / 6.0, "US states, Korea".to_string(), false),
        ];
        let placed = place_all(&wanted, 2, 372.0);
        let texts: Vec<&str> = placed
            .iter()
            .flatten()
            .map(|label| label.text.as_str())
            .collect();
        assert_eq!(texts, ["EU guidelines", "EU AI Act", "US states, Korea"]);
    }

    #[test]
    fn labels_do_not_overlap_and_stay_inside() {
        let wanted: Vec<(f64, String, bool)> = [0.5, 0.51, 0.53, 0.02, 0.98]
            .into_iter()
            .map(|share| (share, "Some model".to_string(), false))
            .collect();
        let placed = place(&wanted, 1, 372.0);
        let mut spans: Vec<(f64, f64)> = Vec::new();
        for label in placed.iter().flatten() {
            let long = text_width(&label.text);
            let x = label.share * 372.0;
            let span = if label.left {
                (x - 5.0 - long, x)
            } else {
                (x, x + 5.0 + long)
            };
            assert!(span.0 >= -10.0 && span.1 <= 382.0, "{label:?}");
            assert!(
                spans
                    .iter()
                    .all(|other| span.1 <= other.0 || span.0 >= other.1),
                "{label:?}"
            );
            spans.push(span);
        }
        assert!(placed[0].is_some(), "the first has the first choice");
        assert!(placed.iter().flatten().count() >= 3);
    }
}
