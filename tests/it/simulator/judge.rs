//! What came of a meeting of two versions: a merge, a pick, a revert, a draft that comes
//! back. Judged where it ends, and where it stops in conflict.

use std::collections::{BTreeMap, BTreeSet};

use git2::Oid;

use super::expect;
use super::lost;
use super::met::{fog_of, rows_met};
use super::model::{Counts, How, HowKind, Item, Node, date_of};
use super::rows::Rows;
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
    let files = sides.iter().chain(bases).flat_map(|s| s.files.keys());
    for path in files.collect::<BTreeSet<_>>() {
        if node.fog.contains(&date_of(path)) || by_hand.contains(path) {
            counts.unknown += 1;
            continue;
        }
        meeting.ask(path, |versions, known| {
            match versions.trivial() {
                Some(_) => counts.taken += 1,
                None if versions.is_criss_cross() => counts.unknown += 1,
                None => counts.met += 1,
            }
            expect::clean(versions, node.files.get(path), known)
        })?;
    }
    lost::marks(node, bases, [ours, theirs], by_hand)
}

/// Judges what stopped in conflict: what git calls conflicts must be some, and all that
/// must be is among them. By path, what stands in the work tree.
fn stopped(
    bases: &[Node],
    ours: &Node,
    theirs: &Node,
    how: &How,
    conflicts: &BTreeMap<String, Option<String>>,
    counts: &mut Counts,
) -> Outcome {
    let sides = [ours.clone(), theirs.clone()];
    let fog = fog_of(bases, &sides);
    let rows = rows_met(bases, &sides, how);
    let meeting = Meeting {
        bases,
        ours,
        theirs,
        how,
        rows: &rows,
    };
    for (path, text) in conflicts {
        if path.contains("ledger") && meeting.knows() {
            return fail("a ledger in conflict", path);
        }
        if fog.contains(&date_of(path)) || bases.len() > 1 {
            counts.unknown += 1;
            continue;
        }
        counts.stopped += 1;
        meeting.ask(path, |versions, known| {
            expect::conflict(versions, text.as_deref(), known)
        })?;
    }
    Ok(())
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
        let machine = &self.desks[at].machine;
        let text = |path: &String| machine.exists(path).then(|| machine.read(path));
        let conflicts = unmerged.iter().map(|path| (path.clone(), text(path)));
        let conflicts = conflicts.collect();
        let counts = &mut self.model.counts;
        stopped(&bases, &ours, &theirs, &how, &conflicts, counts).map_err(|failure| {
            let place = format!("{} after {}", self.desks[at].name, self.sandbox.now());
            super::world::Failure {
                detail: format!("{place}, {:?}: {}", how.kind, failure.detail),
                ..failure
            }
        })
    }
}
