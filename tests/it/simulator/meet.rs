//! Merges of all sorts, and how somebody settles what they leave.

use std::collections::BTreeSet;

use git2::Oid;

use super::broken::is_whole;
use super::marks::choose;
use super::model::{How, HowKind, date_of};
use super::op::below;
use super::page::said;
use super::place::all_usual;
use super::world::{Outcome, World, fail};
use crate::dice::Dice;

impl World<'_> {
    /// The paths that are in conflict.
    pub fn unmerged(&self, at: usize) -> BTreeSet<String> {
        let mut index = self.desks[at].repo.index().unwrap();
        index.read(false).unwrap();
        let sides = index.conflicts().unwrap().map(Result::unwrap);
        let names = sides.filter_map(|c| c.our.or(c.their).or(c.ancestor));
        names
            .map(|side| String::from_utf8(side.path).unwrap())
            .collect()
    }

    /// `git merge` or `git pull` of a commit that is here already, with these words;
    /// settles what conflicts.
    pub fn merge(&mut self, at: usize, args: &[&str], other: Oid, dice: &mut Dice) -> Outcome {
        let before = self.head(at);
        let run = self.run(at, "git", args, &[0, 1])?;
        let mut unmerged = self.unmerged(at);
        if run.code == 0 {
            // What git could not put back is safe in the stash; see `put_back`.
            let of_a_draft = "Applying autostash resulted in conflicts";
            if !unmerged.is_empty() && !run.stderr.contains(of_a_draft) {
                return fail("a merge that ended well left conflicts", run);
            }
            self.merged(at, BTreeSet::new())?;
            return self.announced(at, before, &run);
        }
        if unmerged.is_empty() {
            return fail("a merge failed without a conflict", run);
        }
        self.judge_merge(at, before, other, &unmerged)?;
        if dice.roll(5) == 0 {
            self.git(at, &["merge", "--abort"])?;
            return self.clean(at);
        }
        if !self.desks[at].hooks && dice.roll(4) > 0 {
            self.commit_with_markers(at)?;
        } else {
            self.settle_files(at, &mut unmerged, dice)?;
            unmerged.extend(self.commit_settled(at, dice)?);
            self.put_on_top(at, &unmerged)?;
        }
        self.merged(at, unmerged)
    }

    /// Commits a merge. Where both sides edited a file in which a phone committed markers,
    /// lines merge around these. The hook refuses that; what it names is mended, and returned.
    fn commit_settled(&mut self, at: usize, dice: &mut Dice) -> Outcome<Vec<String>> {
        let commit = ["commit", "-q", "--no-edit"];
        let run = self.run(at, "git", &commit, &[0, 1])?;
        if run.code == 0 {
            return Ok(Vec::new());
        }
        let staged = self.ask(at, &["diff", "--cached", "--name-only", "HEAD"]);
        let is_named = |path: &&str| run.stderr.contains(&format!("{path}:"));
        // Of two entries that git took for one, moved to both places, `resolve` leaves the
        // text of one in the other's file, which has another date then (seed 800080).
        let is_wrong = |path: &&str| self.exists(at, path) && !is_whole(path, &self.read(at, path));
        let named = staged.stdout.lines().filter(is_named).filter(is_wrong);
        let named: Vec<String> = named.map(str::to_owned).collect();
        if named.is_empty() {
            return fail("a merge is refused that has nothing wrong", run);
        }
        for path in &named {
            let text = self.read(at, path);
            let text = self.without_markers(path, &[&text], dice);
            self.write(at, path, &text);
            self.git(at, &["add", "--sparse", "--", path])?;
        }
        self.git(at, &commit)?;
        Ok(named)
    }

    fn merged(&mut self, at: usize, by_hand: BTreeSet<String>) -> Outcome {
        let by_hand = all_usual(&by_hand);
        let desk = &self.desks[at];
        let kind = match desk.hooks {
            true => HowKind::Merge { by_hand },
            false => HowKind::Foreign { by_hand },
        };
        let hooks = desk.hooks;
        let how = How::of(&desk.name, kind);
        self.learn(at, &if hooks { how } else { how.without_hooks() })?;
        self.clean(at)
    }

    /// Settles each file in one of the ways that there are.
    pub fn settle_files(
        &mut self,
        at: usize,
        unmerged: &mut BTreeSet<String>,
        dice: &mut Dice,
    ) -> Outcome {
        if self.desks[at].hooks && dice.roll(3) > 0 && !self.are_nested(at, unmerged) {
            self.settle_by_command(at, unmerged, dice)?;
        } else {
            for path in unmerged.iter() {
                self.settle_file(at, path, dice)?;
            }
        }
        self.stage_one_of_each(at, unmerged, dice)
    }

    /// `palimpsest resolve`, of these paths alone: others may have items in them
    /// that stand against a removal.
    fn settle_by_command(
        &mut self,
        at: usize,
        unmerged: &BTreeSet<String>,
        dice: &mut Dice,
    ) -> Outcome {
        let side = dice.of(&["--ours", "--theirs", "--both"]);
        let mut run = self.run(at, "palimpsest", &resolve(side, unmerged), &[0, 1])?;
        let mut said = run.output();
        if run.code != 0 && side == "--both" {
            // A path that is settled may be there no longer.
            let left = self.unmerged(at);
            run = self.run(at, "palimpsest", &resolve("--ours", &left), &[0, 1])?;
            said += &run.output();
        }
        let left = self.unmerged(at);
        let is_marked = |path: &String| self.is_a_side_marked(at, path);
        let is_for_a_hand = run.code == 1 && !left.is_empty() && left.iter().all(is_marked);
        if (run.code != 0 || !left.is_empty()) && !is_for_a_hand {
            return fail("resolve leaves something", run);
        }
        // Markers that a side has in its commit may be text: `resolve` says so, and leaves them.
        for path in &left {
            self.settle_file(at, path, dice)?;
        }
        if said.contains("let in again") {
            let dates = unmerged.iter().map(|path| date_of(path));
            self.model.fog_of_the_next.extend(dates);
        }
        // Also what it took out of a file, or let in, is part of what is settled.
        let diff = self.ask(at, &["diff"]);
        if !diff.stdout.is_empty() {
            return fail("resolve does not stage what it wrote", diff);
        }
        Ok(())
    }

    pub fn settle_file(&mut self, at: usize, path: &str, dice: &mut Dice) -> Outcome {
        let stages = self.ask(at, &["ls-files", "-u", "--", path]);
        let has = |n: &str| {
            stages
                .stdout
                .lines()
                .any(|l| l.contains(&format!(" {n}\t")))
        };
        if !(has("2") && has("3")) {
            // Deleted by one side.
            let keep = self.exists(at, path) && dice.roll(2) == 0;
            let how: &[&str] = match keep {
                true => &["add", "--sparse"],
                false => &["rm", "-q", "--sparse"],
            };
            if keep {
                let text = self.read(at, path);
                let dated = dated(path, &text);
                if dated != text {
                    self.write(at, path, &dated);
                }
            }
            self.git(at, &[how, &["--", path]].concat())?;
            return Ok(());
        }
        let text = self.read(at, path);
        let all = dice.roll(2) == 0;
        let luck = dice.roll(2) == 0;
        let mut mixed = Dice(dice.roll(1 << 20));
        let mut chosen = choose(&text, |_| if all { luck } else { mixed.roll(2) == 0 });
        for side in [luck, !luck] {
            if path.starts_with("journal/") && said(&chosen).is_none() {
                chosen = choose(&text, |_| side);
            }
        }
        let is_file = path.starts_with("journal/") || path.starts_with("wiki/");
        if is_file && !is_whole(path, &dated(path, &chosen)) {
            let mut sides = [":2:", ":3:"].map(|n| {
                let text = self.ask(at, &["show", &format!("{n}{path}")]).stdout;
                text.replace("\r\n", "\n")
            });
            if !luck {
                sides.reverse();
            }
            chosen = self.without_markers(path, &[&sides[0], &sides[1]], dice);
        }
        self.write(at, path, &dated(path, &chosen));
        // Also where a sparse checkout leaves it out.
        self.git(at, &["add", "--sparse", "--", path])?;
        Ok(())
    }

    /// Pulls, by merge or rebase.
    pub fn pull(&mut self, at: usize, rebase: bool, dice: &mut Dice) -> Outcome {
        self.commit_rest(at)?;
        let other = self.remote_main();
        if rebase && self.desks[at].hooks {
            self.rebase(at, &["pull", "-q", "--rebase"], dice)?;
        } else if !self.has(at, other) {
            self.merge(at, &["pull", "-q", "--no-rebase"], other, dice)?;
        }
        // Not everybody looks at once.
        self.keep_one_of_each(at, dice)?;
        match dice.roll(3) {
            0 => Ok(()),
            _ => self.mend(at, dice),
        }
    }

    /// Pulls, and pushes where that came to an end.
    pub fn share(&mut self, at: usize, rebase: bool, dice: &mut Dice) -> Outcome {
        self.pull(at, rebase, dice)?;
        let main = self.remote_main();
        if self.has(at, main) && self.head(at) != main {
            self.git(at, &["push", "-q"])?;
        }
        Ok(())
    }

    /// The commit that everybody meets in.
    pub fn remote_main(&self) -> Oid {
        self.remote.refname_to_id("refs/heads/main").unwrap()
    }

    /// Whether a machine's HEAD is this commit, or grew from it.
    pub fn has(&self, at: usize, commit: Oid) -> bool {
        let (repo, head) = (&self.desks[at].repo, self.head(at));
        head == commit
            || repo.odb().unwrap().exists(commit) && repo.graph_descendant_of(head, commit).unwrap()
    }

    /// A stash comes back.
    pub fn pop(&mut self, at: usize, drafts: &BTreeSet<u32>, dice: &mut Dice) -> Outcome {
        let word = dice.of(&["pop", "pop", "apply"]);
        let run = self.run(at, "git", &["stash", word, "-q"], &[0, 1])?;
        if run.code != 0 && self.unmerged(at).is_empty() {
            return fail("a stash did not come back", run);
        }
        if run.code == 0 && word == "apply" {
            self.git(at, &["stash", "drop", "-q"])?;
        }
        self.put_back(at, drafts, dice)
    }

    /// The entries that are in the work tree and can be read, by path.
    pub fn entries(&self, at: usize) -> Vec<String> {
        let node = self.model.node(self.head(at));
        let whole = node.files.iter().filter(|(p, (_, f))| f.is_whole(p));
        let paths = whole.map(|(p, _)| p).filter(|p| p.starts_with("journal/"));
        let paths = paths.map(|p| node.place_of(p).to_owned());
        paths.filter(|p| self.exists(at, p)).collect()
    }

    /// One of them; mostly the same, so that machines meet there.
    pub fn some_entry(&self, at: usize, dice: &mut Dice) -> Option<String> {
        let all = self.entries(at);
        let n = below(dice, all.len().max(1));
        let busy = self.place(at, "2024-11-01");
        match dice.roll(2) == 0 && all.contains(&busy) {
            true => Some(busy),
            false => all.into_iter().nth(n),
        }
    }
}

/// With the date of the file's name, which a person who chose the other side's line of
/// a file that moved puts right.
pub fn dated(path: &str, text: &str) -> String {
    let date = format!("date: {}", date_of(path));
    let lines = text.split_inclusive('\n');
    let is_date = |line: &str| path.starts_with("journal/") && line.starts_with("date: 20");
    lines
        .map(|line| match line.get(..date.len()) {
            Some(old) if is_date(line) => line.replacen(old, &date, 1),
            _ => line.to_owned(),
        })
        .collect()
}

fn resolve<'p>(side: &'p str, paths: &'p BTreeSet<String>) -> Vec<&'p str> {
    let paths = paths.iter().map(String::as_str);
    ["resolve", side].into_iter().chain(paths).collect()
}
