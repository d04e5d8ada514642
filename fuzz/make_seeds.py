#!/usr/bin/env python3
"""usage: make_seeds.py FOLDER

What the fuzzer starts from: a few whole inputs for each target, and the words of its language.
"""

import json
import pathlib
import struct
import sys

ROOT = pathlib.Path(__file__).parent.parent
CASES = ROOT / "crates/accounting/tests/golden/unseen_cases.jsonl"

UBL = """<Invoice xmlns="urn:oasis:names:specification:ubl:schema:xsd:Invoice-2"
 xmlns:a="urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2"
 xmlns:b="urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2">
<b:ID>7</b:ID><b:IssueDate>2025-04-17</b:IssueDate><b:DueDate>2025-05-17</b:DueDate>
<b:InvoiceTypeCode>380</b:InvoiceTypeCode><b:DocumentCurrencyCode>EUR</b:DocumentCurrencyCode>
<a:AccountingSupplierParty><a:Party><a:PartyName><b:Name>Paper GmbH</b:Name></a:PartyName>
<a:PostalAddress><a:Country><b:IdentificationCode>DE</b:IdentificationCode></a:Country>
</a:PostalAddress></a:Party></a:AccountingSupplierParty>
<a:AccountingCustomerParty><a:Party><a:PartyName><b:Name>Our Company</b:Name></a:PartyName>
</a:Party></a:AccountingCustomerParty>
<a:TaxTotal><b:TaxAmount currencyID="EUR">19.00</b:TaxAmount><a:TaxSubtotal>
<b:TaxableAmount currencyID="EUR">100.00</b:TaxableAmount>
<b:TaxAmount currencyID="EUR">19.00</b:TaxAmount><a:TaxCategory><b:ID>S</b:ID>
<b:Percent>19</b:Percent><a:TaxScheme><b:ID>VAT</b:ID></a:TaxScheme></a:TaxCategory>
</a:TaxSubtotal></a:TaxTotal><a:LegalMonetaryTotal>
<b:LineExtensionAmount currencyID="EUR">100.00</b:LineExtensionAmount>
<b:TaxExclusiveAmount currencyID="EUR">100.00</b:TaxExclusiveAmount>
<b:TaxInclusiveAmount currencyID="EUR">119.00</b:TaxInclusiveAmount>
<b:PayableAmount currencyID="EUR">119.00</b:PayableAmount></a:LegalMonetaryTotal>
<a:InvoiceLine><b:ID>1</b:ID><b:InvoicedQuantity>1</b:InvoicedQuantity>
<b:LineExtensionAmount currencyID="EUR">100.00</b:LineExtensionAmount><a:Item>
<b:Name>Paper</b:Name></a:Item><a:Price><b:PriceAmount currencyID="EUR">100.00</b:PriceAmount>
</a:Price></a:InvoiceLine></Invoice>"""

CII = """<r:CrossIndustryInvoice
 xmlns:r="urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100"
 xmlns:m="urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100"
 xmlns:u="urn:un:unece:uncefact:data:standard:UnqualifiedDataType:100"><r:ExchangedDocument>
<m:ID>7</m:ID><m:TypeCode>380</m:TypeCode><m:IssueDateTime><u:DateTimeString format="102">20250417
</u:DateTimeString></m:IssueDateTime></r:ExchangedDocument><r:SupplyChainTradeTransaction>
<m:ApplicableHeaderTradeAgreement><m:SellerTradeParty><m:Name>Paper GmbH</m:Name>
</m:SellerTradeParty><m:BuyerTradeParty><m:Name>Our Company</m:Name></m:BuyerTradeParty>
</m:ApplicableHeaderTradeAgreement><m:ApplicableHeaderTradeSettlement>
<m:InvoiceCurrencyCode>EUR</m:InvoiceCurrencyCode><m:ApplicableTradeTax>
<m:CalculatedAmount>19.00</m:CalculatedAmount><m:TypeCode>VAT</m:TypeCode>
<m:BasisAmount>100.00</m:BasisAmount><m:CategoryCode>S</m:CategoryCode>
<m:RateApplicablePercent>19</m:RateApplicablePercent></m:ApplicableTradeTax>
<m:SpecifiedTradeSettlementHeaderMonetarySummation><m:LineTotalAmount>100.00</m:LineTotalAmount>
<m:TaxBasisTotalAmount>100.00</m:TaxBasisTotalAmount>
<m:TaxTotalAmount currencyID="EUR">19.00</m:TaxTotalAmount>
<m:GrandTotalAmount>119.00</m:GrandTotalAmount><m:DuePayableAmount>119.00</m:DuePayableAmount>
</m:SpecifiedTradeSettlementHeaderMonetarySummation></m:ApplicableHeaderTradeSettlement>
</r:SupplyChainTradeTransaction></r:CrossIndustryInvoice>"""

