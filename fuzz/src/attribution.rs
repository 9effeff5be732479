//! Small models of every shape, and whatever can be asked of them.

use std::sync::Arc;

use arbitrary::{Arbitrary, Result, Unstructured};
use logitscope::attribution::{
    Ablation, Contrast, Explanation, Form, Part, PatchSite, Position, Question, Side, Step, Target, Unit, Written,
    cancelling, difference, effects, explain, lens, patch, reaction, readouts, sources,
};
use logitscope::candle_core::DType;
use logitscope::chart::{Chart, View};
use logitscope::gpt2::{Activation, Gpt2, Gpt2Config, Patch, Place, Run, Value};

use crate::model;

/// Questions of one model.
const MOST_ASKED: usize = 8;

/// A model, a prompt, and questions.
pub fn attribution(data: &[u8]) {
    // Whatever bytes are missing are zeros; it fails at nothing else.
    let _ = ask(&mut Unstructured::new(data));
}

fn ask(u: &mut Unstructured) -> Result<()> {
    let config = config(u)?;
    let size = *u.choose(&[0.7, 0.7, 0.7, 0.0, 1e-20, 1e6, 1e38])?;
    let format = *u.choose(&[DType::F32, DType::F16, DType::BF16])?;
    let seed = u16::arbitrary(u)?;
    let Ok(model) = model::random(&config, seed.into(), size, format) else {
        return Ok(());
    };
    let model = Arc::new(model);
    let tokens = tokens(u, &config)?;
    let Ok(run) = model.run(&tokens) else { return Ok(()) };
    let mut run = Arc::new(run);
    for _ in 0..MOST_ASKED {
        if u.is_empty() {
            break;
        }
        if let Some(next) = step(u, &model, &run)? {
            run = Arc::new(next);
        }
    }
    Ok(())
}

fn config(u: &mut Unstructured) -> Result<Gpt2Config> {
    let mut config = Gpt2Config::default();
    config.n_head = u.int_in_range(1..=4)?;
    config.n_embd = config.n_head * u.int_in_range(1..=21)?;
    config.n_layer = u.int_in_range(1..=3)?;
    config.n_inner = u.int_in_range(1..=70)?;
    config.n_positions = u.int_in_range(1..=40)?;
    config.vocab_size = u.int_in_range(2..=40)?;
    config.layer_norm_epsilon = *u.choose(&[1e-5, 1e-5, 1e-12, 1e-3, 1e9])?;
    config.activation_function = *u.choose(&[
        Activation::GeluTanh,
        Activation::Gelu,
        Activation::QuickGelu,
        Activation::Relu,
        Activation::Silu,
        Activation::Tanh,
    ])?;
    [
        config.scale_attn_weights,
        config.scale_attn_by_inverse_layer_idx,
        config.tie_word_embeddings,
    ] = u.arbitrary()?;
    config.bos_token_id = None;
    Ok(config)
}

/// A token that the model may have.
fn token(u: &mut Unstructured, config: &Gpt2Config) -> Result<u32> {
    u.int_in_range(0..=config.vocab_size as u32)
}

fn tokens(u: &mut Unstructured, config: &Gpt2Config) -> Result<Vec<u32>> {
    let n = u.int_in_range(1..=config.n_positions)?;
    (0..n)
        .map(|_| u.int_in_range(0..=config.vocab_size as u32 - 1))
        .collect()
}

/// Asks something; a run if it leads to another.
fn step(u: &mut Unstructured, model: &Arc<Gpt2>, run: &Arc<Run>) -> Result<Option<Run>> {
    let config = model.config();
    let question = question(u, run)?;
    match u.int_in_range(0..=9)? {
        0..3 => {
            let form = form(u, config)?;
            if let Ok(explanation) = explain(run, &question, form) {
                model::check(&explanation, &question);
                draw(u, explanation)?;
            }
        }
        3 => {
            let patches: Vec<Patch> = (0..u.int_in_range(0..=2)?)
                .map(|_| patch_of(u, run))
                .collect::<Result<_>>()?;
            return Ok(run.with(&patches).ok());
        }
        4 => return Ok(run.with_tokens(&tokens(u, config)?).ok()),
        5 => {
            let (unit, ablation, at) = (unit(u, config)?, ablation(u)?, positions(u)?);
            if let Ok(trial) = effects(run, &question, unit, ablation, at.as_deref()) {
                let _ = trial.finish();
            }
        }
        6 => {
            let (part, ablation, at) = (part(u)?, ablation(u)?, positions(u)?);
            if let Ok(reaction) = reaction(run, &question, part, ablation, at.as_deref()) {
                assert!(reaction.exact, "{reaction:?}");
            }
        }
        7 => {
            let mut others = run.tokens().to_vec();
            let at = u.choose_index(others.len())?;
            others[at] = token(u, config)?;
            let (site, form) = (*u.choose(&PatchSite::ALL)?, form(u, config)?);
            if let Ok(other) = model.run(&others) {
                let other = Arc::new(other);
                let _ = difference(run, &other, &question, form);
                if let Ok(trial) = patch(run, &other, &question, site) {
                    let _ = trial.finish();
                }
            }
        }
        8 => {
            let position = small(u)?;
            if let Ok(trial) = lens(run, &[position], Some(token(u, config)?), small(u)?) {
                let _ = trial.finish();
            }
            let parts = [Written::By(part(u)?), Written::From(path_step(u)?)];
            for part in parts {
                if let Ok(trial) = readouts(run, &[part], position, small(u)?) {
                    let _ = trial.finish();
                }
            }
        }
        _ => {
            let _ = cancelling(run, &question, unit(u, config)?);
            let _ = sources(run, &question);
        }
    }
    Ok(None)
}

