//! Collections that both sides changed: lists and mappings, in either layout.

use std::collections::{HashMap, HashSet};

use super::assemble::assemble;
use super::entry::{self, Context, MemberSides};
use super::flow::Written;
use super::identity;
use super::member::Member;
use super::moved::Group;
use super::output::{Meaning, Out, Pick, Piece, picked};
use super::removals::{in_set, is_removed};
use super::sequence;
use super::together::Wholes;
use super::view::{Form, View, in_one_form};
use super::whole::{Around, Ends, widened};
use super::{Stop, below, in_brackets, join, put_below, renamed, split};
use crate::journal::rules::Rule;
use crate::journal::yaml::{Layout, Tree, Value};
use crate::merge::{Row, ThreeWay, order};

/// A merged collection with the frame that it stands in.
pub struct Collection {
    /// The text up to the value: `key: `, `key:\n`, `- `.
    pub prefix: String,
    pub body: Vec<Piece>,
    /// The text behind an inline value.
    pub suffix: String,
    pub meaning: Meaning,
}

impl Collection {
    /// The whole entry, without its lead and the indentation of its first line.
    pub fn framed(self) -> Out {
        let mut pieces = vec![Piece::Text(self.prefix)];
        pieces.extend(self.body);
        pieces.push(Piece::Text(self.suffix));
        Out {
            pieces,
            meaning: self.meaning,
        }
    }

    /// Whether nothing is left in it.
    pub fn is_empty(&self) -> bool {
        match &self.meaning {
            Meaning::Same(Value::Seq(items)) => items.is_empty(),
            Meaning::Same(Value::Map(pairs)) => pairs.is_empty(),
            Meaning::Same(value) => *value == Value::Null,
            Meaning::Differ { .. } => false,
        }
    }
}

/// The place of a collection in the result.
#[derive(Debug, Clone, Copy)]
pub struct Place<'p> {
    /// The form in which it is written.
    pub form: Form<'p>,
    /// The keys from the top to it.
    pub path: &'p [String],
    /// The column of the entry that holds it.
    pub column: usize,
}

impl Place<'_> {
    /// The column that its entries stand in.
    pub fn entry_column(&self) -> usize {
        entry_column(self.form, self.column)
    }
}

/// One merged member, with its meaning on either pick.
pub struct Part {
    /// Lines in a block collection.
    pub pieces: Vec<Piece>,
    /// The entry in a flow collection.
    pub flow: Option<Written>,
    /// The meaning of its key as written; `None` for an item.
    pub key: Option<Meaning>,
    pub meaning: Meaning,
}

impl Part {
    /// Lines that say nothing.
    pub const fn of_lines(pieces: Vec<Piece>) -> Self {
        Self {
            pieces,
            flow: None,
            key: None,
            meaning: Meaning::Same(Value::Null),
        }
    }
}

/// Merges the collections that three members hold. The entry's own column is
/// `column` in the result.
pub fn merge(
    cx: &mut Context,
    sides: &MemberSides,
    rule: &Rule,
    path: &[String],
    column: usize,
) -> Result<Collection, Stop> {
    let views = sides.try_map(|m| View::of(m, rule).ok_or(Stop::Conflict))?;
    if *rule != Rule::Map && split::on_one_side(sides, path) {
        return Err(Stop::Conflict);
    }
    let (form, views) = in_one_form(views, column)?;
    let place = Place { form, path, column };
    let cut = below::cut(&views, place.entry_column());
    let (views, tails) = cut.map_or((views, None), |(cut, tails)| (cut, Some(tails)));
    let tails = tails.as_ref().map(|t| t.as_ref().map(String::as_str));
    let of_tails = tails.map(|tails| OfTop {
        ends: Ends {
            heads: ThreeWay::default(),
            tails,
        },
        moved: Vec::new(),
    });
    let parts = match rule {
        Rule::Sequence => sequence::parts(cx, &views, &place, sequence::Edited::Alike, tails)?,
        _ => by_id(cx, &views, rule, &place, of_tails)?,
    };
    assemble(sides, parts, form, rule, column)
}

/// The column that the entries of a block collection stand in.
pub fn entry_column(form: Form, column: usize) -> usize {
    match form {
        Form::Block { relative, .. } => column + relative,
        _ => 0,
    }
}

/// What the top of a frontmatter has besides its fields; a collection in it may have lines
/// below its entries.
pub struct OfTop<'t> {
    pub ends: Ends<'t>,
    /// Keys that are merged together.
    pub moved: Vec<Group>,
}

