"""The papers of generate_unseen.py that are not a sale: receipts, bank lines, payroll, returns, vouchers."""
from decimal import ROUND_HALF_UP, Decimal as D

OUR = {
    "en": ("Our Company Ltd", "GB", "GBP"), "de": ("Unsere Firma GmbH", "DE", "EUR"), "fr": ("Notre Société SARL", "FR", "EUR"), "es": ("Nuestra Empresa S.L.", "ES", "EUR"),
    "it": ("Nostra Azienda S.r.l.", "IT", "EUR"), "nl": ("Ons Bedrijf B.V.", "NL", "EUR"), "pt": ("A Nossa Empresa Lda", "PT", "EUR"), "pl": ("Nasza Firma Sp. z o.o.", "PL", "PLN"),
    "ro": ("Firma Noastră SRL", "RO", "RON"), "sv": ("Vårt Bolag AB", "SE", "SEK"), "da": ("Vores Firma ApS", "DK", "DKK"), "no": ("Vårt Firma AS", "NO", "NOK"),
    "fi": ("Meidän Yritys Oy", "FI", "EUR"), "cs": ("Naše Firma s.r.o.", "CZ", "CZK"), "el": ("Η Εταιρεία μας Α.Ε.", "GR", "EUR"), "tr": ("Bizim Şirket A.Ş.", "TR", "TRY"),
    "sr": ("Naša Firma d.o.o.", "RS", "RSD"), "ar": ("شركتنا ذ.م.م", "SA", "SAR"),
}
CHARTS = {"DE": "de_skr04_subset", "FR": "fr_pcg_subset"}
COMMA = {"de", "fr", "es", "it", "nl", "pt", "pl", "ro", "sv", "da", "no", "fi", "cs", "el", "tr", "sr"}


def company(lang):
    name, country, currency = OUR[lang]
    return {"name": name, "country": country, "base_currency": currency, "chart_of_accounts": CHARTS.get(country, "intl_4digit")}


def show(x, lang):
    text = f"{x:,.2f}"
    return text.replace(",", "\0").replace(".", ",").replace("\0", " " if lang in ("fr", "pl", "sv", "no", "fi", "cs") else ".") if lang in COMMA else text


def entry(control, side, amount, counter=None):
    flip = "debit" if side == "credit" else "credit"
    e = {"control_role": control, "control_side": side, "control_amount": str(amount), "counter_side": flip, "sum_debits": str(amount), "sum_credits": str(amount)}
    if counter:
        e["counter_role"] = counter
    return e


def case(ident, lang, topic, document, expected, firm=None):
    kind = "raw_text" if "raw_text" in document else "markdown" if "markdown" in document else "structured"
    lines = expected.get("journal_lines", [])
    debit, credit = (sum(D(l.get(side, "0")) for l in lines) for side in ("debit", "credit"))
    assert debit == credit, (ident, debit, credit)
    return {"id": f"unseen-{ident}", "language": lang, "kind": kind, "topic": topic, "document": document, "company": firm or company(lang), "expected": expected}


