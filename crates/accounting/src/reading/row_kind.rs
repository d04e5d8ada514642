//! What the rows of a table are, from the meanings of their columns and the table's name.

use super::collect::Row;
use super::field::Field;
use crate::facts::AmountConcept;

/// Kinds of rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RowKind {
    /// Goods and services.
    Lines,
    /// Tax by rate.
    TaxRows,
    /// Allowances and charges of the document, told apart in each row.
    AllowancesCharges,
    /// Allowances.
    Allowances,
    /// Charges.
    Charges,
    /// Taxes kept back.
    Withholdings,
    /// Payments before.
    Prepayments,
    /// Movements of an account.
    Movements,
    /// Lines of a stated journal entry.
    JournalLines,
    /// Parties with their roles.
    Parties,
}

/// The kind of a table's rows; `None` when they are nothing that is read in rows.
pub(crate) fn row_kind(table: Option<Field>, rows: &[Row<'_>]) -> Option<RowKind> {
    let has = |field| rows.iter().any(|row| row.cell(field).is_some());
    let any = |fields: &[Field]| fields.iter().any(|field| has(*field));
    let debit_or_credit = any(&[
        Field::Special(AmountConcept::Debit),
        Field::Special(AmountConcept::Credit),
    ]);
    let goods = any(&[
        Field::Quantity,
        Field::UnitPrice,
        Field::Unit,
        Field::Article,
    ]);
    let amount = any(&[
        Field::Amount,
        Field::LineAmount,
        Field::Total,
        Field::Net,
        Field::Gross,
    ]);
    let dated = any(&[Field::IssueDate, Field::OtherDate]);
    match table {
        Some(Field::Withheld | Field::WithheldRate) => return Some(RowKind::Withholdings),
        Some(Field::Prepaid | Field::Paid) if amount => return Some(RowKind::Prepayments),
        Some(Field::AllowancesCharges) => return Some(RowKind::AllowancesCharges),
        Some(Field::Allowance) if !goods => return Some(RowKind::Allowances),
        Some(Field::Charge) if !goods => return Some(RowKind::Charges),
        Some(Field::Movements) if dated || debit_or_credit => return Some(RowKind::Movements),
        Some(Field::JournalLines) => return Some(RowKind::JournalLines),
        Some(Field::Parties) => return Some(RowKind::Parties),
        Some(Field::TaxBreakdown | Field::Tax | Field::TaxAmount) => return Some(RowKind::TaxRows),
        _ => {}
    }
    if has(Field::Account) && debit_or_credit {
        return Some(RowKind::JournalLines);
    }
    if dated
        && (debit_or_credit
            || any(&[Field::Amount, Field::LineAmount])
                && (has(Field::Balance) || table != Some(Field::Lines)))
        && !goods
        && !any(&[Field::TaxRate, Field::Tax])
    {
        return Some(RowKind::Movements);
    }
    if any(&[Field::Role, Field::Type]) && has(Field::Name) && !amount && !goods {
        return Some(RowKind::Parties);
    }
    let text = any(&[Field::Description, Field::Name, Field::LineNote]);
    let taxed = any(&[Field::TaxRate, Field::Tax, Field::TaxCategory]);
    if taxed && !text && !goods && (amount || any(&[Field::TaxBase, Field::TaxAmount, Field::Tax]))
    {
        return Some(RowKind::TaxRows);
    }
    if has(Field::TaxBase) && any(&[Field::TaxAmount, Field::TaxRate]) && !goods {
        return Some(RowKind::TaxRows);
    }
    if has(Field::IsCharge) || has(Field::Reason) && amount && !goods {
        return Some(RowKind::AllowancesCharges);
    }
    if table == Some(Field::Lines) || (text || has(Field::Article)) && (goods || amount) {
        return Some(RowKind::Lines);
    }
    None
}
