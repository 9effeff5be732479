//! What a run has computed because someone asked, and may be asked again.

use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use lru::LruCache;

use super::Gpt2;
use crate::Result;

/// Of how many positions all layers are kept.
const POSITIONS: usize = 2;

/// Something of a layer at a position; of the latest that were asked for.
pub(super) struct Kept<T>(Mutex<LruCache<(usize, usize), Arc<T>>>);

impl<T> Kept<T> {
    pub fn new(model: &Gpt2) -> Self {
        Self::bounded(NonZeroUsize::MIN.saturating_add(POSITIONS * model.h.len() - 1))
    }

    /// Of the latest position alone.
    pub fn latest() -> Self {
        Self::bounded(NonZeroUsize::MIN)
    }

    fn bounded(bound: NonZeroUsize) -> Self {
        Self(Mutex::new(LruCache::new(bound)))
    }

    pub fn get_or_compute(&self, layer: usize, position: usize, compute: impl FnOnce() -> Result<T>) -> Result<Arc<T>> {
        let place = (layer, position);
        if let Some(known) = self.lock().get(&place) {
            return Ok(Arc::clone(known));
        }
        // Not while it is locked: a thread of rayon's that waits for others takes up other work, which may ask for this.
        let computed = Arc::new(compute()?);
        self.lock().put(place, Arc::clone(&computed));
        Ok(computed)
    }

    fn lock(&self) -> MutexGuard<'_, LruCache<(usize, usize), Arc<T>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T> std::fmt::Debug for Kept<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        f.write_str("Kept")
    }
}
