//! Accuracy by cell: a dot for the share right, a line for its 95 % interval.

use serde_json::Value;

use super::svg::{Anchor, BLUE, Canvas, GREY, INK, RULE};
use super::{percent, period};
use crate::accuracy::report::{AccuracyReport, Cell, Figures};

/// More rows are no picture; the table has them all.
const MOST_ROWS: usize = 60;
const ROW: f64 = 24.0;
const TOP: f64 = 70.0;
const LEFT: f64 = 330.0;
const SPAN: f64 = 380.0;
const WIDTH: f64 = LEFT + SPAN + 210.0;
/// Longer labels would run into the picture.
const LONGEST_LABEL: usize = 46;

pub(super) fn draw(report: &AccuracyReport) -> String {
    let mut rows: Vec<(String, &Figures)> = vec![("all".to_owned(), &report.whole)];
    if !report.by.is_empty() {
        let cells = report.cells.iter().take(MOST_ROWS);
        rows.extend(cells.map(|cell| (label(cell), &cell.figures)));
    }
    let left_out = report.cells.len().saturating_sub(MOST_ROWS);
    let height = rows.iter().fold(TOP, |height, _| height + ROW) + 60.0;
    let title = format!("Decisions right in everything, {}", period(report));
    let mut canvas = Canvas::new(WIDTH, height, &title);
    let least = scale_from(&rows);
    let x = |share: f64| LEFT + (share - least) / (1.0 - least) * SPAN;
    for step in 0..=5_u8 {
        let share = least + (1.0 - least) * f64::from(step) / 5.0;
        canvas.line((x(share), TOP - 12.0), (x(share), height - 50.0), RULE, 1.0);
        let at = (x(share), TOP - 18.0);
        canvas.text(at, (Anchor::Middle, GREY, 11.0), &percent(share));
    }
    let mut y = TOP + 4.0;
    for (label, figures) in &rows {
        canvas.text(
            (LEFT - 14.0, y + 4.0),
            (Anchor::End, INK, 12.0),
            &shortened(label),
        );
        draw_row(&mut canvas, figures, x, y);
        y += ROW;
    }
    let note = if left_out == 0 {
        "The line is the 95 % interval; right of n labelled decisions.".to_owned()
    } else {
        format!("{left_out} more cells are in the table; ask for fewer dimensions to see all.")
    };
    canvas.text((20.0, height - 18.0), (Anchor::Start, GREY, 12.0), &note);
    canvas.finish()
}

fn draw_row(canvas: &mut Canvas, figures: &Figures, x: impl Fn(f64) -> f64, y: f64) {
    let beside = LEFT + SPAN + 14.0;
    let (Some(p), Some(lo), Some(hi)) = (figures.p, figures.lo, figures.hi) else {
        let text = format!("insufficient ({} of {})", figures.correct, figures.n);
        canvas.text((beside, y + 4.0), (Anchor::Start, GREY, 12.0), &text);
        return;
    };
    canvas.line((x(lo), y), (x(hi), y), BLUE, 2.0);
    canvas.dot((x(p), y), 4.5, BLUE);
    let text = format!("{} ({} of {})", percent(p), figures.correct, figures.n);
    canvas.text((beside, y + 4.0), (Anchor::Start, INK, 12.0), &text);
}

/// The axis begins at the tenth below the lowest interval, so that good shares stay apart.
fn scale_from(rows: &[(String, &Figures)]) -> f64 {
    let lowest = rows
        .iter()
        .filter_map(|(_, figures)| figures.lo)
        .fold(0.9, f64::min);
    ((lowest * 10.0).floor() / 10.0).clamp(0.0, 0.9)
}

fn label(cell: &Cell) -> String {
    let keys: Vec<&str> = cell
        .keys
        .values()
        .map(|key| match key {
            Value::String(text) => text.as_str(),
            _ => "none",
        })
        .collect();
    keys.join(" · ")
}

fn shortened(label: &str) -> String {
    if label.chars().count() <= LONGEST_LABEL {
        return label.to_owned();
    }
    let begin: String = label.chars().take(LONGEST_LABEL - 1).collect();
    format!("{begin}…")
}
