//! What counts in which total, and how a total stands to the figure of a law, guideline or proposal.
//!
//! "Guidelines" are those of the European Commission on the scope of the obligations for general-purpose
//! AI models, C(2025) 5045 final of 18 July 2025; paragraph numbers are those of that edition. A figure
//! never decides alone, so no sentence here says that a rule applies.

use crate::catalog::{Count, Threshold};
use crate::phase::PhaseKind;
use crate::quantity;
use crate::request::Original;
use crate::sum::{Total, sum};
use crate::uncertain::{Uncertain, normal_above};

/// Whether a phase counts in a total, and why.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// Whether it is in the total.
    pub counted: bool,
    /// Whether this is our reading, because the text does not name the case.
    pub reading: bool,
    /// Whether the reader moved it.
    pub moved: bool,
    /// Why, one sentence.
    pub why: &'static str,
}

/// Whether a kind of phase counts in a total before the reader moves it.
pub fn standing(kind: PhaseKind, public: bool, count: Count) -> Standing {
    use PhaseKind::*;
    let (counted, reading, why) = match (count, kind) {
        (Count::All, _) => (true, false, "Every phase counts as it was typed."),
        (Count::FineTuning, FineTuning) => (true, false, "Fine-tuning is what is compared."),
        (Count::FineTuning, _) => (false, false, "Fine-tuning alone is compared."),
        (_, PreTraining) => (true, false, "The original training run counts."),
        (_, FineTuning) => (true, false, "Fine-tuning counts."),
        (_, ReinforcementLearning) => (true, false, "Reinforcement learning updates the model."),

        (Count::EuUpdate, Rollouts) => (
            false,
            true,
            "Generation does not itself update parameters; the guidelines do not name it.",
        ),
        (Count::EuCumulative, Rollouts) => (
            true,
            true,
            "Taken as generated data that is not public; the guidelines do not name rollouts.",
        ),
        (Count::UsState, Rollouts) => (
            true,
            true,
            "Taken as part of reinforcement learning, which the definition names.",
        ),

        (Count::EuUpdate | Count::EuCumulative, SyntheticData) if public => (
            false,
            false,
            "Generating publicly accessible data may be left out (guidelines, 122).",
        ),
        (Count::EuUpdate, SyntheticData) => (
            false,
            true,
            "Generating data does not itself update parameters.",
        ),
        (Count::EuCumulative, SyntheticData) => (
            true,
            false,
            "Generating data that is not public counts, discarded samples too (guidelines, 120).",
        ),

        (Count::EuUpdate, MergedModel) => (
            false,
            true,
            "Whether weights built upon count here is open; paragraph 121 is about the cumulative count.",
        ),
        (Count::EuCumulative, MergedModel) => (
            true,
            false,
            "Training of weights that were merged or built upon counts (guidelines, 121).",
        ),
        (Count::UsState, MergedModel) => (
            true,
            true,
            "Whether another developer’s base model counts is disputed.",
        ),

        (Count::EuUpdate | Count::EuCumulative, Teacher) => (
            false,
            false,
            "Training of a parent or teacher model may be left out (guidelines, 122).",
        ),
        (Count::EuUpdate | Count::EuCumulative, AuxiliaryModel) => (
            false,
            false,
            "Training of reward models and value functions may be left out (guidelines, 122).",
        ),
        (Count::EuUpdate | Count::EuCumulative, Evaluation) => (
            false,
            false,
            "Evaluation and red-teaming may be left out (guidelines, 122).",
        ),
        (Count::EuUpdate | Count::EuCumulative, Experiment) => (
            false,
            true,
            "Exploratory research may be left out (guidelines, 122); a run thrown away is not named.",
        ),

        (Count::UsState, SyntheticData | Teacher | AuxiliaryModel | Evaluation | Experiment) => (
            false,
            true,
            "The definition names the original run, fine-tuning, reinforcement learning and other material modifications.",
        ),
    };
    Standing {
        counted,
        reading,
        moved: false,
        why,
    }
}

