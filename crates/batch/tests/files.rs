//! Whole files, good and bad.

use compute_batch::limits::MAX_ROWS;
use compute_batch::{Batch, Order, Reads, Row, Store, write};
use compute_core::estimate::estimate;
use compute_core::problem::Severity;
use compute_core::{link, request};
use compute_tables::catalog;

fn read(text: &str) -> (Batch<'static>, Vec<Row>) {
    let mut batch = Batch::new(catalog());
    let mut rows = batch.push(text);
    rows.extend(batch.finish());
    (batch, rows)
}

fn codes(batch: &Batch) -> Vec<&'static str> {
    batch.notices().iter().map(|notice| notice.code).collect()
}

fn row_codes(row: &Row) -> Vec<&'static str> {
    row.problems.iter().map(|problem| problem.code).collect()
}

const GPT_3: f64 = 3.1428e23;

#[test]
fn any_separator_and_a_byte_order_mark_read_the_same() {
    for text in [
        "name,params,data\nGPT-3,174.6B,300B\n",
        "\u{feff}name;params;data\r\nGPT-3;174.6B;300B\r\n",
        "name\tparams\tdata\nGPT-3\t174.6B\t300B",
        "sep=;\nname;params;data\nGPT-3;174.6B;300B\n",
        "\n \nname,params,data\n,,\n\"GPT-3\",\"174.6B\",\"300B\"\n",
        "Model,Parameters,Training dataset size (total)\nGPT-3,1.746E+11,300000000000.0\n",
        "params,data,note\n\"174,600,000,000\",300 billion tokens,x\n",
    ] {
        let (batch, rows) = read(text);
        assert!(batch.notices().is_empty(), "{text}: {:?}", batch.notices());
        assert_eq!(rows.len(), 1, "{text}");
        let value = rows[0].flop.map_or(0.0, |figure| figure.value);
        assert!((value / GPT_3 - 1.0).abs() < 1e-12, "{text}: {value}");
    }
}

#[test]
fn any_cut_into_chunks_gives_the_same_rows() {
    let text = "\u{feff}name,params,data,hw,chips,time,published\n\"Ä, \"\"x\"\"\ny\",7B,1-2T,A100,512,30 d,1e23\nb,\"1B,2B\n=c,oops,1,,,\n";
    let (_, whole) = read(text);
    assert_eq!(whole.len(), 3);
    for size in [1, 2, 3, 7, 64] {
        let mut batch = Batch::new(catalog());
        let mut rows = Vec::new();
        let chars: Vec<char> = text.chars().collect();
        for chunk in chars.chunks(size) {
            rows.extend(batch.push(&chunk.iter().collect::<String>()));
        }
        rows.extend(batch.finish());
        assert_eq!(rows, whole, "chunks of {size}");
    }
}

#[test]
fn a_row_gives_what_the_page_gives_for_its_link() {
    for preset in &catalog().presets {
        let text = format!("query\n\"{}\"\n", preset.query);
        let (_, rows) = read(&text);
        let (address, _) = link::decode(preset.query, catalog());
        let asked = request::read(&address.form, catalog());
        let wanted = estimate(&address.form, &asked, catalog());
        let row = &rows[0];
        let value = |figure: Option<compute_batch::Figure>| figure.map(|figure| figure.value);
        assert_eq!(
            value(row.flop),
            wanted.flop().map(|total| total.value),
            "{}",
            preset.id
        );
        assert_eq!(
            value(row.hardware),
            wanted.hardware.as_ref().map(|method| method.total.value),
            "{}",
            preset.id
        );
        assert_eq!(
            row.verdict,
            wanted.agreement.as_ref().map(|found| found.verdict.id())
        );
        assert_eq!(row.query, link::encode_form(&address.form));
    }
}

