#!/usr/bin/env python3
"""Writes unseen_cases.jsonl: documents made from books, so that the labels are right by construction.

The books come first (who, lines, rates, allowances, tax), then one of several layouts prints them in one of
eighteen languages. usage: generate_unseen.py > unseen_cases.jsonl   (same seed, same file)
"""
import json
import random
import unicodedata
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal as D

from unseen_hard import hard_cases
from unseen_special import special_cases
from unseen_words import CONCEPTS, GOODS, KEYS, MONTHS, NAMES, PLACES, STREETS, WORDS

CENT = D("0.01")
EU = {"DE", "AT", "FR", "BE", "ES", "IT", "NL", "PT", "PL", "RO", "SE", "DK", "FI", "CZ", "GR", "IE"}
CHARTS = {"DE": "de_skr04_subset", "AT": "de_skr04_subset", "FR": "fr_pcg_subset", "BE": "fr_pcg_subset"}
ACTIONS = {
    ("invoice", "buy"): ("AP", "create_bill", "purchase", "ap_control", "credit", "input_tax"),
    ("invoice", "sell"): ("AR", "create_invoice", "sale", "ar_control", "debit", "output_tax"),
    ("credit_note", "buy"): ("AP", "create_vendor_credit", "purchase", "ap_control", "debit", "input_tax"),
    ("credit_note", "sell"): ("AR", "create_credit_note", "sale", "ar_control", "credit", "output_tax"),
    ("quote", "sell"): ("SALES", "create_estimate", "sale", None, None, None),
    ("order", "buy"): ("PURCHASING", "create_purchase_order", "purchase", None, None, None),
    ("order", "sell"): ("SALES", "create_sales_order", "sale", None, None, None),
}
ALSO = {"create_estimate": ["create_quote"]}


def cents(x):
    return D(x).quantize(CENT, ROUND_HALF_UP)


def digits(rng, form):
    return "".join(str(rng.randrange(1, 10)) if c == "#" else c for c in form)


