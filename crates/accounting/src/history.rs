//! Documents of the same company that came before: what a new one is held against.

use jiff::civil::Date;
use rust_decimal::Decimal;

use crate::catalogue::Action;
use crate::company::Company;
use crate::determination::names::core_name;
use crate::lexicon::fold;
use crate::money::Currency;

/// What documents of one party have in common, however each prints it: the company, the sort of
/// paper, and the party's name without its legal form. Two texts are equal where it is.
pub fn party_line(company: &Company, action: Action, counterparty: Option<&str>) -> String {
    // A part holds no line break: folding leaves letters, digits and blanks.
    [
        fold(company.name()),
        company.country().to_string(),
        same_paper(action).code().to_owned(),
        counterparty.map_or_else(String::new, |name| format!("party {}", core_name(name))),
    ]
    .join("\n")
}

/// The action that stands for all those that one paper may be read as: a bill that is paid at the
/// till is an expense, an invoice that is paid at once a sales receipt.
fn same_paper(action: Action) -> Action {
    match action {
        Action::CreateExpense => Action::CreateBill,
        Action::CreateSalesReceipt => Action::CreateInvoice,
        other => other,
    }
}

/// A number without what is printed differently from one time to the next: `RE-2026/0042` and
/// `re 2026 42`.
pub fn number_essence(number: &str) -> String {
    let mut essence = String::with_capacity(number.len());
    let mut within_digits = false;
    for c in number.chars() {
        let leads_with_zero = c == '0' && !within_digits;
        within_digits = c.is_numeric() && !leads_with_zero;
        if c.is_alphanumeric() && !leads_with_zero {
            essence.extend(c.to_lowercase());
        }
    }
    essence
}

/// A document of the same company, and of the same sort of paper, that was processed earlier.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EarlierDocument {
    /// The result it was answered with, e.g. `res_0198…`: told to the person who looks.
    pub result_id: String,
    /// The other party's name as it was read then.
    pub counterparty: Option<String>,
    /// Its number.
    pub document_number: Option<String>,
    /// Date of issue.
    pub issue_date: Option<Date>,
    /// The document's currency.
    pub currency: Option<Currency>,
    /// Total with tax, in that currency.
    pub gross: Option<Decimal>,
    /// Whether it is in the books for all that is known here.
    pub standing: Standing,
}

/// How far an earlier document got.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// A person confirmed its entry.
    Approved,
    /// It was fit to be posted with no person looking.
    Automatic,
    /// It was left to a person, who has not said anything yet.
    Open,
}
