//! The lines of a reply are bank lines of reconciliation as they are.

use ledgergate_accounting::reconciliation::{Request, reconcile};
use serde_json::json;

use crate::reply;

#[test]
fn the_lines_of_a_statement_are_reconciled_unchanged() {
    let text = ":20:A\n:25:DE89370400440532013000\n:28C:1\n:60F:C250301EUR0,00\n\
        :61:2503020302C119,00NTRFNONREF\n\
        :86:166?00GUTSCHRIFT?20EREF+E-1?21SVWZ+Rechnung RE-2025-0042?31DE02120300000000202051?32Nordlicht GmbH\n\
        :61:2503030303D3,50NCHGNONREF\n:86:808?00ENTGELT\n:62F:C250303EUR115,50\n-\n";
    let reply = reply("mt940", text);
    let request = json!({
        "bank_lines": reply["statements"][0]["lines"],
        "open_items": [{"id": "i1", "type": "invoice", "number": "RE-2025-0042",
            "party": {"name": "Nordlicht GmbH"}, "issue_date": "2025-02-20",
            "due_date": "2025-03-20", "currency": "EUR", "open_amount": "119.00"}],
        "policy": {"date_window_days": 30},
    });
    let answer = reconcile(&Request::from_json(&request).unwrap());
    let answer = serde_json::to_value(answer).unwrap();
    assert_eq!(answer["matches"][0]["items"], json!(["i1"]));
    assert_eq!(
        answer["matches"][0]["lines"][0],
        reply["statements"][0]["lines"][0]["id"]
    );
    assert_eq!(
        answer["unmatched_lines"][0]["line"],
        reply["statements"][0]["lines"][1]["id"]
    );
}
