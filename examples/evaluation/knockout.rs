//! What happens without a part.

use std::collections::HashMap;
use std::path::Path;

use anyhow::{Context, Result, bail};
use candle_core::{DType, Device, Tensor};
use logitscope::attribution::Part;
use logitscope::gpt2::{Gpt2, LanguageModel};

/// Models of one folder's weights from which a head or an MLP was taken out: it writes nothing, at every position.
pub struct Knockout {
    model: LanguageModel,
    weights: HashMap<String, Tensor>,
}

impl Knockout {
    /// Of the folder that `model` was opened from.
    pub fn new(model: LanguageModel, folder: &Path) -> Result<Self> {
        let weights = candle_core::safetensors::load(folder.join("model.safetensors"), &Device::Cpu)?;
        Ok(Self { model, weights })
    }

    pub fn without(&self, part: Part) -> Result<LanguageModel> {
        let config = self.model.gpt2.config();
        let mut weights = self.weights.clone();
        let mut scale = |name: String, rows: Vec<f32>| -> Result<()> {
            let name = format!("transformer.{name}");
            let whole = weights.get(&name).with_context(|| format!("{name} is missing"))?;
            let whole = whole.to_dtype(DType::F32)?;
            let mut shape = vec![1; whole.rank()];
            shape[0] = rows.len();
            let rows = Tensor::from_vec(rows, shape, &Device::Cpu)?;
            weights.insert(name, whole.broadcast_mul(&rows)?);
            Ok(())
        };
        match part {
            Part::Head { layer, head } => {
                let rows = 0..config.n_embd;
                let others = rows.map(|row| if row / config.d_head() == head { 0.0 } else { 1.0 });
                scale(format!("h.{layer}.attn.c_proj.weight"), others.collect())?;
            }
            Part::MlpOut(layer) => {
                scale(format!("h.{layer}.mlp.c_proj.weight"), vec![0.0; config.n_inner])?;
                scale(format!("h.{layer}.mlp.c_proj.bias"), vec![0.0; config.n_embd])?;
            }
            other => bail!("{other} is neither a head nor an MLP"),
        }
        let gpt2 = Gpt2::new(config, |name, _| {
            let tensor = weights.get(&format!("transformer.{name}"));
            Ok(tensor.expect("the model was opened").to_dtype(DType::F32)?)
        })?;
        Ok(LanguageModel::new(gpt2, self.model.tokenizer.clone()))
    }
}
