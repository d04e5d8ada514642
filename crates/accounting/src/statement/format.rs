//! The formats, and how a file shows which one it has.

use crate::closed_enum::closed_enum;

closed_enum! {
    /// A format of bank statements.
    StatementFormat {
        /// SWIFT MT940.
        Mt940 => "mt940",
        /// ISO 20022 camt.053.
        Camt053 => "camt053",
        /// OFX 1.x (SGML) and 2.x (XML), QFX.
        Ofx => "ofx",
        /// Comma-separated values, with a mapping.
        Csv => "csv",
    }
}

impl StatementFormat {
    /// The format that a file's own marks give away. CSV has none.
    pub(super) fn recognise(text: &str) -> Option<Self> {
        let begin = text.trim_start_matches(['\u{feff}', ' ', '\t', '\r', '\n']);
        if begin.starts_with('<') && text.contains("BkToCstmrStmt") {
            return Some(Self::Camt053);
        }
        let is_ofx = begin.starts_with("OFXHEADER") || begin.starts_with('<');
        if is_ofx && text.to_ascii_uppercase().contains("<OFX>") {
            return Some(Self::Ofx);
        }
        let has = |tag: &str| text.lines().any(|line| line.starts_with(tag));
        (has(":20:") && (has(":60F:") || has(":60M:"))).then_some(Self::Mt940)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_gives_its_format_away_or_it_does_not() {
        let recognised = StatementFormat::recognise;
        assert_eq!(
            recognised("{1:F01}{4:\r\n:20:A\r\n:60F:C"),
            Some(StatementFormat::Mt940)
        );
        assert_eq!(
            recognised("\u{feff}<?xml version='1.0'?><D><BkToCstmrStmt/></D>"),
            Some(StatementFormat::Camt053)
        );
        assert_eq!(
            recognised("OFXHEADER:100\n\n<ofx>"),
            Some(StatementFormat::Ofx)
        );
        assert_eq!(recognised("Date;Amount\n:20:;1"), None);
    }
}
