//! Which accounts a purchase or a sale belongs to: the supplier's account, words of goods and
//! services, the model's choice, else a default that a person should look at.

use rust_decimal::Decimal;

use super::draft::Target;
use crate::catalogue::Action;
use crate::chart::{Account, AccountCode, AccountType, Role};
use crate::checks::Check;
use crate::company::Company;
use crate::determination::known::known_party;
use crate::determination::{Decided, Evidence};
use crate::facts::{DocumentFacts, DocumentKind, LineFact};
use crate::lexicon::expense_roles;
use crate::money::is_in_range;

/// How an account was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum PlanSource {
    /// The company's master data or policy.
    Company,
    /// A word of the lexicon.
    Lexicon(String),
    /// A model's choice.
    Model,
    /// Nothing placed it.
    Default,
}

/// The account of one part of the net amount.
#[derive(Debug, Clone)]
pub(crate) struct Share {
    pub target: Target,
    /// Weight of the part among all: the line's amount, or 1 for a document without lines.
    pub amount: Decimal,
    pub source: PlanSource,
}

/// The accounts of a document.
#[derive(Debug, Clone, Default)]
pub(crate) struct AccountPlan {
    pub shares: Vec<Share>,
}

impl AccountPlan {
    /// True when some part has only its default.
    pub(crate) fn is_open(&self) -> bool {
        self.shares
            .iter()
            .any(|share| share.source == PlanSource::Default)
    }

    /// The account of the greatest part.
    pub(crate) fn main(&self) -> Option<&Share> {
        self.shares.iter().max_by_key(|share| share.amount.abs())
    }

    /// Gives a model's choice to the parts that only have a default.
    pub(crate) fn place_open(&mut self, code: &AccountCode) {
        for share in self
            .shares
            .iter_mut()
            .filter(|share| share.source == PlanSource::Default)
        {
            share.target = Target::Code(code.clone());
            share.source = PlanSource::Model;
        }
    }

    /// A finding for what only a default or a model placed.
    pub(crate) fn findings(&self) -> Vec<Check> {
        let mut findings = Vec::new();
        if self.is_open() {
            let message = "no word of the document places it: it is posted to the default account";
            findings.push(Check::review("account_by_default", "", message));
        }
        if self
            .shares
            .iter()
            .any(|share| share.source == PlanSource::Model)
        {
            let message = "the account was chosen by a model";
            findings.push(Check::review("account_chosen_by_model", "", message));
        }
        findings
    }

    /// The evidence for the accounts found by words.
    pub(crate) fn evidence(&self) -> Vec<Evidence> {
        let claim = |share: &Share| match &share.target {
            Target::Role(role) => format!("account: {role}"),
            Target::Code(code) => format!("account: {code}"),
        };
        self.shares
            .iter()
            .filter_map(|share| match &share.source {
                PlanSource::Lexicon(term) => Some(Evidence {
                    claim: claim(share),
                    path: String::new(),
                    text: term.clone(),
                    rule: "word of goods and services".to_owned(),
                }),
                _ => None,
            })
            .collect()
    }
}

/// True for actions whose counter account has to be chosen.
pub(crate) fn needs_account(action: Action) -> bool {
    is_purchase(action) || is_sale(action)
}

fn is_purchase(action: Action) -> bool {
    matches!(
        action,
        Action::CreateBill | Action::CreateVendorCredit | Action::CreateExpense
    )
}

fn is_sale(action: Action) -> bool {
    matches!(action, Action::CreateInvoice | Action::CreateSalesReceipt)
}

/// Plans the accounts of a document's net amount.
pub(crate) fn plan_accounts(
    facts: &DocumentFacts,
    company: &Company,
    decided: &Decided,
) -> AccountPlan {
    // An advance goes to its own account, whatever it is for.
    let advance = decided.kind == Some(DocumentKind::DepositInvoice);
    if advance || !needs_account(decided.action) {
        return AccountPlan::default();
    }
    if let Some(code) = partys_account(company, decided) {
        let source = PlanSource::Company;
        let share = Share {
            target: Target::Code(code),
            amount: Decimal::ONE,
            source,
        };
        return AccountPlan {
            shares: vec![share],
        };
    }
    let sale = is_sale(decided.action);
    let mut plan = AccountPlan::default();
    for line in &facts.lines {
        let Some(amount) = line_amount(line).filter(|amount| !amount.is_zero()) else {
            continue;
        };
        let text = line
            .description
            .as_ref()
            .map_or("", |text| text.value.as_str());
        let (target, source) = place(text, sale, Some(line), company);
        add(
            &mut plan,
            Share {
                target,
                amount,
                source,
            },
        );
    }
    if plan.shares.is_empty() {
        let (target, source) = without_lines(facts, decided, sale, company);
        plan.shares.push(Share {
            target,
            amount: Decimal::ONE,
            source,
        });
    }
    settle_unplaced(&mut plan);
    plan
}

