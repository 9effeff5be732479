//! A model, for a worker.

use std::rc::Rc;
use std::sync::{Arc, Weak};

use logitscope::attribution::head_scores;
use logitscope::gpt2::LanguageModel;
use logitscope::{Error, gpt2};
use wasm_bindgen::prelude::*;

use crate::convert::{given, listed_ids, natural, sampling, single_token, size, to_js, token, token_ids, tokens};
use crate::head_scores::JsHeadScores;
use crate::set::{JsSetQuestion, Set};
use crate::types::{JsAnswer, JsBos, JsConfig, JsInput, JsSampling, JsToken, JsTokenIds, JsTokens};
use crate::{Generation, JsResult, Run, Trial};

/// A GPT-2 and its tokenizer.
#[wasm_bindgen]
pub struct Model {
    model: Rc<LanguageModel>,
    /// Runs that a later one may begin like: the newest, and those that are still asked about.
    newest: Option<Arc<gpt2::Run>>,
    alive: Vec<Weak<gpt2::Run>>,
}

impl Model {
    pub(crate) fn new(model: LanguageModel) -> Self {
        Self {
            model: Rc::new(model),
            newest: None,
            alive: Vec::new(),
        }
    }

    /// Runs the prompt, from the run that has most in common with it.
    fn run_of(&mut self, ids: &[u32]) -> Result<gpt2::Run, Error> {
        match self.run_from_alive(ids) {
            // The newest is held in case that the next prompt begins like it, which is not worth as much as its room.
            Err(Error::Memory(_)) if self.newest.take().is_some() => self.run_from_alive(ids),
            run => run,
        }
    }

    fn run_from_alive(&mut self, ids: &[u32]) -> Result<gpt2::Run, Error> {
        self.alive.retain(|run| run.strong_count() > 0);
        let earlier = self.alive.iter().filter_map(Weak::upgrade);
        match earlier.max_by_key(|run| run.common_prefix(ids)) {
            Some(earlier) => earlier.with_tokens(ids),
            None => self.model.gpt2.run(ids),
        }
    }
}

#[wasm_bindgen]
impl Model {
    /// The model's configuration.
    #[wasm_bindgen(getter)]
    pub fn config(&self) -> JsResult<JsConfig> {
        Ok(to_js(self.model.gpt2.config())?.unchecked_into())
    }

    /// Whether prompts and answers can be texts.
    #[wasm_bindgen(getter, js_name = hasTokenizer)]
    pub fn has_tokenizer(&self) -> bool {
        self.model.tokenizer.is_some()
    }

    /// The token that is put before texts, if there is one.
    #[wasm_bindgen(getter)]
    pub fn bos(&self) -> JsResult<JsBos> {
        let bos = self.model.tokenizer.as_ref().and_then(|_| self.model.bos().ok());
        Ok(to_js(&bos)?.unchecked_into())
    }

    /// What is to be known of how the model was read.
    #[wasm_bindgen(getter)]
    pub fn notices(&self) -> Vec<String> {
        self.model.notices.clone()
    }

    /// The tokens of a prompt. Token ids are taken as they are; `prependBos` concerns text.
    pub fn tokens(
        &self,
        input: &JsInput,
        #[wasm_bindgen(js_name = prependBos)] prepend_bos: bool,
    ) -> JsResult<JsTokens> {
        let ids = token_ids(&self.model, input, prepend_bos)?;
        tokens(&self.model, &ids)
    }

    /// The one token that `answer` is.
    pub fn token(&self, answer: &JsAnswer) -> JsResult<JsToken> {
        let id = single_token(&self.model, answer)?;
        Ok(to_js(&token(&self.model, id))?.unchecked_into())
    }

    /// The text of token ids.
    pub fn text(&self, ids: &JsTokenIds) -> JsResult<String> {
        let ids = listed_ids(ids, |message| Error::Argument(format!("ids: {message}")))?;
        Ok(match &self.model.tokenizer {
            Some(tokenizer) => tokenizer.decode(&ids),
            None => ids
                .iter()
                .map(|&id| self.model.token_text(id))
                .collect::<Vec<_>>()
                .join(" "),
        })
    }

    /// One forward pass over a prompt, remembered for questions about it.
    ///
    /// What it has in common with the beginning of an earlier one is taken from there.
    pub fn run(&mut self, input: &JsInput, #[wasm_bindgen(js_name = prependBos)] prepend_bos: bool) -> JsResult<Run> {
        let ids = token_ids(&self.model, input, prepend_bos)?;
        let run = Arc::new(self.run_of(&ids)?);
        self.alive.push(Arc::downgrade(&run));
        self.newest = Some(Arc::clone(&run));
        Ok(Run::new(Rc::clone(&self.model), run))
    }

    /// What the heads are, by random tokens said twice.
    #[wasm_bindgen(js_name = headScores)]
    pub fn head_scores(&self, options: &JsHeadScores) -> JsResult<Trial> {
        let length = given(options.length()).map(|length| size("length", &length));
        let seed = given(options.seed()).map(|seed| natural("seed", &seed));
        Ok(head_scores(&self.model, length.transpose()?, seed.transpose()?.unwrap_or(0))?.into())
    }

    /// The same question of many prompts, a JSON list.
    #[wasm_bindgen(js_name = askAll)]
    pub fn ask_all(&self, prompts: &str, asked: &JsSetQuestion) -> JsResult<Trial> {
        Ok(Set::new(&self.model, prompts, asked)?.into())
    }

    /// Continues a prompt, one token for each call of `next`.
    ///
    /// What it has in common with the beginning of an earlier run is taken from there.
    pub fn generate(
        &mut self,
        input: &JsInput,
        #[wasm_bindgen(js_name = prependBos)] prepend_bos: bool,
        options: &JsSampling,
    ) -> JsResult<Generation> {
        let ids = token_ids(&self.model, input, prepend_bos)?;
        let sampling = sampling(options)?;
        let run = self.run_of(&ids)?;
        let generation = gpt2::Generation::from_run(&self.model, run, &sampling)?;
        Ok(Generation::new(Rc::clone(&self.model), generation))
    }
}
