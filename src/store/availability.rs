//! Which errors say that the database is away, which that it is slow, and which that a record is
//! wrong.

use sqlx::Error;

use super::StoreError;

/// Whether the same record may be taken later.
pub(super) fn is_away(error: &StoreError) -> bool {
    match error {
        StoreError::Unreachable { .. } | StoreError::TimedOut | StoreError::Interrupted(_) => true,
        StoreError::Query(cause)
        | StoreError::Migration(sqlx::migrate::MigrateError::Execute(cause)) => is_away_by(cause),
        StoreError::OfGroup(cause) => is_away(cause),
        StoreError::MalformedUrl { .. }
        | StoreError::Embedded { .. }
        | StoreError::InUse { .. }
        | StoreError::Migration(_)
        | StoreError::Spool(_)
        | StoreError::Unserialisable(_)
        | StoreError::UnstorableDate
        | StoreError::Away
        | StoreError::Slow
        | StoreError::Stopped
        | StoreError::IdempotencyKeyReused
        | StoreError::TooManyCells
        | StoreError::UnreadableCalibration { .. } => false,
    }
}

impl StoreError {
    /// Whether the same may work later, without anybody mending something first.
    pub fn is_temporary(&self) -> bool {
        match self {
            Self::OfGroup(cause) => cause.is_temporary(),
            Self::Away | Self::Slow | Self::Stopped | Self::Spool(_) => true,
            other => is_away(other),
        }
    }
}

/// Whether it may only be busy: nothing came in time, or every connection was in use.
pub(super) fn is_slow(error: &StoreError) -> bool {
    matches!(
        error,
        StoreError::TimedOut | StoreError::Query(Error::PoolTimedOut)
    )
}

fn is_away_by(error: &Error) -> bool {
    match error {
        Error::Io(_)
        | Error::Tls(_)
        | Error::Protocol(_)
        | Error::PoolTimedOut
        | Error::PoolClosed
        | Error::WorkerCrashed
        | Error::BeginFailed => true,
        Error::Database(cause) => cause.code().is_some_and(|code| is_away_by_state(&code)),
        _ => false,
    }
}

/// By SQLSTATE (PostgreSQL, appendix A).
fn is_away_by_state(code: &str) -> bool {
    const STATES: [&str; 8] = [
        // A standby, during a failover.
        "25006",
        // It cannot be logged in to: the server is there, this gateway's database is not.
        "28000", "28P01", "3D000", // Somebody else has the rows.
        "40001", "40P01", "55P03", // The tables are not there yet.
        "42P01",
    ];
    // Connections, resources, an operator or a crash, the server's own disk, its own bugs.
    const CLASSES: [&str; 5] = ["08", "53", "57", "58", "XX"];
    STATES.contains(&code) || CLASSES.iter().any(|class| code.starts_with(class))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrong_record_is_no_outage() {
        assert!(is_away(&StoreError::Query(Error::PoolTimedOut)));
        assert!(is_away_by_state("57P01") && is_away_by_state("53100"));
        for code in ["23514", "22P05", "42703"] {
            assert!(!is_away_by_state(code), "{code}");
        }
        assert!(!is_away(&StoreError::UnstorableDate));
    }
}
