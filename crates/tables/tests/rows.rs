//! Models, examples, thresholds, measured runs, typical accelerators: the sense of their rows.

// Helpers of tests may fail loudly.
#![allow(clippy::panic)]

use compute_core::catalog::Format;
use compute_core::quantity::Names;
use compute_tables::{
    ModelRow, accelerator_rows, catalog, model_rows, preset_rows, run_rows, threshold_rows,
};
use std::collections::BTreeMap;

fn model(id: &str) -> &'static ModelRow {
    model_rows()
        .iter()
        .find(|row| row.id == id)
        .unwrap_or_else(|| panic!("no model {id}"))
}

#[test]
fn models_have_sources_dates_and_plausible_compute() {
    assert!(model_rows().len() >= 457);
    assert!(
        model_rows()
            .iter()
            .filter(|row| row.flop >= Some(1e24))
            .count()
            >= 179
    );
    for row in model_rows() {
        let flop = row.flop.expect(row.id);
        assert!((1.0..1e27).contains(&flop), "{}", row.id);
        assert!(
            ("1950-01-01"..=catalog().date).contains(&row.date),
            "{}",
            row.id
        );
        assert!(
            row.source.starts_with("http") && row.copy.contains("CC BY 4.0"),
            "{}",
            row.id
        );
        if let (Some(active), Some(total)) = (row.active_parameters, row.parameters) {
            assert!(active <= total, "{}", row.id);
        }
    }
    assert!(model_rows().is_sorted_by_key(|row| (row.date, row.id)));
}

#[test]
fn entries_that_look_wrong_say_so() {
    let recomputed = [
        ("inkling", 1.107e25),
        ("vit-22b", 3.84e23),
        ("gpt-1", 8.3e19),
        ("stylegan", 1e20),
        ("elmo", 1e18),
        ("hunyuan-video", 1.28e23),
        ("nas", 1.9e21),
        ("bloom", 3.63e23),
        ("graphcast", 8.5e21),
        ("alexnet", 4.86e17),
    ];
    for (id, flop) in recomputed {
        assert_eq!(model(id).recomputed, Some(flop), "{id}");
        assert!(model(id).doubt.len() > 20, "{id}");
    }
    assert_eq!(
        model_rows()
            .iter()
            .filter(|row| row.recomputed.is_some())
            .count(),
        recomputed.len()
    );
    for id in ["flan-137b", "lamda", "gpt-2", "gpt-2-124m", "gpt-3"] {
        assert!(!model(id).doubt.is_empty(), "{id}");
    }
    // The product that the entry of Inkling leaves a factor out of.
    assert_eq!(model("inkling").flop, Some(41e9 * 45e12));
    assert!((6.0_f64 * 41e9 * 45e12 / 1.107e25 - 1.0).abs() < 1e-9);
}

#[test]
fn rows_of_one_run_share_a_group_and_a_figure() {
    let mut groups: BTreeMap<&str, Vec<&ModelRow>> = BTreeMap::new();
    for row in model_rows() {
        groups.entry(row.run).or_default().push(row);
    }
    let shared: Vec<_> = groups.iter().filter(|(_, rows)| rows.len() > 1).collect();
    assert_eq!(shared.len(), 8);
    for (run, rows) in shared {
        assert_eq!(rows[0].id, *run, "the group is named after its first row");
        for row in rows {
            assert!(
                (row.flop.unwrap_or(0.0) / rows[0].flop.unwrap_or(1.0) - 1.0).abs() < 0.01,
                "{run}: {}",
                row.id
            );
        }
    }
}

#[test]
fn chips_of_models_are_not_younger_than_the_model() {
    let mut wrong = Vec::new();
    for row in model_rows()
        .iter()
        .filter(|row| !row.accelerator_id.is_empty())
    {
        let chip = accelerator_rows()
            .iter()
            .find(|chip| chip.id == row.accelerator_id)
            .expect(row.id);
        if chip.release_date > row.date {
            wrong.push((row.id, chip.id));
        }
    }
    assert!(wrong.is_empty(), "{wrong:?}");
}

