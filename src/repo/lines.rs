//! git's own line merge, through libgit2's copy of its code.

use git2::{MergeFileInput, MergeFileOptions};

use super::{Repo, RepoError};
use crate::merge::{ConflictStyle, LineMerge, Markers, MergedLines, ThreeWay, is_binary};

/// Merges by line as `git merge-file` does: the same diff, the same level of
/// simplification, the same markers.
#[derive(Debug, Clone, Copy)]
pub struct GitLines {
    simplify: bool,
}

impl GitLines {
    /// A line merge as `git merge-file` does it. Nothing is prepared yet: most merges
    /// never need one.
    #[must_use]
    pub const fn new() -> Self {
        Self { simplify: true }
    }

    /// Merges as `git merge` itself does without a driver: lines without a letter
    /// or digit between two conflicts do not join them.
    #[must_use]
    pub const fn as_git_merge() -> Self {
        Self { simplify: false }
    }
}

impl Repo {
    /// The configured `merge.conflictStyle`; the default one if git does not know its name.
    ///
    /// # Errors
    /// The configuration cannot be read.
    pub fn conflict_style(&self) -> Result<ConflictStyle, RepoError> {
        let name = self.config("merge.conflictStyle")?;
        let style = name.and_then(|name| ConflictStyle::from_name(&name));
        Ok(style.unwrap_or_default())
    }
}

impl Default for GitLines {
    fn default() -> Self {
        Self::new()
    }
}

impl LineMerge for GitLines {
    fn merge(&self, sides: ThreeWay<&[u8]>, markers: &Markers) -> Result<MergedLines, String> {
        if let Some(bytes) = sides.trivial() {
            return Ok(MergedLines {
                bytes: bytes.to_vec(),
                conflict: false,
            });
        }
        if [sides.base, sides.ours, sides.theirs]
            .into_iter()
            .any(is_binary)
        {
            // libgit2 would return nothing at all.
            return Err("a NUL byte among the first 8000: git does not merge that by line".into());
        }
        // libgit2 merges files only once something has initialised it.
        let _ = git2::Buf::new();
        let empty = [sides.base, sides.ours, sides.theirs]
            .iter()
            .any(|s| s.is_empty());
        if !empty {
            return merge(sides, markers, self.simplify);
        }
        // libgit2 leaves out the label of a side that is empty. Markers of a
        // length that no line has can be found again and written as they should be.
        let long = Markers {
            size: markers.size.max(longest_run(sides) + 1),
            ..markers.clone()
        };
        let mut merged = merge(sides, &long, self.simplify)?;
        if merged.conflict {
            merged.bytes = relabel(&merged.bytes, long.size, markers);
        }
        Ok(merged)
    }
}

const MARKS: [u8; 4] = [b'<', b'|', b'=', b'>'];

fn merge(sides: ThreeWay<&[u8]>, markers: &Markers, simplify: bool) -> Result<MergedLines, String> {
    let input = |content| {
        let mut input = MergeFileInput::new();
        input.content(content);
        input
    };
    let [base, ours, theirs] = [sides.base, sides.ours, sides.theirs].map(input);
    let mut options = MergeFileOptions::new();
    options
        // `git merge-file` merges at XDL_MERGE_ZEALOUS_ALNUM (builtin/merge-file.c).
        .simplify_alnum(simplify)
        .marker_size(u16::try_from(markers.size).unwrap_or(u16::MAX))
        .ancestor_label(markers.labels.base.as_str())
        .our_label(markers.labels.ours.as_str())
        .their_label(markers.labels.theirs.as_str())
        .style_diff3(markers.style == ConflictStyle::Diff3)
        .style_zdiff3(markers.style == ConflictStyle::Zdiff3);
    let merged =
        git2::merge_file(&base, &ours, &theirs, Some(&mut options)).map_err(|e| e.to_string())?;
    Ok(MergedLines {
        bytes: merged.content().to_vec(),
        conflict: !merged.is_automergeable(),
    })
}

/// How many times a mark is repeated at the start of a line.
fn run(line: &[u8]) -> usize {
    match line.first() {
        Some(mark) if MARKS.contains(mark) => line.iter().take_while(|b| *b == mark).count(),
        _ => 0,
    }
}

fn longest_run(sides: ThreeWay<&[u8]>) -> usize {
    let longest = |text: &[u8]| text.split(|&b| b == b'\n').map(run).max().unwrap_or(0);
    longest(sides.base)
        .max(longest(sides.ours))
        .max(longest(sides.theirs))
}

/// Rewrites the markers of length `size` in the form of `markers`.
fn relabel(bytes: &[u8], size: usize, markers: &Markers) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len());
    for line in bytes.split_inclusive(|&b| b == b'\n') {
        if run(line) != size {
            out.extend_from_slice(line);
            continue;
        }
        let label = match line[0] {
            b'<' => Some(&markers.labels.ours),
            b'|' => Some(&markers.labels.base),
            b'>' => Some(&markers.labels.theirs),
            _ => None,
        };
        out.extend(std::iter::repeat_n(line[0], markers.size));
        if let Some(label) = label {
            out.push(b' ');
            out.extend_from_slice(label.as_bytes());
        }
        let end: &[u8] = if line.ends_with(b"\r\n") {
            b"\r\n"
        } else {
            b"\n"
        };
        out.extend_from_slice(end);
    }
    out
}
