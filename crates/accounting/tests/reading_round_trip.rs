//! A generated invoice, printed in many styles, reads back to the same figures.

use ledgergate_accounting::document::Document;
use ledgergate_accounting::facts::DocumentFacts;
use ledgergate_accounting::money::round_half_away;
use ledgergate_accounting::reading::{ReadingContext, read};
use proptest::prelude::*;
use rust_decimal::Decimal;
use serde_json::{Map, Value, json};

/// Labels of one language or key style, in the order of [`Invoice`]'s printing.
struct Labels {
    title: &'static str,
    number: &'static str,
    date: &'static str,
    seller: &'static str,
    buyer: &'static str,
    name: &'static str,
    lines: &'static str,
    description: &'static str,
    quantity: &'static str,
    price: &'static str,
    amount: &'static str,
    rate: &'static str,
    net: &'static str,
    tax: &'static str,
    gross: &'static str,
}

const STYLES: [Labels; 7] = [
    Labels {
        title: "Invoice",
        number: "invoice_number",
        date: "issue_date",
        seller: "seller",
        buyer: "buyer",
        name: "name",
        lines: "line_items",
        description: "description",
        quantity: "quantity",
        price: "unit_price",
        amount: "amount",
        rate: "tax_rate",
        net: "subtotal",
        tax: "total_tax",
        gross: "total",
    },
    Labels {
        title: "Invoice",
        number: "invoiceNo",
        date: "invoiceDate",
        seller: "vendor",
        buyer: "billTo",
        name: "companyName",
        lines: "items",
        description: "itemName",
        quantity: "qty",
        price: "priceUnit",
        amount: "lineTotal",
        rate: "vatRate",
        net: "amountUntaxed",
        tax: "amountTax",
        gross: "grandTotal",
    },
    Labels {
        title: "Rechnung",
        number: "Rechnungsnummer",
        date: "Rechnungsdatum",
        seller: "Lieferant",
        buyer: "Kunde",
        name: "Name",
        lines: "Positionen",
        description: "Bezeichnung",
        quantity: "Menge",
        price: "Einzelpreis",
        amount: "Betrag",
        rate: "USt %",
        net: "Nettobetrag",
        tax: "Umsatzsteuer",
        gross: "Gesamtbetrag",
    },
    Labels {
        title: "Facture",
        number: "N° facture",
        date: "Date de facture",
        seller: "Fournisseur",
        buyer: "Client",
        name: "Raison sociale",
        lines: "Lignes",
        description: "Désignation",
        quantity: "Quantité",
        price: "Prix unitaire",
        amount: "Montant",
        rate: "Taux TVA",
        net: "Total HT",
        tax: "Montant TVA",
        gross: "Total TTC",
    },
    Labels {
        title: "Fattura",
        number: "Numero fattura",
        date: "Data fattura",
        seller: "Fornitore",
        buyer: "Cliente",
        name: "Denominazione",
        lines: "Righe",
        description: "Descrizione",
        quantity: "Quantità",
        price: "Prezzo unitario",
        amount: "Importo",
        rate: "Aliquota",
        net: "Imponibile",
        tax: "Totale IVA",
        gross: "Totale documento",
    },
    Labels {
        title: "Factura",
        number: "Nº factura",
        date: "Fecha factura",
        seller: "Proveedor",
        buyer: "Cliente",
        name: "Razón social",
        lines: "Conceptos",
        description: "Descripción",
        quantity: "Cantidad",
        price: "Precio",
        amount: "Importe",
        rate: "% IVA",
        net: "Base imponible",
        tax: "Cuota IVA",
        gross: "Total factura",
    },
    Labels {
        title: "Factuur",
        number: "Factuurnummer",
        date: "Factuurdatum",
        seller: "Leverancier",
        buyer: "Afnemer",
        name: "Naam",
        lines: "Factuurregels",
        description: "Omschrijving",
        quantity: "Aantal",
        price: "Prijs",
        amount: "Bedrag",
        rate: "Btw %",
        net: "Totaal excl. btw",
        tax: "Totaal btw",
        gross: "Totaal incl. btw",
    },
];

/// Group mark, decimal mark, and what stands behind the amount.
const NUMBER_STYLES: [(&str, &str, &str); 6] = [
    ("", ".", ""),
    (",", ".", ""),
    (".", ",", ""),
    (" ", ",", " €"),
    ("'", ".", ""),
    ("", ",", " EUR"),
];

