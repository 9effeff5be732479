//! The bundled model's vocabulary.

use anyhow::{Result, anyhow};
use tokenizers::models::bpe::{BPE, BpeTrainer};
use tokenizers::pre_tokenizers::byte_level::ByteLevel;
use tokenizers::{AddedToken, NormalizerWrapper, TokenizerBuilder};

use crate::corpus::{Sentence, Split, random};

const BOS: &str = "<|endoftext|>";
const SENTENCES: usize = 40_000;
/// Far more than the corpus needs, so that every word of it becomes one token.
const LARGEST_VOCABULARY: usize = 4096;

/// Byte-level BPE as GPT-2's, trained until every word of the corpus is one token: `tokenizer.json`, and the number of tokens.
/// BOS is the first.
pub fn train_tokenizer() -> Result<(String, usize)> {
    let mut rng = random(0, u64::MAX);
    let text = (0..SENTENCES).flat_map(|i| {
        let split = if i % 4 == 0 { Split::HeldOut } else { Split::Train };
        let text = Sentence::any(split, &mut rng).text();
        // Once as the beginning of a sequence, once within it.
        let within = format!(" {text}");
        [years_in_two(&text), years_in_two(&within)].concat()
    });
    let byte_level = ByteLevel::new(false, true, true);
    let mut tokenizer = TokenizerBuilder::new()
        .with_model(BPE::default())
        .with_normalizer(None::<NormalizerWrapper>)
        .with_pre_tokenizer(Some(byte_level))
        .with_post_processor(Some(byte_level))
        .with_decoder(Some(byte_level))
        .build()
        .map_err(|e| anyhow!(e))?;
    let mut trainer = BpeTrainer::builder()
        .show_progress(false)
        .vocab_size(LARGEST_VOCABULARY)
        .min_frequency(1)
        .initial_alphabet(ByteLevel::alphabet().into_iter().collect())
        .special_tokens(vec![AddedToken::from(BOS, true)])
        .build();
    tokenizer.train(&mut trainer, text).map_err(|e| anyhow!(e))?;
    let json = tokenizer.to_string(false).map_err(|e| anyhow!(e))?;
    Ok((json, tokenizer.get_vocab_size(true)))
}

/// Cuts a text within each year, so that " 1732" becomes the tokens " 17" and "32", as in GPT-2. Centuries are merged first,
/// being more frequent than any two other digits.
fn years_in_two(text: &str) -> Vec<String> {
    let mut pieces = vec![String::new()];
    let mut digits = 0;
    for c in text.chars() {
        if digits == 2 && c.is_ascii_digit() {
            pieces.push(String::new());
        }
        digits = if c.is_ascii_digit() { digits + 1 } else { 0 };
        pieces.last_mut().expect("there is always a piece").push(c);
    }
    pieces
}
