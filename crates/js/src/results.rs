//! The module's results, as plain objects.

use compute_core::agreement::Agreement;
use compute_core::catalog::{Catalog, Count};
use compute_core::estimate::{Estimate as CoreEstimate, MethodResult as CoreMethod};
use compute_core::field::Slot;
use compute_core::form::Form;
use compute_core::problem::Problem as CoreProblem;
use compute_core::quantity;
use compute_core::request::{self, Request};
use compute_core::step::Step as CoreStep;
use compute_core::sum::Total;
use compute_core::uncertain::Uncertain as CoreUncertain;
use compute_core::{link, regulation, words};
use serde::Serialize;

use crate::tables::{self, Model};

/// Median with 5th and 95th percentile.
#[derive(Serialize)]
pub struct Uncertain {
    value: f64,
    low: Option<f64>,
    high: Option<f64>,
}

impl From<&CoreUncertain> for Uncertain {
    fn from(value: &CoreUncertain) -> Uncertain {
        let range = !value.is_exact();
        Uncertain {
            value: value.value,
            low: range.then(|| value.low()),
            high: range.then(|| value.high()),
        }
    }
}

impl From<&Total> for Uncertain {
    fn from(total: &Total) -> Uncertain {
        let range = !total.is_exact();
        Uncertain {
            value: total.value,
            low: range.then_some(total.low),
            high: range.then_some(total.high),
        }
    }
}

impl Uncertain {
    /// Of a number that was read, with or without a range.
    pub fn read(value: f64, low: f64, high: f64) -> Uncertain {
        let range = low < high;
        Uncertain {
            value,
            low: range.then_some(low),
            high: range.then_some(high),
        }
    }
}

#[derive(Serialize)]
pub struct Step {
    id: &'static str,
    title: String,
    formula: String,
    substituted: String,
    value: Uncertain,
    unit: &'static str,
    why: String,
}

impl From<&CoreStep> for Step {
    fn from(step: &CoreStep) -> Step {
        Step {
            id: step.id,
            title: words::title(step),
            formula: step.expr.formula(),
            substituted: step.expr.substituted(),
            value: Uncertain::from(&step.value),
            unit: step.unit,
            why: words::why(step),
        }
    }
}

#[derive(Serialize)]
pub struct Driver {
    field: String,
    share: f64,
}

#[derive(Serialize)]
pub struct MethodResult {
    flop: Uncertain,
    steps: Vec<Step>,
    drivers: Vec<Driver>,
}

fn drivers(found: &[(u16, f64)], request: &Request) -> Vec<Driver> {
    found
        .iter()
        .filter_map(|(unknown, share)| {
            let slot = request.unknowns.get(usize::from(*unknown))?;
            Some(Driver {
                field: slot.path(),
                share: *share,
            })
        })
        .collect()
}

