//! Operators of classical machine learning (`ai.onnx.ml`).

use crate::model::{Attr, dtype};
use crate::shape::{Fact, dim};

use super::{Context, INDEX, Operator, moves, multiplies};

pub(super) const OPERATORS: &[Operator] = &[
    moves("ArrayFeatureExtractor", extractor),
    moves("Binarizer", like_first),
    moves("CastMap", opaque),
    moves("CategoryMapper", category),
    moves("DictVectorizer", opaque),
    moves("FeatureVectorizer", opaque),
    moves("Imputer", like_first),
    moves("LabelEncoder", like_first_float),
    multiplies("LinearClassifier", "linear", linear_classifier),
    multiplies("LinearRegressor", "linear", linear_regressor),
    moves("Normalizer", like_first),
    moves("OneHotEncoder", one_hot),
    moves("Scaler", like_first_float),
    moves("TreeEnsemble", trees),
    moves("TreeEnsembleClassifier", classifier),
    moves("TreeEnsembleRegressor", trees),
    moves("ZipMap", opaque),
];

fn opaque(_: &mut Context<'_>) -> Option<()> {
    None
}

fn like_first(context: &mut Context<'_>) -> Option<()> {
    context.same(0, 0)
}

fn like_first_float(context: &mut Context<'_>) -> Option<()> {
    let shape = context.shape(0)?.to_vec();
    context.set(0, Fact::new(dtype::FLOAT, shape))
}

fn category(context: &mut Context<'_>) -> Option<()> {
    let shape = context.shape(0)?.to_vec();
    context.set(0, Fact::new(INDEX, shape))
}

fn extractor(context: &mut Context<'_>) -> Option<()> {
    let of = context.dtype(0);
    let mut out = context.shape(0)?.to_vec();
    *out.last_mut()? = context.input(1)?.count();
    context.set(0, Fact::new(of, out))
}

fn one_hot(context: &mut Context<'_>) -> Option<()> {
    let width = match context
        .attr("cats_int64s")
        .or_else(|| context.attr("cats_strings"))?
    {
        Attr::Ints(_, n) => *n,
        Attr::Texts(all) => all.len() as u64,
        _ => return None,
    };
    let mut out = context.shape(0)?.to_vec();
    out.push(Some(width));
    context.set(0, Fact::new(dtype::FLOAT, out))
}

/// Rows and columns of a feature matrix; a vector is one row.
fn rows(context: &Context<'_>) -> (Option<u64>, Option<u64>) {
    match context.shape(0) {
        Some([features]) => (Some(1), *features),
        Some([rows, features]) => (*rows, *features),
        _ => (None, None),
    }
}

fn linear_classifier(context: &mut Context<'_>) -> Option<()> {
    let (n, features) = rows(context);
    let classes = match context
        .attr("classlabels_ints")
        .or_else(|| context.attr("classlabels_strings"))
    {
        Some(Attr::Ints(_, n)) => Some(*n),
        Some(Attr::Texts(all)) => Some(all.len() as u64),
        _ => None,
    };
    context.set(0, Fact::new(INDEX, vec![n]));
    context.set(1, Fact::new(dtype::FLOAT, vec![n, classes]));
    context.product(&[n?, features?, classes?])
}

fn linear_regressor(context: &mut Context<'_>) -> Option<()> {
    let (n, features) = rows(context);
    let targets = dim(context.int_or("targets", 1));
    context.set(0, Fact::new(dtype::FLOAT, vec![n, targets]));
    context.product(&[n?, features?, targets?])
}

fn trees(context: &mut Context<'_>) -> Option<()> {
    let (n, _) = rows(context);
    let targets = dim(context.int_or("n_targets", 1));
    context.set(0, Fact::new(dtype::FLOAT, vec![n, targets]))
}

fn classifier(context: &mut Context<'_>) -> Option<()> {
    let (n, _) = rows(context);
    context.set(0, Fact::new(INDEX, vec![n]));
    context.set(1, Fact::new(dtype::FLOAT, vec![n, None]))
}