#[test]
fn presets_stand_in_the_order_of_the_menu() {
    let first: Vec<&str> = preset_rows().iter().map(|row| row.id).take(9).collect();
    let expected = [
        "alexnet",
        "cnn-lstm-fcn",
        "t5-11b",
        "igpt-l",
        "gpt-3",
        "palm",
        "lamda",
        "deepseek-v3",
        "llama-3-1-405b",
    ];
    assert_eq!(first, expected);
    assert!(preset_rows().len() >= 57);
}

/// Each link uses known keys, a chip of the table and a format that the chip has.
#[test]
fn links_of_presets_name_what_exists() {
    const KEYS: &str = " domain kind params active connections forward flop data batch steps epochs ratio depth width seq mask hw peak format \
        chips time chip_hours util hfu executed ";
    let catalog = catalog();
    for row in preset_rows() {
        let mut chips: BTreeMap<&str, usize> = BTreeMap::new();
        for pair in row.query.split('&') {
            let (key, value) = pair.split_once('=').expect(row.id);
            let (base, phase) = key.split_once('.').unwrap_or((key, "1"));
            assert!(
                KEYS.contains(&format!(" {base} ")) && !value.is_empty() && value.len() <= 200,
                "{}: {pair}",
                row.id
            );
            assert!(
                value
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || b"+.-%".contains(&byte)),
                "{}: {pair}",
                row.id
            );
            if base == "hw" {
                let index = catalog
                    .find(value)
                    .unwrap_or_else(|| panic!("{}: no chip {value}", row.id));
                assert_eq!(
                    catalog.accelerators[index].id, value,
                    "{}: an alias in a link",
                    row.id
                );
                chips.insert(phase, index);
            }
            if base == "format" {
                let format = Format::from_id(value).expect(row.id);
                let chip = &catalog.accelerators[chips[phase]];
                assert!(
                    chip.peak(format).is_some(),
                    "{}: {} has no {value}",
                    row.id,
                    chip.id
                );
            }
        }
        for index in chips.values() {
            let chip = &catalog.accelerators[*index];
            let format = row.query.contains("format");
            assert!(
                format || chip.default_format.is_some(),
                "{}: {} has no usual format",
                row.id,
                chip.id
            );
        }
        let counts = ["params=", "connections=", "forward="]
            .iter()
            .any(|key| row.query.contains(key));
        assert_eq!(
            (counts, !chips.is_empty()),
            (row.method != "hardware", row.method != "counting"),
            "{}",
            row.id
        );
        assert_eq!(
            (
                row.expected_counting_flop.is_some(),
                row.expected_hardware_flop.is_some()
            ),
            (counts, !chips.is_empty()),
            "{}",
            row.id
        );
        assert!(
            row.published_flop.is_some()
                && !row.note.is_empty()
                && row.inputs_source.contains("http"),
            "{}",
            row.id
        );
    }
}

