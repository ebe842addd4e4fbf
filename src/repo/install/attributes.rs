//! The lines of `.gitattributes` that `init` writes, and their place among a person's.

use std::collections::BTreeSet;

use super::drivers::ENTRY_DRIVER;
use super::files::with_lines;
use crate::journal::Layout;
use crate::journal::layout::MARKDOWN;
use crate::repo::typed::literal;

/// Whether the value of the attribute `merge` names the entry driver.
#[must_use]
pub fn merges_by_field(value: Option<&str>) -> bool {
    value == ENTRY_DRIVER.split('.').nth(1)
}

/// The attribute lines of a journal, or of any repository of Markdown files.
#[must_use]
pub(super) fn attributes(layout: &Layout, journal: bool) -> Vec<String> {
    if !journal {
        return MARKDOWN
            .map(|ending| format!("*.{ending} merge=palimpsest"))
            .into();
    }
    by_folder(layout)
        .into_iter()
        .map(|(_, line)| line)
        .collect()
}

/// The attribute lines of a journal, each with the folder that it is for.
pub(super) fn by_folder(layout: &Layout) -> Vec<(String, String)> {
    let mut lines: Vec<(String, String)> = [&layout.journal, &layout.wiki]
        .map(|folder| {
            let line = format!("{} merge=palimpsest", pattern(folder, "**/*.md"));
            (folder.clone(), line)
        })
        .into();
    lines.dedup();
    let ledger = format!(
        "{} text eol=lf {LEDGER}",
        pattern(&layout.ledger, "*.jsonl")
    );
    lines.push((layout.ledger.clone(), ledger));
    lines
}

/// The attribute on the ledger's line.
pub(super) const LEDGER: &str = "merge=palimpsest-ledger";

/// A pattern below a folder; quoted where git needs it.
#[must_use]
pub fn pattern(folder: &str, files: &str) -> String {
    let path = match folder.trim_matches('/') {
        "" | "." => format!("/{files}"),
        folder => format!("/{}/{files}", literal(folder)),
    };
    if path.contains([' ', '"', '\\', '\t']) {
        format!("\"{}\"", path.replace('\\', r"\\").replace('"', "\\\""))
    } else {
        path
    }
}

/// The text of `.gitattributes` with lines of ours added. In git the later of two lines
/// wins. So each of ours goes before a person's lines on how some of the same files
/// merge, and behind lines for more files than its own; otherwise to the end. The
/// ledger's line is for files of ours alone.
pub(super) fn with_attributes(text: &[u8], lines: &[String]) -> Vec<u8> {
    let mut text = text.to_vec();
    for line in lines {
        let at = match line.ends_with(LEDGER) {
            true => None,
            false => first_special(&text, scope(line)),
        };
        let added = with_lines(&text, std::slice::from_ref(line));
        text = match at {
            None => added,
            Some(at) => {
                let end: &[u8] = match text.windows(2).any(|two| two == b"\r\n") {
                    true => b"\r\n",
                    false => b"\n",
                };
                [&text[..at], line.as_bytes(), end, &text[at..]].concat()
            }
        };
    }
    text
}

/// The path, from the top, that all files of a line's pattern begin with.
fn scope(line: &str) -> &[u8] {
    let pattern = line.trim_start_matches(['"', '/']);
    let wild = pattern.find(['*', '?', '[']).unwrap_or(pattern.len());
    &pattern.as_bytes()[..wild]
}

/// The start of the first line on how some files of the scope merge. Lines above one for
/// all files of the scope do not count: that one wins over them in git, and would win
/// over ours, too.
fn first_special(text: &[u8], scope: &[u8]) -> Option<usize> {
    let mut words: BTreeSet<&[u8]> = [&b"merge"[..], b"binary"].into();
    let mut start = 0;
    let mut first = None;
    for line in text.split_inclusive(|b| *b == b'\n') {
        let at = start;
        start += line.len();
        let line = line.trim_ascii();
        let (pattern, said) = pattern_of(line);
        let says = said.split(u8::is_ascii_whitespace).any(|word| {
            let name = word.strip_prefix(b"-").or(word.strip_prefix(b"!"));
            let name = name.unwrap_or(word);
            let name = name.split(|b| *b == b'=').next().unwrap_or(name);
            // A line for the same driver may come first as well.
            words.contains(name) && word != b"merge=palimpsest"
        });
        if let (Some(name), true) = (pattern.strip_prefix(b"[attr]"), says) {
            words.insert(name);
            continue;
        }
        if !says || line.starts_with(b"#") {
            continue;
        }
        let path = pattern.strip_prefix(b"/").unwrap_or(pattern);
        let is_all = !path.iter().any(|b| !b"*/".contains(b));
        if !is_all && path.starts_with(scope) {
            first = first.or(Some(at));
        } else if is_general(pattern, scope) {
            first = None;
        }
    }
    first
}

