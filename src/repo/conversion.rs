//! Git's conversion of files between the work tree and its objects: line ends, an
//! encoding, a filter.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use super::{Index, ObjectId, Repo, RepoError};
use crate::journal::digest::short_sha256;
use crate::journal::line_ends::without_cr;

/// The attributes of a path that change more than line ends.
const OTHERS: [&str; 3] = ["filter", "working-tree-encoding", "ident"];

/// Whether git takes a file for text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Text {
    Yes,
    No,
    /// Git looks at the content.
    Auto,
}

/// Git's conversion of a file's line ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct LineEnds {
    text: Text,
    /// The work tree has CRLF where git has LF.
    crlf: bool,
}

/// The attributes and settings that decide on line ends.
#[derive(Debug, Clone, Copy, Default)]
struct Said<'a> {
    /// `text`, or else its older name `crlf`.
    text: Option<&'a str>,
    eol: Option<&'a str>,
    autocrlf: Option<&'a str>,
    core_eol: Option<&'a str>,
}

/// The conversion by gitattributes(5), if the machine's own line end is LF.
fn line_ends(said: Said<'_>) -> LineEnds {
    let autocrlf = said.autocrlf.unwrap_or("false").to_ascii_lowercase();
    let input = autocrlf == "input";
    let autocrlf = ["true", "yes", "on", "1"].contains(&autocrlf.as_str());
    let text = match (said.text, said.eol) {
        (Some("false"), _) => Text::No,
        (Some("auto"), _) => Text::Auto,
        (Some(_), _) | (None, Some("lf" | "crlf")) => Text::Yes,
        (None, _) if autocrlf || input => Text::Auto,
        (None, _) => Text::No,
    };
    let crlf = match said.eol {
        Some("crlf") => true,
        Some("lf") => false,
        _ if said.text == Some("input") || input => false,
        _ => autocrlf || said.core_eol == Some("crlf"),
    };
    LineEnds {
        text,
        crlf: crlf && text != Text::No,
    }
}

/// Whether git leaves the line ends of content alone. Lone carriage returns and NUL bytes
/// decide it; git looks at more, but a page holds nothing else of that kind.
fn is_no_text(bytes: &[u8]) -> bool {
    let lone = |at: &usize| bytes[*at] == b'\r' && bytes.get(at + 1) != Some(&b'\n');
    bytes.contains(&0) || (0..bytes.len()).any(|at| lone(&at))
}

/// The bytes with CRLF in place of each bare LF.
fn with_cr(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len() + bytes.len() / 32);
    for (at, byte) in bytes.iter().enumerate() {
        if *byte == b'\n' && (at == 0 || bytes[at - 1] != b'\r') {
            out.push(b'\r');
        }
        out.push(*byte);
    }
    out
}

/// Whether attributes of the work tree are a file of its own: git follows no link there, and
/// one that came with a clone may lead to what has no end.
fn is_own_file(attributes: &Path) -> bool {
    fs::symlink_metadata(attributes).is_ok_and(|meta| meta.is_file())
}

impl Repo {
    /// The attribute, with its value, that makes git store other bytes of a file than
    /// those of the work tree, apart from line ends: a filter, say.
    ///
    /// # Errors
    /// The attributes cannot be read.
    pub fn other_bytes(&self, path: &str) -> Result<Option<String>, RepoError> {
        let folder = Path::new(path).parent().unwrap_or(Path::new(""));
        if !self.others_are_named_for(folder) {
            return Ok(None);
        }
        for (name, value) in OTHERS.into_iter().zip(self.said_of(path, OTHERS)?) {
            if let Some(value) = value.filter(|value| value != "false") {
                return Ok(Some(match value.as_str() {
                    "true" => name.to_owned(),
                    value => format!("{name}={value}"),
                }));
            }
        }
        Ok(None)
    }

    /// The attribute that makes git store other bytes than these for a file of the work
    /// tree, apart from line ends.
    pub(super) fn changed_by(&self, path: &str, bytes: &[u8]) -> Result<Option<String>, RepoError> {
        let attribute = self.other_bytes(path)?;
        // `ident` expands a single word.
        let has_word = || bytes.windows(3).any(|word| word == b"$Id");
        Ok(attribute.filter(|attribute| attribute != "ident" || has_word()))
    }

