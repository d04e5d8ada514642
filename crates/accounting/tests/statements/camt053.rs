//! camt.053, by the message definition reports.

use serde_json::json;

use crate::{codes, detail, refused, reply};

fn document(version: &str, statement: &str) -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\
         <Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:camt.053.001.{version}\"><BkToCstmrStmt>\
         <GrpHdr><MsgId>M-1</MsgId></GrpHdr><Stmt><Id>S-1</Id>\
         <Acct><Id><IBAN>DE89370400440532013000</IBAN></Id><Ccy>EUR</Ccy></Acct>{statement}</Stmt>\
         </BkToCstmrStmt></Document>"
    )
}

fn balance(code: &str, amount: &str, day: &str) -> String {
    format!(
        "<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp><Amt Ccy=\"EUR\">{amount}</Amt>\
         <CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>{day}</Dt></Dt></Bal>"
    )
}

fn entry(amount: &str, indicator: &str, inside: &str) -> String {
    format!(
        "<Ntry><Amt Ccy=\"EUR\">{amount}</Amt><CdtDbtInd>{indicator}</CdtDbtInd><Sts>BOOK</Sts>\
         <BookgDt><Dt>2025-01-02</Dt></BookgDt><ValDt><Dt>2025-01-03</Dt></ValDt>{inside}</Ntry>"
    )
}

fn balances(opening: &str, closing: &str) -> String {
    balance("OPBD", opening, "2025-01-01") + &balance("CLBD", closing, "2025-01-02")
}

const PAYMENT: &str = "<Refs><InstrId>I-9</InstrId><EndToEndId>E-7</EndToEndId></Refs>\
    <AmtDtls><InstdAmt><Amt Ccy=\"USD\">130.00</Amt></InstdAmt></AmtDtls>\
    <RltdPties><Dbtr><Nm>Nordlicht GmbH</Nm></Dbtr><DbtrAcct><Id><IBAN>DE02120300000000202051</IBAN>\
    </Id></DbtrAcct><UltmtDbtr><Nm>Its Mother</Nm></UltmtDbtr><Cdtr><Nm>Us</Nm></Cdtr></RltdPties>\
    <RmtInf><Ustrd>Invoice</Ustrd><Ustrd>RE-42</Ustrd><Strd><CdtrRefInf><Ref>RF18539007547034</Ref>\
    </CdtrRefInf><RfrdDocInf><Nb>RE-43</Nb></RfrdDocInf></Strd></RmtInf>";

#[test]
fn a_payment_has_all_its_parts() {
    let inside = format!(
        "<NtryDtls><TxDtls>{PAYMENT}</TxDtls></NtryDtls><AddtlNtryInf>SEPA credit</AddtlNtryInf>"
    );
    for version in ["02", "08", "13"] {
        let inside = match version {
            "02" => inside.clone(),
            _ => inside
                .replace("<Nm>", "<Pty><Nm>")
                .replace("</Nm>", "</Nm></Pty>"),
        };
        let text = document(
            version,
            &(balances("1.00", "120.00") + &entry("119.00", "CRDT", &inside)),
        );
        let reply = reply("camt053", &text);
        assert_eq!(codes(&reply), Vec::<&str>::new(), "{version}");
        let statement = &reply["statements"][0];
        assert_eq!(statement["number"], "S-1");
        assert_eq!(
            statement["opening"],
            json!({"date": "2025-01-01", "amount": "1.00"})
        );
        let mut line = statement["lines"][0].clone();
        line.as_object_mut().unwrap().remove("id");
        assert_eq!(
            line,
            json!({
                "date": "2025-01-02", "value_date": "2025-01-03", "amount": "119.00",
                "currency": "EUR",
                "description": "Invoice\nRE-42\nRE-43\nIts Mother\nSEPA credit",
                "structured_reference": "RF18539007547034",
                "counterparty_name": "Nordlicht GmbH",
                "counterparty_iban": "DE02120300000000202051",
                "end_to_end_id": "E-7",
                "instructed": {"amount": "130.00", "currency": "USD"},
            }),
            "{version}"
        );
        assert_eq!(detail(statement, 0, "Refs/InstrId"), Some("I-9"));
        assert_eq!(
            reply["details"][0],
            json!({"line": null, "name": "BkToCstmrStmt/GrpHdr/MsgId", "value": "M-1"})
        );
    }
}

