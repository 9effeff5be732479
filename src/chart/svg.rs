//! A picture as a document of its own.

use plotters::prelude::{IntoDrawingArea, SVGBackend};

use super::sketch::{Resolution, Sketch};
use crate::{Error, Result};

/// `sketch` as an SVG document of this size in CSS pixels.
pub(super) fn svg(sketch: &Sketch, (width, height): (f64, f64), title: &str) -> Result<String> {
    let mut drawn = String::new();
    let size = [width, height].map(|css| (css * Resolution::SVG.scale).round() as u32);
    {
        let area = SVGBackend::with_string(&mut drawn, size.into()).into_drawing_area();
        sketch.paint(&area, Resolution::SVG)?;
        area.present().map_err(|e| Error::Chart(e.to_string()))?;
    }
    // The backend's own opening tag knows neither CSS pixels nor a title.
    let body = drawn.split_once('>').map_or("", |(_, body)| body);
    Ok(format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {} {}\">\n\
         <title>{}</title>{body}",
        size[0],
        size[1],
        escape(title),
    ))
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
