//! What a merge must give of an entry that a side moved to another folder.

use std::rc::Rc;

use git2::Oid;

use super::expect::Versions;
use super::page::File;
use super::world::Outcome;

impl Versions {
    /// Whether a side has it at another place than the base.
    pub fn moved(&self) -> bool {
        let [base, ours, theirs] = &self.places;
        let moved = |side: &Option<String>| side.is_some() && side != base;
        base.is_some() && (moved(ours) || moved(theirs))
    }

    pub fn moved_and_deleted(&self) -> bool {
        self.moved() && (self.ours.is_none() || self.theirs.is_none())
    }

    /// Judges where the file is that a merge left without a conflict: where the side has
    /// it that alone moved it.
    pub fn place(&self, found: Option<&str>) -> Outcome {
        let [base, ours, theirs] = self.places.each_ref().map(Option::as_deref);
        let wanted = match (base, ours, theirs) {
            (_, Some(a), Some(b)) if a == b => a,
            (Some(o), Some(a), Some(b)) if a == o => b,
            (Some(o), Some(a), Some(b)) if b == o => a,
            (Some(_), Some(_), Some(_)) => {
                return self.fail("a conflict is missing", "two places", "");
            }
            _ => return Ok(()),
        };
        match found.is_none_or(|found| found == wanted) {
            true => Ok(()),
            false => self.fail("an entry is at another place", wanted, found.unwrap_or("")),
        }
    }

    /// Judges what came of a file that moved, where git saw none move on so many sides: a
    /// file that one side alone has stays as it is, and what the other side changed
    /// meanwhile is asked about.
    pub fn unseen(&self, sides: usize, found: Option<&(Oid, Rc<File>)>) -> Outcome {
        let found_text = found.map_or("(none)\n", |(_, f)| f.text.as_str());
        match [&self.ours, &self.theirs] {
            [Some(one), None] | [None, Some(one)] => {
                match found.is_some_and(|(id, _)| *id == one.0) {
                    true => Ok(()),
                    false => self.fail("what one side wrote is gone", "", found_text),
                }
            }
            _ if sides > 1 => Ok(()),
            _ => self.fail("a conflict is missing", "git saw no move", found_text),
        }
    }
}
