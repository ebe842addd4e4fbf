//! What must be in each commit, known from what was done alone: who added and
//! removed which item, on top of what. The ledger's files are never read here.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use git2::{ObjectType, Oid, Repository, TreeWalkMode, TreeWalkResult};

use super::broken::has_markers;
use super::judge;
use super::met::{moved, rows_met};
use super::page::{File, Said, known_as};
use super::partly::left_as_they_are;
use super::place::sorted;
use super::rows::{
    Rows, kept_by_hand, kept_out, let_in_without_rows, own_rows, permanent, rows_of_an_amend,
    settle_what_a_pick_takes_out, unstored,
};
use super::sight::Sight;
use super::states::{States, fog_what_is_taken_back, states};
use super::world::{Outcome, fail};

pub use super::how::{How, HowKind};

/// The date of an entry, a field, and an item of it.
pub type Item = (String, String, String);

/// A commit.
#[derive(Debug, Clone, Default)]
pub struct Node {
    pub id: Option<Oid>,
    pub parents: Vec<Oid>,
    /// The commit that it was before the first rebase: the author and the time of both
    /// are the same.
    pub first: Option<Oid>,
    /// Each by its usual path.
    pub files: BTreeMap<String, (Oid, Rc<File>)>,
    /// Where those of them are that are elsewhere.
    pub places: BTreeMap<String, String>,
    /// Entries of which there is a second file.
    pub twins: BTreeSet<String>,
    pub rows: Rows,
    /// Those that history tells and no ledger has yet.
    pub unstored: BTreeSet<(Item, String)>,
    /// Removals that kept an item out of a merge, each with the side that had it: who
    /// adds it again, and did not know, is kept out again. Whether a person settled it.
    pub kept: BTreeMap<(Item, String, Oid), bool>,
    /// Removals that never expire.
    pub permanent: BTreeSet<(Item, String)>,
    /// Removals of which this model does not know whether they expire.
    pub perhaps_permanent: BTreeSet<Item>,
    /// The edits of each text that stand side by side.
    pub states: States,
    /// Entries of which this model does not know the removals.
    pub fog: BTreeSet<String>,
}

impl Node {
    pub fn said(&self, path: &str) -> Option<&Said> {
        self.files.get(path)?.1.said.as_ref()
    }

    pub fn has(&self, item: &Item) -> bool {
        let said = self.said(&path_of(&item.0));
        said.is_some_and(|s| s.names.contains(&(item.1.clone(), item.2.clone())))
    }

    /// The ways in which an item stands in its file.
    pub fn spellings(&self, (date, field, name): &Item) -> BTreeSet<&str> {
        let said = self.said(&path_of(date)).into_iter();
        let all = said.flat_map(|s| &s.items);
        all.filter(|(of, item)| of == field && known_as(of, item) == *name)
            .map(|(_, item)| item.as_str())
            .collect()
    }

    pub fn is_active(&self, item: &Item) -> bool {
        self.rows
            .get(item)
            .is_some_and(|rows| rows.values().any(|a| *a))
    }

    pub fn items(&self) -> BTreeSet<Item> {
        let mut all = BTreeSet::new();
        for (path, (_, file)) in &self.files {
            for (field, item) in file.said.iter().flat_map(|s| &s.names) {
                all.insert((date_of(path), field.clone(), item.clone()));
            }
        }
        all
    }

    pub fn tokens(&self) -> BTreeSet<u32> {
        self.files
            .values()
            .flat_map(|(_, f)| &f.tokens)
            .copied()
            .collect()
    }
}

pub fn date_of(path: &str) -> String {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.trim_end_matches(".md").to_owned()
}

pub fn path_of(date: &str) -> String {
    crate::sandbox::entry(date)
}

/// At least so many files that both sides had changed are judged in ten histories.
const MET: usize = 20;

/// How many merged files were compared with what must come out.
#[derive(Debug, Clone, Copy, Default)]
pub struct Counts {
    /// Both sides had changed these.
    pub met: usize,
    /// One side had.
    pub taken: usize,
    /// These stopped in conflict.
    pub stopped: usize,
    /// Nothing is known of these.
    pub unknown: usize,
    /// Those of the judged that a side moved to another folder.
    pub refiled: usize,
    /// Those of the unknown that moved and of which git saw no move.
    pub unseen: usize,
    /// Entries at the end of a history.
    pub entries: usize,
    /// Those of them of whose removals nothing is known.
    pub foggy: usize,
}

impl Counts {
    pub fn add(&mut self, other: Self) {
        self.met += other.met;
        self.taken += other.taken;
        self.stopped += other.stopped;
        self.unknown += other.unknown;
        self.refiled += other.refiled;
        self.unseen += other.unseen;
        self.entries += other.entries;
        self.foggy += other.foggy;
    }

    /// Whether so much was known that the histories have shown something.
    pub fn see(&self, histories: usize) -> bool {
        (self.met + self.stopped) * 10 >= MET * histories
            && self.unknown <= 2 * (self.met + self.stopped)
            && self.foggy * 2 <= self.entries
    }
}

