//! The work tree's files at the last look, and one number for all of them: a reader that
//! finds the same number has nothing to compare.

use rusqlite::{OptionalExtension, ToSql};
use sha2::{Digest, Sha256};

use super::Sql;
use super::bulk::Bulk;
use super::known::{AT_PATH, FileRow, files};
use super::update::Update;
use super::{Store, StoreError};

/// A sum over files and their stamps. Order does not count, so that a change of
/// one file costs one subtraction and one addition; two different lists have the
/// same sum as rarely as two files have the same 128 bits of SHA-256.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct FilesSum(u128);

impl FilesSum {
    /// Counts a file in.
    pub fn add(&mut self, path: &str, stamp: &str) {
        self.0 = self.0.wrapping_add(Self::of(path, stamp));
    }

    fn take(&mut self, path: &str, stamp: &str) {
        self.0 = self.0.wrapping_sub(Self::of(path, stamp));
    }

    fn of(path: &str, stamp: &str) -> u128 {
        let mut sha = Sha256::new();
        sha.update(path.as_bytes());
        // No path holds a NUL.
        sha.update([0]);
        sha.update(stamp.as_bytes());
        let digest = sha.finalize();
        let first = digest.iter().take(16);
        first.fold(0, |sum, byte| sum << 8 | u128::from(*byte))
    }
}

impl Store {
    /// The sum over the known files; `None` for an empty database.
    ///
    /// # Errors
    /// The database is locked, damaged or replaced; see [`StoreError`].
    pub fn files_sum(&self) -> Result<Option<FilesSum>, StoreError> {
        if self.is_empty() {
            return Ok(None);
        }
        self.read(stored)
    }
}

fn stored(c: &rusqlite::Connection) -> Sql<Option<FilesSum>> {
    let mut sum = c.prepare_cached("SELECT value FROM meta WHERE key = 'files'")?;
    let sum: Option<String> = sum.query_row([], |r| r.get(0)).optional()?;
    Ok(sum.and_then(|s| u128::from_str_radix(&s, 16).ok().map(FilesSum)))
}

impl Update<'_> {
    /// Notes a file's stamp, content and problem, or (`None`) that it is gone.
    ///
    /// # Errors
    /// The database is damaged or cannot be written; see [`StoreError`].
    pub fn set_file(&mut self, path: &str, row: Option<&FileRow>) -> Result<(), StoreError> {
        self.put_file(path, row).map_err(|e| self.wrap(e))
    }

    fn put_file(&mut self, path: &str, row: Option<&FileRow>) -> Sql {
        let mut sum = match self.files {
            Some(sum) => sum,
            None if self.fill => FilesSum::default(),
            None => stored(self.connection)?.unwrap_or_default(),
        };
        let old = match self.fill {
            true => None,
            false => self.file(path)?,
        };
        if let Some(old) = &old {
            sum.take(path, &old.stamp);
        }
        if let Some(row) = row {
            sum.add(path, &row.stamp);
        }
        self.files = Some(sum);
        if let (true, Some(row)) = (self.fill, row) {
            return self.add_file(path, row);
        }
        match (old, row) {
            (None, None) => Ok(()),
            (Some(_), None) => self.run("DELETE FROM files WHERE path = ?1", &[&path]),
            (None, Some(row)) => self.run(
                "INSERT INTO files VALUES (?1, ?2, ?3, ?4, ?5)",
                &[&path, &row.entry, &row.stamp, &row.content, &row.problem],
            ),
            (Some(old), Some(row)) => {
                // The indexes are on these two, which seldom change.
                if old.entry != row.entry || old.problem != row.problem {
                    let sql = "UPDATE files SET entry = ?2, problem = ?3 WHERE path = ?1";
                    self.run(sql, &[&path, &row.entry, &row.problem])?;
                }
                if old.stamp != row.stamp || old.content != row.content {
                    let sql = "UPDATE files SET stamp = ?2, content = ?3 WHERE path = ?1";
                    self.run(sql, &[&path, &row.stamp, &row.content])?;
                }
                Ok(())
            }
        }
    }

    /// Adds a row in a first load, in which no path is there twice.
    fn add_file(&mut self, path: &str, row: &FileRow) -> Sql {
        let columns = ["path", "entry", "stamp", "content", "problem"];
        let rows = match &mut self.file_rows {
            Some(rows) => rows,
            none => none.insert(Bulk::new(self.connection, "files", &columns, None)?),
        };
        let values: [&dyn ToSql; 5] = [&path, &row.entry, &row.stamp, &row.content, &row.problem];
        rows.add(values)
    }

    fn file(&self, path: &str) -> Sql<Option<FileRow>> {
        Ok(files(self.connection, AT_PATH, [path])?.remove(path))
    }

    pub(super) fn finish_files(&mut self) -> Sql {
        match self.files {
            Some(FilesSum(sum)) => self.put_meta("files", &format!("{sum:032x}")),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_files_have_the_same_sum_in_any_order_and_others_have_not() {
        let sum = |files: &[(&str, &str)]| {
            let mut sum = FilesSum::default();
            files.iter().for_each(|(path, stamp)| sum.add(path, stamp));
            sum
        };
        let all = sum(&[("a", "1"), ("b", "2")]);
        assert_eq!(all, sum(&[("b", "2"), ("a", "1")]));
        for other in [
            &[("a", "2"), ("b", "1")] as &[_],
            &[("a", "1"), ("b", "")],
            &[("a", "1")],
            &[("a1", ""), ("b", "2")],
        ] {
            assert_ne!(all, sum(other));
        }
        let mut back = all;
        back.take("b", "2");
        assert_eq!(back, sum(&[("a", "1")]));
    }
}
