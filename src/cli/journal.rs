//! The journal that a command is about: found from the current folder, its index
//! brought up to date.

mod aliases;

use std::cell::{Cell, OnceCell, RefCell};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};

use super::Ui;
use super::exit::Usage;
use super::shown::{counted, left, safe};
use crate::journal::{EntryDate, Layout, PathKind, Settings};
use crate::repo::install::has_journal;
use crate::repo::{Repo, RepoError, shell_path};
use crate::store::{Fresh, Store};
use crate::sync::database_path::is_committed;
use crate::sync::refresh::{Options, Report, Scope, refresh};
use crate::sync::settle::Decider;
use crate::sync::{clock, settings};

/// The variable with the seconds to wait for a process that holds the database.
const WAIT_VARIABLE: &str = "PALIMPSEST_LOCK_WAIT";

/// Limit on the unreadable files that a reading command names; more are counted.
const NAMED: usize = 5;

/// A journal that a command works on.
pub struct Journal {
    pub repo: Repo,
    pub settings: Settings,
    /// The folder in which the command was typed.
    pub here: PathBuf,
    /// Whether it was said that the index cannot be written.
    told_unwritten: Cell<bool>,
    /// See [`wait_for_database`]; a time that is no number is named once.
    wait: OnceCell<Option<u64>>,
    /// What was said of the files. A command may look several times.
    told: RefCell<BTreeSet<String>>,
}

/// The seconds that a person chose to wait for a process that holds the database.
pub(super) fn wait_for_database(ui: &Ui) -> Option<u64> {
    let given = std::env::var_os(WAIT_VARIABLE).filter(|given| !given.is_empty())?;
    let given = given.to_string_lossy();
    let seconds = given.trim().parse().ok();
    if seconds.is_none() {
        ui.warn(format_args!(
            "{WAIT_VARIABLE}={given}: expected whole seconds, such as 10; waiting as long as \
             without it"
        ));
    }
    seconds
}

impl Journal {
    /// The journal around the current folder.
    pub fn find() -> anyhow::Result<Self> {
        Self::of(Repo::from_env())
    }

    /// The journal around the current folder or, if there is none, or the path is not in
    /// it, the one that a path on the command line is in.
    pub fn find_by(typed: &Path) -> anyhow::Result<Self> {
        let around = Repo::from_env();
        let is_elsewhere = match &around {
            Ok(repo) => {
                let here = std::env::current_dir().context("the current folder")?;
                repo.relative(&here, typed).is_err()
            }
            Err(RepoError::NoRepository(_)) => true,
            Err(_) => false,
        };
        if !is_elsewhere {
            return Self::of(around);
        }
        let folder = match typed.is_dir() {
            true => typed,
            false => typed.parent().unwrap_or(typed),
        };
        match Repo::discover(folder) {
            // The typed path may not exist.
            Err(RepoError::NoRepository(_)) if around.is_ok() || !folder.is_dir() => {
                Self::of(around)
            }
            found => Self::of(found),
        }
    }

    fn of(repo: Result<Repo, RepoError>) -> anyhow::Result<Self> {
        let here = std::env::current_dir().context("the current folder")?;
        let repo = repo?;
        let settings = settings::load(&repo)?;
        let journal = Self {
            repo,
            settings,
            here,
            told_unwritten: Cell::new(false),
            wait: OnceCell::new(),
            told: RefCell::default(),
        };
        if !journal.exists()? {
            bail!(
                "{}: no journal in this repository: expected entries in `{}`; \
                 `mkdir -p {}` and `palimpsest init` set one up, or name its folder in {} \
                 (`journal` in [paths])",
                journal.repo.workdir().display(),
                journal.layout().journal,
                journal.repo.from_here(&journal.layout().journal),
                crate::journal::settings::FILE
            );
        }
        Ok(journal)
    }

    /// The folders of the journal.
    pub const fn layout(&self) -> &Layout {
        &self.settings.layout
    }

    fn exists(&self) -> anyhow::Result<bool> {
        let layout = self.layout();
        let folders = [&layout.journal, &layout.wiki, &layout.ledger];
        let any = folders.iter().any(|f| self.repo.workdir().join(f).is_dir());
        if any || has_journal(&self.repo, layout) {
            return Ok(true);
        }
        // All files may be deleted and the deletion not committed.
        let Some(head) = self.repo.head()? else {
            return Ok(false);
        };
        let below = folders.map(String::as_str);
        Ok(!self.repo.changes(None, Some(head), &below)?.is_empty())
    }

