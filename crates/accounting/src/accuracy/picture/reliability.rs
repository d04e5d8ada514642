//! Share right by stated confidence: on the diagonal, confidences are kept.

use super::plane::Plane;
use super::svg::{BLUE, Canvas, GREY, ORANGE};
use super::{percent, period};
use crate::accuracy::reliability::Reliability;
use crate::accuracy::report::AccuracyReport;

pub(super) fn draw(report: &AccuracyReport) -> String {
    let title = format!("Is confidence kept? {}", period(report));
    let mut canvas = Canvas::new(Plane::WIDTH, Plane::HEIGHT, &title);
    let names = ("stated confidence", "share right");
    let plane = Plane::draw(&mut canvas, (1.0, 1.0), names);
    canvas.dashed(plane.at(0.0, 0.0), plane.at(1.0, 1.0), GREY);
    let figures = &report.calibration;
    draw_bins(&mut canvas, &plane, &figures.uncalibrated, ORANGE);
    draw_bins(&mut canvas, &plane, &figures.calibrated, BLUE);
    let calibrated = format!("blue: calibrated, {}", words(&figures.calibrated));
    let other = format!("orange: not calibrated, {}", words(&figures.uncalibrated));
    Plane::note(&mut canvas, &[&calibrated, &other]);
    canvas.finish()
}

fn draw_bins(canvas: &mut Canvas, plane: &Plane, figures: &Reliability, colour: &str) {
    for bin in &figures.bins {
        let share = &bin.correct;
        let (Some(p), Some(lo), Some(hi)) = (share.p, share.lo, share.hi) else {
            continue;
        };
        let (low, high) = (plane.at(bin.confidence, lo), plane.at(bin.confidence, hi));
        canvas.line(low, high, colour, 2.0);
        canvas.dot(plane.at(bin.confidence, p), 4.5, colour);
    }
}

fn words(figures: &Reliability) -> String {
    match figures.ece {
        Some(ece) => format!("{} labels, off by {}", figures.n, percent(ece)),
        None => format!("{} labels, insufficient", figures.n),
    }
}