/// A document is seldom about many things: lines without a telling word follow the others when
/// those make up more than half of it.
fn settle_unplaced(plan: &mut AccountPlan) {
    let total: Decimal = plan.shares.iter().map(|share| share.amount.abs()).sum();
    let Some(main) = plan.main().cloned() else {
        return;
    };
    if main.source == PlanSource::Default || main.amount.abs() * Decimal::TWO <= total {
        return;
    }
    for share in plan
        .shares
        .iter_mut()
        .filter(|share| share.source == PlanSource::Default)
    {
        share.target = main.target.clone();
        share.source = main.source.clone();
    }
    let shares = std::mem::take(&mut plan.shares);
    for share in shares {
        add(plan, share);
    }
}

fn add(plan: &mut AccountPlan, share: Share) {
    let same = plan.shares.iter_mut().find(|known| {
        known.target == share.target
            && (known.source == PlanSource::Default) == (share.source == PlanSource::Default)
    });
    match same {
        Some(known) => known.amount += share.amount,
        None => plan.shares.push(share),
    }
}

fn line_amount(line: &LineFact) -> Option<Decimal> {
    line.amount.as_ref().map(|amount| amount.value).or_else(|| {
        let quantity = line.quantity.as_ref()?.value;
        let price = line.unit_price.as_ref()?.value;
        quantity
            .checked_mul(price)
            .filter(|amount| is_in_range(*amount))
    })
}

fn partys_account(company: &Company, decided: &Decided) -> Option<AccountCode> {
    known_party(company, decided.counterparty.as_ref()?)?
        .account
        .clone()
}

/// The account of a document whose lines have no amounts: by its texts. The supplier's name
/// alone is a hint, and stays open.
fn without_lines(
    facts: &DocumentFacts,
    decided: &Decided,
    sale: bool,
    company: &Company,
) -> (Target, PlanSource) {
    let by_texts = place(&loose_text(facts), sale, None, company);
    if by_texts.1 != PlanSource::Default {
        return by_texts;
    }
    match decided.party_name().filter(|_| !sale) {
        Some(name) => (place(&name, sale, None, company).0, PlanSource::Default),
        None => by_texts,
    }
}

fn loose_text(facts: &DocumentFacts) -> String {
    let mut words: Vec<String> = Vec::new();
    words.extend(
        facts
            .lines
            .iter()
            .filter_map(|l| l.description.as_ref())
            .map(|d| d.value.clone()),
    );
    words.extend(facts.texts.iter().map(|text| text.value.clone()));
    words.join(" ")
}

fn place(
    text: &str,
    sale: bool,
    line: Option<&LineFact>,
    company: &Company,
) -> (Target, PlanSource) {
    let hits = expense_roles(text);
    if sale {
        return place_sale(&hits, line, company);
    }
    if let Some(hit) = hits.first() {
        return (hit.meaning.into(), PlanSource::Lexicon(hit.term.clone()));
    }
    if let Some(code) = &company.policy().default_expense_account {
        return (Target::Code(code.clone()), PlanSource::Company);
    }
    let goods = line.is_some_and(|line| line.quantity.is_some() && line.unit_price.is_some());
    let role = if goods {
        Role::PurchasesGoods
    } else {
        Role::ServicesExpense
    };
    (role.into(), PlanSource::Default)
}

fn place_sale(
    hits: &[crate::lexicon::Hit<Role>],
    line: Option<&LineFact>,
    company: &Company,
) -> (Target, PlanSource) {
    if let Some(code) = &company.policy().default_income_account {
        return (Target::Code(code.clone()), PlanSource::Company);
    }
    // What the buyer charges to a service account is a service that we sell.
    if let Some(hit) = hits.first() {
        let goods = matches!(
            hit.meaning,
            Role::OfficeSupplies
                | Role::VehicleFuel
                | Role::FixedAssetVehicles
                | Role::PurchasesGoods
        );
        let role = if goods {
            Role::SalesGoods
        } else {
            Role::SalesServices
        };
        return (role.into(), PlanSource::Lexicon(hit.term.clone()));
    }
    let goods = line.is_some_and(|line| line.quantity.is_some() && line.unit_price.is_some());
    let role = if goods {
        Role::SalesGoods
    } else {
        Role::SalesServices
    };
    (role.into(), PlanSource::Default)
}

/// The accounts that a model may choose from, at most `most`; where the chart has more, one for
/// each role.
pub(crate) fn choices(company: &Company, action: Action, most: usize) -> Vec<&Account> {
    let sale = is_sale(action);
    let fits = |account: &&Account| {
        account.is_postable()
            && match account.role() {
                Some(role) if sale => role.takes_a_sale(),
                Some(role) => role.takes_a_bill(),
                None if sale => account.account_type() == AccountType::Income,
                None => account.account_type() == AccountType::Expense,
            }
    };
    let accounts: Vec<&Account> = company.chart().accounts().iter().filter(fits).collect();
    if accounts.len() <= most {
        return accounts;
    }
    let mut seen = std::collections::HashSet::new();
    let mut one_each: Vec<&Account> = accounts
        .into_iter()
        .filter(|account| account.role().is_some_and(|role| seen.insert(role)))
        .collect();
    one_each.truncate(most);
    one_each
}
