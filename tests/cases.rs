//! Real cases, typed as people published them, with their traps named.

mod common;

use common::{from_query, near};
use compute_core::agreement::Verdict;
use compute_core::estimate::Estimate;

struct Case(Estimate);

#[track_caller]
fn case(query: &str) -> Case {
    let (_, result) = from_query(query);
    let errors: Vec<_> = result
        .problems
        .iter()
        .filter(|problem| problem.severity == compute_core::problem::Severity::Error)
        .collect();
    assert!(errors.is_empty(), "{query}: {errors:?}");
    Case(result)
}

impl Case {
    #[track_caller]
    fn counted(self, want: f64) -> Case {
        near(
            "counting",
            self.0.counting.as_ref().expect("counting").total.value,
            want,
            1e-4,
        );
        self
    }

    #[track_caller]
    fn timed(self, want: f64) -> Case {
        near(
            "time",
            self.0.hardware.as_ref().expect("hardware").total.value,
            want,
            1e-4,
        );
        self
    }

    #[track_caller]
    fn implies(self, want: f64) -> Case {
        let agreement = self.0.agreement.as_ref().expect("agreement");
        near("implied", agreement.implied_utilization.value, want, 2e-3);
        self
    }

    #[track_caller]
    fn verdict(self, want: Verdict) -> Case {
        assert_eq!(self.0.agreement.as_ref().expect("agreement").verdict, want);
        self
    }

    #[track_caller]
    fn says(self, code: &str) -> Case {
        assert!(
            self.0.problems.iter().any(|problem| problem.code == code),
            "no {code} among {:?}",
            self.0.problems
        );
        self
    }
}

impl Case {
    #[track_caller]
    fn says_not(self, code: &str) -> Case {
        assert!(
            self.0.problems.iter().all(|problem| problem.code != code),
            "{code} among {:?}",
            self.0.problems
        );
        self
    }
}

#[test]
fn llama_3_1_405b_by_hours_and_by_days() {
    case("params=405B&data=15.6T+tokens&hw=H100&chip_hours=30.84M+GPU+hours")
        .counted(3.7908e25)
        .timed(3.2954e25)
        .implies(0.3451)
        .verdict(Verdict::Agree);
    case("params=405B&data=15.6T+tokens&chips=16384+H100&time=54+days&util=38%25")
        .timed(2.8740e25)
        .implies(0.5012)
        .says("names-accelerator");
}

#[test]
fn deepseek_v3_counts_the_active_parameters() {
    let query = "params=671B&active=37B&data=14.8T&chip_hours=2,788,000+H800+GPU+hours";
    case(query)
        .counted(3.2856e24)
        .timed(2.9791e24)
        .says("names-accelerator");
    for spelling in ["2,788K", "2.788M"] {
        case(&format!(
            "params=671B&active=37B&data=14.8T&hw=H800&chip_hours={spelling}"
        ))
        .timed(2.9791e24);
    }
    let as_dense = case("params=671B&data=14.8T&hw=H800&chip_hours=2.788M")
        .implies(6.0002)
        .verdict(Verdict::Impossible);
    let agreement = as_dense.0.agreement.expect("agreement");
    let first = &agreement.causes[0];
    assert!(first.text.contains("37 billion active"), "{}", first.text);
    assert!(first.text.contains("plausible"), "{}", first.text);
    assert!(first.fix.is_some());
    assert!(agreement.causes.len() >= 3, "{:?}", agreement.causes);
}

#[test]
fn rwkv_14b_reads_giga_tokens_products_and_months() {
    case("params=14B&data=332G+tokens&chips=8x8&hw=A100&time=3+months")
        .counted(2.7888e22)
        .timed(4.7260e22)
        .implies(0.1770)
        .verdict(Verdict::Differ);
    let (_, refused) =
        from_query("params=14B&data=332G+tokens&chips=8x8%3D64&hw=A100&time=3+months");
    assert!(refused.hardware.is_none() && refused.counting.is_some());
}

#[test]
fn openllama_7b_counts_cores_of_a_slice_as_half_as_many_chips() {
    for hw in [
        "hw=TPU+v4&chips=256",
        "hw=TPU+v4-512",
        "hw=256+TPU+v4+chips",
    ] {
        case(&format!("params=7B&data=1T+tokens&{hw}&time=20+days"))
            .counted(4.2e22)
            .timed(3.6495e22)
            .implies(0.3452);
    }
}

