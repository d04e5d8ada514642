//! OFX 1.x and 2.x.

use serde_json::json;

use crate::{codes, detail, refused, reply};

const HEADER: &str =
    "OFXHEADER:100\nDATA:OFXSGML\nVERSION:102\nSECURITY:NONE\nENCODING:USASCII\nCHARSET:1252\n\n";

fn sgml(transactions: &str) -> String {
    format!(
        "{HEADER}<OFX><SIGNONMSGSRSV1><SONRS><STATUS><CODE>0<SEVERITY>INFO</STATUS><LANGUAGE>ENG\
         </SONRS></SIGNONMSGSRSV1>\n<BANKMSGSRSV1><STMTTRNRS><TRNUID>1<STMTRS><CURDEF>USD\n\
         <BANKACCTFROM><BANKID>121000248<ACCTID>12345678<ACCTTYPE>CHECKING</BANKACCTFROM>\n\
         <BANKTRANLIST><DTSTART>20250101<DTEND>20250131\n{transactions}</BANKTRANLIST>\n\
         <LEDGERBAL><BALAMT>90.50<DTASOF>20250131120000[-5:EST]</LEDGERBAL>\n\
         </STMTRS></STMTTRNRS></BANKMSGSRSV1></OFX>\n"
    )
}

const TRANSACTION: &str = "<STMTTRN><TRNTYPE>DEBIT<DTPOSTED>20250103120000<TRNAMT>-9.50<FITID>F-1\n\
    <NAME>COFFEE &amp; CO<MEMO>Card 1234</STMTTRN>\n";

#[test]
fn a_bank_statement_in_sgml() {
    let reply = reply("ofx", &sgml(TRANSACTION));
    assert_eq!(codes(&reply), ["balance_not_stated"]);
    assert_eq!(reply["valid"], true);
    let statement = &reply["statements"][0];
    assert_eq!(statement["account"], "12345678");
    assert_eq!(statement["opening"], json!(null));
    assert_eq!(
        statement["closing"],
        json!({"date": "2025-01-31", "amount": "90.50"})
    );
    let line = &statement["lines"][0];
    assert_eq!(
        (&line["date"], &line["amount"]),
        (&json!("2025-01-03"), &json!("-9.50"))
    );
    assert_eq!(
        (&line["counterparty_name"], &line["description"]),
        (&json!("COFFEE & CO"), &json!("Card 1234"))
    );
    assert_eq!(detail(statement, 0, "FITID"), Some("F-1"));
    assert_eq!(detail(statement, 0, "DTPOSTED"), Some("20250103120000"));
    let details = statement["details"].as_array().unwrap();
    assert!(
        details
            .iter()
            .any(|found| found["name"] == "BANKACCTFROM/BANKID")
    );
    assert!(
        reply["details"]
            .as_array()
            .unwrap()
            .iter()
            .any(|found| found["name"] == "VERSION")
    );
}

#[test]
fn a_card_statement_in_xml() {
    let text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<?OFX OFXHEADER=\"200\" VERSION=\"211\"?>\n\
        <OFX><CREDITCARDMSGSRSV1><CCSTMTTRNRS><CCSTMTRS><CURDEF>EUR</CURDEF><CCACCTFROM><ACCTID>4111\
        </ACCTID></CCACCTFROM><BANKTRANLIST><STMTTRN><TRNTYPE>CREDIT</TRNTYPE><DTPOSTED>20250103</DTPOSTED>\
        <TRNAMT>5,25</TRNAMT><FITID>9</FITID><NAME>Refund</NAME></STMTTRN></BANKTRANLIST>\
        <LEDGERBAL><BALAMT>-100</BALAMT><DTASOF>20250131</DTASOF></LEDGERBAL></CCSTMTRS></CCSTMTTRNRS>\
        </CREDITCARDMSGSRSV1></OFX>";
    let reply = reply("ofx", text);
    let statement = &reply["statements"][0];
    assert_eq!(statement["lines"][0]["amount"], "5.25");
    assert_eq!(statement["lines"][0]["description"], "Refund");
    assert_eq!(statement["closing"]["amount"], "-100.00");
}

#[test]
fn another_currency_and_a_contradicted_sign_are_told() {
    let foreign = TRANSACTION.replace(
        "<NAME>",
        "<CURRENCY><CURRATE>1.1<CURSYM>EUR</CURRENCY><NAME>",
    );
    let found = reply("ofx", &sgml(&foreign));
    assert_eq!(found["statements"][0]["lines"][0]["currency"], "EUR");
    assert_eq!(
        codes(&found),
        ["line_in_other_currency", "balance_not_stated"]
    );
    let positive = TRANSACTION.replace("-9.50", "9.50");
    assert_eq!(
        codes(&reply("ofx", &sgml(&positive))),
        ["sign_contradicts_type", "balance_not_stated"]
    );
}

#[test]
fn what_cannot_be_read_is_named_with_its_line() {
    let with = |from: &str, to: &str| refused("ofx", &sgml(&TRANSACTION.replace(from, to)));
    assert!(with("-9.50", "-9.505").contains("line 12: -9.505 has more decimals"));
    assert!(with("-9.50", "1,234.00").contains("line 12: TRNAMT: '1,234.00'"));
    assert!(with("20250103120000", "20251303").contains("DTPOSTED: '20251303'"));
    assert!(with("<TRNAMT>-9.50", "").contains("STMTTRN: has no TRNAMT"));
    assert!(with("</STMTTRN>", "").contains("<STMTTRN> is not closed"));
    let whole = sgml(TRANSACTION);
    let cut = whole.split("<MEMO>").next().unwrap();
    assert!(refused("ofx", cut).contains("cut off"));
    assert!(refused("ofx", "hello").contains("no <OFX>"));
    let failed = whole.replace(
        "<TRNUID>1",
        "<TRNUID>1<STATUS><CODE>2003<SEVERITY>ERROR</STATUS>",
    );
    assert!(refused("ofx", &failed).contains("error 2003"));
}
