//! How deep the elements of a page stand in each other, as the parser of HTML itself nests them: only it knows which
//! elements have no end, and which end tags mean nothing.

use std::borrow::Cow;
use std::cell::{Cell, RefCell};
use std::rc::Rc;

use artel_tools::Fuel;
use html5ever::interface::{ElementFlags, NodeOrText, QuirksMode, TreeSink};
use html5ever::tendril::{StrTendril, TendrilSink as _};
use html5ever::{Attribute, ExpandedName, ParseOpts, QualName, local_name, ns, parse_document};

/// The parser's own work grows with the depth, so it is given the page in pieces of this many bytes.
const PIECE: usize = 4096;
/// Steps for each byte.
const STEPS: u64 = 16;

/// Whether the page nests deeper than `most`, or takes more work to find out than there is fuel for. It reads no
/// further than to the place where that is seen.
pub(crate) fn exceeds(html: &str, most: usize, fuel: &Fuel) -> bool {
    let deepest = Rc::new(Cell::new(0));
    let mut parser = parse_document(Depths { deepest: deepest.clone(), root: Place::root() }, ParseOpts::default());
    let mut rest = html;
    while !rest.is_empty() && deepest.get() <= most {
        if fuel.spend(PIECE as u64 * STEPS).is_err() {
            return true;
        }
        let (piece, after) = rest.split_at(rest.floor_char_boundary(PIECE.min(rest.len())));
        parser.process(StrTendril::from_slice(piece));
        rest = after;
    }
    deepest.get() > most
}

/// A tree of which nothing is kept but how deep each node is.
struct Depths {
    deepest: Rc<Cell<usize>>,
    root: Node,
}

type Node = Rc<Place>;

struct Place {
    name: QualName,
    depth: Cell<usize>,
    parent: RefCell<Option<Node>>,
    /// What a `<template>` holds.
    contents: RefCell<Option<Node>>,
}

impl Place {
    fn root() -> Node {
        Self::named(QualName::new(None, ns!(), local_name!("")))
    }

    fn named(name: QualName) -> Node {
        Rc::new(Self { name, depth: Cell::new(0), parent: RefCell::default(), contents: RefCell::default() })
    }
}

impl Depths {
    fn put(&self, parent: &Node, child: NodeOrText<Node>) {
        let NodeOrText::AppendNode(child) = child else { return };
        child.depth.set(parent.depth.get() + 1);
        self.deepest.set(self.deepest.get().max(child.depth.get()));
        *child.parent.borrow_mut() = Some(parent.clone());
    }
}

impl TreeSink for Depths {
    type Handle = Node;
    type Output = ();
    type ElemName<'a> = ExpandedName<'a>;

    fn finish(self) {}

    fn parse_error(&self, _: Cow<'static, str>) {}

    fn get_document(&self) -> Node {
        self.root.clone()
    }

    fn elem_name<'a>(&'a self, target: &'a Node) -> ExpandedName<'a> {
        target.name.expanded()
    }

    fn create_element(&self, name: QualName, _: Vec<Attribute>, flags: ElementFlags) -> Node {
        let node = Place::named(name);
        if flags.template {
            *node.contents.borrow_mut() = Some(Place::root());
        }
        node
    }

    fn create_comment(&self, _: StrTendril) -> Node {
        Place::root()
    }

    fn create_pi(&self, _: StrTendril, _: StrTendril) -> Node {
        Place::root()
    }

    fn append(&self, parent: &Node, child: NodeOrText<Node>) {
        self.put(parent, child);
    }

    fn append_based_on_parent_node(&self, element: &Node, previous: &Node, child: NodeOrText<Node>) {
        let parent = element.parent.borrow().clone();
        self.put(parent.as_ref().unwrap_or(previous), child);
    }

    fn append_doctype_to_document(&self, _: StrTendril, _: StrTendril, _: StrTendril) {}

    fn get_template_contents(&self, target: &Node) -> Node {
        let contents = target.contents.borrow().clone().unwrap_or_else(|| target.clone());
        contents.depth.set(target.depth.get());
        contents
    }

    fn same_node(&self, one: &Node, other: &Node) -> bool {
        Rc::ptr_eq(one, other)
    }

    fn set_quirks_mode(&self, _: QuirksMode) {}

    fn append_before_sibling(&self, sibling: &Node, new: NodeOrText<Node>) {
        let parent = sibling.parent.borrow().clone();
        self.put(parent.as_ref().unwrap_or(&self.root), new);
    }

    fn add_attrs_if_missing(&self, _: &Node, _: Vec<Attribute>) {}

    fn remove_from_parent(&self, target: &Node) {
        *target.parent.borrow_mut() = None;
    }

    /// What moves is one deeper at most, with all that is beneath it: that much is not counted.
    fn reparent_children(&self, _: &Node, _: &Node) {}
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use artel_tools::Fuel;

    fn exceeds(html: &str, most: usize) -> bool {
        super::exceeds(html, most, &Fuel::steps(u64::MAX, Duration::from_mins(1)))
    }

    #[test]
    fn depth_is_what_the_parser_makes_of_the_page() {
        for flat in [
            "<p>a",
            "<li>a",
            "<br>",
            "<br/>",
            "<div></div>",
            "<svg><path/></svg>",
            "<a title='<b>'></a>",
            "<td>",
            "<svg><p/><path/>",
        ] {
            assert!(!exceeds(&flat.repeat(2000), 256), "{flat}");
        }
        for deep in ["<div>", "<div/>", "<div></x>", "<div a='</div>'>", "<span><div></span>", "<b>"] {
            assert!(exceeds(&deep.repeat(2000), 256), "{deep}");
        }
    }

    #[test]
    fn a_page_that_is_not_paid_for_counts_as_deep() {
        assert!(super::exceeds("<p>a", 256, &Fuel::steps(0, Duration::from_mins(1))));
    }

    #[test]
    fn a_page_is_read_no_further_than_it_must() {
        let started = Instant::now();
        assert!(exceeds(&"<div/>".repeat(500_000), 256));
        assert!(started.elapsed() < Duration::from_secs(1), "{:?}", started.elapsed());
    }
}
