//! The link: permanent, canonical, hostile-proof.

mod common;

use common::{csv, from_query};
use compute_core::catalog::{Change, Format};
use compute_core::field::{Field, Slot};
use compute_core::form::Form;
use compute_core::link::{self, Address, Place, Theme};
use compute_core::quantity::{self, Names};
use compute_tables::catalog;

fn decode(query: &str) -> Address {
    link::decode(query, catalog()).0
}

#[track_caller]
fn check(query: &str, canonical: &str) {
    let once = link::encode(&decode(query));
    assert_eq!(once, canonical, "{query}");
    assert_eq!(
        link::encode(&decode(&once)),
        once,
        "{query} is not canonical"
    );
}

#[test]
fn a_link_is_canonical_for_all_spellings() {
    check(
        "params=175B&data=300B+tokens",
        "params=175B&data=300B+tokens",
    );
    check(
        "?data=300B%20tokens&params=175B",
        "params=175B&data=300B+tokens",
    );
    check("params=1&params=175B", "params=175B");
    check("util=30..50%25", "util=30..50%25");
    check("params=175B&unknown=1&&=&utm_source=x", "params=175B");
    check("name=a%26b%3Dc", "name=a%26b%3Dc");
    check("params=%E2%89%88175B", "params=%E2%89%88175B");
}

#[test]
fn what_equals_a_default_is_left_out() {
    check(
        "domain=language&kind=pre-training&epochs=1&ratio=2&mask=full&chips=1&public=0&params=7B",
        "params=7B",
    );
    check("kind=rollouts&ratio=0&params=7B", "kind=rollouts&params=7B");
    check(
        "kind=rollouts&ratio=2&params=7B",
        "kind=rollouts&params=7B&ratio=2",
    );
    check("params=7B&active=7B", "params=7B");
    check("hfu=40%25&executed=4/3", "hfu=40%25");
    check(
        "hw=h100&format=bf16&util=30%25",
        "hw=h100&format=bf16&util=30%25",
    );
}

#[test]
fn gaps_between_phases_are_closed() {
    check("params=7B&chips.9=5", "params=7B&chips.2=5");
    check("chips.3=5&kind.2=fine-tuning", "kind=fine-tuning&chips.2=5");
    check("chips.1=5&chips.10=5&chips.0=5&chips.x=5", "");
}

#[test]
fn place_theme_and_tables_keep_their_order() {
    check(
        "theme=dark&embed=1&params=7B&tables=2026-11-25&page=hardware&domain=other&original=unknown&systemic=yes",
        "domain=other&page=hardware&tables=2026-11-25&original=unknown&systemic=yes&embed=1&theme=dark&params=7B",
    );
    let address = decode("page=models&theme=light&embed=1");
    assert_eq!(address.place, Some(Place::Models));
    assert_eq!(address.theme, Theme::Light);
    assert!(address.embed);
    check("page=nowhere&theme=pink&tables=yesterday", "");
}

#[test]
fn an_example_is_expanded_and_overridden() {
    let address = decode("example=gpt-3&data=&epochs=2");
    assert_eq!(address.form.head(Field::Data), "");
    assert_eq!(address.form.get(Slot::new(Field::Epochs, 0)), "2");
    assert_eq!(address.form.get(Slot::new(Field::Parameters, 0)), "174.6B");
    assert_eq!(address.form.head(Field::Name), "GPT-3 (175B)");
    assert!(!link::encode(&address).contains("example="));
    let none = decode("example=none");
    assert!(none.form.is_empty() && none.said_something);
    assert!(!decode("").said_something && !decode("utm_source=x&embed=1").said_something);
    let (_, problems) = link::decode("example=no-such", catalog());
    assert_eq!(problems[0].code, "unknown-example");
}

#[test]
fn lengths_are_bounded_and_said() {
    let long = format!("params={}", "9".repeat(201));
    let (address, problems) = link::decode(&long, catalog());
    assert_eq!(address.form.get(Slot::new(Field::Parameters, 0)).len(), 200);
    assert_eq!(problems[0].code, "text-cut");
    let (_, problems) = link::decode(&format!("params={}", "9".repeat(200)), catalog());
    assert!(problems.is_empty());
    let (_, problems) = link::decode(&format!("x={}", "9".repeat(8190)), catalog());
    assert!(problems.is_empty());
    let (_, problems) = link::decode(&format!("x={}", "9".repeat(8191)), catalog());
    assert_eq!(problems[0].code, "link-cut");
}

#[test]
fn hostile_queries_are_read_without_a_panic_and_stay_canonical() {
    const BITS: [&str; 14] = [
        "%", "&", "=", "<", "\u{0}", "%E2", "9", ".", "-", "é", "+", "params=", ".2=", "%00",
    ];
    let seeds: Vec<String> = csv(compute_tables::presets_csv())
        .iter()
        .map(|row| row.get("query").to_string())
        .collect();
    let mut state = 7_u64;
    let mut random = |below: usize| {
        state = state
            .wrapping_mul(6364136223846793005)
            .wrapping_add(1442695040888963407);
        (state >> 33) as usize % below
    };
    for round in 0..6_000 {
        let mut chars: Vec<String> = seeds[round % seeds.len()]
            .chars()
            .map(String::from)
            .collect();
        for _ in 0..=random(6) {
            let at = random(chars.len());
            chars[at] = BITS[random(BITS.len())].to_string();
        }
        let query = chars.concat();
        let once = link::encode(&decode(&query));
        assert_eq!(link::encode(&decode(&once)), once, "{query:?}");
        from_query(&query);
    }
}