fn payment(amount: &str, name: &str) -> String {
    format!(
        "<TxDtls><Refs><EndToEndId>NOTPROVIDED</EndToEndId></Refs><Amt Ccy=\"EUR\">{amount}</Amt>\
         <CdtDbtInd>CRDT</CdtDbtInd><RltdPties><Dbtr><Pty><Nm>{name}</Nm></Pty></Dbtr></RltdPties>\
         <RmtInf><Ustrd>from {name}</Ustrd></RmtInf></TxDtls>"
    )
}

#[test]
fn a_batch_is_one_line_a_payment_where_they_add_up() {
    let batch = |second: &str| {
        let inside = format!(
            "<NtryDtls><Btch><NbOfTxs>2</NbOfTxs></Btch>{}{}</NtryDtls>",
            payment("10.00", "A"),
            payment(second, "B")
        );
        document(
            "08",
            &(balances("0.00", "30.00") + &entry("30.00", "CRDT", &inside)),
        )
    };
    let whole = reply("camt053", &batch("20.00"));
    assert_eq!(codes(&whole), Vec::<&str>::new());
    let lines = whole["statements"][0]["lines"].as_array().unwrap();
    assert_eq!(lines.len(), 2);
    assert_eq!(
        (&lines[0]["amount"], &lines[1]["amount"]),
        (&json!("10.00"), &json!("20.00"))
    );
    assert_eq!(lines[1]["counterparty_name"], "B");
    assert_eq!(lines[1].get("end_to_end_id"), None);
    assert_eq!(
        detail(&whole["statements"][0], 0, "NtryDtls/Btch/NbOfTxs"),
        Some("2")
    );

    let torn = reply("camt053", &batch("21.00"));
    assert_eq!(codes(&torn), ["payments_not_entry"]);
    let statement = &torn["statements"][0];
    assert_eq!(statement["lines"].as_array().unwrap().len(), 1);
    assert_eq!(statement["lines"][0]["amount"], "30.00");
    let description = statement["lines"][0]["description"].as_str().unwrap();
    assert!(
        description.contains("from A") && description.contains("from B"),
        "{description}"
    );
    assert_eq!(statement["lines"][0].get("counterparty_name"), None);
    assert_eq!(detail(statement, 0, "Amt"), Some("10.00"));
}

#[test]
fn the_other_side_follows_direction_reversal_and_our_account() {
    let parties = "<NtryDtls><TxDtls><RltdPties><Dbtr><Nm>Debtor</Nm></Dbtr><Cdtr><Nm>Creditor</Nm></Cdtr>\
                   </RltdPties></TxDtls></NtryDtls>";
    let name = |inside: &str, indicator: &str| {
        let closing = if indicator == "CRDT" { "2.00" } else { "0.00" };
        let text = document(
            "04",
            &(balances("1.00", closing) + &entry("1.00", indicator, inside)),
        );
        let reply = reply("camt053", &text);
        assert_eq!(codes(&reply), Vec::<&str>::new());
        reply["statements"][0]["lines"][0]["counterparty_name"].clone()
    };
    assert_eq!(name(parties, "CRDT"), "Debtor");
    assert_eq!(name(parties, "DBIT"), "Creditor");
    let reversed = format!("<RvslInd>true</RvslInd>{parties}");
    assert_eq!(name(&reversed, "CRDT"), "Creditor");
    let ours = parties.replace(
        "</Dbtr>",
        "</Dbtr><DbtrAcct><Id><IBAN>DE89370400440532013000</IBAN></Id></DbtrAcct>",
    );
    assert_eq!(name(&ours, "CRDT"), "Creditor");
}

#[test]
fn a_return_says_so_in_the_description() {
    let inside = "<NtryDtls><TxDtls><RtrInf><Rsn><Cd>AC04</Cd></Rsn><AddtlInf>closed</AddtlInf></RtrInf>\
                  </TxDtls></NtryDtls>";
    let text = document(
        "02",
        &(balances("0.00", "5.00") + &entry("5.00", "CRDT", inside)),
    );
    assert_eq!(
        reply("camt053", &text)["statements"][0]["lines"][0]["description"],
        "Return AC04\nclosed"
    );
}

#[test]
fn balances_of_other_kinds_find_their_place() {
    let text = document(
        "02",
        &(balance("PRCD", "1.00", "2024-12-31")
            + &balance("ITBD", "3.00", "2025-01-02")
            + &balance("CLAV", "9.00", "2025-01-02")
            + &entry("2.00", "CRDT", "")),
    );
    let found = reply("camt053", &text);
    assert_eq!(codes(&found), Vec::<&str>::new());
    let statement = &found["statements"][0];
    assert_eq!(statement["opening"]["amount"], "1.00");
    assert_eq!(statement["closing"]["amount"], "3.00");
    assert!(
        statement["details"]
            .as_array()
            .unwrap()
            .iter()
            .any(|found| found["value"] == "CLAV")
    );
    let without = document(
        "02",
        &(balance("CLBD", "2.00", "2025-01-02") + &entry("2.00", "CRDT", "")),
    );
    assert_eq!(codes(&reply("camt053", &without)), ["balance_not_stated"]);
}

