//! How long a prompt is: small models answer on slow machines, so that every token counts.

/// Tokens of the chat template and of the letters before the options.
pub(crate) const TEMPLATE_TOKENS: usize = 24;
/// Tokens around an option: its letter, its bracket and the end of its line.
pub(crate) const OPTION_TOKENS: usize = 3;
/// Most tokens of a prompt with its options, on a tokenizer of bytes merged by frequency in
/// English text, as small models have.
pub(crate) const MOST_TOKENS: usize = 280;

/// About how many tokens a text is, rather too many than too few: a word of English is one or
/// two, a word of another language more, a letter of another script up to one a byte.
pub(crate) fn tokens(text: &str) -> usize {
    let ascii = text.chars().filter(char::is_ascii).count();
    let others = text.len() - ascii;
    ascii.div_ceil(3) + others
}

/// As much of a text as a number of tokens allows.
pub(crate) fn words_within(text: &str, most: usize) -> String {
    let mut thirds = 0;
    let fits = |character: &char| {
        thirds += if character.is_ascii() {
            1
        } else {
            3 * character.len_utf8()
        };
        thirds <= 3 * most
    };
    text.chars().take_while(fits).collect()
}
