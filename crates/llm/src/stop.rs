//! Stop strings: the answer ends before one, and no part of one is ever sent.

/// Watches a text that comes in pieces.
#[derive(Debug)]
pub(crate) struct StopScanner {
    stops: Vec<String>,
    held: String,
}

/// What a piece of text did.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Scan {
    /// This much is safe to send.
    Text(String),
    /// This much is safe to send, and then a stop string came.
    Stopped(String),
}

impl StopScanner {
    /// Empty stop strings must have been refused before.
    pub(crate) fn new(stops: Vec<String>) -> Self {
        Self {
            stops,
            held: String::new(),
        }
    }

    /// Takes more text. What might be the beginning of a stop string is held back.
    pub(crate) fn push(&mut self, text: &str) -> Scan {
        self.held.push_str(text);
        let first = self
            .stops
            .iter()
            .filter_map(|stop| self.held.find(stop.as_str()))
            .min();
        if let Some(at) = first {
            self.held.truncate(at);
            return Scan::Stopped(std::mem::take(&mut self.held));
        }
        let safe = self.held.len() - self.longest_beginning_at_end();
        let rest = self.held.split_off(safe);
        Scan::Text(std::mem::replace(&mut self.held, rest))
    }

    /// What was held back, once no more text comes.
    pub(crate) fn finish(&mut self) -> String {
        std::mem::take(&mut self.held)
    }

    /// Bytes at the end of the text that could begin a stop string.
    fn longest_beginning_at_end(&self) -> usize {
        self.stops
            .iter()
            .filter_map(|stop| {
                let ends = stop.char_indices().map(|(end, _)| end).rev();
                ends.filter(|end| *end > 0)
                    .find(|end| self.held.ends_with(&stop[..*end]))
            })
            .max()
            .unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn run(stops: &[&str], pieces: &[&str]) -> (Vec<String>, bool) {
        let mut scanner = StopScanner::new(stops.iter().map(|stop| (*stop).to_owned()).collect());
        let mut sent = Vec::new();
        for piece in pieces {
            match scanner.push(piece) {
                Scan::Text(text) => sent.push(text),
                Scan::Stopped(text) => {
                    sent.push(text);
                    return (sent, true);
                }
            }
        }
        sent.push(scanner.finish());
        (sent, false)
    }

    #[test]
    fn a_beginning_is_held_back_until_it_is_decided() {
        assert_eq!(run(&["END"], &["a E", "N", "X"]).0, ["a ", "", "ENX", ""]);
        assert_eq!(
            run(&["END"], &["a E", "N", "D b"]),
            (vec!["a ".into(), String::new(), String::new()], true)
        );
    }

    #[test]
    fn the_earliest_of_several_wins() {
        assert_eq!(run(&["cd", "b"], &["abcd"]), (vec!["a".into()], true));
    }

    proptest! {
        #[test]
        fn pieces_do_not_matter(text in "[abé]{0,20}", stop in "[abé]{1,4}", cut in 1_usize..4) {
            let characters: Vec<char> = text.chars().collect();
            let pieces: Vec<String> = characters.chunks(cut).map(|c| c.iter().collect()).collect();
            let pieces: Vec<&str> = pieces.iter().map(String::as_str).collect();
            let (sent, stopped) = run(&[&stop], &pieces);
            let expected = text.split(&stop).next().unwrap_or("");
            prop_assert_eq!(sent.concat(), expected);
            prop_assert_eq!(stopped, text.contains(&stop));
        }
    }
}
