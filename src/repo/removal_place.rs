//! The place of a removal, which tells it from the same removal made elsewhere: the
//! commit that it is made on, and this clone, since two machines may have the same name.

use std::collections::HashMap;
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

    /// The places of commits whose rows may have been left here, for a commit on top of
    /// `parent`: of aborted commits ([`commit_place`](Self::commit_place), with and
    /// without the clone's mark), also where HEAD has moved on since, and of commits that
    /// `git reset` undid, which leaves their rows staged or in the work tree.
    ///
    /// # Errors
    /// The configuration or history cannot be read.
    pub fn commit_places(&self, parent: Option<ObjectId>) -> Result<CommitPlaces<'_>, RepoError> {
        let mark = self.clone_mark()?;
        let mark = mark.as_deref();
        let both = |at| [place(at, mark), place(at, None)].map(CommitPlace::of_none);
        let mut found = CommitPlaces {
            repo: self,
            all: both(parent).into(),
            resets: Vec::new(),
            branches: Vec::new(),
        };
        // A pick, a rebase and a squash bring the rows of their own commits along, and a
        // branch that begins anew keeps what was recorded.
        if parent.is_some() && !self.is_in_the_middle() && self.squashing()?.is_none() {
            found
                .all
                .extend(self.undone(parent).into_iter().flat_map(both));
            let of_head = self.moves("HEAD");
            let of_branches = self.moves_of_branches();
            let there = made_at(&of_head, &of_branches).into_iter();
            found.all.extend(there.map(|(at, made)| CommitPlace {
                name: place(Some(at), mark),
                made,
            }));
            found.resets = [resets(&of_head), resets(&of_branches)].concat();
            let tips = self.local_branches();
            found.branches = tips
                .filter_map(|b| b.get().target().map(ObjectId))
                .collect();
        }
        Ok(found)
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

    /// The moves of the local branches: a commit may have been made in another work tree,
    /// whose HEAD is another.
    fn moves_of_branches(&self) -> Vec<Move> {
        let names = self.local_branches().map(|branch| {
            let name = branch.get().name_bytes().to_vec();
            String::from_utf8(name).unwrap_or_default()
        });
        names.flat_map(|name| self.moves(&name)).collect()
    }

    fn local_branches(&self) -> impl Iterator<Item = git2::Branch<'_>> {
        let branches = self.git.branches(Some(git2::BranchType::Local));
        branches
            .into_iter()
            .flatten()
            .flatten()
            .map(|(branch, _)| branch)
    }

    /// The moves of HEAD or a branch, as the newest lines of its reflog have them.
    fn moves(&self, of: &str) -> Vec<Move> {
        let log = self.git.reflog(of);
        let moves = log.iter().flat_map(|log| log.iter().take(MOST_UNDONE));
        let moves = moves.map(|line| Move {
            from: ObjectId(line.id_old()),
            to: ObjectId(line.id_new()),
            why: Why::of(line.message_bytes().unwrap_or_default()),
        });
        moves.collect()
    }
}

/// The places of commits whose rows may have been left here.
pub struct CommitPlaces<'a> {
    repo: &'a Repo,
    all: Vec<CommitPlace>,
    /// From where `git reset` moved HEAD, and to where.
    resets: Vec<(ObjectId, ObjectId)>,
    /// The commits of the local branches.
    branches: Vec<ObjectId>,
}

/// The place of commits on top of one commit.
struct CommitPlace {
    name: String,
    /// The commits that were made there, by the reflogs.
    made: Vec<ObjectId>,
}

impl CommitPlace {
    /// A place where no commit was made that stayed.
    const fn of_none(name: String) -> Self {
        let made = Vec::new();
        Self { name, made }
    }
}

