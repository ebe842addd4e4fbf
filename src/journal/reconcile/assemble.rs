//! Putting merged members together: the frame, the brackets or lines, and the meaning of
//! the whole.

use super::collection::{Collection, Part, entry_column};
use super::cut::spaces;
use super::entry::MemberSides;
use super::flow::{self, Written};
use super::member::Member;
use super::output::{Meaning, Pick, Piece};
use super::tag::Tag;
use super::view::Form;
use super::{Stop, behind, frame, smaller, texts};
use crate::journal::rules::Rule;
use crate::journal::yaml::{Layout, Node, Value};

/// Puts the parts into the frame, taken from the sides that are written in this form.
pub fn assemble(
    sides: &MemberSides,
    mut parts: Vec<Part>,
    form: Form,
    rule: &Rule,
    column: usize,
) -> Result<Collection, Stop> {
    if form == Form::Lone && parts.len() > 1 {
        for part in &mut parts {
            if let (Some(it), Meaning::Same(Value::Text(value))) = (&mut part.flow, &part.meaning) {
                it.text = flow::quoted_for_flow(&it.text, value);
            }
        }
    }
    let tag = Tag::merged(sides)?;
    let meaning = take_meaning(&mut parts, form, rule);
    if parts.is_empty() {
        return empty(sides, &tag, rule, column);
    }
    if parts.iter().all(is_lines) {
        // Without an entry, comments would stand below a key without a value.
        return Err(Stop::Conflict);
    }
    if let Meaning::Differ { ours, theirs } = &meaning
        && [ours, theirs].into_iter().flatten().any(is_hollow)
    {
        // If one pick had no line left, the key would mean null there.
        return Err(Stop::Conflict);
    }
    let fits = |m: &&Member| match form {
        Form::Block { compact, .. } => m.nested.is_some() && m.compact() == compact,
        _ => m.nested.is_none() && !m.body.is_empty(),
    };
    let fitting = sides.map(|m| m.filter(fits));
    // A comment behind the key on a side whose frame is not used would be lost.
    for (m, fit) in [(sides.ours, fitting.ours), (sides.theirs, fitting.theirs)] {
        if let (Some(m), None) = (m, fit)
            && !frame::comment(m).is_empty()
            && sides
                .base
                .is_none_or(|b| frame::comment(b) != frame::comment(m))
        {
            return Err(Stop::Conflict);
        }
    }
    let prefix = frame::prefix(sides, &fitting, column).ok_or(Stop::Conflict)?;
    if is_of_another_name(&prefix, sides, &fitting, column) {
        return Err(Stop::Conflict);
    }
    if let Form::Block { .. } = form {
        if !tag.is_in(&prefix) {
            return Err(Stop::Conflict);
        }
        let (prefix, body) = block_body(prefix, parts, entry_column(form, column));
        return Ok(Collection {
            prefix,
            body,
            suffix: String::new(),
            meaning: tag.on(meaning),
        });
    }
    let suffix = behind(&texts(&fitting, |m| m.suffix_at(column)));
    let suffix = suffix.ok_or(Stop::Conflict)?;
    let entries: Vec<Written> = parts.into_iter().filter_map(|p| p.flow).collect();
    let before = tag.before_a_bracket(&fitting)?;
    let body = match form {
        Form::Lone if entries.len() == 1 => entries[0].text.clone(),
        Form::Flow(spacing) if *rule == Rule::Map => flow::write(['{', '}'], &entries, &spacing),
        Form::Flow(spacing) => flow::write(['[', ']'], &entries, &spacing),
        _ => flow::write(['[', ']'], &entries, &flow::Spacing::PLAIN),
    };
    Ok(Collection {
        prefix,
        body: vec![Piece::Text(format!("{before}{body}"))],
        suffix,
        meaning: tag.on(meaning),
    })
}

/// Whether a part is comments and blank lines alone.
fn is_lines(part: &Part) -> bool {
    let says_nothing = |line: &str| line.trim().is_empty() || line.trim().starts_with('#');
    part.flow.is_none()
        && part.pieces.iter().all(|piece| match piece {
            Piece::Text(text) | Piece::Above(text) => text.lines().all(says_nothing),
            Piece::Conflict(_) => false,
        })
}

/// Whether the sides have different names for the key, and the frame has another one than
/// a merge of the names gives: one side renamed it, the other wrote it in another form.
fn is_of_another_name(
    prefix: &str,
    sides: &MemberSides,
    fitting: &MemberSides,
    column: usize,
) -> bool {
    let name = |m: &Member| m.key.and_then(Node::identity);
    let names = sides.map(|m| m.and_then(name));
    if names.ours == names.theirs {
        return false;
    }
    let wanted = names.trivial();
    let mut frames = fitting.into_array().into_iter().flatten();
    let has_it =
        |m: &Member| wanted == Some(name(m)) && prefix.starts_with(&frame::cut(m, column).0);
    sides.ours.is_some() && sides.theirs.is_some() && !frames.any(has_it)
}

fn is_hollow(value: &Value) -> bool {
    match value {
        Value::Seq(items) => items.is_empty(),
        Value::Map(pairs) => pairs.is_empty(),
        _ => false,
    }
}

