//! What came of a meeting of two versions: a merge, a pick, a revert, a draft that comes
//! back. Judged where it ends, and where it stops in conflict.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use git2::{ObjectType, Oid};

use super::broken::has_markers;
use super::expect;
use super::lost;
use super::met::{fog_of, rows_met};
use super::model::{Counts, How, HowKind, Item, Node, date_of};
use super::page::File;
use super::place::usual;
use super::rows::Rows;
use super::sight::Sight;
use super::world::{Outcome, World, fail};

/// Two versions, what they grew from, and the removals that whoever merges knows of.
struct Meeting<'m> {
    bases: &'m [Node],
    ours: &'m Node,
    theirs: &'m Node,
    how: &'m How,
    rows: &'m Rows,
}

impl Meeting<'_> {
    /// Where git does not say what it merges, no removal is known.
    fn knows(&self) -> bool {
        !matches!(self.how.kind, HowKind::Pick { .. } | HowKind::Revert { .. })
    }

    fn is_replay(&self) -> bool {
        matches!(self.how.kind, HowKind::Replay { .. })
    }

    fn is_active(&self, item: &Item) -> bool {
        let rows = self.rows.get(item);
        rows.is_some_and(|rows| rows.values().any(|active| *active))
    }

    /// Asks about one path, with what is known of its items.
    fn ask(
        &self,
        path: &str,
        judge: impl FnOnce(&expect::Versions, expect::Known<'_>) -> Outcome,
    ) -> Outcome {
        let date = date_of(path);
        let item = |field: &str, item: &str| (date.clone(), field.to_owned(), item.to_owned());
        let active = |field: &str, name: &str| {
            let item = item(field, name);
            // What stands against a removal where a pick is put is none of the pick's.
            let stands = self.is_replay() && self.ours.has(&item) && self.ours.is_active(&item);
            self.knows() && self.is_active(&item) && !stands
        };
        // One side removed it, and the other undid all of these removals.
        let put_back = |field: &str, name: &str| {
            let item = item(field, name);
            let was_active = self.ours.is_active(&item) || self.theirs.is_active(&item);
            self.knows() && !self.is_replay() && was_active && !self.is_active(&item)
        };
        let known = expect::Known {
            active: &active,
            put_back: &put_back,
        };
        let versions = expect::Versions::of(path, self.bases, self.ours, self.theirs);
        judge(&versions, known)
    }
}

/// Judges a commit that two versions met in.
pub fn ended(
    node: &Node,
    bases: &[Node],
    sides: &[Node],
    how: &How,
    sight: &Sight,
    counts: &mut Counts,
) -> Outcome {
    let by_hand = match &how.kind {
        HowKind::Merge { by_hand }
        | HowKind::Squash { by_hand, .. }
        | HowKind::Replay { by_hand, .. }
        | HowKind::Pick { by_hand, .. }
        | HowKind::Revert { by_hand, .. } => by_hand,
        _ => return Ok(()),
    };
    let [ours, theirs] = sides else { return Ok(()) };
    let meeting = Meeting {
        bases,
        ours,
        theirs,
        how,
        rows: &node.rows,
    };
    let mut unasked = by_hand.clone();
    let files = sides.iter().chain(bases).flat_map(|s| s.files.keys());
    for path in files.collect::<BTreeSet<_>>() {
        if node.fog.contains(&date_of(path)) || by_hand.contains(path) {
            counts.unknown += 1;
            continue;
        }
        meeting.ask(path, |versions, known| {
            let found = node.files.get(path);
            if let (Some(sides), None) = (sight.lost.get(&date_of(path)), versions.trivial()) {
                counts.unknown += 1;
                counts.unseen += 1;
                unasked.insert(path.clone());
                return versions.unseen(*sides, found);
            }
            counts.refiled += usize::from(versions.moved());
            match versions.trivial() {
                Some(_) => counts.taken += 1,
                None if versions.is_criss_cross() => counts.unknown += 1,
                None => counts.met += 1,
            }
            versions.place(node.place_if_there(path))?;
            expect::clean(versions, found, known)
        })?;
    }
    lost::marks(node, bases, [ours, theirs], &unasked)
}

