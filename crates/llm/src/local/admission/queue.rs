//! Who is next: a bounded queue that takes turns between callers.
//!
//! A place that comes free goes to the next caller that waits, and that caller's oldest request;
//! a caller that has had its turn goes behind the others. So whoever waits is served after at
//! most as many turns of each other caller as it has requests in line up to this one, however
//! many requests the others send.
//!
//! Two bounds hold, both from `limit`:
//!
//! 1. While fewer than `limit` wait, everybody is let in: a caller alone may fill the queue.
//! 2. When the queue is full, a caller that has less than its fair share (`limit` over the
//!    callers that wait, itself included; at least one place) is let in still, until twice
//!    `limit` wait. It displaces nobody; the others get their next place when fewer than `limit`
//!    wait again.

use std::collections::VecDeque;

use crate::chat::Caller;

/// What waits, in the order of turns.
pub(super) struct FairQueue<T> {
    limit: usize,
    /// The callers that wait, the next one first; none of them is without a request.
    callers: VecDeque<Line<T>>,
    waiting: usize,
    next_place: u64,
}

/// A caller's own requests, oldest first.
struct Line<T> {
    caller: Caller,
    items: VecDeque<(PlaceId, T)>,
}

/// Names a place in the queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct PlaceId(u64);

/// There is no place for this caller now.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Full {
    /// How many must leave the queue before there is one.
    pub(super) turns: usize,
}

impl<T> FairQueue<T> {
    pub(super) fn new(limit: usize) -> Self {
        Self {
            limit,
            callers: VecDeque::new(),
            waiting: 0,
            next_place: 0,
        }
    }

    /// How many wait.
    pub(super) fn waiting(&self) -> usize {
        self.waiting
    }

    pub(super) fn is_empty(&self) -> bool {
        self.waiting == 0
    }

    /// Puts an item behind its caller's others.
    pub(super) fn push(&mut self, caller: Caller, item: T) -> Result<PlaceId, Full> {
        let line = self.callers.iter().position(|line| line.caller == caller);
        let own = line
            .and_then(|index| self.callers.get(index))
            .map_or(0, |line| line.items.len());
        let callers = self.callers.len() + usize::from(line.is_none());
        let share = (self.limit / callers.max(1)).max(1);
        let bound = if own < share {
            self.limit.saturating_mul(2)
        } else {
            self.limit
        };
        if self.waiting >= bound {
            return Err(Full {
                turns: self.waiting - bound + 1,
            });
        }
        let place = PlaceId(self.next_place);
        self.next_place += 1;
        self.waiting += 1;
        match line.and_then(|index| self.callers.get_mut(index)) {
            Some(line) => line.items.push_back((place, item)),
            None => self.callers.push_back(Line {
                caller,
                items: VecDeque::from([(place, item)]),
            }),
        }
        Ok(place)
    }

    /// Takes the next item out.
    pub(super) fn pop(&mut self) -> Option<T> {
        let mut line = self.callers.pop_front()?;
        let (_, item) = line.items.pop_front()?;
        self.waiting -= 1;
        if !line.items.is_empty() {
            self.callers.push_back(line);
        }
        Some(item)
    }

    /// Takes an item out of its place; `None` where it has left already. Its caller keeps its
    /// turn for its other requests.
    pub(super) fn remove(&mut self, caller: Caller, place: PlaceId) -> Option<T> {
        let index = self.callers.iter().position(|line| line.caller == caller)?;
        let line = self.callers.get_mut(index)?;
        let within = line.items.iter().position(|(id, _)| *id == place)?;
        let (_, item) = line.items.remove(within)?;
        if line.items.is_empty() {
            self.callers.remove(index);
        }
        self.waiting -= 1;
        Some(item)
    }

