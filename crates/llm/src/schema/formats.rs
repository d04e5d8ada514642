//! The formats that are enforced, each as a regular expression.
//!
//! Each expression matches part of its format only: what the validators in wide use agree on.
//! They differ on leap seconds, the year 0, a lower-case `t` or `z`, addresses without a top-level
//! domain and the like; nobody misses those in a generated answer.

/// A regular expression for whole texts of a format, without anchors; `None` for unknown ones.
pub(super) fn pattern_of(format: &str) -> Option<String> {
    let pattern = match format {
        "date" => DATE.to_owned(),
        "time" => TIME.to_owned(),
        "date-time" => format!("(?:{DATE})T{TIME}"),
        "duration" => DURATION.to_owned(),
        "email" => format!("{ATOM}(?:\\.{ATOM}){{0,2}}@(?:{LABEL}\\.){{1,3}}[A-Za-z]{{2,12}}"),
        "hostname" => format!("{LABEL}(?:\\.{LABEL}){{0,5}}"),
        "ipv4" => format!("{BYTE}(?:\\.{BYTE}){{3}}"),
        "ipv6" => ipv6(),
        "uri" => format!(
            "(?:(?:https?|ftp)://(?:{LABEL}\\.){{0,3}}{LABEL}(?::[1-9][0-9]{{0,3}})?(?:/{PATH}*)?\
             (?:\\?(?:{PATH}|\\?)*)?(?:#{PATH}*)?\
             |urn:[a-z][a-z0-9]{{1,30}}:{PATH}+)"
        ),
        "uuid" => UUID.to_owned(),
        _ => return None,
    };
    Some(pattern)
}

/// Years 0001 to 9999, with the leap years that there are.
const DATE: &str = "(?:000[1-9]|00[1-9][0-9]|0[1-9][0-9]{2}|[1-9][0-9]{3})-\
    (?:(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])\
    |(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)\
    |02-(?:0[1-9]|1[0-9]|2[0-8]))\
    |(?:[0-9]{2}(?:0[48]|[2468][048]|[13579][26])|(?:0[48]|[2468][048]|[13579][26])00)-02-29";

/// To the microsecond, with an offset.
const TIME: &str = "(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\\.[0-9]{1,6})?\
    (?:Z|[+-](?:0[0-9]|1[0-3]):[0-5][0-9])";

/// Up to six digits a part: more is no time that calendars know.
const DURATION: &str = "P(?:[0-9]{1,6}W\
    |(?:[0-9]{1,3}Y(?:[0-9]{1,4}M(?:[0-9]{1,6}D)?)?|[0-9]{1,4}M(?:[0-9]{1,6}D)?|[0-9]{1,6}D)\
    (?:T(?:[0-9]{1,6}H(?:[0-9]{1,6}M(?:[0-9]{1,6}S)?)?|[0-9]{1,6}M(?:[0-9]{1,6}S)?|[0-9]{1,6}S))?\
    |T(?:[0-9]{1,6}H(?:[0-9]{1,6}M(?:[0-9]{1,6}S)?)?|[0-9]{1,6}M(?:[0-9]{1,6}S)?|[0-9]{1,6}S))";

const UUID: &str = "[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}";

/// A part of a mailbox's name.
const ATOM: &str = "[A-Za-z0-9_+](?:-?[A-Za-z0-9_+]){0,9}";

/// A label of a domain's name. No two hyphens in a row, which would promise Punycode.
const LABEL: &str = "[A-Za-z0-9](?:-?[A-Za-z0-9]){0,18}";

/// A decimal number up to 255.
const BYTE: &str = "(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])";

/// A character of a path, a query or a fragment.
const PATH: &str = "[A-Za-z0-9\\-._~!$&'()*+,;=:@/]";

/// All eight groups, or a run of zero groups left out.
fn ipv6() -> String {
    const GROUP: &str = "[0-9a-fA-F]{1,4}";
    let shortened = (0..=6).map(|before| {
        let head = match before {
            0 => String::new(),
            more => format!("{GROUP}(?::{GROUP}){{{}}}", more - 1),
        };
        let most_after = 6 - before;
        match most_after {
            0 => format!("{head}::"),
            more => format!("{head}::(?:{GROUP}(?::{GROUP}){{0,{}}})?", more - 1),
        }
    });
    let mut forms = vec![format!("{GROUP}(?::{GROUP}){{7}}")];
    forms.extend(shortened);
    format!("(?:{})", forms.join("|"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn matches(format: &str, text: &str) -> bool {
        let pattern = format!("^(?:{})$", pattern_of(format).unwrap());
        jsonschema::is_valid(&json!({"pattern": pattern}), &json!(text))
    }

    #[test]
    fn what_is_of_a_format_matches_and_what_is_not_does_not() {
        for (format, text) in [
            ("date", "2024-02-29"),
            ("date", "2000-02-29"),
            ("date", "0004-02-29"),
            ("date", "1999-12-31"),
            ("time", "23:59:59.123456+13:59"),
            ("date-time", "2024-02-29T00:00:00Z"),
            ("duration", "P1Y2M3DT4H5M6S"),
            ("duration", "PT1H"),
            ("email", "jane.doe+x@mail.example.com"),
            ("hostname", "a-b.example.org"),
            ("ipv4", "255.0.10.99"),
            ("ipv6", "::1"),
            ("ipv6", "2001:db8::8a2e:370:7334"),
            ("ipv6", "::"),
            ("uri", "https://example.com:443/a/b?c=d#e"),
            ("uri", "urn:oasis:names:specification:ubl"),
            ("uuid", "123e4567-e89b-12d3-a456-426614174000"),
        ] {
            assert!(matches(format, text), "{format} {text}");
            let schema = json!({"format": format});
            let validator = jsonschema::options()
                .should_validate_formats(true)
                .build(&schema)
                .unwrap();
            assert!(validator.is_valid(&json!(text)), "{format} {text}");
        }
        for (format, text) in [
            ("date", "2023-02-29"),
            ("date", "1900-02-29"),
            ("date", "0000-01-01"),
            ("date", "2024-04-31"),
            ("time", "24:00:00Z"),
            ("time", "10:00:00"),
            ("date-time", "2024-02-30T00:00:00Z"),
            ("duration", "P"),
            ("duration", "PT"),
            ("email", "a..b@example.com"),
            ("email", "a@b"),
            ("hostname", "-a.example"),
            ("ipv4", "256.1.1.1"),
            ("ipv6", ":::"),
            ("ipv6", "1:2:3:4:5:6:7:8:9"),
            ("uri", "no uri"),
            ("uuid", "123e4567"),
        ] {
            assert!(!matches(format, text), "{format} {text}");
        }
        assert!(pattern_of("color").is_none());
    }
}
