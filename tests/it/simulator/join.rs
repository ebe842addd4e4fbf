//! Branches that are joined: merged with each strategy, squashed, picked.

use std::collections::BTreeSet;

use super::model::{How, HowKind};
use super::op::Op;
use super::place::all_usual;
use super::world::{Outcome, World, fail};
use crate::dice::Dice;

impl World<'_> {
    /// Joins the branch `side`: merged, squashed or picked.
    pub fn join(&mut self, at: usize, branch: &str, serial: u32, dice: &mut Dice) -> Outcome {
        let Some(other) = self.oid(at, &format!("refs/heads/{branch}")) else {
            return Ok(());
        };
        let name = self.desks[at].name.clone();
        let before = self.head(at);
        let merge = |words: &'static [&'static str]| [words, &[branch]].concat();
        match dice.roll(8) {
            0 => {
                // Its last commit, or one before.
                let revision = format!("{branch}~{}", dice.roll(3));
                let picked = self.oid(at, &revision).map(|of| (of, self.model.node(of)));
                let Some((other, [_])) = picked.map(|(of, node)| (of, &node.parents[..])) else {
                    return self.clean(at);
                };
                let run = self.run(at, "git", &["cherry-pick", &revision], &[0, 1])?;
                if run.code != 0 {
                    // Empty, or in conflict.
                    let unmerged = self.unmerged(at);
                    let bases = self.model.node(other).parents.clone();
                    self.judge_stop(at, &bases, other, HowKind::pick(other), &unmerged)?;
                    return self.go_on(at, ("cherry-pick", other), unmerged, dice);
                }
                let how = How::of(&name, HowKind::pick(other)).without_hooks();
                self.learn(at, &how)?;
                self.clean(at)
            }
            1 => {
                let run = self.run(at, "git", &merge(&["merge", "-q", "--squash"]), &[0, 1])?;
                let mut unmerged = self.unmerged(at);
                if run.code != 0 {
                    self.judge_merge(at, before, other, &unmerged)?;
                    self.settle_files(at, &mut unmerged, dice)?;
                }
                let staged = self.ask(at, &["diff", "--cached", "--quiet"]);
                if staged.code == 0 {
                    return self.clean(at);
                }
                self.git(
                    at,
                    &["commit", "-q", "-m", &format!("Step {serial}, squashed")],
                )?;
                let kind = HowKind::Squash {
                    other,
                    by_hand: all_usual(&unmerged),
                };
                let how = How::of(&name, kind);
                self.learn(
                    at,
                    &if self.desks[at].hooks {
                        how
                    } else {
                        how.without_hooks()
                    },
                )?;
                self.clean(at)
            }
            2 => self.merge(
                at,
                &merge(&["merge", "-q", "--no-edit", "--no-ff"]),
                other,
                dice,
            ),
            // A driver's merge knows no preference.
            3 => {
                let words = merge(&["merge", "-q", "--no-edit", "-X", "ours"]);
                self.merge(at, &words, other, dice)
            }
            4 => {
                let words = merge(&["merge", "-q", "--no-edit", "-s", "resolve"]);
                self.merge_without_drivers(at, &words, dice)
            }
            5 => {
                let words = merge(&["merge", "-q", "--no-edit", "-s", "ours"]);
                self.merge_without_drivers(at, &words, dice)
            }
            _ => self.merge(at, &merge(&["merge", "-q", "--no-edit"]), other, dice),
        }
    }

    /// A merge with a strategy that asks no driver, or leaves the other side out.
    fn merge_without_drivers(&mut self, at: usize, args: &[&str], dice: &mut Dice) -> Outcome {
        let run = self.run(at, "git", args, &[0, 1])?;
        let mut unmerged = self.unmerged(at);
        if run.code != 0 {
            if unmerged.is_empty() {
                return fail("a merge failed without a conflict", run);
            }
            self.settle_files(at, &mut unmerged, dice)?;
            self.git(at, &["commit", "-q", "--no-edit"])?;
        }
        let by_hand = all_usual(&unmerged);
        let mut how = How::of(&self.desks[at].name, HowKind::Foreign { by_hand });
        if run.code == 0 {
            how = how.without_hooks();
        }
        self.learn(at, &how)?;
        self.clean(at)
    }

    /// Two branches with an edit each, merged at once.
    pub fn octopus(&mut self, at: usize, op: Op, dice: &mut Dice) -> Outcome {
        self.commit_rest(at)?;
        let begun = self.head(at);
        for (number, branch) in ["one", "two"].into_iter().enumerate() {
            self.git(at, &["switch", "-q", "-c", branch, &begun.to_string()])?;
            let serial = op.serial + 1000 * u32::try_from(number).unwrap();
            self.edit(at, Op { serial, ..op }, dice)?;
            self.commit_rest(at)?;
        }
        self.git(at, &["switch", "-q", "main"])?;
        let serial = op.serial + 2000;
        if dice.roll(2) == 0 {
            self.edit(at, Op { serial, ..op }, dice)?;
            self.commit_rest(at)?;
        }
        let merge = ["merge", "-q", "--no-edit", "one", "two"];
        let run = self.run(at, "git", &merge, &[0, 1, 2])?;
        if run.code != 0 {
            // Git does not merge more than two where a person would have to look.
            self.git(at, &["reset", "-q", "--hard"])?;
        } else {
            let kind = HowKind::Foreign {
                by_hand: BTreeSet::new(),
            };
            let how = How::of(&self.desks[at].name, kind).without_hooks();
            self.learn(at, &how)?;
        }
        self.git(at, &["branch", "-q", "-D", "one", "two"])?;
        self.clean(at)
    }
}
