//! What is edited and not committed, or not all of it: parts that are staged alone,
//! and drafts that git puts aside while it pulls.

use std::collections::BTreeSet;

use similar::{DiffOp, TextDiff};

use super::edit;
use super::model::HowKind;
use super::op::Op;
use super::page::{said, tokens};
use super::world::{Outcome, World, fail};
use super::written::Draft;
use crate::dice::Dice;

impl World<'_> {
    /// Commits some of the hunks of a file, as `git commit -p` does, and leaves the
    /// others where they are.
    pub fn part(&mut self, at: usize, op: Op, dice: &mut Dice) -> Outcome {
        self.commit_rest(at)?;
        let Some(path) = self.some_entry(at, dice) else {
            return Ok(());
        };
        let before = self.read(at, &path);
        let mut whole = before.clone();
        for number in 0..4 {
            whole = edit::edit(&whole, dice, op.serial * 10 + number);
        }
        let part = some_hunks(&before, &whole, dice);
        if part == before || part == whole || said(&part).is_none() {
            return Ok(());
        }
        self.write(at, &path, &part);
        let staged = self.desks[at].dirty[&path].clone();
        self.git(at, &["add", "--", &path])?;
        self.write(at, &path, &whole);
        let message = format!("Step {}, a part", op.serial);
        let hooks = self.try_commit(at, &["-m", &message])?;
        self.is_in(at, self.head(at), &path, &staged)?;
        self.committed(at, hooks)
    }

    /// Pulls while there is something that is not committed.
    pub fn autostash(&mut self, at: usize, op: Op, dice: &mut Dice) -> Outcome {
        self.edit(at, op, dice)?;
        self.clean(at)?;
        let drafts = self.drafts(at);
        let aside = self.put_aside(at);
        let other = self.remote_main();
        self.desks[at].autostash = true;
        match dice.roll(3) {
            0 => {
                let words = ["pull", "-q", "--no-rebase", "--autostash"];
                self.merge(at, &words, other, dice)?;
            }
            _ => self.rebase(at, &["pull", "-q", "--rebase", "--autostash"], dice)?,
        }
        self.desks[at].autostash = false;
        self.put_back(at, &drafts, dice)?;
        self.come_back(at, aside);
        self.clean(at)?;
        // A draft on top of markers that a phone committed cannot be committed.
        self.mend(at, dice)
    }

    /// The marks that were written and are in no commit.
    pub fn drafts(&self, at: usize) -> BTreeSet<u32> {
        let committed = self.model.node(self.head(at)).tokens();
        let there = self.written(at);
        there.difference(&committed).copied().collect()
    }

    fn written(&self, at: usize) -> BTreeSet<u32> {
        let dirty = self.desks[at].dirty.keys();
        let files = dirty.filter(|path| self.exists(at, path));
        files
            .flat_map(|path| tokens(&self.read(at, path)))
            .collect()
    }

    /// What git put aside is back, all of it; where it does not fit a person chooses.
    pub fn put_back(&mut self, at: usize, drafts: &BTreeSet<u32>, dice: &mut Dice) -> Outcome {
        // A draft may have become part of a file that moved.
        let status = self.ask(at, &["status", "--porcelain", "-uall", "--no-renames"]);
        let names = status.stdout.lines().map(|l| l[3..].trim_matches('"'));
        for name in names {
            let dirty = &mut self.desks[at].dirty;
            dirty.entry(name.to_owned()).or_insert(Draft::Merged);
        }
        let there = self.written(at);
        if let Some(lost) = drafts.difference(&there).next() {
            let text = self.ask(at, &["diff", "HEAD"]);
            return fail(
                "what was put aside is not back",
                format!("q{lost}z\n{text}"),
            );
        }
        let unmerged = self.unmerged(at);
        if unmerged.is_empty() {
            return Ok(());
        }
        let draft = self.oid(at, "refs/stash").unwrap();
        let base = self.oid(at, "refs/stash^1").unwrap();
        self.judge_stop(at, &[base], draft, HowKind::pick(draft), &unmerged)?;
        for path in &unmerged {
            self.settle_file(at, path, dice)?;
            self.give_up_the_draft_of_a_twin(at, path)?;
        }
        self.git(at, &["reset", "-q"])?;
        self.git(at, &["stash", "drop", "-q"])?;
        Ok(())
    }
}

/// A text with some of the changes of another one.
fn some_hunks(before: &str, whole: &str, dice: &mut Dice) -> String {
    let diff = TextDiff::from_lines(before, whole);
    let (old, new) = (diff.iter_old_slices(), diff.iter_new_slices());
    let (old, new): (Vec<&str>, Vec<&str>) = (old.collect(), new.collect());
    let mut part = String::new();
    for op in diff.ops() {
        let takes = matches!(op, DiffOp::Equal { .. }) || dice.roll(2) == 0;
        match takes {
            true => part.extend(new[op.new_range()].iter().copied()),
            false => part.extend(old[op.old_range()].iter().copied()),
        }
    }
    part
}
