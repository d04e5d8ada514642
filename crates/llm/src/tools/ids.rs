//! The ids of calls.

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use sha2::{Digest, Sha256};

const ALPHABET: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// Characters of an id after `call_`.
const ID_CHARACTERS: usize = 24;

/// Characters of an id in Mistral's prompts, letters and digits.
const MISTRAL_CHARACTERS: usize = 9;

/// Gives ids to the calls of one answer. They follow from the request's seed and prompt: the same
/// request gives the same ids, and the next turn of a conversation others, whatever its seed.
#[derive(Debug)]
pub(crate) struct CallIds(ChaCha8Rng);

impl CallIds {
    pub(crate) fn new(seed: u64, prompt: &[u32]) -> Self {
        let mut hash = Sha256::new();
        hash.update(seed.to_le_bytes());
        for token in prompt {
            hash.update(token.to_le_bytes());
        }
        Self(ChaCha8Rng::from_seed(hash.finalize().into()))
    }

    pub(super) fn next_id(&mut self) -> String {
        let characters = (0..ID_CHARACTERS)
            .map(|_| char::from(ALPHABET[self.0.random_range(0..ALPHABET.len())]));
        "call_".chars().chain(characters).collect()
    }
}

/// A call's id as Mistral's prompts want it. An id of that form is itself; others become one by
/// their hash, the same each time, so that a call and its result still go together.
pub(super) fn mistral_id(id: &str) -> String {
    if id.len() == MISTRAL_CHARACTERS && id.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return id.to_owned();
    }
    let hash: [u8; 32] = Sha256::digest(id).into();
    hash.iter()
        .take(MISTRAL_CHARACTERS)
        .map(|byte| char::from(ALPHABET[usize::from(*byte) % ALPHABET.len()]))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_follow_from_seed_and_prompt() {
        let of = |seed, prompt: &[u32]| CallIds::new(seed, prompt).next_id();
        assert_eq!(of(1, &[1, 2]), of(1, &[1, 2]));
        assert_ne!(of(1, &[1, 2]), of(2, &[1, 2]));
        assert_ne!(of(1, &[1, 2]), of(1, &[1, 3]));
        let mut ids = CallIds::new(1, &[]);
        let (first, second) = (ids.next_id(), ids.next_id());
        assert_ne!(first, second);
        let characters = first.strip_prefix("call_").unwrap();
        assert_eq!(characters.len(), 24);
        assert!(characters.bytes().all(|byte| byte.is_ascii_alphanumeric()));
    }

    #[test]
    fn mistrals_ids_have_nine_letters_and_digits() {
        assert_eq!(mistral_id("VvvODy9mT"), "VvvODy9mT");
        let mapped = mistral_id("call_1");
        assert_eq!(mapped, mistral_id("call_1"));
        assert_ne!(mapped, mistral_id("call_2"));
        assert_eq!(mapped.len(), 9);
        assert!(mapped.bytes().all(|byte| byte.is_ascii_alphanumeric()));
        assert_ne!(mistral_id("a\"b]},{\""), "a\"b]},{\"");
    }
}
