//! What is known of the removals where versions meet, before anything comes of it.

use std::collections::BTreeSet;

use super::model::{How, HowKind, Item, Node, date_of};
use super::rows::{Rows, merge_rows, row};

/// The removals of what comes of a meeting, before its own.
pub fn rows_met(bases: &[Node], sides: &[Node], how: &How) -> Rows {
    let rows = bases.iter().map(|base| base.rows.clone());
    let none = Rows::new();
    let mut base = rows
        .reduce(|all, next| merge_rows(&none, &all, &next))
        .unwrap_or_default();
    let mut rows: Vec<Rows> = sides.iter().map(|s| s.rows.clone()).collect();
    let replay = match (&how.kind, bases, sides) {
        (HowKind::Replay { .. }, [from], [_, of]) => Some((from, of)),
        _ => None,
    };
    if let Some((from, of)) = replay {
        leave_unstored(from, of, &mut base, &mut rows[1]);
    }
    if let (HowKind::Revert { .. }, [of], [_, before]) = (&how.kind, bases, sides) {
        leave_decided(of, before, &mut rows[1]);
    }
    let join = |rows: Rows, next: Rows| merge_rows(&base, &rows, &next);
    let mut met = rows.into_iter().reduce(join).unwrap_or_default();
    if let Some((from, of)) = replay {
        undone_in_another_form(&mut met, from, of);
    }
    met
}

/// The entries of which nothing is known in a meeting.
pub fn fog_of(bases: &[Node], sides: &[Node]) -> BTreeSet<String> {
    let mut fog = moved(bases, sides);
    fog.extend(sides.iter().flat_map(|s| &s.fog).cloned());
    fog
}

/// The entries of files that git may take for moved ones: then it merges other
/// files than those of one path. Where all of a folder went on one side, git asks
/// whether what the other side wrote there should go along with it.
pub fn moved(bases: &[Node], sides: &[Node]) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for (base, side) in bases.iter().flat_map(|b| sides.iter().map(move |s| (b, s))) {
        let differ = |a: &Node, b: &Node| -> BTreeSet<String> {
            let gone = a.files.keys().filter(|p| !b.files.contains_key(*p));
            gone.map(|p| date_of(p)).collect()
        };
        let (gone, new) = (differ(base, side), differ(side, base));
        if !gone.is_empty() && !new.is_empty() {
            found.extend(gone);
            found.extend(new);
            let left: BTreeSet<String> = &folders(base) - &folders(side);
            let there = sides.iter().flat_map(|s| s.files.keys());
            let there = there.filter(|p| left.contains(folder(p)));
            found.extend(there.map(|p| date_of(p)));
        }
    }
    found
}

fn folder(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

fn folders(node: &Node) -> BTreeSet<String> {
    node.files.keys().map(|p| folder(p).to_owned()).collect()
}

/// A rebase carries ledgers along. A row that none has goes with the commit that
/// history tells it of, and is lost where that commit is left out; once a later
/// commit has stored it, it is among what that one brings, like a row of its own:
/// what it was made on did not have it.
fn leave_unstored(from: &Node, of: &Node, base: &mut Rows, theirs: &mut Rows) {
    let leave = |rows: &mut Rows, (item, id): &(Item, String)| {
        if let Some(rows) = rows.get_mut(item) {
            rows.remove(id);
        }
    };
    for key in &from.unstored {
        let stored = !of.unstored.contains(key);
        // What the commit itself put back is its own.
        if stored || row(from, key) == row(of, key) {
            leave(base, key);
        }
        if !stored && row(from, key) == row(of, key) {
            leave(theirs, key);
        }
    }
}

/// A revert of the decision that let an item in puts back the row from before it. Where
/// history alone told of that one, there is none in the ledger to put back: the decision
/// stays.
fn leave_decided(of: &Node, before: &Node, theirs: &mut Rows) {
    for key in &before.unstored {
        let (item, id) = key;
        if row(of, key) == Some(false)
            && !of.unstored.contains(key)
            && let Some(rows) = theirs.get_mut(item)
        {
            rows.remove(id);
        }
    }
}

/// The commit that a removal which history tells was made in first.
fn first_of(id: &str) -> Option<&str> {
    Some(id.strip_prefix("in ")?.split_once(", first ")?.1)
}

/// A removal without rows is one and the same before and after a rebase (docs/history.md):
/// what a pick put back on top of one form of it, it puts back on top of each.
fn undone_in_another_form(rows: &mut Rows, from: &Node, of: &Node) {
    for (item, rows) in rows {
        if from.has(item) || !of.has(item) {
            continue;
        }
        let known = of.rows.get(item).into_iter().flatten();
        let undone: BTreeSet<&str> = known
            .filter(|(_, active)| !**active)
            .filter_map(|(id, _)| first_of(id))
            .collect();
        for (id, active) in rows {
            *active &= !first_of(id).is_some_and(|first| undone.contains(first));
        }
    }
}
