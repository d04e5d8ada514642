//! The accuracy report of a period.

use jiff::ToSpan;
use jiff::civil::Date;
use ledgergate_accounting::InputError;
use ledgergate_accounting::accuracy::report::{AccuracyReport, Dimension, Period};
use schemars::JsonSchema;
use serde::Serialize;
use tracing::instrument;

use super::PipelineError;
use crate::app::App;
use crate::schemas::SCHEMA_VERSION;
use crate::store::StoreError;

/// Days of a report that does not say: twelve weeks.
const USUAL_DAYS: i64 = 84;
/// The longest period, in days: ten years.
const MOST_DAYS: i64 = 3_660;

/// What a report is asked for.
#[derive(Debug, Clone, Default)]
pub struct AccuracyQuery {
    /// What cells are told apart by.
    pub by: Vec<Dimension>,
    /// First day; twelve weeks before the last if absent.
    pub from: Option<Date>,
    /// Last day; today if absent, UTC.
    pub to: Option<Date>,
}

/// The report as it is sent.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct AccuracyReply {
    /// Version of this form.
    pub schema_version: String,
    /// The report.
    #[serde(flatten)]
    pub report: AccuracyReport,
}

/// Makes the report.
///
/// # Errors
/// [`PipelineError::Input`] for a period that is none or is too long, or too many cells;
/// [`PipelineError::Store`] if the log cannot be read.
#[instrument(skip_all)]
pub async fn report(app: &App, query: AccuracyQuery) -> Result<AccuracyReply, PipelineError> {
    let wrong = |field: &str, message: &str| {
        PipelineError::Input(InputError::new(field.to_owned(), message.to_owned()))
    };
    let clock = &app.environment.clock;
    let today = clock
        .now()
        .to_zoned_datetime(jiff::tz::TimeZone::UTC)
        .date();
    let to = query.to.unwrap_or(today);
    let before = |day: Date, days: i64| {
        day.checked_sub(days.days())
            .map_err(|_| wrong("from", "is too early"))
    };
    let from = match query.from {
        Some(from) => from,
        None => before(to, USUAL_DAYS - 1)?,
    };
    if from > to {
        return Err(wrong("from", "is after 'to'"));
    }
    if from.year() < 2001 {
        return Err(wrong("from", "is before 2001"));
    }
    let days = i64::from((to - from).get_days()) + 1;
    if days > MOST_DAYS {
        return Err(wrong("from", "the period is longer than ten years"));
    }
    let period = Period { from, to };
    let reference = Period {
        from: before(from, days)?,
        to: before(from, 1)?,
    };
    let counts = app.store.accuracy_counts(period, reference, query.by).await;
    let counts = counts.map_err(|error| match error {
        StoreError::TooManyCells => wrong(
            "by",
            "gives more than 10000 cells; ask for fewer dimensions or a shorter period",
        ),
        other => PipelineError::Store(other),
    })?;
    Ok(AccuracyReply {
        schema_version: SCHEMA_VERSION.to_owned(),
        report: AccuracyReport::of(counts),
    })
}
