//! A square of two shares, each from 0 to its largest.

use super::percent;
use super::svg::{Anchor, Canvas, GREY, INK, RULE};

const LEFT: f64 = 80.0;
const TOP: f64 = 60.0;
const SIDE: f64 = 400.0;
/// Marks along each axis.
const STEPS: u8 = 5;

/// Where a share is on the canvas.
pub(super) struct Plane {
    x_most: f64,
    y_most: f64,
}

impl Plane {
    pub(super) const WIDTH: f64 = LEFT + SIDE + 40.0;
    pub(super) const HEIGHT: f64 = TOP + SIDE + 100.0;

    /// Draws the axes.
    pub(super) fn draw(canvas: &mut Canvas, most: (f64, f64), names: (&str, &str)) -> Self {
        let plane = Self {
            x_most: most.0,
            y_most: most.1,
        };
        for step in 0..=STEPS {
            let part = f64::from(step) / f64::from(STEPS);
            let (x, y) = (LEFT + part * SIDE, TOP + (1.0 - part) * SIDE);
            canvas.line((LEFT, y), (LEFT + SIDE, y), RULE, 1.0);
            canvas.line((x, TOP), (x, TOP + SIDE), RULE, 1.0);
            let (across, up) = (percent(part * most.0), percent(part * most.1));
            canvas.text(
                (x, TOP + SIDE + 18.0),
                (Anchor::Middle, GREY, 11.0),
                &across,
            );
            canvas.text((LEFT - 8.0, y + 4.0), (Anchor::End, GREY, 11.0), &up);
        }
        let below = (LEFT + SIDE / 2.0, TOP + SIDE + 40.0);
        canvas.text(below, (Anchor::Middle, INK, 12.0), names.0);
        canvas.text(
            (LEFT - 60.0, TOP - 12.0),
            (Anchor::Start, INK, 12.0),
            names.1,
        );
        plane
    }

    pub(super) fn at(&self, x: f64, y: f64) -> (f64, f64) {
        (
            LEFT + (x / self.x_most).clamp(0.0, 1.0) * SIDE,
            TOP + (1.0 - (y / self.y_most).clamp(0.0, 1.0)) * SIDE,
        )
    }

    /// A line of words under the picture.
    pub(super) fn note(canvas: &mut Canvas, lines: &[&str]) {
        let mut top = TOP + SIDE + 72.0;
        for line in lines {
            canvas.text((20.0, top), (Anchor::Start, GREY, 12.0), line);
            top += 16.0;
        }
    }
}
