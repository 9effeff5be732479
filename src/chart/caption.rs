//! Words below a chart that stands alone: what was asked, of what, and whether it adds up.

use super::color::Palette;
use super::sketch::{Align, Sketch, size};
use super::text::{fit, width};

/// From line to line.
const LINE: f64 = 16.0;
/// Beside, above and below the lines.
const MARGIN: f64 = 12.0;
/// Of the height that there is, captions take no more.
const MOST: f64 = 0.4;

#[derive(Debug, Clone)]
pub(super) struct Caption {
    lines: Vec<String>,
}

impl Caption {
    /// Paragraphs broken into lines that fit a view `view_width` wide, as many as `height` has room for beside the chart.
    pub fn new(paragraphs: &[String], view_width: f64, height: f64) -> Self {
        let room = (view_width - 2.0 * MARGIN).max(1.0);
        let mut lines: Vec<String> = paragraphs.iter().flat_map(|text| broken(text, room)).collect();
        let most = ((MOST * height - MARGIN) / LINE).max(0.0) as usize;
        if lines.len() > most {
            lines.truncate(most);
            if let Some(last) = lines.last_mut() {
                *last = fit(&format!("{last} …"), size::LABEL, room);
            }
        }
        Self { lines }
    }

    pub fn height(&self) -> f64 {
        match self.lines.len() {
            0 => 0.0,
            lines => LINE * lines as f64 + MARGIN,
        }
    }

    /// Draws the lines, the first of them right below `top`.
    pub fn draw(&self, top: f64, sketch: &mut Sketch, palette: &Palette) {
        for (i, line) in self.lines.iter().enumerate() {
            let baseline = top + LINE * (i + 1) as f64;
            sketch.text(line, (MARGIN, baseline), Align::Left, size::LABEL, palette.grey);
        }
    }
}

/// Lines at most `room` wide, broken between words, or within one that is wider.
fn broken(text: &str, room: f64) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    for word in text.split_inclusive(' ') {
        if !line.is_empty() && width(&format!("{line}{}", word.trim_end()), size::LABEL) > room {
            lines.push(std::mem::take(&mut line).trim_end().to_string());
        }
        for c in word.chars() {
            let mut longer = line.clone();
            longer.push(c);
            if !line.is_empty() && c != ' ' && width(&longer, size::LABEL) > room {
                lines.push(std::mem::take(&mut line));
            }
            line.push(c);
        }
    }
    lines.push(line.trim_end().to_string());
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_fit_and_lose_nothing() {
        let text = "When Mary and John went to the store, John gave a drink to aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
        for room in [60.0, 100.0, 250.0, 4000.0] {
            let lines = broken(text, room);
            assert!(lines.iter().all(|line| width(line, size::LABEL) <= room), "{lines:?}");
            let letters = |text: &str| text.replace(' ', "");
            assert_eq!(letters(&lines.concat()), letters(text));
        }
        assert_eq!(broken(text, 4000.0), [text]);
    }

    #[test]
    fn a_caption_leaves_room_for_the_chart_and_says_that_it_was_cut() {
        let long = vec!["many words ".repeat(400)];
        let caption = Caption::new(&long, 400.0, 300.0);
        assert!(caption.height() <= 0.4 * 300.0 + 1e-9);
        assert!(caption.lines.last().unwrap().ends_with('…'));
        assert_eq!(Caption::new(&[], 400.0, 300.0).height(), 0.0);
    }
}
