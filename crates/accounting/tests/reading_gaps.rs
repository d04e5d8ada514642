//! What used to be read badly: discounts on lines, a second net, and papers in Japanese,
//! Chinese and Russian. The documents are made from figures that are known beforehand.

#![expect(clippy::unwrap_used, reason = "a test's helpers fail by panicking")]

#[path = "support/checks.rs"]
mod checks;

use checks::codes;
use jiff::civil::date;
use ledgergate_accounting::assessment::{Assessment, LlmUse, Options};
use ledgergate_accounting::company::Company;
use ledgergate_accounting::document::Document;
use serde_json::{Value, json};

/// The reply of a company with the seller's country, currency and another name.
fn process(document: &Value, name: &str, country: &str, currency: &str) -> Value {
    let company = json!({
        "name": name, "country": country, "base_currency": currency,
        "chart_of_accounts": "intl_4digit",
    });
    let options = Options {
        today: date(2025, 6, 1),
        llm: LlmUse::Never,
    };
    let document = Document::from_json(document).unwrap();
    let company = Company::from_json(&company).unwrap();
    serde_json::to_value(Assessment::new(&document, company, options).finish()).unwrap()
}

fn german(changes: &Value) -> Value {
    let mut document = json!({
        "document_type": "Invoice", "invoice_number": "2025-17", "issue_date": "2025-03-03",
        "due_date": "2025-04-03", "currency": "EUR",
        "seller": {"name": "Kestrel GmbH", "country": "DE"},
        "buyer": {"name": "Acme GmbH", "country": "DE"},
    });
    for (key, value) in changes.as_object().unwrap() {
        document[key] = value.clone();
    }
    process(&document, "Acme GmbH", "DE", "EUR")
}

/// An invoice of copy paper and folders at 19 %, whose first line is as given.
fn discounted(first: &Value, net: &str, vat: &str, total: &str) -> Value {
    let second = json!({
        "description": "Folders", "quantity": "1", "unit_price": "20.00", "amount": "20.00",
        "tax_rate": "19%",
    });
    german(&json!({"lines": [first, second], "net": net, "vat": vat, "total": total}))
}

#[test]
fn a_discount_on_one_line_is_read_in_every_style() {
    // 4 x 25.00 less 10.00 is 90.00; with 20.00 the net is 110.00.
    for discount in [
        json!({"discount": "10.00"}),
        json!({"discount": "10%"}),
        json!({"discount_%": "10"}),
        json!({"discount": "2.50"}),
        json!({"Rabatt": "10,00 €"}),
    ] {
        let mut line = json!({
            "description": "Copy paper", "quantity": "4", "unit_price": "25.00",
            "amount": "90.00", "tax_rate": "19%",
        });
        for (key, value) in discount.as_object().unwrap() {
            line[key] = value.clone();
        }
        let reply = discounted(&line, "110.00", "20.90", "130.90");
        assert_eq!(
            reply["auto"], true,
            "{discount}: {}",
            reply["review_reasons"]
        );
        assert_eq!(reply["net"], "110.00");
    }
}

#[test]
fn a_discount_that_is_not_in_the_lines_amount_stands_before_the_total() {
    let line = json!({
        "description": "Copy paper", "quantity": "4", "unit_price": "25.00",
        "amount": "100.00", "discount": "10.00", "tax_rate": "19%",
    });
    let reply = discounted(&line, "110.00", "20.90", "130.90");
    assert_eq!(reply["auto"], true, "{}", reply["review_reasons"]);
    assert_eq!(reply["tax_lines"][0]["base"], "110.00");
}

#[test]
fn a_discount_that_does_not_give_the_amount_is_looked_at() {
    let line = json!({
        "description": "Copy paper", "quantity": "4", "unit_price": "25.00",
        "amount": "93.00", "discount": "10.00", "tax_rate": "19%",
    });
    let reply = discounted(&line, "113.00", "21.47", "134.47");
    let found = codes(&reply);
    assert!(
        found.contains(&"line_not_quantity_times_price"),
        "{found:?}"
    );
    assert_eq!(reply["auto"], false);
}

