//! One entry of a collection, cut from a side: its meaning and its spelling.

use std::borrow::Cow;
use std::ops::Range;

use super::cut::{further_indent, shift, spaces};
use super::flow::quoted_for_flow;
use super::loss::comments;
use crate::journal::blocks::{Slot, Source};
use crate::journal::yaml::{Layout, Node, Tree, Value};

/// One version of the text, parsed.
#[derive(Debug, Clone, Copy)]
pub struct Side<'a> {
    pub text: &'a str,
    pub tree: &'a Tree,
}

impl<'a> Side<'a> {
    pub const fn source(self) -> Source<'a> {
        Source {
            text: self.text,
            comments: self.tree.comments.as_slice(),
        }
    }
}

/// A pair or an item with its surroundings, as slices of its side.
#[derive(Debug, Clone)]
pub struct Member<'a> {
    pub side: Side<'a>,
    pub key: Option<&'a Node>,
    pub value: &'a Node,
    /// The layout of the collection that it stands in.
    pub layout: Layout,
    /// The column of its key or dash; 0 in a flow collection.
    pub column: usize,
    /// Block: comment and blank lines above. Flow: the space before it.
    pub lead: Cow<'a, str>,
    /// Up to the value: `key: `, `- `, `key:\n`; empty for a flow item.
    pub prefix: Cow<'a, str>,
    /// The value; for a block collection its whole lines.
    pub body: Cow<'a, str>,
    /// Block: the rest of the line, and comments indented deeper. Flow: a comment
    /// behind the comma.
    pub suffix: Cow<'a, str>,
    /// The lines of the value, if it is a block collection.
    pub nested: Option<Range<usize>>,
    /// The whole entry in its side's text, with the lines above and the comments.
    pub range: Range<usize>,
}

impl<'a> Member<'a> {
    /// Cuts a block entry at its value.
    pub fn block(side: Side<'a>, slot: &Slot<'a>) -> Self {
        let value = slot.value;
        let text = side.text;
        let nested =
            (value.layout() == Some(Layout::Block)).then(|| nested_start(side, slot)..slot.end);
        let body = nested.clone().unwrap_or_else(|| value.span.clone());
        Self {
            side,
            key: slot.key,
            value,
            layout: Layout::Block,
            column: side.source().column(slot.start),
            lead: text[slot.lead.clone()].into(),
            prefix: text[slot.start..body.start].into(),
            suffix: text[body.end..slot.end].into(),
            body: text[body].into(),
            nested,
            range: slot.lead.start..slot.end,
        }
    }

    /// A single scalar that stands for a list of one.
    pub fn lone(side: Side<'a>, value: &'a Node) -> Self {
        Self {
            side,
            key: None,
            value,
            layout: Layout::Flow,
            column: 0,
            lead: "".into(),
            prefix: "".into(),
            body: side.text[value.span.clone()].into(),
            suffix: "".into(),
            nested: None,
            range: value.span.clone(),
        }
    }

    /// The same entry as it stands in a block collection.
    pub fn into_block(mut self, column: usize) -> Self {
        if self.layout == Layout::Block {
            return self;
        }
        self.prefix = match self.key {
            None => "- ".into(),
            Some(_) => {
                let key = self.prefix.trim_end();
                let colon = if key.ends_with(':') { "" } else { ":" };
                let space = if self.body.is_empty() { "" } else { " " };
                format!("{key}{colon}{space}").into()
            }
        };
        // Behind the bracket it is none of the first item's.
        let above = self.lead.split_once('\n').map_or("", |(_, lines)| lines);
        let comments = above.lines().map(str::trim);
        let comments = comments.filter(|line| line.starts_with('#'));
        let indent = spaces(column);
        let comments: String = comments.map(|line| format!("{indent}{line}\n")).collect();
        self.lead = comments.into();
        self.suffix = format!("{}\n", self.suffix.trim_end()).into();
        if self.body.contains('\n') {
            // Further lines of a value must stand deeper than its key or dash.
            let least = further_indent(&self.body);
            self.body = shift(&self.body, least, column + 2, false)
                .into_owned()
                .into();
        }
        self.layout = Layout::Block;
        self.column = column;
        self
    }

    /// Whether it can stand between brackets: no block value, no comment.
    pub fn fits_in_brackets(&self) -> bool {
        let block = self.nested.is_some() || self.value.is_block_scalar();
        self.layout == Layout::Flow || !(block || self.has_comments())
    }

    /// The same entry as it stands between brackets, for one that fits there.
    pub fn into_flow(mut self) -> Self {
        if self.layout == Layout::Flow {
            return self;
        }
        self = self.quoted_for_flow();
        if self.key.is_none() && self.body.is_empty() && self.value.properties_end.is_none() {
            // An empty place between two commas would not be an item.
            self.body = "null".into();
        }
        self.prefix = match self.key {
            None => "".into(),
            Some(_) => format!("{} ", self.prefix.trim_end()).into(),
        };
        self.lead = "".into();
        self.suffix = "".into();
        self.layout = Layout::Flow;
        self.column = 0;
        self
    }

