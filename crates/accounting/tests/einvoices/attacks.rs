//! What is no invoice, or means harm, is refused with its reason.

use std::fmt::Write as _;
use std::time::Duration;

use ledgergate_accounting::document::{
    Document, MAXIMUM_XML_BYTES, MAXIMUM_XML_DEPTH, MAXIMUM_XML_NODES, XmlError,
};
use serde_json::json;

use super::printing::{Invoice, Line, STANDARD, ubl};
use super::spent::Spent;

fn refusal(xml: &str) -> XmlError {
    let error = Document::from_json(&json!({ "xml": xml })).unwrap_err();
    assert_eq!(error.pointer(), "/xml");
    error.xml().unwrap().clone()
}

fn invoice() -> String {
    ubl(&Invoice::of(vec![Line::new("Papier", 1, 100, STANDARD)]))
}

fn with_doctype(doctype: &str, note: &str) -> String {
    let invoice = invoice().replace("Danke &amp; Gruss", note);
    let (head, rest) = invoice.split_once('\n').unwrap();
    format!("{head}\n{doctype}\n{rest}")
}

#[test]
fn entities_that_multiply_are_refused() {
    let mut doctype = "<!DOCTYPE Invoice [<!ENTITY a0 \"ha\">".to_owned();
    for level in 1..10 {
        let references = format!("&a{};", level - 1).repeat(10);
        let _ = write!(doctype, "<!ENTITY a{level} \"{references}\">");
    }
    doctype += "]>";
    let started = Spent::now();
    let refused = refusal(&with_doctype(&doctype, "&a9;"));
    assert_eq!(refused, XmlError::DocumentType { line: 2 });
    assert!(started.elapsed() < Duration::from_secs(2));
}

#[test]
fn external_entities_and_any_other_dtd_are_refused() {
    for doctype in [
        "<!DOCTYPE Invoice [<!ENTITY file SYSTEM \"file:///etc/passwd\">]>",
        "<!DOCTYPE Invoice SYSTEM \"http://127.0.0.1/invoice.dtd\">",
        "<!DOCTYPE Invoice [<!ENTITY % all SYSTEM \"http://127.0.0.1/all\"> %all;]>",
        "<!DOCTYPE Invoice>",
    ] {
        let refused = refusal(&with_doctype(doctype, "&file;"));
        assert_eq!(refused, XmlError::DocumentType { line: 2 }, "{doctype}");
    }
    // An entity that nothing defines.
    let undefined = refusal(&invoice().replace("&amp;", "&file;"));
    assert!(
        matches!(undefined, XmlError::Malformed { .. }),
        "{undefined}"
    );
}

#[test]
fn malformed_xml_names_its_line() {
    let broken = invoice().replace("</cac:LegalMonetaryTotal>", "\n</cac:TaxTotal>");
    let XmlError::Malformed { position, .. } = refusal(&broken) else {
        panic!("it must be malformed");
    };
    let line = broken
        .lines()
        .position(|line| line.starts_with("</cac:TaxTotal>"));
    assert_eq!(Some(position.line as usize), line.map(|index| index + 1));
    for xml in [
        "no XML",
        "<a>",
        "<a></b>",
        "<a/><b/>",
        "<a b=1/>",
        "<x:a/>",
        "<a>&#0;</a>",
    ] {
        let refused = refusal(xml);
        assert!(
            matches!(refused, XmlError::Malformed { .. }),
            "{xml}: {refused}"
        );
    }
}

#[test]
fn another_root_element_and_an_empty_invoice_are_refused() {
    let order = invoice().replace("xsd:Invoice-2", "xsd:Order-2");
    let refused = refusal(&order);
    assert!(matches!(refused, XmlError::UnknownRoot { .. }));
    assert!(refused.to_string().contains("xsd:Order-2"), "{refused}");
    assert!(matches!(
        refusal("<Invoice/>"),
        XmlError::UnknownRoot { .. }
    ));
    let empty = "<Invoice xmlns=\"urn:oasis:names:specification:ubl:schema:xsd:Invoice-2\"/>";
    assert!(matches!(refusal(empty), XmlError::NoInvoice { .. }));
    let empty = "<a:CrossIndustryInvoice \
                 xmlns:a=\"urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100\"/>";
    assert!(matches!(refusal(empty), XmlError::NoInvoice { .. }));
}

#[test]
fn size_depth_and_number_of_nodes_are_bounded() {
    let large = format!("<a>{}</a>", " ".repeat(MAXIMUM_XML_BYTES));
    assert!(matches!(refusal(&large), XmlError::TooLarge { .. }));
    let deep = "<a>".repeat(MAXIMUM_XML_DEPTH + 1) + &"</a>".repeat(MAXIMUM_XML_DEPTH + 1);
    assert_eq!(refusal(&deep), XmlError::TooDeep { line: 1 });
    let wide = format!("<a>{}</a>", "<b/>".repeat(MAXIMUM_XML_NODES as usize));
    assert_eq!(refusal(&wide), XmlError::TooManyNodes);
}

#[test]
fn costly_markup_is_refused_in_time() {
    let started = Spent::now();
    let attributes: Vec<String> = (0..400_000).map(|index| format!(" a{index}=''")).collect();
    let refused = refusal(&format!("<a{}/>", attributes.concat()));
    assert_eq!(refused, XmlError::TooManyAttributes { line: 1 });
    let level = |depth: usize| format!("<a xmlns:a{depth}='a' xmlns:b{depth}='b'>");
    let levels: Vec<String> = (0..60).map(level).collect();
    let refused = refusal(&levels.concat());
    assert_eq!(refused, XmlError::TooManyNamespaces { line: 1 });
    assert!(started.elapsed() < Duration::from_secs(5));
}

#[test]
fn a_large_invoice_is_read_in_time() {
    let lines = |count| {
        (0..count)
            .map(|_| Line::new("Papier", 3, 333, STANDARD))
            .collect()
    };
    let xml = ubl(&Invoice::of(lines(15_000)));
    assert!(xml.len() > MAXIMUM_XML_BYTES / 2 && xml.len() < MAXIMUM_XML_BYTES);
    let started = Spent::now();
    let facts = super::facts(&xml);
    assert_eq!(facts.lines.len(), 15_000);
    assert!(facts.closes());
    let elapsed = started.elapsed();
    assert!(elapsed < Duration::from_secs(20), "{elapsed:?}");
}