#[test]
fn glm_130b_takes_eight_chips_a_machine() {
    case("params=130B&data=400B+tokens&hw=96+DGX+A100&time=~60+days")
        .counted(3.12e23)
        .timed(3.7265e23)
        .implies(0.2512)
        .says("names-machines")
        .says("approximate");
    let as_chips = case("params=130B&data=400B+tokens&hw=A100&chips=96&time=60+days")
        .implies(2.0094)
        .verdict(Verdict::Impossible);
    let causes = as_chips.0.agreement.expect("agreement").causes;
    assert!(
        causes.iter().any(
            |cause| cause.text.contains("machine") && cause.text.contains("25 %")
                || cause.text.contains("machine") && cause.text.contains("25\u{202f}%")
                || cause.text.contains("machine") && cause.text.contains("25\u{a0}%")
        ),
        "{causes:?}"
    );
}

#[test]
fn moco_v3_resolves_a_slice_without_the_word_tpu() {
    case("domain=other&hw=v3-512&time=2.1+h").timed(9.5220e19);
}

#[test]
fn a_fine_tuning_below_five_percent_is_implausible() {
    case("kind=fine-tuning&params=70B&batch=2048+*+16&steps=500&hw=A100&chips=16&time=13.5+h")
        .counted(6.8813e18)
        .implies(0.02836)
        .verdict(Verdict::Implausible);
}

#[test]
fn a_peak_with_sparsity_is_caught() {
    case("hw=H100&format=bf16&peak=1979+TFLOPS&chips=1&time=1+day").says("sparse-peak");
    let (_, fine) = from_query("hw=H100&format=bf16&peak=989+TFLOPS&chips=1&time=1+day");
    assert!(
        fine.problems
            .iter()
            .all(|problem| problem.code != "sparse-peak")
    );
}

#[test]
fn throughput_gives_a_utilization() {
    use compute_core::calibration::{flop_per_token, from_throughput};
    let without_table = flop_per_token(6738415616.0 - 32000.0 * 4096.0, 32.0, 4096.0, 4096.0);
    near("per token", without_table, 46086512640.0, 1e-12);
    near(
        "share",
        from_throughput(9600.0, without_table, 989.4e12),
        0.4472,
        1e-3,
    );
    let with_table = flop_per_token(6738415616.0, 32.0, 4096.0, 4096.0);
    near(
        "with table",
        from_throughput(9600.0, with_table, 989.4e12),
        0.4548,
        1e-3,
    );
}

#[test]
fn measured_runs_are_shares_of_one_peak() {
    use compute_core::calibration::{matching, range_of};
    use compute_core::catalog::Format;
    use compute_core::quantity::Names;
    let catalog = compute_tables::catalog();
    let chip = catalog.find("H100").expect("H100");
    let runs = matching(catalog, chip, Format::Bf16);
    assert!(runs.len() > 3 && runs.iter().all(|run| run.format == Some(Format::Bf16)));
    let (low, high) = range_of(&runs).expect("a range");
    assert!(0.05 < low && low < high && high <= 1.0, "{low} {high}");
}

#[test]
fn causes_are_sought_only_where_the_methods_were_compared() {
    let result = case(
        "params=671B&data=14.8T&hw=h800&chip_hours=2.664M&kind.2=rollouts&hw.2=h100&chip_hours.2=100K",
    );
    let causes = result.0.agreement.expect("agreement").causes;
    assert!(
        causes.iter().all(|cause| cause.slot.phase == 0),
        "{causes:?}"
    );
}

#[test]
fn a_forward_pass_alone_has_no_gradients_in_its_steps() {
    let result = case("kind=rollouts&params=7B&data=1T");
    let steps = result.0.counting.expect("counting").steps;
    let backward = steps
        .iter()
        .find(|step| step.id == "backward")
        .expect("backward");
    assert_eq!(
        compute_core::words::why(backward),
        "Forward passes alone: nothing is trained"
    );
}

#[test]
fn a_number_that_reads_well_is_doubted_in_the_wrong_field() {
    case("params=405&data=15.6T").says("small-number");
    case("hw=A100&chips=8&time=1+day&util=90%25").says("high-utilization");
    case("hw=A100&chips=300B+tokens&time=1+day").says("other-unit");
    case("params=405B&data=15.6T&hw=A100&chips=8+GPUs&time=1+day&util=35%25")
        .says_not("small-number")
        .says_not("high-utilization")
        .says_not("other-unit");
}

#[test]
fn no_preset_is_doubted_for_its_units() {
    for preset in &compute_tables::catalog().presets {
        case(preset.query)
            .says_not("other-unit")
            .says_not("small-number")
            .says_not("high-utilization");
    }
}

