//! The gateway stops while streams are open and the queue is full.

use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpStream;

use super::client::Client;
use super::{ask, eventually, model};
use crate::harness::TestApp;

fn short(stream: bool) -> serde_json::Value {
    let mut body = ask("long", stream);
    body["max_tokens"] = 100.into();
    body
}

#[tokio::test]
async fn what_runs_and_what_waits_ends_and_nothing_new_begins() {
    let model = model(3);
    let app = TestApp::with_model(Arc::clone(&model) as _).await;
    let gateway = app.listen(Duration::from_secs(30)).await;
    let mut running = Client::post(gateway.address, &short(true)).await;
    running.read_until("\"content\":\"x\"").await;
    let mut waiting = Vec::new();
    for stream in [true, false, true] {
        waiting.push(Client::post(gateway.address, &short(stream)).await);
    }
    eventually("a full queue", || model.waiting() == 3).await;
    gateway.stop.send(()).unwrap();
    let address = gateway.address;
    let mut refused = false;
    for _ in 0..200 {
        refused = TcpStream::connect(address).await.is_err();
        if refused {
            break;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    assert!(refused, "new connections are still taken");
    let running = running.reply().await;
    assert!(running.contains("\"finish_reason\":\"length\"") && running.contains("[DONE]"));
    for client in waiting {
        let reply = client.reply().await;
        assert!(reply.starts_with("HTTP/1.1 200"), "{reply}");
        assert!(reply.contains("\"finish_reason\":\"length\""), "{reply}");
    }
    gateway.served.await.unwrap().unwrap();
    assert_eq!(model.waiting(), 0);
    // The engine gives its slot back a little after the answer.
    eventually("a free slot", || model.free_slots() == 1).await;
}

#[tokio::test]
async fn what_does_not_end_in_time_is_told_so() {
    let model = model(2);
    let app = TestApp::with_model(Arc::clone(&model) as _).await;
    let gateway = app.listen(Duration::from_millis(50)).await;
    let mut running = Client::post(gateway.address, &ask("long", true)).await;
    running.read_until("\"content\":\"x\"").await;
    let waiting_plain = Client::post(gateway.address, &ask("long", false)).await;
    let waiting_stream = Client::post(gateway.address, &ask("long", true)).await;
    eventually("a full queue", || model.waiting() == 2).await;
    gateway.stop.send(()).unwrap();
    let running = running.reply().await;
    assert!(running.contains("event: error"), "{running}");
    assert!(running.contains("\"code\":\"model_unavailable\""));
    assert!(!running.contains("[DONE]"));
    for client in [waiting_plain, waiting_stream] {
        let reply = client.reply().await;
        assert!(reply.starts_with("HTTP/1.1 503"), "{reply}");
        assert!(reply.contains("\"code\":\"model_unavailable\""), "{reply}");
    }
    gateway.served.await.unwrap().unwrap();
    assert_eq!(model.waiting(), 0);
}
