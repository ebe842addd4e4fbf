//! Merges that a rebase makes anew (`--rebase-merges`): each asks the ledger as a merge
//! does, of the commits that its sides have become.

use std::collections::BTreeSet;

use git2::Oid;

use super::model::{How, HowKind};
use super::op::{Op, below};
use super::play::a_name;
use super::world::{Outcome, World};
use crate::dice::Dice;

/// How a merge was made that stands in the place of `of`. `git rebase --continue` runs no
/// hook over what a person settled.
pub fn anew(machine: &str, of: Oid, by_hand: BTreeSet<String>) -> How {
    How {
        hooks: by_hand.is_empty(),
        anew: by_hand.is_empty().then_some(of),
        ..How::of(machine, HowKind::Merge { by_hand })
    }
}

impl World<'_> {
    /// A branch is merged, while another machine goes on; the rebase makes the merge anew.
    pub fn rebase_merges(&mut self, at: usize, op: Op, dice: &mut Dice) -> Outcome {
        self.commit_rest(at)?;
        let other = below(dice, self.desks.len());
        if other != at && self.desks[other].hooks {
            self.write_something(other, op, 1, dice)?;
            self.share(other, false, dice)?;
        }
        if dice.roll(4) > 0 {
            self.merge_a_topic(at, op, dice)?;
        }
        self.git(at, &["fetch", "-q"])?;
        if self.has_octopus(at) {
            return Ok(());
        }
        let words: &[&str] = match dice.roll(2) {
            0 => &["pull", "-q", "--rebase=merges"],
            _ => &["rebase", "-q", "--rebase-merges", "origin/main"],
        };
        self.rebase(at, words, dice)
    }

    pub fn merge_a_topic(&mut self, at: usize, op: Op, dice: &mut Dice) -> Outcome {
        let topic = format!("topic-{}", op.serial);
        self.git(at, &["switch", "-q", "-c", &topic])?;
        for part in 0..=dice.roll(2) {
            self.write_something(at, op, 2 + part, dice)?;
        }
        let tip = self.head(at);
        self.git(at, &["switch", "-q", "main"])?;
        self.write_something(at, op, 4, dice)?;
        if !self.has(at, tip) {
            let words = ["merge", "-q", "--no-edit", "--no-ff", &topic];
            self.merge(at, &words, tip, dice)?;
        }
        self.git(at, &["branch", "-q", "-D", &topic])?;
        if dice.roll(2) == 0 {
            self.write_something(at, op, 5, dice)?;
        }
        Ok(())
    }

    /// An edit or a name, and a commit.
    pub fn write_something(&mut self, at: usize, op: Op, part: u64, dice: &mut Dice) -> Outcome {
        let serial = op.serial + 1000 * u32::try_from(part).unwrap();
        self.commit_rest(at)?;
        match dice.roll(2) {
            0 => self.edit(at, Op { serial, ..op }, dice)?,
            _ => self.name(at, a_name(dice), dice),
        }
        self.commit_rest(at)
    }

    /// Whether a commit that would be rebased joins more than two: git asks no driver there.
    fn has_octopus(&self, at: usize) -> bool {
        let mut walk = self.desks[at].repo.revwalk().unwrap();
        walk.push(self.head(at)).unwrap();
        walk.hide(self.oid(at, "refs/remotes/origin/main").unwrap())
            .unwrap();
        let mut all = walk.map(Result::unwrap);
        all.any(|id| self.model.node(id).parents.len() > 2)
    }
}
