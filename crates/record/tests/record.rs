//! Citations and records: what is quoted, and that it opens again.

use compute_core::estimate::estimate;
use compute_core::{link, request};
use compute_record::{CSV_HEADER, Place, Record, SCHEMA, cite, open, record};
use compute_tables::catalog;

fn sources(id: &str) -> Option<String> {
    let mut rows = compute_tables::accelerator_rows().iter();
    Some(rows.find(|row| row.id == id)?.sources.to_string())
}

fn place() -> Place<'static> {
    Place {
        base: "https://example.org/compute/",
        today: "2026-11-25",
        version: "0.1.0",
        tables: catalog().date,
        sources: &sources,
    }
}

fn of(query: &str) -> (compute_record::Citation, Record) {
    let (address, _) = link::decode(query, catalog());
    let read = request::read(&address.form, catalog());
    let result = estimate(&address.form, &read, catalog());
    (
        cite(&address.form, &result, &place()).expect("a number"),
        record(&address.form, &read, &result, catalog(), &place()).expect("a number"),
    )
}

#[test]
fn the_sentence_holds_number_range_method_and_link() {
    let (cited, _) = of("name=GPT-3&params=174.6B&data=300B+tokens");
    assert_eq!(
        cited.sentence,
        "The training compute of GPT-3 is estimated at 3.1\u{202f}×\u{202f}10²³\u{a0}FLOP, by counting operations, with the method of Sevilla et al. (2022): https://example.org/compute/?name=GPT-3&tables=2026-11-25&params=174.6B&data=300B+tokens (25\u{a0}November\u{a0}2026)."
            .replace("25\u{a0}November\u{a0}2026", &compute_core::quantity::date("2026-11-25"))
    );
    let (cited, _) = of("params=174.6B&hw=H100&chip_hours=1M&util=30..50%25");
    assert!(
        cited.sentence.contains("90\u{202f}% range"),
        "{}",
        cited.sentence
    );
    assert!(cited.sentence.contains("from accelerator time"));
}

#[test]
fn a_row_has_the_header_s_columns_and_no_formula() {
    let (cited, _) = of("name=%3Dcmd%7C'%2FC+calc'%2C%22x%22&params=7B&data=1T");
    assert!(
        cited.csv.starts_with("\"'=cmd|'/C calc',\"\"x\"\"\","),
        "{}",
        cited.csv
    );
    let (plain, _) = of("name=GPT-3&params=174.6B&data=300B");
    assert_eq!(plain.csv.split(',').count(), CSV_HEADER.split(',').count());
    assert!(
        plain
            .csv
            .starts_with("GPT-3,3.1428e23,,,counting,3.1428e23,,,,"),
        "{}",
        plain.csv
    );
}

#[test]
fn names_are_escaped_where_they_would_be_markup() {
    let (cited, _) = of("name=%5Bx%5D(javascript%3Aalert(1))_%25%26%7B%7D&params=7B&data=1T");
    assert!(
        cited
            .markdown
            .contains("\\[x\\]\\(javascript:alert\\(1\\)\\)"),
        "{}",
        cited.markdown
    );
    assert!(cited.bibtex.contains("\\_\\%\\&\\{\\}"), "{}", cited.bibtex);
}

#[test]
fn a_record_opens_to_the_same_number() {
    for query in [
        "name=GPT-3&params=174.6B&data=300B+tokens&hw=V100&chips=10000&time=355.2+h",
        "params=671B&active=37B&data=14.8T&hw=h800-sxm5&format=bf16&chip_hours=2.664M&kind.2=reinforcement-learning&hw.2=h800-sxm5&format.2=bf16&chip_hours.2=147000",
        "params=100B..200B&data=5T..15T&name=%F0%9F%99%82+%22quoted%22",
    ] {
        let (_, kept) = of(query);
        let text = serde_json::to_string_pretty(&kept).expect("JSON");
        let opened = open(&text, catalog()).expect("opens");
        assert_eq!(opened.now, Some(kept.flop.value));
        assert!(opened.notes.is_empty(), "{:?}", opened.notes);
        assert_eq!(serde_json::from_str::<Record>(&text).expect("reads"), kept);
        assert!(kept.link.contains("tables=2026-11-25"));
    }
}