fn print(amount: Decimal, (group, mark, behind): (&str, &str, &str)) -> String {
    let text = format!("{:.2}", amount.abs());
    let (whole, cents) = text.split_once('.').unwrap_or((&text, ""));
    let mut grouped = String::new();
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index) % 3 == 0 {
            grouped.push_str(group);
        }
        grouped.push(digit);
    }
    format!("{grouped}{mark}{cents}{behind}")
}

#[derive(Debug, Clone)]
struct Invoice {
    lines: Vec<(u32, Decimal, u32)>,
    number: u32,
    day: (i16, i8, i8),
}

impl Invoice {
    fn amount((quantity, price, _): (u32, Decimal, u32)) -> Decimal {
        Decimal::from(quantity) * price
    }

    fn totals(&self) -> (Decimal, Decimal) {
        let net = self.lines.iter().map(|line| Self::amount(*line)).sum();
        let mut tax = Decimal::ZERO;
        for rate in [0, 7, 19] {
            let base: Decimal = self
                .lines
                .iter()
                .filter(|line| line.2 == rate)
                .map(|line| Self::amount(*line))
                .sum();
            tax += round_half_away(base * Decimal::from(rate) / Decimal::ONE_HUNDRED, 2);
        }
        (net, tax)
    }

    fn date(&self, style: usize) -> String {
        let (year, month, day) = self.day;
        match style {
            0 => format!("{year}-{month:02}-{day:02}"),
            1 => format!("{day:02}.{month:02}.{year}"),
            _ => format!("{day:02}/{month:02}/{year}"),
        }
    }

    fn rows(&self, numbers: (&str, &str, &str)) -> Vec<[String; 5]> {
        self.lines
            .iter()
            .enumerate()
            .map(|(index, line)| {
                [
                    format!("Article {}", char::from(b"ABCDEFGH"[index])),
                    line.0.to_string(),
                    print(line.1, numbers),
                    print(Self::amount(*line), numbers),
                    format!("{}%", line.2),
                ]
            })
            .collect()
    }

    fn as_json(&self, labels: &Labels, numbers: (&str, &str, &str), dates: usize) -> Value {
        let (net, tax) = self.totals();
        let headings = [
            labels.description,
            labels.quantity,
            labels.price,
            labels.amount,
            labels.rate,
        ];
        let rows: Vec<Value> = self
            .rows(numbers)
            .into_iter()
            .map(|row| {
                Value::Object(
                    headings
                        .iter()
                        .map(|key| (*key).to_owned())
                        .zip(row.map(Value::String))
                        .collect::<Map<_, _>>(),
                )
            })
            .collect();
        let mut object = Map::new();
        object.insert(
            labels.number.to_owned(),
            json!(format!("R-{}", self.number)),
        );
        object.insert(labels.date.to_owned(), json!(self.date(dates)));
        object.insert(
            labels.seller.to_owned(),
            json!({ labels.name: "Seller One Ltd" }),
        );
        object.insert(
            labels.buyer.to_owned(),
            json!({ labels.name: "Buyer Two Ltd" }),
        );
        object.insert(labels.lines.to_owned(), Value::Array(rows));
        object.insert(labels.net.to_owned(), json!(print(net, numbers)));
        object.insert(labels.tax.to_owned(), json!(print(tax, numbers)));
        object.insert(labels.gross.to_owned(), json!(print(net + tax, numbers)));
        Value::Object(object)
    }

    fn as_markdown(&self, labels: &Labels, numbers: (&str, &str, &str), dates: usize) -> Value {
        let (net, tax) = self.totals();
        let table: String = self
            .rows(numbers)
            .iter()
            .map(|row| format!("| {} |", row.join(" | ")))
            .collect::<Vec<_>>()
            .join("\n");
        json!({ "markdown": format!(
            "# {}\n\n{}: R-{}\n{}: {}\n\n**{}**\nSeller One Ltd\n\n**{}**\nBuyer Two Ltd\n\n| {} | {} | {} | {} | {} |\n|---|---|---|---|---|\n{table}\n\n{}: {}\n{}: {}\n**{}: {}**\n",
            labels.title, labels.number, self.number, labels.date, self.date(dates), labels.seller, labels.buyer,
            labels.description, labels.quantity, labels.price, labels.amount, labels.rate,
            labels.net, print(net, numbers), labels.tax, print(tax, numbers), labels.gross, print(net + tax, numbers)
        )})
    }

