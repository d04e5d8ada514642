//! Text encoders of `SentencePiece` BPE vocabularies (Llama 1 and 2, Mistral, Mixtral), built from
//! the pieces and scores that a GGUF file carries.
//!
//! `SentencePiece` joins, of all neighbours that make a piece, those whose piece has the highest
//! score, the leftmost first. The tokenizers crate wants a ranked list of pairs instead, so every
//! way to cut a piece into two others is listed, in the order of the whole piece's score and, of
//! one piece, the longest left part first: in a run of equal characters that is the leftmost.

use std::collections::HashSet;

use tokenizers::Tokenizer;
use tokenizers::models::bpe::{BPE, Vocab};
use tokenizers::normalizers::{NormalizerWrapper, Prepend, Replace, Sequence};

use crate::error::ModelFileError;

/// How a space is written.
pub(super) const SPACE: char = '▁';

/// A vocabulary.
pub(super) struct Pieces<'p> {
    /// Pieces that text is cut into, with their ids and scores.
    pub(super) normal: Vec<(&'p str, u32, f64)>,
    /// Pieces for single bytes (`<0x0A>`), which stand in for characters that are no piece.
    pub(super) bytes: Vec<(&'p str, u32)>,
    /// The piece of what cannot be encoded at all.
    pub(super) unknown: Option<(&'p str, u32)>,
    /// Whether a space is put in front of every text.
    pub(super) adds_space: bool,
}

/// The byte that a piece such as `<0x0A>` stands for.
pub(super) fn byte_of(piece: &str) -> Option<u8> {
    let digits = piece.strip_prefix("<0x")?.strip_suffix('>')?;
    (digits.len() == 2 && digits.bytes().all(|digit| digit.is_ascii_hexdigit()))
        .then(|| u8::from_str_radix(digits, 16).ok())
        .flatten()
}

/// The bytes of an ordinary piece.
pub(super) fn bytes_of(piece: &str) -> Vec<u8> {
    piece.replace(SPACE, " ").into_bytes()
}

pub(super) fn encoder(pieces: &Pieces<'_>) -> Result<Tokenizer, ModelFileError> {
    let unsupported =
        |error: tokenizers::Error| ModelFileError::unsupported(format!("the vocabulary: {error}"));
    let mut vocabulary: Vocab = pieces
        .normal
        .iter()
        .map(|(piece, id, _)| ((*piece).to_owned(), *id))
        .collect();
    let singles = pieces.bytes.iter().chain(&pieces.unknown);
    vocabulary.extend(singles.map(|(piece, id)| ((*piece).to_owned(), *id)));
    let mut model = BPE::builder()
        .vocab_and_merges(vocabulary, merges(&pieces.normal))
        .byte_fallback(!pieces.bytes.is_empty())
        .fuse_unk(true);
    if let Some((unknown, _)) = pieces.unknown {
        model = model.unk_token(unknown.to_owned());
    }
    let mut encoder = Tokenizer::new(model.build().map_err(unsupported)?);
    let space = SPACE.to_string();
    let mut normalizers: Vec<NormalizerWrapper> = Vec::new();
    if pieces.adds_space {
        normalizers.push(Prepend::new(space.clone()).into());
    }
    normalizers.push(Replace::new(" ", space).map_err(unsupported)?.into());
    encoder.with_normalizer(Some(Sequence::new(normalizers)));
    Ok(encoder)
}

/// Every pair of pieces that makes a third, best first.
fn merges(normal: &[(&str, u32, f64)]) -> Vec<(String, String)> {
    let known: HashSet<&str> = normal.iter().map(|(piece, ..)| *piece).collect();
    let mut ranked = Vec::new();
    for (piece, id, score) in normal {
        for (at, _) in piece.char_indices().skip(1) {
            let (left, right) = piece.split_at(at);
            if known.contains(left) && known.contains(right) {
                ranked.push((*score, *id, left, right));
            }
        }
    }
    ranked.sort_by(|a, b| {
        b.0.total_cmp(&a.0)
            .then_with(|| b.2.len().cmp(&a.2.len()))
            .then_with(|| a.1.cmp(&b.1))
    });
    ranked
        .into_iter()
        .map(|(_, _, left, right)| (left.to_owned(), right.to_owned()))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pieces() -> Pieces<'static> {
        Pieces {
            normal: vec![
                ("ab", 2, -1.0),
                ("▁a", 3, -2.0),
                ("abb", 4, -3.0),
                ("▁", 5, -4.0),
                ("a", 6, -5.0),
                ("b", 7, -6.0),
            ],
            bytes: vec![("<0xC3>", 0), ("<0xA9>", 1)],
            unknown: Some(("<unk>", 8)),
            adds_space: true,
        }
    }

    fn encode(pieces: &Pieces<'_>, text: &str) -> Vec<u32> {
        let encoding = encoder(pieces).unwrap().encode_fast(text, false).unwrap();
        encoding.get_ids().to_vec()
    }

    #[test]
    fn the_best_piece_is_joined_first() {
        // `ab` beats `▁a`, though it comes later in the text.
        assert_eq!(encode(&pieces(), "ab"), [5, 2]);
        assert_eq!(encode(&pieces(), "abb"), [5, 4]);
        assert_eq!(encode(&pieces(), "a a"), [3, 3]);
    }

    #[test]
    fn characters_that_are_no_piece_are_written_in_bytes() {
        assert_eq!(encode(&pieces(), "aé"), [3, 0, 1]);
        // A byte's own name is text.
        let unknown = encode(&pieces(), "<0xC3>");
        assert!(!unknown.contains(&0), "{unknown:?}");
    }

    #[test]
    fn the_space_in_front_can_be_left_out() {
        let without = Pieces {
            adds_space: false,
            ..pieces()
        };
        assert_eq!(encode(&without, "ab"), [2]);
    }

    #[test]
    fn names_of_bytes() {
        assert_eq!(byte_of("<0x0A>"), Some(10));
        assert_eq!(byte_of("<0x0A"), None);
        assert_eq!(byte_of("<0x+A>"), None);
        assert_eq!(byte_of("<0x00A>"), None);
    }
}
