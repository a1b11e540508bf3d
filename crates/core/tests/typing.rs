//! Numbers as people type them: the table of the typing rules, with value, code and echo.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::excessive_precision,
    reason = "a test fails by panicking, and figures stand as they were published"
)]

use compute_core::quantity::{
    Measure, Misreading, Names, NoNames, QuantityKind, Reading, ascii, duration, exact, figure,
    flop, is_zero, percent, petaflop_days, plain, range, rate, read, scientific, words,
};

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

/// The records of comma-separated text, with quotes round cells that hold commas, quotes or line ends.
fn records(table: &str) -> Vec<Vec<String>> {
    let mut records = vec![vec![String::new()]];
    let mut quoted = false;
    let mut chars = table.trim_start_matches('\u{feff}').chars().peekable();
    while let Some(c) = chars.next() {
        let record = records.last_mut().unwrap();
        match c {
            '"' if quoted && chars.peek() == Some(&'"') => {
                chars.next();
                record.last_mut().unwrap().push('"');
            }
            '"' => quoted = !quoted,
            ',' if !quoted => record.push(String::new()),
            '\n' if !quoted => records.push(vec![String::new()]),
            _ => record.last_mut().unwrap().push(c),
        }
    }
    records.retain(|record| record.len() > 1);
    records
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

#[track_caller]
fn hold(records: &[Vec<String>]) {
    let mut failures = Vec::new();
    for record in records {
        let [kind_name, typed, result, value, low, high, code] =
            <&[String; 7]>::try_from(record.as_slice()).unwrap();
        let kind = kind(kind_name);
        let outcome = std::panic::catch_unwind(|| {
            let reading = match (read(kind, typed, &NoNames), result.as_str()) {
                (Err(wrong), "error") => {
                    assert_eq!(wrong.code, code, "{}", wrong.message);
                    helps(kind, typed, &wrong);
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
            assert!(near(reading.value, number(value)), "{reading:?}");
            if low.is_empty() {
                assert!(!reading.is_range(), "{reading:?}");
            } else {
                assert!(near(reading.low, number(low)), "{reading:?}");
                assert!(near(reading.high, number(high)), "{reading:?}");
            }
            echo_reads_back(kind, typed, &reading);
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
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

/// The rows that the typing rules were written with.
#[test]
fn every_row_of_the_typing_table_holds() {
    let records = records(include_str!("typing_vectors.csv"));
    assert!(records.len() > 150);
    hold(&records[1..]);
}

/// Rows for each rule in breadth: separators, signs, words, spellings, both sides of limits.
#[test]
fn every_further_row_holds() {
    let records = records(include_str!("typing_more.csv"));
    assert!(records.len() > 400);
    hold(&records);
}

/// Steele and Vigna's SplitMix64: the same numbers on every run.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, n: usize) -> usize {
        (self.next() % n as u64) as usize
    }

    /// A number with one to six digits, its power of ten between the two.
    fn number(&mut self, low: i32, high: i32) -> f64 {
        let digits = self.below(6) as u32 + 1;
        let mantissa = self.below(9 * 10usize.pow(digits - 1)) + 10usize.pow(digits - 1);
        let power = low + self.below((high - low) as usize) as i32 - digits as i32 + 1;
        format!("{mantissa}e{power}").parse().unwrap()
    }
}

/// What a writer printed is read in its kind as the number it shows, and printed again as the same text.
#[track_caller]
fn comes_back(
    kind: QuantityKind,
    digits: u8,
    printed: &str,
    value: f64,
    print: impl Fn(f64) -> String,
) {
    let reading = match read(kind, printed, &NoNames) {
        Ok(reading) => reading,
        Err(wrong) => panic!("{printed:?} for {value:e}: {}", wrong.message),
    };
    assert!(
        (reading.value - value).abs() <= 0.501 * 10f64.powi(1 - i32::from(digits)) * value,
        "{printed:?} for {value:e} reads as {:e}",
        reading.value
    );
    assert_eq!(
        print(reading.value),
        printed,
        "{value:e} read as {:e}",
        reading.value
    );
    assert!(reading.notes.is_empty(), "{printed:?}: {:?}", reading.notes);
    echo_reads_back(kind, printed, &reading);
}

#[test]
fn what_the_writers_print_is_read_back() {
    use QuantityKind::*;
    let mut random = Random(11);
    for _ in 0..20_000 {
        let digits = random.below(6) as u8 + 1;
        let v = random.number(-12, 33);
        comes_back(Count, digits, &scientific(v, digits), v, |v| {
            scientific(v, digits)
        });
        comes_back(Count, digits, &words(v, digits), v, |v| words(v, digits));
        comes_back(Count, digits, &plain(v, digits), v, |v| plain(v, digits));
        comes_back(Count, digits, &figure(v, digits), v, |v| figure(v, digits));
        comes_back(Count, digits, &ascii(v, digits), v, |v| ascii(v, digits));
        comes_back(Flop, digits, &flop(v, digits), v, |v| flop(v, digits));
        comes_back(FlopPerSecond, digits, &rate(v, digits), v, |v| {
            rate(v, digits)
        });
        let v = random.number(-6, 0);
        comes_back(Fraction, digits, &percent(v, digits), v, |v| {
            percent(v, digits)
        });
        let v = random.number(-3, 12);
        comes_back(Time, digits, &duration(v, digits), v, |v| {
            duration(v, digits)
        });
        let v = random.number(16, 33);
        comes_back(Flop, digits, &petaflop_days(v, digits), v, |v| {
            petaflop_days(v, digits)
        });
        let v = random.number(-300, 300);
        let exactly = read(Count, &exact(v), &NoNames).unwrap();
        assert_eq!(exactly.value.to_bits(), v.to_bits(), "{}", exact(v));
    }
}

#[test]
fn printed_ranges_are_read_back() {
    let mut random = Random(12);
    for _ in 0..20_000 {
        let digits = random.below(3) as u8 + 1;
        let low = random.number(-6, 30);
        let high = low * (1.0 + random.below(5000) as f64 / 100.0);
        let printed = range(low, high, digits);
        if scientific(low, digits) == scientific(high, digits) {
            continue;
        }
        let reading = read(QuantityKind::Count, &printed, &NoNames)
            .unwrap_or_else(|wrong| panic!("{printed:?}: {}", wrong.message));
        for (got, want) in [(reading.low, low), (reading.high, high)] {
            assert!(
                (got - want).abs() <= 0.51 * want,
                "{printed:?} for {low}–{high}"
            );
        }
        assert_eq!(
            range(reading.low, reading.high, digits),
            printed,
            "{low:e} {high:e}"
        );
        echo_reads_back(QuantityKind::Count, &printed, &reading);
    }
}

/// Every echo of typed numbers of every kind, with every unit, single and as a range.
#[test]
fn echoes_of_typed_numbers_read_back() {
    use QuantityKind::*;
    let mut random = Random(13);
    let units: [(QuantityKind, &[&str], i32, i32); 6] = [
        (
            Count,
            &[
                "",
                " tokens",
                "B",
                "k words",
                " GMACs",
                "M H100s",
                " billion weights",
            ],
            -3,
            9,
        ),
        (
            Flop,
            &[
                "",
                " FLOP",
                " ZFLOP",
                " PF-days",
                " GMACs",
                " exaflop/s-hours",
            ],
            -3,
            15,
        ),
        (
            FlopPerSecond,
            &[" TFLOP/s", " TOPS", " GFLOPS", "e12"],
            -3,
            5,
        ),
        (
            Time,
            &[
                " s", " min", " h", " days", " weeks", " months", " years", "k hours",
            ],
            -3,
            6,
        ),
        (Fraction, &["%", " percent", "% MFU"], -5, 2),
        (
            ChipTime,
            &["", " GPU hours", "M H100-hours", " GPU-days", " chip-years"],
            -2,
            7,
        ),
    ];
    for _ in 0..5_000 {
        for (kind, names, low, high) in units {
            let unit = names[random.below(names.len())];
            let a = random.number(low, high);
            let b = a * (1.0 + random.below(400) as f64 / 100.0);
            for typed in [
                format!("{a}{unit}"),
                format!("{a}-{b}{unit}"),
                format!("{a}{unit} to {b}{unit}"),
                format!("{a}{unit} within 1.7x"),
                format!("{a}{unit} ± 15%"),
                format!("{a} / 7{unit}"),
                format!("{a}{unit} * 3"),
            ] {
                match read(kind, &typed, &NoNames) {
                    Ok(reading) => echo_reads_back(kind, &typed, &reading),
                    Err(wrong) => {
                        let fair = [
                            "over-one",
                            "ambiguous-percent",
                            "unit-needed",
                            "not-positive",
                            "wrong-unit",
                        ];
                        assert!(fair.contains(&wrong.code), "{typed:?}: {}", wrong.message);
                        helps(kind, &typed, &wrong);
                    }
                }
            }
        }
    }
}

/// Broken, random and half-typed text: an answer each time, and each offered text reads.
#[test]
fn any_text_gets_an_answer() {
    let kinds = [
        QuantityKind::Count,
        QuantityKind::Flop,
        QuantityKind::FlopPerSecond,
        QuantityKind::Time,
        QuantityKind::Fraction,
        QuantityKind::ChipTime,
    ];
    let mut seeds: Vec<String> = Vec::new();
    for table in [
        include_str!("typing_vectors.csv"),
        include_str!("typing_more.csv"),
    ] {
        seeds.extend(
            records(table)
                .into_iter()
                .map(|mut record| record.swap_remove(1)),
        );
    }
    let pieces: Vec<char> = "0123456789..,,eE+-−–×x*/^()%~<>±=:' _kMBTGPm dhswy\u{202f}\u{a0}²³⁻½é£💥\u{0}\u{feff}&;#ßİ"
        .chars()
        .collect();
    let mut random = Random(14);
    let mut read_in_all = 0;
    for round in 0..200_000 {
        let mut text: Vec<char> = if round % 4 == 0 {
            Vec::new()
        } else {
            seeds[random.below(seeds.len())].chars().collect()
        };
        for _ in 0..random.below(6) + usize::from(text.is_empty()) {
            let at = random.below(text.len() + 1);
            match random.below(5) {
                0 if at < text.len() => {
                    text.remove(at);
                }
                1 => text.truncate(at),
                2 if text.len() < 150 => {
                    let more = &seeds[random.below(seeds.len())];
                    text.splice(at..at, more.chars());
                }
                _ => text.insert(at, pieces[random.below(pieces.len())]),
            }
        }
        let text: String = text.into_iter().collect();
        let kind = kinds[random.below(kinds.len())];
        match read(kind, &text, &NoNames) {
            Ok(reading) => {
                read_in_all += 1;
                let Reading {
                    value, low, high, ..
                } = reading;
                assert!(
                    0.0 < low && low <= value && value <= high && high.is_finite(),
                    "{text:?}"
                );
                if round % 8 == 1 {
                    echo_reads_back(kind, &text, &reading);
                }
            }
            Err(wrong) => helps(kind, &text, &wrong),
        }
    }
    assert!(read_in_all > 20_000, "only {read_in_all} of 200 000 read");
}

#[track_caller]
fn says(kind: QuantityKind, typed: &str, message: &str, remedy: &str, fixes: &[&str]) {
    let wrong = read(kind, typed, &NoNames).unwrap_err();
    assert_eq!(
        (wrong.message.as_str(), wrong.remedy.as_str()),
        (message, remedy)
    );
    assert_eq!(wrong.fixes, fixes, "{typed:?}");
}

#[test]
fn messages_quote_what_was_typed_and_offer_what_to_type() {
    use QuantityKind::*;
    says(
        Time,
        "54",
        "“54” has no unit.",
        "Write 54 days or 54 hours.",
        &["54 days", "54 hours"],
    );
    says(
        Time,
        " ~54 ",
        "“~54” has no unit.",
        "Write ~54 days or ~54 hours.",
        &["~54 days", "~54 hours"],
    );
    says(
        Time,
        "5 m",
        "“5 m” can be minutes or months.",
        "Write 5 min or 5 months.",
        &["5 min", "5 months"],
    );
    says(
        Time,
        "36:00",
        "“36:00” can be hours and minutes or minutes and seconds.",
        "Write 36:00:00 or 0:36:00.",
        &["36:00:00", "0:36:00"],
    );
    says(
        Time,
        "2022-07-06 to 2022-03-11",
        "“2022-07-06 to 2022-03-11” ends before it begins.",
        "Write 2022-03-11 to 2022-07-06.",
        &["2022-03-11 to 2022-07-06"],
    );
    says(
        Time,
        "mid-March to July",
        "“mid-March to July” is not a number.",
        "Write two dates, like 2022-03-11 to 2022-07-06.",
        &[],
    );
    says(
        Time,
        "300 GPU hours",
        "“300 GPU hours” is chips times time.",
        "Enter it as chip-hours, or divide it by the number of chips.",
        &[],
    );
    says(
        FlopPerSecond,
        "312",
        "“312” has no unit.",
        "Write 312 TFLOP/s.",
        &["312 TFLOP/s"],
    );
    says(
        FlopPerSecond,
        "0.312",
        "“0.312” has no unit.",
        "Write 0.312 PFLOP/s.",
        &["0.312 PFLOP/s"],
    );
    says(
        FlopPerSecond,
        "312 TFLOP",
        "“312 TFLOP” is a number of operations.",
        "Write 312 TFLOP/s.",
        &["312 TFLOP/s"],
    );
    says(
        Flop,
        "312 TFLOP/s",
        "“312 TFLOP/s” is a rate.",
        "Write 312 TFLOP.",
        &["312 TFLOP"],
    );
    says(
        Fraction,
        "1.5",
        "“1.5” can be a share or a percentage.",
        "Write 1.5% or 0.015.",
        &["1.5%", "0.015"],
    );
    says(
        Fraction,
        "140 %",
        "“140 %” is more than the whole.",
        "Write a share of it, like 35%.",
        &[],
    );
    says(
        Fraction,
        "30 days",
        "“30 days” is a time.",
        "Write 30%.",
        &["30%"],
    );
    says(
        Fraction,
        "<30%",
        "“<30%” is a bound, not a value.",
        "Write a range, like 15–30\u{202f}%.",
        &["15–30\u{202f}%"],
    );
    says(
        Fraction,
        ">60%",
        "“>60%” is a bound, not a value.",
        "Write a range, like 60–100\u{202f}%.",
        &["60–100\u{202f}%"],
    );
    says(
        Count,
        "10,000+ GPUs",
        "“10,000+ GPUs” is a bound, not a value.",
        "Write a range, like 10\u{202f}000–20\u{202f}000 GPUs.",
        &["10\u{202f}000–20\u{202f}000 GPUs"],
    );
    says(
        Count,
        "up to 4096",
        "“up to 4096” is a bound, not a value.",
        "Write a range, like 2048–4096.",
        &["2048–4096"],
    );
    says(
        Count,
        "1,23,456",
        "“1,23,456” has groups of digits that are not three long.",
        "Write 123456.",
        &["123456"],
    );
    says(
        Count,
        "175 milliard",
        "“175 milliard” has a number word that means different numbers in different languages.",
        "Write 175 billion.",
        &["175 billion"],
    );
    says(
        Count,
        "=2+3",
        "“=2+3” is not a number.",
        "Write 2+3.",
        &["2+3"],
    );
    says(
        Count,
        "8x8=64",
        "“8x8=64” is not a number.",
        "Write 8x8 or 64.",
        &["8x8", "64"],
    );
    says(Count, "-5", "“-5” is not above zero.", "Write 5.", &["5"]);
    says(
        Count,
        "1,000 nodes",
        "“1,000 nodes” has a unit of something else.",
        "Write 1,000 x 8.",
        &["1,000 x 8"],
    );
    says(
        Count,
        "$5",
        "“$5” is an amount of money.",
        "Write a number like 175B or 1.5 million.",
        &[],
    );
    says(
        Count,
        "1e400",
        "“1e400” is beyond the largest number that can be computed.",
        "Write a number like 175B or 1.5 million.",
        &[],
    );
    says(
        Count,
        "3.1 x",
        "“3.1 x” stops before its end.",
        "Write a number like 175B or 1.5 million.",
        &[],
    );
    says(
        ChipTime,
        "3.3M GPU",
        "“3.3M GPU” is a count.",
        "Write 3.3M GPU hours.",
        &["3.3M GPU hours"],
    );
    says(
        Count,
        "a text that goes on and on and on until it is too long to quote",
        "“a text that goes on and on and on until…” is not a number.",
        "Write a number like 175B or 1.5 million.",
        &[],
    );
}

/// Messages wait while typing on can still make the text right, and only then.
#[test]
fn what_can_still_become_right_is_unfinished() {
    use QuantityKind::*;
    for (kind, typed) in [
        (Count, ""),
        (Count, "  "),
        (Count, "1e"),
        (Count, "1e-"),
        (Count, "3.1 x"),
        (Count, "3.1 ×"),
        (Count, "(2+3"),
        (Count, "10^"),
        (Count, "300 mill"),
        (Count, "300 toke"),
        (Count, "300,"),
        (Count, "100B to"),
        (Count, "100B -"),
        (Count, "abou"),
        (Count, "2000+"),
        (Count, ">"),
        (Count, "175B wi"),
        (Time, "54"),
        (Time, "54 "),
        (Time, "54 da"),
        (Time, "11 March"),
        (Time, "2022-03-11 to"),
        (Time, "36:00"),
        (Time, "11 d 4"),
        (FlopPerSecond, "312"),
        (FlopPerSecond, "312 TFL"),
        (FlopPerSecond, "312 TFLOP"),
        (Flop, "3640 PF"),
        (Flop, "1 PFLOP/s"),
        (Fraction, "1.5"),
        (ChipTime, "3.3M GPU"),
        (ChipTime, "3.3M GPU ho"),
    ] {
        match read(kind, typed, &NoNames) {
            Err(wrong) => assert!(wrong.unfinished, "{typed:?}: {wrong:?}"),
            Ok(reading) => panic!("{typed:?}: {reading:?}"),
        }
    }
    for (kind, typed) in [
        (Count, "abc"),
        (Count, "175BB"),
        (Count, "0"),
        (Count, "30%"),
        (Count, ">5"),
        (Time, "5 m"),
        (Time, "0 days"),
        (Fraction, "130%"),
    ] {
        let wrong = read(kind, typed, &NoNames).unwrap_err();
        assert!(!wrong.unfinished, "{typed:?}: {wrong:?}");
    }
}

/// A chip's name inside a number, with a table that knows one.
#[test]
fn a_chip_named_inside_a_number_is_handed_on() {
    struct One;
    impl Names for One {
        fn find(&self, name: &str) -> Option<usize> {
            ["H100", "H100s", "TPU v3", "tpu v3"]
                .contains(&name)
                .then_some(7)
        }
    }
    for (kind, typed, name) in [
        (QuantityKind::Count, "16k H100s", "H100s"),
        (QuantityKind::Count, "8x H100 GPUs", "H100"),
        (QuantityKind::Count, "TPU v3-512", "TPU v3"),
        (QuantityKind::ChipTime, "2.788M H100 GPU hours", "H100"),
        (QuantityKind::ChipTime, "5 TPU v3-days", "TPU v3"),
    ] {
        let reading = read(kind, typed, &One).unwrap();
        assert_eq!(reading.accelerator, Some((7, name.to_string())), "{typed}");
        assert!(codes(&reading).contains(&"names-accelerator"), "{typed}");
    }
    // The shape of a name is enough before the tables are there.
    let reading = read(QuantityKind::Count, "16k H100s", &NoNames).unwrap();
    assert_eq!((reading.value, reading.accelerator), (16_000.0, None));
}

#[test]
fn units_are_told_by_what_they_measure() {
    for (typed, measure) in [
        ("300B", None),
        ("300B tokens", Some(Measure::Tokens)),
        ("1.2M images", Some(Measure::Examples)),
        ("175B params", Some(Measure::Parameters)),
        ("100B-200B words", Some(Measure::Words)),
        ("16k H100s", Some(Measure::Chips)),
        ("3 epochs", Some(Measure::Epochs)),
        ("500k steps", Some(Measure::Steps)),
    ] {
        let reading = read(QuantityKind::Count, typed, &NoNames).unwrap();
        assert_eq!(reading.measure, measure, "{typed}");
    }
}

#[test]
fn zero_is_told_apart_from_what_is_negative() {
    for text in ["0", " 0 ", "0.0", "0%", "0 %"] {
        assert!(is_zero(text), "{text}");
    }
    for text in ["", "-1", "1", "zero", "0 days"] {
        assert!(!is_zero(text), "{text}");
    }
}
