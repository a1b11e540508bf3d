//! The compact text reads back to the values of the files, exactly.

use compute_core::catalog::{Catalog, CatalogError, Count, Format};
use compute_tables::{
    COMPACT, SEED, accelerator_rows, catalog, model_rows, preset_rows, run_rows, threshold_rows,
};
use std::collections::BTreeSet;

#[test]
fn accelerators() {
    let catalog = catalog();
    assert_eq!(catalog.accelerators.len(), accelerator_rows().len());
    for row in accelerator_rows() {
        let read = catalog
            .accelerators
            .iter()
            .find(|read| read.id == row.id)
            .expect(row.id);
        let texts = [
            read.name,
            read.short,
            read.vendor,
            read.unit,
            read.kind,
            read.date,
            read.status,
            read.trap,
        ];
        let expected = [
            row.name,
            row.short,
            row.vendor,
            row.unit,
            row.kind,
            row.release_date,
            row.status,
            row.trap,
        ];
        assert_eq!(texts, expected, "{}", row.id);
        let peaks = [
            row.fp64,
            row.fp32,
            row.tf32,
            row.fp16_tensor.or(row.fp16),
            row.bf16_tensor,
            row.fp8,
            row.fp4,
            row.int8,
            row.int4,
        ];
        assert_eq!(read.peaks, peaks, "{}", row.id);
        assert_eq!(
            read.default_format.map_or("", Format::id),
            row.default_format,
            "{}",
            row.id
        );
        assert_eq!(
            read.sparse_factor,
            row.sparse_factor.unwrap_or(0.0),
            "{}",
            row.id
        );
        for alias in &read.aliases {
            assert!(
                row.aliases.split(';').any(|known| known == *alias),
                "{}: {alias}",
                row.id
            );
        }
    }
}

#[test]
fn models() {
    let catalog = catalog();
    assert_eq!(catalog.models.len(), model_rows().len());
    assert!(catalog.models.is_sorted_by(|one, two| one.flop <= two.flop));
    for row in model_rows() {
        let read = catalog
            .models
            .iter()
            .find(|read| read.id == row.id)
            .expect(row.id);
        let texts = [read.name, read.date, read.domain, read.confidence, read.run];
        assert_eq!(
            texts,
            [row.name, row.date, row.domain, row.confidence, row.run],
            "{}",
            row.id
        );
        let numbers = [read.parameters, read.active, Some(read.flop)];
        assert_eq!(
            numbers,
            [row.parameters, row.active_parameters, row.flop],
            "{}",
            row.id
        );
    }
}

#[test]
fn presets() {
    let catalog = catalog();
    assert_eq!(catalog.presets.len(), preset_rows().len());
    for (row, read) in preset_rows().iter().zip(&catalog.presets) {
        let texts = [
            read.id,
            read.name,
            read.group,
            read.query,
            read.published_by,
        ];
        assert_eq!(
            texts,
            [row.id, row.name, row.group, row.query, row.published_by]
        );
        assert_eq!(read.year.parse::<f64>().ok(), row.year);
        assert_eq!(read.published, row.published_flop);
    }
}

#[test]
fn thresholds() {
    let catalog = catalog();
    assert_eq!(catalog.thresholds.len(), threshold_rows().len());
    for row in threshold_rows() {
        let read = catalog
            .thresholds
            .iter()
            .find(|read| read.id == row.id)
            .expect(row.id);
        let texts = [
            read.name,
            read.short,
            read.status,
            read.in_force,
            read.as_of,
            read.conditions,
            read.source,
        ];
        let expected = [
            row.name,
            row.short,
            row.status,
            row.in_force,
            row.as_of,
            row.conditions,
            row.source,
        ];
        assert_eq!(texts, expected, "{}", row.id);
        let count = match read.count {
            Count::All => "all",
            Count::EuUpdate => "eu-update",
            Count::EuCumulative => "eu-cumulative",
            Count::UsState => "us-state",
            Count::FineTuning => "fine-tuning",
        };
        assert_eq!(
            (count, read.inclusive, read.shown),
            (row.count, row.relation == ">=", row.shown == "yes"),
            "{}",
            row.id
        );
        assert_eq!(Some(read.flop), row.flop);
    }
}

