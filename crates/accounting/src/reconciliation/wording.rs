//! What a bank's words say about a line: taken back, or a movement that settles no open item.

use crate::lexicon::{BankClass, bank_class};

/// Stems of words for a payment that came back, folded. They count only together with a line of
/// the same amount in the other direction, so that they may be wide.
const RETURN_STEMS: &[&str] = &[
    "return",
    "retour",
    "rueckl",
    "rucklast",
    "ruckbuch",
    "ruckuber",
    "ruckgab",
    "rueckbuch",
    "rueckueber",
    "rueckgab",
    "ruckzahl",
    "rueckzahl",
    "zuruck",
    "zurueck",
    "reject",
    "rejet",
    "revers",
    "chargeb",
    "bounced",
    "unpaid",
    "dishono",
    "impaye",
    "devol",
    "devuel",
    "impagad",
    "retroces",
    "rechaz",
    "storn",
    "insolut",
    "respint",
    "restitu",
    "teruggeb",
    "terugbo",
    "terugbe",
    "gestorn",
    "gestorneerd",
    "estorn",
    "zwrot",
    "zwroc",
    "odrzuc",
    "retur",
    "tilbagef",
    "tilbakef",
    "tilbagebet",
    "tilbakebet",
    "aterbet",
    "aterfo",
    "palautu",
    "palautet",
    "palautett",
    "vracen",
    "vraten",
    "visszat",
    "visszaut",
    "iade",
    "refuz",
    "povrat",
    "povrac",
    "cancel",
    "annul",
    "recall",
    "ruckruf",
    "refund",
    "rembours",
    "reembol",
    "rimbors",
    "επιστροφ",
    "возврат",
    "組戻",
    "返金",
    "返却",
];

/// ISO 20022 reasons for returns (AC04, AM04, MD06, MS03 ...).
fn is_return_code(word: &str) -> bool {
    let bytes = word.as_bytes();
    word.len() == 4
        && matches!(
            &word[..2],
            "ac" | "am" | "md" | "ms" | "rr" | "sl" | "ag" | "be" | "rc"
        )
        && bytes[2..].iter().all(u8::is_ascii_digit)
}

/// Whether a folded text speaks of a payment that came back.
pub(crate) fn says_returned(folded: &str) -> bool {
    folded.split(' ').any(|word| {
        RETURN_STEMS
            .iter()
            .any(|stem| word.starts_with(stem) || (stem.len() >= 6 && word.contains(stem)))
            || (word.is_ascii() && is_return_code(word))
    })
}

/// Whether the text says that the movement is of a kind that settles no open item: bank charges,
/// interest, payroll, taxes, cash, cards, own transfers, loans.
pub(crate) fn settles_nothing(text: &str, is_out: bool) -> bool {
    bank_class(text, is_out, true).is_some_and(|hit| {
        matches!(
            hit.meaning,
            BankClass::BankFee
                | BankClass::InterestIncome
                | BankClass::InterestExpense
                | BankClass::DividendIncome
                | BankClass::ReturnedPayment
                | BankClass::CashWithdrawal
                | BankClass::CashDeposit
                | BankClass::CardSettlement
                | BankClass::TaxPayment
                | BankClass::Payroll
                | BankClass::LoanInstalment
                | BankClass::LoanDrawdown
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lexicon::fold;

    #[test]
    fn returns_are_told_in_many_languages() {
        for text in [
            "RÜCKLASTSCHRIFT INV-1",
            "SEPA RETURN AC04 INV-1",
            "Rejet virement",
            "Zwrot przelewu",
            "Återbetalning",
        ] {
            assert!(says_returned(&fold(text)), "{text}");
        }
        assert!(!says_returned(&fold("Payment INV-1 thank you")));
        assert!(settles_nothing("Kontoführung März", true));
    }
}
