//! The checks of a commit, which must not hold conflict markers, unreadable entries, stale
//! copies, two entries of one date or the database, nor leave the ledger behind. Only files
//! that the commit changes are checked.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use crate::journal::layout::is_markdown;
use crate::journal::markers::AsText;
use crate::journal::settings::FILE;
use crate::journal::{EntryDate, Facts, Item, Layout, PathKind};
use crate::ledger::Source;
use crate::repo::{Blob, Change, Finding, ObjectId, Repo, RepoError, shell_path};
use crate::sync::documents::merged_by_field;

use super::report::on_one_line;
use super::twice::new_ones;
use super::warned;
use crate::sync::versions::{Key, facts, key_of};

/// A reason not to commit, with its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// Conflict markers in a file.
    Markers {
        path: String,
        line: usize,
        of: MarkersOf,
    },
    /// Conflict markers in what is staged of a file that has none any more.
    MarkersOfBefore {
        path: String,
        line: usize,
        pathspec: String,
    },
    /// An entry or note that cannot be read.
    Unreadable {
        path: String,
        error: crate::journal::EntryError,
    },
    /// An older version that would undo more than a removal.
    StaleCopy {
        path: String,
        /// The first digits of a commit that has this version.
        commit: String,
        /// The removed items that the file brings back.
        back: Vec<Item>,
        /// The fields that differ besides.
        undone: Vec<String>,
        /// The path as a person gives it to git, and the former one of an entry that moves.
        pathspec: String,
    },
    /// The database is added, although every machine makes its own from the files.
    Database { path: String, pathspec: String },
    /// The settings name another folder for the ledger than HEAD's.
    LedgerLeftBehind(Finding),
    /// Two files for one entry, or two pages with its notes.
    TwoOfOneDate {
        key: Key,
        path: String,
        other: String,
        /// How one of them is kept.
        how: String,
    },
}

/// What conflict markers are of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MarkersOf {
    /// A ledger, which its driver merges without a conflict.
    Ledger,
    /// A conflict that `palimpsest resolve` knows.
    Conflict,
    /// None that it knows. In a page they may be an example.
    Unknown { may_be_meant: bool },
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Markers { path, line, of } => {
                let word = shell_path(path);
                let edit = "edit the file and `git add` it";
                let how = match of {
                    MarkersOf::Ledger => format!("`palimpsest resolve {word}`"),
                    MarkersOf::Conflict => format!("`palimpsest resolve {word}`, or {edit}"),
                    MarkersOf::Unknown { may_be_meant } => {
                        let meant = match may_be_meant {
                            true => "; an example that is meant is committed with `--no-verify`",
                            false => "",
                        };
                        format!(
                            "{edit}, or take a side: `palimpsest resolve --ours --unknown {word}`\
                             {meant}"
                        )
                    }
                };
                write!(f, "{path}:{line}:1: conflict markers; {how}")
            }
            Self::MarkersOfBefore {
                path,
                line,
                pathspec,
            } => write!(
                f,
                "{path}:{line}:1: conflict markers in what is staged; the file has none any more: \
                 `git add {pathspec}`"
            ),
            Self::Unreadable { path, error } => write!(f, "{path}:{error}"),
            Self::StaleCopy {
                path,
                commit,
                back,
                undone,
                pathspec,
            } => {
                let back = back
                    .iter()
                    .map(|(t, item)| format!("{} {}", t.noun(), on_one_line(item)));
                let back = back.collect::<Vec<_>>().join(", ");
                let undone = undone.join(", ");
                write!(
                    f,
                    "{path}: a copy of {commit}'s version; it would put back {back} and undo later \
                     changes of {undone}; to keep those: `git restore --staged --worktree \
                     --source=HEAD -- {pathspec}`"
                )
            }
            Self::Database { path, pathspec } => write!(
                f,
                "{path}: the index, which each machine makes for itself; in git it would conflict \
                 at every merge. Take it out with `git rm -f --cached {pathspec}` (the file stays), and let `palimpsest init` \
                 keep it out"
            ),
            Self::LedgerLeftBehind(finding) => write!(f, "{finding}"),
            Self::TwoOfOneDate {
                key: (date, source),
                path,
                other,
                how,
            } => {
                let what = match source {
                    Source::Yaml => "entry",
                    Source::Wiki => "note page",
                };
                write!(
                    f,
                    "{path}: a second {what} of {date}; the first is {other}; {how}"
                )
            }
        }
    }
}

