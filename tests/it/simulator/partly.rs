//! Reverts of which a person keeps a part, and reverts and picks that stop in conflict
//! and that somebody settles.

use std::collections::BTreeSet;

use git2::Oid;

use super::edit::{POOLS, give, names, take};
use super::model::{How, HowKind, Item, Node};
use super::op::{Op, below};
use super::page::Page;
use super::place::{all_usual, usual};
use super::rows::row;
use super::world::{Outcome, World, fail};
use super::written::Draft;
use crate::dice::Dice;

/// What a person leaves as it was before the revert has the removals that it had: git's
/// merge of the ledgers knows nothing of what was kept (docs/history.md, "Rows that were
/// lost").
pub fn left_as_they_are(node: &mut Node, on: &Node) {
    let mut left: Vec<(Item, String, bool)> = Vec::new();
    for (item, rows) in &on.rows {
        if node.has(item) != on.has(item) {
            continue;
        }
        for (id, active) in rows {
            let now = row(node, &(item.clone(), id.clone()));
            // A decision that let it in may be taken back as long as nobody has it.
            if now != Some(*active) && (*active || on.has(item)) {
                left.push((item.clone(), id.clone(), *active));
            }
        }
    }
    for (item, id, active) in left {
        node.rows.entry(item).or_default().insert(id, active);
    }
}

impl World<'_> {
    /// One of the last commits that can be reverted: how it is called, itself, its parent.
    pub fn to_revert(&self, at: usize, dice: &mut Dice) -> Option<(String, Oid, Oid)> {
        let revision = format!("HEAD~{}", dice.roll(6));
        let of = self.oid(at, &revision)?;
        let node = self.model.node(of);
        let [parent] = node.parents[..] else {
            return None;
        };
        let before = self.model.node(parent).files.iter();
        let mut files = node.files.iter().chain(before);
        let is_whole = files.all(|(path, (_, file))| file.is_whole(path));
        is_whole.then_some((revision, of, parent))
    }

    /// Settles what a revert or a pick stopped at, or gives it up.
    pub fn go_on(
        &mut self,
        at: usize,
        (word, of): (&str, Oid),
        mut by_hand: BTreeSet<String>,
        dice: &mut Dice,
    ) -> Outcome {
        if by_hand.is_empty() || dice.roll(3) == 0 {
            self.run(at, "git", &[word, "--abort"], &[0, 128])?;
            return self.clean(at);
        }
        let before = self.head(at);
        self.settle_files(at, &mut by_hand, dice)?;
        if self.ask(at, &["diff", "--cached", "--quiet"]).code == 0 {
            self.git(at, &[word, "--skip"])?;
            return self.clean(at);
        }
        self.git(at, &[word, "--continue"])?;
        if self.head(at) == before {
            return fail("what was settled is not committed", word);
        }
        let by_hand = all_usual(&by_hand);
        let kind = match word {
            "revert" => HowKind::Revert { of, by_hand },
            _ => HowKind::Pick { of, by_hand },
        };
        self.learn(at, &How::of(&self.desks[at].name, kind))?;
        self.clean(at)
    }

    /// `git revert -n`, and one item or file of it is put back to HEAD's.
    pub fn revert_partly(&mut self, at: usize, op: Op, dice: &mut Dice) -> Outcome {
        self.commit_rest(at)?;
        let Some((revision, of, parent)) = self.to_revert(at, dice) else {
            return Ok(());
        };
        let run = self.run(at, "git", &["revert", "-n", &revision], &[0, 1])?;
        let unmerged = self.unmerged(at);
        if run.code != 0 {
            self.judge_stop(at, &[of], parent, HowKind::revert(of), &unmerged)?;
            return self.go_on(at, ("revert", of), unmerged, dice);
        }
        let staged = self.ask(at, &["diff", "--cached", "--no-renames", "--name-only"]);
        let is_file = |path: &&str| path.starts_with("journal/") || path.starts_with("wiki/");
        let paths = staged.stdout.lines().filter(is_file);
        let paths: Vec<String> = paths.map(str::to_owned).collect();
        // One that moves is two.
        let is_one = |path: &&String| {
            let same = paths.iter().filter(|other| usual(other) == usual(path));
            same.count() == 1
        };
        let paths: Vec<String> = paths.iter().filter(is_one).cloned().collect();
        if !paths.is_empty() && !self.desks[at].sparse {
            let path = paths[below(dice, paths.len())].clone();
            // Of one file alone nothing would be left.
            let several = paths.len() > 1;
            let is_whole =
                (several && dice.roll(2) == 0) || !self.put_an_item_back(at, &path, dice)?;
            if is_whole && several {
                self.put_a_file_back(at, &path)?;
            }
            return self.commit_reverted(at, op, of, BTreeSet::from([usual(&path)]));
        }
        self.commit_reverted(at, op, of, BTreeSet::new())
    }

    fn commit_reverted(
        &mut self,
        at: usize,
        op: Op,
        of: Oid,
        by_hand: BTreeSet<String>,
    ) -> Outcome {
        if self.ask(at, &["diff", "--cached", "--quiet"]).code == 0 {
            self.run(at, "git", &["revert", "--abort"], &[0, 128])?;
            return self.clean(at);
        }
        let message = format!("Step {}, reverted in part", op.serial);
        let before = self.head(at);
        self.run(at, "git", &["commit", "-q", "-m", &message], &[0, 1])?;
        if self.head(at) == before {
            // The ledger's part of it alone may come to nothing.
            self.run(at, "git", &["revert", "--abort"], &[0, 128])?;
            return self.clean(at);
        }
        let kind = HowKind::Revert { of, by_hand };
        self.learn(at, &How::of(&self.desks[at].name, kind))?;
        self.clean(at)
    }

    fn put_a_file_back(&mut self, at: usize, path: &str) -> Outcome {
        let words = ["restore", "--source=HEAD", "--staged", "--worktree", "--"];
        self.git(at, &[&words[..], &[path]].concat())?;
        let draft = match std::fs::read(self.desks[at].machine.path(path)) {
            Ok(bytes) => Draft::Written(bytes),
            Err(_) => Draft::Removed,
        };
        self.desks[at].dirty.insert(path.to_owned(), draft);
        Ok(())
    }

    /// Whether there is one that the revert brought or took.
    fn put_an_item_back(&mut self, at: usize, path: &str, dice: &mut Dice) -> Outcome<bool> {
        let before = self
            .model
            .node(self.head(at))
            .files
            .get(&usual(path))
            .cloned();
        let (Some((_, before)), true) = (before, self.exists(at, path)) else {
            return Ok(false);
        };
        let (before, mut page) = (Page::cut(&before.text), Page::cut(&self.read(at, path)));
        let mut changed = Vec::new();
        for (field, _) in POOLS.iter().filter(|(field, _)| *field != "locations") {
            let (had, has) = (names(&before, field), names(&page, field));
            let all = had.iter().chain(&has);
            let differ = all.filter(|name| had.contains(name) != has.contains(name));
            changed.extend(differ.map(|name| (*field, name.clone(), had.contains(name))));
        }
        if changed.is_empty() {
            return Ok(false);
        }
        let (field, name, had) = changed[below(dice, changed.len())].clone();
        match had {
            true => give(&mut page, field, &name, dice),
            false => take(&mut page, field, &name),
        }
        self.write(at, path, &page.text());
        self.git(at, &["add", "--", path])?;
        Ok(true)
    }
}