/// A phase of the headline.
#[derive(Clone, Debug, PartialEq)]
pub struct PhaseTotal {
    /// Its place in the request, from 0.
    pub index: usize,
    /// What it is.
    pub kind: PhaseKind,
    /// Publicly accessible synthetic data.
    pub public: bool,
    /// Totals into which the reader moved it.
    pub moved_in: Vec<Count>,
    /// Totals out of which the reader moved it.
    pub moved_out: Vec<Count>,
    /// Its compute, FLOP.
    pub flop: Uncertain,
}

impl PhaseTotal {
    /// Whether it counts in a total, the reader's moves included.
    ///
    /// A phase moved both ways stays where it was; `All` and `FineTuning` know no moves.
    pub fn standing(&self, count: Count) -> Standing {
        let usual = standing(self.kind, self.public, count);
        let fixed = matches!(count, Count::All | Count::FineTuning);
        let moved_in = self.moved_in.contains(&count);
        if fixed || moved_in == self.moved_out.contains(&count) || moved_in == usual.counted {
            return usual;
        }
        Standing {
            counted: moved_in,
            reading: false,
            moved: true,
            why: if moved_in {
                "You moved this phase in."
            } else {
                "You moved this phase out."
            },
        }
    }
}

/// The totals that a phase can be moved into or out of, each with its word in the link (`in`, `out`).
pub const MOVABLE: [(Count, &str); 3] = [
    (Count::EuUpdate, "eu-update"),
    (Count::EuCumulative, "eu-cumulative"),
    (Count::UsState, "us-state"),
];

/// The texts of `in` and `out` after a phase was put into a total, or taken out of it: the total's word stands in one of them where the
/// reader departs from what is usual for the phase, else in none. Words of other totals stay, in their order.
pub fn moves(
    inside: &str,
    outside: &str,
    word: &str,
    usual: bool,
    wanted: bool,
) -> (String, String) {
    let list = |text: &str, add: bool| {
        let mut words: Vec<&str> = text
            .split(',')
            .map(str::trim)
            .filter(|other| !other.is_empty() && *other != word)
            .collect();
        if add {
            words.push(word);
        }
        words.join(",")
    };
    let moved = usual != wanted;
    (
        list(inside, moved && wanted),
        list(outside, moved && !wanted),
    )
}

/// The headline's phases, added up as each rule counts.
#[derive(Clone, Debug, PartialEq)]
pub struct Totals {
    /// Every phase.
    pub all: Total,
    /// EU: what directly contributes to parameter updates.
    pub eu_update: Total,
    /// EU: cumulative, for systemic risk.
    pub eu_cumulative: Total,
    /// US states.
    pub us_state: Total,
    /// The fine-tuning phases; `None` without one.
    pub fine_tuning: Option<Total>,
    /// Whether every phase counts in all of the first four, so that one number says it all.
    pub all_equal: bool,
    /// The phases.
    pub phases: Vec<PhaseTotal>,
}

impl Totals {
    /// The total of a count; `None` for fine-tuning without a fine-tuning phase.
    pub fn of(&self, count: Count) -> Option<&Total> {
        match count {
            Count::All => Some(&self.all),
            Count::EuUpdate => Some(&self.eu_update),
            Count::EuCumulative => Some(&self.eu_cumulative),
            Count::UsState => Some(&self.us_state),
            Count::FineTuning => self.fine_tuning.as_ref(),
        }
    }

    /// The places in the request of the phases in a total.
    pub fn counted(&self, count: Count) -> Vec<usize> {
        self.phases
            .iter()
            .filter(|phase| phase.standing(count).counted)
            .map(|phase| phase.index)
            .collect()
    }
}

