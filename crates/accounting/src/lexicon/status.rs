//! Words by which a paper says that it is not, not yet or not again to be booked.

use std::sync::LazyLock;

use serde::Deserialize;

use super::terms::{FoldedText, TermList};
use super::{Hit, best};

/// How a paper stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum StatusClass {
    /// It no longer counts.
    Cancelled,
    /// It does not count yet, or is a specimen.
    Draft,
    /// The same paper was sent before.
    Copy,
    /// A proforma invoice.
    Proforma,
    /// An offer.
    Quote,
}

#[derive(Deserialize, Default)]
struct StatusFile {
    papers: TermList,
    keys: TermList,
    orders: TermList,
    classes: Vec<StatusRow>,
}

#[derive(Deserialize)]
struct StatusRow {
    class: StatusClass,
    terms: TermList,
}

// As for the other lists, a test reads the file.
static STATUS: LazyLock<StatusFile> = LazyLock::new(|| {
    serde_json::from_str(include_str!("../../data/lexicon/status.json")).unwrap_or_default()
});

/// A status in a title or under a label of one: any of its words.
pub(crate) fn status_in_title(text: &str) -> Option<Hit<StatusClass>> {
    let rows = STATUS.classes.iter().map(|row| (row.class, &row.terms));
    best(rows, &FoldedText::new(text))
}

/// A status that stands alone, or beside nothing but words for the paper (`COPY OF INVOICE`):
/// in running text and descriptions the same words mean other things (`copy paper`).
pub(crate) fn status_alone(text: &str) -> Option<Hit<StatusClass>> {
    let hit = status_in_title(text)?;
    let folded = FoldedText::new(text);
    let own = FoldedText::new(&hit.term);
    let rest = folded.without(&own);
    rest.iter()
        .all(|word| {
            let word = FoldedText::new(word);
            STATUS.papers.longest_in(&word).is_some()
                || best(
                    STATUS.classes.iter().map(|row| (row.class, &row.terms)),
                    &word,
                )
                .is_some()
        })
        .then_some(hit)
}

/// Words that tell whoever processes the paper what to do with it: no paper of business does.
pub(crate) fn order_in(text: &str) -> Option<&'static str> {
    let found = STATUS.orders.longest_in(&FoldedText::new(text));
    found.map(|(term, _)| term)
}

/// Whether a label is one of a paper's title or status.
pub(crate) fn is_status_label(label: &str) -> bool {
    let folded = FoldedText::new(&spaced(label));
    STATUS
        .keys
        .longest_in(&folded)
        .is_some_and(|(term, _)| FoldedText::new(term).is_same(&folded))
}

/// `documentType` and `document_type` as words.
fn spaced(label: &str) -> String {
    let mut words = String::with_capacity(label.len() + 4);
    let mut after_lower = false;
    for character in label.chars() {
        if after_lower && character.is_uppercase() {
            words.push(' ');
        }
        after_lower = character.is_lowercase();
        words.push(character);
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_can_be_read() {
        let file = include_str!("../../data/lexicon/status.json");
        let read: StatusFile = serde_json::from_str(file).unwrap();
        assert_eq!(read.classes.len(), 5);
    }

    #[test]
    fn a_status_stands_alone_or_beside_the_papers_name() {
        for text in [
            "*** DRAFT ***",
            "COPY OF INVOICE",
            "Rechnungskopie",
            "Annulée",
            "Borrador",
        ] {
            assert!(status_alone(text).is_some(), "{text}");
        }
        for text in [
            "Copy paper",
            "Draft beer 0.5 l",
            "Void fill",
            "Invoice",
            "Sample kit",
        ] {
            assert!(status_alone(text).is_none(), "{text}");
        }
        assert!(is_status_label("documentType") && is_status_label("Invoice_Status"));
        assert!(!is_status_label("payment terms"));
    }
}
