//! `TxDtls`, one payment: amounts, parties, references and remittance.

use rust_decimal::Decimal;

use super::element::Element;
use super::entry::{Account, Booking};
use super::values;
use crate::money::Currency;
use crate::statement::amount::end_to_end;
use crate::statement::draft::{LineDraft, filled};
use crate::statement::error::{FilePlace, StatementError};

/// A payment as far as a bank line has places for it.
#[derive(Debug)]
pub(super) struct Payment {
    place: FilePlace,
    /// Signed, where the payment has an amount in the entry's currency.
    pub(super) amount: Option<Decimal>,
    instructed: Option<(Decimal, Currency)>,
    name: Option<String>,
    account: Option<String>,
    end_to_end_id: Option<String>,
    structured_reference: Option<String>,
    /// The payer's words.
    remittance: Vec<String>,
    /// The bank's words, and for whom was paid.
    additions: Vec<String>,
    details: Vec<(String, String)>,
}

impl Payment {
    /// Reads a payment.
    ///
    /// # Errors
    /// [`StatementError`] with the path of an amount or indicator of another form.
    pub(super) fn read(
        element: &Element<'_>,
        booking: &Booking,
        ours: &Account,
    ) -> Result<Self, StatementError> {
        let mut payment = Self {
            place: element.place(),
            amount: amount(element, booking)?,
            instructed: None,
            name: None,
            account: None,
            end_to_end_id: element.take_at("Refs/EndToEndId").and_then(end_to_end),
            structured_reference: None,
            remittance: Vec::new(),
            additions: Vec::new(),
            details: Vec::new(),
        };
        if let Some(instructed) = element.at("AmtDtls/InstdAmt/Amt") {
            payment.instructed = Some(values::amount(&instructed)?);
        }
        payment.read_parties(element, booking, ours);
        payment.read_remittance(element);
        for returned in element
            .every("RtrInf/Rsn/Cd")
            .iter()
            .chain(&element.every("RtrInf/Rsn/Prtry"))
        {
            if let Some(reason) = returned.take() {
                payment.additions.push(format!("Return {reason}"));
            }
        }
        for text in element
            .every("RtrInf/AddtlInf")
            .iter()
            .chain(&element.every("AddtlTxInf"))
        {
            payment.additions.extend(text.take().map(str::to_owned));
        }
        payment.details = element.rest(&[]);
        Ok(payment)
    }

    /// The other side is the debtor of money that came in and the creditor of money that went
    /// out. In a reversal the parties are those of the payment that is reversed. An account that
    /// is ours tells the sides apart whatever the indicators say.
    fn read_parties(&mut self, element: &Element<'_>, booking: &Booking, ours: &Account) {
        let amount = self.amount.unwrap_or(booking.amount);
        let mut is_debtor = amount.is_sign_positive() != booking.is_reversal;
        let number = |side: &str| {
            let account = element.at(&format!("RltdPties/{side}Acct/Id"))?;
            account.at("IBAN").or_else(|| account.at("Othr/Id"))
        };
        let is_ours = |side: &str| {
            let number = number(side).and_then(|number| number.text());
            number.is_some() && number.map(crate::statement::amount::account) == ours.number
        };
        let sides = |is_debtor: bool| {
            if is_debtor {
                ("Dbtr", "Cdtr")
            } else {
                ("Cdtr", "Dbtr")
            }
        };
        let (other, own) = sides(is_debtor);
        if is_ours(other) && !is_ours(own) {
            is_debtor = !is_debtor;
        }
        let (side, _) = sides(is_debtor);
        self.name = party_name(element, &format!("RltdPties/{side}"));
        self.account = number(side)
            .and_then(|number| number.take())
            .map(str::to_owned);
        let ultimate = party_name(element, &format!("RltdPties/Ultmt{side}"));
        self.additions.extend(ultimate);
    }

    fn read_remittance(&mut self, element: &Element<'_>) {
        for text in element.every("RmtInf/Ustrd") {
            self.remittance.extend(text.take().map(str::to_owned));
        }
        let mut references = Vec::new();
        for structured in element.every("RmtInf/Strd") {
            if let Some(reference) = structured.take_at("CdtrRefInf/Ref") {
                references.push(reference.to_owned());
            }
            for document in structured.every("RfrdDocInf/Nb") {
                self.remittance.extend(document.take().map(str::to_owned));
            }
            for text in structured.every("AddtlRmtInf") {
                self.remittance.extend(text.take().map(str::to_owned));
            }
        }
        references.dedup();
        // A line has one structured reference; of several, none is the one.
        if let [only] = references.as_slice() {
            self.structured_reference = Some(only.clone());
        } else {
            self.remittance.extend(references);
        }
    }

