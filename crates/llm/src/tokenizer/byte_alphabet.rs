//! GPT-2's spelling of bytes: byte-level vocabularies write each byte as one printable character.

use std::collections::HashMap;
use std::sync::LazyLock;

/// Bytes that stand for themselves: the printable ones of Latin-1. The others, in order, are
/// written as the characters from U+0100 on.
const fn stands_for_itself(byte: u8) -> bool {
    matches!(byte, b'!'..=b'~' | 0xA1..=0xAC | 0xAE..=0xFF)
}

static SPELLINGS: LazyLock<Vec<char>> = LazyLock::new(|| {
    let mut next_free = 0x100_u32;
    (0..=u8::MAX)
        .map(|byte| {
            if stands_for_itself(byte) {
                return char::from(byte);
            }
            let spelling = char::from_u32(next_free).unwrap_or(char::REPLACEMENT_CHARACTER);
            next_free += 1;
            spelling
        })
        .collect()
});

static BYTES: LazyLock<HashMap<char, u8>> =
    LazyLock::new(|| SPELLINGS.iter().copied().zip(0..=u8::MAX).collect());

/// The character a byte is written as.
pub(super) fn spell(byte: u8) -> char {
    SPELLINGS[usize::from(byte)]
}

/// The bytes behind a token's spelling, or `None` where a character spells no byte.
pub(super) fn bytes_of(spelling: &str) -> Option<Vec<u8>> {
    spelling
        .chars()
        .map(|character| BYTES.get(&character).copied())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_has_its_own_spelling() {
        let whole: String = (0..=u8::MAX).map(spell).collect();
        assert_eq!(bytes_of(&whole), Some((0..=u8::MAX).collect()));
        assert_eq!(spell(b' '), 'Ġ');
        assert_eq!(spell(b'\n'), 'Ċ');
        assert_eq!(bytes_of("▁"), None);
    }
}
