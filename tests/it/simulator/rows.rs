//! Removals, as they come of each commit and meet in merges.

use std::collections::{BTreeMap, BTreeSet};

use git2::Oid;

use super::model::{How, HowKind, Item, Node, path_of};

/// The removals of each item, by id, and whether they keep it out.
pub type Rows = BTreeMap<Item, BTreeMap<String, bool>>;

/// Restored wins; a row that the base has and a side lacks was taken back there.
pub fn merge_rows(base: &Rows, ours: &Rows, theirs: &Rows) -> Rows {
    let mut out = Rows::new();
    let ids = |rows: &Rows| -> BTreeSet<(Item, String)> {
        let all = rows
            .iter()
            .flat_map(|(i, r)| r.keys().map(|id| (i.clone(), id.clone())));
        all.collect()
    };
    for (item, id) in ids(base).into_iter().chain(ids(ours)).chain(ids(theirs)) {
        let of = |rows: &Rows| rows.get(&item).and_then(|r| r.get(&id)).copied();
        let (o, a, b) = (of(base), of(ours), of(theirs));
        let active = match (a, b) {
            (Some(a), Some(b)) if o == Some(a) => b,
            (Some(a), Some(b)) if o == Some(b) => a,
            (Some(a), Some(b)) => a && b,
            (Some(one), None) | (None, Some(one)) => one && o.is_none(),
            (None, None) => false,
        };
        out.entry(item).or_default().insert(id, active);
    }
    out
}

pub fn row(node: &Node, (item, id): &(Item, String)) -> Option<bool> {
    node.rows.get(item)?.get(id).copied()
}

/// The rows that no ledger has yet: those of commits without hooks, until one with
/// hooks stores them.
pub fn unstored(node: &Node, sides: &[Node], how: &How) -> BTreeSet<(Item, String)> {
    if how.stores() {
        return BTreeSet::new();
    }
    let stored = |key: &(Item, String)| {
        let mut sides = sides.iter();
        sides.any(|s| row(s, key).is_some() && !s.unstored.contains(key))
    };
    let all = node.rows.iter();
    let all = all.flat_map(|(item, rows)| rows.keys().map(|id| (item.clone(), id.clone())));
    all.filter(|key| !stored(key)).collect()
}

fn told(commit: Oid, first: Oid) -> String {
    format!("in {commit}, first {first}")
}

/// A rebased commit that hooks never saw looks like one that was made where it stands: of
/// what it lets in against a removal, history tells a re-addition (docs/history.md).
pub fn let_in_without_rows(node: &mut Node, from: &Node, on: &Node) {
    let lets_in =
        |item: &&Item| node.is_active(item) && node.has(item) && !on.has(item) && !from.has(item);
    let dates: Vec<_> = node
        .rows
        .keys()
        .filter(lets_in)
        .map(|i| i.0.clone())
        .collect();
    node.fog.extend(dates);
}

/// The rows of what the commit itself took out and put back.
pub fn own_rows(node: &mut Node, parents: &[Node], sides: &[Node], commit: Oid, how: &How) {
    let on = node
        .parents
        .first()
        .map_or_else(String::new, Oid::to_string);
    let seen = matches!(how.kind, HowKind::Replay { .. });
    let id = match how.hooks && !seen {
        true => format!("{} on {on}", how.machine),
        // History tells it, once more wherever the commit is made anew.
        false => told(commit, node.first.unwrap_or(commit)),
    };
    // What a squash brings is no work of who makes it, as far as its hooks are there to
    // look at what it was made of.
    let brought = |item: &Item, id: &String| match (&how.kind, sides) {
        (HowKind::Squash { .. }, [_, tip]) if how.hooks => {
            tip.has(item) && row(tip, &(item.clone(), id.clone())) != Some(false)
        }
        _ => false,
    };
    let now = node.items();
    let before: Vec<BTreeSet<Item>> = parents.iter().map(Node::items).collect();
    let mut rows = std::mem::take(&mut node.rows);
    for item in before.iter().flatten().chain(&now) {
        let path = path_of(&item.0);
        let had = before.iter().filter(|b| b.contains(item)).count();
        let there = now.contains(item);
        if !there && had == parents.len() && node.files.contains_key(&path) {
            // A replay has the row that its first form had.
            let recorded = rows.get(item).is_some_and(|r| {
                r.keys().any(|id| {
                    parents
                        .iter()
                        .all(|p| !p.rows.get(item).is_some_and(|r| r.contains_key(id)))
                })
            });
            if !recorded {
                rows.entry(item.clone())
                    .or_default()
                    .insert(id.clone(), true);
            }
        }
        let replayed = matches!(how.kind, HowKind::Replay { .. });
        if there && had == 0 && !replayed {
            for parent in parents {
                for (id, active) in parent.rows.get(item).into_iter().flatten() {
                    if *active && !brought(item, id) {
                        rows.entry(item.clone())
                            .or_default()
                            .insert(id.clone(), false);
                    }
                }
            }
        }
    }
    if let HowKind::Decision(decision) = &how.kind {
        if let Some(item) = &decision.restored {
            for active in rows.entry(item.clone()).or_default().values_mut() {
                *active = false;
            }
        }
        for ((item, ..), done) in &mut node.kept {
            *done |= decision.settled.is_of(&item.0);
        }
    }
    node.rows = rows;
}

