//! Pictures to take away: the strip, the distribution of the estimate with the thresholds in it, and what drives it.

use compute_core::catalog::{Catalog, Threshold};
use compute_core::estimate::estimate;
use compute_core::quantity;
use compute_core::regulation;
use compute_core::request;
use compute_core::step::Method;
use compute_core::sum::Total;
use compute_core::uncertain::Z;

use super::desk::{Desk, refusal};
use crate::html::{Node, Tag, p, pictures, tag};
use crate::number::{aloud, rich};

const WIDTH: f64 = 560.0;
const TOP: f64 = 40.0;
const AXIS: f64 = 190.0;
const HEIGHT: &str = "216";
/// Steps of the drawn distribution.
const STEPS: usize = 120;

/// The tool.
pub fn view(desk: Desk, catalog: &'static Catalog) -> Vec<Node> {
    let form = desk.form();
    let read = request::read(&form, catalog);
    let found = estimate(&form, &read, catalog);
    let mut out: Vec<Node> = vec![
        tag("h3").with("The strip beside the form").into(),
        pictures("tool-row", ".result .strip").into(),
        tag("h3").with("How sure it is").into(),
    ];
    let Some(headline) = found.totals.clone() else {
        out.push(
            refusal("There is no number to draw yet: fill one of the two methods in the form.")
                .into(),
        );
        return out;
    };
    // The headline; where it rests on single numbers, the method that does not.
    let methods = [
        (
            Method::Counting,
            "This is the count alone: the headline rests on single numbers.",
        ),
        (
            Method::Hardware,
            "This is the accelerator time alone: the headline rests on single numbers.",
        ),
    ];
    let by_method = methods
        .into_iter()
        .filter_map(|(method, note)| Some((found.totals_by(method, &read)?, note)));
    let drawn = std::iter::once((headline, ""))
        .chain(by_method)
        .find(|(totals, _)| !totals.all.is_exact());
    let Some((totals, note)) = drawn else {
        out.push(p("note").with("Every input is a single number, so there is no distribution to draw. Type a range, like 30% to 45%, in any field.").into());
        return out;
    };
    let total = &totals.all;
    if !note.is_empty() {
        out.push(p("note").with(note).into());
    }
    if !totals.all_equal {
        out.push(
            p("note")
                .with("Drawn is everything typed; the probabilities below are of what each rule counts.")
                .into(),
        );
    }
    let shown: Vec<&Threshold> = catalog
        .thresholds
        .iter()
        .filter(|row| row.shown && row.flop.is_finite() && row.flop > 0.0)
        .collect();
    out.push(distribution(total, &shown).into());
    out.push(pictures("tool-row", "#tool-spread").into());
    let mut list = tag("ul").class("tool-notes");
    for row in &shown {
        let compared = regulation::compare(row, &totals);
        let Some(chance) = compared.and_then(|compared| compared.probability) else {
            continue;
        };
        list = list.with(
            tag("li").with(rich(
                &[
                    row.name,
                    ", ",
                    &regulation::figure(row.flop),
                    ": probability of more, on these inputs, ",
                    &regulation::probability(chance),
                    ".",
                ]
                .concat(),
            )),
        );
    }
    out.push(list.into());
    out.push(tag("h3").with("What drives it").into());
    let drivers: Vec<(&'static str, f64)> = total
        .drivers
        .iter()
        .filter_map(|(unknown, share)| {
            let slot = read.unknowns.get(usize::from(*unknown))?;
            Some((slot.field.spec().label, *share))
        })
        .collect();
    out.push(bars(&drivers).into());
    out.push(pictures("tool-row", "#tool-drivers").into());
    out
}

fn px(value: f64) -> String {
    let tenths = (value * 10.0).round() as i64;
    [
        &(tenths / 10).to_string(),
        ".",
        &(tenths % 10).abs().to_string(),
    ]
    .concat()
}

/// The density over the logarithm, the 90 % range filled, the thresholds as dashed lines.
fn distribution(total: &Total, thresholds: &[&Threshold]) -> Tag {
    let (middle, sigma) = (
        total.value.log10(),
        (total.high / total.low).log10() / (2.0 * Z),
    );
    let (mut from, mut to) = (middle - 4.0 * sigma, middle + 4.0 * sigma);
    // A figure just outside is what a reader looks for.
    for row in thresholds {
        let at = row.flop.log10();
        if (from - 1.0..to + 1.0).contains(&at) {
            from = from.min(at - 0.1);
            to = to.max(at + 0.1);
        }
    }
    let x = |power: f64| (power - from) / (to - from) * WIDTH;
    let power_at = |step: usize| from + (to - from) * step as f64 / STEPS as f64;
    let above: Vec<f64> = (0..=STEPS)
        .map(|step| {
            total
                .probability_above(10_f64.powf(power_at(step)))
                .unwrap_or(0.0)
        })
        .collect();
    let density: Vec<f64> = above
        .windows(2)
        .map(|pair| match pair {
            [left, right] => (left - right).max(0.0),
            _ => 0.0,
        })
        .collect();
    let most = density.iter().copied().fold(f64::MIN_POSITIVE, f64::max);
    let area = |low: f64, high: f64| {
        let mut path = String::new();
        let mut last = 0.0;
        for (step, share) in density.iter().enumerate() {
            let power = f64::midpoint(power_at(step), power_at(step + 1));
            if power < low || power > high {
                continue;
            }
            let start = path.is_empty();
            path.push_str(if start { "M" } else { "L" });
            if start {
                path.push_str(&[&px(x(power)), " ", &px(AXIS), "L"].concat());
            }
            last = x(power);
            let y = AXIS - share / most * (AXIS - TOP - 20.0);
            path.push_str(&[&px(last), " ", &px(y)].concat());
        }
        path.push_str(&["L", &px(last), " ", &px(AXIS), "Z"].concat());
        path
    };
    let said = [
        "Distribution of the estimate: median ",
        &aloud(&quantity::flop(total.value, 2)),
        ", 90 per cent between ",
        &aloud(&quantity::scientific(total.low, 2)),
        " and ",
        &aloud(&quantity::scientific(total.high, 2)),
    ]
    .concat();
    let mut svg = tag("svg")
        .class("strip spread")
        .set("id", "tool-spread")
        .set("viewBox", ["0 0 560 ", HEIGHT].concat())
        .set("role", "img")
        .set("aria-label", said)
        .with(tag("path").class("all").set("d", area(from, to)))
        .with(
            tag("path")
                .class("range")
                .set("d", area(total.low.log10(), total.high.log10())),
        )
        .with(line("median", x(middle), TOP, AXIS));
    let mut level = 0.0;
    for row in thresholds {
        let at = row.flop.log10();
        if at < from || at > to {
            continue;
        }
        let (anchor, shift) = if x(at) > WIDTH * 0.6 {
            ("end", "-5")
        } else {
            ("start", "5")
        };
        svg = svg
            .with(line("limit", x(at), 4.0 + 17.0 * level, AXIS))
            .with(
                tag("text")
                    .class("limit-name halo")
                    .set("x", px(x(at)))
                    .set("y", px(14.0 + 17.0 * level))
                    .set("dx", shift)
                    .set("text-anchor", anchor)
                    .with(row.short),
            );
        level = if level > 1.0 { 0.0 } else { level + 1.0 };
    }
    svg = svg.with(
        tag("line")
            .class("axis")
            .set("x1", "0")
            .set("x2", "560")
            .set("y1", px(AXIS))
            .set("y2", px(AXIS)),
    );
    let every = ((to - from) / 8.0).ceil().max(1.0) as i32;
    for power in from.ceil() as i32..=to.floor() as i32 {
        if power.rem_euclid(every) != 0 {
            continue;
        }
        let at = x(f64::from(power));
        svg = svg.with(line("axis", at, AXIS, AXIS + 4.0)).with(
            tag("text")
                .class("tick")
                .set("x", px(at.clamp(12.0, WIDTH - 16.0)))
                .set("y", px(AXIS + 19.0))
                .set("text-anchor", "middle")
                .with("10")
                .with(
                    tag("tspan")
                        .set("dy", "-5")
                        .with(quantity::plain(f64::from(power), 3)),
                ),
        );
    }
    svg
}

fn line(class: &'static str, x: f64, from: f64, to: f64) -> Tag {
    tag("line")
        .class(class)
        .set("x1", px(x))
        .set("x2", px(x))
        .set("y1", px(from))
        .set("y2", px(to))
}

/// Share of each range in the spread, as bars.
fn bars(drivers: &[(&'static str, f64)]) -> Tag {
    let mut said = String::from("Share of each range in the spread:");
    let height = (drivers.len() as f64 * 28.0).max(28.0);
    let mut svg = tag("svg")
        .class("strip spread")
        .set("id", "tool-drivers")
        .set("viewBox", ["0 0 560 ", &px(height)].concat())
        .set("role", "img");
    for (at, (label, share)) in drivers.iter().enumerate() {
        let top = at as f64 * 28.0;
        let text = quantity::percent(*share, 2);
        said.push_str(&[" ", label, " ", &text, "."].concat());
        svg = svg
            .with(
                tag("text")
                    .set("x", "0")
                    .set("y", px(top + 18.0))
                    .with(*label),
            )
            .with(
                tag("rect")
                    .class("bar")
                    .set("x", "190")
                    .set("y", px(top + 6.0))
                    .set("width", px((share * 310.0).max(1.0)))
                    .set("height", "16"),
            )
            .with(
                tag("text")
                    .set("x", "560")
                    .set("y", px(top + 18.0))
                    .set("text-anchor", "end")
                    .with(text),
            );
    }
    svg.set("aria-label", said)
}
