//! What happens without a head.

use std::collections::HashMap;
use std::path::Path;

use anyhow::{Context, Result};
use candle_core::{DType, Device, Tensor};
use logitscope::gpt2::{Gpt2, LanguageModel};

/// Models of one folder's weights from which heads were taken out: what they would write is nothing, at every position.
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

    pub fn without(&self, layer: usize, head: usize) -> Result<LanguageModel> {
        let config = self.model.gpt2.config();
        let d_head = config.d_head();
        let w_o = format!("transformer.h.{layer}.attn.c_proj.weight");
        let mut weights = self.weights.clone();
        let whole = weights.get(&w_o).with_context(|| format!("{w_o} is missing"))?;
        let rows: Vec<f32> = (0..config.n_embd)
            .map(|row| if row / d_head == head { 0.0 } else { 1.0 })
            .collect();
        let rows = Tensor::from_vec(rows, (config.n_embd, 1), &Device::Cpu)?;
        let rest = whole.to_dtype(DType::F32)?.broadcast_mul(&rows)?;
        weights.insert(w_o, rest);
        let gpt2 = Gpt2::new(config, |name, _| {
            let tensor = weights.get(&format!("transformer.{name}"));
            Ok(tensor.expect("the model was opened").to_dtype(DType::F32)?)
        })?;
        Ok(LanguageModel::new(gpt2, self.model.tokenizer.clone())?)
    }
}
