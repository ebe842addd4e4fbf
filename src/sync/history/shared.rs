//! What the drivers of one merge share: git starts one for each file that both sides
//! changed, and each would look at all that the other side did without hooks.

use super::marks::Marks;
use super::{History, known_at};
use crate::journal::{EntryDate, Layout};
use crate::ledger::Ledger;
use crate::repo::{ObjectId, Repo, RepoError};

/// More commits than this are not looked at by each driver.
const FEW: usize = 64;

/// What [`known_at`] says of the other side of a merge. The second driver that would look
/// at many commits does so for all entries, and notes what it finds for those that follow.
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
    let all = !is_noted && marks.is_asked(tip);
    let only = Some(entry).filter(|_| !all);
    let history = History::since((repo, layout), &marks, &[tip], only)?;
    // What is noted can be worked out again: a folder that cannot be written costs time.
    if all {
        let _ = marks.add_there(tip, &history.missing(tip)?);
    } else if !is_noted && history.looked_at > FEW {
        let _ = marks.ask(tip);
    }
    let known = history.known(tip, entry)?;
    debug_assert_eq!(
        known.kept_out(entry),
        known_at(repo, layout, tip, entry)?.kept_out(entry),
        "what is known of {entry} at {tip}"
    );
    Ok(known)
}