    /// The same entry with the quotes that a scalar needs between brackets.
    pub fn quoted_for_flow(mut self) -> Self {
        if let Some(scalar) = self.value.scalar() {
            self.body = quoted_for_flow(&self.body, scalar).into();
        }
        self
    }

    /// The meaning of the value.
    pub fn meaning(&self) -> Value {
        Value::of(self.value, self.side.text)
    }

    /// Whether it is a key without a value, which means the same as no key. An empty
    /// item of a list has a meaning.
    pub fn is_none(&self) -> bool {
        self.key.is_some() && self.value.is_empty()
    }

    /// Whether the value is a block collection that starts on the dash's own line.
    pub fn compact(&self) -> bool {
        self.nested.is_some() && !self.prefix.contains('\n')
    }

    /// The entry without the lines above it, moved to `column`; its first line
    /// starts at the key or dash.
    pub fn core_at(&self, column: usize) -> String {
        let whole = [self.prefix.as_ref(), &self.body, &self.suffix].concat();
        shift(&whole, self.column, column, false).into_owned()
    }

    /// The lines above it, moved to `column`.
    pub fn lead_at(&self, column: usize) -> Cow<'_, str> {
        shift(&self.lead, self.column, column, true)
    }

    /// The whole entry, with the lines above it, moved to `column`.
    pub fn lines_at(&self, column: usize) -> String {
        let (lead, core) = (self.lead_at(column), self.core_at(column));
        format!("{lead}{}{core}", spaces(column))
    }

    /// The prefix, its further lines moved to `column`.
    pub fn prefix_at(&self, column: usize) -> Cow<'_, str> {
        shift(&self.prefix, self.column, column, false)
    }

    /// The suffix, its further lines moved to `column`.
    pub fn suffix_at(&self, column: usize) -> Cow<'_, str> {
        shift(&self.suffix, self.column, column, false)
    }

    /// The value, its further lines moved to `column`.
    pub fn body_at(&self, column: usize) -> Cow<'_, str> {
        shift(
            &self.body,
            self.column,
            column,
            self.nested.is_some() && !self.compact(),
        )
    }

    /// The start of a comment in the text before the value; a `#` in a key does not
    /// count.
    pub fn comment_before(&self, column: usize) -> Option<usize> {
        let prefix = self.prefix_at(column);
        let key = self.key.map_or("", |k| &self.side.text[k.span.clone()]);
        let behind = prefix.find(key).map_or(0, |at| at + key.len());
        let mut signs = prefix[behind..]
            .match_indices('#')
            .map(|(at, _)| behind + at);
        signs.find(|&at| prefix[..at].ends_with([' ', '\t', '\n']))
    }

    /// Whether it has a comment outside its value.
    pub fn has_comments(&self) -> bool {
        self.lead.contains('#') || self.suffix.contains('#')
    }

    /// Whether it has a comment within its value. A `#` in a text, or in the name of a link,
    /// does not count.
    pub fn has_comments_in_value(&self) -> bool {
        let range = self.nested.as_ref().unwrap_or(&self.value.span);
        !comments(self.side, range).is_empty()
    }

    /// Whether two entries have the same bytes, apart from the column. The space between
    /// flow entries does not count.
    pub fn same_text(&self, other: &Self) -> bool {
        if self.column == other.column {
            let lead = match self.layout {
                Layout::Block => self.lead == other.lead,
                Layout::Flow => self.lead.trim() == other.lead.trim(),
            };
            return lead
                && self.prefix == other.prefix
                && self.body == other.body
                && self.suffix == other.suffix;
        }
        let column = self.column.max(other.column);
        self.same_core(other) && self.lead_at(column) == other.lead_at(column)
    }

    /// Whether two entries are the same but for the lines above them.
    pub fn same_core(&self, other: &Self) -> bool {
        // Moved to the left, a line that stands left of its entry would lose its distance.
        let column = self.column.max(other.column);
        self.core_at(column) == other.core_at(column)
    }
}

/// The start of a block collection's lines: its first entry, if that stands behind a
/// dash; else the end of the line with the key and its properties, so that comments above
/// the first entry belong to the collection.
fn nested_start(side: Side, slot: &Slot) -> usize {
    let inner = slot.value.value_start;
    let frame_end = match slot.value.properties_end {
        Some(end) => end,
        None => slot.key.map_or(slot.start, |k| k.span.end),
    };
    match side.text[frame_end..inner].find('\n') {
        Some(n) => frame_end + n + 1,
        None => inner,
    }
}