#[test]
fn runs() {
    let catalog = catalog();
    let mut read: Vec<String> = catalog
        .runs
        .iter()
        .map(|run| {
            let format = run.format.map_or("", Format::id);
            format!(
                "{} {} {:?} {format} {:?} {:?} {:?} {}",
                run.run,
                run.accelerator,
                run.chips,
                run.mfu,
                run.hfu,
                run.parameters,
                run.whole_run
            )
        })
        .collect();
    let mut expected: Vec<String> = run_rows()
        .iter()
        .map(|row| {
            let whole = row.scope == "whole-run";
            format!(
                "{} {} {:?} {} {:?} {:?} {:?} {whole}",
                row.run,
                row.accelerator_id,
                row.chips,
                row.format,
                row.mfu,
                row.hfu,
                row.parameters
            )
        })
        .collect();
    read.sort();
    expected.sort();
    assert_eq!(read, expected);
    assert_eq!(read.len(), 291);
}

#[test]
fn the_seed_is_a_part_of_the_whole() {
    let seed = Catalog::read(SEED).expect("the seed reads");
    let whole = catalog();
    assert_eq!(seed.date, whole.date);
    assert_eq!(seed.presets.len(), 1);
    for (part, all) in [
        (
            seed.accelerators
                .iter()
                .all(|row| whole.accelerators.contains(row)),
            seed.accelerators.len(),
        ),
        (
            seed.models.iter().all(|row| whole.models.contains(row)),
            seed.models.len(),
        ),
        (
            seed.presets.iter().all(|row| whole.presets.contains(row)),
            seed.presets.len(),
        ),
        (
            seed.thresholds
                .iter()
                .all(|row| whole.thresholds.contains(row)),
            seed.thresholds.len(),
        ),
    ] {
        assert!(part && all > 0);
    }
    let shown: Vec<&str> = whole
        .thresholds
        .iter()
        .filter(|row| row.shown)
        .map(|row| row.id)
        .collect();
    assert_eq!(
        seed.thresholds.iter().map(|row| row.id).collect::<Vec<_>>(),
        shown
    );
    // The models beside the example of the first visit are the same in both.
    let beside = |models: &[compute_core::catalog::Model]| -> Vec<&str> {
        let at = models
            .iter()
            .position(|model| model.id == "gpt-3")
            .expect("gpt-3");
        models[at - 4..=at + 4]
            .iter()
            .map(|model| model.id)
            .collect()
    };
    assert_eq!(beside(&seed.models), beside(&whole.models));
    // Later tables take the place of the seed's.
    let merged = seed.merge(Catalog::read(COMPACT).expect("the text reads"));
    assert_eq!(&merged, whole);
}

#[test]
fn other_texts_are_refused_and_newer_ones_read() {
    assert_eq!(Catalog::read(""), Err(CatalogError::NotTables));
    assert_eq!(
        Catalog::read("<!doctype html>"),
        Err(CatalogError::NotTables)
    );
    assert_eq!(
        Catalog::read("training-compute-tables 2 2027-01-01\n@end"),
        Err(CatalogError::NotTables)
    );
    // Cut anywhere, it is refused, except in the very last character's place.
    for cut in (0..SEED.len()).filter(|cut| SEED.is_char_boundary(*cut)) {
        assert!(Catalog::read(&SEED[..cut]).is_err(), "{cut}");
    }
    let newer = SEED
        .replace("@presets\n", "@prices\n1\t2\t3\n\n@presets\n")
        .replace("\n@end", "\n5\t6\n@end");
    let newer = Catalog::read(newer.leak())
        .expect("an unknown section and a further column are passed over");
    assert_eq!(newer, Catalog::read(SEED).expect("the seed reads"));
}

/// Whatever stands in the text, reading neither panics nor hangs.
#[test]
fn damaged_texts_are_harmless() {
    let mut state = 7_u64;
    let mut random = move |below: usize| {
        state = state
            .wrapping_mul(6364136223846793005)
            .wrapping_add(1442695040888963407);
        (state >> 33) as usize % below
    };
    for _ in 0..200 {
        let mut bytes = SEED.as_bytes().to_vec();
        for _ in 0..=random(8) {
            let at = random(bytes.len());
            bytes[at] = b"\t\n@-=*/AZaz09;, e"[random(17)];
        }
        if let Ok(text) = String::from_utf8(bytes) {
            let _ = Catalog::read(text.leak());
        }
    }
}

#[test]
fn ids_of_a_table_are_unique() {
    let catalog = catalog();
    let lists: [Vec<&str>; 4] = [
        catalog.accelerators.iter().map(|row| row.id).collect(),
        catalog.models.iter().map(|row| row.id).collect(),
        catalog.presets.iter().map(|row| row.id).collect(),
        catalog.thresholds.iter().map(|row| row.id).collect(),
    ];
    for list in lists {
        assert_eq!(list.iter().collect::<BTreeSet<_>>().len(), list.len());
    }
}
