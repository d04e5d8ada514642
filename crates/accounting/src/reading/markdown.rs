//! Markdown as an outline: headings, `Label: value` lines, bold or headed sections of parties
//! with their address lines, lists, and pipe tables.

use super::blocks::{Block, Line, is_party_label, labelled_lines, party_node};
use super::outline::Node;

/// The outline of a markdown text.
pub(crate) fn outline(text: &str) -> Node {
    let lines: Vec<Line<'_>> = text
        .lines()
        .enumerate()
        .map(|(index, line)| Line {
            number: index + 1,
            text: line.trim(),
        })
        .collect();
    let mut nodes = Vec::new();
    let mut index = 0;
    while index < lines.len() {
        let line = lines[index];
        if line.text.is_empty() || is_rule(line.text) {
            index += 1;
        } else if line.text.starts_with('|') || is_table_start(&lines[index..]) {
            let end = end_of_table(&lines, index);
            nodes.extend(table(&lines[index..end]));
            index = end;
        } else if let Some(section) = section_label(line.text) {
            let end = end_of_block(&lines, index + 1);
            if is_party_label(section) && end > index + 1 {
                let block = Block {
                    label: section,
                    lines: &lines[index + 1..end],
                };
                nodes.push(party_node(&block, "/markdown"));
                index = end;
            } else {
                if line.text.starts_with('#') {
                    nodes.push(heading(line, section));
                }
                index += 1;
            }
        } else {
            nodes.extend(labelled_lines(line, "/markdown"));
            index += 1;
        }
    }
    Node::group("", "", nodes)
}

/// A heading is a title of the document; one that names nothing is ignored by the kind.
fn heading(line: Line<'_>, text: &str) -> Node {
    Node::text(
        "document title",
        format!("/markdown#{}", line.number),
        "heading",
        text,
    )
}

/// A line of dashes, stars or underscores.
fn is_rule(text: &str) -> bool {
    text.len() >= 3 && text.chars().all(|character| "-*_= ".contains(character))
}

/// The label of a heading (`## Seller`) or of a line that is bold as a whole (`**Seller**`).
fn section_label(text: &str) -> Option<&str> {
    if text.starts_with('#') {
        return Some(
            text.trim_start_matches('#')
                .trim_matches(['*', '_', ':', ' ']),
        );
    }
    let bold = text
        .strip_prefix("**")
        .and_then(|rest| rest.strip_suffix("**").or_else(|| rest.strip_suffix("**:")))
        .or_else(|| {
            text.strip_prefix("__")
                .and_then(|rest| rest.strip_suffix("__"))
        })?;
    let one_piece = !bold.contains("**");
    one_piece.then(|| bold.trim().trim_end_matches([':', '：']))
}

/// A block ends at an empty line, a heading, a table or another section.
fn end_of_block(lines: &[Line<'_>], start: usize) -> usize {
    // The text may begin after one empty line.
    let first = start + usize::from(lines.get(start).is_some_and(|line| line.text.is_empty()));
    let length = lines[first.min(lines.len())..]
        .iter()
        .take_while(|line| {
            !line.text.is_empty()
                && !line.text.starts_with('|')
                && section_label(line.text).is_none()
        })
        .count();
    if length == 0 { start } else { first + length }
}

/// Tables may be written without outer pipes; the second line of dashes tells.
fn is_table_start(lines: &[Line<'_>]) -> bool {
    matches!(lines, [first, second, ..] if first.text.contains('|') && is_separator(second.text))
}

fn is_separator(text: &str) -> bool {
    text.contains('-')
        && text.contains('|')
        && text.chars().all(|character| "|-: ".contains(character))
}

fn end_of_table(lines: &[Line<'_>], start: usize) -> usize {
    start
        + lines[start..]
            .iter()
            .take_while(|line| line.text.contains('|'))
            .count()
            .max(1)
}

/// The cells of a row; a pipe behind a backslash is text.
fn cells(text: &str) -> Vec<String> {
    let inner = text.strip_prefix('|').unwrap_or(text);
    let inner = inner.strip_suffix('|').unwrap_or(inner);
    inner
        .replace("\\|", "\u{1}")
        .split('|')
        .map(|cell| {
            cell.replace('\u{1}', "|")
                .trim()
                .trim_matches(['*', '_', '`'])
                .trim()
                .to_owned()
        })
        .collect()
}

/// A table with a row of headings is a list of rows; one of two columns whose first holds
/// labels is a group of values.
fn table(lines: &[Line<'_>]) -> Vec<Node> {
    let rows: Vec<(usize, Vec<String>)> = lines
        .iter()
        .filter(|line| !is_separator(line.text))
        .map(|line| (line.number, cells(line.text)))
        .collect();
    let has_separator = lines.get(1).is_some_and(|line| is_separator(line.text));
    super::blocks::table_nodes(&rows, has_separator, "/markdown")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sections_tables_and_labels() {
        let root = outline(
            "# Invoice\n\nInvoice number: 7\n\n**Seller**\nAcme Ltd\n1 High St, Leeds\nGB\nGB123456789\n\n\
             | Description | Amount |\n|---|---|\n| Pen | 1.00 |\n\n**Total:** 1.20\n- VAT: 0.20\n",
        );
        let labels: Vec<&str> = root
            .children()
            .iter()
            .map(|node| node.label.as_str())
            .collect();
        assert_eq!(
            labels,
            [
                "document title",
                "Invoice number",
                "Seller",
                "",
                "Total",
                "VAT"
            ]
        );
        let seller = &root.children()[2];
        assert_eq!(seller.children()[0].label, "name");
        assert_eq!(seller.children()[0].path, "/markdown#6");
        assert_eq!(
            root.children()[3].children()[0].children()[1].label,
            "Amount"
        );
    }
}
