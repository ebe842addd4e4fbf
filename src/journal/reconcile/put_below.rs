//! Entries that one side put below a comment which the other side changed or took out: the
//! comment is above the next entry there, and above the new one here.

use std::collections::HashMap;

use super::member::Member;
use super::output::Pick;
use super::view::View;
use crate::journal::yaml::Layout;
use crate::merge::ThreeWay;

/// The views in which such a comment stands above the new entry alone, as the other side has
/// it now; `None` if there is none, as in nearly all merges. `ids` name the members.
///
/// Without this the comment would count as taken from above the next entry, and the other
/// side's change as another comment there.
pub fn followed<'a>(
    ids: &ThreeWay<Vec<String>>,
    views: &ThreeWay<View<'a>>,
) -> Option<ThreeWay<View<'a>>> {
    let has_comment = |m: &Member| m.layout == Layout::Block && m.lead.contains('#');
    if !views.base.members.iter().any(has_comment) {
        return None;
    }
    let places = ids.as_ref().map(|ids| -> HashMap<&str, usize> {
        let ids = ids.iter().enumerate();
        ids.map(|(at, id)| (id.as_str(), at)).collect()
    });
    let mut changed: Option<ThreeWay<View<'a>>> = None;
    for (in_base, id) in ids.base.iter().enumerate() {
        for pick in [Pick::Ours, Pick::Theirs] {
            let (here, there) = from(pick, &places);
            let (Some(&at), Some(&other_at)) = (here.get(id.as_str()), there.get(id.as_str()))
            else {
                continue;
            };
            let (own, other) = from(pick, ids);
            let is_new = |id: &String| !places.base.contains_key(id.as_str());
            let (this_view, other_view) = from(pick, views);
            let new = new_above(&own[..at], &this_view.members[..at], is_new);
            let known_above = own[..new].iter().rfind(|id| !is_new(id));
            // Where both put something there, nothing tells which of them comes first. Nor
            // does the comment lead to an entry that the other side moved.
            if new == at
                || own[new..at]
                    .iter()
                    .any(|id| there.contains_key(id.as_str()))
                || other[..other_at].last() != known_above
            {
                continue;
            }
            let found = above_new(
                &views.base.members[in_base],
                (&this_view.members[new], &this_view.members[at]),
                &other_view.members[other_at],
            );
            if let Some(lead) = found {
                let ThreeWay { base, ours, theirs } = changed.get_or_insert_with(|| views.clone());
                let (this, other) = match pick {
                    Pick::Ours => (ours, theirs),
                    Pick::Theirs => (theirs, ours),
                };
                set_lead(&mut this.members[new], lead);
                set_lead(&mut base.members[in_base], String::new());
                set_lead(&mut other.members[other_at], String::new());
            }
        }
    }
    changed
}

/// The two sides as one of them sees them: its own first.
const fn from<T>(pick: Pick, sides: &ThreeWay<T>) -> (&T, &T) {
    match pick {
        Pick::Ours => (&sides.ours, &sides.theirs),
        Pick::Theirs => (&sides.theirs, &sides.ours),
    }
}

/// Where the last new entries begin, of which the first alone has lines above it; the end if
/// the last entry is none.
fn new_above(ids: &[String], members: &[Member], is_new: impl Fn(&String) -> bool) -> usize {
    let last_known = ids.iter().rposition(|id| !is_new(id));
    let first = last_known.map_or(0, |known| known + 1);
    let has_lines = |m: &Member| !m.lead.trim().is_empty();
    first + members[first..].iter().rposition(has_lines).unwrap_or(0)
}

/// The lines above the `new` entry, if the comment that `base` has above `this` one stands
/// there, and `other` has as many lines or none in its place.
fn above_new(base: &Member, (new, this): (&Member, &Member), other: &Member) -> Option<String> {
    let is_cut_there = |m: &&Member| {
        let there = m.side.text.get(m.range.start..);
        m.layout == Layout::Block
            && m.column == base.column
            && there.is_some_and(|text| text.starts_with(m.lead.as_ref()))
    };
    if ![base, new, this, other].iter().all(is_cut_there) {
        return None;
    }
    let was = base.lead.as_ref();
    let lines = |text: &str| text.lines().filter(|l| !l.trim().is_empty()).count();
    // What stands elsewhere now was not taken out, and what stood elsewhere before is no
    // new text of this comment. A line without a letter, the rule of a heading, says nothing
    // of whose it is.
    let elsewhere = |m: &Member, line: &str| count(m.side.text, line) - count(&m.lead, line);
    let moved = |lead: &str| {
        let mut lines = lead
            .lines()
            .filter(|line| line.contains(char::is_alphanumeric));
        lines.any(|line| elsewhere(base, line) != elsewhere(other, line))
    };
    let is_changed =
        was.contains('#') && other.lead != base.lead && !moved(was) && !moved(&other.lead);
    let is_alike = [0, lines(was)].contains(&lines(&other.lead));
    if !is_changed || !is_alike || !this.lead.trim().is_empty() {
        return None;
    }
    let above = new.lead.strip_suffix(was)?;
    let is_whole = above.is_empty() || above.ends_with('\n');
    is_whole.then(|| format!("{above}{}", other.lead))
}

/// How often a line stands in a text, in whatever column.
fn count(text: &str, line: &str) -> usize {
    text.lines().filter(|l| l.trim() == line.trim()).count()
}

/// Gives an entry other lines above it. The comments that stand there no longer count as its
/// own.
fn set_lead(member: &mut Member, lead: String) {
    member.range.start += member.lead.len();
    member.lead = lead.into();
}
