use std::fmt::{Debug, Display};
use std::str::FromStr;

use logitscope::attribution::{
    Ablation, Contrast, Explanation, Form, Part, PatchSite, Position, Step, Target, Written,
};

/// What is written of parts, paths, targets and answers; what was understood is written again as it was.
pub fn words(data: &[u8]) {
    let Ok(text) = str::from_utf8(data) else { return };
    for word in text.lines() {
        again::<Part>(word);
        again::<Step>(word);
        again::<Target>(word);
        again::<Contrast>(word);
        again::<Ablation>(word);
        again::<PatchSite>(word);
        again::<Written>(word);
        let part = word.parse().ok();
        for name in Form::NAMES.into_iter().chain([word]) {
            if let Ok(form) = Form::named(name, part) {
                assert_eq!(Form::named(&form.to_string(), form.of()).unwrap(), form);
            }
        }
        if let Ok(position) = word.parse() {
            for n in [0, 1, 1024] {
                let at = Position::At(position).resolve(n);
                assert!(at.is_err() || at.is_ok_and(|at| at[0] < n));
            }
        }
    }
    if let Ok(explanation) = serde_json::from_str::<Explanation>(text) {
        explanation.adds_up();
        explanation.top(3);
        explanation.only(&explanation.strongest(3));
    }
}

/// What `Display` writes of a word, `FromStr` reads; but for what has words for a reader alone.
fn again<T: FromStr + Display + PartialEq + Debug>(word: &str) {
    let Ok(value) = word.parse::<T>() else { return };
    if let Ok(same) = value.to_string().parse::<T>() {
        assert_eq!(same, value, "{word:?}");
    }
}
