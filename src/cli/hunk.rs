//! A hunk of a file, in words for `palimpsest resolve`.

use std::fmt::{self, Display, Formatter};

use crate::journal::hunks::{Choice, Hunk, Hunks};
use crate::journal::reconcile::WorkedOut;
use crate::journal::{Document, Entry, EntryDate};
use crate::repo::{Repo, shell_path};
use crate::sync::resolve::{OpenPath, Resolver};

/// Whether a hunk is the line of a number that is worked out, and the sides differ in the
/// number alone.
pub fn is_one_of(hunk: &Hunk, worked_out: &WorkedOut) -> bool {
    let field = hunk.field.as_deref();
    field.is_some_and(|field| worked_out.has(field) && differ_in_value(hunk, field))
}

/// The side of a hunk that has the date of the entry's name, where the other has no date or
/// another one, and they differ in nothing besides.
pub fn with_date_of_name(hunk: &Hunk, name: EntryDate) -> Option<Choice> {
    let has_it = |side: &[u8]| {
        let front = [b"---\n", side, b"---\n"].concat();
        Entry::named_date(&front) == Some(name)
    };
    let is_of_the_date = hunk.in_front && hunk.field.as_deref() == Some("date");
    let is_line = |side: &[u8]| side.iter().filter(|&&b| b == b'\n').count() == 1;
    let is_alone = match (hunk.ours.is_empty(), hunk.theirs.is_empty()) {
        (false, false) => differ_in_value(hunk, "date"),
        (true, _) => is_line(&hunk.theirs),
        (_, true) => is_line(&hunk.ours),
    };
    match (has_it(&hunk.ours), has_it(&hunk.theirs)) {
        (true, false) if is_of_the_date && is_alone => Some(Choice::Ours),
        (false, true) if is_of_the_date && is_alone => Some(Choice::Theirs),
        _ => None,
    }
}

/// Whether a hunk stands below the closing fence of frontmatter, readable or not.
pub fn is_below_front(hunks: &Hunks, number: usize) -> bool {
    let with = |n| match n == number {
        true => Choice::Leave,
        false => Choice::Ours,
    };
    let text = hunks.choose(with);
    let document = Document::split(&text);
    let front = &text[..text.len() - document.body.len()];
    let lines = front.iter().filter(|&&b| b == b'\n').count();
    let left = hunks.left(with);
    document.has_frontmatter() && left.first().is_some_and(|hunk| hunk.line > lines)
}

/// Whether both sides of a hunk are a line of this field, and differ in the value alone.
fn differ_in_value(hunk: &Hunk, field: &str) -> bool {
    // What stands before the value and behind it.
    let around = |side: &[u8]| -> Option<(String, String)> {
        let line = std::str::from_utf8(side).ok()?.trim_end();
        let (key, rest) = line.split_once(':')?;
        let name = key.trim().trim_matches(['"', '\'']);
        let value = rest.trim_start();
        let behind = &value[value.find(' ').unwrap_or(value.len())..];
        (name == field && !line.contains('\n')).then(|| (key.to_owned(), behind.to_owned()))
    };
    around(&hunk.ours).is_some_and(|ours| around(&hunk.theirs) == Some(ours))
}

/// Why a hunk is left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// Nothing says where its sides end.
    Unclear,
    /// It may be no conflict.
    MayBeText,
    BothDoNotFit,
    NotChosen,
}

impl Why {
    /// Whether a side can be chosen, without a further flag.
    pub const fn is_choice(self) -> bool {
        matches!(self, Self::BothDoNotFit | Self::NotChosen)
    }
}

/// What stands behind the hunk's place.
impl Display for Why {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Unclear => {
                "; a line of the text looks like a marker between the sides, so nothing says where \
                 they end: edit the file, then `git add` it"
            }
            Self::MayBeText => {
                "; it may be text of the file, like an example of markers, so it is left: edit the \
                 file, then `git add` it, or take a side with --unknown"
            }
            Self::BothDoNotFit => "; both do not fit",
            Self::NotChosen => "",
        })
    }
}