/// Sets, keyed lists and mappings: per member, then in an order that does not
/// depend on the side.
pub fn by_id(
    cx: &mut Context,
    views: &ThreeWay<View>,
    rule: &Rule,
    place: &Place,
    of_top: Option<OfTop>,
) -> Result<Vec<Part>, Stop> {
    let (ends, moved) = of_top.map(|top| (top.ends, top.moved)).unzip();
    let moved = moved.unwrap_or_default();
    let noted = cx.report.fields.len();
    let Some(mut ids) = identity::ids(views, rule) else {
        return match rule {
            Rule::KeyedList(_) => {
                let edited = match identity::nothing_names(views, rule) {
                    true => sequence::Edited::Alike,
                    false => sequence::Edited::None,
                };
                sequence::parts(cx, views, place, edited, ends.map(|ends| ends.tails))
            }
            _ => Err(Stop::Conflict),
        };
    };
    if *rule == Rule::Map {
        let is_known = |key: &str| {
            let path = [place.path, &[key.to_owned()]].concat();
            cx.merger.rules.named(&path).is_some()
        };
        let is_apart = |key: &str| moved.iter().any(|group| group.keys.contains(key));
        renamed::follow(&mut ids, views, is_known, is_apart);
    }
    let followed = put_below::followed(&ids, views);
    let views = followed.as_ref().unwrap_or(views);
    let named = ids.as_ref().zip(views.as_ref());
    let members = named.map(|(ids, view)| by_name(ids, view));
    let rekeyed = renamed::rekeyed(&ids, &members, rule);
    // Boxed to keep the hash map's free slots small.
    let mut parts: HashMap<&str, Box<Part>> = HashMap::new();
    // Those that are as in the base of a virtual one, since the sides differ in them.
    let mut as_in_base: HashSet<&str> = HashSet::new();
    // Those that a removal keeps out of either choice; the base lacks them.
    let mut kept_out: HashSet<&str> = HashSet::new();
    let mut together = Wholes::default();
    for group in &moved {
        parts.extend(together.merge(cx, group, &named)?);
    }
    let mut inner = place.path.to_vec();
    for id in ids.ours.iter().chain(
        ids.theirs
            .iter()
            .filter(|id| !members.ours.contains_key(id.as_str())),
    ) {
        if together.ids.contains(id.as_str()) {
            continue;
        }
        let there = members.as_ref().map(|m| m.get(id.as_str()).copied());
        let left = match rule {
            Rule::Set => in_set(cx, there, place.path)?,
            _ => (!is_removed(cx, &there, place.path)?).then_some(there),
        };
        let Some(sides) = left else {
            kept_out.extend(there.base.is_none().then_some(id.as_str()));
            continue;
        };
        inner.push(id.clone());
        let part = match sides.base.is_some() && rekeyed.contains(id.as_str()) {
            true => contested(cx, &sides, place, &inner)?,
            false => part(cx, sides, place, &inner)?,
        };
        if let Some(part) = part {
            parts.insert(id, Box::new(part));
        }
        if cx.report.has_base(&inner) {
            as_in_base.insert(id);
        }
        inner.pop();
    }
    // Such a conflict is one of the whole collection, as a choice may have nothing in it.
    let is_any_decided = parts.keys().any(|id| !as_in_base.contains(id));
    if !place.path.is_empty() && !as_in_base.is_empty() && !is_any_decided {
        return Err(Stop::Conflict);
    }
    if *rule == Rule::Set {
        // The report has the set as a whole; its items would only repeat that.
        cx.report.forget_but_conflicts(noted);
    }
    let wholes = together.all.keys().copied();
    let keep: HashSet<&str> = parts.keys().copied().chain(wholes).collect();
    let tails = ends.as_ref().map(|ends| ends.tails).unwrap_or_default();
    let rows = named
        .zip(tails)
        .map(|((ids, view), tail)| rows(ids, view, tail));
    let order = order(rows.as_ref().map(Vec::as_slice), &keep);
    let around = Around {
        ids: &ids,
        members: &members,
        kept_out: &kept_out,
        ends,
    };
    let spots = around.spots(cx, &order, parts, together)?;
    Ok(widened(cx, spots, place.path, place.entry_column()))
}

