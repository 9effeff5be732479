//! Many questions about one run.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::Arc;

use super::dla::attribute;
use super::{DirectLogitAttribution, LogitDirection, Position, Unit, heads};
use crate::Result;
use crate::gpt2::{ActivationCache, Activations, Gpt2};

/// Answers questions about one run, and keeps what the next one is likely to need: another answer or unit then takes no
/// pass over any weights.
///
/// The answers are those of [`direct_logit_attribution`](super::direct_logit_attribution), to float64's rounding.
#[derive(Debug, Default)]
pub struct Attributor {
    activations: Option<Activations>,
    /// `W_O u` by the answer and the incorrect token that u is of, of the latest.
    along: HashMap<Direction, Arc<Vec<Vec<f64>>>>,
    /// What each head writes, by the position.
    results: HashMap<usize, Vec<Vec<f64>>>,
}

type Direction = (u32, Option<u32>);

/// So many directions are kept.
const DIRECTIONS: usize = 64;

impl Attributor {
    /// One for another run of the same model. What was kept of directions serves it too.
    pub fn for_another_run(&self) -> Self {
        Self {
            along: self.along.clone(),
            ..Self::default()
        }
    }

    /// See [`direct_logit_attribution`](super::direct_logit_attribution). Every call is about the same model and run.
    ///
    /// # Errors
    /// As there.
    pub fn attribute(
        &mut self,
        model: &Gpt2,
        cache: &ActivationCache,
        answer: u32,
        incorrect: Option<u32>,
        unit: Unit,
        position: Position,
    ) -> Result<DirectLogitAttribution> {
        let direction = LogitDirection::new(model, answer, incorrect)?;
        let positions = position.resolve(cache.tokens().len())?;
        if self.activations.as_ref().is_none_or(|held| held.positions != positions) {
            self.activations = Some(model.activations(cache, &positions)?);
        }
        let activations = self.activations.as_ref().expect("was just put there");
        let asked = (answer, incorrect);
        attribute(model, activations, &direction, unit, |activations| {
            // One way for one position, so that the same question always has the same answer, to the last bit.
            if let [position] = positions[..] {
                let results = match self.results.entry(position) {
                    Entry::Occupied(results) => results.into_mut(),
                    Entry::Vacant(place) => place.insert(heads::results(model, activations)?),
                };
                return Ok(heads::by_results(results, activations, &direction));
            }
            let along = match self.along.get(&asked) {
                Some(along) => Arc::clone(along),
                None => keep(&mut self.along, asked, heads::w_o_along(model, &direction)?),
            };
            heads::by_direction(model, activations, &along)
        })
    }
}

fn keep(
    all: &mut HashMap<Direction, Arc<Vec<Vec<f64>>>>,
    asked: Direction,
    along: Vec<Vec<f64>>,
) -> Arc<Vec<Vec<f64>>> {
    if all.len() == DIRECTIONS {
        all.clear();
    }
    Arc::clone(all.entry(asked).or_insert(Arc::new(along)))
}
