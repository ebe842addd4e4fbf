//! The line of `.git/info/exclude` that keeps the database out of git where `.gitignore`
//! does not: before the pull that brings that, and at commits from before the setup.

use std::fs;
use std::io::ErrorKind;
use std::path::PathBuf;

use super::files::{IGNORE, ignored};
use crate::journal::Layout;
use crate::repo::beside::{Access, write_atomically};
use crate::repo::{Repo, RepoError};

impl Repo {
    /// Keeps the database out of git by `info/exclude` if nothing else does: `.gitignore`
    /// is for all machines, and only `init` writes it. Returns whether this was needed.
    ///
    /// # Errors
    /// Git cannot say, or the file cannot be written.
    pub fn exclude_database(&self, layout: &Layout) -> Result<bool, RepoError> {
        let database = &layout.database;
        if self.is_ignored(database)? || self.tracks(database)? {
            return Ok(false);
        }
        let path = self.excluded();
        // The other lines are a person's, in any encoding.
        let mut text = match fs::read(&path) {
            Err(e) if e.kind() == ErrorKind::NotFound => Vec::new(),
            read => read.map_err(RepoError::io(&path))?,
        };
        if !text.is_empty() && !text.ends_with(b"\n") {
            text.push(b'\n');
        }
        text.extend_from_slice(format!("{}\n", own_line(layout)).as_bytes());
        write_atomically(&path, &text, Access::New)?;
        Ok(true)
    }

    /// The same where `.gitignore` lacks the line of `init`: at a commit from before it, or
    /// where somebody took it out.
    ///
    /// # Errors
    /// As for [`exclude_database`](Self::exclude_database).
    pub fn exclude_where_not_ignored(&self, layout: &Layout) -> Result<(), RepoError> {
        // Git is asked only if the file does not show it.
        if !self.has_line(IGNORE, &own_line(layout))? {
            self.exclude_database(layout)?;
        }
        Ok(())
    }

    /// Whether only the line of [`exclude_database`](Self::exclude_database) may keep the
    /// database out of git, and `.gitignore` lacks that of `init`.
    ///
    /// # Errors
    /// `.gitignore` cannot be read.
    pub fn is_only_excluded(&self, layout: &Layout) -> Result<bool, RepoError> {
        let line = own_line(layout);
        let there = fs::read(self.excluded()).unwrap_or_default();
        let is_line = |l: &[u8]| l.trim_ascii() == line.as_bytes();
        Ok(there.split(|&b| b == b'\n').any(is_line) && !self.has_line(IGNORE, &line)?)
    }

    /// Takes the line of [`exclude_database`](Self::exclude_database) out again. Returns
    /// whether it was there.
    pub(super) fn include_database(&self, layout: &Layout) -> Result<bool, RepoError> {
        let path = self.excluded();
        let there = fs::read(&path).unwrap_or_default();
        let own = own_line(layout);
        let left: Vec<&[u8]> = there
            .split_inclusive(|&b| b == b'\n')
            .filter(|line| line.trim_ascii() != own.as_bytes())
            .collect();
        let left = left.concat();
        if left.len() == there.len() {
            return Ok(false);
        }
        write_atomically(&path, &left, Access::New)?;
        Ok(true)
    }

    fn excluded(&self) -> PathBuf {
        self.common_dir().join("info/exclude")
    }
}

/// The line, as `.gitignore` has it.
fn own_line(layout: &Layout) -> String {
    let [database, ..] = ignored(layout);
    database
}