/// The findings of the checks.
#[derive(Debug, Default)]
pub(super) struct Checked {
    pub refusals: Vec<Refusal>,
    pub warnings: Vec<String>,
    /// The facts of the parsed entries and notes, so that they need not be read again.
    pub facts: BTreeMap<(Key, ObjectId), Facts>,
}

/// Limit on the cached facts: a commit of a whole journal reads the rest again.
const MOST_FACTS: usize = 1_000;

/// Checks the changes of a commit. Markers that one of the `parents` already has are
/// allowed: such text is intended, like an example in a page about git. `before` has all
/// differences from each parent.
pub(super) fn check(
    repo: &Repo,
    layout: &Layout,
    parents: &[ObjectId],
    before: &[Vec<Change>],
    changes: &[Change],
) -> Result<Checked, RepoError> {
    let new = new_ones(layout, changes, before);
    let there = changes.iter().filter(|c| c.new.is_some());
    let merged = merged_by_field(repo, layout, there.map(|c| c.path.as_str()))?;
    let mut checks = Checks {
        repo,
        layout,
        parents,
        before,
        changes,
        stood: None,
        twice: staged_of(repo, layout, &new)?,
        merged: merged.into_iter().collect(),
        has_journal: repo.workdir().join(&layout.journal).is_dir(),
        found: Checked::default(),
    };
    let not_set_up = warned::not_set_up(repo, layout, changes)?;
    checks.found.warnings.extend(not_set_up);
    let settings = changes.iter().find(|change| change.path == FILE);
    let settings = settings.and_then(|change| change.new).and_then(Blob::file);
    let left_behind = repo.ledger_left_behind(layout, settings)?;
    let refusal = left_behind.map(Refusal::LedgerLeftBehind);
    checks.found.refusals.extend(refusal);
    for change in changes {
        checks.change(change)?;
    }
    checks.two_of_one_date();
    Ok(checks.found)
}

/// The checks of a commit's changes, with what they need.
pub(super) struct Checks<'a> {
    pub repo: &'a Repo,
    pub layout: &'a Layout,
    pub parents: &'a [ObjectId],
    pub before: &'a [Vec<Change>],
    pub changes: &'a [Change],
    /// The sets of markers that stood in the pages that the commit removes, once asked for.
    pub stood: Option<AsText>,
    /// The staged files of the entries and notes that are new.
    pub twice: BTreeMap<Key, Vec<String>>,
    /// The files outside the journal that the driver merges.
    merged: BTreeSet<&'a str>,
    has_journal: bool,
    pub found: Checked,
}

