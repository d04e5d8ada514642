//! Slots, places and what becomes of them when engines change.

use futures::FutureExt;

use super::*;

fn admission(slots: usize, queue_limit: usize) -> Admission<u32> {
    Admission::new(Arc::new(1), slots, queue_limit)
}

fn free(admission: &Admission<u32>) -> usize {
    match admission.standing() {
        Standing::Open { free } => free,
        Standing::Paused { .. } | Standing::Closed { .. } => 0,
    }
}

fn enter(admission: &Admission<u32>, caller: u64) -> Ticket<u32> {
    admission.enter(Caller(caller)).unwrap()
}

fn slot(admission: &Admission<u32>) -> Slot<u32> {
    enter(admission, 0).slot().now_or_never().unwrap().unwrap()
}

#[test]
fn slots_come_in_turns_of_the_callers() {
    let admission = admission(1, 8);
    let running = slot(&admission);
    let callers = [1, 1, 2, 1, 2];
    let mut waiting: Vec<_> = callers
        .iter()
        .map(|caller| (*caller, Box::pin(enter(&admission, *caller).slot())))
        .collect();
    assert_eq!(admission.waiting(), 5);
    drop(running);
    let mut order = Vec::new();
    while !waiting.is_empty() {
        let come: Vec<_> = waiting
            .iter_mut()
            .enumerate()
            .filter_map(|(index, (_, slot))| Some((index, slot.now_or_never()?.unwrap())))
            .collect();
        assert_eq!(come.len(), 1, "one slot, one holder");
        for (index, _slot) in come {
            order.push(waiting.remove(index).0);
        }
    }
    assert_eq!(order, [1, 2, 1, 2, 1]);
    assert_eq!((free(&admission), admission.waiting()), (1, 0));
}

#[test]
fn a_place_that_is_left_is_free_at_once() {
    let admission = admission(1, 2);
    let running = slot(&admission);
    let first = enter(&admission, 1);
    let second = enter(&admission, 1);
    assert!(matches!(
        admission.enter(Caller(1)),
        Err(ModelError::QueueFull {
            retry_after_seconds: 1
        })
    ));
    drop(first);
    assert_eq!(admission.waiting(), 1);
    let third = enter(&admission, 1);
    // A slot that came for one who then left goes on to the next.
    drop(running);
    assert_eq!((free(&admission), admission.waiting()), (0, 1));
    drop(second);
    assert_eq!((free(&admission), admission.waiting()), (0, 0));
    let third = third.slot().now_or_never().unwrap().unwrap();
    assert_eq!(free(&admission), 0);
    drop(third);
    assert_eq!(free(&admission), 1);
}

#[test]
fn those_who_wait_go_on_with_the_next_engine_and_the_old_ones_slots_count_no_more() {
    let admission = admission(2, 8);
    let old = slot(&admission);
    let other = slot(&admission);
    let waiting = enter(&admission, 1);
    let engine = Arc::clone(old.engine());
    assert!(admission.pause(&engine, "stuck".to_owned()));
    assert!(!admission.pause(&engine, "once only".to_owned()));
    // A slot of the old engine comes back, and a new request waits.
    drop(other);
    let late = enter(&admission, 2);
    assert_eq!((free(&admission), admission.waiting()), (0, 2));
    admission.open(Arc::new(2), 1);
    let first = waiting.slot().now_or_never().unwrap().unwrap();
    assert_eq!(**first.engine(), 2);
    drop(old);
    assert_eq!((free(&admission), admission.waiting()), (0, 1));
    drop(first);
    let second = late.slot().now_or_never().unwrap().unwrap();
    drop(second);
    assert_eq!((free(&admission), admission.waiting()), (1, 0));
}

#[test]
fn a_closed_queue_tells_those_who_wait_and_refuses_the_rest() {
    let admission = admission(1, 8);
    let running = slot(&admission);
    let waiting = enter(&admission, 1);
    assert_eq!(admission.close("stopped").map(|engine| *engine), Some(1));
    let unavailable = |outcome: Result<_, ModelError>| matches!(outcome, Err(ModelError::Unavailable { message }) if message == "stopped");
    assert!(unavailable(
        waiting.slot().now_or_never().unwrap().map(drop)
    ));
    assert!(unavailable(admission.enter(Caller(1)).map(drop)));
    // Neither a slot that comes back nor an engine that comes late opens it again.
    drop(running);
    admission.open(Arc::new(2), 1);
    assert!(unavailable(admission.enter(Caller(1)).map(drop)));
}

/// Threads that come, wait, leave and return slots in every order: never more than the slots
/// at once, and nothing is lost.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn no_slot_is_lost_or_doubled() {
    use std::sync::atomic::{AtomicUsize, Ordering};

    let admission = Arc::new(admission(3, 1_000));
    let running = Arc::new(AtomicUsize::new(0));
    let tasks: Vec<_> = (0_u64..600)
        .map(|number| {
            let (admission, running) = (Arc::clone(&admission), Arc::clone(&running));
            tokio::spawn(async move {
                let mut slot = Box::pin(enter(&admission, number % 7).slot());
                if number % 3 == 0 {
                    // Leaves, with or without a slot.
                    let _whether_it_came = slot.as_mut().now_or_never();
                    return;
                }
                let slot = slot.await.unwrap();
                assert!(running.fetch_add(1, Ordering::SeqCst) < 3);
                tokio::task::yield_now().await;
                running.fetch_sub(1, Ordering::SeqCst);
                drop(slot);
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    assert_eq!((free(&admission), admission.waiting()), (3, 0));
}