SCHEMAS = [
    {"type": "integer", "minimum": -3, "exclusiveMaximum": 12},
    {"type": "number", "multipleOf": 0.01, "minimum": 0, "maximum": 1000},
    {"type": "string", "pattern": "^[A-Z]{2}[0-9]{2,4}$", "maxLength": 5},
    {"type": "string", "format": "date-time"},
    {"enum": [1, "a", None, True, {"x": [1.5]}]},
    {"type": "array", "prefixItems": [{"type": "null"}], "items": {"const": 3}, "maxItems": 4},
    {"anyOf": [{"type": "boolean"}, {"$ref": "#/$defs/b"}], "$defs": {"b": {"const": "é\u2028"}}},
    {"oneOf": [{"const": 1}, {"type": "string", "minLength": 2, "maxLength": 4}]},
    {"allOf": [{"type": "object", "properties": {"a": {"type": "integer"}}}, {"required": ["a"]}]},
    {
        "type": "object",
        "properties": {"next": {"$ref": "#"}, "amount": {"type": "number"}},
        "patternProperties": {"^x-": {"type": "boolean"}},
        "required": ["amount"],
        "additionalProperties": {"type": ["string", "null"]},
    },
]
SCHEMA_WORDS = """$defs $ref $schema #/$defs/ type const enum anyOf oneOf allOf properties required
 additionalProperties patternProperties minProperties maxProperties items prefixItems minItems
 maxItems uniqueItems minLength maxLength pattern format minimum maximum exclusiveMinimum
 exclusiveMaximum multipleOf string number integer boolean object array null true false date
 date-time time duration email hostname ipv4 ipv6 uri uuid propertyNames not if then else""".split()
DOCUMENT_WORDS = """Invoice Rechnung Faktura Total Gesamt Netto MwSt VAT TVA USt IBAN EUR USD CHF Date
 Datum Due Seller Buyer Our\\x20Company Subtotal Amount Betrag 19% 0,00 1.234,56 -12.50 (3.00)
 2025-04-17 17.04.2025 CreditNote <b:ID> </b:ID> currencyID Skonto Rabatt Credit Balance""".split()


def text(value: str) -> bytes:
    raw = value.encode()
    return struct.pack("<Q", len(raw)) + raw


def texts(values: list[str]) -> bytes:
    return struct.pack("<IIQ", 9, 8, len(values)) + b"".join(map(text, values))


def tiny_gguf() -> bytes:
    """A header with a byte-level tokenizer and one tensor, in version 3."""
    # GPT-2's letters for the bytes 33 to 126 are themselves, and U+0100 + n for control bytes.
    letters = [chr(code) for code in range(33, 127)] + [chr(256 + code) for code in range(33)]
    tokens = ["<|im_start|>", "<|im_end|>", *letters, "he"]
    kinds = [3, 3, *[1] * (len(tokens) - 2)]
    template = "{% for m in messages %}<|im_start|>{{ m.role }}{{ m.content }}{% endfor %}"
    values = [
        text("general.architecture") + struct.pack("<I", 8) + text("llama"),
        text("general.alignment") + struct.pack("<II", 4, 32),
        text("llama.context_length") + struct.pack("<II", 4, 64),
        text("tokenizer.ggml.model") + struct.pack("<I", 8) + text("gpt2"),
        text("tokenizer.ggml.pre") + struct.pack("<I", 8) + text("smollm"),
        text("tokenizer.ggml.tokens") + texts(tokens),
        text("tokenizer.ggml.merges") + texts(["h e"]),
        text("tokenizer.ggml.token_type")
        + struct.pack("<IIQ", 9, 5, len(kinds))
        + struct.pack(f"<{len(kinds)}i", *kinds),
        text("tokenizer.ggml.eos_token_id") + struct.pack("<II", 4, 1),
        text("tokenizer.ggml.bos_token_id") + struct.pack("<II", 4, 0),
        text("tokenizer.ggml.add_bos_token") + struct.pack("<IB", 7, 1),
        text("tokenizer.chat_template") + struct.pack("<I", 8) + text(template),
    ]
    tensor = text("token_embd.weight") + struct.pack("<IQQIQ", 2, 4, 2, 0, 0)
    header = b"GGUF" + struct.pack("<IQQ", 3, 1, len(values)) + b"".join(values) + tensor
    return header + bytes(-len(header) % 32) + bytes(4 * 2 * 4)


