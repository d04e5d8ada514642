//! The code lists of the standard, as far as they decide something here.

use crate::facts::{DocumentKind, PaymentMeans, TaxCategory};

/// What an invoice type code (BT-3, UNTDID 1001) says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TypeCode {
    /// A kind of paper.
    Kind(DocumentKind),
    /// A corrected invoice (384): which part of the original it takes back, its figures do not
    /// say.
    Correction,
}

/// The meaning of a type code of EN 16931's list; `None` for another.
pub(super) fn type_code(code: &str) -> Option<TypeCode> {
    let kind = match code {
        // Commercial, partial (326, 875 to 877), self-billed (389), consolidated, factored and
        // metered invoices, and debit notes.
        "80" | "82" | "84" | "130" | "202" | "203" | "204" | "211" | "295" | "326" | "331"
        | "380" | "383" | "385" | "387" | "388" | "389" | "390" | "393" | "394" | "395" | "456"
        | "457" | "527" | "575" | "623" | "633" | "751" | "780" | "817" | "870" | "875" | "876"
        | "877" | "935" => DocumentKind::Invoice,
        "81" | "83" | "261" | "262" | "296" | "308" | "381" | "396" | "420" | "458" | "532" => {
            DocumentKind::CreditNote
        }
        "386" => DocumentKind::DepositInvoice,
        "325" => DocumentKind::Proforma,
        "384" => return Some(TypeCode::Correction),
        _ => return None,
    };
    Some(TypeCode::Kind(kind))
}

/// How a payment means code (BT-81, UNTDID 4461) pays; `None` for codes that name no way.
pub(super) fn payment_means(code: &str) -> Option<PaymentMeans> {
    Some(match code {
        "10" => PaymentMeans::Cash,
        // Cheque, credit transfer, account, direct debit, SEPA.
        "20" | "30" | "31" | "42" | "49" | "58" | "59" => PaymentMeans::Bank,
        "48" | "54" | "55" => PaymentMeans::Card,
        "68" => PaymentMeans::Wallet,
        _ => return None,
    })
}

/// A category code of tax (BT-118, BT-151, UNTDID 5305), exactly as the standard's list has it.
pub(super) fn tax_category(code: &str) -> Option<TaxCategory> {
    Some(match code {
        "S" => TaxCategory::S,
        "Z" => TaxCategory::Z,
        "E" => TaxCategory::E,
        "AE" => TaxCategory::AE,
        "K" => TaxCategory::K,
        "G" => TaxCategory::G,
        "O" => TaxCategory::O,
        "L" => TaxCategory::L,
        "M" => TaxCategory::M,
        _ => return None,
    })
}
