//! Words of many languages as data: what banks, invoices and vouchers call things. Generality
//! comes from these lists, not from code for one language.

mod fold;
mod status;
mod terms;

use std::sync::LazyLock;

use serde::Deserialize;

use crate::chart::Role;

pub(crate) use fold::fold;
pub(crate) use status::{StatusClass, is_status_label, order_in, status_alone, status_in_title};
pub(crate) use terms::{FoldedText, TermList};

/// What a bank's words say about a movement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum BankClass {
    /// The bank's own fee.
    BankFee,
    /// Interest for us.
    InterestIncome,
    /// Interest that we pay.
    InterestExpense,
    /// Dividends for us.
    DividendIncome,
    /// A payment that came back.
    ReturnedPayment,
    /// Cash drawn.
    CashWithdrawal,
    /// Cash paid in.
    CashDeposit,
    /// The credit card's balance is settled.
    CardSettlement,
    /// Between own accounts.
    Transfer,
    /// Tax paid to or refunded by the authority.
    TaxPayment,
    /// Wages paid out.
    Payroll,
    /// A loan is paid back.
    LoanInstalment,
    /// A loan is paid out to us.
    LoanDrawdown,
    /// An advance.
    Deposit,
    /// Money given back for goods or services.
    Refund,
}

/// What a journal voucher books.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum VoucherClass {
    /// An accrual is set up.
    Accrual,
    /// An accrual is released.
    AccrualRelease,
    /// An expense is deferred.
    Prepayment,
    /// A deferred expense is charged.
    PrepaymentRelease,
    /// Revenue is deferred.
    DeferredRevenue,
    /// Deferred revenue is earned.
    RevenueRecognition,
    /// Depreciation.
    Depreciation,
    /// A loan comes in.
    LoanDrawdown,
    /// A loan is paid back.
    LoanInstalment,
    /// Dividends.
    Dividend,
    /// The owner draws money.
    Drawings,
    /// Capital is paid in.
    Capital,
    /// A receivable is lost.
    BadDebt,
}

impl VoucherClass {
    /// Whether this takes back what `other` set up; its words then name the other as well.
    pub(crate) fn releases(self, other: Self) -> bool {
        matches!(
            (self, other),
            (Self::AccrualRelease, Self::Accrual)
                | (
                    Self::PrepaymentRelease,
                    Self::Prepayment | Self::Depreciation
                )
                | (
                    Self::RevenueRecognition,
                    Self::DeferredRevenue | Self::Prepayment
                )
                | (
                    Self::LoanInstalment,
                    Self::LoanDrawdown | Self::Depreciation
                )
        )
    }
}

#[derive(Deserialize)]
struct BankFile {
    classes: Vec<BankRow>,
}

#[derive(Deserialize)]
struct BankRow {
    class: BankClass,
    direction: Flow,
    terms: TermList,
    #[serde(default)]
    weak: TermList,
}

#[derive(Deserialize, Clone, Copy, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
enum Flow {
    In,
    Out,
    Any,
}

#[derive(Deserialize)]
struct RoleFile {
    roles: Vec<RoleRow>,
}

#[derive(Deserialize)]
struct RoleRow {
    role: Role,
    terms: TermList,
}

#[derive(Deserialize)]
struct VoucherFile {
    classes: Vec<VoucherRow>,
}

#[derive(Deserialize)]
struct VoucherRow {
    class: VoucherClass,
    terms: TermList,
}

// The files are part of the program; `the_files_can_be_read` fails the build's tests when one
// cannot be read, and an unreadable list would hold no word.
static BANK: LazyLock<Vec<BankRow>> = LazyLock::new(|| {
    serde_json::from_str::<BankFile>(include_str!("../../data/lexicon/bank_lines.json"))
        .map(|file| file.classes)
        .unwrap_or_default()
});
static ROLES: LazyLock<Vec<RoleRow>> = LazyLock::new(|| {
    serde_json::from_str::<RoleFile>(include_str!("../../data/lexicon/expense_roles.json"))
        .map(|file| file.roles)
        .unwrap_or_default()
});
static VOUCHERS: LazyLock<Vec<VoucherRow>> = LazyLock::new(|| {
    serde_json::from_str::<VoucherFile>(include_str!("../../data/lexicon/vouchers.json"))
        .map(|file| file.classes)
        .unwrap_or_default()
});

/// A word of the lexicon found in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Hit<T> {
    /// What the word says.
    pub meaning: T,
    /// The word as the lexicon has it.
    pub term: String,
    /// Letters of the word: the longer, the more telling.
    pub weight: usize,
}