class Books:
    """One commercial document: parties, lines, tax, and what is printed beside them."""

    def __init__(self, rng, lang, kind, side, twist):
        place = rng.choice(PLACES[lang])
        self.rng, self.lang, self.kind, self.side, self.twist = rng, lang, kind, side, twist
        self.country, self.currency, rates, self.thousands, self.point, self.dates, form = place
        seller, buyer = NAMES[self.country].split("|")
        if rng.random() < 0.5:
            seller, buyer = buyer, seller
        other_country = self.country
        if twist == "intra_community":
            other_country = rng.choice([c for c in ("DE", "FR", "PL", "NL", "IT") if c != self.country])
            buyer = NAMES[other_country].split("|")[0]
        if twist == "export":
            other_country, buyer = "US", NAMES["US"].split("|")[0]
        id_of = {p[0]: p[6] for ps in PLACES.values() for p in ps}
        self.seller = (seller, STREETS[self.country], self.country, digits(rng, form))
        self.buyer = (buyer, STREETS[other_country], other_country, digits(rng, id_of.get(other_country, "")))
        self.number = rng.choice(["{y}-{n:04}", "F{n:05}", "{n}", "INV-{n}", "{n}/{y}"]).format(y=2025, n=rng.randrange(101, 9990))
        self.issued = date(2025, 1, 13) + timedelta(days=rng.randrange(150))
        self.due = self.issued + timedelta(days=rng.choice([8, 14, 30])) if kind == "invoice" and rng.random() < 0.7 else None
        goods = GOODS[lang].split("|")
        rng.shuffle(goods)
        rates = [D(str(r)) for r in rates]
        zero = twist in ("exempt", "reverse_charge", "intra_community", "export")
        several = twist == "multi_rate" and len(rates) > 1
        self.lines = []
        for i, name in enumerate(goods[: rng.choice([1, 2, 3])] if not several else goods[:3]):
            rate = D(0) if zero else rates[i % len(rates)] if several else rates[0]
            quantity = D(rng.choice(["1", "2", "3", "10", "12", "2.5"]))
            price = cents(D(rng.randrange(450, 240000)) / 100)
            self.lines.append((name, quantity, price, cents(quantity * price), rate))
        net = sum(l[3] for l in self.lines)
        first = self.lines[0][4]
        self.discount = cents(net * D("0.05")) if twist == "discount" else D(0)
        self.charge = D("12.50") if twist == "charge" else D(0)
        bases = {}
        for l in self.lines:
            bases[l[4]] = bases.get(l[4], D(0)) + l[3]
        bases[first] += self.charge - self.discount
        self.taxes = [(r, b, cents(b * r / 100)) for r, b in sorted(bases.items(), reverse=True)]
        self.net = sum(b for b in bases.values())
        self.tax = sum(t[2] for t in self.taxes)
        self.gross = self.net + self.tax
        share = {"IT": "20", "ES": "15", "PT": "25"}.get(self.country)
        self.withheld = cents(self.net * D(share) / 100) if twist == "withholding" and share else D(0)
        self.withheld_rate = share
        self.prepaid = cents(self.gross / 4) if twist == "prepaid" else D(0)
        self.payable = self.gross - self.withheld - self.prepaid
        assert self.net + self.tax == self.gross and self.payable > 0

    def note(self):
        key = {"reverse_charge": "note_rc", "exempt": "note_exempt", "intra_community": "note_ic", "export": "note_export"}.get(self.twist)
        return WORDS[self.lang][CONCEPTS.index(key)] if key else None

    def company(self):
        us = self.seller if self.side == "sell" else self.buyer
        base = next(p[1] for ps in PLACES.values() for p in ps if p[0] == us[2]) if us[2] != "US" else "USD"
        company = {"name": us[0], "country": us[2], "base_currency": base, "chart_of_accounts": CHARTS.get(us[2], "intl_4digit")}
        if us[3] and self.rng.random() < 0.6:
            company["tax_id"] = us[3]
        if self.twist == "foreign_currency":
            company["base_currency"] = "USD" if self.currency != "USD" else "EUR"
        if company["base_currency"] != self.currency:
            rate = D(self.rng.randrange(20000, 180000)) / 100000
            company["exchange_rates"] = [{"from": self.currency, "to": company["base_currency"], "rate": str(rate), "date": self.issued.isoformat()}]
        return company

    def expected(self, company):
        module, action, direction, control, side, tax_role = ACTIONS[self.kind, self.side]
        other = self.buyer if self.side == "sell" else self.seller
        posts = control is not None
        e = {"module": module, "action": action, "accept_actions": [action] + ALSO.get(action, []), "direction": direction,
             "counterparty": other[0], "document_number": self.number, "issue_date": self.issued.isoformat(),
             "due_date": self.due and self.due.isoformat(), "currency": self.currency, "gross": str(self.gross), "posts_journal": posts}
        if not posts:
            return e
        treatment = self.twist if self.note() or self.twist == "withholding" else "multi_rate" if len(self.taxes) > 1 else "standard"
        e.update(net=str(self.net), tax=str(self.tax), tax_treatment=treatment,
                 tax_lines=[{"rate": str(r), "base": str(b), "amount": str(a)} for r, b, a in self.taxes])
        flip = "debit" if side == "credit" else "credit"
        e["entry"] = {"control_role": control, "control_side": side, "control_amount": str(self.gross),
                      "control_amount_alternatives": sorted({str(self.gross), str(self.gross - self.withheld), str(self.gross - self.prepaid)}),
                      "tax_role": tax_role, "tax_side": flip if self.tax else None, "tax_amount": str(self.tax),
                      "counter_side": flip, "counter_amount": str(self.net), "sum_debits": str(self.gross), "sum_credits": str(self.gross),
                      "self_assessed_tax": self.side == "buy" and self.twist in ("reverse_charge", "intra_community") and self.kind == "invoice"}
        if "exchange_rates" in company:
            rate = D(company["exchange_rates"][0]["rate"])
            e["functional"] = {"currency": company["base_currency"], "rate": str(rate), "rate_source": "context", "net": str(cents(self.net * rate)),
                               "tax": str(cents(self.tax * rate)), "gross": str(cents(self.gross * rate)), "tolerance": "0.02"}
        return e


