//! The estimate: phases by both methods, totals by kind, headline, comparison.

use crate::accelerator_time;
use crate::agreement::{self, Agreement};
use crate::apart::apart;
use crate::catalog::Catalog;
use crate::comparison::{self, Nearest};
use crate::field::Slot;
use crate::form::Form;
use crate::operations;
use crate::phase::PhaseKind;
use crate::problem::{Problem, Severity};
use crate::quantity;
use crate::regulation::{self, Modifier, PhaseTotal, Totals};
use crate::request::{Attention, Basis, Counting, Domain, Hardware, Inputs, Request, Utilization};
use crate::step::{Expr, Item, Method, Step};
use crate::sum::{Total, sum};
use crate::uncertain::Uncertain;

/// FLOP of one petaFLOP/s-day.
pub const PETAFLOP_DAY: f64 = 8.64e19;

/// Method 1 over a phase.
#[derive(Clone, Debug, PartialEq)]
pub struct PhaseCounting {
    /// Steps; the last is the total.
    pub steps: Vec<Step>,
    /// Training compute of the phase.
    pub flop: Uncertain,
    /// Forward part of it.
    pub forward: Uncertain,
    /// Backward part of it.
    pub backward: Uncertain,
}

/// Method 2 over a phase.
#[derive(Clone, Debug, PartialEq)]
pub struct PhaseHardware {
    /// Steps; the last is the total.
    pub steps: Vec<Step>,
    /// Training compute of the phase.
    pub flop: Uncertain,
    /// What the chips could do at most.
    pub capacity: Uncertain,
    /// Row of the accelerator, where it is one of the table's.
    pub accelerator: Option<usize>,
    /// Peak of one chip, FLOP/s.
    pub peak: f64,
    /// Executed FLOP, where hardware utilization was given.
    pub executed: Option<Uncertain>,
}

/// A phase by both methods.
#[derive(Clone, Debug, PartialEq)]
pub struct PhaseResult {
    /// What it is.
    pub kind: PhaseKind,
    /// Method 1.
    pub counting: Option<PhaseCounting>,
    /// Method 2.
    pub hardware: Option<PhaseHardware>,
}

/// A method over all phases that have it.
#[derive(Clone, Debug, PartialEq)]
pub struct MethodResult {
    /// Their sum.
    pub total: Total,
    /// Steps of all phases, and their sum where there are several.
    pub steps: Vec<Step>,
}

/// Which method the headline comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Headline {
    /// Counting alone.
    Counting,
    /// Accelerator time alone.
    Hardware,
    /// Some kinds of phase by one, some by the other.
    Mixed,
}

impl Headline {
    /// The word in the module.
    pub fn id(self) -> &'static str {
        match self {
            Headline::Counting => "counting",
            Headline::Hardware => "hardware",
            Headline::Mixed => "mixed",
        }
    }
}

/// All that is known about a request.
#[derive(Clone, Debug, PartialEq)]
pub struct Estimate {
    /// Phases, as many as in the form.
    pub phases: Vec<PhaseResult>,
    /// Method 1, over the phases that have it.
    pub counting: Option<MethodResult>,
    /// Method 2, over the phases that have it.
    pub hardware: Option<MethodResult>,
    /// Where the headline comes from.
    pub headline: Option<Headline>,
    /// Totals by count; `all` is the headline total.
    pub totals: Option<Totals>,
    /// The comparison of both methods, over the kinds that have both.
    pub agreement: Option<Agreement>,
    /// EU rule for modified models, where the original's compute is given.
    pub modifier: Option<Modifier>,
    /// Steps of the comparison.
    pub comparison_steps: Vec<Step>,
    /// Known models next to the headline.
    pub nearest: Nearest,
    /// Messages, those of the fields first.
    pub problems: Vec<Problem>,
}

impl Estimate {
    /// The headline total.
    pub fn flop(&self) -> Option<&Total> {
        self.totals.as_ref().map(|totals| &totals.all)
    }

