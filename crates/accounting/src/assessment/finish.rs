//! From a decided document to the reply.

use jiff::civil::Date;
use rust_decimal::Decimal;

use super::processed::{Journal, NoEntry, NoEntryReason, Processed, Statement, TaxLine};
use super::{Assessment, LlmUse};
use crate::checks::{self, Check, Compared, Severity, Subject};
use crate::facts::{AmountConcept, DocumentKind, Fact};
use crate::fx::{self, Functional};
use crate::money::{Currency, Money};
use crate::posting::{self, Context, Figures, Posted, Posting, PostingError, posting_date};
use crate::tax;

/// An entry or what stands in its way.
struct Outcome {
    journal: Journal,
    figures: Figures,
    currency: Currency,
    functional: Option<Functional>,
    findings: Vec<Check>,
}

impl Assessment {
    /// Posts, checks and explains.
    pub fn finish(self) -> Processed {
        let outcome = self.outcome();
        let mut findings = self.decided.findings.clone();
        let subject = Subject {
            facts: &self.facts,
            company: &self.company,
            decided: &self.decided,
            today: self.options.today,
        };
        findings.extend(self.findings.iter().cloned());
        findings.extend(checks::document(&subject));
        if self.options.llm == LlmUse::Never && self.decided.weight < super::OPEN_WEIGHT {
            let message = "the rules leave the action open, and no model was asked";
            findings.push(Check::review("action_open", "", message));
        }
        findings.extend(outcome.findings.iter().cloned());
        findings.extend(self.beside_earlier_documents(&outcome));
        findings.sort_by_key(|finding| finding.severity);
        findings.dedup();
        self.reply(outcome, findings)
    }

    fn currency(&self) -> Currency {
        self.facts
            .currency
            .as_ref()
            .map_or_else(|| self.company.base_currency(), |currency| currency.value)
    }