/// An index that may be one of the model's.
fn small(u: &mut Unstructured) -> Result<usize> {
    Ok(match u.int_in_range(0..=50_u8)? {
        50 => usize::MAX,
        i => (i % 6).into(),
    })
}

fn question(u: &mut Unstructured, run: &Run) -> Result<Question> {
    let config = run.model().config();
    let target = match u.int_in_range(0..=5)? {
        0 => Target::Neuron {
            layer: small(u)?,
            neuron: small(u)?,
        },
        1 => Target::Score {
            step: path_step(u)?,
            side: *u.choose(&[Side::Key, Side::Query])?,
        },
        _ => Target::Logit {
            answer: token(u, config)?,
            contrast: match u.int_in_range(0..=3)? {
                0 => Contrast::Mean,
                1 => Contrast::LogProbability,
                n => (0..n - 1).map(|_| token(u, config)).collect::<Result<Vec<_>>>()?.into(),
            },
        },
    };
    let position = match u.int_in_range(0..=2)? {
        0 => Position::All,
        1 => Position::At(-1),
        _ => Position::At(i8::arbitrary(u)?.into()),
    };
    let mut path = Vec::new();
    for _ in 0..u.int_in_range(0..=3)? {
        path.push(path_step(u)?);
    }
    Ok(Question::of(target).after(position).through(path))
}

fn path_step(u: &mut Unstructured) -> Result<Step> {
    Ok(Step {
        layer: small(u)?,
        head: small(u)?,
        token: small(u)?,
    })
}

fn unit(u: &mut Unstructured, config: &Gpt2Config) -> Result<Unit> {
    let layer = u.int_in_range(0..=config.n_layer)?;
    Ok(match u.int_in_range(0..=3)? {
        0 => Unit::Component,
        1 => Unit::Head,
        2 => Unit::Source { layer, head: small(u)? },
        _ => Unit::Neuron { layer },
    })
}

fn form(u: &mut Unstructured, config: &Gpt2Config) -> Result<Form> {
    Ok(match u.ratio(1, 5)? {
        true => Form::RunningSum,
        false => Form::Parts(unit(u, config)?),
    })
}

fn part(u: &mut Unstructured) -> Result<Part> {
    let (layer, other) = (small(u)?, small(u)?);
    Ok(*u.choose(&[
        Part::Embed,
        Part::PosEmbed,
        Part::AttnOut(layer),
        Part::MlpOut(layer),
        Part::Patch(layer),
        Part::Pre(layer),
        Part::Mid(layer),
        Part::FinalPost,
        Part::Head { layer, head: other },
        Part::Remainder,
        Part::Source(other),
        Part::Neuron { layer, neuron: other },
        Part::MlpBias(layer),
    ])?)
}

fn ablation(u: &mut Unstructured) -> Result<Ablation> {
    Ok(*u.choose(&[Ablation::Zero, Ablation::Mean])?)
}

fn positions(u: &mut Unstructured) -> Result<Option<Vec<i64>>> {
    let several: Option<[i8; 2]> = u.arbitrary()?;
    Ok(several.map(|several| several.map(i64::from).to_vec()))
}

fn patch_of(u: &mut Unstructured, run: &Arc<Run>) -> Result<Patch> {
    let config = run.model().config();
    let (layer, head) = (small(u)?, small(u)?);
    let place = *u.choose(&[
        Place::ResidPre(layer),
        Place::AttnOut(layer),
        Place::MlpOut(layer),
        Place::Z { layer, head },
        Place::V { layer, head },
        Place::Pattern { layer, head },
    ])?;
    let width = *u.choose(&[config.n_embd, config.d_head(), run.tokens().len(), 1])?;
    let value = match u.int_in_range(0..=3)? {
        0 => Value::Zero,
        1 => Value::Mean,
        2 => Value::Of(Arc::clone(run)),
        _ => Value::Vector(vec![
            *u.choose(&[0.5, 0.0, -1e30, f32::MAX, f32::NAN, f32::INFINITY])?;
            width
        ]),
    };
    let at: Option<[u8; 2]> = u.arbitrary()?;
    Ok(Patch::new(place, value).at(at.map(|at| at.map(usize::from).to_vec())))
}

/// As wide and high as bytes say.
fn draw(u: &mut Unstructured, explanation: Explanation) -> Result<()> {
    let position = u.choose_index(explanation.positions().len())?;
    if let Ok(chart) = Chart::new(explanation, " a", None) {
        let mut view = View::new(u16::arbitrary(u)?.into(), u16::arbitrary(u)?.into());
        view.position = position;
        view.selected = Some(part(u)?);
        let _ = chart.svg(&view);
        if let Ok(items) = chart.items(&view) {
            items.hit(u8::arbitrary(u)?.into(), u8::arbitrary(u)?.into());
        }
    }
    Ok(())
}
