//! Which sets of markers a merge left in a file, and which are text that has to stay: an
//! example in a page about git, say.

use std::collections::BTreeSet;

use super::{OpenPath, Origin, ResolveError, Resolver};
use crate::journal::hunks::{Hunks, loose_markers, outside_code};
use crate::journal::markers::{AsText, conflict_markers, labelled_markers};
use crate::journal::{Layout, PathKind};
use crate::merge::{ThreeWay, is_binary};
use crate::repo::{BlobKind, Merging, ObjectId, RepoError, is_submodule};
use crate::sync::documents::merged_by_field;
use crate::sync::driver::{ORDINARY_MARKER, marker_size};

/// A file with markers in it.
pub(super) struct Marked {
    pub path: String,
    /// In the form that git would store.
    pub text: Vec<u8>,
    pub as_text: AsText,
    pub doubtful: Option<usize>,
    /// The earlier merge that left the markers, if one is known.
    pub earlier: Option<OpenPath>,
}

impl OpenPath {
    /// The hunks in the work tree's file that a merge left, or may have left.
    #[must_use]
    pub fn hunks(&self) -> Hunks {
        let work = self.work.as_deref().unwrap_or_default();
        Hunks::besides(work, &self.as_text)
    }

    /// The line of the first set of markers in the work tree's file that one side alone had
    /// before.
    #[must_use]
    pub fn of_one_side(&self) -> Option<usize> {
        let work = self.work.as_deref().unwrap_or_default();
        self.as_text.of_one_side_in(work, work)
    }
}

