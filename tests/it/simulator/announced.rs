//! What must be said where it comes in: edits side by side, and what is kept out.

use git2::Oid;

use super::model::{Node, date_of, path_of};
use super::world::{Outcome, World, fail};
use crate::sandbox::Run;

impl World<'_> {
    /// A pull or a merge that ended well has said what HEAD has and `before` had not.
    pub fn announced(&self, at: usize, before: Oid, run: &Run) -> Outcome {
        if !self.desks[at].hooks {
            return Ok(());
        }
        let (old, new) = (self.model.node(before), self.model.node(self.head(at)));
        let said = run.output();
        let is_known = |path: &str| !new.fog.contains(&date_of(path)) && old.states.is_known(path);
        let had = old.states.conflicts();
        for path in new.states.conflicts().difference(&had) {
            let line = format!("Conflict detected for entry {}", date_of(path));
            if is_known(path) && !said.contains(&line) {
                return fail(
                    "a conflict came in and nothing says so",
                    format!("{path}\n{run}"),
                );
            }
        }
        // Who made the merge has read it.
        if new.parents.len() < 2 || new.parents[0] != before {
            return Ok(());
        }
        let sides: Vec<&Node> = new.parents.iter().map(|p| self.model.node(*p)).collect();
        let bases = self.desks[at]
            .repo
            .merge_bases(new.parents[0], new.parents[1]);
        let bases = bases.map(|all| all.to_vec()).unwrap_or_default();
        for key in new.kept.keys() {
            let path = path_of(&key.0.0);
            // What one side took out and back is listed, and in the merge one of them removed it.
            if bases.iter().any(|base| self.model.node(*base).has(&key.0)) {
                continue;
            }
            let is_new = !sides.iter().any(|side| side.kept.contains_key(key));
            // Where git took one side's file, it asked no driver.
            let file = |node: &Node| node.files.get(&path).map(|(id, _)| *id);
            let merged = sides.iter().all(|side| file(side) != file(new));
            let says =
                |line: &str| line.contains(new.place_of(&path)) && line.contains("stays out");
            if is_new && merged && is_known(&path) && !said.lines().any(says) {
                return fail(
                    "something is kept out and nothing says so",
                    format!("{key:?}\n{run}"),
                );
            }
        }
        Ok(())
    }
}