    /// The up-to-date index, for a command that reads it.
    pub fn index(&self, ui: &Ui) -> anyhow::Result<Store> {
        let options = Options {
            or_in_memory: true,
            ..Options::new(Scope::All)
        };
        let (store, report) = self.refresh(ui, options)?;
        if let Some(error) = &report.unwritten
            && !self.told_unwritten.replace(true)
        {
            ui.warn(format_args!(
                "{}: cannot be written, so that this answer comes from an index in memory: {}",
                self.layout().database,
                error.reason()
            ));
        }
        for failure in report.failed.iter().take(NAMED) {
            self.warn_once(ui, failure.to_string());
        }
        if let Some(more) = left(report.failed.len(), NAMED) {
            let files = counted(more, "more file", "more files");
            let journal = self.repo.from_here(&self.layout().journal);
            let more = format!(
                "{files} that cannot be read; `yaml2sql sync {}` names them all",
                shell_path(&journal)
            );
            self.warn_once(ui, more);
        }
        Ok(store)
    }

    fn warn_once(&self, ui: &Ui, what: String) {
        if !self.told.borrow().contains(&what) {
            ui.warn(safe(&what));
            self.told.borrow_mut().insert(what);
        }
    }

    /// Brings the index up to date; reports why, if it was made anew.
    pub fn refresh(&self, ui: &Ui, options: Options<'_>) -> anyhow::Result<(Store, Report)> {
        let progress = |done, all| ui.progress("Reading entries", done, all);
        let options = Options {
            progress: &progress,
            wait: *self.wait.get_or_init(|| wait_for_database(ui)),
            ..options
        };
        let done = refresh(&self.repo, self.layout(), &options);
        ui.progress_done();
        let (store, mut report) = done?;
        let database = &self.layout().database;
        // After `init` took it out of git's index HEAD has it until the next commit.
        if is_committed(&self.repo, self.layout()) && self.repo.tracks(database).unwrap_or(false) {
            ui.warn(format_args!(
                "{database} is tracked by git, so that looking changes a tracked file; \
                 `palimpsest doctor --fix` takes it out"
            ));
        }
        if let Some(missing) = self.repo.missing_folder(self.layout())? {
            self.warn_once(ui, missing.to_string());
        }
        if let Some(fresh) = &report.fresh {
            self.say_fresh(ui, fresh);
        }
        // A dry run has not worked out who is who.
        if !options.dry_run {
            self.warn_of_aliases(&store, &mut report)?;
        }
        Ok((store, report))
    }

    /// Says why the database was made anew. A first one is kept out of git.
    fn say_fresh(&self, ui: &Ui, fresh: &Fresh) {
        let database = &self.layout().database;
        match fresh {
            Fresh::OtherVersion(_) => {
                ui.remark(format_args!(
                    "{database}: of another version of palimpsest; made anew"
                ));
            }
            Fresh::Damaged => ui.remark(format_args!("{database}: damaged; made anew")),
            Fresh::ReadOnly => ui.remark(format_args!(
                "{database}: it cannot be written (another user's, perhaps); made anew"
            )),
            Fresh::Foreign { kept } => ui.warn(format_args!(
                "{database}: no database of palimpsest; kept as {}, and made anew",
                kept.display()
            )),
            Fresh::Missing => match self.repo.exclude_database(self.layout()) {
                Ok(true) => ui.note(format_args!(
                    "{database} is made, and .git/info/exclude keeps it out of git: \
                     `palimpsest init` did not run here yet"
                )),
                Ok(false) => {}
                // A command that only reads goes on all the same.
                Err(error) => ui.warn(format_args!(
                    "{database} is not kept out of git: {error}; `palimpsest init` does it"
                )),
            },
            Fresh::Asked => {}
        }
    }

    /// A path that somebody typed, from the top of the work tree.
    pub fn relative(&self, typed: &Path) -> anyhow::Result<String> {
        let there = |path: &str| -> anyhow::Result<bool> {
            let full = self.repo.inside(path)?;
            Ok(full.symlink_metadata().is_ok() || !self.repo.staged_below(path)?.is_empty())
        };
        path_typed(&self.repo, &self.here, typed, &there)
    }

