//! Groups: whatever waits while one group is worked on goes into the next, so that many callers
//! share a transaction and none waits for others to come.
//!
//! What waits is bounded in items and in bytes, and so is a group. When the queue is full its
//! senders wait, so nothing is dropped.

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc, oneshot};

/// How much may wait, and how much goes together.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limits {
    /// Items that may wait.
    pub(super) waiting: usize,
    /// KiB that may wait; a larger item takes all of it.
    pub(super) waiting_kib: u32,
    /// Items of a group.
    pub(super) group: usize,
    /// KiB of a group; a larger item is a group of its own.
    pub(super) group_kib: u32,
}

/// The sending end. Cheap to clone.
pub(super) struct GroupSender<Item, Outcome> {
    queue: mpsc::Sender<Waiting<Item, Outcome>>,
    room: Arc<Semaphore>,
    limits: Limits,
}

/// The working end.
pub(super) struct GroupReceiver<Item, Outcome> {
    queue: mpsc::Receiver<Waiting<Item, Outcome>>,
    /// Received, in order, and not yet given out.
    received: Vec<Waiting<Item, Outcome>>,
    limits: Limits,
}

/// An item on its way.
struct Waiting<Item, Outcome> {
    item: Item,
    answer: Answer<Outcome>,
    kib: u32,
}

/// Where the outcome of an item is told. Holds the item's share of the queue.
pub(super) struct Answer<Outcome> {
    to: oneshot::Sender<Outcome>,
    _share: Option<OwnedSemaphorePermit>,
}

/// Items in the order in which they came, and where their outcomes are told.
pub(super) struct Group<Item, Outcome> {
    pub(super) items: Vec<Item>,
    pub(super) answers: Vec<Answer<Outcome>>,
}

/// A queue of groups.
pub(super) fn queue<Item, Outcome>(
    limits: Limits,
) -> (GroupSender<Item, Outcome>, GroupReceiver<Item, Outcome>) {
    let (sender, receiver) = mpsc::channel(limits.waiting);
    let sender = GroupSender {
        queue: sender,
        room: Arc::new(Semaphore::new(limits.waiting_kib as usize)),
        limits,
    };
    let receiver = GroupReceiver {
        queue: receiver,
        received: Vec::new(),
        limits,
    };
    (sender, receiver)
}

impl<Item, Outcome> Clone for GroupSender<Item, Outcome> {
    fn clone(&self) -> Self {
        Self {
            queue: self.queue.clone(),
            room: Arc::clone(&self.room),
            limits: self.limits,
        }
    }
}

impl<Item, Outcome> GroupSender<Item, Outcome> {
    /// Hands an item over, when there is room for it. From then on it is worked on though its
    /// sender goes. None if nobody works any more.
    pub(super) async fn send(
        &self,
        item: Item,
        bytes: usize,
    ) -> Option<oneshot::Receiver<Outcome>> {
        let kib = u32::try_from(bytes / 1024 + 1)
            .unwrap_or(u32::MAX)
            .min(self.limits.waiting_kib);
        let share = Arc::clone(&self.room).acquire_many_owned(kib).await.ok();
        let (to, outcome) = oneshot::channel();
        let answer = Answer { to, _share: share };
        let waiting = Waiting { item, answer, kib };
        self.queue.send(waiting).await.ok()?;
        Some(outcome)
    }
}

impl<Outcome> Answer<Outcome> {
    /// Tells the outcome, and gives the share of the queue back.
    pub(super) fn tell(self, outcome: Outcome) {
        // Nobody listens where the sender has gone.
        let _unheard = self.to.send(outcome);
    }
}

impl<Item, Outcome> GroupReceiver<Item, Outcome> {
    /// All that waits, within the limits; waits where nothing does. None when every sender is
    /// gone and nothing waits.
    pub(super) async fn next(&mut self) -> Option<Group<Item, Outcome>> {
        if self.received.is_empty() {
            let most = self.limits.group;
            self.queue.recv_many(&mut self.received, most).await;
        } else {
            self.receive_present();
        }
        let count = self.fitting();
        (count > 0).then(|| self.take(count))
    }

    fn receive_present(&mut self) {
        while self.received.len() < self.limits.group
            && let Ok(waiting) = self.queue.try_recv()
        {
            self.received.push(waiting);
        }
    }

    /// How many of the first items make a group: at least one, if there is one.
    fn fitting(&self) -> usize {
        let mut kib = 0_u32;
        let within = self.received.iter().take(self.limits.group);
        within
            .take_while(|waiting| {
                let is_first = kib == 0;
                kib = kib.saturating_add(waiting.kib);
                is_first || kib <= self.limits.group_kib
            })
            .count()
    }

    fn take(&mut self, count: usize) -> Group<Item, Outcome> {
        let (items, answers) = self
            .received
            .drain(..count)
            .map(|waiting| (waiting.item, waiting.answer))
            .unzip();
        Group { items, answers }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: Limits = Limits {
        waiting: 8,
        waiting_kib: 100,
        group: 3,
        group_kib: 10,
    };

    #[tokio::test]
    async fn what_waits_goes_together_in_order_and_within_the_limits() {
        let (sender, mut receiver) = queue::<u32, u32>(LIMITS);
        let mut outcomes = Vec::new();
        for (item, bytes) in [(1, 0), (2, 0), (3, 0), (4, 8_000), (5, 8_000), (6, 60_000)] {
            outcomes.push(sender.send(item, bytes).await.unwrap());
        }
        drop(sender);
        let mut groups = Vec::new();
        while let Some(group) = receiver.next().await {
            for (item, answer) in group.items.iter().zip(group.answers) {
                answer.tell(item * 10);
            }
            groups.push(group.items);
        }
        assert_eq!(groups, [vec![1, 2, 3], vec![4], vec![5], vec![6]]);
        for (outcome, expected) in outcomes.into_iter().zip(1..) {
            assert_eq!(outcome.await.unwrap(), expected * 10);
        }
    }

    #[tokio::test]
    async fn a_full_queue_holds_its_senders_up_and_drops_nothing() {
        let (sender, mut receiver) = queue::<u32, ()>(LIMITS);
        // Larger than all the room there is, and let in alone.
        let _first = sender.send(1, 10_000_000).await.unwrap();
        let held_up = tokio::spawn(async move { sender.send(2, 1).await.is_some() });
        tokio::task::yield_now().await;
        assert!(!held_up.is_finished());
        let group = receiver.next().await.unwrap();
        group.answers.into_iter().for_each(|answer| answer.tell(()));
        assert!(held_up.await.unwrap());
        assert_eq!(receiver.next().await.unwrap().items, [2]);
    }
}
