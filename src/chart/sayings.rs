//! What the lens sees, as a table of it needs it.

use serde::Deserialize;

use crate::attribution::Part;
use crate::{Error, Result};

/// A [`Lens`](crate::attribution::Lens) with the texts of its tokens, in the JavaScript API's form.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Sayings {
    /// The states, first to last: `0_pre`, `0_mid`, `1_pre`, ..., `final_post`, `[state]`.
    pub labels: Vec<Part>,
    /// Ascending, `[position]`.
    pub positions: Vec<usize>,
    /// What the model would say, likeliest first; none where it is not known yet, `[state][position][k]`. The first alone is shown.
    pub top: Vec<Vec<Vec<Said>>>,
    /// In nats, `[state][position]`.
    pub entropy: Vec<Vec<f64>>,
    /// What is expected of the answer.
    pub answer: Option<Awaited>,
}

/// A token that the model would say.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Said {
    /// Its text.
    pub text: String,
    /// 0 to 1.
    pub probability: f64,
}

/// What is expected of the answer at each state.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Awaited {
    /// How many tokens are likelier, `[state][position]`.
    pub rank: Vec<Vec<f64>>,
}

/// What is shown of one state after one position.
#[derive(Debug, Clone, Copy)]
pub(super) struct Saying<'a> {
    pub text: &'a str,
    pub probability: f64,
    pub entropy: f64,
    pub rank: Option<f64>,
}

impl Saying<'_> {
    /// Whether the likeliest token is the answer.
    pub fn is_answer(&self) -> bool {
        self.rank == Some(0.0)
    }
}

impl Sayings {
    pub(super) fn layers(&self) -> usize {
        self.labels.len() / 2
    }

    /// None if it is not known yet.
    pub(super) fn at(&self, state: usize, row: usize) -> Option<Saying<'_>> {
        let likeliest = self.top[state][row].first()?;
        Some(Saying {
            text: &likeliest.text,
            probability: likeliest.probability,
            entropy: self.entropy[state][row],
            rank: self.answer.as_ref().map(|answer| answer.rank[state][row]),
        })
    }

    pub(super) fn known(&self) -> impl Iterator<Item = Saying<'_>> {
        let all = (0..self.labels.len()).flat_map(|state| (0..self.positions.len()).map(move |row| (state, row)));
        all.filter_map(|(state, row)| self.at(state, row))
    }

    /// Refuses what contradicts itself, or the prompt of so many `tokens`.
    pub(super) fn check(&self, tokens: usize) -> Result<()> {
        let (states, n) = (self.labels.len(), self.positions.len());
        let expected = |state| match state {
            state if state + 1 == states => Part::FinalPost,
            state if state % 2 == 0 => Part::Pre(state / 2),
            state => Part::Mid(state / 2),
        };
        let in_order = self.labels.iter().enumerate().all(|(i, &label)| label == expected(i));
        if states < 3 || states % 2 == 0 || !in_order {
            return Err(Error::Chart(format!(
                "a lens of {states} states; they must be 0_pre, 0_mid, 1_pre and so on to final_post"
            )));
        }
        let ascending = self.positions.windows(2).all(|pair| pair[0] < pair[1]);
        if !ascending || self.positions.last().is_none_or(|&last| last >= tokens) {
            return Err(Error::Chart(format!(
                "a lens at {n} positions of {tokens} tokens; they must ascend, and each be that of a token"
            )));
        }
        let tops = self.top.len() == states && self.top.iter().all(|row| row.len() == n);
        let as_many = |of: &[Vec<f64>]| of.len() == states && of.iter().all(|row| row.len() == n);
        let numbers = [Some(&self.entropy), self.answer.as_ref().map(|answer| &answer.rank)];
        if !tops || !numbers.into_iter().flatten().all(|of| as_many(of)) {
            return Err(Error::Chart(format!(
                "a lens that is not known of as many states and positions as it has, {states} and {n}"
            )));
        }
        let sound = |saying: Saying| {
            (0.0..=1.001).contains(&saying.probability)
                && saying.entropy >= -0.001
                && saying.entropy.is_finite()
                && saying.rank.is_none_or(|rank| rank >= 0.0 && rank.is_finite())
        };
        match self.known().find(|&saying| !sound(saying)) {
            Some(saying) => Err(Error::Chart(format!(
                "a lens with a number that is no probability, entropy or rank, where it says {:?}",
                saying.text
            ))),
            None => Ok(()),
        }
    }
}
