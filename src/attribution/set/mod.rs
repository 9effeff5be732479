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
pub use read::{read_line, read_prompts};

use super::trial::Asked;
use super::{Ablation, Contrast, EffectsTrial, Form, Position, Question, Unit, effects, explain, sources};
use crate::gpt2::{Forward, LanguageModel, Progress, Run};
use crate::{Error, Result};
use prompt::Resolved;

/// What is asked of each prompt of a set, of the logit of its answer, or its difference to what it is compared with.
#[derive(Debug, Clone, PartialEq)]
pub enum Measure {
    /// Its parts, in each of some forms that need no part.
    Parts(Vec<Form>),
    /// The total effect of each part, what is lost without it, and its direct effect.
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

/// How each prompt of a set is asked.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct SetQuestion {
    /// What is asked.
    pub measure: Measure,
    /// After which position, from the end if negative.
    pub position: i64,
    /// What every answer is compared with; none for the tokens that its own prompt names.
    pub contrast: Option<Contrast>,
    /// Whether texts begin with the model's beginning-of-sequence token.
    pub prepend_bos: bool,
}

impl SetQuestion {
    /// After each prompt's last position, its answer compared with what it names, and texts with the token that begins them.
    pub fn new(measure: Measure) -> Self {
        Self {
            measure,
            position: -1,
            contrast: None,
            prepend_bos: true,
        }
    }

    /// The same, every answer compared with one and the same, if there is something, whatever its prompt names.
    pub fn rather_than(self, contrast: Option<Contrast>) -> Self {
        Self { contrast, ..self }
    }

    /// The same after another position.
    pub fn after(self, position: i64) -> Self {
        Self { position, ..self }
    }

    /// The same, texts with the token that begins them, or without.
    pub fn prepend_bos(self, prepend_bos: bool) -> Self {
        Self { prepend_bos, ..self }
    }

    /// As it is put to one prompt.
    fn of(&self, prompt: &Resolved) -> Question {
        let own = || match &prompt.incorrect[..] {
            [] => Contrast::Mean,
            tokens => tokens.to_vec().into(),
        };
        Question::new(prompt.answer)
            .rather_than(self.contrast.clone().unwrap_or_else(own))
            .after(Position::At(self.position))
    }
}

/// The answer of a set in the making.
pub struct SetTrial {
    question: SetQuestion,
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

/// Asks the same of many prompts.
///
/// # Errors
/// [`Error::Argument`] for a form that needs a part, or a unit of which no part can be taken out. What is wrong with single prompts is
/// listed, and the rest counts.
pub fn ask_all(prompts: Vec<SetPrompt>, question: SetQuestion) -> Result<SetTrial> {
    match &question.measure {
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
        question,
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
                let prompt = self.prompts[self.next].resolve(model, self.question.prepend_bos)?;
                Going {
                    forward: Forward::new(&model.gpt2, &prompt.tokens, self.earlier.as_ref())?,
                    prompt,
                    effects: None,
                }
            }
        };
        let question = self.question.of(&going.prompt);
        if let Some((run, trial)) = &mut going.effects {
            if trial.advance()? {
                self.going = Some(going);
                return Ok(false);
            }
            let effects = trial.effects();
            let answered = Answered::new(model, run, self.next, &Asked::new(run, &question)?, &going.prompt)?;
            self.answer.count(answered);
            self.answer.add("effect", None, &effects.labels, &effects.effect);
            self.answer.add("direct", None, &effects.labels, &effects.direct);
            return Ok(true);
        }
        let Some(run) = going.forward.advance()? else {
            self.going = Some(going);
            return Ok(false);
        };
        self.earlier = Some(Arc::clone(&run));
        let asked = Asked::new(&run, &question)?;
        match &self.question.measure {
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
                self.answer.count(answered);
                for explanation in &parts {
                    self.answer.explain(explanation);
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
                self.answer.count(answered);
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
