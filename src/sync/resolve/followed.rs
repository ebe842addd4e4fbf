//! An entry or a note that one side moved and the other one edited, where git sees no move: too
//! little of the file is alike. For git one side deleted it, and has another file besides.

use super::{OpenPath, Origin, ResolveError, Resolver};
use crate::merge::ThreeWay;
use crate::repo::{ObjectId, RepoError, Stages};
use crate::sync::history::Places;
use crate::sync::versions::key_of;

impl Resolver<'_> {
    /// The open path at the place to which one side moved it, with the versions of both sides;
    /// as it is if that side has none elsewhere, or a person decided otherwise by now.
    /// `places` lists each commit once for all paths.
    pub(super) fn followed(
        &self,
        open: OpenPath,
        places: &Places<'_>,
    ) -> Result<OpenPath, ResolveError> {
        let Some((path, moved)) = self.moved_to(&open, places)? else {
            return Ok(open);
        };
        let text = self.repo.read_blob(moved)?;
        let Some(work) = self.repo.read_as_stored(&path)? else {
            return Ok(open);
        };
        let is_as_moved = work == text;
        let ThreeWay { base, ours, theirs } = open.sides.clone();
        let sides = ThreeWay {
            base,
            ours: ours.or_else(|| Some(text.clone())),
            theirs: theirs.or(Some(text)),
        };
        let merging = open.merging.as_ref();
        let followed = self.of_sides(&path, Origin::Unmerged, sides, Some(work), merging)?;
        let followed = OpenPath {
            former: Some(open.path.clone()),
            is_as_moved,
            ..followed
        };
        let work = followed.work.as_deref().unwrap_or_default();
        let is_ours =
            is_as_moved || !followed.hunks().is_empty() || self.is_clean_merge(&followed, work)?;
        Ok(if is_ours { followed } else { open })
    }

    /// The file to which the side that deleted a path in conflict moved its entry or note, if
    /// both names are as git left them.
    fn moved_to(
        &self,
        open: &OpenPath,
        places: &Places<'_>,
    ) -> Result<Option<(String, ObjectId)>, RepoError> {
        let (repo, layout) = (self.repo, self.layout());
        let (Some(_), Some(merging)) = (&open.sides.base, &open.merging) else {
            return Ok(None);
        };
        let (side, edited) = match (&open.sides.ours, &open.sides.theirs) {
            (None, Some(theirs)) => (merging.ours, theirs),
            (Some(ours), None) => (merging.theirs, ours),
            _ => return Ok(None),
        };
        let Some(key) = key_of(layout, &open.path) else {
            return Ok(None);
        };
        let Some(file) = places.file_of_key(side, key)? else {
            return Ok(None);
        };
        let is_moved = file.path != open.path
            && open.work.as_ref() == Some(edited)
            && repo.index()?.staged(&file.path).is_some();
        for base in &merging.bases {
            if repo.blob_at(*base, &file.path)?.is_some() {
                return Ok(None);
            }
        }
        Ok(is_moved.then_some((file.path, file.blob)))
    }

    /// Whether one side alone has an entry or a note in conflict, which the other one may have
    /// moved.
    pub(super) fn may_have_moved(&self, path: &str, stages: &Stages) -> bool {
        let is_one_sided = stages.ours.is_some() != stages.theirs.is_some();
        stages.base.is_some() && is_one_sided && key_of(self.layout(), path).is_some()
    }
}
