//! Numbers as people type them: the table of the typing rules, with value, code and echo.

use compute_core::quantity::{Misreading, NoNames, QuantityKind, Reading, read};

fn kind(name: &str) -> QuantityKind {
    match name {
        "count" => QuantityKind::Count,
        "flop" => QuantityKind::Flop,
        "flop-per-second" => QuantityKind::FlopPerSecond,
        "time" => QuantityKind::Time,
        "fraction" => QuantityKind::Fraction,
        "chip-time" => QuantityKind::ChipTime,
        _ => panic!("no kind is called {name}"),
    }
}

/// One line of comma-separated text with quotes.
fn cells(line: &str) -> Vec<String> {
    let mut cells = vec![String::new()];
    let mut quoted = false;
    for c in line.chars() {
        match c {
            '"' => quoted = !quoted,
            ',' if !quoted => cells.push(String::new()),
            _ => cells.last_mut().unwrap().push(c),
        }
    }
    cells
}

fn near(got: f64, want: f64) -> bool {
    (got - want).abs() <= 1e-12 * want.abs()
}

fn codes(reading: &Reading) -> Vec<&'static str> {
    reading.notes.iter().map(|note| note.code).collect()
}

/// The echo reads back to the number it shows, and prints again as the same text.
#[track_caller]
fn echo_reads_back(kind: QuantityKind, typed: &str, reading: &Reading) {
    let again = match read(kind, &reading.echo, &NoNames) {
        Ok(again) => again,
        Err(wrong) => panic!("{typed:?}: echo {:?}: {}", reading.echo, wrong.message),
    };
    assert_eq!(
        again.echo, reading.echo,
        "{typed:?}: the echo prints otherwise"
    );
    for (a, b) in [
        (again.value, reading.value),
        (again.low, reading.low),
        (again.high, reading.high),
    ] {
        assert!(
            (a - b).abs() <= 1e-5 * b,
            "{typed:?}: echo {:?} reads as {a}, want {b}",
            reading.echo
        );
    }
    assert_eq!(again.is_range(), reading.is_range(), "{typed:?}");
}

/// A refusal quotes, offers something to type, and each offer reads.
#[track_caller]
fn helps(kind: QuantityKind, typed: &str, wrong: &Misreading) {
    assert!(wrong.message.ends_with('.'), "{typed:?}: {}", wrong.message);
    assert!(wrong.remedy.ends_with('.'), "{typed:?}: {}", wrong.remedy);
    for fix in &wrong.fixes {
        assert!(
            read(kind, fix, &NoNames).is_ok(),
            "{typed:?}: the offered {fix:?} does not read"
        );
    }
}

#[test]
fn every_row_of_the_typing_table_holds() {
    let mut failures = Vec::new();
    let mut rows = 0;
    let table = include_str!("typing_vectors.csv");
    for line in table.trim_start_matches('\u{feff}').lines().skip(1) {
        let [kind_name, typed, result, value, low, high, code] =
            <[String; 7]>::try_from(cells(line)).unwrap();
        rows += 1;
        let kind = kind(&kind_name);
        let outcome = std::panic::catch_unwind(|| {
            let reading = match (read(kind, &typed, &NoNames), result.as_str()) {
                (Err(wrong), "error") => {
                    assert_eq!(wrong.code, code, "{}", wrong.message);
                    helps(kind, &typed, &wrong);
                    return;
                }
                (Ok(reading), "ok" | "note") => reading,
                (got, _) => panic!("{got:?}"),
            };
            if result == "note" {
                assert!(codes(&reading).contains(&code.as_str()), "{reading:?}");
            } else {
                assert!(reading.notes.is_empty(), "{reading:?}");
            }
            let number = |cell: &str| cell.parse::<f64>().unwrap();
            assert!(near(reading.value, number(&value)), "{reading:?}");
            if low.is_empty() {
                assert!(!reading.is_range(), "{reading:?}");
            } else {
                assert!(near(reading.low, number(&low)), "{reading:?}");
                assert!(near(reading.high, number(&high)), "{reading:?}");
            }
            echo_reads_back(kind, &typed, &reading);
        });
        if let Err(cause) = outcome {
            let cause = cause
                .downcast_ref::<String>()
                .cloned()
                .unwrap_or_else(|| "?".to_string());
            failures.push(format!(
                "{kind_name} {typed:?} ({result} {value} {code}): {cause}"
            ));
        }
    }
    assert!(rows > 150);
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}
