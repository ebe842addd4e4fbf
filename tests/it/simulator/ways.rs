//! What is done more rarely: reverts, old copies, decisions, other work trees.

use std::collections::{BTreeMap, BTreeSet};

use super::broken::is_whole;
use super::edit::{self, POOLS};
use super::how::{Decision, Settled};
use super::model::{How, HowKind, Item, date_of};
use super::op::{Kind, Op, below};
use super::page::TABLES;
use super::world::{Outcome, World, fail};
use super::written::Draft;
use crate::dice::Dice;

impl World<'_> {
    pub fn revert(&mut self, at: usize, dice: &mut Dice) -> Outcome {
        self.commit_rest(at)?;
        let Some((revision, of, parent)) = self.to_revert(at, dice) else {
            return Ok(());
        };
        let run = self.run(at, "git", &["revert", "--no-edit", &revision], &[0, 1])?;
        if run.code != 0 {
            let unmerged = self.unmerged(at);
            self.judge_stop(at, &[of], parent, HowKind::revert(of), &unmerged)?;
            return self.go_on(at, ("revert", of), unmerged, dice);
        }
        let how = How::of(&self.desks[at].name, HowKind::revert(of)).without_hooks();
        self.learn(at, &how)?;
        self.clean(at)
    }

    pub fn cleanup(&mut self, at: usize, op: Op) -> Outcome {
        self.commit_rest(at)?;
        self.sandbox.pass_days(100);
        if !self.desks[at].hooks {
            return Ok(());
        }
        self.run(at, "metadb", &["tombstone", "cleanup"], &[0])?;
        self.decided(at, op, Decision::default())
    }

    /// Commits what `metadb` changed in the ledger.
    fn decided(&mut self, at: usize, op: Op, decision: Decision) -> Outcome {
        let status = self.ask(at, &["status", "--porcelain"]);
        if status.stdout.is_empty() {
            return Ok(());
        }
        if status.stdout.lines().any(|l| !l.contains("data/ledger/")) {
            return fail("a decision changed more than the ledger", status);
        }
        self.git(at, &["add", "-A"])?;
        self.git(
            at,
            &[
                "commit",
                "-q",
                "-m",
                &format!("Step {}, decided", op.serial),
            ],
        )?;
        let how = How::of(&self.desks[at].name, HowKind::Decision(decision));
        self.learn(at, &how)?;
        self.clean(at)
    }

    /// `metadb sync resolve`, of everything or of one entry.
    pub fn resolve(&mut self, at: usize, op: Op, dice: &mut Dice) -> Outcome {
        self.commit_rest(at)?;
        if !self.desks[at].hooks {
            return Ok(());
        }
        let states = &self.model.node(self.head(at)).states;
        let paths: Vec<String> = states.conflicts().into_iter().collect();
        let settled = match dice.roll(2) == 0 && !paths.is_empty() {
            true => {
                let date = date_of(&paths[below(dice, paths.len())]);
                self.run(at, "metadb", &["sync", "resolve", "Entry", &date], &[0])?;
                Settled::One(date)
            }
            false => {
                self.run(at, "metadb", &["sync", "resolve", "--all"], &[0])?;
                Settled::All
            }
        };
        let settled = Decision {
            settled,
            ..Decision::default()
        };
        self.decided(at, op, settled)
    }

    /// Lets a removed item in again, or has its removal kept for good.
    pub fn restore(&mut self, at: usize, op: Op, dice: &mut Dice) -> Outcome {
        self.commit_rest(at)?;
        let node = self.model.node(self.head(at));
        let sets = |item: &&Item| {
            POOLS.iter().any(|(field, _)| *field == item.1)
                && node.is_active(item)
                && !node.fog.contains(&item.0)
                && !self.files_of(at, &item.0).is_empty()
        };
        let all: Vec<_> = node.rows.keys().filter(sets).cloned().collect();
        if all.is_empty() {
            return Ok(());
        }
        let item = all[below(dice, all.len())].clone();
        let table = TABLES.iter().find(|(field, _)| *field == item.1).unwrap().1;
        let (word, decision) = match op.kind {
            Kind::Keep => (
                "keep",
                Decision {
                    permanent: Some(item.clone()),
                    ..Decision::default()
                },
            ),
            _ => (
                "remove",
                Decision {
                    restored: Some(item.clone()),
                    ..Decision::default()
                },
            ),
        };
        let args = ["tombstone", word, table, &item.0, &item.2];
        self.run(at, "metadb", &args, &[0])?;
        self.decided(at, op, decision)
    }

    /// `metadb restore` of an entry that was deleted: the version that went.
    pub fn undelete(&mut self, at: usize, op: Op, dice: &mut Dice) -> Outcome {
        self.commit_rest(at)?;
        if self.desks[at].sparse {
            return Ok(());
        }
        let mut gone: BTreeMap<String, BTreeSet<(String, String)>> = BTreeMap::new();
        let (mut open, mut seen) = (vec![self.head(at)], BTreeSet::new());
        while let Some(commit) = open.pop() {
            let node = self.model.node(commit);
            for parent in &node.parents {
                let before = self.model.node(*parent);
                for (path, (_, file)) in &before.files {
                    let entry = path.starts_with("journal/")
                        && self.files_of(at, &date_of(path)).is_empty();
                    if entry && !node.files.contains_key(path) {
                        let version = (before.place_of(path).to_owned(), file.text.clone());
                        gone.entry(path.clone()).or_default().insert(version);
                    }
                }
                if seen.insert(*parent) {
                    open.push(*parent);
                }
            }
        }
        let Some((path, versions)) = gone.iter().nth(below(dice, gone.len().max(1))) else {
            return Ok(());
        };
        // Of a version that cannot be read, the last one that could is the entry's.
        if !versions.iter().all(|(_, text)| is_whole(path, text)) {
            return Ok(());
        }
        let date = date_of(path);
        self.run(at, "metadb", &["restore", "Entry", &date], &[0])?;
        let files = self.files_of(at, &date);
        let [path] = &files[..] else {
            return fail("not one file came back", format!("{path}: {files:?}"));
        };
        if !versions.contains(&(path.clone(), self.read(at, path))) {
            return fail("another version came back", path);
        }
        let there = std::fs::read(self.desks[at].machine.path(path)).unwrap();
        let dirty = &mut self.desks[at].dirty;
        dirty.insert(path.clone(), Draft::Written(there));
        self.clean(at)?;
        self.commit(at, op, dice)
    }

    pub fn sparse(&mut self, at: usize) -> Outcome {
        self.commit_rest(at)?;
        // Files whose stamps git does not know yet would stay.
        self.ask(at, &["status"]);
        match self.desks[at].sparse {
            true => self.git(at, &["sparse-checkout", "disable"])?,
            false => {
                let folders = ["/*", "!/journal/md/2023/"];
                self.git(
                    at,
                    &[&["sparse-checkout", "set", "--no-cone"], &folders[..]].concat(),
                )?
            }
        };
        self.desks[at].sparse ^= true;
        Ok(())
    }

    pub fn worktree(&mut self, at: usize, op: Op, dice: &mut Dice) -> Outcome {
        self.commit_rest(at)?;
        if self.desks[at].sparse {
            return Ok(());
        }
        let folder = format!("../{}-{}", self.desks[at].name, op.serial);
        self.git(at, &["worktree", "add", "-q", "-b", "linked", &folder])?;
        let Some(path) = self.some_entry(at, dice) else {
            return Ok(());
        };
        // Another mark than those of the edits here.
        let text = edit::edit(&self.read(at, &path), dice, op.serial * 10 + 9);
        let linked = self.linked(at, &folder, &path, &text, op);
        linked?;
        self.edit(at, op, dice)?;
        self.commit_rest(at)?;
        self.git(at, &["worktree", "remove", &folder])?;
        self.merge_linked(at, dice)?;
        self.git(at, &["branch", "-q", "-D", "linked"])?;
        Ok(())
    }

    fn merge_linked(&mut self, at: usize, dice: &mut Dice) -> Outcome {
        let other = self.oid(at, "refs/heads/linked").unwrap();
        self.merge(at, &["merge", "-q", "--no-edit", "linked"], other, dice)
    }

    /// An edit and a commit in a linked worktree.
    fn linked(&mut self, at: usize, folder: &str, path: &str, text: &str, op: Op) -> Outcome {
        let inside = format!("{folder}/{path}");
        self.write(at, &inside, text);
        let draft = self.desks[at].dirty.remove(&inside).unwrap();
        if self
            .ask(at, &["-C", folder, "status", "--porcelain"])
            .stdout
            .is_empty()
        {
            return Ok(());
        }
        let message = format!("Step {}, linked", op.serial);
        self.run(
            at,
            "git",
            &["-C", folder, "commit", "-q", "-a", "-m", &message],
            &[0],
        )?;
        let status = self.ask(at, &["-C", folder, "status", "--porcelain"]);
        if !status.stdout.is_empty() {
            return fail("git status is not clean", status);
        }
        let commit = self.oid(at, "refs/heads/linked").unwrap();
        self.is_in(at, commit, path, &draft)?;
        let mut how = How::ordinary(&self.desks[at].name);
        how.hooks = self.desks[at].hooks;
        self.learn_commit(at, commit, &how)
    }
}
