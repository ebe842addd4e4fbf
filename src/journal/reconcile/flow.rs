//! Flow collections: cutting `[a, b]` into members, and writing a new one.

use super::member::{Member, Side};
use crate::journal::yaml::{Kind, Layout, Node};

/// The spaces in a flow collection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Spacing<'a> {
    /// Between the bracket and the first entry.
    pub first: &'a str,
    /// Between an entry and its comma.
    pub comma: &'a str,
    /// Between a comma (and its comment) and the next entry.
    pub next: &'a str,
    /// Between the last entry (and its comma and comment) and the bracket.
    pub last: &'a str,
    /// A comma stands behind the last entry.
    pub trailing_comma: bool,
    /// The comment behind the bracket, with the space before it: it is none of the first
    /// entry's.
    pub opening: &'a str,
}

impl Spacing<'static> {
    /// `[a, b]`
    pub const PLAIN: Self = Spacing {
        first: "",
        comma: "",
        next: " ",
        last: "",
        trailing_comma: false,
        opening: "",
    };
}

/// Cuts a flow collection. `None` if a comment stands between an entry and its comma:
/// such a list is left whole.
pub fn members<'a>(side: Side<'a>, node: &'a Node) -> Option<(Vec<Member<'a>>, Spacing<'a>)> {
    let text = side.text;
    let parts: Vec<(Option<&'a Node>, &'a Node, usize, usize)> = match &node.kind {
        Kind::Seq {
            layout: Layout::Flow,
            items,
        } => items
            .iter()
            .map(|i| (None, &i.node, i.node.span.start, i.node.span.end))
            .collect(),
        Kind::Map {
            layout: Layout::Flow,
            pairs,
        } => pairs
            .iter()
            .map(|p| (Some(&p.key), &p.value, p.start, p.end()))
            .collect(),
        _ => return None,
    };
    // `[name: a]` has a map without braces.
    let bare = !text[node.value_start..].starts_with(['[', '{']);
    let bracket = usize::from(!bare);
    let close = node.span.end.checked_sub(bracket)?;
    let mut from = node.value_start + bracket;
    let mut members = Vec::with_capacity(parts.len());
    let mut spacing = Spacing::PLAIN;
    let mut before_comma = None;
    for (i, &(key, value, start, end)) in parts.iter().enumerate() {
        let line = text.get(from..start)?.split('\n').next();
        if let (0, Some(line)) = (i, line.filter(|line| line.contains('#'))) {
            spacing.opening = line;
            from += line.len();
        }
        let lead = text.get(from..start)?;
        match i {
            0 => spacing.first = without_comment(lead),
            1 => spacing.next = without_comment(lead),
            _ => {}
        }
        let stop = parts.get(i + 1).map_or(close, |p| p.2);
        let behind = text.get(end..stop)?;
        let comma = behind.bytes().position(|b| !b.is_ascii_whitespace());
        let comma = comma.filter(|&at| behind.as_bytes()[at] == b',');
        let bare = comma.is_none()
            && behind
                .split('\n')
                .next()
                .is_some_and(|l| l.trim_start().starts_with('#'));
        if comma.is_none() && (i + 1 < parts.len() || (behind.contains('#') && !bare)) {
            return None;
        }
        spacing.trailing_comma = comma.is_some();
        // Behind an empty value the space is the colon's.
        if before_comma.is_none() && !has_bare_colon(&text[..end]) {
            before_comma = comma.map(|at| &behind[..at]);
        }
        let after = end + comma.map_or(0, |c| c + 1);
        let line = text[after..stop].split('\n').next().unwrap_or_default();
        let comment = if line.trim_start().starts_with('#') {
            line
        } else {
            ""
        };
        let body = if key.is_some() {
            value.span.start.max(start)
        } else {
            start
        };
        members.push(Member {
            side,
            key,
            value,
            layout: Layout::Flow,
            column: 0,
            lead: lead.into(),
            prefix: text.get(start..body)?.into(),
            body: text.get(body..end)?.into(),
            suffix: comment.into(),
            nested: None,
            range: from..after + comment.len(),
        });
        from = after + comment.len();
    }
    spacing.comma = before_comma.unwrap_or_default();
    spacing.last = text.get(from..close)?;
    if parts.len() < 2 && spacing.first.contains('\n') {
        spacing.next = spacing.first;
    }
    Some((members, spacing))
}

/// The space between a comment and the entry below it, or all of `lead` without a
/// comment: comments go with their own entry.
fn without_comment(lead: &str) -> &str {
    match (lead.contains('#'), lead.rfind('\n')) {
        (true, Some(at)) => &lead[at..],
        _ => lead,
    }
}

/// An entry of a flow collection to be written: its text (`key: value` or
/// `value`), its own space where it had any, its comment.
pub struct Written {
    pub text: String,
    pub lead: Option<String>,
    pub comment: String,
}

/// Writes a flow collection.
pub fn write(brackets: [char; 2], entries: &[Written], spacing: &Spacing) -> String {
    let mut out = String::from(brackets[0]);
    out.push_str(spacing.opening);
    for (i, entry) in entries.iter().enumerate() {
        let own = entry.lead.as_deref();
        out.push_str(match (i, own) {
            (0, Some(own)) if own.contains('#') => own,
            (0, _) => spacing.first,
            (_, Some(own)) => own,
            (_, None) => spacing.next,
        });
        out.push_str(&entry.text);
        let has_comma = i + 1 < entries.len() || spacing.trailing_comma;
        let behind = match has_comma {
            true => format!("{},{}", spacing.comma, entry.comment),
            false => entry.comment.clone(),
        };
        let end = match i + 1 == entries.len() {
            true => spacing.last,
            false => "",
        };
        let space = space_behind(&entry.text, &[&behind, end].concat());
        out.extend([space, &behind, end]);
    }
    out.push(brackets[1]);
    out
}

/// The space between an entry and what follows it: libyaml takes a colon that touches a
/// comma or a bracket for a part of the key.
fn space_behind(entry: &str, next: &str) -> &'static str {
    match has_bare_colon(entry) && !next.starts_with(|c: char| c.is_whitespace()) {
        true => " ",
        false => "",
    }
}

/// Whether an entry ends with the colon of a key without quotes.
fn has_bare_colon(entry: &str) -> bool {
    let key = entry.strip_suffix(':');
    key.is_some_and(|key| !key.ends_with(['"', '\'']))
}

/// A scalar from a block collection, quoted as every reader needs it between brackets:
/// PyYAML takes a `?` there for the sign of a key.
#[must_use]
pub fn quoted_for_flow(body: &str, value: &str) -> String {
    let plain = !body.starts_with(['"', '\'']);
    let risky = body.contains([',', '[', ']', '{', '}', '\n', '#', '?'])
        || body.contains(": ")
        || body.ends_with(':')
        || body.starts_with([':', '&', '*', '!', '|', '>', '%', '@', '`']);
    if !plain || !risky {
        return body.to_owned();
    }
    if value.contains(['\n', '\r']) {
        // JSON's escapes are YAML's.
        return serde_json::Value::String(value.to_owned()).to_string();
    }
    // On one line a plain scalar is its own value, in the form that it was written in.
    let value = if body.contains('\n') { value } else { body };
    format!("'{}'", value.replace('\'', "''"))
}
