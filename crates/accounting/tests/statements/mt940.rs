//! MT940, by the definitions of SWIFT and of the banks' dialects.

use serde_json::json;

use crate::{codes, detail, read, refused, reply};

/// A message around movements that sum up to the difference of its balances.
fn message(opening: &str, movements: &str, closing: &str) -> String {
    format!(
        ":20:STMT1\r\n:25:DE89370400440532013000\r\n:28C:7/1\r\n:60F:{opening}\r\n\
         {movements}:62F:{closing}\r\n:64:{closing}\r\n-\r\n"
    )
}

#[test]
fn a_german_statement_has_its_subfields_read() {
    let text = message(
        "C241230EUR1000,00",
        ":61:2412311231CR119,00NTRFNONREF//BANK77\r\n\
         :86:166?00GUTSCHRIFT?109075?20EREF+RE-2024-0042?21SVWZ+Rechnung RE-2024-00?2242 vom \
         01.12.?30COBADEFFXXX?31DE02120300000000202051?32NORDLICHT MASCHINENBAU UND?33 TECHNIK \
         GMBH?34000\r\n\
         :61:2412310102DR10,00NCHGNONREF\r\n\
         :86:808?00ENTGELT?20Kontof\u{fc}hrung\r\n",
        "C250102EUR1109,00",
    );
    let reply = reply("mt940", &text);
    assert_eq!(codes(&reply), Vec::<&str>::new());
    let statement = &reply["statements"][0];
    assert_eq!(statement["account"], "DE89370400440532013000");
    assert_eq!(statement["currency"], "EUR");
    assert_eq!(statement["number"], "7/1");
    assert_eq!(
        statement["opening"],
        json!({"date": "2024-12-30", "amount": "1000.00"})
    );
    assert_eq!(
        statement["closing"],
        json!({"date": "2025-01-02", "amount": "1109.00"})
    );
    let line = &statement["lines"][0];
    assert_eq!(line["date"], "2024-12-31");
    assert_eq!(line["amount"], "119.00");
    assert_eq!(line["end_to_end_id"], "RE-2024-0042");
    assert_eq!(line["counterparty_iban"], "DE02120300000000202051");
    assert_eq!(
        line["counterparty_name"],
        "NORDLICHT MASCHINENBAU UND TECHNIK GMBH"
    );
    assert_eq!(
        line["description"],
        "Rechnung RE-2024-00 42 vom 01.12.\nGUTSCHRIFT"
    );
    assert_eq!(detail(statement, 0, ":86: business code"), Some("166"));
    assert_eq!(detail(statement, 0, ":86: ?10"), Some("9075"));
    assert_eq!(detail(statement, 0, ":86: ?30"), Some("COBADEFFXXX"));
    assert_eq!(
        detail(statement, 0, ":61: reference of the bank"),
        Some("BANK77")
    );
    // The entry date is across the turn of the year from its value date.
    let fee = &statement["lines"][1];
    assert_eq!(
        (&fee["date"], &fee["value_date"]),
        (&json!("2025-01-02"), &json!("2024-12-31"))
    );
    assert_eq!(fee["amount"], "-10.00");
    assert_eq!(fee["description"], "Kontoführung\nENTGELT");
    assert!(
        statement["details"]
            .as_array()
            .unwrap()
            .iter()
            .any(|found| found["name"] == ":64:")
    );
}

#[test]
fn a_subfield_of_full_length_goes_on_without_a_blank() {
    let movement =
        ":61:250102C1,00NTRFNONREF\r\n:86:166?20SVWZ+INV-2025-0000000000000?2142 thanks\r\n";
    let reply = reply(
        "mt940",
        &message("C250101EUR0,00", movement, "C250102EUR1,00"),
    );
    assert_eq!(
        reply["statements"][0]["lines"][0]["description"],
        "INV-2025-000000000000042 thanks"
    );
}

