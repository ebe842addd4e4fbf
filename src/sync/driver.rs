//! The entry driver: three files in, the merge of them out.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::journal::reconcile::{FileKind, Merged, Merger, Reason, Ruling, Rulings};
use crate::journal::rules::Rules;
use crate::journal::yaml::{Node, Tree};
use crate::merge::{ConflictStyle, Markers, ThreeWay};
use crate::repo::{Access, GitLines, Lasts, Repo, RepoError, write_beside};

/// A merge that could not be made at all; the files are as they were.
#[derive(Debug, thiserror::Error)]
pub enum DriverError {
    /// An input that cannot be read.
    #[error("{path}: cannot be read: {source}")]
    Read { path: PathBuf, source: io::Error },
    /// The result that cannot be written.
    #[error("{path}: cannot be written: {source}")]
    Write { path: PathBuf, source: io::Error },
    /// git's own line merge failed.
    #[error("the files could not be merged by line: {0}")]
    Lines(String),
}

/// The length of git's markers without an attribute.
pub const ORDINARY_MARKER: usize = 7;

/// How much longer git makes the markers in each merge of merge bases. Where two moved
/// files meet at one path, it makes them longer by 1 in an ordinary merge as well.
/// Source: `extra_marker_size` in git's merge-ort.c.
const LONGER_IN_A_BASE: usize = 2;

/// The length of the markers in a merge of merge bases, without an attribute.
pub const MARKER_IN_A_BASE: usize = ORDINARY_MARKER + LONGER_IN_A_BASE;

/// Git's label for our side in a merge of merge bases; a path may follow.
pub const OURS_IN_A_BASE: &str = "Temporary merge branch 1";

/// The same for their side.
pub const THEIRS_IN_A_BASE: &str = "Temporary merge branch 2";

/// Git's label for a base that it merged from several; a path may follow.
pub const SEVERAL_BASES: &str = "merged common ancestors";

/// Whether git merges merge bases (a virtual base), judged by our side's label. Before
/// git 2.44 a driver gets no labels; there the length of the markers tells, which git
/// makes longer than the attribute `conflict-marker-size`. `attribute` gives the length
/// without that, `None` if it cannot be asked, and is called only if it decides. In doubt
/// the merge is an ordinary one: its conflicts are marked, and nothing is left out.
pub fn is_virtual_base(
    our_label: Option<&str>,
    size: usize,
    attribute: impl FnOnce() -> Option<usize>,
) -> bool {
    match our_label {
        Some(label) => label.starts_with(OURS_IN_A_BASE),
        None if size == ORDINARY_MARKER => false,
        None => attribute().is_some_and(|length| size >= length + LONGER_IN_A_BASE),
    }
}

/// The length of git's markers in a file: that of the attribute `conflict-marker-size`, or
/// the ordinary one.
///
/// # Errors
/// Git fails; see [`RepoError`].
pub fn marker_size(repo: &Repo, path: &str) -> Result<usize, RepoError> {
    let value = repo.attribute("conflict-marker-size", path)?;
    let size = value.and_then(|value| value.parse().ok());
    Ok(size.filter(|s| *s > 0).unwrap_or(ORDINARY_MARKER))
}

/// The way in which a file is merged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    /// Field by field.
    Field,
    /// By line, as git does, for this reason.
    Line(&'static str),
}

/// One merge of three versions of a file.
pub struct FileMerge<'a> {
    /// The file's path in the repository, which decides its kind.
    pub path: &'a str,
    pub markers: Markers,
    /// The result is the base of another merge, not a file that a person will see.
    pub virtual_base: bool,
    /// The base is git's own merge of several merge bases, or may be.
    pub several_bases: bool,
    pub rules: &'a Rules,
    pub by: By,
    /// The rulings of known removals on the items of a field.
    pub rulings: Rulings<'a>,
}

impl<'a> FileMerge<'a> {
    /// An ordinary merge, field by field, with git's ordinary markers.
    #[must_use]
    pub fn new(path: &'a str, rules: &'a Rules, rulings: Rulings<'a>) -> Self {
        Self {
            path,
            markers: Markers::default(),
            virtual_base: false,
            several_bases: false,
            rules,
            by: By::Field,
            rulings,
        }
    }