STATEMENTS = {
    4: ":20:A\n:25:DE89370400440532013000\n:28C:1/1\n:60F:C250101EUR1,00\n"
    ":61:2501020102C2,50NTRFNONREF//B1\n"
    ":86:166?00GUTSCHRIFT?20EREF+E1?21SVWZ+Rechnung 42?31DE02120300000000202051?32Name\n"
    ":61:2501020102RC1,00NTRFX\n:86:/NAME/N/REMI/STRD/CUR/912//EREF/E2/\n"
    ":62F:C250102EUR2,50\n-\n",
    5: '<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt><Stmt><Id>1</Id>'
    "<Acct><Id><IBAN>DE89370400440532013000</IBAN></Id><Ccy>EUR</Ccy></Acct>"
    "<Bal><Tp><CdOrPrtry><Cd>OPBD</Cd></CdOrPrtry></Tp><Amt Ccy='EUR'>0</Amt><CdtDbtInd>CRDT</CdtDbtInd>"
    "<Dt><Dt>2025-01-01</Dt></Dt></Bal><Ntry><Amt Ccy='EUR'>3.00</Amt><CdtDbtInd>CRDT</CdtDbtInd>"
    "<Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>2025-01-02</Dt></BookgDt><NtryDtls><TxDtls><Amt Ccy='EUR'>1.00"
    "</Amt></TxDtls><TxDtls><Amt Ccy='EUR'>2.00</Amt><RmtInf><Ustrd>x</Ustrd></RmtInf></TxDtls></NtryDtls>"
    "</Ntry></Stmt></BkToCstmrStmt></Document>",
    6: "OFXHEADER:100\n\n<OFX><BANKMSGSRSV1><STMTTRNRS><STMTRS><CURDEF>EUR<BANKACCTFROM><ACCTID>1"
    "</BANKACCTFROM><BANKTRANLIST><STMTTRN><DTPOSTED>20250101<TRNAMT>-1.00<FITID>1<NAME>N<MEMO>M</STMTTRN>"
    "</BANKTRANLIST><LEDGERBAL><BALAMT>5<DTASOF>20250101</LEDGERBAL></STMTRS></STMTTRNRS></BANKMSGSRSV1></OFX>",
    7: "2025-01-01;1,50;text\n2025-01-02;-2,00;\"more\"\n",
}


def documents() -> list[bytes]:
    forms = {"markdown": b"\1", "raw_text": b"\2", "xml": b"\3"}
    seeds = [b"\3" + UBL.encode(), b"\3" + CII.encode()]
    seeds += [bytes([form]) + text.encode() for form, text in STATEMENTS.items()]
    # Every eighth case: all languages and kinds are in there.
    for line in CASES.read_text().splitlines()[::8]:
        document = json.loads(line)["document"]
        (form, content), *more = document.items()
        if form in forms and not more:
            seeds.append(forms[form] + content.encode())
        else:
            seeds.append(b"\0" + json.dumps(document, ensure_ascii=False).encode())
    return seeds


def validations() -> list[bytes]:
    company = {
        "name": "Our Company",
        "country": "DE",
        "base_currency": "EUR",
        "tax_ids": ["DE136695976"],
        "chart_of_accounts": "de_skr04_subset",
    }
    lines = [
        {"account": "6815", "debit": "100.00", "credit": "0.00"},
        {"account": "3300", "debit": "0.00", "credit": "100.00"},
    ]
    entry = {"date": "2025-04-17", "currency": "EUR", "lines": lines}
    transactions = [{"date": "2025-04-17", "amount": "-12.50"}]
    statement = {
        "opening_balance": "100.00",
        "closing_balance": "87.50",
        "transactions": transactions,
    }
    bodies = [{"company": company, "entry": entry}, {"company": company, "statement": statement}]
    for line in CASES.read_text().splitlines()[::40]:
        case = json.loads(line)
        bodies.append({"company": case["company"], "document": case["document"], "entry": entry})
    return [json.dumps(body, ensure_ascii=False).encode() for body in bodies]


def main() -> None:
    folder = pathlib.Path(sys.argv[1])
    wanted = [b'{"a": 3, "b": [1.50, "x"]}', b"", "no JSON at all \u0000 é".encode()]
    seeds = {
        "document": documents(),
        "validation": validations(),
        "gguf": [tiny_gguf()],
        "schema": [
            json.dumps(schema, ensure_ascii=False).encode() + b"\xff" + says
            for schema in SCHEMAS
            for says in wanted
        ],
        "answer": [
            b"END\xffEN\xff\xff" + "a EN é END".encode(),
            b"\xff\xff\xff" + "😀".encode()[:3] + b"\x80abc" + "é".encode()[:1],
            "é\xff\xff\xffabé".encode("latin-1"),
        ],
    }
    for target, inputs in seeds.items():
        (folder / target).mkdir(parents=True, exist_ok=True)
        for number, content in enumerate(inputs):
            (folder / target / f"{number:03}").write_bytes(content)
    for target, words in {"schema": SCHEMA_WORDS, "document": DOCUMENT_WORDS}.items():
        (folder / f"{target}.dict").write_text("".join(f'"{word}"\n' for word in words))


if __name__ == "__main__":
    main()
