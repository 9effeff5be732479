//! The colours: one published diverging scale, and the page's two greys and one accent.

use plotters::style::RGBColor;
use serde::{Deserialize, Serialize};

/// What the chart is drawn on.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Theme {
    /// Dark on white.
    #[default]
    Light,
    /// Light on near black.
    Dark,
}

/// How far the ends of the scale are from its middle: ColorBrewer's outermost colours are too dark to tell apart, and on
/// a dark ground only the light half of each arm stands out.
const REACH: [f64; 2] = [0.44, 0.25];

/// The colours of one theme.
#[derive(Debug, Clone, Copy)]
pub(super) struct Palette {
    theme: Theme,
    /// The ground, which is also the colour of zero.
    pub paper: RGBColor,
    /// Titles, values, the zero line.
    pub ink: RGBColor,
    /// Axis labels.
    pub grey: RGBColor,
    /// Grid lines.
    pub hairline: RGBColor,
    /// What is selected.
    pub accent: RGBColor,
    /// The ground of a layer that is pointed at.
    pub lit: RGBColor,
    /// The whole of a head's attention.
    pub attention: RGBColor,
    /// The ground of what is not seen.
    pub beyond: RGBColor,
}

impl Palette {
    pub fn of(theme: Theme) -> Self {
        match theme {
            Theme::Light => Self {
                theme,
                paper: RGBColor(0xff, 0xff, 0xff),
                ink: RGBColor(0x1b, 0x1c, 0x20),
                grey: RGBColor(0x5b, 0x5e, 0x66),
                hairline: RGBColor(0xdc, 0xde, 0xe3),
                accent: RGBColor(0x0a, 0x67, 0x5c),
                lit: RGBColor(0xe3, 0xf1, 0xef),
                attention: RGBColor(0x2b, 0x2d, 0x33),
                beyond: RGBColor(0xf4, 0xf4, 0xf6),
            },
            Theme::Dark => Self {
                theme,
                paper: RGBColor(0x16, 0x17, 0x1a),
                ink: RGBColor(0xec, 0xec, 0xef),
                grey: RGBColor(0xa6, 0xa9, 0xb2),
                hairline: RGBColor(0x36, 0x38, 0x3f),
                accent: RGBColor(0x62, 0xcd, 0xbd),
                lit: RGBColor(0x17, 0x2b, 0x29),
                attention: RGBColor(0xf0, 0xf0, 0xf4),
                beyond: RGBColor(0x20, 0x21, 0x25),
            },
        }
    }

    /// The colour of `x` in -1 to 1, where 0 is `ground`: orange pushes towards the answer, purple away from it
    /// (ColorBrewer's PuOr). On a dark ground the scale runs from the ground to the light colours of the same arms.
    pub fn diverging(&self, x: f64, ground: RGBColor) -> RGBColor {
        let x = x.clamp(-1.0, 1.0);
        let at = |x: f64| {
            let colorous::Color { r, g, b } =
                colorous::PURPLE_ORANGE.eval_continuous(0.5 + x * REACH[self.theme as usize]);
            RGBColor(r, g, b)
        };
        match self.theme {
            // The middle of PuOr is a light grey; its last steps are taken towards the ground instead.
            Theme::Light => mix(ground, at(x), (6.0 * x.abs()).min(1.0)),
            Theme::Dark => mix(ground, at(x.signum()), x.abs()),
        }
    }

    /// The grey of a share, 0 to 1, of what has no sign; zero is nearly the paper.
    pub fn grey_of(&self, share: f64) -> RGBColor {
        mix(self.beyond, self.attention, 0.45 * share.clamp(0.0, 1.0))
    }

    /// The strong colour of a sign; zero has none.
    pub fn sign(&self, x: f64) -> RGBColor {
        let strong = match self.theme {
            Theme::Light => 0.85,
            Theme::Dark => 1.0,
        };
        if x == 0.0 {
            self.grey
        } else {
            self.diverging(strong * x.signum(), self.paper)
        }
    }
}

/// The colour of a share, -1 to 1, on the scale of all charts: `#rrggbb`.
pub fn tint(share: f64, theme: Theme) -> String {
    let palette = Palette::of(theme);
    let RGBColor(r, g, b) = palette.diverging(share, palette.paper);
    format!("#{r:02x}{g:02x}{b:02x}")
}

/// Black or white, whichever is easier to read on `ground`.
pub(super) fn text_on(ground: RGBColor) -> RGBColor {
    let [black, white] = [RGBColor(0, 0, 0), RGBColor(255, 255, 255)];
    if contrast(black, ground) >= contrast(white, ground) {
        black
    } else {
        white
    }
}

/// `a` with a share of `b`, in sRGB.
pub(super) fn mix(a: RGBColor, b: RGBColor, share: f64) -> RGBColor {
    let channel = |a: u8, b: u8| (f64::from(a) + (f64::from(b) - f64::from(a)) * share).round() as u8;
    RGBColor(channel(a.0, b.0), channel(a.1, b.1), channel(a.2, b.2))
}

/// WCAG's contrast ratio, 1 to 21.
fn contrast(a: RGBColor, b: RGBColor) -> f64 {
    let (a, b) = (luminance(a), luminance(b));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

fn luminance(RGBColor(r, g, b): RGBColor) -> f64 {
    let linear = |channel: u8| {
        let c = f64::from(channel) / 255.0;
        if c <= 0.04045 {
            c / 12.92
        } else {
            ((c + 0.055) / 1.055).powf(2.4)
        }
    };
    0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_and_bars_stand_out_in_both_themes() {
        for theme in [Theme::Light, Theme::Dark] {
            let palette = Palette::of(theme);
            assert!(contrast(palette.grey, palette.paper) >= 4.5);
            assert!(contrast(palette.accent, palette.paper) >= 4.5);
            for x in [-1.0, 1.0] {
                assert!(contrast(palette.sign(x), palette.paper) >= 3.0, "{theme:?} {x}");
            }
            for step in -50..=50 {
                for ground in [palette.paper, palette.lit] {
                    let cell = palette.diverging(f64::from(step) / 50.0, ground);
                    assert!(contrast(text_on(cell), cell) >= 4.5, "{theme:?} {step} {cell:?}");
                }
            }
        }
    }

    #[test]
    fn zero_is_the_ground_and_strength_grows_outwards() {
        for theme in [Theme::Light, Theme::Dark] {
            let palette = Palette::of(theme);
            assert_eq!(palette.diverging(0.0, palette.paper), palette.paper);
            for sign in [-1.0, 1.0] {
                let strength = |step: i32| {
                    let x = sign * f64::from(step) / 20.0;
                    contrast(palette.diverging(x, palette.paper), palette.paper)
                };
                assert!(
                    (0..20).all(|step| strength(step) < strength(step + 1)),
                    "{theme:?} {sign}"
                );
            }
        }
    }
}
