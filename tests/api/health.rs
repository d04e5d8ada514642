//! Alive, ready, and what old clients ask.

use crate::harness::TestApp;
use crate::scripted::saying;

#[tokio::test]
async fn a_gateway_with_a_model_is_ready() {
    let app = TestApp::with_model(saying("ok")).await;
    assert_eq!(app.get("/livez").await.text, "ok");
    let readiness = app.get("/readyz").await.ok();
    assert_eq!(readiness["status"], "ready");
    assert_eq!(readiness["parts"][1]["name"], "model scripted");
    assert_eq!(app.get("/health").await.ok()["models"][0], "scripted");
}

#[tokio::test]
async fn a_gateway_whose_database_is_gone_is_not_ready() {
    let app = TestApp::without_model().await;
    let name: String = sqlx::query_scalar("SELECT current_database()")
        .fetch_one(&app.rows)
        .await
        .unwrap();
    let server = std::env::var("LEDGERGATE_TEST_DATABASE_URL").unwrap();
    let admin = sqlx::PgPool::connect(&server).await.unwrap();
    app.rows.close().await;
    sqlx::query(sqlx::AssertSqlSafe(format!(
        "DROP DATABASE {name} WITH (FORCE)"
    )))
    .execute(&admin)
    .await
    .unwrap();
    let reply = app.get("/readyz").await;
    assert_eq!(reply.status, 503);
    assert_eq!(reply.json()["parts"][0]["ready"], false);
    assert_eq!(app.get("/livez").await.text, "ok");
}
