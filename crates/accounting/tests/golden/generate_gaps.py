#!/usr/bin/env python3
"""Writes gap_cases.jsonl: papers of sorts that the first set lacks, made from books like those.

Japanese, Chinese and Russian papers; discounts printed on lines, with and without the line's amount having
them in it; two nets that contradict one another. usage: generate_gaps.py > gap_cases.jsonl
"""
import json
import random
from decimal import ROUND_HALF_UP, Decimal as D

import generate_unseen as base
from generate_unseen import Books, Printer, cents, commercial
from unseen_words import CONCEPTS, GOODS, MONTHS, NAMES, PLACES, STREETS, WORDS

NEW = {
    "ja": ["請求書|御請求書", "返還インボイス", "領収書", "見積書|御見積書", "注文書|発注書", "請求書番号|請求番号|No.", "請求日|発行日|日付",
           "お支払期限|支払期日|お支払い期限", "請求元|発行元|発行者", "請求先|お客様|宛先", "登録番号", "明細|内訳", "品名|品目|内容", "数量",
           "単価", "金額", "税率|消費税率", "小計|税抜金額|税抜合計", "消費税|消費税額|消費税等", "合計|合計金額|税込合計|総額", "ご請求金額|お支払金額|請求金額",
           "通貨", "前受金|内金", "値引き|割引", "送料|配送料", "口座番号", "リバースチャージ方式の対象取引", "非課税取引", "", "輸出免税"],
    "zh": ["发票|增值税专用发票|电子发票", "红字发票|贷项通知单", "收据", "报价单", "采购订单|订单", "发票号码|发票编号|编号", "开票日期|发票日期|日期",
           "付款期限|到期日|付款到期日", "销售方|供应商|卖方", "购买方|客户|买方", "纳税人识别号|统一社会信用代码|税号", "明细|商品明细|项目明细",
           "项目名称|商品名称|品名", "数量", "单价", "金额", "税率", "不含税金额|合计金额|小计", "税额|增值税|合计税额", "价税合计|总计|含税金额",
           "应付金额|应付总额", "币种|货币", "预付款|已付金额", "折扣|优惠", "运费|快递费", "银行账号", "反向征收", "免税|免征增值税", "", "出口免税"],
    "ru": ["Счет на оплату|Счет-фактура|Счёт", "Кредит-нота|Корректировочный счет-фактура", "Чек|Квитанция", "Коммерческое предложение",
           "Заказ поставщику|Заказ", "Номер счета|Счет №|№ счета", "Дата счета|Дата|Дата выставления", "Срок оплаты|Оплатить до", "Поставщик|Продавец|Исполнитель",
           "Покупатель|Заказчик|Плательщик", "ИНН", "Товары|Позиции|Услуги", "Наименование|Описание", "Кол-во|Количество", "Цена|Цена за единицу",
           "Сумма|Стоимость", "Ставка НДС|НДС %", "Итого без НДС|Сумма без НДС|Всего без НДС", "НДС|Сумма НДС|Итого НДС", "Всего с НДС|Итого с НДС|Общая сумма",
           "К оплате|Итого к оплате", "Валюта", "Аванс|Предоплата", "Скидка", "Доставка", "Расчетный счет", "Обратное начисление НДС", "НДС не облагается", "",
           "Экспорт, ставка НДС 0%"],
}
MONTHS.update({"ja": "1月 2月 3月 4月 5月 6月", "zh": "1月 2月 3月 4月 5月 6月", "ru": "января февраля марта апреля мая июня"})
PLACES.update({
    "ja": [("JP", "JPY", (10, 8), ",", ".", "y年m月d日", "T#############")],
    "zh": [("CN", "CNY", (13, 9, 6), ",", ".", "y年m月d日", "91##############")],
    "ru": [("RU", "RUB", (20, 10), " ", ",", "d.m.y", "77########")],
})
NAMES.update({"JP": "株式会社みどり工業|さくら物流株式会社", "CN": "青山机电有限公司|长河贸易有限公司", "RU": "ООО Северный Лес|АО Волжские Станки"})
STREETS.update({"JP": "東京都港区芝公園4-2-8", "CN": "上海市浦东新区世纪大道100号", "RU": "ул. Ленина 12, 101000 Москва"})
GOODS.update({"ja": "コピー用紙|デスクライト|月額保守|鋼製金具", "zh": "打印纸|台灯|月度维护|钢制支架", "ru": "Бумага А4|Настольная лампа|Ежемесячное обслуживание|Стальные уголки"})


class OwnPrinter(Printer):
    """Whole yen; months by number between the years' and days' characters; 'name' in the language."""

    def money(self, x, with_sign=False):
        text = super().money(x, with_sign)
        return text.replace(".00", "") if self.b.currency == "JPY" else text

    def date(self, x):
        self.month_names = self.month_names and self.b.lang == "ru"
        return super().date(x)

    def structured(self, nested):
        own = {"ja": "会社名", "zh": "名称", "ru": "Наименование"}.get(self.b.lang)
        doc = super().structured(nested)
        for role in ("seller", "buyer"):
            for key, value in doc.items():
                if isinstance(value, dict) and "name" in value and own and self.naming not in ("snake", "camel"):
                    doc[key] = {own: value.pop("name"), **value}
        return doc


