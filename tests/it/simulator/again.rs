//! What somebody takes back, or makes again: commits that were not pushed, and drafts.

use super::model::{How, HowKind};
use super::op::Op;
use super::world::{Outcome, World};
use crate::dice::Dice;

impl World<'_> {
    /// `git restore` of what was just edited.
    pub fn discard(&mut self, at: usize, op: Op, dice: &mut Dice) -> Outcome {
        self.commit_rest(at)?;
        self.edit(at, op, dice)?;
        if dice.roll(2) == 0 {
            self.git(at, &["add", "-A"])?;
        }
        self.git(at, &["restore", "--staged", "--worktree", "--", "."])?;
        self.desks[at].dirty.clear();
        self.clean(at)
    }

    /// `git reset` of the last commit, which goes, or is made again.
    pub fn reset(&mut self, at: usize, op: Op, dice: &mut Dice) -> Outcome {
        self.commit_rest(at)?;
        if !self.own_head(at) || !self.desks[at].noted.is_empty() {
            return Ok(());
        }
        // One without the checks may hold what they refuse.
        let was_checked = self.model.recorded.contains(&self.head(at));
        if dice.roll(2) == 0 || !was_checked {
            self.git(at, &["reset", "-q", "--hard", "HEAD~1"])?;
            return self.clean(at);
        }
        self.git(at, &["reset", "-q", "--soft", "HEAD~1"])?;
        let message = format!("Step {}, again", op.serial);
        let hooks = self.try_commit(at, &["-m", &message])?;
        self.committed(at, hooks)
    }

    /// A commit that mends the last one, and a rebase that makes one of both.
    pub fn fixup(&mut self, at: usize, op: Op, dice: &mut Dice) -> Outcome {
        self.commit_rest(at)?;
        let first = self.head(at);
        if !self.own_head(at) || !self.model.recorded.contains(&first) {
            return Ok(());
        }
        self.edit(at, op, dice)?;
        self.clean(at)?;
        if self.desks[at].dirty.is_empty() {
            return Ok(());
        }
        self.git(at, &["add", "-A"])?;
        let hooks = self.try_commit(at, &["--fixup", "HEAD"])?;
        self.committed(at, hooks)?;
        let of = self.head(at);
        if of == first || !self.model.recorded.contains(&of) {
            return Ok(());
        }
        self.git(at, &["rebase", "-q", "-i", "--autosquash", "HEAD~2"])?;
        let how = How::of(&self.desks[at].name, HowKind::Fixup { of });
        self.learn(at, &how)?;
        self.clean(at)
    }
}
