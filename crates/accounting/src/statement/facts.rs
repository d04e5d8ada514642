//! A statement file as the facts of a document: a bank statement, its movements and balances.

use super::model::{Balance, BankLine, Statement, StatementFile};
use crate::facts::{
    AmountConcept, DocumentFacts, DocumentKind, Fact, LabelledAmount, MovementFact, Source,
};
use crate::reading::addressing_doubt;

impl StatementFile {
    /// The facts of the file. Several statements have one opening and one closing balance where
    /// each begins with the balance of the one before it.
    pub(crate) fn facts(&self) -> DocumentFacts {
        let mut facts = DocumentFacts {
            statement_checks: Some(self.checks().to_vec()),
            ..DocumentFacts::default()
        };
        let statements = self.statements();
        let (Some(first), Some(last)) = (statements.first(), statements.last()) else {
            return facts;
        };
        let source = |path: String, text: &str| Source::new(path, text, self.format().code());
        let whole = source(first.place.path(self.format()), self.format().code());
        facts.kind = Some(Fact::new(DocumentKind::BankStatement, whole.clone()));
        if statements
            .iter()
            .all(|one| one.currency() == first.currency())
        {
            facts.currency = Some(Fact::new(first.currency(), whole.clone()));
        }
        if let ([_], Some(number)) = (statements, first.number()) {
            facts.number = Some(Fact::new(number.to_owned(), source(whole.path, number)));
        }
        facts.movements = statements
            .iter()
            .flat_map(Statement::lines)
            .map(|line| self.movement(line))
            .collect();
        if statements
            .windows(2)
            .all(|pair| is_chain(&pair[0], &pair[1]))
        {
            let balance = |balance: &Balance, concept| {
                let source = source(
                    balance.place.path(self.format()),
                    &balance.amount().to_string(),
                );
                LabelledAmount {
                    concept,
                    amount: Fact::new(balance.amount(), source),
                    currency: Some(first.currency()),
                    label: String::new(),
                }
            };
            let opening = first.opening();
            facts.amounts = opening
                .map(|found| balance(found, AmountConcept::OpeningBalance))
                .into_iter()
                .chain(
                    last.closing()
                        .map(|found| balance(found, AmountConcept::ClosingBalance)),
                )
                .collect();
        }
        let end = |found: Option<&Balance>| {
            let found = found?;
            let date = found.date()?;
            let path = found.place.path(self.format());
            Some(Fact::new(date, source(path, &date.to_string())))
        };
        facts.period_start = end(first.opening());
        facts.period_end = end(last.closing());
        for line in statements.iter().flat_map(Statement::lines) {
            let path = line.place.path(self.format());
            facts
                .doubts
                .extend(addressing_doubt(&path, line.description()));
        }
        facts
    }

    fn movement(&self, line: &BankLine) -> MovementFact {
        let fact = |text: &str| {
            let path = line.place.path(self.format());
            Fact::new(
                text.to_owned(),
                Source::new(path, text, self.format().code()),
            )
        };
        MovementFact {
            date: Some(fact(&line.date().to_string()).map(|_| line.date())),
            amount: fact(&line.amount().to_string()).map(|_| line.amount()),
            description: Some(fact(line.description())).filter(|text| !text.value.is_empty()),
            counterparty: line.counterparty_name().map(fact),
        }
    }
}

/// The second goes on where the first ends.
fn is_chain(before: &Statement, after: &Statement) -> bool {
    let amount = |balance: Option<&Balance>| balance.map(Balance::amount);
    before.account() == after.account()
        && before.currency() == after.currency()
        && before.closing().is_some()
        && amount(before.closing()) == amount(after.opening())
}
