//! Pictures of the report as SVG, for where people would rather look. No fonts and no scripts:
//! texts are in the viewer's sans-serif.

mod cells;
mod plane;
mod reliability;
mod risk_coverage;
mod svg;
#[cfg(test)]
mod tests;

use super::report::AccuracyReport;
use crate::closed_enum::closed_enum;

closed_enum! {
    /// A picture of the report.
    Picture {
        /// Accuracy by cell, with its interval.
        Cells => "cells",
        /// Share right by stated confidence.
        Reliability => "reliability",
        /// Share wrong by the share that goes through.
        RiskCoverage => "risk_coverage",
    }
}

/// Draws a picture: a whole SVG document.
pub fn draw(picture: Picture, report: &AccuracyReport) -> String {
    match picture {
        Picture::Cells => cells::draw(report),
        Picture::Reliability => reliability::draw(report),
        Picture::RiskCoverage => risk_coverage::draw(report),
    }
}

/// `2025-04-01 to 2025-06-30`.
fn period(report: &AccuracyReport) -> String {
    format!("{} to {}", report.period.from, report.period.to)
}

/// `97.5 %`.
fn percent(share: f64) -> String {
    format!("{:.1} %", share * 100.0)
}