#[test]
fn a_dutch_statement_has_its_code_words_read() {
    let text = message(
        "D250101EUR5,00",
        ":61:2501020102C250,00NTRFEREF//25002\r\n/TRCD/00100/\r\n\
         :86:/TRTP/SEPA OVERBOEKING/IBAN/NL91ABNA0417164300/BIC/ABNANL2A/NAME/J. de\r\n  \
         Vries/REMI/Factuur 2025/0042 betaald/EREF/E2E-9\r\n\
         :61:2501020102D40,00NDDTMARF\r\n\
         :86:/EREF/X-1//MARF/M-5//CSID/NL01ZZZ1//CNTP/NL32INGB0000012345/INGBNL2A/Energie BV///\
         REMI/USTD//Termijn januari/\r\n\
         :61:2501020102C10,00NTRFNONREF\r\n\
         :86:/CNTP/NL32INGB0000012345/INGBNL2A/Energie BV/Utrecht//REMI/STRD/CUR/9123456789012345/\r\n",
        "C250102EUR215,00",
    );
    let reply = reply("mt940", &text);
    assert_eq!(codes(&reply), Vec::<&str>::new());
    let statement = &reply["statements"][0];
    let lines = &statement["lines"];
    assert_eq!(statement["opening"]["amount"], "-5.00");
    assert_eq!(lines[0]["counterparty_iban"], "NL91ABNA0417164300");
    assert_eq!(lines[0]["end_to_end_id"], "E2E-9");
    let description = lines[0]["description"].as_str().unwrap();
    assert!(
        description.starts_with("Factuur 2025/0042 betaald"),
        "{description}"
    );
    assert!(description.contains("SEPA OVERBOEKING"), "{description}");
    assert_eq!(detail(statement, 0, "/TRCD/"), Some("00100"));
    assert_eq!(lines[1]["counterparty_name"], "Energie BV");
    assert_eq!(lines[1]["counterparty_iban"], "NL32INGB0000012345");
    assert_eq!(lines[1]["description"], "Termijn januari\nMARF");
    assert_eq!(detail(statement, 1, "/MARF/"), Some("M-5"));
    assert_eq!(lines[2]["structured_reference"], "9123456789012345");
    assert_eq!(detail(statement, 2, "/CNTP/ city"), Some("Utrecht"));
}

#[test]
fn free_text_and_additions_are_kept() {
    let text = message(
        "C250101DKK100,00",
        ":61:250102C20,00NMSCINV 77//B-1\r\n/OCMT/EUR2,68/EXCH/7,46/\r\n\
         :86:Payment from a friend\r\nSecond line\r\n",
        "C250102DKK120,00",
    );
    let reply = reply("mt940", &text);
    let statement = &reply["statements"][0];
    let line = &statement["lines"][0];
    assert_eq!(
        line["description"],
        "Payment from a friend Second line\nINV 77"
    );
    assert_eq!(
        line["instructed"],
        json!({"amount": "2.68", "currency": "EUR"})
    );
    assert_eq!(detail(statement, 0, "/EXCH/"), Some("7,46"));
    assert_eq!(line.get("structured_reference"), None);
}

#[test]
fn marks_of_reversals_turn_the_sign() {
    let text = message(
        "C250101EUR0,00",
        ":61:2501020102RC5,00NRTINONREF\r\n:61:2501020102RD7,50NRTINONREF\r\n",
        "C250102EUR2,50",
    );
    let reply = reply("mt940", &text);
    assert_eq!(codes(&reply), Vec::<&str>::new());
    let lines = &reply["statements"][0]["lines"];
    assert_eq!(
        (&lines[0]["amount"], &lines[1]["amount"]),
        (&json!("-5.00"), &json!("7.50"))
    );
    assert_eq!(lines[0]["description"], "Reversal");
}

