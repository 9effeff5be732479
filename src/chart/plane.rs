//! Two axes on one scale.

use super::caption::Caption;
use super::color::Palette;
use super::frame::Frame;
use super::header::Header;
use super::legend::Legend;
use super::sketch::{Align, Rect, Sketch, size};
use super::text::{power_of_ten, ticks, width};
use super::values::hold;
use super::view::View;

/// Below the plot, for the marks and the name of the axis.
const BOTTOM: f64 = 40.0;
/// Between the outermost values and the plot's edge.
const MARGIN: f64 = 14.0;
/// Of the plot, in square CSS pixels, what there is for each name.
const FOR_A_NAME: f64 = 7000.0;

/// A view whose plot has values across and up, as far apart either way; zero is seen.
pub(super) struct Plane {
    pub plot: Rect,
    header: Header,
    caption: Caption,
    /// The height without the caption.
    height: f64,
    /// CSS pixels for one.
    scale: f64,
    /// What is in the middle of the plot.
    middle: (f64, f64),
}

impl Plane {
    /// A plane that shows `values`.
    pub fn new(view: &View, titles: [String; 2], legend: Legend, values: impl Iterator<Item = (f64, f64)>) -> Self {
        let header = Header::new(titles, legend, view.width);
        let caption = Caption::new(&view.caption, view.width, view.height - header.height());
        let height = view.height - caption.height();
        let (x0, x1) = Frame::span(view.width);
        let plot = Rect {
            x0,
            y0: header.height(),
            x1: x1.max(x0 + 1.0),
            y1: (height - BOTTOM).max(header.height() + 1.0),
        };
        let (across, up): (Vec<f64>, Vec<f64>) = values.unzip();
        let (across, up) = (hold((0.0, 0.0), &across), hold((0.0, 0.0), &up));
        let room = |length: f64| (length - 2.0 * MARGIN).max(length / 2.0);
        let scale = (room(plot.width()) / (across.1 - across.0)).min(room(plot.height()) / (up.1 - up.0));
        Self {
            plot,
            header,
            caption,
            height,
            // Below float32's smallest number nothing is left to see.
            scale: if scale < 1e100 {
                scale
            } else {
                room(plot.height()) / 2.0
            },
            middle: ((across.0 + across.1) / 2.0, (up.0 + up.1) / 2.0),
        }
    }

    pub fn at(&self, x: f64, y: f64) -> (f64, f64) {
        let middle = self.plot.center();
        (
            middle.0 + (x - self.middle.0) * self.scale,
            middle.1 - (y - self.middle.1) * self.scale,
        )
    }

    /// What the plot spans, across and up.
    fn spans(&self) -> [(f64, f64); 2] {
        let span = |middle: f64, length: f64| {
            let half = length / 2.0 / self.scale;
            (middle - half, middle + half)
        };
        [
            span(self.middle.0, self.plot.width()),
            span(self.middle.1, self.plot.height()),
        ]
    }

    /// Where both values are the same, from end to end.
    pub fn diagonal(&self) -> [(f64, f64); 2] {
        let [across, up] = self.spans();
        let (low, high) = (across.0.max(up.0), across.1.min(up.1));
        [self.at(low, low), self.at(high, high)]
    }

