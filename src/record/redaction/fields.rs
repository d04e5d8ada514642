//! Which fields hold names, tax ids and accounts, and which hold a whole text in another form.

use serde_json::{Map, Value};

use super::{IBAN, NAME, TAX_ID};

/// In place of the ids of a text's tokens.
const TOKEN_IDS: &str = "[token_ids]";
/// In place of a text's vector.
const VECTOR: &str = "[vector]";

/// Fields whose text is a name, their keys in lower case without anything but letters.
const NAME_FIELDS: &[&str] = &[
    "absender",
    "accountholder",
    "accountname",
    "ansprechpartner",
    "auftraggeber",
    "beneficiary",
    "buyer",
    "buyername",
    "client",
    "clientname",
    "company",
    "companyname",
    "contact",
    "contactname",
    "contactperson",
    "counterparty",
    "counterpartyname",
    "creditor",
    "creditorname",
    "customer",
    "customername",
    "debtor",
    "debtorname",
    "empfänger",
    "firma",
    "firstname",
    "fullname",
    "holder",
    "issuer",
    "kontoinhaber",
    "kreditor",
    "kunde",
    "kundenname",
    "lastname",
    "legalname",
    "lieferant",
    "lieferantenname",
    "merchant",
    "merchantname",
    "nachname",
    "name",
    "party",
    "partyname",
    "payee",
    "payeename",
    "payer",
    "payername",
    "person",
    "rechnungsempfänger",
    "rechnungssteller",
    "recipient",
    "recipientname",
    "registrationname",
    "remitter",
    "reviewer",
    "seller",
    "sellername",
    "sender",
    "sendername",
    "supplier",
    "suppliername",
    "surname",
    "tradingname",
    "vendor",
    "vendorname",
    "vorname",
];

/// Objects whose `name` is one of the API's own: a function, a schema, a tool.
const NAMED_BY_THE_API: &[&str] = &["function", "jsonschema", "format", "tools", "toolchoice"];

/// Fields whose text is a tax id, whatever its form.
const TAX_ID_FIELDS: &[&str] = &[
    "abn",
    "companyid",
    "ein",
    "gstin",
    "steuernummer",
    "taxid",
    "taxids",
    "taxnumber",
    "taxregistrationnumber",
    "tin",
    "trn",
    "umsatzsteuerid",
    "ustid",
    "ustidnr",
    "vatid",
    "vatnumber",
    "vatregistrationnumber",
];

/// Fields whose text is an account, whatever its form.
const IBAN_FIELDS: &[&str] = &[
    "accountnumber",
    "bankaccount",
    "iban",
    "ibans",
    "kontonummer",
];

/// What an object is, as far as it says what its `name` is.
#[derive(Debug, Clone, Copy)]
pub(super) struct Kind {
    /// Its `name` is one of the API's own, or an account's of a chart.
    names_no_one: bool,
}

impl Kind {
    /// Of an object under a field of this key, in [`folded`] form.
    pub(super) fn of(fields: &Map<String, Value>, parent: Option<&str>) -> Self {
        let is_function = fields.get("type").is_some_and(|kind| {
            kind == "function" || kind == "function_call" || kind == "json_schema"
        });
        let is_named_by_the_api = parent.is_some_and(|parent| NAMED_BY_THE_API.contains(&parent));
        let is_account = parent == Some("accounts") && fields.contains_key("code");
        Self {
            names_no_one: is_function || is_named_by_the_api || is_account,
        }
    }

    /// Whether a field of this key, in [`folded`] form, names somebody.
    pub(super) fn is_name(self, key: &str) -> bool {
        NAME_FIELDS.contains(&key) && !(key == "name" && self.names_no_one)
    }

    /// What stands in place of the text of a field of this key, in [`folded`] form; none if it is
    /// not known by its key.
    pub(super) fn mark(self, key: &str) -> Option<&'static str> {
        if self.is_name(key) {
            Some(NAME)
        } else if TAX_ID_FIELDS.contains(&key) {
            Some(TAX_ID)
        } else if IBAN_FIELDS.contains(&key) {
            Some(IBAN)
        } else {
            None
        }
    }
}

/// A document's own object inside a text, of which nothing but keys and texts is known.
pub(super) const UNKNOWN: Kind = Kind {
    names_no_one: false,
};

/// A key in lower case without anything but letters.
pub(super) fn folded(key: &str) -> String {
    key.chars()
        .filter(|letter| letter.is_alphabetic())
        .flat_map(char::to_lowercase)
        .collect()
}

/// Takes out what holds a whole text in a form that no rule reads: log probabilities, which have
/// it token by token, ids of tokens, and vectors, from which texts can be had back.
pub(super) fn without_encoded_text(key: &str, value: &mut Value) {
    match key {
        "logprobs" | "toplogprobs" if value.is_object() || value.is_array() => *value = Value::Null,
        "embedding" if value.is_array() || value.is_string() => *value = VECTOR.into(),
        "prompt" | "input" => without_token_ids(value),
        _ => {}
    }
}

/// One list of ids, or several.
fn without_token_ids(value: &mut Value) {
    let Value::Array(items) = value else {
        return;
    };
    if items.iter().any(Value::is_number) {
        *value = TOKEN_IDS.into();
        return;
    }
    for item in items {
        if item
            .as_array()
            .is_some_and(|ids| ids.iter().any(Value::is_number))
        {
            *item = TOKEN_IDS.into();
        }
    }
}
