//! The tracked files: attributes, ignored paths, settings.
//!
//! The attributes are tracked, so that every clone has them. Git uses its own merge for
//! an attribute that names an unknown driver, and `init` on a clone only sets what git
//! does not carry along (hooks, drivers).

use std::collections::BTreeSet;

use super::attributes::attributes;
use super::{Note, Plan, Step};
use crate::journal::layout::in_folder;
use crate::journal::{Layout, settings};
use crate::repo::typed::literal;
use crate::repo::{Finding, Repo, RepoError, UNFINISHED_ALL};

pub(super) const ATTRIBUTES: &str = ".gitattributes";
pub(super) const IGNORE: &str = ".gitignore";
/// The line of `.gitignore` for the backups.
pub(super) const BACKUPS: &str = "/backups/";

/// The warning for attributes that are left out of the work tree.
const NO_DRIVER: &str = ".gitattributes: left out of this work tree, where alone git looks for \
                         it in a merge: entries and the ledger merge by line, and conflict";

/// The warning for settings that the work tree lacks although nothing leaves them out.
const SETTINGS_GONE: &str =
    "palimpsest.toml: gone from the work tree; what the index has of it counts";

const SETTINGS_TEXT: &str = include_str!("palimpsest.toml");

pub(super) fn ignored(layout: &Layout) -> [String; 3] {
    [
        format!("/{}*", literal(&layout.database)),
        BACKUPS.into(),
        // Without this, `git add -A` would add the leftovers of a killed process.
        format!("{UNFINISHED_ALL}*"),
    ]
}

impl Repo {
    /// Adds to a plan the lines and files that the work tree lacks: attributes and, for a
    /// journal, ignored paths and settings.
    ///
    /// # Errors
    /// A file cannot be read, or git fails.
    pub(super) fn plan_files(
        &self,
        layout: &Layout,
        journal: bool,
        plan: &mut Plan,
    ) -> Result<(), RepoError> {
        let merges = match journal {
            true => "entries and the ledger use the merge drivers",
            false => "Markdown files use the merge driver",
        };
        let mut lines = attributes(layout, journal);
        if !journal && self.has_line(ATTRIBUTES, &lines[0])? {
            // A setup by an earlier version, or changed by a person, stays as it is.
            lines.clear();
        }
        self.plan_lines(ATTRIBUTES, lines, merges, plan)?;
        for ignored in self.ignored_setup(journal)? {
            plan.note(ignored.to_string());
        }
        if journal {
            self.plan_journal_files(layout, plan)?;
        }
        self.leave_left_out(plan)
    }

    fn plan_journal_files(&self, layout: &Layout, plan: &mut Plan) -> Result<(), RepoError> {
        let former = self.former_attributes(layout)?;
        if !former.is_empty() {
            plan.steps.push(Step::DropLines {
                path: ATTRIBUTES.into(),
                lines: former,
                why: "lines for folders of earlier settings are taken out",
            });
        }
        if !self.has_line(IGNORE, BACKUPS)? && !self.staged_below("backups")?.is_empty() {
            plan.note(
                "backups/: git has files there, and ignores new ones from now on, since backups \
                 of the journal go there; `git add -f` adds one",
            );
        }
        let why = "the database, backups and unfinished files stay out of git";
        self.plan_lines(IGNORE, ignored(layout).into(), why, plan)?;
        if let Some(command) = self.settings_gone()? {
            plan.note(format!("{SETTINGS_GONE}; `{command}`"));
        } else if self.read_tracked(settings::FILE)?.is_none() {
            plan.steps.push(Step::File {
                path: settings::FILE.into(),
                text: SETTINGS_TEXT.into(),
                why: "settings for all machines, with their defaults",
            });
        }
        for ignored in self.ignored_folders(layout) {
            plan.note(ignored.to_string());
        }
        if self.index()?.staged(&layout.database).is_some() {
            plan.notes.push(Note::DatabaseTracked(format!(
                "{} is tracked, and conflicts at every merge; take it out: `git rm --cached {}`",
                layout.database,
                self.pathspec(&layout.database)
            )));
        }
        Ok(())
    }

