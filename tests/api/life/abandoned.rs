//! Clients that leave before their answer is whole.

use std::sync::Arc;
use std::time::Duration;

use tokio::runtime::Handle;

use super::client::Client;
use super::{ScriptedModel, ask, eventually, model};
use crate::harness::{Listening, TestApp};

/// A gateway that listens, its model, and how many tasks it has when nothing is asked of it.
struct Quiet {
    model: Arc<ScriptedModel>,
    gateway: Listening,
    tasks: usize,
    _app: TestApp,
}

impl Quiet {
    async fn start() -> Self {
        let model = model(128);
        let app = TestApp::with_model(Arc::clone(&model) as _).await;
        let gateway = app.listen(Duration::from_secs(30)).await;
        // Connections to the database and their tasks are there after the first request.
        let reply = Client::post(gateway.address, &ask("Hi", false)).await;
        assert!(reply.reply().await.contains("done"));
        tokio::time::sleep(Duration::from_millis(200)).await;
        Self {
            model,
            gateway,
            tasks: alive_tasks(),
            _app: app,
        }
    }

    /// The next request is answered; then there is nothing left of those before.
    async fn is_as_before(&self) {
        let next = Client::post(self.gateway.address, &ask("Hi", false)).await;
        assert!(next.reply().await.contains("done"));
        eventually("a free slot", || self.model.free_slots() == 1).await;
        assert_eq!(self.model.waiting(), 0);
        eventually("an end of all tasks", || alive_tasks() <= self.tasks).await;
    }
}

fn alive_tasks() -> usize {
    Handle::current().metrics().num_alive_tasks()
}

/// One runs and 99 wait, and all leave at once. An answer whole would take 15 seconds.
async fn a_hundred_leave(stream: bool) {
    let quiet = Quiet::start().await;
    let long = ask("long", stream);
    let mut clients = vec![Client::post(quiet.gateway.address, &long).await];
    eventually("the first one at work", || quiet.model.free_slots() == 0).await;
    for _ in 1..100 {
        clients.push(Client::post(quiet.gateway.address, &long).await);
    }
    eventually("a full queue", || quiet.model.waiting() == 99).await;
    if stream {
        clients[0].read_until("\"content\":\"x\"").await;
    }
    drop(clients);
    eventually("an empty queue", || quiet.model.waiting() == 0).await;
    quiet.is_as_before().await;
}

#[tokio::test]
async fn a_hundred_abandoned_streams_leave_nothing_behind() {
    a_hundred_leave(true).await;
}

#[tokio::test]
async fn a_hundred_abandoned_plain_requests_leave_nothing_behind() {
    a_hundred_leave(false).await;
}

#[tokio::test]
async fn streams_abandoned_in_their_middle_free_the_slot_each() {
    let quiet = Quiet::start().await;
    for _ in 0..20 {
        let mut client = Client::post(quiet.gateway.address, &ask("long", true)).await;
        client.read_until("\"content\":\"x\"").await;
    }
    quiet.is_as_before().await;
}

#[tokio::test]
async fn a_client_that_does_not_read_holds_up_nobody() {
    let quiet = Quiet::start().await;
    let mut body = ask("long", true);
    body["max_tokens"] = 100.into();
    let unread = Client::post(quiet.gateway.address, &body).await;
    eventually("its turn", || quiet.model.free_slots() == 0).await;
    let next = Client::post(quiet.gateway.address, &ask("Hi", false)).await;
    assert!(next.reply().await.contains("done"));
    // It is all there when it reads at last.
    assert!(unread.reply().await.contains("[DONE]"));
    quiet.is_as_before().await;
}