    /// Reads and merges the files; writes nothing. `style` is called only if there is a
    /// conflict to show.
    ///
    /// # Errors
    /// A file cannot be read, or git's line merge fails.
    pub fn of_files(
        &self,
        files: &ThreeWay<PathBuf>,
        style: impl FnOnce() -> ConflictStyle,
    ) -> Result<Merged, DriverError> {
        let texts = files.as_ref().try_map(|path| {
            fs::read(path).map_err(|source| DriverError::Read {
                path: path.clone(),
                source,
            })
        })?;
        self.of_texts(texts.as_ref().map(Vec::as_slice), style)
    }

    /// Merges three texts.
    ///
    /// # Errors
    /// Git's line merge fails.
    pub fn of_texts(
        &self,
        sides: ThreeWay<&[u8]>,
        style: impl FnOnce() -> ConflictStyle,
    ) -> Result<Merged, DriverError> {
        let lines = GitLines::new();
        let mut merger = Merger {
            rules: self.rules,
            lines: &lines,
            markers: self.markers.clone(),
            virtual_base: self.virtual_base,
            several_bases: self.several_bases,
            rulings: self.rulings,
            kind: kind(self.path),
        };
        let merge = |merger: &Merger| match self.by {
            By::Field => merger.merge(sides),
            By::Line(reason) => merger.by_line(sides, Reason::Asked(reason)),
        };
        let merged = merge(&merger).map_err(DriverError::Lines)?;
        if merged.conflict && self.markers.style == ConflictStyle::Merge {
            let style = style();
            if style != ConflictStyle::Merge {
                merger.markers.style = style;
                return merge(&merger).map_err(DriverError::Lines);
            }
        }
        Ok(merged)
    }
}

fn kind(path: &str) -> FileKind {
    let extension = Path::new(path).extension().unwrap_or_default();
    if extension.eq_ignore_ascii_case("yaml") || extension.eq_ignore_ascii_case("yml") {
        FileKind::Yaml
    } else {
        FileKind::Markdown
    }
}

/// Puts a result in place: it is written beside the file and renamed, so that a kill
/// leaves the old file or the new one. A link stays and leads to the result; anything but
/// a plain file (a pipe, a device) is written to directly.
///
/// # Errors
/// The file cannot be written.
pub fn write(path: &Path, bytes: &[u8], lasts: Lasts) -> Result<(), DriverError> {
    let error = |source| DriverError::Write {
        path: path.to_owned(),
        source,
    };
    let is_link = path.is_symlink();
    if fs::metadata(path).map_or(is_link, |there| !there.is_file()) {
        return fs::write(path, bytes).map_err(error);
    }
    let target = match is_link {
        true => fs::canonicalize(path).map_err(error)?,
        false => path.to_owned(),
    };
    let access = match fs::metadata(&target) {
        Ok(old) => Access::Kept(old.permissions()),
        // A new file gets the mode that the umask allows, not a private one.
        Err(_) => Access::New,
    };
    write_beside(&target, bytes, access, lasts).map_err(error)
}

/// Rulings that keep nothing out, for merges outside a journal.
#[must_use]
pub fn keep_all(_: &[String], _: &Tree, _: &Node) -> Option<Ruling> {
    None
}

#[cfg(test)]
mod tests {
    use super::is_virtual_base;

    #[test]
    fn a_virtual_base_is_told_by_its_label_or_by_longer_markers() {
        for (label, size, attribute, virtual_base) in [
            (Some("HEAD"), 7, None, false),
            // An attribute has made the markers longer.
            (Some("HEAD"), 32, Some(32), false),
            (Some("Temporary merge branch 1"), 9, None, true),
            (Some("Temporary merge branch 1:a.md"), 7, Some(5), true),
            (None, 7, None, false),
            (None, 9, Some(7), true),
            (None, 32, Some(32), false),
            (None, 34, Some(32), true),
            // Two moved files at one path, and the same in a virtual base.
            (None, 8, Some(7), false),
            (None, 33, Some(32), false),
            (None, 10, Some(7), true),
            // The attribute cannot be asked.
            (None, 10, None, false),
            (None, 5, Some(5), false),
        ] {
            let is = is_virtual_base(label, size, || attribute);
            assert_eq!(is, virtual_base, "{label:?} {size} {attribute:?}");
        }
    }
}
