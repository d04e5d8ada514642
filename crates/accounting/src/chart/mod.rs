//! A company's chart of accounts: the only accounts that an entry may name.

mod builtin;
mod role;

use std::collections::HashMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::closed_enum::closed_enum;
use crate::input_error::InputError;

pub use builtin::{BuiltinChart, builtin, builtin_ids};
pub use role::Role;

/// An account's code as the chart writes it (`1000`, `44566`, `0650`).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, schemars::JsonSchema)]
#[serde(transparent)]
pub struct AccountCode(String);

impl AccountCode {
    fn parse(code: &str) -> Option<Self> {
        let trimmed = code.trim();
        let fits = !trimmed.is_empty() && trimmed.chars().count() <= 40;
        fits.then(|| Self(trimmed.to_owned()))
    }

    /// The code.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for AccountCode {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// The name of a chart: a built-in one, or `company` for accounts given with the company.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
#[serde(transparent)]
pub struct ChartId(String);

impl ChartId {
    /// The id.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

closed_enum! {
    /// What an account is in the financial statements.
    AccountType {
        /// Asset.
        Asset => "asset",
        /// Liability.
        Liability => "liability",
        /// Equity.
        Equity => "equity",
        /// Income.
        Income => "income",
        /// Expense.
        Expense => "expense",
    }
}

closed_enum! {
    /// A side of an account.
    Side {
        /// Debit, the left side.
        Debit => "debit",
        /// Credit, the right side.
        Credit => "credit",
    }
}

impl Side {
    /// The other side.
    #[must_use]
    pub fn swapped(self) -> Self {
        match self {
            Self::Debit => Self::Credit,
            Self::Credit => Self::Debit,
        }
    }
}

/// An account as the caller writes it.
#[derive(Debug, Clone, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AccountInput {
    /// Code, unique in the chart.
    pub code: String,
    /// Name.
    pub name: String,
    /// Type in the financial statements.
    #[serde(rename = "type")]
    pub account_type: AccountType,
    /// The side on which it normally grows; told by the type where absent.
    #[serde(default)]
    pub normal_side: Option<Side>,
    /// What it is for; an account without a role is posted to only by choice or by code.
    #[serde(default)]
    pub role: Option<Role>,
    /// False for headings.
    #[serde(default = "postable_by_default")]
    pub postable: bool,
}

fn postable_by_default() -> bool {
    true
}

/// An account of a chart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    code: AccountCode,
    name: String,
    kind: AccountType,
    normal_side: Side,
    role: Option<Role>,
    postable: bool,
}

impl Account {
    /// Its code.
    pub fn code(&self) -> &AccountCode {
        &self.code
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its type.
    pub fn account_type(&self) -> AccountType {
        self.kind
    }

    /// The side on which it normally grows.
    pub fn normal_side(&self) -> Side {
        self.normal_side
    }

    /// Its role, where it has one.
    pub fn role(&self) -> Option<Role> {
        self.role
    }

    /// Whether an entry may name it.
    pub fn is_postable(&self) -> bool {
        self.postable
    }
}

/// The chart has no postable account for a role.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the chart of accounts has no postable account with the role {0}")]
pub struct NoAccountForRole(pub Role);

/// A chart of accounts with unique codes.
#[derive(Debug, Clone)]
pub struct Chart {
    id: ChartId,
    accounts: Vec<Account>,
    by_code: HashMap<String, usize>,
    by_role: HashMap<Role, usize>,
}

impl Chart {
    /// A chart from its accounts.
    ///
    /// # Errors
    /// An [`InputError`] with a pointer under `pointer` for an empty list, an empty code, an
    /// empty name or a code given twice.
    pub fn new(id: &str, accounts: &[AccountInput], pointer: &str) -> Result<Self, InputError> {
        if accounts.is_empty() {
            return Err(InputError::new(
                pointer,
                "a chart of accounts needs at least one account",
            ));
        }
        let mut chart = Self {
            id: ChartId(id.to_owned()),
            accounts: Vec::with_capacity(accounts.len()),
            by_code: HashMap::new(),
            by_role: HashMap::new(),
        };
        for (index, input) in accounts.iter().enumerate() {
            chart.add(input, index, pointer)?;
        }
        Ok(chart)
    }

    fn add(&mut self, input: &AccountInput, index: usize, pointer: &str) -> Result<(), InputError> {
        let code = AccountCode::parse(&input.code).ok_or_else(|| {
            let message = "an account code has 1 to 40 characters";
            InputError::new(format!("{pointer}/{index}/code"), message)
        })?;
        if input.name.trim().is_empty() {
            let message = "an account needs a name";
            return Err(InputError::new(format!("{pointer}/{index}/name"), message));
        }
        if self.by_code.insert(code.0.clone(), index).is_some() {
            let message = format!("the account code {code} is given twice");
            return Err(InputError::new(format!("{pointer}/{index}/code"), message));
        }
        let postable = input.postable && input.role != Some(Role::Heading);
        if let Some(role) = input.role.filter(|_| postable) {
            self.by_role.entry(role).or_insert(index);
        }
        self.accounts.push(Account {
            code,
            name: input.name.trim().to_owned(),
            kind: input.account_type,
            normal_side: input.normal_side.unwrap_or(match input.account_type {
                AccountType::Asset | AccountType::Expense => Side::Debit,
                AccountType::Liability | AccountType::Equity | AccountType::Income => Side::Credit,
            }),
            role: input.role,
            postable,
        });
        Ok(())
    }

    /// The chart's id.
    pub fn id(&self) -> &ChartId {
        &self.id
    }

    /// All accounts, in the order given.
    pub fn accounts(&self) -> &[Account] {
        &self.accounts
    }

    /// The account of a code.
    pub fn account(&self, code: &str) -> Option<&Account> {
        self.by_code
            .get(code.trim())
            .map(|index| &self.accounts[*index])
    }

    /// The first postable account of a role.
    ///
    /// # Errors
    /// [`NoAccountForRole`] when the chart has none.
    pub fn account_for(&self, role: Role) -> Result<&Account, NoAccountForRole> {
        self.by_role
            .get(&role)
            .map(|index| &self.accounts[*index])
            .ok_or(NoAccountForRole(role))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn chart(accounts: &serde_json::Value) -> Result<Chart, InputError> {
        let accounts: Vec<AccountInput> = serde_json::from_value(accounts.clone()).unwrap();
        Chart::new("company", &accounts, "/accounts")
    }

    #[test]
    fn a_code_given_twice_is_refused() {
        let error = chart(&json!([
            {"code": "1", "name": "Bank", "type": "asset", "role": "bank"},
            {"code": " 1", "name": "Cash", "type": "asset", "role": "cash"},
        ]))
        .unwrap_err();
        assert_eq!(error.pointer, "/accounts/1/code");
    }

    #[test]
    fn a_heading_is_never_the_account_of_its_role() {
        let chart = chart(&json!([
            {"code": "1", "name": "Banks", "type": "asset", "role": "bank", "postable": false},
            {"code": "11", "name": "Bank A", "type": "asset", "role": "bank"},
        ]))
        .unwrap();
        assert_eq!(chart.account_for(Role::Bank).unwrap().code().as_str(), "11");
        assert_eq!(
            chart.account_for(Role::Cash),
            Err(NoAccountForRole(Role::Cash))
        );
    }
}
