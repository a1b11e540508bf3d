//! The compact text reads back to the values of the files.

use compute_tables::{SEED, catalog};

#[test]
fn everything_is_there() {
    let catalog = catalog();
    assert_eq!(
        catalog.accelerators.len(),
        compute_tables::accelerator_rows().len()
    );
    assert_eq!(catalog.models.len(), compute_tables::model_rows().len());
    assert_eq!(catalog.presets.len(), compute_tables::preset_rows().len());
    assert_eq!(
        catalog.thresholds.len(),
        compute_tables::threshold_rows().len()
    );
    assert_eq!(catalog.runs.len(), compute_tables::run_rows().len());
    assert_eq!(catalog.typical.len(), 14);
    let seed = compute_core::catalog::Catalog::read(SEED).expect("the seed reads");
    assert_eq!(seed.presets.len(), 1);
    assert_eq!(seed.thresholds.len(), 3);
}
