//! One statement, printed in each of the four formats.

use std::fmt::Write;

use jiff::civil::Date;
use proptest::prelude::*;
use rust_decimal::Decimal;
use serde_json::{Value, json};

/// A statement that every format can say.
#[derive(Debug, Clone)]
pub(crate) struct Truth {
    pub(crate) currency: &'static str,
    pub(crate) opening: Decimal,
    pub(crate) lines: Vec<Movement>,
}

/// A movement that every format can say.
#[derive(Debug, Clone)]
pub(crate) struct Movement {
    pub(crate) date: Date,
    pub(crate) value_date: Date,
    pub(crate) amount: Decimal,
    pub(crate) description: String,
    pub(crate) name: String,
}

pub(crate) const ACCOUNT: &str = "DE89370400440532013000";

impl Truth {
    pub(crate) fn closing(&self) -> Decimal {
        self.opening + self.lines.iter().map(|line| line.amount).sum::<Decimal>()
    }

    fn first_day(&self) -> Date {
        self.lines.iter().map(|line| line.date).min().unwrap()
    }

    fn last_day(&self) -> Date {
        self.lines.iter().map(|line| line.date).max().unwrap()
    }

    /// What a reply says of it, ids and details apart.
    pub(crate) fn lines_as_json(&self) -> Vec<Value> {
        let line = |line: &Movement| {
            json!({"date": line.date.to_string(), "value_date": line.value_date.to_string(),
                "amount": line.amount.to_string(), "currency": self.currency,
                "description": line.description, "counterparty_name": line.name})
        };
        self.lines.iter().map(line).collect()
    }

    pub(crate) fn opening_as_json(&self) -> Value {
        json!({"date": self.first_day().to_string(), "amount": self.opening.to_string()})
    }

    pub(crate) fn closing_as_json(&self) -> Value {
        json!({"date": self.last_day().to_string(), "amount": self.closing().to_string()})
    }

    /// SWIFT MT940 with German subfields, wrapped at 65 characters.
    pub(crate) fn mt940(&self) -> String {
        let balance = |amount: Decimal, day: Date| {
            let mark = if amount.is_sign_negative() { 'D' } else { 'C' };
            format!(
                "{mark}{}{}{}",
                day.strftime("%y%m%d"),
                self.currency,
                comma(amount)
            )
        };
        let mut text = format!(
            ":20:GENERATED\r\n:25:{ACCOUNT}\r\n:28C:1\r\n:60F:{}\r\n",
            balance(self.opening, self.first_day())
        );
        for line in &self.lines {
            let mark = if line.amount.is_sign_negative() {
                'D'
            } else {
                'C'
            };
            let (value, booked) = (
                line.value_date.strftime("%y%m%d"),
                line.date.strftime("%m%d"),
            );
            write!(
                text,
                ":61:{value}{booked}{mark}{}NTRFNONREF\r\n",
                comma(line.amount)
            )
            .unwrap();
            let mut information = "166".to_owned();
            for (index, piece) in pieces(&line.description).iter().enumerate() {
                write!(information, "?2{index}{piece}").unwrap();
            }
            for (index, piece) in pieces(&line.name).iter().enumerate() {
                write!(information, "?3{}{piece}", index + 2).unwrap();
            }
            let characters: Vec<char> = information.chars().collect();
            let wrapped: Vec<String> = characters.chunks(65).map(|c| c.iter().collect()).collect();
            write!(text, ":86:{}\r\n", wrapped.join("\r\n")).unwrap();
        }
        write!(
            text,
            ":62F:{}\r\n-\r\n",
            balance(self.closing(), self.last_day())
        )
        .unwrap();
        text
    }

    /// ISO 20022 camt.053, version 08.
    pub(crate) fn camt053(&self) -> String {
        let signed = |amount: Decimal| {
            let indicator = if amount.is_sign_negative() {
                "DBIT"
            } else {
                "CRDT"
            };
            format!(
                "<Amt Ccy=\"{}\">{}</Amt><CdtDbtInd>{indicator}</CdtDbtInd>",
                self.currency,
                amount.abs()
            )
        };
        let balance = |code: &str, amount: Decimal, day: Date| {
            format!(
                "<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp>{}<Dt><Dt>{day}</Dt></Dt></Bal>",
                signed(amount)
            )
        };
        let mut text = format!(
            "<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:camt.053.001.08\"><BkToCstmrStmt><Stmt>\
             <Id>1</Id><Acct><Id><IBAN>{ACCOUNT}</IBAN></Id><Ccy>{}</Ccy></Acct>{}{}",
            self.currency,
            balance("OPBD", self.opening, self.first_day()),
            balance("CLBD", self.closing(), self.last_day()),
        );
        for line in &self.lines {
            let side = if line.amount.is_sign_negative() {
                "Cdtr"
            } else {
                "Dbtr"
            };
            write!(
                text,
                "<Ntry>{}<Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>{}</Dt></BookgDt><ValDt><Dt>{}</Dt></ValDt>\
                 <NtryDtls><TxDtls><RltdPties><{side}><Pty><Nm>{}</Nm></Pty></{side}></RltdPties>\
                 <RmtInf><Ustrd>{}</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>",
                signed(line.amount),
                line.date,
                line.value_date,
                escaped(&line.name),
                escaped(&line.description),
            )
            .unwrap();
        }
        text + "</Stmt></BkToCstmrStmt></Document>"
    }