#[test]
fn the_record_tells_assumptions_totals_and_sources() {
    let (_, kept) =
        of("params=8e24&flop=8e24&kind.2=synthetic-data&flop.2=2.6e24&hw=H100&chip_hours=1M");
    assert_eq!(kept.schema, SCHEMA);
    assert_eq!(kept.totals.len(), 4);
    let cumulative = kept
        .totals
        .iter()
        .find(|total| total.count == "eu-cumulative")
        .expect("total");
    assert_eq!(cumulative.phases, [1, 2]);
    let update = kept
        .totals
        .iter()
        .find(|total| total.count == "eu-update")
        .expect("total");
    assert_eq!(update.phases, [1]);
    assert_eq!(kept.two_significant_figures, "1.1e25 FLOP");
    assert!(
        kept.assumptions.iter().any(|text| text.contains("30")),
        "{:?}",
        kept.assumptions
    );
    assert!(
        kept.sources.iter().any(|text| text.contains("H100")),
        "{:?}",
        kept.sources
    );
    let text = serde_json::to_string(&kept).expect("JSON").to_lowercase();
    for banned in ["compliant", "must notify", "is regulated"] {
        assert!(!text.contains(banned), "{banned}");
    }
}

#[test]
fn the_schema_names_every_key_of_a_record() {
    let schema: serde_json::Value =
        serde_json::from_str(include_str!("../record.schema.json")).expect("schema");
    let (_, kept) = of("params=7B&data=1T&hw=A100&chip_hours=1000");
    let kept = serde_json::to_value(&kept).expect("JSON");
    let known = schema["properties"].as_object().expect("properties");
    for key in kept.as_object().expect("object").keys() {
        assert!(known.contains_key(key), "{key}");
    }
    for required in schema["required"].as_array().expect("required") {
        assert!(
            kept.get(required.as_str().expect("text")).is_some(),
            "{required}"
        );
    }
    assert_eq!(schema["properties"]["schema"]["const"], SCHEMA);
}

#[test]
fn what_is_no_record_is_refused_with_what_was_found() {
    for (text, code) in [
        ("", "not-a-record"),
        ("<!doctype html><html>", "not-a-record"),
        ("{}", "not-a-record"),
        (
            "{\"schema\":\"other/1\",\"link\":\"?params=7B\"}",
            "not-a-record",
        ),
        ("[1,2,3]", "not-a-record"),
    ] {
        let refusal = open(text, catalog()).expect_err(text);
        assert_eq!(refusal.code, code);
        assert!(!refusal.message.is_empty() && !refusal.remedy.is_empty());
    }
    assert_eq!(
        open(&"x".repeat(300_000), catalog())
            .expect_err("large")
            .code,
        "record-too-large"
    );
}

#[test]
fn a_newer_record_opens_by_its_link_and_says_so() {
    let text = "{\"schema\":\"training-compute/record/7\",\"link\":\"https://example.org/?params=7B&data=1T\",\"flop\":{\"value\":4.2e22,\"low\":null,\"high\":null},\"more\":[]}";
    let opened = open(text, catalog()).expect("opens");
    assert_eq!(opened.query, "params=7B&data=1T");
    assert!(opened.notes[0].contains("version 7"), "{:?}", opened.notes);
    let changed = text.replace("4.2e22", "4.1e22");
    assert_eq!(open(&changed, catalog()).expect("opens").notes.len(), 2);
}

/// A later version may write its figure otherwise and add fields to its link: what can be read opens, and the rest is told.
#[test]
fn nothing_of_a_newer_record_is_lost_without_a_word() {
    let text = "{\"schema\":\"training-compute/record/2\",\"link\":\"https://example.org/?params=7B&data=1T&sparsity=0.5\",\
                \"flop\":{\"median\":4.2e22,\"unit\":\"FLOP\"}}";
    let opened = open(text, catalog()).expect("opens");
    assert_eq!(opened.query, "params=7B&data=1T");
    assert!(
        opened
            .now
            .is_some_and(|now| (now / 4.2e22 - 1.0).abs() < 1e-12)
    );
    assert!(opened.kept.is_nan(), "its figure is none of version 1");
    assert_eq!(
        opened.notes,
        [
            "The record is of version 2, this page knows version 1: its link was opened, what else it holds was not read.",
            "Its link holds “sparsity=0.5”, which this page does not know and left out."
        ]
    );
}