/// Adds the phases up by each count.
pub fn totals(phases: &[PhaseTotal]) -> Totals {
    let mut known: Vec<(Vec<bool>, Total)> = Vec::new();
    let mut total = |count| {
        let members: Vec<bool> = phases
            .iter()
            .map(|phase| phase.standing(count).counted)
            .collect();
        if let Some((_, total)) = known.iter().find(|(others, _)| *others == members) {
            return total.clone();
        }
        let terms: Vec<Uncertain> = phases
            .iter()
            .zip(&members)
            .filter(|(_, counted)| **counted)
            .map(|(phase, _)| phase.flop.clone())
            .collect();
        let total = sum(&terms);
        known.push((members, total.clone()));
        total
    };
    let (all, eu_update) = (total(Count::All), total(Count::EuUpdate));
    let (eu_cumulative, us_state) = (total(Count::EuCumulative), total(Count::UsState));
    let tuned = phases
        .iter()
        .any(|phase| phase.kind == PhaseKind::FineTuning);
    let fine_tuning = tuned.then(|| total(Count::FineTuning));
    let counts = [Count::EuUpdate, Count::EuCumulative, Count::UsState];
    Totals {
        all,
        eu_update,
        eu_cumulative,
        us_state,
        fine_tuning,
        all_equal: phases
            .iter()
            .all(|phase| counts.iter().all(|count| phase.standing(*count).counted)),
        phases: phases.to_vec(),
    }
}

/// How an estimate stands to a figure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The whole 90 % range is below.
    Below,
    /// The figure lies in the 90 % range.
    Straddles,
    /// The whole 90 % range is above.
    Above,
}

impl Verdict {
    /// The word in the module.
    pub fn id(self) -> &'static str {
        match self {
            Verdict::Below => "below",
            Verdict::Straddles => "straddles",
            Verdict::Above => "above",
        }
    }
}

/// A total beside a figure.
#[derive(Clone, Debug, PartialEq)]
pub struct Comparison {
    /// Whether the median is above the figure (or equal to it, where the rule says so).
    pub exceeded: bool,
    /// How the 90 % range stands to it.
    pub verdict: Verdict,
    /// Probability that it is exceeded on these inputs; `None` where nothing is uncertain.
    pub probability: Option<f64>,
    /// The total that the row's count asks for.
    pub flop_counted: Total,
    /// Its median as a multiple of the figure.
    pub times: f64,
}

/// Compares by the row's count and relation; `None` where the row has no figure, or its count no phase (fine-tuning).
pub fn compare(threshold: &Threshold, totals: &Totals) -> Option<Comparison> {
    let total = totals.of(threshold.count)?;
    (threshold.flop > 0.0).then(|| Comparison {
        exceeded: exceeds(total.value, threshold.flop, threshold.inclusive),
        verdict: verdict(total.low, total.high, threshold.flop, threshold.inclusive),
        probability: total.probability_above(threshold.flop),
        flop_counted: total.clone(),
        times: total.value / threshold.flop,
    })
}

/// Whether a number is above a figure, or equal to it where the rule says so.
///
/// Equal are numbers alike to twelve digits: decimal figures and their products have no exact double.
pub fn exceeds(flop: f64, figure: f64, inclusive: bool) -> bool {
    if inclusive {
        flop >= figure || alike(flop, figure)
    } else {
        flop > figure && !alike(flop, figure)
    }
}

fn alike(flop: f64, figure: f64) -> bool {
    (flop - figure).abs() <= 1e-12 * figure
}

/// How a 90 % range stands to a figure; a single number is below or above.
pub fn verdict(low: f64, high: f64, figure: f64, inclusive: bool) -> Verdict {
    if exceeds(low, figure, inclusive) {
        Verdict::Above
    } else if exceeds(high, figure, inclusive) {
        Verdict::Straddles
    } else {
        Verdict::Below
    }
}

/// The error margin of the EU guidelines, paragraph 123, as a fraction of the reported estimate.
pub const MARGIN: f64 = 0.3;

/// The span of the EU guidelines' error margin about a reported estimate.
pub fn margin(flop: f64) -> (f64, f64) {
    (flop * (1.0 - MARGIN), flop * (1.0 + MARGIN))
}

/// How that span stands to a figure that must be exceeded.
pub fn margin_verdict(flop: f64, figure: f64) -> Verdict {
    let (low, high) = margin(flop);
    verdict(low, high, figure, false)
}

/// The reported estimates whose span touches a figure: from the first, to the last.
pub fn margin_crossing(figure: f64) -> (f64, f64) {
    (figure / (1.0 + MARGIN), figure / (1.0 - MARGIN))
}

