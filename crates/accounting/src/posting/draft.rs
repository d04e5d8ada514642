//! Lines before they become an entry.

use rust_decimal::Decimal;

use crate::chart::{AccountCode, Role, Side};

/// The account of a line: by what it is for, or by its code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Target {
    Role(Role),
    Code(AccountCode),
}

impl From<Role> for Target {
    fn from(role: Role) -> Self {
        Self::Role(role)
    }
}

/// A line before conversion.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Draft {
    pub target: Target,
    pub side: Side,
    pub amount: Decimal,
    pub description: String,
    /// Customer or supplier; set on control accounts, whose amounts conversion leaves alone.
    pub party: Option<String>,
    /// What the amount is part of: tax is converted as a whole.
    pub is_tax: bool,
}

impl Draft {
    /// A line; a negative amount goes to the other side, as a stated allowance does.
    pub(crate) fn new(
        target: impl Into<Target>,
        side: Side,
        amount: Decimal,
        description: impl Into<String>,
    ) -> Self {
        let side = if amount.is_sign_negative() {
            side.swapped()
        } else {
            side
        };
        Self {
            target: target.into(),
            side,
            amount: amount.abs(),
            description: description.into(),
            party: None,
            is_tax: false,
        }
    }

    /// A debit line.
    pub(crate) fn debit(
        target: impl Into<Target>,
        amount: Decimal,
        text: impl Into<String>,
    ) -> Self {
        Self::new(target, Side::Debit, amount, text)
    }

    /// A credit line.
    pub(crate) fn credit(
        target: impl Into<Target>,
        amount: Decimal,
        text: impl Into<String>,
    ) -> Self {
        Self::new(target, Side::Credit, amount, text)
    }

    /// The same line with its party.
    pub(crate) fn of(mut self, party: Option<String>) -> Self {
        self.party = party;
        self
    }

    /// The same line as a tax line.
    pub(crate) fn taxed(mut self) -> Self {
        self.is_tax = true;
        self
    }

    /// True for lines on accounts that others settle or count: money and control accounts.
    pub(crate) fn is_anchor(&self) -> bool {
        match &self.target {
            Target::Role(role) => {
                role.is_money() || matches!(role, Role::ApControl | Role::ArControl)
            }
            Target::Code(_) => false,
        }
    }
}

/// Swaps the sides of all lines, as a credit note does.
pub(crate) fn swapped(lines: Vec<Draft>) -> Vec<Draft> {
    lines
        .into_iter()
        .map(|line| Draft {
            side: line.side.swapped(),
            ..line
        })
        .collect()
}

/// The figures that the reply shows.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Figures {
    pub net: Option<Decimal>,
    pub tax: Option<Decimal>,
    pub gross: Option<Decimal>,
}

impl Figures {
    /// A total without a split into net and tax.
    pub(crate) fn gross(amount: Decimal) -> Self {
        Self {
            net: None,
            tax: None,
            gross: Some(amount.abs()),
        }
    }
}
