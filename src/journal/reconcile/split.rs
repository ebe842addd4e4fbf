//! A text that one side made a list of, or a list that it put into a text.

use std::collections::HashSet;

use super::entry::MemberSides;
use super::member::Member;

/// Whether one side made a list of a text that the other side has as a text still, or a
/// text of a list: `a, b` is `[a, b]` there, and `a, b, c` here. As an item of that list
/// the text would say everything twice.
pub fn on_one_side(sides: &MemberSides, path: &[String]) -> bool {
    // Where tags stand in one text, some write `#a #b`.
    let bare = |part: &str| part.trim().trim_start_matches('#').to_owned();
    let name = path.last().map(String::as_str);
    let is_words = matches!(name, Some("tags" | "categories"));
    let marks: &[&[char]] = match is_words {
        true => &[&[',', ';'], &[',', ';', ' ']],
        false => &[&[',', ';']],
    };
    let text = |m: Option<&Member>| m.and_then(|m| m.value.identity());
    let base = text(sides.base);
    let split = |list: Option<&Member>, lone: Option<&Member>| {
        let Some(items) = list.and_then(|m| m.value.items()) else {
            return false;
        };
        let Some(lone) = text(lone).filter(|lone| base.as_ref() != Some(lone)) else {
            return false;
        };
        let before = sides.base.and_then(|m| m.value.items()).unwrap_or_default();
        let items = items.iter().chain(before);
        let items = items.filter_map(|i| i.node.identity());
        let items: HashSet<String> = items.map(|item| bare(&item)).collect();
        let has_all = |text: &str| {
            let cut = |at: &[char]| -> Vec<String> {
                let parts = text.split(at).map(bare);
                parts.filter(|part| !part.is_empty()).collect()
            };
            [cut(&[',']), cut(&[',', ' '])]
                .iter()
                .any(|parts| parts.len() > 1 && parts.iter().all(|part| items.contains(part)))
        };
        // A text put together of known items may have a new one as well. At a space alone,
        // no more than a name of two words may have been cut; but programs cut tags and
        // categories there.
        let is_known = |part: &String| {
            items.contains(part) || base.as_ref().is_some_and(|base| bare(base) == *part)
        };
        let has_known = |at: &&[char]| {
            let mut parts = lone.split(*at).map(bare);
            lone.contains(*at) && parts.any(|part| !part.is_empty() && is_known(&part))
        };
        (!items.contains(&bare(&lone)) && marks.iter().any(has_known))
            || has_all(&lone)
            || base.as_deref().is_some_and(has_all)
    };
    split(sides.ours, sides.theirs) || split(sides.theirs, sides.ours)
}
