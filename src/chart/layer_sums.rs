//! What the heads of each layer add together: a bar above each column of a grid whose cells are too small to be read, or tapped.

use super::kind::Beside;
use super::scene::Scene;
use super::sketch::{Rect, Sketch, size};
use crate::attribution::Part;

/// In CSS pixels.
const HEIGHT: f64 = 28.0;

pub(super) struct LayerSums<'a> {
    scene: &'a Scene<'a>,
    sums: Vec<f64>,
    height: f64,
}

impl<'a> LayerSums<'a> {
    /// Those of a scene whose parts are heads.
    pub fn of(scene: &'a Scene) -> Self {
        let mut sums = vec![0.0; scene.shape.attentions];
        for (part, value) in scene.parts().iter().zip(&scene.values.parts) {
            if let Part::Head { layer, .. } = part {
                sums[*layer] += value;
            }
        }
        let height = HEIGHT.min(scene.frame.plot.height() / 5.0);
        Self { scene, sums, height }
    }

    pub fn bottom(&self) -> f64 {
        self.scene.frame.plot.y0 + self.height
    }

    /// The slot of a layer's sum.
    fn slot(&self, layer: usize) -> Rect {
        let y1 = self.bottom();
        let column = self.scene.frame.column(layer + 1);
        Rect { y1, ..column }
    }

    /// The layers' attention, by what their heads add.
    pub fn items(&self) -> Vec<Beside> {
        let item = |(layer, &value)| Beside {
            part: Part::AttnOut(layer),
            name: format!("the heads of layer {layer} together"),
            value,
            rect: self.slot(layer),
        };
        self.sums.iter().enumerate().map(item).collect()
    }

    /// Bars up and down from the middle, on a scale of their own.
    pub fn draw(&self, sketch: &mut Sketch) {
        let Scene { frame, palette, .. } = self.scene;
        let most = self.sums.iter().fold(0.0, |most: f64, sum| most.max(sum.abs()));
        let zero = self.bottom() - self.height / 2.0;
        for (layer, &sum) in self.sums.iter().enumerate().filter(|&(_, &sum)| sum != 0.0) {
            let length = sum / most * self.height / 2.0;
            let slot = self.slot(layer);
            let bar = Rect {
                x1: slot.x1 - 1.0,
                y0: zero - length.max(0.0),
                y1: zero - length.min(0.0),
                ..slot
            };
            sketch.rect(bar, palette.sign(sum));
        }
        let across = (frame.x(1.0), frame.x((self.sums.len() + 1) as f64));
        sketch.level(across, zero, palette.hairline);
        if self.height >= size::LABEL {
            frame.draw_label("sum", zero, palette.grey, sketch);
        }
    }
}