    /// Drops from a plan the files that are left out of the work tree, and notes what to
    /// do about each.
    fn leave_left_out(&self, plan: &mut Plan) -> Result<(), RepoError> {
        let mut left_out = BTreeSet::new();
        for step in &plan.steps {
            if let Step::Lines { path, .. } | Step::DropLines { path, .. } = step
                && self.is_left_out(path)?
            {
                left_out.insert(path.clone());
            }
        }
        plan.steps.retain(|step| {
            !matches!(step, Step::Lines { path, .. } | Step::DropLines { path, .. }
                if left_out.contains(path))
        });
        if let Some(Finding { what, mend }) = self.attributes_left_out()?
            && !left_out.contains(ATTRIBUTES)
        {
            plan.note(format!("{what}; `{mend}`"));
        }
        for path in left_out {
            plan.note(format!(
                "{path}: its lines are not as they should be, and it is left out of this work \
                 tree, so nothing was written; `{}`, and run this again",
                self.command_to_take_in(&path)?
            ));
        }
        Ok(())
    }

    /// The finding, if the attributes are left out of the work tree.
    ///
    /// # Errors
    /// Git fails; see [`RepoError`].
    pub fn attributes_left_out(&self) -> Result<Option<Finding>, RepoError> {
        if !self.is_left_out(ATTRIBUTES)? {
            return Ok(None);
        }
        let mend = self.command_to_take_in(ATTRIBUTES)?;
        Ok(Some(Finding::new(NO_DRIVER, mend)))
    }

    /// The command that brings the settings back, if the index has them and the work tree
    /// lacks them although nothing leaves them out.
    ///
    /// # Errors
    /// The index cannot be read.
    pub fn settings_gone(&self) -> Result<Option<String>, RepoError> {
        let index = self.index()?;
        let is_there = self.inside(settings::FILE)?.symlink_metadata().is_ok();
        let is_gone = !is_there
            && index.staged(settings::FILE).is_some()
            && !index.is_left_out(settings::FILE);
        Ok(is_gone.then(|| format!("git restore {}", self.pathspec(settings::FILE))))
    }

