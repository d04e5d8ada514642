//! Invoices of a few terms, printed in both syntaxes. Totals are computed here, apart from the
//! code under test, in whole cents.

mod cii;
mod ubl;

pub(crate) use cii::cii;
pub(crate) use ubl::ubl;

/// An amount in cents.
pub(crate) type Cents = i64;

/// A tax category with its rate in percent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Tax {
    pub(crate) category: &'static str,
    pub(crate) rate: i64,
}

#[derive(Debug, Clone)]
pub(crate) struct Line {
    pub(crate) name: String,
    pub(crate) quantity: i64,
    pub(crate) price: Cents,
    /// Deducted from the line.
    pub(crate) allowance: Cents,
    pub(crate) tax: Tax,
}

#[derive(Debug, Clone)]
pub(crate) struct Adjustment {
    pub(crate) is_charge: bool,
    pub(crate) amount: Cents,
    pub(crate) tax: Tax,
}

#[derive(Debug, Clone)]
pub(crate) struct Invoice {
    pub(crate) type_code: &'static str,
    pub(crate) lines: Vec<Line>,
    pub(crate) adjustments: Vec<Adjustment>,
    pub(crate) prepaid: Cents,
    pub(crate) rounding: Cents,
    /// Total tax in Swiss francs.
    pub(crate) tax_in_francs: Option<Cents>,
    pub(crate) original: Option<&'static str>,
}

impl Line {
    pub(crate) fn new(name: &str, quantity: i64, price: Cents, tax: Tax) -> Self {
        Self {
            name: name.to_owned(),
            quantity,
            price,
            allowance: 0,
            tax,
        }
    }

    fn amount(&self) -> Cents {
        self.quantity * self.price - self.allowance
    }
}

pub(crate) const STANDARD: Tax = Tax {
    category: "S",
    rate: 19,
};
pub(crate) const REDUCED: Tax = Tax {
    category: "S",
    rate: 7,
};
pub(crate) const EXEMPT: Tax = Tax {
    category: "E",
    rate: 0,
};
pub(crate) const REVERSE: Tax = Tax {
    category: "AE",
    rate: 0,
};

impl Invoice {
    pub(crate) fn of(lines: Vec<Line>) -> Self {
        Self {
            type_code: "380",
            lines,
            adjustments: Vec::new(),
            prepaid: 0,
            rounding: 0,
            tax_in_francs: None,
            original: None,
        }
    }

    fn line_total(&self) -> Cents {
        self.lines.iter().map(Line::amount).sum()
    }

    fn sum_of(&self, is_charge: bool) -> Cents {
        let items = self.adjustments.iter();
        items
            .filter(|item| item.is_charge == is_charge)
            .map(|item| item.amount)
            .sum()
    }

    fn net(&self) -> Cents {
        self.line_total() - self.sum_of(false) + self.sum_of(true)
    }

    /// Base and tax of each category and rate, in the order of the lines.
    fn breakdown(&self) -> Vec<(Tax, Cents, Cents)> {
        let mut rows: Vec<(Tax, Cents)> = Vec::new();
        let lines = self.lines.iter().map(|line| (line.tax, line.amount()));
        let items = self.adjustments.iter().map(|item| {
            let sign = if item.is_charge { 1 } else { -1 };
            (item.tax, sign * item.amount)
        });
        for (tax, amount) in lines.chain(items) {
            match rows.iter_mut().find(|(known, _)| *known == tax) {
                Some((_, base)) => *base += amount,
                None => rows.push((tax, amount)),
            }
        }
        let taxed = |(tax, base): (Tax, Cents)| {
            let product = base * tax.rate;
            let rounded = (product.abs() + 50) / 100 * product.signum();
            (tax, base, rounded)
        };
        rows.into_iter().map(taxed).collect()
    }

    fn tax(&self) -> Cents {
        self.breakdown().iter().map(|(_, _, tax)| tax).sum()
    }

    pub(crate) fn gross(&self) -> Cents {
        self.net() + self.tax()
    }

    fn due(&self) -> Cents {
        self.gross() - self.prepaid + self.rounding
    }

    fn is_credit_note(&self) -> bool {
        self.type_code == "381"
    }
}

pub(crate) fn euros(cents: Cents) -> String {
    let sign = if cents < 0 { "-" } else { "" };
    format!("{sign}{}.{:02}", cents.abs() / 100, cents.abs() % 100)
}

fn reason(tax: Tax) -> Option<&'static str> {
    match tax.category {
        "E" => Some("Steuerfrei nach Paragraph 4"),
        "AE" => Some("Reverse charge"),
        _ => None,
    }
}
