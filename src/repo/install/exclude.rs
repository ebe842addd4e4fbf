//! The lines of `.git/info/exclude` that keep the database and the backups out of git where
//! `.gitignore` does not: before the pull that brings that, and at commits from before the
//! setup.

use std::fs;
use std::io::{ErrorKind, Write as _};
use std::path::PathBuf;

use super::files::{BACKUPS, IGNORE, ignored};
use crate::journal::{Layout, Settings, settings};
use crate::repo::beside::{Access, write_atomically};
use crate::repo::{ObjectId, Repo, RepoError};

/// The comment above a line, which tells it from a person's own: only with it does
/// `uninstall` know the lines of other settings, too.
const OURS: &str = "# palimpsest, where .gitignore does not say so:";

/// The line for the backups. Unlike that of `.gitignore` it covers a link as well.
const OWN_BACKUPS: &str = "/backups";

impl Repo {
    /// Keeps the database out of git by `info/exclude` if nothing else does: `.gitignore`
    /// is for all machines, and only `init` writes it. Returns whether this was needed.
    ///
    /// # Errors
    /// Git cannot say, or the file cannot be written.
    pub fn exclude_database(&self, layout: &Layout) -> Result<bool, RepoError> {
        let database = &layout.database;
        let there = self.excluded()?;
        // Where another line says otherwise a second one would help no more.
        if has_line(&there, &own_line(layout))
            || self.is_ignored(database)?
            || self.tracks(database)?
        {
            return Ok(false);
        }
        self.exclude(&there, &own_line(layout))?;
        Ok(true)
    }

    /// The same for the folder of the backups, if it has some of ours and git tracks nothing
    /// in it.
    ///
    /// # Errors
    /// As for [`exclude_database`](Self::exclude_database).
    pub fn exclude_backups(&self) -> Result<bool, RepoError> {
        // Git is asked only if the files do not show it. A link may lead to a disk that is not
        // there now.
        let is_link = self.links_backups();
        if !is_link && (!self.has_backups()? || self.has_line(IGNORE, BACKUPS)?) {
            return Ok(false);
        }
        let there = self.excluded()?;
        if has_line(&there, OWN_BACKUPS)
            || self.ignores_backups()?
            || !self.staged_below("backups")?.is_empty()
        {
            return Ok(false);
        }
        self.exclude(&there, OWN_BACKUPS)?;
        Ok(true)
    }

    /// Whether the folder of the backups is a link, as to another disk.
    #[must_use]
    pub fn links_backups(&self) -> bool {
        self.workdir().join("backups").is_symlink()
    }

    /// Whether git ignores what is in the folder of the backups, or the link in its place.
    ///
    /// # Errors
    /// Git fails; see [`RepoError`].
    pub fn ignores_backups(&self) -> Result<bool, RepoError> {
        self.is_ignored(match self.links_backups() {
            // Git knows nothing behind a link.
            true => "backups",
            false => "backups/x",
        })
    }

    /// Whether the line of [`exclude_backups`](Self::exclude_backups) is there.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn has_excluded_backups(&self) -> Result<bool, RepoError> {
        Ok(has_line(&self.excluded()?, OWN_BACKUPS))
    }

    /// Whether the folder of the backups has archives, or what the original program's
    /// database became: it may be a person's own.
    fn has_backups(&self) -> Result<bool, RepoError> {
        let Ok(entries) = fs::read_dir(self.inside("backups")?) else {
            return Ok(false);
        };
        let mut names = entries.flatten().map(|entry| entry.file_name());
        Ok(names.any(|name| {
            let name = name.to_string_lossy();
            name == "full_data" || name.starts_with("palimpsest-original_")
        }))
    }

    /// Adds a line to the file, which says `there`.
    fn exclude(&self, there: &[u8], line: &str) -> Result<(), RepoError> {
        let path = self.exclude_file();
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).map_err(RepoError::io(folder))?;
        }
        // In place: the file may be a link to one that a person keeps elsewhere.
        let mut options = fs::OpenOptions::new();
        let opened = options.append(true).create(true).open(&path);
        opened
            .and_then(|mut file| file.write_all(&addition(there, line)))
            .map_err(RepoError::io(&path))
    }

    /// Both where `.gitignore` lacks the lines of `init`: at a commit from before it, or
    /// where somebody took them out.
    ///
    /// # Errors
    /// As for [`exclude_database`](Self::exclude_database).
    pub fn exclude_where_not_ignored(&self, layout: &Layout) -> Result<(), RepoError> {
        // Git is asked only if the file does not show it.
        if !self.has_line(IGNORE, &own_line(layout))? {
            self.exclude_database(layout)?;
        }
        self.exclude_backups()?;
        Ok(())
    }

    /// The same for the database that the settings of another commit name, if it is there:
    /// HEAD may be from before the settings, or from before the journal.
    ///
    /// # Errors
    /// As for [`exclude_database`](Self::exclude_database), or the commit cannot be read.
    pub fn exclude_database_of(&self, commit: ObjectId) -> Result<(), RepoError> {
        let text = self.read_at(commit, settings::FILE)?.unwrap_or_default();
        let Ok(settings) = Settings::of_file(&text) else {
            return Ok(());
        };
        match self.inside(&settings.layout.database)?.is_file() {
            true => self.exclude_where_not_ignored(&settings.layout),
            false => Ok(()),
        }
    }

    /// Whether the line of [`exclude_database`](Self::exclude_database) is there.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn has_excluded(&self, layout: &Layout) -> Result<bool, RepoError> {
        Ok(has_line(&self.excluded()?, &own_line(layout)))
    }

    /// Whether `info/exclude` alone keeps the database out of git.
    ///
    /// # Errors
    /// A file cannot be read, or git cannot say.
    pub fn is_only_excluded(&self, layout: &Layout) -> Result<bool, RepoError> {
        if !self.has_excluded(layout)? || self.has_line(IGNORE, &own_line(layout))? {
            return Ok(false);
        }
        // Other lines of .gitignore, which git puts first, may do it for all machines.
        let source = self.ignored_by(&layout.database)?;
        Ok(source.is_some_and(|source| source.ends_with("info/exclude")))
    }

    /// Whether `info/exclude` alone keeps the backups out of git.
    ///
    /// # Errors
    /// As for [`is_only_excluded`](Self::is_only_excluded).
    pub fn are_backups_only_excluded(&self) -> Result<bool, RepoError> {
        if !self.has_excluded_backups()? || self.has_line(IGNORE, BACKUPS)? {
            return Ok(false);
        }
        let source = self.ignored_by("backups/x")?;
        Ok(source.is_some_and(|source| source.ends_with("info/exclude")))
    }

    /// Takes the lines of [`exclude_database`](Self::exclude_database), also those of other
    /// settings, and of [`exclude_backups`](Self::exclude_backups) out again. Returns them.
    pub(super) fn include_again(&self) -> Result<Vec<String>, RepoError> {
        let (left, taken) = without_ours(&self.excluded()?);
        if !taken.is_empty() {
            let path = self.exclude_file();
            let path = fs::canonicalize(&path).map_err(RepoError::io(&path))?;
            let mode = fs::metadata(&path).map_err(RepoError::io(&path))?;
            write_atomically(&path, &left, Access::Kept(mode.permissions()))?;
        }
        Ok(taken)
    }

    /// What the file says, in any encoding: the other lines are a person's.
    fn excluded(&self) -> Result<Vec<u8>, RepoError> {
        let path = self.exclude_file();
        match fs::read(&path) {
            Err(e) if e.kind() == ErrorKind::NotFound => Ok(Vec::new()),
            read => read.map_err(RepoError::io(&path)),
        }
    }

    fn exclude_file(&self) -> PathBuf {
        self.common_dir().join("info/exclude")
    }
}