impl Checks<'_> {
    fn change(&mut self, change: &Change) -> Result<(), RepoError> {
        let (repo, layout) = (self.repo, self.layout);
        if change.path == layout.database && change.old.is_none() {
            self.found.refusals.push(Refusal::Database {
                path: change.path.clone(),
                pathspec: repo.pathspec(&change.path),
            });
        }
        self.found.warnings.extend(warned::hook(repo, change)?);
        let kind = layout.classify(&change.path);
        if change.old.is_none() && change.new.is_some() {
            let copy = warned::copy(repo, layout, self.changes, &change.path)?;
            let no_day = (kind == PathKind::UndatedPage).then(|| warned::no_day(&change.path));
            (self.found.warnings).extend(copy.into_iter().chain(no_day.flatten()));
        }
        if kind == PathKind::Other && !self.may_hold_markers(&change.path) {
            return Ok(());
        }
        if kind != PathKind::Other {
            self.found.warnings.extend(warned::link(change));
        }
        match change.new.and_then(Blob::file) {
            Some(id) => {
                self.text(change, kind, id)?;
                self.look_at_the_file(&change.path)
            }
            None => Ok(()),
        }
    }

    /// Whether markers are looked for in a file outside the journal: in those that the
    /// driver merges; without a journal, in every page.
    fn may_hold_markers(&self, path: &str) -> bool {
        self.merged.contains(path) || !self.has_journal && is_markdown(path)
    }

    /// Checks what the commit has at a path.
    fn text(&mut self, change: &Change, kind: PathKind, id: ObjectId) -> Result<(), RepoError> {
        let (repo, path) = (self.repo, &change.path);
        let bytes = repo.read_blob(id)?;
        let is_ledger = matches!(kind, PathKind::Ledger(_));
        if let Some(hunk) = self.added_markers(path, &bytes)? {
            let of = match is_ledger {
                true => MarkersOf::Ledger,
                false if self.is_of_a_conflict(path, &hunk)? => MarkersOf::Conflict,
                false => MarkersOf::Unknown {
                    may_be_meant: is_markdown(path),
                },
            };
            self.found.refusals.push(Refusal::Markers {
                path: path.clone(),
                line: hunk.line,
                of,
            });
            return Ok(());
        }
        let left = self.left_marker(path, &bytes)?;
        (self.found.warnings).extend(left.map(|line| warned::left_marker(path, line)));
        if let Some(key) = key_of(self.layout, path) {
            self.found.add_text(repo, path, (key, id), &bytes)?;
        }
        if is_ledger {
            self.found.warnings.extend(warned::damaged(path, &bytes));
        }
        if let (Some(key), None) = (key_of(self.layout, path), change.old) {
            self.is_second(key, path);
        }
        Ok(())
    }
}

impl Checked {
    /// Adds the facts of an entry or a note, or the refusal of one that cannot be read.
    fn add_text(
        &mut self,
        repo: &Repo,
        path: &str,
        (key, id): (Key, ObjectId),
        bytes: &[u8],
    ) -> Result<(), RepoError> {
        match facts(key, bytes) {
            Ok(facts) if self.facts.len() < MOST_FACTS => {
                self.facts.insert((key, id), facts);
            }
            Ok(_) => {}
            Err(error) => {
                let attribute = repo.other_bytes(path)?;
                self.warnings
                    .extend(attribute.map(|attribute| warned::filtered(path, &attribute)));
                let refusal = Refusal::unreadable(path, key, bytes, error);
                self.refusals.push(refusal);
            }
        }
        Ok(())
    }
}

/// The staged files of these entries.
pub(super) fn staged_files(
    repo: &Repo,
    layout: &Layout,
    entries: &BTreeSet<EntryDate>,
) -> Result<BTreeMap<EntryDate, Vec<String>>, RepoError> {
    let keys = entries.iter().map(|entry| (*entry, Source::Yaml));
    let found = staged_of(repo, layout, &keys.collect())?;
    let found = found.into_iter().map(|((entry, _), paths)| (entry, paths));
    Ok(found.collect())
}

/// The staged files of these entries and notes.
fn staged_of(
    repo: &Repo,
    layout: &Layout,
    keys: &BTreeSet<Key>,
) -> Result<BTreeMap<Key, Vec<String>>, RepoError> {
    let mut found: BTreeMap<Key, Vec<String>> = BTreeMap::new();
    for (folder, source) in [
        (&layout.journal, Source::Yaml),
        (&layout.wiki, Source::Wiki),
    ] {
        let keys = keys.iter().filter(|(_, of)| *of == source);
        let names = keys.map(|(date, _)| format!("{date}.md"));
        for path in repo.staged_named(folder, &names.collect())? {
            if let Some(key) = key_of(layout, &path).filter(|(_, of)| *of == source) {
                found.entry(key).or_default().push(path);
            }
        }
    }
    Ok(found)
}
