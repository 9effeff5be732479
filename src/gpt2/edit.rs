//! A patch with its numbers, ready to be put into rows of a pass.

use candle_core::{Device, Tensor};

use super::{Patch, Place, Run, Site, Value};
use crate::{Error, Result};

/// An activation's values at some positions.
#[derive(Debug, Clone)]
pub(super) struct Edit {
    pub place: Place,
    /// Ascending.
    pub positions: Vec<usize>,
    values: Values,
}

#[derive(Debug, Clone)]
enum Values {
    /// The same at each position.
    Same(Vec<f32>),
    /// One a position.
    Each(Vec<Vec<f32>>),
}

impl Edit {
    /// Of a patch of a run.
    ///
    /// # Errors
    /// [`Error::Argument`] that says what cannot be put there.
    pub fn new(run: &Run, patch: &Patch) -> Result<Self> {
        let positions = Self::check(run, patch)?;
        let place = patch.place;
        let values = match &patch.value {
            Value::Zero => Values::Same(nothing(run, place)),
            Value::Mean => Values::Same(mean(run, place)?),
            Value::Vector(vector) => Values::Same(vector.clone()),
            Value::Of(other) => Values::Each(rows(other, place, &positions)?),
        };
        Ok(Self {
            place,
            positions,
            values,
        })
    }

    /// The positions of a patch that can be put into a run.
    ///
    /// # Errors
    /// As [`new`](Self::new).
    pub fn check(run: &Run, patch: &Patch) -> Result<Vec<usize>> {
        let place = patch.place;
        run.check_place(place)?;
        let positions = positions(run, patch)?;
        match (&patch.value, place) {
            (Value::Zero | Value::Mean, Place::Pattern { .. }) => {
                return Err(refused(
                    place,
                    "attention is never nothing, and has no mean; give another run's",
                ));
            }
            (Value::Vector(vector), _) => {
                let width = |position| match place {
                    Place::Pattern { .. } => position + 1,
                    place => columns(run, place).len(),
                };
                if let Some(&other) = positions.iter().find(|&&position| width(position) != vector.len()) {
                    let (given, right) = (vector.len(), width(other));
                    return Err(refused(
                        place,
                        &format!("a vector of {given} numbers is given, and at token {other} it has {right}"),
                    ));
                }
            }
            (Value::Of(other), _) => check_other(run, other, place, &positions)?,
            _ => {}
        }
        Ok(positions)
    }

    /// What is put at a position, if anything is.
    pub fn at(&self, position: usize) -> Option<&[f32]> {
        let i = self.positions.binary_search(&position).ok()?;
        Some(match &self.values {
            Values::Same(values) => values,
            Values::Each(values) => &values[i],
        })
    }
}

fn positions(run: &Run, patch: &Patch) -> Result<Vec<usize>> {
    let n = run.tokens().len();
    let Some(positions) = &patch.positions else {
        return Ok((0..n).collect());
    };
    if let Some(outside) = positions.iter().find(|&&position| position >= n) {
        return Err(Error::Position(format!(
            "{outside} is outside the run, which has positions 0 to {}",
            n - 1
        )));
    }
    if positions.is_empty() || !positions.is_sorted_by(|a, b| a < b) {
        return Err(Error::Position(
            "those of a patch are ascending, and at least one".into(),
        ));
    }
    Ok(positions.clone())
}

fn refused(place: Place, why: &str) -> Error {
    Error::Argument(format!("patch: {place}: {why}"))
}

fn check_other(run: &Run, other: &Run, place: Place, positions: &[usize]) -> Result<()> {
    if !std::sync::Arc::ptr_eq(run.model(), other.model()) {
        return Err(refused(place, "the other run is of another model"));
    }
    match positions.last() {
        Some(last) if *last >= other.tokens().len() => Err(refused(
            place,
            &format!(
                "the other run has {} tokens, and none at position {last}; give one that is as long",
                other.tokens().len()
            ),
        )),
        _ => Ok(()),
    }
}

/// The columns of an activation of the whole layer that a place is.
pub(super) fn columns(run: &Run, place: Place) -> std::ops::Range<usize> {
    let config = run.model().config();
    match place.head() {
        Some(head) => config.columns_of(head),
        None => 0..config.n_embd,
    }
}

/// The activation of the whole layer; a pattern is none.
fn site(place: Place) -> Site {
    match place {
        Place::ResidPre(layer) => Site::ResidPre(layer),
        Place::AttnOut(layer) => Site::AttnOut(layer),
        Place::MlpOut(layer) => Site::MlpOut(layer),
        Place::Z { layer, .. } | Place::Pattern { layer, .. } => Site::Z(layer),
        Place::V { layer, .. } => Site::V(layer),
    }
}

fn nothing(run: &Run, place: Place) -> Vec<f32> {
    let columns = columns(run, place);
    match place.head() {
        Some(_) => {
            let b_v = &run.model().h[place.layer()].attn.b_v[columns];
            b_v.iter().map(|&x| x as f32).collect()
        }
        None => vec![0.0; columns.len()],
    }
}

fn mean(run: &Run, place: Place) -> Result<Vec<f32>> {
    let all: Vec<usize> = (0..run.tokens().len()).collect();
    let mut sum = vec![0.0; columns(run, place).len()];
    for row in rows(run, place, &all)? {
        sum.iter_mut().zip(row).for_each(|(sum, x)| *sum += f64::from(x));
    }
    Ok(sum.into_iter().map(|sum| (sum / all.len() as f64) as f32).collect())
}

fn rows(run: &Run, place: Place, positions: &[usize]) -> Result<Vec<Vec<f32>>> {
    if let Place::Pattern { layer, head } = place {
        return run.patterns_of(layer, head, positions);
    }
    let columns = columns(run, place);
    let rows = run.read(site(place), positions)?;
    Ok(rows.narrow(1, columns.start, columns.len())?.to_vec2()?)
}

/// Rows `[rows, width]` with what `edits` put there: `(row, column, values)`.
pub(super) fn put<'a>(rows: Tensor, edits: impl Iterator<Item = (usize, usize, &'a [f32])>) -> Result<Tensor> {
    let mut edits = edits.peekable();
    if edits.peek().is_none() {
        return Ok(rows);
    }
    let (n, width) = rows.dims2()?;
    let mut numbers: Vec<f32> = rows.flatten_all()?.to_vec1()?;
    for (row, column, values) in edits {
        numbers[row * width + column..][..values.len()].copy_from_slice(values);
    }
    Ok(Tensor::from_vec(numbers, (n, width), &Device::Cpu)?)
}
