//! From the kind of paper and our side to the action.

use super::perspective::{OurSide, counterparty, perspective};
use super::reply::Evidence;
use super::{Decided, bank, kind_of};
use crate::catalogue::{Action, Direction};
use crate::checks::Check;
use crate::company::Company;
use crate::facts::{AmountConcept, DocumentFacts, DocumentKind, PartyFact, PartyRole};
use crate::lexicon::{BankClass, bank_class, fold};

pub(super) fn determine(facts: &DocumentFacts, company: &Company) -> Decided {
    let Some(found) = kind_of(facts) else {
        return without_kind(facts);
    };
    let mut decided = match found.kind {
        DocumentKind::NotAccounting | DocumentKind::Dunning => {
            Decided::new(Action::Nothing, Direction::Neutral, 0.95)
        }
        DocumentKind::BankTransaction => match bank::decide(facts, company) {
            Some(decided) => decided,
            None => missing_movement(),
        },
        DocumentKind::BankStatement => {
            Decided::new(Action::ImportBankStatement, Direction::Neutral, 0.95)
        }
        DocumentKind::OwnTransfer => own_transfer(facts),
        kind if is_one_sided(kind) => one_sided(kind, facts),
        kind => two_sided(kind, facts, company),
    };
    if found.kind == DocumentKind::NotAccounting && !found.is_printed {
        decided.findings.push(nothing_recognised());
        decided.is_relevant = has_amount(facts);
    }
    decided.kind = Some(found.kind);
    decided.weight *= found.weight;
    decided.evidence.insert(0, found.evidence);
    decided
}

fn without_kind(facts: &DocumentFacts) -> Decided {
    if has_amount(facts) {
        let mut decided = Decided::new(Action::Nothing, Direction::Neutral, 0.3);
        let message = "the document's words do not say what kind of paper it is";
        decided
            .findings
            .push(Check::review("kind_unknown", "", message));
        decided.candidates = vec![
            (Action::CreateBill, 0.2),
            (Action::CreateJournalEntry, 0.2),
            (Action::CreateExpense, 0.1),
        ];
        return decided;
    }
    let mut decided = Decided::new(Action::Nothing, Direction::Neutral, 0.5);
    decided.evidence.push(Evidence {
        claim: "no business of accounting".to_owned(),
        path: String::new(),
        text: String::new(),
        rule: "relevance: no kind and no amount".to_owned(),
    });
    decided.findings.push(nothing_recognised());
    decided.is_relevant = false;
    decided.candidates = vec![(Action::CreateBill, 0.2), (Action::CreateExpense, 0.1)];
    decided
}

fn has_amount(facts: &DocumentFacts) -> bool {
    facts.totals.gross.is_some()
        || facts.totals.net.is_some()
        || !facts.amounts.is_empty()
        || !facts.lines.is_empty()
}

/// That nothing was recognised is no proof that nothing is to be booked.
fn nothing_recognised() -> Check {
    let message = "neither an amount nor a word of accounting was recognised";
    Check::review("nothing_recognised", "", message)
}

fn missing_movement() -> Decided {
    let mut decided = Decided::new(Action::Nothing, Direction::Neutral, 0.3);
    let message = "a bank line without an amount";
    decided
        .findings
        .push(Check::error("no_amount", "", message));
    decided
}

fn own_transfer(facts: &DocumentFacts) -> Decided {
    let text = bank::words(facts);
    let signed = facts
        .movements
        .first()
        .map(|movement| movement.amount.value);
    let is_out = signed.is_none_or(|amount| amount.is_sign_negative());
    let class = bank_class(&text, is_out, false).map(|hit| hit.meaning);
    let action = match class {
        Some(BankClass::CashWithdrawal) => Action::RecordCashWithdrawal,
        _ => Action::RecordBankTransfer,
    };
    let direction = if is_out || action == Action::RecordCashWithdrawal {
        Direction::MoneyOut
    } else {
        Direction::Neutral
    };
    let mut decided = Decided::new(action, direction, 0.9);
    decided.bank = class.or(Some(BankClass::Transfer));
    decided
}

/// Kinds whose action does not depend on a buyer and a seller.
fn is_one_sided(kind: DocumentKind) -> bool {
    use DocumentKind as K;
    matches!(
        kind,
        K::Payroll
            | K::Depreciation
            | K::JournalVoucher
            | K::CurrencyRevaluation
            | K::TaxReturn
            | K::TaxPayment
            | K::InventoryAdjustment
            | K::WriteOff
            | K::AssetAcquisition
            | K::AssetDisposal
            | K::Loan
            | K::ExpenseClaim
            | K::Refund
            | K::GoodsReceipt
    )
}

