//! Files of older commits that are written back: which of them the hook before a commit
//! refuses.

use std::collections::BTreeSet;

use git2::{ObjectType, Oid, Repository};

use super::model::{Item, Model, Node, date_of};
use super::op::Op;
use super::page::{Said, TABLES};
use super::place::usual;
use super::world::{Outcome, World, fail};
use crate::dice::Dice;
use crate::sandbox::Run;

impl Model {
    /// Whether a file that is committed on top of `head` is a stale copy: an older version,
    /// which undoes a removal and something else as well. `None` if that is not known.
    fn is_stale(&mut self, repo: &Repository, head: Oid, path: &str, blob: Oid) -> Option<bool> {
        let now = self.file(repo, blob);
        let node = self.node(head);
        if node.fog.contains(&date_of(path)) {
            return None;
        }
        let (Some(before), Some(now)) = (node.said(path), &now.said) else {
            return Some(false);
        };
        let item = |(field, name): &(String, String)| -> Item {
            (date_of(path), field.clone(), name.clone())
        };
        let new = now.names.difference(&before.names);
        let back: BTreeSet<_> = new.filter(|name| node.is_active(&item(name))).collect();
        Some(
            !back.is_empty() && undoes_more(before, now, &back) && self.was_there(head, path, blob),
        )
    }

    fn was_there(&self, head: Oid, path: &str, blob: Oid) -> bool {
        let (mut open, mut seen) = (vec![head], BTreeSet::new());
        while let Some(commit) = open.pop() {
            let node = self.node(commit);
            if node.files.get(path).is_some_and(|(id, _)| *id == blob) {
                return true;
            }
            open.extend(node.parents.iter().filter(|p| seen.insert(**p)));
        }
        false
    }
}

/// Whether something differs but the stamp, the count of words and the items that are back.
fn undoes_more(before: &Said, now: &Said, back: &BTreeSet<&(String, String)>) -> bool {
    let keys = before.fields.keys().chain(now.fields.keys());
    let differs = |key: &&String| {
        let of = |side: &Said| side.fields.get(*key).filter(|v| !v.is_null()).cloned();
        !["updated", "word_count"].contains(&key.as_str()) && of(before) != of(now)
    };
    let only_back = |key: &String| {
        let field = match key.as_str() {
            "manuscript" => "themes",
            field => field,
        };
        let of = |side: &Said| -> BTreeSet<(String, String)> {
            let names = side.names.iter().filter(|(f, _)| f == field);
            names.cloned().collect()
        };
        let (had, has) = (of(before), of(now));
        // Of a manuscript, all but its themes is an edit like any other.
        let rest = |side: &Said| {
            let map = side.fields.get(key).and_then(|v| v.as_object()).cloned();
            map.map(|mut map| {
                map.remove("themes");
                map
            })
        };
        if key == "manuscript" && rest(before) != rest(now) {
            return false;
        }
        TABLES.iter().any(|(f, _)| *f == field)
            && back.iter().any(|(f, _)| f == field)
            && has.is_superset(&had)
            && has.difference(&had).all(|item| back.contains(item))
    };
    let body = |side: &Said| side.page.body.trim_end().to_owned();
    keys.filter(differs).any(|key| !only_back(key)) || body(before) != body(now)
}

impl World<'_> {
    pub fn stale(&mut self, at: usize, op: Op, dice: &mut Dice) -> Outcome {
        self.commit_rest(at)?;
        let Some(path) = self.some_entry(at, dice) else {
            return Ok(());
        };
        let old = self.oid(at, &format!("HEAD~{}", 1 + dice.roll(6)));
        let Some(old) = old.and_then(|o| self.model.node(o).files.get(&usual(&path)).cloned())
        else {
            return Ok(());
        };
        if !old.1.is_whole(&path) {
            return Ok(());
        }
        self.write(at, &path, &old.1.text);
        self.clean(at)?;
        if self.desks[at].dirty.is_empty() {
            return Ok(());
        }
        let (before, message) = (self.head(at), format!("Step {}", op.serial));
        let run = self.run(at, "git", &["commit", "-q", "-a", "-m", &message], &[0, 1])?;
        if run.code == 0 {
            self.none_is_stale(at, before)?;
            let hooks = self.desks[at].hooks;
            return self.committed(at, hooks);
        }
        self.is_refused(at, before, &run)?;
        match dice.roll(2) {
            0 => {
                let words = ["restore", "--staged", "--worktree", "--source=HEAD", "--"];
                self.git(at, &[&words[..], &[&path]].concat())?;
                self.desks[at].dirty.clear();
                self.clean(at)
            }
            _ => {
                self.git(at, &["commit", "-q", "-a", "--no-verify", "-m", &message])?;
                self.committed(at, false)
            }
        }
    }

    /// The hook let HEAD through, on top of `before`: no file of it is a stale copy.
    pub fn none_is_stale(&mut self, at: usize, before: Oid) -> Outcome {
        let head = self.head(at);
        if !self.desks[at].hooks || head == before {
            return Ok(());
        }
        let new = self.model.read(&self.desks[at].repo, head);
        for (path, (blob, _)) in &new.files {
            if !changed(self.model.node(before), path, *blob) {
                continue;
            }
            let repo = &self.desks[at].repo;
            if self.model.is_stale(repo, before, path, *blob) == Some(true) {
                return fail("a stale copy was committed", path);
            }
        }
        Ok(())
    }

    /// A commit on top of `head` was refused: some file of it is a stale copy.
    pub fn is_refused(&mut self, at: usize, head: Oid, run: &Run) -> Outcome {
        if !run.stderr.contains("a copy of") {
            return fail("a commit was refused", run);
        }
        let paths: Vec<String> = self.desks[at].dirty.keys().cloned().collect();
        let mut index = self.desks[at].repo.index().unwrap();
        index.read(false).unwrap();
        for path in paths {
            let staged = index.get_path(path.as_ref(), 0).map(|entry| entry.id);
            let bytes = std::fs::read(self.desks[at].machine.path(&path)).unwrap_or_default();
            let there = Oid::hash_object(ObjectType::Blob, &bytes).unwrap();
            let repo = &self.desks[at].repo;
            for blob in staged.into_iter().chain([there]) {
                if repo.odb().unwrap().exists(blob)
                    && changed(self.model.node(head), &path, blob)
                    && self.model.is_stale(repo, head, &usual(&path), blob) != Some(false)
                {
                    return Ok(());
                }
            }
        }
        fail("a commit was refused for no stale copy", run)
    }
}

fn changed(node: &Node, path: &str, blob: Oid) -> bool {
    let before = node.files.get(&usual(path)).map(|(id, _)| *id);
    path.starts_with("journal/") && before.is_some_and(|before| before != blob)
}
