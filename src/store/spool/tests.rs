use std::path::Path;

use super::*;
use crate::store::request_log::{RequestDetails, RequestRow};

fn folder(name: &str) -> PathBuf {
    let folder =
        std::env::temp_dir().join(format!("ledgergate-spool-{}-{name}", std::process::id()));
    let _missing = std::fs::remove_dir_all(&folder);
    folder
}

async fn open(folder: &Path, max_bytes: u64) -> (Spool, JoinHandle<()>) {
    Spool::open(folder.to_owned(), max_bytes).await.unwrap()
}

fn close(spool: Spool, thread: JoinHandle<()>) {
    drop(spool);
    thread.join().unwrap();
}

fn row(number: u128) -> Entry {
    Entry::Request(Box::new(RequestRow {
        id: Uuid::from_u128(number),
        received_at: jiff::Timestamp::UNIX_EPOCH,
        method: "GET".to_owned(),
        route: "/v1/models".to_owned(),
        status: 200,
        caller: None,
        prompt_sha256: Some([7; 32]),
        schema_sha256: None,
        model_version: None,
        details: RequestDetails::default(),
        bodies: None,
        duration_ms: 0.1,
    }))
}

fn new_entry(number: u128, key: Option<UsedKey>) -> NewEntry {
    NewEntry {
        bytes: row(number).to_bytes().unwrap(),
        id: Uuid::from_u128(number),
        key,
    }
}

fn ids(entries: &[(u64, Vec<u8>)]) -> Vec<u128> {
    entries
        .iter()
        .map(|(_, bytes)| match Entry::from_bytes(bytes).unwrap() {
            Entry::Request(row) => row.id.as_u128(),
            Entry::Decision(_) => panic!("a decision"),
        })
        .collect()
}

#[tokio::test]
async fn entries_come_back_in_order_after_a_restart() {
    let folder = folder("order");
    let (spool, thread) = open(&folder, 1 << 20).await;
    for number in [3, 1, 2] {
        spool.append(vec![new_entry(number, None)]).await.unwrap();
    }
    assert_eq!(spool.totals().entries, 3);
    close(spool, thread);
    let (spool, thread) = open(&folder, 1 << 20).await;
    let first = spool.first().await.unwrap();
    assert_eq!(ids(&first), [3, 1, 2]);
    let drained = |number: u64, refused: bool| Drained { number, refused };
    spool
        .take_out(vec![drained(first[0].0, false), drained(first[1].0, true)])
        .await
        .unwrap();
    assert_eq!(ids(&spool.first().await.unwrap()), [2]);
    let totals = spool.totals();
    assert_eq!((totals.entries, totals.refused), (1, 1));
    close(spool, thread);
}

#[tokio::test]
async fn a_key_is_used_once_and_found() {
    let folder = folder("keys");
    let (spool, thread) = open(&folder, 1 << 20).await;
    let key = UsedKey::new("process", "k", [1; 32]);
    let appended = spool
        .append(vec![
            new_entry(1, Some(key.clone())),
            new_entry(2, Some(key.clone())),
        ])
        .await
        .unwrap();
    assert!(matches!(appended[..], [Appended::Kept, Appended::First(_)]));
    assert!(spool.find_key(key).await.unwrap().is_some());
    let other = UsedKey::new("determine", "k", [1; 32]);
    assert!(spool.find_key(other).await.unwrap().is_none());
    assert!(spool.find(Uuid::from_u128(1)).await.unwrap().is_some());
    assert!(spool.find(Uuid::from_u128(2)).await.unwrap().is_none());
    close(spool, thread);
}

#[tokio::test]
async fn a_full_spool_says_so_and_has_room_when_drained() {
    let folder = folder("full");
    let size = new_entry(1, None).bytes.len() as u64;
    let (spool, thread) = open(&folder, size * 2).await;
    let entries = (1..=3).map(|number| new_entry(number, None)).collect();
    let appended = spool.append(entries).await.unwrap();
    assert!(matches!(
        appended[..],
        [Appended::Kept, Appended::Kept, Appended::Full]
    ));
    assert!(!spool.has_room_for(size).await.unwrap());
    // Who comes again with all of them doubles none.
    let entries = (1..=3).map(|number| new_entry(number, None)).collect();
    spool.append(entries).await.unwrap();
    let first = spool.first().await.unwrap();
    assert_eq!(ids(&first), [1, 2]);
    let drained = Drained {
        number: first[0].0,
        refused: false,
    };
    spool.take_out(vec![drained]).await.unwrap();
    assert!(spool.has_room_for(size).await.unwrap());
    // What was refused is still found, and takes no room from what waits.
    let refused = Drained {
        number: first[1].0,
        refused: true,
    };
    spool.take_out(vec![refused]).await.unwrap();
    assert!(spool.has_room_for(size * 2).await.unwrap());
    assert!(spool.find(Uuid::from_u128(1)).await.unwrap().is_none());
    assert!(spool.find(Uuid::from_u128(2)).await.unwrap().is_some());
    close(spool, thread);
}

#[tokio::test]
async fn a_second_gateway_is_told_who_has_the_folder() {
    let folder = folder("twice");
    let (spool, thread) = open(&folder, 1 << 20).await;
    let Err(error) = Spool::open(folder.clone(), 1 << 20).await else {
        panic!("opened twice");
    };
    assert!(error.to_string().contains("spool.directory"), "{error}");
    close(spool, thread);
}