/// The line, as `.gitignore` has it.
fn own_line(layout: &Layout) -> String {
    let [database, ..] = ignored(layout);
    database
}

fn has_line(text: &[u8], line: &str) -> bool {
    let mut lines = text.split(|&b| b == b'\n');
    lines.any(|l| l.trim_ascii_end() == line.as_bytes())
}

/// What is added at the end of the file for a line. A file without a line end there has
/// none afterwards, so that it can be as it was again.
fn addition(there: &[u8], line: &str) -> Vec<u8> {
    let end = match there.windows(2).any(|two| two == b"\r\n") {
        true => "\r\n",
        false => "\n",
    };
    match there.is_empty() || there.ends_with(b"\n") {
        true => format!("{OURS}{end}{line}{end}").into_bytes(),
        false => format!("{end}{OURS}{end}{line}").into_bytes(),
    }
}

/// The file without what was added, and the lines that this takes out.
fn without_ours(there: &[u8]) -> (Vec<u8>, Vec<String>) {
    let (mut left, mut taken) = (Vec::new(), Vec::new());
    let mut lines = there.split_inclusive(|&b| b == b'\n').peekable();
    let is_own = |line: &&[u8]| {
        let line = line.trim_ascii_end();
        line.starts_with(b"/") && line.ends_with(b"*") || line == OWN_BACKUPS.as_bytes()
    };
    while let Some(line) = lines.next() {
        let is_ours = line.trim_ascii_end() == OURS.as_bytes();
        let Some(own) = lines.next_if(|own| is_ours && is_own(own)) else {
            left.extend_from_slice(line);
            continue;
        };
        taken.push(String::from_utf8_lossy(own.trim_ascii_end()).into_owned());
        if !own.ends_with(b"\n") && left.pop_if(|b| *b == b'\n').is_some() {
            left.pop_if(|b| *b == b'\r');
        }
    }
    (left, taken)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_added_goes_again_byte_for_byte() {
        for before in [
            &b""[..],
            b"\n",
            b"a",
            b"a\n",
            b"a\n\n",
            b"\xe9\r\nb",
            b"\xe9\r\n",
            b"/p.db*",
            b"/p.db*\n",
            b"/backups\n",
        ] {
            let mut text = before.to_vec();
            for line in ["/p.db*", OWN_BACKUPS, "/q.db*"] {
                let more = addition(&text, line);
                text.extend(more);
                assert!(has_line(&text, line));
            }
            let (left, taken) = without_ours(&text);
            assert_eq!(left, before);
            assert_eq!(taken, ["/p.db*", OWN_BACKUPS, "/q.db*"]);
            assert_eq!(without_ours(before), (before.to_vec(), Vec::new()));
        }
    }

    #[test]
    fn what_a_person_added_after_it_stays() {
        let text = format!("a\n{OURS}\n/p.db*\nb");
        assert_eq!(without_ours(text.as_bytes()).0, b"a\nb");
        let text = format!("a\n{OURS}\nb\n");
        assert_eq!(without_ours(text.as_bytes()).0, text.as_bytes());
    }
}
