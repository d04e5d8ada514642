//! Files that mean harm, are cut off, or are no files at all: refused with a reason, never a
//! panic, never a part of a statement for the whole.

use std::time::{Duration, Instant};

use ledgergate_accounting::statement::{MAXIMUM_STATEMENT_BYTES, read_statements};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::printing::statements;
use crate::{codes, read, refused};

const FORMATS: [&str; 4] = ["mt940", "camt053", "ofx", "csv"];

fn request(format: &str, text: &str) -> Value {
    let mut request = json!({"statement": {format: text}});
    if format == "csv" {
        request["mapping"] = json!({"columns": {"date": 0, "amount": 1}, "currency": "EUR"});
    }
    request
}

#[test]
fn entities_do_not_expand() {
    let bomb = "<!DOCTYPE d [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;\">]>";
    let camt = format!("<?xml version=\"1.0\"?>{bomb}<Document><BkToCstmrStmt/></Document>");
    assert!(refused("camt053", &camt).contains("DTD"));
    assert!(refused("ofx", &format!("{bomb}<OFX></OFX>")).contains("DTD"));
    let external = "<!DOCTYPE d SYSTEM \"file:///etc/passwd\"><Document/>";
    assert!(refused("camt053", external).contains("DTD"));
}

#[test]
fn deep_wide_and_large_files_are_refused_soon() {
    let started = Instant::now();
    assert!(refused("camt053", &"<a>".repeat(100_000)).contains("deeper"));
    assert!(refused("ofx", &("<OFX>".to_owned() + &"<A>".repeat(100_000))).contains("deeper"));
    assert!(refused("camt053", &format!("<a>{}</a>", "<b/>".repeat(600_000))).contains("nodes"));
    let many = ":61:250101C1,00NTRFNONREF\n".repeat(50_001);
    let text = format!(":20:A\n:25:B\n:60F:C250101EUR0,00\n{many}:62F:C250101EUR50001,00\n");
    assert!(refused("mt940", &text).contains("50001 lines, more than 50000"));
    for format in FORMATS {
        let large = "x".repeat(MAXIMUM_STATEMENT_BYTES + 1);
        let error = read(&request(format, &large)).unwrap_err();
        assert!(error.message.contains("more than 10485760"), "{error}");
    }
    assert!(
        started.elapsed() < Duration::from_secs(30),
        "{:?}",
        started.elapsed()
    );
}

#[test]
fn a_nul_and_an_empty_file_are_refused() {
    for format in FORMATS {
        assert!(
            read(&request(format, "a\0b"))
                .unwrap_err()
                .message
                .contains("U+0000")
        );
        read(&request(format, "")).unwrap_err();
    }
}

#[test]
fn a_request_of_another_form_names_the_field() {
    let pointer = |request: Value| read(&request).unwrap_err().pointer;
    assert_eq!(pointer(json!({"statement": {}})), "/statement");
    assert_eq!(
        pointer(json!({"statement": {"mt940": "a", "ofx": "b"}})),
        "/statement"
    );
    assert_eq!(
        pointer(json!({"statement": {"mt940": 1}})),
        "/statement/mt940"
    );
    assert_eq!(
        pointer(json!({"statement": {"mt940": "a", "charset": "utf-8"}})),
        "/statement/charset"
    );
    assert_eq!(
        pointer(json!({"statement": {"content_base64": "*"}})),
        "/statement/content_base64"
    );
    assert_eq!(
        pointer(json!({"statement": {"content_base64": "aGk="}})),
        "/statement/format"
    );
    assert_eq!(
        pointer(json!({"statement": {"content_base64": "aGk=", "charset": "klingon"}})),
        "/statement/charset"
    );
    assert_eq!(
        pointer(json!({"statement": {"mt940": "a"}, "company": {"name": ""}})),
        "/company/country"
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    /// A file that is cut off anywhere is refused, or is found not to be whole.
    #[test]
    fn a_cut_is_never_taken_for_a_whole_statement(truth in statements(), at in any::<prop::sample::Index>()) {
        for (format, text) in [("mt940", truth.mt940()), ("camt053", truth.camt053()), ("ofx", truth.ofx())] {
            let cuts: Vec<usize> = text.char_indices().map(|(index, _)| index).collect();
            let cut = &text[..cuts[at.index(cuts.len())]];
            let Ok(reply) = read(&request(format, cut)) else {
                continue;
            };
            // Behind the last figure there is nothing to lose.
            let whole = read(&request(format, &text)).unwrap();
            let is_whole = reply["statements"] == whole["statements"];
            let is_told = codes(&reply).contains(&"statement_does_not_close");
            prop_assert!(is_whole || is_told, "{format}: {cut}");
        }
    }

    /// Noise between the marks of a format, and noise alone.
    #[test]
    fn noise_never_panics(noise in "\\PC{0,200}", cut in any::<prop::sample::Index>(), truth in statements()) {
        for (format, text) in [("mt940", truth.mt940()), ("camt053", truth.camt053()), ("ofx", truth.ofx()), ("csv", truth.csv().0)] {
            let places: Vec<usize> = text.char_indices().map(|(index, _)| index).collect();
            let (before, after) = text.split_at(places[cut.index(places.len())]);
            for text in [noise.clone(), format!("{before}{noise}{after}"), format!(":20:{noise}\n:61:{noise}"), format!("<OFX>{noise}")] {
                drop(read_statements(&request(format, &text)));
            }
        }
    }

    #[test]
    fn bytes_of_any_kind_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        use base64::Engine;
        let content = base64::engine::general_purpose::STANDARD.encode(bytes);
        for format in FORMATS {
            let mut request = json!({"statement": {"content_base64": content, "format": format}});
            if format == "csv" {
                request["mapping"] = json!({"columns": {"date": 0, "amount": 1}, "currency": "EUR"});
            }
            drop(read_statements(&request));
        }
        drop(read_statements(&json!({"statement": {"content_base64": content}})));
    }
}