/// Whether the 90 % range lies within the error margin about its median (sd of ln up to ln 1.3 / z for a lognormal).
pub fn within_margin(total: &Total) -> bool {
    let (low, high) = margin(total.value);
    total.low >= low && total.high <= high
}

/// Whether a model that generates this is in the EU's indicative criterion for general-purpose models
/// (guidelines, 17): language as text, code or speech, images from text, video from text.
pub fn is_general_modality(generates: &str) -> bool {
    matches!(
        generates,
        "text" | "code" | "audio" | "speech" | "text-to-image" | "text-to-video"
    )
}

/// Figures that stand for an original of unknown compute (guidelines, 64): with systemic risk, without.
const UNKNOWN_SYSTEMIC: f64 = 1e25;
const UNKNOWN_OTHER: f64 = 1e23;

/// A modification beside the model it modifies (guidelines, 63-64, 70).
#[derive(Clone, Debug, PartialEq)]
pub struct Modifier {
    /// Compute of the modification, FLOP.
    pub own: Total,
    /// A third of the original's compute, or of the figure that stands for it, FLOP.
    pub threshold: Uncertain,
    /// Own compute : that third.
    pub share: Uncertain,
    /// Probability that the third is exceeded on these inputs; `None` where nothing is uncertain.
    pub probability: Option<f64>,
    /// Whether the third is exceeded: the indicative criterion for being the modified model's provider.
    pub is_provider: bool,
    /// Whether the modified model is then presumed to have systemic risk, as the original has.
    pub inherits: bool,
    /// Original and modification together, for the cumulative figure (our reading of 121); `None` where the original is unknown.
    pub total: Option<Total>,
}

/// The modification that these phases are; `None` where the original is unknown and its class is too.
///
/// Own compute is the EU's cumulative count where the original has systemic risk, else the updates alone (118);
/// weights built upon are the original itself and left out. Where its class was not given, an original above
/// 10^25 FLOP has it, as Article 51(2) presumes.
pub fn modifier(original: &Original, systemic: Option<bool>, totals: &Totals) -> Option<Modifier> {
    let systemic = match (systemic, original) {
        (Some(systemic), _) => systemic,
        (None, Original::Known(flop)) => exceeds(flop.value, UNKNOWN_SYSTEMIC, false),
        (None, Original::Unknown) => return None,
    };
    let count = if systemic {
        Count::EuCumulative
    } else {
        Count::EuUpdate
    };
    let own: Vec<Uncertain> = totals
        .phases
        .iter()
        .filter(|phase| phase.kind != PhaseKind::MergedModel && phase.standing(count).counted)
        .map(|phase| phase.flop.clone())
        .collect();
    Some(modification(original, systemic, sum(&own)))
}

/// The same for a modification of known compute.
pub fn modification(original: &Original, systemic: bool, own: Total) -> Modifier {
    let known = match original {
        Original::Known(flop) => Some(flop),
        Original::Unknown => None,
    };
    let whole = known.cloned().unwrap_or(Uncertain::exact(if systemic {
        UNKNOWN_SYSTEMIC
    } else {
        UNKNOWN_OTHER
    }));
    let threshold = whole.scaled(1.0 / 3.0);
    let share = own.as_uncertain().over(&threshold);
    let probability = if threshold.is_exact() {
        own.probability_above(threshold.value)
    } else if own.value > 0.0 {
        Some(normal_above(-share.value.ln() / share.sigma())).filter(|_| !share.is_exact())
    } else {
        Some(0.0)
    };
    // As a product, so that exactly a third is not more than a third.
    let is_provider = exceeds(3.0 * own.value, whole.value, false);
    Modifier {
        threshold,
        share,
        probability,
        is_provider,
        inherits: is_provider && systemic,
        total: known.map(|flop| sum(&[flop.clone(), own.as_uncertain().clone()])),
        own,
    }
}

