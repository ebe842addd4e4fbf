//! Which markers are text in a file that one side alone has under its name, with no base: git
//! moved it, or both sides did.

use super::{OpenPath, ResolveError, Resolver};
use crate::journal::layout::is_markdown;
use crate::journal::markers::AsText;
use crate::repo::RepoError;

impl Resolver<'_> {
    /// The sets of markers that no merge left in a file that one side alone has, and no base:
    /// those that both had where both moved it, and those that the side which added it
    /// committed. Of others, what stands in a code block is an example.
    pub(super) fn known_before(
        &self,
        open: &OpenPath,
        side: &[u8],
    ) -> Result<AsText, ResolveError> {
        let moved = self.sides_of_moved(open)?;
        if moved.is_none() && self.is_committed_so(open, side)? {
            return Ok(self.sets_of(open, side, usize::MAX));
        }
        let mut known = self.no_text(&open.path);
        if let Some([ours, theirs]) = &moved {
            known = self.sets_of(open, ours, usize::MAX);
            known.keep_those_of(&self.sets_of(open, theirs, usize::MAX));
        }
        if is_markdown(&open.path) {
            let (ours, theirs) = match &moved {
                Some([ours, theirs]) => (&ours[..], &theirs[..]),
                None => (side, side),
            };
            known.add_code(ours);
            known.add_code(theirs);
        }
        Ok(known)
    }

    /// The versions of both sides of a file that both moved, to different names. Git has its
    /// own merge of them under each name.
    fn sides_of_moved(&self, open: &OpenPath) -> Result<Option<[Vec<u8>; 2]>, RepoError> {
        let (Some(other), Some(merging)) = (&open.other_name, &open.merging) else {
            return Ok(None);
        };
        let (ours, theirs) = match open.sides.ours.is_some() {
            true => (&open.path, other),
            false => (other, &open.path),
        };
        let ours = self.repo.read_at(merging.ours, ours)?;
        let theirs = self.repo.read_at(merging.theirs, theirs)?;
        Ok(ours.zip(theirs).map(|(ours, theirs)| [ours, theirs]))
    }

    /// Whether the side that added a file committed it with all the markers that it has, and no
    /// merge of its own left them. Git puts the file under another name if the other side moved
    /// the folder.
    fn is_committed_so(&self, open: &OpenPath, side: &[u8]) -> Result<bool, ResolveError> {
        let Some(merging) = open.merging.as_ref().filter(|_| !self.repo.is_shallow()) else {
            return Ok(false);
        };
        let tip = match open.sides.ours.is_some() {
            true => merging.ours,
            false => merging.theirs,
        };
        let name = |path: &str| path.rsplit('/').next().map(str::to_owned);
        let base = merging.bases.first().copied();
        let mut is_found = false;
        for change in self.repo.changes(base, Some(tip), &[])? {
            let new = change.new.filter(|_| change.old.is_none());
            let new = new.filter(|_| name(&change.path) == name(&open.path));
            if let Some(blob) = new
                && self.repo.read_blob(blob.id)? == side
            {
                is_found = true;
                if self.earlier(&change.path, side, &[tip])?.is_some() {
                    return Ok(false);
                }
            }
        }
        Ok(is_found)
    }
}
