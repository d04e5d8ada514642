//! From a file's text to rows of cells, and from the mapping's names to their columns.

use csv::{ReaderBuilder, StringRecord};

use super::mapping::{ColumnName, CsvMapping};
use crate::statement::error::{FilePlace, StatementError};

const DELIMITERS: [u8; 4] = [b';', b',', b'\t', b'|'];

/// One row.
#[derive(Debug, Clone)]
pub(super) struct Row {
    pub(super) line: usize,
    pub(super) cells: Vec<String>,
}

impl Row {
    pub(super) fn place(&self) -> FilePlace {
        FilePlace::Line(self.line)
    }

    /// A cell without white space at its ends.
    pub(super) fn cell(&self, column: usize) -> &str {
        self.cells.get(column).map_or("", |cell| cell.trim())
    }

    fn is_blank(&self) -> bool {
        self.cells.iter().all(|cell| cell.trim().is_empty())
    }
}

/// A file's rows, parted.
#[derive(Debug)]
pub(super) struct Table {
    /// Before the first line; the last of them names the columns.
    pub(super) header: Vec<Row>,
    pub(super) rows: Vec<Row>,
    pub(super) footer: Vec<Row>,
}

impl Table {
    /// Cuts a file into rows and cells.
    ///
    /// # Errors
    /// [`StatementError`] for a row of another number of columns, an unknown column, and where
    /// delimiter or header are not said and the file does not decide them.
    pub(super) fn read(text: &str, mapping: &CsvMapping) -> Result<Self, StatementError> {
        if let Some(said) = &mapping.delimiter {
            return match said.as_bytes() {
                [delimiter]
                    if delimiter.is_ascii() && !matches!(delimiter, b'"' | b'\n' | b'\r') =>
                {
                    Self::split(text, *delimiter, mapping)
                }
                _ => Err(StatementError::mapping(
                    "/delimiter",
                    "is one character of ASCII",
                )),
            };
        }
        let mut fitting = Vec::new();
        let mut reasons = Vec::new();
        for delimiter in DELIMITERS {
            match Self::split(text, delimiter, mapping) {
                Ok(table) if table.is_split() => fitting.push(table),
                Ok(_) => {}
                Err(error) => reasons.push((delimiter, error)),
            }
        }
        match (fitting.len(), fitting.pop()) {
            (1, Some(table)) => Ok(table),
            (0, _) => {
                // The delimiter that stands most often tells best what is wrong.
                let often = |delimiter: u8| text.bytes().filter(|byte| *byte == delimiter).count();
                reasons.sort_by_key(|(delimiter, _)| often(*delimiter));
                let worst = reasons.pop().filter(|(delimiter, _)| often(*delimiter) > 0);
                Err(worst.map_or_else(undecided_delimiter, |(_, error)| error))
            }
            _ => Err(undecided_delimiter()),
        }
    }

    fn is_split(&self) -> bool {
        let first = self.rows.first().or(self.header.last());
        first.is_some_and(|row| row.cells.len() > 1)
    }

    fn split(text: &str, delimiter: u8, mapping: &CsvMapping) -> Result<Self, StatementError> {
        let mut rows = records(text, delimiter)?;
        let header_rows = header_rows(&rows, mapping)?;
        if header_rows > rows.len() {
            let message = format!("the file has {} rows", rows.len());
            return Err(StatementError::mapping("/header_rows", message));
        }
        let mut body = rows.split_off(header_rows);
        let Some(lines) = body.len().checked_sub(mapping.footer_rows) else {
            let message = format!("{} rows stand behind the header", body.len());
            return Err(StatementError::mapping("/footer_rows", message));
        };
        let footer = body.split_off(lines);
        let columns = rows
            .last()
            .or(body.first())
            .map_or(0, |row| row.cells.len());
        for row in &body {
            if row.cells.len() != columns {
                let message = format!("the row has {} columns, not {columns}", row.cells.len());
                return Err(row.place().error(message));
            }
        }
        Ok(Self {
            header: rows,
            rows: body,
            footer,
        })
    }

    /// The names of the columns, where a header row has them.
    pub(super) fn names(&self) -> &[String] {
        self.header
            .last()
            .map(|row| row.cells.as_slice())
            .unwrap_or_default()
    }