/// What a bank's text says about a movement: the longest matching term wins, the order of the
/// file decides between equals. A fee comes first: its text names what it is charged for.
pub(crate) fn bank_class(text: &str, is_out: bool, allow_weak: bool) -> Option<Hit<BankClass>> {
    let folded = FoldedText::new(text);
    let fits = |flow| match flow {
        Flow::In => !is_out,
        Flow::Out => is_out,
        Flow::Any => true,
    };
    let rows = || BANK.iter().filter(|row| fits(row.direction));
    let fees = rows().filter(|row| row.class == BankClass::BankFee);
    let strong = best(fees.map(|row| (row.class, &row.terms)), &folded)
        .or_else(|| best(rows().map(|row| (row.class, &row.terms)), &folded));
    if strong.is_some() || !allow_weak {
        return strong;
    }
    best(rows().map(|row| (row.class, &row.weak)), &folded)
}

/// The roles whose words a text contains, most telling first.
pub(crate) fn expense_roles(text: &str) -> Vec<Hit<Role>> {
    let folded = FoldedText::new(text);
    let mut hits: Vec<_> = ROLES
        .iter()
        .filter_map(|row| best(std::iter::once((row.role, &row.terms)), &folded))
        .collect();
    hits.sort_by_key(|hit| std::cmp::Reverse(hit.weight));
    hits
}

/// What a voucher's words say. The file's order decides, since a release names what it releases.
pub(crate) fn voucher_class(text: &str) -> Option<Hit<VoucherClass>> {
    voucher_classes(text).into_iter().next()
}

/// All that a voucher's words may say, in the file's order.
pub(crate) fn voucher_classes(text: &str) -> Vec<Hit<VoucherClass>> {
    let folded = FoldedText::new(text);
    VOUCHERS
        .iter()
        .filter_map(|row| best(std::iter::once((row.class, &row.terms)), &folded))
        .collect()
}

fn best<'a, T: Copy>(
    rows: impl Iterator<Item = (T, &'a TermList)>,
    text: &FoldedText,
) -> Option<Hit<T>> {
    let mut found: Option<Hit<T>> = None;
    for (meaning, terms) in rows {
        if let Some((term, weight)) = terms.longest_in(text)
            && found.as_ref().is_none_or(|hit| weight > hit.weight)
        {
            found = Some(Hit {
                meaning,
                term: term.to_owned(),
                weight,
            });
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_files_can_be_read() {
        assert_eq!(BANK.len(), 15);
        assert_eq!(VOUCHERS.len(), 13);
        assert!(ROLES.iter().all(|row| row.role.takes_a_bill()));
        assert!(!ROLES.is_empty());
    }

    #[test]
    fn the_longer_term_wins() {
        let class = |text, is_out| bank_class(text, is_out, true).map(|hit| hit.meaning);
        assert_eq!(class("RETURNED CHEQUE FEE", true), Some(BankClass::BankFee));
        assert_eq!(
            class("Rücklastschrift Meier", true),
            Some(BankClass::ReturnedPayment)
        );
        assert_eq!(
            class("Kontoführungsgebühren März", true),
            Some(BankClass::BankFee)
        );
        assert_eq!(
            class("RETRAIT DAB 12/03 PARIS", true),
            Some(BankClass::CashWithdrawal)
        );
        assert_eq!(
            class("Habenzinsen Q1", false),
            Some(BankClass::InterestIncome)
        );
        assert_eq!(class("Müller GmbH RE-2201", false), None);
    }

    #[test]
    fn a_release_is_not_what_it_releases() {
        let class = |text| voucher_class(text).map(|hit| hit.meaning);
        assert_eq!(
            class("Auflösung der Rückstellung Prüfung"),
            Some(VoucherClass::AccrualRelease)
        );
        assert_eq!(
            class("Rückstellung für Prüfung"),
            Some(VoucherClass::Accrual)
        );
        assert_eq!(
            class("Amortise prepaid insurance, May"),
            Some(VoucherClass::PrepaymentRelease)
        );
    }

    #[test]
    fn goods_and_services_find_their_role() {
        let role = |text| expense_roles(text).first().map(|hit| hit.meaning);
        assert_eq!(role("Loyer bureau avril"), Some(Role::Rent));
        assert_eq!(role("Kopierpapier A4"), Some(Role::OfficeSupplies));
        assert_eq!(role("Audit fee"), Some(Role::ProfessionalFees));
        assert_eq!(role("xyz 4711"), None);
    }
}