BANK = [
    ("en", "fee", "Monthly account charge"), ("de", "fee", "Kontoführungsgebühren 1. Quartal"), ("fr", "fee", "COTISATION CARTE ET FRAIS DE TENUE DE COMPTE"), ("es", "fee", "COMISION MANTENIMIENTO CUENTA"),
    ("it", "fee", "Commissioni tenuta conto"), ("nl", "fee", "Kosten zakelijk betaalpakket"), ("pt", "fee", "Comissão de manutenção de conta"), ("pl", "fee", "Opłata za prowadzenie rachunku"),
    ("ro", "fee", "Comision administrare cont"), ("sv", "fee", "Bankavgift månad"), ("da", "fee", "Gebyr for kontoføring"), ("no", "fee", "Gebyr nettbank bedrift"), ("fi", "fee", "Pankin palvelumaksu"),
    ("cs", "fee", "Poplatek za vedení účtu"), ("el", "fee", "Προμήθεια τράπεζας"), ("tr", "fee", "Hesap işletim ücreti"), ("sr", "fee", "Naknada za vođenje računa"), ("ar", "fee", "رسوم بنكية شهرية"),
    ("en", "interest", "Gross interest to 31 Mar"), ("de", "interest", "Habenzinsen"), ("fr", "interest", "INTERETS CREDITEURS"), ("es", "interest", "Intereses a su favor"), ("it", "interest", "Interessi attivi"),
    ("nl", "interest", "Creditrente"), ("pl", "interest", "Odsetki od lokaty"), ("sv", "interest", "Ränta inlåning"), ("tr", "interest", "Faiz geliri"),
    ("en", "transfer", "Transfer to own savings account"), ("de", "transfer", "Umbuchung auf eigenes Tagesgeldkonto"), ("fr", "transfer", "Virement interne vers compte épargne"), ("nl", "transfer", "Overboeking naar eigen spaarrekening"),
    ("en", "card", "CREDIT CARD PAYMENT VISA 4410 STATEMENT BALANCE"), ("de", "card", "Kreditkartenabrechnung März"), ("es", "card", "Liquidación tarjeta de crédito"),
    ("en", "cash", "ATM WITHDRAWAL HIGH STREET"), ("fr", "cash", "RETRAIT DAB PARIS"), ("it", "cash", "Prelievo bancomat"),
]
BANK_ACTIONS = {
    "fee": ("record_bank_fee", ["record_bank_fee", "categorize_as_expense", "create_expense"], "money_out", "bank", "credit", "bank_charges"),
    "interest": ("record_interest_income", ["record_interest_income", "categorize_as_income", "create_journal_entry"], "money_in", "bank", "debit", "interest_income"),
    "transfer": ("record_bank_transfer", ["record_bank_transfer"], None, "bank", None, None),
    "card": ("record_bank_transfer", ["record_bank_transfer"], None, "bank", "credit", "credit_card"),
    "cash": ("record_cash_withdrawal", ["record_cash_withdrawal", "record_bank_transfer"], "money_out", "bank", "credit", "cash"),
}
BANK_KEYS = {
    "de": ("Buchungstag", "Verwendungszweck", "Betrag", "Währung"), "fr": ("Date opération", "Libellé", "Montant", "Devise"), "es": ("Fecha operación", "Concepto", "Importe", "Divisa"),
    "it": ("Data operazione", "Causale", "Importo", "Divisa"), "nl": ("Boekdatum", "Omschrijving", "Bedrag", "Valuta"), "pl": ("Data operacji", "Opis", "Kwota", "Waluta"),
    "sv": ("Bokföringsdag", "Text", "Belopp", "Valuta"), "tr": ("İşlem Tarihi", "Açıklama", "Tutar", "Döviz"), "pt": ("Data movimento", "Descrição", "Montante", "Moeda"),
    "cs": ("Datum zaúčtování", "Popis", "Částka", "Měna"),
}


def bank_lines(rng):
    for i, (lang, what, text) in enumerate(BANK):
        amount = D(rng.randrange(390, 90000)) / 100
        action, accept, direction, control, side, counter = BANK_ACTIONS[what]
        if what == "transfer" or what == "card":
            direction = "neutral"
        out = what != "interest"
        currency = OUR[lang][2]
        shape = i % 3
        if shape == 0:
            document = {"document_type": "bank transaction", "date": "2025-03-31", "amount": f"{-amount if out else amount}", "currency": currency, "description": text}
        elif shape == 1 and lang in BANK_KEYS:
            k = BANK_KEYS[lang]
            document = {k[0]: "31.03.2025" if lang != "sv" else "2025-03-31", k[1]: text, k[2]: ("-" if out else "") + show(amount, lang), k[3]: currency}
        else:
            document = {"Date": "31/03/2025", "Description": text, "Money out": f"{amount:,.2f}" if out else "", "Money in": "" if out else f"{amount:,.2f}", "Balance": "12,480.75"}
        e = {"module": "BANKING", "action": action, "accept_actions": accept, "accept_modules": ["BANKING", "AP", "AR", "EXPENSES", "GL"], "direction": direction, "currency": currency,
             "gross": str(amount), "issue_date": "2025-03-31", "posts_journal": True, "entry": entry("bank", side, amount, counter) if side else entry("bank", "credit", amount)}
        if what == "transfer":
            # Between two accounts of one role the role's balance does not move.
            e["entry"]["control_amount_alternatives"] = [str(amount), "0"]
        yield case(f"bank-{i}-{lang}-{what}", lang, "bank_line", document, e)