fn method(result: &CoreMethod, request: &Request) -> MethodResult {
    MethodResult {
        flop: Uncertain::from(&result.total),
        steps: result.steps.iter().map(Step::from).collect(),
        drivers: drivers(&result.total.drivers, request),
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PhaseCounting {
    flop: Uncertain,
    steps: Vec<Step>,
    drivers: Vec<Driver>,
    forward_flop: Uncertain,
    backward_flop: Uncertain,
}

#[derive(Serialize)]
pub struct PhaseHardware {
    flop: Uncertain,
    steps: Vec<Step>,
    drivers: Vec<Driver>,
    accelerator: Option<&'static str>,
    peak: f64,
}

#[derive(Serialize)]
pub struct PhaseResult {
    kind: &'static str,
    counting: Option<PhaseCounting>,
    hardware: Option<PhaseHardware>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Totals {
    all: Uncertain,
    eu_update: Uncertain,
    eu_cumulative: Uncertain,
    us_state: Uncertain,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Text {
    scientific: String,
    words: String,
    petaflop_days: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AgreementOut {
    ratio: Uncertain,
    implied_utilization: Uncertain,
    verdict: &'static str,
    sentence: String,
}

impl From<&Agreement> for AgreementOut {
    fn from(agreement: &Agreement) -> AgreementOut {
        AgreementOut {
            ratio: Uncertain::from(&agreement.ratio),
            implied_utilization: Uncertain::from(&agreement.implied_utilization),
            verdict: agreement.verdict.id(),
            sentence: agreement.sentence(),
        }
    }
}

#[derive(Serialize)]
pub struct Comparison {
    below: Option<Model>,
    above: Option<Model>,
    thresholds: Vec<Threshold>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Threshold {
    id: &'static str,
    name: &'static str,
    flop: f64,
    relation: &'static str,
    count: &'static str,
    status: &'static str,
    in_force: Option<&'static str>,
    as_of: &'static str,
    conditions: &'static str,
    source: &'static str,
    flop_counted: Uncertain,
    exceeded: bool,
    verdict: Option<&'static str>,
    probability: Option<f64>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Modifier {
    threshold: Uncertain,
    share: Uncertain,
    is_provider: bool,
    inherits_systemic_risk: bool,
    total: Option<Uncertain>,
}

#[derive(Serialize)]
pub struct Problem {
    field: String,
    code: &'static str,
    message: String,
    remedy: String,
    severity: &'static str,
}

impl From<&CoreProblem> for Problem {
    fn from(problem: &CoreProblem) -> Problem {
        Problem {
            field: problem.slot.map(Slot::path).unwrap_or_default(),
            code: problem.code,
            message: problem.sentence(),
            remedy: problem.remedy.clone(),
            severity: problem.severity.id(),
        }
    }
}

#[derive(Serialize)]
pub struct Estimate {
    phases: Vec<PhaseResult>,
    counting: Option<MethodResult>,
    hardware: Option<MethodResult>,
    headline: Option<&'static str>,
    flop: Option<Uncertain>,
    totals: Option<Totals>,
    text: Option<Text>,
    agreement: Option<AgreementOut>,
    comparison: Option<Comparison>,
    modifier: Option<Modifier>,
    link: String,
    problems: Vec<Problem>,
}

fn count_name(count: Count) -> &'static str {
    match count {
        Count::All => "all",
        Count::EuUpdate => "euUpdate",
        Count::EuCumulative => "euCumulative",
        Count::UsState => "usState",
        Count::FineTuning => "fineTuning",
    }
}

/// Estimates what a form says, with messages from reading the link in front.
pub fn estimate(form: &Form, catalog: &'static Catalog, before: &[CoreProblem]) -> Estimate {
    let request = request::read(form, catalog);
    let result = compute_core::estimate::estimate(form, &request, catalog);
    let phases = result
        .phases
        .iter()
        .map(|phase| PhaseResult {
            kind: phase.kind.id(),
            counting: phase.counting.as_ref().map(|counting| PhaseCounting {
                flop: Uncertain::from(&counting.flop),
                steps: counting.steps.iter().map(Step::from).collect(),
                drivers: drivers(&counting.flop.drivers(), &request),
                forward_flop: Uncertain::from(&counting.forward),
                backward_flop: Uncertain::from(&counting.backward),
            }),
            hardware: phase.hardware.as_ref().map(|hardware| PhaseHardware {
                flop: Uncertain::from(&hardware.flop),
                steps: hardware.steps.iter().map(Step::from).collect(),
                drivers: drivers(&hardware.flop.drivers(), &request),
                accelerator: hardware
                    .accelerator
                    .and_then(|index| catalog.accelerators.get(index))
                    .map(|row| row.id),
                peak: hardware.peak,
            }),
        })
        .collect();
    let text = result.flop().map(|total| Text {
        scientific: [&quantity::scientific(total.value, 2), "\u{a0}FLOP"].concat(),
        words: [&quantity::words(total.value, 2), " operations"].concat(),
        petaflop_days: quantity::petaflop_days(total.value, 2),
    });
    Estimate {
        phases,
        counting: result
            .counting
            .as_ref()
            .map(|counting| method(counting, &request)),
        hardware: result
            .hardware
            .as_ref()
            .map(|hardware| method(hardware, &request)),
        headline: result.headline.map(|headline| headline.id()),
        flop: result.flop().map(Uncertain::from),
        totals: result.totals.as_ref().map(|totals| Totals {
            all: Uncertain::from(&totals.all),
            eu_update: Uncertain::from(&totals.eu_update),
            eu_cumulative: Uncertain::from(&totals.eu_cumulative),
            us_state: Uncertain::from(&totals.us_state),
        }),
        text,
        agreement: result.agreement.as_ref().map(AgreementOut::from),
        comparison: comparison(&result, catalog),
        modifier: result.modifier.as_ref().map(|modifier| Modifier {
            threshold: Uncertain::from(&modifier.threshold),
            share: Uncertain::from(&modifier.share),
            is_provider: modifier.is_provider,
            inherits_systemic_risk: modifier.inherits,
            total: modifier.total.as_ref().map(Uncertain::from),
        }),
        link: link::encode_form(form),
        problems: before
            .iter()
            .chain(&result.problems)
            .map(Problem::from)
            .collect(),
    }
}

fn comparison(result: &CoreEstimate, catalog: &'static Catalog) -> Option<Comparison> {
    let totals = result.totals.as_ref()?;
    let thresholds = catalog
        .thresholds
        .iter()
        .map(|row| {
            // A rule on fine-tuning alone has no verdict where there is none.
            let compared = regulation::compare(row, totals);
            Threshold {
                id: row.id,
                name: row.name,
                flop: row.flop,
                relation: if row.inclusive { ">=" } else { ">" },
                count: count_name(row.count),
                status: row.status,
                in_force: Some(row.in_force).filter(|date| !date.is_empty()),
                as_of: row.as_of,
                conditions: row.conditions,
                source: row.source,
                flop_counted: compared
                    .as_ref()
                    .map_or(Uncertain::read(0.0, 0.0, 0.0), |compared| {
                        Uncertain::from(&compared.flop_counted)
                    }),
                exceeded: compared.as_ref().is_some_and(|compared| compared.exceeded),
                verdict: compared.as_ref().map(|compared| compared.verdict.id()),
                probability: compared.as_ref().and_then(|compared| compared.probability),
            }
        })
        .collect();
    let model = |model: &Option<compute_core::catalog::Model>| {
        model.as_ref().and_then(|model| tables::model(model.id))
    };
    Some(Comparison {
        below: model(&result.nearest.below),
        above: model(&result.nearest.above),
        thresholds,
    })
}
