//! Bank statement files: MT940, camt.053, OFX and CSV, read into the bank lines of
//! reconciliation.
//!
//! ```text
//! text or bytes ─charset─▶ text ─mt940 | camt053 | ofx | csv─▶ StatementDraft ─▶ Statement ─▶ checks
//! ```
//!
//! Nothing of a file is lost: what has no field of a line stands in its description or in the
//! details, by the file's own names, and a record that cannot be read refuses the file with its
//! line or element. No figure is repaired; balances that do not follow are findings.

mod amount;
mod camt053;
mod charset;
mod checks;
mod csv;
mod draft;
mod error;
mod facts;
mod format;
mod model;
mod mt940;
mod ofx;
mod reader;
mod request;

pub use csv::{
    ColumnName, ColumnNames, CsvBalance, CsvColumns, CsvIndicator, CsvMapping, DecimalMark,
};
pub use error::{FilePlace, StatementError};
pub use format::StatementFormat;
pub use model::{Balance, BankLine, Detail, Instructed, Statement, StatementFile};
pub use reader::{MAXIMUM_STATEMENT_BYTES, MAXIMUM_STATEMENT_LINES};
pub use request::{StatementInput, StatementsRequestInput, company_of, read_statements};
pub(crate) use request::{is_statement, read_document};
