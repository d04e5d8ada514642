//! The actions, each with its module, aliases and label.

use super::Module;
use crate::closed_enum::closed_enum;

closed_enum! {
    /// What is done with a document. Aliases are understood, never given out.
    Action {
        /// A supplier's invoice to us.
        CreateBill => "create_bill",
        /// A credit note from a supplier.
        CreateVendorCredit => "create_vendor_credit",
        /// A payment that we made to a supplier.
        RecordPaymentMade => "record_payment_made",
        /// An advance that we paid to a supplier.
        RecordVendorDeposit => "record_vendor_deposit",
        /// Our invoice to a customer.
        CreateInvoice => "create_invoice",
        /// Our credit note to a customer.
        CreateCreditNote => "create_credit_note",
        /// A payment that a customer made to us.
        RecordPaymentReceived => "record_payment_received",
        /// An advance that a customer paid to us.
        RecordCustomerDeposit => "record_customer_deposit",
        /// A customer is paid back.
        RefundCustomer => "refund_customer",
        /// A claim on a customer is written off.
        WriteOffInvoice => "write_off_invoice",
        /// A sale paid on the spot.
        CreateSalesReceipt => "create_sales_receipt",
        /// An expense already paid (receipt, employee's claim).
        CreateExpense => "create_expense",
        /// A bank's fee.
        RecordBankFee => "record_bank_fee",
        /// Interest that the bank paid us.
        RecordInterestIncome => "record_interest_income",
        /// A bank line that is an expense without an invoice.
        CategorizeAsExpense => "categorize_as_expense",
        /// A bank line that is income without an invoice.
        CategorizeAsIncome => "categorize_as_income",
        /// A transfer between our own accounts or a card settlement.
        RecordBankTransfer => "record_bank_transfer",
        /// Cash drawn from the bank.
        RecordCashWithdrawal => "record_cash_withdrawal",
        /// A payment that came back.
        ReversePayment => "reverse_payment",
        /// A bank statement with many movements.
        ImportBankStatement => "import_bank_statement",
        /// A journal entry (accrual, prepayment, loan, capital).
        CreateJournalEntry => "create_journal_entry",
        /// A revaluation of balances in foreign currency.
        RevalueForeignBalances => "revalue_foreign_balances",
        /// Goods received from a supplier.
        ReceiveGoods => "receive_goods",
        /// Goods shipped to a customer.
        ShipGoods => "ship_goods",
        /// A stock count or stock correction.
        AdjustInventory => "adjust_inventory",
        /// Our order to a supplier.
        CreatePurchaseOrder => "create_purchase_order",
        /// Our quote to a customer.
        CreateEstimate => "create_estimate",
        /// A customer's order to us.
        CreateSalesOrder => "create_sales_order",
        /// The purchase of a fixed asset.
        AcquireAsset => "acquire_asset",
        /// The depreciation of a fixed asset.
        RecordDepreciation => "record_depreciation",
        /// The sale or scrapping of a fixed asset.
        DisposeAsset => "dispose_asset",
        /// A payroll run.
        RecordPayroll => "record_payroll",
        /// A VAT or sales-tax return.
        FileTaxReturn => "file_tax_return",
        /// A payment of tax to the authority.
        RecordTaxPayment => "record_tax_payment",
        /// Nothing to book.
        Nothing => "no_action",
    }
}

impl Action {
    /// The action of a code or one of its aliases.
    pub fn from_code_or_alias(text: &str) -> Option<Self> {
        let text = text.trim();
        Self::from_code(text).or_else(|| {
            Self::ALL
                .iter()
                .copied()
                .find(|action| action.aliases().contains(&text))
        })
    }