/// Tokens of a modification of the same parameters that reach a third of the original's compute, from the original's
/// tokens; `factor` is FLOP per parameter and token: 6, or 4 where the weights are frozen beside adapters.
pub fn break_even_tokens(original_tokens: f64, factor: f64) -> f64 {
    original_tokens * 6.0 / factor / 3.0
}

// ---- Sentences ----

const NARROW: &str = "\u{202f}";

/// Where a figure stands, and what it is there. A row not named here goes by its short name.
fn place(threshold: &Threshold) -> (&'static str, &'static str) {
    const FRONTIER: &str = ", part of the definition of a frontier model";
    match threshold.id {
        "eu-systemic-1e25" => (
            "Article 51(2) of the EU AI Act",
            ", above which high-impact capabilities are presumed",
        ),
        "eu-gpai-1e23" => (
            "the EU guidelines on general-purpose AI models",
            ", an indicative criterion",
        ),
        "us-ca-sb53" => ("California’s SB 53", FRONTIER),
        "us-ny-raise" => ("New York’s RAISE Act", FRONTIER),
        "us-il-sb315" => ("Illinois’ SB 315", FRONTIER),
        "kr-ai-basic" => ("Korea’s AI Basic Act", ", one of three conditions"),
        "us-ear-4e091" => ("the US export rule on model weights (ECCN 4E091)", ""),
        "us-bis-nprm" => ("the proposed US reporting rule (15 CFR 702.7)", ""),
        "us-eo14110" => ("US Executive Order 14110", ""),
        "us-eo14110-bio" => (
            "US Executive Order 14110, models of biological sequences",
            "",
        ),
        "us-ca-sb1047" => ("California’s SB 1047", ""),
        "us-ca-sb1047-tuned" => ("California’s SB 1047, fine-tuning", ""),
        "us-ny-raise-2025" => ("New York’s RAISE Act as first signed", ""),
        _ => (threshold.short, ""),
    }
}

/// A figure as a law prints it: `10²⁵ FLOP`.
pub fn figure(flop: f64) -> String {
    let text = quantity::scientific(flop, 1);
    let bare = text.strip_prefix("1\u{202f}×\u{202f}").unwrap_or(&text);
    quantity::with_unit(bare, "FLOP")
}

/// Two digits, or as many as tell an estimate from a figure: what was not rounded is compared.
fn digits_apart(flop: f64, figure: f64) -> u8 {
    let same = |digits: &u8| quantity::ascii(flop, *digits) == quantity::ascii(figure, *digits);
    match alike(flop, figure) {
        true => 2,
        false => (2..12).find(|digits| !same(digits)).unwrap_or(12),
    }
}

/// The comparison in a sentence: `Your estimate, 3.8 × 10²⁵ FLOP, exceeds the figure in …: it is 3.8 times the 10²⁵ FLOP…`.
pub fn sentence(threshold: &Threshold, comparison: &Comparison) -> String {
    let (place, role) = place(threshold);
    let total = &comparison.flop_counted;
    let wanted = figure(threshold.flop);
    let value = quantity::flop(total.value, digits_apart(total.value, threshold.flop));
    let own = if total.is_exact() {
        ["Your estimate, ", &value, ","].concat()
    } else {
        let range = quantity::range(total.low, total.high, 2);
        let range = quantity::with_unit(&range, "FLOP");
        ["Your estimate’s 90", NARROW, "% range, ", &range, ","].concat()
    };
    if total.value == 0.0 {
        return [
            "No phase entered counts for the figure in ",
            place,
            ", ",
            &wanted,
            role,
            ".",
        ]
        .concat();
    }
    let (verb, tail) = match comparison.verdict {
        Verdict::Straddles => ("straddles", String::new()),
        Verdict::Below if total.is_exact() && alike(total.value, threshold.flop) => {
            ("equals", "; only more than that exceeds it".to_string())
        }
        Verdict::Above if total.is_exact() && alike(total.value, threshold.flop) => {
            ("reaches", String::new())
        }
        Verdict::Above if total.is_exact() => (
            "exceeds",
            [
                ": ",
                &quantity::plain(comparison.times, 2),
                " times as much",
            ]
            .concat(),
        ),
        Verdict::Below
            if total.is_exact() && comparison.times > 1e-3 && comparison.times < 0.995 =>
        {
            (
                "is below",
                [": ", &quantity::percent(comparison.times, 2), " of it"].concat(),
            )
        }
        Verdict::Above => ("exceeds", String::new()),
        Verdict::Below => ("is below", String::new()),
    };
    let tail = tail.as_str();
    [
        own.as_str(),
        " ",
        verb,
        " the figure in ",
        place,
        ", ",
        &wanted,
        role,
        tail,
        ".",
    ]
    .concat()
}