/// The members of a side by their ids.
fn by_name<'v, 'a>(ids: &'v [String], view: &'v View<'a>) -> HashMap<&'v str, &'v Member<'a>> {
    let ids = ids.iter().map(String::as_str);
    ids.zip(&view.members).collect()
}

/// The members of a side by their ids, among the comments and blank lines that stand
/// above and below them.
fn rows<'v>(ids: &'v [String], view: &'v View, tail: &'v str) -> Vec<Row<&'v str>> {
    let lines = |text: &'v str| text.lines().map(|line| Row::Line(line.trim()));
    let mut rows = Vec::with_capacity(ids.len());
    for (id, member) in ids.iter().zip(&view.members) {
        let block = member.layout == Layout::Block;
        rows.extend(lines(&member.lead).filter(|_| block));
        rows.push(Row::Item(id.as_str()));
        let below = member.suffix.split_once('\n').filter(|_| block);
        rows.extend(lines(below.map_or("", |(_, below)| below)));
    }
    rows.extend(lines(tail));
    rows
}

/// Merges one member in the layout of the result.
pub fn part(
    cx: &mut Context,
    sides: MemberSides,
    place: &Place,
    path: &[String],
) -> Result<Option<Part>, Stop> {
    if let Form::Block { .. } = place.form {
        let out = entry::block(cx, sides, path, place.entry_column())?;
        return in_lines(out, &sides);
    }
    let lead = |m: Option<&Member>| m.map(|m| m.lead.to_string());
    let Some(out) = in_brackets::merge(cx, sides, path)? else {
        return Ok(None);
    };
    Ok(Some(Part {
        pieces: Vec::new(),
        key: key_in(&sides, |_| out.text.clone())?,
        flow: Some(Written {
            text: out.text,
            lead: join(&sides.map(lead)).filter(|l| !l.is_empty()),
            comment: out.comment,
        }),
        meaning: Meaning::Same(out.value),
    }))
}

/// The conflict of a member that one side edited, and the other may have put down under
/// another name.
fn contested(
    cx: &mut Context,
    sides: &MemberSides,
    place: &Place,
    path: &[String],
) -> Result<Option<Part>, Stop> {
    let Form::Block { .. } = place.form else {
        return Err(Stop::Conflict);
    };
    let out = entry::conflict(cx, sides, path, place.entry_column(), None)?;
    in_lines(out, sides)
}

/// A merged member of a block collection.
fn in_lines(out: Option<Out>, sides: &MemberSides) -> Result<Option<Part>, Stop> {
    let Some(out) = out else { return Ok(None) };
    Ok(Some(Part {
        key: key_in(sides, |pick| picked(&out.pieces, pick))?,
        pieces: out.pieces,
        flow: None,
        meaning: out.meaning,
    }))
}

/// The meaning of an entry's key in the written result. If the sides spell it with
/// different meanings (quoted and as a number, say), it is read from that text.
fn key_in(sides: &MemberSides, written: impl Fn(Pick) -> String) -> Result<Option<Meaning>, Stop> {
    let members = [sides.ours, sides.theirs, sides.base].into_iter().flatten();
    let read_as = |m: &Member| m.key.map(|k| Value::of(k, m.side.text));
    let mut keys: Vec<_> = members.clone().filter_map(read_as).collect();
    keys.dedup();
    if keys.len() < 2 {
        return Ok(keys.pop().map(Meaning::Same));
    }
    let spelled = |text: &str| {
        let mut lines = text.lines().map(str::trim_start);
        let line = lines.find(|l| !l.is_empty() && !l.starts_with('#'))?;
        let is_key = |m: &&Member| {
            let key = m.key.map(|k| &m.side.text[k.span.clone()]);
            let rest = key.and_then(|key| line.strip_prefix(key));
            rest.is_some_and(|rest| rest.trim_start().starts_with(':'))
        };
        members.clone().find(is_key).and_then(read_as)
    };
    let read = |pick| {
        let text = written(pick);
        let key = match Tree::parse(&text) {
            Ok(tree) => Value::of(&tree.root.as_ref()?.pairs()?.first()?.key, &text),
            // An alias cannot be parsed without its anchor, which stands elsewhere.
            Err(_) => spelled(&text)?,
        };
        keys.contains(&key).then_some(key)
    };
    match (read(Pick::Ours), read(Pick::Theirs)) {
        (Some(ours), Some(theirs)) if ours == theirs => Ok(Some(Meaning::Same(ours))),
        (None, None) => Err(Stop::Conflict),
        (ours, theirs) => Ok(Some(Meaning::Differ { ours, theirs })),
    }
}
