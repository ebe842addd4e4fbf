//! A commit of more than what is staged.

use super::op::Op;
use super::world::{Outcome, World};
use crate::dice::Dice;

impl World<'_> {
    /// `git commit --include`: what is staged, and another file.
    pub fn include(&mut self, at: usize, op: Op, dice: &mut Dice) -> Outcome {
        self.edit(at, op, dice)?;
        self.edit(
            at,
            Op {
                serial: op.serial + 1000,
                ..op
            },
            dice,
        )?;
        self.clean(at)?;
        let dirty: Vec<String> = self.desks[at].dirty.keys().cloned().collect();
        let [first, .., last] = &dirty[..] else {
            return self.commit_rest(at);
        };
        if self.exists(at, last) {
            self.git(at, &["add", "-N", "--", last])?;
        }
        self.git(at, &["add", "--", first])?;
        let message = format!("Step {}, included", op.serial);
        let hooks = self.try_commit(at, &["-m", &message, "--include", "--", last])?;
        self.committed(at, hooks)
    }
}
