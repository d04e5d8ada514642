"""Requests of the accounting endpoints, as a product would send them."""

import json
import urllib.error
import urllib.request

COMPANY = {
    "name": "Our Company",
    "country": "DE",
    "base_currency": "EUR",
    "chart_of_accounts": "de_skr04_subset",
}


def invoice(number: str) -> dict:
    """A purchase invoice that the rules alone read and post."""
    return {
        "document": {
            "document_type": "Invoice",
            "invoice_number": number,
            "issue_date": "2025-04-17",
            "due_date": "2025-05-17",
            "currency": "EUR",
            "seller": {"name": "Paper & Pens GmbH", "country": "DE", "tax_id": "DE136695976"},
            "buyer": {"name": "Our Company", "country": "DE"},
            "line_items": [
                {"description": "Printer paper A4", "quantity": "20", "unit_price": "4.50",
                 "amount": "90.00", "tax_rate": "19%"}
            ],
            "subtotal": "90.00",
            "taxes": [{"tax": "VAT", "rate": "19%", "base": "90.00", "amount": "17.10"}],
            "total_tax": "17.10",
            "total": "107.10",
        },
        "company": COMPANY,
        "options": {"llm": "never"},
    }


def call(base: str, path: str, body=None, headers=None, raw: bytes | None = None):
    """Status and JSON body of a call."""
    data = raw if raw is not None else (None if body is None else json.dumps(body).encode())
    request = urllib.request.Request(
        base + path, data=data, headers={"Content-Type": "application/json"} | (headers or {})
    )
    try:
        with urllib.request.urlopen(request, timeout=60) as reply:
            return reply.status, json.load(reply)
    except urllib.error.HTTPError as error:
        return error.code, json.load(error)
