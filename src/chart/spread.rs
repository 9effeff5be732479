//! A chart of means: how they vary over the prompts that they are of.

use super::chart::{Chart, kind};
use super::legend::{Entry, Swatch};
use super::values::LARGEST;
use crate::{Error, Result};

/// The radius of a prompt's dot, in CSS pixels.
pub(super) const SPECK: f64 = 1.2;

/// How a kind of chart shows that a mean varies.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Variation {
    /// As a whisker along its value axis, on which single prompts are dots.
    Whisker,
    /// As a mark where one standard deviation is more than the mean.
    Mark,
}

/// What is known of the prompts that a chart's values are the means of.
#[derive(Debug, Clone)]
pub(super) struct Spread {
    prompts: usize,
    /// Not a number of a single prompt. `[part]`
    sd: Vec<f64>,
    /// What each prompt has; empty if it is not shown. Row-major `[prompt, part]`.
    samples: Vec<f64>,
}

impl Spread {
    pub fn sd(&self, i: usize) -> Option<f64> {
        Some(self.sd[i]).filter(|sd| sd.is_finite())
    }

    /// What part `i` adds in each prompt, if that is shown.
    pub fn samples(&self, i: usize) -> impl Iterator<Item = f64> {
        self.samples.iter().skip(i).step_by(self.sd.len()).copied()
    }

    pub fn shows_samples(&self) -> bool {
        !self.samples.is_empty()
    }

    /// What lies along the value axis beside the `means`.
    pub fn extent(&self, means: &[f64]) -> Vec<f64> {
        let whisker = |(i, mean): (usize, &f64)| self.sd(i).map(|sd| [mean - sd, mean + sd]);
        let whiskers = means.iter().enumerate().filter_map(whisker).flatten();
        whiskers.chain(self.samples.iter().copied()).collect()
    }

    /// What its sign means.
    pub fn legend(&self, variation: Variation) -> Entry {
        let n = self.prompts;
        let deviation = format!("one standard deviation over {n} prompts");
        match variation {
            Variation::Mark => {
                let words = format!("dot: {deviation} is more than the mean");
                Entry::new(Swatch::Dot, &words, "sd above mean")
            }
            Variation::Whisker if self.shows_samples() => {
                let words = format!("whisker: ± {deviation}, each a dot");
                Entry::new(Swatch::Whisker, &words, &format!("± sd, {n} dots"))
            }
            Variation::Whisker => {
                let words = format!("whisker: ± {deviation}");
                Entry::new(Swatch::Whisker, &words, &format!("± sd, {n} prompts"))
            }
        }
    }
}

impl Chart {
    /// Shows that each value is a mean over so many `prompts`, with its standard deviation, in the order of the labels; not a number of a
    /// single prompt. Whiskers are from the mean less it to the mean and it; a head is marked where it is more than the mean.
    ///
    /// # Errors
    /// [`Error::Chart`] if the chart is not one of those along the depth, or shows several positions; for another number of standard
    /// deviations than of labels, and for one that is negative or infinite.
    pub fn spread(&mut self, prompts: usize, sd: &[f64]) -> Result<()> {
        let (parts, positions) = (self.explanation.labels().len(), self.explanation.positions().len());
        if kind(&self.explanation).variation().is_none() {
            return Err(Error::Chart(format!(
                "standard deviations in a chart of unit {}; means are shown by unit component, layer or head",
                self.explanation.form()
            )));
        }
        if positions > 1 {
            return Err(Error::Chart(format!(
                "standard deviations of an attribution at {positions} positions; means are of one position of each prompt"
            )));
        }
        if sd.len() != parts {
            return Err(Error::Chart(format!(
                "{} standard deviations of {parts} parts; give one for each",
                sd.len()
            )));
        }
        if let Some(wrong) = sd.iter().find(|sd| **sd < 0.0 || **sd > LARGEST) {
            return Err(Error::Chart(format!(
                "a standard deviation of {wrong:?}; it is a finite float32, and not negative"
            )));
        }
        self.spread = Some(Spread {
            prompts,
            sd: sd.to_vec(),
            samples: Vec::new(),
        });
        Ok(())
    }

    /// Shows each prompt as a dot: `values` is row-major `[prompt, part]`; empty for none. Heads, which have no value axis, show none.
    ///
    /// # Errors
    /// [`Error::Chart`] before [`spread`](Self::spread) has said of how many prompts; for another number of values, and for one that is
    /// not finite.
    pub fn samples(&mut self, values: &[f64]) -> Result<()> {
        let Some(spread) = &mut self.spread else {
            return Err(Error::Chart(
                "prompts as dots in a chart of one prompt; say the spread first".into(),
            ));
        };
        let (prompts, parts) = (spread.prompts, spread.sd.len());
        if !values.is_empty() && prompts.checked_mul(parts) != Some(values.len()) {
            return Err(Error::Chart(format!(
                "{} values of {prompts} prompts with {parts} parts; give one for each part of each prompt",
                values.len()
            )));
        }
        if let Some(wrong) = values.iter().find(|x| !x.is_finite() || x.abs() > LARGEST) {
            return Err(Error::Chart(format!(
                "a value of {wrong:?}, which is not a finite float32"
            )));
        }
        if kind(&self.explanation).variation() == Some(Variation::Whisker) {
            spread.samples = values.to_vec();
        }
        Ok(())
    }
}

/// Where a prompt's dot lies beside the middle of its part, as a share of the room to either side: the same for each part, and neighbours
/// apart.
pub(super) fn beside(prompt: usize) -> f64 {
    const GOLDEN: f64 = 0.618_033_988_749_895;
    2.0 * (prompt as f64 * GOLDEN).fract() - 1.0
}
