//! From text to tree, within bounds of size and depth.

use std::collections::HashSet;
use std::ops::Range;

use granit_parser::{
    Event, Marker, Options, Parser, ScalarStyle, Span, StrInput, StructureStyle, options,
};

use super::explain::{explain, is_of_tab};
use super::{Item, Kind, Layout, Node, Pair, Place, Style, Tree, YamlError};

/// The largest frontmatter that is read, in bytes. Above it a file is merged as
/// plain text: nobody writes that much by hand, and memory must stay bounded.
pub const MAX_BYTES: usize = 2 << 20;

/// The most values (keys and items included) that are read: memory goes with
/// their number, and three sides of a merge hold that many each.
pub const MAX_NODES: usize = 50_000;

/// Deeper collections than this are refused; recursion below stays shallow.
const MAX_DEPTH: usize = 64;

pub(super) struct Builder<'a> {
    pub(super) text: &'a str,
    parser: Parser<'a, StrInput<'a>>,
    pub(super) comments: Vec<Range<usize>>,
    /// The next event, when one was read too early; comments are taken out.
    ahead: Option<(Event<'a>, Span)>,
    depth: usize,
    nodes: usize,
}

type Result<T, E = YamlError> = std::result::Result<T, E>;

impl<'a> Builder<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        let options: Options = options! {
            emit_anchor_events: true,
            disallow_directives: true,
            max_buffered_comment_events: MAX_BYTES,
        };
        Self {
            text,
            parser: Parser::new_from_str_with_options(text, options),
            comments: Vec::new(),
            ahead: None,
            depth: 0,
            nodes: 0,
        }
    }

    pub(super) fn document(mut self) -> Result<Tree> {
        let mut root = None;
        loop {
            let (event, span) = self.next()?;
            match event {
                Event::StreamStart | Event::DocumentEnd => {}
                Event::DocumentStart(..) if root.is_some() => {
                    return Err(
                        self.error(start(&span), "a second YAML document; expected one".into())
                    );
                }
                Event::DocumentStart(..) => {
                    let first = self.next()?;
                    root = Some(self.node(0, first)?);
                }
                Event::StreamEnd => break,
                _ => return Err(self.error(start(&span), "content outside the document".into())),
            }
        }
        // A document of comments alone comes as a value left out.
        let root = root
            .filter(|n| !matches!(n.kind, Kind::Missing) || n.tag.is_some() || n.anchor.is_some());
        Ok(Tree::new(root, self.comments))
    }

    fn error(&self, offset: usize, what: String) -> YamlError {
        YamlError {
            at: Place::of(self.text, offset, 1),
            what,
        }
    }

    /// The byte offset of a marker; at the text's end if it lies behind.
    fn offset(&self, marker: &Marker) -> usize {
        // Parsing from a `&str` always tracks byte offsets.
        let at = marker.byte_offset().unwrap_or(self.text.len());
        self.text.floor_char_boundary(at)
    }

    /// The next event that is not a comment; comments are kept aside.
    fn next(&mut self) -> Result<(Event<'a>, Span)> {
        if let Some(event) = self.ahead.take() {
            return Ok(event);
        }
        loop {
            match self.parser.next_event() {
                Some(Ok((Event::Comment(..), span))) => self.comments.push(bytes(&span)),
                Some(Ok(event)) => return Ok(event),
                Some(Err(e)) => {
                    // By the offset: a lone CR, which ends a line for the parser, ends
                    // none for git and for people.
                    let at = self.offset(e.marker());
                    let at = match is_of_tab(e.kind()) {
                        true => self.tab(at),
                        false => at,
                    };
                    let rest = self.text[at..].lines().next().unwrap_or_default();
                    return Err(self.error(at, explain(e.kind(), rest)));
                }
                None => return Err(self.error(self.text.len(), "the YAML ends too early".into())),
            }
        }
    }

    /// The place of the tab that an error at `at` is about, which may be on the line
    /// above.
    fn tab(&self, at: usize) -> usize {
        let is_there = self.text[..at].ends_with('\t') || self.text[at..].starts_with('\t');
        let next = || self.text[at..].find('\t').map(|n| at + n);
        if is_there { at } else { next().unwrap_or(at) }
    }

    fn peek(&mut self) -> Result<&(Event<'a>, Span)> {
        let event = self.next()?;
        Ok(self.ahead.insert(event))
    }

    /// Takes the anchor's own event, which follows the node's; returns its place.
    fn anchor_span(&mut self) -> Result<Option<Range<usize>>> {
        if matches!(self.peek()?.0, Event::Anchor(..)) {
            let (_, span) = self.next()?;
            return Ok(Some(bytes(&span)));
        }
        Ok(None)
    }

    /// Builds the node of an event. `from` is where the indicator before it ends.
    fn node(&mut self, from: usize, (event, span): (Event<'a>, Span)) -> Result<Node> {
        self.nodes += 1;
        if self.nodes > MAX_NODES {
            let what = format!("more than {MAX_NODES} values; frontmatter is for fewer");
            return Err(self.error(start(&span), what));
        }
        let tag_span = span.tag_span().map(|s| bytes(&s));
        let tag = event.tag().map(granit_parser::Tag::original);
        let anchor = event.anchor_id().filter(|&id| id != 0);
        let mut value = bytes(&span);
        let anchor_span = if anchor.is_some() {
            self.anchor_span()?
        } else {
            None
        };
        let properties = [tag_span, anchor_span].into_iter().flatten();
        let properties = properties.reduce(|a, b| a.start.min(b.start)..a.end.max(b.end));
        if let Event::Scalar(_, ScalarStyle::Literal | ScalarStyle::Folded, ..) = event {
            // The parser's span starts at the content; the header belongs to the value.
            value.start = self.skip_blank(properties.as_ref().map_or(from, |p| p.end), true);
        }
        let (kind, end) = match event {
            Event::Alias(id) => (Kind::Alias(id), value.end),
            Event::Scalar(_, ScalarStyle::Plain, ..) if value.is_empty() => {
                (Kind::Missing, value.end)
            }
            Event::Scalar(text, style, ..) => {
                let style = scalar_style(style);
                let end = if style.is_block() {
                    self.block_end(&value)
                } else {
                    value.end
                };
                (
                    Kind::Scalar {
                        value: text.into_owned(),
                        style,
                    },
                    end,
                )
            }
            Event::SequenceStart(style, ..) => {
                let inner = self.inner_start(style, &mut value, from, properties.as_ref());
                self.nested(&span, |b| b.sequence(layout_of(style), inner))?
            }
            Event::MappingStart(style, ..) => {
                let inner = self.inner_start(style, &mut value, from, properties.as_ref());
                self.nested(&span, |b| b.mapping(layout_of(style), inner))?
            }
            other => return Err(self.error(value.start, format!("unexpected {other:?}"))),
        };
        let begin = properties
            .as_ref()
            .map_or(value.start, |p| p.start.min(value.start));
        let (value_start, end) = match (&kind, &properties) {
            // A value left out stands behind its properties or its indicator.
            (Kind::Missing, Some(p)) => (p.end, p.end),
            _ => (value.start, end),
        };
        Ok(Node {
            kind,
            span: begin.min(end)..end,
            value_start,
            tag,
            properties_end: properties.filter(|p| p.start < value_start).map(|p| p.end),
            anchor,
        })
    }

    /// The place from which a collection's first item is searched. The parser places a
    /// block collection sometimes before and sometimes behind its first indicator, so its
    /// start is found from the text.
    fn inner_start(
        &self,
        style: StructureStyle,
        value: &mut Range<usize>,
        from: usize,
        properties: Option<&Range<usize>>,
    ) -> usize {
        match style {
            StructureStyle::Flow => value.end,
            StructureStyle::Block => {
                // A block mapping's properties may belong to its first key instead.
                let behind = properties
                    .filter(|p| p.end <= value.start)
                    .map_or(from, |p| p.end);
                value.start = self.skip_blank(behind, true);
                value.start
            }
        }
    }

    fn nested<T>(&mut self, span: &Span, f: impl FnOnce(&mut Self) -> Result<T>) -> Result<T> {
        if self.depth == MAX_DEPTH {
            return Err(self.error(
                start(span),
                format!("nested deeper than {MAX_DEPTH} levels"),
            ));
        }
        self.depth += 1;
        let result = f(self);
        self.depth -= 1;
        result
    }

    fn sequence(&mut self, layout: Layout, mut from: usize) -> Result<(Kind, usize)> {
        let mut items = Vec::new();
        let end = loop {
            let (event, span) = self.next()?;
            if matches!(event, Event::SequenceEnd) {
                break if layout == Layout::Flow {
                    bytes(&span).end
                } else {
                    from
                };
            }
            let dash = match layout {
                Layout::Flow => None,
                Layout::Block => Some(self.skip_blank(from, true)),
            };
            let mut node = self.node(dash.map_or(from, |d| d + 1), (event, span))?;
            if let (Some(dash), Kind::Missing) = (dash, &node.kind)
                && node.span.is_empty()
            {
                node.move_to(dash + 1);
            }
            from = node.span.end;
            items.push(Item {
                start: dash.unwrap_or(node.span.start),
                node,
            });
        };
        items.shrink_to_fit();
        Ok((Kind::Seq { layout, items }, end))
    }

    fn mapping(&mut self, layout: Layout, mut from: usize) -> Result<(Kind, usize)> {
        let mut pairs: Vec<Pair> = Vec::new();
        let mut seen = Keys::default();
        let end = loop {
            let (event, span) = self.next()?;
            if matches!(event, Event::MappingEnd) {
                break if layout == Layout::Flow {
                    bytes(&span).end
                } else {
                    from
                };
            }
            let start = match layout {
                Layout::Flow => self.skip_comma(from),
                Layout::Block => self.skip_blank(from, true),
            };
            let explicit =
                self.text.as_bytes().get(start) == Some(&b'?') && bytes(&span).start > start;
            let mut key = self.node(if explicit { start + 1 } else { start }, (event, span))?;
            if matches!(key.kind, Kind::Missing) && key.span.is_empty() {
                key.move_to(start + usize::from(explicit));
            }
            if let Some(name) = key.scalar()
                && !seen.insert(name, &pairs)
            {
                return Err(self.error(
                    key.span.start,
                    format!("the key `{name}` stands twice in one mapping"),
                ));
            }
            // Only a key with `?`, or one in brackets, may have its `:` on a later line.
            let colon = self.skip_blank(key.span.end, explicit || layout == Layout::Flow);
            let behind = match self.text.as_bytes().get(colon) {
                Some(b':') => colon + 1,
                _ => key.span.end,
            };
            let next = self.next()?;
            let mut value = self.node(behind, next)?;
            if matches!(value.kind, Kind::Missing) && value.span.is_empty() {
                value.move_to(behind);
            }
            from = value.span.end;
            pairs.push(Pair {
                start: if explicit { start } else { key.span.start },
                explicit,
                key,
                value,
            });
        };
        pairs.shrink_to_fit();
        Ok((Kind::Map { layout, pairs }, end))
    }
}