#[test]
fn several_statements_follow_one_another_or_it_is_said() {
    let page = |opening: &str, closing: &str, kinds: (&str, &str)| {
        format!(
            "{{1:F01BANKDEFF}}{{2:O940}}{{4:\n:20:A\n:25:NL69INGB0123456789EUR\n:28C:1/1\n:60{}:{opening}\n\
             :62{}:{closing}\n-}}\n",
            kinds.0, kinds.1
        )
    };
    let whole = page("C250101EUR1,00", "C250101EUR1,00", ("F", "M"))
        + &page("C250101EUR1,00", "C250102EUR1,00", ("M", "F"));
    let found = reply("mt940", &whole);
    assert_eq!(codes(&found), Vec::<&str>::new());
    assert_eq!(found["statements"][1]["account"], "NL69INGB0123456789");
    assert!(
        !found["details"].as_array().unwrap().is_empty(),
        "the envelope is kept"
    );
    let torn = page("C250101EUR1,00", "C250101EUR1,00", ("F", "M"))
        + &page("C250101EUR2,00", "C250102EUR2,00", ("M", "F"));
    let found = reply("mt940", &torn);
    assert_eq!(codes(&found), ["page_does_not_follow"]);
    assert_eq!(found["valid"], false);
    let gap = page("C250101EUR1,00", "C250101EUR1,00", ("F", "F"))
        + &page("C250103EUR2,00", "C250103EUR2,00", ("F", "F"));
    let found = reply("mt940", &gap);
    assert_eq!(codes(&found), ["statement_does_not_follow"]);
    assert_eq!(found["valid"], true);
}

#[test]
fn what_cannot_be_read_is_named_with_its_line() {
    let with = |movement: &str| {
        refused(
            "mt940",
            &message("C250101EUR0,00", movement, "C250101EUR0,00"),
        )
    };
    for (movement, says) in [
        (":61:25010X0102C1,00NTRFNONREF\r\n", "no value date"),
        (":61:2501011301C1,00NTRFNONREF\r\n", "no such entry date"),
        (
            ":61:2501010102X1,00NTRFNONREF\r\n",
            "none of C, D, RC and RD",
        ),
        (":61:2501010102CNTRFNONREF\r\n", "no amount"),
        (":61:2501010102C1.00NTRFNONREF\r\n", "no type"),
        (":61:2501010102C1,005NTRFNONREF\r\n", "more decimals"),
    ] {
        let message = with(movement);
        assert!(message.starts_with("line 5: "), "{message}");
        assert!(message.contains(says), "{message}");
    }
    assert!(refused("mt940", "hello").contains("begins each with the field :20:"));
    assert!(refused("mt940", ":25:X\n:20:A").contains("line 1: field :25:"));
    let cut = message("C250101EUR0,00", "", "C250101EUR0,00");
    let cut = cut.split(":62F:").next().unwrap();
    assert!(refused("mt940", cut).contains("has no field :62F:"));
    let dollars = message("C250101EUR0,00", "", "C250101USD0,00");
    assert!(refused("mt940", &dollars).contains("in EUR, this one in USD"));
}

#[test]
fn yen_have_no_decimals() {
    let text = message(
        "C250101JPY100,",
        ":61:250102D30,00NTRFNONREF\r\n",
        "C250102JPY70,",
    );
    let found = reply("mt940", &text);
    assert_eq!(found["statements"][0]["lines"][0]["amount"], "-30");
    let text = message(
        "C250101JPY100,",
        ":61:250102D30,50NTRFNONREF\r\n",
        "C250102JPY70,",
    );
    assert!(refused("mt940", &text).contains("more decimals than JPY"));
}

#[test]
fn bytes_are_read_in_the_character_set_that_they_show() {
    use base64::Engine;
    let text = message(
        "C250101EUR0,00",
        ":61:250102C1,00NTRFNONREF\r\n:86:M\u{fc}ller\r\n",
        "C250102EUR1,00",
    );
    let latin: Vec<u8> = text
        .chars()
        .map(|c| u8::try_from(u32::from(c)).unwrap())
        .collect();
    let base64 = base64::engine::general_purpose::STANDARD.encode(latin);
    let reply = read(&json!({"statement": {"content_base64": base64}})).unwrap();
    assert_eq!(reply["format"], "mt940");
    assert_eq!(reply["charset"], "windows-1252");
    assert_eq!(reply["statements"][0]["lines"][0]["description"], "Müller");
    assert_eq!(codes(&reply), ["charset_assumed"]);
    let reply =
        read(&json!({"statement": {"content_base64": base64, "charset": "latin1"}})).unwrap();
    assert_eq!(codes(&reply), Vec::<&str>::new());
    let error =
        read(&json!({"statement": {"content_base64": base64, "charset": "utf-8"}})).unwrap_err();
    assert_eq!(error.pointer, "/statement/content_base64");
}
