//! A journal entry: balanced by construction, on accounts of the chart.

use std::fmt;

use jiff::civil::Date;
use rust_decimal::Decimal;
use schemars::JsonSchema;
use serde::Serialize;

use crate::chart::{AccountCode, Chart, Role, Side};
use crate::money::{Currency, Money, TooManyDecimals};

/// One line before it has been checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LineDraft {
    /// Account code.
    pub account: String,
    /// Side.
    pub side: Side,
    /// Amount in document currency, positive.
    pub amount: Decimal,
    /// Amount in the company's currency, on the same side.
    pub base_amount: Decimal,
    /// What the line is about.
    pub description: String,
    /// Customer or supplier, on control accounts.
    pub party: Option<String>,
}

/// A line of an entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct JournalLine {
    /// Account code.
    account: AccountCode,
    /// Role of the account, null for an account without one.
    role: Option<Role>,
    /// Debit in document currency, "0.00" on a credit line.
    debit: Decimal,
    /// Credit in document currency, "0.00" on a debit line.
    credit: Decimal,
    /// Debit in the company's currency.
    base_debit: Decimal,
    /// Credit in the company's currency.
    base_credit: Decimal,
    /// What the line is about.
    description: String,
    /// Customer or supplier.
    party: Option<String>,
}

impl JournalLine {
    /// Account code.
    pub fn account(&self) -> &AccountCode {
        &self.account
    }

    /// Role of the account.
    pub fn role(&self) -> Option<Role> {
        self.role
    }

    /// Debit in document currency.
    pub fn debit(&self) -> Decimal {
        self.debit
    }

    /// Credit in document currency.
    pub fn credit(&self) -> Decimal {
        self.credit
    }

    /// Debit in the company's currency.
    pub fn base_debit(&self) -> Decimal {
        self.base_debit
    }

    /// Credit in the company's currency.
    pub fn base_credit(&self) -> Decimal {
        self.base_credit
    }
}

/// A balanced entry: at least two lines, each one-sided and positive on a postable account of
/// the chart, debits equal to credits in the document's and in the company's currency.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct JournalEntry {
    /// Posting date.
    #[schemars(with = "String")]
    date: Date,
    /// Lines.
    lines: Vec<JournalLine>,
}

/// The two currencies of an entry; they are one for most documents.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EntryCurrencies {
    /// The document's.
    pub document: Currency,
    /// The company's.
    pub base: Currency,
}

/// Which of an entry's two currencies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Measure {
    /// The document's currency.
    Document,
    /// The company's currency.
    Base,
}

impl fmt::Display for Measure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Document => "document currency",
            Self::Base => "the company's currency",
        })
    }
}

/// Why lines make no entry.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum JournalError {
    /// Fewer than two lines.
    #[error("an entry needs at least 2 lines, {0} given")]
    TooFewLines(usize),
    /// An amount that is zero or negative.
    #[error("line {line}: {amount} is not positive")]
    NotPositive {
        /// Index of the line.
        line: usize,
        /// Its amount.
        amount: Decimal,
    },
    /// An amount with more decimals than its currency has.
    #[error("line {line}: {source}")]
    Exponent {
        /// Index of the line.
        line: usize,
        /// The amount and its currency.
        source: TooManyDecimals,
    },
    /// The chart has no such account.
    #[error("line {line}: the chart has no account '{account}'")]
    UnknownAccount {
        /// Index of the line.
        line: usize,
        /// Its account.
        account: String,
    },
    /// The account is a heading.
    #[error("line {line}: account '{account}' is not postable")]
    NotPostable {
        /// Index of the line.
        line: usize,
        /// Its account.
        account: String,
    },
    /// Debits and credits differ.
    #[error("debits {debits} and credits {credits} differ in {measure}")]
    Unbalanced {
        /// In which currency.
        measure: Measure,
        /// Sum of debits.
        debits: Decimal,
        /// Sum of credits.
        credits: Decimal,
    },
}

impl JournalEntry {
    /// The only way to an entry.
    ///
    /// # Errors
    /// [`JournalError`] names the first rule that the lines break, and the line.
    pub fn new(
        date: Date,
        currencies: EntryCurrencies,
        drafts: Vec<LineDraft>,
        chart: &Chart,
    ) -> Result<Self, JournalError> {
        if drafts.len() < 2 {
            return Err(JournalError::TooFewLines(drafts.len()));
        }
        let lines = drafts
            .into_iter()
            .enumerate()
            .map(|(index, draft)| line(index, draft, currencies, chart))
            .collect::<Result<Vec<_>, _>>()?;
        balanced(&lines, Measure::Document, |line| (line.debit, line.credit))?;
        balanced(&lines, Measure::Base, |line| {
            (line.base_debit, line.base_credit)
        })?;
        Ok(Self { date, lines })
    }

    /// Posting date.
    pub fn date(&self) -> Date {
        self.date
    }

