//! A canvas that is told of a style only where it changes: most of a chart are rectangles and texts, and every style goes to
//! JavaScript as a text.

use plotters_backend::text_anchor::{HPos, VPos};
use plotters_backend::{
    BackendColor, BackendCoord, BackendStyle, BackendTextStyle, DrawingBackend, DrawingErrorKind, FontTransform,
};
use plotters_canvas::CanvasBackend;
use wasm_bindgen::prelude::*;
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement};

/// [`CanvasBackend`], but for filled rectangles and level texts.
pub struct Canvas {
    backend: CanvasBackend,
    context: CanvasRenderingContext2d,
    /// The colour that is filled with, if that is known.
    fill: Option<BackendColor>,
    font: Told<String>,
    align: Told<&'static str>,
    baseline: Told<&'static str>,
}

/// What the context was told last, if that is known.
struct Told<T>(Option<T>);

impl<T: PartialEq + AsRef<str>> Told<T> {
    fn tell(&mut self, style: T, tell: impl FnOnce(&str)) {
        if self.0.as_ref() != Some(&style) {
            tell(self.0.insert(style).as_ref());
        }
    }
}

impl Canvas {
    /// None if the canvas has a context of another kind.
    pub fn new(canvas: &HtmlCanvasElement) -> Option<Self> {
        Some(Self {
            backend: CanvasBackend::with_canvas_object(canvas.clone())?,
            context: canvas.get_context("2d").ok()??.dyn_into().ok()?,
            fill: None,
            font: Told(None),
            align: Told(None),
            baseline: Told(None),
        })
    }

    fn fill(&mut self, style: &impl BackendStyle) {
        let color = style.color();
        let told = self.fill.replace(color);
        if told.is_some_and(|told| told.rgb == color.rgb && told.alpha == color.alpha) {
            return;
        }
        let (r, g, b) = color.rgb;
        let text = format!("rgba({r},{g},{b},{})", color.alpha);
        self.context.set_fill_style_str(&text);
    }

    /// The backend itself, which changes styles.
    fn backend(&mut self) -> &mut CanvasBackend {
        self.fill = None;
        self.font.0 = None;
        self.align.0 = None;
        self.baseline.0 = None;
        &mut self.backend
    }
}

type Drawn = Result<(), DrawingErrorKind<<CanvasBackend as DrawingBackend>::ErrorType>>;

impl DrawingBackend for Canvas {
    type ErrorType = <CanvasBackend as DrawingBackend>::ErrorType;

    fn get_size(&self) -> (u32, u32) {
        self.backend.get_size()
    }

    fn ensure_prepared(&mut self) -> Drawn {
        self.backend.ensure_prepared()
    }

    fn present(&mut self) -> Drawn {
        self.backend.present()
    }

    fn draw_pixel(&mut self, point: BackendCoord, color: BackendColor) -> Drawn {
        self.backend().draw_pixel(point, color)
    }

    fn draw_line<S: BackendStyle>(&mut self, from: BackendCoord, to: BackendCoord, style: &S) -> Drawn {
        self.backend().draw_line(from, to, style)
    }

    fn draw_rect<S: BackendStyle>(&mut self, from: BackendCoord, to: BackendCoord, style: &S, fill: bool) -> Drawn {
        if !fill {
            return self.backend().draw_rect(from, to, style, fill);
        }
        self.fill(&style.color());
        let ((x0, y0), (x1, y1)) = (from, to);
        let [x, y, width, height] = [x0, y0, x1 - x0, y1 - y0].map(f64::from);
        self.context.fill_rect(x, y, width, height);
        Ok(())
    }

    fn draw_path<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(&mut self, path: I, style: &S) -> Drawn {
        self.backend().draw_path(path, style)
    }

    fn draw_circle<S: BackendStyle>(&mut self, center: BackendCoord, radius: u32, style: &S, fill: bool) -> Drawn {
        self.backend().draw_circle(center, radius, style, fill)
    }

    fn fill_polygon<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(&mut self, path: I, style: &S) -> Drawn {
        self.backend().fill_polygon(path, style)
    }

    fn draw_text<S: BackendTextStyle>(&mut self, text: &str, style: &S, (x, y): BackendCoord) -> Drawn {
        if !matches!(style.transform(), FontTransform::None) {
            return self.backend().draw_text(text, style, (x, y));
        }
        self.fill(&style.color());
        let font = format!(
            "{} {}px {}",
            style.style().as_str(),
            style.size(),
            style.family().as_str()
        );
        let align = match style.anchor().h_pos {
            HPos::Left => "start",
            HPos::Right => "end",
            HPos::Center => "center",
        };
        let baseline = match style.anchor().v_pos {
            VPos::Top => "top",
            VPos::Center => "middle",
            VPos::Bottom => "bottom",
        };
        let context = &self.context;
        self.font.tell(font, |font| context.set_font(font));
        self.align.tell(align, |align| context.set_text_align(align));
        self.baseline
            .tell(baseline, |baseline| context.set_text_baseline(baseline));
        let drawn = context.fill_text(text, f64::from(x), f64::from(y));
        drawn.map_err(|error| DrawingErrorKind::FontError(format!("{error:?}").into()))
    }
}
