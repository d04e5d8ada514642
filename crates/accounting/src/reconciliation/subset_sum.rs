//! Which amounts of a set sum to a target: exact, complete within a work limit.
//!
//! Up to [`MOST_EXHAUSTIVE`] amounts all subsets are looked at by meeting in the middle. Beyond
//! that only subsets of up to three amounts are, and the answer says that it is not complete.

use std::cmp::Ordering;

use super::model::Minor;

/// Sets up to this size are searched completely: 2^11 sums on either side.
pub(crate) const MOST_EXHAUSTIVE: usize = 22;
/// Larger sets than this are not searched at all.
pub(crate) const MOST_AMOUNTS: usize = 300;
/// More answers than this are as good as none: nobody chooses among them.
pub(crate) const MOST_ANSWERS: usize = 40;

/// Subsets that sum to the target, as ascending indices, smallest subsets first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Subsets {
    pub found: Vec<Vec<usize>>,
    /// All subsets of two and more amounts were looked at, and all answers are listed.
    pub is_complete: bool,
}

/// Sums that a search among so many amounts tries.
pub(crate) fn cost(amounts: usize) -> usize {
    if amounts <= MOST_EXHAUSTIVE {
        // Either half, and for each sum of one a binary search in the other.
        (1 << amounts.div_ceil(2)) * (amounts / 2 + 2)
    } else if amounts <= MOST_AMOUNTS {
        amounts * amounts / 2
    } else {
        1
    }
}

/// The subsets of at least `fewest` amounts that sum to `target`.
pub(crate) fn subsets(amounts: &[Minor], target: Minor, fewest: usize) -> Subsets {
    let mut result = if amounts.len() <= MOST_EXHAUSTIVE {
        exhaustive(amounts, target, fewest)
    } else if amounts.len() <= MOST_AMOUNTS {
        small(amounts, target, fewest)
    } else {
        Subsets::default()
    };
    result
        .found
        .sort_by(|left, right| left.len().cmp(&right.len()).then_with(|| left.cmp(right)));
    result
}

fn exhaustive(amounts: &[Minor], target: Minor, fewest: usize) -> Subsets {
    let middle = amounts.len() / 2;
    let (left, right) = amounts.split_at(middle);
    let left = sums(left);
    let mut right: Vec<(Minor, u32)> = sums(right);
    right.sort_unstable();
    let mut result = Subsets {
        found: Vec::new(),
        is_complete: true,
    };
    for (sum, low) in left {
        let wanted = target - sum;
        let from = right.partition_point(|(sum, _)| *sum < wanted);
        for (_, high) in right[from..].iter().take_while(|(sum, _)| *sum == wanted) {
            let mask = u64::from(low) | (u64::from(*high) << middle);
            if mask == 0 || (mask.count_ones() as usize) < fewest {
                continue;
            }
            if result.found.len() == MOST_ANSWERS {
                result.is_complete = false;
                return result;
            }
            let indices = (0..amounts.len()).filter(|index| mask >> index & 1 == 1);
            result.found.push(indices.collect());
        }
    }
    result
}

/// Every subset's sum with its mask.
fn sums(amounts: &[Minor]) -> Vec<(Minor, u32)> {
    let mut sums = vec![(0, 0)];
    for (index, amount) in amounts.iter().enumerate() {
        for known in 0..sums.len() {
            let (sum, mask): (Minor, u32) = sums[known];
            sums.push((sum + amount, mask | 1 << index));
        }
    }
    sums
}

/// Subsets of up to three amounts. The amounts are sorted, so that two ends that move towards
/// each other find all pairs of one sum in one pass.
fn small(amounts: &[Minor], target: Minor, fewest: usize) -> Subsets {
    let mut sorted: Vec<(Minor, usize)> = amounts.iter().copied().zip(0..).collect();
    sorted.sort_unstable();
    let mut found = Vec::new();
    if fewest <= 1 {
        let singles = sorted.iter().filter(|(amount, _)| *amount == target);
        found.extend(singles.map(|(_, index)| vec![*index]).take(MOST_ANSWERS));
    }
    pairs(&sorted, target, None, &mut found);
    for (place, (amount, index)) in sorted.iter().enumerate() {
        if found.len() >= MOST_ANSWERS {
            break;
        }
        pairs(
            &sorted[place + 1..],
            target - amount,
            Some(*index),
            &mut found,
        );
    }
    Subsets {
        found,
        is_complete: false,
    }
}

