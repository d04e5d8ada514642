//! Comparison of company names: legal forms off, diacritics folded, small misreadings forgiven.

use crate::lexicon::fold;

/// Legal forms, folded and without blanks.
const LEGAL_FORMS: &[&str] = &[
    "gmbh",
    "mbh",
    "ggmbh",
    "ag",
    "kg",
    "ohg",
    "gbr",
    "ug",
    "haftungsbeschrankt",
    "co",
    "ev",
    "eg",
    "ek",
    "kgaa",
    "se",
    "inc",
    "incorporated",
    "llc",
    "ltd",
    "limited",
    "plc",
    "corp",
    "corporation",
    "company",
    "llp",
    "lp",
    "pty",
    "pvt",
    "pte",
    "sa",
    "sas",
    "sasu",
    "sarl",
    "eurl",
    "sci",
    "snc",
    "srl",
    "srls",
    "spa",
    "sapa",
    "scarl",
    "scrl",
    "sl",
    "slu",
    "sau",
    "sll",
    "bv",
    "nv",
    "vof",
    "bvba",
    "vzw",
    "cv",
    "comm",
    "lda",
    "ltda",
    "unipessoallda",
    "eireli",
    "spzoo",
    "spolkazoo",
    "spolkazograniczonaodpowiedzialnoscia",
    "spolkaakcyjna",
    "spj",
    "sro",
    "spolsro",
    "as",
    "aps",
    "ab",
    "oy",
    "oyj",
    "asa",
    "hf",
    "ehf",
    "kft",
    "zrt",
    "nyrt",
    "bt",
    "doo",
    "dd",
    "ood",
    "eood",
    "ad",
    "ead",
    "sia",
    "uab",
    "ou",
    "eesti",
    "sc",
    "pfa",
    "ae",
    "epe",
    "ike",
    "as",
    "ltdsti",
    "kk",
    "gk",
    "pt",
    "cia",
    "cv",
    "sadecv",
];

/// A name without legal forms, folded. A name that is nothing but legal forms stays as it is.
pub(crate) fn core_name(name: &str) -> String {
    let folded = fold(name);
    let mut words: Vec<&str> = folded.split(' ').filter(|word| !word.is_empty()).collect();
    loop {
        let longest = words.len().min(4);
        let at_end = (1..=longest)
            .rev()
            .find(|count| words.len() > *count && is_form(&words[words.len() - count..]));
        if let Some(count) = at_end {
            words.truncate(words.len() - count);
            continue;
        }
        // Baltic and Romanian companies put the form first (UAB X, SC X SRL).
        let leads = words.len() > 1 && matches!(words[0], "uab" | "sia" | "sc" | "ou" | "pt");
        if leads {
            words.remove(0);
            continue;
        }
        return words.join(" ");
    }
}

fn is_form(words: &[&str]) -> bool {
    LEGAL_FORMS.contains(&words.concat().as_str())
}

/// Whether a name ends (or begins) in a legal form.
pub(crate) fn has_legal_form(name: &str) -> bool {
    core_name(name) != fold(name)
}

/// Whether both names state a legal form, and not the same.
pub(crate) fn differs_in_legal_form(left: &str, right: &str) -> bool {
    let form = |name: &str| {
        let core = core_name(name).replace(' ', "");
        fold(name).replace(' ', "").replacen(&core, "", 1)
    };
    let (left, right) = (form(left), form(right));
    !left.is_empty() && !right.is_empty() && left != right
}

/// How alike two names are, 0 to 1. From 0.8 on they are taken for one company.
pub(crate) fn similarity(left: &str, right: &str) -> f64 {
    let (left, right) = (core_name(left), core_name(right));
    if left.is_empty() || right.is_empty() {
        return 0.0;
    }
    let (left_solid, right_solid) = (left.replace(' ', ""), right.replace(' ', ""));
    if left_solid == right_solid {
        return 1.0;
    }
    let longer = left_solid.chars().count().max(right_solid.chars().count());
    // One wrong letter in eight is a misreading; short names differ by less.
    let distance = strsim::damerau_levenshtein(&left_solid, &right_solid);
    if longer >= 8 && distance * 8 <= longer {
        return 0.9;
    }
    let left_words: Vec<&str> = left.split(' ').collect();
    let right_words: Vec<&str> = right.split(' ').collect();
    let (fewer, more) = if left_words.len() <= right_words.len() {
        (&left_words, &right_words)
    } else {
        (&right_words, &left_words)
    };
    let letters: usize = fewer.iter().map(|word| word.chars().count()).sum();
    if letters >= 5 && more.starts_with(fewer) {
        return 0.8;
    }
    if letters >= 5 && fewer.iter().all(|word| more.contains(word)) {
        return 0.6;
    }
    0.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn legal_forms_and_diacritics_do_not_count() {
        assert!(similarity("Müller & Söhne GmbH & Co. KG", "MULLER & SOHNE") > 0.99);
        assert!(similarity("MR. ADVENTURES S.R.L.", "Mr Adventures") > 0.99);
        assert!(similarity("Polski Koncern sp. z o.o.", "POLSKI KONCERN") > 0.99);
        assert!(similarity("UAB Baltic Line", "Baltic Line") > 0.99);
    }

    #[test]
    fn legal_forms_differ_only_where_both_are_stated() {
        assert!(differs_in_legal_form("Acme GmbH", "Acme S.à r.l."));
        assert!(!differs_in_legal_form("Acme GmbH", "ACME GMBH"));
        assert!(!differs_in_legal_form("Acme S.R.L.", "Acme srl"));
        assert!(!differs_in_legal_form("Acme", "Acme Inc."));
    }

    #[test]
    fn a_part_of_a_name_is_less_than_the_name() {
        assert!(similarity("Legal Name", "Another Legal Name") < 0.8);
        assert!(similarity("Nordlicht Werbung", "Nordlicht Werbung Hamburg") >= 0.8);
        assert!(similarity("Nordlicht Werbnug", "Nordlicht Werbung") >= 0.8);
        assert!(similarity("Test", "Best") < 0.5);
    }
}