    /// OFX 1.x, without end tags of values.
    pub(crate) fn ofx(&self) -> String {
        let mut text = format!(
            "OFXHEADER:100\nDATA:OFXSGML\nVERSION:102\n\n<OFX><BANKMSGSRSV1><STMTTRNRS><STMTRS>\n\
             <CURDEF>{}\n<BANKACCTFROM><ACCTID>{ACCOUNT}</BANKACCTFROM><BANKTRANLIST>\n",
            self.currency
        );
        for line in &self.lines {
            let (posted, available) = (
                line.date.strftime("%Y%m%d"),
                line.value_date.strftime("%Y%m%d"),
            );
            writeln!(
                text,
                "<STMTTRN><DTPOSTED>{posted}\n<DTAVAIL>{available}\n<TRNAMT>{}\n<NAME>{}\n<MEMO>{}\n</STMTTRN>",
                line.amount,
                escaped(&line.name),
                escaped(&line.description),
            )
            .unwrap();
        }
        let day = self.last_day().strftime("%Y%m%d");
        writeln!(
            text,
            "</BANKTRANLIST><LEDGERBAL><BALAMT>{}<DTASOF>{day}</LEDGERBAL></STMTRS></STMTTRNRS>\
             </BANKMSGSRSV1></OFX>",
            self.closing()
        )
        .unwrap();
        text
    }

    /// CSV, with the mapping that its reader cannot do without.
    pub(crate) fn csv(&self) -> (String, Value) {
        let mut text = "Booked;Value;Name;Text;Amount\n".to_owned();
        let quoted = |cell: &str| format!("\"{}\"", cell.replace('"', "\"\""));
        for line in &self.lines {
            writeln!(
                text,
                "{};{};{};{};{}",
                line.date.strftime("%d.%m.%Y"),
                line.value_date.strftime("%d.%m.%Y"),
                quoted(&line.name),
                quoted(&line.description),
                line.amount.to_string().replace('.', ",")
            )
            .unwrap();
        }
        let mapping = json!({
            "columns": {"date": "Booked", "value_date": "Value", "amount": "Amount",
                "counterparty_name": "Name", "description": "Text"},
            "date_format": "dd.mm.yyyy", "decimal_mark": ",", "currency": self.currency,
            "account": ACCOUNT, "opening": self.opening_as_json(), "closing": self.closing_as_json(),
        });
        (text, mapping)
    }
}

fn comma(amount: Decimal) -> String {
    let text = amount.abs().to_string();
    if text.contains('.') {
        text.replace('.', ",")
    } else {
        text + ","
    }
}

/// Pieces of 27 characters, as German banks cut a remittance.
fn pieces(text: &str) -> Vec<String> {
    let characters: Vec<char> = text.chars().collect();
    characters
        .chunks(27)
        .map(|piece| piece.iter().collect())
        .collect()
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

/// Statements of any currency, days and texts that all formats can hold.
pub(crate) fn statements() -> impl Strategy<Value = Truth> {
    let currency = prop_oneof![Just(("EUR", 2)), Just(("JPY", 0)), Just(("KWD", 3))];
    currency.prop_flat_map(|(currency, decimals)| {
        let lines = prop::collection::vec(movement(decimals), 1..12);
        (-9_000_000_i64..9_000_000, lines).prop_map(move |(opening, lines)| Truth {
            currency,
            opening: Decimal::new(opening, decimals),
            lines,
        })
    })
}

fn movement(decimals: u32) -> impl Strategy<Value = Movement> {
    let amount = (1_i64..50_000_000, any::<bool>())
        .prop_map(|(amount, is_out)| if is_out { -amount } else { amount });
    let word = "[A-Za-z0-9ÄÖÜäöüßéøł&<>'().,]{1,12}";
    let text = prop::collection::vec(word, 1..9).prop_map(|words| words.join(" "));
    // Two subfields of 27 characters hold a name.
    let name =
        prop::collection::vec("[A-Za-zÄÖÜäöü&.]{2,11}", 1..4).prop_map(|words| words.join(" "));
    let days = (0_i32..4000, -20_i32..20);
    (days, amount, text, name).prop_map(move |((day, shift), amount, description, name)| {
        let date = jiff::civil::date(2018, 1, 1) + jiff::Span::new().days(day);
        Movement {
            date,
            value_date: date + jiff::Span::new().days(shift),
            amount: Decimal::new(amount, decimals),
            description,
            name,
        }
    })
}