    /// Whether an attributes file for this folder names one of [`OTHERS`] or a macro.
    /// libgit2 would read the whole index to look for attributes there; most journals
    /// have none that matter, and a few `stat` calls in the work tree show it.
    fn others_are_named_for(&self, folder: &Path) -> bool {
        if let Some(known) = self.caches.others_named.borrow().get(folder) {
            return *known;
        }
        let names = |file: &Path| {
            let text = fs::read(file).unwrap_or_default();
            let has = |word: &str| text.windows(word.len()).any(|w| w == word.as_bytes());
            OTHERS.iter().any(|word| has(word)) || has("[attr]")
        };
        let own = self.workdir().join(folder).join(".gitattributes");
        // Files left out by a sparse checkout are in the index alone.
        let named = self.is_sparse()
            || is_own_file(&own) && names(&own)
            || match folder.parent() {
                Some(above) => self.others_are_named_for(above),
                None => self
                    .attributes_elsewhere()
                    .files
                    .iter()
                    .any(|file| names(file)),
            };
        self.caches
            .others_named
            .borrow_mut()
            .insert(folder.to_owned(), named);
        named
    }

    /// A digest of what decides how git stores the files in these folders: the attributes
    /// that are named in them, above them and outside of the work tree, and the settings
    /// of line ends. It serves to see a change; git is not started, so that what it alone
    /// knows is not in it, nor are attributes deeper down and the programs of filters.
    #[must_use]
    pub fn conversion_digest(&self, folders: &[&str]) -> String {
        let above = folders
            .iter()
            .flat_map(|folder| Path::new(folder).ancestors());
        let above: BTreeSet<&Path> = above.collect();
        let here = above.into_iter();
        let here = here.map(|folder| self.workdir().join(folder).join(".gitattributes"));
        let mut files: Vec<PathBuf> = here.filter(|file| is_own_file(file)).collect();
        files.push(self.common_dir().join("info/attributes"));
        files.extend(self.attributes_of_libgit2());
        let mut said = Vec::new();
        for (number, file) in files.iter().enumerate() {
            // A pipe would be waited for.
            if file.is_file() {
                let text = fs::read(file).unwrap_or_default();
                said.extend(format!("{number} {}\n", text.len()).into_bytes());
                said.extend(text);
            }
        }
        let config = self.git.config().and_then(|mut config| config.snapshot());
        for key in ["core.autocrlf", "core.eol"] {
            let value = config.as_ref().ok().and_then(|c| c.get_str(key).ok());
            said.extend(format!("{key}={value:?}\n").into_bytes());
        }
        short_sha256(&said)
    }

    /// A file of the work tree as git would store it; `None` if there is no such file.
    ///
    /// # Errors
    /// As for [`Repo::read_work_file`]; or git's filter fails.
    pub fn read_as_stored(&self, path: &str) -> Result<Option<Vec<u8>>, RepoError> {
        let Some(bytes) = self.read_work_file(path)? else {
            return Ok(None);
        };
        self.to_store(path, bytes).map(Some)
    }

    /// Bytes of a file of the work tree as git would store them.
    ///
    /// # Errors
    /// Git cannot read the attributes or the version before, or its filter fails.
    pub fn to_store(&self, path: &str, bytes: Vec<u8>) -> Result<Vec<u8>, RepoError> {
        if let Some(attribute) = self.changed_by(path, &bytes)? {
            return self.converted_by_git(path, &attribute, &bytes);
        }
        let Some(unix) = without_cr(&bytes) else {
            return Ok(bytes);
        };
        let converts = match self.line_ends_of(path)?.text {
            Text::Yes => true,
            Text::No => false,
            // A file stored with CRLF stays so.
            Text::Auto => !is_no_text(&bytes) && !self.has_crlf(path)?,
        };
        Ok(if converts { unix } else { bytes })
    }

    /// Stored bytes as git would check the file out.
    ///
    /// # Errors
    /// Git cannot read the attributes, or its filter fails.
    pub fn to_check_out(&self, path: &str, bytes: &[u8]) -> Result<Vec<u8>, RepoError> {
        if self.other_bytes(path)?.is_some() {
            let store = ["hash-object", "-w", "--no-filters", "--stdin"];
            let id = self.run_git(&store, bytes)?;
            let id = String::from_utf8_lossy(&id);
            let option = format!("--path={path}");
            return self.run_git(&["cat-file", "--filters", &option, id.trim_end()], b"");
        }
        let LineEnds { text, crlf } = self.line_ends_of(path)?;
        let stays =
            !crlf || text == Text::Auto && (is_no_text(bytes) || without_cr(bytes).is_some());
        Ok(match stays {
            true => bytes.to_vec(),
            false => with_cr(bytes),
        })
    }