class Printer:
    """Prints the books' values in one number style, date style and naming of fields."""

    def __init__(self, books, naming, plain_numbers):
        self.b, self.naming, self.rng = books, naming, books.rng
        self.plain = plain_numbers
        self.sign = self.rng.random() < 0.3
        self.month_names = self.rng.random() < 0.15
        self.iso = self.rng.random() < 0.25 or (plain_numbers and self.rng.random() < 0.6)

    def label(self, concept):
        return self.rng.choice(WORDS[self.b.lang][CONCEPTS.index(concept)].split("|"))

    def key(self, concept):
        if self.naming == "own":
            return self.label(concept)
        if self.naming == "own_snake":
            text = unicodedata.normalize("NFKD", self.label(concept).replace("%", "").replace("º", "").replace("°", "").lower())
            text = "".join(c if c.isalnum() else " " for c in text if not unicodedata.combining(c))
            return "_".join(text.split())
        word = self.rng.choice(KEYS[concept].split("|"))
        if self.naming == "camel":
            first, *rest = word.split("_")
            return first + "".join(w.title() for w in rest)
        return word

    def money(self, x, with_sign=False):
        text = f"{x:,.2f}"
        if not self.plain:
            text = text.replace(",", "\0").replace(".", self.b.point).replace("\0", self.b.thousands)
        return f"{text} {self.b.currency}" if with_sign and self.sign else text if not self.plain else text.replace(",", "")

    def quantity(self, x):
        text = f"{x.normalize():f}"
        return text if self.plain else text.replace(".", self.b.point)

    def rate(self, x):
        text = f"{x.normalize():f}"
        return f"{text if self.plain else text.replace('.', self.b.point)}%"

    def date(self, x):
        if self.iso:
            return x.isoformat()
        if self.month_names:
            return f"{x.day} {MONTHS[self.b.lang].split()[x.month - 1]} {x.year}"
        return self.b.dates.replace("d", f"{x.day:02}").replace("m", f"{x.month:02}").replace("y", str(x.year))

    def heads(self):
        """The label and printed value of each field of the head, in order."""
        b = self.b
        number = self.key("number") if self.b.kind == "invoice" or self.naming in ("snake", "camel") else {"en": "No.", "ar": "الرقم", "el": "Αριθμός", "tr": "No"}.get(b.lang, "Nr.")
        rows = [(number, b.number), (self.key("date"), self.date(b.issued))]
        if b.due:
            rows.append((self.key("due"), self.date(b.due)))
        return rows

    def totals(self, detailed=True):
        b = self.b
        rows = []
        if b.discount:
            rows.append((self.key("discount"), ("-" if self.rng.random() < 0.5 else "") + self.money(b.discount)))
        if b.charge:
            rows.append((self.key("charge"), self.money(b.charge)))
        if b.kind in ("invoice", "credit_note") or detailed:
            rows.append((self.key("net"), self.money(b.net, True)))
            rows.append((self.key("tax"), self.money(b.tax, True)))
        rows.append((self.key("gross"), self.money(b.gross, True)))
        if b.withheld:
            word = {"IT": "Ritenuta d'acconto", "ES": "Retención IRPF", "PT": "Retenção IRS"}[b.country]
            if self.naming in ("snake", "camel"):
                word = "withholding_tax" if self.naming == "snake" else "withholdingTax"
            rows.append((word, self.money(b.withheld)))
        if b.prepaid:
            rows.append((self.key("prepaid"), self.money(b.prepaid)))
        if b.withheld or b.prepaid or self.rng.random() < 0.2:
            rows.append((self.key("payable"), self.money(b.payable)))
        return rows

    def title(self):
        if self.b.kind == "order" and self.b.side == "sell" and self.b.lang == "en":
            return "Purchase Order"
        return self.label(self.b.kind)

    def unique(self, rows):
        out = {}
        for k, v in rows:
            while k in out:
                k += "_2"
            out[k] = v
        return out

    def line_objects(self):
        keys = [self.key(c) for c in ("desc", "qty", "price", "amount", "rate")]
        if len(set(keys)) < 5:
            return self.line_objects()
        return [dict(zip(keys, (n, self.quantity(q), self.money(p), self.money(a), self.rate(r)))) for n, q, p, a, r in self.b.lines]

    def structured(self, nested):
        b = self.b
        doc = {"document_type" if self.naming in ("snake", "camel") else {"de": "Belegart", "fr": "Type de document", "it": "Tipo documento"}.get(b.lang, "document_type"): self.title()}
        doc.update(self.unique(self.heads()))
        doc[self.key("currency")] = b.currency
        for role, who in (("seller", b.seller), ("buyer", b.buyer)):
            key = self.key(role)
            if nested:
                name = "name" if self.naming in ("snake", "camel") else {"de": "Name", "fr": "Nom", "es": "Nombre", "it": "Denominazione", "nl": "Naam", "pt": "Nome", "pl": "Nazwa", "ro": "Nume", "sv": "Namn", "da": "Navn", "no": "Navn", "fi": "Nimi", "cs": "Název", "el": "Επωνυμία", "tr": "Unvan", "sr": "Naziv", "ar": "الاسم"}.get(b.lang, "name")
                doc[key] = {name: who[0], "address": who[1], "country": who[2]}
                if who[3]:
                    doc[key][self.key("tax_id")] = who[3]
            else:
                joined = key if self.naming not in ("snake", "camel") or key in ("bill_to", "from") else key + ("_name" if self.naming == "snake" else "Name")
                doc[joined] = who[0]
                if who[3] and self.naming in ("snake", "camel"):
                    doc[key + ("_vat_id" if self.naming == "snake" else "VatId")] = who[3]
        if nested or self.rng.random() < 0.5:
            doc[self.key("lines")] = self.line_objects()
        if len(b.taxes) > 1 or (nested and self.rng.random() < 0.4):
            base, tax, rate = ("base", "amount", "rate") if self.naming in ("snake", "camel") else (self.label("net"), self.label("tax"), self.label("rate"))
            doc["tax_breakdown" if self.naming in ("snake", "camel") else self.label("rate") + " / " + self.label("tax")] = [
                {rate: self.rate(r), base: self.money(x), tax: self.money(a)} for r, x, a in b.taxes]
        doc.update(self.unique(self.totals()))
        if b.note():
            doc[self.rng.choice(["notes", "remarks", "legal_note"])] = b.note()
        return doc

    def markdown(self):
        b = self.b
        out = [f"# {self.title()} {b.number if self.rng.random() < 0.3 else ''}".strip(), ""]
        bold = self.rng.random() < 0.5
        line = (lambda k, v: f"**{k}:** {v}") if bold else (lambda k, v: f"{k}: {v}")
        for role, who in (("seller", b.seller), ("buyer", b.buyer)):
            out += [f"## {self.label(role)}", who[0], who[1]] + ([f"{self.label('tax_id')}: {who[3]}"] if who[3] else []) + [""]
        out += [line(k, v) for k, v in self.heads()] + [line(self.label("currency"), b.currency), ""]
        heads = [self.label(c) for c in ("desc", "qty", "price", "rate", "amount")]
        out += ["| " + " | ".join(heads) + " |", "|" + "---|" * 5]
        out += [f"| {n} | {self.quantity(q)} | {self.money(p)} | {self.rate(r)} | {self.money(a)} |" for n, q, p, a, r in b.lines] + [""]
        totals = self.totals()
        if len(b.taxes) > 1:
            out += [f"| {self.label('rate')} | {self.label('net')} | {self.label('tax')} |", "|---|---|---|"]
            out += [f"| {self.rate(r)} | {self.money(x)} | {self.money(a)} |" for r, x, a in b.taxes] + [""]
        if self.rng.random() < 0.4:
            out += ["| | |", "|---|---:|"] + [f"| {k} | {v} |" for k, v in totals]
        else:
            out += [line(k, v) for k, v in totals]
        return {"markdown": "\n".join(out + (["", b.note()] if b.note() else []))}

    def letter(self):
        """OCR of a letter: the seller's head, the head fields, item columns, totals to the right."""
        b = self.b
        # An order is written by the buyer, on the buyer's paper.
        head, to, role = (b.buyer, b.seller, "seller") if b.kind == "order" else (b.seller, b.buyer, "buyer")
        out = [head[0], head[1]] + ([f"{self.label('tax_id')}: {head[3]}"] if head[3] else []) + [""]
        columns = self.rng.random() < 0.35
        heads = self.heads()
        if columns:
            left = [self.label(role) + ":", to[0], to[1]]
            right = [f"{k}: {v}" for k, v in heads]
            for i in range(max(len(left), len(right))):
                out.append(f"{left[i] if i < len(left) else '':44}{right[i] if i < len(right) else ''}".rstrip())
            out += ["", self.title().upper(), ""]
        else:
            out += [self.title().upper(), ""] + [f"{k}: {v}" for k, v in heads] + ["", f"{self.label(role)}: {to[0]}", to[1], ""]
        out.append(f"{self.label('desc'):30}{self.label('qty'):>8}{self.label('price'):>14}{self.label('rate'):>10}{self.label('amount'):>14}")
        broken = self.rng.random() < 0.2
        for n, q, p, a, r in b.lines:
            if broken:
                out += [n, f"{'':30}{self.quantity(q):>8}{self.money(p):>14}{self.rate(r):>10}{self.money(a):>14}"]
            else:
                out.append(f"{n:30}{self.quantity(q):>8}{self.money(p):>14}{self.rate(r):>10}{self.money(a):>14}")
        out.append("")
        if len(b.taxes) > 1:
            net, tax = self.label("net"), self.label("tax")
            out.append(f"{net:50}{self.money(b.net):>16}")
            out += [f"{tax + ' ' + self.rate(r):50}{self.money(a):>16}" for r, _, a in b.taxes]
            out.append(f"{self.label('gross'):50}{self.money(b.gross) + ' ' + b.currency:>16}")
        else:
            rows = self.totals()
            out += [f"{k:50}{v:>16}" for k, v in rows] + [f"{self.label('currency')}: {b.currency}"]
        return {"raw_text": "\n".join(out + (["", b.note()] if b.note() else []))}


