//! One question of many prompts: is it always so? Each is run by itself, asked after its own position, and forgotten; what stays is a
//! row of numbers.

mod answer;
mod moments;
mod prompt;
mod read;

use std::sync::Arc;

pub use answer::{Answered, Failed, SetAnswer, SetTable};
pub use moments::Moments;
pub use prompt::{Input, Role, SetPrompt};
pub use read::read_prompts;

use super::trial::Asked;
use super::{Ablation, EffectsTrial, Form, Position, Question, Unit, effects, explain, sources};
use crate::gpt2::{Forward, LanguageModel, Progress, Run};
use crate::{Error, Result};
use prompt::Resolved;

/// What is asked of each prompt of a set, of the logit of its answer, or its difference to that of its incorrect token.
#[derive(Debug, Clone, PartialEq)]
pub enum Measure {
    /// Its parts, in each of some forms that need no part.
    Parts(Vec<Form>),
    /// The total effect of each part: what is lost without it.
    Effects {
        /// Which parts: component or head.
        unit: Unit,
        /// What each is replaced by.
        ablation: Ablation,
        /// At which tokens, from the end if negative; none for all.
        at: Option<Vec<i64>>,
    },
    /// What each head takes from the token of each role, and the attention that it pays.
    Sources,
}

/// The answer of a set in the making.
pub struct SetTrial {
    measure: Measure,
    position: i64,
    prepend_bos: bool,
    prompts: Vec<SetPrompt>,
    /// Which of the prompts comes next, or is on its way.
    next: usize,
    going: Option<Going>,
    /// The run before, which the next prompt may begin like.
    earlier: Option<Arc<Run>>,
    answer: SetAnswer,
}

/// One prompt on its way.
struct Going {
    prompt: Resolved,
    forward: Forward,
    effects: Option<(Arc<Run>, EffectsTrial)>,
}

/// Asks the same of many prompts, each after its `position`, from the end if negative. `prepend_bos` concerns texts.
///
/// # Errors
/// [`Error::Argument`] for a form that needs a part, or a unit of which no part can be taken out. What is wrong with single prompts is
/// listed, and the rest counts.
pub fn ask_all(prompts: Vec<SetPrompt>, measure: Measure, position: i64, prepend_bos: bool) -> Result<SetTrial> {
    match &measure {
        Measure::Parts(forms) if forms.iter().any(|form| form.of().is_some()) || forms.is_empty() => {
            return Err(Error::Argument(
                "unit: a set of prompts is taken apart by component, layer or head".into(),
            ));
        }
        Measure::Effects { unit, .. } if !matches!(unit, Unit::Component | Unit::Head) => {
            return Err(Error::Argument("unit: parts are taken out by component or head".into()));
        }
        _ => {}
    }
    Ok(SetTrial {
        measure,
        position,
        prepend_bos,
        prompts,
        next: 0,
        going: None,
        earlier: None,
        answer: SetAnswer::default(),
    })
}

impl SetTrial {
    /// Does some hundredths of a second of the work, and tells whether there is more.
    ///
    /// # Errors
    /// [`Error::Tensor`] only.
    pub fn advance(&mut self, model: &LanguageModel) -> Result<bool> {
        if self.next < self.prompts.len() {
            match self.step(model) {
                Ok(false) => {}
                Ok(true) => self.next += 1,
                Err(error @ Error::Tensor(_)) => return Err(error),
                Err(error) => {
                    self.answer.failed.push(Failed {
                        index: self.next,
                        message: error.to_string(),
                    });
                    self.going = None;
                    self.next += 1;
                }
            }
        }
        Ok(self.next < self.prompts.len())
    }

    /// How many of the prompts are done.
    pub fn progress(&self) -> Progress {
        Progress {
            done: self.next as u64,
            total: self.prompts.len() as u64,
        }
    }

    /// What is known by now.
    pub fn answer(&self) -> &SetAnswer {
        &self.answer
    }

    /// All of it.
    ///
    /// # Errors
    /// As [`advance`](Self::advance).
    pub fn finish(mut self, model: &LanguageModel) -> Result<SetAnswer> {
        while self.advance(model)? {}
        Ok(self.answer)
    }

    /// Goes on with one prompt, and tells whether it is done.
    fn step(&mut self, model: &LanguageModel) -> Result<bool> {
        let mut going = match self.going.take() {
            Some(going) => going,
            None => {
                let prompt = self.prompts[self.next].resolve(model, self.prepend_bos)?;
                Going {
                    forward: Forward::new(&model.gpt2, &prompt.tokens, self.earlier.as_ref())?,
                    prompt,
                    effects: None,
                }
            }
        };
        let question = Question::new(going.prompt.answer)
            .rather_than(going.prompt.incorrect)
            .after(Position::At(self.position));
        if let Some((run, trial)) = &mut going.effects {
            if trial.advance()? {
                self.going = Some(going);
                return Ok(false);
            }
            let effects = trial.effects();
            let answered = Answered::new(model, run, self.next, &Asked::new(run, &question)?, &going.prompt)?;
            self.answer.prompts.push(answered);
            self.answer.add("effect", None, &effects.labels, &effects.effect);
            return Ok(true);
        }
        let Some(run) = going.forward.advance()? else {
            self.going = Some(going);
            return Ok(false);
        };
        self.earlier = Some(Arc::clone(&run));
        let asked = Asked::new(&run, &question)?;
        match &self.measure {
            Measure::Effects { unit, ablation, at } => {
                let trial = effects(&run, &question, *unit, *ablation, at.as_deref())?;
                going.effects = Some((run, trial));
                self.going = Some(going);
                return Ok(false);
            }
            Measure::Parts(forms) => {
                let parts = forms.iter().map(|&form| explain(&run, &question, form));
                let parts = parts.collect::<Result<Vec<_>>>()?;
                let mut answered = Answered::new(model, &run, self.next, &asked, &going.prompt)?;
                for explanation in &parts {
                    answered.check(explanation.identity());
                }
                self.answer.prompts.push(answered);
                for explanation in &parts {
                    let unit = explanation.form().to_string();
                    self.answer.add(&unit, None, explanation.labels(), explanation.values());
                }
            }
            Measure::Sources => {
                let of_heads = sources(&run, &question)?;
                let keys = asked.position + 1;
                if let Some((role, at)) = going.prompt.roles.iter().find(|&(_, &at)| at >= keys) {
                    return Err(Error::Argument(format!(
                        "role {role}: token {at} comes after position {}, from which nothing looks at it",
                        asked.position
                    )));
                }
                let answered = Answered::new(model, &run, self.next, &asked, &going.prompt)?;
                self.answer.prompts.push(answered);
                for (role, &at) in &going.prompt.roles {
                    let column = |of: &[f64]| of.chunks(keys).map(|of_head| of_head[at]).collect::<Vec<_>>();
                    for (what, values) in [
                        ("pattern", column(&of_heads.pattern)),
                        ("attribution", column(&of_heads.attribution)),
                    ] {
                        self.answer.add(what, Some(role), &of_heads.heads, &values);
                    }
                }
            }
        }
        Ok(true)
    }
}
