//! The floor that the matcher has to beat: greedy, by exact amount and then by reference.

use std::collections::{BTreeMap, HashSet};

use serde_json::Value;

use crate::generator::Case;
use crate::score::Pairing;

/// In order of date, each line takes the free item of exactly its amount whose number it
/// contains, else the first of that amount. What is left takes the one free item that it names.
pub(crate) fn greedy(case: &Case) -> Vec<(Pairing, bool)> {
    let mut lines: Vec<&Value> = rows(case, "bank_lines");
    lines.sort_by_key(|line| (text(line, "date"), text(line, "id")));
    let mut items: Vec<&Value> = rows(case, "open_items");
    items.sort_by_key(|item| text(item, "id"));
    let mut by_amount: BTreeMap<(String, String), Vec<&Value>> = BTreeMap::new();
    for item in &items {
        let is_out = matches!(
            item["type"].as_str(),
            Some("bill" | "credit_note" | "customer_deposit")
        );
        let sign = if is_out { "-" } else { "" };
        let amount = format!("{sign}{}", text(item, "open_amount"));
        by_amount
            .entry((text(item, "currency"), amount))
            .or_default()
            .push(item);
    }
    let mut taken: HashSet<String> = HashSet::new();
    let mut found = Vec::new();
    let mut left = Vec::new();
    for line in lines {
        let key = (text(line, "currency"), text(line, "amount"));
        let free: Vec<&Value> = by_amount
            .get(&key)
            .into_iter()
            .flatten()
            .copied()
            .filter(|item| !taken.contains(&text(item, "id")))
            .collect();
        let named = free.iter().find(|item| names(line, item));
        let Some(item) = named.or(free.first()) else {
            left.push(line);
            continue;
        };
        taken.insert(text(item, "id"));
        found.push(pair(line, item));
    }
    for line in left {
        let named: Vec<&&Value> = items
            .iter()
            .filter(|item| !taken.contains(&text(item, "id")) && names(line, item))
            .collect();
        if let [item] = named[..] {
            taken.insert(text(item, "id"));
            found.push(pair(line, item));
        }
    }
    found
}

fn pair(line: &Value, item: &Value) -> (Pairing, bool) {
    ((vec![text(line, "id")], vec![text(item, "id")]), true)
}

/// Whether the number or the printed reference stands in one of the line's texts, case and
/// separators aside.
fn names(line: &Value, item: &Value) -> bool {
    let keys = [solid(item, "number"), solid(item, "payment_reference")];
    ["description", "structured_reference", "end_to_end_id"]
        .into_iter()
        .map(|field| solid(line, field))
        .any(|text| {
            keys.iter()
                .any(|key| key.len() >= 4 && text.contains(key.as_str()))
        })
}

fn solid(row: &Value, field: &str) -> String {
    text(row, field)
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .collect::<String>()
        .to_lowercase()
}

fn rows<'a>(case: &'a Case, list: &str) -> Vec<&'a Value> {
    case.request[list].as_array().unwrap().iter().collect()
}

fn text(value: &Value, field: &str) -> String {
    value[field].as_str().unwrap_or_default().to_owned()
}
