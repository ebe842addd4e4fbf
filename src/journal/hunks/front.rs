//! What of a text with markers is frontmatter.

use super::{Choice, Hunks, Part};
use crate::journal::document::{Document, Fences};
use crate::journal::markers::AsText;
use crate::journal::yaml::Tree;

impl AsText {
    /// Adds the sets that stand in the body of a version of a file, with markers up to this
    /// length. In frontmatter no set is meant: it cannot be read with one.
    pub fn add_body(&mut self, version: &[u8], longest: usize) {
        let front = end(version, self.of_entry);
        self.add_where(version, |set| {
            set.text.start >= front && set.length <= longest
        });
    }
}

/// Where the frontmatter of a text with markers ends: a hunk that begins before it is in it.
/// A first line `---` may as well be a rule, or begin a slide. It opens frontmatter if fields
/// follow with one side of all hunks; that of an entry does in any case. Without a closing
/// fence, nobody knows where it ends, and no example below it may be lost.
pub(super) fn end(bytes: &[u8], of_entry: bool) -> usize {
    let parts = match Document::fences(bytes) {
        Fences::None => Vec::new(),
        _ => Hunks::parts(bytes, &AsText::default(), None),
    };
    // Behind the first line, a hunk is a second part.
    if parts.len() < 2 {
        return 0;
    }
    let mut sides = [Choice::Ours, Choice::Theirs].into_iter();
    let end = sides.find_map(|side| end_with(&parts, side, of_entry));
    end.unwrap_or(0)
}

fn end_with(parts: &[Part], side: Choice, of_entry: bool) -> Option<usize> {
    // What each part says, and the length of a hunk.
    let says = |part: &Part| match part {
        Part::Text(text) => (text.clone(), None),
        Part::Hunk(hunk) => (one_side(hunk.chosen(side), side), Some(hunk.text.len())),
    };
    let says: Vec<(Vec<u8>, Option<usize>)> = parts.iter().map(says).collect();
    let chosen: Vec<u8> = says.iter().flat_map(|(text, _)| text.clone()).collect();
    let document = Document::split(&chosen);
    let mut front = match Document::fences(&chosen) {
        Fences::Closed if of_entry || has_fields(document.frontmatter) => {
            chosen.len() - document.body.len()
        }
        _ => return None,
    };
    let mut end = 0;
    for (text, hunk) in says {
        if front <= text.len() {
            return Some(end + hunk.unwrap_or(front));
        }
        front -= text.len();
        end += hunk.unwrap_or(text.len());
    }
    Some(end)
}

/// How deep sets of markers stand in one another that are looked into. Git makes one more for
/// each merge between merge bases; a text with many costs time, each time it is asked.
const DEEPEST: usize = 8;

/// A text with this side of all hunks, also of those inside of others.
fn one_side(mut text: Vec<u8>, side: Choice) -> Vec<u8> {
    for _ in 0..DEEPEST {
        let hunks = Hunks {
            parts: Hunks::parts(&text, &AsText::default(), None),
        };
        if hunks.is_empty() {
            break;
        }
        text = hunks.choose(|_| side);
    }
    text
}

fn has_fields(front: &[u8]) -> bool {
    let tree = std::str::from_utf8(front).ok().map(Tree::parse);
    let tree = tree.and_then(Result::ok);
    tree.is_some_and(|tree| tree.root.is_some_and(|root| root.pairs().is_some()))
}
