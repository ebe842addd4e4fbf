//! A rebase, and what becomes of the commits that it replays.

use std::collections::{BTreeMap, BTreeSet};

use git2::Oid;

use super::anew::anew;
use super::model::{How, HowKind};
use super::place::all_usual;
use super::world::{Outcome, World, fail};
use crate::dice::Dice;

/// The paths that a person settled, by the commit that was replayed.
type Settled = BTreeMap<Oid, BTreeSet<String>>;

impl World<'_> {
    /// Goes on with a rebase until it ends, and learns what became of the commits.
    pub fn rebase(&mut self, at: usize, args: &[&str], dice: &mut Dice) -> Outcome {
        let before = self.head(at);
        let mut run = self.run(at, "git", args, &[0, 1])?;
        let mut settled = Settled::new();
        let mut replayed = Vec::new();
        for _ in 0..40 {
            let mut unmerged = self.unmerged(at);
            let busy = self.desks[at].machine.exists(".git/rebase-merge");
            if !busy {
                if run.code != 0 {
                    return fail("a rebase failed without a conflict", run);
                }
                replayed.extend(self.replayed(at, before, &settled)?);
                return self.rebased(at, before, &replayed, &settled);
            }
            if !unmerged.is_empty() {
                replayed.extend(self.replayed(at, before, &settled)?);
                let of = self.oid(at, "REBASE_HEAD").unwrap();
                match self.oid(at, "MERGE_HEAD") {
                    Some(other) => self.judge_merge(at, self.head(at), other, &unmerged)?,
                    None => self.judge_replay(at, of, &unmerged)?,
                }
                if dice.roll(6) == 0 {
                    self.git(at, &["rebase", "--abort"])?;
                    return self.clean(at);
                }
                let drafts = self.desks[at].dirty.clone();
                self.settle_files(at, &mut unmerged, dice)?;
                // What is written there a later commit may change.
                self.desks[at].dirty = drafts;
                settled.insert(of, all_usual(&unmerged));
            }
            run = self.run(at, "git", &["rebase", "--continue"], &[0, 1])?;
        }
        self.git(at, &["rebase", "--abort"])?;
        self.clean(at)
    }

    fn judge_replay(&mut self, at: usize, of: Oid, unmerged: &BTreeSet<String>) -> Outcome {
        let bases: Vec<Oid> = self
            .model
            .node(of)
            .parents
            .first()
            .copied()
            .into_iter()
            .collect();
        let by_hand = BTreeSet::new();
        self.judge_stop(at, &bases, of, HowKind::Replay { of, by_hand }, unmerged)
    }

    /// Learns the commits that a rebase has made and the model does not know yet, each
    /// with what it was before.
    fn replayed(&mut self, at: usize, before: Oid, settled: &Settled) -> Outcome<Vec<(Oid, Oid)>> {
        let (name, hooks) = (self.desks[at].name.clone(), self.desks[at].hooks);
        // A merge that stopped has its other side beside HEAD.
        let tips: Vec<Oid> = ["HEAD", "MERGE_HEAD"]
            .into_iter()
            .filter_map(|tip| self.oid(at, tip))
            .collect();
        let (mut old, mut new) = (Vec::new(), Vec::new());
        {
            let repo = &self.desks[at].repo;
            for (from, hide, out) in [
                (&[before][..], &tips[..], &mut old),
                (&tips[..], &[before][..], &mut new),
            ] {
                let mut walk = repo.revwalk().unwrap();
                walk.set_sorting(git2::Sort::TOPOLOGICAL | git2::Sort::REVERSE)
                    .unwrap();
                from.iter().for_each(|id| walk.push(*id).unwrap());
                hide.iter().for_each(|id| walk.hide(*id).unwrap());
                for id in walk.map(Result::unwrap) {
                    let commit = repo.find_commit(id).unwrap();
                    let text = commit.message().unwrap_or_default().to_owned();
                    out.push((id, (text, commit.author().when().seconds())));
                }
            }
        }
        let mut replayed = Vec::new();
        for (id, told) in new {
            if self.model.nodes.contains_key(&id) {
                continue;
            }
            // The time of a merge that a person settled is that of the command.
            let same = old.iter().find(|(_, of)| *of == told);
            let is_settled =
                |(id, of): &&(Oid, (String, i64))| of.0 == told.0 && settled.contains_key(id);
            let Some((of, _)) = same.or_else(|| old.iter().find(is_settled)) else {
                return fail("a rebase made a commit of its own", told.0);
            };
            let by_hand = settled.get(of).cloned().unwrap_or_default();
            let is_merge = self.desks[at].repo.find_commit(id).unwrap().parent_count() > 1;
            let how = match is_merge {
                true => anew(&name, *of, by_hand),
                false => How {
                    hooks,
                    ..How::of(&name, HowKind::Replay { of: *of, by_hand })
                },
            };
            self.learn_commit(at, id, &how)?;
            if !is_merge {
                replayed.push((id, *of));
            }
        }
        Ok(replayed)
    }

    fn rebased(
        &mut self,
        at: usize,
        before: Oid,
        replayed: &[(Oid, Oid)],
        settled: &Settled,
    ) -> Outcome {
        let head = self.head(at);
        if self.desks[at].hooks {
            self.everybody_knows(at, before, replayed, settled.is_empty())?;
        }
        // Where git leaves all of the branch out, no hook runs.
        if !replayed.is_empty() {
            self.note_what_a_rebase_kept_out(at, before, head);
        }
        self.clean(at)
    }
}
