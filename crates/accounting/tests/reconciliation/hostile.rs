//! Requests made to be dear: equal amounts, sums of many, names and numbers that are all alike.

use serde_json::{Value, json};

pub(crate) type Amounts = (&'static str, Vec<i64>, Vec<i64>);

/// All equal; few and equal, and a sum of many of them; powers of two; neighbours and sums of
/// several of them.
pub(crate) fn hostile_amounts(items: usize, lines: usize) -> Vec<Amounts> {
    let steps = |count: usize| (0_i64..).take(count);
    vec![
        ("all equal", vec![10_000; items], vec![10_000; lines]),
        (
            "equal, and sums of five",
            vec![10_000; 200],
            vec![50_000; lines],
        ),
        (
            "powers of two",
            steps(40).map(|power| 1 << power).collect(),
            // Beyond what is searched completely.
            steps(lines)
                .map(|index| 3 * (1 << 32) + index * 7 + 2)
                .collect(),
        ),
        (
            "neighbours, and sums of several",
            steps(299).map(|index| 10_001 + index).collect(),
            vec![50_505; lines],
        ),
    ]
}

/// Items and lines of one party with no reference.
pub(crate) fn of_one_party(items: &[i64], lines: &[i64]) -> Value {
    let items = items.iter().enumerate();
    let lines = lines.iter().enumerate();
    request(
        items.map(|(index, amount)| item(index, *amount)),
        lines.map(|(index, amount)| line(index, *amount, "")),
    )
}

/// The amounts of above, and what else grows with the request: each line may be compared with
/// all lines or all items.
pub(crate) fn hostile_requests(items: usize, lines: usize) -> Vec<(&'static str, Value)> {
    let mut requests: Vec<(&'static str, Value)> = hostile_amounts(items, lines)
        .into_iter()
        .map(|(name, items, lines)| (name, of_one_party(&items, &lines)))
        .collect();
    requests.extend([
        ("numbers that are two items' in a chain", chain(lines)),
        (
            "texts of three hundred numbers",
            long_texts(items, lines / 10),
        ),
        ("names of the same few words", common_words(items, lines)),
        ("numbers that are all alike", alike(lines)),
        ("parts of one item each by a line", parts(lines)),
        ("payments and returns of one amount", returns(items, lines)),
        ("payouts of large days", payouts(items, lines)),
        ("one payment run of all, and parts of it", run(items, lines)),
        (
            "forty of an amount, in their time by turns",
            by_turns(lines),
        ),
    ]);
    requests
}

/// Each number is that of one item and the reference of the next, so that each round decides one.
fn chain(count: usize) -> Value {
    let items = (0..count).map(|index| {
        let mut item = item(index, 10_000);
        item["payment_reference"] = json!(format!("A-{}", index + 99_999));
        item
    });
    let lines = (0..count).map(|index| line(index, 10_000, &format!("A-{}", index + 99_999)));
    request(items, lines)
}

fn long_texts(items: usize, lines: usize) -> Value {
    let text = |from: usize| -> String {
        let numbers = (0..300).map(|place| format!("A-{} ", 100_000 + (from * 37 + place) % items));
        numbers.collect()
    };
    request(
        (0..items).map(|index| item(index, 7 * amount(index))),
        (0..lines).map(|index| line(index, 3_000_001 + amount(index), &text(index))),
    )
}

fn common_words(items: usize, lines: usize) -> Value {
    const WORDS: [&str; 12] = [
        "Nordwind", "Handel", "Logistik", "Werkzeug", "Bau", "Technik", "Service", "Europa",
        "Invest", "Partner", "Holding", "Medien",
    ];
    let name = |index: usize| {
        let word = |place: usize| WORDS[place % WORDS.len()];
        format!(
            "{} {} {} {}",
            word(index),
            word(index / 12),
            word(index / 144),
            word(index / 1728)
        )
    };
    let items = (0..items).map(|index| {
        let mut item = item(index, amount(index));
        item["party"]["name"] = json!(name(index));
        item
    });
    let lines = (0..lines).map(|index| {
        let mut line = line(index, amount(index * 3), "");
        line["counterparty_name"] = json!(name(index * 5 + 1).replace("Ha", "Hx"));
        line
    });
    request(items, lines)
}

/// A thousand items and all lines of one party, each number off by a digit or two.
fn alike(lines: usize) -> Value {
    let items = (0..1_000).map(|index| item(index, 5_000_000 + 100 * amount(index)));
    let lines = (0..lines).map(|index| {
        let text = format!(
            "A-{} A-1{} A-{}9",
            200_000 + index,
            index % 99,
            index % 9_999
        );
        line(index, 1_000 + amount(index), &text)
    });
    request(items, lines)
}

fn parts(count: usize) -> Value {
    let items = (0..count).map(|index| item(index, 900_000 + amount(index)));
    let lines = (0..count).map(|index| {
        line(
            index,
            100_000 + amount(index),
            &format!("A-{}", index + 100_000),
        )
    });
    request(items, lines)
}

fn returns(items: usize, lines: usize) -> Value {
    let items = (0..items).map(|index| {
        let mut item = item(index, 10_000);
        item["type"] = json!("credit_note");
        item["party"]["name"] = json!("Somebody Else");
        item
    });
    let lines = (0..lines).map(|index| {
        let is_back = index % 2 == 1;
        let text = format!("{} X{index}", if is_back { "RETURN" } else { "PAYMENT" });
        line(index, if is_back { -10_000 } else { 10_000 }, &text)
    });
    request(items, lines)
}

fn payouts(items: usize, lines: usize) -> Value {
    let items = (0..items).map(|index| {
        let mut item = item(index, 1_000 + amount(index));
        let day = format!("2025-01-{:02}", 1 + index % 18);
        item["collected_by"] = json!({"processor": "Kartenpay", "date": day});
        item
    });
    let lines = (0..lines).map(|index| line(index, 77_000 + amount(index), "KARTENPAY PAYOUT"));
    let mut request = request(items, lines);
    request["policy"]["processors"] = json!([{"name": "Kartenpay", "fee_percent": "1.4"}]);
    request
}

fn run(items: usize, lines: usize) -> Value {
    let items = (0..items).map(|index| {
        let mut item = item(index, 1_000 + amount(index));
        item["type"] = json!("bill");
        item["payment_run"] = json!("RUN-2025-0001");
        item
    });
    let lines = (0..lines).map(|index| line(index, -77_000 - amount(index), "RUN-2025-0001"));
    request(items, lines)
}

/// Forty items and lines of each amount, not every line in every item's time.
fn by_turns(count: usize) -> Value {
    let day = |place: usize, month: usize| format!("2025-{month:02}-{:02}", 1 + place % 28);
    let items = (0..count).map(|index| {
        let mut item = item(index, 10_000 + i64::try_from(index / 40).unwrap());
        item["issue_date"] = json!(day(index % 40, 1));
        item["due_date"] = json!(day(index % 40, 1));
        item
    });
    let lines = (0..count).map(|index| {
        let mut line = line(index, 10_000 + i64::try_from(index / 40).unwrap(), "");
        line["date"] = json!(day(index % 40 + 7, 2));
        line
    });
    request(items, lines)
}

fn amount(index: usize) -> i64 {
    // A step that has no divisor in common with the span.
    i64::try_from(index * 7_919 % 999_983).unwrap() + 1
}

fn money(minor: i64) -> String {
    let sign = if minor < 0 { "-" } else { "" };
    format!("{sign}{}.{:02}", minor.abs() / 100, minor.abs() % 100)
}

fn item(index: usize, amount: i64) -> Value {
    json!({
        "id": format!("i{index}"), "type": "invoice", "number": format!("A-{}", index + 100_000),
        "party": {"name": "Nordlicht Werbung AG"}, "issue_date": "2025-01-01",
        "due_date": "2025-02-01", "currency": "EUR", "open_amount": money(amount),
    })
}

fn line(index: usize, amount: i64, text: &str) -> Value {
    json!({
        "id": format!("l{index}"), "date": "2025-01-20", "amount": money(amount),
        "currency": "EUR", "description": text, "counterparty_name": "Nordlicht Werbung AG",
    })
}

fn request(items: impl Iterator<Item = Value>, lines: impl Iterator<Item = Value>) -> Value {
    let (items, lines): (Vec<Value>, Vec<Value>) = (items.collect(), lines.collect());
    json!({
        "open_items": items, "bank_lines": lines,
        "policy": {"fee_tolerance": "5", "fee_tolerance_percent": "1", "date_window_days": 30},
    })
}
