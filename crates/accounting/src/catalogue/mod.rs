//! The closed catalogue of what can be done in the books.

mod action;

use crate::closed_enum::closed_enum;

pub use action::Action;

closed_enum! {
    /// A module of the books.
    Module {
        /// Accounts payable.
        AccountsPayable => "AP",
        /// Accounts receivable.
        AccountsReceivable => "AR",
        /// Expenses.
        Expenses => "EXPENSES",
        /// Banking.
        Banking => "BANKING",
        /// General ledger.
        GeneralLedger => "GL",
        /// Inventory.
        Inventory => "INVENTORY",
        /// Purchasing: orders to suppliers.
        Purchasing => "PURCHASING",
        /// Sales: quotes and orders of customers.
        Sales => "SALES",
        /// Fixed assets.
        FixedAssets => "FIXED_ASSETS",
        /// Payroll.
        Payroll => "PAYROLL",
        /// Taxes.
        Tax => "TAX",
        /// No business of accounting.
        NotAccounting => "NONE",
    }
}

closed_enum! {
    /// Which way the business goes, seen from the company.
    Direction {
        /// We sell.
        Sale => "sale",
        /// We buy.
        Purchase => "purchase",
        /// Money comes in.
        MoneyIn => "money_in",
        /// Money goes out.
        MoneyOut => "money_out",
        /// Neither.
        Neutral => "neutral",
    }
}