RECEIPTS = [
    ("en", "FOXGLOVE CAFE", "VAT", "Subtotal", "TOTAL", "VISA", 20, "Latte x2|Panini"), ("de", "Bäckerei Krümel", "MwSt", "Netto", "SUMME EUR", "EC-Karte", 19, "Kugelschreiber|Heft A5"),
    ("fr", "PAPETERIE DU PORT", "TVA", "Total HT", "TOTAL TTC", "CB", 20, "Stylos x4|Classeur"), ("es", "PAPELERIA SOL", "IVA", "Base imponible", "TOTAL", "Tarjeta", 21, "Cuaderno|Boligrafos"),
    ("it", "CARTOLERIA VERDI", "IVA", "Imponibile", "TOTALE EURO", "Carta di credito", 22, "Penne|Quaderno"), ("nl", "BRUIN KANTOORSHOP", "BTW", "Netto", "TOTAAL", "PIN", 21, "Pennen|Schrift"),
    ("pl", "SKLEP PAPIERNIK", "PTU A", "Netto", "SUMA PLN", "Karta", 23, "Długopis|Zeszyt"), ("pt", "PAPELARIA TEJO", "IVA", "Base", "TOTAL", "Multibanco", 23, "Caneta|Caderno"),
    ("sv", "Pennboden AB", "Moms", "Netto", "Totalt SEK", "Kort", 25, "Penna|Block"), ("da", "PAPIRHUSET", "Moms", "Netto", "TOTAL DKK", "Dankort", 25, "Kuglepen|Blok"),
    ("fi", "Kynäkauppa Oy", "ALV", "Veroton", "YHTEENSÄ", "Korttimaksu", "25.5", "Kynä|Vihko"), ("tr", "KALEM KIRTASİYE", "KDV", "Ara Toplam", "TOPLAM", "Kredi Kartı", 20, "Kalem|Defter"),
]


def receipts(rng):
    for i, (lang, shop, tax_word, net_word, total_word, paid, rate, goods) in enumerate(RECEIPTS):
        prices = [D(rng.randrange(200, 4000)) / 100 for _ in goods.split("|")]
        gross = sum(prices)
        net = (gross * 100 / (100 + D(str(rate)))).quantize(D("0.01"), ROUND_HALF_UP)
        tax = gross - net
        shown = str(rate).replace(".", "," if lang in COMMA else ".")
        rows = [shop, "31/03/2025 12:41" if lang not in ("de", "da", "fi", "tr", "sv", "pl") else "31.03.2025 12:41", ""]
        rows += [f"{n:24}{show(p, lang):>10}" for n, p in zip(goods.split("|"), prices)]
        if i % 2 == 0:
            rows += [f"{net_word:24}{show(net, lang):>10}"]
        rows += [f"{tax_word + ' ' + shown + '%':24}{show(tax, lang):>10}", f"{total_word:24}{show(gross, lang):>10}", f"{paid:24}{show(gross, lang):>10}"]
        e = {"module": "EXPENSES", "action": "create_expense", "accept_actions": ["create_expense", "create_expense_receipt", "record_expense"], "accept_modules": ["EXPENSES", "AP"],
             "direction": "purchase", "counterparty": shop, "issue_date": "2025-03-31", "currency": OUR[lang][2], "net": str(net), "tax": str(tax), "gross": str(gross), "posts_journal": True,
             "tax_lines": [{"rate": str(rate), "base": str(net), "amount": str(tax)}],
             "entry": dict(entry("credit_card", "credit", gross), control_role_alternatives=["credit_card", "bank", "cash"], tax_role="input_tax", tax_side="debit", tax_amount=str(tax))}
        yield case(f"receipt-{i}-{lang}", lang, "receipt", {"raw_text": "\n".join(rows)}, e)