    /// The totals of one method alone, over the phases that have it; `None` where none has. `request` is what was estimated.
    pub fn totals_by(&self, method: Method, request: &Request) -> Option<Totals> {
        let phases: Vec<PhaseTotal> = self
            .phases
            .iter()
            .zip(&request.phases)
            .enumerate()
            .filter_map(|(index, (result, asked))| {
                let flop = if method == Method::Hardware {
                    &result.hardware.as_ref()?.flop
                } else {
                    &result.counting.as_ref()?.flop
                };
                Some(PhaseTotal {
                    index,
                    kind: asked.kind,
                    public: asked.public,
                    moved_in: asked.moved_in.clone(),
                    moved_out: asked.moved_out.clone(),
                    flop: flop.clone(),
                })
            })
            .collect();
        (!phases.is_empty()).then(|| regulation::totals(&phases))
    }

    /// The message of the worst severity at a slot.
    pub fn problem_at(&self, slot: Slot) -> Option<&Problem> {
        let of = |severity| {
            self.problems
                .iter()
                .find(|problem| problem.slot == Some(slot) && problem.severity == severity)
        };
        of(Severity::Error)
            .or_else(|| of(Severity::Warning))
            .or_else(|| of(Severity::Note))
    }
}

/// Estimates a request. `form` is where it was read from, for texts in messages and mends.
pub fn estimate(form: &Form, request: &Request, catalog: &Catalog) -> Estimate {
    let mut problems = if request.problems.is_empty() {
        Vec::new()
    } else {
        apart(|| request.problems.clone())
    };
    let phases: Vec<PhaseResult> = request
        .phases
        .iter()
        .enumerate()
        .map(|(index, phase)| PhaseResult {
            kind: phase.kind,
            counting: phase
                .counting
                .complete()
                .map(|inputs| count_phase(inputs, index as u8)),
            hardware: phase
                .hardware
                .complete()
                .map(|inputs| time_phase(inputs, index as u8)),
        })
        .collect();
    for (index, phase) in request.phases.iter().enumerate() {
        if let Inputs::Complete(counting) = &phase.counting
            && let Some(attention) = &counting.attention
        {
            apart(|| attention_share(counting, attention, index as u8, &mut problems));
        }
    }

    let counting = method_result(
        Method::Counting,
        phases
            .iter()
            .filter_map(|phase| phase.counting.as_ref())
            .map(|phase| (&phase.flop, phase.steps.as_slice())),
    );
    let hardware = method_result(
        Method::Hardware,
        phases
            .iter()
            .filter_map(|phase| phase.hardware.as_ref())
            .map(|phase| (&phase.flop, phase.steps.as_slice())),
    );

    // Per kind: counting where any phase of it has counting, else accelerator time.
    let counted = |kind| {
        phases
            .iter()
            .any(|phase| phase.kind == kind && phase.counting.is_some())
    };
    let mut headline_phases: Vec<PhaseTotal> = Vec::new();
    let (mut by_counting, mut by_hardware) = (false, false);
    for (index, (phase, asked)) in phases.iter().zip(&request.phases).enumerate() {
        let flop = if counted(phase.kind) {
            if phase.counting.is_none() && phase.hardware.is_some() {
                problems.push(apart(|| not_counted(index as u8)));
            }
            phase.counting.as_ref().map(|result| {
                by_counting = true;
                &result.flop
            })
        } else {
            phase.hardware.as_ref().map(|result| {
                by_hardware = true;
                &result.flop
            })
        };
        if let Some(flop) = flop {
            headline_phases.push(PhaseTotal {
                index,
                kind: phase.kind,
                public: asked.public,
                moved_in: asked.moved_in.clone(),
                moved_out: asked.moved_out.clone(),
                flop: flop.clone(),
            });
        }
    }
    let headline = match (by_counting, by_hardware) {
        (true, true) => Some(Headline::Mixed),
        (true, false) => Some(Headline::Counting),
        (false, true) => Some(Headline::Hardware),
        (false, false) => None,
    };
    let totals = headline.map(|_| regulation::totals(&headline_phases));

    let modifier = match (&request.original, &totals) {
        (Some(original), Some(totals)) => {
            apart(|| regulation::modifier(original, request.systemic, totals))
        }
        _ => None,
    };
    let (agreement, comparison_steps) =
        compare(&phases, form, request, catalog, headline, totals.as_ref());
    let nearest = totals
        .as_ref()
        .map(|totals| comparison::nearest(totals.all.value, &request.name, catalog))
        .unwrap_or_default();
    Estimate {
        phases,
        counting,
        hardware,
        headline,
        totals,
        agreement,
        modifier,
        comparison_steps,
        nearest,
        problems,
    }
}

