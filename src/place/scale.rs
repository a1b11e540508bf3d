//! The chart's arithmetic: where a date and a figure stand, which ticks there are, which names have room, which point is meant.

/// A plot in pixels of its drawing.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Frame {
    /// Of the whole drawing.
    pub width: f64,
    /// Of the whole drawing.
    pub height: f64,
    /// Room for the powers.
    pub left: f64,
    /// Room for the disc of the estimate.
    pub right: f64,
    /// Room above.
    pub top: f64,
    /// Room for the years.
    pub bottom: f64,
    /// First and last year; the last is the end of the axis.
    pub years: (f64, f64),
    /// First and last power of ten.
    pub powers: (i32, i32),
}

impl Frame {
    /// Place of a year.
    pub fn x(&self, year: f64) -> f64 {
        let (from, to) = self.years;
        self.left + (year - from) / (to - from) * (self.width - self.left - self.right)
    }

    /// Place of a figure, FLOP.
    pub fn y(&self, flop: f64) -> f64 {
        let (from, to) = self.powers;
        let share = (flop.log10() - f64::from(from)) / f64::from(to - from);
        self.height - self.bottom - share * (self.height - self.top - self.bottom)
    }

    /// Whether a point stands in the plot.
    pub fn holds(&self, year: f64, flop: f64) -> bool {
        (self.years.0..=self.years.1).contains(&year)
            && (f64::from(self.powers.0)..=f64::from(self.powers.1)).contains(&flop.log10())
    }

    /// Powers with a line: as many as leave 28 px between two, at steps of 1, 3 or 6.
    pub fn power_ticks(&self) -> Vec<i32> {
        let (from, to) = self.powers;
        let room = (self.height - self.top - self.bottom) / f64::from((to - from).max(1));
        let step = [1, 3, 6, 9]
            .into_iter()
            .find(|step| room * f64::from(*step) >= 28.0)
            .unwrap_or(12);
        (from..=to)
            .filter(|power| power.rem_euclid(step) == to_phase(step))
            .collect()
    }

    /// Years with a label: whole ones, 64 px apart at least.
    pub fn year_ticks(&self) -> Vec<i32> {
        let (from, to) = (self.years.0.ceil() as i32, self.years.1.floor() as i32);
        let room = (self.width - self.left - self.right) / (self.years.1 - self.years.0);
        let step = [1, 2, 4, 10, 20]
            .into_iter()
            .find(|step| room * f64::from(*step) >= 64.0)
            .unwrap_or(40);
        (from..=to)
            .filter(|year| (year - from).rem_euclid(step) == 0)
            .collect()
    }
}

/// The rest at which steps of three meet 10²³ and 10²⁶, the figures of law.
fn to_phase(step: i32) -> i32 {
    23_i32.rem_euclid(step)
}

/// The powers that hold all figures.
pub fn powers(figures: impl Iterator<Item = f64>) -> (i32, i32) {
    let (mut low, mut high) = (f64::INFINITY, f64::NEG_INFINITY);
    for figure in figures.filter(|figure| *figure > 0.0 && figure.is_finite()) {
        low = low.min(figure.log10());
        high = high.max(figure.log10());
    }
    if low > high {
        return (18, 27);
    }
    let (low, high) = (low.floor() as i32, high.ceil() as i32);
    (low, high.max(low + 1))
}

/// An ISO date as a year with a fraction; `None` where it is no date. A month or day that is missing is the first.
pub fn year_of(iso: &str) -> Option<f64> {
    let mut parts = iso.split('-').map(|part| {
        part.bytes().try_fold(0.0, |value, byte| {
            byte.is_ascii_digit()
                .then(|| value * 10.0 + f64::from(byte - b'0'))
        })
    });
    let year = parts.next()??;
    let month: f64 = parts.next().flatten().unwrap_or(1.0);
    let day: f64 = parts.next().flatten().unwrap_or(1.0);
    if iso.is_empty() || !(1.0..=12.0).contains(&month) || !(1.0..=31.0).contains(&day) {
        return None;
    }
    Some(year + (month - 1.0) / 12.0 + (day - 1.0) / 372.0)
}

/// A point of the drawing.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Point {
    /// From the left.
    pub x: f64,
    /// From the top.
    pub y: f64,
}

/// The point nearest to a place, within a distance.
pub fn nearest(points: &[Point], x: f64, y: f64, within: f64) -> Option<usize> {
    points
        .iter()
        .enumerate()
        .map(|(at, point)| (at, (point.x - x).hypot(point.y - y)))
        .filter(|(_, distance)| *distance <= within)
        .min_by(|(_, one), (_, two)| one.total_cmp(two))
        .map(|(at, _)| at)
}

/// The next point along one axis: `by` tells the order, ties go by index. Stays at the ends.
pub fn beside(values: &[f64], at: usize, forward: bool) -> usize {
    let Some(own) = values.get(at).copied() else {
        return 0;
    };
    let rank = |index: usize, value: f64| (value, index);
    let after = |(one, index): (f64, usize), (two, other): (f64, usize)| {
        one.total_cmp(&two).then(index.cmp(&other))
    };
    let here = rank(at, own);
    let candidates = values
        .iter()
        .enumerate()
        .map(|(index, value)| rank(index, *value));
    let found = if forward {
        candidates
            .filter(|other| after(*other, here).is_gt())
            .min_by(|one, two| after(*one, *two))
    } else {
        candidates
            .filter(|other| after(*other, here).is_lt())
            .max_by(|one, two| after(*one, *two))
    };
    found.map_or(at, |(_, index)| index)
}