impl CommitPlaces<'_> {
    /// The places, as they go into the ids of removals, the newest first.
    #[must_use]
    pub fn names(&self) -> Vec<&str> {
        self.all.iter().map(|place| place.name.as_str()).collect()
    }

    /// The same places, with the commits that were made on top of `parent` itself: what a
    /// branch that begins there recorded may have come from it.
    #[must_use]
    pub fn with_those_made_here(mut self) -> Self {
        if let Some((here, others)) = self.all.split_first_mut()
            && let Some(same) = others
                .iter()
                .find(|place| place.name == here.name && !place.made.is_empty())
        {
            here.made.clone_from(&same.made);
        }
        self
    }

    /// The commits that were made at the `nth` place and that no reset undid, or that a
    /// branch of this clone still has: rows of that place that they have are theirs, and come
    /// from their branch.
    pub fn stayed(&self, nth: usize) -> impl Iterator<Item = ObjectId> {
        let made = self.all.get(nth).map(|place| &place.made);
        made.into_iter().flatten().copied().filter(|commit| {
            let is_in = |tip| self.repo.is_in(*commit, tip);
            let mut resets = self.resets.iter();
            let is_undone = resets.any(|(from, to)| is_in(*from) && !is_in(*to));
            // A branch was made there before the reset, to move the commits to it.
            !is_undone || self.branches.iter().any(|tip| is_in(*tip))
        })
    }
}

/// Limit on the commits undone by a reset, and on the moves of HEAD and of a branch, whose
/// rows are recognised.
const MOST_UNDONE: usize = 1_000;

/// A move of HEAD or a branch.
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

/// The commits that HEAD was at, the newest first, each with the commits that were made on
/// top of it, also on branches that were not HEAD here.
fn made_at(of_head: &[Move], of_branches: &[Move]) -> Vec<(ObjectId, Vec<ObjectId>)> {
    let mut numbers = HashMap::new();
    let mut places: Vec<(ObjectId, Vec<ObjectId>)> = Vec::new();
    for at in of_head.iter().flat_map(|one| [one.to, one.from]) {
        numbers.entry(at).or_insert_with(|| {
            places.push((at, Vec::new()));
            places.len() - 1
        });
    }
    for one in of_head.iter().chain(of_branches) {
        if let Some(at) = numbers.get(&one.from).filter(|_| one.why == Why::Commit)
            && !places[*at].1.contains(&one.to)
        {
            places[*at].1.push(one.to);
        }
    }
    places
}

/// From where `git reset` moved HEAD, and to where. It has a line in the reflog even where
/// HEAD stays, as has `git stash`.
fn resets(moves: &[Move]) -> Vec<(ObjectId, ObjectId)> {
    let resets = moves.iter().filter(|m| m.why == Why::Reset);
    let resets = resets.map(|m| (m.from, m.to));
    resets.filter(|(from, to)| from != to).collect()
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
    fn git_says_where_commits_were_made_and_what_was_reset() {
        let id = |n: u8| format!("{n:02x}").repeat(20).parse::<ObjectId>().unwrap();
        let moves = [
            (1, 2, "commit: One"),
            (2, 3, "commit (amend): Undone"),
            (3, 2, "reset: moving to HEAD^"),
            (2, 4, "pull: Fast-forward"),
            (4, 5, "checkout: moving from main to side"),
            (5, 6, "commit: Left by update-ref"),
            (6, 7, ""),
            (7, 8, "commit (cherry-pick): Two"),
            (7, 9, "commit: Of another branch"),
            (9, 9, "reset: moving to HEAD"),
        ];
        let moves = moves.map(|(from, to, why)| Move {
            from: id(from),
            to: id(to),
            why: Why::of(why.as_bytes()),
        });
        let elsewhere = [
            (4, 10, "commit: In another work tree"),
            (7, 8, "commit (cherry-pick): Two"),
            (11, 12, "commit: Where HEAD never was"),
        ];
        let elsewhere = elsewhere.map(|(from, to, why)| Move {
            from: id(from),
            to: id(to),
            why: Why::of(why.as_bytes()),
        });
        let made = made_at(&moves, &elsewhere);
        let expected = [
            (2, &[3][..]),
            (1, &[2]),
            (3, &[]),
            (4, &[10]),
            (5, &[6]),
            (6, &[]),
            (7, &[8, 9]),
            (8, &[]),
            (9, &[]),
        ];
        let all = |made: &[u8]| made.iter().copied().map(id).collect();
        let expected = expected.map(|(at, made)| (id(at), all(made)));
        assert_eq!(made, expected);
        assert_eq!(resets(&moves), [(id(3), id(2)), (id(6), id(7))]);
    }
}
