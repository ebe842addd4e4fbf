//! What stands around a value in its entry: the key before it, and a comment behind either.

use super::entry::MemberSides;
use super::member::Member;
use super::{join_present, smaller, texts};

/// The text before a value, of the sides that are `fitting`: those on which it stands as
/// in the result. The key and the comment behind it merge each by itself, so that a
/// comment which one side took out does not come back with the other's quotes around the
/// key. `None` if both sides changed the comment.
pub fn prefix(sides: &MemberSides, fitting: &MemberSides, column: usize) -> Option<String> {
    let whole = texts(fitting, |m| m.prefix_at(column));
    if let Some(prefix) = join_present(&whole) {
        return Some(prefix);
    }
    let (ours, theirs) = (fitting.ours?, fitting.theirs?);
    if [ours, theirs]
        .iter()
        .any(|m| m.key.is_none() || m.compact())
    {
        return smaller(&whole);
    }
    let cuts = fitting.map(|m| m.map(|m| cut(m, column)));
    let keys = cuts
        .as_ref()
        .map(|cut| cut.as_ref().map(|(key, _)| key.clone()));
    let behind = cuts.map(|cut| cut.map(|(_, behind)| behind));
    let key = smaller(&keys)?;
    if let (Some(_), Some(behind)) = (fitting.base, join_present(&behind)) {
        return Some(format!("{key}{behind}"));
    }
    let base = match &behind.base {
        Some(behind) => behind.trim().to_owned(),
        None => sides.base.map(comment).unwrap_or_default(),
    };
    let [ours, theirs] = [behind.ours?, behind.theirs?];
    let kept = match (ours.trim(), theirs.trim()) {
        (ours, theirs) if ours == theirs || theirs == base => ours,
        (ours, theirs) if ours == base => theirs,
        _ => return None,
    };
    let both = [&ours, &theirs].into_iter();
    let behind = both.filter(|it| it.trim() == kept).min()?;
    Some(format!("{key}{behind}"))
}

/// The key of an entry, with its colon and its properties, and what stands between them
/// and the value.
pub fn cut(m: &Member, column: usize) -> (String, String) {
    let prefix = m.prefix_at(column);
    let key = match m.comment_before(column) {
        Some(at) => prefix[..at].trim_end(),
        None => prefix.trim_end(),
    };
    (key.to_owned(), prefix[key.len()..].to_owned())
}

/// The comment on the line of an entry: behind the key of a block collection, otherwise
/// behind the value.
pub fn comment(m: &Member) -> String {
    match (m.comment_before(m.column), m.suffix.find('#')) {
        (Some(at), _) if m.nested.is_some() => m.prefix[at..].trim().to_owned(),
        (_, Some(at)) => m.suffix[at..].trim().to_owned(),
        _ => String::new(),
    }
}