#[test]
fn causes_of_too_much_or_too_little_point_the_other_way() {
    // Over the ceiling, though not over the peak: fewer chips, more data or a slower format would only make it worse.
    for (query, over) in [
        ("params=7B&data=1T&hw=MI250X&chips=64&time=20+d", true),
        ("params=7B&data=1T&hw=MI250X&chips=4096&time=20+d", false),
    ] {
        let agreement = from_query(query).1.agreement.expect("both methods");
        let implied = agreement.implied_utilization.value;
        assert_eq!(
            agreement.verdict,
            Verdict::Implausible,
            "{query}: {implied}"
        );
        assert_eq!(implied > 0.5, over, "{query}: {implied}");
        let text: Vec<&str> = agreement.causes.iter().map(|cause| &*cause.text).collect();
        let text = text.join(" ");
        assert_eq!(text.contains("8 times as many chips"), over, "{text}");
        assert_eq!(text.contains("an eighth of the chips"), !over, "{text}");
        assert_eq!(text.contains("A slower format"), !over, "{text}");
        // A time that is too short is of a part of the run, one too long of more than it.
        assert_eq!(text.contains("of a part of the run"), over, "{text}");
        assert_eq!(text.contains("of more than this run"), !over, "{text}");
        assert!(!text.contains("still impossible"), "{text}");
    }
}

#[test]
fn units_of_trap_are_caught() {
    let codes = |query: &str| -> Vec<&'static str> {
        let (_, estimate) = from_query(query);
        estimate
            .problems
            .iter()
            .map(|problem| problem.code)
            .collect()
    };
    let hardware = |query: &str| from_query(query).1.hardware.expect("a result").total.value;
    // Two cores are a chip, in any spelling; a core of its own is the unit of its row.
    let chips = hardware("hw=TPU+v3&chips=256&time=1+d");
    for cores in ["512+cores", "512+TPU+cores", "512+Cores"] {
        let query = format!("hw=TPU+v3&chips={cores}&time=1+d");
        near(&query, hardware(&query), chips, 1e-12);
        assert!(codes(&query).contains(&"cores-to-chips"), "{query}");
    }
    near(
        "v5e",
        hardware("hw=TPU+v5e&chips=256+cores&time=1+d"),
        hardware("hw=TPU+v5e&chips=256&time=1+d"),
        1e-12,
    );
    assert!(codes("hw=H100&chips=16896+cores&time=1+d").contains(&"cores-typed"));
    assert!(!codes("hw=H100&chips=8+H100+Tensor+Core+GPUs&time=1+d").contains(&"cores-typed"));
    // Figures with sparsity, of the format itself and of another.
    for peak in ["1979+TFLOPS", "3958+TFLOPS"] {
        let query = format!("hw=H100&peak={peak}&chips=8&time=1+d");
        assert!(codes(&query).contains(&"sparse-peak"), "{query}");
    }
    assert!(!codes("hw=H100&peak=989+TFLOPS&chips=8&time=1+d").contains(&"sparse-peak"));
    assert!(
        !codes("hw=H100&format=fp8&peak=1979+TFLOPS&chips=8&time=1+d").contains(&"sparse-peak")
    );
    // A rack is its chips, and a typed count goes before it.
    near(
        "a rack",
        hardware("hw=GB200+NVL72&time=1+d"),
        hardware("hw=GB200&chips=72&time=1+d"),
        1e-12,
    );
    assert!(codes("hw=GB200+NVL72&chips=4&time=1+d").contains(&"count-offered"));
    // Chips times time in the field for time.
    let (request, _) = from_query("hw=H100&chips=8&time=90+GPU-days");
    let fix = &request
        .problems
        .iter()
        .find(|problem| problem.code == "wrong-unit")
        .expect("an error")
        .fixes;
    assert_eq!(
        fix.iter().map(|fix| &*fix.label).collect::<Vec<_>>(),
        ["Enter it as chip-hours"]
    );
    // What the more direct way leaves unused is said.
    for query in [
        "flop=3.1e23&params=175B&data=300B",
        "params=175B&forward=1e12&data=1T",
        "hw=H100&chip_hours=100&chips=4&time=1+d",
    ] {
        assert!(codes(query).contains(&"overridden"), "{query}");
    }
}

#[test]
fn several_phases_are_named_and_the_chip_that_did_most_is_measured() {
    let query = "params=7B&data=1T&hw=H100&chips=8&time=1+d&hw.2=A100&chips.2=64&time.2=30+d&kind.2=pre-training";
    let agreement = from_query(query).1.agreement.expect("both methods");
    assert_ne!(agreement.verdict, Verdict::Agree);
    let mut texts: Vec<String> = agreement
        .causes
        .iter()
        .map(|cause| cause.text.clone())
        .collect();
    for text in &texts {
        assert!(
            text.starts_with("Phase 1: ") || text.starts_with("Phase 2: "),
            "{text}"
        );
    }
    let all = texts.len();
    texts.sort();
    texts.dedup();
    assert_eq!(texts.len(), all, "{texts:?}");
    let of = |query: &str| {
        from_query(query)
            .1
            .agreement
            .expect("both methods")
            .measured
    };
    let alone = of("params=7B&data=1T&hw=A100&chips=64&time=30+d");
    assert!(alone.starts_with("Measured on this chip"), "{alone}");
    assert_eq!(agreement.measured, alone);
}