def foreign(rng):
    WORDS.update(NEW)
    base.Printer = OwnPrinter
    forms = ["nested", "letter", "markdown", "flat"]
    twists = ["plain", "multi_rate", "discount", "charge", "prepaid", "exempt", "export", "foreign_currency", "plain", "multi_rate"]
    kinds = [("invoice", "buy"), ("invoice", "sell"), ("invoice", "buy"), ("order", "buy"), ("credit_note", "buy"), ("quote", "sell")]
    for lang in NEW:
        base.CENT = D("1") if lang == "ja" else D("0.01")
        for i in range(16):
            kind, side = kinds[i % 6]
            twist = twists[i % 10] if kind == "invoice" else "plain"
            if lang == "ja" and twist == "charge":
                # The books' charge has cents.
                twist = "discount"
            naming = rng.choice(["snake", "camel", "own", "own", "own"])
            case = commercial(lang, kind, side, twist, forms[(i + i // 4) % 4], naming, f"gap-{lang}-{i}-{kind}")
            if case:
                functional = case["expected"].get("functional")
                if functional:
                    # In the minor unit of the company's currency, not of the document's.
                    unit = D("1") if functional["currency"] == "JPY" else D("0.01")
                    for key in ("net", "tax", "gross"):
                        exact = D(case["expected"][key]) * D(functional["rate"])
                        functional[key] = str(exact.quantize(unit, ROUND_HALF_UP))
                yield case
    base.CENT = D("0.01")
    base.Printer = Printer


def recount(books):
    """The totals after the lines were changed."""
    bases = {}
    for line in books.lines:
        bases[line[4]] = bases.get(line[4], D(0)) + line[3]
    books.taxes = [(r, b, cents(b * r / 100)) for r, b in sorted(bases.items(), reverse=True)]
    books.net = sum(bases.values())
    books.tax = sum(t[2] for t in books.taxes)
    books.gross = books.payable = books.net + books.tax


class DiscountPrinter(Printer):
    """Prints the discount of each line that has one, in percent or as an amount."""

    def line_objects(self):
        rows = super().line_objects()
        label = self.key("discount")
        if self.naming in ("snake", "camel"):
            label = "discount"
        for row, (percent, amount) in zip(rows, self.b.line_discounts):
            if percent:
                row[label] = self.rate(D(percent)) if self.b.in_percent else self.money(amount)
        return rows


def discounts(rng):
    for i, lang in enumerate(["en", "de", "fr", "es", "it", "nl", "pt", "pl", "sv", "cs", "ro", "tr", "el", "da", "fi", "no", "sr", "en", "de", "fr"]):
        seed = f"gap-discount-{i}-{lang}"
        own = random.Random(seed)
        books = Books(own, lang, "invoice", "buy" if i % 3 else "sell", "plain")
        company = books.company()
        books.in_percent, inside = i % 2 == 0, i % 4 < 3
        books.line_discounts = [(own.choice(["5", "10", "12.5"]), None) if at == 0 else ("", None) for at in range(len(books.lines))]
        name, quantity, price, amount, rate = books.lines[0]
        off = cents(amount * D(books.line_discounts[0][0]) / 100)
        books.line_discounts[0] = (books.line_discounts[0][0], off)
        books.lines[0] = (name, quantity, price, amount - off, rate)
        recount(books)
        if not inside:
            books.lines[0] = (name, quantity, price, amount, rate)
        printer = DiscountPrinter(books, own.choice(["snake", "own", "own_snake"]), own.random() < 0.4)
        document = printer.structured(True)
        keys = [printer.key("lines")]
        if not any(isinstance(v, list) and v and any(isinstance(x, dict) and len(x) >= 5 for x in v) for v in document.values()):
            document[keys[0]] = printer.line_objects()
        yield {"id": seed, "language": lang, "kind": "structured", "topic": "line_discount", "document": document, "company": company, "expected": books.expected(company)}


def two_nets():
    for i, lang in enumerate(["en", "de", "fr", "es", "it", "nl", "pt", "pl"]):
        seed = f"gap-nets-{i}-{lang}"
        books = Books(random.Random(seed), lang, "invoice", "buy", "plain")
        company = books.company()
        printer = Printer(books, "own", True)
        document = printer.structured(True)
        nets = {"en": "Net total", "de": "Summe netto", "fr": "Montant HT", "es": "Importe neto", "it": "Totale netto", "nl": "Totaal excl. btw", "pt": "Total líquido", "pl": "Wartość netto"}
        firsts = {"en": "Total excl. VAT", "de": "Nettobetrag", "fr": "Total HT", "es": "Base imponible", "it": "Totale imponibile", "nl": "Nettobedrag", "pt": "Valor líquido", "pl": "Razem netto"}
        for word in WORDS[lang][CONCEPTS.index("net")].split("|"):
            document.pop(word, None)
        document[firsts[lang]] = printer.money(books.net)
        document[nets[lang]] = printer.money(books.net + D("37.50"))
        yield {"id": seed, "language": lang, "kind": "structured", "topic": "two_nets", "document": document, "company": company,
               "expected": {**books.expected(company), "unscored": True}, "must_not_be_auto": True}


def main():
    rng = random.Random(20251124)
    for cases in (discounts(rng), two_nets(), foreign(rng)):
        for case in cases:
            print(json.dumps(case, ensure_ascii=False))


if __name__ == "__main__":
    main()
