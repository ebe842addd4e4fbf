//! Which lines of a block collection belong to which entry.
//!
//! The lines are dealt out completely: every comment and blank line belongs to
//! one entry, so entries can be moved and merged as slices.

use std::ops::Range;

use super::yaml::{Kind, Layout, Node};

/// An entry of a block collection: a pair of a mapping or an item of a sequence.
#[derive(Debug, Clone)]
pub struct Slot<'a> {
    /// The pair's key; `None` for an item.
    pub key: Option<&'a Node>,
    pub value: &'a Node,
    /// Comment and blank lines above, whole lines.
    pub lead: Range<usize>,
    /// The offset of the key or the dash, behind the indentation.
    pub start: usize,
    /// Behind the entry's last line, comments that are indented deeper included.
    pub end: usize,
}

/// The text and its comments, which the split needs besides the tree.
#[derive(Debug, Clone, Copy)]
pub struct Source<'a> {
    pub text: &'a str,
    pub comments: &'a [Range<usize>],
}

impl<'a> Source<'a> {
    /// Start of the line that holds `at`.
    fn line_start(self, at: usize) -> usize {
        self.text[..at].rfind('\n').map_or(0, |n| n + 1)
    }

    /// Behind the end of the line that holds `at`.
    fn line_end(self, at: usize) -> usize {
        self.text[at..]
            .find('\n')
            .map_or(self.text.len(), |n| at + n + 1)
    }

    /// The column of `at`, in bytes from its line's start.
    pub(super) fn column(self, at: usize) -> usize {
        at - self.line_start(at)
    }

    /// Whether `at` stands on a line of its own, with nothing but space before it.
    pub(super) fn starts_line(self, at: usize) -> bool {
        self.text[self.line_start(at)..at]
            .bytes()
            .all(|b| b == b' ')
    }

    /// Behind the last line that belongs to the top collection; comments at the
    /// left margin below it belong to no entry.
    #[must_use]
    pub fn content_end(self, root: &Node) -> usize {
        let end = self.line_end(root.span.end);
        self.deeper_lines(end..self.text.len(), 0)
    }

    /// Deals out the lines of a block collection. `region` is all of the collection's
    /// text: it starts at the first entry's line, or at the first entry itself if that
    /// stands behind a dash.
    ///
    /// Returns `None` if the collection cannot be cut at line ends.
    #[must_use]
    pub fn slots(self, collection: &'a Node, region: Range<usize>) -> Option<Vec<Slot<'a>>> {
        let mut slots: Vec<Slot<'a>> = match &collection.kind {
            Kind::Seq {
                layout: Layout::Block,
                items,
            } => items
                .iter()
                .map(|i| self.bare(None, &i.node, i.start, i.node.span.end))
                .collect(),
            Kind::Map {
                layout: Layout::Block,
                pairs,
            } => pairs
                .iter()
                .map(|p| self.bare(Some(&p.key), &p.value, p.start, p.end()))
                .collect(),
            _ => return None,
        };
        let mut from = region.start;
        for i in 0..slots.len() {
            let start = slots[i].start;
            let line = self.line_start(start);
            if i > 0 && (line < from || !self.starts_line(start)) {
                return None;
            }
            slots[i].lead = match line < from {
                // The first entry behind a dash: nothing stands above it.
                true => start..start,
                false => from..line,
            };
            let next = slots
                .get(i + 1)
                .map_or(region.end, |s| self.line_start(s.start));
            if next < slots[i].end {
                return None;
            }
            slots[i].end = match i + 1 == slots.len() {
                true => region.end,
                false => self.deeper_lines(slots[i].end..next, self.column(start)),
            };
            from = slots[i].end;
        }
        Some(slots)
    }

    fn bare(
        self,
        key: Option<&'a Node>,
        value: &'a Node,
        start: usize,
        content_end: usize,
    ) -> Slot<'a> {
        Slot {
            key,
            value,
            lead: start..start,
            start,
            end: self.line_end(content_end.max(start)),
        }
    }

    /// The end of the last line in `gap` whose comment is indented deeper than `column`.
    fn deeper_lines(self, gap: Range<usize>, column: usize) -> usize {
        let from = self.comments.partition_point(|c| c.start < gap.start);
        self.comments[from..]
            .iter()
            .take_while(|c| c.start < gap.end)
            .filter(|c| self.column(c.start) > column)
            .last()
            .map_or(gap.start, |c| self.line_end(c.end))
    }
}
