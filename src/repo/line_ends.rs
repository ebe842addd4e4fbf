//! Files of the work tree that git checks out with other line ends than it stores:
//! `core.autocrlf`, which Git for Windows sets, or the attribute `eol`; or in another
//! encoding, or through a filter.

use std::path::Path;

use super::{ObjectId, Repo, RepoError};
use crate::merge::is_binary;

impl Repo {
    /// Whether a file of the work tree is this object, and its bytes as git stores them
    /// then: with CRLF in the place of LF it is the same where git converts line ends.
    /// Behind a filter its bytes are what git would store, where that is text.
    ///
    /// # Errors
    /// Git cannot say.
    pub fn as_stored(
        &self,
        path: &str,
        bytes: Vec<u8>,
        id: ObjectId,
    ) -> Result<(bool, Vec<u8>), RepoError> {
        if ObjectId::of_file(&bytes) == Some(id) {
            return Ok((true, bytes));
        }
        if self.has_other_bytes(path, &bytes)? {
            let stored = self.to_store(path, bytes.clone())?;
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
        // Git takes what has other bytes of control in it for no text.
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

    /// Git is asked once for the plain texts of a folder: what it converts is set by
    /// pattern, and a first index may be of ten thousand files.
    fn converts(&self, path: &str, bytes: &[u8], id: ObjectId) -> Result<bool, RepoError> {
        let folder = Path::new(path).parent().unwrap_or(Path::new(""));
        if let Some(converts) = self.converting.borrow().get(folder) {
            return Ok(*converts);
        }
        let converts = self.is_stored_as(path, bytes, id)?;
        let folder = folder.to_owned();
        self.converting.borrow_mut().insert(folder, converts);
        Ok(converts)
    }
}

/// With LF in the place of CRLF; `None` where there is none.
pub(super) fn without_cr(bytes: &[u8]) -> Option<Vec<u8>> {
    let goes = |at: usize| bytes[at..].starts_with(b"\r\n");
    if !(0..bytes.len()).any(goes) {
        return None;
    }
    let stays = bytes.iter().enumerate().filter(|(at, _)| !goes(*at));
    Some(stays.map(|(_, byte)| *byte).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn carriage_returns_go_before_line_feeds_alone() {
        assert_eq!(without_cr(b"a\nb\r"), None);
        let text = b"\r\na\r\r\nb\rc\n\r\n";
        assert_eq!(without_cr(text).as_deref(), Some(&b"\na\r\nb\rc\n\n"[..]));
    }
}
