//! A rebase over a removal that its branch did not know, and somebody who has nothing
//! but the commits that come of it: a clone that was made just now.

use std::collections::BTreeSet;

use git2::Oid;

use super::edit::{self, give, take};
use super::model::{Item, path_of};
use super::op::Op;
use super::page::{Page, TABLES};
use super::play::a_name;
use super::world::{Outcome, World, fail};
use crate::dice::Dice;

impl World<'_> {
    pub fn meet(&mut self, at: usize, op: Op, dice: &mut Dice) -> Outcome {
        let other = (at + 1) % self.desks.len();
        for desk in [at, other, at] {
            if !self.desks[desk].hooks || self.desks[desk].sparse {
                return Ok(());
            }
            self.share(desk, false, dice)?;
        }
        let (date, field, item) = a_name(dice);
        // No removal reaches into the order of locations.
        if field == "locations" {
            return Ok(());
        }
        for (number, desk) in [other, other, at].into_iter().enumerate() {
            let path = self.place(desk, date);
            if !self.exists(desk, &path) {
                return Ok(());
            }
            let mut page = Page::cut(&self.read(desk, &path));
            match number {
                1 => take(&mut page, field, item),
                _ => give(&mut page, field, item, dice),
            }
            // Something else as well, so that git asks the driver.
            let mark = op.serial * 10 + u32::try_from(number).unwrap();
            let text = edit::edit(&page.text(), dice, mark);
            self.write(desk, &path, &text);
            self.commit_rest(desk)?;
            if number == 1 {
                self.share(desk, false, dice)?;
            }
        }
        self.pull(at, true, dice)?;
        self.clean(other)
    }

    /// What a rebase kept out stands in the commits it made, wherever git asks the
    /// ledger's driver: the pick was recorded when it was made, and so was the
    /// removal. `replayed` are the new commits, each with what it was before; `alone`,
    /// that no person settled anything in them.
    pub fn everybody_knows(
        &self,
        at: usize,
        before: Oid,
        replayed: &[(Oid, Oid)],
        alone: bool,
    ) -> Outcome {
        let model = &self.model;
        let mut certain: BTreeSet<&Item> = BTreeSet::new();
        let head = model.node(self.head(at));
        for (now, of) in replayed
            .iter()
            .filter(|(_, of)| model.recorded.contains(of))
        {
            let (new, of) = (model.node(*now), model.node(*of));
            let [on, from] = [new, of].map(|n| model.node(n.parents[0]));
            for key in new.kept.keys() {
                let (item, id, _) = key;
                let known =
                    |n: &super::model::Node| n.rows.get(item).is_some_and(|r| r.contains_key(id));
                let is_new = !on.kept.contains_key(key) && !of.kept.contains_key(key);
                let recorded = id.contains(" on ") && !known(from) && !known(of);
                let stands = head.kept.get(key) == Some(&false)
                    && head.rows.get(item).and_then(|r| r.get(id)) == Some(&true)
                    && !head.has(item)
                    && head.files.contains_key(&path_of(&item.0));
                if is_new && recorded && stands && model.node(before).has(item) {
                    certain.insert(item);
                }
            }
        }
        certain.retain(|item| !head.fog.contains(&item.0));
        if certain.is_empty() || !alone {
            return Ok(());
        }
        let guest = format!("../guest-{}", self.head(at));
        let main = self.ask(at, &["symbolic-ref", "--short", "HEAD"]).stdout;
        let clone = ["clone", "-q", "-b", main.trim(), ".", &guest];
        self.git(at, &clone)?;
        let inside = |line: &str| format!("cd {guest} && {line}");
        self.run(at, "sh", &["-c", &inside("palimpsest init")], &[0])?;
        let list = inside("metadb sync conflicts --json");
        let run = self.run(at, "sh", &["-c", &list], &[0])?;
        self.run(at, "rm", &["-r", &guest], &[0])?;
        let all: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
        for item in certain {
            let table = TABLES.iter().find(|(field, _)| *field == item.1).unwrap().1;
            let is_it = |one: &serde_json::Value| {
                one["kind"] == "kept_out"
                    && one["entry"] == item.0.as_str()
                    && one["removal"]["table"] == table
                    && one["removal"]["item"] == item.2.as_str()
            };
            if !all.as_array().unwrap().iter().any(is_it) {
                return fail(
                    "what a rebase kept out is known to one machine alone",
                    format!("{item:?}\n{run}"),
                );
            }
        }
        Ok(())
    }
}