#[test]
fn a_form_survives_its_link() {
    let mut state = 11_u64;
    let mut random = |below: usize| {
        state = state
            .wrapping_mul(6364136223846793005)
            .wrapping_add(1442695040888963407);
        (state >> 33) as usize % below
    };
    let texts = [
        "175B",
        "30% to 45%",
        "a&b=c+d %",
        "≈ 3×10²³",
        "<b>",
        "54 days",
        "🙂",
        "fine-tuning",
    ];
    for _ in 0..5_000 {
        let mut form = Form::empty();
        for field in Field::of_head().chain(Field::of_phase()) {
            let phases = if field.spec().per_phase { 2 } else { 1 };
            for phase in 0..phases {
                if random(3) == 0 {
                    form.set(Slot::new(field, phase), texts[random(texts.len())]);
                }
            }
        }
        // Only what is written survives: defaults and empty phases are left out.
        let mut written = Form::empty();
        for (slot, text) in form.written() {
            written.set(slot, text);
        }
        let address = Address {
            form: written.clone(),
            ..Address::default()
        };
        assert_eq!(decode(&link::encode(&address)).form, written);
    }
}

/// Append-only: a published link keeps its number for ever. Lines are added, never changed.
#[test]
fn every_golden_link_keeps_its_number() {
    let rows: Vec<&str> = include_str!("golden-links.tsv")
        .lines()
        .filter(|line| !line.starts_with('#') && !line.is_empty())
        .collect();
    assert!(rows.len() >= 60, "{} golden links", rows.len());
    for row in rows {
        let cells: Vec<&str> = row.split('\t').collect();
        let [counting, hardware, query] = cells[..] else {
            panic!("{row}");
        };
        let (_, result) = from_query(query);
        for (want, got) in [(counting, &result.counting), (hardware, &result.hardware)] {
            match (want, got) {
                ("-", None) => {}
                (want, Some(got)) if want != "-" => {
                    common::near(query, got.total.value, want.parse().expect(want), 1e-12);
                }
                (want, got) => panic!(
                    "{query}: want {want}, got {:?}",
                    got.as_ref().map(|result| result.total.value)
                ),
            }
        }
    }
}

#[test]
fn a_link_older_than_a_change_of_a_cell_it_used_shows_both_numbers() {
    let mut catalog = compute_tables::catalog().clone();
    let chip = &catalog.accelerators[catalog.find("h100").expect("a row")];
    let (id, peak) = (chip.id, chip.peak(Format::Bf16).expect("a peak"));
    let now: &'static str = format!("{peak:e}").leak();
    let change = |column, old, new, date| Change {
        table: "hardware",
        id,
        column,
        old,
        new,
        date,
    };
    // Two changes of one cell, and one of a cell that the link does not use.
    catalog.changes = vec![
        change("bf16_tensor", "1e15", "9e14", "2027-01-10"),
        change("fp64", "1e12", "2e12", "2027-02-01"),
        change("bf16_tensor", "9e14", now, "2027-03-01"),
    ];
    let said = |query: &str| {
        let (_, problems) = link::decode(query, &catalog);
        let found = problems
            .into_iter()
            .find(|problem| problem.code == "tables-changed");
        found.map(|problem| problem.message)
    };
    let run = "hw=h100&chips=1000&time=10+days&util=40%25";
    let figure = |peak: f64| quantity::flop(1000.0 * 864_000.0 * peak * 0.4, 3);
    for (tables, then) in [
        ("2026-11-25", 1e15),
        ("2027-01-09", 1e15),
        ("2027-01-10", 9e14),
        ("2027-02-20", 9e14),
    ] {
        let message = said(&format!("{run}&tables={tables}")).expect("a message");
        assert!(
            message.contains(&format!("it gave {}", figure(then))),
            "{message}"
        );
        assert!(
            message.contains(&format!("now it gives {}", figure(peak))),
            "{message}"
        );
        assert!(
            message.contains("1 March 2027") && message.contains("bf16_tensor"),
            "{message}"
        );
    }
    for query in [
        // Made with the tables of now; without a date; with a peak of its own; in another format; by the count alone.
        format!("{run}&tables=2027-03-01"),
        run.to_string(),
        format!("{run}&peak=990+TFLOP%2Fs&tables=2026-11-25"),
        format!("{run}&format=fp32&tables=2026-11-25"),
        "params=7B&data=1T&tables=2026-11-25".to_string(),
        "tables=2026-11-25".to_string(),
    ] {
        assert_eq!(said(&query), None, "{query}");
    }
}