fn one_sided(kind: DocumentKind, facts: &DocumentFacts) -> Decided {
    use DocumentKind as K;
    let (action, direction) = match kind {
        K::Payroll => (Action::RecordPayroll, Direction::Neutral),
        K::Depreciation => (Action::RecordDepreciation, Direction::Neutral),
        K::CurrencyRevaluation => (Action::RevalueForeignBalances, Direction::Neutral),
        K::TaxReturn => (Action::FileTaxReturn, Direction::Neutral),
        K::TaxPayment if is_refund(facts) => (Action::RecordTaxPayment, Direction::MoneyIn),
        K::TaxPayment => (Action::RecordTaxPayment, Direction::MoneyOut),
        K::InventoryAdjustment => (Action::AdjustInventory, Direction::Neutral),
        K::WriteOff => (Action::WriteOffInvoice, Direction::Sale),
        K::AssetAcquisition => (Action::AcquireAsset, Direction::Purchase),
        K::AssetDisposal => (Action::DisposeAsset, Direction::Sale),
        K::ExpenseClaim => (Action::CreateExpense, Direction::Purchase),
        K::Refund if is_incoming(facts) => (Action::ReversePayment, Direction::MoneyIn),
        K::Refund => (Action::RefundCustomer, Direction::MoneyOut),
        K::GoodsReceipt => (Action::ReceiveGoods, Direction::Purchase),
        K::Loan if facts.amount(AmountConcept::Interest).is_some() => {
            (Action::CreateJournalEntry, Direction::MoneyOut)
        }
        K::Loan => (Action::CreateJournalEntry, Direction::MoneyIn),
        _ => (Action::CreateJournalEntry, Direction::Neutral),
    };
    let mut decided = Decided::new(action, direction, 0.97);
    let side = match direction {
        Direction::Purchase => Some((OurSide::Buyer, [PartyRole::Seller, PartyRole::Unclear])),
        Direction::Sale | Direction::MoneyOut if action != Action::RecordTaxPayment => {
            Some((OurSide::Seller, [PartyRole::Buyer, PartyRole::Unclear]))
        }
        _ => None,
    };
    if kind == K::Loan {
        let lender = [PartyRole::Seller, PartyRole::Unclear].into_iter();
        decided.counterparty = lender
            .filter_map(|role| facts.party(role))
            .find(|party| !party.is_empty())
            .cloned();
    }
    if let Some((side, roles)) = side {
        decided.side = Some(side);
        decided.counterparty = roles
            .into_iter()
            .find_map(|role| facts.party(role).filter(|party| !party.is_empty()))
            .cloned();
    }
    if action != Action::CreateJournalEntry {
        decided.candidates.push((Action::CreateJournalEntry, 0.03));
    }
    decided
}

/// Money from the authority: a positive movement or the word of a refund.
fn is_refund(facts: &DocumentFacts) -> bool {
    is_incoming(facts)
        || bank_class(&bank::words(facts), false, false)
            .is_some_and(|hit| hit.meaning == BankClass::Refund)
}

fn is_incoming(facts: &DocumentFacts) -> bool {
    facts
        .movements
        .first()
        .is_some_and(|movement| movement.amount.value.is_sign_positive())
}

fn two_sided(kind: DocumentKind, facts: &DocumentFacts, company: &Company) -> Decided {
    use DocumentKind as K;
    use OurSide::{Buyer, Seller};
    let default = match kind {
        K::DeliveryNote => Some(Seller),
        K::PaymentAdvice | K::DepositPayment | K::PaymentReturn => payment_side(facts),
        _ => None,
    };
    let mut view = perspective(facts, company, default);
    // On a payment the words of its direction say more than the part that one party plays.
    let is_payment = matches!(kind, K::PaymentAdvice | K::DepositPayment);
    let is_unnamed = view
        .doubt
        .as_ref()
        .is_some_and(|doubt| doubt.code == "company_not_named");
    if let (true, true, Some(side)) = (is_payment, is_unnamed, default) {
        view.side = side;
    }
    let side = view.side;
    let (action, direction) = match (kind, side) {
        (K::CreditNote, Buyer) => (Action::CreateVendorCredit, Direction::Purchase),
        (K::CreditNote, Seller) => (Action::CreateCreditNote, Direction::Sale),
        (K::Receipt, Buyer) => (Action::CreateExpense, Direction::Purchase),
        (K::Receipt, Seller) => (Action::CreateSalesReceipt, Direction::Sale),
        // A quote or proforma that we received commits nobody: nothing is recorded yet.
        (K::Quote | K::Proforma, Buyer) => (Action::Nothing, Direction::Purchase),
        (K::Quote | K::Proforma, Seller) => (Action::CreateEstimate, Direction::Sale),
        (K::Order, Buyer) => (Action::CreatePurchaseOrder, Direction::Purchase),
        (K::Order, Seller) => (Action::CreateSalesOrder, Direction::Sale),
        (K::DeliveryNote, Buyer) => (Action::ReceiveGoods, Direction::Purchase),
        (K::DeliveryNote, Seller) => (Action::ShipGoods, Direction::Sale),
        (K::PaymentAdvice, Buyer) => (Action::RecordPaymentMade, Direction::MoneyOut),
        (K::PaymentAdvice, Seller) => (Action::RecordPaymentReceived, Direction::MoneyIn),
        (K::DepositPayment, Buyer) => (Action::RecordVendorDeposit, Direction::MoneyOut),
        (K::DepositPayment, Seller) => (Action::RecordCustomerDeposit, Direction::MoneyIn),
        // Our own payment comes back to us; the customer's goes back to the customer.
        (K::PaymentReturn, Buyer) => (Action::ReversePayment, Direction::MoneyIn),
        (K::PaymentReturn, Seller) => (Action::ReversePayment, Direction::MoneyOut),
        (_, Buyer) => (Action::CreateBill, Direction::Purchase),
        (_, Seller) => (Action::CreateInvoice, Direction::Sale),
    };
    let mut decided = Decided::new(action, direction, view.weight.clamp(0.5, 0.97));
    decided.side = Some(side);
    decided.evidence = view.evidence;
    decided.counterparty = counterparty(facts, company, side)
        .or_else(|| only_party(facts).filter(|_| is_payment && is_unnamed))
        .cloned();
    decided.candidates = alternatives(action, 1.0 - view.weight.min(0.97));
    if let Some(doubt) = view.doubt
        && doubt_matters(kind, &doubt)
    {
        decided.findings.push(doubt);
    }
    decided
}

