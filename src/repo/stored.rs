//! Files that the work tree has with other bytes than git stores: with other line ends
//! (`core.autocrlf`, which Git for Windows sets, or the attribute `eol`), in another
//! encoding, or through a filter.

use std::path::Path;

use super::{Blob, Index, ObjectId, Repo, RepoError};
use crate::journal::line_ends::without_cr;
use crate::merge::is_binary;

impl Repo {
    /// Whether a file of the work tree equals this object, and its bytes as git stores
    /// them. CRLF equals LF if git converts line ends. With a filter, the bytes are those
    /// that git would store, if they are text.
    ///
    /// # Errors
    /// Git fails; see [`RepoError`].
    pub fn as_stored(
        &self,
        path: &str,
        bytes: Vec<u8>,
        id: ObjectId,
    ) -> Result<(bool, Vec<u8>), RepoError> {
        if ObjectId::of_file(&bytes) == Some(id) {
            return Ok((true, bytes));
        }
        if let Some(attribute) = self.changed_by(path, &bytes)? {
            let stored = self.converted_by_git(path, &attribute, &bytes)?;
            let is_text = !is_binary(&stored) && std::str::from_utf8(&stored).is_ok();
            let same = ObjectId::of_file(&stored) == Some(id);
            return Ok((same, if is_text { stored } else { bytes }));
        }
        let Some(unix) = without_cr(&bytes) else {
            return Ok((false, bytes));
        };
        if ObjectId::of_file(&unix) != Some(id) {
            return Ok((false, bytes));
        }
        // Git does not take bytes with other control characters for text.
        let is_plain = !unix.iter().any(|b| b"\r\0".contains(b));
        let converts = match is_plain {
            true => self.converts(path, &bytes, id)?,
            false => self.is_stored_as(path, &bytes, id)?,
        };
        Ok(if converts {
            (true, unix)
        } else {
            (false, bytes)
        })
    }

    /// Whether the index or HEAD has what stands at a path of the work tree, if anything
    /// does.
    ///
    /// # Errors
    /// The file or HEAD cannot be read, or git fails.
    pub fn has_in_git(&self, index: &Index, path: &str) -> Result<bool, RepoError> {
        let Some(bytes) = self.read_work_file(path)? else {
            return Ok(true);
        };
        let is = |blob: Option<Blob>| match blob.and_then(Blob::file) {
            Some(id) => Ok::<_, RepoError>(self.as_stored(path, bytes.clone(), id)?.0),
            None => Ok(false),
        };
        Ok(is(index.staged(path))? || is(self.blob_at(self.head()?, path)?)?)
    }

    /// Whether git converts a file's line ends. For plain texts it is asked once for each
    /// folder: conversion is set by pattern, and a first index may have ten thousand
    /// files.
    fn converts(&self, path: &str, bytes: &[u8], id: ObjectId) -> Result<bool, RepoError> {
        let folder = Path::new(path).parent().unwrap_or(Path::new(""));
        if let Some(converts) = self.caches.converting.borrow().get(folder) {
            return Ok(*converts);
        }
        let converts = self.is_stored_as(path, bytes, id)?;
        let folder = folder.to_owned();
        self.caches.converting.borrow_mut().insert(folder, converts);
        Ok(converts)
    }
}
