//! Conflict markers that a commit adds.

use super::check::{Checks, MarkersOf, Refusal};
use crate::journal::hunks::{Hunk, Hunks};
use crate::journal::markers::{AsText, conflict_markers, labelled_markers};
use crate::journal::{EntryError, PathKind, layout::is_markdown};
use crate::ledger::Source;
use crate::repo::{Blob, RepoError};
use crate::sync::versions::Key;

impl Checks<'_> {
    /// The first set of markers in a file that the commit adds. Those that stood before, in
    /// the file or in one that the commit moves, are text, like an example in a page about
    /// git. Their length says nothing: a client may write others than git does now.
    pub(super) fn added_markers(
        &mut self,
        path: &str,
        bytes: &[u8],
    ) -> Result<Option<Hunk>, RepoError> {
        if conflict_markers(bytes).is_none() {
            return Ok(None);
        }
        let mut as_text =
            AsText::of_entry(matches!(self.layout.classify(path), PathKind::Entry(_)));
        let mut is_new = true;
        for parent in self.parents {
            let version = self.repo.read_at(*parent, path)?;
            is_new &= version.is_none();
            as_text.add(&version.unwrap_or_default());
        }
        let first = |as_text: &AsText| Hunks::besides(bytes, as_text).iter().next().cloned();
        let is_ledger = matches!(self.layout.classify(path), PathKind::Ledger(_));
        // A file that was in conflict here may have a set that is, word for word, one of
        // another file: stashes name their sides alike.
        if first(&as_text).is_none()
            || !is_new
            || is_ledger
            || self.repo.resolved_stages()?.contains_key(path)
        {
            return Ok(first(&as_text));
        }
        if self.stood.is_none() {
            self.stood = Some(self.stood_elsewhere()?);
        }
        self.stood.iter().for_each(|stood| as_text.join(stood));
        Ok(first(&as_text))
    }

    /// Says of the markers that were found in a file where the work tree's version has none any
    /// more: it was added too early, and settled since.
    pub(super) fn look_at_the_file(&mut self, path: &str) -> Result<(), RepoError> {
        let line = match self.found.refusals.last() {
            Some(Refusal::Markers { path: of, line, .. }) if of == path => *line,
            _ => return Ok(()),
        };
        // A file that cannot be read makes the markers no better.
        let Ok(Some(work)) = self.repo.read_as_stored(path) else {
            return Ok(());
        };
        let is_entry = matches!(self.layout.classify(path), PathKind::Entry(_));
        let hunks = Hunks::besides(&work, &AsText::of_entry(is_entry));
        if hunks.iter().any(|hunk| hunk.in_front) || self.added_markers(path, &work)?.is_some() {
            return Ok(());
        }
        self.found.refusals.pop();
        self.found.refusals.push(Refusal::MarkersOfBefore {
            path: path.to_owned(),
            line,
            pathspec: self.repo.pathspec(path),
        });
        Ok(())
    }

    /// The line of the first marker in a file that was in conflict, of a set that is not whole
    /// any more, and that no parent has: somebody may have forgotten it.
    pub(super) fn left_marker(&self, path: &str, bytes: &[u8]) -> Result<Option<usize>, RepoError> {
        let mut found: Vec<(usize, &[u8])> = labelled_markers(bytes).collect();
        if found.is_empty() || !self.repo.knows_conflict(path)? {
            return Ok(None);
        }
        for parent in self.parents {
            let version = self.repo.read_at(*parent, path)?.unwrap_or_default();
            let known: Vec<&[u8]> = labelled_markers(&version).map(|(_, line)| line).collect();
            let is_known = |line: &[u8]| {
                let mut known = known.iter();
                known.any(|known| known.trim_ascii_end() == line.trim_ascii_end())
            };
            found.retain(|(_, line)| !is_known(line));
        }
        Ok(found.first().map(|(line, _)| *line))
    }

    /// The sets of markers in the pages that the commit removes, from where a new one may
    /// have them.
    fn stood_elsewhere(&self) -> Result<AsText, RepoError> {
        let mut as_text = AsText::default();
        let pages = self
            .before
            .iter()
            .flatten()
            .filter(|c| c.new.is_none() && is_markdown(&c.path));
        for old in pages.filter_map(|change| change.old.and_then(Blob::file)) {
            as_text.add(&self.repo.read_blob(old)?);
        }
        Ok(as_text)
    }

    /// Whether markers are a conflict that `palimpsest resolve` knows: git has its sides, or
    /// they stand in frontmatter.
    pub(super) fn is_of_a_conflict(&self, path: &str, hunk: &Hunk) -> Result<bool, RepoError> {
        Ok(hunk.in_front || self.repo.knows_conflict(path)?)
    }
}

impl Refusal {
    /// The refusal of an entry or note that cannot be read. Markers in the frontmatter of an
    /// entry are named, also those that stood there before: its error is only what the
    /// reader took them for.
    pub(super) fn unreadable(
        path: &str,
        (_, source): Key,
        bytes: &[u8],
        error: EntryError,
    ) -> Self {
        let path = path.to_owned();
        let hunks = Hunks::besides(bytes, &AsText::of_entry(true));
        let in_front = hunks.iter().find(|hunk| hunk.in_front);
        match in_front.filter(|_| source == Source::Yaml) {
            Some(hunk) => Self::Markers {
                path,
                line: hunk.line,
                of: MarkersOf::Conflict,
            },
            None => Self::Unreadable { path, error },
        }
    }
}