fn count_phase(inputs: &Counting, phase: u8) -> PhaseCounting {
    let steps = operations::steps(inputs, phase);
    let flop = last_value(&steps);
    // Shares of the pass: 1 : ratio.
    let one = Uncertain::exact(1.0);
    let whole = Uncertain::sum(&[one, inputs.ratio.value.clone()]);
    let find = |id| steps.iter().find(|step| step.id == id);
    let (forward, backward) = match (find("forward"), find("backward"), find("passes")) {
        (Some(forward), Some(backward), Some(passes)) => (
            forward.value.times(&passes.value),
            backward.value.times(&passes.value),
        ),
        _ => apart(|| {
            let forward = flop.over(&whole);
            let backward = forward.times(&inputs.ratio.value);
            (forward, backward)
        }),
    };
    PhaseCounting {
        steps,
        flop,
        forward,
        backward,
    }
}

fn time_phase(inputs: &Hardware, phase: u8) -> PhaseHardware {
    let steps = accelerator_time::steps(inputs, phase);
    let flop = last_value(&steps);
    let capacity = accelerator_time::capacity(&steps).unwrap_or_default();
    let executed = match &inputs.utilization {
        Utilization::Hardware(hfu, _) => Some(apart(|| capacity.times(&hfu.value))),
        _ => None,
    };
    PhaseHardware {
        flop,
        capacity,
        accelerator: inputs.accelerator,
        peak: inputs.peak.value.value,
        executed,
        steps,
    }
}

fn last_value(steps: &[Step]) -> Uncertain {
    steps
        .last()
        .map(|step| step.value.clone())
        .unwrap_or_default()
}

fn method_result<'a>(
    method: Method,
    parts: impl Iterator<Item = (&'a Uncertain, &'a [Step])>,
) -> Option<MethodResult> {
    let mut terms = Vec::new();
    let mut steps = Vec::new();
    for (flop, own) in parts {
        terms.push(flop.clone());
        steps.extend_from_slice(own);
    }
    if terms.is_empty() {
        return None;
    }
    let total = sum(&terms);
    if terms.len() > 1 {
        apart(|| {
            let parts = terms
                .into_iter()
                .map(|term| Expr::Earlier("phase", term))
                .collect();
            let mut step = Step::new("sum", method, None, Item::Example, Expr::Sum(parts), "FLOP");
            step.value = total.as_uncertain().clone();
            steps.push(step);
        });
    }
    Some(MethodResult { total, steps })
}

fn not_counted(phase: u8) -> Problem {
    Problem::new(
        Severity::Note,
        Slot::new(crate::field::Field::Kind, phase),
        "phase-not-counted",
        "not in the headline: another phase of this kind is counted by its operations, this one has accelerator time alone.",
        "Enter its operations too, or give it another kind.",
    )
}

/// Says how much attention adds, and warns over a tenth: the short form leaves it out.
fn attention_share(
    counting: &Counting,
    attention: &Attention,
    phase: u8,
    problems: &mut Vec<Problem>,
) {
    let scores = if attention.causal { 2.0 } else { 4.0 }
        * attention.depth.value.value
        * attention.sequence_length.value.value
        * attention.width.value.value;
    let products = match &counting.basis {
        Basis::Forward(forward) => forward.value.value,
        Basis::Connections(given) => 2.0 * given.value.value,
        Basis::Parameters(total, active) => 2.0 * active.as_ref().unwrap_or(total).value.value,
        Basis::Flop(_) => return,
    };
    let share = scores / products;
    let slot = Slot::new(crate::field::Field::SequenceLength, phase);
    let message = [
        "attention scores add ",
        &quantity::percent(share, 2),
        " to the products with weights.",
    ]
    .concat();
    let (severity, code) = if share > 0.1 {
        (Severity::Warning, "attention-over-tenth")
    } else {
        (Severity::Note, "attention-share")
    };
    problems.push(Problem::new(severity, slot, code, message, ""));
}

