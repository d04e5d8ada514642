//! Which web pages may call the gateway.

use axum::http::Uri;
use serde::Deserialize;

/// The origins whose pages' scripts may call the gateway from a browser: `["*"]` for all, or as
/// `https://books.example.com`. An environment variable lists them with commas.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(try_from = "Written")]
pub enum CorsOrigins {
    /// None: browsers keep the answers from other sites' pages.
    #[default]
    Nobody,
    /// All.
    Anyone,
    /// These: scheme, host, and a port that is not the scheme's.
    Listed(Vec<String>),
}

/// As it is written in a file or a variable.
#[derive(Deserialize)]
#[serde(
    untagged,
    expecting = "neither a list of origins nor a text with commas"
)]
enum Written {
    Text(String),
    List(Vec<String>),
}

impl TryFrom<Written> for CorsOrigins {
    type Error = String;

    fn try_from(written: Written) -> Result<Self, String> {
        let origins: Vec<String> = match written {
            Written::List(origins) => origins,
            Written::Text(text) => text
                .split(',')
                .map(|origin| origin.trim().to_owned())
                .filter(|origin| !origin.is_empty())
                .collect(),
        };
        if origins.is_empty() {
            return Ok(Self::Nobody);
        }
        if origins == ["*"] {
            return Ok(Self::Anyone);
        }
        match origins.iter().find(|origin| !is_origin(origin)) {
            None => Ok(Self::Listed(origins)),
            Some(wrong) if wrong == "*" => {
                Err("'*' stands for all origins; list it alone".to_owned())
            }
            Some(wrong) => Err(format!(
                "'{wrong}' is not an origin: write scheme, host and port without a path, in small \
                 letters, e.g. \"https://books.example.com\""
            )),
        }
    }
}

/// Browsers send origins in small letters and without a path; anything else would never match.
fn is_origin(text: &str) -> bool {
    let Ok(uri) = text.parse::<Uri>() else {
        return false;
    };
    let written = uri
        .scheme_str()
        .zip(uri.authority())
        .map(|(scheme, authority)| format!("{scheme}://{authority}"));
    written.as_deref() == Some(text) && !text.contains('@') && text == text.to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(origins: &[&str]) -> Result<CorsOrigins, String> {
        let origins = origins.iter().map(|origin| (*origin).to_owned()).collect();
        Written::List(origins).try_into()
    }

    #[test]
    fn origins_are_checked() {
        assert_eq!(of(&[]), Ok(CorsOrigins::Nobody));
        assert_eq!(of(&["*"]), Ok(CorsOrigins::Anyone));
        let good = ["https://books.example.com", "http://localhost:5173"];
        assert!(matches!(of(&good), Ok(CorsOrigins::Listed(list)) if list == good));
        for wrong in [
            "books.example.com",
            "https://books.example.com/",
            "https://books.example.com/app",
            "https://Books.example.com",
            "https://user@books.example.com",
            "null",
            "",
        ] {
            let message = of(&[wrong]).unwrap_err();
            assert!(message.contains(&format!("'{wrong}'")), "{message}");
        }
        assert!(
            of(&["*", "https://a.example"])
                .unwrap_err()
                .contains("alone")
        );
    }

    #[test]
    fn a_variable_lists_them_with_commas() {
        let written = Written::Text("https://a.example, https://b.example".to_owned());
        let listed = vec![
            "https://a.example".to_owned(),
            "https://b.example".to_owned(),
        ];
        assert_eq!(written.try_into(), Ok(CorsOrigins::Listed(listed)));
        assert_eq!(
            Written::Text("*".to_owned()).try_into(),
            Ok(CorsOrigins::Anyone)
        );
    }
}