#[test]
fn a_discount_that_is_taken_off_nowhere_is_looked_at() {
    let line = json!({
        "description": "Copy paper", "quantity": "4", "unit_price": "25.00",
        "amount": "100.00", "discount": "10.00", "tax_rate": "19%",
    });
    let reply = discounted(&line, "120.00", "22.80", "142.80");
    assert_eq!(
        (&reply["net"], &reply["auto"]),
        (&json!("120.00"), &json!(false))
    );
}

#[test]
fn two_nets_that_differ_are_looked_at() {
    let line = json!([{"description": "Copy paper", "amount": "100.00", "tax_rate": "19%"}]);
    let with = |changes: Value| {
        let mut document = json!({
            "lines": line, "net_amount": "100.00", "vat": "19.00", "total": "119.00",
        });
        for (key, value) in changes.as_object().unwrap() {
            document[key] = value.clone();
        }
        german(&document)
    };
    let clean = with(json!({}));
    assert_eq!(clean["auto"], true, "{}", clean["review_reasons"]);
    let conflicting = with(json!({"net_total": "90.00"}));
    assert!(codes(&conflicting).contains(&"conflicting_values"));
    assert_eq!(conflicting["auto"], false);
    // The net before and after a discount of the whole document is no conflict.
    let discounted = with(json!({
        "net_amount": "100.00", "discount": "10.00", "net_total": "90.00",
        "vat": "17.10", "total": "107.10",
    }));
    let found = codes(&discounted);
    assert!(!found.contains(&"conflicting_values"), "{found:?}");
    assert_eq!(discounted["net"], "90.00");
}

#[test]
fn a_japanese_invoice_is_read() {
    let fields = json!({
        "書類種別": "請求書", "請求書番号": "INV-2025-17", "発行日": "2025年3月3日",
        "お支払期限": "2025年3月31日",
        "請求元": {"会社名": "株式会社ケストレル", "登録番号": "T7000012050002", "住所": "東京都千代田区"},
        "請求先": {"会社名": "アクメ株式会社"},
        "明細": [
            {"品名": "コピー用紙", "数量": "10", "単価": "1,000円", "金額": "10,000円", "税率": "10%"},
            {"品名": "封筒", "数量": "5", "単価": "200円", "金額": "1,000円", "税率": "10%"},
        ],
        "小計": "11,000円", "消費税": "1,100円", "合計金額（税込）": "¥12,100",
    });
    let text = "請求書\n\nアクメ株式会社 御中\n\n請求書番号：INV-2025-17\n発行日：2025年3月3日\n\
                お支払期限：2025年3月31日\n請求元：株式会社ケストレル\n登録番号：T7000012050002\n\n\
                小計：11,000円\n消費税（10%）：1,100円\n合計金額：12,100円\n";
    for document in [fields, json!({"raw_text": text})] {
        let reply = process(&document, "アクメ株式会社", "JP", "JPY");
        let about = format!("{}", reply["review_reasons"]);
        assert_eq!(reply["action"], "create_bill", "{about}");
        assert_eq!(reply["document_number"], "INV-2025-17", "{about}");
        assert_eq!(reply["issue_date"], "2025-03-03", "{about}");
        assert_eq!(reply["due_date"], "2025-03-31", "{about}");
        assert_eq!(reply["currency"], "JPY", "{about}");
        assert_eq!(reply["net"], "11000", "{about}");
        assert_eq!(reply["tax"], "1100", "{about}");
        assert_eq!(reply["gross"], "12100", "{about}");
        assert_eq!(reply["counterparty"], "株式会社ケストレル", "{about}");
    }
}