/// Judges what stopped in conflict: what git calls conflicts must be some, and all that
/// must be is among them. By usual path, what stands in the work tree.
fn stopped(
    bases: &[Node],
    sides: &[Node; 2],
    how: &How,
    sight: &Sight,
    conflicts: &BTreeMap<String, Vec<String>>,
    counts: &mut Counts,
) -> Outcome {
    let [ours, theirs] = sides;
    let mut fog = fog_of(bases, sides);
    fog.extend(sight.mistaken.iter().cloned());
    let rows = rows_met(bases, sides, how);
    let meeting = Meeting {
        bases,
        ours,
        theirs,
        how,
        rows: &rows,
    };
    for (path, texts) in conflicts {
        if path.contains("ledger") && meeting.knows() {
            return fail("a ledger in conflict", path);
        }
        if fog.contains(&date_of(path)) || bases.len() > 1 {
            counts.unknown += 1;
            continue;
        }
        if let Some(moved) = sight.lost.get(&date_of(path)) {
            counts.unknown += 1;
            counts.unseen += 1;
            if *moved == 1 {
                lost::unseen(path, bases, sides, texts)?;
            }
            continue;
        }
        counts.stopped += 1;
        meeting.ask(path, |versions, known| {
            counts.refiled += usize::from(versions.moved());
            if texts.is_empty() {
                return expect::conflict(versions, None, known);
            }
            // A file that both sides moved, each to another place, is at both.
            texts.iter().try_for_each(|text| {
                match sight.apart.contains(&date_of(path)) && !has_markers(text) {
                    true => expect::clean(versions, Some(&of_text(text)), known),
                    false => expect::conflict(versions, Some(text), known),
                }
            })
        })?;
    }
    Ok(())
}

/// A file with this text, as git would have it.
fn of_text(text: &str) -> (Oid, Rc<File>) {
    let id = Oid::hash_object(ObjectType::Blob, text.as_bytes()).unwrap();
    (id, Rc::new(File::read(text)))
}

impl World<'_> {
    /// Judges a merge of two commits that stopped.
    pub fn judge_merge(
        &mut self,
        at: usize,
        ours: Oid,
        theirs: Oid,
        unmerged: &BTreeSet<String>,
    ) -> Outcome {
        let bases = self.desks[at].repo.merge_bases(ours, theirs);
        let bases = bases.map(|all| all.to_vec()).unwrap_or_default();
        let kind = HowKind::Merge {
            by_hand: BTreeSet::new(),
        };
        self.judge_stop(at, &bases, theirs, kind, unmerged)
    }

    /// Judges what came to a stop on top of HEAD, by what stands in the work tree.
    pub fn judge_stop(
        &mut self,
        at: usize,
        bases: &[Oid],
        theirs: Oid,
        kind: HowKind,
        unmerged: &BTreeSet<String>,
    ) -> Outcome {
        if !self.desks[at].hooks {
            return Ok(());
        }
        let how = How::of(&self.desks[at].name, kind);
        let ours = self.model.node(self.head(at)).clone();
        let theirs = match self.model.nodes.get(&theirs) {
            Some(node) => node.clone(),
            // A draft that was put aside.
            None => self.model.read(&self.desks[at].repo, theirs),
        };
        let bases: Vec<_> = bases.iter().map(|b| self.model.node(*b).clone()).collect();
        let sides = [ours, theirs];
        let sight = Sight::of(&self.desks[at].repo, &bases, &sides);
        let machine = &self.desks[at].machine;
        let text = |path: &String| machine.exists(path).then(|| machine.read(path));
        // An entry that moved may be at several places.
        let texts = |path: &String| {
            let mut places: BTreeSet<String> = [path.clone()].into();
            if path.starts_with("journal/") {
                places.extend(self.files_of(at, &date_of(path)));
            }
            (usual(path), places.iter().filter_map(text).collect())
        };
        let conflicts: BTreeMap<_, _> = unmerged.iter().map(texts).collect();
        let counts = &mut self.model.counts;
        stopped(&bases, &sides, &how, &sight, &conflicts, counts).map_err(|failure| {
            let place = format!("{} after {}", self.desks[at].name, self.sandbox.now());
            super::world::Failure {
                detail: format!("{place}, {:?}: {}", how.kind, failure.detail),
                ..failure
            }
        })
    }
}