#[test]
fn phases_ranges_and_examples_are_read() {
    let (_, rows) =
        read("name,params,data,kind.2,params.2,data.2\nA,7B,1T-2T,fine-tuning,7B,10B\n");
    let figure = rows[0].counting.expect("two phases");
    let (low, high) = figure.range.expect("a range");
    assert!(low < figure.value && figure.value < high);
    assert!(
        rows[0].query.contains("kind.2=fine-tuning"),
        "{}",
        rows[0].query
    );
    let (_, rows) = read("example,data\ngpt-3,600B\nnobody,1B\n");
    let value = rows[0].counting.map_or(0.0, |figure| figure.value);
    assert!(value > 6e23, "{value}");
    assert!(row_codes(&rows[1]).contains(&"unknown-example"));
}

#[test]
fn what_is_odd_about_a_line_is_told_with_it() {
    let (_, rows) = read(
        "name,params,data\nshort,7B\nlong,7B,1T,more\n\"open,7B,1T\nquoted \"x\" inside,7B,1T\n\"a\"b,7B,1T\ntrailing,7B,1T,,\n",
    );
    let told: Vec<Vec<&str>> = rows.iter().map(row_codes).collect();
    assert_eq!(told[0], ["needs-more", "cells-missing"]);
    assert_eq!(told[1], ["cells-too-many"]);
    assert_eq!(told[2], ["quote-not-closed"], "{:?}", rows[2]);
    assert_eq!(told[3], [""; 0]);
    assert_eq!(told[4], ["text-behind-quote"]);
    assert_eq!(told[5], [""; 0]);
    assert!(
        rows[0].problems[1]
            .message
            .starts_with("Line 2: 2 cells where the header has 3")
    );
    assert_eq!(rows[2].name, "\"open");
    assert!(rows[2].flop.is_some(), "the rest of the row counts");
}

#[test]
fn a_cell_that_does_not_read_costs_its_field_alone() {
    let (_, rows) = read(
        "name,params,data,hw,time\nx,=cmd|' /C calc'!A0,1T,A100,30 days\ny,7B,1T,H1000,30 days\n",
    );
    assert!(rows[0].counting.is_none() && rows[0].hardware.is_some());
    assert_eq!(rows[0].problems[0].severity, Severity::Error);
    assert!(
        rows[0].problems[0].message.starts_with("Parameters:"),
        "{:?}",
        rows[0].problems
    );
    assert!(rows[1].counting.is_some() && rows[1].hardware.is_none());
    assert!(rows[1].problems[0].message.starts_with("Accelerator:"));
}

#[test]
fn lists_of_accelerators_and_formats_are_not_guessed_at() {
    let (_, rows) = read(
        "Model,Training hardware,Hardware quantity,Training time (hours),Numerical format,Domain,Batch size\n\
         a,\"NVIDIA A100,NVIDIA H100\",8,100,,Language,512\n\
         b,NVIDIA A100,8,100.5,\"BF16,FP8\",\"Vision,Image generation\",512\n\
         c,NVIDIA A100,8,100,FP16,\"Multimodal,Vision\",\n\
         d,NVIDIA A100,,100,NVFP4,,\n",
    );
    assert!(row_codes(&rows[0]).contains(&"several-accelerators"));
    assert!(rows[0].hardware.is_none());
    assert_eq!(row_codes(&rows[1]), ["several-formats"]);
    assert!(rows[1].query.contains("time=100.5+h") && rows[1].query.contains("domain=other"));
    assert!(
        !rows[1].query.contains("batch"),
        "a batch without steps says nothing"
    );
    assert!(rows[2].query.contains("format=fp16") && !rows[2].query.contains("domain"));
    assert_eq!(row_codes(&rows[3]), ["one-chip", "format-not-read"]);
}

#[test]
fn published_figures_are_compared_and_not_counted() {
    let (_, rows) = read(
        "Model,Parameters,Training dataset size (total),Training compute (FLOP)\nx,1000000000,1000000000,3e18\ny,1,1,much\n",
    );
    assert_eq!(rows[0].over_published(), Some(2.0));
    assert!(
        rows[1]
            .problems
            .iter()
            .any(|problem| problem.message.starts_with("Training compute (FLOP): "))
    );
}