    fn as_text(&self, labels: &Labels, numbers: (&str, &str, &str), dates: usize) -> Value {
        let (net, tax) = self.totals();
        let table: String = self
            .rows(numbers)
            .iter()
            .map(|row| row.join("    "))
            .collect::<Vec<_>>()
            .join("\n");
        json!({ "raw_text": format!(
            "{}\n\n{}: Seller One Ltd\n{}: Buyer Two Ltd\n{}: R-{}\n{}: {}\n\n{}    {}    {}    {}    {}\n{table}\n\n{}    {}\n{}    {}\n{}    {}\n",
            labels.title, labels.seller, labels.buyer, labels.number, self.number, labels.date, self.date(dates),
            labels.description, labels.quantity, labels.price, labels.amount, labels.rate,
            labels.net, print(net, numbers), labels.tax, print(tax, numbers), labels.gross, print(net + tax, numbers)
        )})
    }

    fn check(&self, facts: &DocumentFacts, printed: &Value) -> Result<(), TestCaseError> {
        let (net, tax) = self.totals();
        let value = |fact: &Option<ledgergate_accounting::facts::Fact<Decimal>>| {
            fact.as_ref().map(|fact| fact.value)
        };
        prop_assert_eq!(value(&facts.totals.net), Some(net), "net of {}", printed);
        prop_assert_eq!(value(&facts.totals.tax), Some(tax), "tax of {}", printed);
        prop_assert_eq!(
            value(&facts.totals.gross),
            Some(net + tax),
            "gross of {}",
            printed
        );
        let (year, month, day) = self.day;
        let date = jiff::civil::date(year, month, day);
        prop_assert_eq!(
            facts.issue_date.as_ref().map(|date| date.value),
            Some(date),
            "date of {}",
            printed
        );
        prop_assert_eq!(
            facts.number.as_ref().map(|number| number.value.clone()),
            Some(format!("R-{}", self.number)),
            "number of {}",
            printed
        );
        let read: Vec<_> = facts
            .lines
            .iter()
            .map(|line| {
                (
                    value(&line.quantity),
                    value(&line.amount),
                    value(&line.tax_rate),
                )
            })
            .collect();
        let wanted: Vec<_> = self
            .lines
            .iter()
            .map(|line| {
                (
                    Some(Decimal::from(line.0)),
                    Some(Self::amount(*line)),
                    Some(Decimal::from(line.2)),
                )
            })
            .collect();
        prop_assert_eq!(read, wanted, "lines of {}", printed);
        let names: Vec<_> = facts
            .parties
            .iter()
            .filter_map(|(_, party)| party.name.as_ref())
            .map(|name| name.value.as_str())
            .collect();
        prop_assert_eq!(
            names,
            ["Seller One Ltd", "Buyer Two Ltd"],
            "parties of {}",
            printed
        );
        Ok(())
    }
}

fn invoices() -> impl Strategy<Value = Invoice> {
    let line = (
        1u32..500,
        1i64..900_000,
        prop::sample::select(vec![0u32, 7, 19]),
    )
        .prop_map(|(quantity, cents, rate)| (quantity, Decimal::new(cents, 2), rate));
    (
        prop::collection::vec(line, 1..8),
        100u32..99_999,
        (2015i16..2030, 1i8..=12, 1i8..=28),
    )
        .prop_map(|(lines, number, day)| Invoice { lines, number, day })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn printed_invoices_read_back(
        invoice in invoices(),
        labels in 0..STYLES.len(),
        numbers in prop::sample::select(NUMBER_STYLES.to_vec()),
        dates in 0usize..3,
        form in 0usize..3,
    ) {
        let labels = &STYLES[labels];
        let printed = match form {
            0 => invoice.as_json(labels, numbers, dates),
            1 => invoice.as_markdown(labels, numbers, dates),
            _ => invoice.as_text(labels, numbers, dates),
        };
        let context = ReadingContext { country: Some("FR".to_owned()), ..ReadingContext::default() };
        let facts = read(&Document::from_json(&printed).unwrap(), &context);
        invoice.check(&facts, &printed)?;
    }

    #[test]
    fn reading_never_fails(text in "\\PC{0,200}", keys in prop::collection::vec(("\\PC{0,12}", "\\PC{0,20}"), 1..8)) {
        let context = ReadingContext::default();
        for form in ["markdown", "raw_text"] {
            if let Ok(document) = Document::from_json(&json!({ form: text })) {
                read(&document, &context);
            }
        }
        let object: Map<String, Value> = keys.into_iter().map(|(key, value)| (key, json!(value))).collect();
        read(&Document::from_json(&Value::Object(object)).unwrap(), &context);
    }
}
