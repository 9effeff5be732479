//! Tokenizers that nobody trained: each is refused, or does its work without a panic.

use std::fs;

use logitscope::gpt2::Tokenizer;
use rand::seq::IndexedRandom;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde_json::{Map, Value, json};

const PIECES: [&str; 20] = [
    "",
    "a",
    "b",
    "ab",
    "Ġ",
    "Ġa",
    "##a",
    "▁",
    "▁a",
    "<0x0A>",
    "<0xFF>",
    "<|endoftext|>",
    " ",
    "  ",
    "\0",
    "é",
    "日",
    "e\u{301}",
    "\u{200D}",
    "ß",
];
const TEXTS: [&str; 10] = [
    "",
    " a b",
    "ab  ba \n",
    "<|endoftext|>a <|endoftext|>",
    "日本語 é",
    "\0a\0",
    "a<0xFF> b",
    "e\u{301}A ß a\u{200D}b",
    "   ",
    "Ġa ▁a ##a",
];

/// Everything that a tokenizer is asked, twice where it could be random; false if it is refused.
fn is_used(json: &[u8]) -> bool {
    let tokenizer = match Tokenizer::from_json(json) {
        Ok(tokenizer) => tokenizer,
        Err(e) => {
            assert!(e.to_string().starts_with("tokenizer.json: "), "{e}");
            return false;
        }
    };
    let mut all = vec![0, 1, 80, u32::MAX];
    for text in TEXTS {
        if let Ok(ids) = tokenizer.encode(text) {
            assert_eq!(ids, tokenizer.encode(text).unwrap());
            tokenizer.decode(&ids);
            all.extend(ids);
        }
    }
    for &id in &all {
        tokenizer.token_text(id);
        tokenizer.decode(&[id]);
    }
    tokenizer.decode(&all);
    tokenizer.decode(&[]);
    tokenizer.bos();
    true
}

/// Each of these made `tokenizers` panic, or ask for memory without bounds.
#[test]
fn files_that_made_tokenizers_panic_are_refused_or_harmless() {
    let files: Vec<_> = fs::read_dir("tests/data/hostile-tokenizers").unwrap().collect();
    assert!(files.len() >= 10);
    for file in files {
        is_used(&fs::read(file.unwrap().path()).unwrap());
    }
}

#[test]
fn one_that_multiplies_a_text_is_refused_and_one_that_rewrites_it_is_not() {
    let of = |normalizers: Value| {
        json!({
            "normalizer": {"type": "Sequence", "normalizers": normalizers},
            "pre_tokenizer": {"type": "Metaspace", "replacement": "▁", "prepend_scheme": "always", "split": true},
            "model": {"type": "WordLevel", "unk_token": "a", "vocab": {"a": 0}},
        })
    };
    let replace = |pattern: Value, content: &str| json!({"type": "Replace", "pattern": pattern, "content": content});
    // As ALBERT's.
    let charsmap = base64::encode([&1024_u32.to_le_bytes()[..], &[0; 1024], b"a\0".repeat(4).as_slice()].concat());
    let usual = json!([
        replace(json!({"String": "``"}), "\""),
        replace(json!({"String": "''"}), "\""),
        {"type": "NFKD"},
        {"type": "StripAccents"},
        {"type": "Lowercase"},
        {"type": "Precompiled", "precompiled_charsmap": charsmap},
        replace(json!({"Regex": " {2,}"}), " "),
    ]);
    Tokenizer::from_json(of(usual).to_string().as_bytes()).unwrap();
    let doubled = vec![replace(json!({"String": "a"}), "aa"); 20];
    let error = Tokenizer::from_json(of(doubled.into()).to_string().as_bytes()).unwrap_err();
    let expected = "tokenizer.json: its normalizer and pre_tokenizer can make 4194304 bytes of one, which no GPT-2 needs; \
                    it must be 8192 at most";
    assert_eq!(error.to_string(), expected);
}

#[test]
fn random_tokenizers_never_panic() {
    let mut random = Random(ChaCha8Rng::seed_from_u64(1));
    let used = (0..20_000).filter(|_| {
        let mut json = random.tokenizer();
        if random.one_in(3) {
            random.damage(&mut json);
        }
        is_used(json.to_string().as_bytes())
    });
    let used = used.count();
    assert!((5_000..15_000).contains(&used), "{used}");
}

struct Random(ChaCha8Rng);

