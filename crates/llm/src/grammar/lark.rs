//! Looks through a grammar in llguidance's Lark dialect for what is not taken in one.
//!
//! A rule may have the attribute `temperature`, which only the grammar engine's own sampler would
//! heed, and `%llguidance` may let answers be no UTF-8, which all of them are here. Names, texts,
//! expressions and schemas may hold these words, so the grammar is read token by token as the
//! engine does it.

use serde_json::Value;

const TEMPERATURE: &str = "temperature";
const ALLOW_INVALID_UTF8: &str = "allow_invalid_utf8";

/// The first option that the grammar sets and that is not taken here.
pub(super) fn option_not_taken(grammar: &str) -> Option<&'static str> {
    let mut after_temperature = false;
    for token in (Tokens { rest: grammar }) {
        match token {
            Token::Other('=') if after_temperature => return Some(TEMPERATURE),
            Token::Options(options) if options.get(ALLOW_INVALID_UTF8).is_some() => {
                return Some(ALLOW_INVALID_UTF8);
            }
            _ => {}
        }
        after_temperature = matches!(token, Token::Name(TEMPERATURE));
    }
    None
}

enum Token<'g> {
    Name(&'g str),
    /// The JSON of `%llguidance`.
    Options(Value),
    /// A text, an expression, a special token, or the JSON of another directive.
    Literal,
    Other(char),
}

/// The tokens of a grammar; blanks and comments are left out. What the engine would refuse comes
/// as any token.
struct Tokens<'g> {
    rest: &'g str,
}

impl<'g> Iterator for Tokens<'g> {
    type Item = Token<'g>;

    fn next(&mut self) -> Option<Token<'g>> {
        self.skip_blanks_and_comments();
        let first = self.rest.chars().next()?;
        Some(match first {
            '"' => self.delimited('"', "i"),
            '/' => self.delimited('/', "imslux"),
            '<' => self.special(),
            '%' => self.directive(),
            _ if is_of_name(first) => Token::Name(self.name()),
            _ => {
                self.take(first.len_utf8());
                Token::Other(first)
            }
        })
    }
}

impl<'g> Tokens<'g> {
    fn take(&mut self, bytes: usize) -> &'g str {
        let (taken, rest) = self.rest.split_at(bytes);
        self.rest = rest;
        taken
    }

    fn skip_blanks_and_comments(&mut self) {
        loop {
            self.rest = self.rest.trim_start();
            if !self.rest.starts_with('#') && !self.rest.starts_with("//") {
                return;
            }
            self.take(self.rest.find('\n').unwrap_or(self.rest.len()));
        }
    }

    fn name(&mut self) -> &'g str {
        let end = self.rest.find(|character| !is_of_name(character));
        self.take(end.unwrap_or(self.rest.len()))
    }

    /// A text or an expression, with what may follow its end.
    fn delimited(&mut self, delimiter: char, flags: &str) -> Token<'g> {
        let mut escaped = false;
        let end = self.rest.char_indices().skip(1).find(|(_, character)| {
            let ends = !escaped && *character == delimiter;
            escaped = !escaped && *character == '\\';
            ends
        });
        self.take(end.map_or(self.rest.len(), |(at, _)| at + delimiter.len_utf8()));
        self.rest = self
            .rest
            .trim_start_matches(|character| flags.contains(character));
        Token::Literal
    }

    /// `<name>`, or the sign alone.
    fn special(&mut self) -> Token<'g> {
        let inside = &self.rest[1..];
        let end = inside
            .find(|character: char| matches!(character, '<' | '>') || character.is_whitespace());
        match end {
            Some(end) if end > 0 && inside[end..].starts_with('>') => {
                self.take(end + 2);
                Token::Literal
            }
            _ => {
                self.take(1);
                Token::Other('<')
            }
        }
    }

    /// A directive, with the JSON that follows some.
    fn directive(&mut self) -> Token<'g> {
        self.take(1);
        let name = self.name();
        if !matches!(name, "json" | "llguidance" | "regex") {
            return Token::Other('%');
        }
        let mut values = serde_json::Deserializer::from_str(self.rest).into_iter::<Value>();
        let value = values.next().and_then(Result::ok);
        let read = values.byte_offset();
        self.take(read);
        match value {
            Some(options) if name == "llguidance" => Token::Options(options),
            _ => Token::Literal,
        }
    }
}

fn is_of_name(character: char) -> bool {
    character.is_ascii_alphanumeric() || matches!(character, '_' | '-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_that_are_not_taken_are_found() {
        for (grammar, option) in [
            ("start[temperature=0.5]: /a/", TEMPERATURE),
            ("start[capture, temperature = 1]: /a/", TEMPERATURE),
            ("start[capture=\"x\",\n temperature=0]: /a/", TEMPERATURE),
            (
                "start: a\n// \" a quote\na[ # [\n temperature=1]: \"x\"",
                TEMPERATURE,
            ),
            ("start: @sub\n%lark { s[temperature=1]: /x/ }", TEMPERATURE),
            ("start: /\\// x\nx[temperature=1]: /a/", TEMPERATURE),
            (
                "%llguidance {\"allow_invalid_utf8\": true}\nstart: /a/",
                ALLOW_INVALID_UTF8,
            ),
            (
                "start: /a/\n%llguidance\n{\"no_forcing\": true, \"allow_invalid_utf8\":true}",
                ALLOW_INVALID_UTF8,
            ),
        ] {
            assert_eq!(option_not_taken(grammar), Some(option), "{grammar}");
        }
    }

    #[test]
    fn their_names_may_stand_anywhere_else() {
        for grammar in [
            "start: temperature\ntemperature: /[0-9]+/",
            "start: body_temperature\nbody_temperature : /[0-9]+/",
            "start[capture=\"temperature=\"]: \"temperature=\" /temperature=[0-9]/",
            "start: /a/ // temperature=1",
            "start: /a/ # \"allow_invalid_utf8\": true",
            "start: <temperature=>",
            "start: a\na: %json {\"properties\": {\"temperature\": {}, \"allow_invalid_utf8\": {}}}",
            "start: \"\\\"temperature=\"",
            "%llguidance {\"no_forcing\": false}\nstart: /a/",
            "start: \"unclosed temperature=",
            "",
        ] {
            assert_eq!(option_not_taken(grammar), None, "{grammar}");
        }
    }
}
