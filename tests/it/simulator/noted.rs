//! What a rebase kept out and none of its commits holds: only its machine knows of
//! it, until a commit made there stores it.

use std::collections::BTreeSet;

use git2::Oid;

use super::model::{How, Item};
use super::rows::kept_out;
use super::world::{Outcome, World};

impl World<'_> {
    /// Compares the branch before a rebase with what became of it.
    pub fn note_what_a_rebase_kept_out(&mut self, at: usize, before: Oid, now: Oid) {
        let bases = self.desks[at].repo.merge_bases(before, now);
        let bases = bases.map(|all| all.to_vec()).unwrap_or_default();
        let node = |id: &Oid| self.model.node(*id).clone();
        let bases: Vec<_> = bases.iter().map(node).collect();
        let mut now = node(&now);
        let repo = &self.desks[at].repo;
        let of_branch =
            |side| side == before || repo.graph_descendant_of(before, side).unwrap_or(false);
        // Git asks the ledger's driver where both sides changed the ledger: not for a
        // removal that none holds.
        let is_recorded = |id: &str| id.contains(" on ");
        let stored = std::mem::take(&mut now.kept).into_keys();
        let stored = stored.filter(|(_, id, side)| is_recorded(id) && of_branch(*side));
        let stored: BTreeSet<(Item, String)> = stored.map(|(item, id, _)| (item, id)).collect();
        kept_out(&mut now, &bases, &[node(&before)]);
        let new = now.kept.into_keys();
        let new = new.filter(|(item, id, _)| !stored.contains(&(item.clone(), id.clone())));
        self.desks[at].noted.extend(new);
    }

    /// Adds it to HEAD, where a commit that hooks saw made it.
    pub fn store_noted(&mut self, at: usize, how: &How) {
        if !how.stores() {
            return;
        }
        let head = self.head(at);
        let Some(node) = self.model.nodes.get_mut(&head) else {
            return;
        };
        for key in &self.desks[at].noted {
            let rows = node.rows.get(&key.0);
            if rows.is_some_and(|rows| rows.contains_key(&key.1)) {
                node.kept.entry(key.clone()).or_default();
            }
        }
    }

    /// The next commit, of whatever it is.
    pub fn commit_what_is_noted(&mut self, at: usize) -> Outcome {
        if self.desks[at].noted.is_empty() || !self.desks[at].hooks {
            return Ok(());
        }
        let name = self.desks[at].name.clone();
        let page = format!("pages/{name}.txt");
        self.write(at, &page, &format!("After {}.\n", self.sandbox.now()));
        self.commit_rest(at)
    }
}