    /// Takes everything out.
    pub(super) fn drain(&mut self) -> impl Iterator<Item = T> + use<T> {
        self.waiting = 0;
        std::mem::take(&mut self.callers)
            .into_iter()
            .flat_map(|line| line.items.into_iter().map(|(_, item)| item))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    fn pushed(queue: &mut FairQueue<(u64, u32)>, caller: u64, number: u32) -> bool {
        queue.push(Caller(caller), (caller, number)).is_ok()
    }

    #[test]
    fn callers_take_turns_and_each_ones_requests_keep_their_order() {
        let mut queue = FairQueue::new(10);
        for number in 0..3 {
            assert!(pushed(&mut queue, 1, number));
        }
        assert!(pushed(&mut queue, 2, 0));
        assert!(pushed(&mut queue, 3, 0));
        assert!(pushed(&mut queue, 2, 1));
        let order: Vec<_> = std::iter::from_fn(|| queue.pop()).collect();
        assert_eq!(order, [(1, 0), (2, 0), (3, 0), (1, 1), (2, 1), (1, 2)]);
        assert!(queue.is_empty());
    }

    #[test]
    fn a_full_queue_lets_in_those_with_less_than_their_share() {
        let mut queue = FairQueue::new(4);
        // Alone, a caller may fill the queue and no more.
        assert_eq!((0..9).filter(|n| pushed(&mut queue, 1, *n)).count(), 4);
        assert_eq!(queue.push(Caller(1), (1, 9)), Err(Full { turns: 1 }));
        // Half of 4, then a third, then a fourth of 4, until twice 4 wait.
        assert_eq!((0..9).filter(|n| pushed(&mut queue, 2, *n)).count(), 2);
        assert_eq!((0..9).filter(|n| pushed(&mut queue, 3, *n)).count(), 1);
        assert_eq!((0..9).filter(|n| pushed(&mut queue, 4, *n)).count(), 1);
        assert_eq!(queue.push(Caller(5), (5, 0)), Err(Full { turns: 1 }));
        assert_eq!(queue.push(Caller(1), (1, 9)), Err(Full { turns: 5 }));
        assert_eq!(queue.waiting(), 8);
        // One turn makes a place for the newcomer, not for the greedy.
        assert_eq!(queue.pop(), Some((1, 0)));
        assert_eq!(queue.push(Caller(1), (1, 9)), Err(Full { turns: 4 }));
        assert!(pushed(&mut queue, 5, 0));
        assert_eq!(queue.drain().count(), 8);
        assert!(queue.is_empty() && queue.pop().is_none());
    }

    #[test]
    fn a_queue_of_none_lets_nobody_in() {
        let mut queue = FairQueue::new(0);
        assert_eq!(queue.push(Caller(1), ()), Err(Full { turns: 1 }));
    }

    /// Place, number, turns that others have had since it came, and its position in its
    /// caller's line when it came.
    type Waiting = (PlaceId, u32, BTreeMap<u64, usize>, usize);

    #[derive(Debug, Clone)]
    enum Step {
        Push(u64),
        Pop,
        /// Whoever is at this place of all that wait, counted around.
        Leave(usize),
    }

    fn steps() -> impl Strategy<Value = Vec<Step>> {
        let step = prop_oneof![
            4 => (0_u64..6).prop_map(Step::Push),
            // A caller that never stops.
            3 => Just(Step::Push(0)),
            4 => Just(Step::Pop),
            1 => (0_usize..64).prop_map(Step::Leave),
        ];
        proptest::collection::vec(step, 1..400)
    }

    proptest! {
        /// Whatever is sent: each caller's requests come out in order, the bounds hold, the
        /// count is right, and a request waits for at most as many turns of any other caller
        /// as it had requests of its own in line up to itself.
        #[test]
        fn nobody_starves(limit in 0_usize..12, steps in steps()) {
            let mut queue = FairQueue::new(limit);
            // By caller, oldest first.
            let mut model: BTreeMap<u64, Vec<Waiting>> = BTreeMap::new();
            for (number, step) in (0_u32..).zip(steps) {
                let total: usize = model.values().map(Vec::len).sum();
                prop_assert_eq!(queue.waiting(), total);
                match step {
                    Step::Push(caller) => {
                        let own = model.get(&caller).map_or(0, Vec::len);
                        let item = (caller, number);
                        match queue.push(Caller(caller), item) {
                            Ok(place) => {
                                prop_assert!(total < limit || (total < 2 * limit && own < limit));
                                let line = model.entry(caller).or_default();
                                line.push((place, number, BTreeMap::new(), own + 1));
                            }
                            Err(full) => {
                                prop_assert!(total >= limit && full.turns >= 1);
                                // A newcomer is refused at the outer bound only.
                                prop_assert!(own > 0 || total >= 2 * limit);
                            }
                        }
                    }
                    Step::Pop => match queue.pop() {
                        None => prop_assert_eq!(total, 0),
                        Some((caller, number)) => {
                            let line = model.get_mut(&caller).unwrap();
                            let (_, oldest, others, position) = line.remove(0);
                            prop_assert_eq!(oldest, number);
                            for (other, turns) in others {
                                prop_assert!(turns <= position, "{other} had {turns} turns");
                            }
                            if line.is_empty() {
                                model.remove(&caller);
                            }
                            for (other, line) in &mut model {
                                if *other != caller {
                                    for (_, _, turns, _) in line {
                                        *turns.entry(caller).or_default() += 1;
                                    }
                                }
                            }
                        }
                    },
                    Step::Leave(index) => {
                        let all: Vec<_> = model
                            .iter()
                            .flat_map(|(caller, line)| line.iter().map(|one| (*caller, one.0)))
                            .collect();
                        if all.is_empty() {
                            continue;
                        }
                        let (caller, place) = all[index % all.len()];
                        prop_assert!(queue.remove(Caller(caller), place).is_some());
                        prop_assert!(queue.remove(Caller(caller), place).is_none());
                        let line = model.get_mut(&caller).unwrap();
                        line.retain(|one| one.0 != place);
                        if line.is_empty() {
                            model.remove(&caller);
                        }
                    }
                }
            }
            let left = queue.waiting();
            prop_assert_eq!(std::iter::from_fn(|| queue.pop()).count(), left);
        }
    }
}
