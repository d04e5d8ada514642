//! A share of a count, told only where the count is large enough to say anything.

use schemars::JsonSchema;
use serde::Serialize;

use super::wilson::wilson;
use crate::closed_enum::closed_enum;

/// Below this count a share is not told: its 95 % interval would be up to 43 points wide.
pub const LEAST_COUNT: u64 = 20;

closed_enum! {
    /// Whether a count is large enough for a figure.
    Sufficiency {
        /// It is.
        Sufficient => "sufficient",
        /// It is not, so there is no figure.
        Insufficient => "insufficient",
    }
}

impl Sufficiency {
    /// Of a count, against the least that will do.
    pub fn of(n: u64, least: u64) -> Self {
        if n < least {
            Self::Insufficient
        } else {
            Self::Sufficient
        }
    }
}

/// How many of how many, with the 95 % Wilson interval of the share.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, JsonSchema)]
pub struct Share {
    /// Of how many.
    pub n: u64,
    /// How many.
    pub count: u64,
    /// `insufficient` below 20: `p`, `lo` and `hi` are null then.
    pub status: Sufficiency,
    /// The share.
    pub p: Option<f64>,
    /// Lower end of its 95 % interval.
    pub lo: Option<f64>,
    /// Upper end of its 95 % interval.
    pub hi: Option<f64>,
}

impl Share {
    /// `count` of `n`.
    pub fn of(count: u64, n: u64) -> Self {
        let status = Sufficiency::of(n, LEAST_COUNT);
        let interval = (status == Sufficiency::Sufficient)
            .then(|| (usize::try_from(count), usize::try_from(n)))
            .and_then(|(count, n)| Some(wilson(count.ok()?, n.ok()?)));
        Self {
            n,
            count,
            status,
            p: interval.map(|interval| interval.p),
            lo: interval.map(|interval| interval.lo),
            hi: interval.map(|interval| interval.hi),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_small_count_has_no_figure() {
        let few = Share::of(19, 19);
        assert_eq!(
            (few.status, few.p, few.lo),
            (Sufficiency::Insufficient, None, None)
        );
        let enough = Share::of(15, 20);
        assert_eq!(enough.status, Sufficiency::Sufficient);
        assert!((enough.p.unwrap() - 0.75).abs() < 1e-12);
        // Wilson's interval is widest at a half; this is the width that the bound speaks of.
        let widest = Share::of(10, 20);
        let width = widest.hi.unwrap() - widest.lo.unwrap();
        assert!(width < 0.43 && width > 0.4, "{width}");
    }
}
