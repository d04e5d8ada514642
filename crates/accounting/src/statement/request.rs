//! A statement file as a request carries it: its text, or its bytes in base64.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::charset;
use super::csv::CsvMapping;
use super::error::StatementError;
use super::format::StatementFormat;
use super::model::StatementFile;
use super::reader::{self, MAXIMUM_STATEMENT_BYTES, StatementText};
use crate::checks::Check;
use crate::company::{Company, CompanyInput};
use crate::input_error::{InputError, from_value};

/// A bank statement file to be read.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "Statements request")]
pub struct StatementsRequestInput {
    /// The file.
    pub statement: StatementInput,
    /// How the columns of a CSV file are read; only there.
    #[serde(default)]
    pub mapping: Option<CsvMapping>,
    /// Whose statement it is: its account is compared with the company's.
    #[serde(default)]
    pub company: Option<CompanyInput>,
}

/// A file: exactly one of `mt940`, `camt053`, `ofx` and `csv` with its text, or
/// `content_base64` with its bytes.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StatementInput {
    /// The text of a SWIFT MT940 file.
    #[serde(default)]
    pub mt940: Option<String>,
    /// The text of an ISO 20022 camt.053 document, versions 02 to 13.
    #[serde(default)]
    pub camt053: Option<String>,
    /// The text of an OFX or QFX file, 1.x or 2.x.
    #[serde(default)]
    pub ofx: Option<String>,
    /// The text of a CSV file; needs a `mapping`.
    #[serde(default)]
    pub csv: Option<String>,
    /// The bytes of a file of any of these formats.
    #[serde(default)]
    pub content_base64: Option<String>,
    /// The format of `content_base64`, where the file does not show it; CSV never does.
    #[serde(default)]
    pub format: Option<StatementFormat>,
    /// The character set of `content_base64`, by a label of the Encoding Standard. By evidence:
    /// byte order mark, declaration, UTF-8, else Windows-1252.
    #[serde(default)]
    pub charset: Option<String>,
}

/// The keys of a document that is a statement file.
const CONTENT_KEYS: [&str; 5] = ["mt940", "camt053", "ofx", "csv", "content_base64"];
const OTHER_KEYS: [&str; 3] = ["format", "charset", "mapping"];

/// Reads the file of a request `{statement, mapping?, company?}`.
///
/// # Errors
/// [`InputError`] with a JSON Pointer to the field; for what is wrong inside of the file that of
/// its text, with the line or element in the message.
pub fn read_statements(request: &Value) -> Result<StatementFile, InputError> {
    let input: StatementsRequestInput = from_value(request).map_err(at_missing_field)?;
    let company = company_of(request)?;
    let file = read(&input.statement, input.mapping.as_ref(), "/statement")?;
    let foreign = company.as_ref().and_then(|company| not_of(&file, company));
    Ok(file.and_checks(foreign))
}

/// The company of such a request, where it has one.
///
/// # Errors
/// [`InputError`] with a pointer to the field of the company that is wrong.
pub fn company_of(request: &Value) -> Result<Option<Company>, InputError> {
    let company = request.get("company").filter(|company| !company.is_null());
    company
        .map(|company| {
            Company::from_json(company).map_err(|error| {
                InputError::new(format!("/company{}", error.pointer), error.message)
            })
        })
        .transpose()
}

/// A missing field is an error of what it is missing in; its name is in the text.
fn at_missing_field(error: InputError) -> InputError {
    let name = error
        .message
        .strip_prefix("missing field `")
        .and_then(|rest| rest.split('`').next());
    match name {
        Some(name) => InputError::new(format!("{}/{name}", error.pointer), "is missing"),
        None => error,
    }
}

/// Whether a JSON object is a statement file: one of its content keys, and no key of another
/// sort.
pub(crate) fn is_statement(object: &Map<String, Value>) -> bool {
    let is_known =
        |key: &String| CONTENT_KEYS.contains(&key.as_str()) || OTHER_KEYS.contains(&key.as_str());
    object.keys().all(is_known)
        && object
            .keys()
            .any(|key| CONTENT_KEYS.contains(&key.as_str()))
}