#[derive(Default)]
pub struct Model {
    pub nodes: BTreeMap<Oid, Node>,
    /// Ordinary commits, which may be amended.
    pub plain: BTreeSet<Oid>,
    /// Those of them that hooks saw.
    pub recorded: BTreeSet<Oid>,
    /// Entries of which nothing will be known in the next commit.
    pub fog_of_the_next: BTreeSet<String>,
    files: BTreeMap<Oid, Rc<File>>,
    pub counts: Counts,
}

impl Model {
    pub fn node(&self, commit: Oid) -> &Node {
        &self.nodes[&commit]
    }

    /// What a file says.
    pub fn file(&mut self, repo: &Repository, id: Oid) -> Rc<File> {
        let file = self.files.entry(id).or_insert_with(|| {
            let blob = repo.find_blob(id).unwrap();
            Rc::new(File::read(&String::from_utf8_lossy(blob.content())))
        });
        Rc::clone(file)
    }

    /// The files of a commit, and nothing that is known of it.
    pub fn read(&mut self, repo: &Repository, commit: Oid) -> Node {
        let commit = repo.find_commit(commit).unwrap();
        let mut files = BTreeMap::new();
        let tree = commit.tree().unwrap();
        tree.walk(TreeWalkMode::PreOrder, |folder, entry| {
            let path = format!("{folder}{}", entry.name().unwrap_or_default());
            let ours = path.starts_with("journal/md/") || path.starts_with("wiki/entries/");
            if ours && path.ends_with(".md") && entry.kind() == Some(ObjectType::Blob) {
                files.insert(path, entry.id());
            }
            TreeWalkResult::Ok
        })
        .unwrap();
        let (files, twins) = sorted(files);
        let mut node = Node {
            id: Some(commit.id()),
            parents: commit.parent_ids().collect(),
            twins,
            ..Node::default()
        };
        for (usual, (place, id)) in files {
            node.files.insert(usual.clone(), (id, self.file(repo, id)));
            if place != usual {
                node.places.insert(usual, place);
            }
        }
        node
    }

    /// Takes in a commit, and judges it.
    pub fn learn(&mut self, repo: &Repository, commit: Oid, how: &How) -> Outcome {
        if self.nodes.contains_key(&commit) {
            return Ok(());
        }
        let mut node = self.read(repo, commit);
        if let HowKind::Fixup { of } = how.kind {
            return self.learn_fixup(node, of);
        }
        let files = node.files.clone();
        for (path, (_, file)) in &files {
            if file.is_whole(path) {
                continue;
            }
            if !self.may_be_broken(&node, how, path) {
                let what = match has_markers(&file.text) {
                    true => "markers were committed",
                    false => "an entry cannot be read",
                };
                return fail(what, format!("{path}\n{}", file.text));
            }
            node.fog.insert(date_of(path));
        }
        node.first = match &how.kind {
            HowKind::Replay { of, .. } => self.node(*of).first,
            _ => how.anew.map_or(Some(commit), |of| self.node(of).first),
        };
        let parents: Vec<Node> = node.parents.iter().map(|p| self.node(*p).clone()).collect();
        for parent in &parents {
            node.fog.extend(parent.fog.iter().cloned());
        }
        let (sides, bases) = self.sides(repo, &node, how);
        let sight = Sight::of(repo, &bases, &sides);
        for side in &sides {
            node.fog.extend(side.fog.iter().cloned());
        }
        node.fog.append(&mut self.fog_of_the_next);
        node.fog.extend(node.twins.iter().map(|path| date_of(path)));
        if sides.len() > 1 {
            node.fog.extend(moved(&bases, &sides));
            node.fog.extend(sight.mistaken.iter().cloned());
            self.fog_a_pick(&mut node, &sides, how);
        }
        node.rows = rows_met(&bases, &sides, how);
        if let (HowKind::Replay { .. }, [from], [on, of]) = (&how.kind, &bases[..], &sides[..]) {
            // What it removed from a file that is not there any more is told by nothing.
            let gone = |path: &&String| !on.files.contains_key(*path);
            node.fog
                .extend(of.files.keys().filter(gone).map(|p| date_of(p)));
            if !node
                .first
                .is_some_and(|first| self.recorded.contains(&first))
            {
                let_in_without_rows(&mut node, from, on);
            }
        }
        permanent(&mut node, &sides, &bases, how);
        for side in &sides {
            for (key, settled) in &side.kept {
                *node.kept.entry(key.clone()).or_default() |= settled;
            }
        }
        if sides.len() > 1 {
            judge::ended(&node, &bases, &sides, how, &sight, &mut self.counts)?;
        }
        own_rows(&mut node, &parents, &sides, commit, how);
        kept_by_hand(&mut node, &bases, &sides, how);
        if let Some(replaced) = how.instead_of {
            rows_of_an_amend(&mut node, &parents, self.node(replaced), how);
        }
        if let (HowKind::Revert { .. }, [on], true) = (&how.kind, &parents[..], how.hooks) {
            left_as_they_are(&mut node, on);
        }
        node.unstored = unstored(&node, &sides, how);
        match (&how.kind, &sides[..]) {
            (_, [] | [_]) => {}
            // What a revert does not bring back a person leaves out.
            (HowKind::Revert { .. }, _) if how.hooks => {}
            // A pick's own removals are made on top of what is there.
            (HowKind::Replay { .. }, [_, of @ ..]) => {
                kept_out(&mut node, &bases, of);
                if let ([from], [of]) = (&bases[..], of) {
                    let is_in = |side, of| {
                        side == of || repo.graph_descendant_of(of, side).unwrap_or(false)
                    };
                    let of_branch = |side| of.id.is_some_and(|of| is_in(side, of));
                    settle_what_a_pick_takes_out(&mut node, from, of, &of_branch);
                }
            }
            _ => kept_out(&mut node, &bases, &sides),
        }
        node.states = states(&node, &parents, &bases, &sides, commit, how);
        if let Some(replaced) = how.instead_of {
            let replaced = self.node(replaced);
            node.states = fog_what_is_taken_back(&node, &parents, replaced);
        }
        if matches!(how.kind, HowKind::Ordinary) {
            self.plain.insert(commit);
            if how.hooks {
                self.recorded.insert(commit);
            }
        }
        self.nodes.insert(commit, node);
        Ok(())
    }