/// Adds the pairs of a sum, each with `third` where there is one, until there are too many.
fn pairs(sorted: &[(Minor, usize)], sum: Minor, third: Option<usize>, found: &mut Vec<Vec<usize>>) {
    let run = |amount: Minor, from: usize| {
        let equal = sorted[from..]
            .iter()
            .take_while(|(other, _)| *other == amount);
        equal.count()
    };
    let (mut low, mut high) = (0, sorted.len());
    while low + 1 < high {
        let (least, most) = (sorted[low].0, sorted[high - 1].0);
        match (least + most).cmp(&sum) {
            Ordering::Less => low += 1,
            Ordering::Greater => high -= 1,
            Ordering::Equal => {
                let lows = run(least, low);
                let highs = sorted[..high]
                    .iter()
                    .rev()
                    .take_while(|(amount, _)| *amount == most);
                let highs = highs.count();
                for left in low..low + lows {
                    let from = (left + 1).max(high - highs);
                    for right in from..high {
                        if found.len() >= MOST_ANSWERS {
                            return;
                        }
                        let mut subset = vec![sorted[left].1, sorted[right].1];
                        subset.extend(third);
                        subset.sort_unstable();
                        found.push(subset);
                    }
                }
                low += lows;
                high -= highs.min(high);
            }
        }
    }
}

/// How many subsets of `count` random amounts up to `largest` sum to one target by chance: the
/// number of subsets by the number of sums that they can have.
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_wrap,
    clippy::cast_possible_truncation,
    reason = "an order of magnitude is wanted"
)]
pub(crate) fn expected_by_chance(count: usize, largest: Minor) -> f64 {
    let subsets = 2_f64.powi(count.min(1000) as i32);
    subsets / (largest.max(1) as f64)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn naive(amounts: &[Minor], target: Minor, fewest: usize) -> Vec<Vec<usize>> {
        let mut found: Vec<Vec<usize>> = (1_u32..1 << amounts.len())
            .map(|mask| (0..amounts.len()).filter(|i| mask >> i & 1 == 1).collect())
            .filter(|subset: &Vec<usize>| subset.len() >= fewest)
            .filter(|subset| subset.iter().map(|index| amounts[*index]).sum::<Minor>() == target)
            .collect();
        found.sort_by(|left, right| left.len().cmp(&right.len()).then_with(|| left.cmp(right)));
        found
    }

    proptest! {
        #[test]
        fn all_subsets_are_found(
            amounts in prop::collection::vec(-30_i128..60, 0..9),
            target in -20_i128..120,
            fewest in 1_usize..3,
        ) {
            let answer = subsets(&amounts, target, fewest);
            let expected = naive(&amounts, target, fewest);
            if expected.len() <= MOST_ANSWERS {
                prop_assert!(answer.is_complete);
                prop_assert_eq!(answer.found, expected);
            } else {
                prop_assert!(!answer.is_complete);
            }
        }
    }

    #[test]
    fn a_large_set_is_searched_for_small_subsets_and_says_so() {
        let amounts: Vec<Minor> = (0..100).map(|index| 1000 + index * index).collect();
        let answer = subsets(&amounts, amounts[3] + amounts[50] + amounts[99], 2);
        assert!(answer.found.contains(&vec![3, 50, 99]));
        assert!(!answer.is_complete);
    }

    proptest! {
        #[test]
        fn subsets_of_up_to_three_are_all_found_among_many(
            amounts in prop::collection::vec(-9_i128..400, MOST_EXHAUSTIVE + 1..40),
            target in -9_i128..1200,
            fewest in 1_usize..3,
        ) {
            let answer = subsets(&amounts, target, fewest);
            let count = amounts.len();
            let mut expected: Vec<Vec<usize>> = Vec::new();
            for first in 0..count {
                expected.push(vec![first]);
                for second in first + 1..count {
                    expected.push(vec![first, second]);
                    expected.extend((second + 1..count).map(|third| vec![first, second, third]));
                }
            }
            expected.retain(|set| {
                set.len() >= fewest && set.iter().map(|i| amounts[*i]).sum::<Minor>() == target
            });
            expected.sort_by(|left, right| left.len().cmp(&right.len()).then_with(|| left.cmp(right)));
            prop_assert!(!answer.is_complete);
            if expected.len() < MOST_ANSWERS {
                prop_assert_eq!(answer.found, expected);
            } else {
                prop_assert_eq!(answer.found.len(), MOST_ANSWERS);
            }
        }
    }

    #[test]
    fn equal_amounts_have_too_many_answers() {
        let answer = subsets(&[100; 20], 1000, 2);
        assert!(!answer.is_complete);
        assert_eq!(answer.found.len(), MOST_ANSWERS);
    }
}
