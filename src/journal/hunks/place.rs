//! Where the hunks of a text stand: in a field of its frontmatter, or in the body.

use super::{Hunk, Part, lines};

/// Notes of each hunk whether it begins in the frontmatter, which ends at `front` (behind
/// a hunk that has its end), and in which field. What ours says tells where the next one is.
pub(super) fn note(parts: &mut [Part], front: usize) {
    let mut field = None;
    for part in parts {
        let text = match part {
            Part::Text(text) => text,
            Part::Hunk(hunk) if hunk.place.start < front => {
                hunk.in_front = true;
                hunk.over_end = hunk.place.end == front;
                hunk.field = own_field(hunk).or_else(|| field.clone());
                &hunk.ours
            }
            Part::Hunk(_) => return,
        };
        field = lines(text).filter_map(key).last().or(field);
    }
}

/// The field that a hunk begins with.
fn own_field(hunk: &Hunk) -> Option<String> {
    let first = |side| lines(side).next().and_then(key);
    first(&hunk.ours).or_else(|| first(&hunk.theirs))
}

/// The key of a line that begins a field of the frontmatter.
fn key(line: &[u8]) -> Option<String> {
    let line = std::str::from_utf8(line).ok()?;
    if line.starts_with([' ', '\t', '-', '#']) {
        return None;
    }
    let (key, rest) = line.split_once(':')?;
    let ends = rest.starts_with([' ', '\n', '\r']) || rest.is_empty();
    ends.then(|| key.trim_matches(['"', '\'']).to_owned())
}
