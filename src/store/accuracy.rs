//! The counts of the accuracy report. They are kept up to date by triggers on `decisions` and
//! `feedback`, so that a report reads thousands of rows where there are millions of decisions
//! (docs/decisions/0009).

use std::collections::BTreeMap;

use jiff::civil::Date;
use ledgergate_accounting::accuracy::report::{
    CellCounts, ConfidenceCounts, Counts, Dimension, LatencyCount, Period, ReportInput,
};
use ledgergate_accounting::accuracy::{ConfidenceCount, Confused, WeekOfErrors};
use rust_decimal::Decimal;
use sqlx::{PgPool, Postgres, Transaction};
use tracing::instrument;

use super::{Store, StoreError, to_date};

/// More cells than this are no report for people.
pub const MOST_CELLS: usize = 10_000;

/// Rows of a table that are added up at once.
const MERGED_AT_ONCE: i32 = 20_000;
/// Steps of one call; what comes meanwhile waits for the next call.
const MOST_STEPS: u32 = 1_000;

/// A day of each period in PostgreSQL's and jiff's dates.
struct Days {
    reference_from: time::Date,
    from: time::Date,
    to: time::Date,
}

impl Store {
    /// Everything that a report of `period` counts, at one moment.
    ///
    /// # Errors
    /// [`StoreError::TooManyCells`] if `by` gives more than [`MOST_CELLS`],
    /// [`StoreError::Query`] if the database refuses.
    #[instrument(skip_all)]
    pub async fn accuracy_counts(
        &self,
        period: Period,
        reference: Period,
        by: Vec<Dimension>,
    ) -> Result<ReportInput, StoreError> {
        let pool = self.database.pool.clone();
        self.database
            .ask_for_report(async move {
                // One snapshot: the parts of a report must agree with each other.
                let mut snapshot = pool
                    .begin_with("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
                    .await?;
                let input = read(&mut snapshot, period, reference, by).await?;
                snapshot.commit().await?;
                Ok(input)
            })
            .await
    }

    /// Adds up the counts that wait, so that reports stay fast: in steps of [`MERGED_AT_ONCE`] rows,
    /// each a transaction of its own, so that however many wait, each step is short.
    ///
    /// # Errors
    /// [`StoreError::Query`] if the database refuses, [`StoreError::Slow`] if a step takes too long.
    #[instrument(skip_all)]
    pub async fn merge_accuracy_counts(&self) -> Result<(), StoreError> {
        for _ in 0..MOST_STEPS {
            let pool = self.database.pool.clone();
            let step = self
                .database
                .ask_for_report(async move { merge_step(&pool).await });
            if !step.await? {
                break;
            }
        }
        Ok(())
    }
}

/// Whether more rows wait.
async fn merge_step(pool: &PgPool) -> Result<bool, StoreError> {
    let mut transaction = pool.begin().await?;
    let more_wait = sqlx::query_scalar!("SELECT merge_accuracy_counts($1)", MERGED_AT_ONCE)
        .fetch_one(&mut *transaction)
        .await?;
    transaction.commit().await?;
    Ok(more_wait.unwrap_or_default())
}

async fn read(
    snapshot: &mut Transaction<'_, Postgres>,
    period: Period,
    reference: Period,
    by: Vec<Dimension>,
) -> Result<ReportInput, StoreError> {
    let days = Days {
        reference_from: to_date(reference.from)?,
        from: to_date(period.from)?,
        to: to_date(period.to)?,
    };
    let cells = cells(snapshot, &days, &by).await?;
    let course = course(snapshot, &days).await?;
    Ok(ReportInput {
        period,
        reference,
        by,
        cells,
        actions: course.actions,
        weeks: course.weeks,
        reference_errors: course.reference_errors,
        confusion: confusion(snapshot, &days).await?,
        confidences: confidences(snapshot, &days).await?,
        latency: durations(snapshot, &days).await?,
    })
}

/// Counts by the dimensions asked for, and by currency, whose amounts are not added.
async fn cells(
    snapshot: &mut Transaction<'_, Postgres>,
    days: &Days,
    by: &[Dimension],
) -> Result<Vec<CellCounts>, StoreError> {
    let asked = |dimension: Dimension| by.contains(&dimension);
    // By number first, over all the days; names come to what is left.
    let rows = sqlx::query_as!(
        CellRow,
        r#"SELECT
             CASE WHEN $3 THEN module END AS module,
             CASE WHEN $4 THEN action END AS action,
             CASE WHEN $5 THEN model END AS model,
             CASE WHEN $6 THEN version END AS version,
             CASE WHEN $7 THEN company END AS company,
             CASE WHEN $8 THEN country END AS country,
             CASE WHEN $9 THEN kind END AS kind,
             monday,
             currency AS "currency!",
             sum(decisions)::bigint AS "decisions!",
             sum(gated)::bigint AS "gated!",
             sum(auto)::bigint AS "auto!",
             sum(labelled)::bigint AS "labelled!",
             sum(correct)::bigint AS "correct!",
             sum(auto_labelled)::bigint AS "auto_labelled!",
             sum(auto_wrong)::bigint AS "auto_wrong!",
             sum(reviewed_labelled)::bigint AS "reviewed_labelled!",
             sum(reviewed_wrong)::bigint AS "reviewed_wrong!",
             sum(amount) AS amount,
             sum(wrong_amount) AS wrong_amount
         FROM (
             SELECT stratum,
                 CASE WHEN $10 THEN day - (day - '2001-01-01'::date) % 7 END AS monday,
                 sum(decisions) AS decisions, sum(gated) AS gated, sum(auto) AS auto,
                 sum(labelled) AS labelled, sum(correct) AS correct,
                 sum(auto_labelled) AS auto_labelled, sum(auto_wrong) AS auto_wrong,
                 sum(reviewed_labelled) AS reviewed_labelled,
                 sum(reviewed_wrong) AS reviewed_wrong,
                 sum(amount) AS amount, sum(wrong_amount) AS wrong_amount
             FROM all_accuracy_counts WHERE day BETWEEN $1 AND $2
             GROUP BY 1, 2
         ) AS counted JOIN accuracy_strata AS strata ON strata.id = counted.stratum
         GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9
         LIMIT $11"#,
        days.from,
        days.to,
        asked(Dimension::Module),
        asked(Dimension::Action),
        asked(Dimension::Model),
        asked(Dimension::Version),
        asked(Dimension::Company),
        asked(Dimension::Country),
        asked(Dimension::Kind),
        asked(Dimension::Week),
        i64::try_from(MOST_CELLS + 1).unwrap_or(i64::MAX),
    )
    .fetch_all(&mut **snapshot)
    .await?;
    if rows.len() > MOST_CELLS {
        return Err(StoreError::TooManyCells);
    }
    Ok(rows.into_iter().map(|row| row.into_counts(by)).collect())
}

/// A row of cells; dimensions that were not asked for are null, those without a value empty.
struct CellRow {
    module: Option<String>,
    action: Option<String>,
    model: Option<String>,
    version: Option<String>,
    company: Option<String>,
    country: Option<String>,
    kind: Option<String>,
    monday: Option<time::Date>,
    currency: String,
    decisions: i64,
    gated: i64,
    auto: i64,
    labelled: i64,
    correct: i64,
    auto_labelled: i64,
    auto_wrong: i64,
    reviewed_labelled: i64,
    reviewed_wrong: i64,
    amount: Option<Decimal>,
    wrong_amount: Option<Decimal>,
}

impl CellRow {
    fn into_counts(self, by: &[Dimension]) -> CellCounts {
        let mut counts = Counts {
            decisions: count(self.decisions),
            gated: count(self.gated),
            auto: count(self.auto),
            labelled: count(self.labelled),
            correct: count(self.correct),
            auto_labelled: count(self.auto_labelled),
            auto_wrong: count(self.auto_wrong),
            reviewed_labelled: count(self.reviewed_labelled),
            reviewed_wrong: count(self.reviewed_wrong),
            amounts: BTreeMap::new(),
        };
        if !self.currency.is_empty() && counts.labelled > 0 {
            let amounts = (
                self.amount.unwrap_or_default(),
                self.wrong_amount.unwrap_or_default(),
            );
            counts.amounts.insert(self.currency, amounts);
        }
        let mut values = BTreeMap::from([
            (Dimension::Module, self.module),
            (Dimension::Action, self.action),
            (Dimension::Model, self.model),
            (Dimension::Version, self.version),
            (Dimension::Company, self.company),
            (Dimension::Country, self.country),
            (Dimension::Kind, self.kind),
            (Dimension::Week, self.monday.and_then(week_of)),
        ]);
        let keys = by.iter().map(|dimension| {
            let value = values.remove(dimension).flatten();
            value.filter(|text| !text.is_empty())
        });
        CellCounts {
            keys: keys.collect(),
            counts,
        }
    }
}

/// How things went, week by week, over the period and the one before.
struct Course {
    actions: BTreeMap<String, (u64, u64)>,
    weeks: Vec<WeekOfErrors>,
    reference_errors: (u64, u64),
}

async fn course(
    snapshot: &mut Transaction<'_, Postgres>,
    days: &Days,
) -> Result<Course, StoreError> {
    let rows = sqlx::query!(
        r#"SELECT action, monday AS "monday!", is_reference AS "is_reference!",
             sum(decisions)::bigint AS "decisions!",
             sum(labelled)::bigint AS "labelled!",
             sum(labelled - correct)::bigint AS "wrong!"
         FROM (
             SELECT stratum, day - (day - '2001-01-01'::date) % 7 AS monday,
                 day < $2 AS is_reference, sum(decisions) AS decisions,
                 sum(labelled) AS labelled, sum(correct) AS correct
             FROM all_accuracy_counts WHERE day BETWEEN $1 AND $3
             GROUP BY 1, 2, 3
         ) AS counted JOIN accuracy_strata AS strata ON strata.id = counted.stratum
         GROUP BY 1, 2, 3 ORDER BY 2"#,
        days.reference_from,
        days.from,
        days.to
    )
    .fetch_all(&mut **snapshot)
    .await?;
    let mut course = Course {
        actions: BTreeMap::new(),
        weeks: Vec::new(),
        reference_errors: (0, 0),
    };
    for row in rows {
        let (decisions, labelled, wrong) =
            (count(row.decisions), count(row.labelled), count(row.wrong));
        let action = course.actions.entry(row.action).or_default();
        if row.is_reference {
            action.0 += decisions;
            course.reference_errors.0 += wrong;
            course.reference_errors.1 += labelled;
            continue;
        }
        action.1 += decisions;
        let week = week_of(row.monday).unwrap_or_default();
        match course.weeks.last_mut() {
            Some(last) if last.week == week => {
                last.n += labelled;
                last.wrong += wrong;
            }
            _ => course.weeks.push(WeekOfErrors {
                week,
                n: labelled,
                wrong,
            }),
        }
    }
    Ok(course)
}

async fn confusion(
    snapshot: &mut Transaction<'_, Postgres>,
    days: &Days,
) -> Result<Vec<Confused>, StoreError> {
    let rows = sqlx::query!(
        r#"SELECT expected AS "expected!", predicted AS "predicted!", sum(n)::bigint AS "n!" FROM all_accuracy_confusion
         WHERE day BETWEEN $1 AND $2
         GROUP BY 1, 2 HAVING sum(n) > 0 ORDER BY 1, 2"#,
        days.from,
        days.to
    )
    .fetch_all(&mut **snapshot)
    .await?;
    let pairs = rows.into_iter().map(|row| Confused {
        expected: row.expected,
        predicted: row.predicted,
        n: usize::try_from(row.n).unwrap_or_default(),
    });
    Ok(pairs.collect())
}

async fn confidences(
    snapshot: &mut Transaction<'_, Postgres>,
    days: &Days,
) -> Result<Vec<ConfidenceCounts>, StoreError> {
    let rows = sqlx::query!(
        r#"SELECT calibrated AS "calibrated!", let_through AS "let_through!", bin AS "bin!",
             sum(n)::bigint AS "n!",
             sum(correct)::bigint AS "correct!", sum(confidence) AS "confidence!",
             sum(squared_error) AS "squared_error!"
         FROM all_accuracy_confidences WHERE day BETWEEN $1 AND $2
         GROUP BY 1, 2, 3 HAVING sum(n) > 0 ORDER BY 1, 2, 3"#,
        days.from,
        days.to
    )
    .fetch_all(&mut **snapshot)
    .await?;
    let counts = rows.into_iter().map(|row| ConfidenceCounts {
        calibrated: row.calibrated,
        let_through: row.let_through,
        count: ConfidenceCount {
            bin: usize::try_from(row.bin).unwrap_or_default(),
            n: count(row.n),
            correct: count(row.correct),
            confidence: row.confidence,
            squared_error: row.squared_error,
        },
    });
    Ok(counts.collect())
}

async fn durations(
    snapshot: &mut Transaction<'_, Postgres>,
    days: &Days,
) -> Result<Vec<LatencyCount>, StoreError> {
    let rows = sqlx::query!(
        r#"SELECT model AS "model!", bucket AS "bucket!", sum(n)::bigint AS "n!" FROM all_accuracy_durations
         WHERE day BETWEEN $1 AND $2 GROUP BY 1, 2 ORDER BY 1, 2"#,
        days.from,
        days.to
    )
    .fetch_all(&mut **snapshot)
    .await?;
    let counts = rows.into_iter().map(|row| LatencyCount {
        model: Some(row.model).filter(|model| !model.is_empty()),
        bucket: row.bucket,
        n: count(row.n),
    });
    Ok(counts.collect())
}

/// Sums of counts are not negative: a label is taken out once at most.
fn count(sum: i64) -> u64 {
    u64::try_from(sum).unwrap_or_default()
}

/// The ISO week of its Monday, `2025-W27`.
fn week_of(monday: time::Date) -> Option<String> {
    let month = i8::try_from(u8::from(monday.month())).ok()?;
    let day = i8::try_from(monday.day()).ok()?;
    let date = Date::new(i16::try_from(monday.year()).ok()?, month, day).ok()?;
    let week = date.iso_week_date();
    Some(format!("{}-W{:02}", week.year(), week.week()))
}