TWISTS = ["plain", "plain", "multi_rate", "discount", "charge", "exempt", "reverse_charge", "intra_community", "export", "withholding", "prepaid", "foreign_currency"]


def commercial(lang, kind, side, twist, form, naming, seed):
    rng = random.Random(seed)
    books = Books(rng, lang, kind, side, twist)
    if twist == "withholding" and not books.withheld:
        twist = books.twist = "plain"
    if twist in ("intra_community",) and books.country not in EU:
        return None
    company = books.company()
    printer = Printer(books, naming if form in ("nested", "flat") else "own", form in ("nested", "flat") and rng.random() < 0.4)
    document = {"nested": lambda: printer.structured(True), "flat": lambda: printer.structured(False), "markdown": printer.markdown, "letter": printer.letter}[form]()
    return {"id": seed, "language": lang, "kind": {"nested": "structured", "flat": "structured", "letter": "raw_text"}.get(form, form),
            "topic": f"{kind}_{side}", "document": document, "company": company, "expected": books.expected(company)}


def main():
    rng = random.Random(20250301)
    made = 0
    forms = ["nested", "markdown", "letter", "flat"]
    for at, lang in enumerate(WORDS):
        for i in range(8):
            twist = TWISTS[(at * 5 + i) % len(TWISTS)]
            kind, side = [("invoice", "buy"), ("invoice", "sell"), ("credit_note", "buy"), ("invoice", "buy"), ("order", "buy"), ("invoice", "sell"),
                          ("credit_note", "sell"), ("quote", "sell"), ("order", "sell")][(at + i) % 9]
            if kind != "invoice" and twist not in ("plain", "multi_rate", "exempt", "foreign_currency"):
                twist = "plain"
            if lang in ("en", "es", "it", "pt") and kind == "invoice" and i == 3:
                twist = "withholding"
            case = commercial(lang, kind, side, twist, forms[(at + i) % 4], rng.choice(["snake", "camel", "own", "own_snake", "own"]), f"unseen-{lang}-{i}-{kind}")
            if case:
                made += 1
                print(json.dumps(case, ensure_ascii=False))
    for case in special_cases(random.Random(77)):
        print(json.dumps(case, ensure_ascii=False))
    for case in hard_cases(Books, Printer, random.Random(78)):
        print(json.dumps(case, ensure_ascii=False))


if __name__ == "__main__":
    main()