/// What is said of markers of which nothing is known.
pub fn doubtful(path: &str, line: usize) -> String {
    let word = shell_path(path);
    format!(
        "{path}:{line}: markers of which no merge is known, so they are left, as they may be \
         text; if they are a conflict, edit the file, or take a side: palimpsest resolve --ours \
         --unknown {word}"
    )
}

/// What is said of markers that stood in one side of the merge before.
pub fn of_one_side(repo: &Repo, path: &str, line: usize) -> String {
    let word = repo.pathspec(path);
    format!(
        "{path}:{line}: markers that one side had before: text, or left by an earlier merge; edit \
         the file, or keep them: git add {word}"
    )
}

/// What is said of a marker whose set is whole no more.
pub fn part_left(repo: &Repo, path: &str, line: usize) -> String {
    let word = repo.pathspec(path);
    format!(
        "{path}:{line}: a marker of a conflict whose other markers are gone, so that nothing can \
         be chosen there; edit the file, then git add {word}, or git checkout -m -- {word} makes \
         the conflict anew"
    )
}

/// What is said of a file that somebody edited, and that has no conflict to choose in.
pub fn edited(resolver: &Resolver<'_>, open: &OpenPath) -> String {
    let (repo, path) = (resolver.repo, &open.path);
    let part = open
        .work()
        .and_then(|work| resolver.part_left_in(open, work));
    match (open.of_one_side(), part) {
        (Some(line), _) => of_one_side(repo, path, line),
        (None, Some(line)) => part_left(repo, path, line),
        (None, None) => format!(
            "{path}: no markers, edited by hand; if it is as it should be: git add {}",
            repo.pathspec(path)
        ),
    }
}

/// What is said of markers that a merge further down left.
pub fn of_another_merge(path: &str, line: usize) -> String {
    let word = shell_path(path);
    format!(
        "{path}:{line}: markers of an earlier merge, which are settled next: palimpsest resolve \
         {word}"
    )
}

/// What is said of a file with markers of a merge across those that a side was committed with.
pub fn crossing(repo: &Repo, path: &str) -> String {
    let word = repo.pathspec(path);
    format!(
        "{path}: a side was committed with markers, and those of this merge cross them: what is \
         chosen would leave a part of a set in the frontmatter, so nothing was written; edit the \
         file, then git add {word}; or abort the merge, settle the markers of that side where it \
         was committed, and merge again"
    )
}

/// What is said of such a file that somebody edited, where the earlier merge can be made again.
pub fn edited_crossing(repo: &Repo, path: &str) -> String {
    let (word, pathspec) = (shell_path(path), repo.pathspec(path));
    format!(
        "{path}: a side was committed with markers, those of this merge may cross them, and the \
         file was edited since; settle all of it by hand and git add {pathspec}; or put your \
         edits aside, and make the conflict anew: git checkout -m -- {pathspec}, then palimpsest \
         resolve {word}"
    )
}

/// A hunk's path and line, and the field that it is in.
pub fn place(path: &str, hunk: &Hunk) -> String {
    let Some(field) = &hunk.field else {
        return format!("{path}:{}: both sides changed the text", hunk.line);
    };
    let removed = [&hunk.ours, &hunk.theirs].map(|text| text.is_empty());
    let is_comment = is_comment(&hunk.ours) && is_comment(&hunk.theirs);
    let what = match removed {
        [false, false] if is_comment => "two versions",
        [false, false] => "two values",
        [_, true] => "changed here, removed there",
        [true, false] => "removed here, changed there",
    };
    match is_comment {
        true => format!("{path}:{}: a comment: {what}", hunk.line),
        false => format!("{path}:{}: {field}: {what}", hunk.line),
    }
}

/// Whether lines of frontmatter are comments alone. One that is indented may be the line of
/// a text.
fn is_comment(side: &[u8]) -> bool {
    let mut lines = side.split_inclusive(|&b| b == b'\n');
    lines.all(|line| line.starts_with(b"#") || line.trim_ascii().is_empty())
}
