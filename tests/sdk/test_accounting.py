"""The accounting endpoints of a gateway with the real model and the embedded database."""

from decimal import Decimal

from accounting import COMPANY, call, invoice


def test_an_invoice_becomes_a_balanced_entry(gateway):
    status, reply = call(gateway.base, "/v1/accounting/process", invoice("A-1"))
    assert status == 200, reply
    assert (reply["module"], reply["action"]) == ("AP", "create_bill")
    assert (reply["net"], reply["tax"], reply["gross"]) == ("90.00", "17.10", "107.10")
    lines = reply["journal"]["lines"]
    assert sum(Decimal(line["debit"]) for line in lines) == Decimal("107.10")
    assert sum(Decimal(line["credit"]) for line in lines) == Decimal("107.10")
    status, record = call(gateway.base, f"/v1/accounting/results/{reply['id']}")
    assert status == 200
    assert record["reply"] == reply
    assert record["request"]["document"]["invoice_number"] == "A-1"


def test_the_model_is_asked_and_its_probabilities_are_kept(gateway):
    body = invoice("A-2") | {"options": {"llm": "always"}, "model": "small"}
    body["document"]["line_items"][0]["description"] = "Zorblatt 12"
    status, reply = call(gateway.base, "/v1/accounting/process", body)
    assert status == 200, reply
    assert reply["model"] == "small"
    choices = reply["model_choices"]
    assert choices
    for choice in choices:
        assert len(choice["options"]) == len(choice["probabilities"]) >= 2
        assert abs(sum(choice["probabilities"]) - 1) < 1e-6
        assert choice["chosen"] in choice["options"]
    assert reply["gross"] == "107.10"


def test_determine(gateway):
    status, reply = call(gateway.base, "/v1/accounting/determine", invoice("A-3"))
    assert status == 200
    assert reply["direction"] == "purchase" and reply["counterparty"] == "Paper & Pens GmbH"
    assert "journal" not in reply


def test_validate_finds_an_entry_that_does_not_balance(gateway):
    entry = {
        "date": "2025-04-17",
        "currency": "EUR",
        "lines": [
            {"account": "6815", "debit": "90.00", "credit": "0.00"},
            {"account": "3300", "debit": "0.00", "credit": "107.10"},
        ],
    }
    status, reply = call(
        gateway.base, "/v1/accounting/validate", {"entry": entry, "company": COMPANY}
    )
    assert status == 200, reply
    assert reply["valid"] is False
    assert any(check["severity"] == "error" for check in reply["checks"])


def test_an_idempotency_key_gives_the_first_answer_again(gateway):
    headers = {"Idempotency-Key": "order-66"}
    first = call(gateway.base, "/v1/accounting/process", invoice("A-4"), headers)
    again = call(gateway.base, "/v1/accounting/process", invoice("A-4"), headers)
    assert first == again and first[0] == 200
    status, reply = call(gateway.base, "/v1/accounting/process", invoice("A-5"), headers)
    assert (status, reply["error"]["code"]) == (409, "idempotency_key_reused")


def test_bad_input_names_the_field(gateway):
    body = invoice("A-6")
    body["company"] = COMPANY | {"base_currency": "EURO"}
    status, reply = call(gateway.base, "/v1/accounting/process", body)
    assert (status, reply["error"]["param"]) == (400, "/company/base_currency")
    status, reply = call(gateway.base, "/v1/accounting/process", raw=b'{"document": {')
    assert (status, reply["error"]["code"]) == (400, "invalid_json")
    body = invoice("A-7") | {"document": []}
    status, reply = call(gateway.base, "/v1/accounting/process", body)
    assert status == 400 and reply["error"]["param"].startswith("/document")
    status, reply = call(gateway.base, "/v1/accounting/results/res_none")
    assert status == 404
