//! One line to one item: the best assignment of a component, and which of its edges every best
//! assignment has.

use pathfinding::kuhn_munkres::kuhn_munkres;
use pathfinding::matrix::Matrix;

/// Components with more lines or items than this are not solved: their lines are ambiguous.
pub(crate) const MOST_NODES: usize = 40;

/// The items assigned to the lines of a component (`weights[line][item]`, zero for no edge), and
/// whether another assignment would be as good without that edge.
pub(crate) fn assign(weights: &[Vec<i64>]) -> Vec<Option<(usize, bool)>> {
    let (best, chosen) = solve(weights);
    chosen
        .iter()
        .enumerate()
        .map(|(line, item)| {
            let item = (*item)?;
            let mut without = weights.to_vec();
            if let Some(weight) = without.get_mut(line).and_then(|row| row.get_mut(item)) {
                *weight = 0;
            }
            let (other, _) = solve(&without);
            Some((item, other == best))
        })
        .collect()
}

/// The largest sum of weights, each line with one item or with a dummy of weight zero.
fn solve(weights: &[Vec<i64>]) -> (i64, Vec<Option<usize>>) {
    let items = weights.first().map_or(0, Vec::len);
    let rows = weights.iter().map(|row| {
        let mut row = row.clone();
        row.resize(items + weights.len(), 0);
        row
    });
    let Ok(matrix) = Matrix::from_rows(rows) else {
        return (0, vec![None; weights.len()]);
    };
    if weights.is_empty() {
        return (0, Vec::new());
    }
    let (sum, columns) = kuhn_munkres(&matrix);
    let chosen = columns
        .into_iter()
        .zip(weights)
        .map(|(column, row)| {
            row.get(column)
                .filter(|weight| **weight > 0)
                .map(|_| column)
        })
        .collect();
    (sum, chosen)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_with_one_item_leaves_the_other_item_to_its_rival() {
        assert_eq!(
            assign(&[vec![10, 10], vec![10, 0]]),
            [Some((1, false)), Some((0, false))]
        );
    }

    #[test]
    fn equal_lines_and_items_can_be_swapped() {
        let swapped = assign(&[vec![10, 10], vec![10, 10]]);
        assert!(swapped.iter().all(|found| matches!(found, Some((_, true)))));
    }

    #[test]
    fn a_line_without_a_chance_gets_nothing() {
        assert_eq!(assign(&[vec![10], vec![9]]), [Some((0, false)), None]);
    }
}
