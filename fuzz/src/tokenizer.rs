use logitscope::gpt2::{Tokenizer, TokenizerFiles};

use crate::files::split;

/// Of a text: a model's longest prompt is short.
const LONGEST: usize = 1000;

/// A tokenizer's files, and the file `text`, each after a line `=== NAME`.
pub fn tokenizer(data: &[u8]) {
    let files = split(data);
    let file = |name: &str| files.get(name).copied();
    let tokenizer = Tokenizer::from_files(&TokenizerFiles {
        tokenizer: file("tokenizer.json"),
        vocab: file("vocab.json"),
        merges: file("merges.txt"),
        added_tokens: file("added_tokens.json"),
        config: file("tokenizer_config.json"),
        special_tokens_map: file("special_tokens_map.json"),
    });
    let Ok(Some(tokenizer)) = tokenizer else { return };
    let text = file("text").unwrap_or_default();
    let text = String::from_utf8_lossy(&text[..text.len().min(LONGEST)]);
    let mut all = vec![0, 1, 80, u32::MAX];
    for text in text.lines().chain(["", " a b", "<|endoftext|>a", "é日\0", "   "]) {
        let Ok(ids) = tokenizer.encode(text) else { continue };
        assert_eq!(tokenizer.encode(text).unwrap(), ids, "{text:?}");
        tokenizer.decode(&ids);
        all.extend(ids);
    }
    for &id in &all {
        tokenizer.token_text(id);
        tokenizer.is_special(id);
        tokenizer.decode(&[id]);
    }
    tokenizer.decode(&all);
    tokenizer.decode(&[]);
    tokenizer.eos();
    if let Some(bos) = tokenizer.bos() {
        assert_eq!(tokenizer.id(&bos.text), Some(bos.id));
    }
}
