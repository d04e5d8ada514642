//! Which model is asked what, and how a close answer is settled.

use ledgergate::config::AccountingConfig;
use serde_json::{Value, json};

use crate::accounting::invoice;
use crate::harness::TestApp;
use crate::scripted::named;

fn always(number: &str) -> Value {
    let mut body = invoice(number);
    body["options"] = json!({"llm": "always"});
    body
}

/// What was asked, and whom.
fn asked(reply: &Value) -> Vec<(&str, &str)> {
    reply["model_choices"]
        .as_array()
        .unwrap()
        .iter()
        .map(|choice| {
            (
                choice["question"].as_str().unwrap(),
                choice["model"].as_str().unwrap(),
            )
        })
        .collect()
}

#[tokio::test]
async fn the_action_and_the_account_go_to_their_own_models() {
    let models = vec![named("small", "A", 20.0), named("large", "B", 20.0)];
    let accounting = AccountingConfig {
        determine_model: Some("small".to_owned()),
        process_model: Some("large".to_owned()),
        ..AccountingConfig::default()
    };
    let app = TestApp::with_routes(models, accounting).await;
    let reply = app
        .post("/v1/accounting/process", &always("R-1"))
        .await
        .ok();
    assert_eq!(asked(&reply), [("action", "small"), ("account", "large")]);
    assert_eq!(reply["model"], "large");
    let mut body = always("R-2");
    body["model"] = json!("small");
    let reply = app.post("/v1/accounting/process", &body).await.ok();
    assert_eq!(asked(&reply), [("action", "small"), ("account", "small")]);
    let reply = app
        .post("/v1/accounting/process", &invoice("R-3"))
        .await
        .ok();
    assert_eq!(asked(&reply), []);
    assert_eq!(
        (&reply["model"], &reply["auto"]),
        (&Value::Null, &json!(true))
    );
}

#[tokio::test]
async fn an_answer_that_may_depend_on_the_order_is_asked_again() {
    let sure = TestApp::with_model(named("sure", "B", 20.0)).await;
    let reply = sure
        .post("/v1/accounting/process", &always("C-1"))
        .await
        .ok();
    assert_eq!(reply["model_choices"][0]["orders"], Value::Null);
    // A model that favours a letter a little, or always the first one, has no opinion.
    for (letter, confidence) in [("B", 2.3), ("A", 20.0)] {
        let torn = TestApp::with_model(named("torn", letter, confidence)).await;
        let reply = torn
            .post("/v1/accounting/process", &always("C-2"))
            .await
            .ok();
        assert_settled_between_orders(&reply);
    }
}

fn assert_settled_between_orders(reply: &Value) {
    let choice = &reply["model_choices"][0];
    let orders = choice["orders"].as_array().unwrap();
    assert_eq!(orders.len(), 2);
    let p = |order: usize, option: usize| orders[order][option].as_f64().unwrap();
    let mean = f64::midpoint(p(0, 0), p(1, 0));
    assert!((choice["probabilities"][0].as_f64().unwrap() - mean).abs() < 1e-9);
    let reasons = reply["review_reasons"].to_string();
    assert!(reasons.contains("model_unsure"), "{reasons}");
    assert_eq!(reply["auto"], false);
    assert_eq!(reply["gross"], "107.10");
}
