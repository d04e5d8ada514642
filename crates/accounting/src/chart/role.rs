//! What an account is for, whatever its number: the closed set of roles.

use crate::closed_enum::closed_enum;

closed_enum! {
    /// The role of an account. Posting rules name roles; the company's chart gives the account.
    Role {
        /// Bank.
        Bank => "bank",
        /// Cash.
        Cash => "cash",
        /// Trade receivables.
        ArControl => "ar_control",
        /// Inventory.
        Inventory => "inventory",
        /// Input tax.
        InputTax => "input_tax",
        /// Prepaid expense.
        PrepaidExpense => "prepaid_expense",
        /// Vendor deposits.
        VendorDeposits => "vendor_deposits",
        /// Money on its way to the bank.
        UndepositedFunds => "undeposited_funds",
        /// Fixed asset equipment.
        FixedAssetEquipment => "fixed_asset_equipment",
        /// Fixed asset vehicles.
        FixedAssetVehicles => "fixed_asset_vehicles",
        /// Accumulated depreciation.
        AccumulatedDepreciation => "accumulated_depreciation",
        /// Withholding tax receivable.
        WithholdingTaxReceivable => "withholding_tax_receivable",
        /// Trade payables.
        ApControl => "ap_control",
        /// Credit card.
        CreditCard => "credit_card",
        /// Output tax.
        OutputTax => "output_tax",
        /// Reverse charge output tax.
        ReverseChargeOutputTax => "reverse_charge_output_tax",
        /// Reverse charge input tax.
        ReverseChargeInputTax => "reverse_charge_input_tax",
        /// Tax payable.
        TaxPayable => "tax_payable",
        /// Withholding tax payable.
        WithholdingTaxPayable => "withholding_tax_payable",
        /// Payroll payable.
        PayrollPayable => "payroll_payable",
        /// Payroll tax payable.
        PayrollTaxPayable => "payroll_tax_payable",
        /// Social security payable.
        SocialSecurityPayable => "social_security_payable",
        /// Customer deposits.
        CustomerDeposits => "customer_deposits",
        /// Accrued expenses.
        AccruedExpenses => "accrued_expenses",
        /// Deferred revenue.
        DeferredRevenue => "deferred_revenue",
        /// Goods received, not yet invoiced.
        Grni => "grni",
        /// Loan payable.
        LoanPayable => "loan_payable",
        /// Lease liability.
        LeaseLiability => "lease_liability",
        /// Share capital.
        ShareCapital => "share_capital",
        /// Retained earnings.
        RetainedEarnings => "retained_earnings",
        /// Owner drawings.
        OwnerDrawings => "owner_drawings",
        /// Sales goods.
        SalesGoods => "sales_goods",
        /// Sales services.
        SalesServices => "sales_services",
        /// Sales returns.
        SalesReturns => "sales_returns",
        /// Other income.
        OtherIncome => "other_income",
        /// Interest income.
        InterestIncome => "interest_income",
        /// Fx gain.
        FxGain => "fx_gain",
        /// Gain on disposal.
        GainOnDisposal => "gain_on_disposal",
        /// Purchases goods.
        PurchasesGoods => "purchases_goods",
        /// Cost of goods sold.
        Cogs => "cogs",
        /// Services expense.
        ServicesExpense => "services_expense",
        /// Rent.
        Rent => "rent",
        /// Utilities.
        Utilities => "utilities",
        /// Telecom.
        Telecom => "telecom",
        /// Office supplies.
        OfficeSupplies => "office_supplies",
        /// Insurance.
        Insurance => "insurance",
        /// Travel.
        Travel => "travel",
        /// Meals entertainment.
        MealsEntertainment => "meals_entertainment",
        /// Vehicle fuel.
        VehicleFuel => "vehicle_fuel",
        /// Software subscriptions.
        SoftwareSubscriptions => "software_subscriptions",
        /// Advertising.
        Advertising => "advertising",
        /// Professional fees.
        ProfessionalFees => "professional_fees",
        /// Repairs maintenance.
        RepairsMaintenance => "repairs_maintenance",
        /// Freight.
        Freight => "freight",
        /// Bank charges.
        BankCharges => "bank_charges",
        /// Interest expense.
        InterestExpense => "interest_expense",
        /// Wages.
        Wages => "wages",
        /// Employer contributions.
        EmployerContributions => "employer_contributions",
        /// Depreciation.
        Depreciation => "depreciation",
        /// Bad debt.
        BadDebt => "bad_debt",
        /// Fx loss.
        FxLoss => "fx_loss",
        /// Rounding difference.
        RoundingDifference => "rounding_difference",
        /// Income tax expense.
        IncomeTaxExpense => "income_tax_expense",
        /// Non recoverable tax.
        NonRecoverableTax => "non_recoverable_tax",
        /// Waiting for clarification.
        Suspense => "suspense",
        /// A heading of the chart: never postable.
        Heading => "heading",
    }
}

impl Role {
    /// Money accounts: what a payment moves.
    pub fn is_money(self) -> bool {
        matches!(
            self,
            Self::Bank | Self::Cash | Self::CreditCard | Self::UndepositedFunds
        )
    }

    /// True unless entries reach the account by a rule of their own: control, money, tax,
    /// payroll, suspense and heading accounts.
    pub fn is_counter_account(self) -> bool {
        !self.is_money()
            && !matches!(
                self,
                Self::ArControl
                    | Self::ApControl
                    | Self::InputTax
                    | Self::OutputTax
                    | Self::ReverseChargeInputTax
                    | Self::ReverseChargeOutputTax
                    | Self::NonRecoverableTax
                    | Self::TaxPayable
                    | Self::WithholdingTaxReceivable
                    | Self::WithholdingTaxPayable
                    | Self::AccumulatedDepreciation
                    | Self::VendorDeposits
                    | Self::SalesReturns
                    | Self::Suspense
                    | Self::Heading
            )
    }

    /// True for an account that a supplier's invoice may be charged to. Wages, depreciation,
    /// differences and the like arise from other documents.
    pub fn takes_a_bill(self) -> bool {
        matches!(
            self,
            Self::PurchasesGoods
                | Self::ServicesExpense
                | Self::Rent
                | Self::Utilities
                | Self::Telecom
                | Self::OfficeSupplies
                | Self::Insurance
                | Self::Travel
                | Self::MealsEntertainment
                | Self::VehicleFuel
                | Self::SoftwareSubscriptions
                | Self::Advertising
                | Self::ProfessionalFees
                | Self::RepairsMaintenance
                | Self::Freight
                | Self::BankCharges
                | Self::InterestExpense
                | Self::Inventory
                | Self::FixedAssetEquipment
                | Self::FixedAssetVehicles
        )
    }

    /// True for an account that our own invoice may be credited to.
    pub fn takes_a_sale(self) -> bool {
        matches!(
            self,
            Self::SalesGoods | Self::SalesServices | Self::OtherIncome
        )
    }
}
