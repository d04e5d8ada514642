//! The charts that ship with the program, one data file each.

use serde::Deserialize;

use super::{AccountInput, Chart};
use crate::input_error::InputError;

const FILES: [(&str, &str); 3] = [
    (
        "intl_4digit",
        include_str!("../../data/charts/intl_4digit.json"),
    ),
    (
        "de_skr04_subset",
        include_str!("../../data/charts/de_skr04_subset.json"),
    ),
    (
        "fr_pcg_subset",
        include_str!("../../data/charts/fr_pcg_subset.json"),
    ),
];

/// A chart as its data file holds it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BuiltinChart {
    /// Id, as companies name it.
    pub id: String,
    /// Name.
    pub name: String,
    /// Country of the standard, `None` for the international one.
    pub country: Option<String>,
    /// The accounts.
    pub accounts: Vec<AccountInput>,
}

/// The ids of the built-in charts.
pub fn builtin_ids() -> impl Iterator<Item = &'static str> {
    FILES.iter().map(|(id, _)| *id)
}

/// The built-in chart of an id.
///
/// # Errors
/// An [`InputError`] at `/chart_of_accounts` that lists the known ids.
pub fn builtin(id: &str) -> Result<Chart, InputError> {
    let pointer = "/chart_of_accounts";
    let Some((_, text)) = FILES.iter().find(|(known, _)| *known == id) else {
        let known: Vec<_> = builtin_ids().collect();
        let message = format!("no built-in chart '{id}'; known: {}", known.join(", "));
        return Err(InputError::new(pointer, message));
    };
    let chart: BuiltinChart = serde_json::from_str(text)
        .map_err(|error| InputError::new(pointer, format!("built-in chart {id}: {error}")))?;
    Chart::new(&chart.id, &chart.accounts, pointer)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chart::Role;

    #[test]
    fn every_built_in_chart_has_an_account_for_every_role() {
        for id in builtin_ids() {
            let chart = builtin(id).unwrap();
            assert_eq!(chart.id().as_str(), id);
            for role in Role::ALL.iter().filter(|role| **role != Role::Heading) {
                assert!(chart.account_for(*role).is_ok(), "{id} lacks {role}");
            }
        }
    }
}
