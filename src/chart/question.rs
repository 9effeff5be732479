//! What is asked, as titles and legends say it.

use super::text::visible;

/// The text of the token that is explained, and of the one that it is compared with.
#[derive(Debug, Clone)]
pub(super) struct Question {
    pub answer: String,
    pub incorrect: Option<String>,
}

impl Question {
    /// `·Mary − ·John`, each token at most `room` characters.
    pub fn show(&self, room: usize) -> String {
        let answer = visible(&self.answer, room);
        match &self.incorrect {
            Some(incorrect) => format!("{answer} − {}", visible(incorrect, room)),
            None => answer,
        }
    }
}