/// Whether a pattern from above the scope covers every Markdown file in it.
fn is_general(pattern: &[u8], scope: &[u8]) -> bool {
    let path = pattern.strip_prefix(b"/").unwrap_or(pattern);
    let (folder, name) = match path.iter().rposition(|b| *b == b'/') {
        Some(at) => (&path[..at], &path[at + 1..]),
        // Without a slash, a pattern is for names in any folder.
        None if path.len() == pattern.len() => (&b"**"[..], path),
        None => (&b""[..], path),
    };
    let above = folder.strip_suffix(b"**");
    let is_above = above.is_some_and(|above| scope.starts_with(above));
    // `**` in a name is `*`.
    let stars = name.iter().take_while(|b| **b == b'*').count();
    is_above && stars > 0 && b".md".ends_with(&name[stars..])
}

/// The pattern of a line, without its quotes, and its attributes.
fn pattern_of(line: &[u8]) -> (&[u8], &[u8]) {
    let quoted = line.strip_prefix(b"\"").and_then(|rest| {
        let end = rest
            .windows(2)
            .position(|two| two[1] == b'"' && two[0] != b'\\');
        end.map(|end| (&rest[..=end], &rest[end + 2..]))
    });
    quoted.unwrap_or_else(|| {
        let end = line.iter().position(u8::is_ascii_whitespace);
        line.split_at(end.unwrap_or(line.len()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_begin_at_the_top_and_are_quoted_where_needed() {
        let layout = Layout {
            journal: "my journal".into(),
            wiki: ".".into(),
            ..Layout::default()
        };
        assert_eq!(
            attributes(&layout, true),
            [
                "\"/my journal/**/*.md\" merge=palimpsest",
                "/**/*.md merge=palimpsest",
                "/data/ledger/*.jsonl text eol=lf merge=palimpsest-ledger",
            ]
        );
    }

    #[track_caller]
    fn check(before: &[u8], line: &str, after: &[u8]) {
        let text = with_attributes(before, &[line.to_owned()]);
        assert_eq!(
            text.escape_ascii().to_string(),
            after.escape_ascii().to_string()
        );
    }

    #[test]
    fn what_a_person_says_of_special_files_comes_later() {
        let all = "*.md merge=palimpsest";
        check(b"", all, b"*.md merge=palimpsest\n");
        check(b"* text=auto", all, b"* text=auto\n*.md merge=palimpsest\n");
        check(
            b"# mine\r\n* -merge\r\nl\xe9gal.md -merge\r\n",
            all,
            b"# mine\r\n* -merge\r\n*.md merge=palimpsest\r\nl\xe9gal.md -merge\r\n",
        );
        for special in [
            "CHANGELOG.md merge=union",
            "\"a b.md\" text merge",
            "x.md !merge",
            "*.jpg binary",
            "[attr]mine text -merge\nx.md mine",
        ] {
            let (macros, line) = special.split_once('\n').unwrap_or(("", special));
            let before = match macros {
                "" => String::new(),
                macros => format!("{macros}\n"),
            };
            let whole = format!("* text\n{before}{line}\n");
            let after = format!("* text\n{before}{all}\n{line}\n");
            check(whole.as_bytes(), all, after.as_bytes());
        }
        for other in ["# x.md merge=union\n", "x.md text\n", "*.md diff=merge\n"] {
            check(other.as_bytes(), all, format!("{other}{all}\n").as_bytes());
        }
    }

    #[test]
    fn a_special_line_that_a_general_one_overrides_keeps_nothing_back() {
        let entries = "/journal/md/**/*.md merge=palimpsest";
        let old = "journal/md/old/*.md -merge\n";
        for general in [
            "*.md merge=union",
            "* -merge",
            "**/*.md merge=union",
            "/journal/**/*.md merge=union",
            "**/* -merge",
        ] {
            let before = format!("{old}{general}\n");
            check(
                before.as_bytes(),
                entries,
                format!("{before}{entries}\n").as_bytes(),
            );
            check(
                format!("{before}{old}").as_bytes(),
                entries,
                format!("{before}{entries}\n{old}").as_bytes(),
            );
        }
        for other in [
            "*.png binary",
            "/*.md -merge",
            "/wiki/**/*.md merge=union",
            "README.md merge=union",
            "*.md text",
            "# *.md -merge",
        ] {
            check(
                format!("{old}{other}\n").as_bytes(),
                entries,
                format!("{entries}\n{old}{other}\n").as_bytes(),
            );
        }
    }

    #[test]
    fn a_journals_lines_come_after_those_for_more_than_it() {
        let entries = "/journal/md/**/*.md merge=palimpsest";
        let general = b"*.md merge=union\n/wiki/x.md -merge\n";
        check(
            general,
            entries,
            &[general, entries.as_bytes(), b"\n"].concat(),
        );
        check(
            b"*.md merge=union\njournal/md/old/*.md -merge\n",
            entries,
            b"*.md merge=union\n/journal/md/**/*.md merge=palimpsest\njournal/md/old/*.md -merge\n",
        );
        check(
            b"\"/my journal/a \\\"b.md\" -merge\n",
            "\"/my journal/**/*.md\" merge=palimpsest",
            b"\"/my journal/**/*.md\" merge=palimpsest\n\"/my journal/a \\\"b.md\" -merge\n",
        );
        let ledger = "/data/ledger/*.jsonl text eol=lf merge=palimpsest-ledger";
        let union = b"data/ledger/*.jsonl merge=union\n";
        check(union, ledger, &[union, ledger.as_bytes(), b"\n"].concat());
    }
}