    /// The attribute lines that a journal needs and has.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn own_attributes(&self, layout: &Layout) -> Result<Vec<String>, RepoError> {
        let there = self.read_tracked(ATTRIBUTES)?.unwrap_or_default();
        let there = String::from_utf8_lossy(&there);
        let mut lines = attributes(layout, true);
        lines.retain(|line| there.lines().any(|l| l.trim() == line));
        Ok(lines)
    }

    /// Whether `.gitignore` has all lines that `init` adds.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn ignores_as_init_says(&self, layout: &Layout) -> Result<bool, RepoError> {
        let mut plan = Plan::default();
        self.plan_lines(IGNORE, ignored(layout).into(), "", &mut plan)?;
        Ok(plan.steps.is_empty())
    }

    /// A finding each, if git ignores the entries or the ledgers, which are to be committed.
    #[must_use]
    pub fn ignored_folders(&self, layout: &Layout) -> Vec<Finding> {
        // A year in which nothing is tracked.
        let entry = in_folder(&layout.journal, "9999/9999-12-31.md");
        let (no_entry, no_ledger) = (
            "git keeps no new entry, and none is indexed",
            "git add leaves out a new year's ledger",
        );
        let both = [
            (&layout.journal, entry, no_entry),
            (&layout.ledger, layout.ledger_path(9999), no_ledger),
        ];
        let ignored = both
            .into_iter()
            .filter(|(_, path, _)| self.is_ignored(path).unwrap_or(false));
        let finding = |(folder, path, then): (&String, String, &str)| {
            let line = self.from_here(&path);
            Finding::new(
                format!("{folder}: ignored by git, so that {then}"),
                format!("take out the line that says so: git check-ignore -v {line}"),
            )
        };
        ignored.map(finding).collect()
    }

    /// Adds to the attributes those that a journal needs, as far as `text` has them.
    ///
    /// # Errors
    /// The file cannot be read or written.
    pub fn add_attributes(&self, layout: &Layout, text: &str) -> Result<(), RepoError> {
        let mut plan = Plan::default();
        let mut lines = attributes(layout, true);
        lines.retain(|line| text.lines().any(|l| l.trim() == line));
        self.plan_lines(ATTRIBUTES, lines, "", &mut plan)?;
        plan.steps.iter().try_for_each(|step| self.apply(step))
    }

    pub(super) fn has_line(&self, path: &str, line: &str) -> Result<bool, RepoError> {
        let there = self.read_tracked(path)?.unwrap_or_default();
        let there = String::from_utf8_lossy(&there);
        Ok(there.lines().any(|l| l.trim() == line))
    }

    fn plan_lines(
        &self,
        path: &str,
        lines: Vec<String>,
        why: &'static str,
        plan: &mut Plan,
    ) -> Result<(), RepoError> {
        let there = self.read_tracked(path)?.unwrap_or_default();
        let there = String::from_utf8_lossy(&there);
        let missing: Vec<String> = lines
            .into_iter()
            .filter(|line| !there.lines().any(|l| l.trim() == line))
            .collect();
        if !missing.is_empty() {
            plan.steps.push(Step::Lines {
                path: path.into(),
                lines: missing,
                why,
            });
        }
        Ok(())
    }

    /// The uncommitted files among the installation's tracked files and `more`, which a
    /// person has yet to commit.
    ///
    /// # Errors
    /// Git fails; see [`RepoError`].
    pub fn uncommitted_setup(
        &self,
        layout: &Layout,
        more: &[String],
    ) -> Result<Uncommitted, RepoError> {
        let mut args = vec!["status", "--porcelain", "-z", "-uall", "--no-renames", "--"];
        args.extend([
            ATTRIBUTES,
            IGNORE,
            settings::FILE,
            &layout.database,
            &layout.ledger,
        ]);
        args.extend(more.iter().map(String::as_str));
        let out = self.run_git(&args, b"")?;
        let out = String::from_utf8_lossy(&out);
        let mut left = Uncommitted::default();
        let waits = self.waits_for().is_some();
        // `XY path`, each with a NUL at its end.
        for (state, path) in out.split('\0').filter_map(|line| line.split_at_checked(3)) {
            if path == layout.database {
                left.database_out |= state.starts_with('D');
                continue;
            }
            // What a merge or the like staged, or left in conflict, goes with its own commit.
            let is_its = state.as_bytes()[1] == b' ' || state.contains('U') || state == "AA ";
            if waits && is_its {
                continue;
            }
            if path != settings::FILE || !state.starts_with(" D") {
                left.to_add.push(path.to_owned());
            }
        }
        Ok(left)
    }

    /// The uncommitted and new files below these folders.
    ///
    /// # Errors
    /// Git fails; see [`RepoError`].
    pub fn uncommitted_below(&self, folders: &[&str]) -> Result<Vec<String>, RepoError> {
        let mut args = vec!["status", "--porcelain", "-z", "-uall", "--no-renames", "--"];
        args.extend(folders);
        let out = self.run_git(&args, b"")?;
        let out = String::from_utf8_lossy(&out);
        let lines = out.split('\0').filter_map(|line| line.split_at_checked(3));
        Ok(lines.map(|(_, path)| path.to_owned()).collect())
    }
}

/// The files that a person has yet to commit.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Uncommitted {
    pub to_add: Vec<String>,
    /// Whether the index removes the database.
    pub database_out: bool,
}

impl Uncommitted {
    /// Whether there is nothing to commit.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self == &Self::default()
    }
}

/// A file's bytes, in any encoding, with lines added at the end, in the file's line ends.
pub(super) fn with_lines(bytes: &[u8], lines: &[String]) -> Vec<u8> {
    let end: &[u8] = match bytes.windows(2).any(|two| two == b"\r\n") {
        true => b"\r\n",
        false => b"\n",
    };
    let mut out = bytes.to_owned();
    if !out.is_empty() && !out.ends_with(b"\n") {
        out.extend_from_slice(end);
    }
    for line in lines {
        out.extend_from_slice(line.as_bytes());
        out.extend_from_slice(end);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_added_in_the_files_own_way() {
        let line = ["x".to_owned()];
        assert_eq!(with_lines(b"", &line), b"x\n");
        assert_eq!(with_lines(b"a", &line), b"a\nx\n");
        assert_eq!(with_lines(b"\xe9\r\n", &line), b"\xe9\r\nx\r\n");
    }
}
