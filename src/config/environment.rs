//! Environment variables laid over the file.

use toml::{Table, Value};

use super::{Config, ConfigError};

const PREFIX: &str = "LEDGERGATE_";

/// Variables of the prefix that are no configuration keys.
const NOT_KEYS: [&str; 5] = [
    "LEDGERGATE_BINARY",
    "LEDGERGATE_CACHE",
    "LEDGERGATE_CONFIG",
    "LEDGERGATE_TEST_DATABASE_URL",
    "LEDGERGATE_TEST_MODEL",
];

/// `table` with the variables over it, as the typed configuration.
///
/// One at a time, so that a wrong one is named; a variable that only makes sense beside others
/// (the kind and the path of a new model) waits for them.
pub(super) fn overlay(
    mut table: Table,
    variables: &[(String, String)],
) -> Result<Config, ConfigError> {
    let mut waiting: Vec<Override<'_>> = variables
        .iter()
        .filter_map(|(variable, text)| Override::of(variable, text))
        .collect();
    waiting.sort_by(|one, other| one.path.cmp(&other.path));
    loop {
        let before = waiting.len();
        waiting.retain(|change| match change.applied_to(&table) {
            Ok(changed) => {
                table = changed;
                false
            }
            Err(_) => true,
        });
        if waiting.len() == before {
            break;
        }
    }
    let mut together = table.clone();
    for change in &waiting {
        set(&mut together, &change.path, scalar(change.text));
    }
    match (Config::deserialize_table(&together), waiting.first()) {
        (Ok(config), _) => Ok(config),
        (Err(error), None) => Err(ConfigError::Inconsistent {
            key: "configuration".to_owned(),
            message: error.message().to_owned(),
        }),
        (Err(together), Some(first)) => {
            let message = match first.applied_to(&table) {
                Err(error) if waiting.len() == 1 => error.message().to_owned(),
                _ => together.message().to_owned(),
            };
            let names: Vec<_> = waiting.iter().map(|change| change.variable).collect();
            Err(ConfigError::Environment {
                variable: names.join(", "),
                message,
            })
        }
    }
}

/// A variable and the key that it sets.
struct Override<'a> {
    variable: &'a str,
    path: Vec<String>,
    text: &'a str,
}

impl<'a> Override<'a> {
    fn of(variable: &'a str, text: &'a str) -> Option<Self> {
        Some(Self {
            variable,
            path: path_of(variable)?,
            text,
        })
    }

    /// A variable has no types: `8080` may be meant as a number or as a text.
    fn applied_to(&self, table: &Table) -> Result<Table, toml::de::Error> {
        let with = |value| {
            let mut table = table.clone();
            set(&mut table, &self.path, value);
            Config::deserialize_table(&table).map(|_| table)
        };
        with(scalar(self.text)).or_else(|_| with(Value::String(self.text.to_owned())))
    }
}

impl Config {
    fn deserialize_table(table: &Table) -> Result<Self, toml::de::Error> {
        table.clone().try_into()
    }
}

fn path_of(variable: &str) -> Option<Vec<String>> {
    if variable == "DATABASE_URL" {
        return Some(vec!["store".to_owned(), "database_url".to_owned()]);
    }
    if NOT_KEYS.contains(&variable) {
        return None;
    }
    let key = variable.strip_prefix(PREFIX)?;
    Some(key.split("__").map(str::to_ascii_lowercase).collect())
}

fn scalar(text: &str) -> Value {
    if let Ok(number) = text.parse::<i64>() {
        Value::Integer(number)
    } else if let Ok(number) = text.parse::<f64>() {
        Value::Float(number)
    } else if let Ok(flag) = text.parse::<bool>() {
        Value::Boolean(flag)
    } else {
        Value::String(text.to_owned())
    }
}

fn set(table: &mut Table, path: &[String], value: Value) {
    match path {
        [] => {}
        [key] => {
            table.insert(key.clone(), value);
        }
        [key, rest @ ..] => {
            let inner = table
                .entry(key.clone())
                .or_insert_with(|| Value::Table(Table::new()));
            if !inner.is_table() {
                *inner = Value::Table(Table::new());
            }
            if let Value::Table(inner) = inner {
                set(inner, rest, value);
            }
        }
    }
}