    fn learn_fixup(&mut self, node: Node, of: Oid) -> Outcome {
        let commit = node.id.unwrap();
        let second = self.node(of).clone();
        let ids = |node: &Node| -> Vec<Oid> { node.files.values().map(|(id, _)| *id).collect() };
        let same = node.files.keys().eq(second.files.keys()) && node.places == second.places;
        if !same || ids(&node) != ids(&second) {
            return fail("a fixup is not what was written", commit);
        }
        let node = Node {
            id: node.id,
            parents: node.parents,
            first: node.id,
            ..second
        };
        self.plain.insert(commit);
        self.recorded.insert(commit);
        self.nodes.insert(commit, node);
        Ok(())
    }

    /// Whether a phone committed markers in this file, here or in what this grew from.
    fn may_be_broken(&self, node: &Node, how: &How, path: &String) -> bool {
        let grew_from = match &how.kind {
            HowKind::Foreign { by_hand } if by_hand.contains(path) => return true,
            HowKind::Squash { other: of, .. }
            | HowKind::Replay { of, .. }
            | HowKind::Pick { of, .. }
            | HowKind::Revert { of, .. } => Some(of),
            _ => None,
        };
        let mut all = node.parents.iter().chain(grew_from);
        all.any(|commit| {
            let file = self.node(*commit).files.get(path);
            file.is_some_and(|(_, file)| !file.is_whole(path))
        })
    }

    /// The versions that were merged, and what they grew from. One that is not a
    /// merge has one side.
    fn sides(&self, repo: &Repository, node: &Node, how: &How) -> (Vec<Node>, Vec<Node>) {
        let nodes = |ids: &[Oid]| ids.iter().map(|id| self.node(*id).clone()).collect();
        let bases = |a: Oid, b: Oid| -> Vec<Oid> {
            repo.merge_bases(a, b)
                .map(|all| all.iter().copied().collect())
                .unwrap_or_default()
        };
        let first = |id: Oid| self.node(id).parents.first().copied();
        match (&how.kind, node.parents.as_slice()) {
            (HowKind::Squash { other, .. }, [head]) => {
                (nodes(&[*head, *other]), nodes(&bases(*head, *other)))
            }
            (HowKind::Replay { of, .. } | HowKind::Pick { of, .. }, [head]) => (
                nodes(&[*head, *of]),
                first(*of).iter().map(|id| self.node(*id).clone()).collect(),
            ),
            (HowKind::Revert { of, .. }, [head]) => {
                let before: Vec<Oid> = [*head].into_iter().chain(first(*of)).collect();
                (nodes(&before), nodes(&[*of]))
            }
            (_, [a, b]) => (nodes(&[*a, *b]), nodes(&bases(*a, *b))),
            (_, [a, b, others @ ..]) => {
                let all = [a, b].into_iter().chain(others).copied();
                let base = all.reduce(|a, b| repo.merge_base(a, b).unwrap());
                (
                    nodes(&node.parents),
                    base.iter().map(|b| self.node(*b).clone()).collect(),
                )
            }
            (_, parents) => (nodes(parents), Vec::new()),
        }
    }

    /// What a pick carries along of other entries' rows depends on which of them
    /// were stored when.
    fn fog_a_pick(&self, node: &mut Node, sides: &[Node], how: &How) {
        if matches!(how.kind, HowKind::Pick { .. }) {
            for item in sides.iter().flat_map(|s| s.rows.keys()) {
                node.fog.insert(item.0.clone());
            }
        }
    }
}