/// The one party that a document names.
fn only_party(facts: &DocumentFacts) -> Option<&PartyFact> {
    let mut named = facts
        .parties
        .iter()
        .map(|(_, party)| party)
        .filter(|party| !party.is_empty());
    named.next().filter(|_| named.next().is_none())
}

/// Receipts and payment advices seldom name the company, and it is theirs all the same: only a
/// paper that binds two named parties is in doubt when the company is on neither side.
fn doubt_matters(kind: DocumentKind, doubt: &Check) -> bool {
    use DocumentKind as K;
    doubt.code != "company_not_named"
        || !matches!(
            kind,
            K::Receipt | K::PaymentAdvice | K::DepositPayment | K::PaymentReturn | K::DeliveryNote
        )
}

/// The payer's side or the payee's: by the movement's sign, else by the words of the title and
/// of the labels (`Zahlungseingang`, `amount_credited_eur`).
fn payment_side(facts: &DocumentFacts) -> Option<OurSide> {
    const INTO: &[&str] = &[
        "received",
        "receipt",
        "incoming",
        "credited",
        "eingang",
        "zahlungseingang",
        "erhalten",
        "gutgeschrieben",
        "recu",
        "recue",
        "encaissement",
        "encaisse",
        "credite",
        "recibido",
        "recibida",
        "cobro",
        "cobrado",
        "abonado",
        "incasso",
        "incassato",
        "ricevuto",
        "ricevuta",
        "accreditato",
        "ontvangen",
        "bijgeschreven",
        "recebido",
        "recebimento",
        "creditado",
        "otrzymano",
        "otrzymana",
        "wplyw",
        "wplata",
        "inbetalning",
        "indbetaling",
        "innbetaling",
        "mottagen",
        "modtaget",
        "incasat",
        "incasare",
        "prijata",
    ];
    const OUT: &[&str] = &[
        "made",
        "sent",
        "outgoing",
        "debited",
        "ausgang",
        "zahlungsausgang",
        "belastet",
        "emis",
        "decaissement",
        "debite",
        "emitido",
        "realizado",
        "cargado",
        "effettuato",
        "disposto",
        "addebitato",
        "verzonden",
        "uitgaand",
        "afgeschreven",
        "efetuado",
        "enviado",
        "debitado",
        "wyslano",
        "wyplata",
        "wychodzacy",
        "utbetalning",
        "udbetaling",
        "utbetaling",
        "efectuata",
        "odeslana",
    ];
    if let Some(movement) = facts.movements.first() {
        let is_out = movement.amount.value.is_sign_negative();
        return Some(if is_out {
            OurSide::Buyer
        } else {
            OurSide::Seller
        });
    }
    let title = facts.kind.iter().map(|kind| kind.source.text.as_str());
    let labels = facts.amounts.iter().map(|amount| amount.label.as_str());
    let words = fold(&title.chain(labels).collect::<Vec<_>>().join(" "));
    let says = |list: &[&str]| words.split(' ').any(|word| list.contains(&word));
    match (says(INTO), says(OUT)) {
        (true, false) => Some(OurSide::Seller),
        (false, true) => Some(OurSide::Buyer),
        _ => None,
    }
}

fn alternatives(action: Action, weight: f64) -> Vec<(Action, f64)> {
    let mirrored = match action {
        Action::CreateBill => Some(Action::CreateInvoice),
        Action::CreateInvoice => Some(Action::CreateBill),
        Action::CreateVendorCredit => Some(Action::CreateCreditNote),
        Action::CreateCreditNote => Some(Action::CreateVendorCredit),
        Action::CreatePurchaseOrder => Some(Action::CreateSalesOrder),
        Action::CreateSalesOrder => Some(Action::CreatePurchaseOrder),
        Action::RecordPaymentMade => Some(Action::RecordPaymentReceived),
        Action::RecordPaymentReceived => Some(Action::RecordPaymentMade),
        Action::Nothing => Some(Action::CreateEstimate),
        _ => None,
    };
    let mut others: Vec<_> = mirrored.map(|other| (other, weight)).into_iter().collect();
    if action == Action::CreateBill {
        others.push((Action::CreateExpense, 0.05));
    }
    others
}
