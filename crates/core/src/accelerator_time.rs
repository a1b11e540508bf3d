//! Method 2: accelerator time, as steps.

use crate::operations::Factor;
use crate::request::{ChipTime, Hardware, Utilization};
use crate::step::{Expr, Given, Item, Method, Step};
use crate::uncertain::Uncertain;

/// The steps of a phase; `capacity` is what the chips could do at most, the last is the total.
pub fn steps(hardware: &Hardware, phase: u8) -> Vec<Step> {
    let step =
        |id, expr, unit| Step::new(id, Method::Hardware, Some(phase), Item::Example, expr, unit);
    let mut out = Vec::new();
    let chip_time = match &hardware.chip_time {
        ChipTime::ChipsAndTime(chips, time) => {
            let seconds = step("seconds", Expr::Given("training time", time.clone()), "s");
            let named = seconds.named("seconds");
            out.push(seconds);
            step(
                "chip-time",
                Expr::Product(vec![Expr::Given("chips", chips.clone()), named]),
                "s",
            )
        }
        ChipTime::ChipHours(hours) => {
            // The field holds chip-seconds; the step shows the conversion from the hours that were typed.
            let in_hours = Given {
                value: hours.value.scaled(1.0 / 3600.0),
                ..hours.clone()
            };
            step(
                "chip-time",
                Expr::Product(vec![
                    Expr::Given("chip-hours", in_hours),
                    Expr::Constant(3600.0, "3600"),
                ]),
                "s",
            )
        }
    };
    let chip_time_named = chip_time.named("chip-seconds");
    out.push(chip_time);

    let peak = step(
        "peak",
        Expr::Given("peak of one chip", hardware.peak.clone()),
        "FLOP/s",
    )
    .remarking(hardware.peak_source.as_str());
    let peak_named = peak.named("peak");
    out.push(peak);

    let capacity = step(
        "capacity",
        Expr::Product(vec![chip_time_named, peak_named]),
        "FLOP",
    );
    let capacity_named = capacity.named("most the chips could do");
    out.push(capacity);

    let utilization = match &hardware.utilization {
        Utilization::Model(given) => Expr::Given("utilization, given", given.clone()),
        Utilization::Usual(given) => Expr::Given("usual utilization", given.clone()),
        Utilization::Hardware(hfu, executed) => Expr::Quotient(
            Box::new(Expr::Given("hardware utilization", hfu.clone())),
            Box::new(Expr::Given("executed : model", executed.clone())),
        ),
    };
    let utilization = step("utilization", utilization, "%");
    let utilization_named = utilization.named("utilization");
    out.push(utilization);
    out.push(step(
        "total",
        Expr::Product(vec![capacity_named, utilization_named]),
        "FLOP",
    ));
    out
}

/// What the chips could do at most, FLOP.
pub fn capacity(steps: &[Step]) -> Option<Uncertain> {
    steps
        .iter()
        .find(|step| step.id == "capacity")
        .map(|step| step.value.clone())
}

/// The factors of the formula line: `10 000 chips × 355.2 h × 125 TFLOP/s × 30 %`.
pub fn factors(hardware: &Hardware) -> Vec<Factor> {
    let given = |given: &Given, unit: &str| Factor {
        text: [&given.text, unit].concat(),
        slot: given.slot,
    };
    let mut out = match &hardware.chip_time {
        ChipTime::ChipsAndTime(chips, time) => {
            let one = chips.value.is_exact() && chips.value.value == 1.0;
            let unit = if one { "\u{202f}chip" } else { "\u{202f}chips" };
            vec![given(chips, unit), given(time, "")]
        }
        ChipTime::ChipHours(hours) => vec![given(hours, "")],
    };
    out.push(given(&hardware.peak, ""));
    match &hardware.utilization {
        Utilization::Model(share) | Utilization::Usual(share) => out.push(given(share, "")),
        Utilization::Hardware(hfu, executed) => {
            out.push(Factor {
                text: [&hfu.text, " ÷ ", &executed.text].concat(),
                slot: hfu.slot,
            });
        }
    }
    out
}
