//! Which edits of an entry's frontmatter, or of a note, stand side by side: two that
//! did not know of each other are a conflict until somebody settles it.

use std::collections::{BTreeMap, BTreeSet};

use git2::Oid;

use super::model::{How, HowKind, Node, date_of};

/// An edit that no later one replaced.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Edit {
    text: String,
    by: String,
    /// Made by settling a conflict, not by editing.
    settled: bool,
}

/// The edits by path; nothing is known of a path that stands in `fog`.
#[derive(Debug, Clone, Default)]
pub struct States {
    edits: BTreeMap<String, BTreeSet<Edit>>,
    fog: BTreeSet<String>,
}

/// What is compared: the frontmatter of an entry, all of a note.
fn text(node: &Node, path: &str) -> Option<String> {
    let text = &node.files.get(path)?.1.text;
    let front = text.split_once("\n---\n").map(|(front, _)| front);
    Some(front.unwrap_or(text).to_owned())
}

impl States {
    /// The paths whose edits differ.
    pub fn conflicts(&self) -> BTreeSet<String> {
        let differ = |(_, edits): &(&String, &BTreeSet<Edit>)| differ(edits);
        let all = self.edits.iter().filter(differ).map(|(path, _)| path);
        all.filter(|path| !self.fog.contains(*path))
            .cloned()
            .collect()
    }

    pub fn is_known(&self, path: &str) -> bool {
        !self.fog.contains(path)
    }

    fn of(&self, path: &str) -> BTreeSet<Edit> {
        self.edits.get(path).cloned().unwrap_or_default()
    }
}

fn differ(edits: &BTreeSet<Edit>) -> bool {
    edits.iter().map(|e| &e.text).collect::<BTreeSet<_>>().len() > 1
}

/// The edits after a commit. `sides` are what it was made of, `bases` what those
/// grew from.
pub fn states(
    node: &Node,
    parents: &[Node],
    bases: &[Node],
    sides: &[Node],
    commit: Oid,
    how: &How,
) -> States {
    let mut out = States::default();
    let squash = matches!(how.kind, HowKind::Squash { .. });
    // A revert that leaves a text as it was tells nothing of it.
    let revert = matches!(how.kind, HowKind::Revert { .. });
    let merged = sides.len() > 1 && !squash && !revert;
    let from = if merged { sides } else { parents };
    let all = from.iter().chain(bases).chain([node]);
    let paths: BTreeSet<&String> = all
        .flat_map(|n| {
            let known = n.states.edits.keys().chain(&n.states.fog);
            n.files.keys().chain(known)
        })
        .collect();
    for path in paths {
        let edits: Vec<BTreeSet<Edit>> = from.iter().map(|n| n.states.of(path)).collect();
        let base = match bases {
            [base] if merged => base.states.of(path),
            _ => BTreeSet::new(),
        };
        let mut edits = match edits.as_slice() {
            [] => BTreeSet::new(),
            [first, others @ ..] => {
                let join = |all, next| join(&base, &all, next);
                others.iter().fold(first.clone(), join)
            }
        };
        let known = from.iter().chain(if merged { bases } else { &[] });
        let mut fog =
            known.clone().any(|n| n.states.fog.contains(path)) || (merged && bases.len() > 1);
        let (now, before) = (text(node, path), parents.iter().map(|p| text(p, path)));
        let differs = before.clone().all(|b| b != now);
        let by_hand = match &how.kind {
            HowKind::Merge { by_hand } | HowKind::Foreign { by_hand } => {
                how.hooks && by_hand.contains(path)
            }
            _ => parents.len() < 2,
        };
        // Nobody says who joined more than two.
        fog |= sides.len() > 2 && before.clone().any(|b| b != now);
        let own = by_hand && (differs || (parents.len() > 1 && differ(&edits)));
        let again = matches!(how.kind, HowKind::Replay { .. } | HowKind::Pick { .. })
            || (revert && !how.hooks);
        // No hook saw what a person settled in a merge that a rebase made anew.
        fog |= matches!(&how.kind, HowKind::Merge { by_hand }
            if !how.hooks && by_hand.contains(path));
        // What somebody wrote who arrived at the text that is there already, and a pick
        // that removes what is in conflict.
        fog |= merged
            && from
                .iter()
                .any(|n| n.states.of(path).iter().any(|e| is_twin(&base, e)));
        fog |= matches!(how.kind, HowKind::Replay { .. }) && now.is_none() && differ(&edits);
        // A replayed edit that stands as it was written, over edits that left no trace in
        // the file, reads like one that was made on top of them.
        if let (HowKind::Replay { .. }, [from], [_, of]) = (&how.kind, bases, sides) {
            let wrote = text(of, path);
            fog |= wrote == now && wrote != text(from, path) && differ(&edits);
        }
        if let HowKind::Decision(decision) = &how.kind {
            if decision.settled.is_of(&date_of(path)) && differ(&edits) {
                edits = [edit(now.unwrap_or_default(), commit, true)].into();
            }
        } else if differs && (!how.hooks || again) && !matches!(how.kind, HowKind::Replay { .. }) {
            fog = true;
        } else if own && !again && (now.is_some() || differ(&edits)) {
            edits = [edit(now.unwrap_or_default(), commit, false)].into();
            fog = false;
        }
        if fog {
            out.fog.insert(path.clone());
        }
        if !edits.is_empty() {
            out.edits.insert(path.clone(), edits);
        }
    }
    out
}

/// An amended commit goes on with the ledger of the one that it stands in the place of,
/// also where that had edited something which is now as it was before.
pub fn fog_what_is_taken_back(node: &Node, parents: &[Node], replaced: &Node) -> States {
    let mut states = node.states.clone();
    for path in replaced.states.edits.keys() {
        let is_as_before = parents.iter().any(|p| text(p, path) == text(node, path));
        if is_as_before && replaced.states.of(path) != states.of(path) {
            states.fog.insert(path.clone());
        }
    }
    states
}

/// Whether another edit of the base has the same text.
fn is_twin(base: &BTreeSet<Edit>, edit: &Edit) -> bool {
    !base.contains(edit) && base.iter().any(|b| b.text == edit.text)
}

fn edit(text: String, commit: Oid, settled: bool) -> Edit {
    Edit {
        text,
        by: commit.to_string(),
        settled,
    }
}

/// All that neither side replaced; settling a conflict gives way to an edit of
/// somebody who had both sides of it as well.
fn join(base: &BTreeSet<Edit>, ours: &BTreeSet<Edit>, theirs: &BTreeSet<Edit>) -> BTreeSet<Edit> {
    let settles = |side: &BTreeSet<Edit>| {
        let mut new = side.difference(base).peekable();
        differ(base) && new.peek().is_some() && new.all(|e| e.settled)
    };
    let new = |side: &BTreeSet<Edit>| side.difference(base).next().is_some();
    match (settles(ours), settles(theirs)) {
        (true, false) if new(theirs) => return theirs.clone(),
        (false, true) if new(ours) => return ours.clone(),
        _ => {}
    }
    let stays = |e: &&Edit| !base.contains(*e) || (ours.contains(*e) && theirs.contains(*e));
    ours.union(theirs).filter(stays).cloned().collect()
}
