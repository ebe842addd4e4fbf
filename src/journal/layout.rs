//! The places of a journal's parts in the work tree.

use super::EntryDate;
use super::digest::short_sha256;

/// The folders and files of a journal, as paths from the top of the work tree
/// with `/` between their parts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layout {
    /// The entries' folder.
    pub journal: String,
    /// The note pages' folder.
    pub wiki: String,
    /// The folder of the ledger's files.
    pub ledger: String,
    /// The database file.
    pub database: String,
}

impl Default for Layout {
    fn default() -> Self {
        Self {
            journal: "journal/md".into(),
            wiki: "wiki/entries".into(),
            ledger: "data/ledger".into(),
            database: "data/palimpsest.db".into(),
        }
    }
}

/// The journal's view of a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PathKind {
    /// An entry's file, by the date in its name; in any folder below the journal's.
    Entry(EntryDate),
    /// A note page, by the date in its name.
    Note(EntryDate),
    /// The ledger of a year.
    Ledger(i32),
    /// A Markdown file in the journal or the wiki whose name is not a date and `.md`.
    UndatedPage,
    /// Anything else.
    Other,
}

/// The endings of the files that SQLite keeps beside a database.
pub const BESIDE_DATABASE: [&str; 3] = ["-journal", "-wal", "-shm"];

impl Layout {
    /// The database, after the files that SQLite keeps beside it: a leftover journal would
    /// be applied to the next file of that name.
    #[must_use]
    pub fn database_files(&self) -> [String; 4] {
        let [journal, wal, shm] = BESIDE_DATABASE;
        [journal, wal, shm, ""].map(|end| format!("{}{end}", self.database))
    }

    /// Classifies a path, given from the top of the work tree.
    #[must_use]
    pub fn classify(&self, path: &str) -> PathKind {
        let ledger = below(path, &self.ledger);
        if let Some(year) = ledger.and_then(year_in_name) {
            return PathKind::Ledger(year);
        }
        let page = |kind: fn(EntryDate) -> PathKind| match EntryDate::from_path(path) {
            Some(date) => kind(date),
            None if is_markdown(path) => PathKind::UndatedPage,
            None => PathKind::Other,
        };
        // The folders may stand inside one another: the longer one decides.
        let inner = |name: &&str| ledger.is_none_or(|l| name.len() <= l.len());
        let journal = below(path, &self.journal).filter(inner);
        let wiki = below(path, &self.wiki).filter(inner);
        match (journal, wiki) {
            (Some(j), Some(w)) if w.len() < j.len() => page(PathKind::Note),
            (Some(_), _) => page(PathKind::Entry),
            (None, Some(_)) => page(PathKind::Note),
            (None, None) => PathKind::Other,
        }
    }

    /// The year whose ledger a path is.
    #[must_use]
    pub fn ledger_year(&self, path: &str) -> Option<i32> {
        match self.classify(path) {
            PathKind::Ledger(year) => Some(year),
            _ => None,
        }
    }

    /// The date whose entry a path is.
    #[must_use]
    pub fn entry_date(&self, path: &str) -> Option<EntryDate> {
        match self.classify(path) {
            PathKind::Entry(date) => Some(date),
            _ => None,
        }
    }

    /// A short sum over the folders of entries, notes and the ledger, for notes of this
    /// clone that hold only as long as these folders stay.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        let folders = [self.journal.as_str(), &self.wiki, &self.ledger];
        // No path has a NUL, but names may have spaces.
        short_sha256(folders.join("\0").as_bytes())
    }

    /// The default path of a date's entry.
    #[must_use]
    pub fn entry_path(&self, date: EntryDate) -> String {
        in_folder(&self.journal, &format!("{:04}/{date}.md", date.year()))
    }

    /// The default path of a date's note page.
    #[must_use]
    pub fn note_path(&self, date: EntryDate) -> String {
        in_folder(&self.wiki, &format!("{:04}/{date}.md", date.year()))
    }

    /// The ledger file of a year.
    #[must_use]
    pub fn ledger_path(&self, year: i32) -> String {
        in_folder(&self.ledger, &format!("{year:04}.jsonl"))
    }
}

/// The path of a file in a folder; the folder `.` is the top of the work tree.
#[must_use]
pub fn in_folder(folder: &str, file: &str) -> String {
    match folder.trim_end_matches('/') {
        "" | "." => file.to_owned(),
        folder => format!("{folder}/{file}"),
    }
}