/// Lets in what a person kept in a merge where one side had removed it and the other had
/// changed it: that was the question of a conflict.
pub fn kept_by_hand(node: &mut Node, bases: &[Node], sides: &[Node], how: &How) {
    let (HowKind::Merge { by_hand } | HowKind::Foreign { by_hand }) = &how.kind else {
        return;
    };
    let values = |node: &Node, (date, field, name): &Item| -> Vec<serde_json::Value> {
        let said = node.said(&path_of(date)).into_iter();
        said.flat_map(|s| s.values(field, name)).cloned().collect()
    };
    let mut kept = Vec::new();
    for item in node.rows.keys() {
        let all = sides.iter().filter(|side| side.has(item));
        let ([side], [_, _]) = (&all.collect::<Vec<_>>()[..], sides) else {
            continue;
        };
        let was_there = |base: &Node| base.has(item) && values(base, item) != values(side, item);
        if how.hooks
            && by_hand.contains(&path_of(&item.0))
            && node.has(item)
            && !bases.is_empty()
            && bases.iter().all(was_there)
        {
            kept.push(item.clone());
        }
    }
    for item in kept {
        for active in node.rows.entry(item).or_default().values_mut() {
            *active = false;
        }
    }
}

/// The commit that an amended one stands in the place of leaves its rows behind, and
/// what the amend takes out of what that one had added is a removal like any other:
/// nothing tells a hook that a commit is an amend.
pub fn rows_of_an_amend(node: &mut Node, parents: &[Node], replaced: &Node, how: &How) {
    let now = node.items();
    for (item, rows) in &replaced.rows {
        for (id, active) in rows {
            let key = (item.clone(), id.clone());
            if how.hooks || !replaced.unstored.contains(&key) {
                let rows = node.rows.entry(key.0).or_default();
                let active = *active && !now.contains(item);
                rows.entry(key.1).or_insert(active);
            }
        }
    }
    let Some(of) = how.instead_of.filter(|_| how.hooks) else {
        return;
    };
    let before: BTreeSet<Item> = parents.iter().flat_map(Node::items).collect();
    for item in replaced.items() {
        let there = node.files.contains_key(&path_of(&item.0));
        if there && !now.contains(&item) && !before.contains(&item) {
            let id = format!("{} on {of}", how.machine);
            node.rows.entry(item).or_default().insert(id, true);
        }
    }
}

/// The removals that never expire: all that a side knows, and what is decided here.
pub fn permanent(node: &mut Node, sides: &[Node], bases: &[Node], how: &How) {
    for side in sides {
        node.permanent.extend(side.permanent.iter().cloned());
        node.perhaps_permanent
            .extend(side.perhaps_permanent.iter().cloned());
    }
    let rows_of = |item: &Item| node.rows.get(item).into_iter().flatten();
    let mut new = Vec::new();
    if let HowKind::Decision(decision) = &how.kind
        && let Some(item) = &decision.permanent
    {
        let active = rows_of(item).filter(|(_, active)| **active);
        new.extend(active.map(|(id, _)| (item.clone(), id.clone())));
    }
    node.permanent.extend(new);
    // Where a decision is taken back, or carried somewhere else, or ledgers were
    // merged by line.
    let loose = matches!(
        how.kind,
        HowKind::Revert { .. } | HowKind::Pick { .. } | HowKind::Foreign { .. }
    );
    if loose {
        let all = sides.iter().chain(bases).flat_map(|n| &n.permanent);
        let items: Vec<Item> = all.map(|(item, _)| item.clone()).collect();
        node.perhaps_permanent.extend(items);
    }
}

/// What one side had added and a removal keeps out which it did not know, or against
/// which the item stood in its file.
pub fn kept_out(node: &mut Node, bases: &[Node], sides: &[Node]) {
    let mut found = Vec::new();
    for (item, rows) in &node.rows {
        if node.has(item) {
            continue;
        }
        for side in sides.iter().filter(|s| s.has(item)) {
            // Also again, after a removal of its own.
            let again = |base: &Node| {
                let mut known = side.rows.get(item).into_iter().flatten();
                known.any(|(id, active)| {
                    !active && base.rows.get(item).and_then(|r| r.get(id)) != Some(&false)
                })
            };
            // Or under another name, which a merge takes for another item.
            let anew = |base: &Node| side.spellings(item).is_disjoint(&base.spellings(item));
            let added = bases.iter().all(|b| !b.has(item) || again(b) || anew(b));
            for (id, _) in rows.iter().filter(|(_, active)| **active) {
                let undone = side.rows.get(item).and_then(|r| r.get(id)) == Some(&false);
                if added && !undone {
                    found.extend(side.id.map(|side| (item.clone(), id.clone(), side)));
                }
            }
        }
    }
    for key in found {
        // Of an entry that is not there nothing is listed, and whether it is when the
        // entry comes back depends on who committed it.
        if !node.files.contains_key(&path_of(&key.0.0)) {
            node.fog.insert(key.0.0.clone());
        }
        node.kept.entry(key).or_default();
    }
}

/// What a rebase kept out is settled where a later pick takes it out itself. Git asks
/// the ledger's driver for that, which needs a row that the pick brings.
pub fn settle_what_a_pick_takes_out(
    node: &mut Node,
    from: &Node,
    of: &Node,
    of_branch: &dyn Fn(Oid) -> bool,
) {
    let mut asked_or_not = Vec::new();
    for ((item, id, side), done) in &mut node.kept {
        let known = |side: &Node, id| row(side, &(item.clone(), String::clone(id))).is_some();
        let there = of.files.contains_key(&path_of(&item.0));
        if !there || !from.has(item) || of.has(item) || known(of, id) || !of_branch(*side) {
            continue;
        }
        let mut own = of.rows.get(item).into_iter().flatten();
        let brings = |id| !known(from, id) && !of.unstored.contains(&(item.clone(), id.clone()));
        match own.any(|(id, _)| brings(id)) {
            true => *done = true,
            false => asked_or_not.push(item.0.clone()),
        }
    }
    node.fog.extend(asked_or_not);
}