#[test]
fn pending_entries_and_lost_ones_are_told() {
    let pending = entry("2.00", "CRDT", "").replace("BOOK", "PDNG");
    let summary = "<TxsSummry><TtlNtries><NbOfNtries>2</NbOfNtries></TtlNtries><TtlCdtNtries><Sum>3.00</Sum>\
                   </TtlCdtNtries></TxsSummry>";
    let text = document(
        "08",
        &(balances("0.00", "1.00") + summary + &entry("1.00", "CRDT", "") + &pending),
    );
    let found = reply("camt053", &text);
    assert_eq!(codes(&found), ["records_not_booked"]);
    assert_eq!(found["statements"][0]["lines"].as_array().unwrap().len(), 1);
    assert_eq!(found["statements"][0]["not_booked"][0]["amount"], "2.00");
    let lost = document(
        "08",
        &(balances("0.00", "1.00") + summary + &entry("1.00", "CRDT", "")),
    );
    let found = reply("camt053", &lost);
    assert_eq!(codes(&found), ["entries_not_counted", "entries_not_total"]);
    assert_eq!(found["valid"], false);
}

#[test]
fn a_wrong_balance_fails_the_check_at_its_element() {
    let text = document(
        "02",
        &(balances("1.00", "3.01") + &entry("2.00", "CRDT", "")),
    );
    let found = reply("camt053", &text);
    assert_eq!(codes(&found), ["statement_does_not_close"]);
    let check = &found["checks"][0];
    assert_eq!(
        (&check["expected"], &check["actual"]),
        (&json!("3.00"), &json!("3.01"))
    );
    assert_eq!(check["path"], "/Document/BkToCstmrStmt/Stmt/Bal[2]");
}

#[test]
fn what_cannot_be_read_is_named_with_its_path() {
    let with = |inside: &str| refused("camt053", &document("02", &(balances("0", "0") + inside)));
    let good = entry("1.00", "CRDT", "");
    for (wrong, says) in [
        (
            good.replace(">1.00<", ">1,00<"),
            "/Document/BkToCstmrStmt/Stmt/Ntry/Amt: '1,00'",
        ),
        (good.replace(">1.00<", ">-1.00<"), "/Ntry/Amt: '-1.00'"),
        (good.replace(">1.00<", ">1.001<"), "more decimals than EUR"),
        (good.replace("CRDT", "PLUS"), "/Ntry/CdtDbtInd: 'PLUS'"),
        (
            good.replace("2025-01-02", "02.01.2025"),
            "/Ntry/BookgDt/Dt: '02.01.2025'",
        ),
        (good.replace("<Sts>BOOK</Sts>", ""), "/Ntry: has no Sts"),
        (
            good.clone() + &good.replace("EUR", "EURO"),
            "/Ntry[2]/Amt: 'EURO'",
        ),
    ] {
        let message = with(&wrong);
        assert!(message.contains(says), "{message}");
    }
    assert!(refused("camt053", &document("14", "")).contains("camt.053.001.02 to .13"));
    assert!(refused("camt053", "<Invoice/>").contains("no camt.053"));
    let interrupted = document(
        "02",
        &(balances("0", "0") + &good.replace("1.00", "1<!-- -->.00")),
    );
    assert!(refused("camt053", &interrupted).contains("'Amt' is interrupted"));
}

#[test]
fn prefixes_and_envelopes_do_not_matter() {
    let text = document(
        "02",
        &(balances("0.00", "1.00") + &entry("1.00", "CRDT", "")),
    );
    let text = text.replace("<?xml version=\"1.0\" encoding=\"UTF-8\"?>", "");
    let plain = reply("camt053", &text);
    let prefixed = text.replace("</", "</x:").replace("xmlns=", "xmlns:x=");
    let mut marked = String::new();
    for (index, part) in prefixed.split('<').enumerate() {
        if index > 0 {
            marked.push('<');
            if !part.starts_with('/') {
                marked.push_str("x:");
            }
        }
        marked.push_str(part);
    }
    let found = reply(
        "camt053",
        &format!("<Envelope><Seal>s</Seal>{marked}</Envelope>"),
    );
    assert_eq!(
        found["statements"][0]["lines"],
        plain["statements"][0]["lines"]
    );
    assert_eq!(found["details"][0]["value"], "s");
}