#[test]
fn thresholds_are_those_of_the_laws() {
    // id, FLOP, relation, count, shown, status, applies from.
    let expected = [
        (
            "eu-gpai-1e23",
            1e23,
            ">",
            "eu-update",
            "yes",
            "guidance",
            "2025-08-02",
        ),
        (
            "eu-systemic-1e25",
            1e25,
            ">",
            "eu-cumulative",
            "yes",
            "in-force",
            "2025-08-02",
        ),
        (
            "us-ca-sb53",
            1e26,
            ">",
            "us-state",
            "yes",
            "in-force",
            "2026-01-01",
        ),
        (
            "us-ny-raise",
            1e26,
            ">",
            "us-state",
            "no",
            "not-yet",
            "2027-01-01",
        ),
        (
            "us-il-sb315",
            1e26,
            ">",
            "us-state",
            "no",
            "not-yet",
            "2027-01-01",
        ),
        (
            "kr-ai-basic",
            1e26,
            ">=",
            "all",
            "no",
            "in-force",
            "2026-01-22",
        ),
        (
            "us-ear-4e091",
            1e26,
            ">=",
            "us-state",
            "no",
            "not-enforced",
            "",
        ),
        ("us-bis-nprm", 1e26, ">", "all", "no", "proposed", ""),
        (
            "us-eo14110",
            1e26,
            ">",
            "all",
            "no",
            "revoked",
            "2023-10-30",
        ),
        (
            "us-eo14110-bio",
            1e23,
            ">",
            "all",
            "no",
            "revoked",
            "2023-10-30",
        ),
        ("us-ny-raise-2025", 1e26, ">", "all", "no", "replaced", ""),
        ("us-ca-sb1047", 1e26, ">", "all", "no", "vetoed", ""),
        (
            "us-ca-sb1047-tuned",
            3e25,
            ">=",
            "fine-tuning",
            "no",
            "vetoed",
            "",
        ),
    ];
    let found: Vec<_> = threshold_rows()
        .iter()
        .map(|row| {
            (
                row.id,
                row.flop.unwrap_or(0.0),
                row.relation,
                row.count,
                row.shown,
                row.status,
                row.in_force,
            )
        })
        .collect();
    assert_eq!(found, expected);
    for row in threshold_rows() {
        assert!(
            row.conditions.len() > 40 && row.source.len() > 20 && !row.as_of.is_empty(),
            "{}",
            row.id
        );
        // The state of a row on the day of the tables.
        if row.status == "not-yet" {
            assert!(row.in_force > catalog().date, "{}", row.id);
        }
        if row.status == "in-force" {
            assert!(
                row.in_force <= catalog().date && row.ended.is_empty(),
                "{}",
                row.id
            );
        }
        for banned in ["compliant", "must notify", "is regulated"] {
            assert!(!row.conditions.contains(banned), "{}", row.id);
        }
    }
    let shown = threshold_rows()
        .iter()
        .find(|row| row.id == "us-ca-sb53")
        .expect("row");
    for place in [
        "California",
        "New York",
        "Illinois",
        "1 January 2027",
        "Korea",
    ] {
        assert!(shown.name.contains(place), "{place}");
    }
}

#[test]
fn runs_are_shares_of_the_chip_s_own_peak() {
    assert!(run_rows().len() >= 291);
    assert!(run_rows().is_sorted_by_key(|row| row.id));
    let mut scopes: BTreeMap<&str, usize> = BTreeMap::new();
    for row in run_rows() {
        *scopes.entry(row.scope).or_default() += 1;
        let chip = catalog()
            .accelerators
            .iter()
            .find(|chip| chip.id == row.accelerator_id)
            .expect(row.id);
        let peak = Format::from_id(row.format)
            .and_then(|format| chip.peak(format))
            .expect(row.id);
        assert!(
            (row.peak.expect(row.id) / peak - 1.0).abs() < 0.005,
            "{}",
            row.id
        );
        if let (Some(mfu), Some(hfu)) = (row.mfu, row.hfu) {
            assert!(
                (0.99..=1.5).contains(&(hfu / mfu)),
                "{}: executed over model FLOP",
                row.id
            );
        }
        if let Some(share) = row.mfu.or(row.hfu) {
            assert!((0.005..0.90).contains(&share), "{}", row.id);
        }
        // 6ND beside the printed rate: all of it for a dense model, less where long sequences add attention.
        if let (Some(rate), Some(parameters), Some(mfu)) =
            (row.tokens_s_chip, row.parameters, row.mfu)
            && !["mixtral", "moe", "a-x-k1", "lora", "mixture"]
                .iter()
                .any(|word| row.id.contains(word))
        {
            let part = 6.0 * parameters * rate / peak / mfu;
            let least = if row.sequence_length.unwrap_or(0.0) > 16384.0 {
                0.25
            } else {
                0.5
            };
            assert!((least..=1.35).contains(&part), "{}: {part}", row.id);
        }
    }
    assert!(
        scopes["whole-run"] > 100 && scopes["benchmark"] > 100 && scopes["steady-state"] > 10,
        "{scopes:?}"
    );
}

#[test]
fn the_typical_accelerator_gets_no_slower() {
    let typical = &catalog().typical;
    assert_eq!(
        (
            typical.first().map(|row| row.year),
            typical.last().map(|row| row.year)
        ),
        (Some(2012), Some(2025))
    );
    for pair in typical.windows(2) {
        assert!(
            pair[0].year + 1 == pair[1].year
                && pair[0].fp32 <= pair[1].fp32
                && pair[0].best <= pair[1].best
        );
        assert!(
            pair[0].fp32 <= pair[0].best && pair[0].models > 0 && !pair[0].most_used.is_empty()
        );
    }
}
