//! What of a text with markers is frontmatter.

use super::{Choice, Hunks, Part};
use crate::journal::document::{Document, Fences};
use crate::journal::markdown::{Line, lines};
use crate::journal::markers::{AsText, Set, find, marker};
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

    /// Adds the sets that stand in code blocks of the body of a version of a file. One with
    /// markers of another length in it is none: git may have merged within an example.
    pub fn add_code(&mut self, version: &[u8]) {
        let front = end(version, self.of_entry);
        let outside = outside_code(version, self.of_entry);
        let is_plain = |set: &Set| {
            let mut lines = version[set.text.clone()].split_inclusive(|&b| b == b'\n');
            lines.all(|line| marker(line).is_none_or(|(_, length)| length == set.length))
        };
        let mut sets = find(version, &Self::default()).sets;
        sets.retain(|set| set.text.start >= front && !outside.contains(&set.line) && is_plain(set));
        self.add_where(version, |set| sets.iter().any(|code| code.text == set.text));
    }
}

/// Whether frontmatter that cannot be read has a marker in it: where sets of markers cross, a
/// choice can leave one, or a part of one. Sets of which `is_text` holds stood there before.
#[must_use]
pub fn has_marker_in_front(bytes: &[u8], is_text: impl Fn(&[u8]) -> bool) -> bool {
    let front = Document::split(bytes).frontmatter;
    let mut sets = find(front, &AsText::default()).sets;
    sets.retain(|set| is_text(front[set.text.clone()].trim_ascii_end()));
    let mut at = 0;
    let mut lines = front.split_inclusive(|&b| b == b'\n');
    let has_one = lines.any(|line| {
        let start = at;
        at += line.len();
        marker(line).is_some() && !sets.iter().any(|set| set.text.contains(&start))
    });
    has_one && !std::str::from_utf8(front).is_ok_and(|front| Tree::parse(front).is_ok())
}

/// The lines, counted from 1, of the sets of markers in the body of a file that stand
/// outside of code blocks. A fence inside of a set counts for nothing, since one side alone
/// may have it, and a block that does not end is none.
#[must_use]
pub fn outside_code(bytes: &[u8], is_entry: bool) -> Vec<usize> {
    let front = end(bytes, is_entry);
    let sets = find(bytes, &AsText::default()).sets;
    let mut in_body = sets.iter().filter(|set| set.text.start >= front).peekable();
    if in_body.peek().is_none() {
        return Vec::new();
    }
    // The body, with a blank line for each set.
    let (mut body, mut at) = (String::new(), front);
    let mut places = Vec::new();
    for set in in_body {
        body.push_str(&String::from_utf8_lossy(&bytes[at..set.text.start]));
        places.push((set.line, body.len()));
        body.push('\n');
        at = set.text.end;
    }
    body.push_str(&String::from_utf8_lossy(&bytes[at..]));
    // A line behind the end is code if the last block does not end.
    body.push_str("\n.");
    let top = body.len() - body.trim_start_matches('\u{feff}').len();
    let mut code: Vec<_> = lines(&body[top..]).collect();
    while code.pop_if(|line| line.kind == Line::Code).is_some() {}
    let mut code = code
        .iter()
        .filter(|line| line.kind == Line::Code)
        .peekable();
    let mut outside = Vec::new();
    for (line, place) in places {
        while code.next_if(|code| top + code.end <= place).is_some() {}
        if code.peek().is_none_or(|code| top + code.start > place) {
            outside.push(line);
        }
    }
    outside
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

/// Whether a text is YAML with fields, as frontmatter is.
#[must_use]
pub fn has_fields(front: &[u8]) -> bool {
    let tree = std::str::from_utf8(front).ok().map(Tree::parse);
    let tree = tree.and_then(Result::ok);
    tree.is_some_and(|tree| tree.root.is_some_and(|root| root.pairs().is_some()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_marker_in_frontmatter_is_told() {
        let set = "<<<<<<< a\nx\n=======\ny\n>>>>>>> c\n";
        let has = |text: &str, known: &str| {
            has_marker_in_front(text.as_bytes(), |set| known.as_bytes().starts_with(set))
        };
        for (text, is) in [
            ("---\na: 1\n=======\nb: 2\n---\n", true),
            ("---\r\na: 1\r\n>>>>>>> c\r\n---\r\n", true),
            ("---\n<<<<<<< HEAD\na: 1\n---\n", true),
            ("---\na: 1\n---\n=======\n", false),
            ("---\na: |\n  =======\n---\n", false),
            // A heading below a rule.
            ("---\nTitle\n=======\n---\n", false),
            ("Title\n=======\n", false),
        ] {
            assert_eq!(has(text, set), is, "{text:?}");
        }
        // An example in a first slide, one that was not there, and what is beside one.
        let slide = format!("---\n```\n{set}```\n---\n");
        assert!(!has(&slide, set) && has(&slide, ""));
        assert!(has(&format!("---\n{set}b: 1\n=======\n---\n"), set));
    }

    #[test]
    fn sets_outside_of_code_blocks_are_told() {
        let set = |line: &str| format!("<<<<<<< a\n{line}\n=======\nb\n>>>>>>> c\n");
        let loose = |text: &str| outside_code(text.as_bytes(), true);
        let none: [usize; 0] = [];
        let (x, y, z) = (set("x"), set("y"), set("z"));
        assert_eq!(loose(&format!("{x}\n~~~\n{y}~~~\n{z}")), [1, 14]);
        assert_eq!(loose(&format!("````\n```\n{x}````\n\n{x}")), [10]);
        assert_eq!(loose(&format!("---\na: '```'\n---\n{x}")), [4]);
        assert_eq!(
            loose(&format!("---\na: |\n  ```\n---\n```\n{x}```\n")),
            none
        );
        assert_eq!(loose(&format!("\u{feff}```\n{x}```\n{y}")), [8]);
        // In frontmatter a set is another matter.
        assert_eq!(loose(&format!("---\na: 1\n{x}---\n{y}")), [9]);
        // Fences of one side alone, and a block that does not end.
        assert_eq!(loose(&format!("{}\n{y}```\nA\n", set("```"))), [1, 7]);
        assert_eq!(loose(&format!("```\nA\n```\n{x}\n```\n{y}")), [4, 11]);
        let both = "```\nA\n<<<<<<< a\n```\nx\n=======\n```\ny\n>>>>>>> c\n\n";
        assert_eq!(loose(&format!("{both}{z}")), [3, 11]);
        // Bytes that are not UTF-8 move no line.
        let bytes = [b"\xff\n\xff\n```\n", x.as_bytes(), b"```\n", y.as_bytes()].concat();
        assert_eq!(outside_code(&bytes, false), [10]);
    }
}
