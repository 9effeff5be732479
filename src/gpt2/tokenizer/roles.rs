//! Which tokens begin and end a text, by the rules of `transformers` and TransformerLens.

use serde_json::Value;
use tokenizers::AddedToken;

use super::files::{Settings, added_token, wrong};
use crate::Result;

const ROLES: [&str; 7] = [
    "bos_token",
    "eos_token",
    "unk_token",
    "sep_token",
    "pad_token",
    "cls_token",
    "mask_token",
];
/// Under which names files list more tokens.
const MORE: [&str; 3] = [
    "model_specific_special_tokens",
    "extra_special_tokens",
    "additional_special_tokens",
];
/// What those of GPT-2's class are that no file names.
const GPT2S: &str = "<|endoftext|>";

/// A token of a role.
#[derive(Debug, Clone)]
pub(super) struct Named {
    pub token: AddedToken,
    /// The file that names it; none if it is what such tokenizers have by default.
    pub by: Option<&'static str>,
}

pub(super) struct Roles {
    /// Whether it is a tokenizer of GPT-2's class, as it is where nothing else is said.
    pub is_gpt2s: bool,
    named: Vec<(&'static str, Named)>,
    more: Vec<AddedToken>,
}

impl Roles {
    pub fn new(settings: &Settings) -> Result<Self> {
        let class = settings.config.get("tokenizer_class").and_then(Value::as_str);
        let is_gpt2s = class.is_none_or(|class| matches!(class, "GPT2Tokenizer" | "GPT2TokenizerFast"));
        let files = [
            ("special_tokens_map.json", &settings.map),
            ("tokenizer_config.json", &settings.config),
        ];
        let mut named = Vec::new();
        for role in ROLES {
            let said = files.iter().find_map(|(file, fields)| Some((*file, fields.get(role)?)));
            let found = match said {
                Some((file, value)) => added_token(value).map(|token| Named {
                    token: special(token),
                    by: Some(file),
                }),
                None if is_gpt2s && matches!(role, "bos_token" | "eos_token" | "unk_token") => Some(Named {
                    token: AddedToken::from(GPT2S, true),
                    by: None,
                }),
                None => None,
            };
            if let Some(Named { token, by: Some(file) }) = &found
                && token.content.is_empty()
            {
                return Err(wrong(
                    file,
                    format!("its {role} is empty; leave it out, or name a token"),
                ));
            }
            named.extend(found.map(|found| (role, found)));
        }
        let said = |name: &&str| {
            files
                .iter()
                .find_map(|(_, fields)| fields.get(*name).filter(|list| !list.is_null()))
        };
        let more = MORE.iter().filter_map(said).flat_map(listed);
        Ok(Self {
            is_gpt2s,
            named,
            more: more.collect(),
        })
    }

    /// All of them, to be kept whole in texts. One that nobody named must count by itself.
    pub fn tokens(&self, counts: impl Fn(&AddedToken) -> bool) -> impl Iterator<Item = AddedToken> {
        let named = self.named.iter().map(|(_, named)| named);
        let named = named.filter(move |named| named.by.is_some() || counts(&named.token));
        named.map(|named| &named.token).chain(&self.more).cloned()
    }

    /// What TransformerLens puts first: the BOS token, or else the EOS token, or else GPT-2's. After them the one that
    /// BERT's tokenizers put first.
    pub fn first(&self) -> impl Iterator<Item = Named> {
        let gpt2s = Named {
            token: AddedToken::from(GPT2S, true),
            by: None,
        };
        ["bos_token", "eos_token"]
            .into_iter()
            .filter_map(|role| self.of(role))
            .chain([gpt2s])
            .chain(self.of("cls_token"))
    }

    /// What ends a text.
    pub fn last(&self) -> Option<Named> {
        self.of("eos_token")
    }

    fn of(&self, role: &str) -> Option<Named> {
        let (_, named) = self.named.iter().find(|(name, _)| *name == role)?;
        Some(named.clone())
    }
}

/// The tokens of a list, or of an object in which each has a name.
fn listed(tokens: &Value) -> Vec<AddedToken> {
    let tokens: Vec<&Value> = match tokens {
        Value::Array(tokens) => tokens.iter().collect(),
        Value::Object(tokens) => tokens.values().collect(),
        _ => Vec::new(),
    };
    tokens.into_iter().filter_map(added_token).map(special).collect()
}

fn special(mut token: AddedToken) -> AddedToken {
    token.special = true;
    token
}