impl Random {
    fn one_in(&mut self, n: u32) -> bool {
        self.0.random_ratio(1, n)
    }

    fn flag(&mut self) -> bool {
        self.one_in(2)
    }

    fn of<T: Clone>(&mut self, values: &[T]) -> T {
        values.choose(&mut self.0).unwrap().clone()
    }

    fn piece(&mut self) -> &'static str {
        self.of(&PIECES)
    }

    fn optional_piece(&mut self) -> Option<&'static str> {
        let piece = self.piece();
        self.flag().then_some(piece)
    }

    fn number(&mut self) -> Value {
        let wild = [json!(-1), json!(u32::MAX), json!(i64::MAX)];
        if self.one_in(6) {
            self.of(&wild)
        } else {
            json!(self.0.random_range(0..90))
        }
    }

    fn several(&mut self, depth: u32, part: fn(&mut Self, u32) -> Value) -> Vec<Value> {
        (0..self.0.random_range(0..3)).map(|_| part(self, depth - 1)).collect()
    }

    fn pattern(&mut self) -> Value {
        let (text, regex) = (
            self.piece(),
            self.of(&["", "a", r"\s+", "(?=a)", "a*", r"\b", "^", "$", "."]),
        );
        if self.flag() {
            json!({"String": text})
        } else {
            json!({"Regex": regex})
        }
    }

    fn charsmap(&mut self) -> String {
        let units = self.of(&[0_u32, 1, 16, 256, 512]);
        let length = if self.one_in(5) { self.0.random() } else { units * 4 };
        let mut bytes = length.to_le_bytes().to_vec();
        for i in 0..units {
            let child = self.0.random_range(0..600) << 10;
            let unit = self.of(&[0, i & 0xFF, (i & 0xFF) | 0x100 | child, u32::MAX]);
            bytes.extend(unit.to_le_bytes());
        }
        bytes.extend(self.of(&["", "\0", "a\0é\0日\0"]).bytes());
        base64::encode(bytes)
    }

    fn normalizer(&mut self, depth: u32) -> Value {
        let (left, right, piece, pattern) = (self.flag(), self.flag(), self.piece(), self.pattern());
        match self.0.random_range(0..10) {
            0..3 => Value::Null,
            3 => {
                json!({"type": "BertNormalizer", "clean_text": left, "handle_chinese_chars": right, "strip_accents": null, "lowercase": left})
            }
            4 => json!({"type": self.of(&["NFC", "NFKD", "Lowercase", "Nmt", "StripAccents", "ByteLevel"])}),
            5 => json!({"type": "Precompiled", "precompiled_charsmap": self.charsmap()}),
            6 => json!({"type": "Replace", "pattern": pattern, "content": piece}),
            7 => json!({"type": "Prepend", "prepend": piece}),
            8 if depth > 0 => json!({"type": "Sequence", "normalizers": self.several(depth, Self::normalizer)}),
            _ => json!({"type": "Strip", "strip_left": left, "strip_right": right}),
        }
    }

    fn byte_level(&mut self) -> Value {
        json!({"type": "ByteLevel", "add_prefix_space": self.flag(), "trim_offsets": self.flag(), "use_regex": self.flag()})
    }

    fn metaspace(&mut self) -> Value {
        let scheme = self.of(&["always", "first", "never"]);
        json!({"type": "Metaspace", "replacement": self.of(&["▁", "_", " ", "", "__"]), "prepend_scheme": scheme, "split": self.flag()})
    }

    fn pre_tokenizer(&mut self, depth: u32) -> Value {
        let (piece, pattern, number, flag) = (self.piece(), self.pattern(), self.number(), self.flag());
        let behavior = self.of(&["Removed", "Isolated", "MergedWithPrevious", "Contiguous"]);
        match self.0.random_range(0..10) {
            0 => Value::Null,
            1..4 => self.byte_level(),
            4 => json!({"type": self.of(&["Whitespace", "WhitespaceSplit", "BertPreTokenizer", "UnicodeScripts"])}),
            5 => self.metaspace(),
            6 => json!({"type": "Split", "pattern": pattern, "behavior": behavior, "invert": flag}),
            7 => json!({"type": "CharDelimiterSplit", "delimiter": piece}),
            8 if depth > 0 => json!({"type": "Sequence", "pretokenizers": self.several(depth, Self::pre_tokenizer)}),
            _ => json!({"type": "FixedLength", "length": number}),
        }
    }

    fn decoder(&mut self, depth: u32) -> Value {
        let (piece, pattern, flag) = (self.piece(), self.pattern(), self.flag());
        match self.0.random_range(0..10) {
            0 => Value::Null,
            1 | 2 => self.byte_level(),
            3 => json!({"type": "WordPiece", "prefix": piece, "cleanup": flag}),
            4 => self.metaspace(),
            5 => json!({"type": "BPEDecoder", "suffix": piece}),
            6 => json!({"type": self.of(&["Fuse", "ByteFallback", "CTC"])}),
            7 => {
                let stop = if flag { json!(0) } else { self.number() };
                json!({"type": "Strip", "content": piece, "start": self.number(), "stop": stop})
            }
            8 if depth > 0 => json!({"type": "Sequence", "decoders": self.several(depth, Self::decoder)}),
            _ => json!({"type": "Replace", "pattern": pattern, "content": piece}),
        }
    }

    fn model(&mut self) -> Value {
        let mut vocabulary = Map::new();
        for id in 0..self.0.random_range(0..12_u32) {
            let id = if self.one_in(20) { self.number() } else { json!(id) };
            vocabulary.insert(self.piece().into(), id);
        }
        let merge = |whole: &String, left: &String| {
            let right = whole
                .strip_prefix(left.as_str())
                .filter(|right| vocabulary.contains_key(*right))?;
            (!left.is_empty() && !right.is_empty()).then(|| json!([left, right]))
        };
        let merges = vocabulary
            .keys()
            .flat_map(|whole| vocabulary.keys().filter_map(move |left| merge(whole, left)));
        let merges: Vec<Value> = merges.collect();
        match self.0.random_range(0..5) {
            0 | 1 => json!({
                "type": "BPE", "dropout": if self.flag() { Some(0.5) } else { None }, "unk_token": self.optional_piece(),
                "continuing_subword_prefix": self.optional_piece(), "end_of_word_suffix": self.optional_piece(),
                "fuse_unk": self.flag(), "byte_fallback": self.flag(), "ignore_merges": self.flag(), "vocab": vocabulary,
                "merges": merges,
            }),
            2 => json!({
                "type": "WordPiece", "unk_token": self.piece(), "continuing_subword_prefix": self.piece(),
                "max_input_chars_per_word": self.number(), "vocab": vocabulary,
            }),
            3 => json!({"type": "WordLevel", "unk_token": self.piece(), "vocab": vocabulary}),
            _ => {
                let piece =
                    |random: &mut Self| json!([random.piece(), random.of(&[0.5, -2.5, 4294967295.0, -1e308, 1e308])]);
                let pieces: Vec<Value> = (0..self.0.random_range(0..8)).map(|_| piece(self)).collect();
                json!({"type": "Unigram", "unk_id": self.number(), "byte_fallback": self.flag(), "vocab": pieces})
            }
        }
    }

    fn added_token(&mut self) -> Value {
        json!({
            "id": self.number(), "content": self.piece(), "single_word": self.flag(), "lstrip": self.flag(),
            "rstrip": self.flag(), "normalized": self.flag(), "special": self.flag(),
        })
    }

    fn tokenizer(&mut self) -> Value {
        let added: Vec<Value> = (0..self.0.random_range(0..4)).map(|_| self.added_token()).collect();
        json!({
            "version": "1.0", "truncation": null, "padding": null, "added_tokens": added, "normalizer": self.normalizer(2),
            "pre_tokenizer": self.pre_tokenizer(2), "post_processor": null, "decoder": self.decoder(2), "model": self.model(),
        })
    }

    /// Takes something away, or puts something else in its place.
    fn damage(&mut self, json: &mut Value) {
        let others = [
            Value::Null,
            json!(true),
            json!([]),
            json!({}),
            self.number(),
            json!(self.piece()),
        ];
        match json {
            Value::Object(fields) if !fields.is_empty() => {
                let name = fields.keys().nth(self.0.random_range(0..fields.len())).unwrap().clone();
                match self.0.random_range(0..4) {
                    0 => drop(fields.remove(&name)),
                    1 => drop(fields.insert(name, self.of(&others))),
                    _ => self.damage(&mut fields[&name]),
                }
            }
            Value::Array(values) if !values.is_empty() => {
                let at = self.0.random_range(0..values.len());
                self.damage(&mut values[at]);
            }
            other => *other = self.of(&others),
        }
    }
}
