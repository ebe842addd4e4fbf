//! Git's conversion of files by somebody's filter, or from another encoding, which git
//! itself does.

use std::collections::HashMap;
use std::ffi::OsStr;
use std::fs;

use super::{Repo, RepoError};

/// Files that a filter fails on, one after another, until it counts as one that fails on
/// all: a program that refuses a single page is no reason to leave the others alone.
const FAILURES: usize = 3;

/// What is known of the conversions by git of this run.
#[derive(Debug, Default)]
pub(super) struct Conversions {
    /// For an attribute with its value, the failures since it last worked.
    failures: HashMap<String, Failures>,
    /// Whether git could not write an object here.
    is_read_only: bool,
}

#[derive(Debug)]
struct Failures {
    times: usize,
    /// What git said of the last one.
    reason: String,
}

/// Git's word that a conversion failed.
struct Fault {
    reason: String,
    /// Whether there is no such program to run, for any file.
    is_general: bool,
}

/// The fault of a filter or an encoding in what git said, which is in English.
fn fault(path: &str, said: &str) -> Option<Fault> {
    const ENCODING: [&str; 4] = [
        "failed to encode '",
        "BOM is ",
        "encoding '",
        "true/false are no valid working-tree-encodings",
    ];
    let says = |line: &str| line.strip_prefix("fatal: ").map(str::to_owned);
    let reason = said.lines().filter_map(says).find_map(|line| {
        let line = line.strip_prefix(&format!("{path}: ")).unwrap_or(&line);
        let of_filter = line.starts_with("clean filter '") && line.ends_with("' failed");
        let of_encoding = ENCODING.iter().any(|begin| line.starts_with(begin));
        (of_filter || of_encoding).then(|| line.to_owned())
    })?;
    let missing = |line: &str| {
        // The exit codes of a shell that finds or can run no such program.
        let codes = ["' failed 126", "' failed 127"];
        line.contains("external filter '") && codes.iter().any(|end| line.ends_with(end))
    };
    let is_general = said.lines().any(missing);
    Some(Fault { reason, is_general })
}

fn hash_object(path: &str) -> [String; 4] {
    let path = format!("--path={path}");
    ["hash-object", "-w", &path, "--stdin"].map(str::to_owned)
}

/// Has git speak English, and says nothing of the language of what a filter reads.
fn in_english() -> (&'static str, &'static OsStr) {
    ("LANGUAGE", OsStr::new("en"))
}

impl Repo {
    /// Bytes of a file of the work tree as git would store them, by git itself; the
    /// `attribute` is the one that makes git change more than line ends. Where nothing can
    /// be written, the object is made in a folder of its own.
    ///
    /// # Errors
    /// [`RepoError::Conversion`] if the filter or the encoding is at fault; git is not
    /// started again for a filter that fails on every file.
    pub(super) fn converted_by_git(
        &self,
        path: &str,
        attribute: &str,
        bytes: &[u8],
    ) -> Result<Vec<u8>, RepoError> {
        let failed = |reason: &str| RepoError::Conversion {
            path: path.to_owned(),
            reason: reason.to_owned(),
        };
        let known = self.caches.conversions.borrow();
        if let Some(of) = known.failures.get(attribute)
            && of.times >= FAILURES
        {
            return Err(failed(&of.reason));
        }
        let is_read_only = known.is_read_only;
        drop(known);
        let mut done = match is_read_only {
            true => self.stored_apart(path, bytes),
            false => self.stored_here(path, bytes),
        };
        if let Err(RepoError::Command { stderr, .. }) = &done
            && !is_read_only
            && fault(path, stderr).is_none()
        {
            done = self.stored_apart(path, bytes);
            self.caches.conversions.borrow_mut().is_read_only |= done.is_ok();
        }
        let fault = match &done {
            Err(RepoError::Command { stderr, .. }) => fault(path, stderr),
            _ => None,
        };
        let mut known = self.caches.conversions.borrow_mut();
        let Some(Fault { reason, is_general }) = fault else {
            known.failures.remove(attribute);
            return done;
        };
        let error = failed(&reason);
        // An encoding fails on what is in the one file.
        if attribute.starts_with("filter=") {
            let none = || Failures {
                times: 0,
                reason: String::new(),
            };
            let of = known
                .failures
                .entry(attribute.to_owned())
                .or_insert_with(none);
            of.times += if is_general { FAILURES } else { 1 };
            of.reason = reason;
        }
        Err(error)
    }

    fn stored_here(&self, path: &str, bytes: &[u8]) -> Result<Vec<u8>, RepoError> {
        let id = self.run_git_with(&hash_object(path), bytes, &[in_english()])?;
        let id = String::from_utf8_lossy(&id);
        self.run_git(&["cat-file", "blob", id.trim_end()], b"")
    }

    /// The same with the new object in a folder that is gone afterwards. No filter may
    /// take that folder for the repository's own.
    fn stored_apart(&self, path: &str, bytes: &[u8]) -> Result<Vec<u8>, RepoError> {
        let temporary = std::env::temp_dir();
        let folder = tempfile::tempdir().map_err(RepoError::io(temporary))?;
        let (apart, info) = (folder.path(), folder.path().join("info"));
        let own = self.common_dir().join("objects");
        let others = [own.as_os_str().as_encoded_bytes(), b"\n"].concat();
        let written =
            fs::create_dir(&info).and_then(|()| fs::write(info.join("alternates"), others));
        written.map_err(RepoError::io(&info))?;
        let variables = [
            in_english(),
            ("GIT_OBJECT_DIRECTORY", apart.as_os_str()),
            // With it, git changes no branch.
            ("GIT_QUARANTINE_PATH", apart.as_os_str()),
        ];
        let id = self.run_git_with(&hash_object(path), bytes, &variables)?;
        let id = String::from_utf8_lossy(&id);
        self.run_git_with(&["cat-file", "blob", id.trim_end()], b"", &variables)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_filter_or_an_encoding_is_a_fault_of_a_conversion() {
        let of = |said: &str| fault("a.md", said).map(|f| (f.reason, f.is_general));
        let filter = "clean filter 'x' failed".to_owned();
        for (code, is_general) in [(1, false), (126, true), (127, true), (128, false)] {
            let said = format!(
                "sh: no\nerror: external filter 'no' failed {code}\n\
                 fatal: a.md: clean filter 'x' failed"
            );
            assert_eq!(of(&said), Some((filter.clone(), is_general)), "{code}");
        }
        let encoding = "failed to encode 'a.md' from UTF-16 to UTF-8";
        let said = format!("fatal: {encoding}");
        assert_eq!(of(&said), Some((encoding.to_owned(), false)));
        for said in [
            "error: insufficient permission for adding an object to repository database\n\
             fatal: Unable to add stdin to database",
            "error: unable to write file: No space left on device\nfatal: Unable to add stdin",
            "error: external filter 'no' failed 1",
            "signal: 9 (SIGKILL)",
        ] {
            assert_eq!(of(said), None, "{said}");
        }
    }
}
