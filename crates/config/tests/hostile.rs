//! Whatever is typed, pasted or dropped ends in a count or in a refusal that says what was found and what would do.
// Helpers of tests stop a test as the tests themselves do.
#![allow(clippy::panic)]

use compute_config::count_config;
use compute_layers::{CountOptions, Part, Refusal};
use std::time::{Duration, Instant};

fn refused(text: &str) -> Refusal {
    let e = count_config(text, &CountOptions::default()).expect_err("refused");
    assert!(!e.message.is_empty() && !e.remedy.is_empty(), "{e:?}");
    for word in ["invalid", "please", "oops", "FLOPs"] {
        assert!(
            !e.message.to_lowercase().contains(&word.to_lowercase())
                || word == "FLOPs" && !e.message.contains(word),
            "{e:?}"
        );
    }
    e
}

#[test]
fn other_files_are_named() {
    let code = |t: &str| refused(t).code;
    assert_eq!(code(""), "empty");
    assert_eq!(
        code("version https://git-lfs.github.com/spec/v1\noid sha256:1\nsize 3\n"),
        "git-lfs-pointer"
    );
    assert_eq!(code("<!DOCTYPE html><html></html>"), "html-page");
    assert_eq!(code("not json"), "not-json");
    assert_eq!(code("[1, 2]"), "not-a-config");
    assert_eq!(code("3"), "not-a-config");
    assert_eq!(code("{}"), "no-model-type");
    assert_eq!(code(r#"{"weight_map":{"a":"b"}}"#), "index-not-config");
    assert_eq!(code(r#"{"peft_type":"LORA","r":8}"#), "adapter-config");
    assert_eq!(code(r#"{"tokenizer_class":"X"}"#), "tokenizer-config");
    assert_eq!(
        code(r#"{"_class_name":"UNet2DConditionModel"}"#),
        "diffusers-config"
    );
    assert_eq!(code(r#"{"do_sample":true}"#), "generation-config");
    assert_eq!(code(&"{\"a\":".repeat(100_000)), "not-json");
    assert_eq!(code(&" ".repeat(5 << 20)), "text-too-long");
}

#[test]
fn unknown_types_are_named_never_guessed() {
    let e = refused(r#"{"model_type":"quux","hidden_size":4,"auto_map":{}}"#);
    assert_eq!(e.code, "unknown-model-type");
    assert!(e.message.contains("quux"));
    // The text part of an unknown whole may be known.
    let whole = r#"{"model_type":"quux","text_config":{"model_type":"gpt2"},"vision_config":{"model_type":"quux_eye"}}"#;
    let o = CountOptions {
        part: Some(Part::Text),
        ..CountOptions::default()
    };
    assert_eq!(
        count_config(whole, &o).expect("counts").parameters,
        124_439_808
    );
    assert_eq!(refused(whole).code, "unknown-model-type");
    // A known class says what an unknown type is built like.
    let c = count_config(
        r#"{"model_type":"quux","architectures":["LlamaForCausalLM"]}"#,
        &CountOptions::default(),
    )
    .expect("counts");
    assert!(c.notes.iter().any(|n| n.code == "counted-as"));
    assert_eq!(c.parameters, 6_738_415_616);
}

#[test]
fn hostile_numbers_are_refused() {
    let llama = |k: &str, v: &str| format!(r#"{{"model_type":"llama","{k}":{v}}}"#);
    for (k, v) in [
        ("hidden_size", "-1"),
        ("hidden_size", "1e300"),
        ("vocab_size", "\"many\""),
        ("num_hidden_layers", "1000000"),
        ("hidden_size", "0.5"),
        ("num_attention_heads", "0"),
        ("hidden_size", "[1]"),
    ] {
        let e = refused(&llama(k, v));
        assert!(
            ["size-out-of-range", "too-many-layers", "size-zero"].contains(&e.code),
            "{k}={v}: {e:?}"
        );
    }
    let big = r#"{"model_type":"mixtral","hidden_size":1000000000,"intermediate_size":1000000000,"num_hidden_layers":100000,"num_local_experts":1000000000,"num_experts_per_tok":1000000000,"head_dim":1000000000,"num_attention_heads":1000000000}"#;
    let o = CountOptions {
        sequence_length: Some(1_000_000_000),
        ..CountOptions::default()
    };
    assert_eq!(
        count_config(big, &o).expect_err("refused").code,
        "number-too-large"
    );
    let o = CountOptions {
        sequence_length: Some(u64::MAX),
        ..CountOptions::default()
    };
    assert!(count_config(r#"{"model_type":"llama"}"#, &o).is_err());
    let o = CountOptions {
        batch: Some(0),
        ..CountOptions::default()
    };
    assert!(count_config(r#"{"model_type":"llama"}"#, &o).is_err());
}

#[test]
fn a_part_that_is_not_there_is_refused() {
    let o = |part| CountOptions {
        part: Some(part),
        ..CountOptions::default()
    };
    let code = |t: &str, p| count_config(t, &o(p)).map(|_| ()).map_err(|e| e.code);
    assert_eq!(
        code(r#"{"model_type":"llama"}"#, Part::Vision),
        Err("part-missing")
    );
    assert_eq!(
        code(r#"{"model_type":"llama"}"#, Part::Audio),
        Err("part-missing")
    );
    assert_eq!(code(r#"{"model_type":"llama"}"#, Part::Text), Ok(()));
    assert_eq!(code(r#"{"model_type":"llava"}"#, Part::Vision), Ok(()));
    assert_eq!(code(r#"{"model_type":"whisper"}"#, Part::Audio), Ok(()));
}

#[test]
fn wrapped_configs_are_found() {
    let inner = r#"{"model_type":"gpt2"}"#;
    for text in [
        format!("[{inner}]"),
        format!(r#"{{"config":{inner}}}"#),
        format!(r#"{{"model":{{"config":{inner}}},"x":1}}"#),
        format!("\u{feff}{inner}"),
    ] {
        assert_eq!(
            count_config(&text, &CountOptions::default())
                .expect("counts")
                .parameters,
            124_439_808,
            "{text}"
        );
    }
    let nan = r#"{"model_type":"mamba2","time_step_limit":[0.0,Infinity],"x":NaN,"y":-Infinity,"z":"NaN \" Infinity"}"#;
    assert!(count_config(nan, &CountOptions::default()).is_ok());
}

#[test]
fn counts_are_linear_in_batch_and_grow_with_length() {
    for line in include_str!("data/truth.jsonl").lines() {
        let v: serde_json::Value = serde_json::from_str(line).expect("JSON");
        let text = v["config"].to_string();
        let class = v["class"]
            .as_str()
            .filter(|_| v["part"].is_null())
            .map(str::to_string);
        let o = |n: u64, b: u64| CountOptions {
            sequence_length: Some(n),
            batch: Some(b),
            class: class.clone(),
            ..CountOptions::default()
        };
        let one = count_config(&text, &o(64, 1)).expect("counts");
        let three = count_config(&text, &o(64, 3)).expect("counts");
        assert_eq!(
            (
                three.parameters,
                three.forward_flop,
                three.forward_flop_causal
            ),
            (
                one.parameters,
                one.forward_flop * 3,
                one.forward_flop_causal * 3
            ),
            "{}",
            v["name"]
        );
        let longer = count_config(&text, &o(65, 1)).expect("counts");
        assert!(
            longer.forward_flop >= one.forward_flop && longer.parameters == one.parameters,
            "{}",
            v["name"]
        );
    }
}

/// A small generator of numbers (xorshift), the same every time.
struct Random(u64);

impl Random {
    fn next(&mut self, below: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % below.max(1) as u64) as usize
    }
}

fn fixtures() -> Vec<String> {
    let lines = include_str!("data/truth.jsonl").lines();
    lines
        .map(|l| serde_json::from_str::<serde_json::Value>(l).expect("JSON")["config"].to_string())
        .chain([
            r#"{"model_type":"llava"}"#.to_string(),
            r#"{"model_type":"qwen2_5_vl"}"#.to_string(),
        ])
        .collect()
}

#[test]
fn every_prefix_ends() {
    for text in fixtures() {
        let all: Vec<usize> = (0..=text.len())
            .filter(|&i| text.is_char_boundary(i))
            .collect();
        let step = all.len().div_ceil(2_000).max(1);
        for &i in all.iter().step_by(step) {
            let _ = count_config(&text[..i], &CountOptions::default());
        }
    }
}

#[test]
fn mutations_end() {
    let texts = fixtures();
    let mut r = Random(0x9e37_79b9_7f4a_7c15);
    // A hundred thousand in release, fewer where every step is checked.
    let times = if cfg!(debug_assertions) {
        10_000
    } else {
        100_000
    };
    let pieces = [
        "0",
        "-1",
        "1e9",
        "999999999",
        "100000",
        "null",
        "true",
        "[]",
        "{}",
        "\"\"",
        "1e308",
        "0.3",
        "[1,2,3]",
        "\"llama\"",
        "18446744073709551616",
    ];
    let types: Vec<&str> = compute_config::architectures::types().collect();
    let mut slowest = Duration::ZERO;
    for _ in 0..times {
        let text = &texts[r.next(texts.len())];
        let mut bytes: Vec<u8> = text.bytes().collect();
        for _ in 0..=r.next(3) {
            let at = r.next(bytes.len());
            match r.next(4) {
                0 => bytes[at] = b"0123456789-.,:[]{}\"e "[r.next(21)],
                1 => {
                    bytes.truncate(at.max(1));
                }
                2 => {
                    // Another value for a key.
                    let colon = bytes
                        .iter()
                        .skip(at)
                        .position(|&b| b == b':')
                        .map(|p| p + at + 1);
                    if let Some(from) = colon {
                        let to = bytes
                            .iter()
                            .skip(from)
                            .position(|&b| b == b',' || b == b'}')
                            .map_or(bytes.len(), |p| p + from);
                        bytes.splice(from..to, pieces[r.next(pieces.len())].bytes());
                    }
                }
                _ => {
                    // Another type for the same keys.
                    let s = String::from_utf8_lossy(&bytes).into_owned();
                    if let Some(p) = s.find("\"model_type\":\"") {
                        let from = p + 14;
                        let to = s[from..].find('"').map_or(s.len(), |q| q + from);
                        let t = types[r.next(types.len())];
                        bytes = format!("{}{}{}", &s[..from], t, &s[to..]).into_bytes();
                    }
                }
            }
        }
        let text = String::from_utf8_lossy(&bytes);
        let lengths = [None, Some(0), Some(1), Some(7), Some(1_000_000_000)];
        let mut o = CountOptions {
            sequence_length: lengths[r.next(5)],
            ..CountOptions::default()
        };
        if r.next(4) == 0 {
            let sizes: Vec<u64> = (0..r.next(5))
                .map(|_| [0, 1, 3, 224, 1_000_000_000, u64::MAX][r.next(6)])
                .collect();
            let name = [
                "input_ids",
                "pixel_values",
                "input_features",
                "input_values",
                "decoder_input_ids",
                "past_values",
                "hidden_states",
            ][r.next(7)];
            o.inputs.insert(name.to_string(), sizes);
        }
        let started = Instant::now();
        match count_config(&text, &o) {
            Ok(c) => {
                assert_eq!(
                    c.groups.iter().map(|g| g.forward_flop).sum::<u128>(),
                    c.forward_flop
                );
                assert!(c.active_parameters <= c.parameters);
            }
            Err(e) => assert!(
                !e.message.is_empty() && !e.remedy.is_empty() && e.message.chars().count() < 600,
                "{e:?}"
            ),
        }
        slowest = slowest.max(started.elapsed());
    }
    assert!(
        slowest < Duration::from_secs(5),
        "one count took {slowest:?}"
    );
}
