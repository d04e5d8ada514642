//! What sort of paper a document is.

use serde::{Deserialize, Serialize};

/// What sort of paper this is, as its own words say. Whose side we are on is decided later.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DocumentKind {
    /// Invoice, bill.
    Invoice,
    /// A credit note, corrective invoice in the payer's favour.
    CreditNote,
    /// Invoice for an advance or deposit.
    DepositInvoice,
    /// Proforma invoice: does not post.
    Proforma,
    /// Till receipt, paid on the spot.
    Receipt,
    /// An employee's expense claim.
    ExpenseClaim,
    /// Quote, estimate, offer.
    Quote,
    /// Purchase order or sales order; which one depends on the side.
    Order,
    /// Goods received.
    GoodsReceipt,
    /// Delivery note, shipment.
    DeliveryNote,
    /// Stock count or adjustment.
    InventoryAdjustment,
    /// One movement of a bank or card account.
    BankTransaction,
    /// A bank statement with movements and balances.
    BankStatement,
    /// Remittance or payment advice: a payment, made or received.
    PaymentAdvice,
    /// A payment that came back (return, chargeback).
    PaymentReturn,
    /// A customer is paid back.
    Refund,
    /// An advance payment, made or received, without an invoice.
    DepositPayment,
    /// Written-off receivable.
    WriteOff,
    /// Transfer between own accounts, cash withdrawal, card settlement.
    OwnTransfer,
    /// Payroll register, payslip summary.
    Payroll,
    /// Depreciation run or schedule.
    Depreciation,
    /// Purchase of a fixed asset (asset card, capitalisation request).
    AssetAcquisition,
    /// Sale or scrapping of a fixed asset.
    AssetDisposal,
    /// Journal voucher: accrual, prepayment, release, loan, capital and the like.
    JournalVoucher,
    /// Revaluation of balances in foreign currency.
    CurrencyRevaluation,
    /// VAT or sales-tax return.
    TaxReturn,
    /// Payment of a tax to the authority, or its refund.
    TaxPayment,
    /// Loan agreement drawn, instalment.
    Loan,
    /// Dunning letter, account statement of a customer or supplier.
    Dunning,
    /// Contract, minutes, advertising, letters: nothing to book.
    NotAccounting,
}