/// A name beside its point.
#[derive(Clone, Debug, PartialEq)]
pub struct Name {
    /// Which point.
    pub at: usize,
    /// Where its text starts, or ends when it stands at the left.
    pub x: f64,
    /// Its base line.
    pub y: f64,
    /// Whether it stands left of the point.
    pub left: bool,
}

/// Names that have room, first come first served, right of their point or else left of it: they cover no other name, no line
/// of `lines` (heights of the thresholds), and stay in the frame.
pub fn names(frame: &Frame, wanted: &[(usize, Point, f64)], lines: &[f64]) -> Vec<Name> {
    const HALF: f64 = 9.0;
    const GAP: f64 = 8.0;
    let mut taken: Vec<(f64, f64, f64)> = Vec::new();
    let mut out = Vec::new();
    for (at, point, width) in wanted {
        for left in [false, true] {
            let (from, to) = if left {
                (point.x - GAP - width, point.x - GAP)
            } else {
                (point.x + GAP, point.x + GAP + width)
            };
            let free = from >= frame.left + 4.0
                && to <= frame.width - frame.right
                && lines.iter().all(|line| (line - point.y).abs() > HALF)
                && taken.iter().all(|(a, b, y)| {
                    to + 4.0 < *a || from - 4.0 > *b || (y - point.y).abs() > 2.0 * HALF
                });
            if free {
                taken.push((from, to, point.y));
                out.push(Name {
                    at: *at,
                    x: if left { to } else { from },
                    y: point.y + 4.5,
                    left,
                });
                break;
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    const WIDE: Frame = Frame {
        width: 1120.0,
        height: 560.0,
        left: 36.0,
        right: 16.0,
        top: 12.0,
        bottom: 28.0,
        years: (2010.0, 2027.0),
        powers: (14, 27),
    };

    #[test]
    fn ends_of_the_axes_stand_at_the_ends_of_the_plot() {
        assert_eq!(WIDE.x(2010.0), 36.0);
        assert_eq!(WIDE.x(2027.0), 1104.0);
        assert_eq!(WIDE.y(1e14), 532.0);
        assert_eq!(WIDE.y(1e27), 12.0);
        assert!((WIDE.y(1e26) - 52.0).abs() < 1e-9, "40 px a power");
        assert!(WIDE.holds(2020.0, 3e23) && !WIDE.holds(2009.9, 3e23) && !WIDE.holds(2020.0, 1e28));
    }

    #[test]
    fn ticks_keep_their_distance_and_meet_the_figures_of_law() {
        assert_eq!(WIDE.power_ticks(), (14..=27).collect::<Vec<_>>());
        let narrow = Frame {
            height: 330.0,
            width: 328.0,
            ..WIDE
        };
        assert_eq!(narrow.power_ticks(), [14, 17, 20, 23, 26]);
        assert_eq!(narrow.year_ticks(), [2010, 2014, 2018, 2022, 2026]);
        assert_eq!(WIDE.year_ticks().get(..3), Some(&[2010, 2012, 2014][..]));
    }

    #[test]
    fn dates_are_years_with_a_fraction() {
        assert_eq!(year_of("2020-01-01"), Some(2020.0));
        assert_eq!(year_of("2020-07"), Some(2020.5));
        assert_eq!(year_of("2020"), Some(2020.0));
        assert!(year_of("2020-12-31").is_some_and(|year| year > 2020.99 && year < 2021.0));
        for text in ["", "soon", "2020-13-01", "2020-01-40", "20x0-01-01"] {
            assert_eq!(year_of(text), None, "{text}");
        }
    }

    #[test]
    fn every_dated_model_stands_on_the_axis() {
        let catalog = compute_tables::catalog();
        let range = powers(catalog.models.iter().map(|model| model.flop));
        let frame = Frame {
            years: (1950.0, 2027.0),
            powers: range,
            ..WIDE
        };
        for model in &catalog.models {
            let Some(year) = year_of(model.date) else {
                panic!("{} has no date", model.id);
            };
            assert!(frame.holds(year, model.flop), "{}", model.id);
        }
    }

    #[test]
    fn the_nearest_point_is_found_within_reach_only() {
        let points = [Point { x: 0.0, y: 0.0 }, Point { x: 10.0, y: 0.0 }];
        assert_eq!(nearest(&points, 6.0, 0.0, 20.0), Some(1));
        assert_eq!(nearest(&points, 60.0, 0.0, 20.0), None);
        assert_eq!(nearest(&[], 0.0, 0.0, 20.0), None);
    }

    #[test]
    fn arrows_visit_every_point_once_and_stop_at_the_ends() {
        let dates = [3.0, 1.0, 2.0, 2.0];
        let mut at = 1;
        let mut seen = vec![at];
        for _ in 0..3 {
            at = beside(&dates, at, true);
            seen.push(at);
        }
        assert_eq!(seen, [1, 2, 3, 0]);
        assert_eq!(beside(&dates, 0, true), 0);
        assert_eq!(beside(&dates, 1, false), 1);
        assert_eq!(beside(&dates, 0, false), 3);
        assert_eq!(beside(&[], 5, true), 0);
    }

    #[test]
    fn names_cover_neither_names_nor_lines() {
        let at = |x, y| Point { x, y };
        let placed = names(
            &WIDE,
            &[
                (0, at(500.0, 100.0), 60.0),
                (1, at(503.0, 100.0), 60.0),
                (2, at(1090.0, 300.0), 60.0),
                (3, at(500.0, 205.0), 60.0),
                (4, at(530.0, 102.0), 60.0),
            ],
            &[200.0],
        );
        let found: Vec<(usize, bool)> = placed.iter().map(|name| (name.at, name.left)).collect();
        // The second would cover the first at its right, the third leave the frame, the fourth a line, the last both neighbours.
        assert_eq!(found, [(0, false), (1, true), (2, true)]);
    }
}