PAYROLL = {
    "en": ("Payroll summary", "gross_wages", "income_tax_withheld", "employee_social_security", "employer_social_security", "net_pay"),
    "de": ("Lohnjournal", "bruttolohn", "lohnsteuer", "sv_anteil_arbeitnehmer", "sv_anteil_arbeitgeber", "auszahlungsbetrag"),
    "fr": ("Journal de paie", "salaire_brut", "prelevement_a_la_source", "cotisations_salariales", "cotisations_patronales", "net_a_payer"),
    "es": ("Nómina", "salario_bruto", "irpf", "seguridad_social_trabajador", "seguridad_social_empresa", "liquido_a_percibir"),
    "it": ("Cedolino paga", "retribuzione_lorda", "irpef", "contributi_dipendente", "contributi_azienda", "netto_in_busta"),
    "nl": ("Loonstaat", "brutoloon", "loonheffing", "werknemerspremies", "werkgeverspremies", "nettoloon"),
    "pl": ("Lista płac", "wynagrodzenie_brutto", "zaliczka_pit", "zus_pracownik", "zus_pracodawca", "do_wyplaty"),
    "pt": ("Processamento salarial", "vencimento_bruto", "retencao_irs", "seguranca_social_trabalhador", "seguranca_social_empresa", "liquido_a_receber"),
}
RETURNS = {
    "en": ("VAT Return", "period", "output_vat", "input_vat", "net_vat_due"), "de": ("Umsatzsteuer-Voranmeldung", "Zeitraum", "Umsatzsteuer", "Vorsteuer", "Zahllast"),
    "fr": ("Déclaration de TVA", "Période", "TVA collectée", "TVA déductible", "TVA à payer"), "es": ("Modelo 303 autoliquidación IVA", "Periodo", "IVA devengado", "IVA deducible", "Resultado a ingresar"),
    "it": ("Liquidazione IVA periodica", "Periodo", "IVA a debito", "IVA a credito", "IVA da versare"), "pl": ("Deklaracja VAT-7", "Okres", "Podatek należny", "Podatek naliczony", "Kwota do zapłaty"),
    "nl": ("Btw-aangifte", "Tijdvak", "Verschuldigde btw", "Voorbelasting", "Te betalen"), "pt": ("Declaração periódica de IVA", "Período", "IVA liquidado", "IVA dedutível", "IVA a pagar"),
}
DEPRECIATION = {
    "en": ("Depreciation schedule", "asset", "cost", "residual_value", "useful_life_years", "period", "depreciation_this_month"),
    "de": ("Abschreibung", "Anlagegut", "Anschaffungskosten", "Restwert", "Nutzungsdauer Jahre", "Monat", "AfA-Betrag"),
    "fr": ("Dotation aux amortissements", "immobilisation", "valeur_acquisition", "valeur_residuelle", "duree_annees", "periode", "dotation"),
    "es": ("Amortización del inmovilizado", "activo", "coste", "valor_residual", "vida_util_anos", "periodo", "cuota_amortizacion"),
    "it": ("Ammortamento cespiti", "cespite", "costo_storico", "valore_residuo", "vita_utile_anni", "periodo", "quota_ammortamento"),
}
NO_ACTION = [
    ("en", {"document_type": "Payment reminder", "subject": "Second reminder", "text": "Our invoice 4410 of 2025-02-01 remains unpaid. Please settle the open amount of 240.00 within 7 days."}),
    ("de", {"raw_text": "Mahnung\n\nSehr geehrte Damen und Herren,\nunsere Rechnung 4410 vom 01.02.2025 über 240,00 EUR ist noch offen. Bitte überweisen Sie den Betrag umgehend."}),
    ("fr", {"raw_text": "Procès-verbal de réunion\n\nLe conseil a discuté du budget de 50 000 EUR. Aucune décision n'a été prise."}),
    ("es", {"raw_text": "¡Oferta de primavera! Hasta 30% de descuento en sillas de oficina desde 99,00 EUR. Visite nuestra web."}),
    ("it", {"raw_text": "Verbale di assemblea\n\nI soci hanno discusso il piano di assunzioni. Nessuna delibera."}),
    ("nl", {"raw_text": "Herinnering\n\nVolgens onze administratie staat factuur 4410 van 01-02-2025 ad € 240,00 nog open. Wilt u deze binnen 7 dagen voldoen?"}),
    ("pl", {"raw_text": "Wezwanie do zapłaty\n\nFaktura 4410 z dnia 01.02.2025 na kwotę 240,00 PLN pozostaje nieopłacona."}),
    ("sv", {"raw_text": "Betalningspåminnelse\n\nVår faktura 4410 på 240,00 kr är ännu inte betald."}),
    ("en", {"text": "Minutes of the weekly stand-up. Anna will call the printer vendor. No decisions on spending."}),
]


