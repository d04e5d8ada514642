//! Fairness, the full queue, and deadlines.

use std::sync::Arc;
use std::time::Duration;

use futures::future::join;

use super::client::Client;
use super::{ask, eventually, model};
use crate::harness::TestApp;

#[tokio::test]
async fn a_caller_that_fills_the_queue_does_not_shut_out_another() {
    let model = model(4);
    let app = TestApp::with_model(Arc::clone(&model) as _).await;
    let gateway = app.listen(Duration::from_secs(30)).await;
    let greedy = "authorization: Bearer sk-greedy\r\n";
    let mut filled = Vec::new();
    for ahead in 0..5 {
        filled.push(Client::post_with(gateway.address, &ask("long", true), greedy).await);
        // One after the other, so that the first of them runs and the rest wait in order.
        let has_its_place = || model.free_slots() == 0 && model.waiting() == ahead;
        eventually("its place", has_its_place).await;
    }
    for stream in [true, false] {
        let refused = Client::post_with(gateway.address, &ask("Hi", stream), greedy).await;
        let refused = refused.reply().await;
        assert!(refused.starts_with("HTTP/1.1 429"), "{refused}");
        assert!(refused.contains("retry-after: "), "{refused}");
        assert!(refused.contains("\"code\":\"queue_full\""), "{refused}");
    }
    let modest = "authorization: Bearer sk-modest\r\n";
    let modest = Client::post_with(gateway.address, &ask("Hi", false), modest).await;
    // Without a token the address counts: a third caller.
    let nameless = Client::post(gateway.address, &ask("Hi", false)).await;
    eventually("two more that wait", || model.waiting() == 6).await;
    // The greedy one's next request has its turn, then the others have theirs.
    drop(filled.remove(0));
    filled[0].read_until("\"content\":\"x\"").await;
    drop(filled.remove(0));
    let (modest, nameless) = join(modest.reply(), nameless.reply()).await;
    assert!(modest.contains("HTTP/1.1 200") && nameless.contains("HTTP/1.1 200"));
    assert!(model.waiting() >= 2, "the greedy one's wait on");
}

/// Of two gateways over one model, one gives a request a second. The other's holds the slot.
#[tokio::test]
async fn time_that_runs_out_in_the_queue_is_a_status() {
    let model = model(4);
    let patient = TestApp::with_model(Arc::clone(&model) as _).await;
    let hasty = TestApp::with_timeout(Arc::clone(&model) as _, 1).await;
    let gateway = patient.listen(Duration::from_secs(30)).await;
    let _running = Client::post(gateway.address, &ask("long", true)).await;
    eventually("its turn", || model.free_slots() == 0).await;
    let (plain, streamed) = (ask("Hi", false), ask("Hi", true));
    let (plain, streamed) = join(
        hasty.post("/v1/chat/completions", &plain),
        hasty.post("/v1/chat/completions", &streamed),
    )
    .await;
    for reply in [plain, streamed] {
        assert_eq!(reply.error(504)["code"], "timeout");
    }
    eventually("an empty queue", || model.waiting() == 0).await;
}

#[tokio::test]
async fn time_that_runs_out_in_the_middle_is_a_status_or_an_event() {
    let model = model(4);
    let app = TestApp::with_timeout(Arc::clone(&model) as _, 1).await;
    let streamed = app.post("/v1/chat/completions", &ask("long", true)).await;
    assert_eq!(streamed.status, 200);
    assert!(streamed.text.contains("\"content\":\"x\""));
    assert!(!streamed.text.contains("[DONE]"));
    let last = streamed.text.trim_end().rsplit("\n\n").next().unwrap();
    assert!(last.contains("event: error"), "{last}");
    assert!(last.contains("\"code\":\"timeout\""), "{last}");
    let plain = app.post("/v1/chat/completions", &ask("long", false)).await;
    assert_eq!(plain.error(504)["code"], "timeout");
    eventually("a free slot", || model.free_slots() == 1).await;
}