    /// Bytes of a file of the work tree with the line ends that git would store.
    ///
    /// # Errors
    /// As for [`Repo::to_store`].
    pub fn with_stored_line_ends(
        &self,
        index: &Index,
        path: &str,
        bytes: Vec<u8>,
    ) -> Result<Vec<u8>, RepoError> {
        if without_cr(&bytes).is_none() || self.other_bytes(path)?.is_some() {
            return Ok(bytes);
        }
        let Some(blob) = index.staged(path) else {
            return self.to_store(path, bytes);
        };
        match self.as_stored(path, bytes, blob.id)? {
            (true, bytes) => Ok(bytes),
            (false, bytes) => self.to_store(path, bytes),
        }
    }

    /// Stored bytes with the line ends that git would check out.
    ///
    /// # Errors
    /// As for [`Repo::to_check_out`].
    pub fn with_own_line_ends(&self, path: &str, bytes: Vec<u8>) -> Result<Vec<u8>, RepoError> {
        match self.other_bytes(path)? {
            Some(_) => Ok(bytes),
            None => self.to_check_out(path, &bytes),
        }
    }

    fn has_crlf(&self, path: &str) -> Result<bool, RepoError> {
        let staged = self.index()?.staged(path).map(|blob| blob.id);
        let before: Option<ObjectId> = match staged {
            Some(id) => Some(id),
            None => self.blob_at(self.head()?, path)?.map(|blob| blob.id),
        };
        let Some(id) = before else { return Ok(false) };
        Ok(without_cr(&self.read_blob(id)?).is_some())
    }

    fn line_ends_of(&self, path: &str) -> Result<LineEnds, RepoError> {
        let [text, crlf, eol] = self.said_of(path, ["text", "crlf", "eol"])?;
        let text = text.or(crlf);
        let [autocrlf, core_eol] = match self.caches.core_line_ends.get() {
            Some(known) => known.clone(),
            None => {
                let asked = [self.config("core.autocrlf")?, self.config("core.eol")?];
                self.caches.core_line_ends.get_or_init(|| asked).clone()
            }
        };
        Ok(line_ends(Said {
            text: text.as_deref(),
            eol: eol.as_deref(),
            autocrlf: autocrlf.as_deref(),
            core_eol: core_eol.as_deref(),
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(said: Said<'_>, text: Text, crlf: bool) {
        assert_eq!(line_ends(said), LineEnds { text, crlf }, "{said:?}");
    }

    #[test]
    fn attributes_decide_before_the_configuration() {
        let none = Said::default();
        check(none, Text::No, false);
        let windows = Said {
            autocrlf: Some("true"),
            ..none
        };
        check(windows, Text::Auto, true);
        let input = Said {
            autocrlf: Some("input"),
            core_eol: Some("crlf"),
            ..none
        };
        check(input, Text::Auto, false);
        let said = |text, eol| Said {
            text,
            eol,
            ..windows
        };
        check(said(Some("false"), None), Text::No, false);
        check(said(Some("false"), Some("crlf")), Text::No, false);
        check(said(Some("true"), Some("lf")), Text::Yes, false);
        check(said(Some("auto"), None), Text::Auto, true);
        let eol = Some("crlf");
        check(Said { eol, ..none }, Text::Yes, true);
        let text = Some("auto");
        check(Said { text, ..none }, Text::Auto, false);
        let core_eol = Some("crlf");
        check(
            Said {
                text,
                core_eol,
                ..none
            },
            Text::Auto,
            true,
        );
        check(Said { core_eol, ..none }, Text::No, false);
    }

    #[test]
    fn carriage_returns_are_put_where_there_is_none() {
        assert_eq!(with_cr(b"\na\r\nb\n\r"), b"\r\na\r\nb\r\n\r");
        assert!(is_no_text(b"a\rb\r\n") && is_no_text(b"\r") && is_no_text(b"a\0"));
        assert!(!is_no_text(b"a\r\n\n"));
    }
}