    /// The index of a mapped column; `member` is its place in the mapping.
    ///
    /// # Errors
    /// [`StatementError`] for a column that is not there, or there twice.
    pub(super) fn column(&self, name: &ColumnName, member: &str) -> Result<usize, StatementError> {
        let wrong =
            |message: String| StatementError::mapping(&format!("/columns/{member}"), message);
        match name {
            ColumnName::Index(index) => {
                let columns = self.rows.first().map_or(usize::MAX, |row| row.cells.len());
                if *index < columns {
                    Ok(*index)
                } else {
                    Err(wrong(format!(
                        "the file has {columns} columns, counted from 0"
                    )))
                }
            }
            ColumnName::Name(name) => {
                let is_named = |cell: &&(usize, &String)| cell.1.trim() == name.trim();
                let cells: Vec<(usize, &String)> = self.names().iter().enumerate().collect();
                let mut found = cells.iter().filter(is_named);
                match (found.next(), found.next()) {
                    (Some((index, _)), None) => Ok(*index),
                    (None, _) => Err(wrong(format!("no column is named '{name}'"))),
                    (Some(_), Some(_)) => Err(wrong(format!(
                        "two columns are named '{name}': give the index"
                    ))),
                }
            }
        }
    }
}

fn undecided_delimiter() -> StatementError {
    StatementError::mapping("/delimiter", "the file does not decide it: say which it is")
}

fn records(text: &str, delimiter: u8) -> Result<Vec<Row>, StatementError> {
    let mut reader = ReaderBuilder::new()
        .delimiter(delimiter)
        .has_headers(false)
        .flexible(true)
        .from_reader(text.as_bytes());
    let mut rows = Vec::new();
    for record in reader.records() {
        let record: StringRecord =
            record.map_err(|error| StatementError::File(error.to_string()))?;
        let line = record.position().map_or(0, csv::Position::line);
        let row = Row {
            line: usize::try_from(line).unwrap_or(usize::MAX),
            cells: record.iter().map(str::to_owned).collect(),
        };
        if !row.is_blank() {
            rows.push(row);
        }
    }
    if ends_in_quotes(text, char::from(delimiter)) {
        let message = "the file ends inside of quotes: it is cut off, or a quote does not end";
        return Err(StatementError::File(message.to_owned()));
    }
    Ok(rows)
}

/// Whether the last cell begins with a quote that does not end. A quote elsewhere in a cell is a
/// character of it.
fn ends_in_quotes(text: &str, delimiter: char) -> bool {
    let (mut is_quoted, mut is_begin) = (false, true);
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '"' if is_quoted && characters.peek() == Some(&'"') => {
                characters.next();
            }
            '"' if is_quoted => is_quoted = false,
            '"' if is_begin => is_quoted = true,
            _ => {}
        }
        is_begin = !is_quoted && (character == delimiter || matches!(character, '\n' | '\r'));
    }
    is_quoted
}

/// Columns by name are found in the first row that has all of them; above the lines there is
/// nothing else to see where their header ends.
fn header_rows(rows: &[Row], mapping: &CsvMapping) -> Result<usize, StatementError> {
    if let Some(said) = mapping.header_rows {
        return Ok(said);
    }
    let columns = &mapping.columns;
    let by_name = |name: &ColumnName| match name {
        ColumnName::Name(name) => Some(name.trim().to_owned()),
        ColumnName::Index(_) => None,
    };
    let optional = [&columns.amount, &columns.debit, &columns.credit];
    let mut names: Vec<String> = by_name(&columns.date).into_iter().collect();
    names.extend(optional.into_iter().flatten().filter_map(by_name));
    if names.is_empty() {
        return Ok(0);
    }
    let has_all = |row: &Row| {
        names
            .iter()
            .all(|name| row.cells.iter().any(|cell| cell.trim() == name))
    };
    let header = rows.iter().position(has_all);
    header.map(|index| index + 1).ok_or_else(|| {
        let message = format!("no row has the columns {}", names.join(", "));
        StatementError::mapping("/columns", message)
    })
}