    /// The bank line of this payment.
    pub(super) fn into_line(self, booking: &Booking, amount: Decimal) -> LineDraft {
        let mut line = LineDraft::new(self.place, booking.date, amount, booking.currency);
        line.value_date = booking.value_date;
        line.is_booked = booking.is_booked;
        line.instructed = self.instructed;
        line.counterparty_name = self.name;
        line.counterparty_iban = self.account;
        line.end_to_end_id = self.end_to_end_id;
        line.structured_reference = self.structured_reference;
        line.texts = self.remittance;
        line.texts.extend(self.additions);
        line.texts.extend(booking.texts.iter().cloned());
        line.details = self.details;
        // A payment that the line is not the amount of: told, since it has no other place.
        if let Some(own) = self.amount.filter(|own| *own != amount) {
            line.details.push(("Amt".to_owned(), own.to_string()));
        }
        line
    }
}

/// One line for a whole entry. Where several payments are in it, what all agree on is the
/// line's, and the rest of each goes to its text and the details.
pub(super) fn one_line(place: FilePlace, payments: Vec<Payment>, booking: &Booking) -> LineDraft {
    let mut payments = payments.into_iter();
    let Some(first) = payments.next() else {
        let mut line = LineDraft::new(place, booking.date, booking.amount, booking.currency);
        line.value_date = booking.value_date;
        line.is_booked = booking.is_booked;
        line.texts.clone_from(&booking.texts);
        return line;
    };
    let rest: Vec<Payment> = payments.collect();
    let mut line = first.into_line(booking, booking.amount);
    line.place = place;
    if rest.is_empty() {
        return line;
    }
    let own = line.clone();
    if let Some((amount, currency)) = line.instructed.take() {
        line.details.push((
            "AmtDtls/InstdAmt/Amt".to_owned(),
            format!("{amount} {currency}"),
        ));
    }
    let mut all = vec![own];
    all.extend(
        rest.into_iter()
            .map(|payment| payment.into_line(booking, booking.amount)),
    );
    let agreed = |field: fn(&LineDraft) -> &Option<String>| {
        let first = all.first().and_then(|line| field(line).clone());
        first.filter(|value| all.iter().all(|line| field(line).as_ref() == Some(value)))
    };
    line.counterparty_name = agreed(|line| &line.counterparty_name);
    line.counterparty_iban = agreed(|line| &line.counterparty_iban);
    line.end_to_end_id = agreed(|line| &line.end_to_end_id);
    line.structured_reference = agreed(|line| &line.structured_reference);
    let mut texts = Vec::new();
    for (index, payment) in all.iter().enumerate() {
        let own = [
            &payment.structured_reference,
            &payment.end_to_end_id,
            &payment.counterparty_name,
            &payment.counterparty_iban,
        ];
        texts.extend(payment.texts.iter().cloned());
        texts.extend(own.into_iter().flatten().cloned());
        if index > 0 {
            line.details.extend(payment.details.iter().cloned());
            if let Some((amount, currency)) = payment.instructed {
                line.details.push((
                    "AmtDtls/InstdAmt/Amt".to_owned(),
                    format!("{amount} {currency}"),
                ));
            }
        }
    }
    line.texts = texts;
    line
}

/// `Nm` of a party, which from version 08 stands below `Pty` or is an agent's.
fn party_name(element: &Element<'_>, party: &str) -> Option<String> {
    let party = element.at(party)?;
    let name = ["Nm", "Pty/Nm", "Agt/FinInstnId/Nm"]
        .iter()
        .find_map(|path| party.take_at(path))?;
    filled(name)
}

/// The payment's own signed amount: `Amt`, in version 02 `AmtDtls/TxAmt/Amt`, if it is in the
/// currency of the entry.
fn amount(element: &Element<'_>, booking: &Booking) -> Result<Option<Decimal>, StatementError> {
    let Some(stated) = element
        .at("Amt")
        .or_else(|| element.at("AmtDtls/TxAmt/Amt"))
    else {
        return Ok(None);
    };
    let (figure, currency) = values::peek_amount(&stated)?;
    if currency != booking.currency {
        return Ok(None);
    }
    stated.take();
    match element.at("CdtDbtInd") {
        Some(indicator) => values::signed(figure, &indicator).map(Some),
        None if booking.amount.is_sign_negative() => Ok(Some(-figure)),
        None => Ok(Some(figure)),
    }
}