    /// The lines.
    pub fn lines(&self) -> &[JournalLine] {
        &self.lines
    }
}

fn line(
    index: usize,
    draft: LineDraft,
    currencies: EntryCurrencies,
    chart: &Chart,
) -> Result<JournalLine, JournalError> {
    let Some(account) = chart.account(&draft.account) else {
        return Err(JournalError::UnknownAccount {
            line: index,
            account: draft.account,
        });
    };
    if !account.is_postable() {
        return Err(JournalError::NotPostable {
            line: index,
            account: draft.account,
        });
    }
    if draft.amount <= Decimal::ZERO {
        return Err(JournalError::NotPositive {
            line: index,
            amount: draft.amount,
        });
    }
    // A cent of a weak currency may be nothing in the company's own, so zero is allowed there.
    if draft.base_amount < Decimal::ZERO {
        return Err(JournalError::NotPositive {
            line: index,
            amount: draft.base_amount,
        });
    }
    let exact = |amount, currency| {
        Money::new(amount, currency)
            .map(Money::amount)
            .map_err(|source| JournalError::Exponent {
                line: index,
                source,
            })
    };
    let amount = exact(draft.amount, currencies.document)?;
    let base_amount = exact(draft.base_amount, currencies.base)?;
    let nothing = Money::rounded(Decimal::ZERO, currencies.document).amount();
    let base_nothing = Money::rounded(Decimal::ZERO, currencies.base).amount();
    let is_debit = draft.side == Side::Debit;
    let sides = |amount, nothing| {
        if is_debit {
            (amount, nothing)
        } else {
            (nothing, amount)
        }
    };
    let (debit, credit) = sides(amount, nothing);
    let (base_debit, base_credit) = sides(base_amount, base_nothing);
    Ok(JournalLine {
        account: account.code().clone(),
        role: account.role(),
        debit,
        credit,
        base_debit,
        base_credit,
        description: draft.description,
        party: draft.party,
    })
}

fn balanced(
    lines: &[JournalLine],
    measure: Measure,
    sides: impl Fn(&JournalLine) -> (Decimal, Decimal),
) -> Result<(), JournalError> {
    let debits: Decimal = lines.iter().map(|line| sides(line).0).sum();
    let credits: Decimal = lines.iter().map(|line| sides(line).1).sum();
    if debits == credits {
        Ok(())
    } else {
        Err(JournalError::Unbalanced {
            measure,
            debits,
            credits,
        })
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use rust_decimal_macros::dec;

    use super::*;
    use crate::chart::builtin;

    fn draft(account: &str, side: Side, amount: Decimal) -> LineDraft {
        LineDraft {
            account: account.to_owned(),
            side,
            amount,
            base_amount: amount,
            description: String::new(),
            party: None,
        }
    }

    fn entry(drafts: Vec<LineDraft>) -> Result<JournalEntry, JournalError> {
        let euro = Currency::from_code("EUR").unwrap();
        let currencies = EntryCurrencies {
            document: euro,
            base: euro,
        };
        JournalEntry::new(
            date(2025, 1, 2),
            currencies,
            drafts,
            &builtin("intl_4digit").unwrap(),
        )
    }

    #[test]
    fn a_balanced_entry_is_written_as_the_contract_says() {
        let entry = entry(vec![
            draft("6000", Side::Debit, dec!(10)),
            draft("2000", Side::Credit, dec!(10)),
        ])
        .unwrap();
        let json = serde_json::to_value(&entry).unwrap();
        assert_eq!(json["date"], "2025-01-02");
        assert_eq!(json["lines"][0]["debit"], "10.00");
        assert_eq!(json["lines"][0]["credit"], "0.00");
        assert_eq!(json["lines"][1]["role"], "ap_control");
    }

    #[test]
    fn each_broken_rule_is_named() {
        let bank = || draft("1000", Side::Debit, dec!(1));
        assert_eq!(
            entry(vec![bank()]).unwrap_err(),
            JournalError::TooFewLines(1)
        );
        let second = |account: &str, amount| draft(account, Side::Credit, amount);
        let broken = |other| entry(vec![bank(), other]).unwrap_err();
        assert!(matches!(
            broken(second("2000", dec!(2))),
            JournalError::Unbalanced { .. }
        ));
        assert!(matches!(
            broken(second("2000", dec!(0))),
            JournalError::NotPositive { line: 1, .. }
        ));
        assert!(matches!(
            broken(second("2000", dec!(1.001))),
            JournalError::Exponent { .. }
        ));
        assert!(matches!(
            broken(second("77", dec!(1))),
            JournalError::UnknownAccount { .. }
        ));
        assert!(matches!(
            broken(second("ASSETS", dec!(1))),
            JournalError::NotPostable { .. }
        ));
        let mut other = second("2000", dec!(1));
        other.base_amount = dec!(1.01);
        assert!(matches!(
            broken(other),
            JournalError::Unbalanced {
                measure: Measure::Base,
                ..
            }
        ));
    }
}
