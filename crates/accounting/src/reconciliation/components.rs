//! Lines and items that hang together, so that what is decided for one bears on the others.

use std::collections::{BTreeMap, BTreeSet};

/// Lines that share items, directly or through one another, and those items.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Component {
    /// The first line of all, then those that it leads to.
    pub(super) lines: Vec<usize>,
    /// In their own order.
    pub(super) items: Vec<usize>,
}

/// The components of a graph of lines and their items, in the order of their first lines.
pub(super) fn components(items_of: &BTreeMap<usize, Vec<usize>>) -> Vec<Component> {
    let mut lines_of: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (line, items) in items_of {
        for item in items {
            lines_of.entry(*item).or_default().push(*line);
        }
    }
    let mut seen: BTreeSet<usize> = BTreeSet::new();
    let mut components = Vec::new();
    for first in items_of.keys() {
        if !seen.insert(*first) {
            continue;
        }
        let mut lines = vec![*first];
        let mut items: BTreeSet<usize> = BTreeSet::new();
        let mut next = 0;
        while let Some(line) = lines.get(next).copied() {
            next += 1;
            for item in &items_of[&line] {
                if items.insert(*item) {
                    let others = lines_of[item].iter().filter(|other| seen.insert(**other));
                    lines.extend(others.copied());
                }
            }
        }
        components.push(Component {
            lines,
            items: items.into_iter().collect(),
        });
    }
    components
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_hang_together_through_the_items_they_share() {
        let items_of = BTreeMap::from([
            (0, vec![10]),
            (1, vec![12]),
            (2, vec![10, 11]),
            (3, vec![11]),
        ]);
        let component = |lines: &[usize], items: &[usize]| Component {
            lines: lines.to_vec(),
            items: items.to_vec(),
        };
        assert_eq!(
            components(&items_of),
            [component(&[0, 2, 3], &[10, 11]), component(&[1], &[12])]
        );
    }
}