/// The part of `path` below `folder`; all of it if that is the top of the work tree, `.`
/// or an empty name.
#[must_use]
pub fn below<'a>(path: &'a str, folder: &str) -> Option<&'a str> {
    match folder.trim_end_matches('/') {
        "" | "." => Some(path),
        folder => path.strip_prefix(folder)?.strip_prefix('/'),
    }
}

/// Whether a path is this folder or below it.
#[must_use]
pub fn is_at_or_below(path: &str, folder: &str) -> bool {
    path == folder.trim_end_matches('/') || below(path, folder).is_some()
}

/// The endings of Markdown files' names.
pub const MARKDOWN: [&str; 3] = ["md", "markdown", "mdx"];

/// Whether a path is that of a Markdown file.
#[must_use]
pub fn is_markdown(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.rsplit_once('.')
        .is_some_and(|(_, e)| MARKDOWN.iter().any(|ending| e.eq_ignore_ascii_case(ending)))
}

fn year_in_name(name: &str) -> Option<i32> {
    let year = name.strip_suffix(".jsonl")?;
    (year.len() == 4 && year.bytes().all(|b| b.is_ascii_digit()))
        .then(|| year.parse().ok())
        .flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_below_a_folder_by_whole_names() {
        for (path, folder, rest, at_or_below) in [
            ("a/b/c", "a/b", Some("c"), true),
            ("a/b/c", "a/b/", Some("c"), true),
            ("a/bc", "a/b", None, false),
            ("a/b", "a/b", None, true),
            ("a/b", "a/b/", None, true),
            ("a", "a/b", None, false),
            ("a/b", ".", Some("a/b"), true),
            ("a/b", "", Some("a/b"), true),
        ] {
            assert_eq!(below(path, folder), rest, "{path} {folder}");
            assert_eq!(is_at_or_below(path, folder), at_or_below, "{path} {folder}");
        }
    }

    #[test]
    fn folders_with_spaces_in_their_names_do_not_run_together() {
        let of = |journal: &str, wiki: &str| {
            let (journal, wiki) = (journal.into(), wiki.into());
            let layout = Layout {
                journal,
                wiki,
                ..Layout::default()
            };
            layout.fingerprint()
        };
        assert_ne!(of("a b", "c"), of("a", "b c"));
        assert_eq!(of("a b", "c"), of("a b", "c"));
    }

    #[test]
    fn a_path_is_what_its_folder_and_name_say() {
        let date = EntryDate::from_iso("2024-11-01").unwrap();
        let layout = Layout::default();
        for (path, kind) in [
            ("journal/md/2024/2024-11-01.md", PathKind::Entry(date)),
            ("journal/md/2024-11-01.md", PathKind::Entry(date)),
            ("wiki/entries/2024/2024-11-01.md", PathKind::Note(date)),
            ("data/ledger/2024.jsonl", PathKind::Ledger(2024)),
            ("data/ledger/24.jsonl", PathKind::Other),
            ("data/ledger/old/2024.jsonl", PathKind::Other),
            ("journal/md/index.md", PathKind::UndatedPage),
            ("journal/md/2024-13-01.md", PathKind::UndatedPage),
            ("journal/md/2024/photo.jpg", PathKind::Other),
            ("journal/mdx/2024-11-01.md", PathKind::Other),
            ("README.md", PathKind::Other),
        ] {
            assert_eq!(layout.classify(path), kind, "{path}");
        }
        assert_eq!(
            layout.classify(&layout.entry_path(date)),
            PathKind::Entry(date)
        );
        assert_eq!(
            layout.classify(&layout.note_path(date)),
            PathKind::Note(date)
        );
        assert_eq!(
            layout.classify(&layout.ledger_path(2024)),
            PathKind::Ledger(2024)
        );
    }

    #[test]
    fn the_inner_of_two_nested_folders_decides() {
        let date = EntryDate::from_iso("2024-11-01").unwrap();
        let layout = Layout {
            journal: ".".into(),
            wiki: "wiki".into(),
            ..Layout::default()
        };
        assert_eq!(layout.classify("wiki/2024-11-01.md"), PathKind::Note(date));
        assert_eq!(layout.classify("2024-11-01.md"), PathKind::Entry(date));
        assert_eq!(layout.entry_path(date), "2024/2024-11-01.md");
        assert_eq!(
            layout.classify("data/ledger/2024-11-01.md"),
            PathKind::Other
        );
        let layout = Layout {
            ledger: ".".into(),
            ..Layout::default()
        };
        assert_eq!(layout.ledger_path(2024), "2024.jsonl");
        assert_eq!(layout.classify("2024.jsonl"), PathKind::Ledger(2024));
        assert_eq!(
            layout.classify(&layout.note_path(date)),
            PathKind::Note(date)
        );
    }
}
