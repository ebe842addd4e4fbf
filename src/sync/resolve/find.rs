//! What makes a path open, of one path or of all.

use std::collections::{BTreeMap, BTreeSet};

use super::{OpenPath, Origin, Proposal, ResolveError, Resolver};
use crate::journal::layout::is_at_or_below;
use crate::journal::markers::conflict_markers;
use crate::journal::{Layout, PathKind};
use crate::merge::ThreeWay;
use crate::repo::install::merges_by_field;
use crate::repo::{
    Blob, BlobKind, Merging, ObjectId, Repo, RepoError, Stages, is_submodule, shell_path,
};
use crate::sync::documents::merged_by_field;
use crate::sync::driver::By;

/// The reason for which a path in conflict is left to a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LeftAlone {
    NotUtf8,
    /// A symbolic link on one side.
    Link,
    /// A symbolic link that was named, in no conflict.
    NamedLink,
    /// Merged by git alone, and without markers.
    WithoutMarkers,
    /// A submodule on one side, and how it is settled.
    Submodule(String),
}

impl LeftAlone {
    /// What is said of such a path.
    #[must_use]
    pub fn say(&self, repo: &Repo, path: &str) -> String {
        let why = match self {
            Self::NotUtf8 => "its name is not UTF-8",
            Self::Link => "a symbolic link on one side",
            Self::WithoutMarkers => "merged by git alone, and without markers",
            Self::NamedLink => {
                return format!("{path}: a symbolic link; name the file or folder itself");
            }
            Self::Submodule(settle) => return format!("{path}: a submodule; {settle}"),
        };
        let word = match self {
            // Shown as well as possible, it is no name for git.
            Self::NotUtf8 => "PATH".to_owned(),
            _ => repo.pathspec(path),
        };
        format!(
            "{path}: {why}, so it is left to you: `git checkout --ours -- {word}` or --theirs takes \
             a side, `git add {word}` settles it"
        )
    }
}

/// A page with markers that is not in conflict.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MarkedPage {
    pub path: String,
    /// The line of the first marker; none where the markers are in the index alone.
    pub line: Option<usize>,
    pub can_take_a_side: bool,
}

/// How a submodule in conflict is settled. Where it is not checked out, git neither adds it
/// nor checks it out.
#[must_use]
pub fn settle_submodule(repo: &Repo, path: &str, stages: &Stages) -> String {
    let pathspec = repo.pathspec(path);
    if repo.workdir().join(path).join(".git").exists() {
        return format!(
            "in it, merge or switch to the commit that you want, then git add {pathspec}"
        );
    }
    let commit = |side: &str, blob: Option<Blob>| {
        let blob = blob.filter(|blob| blob.kind == BlobKind::Other)?;
        Some(format!("{side} {}", blob.id))
    };
    let sides = [commit("ours", stages.ours), commit("theirs", stages.theirs)];
    let sides: Vec<String> = sides.into_iter().flatten().collect();
    format!(
        "it is not checked out: {} update-index --add --cacheinfo 160000,COMMIT,{} takes a commit \
         ({}), git rm --cached {pathspec} none",
        repo.git_at_top(),
        shell_path(path),
        sides.join(", "),
    )
}