#[test]
fn files_that_are_no_tables_are_refused_in_words() {
    let noise: String = (0..300u32)
        .map(|n| char::from_u32(n * 7 % 32).unwrap_or('x'))
        .collect();
    for (text, code) in [
        ("", "empty"),
        ("\u{feff}\n\n", "empty"),
        ("PK\u{3}\u{4}\u{14}\u{0}", "not-a-table"),
        ("%PDF-1.7\n", "not-a-table"),
        (noise.replace('\0', "\u{1}").as_str(), "not-a-table"),
        ("name,params\n\0\0", "binary"),
        ("<!DOCTYPE html>\n<html>", "no-separator"),
        ("{\"params\": 7}", "no-separator"),
        ("name|params|data\nx|7B|1T\n", "no-separator"),
        ("foo,bar\n1,2\n", "no-known-column"),
    ] {
        let (batch, rows) = read(text);
        assert!(batch.is_refused(), "{text:?}");
        assert!(
            codes(&batch).contains(&code),
            "{text:?}: {:?}",
            batch.notices()
        );
        assert!(rows.is_empty());
        for notice in batch.notices() {
            assert!(
                notice.found.ends_with('.') || notice.found.ends_with('…'),
                "{}",
                notice.found
            );
            assert!(!notice.remedy.is_empty());
        }
    }
}

/// What is said of a whole file, as it is read.
fn said(text: &str) -> Vec<String> {
    let (batch, _) = read(text);
    batch
        .notices()
        .iter()
        .map(|notice| format!("{} {}", notice.found, notice.remedy))
        .collect()
}

/// What is said of the rows, as it is read.
fn said_of_rows(text: &str) -> Vec<String> {
    let (_, rows) = read(text);
    rows.iter()
        .flat_map(|row| &row.problems)
        .map(|problem| format!("{} {}", problem.message, problem.remedy))
        .collect()
}

#[test]
fn the_messages_about_a_file_say_what_was_found() {
    for (text, wanted) in [
        (
            "",
            "The file is empty. The first line names the columns, like name,params,data; each other line is a model.",
        ),
        (
            "name|params|data\nx|7B|1T\n",
            "Line 1 is one cell, “name|params|data”. Write a comma, a semicolon or a tab between the names of the columns, and between the cells below them.",
        ),
        (
            "“name”,“params”,“data”\n“x”,“7B”,“1T”\n",
            "Line 1: the names stand in “ ”; what quotes a cell of a table is \". Replace these marks by \", or leave them out.",
        ),
        (
            "'name';'params';'data'\n'x';'7B';'1T'\n",
            "Line 1: the names stand in ' '; what quotes a cell of a table is \". Replace these marks by \", or leave them out.",
        ),
        (
            "foo,bar\n1,2\n",
            "Line 1 names no column that is known here; it reads “foo”, “bar”. Name the columns by the keys of a link, like name, params, data, hw, chips, time, or as Epoch AI's tables do.",
        ),
        (
            "name,params\nx,7B\n",
            "Neither method has its columns: counting lacks data (or batch and steps); accelerator time lacks hw (or peak) and time (or chip_hours). Add the columns of one method; the table of columns shows what each was read as.",
        ),
        (
            "PK\u{3}\u{4}",
            "This is a zip file, as workbooks of Excel and LibreOffice (.xlsx, .ods) are. Open it in the program that made it and save the table as CSV UTF-8.",
        ),
        (
            "name,params,data\n",
            "There is a line of column names and no row below it. Write a line for each model.",
        ),
    ] {
        assert_eq!(said(text), [wanted], "{text:?}");
    }
    // A mark of the byte order is no part of the first name, and nothing to tell.
    assert_eq!(said("\u{feff}name,params,data\nx,7B,1T\n"), [""; 0]);
}