def vouchers(rng):
    r = lambda lo, hi: D(rng.randrange(lo * 100, hi * 100)) / 100
    for lang, w in PAYROLL.items():
        gross, tax, social, employer = r(4000, 30000), r(500, 900), r(200, 700), r(400, 1900)
        net = gross - tax - social
        document = dict(zip(w[1:], (show(x, lang) for x in (gross, tax, social, employer, net))))
        lines = [{"role": "wages", "debit": str(gross)}, {"role": "employer_contributions", "debit": str(employer)}, {"role": "payroll_payable", "credit": str(net)},
                 {"role": "payroll_tax_payable", "credit": str(tax)}, {"role": "social_security_payable", "credit": str(social + employer)}]
        yield case(f"payroll-{lang}", lang, "payroll", {"document_type": w[0], "period": "2025-03", "currency": OUR[lang][2], **document},
                   {"module": "PAYROLL", "action": "record_payroll", "accept_actions": ["record_payroll", "record_payroll_run", "create_journal_entry"], "accept_modules": ["PAYROLL", "GL"],
                    "direction": "neutral", "currency": OUR[lang][2], "gross": str(gross), "posts_journal": True, "journal_lines": lines})
    for lang, w in RETURNS.items():
        out, inp = r(8000, 20000), r(1000, 7000)
        rows = [(w[1], "2025-03"), (w[2], show(out, lang)), (w[3], show(inp, lang)), (w[4], show(out - inp, lang))]
        document = {"document_type": w[0], **dict(rows)} if lang not in ("it", "pl") else {"markdown": f"# {w[0]}\n\n" + "\n".join(f"- {k}: {v}" for k, v in rows)}
        yield case(f"return-{lang}", lang, "tax_return", document,
                   {"module": "TAX", "action": "file_tax_return", "accept_actions": ["file_tax_return", "close_vat_period", "record_tax_return", "create_journal_entry"], "accept_modules": ["TAX", "GL"],
                    "direction": "neutral", "currency": OUR[lang][2], "gross": str(out - inp), "posts_journal": True,
                    "journal_lines": [{"role": "output_tax", "debit": str(out)}, {"role": "input_tax", "credit": str(inp)}, {"role": "tax_payable", "credit": str(out - inp)}]})
    for lang, w in DEPRECIATION.items():
        month = r(200, 900)
        values = ("CNC", show(month * 60 + 1000, lang), show(D(1000), lang), 5, "2025-04", show(month, lang))
        document = {"document_type": w[0], **dict(zip(w[1:], values)), "currency": OUR[lang][2]}
        if lang in ("de", "es"):
            del document[w[6]]
        yield case(f"depreciation-{lang}", lang, "depreciation", document,
                   {"module": "FIXED_ASSETS", "action": "record_depreciation", "accept_actions": ["record_depreciation", "create_journal_entry"], "accept_modules": ["FIXED_ASSETS", "GL"], "direction": "neutral",
                    "currency": OUR[lang][2], "gross": str(month), "posts_journal": True,
                    "journal_lines": [{"role": "depreciation", "debit": str(month)}, {"role": "accumulated_depreciation", "credit": str(month)}]})
    for i, (lang, document) in enumerate(NO_ACTION):
        yield case(f"none-{i}-{lang}", lang, "no_action", document,
                   {"module": "NONE", "action": "no_action", "accept_actions": ["no_action", "none", "not_accounting_relevant"], "direction": "neutral", "currency": None, "gross": None, "posts_journal": False})
    accruals = [("en", "Journal voucher", "memo", "Accrue legal fees for March, bill not received", "amount", "professional_fees"), ("de", "Buchungsbeleg", "Buchungstext", "Abgrenzung Miete März, Rechnung noch nicht erhalten", "Betrag", "rent"),
                ("fr", "Écriture de journal", "libellé", "Charge à payer : électricité de mars, facture non parvenue", "montant", "utilities")]
    for lang, kind, key, memo, amount_key, role in accruals:
        amount = r(300, 4000)
        yield case(f"accrual-{lang}", lang, "accrual", {"document_type": kind, "date": "2025-03-31", key: memo, amount_key: show(amount, lang), "currency": OUR[lang][2]},
                   {"module": "GL", "action": "create_journal_entry", "accept_actions": ["create_journal_entry", "record_accrual"], "direction": "neutral", "currency": OUR[lang][2], "gross": str(amount),
                    "posts_journal": True, "journal_lines": [{"role": role, "debit": str(amount)}, {"role": "accrued_expenses", "credit": str(amount)}]})
    statements = [("en", "Opening balance", "Closing balance", "Date|Description|Amount", "Bank statement"), ("de", "Anfangssaldo", "Endsaldo", "Datum|Verwendungszweck|Betrag", "Kontoauszug"),
                  ("fr", "Solde initial", "Solde final", "Date|Libellé|Montant", "Relevé de compte"), ("es", "Saldo inicial", "Saldo final", "Fecha|Concepto|Importe", "Extracto bancario"), ("nl", "Beginsaldo", "Eindsaldo", "Datum|Omschrijving|Bedrag", "Rekeningafschrift")]
    for lang, opening, closing, heads, title in statements:
        a, moves = r(3000, 9000), [r(100, 900), -r(20, 90), -r(200, 400)]
        rows = [("2025-03-03", "ACME 771", moves[0]), ("2025-03-05", "OFFICE 12", moves[1]), ("2025-03-09", "RENT", moves[2])]
        keys = heads.split("|")
        if lang in ("en", "es"):
            document = {"document_type": title, "currency": OUR[lang][2], opening: show(a, lang), closing: show(a + sum(moves), lang), "transactions": [dict(zip(keys, (d, t, show(x, lang)))) for d, t, x in rows]}
        else:
            document = {"markdown": f"# {title}\n\n{opening}: {show(a, lang)} {OUR[lang][2]}\n\n| " + " | ".join(keys) + " |\n|---|---|---|\n" + "\n".join(f"| {d} | {t} | {show(x, lang)} |" for d, t, x in rows) + f"\n\n{closing}: {show(a + sum(moves), lang)} {OUR[lang][2]}"}
        yield case(f"statement-{lang}", lang, "statement", document,
                   {"module": "BANKING", "action": "import_bank_statement", "accept_actions": ["import_bank_statement", "reconcile_bank_statement"], "direction": "neutral", "currency": OUR[lang][2], "gross": None, "posts_journal": False})
    pays = [("en", "Remittance advice", "payment_made", {"supplier": "Bramley Joinery Limited", "reference": "INV-88"}, "amount_paid"), ("en", "Payment received", "payment_received", {"customer": "Harrow & Finch Ltd", "reference": "INV-71"}, "amount"),
            ("de", "Zahlungseingang", "payment_received", {"Kunde": "Lindauer Bürotechnik GmbH", "Verwendungszweck": "Rechnung 771"}, "Betrag"), ("fr", "Avis de paiement reçu", "payment_received", {"client": "Ateliers Morvan SARL", "référence": "Facture 12"}, "montant"),
            ("en", "Customer deposit", "deposit", {"customer": "Harrow & Finch Ltd", "memo": "Deposit for order 55, work not started"}, "amount"), ("de", "Anzahlung vom Kunden", "deposit", {"Kunde": "Lindauer Bürotechnik GmbH"}, "Betrag")]
    shapes = {"payment_made": ("AP", "record_payment_made", ["record_payment_made", "record_vendor_payment"], "money_out", "ap_control", "bank"),
              "payment_received": ("AR", "record_payment_received", ["record_payment_received", "record_customer_payment"], "money_in", "bank", "ar_control"),
              "deposit": ("AR", "record_customer_deposit", ["record_customer_deposit", "create_retainer_invoice"], "money_in", "bank", "customer_deposits")}
    for i, (lang, title, what, fields, key) in enumerate(pays):
        module, action, accept, direction, debit, credit = shapes[what]
        amount = r(200, 5000)
        yield case(f"payment-{i}-{lang}", lang, "payment", {"document_type": title, **fields, key: show(amount, lang), "date": "2025-03-20", "currency": OUR[lang][2]},
                   {"module": module, "action": action, "accept_actions": accept, "accept_modules": [module, "BANKING"], "direction": direction, "currency": OUR[lang][2], "gross": str(amount), "posts_journal": True,
                    "journal_lines": [{"role": debit, "debit": str(amount)}, {"role": credit, "credit": str(amount)}]})
    for i, (foreign, booked, paid, what) in enumerate([("NOK", "0.0870", "0.0855", "received"), ("USD", "0.9200", "0.9350", "received"), ("USD", "0.9200", "0.9350", "made"), ("GBP", "1.1700", "1.1580", "made")]):
        amount = D(rng.randrange(20, 900) * 100)
        was, now = (amount * D(booked)).quantize(D("0.01")), (amount * D(paid)).quantize(D("0.01"))
        received = what == "received"
        gain = now > was if received else now < was
        lines = [{"role": "bank", "debit" if received else "credit": str(now)}, {"role": "ar_control" if received else "ap_control", "credit" if received else "debit": str(was)},
                 {"role": "fx_gain" if gain else "fx_loss", "credit" if gain else "debit": str(abs(now - was))}]
        module, action, accept, direction, _, _ = shapes["payment_" + what]
        yield case(f"fx-{i}-{what}", "en", "fx_payment", {"document_type": f"Payment {what} advice", "customer" if received else "supplier": "Borealis AS", "invoice_amount": f"{amount:,.2f} {foreign}", "booked_rate": f"{booked} EUR/{foreign}",
                    "payment_rate": f"{paid} EUR/{foreign}", "amount_credited_eur" if received else "amount_debited_eur": f"{now:,.2f}", "date": "2025-05-20"},
                   {"module": module, "action": action, "accept_actions": accept, "accept_modules": [module, "BANKING"], "direction": direction, "currency": "EUR", "gross": str(now), "posts_journal": True, "journal_lines": lines}, company("de"))
    receipts_in = [("en", "Goods received note", "supplier", "items", ("description", "quantity", "unit_cost"), "purchase_order"), ("de", "Wareneingang", "Lieferant", "Positionen", ("Bezeichnung", "Menge", "Einzelpreis"), "Bestellnummer"), ("fr", "Bon de réception", "Fournisseur", "Articles", ("Désignation", "Quantité", "Prix unitaire"), "Commande")]
    for lang, title, supplier, key, names, order in receipts_in:
        q, p = D(rng.randrange(2, 60)), r(2, 40)
        yield case(f"grn-{lang}", lang, "goods_receipt", {"document_type": title, order: "PO-1188", supplier: "Delta Fasteners", "date": "2025-03-14", key: [dict(zip(names, ("M8", str(q), show(p, lang))))], "currency": OUR[lang][2]},
                   {"module": "INVENTORY", "action": "receive_goods", "accept_actions": ["receive_goods", "receive_inventory", "create_goods_receipt"], "accept_modules": ["INVENTORY", "PURCHASING"], "direction": "purchase",
                    "currency": OUR[lang][2], "gross": str(q * p), "posts_journal": True, "journal_lines": [{"role": "inventory", "debit": str(q * p)}, {"role": "grni", "credit": str(q * p)}]})
    for lang, title, who, items, name, key in [("en", "Expense claim", "employee", "expenses", "description", "amount"), ("de", "Reisekostenabrechnung", "Mitarbeiter", "Belege", "Beschreibung", "Betrag"), ("fr", "Note de frais", "salarié", "dépenses", "description", "montant")]:
        parts = [r(20, 300), r(10, 90)]
        total = sum(parts)
        yield case(f"claim-{lang}", lang, "expense_claim", {"document_type": title, who: "J. Marlow", "date": "2025-03-14", items: [{name: n, key: show(x, lang)} for n, x in zip({"en": ("Train", "Hotel"), "de": ("Bahnfahrt", "Hotel"), "fr": ("Train", "Hôtel")}[lang], parts)],
                    {"en": "total", "de": "Gesamtbetrag", "fr": "total"}[lang]: show(total, lang), "currency": OUR[lang][2]},
                   {"module": "EXPENSES", "action": "create_expense", "accept_actions": ["create_expense", "create_expense_receipt", "record_expense"], "accept_modules": ["EXPENSES", "AP"], "direction": "purchase", "currency": OUR[lang][2],
                    "gross": str(total), "posts_journal": True, "entry": entry("ap_control", "credit", total)})
    # India: two halves of one tax on one supply
    for i, side in enumerate(("buy", "sell", "buy")):
        net = D(rng.randrange(1000, 90000))
        half = (net * D("0.09")).quantize(D("0.01"))
        gross = net + 2 * half
        firm = {"name": "Our Company Pvt Ltd", "country": "IN", "base_currency": "INR", "chart_of_accounts": "intl_4digit"}
        us, them = "Our Company Pvt Ltd", "Kaveri Traders Pvt Ltd"
        shown = lambda x: f"{x:,.2f}"
        parties = {"seller": them if side == "buy" else us, "buyer": us if side == "buy" else them}
        document = [{"document_type": "Tax Invoice", **parties, "invoice_no": "KT/118", "date": "2025-03-04", "taxable_value": shown(net), "cgst_9%": shown(half), "sgst_9%": shown(half), "total": shown(gross), "currency": "INR"},
                    {"document_type": "Tax Invoice", **parties, "invoice_no": "KT/119", "date": "2025-03-04", "taxable_amount": shown(net), "cgst_amount": shown(half), "sgst_amount": shown(half), "grand_total": shown(gross), "currency": "INR"},
                    {"raw_text": f"{them}\nGSTIN 29ABCDE1234F1Z5\nTAX INVOICE\nInvoice No: KT/120\nDate: 04-Mar-2025\nBill To: {us}\n\nTaxable Value {shown(net):>20}\nCGST 9% {shown(half):>20}\nSGST 9% {shown(half):>20}\nTotal INR {shown(gross):>20}"}][i]
        buy = side == "buy"
        yield case(f"india-{i}", "en", "split_tax", document,
                   {"module": "AP" if buy else "AR", "action": "create_bill" if buy else "create_invoice", "accept_actions": ["create_bill" if buy else "create_invoice"], "direction": "purchase" if buy else "sale", "counterparty": them,
                    "currency": "INR", "net": str(net), "tax": str(2 * half), "gross": str(gross), "posts_journal": True,
                    "entry": dict(entry("ap_control" if buy else "ar_control", "credit" if buy else "debit", gross), tax_role="input_tax" if buy else "output_tax", tax_side="debit" if buy else "credit", tax_amount=str(2 * half))}, firm)


def special_cases(rng):
    yield from bank_lines(rng)
    yield from receipts(rng)
    yield from vouchers(rng)