/// A probability in whole percents: `30 %`, `less than 1 %`, `more than 99 %`.
pub fn probability(p: f64) -> String {
    let (words, percent) = if p < 0.005 {
        ("less than ", 1)
    } else if p > 0.995 {
        ("more than ", 99)
    } else {
        ("", ((p * 100.0).round() as i64).clamp(1, 99))
    };
    [words, &quantity::integer(percent), NARROW, "%"].concat()
}

/// The probability in a sentence, or why there is none.
pub fn probability_sentence(p: Option<f64>) -> String {
    match p {
        Some(p) => [
            "On your inputs it is exceeded with a probability of ",
            &probability(p),
            ".",
        ]
        .concat(),
        None => "One number was given, so no probability.".to_string(),
    }
}

/// What a count adds up, in words: `cumulative compute`.
pub fn count_words(count: Count) -> &'static str {
    match count {
        Count::All => "every phase as typed",
        Count::EuUpdate => "parameter updates",
        Count::EuCumulative => "cumulative compute",
        Count::UsState => {
            "the original run, later fine-tuning and reinforcement learning, and weights built upon"
        }
        Count::FineTuning => "fine-tuning alone",
    }
}

fn kind_words(kind: PhaseKind) -> &'static str {
    match kind {
        PhaseKind::PreTraining => "pre-training",
        PhaseKind::FineTuning => "fine-tuning",
        PhaseKind::ReinforcementLearning => "reinforcement learning",
        PhaseKind::Rollouts => "rollouts",
        PhaseKind::SyntheticData => "synthetic data",
        PhaseKind::MergedModel => "weights built upon",
        PhaseKind::Teacher => "training of a teacher",
        PhaseKind::AuxiliaryModel => "auxiliary models",
        PhaseKind::Evaluation => "evaluation",
        PhaseKind::Experiment => "experiments",
    }
}

/// Which kinds of phase are in a total, which are not, and which it would include had they been entered:
/// `Counted here: pre-training. Left out: evaluation. Not entered: rollouts; this count includes them.`
pub fn counted_sentence(totals: &Totals, count: Count) -> String {
    let (mut inside, mut outside, mut absent) = (Vec::new(), Vec::new(), Vec::new());
    for kind in PhaseKind::ALL {
        let mut entered = false;
        for phase in totals.phases.iter().filter(|phase| phase.kind == kind) {
            entered = true;
            let list = match phase.standing(count).counted {
                true => &mut inside,
                false => &mut outside,
            };
            if !list.contains(&kind_words(kind)) {
                list.push(kind_words(kind));
            }
        }
        if !entered && count != Count::All && standing(kind, false, count).counted {
            absent.push(kind_words(kind));
        }
    }
    let mut text = String::new();
    for (start, list, end) in [
        ("Counted here: ", inside, "."),
        (" Left out: ", outside, "."),
        (" Not entered: ", absent, "; this count includes them."),
    ] {
        if !list.is_empty() {
            text += start;
            push_list(&mut text, &list);
            text += end;
        }
    }
    text.trim_start().to_string()
}

fn push_list(text: &mut String, items: &[&str]) {
    for (at, item) in items.iter().enumerate() {
        if at > 0 {
            *text += if at + 1 == items.len() { " and " } else { ", " };
        }
        *text += item;
    }
}

/// What else a rule depends on; stands below every comparison.
pub const NOT_ADVICE: &str = "This is arithmetic on what you typed, not legal advice; whether a rule applies also depends on its other conditions.";

