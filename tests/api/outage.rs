//! The gateway as a process of its own, and a database that goes away and comes back.

mod processes;

use std::collections::BTreeSet;
use std::time::Duration;

use serde_json::{Value, json};
use sqlx::{Connection, PgConnection};
use uuid::Uuid;

use processes::{Gateway, Postgres};

use crate::accounting::invoice;

/// A document of this number, with what it is to be put into the books of.
fn document(number: &str) -> Value {
    let mut request = invoice(number);
    request["options"] = json!({"llm": "never"});
    request
}

async fn process(gateway: &Gateway, number: &str) -> String {
    let reply = gateway
        .post("/v1/accounting/process", &document(number), None)
        .await;
    reply.ok()["id"].as_str().unwrap().to_owned()
}

/// The ids of results in the database, as clients know them.
async fn decisions(postgres: &Postgres) -> Vec<String> {
    let mut connection = PgConnection::connect(&postgres.url()).await.unwrap();
    let ids: Vec<Uuid> = sqlx::query_scalar("SELECT id FROM decisions ORDER BY id")
        .fetch_all(&mut connection)
        .await
        .unwrap();
    ids.iter()
        .map(|id| format!("res_{}", id.simple()))
        .collect()
}

async fn requests(postgres: &Postgres) -> i64 {
    let mut connection = PgConnection::connect(&postgres.url()).await.unwrap();
    sqlx::query_scalar("SELECT count(*) FROM requests WHERE route LIKE '/v1/accounting/%'")
        .fetch_one(&mut connection)
        .await
        .unwrap()
}

