//! Undoing the installation: the part that git does not track.

use std::fmt;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use super::drivers::{ENTRY_DRIVER, LEDGER_DRIVER, PULL_MARK};
use super::foreign::{are_same, calling, is_framework, is_kept, kept, restore};
use super::hook::{HookState, NAMES, added};
use crate::journal::Layout;
use crate::repo::beside::{Access, write_atomically};
use crate::repo::{CLONE, Repo, RepoError};

/// A part that was removed, or left for a reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Removed {
    Hook(PathBuf),
    /// The foreign hook is back in its place.
    Restored(PathBuf),
    Config(&'static str),
    Database(String),
    /// It was a link, and what it led to is left.
    Link {
        link: String,
        database: PathBuf,
    },
    /// A line of `.git/info/exclude` that kept it, or the backups, out of git.
    Excluded(String),
    /// Another program's: left.
    LeftDatabase(String),
    /// A folder in the place of one of the database's files: left.
    LeftFolder(String),
    /// The folder is one that other repositories use too.
    Shared(PathBuf),
    /// A person's own hook, which calls the program: left.
    LeftCalling(PathBuf),
    /// Ours is gone; the lines that another program had added to it are left.
    LeftLines(PathBuf),
    /// Ours, but edited since: left, for its owner to look at.
    LeftEdited {
        hook: PathBuf,
        /// The kept hook that it runs.
        kept: Option<PathBuf>,
    },
}

impl fmt::Display for Removed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Hook(path) => write!(f, "removed hook {}", path.display()),
            Self::Restored(path) => write!(f, "restored your hook {}", path.display()),
            Self::Config(key) => write!(f, "removed git config {key}"),
            Self::Database(path) => write!(f, "removed {path} (derived from the files)"),
            Self::Link { link, database } => write!(
                f,
                "removed {link}, a link, and left the database that it led to: {}",
                database.display()
            ),
            Self::Excluded(line) => write!(f, "removed the line {line} of .git/info/exclude"),
            Self::LeftDatabase(path) => write!(f, "left {path}: another program's database"),
            Self::LeftFolder(path) => write!(f, "left {path}: it is a folder"),
            Self::Shared(folder) => write!(
                f,
                "{} is shared (core.hooksPath): other repositories that use Palimpsest have lost \
                 these hooks too; `palimpsest init` in one of them brings them back for all",
                folder.display()
            ),
            Self::LeftCalling(hook) => write!(
                f,
                "left {}: it calls palimpsest hook; take that line out before you remove the \
                 program, or it fails",
                hook.display()
            ),
            Self::LeftLines(hook) => write!(
                f,
                "removed hook {}, and left the lines that another program added to it",
                hook.display()
            ),
            Self::LeftEdited { hook, kept } => {
                let hook = hook.display();
                write!(
                    f,
                    "left {hook}: it was edited since `init`; remove it by hand"
                )?;
                match kept {
                    Some(kept) => write!(
                        f,
                        ", and put yours in its place, which it runs: {}",
                        kept.display()
                    ),
                    None => Ok(()),
                }
            }
        }
    }
}

impl Repo {
    /// Removes hooks, drivers, the value of `pull.rebase` that `init` set, and the
    /// database, if it is `derived` and the settings name its path. Tracked files stay:
    /// they are the journal's.
    ///
    /// # Errors
    /// A file or the configuration cannot be read or written.
    pub fn uninstall(
        &self,
        layout: Option<&Layout>,
        program: &Path,
        derived: bool,
    ) -> Result<Vec<Removed>, RepoError> {
        let mut removed = Vec::new();
        let used = self.hooks_folder()?;
        if let Some(folder) = &used {
            self.take_hooks(folder, program, &mut removed)?;
            let is_taken = |r: &Removed| {
                matches!(
                    r,
                    Removed::Hook(_) | Removed::Restored(_) | Removed::LeftLines(_)
                )
            };
            if removed.iter().any(is_taken) && self.shared_hooks()?.is_some() {
                removed.push(Removed::Shared(folder.clone()));
            }
        }
        // `core.hooksPath` may have been set since.
        let own = self.common_dir().join("hooks");
        let real = |path: &Path| fs::canonicalize(path).ok();
        if used.is_none_or(|used| real(&used) != real(&own)) {
            self.take_hooks(&own, program, &mut removed)?;
        }
        if self.local_config(PULL_MARK)?.is_some() {
            if self.local_config("pull.rebase")?.as_deref() == Some("false") {
                self.unset_config("pull.rebase")?;
                removed.push(Removed::Config("pull.rebase"));
            }
            self.unset_config(PULL_MARK)?;
        }
        self.unset_config(CLONE)?;
        for (key, section) in [
            (ENTRY_DRIVER, "merge.palimpsest"),
            (LEDGER_DRIVER, "merge.palimpsest-ledger"),
        ] {
            if self.local_config(key)?.is_some() {
                self.remove_section(section)?;
                removed.push(Removed::Config(section));
            }
        }
        match layout {
            Some(layout) if derived => self.remove_database(layout, &mut removed)?,
            Some(layout) if self.inside(&layout.database)?.exists() => {
                removed.push(Removed::LeftDatabase(layout.database.clone()));
            }
            _ => {}
        }
        if let Some(layout) = layout
            && !self.inside(&layout.database)?.exists()
        {
            let lines = self.include_again()?;
            removed.extend(lines.into_iter().map(Removed::Excluded));
        }
        Ok(removed)
    }

