//! The closed set of fields that feedback can correct.

use std::fmt;

use crate::closed_enum::closed_enum;

closed_enum! {
    /// A field of its own in a reply; the code is its JSON Pointer.
    ReplyField {
        /// Module.
        Module => "/module",
        /// Action.
        Action => "/action",
        /// Direction.
        Direction => "/direction",
        /// The other party's name.
        Counterparty => "/counterparty",
        /// What sort of paper it is.
        DocumentType => "/document_type",
        /// Number as printed.
        DocumentNumber => "/document_number",
        /// Date of issue or booking.
        IssueDate => "/issue_date",
        /// Due date.
        DueDate => "/due_date",
        /// ISO 4217 code.
        Currency => "/currency",
        /// Total without tax.
        Net => "/net",
        /// Total tax.
        Tax => "/tax",
        /// Total with tax.
        Gross => "/gross",
        /// Paid in advance.
        Prepaid => "/prepaid",
        /// Rounding of the payable amount.
        Rounding => "/rounding",
        /// Withheld by the buyer.
        Withheld => "/withheld",
        /// Left to pay.
        AmountDue => "/amount_due",
        /// How the whole document is taxed.
        TaxTreatment => "/tax_treatment",
        /// All tax lines anew, where one is missing or one too many.
        TaxLines => "/tax_lines",
        /// The entry's date.
        JournalDate => "/journal/date",
        /// All lines of the entry anew; an empty list posts nothing.
        JournalLines => "/journal/lines",
    }
}

closed_enum! {
    /// A part of a tax line.
    TaxLinePart {
        /// EN 16931 category.
        Category => "category",
        /// Percent.
        Rate => "rate",
        /// Taxable amount.
        Base => "base",
        /// Tax.
        Amount => "amount",
    }
}

closed_enum! {
    /// A part of a line of the entry.
    JournalLinePart {
        /// Account code.
        Account => "account",
        /// Debit in document currency.
        Debit => "debit",
        /// Credit in document currency.
        Credit => "credit",
        /// Customer or supplier.
        Party => "party",
    }
}

/// A field that feedback can correct, by its JSON Pointer into the reply.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Field {
    /// `/action`, `/tax_lines`.
    Whole(ReplyField),
    /// `/tax_lines/0/rate`.
    TaxLine(usize, TaxLinePart),
    /// `/journal/lines/0/account`.
    JournalLine(usize, JournalLinePart),
}

impl Field {
    /// The field of a pointer, `None` for one outside the set.
    pub fn from_pointer(pointer: &str) -> Option<Self> {
        if let Some(field) = ReplyField::from_code(pointer) {
            return Some(Self::Whole(field));
        }
        let (list, part) = pointer.rsplit_once('/')?;
        let (list, index) = list.rsplit_once('/')?;
        // As JSON Pointer has it: no sign, no leading zero.
        let index: usize = index
            .parse()
            .ok()
            .filter(|n: &usize| n.to_string() == index)?;
        match list {
            "/tax_lines" => TaxLinePart::from_code(part).map(|part| Self::TaxLine(index, part)),
            "/journal/lines" => {
                JournalLinePart::from_code(part).map(|part| Self::JournalLine(index, part))
            }
            _ => None,
        }
    }

    /// True for what belongs to the entry's lines.
    pub(super) fn is_of_entry(self) -> bool {
        matches!(
            self,
            Self::JournalLine(..) | Self::Whole(ReplyField::JournalLines)
        )
    }

    /// True where correcting both would say a thing twice.
    pub(super) fn overlaps(self, other: Self) -> bool {
        let list_of = |field: Self| match field {
            Self::TaxLine(..) => Some(Self::Whole(ReplyField::TaxLines)),
            Self::JournalLine(..) => Some(Self::Whole(ReplyField::JournalLines)),
            Self::Whole(_) => None,
        };
        self == other || list_of(self) == Some(other) || list_of(other) == Some(self)
    }
}

impl fmt::Display for Field {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Whole(field) => formatter.write_str(field.code()),
            Self::TaxLine(index, part) => write!(formatter, "/tax_lines/{index}/{part}"),
            Self::JournalLine(index, part) => write!(formatter, "/journal/lines/{index}/{part}"),
        }
    }
}