fn compare(
    phases: &[PhaseResult],
    form: &Form,
    request: &Request,
    catalog: &Catalog,
    headline: Option<Headline>,
    totals: Option<&Totals>,
) -> (Option<Agreement>, Vec<Step>) {
    let has = |kind, by: &dyn Fn(&PhaseResult) -> bool| {
        phases.iter().any(|phase| phase.kind == kind && by(phase))
    };
    let both = |kind| {
        has(kind, &|phase| phase.counting.is_some()) && has(kind, &|phase| phase.hardware.is_some())
    };
    let mut steps = Vec::new();
    let mut counted = Vec::new();
    let mut timed = Vec::new();
    let mut capacities = Vec::new();
    for phase in phases.iter().filter(|phase| both(phase.kind)) {
        counted.extend(phase.counting.as_ref().map(|result| result.flop.clone()));
        timed.extend(phase.hardware.as_ref().map(|result| result.flop.clone()));
        capacities.extend(
            phase
                .hardware
                .as_ref()
                .map(|result| result.capacity.clone()),
        );
    }
    let step = |id, expr, unit| Step::new(id, Method::Comparison, None, Item::Example, expr, unit);
    let quotient = |top, bottom| Expr::Quotient(Box::new(top), Box::new(bottom));
    let mut agreement = None;
    if !counted.is_empty() && !timed.is_empty() {
        let counted = sum(&counted).as_uncertain().clone();
        let timed = sum(&timed).as_uncertain().clone();
        let capacity = sum(&capacities).as_uncertain().clone();
        steps.push(step(
            "ratio",
            quotient(
                Expr::Earlier("counted", counted.clone()),
                Expr::Earlier("by accelerator time", timed.clone()),
            ),
            "",
        ));
        steps.push(step(
            "implied-utilization",
            quotient(
                Expr::Earlier("counted", counted.clone()),
                Expr::Earlier("most the chips could do", capacity.clone()),
            ),
            "%",
        ));
        agreement = Some(agreement::compare(
            &counted, &timed, &capacity, form, request, catalog,
        ));
    }
    if let (Some(headline), Some(totals)) = (headline, totals) {
        let total = totals.all.as_uncertain().clone();
        let name = match headline {
            Headline::Counting => "counted",
            Headline::Hardware => "by accelerator time",
            Headline::Mixed => "counted where possible, else by accelerator time",
        };
        let mut line = step("headline", Expr::Earlier(name, total.clone()), "FLOP");
        if headline == Headline::Hardware {
            line = line.remarking("Only accelerator time is given");
        }
        steps.push(line);
        steps.push(step(
            "unit",
            quotient(
                Expr::Earlier("headline", total),
                Expr::Constant(PETAFLOP_DAY, "8.64 × 10¹⁹"),
            ),
            "petaFLOP/s-days",
        ));
    }
    (agreement, steps)
}

/// The reason for the headline's method, one sentence.
pub fn headline_reason(headline: Headline, domain: Domain) -> String {
    match headline {
        Headline::Counting => {
            "From the count: its inputs are what papers print, while time needs an assumed utilization.".to_string()
        }
        Headline::Hardware => [
            "From accelerator time: enter parameters and data to count as well. Usual utilization here is ",
            &quantity::percent(domain.usual_utilization(), 2),
            ".",
        ]
        .concat(),
        Headline::Mixed => {
            "Counted where a kind of phase has a count, else by accelerator time.".to_string()
        }
    }
}
