//! A place in an XML invoice: an element and the path that leads to it.

use super::tree::Element;
use crate::facts::{Fact, Source};

/// The rule of every fact that an element states.
pub(super) const RULE: &str = "xml";

/// An element with its `XPath`. Names and paths have the usual prefixes of the standard
/// (`cac:TaxTotal/cbc:TaxAmount`), whatever prefixes the document declares; an index in brackets
/// counts elements of one name, from 1, where there are several.
#[derive(Debug, Clone)]
pub(super) struct Place<'a> {
    pub(super) element: &'a Element,
    pub(super) path: String,
}

impl<'a> Place<'a> {
    pub(super) fn root(element: &'a Element) -> Self {
        let path = format!("/{}{}", element.namespace.prefix(), element.name);
        Self { element, path }
    }

    /// All elements at the end of a path of names below this place, in document order.
    pub(super) fn all(&self, names: &str) -> Vec<Place<'a>> {
        let mut places = vec![self.clone()];
        for name in names.split('/') {
            places = places.iter().flat_map(|place| place.named(name)).collect();
        }
        places
    }

    /// The first of them.
    pub(super) fn first(&self, names: &str) -> Option<Place<'a>> {
        self.all(names).into_iter().next()
    }

    fn named(&self, name: &str) -> Vec<Place<'a>> {
        let found: Vec<&Element> = self
            .element
            .children
            .iter()
            .filter(|child| child.is(name))
            .collect();
        let several = found.len() > 1;
        let place = |(index, element): (usize, &'a Element)| Place {
            element,
            path: if several {
                format!("{}/{name}[{}]", self.path, index + 1)
            } else {
                format!("{}/{name}", self.path)
            },
        };
        found.into_iter().enumerate().map(place).collect()
    }

    /// Every element with text from here downwards.
    pub(super) fn visit_texts(&self, visit: &mut impl FnMut(&Place<'a>)) {
        if !self.element.text.is_empty() {
            visit(self);
        }
        for child in &self.element.children {
            let path = format!("{}/{}{}", self.path, child.namespace.prefix(), child.name);
            let place = Place {
                element: child,
                path,
            };
            place.visit_texts(visit);
        }
    }

    /// What the element says, `None` where it is empty.
    pub(super) fn text(&self) -> Option<&'a str> {
        Some(self.element.text.as_str()).filter(|text| !text.is_empty())
    }

    pub(super) fn source(&self) -> Source {
        Source::new(self.path.as_str(), &self.element.text, RULE)
    }

    pub(super) fn fact<T>(&self, value: T) -> Fact<T> {
        Fact::new(value, self.source())
    }
}
