//! The laws of what reads a file: frontmatter, pages and conflict markers.

use palimpsest::journal::hunks::{Choice, Hunks};
use palimpsest::journal::markers::conflict_markers;
use palimpsest::journal::yaml::{Node, Tree};
use palimpsest::journal::{Document, Entry, EntryDate, Note, markdown};
use palimpsest::merge::{ConflictStyle, LineMerge, Markers, is_binary};
use palimpsest::repo::GitLines;

use super::thirds;

/// The laws that an entry of these bytes breaks.
pub fn frontmatter(bytes: &[u8]) -> Vec<&'static str> {
    let mut laws = Laws::default();
    let document = Document::split(bytes);
    laws.hold("the parts are the file", document.join() == bytes);
    if let Ok(text) = std::str::from_utf8(document.frontmatter)
        && let Ok(tree) = Tree::parse(text)
    {
        laws.hold("every node is in the text", in_text(&tree, text));
        let hashes = tree
            .comments
            .iter()
            .all(|c| text[c.clone()].starts_with('#'));
        laws.hold("every comment begins with its sign", hashes);
    }
    let Some(date) = EntryDate::from_iso("2024-11-01") else {
        return laws.broken;
    };
    let dated = [b"---\ndate: 2024-11-01\n", bytes].concat();
    for file in [bytes, &dated] {
        let read = Entry::read(date, file);
        if let Ok(entry) = &read {
            let again = Entry::read(date, file);
            laws.hold("a file reads the same again", again.as_ref() == Ok(entry));
            let known = entry.word_count < u64::MAX && entry.reading_time.is_finite();
            laws.hold("numbers are numbers", known);
        }
        if let Err(error) = &read {
            let lines = file.split(|&b| b == b'\n').count();
            laws.hold(
                "an error has its place",
                (1..=lines + 1).contains(&error.at.line),
            );
        }
    }
    laws.broken
}

/// Spans lie inside the text, at characters' bounds.
fn in_text(tree: &Tree, text: &str) -> bool {
    let mut inside = true;
    if let Some(root) = &tree.root {
        root.walk(&mut |node: &Node| {
            inside &= text.get(node.span.clone()).is_some()
                && node.value_start <= node.span.end.max(node.value_start)
                && text.is_char_boundary(node.value_start.min(text.len()));
        });
    }
    inside
}

/// The laws that a note page of these bytes breaks.
pub fn page(bytes: &[u8]) -> Vec<&'static str> {
    let mut laws = Laws::default();
    let Ok(text) = std::str::from_utf8(bytes) else {
        laws.hold(
            "bytes that are no text are an error",
            Note::read(bytes).is_err(),
        );
        return laws.broken;
    };
    let lines: String = markdown::lines(text)
        .map(|l| &text[l.start..l.end])
        .collect();
    laws.hold("the lines are the text", lines == text);
    match Note::read(bytes) {
        Ok(note) => {
            let plain = text.replace("\r\n", "\n");
            laws.hold("a note stands in its page", plain.contains(&note.text));
            laws.hold(
                "a note has no space around it",
                note.text.trim() == note.text,
            );
            let under = format!("# Day\n\n### Notes\n\n{}\n", note.text);
            let again = Note::read(under.as_bytes());
            let whole = markdown::lines(&note.text).all(|l| l.kind == markdown::Line::Text);
            let same = again.is_ok_and(|n| n.text == note.text.replace("\r\n", "\n"));
            // One with headings of its own may end at one of them.
            laws.hold("a note without headings reads the same", !whole || same);
        }
        Err(_) => laws.hold("text is read", false),
    }
    laws.broken
}

/// The laws that conflict markers in these bytes break, and those that git makes
/// of them.
pub fn markers(bytes: &[u8]) -> Vec<&'static str> {
    let mut laws = Laws::default();
    taken_apart(bytes, &mut laws);
    let sides = thirds(bytes);
    if [sides.base, sides.ours, sides.theirs]
        .into_iter()
        .any(is_binary)
    {
        return laws.broken;
    }
    for style in [
        ConflictStyle::Merge,
        ConflictStyle::Diff3,
        ConflictStyle::Zdiff3,
    ] {
        let with = Markers {
            style,
            ..Markers::default()
        };
        let Ok(merged) = GitLines::new().merge(sides, &with) else {
            laws.hold("text merges by line", false);
            continue;
        };
        taken_apart(&merged.bytes, &mut laws);
        let own = sides
            .ours
            .windows(7)
            .chain(sides.theirs.windows(7))
            .chain(sides.base.windows(7));
        let mut own = own.filter(|w| w.iter().all(|b| *b == w[0] && b"<|=>".contains(b)));
        if own.next().is_none() {
            let found = conflict_markers(&merged.bytes).is_some();
            laws.hold(
                "a conflict of git's is found, and no other",
                found == merged.conflict,
            );
        }
    }
    laws.broken
}

fn taken_apart(bytes: &[u8], laws: &mut Laws) {
    let hunks = Hunks::of(bytes);
    laws.hold(
        "left as they are, they are the file",
        hunks.choose(|_| Choice::Leave) == bytes,
    );
    let found = conflict_markers(bytes);
    laws.hold(
        "both readers see the same",
        found.is_some() != hunks.is_empty(),
    );
    if let (Some(found), Some(first)) = (found, hunks.iter().next()) {
        laws.hold("at the same line", found.line == first.line);
    }
    let sides = hunks.versions();
    laws.hold(
        "a side is the choice of it",
        hunks.choose(|_| Choice::Ours) == sides.ours,
    );
    laws.hold(
        "or of the other",
        hunks.choose(|_| Choice::Theirs) == sides.theirs,
    );
    let both = hunks.choose(|_| Choice::Both);
    // Space at a line's end, a carriage return too, makes no other line.
    let lines = |text: &'_ [u8]| -> Vec<Vec<u8>> {
        let lines = text.split(|&b| b == b'\n');
        lines.map(|l| l.trim_ascii_end().to_vec()).collect()
    };
    let there = lines(&both);
    let kept = |side: &[u8]| lines(side).iter().all(|line| there.contains(line));
    laws.hold(
        "both have all lines",
        kept(&sides.ours) && kept(&sides.theirs),
    );
}

#[derive(Default)]
struct Laws {
    broken: Vec<&'static str>,
}

impl Laws {
    fn hold(&mut self, law: &'static str, holds: bool) {
        if !holds {
            self.broken.push(law);
        }
    }
}
