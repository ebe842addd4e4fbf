//! The place of a removal, which tells it from the same removal made elsewhere: the
//! commit that it is made on, and this clone, since two machines may have the same name.

use std::collections::BTreeSet;
use std::hash::{BuildHasher, Hasher, RandomState};

use super::{ObjectId, Repo, RepoError};

impl Repo {
    /// The place of a commit on top of `parent`, which goes into the ids of its removals.
    /// In a clone without a mark (an earlier version ran `init`) it is the commit alone.
    ///
    /// # Errors
    /// The configuration cannot be read.
    pub fn commit_place(&self, parent: Option<ObjectId>) -> Result<String, RepoError> {
        Ok(place(parent, self.clone_mark()?.as_deref()))
    }

    /// All places of commits whose rows may have been left here, for a commit on top of
    /// `parent`: of aborted commits ([`commit_place`](Self::commit_place), with and
    /// without the clone's mark), also where HEAD has moved on since, and of commits that
    /// `git reset` undid, which leaves their rows staged or in the work tree.
    ///
    /// # Errors
    /// The configuration or history cannot be read.
    pub fn commit_places(&self, parent: Option<ObjectId>) -> Result<Vec<String>, RepoError> {
        let mark = self.clone_mark()?;
        let mark = mark.as_deref();
        let both = |at| [place(at, mark), place(at, None)];
        let mut places: Vec<String> = both(parent).into();
        // A pick, a rebase and a squash bring the rows of their own commits along, and a
        // branch that begins anew keeps what was recorded.
        if parent.is_some() && !self.is_in_the_middle() && self.squashing()?.is_none() {
            places.extend(self.undone(parent).into_iter().flat_map(both));
            let given_up = self.given_up_at().into_iter();
            places.extend(given_up.map(|at| place(Some(at), mark)));
        }
        Ok(places)
    }

    /// The parents of the newest commits that `git reset` removed from on top of
    /// `parent`. None if `ORIG_HEAD` does not descend from `parent`, as after a merge or a
    /// rebase, which also set it.
    fn undone(&self, parent: Option<ObjectId>) -> Vec<Option<ObjectId>> {
        // `ORIG_HEAD` may name a missing commit.
        let before = self.commit_named("ORIG_HEAD").ok().flatten();
        let (Some(parent), Some(before)) = (parent, before) else {
            return Vec::new();
        };
        if before == parent || !self.is_in(parent, before) {
            return Vec::new();
        }
        let undone = self.commits(&[before], &[parent]).unwrap_or_default();
        let newest = undone.iter().rev().take(MOST_UNDONE);
        newest
            .map(|commit| commit.parents.first().copied())
            .collect()
    }

    /// Where HEAD was, as the newest lines of its reflog have it, and no commit was made
    /// that stayed.
    fn given_up_at(&self) -> BTreeSet<ObjectId> {
        let log = self.git.reflog("HEAD");
        let moves = log.iter().flat_map(|log| log.iter().take(MOST_UNDONE));
        let moves = moves.map(|line| Move {
            from: ObjectId(line.id_old()),
            to: ObjectId(line.id_new()),
            why: Why::of(line.message_bytes().unwrap_or_default()),
        });
        given_up(&moves.collect::<Vec<_>>())
    }
}

/// Limit on the commits undone by a reset, and on the moves of HEAD, whose rows are
/// recognised.
const MOST_UNDONE: usize = 1_000;

/// A move of HEAD.
struct Move {
    from: ObjectId,
    to: ObjectId,
    why: Why,
}

#[derive(PartialEq, Eq)]
enum Why {
    Commit,
    Reset,
    Else,
}

impl Why {
    /// Git's words for it in a reflog, which it does not translate.
    fn of(message: &[u8]) -> Self {
        match message {
            // `git update-ref`, with which clients reset as well, says nothing.
            b"" => Self::Reset,
            _ if message.starts_with(b"reset: moving to ") => Self::Reset,
            // The latter two are what git says of one that stopped and went on.
            _ if [&b"commit"[..], b"cherry-pick", b"revert"]
                .iter()
                .any(|word| message.starts_with(word)) =>
            {
                Self::Commit
            }
            _ => Self::Else,
        }
    }
}

/// The commits that HEAD was at, without those on which a commit was made that no reset
/// undid: rows that were made there may be that commit's, and come from its branch.
fn given_up(moves: &[Move]) -> BTreeSet<ObjectId> {
    let ends = moves.iter().flat_map(|m| [m.from, m.to]);
    // `git reset` and `git stash` have a line even where HEAD stays.
    let undone = moves
        .iter()
        .filter(|m| m.why == Why::Reset && m.from != m.to);
    let undone: BTreeSet<ObjectId> = undone.map(|m| m.from).collect();
    let kept = moves.iter().filter(|m| m.why == Why::Commit);
    let kept = kept.filter(|m| !undone.contains(&m.to)).map(|m| m.from);
    let kept: BTreeSet<ObjectId> = kept.collect();
    ends.filter(|id| !kept.contains(id)).collect()
}

fn place(parent: Option<ObjectId>, clone: Option<&str>) -> String {
    let parent = parent.map_or_else(|| "0".repeat(40), |id| id.to_string());
    match clone {
        Some(clone) => format!("{parent} {clone}"),
        None => parent,
    }
}

/// A new mark of a clone, 16 hex digits that no other has.
#[must_use]
pub fn new_clone_mark() -> String {
    // The keys of the standard library's hashes come from the system's randomness.
    format!("{:016x}", RandomState::new().build_hasher().finish())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_commit_that_stayed_keeps_the_rows_that_were_made_for_it() {
        let id = |n: u8| format!("{n:02x}").repeat(20).parse::<ObjectId>().unwrap();
        let moves = [
            (1, 2, "commit: Stayed"),
            (2, 3, "commit (amend): Undone"),
            (3, 2, "reset: moving to HEAD^"),
            (2, 4, "pull: Fast-forward"),
            (4, 5, "checkout: moving from main to side"),
            (5, 6, "commit: Left by update-ref"),
            (6, 7, ""),
            (7, 8, "commit (cherry-pick): Stayed"),
            (8, 8, "reset: moving to HEAD"),
        ];
        let moves = moves.map(|(from, to, why)| Move {
            from: id(from),
            to: id(to),
            why: Why::of(why.as_bytes()),
        });
        assert_eq!(given_up(&moves), BTreeSet::from([2, 3, 4, 5, 6, 8].map(id)));
    }
}
