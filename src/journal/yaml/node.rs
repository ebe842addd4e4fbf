//! The nodes of a YAML text, each with its place.

use std::ops::Range;

/// The layout of a collection: with brackets or by indentation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Layout {
    /// `[a, b]`, `{a: 1}`
    Flow,
    /// One item or key a line.
    Block,
}

/// The style in which a scalar is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Style {
    /// `text`
    Plain,
    /// `'text'`
    Single,
    /// `"text"`
    Double,
    /// `|`
    Literal,
    /// `>`
    Folded,
}

impl Style {
    /// A block scalar, `|` or `>`.
    #[must_use]
    pub const fn is_block(self) -> bool {
        matches!(self, Self::Literal | Self::Folded)
    }
}

/// A value with its place in the text.
#[derive(Debug, Clone)]
pub struct Node {
    pub kind: Kind,
    /// The node's bytes from its first property (`&anchor`, `!tag`) to its last
    /// character; comments after it are outside. Empty for a value left out.
    pub span: Range<usize>,
    /// The offset of the value itself, behind the properties.
    pub value_start: usize,
    /// The tag as resolved by the parser, if one is written.
    pub tag: Option<String>,
    /// The end of the anchor and tag, if there are any; white space may follow.
    pub properties_end: Option<usize>,
    /// The id that aliases refer to, where the node has an anchor.
    pub anchor: Option<usize>,
}

/// The kind of a node.
#[derive(Debug, Clone)]
pub enum Kind {
    /// A value left out: `key:` with nothing behind it.
    Missing,
    /// Any scalar; `value` has escapes and folding resolved.
    Scalar {
        value: String,
        style: Style,
    },
    /// `*name`, by the anchor's id.
    Alias(usize),
    Seq {
        layout: Layout,
        items: Vec<Item>,
    },
    Map {
        layout: Layout,
        pairs: Vec<Pair>,
    },
}

/// An item of a sequence.
#[derive(Debug, Clone)]
pub struct Item {
    /// The offset of the item's `-`; in a flow sequence, of the item.
    pub start: usize,
    pub node: Node,
}

/// A key and its value.
#[derive(Debug, Clone)]
pub struct Pair {
    /// The offset of the pair: of its key, or of the `?` before it.
    pub start: usize,
    /// Written with `?`.
    pub explicit: bool,
    pub key: Node,
    pub value: Node,
}

impl Pair {
    /// Where it ends: a value left out may have its place before the key's end.
    #[must_use]
    pub fn end(&self) -> usize {
        self.value.span.end.max(self.key.span.end)
    }
}

impl Node {
    /// Sets the place of a value that was left out, since the parser reports it at
    /// various places.
    pub(super) fn move_to(&mut self, at: usize) {
        self.span = at..at;
        self.value_start = at;
    }

    /// The resolved text of a scalar; `None` for anything else, also for a value left out.
    #[must_use]
    pub fn scalar(&self) -> Option<&str> {
        match &self.kind {
            Kind::Scalar { value, .. } => Some(value),
            _ => None,
        }
    }

    /// The scalar's style, if the node is a scalar.
    #[must_use]
    pub const fn style(&self) -> Option<Style> {
        match &self.kind {
            Kind::Scalar { style, .. } => Some(*style),
            _ => None,
        }
    }

    /// Whether it is a block scalar, `|` or `>`.
    #[must_use]
    pub fn is_block_scalar(&self) -> bool {
        self.style().is_some_and(Style::is_block)
    }

    /// The items of a sequence.
    #[must_use]
    pub fn items(&self) -> Option<&[Item]> {
        match &self.kind {
            Kind::Seq { items, .. } => Some(items),
            _ => None,
        }
    }

    /// The pairs of a mapping.
    #[must_use]
    pub fn pairs(&self) -> Option<&[Pair]> {
        match &self.kind {
            Kind::Map { pairs, .. } => Some(pairs),
            _ => None,
        }
    }

    /// The layout of a collection.
    #[must_use]
    pub const fn layout(&self) -> Option<Layout> {
        match &self.kind {
            Kind::Seq { layout, .. } | Kind::Map { layout, .. } => Some(*layout),
            _ => None,
        }
    }

    /// The value of a scalar key in a mapping.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.pairs()?
            .iter()
            .find(|p| p.key.scalar() == Some(key))
            .map(|p| &p.value)
    }

    /// Whether there is no value: it is left out, or a plain `~` or `null`.
    #[must_use]
    pub fn is_null(&self) -> bool {
        match &self.kind {
            Kind::Missing => self.tag.is_none(),
            Kind::Scalar {
                value,
                style: Style::Plain,
            } => {
                self.tag.is_none() && matches!(value.as_str(), "" | "~" | "null" | "Null" | "NULL")
            }
            _ => false,
        }
    }

    /// Whether a key with this value says no more than no key: there is no value, no text
    /// but line ends, no item or no key in it. An anchor or a tag has a meaning.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        let empty = match &self.kind {
            Kind::Scalar { value, .. } => self.is_null() || value.chars().all(|c| c == '\n'),
            Kind::Seq { items, .. } => items.is_empty(),
            Kind::Map { pairs, .. } => pairs.is_empty(),
            _ => self.is_null(),
        };
        empty && self.properties_end.is_none()
    }

    /// Calls `f` for this node and everything below it, keys included.
    pub fn walk<'a>(&'a self, f: &mut impl FnMut(&'a Node)) {
        f(self);
        match &self.kind {
            Kind::Seq { items, .. } => items.iter().for_each(|i| i.node.walk(f)),
            Kind::Map { pairs, .. } => {
                for p in pairs {
                    p.key.walk(f);
                    p.value.walk(f);
                }
            }
            _ => {}
        }
    }

    /// Whether an anchor or an alias stands in this node or below it.
    #[must_use]
    pub fn has_anchor_or_alias(&self) -> bool {
        let mut found = false;
        self.walk(&mut |n| found |= n.anchor.is_some() || matches!(n.kind, Kind::Alias(_)));
        found
    }
}
