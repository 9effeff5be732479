//! The keys that walk a chart's items.

use std::str::FromStr;

use crate::{Error, Result};

/// A key that walks the items.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Key {
    /// One item back; in the head chart, one layer.
    Left,
    /// One item on; in the head chart, one layer.
    Right,
    /// One item back; in the head chart, one head.
    Up,
    /// One item on; in the head chart, one head, and from the last to the remainder.
    Down,
    /// The first item; in the head chart, the first layer.
    Home,
    /// The last item; in the head chart, the last layer.
    End,
}

impl FromStr for Key {
    type Err = Error;

    /// A `KeyboardEvent.key`.
    fn from_str(key: &str) -> Result<Self> {
        Ok(match key {
            "ArrowLeft" => Key::Left,
            "ArrowRight" => Key::Right,
            "ArrowUp" => Key::Up,
            "ArrowDown" => Key::Down,
            "Home" => Key::Home,
            "End" => Key::End,
            _ => {
                return Err(Error::Argument(format!(
                    "key: {key:?} is not one of ArrowLeft, ArrowRight, ArrowUp, ArrowDown, Home, End"
                )));
            }
        })
    }
}
