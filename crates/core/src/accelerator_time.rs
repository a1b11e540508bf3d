//! Method 2: accelerator time, as steps.

use std::rc::Rc;

use crate::apart::apart;
use crate::operations::Factor;
use crate::request::{ChipTime, Hardware, Utilization};
use crate::step::{Expr, Given, Item, Ladder, Method, Step};
use crate::uncertain::Uncertain;

/// The steps of a phase; `capacity` is what the chips could do at most, the last is the total.
pub fn steps(hardware: &Hardware, phase: u8) -> Vec<Step> {
    let mut ladder = Ladder::new(Method::Hardware, phase, Item::Example);
    let given = |name, given: &Rc<Given>| Expr::Given(name, Rc::clone(given));
    let chip_time = match &hardware.chip_time {
        ChipTime::ChipsAndTime(chips, time) => {
            let seconds = ladder.step("seconds", "s", "seconds", given("training time", time));
            vec![given("chips", chips), seconds]
        }
        ChipTime::ChipHours(hours) => apart(|| {
            // The field holds chip-seconds; the step shows the conversion from the hours that were typed.
            let in_hours = Given {
                value: hours.value.scaled(1.0 / 3600.0),
                ..Given::clone(hours)
            };
            vec![
                Expr::Given("chip-hours", Rc::new(in_hours)),
                Expr::Constant(3600.0, "3600"),
            ]
        }),
    };
    let chip_time = ladder.step("chip-time", "s", "chip-seconds", Expr::Product(chip_time));
    let peak = ladder.step(
        "peak",
        "FLOP/s",
        "peak",
        given("peak of one chip", &hardware.peak),
    );
    if let Some(step) = ladder.steps.last_mut() {
        step.remark.clone_from(&hardware.peak_source);
    }
    let capacity = Expr::Product(vec![chip_time, peak]);
    let capacity = ladder.step("capacity", "FLOP", "most the chips could do", capacity);
    let utilization = match &hardware.utilization {
        Utilization::Model(share) => given("utilization, given", share),
        Utilization::Usual(share) => given("usual utilization", share),
        Utilization::Hardware(hfu, executed) => apart(|| {
            Expr::Quotient(
                Box::new(given("hardware utilization", hfu)),
                Box::new(given("executed : model", executed)),
            )
        }),
    };
    let utilization = ladder.step("utilization", "%", "utilization", utilization);
    ladder.step(
        "total",
        "FLOP",
        "",
        Expr::Product(vec![capacity, utilization]),
    );
    ladder.steps
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
    let mut out = match &hardware.chip_time {
        ChipTime::ChipsAndTime(chips, time) => {
            let one = chips.value.is_exact() && chips.value.value == 1.0;
            let unit = if one { "\u{202f}chip" } else { "\u{202f}chips" };
            vec![Factor::of(chips, unit), Factor::of(time, "")]
        }
        ChipTime::ChipHours(hours) => vec![Factor::of(hours, "")],
    };
    out.push(Factor::of(&hardware.peak, ""));
    out.push(match &hardware.utilization {
        Utilization::Model(share) | Utilization::Usual(share) => Factor::of(share, ""),
        Utilization::Hardware(hfu, executed) => {
            apart(|| Factor::of(hfu, &[" ÷ ", &executed.text].concat()))
        }
    });
    out
}
