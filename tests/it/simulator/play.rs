//! Each operation, played on its machine.

use super::broken::is_whole;
use super::edit::{self, POOLS, give, names, take};
use super::model::{How, date_of, path_of};
use super::op::{Kind, Op, below};
use super::page::Page;
use super::world::{Outcome, World, fail};
use crate::dice::Dice;

/// The dates that entries have; the first of each year never goes, so that no folder
/// of the journal is ever empty.
pub const DATES: [&str; 6] = [
    "2023-01-01",
    "2023-06-30",
    "2024-01-01",
    "2024-11-01",
    "2024-11-02",
    "2024-12-31",
];

/// A date, a field and an item that others roll as well; one of three stands there
/// from the start.
pub fn a_name(dice: &mut Dice) -> (&'static str, &'static str, &'static str) {
    let date = [DATES[3], DATES[3], DATES[0]][below(dice, 3)];
    let (field, pool) = POOLS[[0, 0, 0, 1, 1, 6][below(dice, 6)]];
    (date, field, pool[1 + below(dice, 3)])
}

impl World<'_> {
    pub fn play(&mut self, op: Op) -> Outcome {
        let at = op.machine;
        let mut dice = Dice(op.luck);
        let dice = &mut dice;
        dice.roll(2);
        let on_a_phone = [
            Kind::Edit,
            Kind::Draft,
            Kind::Name,
            Kind::Note,
            Kind::Create,
            Kind::Delete,
            Kind::Pull,
            Kind::Share,
            Kind::Cleanup,
            Kind::Refile,
        ];
        if !self.desks[at].hooks && !on_a_phone.contains(&op.kind) {
            return Ok(());
        }
        match op.kind {
            Kind::Edit => {
                self.edit(at, op, dice)?;
                self.commit(at, op, dice)?;
            }
            Kind::Draft => self.edit(at, op, dice)?,
            Kind::Name => {
                // Twice is how a removal comes about that nobody else can know of.
                let (date, field, item) = a_name(dice);
                for time in 0..1 + dice.roll(2) {
                    self.name(at, (date, field, item), dice);
                    let path = self.place(at, date);
                    let there = self.exists(at, &path);
                    if time == 1 && there && is_whole(&path, &self.read(at, &path)) {
                        // Something else as well, so that git asks the driver.
                        let text = edit::edit(&self.read(at, &path), dice, op.serial * 10);
                        self.write(at, &path, &text);
                    }
                    let serial = op.serial + 1000 * u32::try_from(time).unwrap();
                    self.commit(at, Op { serial, ..op }, dice)?;
                }
            }
            Kind::Note => {
                self.note(at, op, dice);
                self.commit(at, op, dice)?;
            }
            Kind::Create => {
                let date = DATES[below(dice, DATES.len())];
                if self.files_of(at, date).is_empty() && !self.desks[at].sparse {
                    let text = edit::new_entry(date, dice, op.serial * 10);
                    self.write(at, &path_of(date), &text);
                    self.commit(at, op, dice)?;
                }
            }
            Kind::Delete | Kind::Move => self.delete_or_move(at, op, dice)?,
            Kind::Refile => self.refile(at, op, dice)?,
            Kind::Amend => self.amend(at, op, dice)?,
            Kind::Pull => self.pull(at, false, dice)?,
            Kind::PullRebase => self.pull(at, true, dice)?,
            Kind::Share => {
                let rebase = dice.roll(4) == 0;
                self.share(at, rebase, dice)?;
            }
            Kind::Stash => self.stash(at, op, dice)?,
            Kind::Side => self.side(at, op, dice)?,
            Kind::Join => {
                self.commit_rest(at)?;
                self.join(at, "side", op.serial, dice)?;
                if dice.roll(2) == 0 && self.oid(at, "refs/heads/side").is_some() {
                    self.git(at, &["branch", "-q", "-D", "side"])?;
                }
            }
            Kind::Revert => self.revert(at, dice)?,
            Kind::Stale => self.stale(at, op, dice)?,
            Kind::Cleanup => self.cleanup(at, op)?,
            Kind::Resolve => self.resolve(at, op, dice)?,
            Kind::Discard => self.discard(at, op, dice)?,
            Kind::Reset => self.reset(at, op, dice)?,
            Kind::Fixup => self.fixup(at, op, dice)?,
            Kind::Restore | Kind::Keep => self.restore(at, op, dice)?,
            Kind::Undelete => self.undelete(at, op, dice)?,
            Kind::Octopus => self.octopus(at, op, dice)?,
            Kind::Part => self.part(at, op, dice)?,
            Kind::Autostash => self.autostash(at, op, dice)?,
            Kind::Ends => {
                if let Some(path) = self.some_entry(at, dice) {
                    let (text, crlf) = (self.read(at, &path), self.has_crlf(at, &path));
                    self.write_with(at, &path, &text, !crlf);
                    self.commit(at, op, dice)?;
                }
            }
            Kind::Sparse => self.sparse(at)?,
            Kind::Worktree => self.worktree(at, op, dice)?,
            Kind::RebaseMerges => self.rebase_merges(at, op, dice)?,
            Kind::RevertPartly => self.revert_partly(at, op, dice)?,
            Kind::Include => self.include(at, op, dice)?,
            Kind::Meet => self.meet(at, op, dice)?,
        }
        self.keep_one_of_each(at, dice)?;
        self.clean(at)
    }

    /// One to three edits of one or two entries.
    pub fn edit(&mut self, at: usize, op: Op, dice: &mut Dice) -> Outcome {
        for number in 0..=u32::try_from(dice.roll(3)).unwrap() {
            let Some(path) = self.some_entry(at, dice) else {
                break;
            };
            let text = self.read(at, &path);
            let new = edit::edit(&text, dice, op.serial * 10 + number);
            if new != text {
                self.write(at, &path, &new);
            }
        }
        Ok(())
    }

    /// A name that several machines think of comes or goes, or is spelled in another
    /// way.
    pub fn name(&mut self, at: usize, (date, field, item): (&str, &str, &str), dice: &mut Dice) {
        let path = self.place(at, date);
        if !self.exists(at, &path) || !is_whole(&path, &self.read(at, &path)) {
            return;
        }
        let mut page = Page::cut(&self.read(at, &path));
        if dice.roll(6) == 0 {
            edit::spelling(&mut page, dice);
            return self.write(at, &path, &page.text());
        }
        match names(&page, field).iter().any(|i| i == item) {
            true => take(&mut page, field, item),
            false => give(&mut page, field, item, dice),
        }
        self.write(at, &path, &page.text());
    }

    fn note(&mut self, at: usize, op: Op, dice: &mut Dice) {
        let date = DATES[below(dice, DATES.len())];
        let path = format!("wiki/entries/{}/{date}.md", &date[..4]);
        let mark = super::page::token(op.serial * 10);
        match self.exists(at, &path) {
            true if !is_whole(&path, &self.read(at, &path)) => {}
            true if dice.roll(4) == 0 => self.remove(at, &path),
            true => {
                let mut lines: Vec<String> =
                    self.read(at, &path).lines().map(str::to_owned).collect();
                let line = below(dice, lines.len() + 1).max(2).min(lines.len());
                lines.insert(line, format!("Noted {mark}."));
                self.write(at, &path, &(lines.join("\n") + "\n"));
            }
            false if self.desks[at].sparse => {}
            false => self.write(
                at,
                &path,
                &format!("### Notes\n\nBegun {mark}.\n\nMore of it.\n\nThe end.\n"),
            ),
        }
    }

    /// Commits in one of the ways that there are.
    pub fn commit(&mut self, at: usize, op: Op, dice: &mut Dice) -> Outcome {
        self.clean(at)?;
        let dirty: Vec<String> = self.desks[at].dirty.keys().cloned().collect();
        let Some(first) = dirty.first() else {
            return Ok(());
        };
        let message = format!("Step {}", op.serial);
        let hooks = match dice.roll(8) {
            0 => {
                self.git(at, &["add", "--", first])?;
                self.try_commit(at, &["-m", &message])?
            }
            1 => {
                if self.exists(at, first) {
                    self.git(at, &["add", "-N", "--", first])?;
                }
                self.try_commit(at, &["-m", &message, "--", first])?
            }
            2 => {
                self.git(at, &["add", "-A"])?;
                self.try_commit(at, &["-m", &message, "--no-verify"])?
            }
            _ => {
                self.git(at, &["add", "-A"])?;
                self.try_commit(at, &["-a", "-m", &message])?
            }
        };
        self.committed(at, hooks)
    }

    /// A commit, made all the same where a stale copy is refused or nothing changes.
    /// Whether hooks saw it.
    pub fn try_commit(&mut self, at: usize, args: &[&str]) -> Outcome<bool> {
        let args = [&["commit", "-q"], args].concat();
        let before = self.head(at);
        let hooks = self.desks[at].hooks && !args.contains(&"--no-verify");
        let run = self.run(at, "git", &args, &[0, 1])?;
        if run.code == 0 {
            if hooks {
                self.none_is_stale(at, before)?;
            }
            return Ok(hooks);
        }
        let nothing = run.stdout.contains("nothing") || run.stdout.contains("no changes");
        if nothing || self.ask(at, &["diff", "--cached", "--quiet"]).code == 0 {
            return Ok(hooks);
        }
        self.is_refused(at, before, &run)?;
        self.git(at, &[&args[..], &["--no-verify"]].concat())?;
        Ok(false)
    }

    pub fn committed(&mut self, at: usize, hooks: bool) -> Outcome {
        let how = How::ordinary(&self.desks[at].name);
        self.learn(at, &if hooks { how } else { how.without_hooks() })?;
        self.clean(at)
    }

    /// Commits all that is not committed yet.
    pub fn commit_rest(&mut self, at: usize) -> Outcome {
        self.clean(at)?;
        if self.desks[at].dirty.is_empty() {
            return Ok(());
        }
        self.git(at, &["add", "-A"])?;
        let message = format!("The rest at {}", self.sandbox.now());
        let hooks = self.try_commit(at, &["-m", &message])?;
        self.committed(at, hooks)
    }

    fn delete_or_move(&mut self, at: usize, op: Op, dice: &mut Dice) -> Outcome {
        let Some(path) = self.some_entry(at, dice) else {
            return Ok(());
        };
        let date = date_of(&path);
        if date.ends_with("-01-01") {
            return Ok(());
        }
        let to = DATES[below(dice, DATES.len())];
        let free = self.files_of(at, to).is_empty() && !self.desks[at].sparse;
        if op.kind == Kind::Move && free {
            let text = self
                .read(at, &path)
                .replace(&format!("date: {date}\n"), &format!("date: {to}\n"));
            self.write(at, &path_of(to), &text);
        } else if op.kind == Kind::Move {
            return Ok(());
        }
        self.remove(at, &path);
        self.commit(at, op, dice)
    }

    /// Whether HEAD is an ordinary commit of this machine that nobody else has.
    pub fn own_head(&self, at: usize) -> bool {
        let head = self.head(at);
        let main = self.oid(at, "refs/remotes/origin/main");
        let ahead = |main: git2::Oid| self.desks[at].repo.graph_descendant_of(head, main).unwrap();
        let own = self.model.plain.contains(&head);
        own && main.is_some_and(ahead) && self.model.node(head).parents.len() == 1
    }

    fn amend(&mut self, at: usize, op: Op, dice: &mut Dice) -> Outcome {
        if !self.own_head(at) {
            return Ok(());
        }
        self.edit(at, op, dice)?;
        self.git(at, &["add", "-A"])?;
        let (replaced, parent) = (self.head(at), self.oid(at, "HEAD^"));
        let mut hooks = self.desks[at].hooks;
        let run = self.run(
            at,
            "git",
            &["commit", "-q", "--amend", "--no-edit"],
            &[0, 1],
        )?;
        if run.code != 0 && !run.output().contains("make it empty") {
            self.is_refused(at, replaced, &run)?;
            self.git(at, &["commit", "-q", "--amend", "--no-edit", "--no-verify"])?;
            hooks = false;
        } else {
            self.none_is_stale(at, replaced)?;
        }
        if self.oid(at, "HEAD^") != parent {
            return fail("an amend has another parent", run);
        }
        let mut how = How::ordinary(&self.desks[at].name);
        how.hooks = hooks;
        how.instead_of = (self.head(at) != replaced).then_some(replaced);
        self.learn(at, &how)?;
        self.clean(at)
    }

    fn stash(&mut self, at: usize, op: Op, dice: &mut Dice) -> Outcome {
        self.edit(at, op, dice)?;
        self.clean(at)?;
        if self.desks[at].dirty.is_empty() {
            return Ok(());
        }
        let drafts = self.drafts(at);
        self.git(at, &["stash", "push", "-q", "-u"])?;
        let aside = self.put_aside(at);
        let dirty = std::mem::take(&mut self.desks[at].dirty);
        self.pull(at, false, dice)?;
        self.desks[at].dirty.extend(dirty);
        self.pop(at, &drafts, dice)?;
        self.come_back(at, aside);
        self.clean(at)?;
        self.mend(at, dice)
    }

    fn side(&mut self, at: usize, op: Op, dice: &mut Dice) -> Outcome {
        self.commit_rest(at)?;
        if self.oid(at, "refs/heads/side").is_none() {
            self.git(at, &["branch", "-q", "side"])?;
        }
        self.git(at, &["switch", "-q", "side"])?;
        match dice.roll(2) {
            0 => self.edit(at, op, dice)?,
            _ => self.name(at, a_name(dice), dice),
        }
        self.commit(at, op, dice)?;
        self.commit_rest(at)?;
        self.git(at, &["switch", "-q", "main"])?;
        Ok(())
    }
}
