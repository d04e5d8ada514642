//! Share wrong by the share that goes through unseen, from the most confident on.

use super::plane::Plane;
use super::svg::{BLUE, Canvas, ORANGE};
use super::{percent, period};
use crate::accuracy::report::AccuracyReport;

/// The axis of risk shows at least this much.
const LEAST_RISK: f64 = 0.01;

pub(super) fn draw(report: &AccuracyReport) -> String {
    let title = format!("Risk by coverage, {}", period(report));
    let mut canvas = Canvas::new(Plane::WIDTH, Plane::HEIGHT, &title);
    let curve = &report.calibration.risk_coverage;
    let most = curve
        .iter()
        .map(|point| point.upper)
        .fold(LEAST_RISK, f64::max);
    let names = ("share that goes through", "share wrong of those");
    let plane = Plane::draw(&mut canvas, (1.0, most), names);
    let line = |of: fn(&crate::accuracy::risk_coverage::RiskAtCoverage) -> f64| -> Vec<_> {
        curve
            .iter()
            .map(|point| plane.at(point.coverage, of(point)))
            .collect()
    };
    canvas.path(&line(|point| point.upper), ORANGE, 1.5);
    canvas.path(&line(|point| point.risk), BLUE, 2.0);
    for point in curve {
        canvas.dot(plane.at(point.coverage, point.risk), 2.5, BLUE);
    }
    let note = match curve.last() {
        Some(all) => format!(
            "blue: wrong, orange: 95 % bound; all {} labels at {}",
            all.n,
            percent(all.risk)
        ),
        None => "insufficient: fewer than 20 labelled decisions that rules let through".to_owned(),
    };
    Plane::note(&mut canvas, &[&note]);
    canvas.finish()
}
