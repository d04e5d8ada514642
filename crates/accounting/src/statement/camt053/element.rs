//! Elements of the message with their paths, and the record of which were taken: the rest goes
//! to the details, so that nothing of a file is lost.

use std::cell::RefCell;
use std::collections::HashSet;

use roxmltree::NodeId;

use crate::statement::error::{FilePlace, StatementError};

/// An element with its `XPath`, in which an index counts elements of one name, from 1.
#[derive(Debug, Clone)]
pub(super) struct Element<'a> {
    pub(super) node: roxmltree::Node<'a, 'a>,
    pub(super) path: String,
    taken: &'a Taken,
}

/// The elements whose text has a place in the answer.
#[derive(Debug, Default)]
pub(super) struct Taken(RefCell<HashSet<NodeId>>);

impl<'a> Element<'a> {
    pub(super) fn new(node: roxmltree::Node<'a, 'a>, path: String, taken: &'a Taken) -> Self {
        Self { node, path, taken }
    }

    pub(super) fn name(&self) -> &'a str {
        self.node.tag_name().name()
    }

    pub(super) fn place(&self) -> FilePlace {
        FilePlace::Element(self.path.clone())
    }

    pub(super) fn error(&self, message: impl Into<String>) -> StatementError {
        self.place().error(message)
    }

    /// The children, in the order of the document.
    pub(super) fn children(&self) -> impl Iterator<Item = Element<'a>> + use<'a> {
        let (path, taken) = (self.path.clone(), self.taken);
        self.node
            .children()
            .filter(roxmltree::Node::is_element)
            .map(move |node| Self::new(node, format!("{path}/{}", node.tag_name().name()), taken))
    }

    /// All children of a name; their paths have an index where there are several.
    pub(super) fn all(&self, name: &str) -> Vec<Element<'a>> {
        let nodes: Vec<roxmltree::Node<'a, 'a>> = self.named(name).collect();
        let is_several = nodes.len() > 1;
        let element = |(index, node): (usize, roxmltree::Node<'a, 'a>)| {
            let index = if is_several {
                format!("[{}]", index + 1)
            } else {
                String::new()
            };
            Self::new(node, format!("{}/{name}{index}", self.path), self.taken)
        };
        nodes.into_iter().enumerate().map(element).collect()
    }

    fn named(&self, name: &str) -> impl Iterator<Item = roxmltree::Node<'a, 'a>> {
        let is_named = move |node: &roxmltree::Node<'a, 'a>| {
            node.is_element() && node.tag_name().name() == name
        };
        self.node.children().filter(is_named)
    }

    /// The first element at the end of a path of names.
    pub(super) fn at(&self, names: &str) -> Option<Element<'a>> {
        let mut place = self.clone();
        for name in names.split('/') {
            let node = place.named(name).next()?;
            place = Self::new(node, format!("{}/{name}", place.path), self.taken);
        }
        Some(place)
    }

    /// All elements at the end of a path of names, whichever of several branches they are in.
    pub(super) fn every(&self, names: &str) -> Vec<Element<'a>> {
        let mut places = vec![self.clone()];
        for name in names.split('/') {
            places = places.iter().flat_map(|place| place.all(name)).collect();
        }
        places
    }

    /// Its text, unless it is blank.
    pub(super) fn text(&self) -> Option<&'a str> {
        let text = self.node.text()?.trim();
        (!text.is_empty()).then_some(text)
    }

    /// Its text, for a place of its own in the answer.
    pub(super) fn take(&self) -> Option<&'a str> {
        self.taken.0.borrow_mut().insert(self.node.id());
        self.text()
    }

    /// The text at the end of a path of names, for a place of its own in the answer.
    pub(super) fn take_at(&self, names: &str) -> Option<&'a str> {
        self.at(names)?.take()
    }

    /// Marks everything below as having its place.
    pub(super) fn take_all(&self) {
        let mut taken = self.taken.0.borrow_mut();
        taken.extend(self.node.descendants().map(|node| node.id()));
    }

    /// Every text and attribute below that was not taken, by its path from here; nothing below
    /// an element whose name is in `except`.
    pub(super) fn rest(&self, except: &[&str]) -> Vec<(String, String)> {
        let mut found = Vec::new();
        collect(self, "", except, &mut found);
        found
    }
}

/// Recursion is bounded by the depth that the guard lets through.
fn collect(element: &Element<'_>, path: &str, except: &[&str], found: &mut Vec<(String, String)>) {
    let is_taken = element.taken.0.borrow().contains(&element.node.id());
    if !is_taken {
        let name = if path.is_empty() {
            element.name()
        } else {
            path
        };
        if let Some(text) = element.text() {
            found.push((name.to_owned(), text.to_owned()));
        }
        for attribute in element.node.attributes() {
            let is_schema = attribute.namespace().is_some();
            if !is_schema && !attribute.value().trim().is_empty() {
                found.push((
                    format!("{name}/@{}", attribute.name()),
                    attribute.value().to_owned(),
                ));
            }
        }
    }
    for child in element
        .children()
        .filter(|child| !except.contains(&child.name()))
    {
        let below = if path.is_empty() {
            child.name().to_owned()
        } else {
            format!("{path}/{}", child.name())
        };
        collect(&child, &below, except, found);
    }
}