async fn until_drained(gateway: &Gateway) {
    for _ in 0..600 {
        let reply = gateway.get("/readyz").await;
        if reply.status == 200 && reply.json()["parts"][0]["reason"].is_null() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("not drained: {:?}", gateway.get("/readyz").await);
}

#[tokio::test]
async fn an_outage_loses_and_doubles_nothing_though_the_gateway_is_killed_in_it() {
    let postgres = Postgres::start().await;
    let mut gateway = Gateway::start(&postgres.url(), "").await;
    let mut ids = Vec::new();
    for number in 0..5 {
        ids.push(process(&gateway, &format!("before-{number}")).await);
    }
    postgres.stop();
    for number in 0..5 {
        ids.push(process(&gateway, &format!("during-{number}")).await);
    }
    let path = format!("/v1/accounting/results/{}", ids[7]);
    let spooled = gateway.get(&path).await.ok();
    let keyed = document("keyed");
    let first = gateway
        .post("/v1/accounting/process", &keyed, Some("k1"))
        .await
        .ok();
    let again = gateway
        .post("/v1/accounting/process", &keyed, Some("k1"))
        .await
        .ok();
    assert_eq!(first, again);
    ids.push(first["id"].as_str().unwrap().to_owned());
    let other = gateway
        .post("/v1/accounting/process", &document("x"), Some("k1"))
        .await;
    assert_eq!(other.status, 409);
    let ready = gateway.get("/readyz").await.ok();
    let reason = ready["parts"][0]["reason"].as_str().unwrap().to_owned();
    assert!(reason.contains("wait in the spool"), "{reason}");

    // Killed, and started again while the database is still away.
    gateway.kill();
    gateway.start_again().await;
    ids.push(process(&gateway, "after-the-kill").await);
    assert_eq!(gateway.get(&path).await.ok(), spooled);
    let again = gateway
        .post("/v1/accounting/process", &keyed, Some("k1"))
        .await
        .ok();
    assert_eq!(first, again);

    postgres.start_again();
    until_drained(&gateway).await;
    ids.push(process(&gateway, "afterwards").await);
    assert_eq!(gateway.get(&path).await.ok(), spooled);
    let again = gateway
        .post("/v1/accounting/process", &keyed, Some("k1"))
        .await
        .ok();
    assert_eq!(first, again);
    ids.sort();
    assert_eq!(decisions(&postgres).await, ids);
    // 13 decisions, 3 repetitions, 1 conflict, 3 results.
    assert_eq!(requests(&postgres).await, 20);
    assert!(gateway.terminate());
}

#[tokio::test]
async fn a_pool_that_is_used_up_and_a_stop_lose_nothing() {
    let postgres = Postgres::start().await;
    let mut gateway = Gateway::start(&postgres.url(), "[store]\nmax_connections = 2\n").await;
    let mut ids: BTreeSet<String> = BTreeSet::new();
    ids.insert(process(&gateway, "first").await);
    // Whoever writes waits for this lock, until all connections do.
    let mut blocker = PgConnection::connect(&postgres.url()).await.unwrap();
    let mut lock = blocker.begin().await.unwrap();
    sqlx::query("LOCK TABLE decisions, requests IN ACCESS EXCLUSIVE MODE")
        .execute(&mut *lock)
        .await
        .unwrap();
    let asked = (0..20).map(|number| {
        let gateway = &gateway;
        async move { process(gateway, &format!("locked-{number}")).await }
    });
    ids.extend(futures::future::join_all(asked).await);
    assert_eq!(ids.len(), 21);
    lock.rollback().await.unwrap();
    until_drained(&gateway).await;
    // Stopped amid requests: what was answered is there.
    let asked = (0..20).map(|number| {
        let gateway = &gateway;
        async move {
            let body = document(&format!("stopped-{number}"));
            gateway.try_post("/v1/accounting/process", &body).await
        }
    });
    let asked = futures::future::join_all(asked);
    let stopped = gateway.signal_to_stop_after(Duration::from_millis(30));
    let (answers, ()) = tokio::join!(asked, stopped);
    for answer in answers
        .into_iter()
        .flatten()
        .filter(|reply| reply.status == 200)
    {
        ids.insert(answer.json()["id"].as_str().unwrap().to_owned());
    }
    assert!(gateway.ended_well());
    let there: BTreeSet<String> = decisions(&postgres).await.into_iter().collect();
    let lost: Vec<_> = ids.difference(&there).collect();
    assert!(lost.is_empty(), "{lost:?}");
}

#[tokio::test]
async fn a_database_that_is_only_slow_is_not_away_and_no_key_is_answered_twice() {
    let postgres = Postgres::start().await;
    let mut gateway = Gateway::start(&postgres.url(), "").await;
    let keyed = document("keyed");
    let first = gateway
        .post("/v1/accounting/process", &keyed, Some("k1"))
        .await
        .ok();
    let mut blocker = PgConnection::connect(&postgres.url()).await.unwrap();
    let mut lock = blocker.begin().await.unwrap();
    sqlx::query("LOCK TABLE decisions, idempotency_keys IN ACCESS EXCLUSIVE MODE")
        .execute(&mut *lock)
        .await
        .unwrap();
    // Whether the key was used cannot be known, so nothing is answered.
    let again = gateway
        .post("/v1/accounting/process", &keyed, Some("k1"))
        .await;
    assert_eq!(again.status, 503, "{again:?}");
    // Without a key there is nothing to be known, and the record is safe in the spool.
    let other = process(&gateway, "other").await;
    let ready = gateway.get("/readyz").await.ok();
    let reason = ready["parts"][0]["reason"].to_string();
    assert!(!reason.contains("away"), "{reason}");
    lock.rollback().await.unwrap();
    let again = gateway
        .post("/v1/accounting/process", &keyed, Some("k1"))
        .await
        .ok();
    assert_eq!(first, again);
    until_drained(&gateway).await;
    assert_eq!(
        decisions(&postgres).await,
        [first["id"].as_str().unwrap().to_owned(), other]
    );
    assert!(gateway.terminate());
}

#[tokio::test]
async fn a_database_that_dies_under_a_group_loses_and_doubles_nothing() {
    let postgres = Postgres::start().await;
    let gateway = Gateway::start(&postgres.url(), "").await;
    let path = "/v1/accounting/process";
    let keyed = document("keyed");
    let before = gateway.post(path, &keyed, Some("before")).await.ok();
    // Whoever writes waits for this lock, and those who come then wait for a group.
    let mut blocker = PgConnection::connect(&postgres.url()).await.unwrap();
    sqlx::raw_sql("BEGIN; LOCK TABLE decisions IN SHARE MODE")
        .execute(&mut blocker)
        .await
        .unwrap();
    let asked = futures::future::join_all((0..20).map(|number| {
        let gateway = &gateway;
        async move { process(gateway, &format!("grouped-{number}")).await }
    }));
    let same =
        futures::future::join_all((0..4).map(|_| gateway.post(path, &keyed, Some("within"))));
    let dies = async {
        tokio::time::sleep(Duration::from_secs(1)).await;
        postgres.stop();
    };
    let (answered, same, ()) = tokio::join!(asked, same, dies);
    let mut ids: BTreeSet<String> = answered.into_iter().collect();
    assert_eq!(ids.len(), 20);
    let same: BTreeSet<String> = same.iter().map(|reply| reply.ok().to_string()).collect();
    assert_eq!(same.len(), 1, "{same:?}");
    let within: Value = serde_json::from_str(same.first().unwrap()).unwrap();
    // What was answered before the outage is not known in it.
    let unknown = gateway.post(path, &keyed, Some("before")).await.ok();
    assert_ne!(unknown["id"], before["id"]);
    for reply in [&before, &within, &unknown] {
        ids.insert(reply["id"].as_str().unwrap().to_owned());
    }

    postgres.start_again();
    until_drained(&gateway).await;
    assert_eq!(
        decisions(&postgres).await,
        ids.into_iter().collect::<Vec<_>>()
    );
    for (key, first) in [("before", before), ("within", within)] {
        assert_eq!(gateway.post(path, &keyed, Some(key)).await.ok(), first);
    }
}

#[tokio::test]
async fn a_full_spool_refuses_or_loses_as_configured() {
    for (on_full, status, word) in [
        ("fail_closed", 503, "requests are refused"),
        ("fail_open", 200, "records are lost"),
    ] {
        // Nothing listens there: away from the start.
        let config = format!("[spool]\nmax_bytes = 40000\non_full = \"{on_full}\"\n");
        let mut gateway = Gateway::start("postgres://nobody@127.0.0.1:1/none", &config).await;
        let mut statuses = Vec::new();
        for number in 0..30 {
            let body = document(&number.to_string());
            statuses.push(
                gateway
                    .post("/v1/accounting/process", &body, None)
                    .await
                    .status,
            );
        }
        assert_eq!(statuses[0], 200, "{statuses:?}");
        assert_eq!(statuses[29], status, "{statuses:?}");
        let ready = gateway.get("/readyz").await;
        assert_eq!(ready.status, status);
        let reason = ready.json()["parts"][0]["reason"]
            .as_str()
            .unwrap()
            .to_owned();
        assert!(reason.contains(word), "{reason}");
        gateway.kill();
    }
}

#[tokio::test]
async fn without_a_spool_a_database_that_is_away_stops_the_start() {
    let said = Gateway::refused_start(
        "postgres://nobody@127.0.0.1:1/none",
        "[spool]\nenabled = false\n",
    )
    .await;
    assert!(said.contains("the database does not answer"), "{said}");
}