#[test]
fn a_chinese_invoice_is_read() {
    let fields = json!({
        "发票类型": "增值税专用发票", "发票号码": "25112000000012345678", "开票日期": "2025年03月03日",
        "销售方": {"名称": "红隼科技有限公司", "统一社会信用代码": "91110105MA01ABCD2X"},
        "购买方": {"名称": "顶峰贸易有限公司", "纳税人识别号": "91310000MA1K35XY4P"},
        "明细": [
            {"项目名称": "打印纸", "单位": "箱", "数量": "10", "单价": "100.00", "金额": "1000.00",
             "税率": "13%", "税额": "130.00"},
        ],
        "合计金额": "¥1000.00", "合计税额": "¥130.00", "价税合计": "¥1130.00",
    });
    let text = "增值税普通发票\n发票号码：25112000000012345678\n开票日期：2025年03月03日\n\
                销售方：红隼科技有限公司\n购买方：顶峰贸易有限公司\n\n\
                不含税金额：1,000.00元\n税额：130.00元\n价税合计：1,130.00元\n";
    for document in [fields, json!({"raw_text": text})] {
        let reply = process(&document, "顶峰贸易有限公司", "CN", "CNY");
        let about = format!("{}", reply["review_reasons"]);
        assert_eq!(reply["action"], "create_bill", "{about}");
        assert_eq!(reply["document_number"], "25112000000012345678", "{about}");
        assert_eq!(reply["issue_date"], "2025-03-03", "{about}");
        assert_eq!(reply["currency"], "CNY", "{about}");
        assert_eq!(reply["net"], "1000.00", "{about}");
        assert_eq!(reply["tax"], "130.00", "{about}");
        assert_eq!(reply["gross"], "1130.00", "{about}");
        assert_eq!(reply["counterparty"], "红隼科技有限公司", "{about}");
    }
}

#[test]
fn a_russian_invoice_is_read() {
    let fields = json!({
        "Тип документа": "Счет на оплату", "Номер": "17/2025", "Дата": "3 марта 2025 г.",
        "Срок оплаты": "31.03.2025", "Валюта": "RUB",
        "Поставщик": {"Наименование": "ООО Пустельга", "ИНН": "7707083893"},
        "Покупатель": {"Наименование": "ООО Акме", "ИНН": "7736050003"},
        "Товары": [
            {"Наименование": "Бумага офисная", "Кол-во": "10", "Ед.": "пач.", "Цена": "1 000,00",
             "Сумма": "10 000,00", "Ставка НДС": "20%"},
        ],
        "Итого без НДС": "10 000,00", "Сумма НДС": "2 000,00", "Всего с НДС": "12 000,00",
    });
    let text = "Счет на оплату № 17/2025\n\nДата: 03.03.2025\nСрок оплаты: 31.03.2025\n\
                Поставщик: ООО Пустельга\nИНН: 7707083893\nПокупатель: ООО Акме\n\n\
                Итого без НДС: 10 000,00 руб.\nСумма НДС: 2 000,00 руб.\n\
                Всего к оплате: 12 000,00 руб.\n";
    for document in [fields, json!({"raw_text": text})] {
        let reply = process(&document, "ООО Акме", "RU", "RUB");
        let about = format!("{}", reply["review_reasons"]);
        assert_eq!(reply["action"], "create_bill", "{about}");
        assert_eq!(reply["document_number"], "17/2025", "{about}");
        assert_eq!(reply["issue_date"], "2025-03-03", "{about}");
        assert_eq!(reply["due_date"], "2025-03-31", "{about}");
        assert_eq!(reply["currency"], "RUB", "{about}");
        assert_eq!(reply["net"], "10000.00", "{about}");
        assert_eq!(reply["tax"], "2000.00", "{about}");
        assert_eq!(reply["gross"], "12000.00", "{about}");
        assert_eq!(reply["counterparty"], "ООО Пустельга", "{about}");
    }
}