impl Resolver<'_> {
    /// The length of git's markers in a file.
    pub(super) fn marker_size(&self, path: &str) -> Result<usize, RepoError> {
        match self.layout().ledger_year(path) {
            Some(_) => Ok(ORDINARY_MARKER),
            None => marker_size(self.repo, path),
        }
    }

    /// No set of markers in a file that is text.
    pub(super) fn no_text(&self, path: &str) -> AsText {
        AsText::of_entry(self.is_entry(path))
    }

    /// Whether a file is an entry, which has frontmatter. A note may begin with a rule.
    pub(super) fn is_entry(&self, path: &str) -> bool {
        matches!(self.layout().classify(path), PathKind::Entry(_))
    }

    /// The sets of markers in a file that its merge did not make: those that stand whole in
    /// the body of a side.
    pub(super) fn as_text(
        &self,
        path: &str,
        work: Option<&[u8]>,
        sides: ThreeWay<Option<&Vec<u8>>>,
        merging: Option<&Merging>,
    ) -> Result<AsText, RepoError> {
        let is_marked = work.is_some_and(|work| conflict_markers(work).is_some());
        if !is_marked || self.layout().ledger_year(path).is_some() {
            return Ok(self.no_text(path));
        }
        let size = self.marker_size(path)?;
        let tips = merging
            .map(|merging| (merging.ours, merging.theirs))
            .unzip();
        let head = self.repo.read_at(self.repo.head()?, path)?;
        let of = |side: Option<&Vec<u8>>, tip: Option<ObjectId>| -> Result<AsText, RepoError> {
            let mut sets = self.no_text(path);
            // Git puts a merge of its own in a side's place where a file that was merged and
            // moved meets another one, with longer markers. Such a path has no base.
            let is_of_a_commit = sides.base.is_some() || side == head.as_ref();
            let longest = if is_of_a_commit { usize::MAX } else { size };
            sets.add_body(side.map_or(&[], Vec::as_slice), longest);
            if let Some(tip) = tip {
                let committed = self.repo.read_at(tip, path)?.unwrap_or_default();
                sets.add_body(&committed, usize::MAX);
            }
            Ok(sets)
        };
        let (ours, theirs) = (of(sides.ours, tips.0)?, of(sides.theirs, tips.1)?);
        Ok(AsText::of_sides(ours, theirs))
    }

    /// The hunks that a chosen side had itself: in its frontmatter, or where git had merged
    /// a moved file before. All other sets are text.
    ///
    /// # Errors
    /// Git fails; see [`RepoError`].
    pub fn hunks_of_a_side(&self, open: &OpenPath, chosen: &[u8]) -> Result<Hunks, RepoError> {
        let mut as_text = open.as_text.clone();
        if conflict_markers(chosen).is_some() && self.layout().ledger_year(&open.path).is_none() {
            as_text.add_body(chosen, self.marker_size(&open.path)?);
        }
        Ok(Hunks::besides(chosen, &as_text))
    }

    /// The line of the first set of markers in a text for a path that no choice settled: it
    /// stands in the frontmatter, git made it in a merge of its own, or one side alone had it
    /// before. In a text with hunks that are left, only the last is asked.
    pub(super) fn unsettled_in(
        &self,
        open: &OpenPath,
        text: &[u8],
        is_settled: bool,
    ) -> Result<Option<usize>, ResolveError> {
        let longest = match is_settled || open.sides.base.is_some() {
            true => usize::MAX,
            // The longer ones are git's, and among the hunks.
            false => self.marker_size(&open.path)?,
        };
        let of_one_side = self.of_one_side_in(open, text, longest)?;
        if !is_settled || of_one_side.is_some() {
            return Ok(of_one_side);
        }
        let hunks = self.hunks_of_a_side(open, text)?;
        Ok(hunks.iter().next().map(|hunk| hunk.line))
    }

    /// The line of the first marker in a text for a path that was in conflict, which is part of
    /// no whole set, and which no side has: one was forgotten, or a formatter took another one
    /// of its set for a quotation.
    #[must_use]
    pub fn part_left_in(&self, open: &OpenPath, text: &[u8]) -> Option<usize> {
        let ThreeWay { base, ours, theirs } = open.sides.as_ref().map(Option::as_deref);
        let (Origin::Unmerged | Origin::Added | Origin::Committed, Some(ours), Some(theirs)) =
            (open.origin, ours, theirs)
        else {
            return None;
        };
        let sides = [base.unwrap_or_default(), ours, theirs].into_iter();
        let known: BTreeSet<&[u8]> = sides
            .flat_map(labelled_markers)
            .map(|(_, line)| line.trim_ascii_end())
            .collect();
        let mut loose = loose_markers(text);
        let left = loose.find(|(_, line)| !known.contains(line.trim_ascii_end()));
        left.map(|(line, _)| line)
    }

    /// The line of the first set of markers for which no choice stages the work tree's file of
    /// a path that one side alone has.
    ///
    /// # Errors
    /// The repository cannot be read.
    pub fn is_held_up_by(&self, open: &OpenPath) -> Result<Option<usize>, ResolveError> {
        match &open.work {
            Some(work) => self.unsettled_in(open, work, open.hunks().is_empty()),
            None => Ok(None),
        }
    }

    /// The line of the first set of markers, up to a length, in a text that one side alone had
    /// in its body before; where the other has no file, one that the base lacks. If two sides
    /// edited a set, like an example, and the conflict was in it, nothing is left of it.
    fn of_one_side_in(
        &self,
        open: &OpenPath,
        text: &[u8],
        longest: usize,
    ) -> Result<Option<usize>, ResolveError> {
        if conflict_markers(text).is_none() {
            return Ok(None);
        }
        let ThreeWay { base, ours, theirs } = open.sides.as_ref().map(Option::as_deref);
        let has_base = base.is_some();
        let base = base.unwrap_or_default();
        let (is_whole, ours, theirs) = match (ours, theirs) {
            (Some(ours), Some(theirs)) => (true, ours, theirs),
            (Some(side), None) | (None, Some(side)) => (false, base, side),
            (None, None) => return Ok(None),
        };
        let sets = ThreeWay::new(base, ours, theirs);
        let mut sets = sets.map(|side| self.sets_of(open, side, longest));
        let has_versions = sets.base.has_more_than(&sets.ours)
            || sets.base.has_more_than(&sets.theirs)
            || sets.ours.has_more_than(&sets.theirs) && sets.theirs.has_more_than(&sets.ours);
        let waits = match is_whole && has_versions {
            true => open.work.as_deref().unwrap_or_default(),
            false => text,
        };
        if !is_whole && !has_base {
            sets.ours = self.known_before(open, theirs)?;
            // Those within a conflict of git's are no sets of the file yet.
            sets.ours.keep_those_of(&sets.theirs);
        }
        Ok(AsText::of_sides(sets.ours, sets.theirs).of_one_side_in(waits, text))
    }

    /// The sets of markers, up to a length, in the body of a version of a file.
    pub(super) fn sets_of(&self, open: &OpenPath, version: &[u8], longest: usize) -> AsText {
        let mut sets = self.no_text(&open.path);
        sets.add_body(version, longest);
        sets
    }

    /// The files with markers in them, of the journal and others that a driver merges.
    /// Markers in a body may be intended, like an example in a page about git: they are
    /// if they were committed, here or on the merged side, and not left by a merge.
    pub(super) fn marked(&self) -> Result<Vec<Marked>, ResolveError> {
        let layout = self.layout();
        let (paths, others) = self.may_be_marked()?;
        let mut texts = Vec::new();
        for path in paths {
            let is_other = layout.classify(&path) == PathKind::Other;
            let is_meant = !is_other || others.contains(&path) || self.chosen.names(&path);
            if !self.chosen.has(&path) || !is_meant {
                continue;
            }
            let text = self.repo.read_work_file(&path)?.unwrap_or_default();
            // A file in another encoding has NUL bytes; only for these is git asked.
            if conflict_markers(&text).is_none() && !is_binary(&text) {
                continue;
            }
            let text = self.repo.to_store(&path, text)?;
            if conflict_markers(&text).is_some() {
                texts.push((path, text));
            }
        }
        let mut heads = self.repo.merge_heads()?;
        heads.extend(self.repo.head()?);
        let paths: Vec<&str> = texts.iter().map(|(path, _)| &path[..]).collect();
        let merged = self.repo.merged_anew(&heads, &paths)?;
        let mut marked = Vec::new();
        for (path, text) in texts {
            let earlier = match merged.contains(&path) {
                true => self.earlier(&path, &text, &heads)?,
                false => None,
            };
            marked.extend(self.marked_at((path, text), &heads, earlier)?);
        }
        Ok(marked)
    }

    /// A file with this text, if its markers may be a conflict. A name alone says nothing of
    /// them, since a pattern of the shell names pages with examples, too; but then nobody is
    /// told that there are none.
    fn marked_at(
        &self,
        (path, text): (String, Vec<u8>),
        heads: &[ObjectId],
        earlier: Option<OpenPath>,
    ) -> Result<Option<Marked>, ResolveError> {
        let all = self.no_text(&path);
        let every = Hunks::besides(&text, &all);
        if every.is_empty() {
            return Ok(None);
        }
        if self.layout().ledger_year(&path).is_some() {
            return Ok(Some(Marked {
                path,
                text,
                as_text: all,
                doubtful: None,
                earlier,
            }));
        }
        let (mut committed, mut stood) = (all.clone(), all.clone());
        for head in heads {
            let version = self.repo.read_at(*head, &path)?.unwrap_or_default();
            committed.add(&version);
            stood.add_body(&version, usize::MAX);
        }
        // If all were committed, none is less a conflict than another.
        let is_new = !Hunks::besides(&text, &committed).is_empty();
        let mut as_text = if is_new { stood } else { all };
        // In an entry or a note an example stands in a code block. What a merge has to settle
        // is not held up by others.
        let is_of_journal = self.layout().classify(&path) != PathKind::Other;
        let loose = match is_of_journal && heads.len() < 2 && self.repo.waiting_merge()?.is_none() {
            true => outside_code(&text, self.is_entry(&path)),
            false => Vec::new(),
        };
        let is_open = is_new || !loose.is_empty() || every.iter().any(|hunk| hunk.in_front);
        if !is_open && !self.chosen.names(&path) && earlier.is_none() {
            return Ok(None);
        }
        let hunks = Hunks::besides(&text, &as_text);
        let is_said = self.chosen.counts_unknown(&path);
        let mut in_body = hunks.iter().filter(|hunk| !(is_said || hunk.in_front));
        let doubtful = match (in_body.next(), loose.first()) {
            (Some(_), Some(line)) if !is_new => Some(*line),
            (hunk, _) => hunk.map(|hunk| hunk.line),
        };
        if !is_said {
            as_text.add_body(&text, usize::MAX);
        }
        Ok(Some(Marked {
            path,
            text,
            as_text,
            doubtful,
            earlier,
        }))
    }

    /// The files in which markers are looked for, and those of them that are no part of
    /// the journal and that a driver merges.
    fn may_be_marked(&self) -> Result<(BTreeSet<String>, BTreeSet<String>), RepoError> {
        let Layout {
            journal,
            wiki,
            ledger,
            ..
        } = self.layout();
        let mut folders = vec![journal, wiki, ledger];
        let index = self.repo.index()?;
        let unmerged = self.repo.unmerged_stages()?;
        for path in &self.chosen.paths {
            let staged = index
                .staged(path)
                .is_some_and(|b| b.kind == BlobKind::Other);
            let in_conflict = unmerged.get(path).is_some_and(is_submodule);
            // A submodule's files are another repository's, and no text is read through a link.
            if !staged && !in_conflict && !self.is_link(path)? {
                folders.push(path);
            }
        }
        let mut paths = BTreeSet::new();
        for folder in folders.into_iter().filter(|f| !f.is_empty()) {
            if self.repo.work_file(folder)?.is_some() {
                paths.insert(folder.clone());
            }
            let files = self.repo.own_files(folder)?.files;
            paths.extend(files.into_iter().map(|f| f.path));
        }
        let tracked = self.repo.staged_below(".")?;
        let tracked = tracked.iter().map(String::as_str);
        let mut others = BTreeSet::new();
        for path in merged_by_field(self.repo, self.layout(), tracked)? {
            others.insert(path.to_owned());
            if self.repo.first_link(path)?.is_none() {
                paths.insert(path.to_owned());
            }
        }
        Ok((paths, others))
    }
}
