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
    let mut waiting: Vec<Override<'_>> = Vec::new();
    for (variable, text) in variables {
        waiting.extend(Override::of(variable, text, &table)?);
    }
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
    /// Nothing where the variable is no key's.
    fn of(variable: &'a str, text: &'a str, file: &Table) -> Result<Option<Self>, ConfigError> {
        let Some(names) = names_in(variable) else {
            return Ok(None);
        };
        let path = keys_of(&names, file).map_err(|message| ConfigError::Environment {
            variable: variable.to_owned(),
            message,
        })?;
        Ok(Some(Self {
            variable,
            path,
            text,
        }))
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

/// The names of tables and of the key in them, as the variable writes them.
fn names_in(variable: &str) -> Option<Vec<&str>> {
    if variable == "DATABASE_URL" {
        return Some(vec!["store", "database_url"]);
    }
    if NOT_KEYS.contains(&variable) {
        return None;
    }
    Some(variable.strip_prefix(PREFIX)?.split("__").collect())
}

/// The keys that the names mean: one of the file where it has one that is written so, else a new
/// one in small letters.
fn keys_of(names: &[&str], file: &Table) -> Result<Vec<String>, String> {
    let mut table = Some(file);
    let mut keys = Vec::with_capacity(names.len());
    for name in names {
        let known = match table {
            Some(table) => known_key(table, name)?,
            None => None,
        };
        let key = known.unwrap_or_else(|| name.to_ascii_lowercase());
        table = table
            .and_then(|table| table.get(&key))
            .and_then(Value::as_table);
        keys.push(key);
    }
    Ok(keys)
}

fn known_key(table: &Table, name: &str) -> Result<Option<String>, String> {
    if table.contains_key(name) {
        return Ok(Some(name.to_owned()));
    }
    let mut meant = table.keys().filter(|key| is_written_as(key, name));
    match (meant.next(), meant.next()) {
        (Some(one), Some(other)) => Err(format!(
            "'{name}' may mean '{one}' or '{other}'; write it in the variable as it is in the file"
        )),
        (only, _) => Ok(only.cloned()),
    }
}

/// Variables have capitals by custom, and no other signs than `_` where a shell sets them.
fn is_written_as(key: &str, name: &str) -> bool {
    let plain = |text: &str| -> String {
        text.chars()
            .map(|character| {
                if character.is_ascii_alphanumeric() {
                    character.to_ascii_lowercase()
                } else {
                    '_'
                }
            })
            .collect()
    };
    plain(key) == plain(name)
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

#[cfg(test)]
mod tests {
    use super::*;

    const MODELS: &str = "
        [models.Mixtral]
        kind = \"in_process\"
        path = \"large\"
        [models.\"SmolLM2-135m\"]
        kind = \"in_process\"
        path = \"small\"
    ";

    fn overlaid(file: &str, variable: &str, value: &str) -> Result<Config, ConfigError> {
        let file = toml::from_str(file).unwrap();
        overlay(file, &[(variable.to_owned(), value.to_owned())])
    }

    #[test]
    fn a_model_of_the_file_is_meant_whatever_its_letters() {
        for (variable, model) in [
            ("LEDGERGATE_MODELS__MIXTRAL__QUEUE", "Mixtral"),
            ("LEDGERGATE_MODELS__mixtral__QUEUE", "Mixtral"),
            ("LEDGERGATE_MODELS__SMOLLM2_135M__QUEUE", "SmolLM2-135m"),
            ("LEDGERGATE_MODELS__SmolLM2-135m__QUEUE", "SmolLM2-135m"),
        ] {
            let config = overlaid(MODELS, variable, "7").unwrap();
            assert_eq!(config.models[model].queue, 7, "{variable}");
            assert_eq!(config.models.len(), 2, "{variable}");
        }
        let variable = "LEDGERGATE_MODELS__MIXTRAL__DEFAULTS__MAX_TOKENS";
        let config = overlaid(MODELS, variable, "9").unwrap();
        assert_eq!(config.models["Mixtral"].defaults.max_tokens, 9);
    }

    #[test]
    fn a_name_that_may_mean_two_models_is_refused_unless_it_is_one_of_them() {
        let file = "
            [models.Mixtral]
            kind = \"in_process\"
            path = \"one\"
            [models.mixtral]
            kind = \"in_process\"
            path = \"two\"
        ";
        let variable = "LEDGERGATE_MODELS__MIXTRAL__QUEUE";
        let message = overlaid(file, variable, "7").unwrap_err().to_string();
        for part in [variable, "'Mixtral'", "'mixtral'"] {
            assert!(message.contains(part), "{message}");
        }
        let config = overlaid(file, "LEDGERGATE_MODELS__Mixtral__QUEUE", "7").unwrap();
        assert_eq!(config.models["Mixtral"].queue, 7);
        assert_ne!(config.models["mixtral"].queue, 7);
    }
}