    /// Why the file at the path of an entry is none of the journal's, and what makes it one;
    /// `None` if it is one, or if no file is there.
    pub fn why_not_own(&self, path: &str) -> anyhow::Result<Option<String>> {
        let paths = BTreeSet::from([path.to_owned()]);
        let is_there = matches!(self.repo.work_file(path), Ok(Some(_)));
        if !is_there
            || self
                .repo
                .not_own(&paths, &[&self.layout().journal])?
                .is_empty()
        {
            return Ok(None);
        }
        Ok(Some(format!(
            "git ignores it, or another repository has it, so that it is no entry here; one \
             that git ignores becomes one with `git add -f {}`",
            self.repo.pathspec(path)
        )))
    }

    /// The entry that somebody named. A path has to be one of this journal, where its file
    /// may be gone: a file of the same name elsewhere is another one.
    ///
    /// # Errors
    /// The path is not the one of an entry or note of this journal.
    pub fn entry(&self, typed: &TypedEntry) -> anyhow::Result<EntryDate> {
        let Some(path) = &typed.path else {
            return Ok(typed.date);
        };
        let is_name = path.components().count() == 1;
        let is_free = is_name && self.here.join(path).symlink_metadata().is_err();
        if !is_free && !self.may_hold_entry(path) {
            bail!(
                "{}: no entry of this journal; expected a date, or a file such as {}",
                safe(&path.to_string_lossy()),
                self.layout().entry_path(typed.date)
            );
        }
        Ok(typed.date)
    }

    /// Whether a typed path is one of the journal's or the wiki's, from the current folder or
    /// from the top.
    fn may_hold_entry(&self, typed: &Path) -> bool {
        let is_page = |path: &str| {
            let kind = self.layout().classify(path);
            matches!(kind, PathKind::Entry(_) | PathKind::Note(_))
        };
        let top = self.repo.workdir();
        [&*self.here, top].into_iter().any(|from| {
            let found = self.repo.relative(from, typed);
            // A folder on the way may be a link, and its entries are known all the same.
            let full = from.join(typed);
            let spelled = full.strip_prefix(top).ok().and_then(Path::to_str);
            let spelled = spelled.filter(|path| !path.contains(".."));
            found.is_ok_and(|path| is_page(&path)) || spelled.is_some_and(is_page)
        })
    }

    /// This machine, now.
    pub fn decider(&self) -> anyhow::Result<Decider> {
        Ok(Decider {
            machine: self.repo.machine()?,
            at: clock::stamp(clock::now()),
        })
    }
}

/// A typed path, as a path from the top of the work tree: it is relative to the current
/// folder or, if nothing is there, to the top, as in messages.
pub fn path_typed(
    repo: &Repo,
    here: &Path,
    typed: &Path,
    is_there: &dyn Fn(&str) -> anyhow::Result<bool>,
) -> anyhow::Result<String> {
    let from_here = repo.relative(here, typed)?;
    if typed.is_absolute() || is_there(&from_here)? {
        return Ok(from_here);
    }
    Ok(match repo.relative(repo.workdir(), typed) {
        Ok(from_top) if is_there(&from_top)? => from_top,
        _ => from_here,
    })
}

/// An entry as somebody named it; see [`Journal::entry`].
#[derive(Debug)]
pub struct TypedEntry {
    date: EntryDate,
    /// The path, if it was named by one.
    path: Option<PathBuf>,
}

/// The entry named by the words `Entry ID` or `ID`; `None` without words.
pub fn entry_named(words: &[String]) -> anyhow::Result<Option<TypedEntry>> {
    let id = match words {
        [] => return Ok(None),
        [kind, id] if kind.eq_ignore_ascii_case("entry") => id,
        [id] if !id.eq_ignore_ascii_case("entry") => id,
        [kind] => {
            let what = format!("`{kind}` which one? Expected an id, such as `{kind} 2024-11-01`");
            return Err(Usage(what).into());
        }
        [kind, ..] => {
            let what = format!("`{kind}` is no kind of thing here; expected `Entry 2024-11-01`");
            return Err(Usage(what).into());
        }
    };
    entry_typed(id).map(Some)
}

/// The entry for a typed date or path.
pub fn entry_typed(id: &str) -> anyhow::Result<TypedEntry> {
    // The number of a day before the year 1000 has no zeros in front.
    let is_short = (5..8).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_digit());
    let date = match is_short {
        true => format!("{id:0>8}").parse::<EntryDate>(),
        false => id.parse(),
    };
    let date = date.or_else(|_| id.parse());
    Ok(TypedEntry {
        date: date.map_err(|e| Usage(e.to_string()))?,
        path: EntryDate::from_path(id).map(|_| id.into()),
    })
}
