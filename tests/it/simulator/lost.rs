//! The marks that were written, each by one edit alone: none is lost in a merge, and
//! none that was removed is back.

use std::collections::BTreeSet;

use super::met::moved;
use super::model::{Node, date_of};
use super::page::tokens;
use super::world::{Outcome, fail};

/// Judges the marks of a merged commit, but for those that stand in a file which a
/// person settled.
pub fn marks(
    node: &Node,
    bases: &[Node],
    [ours, theirs]: [&Node; 2],
    by_hand: &BTreeSet<String>,
) -> Outcome {
    let all: Vec<&Node> = [node, ours, theirs].into_iter().chain(bases).collect();
    // A file that moved has them at two paths.
    let moved = moved(bases, &[ours.clone(), theirs.clone()]);
    let has_moved = by_hand.iter().any(|path| moved.contains(&date_of(path)));
    let is_settled =
        |path: &String| by_hand.contains(path) || (has_moved && moved.contains(&date_of(path)));
    let settled = all.iter().flat_map(|n| &n.files);
    let settled: BTreeSet<u32> = settled
        .filter(|(path, _)| is_settled(path))
        .flat_map(|(_, (_, file))| file.tokens.clone())
        .collect();
    let of = |node: &Node| -> BTreeSet<u32> { &node.tokens() - &settled };
    let before: Vec<BTreeSet<u32>> = bases.iter().map(of).collect();
    let (a, b, now) = (of(ours), of(theirs), of(node));
    for mark in a.union(&b) {
        let known = before.iter().filter(|t| t.contains(mark)).count();
        let both = a.contains(mark) && b.contains(mark);
        let stays = known == 0 || (known == before.len() && both);
        if stays && !now.contains(mark) && !kept_out(node, *mark) {
            return fail(
                "what was written is lost",
                match known {
                    0 => format!("q{mark}z is in a side and not in the merge"),
                    _ => format!("q{mark}z is in both sides and not in the merge"),
                },
            );
        }
    }
    for mark in &now {
        let everywhere = !before.is_empty() && before.iter().all(|t| t.contains(mark));
        let both = a.contains(mark) && b.contains(mark);
        let put_there = [ours, theirs].iter().any(|side| puts(side, bases, *mark));
        if (everywhere && !both && !put_there) || !(a.contains(mark) || b.contains(mark)) {
            return fail("what was removed is back", format!("q{mark}z"));
        }
    }
    Ok(())
}

/// Whether a side has the mark in a file where it did not stand before, as where it
/// brought back an entry that had moved.
fn puts(side: &Node, bases: &[Node], mark: u32) -> bool {
    let has = |node: &Node, path: &String| {
        let file = node.files.get(path);
        file.is_some_and(|(_, f)| f.tokens.contains(&mark))
    };
    let mut paths = side.files.keys();
    paths.any(|path| has(side, path) && !bases.iter().any(|b| has(b, path)))
}

/// Whether a removal keeps out the item with this mark.
fn kept_out(node: &Node, mark: u32) -> bool {
    let mark = super::page::token(mark);
    node.rows
        .keys()
        .any(|item| item.2.contains(&mark) && node.is_active(item) && !node.has(item))
}

/// Judges a stop where git saw no move: what each side wrote stands in one of these.
pub fn unseen(path: &str, bases: &[Node], sides: &[Node; 2], texts: &[String]) -> Outcome {
    let there: BTreeSet<u32> = texts.iter().flat_map(|text| tokens(text)).collect();
    let of = |node: &Node| -> BTreeSet<u32> {
        let file = node.files.get(path);
        file.map(|(_, f)| f.tokens.clone()).unwrap_or_default()
    };
    let before: BTreeSet<u32> = bases.iter().flat_map(of).collect();
    for side in sides {
        let new = &of(side) - &before;
        if let Some(mark) = new.difference(&there).next() {
            return fail("what was written is lost", format!("q{mark}z in {path}"));
        }
    }
    Ok(())
}