    /// Other names under which the action is understood.
    pub fn aliases(self) -> &'static [&'static str] {
        match self {
            Self::CreateVendorCredit => &["create_vendor_credit_note", "create_debit_note"],
            Self::RecordPaymentMade => &["record_vendor_payment"],
            Self::RecordPaymentReceived => &["record_customer_payment"],
            Self::RecordCustomerDeposit => &["create_retainer_invoice"],
            Self::WriteOffInvoice => &["write_off_bad_debt"],
            Self::CreateExpense => &["create_expense_receipt", "record_expense"],
            Self::ReversePayment => &["record_payment_returned"],
            Self::ImportBankStatement => &["reconcile_bank_statement"],
            Self::CreateJournalEntry => &["record_accrual", "record_prepayment"],
            Self::ReceiveGoods => &["receive_inventory", "create_goods_receipt"],
            Self::ShipGoods => &["create_shipment", "create_delivery_note"],
            Self::CreateEstimate => &["create_quote"],
            Self::AcquireAsset => &["create_fixed_asset"],
            Self::RecordPayroll => &["record_payroll_run"],
            Self::FileTaxReturn => &["record_tax_return", "close_vat_period"],
            Self::Nothing => &["none", "not_accounting_relevant"],
            _ => &[],
        }
    }

    /// The module that the action belongs to.
    pub fn module(self) -> Module {
        match self {
            Self::CreateBill
            | Self::CreateVendorCredit
            | Self::RecordPaymentMade
            | Self::RecordVendorDeposit => Module::AccountsPayable,
            Self::CreateInvoice
            | Self::CreateCreditNote
            | Self::RecordPaymentReceived
            | Self::RecordCustomerDeposit
            | Self::RefundCustomer
            | Self::WriteOffInvoice
            | Self::CreateSalesReceipt => Module::AccountsReceivable,
            Self::CreateExpense => Module::Expenses,
            Self::RecordBankFee
            | Self::RecordInterestIncome
            | Self::CategorizeAsExpense
            | Self::CategorizeAsIncome
            | Self::RecordBankTransfer
            | Self::RecordCashWithdrawal
            | Self::ReversePayment
            | Self::ImportBankStatement => Module::Banking,
            Self::CreateJournalEntry | Self::RevalueForeignBalances => Module::GeneralLedger,
            Self::ReceiveGoods | Self::ShipGoods | Self::AdjustInventory => Module::Inventory,
            Self::CreatePurchaseOrder => Module::Purchasing,
            Self::CreateEstimate | Self::CreateSalesOrder => Module::Sales,
            Self::AcquireAsset | Self::RecordDepreciation | Self::DisposeAsset => {
                Module::FixedAssets
            }
            Self::RecordPayroll => Module::Payroll,
            Self::FileTaxReturn | Self::RecordTaxPayment => Module::Tax,
            Self::Nothing => Module::NotAccounting,
        }
    }

    /// Whether the action makes a journal entry.
    pub fn posts(self) -> bool {
        !matches!(
            self,
            Self::ImportBankStatement
                | Self::CreatePurchaseOrder
                | Self::CreateEstimate
                | Self::CreateSalesOrder
                | Self::Nothing
        )
    }

    /// A short English phrase, for prompts and explanations.
    pub fn label(self) -> &'static str {
        match self {
            Self::CreateBill => "a supplier's invoice to us",
            Self::CreateVendorCredit => "a credit note from a supplier",
            Self::RecordPaymentMade => "a payment that we made to a supplier",
            Self::RecordVendorDeposit => "an advance that we paid to a supplier",
            Self::CreateInvoice => "our invoice to a customer",
            Self::CreateCreditNote => "our credit note to a customer",
            Self::RecordPaymentReceived => "a payment that a customer made to us",
            Self::RecordCustomerDeposit => "an advance that a customer paid to us",
            Self::RefundCustomer => "a customer is paid back",
            Self::WriteOffInvoice => "a claim on a customer is written off",
            Self::CreateSalesReceipt => "a sale paid on the spot",
            Self::CreateExpense => "an expense already paid (receipt, employee's claim)",
            Self::RecordBankFee => "a bank's fee",
            Self::RecordInterestIncome => "interest that the bank paid us",
            Self::CategorizeAsExpense => "a bank line that is an expense without an invoice",
            Self::CategorizeAsIncome => "a bank line that is income without an invoice",
            Self::RecordBankTransfer => "a transfer between our own accounts or a card settlement",
            Self::RecordCashWithdrawal => "cash drawn from the bank",
            Self::ReversePayment => "a payment that came back",
            Self::ImportBankStatement => "a bank statement with many movements",
            Self::CreateJournalEntry => "a journal entry (accrual, prepayment, loan, capital)",
            Self::RevalueForeignBalances => "a revaluation of balances in foreign currency",
            Self::ReceiveGoods => "goods received from a supplier",
            Self::ShipGoods => "goods shipped to a customer",
            Self::AdjustInventory => "a stock count or stock correction",
            Self::CreatePurchaseOrder => "our order to a supplier",
            Self::CreateEstimate => "our quote to a customer",
            Self::CreateSalesOrder => "a customer's order to us",
            Self::AcquireAsset => "the purchase of a fixed asset",
            Self::RecordDepreciation => "the depreciation of a fixed asset",
            Self::DisposeAsset => "the sale or scrapping of a fixed asset",
            Self::RecordPayroll => "a payroll run",
            Self::FileTaxReturn => "a VAT or sales-tax return",
            Self::RecordTaxPayment => "a payment of tax to the authority",
            Self::Nothing => "nothing to book",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_alias_gives_the_action_and_never_its_own_name() {
        let action = Action::from_code_or_alias("record_vendor_payment").unwrap();
        assert_eq!(action, Action::RecordPaymentMade);
        assert_eq!(serde_json::to_value(action).unwrap(), "record_payment_made");
        assert_eq!(Action::from_code_or_alias("pay_everything"), None);
    }

    #[test]
    fn no_alias_names_two_actions() {
        let mut seen = std::collections::HashSet::new();
        for action in Action::ALL {
            assert!(seen.insert(action.code()));
            for alias in action.aliases() {
                assert!(seen.insert(alias), "{alias}");
            }
        }
    }
}
