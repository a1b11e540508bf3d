//! What the number lies near: known models.

use crate::apart::apart;
use crate::catalog::{Catalog, Model, normalize};

/// The nearest known models below and above.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Nearest {
    /// Largest below.
    pub below: Option<Model>,
    /// Smallest above.
    pub above: Option<Model>,
}

/// Finds the neighbours of a figure. The row that the estimate was opened from, told by its name, is left out;
/// among rows within a tenth of the nearest, one that its source calls confident is preferred.
pub fn nearest(flop: f64, name: &str, catalog: &Catalog) -> Nearest {
    let own_key = normalize(name);
    let own_id = catalog
        .presets
        .iter()
        .find(|preset| !own_key.is_empty() && normalize(preset.name) == own_key)
        .map(|preset| preset.id);
    // Its row of the models' table, by the example's id or by name; rows of the same run go with it.
    let own_run = catalog
        .models
        .iter()
        .find(|model| {
            Some(model.id) == own_id || (!own_key.is_empty() && normalize(model.name) == own_key)
        })
        .map(|model| model.run);
    let others = || {
        catalog
            .models
            .iter()
            .filter(|model| Some(model.run) != own_run)
    };
    let below = others()
        .filter(|model| model.flop <= flop)
        .max_by(|a, b| a.flop.total_cmp(&b.flop));
    let above = others()
        .filter(|model| model.flop > flop)
        .min_by(|a, b| a.flop.total_cmp(&b.flop));
    let prefer = |nearest: Option<&Model>, is_below: bool| {
        let nearest = nearest?;
        if nearest.confidence == "confident" {
            return Some(nearest.clone());
        }
        apart(|| {
            others()
                .filter(|model| model.confidence == "confident")
                .filter(|model| {
                    if is_below {
                        model.flop <= flop && model.flop >= nearest.flop / 1.1
                    } else {
                        model.flop > flop && model.flop <= nearest.flop * 1.1
                    }
                })
                .min_by(|a, b| {
                    let far = |model: &Model| (model.flop / flop).ln().abs();
                    far(a).total_cmp(&far(b))
                })
                .or(Some(nearest))
                .cloned()
        })
    };
    Nearest {
        below: prefer(below, true),
        above: prefer(above, false),
    }
}