/// The guidelines' error margin about an estimate without a range, and whether it crosses a figure.
pub fn margin_sentence(flop: f64, figure_flop: f64) -> String {
    let (low, high) = margin(flop);
    let range = quantity::with_unit(&quantity::range(low, high, 2), "FLOP");
    let wanted = figure(figure_flop);
    let start = [
        "The EU guidelines ask for an estimate within 30",
        NARROW,
        "% (paragraph 123): here ",
        &range,
    ]
    .concat();
    match margin_verdict(flop, figure_flop) {
        Verdict::Straddles => [
            start.as_str(),
            ", which crosses ",
            &wanted,
            "; what follows from that is not in the text.",
        ]
        .concat(),
        Verdict::Below => [start.as_str(), ", all of it below ", &wanted, "."].concat(),
        Verdict::Above => [start.as_str(), ", all of it above ", &wanted, "."].concat(),
    }
}

/// Whether a rule applies on a day by its data: in force or guidance, and begun. ISO dates; an empty day is that of the last check.
pub fn is_current(threshold: &Threshold, today: &str) -> bool {
    matches!(threshold.status, "in-force" | "guidance" | "not-yet") && has_begun(threshold, today)
}

fn has_begun(threshold: &Threshold, today: &str) -> bool {
    let today = if today.is_empty() {
        threshold.as_of
    } else {
        today
    };
    match threshold.in_force {
        "" => threshold.status != "not-yet",
        // ISO dates sort as text.
        date => date <= today,
    }
}

/// The status of a row on a day: `in force since 2 August 2025`, `from 1 January 2027`. `today` is an ISO date;
/// empty, it is the day of the last check. A row that began after its last check says so.
pub fn status_line(threshold: &Threshold, today: &str) -> String {
    let date = quantity::date(threshold.in_force);
    let begun = has_begun(threshold, today);
    match threshold.status {
        "in-force" | "guidance" | "not-yet" if !begun && !date.is_empty() => {
            ["from ", &date].concat()
        }
        "in-force" if date.is_empty() => "in force".to_string(),
        "in-force" => ["in force since ", &date].concat(),
        "not-yet" if begun => [
            "since ",
            &date,
            ", by its text as checked on ",
            &quantity::date(threshold.as_of),
        ]
        .concat(),
        "not-yet" => "not yet in force".to_string(),
        "guidance" => "in use; guidelines, not binding".to_string(),
        "proposed" => "proposed, never final".to_string(),
        "not-enforced" => "not enforced".to_string(),
        "replaced" | "revoked" | "vetoed" => {
            ["not in force (", threshold.status, "), shown for history"].concat()
        }
        other => other.to_string(),
    }
}

/// The modification beside a third of its original, in sentences.
pub fn modifier_sentence(modifier: &Modifier) -> String {
    let own = &modifier.own;
    let third = modifier.threshold.value;
    let digits = digits_apart(own.value, third);
    let mut text = [
        "The modification, ",
        &quantity::flop(own.value, digits),
        if modifier.is_provider {
            ", exceeds one third of the original, "
        } else {
            ", does not exceed one third of the original, "
        },
        &quantity::flop(third, digits),
        ": the guidelines’ indicative criterion for becoming the provider of the modified model ",
        if modifier.is_provider {
            "is reached."
        } else {
            "is not reached."
        },
    ]
    .concat();
    if let Some(p) = modifier.probability {
        text += " ";
        text += &probability_sentence(Some(p));
    }
    if modifier.inherits {
        text += " The original has systemic risk, so the modified model is presumed to have it too (section 3.2.2).";
    }
    if let Some(total) = &modifier.total {
        text += " Together with the original: ";
        let digits = digits_apart(total.value, UNKNOWN_SYSTEMIC);
        text += &quantity::flop(total.value, digits);
        text += if exceeds(total.value, UNKNOWN_SYSTEMIC, false) {
            ", which exceeds "
        } else {
            ", which does not exceed "
        };
        text += &figure(UNKNOWN_SYSTEMIC);
        text += " (adding both is our reading of paragraph 121).";
    }
    text
}
