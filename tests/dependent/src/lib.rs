//! What someone builds on Logitscope: a module for a browser that exports a function of its own.

use std::sync::Arc;

use logitscope::Result;
use logitscope::attribution::{Form, Question, explain};
use logitscope::candle_core::{DType, Device, Tensor};
use logitscope::chart::{Chart, View};
use logitscope::gpt2::{Gpt2, Gpt2Config};

/// The length of a chart's SVG.
#[unsafe(no_mangle)]
pub extern "C" fn answer() -> usize {
    svg().map_or(0, |svg| svg.len())
}

fn svg() -> Result<String> {
    let ones = |_: &str, shape: &[usize]| Ok(Tensor::ones(shape, DType::F32, &Device::Cpu)?);
    let run = Arc::new(Gpt2::new(&Gpt2Config::default(), ones)?).run(&[1, 2, 3])?;
    let explanation = explain(&run, &Question::new(4), Form::RunningSum)?;
    Chart::new(explanation, "a", None)?.svg(&View::new(400.0, 200.0))
}