    /// Grid lines with their labels, zero, and the names of what is across and up, in `unit`.
    pub fn draw_axes(&self, [across, up]: [&str; 2], unit: &str, sketch: &mut Sketch, palette: &Palette) {
        let Rect { x0, x1, y0, y1 } = self.plot;
        let [xs, ys] = self.spans();
        let at_most = |length: f64, each: f64| (length / each).clamp(1.0, 8.0) as usize;
        let (xs, ys) = (
            ticks(xs.0, xs.1, at_most(self.plot.width(), 56.0)),
            ticks(ys.0, ys.1, at_most(self.plot.height(), 40.0)),
        );
        let upright = |x: f64, color, sketch: &mut Sketch| sketch.path(vec![(x, y0), (x, y1)], color, 1.0);
        for (x, _) in &xs.marks {
            upright(self.at(*x, 0.0).0, palette.hairline, sketch);
        }
        for (y, _) in &ys.marks {
            sketch.level((x0, x1), self.at(0.0, *y).1, palette.hairline);
        }
        let zero = self.at(0.0, 0.0);
        upright(zero.0, palette.grey, sketch);
        sketch.level((x0, x1), zero.1, palette.grey);
        let mut end = 0.0;
        for (value, label) in &xs.marks {
            let (x, half) = (self.at(*value, 0.0).0, width(label, size::LABEL) / 2.0);
            if x - half > end + 4.0 && x + half <= x1 + 10.0 {
                sketch.text(label, (x, y1 + 16.0), Align::Center, size::LABEL, palette.grey);
                end = x + half;
            }
        }
        for (value, label) in &ys.marks {
            let y = self.at(0.0, *value).1 + 0.36 * size::LABEL;
            sketch.text(label, (x0 - 8.0, y), Align::Right, size::LABEL, palette.grey);
        }
        let below = axis_name(across, unit, xs.exponent);
        let half = width(&below, size::LABEL) / 2.0;
        let x = ((x0 + x1) / 2.0).min(x1 + 10.0 - half);
        if x >= half {
            sketch.text(&below, (x, y1 + 33.0), Align::Center, size::LABEL, palette.grey);
        }
        let beside = axis_name(up, unit, ys.exponent);
        let (half, y) = (width(&beside, size::LABEL) / 2.0, (y0 + y1) / 2.0);
        if half <= y.min(y1 + 20.0 - y) {
            sketch.text_upwards(&beside, (14.0, y), size::LABEL, palette.grey);
        }
    }

    /// Names beside points, which have a place and a radius, in their order, as many as there is room for, where they touch neither each
    /// other nor any of `points`.
    pub fn draw_names(
        &self,
        named: impl Iterator<Item = (String, ((f64, f64), f64))>,
        points: &[((f64, f64), f64)],
        sketch: &mut Sketch,
        palette: &Palette,
    ) {
        let at_most = (self.plot.width() * self.plot.height() / FOR_A_NAME).clamp(4.0, 24.0) as usize;
        let drawn = |&((x, y), radius): &((f64, f64), f64)| {
            let point = Rect {
                x0: x,
                y0: y,
                x1: x,
                y1: y,
            };
            point.grown(radius)
        };
        let mut taken: Vec<Rect> = Vec::new();
        for (text, ((x, y), radius)) in named {
            let (room, beside) = (width(&text, size::VALUE), radius + 4.0);
            let place = |x0: f64, y0: f64| Rect {
                x0,
                x1: x0 + room,
                y0,
                y1: y0 + 11.0,
            };
            let places = [
                place(x + beside, y - 5.5),
                place(x - beside - room, y - 5.5),
                place(x - room / 2.0, y - beside - 11.0),
                place(x - room / 2.0, y + beside),
                place(x - room, y - beside - 11.0),
                place(x - room, y + beside),
                place(x, y - beside - 11.0),
                place(x, y + beside),
            ];
            let free = places.into_iter().find(|place| {
                self.plot.holds(place)
                    && !taken.iter().any(|other| other.grown(1.5).overlaps(place))
                    && !points.iter().any(|point| drawn(point).overlaps(place))
            });
            if let Some(place) = free {
                let at = (place.x0, place.y0 + 9.0);
                sketch.text(&text, at, Align::Left, size::VALUE, palette.ink);
                taken.push(place);
            }
            if taken.len() == at_most {
                return;
            }
        }
    }

    /// The title, the legend and the caption.
    pub fn draw_header(&self, sketch: &mut Sketch, palette: &Palette) {
        self.header.draw(sketch, palette);
        self.caption.draw(self.height, sketch, palette);
    }
}

fn axis_name(name: &str, unit: &str, exponent: i32) -> String {
    let times = match exponent {
        0 => String::new(),
        exponent => format!("× {}", power_of_ten(exponent)),
    };
    let of = format!("{unit} {times}");
    match of.trim() {
        "" => name.into(),
        of => format!("{name}, {of}"),
    }
}