/// The lines of a block collection. Where the first entry stands on the dash's
/// line it loses its indentation; an entry that needs lines above it cannot.
fn block_body(prefix: String, parts: Vec<Part>, at: usize) -> (String, Vec<Piece>) {
    let mut body: Vec<Piece> = parts.into_iter().flat_map(|p| p.pieces).collect();
    body.retain(|p| *p != Piece::Text(String::new()));
    if prefix.contains('\n') {
        return (prefix, body);
    }
    let indent = spaces(at);
    // What all sides have in common stands outside the conflict.
    if let Some(Piece::Conflict(sides)) = body.first_mut() {
        let first = |text: &str| text.split_inclusive('\n').next().map(str::to_owned);
        let shared = first(&sides.base).filter(|line| {
            [&sides.ours, &sides.theirs]
                .iter()
                .all(|text| text.starts_with(line))
        });
        if let Some(line) = shared {
            let behind = |text: &String| text[line.len()..].to_owned();
            *sides = sides.as_ref().map(behind);
            body.insert(0, Piece::Text(line));
        }
    }
    if let Some(Piece::Text(first)) = body.first_mut()
        && let Some(rest) = first.strip_prefix(&indent)
        && !rest.starts_with(['#', '\n', '\r', ' '])
    {
        *first = rest.to_owned();
        return (prefix, body);
    }
    (format!("{}\n", prefix.trim_end()), body)
}

/// A collection with nothing left in it: in the form of the side that emptied it, or
/// empty brackets.
fn empty(sides: &MemberSides, tag: &Tag, rule: &Rule, column: usize) -> Result<Collection, Stop> {
    let is_empty = |m: &&Member| {
        m.is_none()
            || m.value.is_null()
            || m.value.items().is_some_and(<[_]>::is_empty)
            || m.value.pairs().is_some_and(<[_]>::is_empty)
    };
    let emptied = sides.map(|m| m.filter(is_empty));
    let mut all = sides.into_array().into_iter().flatten();
    if !all.all(|m| tag.is_on(m)) {
        return Err(Stop::Conflict);
    }
    if let Some(text) = smaller(&emptied.map(|m| m.map(|m| m.core_at(column)))) {
        let value = [emptied.ours, emptied.theirs, emptied.base]
            .into_iter()
            .flatten()
            .find(|m| m.core_at(column) == text)
            .map(Member::meaning);
        return Ok(Collection {
            prefix: text,
            body: Vec::new(),
            suffix: String::new(),
            meaning: Meaning::Same(value.unwrap_or(Value::Null)),
        });
    }
    if !tag.is_none() {
        return Err(Stop::Conflict);
    }
    let prefix = smaller(&texts(sides, |m| m.prefix_at(column))).ok_or(Stop::Conflict)?;
    let comment = [sides.ours, sides.theirs, sides.base]
        .into_iter()
        .flatten()
        .find(|m| m.prefix_at(column) == prefix)
        .and_then(|m| m.comment_before(column));
    // A line break between brackets would begin a line at the margin.
    let mut holders = sides.into_array().into_iter().flatten();
    let in_brackets = holders.any(|m| m.layout == Layout::Flow);
    let (key, comment) = match comment {
        Some(_) if in_brackets => return Err(Stop::Conflict),
        Some(at) => (
            prefix[..at].trim_end(),
            format!(" {}", prefix[at..].trim_end()),
        ),
        None => (prefix.trim_end(), String::new()),
    };
    let (brackets, value) = match rule {
        Rule::Map => ("{}", Value::Map(Vec::new())),
        _ => ("[]", Value::Seq(Vec::new())),
    };
    let end = if in_brackets { "" } else { "\n" };
    Ok(Collection {
        prefix: format!("{key} {brackets}{comment}{end}"),
        body: Vec::new(),
        suffix: String::new(),
        meaning: Meaning::Same(value),
    })
}

/// The meaning of the merged parts together; takes their own meanings out of them.
pub fn take_meaning(parts: &mut [Part], form: Form, rule: &Rule) -> Meaning {
    let keyed: Vec<(Option<Meaning>, Meaning)> = parts
        .iter_mut()
        .map(|p| {
            (
                p.key.take(),
                std::mem::replace(&mut p.meaning, Meaning::Same(Value::Null)),
            )
        })
        .collect();
    let whole = |keyed: Vec<(Option<Meaning>, Meaning)>, pick: Pick| {
        let values = keyed
            .into_iter()
            .filter_map(|(k, m)| Some((k.and_then(|k| k.on(pick)), m.on(pick)?)));
        if *rule == Rule::Map {
            return Value::Map(values.filter_map(|(k, v)| Some((k?, v))).collect());
        }
        let mut items: Vec<Value> = values.map(|(_, v)| v).collect();
        match (form, items.len()) {
            (Form::Lone, 1) => items.remove(0),
            _ => Value::Seq(items),
        }
    };
    let same = |m: &Meaning| matches!(m, Meaning::Same(_));
    if keyed
        .iter()
        .all(|(k, m)| k.as_ref().is_none_or(same) && same(m))
    {
        return Meaning::Same(whole(keyed, Pick::Ours));
    }
    Meaning::Differ {
        ours: Some(whole(keyed.clone(), Pick::Ours)),
        theirs: Some(whole(keyed, Pick::Theirs)),
    }
}