#[test]
fn the_messages_of_a_refusal_say_what_was_found() {
    for (text, wanted) in [
        (
            "<!doctype html><html>",
            "The file is an HTML page, not a record.",
        ),
        (
            "{\"schema\":\"other/1\",\"link\":\"?params=7B\"}",
            "The file’s schema is “other/1”, not “training-compute/record/1”.",
        ),
        (
            "{\"schema\":\"training-compute/record/1\"}",
            "The file is not a record: missing field `link` at line 1 column 38.",
        ),
        ("\n", "The file is empty."),
        (
            "name,params,data",
            "The file begins with “name,params,data”, a record with “{”.",
        ),
    ] {
        let refusal = open(text, catalog()).expect_err(text);
        assert_eq!(refusal.message, wanted);
        assert_eq!(
            refusal.remedy,
            "Drop the JSON that Cite gives under “record”."
        );
    }
    let refusal = open(&"x".repeat(300_000), catalog()).expect_err("large");
    assert_eq!(
        refusal.message,
        "The file has 300000 bytes; a record has a few thousand."
    );
}

#[test]
fn a_record_whose_link_holds_nothing_is_refused() {
    for link in [
        "javascript:alert(1)",
        "https://example.org/",
        "?unknown=1",
        "",
    ] {
        let text = format!(
            "{{\"schema\":\"training-compute/record/1\",\"link\":\"{link}\",\"flop\":{{\"value\":1e22,\"low\":null,\"high\":null}}}}"
        );
        let refusal = open(&text, catalog()).expect_err(link);
        assert_eq!(refusal.code, "no-inputs");
        assert!(
            refusal.message.contains("holds no inputs"),
            "{}",
            refusal.message
        );
    }
}

#[test]
fn the_text_for_the_file_says_what_a_provider_keeps() {
    let (_, record) = of(
        "name=Llama+3.1+405B&params=405B&data=15.6T+tokens&hw=H100+SXM&chip_hours=30.84M+GPU+hours&util=30%25+to+45%25&kind.2=evaluation&flop.2=1e24",
    );
    let text = record.text();
    for part in [
        "Training compute of Llama 3.1 405B: record for the file\n",
        "Made on 25\u{a0}November\u{a0}2026 with the tables of 25\u{a0}November\u{a0}2026, version 0.1.0 of the page.\nhttps://example.org/compute/?name=",
        "Figure for a notification in the EU: 3.8e25 FLOP (two significant figures",
        "Estimate: 3.89\u{202f}×\u{202f}10²⁵\u{a0}FLOP\nMethod: counting the operations, after Sevilla et al. 2022\n",
        "By accelerator time: 4.04\u{202f}×\u{202f}10²⁵\u{a0}FLOP (90\u{202f}% range 3.30–4.94\u{202f}×\u{202f}10²⁵)\n",
        "- Parameters: 405B\n  read as 405 billion\n",
        "- Kind of phase, phase 2: evaluation\n",
        "- EU, cumulative: 3.79\u{202f}×\u{202f}10²⁵\u{a0}FLOP. Counted here: pre-training. Left out: evaluation.",
        "Article 51(2) of the EU AI Act",
        "In force since 2\u{a0}August\u{a0}2025.\n",
        "- NVIDIA H100 SXM5 80GB: TechPowerUp",
        "not legal advice",
    ] {
        let part = part.replace(
            "25\u{a0}November\u{a0}2026",
            &compute_core::quantity::date("2026-11-25"),
        );
        let part = part.replace(
            "2\u{a0}August\u{a0}2025",
            &compute_core::quantity::date("2025-08-02"),
        );
        assert!(text.contains(&part), "{part}\n\n{text}");
    }
    // Markup and line ends of a name stay text of one line.
    let (_, record) = of("name=a%0A%0Ab%3Cb%3E&params=7B&data=1T");
    let first = record.text().lines().next().map(str::to_string);
    assert!(first.is_some_and(|line| line.ends_with(": record for the file")));
}
