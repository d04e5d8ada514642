//! From facts and a determination to the lines of an entry. Every amount is one that reading
//! gave, or one that a rule named here derives.

mod accounts;
mod assets;
mod bank;
mod convert;
mod draft;
mod error;
mod inventory;
mod invoice;
mod payment;
mod payroll;
mod voucher;
mod voucher_lines;

#[cfg(test)]
mod properties;
#[cfg(test)]
pub(crate) mod tests;

use jiff::civil::Date;

use crate::catalogue::Action;
use crate::checks::Check;
use crate::company::Company;
use crate::determination::Decided;
use crate::facts::DocumentFacts;
use crate::money::Currency;

pub(crate) use accounts::{AccountPlan, choices, plan_accounts};
pub(crate) use convert::{Posted, entry};
pub(crate) use draft::{Draft, Figures, Target};
pub(crate) use error::{PostingError, journal_code};

/// All that a posting rule may look at.
#[derive(Clone, Copy)]
pub(crate) struct Context<'a> {
    pub facts: &'a DocumentFacts,
    pub company: &'a Company,
    pub decided: &'a Decided,
    pub accounts: &'a AccountPlan,
    pub currency: Currency,
}

/// Lines before conversion, with the figures that the reply shows.
#[derive(Debug, Clone)]
pub(crate) struct Posting {
    pub date: Date,
    /// The currency of the lines.
    pub currency: Currency,
    pub lines: Vec<Draft>,
    pub figures: Figures,
    pub findings: Vec<Check>,
}

impl Context<'_> {
    /// The posting date: of the document, else the last day of its period.
    fn date(&self) -> Result<Date, PostingError> {
        posting_date(self.facts).ok_or(PostingError::NoDate)
    }

    fn posting(&self, lines: Vec<Draft>, figures: Figures) -> Result<Posting, PostingError> {
        Ok(Posting {
            date: self.date()?,
            currency: self.currency,
            lines,
            figures,
            findings: Vec::new(),
        })
    }
}

/// The date of the document or movement, else the last day of its period.
pub(crate) fn posting_date(facts: &DocumentFacts) -> Option<Date> {
    facts
        .issue_date
        .as_ref()
        .or_else(|| {
            facts
                .movements
                .first()
                .and_then(|movement| movement.date.as_ref())
        })
        .or(facts.period_end.as_ref())
        .or(facts.period_start.as_ref())
        .map(|date| date.value)
}

/// The lines for the determined action.
///
/// # Errors
/// [`PostingError`] says what is missing; then nothing is posted.
pub(crate) fn post(context: &Context<'_>) -> Result<Posting, PostingError> {
    match context.decided.action {
        Action::CreateBill | Action::CreateInvoice => invoice::invoice(context),
        Action::CreateVendorCredit | Action::CreateCreditNote => invoice::credit(context),
        Action::CreateExpense => invoice::expense(context),
        Action::CreateSalesReceipt => invoice::sales_receipt(context),
        Action::RecordPaymentMade
        | Action::RecordPaymentReceived
        | Action::RecordVendorDeposit
        | Action::RecordCustomerDeposit
        | Action::RefundCustomer
        | Action::ReversePayment
            if context.decided.bank.is_none() && !bank::is_bank_line(context) =>
        {
            payment::payment(context)
        }
        Action::CreateJournalEntry if !bank::is_bank_line(context) => voucher::voucher(context),
        Action::RecordTaxPayment if !bank::is_bank_line(context) => payment::tax_payment(context),
        Action::RecordPayroll if !bank::is_bank_line(context) => payroll::payroll(context),
        Action::RecordBankTransfer | Action::RecordCashWithdrawal
            if !bank::is_bank_line(context) =>
        {
            bank::own_transfer(context)
        }
        Action::RecordPaymentMade
        | Action::RecordPaymentReceived
        | Action::RecordVendorDeposit
        | Action::RecordCustomerDeposit
        | Action::RefundCustomer
        | Action::ReversePayment
        | Action::RecordBankFee
        | Action::RecordInterestIncome
        | Action::CategorizeAsExpense
        | Action::CategorizeAsIncome
        | Action::RecordBankTransfer
        | Action::RecordCashWithdrawal
        | Action::RecordTaxPayment
        | Action::RecordPayroll
        | Action::CreateJournalEntry => bank::bank_line(context),
        Action::WriteOffInvoice => invoice::write_off(context),
        Action::ReceiveGoods => inventory::receive(context),
        Action::ShipGoods => inventory::ship(context),
        Action::AdjustInventory => inventory::adjust(context),
        Action::AcquireAsset => assets::acquire(context),
        Action::RecordDepreciation => assets::depreciate(context),
        Action::DisposeAsset => assets::dispose(context),
        Action::FileTaxReturn => payroll::tax_return(context),
        Action::RevalueForeignBalances => voucher::revalue(context),
        Action::ImportBankStatement
        | Action::CreatePurchaseOrder
        | Action::CreateEstimate
        | Action::CreateSalesOrder
        | Action::Nothing => Err(PostingError::DoesNotPost),
    }
}

/// Actions on documents with totals, tax and two sides.
pub(crate) fn is_invoice(action: Action) -> bool {
    matches!(
        action,
        Action::CreateBill
            | Action::CreateInvoice
            | Action::CreateVendorCredit
            | Action::CreateCreditNote
            | Action::CreateExpense
            | Action::CreateSalesReceipt
    )
}
