//! Finding the paths that are open, whichever way they came to be.

use std::collections::{BTreeMap, BTreeSet};

use super::as_text::Marked;
use super::{OpenPath, Origin, Proposal, ResolveError, Resolver};
use crate::journal::hunks::Hunks;
use crate::repo::{Merging, RepoError};
use crate::sync::history::Places;

impl Resolver<'_> {
    /// The chosen paths that are open, sorted.
    ///
    /// # Errors
    /// The repository cannot be read, or a path of the last merge cannot be merged again.
    pub fn open(&self) -> Result<Vec<OpenPath>, ResolveError> {
        let waiting = self.repo.waiting_merge()?;
        let mut search = Search {
            resolver: self,
            found: BTreeMap::new(),
        };
        // The first that finds a path says how it came to be open.
        search.unmerged(&waiting)?;
        search.merged_at_head()?;
        search.added_with_markers(&waiting)?;
        search.marked()?;
        Ok(search.found.into_values().collect())
    }
}

/// The open paths that were found so far.
struct Search<'a> {
    resolver: &'a Resolver<'a>,
    found: BTreeMap<String, OpenPath>,
}

impl Search<'_> {
    /// The paths among these that are chosen, ours and not found yet.
    fn wanted<'p>(
        &self,
        paths: impl Iterator<Item = &'p String>,
    ) -> Result<BTreeSet<&'p str>, RepoError> {
        let paths = paths.filter(|path| !self.found.contains_key(*path));
        self.resolver.merged_by_drivers(paths)
    }

    /// Adds the paths in conflict.
    fn unmerged(&mut self, waiting: &Option<Merging>) -> Result<(), ResolveError> {
        let resolver = self.resolver;
        let unmerged = resolver.repo.unmerged_stages()?;
        let wanted = self.wanted(unmerged.keys())?;
        let places = Places::new(resolver.repo, resolver.layout());
        for (path, stages) in &unmerged {
            let is_wanted = wanted.contains(path.as_str());
            if is_wanted || resolver.may_have_moved(path, stages) {
                let open = resolver.of_stages(path, Origin::Unmerged, *stages, waiting)?;
                let other_name = resolver.other_name(path, stages, &unmerged);
                if let Some(open) = open {
                    let open = resolver.followed(open, &places)?;
                    if !is_wanted && !resolver.chosen.has(&open.path) {
                        continue;
                    }
                    let open = resolver.with_merged_before(open)?;
                    let open = OpenPath { other_name, ..open };
                    self.found.insert(open.path.clone(), open);
                }
            } else if resolver.chosen.names(path) && !self.found.contains_key(path) {
                let open = resolver.merged_by_git(path, *stages)?;
                self.found.extend(open.map(|o| (path.clone(), o)));
            }
        }
        Ok(())
    }

    /// Adds the paths of the merge commit that HEAD is, where the drivers would have made
    /// something else.
    fn merged_at_head(&mut self) -> Result<(), ResolveError> {
        let resolver = self.resolver;
        let Some(merging) = resolver.repo.merge_at_head()? else {
            return Ok(());
        };
        let changed = resolver.changed_on_both(&merging)?;
        for path in self.wanted(changed.iter())? {
            let Some(open) = resolver.committed(path, &merging)? else {
                continue;
            };
            // Markers from before this merge, too, are found when it is repaired.
            if resolver.propose(&open)? != Proposal::Fine {
                self.found.insert(path.to_owned(), open);
            }
        }
        Ok(())
    }

    /// Adds the paths that were in conflict and were added with their markers: the index
    /// keeps their sides for a while after the commit, too. So are those settled since and not
    /// added again. Those that no driver merges have to be named.
    fn added_with_markers(&mut self, waiting: &Option<Merging>) -> Result<(), ResolveError> {
        let resolver = self.resolver;
        let resolved = resolver.repo.resolved_stages()?;
        let wanted = self.wanted(resolved.keys())?;
        for (path, stages) in &resolved {
            let is_whole = stages.ours.is_some() && stages.theirs.is_some();
            let origin = match wanted.contains(path.as_str()) {
                true => Origin::Added,
                false if is_whole && resolver.chosen.names(path) => Origin::AddedByGit,
                false => continue,
            };
            if self.found.contains_key(path) {
                continue;
            }
            let Some(open) = resolver.of_stages(path, origin, *stages, waiting)? else {
                continue;
            };
            if open.hunks().is_empty() && !resolver.stages_markers(&open)? {
                continue;
            }
            let open = match origin {
                Origin::Added => resolver.with_merged_before(open)?,
                _ => open,
            };
            if !resolver.is_of_a_person(&open)? {
                self.found.insert(path.clone(), open);
            }
        }
        Ok(())
    }

    /// Adds the files that have markers besides.
    fn marked(&mut self) -> Result<(), ResolveError> {
        let resolver = self.resolver;
        for marked in resolver.marked()? {
            let Marked { path, text, .. } = marked;
            if self.found.contains_key(&path) {
                continue;
            }
            let open = match marked.earlier {
                Some(open) => open,
                None => OpenPath {
                    path: path.clone(),
                    origin: Origin::Markers,
                    sides: Hunks::besides(&text, &marked.as_text).versions().map(Some),
                    work: Some(text),
                    as_text: marked.as_text,
                    doubtful: marked.doubtful,
                    ..OpenPath::default()
                },
            };
            self.found.insert(path, open);
        }
        Ok(())
    }
}