impl Resolver<'_> {
    /// Whether a file or a folder of this name is in the work tree, in the index, in
    /// HEAD, or in the settings, whose folders need not exist.
    ///
    /// # Errors
    /// The repository cannot be read.
    pub fn knows(&self, path: &str) -> Result<bool, RepoError> {
        let Layout {
            journal,
            wiki,
            ledger,
            ..
        } = self.layout();
        let full = self.repo.inside(path)?;
        let is_set = [journal, wiki, ledger]
            .iter()
            .any(|f| is_at_or_below(f, path));
        if is_set || full.symlink_metadata().is_ok() || !self.repo.staged_below(path)?.is_empty() {
            return Ok(true);
        }
        let head = self.repo.head()?;
        Ok(head.is_some() && !self.repo.changes(None, head, &[path])?.is_empty())
    }

    /// Whether no entry is at or below this path.
    #[must_use]
    pub fn has_no_entries(&self, path: &str) -> bool {
        let layout = self.layout();
        !is_at_or_below(path, &layout.journal) && !is_at_or_below(&layout.journal, path)
    }

    /// The pages not in conflict whose markers [`Resolver::open`] would find.
    ///
    /// # Errors
    /// As for [`Resolver::open`].
    pub fn marked_pages(&self) -> Result<Vec<MarkedPage>, ResolveError> {
        let mut pages = Vec::new();
        for open in self.open()? {
            let is_page = self.layout().ledger_year(&open.path).is_none();
            let hunks = open.hunks();
            let line = hunks.iter().next().map(|hunk| hunk.line);
            let line = line.or(open.doubtful);
            let is_marked = line.is_some() || open.is_added();
            if is_page && open.origin != Origin::Unmerged && is_marked {
                let is_left = match self.propose(&open)? {
                    Proposal::Text(text) => {
                        !text.is_empty() && text.iter().all(|hunk| hunk.may_be_text)
                    }
                    _ => hunks.is_empty(),
                };
                pages.push(MarkedPage {
                    path: open.path,
                    line,
                    can_take_a_side: !is_left,
                });
            }
        }
        Ok(pages)
    }

    /// The paths among these that are chosen and that the drivers merge. Git is asked once
    /// for all.
    pub(super) fn merged_by_drivers<'p>(
        &self,
        paths: impl Iterator<Item = &'p String>,
    ) -> Result<BTreeSet<&'p str>, RepoError> {
        let layout = self.layout();
        let paths = paths.map(String::as_str);
        let paths: Vec<&str> = paths.filter(|path| self.chosen.has(path)).collect();
        let by_field = merged_by_field(self.repo, layout, paths.iter().copied())?;
        let of_the_journal = paths.into_iter();
        let of_the_journal = of_the_journal.filter(|p| layout.classify(p) != PathKind::Other);
        Ok(of_the_journal.chain(by_field).collect())
    }

    /// Paths in conflict that [`Resolver::open`] leaves out: those that the drivers would
    /// merge, those that were named, and those that are no files. Names are shown as well
    /// as possible.
    ///
    /// # Errors
    /// The repository cannot be read.
    pub fn left_alone(&self) -> Result<Vec<(String, LeftAlone)>, RepoError> {
        let mut left = Vec::new();
        for path in self.repo.unmerged_unnamed()? {
            let shown = path.to_string_lossy().into_owned();
            if self.chosen.has(&shown)
                && merges_by_field(self.repo.attribute("merge", &path)?.as_deref())
            {
                left.push((shown, LeftAlone::NotUtf8));
            }
        }
        let unmerged = self.repo.unmerged_stages()?;
        let of_drivers = self.merged_by_drivers(unmerged.keys())?;
        for (path, stages) in &unmerged {
            let is_of_drivers = of_drivers.contains(path.as_str());
            let is_meant = is_of_drivers || self.chosen.names(path);
            if is_submodule(stages) && self.chosen.has(path) {
                let settle = settle_submodule(self.repo, path, stages);
                left.push((path.clone(), LeftAlone::Submodule(settle)));
            } else if is_meant && has_no_text(stages) {
                left.push((path.clone(), LeftAlone::Link));
            } else if is_meant && !is_of_drivers && self.merged_by_git(path, *stages)?.is_none() {
                left.push((path.clone(), LeftAlone::WithoutMarkers));
            }
        }
        for path in &self.chosen.paths {
            if !unmerged.contains_key(path) && self.is_link(path)? {
                left.push((path.clone(), LeftAlone::NamedLink));
            }
        }
        Ok(left)
    }

    /// Whether a path of the work tree is a symbolic link itself.
    pub(super) fn is_link(&self, path: &str) -> Result<bool, RepoError> {
        Ok(self.repo.first_link(path)?.is_some_and(|link| link == path))
    }

    pub(super) fn of_stages(
        &self,
        path: &str,
        origin: Origin,
        stages: Stages,
        merging: &Option<Merging>,
    ) -> Result<Option<OpenPath>, RepoError> {
        if has_no_text(&stages) {
            return Ok(None);
        }
        let read = |blob: Option<Blob>| blob.map(|b| self.repo.read_blob(b.id)).transpose();
        let (sides, work) = (stages.try_map(read)?, self.repo.read_as_stored(path)?);
        let open = self.of_sides(path, origin, sides, work, merging.as_ref())?;
        Ok(Some(open))
    }

    /// A path with these sides as an open one.
    pub(super) fn of_sides(
        &self,
        path: &str,
        origin: Origin,
        sides: ThreeWay<Option<Vec<u8>>>,
        work: Option<Vec<u8>>,
        merging: Option<&Merging>,
    ) -> Result<OpenPath, RepoError> {
        let known = sides.as_ref().map(Option::as_ref);
        Ok(OpenPath {
            as_text: self.as_text(path, work.as_deref(), known, merging)?,
            path: path.to_owned(),
            origin,
            sides,
            work,
            merging: merging.cloned(),
            ..OpenPath::default()
        })
    }

    /// A path in conflict that no driver merges, if it has markers or one side has no file.
    pub(super) fn merged_by_git(
        &self,
        path: &str,
        stages: Stages,
    ) -> Result<Option<OpenPath>, RepoError> {
        let open = self.of_stages(path, Origin::UnmergedByGit, stages, &None)?;
        let is_one_sided = stages.ours.is_none() || stages.theirs.is_none();
        Ok(open.filter(|open| is_one_sided || !open.hunks().is_empty()))
    }

    /// Whether a file in conflict that no driver merges is settled if it is named, by the look
    /// of it: the versions are not read, which may be large.
    #[must_use]
    pub fn is_settled_by_name(&self, path: &str, stages: &Stages) -> bool {
        let is_one_sided = stages.ours.is_none() || stages.theirs.is_none();
        let is_marked = || {
            let work = self.repo.read_work_file(path).ok().flatten();
            work.is_some_and(|work| conflict_markers(&work).is_some())
        };
        !has_no_text(stages) && (is_one_sided || is_marked())
    }

    /// The files in conflict that no driver merges and that were not named.
    ///
    /// # Errors
    /// The repository cannot be read.
    pub fn left_to_git(&self) -> Result<Vec<(String, Stages)>, RepoError> {
        let unmerged = self.repo.unmerged_stages()?;
        let of_drivers = self.merged_by_drivers(unmerged.keys())?;
        let is_left = |(path, stages): &(&String, &Stages)| {
            let is_meant = self.chosen.names(path) || of_drivers.contains(path.as_str());
            self.chosen.has(path) && !is_meant && !is_submodule(stages)
        };
        let left = unmerged.iter().filter(is_left);
        Ok(left.map(|(path, stages)| (path.clone(), *stages)).collect())
    }

    /// The name of a path that only one side added, on the other side: git leaves a file that
    /// both moved so, and one of the two is to go.
    pub(super) fn other_name(
        &self,
        path: &str,
        stages: &Stages,
        unmerged: &BTreeMap<String, Stages>,
    ) -> Option<String> {
        let added = |s: &Stages| match (s.base, s.ours, s.theirs) {
            (None, Some(ours), None) => Some((true, ours)),
            (None, None, Some(theirs)) => Some((false, theirs)),
            _ => None,
        };
        let (by_us, blob) = added(stages)?;
        let kind = self.layout().classify(path);
        let is_same = |(other, stages): &(&String, &Stages)| {
            added(stages) == Some((!by_us, blob)) && self.layout().classify(other) == kind
        };
        unmerged
            .iter()
            .find(is_same)
            .map(|(other, _)| other.clone())
    }

    /// The paths of a merge for which git would have called a driver.
    pub(super) fn changed_on_both(&self, merging: &Merging) -> Result<BTreeSet<String>, RepoError> {
        // Git makes one base of several; a path that differs from that one differs from
        // one of them.
        let bases = match merging.bases.is_empty() {
            true => vec![None],
            false => merging.bases.iter().copied().map(Some).collect(),
        };
        let changed = |side: ObjectId| -> Result<BTreeSet<String>, RepoError> {
            let mut paths = BTreeSet::new();
            for base in &bases {
                let changes = self.repo.changes(*base, Some(side), &[])?;
                paths.extend(changes.into_iter().map(|c| c.path));
            }
            Ok(paths)
        };
        let (ours, theirs) = (changed(merging.ours)?, changed(merging.theirs)?);
        Ok(ours.intersection(&theirs).cloned().collect())
    }

    /// A path of the merge commit as an open one.
    pub(super) fn committed(
        &self,
        path: &str,
        merging: &Merging,
    ) -> Result<Option<OpenPath>, RepoError> {
        let sides = ThreeWay::new(
            self.base_of(merging, path, By::Field)?,
            self.repo.read_at(merging.ours, path)?,
            self.repo.read_at(merging.theirs, path)?,
        );
        let work = self.repo.read_as_stored(path)?;
        let head = self.repo.read_at(self.repo.head()?, path)?;
        // A file deleted by one side or by the merge, or edited since, is somebody's
        // decision.
        let whole = sides.ours.is_some() && sides.theirs.is_some() && head.is_some();
        if !whole || work != head {
            return Ok(None);
        }
        let line_base = match merging.bases.len() > 1 {
            true => self.base_of(merging, path, By::Line("as git merges it"))?,
            false => None,
        };
        let open = self.of_sides(path, Origin::Committed, sides, work, Some(merging))?;
        Ok(Some(OpenPath { line_base, ..open }))
    }
}

/// Whether one of the sides is not a file.
fn has_no_text(stages: &Stages) -> bool {
    let is_other = |b: Option<Blob>| b.is_some_and(|b| b.file().is_none());
    is_other(stages.base) || is_other(stages.ours) || is_other(stages.theirs)
}