    fn context(&self) -> Context<'_> {
        Context {
            facts: &self.facts,
            company: &self.company,
            decided: &self.decided,
            accounts: &self.plan,
            currency: self.currency(),
        }
    }

    fn outcome(&self) -> Outcome {
        let context = self.context();
        let posted = posting::post(&context).and_then(|posting| self.enter(&context, posting));
        match posted {
            Ok((posting, posted, mut findings)) => {
                findings.extend(posting.findings);
                if self.options.llm == LlmUse::Never || self.settled_account() {
                    findings.extend(self.plan.findings());
                }
                Outcome {
                    journal: Journal::Entry(posted.entry),
                    figures: posting.figures,
                    currency: posting.currency,
                    functional: posted.functional,
                    findings,
                }
            }
            Err(error) => {
                let reason = match error {
                    PostingError::DoesNotPost | PostingError::CostUnknown => {
                        NoEntryReason::DoesNotPost
                    }
                    _ => NoEntryReason::CannotPost,
                };
                Outcome {
                    journal: Journal::Nothing(NoEntry::because(reason)),
                    figures: Figures::default(),
                    currency: context.currency,
                    functional: None,
                    findings: error.finding().into_iter().collect(),
                }
            }
        }
    }

    fn settled_account(&self) -> bool {
        !self.plan.shares.is_empty()
    }

    /// Converts and enters a posting; the findings are the rate's and the period's.
    fn enter(
        &self,
        context: &Context<'_>,
        posting: Posting,
    ) -> Result<(Posting, Posted, Vec<Check>), PostingError> {
        let mut findings = Vec::new();
        let (from, to) = (posting.currency, self.company.base_currency());
        let conversion = if from == to {
            None
        } else {
            let found = fx::conversion(&self.facts, &self.company, from, posting.date)
                .ok_or(PostingError::NoRate { from, to })?;
            if found.is_later {
                let message = "no rate on or before the document's date: a later one was taken";
                findings.push(Check::review("later_rate", "", message));
            }
            if found.is_direction_assumed {
                let message = format!("the rate is taken as {to} for one {from}");
                findings.push(Check::review("rate_direction_assumed", "", message));
            }
            Some(found)
        };
        let posted = posting::entry(context, &posting, conversion.as_ref())?;
        let module = self.decided.action.module();
        findings.extend(checks::locked_period(&self.company, module, posting.date));
        Ok((posting, posted, findings))
    }

    fn beside_earlier_documents(&self, outcome: &Outcome) -> Vec<Check> {
        let number = self.facts.number.as_ref();
        let party = self.decided.party_name();
        let places = |amount: Decimal| Money::rounded(amount, outcome.currency).amount();
        let compared = Compared {
            counterparty: party.as_deref(),
            number: number.map(|number| number.value.as_str()),
            number_path: number.map_or("", |number| number.source.path.as_str()),
            issue_date: self.issue_date(),
            currency: outcome.currency,
            gross: self.gross(outcome).map(places),
        };
        checks::history(&compared, &self.earlier)
    }

    /// A printed amount, unless the entry is in another currency.
    fn printed(&self, currency: Currency, fact: Option<&Fact<Decimal>>) -> Option<Decimal> {
        fact.filter(|_| currency == self.currency())
            .map(|fact| fact.value)
    }

    fn is_statement(&self) -> bool {
        self.decided.kind == Some(DocumentKind::BankStatement)
    }

    /// The total with tax: that of the entry, else the printed one.
    fn gross(&self, outcome: &Outcome) -> Option<Decimal> {
        if self.is_statement() {
            return None;
        }
        let totals = &self.facts.totals;
        let printed = |fact: &Option<Fact<Decimal>>| self.printed(outcome.currency, fact.as_ref());
        let posts = self.decided.action.posts();
        outcome
            .figures
            .gross
            .or_else(|| printed(&totals.gross))
            .or_else(|| printed(&totals.amount_due).filter(|_| !posts))
            .or_else(|| printed(&totals.net).filter(|_| !posts && totals.tax.is_none()))
            .map(|gross| if posts { gross.abs() } else { gross })
    }

    fn reply(self, outcome: Outcome, findings: Vec<Check>) -> Processed {
        let currency = outcome.currency;
        let facts = &self.facts;
        let totals = &facts.totals;
        let printed = |fact: &Option<Fact<Decimal>>| self.printed(currency, fact.as_ref());
        let places = |amount: Decimal| Money::rounded(amount, currency).amount();
        let posts = self.decided.action.posts();
        // A statement has balances, not a total.
        let silent = self.is_statement();
        let gross = self.gross(&outcome);
        let net = outcome
            .figures
            .net
            .or_else(|| printed(&totals.net))
            .filter(|_| !silent);
        let tax = outcome
            .figures
            .tax
            .or_else(|| printed(&totals.tax))
            .filter(|_| !silent);
        // A document with two sides that mentions neither has neither; others do not speak of it.
        let is_invoice = posting::is_invoice(self.decided.action);
        let or_zero = |amount: Option<Decimal>| amount.or(is_invoice.then_some(Decimal::ZERO));
        let prepaid = or_zero(printed(&totals.prepaid));
        let rounding = or_zero(printed(&totals.rounding));
        let withheld = or_zero(Some(facts.withheld()).filter(|amount| !amount.is_zero()));
        let due = printed(&totals.amount_due).or_else(|| {
            let gross = gross.filter(|_| is_invoice)?;
            let less = prepaid.unwrap_or_default() + withheld.unwrap_or_default();
            Some(gross - less + rounding.unwrap_or_default())
        });
        let valid = !findings
            .iter()
            .any(|finding| finding.severity == Severity::Error);
        let reviewed = findings
            .iter()
            .any(|finding| finding.severity == Severity::Review);
        let review_reasons = findings
            .iter()
            .filter(|finding| finding.severity != Severity::Warning)
            .map(|finding| format!("{}: {}", finding.code, finding.message))
            .collect();
        let explanation = self.explanation(&outcome);
        Processed {
            determination: self.determination(),
            document_type: document_type(self.decided.kind),
            document_number: facts.number.as_ref().map(|number| number.value.clone()),
            issue_date: self.issue_date(),
            due_date: facts.due_date.as_ref().map(|date| date.value),
            currency: (posts || facts.currency.is_some() || gross.is_some()).then_some(currency),
            net: net.map(places),
            tax: tax.map(places),
            gross: gross.map(places),
            prepaid: prepaid.map(places),
            rounding: rounding.map(places),
            withheld: withheld.map(places),
            amount_due: due.map(places),
            tax_treatment: is_invoice.then(|| tax::treatment(facts)),
            tax_lines: if silent {
                Vec::new()
            } else {
                self.tax_lines(currency)
            },
            functional: outcome.functional,
            statement: self.statement(currency),
            journal: outcome.journal,
            valid,
            auto: valid && !reviewed,
            checks: findings,
            review_reasons,
            explanation,
            model_choices: self.choices,
        }
    }

    /// The document's date; of a statement its own, not that of its first movement.
    fn issue_date(&self) -> Option<Date> {
        if self.decided.kind == Some(DocumentKind::BankStatement) {
            let stated = self
                .facts
                .issue_date
                .as_ref()
                .or(self.facts.period_end.as_ref());
            return stated.map(|date| date.value);
        }
        posting_date(&self.facts)
    }

    fn tax_lines(&self, currency: Currency) -> Vec<TaxLine> {
        let places = |amount: Decimal| Money::rounded(amount, currency).amount();
        self.facts
            .tax_lines
            .iter()
            .map(|line| TaxLine {
                category: tax::category(line),
                rate: line.rate.as_ref().map(|rate| rate.value.normalize()),
                base: line.base.as_ref().map(|base| places(base.value)),
                amount: line.amount.as_ref().map(|amount| places(amount.value)),
            })
            .collect()
    }

    fn statement(&self, currency: Currency) -> Option<Statement> {
        if self.decided.kind != Some(DocumentKind::BankStatement) {
            return None;
        }
        let places = |amount: Decimal| Money::rounded(amount, currency).amount();
        let balance = |concept| {
            self.facts
                .amount(concept)
                .map(|found| places(found.amount.value))
        };
        let moved = || {
            self.facts
                .movements
                .iter()
                .map(|movement| movement.amount.value)
        };
        Some(Statement {
            opening_balance: balance(AmountConcept::OpeningBalance),
            closing_balance: balance(AmountConcept::ClosingBalance),
            total_in: places(moved().filter(Decimal::is_sign_positive).sum()),
            total_out: places(
                moved()
                    .filter(Decimal::is_sign_negative)
                    .map(|moved| moved.abs())
                    .sum(),
            ),
            transaction_count: self.facts.movements.len(),
        })
    }

    fn explanation(&self, outcome: &Outcome) -> String {
        let action = self.decided.action;
        let mut sentences = vec![format!("The document is {} ({action}).", action.label())];
        if let Some(name) = self.decided.party_name() {
            sentences.push(format!("The other party is {name}."));
        }
        if let Some(evidence) = self
            .decided
            .evidence
            .iter()
            .find(|evidence| evidence.claim.starts_with("we are"))
        {
            sentences.push(format!("By {}, {}.", evidence.rule, evidence.claim));
        }
        match &outcome.journal {
            Journal::Entry(entry) => {
                sentences.push(format!("It is posted in {} lines.", entry.lines().len()));
            }
            Journal::Nothing(_) => sentences.push("Nothing is posted.".to_owned()),
        }
        if let Some(functional) = &outcome.functional {
            sentences.push(format!(
                "It is converted at {} {} ({}).",
                functional.rate, functional.currency, functional.rate_source
            ));
        }
        sentences.join(" ")
    }
}

fn document_type(kind: Option<DocumentKind>) -> String {
    kind.and_then(|kind| serde_json::to_value(kind).ok())
        .and_then(|value| value.as_str().map(str::to_owned))
        .unwrap_or_else(|| "unknown".to_owned())
}