#[test]
fn the_messages_about_a_row_say_what_was_found() {
    for (text, wanted) in [
        (
            "name,params,data\n\"x,7B,1T\n",
            "Line 2: a quote opens in column 1 and is not closed; it was taken as a character, and the row as ending with its line.",
        ),
        (
            "name,params,data\n\"a\"b,7B,1T\n",
            "Line 2: text stands behind the closing quote of column 1; it was kept.",
        ),
        (
            "name,params,data\nx,7B,1T,9,9\n",
            "Line 2: 5 cells where the header has 3 columns; the last ones were not read. Put a cell that holds the separator in quotes.",
        ),
        (
            "name,params,data\nx,=cmd|' /C calc'!A0,1T\n",
            "Parameters: “=cmd|' /C calc'!A0” is not a number.",
        ),
        (
            "name,hw,time\nx,=HYPERLINK(1),3 d\n",
            "Accelerator: “=HYPERLINK(1)” is in none of our rows. Choose a row of the list",
        ),
    ] {
        let found = said_of_rows(text);
        assert!(
            found.iter().any(|message| message.starts_with(wanted)),
            "{text:?}: {found:?}"
        );
    }
}

#[test]
fn columns_that_no_method_can_do_without_are_named() {
    let (batch, rows) = read("name,params,chips\nx,7B,8\n");
    assert_eq!(codes(&batch), ["columns-missing"]);
    assert!(
        batch.notices()[0]
            .found
            .contains("counting lacks data (or batch and steps)"),
        "{:?}",
        batch.notices()
    );
    assert_eq!(rows[0].problems[0].severity, Severity::Error);
    let (batch, _) = read("name,params,data\n");
    assert_eq!(codes(&batch), ["no-rows"]);
}

#[test]
fn a_million_rows_are_read_and_the_next_one_is_told() {
    // Rows without inputs: the bound is on rows, whatever they hold.
    let piece = "x\n".repeat(10_000);
    let mut batch = Batch::new(catalog());
    batch.push("name,params\n");
    let mut rows = 0;
    for _ in 0..MAX_ROWS / 10_000 {
        rows += batch.push(&piece).len();
    }
    assert_eq!(rows, MAX_ROWS);
    let told = |batch: &Batch| codes(batch).contains(&"too-many-rows");
    assert!(!told(&batch), "as many as there may be");
    assert_eq!(batch.push("y\n").len(), 0);
    assert!(told(&batch) && batch.is_done());
    let notice = &batch.notices()[batch.notices().len() - 1];
    assert_eq!(
        notice.found,
        "The file has more than 1\u{202f}000\u{202f}000 rows; those from line 1000002 on were not read."
    );
    assert_eq!(
        notice.remedy,
        "Cut the file and read the rest of it after this one."
    );
    assert_eq!(batch.finish().len(), 0);
}

#[test]
fn the_results_read_back_to_the_same_results() {
    let (_, rows) = read(
        "name,params,data,hw,chips,time,published\n=1+1,7B,1T-2T,A100,512,30 d,4e22\n\"a, \"\"b\"\"\",8B,1T,,,,\n-3,,,H100,8,1 d,\n",
    );
    let mut out = String::new();
    write::header(&mut out);
    for row in &rows {
        write::row(&mut out, row, "https://example.org/");
    }
    assert!(out.contains("\n'=1+1,"), "{out}");
    let (batch, again) = read(&out);
    assert!(
        batch
            .columns()
            .iter()
            .any(|column| column.reads == Reads::Query)
    );
    assert_eq!(again.len(), rows.len());
    for (one, two) in rows.iter().zip(&again) {
        assert_eq!(
            (&one.name, one.flop, one.published, &one.query),
            (&two.name, two.flop, two.published, &two.query)
        );
    }
}

