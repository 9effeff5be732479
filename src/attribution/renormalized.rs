//! How much the frozen scale misleads: a part's direct effect with the final LayerNorm computed anew.

use super::direction::dot;
use super::trial::Asked;
use super::{Part, Question};
use crate::gpt2::{Run, Site, to_f64};
use crate::{Error, Result};

/// What the logit (difference) loses if a part is taken out of the final residual stream, and the LayerNorm divides what is left
/// by its own scale: `logit - unembed(ln_final(resid_final - part))`. `[part]`
///
/// # Errors
/// As [`effects`](super::effects); [`Error::Argument`] for what does not write to the residual stream.
pub fn renormalized(run: &Run, question: &Question, parts: &[Part]) -> Result<Vec<f64>> {
    let asked = Asked::new(run, question)?;
    let row = |site| to_f64(&run.read(site, &[asked.position])?.squeeze(0)?);
    let norm = &run.model().ln_f;
    let (gamma, eps) = (to_f64(&norm.weight)?, run.model().config().layer_norm_epsilon);
    let w: Vec<f64> = gamma
        .iter()
        .zip(&asked.direction.unembedding)
        .map(|(g, w)| g * w)
        .collect();
    let logit = |stream: &[f64]| {
        let d = stream.len() as f64;
        let mean = stream.iter().sum::<f64>() / d;
        let centered: Vec<f64> = stream.iter().map(|x| x - mean).collect();
        let variance = dot(&centered, &centered) / d;
        dot(&centered, &w) / (variance + eps).sqrt() + asked.direction.bias
    };
    let stream = row(Site::ResidFinal)?;
    let now = logit(&stream);
    let d = stream.len();
    let written = |part| match part {
        Part::Embed => row(Site::Embed),
        Part::PosEmbed => row(Site::PosEmbed),
        Part::AttnOut(layer) => row(Site::AttnOut(layer)),
        Part::MlpOut(layer) => row(Site::MlpOut(layer)),
        Part::Head { layer, head } => {
            let results = run.head_results(layer, asked.position)?;
            Ok(results[head * d..(head + 1) * d].to_vec())
        }
        _ => Err(Error::Argument(format!(
            "part: {part} writes nothing to the residual stream"
        ))),
    };
    let effect = |&part| {
        let left: Vec<f64> = stream.iter().zip(written(part)?).map(|(x, part)| x - part).collect();
        Ok(now - logit(&left))
    };
    parts.iter().map(effect).collect()
}
