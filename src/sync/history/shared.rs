//! The results that the drivers of one merge share: git starts a driver for each file
//! that both sides changed, and each would walk all commits of the other side made
//! without hooks.

use super::marks::Marks;
use super::{History, check_short_cut, known_at};
use crate::journal::{EntryDate, Layout};
use crate::ledger::Ledger;
use crate::repo::{ObjectId, Repo, RepoError};

/// Limit on the commits that each driver walks by itself.
const FEW: usize = 64;

/// [`known_at`] for the other side of a merge. The second driver that would walk many
/// commits does so for all entries, and notes the rows for the drivers that follow.
pub(super) fn known_there(
    repo: &Repo,
    layout: &Layout,
    tip: ObjectId,
    entry: EntryDate,
) -> Result<Ledger, RepoError> {
    let marks = Marks::read(repo, layout).with_there();
    if marks.has(tip) {
        return known_at(repo, layout, tip, entry);
    }
    let is_noted = marks.told_at(tip).is_some();
    let all = !is_noted && marks.was_walked(tip);
    let only = Some(entry).filter(|_| !all);
    let history = History::since((repo, layout), &marks, &[tip], only)?;
    // The note can be worked out again: a folder that cannot be written only costs time.
    if all {
        let _ = marks.add_there(tip, &history.missing(tip)?);
    } else if !is_noted && history.looked_at > FEW {
        let _ = marks.note_walked(tip);
    }
    let known = history.known(tip, entry)?;
    check_short_cut(&known.removed_items(entry), || {
        Ok(known_at(repo, layout, tip, entry)?.removed_items(entry))
    });
    Ok(known)
}
