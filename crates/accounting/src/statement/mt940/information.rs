//! `:86:`, the information to the account owner, in one of three dialects:
//!
//! - subfields of the German and Polish banks: a business code of three digits, a separator, and
//!   parts of two digits (`166?00GUTSCHRIFT?20...?32...`);
//! - code words between slashes, of the Dutch, Belgian and other banks (`/NAME/.../REMI/.../`);
//! - free text.
//!
//! No text is lost: what no field of a line takes stays in the description or the details.

use super::{code_words, subfields};
use crate::statement::draft::LineDraft;

/// Longest line of a `:86:`; one of this length goes on in the next without a blank.
const LINE_LENGTH: usize = 65;

/// Adds what the lines of a `:86:`, or the second line of a `:61:`, say.
pub(super) fn read(lines: &[&str], line: &mut LineDraft) {
    if lines.iter().all(|text| text.trim().is_empty()) {
        return;
    }
    if let Some(subfields) = subfields::split(&lines.concat()) {
        subfields.read(line);
        return;
    }
    let text = joined(lines, LINE_LENGTH);
    if code_words::begins_with_one(&text) {
        code_words::read(&text, line);
    } else {
        line.texts.insert(0, text.trim().to_owned());
    }
}

/// Pieces of a text that was cut at a length: one of full length goes on without a blank.
pub(super) fn joined(pieces: &[&str], full: usize) -> String {
    joined_with_begins(pieces, full).0
}

/// The same, with where each piece begins in the text.
pub(super) fn joined_with_begins(pieces: &[&str], full: usize) -> (String, Vec<usize>) {
    let mut text = String::new();
    let mut begins = Vec::with_capacity(pieces.len());
    let mut was_cut = true;
    for piece in pieces {
        let is_apart =
            text.ends_with(char::is_whitespace) || piece.starts_with(char::is_whitespace);
        if !was_cut && !is_apart {
            text.push(' ');
        }
        begins.push(text.len());
        text.push_str(piece);
        was_cut = piece.chars().count() >= full;
    }
    (text, begins)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_of_full_length_go_on_and_others_are_parted_by_one_blank() {
        assert_eq!(
            joined(&["INV-2", "5", "AB ", "C", " D"], 5),
            "INV-25 AB C D"
        );
        assert_eq!(
            joined_with_begins(&["ab", "cd"], 3),
            ("ab cd".to_owned(), vec![0, 3])
        );
        assert_eq!(joined(&[], 5), "");
    }
}