/// Reads a file that is an object of its own, its mapping among its members.
///
/// # Errors
/// [`InputError`] with a pointer within the object.
pub(crate) fn read_document(object: &Map<String, Value>) -> Result<StatementFile, InputError> {
    let mut content = object.clone();
    let mapping: Option<CsvMapping> = match content.shift_remove("mapping") {
        Some(mapping) if !mapping.is_null() => Some(from_value(&mapping).map_err(|error| {
            let error = at_missing_field(error);
            InputError::new(format!("/mapping{}", error.pointer), error.message)
        })?),
        _ => None,
    };
    let input: StatementInput = from_value(&Value::Object(content))?;
    read(&input, mapping.as_ref(), "")
}

fn read(
    input: &StatementInput,
    mapping: Option<&CsvMapping>,
    prefix: &str,
) -> Result<StatementFile, InputError> {
    let at = |member: &str| format!("{prefix}/{member}");
    let texts = [
        (StatementFormat::Mt940, &input.mt940),
        (StatementFormat::Camt053, &input.camt053),
        (StatementFormat::Ofx, &input.ofx),
        (StatementFormat::Csv, &input.csv),
    ];
    let mut given = texts
        .into_iter()
        .filter_map(|(format, text)| text.as_ref().map(|text| (format, text)));
    let (text, bytes) = match (given.next(), &input.content_base64, given.next()) {
        (Some(text), None, None) => (Some(text), None),
        (None, Some(bytes), None) => (None, Some(bytes)),
        _ => {
            let message = "give exactly one of mt940, camt053, ofx, csv and content_base64";
            return Err(InputError::new(prefix, message));
        }
    };
    if let Some((format, text)) = text {
        if input.charset.is_some() || input.format.is_some() {
            let member = if input.charset.is_some() {
                "charset"
            } else {
                "format"
            };
            return Err(InputError::new(at(member), "goes with content_base64 only"));
        }
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let file = StatementText {
            format,
            text,
            charset: "utf-8",
            mapping,
        };
        return read_text(file, &at(format.code()));
    }
    let pointer = at("content_base64");
    let bytes = bytes.map(String::as_str).unwrap_or_default();
    let bytes = STANDARD
        .decode(bytes.trim())
        .map_err(|error| InputError::new(&pointer, format!("is no base64: {error}")))?;
    if bytes.len() > MAXIMUM_STATEMENT_BYTES {
        let message = format!(
            "the file has {} bytes, more than {MAXIMUM_STATEMENT_BYTES}",
            bytes.len()
        );
        return Err(InputError::new(pointer, message));
    }
    let decoded = charset::decode(&bytes, input.charset.as_deref()).map_err(|error| {
        let member = match error {
            charset::CharsetError::Unknown(_) if input.charset.is_some() => at("charset"),
            charset::CharsetError::Undecided => at("charset"),
            _ => pointer.clone(),
        };
        InputError::new(member, error.to_string())
    })?;
    let format = input
        .format
        .or_else(|| StatementFormat::recognise(&decoded.text))
        .or_else(|| mapping.map(|_| StatementFormat::Csv));
    let Some(format) = format else {
        let message = "the file does not show its format: say mt940, camt053, ofx or csv";
        return Err(InputError::new(at("format"), message));
    };
    let file = StatementText {
        format,
        text: &decoded.text,
        charset: &decoded.charset,
        mapping,
    };
    let assumed = decoded.is_assumed.then(|| {
        let message = format!(
            "the file does not say its character set and was read as {}",
            decoded.charset
        );
        Check::warning("charset_assumed", "", message)
    });
    Ok(read_text(file, &pointer)?.and_checks(assumed))
}

fn read_text(file: StatementText<'_>, pointer: &str) -> Result<StatementFile, InputError> {
    if file.mapping.is_some() && file.format != StatementFormat::Csv {
        return Err(InputError::new("/mapping", "goes with CSV only"));
    }
    reader::read(file).map_err(|error| match error {
        StatementError::Mapping(error) => error,
        other => InputError::new(pointer, other.to_string()),
    })
}

/// A statement of an account with an IBAN that is not the company's.
fn not_of(file: &StatementFile, company: &Company) -> Option<Check> {
    let own = company.iban()?;
    let statement = file.statements().iter().find(|statement| {
        let account = statement.account().and_then(crate::company::Iban::parse);
        account.is_some_and(|account| account != *own)
    })?;
    let path = statement.place.path(file.format());
    let message = "the statement is of another account than the company's";
    let found = statement.account().unwrap_or_default();
    Some(Check::review("account_not_of_company", path, message).with(own.as_str(), found))
}