    fn take_hooks(
        &self,
        folder: &Path,
        program: &Path,
        removed: &mut Vec<Removed>,
    ) -> Result<(), RepoError> {
        for name in NAMES {
            let hook = folder.join(name);
            for place in self.hook_places(&hook) {
                self.take_hook(&place, &kept(&hook), program, removed)?;
            }
        }
        Ok(())
    }

    fn take_hook(
        &self,
        hook: &Path,
        before: &Path,
        program: &Path,
        removed: &mut Vec<Removed>,
    ) -> Result<(), RepoError> {
        let left_edited = || Removed::LeftEdited {
            hook: hook.to_owned(),
            kept: is_kept(before).then(|| before.to_owned()),
        };
        match self.hook_state(hook, program)? {
            HookState::Current
            | HookState::NotExecutable
            | HookState::Barred
            | HookState::OtherProgram
            | HookState::OtherVersion => {}
            HookState::Edited => {
                removed.push(left_edited());
                return Ok(());
            }
            HookState::Calls => {
                removed.extend(calling(hook).map(Removed::LeftCalling));
                return Ok(());
            }
            HookState::Absent | HookState::Foreign | HookState::Folder => {
                return Ok(());
            }
        }
        let text = fs::read(hook).map_err(RepoError::io(hook))?;
        let text = String::from_utf8_lossy(&text);
        match (added(&text), is_kept(before)) {
            ("", _) => {}
            (lines, false) => {
                let lines = format!("#!/bin/sh\n{lines}");
                write_atomically(hook, lines.as_bytes(), Access::Executable)?;
                removed.push(Removed::LeftLines(hook.to_owned()));
                return Ok(());
            }
            // What it runs first may be no shell script.
            (_, true) => {
                removed.push(left_edited());
                return Ok(());
            }
        }
        let own = hook.with_file_name(before.file_name().unwrap_or_default());
        // The framework's own hook is in its place already, and may be newer.
        let is_back = hook != own && is_framework(before);
        if is_kept(before) && !is_back {
            // Replaces ours in one step.
            restore(before, hook)?;
            removed.push(Removed::Restored(hook.to_owned()));
            removed.extend(calling(hook).map(Removed::LeftCalling));
            return Ok(());
        }
        if is_back && are_same(before, &own) {
            restore(before, &own)?;
        }
        fs::remove_file(hook).map_err(RepoError::io(hook))?;
        removed.push(Removed::Hook(hook.to_owned()));
        Ok(())
    }

    fn remove_database(
        &self,
        layout: &Layout,
        removed: &mut Vec<Removed>,
    ) -> Result<(), RepoError> {
        let names = layout.database_files();
        let tracked = self.all_tracked_alike(&names.each_ref().map(String::as_str))?;
        // What is tracked is not ours to remove; and a journal stays with its database.
        if tracked.last().is_some_and(Option::is_some) {
            return Ok(());
        }
        let untracked = names.into_iter().zip(tracked).filter(|(_, t)| t.is_none());
        for (path, _) in untracked {
            let full = self.inside(&path)?;
            if full.symlink_metadata().is_ok_and(|there| there.is_dir()) {
                removed.push(Removed::LeftFolder(path));
                continue;
            }
            let led_to = fs::canonicalize(&full).ok().filter(|_| full.is_symlink());
            match fs::remove_file(&full) {
                Ok(()) => removed.push(match led_to {
                    Some(database) => Removed::Link {
                        link: path,
                        database,
                    },
                    None => Removed::Database(path),
                }),
                Err(e) if matches!(e.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {}
                Err(e) => return Err(RepoError::io(full)(e)),
            }
        }
        Ok(())
    }
}