#[test]
fn kept_rows_are_the_rows_and_order_by_any_column() {
    let text = "id,name,params,data,hw,chips,time,x,published\n\
                1,b,7B,1T,A100,512,30 d,?,1e23\n\
                2,,1B,1T,,,,?,\n\
                3,A,oops,1T,,,,?,,extra\n\
                4,c,70B,1T-2T,H100,,90 d,?,9e23\n\
                \"5\"5,d,1B,1T,,,,?,1e30\n";
    let (_, rows) = read(text);
    for size in [7, 5000] {
        let mut store = Store::new(catalog(), "");
        let mut out = String::new();
        let chars: Vec<char> = text.chars().collect();
        for chunk in chars.chunks(size) {
            store.push(&chunk.iter().collect::<String>(), "", &mut out);
            // Asked for in between, in another order.
            store.rows(Order::Name, true, 0, 2);
        }
        store.finish("", &mut out);
        assert_eq!(store.rows(Order::Line, false, 0, 99), rows);
        let mut written = String::new();
        rows.iter()
            .for_each(|row| write::row(&mut written, row, ""));
        assert_eq!(out, written);
        let mut names = |by, down| -> Vec<u32> {
            store
                .rows(by, down, 0, 99)
                .iter()
                .map(|row| row.line - 1)
                .collect()
        };
        assert_eq!(
            names(Order::Name, false),
            [3, 1, 4, 5, 2],
            "the empty one last"
        );
        assert_eq!(names(Order::Name, true), [5, 4, 1, 3, 2]);
        assert_eq!(
            names(Order::Total, true),
            [4, 1, 2, 5, 3],
            "alike in the order of the file, none last"
        );
        assert_eq!(names(Order::Total, false), [2, 5, 1, 4, 3]);
        assert_eq!(names(Order::Line, true), [5, 4, 3, 2, 1]);
        assert_eq!(names(Order::OverPublished, false)[..3], [5, 1, 4]);
        for by in Order::ALL {
            assert_eq!(names(by, true).len(), 5);
            assert_eq!(Order::from_id(by.id()), Some(by));
        }
        assert_eq!(store.rows(Order::Line, false, 3, 1)[0].name, "c");
        assert!(store.rows(Order::Line, false, 99, 1).is_empty());
        let tally = store.tally();
        assert_eq!(
            (tally.rows, tally.estimated, tally.errors, tally.published),
            (5, 4, 1, 3)
        );
    }
}

#[test]
fn nonsense_of_every_kind_neither_panics_nor_hangs() {
    // A small generator, so that a failure repeats.
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let mut next = move |below: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state % below as u64) as usize
    };
    let pieces = [
        ",",
        ";",
        "\t",
        "\n",
        "\r",
        "\r\n",
        "\"",
        "\"\"",
        "'",
        "=",
        "params",
        "data",
        "hw",
        "time",
        "1e999",
        "7B",
        "300B tokens",
        "A100",
        "é",
        "\u{feff}",
        "\u{fffd}",
        "\0",
        "\u{1f}",
        "-",
        "chips.2",
        "query",
        "?params=7B&data=1T",
        "example",
        "gpt-3",
        "30 days",
        "((((((",
        "1-2",
        "\u{202e}",
        "sep=;",
        " ",
    ];
    for _ in 0..400 {
        let mut text =
            String::from(["params,data\n", "", "name;query\n", "hw\ttime\tchips\n"][next(4)]);
        for _ in 0..next(120) {
            text += pieces[next(pieces.len())];
        }
        let mut batch = Batch::new(catalog());
        let mut store = Store::new(catalog(), "2026-11-25");
        let (mut out, mut rows) = (String::new(), Vec::new());
        let chars: Vec<char> = text.chars().collect();
        for chunk in chars.chunks(1 + next(50)) {
            let chunk: String = chunk.iter().collect();
            rows.extend(batch.push(&chunk));
            store.push(&chunk, "", &mut out);
        }
        rows.extend(batch.finish());
        store.finish("", &mut out);
        assert_eq!(
            store.rows(Order::Line, false, 0, 1000).len(),
            rows.len(),
            "{text:?}"
        );
        for row in &rows {
            assert!(
                row.problems
                    .iter()
                    .all(|problem| !problem.message.is_empty())
            );
            assert!(
                row.flop.is_some()
                    || row
                        .problems
                        .iter()
                        .any(|problem| problem.severity == Severity::Error),
                "{text:?}: {row:?}"
            );
        }
    }
}