/// The names that a mapping has so far. Most have a few, which are looked at in their
/// place; of more there is a set.
#[derive(Default)]
struct Keys(HashSet<String>);

impl Keys {
    /// Above this many there is a set.
    const FEW: usize = 24;

    /// Whether no pair of the mapping has this name yet.
    fn insert(&mut self, name: &str, pairs: &[Pair]) -> bool {
        let mut names = pairs.iter().filter_map(|pair| pair.key.scalar());
        if pairs.len() <= Self::FEW {
            return !names.any(|other| other == name);
        }
        if self.0.is_empty() {
            self.0 = names.map(str::to_owned).collect();
        }
        self.0.insert(name.to_owned())
    }
}

fn start(span: &Span) -> usize {
    bytes(span).start
}

fn bytes(span: &Span) -> Range<usize> {
    // Tracked as in `offset`.
    span.byte_range().unwrap_or(0..0)
}

const fn layout_of(style: StructureStyle) -> Layout {
    match style {
        StructureStyle::Flow => Layout::Flow,
        StructureStyle::Block => Layout::Block,
    }
}

const fn scalar_style(style: ScalarStyle) -> Style {
    match style {
        ScalarStyle::Plain => Style::Plain,
        ScalarStyle::SingleQuoted => Style::Single,
        ScalarStyle::DoubleQuoted => Style::Double,
        ScalarStyle::Literal => Style::Literal,
        ScalarStyle::Folded => Style::Folded,
    }
}
