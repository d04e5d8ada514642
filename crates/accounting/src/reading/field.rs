//! What a label can mean.

use crate::facts::AmountConcept;

macro_rules! fields {
    ($($(#[$doc:meta])* $variant:ident = $name:literal,)*) => {
        /// The meaning of a label. Some are ambiguous by nature (`Tax` is an amount, a rate,
        /// an id or a name); the value and the place decide those.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub(crate) enum Field {
            $($(#[$doc])* $variant,)*
            /// An amount of a special document.
            Special(AmountConcept),
        }

        impl Field {
            /// The field of its name in the lexicon.
            pub(crate) fn from_name(name: &str) -> Option<Self> {
                match name {
                    $($name => Some(Self::$variant),)*
                    _ => special(name).map(Self::Special),
                }
            }
        }
    };
}

fields! {
    DocumentType = "document_type",
    Number = "number",
    IssueDate = "issue_date",
    DueDate = "due_date",
    OtherDate = "other_date",
    Period = "period",
    PeriodStart = "period_start",
    PeriodEnd = "period_end",
    Currency = "currency",
    Seller = "seller",
    Buyer = "buyer",
    Counterparty = "counterparty",
    /// A party or the start of a period.
    From = "from",
    /// A party or the end of a period.
    To = "to",
    Parties = "parties",
    Name = "name",
    TaxId = "tax_id",
    /// Number in a trade register: identifies, but is no tax id.
    Registration = "registration",
    Address = "address",
    Street = "street",
    City = "city",
    PostalCode = "postal_code",
    Country = "country",
    Iban = "iban",
    /// E-mail, telephone, web site, bank name, BIC: read by nobody.
    Contact = "contact",
    Lines = "lines",
    Description = "description",
    Quantity = "quantity",
    Unit = "unit",
    UnitPrice = "unit_price",
    LineAmount = "line_amount",
    /// A label that says only "amount".
    Amount = "amount",
    Position = "position",
    Article = "article",
    LineNote = "line_note",
    /// Tax as amount, rate, id or name.
    Tax = "tax",
    TaxRate = "tax_rate",
    TaxAmount = "tax_amount",
    TaxBreakdown = "tax_breakdown",
    /// The base of a tax row; the net total where it stands alone.
    TaxBase = "tax_base",
    TaxCategory = "tax_category",
    TaxNote = "tax_note",
    Net = "net",
    /// Net, perhaps before allowances of the document.
    Subtotal = "subtotal",
    /// A label that says only "total".
    Total = "total",
    Gross = "gross",
    Prepaid = "prepaid",
    Rounding = "rounding",
    Withheld = "withheld",
    WithheldRate = "withheld_rate",
    /// A due date or an amount due.
    Due = "due",
    AmountDue = "amount_due",
    Allowance = "allowance",
    Charge = "charge",
    AllowancesCharges = "allowances_charges",
    IsCharge = "is_charge",
    Reason = "reason",
    Type = "type",
    Role = "role",
    PaymentMeans = "payment_means",
    Paid = "paid",
    PaymentTerms = "payment_terms",
    RefersTo = "refers_to",
    OrderNumber = "order_number",
    OtherNumber = "other_number",
    ExchangeRate = "exchange_rate",
    BookedRate = "booked_rate",
    Note = "note",
    Movements = "movements",
    JournalLines = "journal_lines",
    Account = "account",
    Balance = "balance",
    LifeYears = "life_years",
    LifeMonths = "life_months",
    ExclusiveOfTax = "excl_tax",
    InclusiveOfTax = "incl_tax",
    /// Words that add nothing (`of`, `the`, `in`).
    Filler = "filler",
    /// A label whose value is not for reading (page, confidence, template).
    Ignored = "ignored",
}

fn special(name: &str) -> Option<AmountConcept> {
    use AmountConcept as A;
    Some(match name {
        "gross_pay" => A::GrossPay,
        "payroll_tax" => A::PayrollTax,
        "employee_social" => A::EmployeeSocial,
        "employer_social" => A::EmployerSocial,
        "net_pay" => A::NetPay,
        "payroll_deduction" => A::PayrollDeduction,
        "output_tax" => A::OutputTax,
        "input_tax" => A::InputTax,
        "tax_payable" => A::TaxPayable,
        "tax_credit" => A::TaxCredit,
        "asset_cost" => A::AssetCost,
        "residual_value" => A::ResidualValue,
        "depreciation" => A::Depreciation,
        "accumulated_depreciation" => A::AccumulatedDepreciation,
        "book_value" => A::BookValue,
        "proceeds" => A::Proceeds,
        "principal" => A::Principal,
        "interest" => A::Interest,
        "opening_balance" => A::OpeningBalance,
        "closing_balance" => A::ClosingBalance,
        "amount_settled" => A::AmountSettled,
        "invoice_amount" => A::InvoiceAmount,
        "fee" => A::Fee,
        "cash_discount" => A::Discount,
        "cost_of_goods" => A::CostOfGoods,
        "debit" => A::Debit,
        "credit" => A::Credit,
        _ => return None,
    })
}

impl Field {
    /// Parties by role.
    pub(crate) fn is_role(self) -> bool {
        matches!(self, Self::Seller | Self::Buyer | Self::Counterparty)
    }

    /// What is said of a party.
    pub(crate) fn is_party_attribute(self) -> bool {
        matches!(
            self,
            Self::Name
                | Self::TaxId
                | Self::Tax
                | Self::Registration
                | Self::Address
                | Self::Street
                | Self::City
                | Self::PostalCode
                | Self::Country
                | Self::Iban
                | Self::Contact
        )
    }

    /// Labels that yield to a more telling word beside them (`total` in `total tax`).
    pub(crate) fn is_generic(self) -> bool {
        matches!(
            self,
            Self::Amount
                | Self::Total
                | Self::Name
                | Self::Type
                | Self::Number
                | Self::IssueDate
                | Self::Tax
                | Self::Description
                | Self::Note
                | Self::DocumentType
                | Self::Unit
                | Self::Account
                | Self::Due
                | Self::From
                | Self::To
                | Self::Balance
        )
    }
}
